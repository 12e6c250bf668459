from importlib import import_module

from django.apps import AppConfig


class SsoConfig(AppConfig):
    name = "guestlist.sso"

    def ready(self) -> None:
        for each in ("moving", "telling"):  # what hears signals has to be there before they are sent
            import_module(f"guestlist.sso.commands.{each}")
