"""A data frame is read as its CSV would be, and refused in the same words."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from pinprick.errors import PinprickError
from pinprick.formats.frame import diary_from_frame
from pinprick.trial.csv_diary import diary_from_csv

TODAY = dt.date(2026, 11, 22)
COLUMNS = {
    "day": [dt.date(2026, 5, 4), dt.date(2026, 5, 5), dt.date(2026, 5, 6)],
    "treatment": ["mat", "towel", None],
    "pain": [4.0, None, 6.5],
    "done": [True, False, None],
    "minutes": [20, 15, None],
    "note": ["=1", None, "one\ntwo"],
}
TEXT = (
    "day,treatment,pain,done,minutes,note\n2026-05-04,mat,4,yes,20,=1\n2026-05-05,towel,,no,15,\n"
    '2026-05-06,,6.5,,,"one\ntwo"\n'
)
FRAMES = pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])


def read(frame):
    return diary_from_frame(frame, today=TODAY)


@FRAMES
def test_a_frame_is_read_as_its_csv(frame):
    again = diary_from_csv(TEXT, name="diary.csv", today=TODAY)
    diary = read(frame(COLUMNS))
    assert diary.entries == again.entries
    assert diary.outcomes == again.outcomes
    assert [entry.row for entry in diary] == [0, 1, 2]
    assert diary.remarks == ("No treatment is named in row 2.",)


@FRAMES
@pytest.mark.parametrize(
    "days",
    [
        ["2026-05-04", "2026-05-05", "2026-05-06"],
        [dt.datetime(2026, 5, 4, 21, 30), dt.datetime(2026, 5, 5), dt.datetime(2026, 5, 6)],  # noqa: DTZ001
        [pd.Timestamp("2026-05-04 21:30"), pd.Timestamp("2026-05-05"), pd.Timestamp("2026-05-06")],
    ],
    ids=["text", "datetime", "Timestamp"],
)
def test_days_come_in_many_kinds(frame, days):
    assert read(frame(COLUMNS | {"day": days})) == read(frame(COLUMNS))


@pytest.mark.parametrize(
    "ratings",
    [
        pd.array([4, None, 6], dtype="Int64"),
        pd.array([4.0, None, 6.0], dtype="Float32"),
        np.array([4, np.nan, 6], dtype=np.float32),
        np.array([np.float64(4), None, np.int64(6)], dtype=object),
        np.array([decimal.Decimal("4"), None, pd.NA], dtype=object),
        ["4", "", "6.0"],
    ],
    ids=["Int64", "Float32", "float32", "object", "Decimal", "text"],
)
def test_ratings_come_in_many_kinds(ratings):
    diary = read(pd.DataFrame(COLUMNS).assign(pain=ratings))
    assert [entry.ratings.get("pain") for entry in diary][:2] == [4.0, None]
    assert diary.outcomes == ("pain",)


def test_a_category_and_a_missing_day():
    frame = pd.DataFrame(COLUMNS).astype({"treatment": "category"})
    assert read(frame) == read(pd.DataFrame(COLUMNS))
    frame["day"] = pd.to_datetime(frame["day"])
    frame.loc[1, "day"] = pd.NaT
    with pytest.raises(PinprickError, match="the data frame, row 1: day is empty"):
        read(frame)


def test_an_empty_frame_is_a_diary_without_days():
    assert len(read(pl.DataFrame({"day": [], "treatment": [], "pain": []}))) == 0


@FRAMES
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"day": ["04/05/2026", "2026-05-05", "2026-05-06"]},
            ["row 0: day is '04/05/2026'", "could be 4 May or 5 April"],
        ),
        ({"day": [dt.date(2027, 1, 1), *COLUMNS["day"][1:]]}, ["row 0: day is '2027-01-01'", "in the future"]),
        ({"day": [COLUMNS["day"][0]] * 3}, ["rows 0, 1 are both for 2026-05-04", "keep the one"]),
        ({"pain": [4.0, float("inf"), 1.0]}, ["row 1: pain is 'inf'", "a number such as 6"]),
        ({"pain": ["4", "bad", "5"]}, ["row 1: pain is 'bad'", "a number such as 6"]),
        ({"pain": [True, False, True]}, ["row 0: pain is 'True'", "a number such as 6"]),
        ({"done": ["yes", "perhaps", "no"]}, ["row 1: done is 'perhaps'", "write yes or no"]),
    ],
)
def test_bad_input_is_refused_in_the_words_of_the_csv(frame, change, says):
    with pytest.raises(PinprickError) as refused:
        read(frame(COLUMNS | change))
    message = str(refused.value)
    assert message.startswith("the data frame")
    assert "\n" not in message
    for words in says:
        assert words in message


@FRAMES
def test_a_missing_column_is_named(frame):
    with pytest.raises(
        PinprickError, match="the data frame: the header has no column called day, only 'treatment', 'pain'"
    ):
        read(frame({"treatment": ["mat"], "pain": [4]}))


def test_what_is_no_frame_is_refused():
    with pytest.raises(PinprickError, match="A list is no data frame; give one with the columns day, treatment"):
        read([])
    twice = pd.DataFrame([["2026-05-04", "mat", 4, 5]], columns=["day", "treatment", "pain", "pain"])
    with pytest.raises(PinprickError, match="more than one column called 'pain'; give each its own name"):
        read(twice)
