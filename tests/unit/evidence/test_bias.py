"""Asymmetry: against textbook formulas, on funnels made lopsided, and refused."""

import itertools

import numpy as np
import pytest
from scipy import stats

from pinprick.errors import ComputationError
from pinprick.evidence.bias import funnel_contours, rank_test, regression_test, trim_and_fill
from pinprick.evidence.synthesis import synthesise


@pytest.fixture
def lopsided(make_rng):
    """Thirty studies, of which the small ones are published only when they succeed."""
    rng = make_rng(60)
    se = rng.uniform(0.05, 0.5, 90)
    yi = rng.normal(0.2, se)
    kept = np.flatnonzero((yi / se > 1.5) | (se < 0.15))[:30]
    return synthesise(yi[kept], se[kept] ** 2, test="z")


def test_eggers_test_is_the_weighted_regression_of_the_textbook(lopsided):
    found = regression_test(lopsided, model="lm")
    se = np.sqrt(lopsided.vi)
    plain = stats.linregress(1 / se, lopsided.yi / se)  # standard normal deviate on precision
    assert found.slope == pytest.approx(plain.intercept)
    assert found.statistic == pytest.approx(plain.intercept / plain.intercept_stderr)
    assert found.limit == pytest.approx(plain.slope)


def test_a_lopsided_funnel_is_found_by_every_test(lopsided):
    assert regression_test(lopsided).p < 0.001
    assert rank_test(lopsided).p < 0.001
    filled = trim_and_fill(lopsided)
    assert filled.side == "left"
    assert filled.k0 > 3
    assert filled.synthesis.estimate < lopsided.estimate


def test_the_mirror_image_is_missing_on_the_other_side(lopsided):
    mirrored = synthesise(-lopsided.yi, lopsided.vi, test="z")
    there, here = trim_and_fill(lopsided), trim_and_fill(mirrored)
    assert (here.side, here.k0) == ("right", there.k0)
    np.testing.assert_allclose(here.filled_yi, -there.filled_yi)


def test_a_symmetric_funnel_is_left_as_it_is():
    yi = [0.3, 0.1, 0.5, -0.1, 0.7]
    found = trim_and_fill(synthesise(yi, [0.01, 0.04, 0.04, 0.16, 0.16]))
    assert found.k0 == 0
    assert found.synthesis.k == 5


@pytest.mark.parametrize("n", [3, 5, 6])
def test_kendalls_exact_p_counts_every_order(n):
    vi = np.arange(1.0, n + 1)
    concordant = [sum(a < b for a, b in itertools.combinations(order, 2)) for order in itertools.permutations(range(n))]
    yi = np.linspace(0, 1, n) ** 2 * np.array([(-1) ** i for i in range(n)])
    found = rank_test(synthesise(yi, vi))
    pairs = n * (n - 1) / 2
    seen = round((found.tau * pairs + pairs) / 2)
    lower, upper = np.mean(np.array(concordant) <= seen), np.mean(np.array(concordant) >= seen)
    assert found.exact
    assert found.p == pytest.approx(min(1, 2 * min(lower, upper)))


def test_ties_call_for_the_normal_distribution():
    yi, vi = [0.1, 0.5, 0.3, 0.9, 0.35, 0.0], [0.02, 0.05, 0.05, 0.1, 0.02, 0.01]
    found = rank_test(synthesise(yi, vi))
    w = 1 / np.array(vi)
    standard = (np.array(yi) - w @ yi / w.sum()) / np.sqrt(np.array(vi) - 1 / w.sum())
    expected = stats.kendalltau(standard, vi, method="asymptotic")
    assert not found.exact
    assert (found.tau, found.p) == pytest.approx((expected.statistic, expected.pvalue))


def test_contours_are_where_a_study_becomes_significant(lopsided):
    found = funnel_contours(lopsided, levels=(90, 95), n_se=11)
    assert found.low.shape == (2, 11)
    z = found.high[:, 1:] / found.se[1:]
    np.testing.assert_allclose(2 * stats.norm.sf(z), np.tile([[0.10], [0.05]], 10), rtol=1e-9)
    assert found.se[-1] > np.sqrt(lopsided.vi.max())
    assert found.about_low[0] == found.about_high[0] == lopsided.estimate


def test_few_studies_are_doubted(lopsided):
    few = synthesise(lopsided.yi[:5], lopsided.vi[:5])
    for found in (regression_test(few), rank_test(few), trim_and_fill(few)):
        assert "Only 5 studies" in found.caveats[0]
    assert regression_test(lopsided).caveats == ()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda s: regression_test(s, model="loess"), "no model 'loess'; choose rma or lm"),
        (lambda s: trim_and_fill(s, estimator="L1"), "choose one of L0, R0, Q0"),
        (lambda s: trim_and_fill(s, side="top"), "choose left or right"),
        (lambda s: funnel_contours(s, levels=[0.95, 101]), "between 0 and 100 per cent"),
        (lambda s: funnel_contours(s, n_se=1), "1 points is no line"),
        (lambda s: rank_test(synthesise(s.yi[:2], s.vi[:2])), "2 studies make no funnel"),
        (lambda s: regression_test(synthesise(s.yi, np.ones(30))), "the same standard error"),
    ],
)
def test_what_cannot_be_tested_is_refused(lopsided, call, said):
    with pytest.raises(ComputationError, match=said):
        call(lopsided)
