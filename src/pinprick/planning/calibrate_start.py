"""Thresholds for a course whose start day is drawn, by simulation: one switch, one look, at the planned end.

For each shape of plan the threshold of a finding is the smallest one that keeps its chance of being wrong at
or below the stated level in the worst of the scenarios below. Ratings that drift, and ratings that settle after
a bad start (regression to the mean), are among them, because with one switch they look like an effect. For
better and worse the start-day permutation test guards the same error a second time, exactly, whatever the truth.

    .venv/bin/python -m pinprick.planning.calibrate_start     # writes analysis/start_day.json again
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import pinprick.analysis
from pinprick.analysis.start_day import TIE
from pinprick.analysis.thresholds import Thresholds
from pinprick.bayes.kernel import Looks, fit_batch
from pinprick.bayes.priors import PRIORS, Priors
from pinprick.planning.calibrate import CLAIM_ERROR, DELTA, STRICT_EXTRA, STRICT_PHI, THIRD_ERROR, z_of
from pinprick.planning.simulate import Person, simulate_ratings
from pinprick.planning.streams import Purpose, stream

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

N_TRIAL = 20_000
CHUNK = 5_000
KEY = 1_000  # streams of this file begin with it, so that they share no draw with those of pairs
LEAST_COURSE = 7  # days that a course which starts last must still have


@dataclass(frozen=True, slots=True)
class Shape:
    """Usual days before the first possible start, days from the first to the last of them, days in all."""

    usual_days: int
    window_days: int
    total_days: int

    @property
    def possible(self) -> bool:
        """Whether the course that starts last still has a week."""
        return self.usual_days + self.window_days + LEAST_COURSE <= self.total_days


SHAPES = tuple(
    shape
    for usual in (7, 14)
    for window in (20, 28, 40)
    for total in (56, 84, 112)
    if (shape := Shape(usual, window, total)).possible
)
"""A plan between two of these takes the strictest of its neighbours."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A truth against which a threshold must hold, and its place in the random streams."""

    person: Person
    number: int


PHIS = (0.0, 0.3, 0.6, 0.8)
DRIFT = 2.0  # points over the whole trial
SETTLING = 3.0  # points by which the first days are worse, fading with a time constant of 10 days

NULL_SCENARIOS = tuple(
    Scenario(Person(phi=phi, white_share=0.2, drift=drift, settling=settling), 10 * i + j)
    for i, (drift, settling) in enumerate(((0.0, 0.0), (DRIFT, 0.0), (0.0, SETTLING)))
    for j, phi in enumerate(PHIS)
)
"""No effect. Both directions are looked at, so a drift up stands for one down."""

WORTHWHILE_SCENARIOS = tuple(
    Scenario(
        Person(effect=DELTA, sd=sd, phi=phi, white_share=0.2, drift=drift, settling=settling),
        100 + 100 * i + 10 * k + j,
    )
    for i, (drift, settling) in enumerate(((0.0, 0.0), (-DRIFT, 0.0), (0.0, SETTLING)))
    for k, sd in enumerate((0.5, 1.0, 1.5, 2.5))
    for j, phi in enumerate(PHIS)
)
"""An effect of exactly what matters; a drift against it makes it look smaller."""


def draw_starts(shape: Shape, n_trial: int, rng: np.random.Generator, *, every: int = 1) -> Bools:
    """Courses that start on a day drawn uniformly from the window: (n_trial, n_day), True on the course.

    Parameters
    ----------
    shape : Shape
        The plan.
    n_trial : int
        At least 1.
    rng : numpy.random.Generator
        The stream.
    every : int
        Days from one possible start to the next.

    Examples
    --------
    >>> course = draw_starts(Shape(14, 28, 84), 500, np.random.default_rng(1))
    >>> int(84 - course.sum(axis=1).max()), int(84 - course.sum(axis=1).min())
    (14, 41)
    """
    possible = start_days(shape, every)
    start = possible[rng.integers(len(possible), size=n_trial)]
    return np.arange(shape.total_days) >= start[:, None]


def start_days(shape: Shape, every: int = 1) -> NDArray[np.int64]:
    """The possible start days, counted from day 0."""
    return np.arange(shape.usual_days, shape.usual_days + shape.window_days, every)


def at_the_end(rating: Floats, on_course: Bools, *, delta: float = DELTA, priors: Priors = PRIORS) -> Looks:
    """What the rule sees at its one look; one switch is one pair of periods, as in `observe`."""
    n_day = rating.shape[1]
    return fit_batch(rating, on_course, looks=[n_day - 1], delta=delta, period_days=n_day / 2, priors=priors)


@dataclass(frozen=True, slots=True)
class ReadOnce:
    """What the rule of a drawn start does to many trials of one truth, as shares of ``n_trial``.

    ``better``, ``worse`` and ``third`` are the findings; the rest cannot tell. ``rare_better`` and ``rare_worse``
    count trials whose start-day p-value is small enough, ``sure_better`` and ``sure_worse`` those whose posterior
    passes the bar: a claim needs both.
    """

    n_trial: int
    better: float
    worse: float
    third: float
    rare_better: float
    rare_worse: float
    sure_better: float
    sure_worse: float


def read_once(
    person: Person,
    rule: Thresholds,
    shape: Shape,
    *,
    n_trial: int,
    rng: np.random.Generator,
    every: int = 1,
    delta: float = DELTA,
) -> ReadOnce:
    """Run the rule, permutation test and all, on simulated courses; standard mode, against usual days.

    Parameters
    ----------
    person : Person
        The truth.
    rule : Thresholds
        As `pinprick.analysis.start_day.start_day_thresholds` gives it.
    shape : Shape
        The plan.
    n_trial : int
        At least 1; each costs a fit for every possible start day.
    rng : numpy.random.Generator
        The stream.
    every : int
        Days from one possible start to the next.
    delta : float
        Smallest difference that matters, in points.

    Examples
    --------
    >>> from pinprick.analysis.start_day import start_day_thresholds
    >>> found = read_once(Person(effect=4.0, sd=1.0), start_day_thresholds(14, 28, 84), Shape(14, 28, 84),
    ...                   n_trial=40, rng=np.random.default_rng(1))
    >>> found.better > 0.5, found.worse
    (True, 0.0)
    """
    possible = start_days(shape, every)
    counted = []
    for start in range(0, n_trial, CHUNK // 10):
        n = min(CHUNK // 10, n_trial - start)
        on_course = draw_starts(shape, n, rng, every=every)
        rating = simulate_ratings(person, on_course, rng)
        seen = at_the_end(rating, on_course, delta=delta)
        z = z_of(seen.above_zero[:, 0])
        starts = np.tile(np.arange(shape.total_days) >= possible[:, None], (n, 1))
        redrawn = at_the_end(np.repeat(rating, len(possible), axis=0), starts, delta=delta)
        every_z = z_of(redrawn.above_zero[:, 0]).reshape(n, len(possible))
        rare = rule.claim_error + TIE
        rare_better = np.mean(every_z >= z[:, None] - TIE, axis=1) <= rare
        rare_worse = np.mean(every_z <= z[:, None] + TIE, axis=1) <= rare
        sure_better, sure_worse = z > rule.claim, -z > rule.claim
        better, worse = rare_better & sure_better, rare_worse & sure_worse
        third = (z_of(seen.below_delta[:, 0]) > rule.third) & ~better & ~worse
        counted.append([better, worse, third, rare_better, rare_worse, sure_better, sure_worse])
    shares = np.concatenate(counted, axis=1).mean(axis=1).tolist()
    return ReadOnce(n_trial, *shares)


def calibrate_shape(
    shape: Shape, *, n_trial: int = N_TRIAL, priors: Priors = PRIORS, purpose: Purpose = Purpose.CALIBRATION
) -> dict[str, int | float]:
    """One row of the table; thresholds in z."""
    claim, third = [], []
    for scenario in NULL_SCENARIOS:
        z = np.concatenate([z_of(s.above_zero[:, 0]) for s in looks(scenario, shape, n_trial, priors, purpose)])
        plain = scenario.person.drift == scenario.person.settling == 0
        directions = (np.concatenate([z, -z]),) if plain else (z, -z)  # without a nuisance both are of one law
        claim.append(max(np.quantile(d, 1 - CLAIM_ERROR, method="higher") for d in directions))
    for scenario in WORTHWHILE_SCENARIOS:
        z = np.concatenate([z_of(s.below_delta[:, 0]) for s in looks(scenario, shape, n_trial, priors, purpose)])
        third.append(np.quantile(z, 1 - THIRD_ERROR, method="higher"))
    return {
        **asdict(shape),
        "claim": float(np.ceil(max(claim) * 1000) / 1000),
        "no_worthwhile_benefit": float(np.ceil(max(third) * 1000) / 1000),
    }


def looks(scenario: Scenario, shape: Shape, n_trial: int, priors: Priors, purpose: Purpose) -> list[Looks]:
    """The one look of many trials, chunk by chunk."""
    rng = stream(purpose, KEY, shape.usual_days, shape.window_days, shape.total_days, scenario.number)
    found = []
    for start in range(0, n_trial, CHUNK):
        on_course = draw_starts(shape, min(CHUNK, n_trial - start), rng)
        found.append(at_the_end(simulate_ratings(scenario.person, on_course, rng), on_course, priors=priors))
    return found


def calibrate_start(
    *,
    n_trial: int = N_TRIAL,
    shapes: tuple[Shape, ...] = SHAPES,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, object]:
    """The whole table as it is written to ``analysis/start_day.json``."""
    rows = []
    for shape in shapes:
        began = time.perf_counter()
        rows.append(calibrate_shape(shape, n_trial=n_trial))
        say(f"{rows[-1]}: {time.perf_counter() - began:.0f} s")
    return {
        "format": "pinprick-start-day/1",
        "n_trial": n_trial,
        "error": {"claim": CLAIM_ERROR, "third": THIRD_ERROR},
        "strict": {"extra_z": STRICT_EXTRA, "above_expected_phi": STRICT_PHI},
        "priors": asdict(PRIORS),
        "rows": rows,
    }


def write_table(path: Path, *, n_trial: int = N_TRIAL, say: Callable[[str], None] = lambda line: None) -> None:
    """Make the table and write it to a file."""
    path.write_text(json.dumps(calibrate_start(n_trial=n_trial, say=say), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    import sys

    write_table(
        Path(pinprick.analysis.__path__[0]) / "start_day.json",
        say=lambda line: print(line, file=sys.stderr, flush=True),  # noqa: T201 - a command
    )
