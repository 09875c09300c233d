"""Backups of the embedded database: taken while it is written to, tried out, put back, and thrown away when old.

A backup is put back only after a copy of it has been read whole: the pages, what the rows refer to, and every trial's
chain of links. What was erased since is erased from that copy before anybody sees it. Backups, restores and erasures
come one after another (`holding`), so that none brings back what another has just erased. On PostgreSQL backups are the
server's business (pg_dump), and everything here says so.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.migrations.loader import MigrationLoader
from filelock import FileLock, Timeout

from pinprick.errors import FileError, PinprickError
from pinprick.trial.commitment import Event, broken_at
from pinprick_web import engine
from pinprick_web.home import FILE_MODE, backups_path, home

engine.install()  # the engine that Django has, or neither could copy from the other

import sqlite3  # noqa: E402 - after it

if TYPE_CHECKING:
    from pinprick_web.trials.models import TrialRecord

KEPT_DAYS: Final = 30
OURS: Final = ("people", "trials")
NAME: Final = re.compile(r"pinprick-(\d{4}-\d{2}-\d{2}-\d{6}-\d{6})\.sqlite3")
STAMP: Final = "%Y-%m-%d-%H%M%S-%f"
PATIENCE: Final = 60.0  # seconds to wait for another; an erasure may itself wait 45 for who reads
LOOKED_AT: Final = "copy-"  # what the names of copies begin with that are looked at and thrown away


@dataclass(frozen=True, slots=True)
class Contents:
    """What a sound database holds: rows by table, and trials whose log is whole."""

    rows: dict[str, int]
    n_trials: int
    n_events: int


@dataclass(frozen=True, slots=True)
class Drill:
    """A backup that was put back into a file of its own and read whole."""

    path: Path
    taken_at: datetime
    contents: Contents
    seconds: float


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, how much of it had been erased since, and where what was there before now lies."""

    contents: Contents
    n_erased_again: int
    before: Path | None


@contextlib.contextmanager
def holding() -> Iterator[None]:
    """Hold every copy of the data, in all processes: no backup, restore or erasure by anybody else meanwhile.

    Whoever holds them may ask again. Check-ins do not wait for it.

    Raises
    ------
    FileError
        If somebody else holds them for longer than a minute.

    Examples
    --------
    >>> with holding(), holding():
    ...     print("held twice by one, and by nobody else")
    held twice by one, and by nobody else
    """
    lock = FileLock(home() / "backups.lock", mode=FILE_MODE, is_singleton=True)
    try:
        lock.acquire(timeout=PATIENCE)
    except Timeout:
        raise FileError(
            f"Pinprick has been backing up, restoring or erasing for {PATIENCE:.0f} seconds; wait until it ends, and "
            "try again."
        ) from None
    except OSError as error:
        raise FileError(
            f"{lock.lock_file} cannot be written ({error.strerror}); check that you may write there."
        ) from None
    try:
        yield
    finally:
        lock.release()


def backup() -> Path:
    """Copy everything into a file of its own, while others go on writing.

    Returns
    -------
    Path
        Where it lies; its name has the time in UTC, and only its owner may read it.

    Raises
    ------
    FileError
        If the database is not ours to copy, or there is no room.
    """
    _check_embedded()
    with holding():
        path = backups_path() / f"pinprick-{datetime.now(UTC).strftime(STAMP)}.sqlite3"
        beside = path.with_suffix(".part")
        try:
            connection.ensure_connection()
            _copy(connection.connection, beside)
            beside.replace(path)
        except (OSError, DatabaseError, sqlite3.Error) as error:
            beside.unlink(missing_ok=True)
            raise FileError(f"The backup {path} was not written ({error}); is the disk full?") from None
    return path


def backups() -> list[Path]:
    """Every backup of ours, the oldest first."""
    return sorted(path for path in backups_path().iterdir() if NAME.fullmatch(path.name))


def newest() -> Path | None:
    """The last backup taken, if there is one."""
    found = backups()
    return found[-1] if found else None


def taken_at(path: Path) -> datetime:
    """When a backup of ours was taken, as its name says.

    Examples
    --------
    >>> taken_at(Path("pinprick-2026-11-25-231502-000042.sqlite3")).isoformat(timespec="seconds")
    '2026-11-25T23:15:02+00:00'
    """
    found = NAME.fullmatch(path.name)
    if found is None:
        raise FileError(f"{path.name} is not a name that Pinprick gives a backup.")
    return datetime.strptime(found[1], STAMP).replace(tzinfo=UTC)


def age_out(now: datetime) -> list[Path]:
    """Throw away what is older than 30 days, so that what was erased is gone from there too."""
    old = [path for path in backups() if now - taken_at(path) > timedelta(days=KEPT_DAYS)]
    for path in old:
        shred(path)
    return old


def drill() -> Drill | None:
    """Put the newest backup back into a file of its own and read it whole; None where there is none.

    Raises
    ------
    FileError
        If it could not be put back.
    """
    _check_embedded()
    with holding():
        path = newest()
        if path is None:
            return None
        began = time.monotonic()
        with _looked_at(path) as alias:
            contents = read_whole(alias, name=path.name)
        return Drill(path, taken_at(path), contents, time.monotonic() - began)


def restore(path: Path) -> Restored:
    """Put a backup back. What is there now is backed up first; what was erased since stays erased.

    Raises
    ------
    FileError
        If the file is damaged, not ours, or of a newer Pinprick; then nothing has changed.
    """
    from pinprick_web.people.erase import scrub
    from pinprick_web.trials import store

    _check_embedded()
    with _looked_at(path) as alias:
        read_whole(alias, name=path.name)
        n_erased = _erase_again(alias)
        if n_erased:
            scrub(alias)
        contents = read_whole(alias, name=path.name)
        before = backup() if connection.introspection.table_names() else None
        connections[alias].connection.backup(connection.connection)  # one transaction: all of it, or as before
    for record in _trials(DEFAULT_DB_ALIAS):
        store.forget(record)
    return Restored(contents, n_erased, before)


def read_whole(alias: str, *, name: str) -> Contents:
    """Read a database whole: its pages, what rows refer to, and every trial's chain of links.

    Raises
    ------
    FileError
        At the first thing that is not as it was written.
    """
    try:
        with connections[alias].cursor() as cursor:
            told = cursor.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if told != "ok":
                raise FileError(f"{name} is damaged ({told.splitlines()[-1][:80]}); nothing was changed.")
            if cursor.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise FileError(f"{name} is damaged (a row refers to one that is not there); nothing was changed.")
        rows = {
            model._meta.db_table: model._default_manager.using(alias).count()
            for app in OURS
            for model in apps.get_app_config(app).get_models()
        }
        n_trials = n_events = 0
        for record in _trials(alias):
            n_trials, n_events = n_trials + 1, n_events + _read_log(record, alias, name=name)
    except DatabaseError as error:
        raise FileError(f"{name} is damaged ({error}); nothing was changed.") from None
    if rows["trials_eventrecord"] != n_events:
        raise FileError(f"{name} holds events of no trial; nothing was changed.")
    return Contents(rows, n_trials, n_events)


def unknown_migrations(alias: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Steps that a newer Pinprick took in a database, and this one does not know."""
    loader = MigrationLoader(connections[alias])
    known = set(loader.disk_migrations)
    return sorted(
        f"{app}.{name}" for app, name in loader.applied_migrations if app in OURS and (app, name) not in known
    )


def shred(path: Path) -> None:
    """Overwrite a file and remove it."""
    with contextlib.suppress(FileNotFoundError):
        with path.open("r+b") as file:
            left = path.stat().st_size
            while left > 0:
                left -= file.write(bytes(min(left, 2**20)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def shred_leftovers() -> None:
    """Throw away copies that a run left behind which was cut off."""
    with holding():  # what somebody is at work with is no leftover
        for path in [*home().glob(f"{LOOKED_AT}*"), *backups_path().glob("*.part*")]:
            shred(path)


# --- behind the doors -----------------------------------------------------------------------------------


def _check_embedded() -> None:
    if connection.vendor != "sqlite":
        raise FileError("Pinprick runs on PostgreSQL here, whose backups are taken by pg_dump and put back by psql.")


def _copy(source: Any, path: Path) -> None:
    """Copy a database into a new file, in one step and on the disk when it returns."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    target = sqlite3.connect(path)
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file that stands alone, without a log beside it
    finally:
        target.close()
    with path.open("r+b") as file:
        os.fsync(file.fileno())


@contextlib.contextmanager
def _looked_at(path: Path) -> Iterator[str]:
    """Hold a copy of a backup, brought up to this version, under a name for Django; thrown away at the end."""
    with holding(), _copied(path) as alias:
        yield alias


@contextlib.contextmanager
def _copied(path: Path) -> Iterator[str]:
    copy = home() / f"{LOOKED_AT}{secrets.token_hex(8)}.sqlite3"
    alias = copy.stem
    try:
        if not path.is_file():
            raise FileError(f"There is no file {path}; pinprick check says where backups lie.")
        try:
            source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            try:
                _copy(source, copy)
            finally:
                source.close()
        except (OSError, sqlite3.Error) as error:
            raise FileError(f"{path.name} is not a backup of Pinprick, or it is damaged ({error}).") from None
        connections.settings[alias] = _settings(copy)
        try:
            _bring_up(alias, name=path.name)
            yield alias
        finally:
            connections[alias].close()
            del connections[alias]
            del connections.settings[alias]
    finally:
        for one in home().glob(f"{copy.name}*"):
            shred(one)


def _settings(copy: Path) -> dict[str, Any]:
    like = connections.settings[DEFAULT_DB_ALIAS]
    options = {**like["OPTIONS"], "init_command": engine.init_command("DELETE")}
    return {**like, "NAME": str(copy), "CONN_MAX_AGE": 0, "OPTIONS": options}


def _bring_up(alias: str, *, name: str) -> None:
    """Bring a copy up to this version; refuse one that is not ours, or newer than we are."""
    try:
        if "trials_trialrecord" not in connections[alias].introspection.table_names():
            raise FileError(f"{name} is not a backup of Pinprick; nothing was changed.")
        if unknown_migrations(alias):
            raise FileError(f"{name} was made by a newer Pinprick; install that one to put it back.")
        call_command("migrate", database=alias, verbosity=0, interactive=False)
    except DatabaseError as error:
        raise FileError(f"{name} is damaged ({error}); nothing was changed.") from None


def _trials(alias: str) -> Iterator[TrialRecord]:
    from pinprick_web.trials.models import TrialRecord

    return TrialRecord.objects.using(alias).order_by("pk").iterator()


def _read_log(record: TrialRecord, alias: str, *, name: str) -> int:
    """The number of a trial's events, if its log is as it was written."""
    bodies = record.events.using(alias).order_by("number").values_list("body", flat=True)
    try:
        events = [Event.from_dict(json.loads(body), name=name) for body in bodies]
        broken = broken_at(events)
    except (ValueError, PinprickError):
        raise FileError(f"{name} holds a trial whose log cannot be read; nothing was changed.") from None
    if broken is not None or len(events) != record.n_events or (events and events[-1].link != record.head):
        at = broken if broken is not None else len(events) + 1
        raise FileError(f"{name} holds a trial whose log was changed at entry {at}; nothing was changed.")
    return len(events)


def _erase_again(alias: str) -> int:
    """Erase from a copy whatever was erased here since it was taken; how many trials and people that were."""
    from pinprick_web.people.erase import delete_rows, erased_codes
    from pinprick_web.people.models import Person
    from pinprick_web.trials.models import TrialRecord

    codes, n = erased_codes(), 0
    with transaction.atomic(using=alias):
        for person in Person.objects.using(alias).filter(code__in=codes):
            n += len(delete_rows([], person, using=alias))
        n += len(delete_rows(TrialRecord.objects.using(alias).filter(code__in=codes), None, using=alias))
    return n
