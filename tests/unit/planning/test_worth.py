"""What an answer may gain, in closed form and by simulation; and when the planner advises against a trial."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from pinprick.errors import DiaryError, ProtocolError
from pinprick.planning.compare import AS_GOOD, Alternative, best_of, other_plans
from pinprick.planning.foresight import Foresight, plan_ahead
from pinprick.planning.people import Population
from pinprick.planning.worth import Advice, Why, belief_for, effort_minutes, most_gain, stake_for
from pinprick.trial.outcome import Outcome
from pinprick.trial.plan import Blocks, Plan
from pinprick.trial.protocol_file import read_protocol

CALM = Population(spread=0.6, spread_log_sd=0.1, fade_days=0.0, leave=0.05)
JUMPY = Population(spread=3.5, spread_log_sd=0.1, lag1=0.6, lag1_sd=0.0)


def ready(name: str = "mat-vs-rest-back-pain") -> Plan:
    plan = read_protocol(name)
    assert isinstance(plan, Plan)
    return plan


def ahead(plan: Plan | None = None, **settings: object) -> Foresight:
    return plan_ahead(plan or ready(), **{"n_trial": 300, "with_alternatives": False, **settings})  # type: ignore[arg-type]


@pytest.mark.parametrize("mean", [-1.0, 0.0, 0.3, 2.0])
@pytest.mark.parametrize("r", [0.5, 1.0])
def test_the_most_an_answer_gains_is_the_gain_of_deciding_by_it(mean: float, r: float) -> None:
    """Against 400,000 draws of truth and answer; standard error under 0.001."""
    rng = np.random.default_rng(3)
    truth = rng.normal(mean, 1, 400_000)
    answer = mean + r**2 * (truth - mean) + r * np.sqrt(1 - r**2) * rng.normal(0, 1, len(truth))  # E[truth | answer]
    drawn = np.mean(truth * (answer > 0)) - max(0, mean)
    assert most_gain(mean, 1.0, correlation=r) == pytest.approx(drawn, abs=0.004)


@pytest.mark.parametrize("mean", [-2.0, -0.1, 0.0, 0.7])
def test_nothing_gains_more_than_forty_per_cent_of_tau_r(mean: float) -> None:
    assert most_gain(mean, 0.6, correlation=0.8) <= 0.3989423 * 0.6 * 0.8
    assert most_gain(0.0, 0.6, correlation=0.8) == pytest.approx(norm.pdf(0) * 0.6 * 0.8)


def test_where_nothing_is_uncertain_there_is_nothing_to_gain() -> None:
    assert most_gain(0.5, 0.0) == 0.0


@pytest.mark.parametrize(
    ("name", "mean", "sd"),
    [
        ("mat-vs-rest-back-pain", 0.5, np.hypot(0.5, 1.5 / 3.92)),
        ("mat-vs-usual-pain", 1.0, np.hypot(0.5, 1.9 / 3.92)),
        ("mat-vs-rest-sleep", 0.0, np.hypot(0.5, 0.5 / 3.92)),
        ("acupuncture-course", 1.0, np.hypot(0.5, 1.4 / 3.92)),
    ],
)
def test_the_belief_is_the_tables_turned_so_that_benefit_is_positive(name: str, mean: float, sd: float) -> None:
    belief, _ = belief_for(ready(name))
    assert (belief.mean, belief.sd) == (pytest.approx(mean), pytest.approx(sd))


def test_own_expectation_replaces_the_mean_only() -> None:
    belief, basis = belief_for(ready(), expect=2.0)
    assert (belief.mean, basis) == (2.0, "own")
    assert belief.sd == belief_for(ready())[0].sd
    with pytest.raises(ProtocolError, match="--expect 20 points"):
        belief_for(ready(), expect=20.0)


def test_who_expects_enough_would_take_it_up_today() -> None:
    plan = ready()
    assert stake_for(plan, belief_for(plan)[0]).first_today is False
    assert stake_for(plan, belief_for(plan, expect=1.5)[0]).first_today is True
    assert stake_for(replace(plan, control=None), belief_for(plan)[0]).worth == 0.0


def test_effort_counts_the_run_in_and_the_build_up() -> None:
    plan = ready()
    assert effort_minutes(plan, 10) == 7 * 16 + 10 * 16
    assert effort_minutes(replace(plan, ladder=False), 10) == 7 + 160
    assert effort_minutes(ready("mat-vs-usual-pain"), 10) == 7 * 16 + 10 * 8.5


def test_calm_days_are_worth_it_and_jumpy_ones_are_not() -> None:
    calm, jumpy = ahead(population=CALM), ahead(population=JUMPY)
    assert (calm.advice, calm.why) == (Advice.WORTH_IT, Why.ANSWERS)
    assert (jumpy.advice, jumpy.why) == (Advice.NOT_WORTH_IT, Why.NO_ANSWER)


def test_an_effect_of_what_matters_that_is_missed_makes_it_worth_it_only_for_a_large_one() -> None:
    seen = ahead(population=Population(spread=1.15, spread_log_sd=0.1, fade_days=1.5))
    assert (seen.advice, seen.why) == (Advice.ONLY_IF_LARGE, Why.MISSES_WHAT_MATTERS)


def test_an_answer_that_would_change_nothing_is_called_so() -> None:
    seen = ahead(ready("mat-vs-rest-stress"), population=CALM)
    assert (seen.advice, seen.why) == (Advice.ONLY_IF_LARGE, Why.LITTLE_TO_GAIN)
    assert seen.worth is not None
    assert seen.worth.perfect_gain < 0.02
    hopeful = ahead(ready("mat-vs-rest-stress"), population=CALM, expect=1.5)
    assert hopeful.why is not Why.LITTLE_TO_GAIN


def test_too_few_days_to_come_to_a_first_look_are_advised_against_without_a_sum() -> None:
    seen = ahead(days=13)
    assert (seen.advice, seen.why) == (Advice.NOT_WORTH_IT, Why.TOO_SHORT)
    assert seen.outlooks == ()
    assert seen.worth is None
    weekly = replace(ready(), design=Blocks(period_days=7, ceiling_days=84))
    seen = plan_ahead(weekly, days=20, n_trial=40)
    assert seen.why is Why.TOO_SHORT
    assert seen.best is not None
    assert seen.best.period_days < 7


def test_a_course_takes_all_its_days() -> None:
    assert ahead(ready("acupuncture-course"), days=60).why is Why.TOO_SHORT


def test_the_days_one_is_willing_to_give_lower_the_ceiling() -> None:
    seen = ahead(days=50)
    assert seen.plan.n_days == 48
    assert seen.outlooks[0].mean_days <= 48


def test_the_gain_of_a_good_trial_comes_near_what_its_correlation_allows() -> None:
    seen = ahead(population=CALM, n_trial=3_000)
    assert seen.worth is not None
    assert seen.worth.outlook.gain == pytest.approx(seen.worth.gain_at_r, abs=0.03)
    assert seen.worth.outlook.gain <= seen.worth.perfect_gain + 2 * seen.worth.outlook.gain_se


def test_a_diary_of_another_outcome_is_refused() -> None:
    from pinprick.trial.diary import Diary

    with pytest.raises(DiaryError, match="no column pain"):
        ahead(diary=Diary((), ("mood",)))


@pytest.mark.parametrize("change", [{"effects": (11.0,)}, {"days": 0}, {"days": 400}])
def test_what_cannot_be_planned_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ProtocolError, match="give"):
        ahead(**change)


def test_the_foresight_does_not_depend_on_the_workers() -> None:
    one, two = (plan_ahead(ready(), n_trial=60, workers=n) for n in (1, 2))
    assert one.to_dict() == two.to_dict()


def test_another_scale_is_planned_in_its_own_points() -> None:
    plan = ready()
    rating = replace(plan.primary, instrument="", outcome=Outcome("pain", low=0, high=100, lower_is_better=True))
    wide, plain = ahead(replace(plan, ratings=(rating,))), ahead(plan)
    assert [one.effect for one in wide.outlooks] == [0, 5, 10, 15, 20]
    for a, b in zip(wide.outlooks, plain.outlooks, strict=True):
        assert a.better == pytest.approx(b.better, abs=0.06)  # whole points of 100 round less
    assert wide.worth is not None
    assert plain.worth is not None
    assert wide.worth.perfect_gain == pytest.approx(10 * plain.worth.perfect_gain)


# --- alternatives --------------------------------------------------------------------------------------


def test_alternatives_fit_into_the_days_and_leave_out_what_cannot_answer() -> None:
    plans = {(p.design.period_days, p.design.ceiling_days) for p in other_plans(ready(), days=20)}  # type: ignore[union-attr]
    assert plans == {(1, 20), (2, 20), (3, 20)}
    rested = replace(ready(), design=Blocks(3, 84, washout_days=2))
    assert {p.design.period_days for p in other_plans(rested)} == {3, 7}  # type: ignore[union-attr]
    assert other_plans(ready("acupuncture-course")) == []


def test_the_best_has_the_fewest_days_among_those_that_answer_as_well() -> None:
    told = [Alternative(3, c, 100, right + 0.1, 0.1, (right,) * 3, days, False)
            for c, right, days in ((42, 0.50, 20.0), (84, 0.70 - AS_GOOD, 40.0), (112, 0.70, 45.0))]  # fmt: skip
    best = best_of(tuple(told))
    assert best is not None
    assert best.ceiling_days == 84
    assert best_of(()) is None


def test_quick_turns_win_where_an_effect_is_gone_the_same_day_and_lose_where_it_stays() -> None:
    settings = {"with_alternatives": True, "n_trial": 600}
    quick = ahead(population=Population(fade_days=0.0), **settings)
    slow = ahead(population=Population(fade_days=4.0, build_up_days=2.0), **settings)
    assert quick.best is not None
    assert slow.best is not None
    assert quick.best.period_days <= 2 < slow.best.period_days


def test_an_alternative_with_the_plans_own_rhythm_is_the_plan() -> None:
    seen = ahead(with_alternatives=True, n_trial=100)
    assert [(one.period_days, one.ceiling_days) for one in seen.alternatives if one.is_own] == [(3, 84)]
