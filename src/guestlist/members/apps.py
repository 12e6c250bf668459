from django.apps import AppConfig
from django.conf import settings

from guestlist.access.permissions import load_catalogue


class MembersConfig(AppConfig):
    name = "guestlist.members"

    def ready(self) -> None:
        """What applications registered is part of what roles mean, so it is read before anything is asked. Raises BadCatalogue."""
        load_catalogue(settings.GUESTLIST_PERMISSIONS)
