"""The diaries every method is given.

A rating is ``level + trend * day / 28 + effect * (a - 1/2) + u + e``: a is 1 on the first treatment, u is a
stationary AR(1) process with share 1 - w of the variance, e is white noise with share w. Orders are
randomised AB/BA pairs of periods, days go missing at random, ratings are rounded to whole points and cut
at 0 and 10. The library's simulator makes them, on streams of their own: neither priors nor thresholds
were chosen on ``Purpose.BENCHMARK``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pinprick.planning.simulate import Person, draw_orders, simulate_ratings
from pinprick.planning.streams import Purpose, stream

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

RATES, AGREEMENT, LONG = 0, 1, 2  # what a stream of the bench is for


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of diary: how long its periods and the whole of it are, and how sticky and good its days.

    ``effect`` and ``sd`` are in points, ``trend`` in points per 28 days; ``phi``, ``white_share`` and
    ``missing`` lie in [0, 1).
    """

    period_days: int
    n_day: int
    phi: float
    effect: float = 0.0
    white_share: float = 0.2
    missing: float = 0.2
    trend: float = -1.0
    sd: float = 1.5

    @property
    def name(self) -> str:
        """The cell in a few words, for a row of a table; the effect goes without saying."""
        return f"{self.period_days}-day periods, {self.n_day} days, phi {self.phi:g}"


NULL_CELLS = tuple(
    Cell(period_days, n_day, phi) for period_days in (3, 7) for n_day in (28, 56) for phi in (0.0, 0.3, 0.6, 0.8)
)
"""The 16 cells of the false-positive rates."""

EFFECT_CELLS = tuple(replace(cell, effect=1.0) for cell in NULL_CELLS)
"""The same with an effect of 1 point, for power and coverage."""


@dataclass(frozen=True, slots=True)
class Diary:
    """One person's diary.

    ``day`` (days since the first day of the trial), ``rating`` (points, larger is better) and ``on_first``
    are (n_obs,), the rated days only. ``whole_rating`` (NaN = not rated) and ``whole_on_first`` are
    (n_day,), for methods that want a row for every day.
    """

    day: NDArray[np.int64]
    rating: Floats
    on_first: Bools
    whole_rating: Floats
    whole_on_first: Bools
    period_days: int


@dataclass(frozen=True, slots=True)
class Diaries:
    """Many diaries of one cell: ``rating`` (n_trial, n_day), NaN = not rated, and ``on_first`` alike."""

    cell: Cell
    rating: Floats
    on_first: Bools

    def __len__(self) -> int:
        return len(self.rating)

    def __getitem__(self, index: int) -> Diary:
        rated = np.isfinite(self.rating[index])
        return Diary(
            day=np.flatnonzero(rated),
            rating=self.rating[index, rated],
            on_first=self.on_first[index, rated],
            whole_rating=self.rating[index],
            whole_on_first=self.on_first[index],
            period_days=self.cell.period_days,
        )

    def __iter__(self) -> Iterator[Diary]:
        return (self[index] for index in range(len(self)))

    def first(self, n_trial: int) -> Diaries:
        """The first ``n_trial`` of them: a slow method gets a part of what a fast one gets."""
        return replace(self, rating=self.rating[:n_trial], on_first=self.on_first[:n_trial])


def draw(cell: Cell, n_trial: int, rng: np.random.Generator) -> Diaries:
    """Simulate ``n_trial`` diaries of a cell: the one place where the bench makes a rating."""
    person = Person(
        effect=cell.effect,
        sd=cell.sd,
        phi=cell.phi,
        white_share=cell.white_share,
        missing=cell.missing,
        whole_points=True,
        drift=cell.trend * (cell.n_day - 1) / 28,
    )
    on_first = draw_orders(n_trial, cell.n_day, cell.period_days, rng)
    return Diaries(cell, simulate_ratings(person, on_first, rng), on_first)


def rate_diaries(cells: tuple[Cell, ...], n_trial: int, seed: int) -> list[Diaries]:
    """Diaries for error rates and power: a batch a cell, each cell and effect on a stream of its own."""
    return [
        draw(cell, n_trial, stream(Purpose.BENCHMARK, seed, RATES, index, round(100 * cell.effect)))
        for index, cell in enumerate(cells)
    ]


def agreement_diaries(n_diary: int, seed: int) -> list[Diary]:
    """Diaries without missing days, for timings and for comparing posteriors.

    They go through the 16 cells in an order that mixes them; a fair coin decides between an effect of 0
    and of 1 point. No day is missing because brms' ``ar()`` takes neighbouring rows for neighbouring days:
    with gaps the models would differ before their arithmetic did.
    """
    diaries = []
    for index in range(n_diary):
        rng = stream(Purpose.BENCHMARK, seed, AGREEMENT, index)
        cell = NULL_CELLS[5 * index % len(NULL_CELLS)]
        diaries.append(draw(replace(cell, missing=0.0, effect=float(rng.random() < 0.5)), 1, rng)[0])
    return diaries


def long_diaries(n_diary: int, seed: int) -> list[Diary]:
    """Diaries of 84 days in 3-day periods, for timing all daily looks of a whole trial."""
    return list(draw(Cell(3, 84, 0.3), n_diary, stream(Purpose.BENCHMARK, seed, LONG)))
