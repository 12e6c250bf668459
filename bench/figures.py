"""How a measurement is told."""

import json
from typing import Any


def report(**figures: Any) -> None:
    """One measurement as one line of JSON. With `ratio` it has a target: `at_least` or `at_most`."""
    print(json.dumps(figures), flush=True)
