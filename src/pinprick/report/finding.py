"""The finding in one sentence, and on one line: a word that comes from the probability, and a number."""

from __future__ import annotations

from typing import Final

from pinprick.analysis.effect import Effect
from pinprick.analysis.single import Result
from pinprick.analysis.verdict import Finding, Reason
from pinprick.report.names import chance_word, day_month, days, exact, outcome_name, points, sentence, verb_count
from pinprick.report.standing import (
    A_YEAR,
    ahead,
    amount,
    can_be_drawn,
    days_to_first_look,
    is_over,
    names,
    participant,
    rounds_to_zero,
)
from pinprick.words import _, ngettext

NO_LONGER_CLEAR: Final = 0.65  # below this chance a finding that was fixed earlier is told with its date


def headline(result: Result) -> str:
    """Tell the finding in one sentence, or two short ones, with a word and a number.

    The number is the posterior mean in the rating's own points; the word belongs to the probability behind
    the finding. "Cannot tell" says how many more days would probably do, or why no number of days would.
    """
    effect, finding = result.effect, result.finding
    if effect is None or finding is Finding.CANNOT_TELL:
        return _cannot_tell(result)
    chance = chance_of_finding(result, effect)
    if chance < NO_LONGER_CLEAR:
        return _no_longer_clear(result, effect)
    leader, other = _leader_first(result)
    if finding in (Finding.BETTER, Finding.WORSE):
        said = ngettext(
            "{leader} is {probably} better than {other} for {outcome}: by about {size}.",
            "{leader} are {probably} better than {other} for {outcome}: by about {size}.",
            verb_count(leader),
        )
    elif finding is Finding.NO_DIFFERENCE_THAT_MATTERS:
        said = _("{leader} and {other} {probably} make no difference that matters to {outcome}: about {size}.")
    elif effect.mean < 0 and not rounds_to_zero(effect, result.outcome):
        said = ngettext(
            "{leader} {probably} gives no benefit that matters over {other} for {outcome}: about {size} worse.",
            "{leader} {probably} give no benefit that matters over {other} for {outcome}: about {size} worse.",
            verb_count(leader),
        )
    else:
        said = ngettext(
            "{leader} {probably} gives no benefit that matters over {other} for {outcome}: about {size}.",
            "{leader} {probably} give no benefit that matters over {other} for {outcome}: about {size}.",
            verb_count(leader),
        )
    return sentence(
        said.format(
            leader=leader,
            other=other,
            probably=chance_word(chance),
            outcome=outcome_name(result.outcome.name),
            size=points(abs(effect.mean), width=result.outcome.width),
        )
    )


def _leader_first(result: Result) -> tuple[str, str]:
    """Both treatments, first the one that the finding is about."""
    first, second = names(result)
    return (second, first) if result.finding is Finding.WORSE else (first, second)


def _no_longer_clear(result: Result, effect: Effect) -> str:
    """A finding that stands, as the rule has it, though the days that followed no longer bear it out."""
    leader, other = _leader_first(result)
    if result.finding in (Finding.BETTER, Finding.WORSE):
        found = ngettext(
            "{leader} was found better than {other} for {outcome}",
            "{leader} were found better than {other} for {outcome}",
            verb_count(leader),
        )
    elif result.finding is Finding.NO_WORTHWHILE_BENEFIT:
        found = ngettext(
            "{leader} was found to give no benefit that matters over {other} for {outcome}",
            "{leader} were found to give no benefit that matters over {other} for {outcome}",
            verb_count(leader),
        )
    else:
        found = _("{leader} and {other} were found to make no difference that matters to {outcome}")
    on = result.verdict.fixed_on
    said = (
        _("{found} on {day}. All days together now say: {ahead}.")
        if on
        else _("{found}. All days together now say: {ahead}.")
    )
    return said.format(
        found=sentence(found.format(leader=leader, other=other, outcome=outcome_name(result.outcome.name))),
        day=day_month(on) if on else "",
        ahead=ahead(result, effect),
    )


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
    leader, other = _leader_first(result)
    effect, finding = result.effect, result.finding
    told_size = can_be_drawn(result)
    if effect is None or finding is Finding.CANNOT_TELL:
        said = _cannot_tell_briefly(result)
    elif finding in (Finding.BETTER, Finding.WORSE):
        chance = chance_of_finding(result, effect)
        if chance < NO_LONGER_CLEAR:
            said = ngettext(
                "{leader} was found better than {other}", "{leader} were found better than {other}", verb_count(leader)
            ).format(leader=leader, other=other)
        else:
            size = amount(effect, result.outcome, interval=True)
            said = _("{leader} {probably} better than {other}, by about {size}").format(
                leader=leader, probably=chance_word(chance), other=other, size=size
            )
            told_size = False
    else:
        no_benefit, no_difference = _("{probably} no benefit that matters"), _("{probably} no difference that matters")
        said = no_benefit if finding is Finding.NO_WORTHWHILE_BENEFIT else no_difference
        said = said.format(probably=chance_word(chance_of_finding(result, effect)))
    if effect is not None and told_size:
        said += f"; {ahead(result, effect, interval=True)}"
    return f"{participant(result)}: {said}." if result.participant else sentence(f"{said}.")


def _cannot_tell(result: Result) -> str:
    your_days = _("The days") if result.participant else _("Your days")
    return _why_not(result).format(your_days=your_days, **_what_is_missing(result))


def _what_is_missing(result: Result) -> dict[str, object]:
    """What the sentences of `_why_not` put in, whichever of it they need."""
    o, needed, first_look = result.observations, result.verdict.still_needed, days_to_first_look(result)
    rated, unrated = names(result) if o.rated[0] else reversed(names(result))
    return {
        "rating": exact(float(o.points[0])) if len(o) else "",
        "n_days": days(o.n_days),
        "n_rated": len(o),
        "rated": rated,
        "unrated": unrated,
        "needed": needed,
        "needed_days": days(needed),
        "first_look": first_look,
        "first_look_days": days(first_look),
    }


def _why_not(result: Result) -> str:
    """The sentence for days that cannot tell, before anything is put in."""
    n_rated, reason = len(result.observations), result.verdict.reason
    if reason is Reason.ALL_EQUAL:
        return _("{your_days} cannot tell: every rating is {rating}.")
    if reason is Reason.NOT_AT_THE_END_YET and not is_over(result):
        return _("{your_days} cannot tell yet: they are read once, at the end, in {needed_days}.")
    if reason is Reason.ONE_TREATMENT_RATED and is_over(result):
        return _("{your_days} could not tell: every rated day is with {rated}, and none with {unrated}.")
    if reason is Reason.ONE_TREATMENT_RATED and n_rated == 1:
        return _(
            "{your_days} cannot tell yet: the only rated day is with {rated}. It takes days with {unrated} to compare."
        )
    if reason is Reason.ONE_TREATMENT_RATED and n_rated == 2:
        return _(
            "{your_days} cannot tell yet: both rated days are with {rated}. It takes days with {unrated} to compare."
        )
    if reason is Reason.ONE_TREATMENT_RATED:
        return _(
            "{your_days} cannot tell yet: all {n_rated} rated days are with {rated}. "
            "It takes days with {unrated} to compare."
        )
    if is_over(result):
        return _("{your_days} could not tell, after {n_days}. That is an answer too.")
    if reason is Reason.TOO_FEW_DAYS and not n_rated:
        return _("{your_days} cannot tell yet: none is rated. A first look takes about {first_look_days}.")
    if reason is Reason.TOO_FEW_DAYS:
        return ngettext(
            "{your_days} cannot tell yet: {n_rated} rated day is too few. A first look takes about {first_look} more.",
            "{your_days} cannot tell yet: {n_rated} rated days are too few. "
            "A first look takes about {first_look} more.",
            n_rated,
        )
    if reason is Reason.TOO_FEW_PAIRS:
        return _(
            "{your_days} cannot tell yet: the treatments must take turns more often. "
            "A first look takes about {first_look} more days."
        )
    if result.verdict.still_needed > A_YEAR:
        return _("{your_days} cannot tell. It would probably take more than a year of them.")
    return _("{your_days} cannot tell yet. About {needed} more would probably do.")


def _cannot_tell_briefly(result: Result) -> str:
    needed, reason = result.verdict.still_needed, result.verdict.reason
    if reason is Reason.NOT_AT_THE_END_YET and not is_over(result):
        return _("cannot tell yet, {days} to the end").format(days=days(needed))
    if is_over(result):
        return _("could not tell, after {days}").format(days=days(result.observations.n_days))
    if reason is Reason.ALL_EQUAL:
        return _("cannot tell, every rating is the same")
    if reason is Reason.ONE_TREATMENT_RATED:
        rated = names(result)[0 if result.observations.rated[0] else 1]
        return _("cannot tell, only days with {rated}").format(rated=rated)
    if reason is Reason.TOO_FEW_DAYS:
        return _("cannot tell yet, too few days")
    if reason is Reason.TOO_FEW_PAIRS:
        return _("cannot tell yet, too few turns")
    if needed > A_YEAR:
        return _("cannot tell, more than a year to go")
    return _("cannot tell yet, about {days} to go").format(days=days(needed))
