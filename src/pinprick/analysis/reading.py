"""What may be said of a trial today: how much of the question is answered while it is sealed, then the answer.

While a trial is sealed, everything shown comes from the width of the posterior and from the design. Mirrored ratings
(better and worse swapped) give the same progress to the last bit, so it cannot tell which way they lean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from pinprick.analysis.effect import estimate, posterior_of
from pinprick.analysis.lived import lived_caveats
from pinprick.analysis.observations import Observations, observe
from pinprick.analysis.single import Result, analyse_trial
from pinprick.analysis.start_day import start_day_thresholds
from pinprick.analysis.thresholds import Thresholds, thresholds_for
from pinprick.analysis.verdict import Finding, still_needed
from pinprick.bayes.priors import PRIORS
from pinprick.errors import FileError
from pinprick.trial.conduct import Conduct, Phase
from pinprick.trial.plan import Plan, StartDay

HALF_OF_95 = 1.96
"""Half the width of an interval that holds 95 in 100, in standard deviations; from the spread alone, not its place."""
ROUND = 6
"""Significant digits of every number in a recorded verdict: what two machines agree on."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sealed trial has come, without a word on which way it leans.

    Attributes
    ----------
    days_done : int
        The trial's days that have passed, today included; pauses do not count.
    days_rated : int
        Of these, those with a rating of the primary outcome.
    days_missing : int
        Passed days before today without one.
    days_at_most : int
        Days until the ceiling.
    answered : float
        The share of the precision that usually settles such a question, from 0 to 1: the square of the width
        that settles it over the width so far.
    days_left : int
        About how many more days would settle it, from the width and the design alone; at most to the ceiling.
    width, settles, at_first : float or None
        In points, half the width of the interval that holds 95 in 100: today, when such a question is usually
        settled, and before anything was rated. None while nothing can be estimated.
    """

    days_done: int
    days_rated: int
    days_missing: int
    days_at_most: int
    answered: float
    days_left: int
    width: float | None = None
    settles: float | None = None
    at_first: float | None = None


def rule_of(plan: Plan) -> Thresholds:
    """The thresholds that a plan is started with, and keeps."""
    protocol, design = plan.protocol, plan.design
    if isinstance(design, StartDay):
        return start_day_thresholds(design.usual_days, design.start_days, design.ceiling_days, mode=plan.mode)
    return thresholds_for(protocol.period_days, protocol.ceiling_days, question=protocol.question, mode=protocol.mode)


def rule_dict(thresholds: Thresholds) -> dict[str, float]:
    """A rule as plain numbers, for the commitment."""
    return asdict(thresholds)


def committed_rule(conduct: Conduct) -> Thresholds:
    """The rule that was fixed before day one."""
    try:
        return Thresholds(**conduct.start["rule"])
    except TypeError:
        raise FileError("The rule in this trial is not one that this version knows; install a newer one.") from None


def last_look(conduct: Conduct, today: date) -> date:
    """The last day whose ratings can be in by today."""
    day = min(conduct.day_to_rate(today), conduct.last_day)
    return min(day, conduct.stopped[0]) if conduct.stopped else day


def progress(conduct: Conduct, today: date) -> Progress:
    """How much of the question is answered; the direction does not enter.

    Parameters
    ----------
    conduct : Conduct
        A trial that has started.
    today : date
        The person's day.
    """
    days = [day for day in conduct.scheduled_days if day <= (conduct.stopped[0] if conduct.stopped else today)]
    rated = [day for day in days if conduct.is_rated(day)]
    due = [day for day in days if conduct.due_on(day) < today]
    at_most = max(0, conduct.plan.n_days - len(days))
    thresholds = committed_rule(conduct)
    until = last_look(conduct, today)
    trial = conduct.trial(until=until) if days and until >= days[0] else None
    answered, left = 0.0, at_most
    widths: tuple[float | None, float | None, float | None] = (None, None, None)
    if trial is not None and not isinstance(conduct.plan.design, StartDay):
        seen = observe(trial, until=until)
        if seen.can_be_fitted and not seen.all_equal:
            answered, left, widths = _width(seen, thresholds, at_most, len(conduct.plan.arms))
    elif isinstance(conduct.plan.design, StartDay):
        answered = len(days) / conduct.plan.n_days
    return Progress(
        days_done=len(days),
        days_rated=len(rated),
        days_missing=len(set(due) - set(rated)),
        days_at_most=at_most,
        answered=answered,
        days_left=left,
        width=widths[0],
        settles=widths[1],
        at_first=widths[2],
    )


def _width(
    seen: Observations, thresholds: Thresholds, at_most: int, n_arms: int
) -> tuple[float, int, tuple[float, float, float]]:
    effect = estimate(posterior_of(seen), delta=seen.outcome.smallest_difference)
    settles = seen.outcome.smallest_difference / max(thresholds.claim, thresholds.third)
    left = still_needed(effect, seen, thresholds) * n_arms // 2  # days of the other treatments pass too
    widths = tuple(HALF_OF_95 * sd for sd in (effect.sd, settles, PRIORS.effect_sd * effect.sigma))
    return min(1.0, (settles / effect.sd) ** 2), min(left, at_most), (widths[0], widths[1], widths[2])


@dataclass(frozen=True, slots=True)
class Reading:
    """A verdict as it may be read today.

    Attributes
    ----------
    ready : bool
        Whether there is an answer: the rule has fired, the ceiling is reached, or the trial was stopped.
    result : Result or None
        The primary contrast, with the doubts that come from how the trial was lived; None where nothing could be
        analysed.
    others : tuple of Result
        Every other pair of treatments: intervals, and no guarantee.
    """

    ready: bool
    result: Result | None
    others: tuple[Result, ...]


def read_verdict(conduct: Conduct, today: date) -> Reading:
    """Apply the rule that was committed to, look by look, up to today.

    Deterministic; the caller decides what of it may be shown.
    """
    until = last_look(conduct, today)
    thresholds = committed_rule(conduct)
    first_day = conduct.first_day
    results: list[Result] = []
    for first, second in conduct.plan.contrasts:
        trial = conduct.trial(first, second, until=until) if first_day and until >= first_day else None
        if trial is not None:
            is_primary = not results and (first, second) == conduct.plan.contrasts[0]
            results.append(analyse_trial(trial, until=until, thresholds=thresholds if is_primary else None))
        elif (first, second) == conduct.plan.contrasts[0]:
            break
    primary = results[0] if results else None
    fired = primary is not None and primary.finding is not Finding.CANNOT_TELL
    ended = conduct.phase(today) in (Phase.STOPPED, Phase.FINISHED, Phase.REVEALED)
    last = conduct.rated(conduct.last_day)
    at_the_end = today >= conduct.due_on(conduct.last_day) and last is not None and until == conduct.last_day
    if primary is not None:
        primary = replace(primary, caveats=lived_caveats(conduct) + primary.caveats)
    return Reading(fired or ended or at_the_end, primary, tuple(results[1:]))


def recorded(reading: Reading, *, on: date) -> dict[str, Any]:
    """A verdict as the log keeps it at the reveal, in numbers that every machine agrees on."""
    return {
        "read_on": on.isoformat(),
        "result": _numbers(reading.result) if reading.result else None,
        "others": [_numbers(other) for other in reading.others],
    }


def _numbers(result: Result) -> dict[str, Any]:
    """The facts of a result, without the sentences, which a later version may word better."""
    facts = ("finding", "treatments", "outcome", "effect", "probability", "days", "randomisation_p", "rule")
    whole = result.to_dict()
    return {fact: _rounded(whole[fact]) for fact in facts}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{ROUND}g}")
    if isinstance(value, Mapping):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value
