from guestlist.invitations.queries.choices import Choice, choices
from guestlist.invitations.queries.history import (
    Sought,
    Told,
    community_that_was,
    documents,
    history_of,
    history_of_user,
    tell,
    visible_events,
)
from guestlist.invitations.queries.lists import (
    InvitationRow,
    fetch_batch,
    fetch_invitation,
    invitations_holding,
    outcomes_of,
    visible_invitations,
    waiting_for,
    with_grants,
)
from guestlist.invitations.queries.opened import Opened, open_invitation, words_of
from guestlist.invitations.queries.own_data import own_data

__all__ = [
    "Choice",
    "InvitationRow",
    "Opened",
    "Sought",
    "Told",
    "choices",
    "community_that_was",
    "documents",
    "fetch_batch",
    "fetch_invitation",
    "history_of",
    "history_of_user",
    "invitations_holding",
    "open_invitation",
    "outcomes_of",
    "own_data",
    "tell",
    "visible_events",
    "visible_invitations",
    "waiting_for",
    "with_grants",
    "words_of",
]
