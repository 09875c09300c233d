"""The re-randomisation test against enumeration, and its refusals."""

from itertools import product

import numpy as np
import pytest

from pinprick.analysis import randomisation
from pinprick.analysis.randomisation import pair_differences, randomisation_test, sign_flip_p
from pinprick.planning.simulate import Person, draw_orders, simulate_ratings
from pinprick.trial.schedule import Order
from tests.trials import trial_from_arrays


def enumerated(d):
    sums = [abs(np.dot(signs, np.abs(d))) for signs in product([-1, 1], repeat=len(d))]
    return np.mean(np.array(sums) >= abs(np.sum(d)) - 1e-9)


@pytest.mark.parametrize("n_pair", [1, 2, 6, 11])
def test_it_counts_every_order_that_could_have_been_drawn(make_rng, n_pair):
    d = make_rng(n_pair).standard_normal(n_pair)
    assert sign_flip_p(d) == pytest.approx(enumerated(d), abs=1e-12)


def test_ties_count_as_at_least_as_far():
    assert sign_flip_p(np.array([1.0, 1.0, 1.0, -1.0])) == pytest.approx(enumerated(np.array([1, 1, 1, -1])))


def test_beyond_forty_pairs_the_grid_is_never_below_enumeration_and_hardly_above(make_rng, monkeypatch):
    d = make_rng(3).standard_normal(18) + 0.3
    exact = sign_flip_p(d)
    monkeypatch.setattr(randomisation, "HALF", 4)
    bound = sign_flip_p(d)
    assert exact <= bound <= exact * 1.001 + 1e-12


def test_fifty_six_pairs_answer(make_rng):
    assert 0 < sign_flip_p(make_rng(4).standard_normal(56)) <= 1


def test_pairs_are_weighed_by_what_they_can_tell_and_not_by_their_order():
    on_first = np.array([1, 1, 0, 0, 0, 0, 1, 1], bool)
    rating = np.array([4.0, np.nan, 3.0, 3.0, 1.0, 1.0, 2.0, 2.0])
    d = pair_differences(trial_from_arrays(rating, on_first, period_days=2))
    np.testing.assert_allclose(d, [2 / 3 * 1.0, 1.0 * 1.0])


def test_under_no_effect_it_rejects_no_more_often_than_it_says(make_rng):
    """2,000 trials of 12 pairs: a rate above 6.5 % would be 3 standard errors above 5 %."""
    rng = make_rng(5)
    on_first = draw_orders(2_000, 48, 2, rng)
    rating = simulate_ratings(Person(phi=0.6), on_first, rng)
    halves = rating.reshape(2_000, 12, 2, 2).mean(axis=3)
    led = on_first.reshape(2_000, 12, 2, 2)[:, :, 0, 0]
    d = np.where(led, 1, -1) * (halves[:, :, 0] - halves[:, :, 1])
    rate = np.mean([sign_flip_p(row) <= 0.05 for row in d])
    assert 0.03 < rate < 0.065


@pytest.mark.parametrize(
    ("order", "says"),
    [
        (Order.NOT_DRAWN, "not drawn by chance"),
        (Order.UNKNOWN, "not recorded"),
        (Order.DRAWN_BALANCED, "kept in balance"),
    ],
)
def test_it_is_refused_with_the_reason_where_the_draw_is_not_known(order, says):
    rating = np.arange(8.0)
    test = randomisation_test(trial_from_arrays(rating, rating % 2 == 0, period_days=1, order=order))
    assert test.p is None
    assert says in test.refused
    assert not test.informative


def test_five_pairs_are_not_informative():
    rating = np.arange(10.0) % 3
    test = randomisation_test(trial_from_arrays(rating, np.arange(10) % 2 == 0, period_days=1))
    assert test.n_pairs == 5
    assert test.p is not None
    assert not test.informative


def test_no_complete_pair_is_refused():
    test = randomisation_test(trial_from_arrays(np.array([3.0, np.nan]), np.array([True, False]), period_days=1))
    assert test.p is None
    assert "No pair" in test.refused
