"""Where a page lies, from the outside in. The last crumb is the page itself, so its address is not shown."""

from django.urls import reverse
from django.utils.translation import gettext as _

Crumbs = list[dict[str, str]]


def trail(*path: tuple[str, str]) -> Crumbs:
    return [{"label": label, "url": url} for label, url in path]


def settings_trail(slug: str, *path: tuple[str, str]) -> Crumbs:
    """Below the settings of the workspace."""
    home = reverse("settings", args=[slug])
    return trail((_("Settings"), home), (_("Workspace"), home), *path)
