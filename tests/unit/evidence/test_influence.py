"""Single studies' influence: the same as leaving them out by hand."""

import pytest

from pinprick.errors import ComputationError
from pinprick.evidence.influence import cumulative, leave_one_out
from pinprick.evidence.synthesis import synthesise

YI, VI, LABELS = [0.1, 0.5, -0.2, 0.9], [0.02, 0.05, 0.03, 0.1], ["A", "B", "C", "D"]


@pytest.fixture
def pooled():
    return synthesise(YI, VI, labels=LABELS, measure="SMD", method="PM", test="knha", level=90)


def test_each_study_is_left_out_once_and_all_else_stays(pooled):
    without = leave_one_out(pooled)
    assert [set(LABELS) - set(each.labels) for each in without] == [{label} for label in LABELS]
    assert {(each.measure, each.method, each.test, each.level) for each in without} == {("SMD", "PM", "knha", 90)}
    by_hand = synthesise(YI[1:], VI[1:], method="PM", test="knha", level=90)
    assert [without[0].estimate, without[0].high] == [by_hand.estimate, by_hand.high]


def test_one_study_cannot_be_left_out():
    with pytest.raises(ComputationError, match="Without A no study is left"):
        leave_one_out(synthesise([0.1], [0.02], labels=["A"]))


def test_studies_are_added_in_the_order_given_and_end_at_the_whole(pooled):
    steps = cumulative(pooled, order=[2, 0, 3, 1])
    assert [each.labels[-1] for each in steps] == ["C", "A", "D", "B"]
    assert steps[-1].estimate == pytest.approx(pooled.estimate)
    assert cumulative(pooled)[1].labels == ("A", "B")


@pytest.mark.parametrize("order", [[0, 1], [0, 1, 2, 2], [0, 1, 2, 4]])
def test_an_order_names_each_study_once(pooled, order):
    with pytest.raises(ComputationError, match="each of the 4 studies once"):
        cumulative(pooled, order)
