"""Make, edit, move and delete a community: each a form of its own."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guestlist.invitations.commands import delete_community, move_community
from guestlist.invitations.queries.places import Hanging, hanging_on
from guestlist.kernel.errors import NotFound, Refusal
from guestlist.kernel.ids import as_id
from guestlist.kernel.text import clean_line
from guestlist.members.commands import create_community, update_community
from guestlist.members.queries import Shift, communities_where, locate_community, may, sees_whole, visible_communities
from guestlist.members.queries.tree import parents_open_to
from guestlist.web.crumbs import Crumbs, trail
from guestlist.web.presenting import Shown, place
from guestlist.web.shell import at
from guestlist.web.user_center.tree import way_words
from guestlist.workspaces.errors import BadSlug, HasChildren, MainStays, NameMissing, SlugTaken
from guestlist.workspaces.models import Community
from guestlist.workspaces.queries import children_of

OFFERED = 50


@login_required
def new_page(request: HttpRequest, community: uuid.UUID) -> HttpResponse:
    parent = _writable(request, community)
    values = {"name": request.POST.get("name", ""), "description": request.POST.get("description", "")}
    errors = _twin(request, parent, values["name"])
    if request.method == "POST" and not errors:
        try:
            made = create_community(actor=request.user.actor, parent=parent, **values)
            messages.success(request, _("%(name)s is there.") % {"name": made.name})
            return redirect("community", made.id, "users")
        except Refusal as refusal:
            errors = _beside(refusal)
    title = _("New community below %(parent)s") % {"parent": parent.name}
    reach = _("Whoever has a role in %(parent)s, or above it, has it here too.") % {"parent": parent.name}
    return _form(request, parent, title, _("Create"), values, errors, lead=reach)


@login_required
def edit_page(request: HttpRequest, community: uuid.UUID) -> HttpResponse:
    here = _writable(request, community)
    fields = ("name", "description", "slug") if sees_whole(request.user.actor, here.workspace_id) else ("name", "description")
    values = {each: request.POST.get(each, getattr(here, each)) for each in fields}
    errors = _twin(request, here.parent, values["name"], here)
    if request.method == "POST" and not errors:
        try:
            update_community(actor=request.user.actor, community=here, **values)
            messages.success(request, _("Saved."))
            return redirect("community", here.id, "users")
        except Refusal as refusal:
            errors = _beside(refusal)
    return _form(request, here, _("Edit %(community)s") % {"community": here.name}, _("Save"), values, errors)


def _twin(request: HttpRequest, parent: Community | None, name: str, here: Community | None = None) -> dict[str, str]:
    """Asks once before two communities in sight have one name below one parent; to press the button again is the answer."""
    name = clean_line(name)
    if request.method != "POST" or parent is None or name in (request.POST.get("twin"), here and here.name):
        return {}
    beside = visible_communities(request.user.actor, parent.workspace).filter(parent=parent, name__iexact=name)
    if not (beside.exclude(id=here.id) if here else beside).exists():
        return {}
    words = _("%(name)s lies below %(parent)s already. Choose another name, or press the button again to have two.")
    return {"name": words % {"name": name, "parent": parent.name}}


def _form(
    request: HttpRequest, here: Community, title: str, submit: str, values: Shown, errors: dict[str, str], lead: str = ""
) -> HttpResponse:
    page = {
        "crumbs": _crumbs(here, title),
        "title": title,
        "lead": lead,
        "submit": submit,
        "cancel_url": reverse("community", args=[here.id, "users"]),
        "values": values,
        "twin": clean_line(values["name"]) if errors else "",
        "errors": errors,
    }
    return render(request, "user_center/community_form.html", page, status=422 if errors else 200)


@login_required
def move_page(request: HttpRequest, community: uuid.UUID) -> HttpResponse:
    """First where to, then who gains and who loses, then the move itself."""
    here = _writable(request, community)
    if here.is_main:
        return _refused(request, here, MainStays())
    find, act = clean_line(request.POST.get("find", "")), request.POST.get("do", "")
    parent = parents_open_to(request.user.actor, here).filter(id=as_id(request.POST.get("to"))).first()
    errors: dict[str, str] = {}
    if act in ("check", "move") and parent is None:
        errors["to"] = _("Pick the community it goes below.")
    elif act in ("check", "move") and parent:
        try:
            done = move_community(actor=request.user.actor, community=here, parent=parent, dry_run=act == "check")
            if act == "check":
                return _preview(request, here, parent, done.gains, done.losses)
            words = {"community": here.name, "parent": parent.name}
            messages.success(request, _("%(community)s lies below %(parent)s now.") % words)
            return redirect("community", here.id, "users")
        except Refusal as refusal:
            errors["form"] = str(refusal)
    title = _("Move %(community)s") % {"community": here.name}
    page = {
        "crumbs": _crumbs(here, title),
        "title": title,
        "way": way_words(request, [here])[here.id],
        "errors": errors,
        **_picker(request, here, parents_open_to(request.user.actor, here), parent, find),
    }
    return render(request, "user_center/move.html", page, status=422 if errors else 200)


def _preview(request: HttpRequest, here: Community, parent: Community, gains: Shift, losses: Shift) -> HttpResponse:
    words = {"community": here.name, "parent": parent.name}
    page = {
        "crumbs": _crumbs(here, _("Move %(community)s") % words),
        "title": _("Move %(community)s below %(parent)s?") % words,
        "effects": [
            _("What lies below %(community)s moves along. Its members, roles and addresses stay.") % words,
            _("Invitations still out are checked again when they are accepted: may their giver give this there?"),
        ],
        "shifts": [_shift(_("Gain access"), gains), _shift(_("Lose access"), losses)],
        "hidden": [{"name": "to", "value": str(parent.id)}, {"name": "do", "value": "move"}],
        "submit": _("Move"),
        "cancel_url": reverse("community", args=[here.id, "users"]),
    }
    return render(request, "user_center/move_preview.html", page)


def _shift(title: str, shift: Shift) -> Shown:
    more = shift.total - len(shift.holders)
    others = ngettext("and %(n)s other whom you do not see here", "and %(n)s others whom you do not see here", more)
    return {"title": title, "total": shift.total, "holders": shift.holders, "more": others % {"n": more} if more else ""}


@login_required
def delete_page(request: HttpRequest, community: uuid.UUID) -> HttpResponse:
    here = _writable(request, community)
    if here.is_main or children_of([here.id]):
        return _refused(request, here, MainStays() if here.is_main else HasChildren())
    hanging = hanging_on(here)
    plan = request.POST.get("members", "")
    places = communities_where(request.user.actor, here.workspace, "members:assign").exclude(id=here.id)
    to = places.filter(id=as_id(request.POST.get("to"))).first() if plan == "move" else None
    errors: dict[str, str] = {}
    if request.method == "POST" and request.POST.get("do") != "find":
        errors = _missing(request, here, hanging, plan, to)
        try:
            if not errors:
                shown = request.POST.get("was")
                delete_community(actor=request.user.actor, community=here, members=_known(plan), to=to, shown=shown)
                messages.success(request, _("%(community)s is gone.") % {"community": here.name})
                return redirect("communities")
        except Refusal as refusal:
            errors["form"] = str(refusal)
    title = _("Delete %(community)s?") % {"community": here.name}
    page = {
        "crumbs": _crumbs(here, title),
        "title": title,
        "effects": _endings(hanging),
        "submit": _("Delete"),
        "cancel_url": reverse("community", args=[here.id, "users"]),
        "type_name": here.name if hanging.needs_plan else "",
        "members": len(hanging.memberships),
        "was": hanging.fingerprint,
        "plan": plan,
        "errors": errors,
        **_picker(request, here, places, to, clean_line(request.POST.get("find", ""))),
    }
    return render(request, "user_center/delete.html", page, status=422 if errors else 200)


def _missing(request: HttpRequest, here: Community, hanging: Hanging, plan: str, to: Community | None) -> dict[str, str]:
    errors = {}
    if hanging.memberships and not _known(plan):
        errors["members"] = _("Say what becomes of the members.")
    if plan == "move" and to is None:
        errors["to"] = _("Pick the community they go to.")
    if hanging.needs_plan and request.POST.get("name", "").strip() != here.name:
        errors["name"] = _("Type the name as it stands here.")
    return errors


def _known(plan: str) -> Any:
    return plan if plan in ("remove", "move") else ""


def _endings(hanging: Hanging) -> list[Shown]:
    """Exactly what ends, in numbers; and what stays."""
    asked = len({grant.invitation_id for grant in hanging.grants})
    lines = [
        (
            len(hanging.memberships),
            ngettext("%(n)s member loses their place here.", "%(n)s members lose their place here.", len(hanging.memberships)),
        ),
        (asked, ngettext("%(n)s invitation is taken back.", "%(n)s invitations are taken back.", asked)),
        (len(hanging.keys), ngettext("%(n)s API key stops working.", "%(n)s API keys stop working.", len(hanging.keys))),
        (len(hanging.owned), ngettext("%(n)s custom role is deleted.", "%(n)s custom roles are deleted.", len(hanging.owned))),
    ]
    found = [{"text": words % {"n": number}} for number, words in lines if number]
    return [*found, {"text": _("Accounts and the history stay. Deleting cannot be undone."), "kept": True}]


def _picker(request: HttpRequest, here: Community, places: Any, chosen: Community | None, find: str) -> Shown:
    """Up to 50 communities to pick one from, with the way to each; a search finds the others."""
    rows = list((places.filter(name__icontains=find) if find else places)[: OFFERED + 1])
    shown = rows[:OFFERED]
    if chosen and chosen not in shown:
        shown.insert(0, chosen)
    ways = way_words(request, shown)
    options = [{**place(row), "way": ways[row.id], "checked": row == chosen} for row in shown]
    return {"options": options, "more": len(rows) > OFFERED, "find": find, "community": place(here)}


def _beside(refusal: Refusal) -> dict[str, str]:
    """The refusal at the field it is about."""
    field = {NameMissing: "name", SlugTaken: "slug", BadSlug: "slug"}.get(type(refusal), "form")
    return {field: str(refusal)}


def _refused(request: HttpRequest, here: Community, refusal: Refusal) -> HttpResponse:
    messages.error(request, str(refusal))
    return redirect("community", here.id, "users")


def _writable(request: HttpRequest, community: uuid.UUID) -> Community:
    """The community, for whoever may change it; to the others the page does not exist."""
    workspace, here = locate_community(request.user.actor, community)
    at(request, "communities", workspace, here)
    if not may(request.user.actor, "communities:write", here.id):
        raise NotFound
    return here


def _crumbs(here: Community, title: str) -> Crumbs:
    there = reverse("community", args=[here.id, "users"])
    return trail((_("Managed Communities"), reverse("communities")), (here.name, there), (title, ""))
