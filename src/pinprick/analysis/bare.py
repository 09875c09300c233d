"""A bare diary has no plan, so it gets defaults, and every default is said in the answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from pinprick.errors import DiaryError, ProtocolError
from pinprick.trial.diary import Diary
from pinprick.trial.outcome import Outcome, lower_is_better_by_name
from pinprick.trial.protocol import Mode, Protocol
from pinprick.trial.schedule import Order, Schedule, schedule_from_days, typical_period_days
from pinprick.trial.trial import Trial
from pinprick.words import _, ngettext


def plan_for(
    diary: Diary,
    *,
    schedule: Schedule | None = None,
    outcome: str | None = None,
    treatments: Sequence[str] | None = None,
    control: str | None = None,
    better: str | None = None,
    scale: tuple[float, float] | None = None,
    delta: float | None = None,
    mode: Mode = Mode.STANDARD,
    known: Sequence[str] = (),
) -> tuple[Trial, tuple[str, ...]]:
    """A trial around a bare diary, and the sentences that say what was assumed.

    Parameters
    ----------
    diary : Diary
        The diary.
    schedule : Schedule, optional
        Where a file says it; else the diary's own treatment column, with the order's origin unknown.
    outcome : str, optional
        Name of the rating, matched without regard to case, whole or in part; the first rated column otherwise.
    treatments : two str, optional
        First and second treatment; alphabetical otherwise. Must be given if the diary has three or more.
    control : str, optional
        The treatment that is the control; it becomes the second.
    better : "lower" or "higher", optional
        Which way the rating is better; by known names otherwise, else higher.
    scale : (low, high), optional
        Ends of the scale; 0 to 10 otherwise, or 0 to 100 where most ratings exceed 10.
    delta : float, optional
        Smallest difference that matters, in points; a tenth of the scale otherwise.
    mode : Mode
        Standard or strict.
    known : sequence of str
        Treatments that exist where the diary came from, whether or not this person had days of them.

    Raises
    ------
    DiaryError, ProtocolError
        With one line for people.
    """
    assumed: list[str] = []
    name = _outcome_name(diary, outcome, assumed)
    present = sorted({*diary.treatments, *known})
    first, second = _treatments(present, treatments, control, assumed)
    low, high = _scale(diary, name, scale, assumed)
    lower = _direction(name, better, assumed)
    if delta is not None and not math.isfinite(delta):
        raise ProtocolError(f"delta is {delta}; give the smallest difference that matters as a number of points.")
    rating = Outcome(name, low, high, lower, delta if delta is not None else (high - low) / 10)
    if delta is None:
        assumed.append(difference_assumed(rating))
    chosen = {entry.day: entry.treatment for entry in diary if entry.treatment is not None}
    chosen = {day: treatment for day, treatment in chosen.items() if treatment in (first, second)}
    left_out = sum(entry.treatment not in (first, second) and name in entry.ratings for entry in diary)
    remarks = diary.remarks
    if left_out:
        remarks = (
            *remarks,
            ngettext(
                "{n} rated day under no treatment, or under another one, were left out.",
                "{n} rated days under no treatment, or under another one, were left out.",
                left_out,
            ).format(n=left_out),
        )
    if schedule is None:
        schedule = schedule_from_days(chosen, Order.UNKNOWN)
    else:
        schedule = replace(schedule, periods=tuple(p for p in schedule.periods if p.treatment in (first, second)))
    entries = tuple(
        replace(entry, ratings={name: entry.ratings[name]} if name in entry.ratings else {})
        for entry in diary
        if entry.day in chosen or (entry.treatment is None and schedule.treatment_on(entry.day))
    )
    protocol = Protocol(
        treatments=(first, second),
        outcomes=(rating,),
        period_days=typical_period_days(schedule),
        control=second if control is not None else None,
        mode=mode,
    )
    return Trial(protocol, schedule, Diary(entries, (name,), remarks)), tuple(assumed)


def match_name(names: Sequence[str], wanted: str, *, what: str) -> str:
    """The one name that is meant: exactly, without regard to case, or the only one that contains it.

    Examples
    --------
    >>> match_name(["Pain tonight", "Sleep"], "pain", what="outcome")
    'Pain tonight'
    """
    folded = wanted.strip().casefold()
    for test in (
        lambda n: n == wanted,
        lambda n: n.strip().casefold() == folded,
        lambda n: folded in n.casefold(),
    ):
        found = [name for name in names if test(name)]
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            raise DiaryError(f"The {what} {wanted!r} could be any of {_listed(found)}; give the whole name.")
    raise DiaryError(f"There is no {what} called {wanted!r}; the diary has {_listed(names)}.")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names) or "none"


def _outcome_name(diary: Diary, outcome: str | None, assumed: list[str]) -> str:
    if not diary.outcomes:
        raise DiaryError("The diary rates nothing; add a column with a daily rating, such as pain.")
    if outcome is not None:
        return match_name(diary.outcomes, outcome, what="outcome")
    name = next((n for n in diary.outcomes if diary.rated_days(n)), diary.outcomes[0])
    if len(diary.outcomes) > 1:
        assumed.append(_("The outcome is {outcome}, the first rated column.").format(outcome=name))
    return name


def _treatments(
    present: Sequence[str], treatments: Sequence[str] | None, control: str | None, assumed: list[str]
) -> tuple[str, str]:
    if treatments is not None:
        if len(treatments) != 2:
            raise ProtocolError(f"{len(treatments)} treatments were named; name two, the first one first.")
        first, second = (match_name(present, t, what="treatment") for t in treatments)
    elif len(present) == 2:
        first, second = present
    elif len(present) < 2:
        have = f"only {present[0]!r}" if present else "no treatment at all"
        raise DiaryError(
            f"The diary has {have}, and a comparison needs two; give days under a second treatment as well."
        )
    else:
        raise DiaryError(
            f"The diary has {len(present)} treatments: {_listed(present)}; "
            "say which two to compare, for example --treatments A B."
        )
    if control is not None:
        control = match_name(present, control, what="treatment")
        if control not in (first, second):
            raise DiaryError(f"The control {control!r} is not one of the two treatments {first!r} and {second!r}.")
        if treatments is not None and control == first:
            raise DiaryError(
                f"--treatments names {first!r} first, but --control says it is the control; name the control second."
            )
        first, second = (second, first) if control == first else (first, second)
    elif treatments is None:
        words = _("The first treatment is {first}, alphabetically before {second}.")
        assumed.append(words.format(first=first, second=second))
    if first == second:
        raise ProtocolError(f"Both treatments are {first!r}; name two different ones.")
    if control is None:
        assumed.append(question_assumed())
    return first, second


def _scale(diary: Diary, name: str, scale: tuple[float, float] | None, assumed: list[str]) -> tuple[float, float]:
    if scale is not None:
        return scale
    ratings = [entry.ratings[name] for entry in diary if name in entry.ratings]
    wide = bool(ratings) and median(ratings) > 10 and max(ratings) <= 100
    low, high = (0.0, 100.0) if wide else (0.0, 10.0)
    for entry in diary:
        rating = entry.ratings.get(name)
        if rating is not None and not low <= rating <= high:
            raise DiaryError(
                f"{entry.where}: {name} is {rating:g}, but the scale is taken as {low:g} to {high:g}; "
                "correct the rating, or give the scale, for example --scale 0 100."
            )
    assumed.append(scale_assumed(low, high))
    return low, high


def _direction(name: str, better: str | None, assumed: list[str]) -> bool:
    if better is not None:
        if better not in ("lower", "higher"):
            raise ProtocolError(f"better is {better!r}; give lower or higher.")
        return better == "lower"
    assumed.append(direction_assumed(name))
    return lower_is_better_by_name(name) is True


# An assumption is known again by its sentence, so that the report tells it in place of what was planned.


def question_assumed() -> str:
    """Say that nobody named a control."""
    return _("The question is which of the two is better; name a control to ask whether one helps.")


def scale_assumed(low: float, high: float) -> str:
    """Say what scale is assumed.

    Examples
    --------
    >>> scale_assumed(0.0, 10.0)
    'The scale is taken as 0 to 10.'
    """
    return _("The scale is taken as {low} to {high}.").format(low=f"{low:g}", high=f"{high:g}")


def difference_assumed(outcome: Outcome) -> str:
    """Say what difference is assumed to matter.

    Examples
    --------
    >>> difference_assumed(Outcome("pain", 0, 10, lower_is_better=True, smallest_difference=1))
    'The smallest difference that matters is taken as 1 point, a tenth of the scale.'
    """
    return ngettext(
        "The smallest difference that matters is taken as {n} point, a tenth of the scale.",
        "The smallest difference that matters is taken as {n} points, a tenth of the scale.",
        1 if outcome.smallest_difference == 1 else 2,
    ).format(n=f"{outcome.smallest_difference:g}")


def direction_assumed(name: str) -> str:
    """Say which way a rating is taken to be better, going by its name.

    Examples
    --------
    >>> direction_assumed("pain"), direction_assumed("zest")
    ('Lower ratings of pain are taken as better.',
     'Higher ratings of zest are taken as better; nothing in its name says.')
    """
    by_name = lower_is_better_by_name(name)
    if by_name is None:
        said = _("Higher ratings of {outcome} are taken as better; nothing in its name says.")
    elif by_name:
        said = _("Lower ratings of {outcome} are taken as better.")
    else:
        said = _("Higher ratings of {outcome} are taken as better.")
    return said.format(outcome=name if name.replace("_", " ").replace(" ", "").isalnum() else f"“{name}”")
