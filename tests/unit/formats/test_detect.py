"""Whose file it is shows in its content; what cannot be read says what to give instead."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from pinprick.errors import PinprickError
from pinprick.formats.detect import read_sources
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.outcome import Outcome
from pinprick.trial.protocol import Protocol
from pinprick.trial.schedule import Period, Schedule
from pinprick.trial.trial import Trial
from pinprick.trial.trial_json import trial_to_json

DATA = Path(__file__).parents[2] / "data"
TODAY = date(2026, 11, 22)
TRIAL = Trial(
    Protocol(("mat", "towel"), (Outcome("pain", lower_is_better=True),), period_days=1),
    Schedule((Period(date(2026, 5, 4), 1, "mat", 0), Period(date(2026, 5, 5), 1, "towel", 0))),
    Diary((Entry(date(2026, 5, 4), "mat", {"pain": 4.0}),), ("pain",), ("A remark.",)),
)
OURS = "day,treatment,pain\n2026-05-04,mat,4\n"


@pytest.fixture
def write(tmp_path):
    """Write a text under a name that says nothing about it, and give its path."""

    def to_file(text, name="file.dat"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return to_file


def test_our_diary_is_known_by_its_content(write):
    (source,) = read_sources(write(OURS), today=TODAY)
    assert (source.kind, source.schedule, source.protocol, source.participant) == ("csv", None, None, None)
    assert source.diary == Diary((Entry(date(2026, 5, 4), "mat", {"pain": 4.0}),), ("pain",))


@pytest.mark.parametrize("start", ["", "\ufeff", "\n  "])
def test_our_trial_is_known_by_its_content(write, start):
    (source,) = read_sources(write(start + trial_to_json(TRIAL)), today=TODAY)
    assert source.kind == "trial"
    assert (source.diary, source.schedule, source.protocol) == (TRIAL.diary, TRIAL.schedule, TRIAL.protocol)


def test_studyu_is_known_by_its_content(write):
    path = shutil.copy(DATA / "studyu_made_up.csv", write(""))
    assert [source.kind for source in read_sources(path, today=TODAY)] == ["studyu", "studyu"]


def test_nof1kit_is_known_by_its_content(write):
    path = shutil.copy(DATA / "nof1kit_made_up.csv", write(""))
    (alone,) = read_sources(path, today=TODAY)
    (source,) = read_sources(path, schedule_path=DATA / "nof1kit_made_up.json", today=TODAY)
    assert source.kind == alone.kind == "nof1kit"
    assert source.diary == alone.diary


def test_utf_16_with_semicolons_and_decimal_commas_is_read(write):
    text = OURS.replace(",", ";").replace("4\n", "4,5\n")
    (source,) = read_sources(write(text.encode("utf-16")), today=TODAY)
    assert source.diary.entries[0].ratings["pain"] == 4.5


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"interventions": [], "observations": []}', ["StudyU's plan of a study", "give the measurements.csv"]),
        ('[{"measurement_time": 1, "participant_id": 2}]', ["StudyU's measurements as JSON", "measurements.csv"]),
        ('[{"intervention_task_time": 1, "participant_id": 2}]', ["list of tasks done", "give the measurements.csv"]),
        ("intervention_task_time,participant_id\n1,2\n", ["list of tasks done", "give the measurements.csv"]),
        ('{"1": 0, "2": 1}', ["a schedule as nof1kit writes it", "give the CSV of answers", "--schedule"]),
        ('{"data": [], "metadata": {}}', ["the nof1 family", "give it as CSV"]),
        ("[1, 2]", ["a list in JSON", "give a trial that Pinprick wrote"]),
        ('{"pain": 1}', ["not a Pinprick trial", "give a trial that Pinprick wrote"]),
        ("{", ["is not JSON", "correct it there"]),
        ("<html>\n", ["a web page or XML", "give the diary as CSV"]),
        ("", ["is empty", "such as day,treatment,pain"]),
        (b"PK\x03\x04", ["a ZIP archive or a spreadsheet", "save the sheet as CSV"]),
        (OURS.replace("2026", "2027"), ["row 2: day is '2027-05-04'", "in the future"]),
        (
            trial_to_json(TRIAL).replace("2026", "2027"),
            ["entries[0].day: 2027-05-04 is in the future; today is 2026-11-22", "Correct the date"],
        ),
    ],
)
def test_what_cannot_be_read_says_what_to_give(write, text, says):
    with pytest.raises(PinprickError) as refused:
        read_sources(write(text), today=TODAY)
    message = str(refused.value)
    assert "file.dat" in message
    assert "\n" not in message
    for words in says:
        assert words in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (OURS, "its own column says the treatment"),
        (trial_to_json(TRIAL), "a trial holds its own"),
        ((DATA / "studyu_made_up.csv").read_bytes(), "name the treatment of every day"),
    ],
)
def test_a_schedule_where_none_is_taken_is_refused(write, text, says):
    with pytest.raises(
        PinprickError, match=rf"file\.dat takes no --schedule .*, because .*{says}.*leave --schedule out"
    ):
        read_sources(write(text), schedule_path=write(json.dumps({"1": 0}), "schedule.json"), today=TODAY)


def test_nothing_is_written_to_what_is_read(write, tmp_path):
    path = write(OURS)
    path.chmod(0o400)
    before = path.stat()
    read_sources(path, today=TODAY)
    assert (path.stat().st_mtime_ns, path.stat().st_size) == (before.st_mtime_ns, before.st_size)
    assert [one.name for one in tmp_path.iterdir()] == ["file.dat"]
