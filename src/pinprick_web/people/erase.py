"""Erasing for good: rows, memory, the file's free pages, its write-ahead log, and every backup of ours.

The codes of what was erased are kept (they say nothing about anybody), so that a backup from elsewhere that still
has it does not bring it back. What a disk keeps of overwritten blocks is beyond a program; an encrypted disk is not.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction

from pinprick.errors import FileError
from pinprick_web import backup
from pinprick_web.home import FILE_MODE, erased_path
from pinprick_web.people.models import Person
from pinprick_web.trials import store
from pinprick_web.trials.access import BIN_DAYS
from pinprick_web.trials.models import TrialRecord

log = logging.getLogger("pinprick")

ERASED: Final = "erased"
"""A trial's head while it is being erased: the only word at which the database lets go of a log (migration 0002)."""
PATIENCE: Final = 45.0  # seconds to wait for others to close what they read
AGAIN_AFTER: Final = 0.05


def erase_person(person: Person) -> None:
    """Everything of a person's, for good, backups included.

    Raises
    ------
    FileError
        If somebody else keeps the database open for so long that its log cannot be emptied: the rows are gone by
        then, and it says how the rest goes.
    """
    records = list(TrialRecord.objects.filter(person=person))
    _erase(records, person)


def erase_trial(record: TrialRecord) -> None:
    """One trial, for good, backups included.

    Raises
    ------
    FileError
        As for `erase_person`.
    """
    _erase([record], None)


def empty_bin(now: datetime) -> int:
    """Erase what has been in the bin for too long to be taken back; how many trials that were.

    Older backups hold them until they age out, and a restore erases them again.
    """
    records = list(TrialRecord.objects.filter(binned_at__lt=now - timedelta(days=BIN_DAYS)))
    if records:
        _erase(records, None, backups=False)
    return len(records)


def _erase(records: list[TrialRecord], person: Person | None, *, backups: bool = True) -> None:
    made_up = person is not None and person.is_demo  # nobody's data are worth nobody's backups
    with backup.holding():  # else a backup that is just being taken, or put back, would still have it
        with transaction.atomic():
            codes = delete_rows(records, person)
            if not made_up:
                _remember(codes)
        for record in records:
            store.forget(record)
        for name in settings.CACHES:
            caches[name].clear()
        if not made_up:  # in somebody else's transaction, nothing can leave the file before that has ended
            transaction.on_commit(lambda: _leave_no_trace(backups=backups))


def delete_rows(records: Iterable[TrialRecord], person: Person | None, *, using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Delete the rows of trials, and of a person with all that is theirs; their codes.

    Inside a transaction of the caller's, so that no trial is ever half there. By code and never by key: a restore
    may have put somebody else's rows under the keys that were read before it.
    """
    records = list(records)
    codes = [str(record.code) for record in records]
    own = TrialRecord.objects.using(using).filter(code__in=[record.code for record in records])
    own.update(head=ERASED)
    own.delete()
    if person is not None:
        codes.append(str(person.code))
        TrialRecord.objects.using(using).filter(person__code=person.code).update(head=ERASED)
        Person.objects.using(using).filter(code=person.code).delete()
    return codes


def erased_codes() -> list[UUID]:
    """The codes of whoever and whatever was erased here; half a line, from a cut while it was written, is none."""
    path, codes = erased_path(), []
    for line in path.read_text(encoding="ascii").split() if path.exists() else []:
        with contextlib.suppress(ValueError):
            codes.append(UUID(line))
    return codes


def _remember(codes: Iterable[str]) -> None:
    """Write codes down before the rows are gone: one too many harms nobody, one too few could come back."""
    descriptor = os.open(erased_path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
    with os.fdopen(descriptor, "a", encoding="ascii") as file:
        file.write("".join(f"{code}\n" for code in codes))
        file.flush()
        os.fsync(descriptor)


def _leave_no_trace(*, backups: bool) -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    with backup.holding():
        if backups:
            for path in backup.backups():
                backup.shred(path)
        if connection.vendor == "sqlite":
            scrub(DEFAULT_DB_ALIAS)
            if backups and TrialRecord.objects.exists():
                backup.backup()
        else:
            _scrub_postgres()


def scrub(alias: str) -> None:
    """Write the file anew without what was deleted, and empty its write-ahead log.

    Raises
    ------
    FileError
        If another program reads for longer than anybody should wait.
    """
    until = time.monotonic() + PATIENCE
    with connections[alias].cursor() as cursor:
        while True:
            try:
                cursor.execute("VACUUM")
                busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            except OperationalError as error:
                if "locked" not in str(error):
                    raise
                busy = 1
            if not busy:
                return
            if time.monotonic() > until:
                raise FileError(
                    "It is erased, but another program reads the diary, so the file's log still holds it. Close that "
                    "program and stop Pinprick; the log goes then."
                )
            time.sleep(AGAIN_AFTER)


def _scrub_postgres() -> None:
    """As far as a program may: rows are gone and their tables rewritten; the server's own log has its own age."""
    tables = {model._meta.db_table for model in (Person, TrialRecord)}
    tables |= {
        one.related_model._meta.db_table for model in (Person, TrialRecord) for one in model._meta.related_objects
    }
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f'VACUUM FULL "{table}"')
    log.warning("erased; the PostgreSQL server's write-ahead log and its dumps keep it until they age out")
