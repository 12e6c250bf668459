"""The processes of one machine: start them, restart what dies, stop them cleanly."""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

log = logging.getLogger(__name__)

THREADS = min(16, 2 * (os.cpu_count() or 1) + 1)  # requests at a time, each with its own connection to the database
GRACE = 20.0  # seconds a process gets to finish what it is doing
SHORT_LIFE = 10.0
LONGEST_PAUSE = 30.0
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


def web_command(host: str, port: int) -> list[str]:
    """The web server. Without an access log, because the addresses in it would hold the links of invitations."""
    options = ["--interface", "wsgi", "--no-ws", "--host", host, "--port", str(port), "--no-access-log", "--log-level", "warning"]
    threads = ["--blocking-threads", str(THREADS), "--blocking-threads-idle-timeout", "600", "--workers-kill-timeout", "10"]
    return [sys.executable, "-m", "granian", *options, *threads, "guestlist.config.served:application"]


def worker_command() -> list[str]:
    return [sys.executable, "-m", "guestlist.cli", "worker"]


def port_is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def stop_on_signals() -> Callable[[], bool]:
    """A question that answers yes once the process was told to stop (SIGTERM, SIGINT)."""
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda signum, _: told.append(signum))
    return lambda: bool(told)


@dataclass
class _Child:
    """One process. `pause` grows while it keeps dying young, so that a broken one does not fill the log."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes]
    started: float
    pause: float = 0.5
    start_at: float | None = None

    def look_after(self) -> None:
        now = time.monotonic()
        if self.start_at is not None and now >= self.start_at:
            self.process, self.started, self.start_at = _start(self.command), now, None
        elif self.start_at is None and self.process.poll() is not None:
            self.pause = min(self.pause * 2, LONGEST_PAUSE) if now - self.started < SHORT_LIFE else 1.0
            self.start_at = now + self.pause
            log.warning("%s ended with code %s and is started again.", self.name, self.process.returncode)


def supervise(commands: Mapping[str, Sequence[str]], stop: Callable[[], bool]) -> None:
    """Runs the commands, by name, until `stop` answers yes; then tells each to stop and waits for it."""
    children = [_Child(name, command, _start(command), time.monotonic()) for name, command in commands.items()]
    try:
        while not stop():
            for child in children:
                child.look_after()
            time.sleep(0.1)
    finally:
        _stop([child.process for child in children])


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, preexec_fn=die_with_parent)  # noqa: PLW1509 (one system call, which needs no lock)


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """Where the parent is killed outright, what it started must not keep the port. Only Linux can do this."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, number)


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    ends = time.monotonic() + GRACE
    for process in processes:
        try:
            process.wait(timeout=max(0.1, ends - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
