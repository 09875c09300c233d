"""A funnel: each study's effect against how much it knows, in front of what would count as a clear effect alone.

What knows most stands at the top. In the shaded middle a study would not tell an effect from none; where large studies
and small ones agree, the dots stand about evenly on both sides of their average. Contours after Peters and others
(2008), doi:10.1016/j.jclinepi.2007.11.010.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from pinprick.charts.drawing import LINE, WIDTH, Drawing
from pinprick.charts.marks import length
from pinprick.charts.sheet import AFTER_A_MARK, BESIDE_A_MARK, Picture, inside, pin, wrapped
from pinprick.report.forest import Axis, Figures
from pinprick.report.synthesis import funnel_sentence
from pinprick.words import _

if TYPE_CHECKING:
    from pinprick.evidence.synthesis import Synthesis

LEFT: Final = 11.0
RIGHT: Final = WIDTH - LEFT
TOP: Final = 28.0
HEIGHT: Final = 230.0
SLICE: Final = 1.0  # the shaded middle is a stack of thin rectangles
LEVELS: Final = (0.90, 0.95, 0.99)
SHADED: Final = 0.95


def funnel_picture(s: Synthesis, *, filled: Sequence[tuple[float, float]] = ()) -> Picture:
    """Draw a contour funnel.

    Parameters
    ----------
    s : Synthesis
        Whose studies to draw.
    filled : sequence of (float, float)
        Effects and variances of the studies that trim and fill would add; they are small and grey.
    """
    return Picture(draw_funnel(s, filled), _("Small and large studies"), funnel_sentence(s, len(filled)))


def draw_funnel(s: Synthesis, filled: Sequence[tuple[float, float]] = ()) -> Drawing:
    """Draw contours, the average, and a dot for each study."""
    drawing, figures = Drawing(), Figures(s.measure, s.se)
    errors = [math.sqrt(v) for v in s.vi]
    added = [(y, math.sqrt(v)) for y, v in filled]
    deepest = 1.08 * max([*errors, *(se for _y, se in added)])
    middle = [*map(float, s.yi), s.estimate, 0.0, *(y for y, _se in added)]
    space = 0.08 * (max(middle) - min(middle) or 1.0)
    axis = Axis(figures, min(middle) - space, max(middle) + space)
    _contours(drawing, axis, deepest)
    centre = axis.at(s.estimate, LEFT, RIGHT)
    drawing.rule("between", centre, TOP, centre, TOP + HEIGHT, 2.5)
    for y, se in added:
        drawing._put(("dot", "between", 2.2), x=axis.at(y, LEFT, RIGHT), y=TOP + HEIGHT * se / deepest)
    for y, se in zip(s.yi, errors, strict=True):
        pin(drawing, "ink", axis.at(float(y), LEFT, RIGHT), TOP + HEIGHT * se / deepest)
    line = TOP + HEIGHT
    drawing.rule("ink", LEFT, line, RIGHT, line, 1)
    for x, text in axis.ticks(LEFT, RIGHT, 14, 8.5):
        drawing.rule("ink", x, line, x, line + 4, 1)
        drawing.text("ink-2", inside(x, text), line + 18, text, "middle")
    y = line + 18 + LINE + 6
    y = _key(drawing, y, has_filled=bool(added))
    drawing.height = y - LINE + 8
    return drawing


def _contours(drawing: Drawing, axis: Axis, deepest: float) -> None:
    """Shade where an effect would not stand out from none at 95 %, and draw the lines of 90 and 99 %."""
    zs = {level: NormalDist().inv_cdf(0.5 + level / 2) for level in LEVELS}
    for top in np.arange(0, HEIGHT, SLICE):
        half = zs[SHADED] * deepest * (top + SLICE / 2) / HEIGHT
        left, right = (axis.at(end, LEFT, RIGHT) for end in (-half, half))
        if right > left:
            drawing.rect("band", left, TOP + float(top), right, TOP + min(float(top) + SLICE + 0.4, HEIGHT))
    for level in (0.90, 0.99):
        for way in (-1, 1):
            reach = way * zs[level] * deepest
            end = axis.low if way < 0 else axis.high
            share = min(1.0, end / reach) if reach else 1.0
            if share > 0:
                start = axis.at(0.0, LEFT, RIGHT)
                drawing.rule("between", start, TOP, axis.at(share * reach, LEFT, RIGHT), TOP + HEIGHT * share, 1)
    zero = axis.at(0.0, LEFT, RIGHT)
    null, up = axis.figures.null, f"\N{UPWARDS ARROW} {_('knows more')}"
    at = inside(zero, null)
    drawing.text("ink-2", at, TOP - 14, null, "middle")
    if at - length(null) / 2 > length(up) + 12:
        drawing.text("ink-2", 0, TOP - 14, up, "start")
    else:
        drawing.text("ink-2", WIDTH, TOP - 14, up, "end")
    drawing.rule("ink", zero, TOP - 8, zero, TOP + HEIGHT, 1)


def _key(drawing: Drawing, y: float, *, has_filled: bool) -> float:
    """Say what is shaded, what the upright lines are and what a grey dot is."""
    drawing.rect("band", LEFT - 9, y - 12, LEFT + 9, y + 2)
    y = wrapped(drawing, y, _("alone, no clear effect (p 0.05 or more)"), x=AFTER_A_MARK, width=BESIDE_A_MARK) + 4
    for way in (-1, 1):
        drawing.rule("between", LEFT + 3 * way, y - 11, LEFT + 8 * way, y + 1, 1)
    y = wrapped(drawing, y, _("p 0.10 inside, p 0.01 outside"), x=AFTER_A_MARK, width=BESIDE_A_MARK) + 4
    drawing.rule("between", LEFT, y - 12, LEFT, y + 2, 2.5)
    y = wrapped(drawing, y, _("the average of all studies"), x=AFTER_A_MARK, width=BESIDE_A_MARK) + 4
    if has_filled:
        drawing._put(("dot", "between", 2.2), x=LEFT, y=y - 4)
        y = wrapped(drawing, y, _("a study that might be missing"), x=AFTER_A_MARK, width=BESIDE_A_MARK) + 4
    return y
