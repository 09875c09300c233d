"""Doubts that come from how a trial was lived, not from its ratings; they travel with every verdict of it."""

from __future__ import annotations

from collections.abc import Iterator

from pinprick.analysis.checks import Caveat
from pinprick.trial.conduct import Conduct
from pinprick.trial.table import day_name
from pinprick.words import _, ngettext


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
        yield (
            "rehearsed",
            _("This is a rehearsal: the clock was set by hand, so nothing shows when the days were lived."),
        )
    if conduct.has_started and not conduct.start["sealed"]:
        yield (
            "not sealed",
            _("The order was not sealed: its seed was given by hand, so somebody could know what was to come."),
        )
    if conduct.unsealed:
        on = _(" and ").join(day_name(day) for day in dict.fromkeys(conduct.unsealed))
        said = _("You looked at the results before the end, on {days}. What you saw may have changed how you rated.")
        yield "unsealed", said.format(days=on)
    if conduct.stopped:
        day, why = conduct.stopped
        by_rule = _("The trial was stopped by a safety rule on {day}. Stopping is a result too.")
        by_choice = _("The trial was stopped by your own choice on {day}. Stopping is a result too.")
        yield "stopped", (by_rule if why == "safety" else by_choice).format(day=day_name(day))
    if conduct.plan.exploratory:
        yield (
            "exploratory",
            _("This trial explores: no everyday rating is an accepted measure of what it asks about."),
        )
    late = _n_late(conduct) if conduct.has_started else 0
    if late:
        said = ngettext("{n} day was rated late, from memory.", "{n} days were rated late, from memory.", late)
        yield "late", said.format(n=late)


def _n_late(conduct: Conduct) -> int:
    return sum(version.late for day in conduct.scheduled_days for version in conduct.versions(day)[-1:])
