"""The posterior against dense matrices, closed forms and itself told differently."""

import numpy as np
import pytest
from scipy import stats

from pinprick.bayes.fit import exposure_level, fit, fit_looks, fit_wash_in
from pinprick.bayes.grid import make_grid
from pinprick.bayes.priors import PRIORS, Priors
from pinprick.errors import ComputationError, ProtocolError


def diary(rng, n_day=56, period=3, effect=1.0, missing=0.2):
    day = np.arange(n_day)
    on_first = day // period % 2 == 0
    rating = 5 + effect * on_first + 1.5 * rng.standard_normal(n_day)
    keep = rng.random(n_day) >= missing
    return day[keep], rating[keep], on_first[keep]


def dense(day, rating, on_first, mass_at_zero):
    """The same posterior by inverting every covariance matrix; (df, weights, locations, scales)."""
    grid = make_grid(PRIORS)
    log_mass = grid.log_mass(mass_at_zero)
    design = np.stack([np.ones(len(day)), day / 28, on_first - 0.5], axis=1)
    prior_precision = np.diag([0, PRIORS.trend_sd**-2, PRIORS.effect_sd**-2])
    df = len(day) - 2
    lag = np.abs(np.subtract.outer(day, day)).astype(float)
    rows = []
    for phi, white, mass in zip(grid.phi, grid.white_share, log_mass, strict=True):
        slow = np.where(lag == 0, 1.0, phi**lag) if phi else np.eye(len(day))
        for h, mass_h in zip(grid.spread, grid.log_mass_spread, strict=True):
            sd = np.where(on_first, h, 1 / h)
            covariance = sd[:, None] * ((1 - white) * slow + white * np.eye(len(day))) * sd
            weighed = np.linalg.solve(covariance, design)
            precision = design.T @ weighed + prior_precision
            coefficients = np.linalg.solve(precision, weighed.T @ rating)
            rss = rating @ np.linalg.solve(covariance, rating) - weighed.T @ rating @ coefficients + 0.1
            log_weight = (
                mass + mass_h - 0.5 * np.linalg.slogdet(covariance)[1] - 0.5 * np.linalg.slogdet(precision)[1]
                - 0.5 * df * np.log(rss)
            )  # fmt: skip
            rows.append((log_weight, coefficients[2], np.sqrt(rss / df * np.linalg.inv(precision)[2, 2])))
    log_weight, location, scale = np.array(rows).T
    weight = np.exp(log_weight - log_weight.max())
    return df, weight / weight.sum(), location, scale


@pytest.mark.parametrize("seed", range(5))
def test_the_posterior_equals_the_one_by_dense_matrices(make_rng, seed):
    day, rating, on_first = diary(make_rng(seed))
    post = fit(day, rating, on_first, period_days=3)
    df, weight, location, scale = dense(day, rating, on_first, PRIORS.independent_mass)
    t = stats.t(df, location, scale)
    mean = weight @ location
    assert post.mean == pytest.approx(mean, abs=1e-9)
    assert post.sd == pytest.approx(np.sqrt(weight @ (t.var() + (location - mean) ** 2)), abs=1e-9)
    for threshold in (-1.0, 0.0, 1.0):
        assert post.probability_above(threshold) == pytest.approx(weight @ t.sf(threshold), abs=1e-9)


def test_quantiles_are_where_the_distribution_function_says(make_rng):
    post = fit(*diary(make_rng(7)), period_days=3)
    for p in (1e-6, 0.01, 0.5, 0.975, 1 - 1e-6):
        assert post.probability_below(float(post.quantile(p)[0])) == pytest.approx(p, rel=1e-9)
    low, high = post.interval(0.95)
    assert post.probability_below(high) - post.probability_below(low) == pytest.approx(0.95, abs=1e-10)


def test_the_density_is_the_derivative_of_the_distribution_function(make_rng):
    post = fit(*diary(make_rng(8)), period_days=3)
    at, step = 0.7, 1e-5
    slope = (post.probability_below(at + step) - post.probability_below(at - step)) / (2 * step)
    assert float(post.density(at)[0]) == pytest.approx(slope, rel=1e-6)


def test_looks_equal_fits_of_what_was_seen_by_then(make_rng):
    day, rating, on_first = diary(make_rng(9))
    looks = [20, 33, 41, 55]
    for look, post in zip(looks, fit_looks(day, rating, on_first, looks=looks, period_days=3), strict=True):
        seen = day <= look
        alone = fit_looks(day[seen], rating[seen], on_first[seen], looks=[look], period_days=3)[0]
        assert post.mean == pytest.approx(alone.mean, abs=1e-11)
        assert post.sd == pytest.approx(alone.sd, abs=1e-11)


def test_the_sd_approaches_its_closed_form_as_days_grow(make_rng):
    """Independent ratings: the sd of a difference of two means of n / 2 days each is 2 sigma / sqrt(n)."""
    n_day = 20_000
    rng = make_rng(10)
    on_first = rng.permutation(np.arange(n_day) % 2 == 0)
    rating = 5 + 0.3 * on_first + 1.5 * rng.standard_normal(n_day)
    post = fit(np.arange(n_day), rating, on_first, period_days=1)
    assert post.sd == pytest.approx(2 * 1.5 / np.sqrt(n_day), rel=0.03)
    assert abs(post.mean - 0.3) < 4 * post.sd


def test_a_known_autocorrelation_gives_the_generalised_least_squares_sd(make_rng):
    n_day, phi = 4_000, 0.6
    rng = make_rng(11)
    noise = np.empty(n_day)
    noise[0] = rng.standard_normal()
    for i in range(1, n_day):
        noise[i] = phi * noise[i - 1] + np.sqrt(1 - phi**2) * rng.standard_normal()
    on_first = np.arange(n_day) // 3 % 2 == 0
    post = fit(np.arange(n_day), 5 + 1.5 * noise, on_first, period_days=3)
    lag = np.abs(np.subtract.outer(np.arange(n_day), np.arange(n_day)))
    design = np.stack([np.ones(n_day), np.arange(n_day) / 28, on_first - 0.5], axis=1)
    exact = 1.5 * np.sqrt(np.linalg.inv(design.T @ np.linalg.solve(phi**lag, design))[2, 2])
    assert post.sd == pytest.approx(exact, rel=0.05)
    assert abs(post.expected_phi - phi) < 0.14  # half the distance between two nodes of the grid


def test_all_equal_ratings_leave_an_effect_of_zero_that_is_not_certain():
    day = np.arange(28)
    post = fit(day, np.full(28, 4.0), day % 2 == 0, period_days=1)
    assert post.mean == pytest.approx(0, abs=1e-12)
    assert post.probability_within(0.005) < 0.99  # the variance floor keeps it from being certain


def test_wash_in_with_no_carried_share_is_the_ordinary_fit(make_rng, monkeypatch):
    day, rating, on_first = diary(make_rng(12), missing=0)
    monkeypatch.setattr("pinprick.bayes.fit.WASH_IN", (0.0,))
    monkeypatch.setattr("pinprick.bayes.fit.WASH_IN_MASSES", (1.0,))
    full = fit_wash_in(day, rating, on_first, assigned=on_first.astype(float), period_days=3)
    assert full.mean == pytest.approx(fit(day, rating, on_first, period_days=3).mean, abs=1e-12)


def test_wash_in_finds_a_larger_full_effect_where_the_effect_builds_up(make_rng):
    rng = make_rng(13)
    assigned = (np.arange(84) // 3 % 2 == 0).astype(float)
    level = exposure_level(assigned, carried=0.55, level_before=0.5)
    rating = 5 + 3.0 * (level - 0.5) + 0.7 * rng.standard_normal(84)
    arrays = np.arange(84), rating, assigned == 1
    as_scheduled = fit(*arrays, period_days=3).median
    full = fit_wash_in(*arrays, assigned=assigned, period_days=3).median
    assert as_scheduled < 2.2 < full


def test_naming_the_treatments_the_other_way_mirrors_the_wash_in(make_rng):
    day, rating, on_first = diary(make_rng(14), missing=0)
    kwargs = {"period_days": 3}
    one = fit_wash_in(day, rating, on_first, assigned=on_first * 1.0, **kwargs)
    other = fit_wash_in(day, rating, ~on_first, assigned=1.0 - on_first, **kwargs)
    assert one.median == pytest.approx(-other.median, abs=1e-10)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"day": [0, 1]}, "shapes"),
        ({"day": [0, 1, 1, 3, 4]}, "strictly increase"),
        ({"day": [-1, 1, 2, 3, 4]}, "0 or later"),
        ({"rating": [1, 2, float("nan"), 3, 4]}, "nan"),
        ({"rating": [1, 2, float("inf"), 3, 4]}, "inf"),
        ({"period_days": 0}, "positive"),
        ({"scale_range": -1}, "positive"),
    ],
)
def test_arrays_that_make_no_sense_are_refused(change, says):
    whole = {"day": range(5), "rating": [1, 2, 3, 2, 1], "on_first": [1, 0, 1, 0, 1], "period_days": 1, **change}
    with pytest.raises(ComputationError, match=says):
        fit(**{k: list(v) if isinstance(v, range) else v for k, v in whole.items()})


def test_two_days_are_too_few():
    with pytest.raises(ComputationError, match="at least 3"):
        fit([0, 1], [3, 4], [True, False], period_days=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_phi": 0},
        {"effect_sd": 0.0},
        {"independent_mass": 1.0},
        {"white_shares": ()},
        {"spread_ratios": (0.8, 1.0, 1.3), "spread_masses": (0.1, 0.8, 0.1)},
        {"spread_masses": (0.04, 0.06, 0.70, 0.06, 0.04)},
    ],
)
def test_priors_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ProtocolError):
        Priors(**wrong)


def test_one_degree_of_freedom_has_a_median_but_no_mean():
    post = fit([0, 1, 2], [3, 4, 3], [True, False, True], period_days=1)
    assert np.isfinite(post.median)
    with pytest.raises(ComputationError, match="rate more days"):
        _ = post.mean
    with pytest.raises(ComputationError, match="between 0 and 1"):
        post.quantile(1.0)
