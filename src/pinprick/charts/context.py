"""A finding beside published trials, drawn: what was expected, what the days say, and what different people conclude.

Every row is a dot with a line: the middle, and where the effect lies with a chance of 95 in 100. The more is known,
the shorter the line and the smaller the dot.
"""

from __future__ import annotations

from typing import Final

from pinprick.analysis.single import Result
from pinprick.charts.drawing import LINE, WIDTH, Drawing, about_long
from pinprick.charts.sheet import Picture, inline
from pinprick.context import InContext
from pinprick.report.context import Row, context_lines, context_rows, context_title
from pinprick.report.heap import Side
from pinprick.report.names import exact, tidy
from pinprick.report.standing import favours

AXIS_LEFT, AXIS_RIGHT = 6, 344
ROW: Final = 46  # a label above its line
LARGEST, SMALLEST = 7.0, 3.2  # radii
STEPS: Final = (0.5, 1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0)


def context_words(result: Result, found: InContext) -> tuple[str, str]:
    """Give the picture's title and description."""
    return context_title(), " ".join(context_lines(result, found)[:4])


def draw_context(result: Result, found: InContext) -> Drawing:
    """Draw the rows on one axis that is symmetrical about no difference."""
    rows = context_rows(result, found)
    furthest = max(max(abs(row.low), abs(row.high)) for row in rows)
    step = next((step for step in STEPS if furthest <= 4 * step), STEPS[-1])
    limit = step * -(-furthest // step)
    middle, unit = (AXIS_LEFT + AXIS_RIGHT) / 2, (AXIS_RIGHT - AXIS_LEFT) / (2 * limit)
    bottom = len(rows) * ROW + 6
    delta = result.effect.delta if result.effect else 0.0
    edge = min(delta, limit) * unit
    drawing = Drawing()
    drawing.rect("band", middle - edge, 0, middle + edge, bottom)
    drawing.rule("ink", middle, bottom - 6, middle, bottom + 6, 1.5)
    drawing.rule("ink", AXIS_LEFT - 2, bottom, AXIS_RIGHT + 2, bottom, 1.5)
    widest = max(row.high - row.low for row in rows)
    for i, row in enumerate(rows):
        _draw_row(drawing, row, i * ROW, middle, unit, widest)
    size = 0.0
    while size <= limit + 1e-9:
        for sign in (-1, 1) if size else (1,):
            half = about_long(exact(size)) / 2
            x = min(max(middle + sign * size * unit, half), WIDTH - half)
            drawing.text("ink-2", x, bottom + 22, exact(size), "middle")
        size += step
    with_first, with_second = (tidy(text) for text in favours(result))
    drawing.text("ink-2", AXIS_LEFT - 2, bottom + 44, f"\N{LEFTWARDS ARROW} {with_second}", "start")
    y = bottom + 44
    if about_long(with_first) + about_long(with_second) > WIDTH - 40:
        y += LINE
    drawing.text("ink-2", AXIS_RIGHT + 2, y, f"{with_first} \N{RIGHTWARDS ARROW}", "end")
    drawing.height = y + 8
    return drawing


def _draw_row(drawing: Drawing, row: Row, top: float, middle: float, unit: float, widest: float) -> None:
    y = top + 33
    expected = row.key == "expected"
    drawing.rule("ink", middle, y - 9, middle, y + 10, 1.5)  # not through the words
    drawing.text("ink", AXIS_LEFT - 2, top + 17, row.label, "start")
    radius = SMALLEST + (LARGEST - SMALLEST) * (row.high - row.low) / widest
    x, token = middle + row.mean * unit, "ink-2" if expected else "ink"
    drawing.rule(token, middle + row.low * unit, y, x - radius, y, 2.0)  # a ring stays empty
    drawing.rule(token, x + radius, y, middle + row.high * unit, y, 2.0)
    side = Side.SMALL if expected else Side.FIRST if row.mean >= 0 else Side.SECOND
    drawing.mark(side, x, y, radius / 0.55 if expected else radius, value=row.mean)


def inline_context(result: Result, found: InContext, *, id: str) -> str:  # noqa: A002
    """Draw the picture for a page: colours are classes, its title and description have ids made from ``id``."""
    return inline(Picture(draw_context(result, found), *context_words(result, found)), id=id)
