"""Sign in with SSO: by the directory that this browser used last, or by a link that goes to the address typed. What the page answers is
the same for every address, so that it tells nobody whose directory is connected."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from guestlist.kernel.ids import as_id
from guestlist.kernel.text import address_key
from guestlist.sso.commands import mail_ways_in
from guestlist.sso.models import Connection
from guestlist.sso.queries import connection_on
from guestlist.web.limits import limited, same_time
from guestlist.web.presenting import Shown

COOKIE = "__Host-guestlist-sso" if settings.SECURE else "guestlist-sso"
SALT = "guestlist.sso"
SECONDS = 400 * 24 * 3600


@never_cache
@sensitive_post_parameters("password")
def find_page(request: HttpRequest) -> HttpResponse:
    """The sign-in form posts here too, with its `Email`; whatever else it holds is not read."""
    email = request.POST.get("email", "").strip()
    page: Shown = {"values": {"email": email}, "login_url": reverse("account_login")}
    if request.method != "POST" or not (email or "do" in request.POST):  # from the sign-in form, without an address yet
        return render(request, "sign_in/sso.html", page)
    if not address_key(email):
        page["errors"] = {"email": _("Enter your whole e-mail address, such as ana@northwind.example.")}
        return render(request, "sign_in/sso.html", page, status=422)
    with same_time():
        if not limited(request, "reset_password", key=f"sso:{address_key(email)}"):
            mail_ways_in(address=email)
    return render(request, "sign_in/sso_sent.html", page)


def remember_connection(response: HttpResponse, connection: Connection) -> None:
    """After somebody signed in by it: from now on the sign-in page of this browser offers the connection by name."""
    value = signing.dumps(str(connection.id), salt=SALT)
    response.set_cookie(COOKIE, value, max_age=SECONDS, secure=settings.SECURE, httponly=True, samesite="Lax")


def remembered(request: HttpRequest, target: str) -> Shown | None:
    """The connection this browser used last, if it is still on, as {name, url}; `target`: where to go after signing in."""
    try:
        known = as_id(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS))
    except signing.BadSignature:
        return None
    row = connection_on(known) if known else None
    query = f"?{urlencode({'next': target})}" if target else ""
    return {"name": row.name, "url": f"{reverse('sso_start', args=[row.id])}{query}"} if row else None
