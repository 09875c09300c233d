"""The database of every version there was is opened by this one, and says what it said then."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.web.stored import STORED, told

VERSIONS = sorted(path.name.removesuffix(".sqlite3.gz") for path in STORED.glob("*.sqlite3.gz"))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_stored_database_comes_forward_and_gives_the_same_verdicts(version: str, in_a_file: Path) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    connection.close()
    for journal in in_a_file.glob("pinprick.sqlite3-*"):
        journal.unlink()
    (in_a_file / "pinprick.sqlite3").write_bytes(gzip.decompress((STORED / f"{version}.sqlite3.gz").read_bytes()))
    call_command("migrate", verbosity=0)
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    then = json.loads((STORED / f"{version}.json").read_text(encoding="utf-8"))
    now = told()
    assert [one["finding"] for one in now].count(None) == 1, "one of the three still runs"
    for one, was in zip(now, then, strict=True):
        for name in ("mean", "low", "high"):
            assert one.pop(name) == (None if was[name] is None else pytest.approx(was.pop(name), rel=1e-9))
            was.pop(name, None)
        assert one == was


def test_this_version_has_one() -> None:
    from pinprick.version import __version__

    assert __version__ in VERSIONS, "keep this release's database: .venv/bin/python -m tests.web.stored"
