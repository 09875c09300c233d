"""A trial's JSON file: what it holds, and what is refused in which words."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import pytest

from pinprick.errors import FileError, PinprickError
from pinprick.trial import trial_json
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.outcome import Outcome
from pinprick.trial.protocol import Mode, Protocol
from pinprick.trial.schedule import Order, Period, Schedule
from pinprick.trial.trial import Trial
from pinprick.trial.trial_json import read_trial, trial_from_json, trial_to_json, write_trial

SCHEMA = json.loads(Path(trial_json.__file__).with_name("trial.schema.json").read_text(encoding="utf-8"))
TRIAL = Trial(
    Protocol(
        ("mat", "towel"),
        (Outcome("pain", lower_is_better=True), Outcome("mood", 0, 100, smallest_difference=7.5)),
        period_days=2,
        control="towel",
        ceiling_days=8,
        washout_days=1,
        mode=Mode.STRICT,
    ),
    Schedule((Period(date(2026, 5, 4), 2, "mat", 0), Period(date(2026, 5, 6), 2, "towel", 0)), Order.DRAWN_PAIRS),
    Diary(
        (
            Entry(date(2026, 5, 4), "mat", {"mood": 60, "pain": 4.0}, True, 20.0, "müde\n=1", date(2026, 5, 6)),
            Entry(date(2026, 5, 6)),
        ),
        ("pain", "mood"),
        ("The rows were not in order of days; they were sorted.",),
    ),
)


def plain():
    """The same trial as nested lists and dictionaries."""
    return json.loads(trial_to_json(TRIAL))


def test_a_trial_survives_its_own_json():
    assert trial_from_json(trial_to_json(TRIAL), name="trial.json") == TRIAL


def test_the_file_fits_its_published_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(plain(), SCHEMA, format_checker=jsonschema.FormatChecker())


def test_the_file_says_what_the_words_of_a_trial_say():
    assert plain() == {
        "format": "pinprick-trial/1",
        "protocol": {
            "treatments": ["mat", "towel"],
            "control": "towel",
            "outcomes": [
                {"name": "pain", "scale": [0, 10], "better": "lower", "smallest_difference": 1},
                {"name": "mood", "scale": [0, 100], "better": "higher", "smallest_difference": 7.5},
            ],
            "period_days": 2,
            "ceiling_days": 8,
            "washout_days": 1,
            "mode": "strict",
        },
        "schedule": {
            "order": "drawn_pairs",
            "periods": [
                {"first_day": "2026-05-04", "n_days": 2, "treatment": "mat", "pair": 0},
                {"first_day": "2026-05-06", "n_days": 2, "treatment": "towel", "pair": 0},
            ],
        },
        "rated": ["pain", "mood"],
        "remarks": ["The rows were not in order of days; they were sorted."],
        "entries": [
            {
                "day": "2026-05-04",
                "treatment": "mat",
                "ratings": {"pain": 4, "mood": 60},
                "done": True,
                "minutes": 20,
                "note": "müde\n=1",
                "received": "2026-05-06",
            },
            {"day": "2026-05-06", "ratings": {}},
        ],
    }


def test_a_trial_goes_to_a_file_and_back(tmp_path):
    path = tmp_path / "trial.json"
    write_trial(TRIAL, path)
    first = path.read_bytes()
    assert read_trial(path) == TRIAL
    write_trial(read_trial(path), path)
    assert path.read_bytes() == first


def test_what_may_be_left_out_has_its_default():
    value = plain()
    for key in ("control", "ceiling_days", "washout_days", "mode"):
        del value["protocol"][key]
    del value["protocol"]["outcomes"][0]["smallest_difference"]
    del value["remarks"], value["entries"][1]["ratings"]
    jsonschema.validate(value, SCHEMA)
    trial = trial_from_json(json.dumps(value), name="trial.json")
    assert trial.protocol == Protocol(TRIAL.protocol.treatments, TRIAL.protocol.outcomes, period_days=2)
    assert trial.diary.entries == TRIAL.diary.entries


def test_a_drawn_start_day_survives_its_own_json():
    possible = tuple(date(2026, 5, 5) + timedelta(days=i) for i in range(20))
    periods = (Period(date(2026, 5, 4), 9, "towel", 0), Period(date(2026, 5, 13), 30, "mat", 0))
    trial = replace(TRIAL, schedule=Schedule(periods, Order.DRAWN_START, possible), diary=Diary((), ("pain",)))
    written = trial_to_json(trial)
    jsonschema.validate(json.loads(written), SCHEMA, format_checker=jsonschema.FormatChecker())
    assert json.loads(written)["schedule"]["start_days"] == [day.isoformat() for day in possible]
    assert trial_from_json(written, name="trial.json") == trial
    assert trial_to_json(trial_from_json(written, name="trial.json")) == written


def test_parts_of_a_newer_version_are_left_alone_and_never_lost(tmp_path):
    sealed = json.dumps({**plain(), "seal": "abc", "promise": "def"})
    jsonschema.validate(json.loads(sealed), SCHEMA)
    assert trial_from_json(sealed, name="trial.json") == TRIAL
    path = tmp_path / "trial.json"
    path.write_text(sealed, encoding="utf-8")
    with pytest.raises(FileError, match=r"trial\.json holds 'promise', 'seal', which .* lose; write to another file"):
        write_trial(TRIAL, path)
    assert path.read_text(encoding="utf-8") == sealed


def with_(path, value):
    """The trial's JSON with one value put somewhere, or taken out."""
    top = plain()
    *way, last = path
    at = top
    for key in way:
        at = at[key]
    if value is REMOVED:
        del at[last]
    else:
        at[last] = value
    return json.dumps(top)


REMOVED = object()
PERIODS = ["schedule", "periods", 0]
REFUSED = {
    "not JSON": ('{"format": ', ["trial.json is not JSON", "line 1, column 12", "correct it there"]),
    "no trial": (
        '{"data": 1}',
        ["its format is null instead of", "pinprick-trial/1", "give a trial that Pinprick wrote"],
    ),
    "a list": ("[]", ["its format is null instead of", "give a trial that Pinprick wrote"]),
    "a newer format": (
        with_(["format"], "pinprick-trial/2"),
        ["'pinprick-trial/2'", "reads 'pinprick-trial/1'", "newer"],
    ),
    "a key twice": ('{"format": 1, "format": 2}', ["'format' twice", "keep the one"]),
    "nested too deeply": ('{"a": ' * 100_000, ["cannot be read as JSON", "from a copy"]),
    "an endless number": ('{"a": ' + "9" * 9999 + "}", ["cannot be read as JSON", "from a copy"]),
    "no entries": (with_(["entries"], REMOVED), ["trial.json has no 'entries'", "add it"]),
    "no period length": (with_(["protocol", "period_days"], REMOVED), ["protocol has no 'period_days'", "add it"]),
    "an unknown field": (
        with_(["protocol", "washout"], 3),
        ["protocol.washout", "only treatments", "washout_days", "correct its name"],
    ),
    "a rating of text": (
        with_(["entries", 0, "ratings", "pain"], "high"),
        ["entries[0].ratings.pain", '"high"', "6.5"],
    ),
    "a rating of null": (with_(["entries", 0, "ratings", "pain"], None), ["entries[0].ratings.pain", "null", "6.5"]),
    "a rating of true": (with_(["entries", 0, "ratings", "pain"], True), ["entries[0].ratings.pain", "true", "6.5"]),
    "NaN": (with_(["entries", 0, "ratings", "pain"], float("nan")), ["entries[0].ratings.pain", "NaN", "not a number"]),
    "infinity": (with_(["entries", 0, "minutes"], float("inf")), ["entries[0].minutes", "Infinity", "not a number"]),
    "a huge number": (with_(["entries", 0, "minutes"], 10**400), ["entries[0].minutes", "1000", "not a number"]),
    "ratings in a list": (with_(["entries", 0, "ratings"], [4]), ["entries[0].ratings", "[4]", "curly brackets"]),
    "entries in an object": (with_(["entries"], {}), ["entries", "{}", "not a list", "square brackets"]),
    "done of text": (with_(["entries", 0, "done"], "yes"), ["entries[0].done", '"yes"', "true or false"]),
    "a note of number": (with_(["entries", 0, "note"], 7), ["entries[0].note", "7 is not text", "quotation marks"]),
    "a day of another kind": (with_(["entries", 0, "day"], "4.5.2026"), ["entries[0].day", '"4.5.2026"', "2026-05-04"]),
    "a day that is none": (
        with_(["entries", 0, "day"], "2026-02-31"),
        ["entries[0].day", "not a date", "year-month-day"],
    ),
    "half a day": (with_([*PERIODS, "n_days"], 1.5), ["schedule.periods[0].n_days", "1.5", "whole number"]),
    "endless days": (with_(["schedule", "periods", 1, "n_days"], 10**9), ["after the year 9999", "correct its n_days"]),
    "an unknown order": (
        with_(["schedule", "order"], "coin"),
        ["schedule.order", '"coin"', "drawn_pairs, drawn_balanced"],
    ),
    "start days of pairs": (
        with_(["schedule", "start_days"], ["2026-05-06"]),
        ["1 possible start days", "the order is drawn_pairs", "drawn_start only"],
    ),
    "too few start days": (
        with_(["schedule"], plain()["schedule"] | {"order": "drawn_start", "start_days": ["2026-05-06"]}),
        ["1 possible start days", "20 or more"],
    ),
    "start days that are no days": (
        with_(["schedule", "start_days"], ["6 May"]),
        ["schedule.start_days[0]", '"6 May"', "not a date"],
    ),
    "an unknown mode": (
        with_(["protocol", "mode"], 3),
        ["protocol.mode", "3 is not one of standard, strict", "give one"],
    ),
    "better of neither": (
        with_(["protocol", "outcomes", 0, "better"], "more"),
        ["protocol.outcomes[0].better", "lower, higher"],
    ),
    "half a scale": (with_(["protocol", "outcomes", 0, "scale"], [0]), ["outcomes[0].scale", "[0]", "such as [0, 10]"]),
    "three treatments": (with_(["protocol", "treatments"], ["a", "b", "c"]), ["protocol.treatments", "give two names"]),
    "a plan that makes no sense": (with_(["protocol", "washout_days"], 2), ["trial.json: A washout of 2 days"]),
    "a rating off its scale": (
        with_(["entries", 0, "ratings", "pain"], 11),
        ["trial.json: 2026-05-04: pain is 11", "10"],
    ),
    "two entries for a day": (with_(["entries", 1, "day"], "2026-05-04"), ["trial.json: 2026-05-04", "keep one a day"]),
    "a value too long to show": (with_(["rated"], "x" * 99), ['"' + "x" * 36 + "...", "not a list"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_one_line(case):
    text, says = REFUSED[case]
    with pytest.raises(PinprickError) as refused:
        trial_from_json(text, name="trial.json")
    message = str(refused.value)
    assert message.startswith("trial.json")
    assert "\n" not in message
    for words in says:
        assert words in message
