"""My data: take a copy of all of it, or close the account."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guestlist.invitations.commands import close_account
from guestlist.invitations.queries import own_data
from guestlist.members.errors import LastAdmin
from guestlist.sso.queries import known_as
from guestlist.users.errors import NotConfirmed, WrongPassword
from guestlist.web.confirming import ask_to_confirm, confirmed_lately, vouched_only
from guestlist.web.limits import limited
from guestlist.web.me.account import crumbs
from guestlist.web.shell import at


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    """Of every workspace: whoever runs the directory that opened the session has no business with the others."""
    if vouched_only(request):
        return ask_to_confirm(request)
    data = own_data(request.user) | {"directories": known_as(request.user)}
    answer = JsonResponse(data, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@login_required
def close_page(request: HttpRequest) -> HttpResponse:
    at(request, "me")
    has_password = request.user.has_usable_password()
    if not has_password and not confirmed_lately(request):
        return ask_to_confirm(request)
    errors = _close(request) if request.method == "POST" else {}
    if request.method == "POST" and not errors:
        logout(request)
        messages.success(request, _("Your account is closed."))
        return redirect("account_login")
    page = {
        "crumbs": crumbs(_("Close my account")),
        "errors": errors,
        "values": {"email": request.POST.get("email", "")},
        "email": request.user.email,
        "has_password": has_password,
        "export_url": reverse("export"),
        "effects": [
            _("Your memberships end, in every workspace, at once."),
            _("Your name and your addresses are blanked, in the history too. What was done stays written down, without them."),
            _("Every session ends, and invitations that wait for you are taken back."),
            _("It cannot be undone. To come back you need an invitation, and begin anew."),
        ],
    }
    return render(request, "me/close.html", page, status=422 if errors else 200)


def _close(request: HttpRequest) -> dict[str, str]:
    if limited(request, "change_password", key=str(request.user.id)):
        return {"form": _("Too many attempts. Wait a minute and try again.")}
    try:
        close_account(user=request.user, typed=request.POST.get("email", ""), password=request.POST.get("password", ""))
    except NotConfirmed as refusal:
        return {"email": str(refusal)}
    except WrongPassword as refusal:
        return {"password": str(refusal)}
    except LastAdmin as refusal:
        request.user.refresh_from_db()  # blanked before the refusal undid it
        return {"form": str(refusal)}
    return {}
