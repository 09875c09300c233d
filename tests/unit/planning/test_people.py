"""Realistic people: each figure of the table of outcomes is found again in what is simulated."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from pinprick.errors import DiaryError, ProtocolError
from pinprick.planning.outlook import draw_blocks
from pinprick.planning.people import (
    OwnDays,
    Population,
    exposure,
    is_known,
    own_days,
    population_for,
    simulate_people,
    with_own_days,
)
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.instruments import outcomes_table, rating_by_instrument
from pinprick.trial.outcome import Outcome
from pinprick.trial.plan import Arm, Blocks, Kind, Plan, Rating
from pinprick.trial.protocol_file import read_protocol, ready_names

QUIET = Population(
    between_sd=0.0, spread_log_sd=0.0, lag1_sd=0.0, start_worse=0.0, trend_share=0.0, flare_share=0.0, fade_days=0.0,
    missing_start=0.0, missing_week_15=0.0, missing_after_missing=0.0, leave=0.0, low=-1e3, high=1e3, step=1e-6,
)  # fmt: skip
"""Nothing but noise."""
PAIN = rating_by_instrument("pain_nrs", name="pain")


def simulate(population: Population, n_trial: int = 4_000, n_day: int = 84, *, effect: float = 0.0, seed: int = 1):  # type: ignore[no-untyped-def]
    on_first = draw_blocks(n_trial, n_day, 2, 3, np.random.default_rng(99)) == 0
    return on_first, simulate_people(population, on_first, effect=effect, rng=np.random.default_rng(seed))


def test_the_defaults_are_those_of_the_table_of_outcomes() -> None:
    """Population()'s own defaults are the table's for pain, so that neither can move alone."""
    plan = read_protocol("mat-vs-rest-back-pain")
    assert isinstance(plan, Plan)
    read = replace(population_for(plan), run_in_days=0)
    assert replace(read, spread_log_sd=0.4481, weekend=0.0) == Population()
    assert read.spread_log_sd == pytest.approx(0.4481, abs=1e-3)


def test_the_spread_across_people_is_the_published_one() -> None:
    """Lognormal with median 1.15 and sd 0.6 of the sds."""
    _, people = simulate(Population(), 20_000, 1)
    assert np.median(people.spread) == pytest.approx(1.15, abs=0.02)
    assert people.spread.std() == pytest.approx(0.6, abs=0.03)


@pytest.mark.parametrize("lag1", [0.0, 0.2, 0.35, 0.6])
def test_days_hang_together_as_much_as_said(lag1: float) -> None:
    _, people = simulate(replace(QUIET, lag1=lag1, spread=1.3))
    y = people.rating - people.rating.mean()
    assert y.std() == pytest.approx(1.3, rel=0.02)
    assert np.mean(y[:, 1:] * y[:, :-1]) / np.mean(y**2) == pytest.approx(lag1, abs=0.02)


def test_missing_days_come_as_often_and_as_clustered_as_said() -> None:
    p = replace(QUIET, missing_start=0.15, missing_week_15=0.35, missing_after_missing=0.33)
    _, people = simulate(p, 4_000, 130)
    missing = np.isnan(people.rating)
    assert missing[:, :3].mean() == pytest.approx(0.15, abs=0.01)
    assert missing[:, 108:].mean() == pytest.approx(0.35, abs=0.01)
    early = missing[:, :8]
    assert early[:, 1:][early[:, :-1]].mean() == pytest.approx(0.33, abs=0.02)


def test_bad_days_are_missed_twice_as_often_with_the_same_number_in_all() -> None:
    p = replace(QUIET, missing_start=0.2, missing_week_15=0.2, missing_after_missing=0.2)
    _, full = simulate(QUIET)
    _, gaps = simulate(replace(p, bad_days_missed=2.0))
    bad, missing = full.rating < -5, np.isnan(gaps.rating)
    assert missing.mean() == pytest.approx(0.2, abs=0.01)
    assert missing[bad].mean() / missing[~bad].mean() == pytest.approx(2, abs=0.1)


def test_a_quarter_gives_up_within_fourteen_weeks() -> None:
    _, people = simulate(replace(QUIET, leave=0.25), 20_000, 98)
    assert np.mean(people.left_on < 98) == pytest.approx(0.25, abs=0.01)
    assert all(np.isnan(row[left:]).all() for row, left in zip(people.rating[:50], people.left_on[:50], strict=True))


def test_a_bad_start_fades_by_half_in_its_half_life_and_a_run_in_takes_it_off() -> None:
    p = replace(QUIET, start_worse=2.0, start_half_life=10.0, spread=0.1)
    _, people = simulate(p, 2_000, 40)
    by_day = people.rating.mean(axis=0) - simulate(replace(QUIET, spread=0.1), 2_000, 40)[1].rating.mean(axis=0)
    assert by_day[[0, 10, 20]] == pytest.approx([-2, -1, -0.5], abs=0.01)
    _, later = simulate(replace(p, run_in_days=10), 2_000, 40)
    assert later.rating[:, 0].mean() == pytest.approx(-6, abs=0.02)


def test_flares_come_to_a_quarter_of_people_as_often_and_as_long_as_said() -> None:
    p = replace(QUIET, spread=1e-6, flare_share=0.25, flare_points=2.5, flare_days=3, flares_per_30_days=1.5)
    _, people = simulate(p, 8_000, 60)
    worse = people.rating < -6
    assert worse.any(axis=1).mean() == pytest.approx(0.25 * (1 - 0.95**62), abs=0.015)
    assert worse[worse.any(axis=1)].mean() == pytest.approx((1 - 0.95**3) / (1 - 0.95**62), abs=0.02)
    assert people.rating.min() == pytest.approx(-7.5, abs=1e-3)


def test_a_third_of_people_have_a_trend_up_or_down() -> None:
    p = replace(QUIET, spread=1e-6, trend_share=0.35, trend_points=0.4)
    _, people = simulate(p, 8_000, 57)
    change = people.rating[:, 56] - people.rating[:, 0]
    assert np.mean(np.abs(change) > 0.5) == pytest.approx(0.35, abs=0.015)
    assert np.unique(np.round(change, 2)).tolist() == [-0.8, 0.0, 0.8]


@pytest.mark.parametrize("lower_is_better", [True, False])
def test_the_effect_is_a_benefit_whichever_way_the_scale_runs(lower_is_better: bool) -> None:
    on_first, people = simulate(replace(QUIET, lower_is_better=lower_is_better), effect=1.5)
    assert people.rating[on_first].mean() - people.rating[~on_first].mean() == pytest.approx(1.5, abs=0.03)


def test_ratings_are_whole_points_on_the_scale() -> None:
    _, people = simulate(Population(mean=1.0))
    seen = -people.rating[~np.isnan(people.rating)]
    assert set(np.unique(seen)) <= set(range(11))
    assert np.mean(seen == 0) > 0.2, "a floor"


def test_an_effect_builds_up_and_fades_by_its_half_lives() -> None:
    p = replace(QUIET, build_up_days=2.0, fade_days=1.0)
    assert exposure(p, [[True, True, True, True, False, False]])[0].tolist() == pytest.approx(
        [1 - 2**-0.5, 0.5, 1 - 2**-1.5, 0.75, 0.375, 0.1875]
    )


def test_the_same_people_live_on_whatever_the_order_the_effect_and_the_number_of_days() -> None:
    orders = np.random.default_rng(1).random((2, 300, 84)) < 0.5
    one, two = (
        simulate_people(QUIET, order, effect=effect, rng=np.random.default_rng(3))
        for order, effect in zip(orders, (0.0, 2.0), strict=True)
    )
    assert two.rating - 2 * orders[1] == pytest.approx(one.rating, abs=1e-5)
    short = simulate_people(Population(), orders[0][:, :42], effect=0.0, rng=np.random.default_rng(3))
    long = simulate_people(Population(), orders[0], effect=0.0, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(short.rating, long.rating[:, :42])
    np.testing.assert_array_equal(short.left_on, np.minimum(long.left_on, 42))


@pytest.mark.parametrize("name", [name for name in ready_names() if name != "mat-then-acupuncture"])
def test_every_ready_made_trial_has_people(name: str) -> None:
    plan = read_protocol(name)
    assert isinstance(plan, Plan)
    population = population_for(plan)
    assert population.low < population.mean < population.high
    assert (population.fade_days > 365) == (plan.arms[0].kind is Kind.ACUPUNCTURE)
    assert population.run_in_days == plan.run_in_days


def test_an_unknown_rating_on_another_scale_takes_the_figures_of_pain_in_proportion() -> None:
    arms = (Arm("tea", "tea", Kind.REST, ""), Arm("no_tea", "no tea", Kind.USUAL_CARE, ""))
    mood = Rating(Outcome("mood", low=0, high=100), "How was your mood?")
    population = population_for(Plan("mine", 1, "", "", arms, (mood,), Blocks()))
    assert (population.spread, population.between_sd, population.flare_points) == (11.5, 16.0, 25.0)
    assert population.mean == 50
    assert not population.lower_is_better
    assert not is_known(mood)
    assert is_known(PAIN)


def test_every_figure_of_the_table_is_used_or_known_to_be_left_out() -> None:
    """A new group of simulator defaults must not be overlooked."""
    used = {
        "weekday_effect", "trend_and_flare", "regression_to_mean", "effect_dynamics", "missingness",
        "effects_on_pain_points", "effects_other_domains", "heterogeneity_sd_of_true_effect",
    }  # fmt: skip
    left_out = {"how_to_use", "model", "ignoring_autocorrelation_false_positive"}
    groups = {name for name, one in outcomes_table()["simulator_defaults"].items() if "within_person_sd" not in one}
    assert groups == used | left_out


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"lag1": 1.0}, "lag1 is 1.0; give a number from 0 to 0.9"),
        ({"leave": -0.1}, "leave is -0.1"),
        ({"spread": 0.0}, "spread is 0.0; give a number above 0"),
        ({"fade_days": -1.0}, "fade_days is -1.0; give 0 or more"),
        ({"bad_days_missed": 0.5}, "bad_days_missed is 0.5"),
    ],
)
def test_people_who_cannot_be_are_refused(change: dict[str, float], says: str) -> None:
    with pytest.raises(ProtocolError, match=says):
        Population(**change)  # type: ignore[arg-type]


# --- a person's own days -------------------------------------------------------------------------------


def diary(values: "np.ndarray", treatment: str | None = None) -> Diary:
    start = date(2026, 5, 4)
    return Diary(
        tuple(
            Entry(start + timedelta(days=i), treatment, {} if np.isnan(v) else {"pain": float(v)})
            for i, v in enumerate(values)
        ),
        ("pain",),
    )


@pytest.mark.parametrize(("spread", "lag1"), [(0.8, 0.0), (1.5, 0.35), (1.5, 0.6)])
def test_own_days_are_estimated_without_much_bias(spread: float, lag1: float) -> None:
    """400 diaries of 42 days, a sixth of them missing; standard error of the averages about 0.01."""
    p = replace(QUIET, spread=spread, lag1=lag1, missing_start=0.17, missing_week_15=0.17, missing_after_missing=0.3)
    p = replace(p, low=0.0, high=10.0, step=1.0)
    people = simulate_people(p, np.zeros((400, 42), dtype=bool), effect=0.0, rng=np.random.default_rng(8))
    own = [own_days(diary(-row), PAIN) for row in people.rating]
    assert np.sqrt(np.mean([one.spread**2 for one in own])) == pytest.approx(spread, rel=0.05)
    assert np.mean([one.lag1 for one in own]) == pytest.approx(max(lag1, 0.07), abs=0.07)
    z = [(np.log(one.spread) - np.log(spread)) / one.spread_log_sd for one in own]
    assert np.std(z) == pytest.approx(1, abs=0.2), "the standard error says what it should"


def test_fewer_than_fourteen_rated_days_are_too_few() -> None:
    values = np.arange(20.0) % 5
    values[3:10] = np.nan
    with pytest.raises(DiaryError, match="13 days; planning from your own days needs 14"):
        own_days(diary(values), PAIN)


def test_the_difference_between_treatments_is_not_taken_for_spread() -> None:
    days = np.arange(40)
    values = 5 + 3.0 * (days // 2 % 2) + (days * 7 % 3 - 1)
    start = date(2026, 5, 4)
    entries = tuple(
        Entry(start + timedelta(days=int(d)), ("a", "b")[d // 2 % 2], {"pain": float(v)})
        for d, v in zip(days, values, strict=True)
    )
    assert own_days(Diary(entries, ("pain",)), PAIN).spread < 1.0 < own_days(diary(values), PAIN).spread


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.full(20, 4.0), "Every rating of pain in the diary is 4"),
        (np.arange(20.0), "scale runs from 0 to 10"),
    ],
)
def test_days_that_say_nothing_are_refused(values: "np.ndarray", says: str) -> None:
    with pytest.raises(DiaryError, match=says):
        own_days(diary(values), PAIN)


def test_a_diary_of_something_else_is_refused() -> None:
    with pytest.raises(DiaryError, match="no column pain"):
        own_days(Diary((), ("mood",)), PAIN)


def test_own_days_and_other_peoples_are_weighed_by_how_well_each_is_known() -> None:
    own = OwnDays(40, 3.0, 2.0, 0.1, 0.1, 0.15)
    mine = with_own_days(Population(), own)
    weight = 0.4481**-2 / (0.4481**-2 + 0.1**-2)
    assert np.log(mine.spread) == pytest.approx(weight * np.log(1.15) + (1 - weight) * np.log(2.0))
    assert mine.lag1 == pytest.approx((0.35 / 0.19**2 + 0.1 / 0.15**2) / (0.19**-2 + 0.15**-2))
    assert (mine.mean, mine.flare_share) == (3.0, 0.0)
    exact = with_own_days(Population(), replace(own, spread_log_sd=0.0, lag1_sd=0.0))
    assert (exact.spread, exact.lag1) == (pytest.approx(2.0), 0.1)
