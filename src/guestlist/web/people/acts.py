"""What the reader may do with a membership or a user, as links to the pages that ask first."""

from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext as _

from guestlist.members.models import Membership
from guestlist.members.queries import MemberRow, UserRow
from guestlist.web.presenting import Shown
from guestlist.workspaces.models import Workspace


def user_url(workspace: Workspace, row: UserRow | MemberRow, here: str = "") -> str:
    """The user's page; `here`, a community's slug, is where the reader comes from: its membership stands first there."""
    user = row.user.id if isinstance(row, UserRow) else row.membership.user_id
    url = reverse("user", args=[workspace.slug, user])
    return f"{url}?in={here}" if here else url


def acts_on(workspace: Workspace, row: MemberRow, verbs: Collection[str]) -> list[Shown]:
    """`[{label, full, url, danger, dialog}]` for one membership."""
    membership = row.membership
    names = {"name": membership.user.name or membership.user.email, "place": membership.community.name}
    full = {
        "deactivate": _("Deactivate %(name)s in %(place)s…"),
        "reactivate": _("Reactivate %(name)s in %(place)s…"),
        "remove": _("Remove %(name)s from %(place)s…"),
    }
    label = {"deactivate": _("Deactivate…"), "reactivate": _("Reactivate…"), "remove": _("Remove…")}
    return [
        _link(label[act], full[act] % names, reverse("membership_act", args=[workspace.slug, membership.id, act]), act)
        for act in _acts(verbs, stopped=membership.status == Membership.Status.DEACTIVATED)
    ]


def acts_everywhere(workspace: Workspace, row: UserRow, verbs: Collection[str]) -> list[Shown]:
    """The same for all memberships of a user at once; `verbs` are those that hold for each of them and in main."""
    label = {
        "deactivate": _("Deactivate everywhere…"),
        "reactivate": _("Reactivate everywhere…"),
        "remove": _("Remove everywhere…"),
    }
    stopped = all(each.membership.status == Membership.Status.DEACTIVATED for each in row.memberships)
    return [
        _link(label[act], label[act], reverse("user_act", args=[workspace.slug, row.user.id, act]), act)
        for act in _acts(verbs, stopped=stopped)
    ]


def _acts(verbs: Collection[str], *, stopped: bool) -> list[str]:
    switch = ["reactivate" if stopped else "deactivate"] if "deactivate" in verbs else []
    return [*switch, *(["remove"] if "remove" in verbs else [])]


def _link(label: str, full: str, url: str, act: str) -> Shown:
    return {"label": label, "full": full, "url": url, "danger": act == "remove", "dialog": True}
