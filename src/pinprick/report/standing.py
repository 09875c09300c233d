"""Where a result stands: who is compared, what was assumed, whether the trial is over, how far there is to go."""

from __future__ import annotations

from typing import Final

from pinprick.analysis.bare import difference_assumed
from pinprick.analysis.effect import Effect
from pinprick.analysis.single import Result
from pinprick.analysis.thresholds import first_look_days
from pinprick.analysis.verdict import LEAST_PAIRS
from pinprick.report.names import number, points, tidy, treatment_name, verb_count
from pinprick.trial.outcome import Outcome
from pinprick.trial.schedule import Order
from pinprick.words import _, ngettext

A_YEAR: Final = 365
LEAST_RATED: Final = 5  # days that an estimate needs


def names(result: Result) -> tuple[str, str]:
    """Give both treatments as they stand inside a sentence."""
    first, second = result.observations.treatments
    return treatment_name(first), treatment_name(second)


def favours(result: Result) -> tuple[str, str]:
    """Label both halves of an axis of answers: better with the first, better with the second."""
    first, second = names(result)
    better = _("better with {treatment}")
    return better.format(treatment=first), better.format(treatment=second)


def participant(result: Result) -> str:
    """Name the participant, safe to print; empty where there is only one person."""
    return tidy(result.participant) if result.participant else ""


def was_assumed(result: Result, assumption: str) -> bool:
    """Whether this assumption, as `pinprick.analysis.bare` words it, stands in for a plan."""
    return assumption in result.assumptions


def difference_was_assumed(result: Result) -> bool:
    """Whether nobody said what the smallest difference that matters is."""
    return was_assumed(result, difference_assumed(result.outcome))


def can_be_drawn(result: Result) -> bool:
    """Whether there are possible answers to show: an estimate, from ratings that move."""
    return result.effect is not None and not result.observations.all_equal


def start_day_drawn(result: Result) -> bool:
    """Whether there is one switch, on a drawn day, and one look, at the end."""
    return result.trial.schedule.order is Order.DRAWN_START


def last_look_days(result: Result) -> int | None:
    """Days up to the last look that the plan allows, in whole pairs of periods; None without a ceiling.

    With a drawn start day they are the days of the plan, and the last look is the only one.
    """
    ceiling = result.trial.protocol.ceiling_days
    if start_day_drawn(result):
        return ceiling or sum(period.n_days for period in result.trial.schedule.periods)
    if ceiling is None:
        return None
    pair_days = 2 * result.trial.protocol.period_days
    return ceiling // pair_days * pair_days


def was_stopped(result: Result) -> bool:
    """Whether the trial was stopped before its end, which its doubts say."""
    return any(caveat.name == "stopped" for caveat in result.caveats)


def is_over(result: Result) -> bool:
    """Whether a planned trial has had its last look, or was stopped."""
    last = last_look_days(result)
    return was_stopped(result) or (last is not None and result.observations.n_scheduled >= last)


def days_to_first_look(result: Result) -> int:
    """Days until there may be a finding at all: enough days, enough of them rated, enough pairs of turns."""
    o = result.observations
    return max(
        first_look_days() - o.n_days,
        (LEAST_PAIRS - o.n_pairs) * 2 * o.period_days,
        LEAST_RATED - len(o),
        1,
    )


def amount(effect: Effect, outcome: Outcome, *, interval: bool = False) -> str:
    """Say a size in points, with its interval in brackets if wanted, both in the direction of the mean."""
    size, width = points(abs(effect.mean), width=outcome.width), outcome.width
    if not interval:
        return size
    low, high = (-effect.high, -effect.low) if effect.mean < 0 else (effect.low, effect.high)
    return _("{size} ({low} to {high})").format(size=size, low=number(low, width=width), high=number(high, width=width))


def rounds_to_zero(effect: Effect, outcome: Outcome) -> bool:
    """Whether a size is told as 0 points."""
    return float(number(abs(effect.mean), width=outcome.width)) == 0


def ahead(result: Result, effect: Effect, outcome: Outcome | None = None, *, interval: bool = False) -> str:
    """Say who is ahead and by how much, in words that also fit where that is next to nothing."""
    first, second = names(result)
    outcome = outcome or result.outcome
    leader, size = second if effect.mean < 0 else first, amount(effect, outcome, interval=interval)
    if rounds_to_zero(effect, outcome):
        return _("neither is ahead: about {size}").format(size=size)
    said = ngettext("{leader} is ahead by about {size}", "{leader} are ahead by about {size}", verb_count(leader))
    return said.format(leader=leader, size=size)
