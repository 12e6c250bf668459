"""A directory brought somebody else than who is signed in here: whoever sits there says whether to change accounts."""

import uuid
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from guestlist.kernel import clock
from guestlist.sso.queries import open_connection
from guestlist.users.models import User
from guestlist.web.presenting import person
from guestlist.web.shell import at_the_door
from guestlist.web.sso.views import ARRIVED, open_session

WITHIN = timedelta(minutes=5)


@never_cache
@login_required
def switch_page(request: HttpRequest) -> HttpResponse:
    arrived = request.session.get(ARRIVED)
    if arrived is None or clock.now() - datetime.fromisoformat(arrived["at"]) > WITHIN:
        return redirect("home")
    row = open_connection(uuid.UUID(arrived["connection"]))
    user = User.objects.filter(id=arrived["user"], disabled_at=None, identities__connection=row).first()
    if user is None:
        return redirect("home")
    if request.method == "POST":
        return open_session(request, row, user, arrived["next"])
    at_the_door(request)
    page = {"connection": row.name, "here": person(request.user), "there": person(user), "stay_url": reverse("home")}
    return render(request, "sso/switch.html", page)
