"""Is it worth doing? What a trial costs in minutes, what its answer may gain, and when to advise against it.

Gain is counted in points a day, over deciding today. A day of a treatment held against a control must bring the
smallest difference that matters to be worth its while; below it a person would not bother, so that is what
doing it costs. Between two treatments there is nothing to pay: the better one is taken.

**After each finding** a person is taken to do this. *Better*: go on with the first treatment if the size shown is worth
its while, else leave it. *Worse*, or *no worthwhile benefit*: leave it. *No difference that matters*, or *cannot
tell*: what they would have done today, which is the first treatment if they expect it to be worth its while.

**The most there is to gain.** Let m be the expected effect less what it must bring, and tau the sd of what may be true.
Deciding today gives max(0, m). Knowing the truth gives E[max(0, X)] with X ~ N(m, tau²), so perfect information gains

    tau phi(m / tau) - |m| Phi(-|m| / tau),

and an answer that correlates r with the truth moves the expectation by N(0, r² tau²) and gains the same with r tau
for tau. At m = 0 that is tau r / sqrt(2 pi) = 0.40 tau r, exactly; for any other m it is less, because one side
is favoured already. So 0.40 tau r is a ceiling, and a trial between treatments that hardly differ gains little.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from scipy.special import ndtr

from pinprick.errors import ProtocolError
from pinprick.planning.outlook import Belief, Outlook, Stake
from pinprick.trial.instruments import outcomes_table
from pinprick.trial.plan import Plan
from pinprick.trial.protocol import Question

CHECK_IN_MINUTES: Final = 1.0  # a rating and a few taps; anchors.md section 5.4 asks for under 20 seconds
INTERVAL_SDS: Final = 2 * 1.96  # the ends that the table gives are read as a 95 % interval
UNKNOWN_SD: Final = 1.0  # points of 0-10, where nothing at all is known of a treatment; assumption

PROBABLE: Final = 0.5
"""The bar for a clear answer. Below one half a trial is likelier to end without than with what it is for."""
WORTH_FINDING: Final = 1.5  # times the smallest difference that matters: missing this is missing what one came for
LEAST_GAIN: Final = 0.02  # points of 0-10 a day: one point on one day in fifty


class Advice(StrEnum):
    """Whether to do it."""

    WORTH_IT = "worth_it"
    ONLY_IF_LARGE = "only_if_large"
    NOT_WORTH_IT = "not_worth_it"


class Why(StrEnum):
    """The reason behind the advice."""

    ANSWERS = "answers"
    """It will probably tell, whether the treatment does nothing or what matters."""
    MISSES_WHAT_MATTERS = "misses_what_matters"
    """An effect of exactly what matters would probably be missed; a larger one would be found."""
    LITTLE_TO_GAIN = "little_to_gain"
    """Even a perfect answer would hardly change what one does."""
    MISSES_LARGE = "misses_large"
    """Even half as much again as what matters would probably be missed."""
    NO_ANSWER = "no_answer"
    """It would probably end with "cannot tell"."""
    TOO_SHORT = "too_short"
    """It would end before an answer may be given."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a trial costs, and what its answer may gain.

    Attributes
    ----------
    belief : Belief
        What is thought of the true effect today.
    basis : str
        Where that comes from: "published", "derived", "assumption" or "own".
    stake : Stake
        What a day must bring, in points, and what one would do today.
    chance_worth : float
        Probability today that the true effect is at least that.
    outlook : Outlook
        For people whose effects are drawn from the belief: "people like you".
    perfect_gain : float
        Points a day that knowing the truth would gain.
    ceiling : float
        0.40 tau r: the most that an answer as good as this trial's can gain, whatever is expected.
    gain_at_r : float
        The same for what is expected: tau r phi - |m| Phi.
    days, minutes : float
        Expected days, run-in included, and minutes of effort.
    """

    belief: Belief
    basis: str
    stake: Stake
    chance_worth: float
    outlook: Outlook
    perfect_gain: float
    ceiling: float
    gain_at_r: float
    days: float
    minutes: float


def belief_for(plan: Plan, *, expect: float | None = None) -> tuple[Belief, str]:
    """What may be thought of the true effect before the trial, and its basis.

    The mean is the table's default for the plan's effect, turned so that benefit is positive. The sd holds both how
    little is known of the average, from the ends that the table gives, and how much people differ.

    Parameters
    ----------
    plan : Plan
        Its ``effect`` is a key of the table of outcomes, or empty.
    expect : float, optional
        The person's own expectation in points, instead of the mean.

    Raises
    ------
    ProtocolError
        If the expectation is beyond the scale.

    Examples
    --------
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> belief, basis = belief_for(read_protocol("mat-vs-rest-back-pain"))
    >>> belief.mean, round(belief.sd, 2), basis
    (0.5, 0.63, 'assumption')
    """
    outcome = plan.primary.outcome
    scale = outcome.width / 10
    defaults = outcomes_table()["simulator_defaults"]
    found: dict[str, Any] = {**defaults["effects_on_pain_points"], **defaults["effects_other_domains"]}
    one = found.get(plan.effect)
    if one is None:
        belief, basis = Belief(0.0, UNKNOWN_SD * scale), "assumption"
    else:
        sign = -1.0 if outcome.lower_is_better else 1.0
        ends = (one["low"], one["high"])
        unsure = 0.0 if None in ends else abs(ends[1] - ends[0]) / INTERVAL_SDS
        differ = float(defaults["heterogeneity_sd_of_true_effect"]["value"])
        mean = sign * float(one["value"]) + 0.0  # never a negative zero
        belief, basis = Belief(scale * mean, scale * float(np.hypot(unsure, differ))), one["basis"]
    if expect is None:
        return belief, basis
    if not abs(expect) <= outcome.width:
        raise ProtocolError(
            f"--expect {expect:g} points is more than the scale holds; give {-outcome.width:g} to {outcome.width:g}."
        )
    return Belief(float(expect), belief.sd), "own"


def stake_for(plan: Plan, belief: Belief) -> Stake:
    """What a day of the first treatment must bring, and what one would do today.

    Examples
    --------
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> stake_for(read_protocol("mat-vs-rest-back-pain"), Belief(0.5, 0.6))
    Stake(worth=1.0, first_today=False)
    """
    worth = plan.primary.outcome.smallest_difference if plan.question is Question.AGAINST_CONTROL else 0.0
    return Stake(worth, belief.mean >= worth)


def most_gain(mean: float, sd: float, *, correlation: float = 1.0) -> float:
    """Points a day that an answer can gain over deciding today, exactly.

    Parameters
    ----------
    mean : float
        Expected effect less what it must bring, in points.
    sd : float
        Of what may be true, in points; 0 or more.
    correlation : float
        Of the answer with the truth, 0 to 1; 1 is perfect information.

    Examples
    --------
    >>> round(most_gain(0.0, 1.0), 2), round(most_gain(0.0, 1.0, correlation=0.5), 2), round(most_gain(1.0, 1.0), 2)
    (0.4, 0.2, 0.08)
    """
    spread = correlation * sd
    if spread <= 0:
        return 0.0
    z = abs(mean) / spread
    return float(spread * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) - abs(mean) * ndtr(-z))


def effort_minutes(plan: Plan, days: float) -> float:
    """Minutes for this many days of the trial, the run-in before them included.

    A trial day takes the average treatment's minutes and a check-in of 1 minute. A day of the run-in
    takes a check-in, and where the mat is built up then, the mat's minutes at most.

    Examples
    --------
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> effort_minutes(read_protocol("mat-vs-rest-back-pain"), 30)
    592.0
    """
    minutes = [arm.minutes for arm in plan.arms]
    on_the_mat = max((arm.minutes for arm in plan.arms if arm.on_the_mat), default=0)
    run_in = plan.run_in_days * (CHECK_IN_MINUTES + on_the_mat * plan.ladder)
    return float(run_in + days * (sum(minutes) / len(minutes) + CHECK_IN_MINUTES))


def worth_of(plan: Plan, belief: Belief, basis: str, outlook: Outlook) -> Worth:
    """Put cost and gain together; the outlook is that of effects drawn from the belief, with its stake."""
    stake = stake_for(plan, belief)
    apart = belief.mean - stake.worth
    r = float(np.clip(outlook.correlation or 0.0, 0, 1))
    return Worth(
        belief=belief,
        basis=basis,
        stake=stake,
        chance_worth=float(ndtr((belief.mean - stake.worth) / belief.sd)),
        outlook=outlook,
        perfect_gain=most_gain(apart, belief.sd),
        ceiling=most_gain(0.0, belief.sd, correlation=r),
        gain_at_r=most_gain(apart, belief.sd, correlation=r),
        days=outlook.mean_days + plan.run_in_days,
        minutes=effort_minutes(plan, outlook.mean_days),
    )


def advise(plan: Plan, worth: Worth, at_what_matters: Outlook, at_half_again: Outlook) -> tuple[Advice, Why]:
    """Whether to do it, and why.

    Parameters
    ----------
    plan : Plan
        The plan.
    worth : Worth
        Its cost and gain.
    at_what_matters, at_half_again : Outlook
        For a true effect of the smallest difference that matters, and of one and a half times as much.
    """
    outcome = plan.primary.outcome
    delta = outcome.smallest_difference
    if worth.outlook.clear < PROBABLE:
        return Advice.NOT_WORTH_IT, Why.NO_ANSWER
    if at_half_again.right(delta, plan.question) < PROBABLE:
        return Advice.NOT_WORTH_IT, Why.MISSES_LARGE
    if worth.perfect_gain < LEAST_GAIN * outcome.width / 10:
        return Advice.ONLY_IF_LARGE, Why.LITTLE_TO_GAIN
    if at_what_matters.right(delta, plan.question) < PROBABLE:
        return Advice.ONLY_IF_LARGE, Why.MISSES_WHAT_MATTERS
    return Advice.WORTH_IT, Why.ANSWERS
