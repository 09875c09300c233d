"""The filter against plain matrix algebra: the same answer by another road."""

import numpy as np
import pytest

from pinprick.bayes.whiten import whiten


def correlation(day, phi, white_share):
    lag = np.abs(np.subtract.outer(day, day))
    return (1 - white_share) * phi**lag + white_share * np.eye(len(day))


@pytest.mark.parametrize(("phi", "white_share"), [(0.3, 0.0), (0.3, 0.5), (0.95, 0.0), (0.95, 0.5), (0.6, 0.2)])
def test_whitened_products_are_those_of_the_inverse_correlation_matrix(make_rng, phi, white_share):
    rng = make_rng(1)
    day = np.sort(rng.choice(60, size=25, replace=False)).astype(np.int64)
    columns = rng.standard_normal((25, 3))
    white, log_variance = whiten(day, columns, np.array([phi]), np.array([white_share]))
    dense = correlation(day, phi, white_share)
    np.testing.assert_allclose(
        white[:, 0].T @ white[:, 0], columns.T @ np.linalg.solve(dense, columns), rtol=1e-11, atol=1e-12
    )
    np.testing.assert_allclose(log_variance.sum(), np.linalg.slogdet(dense)[1], rtol=1e-11, atol=1e-12)


def test_without_autocorrelation_nothing_is_changed(make_rng):
    columns = make_rng(2).standard_normal((10, 2))
    white, log_variance = whiten(np.arange(10) * 3, columns, np.zeros(1), np.zeros(1))
    np.testing.assert_array_equal(white[:, 0], columns)
    assert not log_variance.any()


def test_the_pass_runs_forward_so_later_days_change_nothing_earlier(make_rng):
    columns = make_rng(3).standard_normal((12, 2))
    node = np.array([0.7]), np.array([0.5])
    whole, _ = whiten(np.arange(12), columns, *node)
    early, _ = whiten(np.arange(7), columns[:7], *node)
    np.testing.assert_array_equal(whole[:7], early)
