"""What a trial asked of a person, treatment by treatment, counted and in words."""

from datetime import timedelta

import pytest

from pinprick.analysis.burden import burden
from pinprick.errors import ProtocolError
from pinprick.report.burden import rows
from pinprick.trial.fold import Ended
from tests.conducted import DAY_0, at, lived, screened, started, with_well_day


def lived_with(sessions):
    """A trial of as many days as there are sessions: each what is said of the day, or None for no word."""
    conduct, seal = started()
    for n, said in enumerate(sessions, 1):
        conduct = with_well_day(conduct, seal, n)
        if said is not None:
            conduct, _ = conduct.with_rating(at(n), day=DAY_0 + timedelta(days=n), **said)
    return conduct


def by_name(pair):
    return {one.treatment: one for one in pair}


def one_turn_each(**said):
    """Six days, a turn of each treatment; ``said`` of each treatment by its name, day by day."""
    order = [lived_with([None] * n).arm_on(DAY_0 + timedelta(days=n)).name for n in range(1, 7)]
    waiting = {name: list(days) for name, days in said.items()}
    return lived_with([waiting[name].pop(0) if waiting.get(name) else None for name in order])


def test_a_trial_that_has_not_started_asked_nothing_yet():
    with pytest.raises(ProtocolError, match="has not started"):
        burden(screened())


def test_only_what_has_been_lived_is_counted():
    conduct, seal = started()
    conduct = lived(conduct, seal, 4, lambda n, arm: 5)
    first, second = burden(conduct)
    assert len(conduct.begun) == 2, "the second turn has begun, and two days of it are to come"
    assert sorted([first.planned, second.planned]) == [1, 3]
    assert sorted([first.answered, second.answered]) == [1, 3]
    assert sum(one.planned for one in burden(conduct, until=DAY_0 + timedelta(days=2))) == 2


def test_days_after_a_stop_and_in_a_pause_belong_to_nobody():
    conduct, seal = started()
    conduct = lived(conduct, seal, 3, lambda n, arm: 5).with_pause(at(4)).with_resumption(at(8))
    conduct = lived(conduct, seal, 2, lambda n, arm: 5, first=8)
    assert sum(one.planned for one in burden(conduct)) == 5
    stopped = conduct.with_stop(at(9)).with_belief_after(at(20), guess=None, preference=None)
    assert burden(stopped) == burden(conduct)


def test_each_count_goes_to_its_treatment():
    conduct = one_turn_each(
        mat=[
            {"ratings": {"pain": 4}, "done": True, "minutes": 20, "prick": 6, "marks": True},
            {"ratings": {"pain": 5}, "done": True, "minutes": 4, "prick": 9, "ended": Ended.TOO_SHARP, "marks": False},
            {"ratings": {}, "minutes": 10, "ended": Ended.NO_TIME, "marks": False},
        ],
        towel=[
            {"ratings": {"pain": 6}, "done": True, "minutes": 20, "prick": 1},
            {"ratings": {"pain": 6}, "done": False},
        ],
    )
    found = by_name(burden(conduct))
    mat, towel = found["mat"], found["towel"]
    assert (mat.planned, mat.answered, mat.done, mat.stopped_early, mat.too_sharp) == (3, 2, 1, 2, 1)
    assert (mat.marks, mat.prick, mat.minutes) == (1, 7.5, 10)
    assert (towel.planned, towel.answered, towel.done, towel.stopped_early, towel.too_sharp) == (3, 2, 1, 0, 0)
    assert (towel.marks, towel.prick, towel.minutes) == (None, 1, 20)
    assert rows((mat, towel)) == [
        ("Days planned", "3", "3"),
        ("Days answered", "2", "2"),
        ("Done as planned", "1", "1"),
        ("Stopped early", "2", "0"),
        ("Stopped because too sharp", "1", "0"),
        ("Marks the next day", "1", "not said"),
        ("Sharpness, 0 to 10, median", "7.5", "1"),
        ("Minutes, median", "10", "20"),
    ]


def test_a_row_that_nobody_filled_is_left_out():
    conduct = one_turn_each(mat=[{"ratings": {"pain": 4}}], towel=[{"ratings": {"pain": 6}}])
    assert [label for label, *_ in rows(burden(conduct))] == ["Days planned", "Days answered"]


def test_a_correction_is_counted_once():
    conduct = one_turn_each(mat=[{"ratings": {"pain": 4}, "prick": 6}])
    day = next(on for on in conduct.scheduled_days if conduct.rated(on))
    after, _ = conduct.with_rating(at(6), day=day, ratings={"pain": 5}, prick=2, correct=True)
    mat = by_name(burden(after))["mat"]
    assert (mat.answered, mat.prick) == (1, 2)


def test_the_rating_that_counts_is_the_primary_one():
    conduct, seal = started("mat-vs-rest-stress")
    conduct = with_well_day(conduct, seal, 1)
    conduct, _ = conduct.with_rating(at(1), day=at(1).day, ratings={"anxiety": 3})
    assert sum(one.answered for one in burden(conduct)) == 0
