"""Rows to a `Conduct` and back: the only place where the two meet.

A conduct is folded once and kept in memory under the link of its last event, so that a check-in folds one event and
not a hundred. A copy is used only where its head is still the row's, so that it can never be stale.
"""

from __future__ import annotations

import contextlib
import json
from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock
from typing import Final

from django.db import transaction

from pinprick import Conduct, FileError, Seal
from pinprick.trial.commitment import Event, broken_at, canonical
from pinprick_web.trials.models import EventRecord, SealRecord, TrialRecord

KEPT: Final = 256
_kept: OrderedDict[tuple[int, str], Conduct] = OrderedDict()
_lock = Lock()


def load(record: TrialRecord) -> Conduct:
    """The trial as its log says.

    Raises
    ------
    FileError
        If somebody changed the log: nothing can be built on it.
    """
    key = (record.pk, record.head)
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
            return found
    bodies = EventRecord.objects.filter(trial=record).order_by("number").values_list("body", flat=True)
    events = [Event.from_dict(json.loads(body), name="the diary") for body in bodies]
    broken = broken_at(events)
    if broken is not None or len(events) != record.n_events or (events and events[-1].link != record.head):
        raise FileError(
            f"Entry {broken or len(events) + 1} of this trial's log was changed or lost after it was written. "
            "Nothing can be built on it; restore a backup."
        )
    return _keep(record, Conduct(tuple(events)))


def _keep(record: TrialRecord, conduct: Conduct) -> Conduct:
    with _lock:
        _kept[(record.pk, record.head)] = conduct
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return conduct


def forget(record: TrialRecord) -> None:
    """Drop every copy of a trial from memory."""
    with _lock:
        for key in [key for key in _kept if key[0] == record.pk]:
            del _kept[key]


class Book:
    """A trial held for writing."""

    def __init__(self, record: TrialRecord) -> None:
        self.record = record
        self.conduct = load(record)

    def write(self, conduct: Conduct) -> Conduct:
        """Add what is new to the log; it is on the disk when the transaction ends."""
        known = len(self.conduct.events)
        new = conduct.events[known:]
        if conduct.events[:known] != self.conduct.events:
            raise FileError("This is another trial's log; nothing was written.")
        if new:
            EventRecord.objects.bulk_create(
                EventRecord(trial=self.record, number=event.number, body=canonical(event.to_dict()).decode())
                for event in new
            )
            self.record.n_events, self.record.head = len(conduct.events), new[-1].link
            self.record.save(update_fields=["n_events", "head"])
        self.conduct = conduct
        return conduct

    def seal(self) -> Seal:
        """The seal beside the trial.

        Raises
        ------
        FileError
            If it is lost: then nobody can know the rest of the order.
        """
        found = SealRecord.objects.filter(trial=self.record).first()
        if found is None:
            raise FileError("The sealed order of this trial is lost, so it ends here. Restore a backup, or stop it.")
        return Seal.from_text(found.text, name="the seal")

    def write_seal(self, seal: Seal) -> None:
        """Write the seal, in the same transaction as the event that makes it binding."""
        SealRecord.objects.create(trial=self.record, text=seal.to_text())


@contextlib.contextmanager
def writing(record: TrialRecord) -> Iterator[Book]:
    """Hold a trial for writing, in one transaction; others wait. Nothing is written if anything goes wrong."""
    with transaction.atomic():
        held = TrialRecord.objects.select_for_update().get(pk=record.pk)
        book = Book(held)
        yield book
    _keep(held, book.conduct)
    record.n_events, record.head = held.n_events, held.head


def create(record: TrialRecord, conduct: Conduct) -> None:
    """Write the first events of a new trial."""
    with writing(record) as book:
        book.write(conduct)
