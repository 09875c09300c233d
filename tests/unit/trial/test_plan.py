"""A plan holds together, or says in one line why not."""

from dataclasses import replace

import pytest

from pinprick.errors import ProtocolError
from pinprick.trial import csv_diary
from pinprick.trial.outcome import Outcome
from pinprick.trial.plan import (
    DIARY_WORDS,
    MOST_OUTCOMES,
    MOST_TREATMENTS,
    Arm,
    Asked,
    Beliefs,
    Blocks,
    Kind,
    Plan,
    Rating,
    Sequence,
    StartDay,
)
from pinprick.trial.protocol import Mode, Question

MAT = Arm("mat", "the mat", Kind.MAT, "Lie on the mat.", minutes=15)
TOWEL = Arm("towel", "a towel over the mat", Kind.REST, "Lie on the towel.", minutes=15, over_the_mat=True)
USUAL = Arm("usual", "an ordinary day", Kind.USUAL_CARE, "Do as you do.")
NEEDLES = Arm("acupuncture", "a course of acupuncture", Kind.ACUPUNCTURE, "Go to your sessions.")
PAIN = Rating(Outcome("pain", lower_is_better=True), "How bad was your pain today?")
SLEEP = Rating(Outcome("sleep"), "How good was your sleep?", asked=Asked.NEXT_MORNING)


def plan(*arms: Arm, design: Blocks | StartDay | None = None, **others) -> Plan:
    return Plan("mine", 1, "Does it help?", "", arms or (MAT, TOWEL), (PAIN,), design or Blocks(3, 84), **others)


def refused(make) -> str:
    with pytest.raises(ProtocolError) as caught:
        make()
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    return message


def test_a_towel_over_the_mat_counts_as_the_mat() -> None:
    assert TOWEL.on_the_mat
    assert TOWEL.safety_kinds == (Kind.MAT, Kind.REST)
    assert plan(TOWEL, USUAL).safety_kinds == (Kind.MAT, Kind.REST, Kind.USUAL_CARE)
    assert not plan(NEEDLES, USUAL).on_the_mat


@pytest.mark.parametrize("minutes", [-1, 0, 21, 10**9])
@pytest.mark.parametrize("arm", [MAT, TOWEL])
def test_time_on_the_mat_is_1_to_20_minutes(arm: Arm, minutes: int) -> None:
    assert refused(lambda: replace(arm, minutes=minutes)).endswith("on a mat give 1 to 20.")
    assert replace(arm, minutes=20).minutes == 20


def test_rest_without_a_mat_may_be_longer_but_not_endless() -> None:
    rest = replace(TOWEL, over_the_mat=False, minutes=45)
    assert not rest.on_the_mat
    assert "give 0 to 60" in refused(lambda: replace(rest, minutes=61))


@pytest.mark.parametrize("name", ["", "two words", "back-pain", "1st", "a\nb"])
def test_a_name_is_one_word(name: str) -> None:
    assert "is not one word" in refused(lambda: replace(MAT, name=name))


def test_no_rating_is_called_as_another_column_of_a_diary() -> None:
    theirs = {"day", "treatment", *csv_diary.AFTER_RATINGS}
    theirs.update(word for words in csv_diary.OTHER_WORDS.values() for word in words)
    assert theirs == DIARY_WORDS
    for name in (*DIARY_WORDS, "Note"):
        assert "call it differently" in refused(lambda name=name: Rating(Outcome(name), "?"))


def test_blocks_round_the_ceiling_down() -> None:
    assert plan(design=Blocks(3, 85)).n_days == 84
    assert plan(MAT, TOWEL, USUAL, design=Blocks(3, 85)).n_days == 81
    assert plan(design=Blocks(2, 84)).design.n_blocks(2) == 21  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Blocks(period_days=0), "give 1 to 366"),
        (lambda: Blocks(period_days=3, washout_days=3), "shorten the washout or lengthen the period"),
        (lambda: Blocks(washout_days=-1), "leaves no day to rate"),
        (lambda: Blocks(ceiling_days=367), "give at most 366"),
        (lambda: Blocks(weekday_balance=-1), "give 0 or more days"),
        (lambda: plan(design=Blocks(3, 11)), "give 12 days or more"),
        (lambda: plan(design=Blocks(366, 366)), "give 1464 days or more, or shorter periods"),
        (lambda: StartDay(usual_days=6), "give 7 or more"),
        (lambda: StartDay(start_days=19), "give 20 or more"),
        (lambda: StartDay(14, 28, 48), "give 49 to 366"),
        (lambda: plan(NEEDLES, USUAL, TOWEL, design=StartDay()), "give two"),
        (lambda: plan(MAT), "give two or more different names"),
        (lambda: plan(MAT, MAT), "give two or more different names"),
        (lambda: plan(*(replace(USUAL, name=f"t{i}") for i in range(MOST_TREATMENTS + 1))), "give at most 6"),
        (lambda: replace(plan(), ratings=()), "give one or more different names"),
        (lambda: replace(plan(), ratings=(PAIN, PAIN)), "give one or more different names"),
        (
            lambda: replace(plan(), ratings=tuple(Rating(Outcome(f"o{i}"), "?") for i in range(MOST_OUTCOMES + 1))),
            "give at most 12",
        ),
        (lambda: plan(run_in_days=57), "give 0 to 56"),
        (lambda: replace(plan(), version=0), "count from 1"),
        (lambda: plan(control="mat"), "name the control second"),
        (lambda: plan(NEEDLES, USUAL, ladder=True), "leave the ladder out"),
        (lambda: plan(MAT, NEEDLES), "give each a plan of its own"),
        (lambda: plan(TOWEL, USUAL, NEEDLES), "give each a plan of its own"),
        (lambda: plan().arm("towl"), "the plan has mat, towel"),
        (lambda: plan().rating("pian"), "the plan asks for pain"),
        (lambda: Sequence("both", 1, "?", "", (plan(),)), "give 2 to 6 plans of different names"),
        (lambda: Sequence("both", 1, "?", "", (plan(), plan())), "give 2 to 6 plans of different names"),
    ],
)
def test_what_makes_no_sense_is_refused(make, says: str) -> None:
    assert says in refused(make)


def test_a_course_may_follow_usual_days_on_the_mat() -> None:
    """Here the mat never comes back after the needles, so that nobody lies on it in the two days after them."""
    assert plan(NEEDLES, MAT, design=StartDay()).safety_kinds == (Kind.ACUPUNCTURE, Kind.MAT)


def test_the_question_follows_from_the_control() -> None:
    assert plan(control="towel").question is Question.AGAINST_CONTROL
    assert plan().question is Question.WHICH_OF_TWO


def test_the_engine_judges_the_first_two_treatments() -> None:
    found = plan(MAT, TOWEL, USUAL, design=Blocks(3, 84, washout_days=1), control="towel", mode=Mode.STRICT)
    protocol = found.protocol
    assert protocol.treatments == ("mat", "towel")
    assert protocol.control == "towel"
    assert (protocol.period_days, protocol.washout_days, protocol.mode) == (3, 1, Mode.STRICT)
    assert protocol.ceiling_days == 81 // 3 * 2  # its own share of the days
    assert found.protocol_of("mat", "usual").question is Question.WHICH_OF_TWO
    assert found.contrasts == (("mat", "towel"), ("mat", "usual"), ("towel", "usual"))


def test_a_start_day_is_judged_day_by_day_up_to_its_ceiling() -> None:
    protocol = plan(NEEDLES, USUAL, design=StartDay(14, 28, 84), control="usual").protocol
    assert (protocol.period_days, protocol.ceiling_days) == (1, 84)


@pytest.mark.parametrize(
    "found",
    [
        plan(),
        plan(MAT, TOWEL, USUAL, control="towel", ladder=True, run_in_days=7, exploratory=True),
        plan(NEEDLES, USUAL, design=StartDay(7, 20, 60), control="usual", mode=Mode.STRICT, effect="mat_vs_rest"),
        replace(plan(), ratings=(SLEEP, PAIN), screen=("red_flag_back",), beliefs=Beliefs(guess="Which?")),
        plan(design=Blocks(2, 40, 1, weekday_balance=3)),
    ],
)
def test_a_plan_survives_its_own_values(found: Plan) -> None:
    assert Plan.from_dict(found.to_dict()) == found
