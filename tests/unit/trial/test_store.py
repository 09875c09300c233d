"""A trial on disk: nothing that was acknowledged is lost, whatever happens to the process or to the file."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from pinprick.errors import FileError, ProtocolError
from pinprick.trial.commitment import Event
from pinprick.trial.conduct import Conduct
from pinprick.trial.store import (
    erase,
    journal_path,
    load_trial,
    lock_path,
    read_seal,
    rendered,
    running_beside,
    seal_path,
    writing,
)
from pinprick.trial.trial_json import read_trial
from tests.conducted import at, lived, screened, started


@pytest.fixture
def running(tmp_path):
    """A trial of four days on disk, and what it holds."""
    conduct, seal = started()
    conduct = lived(conduct, seal, 4, lambda n, arm: 5)
    path = tmp_path / "me.json"
    with writing(path) as book:
        book.write_seal(seal)
        book.write(conduct)
    return path, conduct, seal


@pytest.mark.parametrize("n_days", [None, 0, 1, 6])
def test_the_file_fits_its_published_schema(n_days):
    schema = json.loads(files("pinprick.trial").joinpath("trial.schema.json").read_text(encoding="utf-8"))
    check = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    conduct, seal = (screened(), None) if n_days is None else started()
    if n_days:
        conduct = lived(conduct, seal, n_days, lambda n, arm: 5)
        conduct, _ = conduct.with_rating(at(n_days), day=at(n_days).day, ratings={"pain": 6}, done=True, correct=True)
    value = json.loads(rendered(conduct))
    check.validate(value)
    assert ("earlier" in value) == bool(n_days)
    with pytest.raises(jsonschema.ValidationError):
        check.validate({**value, "log": []})


def test_what_is_written_is_read_back(running):
    path, conduct, seal = running
    assert load_trial(path).conduct == conduct
    assert load_trial(path).remarks == ()
    assert read_seal(path) == seal
    assert path.read_text() == rendered(conduct)


def test_only_the_owner_may_read_a_trial(running):
    path, *_ = running
    for file in (path, journal_path(path), seal_path(path)):
        assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("keep", [0, 1, 100, 5_000, -2])
def test_a_file_cut_off_in_the_middle_is_restored_and_said(running, keep):
    path, conduct, _ = running
    path.write_bytes(path.read_bytes()[:keep])
    found = load_trial(path)
    assert found.conduct == conduct
    assert "was restored from its journal, complete up to entry" in found.remarks[0]
    with writing(path) as book:
        book.write(book.conduct.with_pause(at(5)))
    assert load_trial(path).remarks == ()


def test_a_lost_file_is_restored_from_its_journal(running):
    path, conduct, _ = running
    path.unlink()
    found = load_trial(path)
    assert found.conduct == conduct
    assert "was missing" in found.remarks[0]


def test_half_a_line_at_the_end_of_the_journal_is_passed_over_and_cut_off(running):
    path, conduct, _ = running
    journal = journal_path(path)
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"at":"2026-05-0')
    path.write_bytes(b"")
    assert load_trial(path).conduct == conduct
    with writing(path) as book:
        book.write(book.conduct.with_pause(at(5)))
    assert journal.read_bytes().startswith(whole)
    assert len(journal.read_bytes().splitlines()) == len(conduct.events) + 1


def test_a_journal_ahead_of_the_file_is_caught_up_with(running):
    path, _conduct, _ = running
    text = path.read_text()
    with writing(path) as book:
        book.write(book.conduct.with_pause(at(5)))
    path.write_text(text)
    assert load_trial(path).conduct.events[-1].kind == "paused"


def test_a_lost_journal_is_made_again(running):
    path, conduct, _ = running
    whole = journal_path(path).read_bytes()
    journal_path(path).unlink()
    assert load_trial(path).conduct == conduct
    with writing(path) as book:
        book.write(book.conduct.with_pause(at(5)))
    assert journal_path(path).read_bytes().startswith(whole)


def test_a_changed_entry_of_the_log_is_refused_and_nothing_is_lost(running):
    path, *_ = running
    before = path.read_text()
    changed = before.replace('"ratings": {"pain": 5}, "session"', '"ratings": {"pain": 1}, "session"', 1)
    assert changed != before
    path.write_text(changed)
    with pytest.raises(FileError, match=r"entry \d+ of its log was changed after it was written"):
        load_trial(path)
    assert path.read_text() == changed


def test_a_change_by_hand_beside_the_log_is_refused(running):
    path, *_ = running
    path.write_text(path.read_text().replace('"ratings": {"pain": 5}', '"ratings": {"pain": 1}', 1))
    with pytest.raises(FileError, match="changed by hand in a part that follows from its log"):
        load_trial(path)


def test_a_file_and_a_journal_of_two_trials_are_not_mixed(running):
    path, *_ = running
    other, _ = started("mat-vs-rest-neck-pain")
    path.write_text(rendered(other))
    with pytest.raises(FileError, match="tell different stories from entry 1 on"):
        load_trial(path)


def test_a_lost_seal_is_said_plainly(running):
    path, *_ = running
    seal_path(path).unlink()
    with pytest.raises(FileError, match="the rest of the order lies in it alone; put it back from a backup"):
        read_seal(path)


@pytest.mark.parametrize("text", ["", "note\nnot base64\n", "note\neyJmb3JtYXQiOiAieCJ9\n"])
def test_a_damaged_seal_is_refused(running, text):
    path, *_ = running
    seal_path(path).write_text(text)
    with pytest.raises(FileError, match=r"me\.json\.seal is not the seal that Pinprick wrote"):
        read_seal(path)


def test_a_sealed_trial_is_no_diary_to_be_analysed(running):
    path, *_ = running
    with pytest.raises(ProtocolError, match="sealed until its end"):
        read_trial(path)
    path.write_text(path.read_text().replace('"sealed": true', '"sealed": false', 1))
    with pytest.raises(ProtocolError, match="sealed until its end"):
        read_trial(path)


def test_two_that_write_at_once_wait_for_each_other(running):
    path, *_ = running
    order = []

    def slow():
        with writing(path) as book:
            order.append("slow has it")
            inside.set()
            time.sleep(0.3)
            book.write(book.conduct.with_pause(at(5)))
            order.append("slow is done")

    inside = threading.Event()
    thread = threading.Thread(target=slow)
    thread.start()
    inside.wait(5)
    with writing(path) as book:
        order.append("fast has it")
        book.write(book.conduct.with_resumption(at(6)))
    thread.join()
    assert order == ["slow has it", "slow is done", "fast has it"]
    assert [event.kind for event in load_trial(path).conduct.events[-2:]] == ["paused", "resumed"]


def test_erase_leaves_no_byte_of_a_canary(running):
    path, conduct, _ = running
    with writing(path) as book:
        conduct, _ = book.conduct.with_rating(at(4), day=at(4).day, ratings={}, note="CANARY-7f3a")
        book.write(conduct)
    assert "CANARY-7f3a" in path.read_text()
    names = erase(path)
    assert set(names) == {"me.json", "me.json.journal", "me.json.seal"}
    left = [file for file in path.parent.rglob("*") if file.is_file()]
    assert not any(b"CANARY-7f3a" in file.read_bytes() for file in left)
    assert not lock_path(path).exists()
    with pytest.raises(FileError, match="nothing was erased"):
        erase(path)


def test_a_running_trial_in_the_same_folder_is_seen(running):
    path, *_ = running
    other = path.with_name("other.json")
    assert running_beside(other, at(5).day) == path
    assert running_beside(path, at(5).day) is None
    assert running_beside(other, at(400).day) is None


def test_what_goes_wrong_while_a_trial_is_held_keeps_its_own_name(running):
    path, *_ = running
    with pytest.raises(ConnectionError, match="of the caller"), writing(path):
        raise ConnectionError("of the caller")
    with writing(path) as book:  # and the lock was given back
        assert not book.is_new


def test_a_journal_that_cannot_be_read_or_written_is_said_in_one_line(running):
    path, *_ = running
    journal_path(path).unlink()
    journal_path(path).mkdir()
    with pytest.raises(FileError, match=r"journal cannot be read"), writing(path):
        pass
    journal_path(path).rmdir()
    with writing(path) as book:
        journal_path(path).symlink_to(path.parent / "no" / "such" / "folder")
        with pytest.raises(FileError, match=r"me.json cannot be written"):
            book.write(book.conduct.with_pause(at(5)))


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileError, match="There is no folder"), writing(tmp_path / "none" / "me.json"):
        pass


def test_an_entry_of_a_newer_version_is_refused(running):
    path, conduct, _ = running
    event = Event.after(conduct.events[-1], "hologram", at(5), {})
    with journal_path(path).open("ab") as file:
        file.write(json.dumps(event.to_dict()).encode() + b"\n")
    with pytest.raises(FileError, match="does not know; install a newer one"):
        load_trial(path)


WRITER = """
import sys
from importlib.resources import files
from pathlib import Path
from pinprick.trial.store import writing
from tests.conducted import at
path = Path(sys.argv[1])
n = int(sys.argv[2])
while True:
    n += 1
    with writing(path) as book:
        conduct, _ = book.conduct.with_rating(
            at(4), day=at(4).day, ratings={"pain": n % 10}, note=f"note {n}", correct=True
        )
        book.write(conduct)
    print(n, flush=True)
"""


def killed_writer(path: Path, start: int, after: int, delay: float) -> int:
    """Start a writer, let it acknowledge some writes, kill it; the last write that it acknowledged."""
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", WRITER, str(path), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        acknowledged = start
        for _ in range(after):
            acknowledged = int(process.stdout.readline())
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split("\n")[:-1]  # only whole lines were said
    return int(rest[-1]) if rest else acknowledged


def survives(path: Path, rounds: int) -> int:
    """Kill a writer again and again, at another moment each time; the number of writes acknowledged."""
    last = 0
    for i in range(rounds):
        acknowledged = killed_writer(path, last, 1 + i % 3, 0.0007 * (i * 7 % 13))
        conduct = load_trial(path).conduct
        notes = [int(event.data["note"].split()[1]) for event in conduct.events if "note" in event.data]
        assert notes == list(range(1, len(notes) + 1)), "a write was lost, doubled or out of order"
        assert len(notes) in (acknowledged, acknowledged + 1), "an acknowledged write was lost"
        last = len(notes)
        assert Conduct(conduct.events) == conduct
    return last


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_kill_9_at_any_moment_loses_nothing_that_was_acknowledged(running):
    path, *_ = running
    assert survives(path, 6) > 6


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_hundred_kills_lose_nothing(running):
    path, *_ = running
    print(f"{survives(path, 100)} writes acknowledged over 100 kills, none lost, none doubled")
