"""Days as a calendar: a week a row, the months named where they begin, marks only for what has come.

A day to come is the same small grey dot whatever its treatment will be, in shape, order, size and markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, Literal, Unpack

from pinprick.charts.drawing import WIDTH
from pinprick.charts.marks import Told, dot, framed, line, mark, tick, words

DayKind = Literal["first", "second", "third", "fourth", "answered", "missed", "to_come", "paused"]

LEFT: Final = 8.2
ACROSS: Final = 40.0  # from one day to the next; the months have what is left of the width
DOWN: Final = 24.0
HEAD: Final = 36.0  # where the first week lies, below the letters
RADIUS: Final = 5.8
SMALL_RADIUS: Final = 2.8


def plan_calendar(
    first_day: date,
    n_days: int,
    first_answer_day: int | None,
    *,
    weekday_letters: Sequence[str],
    month_names: Sequence[str],
    week_starts_on: int = 0,
    **told: Unpack[Told],
) -> str:
    """Draw the days of a plan: dark until an answer can come, green on that day, small after it.

    Parameters
    ----------
    first_day : date
        Day 1.
    n_days : int
        How many days the plan may take.
    first_answer_day : int or None
        The number of the first day on which an answer can come, from 1.
    weekday_letters : sequence of str
        Seven of them, Monday first.
    month_names : sequence of str
        Twelve of them, January first.
    week_starts_on : int
        The weekday that a row begins with; Monday is 0.

    Examples
    --------
    >>> letters, months = "MTWTFSS", ["..."] * 4 + ["May", "June", "July"] + ["..."] * 5
    >>> picture = plan_calendar(
    ...     date(2026, 5, 4), 84, 14, weekday_letters=letters, month_names=months, decorative=True
    ... )
    >>> [picture.count(f'"f-{token}"') - words for token, words in (("ink-2", 10), ("accent", 0), ("between", 0))]
    [13, 1, 70]
    """
    days = [first_day + timedelta(days=i) for i in range(n_days)]
    shapes = []
    for number, day in enumerate(days, 1):
        x, y = _place(day, first_day, week_starts_on)
        if first_answer_day is None or number < first_answer_day:
            shapes.append(dot("ink-2", x, y, RADIUS))
        elif number == first_answer_day:
            shapes.append(dot("accent", x, y, 1.4 * RADIUS))
        else:
            shapes.append(dot("between", x, y, SMALL_RADIUS))
    return _calendar(days, shapes, weekday_letters, month_names, week_starts_on, told)


def diary_calendar(
    days: Sequence[tuple[date, DayKind]],
    *,
    weekday_letters: Sequence[str],
    month_names: Sequence[str],
    week_starts_on: int = 0,
    **told: Unpack[Told],
) -> str:
    """Draw the days of a diary: what was, with its mark; what comes, small and grey.

    Parameters
    ----------
    days : sequence of (date, kind)
        In order. ``first`` to ``fourth`` are answered days of a treatment (dot, ring, square, open diamond);
        ``answered`` is an answer on a day whose treatment is not known; ``missed`` has no answer; on a ``paused`` day
        none was asked for; ``to_come`` carries nothing about treatments.
    weekday_letters, month_names : sequence of str
        Seven, Monday first, and twelve, January first.
    week_starts_on : int
        The weekday that a row begins with; Monday is 0.

    Examples
    --------
    >>> days = [(date(2026, 5, 4), "first"), (date(2026, 5, 5), "second"), (date(2026, 5, 6), "to_come")]
    >>> picture = diary_calendar(days, weekday_letters="MTWTFSS", month_names=["May"] * 12, decorative=True)
    >>> [picture.count(name) for name in ("f-mat", "s-towel", "f-between")]
    [1, 1, 1]
    """
    only = [day for day, _ in days]
    if any(later <= day for day, later in pairwise(only)):
        raise ValueError("The days of a calendar come in order, each once; sort them and leave out the doubles.")
    shapes = []
    for day, kind in days:
        x, y = _place(day, only[0], week_starts_on)
        if kind == "to_come":
            shapes.append(dot("between", x, y, SMALL_RADIUS))
        elif kind == "missed":
            shapes.append(tick(x, y, RADIUS))
        elif kind == "paused":
            shapes.append(line("between", x - RADIUS, y, x + RADIUS, y, 2))
        elif kind == "answered":
            shapes.append(dot("ink", x, y, RADIUS))
        else:
            shapes.append(mark(kind, x, y, RADIUS))
    return _calendar(only, shapes, weekday_letters, month_names, week_starts_on, told)


def _place(day: date, first_day: date, week_starts_on: int) -> tuple[float, float]:
    """The middle of a day's place: its weekday across, its week down."""
    column = (day.weekday() - week_starts_on) % 7
    return LEFT + column * ACROSS, HEAD + _week(day, first_day, week_starts_on) * DOWN


def _week(day: date, first_day: date, week_starts_on: int) -> int:
    before = (first_day.weekday() - week_starts_on) % 7
    return ((day - first_day).days + before) // 7


def _calendar(
    days: Sequence[date],
    shapes: Sequence[str],
    weekday_letters: Sequence[str],
    month_names: Sequence[str],
    week_starts_on: int,
    told: Told,
) -> str:
    """Add the letters and the months, and put the frame around."""
    if not days:
        raise ValueError("A calendar needs at least one day; give the days that it is to show.")
    if len(weekday_letters) != 7 or len(month_names) != 12:
        raise ValueError(
            f"A calendar was given {len(weekday_letters)} weekdays and {len(month_names)} months; give 7 and 12."
        )
    texts = [
        words("ink-2", LEFT + column * ACROSS, 12, weekday_letters[(week_starts_on + column) % 7], "middle")
        for column in range(7)
    ]
    begins = {0: days[0].month}
    for day in days:
        week = _week(day, days[0], week_starts_on)
        if day.day == 1 and day != days[0]:
            if week == 0:  # two months in the first week: the older one is named above it, beside the letters
                begins[-1] = begins[0]
            begins[week] = day.month
    x = LEFT + 6 * ACROSS + 24
    for week, month in sorted(begins.items()):
        y = 12 if week < 0 else HEAD + week * DOWN + 5
        texts.append(words("ink-2", x, y, month_names[month - 1]))
    height = HEAD + _week(days[-1], days[0], week_starts_on) * DOWN + 12
    return framed("".join(texts) + "".join(shapes), WIDTH, height, told)
