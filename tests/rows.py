"""What a fixture wrote, to be written again: once made by the commands, rows cost a statement a table instead of hundreds."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.db import connection, transaction
from django.db.models import AutoField

Made = TypeVar("Made")
Rows = dict[str, set[tuple[Any, ...]]]


class Remembered(Generic[Made]):
    """Calls `make` once in each process, and afterwards writes the rows that it wrote. A key that the database counts is given
    anew: nothing points at one."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self.make = make
        self.made: Made | None = None
        self.rows: Rows = {}

    def __call__(self) -> Made:
        if self.made is None:
            before = _everything()
            self.made = self.make()
            self.rows = {table: rows - before[table] for table, rows in _everything().items()}
        else:
            with transaction.atomic():  # foreign keys are checked at its end
                for table, rows in self.rows.items():
                    _insert(table, rows)
        return self.made


def _tables() -> dict[str, list[str]]:
    models = [each for each in apps.get_models(include_auto_created=True) if each._meta.managed]
    return {
        each._meta.db_table: [
            field.column for field in each._meta.concrete_fields if not isinstance(field, AutoField) and not field.generated
        ]
        for each in models
    }


def _everything() -> Rows:
    with connection.cursor() as cursor:
        return {table: _read(cursor, table, columns) for table, columns in _tables().items()}


def _read(cursor: Any, table: str, columns: list[str]) -> set[tuple[Any, ...]]:
    cursor.execute(f"SELECT {_names(columns)} FROM {connection.ops.quote_name(table)}")
    return set(cursor.fetchall())


def _insert(table: str, rows: set[tuple[Any, ...]]) -> None:
    if not rows:
        return
    columns = _tables()[table]
    row = f"({', '.join(['%s'] * len(columns))})"
    values = ", ".join([row] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {connection.ops.quote_name(table)} ({_names(columns)}) VALUES {values}",
            [value for each in rows for value in each],
        )


def _names(columns: list[str]) -> str:
    return ", ".join(connection.ops.quote_name(each) for each in columns)
