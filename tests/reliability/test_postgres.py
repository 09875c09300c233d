"""The same tests with PostgreSQL behind the site, where its programs are on this machine; a server of their own."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import django
django.setup()
from datetime import timedelta
from uuid import uuid4
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
call_command("migrate", verbosity=0)
from pinprick_web import backup
from pinprick_web.people.erase import erase_person, erase_trial
from pinprick_web.people.models import Person
from pinprick_web.trials import services
from pinprick_web.trials.models import TrialRecord
from tests.conducted import DAY_0, at
from tests.running import ratings_of, running_trial

assert connection.vendor == "postgresql"
person = Person.objects.create()
trial = running_trial(person, answered=3)
changes = [
    lambda: trial.events.all().delete(), lambda: trial.events.update(body="{}"), trial.delete, person.delete,
]
for change in changes:
    try:
        with transaction.atomic():
            change()
    except IntegrityError as refused:
        assert "the log of a trial" in str(refused)
    else:
        raise AssertionError("not refused")
assert trial.events.count() == trial.n_events

day = DAY_0 + timedelta(days=3)
entered = services.Entered(uuid4(), day, {"pain": 4.0})
first = services.record_entry(trial, entered, at(3))
again = services.record_entry(trial, entered, at(3))
assert (first.written, first.repeated, again.written, again.repeated) == ("new", False, "new", True)
assert [one.ratings for one in ratings_of(trial)[day]] == [{"pain": 4.0}]

other = running_trial(Person.objects.create())
erase_person(person)
assert [record.pk for record in TrialRecord.objects.all()] == [other.pk]
assert other.events.count() == other.n_events
erase_trial(other)
assert not TrialRecord.objects.exists()
call_command("migrate", "trials", "0001", verbosity=0)
call_command("migrate", verbosity=0)
assert backup.unknown_migrations() == []
print("done")
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def service():
    """Start a PostgreSQL of its own, reached by a socket alone; what Django needs to find it."""
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        absent = "no initdb or pg_ctl on the path: PostgreSQL went untried"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(absent)
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short, for the name of a socket may have 107 characters
    another = []
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        another = ["runuser", "-u", "nobody", "--"]
        shutil.chown(folder, "nobody")
    data = folder / "data"

    def do(*command: str) -> None:
        done = subprocess.run([*another, *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert done.returncode == 0, done.stderr

    do("initdb", "--pgdata", str(data), "--auth", "trust", "--username", "pinprick", "--no-sync")
    options = f"-k {folder} -c listen_addresses=''"
    do("pg_ctl", "--pgdata", str(data), "--options", options, "--log", str(folder / "log"), "--wait", "start")
    named = folder / "services"
    named.write_text(f"[pinprick]\nhost={folder}\nuser=pinprick\ndbname=postgres\n")
    yield {"PGSERVICEFILE": str(named), "PINPRICK_POSTGRES": "pinprick"}
    do("pg_ctl", "--pgdata", str(data), "--mode", "immediate", "--wait", "stop")
    shutil.rmtree(folder)


def test_on_postgresql_logs_are_guarded_and_people_are_erased(service, tmp_path) -> None:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    told = {"PINPRICK_HOME": str(tmp_path / "home"), "DJANGO_SETTINGS_MODULE": "pinprick_web.settings"}
    environment = os.environ | service | told | {"PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout == "done\n", done.stderr
