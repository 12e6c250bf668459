from django.urls import path

from guestlist.api.site import api

urlpatterns = [path("api/v1/", api.urls)]
