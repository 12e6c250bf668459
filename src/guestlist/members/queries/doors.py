"""The only way a surface gets at tenant data: by these doors, inside the actor's sight. What lies outside does not exist."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from guestlist.access.decision import decide
from guestlist.kernel.actors import Actor
from guestlist.kernel.errors import NotFound
from guestlist.kernel.ids import as_id
from guestlist.kernel.refusing import found_in
from guestlist.members.errors import AmbiguousRole, UnknownRole
from guestlist.members.models import ApiKey, Membership, MembershipRole, Role
from guestlist.members.queries.standing import held_right_in, live
from guestlist.workspaces.models import Ancestry, Community, Workspace
from guestlist.workspaces.queries import ancestors_of


def own_places(actor: Actor) -> QuerySet[Community]:
    """The communities where the actor is a member themselves; sight reaches from each downwards. A workspace whose door is shut to
    the session does not exist for it."""
    if actor.kind == "user":
        own = Community.objects.filter(id__in=Membership.objects.filter(live(), user=actor.id).values("community"))
        return own.exclude(workspace__in=actor.shut) if actor.shut else own
    if actor.kind == "api_key":
        return Community.objects.filter(id__in=ApiKey.objects.filter(Q(id=actor.id), revoked_at=None).values("community"))
    return Community.objects.filter(kind=Community.Kind.MAIN) if actor.is_operator else Community.objects.none()


def sees_whole(actor: Actor, workspace: uuid.UUID) -> bool:
    """Whether every community of the workspace is in the actor's sight: what is in use elsewhere is then nothing new to them."""
    return own_places(actor).filter(workspace=workspace, kind=Community.Kind.MAIN).exists()


def visible_workspaces(actor: Actor) -> QuerySet[Workspace]:
    return Workspace.objects.filter(id__in=own_places(actor).values("workspace")).order_by("name", "id")


def fetch_workspace(actor: Actor, slug: str) -> Workspace:
    """The workspace by slug. Raises NotFound."""
    return found_in(visible_workspaces(actor).filter(slug=slug))


def visible_communities(actor: Actor, workspace: Workspace) -> QuerySet[Community]:
    """Those in the actor's sight, main first, then by name: their own, and below them where a role of theirs has
    `communities:read`."""
    own = own_places(actor).filter(workspace=workspace)
    return _at_and_below(workspace, _kinds(own.filter(_shows_below(actor))), besides=own)


def communities_where(actor: Actor, workspace: Workspace, permission: str) -> QuerySet[Community]:
    """Those where the actor has the permission, main first, then by name: the own ones with a role that holds it, and all below."""
    own = _kinds(own_places(actor).filter(workspace=workspace))
    held = held_right_in(actor, own)
    return _at_and_below(workspace, {place: kind for place, kind in own.items() if decide(permission, held[place])})


def _kinds(places: QuerySet[Community]) -> dict[uuid.UUID, str]:
    return dict(places.values_list("id", "kind"))


def _shows_below(actor: Actor) -> Q:
    """Of communities the actor belongs to: those where a role they hold has `communities:read`. As part of a statement, since every
    page asks; who has it from further up sees these from there. Built-in roles all have it."""
    if actor.is_operator:
        return Q(id__isnull=False)
    showing = Role.objects.filter(Q(community=None) | Q(permissions__icontains='"communities:read"'))
    if actor.kind == "user":
        held = MembershipRole.objects.filter(live("membership__"), membership__user=actor.id, role__in=showing)
        return Q(id__in=held.values("membership__community"))
    keys = ApiKey.objects.filter(Q(id=actor.id)).values_list("community", "role_ids")
    return Q(id__in=[place for place, roles in keys if showing.filter(id__in=roles).exists()])


def _at_and_below(
    workspace: Workspace, tops: dict[uuid.UUID, str], besides: QuerySet[Community] | None = None
) -> QuerySet[Community]:
    """Two steps, because no single statement is good for everyone: first the tops, then everything below them."""
    places = Community.objects.filter(workspace=workspace).order_by("kind", "name", "id")
    if Community.Kind.MAIN in tops.values():
        return places
    inside = Q(Exists(Ancestry.objects.filter(descendant=OuterRef("pk"), ancestor__in=list(tops))))
    return places.filter(inside if besides is None else inside | Q(id__in=besides.values("id")))


def communities_below(actor: Actor, workspace: Workspace, community: Community) -> QuerySet[Community]:
    """Those in the actor's sight that a role in `community` reaches besides it, by name."""
    reached = Ancestry.objects.filter(ancestor=community).exclude(descendant=community).values("descendant")
    return visible_communities(actor, workspace).filter(id__in=reached)


def fetch_community(actor: Actor, workspace: Workspace, name: str) -> Community:
    """The community by id or slug. Raises NotFound."""
    community = communities_named(actor, workspace, [name]).get(name)
    if community is None:
        raise NotFound
    return community


def locate_community(actor: Actor, community: uuid.UUID) -> tuple[Workspace, Community]:
    """A community by id alone, with its workspace. Raises NotFound."""
    found = found_in(Community.objects.select_related("workspace").filter(id__in=_in_sight(actor, [community])))
    return found.workspace, found


def communities_named(actor: Actor, workspace: Workspace, names: Collection[str]) -> dict[str, Community]:
    """Those of `names` (ids or slugs) that the actor may see, in one statement."""
    ids = {found: name for name in names if (found := as_id(name))}
    rows = list(Community.objects.filter(Q(id__in=ids) | Q(slug__in=names), workspace=workspace))
    seen = _in_sight(actor, [row.id for row in rows])
    by_name = {row.slug: row for row in rows} | {ids[row.id]: row for row in rows if row.id in ids}
    return {name: row for name, row in by_name.items() if name in names and row.id in seen}


def _in_sight(actor: Actor, communities: Collection[uuid.UUID]) -> set[uuid.UUID]:
    paths = ancestors_of(communities)
    own = own_places(actor).filter(id__in={ancestor for _, ancestor in paths})
    shows = dict(own.values_list("id", Case(When(_shows_below(actor), then=True), default=False)))
    return {community for community, ancestor in paths if shows.get(ancestor, False) or community in shows}


def usable_roles(communities: Collection[Community]) -> dict[uuid.UUID, list[Role]]:
    """The roles that may be held in each community: the built-in ones, then by name its own and those of the communities above."""
    paths = ancestors_of([each.id for each in communities])
    owners = {ancestor for _, ancestor in paths}
    rows = list(Role.objects.filter(Q(community=None) | Q(community__in=owners)).order_by("name_key", "id"))
    built_in = sorted((row for row in rows if row.is_built_in), key=lambda row: row.id)
    above: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for descendant, ancestor in paths:
        above[descendant].add(ancestor)
    return {each.id: built_in + [row for row in rows if row.community_id in above[each.id]] for each in communities}


def pick_roles(names: Collection[str], usable: Collection[Role]) -> list[Role]:
    """The roles called `names` (ids, or names in their exact spelling) among `usable`. Raises UnknownRole, AmbiguousRole."""
    times = Counter(role.name for role in set(usable))
    if any(times[name] > 1 for name in names):
        raise AmbiguousRole
    by_name = {role.name: role for role in usable} | {str(role.id): role for role in usable}
    picked = [by_name.get(str(as_id(name) or name)) for name in dict.fromkeys(names)]
    if not all(picked):
        raise UnknownRole
    return list(dict.fromkeys(role for role in picked if role))
