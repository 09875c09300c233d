"""What is erased is gone: from the rows, the file, its log, every backup and memory, while the site goes on running."""

import os
import shutil
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

from tests.conducted import DAY_0, at
from tests.running import ratings_of, running_trial
from tests.serving import Client, Serving

CANARY = "kanarienvogel-7f3a"
HOLD = "import filelock, sys\nwith filelock.FileLock(sys.argv[1]): print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def me(in_a_file):
    from pinprick_web.people.models import Person

    return Person.objects.just_me()


def sing(person):
    """A trial with the canary wherever words of a person's are kept; written often, so that it lies in many places."""
    from pinprick_web.trials import services

    record = running_trial(person, answered=3)
    record.complaint = {"regions": [f"{CANARY}-region"], "goal": f"{CANARY}-goal", "now": 6}
    record.save()
    services.wish(person, goal=f"{CANARY}-draft")
    for value in range(8):
        entered = services.Entered(
            uuid4(), DAY_0 + timedelta(days=3), {"pain": value}, note=f"{CANARY}-note {value} " * 40, correct=True
        )
        services.record_entry(record, entered, at(3))
    return record


def where(home: Path, needle: str = CANARY) -> list[str]:
    """The files below a folder that hold a word; as it is, and as UTF-16 and in capitals would be."""
    forms = [needle.encode(), needle.upper().encode(), needle.encode("utf-16-le")]
    return sorted(
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    )


def everything(home: Path) -> bool:
    """Whether the word lies in the file itself or its log, and in a backup: else its absence would show nothing."""
    found = where(home)
    return any(name.startswith("pinprick.sqlite3") for name in found) and any("backups" in name for name in found)


def test_no_byte_of_an_erased_person_is_left_in_any_file(me, in_a_file) -> None:
    from pinprick_web import backup
    from pinprick_web.people.erase import erase_person
    from pinprick_web.people.models import Person
    from pinprick_web.trials.models import TrialRecord

    record = sing(me)
    backup.backup()
    assert everything(in_a_file)
    began = time.monotonic()
    erase_person(me)
    print(f"a person erased in {time.monotonic() - began:.2f} s")
    assert time.monotonic() - began < 60
    assert where(in_a_file) == []
    assert backup.backups() == []
    assert not Person.objects.exists()
    assert not TrialRecord.objects.exists()
    assert in_a_file.joinpath("erased.txt").read_text().split() == [str(record.code), str(me.code)]


def test_others_keep_everything_and_get_a_fresh_backup(me, in_a_file) -> None:
    from pinprick_web import backup
    from pinprick_web.people.erase import erase_person
    from pinprick_web.people.models import Person

    other = running_trial(Person.objects.create(), lived=4)
    before = ratings_of(other)
    sing(me)
    old = backup.backup()
    assert everything(in_a_file)
    erase_person(me)
    assert where(in_a_file) == []
    assert ratings_of(other) == before
    assert backup.newest() not in (None, old)
    assert backup.drill().contents.n_trials == 1


def test_one_trial_goes_and_the_person_s_others_stay(me, in_a_file) -> None:
    from pinprick_web import backup
    from pinprick_web.people.erase import erase_trial
    from pinprick_web.trials.access import trials_of
    from pinprick_web.trials.models import DraftRecord

    record, kept = sing(me), running_trial(me)
    DraftRecord.objects.all().delete()
    backup.backup()
    assert everything(in_a_file)
    erase_trial(record)
    assert where(in_a_file) == []
    assert list(trials_of(me)) == [kept]


def test_nothing_of_it_stays_in_memory(me) -> None:
    from django.core.cache import caches

    from pinprick_web.people.erase import erase_trial
    from pinprick_web.trials import store

    record = sing(me)
    store.load(record)
    caches["sitting"].set("answers", CANARY)
    pk = record.pk
    erase_trial(record)
    assert not [key for key in store._kept if key[0] == pk]
    assert caches["sitting"].get("answers") is None


def test_an_erasure_that_is_cut_off_leaves_all_or_nothing(me, in_a_file, monkeypatch) -> None:
    from pinprick_web.people import erase
    from pinprick_web.trials import store

    record = sing(me)
    monkeypatch.setattr(erase, "_remember", lambda codes: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        erase.erase_trial(record)
    record.refresh_from_db()
    assert store.load(record).events


def test_somebody_who_reads_on_and_on_is_said_so(me, in_a_file, monkeypatch) -> None:
    import sqlite3

    from pinprick.errors import FileError
    from pinprick_web.people import erase
    from pinprick_web.trials.models import DraftRecord

    record = sing(me)
    DraftRecord.objects.all().delete()
    reader = sqlite3.connect(in_a_file / "pinprick.sqlite3")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM trials_eventrecord").fetchone()
    monkeypatch.setattr(erase, "PATIENCE", 0.2)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=100")
    with pytest.raises(FileError, match="another program reads the diary") as error:
        erase.erase_trial(record)
    assert "\n" not in str(error.value)
    reader.close()
    assert where(in_a_file)  # which is why it was said
    erase.scrub("default")
    assert where(in_a_file) == []


# --- while a backup is at work ----------------------------------------------------------------------------


def erasing(person) -> Thread:
    """Begin to erase a person in a thread of its own, and give it the time that it needs when nobody is in its way."""
    from django.db import connections

    from pinprick_web.people.erase import erase_person

    def erase():
        try:
            erase_person(person)
        finally:
            connections.close_all()

    thread = Thread(target=erase)
    thread.start()
    thread.join(1)
    return thread


@pytest.mark.parametrize("step", ["_copy", "_bring_up", "_erase_again"])
def test_who_is_erased_while_a_backup_is_at_work_is_in_no_file_afterwards(
    me, in_a_file, tmp_path, monkeypatch, step
) -> None:
    """Erased just after a backup has read them, while one is tried out, and just after a restore saw who is erased."""
    from pinprick_web import backup
    from pinprick_web.people.models import Person
    from pinprick_web.trials.models import TrialRecord

    sing(me)
    elsewhere = shutil.copy(backup.backup(), tmp_path / "on a stick.sqlite3")
    real, threads = getattr(backup, step), []

    def crossed(*args, **more):
        done = real(*args, **more)
        if not threads:
            threads.append(erasing(me))
            waited.append(threads[0].is_alive())
        return done

    waited: list[bool] = []
    monkeypatch.setattr(backup, step, crossed)
    work = {"_copy": backup.backup, "_bring_up": backup.drill, "_erase_again": lambda: backup.restore(elsewhere)}
    work[step]()
    threads[0].join(60)
    assert waited == [True]
    assert where(in_a_file) == []
    assert not Person.objects.exists()
    assert not TrialRecord.objects.exists()


def test_who_came_with_a_restore_is_not_erased_under_another_s_key(me, in_a_file) -> None:
    """An erasure that waited for a restore finds other rows under the keys that it read before."""
    from django.db import transaction

    from pinprick_web.people.erase import delete_rows
    from pinprick_web.people.models import Person
    from pinprick_web.trials.models import TrialRecord

    record = running_trial(me)
    person_before, record_before = Person(pk=me.pk), TrialRecord(pk=record.pk, person=me)
    assert person_before.code != me.code
    with transaction.atomic():
        delete_rows([record_before], person_before)
    assert list(TrialRecord.objects.all()) == [record]
    assert list(Person.objects.all()) == [me]
    assert ratings_of(record) is not None  # its log still reads as a diary


def test_an_erasure_that_waits_for_too_long_erases_nothing_and_says_so(me, in_a_file, monkeypatch) -> None:
    from pinprick.errors import FileError
    from pinprick_web import backup
    from pinprick_web.people.erase import erase_person
    from pinprick_web.people.models import Person

    sing(me)
    monkeypatch.setattr(backup, "PATIENCE", 0.2)
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(in_a_file / "backups.lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout.readline() == b"held\n"
    with pytest.raises(FileError, match="wait until it ends, and try again") as error:
        erase_person(me)
    other.communicate()
    assert "\n" not in str(error.value)
    assert Person.objects.get() == me
    erase_person(me)
    assert where(in_a_file) == []


def test_the_made_up_person_costs_no_real_backup(me, in_a_file) -> None:
    from pinprick_web import backup
    from pinprick_web.people.erase import erase_person
    from pinprick_web.people.models import Person
    from pinprick_web.trials.models import TrialRecord

    running_trial(me)
    made_up = Person.objects.create(kind=Person.Kind.DEMO)
    running_trial(made_up)
    path = backup.backup()
    erase_person(made_up)
    assert backup.backups() == [path]
    assert TrialRecord.objects.count() == 1
    assert not in_a_file.joinpath("erased.txt").exists()


def test_it_is_erased_through_the_site_while_the_site_runs(me, in_a_file) -> None:
    """Two clients hold connections, and with them the server's to the database; one of them erases everything."""
    from django.db import connection

    from pinprick_web import backup

    record = sing(me)
    backup.backup()
    connection.close()
    with Serving(in_a_file) as served:
        clients = [Client(served.port) for _ in range(5)]
        for client in clients:
            status, _headers, page = client.get(f"/trial/{record.code}/diary/")
            assert status == 200, page
        assert everything(in_a_file)
        began = time.monotonic()
        status, headers, page = clients[0].post("/settings/erase/", {"sure": "1"})
        print(f"erased through the site in {time.monotonic() - began:.2f} s")
        assert (status, headers.get("location")) == (302, "/erased/"), page
        assert time.monotonic() - began < 60
        assert where(in_a_file) == []
        assert clients[1].get(f"/trial/{record.code}/diary/")[0] == 404
        assert clients[2].get("/")[0] == 200
        for client in clients:
            client.close()
    assert where(in_a_file) == []


def test_it_is_erased_from_another_process_while_the_site_runs(me, in_a_file) -> None:
    from django.db import connection

    record = sing(me)
    connection.close()
    program = (
        "import django; django.setup()\n"
        "from pinprick_web.people.erase import erase_person\n"
        "from pinprick_web.people.models import Person\n"
        "erase_person(Person.objects.just_me())\n"
    )
    with Serving(in_a_file) as served:
        clients = [Client(served.port) for _ in range(5)]
        for client in clients:
            assert client.get(f"/trial/{record.code}/diary/")[0] == 200
        assert where(in_a_file)
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "pinprick_web.settings", "PINPRICK_HOME": str(in_a_file)}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert where(in_a_file) == []
        assert clients[3].get(f"/trial/{record.code}/diary/")[0] == 404
        for client in clients:
            client.close()
