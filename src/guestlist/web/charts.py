"""Geometry of the pictures: numbers in, rectangles out. Colours are classes of chart.css."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from guestlist.web.presenting import Shown

BAR, PITCH, AXIS, HEIGHT, FOOT, HEAD = 17, 24, 30, 160, 22, 8
LETTER = 7  # width of one, nearly


def stacked_bars(labels: Sequence[str], stacks: Sequence[Sequence[int]]) -> Shown:
    """One bar per label, its segments from the bottom up, on a scale from zero with three lines."""
    top = nice_top(max((sum(stack) for stack in stacks), default=0))
    scale = HEIGHT / top
    bars = []
    for place, (label, stack) in enumerate(zip(labels, stacks, strict=True)):
        x, y = AXIS + place * PITCH, float(HEAD + HEIGHT)
        segments = []
        for kind, number in enumerate(stack, 1):
            y -= number * scale
            segments.append({"kind": kind, "y": round(y, 1), "height": max(round(number * scale - 2, 1), 0.5), "number": number})
        # Every third has its label: more would touch.
        bars.append({"x": x, "segments": [each for each in segments if each["number"]], "label": label if place % 3 == 0 else ""})
    lines = [{"y": round(HEAD + HEIGHT - HEIGHT * part / 2, 1), "label": top * part // 2} for part in (0, 1, 2)]
    width = AXIS + PITCH * len(labels)
    return {"width": width, "height": HEAD + HEIGHT + FOOT, "foot": HEAD + HEIGHT + 16, "bar": BAR, "bars": bars, "lines": lines}


def nice_top(number: int) -> int:
    """The end of a scale that holds `number`: even, and 2, 4, 6 or 10 times a power of ten."""
    step = 10 ** max(len(str(number)) - 1, 0)
    return next(each * step for each in (2, 4, 6, 10) if each * step >= number)


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


def boxes(weights: Sequence[float], room: Box) -> list[Box]:
    """The room shared out by weight, each part as near as halving allows to twice as wide as high, for a line of text; in the order
    given."""
    if len(weights) <= 1:
        return [room] * len(weights)
    half, total = 1, sum(weights)
    while half < len(weights) - 1 and sum(weights[: half + 1]) <= total / 2:
        half += 1
    share = sum(weights[:half]) / total
    first, second = _halves(room, share)
    return boxes(weights[:half], first) + boxes(weights[half:], second)


def _halves(room: Box, share: float) -> tuple[Box, Box]:
    if room.width >= 2 * room.height:
        cut = room.width * share
        return Box(room.x, room.y, cut, room.height), Box(room.x + cut, room.y, room.width - cut, room.height)
    cut = room.height * share
    return Box(room.x, room.y, room.width, cut), Box(room.x, room.y + cut, room.width, room.height - cut)


def fitting(text: str, width: float) -> str:
    """As much of `text` as fits into `width`; nothing where that would be no word."""
    letters = math.floor((width - 12) / LETTER)
    if len(text) <= letters:
        return text
    return f"{text[: letters - 1]}…" if letters > 4 else ""
