"""The planner looks at simulated diaries as the product looks at real ones, and counts the same on any machine."""

import tracemalloc
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from pinprick.analysis.single import analyse_trial
from pinprick.errors import ComputationError, ProtocolError
from pinprick.planning.outlook import (
    BETTER,
    CHUNK,
    THIRD,
    WORSE,
    Belief,
    Cell,
    Outlook,
    Rule,
    Stake,
    draw_blocks,
    first_possible_day,
    first_to_fire,
    outlooks,
    read_once,
    rule_of,
    simulate_cells,
)
from pinprick.planning.people import Population, population_for, simulate_people
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.outcome import Outcome
from pinprick.trial.plan import Arm, Blocks, Kind, Plan, Rating, StartDay
from pinprick.trial.protocol import Question
from pinprick.trial.protocol_file import read_protocol
from pinprick.trial.schedule import Order, Period, Schedule
from pinprick.trial.trial import Trial

START = date(2026, 5, 4)
FINDINGS = {
    "better": BETTER, "worse": WORSE, "no_worthwhile_benefit": THIRD, "no_difference_that_matters": THIRD,
    "cannot_tell": 3,
}  # fmt: skip


def a_plan(n_arms: int = 2, *, design: Blocks | StartDay | None = None, control: bool = True) -> Plan:
    arms = tuple(Arm(name, name, Kind.USUAL_CARE, "") for name in ("mat", "towel", "usual")[:n_arms])
    rating = Rating(Outcome("pain", lower_is_better=True), "How bad?", instrument="pain_nrs")
    return Plan("mine", 1, "", "", arms, (rating,), design or Blocks(3, 42), control="towel" if control else None)


def periods(arm: np.ndarray, plan: Plan, block_days: int) -> tuple[Period, ...]:
    """The runs of a row of treatments, broken at blocks."""
    length = plan.design.period_days if isinstance(plan.design, Blocks) else None
    found = []
    if length is None:
        edges = [0, *(i for i, (a, b) in enumerate(pairwise(arm), 1) if a != b), len(arm)]
    else:
        edges = list(range(0, len(arm) + 1, length))
    for a, b in pairwise(edges):
        name = plan.arms[arm[a]].name
        found.append(Period(START + timedelta(days=a), b - a, name, a // block_days))
    return tuple(found)


def diary_of(rating: np.ndarray) -> Diary:
    return Diary(
        tuple(
            Entry(START + timedelta(days=day), ratings={} if np.isnan(value) else {"pain": -value})
            for day, value in enumerate(rating)
        ),
        ("pain",),
    )


@pytest.mark.parametrize(
    ("n_arms", "design", "control"),
    [
        (2, Blocks(3, 42), True),
        pytest.param(2, Blocks(7, 56, washout_days=2), True, marks=pytest.mark.slow),
        pytest.param(2, Blocks(1, 28), False, marks=pytest.mark.slow),
        (3, Blocks(2, 60), True),
        pytest.param(3, Blocks(5, 75), True, marks=pytest.mark.slow),
    ],
)
def test_every_simulated_trial_ends_as_the_product_would_end_it(n_arms: int, design: Blocks, control: bool) -> None:
    """Finding, day and size of real Trial objects; among them drop-outs, missing days, washout and a third arm."""
    plan = a_plan(n_arms, design=design, control=control)
    rng = np.random.default_rng([20261125, n_arms, design.period_days])
    arm = draw_blocks(24, plan.n_days, n_arms, design.period_days, rng)
    people = simulate_people(
        Population(leave=0.5, spread=1.0), arm == 0, effect=np.linspace(-1, 3, 24), rng=np.random.default_rng(5)
    )
    rule = rule_of(plan)
    ((finding, day, size),) = first_to_fire(plan, [rule], people.rating, arm, people.left_on)
    assert len(set(finding.tolist())) >= 3, "the examples hold too few findings to compare"
    for i in range(24):
        stayed = int(people.left_on[i])
        if stayed < 1:
            assert finding[i] == 3
            continue
        diary = diary_of(people.rating[i, :stayed])
        block = n_arms * design.period_days
        known = periods(arm[i], plan, block)
        own = tuple(period for period in known if period.treatment in plan.protocol.treatments)
        schedule = Schedule(own, Order.DRAWN_PAIRS)
        entries = tuple(entry for entry in diary.entries if schedule.treatment_on(entry.day))
        trial = Trial(plan.protocol, schedule, Diary(entries, ("pain",)))
        result = analyse_trial(trial, until=START + timedelta(days=stayed - 1))
        assert FINDINGS[result.finding.value] == finding[i]
        if result.verdict.fixed_on:
            assert (result.verdict.fixed_on - START).days + 1 == day[i]
            upto = analyse_trial(trial, until=result.verdict.fixed_on)
            assert upto.effect is not None
            assert upto.effect.mean == pytest.approx(size[i], abs=1e-6)
        else:
            assert day[i] == min(stayed, plan.n_days)


def test_a_course_is_read_once_as_the_product_reads_it() -> None:
    plan = a_plan(design=StartDay(14, 20, 56))
    rule = rule_of(plan)
    rng = np.random.default_rng(20261126)
    began = rng.integers(14, 34, size=40)
    on_course = np.arange(56) >= began[:, None]
    people = simulate_people(
        Population(leave=0.1, missing_start=0.1), on_course, effect=np.linspace(-2, 4, 40), rng=np.random.default_rng(6)
    )
    finding, day, _ = read_once(plan, rule, people.rating, began, people.left_on)
    assert {BETTER, THIRD} < set(finding.tolist())
    possible = tuple(START + timedelta(days=14 + i) for i in range(20))
    for i in range(40):
        if people.left_on[i] < 56:
            assert finding[i] == 3
            assert day[i] == people.left_on[i]
            continue
        known = (
            Period(START, int(began[i]), "towel", 0),
            Period(START + timedelta(days=int(began[i])), 56 - int(began[i]), "mat", 0),
        )
        trial = Trial(plan.protocol, Schedule(known, Order.DRAWN_START, possible), diary_of(people.rating[i]))
        result = analyse_trial(trial, until=START + timedelta(days=55))
        assert FINDINGS[result.finding.value] == finding[i], i
        assert day[i] == 56


def test_the_rule_is_the_one_of_the_trial_itself() -> None:
    plan = read_protocol("mat-vs-rest-back-pain")
    assert isinstance(plan, Plan)
    trial = Trial(
        plan.protocol,
        Schedule((Period(START, 3, "mat", 0), Period(START + timedelta(days=3), 3, "towel", 0)), Order.DRAWN_PAIRS),
        Diary((), ("pain",)),
    )
    assert rule_of(plan).thresholds == analyse_trial(trial).verdict.thresholds


def test_three_treatments_have_their_own_ceiling() -> None:
    rule = rule_of(a_plan(3, design=Blocks(2, 62)))
    assert (rule.n_days, rule.n_scheduled) == (60, 40)


@pytest.mark.parametrize(
    ("n_arms", "design"),
    [(2, Blocks(3, 84)), (2, Blocks(7, 84)), (3, Blocks(2, 60)), (3, Blocks(7, 84))],
)
def test_no_answer_comes_before_the_first_possible_day(n_arms: int, design: Blocks) -> None:
    plan = a_plan(n_arms, design=design)
    arm = draw_blocks(2_000, plan.n_days, n_arms, design.period_days, np.random.default_rng(1))
    rating = np.where(arm == 0, 9.0, 1.0) + np.random.default_rng(2).normal(0, 0.1, arm.shape)
    ((finding, day, _),) = first_to_fire(plan, [rule_of(plan)], rating, arm, np.full(2_000, plan.n_days))
    assert (finding == BETTER).all()
    assert day.min() == first_possible_day(plan)


def test_ratings_that_are_all_equal_never_answer() -> None:
    plan = a_plan()
    arm = draw_blocks(5, 42, 2, 3, np.random.default_rng(1))
    ((finding, day, _),) = first_to_fire(plan, [rule_of(plan)], np.full((5, 42), -3.0), arm, np.full(5, 42))
    assert (finding == 3).all()
    assert (day == 42).all()


def test_who_gives_up_before_an_answer_cannot_tell_and_who_had_it_keeps_it() -> None:
    plan = a_plan(design=Blocks(2, 40))
    arm = draw_blocks(2, 40, 2, 2, np.random.default_rng(1))
    rating = np.where(arm == 0, 8.0, 2.0) + np.random.default_rng(2).normal(0, 0.5, arm.shape)
    ((finding, day, _),) = first_to_fire(plan, [rule_of(plan)], rating, arm, np.array([10, 39]))
    assert finding.tolist() == [3, BETTER]
    assert day[0] == 10
    assert day[1] < 39


def test_the_figures_depend_on_the_seed_alone() -> None:
    plan = a_plan()
    settings = {"effects": (0.0, 2.0), "n_trial": 2 * CHUNK + 20}
    one = outlooks(plan, Population(), **settings)
    two = outlooks(plan, Population(), workers=2, **settings)
    assert one == two
    assert outlooks(plan, Population(), seed=7, **settings) != one
    alone = outlooks(plan, Population(), effects=(2.0,), n_trial=2 * CHUNK + 20)
    assert alone[0] == one[1], "what else is simulated must not matter"


def test_ceilings_are_read_off_the_same_days() -> None:
    short, long = a_plan(design=Blocks(3, 42)), a_plan(design=Blocks(3, 84))
    both = Cell(long, (rule_of(short), rule_of(long)), 1.0)
    ((early, late),) = simulate_cells([both], Population(), n_trial=300, seed=1)
    ((alone,),) = simulate_cells([Cell(short, (rule_of(short),), 1.0)], Population(), n_trial=300, seed=1)
    assert early == alone
    assert early.mean_days < late.mean_days


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    outlooks(a_plan(), Population(), effects=(0.0, 1.0), n_trial=600, tell=lambda *at: told.append(at))
    assert told[-1] == (1200, 1200)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_memory_does_not_grow_with_the_number_of_trials() -> None:
    """Only counts are kept: ten times the trials may not take half as much memory again."""

    def peak(n_trial: int) -> int:
        tracemalloc.start()
        outlooks(a_plan(design=Blocks(2, 28)), Population(), effects=(2.0,), n_trial=n_trial)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(CHUNK)  # tables are made once
    assert peak(10 * CHUNK) < 1.5 * peak(2 * CHUNK)


def test_shares_and_days_hang_together() -> None:
    (one,) = outlooks(a_plan(), Population(), effects=(1.0,), n_trial=1_000)
    assert one.better + one.worse + one.third + one.cannot_tell == pytest.approx(1)
    assert one.gave_up <= one.cannot_tell
    assert sum(n for n, _, _ in one.by_spread) == sum(n for n, _, _ in one.by_lag) == 1_000
    assert sum(n * clear for n, clear, _ in one.by_spread) == pytest.approx(1_000 * one.clear)
    calm, _, jumpy = one.by_spread
    assert calm[1] > jumpy[1]


def test_drawing_effects_from_a_belief_measures_what_an_answer_gains() -> None:
    """Effects far larger than the noise are nearly all found, so the gain is that of knowing: 0.40 tau."""
    plan = a_plan(design=Blocks(2, 42), control=False)
    cell = Cell(plan, (rule_of(plan),), Belief(0.0, 4.0), Stake(0.0, first_today=False))
    wide = Population(low=-50.0, high=50.0, leave=0.0, mean=0.0, spread=0.3, fade_days=0.0)
    ((seen,),) = simulate_cells([cell], wide, n_trial=1_000, seed=1)
    assert seen.effect is None
    assert seen.gain == pytest.approx(0.4 * 4, abs=0.1)
    assert seen.correlation == pytest.approx(1, abs=0.05)
    with pytest.raises(ComputationError, match="one true effect"):
        seen.right(1.0, Question.AGAINST_CONTROL)


@pytest.mark.parametrize(
    ("effect", "question", "right"),
    [
        (0.0, Question.AGAINST_CONTROL, 0.3),
        (0.5, Question.AGAINST_CONTROL, 0.8),
        (1.0, Question.AGAINST_CONTROL, 0.5),
        (-2.0, Question.AGAINST_CONTROL, 0.4),
        (-2.0, Question.WHICH_OF_TWO, 0.1),
    ],
)
def test_an_answer_is_right_if_it_is_true(effect: float, question: Question, right: float) -> None:
    one = Outlook(effect, 10, 0.5, 0.1, 0.3, 0.1, 0.0, 40.0, 40.0, 30.0, 1.0, (), ())
    assert one.right(1.0, question) == pytest.approx(right)


@pytest.mark.parametrize("change", [{"n_trial": 0}, {"seed": -1}, {"workers": 0}])
def test_what_cannot_be_simulated_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(ProtocolError, match="give"):
        outlooks(a_plan(), Population(), **{"n_trial": 10, **change})


def test_without_numba_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "numba", None)
    with pytest.raises(ComputationError, match=r"pip install 'pinprick\[batch\]'"):
        outlooks(a_plan(), Population(), n_trial=10)


def test_a_median_needs_no_list_of_days() -> None:
    plan = a_plan()
    (one,) = outlooks(plan, population_for(plan), effects=(0.0,), n_trial=999)
    assert one.median_days == int(one.median_days)
    assert isinstance(rule_of(plan), Rule)
