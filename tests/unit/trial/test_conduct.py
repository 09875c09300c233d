"""The conduct of a trial: what may be done when, and what is kept."""

import json
from datetime import date, datetime, timedelta, timezone

import pytest

from pinprick.errors import DiaryError, FileError, ProtocolError
from pinprick.trial.agenda import Agenda, Due, agenda
from pinprick.trial.commitment import Event, Moment, broken_at, sha256
from pinprick.trial.conduct import Conduct, Phase, Written, WrittenAlreadyError
from pinprick.trial.fold import Ended
from pinprick.trial.protocol_file import read_protocol
from pinprick.trial.safety_rules import Occasion
from pinprick.trial.seal import Seal
from tests.conducted import DAY_0, SEED, at, lived, screened, screening, started, with_well_day


def day(n):
    return DAY_0 + timedelta(days=n)


# ---- before the start


def test_a_trial_that_was_not_screened_does_not_start():
    plan = read_protocol("mat-vs-rest-back-pain")
    with pytest.raises(ProtocolError, match="safety questions have not been answered"):
        Conduct.opened(plan, at(0)).started(at(0), seed=SEED, rule={}, belief={}, built_up=True)


@pytest.mark.parametrize("answer", ["chest_pain", "pregnant", "blood_thinners", "thoughts_of_suicide"])
def test_a_yes_that_closes_the_mat_keeps_the_trial_from_starting(answer):
    conduct = screened(**{answer: "yes"})
    with pytest.raises(ProtocolError):
        conduct.started(at(0), seed=SEED, rule={}, belief={}, built_up=True)


def test_a_screen_of_another_day_does_not_start_a_trial():
    with pytest.raises(ProtocolError, match="not answered today or yesterday"):
        screened().started(at(2), seed=SEED, rule={}, belief={}, built_up=True)


def test_the_build_up_comes_before_the_draw():
    conduct = screened()
    with pytest.raises(ProtocolError, match=r"build-up is at step 1 \(3 minutes"):
        conduct.started(at(0), seed=SEED, rule={}, belief={})
    for n in range(7):
        conduct = conduct.with_screening(screening(conduct.plan, conduct.safety.occasion(day(n))), at(n))
        conduct = conduct.with_rung(prick=4, moment=at(n))
    assert conduct.built_up
    conduct = conduct.with_screening(screening(conduct.plan), at(7))
    after, _ = conduct.started(at(7), seed=SEED, rule={}, belief={})
    assert after.phase(day(7)) is Phase.RUNNING


def test_a_session_that_hurt_steps_down():
    conduct = screened()
    for n, prick in enumerate([3, 3, 3, 8]):
        conduct = conduct.with_screening(screening(conduct.plan, conduct.safety.occasion(day(n))), at(n))
        conduct = conduct.with_rung(prick=prick, moment=at(n))
    assert conduct.rung.step == 1
    assert not conduct.built_up


def test_the_build_up_needs_the_safety_questions_of_the_day():
    with pytest.raises(ProtocolError, match="Today's safety questions"):
        screened().with_rung(prick=3, moment=at(0))


def test_the_first_day_is_tomorrow_and_at_most_two_weeks_away():
    conduct, _ = started()
    assert conduct.first_day == day(1)
    with pytest.raises(ProtocolError, match="give one from today, 2026-05-04, to 14 days on"):
        started(first_day=day(15))
    with pytest.raises(ProtocolError, match="give one from today"):
        started(first_day=day(-1))


def test_a_trial_starts_once():
    conduct, _ = started()
    with pytest.raises(ProtocolError, match="started on 2026-05-05"):
        conduct.started(at(0), seed=SEED, rule={}, belief={}, built_up=True)


def test_belief_is_about_the_treatments_of_the_plan():
    with pytest.raises(DiaryError, match="no treatment 'needle'"):
        started(belief={"expectation": {"needle": 5}})
    with pytest.raises(DiaryError, match="give 0 to 10"):
        started(belief={"expectation": {"mat": 11}})


# ---- concealment


def test_the_log_holds_only_what_has_begun():
    conduct, seal = started()
    conduct = lived(conduct, seal, 4, lambda n, arm: 5)
    assert conduct.begun == seal.drawn[:2]
    assert "".join(map(str, seal.drawn)) not in "".join(str(event.to_dict()) for event in conduct.events)


def test_another_seal_is_refused():
    conduct, seal = started()
    with pytest.raises(FileError, match="seal beside this trial is another one's"):
        conduct.begin(Seal(seal.seed, seal.drawn[::-1]), at(1))


def test_the_usual_days_of_a_course_do_not_tell_when_it_starts():
    one, seal_one = started("acupuncture-course", seed=bytes(32))
    other, seal_other = started("acupuncture-course", seed=bytes([1] * 32))
    assert seal_one.drawn != seal_other.drawn
    before = 14 + min(seal_one.drawn[0], seal_other.drawn[0])
    assert one.begin(seal_one, at(before)).begun == other.begin(seal_other, at(before)).begun == ()
    assert one.arm_on(day(before)).name == "usual"
    assert one.begin(seal_one, at(15 + seal_one.drawn[0])).arm_on(day(15 + seal_one.drawn[0])).name == "acupuncture"


# ---- day by day


def test_the_same_rating_again_is_the_same_row():
    conduct, seal = started()
    conduct = with_well_day(conduct, seal, 1)
    once, what = conduct.with_rating(at(1), day=day(1), ratings={"pain": 4}, done=True)
    again, still = once.with_rating(at(2), day=day(1), ratings={"pain": 4}, done=True)
    assert (what, still) == (Written.NEW, Written.SAME)
    assert again is once


def test_a_different_rating_asks_and_a_correction_keeps_the_old_one():
    conduct, seal = started()
    conduct = with_well_day(conduct, seal, 1)
    conduct, _ = conduct.with_rating(at(1), day=day(1), ratings={"pain": 4})
    with pytest.raises(DiaryError, match="written already, with pain=4; say --correct"):
        conduct.with_rating(at(1), day=day(1), ratings={"pain": 6})
    conduct, what = conduct.with_rating(at(3), day=day(1), ratings={"pain": 6}, correct=True)
    assert what is Written.CORRECTED
    assert [version.ratings["pain"] for version in conduct.versions(day(1))] == [4, 6]


def test_a_look_sees_what_was_known_at_its_time():
    conduct, seal = started()
    conduct = lived(conduct, seal, 5, lambda n, arm: 5)
    conduct, _ = conduct.with_rating(at(5), day=day(2), ratings={"pain": 1}, correct=True)
    trial = conduct.trial(until=day(5))
    assert [e.ratings["pain"] for e in trial.diary.as_of(day(3))] == [5, 5, 5]
    assert [e.ratings["pain"] for e in trial.diary.as_of(day(5))] == [5, 1, 5, 5, 5]


def test_what_is_missing_may_be_added_without_a_correction():
    conduct, seal = started()
    conduct = with_well_day(conduct, seal, 1)
    conduct, _ = conduct.with_rating(at(1), day=day(1), ratings={"pain": 4})
    conduct, _ = conduct.with_rating(at(1), day=day(1), ratings={}, done=False)
    assert conduct.rated(day(1)).done is False
    assert conduct.rated(day(1)).ratings == {"pain": 4}


@pytest.mark.parametrize(
    ("about", "today", "message"),
    [
        (3, 2, "2026-05-07 is in the future; today is 2026-05-06"),
        (0, 1, "2026-05-04 is before this trial, which started on 2026-05-05"),
        (1, 10, "9 days ago, and nobody remembers"),
    ],
)
def test_a_day_that_cannot_be_rated_is_refused(about, today, message):
    conduct, seal = started()
    with pytest.raises(DiaryError, match=message):
        conduct.begin(seal, at(today)).with_rating(at(today), day=day(about), ratings={"pain": 4})


def test_a_rating_off_its_scale_or_of_nothing_is_refused():
    conduct, _ = started()
    with pytest.raises(DiaryError, match="pain is 11, but its scale runs from 0 to 10"):
        conduct.with_rating(at(1), day=day(1), ratings={"pain": 11})
    with pytest.raises(ProtocolError, match="no rating 'stress'"):
        conduct.with_rating(at(1), day=day(1), ratings={"stress": 4})
    with pytest.raises(DiaryError, match="nothing to write"):
        conduct.with_rating(at(1), day=day(1), ratings={})


def test_a_late_rating_is_marked():
    conduct, seal = started()
    conduct, _ = conduct.begin(seal, at(3)).with_rating(at(3), day=day(1), ratings={"pain": 4})
    assert conduct.rated(day(1)).late
    (entry,) = conduct.trial(until=day(3)).diary.entries
    assert entry.received == day(3)


def test_a_night_is_rated_the_next_morning_and_belongs_to_the_evening_before():
    conduct, seal = started("mat-vs-rest-sleep")
    conduct = with_well_day(conduct, seal, 1)
    assert conduct.day_to_rate(day(2)) == day(1)
    conduct, _ = conduct.with_rating(at(2), day=day(1), ratings={"sleep": 7})
    assert not conduct.rated(day(1)).late
    (entry,) = conduct.trial(until=day(1)).diary.entries
    assert (entry.day, entry.received) == (day(1), None)


def test_run_in_days_may_be_rated_before_the_start_and_are_not_analysed():
    conduct = screened()
    conduct, _ = conduct.with_rating(at(0), day=day(0), ratings={"pain": 6})
    conduct, seal = conduct.started(at(0), seed=SEED, rule={}, belief={}, built_up=True)
    conduct = conduct.begin(seal, at(1))
    assert conduct.trial(until=day(1)).diary.entries == ()


def test_a_pause_freezes_the_order_and_the_interrupted_period_resumes():
    conduct, seal = started()
    conduct = lived(conduct, seal, 4, lambda n, arm: 5)
    conduct = conduct.with_pause(at(4))
    assert conduct.phase(day(4)) is Phase.RUNNING  # today is rated, so the pause begins tomorrow
    assert conduct.phase(day(5)) is Phase.PAUSED
    with pytest.raises(DiaryError, match="paused on 2026-05-10"):
        conduct.with_rating(at(6), day=day(6), ratings={"pain": 4})
    conduct = conduct.with_resumption(at(9)).begin(seal, at(9))
    assert conduct.day_number(day(9)) == 5
    assert conduct.arm_on(day(9)) == conduct.arm_on(day(4))
    assert conduct.last_day == day(84 + 4)


def test_a_pause_that_ends_on_its_first_day_is_none():
    conduct, seal = started()
    conduct = conduct.with_pause(at(1)).with_resumption(at(1)).begin(seal, at(1))
    assert conduct.pauses == ()
    assert conduct.day_number(day(1)) == 1


def test_only_what_is_paused_resumes():
    conduct, _ = started()
    with pytest.raises(ProtocolError, match="not paused"):
        conduct.with_resumption(at(1))
    with pytest.raises(ProtocolError, match="paused already"):
        conduct.with_pause(at(1)).with_pause(at(2))


def test_a_clock_that_went_back_is_refused_and_says_so():
    conduct, _ = started()
    with pytest.raises(DiaryError, match="clock says 2026-05-03T12:00:00"):
        conduct.with_pause(at(-1))


def test_travel_west_and_daylight_saving_are_no_clocks_that_went_back():
    conduct, _ = started()
    east, west = timezone(timedelta(hours=12)), timezone(timedelta(hours=-11))
    morning = Moment(datetime(2026, 5, 5, 8, tzinfo=east))  # 20:00 UTC on day 0
    landed = Moment(datetime(2026, 5, 4, 12, tzinfo=west))  # 23:00 UTC, and yesterday's date again
    conduct, _ = conduct.with_rating(morning, day=day(1), ratings={"pain": 4})
    conduct = conduct.with_pause(landed)
    assert [event.moment.day for event in conduct.events[-2:]] == [day(1), day(0)]
    summer, winter = timezone(timedelta(hours=2)), timezone(timedelta(hours=1))
    first = Moment(datetime(2026, 10, 25, 2, 30, tzinfo=summer))
    second = Moment(datetime(2026, 10, 25, 2, 15, tzinfo=winter))  # the hour that comes twice
    assert first.at < second.at
    assert first.day == second.day


def test_a_stop_keeps_what_was_rated_and_ends_the_days():
    conduct, seal = started()
    conduct = lived(conduct, seal, 4, lambda n, arm: 5).with_stop(at(4), why="holiday")
    assert conduct.phase(day(5)) is Phase.STOPPED
    assert conduct.stopped == (day(4), "holiday")
    assert len(conduct.trial(until=day(4)).diary) == 4
    with pytest.raises(DiaryError, match="stopped on 2026-05-08"):
        conduct.with_rating(at(5), day=day(5), ratings={"pain": 4})


# ---- safety in the days


def test_an_emergency_on_a_day_stops_the_trial():
    conduct, _ = started()
    conduct = conduct.with_screening(screening(conduct.plan, Occasion.DAY, chest_pain="yes"), at(1))
    assert conduct.stopped == (day(1), "safety")
    assert "chest_pain" not in str([event.to_dict() for event in conduct.events])


def test_the_mat_needs_the_answers_of_its_day_and_so_does_a_towel_over_it():
    conduct, seal = started()
    conduct = conduct.begin(seal, at(1))
    for arm in conduct.plan.arms:
        assert not conduct.may_do(arm, day(1)).open
    conduct = with_well_day(conduct, seal, 1)
    for arm in conduct.plan.arms:
        assert conduct.may_do(arm, day(1)).open


def test_broken_skin_closes_the_mat_until_it_has_healed_and_starts_again_with_cloth():
    conduct, seal = started()
    conduct = with_well_day(conduct, seal, 1).with_felt("skin_broken", at(1))
    conduct = with_well_day(conduct, seal, 2)
    mat = conduct.plan.arm("mat")
    assert not conduct.may_do(mat, day(2)).open
    conduct = conduct.with_healed(at(2))
    assert conduct.may_do(mat, day(2)).step.minutes == 3
    assert conduct.safety.needs_cloth


def test_pain_that_is_worse_for_three_days_closes_the_mat():
    conduct = screened()
    for n in range(3):
        conduct, _ = conduct.with_rating(at(n), day=day(n), ratings={"pain": 3})
    conduct = conduct.with_screening(screening(conduct.plan), at(3))
    conduct, seal = conduct.started(at(3), seed=SEED, rule={}, belief={}, built_up=True)
    conduct = lived(conduct, seal, 3, lambda n, arm: 6, first=4)
    assert conduct.stops_in_ratings(day(6)) == ("worse_for_three_days",)


# ---- the end


def test_guess_and_preference_come_before_the_reveal():
    conduct, seal = started()
    with pytest.raises(ProtocolError, match="Guess and preference come before the reveal"):
        conduct.with_reveal(seal, at(1), verdict={})
    conduct = conduct.with_belief_after(at(1), guess="mat", preference=None)
    with pytest.raises(ProtocolError, match="asked already"):
        conduct.with_belief_after(at(1), guess="towel", preference=None)
    ended = conduct.with_reveal(seal, at(1), verdict={})
    assert bytes.fromhex(ended.revealed["seed"]) == SEED
    assert sha256(SEED) == ended.start["seed_sha256"]
    assert not ended.is_sealed


def test_nothing_changes_after_the_reveal():
    conduct, seal = started()
    conduct = conduct.with_belief_after(at(1), guess=None, preference=None).with_reveal(seal, at(1), verdict={})
    for step in (
        lambda: conduct.with_rating(at(1), day=day(1), ratings={"pain": 1}),
        lambda: conduct.with_pause(at(1)),
        lambda: conduct.with_stop(at(1)),
        lambda: conduct.with_felt("skin_broken", at(1)),
    ):
        with pytest.raises(ProtocolError, match="has ended"):
            step()


def test_three_treatments_give_three_contrasts_with_days_of_their_own(three_arms):
    conduct, seal = started(three_arms)
    conduct = lived(conduct, seal, 12, lambda n, arm: 5)
    assert conduct.plan.contrasts == (("a", "b"), ("a", "c"), ("b", "c"))
    days = [len(conduct.trial(*pair, until=day(12)).diary) for pair in conduct.plan.contrasts]
    assert days == [8, 8, 8]


@pytest.fixture
def three_arms(tmp_path):
    path = tmp_path / "three.yaml"
    arms = "".join(f"  - {{name: {name}, kind: usual_care, what_to_do: Do it.}}\n" for name in "abc")
    path.write_text(
        "format: pinprick-protocol/1\nname: three\ntitle: Which of three?\ntreatments:\n" + arms + "outcomes:\n"
        "  - {name: pain, instrument: pain_nrs}\nschedule: {kind: blocks, period_days: 2, ceiling_days: 60}\n"
    )
    return read_protocol(path)


# ---- the log


def test_the_log_is_a_chain_that_no_change_survives():
    conduct, seal = started()
    events = list(lived(conduct, seal, 3, lambda n, arm: 5).events)
    assert broken_at(events) is None
    for i in range(len(events)):
        assert broken_at([*events[:i], *events[i + 1 :]]) in (i + 1, None if i == len(events) - 1 else i + 1)
    changed = events[4].after(events[3], events[4].kind, events[4].moment, {**events[4].data, "more": 1})
    assert broken_at([*events[:4], changed, *events[5:]]) == 6


def test_folding_step_by_step_and_all_at_once_agree():
    conduct, seal = started()
    conduct = lived(conduct, seal, 5, lambda n, arm: 5).with_pause(at(5)).with_resumption(at(8))
    again = Conduct(conduct.events)
    assert again == conduct
    assert again._state == conduct._state


def test_a_moment_without_a_time_zone_is_no_instant():
    with pytest.raises(ValueError, match="no time zone"):
        Moment(datetime(2026, 5, 4))  # noqa: DTZ001 - the very thing that is refused


def test_the_commitment_covers_plan_day_rule_belief_and_seed():
    one, _ = started()
    others = [
        started("mat-vs-rest-neck-pain")[0],
        started(first_day=day(2))[0],
        started(belief={"choice_today": "mat"})[0],
        started(seed=bytes(32))[0],
    ]
    assert len({conduct.start["commitment"] for conduct in (one, *others)}) == 5
    assert started()[0].start["commitment"] == one.start["commitment"]
    assert date.fromisoformat(one.start["first_day"]) == one.first_day


# ---- what a day holds


def test_what_a_day_holds_from_the_first_question_to_the_first_treatment():
    conduct = screened()
    due = agenda(conduct, day(0))
    assert (due.due, due.asks, due.arm) == (Due.BUILD_UP, True, None)
    assert due.withheld, "the day's questions come before the mat"
    conduct, seal = started()
    assert agenda(conduct, day(0)) == Agenda(Due.NOTHING)
    assert agenda(conduct, day(1)).arm is None, "nothing is shown of an order that was not opened"
    due = agenda(conduct.begin(seal, at(1)), day(1))
    assert due.due is Due.TREATMENT
    assert due.asks
    assert due.withheld
    due = agenda(with_well_day(conduct, seal, 1), day(1))
    assert (due.asks, due.withheld) == (False, None)
    assert due.arm.name in ("mat", "towel")


def test_where_there_is_no_mat_a_day_asks_nothing(three_arms):
    conduct, seal = started(three_arms)
    due = agenda(conduct.begin(seal, at(1)), day(1))
    assert (due.asks, due.withheld) == (False, None)
    assert agenda(screened(three_arms), day(0)).due is Due.START


# ---- a session, and an answer that was given offline


def evening(n, hour=20):
    """An hour of a day, by a clock that runs."""
    return Moment(datetime(2026, 5, 4, hour, tzinfo=timezone(timedelta(hours=1))) + timedelta(days=n))


def test_a_session_is_kept_with_its_prick_its_end_and_its_marks():
    conduct, seal = started()
    conduct, what = conduct.begin(seal, at(1)).with_rating(
        at(1), day=day(1), ratings={"pain": 4}, done=True, minutes=6, prick=8, ended=Ended.TOO_SHARP
    )
    conduct, _ = conduct.with_rating(at(2), day=day(1), ratings={}, marks=False)
    rated = conduct.rated(day(1))
    assert what is Written.NEW
    assert (rated.done, rated.minutes, rated.prick, rated.ended, rated.marks) == (True, 6, 8, Ended.TOO_SHARP, False)
    data = conduct.events[-1].data
    assert (data["prick"], data["ended"], data["marks"]) == (8.0, "too_sharp", False)
    assert Conduct(conduct.events).rated(day(1)) == rated


def test_a_log_without_a_session_has_no_word_of_one():
    conduct, seal = started()
    conduct, _ = conduct.begin(seal, at(1)).with_rating(at(1), day=day(1), ratings={"pain": 4}, done=False)
    assert conduct.events[-1].data == {"day": "2026-05-05", "ratings": {"pain": 4}, "done": False}


@pytest.mark.parametrize("prick", [-0.5, 10.5, float("nan")])
def test_a_prick_off_its_scale_is_refused(prick):
    conduct, seal = started()
    with pytest.raises(DiaryError, match=r"The prick is .*; give 0 to 10"):
        conduct.begin(seal, at(1)).with_rating(at(1), day=day(1), ratings={}, prick=prick)


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ({"prick": 0}, {"prick": 3}, "a prick of 0"),
        ({"ended": Ended.NO_TIME}, {"ended": Ended.OTHER}, "ended early: no time"),
        ({"marks": False}, {"marks": True}, "no marks the next day"),
    ],
)
def test_each_part_of_a_session_counts_as_something_written(one, other, shown):
    """Alone it is enough to write, the same again changes nothing, and something else needs a correction."""
    conduct, seal = started()
    once, _ = conduct.begin(seal, at(1)).with_rating(at(1), day=day(1), ratings={}, **one)
    assert once.with_rating(at(2), day=day(1), ratings={}, **one) == (once, Written.SAME)
    with pytest.raises(WrittenAlreadyError, match=f"written already, with {shown}; say --correct"):
        once.with_rating(at(1), day=day(1), ratings={}, **other)
    after, _ = once.with_rating(at(1), day=day(1), ratings={}, correct=True, **other)
    (name, value), *_ = other.items()
    assert getattr(after.rated(day(1)), name) == value
    assert len(after.versions(day(1))) == 2
    added, _ = once.with_rating(at(1), day=day(1), ratings={"pain": 4}, done=True)
    (name, value), *_ = one.items()
    assert getattr(added.rated(day(1)), name) == value


def test_what_is_added_the_next_day_does_not_make_a_rating_late():
    conduct, seal = started()
    conduct, _ = conduct.begin(seal, at(1)).with_rating(at(1), day=day(1), ratings={"pain": 4}, done=True)
    marked, _ = conduct.begin(seal, at(2)).with_rating(at(2), day=day(1), ratings={}, marks=True)
    changed, _ = marked.with_rating(at(2), day=day(1), ratings={"pain": 5}, correct=True)
    assert [marked.rated(day(1)).late, changed.rated(day(1)).late] == [False, True]
    again, _ = changed.with_rating(at(3), day=day(1), ratings={}, note="slept badly")
    assert again.rated(day(1)).late


def test_marks_alone_are_no_late_rating():
    conduct, seal = started()
    conduct, _ = conduct.begin(seal, at(2)).with_rating(at(2), day=day(1), ratings={}, marks=True)
    assert not conduct.rated(day(1)).late


def test_an_answer_given_offline_is_late_by_the_day_it_was_given_and_seen_from_the_day_it_came():
    conduct, seal = started()
    conduct, _ = conduct.begin(seal, at(4)).with_rating(
        evening(4), day=day(1), ratings={"pain": 4}, entered=evening(1, hour=22)
    )
    rated = conduct.rated(day(1))
    assert (rated.late, rated.entered, rated.moment) == (False, evening(1, hour=22), evening(4))
    assert conduct.events[-1].data["entered"] == "2026-05-05T22:00:00+01:00"
    assert Conduct(conduct.events).rated(day(1)) == rated
    assert list(conduct.trial(until=day(4)).diary.as_of(day(3))) == []
    assert [entry.ratings["pain"] for entry in conduct.trial(until=day(4)).diary.as_of(day(4))] == [4]


def test_an_answer_given_offline_after_its_day_is_late_too():
    conduct, seal = started()
    conduct, _ = conduct.begin(seal, at(4)).with_rating(
        evening(4), day=day(1), ratings={"pain": 4}, entered=evening(2, hour=9)
    )
    assert conduct.rated(day(1)).late


@pytest.mark.parametrize(
    "entered", [evening(4, hour=21), evening(9), evening(0), evening(-900)], ids=["soon", "ahead", "before", "years"]
)
def test_a_device_whose_clock_is_wrong_loses_no_answer_and_excuses_none(entered):
    conduct, seal = started()
    conduct, _ = conduct.begin(seal, at(4)).with_rating(evening(4), day=day(1), ratings={"pain": 4}, entered=entered)
    assert (conduct.rated(day(1)).late, conduct.rated(day(1)).entered) == (True, None)
    assert "entered" not in conduct.events[-1].data


def test_the_same_answer_that_comes_again_from_a_device_changes_nothing():
    conduct, seal = started()
    conduct, _ = conduct.begin(seal, at(1)).with_rating(evening(1), day=day(1), ratings={"pain": 4})
    again, what = conduct.with_rating(evening(2), day=day(1), ratings={"pain": 4}, entered=evening(1))
    assert (again, what) == (conduct, Written.SAME)


def test_when_an_answer_was_given_is_not_inherited_by_a_later_one():
    """A correction of the third day was not given on the first, whatever it corrects."""
    conduct, seal = started()
    conduct, _ = conduct.begin(seal, at(2)).with_rating(evening(2), day=day(1), ratings={"pain": 4}, entered=evening(1))
    conduct, _ = conduct.with_rating(evening(3), day=day(1), ratings={"pain": 6}, correct=True)
    assert [(one.entered, one.late) for one in conduct.versions(day(1))] == [(evening(1), False), (None, True)]


def test_an_instant_with_another_offset_is_late_by_no_day_after_the_one_it_came():
    """Given at one in the morning in the east, received ten minutes later by a clock that still has yesterday."""
    conduct, seal = started()
    east = timezone(timedelta(hours=12))
    given = Moment(datetime(2026, 5, 6, 1, tzinfo=east))
    received = Moment(datetime(2026, 5, 5, 14, 10, tzinfo=timezone(timedelta(hours=1))))
    conduct, _ = conduct.begin(seal, at(1)).with_rating(received, day=day(1), ratings={"pain": 4}, entered=given)
    assert not conduct.rated(day(1)).late


# --- when a rating is about the day, and how long today's session is ---------------------------------------


def test_an_evening_is_best_rated_three_hours_after_its_session():
    conduct, seal = started()
    conduct = with_well_day(conduct, seal, 1)
    assert conduct.best_rated_from(at(1).day) is None
    assert not conduct.is_rated(at(1).day)
    conduct, _ = conduct.with_rating(at(1), day=at(1).day, ratings={}, done=True)
    assert conduct.best_rated_from(at(1).day) == at(1).at + timedelta(hours=3)
    assert not conduct.is_rated(at(1).day)
    conduct, _ = conduct.with_rating(at(1), day=at(1).day, ratings={"pain": 4})
    assert conduct.is_rated(at(1).day)


def test_a_night_is_rated_whenever_it_is_asked():
    conduct, seal = started("mat-vs-rest-sleep")
    conduct = with_well_day(conduct, seal, 1)
    conduct, _ = conduct.with_rating(at(1), day=at(1).day, ratings={}, done=True)
    assert conduct.best_rated_from(at(1).day) is None


def test_a_stop_rule_makes_the_next_session_shorter_and_says_so():
    conduct, seal = started()
    conduct = with_well_day(conduct, seal, 1)
    todays = agenda(conduct, at(1).day)
    assert (todays.minutes, todays.is_stepped_down) == (15, False)
    conduct = with_well_day(conduct.with_felt("too_painful", at(1)), seal, 2)
    todays = agenda(conduct, at(2).day)
    assert (todays.minutes, todays.is_stepped_down) == (10, True)


@pytest.mark.parametrize("entry", ['"n": 1e999', '"n": NaN', '"a": NaN', '"a": 1e999'])
def test_a_number_that_no_log_has_is_told_and_no_traceback(entry):
    """JSON as Python reads it knows numbers that the canonical form does not."""
    written = screened().events[0].to_dict()
    name, _, value = entry.partition(": ")
    changed = json.loads(json.dumps(written))
    (changed if name == '"n"' else changed["data"])[name.strip('"')] = json.loads(value)
    if name == '"n"':
        with pytest.raises(FileError, match="restore the file"):
            Event.from_dict(changed, name="me.json")
    else:
        assert broken_at([Event.from_dict(changed, name="me.json")]) == 1
