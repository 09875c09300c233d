"""What the site does by itself, worked out each time from how things stand: backups, the bin, no old copies.

Nothing is queued, so nothing can be lost by a kill: the next pass finds what is due.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Final

from django.db import DatabaseError, connection, connections

from pinprick.errors import PinprickError
from pinprick_web import backup
from pinprick_web.people.erase import empty_bin

log = logging.getLogger("pinprick")

BACKUP_EVERY: Final = timedelta(hours=24)
FIRST_AFTER: Final = 60.0  # seconds: the first pages come first
PASS_EVERY: Final = 600.0
LOOK_EVERY: Final = 2.0


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass did."""

    n_erased: int
    backup: Path | None
    aged_out: tuple[Path, ...]


def keep_house(now: datetime) -> Pass:
    """Do whatever is due: the bin first, so that the day's backup holds nothing of it."""
    n_erased = empty_bin(now)
    if connection.vendor != "sqlite":
        return Pass(n_erased, None, ())
    newest = backup.newest()
    is_due = newest is None or now - backup.taken_at(newest) >= BACKUP_EVERY
    return Pass(n_erased, backup.backup() if is_due else None, tuple(backup.age_out(now)))


def begin(*, parent: int, stop: Event | None = None) -> Thread:
    """Keep house in the background, and end this process when the one that started it was killed.

    Parameters
    ----------
    parent : int
        The process that started this one. An orphan would go on holding the port.
    stop : Event, optional
        Ends it, for tests.
    """
    thread = Thread(target=_keep, args=(parent, stop or Event()), name="housekeeping", daemon=True)
    thread.start()
    return thread


def _keep(parent: int, stop: Event) -> None:
    waited, due = 0.0, FIRST_AFTER
    while not stop.wait(LOOK_EVERY):
        if os.getppid() != parent:
            os._exit(1)
        waited += LOOK_EVERY
        if waited < due:
            continue
        waited, due = 0.0, PASS_EVERY
        try:
            keep_house(datetime.now(UTC))
        except (PinprickError, DatabaseError, OSError) as error:
            log.error("housekeeping: %s", str(error).split("\n")[0][:200])
        finally:
            connections.close_all()
