"""What stands beside a finding: what could fool us, what would settle it, what was decided, how it was computed."""

from __future__ import annotations

from typing import Final

from pinprick.analysis.bare import direction_assumed, question_assumed, scale_assumed
from pinprick.analysis.checks import start_day_line
from pinprick.analysis.randomisation import LEAST_INFORMATIVE_PAIRS
from pinprick.analysis.single import Result
from pinprick.analysis.start_day import StartDayTest
from pinprick.analysis.verdict import Finding, Reason
from pinprick.report.days import unanswered
from pinprick.report.names import clean, day_month, days, exact, exact_points, outcome_name, sentence, verb_count
from pinprick.report.standing import (
    A_YEAR,
    can_be_drawn,
    days_to_first_look,
    difference_was_assumed,
    is_over,
    last_look_days,
    names,
    start_day_drawn,
    was_assumed,
    was_stopped,
)
from pinprick.trial.protocol import Mode, Question
from pinprick.words import _, ngettext

GOOD_PAIRS: Final = 6  # below it, changing more often is worth a hint
TOLD_ELSEWHERE: Final = frozenset({"few pairs to redraw", "model against redrawing"})  # in the line on redrawing


def fool(result: Result) -> tuple[str, ...]:
    """Tell what could fool us: the result's caveats, the gravest first, what redrawing says, and expectation.

    A caveat that repeats what another line says in full is shortened or left out.
    """
    said = []
    for caveat in result.caveats:
        if caveat.name == "followed" and result.as_done is not None:
            said.append(caveat.short)  # the rest stands in `size`, beside the estimate
        elif caveat.name not in TOLD_ELSEWHERE:
            said.append(caveat.sentence)
    named = {caveat.name: caveat for caveat in result.caveats}
    rated, empty = len(result.observations), sum(unanswered(result))
    if rated and empty and "missing by treatment" not in named:
        no_answer = ngettext(
            "{n} of {days} has no answer. That does no harm unless those days were unlike the others.",
            "{n} of {days} have no answer. That does no harm unless those days were unlike the others.",
            empty,
        )
        said.append(no_answer.format(n=empty, days=days(int((result.observations.assigned >= 0).sum()))))
    if result.randomisation.p is not None:
        differs = named.get("model against redrawing")
        said.append(f"{randomisation_line(result)} {differs.short if differs else ''}".strip())
    if rated:
        said.append(_("Whoever knew each day’s treatment may have rated what they hoped for."))
    return tuple(sentence(clean(text).replace("'", "’")) for text in said)  # a caveat holds names as written


def randomisation_line(result: Result) -> str:
    """Tell what redrawing the order by chance says, or why it says nothing."""
    test = result.randomisation
    if test.p is None:
        return test.refused
    if isinstance(test, StartDayTest):
        return _("{start_days} (exact).").format(start_days=start_day_line(test))
    if not test.informative:
        return ngettext(
            "With {n} pair redrawing the order by chance is not informative; it takes {enough}.",
            "With {n} pairs redrawing the order by chance is not informative; it takes {enough}.",
            test.n_pairs,
        ).format(n=test.n_pairs, enough=LEAST_INFORMATIVE_PAIRS)
    share = f"{100 * test.p:.1f}".removesuffix(".0") if test.p >= 0.001 else _("under 0.1")
    exactly = _("Redrawing the order by chance gives a gap this large in {share} of 100 tries (exact).")
    daily = _(
        "Redrawing the order by chance gives a gap this large in {share} of 100 tries (not corrected for daily looks)."
    )
    last, fixed = last_look_days(result), result.verdict.fixed_on
    if last is None:
        return exactly.format(share=share)
    looked_early = fixed is not None and (fixed - result.observations.first_day).days + 1 < last
    return (daily if looked_early or not is_over(result) else exactly).format(share=share)


def settle(result: Result) -> tuple[str, ...]:
    """Tell what would settle it: more days, more turns, a drawn order, a rating that moves."""
    said = _settle_the_finding(result)
    if result.finding is Finding.CANNOT_TELL and result.verdict.reason in (Reason.NOT_SURE_ENOUGH, None):
        if result.observations.n_pairs < GOOD_PAIRS and not start_day_drawn(result):
            said.append(_("Changing between the treatments more often tells more than the same days in long runs."))
        if sum(unanswered(result)) >= max(3, result.observations.n_days // 10):
            said.append(_("An answer on every day, bad ones too."))
    if result.trial.schedule.randomised is False:
        said.append(_("Next time let chance draw the order: a coin for each pair of turns will do."))
    elif result.trial.schedule.randomised is None:
        said.append(_("Write down who or what chose the order. If chance did, that doubt is gone."))
    return tuple(said)


def _settle_the_finding(result: Result) -> list[str]:
    first, second = names(result)
    o, needed, reason = result.observations, result.verdict.still_needed, result.verdict.reason
    if result.finding is not Finding.CANNOT_TELL:
        return [_("By the rule this is settled. More days would only sharpen the size.")]
    if reason is Reason.ALL_EQUAL:
        return [
            _("A rating that moves: a finer scale, or the worst hour of the day instead of the whole day."),
            _("Rating the full scale helps, from {low} to {high}.").format(
                low=exact(o.outcome.low), high=exact(o.outcome.high)
            ),
        ]
    if was_stopped(result):
        return [_a_new_trial(result)]
    if reason is Reason.NOT_AT_THE_END_YET:
        said = _("Rating every day to the end of the plan, {days} more. There is no earlier look.")
        return [said.format(days=days(needed))]
    if reason is Reason.ONE_TREATMENT_RATED and not is_over(result):
        return [_("Days with {treatment}, in turns with the others.").format(treatment=second if o.rated[0] else first)]
    if is_over(result):
        return [
            _("Not more days of this trial: going on past its end would raise the chance of a false answer."),
            _("A new trial could ask for a larger difference, or take more days from the start."),
        ]
    if reason in (Reason.TOO_FEW_DAYS, Reason.TOO_FEW_PAIRS):
        look = days_to_first_look(result)
        if reason is Reason.TOO_FEW_PAIRS:
            turns = _("Shorter turns: let {first} and {second} change at least four times.")
            told = [turns.format(first=first, second=second)]
        else:
            told = [_("About {days} more for a first look, with both treatments in turns.").format(days=days(look))]
        if result.effect is not None and needed > A_YEAR:
            told.append(_("An answer may take more than a year."))
        elif result.effect is not None and needed > look:
            told.append(_("An answer may take about {days} more.").format(days=days(needed)))
        return told
    if needed > A_YEAR:
        return [
            _("More days alone would take over a year."),
            _("Asking for a larger difference needs fewer, and so does a rating that varies less."),
        ]
    told = [_("About {days} more, in turns as before.").format(days=days(needed))]
    last = last_look_days(result)
    if last is not None and last - o.n_days < needed:
        too_soon = _("The plan ends after {n} more, so it may end without an answer.")
        told.append(too_soon.format(n=last - o.n_days))
    return told


def _a_new_trial(result: Result) -> str:
    """What could still be done where a trial was stopped: with about how many days, if these can say."""
    o, needed = result.observations, result.verdict.still_needed
    whole = o.n_days + max(needed, days_to_first_look(result))
    if result.effect is None or start_day_drawn(result) or whole > A_YEAR:
        return _("A new trial, if you still want to know. This one does not go on.")
    said = _("A new trial, if you still want to know. With days like these it would take about {days}.")
    return said.format(days=days(whole))


def decided(result: Result) -> tuple[str, ...]:
    """Tell what was decided, and what had to be assumed: what is asked, the errors allowed, when it was looked.

    Each item is a short paragraph. An assumption takes the place of the sentence it stands in for.
    """
    assumed = [sentence(clean(assumption)) for assumption in result.assumptions]
    parts = (_asked(result), assumed, _allowed(result), _looked(result))
    return tuple(" ".join(part) for part in parts if part)


def _asked(result: Result) -> list[str]:
    first, second = names(result)
    outcome = result.outcome
    name = outcome_name(outcome.name)
    said = []
    if result.question is Question.AGAINST_CONTROL:
        helps = ngettext(
            "The question: does {first} help with {outcome}, compared with {second}?",
            "The question: do {first} help with {outcome}, compared with {second}?",
            verb_count(first),
        )
        said.append(helps.format(first=first, second=second, outcome=name))
    elif not was_assumed(result, question_assumed()):
        which = _("The question: which of {first} and {second} is better for {outcome}?")
        said.append(which.format(first=first, second=second, outcome=name))
    if not was_assumed(result, direction_assumed(outcome.name)):
        better = _("Less {outcome} is better.") if outcome.lower_is_better else _("More {outcome} is better.")
        said.append(better.format(outcome=name))
    if not was_assumed(result, scale_assumed(outcome.low, outcome.high)):
        scale = _("The scale runs from {low} to {high}.")
        said.append(scale.format(low=exact(outcome.low), high=exact(outcome.high)))
    if not difference_was_assumed(result):
        smallest = _("The smallest difference that matters is {size}.")
        said.append(smallest.format(size=exact_points(outcome.smallest_difference)))
    return said


def _allowed(result: Result) -> list[str]:
    first, second = names(result)
    rule = result.verdict.thresholds
    said = [
        _("If nothing differs, at most {n} of 100 such trials call {first} better, and as many {second}.").format(
            n=exact(100 * rule.claim_error), first=first, second=second
        ),
        _("If a difference matters, at most {n} of 100 call it too small.").format(n=exact(100 * rule.third_error)),
    ]
    if result.trial.protocol.mode is Mode.STRICT:
        said.append(_("Strict mode asks for more proof where days hang together strongly."))
    return said


def _looked(result: Result) -> list[str]:
    washout, last = result.trial.protocol.washout_days, last_look_days(result)
    said = []
    if washout:
        not_counted = (
            _("The first {days} of each turn did not count.")
            if washout > 1
            else _("The first day of each turn did not count.")
        )
        said.append(not_counted.format(days=days(washout)))
    outside = dict(result.observations.dropped).get("outside every period", 0)
    if outside:
        left_out = ngettext(
            "{n} day outside every turn was left out.", "{n} days outside every turn were left out.", outside
        )
        said.append(left_out.format(n=outside))
    if start_day_drawn(result) and last is not None:
        n = len(result.trial.schedule.start_days)
        picked = _("Chance picked the day of the switch from {n}.") if n else _("Chance picks the day of the switch.")
        once = _(
            "There is one look, at the end of {days}. Better and worse need two proofs there: "
            "the bar of the model, and a day that stands out among all that could have been picked."
        )
        said += [picked.format(n=n), once.format(days=days(last))]
        if result.verdict.fixed_on is not None:
            said.append(_("Ratings given later can change the size, not the finding."))
        return said
    if last is None:
        return [*said, _("There was one look, at all days together.")]
    said.append(_("The trial takes at most {days} of the two, with a look every day.").format(days=days(last)))
    if result.verdict.fixed_on is not None:
        fixed = _("The finding was fixed on {day}. Later days can change the size, not the finding.")
        said.append(fixed.format(day=day_month(result.verdict.fixed_on, year=True)))
    return said


def method(result: Result) -> tuple[str, ...]:
    """Tell in four sentences how it was computed."""
    drawn = (
        _("The 50 possible answers are equally likely, given all that.")
        if can_be_drawn(result)
        else _("Answers are told as chances, given all that.")
    )
    return (
        _(
            "Each rating is read as a usual level, a slow drift, the day’s treatment, "
            "and what a day hands on to the next."
        ),
        _("How large each part is comes from the diary itself; the starting assumptions favour neither treatment."),
        drawn,
        _("The bar for a finding was set beforehand on simulated trials, so that the stated errors hold."),
    )
