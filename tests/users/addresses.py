"""What tests of addresses share."""

from allauth.account.models import EmailAddress

from guestlist.invitations.commands import verify_address
from guestlist.kernel.links import sign_link
from guestlist.mail.models import Message
from guestlist.users.commands import request_address
from guestlist.users.models import User

HOME = "ana@home.example"


def link_of(user: User, address: str = HOME) -> str:
    """The newest one mailed to the address for this account."""
    row = Message.objects.filter(link_purpose="address", link_subject=user.id, to_email=address).latest("created_at")
    return sign_link(row.link_purpose, row.link_subject, row.link_version)


def asked(user: User, address: str = HOME) -> str:
    """Asks for the address; the token of the link."""
    request_address(user=user, typed=address)
    return link_of(user, address)


def held(user: User, address: str = HOME) -> EmailAddress:
    """A second address of the user, confirmed by its link."""
    verify_address(user=user, token=asked(user, address))
    return EmailAddress.objects.get(user=user, email=address)


def address_rows(user: User) -> list[tuple[str, bool, bool]]:
    """Address, verified, primary."""
    return list(EmailAddress.objects.filter(user=user).order_by("id").values_list("email", "verified", "primary"))
