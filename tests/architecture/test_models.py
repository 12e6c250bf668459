from django.apps import apps
from django.db.models import Field, ForeignKey, Model

# Lowest first; those of one level do not know each other (pyproject.toml, "Packages point downwards").
LEVELS = {"audit": 1, "mail": 1, "users": 2, "workspaces": 3, "members": 4, "invitations": 5, "sso": 6, "api": 7, "web": 7}


def our_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("guestlist.")]


def foreign_keys() -> list[Field]:
    return [field for model in our_models() for field in model._meta.fields if isinstance(field, ForeignKey)]


def package_of(model: type[Model]) -> str:
    return model.__module__.split(".")[1]


def test_foreign_keys_point_downwards():
    keys = foreign_keys()

    pairs = {(package_of(key.model), package_of(key.related_model), str(key)) for key in keys}

    assert pairs
    assert [key for here, there, key in pairs if here != there and LEVELS[here] <= LEVELS[there]] == []


def test_every_table_is_named_by_hand():
    derived = [
        model.__name__ for model in our_models() if model._meta.db_table == f"{model._meta.app_label}_{model.__name__.lower()}"
    ]

    # A renamed package must not rename a table; `audit_event` happens to be what Django would have derived for audit.Event.
    assert [name for name in derived if name != "Event"] == []
