"""Two treatments of a trial that has three or more: their own days, as a trial of two.

Every block holds each treatment once, in an order drawn uniformly. Whatever the others do, the order of any two
within a block is then a fair coin, tossed anew for each block: dropping the others' days leaves a trial of
randomised pairs, with gaps. Its rule, its looks and its exact test hold as they do in a trial with pauses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from pinprick.errors import DiaryError, ProtocolError
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.outcome import Outcome
from pinprick.trial.protocol import Mode, Protocol
from pinprick.trial.schedule import Order, Period, Schedule
from pinprick.trial.trial import Trial


def contrast(
    *,
    schedule_periods: Sequence[Period],
    order: Order,
    diary: Diary,
    outcomes: tuple[Outcome, ...],
    first: str,
    second: str,
    control: str | None = None,
    period_days: int,
    ceiling_days: int | None = None,
    washout_days: int = 0,
    mode: Mode = Mode.STANDARD,
) -> Trial:
    """The trial of two treatments within a trial of several.

    Parameters
    ----------
    schedule_periods : sequence of Period
        Periods of all treatments, in order of time; ``pair`` is the number of the block.
    order : Order
        How the order came about; `Order.DRAWN_PAIRS` where every block was drawn uniformly.
    diary : Diary
        The whole diary. What was written on other days is left out, and only that the day passed is kept.
    outcomes : tuple of Outcome
        The primary one first.
    first, second : str
        The two treatments; the effect is first minus second.
    control : str, optional
        ``second``, if it is a control.
    period_days, washout_days : int
        Of the whole trial.
    ceiling_days : int, optional
        The most days that these two take together: two of every k days of a trial of k treatments.
    mode : Mode
        Standard or strict.

    Returns
    -------
    Trial
        Days of other treatments belong to none, like the days of a pause.

    Raises
    ------
    ProtocolError
        If a treatment is not in the schedule, or one block holds one of them in two places.
    DiaryError
        If the diary does not fit the schedule.

    Examples
    --------
    >>> from datetime import date
    >>> days = [date(2026, 5, d) for d in (4, 5, 6)]
    >>> periods = [Period(day, 1, name, 0) for day, name in zip(days, ("mat", "towel", "usual"))]
    >>> diary = Diary(tuple(Entry(day, ratings={"pain": 4}) for day in days), ("pain",))
    >>> trial = contrast(schedule_periods=periods, order=Order.DRAWN_PAIRS, diary=diary, outcomes=(Outcome("pain"),),
    ...                  first="mat", second="usual", period_days=1)
    >>> [period.treatment for period in trial.schedule.periods], trial.diary.rated_days("pain")
    (['mat', 'usual'], 2)
    """
    known = dict.fromkeys(period.treatment for period in schedule_periods)
    for wanted in (first, second):
        if wanted not in known:
            raise ProtocolError(f"There is no period of {wanted!r}; the schedule has {', '.join(known) or 'none'}.")
    if order is Order.DRAWN_START:
        raise ProtocolError("A drawn start day compares two treatments as it is; analyse that trial itself.")
    _check_blocks(schedule_periods)
    whole = Schedule(tuple(schedule_periods), order)

    def own(entry: Entry) -> Entry:
        """The entry, or only its day where that belongs to another treatment or to none."""
        assigned = whole.treatment_on(entry.day)
        if assigned in (first, second):
            return entry  # the trial itself checks it
        if entry.treatment is not None and entry.treatment != assigned:
            raise DiaryError(
                f"{entry.where}: the diary says {entry.treatment!r}, the schedule says "
                f"{'no treatment' if assigned is None else repr(assigned)}; correct the one that is wrong."
            )
        return Entry(entry.day, received=entry.received, row=entry.row)

    return Trial(
        Protocol((first, second), outcomes, period_days, control, ceiling_days, washout_days, mode),
        Schedule(tuple(period for period in schedule_periods if period.treatment in (first, second)), order),
        replace(
            diary,
            entries=tuple(own(entry) for entry in diary.entries),
            earlier=tuple(own(entry) for entry in diary.earlier),
        ),
    )


def _check_blocks(periods: Sequence[Period]) -> None:
    """Refuse a block that comes back to a treatment: the order of two within it would be no fair coin."""
    for block, members in groupby(periods, key=lambda period: period.pair):
        turns = [treatment for treatment, _ in groupby(members, key=lambda period: period.treatment)]
        if len(set(turns)) < len(turns):
            raise ProtocolError(
                f"Block {block} runs {', '.join(turns)}; a block holds each treatment once, in one place."
            )
