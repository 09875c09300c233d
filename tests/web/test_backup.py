"""Backups: taken while others write, read whole before they are put back, and nothing erased comes back with them."""

import shutil
import sqlite3
import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from uuid import uuid4

import pytest

from pinprick.errors import FileError
from tests.conducted import DAY_0, at
from tests.running import ratings_of, running_trial

GUARDS = ("pinprick_log_is_final", "pinprick_log_grows", "pinprick_log_stays")


@pytest.fixture
def me(in_a_file):
    from pinprick_web.people.models import Person

    return Person.objects.just_me()


@pytest.fixture
def backup():
    from pinprick_web import backup

    return backup


def rate(record, day, value):
    """One check-in of a day by number, as the site writes it."""
    from pinprick_web.trials import services

    entered = services.Entered(uuid4(), DAY_0 + timedelta(days=day), {"pain": value}, correct=True)
    return services.record_entry(record, entered, at(day))


def names(home: Path):
    return sorted(path.name for path in home.rglob("*") if path.is_file())


# --- taking one -------------------------------------------------------------------------------------------


def test_a_backup_is_one_whole_file_for_its_owner_alone(me, backup) -> None:
    record = running_trial(me, lived=5)
    path = backup.backup()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    copy = sqlite3.connect(path)
    assert copy.execute("SELECT count(*) FROM trials_eventrecord").fetchone() == (record.n_events,)
    assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    copy.close()
    assert abs(datetime.now(UTC) - backup.taken_at(path)) < timedelta(seconds=10)
    assert backup.newest() == path


def test_a_disk_without_room_leaves_no_half_backup(me, backup, monkeypatch) -> None:
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(FileError, match="No space left on device"):
        backup.backup()
    assert list(backup.backups_path().iterdir()) == []


def test_every_backup_taken_while_others_write_is_whole(me, backup) -> None:
    """Two writers write all the time; every backup passes the drill, and holds all that was acknowledged before it."""
    from django.db import connections

    from pinprick_web.people.models import Person
    from pinprick_web.trials.models import TrialRecord

    records = [running_trial(Person.objects.create(), answered=3) for _ in range(2)]
    acknowledged, over, broken = [0, 0], Event(), []

    def write(n):
        try:
            value = 0
            while not over.is_set():
                value = (value + 1) % 11
                rate(TrialRecord.objects.get(pk=records[n].pk), 3, value)
                acknowledged[n] += 1
        except Exception as error:
            broken.append(error)
        finally:
            connections.close_all()

    writers = [Thread(target=write, args=(n,)) for n in range(2)]
    for one in writers:
        one.start()
    seconds, first = [], sum(record.n_events for record in records)
    for _ in range(8):
        time.sleep(0.05)
        before = sum(acknowledged)
        began = time.monotonic()
        backup.backup()
        seconds.append(time.monotonic() - began)
        found = backup.drill()
        assert found.path == backup.newest()
        assert found.contents.n_trials == 2
        assert found.contents.n_events >= first + before
    over.set()
    for one in writers:
        one.join()
    print(f"backups under writes: longest {max(seconds):.3f} s, {sum(acknowledged)} check-ins meanwhile")
    assert broken == []
    assert sum(acknowledged) > 8  # it was written to


# --- putting one back -------------------------------------------------------------------------------------


def test_what_was_put_back_is_as_it_was_and_what_was_there_is_kept(me, backup, in_a_file) -> None:
    record = running_trial(me, answered=3)
    rate(record, 3, 4)
    path = backup.backup()
    rate(record, 3, 9)
    done = backup.restore(path)
    assert ratings_of(record)[DAY_0 + timedelta(days=3)][-1].ratings == {"pain": 4}
    assert (done.contents.n_trials, done.n_erased_again) == (1, 0)
    backup.restore(done.before)
    assert ratings_of(record)[DAY_0 + timedelta(days=3)][-1].ratings == {"pain": 9}
    assert not [name for name in names(in_a_file) if name.startswith("copy-")]


def test_a_backup_is_put_back_under_connections_that_are_open(me, backup, in_a_file) -> None:
    """The site runs on: its connections see the rows that were put back, without being opened again."""
    record = running_trial(me, answered=3)
    other = sqlite3.connect(in_a_file / "pinprick.sqlite3")
    path = backup.backup()
    rate(record, 3, 4)
    assert other.execute("SELECT count(*) FROM trials_submissionrecord").fetchone() == (1,)
    backup.restore(path)
    assert other.execute("SELECT count(*) FROM trials_submissionrecord").fetchone() == (0,)
    assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


def test_a_log_that_was_put_back_is_guarded_as_before(me, backup) -> None:
    from django.db import IntegrityError

    record = running_trial(me)
    backup.restore(backup.backup())
    with pytest.raises(IntegrityError, match="log of a trial"):
        record.events.all().delete()


def test_what_was_erased_since_is_erased_again(me, backup, tmp_path) -> None:
    from pinprick_web.people.erase import erase_person, erase_trial
    from pinprick_web.people.models import Person
    from pinprick_web.trials.models import TrialRecord

    gone, kept = running_trial(me), running_trial(me)
    stranger = Person.objects.create()
    theirs = running_trial(stranger)
    elsewhere = shutil.copy(backup.backup(), tmp_path / "on a stick.sqlite3")
    held = [str(one.code).replace("-", "").encode() for one in (gone, theirs, stranger)]
    assert all(code in elsewhere.read_bytes() for code in held)
    erase_trial(gone)
    erase_person(stranger)
    done = backup.restore(elsewhere)
    assert done.n_erased_again == 2
    assert list(TrialRecord.objects.values_list("code", flat=True)) == [kept.code]
    assert not Person.objects.filter(code=stranger.code).exists()
    everything = b"".join(path.read_bytes() for path in backup.home().rglob("*") if path.suffix == ".sqlite3")
    assert not [code for code in held if code in everything]


def damaged(path: Path, kind: str) -> None:
    """Damage a backup as a disk, or somebody, does."""
    bare = sqlite3.connect(path)
    for name in GUARDS:
        bare.execute(f"DROP TRIGGER {name}")
    if kind == "changed":
        bare.execute("UPDATE trials_eventrecord SET body = replace(body, '\"pain\":', '\"pa1n\":')")
    elif kind == "shortened":
        bare.execute("DELETE FROM trials_eventrecord WHERE number = (SELECT max(number) FROM trials_eventrecord)")
    elif kind == "swapped":
        bare.execute("UPDATE trials_eventrecord SET body = 'no JSON' WHERE number = 2")
    elif kind == "loose":
        bare.execute("UPDATE trials_trialrecord SET person_id = 12345")
    elif kind == "newer":
        bare.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('trials', '0999_later', '2030-01-01')")
    elif kind == "another":
        bare.execute("DROP TABLE trials_trialrecord")
    bare.commit()
    bare.close()
    if kind == "cut":
        path.write_bytes(path.read_bytes()[:-9000])
    elif kind == "noise":
        data = bytearray(path.read_bytes())
        data[8192:20480] = bytes(range(256)) * 48
        path.write_bytes(data)
    elif kind == "text":
        path.write_text("dear diary")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("changed", "changed at entry"),
        ("shortened", "changed at entry"),
        ("swapped", "cannot be read"),
        ("loose", "refers to one that is not there"),
        ("newer", "made by a newer Pinprick"),
        ("another", "not a backup of Pinprick"),
        ("cut", "damaged"),
        ("noise", "damaged"),
        ("text", "not a backup of Pinprick, or it is damaged"),
    ],
)
def test_a_backup_that_is_not_whole_is_refused_in_one_line_and_changes_nothing(
    me, backup, in_a_file, kind, told
) -> None:
    record = running_trial(me, lived=3)
    path = backup.backup()
    damaged(path, kind)
    answered = len(ratings_of(record))
    rate(record, 4, 9)
    before = in_a_file.joinpath("pinprick.sqlite3").read_bytes(), names(in_a_file)
    with pytest.raises(FileError, match=told) as error:
        backup.restore(path)
    assert "\n" not in str(error.value)
    assert (in_a_file.joinpath("pinprick.sqlite3").read_bytes(), names(in_a_file)) == before
    assert len(ratings_of(record)) == answered + 1
    with pytest.raises(FileError):
        backup.drill()


def test_a_backup_of_an_older_release_is_brought_up_to_this_one(me, backup) -> None:
    """Before its guards were there: the older tables get them, and the diary is the same."""
    record = running_trial(me, lived=3)
    path = backup.backup()
    bare = sqlite3.connect(path)
    for name in GUARDS:
        bare.execute(f"DROP TRIGGER {name}")
    bare.execute("DELETE FROM django_migrations WHERE app = 'trials' AND name = '0002_log_is_final'")
    bare.commit()
    bare.close()
    before = ratings_of(record)
    backup.restore(path)
    assert backup.unknown_migrations() == []
    assert ratings_of(record) == before
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="log of a trial"):
        record.events.all().delete()


def test_on_postgresql_backups_are_said_to_be_pg_dump_s(me, backup, monkeypatch) -> None:
    path = backup.backup()
    monkeypatch.setattr(backup, "connection", SimpleNamespace(vendor="postgresql"))
    for work in (backup.backup, backup.drill, lambda: backup.restore(path)):
        with pytest.raises(FileError, match="pg_dump"):
            work()


def test_a_start_leaves_alone_what_somebody_is_at_work_with(me, backup, in_a_file, monkeypatch) -> None:
    """A copy that is being put back must not be overwritten under the restore; one that was left behind goes."""
    running_trial(me)
    path, real, threads = backup.backup(), backup._erase_again, []

    def crossed(alias):
        threads.append(Thread(target=backup.shred_leftovers))
        threads[0].start()
        threads[0].join(0.5)
        assert list(in_a_file.glob("copy-*"))
        return real(alias)

    monkeypatch.setattr(backup, "_erase_again", crossed)
    assert backup.restore(path).contents.n_trials == 1
    threads[0].join(60)
    left = in_a_file / "copy-of a run that was cut off.sqlite3"
    left.write_bytes(path.read_bytes())
    backup.shred_leftovers()
    assert not left.exists()


def test_a_file_that_is_not_there_is_said_so(me, backup, tmp_path) -> None:
    with pytest.raises(FileError, match="There is no file"):
        backup.restore(tmp_path / "nothing.sqlite3")


# --- growing old ------------------------------------------------------------------------------------------


def test_backups_are_thrown_away_after_thirty_days_and_not_before(me, backup) -> None:
    path = backup.backup()
    taken = backup.taken_at(path)
    assert backup.age_out(taken + timedelta(days=30)) == []
    assert backup.age_out(taken + timedelta(days=30, seconds=1)) == [path]
    assert not path.exists()
    assert backup.drill() is None


def test_a_backup_a_day_is_worked_out_from_the_backups_there_are(me, backup) -> None:
    from pinprick_web.housekeeping import keep_house

    now = datetime.now(UTC)
    first = keep_house(now).backup
    assert first == backup.newest()
    taken = backup.taken_at(first)
    assert keep_house(taken + timedelta(hours=23, minutes=59)).backup is None
    assert keep_house(taken + timedelta(hours=24)).backup is not None


def test_the_bin_is_emptied_after_seven_days_and_stays_empty_after_a_restore(me, backup) -> None:
    from pinprick_web.housekeeping import keep_house
    from pinprick_web.trials.models import TrialRecord

    now = datetime.now(UTC)
    binned, kept = running_trial(me), running_trial(me)
    TrialRecord.objects.filter(pk=binned.pk).update(binned_at=now)
    path = backup.backup()
    assert keep_house(now + timedelta(days=6, hours=23)).n_erased == 0
    assert keep_house(now + timedelta(days=7, seconds=1)).n_erased == 1
    assert path.exists()  # the older days stay to be put back
    assert backup.restore(path).n_erased_again == 1
    assert [record.pk for record in TrialRecord.objects.all()] == [kept.pk]
