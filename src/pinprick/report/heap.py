"""The heap: 50 equally likely answers, piled up where they lie. One arrangement for terminal and picture."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from pinprick.analysis.effect import Effect

FAR, NEAR = 3, 2  # the axis reaches this many smallest differences to either side, or this many ...
NEAR_ENOUGH = 1.2  # ... where no answer lies farther out than this many
LEAST_ZOOM = 1.5  # ... or this many, where the place is so narrow that the heap would grow too high


class Side(StrEnum):
    """Whom a possible answer favours by enough to matter."""

    FIRST = "first"
    SMALL = "small"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Dot:
    """One possible answer: its column counted from zero (−1 is the first one left of it), its row from 0."""

    column: int
    row: int
    side: Side
    value: float


@dataclass(frozen=True, slots=True)
class Heap:
    """Dots in columns on an axis that is symmetrical about zero.

    Attributes
    ----------
    limit : float
        Where the axis ends on either side, in points.
    step : float
        Width of a column, in points; a whole fraction of ``delta`` wherever the columns allow, so that no
        column straddles zero or an edge of "too small to matter".
    delta : float
        The smallest difference that matters, in points.
    dots : tuple of Dot
        All of them, by value.
    """

    limit: float
    step: float
    delta: float
    dots: tuple[Dot, ...]

    @property
    def n_columns(self) -> int:
        """Columns on one side of zero."""
        return round(self.limit / self.step)

    @property
    def n_rows(self) -> int:
        """The height of the tallest column."""
        return max(dot.row for dot in self.dots) + 1


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the possible answers favour the first, are too small to matter, favour the second.

    ``against_first`` and ``against_second`` count every answer on the other side of zero, however small.
    """

    first: int
    small: int
    second: int
    against_first: int
    against_second: int


def ticks(heap: Heap) -> tuple[float, ...]:
    """Sizes to write under the axis, from 0 up: multiples of what matters while those are few, else round ones.

    Examples
    --------
    >>> ticks(Heap(3.0, 0.25, 1.0, ())), ticks(Heap(15.0, 1.0, 10.0, ())), ticks(Heap(9.0, 1.0, 1.0, ()))
    ((0.0, 1.0, 2.0, 3.0), (0.0, 5.0, 10.0, 15.0), (0.0, 5.0))
    """
    ratio = heap.limit / heap.delta
    if ratio < 2:
        step = heap.delta / 2
    elif ratio <= 5:
        step = heap.delta
    else:
        rough = heap.limit / 3
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    return tuple(round(i * step, 10) for i in range(int(heap.limit / step + 1e-9) + 1))


def side_of(value: float, delta: float) -> Side:
    """Whom a value favours by at least ``delta``.

    Examples
    --------
    >>> side_of(1.0, 1.0).value, side_of(-0.9, 1.0).value, side_of(-1.0, 1.0).value
    ('first', 'small', 'second')
    """
    if abs(value) < delta:
        return Side.SMALL
    return Side.FIRST if value > 0 else Side.SECOND


def counts(effect: Effect) -> Counts:
    """Count the possible answers by side."""
    sides = Counter(side_of(value, effect.delta) for value in effect.dots)
    return Counts(
        sides[Side.FIRST],
        sides[Side.SMALL],
        sides[Side.SECOND],
        against_first=sum(value < 0 for value in effect.dots),
        against_second=sum(value > 0 for value in effect.dots),
    )


def pile(effect: Effect, *, n_columns: int, n_rows: int, width: float, zoom: bool = False) -> Heap:
    """Pile the possible answers into at most ``n_columns`` columns, both sides together, of ``n_rows`` dots.

    Parameters
    ----------
    effect : Effect
        With its 50 quantiles.
    n_columns : int
        At least 8; an odd one is rounded down.
    n_rows : int
        Where more answers share a column than this, the rest lie in the nearest column of the same side
        that has room, so that the heap grows broader instead of higher.
    width : float
        Width of the rating's scale: no difference can be larger, so the axis goes no farther.
    zoom : bool
        Whether the axis may end sooner, at one and a half smallest differences, where the heap would be
        higher than ``n_rows`` and lies within that.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> effect = SimpleNamespace(delta=1.0, dots=(-0.2, 0.7, 0.8, 1.3))
    >>> heap = pile(effect, n_columns=24, n_rows=10, width=10)
    >>> heap.limit, heap.step, [(dot.column, dot.row, dot.side.value) for dot in heap.dots]
    (3.0, 0.25, [(-1, 0, 'small'), (2, 0, 'small'), (3, 0, 'small'), (5, 0, 'first')])
    """
    delta, per_side = effect.delta, n_columns // 2
    farthest = min(max(abs(value) for value in effect.dots), width)
    least = NEAR if farthest <= NEAR_ENOUGH * delta else FAR
    limit = max(least * delta, math.ceil(farthest / delta) * delta)
    share = int(per_side * delta / limit + 1e-9)  # columns between zero and the edge of what matters
    if share >= 1:
        step = delta / share
    else:
        step = limit / per_side
    heap = _stack(effect, limit, step)
    if zoom and heap.n_rows > n_rows and farthest <= LEAST_ZOOM * delta * 0.95 and per_side >= 6:
        share = int(per_side / LEAST_ZOOM)
        share -= share % 2  # so that one and a half of it is whole
        heap = _stack(effect, LEAST_ZOOM * delta, delta / share)
    return heap if heap.n_rows <= n_rows else _spill(heap, n_rows)


def _stack(effect: Effect, limit: float, step: float) -> Heap:
    """Put every dot on top of the ones that share its column."""
    height: Counter[int] = Counter()
    dots = []
    for value in sorted(effect.dots):
        side = side_of(value, effect.delta)
        column = _column(value, side, effect.delta, limit, step)
        dots.append(Dot(column, height[column], side, value))
        height[column] += 1
    return Heap(limit, step, effect.delta, tuple(dots))


def _column(value: float, side: Side, delta: float, limit: float, step: float) -> int:
    """Columns are mirrored about zero, and a rounding error moves no dot across the edge of what matters."""
    out = int(abs(value) / step)
    share = round(delta / step)
    if share >= 1:
        out = min(out, share - 1) if side is Side.SMALL else max(out, share)
    out = min(out, round(limit / step) - 1)
    return out if value >= 0 else -1 - out


def _spill(heap: Heap, n_rows: int) -> Heap:
    """Lower every column to ``n_rows``; what is too high lies beside it, on its own side."""
    share = max(round(heap.delta / heap.step), 1)

    def region(column: int) -> Side:
        out = column if column >= 0 else -1 - column
        return Side.SMALL if out < share else Side.FIRST if column >= 0 else Side.SECOND

    height: Counter[int] = Counter()
    dots = []
    for dot in sorted(heap.dots, key=lambda dot: (dot.row, dot.column)):
        near = sorted(
            (c for c in range(-heap.n_columns, heap.n_columns) if region(c) is region(dot.column)),
            key=lambda c: (abs(c - dot.column), c),
        )
        column = next((c for c in near if height[c] < n_rows), dot.column)
        dots.append(Dot(column, height[column], dot.side, dot.value))
        height[column] += 1
    return Heap(heap.limit, heap.step, heap.delta, tuple(sorted(dots, key=lambda dot: (dot.value, dot.row))))
