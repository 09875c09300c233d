"""The power fails in the middle of a write: whatever reached the disk before is there, and it is whole.

A kill leaves the system's memory to be written; a power cut does not. So the files are copied while somebody writes,
and the write-ahead log is cut off at every kind of place: at the end of a commit, in the middle of one, in the middle
of a page. What was acknowledged before the copy was begun is in a part of the log that had been forced to the disk.
"""

import shutil
import sqlite3
from datetime import timedelta
from threading import Event, Thread
from uuid import uuid4

import pytest

from tests.conducted import DAY_0, at
from tests.running import running_trial

HEADER, FRAME = 32, 24  # bytes of a write-ahead log before its first frame, and of a frame before its page
N_COPIES = 25


@pytest.fixture
def trial(in_a_file):
    from pinprick_web.people.models import Person

    return running_trial(Person.objects.just_me(), answered=3)


def rate(pk, value):
    from pinprick_web.trials import services
    from pinprick_web.trials.models import TrialRecord

    entered = services.Entered(uuid4(), DAY_0 + timedelta(days=3), {"pain": float(value)}, correct=True)
    services.record_entry(TrialRecord.objects.get(pk=pk), entered, at(3))


def replayed(home, name):
    """What a machine finds that starts again with these files: how many ratings, and that everything is whole."""
    from django.db import connections

    import pinprick_web.backup as backup

    path = home / name
    connections.settings[name] = connections.settings["default"] | {"NAME": str(path)}
    try:
        contents = backup.read_whole(name, name=name)
        with connections[name].cursor() as cursor:
            sent = cursor.execute("SELECT count(*) FROM trials_submissionrecord").fetchone()[0]
            days = cursor.execute("SELECT count(*) FROM trials_entryrecord").fetchone()[0]
    finally:
        connections[name].close()
        del connections[name], connections.settings[name]
    return sent, days, contents.n_events


@pytest.mark.skipif(sqlite3.sqlite_version_info < (3, 51, 3), reason="there is no write-ahead log under the guard")
def test_every_place_where_the_log_may_be_cut_off_gives_a_whole_diary_of_some_earlier_moment(trial, in_a_file) -> None:
    """Each check-in is one transaction: all of it is there after the cut, or none, and those before it are."""
    database = in_a_file / "pinprick.sqlite3"
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = cursor.execute("PRAGMA page_size").fetchone()[0]
    started, log = trial.n_events, database.with_name("pinprick.sqlite3-wal")
    ends = [0]  # how long the log was after each check-in
    for value in range(12):
        rate(trial.pk, value % 11)
        ends.append(log.stat().st_size)
    assert ends == sorted(set(ends))  # each one reached the file before it was acknowledged
    whole = log.read_bytes()
    events = None
    for n, end in enumerate(ends[1:], start=1):
        cuts = {"at its end": end, "a byte before": end - 1, "in its first page": ends[n - 1] + HEADER + FRAME + 100}
        cuts |= {"between its pages": end - page - FRAME, "in its last head": end - page - 5}
        for place, cut in cuts.items():
            name = f"cut-{n}-{place.replace(' ', '-')}.sqlite3"
            shutil.copy(database, in_a_file / name)
            in_a_file.joinpath(f"{name}-wal").write_bytes(whole[:cut])
            sent, days, n_events = replayed(in_a_file, name)
            expected = n if place == "at its end" else n - 1
            assert (sent, days) == (expected, min(expected, 1)), (n, place)
            events = events or {}
            assert events.setdefault(expected, n_events) == n_events
    assert events[0] == started
    assert events[12] > events[11] > events[1] > started


@pytest.mark.slow
def test_no_copy_taken_while_others_write_lacks_what_was_acknowledged_before_it(trial, in_a_file) -> None:
    """The log only: the main file is written when nobody else writes, and the log is forced to the disk before that."""
    from django.db import connection, connections

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("PRAGMA wal_autocheckpoint=0")
    acknowledged, over, broken = [0], Event(), []

    def write():
        try:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_autocheckpoint=0")  # or the main file changes while it is copied
            while not over.is_set():
                rate(trial.pk, acknowledged[0] % 11)
                acknowledged[0] += 1
        except Exception as error:
            broken.append(error)
        finally:
            connections.close_all()

    database = in_a_file / "pinprick.sqlite3"
    shutil.copy(database, in_a_file / "main.copy")
    writer = Thread(target=write)
    writer.start()
    found = []
    try:
        for n in range(N_COPIES):
            Event().wait(0.03)
            before = acknowledged[0]
            log = database.with_name("pinprick.sqlite3-wal").read_bytes()
            name = f"copy-of-{n}.sqlite3"
            shutil.copy(in_a_file / "main.copy", in_a_file / name)
            in_a_file.joinpath(f"{name}-wal").write_bytes(log[: len(log) - n * 37])  # a torn end, too
            sent, _days, _events = replayed(in_a_file, name)
            found.append((before, sent, n * 37))
    finally:
        over.set()
        writer.join()
    assert broken == []
    whole = [(before, sent) for before, sent, torn in found if torn == 0]
    assert all(sent >= before for before, sent in whole)
    assert all(sent >= before - 1 for before, sent, _torn in found)  # the torn end takes the last one at most
    assert acknowledged[0] >= N_COPIES
