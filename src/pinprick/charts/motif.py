"""The motif of the site, drawn: everything we know is a dot.

Pure functions, each giving one inline SVG whose colours are classes. Four rules keep the motif honest: days are
threaded, people stand in rows, a ring is the towel and nothing else, and both treatments get the same area.
Drawings with a page of their own stand beside this one and are named here too: `sharpness`, `plan_calendar`,
`diary_calendar`, and the body map in `pinprick.charts.body`.

Every function takes ``id``, ``title`` and ``desc`` to name its picture, or ``decorative=True`` (`Told`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib.resources import files
from typing import Final, Literal, Unpack

from pinprick.charts.calendar import DayKind, diary_calendar, plan_calendar
from pinprick.charts.drawing import WIDTH, written
from pinprick.charts.marks import SMALL, Told, dot, flush, framed, length, line, ring, tick, words
from pinprick.charts.sharpness import sharpness

__all__ = [
    "DayKind",
    "Told",
    "count",
    "diary_calendar",
    "disc",
    "field",
    "ladder",
    "people",
    "plan_calendar",
    "sharpness",
    "thread",
    "timer_ring",
    "wordmark",
]

ThreadMark = Literal["answered", "missed", "open"]

DISC: Final = 184  # pixels across
A_THREAD: Final = 16  # days in a row of it
PEOPLE_A_ROW: Final = 10
N_CLOCK: Final = 60


# --- both treatments -------------------------------------------------------------------------------------


def field(columns: int, rows: int, **told: Unpack[Told]) -> str:
    """Draw the welcome picture: spikes on the left, softened ones on the right, along one soft fold.

    Both get the same area: as many dots as rings, or one row's half more where the field has an odd number.

    Parameters
    ----------
    columns, rows : int
        How many marks across and down: 15 by 6 on a phone, 20 by 17 beside the words.

    Examples
    --------
    >>> picture = field(15, 6, decorative=True)
    >>> picture.count("f-mat"), picture.count("s-towel")
    (45, 45)
    """
    pitch = WIDTH / (columns - 1 + 0.48)
    radius = 0.24 * pitch
    shapes = []
    for row, n_dots in enumerate(_fold(columns, rows)):
        y = radius + row * pitch
        for column in range(columns):
            x = radius + column * pitch
            shapes.append(dot("mat", x, y, radius) if column < n_dots else ring(x, y, radius))
    return framed("".join(shapes), WIDTH, (rows - 1 + 0.48) * pitch, told)


def _fold(columns: int, rows: int) -> list[int]:
    """How many dots each row has: one soft S, whose lower half takes back what the upper gives."""
    upper = []
    for row in range(rows // 2):
        wave = math.sin(2 * math.pi * ((rows - 1) / 2 - row) / (1.3 * rows))
        upper.append(math.floor(columns / 2 + 0.5 + columns / 12 * wave))
    middle = [columns // 2 + columns % 2] if rows % 2 else []
    return upper + middle + [columns - n for n in reversed(upper)]


def disc(ring: bool | None, **told: Unpack[Told]) -> str:
    """Draw the day's treatment: a disc of dots, or of rings, that packs them as a mat does its spikes.

    Parameters
    ----------
    ring : bool or None
        Whether the day is a towel day; None draws small grey dots, for a day without a treatment.

    Examples
    --------
    >>> [disc(which, decorative=True).count("<circle") for which in (False, True, None)]
    [163, 163, 163]
    """
    draw = _small if ring is None else _ring if ring else _dot
    reach, radius = 6.8, 0.29  # in pitches: how far from the centre the last marks lie
    pitch = DISC / (2 * (6.5 + radius))
    shapes = []
    for row in range(-7, 8):
        offset = 0.5 * (row % 2)
        for column in range(-7, 8):
            x, y = column + offset, row * math.sqrt(0.75)
            if math.hypot(x, y) <= reach:
                shapes.append(draw(DISC / 2 + x * pitch, DISC / 2 + y * pitch, radius * pitch))
    return framed("".join(shapes), DISC, DISC, told, classes="disc", size=True)


def timer_ring(*, ring: bool, **told: Unpack[Told]) -> str:
    """Draw the clock: 60 marks in a circle, every fourth larger, numbered clockwise so that a script can put them out.

    Without a name it is hidden, because the time stands inside it as text.

    Examples
    --------
    >>> timer_ring(ring=False).count("data-i=")
    60
    """
    if not told:
        told = {"decorative": True}
    size, reach = 300.0, 144.0
    draw = _ring if ring else _dot
    shapes = []
    for i in range(N_CLOCK):
        angle = 2 * math.pi * i / N_CLOCK
        x, y = size / 2 + reach * math.sin(angle), size / 2 - reach * math.cos(angle)
        shapes.append(draw(x, y, 3.0 if i % 4 else 5.4, f' data-i="{i}"'))
    return framed("".join(shapes), size, size, told)


def _dot(x: float, y: float, radius: float, more: str = "") -> str:
    return dot("mat", x, y, radius, more)


def _ring(x: float, y: float, radius: float, more: str = "") -> str:
    return ring(x, y, radius, more)


def _small(x: float, y: float, radius: float, more: str = "") -> str:
    return dot("between", x, y, SMALL * radius, more)


# --- days, people, steps ---------------------------------------------------------------------------------


def thread(marks: Sequence[ThreadMark], *, first: str, last: str, **told: Unpack[Told]) -> str:
    """Draw days as a thread, in rows of at most 16: who answered, never what was answered or which treatment it was.

    A day without an answer is a short upright tick. A day that may still be answered is open: broken strokes,
    because a whole ring is the towel.

    Parameters
    ----------
    marks : sequence of {"answered", "missed", "open"}
        One a day, from the first.
    first, last : str
        What stands at the thread's two ends: the date of the first day, and "today"; one day alone is ``last``.

    Examples
    --------
    >>> picture = thread(["answered", "missed", "open"], first="4 May", last="today", decorative=True)
    >>> [picture.count(part) for part in ('"f-ink"', "s-between", '"open"', "<text")]
    [1, 1, 1, 1]
    """
    radius, down = 6.5, 26.0
    left, pitch = flush(A_THREAD, radius)
    y = radius + 1.5
    if len(marks) > A_THREAD:  # the first day is not in the last row, so its date stands above it
        y += 20
    shapes = [words("ink-2", 0, 12, first)] if len(marks) > A_THREAD else []
    for begin in range(0, len(marks), A_THREAD):
        row = marks[begin : begin + A_THREAD]
        xs = [left + i * pitch for i in range(len(row))]
        shapes += _threaded(row, xs, y, radius)
        end, bottom = xs[-1] + radius, y + radius
        y += down
    text = bottom + 19
    if len(marks) > A_THREAD:
        shapes.append(words("ink-2", end, text, last, "end") if end > length(last) else words("ink-2", 0, text, last))
    elif len(marks) == 1:
        shapes.append(words("ink-2", 0, text, last))
    elif end > length(first) + 8 + length(last):
        shapes += [words("ink-2", 0, text, first), words("ink-2", end, text, last, "end")]
    else:
        shapes.append(words("ink-2", 0, text, f"{first} – {last}"))
    return framed("".join(shapes), WIDTH, text + 5, told)


def _threaded(row: Sequence[ThreadMark], xs: Sequence[float], y: float, radius: float) -> list[str]:
    shapes = [line("rule", xs[0], y, xs[-1], y, 2)] if len(row) > 1 else []
    for kind, x in zip(row, xs, strict=True):
        if kind == "answered":
            shapes.append(dot("ink", x, y, radius))
        elif kind == "missed":
            shapes.append(tick(x, y, radius + 0.5))
        else:
            shapes.append(f'<circle class="open" cx="{written(x)}" cy="{written(y)}" r="{written(radius - 1)}"/>')
    return shapes


def people(n_clear: int, *, n: int = 50, **told: Unpack[Told]) -> str:
    """Draw people in rows of ten: green for who would get a clear answer, small and grey for who would not.

    Examples
    --------
    >>> picture = people(41, decorative=True)
    >>> picture.count("f-accent"), picture.count("f-between")
    (41, 9)
    """
    if not 0 <= n_clear <= n:
        raise ValueError(f"{n_clear} of {n} people cannot be drawn; give 0 to {n}.")
    radius = 9.5
    left, pitch = flush(PEOPLE_A_ROW, radius)
    down = 0.9 * pitch
    shapes = []
    for i in range(n):
        row, column = divmod(i, PEOPLE_A_ROW)
        x, y = left + column * pitch, radius + row * down
        shapes.append(dot("accent", x, y, radius) if i < n_clear else dot("between", x, y, 0.45 * radius))
    return framed("".join(shapes), WIDTH, 2 * radius + (math.ceil(n / PEOPLE_A_ROW) - 1) * down, told)


def count(at: int, of: int, **told: Unpack[Told]) -> str:
    """Draw where one is in a row of questions: those behind, the one now, those to come.

    Examples
    --------
    >>> picture = count(3, 8, decorative=True)
    >>> picture.count("f-ink"), picture.count("f-between")
    (3, 5)
    """
    if not 1 <= at <= of:
        raise ValueError(f"Question {at} of {of} cannot be drawn; give 1 to {of}.")
    widest = 7.0
    pitch = min(18.0, (WIDTH - 2 * widest) / max(of - 1, 1))  # a long row moves together and stays one row
    scale = min(1.0, pitch / 14)
    shapes = []
    for i in range(1, of + 1):
        radius = scale * (widest if i == at else 5.0 if i < at else 3.0)
        shapes.append(dot("ink" if i <= at else "between", widest + (i - 1) * pitch, widest, radius))
    return framed("".join(shapes), 2 * widest + (of - 1) * pitch, 2 * widest, told, classes="count", size=True)


def ladder(step: int, of: int, *, minutes: Sequence[float], **told: Unpack[Told]) -> str:
    """Draw the build-up: a thread of growing dots, each with its minutes; what is to come is small and grey.

    Parameters
    ----------
    step : int
        The step of now, from 1; 0 before the first, ``of + 1`` when all are done.
    of : int
        How many steps there are.
    minutes : sequence of float
        How long each of them is.

    Examples
    --------
    >>> picture = ladder(2, 5, minutes=[5, 10, 15, 20, 25], decorative=True)
    >>> [picture.count(f'"f-{token}"') for token in ("ink", "accent", "between")]
    [1, 1, 3]
    """
    if len(minutes) != of or not 0 <= step <= of + 1:
        raise ValueError(
            f"Step {step} of {of} with {len(minutes)} lengths cannot be drawn; give {of} and 0 to {of + 1}."
        )
    radii = [6 + 10 * i / max(of - 1, 1) for i in range(of)]
    left, right, y = 12.0, WIDTH - radii[-1] - 4, radii[-1] + 1
    xs = [left + i * (right - left) / max(of - 1, 1) for i in range(of)]
    shapes = [line("rule", xs[0], y, xs[-1], y, 2)] if of > 1 else []
    for i, (x, radius, length_) in enumerate(zip(xs, radii, minutes, strict=True), 1):
        token = "ink" if i < step else "accent" if i == step else "between"
        shapes.append(dot(token, x, y, radius if i <= step else SMALL * radius))
        weight = "ink strong" if i == step else "ink-2"
        shapes.append(words(weight, x, y + radii[-1] + 18, f"{length_:g}", "middle"))
    return framed("".join(shapes), WIDTH, y + radii[-1] + 24, told)


# --- the name --------------------------------------------------------------------------------------------


def wordmark() -> str:
    """Give the name with its two i-dots, one solid and one a ring: the trial in one word.

    Examples
    --------
    >>> wordmark()[:50]
    '<svg class="wordmark" viewBox="0 0 4346 1060" role'
    """
    return files("pinprick").joinpath("look/wordmark.svg").read_text(encoding="utf-8").strip()
