"""What an actor holds in a community, by one SQL statement; access.decision decides on it."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet

from guestlist.access.decision import Decision, Held, decide
from guestlist.access.permissions import catalogue
from guestlist.access.roles import ADMIN, BUILT_IN, RoleFacts, built_in
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.members.models import ApiKey, Membership, MembershipRole, Role
from guestlist.workspaces.models import Workspace
from guestlist.workspaces.queries import ancestors_of, main_community

Standing = list[Held]


def live(prefix: str = "") -> Q:
    """The memberships that carry something: active, not ended, of an account that is not disabled."""
    unended = Q(**{f"{prefix}ends_at": None}) | Q(**{f"{prefix}ends_at__gt": clock.now()})
    return Q(**{f"{prefix}status": Membership.Status.ACTIVE, f"{prefix}user__disabled_at": None}) & unended


def facts_of(role: Role) -> RoleFacts:
    """What the role holds now: a permission that an application no longer registers is nobody's, whatever roles still name it."""
    if role.id in BUILT_IN:
        return built_in(role.id)
    known = frozenset(role.permissions) & catalogue().keys()
    return RoleFacts(role.id, role.name, known, frozenset(uuid.UUID(each) for each in role.may_hand_out))


def standing(actor: Actor, communities: Collection[uuid.UUID]) -> dict[uuid.UUID, Standing]:
    """For each community, the roles that reach it from the actor's memberships there and in every ancestor (design rule 1)."""
    return standings([actor], communities)[actor]


def held_right_in(actor: Actor, communities: Collection[uuid.UUID]) -> dict[uuid.UUID, Standing]:
    """The same without what comes down from above, in one statement."""
    if actor.is_operator:
        return {place: [Held(built_in(ADMIN), place)] for place in communities}
    holders = {actor.id} if actor.id else set()
    held = (_held_by_keys if actor.kind == "api_key" else _held_by_users)(holders, communities)
    return {place: held.get((actor.id, place), []) for place in communities}


def standings(actors: Iterable[Actor], communities: Collection[uuid.UUID]) -> dict[Actor, dict[uuid.UUID, Standing]]:
    """The same for several actors at once: a constant number of statements however many there are."""
    actors = set(actors)
    paths = ancestors_of(communities)
    places = {ancestor for _, ancestor in paths}
    held = _held_by_users({each.id for each in actors if each.id and each.kind == "user"}, places)
    held |= _held_by_keys({each.id for each in actors if each.id and each.kind == "api_key"}, places)
    answer: dict[Actor, dict[uuid.UUID, Standing]] = {}
    for actor in actors:
        reach: dict[uuid.UUID, Standing] = defaultdict(list)
        for community, ancestor in paths:
            own = [Held(built_in(ADMIN), ancestor)] if actor.is_operator else held.get((actor.id, ancestor), [])
            reach[community].extend(own)
        answer[actor] = reach
    return answer


def _held_by_users(users: set[uuid.UUID], places: Collection[uuid.UUID]) -> dict[tuple[uuid.UUID | None, uuid.UUID], Standing]:
    held: dict[tuple[uuid.UUID | None, uuid.UUID], Standing] = defaultdict(list)
    if not users:
        return held
    rows: QuerySet[MembershipRole] = MembershipRole.objects.filter(
        live("membership__"), membership__user__in=users, membership__community__in=places
    )
    for row in rows.select_related("role", "membership"):
        place = row.membership.community_id
        held[row.membership.user_id, place].append(Held(facts_of(row.role), place))
    return held


def _held_by_keys(keys: set[uuid.UUID], places: Collection[uuid.UUID]) -> dict[tuple[uuid.UUID | None, uuid.UUID], Standing]:
    rows = ApiKey.objects.filter(id__in=keys, revoked_at=None, community__in=places) if keys else []
    roles = {str(each.id): facts_of(each) for each in Role.objects.filter(id__in={r for row in rows for r in row.role_ids})}
    return {
        (row.id, row.community_id): [Held(roles[each], row.community_id) for each in row.role_ids if each in roles]
        for row in rows
    }


def may(actor: Actor, permission: str, community: uuid.UUID) -> Decision:
    """May the actor do this in the community, and because of which roles."""
    return decide(permission, standing(actor, [community])[community])


def may_in_main(actor: Actor, permission: str, workspace: Workspace) -> Decision:
    """The same in the workspace's main community, whose roles reach everywhere."""
    return may(actor, permission, main_community(workspace).id)
