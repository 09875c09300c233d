"""What a file holds about one person, whoever wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pinprick.trial.diary import Diary
from pinprick.trial.protocol import Protocol
from pinprick.trial.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Source:
    """One person's diary, and what else the file says.

    Parameters
    ----------
    kind : str
        Whose format it was: "csv", "trial", "studyu" or "nof1kit".
    diary : Diary
        The entries; its remarks say what reading did to them.
    schedule : Schedule, optional
        Which treatment was due on which day, and how that came about, where the file says it. None for a
        diary of our own, whose treatment column is all there is.
    protocol : Protocol, optional
        The plan, where the file holds one.
    participant : str, optional
        The person's id, where the file holds several people.
    remarks : tuple of str
        What is true of the file, beyond its entries: questions left out, for example.
    also_called : mapping of str to str
        Further names of an outcome, such as the id of its question, and the outcome's name in the diary.
    """

    kind: str
    diary: Diary
    schedule: Schedule | None = None
    protocol: Protocol | None = None
    participant: str | None = None
    remarks: tuple[str, ...] = ()
    also_called: Mapping[str, str] = field(default_factory=dict)
