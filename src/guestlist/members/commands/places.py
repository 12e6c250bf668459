"""Open a workspace with its first Admin, make communities: acts that need both a place and rights in it."""

from django.db import transaction
from django.utils.translation import gettext as _

from guestlist.access.roles import ADMIN
from guestlist.kernel.actors import OPERATOR, Actor
from guestlist.kernel.text import Address
from guestlist.members.commands.join import Place, join
from guestlist.members.errors import LastAdmin, NotAllowed
from guestlist.members.models import Membership
from guestlist.members.queries import may
from guestlist.users.commands import create_user, hash_new_password
from guestlist.users.models import User
from guestlist.users.queries import user_by_address
from guestlist.workspaces.commands import create_workspace, insert_managed_community
from guestlist.workspaces.models import Community, Workspace
from guestlist.workspaces.queries import main_community


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


def create_community(*, actor: Actor, parent: Community, name: str, slug: str = "") -> Community:
    """Raises NotAllowed without `communities:write` in the parent, TooDeep, NameMissing, SlugTaken. For whoever does not see the
    whole workspace the short name gets an ending of its own: one refused would tell of a community they do not see."""
    if not may(actor, "communities:write", parent.id):
        raise NotAllowed
    whole = may(actor, "communities:read", main_community(parent.workspace).id)
    return insert_managed_community(actor=actor, parent=parent, name=name, slug=slug, unique=not whole)
