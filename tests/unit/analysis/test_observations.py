"""A diary becomes arrays in one place, and every day that is left out keeps its reason."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from pinprick.analysis.bare import plan_for
from pinprick.analysis.effect import likelihood, likelihood_grid, posterior_of
from pinprick.analysis.observations import observe
from pinprick.analysis.single import analyse_trial
from pinprick.bayes.priors import PRIORS
from pinprick.trial.diary import Diary
from pinprick.trial.outcome import Outcome
from pinprick.trial.schedule import Order
from tests.trials import START, diary_from_arrays, trial_from_arrays

DAY = np.arange(28)
ON_FIRST = DAY // 2 % 2 == 0
RATING = 4 + 1.5 * ON_FIRST + np.sin(DAY * 2.1)


def trial(rating=RATING, **plan):
    return trial_from_arrays(rating, ON_FIRST, **{"period_days": 2, **plan})


def with_entries(made, change):
    return replace(made, diary=replace(made.diary, entries=tuple(change(entry) for entry in made.diary)))


def test_days_count_from_the_first_scheduled_one_and_ratings_turn_so_that_more_is_better():
    rating = np.where(DAY < 3, np.nan, RATING)
    seen = observe(trial(rating, lower_is_better=True))
    assert seen.first_day == START
    assert seen.day.tolist() == list(range(3, 28))
    np.testing.assert_allclose(seen.rating, -RATING[3:])
    np.testing.assert_allclose(seen.points, RATING[3:])
    assert seen.missing == (2, 1)
    assert seen.rated == (12, 13)


def test_a_washout_day_may_be_rated_anything_without_moving_the_result():
    made = trial(period_days=2)
    made = replace(made, protocol=replace(made.protocol, washout_days=1))
    wild = with_entries(made, lambda e: replace(e, ratings={"pain": 9.9}) if (e.day - START).days % 2 == 0 else e)
    assert analyse_trial(made).effect == analyse_trial(wild).effect
    assert observe(made).dropped == (("washout", 14),)
    assert observe(made).missing == (0, 0)


def test_only_days_marked_as_done_enter_the_as_done_estimate():
    made = with_entries(trial(), lambda e: replace(e, done=[True, False, None][(e.day - START).days % 3]))
    assert len(observe(made, only_done=True)) == 10
    result = analyse_trial(made)
    assert len(result.observations) == 28
    assert result.as_done is not None
    assert result.as_done != result.effect


def test_a_diary_that_never_says_whether_it_was_done_has_no_as_done_estimate():
    assert analyse_trial(trial()).as_done is None


def test_looking_earlier_sees_only_what_had_been_received():
    late = with_entries(trial(), lambda e: replace(e, received=e.day + timedelta(days=5)))
    assert len(observe(late, until=START + timedelta(days=13))) == 9
    assert len(observe(trial(), until=START + timedelta(days=13))) == 14


def test_pairs_count_once_they_are_over_and_rated_on_both_sides():
    assert observe(trial()).n_pairs == 7
    assert observe(trial(), until=START + timedelta(days=6)).n_pairs == 1
    assert observe(trial(np.where(DAY // 2 == 3, np.nan, RATING))).n_pairs == 6


def test_in_an_order_nobody_drew_pairs_are_what_both_treatments_reach():
    on_first = np.array([True] * 14 + [False] + [True] * 12 + [False])
    made, _ = plan_for(diary_from_arrays(RATING, on_first))
    assert made.schedule.order is Order.UNKNOWN
    assert observe(made).n_pairs == 2


def test_days_outside_every_period_are_left_out_and_counted():
    made = with_entries(trial(), lambda e: replace(e, treatment=None))
    outside = replace(made, schedule=replace(made.schedule, periods=made.schedule.periods[:12]))
    seen = observe(outside)
    assert len(seen) == 24
    assert seen.dropped == (("outside every period", 4),)


def test_secondary_outcomes_get_an_interval_and_leave_the_verdict_alone():
    made = trial()
    plan = replace(made.protocol, outcomes=(*made.protocol.outcomes, Outcome("stress", lower_is_better=True)))
    entries = tuple(replace(e, ratings={**e.ratings, "stress": 5 + (e.day.day % 3)}) for e in made.diary)
    both = replace(made, protocol=plan, diary=Diary(entries, ("pain", "stress")))
    one, two = analyse_trial(made), analyse_trial(both)
    assert one.effect == two.effect
    assert [outcome.name for outcome, _ in two.others] == ["stress"]


def test_the_likelihood_times_a_prior_is_the_posterior():
    """With a prior so wide that it is flat, the posterior density is the likelihood, up to a factor."""
    seen = observe(trial())
    effects = likelihood_grid(10)
    found = likelihood(seen, effects)
    assert found.dtype == np.float32
    assert found.shape == (61,)
    assert found.max() == 1
    density = posterior_of(seen, priors=replace(PRIORS, effect_sd=1e4)).density(effects)
    np.testing.assert_allclose(found, density / density.max(), atol=1e-5)


def test_an_empty_trial_is_observed_and_cannot_tell():
    made = trial()
    empty = replace(made, diary=Diary((), ("pain",)))
    assert len(observe(empty)) == 0
    assert analyse_trial(empty).finding.value == "cannot_tell"
    assert analyse_trial(empty).to_dict()["effect"]["mean"] is None


def test_means_are_in_the_ratings_own_points():
    assert observe(trial()).means == pytest.approx((RATING[ON_FIRST].mean(), RATING[~ON_FIRST].mean()))
