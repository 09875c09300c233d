"""What tests of the site share: a database in a file where a test needs real ones, and tables that can be emptied."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def _tables_can_be_emptied() -> Iterator[None]:
    """Let Django empty the tables after a test with real transactions: the log lets go only of what is being erased."""
    from django.db import connection

    ops, flush = connection.ops, type(connection.ops).sql_flush

    def sql_flush(self, style, tables, **more):
        let_go = ["UPDATE trials_trialrecord SET head = 'erased'"] if "trials_trialrecord" in tables else []
        return let_go + flush(self, style, tables, **more)

    type(ops).sql_flush = sql_flush
    yield
    type(ops).sql_flush = flush


@pytest.fixture(scope="session")
def fresh_file(tmp_path_factory: pytest.TempPathFactory, django_db_blocker) -> Path:
    """Make a database file with empty tables, to be copied."""
    path = tmp_path_factory.mktemp("fresh") / "pinprick.sqlite3"
    with django_db_blocker.unblock(), _lying_at(path):
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
    return path


@pytest.fixture
def in_a_file(fresh_file: Path, tmp_path: Path, monkeypatch, django_db_blocker) -> Iterator[Path]:
    """Put Django's database into a file of a home of its own; the home."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("PINPRICK_HOME", str(home))
    shutil.copy(fresh_file, home / "pinprick.sqlite3")
    home.joinpath("pinprick.sqlite3").chmod(0o600)
    with django_db_blocker.unblock(), _lying_at(home / "pinprick.sqlite3"):
        yield home


@contextlib.contextmanager
def _lying_at(path: Path) -> Iterator[None]:
    """Put the default database into a file for a while, in every thread; the one in memory is set aside as it is."""
    from django.db import connections

    aside, settings = connections["default"], connections.settings["default"]
    connections.settings["default"] = settings | {"NAME": str(path)}
    connections["default"] = held = connections.create_connection("default")
    try:
        yield
    finally:
        held.close()
        connections["default"], connections.settings["default"] = aside, settings
