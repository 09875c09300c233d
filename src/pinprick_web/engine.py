"""The guard on SQLite: which engine runs, and whether its write-ahead log may be trusted.

SQLite before 3.51.3 can lose what was committed where two connections meet at a bad moment (the WAL-reset bug; mended
in 3.44.6 and 3.50.7 of those lines too). `install` puts a newer engine in its place where there is one, before
Django loads; elsewhere `journal_mode` keeps to a rollback journal, which is not affected.
"""

from __future__ import annotations

import sys
from typing import Final

MENDED: Final = (3, 51, 3)
MENDED_IN_LINE: Final = {(3, 44): 6, (3, 50): 7}


def install() -> None:
    """Take the engine that comes with us, where there is one for this machine; before anything imports sqlite3."""
    try:
        import pysqlite3
        import pysqlite3.dbapi2
    except ImportError:  # no wheel for this machine: the system's engine, under the guard
        return
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether an engine of this version keeps what was committed to a write-ahead log.

    Examples
    --------
    >>> [wal_is_safe(version) for version in ((3, 40, 1), (3, 44, 6), (3, 46, 1), (3, 50, 7), (3, 51, 2), (3, 51, 3))]
    [False, True, False, True, False, True]
    """
    line, patch = tuple(version[:2]), version[2]
    return version >= MENDED or patch >= MENDED_IN_LINE.get((line[0], line[1]), sys.maxsize)


def running_version() -> tuple[int, ...]:
    """The version of the engine that runs."""
    import sqlite3

    return tuple(sqlite3.sqlite_version_info)


def journal_mode() -> str:
    """``WAL`` where it may be trusted, else ``DELETE``."""
    return "WAL" if wal_is_safe(running_version()) else "DELETE"


def why_journal_mode() -> str:
    """The mode in a sentence, with its reason."""
    version = ".".join(map(str, running_version()))
    if journal_mode() == "WAL":
        return f"SQLite {version} keeps a write-ahead log, which is safe from 3.51.3 on (and in 3.44.6+ and 3.50.7+)."
    return (
        f"SQLite {version} can lose what it wrote to a write-ahead log (mended in 3.51.3), so it keeps a rollback "
        "journal, which is slower and safe."
    )


def init_command(mode: str, *, read_only: bool = False) -> str:
    """What every connection is told before it is used: nothing committed is lost, nothing erased stays.

    Examples
    --------
    >>> "synchronous=FULL" in init_command("WAL"), "secure_delete=ON" in init_command("DELETE")
    (True, True)
    >>> init_command("WAL", read_only=True).endswith("PRAGMA query_only=ON;")
    True
    """
    pragmas = {
        "journal_mode": mode,
        "synchronous": "FULL",
        "foreign_keys": "ON",
        "secure_delete": "ON",
        "trusted_schema": "OFF",
        "temp_store": "MEMORY",
        "journal_size_limit": "27103364",
        "cache_size": "-8000",
    }
    if read_only:
        pragmas = {"foreign_keys": "ON", "trusted_schema": "OFF", "temp_store": "MEMORY", "query_only": "ON"}
    return " ".join(f"PRAGMA {name}={value};" for name, value in pragmas.items())
