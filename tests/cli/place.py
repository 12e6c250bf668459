"""A folder of its own to run the real `guestlist` in, with a database of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from guestlist.config.environment import VARIABLES

GUESTLIST = [sys.executable, "-m", "guestlist.cli"]
PASSWORD = "seven tall ships at anchor"


@dataclass(frozen=True)
class Place:
    folder: Path
    environment: dict[str, str]

    def run(self, *words: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*GUESTLIST, *words],
            input=stdin,
            env=self.environment | environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    @contextmanager
    def running(self, *words: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
        """The command while it runs; its output goes into the file `output`. It is told to stop at the end."""
        with (self.folder / "output").open("w") as output:
            command = [*GUESTLIST, *words]
            process = subprocess.Popen(
                command, env=self.environment | environment, cwd=self.folder, stdout=output, stderr=output, text=True
            )
            try:
                yield process
            finally:
                process.terminate()
                process.wait(timeout=60)

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text()


def make_place(folder: Path) -> Place:
    """Nothing of the tests' own settings reaches the commands."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GUESTLIST_", "DJANGO_"))}
    for variable in VARIABLES:
        clean.pop(variable.name, None)
    return Place(folder, clean)


def required(port: int, mail_port: int = 1) -> dict[str, str]:
    return {
        "GUESTLIST_BASE_URL": f"http://localhost:{port}",
        "GUESTLIST_SECRET_KEY": "a key for these tests only and longer than fifty characters",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "GUESTLIST_FROM_EMAIL": "Guestlist <people@guestlist.example>",
    }


def copy_place(place: Place, folder: Path) -> Place:
    shutil.copytree(place.folder, folder, dirs_exist_ok=True)
    return Place(folder, place.environment)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], object], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.1)


def children(process: subprocess.Popen[str]) -> dict[str, int]:
    """The processes started by this one: `web` and `worker`, with their ids."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            words = (path / "cmdline").read_text().split("\0")
        except OSError:
            continue
        if parent == process.pid and len(words) > 1:  # one that died has no words
            found["web" if "granian" in words else words[-2]] = int(path.name)
    return found
