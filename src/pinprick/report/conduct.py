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
from pinprick.words import _, mark, ngettext

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
            return todays_treatment(conduct, todays, day)
        return [gate.why, gate.what_to_do, _("You can still rate the day.")]
    if todays.due is Due.BUILD_UP and gate is not None:
        if gate.open:
            return rung_lines(conduct.rung, with_cloth=conduct.safety.needs_cloth)
        return [gate.why, gate.what_to_do]
    if todays.due is Due.START and gate is not None:
        if gate.open:
            return [_("You may start: pinprick start draws the order.")]
        return [_("The build-up is done."), gate.why, gate.what_to_do]
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


def todays_treatment(conduct: Conduct, todays: Agenda, day: date) -> list[str]:
    """Today's treatment, and nothing about any other day; fewer minutes where a safety rule stepped down."""
    arm, minutes = todays.arm, todays.minutes
    if arm is None:
        return []
    today = _("Today, {day}: {treatment}, {minutes} minutes.") if minutes else _("Today, {day}: {treatment}.")
    lines = [today.format(day=day_name(day), treatment=clean(_(arm.label)), minutes=minutes)]
    if todays.is_stepped_down:
        lines.append(_("Fewer minutes than planned, because the mat was too much. It builds up again."))
    if arm.on_the_mat and conduct.safety.needs_cloth:
        lines.append(_("Keep cloth between you and the spikes."))
    lines += [clean(_(words)) for words in (arm.what_to_do, arm.set_up, arm.when) if words]
    lines.append(question_for(conduct.plan))
    number = _("Day {n} of at most {most}.")
    lines.append(number.format(n=conduct.day_number(day), most=conduct.plan.n_days))
    return lines


def question_for(plan: Plan) -> str:
    """When to rate, and the question."""
    rating = plan.primary
    rate = (
        _("Tomorrow morning, rate: {question}")
        if rating.asked is Asked.NEXT_MORNING
        else _("This evening, rate: {question}")
    )
    said = rate.format(question=clean(_(rating.question)))
    if not (rating.low_means and rating.high_means):
        return said
    ends = _("{low} is {low_means}, {high} is {high_means}.").format(
        low=f"{rating.outcome.low:g}",
        low_means=_(rating.low_means),
        high=f"{rating.outcome.high:g}",
        high_means=_(rating.high_means),
    )
    return f"{said} {ends}"


def rung_lines(rung: LadderStep, *, with_cloth: bool) -> list[str]:
    """The step of the build-up."""
    rung_now = _("Building up, step {step}: {minutes} minutes. Layer: {layer}. Lie on: {surface}.")
    lines = [
        rung_now.format(step=rung.step, minutes=rung.minutes, layer=_(rung.layer), surface=_(rung.surface)),
    ]
    if with_cloth:
        lines.append(_("Keep cloth between you and the spikes."))
    if rung.note:
        lines.append(clean(_(rung.note)))
    lines.append(_("Afterwards write down how hard it pricked at its worst, 0 to 10: pinprick rate --prick NUMBER."))
    return lines


def built_lines(conduct: Conduct, prick: float) -> list[str]:
    """What follows from a session of the build-up."""
    if prick >= TOO_PAINFUL:
        return [_("Written down. That was too much, so the next session is a step lower. Stop whenever it hurts.")]
    if conduct.built_up:
        return [_("Written down. The build-up is done. Next: answer the safety questions again, then pinprick start.")]
    rung = conduct.rung
    next_time = _("Written down. Next time: step {step}, {minutes} minutes.")
    return [next_time.format(step=rung.step, minutes=rung.minutes)]


STOP_WORDS: Final = {
    StopAction.STOP_MAT: mark("Leave the mat until your skin has healed. Then say so: pinprick resume --healed."),
    StopAction.PAUSE: mark("No mat today and tomorrow. Then go on one step lower, with cloth."),
    StopAction.STEP_DOWN: mark("No more mat today. Tomorrow, go on one step lower."),
    StopAction.STOP_MAT_AND_ASK: mark(
        "Leave the mat and ask a doctor or nurse. If they say yes: pinprick resume --cleared."
    ),
    StopAction.STOP_TRIAL: mark("The trial stops here. Please get medical help."),
    StopAction.SUPPORT_AND_ASK: mark(
        "Please talk to a doctor or nurse before you go on. Then: pinprick resume --cleared."
    ),
}


def stop_lines(name: str) -> list[str]:
    """What a safety rule that has just been met asks for."""
    rule = stop_rule(name)
    trigger = _(rule.trigger)
    written_down = _("Written down: {trigger}.").format(trigger=f"{trigger[:1].lower()}{trigger[1:]}")
    return [written_down, _(STOP_WORDS[rule.action]), clean(_(rule.resume))]


def waiting_lines(conduct: Conduct, phase: Phase, today: date) -> list[str]:
    """What to say where there is no treatment today."""
    if phase is Phase.DRAFT:
        return [_("The safety questions come first: pinprick screen.")]
    if phase is Phase.PAUSED:
        return [
            _("The trial has been paused since {day}.").format(day=day_name(conduct.pauses[-1].first_day)),
            _("It goes on where it was left: pinprick resume."),
        ]
    if phase is Phase.STOPPED and conduct.stopped:
        stopped = _("The trial was stopped on {day}.").format(day=day_name(conduct.stopped[0]))
        return [stopped, _("What can be said: pinprick verdict.")]
    if phase is Phase.FINISHED:
        ended = _("The trial ended on {day}. The answer: pinprick verdict.")
        return [ended.format(day=day_name(conduct.last_day))]
    if phase is Phase.REVEALED:
        return [_("The trial has ended and its answer is known: pinprick verdict.")]
    if conduct.first_day and today < conduct.first_day:
        starts = _("The trial starts on {day}. There is nothing to do today.")
        return [starts.format(day=day_name(conduct.first_day, year=True))]
    return [_("There is no treatment today.")]


def rated_lines(written: Written, rated: Rated, plan: Plan) -> list[str]:
    """What became of a check-in."""
    values = [
        f"{clean(rating.name.replace('_', ' '))} {rated.ratings[rating.name]:g}"
        for rating in plan.ratings
        if rating.name in rated.ratings
    ]
    if rated.done is not None:
        values.append(_("done") if rated.done else _("not done"))
    if rated.minutes is not None:
        values.append(_("{minutes} minutes").format(minutes=f"{rated.minutes:g}"))
    what = {
        Written.NEW: _("Written. {day}: {values}."),
        Written.SAME: _("Written already, and nothing was changed. {day}: {values}."),
        Written.CORRECTED: _("Corrected, and the old answer is kept. {day}: {values}."),
    }[written]
    lines = [what.format(day=day_name(rated.day), values=", ".join(values) or _("a note"))]
    if rated.late:
        lines.append(_("It came late, and is marked so."))
    return lines


def progress_lines(conduct: Conduct, now: Progress, phase: Phase, today: date) -> list[str]:
    """How far a sealed trial has come."""
    if phase in (Phase.DRAFT, Phase.SCREENED) or now.days_done == 0:
        return waiting_lines(conduct, phase, today)
    so_far = _("{done} done, {rated} rated. At most {to_come} to come.")
    lines = [so_far.format(done=days(now.days_done), rated=now.days_rated, to_come=days(now.days_at_most))]
    if now.days_missing:
        missing = ngettext(
            "{n} day has no rating. That does no harm, unless days are left out because they were bad.",
            "{n} days have no rating. That does no harm, unless days are left out because they were bad.",
            now.days_missing,
        )
        lines.append(missing.format(n=now.days_missing))
    if isinstance(conduct.plan.design, StartDay):
        lines.append(_("This kind of trial is read once, at its end. Until then there is nothing to see."))
        return lines
    answered = _(
        "About {n} of 100 parts of the question are answered. This says how much is known, not which way it leans."
    )
    lines.append(answered.format(n=round(100 * now.answered)))
    if phase in (Phase.RUNNING, Phase.PAUSED):
        lines.append(
            _("About {days} more would probably settle it.").format(days=days(now.days_left))
            if now.answered
            else _("It is too early to say how many more days would settle it.")
        )
        lines.append(_("Whether there is an answer yet, any day: pinprick verdict."))
    return lines


def thread(conduct: Conduct, today: date) -> list[str]:
    """The days so far as a thread, a week a row: rated, not rated, still to come."""
    lived = [day for day in conduct.scheduled_days if day <= today]
    if not lived:
        return []
    marks = [RATED if conduct.is_rated(day) else MISSED if conduct.due_on(day) < today else TO_COME for day in lived]
    rows = [f"{day_name(lived[i]):>12}  {' '.join(marks[i : i + A_ROW])}" for i in range(0, len(lived), A_ROW)]
    key = _("{rated_mark} rated  {missed_mark} not rated").format(rated_mark=RATED, missed_mark=MISSED)
    return [*rows, f"{'':>12}  {key}"]


def not_yet_lines(conduct: Conduct, now: Progress) -> list[str]:
    """A verdict before the rule has fired."""
    lines = [_("Not yet. The days so far cannot settle it.")]
    if isinstance(conduct.plan.design, StartDay):
        lines.append(_("It is read at its end, in {days}.").format(days=days(now.days_at_most)))
    elif now.answered:
        about = _("About {days} more would probably do. At most {most} are to come.")
        lines.append(about.format(days=days(now.days_left), most=days(now.days_at_most)))
    else:
        lines.append(_("At most {days} are to come.").format(days=days(now.days_at_most)))
    lines.append(_("Which way it leans stays sealed until there is an answer, so that it cannot sway how you rate."))
    return lines


def belief_lines(conduct: Conduct) -> list[str]:
    """What was believed before the first day and before the reveal."""
    plan, lines = conduct.plan, []
    belief = conduct.start.get("belief", {})
    expectation = belief.get("expectation") or {}
    if expectation:
        so_much = _("{value} of 10 of {treatment}")
        said = [
            so_much.format(value=f"{value:g}", treatment=_called(plan, name)) for name, value in expectation.items()
        ]
        lines.append(_("Before the first day you expected {expected}.").format(expected=_(" and ").join(said)))
    if belief.get("choice_today"):
        without = _("Without data you would have gone on with {treatment}.")
        lines.append(without.format(treatment=_called(plan, belief["choice_today"])))
    after = conduct.belief_after or {}
    if after.get("guess"):
        guessed = _("Before the answer you guessed that {treatment} did better.")
        lines.append(guessed.format(treatment=_called(plan, after["guess"])))
    if after.get("preference"):
        wanted = _("You wanted to go on with {treatment}, whatever the answer.")
        lines.append(wanted.format(treatment=_called(plan, after["preference"])))
    return lines


def _called(plan: Plan, name: str) -> str:
    return _("neither") if name == "neither" else clean(_(plan.arm(name).label))


def other_contrasts(others: Sequence[Any], plan: Plan) -> list[str]:
    """The other pairs of treatments: sizes alone, because only the first pair carries the error."""
    lines = []
    for other in others:
        first, second = other.observations.treatments
        put = {"first": _called(plan, first), "second": _called(plan, second)}
        if other.effect is None:
            said = _("{first} against {second}: too few rated days to say.")
        else:
            said = _(
                "{first} against {second}: {mean} points ({low} to {high}); plus means that the first did better. "
                "This pair carries no guarantee."
            )
            put |= {name: f"{getattr(other.effect, name):+.1f}" for name in ("mean", "low", "high")}
        lines.append(sentence(said.format(**put)))
    return lines


FINDING_WORDS: Final = {
    "better": mark("better"),
    "worse": mark("worse"),
    "no_worthwhile_benefit": mark("no worthwhile benefit"),
    "no_difference_that_matters": mark("no difference that matters"),
    "cannot_tell": mark("the days could not tell"),
}


def sequence_lines(conduct: Conduct, result: Result) -> list[str]:
    """The findings of a sequence side by side, each by its own rule; none of it compares the two directly."""
    before = (conduct.sequence or {}).get("before")
    if not before or conduct.revealed is None:
        return []
    return [
        _(
            "Side by side: {first}, {first_finding}; {second}, {second_finding}. "
            "Each was judged by its own rule, and nobody drew which came first."
        ).format(
            first=before["protocol"],
            first_finding=_(FINDING_WORDS[before["finding"]]),
            second=conduct.plan.name,
            second_finding=_(FINDING_WORDS[result.finding.value]),
        ),
    ]


def verification_lines(checks: Sequence[Any]) -> list[str]:
    """One line a check."""
    marks: Mapping[bool | None, str] = {True: _("holds"), False: _("FAILS"), None: _("open")}
    return [f"- {marks[check.holds]}: {check.sentence}" for check in checks]
