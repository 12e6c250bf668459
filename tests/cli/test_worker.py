"""The worker's loop: batches and mails in turn, whatever goes wrong with one of them, and with the database."""

import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as configured

from guestlist.access.roles import GUEST
from guestlist.cli.mail_sink import MailSink
from guestlist.config import worker
from guestlist.invitations.commands import invite, run_batches
from guestlist.invitations.models import Batch, BatchPart
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import OPERATOR
from guestlist.mail.models import Message
from tests.cast import Cast
from tests.cli.place import PASSWORD, Place, make_place, required, wait_for
from tests.invariants import assert_sound


@pytest.fixture
def sink(tmp_path: Path, settings) -> Iterator[MailSink]:
    with MailSink(tmp_path / "mails") as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink


def ask(cast: Cast, number: int) -> Batch:
    people = [Person(f"p{each}@birch.example") for each in range(number)]
    wanted = [Wanted(cast.birch.id, frozenset({GUEST}))]
    batch = invite(actor=OPERATOR, workspace=cast.northwind, people=people, grants=wanted).batch
    assert batch is not None
    return batch


def until(done: Callable[[], bool], seconds: float = 30) -> Callable[[], bool]:
    ends = time.monotonic() + seconds
    return lambda: done() or time.monotonic() > ends


def test_worker_does_a_long_batch_and_sends_its_mails(cast: Cast, sink: MailSink, tmp_path: Path):
    ask(cast, 510)

    worker.run(until(lambda: Message.objects.filter(state="sent").count() >= 60))

    assert Batch.objects.get().state == "done"
    assert len(list((tmp_path / "mails").glob("*.eml"))) >= 60
    assert_sound()


def test_mails_do_not_wait_for_the_end_of_a_long_batch(cast: Cast, sink: MailSink, monkeypatch: pytest.MonkeyPatch):
    ask(cast, 1)
    ask(cast, 1100)
    monkeypatch.setattr(worker, "TURN", 0.001)

    worker.work_once(lambda: False)

    assert Message.objects.filter(state="sent").exists()
    assert Batch.objects.get(total=1100).done < 1100


def test_batch_stopped_half_way_goes_on_at_once(cast: Cast):
    batch = ask(cast, 1100)
    answers = iter([False, True])

    first = run_batches(stop=lambda: next(answers))
    second = run_batches()

    batch.refresh_from_db()
    assert (first, second) == (1, 2)
    assert (batch.state, batch.done) == ("done", 1100)
    assert_sound()


def test_job_that_fails_does_not_stop_the_other(cast: Cast, sink: MailSink, caplog: pytest.LogCaptureFixture):
    ask(cast, 1)
    ask(cast, 600)
    BatchPart.objects.filter(number=1).update(entries=[{"no": "entry"}])

    worker.run(until(lambda: Message.objects.filter(state="sent").count() > 20))

    assert Message.objects.filter(state="sent").count() > 20
    assert "cannot go on" in caplog.text


class Database:
    """One that can be taken away for a moment: on PostgreSQL nobody may connect, on SQLite a table is gone."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "data" / "guestlist.sqlite3"
        self.name = f"outage_{time.time_ns()}"
        self.on_sqlite = configured.ON_SQLITE
        self.url = "" if self.on_sqlite else configured.SERVER.get_uri()
        if not self.on_sqlite:
            self._do(f"CREATE DATABASE {self.name}")

    @property
    def environment(self) -> dict[str, str]:
        return {} if self.on_sqlite else {"DATABASE_URL": self.url.replace("/postgres?", f"/{self.name}?")}

    def take_away(self) -> None:
        self._do("ALTER TABLE message RENAME TO away", f"ALTER DATABASE {self.name} WITH ALLOW_CONNECTIONS false")
        if not self.on_sqlite:
            self._do(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'")

    def give_back(self) -> None:
        self._do("ALTER TABLE away RENAME TO message", f"ALTER DATABASE {self.name} WITH ALLOW_CONNECTIONS true")

    def drop(self) -> None:
        if not self.on_sqlite:
            self._do(f"DROP DATABASE {self.name} WITH (FORCE)")

    def _do(self, *statements: str) -> None:
        if self.on_sqlite:
            with sqlite3.connect(self.file, timeout=20) as connection:
                connection.execute(statements[0])
        else:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(statements[-1])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path)
    yield database
    database.drop()


def test_worker_outlives_the_database_going_away_for_a_moment(tmp_path: Path, database: Database):
    made = make_place(tmp_path)
    place = Place(made.folder, made.environment | database.environment)
    setup = ("setup", "--workspace", "Acme", "--email", "nora@acme.example", "--password-stdin")
    assert place.run(*setup, stdin=f"{PASSWORD}\n").returncode == 0

    with MailSink(tmp_path / "mails") as sink, place.running("worker", **required(8000, sink.port)) as process:
        wait_for(lambda: "The worker has started." in place.output)
        database.take_away()
        wait_for(lambda: "The database cannot be used" in place.output)
        database.give_back()
        invited = place.run("invite", "--workspace", "acme", "--grant", "main=Guest", "jules@acme.example")
        wait_for(lambda: list((tmp_path / "mails").glob("*.eml")))
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)

    assert invited.returncode == 0, invited.stderr
    assert process.returncode == 0
    assert "Traceback" not in place.output
    assert place.output.rstrip().endswith("The worker has stopped.")
