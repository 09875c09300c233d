"""What a forest is made of, for a terminal, a picture and a table alike: its rows, its axis and its numbers.

Ratios are worked with as logarithms and correlations of measure ZCOR as Fisher's z; people read ratios and
correlations. Everything here takes the worked-with value and shows the one that is read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist, median
from typing import TYPE_CHECKING, Final

from pinprick.report.lines import BOLD, QUIET, _paint, _width, _wrap
from pinprick.report.names import clean
from pinprick.words import _, mark

if TYPE_CHECKING:
    from pinprick.evidence.synthesis import Synthesis

MINUS: Final = "\N{MINUS SIGN}"
RATIOS: Final = frozenset(["ROM", "OR", "RR", "HR", "IRR"])
MEASURES: Final = {
    "GEN": mark("effect"),
    "MD": mark("mean difference"),
    "SMD": mark("standardised mean difference"),
    "ROM": mark("ratio of means"),
    "OR": mark("odds ratio"),
    "RR": mark("risk ratio"),
    "RD": mark("risk difference"),
    "HR": mark("hazard ratio"),
    "IRR": mark("rate ratio"),
    "COR": mark("correlation"),
    "ZCOR": mark("correlation"),
}
WITH_ARTICLE: Final = {
    "GEN": mark("an effect"),
    "MD": mark("a mean difference"),
    "SMD": mark("a standardised mean difference"),
    "ROM": mark("a ratio of means"),
    "OR": mark("an odds ratio"),
    "RR": mark("a risk ratio"),
    "RD": mark("a risk difference"),
    "HR": mark("a hazard ratio"),
    "IRR": mark("a rate ratio"),
    "COR": mark("a correlation"),
    "ZCOR": mark("a correlation"),
}
AT_NULL: Final = {
    "ratio": mark("1 (no difference)"),
    "difference": mark("0 (no difference)"),
    "correlation": mark("0 (no correlation)"),
    "effect": mark("0 (no effect)"),
}
RATIO_TICKS: Final = (
    (1.0,),
    (1.0, 10.0),
    (1.0, 3.0),
    (1.0, 2.0, 5.0),
    (1.0, 1.5, 2.0, 3.0, 5.0, 7.0),
)
"""Within each power of ten, from sparse to close."""
STEPS: Final = (1.0, 2.0, 2.5, 5.0)
CLOSEST_CORRELATIONS: Final = (0.1, 0.2, 0.25, 0.5)
WIDE_CORRELATIONS: Final = ((0.0,), (-0.9, 0.0, 0.9), (-0.99, 0.0, 0.99), (-0.99, -0.9, 0.0, 0.9, 0.99))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a forest: an estimate and its interval, on the scale that is worked with.

    ``weight`` is in percent; None where nothing is weighed. ``note`` is said below the label.
    """

    label: str
    estimate: float
    se: float
    low: float
    high: float
    weight: float | None = None
    note: str = ""


class Figures:
    """How the numbers of one synthesis are written: what is read, with the digits its precision deserves.

    Parameters
    ----------
    measure : str
        Such as MD or RR.
    se : float
        Standard error of the average, on the scale that is worked with.

    Examples
    --------
    >>> risk = Figures("RR", 0.18)
    >>> risk.said(math.log(0.49)), risk.said(math.log(12.3)), risk.span(-1.0, 0.0)
    ('0.49', '12.3', '0.37 to 1.00')
    >>> Figures("MD", 2.3).said(-13.98), Figures("SMD", 0.08).said(-0.5)
    ('−14.0', '−0.50')
    """

    def __init__(self, measure: str, se: float) -> None:
        self.measure = measure
        self.is_ratio = measure in RATIOS
        tight = se if math.isfinite(se) and se > 0 else 1.0
        if self.is_ratio or measure in ("COR", "ZCOR"):
            self.digits = 2 if tight > 0.01 else 3
        else:
            self.digits = max(0, min(4, 1 - math.floor(math.log10(2 * tight))))

    def shown(self, value: float) -> float:
        """Give the value that is read for one that is worked with."""
        if self.is_ratio:
            return math.exp(min(value, 700.0))
        return math.tanh(value) if self.measure == "ZCOR" else value

    def said(self, value: float) -> str:
        """Write one value."""
        read = self.shown(value)
        if self.is_ratio:
            if read >= 1000:
                return _("over 1000")
            if read < 0.001:
                return _("under 0.001")
            digits = self.digits if 0.1 <= read < 10 else 1 if 10 <= read < 100 else 0 if read >= 100 else 3
            return f"{read:.{digits}f}"
        text = f"{read:.{self.digits}f}"
        return (f"{0:.{self.digits}f}" if float(text) == 0 else text).replace("-", MINUS)

    def span(self, low: float, high: float) -> str:
        """Write an interval."""
        return _("{low} to {high}").format(low=self.said(low), high=self.said(high))

    def whole(self, row: Row) -> str:
        """Write an estimate with its interval."""
        span = self.span(row.low, row.high)
        return _("{estimate} ({span})").format(estimate=self.said(row.estimate), span=span)

    @property
    def null(self) -> str:
        """What no difference is called on this scale, with its number."""
        if self.is_ratio:
            return _(AT_NULL["ratio"])
        kind = {"COR": "correlation", "ZCOR": "correlation", "GEN": "effect"}.get(self.measure, "difference")
        return _(AT_NULL[kind])

    @property
    def zero(self) -> str:
        """The number that means no difference."""
        return "1" if self.is_ratio else "0"

    @property
    def name(self) -> str:
        """The measure's name inside a sentence."""
        return _(MEASURES[self.measure])


def study_rows(s: Synthesis) -> tuple[Row, ...]:
    """Give each study's own estimate, with the interval that its variance gives at the synthesis's level."""
    z = NormalDist().inv_cdf(0.5 + s.level / 200)
    rows = []
    for label, y, v, weight in zip(s.labels, s.yi, s.vi, s.weights, strict=True):
        se = math.sqrt(v)
        rows.append(Row(clean(label), float(y), se, float(y) - z * se, float(y) + z * se, float(weight)))
    return tuple(rows)


def new_study_row(s: Synthesis) -> Row | None:
    """Give where a new study's true effect may lie as a row without an estimate; None where nothing can be said."""
    ends = (s.prediction_low, s.prediction_high)
    if not all(map(math.isfinite, ends)):
        return None
    return Row(_("A new study’s true effect"), math.nan, math.nan, *ends)


def average_row(s: Synthesis, label: str = "") -> Row:
    """Give the average of all studies as a row."""
    told = label or (_("Average of all") if s.k > 1 else _("This one study"))
    return Row(told, s.estimate, s.se, s.low, s.high)


@dataclass(frozen=True, slots=True)
class Axis:
    """Where values stand: from ``low`` to ``high`` on the scale that is worked with, and the numbers below it."""

    figures: Figures
    low: float
    high: float

    def at(self, value: float, left: float, right: float) -> float:
        """Give the place of a value between two ends; what lies outside stands at the nearer end."""
        share = (value - self.low) / (self.high - self.low)
        return left + min(max(share, 0.0), 1.0) * (right - left)

    def ticks(self, left: float, right: float, room: float, each: float) -> list[tuple[float, str]]:
        """Give places and numbers, as many as stand apart.

        ``room`` is what must stay free between two numbers, ``each`` what a character takes.
        """
        best: list[tuple[float, str]] = []
        for values in self._choices():
            told = [(self.at(value, left, right), text) for value, text in values]
            free = all(b - a >= room + each * (len(one) + len(other)) / 2 for (a, one), (b, other) in pairwise(told))
            if free and len(told) > len(best):
                best = told
        return best

    def _choices(self) -> list[list[tuple[float, str]]]:
        if self.figures.is_ratio:
            return self._ratios()
        if self.figures.measure == "ZCOR":
            even = [self._grid(step, worked=math.atanh, most=0.99) for step in CLOSEST_CORRELATIONS]
            wide = [[(math.atanh(v), _number(v)) for v in values] for values in WIDE_CORRELATIONS]
            return [[one for one in values if self.low <= one[0] <= self.high] for values in (*wide, *even)]
        power = 10.0 ** math.floor(math.log10((self.high - self.low) / 10))
        return [self._grid(step * power * ten) for ten in (1, 10, 100) for step in STEPS]

    def _ratios(self) -> list[list[tuple[float, str]]]:
        least, most = math.exp(max(self.low, -700)), math.exp(min(self.high, 700))
        found = []
        for within in RATIO_TICKS:
            powers = range(math.floor(math.log10(least)) - 1, math.ceil(math.log10(most)) + 1)
            values = sorted({round(one * 10.0**p, 9) for p in powers for one in within})
            found.append([(math.log(v), _number(v)) for v in values if least <= v <= most])
        if most / least < 4:  # so near to 1 that even steps are read more easily
            for step in (0.05, 0.1, 0.2, 0.25, 0.5):
                first, last = math.ceil(least / step), math.floor(most / step)
                values = [round(i * step, 9) for i in range(first, last + 1) if i > 0]
                found.append([(math.log(v), _number(v)) for v in values])
        for apart in (2, 3, 4, 6, 10, 20, 50, 100):  # powers of ten, for what no study should find
            powers = range(math.floor(math.log10(least)) // apart * apart, math.ceil(math.log10(most)) + 1, apart)
            found.append([(p * math.log(10), _number(10.0**p)) for p in powers if least <= 10.0**p <= most])
        return [values for values in found if values]

    def _grid(
        self, step: float, worked: Callable[[float], float] | None = None, most: float = math.inf
    ) -> list[tuple[float, str]]:
        shown = self.figures.shown
        first, last = math.ceil(max(shown(self.low), -most) / step), math.floor(min(shown(self.high), most) / step)
        values = [float(f"{i * step:.12g}") for i in range(first, min(last, first + 100) + 1)]
        return [(v if worked is None else worked(v), _number(v)) for v in values]


def _number(value: float) -> str:
    """A number below an axis: no more digits than it needs, and no power of ten in letters."""
    is_usual = value == 0 or 1e-9 <= abs(value) < 1e15
    return (f"{value:.12f}".rstrip("0").rstrip(".") if is_usual else f"{value:.0e}").replace("-", MINUS)


def axis_for(rows: Sequence[Row], averages: Sequence[Row], figures: Figures, *also: float) -> Axis:
    """Give the axis of a forest: every estimate, no difference and the averages; very wide intervals run off it.

    Parameters
    ----------
    rows : sequence of Row
        Studies.
    averages : sequence of Row
        Whose whole intervals should be on it, unless they are very wide themselves.
    figures : Figures
        How its numbers are written.
    also : float
        Further values that should be on it, such as a prediction interval's ends.
    """
    everything = [*rows, *averages]
    centre = [0.0, *(row.estimate for row in everything)]
    halves = [(row.high - row.low) / 2 for row in everything if math.isfinite(row.high - row.low)]
    typical = median(halves) if halves else 1.0
    least, most = min(centre) - 1.6 * typical, max(centre) + 1.6 * typical
    ends = [end for row in everything for end in (row.low, row.high)] + [end for end in also if math.isfinite(end)]
    low, high = max(least, min([0.0, *ends])), min(most, max([0.0, *ends]))
    if high <= low:
        low, high = low - 1.0, high + 1.0
    space = 0.03 * (high - low)
    return Axis(figures, low - space, high + space)


# --- in a terminal -------------------------------------------------------------------------------------

LEAST_LABEL: Final = 10
MOST_LABEL: Final = 26
TRACK: Final = 24
BESIDE: Final = 62  # columns from which label, line and numbers stand beside each other


def forest_lines(
    rows: Sequence[Row],
    averages: Sequence[Row],
    axis: Axis,
    columns: int,
    *,
    colour: bool,
    ascii: bool,  # noqa: A002
    last: Row | None = None,
) -> list[str]:
    """Draw a forest in characters: a line for each study, the averages below, the axis last.

    ``last`` is an interval without an estimate, such as where a new study's true effect may lie.
    """
    figures = axis.figures
    told = [figures.whole(row) for row in (*rows, *averages)]
    n_rows = len(rows)
    if last is not None:
        averages = (*averages, last)
        told.append(figures.span(last.low, last.high))
    numbers = max(map(_width, told))
    beside = columns >= BESIDE
    widest = max(_width(row.label) for row in (*rows, *averages))
    label = max(LEAST_LABEL, min(MOST_LABEL, widest, columns - numbers - TRACK - 4)) if beside else 0
    track = columns - numbers - label - (4 if beside else 2)
    if track < TRACK:  # too narrow for numbers beside the line: they go up to the label
        track, numbers = columns, 0
    lines = []
    for i, (row, words) in enumerate(zip((*rows, *averages), told, strict=True)):
        is_average = i >= n_rows and row is not last
        if i == n_rows and rows:
            lines.append("")
        drawn = _track(row, axis, track, ascii=ascii, is_average=is_average)
        ink = BOLD if is_average else ""
        if beside and numbers:
            names = _wrap(row.label, label)
            first = f"{names[-1]}{' ' * (label - _width(names[-1]))}  {drawn}  {words}"
            lines += [_paint(name, ink, colour) for name in names[:-1]]
            lines.append(_paint(first.rstrip(), ink, colour))
        else:
            names = _wrap(f"{row.label}: {words}", columns)
            lines += [_paint(name, ink, colour) for name in names]
            lines.append(_paint(drawn.rstrip(), ink, colour))
    before = " " * (label + 2) if beside and numbers else ""
    lines += [_paint(before + line, QUIET, colour) for line in _axis_lines(axis, track, ascii=ascii)]
    return lines


def _track(row: Row, axis: Axis, width: int, *, ascii: bool, is_average: bool) -> str:  # noqa: A002
    """One interval as a line with a dot; what runs off the axis ends in an arrow."""
    signs = "@-=|+<>" if ascii else "●─━┊┼←→"
    dot, line, thick, null, cross, left, right = tuple(signs)
    cells = [" "] * width
    zero = round(axis.at(0.0, 0, width - 1))
    cells[zero] = null
    start, end = (round(axis.at(value, 0, width - 1)) for value in (row.low, row.high))
    cells[start : end + 1] = [thick if is_average else line] * (end - start + 1)
    if start < zero < end:
        cells[zero] = cross
    if row.low < axis.low:
        cells[0] = left
    if row.high > axis.high:
        cells[-1] = right
    if not math.isnan(row.estimate):
        cells[round(axis.at(row.estimate, 0, width - 1))] = dot
    return "".join(cells)


def _axis_lines(axis: Axis, width: int, *, ascii: bool) -> list[str]:  # noqa: A002
    rule = ["-" if ascii else "─"] * width
    labels = [" "] * width
    for place, text in axis.ticks(0, width - 1, 2, 1):
        rule[round(place)] = "+" if ascii else "┴"
        start = max(0, min(round(place) - (len(text) - 1) // 2, width - len(text)))
        labels[start : start + len(text)] = text
    return ["".join(rule), "".join(labels).rstrip()]
