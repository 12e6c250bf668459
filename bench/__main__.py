"""Everything, one measurement after the other, each in a process of its own. Exits 1 where a target is missed."""

import json
import subprocess
import sys

BENCHES = ("invite", "accept", "drain", "timing", "users", "races", "sso", "faults", "lighthouse", "start")


def main() -> None:
    lines = [line for name in BENCHES for line in _run(name)]
    missed = [str(line["bench"]) for line in lines if not _reached(line)]
    if missed:
        sys.exit(f"Below target: {', '.join(missed)}")


def _run(name: str) -> list[dict[str, object]]:
    ran = subprocess.run([sys.executable, "-m", f"bench.{name}"], stdout=subprocess.PIPE, text=True, check=True)
    print(ran.stdout, end="", flush=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


def _reached(line: dict[str, object]) -> bool:
    ratio = float(str(line.get("ratio", 0)))
    return ratio >= float(str(line.get("at_least", 0))) and ratio <= float(str(line.get("at_most", "inf")))


if __name__ == "__main__":
    main()
