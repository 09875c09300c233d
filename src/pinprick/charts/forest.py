"""A forest: studies below each other on one axis, their average, and what a new study may find.

Each label stands above its line, so that a phone has room for both. A study is a dot: the less it knows, the wider the
pale disc round it. A line that runs off the axis ends in an arrow's head.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, Final

from pinprick.charts.drawing import LINE, WIDTH, Drawing
from pinprick.charts.marks import length
from pinprick.charts.sheet import (
    AFTER_A_MARK,
    BESIDE_A_MARK,
    CORE,
    Picture,
    behind,
    blur,
    disc,
    fits,
    inside,
    pin,
    wrapped,
)
from pinprick.report.forest import Axis, Figures, Row, average_row, axis_for, new_study_row, study_rows
from pinprick.report.names import clean
from pinprick.report.synthesis import forest_sentence
from pinprick.words import _, ngettext

if TYPE_CHECKING:
    from pinprick.evidence.synthesis import Synthesis

LEFT: Final = 11.0  # a disc at the axis's end stays inside the picture
RIGHT: Final = WIDTH - LEFT
TRACK: Final = 14  # from a label's base line down to its line
ROW: Final = 42
HALF: Final = 9  # of the upright strokes
ALSO_ON_TOP: Final = 12  # studies from which the axis stands above them too
LABEL_CHARACTERS: Final = 40


def forest_picture(s: Synthesis, *, favours: tuple[str, str] | None = None) -> Picture:
    """Draw studies, their average and the prediction interval.

    Parameters
    ----------
    s : Synthesis
        What to draw.
    favours : (str, str), optional
        What the left and the right half of the axis speak for, as a reader would say it.

    Examples
    --------
    >>> from pinprick.evidence.synthesis import synthesise
    >>> forest_picture(synthesise([-0.9, -0.3, -0.5], [0.04, 0.05, 0.2])).title
    '3 studies, one by one'
    """
    figures = Figures(s.measure, s.se)
    rows, averages = study_rows(s), (average_row(s),)
    new = new_study_row(s)
    axis = axis_for(rows, averages, figures, *((new.low, new.high) if new else ()))
    title = ngettext("{n} study", "{n} studies, one by one", s.k).format(n=s.k)
    drawing = draw_forest(rows, averages if s.k > 1 else (), axis, new=new, favours=favours)
    return Picture(drawing, title, forest_sentence(s))


def rows_picture(
    rows: Sequence[Row],
    averages: Sequence[Row],
    figures: Figures,
    *,
    title: str,
    description: str,
    favours: tuple[str, str] | None = None,
) -> Picture:
    """Draw other estimates in the same way: one study left out at a time, subgroups, a network's comparisons."""
    axis = axis_for(rows, averages, figures)
    return Picture(draw_forest(rows, averages, axis, favours=favours), title, description)


def draw_forest(
    rows: Sequence[Row],
    averages: Sequence[Row],
    axis: Axis,
    *,
    new: Row | None = None,
    favours: tuple[str, str] | None = None,
) -> Drawing:
    """Draw rows, averages below a hairline, and the axis with its key."""
    drawing = Drawing()
    figures = axis.figures
    finite = [row.se for row in rows if row.se > 0]
    typical = median(finite) if finite else 1.0
    zero = axis.at(0.0, LEFT, RIGHT)
    behind(drawing, (blur(row.se, typical) for row in rows))
    y = 13.0
    drawing.text("ink-2", inside(zero, figures.null), y, figures.null, "middle")
    y += 6
    if len(rows) >= ALSO_ON_TOP:
        y = _numbers(drawing, axis, y, below=False)
    y += 18
    centre = axis.at(averages[-1].estimate, LEFT, RIGHT) if averages else None
    for row in rows:
        y = _row(drawing, axis, row, y, blurred=blur(row.se, typical), centre=centre)
    if averages:
        if rows:
            drawing.rule("rule", 0, y - 16, WIDTH, y - 16, 1)
            y += 8
        for row in averages:
            y = _row(drawing, axis, row, y, blurred=0, centre=None, is_average=True)
    if new is not None:
        y = _new_study(drawing, axis, new, y)
    y = _numbers(drawing, axis, y - 12, below=True)
    if favours is not None:
        y = _sides(drawing, favours, y)
    drawing.height = _key(drawing, rows, typical, y) + 6
    return drawing


def _row(
    drawing: Drawing,
    axis: Axis,
    row: Row,
    y: float,
    *,
    blurred: float,
    centre: float | None,
    is_average: bool = False,
) -> float:
    """Draw a label with its numbers and the line below; give the next label's base line."""
    ink = "ink" if is_average else "ink-2"
    numbers = axis.figures.whole(row)
    lines = textwrap.wrap(row.label, LABEL_CHARACTERS) or [""]
    if not fits(lines[-1], numbers):
        lines = textwrap.wrap(row.label, max(8, int(LABEL_CHARACTERS * (WIDTH - length(numbers)) / WIDTH)))
    for line in lines[:-1]:
        drawing.text(ink, 0, y, line, "start")
        y += LINE - 2
    drawing.text(ink, 0, y, lines[-1], "start")
    drawing.text("ink", WIDTH, y, numbers, "end")
    if row.note:
        for line in textwrap.wrap(row.note, LABEL_CHARACTERS):
            y += LINE - 2
            drawing.text("ink-2", 0, y, line, "start")
    middle = y + TRACK
    x = axis.at(row.estimate, LEFT, RIGHT)
    disc(drawing, x, middle, blurred)
    zero = axis.at(0.0, LEFT, RIGHT)
    if centre is not None:
        drawing.rule("between", centre, middle - HALF, centre, middle + HALF, 1)
    drawing.rule("ink", zero, middle - HALF, zero, middle + HALF, 1)
    _interval(drawing, axis, row.low, row.high, middle, "ink", 3 if is_average else 1.2)
    pin(drawing, "mat" if is_average else "ink", x, middle, 4.2 if is_average else CORE)
    return y + ROW


def _interval(drawing: Drawing, axis: Axis, low: float, high: float, y: float, token: str, width: float) -> None:
    """Draw an interval; where it runs off the axis it ends in an arrow's head."""
    left, right = axis.at(low, LEFT, RIGHT), axis.at(high, LEFT, RIGHT)
    off_left, off_right = low < axis.low, high > axis.high
    drawing.rule(token, left - 6 if off_left else left, y, right + 6 if off_right else right, y, width)
    for is_off, x, way in ((off_left, left - 7, 1), (off_right, right + 7, -1)):
        if is_off:
            drawing.rule(token, x, y, x + 5 * way, y - 4, width)
            drawing.rule(token, x, y, x + 5 * way, y + 4, width)


def _new_study(drawing: Drawing, axis: Axis, new: Row, y: float) -> float:
    """Draw where a new study's true effect may lie: a line without a dot."""
    span = axis.figures.span(new.low, new.high)
    if fits(new.label, span):
        drawing.text("ink", 0, y, new.label, "start")
    else:
        y = wrapped(drawing, y, new.label, "ink")
    drawing.text("ink", WIDTH, y, span, "end")
    middle = y + TRACK
    zero = axis.at(0.0, LEFT, RIGHT)
    drawing.rule("ink", zero, middle - HALF, zero, middle + HALF, 1)
    _interval(drawing, axis, new.low, new.high, middle, "between", 3)
    return y + ROW


def _numbers(drawing: Drawing, axis: Axis, y: float, *, below: bool) -> float:
    """Draw the axis with its numbers; give the next base line, or where the first row's room begins."""
    line = y if below else y + 22
    drawing.rule("ink", LEFT, line, RIGHT, line, 1)
    for x, text in axis.ticks(LEFT, RIGHT, 14, 8.5):
        drawing.rule("ink", x, line - (0 if below else 4), x, line + (4 if below else 0), 1)
        drawing.text("ink-2", inside(x, text), line + 18 if below else line - 8, text, "middle")
    return line + (18 + LINE if below else 4)


def _sides(drawing: Drawing, favours: tuple[str, str], y: float) -> float:
    """Say what either half of the axis speaks for."""
    left, right = (clean(text) for text in favours)
    left, right = f"\N{LEFTWARDS ARROW} {left}", f"{right} \N{RIGHTWARDS ARROW}"
    y += 4
    if fits(left, right):
        drawing.text("ink-2", 0, y, left, "start")
        drawing.text("ink-2", WIDTH, y, right, "end")
        return y + LINE
    for text, x, anchor in ((left, 0, "start"), (right, WIDTH, "end")):
        for line in textwrap.wrap(text, LABEL_CHARACTERS):
            drawing.text("ink-2", x, y, line, anchor)
            y += LINE
    return y


def _key(drawing: Drawing, rows: Sequence[Row], typical: float, y: float) -> float:
    """Say what a pale disc means, where there are two widths to compare."""
    widths = sorted({blur(row.se, typical) for row in rows})
    if len(widths) < 2:
        return y - LINE
    y += 10
    for radius, text in ((widths[0], _("knows much")), (widths[-1], _("knows little: the wider, the less"))):
        disc(drawing, LEFT, y - 4, radius)
        pin(drawing, "ink", LEFT, y - 4)
        y = wrapped(drawing, y, text, x=AFTER_A_MARK, width=BESIDE_A_MARK) + 6
    return y - LINE
