"""Trials for tests, from plain arrays."""

from datetime import date, timedelta

import numpy as np

from pinprick.trial.diary import Diary, Entry
from pinprick.trial.outcome import Outcome
from pinprick.trial.protocol import Mode, Protocol
from pinprick.trial.schedule import Order, Period, Schedule
from pinprick.trial.trial import Trial

START = date(2026, 1, 5)


def entries_from_arrays(rating, on_first, *, treatments=("mat", "towel"), outcome="pain", start=START, **more):
    """Entries of the rated days; NaN is a day without a row."""
    return tuple(
        Entry(start + timedelta(days=i), treatments[0] if a else treatments[1], {outcome: float(y)}, **more)
        for i, (y, a) in enumerate(zip(rating, on_first, strict=True))
        if not np.isnan(y)
    )


def diary_from_arrays(rating, on_first, **more):
    """A bare diary."""
    return Diary(entries_from_arrays(rating, on_first, **more), (more.get("outcome", "pain"),))


def trial_from_arrays(
    rating,
    on_first,
    *,
    period_days,
    control="towel",
    ceiling_days=None,
    order=Order.DRAWN_PAIRS,
    lower_is_better=False,
    mode=Mode.STANDARD,
    start=START,
):
    """A trial with a plan of randomised pairs."""
    names = np.where(on_first, "mat", "towel")
    periods = tuple(
        Period(start + timedelta(days=i), min(period_days, len(names) - i), str(names[i]), i // (2 * period_days))
        for i in range(0, len(names), period_days)
    )
    outcome = Outcome("pain", lower_is_better=lower_is_better)
    protocol = Protocol(("mat", "towel"), (outcome,), period_days, control, ceiling_days, mode=mode)
    entries = entries_from_arrays(rating, on_first, start=start)
    return Trial(protocol, Schedule(periods, order), Diary(entries, ("pain",)))
