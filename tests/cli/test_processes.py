"""up, web, worker and demo as real processes."""

import http.client
import os
import re
import signal
from pathlib import Path

from guestlist.cli.mail_sink import MailSink
from tests.cli.place import Place, children, free_port, required, wait_for


def status_of(port: int, path: str = "/healthz") -> int:
    web = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        web.request("GET", path, headers={"Host": f"localhost:{port}"})
        return web.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        web.close()


def test_up_on_an_empty_folder_serves_and_stops_cleanly(empty_place: Place):
    port = free_port()

    with empty_place.running("up", "--port", str(port), **required(port)) as up:
        wait_for(lambda: status_of(port) == 200)
        started = children(up)
        up.send_signal(signal.SIGTERM)
        up.wait(timeout=30)

    assert set(started) == {"web", "worker"}
    assert up.returncode == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in started.values())


def test_process_killed_under_up_is_started_again(acme: Place):
    port = free_port()
    with acme.running("up", "--port", str(port), **required(port)) as up:
        wait_for(lambda: status_of(port) == 200)
        before = children(up)

        for pid in before.values():
            os.kill(pid, signal.SIGKILL)

        wait_for(lambda: set(children(up)) == {"web", "worker"} and not set(children(up).values()) & set(before.values()))
        wait_for(lambda: status_of(port) == 200)
    assert "worker ended with code -9 and is started again." in acme.output


def test_up_killed_outright_takes_its_processes_along(acme: Place):
    port = free_port()
    with acme.running("up", "--port", str(port), **required(port)) as up:
        wait_for(lambda: status_of(port) == 200)
        started = children(up)

        up.kill()

        wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started.values()))
        wait_for(lambda: status_of(port) == 0)


def test_up_delivers_what_the_command_line_invited(acme: Place):
    port = free_port()
    acme.run("invite", "--workspace", "acme", "--grant", "main=Guest", "jules@acme.example")
    with (
        MailSink(acme.folder / "mails") as sink,
        acme.running("up", "--port", str(port), **required(port, sink.port)),
    ):
        wait_for(lambda: list((acme.folder / "mails").glob("*.eml")))

    mail = next((acme.folder / "mails").glob("*.eml")).read_text()
    assert "To: jules@acme.example" in mail
    assert "/join/" in mail


def test_link_stays_out_of_the_output_of_web(acme: Place):
    port = free_port()
    with acme.running("web", "--port", str(port), **required(port)):
        wait_for(lambda: status_of(port) == 200)
        status_of(port, "/join/AZ3_secret-secret-secret.1.seal-seal-seal")
        status_of(port, "/nowhere")

    assert "SQLite serves one machine only" in acme.output
    assert "secret" not in acme.output


def test_demo_prints_where_and_who_and_cleans_up(empty_place: Place):
    port = free_port()
    real = "postgres://nobody@127.0.0.1:1/none"
    with empty_place.running("demo", "--port", str(port), DATABASE_URL=real, TMPDIR=str(empty_place.folder)):
        wait_for(lambda: "/demo/mailbox" in empty_place.output, seconds=120)
        said = empty_place.output
        folder = next(empty_place.folder.glob("guestlist-demo-*"))
        mails = list((folder / "mailbox").glob("*.eml"))
        sign_in = status_of(port, "/login")

    assert f"URL http://localhost:{port}\n" in said
    people = re.findall(r"^Sign-in (\S+) (\S+)$", said, re.MULTILINE)
    assert [email.partition("@")[0] for email, _ in people] == ["olga", "adam", "mia", "ana", "gus", "nora", "otto"]
    assert len({password for _, password in people}) == 1
    assert len(mails) >= 5
    assert sign_in == 200
    assert not folder.exists()
