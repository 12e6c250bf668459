"""Shapes that several resources share: text, pages of lists, references."""

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from cryptography.fernet import InvalidToken
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from guestlist.kernel.errors import NotFound, Refusal
from guestlist.kernel.ids import as_id
from guestlist.kernel.seals import seal, unseal
from guestlist.members.models import Role
from guestlist.workspaces.models import Community

T = TypeVar("T")
R = TypeVar("R")
# PostgreSQL stores no NUL, and takes none as a parameter either.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
# What is searched for: SQLite refuses to compare with more than 50,000 bytes.
Search = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=300)]


def _countable(moment: datetime) -> datetime:
    if not 1900 <= moment.year <= 9000:
        raise ValueError("Write a year from 1900 to 9000")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_countable)]  # in any zone within what the calendar counts


def _supported(language: str) -> str:
    try:
        return get_supported_language_variant(language) if language else ""
    except LookupError as unknown:
        raise ValueError("There are no mails in this language") from unknown


Language = Annotated[str, AfterValidator(_supported)]


class Body(BaseModel):
    """What a caller sends. A field we do not know is refused: `dryrun` for `dry_run` would send real mail."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(BaseModel):
    limit: int = Field(50, ge=1, le=1000)
    cursor: Text = ""

    def start(self, listing: str) -> Any:
        """Where the list goes on, as `listed` wrote it; None at its beginning. Raises BadCursor."""
        if not self.cursor:
            return None
        try:
            made_for, start = json.loads(unseal(self.cursor))
        except (InvalidToken, ValueError, TypeError) as forged:
            raise BadCursor from forged
        if made_for != f"cursor.{listing}":
            raise BadCursor
        return start


class BadCursor(Refusal):
    code = "bad_cursor"
    message = _("This cursor was not made by this list. Begin again without one.")


class Listed(BaseModel, Generic[T]):
    items: list[T]
    next_cursor: str | None


def listed(listing: str, items: list[T], then: Any) -> Listed[T]:
    """One page. `then` is where the next begins (any JSON), None on the last; the caller reads it from no cursor, so it is sealed:
    a list is in the order of the addresses by which members are known, and those need not be the ones that are shown."""
    return Listed(items=items, next_cursor=None if then is None else seal(json.dumps([f"cursor.{listing}", then])))


def sliced(listing: str, rows: Sequence[R], page: Page) -> tuple[Sequence[R], int | None]:
    """A page of rows, and the place of the next. Of a query it reads no more than the page and one row."""
    start = page.start(listing) or 0
    end = start + page.limit
    found = list(rows[start : end + 1])
    return found[: page.limit], end if len(found) > page.limit else None


def id_in(path: str) -> uuid.UUID:
    """The id in a path. Raises NotFound: what is no id names nothing."""
    found = as_id(path)
    if found is None:
        raise NotFound
    return found


class RoleRef(BaseModel):
    id: uuid.UUID
    name: str


class CommunityRef(BaseModel):
    id: uuid.UUID
    slug: str
    name: str


def role_refs(roles: Iterable[Role]) -> list[RoleRef]:
    return [RoleRef(id=role.id, name=role.name) for role in roles]


def community_ref(community: Community) -> CommunityRef:
    return CommunityRef(id=community.id, slug=community.slug, name=community.name)
