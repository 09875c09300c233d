"""A course that cannot be switched on and off: one switch, on a day drawn by chance, read once at the end.

The test asks of every day that could have been drawn: how much better were the days from it on than those
before it? Under no effect the ratings would have been the same whichever day was drawn, so the day that was drawn
is any of them with equal probability, and its rank among them is exact whatever trend, autocorrelation or
return to the usual the ratings hold. The statistic is the engine's own: the normal score of P(effect > 0).

A possible start that leaves no rated day on one side tells nothing; the posterior of its shift is the prior,
which is even about zero, so its statistic is 0. It stays among the days that could have been drawn, and the
statistic is one fixed function of (start day, ratings), so the test stays exact.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise, product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from pinprick.analysis.observations import Observations, observe
from pinprick.analysis.randomisation import RandomisationTest
from pinprick.analysis.thresholds import Thresholds
from pinprick.bayes.fit import fit
from pinprick.bayes.posterior import Posterior
from pinprick.bayes.priors import PRIORS
from pinprick.bayes.start import fit_starts
from pinprick.errors import ComputationError, ProtocolError
from pinprick.trial.outcome import Outcome
from pinprick.trial.protocol import Mode, Question
from pinprick.trial.schedule import Order
from pinprick.trial.trial import Trial
from pinprick.words import _

Floats = NDArray[np.float64]

TIE = 1e-9  # statistics that are equal on paper must count as equal
LEAST_LEFT = 1e-300  # the smallest tail probability whose normal score is still a number
SIDES = ("usual_days", "window_days", "total_days")  # what a row of the table is found by


@dataclass(frozen=True, slots=True)
class StartDayTest(RandomisationTest):
    """What redrawing the start day says, or why it says nothing.

    ``p`` is two-sided; ``p_better`` and ``p_worse`` are the shares of possible start days whose statistic lies
    at least as far to that side as that of the day drawn. ``n_start_days`` counts the possible start days, so no p
    is smaller than one over it. ``n_pairs`` is 0: nothing was drawn in pairs.
    """

    n_start_days: int = 0
    p_better: float | None = None
    p_worse: float | None = None

    @property
    def informative(self) -> bool:
        """Whether the test has been made: there are always enough start days."""
        return self.p is not None


def planned_end(trial: Trial) -> date | None:
    """The last day of the plan, on which a trial with a drawn start is read; None while it is not yet known.

    The plan's ceiling counts scheduled days, so a pause moves the end. Without a ceiling it is the schedule's end.
    """
    days = _scheduled(trial)
    n = trial.protocol.ceiling_days
    if n is None:
        return days[-1]
    return days[n - 1] if len(days) >= n else None


def days_until_the_end(trial: Trial, *, until: date) -> int:
    """Scheduled days from the day after ``until`` to the planned end; 0 from the end on."""
    days = _scheduled(trial)
    n = trial.protocol.ceiling_days or len(days)
    return max(0, n - sum(day <= until for day in days))


def _scheduled(trial: Trial) -> list[date]:
    return [day for period in trial.schedule.periods for day in period.days()]


def start_day_test(trial: Trial, outcome: Outcome | None = None, *, until: date | None = None) -> StartDayTest:
    """Test the start day that was drawn against every day that could have been.

    Ratings and pauses stay on their calendar days; only the start is redrawn. Ratings given later than the planned
    end, or received later, do not enter.

    Parameters
    ----------
    trial : Trial
        With the order `Order.DRAWN_START`.
    outcome : Outcome, optional
        The primary one unless told otherwise.
    until : date, optional
        The last day seen; the diary's last day unless told otherwise.

    Returns
    -------
    StartDayTest
        With ``p = None`` and the reason before the planned end, or where no start day was drawn.

    References
    ----------
    Edgington and Onghena (2007), Randomization Tests, 4th ed., chapter 11: random assignment of an
    intervention's start in a single-case experiment.

    Examples
    --------
    >>> from pinprick.trial.diary import Diary, Entry
    >>> from pinprick.trial.protocol import Protocol
    >>> from pinprick.trial.schedule import Period, Schedule
    >>> day = [date(2026, 5, 4) + timedelta(days=i) for i in range(84)]
    >>> plan = Protocol(("course", "usual"), (Outcome("pain", lower_is_better=True),), 1, "usual", 84)
    >>> schedule = Schedule((Period(day[0], 30, "usual", 0), Period(day[30], 54, "course", 0)),
    ...                     Order.DRAWN_START, tuple(day[14:42]))
    >>> pain = [6 - 3 * (i >= 30) + i % 2 for i in range(84)]
    >>> diary = Diary(tuple(Entry(d, ratings={"pain": p}) for d, p in zip(day, pain)), ("pain",))
    >>> test = start_day_test(Trial(plan, schedule, diary))
    >>> test.n_start_days, round(test.p_better, 3), test.p_worse
    (28, 0.036, 1.0)
    """
    schedule = trial.schedule
    n = len(schedule.start_days)
    if schedule.order is not Order.DRAWN_START:
        return StartDayTest(None, 0, _("No start day was drawn by chance, so there is none to redraw."))
    end, start = planned_end(trial), schedule.second_phase
    seen = observe(trial, outcome, until=until)
    last = seen.first_day + timedelta(days=seen.n_days - 1)
    if start is None or end is None or last < end:
        return StartDayTest(
            None, 0, _("The start day is redrawn once, at the planned end, and the trial has not come to it yet."), n
        )
    if schedule.start_days[-1] > end:
        return StartDayTest(
            None,
            0,
            f"The possible start days reach to {schedule.start_days[-1]}, beyond the trial’s end on {end}, "
            "so they are not all there to be redrawn.",
            n,
        )
    z = start_day_scores(trial, outcome)
    drawn = z[schedule.start_days.index(start)]
    return StartDayTest(
        p=float(np.mean(np.abs(z) >= abs(drawn) - TIE)),
        n_pairs=0,
        n_start_days=n,
        p_better=float(np.mean(z >= drawn - TIE)),
        p_worse=float(np.mean(z <= drawn + TIE)),
    )


def start_day_scores(trial: Trial, outcome: Outcome | None = None) -> Floats:
    """The statistic of every possible start day, (n_start_day,): the normal score of P(effect > 0).

    Positive where the first treatment would have been ahead, had the second phase started then. Where the plan sets
    days at the start of each period aside, they are set aside after each possible start in turn.
    """
    schedule, protocol = trial.schedule, trial.protocol
    whole = replace(trial, protocol=replace(protocol, washout_days=0))
    seen = observe(whole, outcome, until=planned_end(trial))
    starts = np.array([(day - seen.first_day).days for day in schedule.start_days], dtype=np.int64)
    sign = -1.0 if schedule.periods[0].treatment == seen.treatments[0] else 1.0
    if len(seen) < 5:
        return np.zeros(len(starts))
    if protocol.washout_days:
        posteriors = list(_one_by_one(seen, starts, protocol.washout_days))
    else:
        posteriors = fit_starts(
            seen.day, seen.rating, starts, period_days=seen.period_days, scale_range=seen.outcome.width
        )
    return sign * np.array([0.0 if posterior is None else _score(posterior) for posterior in posteriors])


def _score(posterior: Posterior) -> float:
    """Normal score of P(effect > 0), from the smaller tail so that it keeps its digits."""
    above, below = posterior.probability_above(0.0), posterior.probability_below(0.0)
    tail = float(ndtri(max(min(above, below), LEAST_LEFT)))
    return tail if above < below else -tail


def _one_by_one(seen: Observations, starts: NDArray[np.int64], set_aside: int) -> Iterator[Posterior | None]:
    """A fit for each possible start, because the days set aside after it are others each time."""
    scheduled = np.flatnonzero(np.isfinite(seen.assigned))
    for start in starts:
        new_run = [int(d) for i, d in enumerate(scheduled) if i == 0 or d > scheduled[i - 1] + 1 or d == start]
        washout = {d for a, b in pairwise([*new_run, int(scheduled[-1]) + 1]) for d in range(a, min(a + set_aside, b))}
        kept = np.array([int(d) not in washout for d in seen.day], dtype=bool)
        day, after = seen.day[kept], seen.day[kept] >= start
        if len(day) < 5 or after.all() or not after.any():
            yield None
            continue
        yield fit(day, seen.rating[kept], after, period_days=seen.period_days, scale_range=seen.outcome.width)


@cache
def load_start_day_table() -> dict[str, Any]:
    """The table as `pinprick.planning.calibrate_start` wrote it.

    Raises
    ------
    ComputationError
        If the table was calibrated for other priors than those that ship.
    """
    text = files("pinprick.analysis").joinpath("start_day.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    if table["priors"] != json.loads(json.dumps(asdict(PRIORS))):
        raise ComputationError(
            "The thresholds of drawn start days were calibrated for other priors than those in use; run "
            ".venv/bin/python -m pinprick.planning.calibrate_start."
        )
    return table


def start_day_thresholds(
    usual_days: int | None = None,
    window_days: int | None = None,
    total_days: int | None = None,
    *,
    mode: Mode = Mode.STANDARD,
) -> Thresholds:
    """The thresholds of a plan with a drawn start day.

    A plan between the rows of the table takes the strictest of its neighbours; a length that is not given takes
    the strictest of all. More usual days than the table has make a false claim rarer, so its last row serves.

    Parameters
    ----------
    usual_days : int, optional
        Days before the first possible start day.
    window_days : int, optional
        Days from the first to the last possible start day, both counted.
    total_days : int, optional
        Days of the whole trial.
    mode : Mode
        Strict mode adds to the bar while the days hang together strongly, as in every trial.

    Examples
    --------
    >>> start_day_thresholds(14, 28, 84).claim <= start_day_thresholds().claim
    True
    """
    table = load_start_day_table()
    near = []
    for side, wanted in zip(SIDES, (usual_days, window_days, total_days), strict=True):
        lengths = sorted({row[side] for row in table["rows"]})
        if wanted is None:
            near.append(set(lengths))
        else:
            shorter = max((n for n in lengths if n <= wanted), default=lengths[0])
            longer = min((n for n in lengths if n >= wanted), default=lengths[-1])
            near.append({shorter, longer})
    found = {tuple(row[side] for side in SIDES): row for row in table["rows"]}
    rows = [found[lengths] for lengths in product(*near) if lengths in found] or table["rows"]
    strict = mode is Mode.STRICT
    return Thresholds(
        claim=max(row["claim"] for row in rows),
        third=max(row["no_worthwhile_benefit"] for row in rows),
        extra=table["strict"]["extra_z"] if strict else 0.0,
        extra_above_phi=table["strict"]["above_expected_phi"],
        claim_error=table["error"]["claim"],
        third_error=table["error"]["third"],
        covers_days=max(row["total_days"] for row in table["rows"]),
    )


def thresholds_of_start(trial: Trial, *, mode: Mode) -> Thresholds:
    """The row of a trial's own plan; lengths that are not known yet take the strictest.

    Raises
    ------
    ProtocolError
        If the plan names no control: usual days are what the course is held against.
    """
    schedule, protocol = trial.schedule, trial.protocol
    if protocol.question is not Question.AGAINST_CONTROL:
        raise ProtocolError(
            "The start day was drawn by chance, but the plan names no control; "
            f"name {protocol.treatments[1]!r}, the usual days, as the control."
        )
    days = _scheduled(trial)
    possible = schedule.start_days
    last = bool(possible) and days[-1] >= possible[-1]  # pauses in the window are known once it has passed
    return start_day_thresholds(
        sum(day < possible[0] for day in days) if last else None,
        sum(possible[0] <= day <= possible[-1] for day in days) if last else None,
        protocol.ceiling_days or (len(days) if last else None),
        mode=mode,
    )
