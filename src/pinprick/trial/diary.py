"""What a person wrote down: one entry a day."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from itertools import pairwise
from types import MappingProxyType

from pinprick.errors import DiaryError


@dataclass(frozen=True, slots=True)
class Entry:
    """One day of a diary.

    Parameters
    ----------
    day : date
        The day the ratings belong to.
    treatment : str, optional
        The treatment assigned to the day; None where the schedule says it, or nobody does.
    ratings : mapping of str to float
        Rating by outcome; an outcome without an answer is absent.
    done : bool, optional
        Whether the day's treatment was done; None is "not known".
    minutes : float, optional
        How long it lasted; 0 or more.
    note : str
        The person's own words. Never analysed, never logged.
    received : date, optional
        The day the entry reached the diary, if later than ``day``; None is "on the day".
    row : int, optional
        The row of the file it was read from, for messages only; two entries that differ in nothing
        else are equal.

    Raises
    ------
    DiaryError
        If a rating or the minutes are not finite numbers.
    """

    day: date
    treatment: str | None = None
    ratings: Mapping[str, float] = field(default_factory=dict)
    done: bool | None = None
    minutes: float | None = None
    note: str = ""
    received: date | None = None
    row: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for name, rating in self.ratings.items():
            if not math.isfinite(rating):
                raise DiaryError(
                    f"{self.where}: {name} is {rating}; a rating is a number. Leave the cell empty if there is none."
                )
        if self.minutes is not None and not (math.isfinite(self.minutes) and self.minutes >= 0):
            raise DiaryError(f"{self.where}: minutes is {self.minutes}; give 0 or more, or leave the cell empty.")
        object.__setattr__(self, "ratings", MappingProxyType(dict(self.ratings)))

    @property
    def where(self) -> str:
        """How a message names this entry: its day, and its row where it came from a file."""
        return f"{self.day}" if self.row is None else f"row {self.row} ({self.day})"

    def __reduce__(self) -> tuple[type[Entry], tuple[object, ...]]:  # a mapping proxy cannot be pickled
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return Entry, tuple({**values, "ratings": dict(self.ratings)}.values())


@dataclass(frozen=True, slots=True)
class Diary:
    """Entries in order of days, one a day.

    Parameters
    ----------
    entries : tuple of Entry
        In any order; they are sorted.
    outcomes : tuple of str
        Names of the rated outcomes, in the order of the file's columns.
    remarks : tuple of str
        What reading the diary had to do to it (rows merged, days sorted), as sentences that travel
        with every result.
    earlier : tuple of Entry
        Entries as they stood before a correction, in the order in which they were received; each look of
        the rule uses what had been received by then. Their days are among those of ``entries``.

    Raises
    ------
    DiaryError
        If two entries have the same day, an entry rates an outcome that is not listed, or an earlier
        version belongs to a day without an entry.

    Examples
    --------
    >>> diary = Diary((Entry(date(2026, 5, 4), "mat", {"pain": 4}),), ("pain",))
    >>> len(diary), diary.rated_days("pain")
    (1, 1)
    """

    entries: tuple[Entry, ...]
    outcomes: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    earlier: tuple[Entry, ...] = ()

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.entries, key=lambda entry: entry.day))
        for earlier, later in pairwise(ordered):
            if earlier.day == later.day:
                raise DiaryError(f"{later.where} has a second entry for its day; keep one a day.")
        days = {entry.day for entry in ordered}
        for entry in self.earlier:
            if entry.day not in days:
                raise DiaryError(f"{entry.where} has an earlier version but no entry; keep the entry too.")
        known = set(self.outcomes)
        for entry in (*ordered, *self.earlier):
            for name in entry.ratings:
                if name not in known:
                    raise DiaryError(f"{entry.where} rates {name!r}, which is not among {', '.join(self.outcomes)}.")
        object.__setattr__(self, "entries", ordered)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    @property
    def treatments(self) -> tuple[str, ...]:
        """The treatments that occur, in alphabetical order."""
        return tuple(sorted({entry.treatment for entry in self.entries if entry.treatment is not None}))

    def as_of(self, until: date | None) -> Iterator[Entry]:
        """The entries of days up to this one, each in the version that had been received by then.

        Examples
        --------
        >>> first = Entry(date(2026, 5, 4), "mat", {"pain": 4})
        >>> later = Entry(date(2026, 5, 4), "mat", {"pain": 6}, received=date(2026, 5, 7))
        >>> diary = Diary((later,), ("pain",), earlier=(first,))
        >>> [entry.ratings["pain"] for entry in diary.as_of(date(2026, 5, 5))]
        [4]
        """
        if until is None:
            yield from self.entries
            return
        versions: dict[date, list[Entry]] = {}
        for entry in self.earlier:
            versions.setdefault(entry.day, []).append(entry)
        for entry in self.entries:
            if entry.day > until:
                break
            known = [
                version
                for version in (*versions.get(entry.day, ()), entry)
                if (version.received or version.day) <= until
            ]
            if known:
                yield known[-1]

    def rated_days(self, outcome: str) -> int:
        """How many days rate this outcome."""
        return sum(outcome in entry.ratings for entry in self.entries)
