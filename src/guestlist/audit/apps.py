from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    name = "guestlist.audit"

    def ready(self) -> None:
        """Those who listen (audit.events) do so from the first change on."""
        autodiscover_modules("events")
