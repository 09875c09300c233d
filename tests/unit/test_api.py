"""`pinprick.analyse` takes whatever holds a diary, and the public names are there."""

from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pytest

import pinprick
from pinprick.errors import DiaryError, ProtocolError
from pinprick.trial.csv_diary import diary_to_csv
from pinprick.trial.schedule import Order, schedule_from_days
from tests.trials import diary_from_arrays, trial_from_arrays

DAY = np.arange(40)
ON_FIRST = DAY // 2 % 2 == 0
RATING = np.round(3 + 2.0 * ~ON_FIRST + np.sin(DAY * 2.1), 1)
DIARY = diary_from_arrays(RATING, ON_FIRST)


def columns():
    return {
        "day": [entry.day for entry in DIARY],
        "treatment": [entry.treatment for entry in DIARY],
        "pain": [entry.ratings["pain"] for entry in DIARY],
    }


def test_every_kind_of_diary_gives_the_same_answer(tmp_path):
    path = tmp_path / "diary.csv"
    path.write_text(diary_to_csv(DIARY), encoding="utf-8")
    answers = [
        pinprick.analyse(diary, control="towel").to_dict()
        for diary in (DIARY, path, str(path), pd.DataFrame(columns()), pl.DataFrame(columns()))
    ]
    assert all(answer == answers[0] for answer in answers)


def test_a_trial_is_analysed_by_its_own_plan():
    trial = trial_from_arrays(RATING, ON_FIRST, period_days=2, lower_is_better=True)
    assert pinprick.analyse(trial).finding is pinprick.Finding.BETTER
    with pytest.raises(ProtocolError, match="fixed before day one, so delta"):
        pinprick.analyse(trial, delta=2.0)


def test_a_schedule_beside_a_diary_says_how_the_order_was_drawn():
    drawn = schedule_from_days({entry.day: entry.treatment for entry in DIARY}, Order.DRAWN_PAIRS)
    answer = pinprick.analyse(DIARY, schedule=drawn, control="towel")
    assert answer.to_dict()["randomised"] is True
    assert answer.randomisation.p < 0.01


def test_the_repr_says_what_was_found():
    assert repr(pinprick.analyse(DIARY)).startswith("<Result better: mat against towel, pain: +")


def test_a_notebook_shows_words_and_a_picture():
    shown = pinprick.analyse(DIARY)._repr_html_()
    assert "almost certainly" in shown
    assert "<svg" in shown
    assert "<script" not in shown


def test_what_is_no_diary_is_refused():
    with pytest.raises(DiaryError, match="given a int"):
        pinprick.analyse(7)


def test_days_after_today_are_refused_when_today_is_given(tmp_path):
    path = tmp_path / "diary.csv"
    path.write_text(diary_to_csv(DIARY), encoding="utf-8")
    with pytest.raises(DiaryError, match="future"):
        pinprick.analyse(path, today=date(2026, 1, 10))


def test_every_public_name_can_be_had_and_is_listed():
    for name in pinprick.__all__:
        assert getattr(pinprick, name).__name__.rpartition(".")[2] == name  # a room may be called, too
        assert name in dir(pinprick)
    with pytest.raises(AttributeError, match="no attribute 'guess'"):
        _ = pinprick.guess
