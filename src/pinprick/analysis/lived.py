"""Doubts that come from how a trial was lived, not from its ratings; they travel with every verdict of it."""

from __future__ import annotations

from collections.abc import Iterator

from pinprick.analysis.checks import Caveat
from pinprick.trial.conduct import Conduct
from pinprick.trial.table import day_name


def lived_caveats(conduct: Conduct) -> tuple[Caveat, ...]:
    """The doubts, in order of weight; none of them tells which way the ratings lean.

    Examples
    --------
    >>> from datetime import date
    >>> from pinprick.trial.commitment import Moment
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> trial = Conduct.opened(read_protocol("mat-vs-rest-back-pain"), Moment.rehearsal(date(2026, 5, 4)))
    >>> [caveat.name for caveat in lived_caveats(trial)]
    ['rehearsed']
    """
    return tuple(Caveat(name, sentence, reveals=False) for name, sentence in _doubts(conduct))


def _doubts(conduct: Conduct) -> Iterator[tuple[str, str]]:
    if conduct.rehearsed:
        yield "rehearsed", "This is a rehearsal: the clock was set by hand, so nothing shows when the days were lived."
    if conduct.has_started and not conduct.start["sealed"]:
        yield (
            "not sealed",
            "The order was not sealed: its seed was given by hand, so somebody could know what was to come.",
        )
    if conduct.unsealed:
        on = " and ".join(day_name(day) for day in dict.fromkeys(conduct.unsealed))
        yield (
            "unsealed",
            f"You looked at the results before the end, on {on}. What you saw may have changed how you rated.",
        )
    if conduct.stopped:
        day, why = conduct.stopped
        said = "by a safety rule" if why == "safety" else "by your own choice"
        yield "stopped", f"The trial was stopped {said} on {day_name(day)}. Stopping is a result too."
    if conduct.plan.exploratory:
        yield "exploratory", "This trial explores: no everyday rating is an accepted measure of what it asks about."
    late = _n_late(conduct) if conduct.has_started else 0
    if late:
        yield "late", f"{'1 day was' if late == 1 else f'{late} days were'} rated late, from memory."


def _n_late(conduct: Conduct) -> int:
    return sum(version.late for day in conduct.scheduled_days for version in conduct.versions(day)[-1:])
