"""/me/addresses: the addresses of the caller's own account. The link in a mail confirms one, on a page and not here."""

from allauth.account.models import EmailAddress
from django.http import HttpResponse
from ninja import Query, Router, Status
from pydantic import BaseModel

from guestlist.api.auth import Call, confirm_first
from guestlist.api.idempotency import IN_DOCUMENT, once
from guestlist.api.me import changing, holder
from guestlist.api.shapes import Body, Listed, Page, Text, listed, sliced
from guestlist.kernel.errors import NotFound
from guestlist.users.commands import make_primary, remove_address, request_address
from guestlist.users.models import User
from guestlist.users.queries import addresses_of, own_address

router = Router(tags=["me"])


class AddressOut(BaseModel):
    """`verified`: its link was opened. `link_works`: one was sent and can still be opened."""

    id: int
    email: str
    primary: bool
    verified: bool
    link_works: bool


class AddressIn(Body):
    email: Text


@router.get("/me/addresses", response=Listed[AddressOut])
def my_addresses(request: Call, page: Query[Page]) -> Listed[AddressOut]:
    """The primary one first. A key has none. In a session that a directory opened, its holder must have confirmed lately who they are:
    403 `confirm_first`."""
    rows, then = sliced("addresses", addresses_of(changing(request)), page)
    return listed("addresses", [AddressOut(**vars(row)) for row in rows], then)


@router.post("/me/addresses", response={201: AddressOut}, openapi_extra=IN_DOCUMENT)
def add_my_address(request: Call, body: AddressIn) -> HttpResponse:
    """Mails a link there, which works for 24 hours, once, in a session of this account; for one that waits, a new link. The answer
    does not say whether another account has the address. The caller must have confirmed lately who they are: 403 `confirm_first`."""
    user = _confirmed(request)
    return once(request, lambda: _add(user, body))


@router.post("/me/addresses/{address}/primary", response=AddressOut)
def make_my_address_primary(request: Call, address: Text) -> AddressOut:
    """Others see it from now on, and mails go there. Asks for a confirmation as adding does."""
    user, row = _own(request, address)
    make_primary(user=user, address=row.id)
    return _shown(user, row.id)


@router.delete("/me/addresses/{address}", response={204: None})
def remove_my_address(request: Call, address: Text) -> Status[None]:
    """It logs nobody in any more, or its link ends. The primary one stays. Asks for a confirmation as adding does."""
    user, row = _own(request, address)
    remove_address(user=user, address=row.id)
    return Status(204, None)


def _confirmed(request: Call) -> User:
    user = holder(request)
    confirm_first(request)
    return user


def _own(request: Call, address: str) -> tuple[User, EmailAddress]:
    if not (address.isascii() and address.isdecimal() and len(address) < 19):
        raise NotFound
    row = own_address(holder(request), int(address))
    return _confirmed(request), row


def _add(user: User, body: AddressIn) -> HttpResponse:
    made = _shown(user, request_address(user=user, typed=body.email).id)
    return HttpResponse(made.model_dump_json(), status=201, content_type="application/json")


def _shown(user: User, address: int) -> AddressOut:
    return next(AddressOut(**vars(row)) for row in addresses_of(user) if row.id == address)
