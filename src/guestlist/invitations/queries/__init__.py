from guestlist.invitations.queries.choices import Choice, choices
from guestlist.invitations.queries.lists import (
    GrantLine,
    InvitationRow,
    fetch_batch,
    fetch_invitation,
    outcomes_of,
    visible_invitations,
    with_grants,
)
from guestlist.invitations.queries.opened import Opened, open_invitation, words_of

__all__ = [
    "Choice",
    "GrantLine",
    "InvitationRow",
    "Opened",
    "choices",
    "fetch_batch",
    "fetch_invitation",
    "open_invitation",
    "outcomes_of",
    "visible_invitations",
    "with_grants",
    "words_of",
]
