"""The door of a workspace: what it asks of this session, and the way to give it."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guestlist.members.queries import fetch_workspace
from guestlist.sso.queries import connections_on
from guestlist.web.door.guard import Shut
from guestlist.web.presenting import Shown, duration, person, place
from guestlist.web.shell import at_the_door
from guestlist.web.sign_in.views import safe_next
from guestlist.workspaces.models import Workspace
from guestlist.workspaces.rules import Door


@require_safe
@login_required
@never_cache
def door_page(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = fetch_workspace(request.user.actor.outside, slug)
    target = safe_next(request) or reverse("workspace", args=[slug])
    shut = request.doors.get(slug)
    if shut is None:
        return redirect(target)
    at_the_door(request)
    page = {
        "workspace": place(workspace),
        "asks": shut.asks,
        "words": _words(workspace, shut),
        "connections": _connections(request, workspace, shut, target),
        **_other_way(request, shut, target),
        "user": person(request.user),
        "me_url": reverse("me"),
        "logout_url": reverse("account_logout"),
    }
    return render(request, "door/door.html", page)


def _words(workspace: Workspace, shut: Shut) -> str:
    name = {"workspace": workspace.name}
    words = {
        "sso": _("%(workspace)s lets people in through its directory only.") % name,
        "elsewhere": _("You signed in through another directory than that of %(workspace)s.") % name,
        "again": _limits(shut.door) % name,
        "second_factor": _("%(workspace)s asks for a second factor: a code from an app, or a passkey.") % name,
    }
    return words[shut.asks]


def _limits(door: Door) -> str:
    """What the workspace asks of a session's age, the name of it left open."""
    idle, lifetime = duration(door.session_idle or 0), duration(door.session_lifetime or 0)
    if door.session_idle and door.session_lifetime:
        words = _("%%(workspace)s asks you to log in again after %(idle)s without a click, and every %(lifetime)s.")
    elif door.session_idle:
        words = _("%%(workspace)s asks you to log in again after %(idle)s without a click.")
    else:
        words = _("%%(workspace)s asks you to log in again every %(lifetime)s.")
    return words % {"idle": idle, "lifetime": lifetime}


def _connections(request: HttpRequest, workspace: Workspace, shut: Shut, target: str) -> list[Shown]:
    """The directories that lead in. Who is asked again goes the way they came."""
    rows = [] if shut.asks == "second_factor" else connections_on(workspace)
    if shut.asks == "again":
        rows = [each for each in rows if str(each.id) == request.session.get("connection")]
    return [{"name": each.name, "url": f"{reverse('sso_start', args=[each.id])}?{urlencode({'next': target})}"} for each in rows]


def _other_way(request: HttpRequest, shut: Shut, target: str) -> Shown:
    """To show the second factor, or set one up; or to log in once more: out, and back to the page that was wanted."""
    if shut.asks == "second_factor":
        has_one = Authenticator.objects.filter(user=request.user).exists()
        page = f"{reverse('confirm')}?ask=factor&" if has_one else f"{reverse('security')}?"
        return {"factor_url": page + urlencode({"next": target}), "has_factor": has_one}
    came_by_connection = shut.asks == "again" and shut.door.own_connection
    login = f"{reverse('account_login')}?{urlencode({'next': target})}"
    return {"again": "" if shut.asks == "sso" or came_by_connection else login}
