"""Many rows at once: written in one stroke, found by a list however long."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from operator import itemgetter
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Field, JSONField, Model
from django.db.models.base import ModelState
from django.db.models.expressions import RawSQL

M = TypeVar("M", bound=Model)

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


def like(row: M, **columns: object) -> M:
    """A new row that has what `row` has, but for `columns` (by attname, so `workspace_id`), and shares its documents. Where hundreds
    are alike it takes a fifteenth of the time in which a model fills in its defaults."""
    made = object.__new__(type(row))
    vars(made).update(vars(row), **columns)
    made._state = ModelState()
    return made


def insert_rows(model: type[M], rows: Iterable[M]) -> list[M]:
    """Writes new rows in the caller's transaction and answers them: on PostgreSQL by COPY, which takes a fifth of bulk_create's time,
    and which begins while `rows` are still being made, so making one must ask the database nothing. Raises IntegrityError."""
    rows = iter(rows)
    first = list(islice(rows, 1))
    if not first:
        return []
    write = partial(_copy, model) if connection.vendor == "postgresql" else model._base_manager.bulk_create
    return write(chain(first, rows))


def _copy(model: type[M], rows: Iterable[M]) -> list[M]:
    fields = model._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    statement = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN (FORMAT BINARY)"
    values_of = itemgetter(*(field.attname for field in fields))
    documents = [place for place, field in enumerate(fields) if isinstance(field, JSONField)]
    written: dict[int, bytes | None] = {id(None): None}  # by identity: rows that are alike share their documents
    done = []
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([_type_of(field) for field in fields])
        for row in rows:
            values = list(values_of(vars(row)))
            for place in documents:
                document = values[place]
                if id(document) not in written:
                    written[id(document)] = b"\x01" + json.dumps(document).encode()  # the version of jsonb's binary format
                values[place] = written[id(document)]
            copy.write_row(values)
            row._state.adding = False
            done.append(row)
    return done


def _type_of(field: "Field[Any, Any]") -> str:
    """The column's type as psycopg knows it, without a length; of a document the bytes that it is written as."""
    return "bytea" if isinstance(field, JSONField) else str(field.db_type(connection)).partition("(")[0]
