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
from guestlist.invitations.queries.opened import Opened, open_invitation
from guestlist.invitations.queries.own_data import own_data

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
    "own_data",
    "visible_invitations",
    "with_grants",
]
