"""A mat under a back, a gentle start, and a mat beside a needle, drawn: what `pinprick.report.dose` says, to look at.

Size is the sign of how hard a spike presses; colour never is. Dots turn into rings under a towel. There are more spikes
than a phone can show, so that one dot stands for its patch of the mat.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pinprick.charts.body import OUTLINE, _steps
from pinprick.charts.drawing import LINE, WIDTH, Drawing, Theme
from pinprick.charts.marks import framed, length
from pinprick.charts.sheet import Picture, wrapped
from pinprick.charts.sheet import standing_alone as sheet
from pinprick.dose.answer import Dose
from pinprick.dose.ladder import Ladder, Rung
from pinprick.dose.needle import mat_beside_needle, needle
from pinprick.dose.points import radius_mm
from pinprick.dose.setup import Setup
from pinprick.dose.sharpness import PRESS_WORDS, press_band
from pinprick.errors import ProtocolError
from pinprick.report.dose import (
    NOT_A_MEASUREMENT,
    NOT_TOUCHING,
    first_step_sentence,
    headline,
    ladder_lines,
    needle_lines,
    picture_sentence,
    rung_sharp,
    rung_words,
    under,
)
from pinprick.report.heap import Side
from pinprick.words import _, mark

MIDDLE: Final = WIDTH / 2
CROWN, HANDS, SOLE = 8.0, 369.0, 596.0  # of the outline, in its own units
LARGEST: Final = 1.35  # how far the outline is enlarged, so that a usual mat is half as wide as a phone
WIDEST, TALLEST = 330.0, 400.0  # what a mat may take
PITCH: Final = 11.8  # between dots, or more, so that there are
MOST_DOTS: Final = 330  # and a picture is no heavier than a phone likes
RADII: Final = (1.2, 2.1, 3.1, 4.1, 5.1, 6.2)  # of a dot that does not touch, and of the five bands
CUT: Final = 16.0  # how far the body goes on below the mat
BEND: Final = 6  # points of a curve
SOFT: Final = ("towel", "folded_towel")
SHORTER: Final = 240.0  # what a mat may take that is drawn without a body
SHAPES: Final = {"neck": (1, 0.5), "seat": (1, 0.85), "feet": (2, 2.4), "standing": (2, 2.4)}
"""Other uses than the back: how many shapes touch, and how long each is for its width."""
APART_MM: Final = 90.0  # the middle of a foot, from the midline
LARGER: Final = mark("Larger dot, harder press. Grey dots do not touch you.")
EACH: Final = mark("One dot stands for about {n} spikes.")


# --- the mat under a back ------------------------------------------------------------------------------


def body_picture(dose: Dose, *, points: bool = False) -> Picture:
    """Draw somebody from behind with the mat, five sizes of dots, and the named points if asked for.

    Another use than the back is drawn as the mat alone with the area that touches, which is all that is known of it.

    Parameters
    ----------
    dose : Dose
        An answer.
    points : bool
        Whether the discs of the named points are there.

    Raises
    ------
    ProtocolError
        If points are asked for and no back lies on the mat.

    Examples
    --------
    >>> from pinprick.dose.answer import dose
    >>> body_picture(dose(6000, n_draws=20)).title
    'About 2,000 of 6,000 spikes touch you.'
    """
    if not len(dose.force_n):
        if points:
            raise ProtocolError(
                f"Named points are drawn for a mat under the back, and not for use {dose.setup.use!r}; leave them out."
            )
        return _area_picture(dose)
    drawing = Drawing()
    mat, stature = dose.setup.mat, dose.setup.person.stature_mm
    unit = (SOLE - CROWN) / stature
    grown = min(LARGEST, WIDEST / (mat.width * unit), TALLEST / (mat.length * unit))
    unit *= grown
    top = grown * 0.16 * (SOLE - CROWN) + 2  # the upper edge, 0.84 of stature
    left, right, bottom = MIDDLE - mat.width * unit / 2, MIDDLE + mat.width * unit / 2, top + mat.length * unit
    end = min(max(bottom + CUT, 2 + grown * (HANDS - CROWN)), 2 + grown * (SOLE - CROWN))
    for line in _outline(grown, end):
        drawing.line("between", line, 2)
    drawing.line("between", [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], 1)
    each = _dots(drawing, dose, (left, top, right, bottom))
    if points:
        for site in under(dose):
            x, y = MIDDLE + site.across_mm * unit, top + site.along_mm * unit
            drawing._put(("ring", "ink-2", round(radius_mm() * unit, 2), 1.0), x=round(x, 1), y=round(y, 1))
    y = _key(drawing, dose.setup, end + 20)
    y = wrapped(drawing, y + 6, _(LARGER))
    y = wrapped(drawing, y, _(EACH).format(n=max(1, round(each))) + " " + _(NOT_A_MEASUREMENT))
    if points:
        y = wrapped(drawing, y, _("Thin circles are named points. All the skin around them is pressed just as hard."))
    drawing.height = math.ceil(y - LINE + 6)
    described = f"{headline(dose)} {picture_sentence(dose)} {_(LARGER)} {_(NOT_A_MEASUREMENT)}"
    return Picture(drawing, headline(dose), described)


def _dots(drawing: Drawing, dose: Dose, box: tuple[float, float, float, float]) -> float:
    """One dot for each patch of the mat, all of a size at once; give how many spikes it stands for."""
    left, top, right, bottom = box
    bands = _patches(dose, box)
    rows, columns = bands.shape
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    y = top + (np.arange(rows) + 0.5) * (bottom - top) / rows
    small = min(1.0, (right - left) / columns / PITCH, (bottom - top) / rows / PITCH)
    for band in range(len(RADII)):
        for i, j in zip(*np.nonzero(bands == band), strict=True):
            _spike(drawing, dose.setup, band, round(float(x[j]), 1), round(float(y[i]), 1), small)
    return dose.setup.mat.spikes / bands.size


def _patches(dose: Dose, box: tuple[float, float, float, float]) -> NDArray[np.int64]:
    """The band of each patch: of the mean of its spikes that touch, or 0 where fewer than half of them do."""
    left, top, right, bottom = box
    pitch = max(PITCH, math.sqrt((right - left) * (bottom - top) / MOST_DOTS))
    columns, rows = max(1, round((right - left) / pitch)), max(1, round((bottom - top) / pitch))
    mat = dose.setup.mat
    column = np.clip(((dose.across_mm / mat.width + 0.5) * columns).astype(int), 0, columns - 1)
    row = np.clip((dose.along_mm / mat.length * rows).astype(int), 0, rows - 1)
    cell = row * columns + column
    n = np.bincount(cell, minlength=rows * columns)
    touching = np.bincount(cell, dose.force_n > 0, minlength=rows * columns)
    force = np.bincount(cell, dose.force_n, minlength=rows * columns)
    mean = np.where(2 * touching >= np.maximum(n, 1), force / np.maximum(touching, 1), 0.0)
    bands = np.array([press_band(float(one)) for one in mean], dtype=np.int64)
    bands[n == 0] = -1  # a mat with few spikes has bare cloth
    return bands.reshape(rows, columns)


def _area_picture(dose: Dose) -> Picture:
    """Draw a mat from above with the area that touches, as one shape or as two feet, in dots of the mean press."""
    drawing = Drawing()
    mat = dose.setup.mat
    unit = min(WIDEST / mat.width, SHORTER / mat.length)
    wide, high = mat.width * unit, mat.length * unit
    left, top = MIDDLE - wide / 2, 2.0
    right, bottom = left + wide, top + high
    drawing.line("between", [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], 1)
    pitch = max(PITCH, math.sqrt(wide * high / MOST_DOTS))
    columns, rows = max(1, round(wide / pitch)), max(1, round(high / pitch))
    x = left + (np.arange(columns) + 0.5) * wide / columns
    y = top + (np.arange(rows) + 0.5) * high / rows
    touches = _touching(dose, *np.meshgrid((x - MIDDLE) / unit, (y - top - high / 2) / unit))
    small = min(1.0, wide / columns / PITCH, high / rows / PITCH)
    mean, most = (press_band(force.mid) for force in (dose.force_per_spike_n, dose.peak_force_n))
    for band, places in ((0, ~touches), (mean, touches)):
        for i, j in zip(*np.nonzero(places), strict=True):
            _spike(drawing, dose.setup, band, round(float(x[j]), 1), round(float(y[i]), 1), small)
    below = _key(drawing, dose.setup, bottom + 24)
    hardest = _("How the press spreads over this area is not worked out. Where it is greatest: {word}.").format(
        word=_(PRESS_WORDS[most - 1])
    )
    below = wrapped(drawing, below + 6, _(LARGER))
    below = wrapped(drawing, below, hardest)
    below = wrapped(drawing, below, _(NOT_A_MEASUREMENT))
    drawing.height = math.ceil(below - LINE + 6)
    described = f"{headline(dose)} {hardest} {_(LARGER)} {_(NOT_A_MEASUREMENT)}"
    return Picture(drawing, headline(dose), described)


def _touching(dose: Dose, across: NDArray[np.float64], along: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which places of a face touch: as many of them as spikes do, nearest to the middle of one shape or of two."""
    mat = dose.setup.mat
    shapes, longer = SHAPES[dose.setup.use]
    beside = 0.0 if shapes == 1 else min(mat.width / 4, APART_MM)
    away = np.hypot(longer * (np.abs(across) - beside), along)
    n = max(1, round(away.size * dose.touching.mid / mat.spikes))
    touches: NDArray[np.bool_] = away <= np.sort(away, axis=None)[n - 1] + 1e-6  # a place with its mirror image
    return touches


def _spike(drawing: Drawing, setup: Setup, band: int, x: float, y: float, small: float = 1.0) -> None:
    if band == 0:
        drawing._put(("dot", "between", round(RADII[0] * small, 2)), x=x, y=y)
    else:
        side = Side.SECOND if setup.layer in SOFT else Side.FIRST
        drawing.mark(side, x, y, round(RADII[band] * small, 2))


def _key(drawing: Drawing, setup: Setup, y: float) -> float:
    """What the sizes of dots mean, two in a row where they fit; give the next base line."""
    x, row = 6.0, y
    for band, word in enumerate((NOT_TOUCHING, *PRESS_WORDS)):
        text = _(word)
        wide = 14 + length(text) + 16
        if x + wide - 16 > WIDTH:
            x, row = 6.0, row + LINE + 2
        _spike(drawing, setup, band, x, row - 4.5)
        drawing.text("ink-2", x + 12, row, text, "start")
        x += wide
    return row + LINE


@cache
def _half() -> tuple[tuple[float, float], ...]:
    """The right half of the body's outline as points, from the crown to the crotch, in its own units."""
    found: list[tuple[float, float]] = []
    for step in _steps(OUTLINE):
        if len(step) == 1:
            found.append(step[0])
            continue
        a, b, c, d = found[-1], *step
        for k in range(1, BEND + 1):
            t = k / BEND
            w = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            found.append(
                (
                    sum(p * one[0] for p, one in zip(w, (a, b, c, d), strict=True)),
                    sum(p * one[1] for p, one in zip(w, (a, b, c, d), strict=True)),
                )
            )
    return tuple(found)


def _outline(grown: float, end: float) -> list[list[tuple[float, float]]]:
    """The outline down to a height: from one side over the crown to the other, and between the legs."""
    half = [(grown * x, 2 + grown * (y - CROWN)) for x, y in _half()]
    runs: list[list[tuple[float, float]]] = [[]]
    for i, (x, y) in enumerate(half):
        if y <= end:
            if not runs[-1] and i:
                runs[-1].append(_cut(half[i - 1], (x, y), end))
            runs[-1].append((x, y))
        elif runs[-1]:
            runs[-1].append(_cut(half[i - 1], (x, y), end))
            runs.append([])
    lines: list[list[tuple[float, float]]] = []
    for run in filter(None, runs):
        other = [(-x, y) for x, y in run]
        if run[0][0] == 0:
            lines.append([*other[::-1], *run])
        elif run[-1][0] == 0:
            lines.append([*run, *other[::-1]])
        else:
            lines += [run, other]
    return [[(MIDDLE + x, y) for x, y in line] for line in lines]


def _cut(one: tuple[float, float], other: tuple[float, float], end: float) -> tuple[float, float]:
    part = (end - one[1]) / (other[1] - one[1])
    return one[0] + part * (other[0] - one[0]), end


# --- a gentle start ------------------------------------------------------------------------------------


def ladder_picture(made: Ladder, chosen: Setup | None = None) -> Picture:
    """Draw five steps of minutes on a thread, and the rungs of sharpness below, each a dot that grows.

    A rung that is the chosen set-up says so beside its number.
    """
    drawing = Drawing()
    y = wrapped(drawing, 14, _("Minutes, step by step"), "ink")
    line = y + 12
    drawing.rule("rule", 14, line, WIDTH - 14, line, 1.5)
    most = max(one.step.minutes for one in made.steps)
    gap = (WIDTH - 64) / max(1, len(made.steps) - 1)
    for i, one in enumerate(made.steps):
        x = 30 + i * gap
        drawing.mark(Side.FIRST, x, line, round(11 * math.sqrt(one.step.minutes / most), 2))
        drawing.text("ink", x, line + 30, f"{one.step.minutes}", "middle")
    drawing.text("ink-2", WIDTH, line + 50, _("minutes a day, at most"), "end")
    y = wrapped(drawing, line + 84, _("How sharp, from least to most"), "ink", width=36)
    drawing.text("ink-2", WIDTH, y - LINE, _("of 100"), "end")
    first = y = y + 8
    places = []
    for rung in made.rungs:
        places.append((y, rung))
        y = wrapped(drawing, y + 4, rung_words(rung)[:1].upper() + rung_words(rung)[1:], "ink", x=38, width=32) + 12
    drawing.rule("rule", 16, first, 16, places[-1][0], 1.5)
    for at, rung in places:
        side = Side.SECOND if rung.setup.layer in SOFT else Side.FIRST
        drawing.mark(side, 16, at, round(10 * math.sqrt(min(1.5, max(0.06, rung.relative.mid)) / 1.5) + 1, 2))
        drawing.text("ink-2", WIDTH, at + 4, f"{100 * rung.relative.mid:.0f}", "end")
        if _is_on(rung, chosen):
            drawing.text("ink", WIDTH - 34, at + 4, _("chosen"), "end")
    y = wrapped(drawing, y + 6, _("Larger dot, more minutes or sharper. Rings are under a towel. One dot is one step."))
    y = wrapped(drawing, y, _(NOT_A_MEASUREMENT))
    drawing.height = math.ceil(y - LINE + 6)
    told = [first_step_sentence(made), *(one.removeprefix("- ") for one in ladder_lines(made)[2 : 2 + len(made.steps)])]
    for rung in made.rungs:
        is_here = " " + _("Chosen.") if _is_on(rung, chosen) else ""
        told.append(f"{rung_words(rung)}: {rung_sharp(rung)}.{is_here}")
    return Picture(drawing, _("A gentle start"), " ".join(one[:1].upper() + one[1:] for one in told))


def _is_on(rung: Rung, chosen: Setup | None) -> bool:
    """Whether a set-up is this rung, whatever its minutes."""
    return chosen is not None and replace(chosen, minutes=rung.setup.minutes) == rung.setup


# --- a mat beside a needle -----------------------------------------------------------------------------

SKIN: Final = 66.0  # where the skin is
MM: Final = 7.0  # units to the millimetre, and
TIP_MM: Final = 46.0  # beside the tips
DENT: Final = 7.0  # how wide a dent is, in mm to either side
SPIKE_AT, NEEDLE_AT = 84.0, 262.0


def needle_picture(dose: Dose) -> Picture:
    """Draw a spike in its dent and a needle under the skin, both to one scale, and the two tips larger."""
    drawing = Drawing()
    mat, pin = mat_beside_needle(dose), needle()
    radius = dose.setup.mat.known("tip_radius").central
    half = math.radians(dose.setup.mat.known("half_angle").central)
    high = dose.setup.mat.known("height").central
    depth = max(0.0, dose.dent_mm.mid)
    dent = [(SPIKE_AT + x, SKIN + MM * depth * _dip(x / (MM * DENT))) for x in np.linspace(-58, 58, 41).tolist()]
    drawing.text("ink", 6, 16, _("Mat"), "start")
    drawing.text("ink", NEEDLE_AT, 16, _("Needle"), "middle")
    drawing.line("between", [(6, SKIN), *dent, (WIDTH - 58, SKIN)], 2)
    drawing.text("ink-2", 6, SKIN - 6, _("skin"), "start")
    _cone(drawing, SPIKE_AT, SKIN + MM * depth, radius * MM, half, high * MM)
    wide = sum((pin.tip_mm.low, pin.tip_mm.high)) / 2 * MM
    near, far = SKIN + MM * pin.depth_mm.low, SKIN + MM * pin.depth_mm.high
    drawing.rule("ink", NEEDLE_AT, 24, NEEDLE_AT, near, round(wide, 2))
    drawing.rule("between", NEEDLE_AT, near, NEEDLE_AT, far, round(wide, 2))
    for mm in range(0, 31, 10):
        y = SKIN + MM * mm
        drawing.rule("rule", WIDTH - 52, y, WIDTH - 44, y, 1)
        drawing.text("ink-2", WIDTH, y + 4, _("{mm} mm").format(mm=mm), "end")
    low, high_mm = max(1, round(mat.dent_mm.low)) if mat.dent_mm else 0, round(mat.dent_mm.high) if mat.dent_mm else 0
    dented = _("dents the skin by {low} to {high} mm").format(low=low, high=high_mm)
    dented = dented if high_mm > low else _("dents the skin by about {mm} mm").format(mm=max(1, high_mm))
    wrapped(drawing, SKIN + MM * depth + 30, dented, x=6, width=20)
    entered = _("goes in, {low} to {high} mm").format(low=f"{pin.depth_mm.low:g}", high=f"{pin.depth_mm.high:g}")
    wrapped(drawing, SKIN + MM * depth + 30, entered, x=NEEDLE_AT - 84, width=10)
    base = far + 30
    y = wrapped(drawing, base, _("The two tips, larger"), "ink")
    tip = y + 84
    _cone(drawing, SPIKE_AT, tip, radius * TIP_MM, half, 84)
    _point(drawing, NEEDLE_AT, tip, sum((pin.tip_mm.low, pin.tip_mm.high)) / 4 * TIP_MM, 84)
    y = tip + 22
    drawing.text("ink-2", SPIKE_AT, y, _("blunt"), "middle")
    drawing.text("ink-2", NEEDLE_AT, y, _("sharp"), "middle")
    drawing.rule("ink", MIDDLE - TIP_MM / 2, y, MIDDLE + TIP_MM / 2, y, 1.5)
    drawing.text("ink-2", MIDDLE, y + 16, _("1 mm"), "middle")
    y = wrapped(drawing, y + 42, _("The spike’s tip is assumed, the needle’s point drawn by guess."))
    y = wrapped(drawing, y, _(NOT_A_MEASUREMENT))
    drawing.height = math.ceil(y - LINE + 6)
    described = needle_lines(dose)
    return Picture(
        drawing, _("A mat beside a needle, to scale"), " ".join(one.removeprefix("- ") for one in described[1:])
    )


def _dip(part: float) -> float:
    """How far skin gives beside a spike, from 1 under it to 0: a shape to look at."""
    return math.exp(-4 * abs(part)) if abs(part) < 1.5 else 0.0


def _cone(drawing: Drawing, x: float, tip: float, radius: float, half: float, high: float) -> None:
    """A cone that ends in a ball, from its tip upwards."""
    turn = [math.pi / 2 - k * (math.pi / 2 - half) / 6 for k in range(7)]
    side = [(radius * math.cos(angle), radius * (1 - math.sin(angle))) for angle in turn]  # from the tip outwards
    out, up = side[-1]
    flank = (out + (high - up) * math.tan(half), high)
    right = [*side, flank]
    whole = [*((-a, b) for a, b in reversed(right)), *right[1:]]
    drawing.line("ink", [(x + a, tip - b) for a, b in whole], 1.8)


def _point(drawing: Drawing, x: float, tip: float, radius: float, high: float) -> None:
    """A shaft that ends in a point."""
    taper = min(0.6 * high, 4.5 * radius)
    whole = [(-radius, high), (-radius, taper), (0.0, 0.0), (radius, taper), (radius, high)]
    drawing.line("ink", [(x + a, tip - b) for a, b in whole], 1.8)


# --- for a page, and alone -----------------------------------------------------------------------------


def inline(picture: Picture, *, id: str) -> str:  # noqa: A002
    """Put a picture into a page: colours are classes, its title and description have ids made from ``id``."""
    drawing, title, description = picture
    told = f'<g fill="none">{drawing.shapes()}</g>'  # lines stay open; what is filled says so by its class
    return framed(told, WIDTH, drawing.height, {"id": id, "title": title, "desc": description})


def to_svg(pictures: Iterable[Picture], *, theme: Theme = "light") -> str:
    """Give pictures below each other as one SVG, in real colours on the theme's paper."""
    every = list(pictures)
    return sheet(every[0].title, every, theme=theme)
