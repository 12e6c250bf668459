from importlib import import_module

from django.apps import AppConfig


class SsoConfig(AppConfig):
    name = "guestlist.sso"

    def ready(self) -> None:
        import_module("guestlist.sso.commands.moving")  # what hears signals has to be there before they are sent
