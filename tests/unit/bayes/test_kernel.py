"""The compiled kernel against the NumPy definition, to 1e-9."""

import tracemalloc

import numpy as np
import pytest
from scipy.special import stdtr

from pinprick.bayes.fit import fit_looks
from pinprick.bayes.kernel import _student, _student_series, fit_batch, student_table
from pinprick.errors import ComputationError
from pinprick.planning.simulate import Person, draw_orders, simulate_ratings

PEOPLE = [
    Person(effect=1.0, phi=0.3, white_share=0.2),
    Person(sd=2.5, phi=0.9, spread_ratio=1.5, missing=0.4),
    Person(effect=-2.0, sd=0.6, whole_points=True, missing=0.2),
    Person(level=0.5, whole_points=True, drift=3.0),
    Person(effect=4.0, sd=0.5, phi=0.8),
]


@pytest.mark.parametrize("period", [1, 2, 3, 7])
@pytest.mark.parametrize("person", PEOPLE)
def test_the_compiled_path_equals_the_definition(make_rng, person, period):
    rng = make_rng(period)
    on_first = draw_orders(4, 84, period, rng)
    rating = simulate_ratings(person, on_first, rng)
    looks = np.arange(28, 84, 5)
    fast = fit_batch(rating, on_first, looks=looks, delta=1.0, period_days=period)
    for trial in range(4):
        seen = np.flatnonzero(~np.isnan(rating[trial]))
        slow = fit_looks(seen, rating[trial, seen], on_first[trial, seen], looks=looks, period_days=period)
        for i, post in enumerate(slow):
            expected = (
                post.mean, post.sd, post.probability_above(0), post.probability_below(0),
                post.probability_below(1), post.probability_within(1), post.expected_phi,
            )  # fmt: skip
            np.testing.assert_allclose(fast.values[trial, i], expected, rtol=0, atol=1e-9)


def test_the_scale_of_the_rating_only_scales(make_rng):
    rng = make_rng(5)
    on_first = draw_orders(3, 56, 2, rng)
    rating = simulate_ratings(PEOPLE[0], on_first, rng)
    ten = fit_batch(rating, on_first, looks=[55], delta=1.0, period_days=2)
    hundred = fit_batch(10 * rating, on_first, looks=[55], delta=10.0, period_days=2, scale_range=100)
    np.testing.assert_allclose(hundred.mean, 10 * ten.mean, rtol=1e-10)
    np.testing.assert_allclose(hundred.below_delta, ten.below_delta, rtol=0, atol=1e-10)


def test_threads_do_not_change_a_bit(make_rng):
    rng = make_rng(6)
    on_first = draw_orders(1200, 28, 2, rng)
    rating = simulate_ratings(PEOPLE[0], on_first, rng)
    arguments = {"looks": [20, 27], "delta": 1.0, "period_days": 2}
    one = fit_batch(rating, on_first, **arguments, n_thread=1)
    two = fit_batch(rating, on_first, **arguments, n_thread=2)
    np.testing.assert_array_equal(one.values, two.values)


def test_a_look_before_anything_can_be_said_holds_nan():
    rating = np.full((1, 20), np.nan)
    rating[0, 10:] = 3.0
    on_first = np.arange(20)[None] % 2 == 0
    early = fit_batch(rating, on_first, looks=[9, 12, 19], delta=1.0, period_days=1)
    assert np.isnan(early.mean[0, :2]).all()
    assert np.isfinite(early.mean[0, 2])


@pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 10, 27, 54, 110])
def test_student_probabilities_agree_with_scipy(df):
    row = student_table(110)[df - 1]
    t = np.linspace(-40, 40, 1201)
    np.testing.assert_allclose([_student(x, df, row) for x in t], stdtr(df, t), rtol=0, atol=2e-11)
    np.testing.assert_allclose([_student_series(x, df) for x in t], stdtr(df, t), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "change",
    [{"on_first": np.ones((2, 20), bool)}, {"looks": [5, 5]}, {"looks": [20]}, {"looks": [-1]}, {"delta": 0.0}],
)
def test_arguments_that_make_no_sense_are_refused(change):
    whole = {"rating": np.ones((1, 20)), "on_first": np.ones((1, 20), bool), "looks": [19], "delta": 1.0}
    with pytest.raises(ComputationError):
        fit_batch(**(whole | change), period_days=1)


@pytest.mark.slow
def test_a_hundred_thousand_trials_fit_in_a_gigabyte(make_rng):
    """84 days, one look, everything that NumPy holds counted, simulation included."""
    rng = make_rng(7)
    tracemalloc.start()
    on_first = draw_orders(100_000, 84, 3, rng)
    rating = simulate_ratings(PEOPLE[0], on_first, rng)
    looks = fit_batch(rating, on_first, looks=np.arange(13, 84), delta=1.0, period_days=3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.isfinite(looks.sd).all()
    assert peak <= 1e9
