"""Open a workspace with its first Admin, make communities: acts that need both a place and rights in it."""

from django.db import transaction
from django.utils.translation import gettext as _

from guestlist.access.roles import ADMIN
from guestlist.kernel.actors import OPERATOR, Actor
from guestlist.kernel.text import Address
from guestlist.members.commands.join import Place, join
from guestlist.members.errors import LastAdmin, NotAllowed
from guestlist.members.models import Membership
from guestlist.members.queries import may, sees_whole
from guestlist.users.commands import create_user, hash_new_password
from guestlist.users.models import User
from guestlist.users.queries import user_by_address
from guestlist.workspaces.commands import change_community, create_workspace, insert_managed_community, lock_community
from guestlist.workspaces.models import Community, Workspace


def set_up_workspace(*, name: str, slug: str = "", address: Address, admin_name: str, password: str) -> tuple[Workspace, User]:
    """The operator opens a workspace and names its first Admin. An account of that address keeps its password and name.
    Raises NameMissing, SlugTaken, WeakPassword; LastAdmin where that account is disabled."""
    hashed = (
        "" if user_by_address(address.key) else hash_new_password(password=password, name=admin_name, words=(address.shown, name))
    )

    with transaction.atomic():
        workspace, main = create_workspace(actor=OPERATOR, name=name, slug=slug)
        user = user_by_address(address.key) or create_user(
            actor=OPERATOR, address=address, name=admin_name, password_hash=hashed, language="en"
        )
        if not user.can_sign_in:
            raise LastAdmin(_("The account of this address cannot sign in. Enable it first, or name another."))
        place = Place(workspace.id, main.id, user.id, address.key, frozenset({ADMIN}), Membership.Source.SETUP)
        join(actor=OPERATOR, places=[place])
    return workspace, user


def create_community(*, actor: Actor, parent: Community, name: str, slug: str = "", description: str = "") -> Community:
    """Raises NotAllowed without `communities:write` in the parent, TooDeep, NameMissing, SlugTaken, BadSlug. A short name of one's
    own choice is for who sees the whole workspace: to the others `SlugTaken` would tell of places they do not see."""
    with transaction.atomic():
        parent = lock_community(parent)
        whole = sees_whole(actor, parent.workspace_id)
        if not may(actor, "communities:write", parent.id) or (slug and not whole):
            raise NotAllowed
        return insert_managed_community(
            actor=actor, parent=parent, name=name, slug=slug, description=description, discreet=not whole
        )


def update_community(
    *, actor: Actor, community: Community, name: str | None = None, description: str | None = None, slug: str | None = None
) -> Community:
    """Renames, describes; None leaves as it is. Another short name changes the addresses of the community's pages.
    Raises NotAllowed (see `create_community` for `slug`), NameMissing, BadSlug, SlugTaken, NotFound."""
    with transaction.atomic():
        community = lock_community(community)
        if not may(actor, "communities:write", community.id):
            raise NotAllowed
        if slug not in (None, community.slug) and not sees_whole(actor, community.workspace_id):
            raise NotAllowed
        given = {"name": name, "description": description, "slug": slug}
        fields = {each: value for each, value in given.items() if value is not None}
        return change_community(actor=actor, community=community, **fields)
