"""Words for a clinician: the question, the likely range, how the trial was made, and what went wrong in it.

The person who did the trial is "you" here as everywhere; whoever shows these lines says whom that means.
"""

from __future__ import annotations

from typing import Final

from pinprick.analysis.single import Result
from pinprick.report.days import every_day
from pinprick.report.names import clean, day_month, day_span, days, exact, exact_points, number, points, sentence
from pinprick.report.standing import can_be_drawn, names
from pinprick.trial.conduct import Conduct
from pinprick.trial.plan import Arm, Asked, Plan, Rating, StartDay
from pinprick.trial.safety_rules import stop_rule
from pinprick.words import _, ngettext

LONGEST_LINE: Final = 220
LONGEST_LABEL: Final = 60
MOST_EVENTS: Final = 6


def short(text: str, most: int = LONGEST_LINE) -> str:
    """A person's own words, safe in a line and no longer than a page can bear.

    Examples
    --------
    >>> short("Does the mat help my back?", 12)
    'Does the ma…'
    """
    safe = clean(text)
    return safe if len(safe) <= most else f"{safe[: most - 1].rstrip()}…"


def question_line(conduct: Conduct, n_days: int) -> str:
    """Who asked what, for how long."""
    return _("One person, one question, {days}: {question}").format(
        days=days(n_days), question=short(_(conduct.plan.title))
    )


def range_lines(result: Result | None, plan: Plan) -> list[str]:
    """The likely range in the direction of the finding, and the change that was called worth having beforehand."""
    said = []
    if result is not None and result.effect is not None and can_be_drawn(result):
        effect, width = result.effect, result.outcome.width
        chance = round(100 * effect.level)
        if effect.low > 0 or effect.high < 0:
            low, high = sorted((abs(effect.low), abs(effect.high)))
            words = _("Likely range: {low} to {high} points, with a chance of {chance} in 100.")
            said.append(words.format(low=number(low, width=width), high=number(high, width=width), chance=chance))
        else:
            first, second = names(result)
            low_said, high_said = points(-effect.low, width=width), points(effect.high, width=width)
            words = _("Likely range: {low} for {second} to {high} for {first}, with a chance of {chance} in 100.")
            said.append(words.format(low=low_said, high=high_said, first=first, second=second, chance=chance))
    delta = exact_points(plan.primary.outcome.smallest_difference)
    said.append(_("The change worth having was set at {delta} before day 1.").format(delta=delta))
    return said


def design_lines(conduct: Conduct, result: Result | None) -> list[str]:
    """How the trial was made: when, who drew what, what was compared, what was asked."""
    plan, lived = conduct.plan, every_day(result) if result else ()
    said = []
    if len(lived) > 1:
        said.append(_("From {span}.").format(span=day_span(lived[0].day, lived[-1].day)))
    said.append(_drawn(plan, sealed=conduct.start["sealed"]))
    said += [_compared(arm, is_control=arm.name == plan.control) for arm in plan.arms]
    said.append(_asked(plan.primary))
    n_pauses = len(conduct.pauses)
    if n_pauses:
        said.append(ngettext("It was paused once.", "It was paused {n} times.", n_pauses).format(n=n_pauses))
    return said


def _drawn(plan: Plan, *, sealed: bool) -> str:
    if isinstance(plan.design, StartDay):
        switch = _("Usual days came first. Chance drew the day of the switch, one of {n}.")
        start = switch.format(n=plan.design.start_days)
    else:
        n = plan.design.period_days
        turns = ngettext(
            "The treatments took turns of {n} day, in an order that chance drew.",
            "The treatments took turns of {n} days, in an order that chance drew.",
            n,
        )
        start = turns.format(n=n)
    until = _("It stayed sealed until its day came.") if sealed else _("Its seed was given by hand, not sealed.")
    return f"{start} {until}"


def _compared(arm: Arm, *, is_control: bool) -> str:
    if is_control:
        words = _("Control: {label}, {minutes} minutes.") if arm.minutes else _("Control: {label}.")
    else:
        words = _("Treatment: {label}, {minutes} minutes.") if arm.minutes else _("Treatment: {label}.")
    return words.format(label=short(_(arm.label), LONGEST_LABEL), minutes=arm.minutes)


def _asked(rating: Rating) -> str:
    if rating.asked is Asked.NEXT_MORNING:
        when = _("Asked the next morning: “{question}”")
    else:
        when = _("Asked each evening: “{question}”")
    said = when.format(question=short(_(rating.question)))
    if not (rating.low_means and rating.high_means):
        return said
    ends = _("{low} is {low_means}, {high} is {high_means}.").format(
        low=exact(rating.outcome.low),
        high=exact(rating.outcome.high),
        low_means=short(_(rating.low_means), LONGEST_LABEL),
        high_means=short(_(rating.high_means), LONGEST_LABEL),
    )
    return f"{said} {ends}"


def side_effect_lines(conduct: Conduct) -> list[str]:
    """What was reported as gone wrong, and what opened the mat again; never an answer to a safety question."""
    said = []
    for event in conduct.events:
        if event.kind == "felt":
            what = f"{sentence(clean(_(stop_rule(event.data['rule']).trigger)))}."
        elif event.kind == "healed":
            what = _("The skin had healed.")
        elif event.kind == "cleared":
            what = _("A doctor or nurse said that the mat may go on.")
        else:
            continue
        said.append(_("{day}: {what}").format(day=day_month(event.moment.day), what=what))
    more = len(said) - MOST_EVENTS
    if more > 0:
        said = [*said[:MOST_EVENTS], ngettext("{n} more entry.", "{n} more entries.", more).format(n=more)]
    return said or [_("None was reported.")]
