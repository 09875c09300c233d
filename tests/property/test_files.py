"""Laws of files: whatever is written reads back as the same thing, and equal things are equal bytes."""

import json
from datetime import date, timedelta
from pathlib import Path

import jsonschema
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pinprick.errors import PinprickError
from pinprick.trial import trial_json
from pinprick.trial.csv_diary import diary_from_csv, diary_to_csv
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.outcome import Outcome
from pinprick.trial.protocol import Mode, Protocol
from pinprick.trial.schedule import Order, Period, Schedule
from pinprick.trial.table import guarded, unguarded
from pinprick.trial.trial import Trial
from pinprick.trial.trial_json import trial_from_json, trial_to_json

SCHEMA = jsonschema.Draft202012Validator(
    json.loads(Path(trial_json.__file__).with_name("trial.schema.json").read_text(encoding="utf-8"))
)
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
NUMBERS = st.floats(-1e300, 1e300) | st.integers(0, 10)
TEXT = st.text(max_size=12) | st.sampled_from(
    ["=1+1", "'=1", "\t+", "a,b;c", 'say "a"', "one\r\ntwo", " ", "müde", "−5"]
)
NAMES = TEXT.filter(lambda name: name.strip() != "")


@st.composite
def diaries(draw, outcomes=None, treatments=None, days=DAYS, numbers=NUMBERS):
    names = tuple(outcomes or draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)))
    entries = [
        Entry(
            day,
            treatments(day) if treatments else draw(st.none() | NAMES),
            draw(st.dictionaries(st.sampled_from(names), numbers)),
            draw(st.none() | st.booleans()),
            draw(st.none() | st.floats(0, 1e300)),
            draw(TEXT),
            draw(st.none() | DAYS),
        )
        for day in draw(st.lists(days, unique=True, max_size=8))
    ]
    return Diary(tuple(entries), names, tuple(draw(st.lists(TEXT, max_size=2))))


@st.composite
def pairs(draw, treatments, period_days):
    """A schedule in pairs, with pauses, whose order came about in any way but by a drawn start."""
    start = draw(DAYS)
    periods = []
    for pair in range(draw(st.integers(1, 4))):
        for treatment in draw(st.permutations(treatments)):
            start += timedelta(days=draw(st.integers(0, 3)))
            periods.append(Period(start, period_days, treatment, pair))
            start = periods[-1].last_day + timedelta(days=1)
    orders = [order for order in Order if order is not Order.DRAWN_START]
    return Schedule(tuple(periods), draw(st.sampled_from(orders)))


@st.composite
def courses(draw, treatments):
    """Usual days, then a course from a drawn day on; or only usual days so far."""
    first_day, usual_days = draw(DAYS), draw(st.integers(1, 30))
    every = draw(st.integers(1, 3))
    possible = tuple(first_day + timedelta(days=usual_days + every * i) for i in range(draw(st.integers(20, 40))))
    if draw(st.booleans()):
        return Schedule((Period(first_day, usual_days, treatments[1], 0),), Order.DRAWN_START, possible)
    start = draw(st.sampled_from(possible))
    periods = (
        Period(first_day, (start - first_day).days, treatments[1], 0),
        Period(start, draw(st.integers(1, 60)), treatments[0], 0),
    )
    return Schedule(periods, Order.DRAWN_START, possible)


@st.composite
def trials(draw):
    treatments = draw(st.lists(NAMES, min_size=2, max_size=2, unique=True))
    outcomes = [
        Outcome(name, *scale, draw(st.booleans()), smallest_difference=(scale[1] - scale[0]) / draw(st.integers(1, 20)))
        for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
        for scale in [(draw(st.floats(-1e9, -1)), draw(st.floats(1, 1e9)))]
    ]
    period_days = draw(st.integers(1, 9))
    schedule = draw(courses(treatments) | pairs(treatments, period_days))
    control = draw(st.sampled_from([None, treatments[1]]))
    ceiling = draw(st.none() | st.integers(2 * period_days, 999))
    washout = draw(st.integers(0, period_days - 1))
    plan = Protocol(
        tuple(treatments), tuple(outcomes), period_days, control, ceiling, washout, draw(st.sampled_from(Mode))
    )
    days = st.dates(schedule.first_day, schedule.last_day)
    names = [outcome.name for outcome in outcomes]
    diary = draw(diaries(names, schedule.treatment_on, days, st.floats(-1, 1)))  # on every scale drawn above
    return Trial(plan, schedule, diary)


@given(diaries())
@settings(deadline=None, derandomize=True)
def test_a_diary_survives_its_own_csv(diary):
    try:
        written = diary_to_csv(diary)
    except PinprickError:  # a name that a CSV could not give back; which, says tests/unit/trial/test_csv_diary.py
        assume(False)
    again = diary_from_csv(written, name="diary.csv", today=None)
    assert again.entries == diary.entries
    assert again.outcomes == diary.outcomes
    assert diary_to_csv(again) == written


@given(trials())
@settings(deadline=None, derandomize=True, max_examples=60)
def test_a_trial_survives_its_own_json(trial):
    written = trial_to_json(trial)
    again = trial_from_json(written, name="trial.json")
    assert again == trial
    assert trial_to_json(again) == written
    SCHEMA.validate(json.loads(written))


@given(TEXT)
@settings(deadline=None, derandomize=True)
def test_a_guard_against_formulas_is_taken_away_again(text):
    assert unguarded(guarded(text)) == text


CSV_LIKE = st.text("0123456789-./,;:\t\n\"' aeinxyNAday=", max_size=40)


@given(CSV_LIKE, st.sampled_from(["day,treatment,pain,note\n", "date;arm;pain;done\n", ""]))
@settings(deadline=None, derandomize=True, max_examples=300)
def test_any_text_gives_a_diary_or_one_line(text, header):
    try:
        diary_from_csv(header + text, name="diary.csv", today=date(2026, 11, 22))
    except PinprickError as error:
        assert "\n" not in str(error)  # noqa: PT017 - any other exception fails the test


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(trials(), st.data())
@settings(deadline=None, derandomize=True, max_examples=100)
def test_any_change_to_a_trials_json_gives_a_trial_or_one_line(trial, data):
    top = at = json.loads(trial_to_json(trial))
    while True:
        keys = sorted(at) if isinstance(at, dict) else range(len(at))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(at[key], dict | list) or not at[key] or data.draw(st.booleans()):
            break
        at = at[key]
    at[key] = data.draw(JSON)
    try:
        trial_from_json(json.dumps(top), name="trial.json")
    except PinprickError as error:
        assert "\n" not in str(error)  # noqa: PT017
