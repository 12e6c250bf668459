"""The worker: does what waits in the tables `batch` and `message`, and survives whatever goes wrong with one of them."""

import logging
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection

from guestlist.invitations.commands import run_batches
from guestlist.mail.commands import deliver_due
from guestlist.members.commands import remind_of_ends
from guestlist.sso.commands import prove_a_domain_again

log = logging.getLogger(__name__)

IDLE = 0.7
LONGEST_PAUSE = 30.0
TURN = 5.0  # seconds that a long batch may keep the mails waiting


def run(stop: Callable[[], bool]) -> None:
    """Works until `stop` answers yes; it is asked between mails, between parts of a batch, and ten times a second while idle."""
    log.info("The worker has started.")
    pause = IDLE
    while not stop():
        try:
            busy = work_once(stop)
        except (OperationalError, InterfaceError) as gone:
            pause = min(pause * 2, LONGEST_PAUSE)
            log.error("The database cannot be used, trying again in %.0f seconds: %s", pause, _first_line(gone))
            connection.close()
            _wait(pause, stop)
        else:
            pause = IDLE
            if not busy:
                _wait(IDLE, stop)
    log.info("The worker has stopped.")


def work_once(stop: Callable[[], bool]) -> bool:
    """One turn: some seconds of batches, the reminders of ends that come near, a look for one domain's proof, then some mails. Answers whether there was anything to do."""
    ends = time.monotonic() + TURN
    did_batches = _survive(lambda: run_batches(stop=lambda: stop() or time.monotonic() > ends))
    _survive(remind_of_ends)
    _survive(prove_a_domain_again)
    did_mails = _survive(lambda: deliver_due(stop=stop))
    return did_batches or did_mails


def _survive(job: Callable[[], int]) -> bool:
    """A failure nobody foresaw costs this turn of this job, not the worker. The database going away is everybody's trouble."""
    try:
        return job() > 0
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("A job of the worker failed.")
        return False


def _wait(seconds: float, stop: Callable[[], bool]) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and not stop():
        time.sleep(0.1)


def _first_line(failure: Exception) -> str:
    return (str(failure).strip() or type(failure).__name__).splitlines()[0]
