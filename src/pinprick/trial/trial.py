"""A trial: its plan, its schedule and its diary, held together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from pinprick.errors import DiaryError
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.protocol import Protocol
from pinprick.trial.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Trial:
    """One person's trial.

    Raises
    ------
    DiaryError
        If the diary does not fit the plan: a rating off its scale, or a treatment that the schedule
        does not assign to that day.

    Examples
    --------
    >>> from pinprick.trial.outcome import Outcome
    >>> from pinprick.trial.schedule import Period
    >>> day = date(2026, 5, 4)
    >>> trial = Trial(Protocol(("mat", "towel"), (Outcome("pain", lower_is_better=True),), period_days=1),
    ...               Schedule((Period(day, 1, "mat", 0), Period(date(2026, 5, 5), 1, "towel", 0))),
    ...               Diary((), ("pain",)))
    >>> trial = trial.with_entry(Entry(day, ratings={"pain": 4}), today=day)
    >>> trial.diary.entries[0].treatment
    'mat'
    """

    protocol: Protocol
    schedule: Schedule
    diary: Diary

    def __post_init__(self) -> None:
        for period in self.schedule.periods:
            if period.treatment not in self.protocol.treatments:
                raise DiaryError(
                    f"The schedule gives {period.treatment!r} from {period.first_day}; "
                    f"the plan knows {' and '.join(self.protocol.treatments)}."
                )
        for entry in self.diary:
            self._check(entry)

    def _check(self, entry: Entry) -> None:
        for outcome in self.protocol.outcomes:
            rating = entry.ratings.get(outcome.name)
            if rating is not None and not outcome.holds(rating):
                raise DiaryError(
                    f"{entry.where}: {outcome.name} is {rating:g}, but its scale runs from {outcome.low:g} to "
                    f"{outcome.high:g}; correct the rating, or give the scale it was made on."
                )
        assigned = self.schedule.treatment_on(entry.day)
        if entry.treatment is not None and entry.treatment != assigned:
            raise DiaryError(
                f"{entry.where}: the diary says {entry.treatment!r}, the schedule says "
                f"{'no treatment' if assigned is None else repr(assigned)}; correct the one that is wrong."
            )

    def with_entry(self, entry: Entry, *, today: date) -> Trial:
        """The trial with one more entry; the day's assigned treatment is filled in.

        Raises
        ------
        DiaryError
            If the day lies in the future, outside the schedule, or is written already, or a rating is
            off its scale.
        """
        if entry.day > today:
            raise DiaryError(f"{entry.day} is in the future; today is {today}. Rate a day once it has come.")
        assigned = self.schedule.treatment_on(entry.day)
        if assigned is None:
            raise DiaryError(
                f"{entry.day} lies outside the trial, which runs from {self.schedule.first_day} to "
                f"{self.schedule.last_day} with its pauses; give a day on which a treatment is assigned."
            )
        if any(entry.day == written.day for written in self.diary):
            raise DiaryError(f"{entry.day} is written already; correct that entry instead of adding a second.")
        filled = replace(entry, treatment=entry.treatment or assigned)
        return replace(self, diary=replace(self.diary, entries=(*self.diary.entries, filled)))
