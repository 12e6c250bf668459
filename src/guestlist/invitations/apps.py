from importlib import import_module

from django.apps import AppConfig

from guestlist.members.events import role_going


class InvitationsConfig(AppConfig):
    name = "guestlist.invitations"

    def ready(self) -> None:
        # The commands need the models, which are there only now.
        role_going.connect(import_module("guestlist.invitations.commands.moving").move_grants)
