"""The finding in one sentence, and on one line: a word that comes from the probability, and a number."""

from __future__ import annotations

from typing import Final

from pinprick.analysis.effect import Effect
from pinprick.analysis.single import Result
from pinprick.analysis.verdict import Finding, Reason
from pinprick.report.names import chance_word, day_month, days, exact, is_plural, outcome_name, points, sentence
from pinprick.report.standing import (
    A_YEAR,
    ahead,
    amount,
    be,
    can_be_drawn,
    days_to_first_look,
    is_over,
    names,
    participant,
)

NO_LONGER_CLEAR: Final = 0.65  # below this chance a finding that was fixed earlier is told with its date


def headline(result: Result) -> str:
    """Tell the finding in one sentence, or two short ones, with a word and a number.

    The number is the posterior mean in the rating's own points; the word belongs to the probability behind
    the finding. "Cannot tell" says how many more days would probably do, or why no number of days would.
    """
    first, second = names(result)
    outcome = outcome_name(result.outcome.name)
    effect, finding = result.effect, result.finding
    if effect is None or finding is Finding.CANNOT_TELL:
        return _cannot_tell(result)
    chance = chance_of_finding(result, effect)
    word, size = chance_word(chance), points(abs(effect.mean), width=result.outcome.width)
    if finding in (Finding.BETTER, Finding.WORSE):
        leader, other = (first, second) if finding is Finding.BETTER else (second, first)
        found = f"{_was(leader)} found better than {other} for {outcome}"
        told = f"{be(leader)} {word} better than {other} for {outcome}: by about {size}."
    elif finding is Finding.NO_WORTHWHILE_BENEFIT:
        leader = first
        gives = "give" if is_plural(first) else "gives"
        worse = " worse" if effect.mean < 0 and not size.startswith("0 ") else ""
        found = f"{_was(first)} found to give no benefit that matters over {second} for {outcome}"
        told = f"{word} {gives} no benefit that matters over {second} for {outcome}: about {size}{worse}."
    else:
        leader = f"{first} and {second}"
        found = f"were found to make no difference that matters to {outcome}"
        told = f"{word} make no difference that matters to {outcome}: about {size}."
    if chance >= NO_LONGER_CLEAR:
        return sentence(f"{leader} {told}")
    # the finding stands, as the rule has it, though the days that followed no longer bear it out
    on = f" on {day_month(result.verdict.fixed_on)}" if result.verdict.fixed_on else ""
    return f"{sentence(leader)} {found}{on}. All days together now say: {ahead(result, effect)}."


def chance_of_finding(result: Result, effect: Effect) -> float:
    """Give the probability behind a finding other than "cannot tell", from all days."""
    if result.finding is Finding.BETTER:
        return effect.better
    if result.finding is Finding.WORSE:
        return effect.worse
    return effect.third(result.question)


def person_line(result: Result) -> str:
    """Tell one person's finding on one line, for a file that holds several people.

    The bracket holds the interval, positive where the treatment just named is ahead.
    """
    first, second = names(result)
    effect, finding = result.effect, result.finding
    told_size = can_be_drawn(result)
    if effect is None or finding is Finding.CANNOT_TELL:
        said = _cannot_tell_briefly(result)
    elif finding in (Finding.BETTER, Finding.WORSE):
        leader, other = (first, second) if finding is Finding.BETTER else (second, first)
        chance = chance_of_finding(result, effect)
        if chance < NO_LONGER_CLEAR:
            said = f"{leader} {_was(leader)} found better than {other}"
        else:
            size = amount(effect, result.outcome, interval=True)
            said = f"{leader} {chance_word(chance)} better than {other}, by about {size}"
            told_size = False
    else:
        third = "benefit" if finding is Finding.NO_WORTHWHILE_BENEFIT else "difference"
        said = f"{chance_word(chance_of_finding(result, effect))} no {third} that matters"
    if effect is not None and told_size:
        said += f"; {ahead(result, effect, interval=True)}"
    return f"{participant(result)}: {said}." if result.participant else sentence(f"{said}.")


def _cannot_tell(result: Result) -> str:
    first, second = names(result)
    o, needed, reason = result.observations, result.verdict.still_needed, result.verdict.reason
    your = "The" if result.participant else "Your"
    if reason is Reason.ALL_EQUAL:
        return f"{your} days cannot tell: every rating is {exact(float(o.points[0]))}."
    if reason is Reason.NOT_AT_THE_END_YET and not is_over(result):
        return f"{your} days cannot tell yet: they are read once, at the end, in {days(needed)}."
    if reason is Reason.ONE_TREATMENT_RATED and is_over(result):
        rated, unrated = (first, second) if o.rated[0] else (second, first)
        return f"{your} days could not tell: every rated day is with {rated}, and none with {unrated}."
    if reason is Reason.ONE_TREATMENT_RATED:
        rated, unrated = (first, second) if o.rated[0] else (second, first)
        have = {1: "the only rated day is", 2: "both rated days are"}.get(len(o), f"all {len(o)} rated days are")
        return f"{your} days cannot tell yet: {have} with {rated}. It takes days with {unrated} to compare."
    if is_over(result):
        return f"{your} days could not tell, after {days(o.n_days)}. That is an answer too."
    if reason is Reason.TOO_FEW_DAYS:
        more = days_to_first_look(result)
        if not len(o):
            return f"{your} days cannot tell yet: none is rated. A first look takes about {days(more)}."
        few = "1 rated day is" if len(o) == 1 else f"{len(o)} rated days are"
        return f"{your} days cannot tell yet: {few} too few. A first look takes about {more} more."
    if reason is Reason.TOO_FEW_PAIRS:
        return (
            f"{your} days cannot tell yet: the treatments must take turns more often. "
            f"A first look takes about {days_to_first_look(result)} more days."
        )
    if needed > A_YEAR:
        return f"{your} days cannot tell. It would probably take more than a year of them."
    return f"{your} days cannot tell yet. About {needed} more would probably do."


def _cannot_tell_briefly(result: Result) -> str:
    needed, reason = result.verdict.still_needed, result.verdict.reason
    if reason is Reason.NOT_AT_THE_END_YET and not is_over(result):
        return f"cannot tell yet, {days(needed)} to the end"
    if is_over(result):
        return f"could not tell, after {days(result.observations.n_days)}"
    if reason is Reason.ALL_EQUAL:
        return "cannot tell, every rating is the same"
    if reason is Reason.ONE_TREATMENT_RATED:
        return f"cannot tell, only days with {names(result)[0 if result.observations.rated[0] else 1]}"
    if reason is Reason.TOO_FEW_DAYS:
        return "cannot tell yet, too few days"
    if reason is Reason.TOO_FEW_PAIRS:
        return "cannot tell yet, too few turns"
    if needed > A_YEAR:
        return "cannot tell, more than a year to go"
    return f"cannot tell yet, about {days(needed)} to go"


def _was(subject: str) -> str:
    return "were" if is_plural(subject) else "was"
