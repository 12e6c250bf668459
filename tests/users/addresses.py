"""What tests of addresses share."""

from allauth.account.models import EmailAddress

from guestlist.invitations.commands import verify_address
from guestlist.kernel.links import sign_link
from guestlist.mail.models import Message
from guestlist.users.commands import request_address, verify_password
from guestlist.users.models import User
from tests.cast import PASSWORD

HOME, OWN = "ana@home.example", "ana@northwind.example"


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


def signs_in(address: str) -> User | None:
    return verify_password(address=address, password=PASSWORD, source="203.0.113.9", browsers={})


def told(action: str) -> set[str]:
    mails = Message.objects.filter(template="users/emails/address_changed", context__change=action)
    return set(mails.values_list("to_email", flat=True))
