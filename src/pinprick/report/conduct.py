"""Words for the days of a trial: today, a check-in, how far it has come, and what stands beside the answer.

Nothing here can tell which way a sealed trial leans: the functions take progress and days, never an effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pinprick.report.names import clean, days, sentence
from pinprick.trial.agenda import Agenda, Due
from pinprick.trial.conduct import Conduct, Phase, Written
from pinprick.trial.fold import Rated
from pinprick.trial.plan import Arm, Asked, Plan, StartDay
from pinprick.trial.safety import TOO_PAINFUL
from pinprick.trial.safety_rules import LadderStep, StopAction, stop_rule
from pinprick.trial.table import day_name

if TYPE_CHECKING:
    from pinprick.analysis.reading import Progress
    from pinprick.analysis.single import Result

RATED: Final = "●"
MISSED: Final = "╵"  # look.md: a day without an answer is a short upright tick, not a hole
TO_COME: Final = "·"
A_ROW: Final = 7


def agenda_lines(conduct: Conduct, todays: Agenda, day: date) -> list[str]:
    """What a day holds, or what keeps it from being done."""
    gate, arm = todays.gate, todays.arm
    if todays.due is Due.TREATMENT and gate is not None and arm is not None:
        if gate.open:
            return todays_treatment(arm, conduct, day, gate.step)
        return [gate.why, gate.what_to_do, "You can still rate the day."]
    if todays.due is Due.BUILD_UP and gate is not None:
        if gate.open:
            return rung_lines(conduct.rung, with_cloth=conduct.safety.needs_cloth)
        return [gate.why, gate.what_to_do]
    if todays.due is Due.START and gate is not None:
        if gate.open:
            return ["You may start: pinprick start draws the order."]
        return ["The build-up is done.", gate.why, gate.what_to_do]
    return waiting_lines(conduct, conduct.phase(day), day)


def treatment_dict(arm: Arm) -> dict[str, Any]:
    """A day's treatment as the ``--json`` of `pinprick today` has it."""
    return {
        "name": arm.name,
        "label": arm.label,
        "what_to_do": arm.what_to_do,
        "minutes": arm.minutes,
        "set_up": arm.set_up,
        "when": arm.when,
    }


def todays_treatment(arm: Arm, conduct: Conduct, day: date, step: LadderStep | None) -> list[str]:
    """Today's treatment, and nothing about any other day; fewer minutes where a safety rule stepped down."""
    stepped_down = step is not None and step.minutes < arm.minutes
    minutes = step.minutes if step is not None and stepped_down else arm.minutes
    lines = [f"Today, {day_name(day)}: {clean(arm.label)}{f', {minutes} minutes' if minutes else ''}."]
    if stepped_down:
        lines.append("Fewer minutes than planned, because the mat was too much. It builds up again.")
    if step is not None and conduct.safety.needs_cloth:
        lines.append("Keep cloth between you and the spikes.")
    lines += [clean(words) for words in (arm.what_to_do, arm.set_up, arm.when) if words]
    lines.append(question_for(conduct.plan))
    lines.append(f"Day {conduct.day_number(day)} of at most {conduct.plan.n_days}.")
    return lines


def question_for(plan: Plan) -> str:
    """When to rate, and the question."""
    rating = plan.primary
    when = "Tomorrow morning" if rating.asked is Asked.NEXT_MORNING else "This evening"
    ends = (
        f" {rating.outcome.low:g} is {rating.low_means}, {rating.outcome.high:g} is {rating.high_means}."
        if rating.low_means and rating.high_means
        else ""
    )
    return f"{when}, rate: {clean(rating.question)}{ends}"


def rung_lines(rung: LadderStep, *, with_cloth: bool) -> list[str]:
    """The step of the build-up."""
    lines = [f"Building up, step {rung.step}: {rung.minutes} minutes. Layer: {rung.layer}. Lie on: {rung.surface}."]
    if with_cloth:
        lines.append("Keep cloth between you and the spikes.")
    if rung.note:
        lines.append(clean(rung.note))
    lines.append("Afterwards write down how hard it pricked at its worst, 0 to 10: pinprick rate --prick NUMBER.")
    return lines


def built_lines(conduct: Conduct, prick: float) -> list[str]:
    """What follows from a session of the build-up."""
    if prick >= TOO_PAINFUL:
        return ["Written down. That was too much, so the next session is a step lower. Stop whenever it hurts."]
    if conduct.built_up:
        return ["Written down. The build-up is done. Next: answer the safety questions again, then pinprick start."]
    rung = conduct.rung
    return [f"Written down. Next time: step {rung.step}, {rung.minutes} minutes."]


STOP_WORDS: Final = {
    StopAction.STOP_MAT: "Leave the mat until your skin has healed. Then say so: pinprick resume --healed.",
    StopAction.PAUSE: "No mat today and tomorrow. Then go on one step lower, with cloth.",
    StopAction.STEP_DOWN: "No more mat today. Tomorrow, go on one step lower.",
    StopAction.STOP_MAT_AND_ASK: "Leave the mat and ask a doctor or nurse. If they say yes: pinprick resume --cleared.",
    StopAction.STOP_TRIAL: "The trial stops here. Please get medical help.",
    StopAction.SUPPORT_AND_ASK: "Please talk to a doctor or nurse before you go on. Then: pinprick resume --cleared.",
}


def stop_lines(name: str) -> list[str]:
    """What a safety rule that has just been met asks for."""
    rule = stop_rule(name)
    return [f"Written down: {rule.trigger[:1].lower()}{rule.trigger[1:]}.", STOP_WORDS[rule.action], clean(rule.resume)]


def waiting_lines(conduct: Conduct, phase: Phase, today: date) -> list[str]:
    """What to say where there is no treatment today."""
    if phase is Phase.DRAFT:
        return ["The safety questions come first: pinprick screen."]
    if phase is Phase.PAUSED:
        return [
            f"The trial has been paused since {day_name(conduct.pauses[-1].first_day)}.",
            "It goes on where it was left: pinprick resume.",
        ]
    if phase is Phase.STOPPED and conduct.stopped:
        return [f"The trial was stopped on {day_name(conduct.stopped[0])}.", "What can be said: pinprick verdict."]
    if phase is Phase.FINISHED:
        return [f"The trial ended on {day_name(conduct.last_day)}. The answer: pinprick verdict."]
    if phase is Phase.REVEALED:
        return ["The trial has ended and its answer is known: pinprick verdict."]
    if conduct.first_day and today < conduct.first_day:
        return [f"The trial starts on {day_name(conduct.first_day, year=True)}. There is nothing to do today."]
    return ["There is no treatment today."]


def rated_lines(written: Written, rated: Rated, plan: Plan) -> list[str]:
    """What became of a check-in."""
    values = ", ".join(
        f"{clean(rating.name.replace('_', ' '))} {rated.ratings[rating.name]:g}"
        for rating in plan.ratings
        if rating.name in rated.ratings
    )
    values += "" if rated.done is None else (", done" if rated.done else ", not done")
    values += "" if rated.minutes is None else f", {rated.minutes:g} minutes"
    said = values.removeprefix(", ") or "a note"
    what = {
        Written.NEW: "Written",
        Written.SAME: "Written already, and nothing was changed",
        Written.CORRECTED: "Corrected, and the old answer is kept",
    }[written]
    lines = [f"{what}. {day_name(rated.day)}: {said}."]
    if rated.late:
        lines.append("It came late, and is marked so.")
    return lines


def progress_lines(conduct: Conduct, now: Progress, phase: Phase, today: date) -> list[str]:
    """How far a sealed trial has come."""
    if phase in (Phase.DRAFT, Phase.SCREENED) or now.days_done == 0:
        return waiting_lines(conduct, phase, today)
    lines = [f"{days(now.days_done)} done, {now.days_rated} rated. At most {days(now.days_at_most)} to come."]
    if now.days_missing:
        lines.append(
            f"{days(now.days_missing)} {'has' if now.days_missing == 1 else 'have'} no rating. That does no harm, "
            "unless days are left out because they were bad."
        )
    if isinstance(conduct.plan.design, StartDay):
        lines.append("This kind of trial is read once, at its end. Until then there is nothing to see.")
        return lines
    lines.append(
        f"About {round(100 * now.answered)} of 100 parts of the question are answered. "
        "This says how much is known, not which way it leans."
    )
    if phase in (Phase.RUNNING, Phase.PAUSED):
        lines.append(
            f"About {days(now.days_left)} more would probably settle it."
            if now.answered
            else "It is too early to say how many more days would settle it."
        )
        lines.append("Whether there is an answer yet, any day: pinprick verdict.")
    return lines


def thread(conduct: Conduct, today: date) -> list[str]:
    """The days so far as a thread, a week a row: rated, not rated, still to come."""
    lived = [day for day in conduct.scheduled_days if day <= today]
    if not lived:
        return []
    primary = conduct.plan.primary.name
    marks = []
    for day in lived:
        version = conduct.rated(day)
        is_rated = version is not None and primary in version.ratings
        marks.append(RATED if is_rated else MISSED if conduct.due_on(day) < today else TO_COME)
    rows = [f"{day_name(lived[i]):>12}  {' '.join(marks[i : i + A_ROW])}" for i in range(0, len(lived), A_ROW)]
    return [*rows, f"{'':>12}  {RATED} rated  {MISSED} not rated"]


def not_yet_lines(conduct: Conduct, now: Progress) -> list[str]:
    """A verdict before the rule has fired."""
    lines = ["Not yet. The days so far cannot settle it."]
    if isinstance(conduct.plan.design, StartDay):
        lines.append(f"It is read at its end, in {days(now.days_at_most)}.")
    else:
        about = f"About {days(now.days_left)} more would probably do. " if now.answered else ""
        lines.append(f"{about}At most {days(now.days_at_most)} are to come.")
    lines.append("Which way it leans stays sealed until there is an answer, so that it cannot sway how you rate.")
    return lines


def belief_lines(conduct: Conduct) -> list[str]:
    """What was believed before the first day and before the reveal."""
    plan, lines = conduct.plan, []
    belief = conduct.start.get("belief", {})
    expectation = belief.get("expectation") or {}
    if expectation:
        said = " and ".join(f"{value:g} of 10 of {_called(plan, name)}" for name, value in expectation.items())
        lines.append(f"Before the first day you expected {said}.")
    if belief.get("choice_today"):
        lines.append(f"Without data you would have gone on with {_called(plan, belief['choice_today'])}.")
    after = conduct.belief_after or {}
    if after.get("guess"):
        lines.append(f"Before the answer you guessed that {_called(plan, after['guess'])} did better.")
    if after.get("preference"):
        lines.append(f"You wanted to go on with {_called(plan, after['preference'])}, whatever the answer.")
    return lines


def _called(plan: Plan, name: str) -> str:
    return "neither" if name == "neither" else clean(plan.arm(name).label)


def other_contrasts(others: Sequence[Any], plan: Plan) -> list[str]:
    """The other pairs of treatments: sizes alone, because only the first pair carries the error."""
    lines = []
    for other in others:
        first, second = other.observations.treatments
        names = f"{_called(plan, first)} against {_called(plan, second)}"
        if other.effect is None:
            lines.append(f"{sentence(names)}: too few rated days to say.")
            continue
        effect = other.effect
        lines.append(
            f"{sentence(names)}: {effect.mean:+.1f} points ({effect.low:+.1f} to {effect.high:+.1f}); "
            "plus means that the first did better. This pair carries no guarantee."
        )
    return lines


FINDING_WORDS: Final = {
    "better": "better",
    "worse": "worse",
    "no_worthwhile_benefit": "no worthwhile benefit",
    "no_difference_that_matters": "no difference that matters",
    "cannot_tell": "the days could not tell",
}


def sequence_lines(conduct: Conduct, result: Result) -> list[str]:
    """The findings of a sequence side by side, each by its own rule; none of it compares the two directly."""
    before = (conduct.sequence or {}).get("before")
    if not before or conduct.revealed is None:
        return []
    return [
        f"Side by side: {before['protocol']}, {FINDING_WORDS[before['finding']]}; {conduct.plan.name}, "
        f"{FINDING_WORDS[result.finding.value]}. Each was judged by its own rule, and nobody drew which came first.",
    ]


def verification_lines(checks: Sequence[Any]) -> list[str]:
    """One line a check."""
    marks: Mapping[bool | None, str] = {True: "holds", False: "FAILS", None: "open"}
    return [f"- {marks[check.holds]}: {check.sentence}" for check in checks]
