"""The days of a conducted trial as everything that leaves it may know them: up to a day, and nothing of a later one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pinprick.trial.conduct import Conduct, Phase
from pinprick.trial.fold import Rated


@dataclass(frozen=True, slots=True)
class LivedDay:
    """One day that has come.

    Attributes
    ----------
    day : date
        The day itself.
    number : int or None
        Which of the trial's days it is, from 1; None in the build-up, which comes before the draw.
    treatment : str or None
        What was assigned; None in the build-up, where the order has not been opened up to this day, and today
        while today's safety questions are open.
    versions : tuple of Rated
        Its check-in as it was handed in, and as it was corrected, the oldest first; empty where the day was missed.
    """

    day: date
    number: int | None
    treatment: str | None
    versions: tuple[Rated, ...]

    @property
    def latest(self) -> Rated | None:
        """The check-in as it stands; None where the day was missed."""
        return self.versions[-1] if self.versions else None

    def answers(self, outcome: str) -> list[tuple[float, Rated]]:
        """Each value that an outcome was given, with the version that first gave it, the oldest first."""
        found: list[tuple[float, Rated]] = []
        for version in self.versions:
            value = version.ratings.get(outcome)
            if value is not None and (not found or value != found[-1][0]):
                found.append((value, version))
        return found


def lived_days(conduct: Conduct, today: date) -> list[LivedDay]:
    """Rated days of the build-up, then every day of the trial up to this one, missed days too.

    Parameters
    ----------
    conduct : Conduct
        The trial, opened up to this day by `Conduct.begin`.
    today : date
        Nothing that is later, or was handed in later, is among them. Days of a pause, after a stop and after the
        reveal are no days of the trial.

    Examples
    --------
    >>> from pinprick.trial.commitment import Moment
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> day = date(2026, 5, 4)
    >>> conduct = Conduct.opened(read_protocol("mat-vs-rest-back-pain"), Moment.rehearsal(day))
    >>> conduct, _ = conduct.with_rating(Moment.rehearsal(day), day=day, ratings={"pain": 5})
    >>> [(lived.number, lived.treatment, lived.latest.ratings["pain"]) for lived in lived_days(conduct, day)]
    [(None, None, 5)]
    """
    treatments: Mapping[date, str | None] = {}
    if conduct.has_started:
        end = _end(conduct, today)
        days = [day for day in conduct.scheduled_days if day <= end]
        schedule = conduct.schedule(until=end) if days else None
        treatments = {
            day: schedule.treatment_on(day) if schedule and not (day == today and _is_closed(conduct, day)) else None
            for day in days
        }
    numbers = {day: number for number, day in enumerate(treatments, start=1)}
    opened, first = conduct.events[0].moment.day, conduct.first_day
    before = (first or today + timedelta(days=1)) - opened
    earlier = (opened + timedelta(days=n) for n in range(before.days))
    lived = [
        LivedDay(
            day,
            numbers.get(day),
            treatments.get(day),
            tuple(version for version in conduct.versions(day) if version.moment.day <= today),
        )
        for day in (*(day for day in earlier if day <= today), *treatments)
    ]
    return [one for one in lived if one.number is not None or one.versions]


def _is_closed(conduct: Conduct, today: date) -> bool:
    """Whether today's treatment is not to be seen yet: its safety questions come first."""
    is_open = not conduct.plan.on_the_mat or conduct.answered_on(today) or conduct.rated(today) is not None
    return conduct.phase(today) is Phase.RUNNING and not is_open


def _end(conduct: Conduct, today: date) -> date:
    """The last day that can have been lived by today."""
    ends = [today]
    if conduct.stopped is not None:
        ends.append(conduct.stopped[0])
    if conduct.revealed is not None:
        ends += [event.moment.day for event in conduct.events if event.kind == "revealed"]
    return min(ends)
