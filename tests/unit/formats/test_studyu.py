"""StudyU's measurements: every trap of the real files, in a small made-up one of the same shape."""

import csv
import io
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pinprick.errors import PinprickError
from pinprick.formats.studyu import looks_like_studyu, read_studyu
from pinprick.trial.schedule import Order, typical_period_days

MADE_UP = (Path(__file__).parents[2] / "data" / "studyu_made_up.csv").read_text(encoding="utf-8")
BERLIN, NEW_YORK = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
SLEEP, RESTED, STRESS = "How well did you sleep last night?", "Do you feel rested?", "How stressed were you today?"


def read(text=MADE_UP, **more):
    return read_studyu(text, name="measurements.csv", **more)


def edited(change):
    """The made-up file after a change to its rows, each a dictionary."""
    rows = list(csv.DictReader(io.StringIO(MADE_UP, newline="")))
    rows = change(rows) or rows
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def put(**cells):
    """Change cells of the first row, which the file calls row 2."""
    return edited(lambda rows: rows[0].update(cells))


def test_its_header_is_known():
    assert looks_like_studyu(MADE_UP.splitlines()[0].split(","))


def test_everybody_is_read_in_order_of_ids():
    assert [source.participant for source in read()] == [BERLIN, NEW_YORK]
    assert {source.kind for source in read()} == {"studyu"}
    assert {source.protocol for source in read()} == {None}


def test_the_surveys_of_a_day_are_one_entry_and_a_missed_day_is_absent():
    berlin, _ = read()
    assert [entry.day.day for entry in berlin.diary] == [1, 2, 3, 5, 6, 7, 8]
    assert dict(berlin.diary.entries[2].ratings) == {SLEEP: 4, RESTED: 3, STRESS: 5}
    assert dict(berlin.diary.entries[1].ratings) == {SLEEP: 6, RESTED: 4}


def test_a_survey_sent_twice_counts_once_the_last_time():
    berlin, _ = read()
    assert berlin.diary.entries[3].ratings[SLEEP] == 8  # a 7 was sent a little earlier
    assert berlin.diary.remarks == ("1 survey was sent again on the same day (2026-06-05); the last answers count.",)


def test_days_are_those_of_the_persons_own_clock():
    """The evening answers in New York carry the next day's date in UTC."""
    _, new_york = read()
    assert [entry.day.day for entry in new_york.diary] == [3, 4, 5, 6]
    assert [entry.ratings[STRESS] for entry in new_york.diary] == [6, 5, 4, 3]


def test_days_without_a_treatment_are_left_out_and_counted():
    _, new_york = read()
    assert new_york.diary.treatments == ("Acupressure mat", "Folded towel")
    assert new_york.diary.remarks == (
        "2 days were left out, being under no treatment (N/A or baseline): 2026-06-07, 2026-06-08.",
    )
    baseline = edited(
        lambda rows: [
            row | {"current_intervention_id": "__baseline", "current_intervention_name": "Baseline"}
            if row["current_intervention_name"] == "N/A"
            else row
            for row in rows
        ]
    )
    assert read(baseline)[1].diary == new_york.diary


def test_outcomes_are_the_questions_with_numbers_under_their_words_or_ids():
    for source in read():
        assert source.diary.outcomes == (SLEEP, RESTED, STRESS)
        assert source.also_called["22222222-bbbb-4bbb-8bbb-000000000003"] == STRESS
        left_out, night_before = source.remarks
        assert left_out == (
            "Questions without numbers were left out: “Did you take a nap today?”, "
            "“At what time did you have a nap today?” and 1 more."
        )
        assert night_before.startswith(f"Answers about the night or the day before (“{SLEEP}”) count for the day")


def test_the_order_was_not_drawn_and_missed_days_are_known_from_others():
    berlin, new_york = read()
    assert berlin.schedule.order is new_york.schedule.order is Order.NOT_DRAWN
    assert [(p.first_day.day, p.n_days, p.treatment) for p in berlin.schedule.periods] == [
        (1, 2, "Acupressure mat"),
        (3, 2, "Folded towel"),  # the second day was missed by this person only
        (5, 2, "Acupressure mat"),
        (7, 2, "Folded towel"),
    ]
    assert [p.n_days for p in new_york.schedule.periods] == [2, 2]


def test_people_with_different_orders_do_not_tell_each_others_days():
    def swap(rows):
        """New York takes the towel first, and never lost a treatment."""
        rows = [row for row in rows if row["current_intervention_name"] != "N/A"]
        names = {"Acupressure mat": "Folded towel", "Folded towel": "Acupressure mat"}
        ids = {row["current_intervention_name"]: row["current_intervention_id"] for row in rows}
        for row in rows:
            if row["participant_id"] == NEW_YORK:
                row["current_intervention_name"] = names[row["current_intervention_name"]]
                row["current_intervention_id"] = ids[row["current_intervention_name"]]
        return rows

    berlin, _ = read(edited(swap))
    assert [p.n_days for p in berlin.schedule.periods] == [2, 1, 2, 2]


def test_two_surveys_may_ask_the_same():
    text = MADE_UP.replace("How stressed were you today?", SLEEP)
    assert read(text)[0].diary.outcomes == (f"{SLEEP} (Morning)", RESTED, f"{SLEEP} (Evening)")
    text = MADE_UP.replace("Do you feel rested? ", SLEEP)
    assert read(text)[0].diary.outcomes == (f"{SLEEP} (survey1_question1)", f"{SLEEP} (survey1_question2)", STRESS)


def test_rows_may_come_in_any_order():
    assert read(edited(lambda rows: rows[::-1])) != ()
    assert [s.diary.entries for s in read(edited(lambda rows: rows[::-1]))] == [s.diary.entries for s in read()]


def test_a_header_alone_holds_nobody():
    assert read(MADE_UP.splitlines()[0] + "\n") == ()


@pytest.mark.parametrize(
    ("start", "first_day"),
    [
        ("2026-05-31 22:00:00.000Z", date(2026, 6, 1)),  # Berlin, summer
        ("2026-01-31 23:00:00.000Z", date(2026, 2, 1)),  # Berlin, winter
        ("2026-06-01 00:00:00.000Z", date(2026, 6, 1)),  # Reykjavik
        ("2026-06-01 04:00:00.000Z", date(2026, 6, 1)),  # New York
        ("2026-06-01 10:00:00.000Z", date(2026, 6, 1)),  # Honolulu
        ("2026-05-31 11:00:00.000Z", date(2026, 6, 1)),  # Auckland, summer
        ("2026-05-31 18:30:00.000Z", date(2026, 6, 1)),  # Delhi
    ],
)
def test_the_start_tells_the_zone(start, first_day):
    begun = datetime.fromisoformat(start)
    rows = [line.split(",") for line in MADE_UP.splitlines()]
    row = dict(zip(rows[0], rows[1], strict=False))
    for hours, day in [(7, first_day), (24 + 23.5, first_day + timedelta(days=1))]:
        one = {
            **row,
            "measurement_time": str(begun + timedelta(hours=hours)),
            "participant_started_at": start,
            "current_day_of_study": str(int(hours // 24)),
            "current_intervention_id": "m",
            "current_intervention_name": "mat",
        }
        text = ",".join(rows[0]) + "\n" + ",".join(one.get(name, "") for name in rows[0]) + "\n"
        (source,) = read(text)
        assert [entry.day for entry in source.diary] == [day]


REFUSED = {
    # what was done to the file, and what the one line says: where, the value, what is allowed, what to do
    "a column lost": (
        MADE_UP.replace("participant_started_at", "start", 1),
        ["has no column participant_started_at", "unchanged"],
    ),
    "no time": (put(measurement_time="soon"), ["row 2: measurement_time is 'soon'", "2023-08-23 07:00:39Z", "again"]),
    "no start": (put(participant_started_at=""), ["row 2: participant_started_at is ''", "Export the study again"]),
    "the end of time": (put(participant_started_at="9999-12-31 23:00:00Z"), ["row 2: participant_started_at", "again"]),
    "no day": (put(current_day_of_study="x"), ["row 2: current_day_of_study is 'x'", "as in 27", "Export the study"]),
    "another day": (
        put(current_day_of_study="2"),
        ["row 2: current_day_of_study is 2", "5 days after", "correct the one"],
    ),
    "nobody": (put(participant_id=" "), ["row 2: participant_id is empty", "export the study again"]),
    "no survey": (
        put(is_survey2="false"),
        ["row 2: no survey is marked true in is_survey1, is_survey2", "a row holds one"],
    ),
    "two surveys": (put(is_survey1="true"), ["row 2: more than one survey is marked true", "a row holds one"]),
    "two treatments in a day": (
        put(
            current_intervention_id="33333333-cccc-4ccc-8ccc-000000000001", current_intervention_name="Acupressure mat"
        ),
        ["rows 2, 4 are both for 2026-06-08", "'N/A'", "'Acupressure mat'", "correct the one that is wrong"],
    ),
    "two treatments of one name": (
        put(current_intervention_id="x", current_intervention_name="Folded towel"),
        ["row 3", "two treatments, 'x' and '33333333-cccc", "both called 'Folded towel'", "another name"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_one_line(case):
    text, says = REFUSED[case]
    with pytest.raises(PinprickError) as refused:
        read(text)
    message = str(refused.value)
    assert message.startswith("measurements.csv")
    assert "\n" not in message
    for words in says:
        assert words in message


def test_the_future_is_refused():
    with pytest.raises(PinprickError, match=r"row 2: measurement_time .* in the future; today is 2026-06-07\. Correct"):
        read(today=date(2026, 6, 7))


@pytest.mark.parametrize(
    ("file", "days", "twice"),
    [
        ("tea", {"0889f7fb": 27, "b6a716a4": 17, "c8bafe93": 22}, []),
        ("herbal", {"026ff51a": 26, "f70fca8e": 1}, ["026ff51a"]),
        ("noise", {"886ac213": 27}, []),
    ],
)
def test_the_real_files_are_read(real_diaries, file, days, twice):
    text = (real_diaries / "studyu" / f"measurements_{file}.csv").read_text(encoding="utf-8")
    sources = read(text)
    assert {source.participant[:8]: len(source.diary) for source in sources} == days
    for source in sources:
        assert source.diary.outcomes[:2] == (SLEEP, "How many hours did you sleep last night?")
        assert source.schedule.order is Order.NOT_DRAWN
        assert bool(source.diary.remarks) == (source.participant[:8] in twice)
        if len(source.diary) > 1:
            assert typical_period_days(source.schedule) == 7


def test_in_the_real_files_a_day_is_the_date_in_germany(real_diaries):
    for file in ("tea", "herbal", "noise"):
        text = (real_diaries / "studyu" / f"measurements_{file}.csv").read_text(encoding="utf-8")
        expected = {}
        for row in csv.DictReader(io.StringIO(text, newline="")):
            local = datetime.fromisoformat(row["measurement_time"]) + timedelta(hours=2)  # August
            expected.setdefault(row["participant_id"], {})[local.date()] = row["current_intervention_name"]
        for source in read(text):
            assert {entry.day: entry.treatment for entry in source.diary} == expected[source.participant]
