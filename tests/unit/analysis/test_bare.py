"""A bare diary's defaults, each said; and what is refused, with what to do."""

import numpy as np
import pytest

from pinprick.analysis.bare import match_name, plan_for
from pinprick.errors import DiaryError, ProtocolError
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.protocol import Question
from tests.trials import START, diary_from_arrays

ON_FIRST = np.arange(20) // 2 % 2 == 0
RATING = 3.0 + np.arange(20) % 4


def diary(**more):
    return diary_from_arrays(RATING, ON_FIRST, **more)


def test_every_default_is_said():
    trial, said = plan_for(diary())
    assert trial.protocol.treatments == ("mat", "towel")
    assert trial.protocol.question is Question.WHICH_OF_TWO
    assert trial.protocol.primary.lower_is_better
    assert trial.protocol.period_days == 2
    text = " ".join(said)
    for part in (
        "first treatment is mat",
        "which of the two",
        "0 to 10",
        "Lower ratings of pain are taken as better",
        "1 point",
    ):
        assert part in text


def test_what_is_given_is_not_said():
    _, said = plan_for(
        diary(), outcome="pain", treatments=("towel", "mat"), control="mat", better="lower", scale=(0, 10), delta=1.0
    )
    assert said == ()


def test_the_control_becomes_the_second():
    trial, _ = plan_for(diary(), control="mat")
    assert trial.protocol.treatments == ("towel", "mat")
    assert trial.protocol.question is Question.AGAINST_CONTROL


@pytest.mark.parametrize(("name", "lower"), [("Back pain", True), ("sleep_quality", False), ("score", False)])
def test_the_direction_follows_the_name(name, lower):
    trial, _ = plan_for(diary(outcome=name))
    assert trial.protocol.primary.lower_is_better is lower


def test_most_ratings_above_ten_mean_a_hundred_point_scale():
    trial, _ = plan_for(diary_from_arrays(10 * RATING, ON_FIRST))
    assert (trial.protocol.primary.high, trial.protocol.primary.smallest_difference) == (100, 10)


def test_one_rating_above_ten_is_a_mistake_and_not_another_scale():
    ratings = RATING.copy()
    ratings[7] = 55
    with pytest.raises(DiaryError, match=r"2026-01-12.*pain is 55.*0 to 10.*--scale"):
        plan_for(diary_from_arrays(ratings, ON_FIRST))


def third_treatment():
    entry = Entry(START.replace(month=3), "needle", {"pain": 2})
    return Diary((*diary().entries, entry), ("pain",))


def test_three_treatments_ask_which_two():
    with pytest.raises(DiaryError, match=r"3 treatments: 'mat', 'needle', 'towel'.*--treatments A B"):
        plan_for(third_treatment())


def test_a_third_treatment_is_left_out_and_counted():
    trial, _ = plan_for(third_treatment(), treatments=("mat", "towel"))
    assert len(trial.diary) == 20
    assert any(remark.startswith("1 rated day") for remark in trial.diary.remarks)


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        ({"outcome": "sleep"}, "no outcome called 'sleep'"),
        ({"treatments": ("mat", "needle")}, "no treatment called 'needle'"),
        ({"treatments": ("mat", "mat")}, "two different"),
        ({"treatments": ("mat",)}, "name two"),
        ({"control": "needle"}, "no treatment called"),
        ({"treatments": ("mat", "towel"), "control": "mat"}, "name the control second"),
        ({"better": "faster"}, "lower or higher"),
        ({"scale": (10, 0)}, "lower one first"),
        ({"scale": (4, 10)}, "its scale runs from 4 to 10"),
        ({"delta": 0}, "more than 0"),
        ({"delta": 11}, "at most 10"),
        ({"delta": float("inf")}, "delta is inf"),
        ({"delta": float("nan")}, "delta is nan"),
    ],
)
def test_wishes_that_make_no_sense_are_refused(wishes, says):
    with pytest.raises((DiaryError, ProtocolError), match=says):
        plan_for(diary(), **wishes)


def test_one_treatment_only_is_refused():
    with pytest.raises(DiaryError, match="only 'mat', and a comparison needs two"):
        plan_for(diary_from_arrays(RATING, np.ones(20, bool)))


def test_nothing_rated_is_refused():
    with pytest.raises(DiaryError, match="rates nothing"):
        plan_for(Diary((Entry(START, "mat"),), ()))


def test_a_name_may_be_given_in_part_but_not_in_doubt():
    assert match_name(["Pain at night", "Sleep"], "NIGHT", what="outcome") == "Pain at night"
    with pytest.raises(DiaryError, match="could be any of"):
        match_name(["pain am", "pain pm"], "pain", what="outcome")
