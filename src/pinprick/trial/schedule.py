"""Which treatment on which day, and how that came about."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median_low

from pinprick.errors import ProtocolError

LEAST_START_DAYS = 20
"""Possible start days of a course: with fewer, no start day is rare enough for p <= .05 (1 in 20)."""


class Order(StrEnum):
    """How the order of the treatments came about, which decides what may be concluded from it."""

    DRAWN_PAIRS = "drawn_pairs"
    """A fair coin for each pair of periods: first treatment first, or second first."""
    DRAWN_BALANCED = "drawn_balanced"
    """Pairs drawn until every weekday saw both treatments about equally often, so no pair is a coin by itself."""
    DRAWN_START = "drawn_start"
    """One switch, on a day drawn uniformly from `Schedule.start_days`: usual days, then a course."""
    NOT_DRAWN = "not_drawn"
    """Fixed by somebody, or the same for everybody."""
    UNKNOWN = "unknown"
    """Nobody wrote it down."""


@dataclass(frozen=True, slots=True)
class Period:
    """One treatment's run of days.

    ``pair`` counts from 0 and names the block that the period belongs to. A period interrupted by a pause
    is two periods of the same pair and treatment.
    """

    first_day: date
    n_days: int
    treatment: str
    pair: int

    def __post_init__(self) -> None:
        if self.n_days < 1:
            raise ProtocolError(f"The period from {self.first_day} has {self.n_days} days; give 1 or more.")
        if self.pair < 0:
            raise ProtocolError(f"The period from {self.first_day} is in pair {self.pair}; pairs count from 0.")

    @property
    def last_day(self) -> date:
        """The last day of the period."""
        return self.first_day + timedelta(days=self.n_days - 1)

    def days(self) -> list[date]:
        """Every day of the period."""
        return [self.first_day + timedelta(days=i) for i in range(self.n_days)]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Periods in order of time, without overlap; days between them (a pause) belong to no treatment.

    Parameters
    ----------
    periods : tuple of Period
        At least one.
    order : Order
        How the order came about.
    start_days : tuple of date
        With a drawn start day, and only then: the days on which the second phase could have started, in order of
        time, at least 20. While the second phase has not begun there may be fewer, or none.

    Raises
    ------
    ProtocolError
        If there is no period, or two overlap or stand out of order; if a drawn start day is none of the possible
        ones, or they are too few.

    Examples
    --------
    >>> start = date(2026, 5, 4)
    >>> plan = Schedule((Period(start, 3, "mat", 0), Period(date(2026, 5, 7), 3, "towel", 0)))
    >>> plan.treatment_on(date(2026, 5, 8)), plan.treatment_on(date(2026, 6, 1))
    ('towel', None)

    A course that starts on the sixth of 28 possible days:

    >>> possible = tuple(start + timedelta(days=14 + i) for i in range(28))
    >>> course = Schedule((Period(start, 19, "usual", 0), Period(possible[5], 65, "acupuncture", 0)),
    ...                   Order.DRAWN_START, possible)
    >>> course.second_phase, course.randomised
    (datetime.date(2026, 5, 23), True)
    """

    periods: tuple[Period, ...]
    order: Order = Order.UNKNOWN
    start_days: tuple[date, ...] = ()
    _starts: tuple[date, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.periods:
            raise ProtocolError("The schedule has no period; give at least one.")
        for earlier, later in pairwise(self.periods):
            if later.first_day <= earlier.last_day:
                raise ProtocolError(
                    f"The period from {later.first_day} starts before the one from {earlier.first_day} "
                    f"ends on {earlier.last_day}; put periods in order, without overlap."
                )
        object.__setattr__(self, "_starts", tuple(period.first_day for period in self.periods))
        self._check_start()

    def _check_start(self) -> None:
        """Refuse start days without a drawn start, and a drawn start that no start day explains."""
        if self.order is not Order.DRAWN_START:
            if self.start_days:
                raise ProtocolError(
                    f"There are {len(self.start_days)} possible start days, but the order is {self.order}; "
                    f"give start_days with the order {Order.DRAWN_START} only."
                )
            return
        for earlier, later in pairwise(self.start_days):
            if later <= earlier:
                raise ProtocolError(
                    f"The possible start day {later} comes after {earlier} in the list; "
                    "give each day once, in order of time."
                )
        n_switch = sum(a.treatment != b.treatment for a, b in pairwise(self.periods))
        if n_switch > 1:
            raise ProtocolError(
                f"A drawn start day has one switch, from usual days to the course, and this schedule has {n_switch}; "
                "give all periods of one treatment first, then all of the other."
            )
        start = self.second_phase
        if start is None:
            return
        if len(self.start_days) < LEAST_START_DAYS:
            raise ProtocolError(
                f"There are {len(self.start_days)} possible start days; give {LEAST_START_DAYS} or more, "
                "or no start day is rare enough to prove anything."
            )
        if start not in self.start_days:
            raise ProtocolError(
                f"The second phase starts on {start}, which is none of the {len(self.start_days)} possible start days "
                f"from {self.start_days[0]} to {self.start_days[-1]}; correct the one that is wrong."
            )
        if self.start_days[0] <= self.first_day:
            raise ProtocolError(
                f"The first possible start day is {self.start_days[0]}, and the trial starts on {self.first_day}; "
                "leave at least one day before it, or there is nothing to compare with."
            )

    @property
    def first_day(self) -> date:
        """The first day of the trial."""
        return self.periods[0].first_day

    @property
    def last_day(self) -> date:
        """The last scheduled day."""
        return self.periods[-1].last_day

    @property
    def randomised(self) -> bool | None:
        """Whether chance drew the order; None where nobody wrote it down."""
        return None if self.order is Order.UNKNOWN else self.order is not Order.NOT_DRAWN

    @property
    def second_phase(self) -> date | None:
        """The first day of the second treatment to come; None while only one has been scheduled."""
        first = self.periods[0].treatment
        return next((period.first_day for period in self.periods if period.treatment != first), None)

    def period_on(self, day: date) -> Period | None:
        """The period that holds this day; None outside all periods."""
        place = bisect_right(self._starts, day) - 1
        return self.periods[place] if place >= 0 and day <= self.periods[place].last_day else None

    def treatment_on(self, day: date) -> str | None:
        """The treatment assigned to this day; None outside all periods."""
        period = self.period_on(day)
        return period.treatment if period else None


def schedule_from_days(treatment_on: Mapping[date, str], order: Order = Order.UNKNOWN) -> Schedule:
    """The schedule that a diary's own treatment column implies.

    Days with the same treatment in a row are one period, days without a row included when both
    neighbours agree; where they do not, the days between belong to no treatment. Periods of different
    treatments are paired as they come.

    Examples
    --------
    >>> plan = schedule_from_days({date(2026, 5, 4): "mat", date(2026, 5, 6): "mat", date(2026, 5, 7): "towel"})
    >>> [(p.n_days, p.treatment, p.pair) for p in plan.periods]
    [(3, 'mat', 0), (1, 'towel', 0)]
    """
    runs: list[tuple[date, date, str]] = []
    for day in sorted(treatment_on):
        treatment = treatment_on[day]
        if runs and runs[-1][2] == treatment:
            runs[-1] = (runs[-1][0], day, treatment)
        else:
            runs.append((day, day, treatment))
    return Schedule(
        tuple(Period(a, (b - a).days + 1, treatment, i // 2) for i, (a, b, treatment) in enumerate(runs)),
        order,
    )


def typical_period_days(schedule: Schedule) -> int:
    """The length of a typical period: the lower median of the schedule's periods.

    In randomised pairs a third of all runs are two periods of one treatment back to back, so the lower
    median of the runs is the length that was planned.
    """
    return median_low(period.n_days for period in schedule.periods)
