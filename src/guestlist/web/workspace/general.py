"""Settings > Workspace > General, and the setup checklist: for whoever may change the workspace's settings."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from guestlist.access.roles import ADMIN
from guestlist.invitations.queries.setup import Setup, setup_of
from guestlist.kernel.errors import Refusal
from guestlist.members.commands import dismiss_setup, send_trial_mail, update_workspace
from guestlist.members.queries import may_in_main
from guestlist.sso.queries import connections_on
from guestlist.web.crumbs import settings_trail
from guestlist.web.facts import TREATMENTS
from guestlist.web.invite.form import LIFETIMES
from guestlist.web.presenting import Shown, duration
from guestlist.web.shell import open_settings
from guestlist.workspaces.errors import BadLifetime, BadSlug, NameMissing, PolicyLoosened, SlugTaken
from guestlist.workspaces.models import Workspace
from guestlist.workspaces.queries import main_community
from guestlist.workspaces.rules import treatments_left

FIELDS = ("name", "slug", "language", "invitation_lifetime", "existing_users")
UNITS = {"60": 60, "3600": 3600, "86400": 86400}


@login_required
def general_page(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = open_settings(request, slug, "ws-general", "settings:write")
    values = _values(request, workspace)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            done = update_workspace(actor=request.user.actor, workspace=workspace, **_changed(request, values))
            messages.success(request, _("Saved."))
            return redirect("workspace_general", done.slug)
        except Refusal as refusal:
            errors = _beside(refusal, "custom" if values["custom"] else "lifetime")
    page = {
        "crumbs": settings_trail(slug, (_("General"), "")),
        "values": values,
        "was": [{"name": f"was-{each}", "value": str(getattr(workspace, each))} for each in FIELDS],
        "errors": errors,
        "languages": [{"code": code, "name": name} for code, name in settings.LANGUAGES],
        "lifetimes": [{"seconds": str(each), "label": duration(each)} for each in _lifetimes(workspace)],
        "units": [{"seconds": "60", "label": _("minutes")}, {"seconds": "3600", "label": _("hours")}]
        + [{"seconds": "86400", "label": _("days")}],
        "treatments": _treatments(values["existing_users"]),
    }
    return render(request, "workspace/general.html", page, status=422 if errors else 200)


def _values(request: HttpRequest, workspace: Workspace) -> Shown:
    kept = {
        "name": workspace.name,
        "slug": workspace.slug,
        "language": workspace.language,
        "lifetime": str(workspace.invitation_lifetime),
        "custom": "",
        "unit": "3600",
        "existing_users": workspace.existing_users,
    }
    return {each: request.POST.get(each, value).strip() for each, value in kept.items()}


def _changed(request: HttpRequest, values: Shown) -> dict[str, Any]:
    """What differs from what was shown, and what that was: the rest is left to whoever changed it meanwhile."""
    fields = {each: _seconds(values) if each == "invitation_lifetime" else values[each] for each in FIELDS}
    shown = {each: request.POST[f"was-{each}"] for each in FIELDS if f"was-{each}" in request.POST}
    return {each: value for each, value in fields.items() if shown.get(each) != str(value)} | {"shown": shown}


def _seconds(values: Shown) -> int:
    """The life of a link as typed, else as chosen; 0, which is refused, for what is no number."""
    typed, unit = (values["custom"], UNITS.get(values["unit"], 0)) if values["custom"] else (values["lifetime"], 1)
    return int(typed) * unit if typed.isdecimal() and len(typed) < 10 else 0


def _lifetimes(workspace: Workspace) -> list[int]:
    return sorted({*LIFETIMES, workspace.invitation_lifetime})


def _treatments(chosen: str) -> list[Shown]:
    operator: str = settings.GUESTLIST_EXISTING_USERS
    about = {
        "": TREATMENTS[operator],
        "add": _("They see it when they log in, and can leave."),
        "notify": _("As above, with an e-mail that says so."),
        "ask": _("They are members only after they accept."),
    }
    return [
        {"value": each, "label": TREATMENTS[each], "about": about[each], "checked": each == chosen}
        for each in ("", *treatments_left(operator))
    ]


def _beside(refusal: Refusal, lifetime: str) -> dict[str, str]:
    """The refusal at the field it is about; `lifetime` is the one of two that the life of a link was taken from."""
    fields = {NameMissing: "name", SlugTaken: "slug", BadSlug: "slug", BadLifetime: lifetime, PolicyLoosened: "existing_users"}
    return {fields.get(type(refusal), "form"): str(refusal)}


@login_required
def setup_page(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = open_settings(request, slug, "ws-setup", "settings:write")
    if request.method == "POST" and request.POST.get("do") == "mail":
        send_trial_mail(actor=request.user.actor, workspace=workspace, user=request.user)
        messages.success(request, _("A mail to %(email)s is on its way.") % {"email": request.user.email})
        return redirect("workspace_setup", slug)
    if request.method == "POST":
        dismiss_setup(actor=request.user.actor, workspace=workspace)
        messages.success(request, _("The checklist is put away. Its address stays."))
        return redirect("workspace_users", slug)
    setup = _whole_setup(workspace)
    page = {
        "crumbs": settings_trail(slug, (_("Setup checklist"), "")),
        "lead": _("Steps tick themselves as soon as they are done."),
        "done": setup.done,
        "total": len(setup.steps),
        "finished": setup.finished,
        "dismissed": workspace.setup_dismissed_at is not None,
        "steps": _steps(workspace, setup, request.user.email),
    }
    return render(request, "workspace/setup.html", page)


def _steps(workspace: Workspace, setup: Setup, email: str) -> list[Shown]:
    main, users = main_community(workspace).id, reverse("workspace_users_new", args=[workspace.slug])
    steps: dict[str, tuple[str, str, str, str]] = {
        "mail": (_("Mail arrives"), _mail_words(setup.mail), _("Send a mail to %(email)s") % {"email": email}, ""),
        "admins": (
            _("A second Admin"),
            _("If the only one is ill or loses their password, nobody else can put things right."),
            _("Invite an Admin"),
            f"{users}?{urlencode({'community': main, f'roles-{main}': ADMIN})}",
        ),
        "communities": (
            _("Communities"),
            _("One for each customer or site, if you serve several. With one organisation the main community is enough."),
            _("Add a community"),
            reverse("community_new", args=[main]),
        ),
        "roles": (
            _("Roles"),
            _("Give people no more than they need: somebody who is not Admin, or a role of your own."),
            _("Look at the roles"),
            reverse("community", args=[main, "roles"]),
        ),
        "invitation": (
            _("The first invitation"),
            _("One address or a list of thousands, by the same form."),
            _("Invite people"),
            users,
        ),
    } | _sign_in_steps(workspace)
    return [
        {"key": key, "done": setup.steps[key], "title": title, "about": about, "label": label, "url": url}
        for key, (title, about, label, url) in steps.items()
    ]


def _sign_in_steps(workspace: Workspace) -> dict[str, tuple[str, str, str, str]]:
    security = reverse("workspace_security", args=[workspace.slug])
    return {
        "directory": (
            _("A directory"),
            _("People sign in with the account they have at work, and lose it when they leave."),
            _("Connect a directory"),
            security,
        ),
        "second_factor": (
            _("A second factor"),
            _("A stolen password alone opens nothing: have it asked of everybody who enters."),
            _("Require it"),
            security,
        ),
    }


def _mail_words(state: str) -> str:
    return {
        "sent": _("The mail server took the last one."),
        "delivered": _("The last one was delivered."),
        "queued": _("Sending… If it stays so: is the worker running, and does the mail server answer?"),
        "failed": _("The last one could not be sent."),
        "bounced": _("The last one came back."),
    }.get(state, _("Nothing has been sent yet."))


def opens_with_setup(request: HttpRequest, workspace: Workspace) -> bool:
    """Whether the settings begin with the checklist: for who may work through it, until it is finished or put away."""
    if workspace.setup_dismissed_at or not may_in_main(request.user.actor, "settings:write", workspace):
        return False
    return not _whole_setup(workspace).finished


def _whole_setup(workspace: Workspace) -> Setup:
    """With the steps of packages above the one that knows the others."""
    found = setup_of(workspace)
    more = {"directory": bool(connections_on(workspace)), "second_factor": workspace.requires_second_factor}
    return replace(found, steps=found.steps | more)
