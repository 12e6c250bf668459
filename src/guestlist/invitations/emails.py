"""The mails of an invitation, as drafts for the outbox. Their words are in templates/invitations/emails/."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from guestlist.invitations.models import LINK_PURPOSE, Invitation
from guestlist.kernel.actors import Actor
from guestlist.mail.commands import Draft, LinkDraft
from guestlist.members.models import Role
from guestlist.users.emails import mail_to
from guestlist.users.models import User
from guestlist.workspaces.models import Community, Workspace

Places = list[dict[str, Any]]


def places_of(
    grants: Iterable[tuple[uuid.UUID, Iterable[uuid.UUID]]],
    communities: Mapping[uuid.UUID, Community],
    roles: Mapping[uuid.UUID, Role],
) -> Places:
    """Where and as what, in words: `[{"community": "Birch", "roles": ["Analyst"]}]`. A role deleted meanwhile is left out."""
    return [
        {"community": communities[place].name, "roles": sorted(roles[each].name for each in given if each in roles)}
        for place, given in grants
    ]


def invitation_words(*, workspace: Workspace, inviter: Actor, places: Places, note: str, has_account: bool) -> dict[str, Any]:
    """What the mails of all who are asked for the same say: the `words` of invitation_mail."""
    return {
        "inviter": inviter.name if inviter.kind == "user" else "",
        "workspace": workspace.name,
        "note": note,
        "places": places,
        "has_account": has_account,
    }


def invitation_mail(*, invitation: Invitation, words: dict[str, Any]) -> Draft:
    """The welcome mail with its link, to set a password or, with an account, to join. Asked for again it carries the same link, as
    long as the version is the same."""
    return Draft(
        workspace_id=invitation.workspace_id,
        template="invitations/emails/invitation",
        to_email=invitation.email,
        to_name=invitation.name,
        language=invitation.language or "en",
        context=words,
        link=LinkDraft(LINK_PURPOSE, invitation.id, str(invitation.version), "/join/{token}", invitation.lifetime),
    )


def added_mail(*, user: User, workspace: Workspace, inviter: Actor, places: Places) -> Draft:
    """For an account that was added at once, where the policy is `notify`: no link, they log in as usual."""
    context = {"inviter": inviter.name if inviter.kind == "user" else "", "workspace": workspace.name, "places": places}
    return mail_to(user, "invitations/emails/added", workspace.id, context)


def left_out_mail(*, giver: User, workspace: Workspace, guest: str, places: Places) -> Draft:
    """Tells a giver what their guest did not get, because the giver may no longer hand it out."""
    context = {"guest": guest, "workspace": workspace.name, "places": places}
    return mail_to(giver, "invitations/emails/left_out", workspace.id, context)
