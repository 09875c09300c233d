"""The same days under another prior: exact where it can be checked by hand, and it never moves the finding."""

import numpy as np
import pytest
from scipy.stats import norm

from pinprick.analysis.effect import posterior_of
from pinprick.analysis.under_prior import REACH, DaysAlone, Leaning, days_alone, under_prior
from pinprick.bayes.normal_prior import NormalPrior
from pinprick.errors import ProtocolError
from tests.unit.results import cast

GRID = np.linspace(-12, 12, 4001)


def normal_days(mean, sd):
    return DaysAlone(GRID, norm.pdf(GRID, mean, sd), mean, sd)


@pytest.mark.parametrize(("mean", "sd"), [(1.5, 0.4), (-0.3, 0.9), (0.0, 0.2)])
@pytest.mark.parametrize("prior", [NormalPrior(0.5, 0.8), NormalPrior(0.0, 0.6), NormalPrior(-2.0, 1.5)])
def test_normal_days_and_a_normal_prior_give_the_textbook_answer(mean, sd, prior):
    """Precision-weighted mean; Gelman et al. 2013, equation 2.10."""
    said = under_prior(normal_days(mean, sd), prior, delta=1.0)
    precision = 1 / sd**2 + 1 / prior.sd**2
    expected = (mean / sd**2 + prior.mean / prior.sd**2) / precision
    width = precision**-0.5
    assert said.mean == pytest.approx(expected, abs=1e-6)
    assert said.sd == pytest.approx(width, rel=1e-6)
    assert (said.low, said.high) == pytest.approx(norm.interval(0.95, expected, width), abs=1e-4)
    assert said.better == pytest.approx(norm.sf(0, expected, width), abs=1e-4)
    assert said.worthwhile == pytest.approx(norm.sf(1, expected, width), abs=1e-4)
    inside = norm.cdf(1, expected, width) - norm.cdf(-1, expected, width)
    assert said.no_difference_that_matters == pytest.approx(inside, abs=1e-4)
    assert said.conflict_p == pytest.approx(2 * norm.sf(abs(mean - prior.mean) / np.hypot(sd, prior.sd)))


def test_a_very_wide_prior_gives_the_days_alone():
    observations = cast("better").observations
    days = days_alone(observations, reach=20.0)
    said = under_prior(days, NormalPrior(0.0, 1e4), delta=1.0)
    neutral = posterior_of(observations)
    assert days.effect @ days.density / days.density.sum() == pytest.approx(said.mean, abs=1e-6)
    assert abs(said.mean) > abs(neutral.mean), "the engine's own prior pulls towards none, and a flat one does not"


def test_a_prior_of_the_engines_own_width_gives_the_engines_answer():
    """The neutral prior is normal with an sd in units of sigma; on days with one node it is the same sum."""
    observations = cast("better").observations
    neutral = posterior_of(observations)
    sigma = float(neutral.weight @ neutral.sigma)
    said = under_prior(days_alone(observations, reach=20.0), NormalPrior(0.0, 2.0 * sigma), delta=1.0)
    assert said.mean == pytest.approx(neutral.mean, abs=0.05)
    assert said.sd == pytest.approx(neutral.sd, abs=0.05)


def test_a_finer_grid_changes_nothing(monkeypatch):
    observations = cast("not sure enough").observations
    prior = NormalPrior(0.5, 0.8)
    coarse = under_prior(days_alone(observations, reach=12.0), prior, delta=1.0)
    monkeypatch.setattr("pinprick.analysis.under_prior.N_GRID", 32_001)
    fine = under_prior(days_alone(observations, reach=12.0), prior, delta=1.0)
    for name in ("mean", "sd", "low", "high", "better", "worthwhile"):
        assert getattr(coarse, name) == pytest.approx(getattr(fine, name), abs=2e-4), name


def test_the_grid_holds_both_days_and_prior():
    days = days_alone(cast("better").observations, reach=2.0 + REACH * 1.5)
    assert days.effect[-1] >= 14
    assert days.density[[0, -1]].max() < 1e-6 * days.density.max()


@pytest.mark.parametrize(
    ("mean", "sd", "leaning"),
    [(2, 0.3, Leaning.BETTER), (-2, 0.3, Leaning.WORSE), (0.1, 0.3, Leaning.SMALL), (0.6, 0.8, Leaning.OPEN)],
)
def test_leaning_takes_ninety_five_in_a_hundred(mean, sd, leaning):
    assert under_prior(normal_days(mean, sd), NormalPrior(0, 50), delta=1.0).leaning is leaning


def test_days_that_contradict_the_prior_are_said_to():
    assert under_prior(normal_days(4.0, 0.3), NormalPrior(0.2, 0.6), delta=1.0).in_conflict
    assert not under_prior(normal_days(1.0, 0.5), NormalPrior(0.2, 0.6), delta=1.0).in_conflict


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 0.0), (0.0, -1.0), (float("nan"), 1.0), (0.0, float("inf"))])
def test_a_prior_from_which_nothing_can_be_learnt_is_refused(mean, sd):
    with pytest.raises(ProtocolError, match="sd above 0"):
        NormalPrior(mean, sd)
