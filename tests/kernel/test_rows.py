"""Many rows written in one stroke are what one row saved by Django is."""

import uuid
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guestlist.audit.models import Event
from guestlist.kernel.ids import new_id
from guestlist.kernel.rows import insert_rows, like
from guestlist.mail.models import Message

TEXT = st.text(st.characters(blacklist_characters="\x00", blacklist_categories=("Cs",)), max_size=40)
VALUE = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT
DOCUMENT = st.dictionaries(TEXT, VALUE | st.lists(VALUE, max_size=3), max_size=3)
MOMENT = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))


def written(message: Message) -> dict[str, Any]:
    row = Message.objects.get(id=message.id)
    return {field.attname: getattr(row, field.attname) for field in Message._meta.concrete_fields}


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(TEXT, DOCUMENT, st.none() | st.uuids(), st.none() | st.integers(0, 2**31 - 1), st.none() | MOMENT)
def test_rows_are_read_back_as_django_would_have_written_them(db, name, document, subject, lifetime, ends):
    columns = {"to_name": name, "context": document, "link_subject": subject, "link_lifetime": lifetime, "link_ends_at": ends}
    blank = Message(template="t", to_email="jules@birch.example", language="en", message_id="<1@x.example>")
    saved, copied = (like(blank, id=new_id(), **columns) for _ in range(2))

    saved.save(force_insert=True)
    insert_rows(Message, [copied])

    assert written(copied) == written(saved) | {"id": copied.id}


def test_row_like_another_stands_for_itself(db):
    workspace = uuid.uuid4()
    blank = Message(template="t", to_email="jules@birch.example")

    one = like(blank, id=new_id(), workspace_id=workspace)
    one.save()

    assert (one.template, one.workspace_id, one._state.adding) == ("t", workspace, False)
    assert (blank.workspace_id, blank._state.adding) == (None, True)


def test_rows_that_share_a_document_each_keep_it(db):
    shared, blank = {"grants": [1]}, Event(actor_kind="system", action="a.b", target_kind="a")
    documents = [shared, {"grants": [2]}, None, shared, {}]

    with transaction.atomic():
        rows = insert_rows(Event, (like(blank, id=new_id(), after=each) for each in documents))

    assert [Event.objects.get(id=row.id).after for row in rows] == documents
    assert Event.objects.filter(after__isnull=True).count() == 1


def test_no_rows_are_no_statement(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        rows = insert_rows(Event, iter(()))

    assert rows == []
