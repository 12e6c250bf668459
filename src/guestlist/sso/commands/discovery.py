"""Which directory signs this address in? The answer goes to its mailbox alone: on a page it would tell strangers who the customers are."""

from django.db import transaction

from guestlist.kernel.text import BadAddress, read_address
from guestlist.mail.commands import queue_messages
from guestlist.sso.emails import way_in_mail
from guestlist.sso.queries import connections_for
from guestlist.users.queries import user_by_address


def mail_ways_in(*, address: str) -> None:
    """Mails the sign-in link of each connection of the workspace that proved the address's domain; of any other address nobody hears
    anything. The caller answers the same, in the same time, and limits how often."""
    try:
        read = read_address(address.strip())
    except BadAddress:
        return
    found = connections_for(read.key.rpartition("@")[2])
    if not found:
        return
    user = user_by_address(read.key)
    language = user.language if user else ""
    with transaction.atomic():
        queue_messages([way_in_mail(each, read.shown, language) for each in found])
