"""Timings, agreement and error rates, as plain records. The only module here that reads the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .diaries import Diaries, Floats
from .peers import Fit, Tally

N_REPEAT = 7  # calls a diary where a call is quick
QUICK_MS = 20.0


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall time of a method's fits, one a diary: ``ms`` is (n_diary,)."""

    method: str
    ms: Floats

    @property
    def median(self) -> float:
        """Median over diaries, in ms."""
        return float(np.median(self.ms))

    def times(self, unit: Timing) -> float:
        """How many times longer than ``unit``, medians over the diaries that both had."""
        n_diary = min(len(self.ms), len(unit.ms))
        return float(np.median(self.ms[:n_diary]) / np.median(unit.ms[:n_diary]))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How our posteriors compare with a method's on the same diaries.

    ``r`` is the correlation of the estimates, ``gap`` the median distance between them in units of the
    method's sd, ``sd_ratio`` the median of our sd over its sd; ``n_diary`` diaries went into them.
    The standard error of that median is the one for normally spread ratios.
    """

    method: str
    r: float
    gap: float
    sd_ratio: float
    sd_ratio_error: float
    n_diary: int


@dataclass(frozen=True, slots=True)
class Rates:
    """A method's counts in every cell: ``null`` and ``power`` are tallies, one a cell.

    ``null`` comes from the cells without an effect, ``power`` from those with an effect of 1 point.
    """

    method: str
    null: tuple[Tally, ...]
    power: tuple[Tally, ...]

    def false_positives(self, n_diary: int | None = None) -> Share:
        """How often "no effect" was rejected where it held, in the first ``n_diary`` diaries of a cell."""
        return Share.of([tally.reject[:n_diary] for tally in self.null])

    def rejections(self, n_diary: int | None = None) -> Share:
        """How often "no effect" was rejected where the effect was 1 point."""
        return Share.of([tally.reject[:n_diary] for tally in self.power])

    def coverage(self) -> Share:
        """How often the 95 % interval held the effect, where that was 1 point."""
        return Share.of([tally.cover for tally in self.power])

    @property
    def n_failed(self) -> int:
        """Fits that came to nothing; they are left out of the shares."""
        return int(sum(np.isnan(tally.reject).sum() for tally in (*self.null, *self.power)))


@dataclass(frozen=True, slots=True)
class Share:
    """A share in every cell with its Monte-Carlo standard error: ``value`` and ``error`` are (n_cell,)."""

    value: Floats
    error: Floats

    @classmethod
    def of(cls, cells: Sequence[Floats]) -> Share:
        """From 0/1 arrays (or differences of two such), one a cell; NaN entries are left out."""
        kept = [cell[np.isfinite(cell)] for cell in cells]
        nothing = (np.nan, np.nan)
        pairs = [(cell.mean(), cell.std() / np.sqrt(len(cell))) if len(cell) else nothing for cell in kept]
        value, error = np.array(pairs).T
        return cls(value, error)

    @property
    def mean(self) -> tuple[float, float]:
        """Mean over cells, and its standard error."""
        return float(self.value.mean()), float(np.sqrt((self.error**2).sum()) / len(self.value))

    @property
    def worst(self) -> int:
        """The cell with the largest share."""
        return int(np.argmax(self.value))

    @property
    def least(self) -> int:
        """The cell with the smallest share."""
        return int(np.argmin(self.value))


def time_calls(method: str, call: Callable[[Any], Any], diaries: Sequence[Any], n_in_call: int = 1) -> Timing:
    """Time a method on each diary after one call to warm up; quick calls are repeated and their median taken.

    ``n_in_call`` is the number of fits that one call makes.
    """
    call(diaries[0])
    return Timing(method, np.array([_ms(call, diary) for diary in diaries]) / n_in_call)


def compare(method: str, ours: Fit, theirs: Fit) -> Agreement:
    """Our fits against a method's, (n_diary,) each and in the same order; failed fits are left out."""
    good = np.isfinite(theirs.estimate)
    a, b, our_sd, their_sd = (np.asarray(x)[good] for x in (ours.estimate, theirs.estimate, ours.sd, theirs.sd))
    return Agreement(
        method,
        r=float(np.corrcoef(a, b)[0, 1]),
        gap=float(np.median(np.abs(a - b) / their_sd)),
        sd_ratio=float(np.median(our_sd / their_sd)),
        sd_ratio_error=float(np.sqrt(np.pi / 2 / good.sum()) * (our_sd / their_sd).std(ddof=1)),
        n_diary=int(good.sum()),
    )


def rates(method: str, count: Callable[[Diaries], Tally], null: Iterable[Diaries], power: Iterable[Diaries]) -> Rates:
    """Count a method's rejections and covered truths, a batch a cell."""
    return Rates(method, tuple(map(count, null)), tuple(map(count, power)))


def _ms(call: Callable[[Any], Any], diary: Any) -> float:
    first = _once(call, diary)
    if first > QUICK_MS:
        return first
    return float(np.median([_once(call, diary) for _ in range(N_REPEAT)]))


def _once(call: Callable[[Any], Any], diary: Any) -> float:
    begin = time.perf_counter()
    call(diary)
    return 1000 * (time.perf_counter() - begin)
