"""What stands beside a finding: what could fool us, what would settle it, what was decided, how it was computed."""

from __future__ import annotations

from typing import Final

from pinprick.analysis.checks import start_day_line
from pinprick.analysis.randomisation import LEAST_INFORMATIVE_PAIRS
from pinprick.analysis.single import Result
from pinprick.analysis.start_day import StartDayTest
from pinprick.analysis.verdict import Finding, Reason
from pinprick.report.days import unanswered
from pinprick.report.names import clean, day_month, days, exact, exact_points, is_plural, outcome_name, sentence
from pinprick.report.standing import (
    A_YEAR,
    can_be_drawn,
    days_to_first_look,
    is_over,
    last_look_days,
    names,
    start_day_drawn,
    was_assumed,
    was_stopped,
)
from pinprick.trial.protocol import Mode, Question

GOOD_PAIRS: Final = 6  # below it, changing more often is worth a hint
TOLD_ELSEWHERE: Final = frozenset({"few pairs to redraw", "model against redrawing"})  # in the line on redrawing


def fool(result: Result) -> tuple[str, ...]:
    """Tell what could fool us: the result's caveats, the gravest first, what redrawing says, and expectation.

    A caveat that repeats what another line says in full is shortened or left out.
    """
    said = []
    for caveat in result.caveats:
        if caveat.name == "followed" and result.as_done is not None:
            said.append(caveat.sentence.partition(". ")[0] + ".")  # the rest stands in `size`, beside the estimate
        elif caveat.name not in TOLD_ELSEWHERE:
            said.append(caveat.sentence)
    named = {caveat.name: caveat.sentence for caveat in result.caveats}
    rated, empty = len(result.observations), sum(unanswered(result))
    if rated and empty and "missing by treatment" not in named:
        n, have = int((result.observations.assigned >= 0).sum()), "has" if empty == 1 else "have"
        said.append(
            f"{empty} of {days(n)} {have} no answer. That does no harm unless those days were unlike the others."
        )
    if result.randomisation.p is not None:
        differs = named.get("model against redrawing", "").rpartition(". ")[2]
        said.append(f"{randomisation_line(result)} {differs}".strip())
    if rated:
        said.append("Whoever knew each day’s treatment may have rated what they hoped for.")
    return tuple(sentence(clean(text).replace("'", "’")) for text in said)  # a caveat holds names as written


def randomisation_line(result: Result) -> str:
    """Tell what redrawing the order by chance says, or why it says nothing."""
    test = result.randomisation
    if test.p is None:
        return test.refused
    if isinstance(test, StartDayTest):
        return f"{start_day_line(test)} (exact)."
    if not test.informative:
        pairs = "1 pair" if test.n_pairs == 1 else f"{test.n_pairs} pairs"
        return f"With {pairs} redrawing the order by chance is not informative; it takes {LEAST_INFORMATIVE_PAIRS}."
    share = f"{100 * test.p:.1f}".removesuffix(".0") if test.p >= 0.001 else "under 0.1"
    gap = f"Redrawing the order by chance gives a gap this large in {share} of 100 tries"
    last, fixed = last_look_days(result), result.verdict.fixed_on
    if last is None:
        return f"{gap} (exact)."
    looked_early = fixed is not None and (fixed - result.observations.first_day).days + 1 < last
    return f"{gap} (not corrected for daily looks)." if looked_early or not is_over(result) else f"{gap} (exact)."


def settle(result: Result) -> tuple[str, ...]:
    """Tell what would settle it: more days, more turns, a drawn order, a rating that moves."""
    said = _settle_the_finding(result)
    if result.finding is Finding.CANNOT_TELL and result.verdict.reason in (Reason.NOT_SURE_ENOUGH, None):
        if result.observations.n_pairs < GOOD_PAIRS and not start_day_drawn(result):
            said.append("Changing between the treatments more often tells more than the same days in long runs.")
        if sum(unanswered(result)) >= max(3, result.observations.n_days // 10):
            said.append("An answer on every day, bad ones too.")
    if result.trial.schedule.randomised is False:
        said.append("Next time let chance draw the order: a coin for each pair of turns will do.")
    elif result.trial.schedule.randomised is None:
        said.append("Write down who or what chose the order. If chance did, that doubt is gone.")
    return tuple(said)


def _settle_the_finding(result: Result) -> list[str]:
    first, second = names(result)
    o, needed, reason = result.observations, result.verdict.still_needed, result.verdict.reason
    if result.finding is not Finding.CANNOT_TELL:
        return ["By the rule this is settled. More days would only sharpen the size."]
    if reason is Reason.ALL_EQUAL:
        return [
            "A rating that moves: a finer scale, or the worst hour of the day instead of the whole day.",
            f"Rating the full scale helps, from {exact(o.outcome.low)} to {exact(o.outcome.high)}.",
        ]
    if was_stopped(result):
        return [_a_new_trial(result)]
    if reason is Reason.NOT_AT_THE_END_YET:
        return [f"Rating every day to the end of the plan, {days(needed)} more. There is no earlier look."]
    if reason is Reason.ONE_TREATMENT_RATED and not is_over(result):
        return [f"Days with {second if o.rated[0] else first}, in turns with the others."]
    if is_over(result):
        return [
            "Not more days of this trial: going on past its end would raise the chance of a false answer.",
            "A new trial could ask for a larger difference, or take more days from the start.",
        ]
    if reason in (Reason.TOO_FEW_DAYS, Reason.TOO_FEW_PAIRS):
        look = days_to_first_look(result)
        said = [f"About {days(look)} more for a first look, with both treatments in turns."]
        if reason is Reason.TOO_FEW_PAIRS:
            said = [f"Shorter turns: let {first} and {second} change at least four times."]
        if result.effect is not None and needed > look:
            said.append(
                f"An answer may take {'more than a year' if needed > A_YEAR else f'about {days(needed)} more'}."
            )
        return said
    if needed > A_YEAR:
        return [
            "More days alone would take over a year.",
            "Asking for a larger difference needs fewer, and so does a rating that varies less.",
        ]
    said = [f"About {days(needed)} more, in turns as before."]
    last = last_look_days(result)
    if last is not None and last - o.n_days < needed:
        said.append(f"The plan ends after {last - o.n_days} more, so it may end without an answer.")
    return said


def _a_new_trial(result: Result) -> str:
    """What could still be done where a trial was stopped: with about how many days, if these can say."""
    o, needed = result.observations, result.verdict.still_needed
    whole = o.n_days + max(needed, days_to_first_look(result))
    if result.effect is None or start_day_drawn(result) or whole > A_YEAR:
        return "A new trial, if you still want to know. This one does not go on."
    return f"A new trial, if you still want to know. With days like these it would take about {days(whole)}."


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
        does = "do" if is_plural(first) else "does"
        said.append(f"The question: {does} {first} help with {name}, compared with {second}?")
    elif not was_assumed(result, "The question"):
        said.append(f"The question: which of {first} and {second} is better for {name}?")
    if not any(" taken as better" in assumption for assumption in result.assumptions):
        said.append(f"{'Less' if outcome.lower_is_better else 'More'} {name} is better.")
    if not was_assumed(result, "The scale"):
        said.append(f"The scale runs from {exact(outcome.low)} to {exact(outcome.high)}.")
    if not was_assumed(result, "The smallest difference"):
        said.append(f"The smallest difference that matters is {exact_points(outcome.smallest_difference)}.")
    return said


def _allowed(result: Result) -> list[str]:
    first, second = names(result)
    rule = result.verdict.thresholds
    said = [
        f"If nothing differs, at most {exact(100 * rule.claim_error)} of 100 such trials call {first} better, "
        f"and as many {second}.",
        f"If a difference matters, at most {exact(100 * rule.third_error)} of 100 call it too small.",
    ]
    if result.trial.protocol.mode is Mode.STRICT:
        said.append("Strict mode asks for more proof where days hang together strongly.")
    return said


def _looked(result: Result) -> list[str]:
    washout, last = result.trial.protocol.washout_days, last_look_days(result)
    said = [f"The first {days(washout) if washout > 1 else 'day'} of each turn did not count."] if washout else []
    outside = dict(result.observations.dropped).get("outside every period", 0)
    if outside:
        said.append(f"{days(outside)} outside every turn {'was' if outside == 1 else 'were'} left out.")
    if start_day_drawn(result) and last is not None:
        n = len(result.trial.schedule.start_days)
        said += [
            f"Chance picked the day of the switch from {n}." if n else "Chance picks the day of the switch.",
            f"There is one look, at the end of {days(last)}. Better and worse need two proofs there: "
            "the bar of the model, and a day that stands out among all that could have been picked.",
        ]
        if result.verdict.fixed_on is not None:
            said.append("Ratings given later can change the size, not the finding.")
        return said
    if last is None:
        return [*said, "There was one look, at all days together."]
    said.append(f"The trial takes at most {days(last)} of the two, with a look every day.")
    if result.verdict.fixed_on is not None:
        on = day_month(result.verdict.fixed_on, year=True)
        said.append(f"The finding was fixed on {on}. Later days can change the size, not the finding.")
    return said


def method(result: Result) -> tuple[str, ...]:
    """Tell in four sentences how it was computed."""
    drawn = "The 50 possible answers are equally likely" if can_be_drawn(result) else "Answers are told as chances"
    return (
        "Each rating is read as a usual level, a slow drift, the day’s treatment, and what a day hands on to the next.",
        "How large each part is comes from the diary itself; the starting assumptions favour neither treatment.",
        f"{drawn}, given all that.",
        "The bar for a finding was set beforehand on simulated trials, so that the stated errors hold.",
    )
