"""Many rows at once: written in one stroke, found by a list however long."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import JSONField, Model
from django.db.models.expressions import RawSQL

_LISTED = {"postgresql": "SELECT jsonb_array_elements_text(%s)", "sqlite": "SELECT value FROM json_each(%s)"}


def listed(texts: Iterable[str]) -> RawSQL:
    """`texts` for a filter with `__in`, as one parameter. With a parameter for each, PostgreSQL compares them one by one with every
    row of the workspace until it has statistics of a young table."""
    return RawSQL(_LISTED[connection.vendor], [json.dumps(list(texts))])


@contextmanager
def planned_anew() -> Iterator[None]:
    """Inside, PostgreSQL plans every statement for its own parameters. A plan kept from an actor who did a million things would
    read the whole history for one who did nothing."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        yield


def insert_rows(rows: Sequence[Model]) -> None:
    """Writes new rows of one model in the caller's transaction: on PostgreSQL by COPY, which takes a fifth of bulk_create's time.
    Raises IntegrityError."""
    if connection.vendor == "postgresql" and rows:
        _copy(rows)
    elif rows:
        type(rows[0])._base_manager.bulk_create(rows)


def _copy(rows: Sequence[Model]) -> None:
    fields = rows[0]._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    statement = f"COPY {connection.ops.quote_name(rows[0]._meta.db_table)} ({columns}) FROM STDIN"
    names = [field.attname for field in fields]
    documents = [place for place, field in enumerate(fields) if isinstance(field, JSONField)]
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = [getattr(row, name) for name in names]
            for place in documents:
                values[place] = None if values[place] is None else json.dumps(values[place])
            copy.write_row(values)
            row._state.adding = False
