from django.apps import AppConfig


class WorkspacesConfig(AppConfig):
    name = "guestlist.workspaces"
