"""The site map."""

from django.urls import include, path

from guestlist.api.site import api
from guestlist.web import errors

urlpatterns = [path("api/v1/", api.urls), path("", include("guestlist.web.urls"))]

handler403, handler404, handler500 = errors.forbidden, errors.not_found, errors.failed
