"""What is kept out of the logs: link tokens and keys."""

import logging
import re

# By their shape, wherever they stand: a mail program that mends addresses asks for /join//<token>, too.
_TOKEN = re.compile(r"[\w-]{22}\.[\w-]+\.[\w-]{20,}|(/(?:join|password|address)/+)[^\s/?\"']{12,}|\bgl_[A-Za-z0-9_-]{12,}")


class NoTokens(logging.Filter):
    """A log line goes to more people than the mail did: the link in it would be theirs to use."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        scrubbed = _TOKEN.sub(lambda found: f"{found[1] or ''}[hidden]", text)
        if scrubbed != text:
            record.msg, record.args = scrubbed, ()
        return True
