"""Events as sentences: who did what to whom, where. One sentence for each action, and for the turns it can take."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guestlist.invitations.queries import Told
from guestlist.web.facts import FACTS, GONE, SETTINGS
from guestlist.web.presenting import Shown, last_day

# `action` or `action/turn`; the turns are told in `_turns`. Every action that the code records stands here: a test looks.
SENTENCES = {
    "workspace.created": gettext_lazy("%(actor)s opened the workspace %(name)s."),
    "workspace.changed/told": gettext_lazy("%(actor)s changed the settings of the workspace %(name)s. %(changes)s."),
    "workspace.removed": gettext_lazy("%(actor)s removed the workspace %(name)s."),
    "workspace.changed": gettext_lazy("%(actor)s changed the settings of the workspace %(name)s."),
    "workspace.break_glass_changed": gettext_lazy("%(actor)s named who may enter without the directory."),
    "workspace.setup_dismissed": gettext_lazy("%(actor)s put the setup checklist away."),
    "workspace.mail_tried": gettext_lazy("%(actor)s sent a mail to try whether mail arrives."),
    "community.created": gettext_lazy("%(actor)s made the community %(name)s."),
    "community.changed": gettext_lazy("%(actor)s changed the community %(place)s."),
    "community.changed/told": gettext_lazy("%(actor)s changed the community %(place)s. %(changes)s."),
    "community.moved": gettext_lazy("%(actor)s moved the community %(place)s."),
    "community.moved/told": gettext_lazy(
        "%(actor)s moved the community %(place)s from below %(parent_before)s to below %(parent)s."
    ),
    "community.deleted": gettext_lazy("%(actor)s deleted the community %(name)s."),
    "role.created": gettext_lazy("%(actor)s made the role %(name)s in %(place)s."),
    "role.changed": gettext_lazy("%(actor)s changed the role %(name)s in %(place)s."),
    "role.deleted": gettext_lazy("%(actor)s deleted the role %(name)s in %(place)s."),
    "api_key.created": gettext_lazy("%(actor)s made the API key %(name)s in %(place)s, with %(roles)s."),
    "api_key.roles_changed": gettext_lazy(
        "%(actor)s changed the API key %(name)s in %(place)s from %(roles_before)s to %(roles)s."
    ),
    "api_key.revoked": gettext_lazy("%(actor)s revoked the API key %(name)s in %(place)s."),
    "membership.created": gettext_lazy("%(actor)s added %(person)s to %(place)s as %(roles)s."),
    "membership.created/own": gettext_lazy("%(person)s joined %(place)s as %(roles)s."),
    "membership.roles_added": gettext_lazy("%(actor)s gave %(person)s %(roles)s in %(place)s."),
    "membership.roles_added/own": gettext_lazy("%(person)s accepted %(roles)s in %(place)s."),
    "membership.roles_changed": gettext_lazy("%(actor)s changed %(person)s in %(place)s from %(roles_before)s to %(roles)s."),
    "membership.stop_lifted": gettext_lazy("%(actor)s lifted the stop on %(person)s in %(place)s."),
    "membership.deactivated": gettext_lazy("%(actor)s deactivated %(person)s in %(place)s."),
    "membership.deactivated/everywhere": gettext_lazy("%(actor)s deactivated %(person)s everywhere, in %(place)s too."),
    "membership.reactivated": gettext_lazy("%(actor)s reactivated %(person)s in %(place)s."),
    "membership.end_changed": gettext_lazy("%(actor)s set an end for %(person)s in %(place)s: %(end)s."),
    "membership.end_changed/no_ends_at": gettext_lazy("%(actor)s let %(person)s stay in %(place)s without end."),
    "membership.moved": gettext_lazy("%(actor)s moved %(person)s to %(place_after)s."),
    "membership.moved/told": gettext_lazy("%(actor)s moved %(person)s from %(place_before)s to %(place_after)s."),
    "membership.removed": gettext_lazy("%(actor)s removed %(person)s from %(place)s."),
    "membership.left": gettext_lazy("%(person)s left %(place)s."),
    "invitation.created": gettext_lazy("%(actor)s invited %(target)s to %(grants)s."),
    "invitation.grants_added": gettext_lazy("%(actor)s added to the invitation of %(target)s: %(grants)s."),
    "invitation.grants_changed": gettext_lazy("%(actor)s changed the invitation of %(target)s to %(grants)s."),
    "invitation.resent": gettext_lazy("%(actor)s sent the invitation of %(target)s to %(grants_before)s again."),
    "invitation.revoked": gettext_lazy("%(actor)s revoked the invitation of %(target)s to %(grants_before)s."),
    "invitation.accepted": gettext_lazy("%(actor)s accepted the invitation of %(target)s to %(grants)s."),
    "invitation.accepted/at_once": gettext_lazy("%(actor)s was added at once, by the invitation of %(target)s to %(grants)s."),
    "invitation.declined": gettext_lazy("%(target)s declined the invitation to %(grants_before)s."),
    "invitation.link_asked_for": gettext_lazy("%(target)s asked for a new link to %(grants_before)s."),
    "batch.cancelled": gettext_lazy("%(actor)s stopped inviting a list of %(target)s people."),
    "batch.failed": gettext_lazy("Inviting a list of %(target)s people, begun by %(actor)s, could not go on."),
    "domain.claimed": gettext_lazy("%(actor)s claimed the domain %(name)s."),
    "domain.proved": gettext_lazy("%(actor)s proved the domain %(name)s."),
    "domain.proved/by_operator": gettext_lazy("%(actor)s confirmed the domain %(name)s."),
    "domain.missing": gettext_lazy("The DNS record of the domain %(name)s is missing."),
    "domain.found_again": gettext_lazy("The DNS record of the domain %(name)s is back."),
    "domain.unproved": gettext_lazy("The domain %(name)s is not believed any more: its DNS record stayed away for 7 days."),
    "domain.removed": gettext_lazy("%(actor)s removed the domain %(name)s."),
    "connection.created": gettext_lazy("%(actor)s made the connection %(name)s."),
    "connection.changed": gettext_lazy("%(actor)s changed the connection %(name)s."),
    "connection.changed/trust_changed": gettext_lazy("%(actor)s changed whom the connection %(name)s trusts."),
    "connection.defaults_changed": gettext_lazy("%(actor)s changed what the connection %(name)s gives."),
    "connection.tested": gettext_lazy("%(actor)s tested the connection %(name)s."),
    "connection.enabled": gettext_lazy("%(actor)s switched the connection %(name)s on."),
    "connection.disabled": gettext_lazy("%(actor)s switched the connection %(name)s off."),
    "connection.deleted": gettext_lazy("%(actor)s deleted the connection %(name)s."),
    "connection.linked": gettext_lazy("The connection %(name)s knows %(user)s from now on."),
    "connection.unlinked": gettext_lazy("The connection %(name)s no longer knows %(user)s."),
    "connection.refused": gettext_lazy("The connection %(name)s brought %(email)s, who was refused."),
    "connection.let_in": gettext_lazy("%(actor)s let %(email)s in, whom the connection %(name)s had brought."),
    "user.created": gettext_lazy("%(actor)s made the account of %(person)s."),
    "user.created/own": gettext_lazy("%(person)s made the account."),
    "user.password_reset_requested": gettext_lazy("%(person)s asked for a link to choose a new password."),
    "user.password_changed": gettext_lazy("%(person)s changed the password."),
    "user.profile_changed": gettext_lazy("%(person)s changed the profile."),
    "user.sessions_ended": gettext_lazy("%(person)s ended other sessions."),
    "user.totp_added": gettext_lazy("%(person)s set up an authenticator app."),
    "user.totp_removed": gettext_lazy("%(person)s removed the authenticator app."),
    "user.recovery_codes_made": gettext_lazy("%(person)s made new recovery codes."),
    "user.recovery_code_used": gettext_lazy("%(person)s used a recovery code."),
    "user.passkey_added": gettext_lazy("%(person)s added a passkey."),
    "user.passkey_renamed": gettext_lazy("%(person)s renamed a passkey."),
    "user.passkey_removed": gettext_lazy("%(person)s removed a passkey."),
    "user.address_requested": gettext_lazy("%(person)s asked for a link to confirm another e-mail address."),
    "user.address_cancelled": gettext_lazy("%(person)s no longer wants an e-mail address that was not confirmed."),
    "user.address_added": gettext_lazy("%(person)s confirmed another e-mail address."),
    "user.address_removed": gettext_lazy("%(person)s removed an e-mail address."),
    "user.primary_changed": gettext_lazy("%(person)s made another e-mail address the primary one."),
    "user.second_factor_reset": gettext_lazy("%(actor)s removed the second factor of %(person)s."),
    "user.disabled": gettext_lazy("%(actor)s disabled the account of %(person)s."),
    "user.enabled": gettext_lazy("%(actor)s enabled the account of %(person)s."),
    "user.erased": gettext_lazy("%(actor)s erased the account of %(person)s."),
}
ABOUT = {
    "membership": gettext_lazy("Members"),
    "invitation": gettext_lazy("Invitations"),
    "batch": gettext_lazy("Lists of people invited"),
    "role": gettext_lazy("Roles"),
    "community": gettext_lazy("Communities"),
    "api_key": gettext_lazy("API keys"),
    "connection": gettext_lazy("Sign-in with a directory"),
    "workspace": gettext_lazy("Workspace"),
    "domain": gettext_lazy("Domains"),
}


def sentences(told: Iterable[Told]) -> list[Shown]:
    """Each event as {id, at, text, action, actor {email, kind, id}, address, request_id, facts: [{name, before, after}]}, in the
    order given."""
    return [
        {
            "id": str(each.event.id),
            "at": each.event.at,
            "text": sentence(each),
            "action": each.event.action,
            "actor": {"email": each.email, "kind": each.event.actor_kind, "id": each.event.actor_id},
            "address": each.event.address,
            "request_id": each.event.request_id,
            "facts": _facts(each),
        }
        for each in told
    ]


def sentence(told: Told) -> str:
    action = told.event.action
    turns = [f"{action}/{turn}" for turn in _turns(told)]
    found = next((SENTENCES[turn] for turn in turns if turn in SENTENCES), SENTENCES.get(action))
    # An action of a newer version, read by an older process while machines are being replaced.
    text = str(found or "%(actor)s: " + action) % _words(told)
    ours = text.startswith((_("the operator"), _("the directory"), _("an erased user"), _("somebody who is gone")))
    return text[:1].upper() + text[1:] if ours else text


def _turns(told: Told) -> list[str]:
    """`own`: who did it did it to themselves; every fact that has become true, or (`no_`) that there is none of any more; `told`:
    something is known before and after. Of what lies out of the reader's sight it is not."""
    own = ["own"] if told.subject and told.subject == told.event.actor_id else []
    true = [key for key, value in told.after.items() if value is True]
    none = [f"no_{key}" for key, value in told.after.items() if value is None]
    return own + true + none + (["told"] if told.before.keys() & told.after.keys() else [])


def _words(told: Told) -> dict[str, str]:
    event = told.event
    called = told.after.get("name") or told.before.get("name") or told.after.get("connection")
    return {
        "actor": actor_words(told),
        "person": told.name(told.subject) or _("somebody who is gone"),
        "target": told.name(event.target_id) or _("somebody who is gone"),
        "place": told.name(event.community_id) or _("a deleted community"),
        "place_before": in_words(told, "community", told.before.get("community")),
        "place_after": in_words(told, "community", told.after.get("community")),
        "parent_before": in_words(told, "parent", told.before.get("parent")),
        "parent": in_words(told, "parent", told.after.get("parent")),
        "changes": _changes(told),
        "name": told.name(event.target_id) or called or _("that is gone"),
        "user": told.name(told.after.get("user")) or _("somebody who is gone"),
        "email": told.after.get("email") or _("somebody without an address"),
        "end": in_words(told, "ends_at", told.after.get("ends_at")),
        "roles": in_words(told, "roles", told.after.get("roles", [])),
        "roles_before": in_words(told, "roles", told.before.get("roles", [])),
        "grants": in_words(told, "grants", told.after.get("grants", [])),
        "grants_before": in_words(told, "grants", told.before.get("grants", [])),
    }


def _changes(told: Told) -> str:
    """`Name: “Alder” → “Alder Bank”; A link is valid for: “1 day” → “3 days”`."""
    both = [name for name in FACTS if name in told.before and name in told.after]  # the database keeps no order
    return "; ".join(
        _("%(what)s: “%(before)s” → “%(after)s”")
        % {"what": FACTS[name], "before": _shortly(told, name, told.before), "after": _shortly(told, name, told.after)}
        for name in both
    )


def _shortly(told: Told, name: str, side: dict[str, Any]) -> str:
    return Truncator(in_words(told, name, side[name]) or _("nothing")).chars(60)


def actor_words(told: Told) -> str:
    """A key says that it is one, and whoever calls themselves like Guestlist or its operator comes with their address."""
    name, kind = told.names.actor(told.event), told.event.actor_kind
    if kind == "api_key":
        return _("API key %(name)s") % {"name": name}
    pretends = kind == "user" and name.casefold() in (_("the operator").casefold(), "guestlist")
    return f"{name} ({told.email})" if pretends else name


def _facts(told: Told) -> list[Shown]:
    """What the event changed, fact by fact."""
    names = [name for name in dict.fromkeys([*told.before, *told.after]) if told.before.get(name) or told.after.get(name)]
    return [
        {
            "name": FACTS.get(name, name),
            "before": in_words(told, name, told.before[name]) if name in told.before else "",
            "after": in_words(told, name, told.after[name]) if name in told.after else "",
        }
        for name in names
    ]


def in_words(told: Told, name: str, value: Any) -> str:
    """The value of a fact as people read it: ids by name, lists with commas."""
    if name in SETTINGS:
        return SETTINGS[name](value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(in_words(told, name, each) for each in value) or _("none")
    if isinstance(value, dict) and "community" in value:
        where, roles = in_words(told, "community", value["community"]), in_words(told, "roles", value.get("roles", []))
        return _("%(place)s as %(roles)s") % {"place": where, "roles": roles}
    if name == "ends_at" and isinstance(value, str):
        end = datetime.fromisoformat(value)
        at_midnight = end.time() == time()  # as the pages set it: after a last day
        return (
            date_format(date.fromisoformat(last_day(end)), "SHORT_DATE_FORMAT")
            if at_midnight
            else date_format(end, "SHORT_DATETIME_FORMAT")
        )
    return told.name(value) or str(GONE.get(name, "" if value is None else value))
