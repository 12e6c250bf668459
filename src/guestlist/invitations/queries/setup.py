"""What a new workspace still lacks. Each step looks at the data: nobody ticks anything off."""

from dataclasses import dataclass

from guestlist.access.roles import ADMIN
from guestlist.invitations.models import Batch
from guestlist.mail.models import Message, State
from guestlist.members.commands import admins_able_to_sign_in
from guestlist.members.models import MembershipRole, Role
from guestlist.workspaces.models import Community, Workspace


@dataclass(frozen=True)
class Setup:
    """`steps`: in order, whether each is done. `mail`: the state of the workspace's last mail, empty where none was ever written."""

    steps: dict[str, bool]
    mail: str

    @property
    def done(self) -> int:
        return sum(self.steps.values())

    @property
    def finished(self) -> bool:
        return all(self.steps.values())


def setup_of(workspace: Workspace) -> Setup:
    """For whoever may change the workspace's settings, which the caller has asked."""
    held = MembershipRole.objects.filter(membership__workspace=workspace).exclude(role=ADMIN)
    states = Message.objects.filter(workspace_id=workspace.id).exclude(state=State.CANCELLED).order_by("-id")
    mail = states.values_list("state", flat=True).first() or ""
    # One on its way takes nothing back: the step is what the last mail came to.
    known = states.exclude(state=State.QUEUED).values_list("state", flat=True).first() if mail == State.QUEUED else mail
    return Setup(
        {
            "mail": known in (State.SENT, State.DELIVERED),
            "admins": admins_able_to_sign_in().filter(workspace=workspace)[:2].count() == 2,
            "communities": Community.objects.filter(workspace=workspace, kind=Community.Kind.MANAGED).exists(),
            "roles": held.exists() or Role.objects.filter(community__workspace=workspace).exists(),
            "invitation": Batch.objects.filter(workspace=workspace).exists(),
        },
        mail,
    )
