"""The guard on SQLite: no engine with the WAL-reset bug writes ahead, and every connection keeps what it was told."""

import sqlite3

import pytest

from pinprick_web import engine

VERSIONS = {
    (3, 40, 1): False,  # Debian 12
    (3, 44, 5): False,
    (3, 44, 6): True,  # mended in its line
    (3, 45, 1): False,  # Ubuntu 24.04
    (3, 46, 1): False,  # Debian 13
    (3, 50, 4): False,
    (3, 50, 6): False,
    (3, 50, 7): True,
    (3, 51, 0): False,
    (3, 51, 2): False,
    (3, 51, 3): True,
    (3, 52, 0): True,
    (4, 0, 0): True,
}


@pytest.mark.parametrize(("version", "is_safe"), VERSIONS.items())
def test_only_a_mended_engine_writes_ahead(version, is_safe, monkeypatch):
    assert engine.wal_is_safe(version) is is_safe
    monkeypatch.setattr(engine, "running_version", lambda: version)
    assert engine.journal_mode() == ("WAL" if is_safe else "DELETE")


def test_the_engine_that_comes_with_us_takes_the_place_of_the_system_s():
    pytest.importorskip("pysqlite3")
    import pysqlite3

    assert sqlite3 is pysqlite3 or sqlite3.sqlite_version == pysqlite3.sqlite_version
    assert engine.wal_is_safe(engine.running_version())


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
@pytest.mark.django_db
def test_a_fresh_connection_loses_nothing_and_keeps_nothing_erased(mode, tmp_path, settings):
    """As Django opens it, with the options of our settings, in a file of its own."""
    from django.db.backends.sqlite3.base import DatabaseWrapper

    told = settings.DATABASES["default"]
    options = told["OPTIONS"] | {"init_command": engine.init_command(mode)}
    connection = DatabaseWrapper(told | {"NAME": tmp_path / "one.sqlite3", "OPTIONS": options})

    def pragma(name):
        return connection.connection.execute(f"PRAGMA {name}").fetchone()[0]

    connection.connect()
    try:
        assert pragma("journal_mode") == mode.lower()
        assert {name: pragma(name) for name in ("synchronous", "foreign_keys", "secure_delete", "trusted_schema")} == {
            "synchronous": 2,
            "foreign_keys": 1,
            "secure_delete": 1,
            "trusted_schema": 0,
        }
    finally:
        connection.close()


def test_a_database_opened_for_reading_takes_no_write(tmp_path):
    connection = sqlite3.connect(tmp_path / "one.sqlite3")
    connection.execute("CREATE TABLE t (x)")
    connection.executescript(engine.init_command("WAL", read_only=True))
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("INSERT INTO t VALUES (1)")
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
    connection.close()
