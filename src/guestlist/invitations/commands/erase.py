"""Forget a person: name and addresses go, in the history too, and the facts stay (design rule 15)."""

import json
import re
import uuid
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db.models import CharField, Field, JSONField, Model, Q, TextField
from django.db.models.functions import Cast

from guestlist.audit.commands import record
from guestlist.audit.models import Event
from guestlist.invitations.commands.endings import cancel_mail, end_grants, told
from guestlist.invitations.models import Batch, Grant, Invitation
from guestlist.invitations.queries.opened import live_grants
from guestlist.kernel import clock
from guestlist.kernel.actors import Actor
from guestlist.kernel.text import address_key, shown_address
from guestlist.mail.commands import cancel_messages
from guestlist.mail.models import Message, State
from guestlist.members.commands import end_account, keeping_an_admin, workspaces_of
from guestlist.users.errors import NotConfirmed, WrongPassword
from guestlist.users.models import User
from guestlist.users.queries import users_by_address, verified_addresses

Fields = Sequence["Field[Any, Any]"]
_SIGNS = r"!#$%&'*/=?^`{|}~"  # what the name in an address may have beside letters (RFC 5322, section 3.2.3)


def close_account(*, user: User, typed: str, password: str) -> None:
    """The holder closes their account: `typed` is one of its addresses. Of one without a password the caller has made sure who it
    is. Raises NotConfirmed, WrongPassword, LastAdmin."""
    if address_key(typed) not in verified_addresses(user.id):
        raise NotConfirmed
    if user.has_usable_password() and not user.check_password(password):
        raise WrongPassword

    erase_user(actor=user.actor, user=user)


def erase_user(*, actor: Actor, user: User) -> None:
    """Ends the memberships and whatever waits for the user, and blanks their name and addresses wherever they were written down.
    It reads every table, and cannot be undone. Raises LastAdmin."""
    keys = verified_addresses(user.id) | {address_key(user.email)} - {""}
    waiting = Invitation.objects.filter(email_key__in=keys, state=Invitation.State.PENDING)
    with keeping_an_admin(sorted(workspaces_of(user) | set(waiting.values_list("workspace_id", flat=True)))):
        name, shown = user.name, user.email
        _take_back(actor, list(waiting))
        end_account(actor=actor, user=user)
        known = keys | _given_up(user.id)
        _blank_name(user.id, name, known)
        _blank_addresses(known | {shown_address(each) for each in known} | {shown.lower()})


def _given_up(user: uuid.UUID) -> set[str]:
    """The addresses they had before, but for those that somebody else has by now, or is invited by."""
    events = Event.objects.filter(target_id=user, action="user.address_removed")
    gone = {event.after["address"] for event in events if event.after}
    invited = Invitation.objects.live().filter(email_key__in=gone).values_list("email_key", flat=True)
    return gone - users_by_address(gone).keys() - set(invited)


def _take_back(actor: Actor, waiting: Collection[Invitation]) -> None:
    cancel_mail(waiting)
    grants = {row: live_grants(row) for row in waiting}
    end_grants([each for rows in grants.values() for each in rows], "revoked")
    Invitation.objects.filter(id__in=[row.id for row in waiting]).update(state=Invitation.State.REVOKED, decided_at=clock.now())
    record(actor=actor, changes=[each for row in waiting for each in told("invitation.revoked", row, grants[row])])


def _blank_name(user: uuid.UUID, name: str, keys: Collection[str]) -> None:
    """Where a row says whose the name is. Somebody else of the same name keeps theirs."""
    Grant.objects.filter(giver_kind="user", giver_id=user).update(giver_name="")
    Batch.objects.filter(actor_kind="user", actor_id=user).update(actor_name="")
    Invitation.objects.filter(Q(email_key__in=keys) | Q(user_id=user)).update(name="", note="")
    to_them = [row for key in keys for row in Message.objects.filter(to_email__iexact=key).values_list("id", flat=True)]
    cancel_messages(Message.objects.filter(id__in=to_them, state=State.QUEUED).values_list("id", flat=True))
    Message.objects.filter(id__in=to_them).update(to_name="", context={})
    # To an address that they wanted and perhaps never had: nobody else's rows are searched for it.
    wanted = Message.objects.filter(template="users/emails/address_link", link_subject=user)
    cancel_messages(wanted.values_list("id", flat=True))
    wanted.update(to_email="")
    # In events about them alone: of what they did to others nothing may go because they once took the name of a role.
    events = list(Event.objects.filter(target_id=user))
    changed = [event.before["name"] for event in events if event.action == "user.profile_changed" and event.before]
    asked = [side["address"] for event in events for side in (event.before, event.after) if side and "address" in side]
    names = {name, *changed} - {""}
    theirs = Event.objects.filter(actor_kind="user", actor_id=user).order_by().values("workspace_id").distinct()
    sent = Message.objects.filter(workspace_id__in=theirs)
    for message in (row for each in names for row in sent.filter(context__inviter=each)):
        message.context["inviter"] = ""
        message.save(update_fields=["context"])
    for event in events:
        before, after = (_replaced(side, {*names, *asked}) for side in (event.before, event.after))
        if (before, after) != (event.before, event.after):
            Event.objects.filter(id=event.id).update(before=before, after=after)


def _replaced(value: Any, names: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, names) for each in value]
    return "" if value in names else value


def _blank_addresses(addresses: Collection[str]) -> None:
    """In every text of every table of ours, so that a table made later is not forgotten."""
    written = "|".join(re.escape(each) for each in addresses)
    # Not inside a longer address: joana@x.example is not ana@x.example, and o'brien@x.example is not brien@x.example.
    pattern = re.compile(rf"(?<![\w.+-])(?<![\w.+-][{_SIGNS}])(?:{written})(?![\w-]|\.\w)", re.IGNORECASE)
    for model, texts in _columns():
        names = {f"{field.name}_read": Cast(field.name, TextField()) for field in texts}
        looks = [*addresses, *(json.dumps(each)[1:-1] for each in addresses)]
        found = Q(*(Q(**{f"{name}__icontains": look}) for name in names for look in looks), _connector=Q.OR)
        for row in model._base_manager.annotate(**names).filter(found):
            _blank(row, texts, pattern)


def _columns() -> Iterator[tuple[type[Model], Fields]]:
    for model in apps.get_models():
        texts = [each for each in model._meta.concrete_fields if isinstance(each, CharField | TextField | JSONField)]
        if model.__module__.startswith("guestlist.") and texts:
            yield model, texts


def _blank(row: Model, texts: Fields, pattern: re.Pattern[str]) -> None:
    for field in texts:
        setattr(row, field.attname, _without(getattr(row, field.attname), pattern))
    row.save(update_fields=[field.name for field in texts if not field.primary_key])


def _without(value: Any, pattern: re.Pattern[str]) -> Any:
    """The value without the addresses, and without the name that stands beside one."""
    if isinstance(value, dict):
        blanked = {key: _without(each, pattern) for key, each in value.items()}
        return blanked | {"name": ""} if blanked != value and "name" in value and "email" in value else blanked
    if isinstance(value, list):
        return [_without(each, pattern) for each in value]
    if not isinstance(value, str):
        return value
    # What is one address and no more goes as a whole or stays, whatever signs are in it.
    return ("" if pattern.fullmatch(value) else value) if address_key(value) else pattern.sub("", value)
