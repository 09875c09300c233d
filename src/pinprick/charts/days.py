"""The strip of every day, drawn."""

from __future__ import annotations

import textwrap
from typing import Final

from pinprick.analysis.single import Result
from pinprick.charts.drawing import LINE, ROOM_FOR_TWO, WIDTH, Drawing, about_long
from pinprick.report.days import Day, every_day, unanswered
from pinprick.report.heap import Side
from pinprick.report.names import day_month, day_span, exact, number, outcome_name, sentence, tidy
from pinprick.report.standing import names
from pinprick.words import _

ROWS: Final = ((56, 56, 128.0), (112, 56, 88.0))  # up to so many days: the most in a row, and its height
DAY_INSET: Final = 7
WIDEST_DAY: Final = 18.0
LEAST_RADIUS, LARGEST_RADIUS = 2.2, 4.3


def days_words(result: Result) -> tuple[str, str]:
    """Give the strip's title and description."""
    o = result.observations
    outcome = sentence(outcome_name(o.outcome.name))
    shown = every_day(result)
    span = day_span(shown[0].day, shown[-1].day) if shown else _("no day yet")
    scale = _("{outcome} from {low} to {high}, day by day, {span}.")
    answers = _("{n} answers with {treatment}, {mean} on average.")
    said = [scale.format(outcome=outcome, low=exact(o.outcome.low), high=exact(o.outcome.high), span=span)]
    said += [
        answers.format(n=rated, treatment=name, mean=number(mean, width=o.outcome.width))
        for name, rated, mean in zip(names(result), o.rated, o.means, strict=True)
        if rated
    ]
    empty = sum(unanswered(result))
    if empty:
        said.append(_("{n} days without an answer.").format(n=empty))
    return _("Every day"), " ".join(said)


def draw_days(result: Result) -> Drawing:
    """Lay the days along their dates, in as many rows as they need."""
    shown = every_day(result)
    scale = result.outcome
    n_days = (shown[-1].day - shown[0].day).days + 1 if shown else 1
    per_row, height = _rows(n_days)
    labels = [exact(value) for value in (scale.low, (scale.low + scale.high) / 2, scale.high)]
    left = 10 + max(about_long(label) for label in labels)
    pitch = min((WIDTH - LEAST_RADIUS - left - 2 * DAY_INSET) / max(per_row - 1, 1), WIDEST_DAY)
    radius = min(max(0.47 * pitch, LEAST_RADIUS), LARGEST_RADIUS)
    drawing = Drawing()
    top = 10.0
    for start in range(0, n_days, per_row):
        bottom = top + height
        for value, label in zip((scale.low, (scale.low + scale.high) / 2, scale.high), labels, strict=True):
            y = bottom - (value - scale.low) / scale.width * height
            drawing.rule("rule", left, y, WIDTH, y, 1)
            drawing.text("ink-2", left - 8, y + 4.5, label, "end")
        row = [day for day in shown if start <= (day.day - shown[0].day).days < start + per_row]
        for day in row:
            x = left + DAY_INSET + ((day.day - shown[0].day).days - start) * pitch
            if day.rating is None:
                drawing.rule("between", x, bottom - 5, x, bottom + 5, 1.6)
                continue
            y = bottom - (day.rating - scale.low) / scale.width * height
            counted = day.counted and day.first is not None
            side = Side.SMALL if not counted else Side.FIRST if day.first else Side.SECOND
            drawing.mark(side, x, y, radius, value=day.rating, day=day.day.isoformat())
        if row:
            crosses = shown[0].day.year != shown[-1].day.year
            drawing.text("ink-2", left, bottom + 22, day_month(row[0].day, year=crosses), "start")
            if len(row) > 1 and (row[-1].day - row[0].day).days * pitch > 150:
                at = left + 2 * DAY_INSET + ((row[-1].day - shown[0].day).days - start) * pitch
                end = min(at, float(WIDTH))
                drawing.text("ink-2", end, bottom + 22, day_month(row[-1].day, year=crosses), "end")
        top = bottom + 40
    _key(drawing, result, shown, top, radius)
    return drawing


def _rows(n_days: int) -> tuple[int, float]:
    """Days a row and the height of one: about equal rows of 56 days, from 16 weeks on of 84."""
    most, height = next(((most, height) for up_to, most, height in ROWS if n_days <= up_to), (84, 64.0))
    n_rows = -(-n_days // most)
    return -(-n_days // n_rows), height


def _key(drawing: Drawing, result: Result, shown: tuple[Day, ...], top: float, radius: float) -> None:
    """Name the marks; on one line where both names are short."""
    first, second = (tidy(name) for name in result.observations.treatments)
    entries: list[tuple[Side | None, str]] = [(Side.FIRST, first), (Side.SECOND, second)]
    if any(day.rating is None for day in shown):
        entries.append((None, _("no answer")))
    if any(day.rating is not None and not day.counted for day in shown):
        entries.append((Side.SMALL, _("not counted")))
    one_line = sum(about_long(text) + 38 for _side, text in entries) <= WIDTH
    x, y = 6.0, top + 6
    for side, text in entries:
        if side is None:
            drawing.rule("between", x, y - 10, x, y, 1.6)
        else:
            drawing.mark(side, x, y - 5, max(radius, 4.2))
        lines = textwrap.wrap(text, ROOM_FOR_TWO - 4)
        for i, line in enumerate(lines):
            drawing.text("ink", x + 12, y + i * LINE, line, "start")
        if one_line:
            x += 12 + about_long(text) + 26
        else:
            y += LINE * len(lines) + 4
    drawing.height = (y if one_line else y - LINE - 4) + 8
