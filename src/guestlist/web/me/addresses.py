"""My e-mail addresses: add one, confirm it by the link that was mailed there, make it primary, remove it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guestlist.invitations.commands import verify_address
from guestlist.kernel.errors import NotFound, Refusal
from guestlist.kernel.text import shown_address
from guestlist.users.commands import MOST_ADDRESSES, make_primary, read_address_link, remove_address, request_address
from guestlist.users.errors import LinkEnded
from guestlist.users.queries import addresses_of, own_address
from guestlist.web.confirming import ask_to_confirm, needs_confirming, vouched_only
from guestlist.web.me.account import crumbs
from guestlist.web.presenting import Shown, person
from guestlist.web.shell import at, at_the_door


@require_safe
@login_required
def addresses_page(request: HttpRequest) -> HttpResponse:
    """Whoever runs the directory that opened the session has no business with addresses of elsewhere."""
    at(request, "me")
    if vouched_only(request):
        return ask_to_confirm(request)
    rows = addresses_of(request.user)
    page = {
        "crumbs": crumbs(_("E-mail addresses")),
        "addresses": [
            {
                **vars(row),
                **{f"{act}_url": reverse("address_act", args=[row.id, act]) for act in ("primary", "resend", "remove")},
            }
            for row in rows
        ],
        "full": len(rows) >= MOST_ADDRESSES,
    }
    return render(request, "me/addresses.html", page)


@needs_confirming
def address_new_page(request: HttpRequest) -> HttpResponse:
    """The answer is the same whether the address has an account or not."""
    at(request, "me")
    typed, errors = request.POST.get("email", "").strip(), {}
    if request.method == "POST":
        try:
            request_address(user=request.user, typed=typed)
            messages.success(request, _("A link is on its way to %(email)s. Open it in this browser.") % {"email": typed})
            return redirect("addresses")
        except Refusal as refusal:
            errors = {"email": str(refusal)}
    page = {"crumbs": crumbs(_("Add an address")), "values": {"email": typed}, "errors": errors}
    return render(request, "me/address_new.html", page, status=422 if errors else 200)


@needs_confirming
def address_act(request: HttpRequest, address: int, act: str) -> HttpResponse:
    at(request, "me")
    row = own_address(request.user, address)
    email = shown_address(row.email)
    questions = {
        "primary": _primary_question,
        "resend": _resend_question,
        "remove": _remove_question if row.verified else _cancel_question,
    }
    if act not in questions:
        raise NotFound
    if request.method == "POST":
        try:
            _do(request, address, act, email)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("addresses")
    page = {**questions[act](email, request.user.email), "cancel_url": reverse("addresses")}
    return render(request, "confirm.html", page)


def _do(request: HttpRequest, address: int, act: str, email: str) -> None:
    if act == "primary":
        make_primary(user=request.user, address=address)
        said = _("%(email)s is your primary address now.")
    elif act == "resend":
        request_address(user=request.user, typed=email)
        said = _("A link is on its way to %(email)s. Open it in this browser.")
    else:
        remove_address(user=request.user, address=address)
        said = _("%(email)s is removed.")
    messages.success(request, said % {"email": email})


def _primary_question(email: str, primary: str) -> Shown:
    return {
        "title": _("Make %(email)s your primary address?") % {"email": email},
        "effects": [
            {"text": _("Others see it instead of %(primary)s, in every workspace.") % {"primary": primary}},
            {"text": _("Mails about your communities go there.")},
            {"text": _("%(primary)s stays yours and still logs you in.") % {"primary": primary}, "kept": True},
        ],
        "submit": _("Make primary"),
        "safe": True,
    }


def _resend_question(email: str, primary: str) -> Shown:
    return {
        "title": _("Send the link to %(email)s again?") % {"email": email},
        "effects": [{"text": _("The link sent before ends.")}],
        "submit": _("Send again"),
        "safe": True,
    }


def _remove_question(email: str, primary: str) -> Shown:
    return {
        "title": _("Remove %(email)s?") % {"email": email},
        "effects": [
            {"text": _("It no longer logs you in, and links to set a new password that were sent so far end.")},
            {"text": _("Invitations to it no longer find your account.")},
            {"text": _("Where it was known, %(primary)s takes its place.") % {"primary": primary}},
            {"text": _("Your account and your communities stay."), "kept": True},
        ],
        "submit": _("Remove"),
    }


def _cancel_question(email: str, primary: str) -> Shown:
    return {
        "title": _("Remove %(email)s?") % {"email": email},
        "effects": [{"text": _("The link that was mailed there ends.")}],
        "submit": _("Remove"),
    }


@login_required
def address_page(request: HttpRequest, token: str) -> HttpResponse:
    """What the link in the mail opens, which changes nothing. Who else opens it, signed in or not, cannot use it."""
    at_the_door(request)
    state, email = _read(request, token)
    if state == "open" and vouched_only(request):
        return ask_to_confirm(request)
    if state == "open" and request.method == "POST":
        try:
            verify_address(user=request.user, token=token)
            messages.success(request, _("%(email)s is confirmed.") % {"email": email})
            return redirect("addresses")
        except LinkEnded:
            state = "ended"
    page = {
        "state": state,
        "email": email,
        "user": person(request.user),
        "addresses_url": reverse("addresses"),
        "switch_url": f"{reverse('account_logout')}?{urlencode({'next': request.path})}",
    }
    return render(request, "me/address.html", page, status={"open": 200, "other": 403, "ended": 410}[state])


def _read(request: HttpRequest, token: str) -> tuple[str, str]:
    """`open`, `other` (the link is for another account) or `ended`; and the address."""
    try:
        row = read_address_link(token=token)
    except LinkEnded:
        return "ended", ""
    return ("open" if row.user_id == request.user.id else "other"), shown_address(row.email)
