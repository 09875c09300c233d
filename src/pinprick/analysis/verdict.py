"""From an effect to a verdict: one of four findings, decided by a rule fixed before the data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from pinprick.analysis.effect import Effect
from pinprick.analysis.observations import Observations
from pinprick.analysis.thresholds import Thresholds, first_look_days
from pinprick.trial.protocol import Question

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEAST_PAIRS = 2


class Finding(StrEnum):
    """What the verdict says of the first treatment."""

    BETTER = "better"
    WORSE = "worse"
    NO_WORTHWHILE_BENEFIT = "no_worthwhile_benefit"
    NO_DIFFERENCE_THAT_MATTERS = "no_difference_that_matters"
    CANNOT_TELL = "cannot_tell"


class Reason(StrEnum):
    """Why a finding is "cannot tell"."""

    NOT_SURE_ENOUGH = "not_sure_enough"
    TOO_FEW_DAYS = "too_few_days"
    TOO_FEW_PAIRS = "too_few_pairs"
    ONE_TREATMENT_RATED = "one_treatment_rated"
    ALL_EQUAL = "all_equal"
    NOT_AT_THE_END_YET = "not_at_the_end_yet"
    """The trial is read once, at its planned end."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer.

    Attributes
    ----------
    finding : Finding
        What is found.
    reason : Reason or None
        Why it is "cannot tell"; None for every other finding.
    still_needed : int
        About how many more days would probably settle it, from the posterior's width and the design
        alone; 0 once there is an answer.
    fixed_on : date or None
        The day of the look at which the finding was fixed.
    thresholds : Thresholds
        The rule that was applied.
    """

    finding: Finding
    reason: Reason | None
    still_needed: int
    fixed_on: date | None
    thresholds: Thresholds


def claims(
    thresholds: Thresholds, *, above_zero: ArrayLike, below_zero: ArrayLike, third: ArrayLike, expected_phi: ArrayLike
) -> tuple[Bools, Bools, Bools]:
    """Which of better, worse and the third finding the rule allows, element by element.

    This is the rule itself; a person's verdict and the simulations that calibrate it both call it.
    The arguments are posterior probabilities and E[phi], all of one shape.
    """
    bar = thresholds.claim + thresholds.extra * (np.asarray(expected_phi) > thresholds.extra_above_phi)
    better = ndtri(above_zero) > bar
    worse = ndtri(below_zero) > bar
    return better, worse & ~better, (ndtri(third) > thresholds.third) & ~better & ~worse


def judge(effect: Effect | None, observations: Observations, thresholds: Thresholds, question: Question) -> Verdict:
    """The verdict at one look.

    Parameters
    ----------
    effect : Effect or None
        None where too little was rated to estimate anything.
    observations : Observations
        What was seen by this look.
    thresholds : Thresholds
        The plan's row of the table.
    question : Question
        Which third finding the plan has.
    """
    needed = still_needed(effect, observations, thresholds)

    def cannot_tell(reason: Reason) -> Verdict:
        return Verdict(Finding.CANNOT_TELL, reason, needed, None, thresholds)

    if min(observations.rated) == 0:
        return cannot_tell(Reason.ONE_TREATMENT_RATED if len(observations) else Reason.TOO_FEW_DAYS)
    if effect is None or observations.n_days < first_look_days():
        return cannot_tell(Reason.TOO_FEW_DAYS)
    if observations.n_pairs < LEAST_PAIRS:
        return cannot_tell(Reason.TOO_FEW_PAIRS)
    if observations.all_equal:
        return cannot_tell(Reason.ALL_EQUAL)
    better, worse, third = claims(
        thresholds,
        above_zero=effect.better,
        below_zero=effect.worse,
        third=effect.third(question),
        expected_phi=effect.expected_phi,
    )
    if better:
        finding = Finding.BETTER
    elif worse:
        finding = Finding.WORSE
    elif third and question is Question.AGAINST_CONTROL:
        finding = Finding.NO_WORTHWHILE_BENEFIT
    elif third:
        finding = Finding.NO_DIFFERENCE_THAT_MATTERS
    else:
        return cannot_tell(Reason.NOT_SURE_ENOUGH)
    on = date.fromordinal(observations.first_day.toordinal() + observations.n_days - 1)
    return Verdict(finding, None, 0, on, thresholds)


def judge_once(
    effect: Effect | None,
    observations: Observations,
    thresholds: Thresholds,
    question: Question,
    *,
    p_better: float | None,
    p_worse: float | None,
) -> Verdict:
    """The verdict of a trial with a drawn start day, at its one look.

    Better and worse need both: a posterior beyond its threshold, and a start-day p-value in that direction of at most
    the stated error. The third finding rests on the posterior alone.

    Parameters
    ----------
    effect, observations, thresholds, question
        As in `judge`, from what had been received by the planned end.
    p_better, p_worse : float or None
        One-sided p-values of the start day; None where the test could not be made.
    """

    def cannot_tell(reason: Reason) -> Verdict:
        return Verdict(Finding.CANNOT_TELL, reason, 0, None, thresholds)

    if len(observations) and min(observations.rated) == 0:
        return cannot_tell(Reason.ONE_TREATMENT_RATED)
    if effect is None or observations.n_days < first_look_days():
        return cannot_tell(Reason.TOO_FEW_DAYS)
    if observations.all_equal:
        return cannot_tell(Reason.ALL_EQUAL)
    better, worse, _ = claims(
        thresholds,
        above_zero=effect.better,
        below_zero=effect.worse,
        third=0.5,
        expected_phi=effect.expected_phi,
    )
    rare = thresholds.claim_error + 1e-9  # 1 of 20 is 5 %, whatever its last bit
    if better and p_better is not None and p_better <= rare:
        finding = Finding.BETTER
    elif worse and p_worse is not None and p_worse <= rare:
        finding = Finding.WORSE
    elif ndtri(effect.third(question)) > thresholds.third:
        against_control = question is Question.AGAINST_CONTROL
        finding = Finding.NO_WORTHWHILE_BENEFIT if against_control else Finding.NO_DIFFERENCE_THAT_MATTERS
    else:
        return cannot_tell(Reason.NOT_SURE_ENOUGH)
    on = date.fromordinal(observations.first_day.toordinal() + observations.n_days - 1)
    return Verdict(finding, None, 0, on, thresholds)


def still_needed(effect: Effect | None, observations: Observations, thresholds: Thresholds) -> int:
    """About how many more days would probably settle the question; at least those that the first look needs.

    Uses the posterior's width and the design only, never its position.
    """
    pair_days = 2 * observations.period_days
    least = max(
        first_look_days() - observations.n_days,
        (LEAST_PAIRS - observations.n_pairs) * pair_days,
        1,
    )
    if effect is None or observations.all_equal:
        return least
    more = days_to_settle(
        effect.sd, delta=effect.delta, n_days=observations.n_days, pair_days=pair_days, thresholds=thresholds
    )
    return max(least, int(more))


def days_to_settle(
    sd: ArrayLike, *, delta: float, n_days: int, pair_days: int, thresholds: Thresholds
) -> NDArray[np.int64]:
    """Days after which a posterior of this sd would be narrow enough, rounded up to whole pairs.

    An effect of exactly what matters is claimed, and no effect at all is recognised, about when the sd falls
    below ``delta / z`` for the stricter of the two bars; the sd falls with the root of the days. Where it is
    that small already, the effect lies between the two, and telling on which side takes half that sd.
    ``docs/calibration.md`` counts how often that is enough.
    """
    width = np.asarray(sd, dtype=float)
    narrow = delta / max(thresholds.claim, thresholds.third)
    enough = np.where(width <= narrow, narrow / 2, narrow)
    more = n_days * ((width / enough) ** 2 - 1)
    return (np.ceil(more / pair_days) * pair_days).astype(np.int64)
