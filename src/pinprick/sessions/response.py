"""How the primary rating goes with dose, after the reveal: secondary, and never the answer of a trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pinprick.analysis.observations import observe
from pinprick.analysis.reading import last_look
from pinprick.bayes.slope import SLOPE_SD, fit_slope
from pinprick.dose.data import Parameter
from pinprick.dose.uncertainty import normal_draws, spread_over
from pinprick.errors import ProtocolError
from pinprick.sessions.each import BY_ASSIGNMENT, N_DRAWS, SECONDARY, Session, Sessions, sessions
from pinprick.trial.conduct import Conduct
from pinprick.trial.outcome import Outcome
from pinprick.words import _, ngettext

Floats = NDArray[np.float64]

LEVEL: Final = 0.95
LEAST_DAYS: Final = 10
"""Fewer rated days than this carry no slope."""
ALIKE: Final = 0.05
"""Sessions whose exposure spreads less than this, in usual sessions, are too alike to compare."""

ECHO: Final = 0.9
"""Share of the spread of doses that lies between treatments, from which on dose is assignment by another name."""


@dataclass(frozen=True, slots=True)
class Slope:
    """The difference between a usual session and none, in the rating's own points, positive for benefit.

    Attributes
    ----------
    mean, sd, low, high : float
        Of the posterior; ``low`` to ``high`` holds the difference with probability ``level``.
    level : float
        0.95.
    prior_sd : float
        Of the prior about zero that it started from.
    """

    mean: float
    sd: float
    low: float
    high: float
    level: float
    prior_sd: float

    @property
    def is_known(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class DoseResponse:
    """How the primary rating goes with the dose of a day's session: secondary, and never the answer.

    Attributes
    ----------
    outcome : Outcome
        What was rated.
    usual_minutes : int
        The length of a usual session: the plan's minutes in the usual set-up.
    n_days : int
        Rated days whose dose is known.
    n_left_out : int
        Rated days whose dose is not.
    slope : Slope or None
        None where the days are too few.
    doubts : tuple of str
        What weakens it, as sentences.
    """

    outcome: Outcome
    usual_minutes: int
    n_days: int
    n_left_out: int
    slope: Slope | None
    doubts: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        """Whether there is a slope whose interval leaves out zero."""
        return self.slope is not None and self.slope.is_known

    @property
    def said(self) -> tuple[str, str]:
        """What always stands beside it: that the answer goes by assignment, and that dose is secondary."""
        return _(BY_ASSIGNMENT), _(SECONDARY)

    def to_dict(self) -> dict[str, Any]:
        """For programs; positive is better, as in a verdict's effect."""
        slope = self.slope
        numbers = ("mean", "sd", "low", "high", "level", "prior_sd")
        return {
            "outcome": self.outcome.name,
            "usual_minutes": self.usual_minutes,
            "days": self.n_days,
            "days_left_out": self.n_left_out,
            "usual_session_against_none": {name: getattr(slope, name) for name in numbers} if slope else None,
            "known": self.is_known,
            "doubts": list(self.doubts),
            "said": list(self.said),
        }


def dose_response(conduct: Conduct, *, n_draws: int = N_DRAWS) -> DoseResponse:
    """Tell how the primary rating goes with dose, once the answer of the trial is known.

    The rating is taken to change with ``log(1 + prick-minutes)``: the first minutes count most. The prior of the slope
    is normal about zero, with a sd of one day-to-day deviation of this person for a usual session
    (`pinprick.bayes.slope.SLOPE_SD`): it leaves room for a difference of twice that, and half the room that the engine
    leaves for a treatment, so that no handful of days speaks loudly. How sharp each set-up is against the usual one is
    drawn from its range, one draw for all sessions of that set-up: a wrong ratio is wrong on every day.

    Parameters
    ----------
    conduct : Conduct
        A trial whose answer has been revealed.
    n_draws : int
        Draws of the ranges, 20 or more.

    Returns
    -------
    DoseResponse
        Its days are those of the verdict. Days whose dose is not known are left out and counted.

    Raises
    ------
    ProtocolError
        Before the reveal, for it would tell which way the ratings lean.

    Examples
    --------
    >>> from pinprick.trial.commitment import Moment
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> now = Moment.rehearsal(date(2026, 5, 4))
    >>> dose_response(Conduct.opened(read_protocol("mat-vs-rest-back-pain"), now))
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: How the rating goes with dose is told after the reveal, for it shows which way...
    """
    if conduct.revealed is None:
        raise ProtocolError(
            "How the rating goes with dose is told after the reveal, for it shows which way the ratings lean; pinprick "
            "verdict gives the answer first."
        )
    plan = conduct.plan
    mats = sorted((arm for arm in plan.arms if arm.on_the_mat), key=lambda arm: arm.over_the_mat)
    outcome, minutes = plan.primary.outcome, mats[0].minutes if mats else 0
    read_on = date.fromisoformat(conduct.revealed["verdict"]["read_on"])
    rated = _rated(conduct, last_look(conduct, read_on))
    # until the day of the reading, for what is told the next morning is about the day before
    told = sessions(conduct, until=read_on, n_draws=n_draws) if mats else Sessions((), None, ())
    used = [one for one in told.rows if one.day in rated and one.prick_minutes is not None]
    left_out = sum(one.day in rated and one.prick_minutes is None for one in told.rows)
    doubts = []
    if left_out:
        doubts.append(
            ngettext(
                "{n} rated day is left out, because its dose is not known.",
                "{n} rated days are left out, because their dose is not known.",
                left_out,
            ).format(n=left_out)
        )
    if len(used) < LEAST_DAYS:
        few = _("Rated days with a known dose: {n}. Nothing is worked out from fewer than {least}.")
        doubts.append(few.format(n=len(used), least=LEAST_DAYS))
        return DoseResponse(outcome, minutes, len(used), left_out, None, tuple(doubts))
    exposure = _exposure(used, minutes, n_draws)
    first = conduct.first_day or used[0].day
    posterior = fit_slope(
        [(one.day - first).days for one in used],
        [rated[one.day] for one in used],
        exposure,
        scale_range=outcome.width,
    )
    low, high = posterior.interval(LEVEL)
    slope = Slope(posterior.mean, posterior.sd, low, high, LEVEL, SLOPE_SD * float(posterior.weight @ posterior.sigma))
    return DoseResponse(
        outcome, minutes, len(used), left_out, slope, (*doubts, *_likeness(used, exposure), *told.doubts)
    )


def _rated(conduct: Conduct, until: date) -> dict[date, float]:
    """The ratings of the verdict's days, turned so that larger is better."""
    found: dict[date, float] = {}
    for first, second in conduct.plan.contrasts:
        trial = conduct.trial(first, second, until=until) if until >= (conduct.first_day or until) else None
        if trial is not None:
            seen = observe(trial, until=until)
            days = (seen.first_day + timedelta(days=int(day)) for day in seen.day)
            found |= dict(zip(days, map(float, seen.rating), strict=True))
    return found


def _exposure(used: Sequence[Session], usual_minutes: int, n_draws: int) -> Floats:
    """Draws of log(1 + prick-minutes) of each day, in usual sessions, shape (n_draws, n_days).

    All sessions of one set-up share their draws.
    """
    columns = []
    for one in used:
        minutes = one.minutes or 0.0
        if one.rho is None or minutes == 0:
            columns.append(np.zeros(n_draws))
            continue
        known = Parameter("session.rho", one.rho.mid, one.rho.low, one.rho.high, "derived")
        key = f"session.{one.set_up}.{one.rho.mid:.6g}"  # the same cloth, surface and mat, whatever the treatment
        columns.append(np.log1p(minutes * spread_over(known, normal_draws(key, n_draws, 0))))
    found: Floats = np.stack(columns, axis=1) / np.log1p(usual_minutes)
    return found


def _likeness(used: Sequence[Session], exposure: Floats) -> list[str]:
    """Whether doses differ at all, and by more than the treatments do."""
    middle = np.median(exposure, axis=0)
    if middle.std() < ALIKE:
        return [_("The sessions were too alike to tell what more or less of it does.")]
    within = middle.copy()
    for name in {one.treatment for one in used}:
        chosen = np.array([one.treatment == name for one in used])
        within[chosen] -= middle[chosen].mean()
    if within.var() < (1 - ECHO) * middle.var():
        return [
            _("Within each treatment the sessions were nearly alike, so this says hardly more than the answer did.")
        ]
    return []
