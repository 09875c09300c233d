"""What a trial asked of a person, treatment by treatment: days, sessions that ended early, marks, how sharp it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from pinprick.trial.conduct import Conduct
from pinprick.trial.fold import Ended, Rated


@dataclass(frozen=True, slots=True)
class Burden:
    """What one treatment asked so far; nothing in it is a rating of an outcome.

    Attributes
    ----------
    treatment : str
        Its name in the plan.
    planned : int
        Days that were given to it.
    answered : int
        Of these, days with a rating of the primary outcome.
    done : int or None
        Days on which it was done and not ended early; None where nobody said of any day.
    stopped_early : int
        Days on which the session was ended early, for whatever reason.
    too_sharp : int
        Of these, those ended because it was too sharp.
    marks : int or None
        Days whose marks were still there the next day; None where nobody said of any.
    prick : float or None
        Median of how sharp the sessions were, 0 to 10; None where nobody said.
    minutes : float or None
        Median of how long they lasted; None where nobody said.
    """

    treatment: str
    planned: int
    answered: int
    done: int | None
    stopped_early: int
    too_sharp: int
    marks: int | None
    prick: float | None
    minutes: float | None


def burden(conduct: Conduct, *, until: date | None = None) -> tuple[Burden, Burden]:
    """What the two treatments of the primary contrast have asked so far.

    Parameters
    ----------
    conduct : Conduct
        A trial that has started.
    until : date, optional
        Days up to this one; up to the day of the log's last entry otherwise. Days after a stop, in a pause, or
        of a period that has not begun belong to no treatment.

    Returns
    -------
    first, second : Burden
        In the order of the plan.

    Raises
    ------
    ProtocolError
        If the trial has not started.

    Examples
    --------
    >>> from pinprick.trial.commitment import Moment
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> from pinprick.trial.safety import evaluate
    >>> from pinprick.trial.safety_rules import Occasion, rules_for
    >>> plan, day = read_protocol("mat-vs-rest-back-pain"), date(2026, 5, 4)
    >>> now, kinds = Moment.rehearsal(day), [kind.value for kind in plan.safety_kinds]
    >>> asked = rules_for(kinds, occasion=Occasion.START, groups=plan.screen)
    >>> no = {one.id: 0 if one.items else "no" for one in asked}
    >>> screening = evaluate(no, kinds, occasion=Occasion.START, groups=plan.screen)
    >>> trial = Conduct.opened(plan, now).with_screening(screening, now)
    >>> trial, seal = trial.started(now, seed=bytes(32), rule={}, belief={}, first_day=day, built_up=True)
    >>> trial, _ = trial.begin(seal, now).with_rating(now, day=day, ratings={"pain": 4}, minutes=18)
    >>> [(one.treatment, one.planned, one.answered, one.minutes) for one in burden(trial)]
    [('mat', 1, 1, 18), ('towel', 0, 0, None)]
    """
    last = until or conduct.events[-1].moment.day
    if conduct.stopped is not None:
        last = min(last, conduct.stopped[0])
    schedule = conduct.schedule(until=last)
    days_of: dict[str, list[Rated | None]] = {name: [] for name in conduct.plan.contrasts[0]}
    for day in conduct.scheduled_days:
        treatment = schedule.treatment_on(day) if schedule and day <= last else None
        if treatment in days_of:
            days_of[treatment].append(conduct.rated(day))
    primary = conduct.plan.primary.name
    first, second = (_burden(name, days, primary) for name, days in days_of.items())
    return first, second


def _burden(treatment: str, days: Sequence[Rated | None], primary: str) -> Burden:
    said = [day for day in days if day is not None]
    done = [day.done and day.ended is None for day in said if day.done is not None]
    marks = [day.marks for day in said if day.marks is not None]
    pricks = [day.prick for day in said if day.prick is not None]
    minutes = [day.minutes for day in said if day.minutes is not None]
    return Burden(
        treatment=treatment,
        planned=len(days),
        answered=sum(primary in day.ratings for day in said),
        done=sum(done) if done else None,
        stopped_early=sum(day.ended is not None for day in said),
        too_sharp=sum(day.ended is Ended.TOO_SHARP for day in said),
        marks=sum(marks) if marks else None,
        prick=median(pricks) if pricks else None,
        minutes=median(minutes) if minutes else None,
    )
