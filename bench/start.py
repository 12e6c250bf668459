"""What a newcomer waits for: from `guestlist demo` to its sign-in page. No target.

python -m bench.start [rounds, 3]
"""

import sys
from statistics import median

from bench.figures import report
from bench.web import free_port, running, wait_for


def main(rounds: int = 3) -> None:
    report(bench="start", seconds_to_sign_in=round(median(_demo() for _ in range(rounds)), 2), rounds=rounds)


def _demo() -> float:
    port = free_port()
    with running([sys.executable, "-m", "guestlist.cli", "demo", "--port", str(port)], {}):
        return wait_for(port, "/login")


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
