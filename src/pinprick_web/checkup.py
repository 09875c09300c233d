"""Whether a diary is safe where it lies: its engine, who may read it, the file, and whether a backup comes back."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection

from pinprick.errors import FileError
from pinprick_web import backup, engine
from pinprick_web.home import database_path, home, open_to_others
from pinprick_web.housekeeping import BACKUP_EVERY


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    holds: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Checkup:
    """Everything that was looked at."""

    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return all(one.holds for one in self.findings)

    @property
    def summary(self) -> str:
        """In one sentence."""
        n_wrong = sum(not one.holds for one in self.findings)
        if n_wrong == 0:
            return "All is well."
        return "One thing is wrong." if n_wrong == 1 else f"{n_wrong} things are wrong."

    @property
    def sentences(self) -> list[str]:
        """What was found, one sentence each, the wrong ones marked."""
        return [one.sentence if one.holds else f"WRONG: {one.sentence}" for one in self.findings]

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        found = [{"name": one.name, "holds": one.holds, "sentence": one.sentence} for one in self.findings]
        return {"holds": self.holds, "summary": self.summary, "findings": found}


def examine() -> Checkup:
    """Look at everything once; nothing is changed."""
    findings = [Finding("folder", True, f"Everything lies in {home()}."), _permissions()]
    if connection.vendor != "sqlite":
        return Checkup((*findings, Finding("engine", True, "The diary is in PostgreSQL; its backups are pg_dump's.")))
    if not database_path().exists():  # before anything opens it, for that would make it
        engine_told = Finding("engine", True, engine.why_journal_mode())
        nothing_yet = Finding("database", True, "There is no diary yet; pinprick serve makes one.")
        return Checkup((*findings, engine_told, nothing_yet))
    return Checkup((*findings, _engine(), _database(), _newest(), _drill()))


def _permissions() -> Finding:
    wrong = open_to_others()
    if wrong:
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        return Finding("permissions", False, f"Others may read {wrong[0]}{more}; pinprick serve closes them.")
    return Finding("permissions", True, "Only its owner may read it.")


def _engine() -> Finding:
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0].upper()
        kept = cursor.execute("PRAGMA synchronous").fetchone()[0]
    holds = mode in (engine.journal_mode(), "MEMORY") and kept == 2  # 2 is FULL
    told = "" if holds else f" But the diary is in {mode} mode with synchronous {kept}."
    return Finding("engine", holds, engine.why_journal_mode() + told)


def _database() -> Finding:
    try:
        if backup.unknown_migrations():
            return Finding("database", False, "The diary was made by a newer Pinprick; install that one to change it.")
        contents = backup.read_whole(DEFAULT_DB_ALIAS, name="the diary")
    except FileError as error:
        return Finding("database", False, f"{str(error).replace('; nothing was changed', '')} Restore a backup.")
    except DatabaseError as error:
        return Finding("database", False, f"The diary cannot be read ({error}). Restore a backup.")
    whole = f"The diary is whole: trials {contents.n_trials}, entries in their logs {contents.n_events}."
    return Finding("database", True, whole)


def _newest() -> Finding:
    newest = backup.newest()
    if newest is None:
        return Finding("backup", True, "There is no backup yet; pinprick backup takes one, pinprick serve one a day.")
    age = datetime.now(UTC) - backup.taken_at(newest)
    when = f"The newest backup is {newest} ({_age(age.total_seconds())} old)"
    if age > 2 * BACKUP_EVERY:  # no fault: the site may not have run
        return Finding("backup", True, f"{when}; pinprick backup takes a new one.")
    return Finding("backup", True, f"{when}.")


def _age(seconds: float) -> str:
    hours = int(seconds // 3600)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours" if hours != 1 else "1 hour"


def _drill() -> Finding:
    began = time.monotonic()
    try:
        done = backup.drill()
    except FileError as error:
        return Finding("drill", False, f"The newest backup does not come back: {error}")
    if done is None:
        return Finding("drill", True, "With no backup there was none to try.")
    took = time.monotonic() - began
    return Finding("drill", True, f"It was put back into a file of its own and is whole ({took:.1f} s).")
