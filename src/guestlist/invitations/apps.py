from importlib import import_module

from django.apps import AppConfig


class InvitationsConfig(AppConfig):
    name = "guestlist.invitations"

    def ready(self) -> None:
        import_module("guestlist.invitations.commands.moving")  # what hears signals has to be there before they are sent
