"""From a trial to arrays: `observe` is the one place where a diary becomes numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pinprick.trial.diary import Entry
from pinprick.trial.outcome import Outcome
from pinprick.trial.schedule import Order, typical_period_days
from pinprick.trial.trial import Trial

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observations:
    """The rated days of one outcome, in order.

    Attributes
    ----------
    outcome : Outcome
        What was rated.
    treatments : tuple of two str
        First and second.
    first_day : date
        Day 0.
    day : (n_obs,) ndarray of int
        Calendar days since day 0.
    points : (n_obs,) ndarray
        Ratings as given, in the outcome's own points.
    rating : (n_obs,) ndarray
        Ratings turned so that larger is better.
    on_first : (n_obs,) ndarray of bool
        Whether the day was assigned to the first treatment.
    assigned : (n_day,) ndarray
        For every calendar day up to the last one seen: 1 first treatment, 0 second, NaN neither.
    period_days : int
        Typical length of a period; with a drawn start day half the trial, because one switch is one pair.
    n_pairs : int
        Complete pairs of periods with a rating under each treatment.
    missing : tuple of two int
        Assigned days without a rating, by treatment; washout days are not counted.
    dropped : tuple of (str, int)
        Why entries were left out, and how many.
    """

    outcome: Outcome
    treatments: tuple[str, str]
    first_day: date
    day: NDArray[np.int64]
    points: Floats
    rating: Floats
    on_first: NDArray[np.bool_]
    assigned: Floats
    period_days: int
    n_pairs: int
    missing: tuple[int, int]
    dropped: tuple[tuple[str, int], ...]

    def __len__(self) -> int:
        return len(self.day)

    @property
    def n_days(self) -> int:
        """Calendar days from day 0 to the last day seen."""
        return len(self.assigned)

    @property
    def n_scheduled(self) -> int:
        """Days among them on which a treatment was assigned: a pause does not bring the ceiling nearer."""
        return int(np.isfinite(self.assigned).sum())

    @property
    def rated(self) -> tuple[int, int]:
        """Rated days by treatment."""
        n_first = int(self.on_first.sum())
        return n_first, len(self) - n_first

    @property
    def means(self) -> tuple[float, float]:
        """Average rating by treatment, in the outcome's own points; NaN where there is none."""
        first, second = self.points[self.on_first], self.points[~self.on_first]
        return (
            float(first.mean()) if len(first) else float("nan"),
            float(second.mean()) if len(second) else float("nan"),
        )

    @property
    def can_be_fitted(self) -> bool:
        """Whether an effect can be estimated: 5 rated days and both treatments among them."""
        return len(self) >= 5 and min(self.rated) >= 1

    @property
    def all_equal(self) -> bool:
        """Whether every rating is the same number."""
        return len(self) > 0 and bool(np.all(self.points == self.points[0]))


def observe(
    trial: Trial,
    outcome: Outcome | None = None,
    *,
    until: date | None = None,
    only_done: bool = False,
) -> Observations:
    """The rated days of a trial as arrays.

    Parameters
    ----------
    trial : Trial
        The trial.
    outcome : Outcome, optional
        Which outcome; the primary one unless told otherwise.
    until : date, optional
        Use only days up to this one, and only what had been received by it.
    only_done : bool
        Keep only days marked as done, for the as-done estimate.

    Returns
    -------
    Observations
        Also when nothing is left: it may hold no day at all.
    """
    outcome = outcome or trial.protocol.primary
    schedule, protocol = trial.schedule, trial.protocol
    first_name, second_name = protocol.treatments
    dropped: Counter[str] = Counter()
    start = schedule.first_day
    washout = {day for period in schedule.periods for day in period.days()[: protocol.washout_days]}
    assigned_on = {day: period for period in schedule.periods for day in period.days()}

    kept: list[tuple[Entry, str]] = []
    seen_until = start
    for entry in trial.diary.as_of(until):
        seen_until = max(seen_until, entry.day)
        period = assigned_on.get(entry.day)
        if period is None:
            dropped["outside every period"] += outcome.name in entry.ratings
        elif outcome.name not in entry.ratings:
            continue
        elif entry.day in washout:
            dropped["washout"] += 1
        elif only_done and entry.done is not True:
            dropped["not marked as done"] += 1
        else:
            kept.append((entry, period.treatment))
    last = min(until or seen_until, schedule.last_day) if trial.diary.entries else start
    n_day = (max(last, seen_until) - start).days + 1

    assigned = np.full(n_day, np.nan)
    for day, period in assigned_on.items():
        if (day - start).days < n_day:
            assigned[(day - start).days] = float(period.treatment == first_name)
    points = np.array([entry.ratings[outcome.name] for entry, _ in kept], dtype=float)
    day_number = np.array([(entry.day - start).days for entry, _ in kept], dtype=np.int64)
    on_first = np.array([treatment == first_name for _, treatment in kept], dtype=bool)
    analysed = assigned.copy()
    for day in washout:
        if (day - start).days < n_day:
            analysed[(day - start).days] = np.nan
    n_first, n_second = int((analysed == 1).sum()), int((analysed == 0).sum())
    period_days = protocol.period_days
    if schedule.order is Order.DRAWN_START:
        planned = protocol.ceiling_days or sum(period.n_days for period in schedule.periods)
        period_days = max(1, -(-planned // 2))
    return Observations(
        outcome=outcome,
        treatments=(first_name, second_name),
        first_day=start,
        day=day_number,
        points=points,
        rating=-points if outcome.lower_is_better else points,
        on_first=on_first,
        assigned=assigned,
        period_days=period_days,
        n_pairs=_complete_pairs(trial, {entry.day for entry, _ in kept}, until or seen_until),
        missing=(n_first - int(on_first.sum()), n_second - int((~on_first).sum())),
        dropped=tuple((reason, n) for reason, n in sorted(dropped.items()) if n),
    )


def _complete_pairs(trial: Trial, rated: set[date], until: date) -> int:
    """Pairs of periods that are over and rated under both treatments.

    Where the schedule was drawn they are the pairs that were drawn, a single one where its start day was. Elsewhere
    a run of one treatment counts as as many typical periods as fit into it, and pairs are what both treatments reach.
    """
    schedule = trial.schedule
    if schedule.randomised:
        by_pair: dict[int, dict[str, bool]] = {}
        over: dict[int, date] = {}
        for period in schedule.periods:
            halves = by_pair.setdefault(period.pair, {})
            is_rated = any(day in rated for day in period.days())
            halves[period.treatment] = halves.get(period.treatment, False) or is_rated
            over[period.pair] = max(over.get(period.pair, period.last_day), period.last_day)
        return sum(
            len(halves) == 2 and all(halves.values()) and over[pair] <= until for pair, halves in by_pair.items()
        )
    typical = typical_period_days(schedule)
    count = dict.fromkeys(trial.protocol.treatments, 0)
    for period in schedule.periods:
        n_rated = sum(day in rated for day in period.days() if day <= until)
        if n_rated:
            count[period.treatment] += max(1, round(min(n_rated, period.n_days) / typical))
    return min(count.values())
