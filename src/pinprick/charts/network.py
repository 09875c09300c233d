"""A network of treatments: who was compared with whom, and by how many studies.

Treatments stand on a circle; a line is a comparison that studies made, the thicker the more of them. Between
treatments without a line there is only the way round, through others.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from itertools import combinations
from typing import Final

from pinprick.charts.drawing import LINE, WIDTH, Drawing
from pinprick.charts.marks import length
from pinprick.charts.sheet import Picture, inside, pin, wrapped
from pinprick.report.names import clean
from pinprick.words import ngettext

ACROSS: Final = 92.0  # narrower than it is tall, so that names stand beside it
RADIUS: Final = 112.0
NODE: Final = 5.0
TOP: Final = 34.0
AWAY: Final = 11.0  # a label's nearest edge from its node's middle
THINNEST, THICKEST = 1.5, 7.0
TALL: Final = 16.0  # of a line of text
CHARACTERS: Final = 14  # of a name on a line beside its node
MOST_LINES: Final = 3
NEARLY_UPRIGHT: Final = 0.2
COLUMN: Final = 26

Edge = tuple[str, str, int]


def network_picture(treatments: Sequence[str], edges: Sequence[Edge], *, description: str) -> Picture:
    """Draw treatments on a circle, in the order given, and what was compared.

    Parameters
    ----------
    treatments : sequence of str
        Two or more.
    edges : sequence of (str, str, int)
        Two treatments, and how many studies compared them.
    description : str
        What the picture shows, in sentences.
    """
    n, m = len(treatments), len(edges)
    title = ngettext(
        "{n} treatments, {m} direct comparison", "{n} treatments, {m} direct comparisons", m
    ).format(n=n, m=m)  # fmt: skip
    return Picture(draw_network([clean(name) for name in treatments], list(edges)), title, description)


def draw_network(treatments: Sequence[str], edges: Sequence[Edge]) -> Drawing:
    """Draw lines below, dots above, and names or numbers outside the circle."""
    drawing = Drawing()
    n = len(treatments)
    centre = TOP + RADIUS
    angles = [2 * math.pi * i / n - math.pi / 2 for i in range(n)]
    spots = [(WIDTH / 2 + ACROSS * math.cos(angle), centre + RADIUS * math.sin(angle)) for angle in angles]
    where = dict(zip(treatments, spots, strict=True))
    most = max((k for _one, _other, k in edges), default=1)
    for one, other, k in sorted(edges, key=lambda edge: edge[2]):
        (x, y), (x2, y2) = where[clean(one)], where[clean(other)]
        drawing.rule("between", x, y, x2, y2, thickness(k, most))
    for x, y in spots:
        pin(drawing, "ink", x, y, NODE)
    labels: list[Label] | None = []
    for name, spot, angle in zip(treatments, spots, angles, strict=True):
        label = _label(name, *spot, angle)
        labels = None if labels is None or label is None else [*labels, label]
    numbered = labels is None or _collide(labels)
    if labels is None or numbered:
        labels = [_number(i + 1, *spot, angle) for i, (spot, angle) in enumerate(zip(spots, angles, strict=True))]
    for lines, x, y, anchor in labels:
        for i, line in enumerate(lines):
            drawing.text("ink", x, y + TALL * i, line, anchor)
    y = centre + RADIUS + (TOP if numbered else TOP + 26)
    if numbered:
        y = _names(drawing, treatments, y)
    drawing.height = _key(drawing, edges, most, y) - LINE + 8
    return drawing


def thickness(k: int, most: int) -> float:
    """Give a line's width: wider by the square root of the number of studies, so that one study is still seen.

    Examples
    --------
    >>> thickness(1, 1), thickness(1, 16), thickness(4, 16), thickness(16, 16)
    (2.5, 2.0, 3.5, 7.0)
    """
    return max(THINNEST, round(2 * THICKEST * math.sqrt(k / max(most, 8))) / 2)


Label = tuple[list[str], float, float, str]  # lines, where the first one stands, and by which end


def _label(name: str, x: float, y: float, angle: float) -> Label | None:
    """A name outside the circle, over a few lines if need be; None if there is no room for it."""
    if abs(math.cos(angle)) < NEARLY_UPRIGHT:
        lines = textwrap.wrap(name, 2 * CHARACTERS)
        width = max(map(length, lines))
        if len(lines) > 1 + (y > TOP + RADIUS) or width > WIDTH:
            return None
        return lines, inside(x, max(lines, key=length)), y + AWAY + 11 if math.sin(angle) > 0 else y - AWAY, "middle"
    at_right = math.cos(angle) > 0
    room = (WIDTH - x if at_right else x) - AWAY
    tried = (textwrap.wrap(name, width, break_long_words=False) for width in range(CHARACTERS, 2, -1))
    lines = next((one for one in tried if max(map(length, one)) <= room), [])
    if not 1 <= len(lines) <= MOST_LINES:
        return None
    first = y + 4.5 - TALL * (len(lines) - 1) / 2
    return (lines, x + AWAY, first, "start") if at_right else (lines, x - AWAY, first, "end")


def _number(i: int, x: float, y: float, angle: float) -> Label:
    return [str(i)], x + 17 * math.cos(angle), y + 17 * math.sin(angle) + 4.5, "middle"


def _collide(labels: Sequence[Label]) -> bool:
    """Whether two names stand in each other's way."""
    boxes = []
    for lines, x, y, anchor in labels:
        width = max(map(length, lines))
        left = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
        boxes.append((left, y - TALL, left + width, y + TALL * (len(lines) - 1)))
    return any(a[0] < b[2] + 6 and b[0] < a[2] + 6 and a[1] < b[3] and b[1] < a[3] for a, b in combinations(boxes, 2))


def _names(drawing: Drawing, treatments: Sequence[str], y: float) -> float:
    """List what the numbers stand for."""
    for i, name in enumerate(treatments, 1):
        drawing.text("ink", COLUMN - 8, y, str(i), "end")
        for line in _cut(name):
            drawing.text("ink-2", COLUMN, y, line, "start")
            y += LINE
    return y + 8


def _cut(name: str) -> list[str]:
    """Break a name into lines that fit beside its number, in the widest of the usual faces."""
    tried = (textwrap.wrap(name, width) for width in range(42, 10, -2))
    return next((lines for lines in tried if max(map(length, lines)) <= WIDTH - COLUMN), textwrap.wrap(name, 10))


def _key(drawing: Drawing, edges: Sequence[Edge], most: int, y: float) -> float:
    """Say how thick a line is for how many studies."""
    for k in sorted({min((k for _one, _other, k in edges), default=1), most}):
        drawing.rule("between", 0, y - 4, 20, y - 4, thickness(k, most))
        text = ngettext("{n} study compared them", "{n} studies compared them", k).format(n=k)
        y = wrapped(drawing, y, text, x=28.0, width=40) + 4
    return y
