"""Mat, needles, sham and the rest side by side, drawn: what was compared, and below it what nobody compared.

A row is a dot with a line, in points of 0 to 10: the middle, and where it lies with a chance of 95 in 100. What was
never compared is grey.
"""

from __future__ import annotations

import textwrap
from typing import Final, NamedTuple

from pinprick.charts.drawing import LINE, WIDTH, Drawing
from pinprick.charts.sheet import Picture, inline
from pinprick.evidence.comparisons import Beside
from pinprick.report.heap import Side
from pinprick.report.names import MINUS
from pinprick.words import _

AXIS_LEFT, AXIS_RIGHT = 6, 344
LOW, HIGH = -1.0, 3.0  # points; longer lines are cut at the edge
RADIUS: Final = 4.6
CHARACTERS: Final = 46


class Row(NamedTuple):
    """A comparison: its words, its size and interval in points, and whether anybody made it."""

    label: str
    points: float
    low: float
    high: float
    is_direct: bool


def beside_rows(found: Beside) -> tuple[Row, ...]:
    """Every comparison that was made, then the mat against whatever it was never compared with."""
    pairs = [(row.treat1, row.treat2) for row in found.rows]
    made = []
    for row, pair in zip(found.rows, pairs, strict=True):
        label = _pair(found, *pair)
        if pairs.count(pair) > 1:
            label = _("{pair} ({which})").format(pair=label, which=_(row.label))
        made.append(Row(label, row.points, row.low, row.high, is_direct=True))
    for key in found.treatments:
        if found.reaches(key) and found.against(key).n_direct == 0:
            one, sd = found.against(key), found.sd_points
            made.append(Row(_pair(found, "mat", key), one.estimate * sd, one.low * sd, one.high * sd, is_direct=False))
    return tuple(made)


def _pair(found: Beside, one: str, other: str) -> str:
    return _("{one} against {other}").format(one=_(found.named(one)), other=_(found.named(other)))


def beside_words(found: Beside) -> tuple[str, str]:
    """Give the picture's title and description."""
    told = [
        _("{label}: {points} points").format(label=row.label, points=f"{row.points:+.1f}".replace("-", MINUS))
        for row in beside_rows(found)
    ]
    return _("Treatments side by side"), _("{rows}. The grey ones were never compared.").format(rows="; ".join(told))


def draw_beside(found: Beside) -> Drawing:
    """Draw every row under its label on one axis; those that were never compared come last, and are grey."""
    drawing = Drawing()
    unit = (AXIS_RIGHT - AXIS_LEFT) / (HIGH - LOW)
    nought = AXIS_LEFT - LOW * unit
    y, was_direct = 0.0, True
    for row in beside_rows(found):
        if was_direct and not row.is_direct:
            y += 14
            drawing.text("ink-2", AXIS_LEFT - 2, y + 12, _("Never compared with each other:"), "start")
            y += LINE + 4
            was_direct = False
        for line in textwrap.wrap(row.label, CHARACTERS):
            y += LINE
            drawing.text("ink" if row.is_direct else "ink-2", AXIS_LEFT - 2, y, line, "start")
        y += 14
        low, high = (nought + min(max(end, LOW), HIGH) * unit for end in (row.low, row.high))
        drawing.rule("ink", nought, y - 7, nought, y + 7, 1.5)
        x = nought + row.points * unit
        token = "ink" if row.is_direct else "ink-2"
        drawing.rule(token, low, y, x - RADIUS, y, 2.0)
        drawing.rule(token, x + RADIUS, y, high, y, 2.0)
        side = Side.FIRST if row.is_direct else Side.SMALL
        drawing.mark(side, x, y, RADIUS if row.is_direct else RADIUS / 0.55, value=row.points)
        y += 10
    y += 8
    drawing.rule("ink", AXIS_LEFT - 2, y, AXIS_RIGHT + 2, y, 1.5)
    for point in range(int(LOW), int(HIGH) + 1):
        x = min(max(nought + point * unit, 8.0), WIDTH - 8.0)
        drawing.text("ink-2", x, y + 20, f"{point}".replace("-", MINUS), "middle")
    drawing.text("ink-2", AXIS_RIGHT + 2, y + 42, _("better with the first, in points \N{RIGHTWARDS ARROW}"), "end")
    drawing.height = y + 50
    return drawing


def inline_beside(found: Beside, *, id: str) -> str:  # noqa: A002
    """Draw the picture for a page: colours are classes, its title and description have ids made from ``id``."""
    return inline(Picture(draw_beside(found), *beside_words(found)), id=id)
