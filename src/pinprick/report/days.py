"""Every day of a diary as a reader sees it: its treatment, its answer, and whether it counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pinprick.analysis.single import Result


@dataclass(frozen=True, slots=True)
class Day:
    """One calendar day.

    Attributes
    ----------
    day : date
        The day.
    first : bool or None
        Whether it belonged to the first treatment; None where it belonged to neither.
    rating : float or None
        The answer, in points; None where there was none.
    counted : bool
        Whether the answer went into the analysis.
    done : bool or None
        Whether the treatment was done; None where the diary does not say.
    minutes : float or None
        How long it lasted.
    note : str
        The person's own words.
    """

    day: date
    first: bool | None
    rating: float | None
    counted: bool
    done: bool | None
    minutes: float | None
    note: str


def every_day(result: Result) -> tuple[Day, ...]:
    """List every calendar day that belonged to a treatment or has an answer, in order."""
    o = result.observations
    counted = {int(day) for day in o.day}
    written = {(entry.day - o.first_day).days: entry for entry in result.trial.diary}
    found = []
    for i, assigned in enumerate(o.assigned.tolist()):
        entry = written.get(i)
        rating = entry.ratings.get(o.outcome.name) if entry else None
        if assigned != assigned and rating is None:  # a pause: not a number, and nothing was written
            continue
        found.append(
            Day(
                day=o.first_day + timedelta(days=i),
                first=None if assigned != assigned else assigned == 1,
                rating=rating,
                counted=i in counted,
                done=entry.done if entry else None,
                minutes=entry.minutes if entry else None,
                note=entry.note if entry else "",
            )
        )
    return tuple(found)


def unanswered(result: Result) -> tuple[int, int]:
    """Count the days of the first and of the second treatment that have no answer."""
    empty = [day.first for day in every_day(result) if day.rating is None]
    return sum(first is True for first in empty), sum(first is False for first in empty)
