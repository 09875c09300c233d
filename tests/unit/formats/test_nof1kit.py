"""nof1kit's momentary answers and its schedule: days, means, and what does not fit together."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from pinprick.errors import PinprickError
from pinprick.formats.nof1kit import looks_like_nof1kit, read_nof1kit
from pinprick.trial.csv_diary import read_diary
from pinprick.trial.schedule import Order

DATA = Path(__file__).parents[2] / "data"
CSV = (DATA / "nof1kit_made_up.csv").read_text(encoding="utf-8")
SCHEDULE = (DATA / "nof1kit_made_up.json").read_text(encoding="utf-8")


def read(text=CSV, schedule=SCHEDULE, **more):
    return read_nof1kit(text, schedule, names=("ema.csv", "schedule.json"), **more)


def without(column, text=CSV):
    """The CSV with a column taken out."""
    rows = [line.split(",") for line in text.splitlines()]
    i = rows[0].index(column)
    return "".join(",".join(row[:i] + row[i + 1 :]) + "\n" for row in rows)


def test_its_header_is_known():
    assert looks_like_nof1kit(CSV.splitlines()[0].split(","))


def test_the_answers_of_a_date_are_one_mean_each():
    diary = read().diary
    assert diary.outcomes == ("energy", "calm")
    assert [entry.day.day for entry in diary] == [2, 3, 4, 5, 6, 8]
    assert dict(diary.entries[0].ratings) == {"energy": pytest.approx((48 + 58 + 66) / 3)}
    assert dict(diary.entries[4].ratings) == {"energy": 44, "calm": 66}
    assert [entry.row for entry in diary] == [None, None, None, None, 14, None]
    assert diary.remarks[0] == "16 answers on 6 days were averaged to one a day."


def test_a_study_day_on_two_dates_is_two_days_with_a_remark():
    source = read()
    assert [entry.treatment for entry in source.diary] == ["control", *["magnesium"] * 3, "control", "control"]
    assert source.diary.remarks[1:] == (
        "Study day 2 spans 2 calendar dates (2026-03-03, 2026-03-04); each is a day of its own.",
    )


def test_the_schedule_tells_missed_days_and_days_to_come():
    source = read()
    assert source.schedule.order is Order.UNKNOWN
    assert source.schedule.treatment_on(date(2026, 3, 7)) == "magnesium"  # study day 5, without an answer
    assert source.schedule.treatment_on(date(2026, 3, 9)) == "magnesium"  # study day 7
    assert source.schedule.last_day == date(2026, 3, 9)


def test_without_a_schedule_the_file_itself_says_the_treatment():
    alone = read(schedule=None)
    assert alone.diary == read().diary
    assert alone.schedule.order is Order.UNKNOWN
    assert alone.schedule.treatment_on(date(2026, 3, 9)) is None


def test_the_code_column_names_the_treatments_where_no_label_does():
    for schedule in (SCHEDULE, None):
        diary = read(without("condition"), schedule).diary
        assert diary.treatments == ("magnesium", "no magnesium")
        assert diary.outcomes == ("energy", "calm")


def test_the_schedule_alone_gives_the_treatments():
    source = read(without("magnesium", without("condition")))
    assert source.diary.treatments == ("condition 0", "condition 1")
    assert source.diary.outcomes == ("energy", "calm")
    assert [p.n_days for p in source.schedule.periods] == [p.n_days for p in read().schedule.periods]


def test_rows_without_a_study_day_keep_their_own_treatment():
    diary = read(CSV.replace("2026-03-06,4.0", "2026-03-06,")).diary
    assert diary.entries == read().diary.entries


def test_a_text_column_is_left_out_with_a_remark():
    rows = [line.split(",") for line in CSV.splitlines()]
    text = "".join(",".join([*row[:3], "at home" if i else "where", *row[3:]]) + "\n" for i, row in enumerate(rows))
    diary = read(text).diary
    assert diary.entries == read().diary.entries
    assert diary.remarks[0] == "where holds text and was left out."


@pytest.mark.parametrize(
    ("old", "new", "remark"),
    [
        (
            ",57.33",
            ",60.0",
            "energy_daily_mean is not the mean of the day's answers on 2026-03-02; the answers count.",
        ),
        ("2026-03-02 22:04", "2026-03-03 00:04", "The date is not that of the time in row 4; the date counts."),
        (
            "2026-03-05 16:07:56",
            "2026-03-05 10:09:19",
            "Different answers carry the same time (2026-03-05 10:09:19); all of them count.",
        ),
        ("2026-03-05,3.0,55.0", "2026-03-05,2.0,55.0", "2026-03-05 holds study days 3, 2; it is one day here."),
        (
            "2026-03-08,6.0",
            "2026-03-08,4.0",
            "Study day 4 spans 2 calendar dates (2026-03-06, 2026-03-08); each is a day of its own.",
        ),
    ],
)
def test_every_oddity_has_a_remark(old, new, remark):
    text = CSV.replace(old, new)
    assert text != CSV
    assert remark in set(read(text).diary.remarks) - set(read().diary.remarks)


def test_a_study_day_that_jumps_has_a_remark():
    schedule = json.dumps({str(i): c for i, c in enumerate([0, 1, 1, 0, 1, 0, 1, 0, 0], 1)})
    text = CSV.replace("2026-03-08,6.0", "2026-03-08,8.0")
    assert read(text, schedule).diary.remarks[-1] == (
        "From 2026-03-06 to 2026-03-08 the study day goes from 4 to 8, which is not one a day; the dates count."
    )


def test_the_same_row_twice_counts_once():
    lines = CSV.splitlines()
    diary = read("\n".join([*lines, lines[1]])).diary
    assert diary.entries == read().diary.entries
    assert diary.remarks[1] == "What row 18 says was there already, word for word; it was counted once."


def test_a_header_alone_is_a_diary_without_days():
    source = read(CSV.splitlines()[0])
    assert len(source.diary) == 0
    assert source.schedule is None


REFUSED = {
    # (CSV, schedule): what the one line says: where, the value, what is allowed, what to do
    "no treatment": (
        without("magnesium", without("condition")),
        None,
        ["does not say which treatment", "--schedule FILE"],
    ),
    "a column lost": (
        without("date"),
        SCHEDULE,
        ["ema.csv has no column date; give nof1kit's CSV of answers unchanged"],
    ),
    "no rating": (
        without("calm", without("energy", without("magnesium"))),
        SCHEDULE,
        ["names no rating", "such as mood"],
    ),
    "another treatment than the schedule": (
        without("magnesium").replace("6.0,50.0,42.0,control", "6.0,50.0,42.0,magnesium"),
        SCHEDULE,
        [
            "ema.csv, row 15: the treatment is 'magnesium', but schedule.json gives 0, which is 'control'",
            "correct the one",
        ],
    ),
    "another treatment than its code": (
        CSV.replace("6.0,50.0,42.0,0,control", "6.0,50.0,42.0,1,control"),
        SCHEDULE,
        ["ema.csv, row 15: the treatment is 'control', but its magnesium column gives 1", "correct the one"],
    ),
    "two treatments in a day": (
        without("magnesium").replace("6.0,50.0,42.0,control", "6.0,50.0,42.0,magnesium"),
        None,
        ["ema.csv: rows 15, 16 are both for 2026-03-08", "'magnesium'", "'control'", "correct the one that is wrong"],
    ),
    "another schedule": (
        without("magnesium").replace(",magnesium,", ",control,"),
        SCHEDULE,
        ["schedule.json tells treatments apart", "'control'"],
    ),
    "a day beyond the schedule": (
        CSV.replace("2026-03-08,6.0", "2026-03-08,9.0"),
        SCHEDULE,
        ["ema.csv, row 15: study_day is 9, but schedule.json has days 1 to 7", "give the schedule that belongs"],
    ),
    "a study day of text": (
        CSV.replace("6.0,50", "six,50"),
        SCHEDULE,
        ["row 15: study_day is 'six'", "whole number from 1"],
    ),
    "half a study day": (
        CSV.replace("6.0,50", "6.5,50"),
        SCHEDULE,
        ["row 15: study_day is '6.5'", "whole number from 1"],
    ),
    "no date": (
        CSV.replace(",2026-03-08,", ",8 March,", 1),
        SCHEDULE,
        ["row 15: date is '8 March'", "write year-month-day"],
    ),
    "a rating of text": (
        CSV.replace("50.0,42.0", "50.0,calm"),
        SCHEDULE,
        ["row 15: calm is 'calm'", "a number such as 6"],
    ),
    "a schedule that is none": (CSV, "[]", ["schedule.json is not a nof1kit schedule", '{"1": 0, "2": 1}']),
    "a schedule of words": (CSV, '{"one": 0}', ["schedule.json is not a nof1kit schedule"]),
    "a schedule of lists": (CSV, '{"1": [0]}', ["schedule.json is not a nof1kit schedule"]),
    "a schedule in no JSON": (CSV, "1,0", ["schedule.json is not a nof1kit schedule"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_one_line(case):
    text, schedule, says = REFUSED[case]
    with pytest.raises(PinprickError) as refused:
        read(text, schedule)
    message = str(refused.value)
    assert "\n" not in message
    for words in says:
        assert words in message


def test_the_future_is_refused():
    with pytest.raises(
        PinprickError, match=r"row 15: date is '2026-03-08', which is in the future; today is 2026-03-07"
    ):
        read(today=date(2026, 3, 7))


@pytest.mark.parametrize("with_schedule", [True, False])
def test_the_real_answers_give_the_daily_means_that_were_published(real_diaries, with_schedule):
    """All 71 days, without a difference in the two decimals printed."""
    folder = real_diaries / "melatonin"
    schedule = (folder / "melatonin_schedule.json").read_text(encoding="utf-8") if with_schedule else None
    source = read((folder / "melatonin_ema.csv").read_text(encoding="utf-8"), schedule)
    with (real_diaries / "diary" / "melatonin_mood.csv").open(encoding="utf-8", newline="") as file:
        printed = [(row["day"], row["treatment"], float(row["mood"])) for row in csv.DictReader(file)]
    assert [(str(e.day), e.treatment, round(e.ratings["mood"], 2)) for e in source.diary] == printed
    assert source.diary.remarks == (
        "195 answers on 71 days were averaged to one a day.",
        "Study day 44 spans 2 calendar dates (2026-04-02, 2026-04-03); each is a day of its own.",
    )


def test_the_diary_that_ships_is_the_published_one(real_diaries):
    shipped = Path(__file__).parents[3] / "data" / "diary" / "melatonin_mood.csv"
    assert shipped.read_bytes() == (real_diaries / "diary" / "melatonin_mood.csv").read_bytes()


def test_the_diary_that_ships_is_read():
    diary = read_diary(Path(__file__).parents[3] / "data" / "diary" / "melatonin_mood.csv", today=date(2026, 11, 22))
    assert len(diary) == diary.rated_days("mood") == 71
    assert diary.treatments == ("control", "melatonin")
    assert diary.remarks == ()
