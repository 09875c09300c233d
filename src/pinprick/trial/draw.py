"""The draw: from a 256-bit seed to an order of treatments, by a generator that anybody can write again.

**pinprick-draw/1.** Bytes come from SHA-256 in counter mode: block *i* (from 0) is
``SHA-256("pinprick-draw/1" || seed || i as 8 bytes, big-endian)``, and blocks follow one another. A whole number below
*n* takes one byte if n <= 256 and else two (big-endian); values at or above the largest multiple of *n* are thrown
away, so every number is equally likely. A block of *k* treatments is a Fisher-Yates shuffle of 0..k-1: for
i = k-1 down to 1, swap i with a number below i + 1. A start day is one number below the count of possible days.

Every allowed schedule is equally likely. Without weekday balance the blocks are drawn one after another, which is
uniform over all of them; with it, whole schedules are drawn until one is balanced, which keeps the draw uniform over
those that are allowed. A plan so tight that fewer than one schedule in 2,000 is allowed is refused beforehand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from pinprick.errors import ProtocolError
from pinprick.trial.plan import Blocks, Plan, StartDay
from pinprick.trial.schedule import Order, Period, Schedule

DRAW = "pinprick-draw/1"
SEED_BYTES = 32
MOST_TRIES = 20_000  # whole schedules drawn for one that is balanced: at 1 in 2,000, all fail once in 20,000 plans
SHOULD_TAKE = 2_000


class SeedStream:
    """Equally likely whole numbers from a seed.

    Examples
    --------
    >>> stream = SeedStream(bytes(32))
    >>> [stream.below(6) for _ in range(8)]
    [5, 3, 4, 2, 5, 3, 2, 0]
    """

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise ProtocolError(f"The seed has {len(seed)} bytes; give {SEED_BYTES}, which are 64 hexadecimal digits.")
        self._bytes = self._endless(seed)

    @staticmethod
    def _endless(seed: bytes) -> Iterator[int]:
        number = 0
        while True:
            yield from hashlib.sha256(DRAW.encode() + seed + number.to_bytes(8, "big")).digest()
            number += 1

    def below(self, n: int) -> int:
        """A number from 0 to n - 1; n is at most 65,536."""
        n_bytes = 1 if n <= 256 else 2
        limit = 256**n_bytes // n * n
        while True:
            value = int.from_bytes([next(self._bytes) for _ in range(n_bytes)], "big")
            if value < limit:
                return value % n

    def shuffled(self, n: int) -> list[int]:
        """The numbers 0 to n - 1 in an order drawn by chance."""
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = self.below(i + 1)
            order[i], order[j] = order[j], order[i]
        return order


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that belong to no period: from the first of them up to, not including, the day it goes on."""

    first_day: date
    resumed: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a day lies in the pause."""
        return self.first_day <= day and (self.resumed is None or day < self.resumed)


def draw(plan: Plan, seed: bytes, *, first_day: date) -> tuple[int, ...]:
    """Draw the order that a plan allows.

    Parameters
    ----------
    plan : Plan
        What may be drawn.
    seed : (32,) bytes
        From the machine's source of secrets; the same seed gives the same order for ever.
    first_day : date
        The first day of the trial; it matters for weekday balance alone.

    Returns
    -------
    tuple of int
        For blocks, the treatment of each period as its place in ``plan.arms``. For a course, one number: how many
        days after the first possible start it starts.

    Raises
    ------
    ProtocolError
        If the seed is not 32 bytes, or weekdays can hardly be balanced as the plan asks.

    Examples
    --------
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> order = draw(read_protocol("mat-vs-rest-back-pain"), bytes(32), first_day=date(2026, 5, 4))
    >>> len(order), order[:6]
    (28, (0, 1, 0, 1, 1, 0))
    """
    stream = SeedStream(seed)
    design = plan.design
    if isinstance(design, StartDay):
        return (stream.below(design.start_days),)
    for _ in range(MOST_TRIES):
        order = tuple(arm for _ in range(design.n_blocks(len(plan.arms))) for arm in stream.shuffled(len(plan.arms)))
        if design.weekday_balance is None or is_balanced(plan, order, first_day=first_day):
            return order
    raise ProtocolError(
        f"Hardly any order keeps every weekday within {design.weekday_balance} days of balance; "
        "allow a larger weekday_balance, or leave it out."
    )


def is_balanced(plan: Plan, order: Sequence[int], *, first_day: date) -> bool:
    """Whether any two treatments fall on each weekday about equally often, as the plan asks."""
    design = plan.design
    if not isinstance(design, Blocks) or design.weekday_balance is None:
        return True
    counts = [[0] * 7 for _ in plan.arms]
    weekday = first_day.weekday()
    for arm in order:
        for _ in range(design.period_days):
            counts[arm][weekday] += 1
            weekday = (weekday + 1) % 7
    return all(max(on_weekday) - min(on_weekday) <= design.weekday_balance for on_weekday in zip(*counts, strict=True))


def check_balance(plan: Plan, *, first_day: date) -> None:
    """Refuse a plan whose weekdays can hardly be balanced, whatever the seed turns out to be.

    Raises
    ------
    ProtocolError
        If fewer than about one schedule in 2,000 is allowed.
    """
    design = plan.design
    if not isinstance(design, Blocks) or design.weekday_balance is None:
        return
    stream = SeedStream(hashlib.sha256(b"balance").digest())  # no secret: it judges the plan, and draws no trial
    for _ in range(SHOULD_TAKE):
        order = [arm for _ in range(design.n_blocks(len(plan.arms))) for arm in stream.shuffled(len(plan.arms))]
        if is_balanced(plan, order, first_day=first_day):
            return
    raise ProtocolError(
        f"None of {SHOULD_TAKE:,} orders tried keeps every weekday within {design.weekday_balance} days of balance; "
        "allow a larger weekday_balance, or leave it out."
    )


def scheduled_days(first_day: date, n_days: int, pauses: Sequence[Pause]) -> list[date]:
    """The calendar days of the trial's days 1 to n; a pause freezes the schedule, so its days are skipped.

    While a pause lasts, nobody knows when the rest will be, and the list ends before it.

    Examples
    --------
    >>> start = date(2026, 5, 4)
    >>> days = scheduled_days(start, 4, [Pause(date(2026, 5, 5), date(2026, 5, 8))])
    >>> [day.day for day in days]
    [4, 8, 9, 10]
    """
    return list(_scheduled_days(first_day, n_days, tuple(pauses)))


@lru_cache(maxsize=512)
def _scheduled_days(first_day: date, n_days: int, pauses: tuple[Pause, ...]) -> tuple[date, ...]:
    """The same, kept: one page of the site asks a dozen times."""
    days: list[date] = []
    day = first_day
    while len(days) < n_days:
        pause = next((pause for pause in pauses if pause.holds(day)), None)
        if pause is None:
            days.append(day)
            day += timedelta(days=1)
        elif pause.resumed is None:
            break
        else:
            day = pause.resumed
    return tuple(days)


def schedule_from_draw(
    plan: Plan, drawn: Sequence[int], *, first_day: date, pauses: Sequence[Pause] = (), until: date | None = None
) -> Schedule | None:
    """The schedule on the calendar, as far as it has begun.

    Parameters
    ----------
    plan : Plan
        The plan.
    drawn : sequence of int
        What `draw` gave, or as much of it as has begun.
    first_day : date
        The first day.
    pauses : sequence of Pause
        In order of time.
    until : date, optional
        Only periods that have begun by this day; all of them otherwise. The phase of a course ends on this day,
        because its length would tell when the other starts.

    Returns
    -------
    Schedule or None
        None where no period has begun.
    """
    design = plan.design
    days = scheduled_days(first_day, plan.n_days, pauses)
    names = [arm.name for arm in plan.arms]
    if isinstance(design, StartDay):
        before = design.usual_days + drawn[0] if drawn else len(days)
        runs = [(names[1], 0, days[:before]), (names[0], 0, days[before:])]
        runs = [(name, pair, [day for day in run if until is None or day <= until]) for name, pair, run in runs]
        possible = days[design.usual_days : design.usual_days + design.start_days]
    else:
        length = design.period_days
        runs = [(names[arm], i // len(names), days[i * length : (i + 1) * length]) for i, arm in enumerate(drawn)]
        runs = [run for run in runs if run[2] and (until is None or run[2][0] <= until)]
        possible = []
    periods = [Period(part[0], len(part), name, pair) for name, pair, run in runs for part in _unbroken(run)]
    if not periods:
        return None
    if isinstance(design, StartDay):
        return Schedule(tuple(periods), Order.DRAWN_START, tuple(possible))
    return Schedule(tuple(periods), Order.DRAWN_PAIRS if design.weekday_balance is None else Order.DRAWN_BALANCED)


def _unbroken(days: Sequence[date]) -> Iterator[list[date]]:
    """Runs of days without a gap: a period that a pause interrupts is two."""
    run: list[date] = []
    for day in days:
        if run and day != run[-1] + timedelta(days=1):
            yield run
            run = []
        run.append(day)
    if run:
        yield run
