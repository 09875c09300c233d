"""Posteriors printed elsewhere, by the R package bayesmeta (Röver 2020, doi:10.18637/jss.v093.i06).

bayesmeta integrates the heterogeneity numerically, so that its moments hold to the digits printed. The average effect
is a mixture on a coarse grid there, which may differ from the truth by 1 % in its own measure, and quantiles are
roots to about 1e-4; the tolerances are those. What is exact is tested in tests/unit/evidence/test_bayesian.py.

- Gwern Branwen, "Catnip immunity and alternatives" (gwern.net/catnip): how many of 29 samples of cats respond, in
  ``networks/catnip.csv``; a flat prior for tau and a normal(0.5, 0.1) for the average proportion.
- Okumura, Uryu and Makiyama (2018), R de tanoshimu Bayes tōkei nyūmon, section 6.5: three estimates, Jeffreys' prior.
"""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from pinprick.evidence.bayesian import (
    HeterogeneityPrior,
    NormalMixture,
    RandomEffectsPosterior,
    random_effects_posterior,
)

CATNIP = Path(__file__).parent / "networks" / "catnip.csv"


@pytest.fixture(scope="module")
def catnip() -> RandomEffectsPosterior:
    with CATNIP.open(encoding="utf-8") as file:
        xi, ni = np.array([[float(row["xi"]), float(row["ni"])] for row in csv.DictReader(file)]).T
    assert round(float(xi.sum() / ni.sum()), 10) == 0.6795952782
    none_or_all = (xi == 0) | (xi == ni)
    xi, ni = xi + none_or_all / 2, ni + none_or_all  # half a cat added to each side, as metafor does
    flat = HeterogeneityPrior("uniform", math.inf)
    return random_effects_posterior(xi / ni, xi * (ni - xi) / ni**3, heterogeneity=flat, effect_mean=0.5, effect_sd=0.1)


@pytest.fixture(scope="module")
def three() -> RandomEffectsPosterior:
    return random_effects_posterior([11, 13, 16], [1, 1, 4], heterogeneity=HeterogeneityPrior("jeffreys"))


def shortest(of: NormalMixture) -> tuple[float, float]:
    """Shortest interval of 95 %, which bayesmeta prints."""

    def width(start: float) -> float:
        low, high = of.quantile([start, start + 0.95])
        return float(high - low)

    start = minimize_scalar(width, bounds=(1e-6, 0.05 - 1e-6), method="bounded", options={"xatol": 1e-8}).x
    low, high = of.quantile([start, start + 0.95])
    return float(low), float(high)


def test_catnip_moments_of_the_heterogeneity_to_ten_digits(catnip: RandomEffectsPosterior) -> None:
    assert round(catnip.tau_mean, 11) == 0.13317030042
    assert round(catnip.tau_sd, 11) == 0.02521684197


def test_catnip_median_of_the_heterogeneity(catnip: RandomEffectsPosterior) -> None:
    assert catnip.tau_median == pytest.approx(0.13029833512, abs=1e-4)


def test_catnip_the_average_and_the_next_sample(catnip: RandomEffectsPosterior) -> None:
    """To half a hundredth of a standard deviation."""
    assert catnip.mean == pytest.approx(0.6568159715, abs=0.005 * 0.0295)
    assert catnip.sd == pytest.approx(0.0295391439, rel=0.005)
    assert catnip.average.quantile(0.5)[0] == pytest.approx(0.6573472098, abs=0.005 * 0.0295)
    assert shortest(catnip.average) == pytest.approx((0.5980530543, 0.7145549723), abs=0.01 * 0.0295)
    assert catnip.prediction_sd == pytest.approx(0.1389217521, rel=0.005)
    assert catnip.new_study.quantile(0.5)[0] == pytest.approx(0.6575484257, abs=0.005 * 0.139)
    assert shortest(catnip.new_study) == pytest.approx((0.3796963066, 0.9312941009), abs=0.01 * 0.139)


def test_three_estimates_the_heterogeneity(three: RandomEffectsPosterior) -> None:
    assert round(three.tau_median, 8) == 2.35487034
    assert round(three.tau_mean, 8) == 3.67647047
    assert three.tau_sd == math.inf  # printed as NA


def test_three_estimates_the_average(three: RandomEffectsPosterior) -> None:
    """Its posterior has no standard deviation; bayesmeta prints that of a grid which ends somewhere."""
    assert three.average.quantile(0.5)[0] == pytest.approx(12.855986, abs=0.001)
    assert three.mean == pytest.approx(12.980341, abs=0.001)
    assert three.sd == math.inf


def test_three_estimates_each_drawn_towards_the_others(three: RandomEffectsPosterior) -> None:
    printed = [(11.4133994, 0.9927761), (12.9395931, 0.9349359), (14.588030, 1.888808)]
    for effect, (mean, sd) in zip(three.study_effects(), printed, strict=True):
        assert effect.mean == pytest.approx(mean, abs=0.001)
        assert effect.sd == pytest.approx(sd, rel=0.001)
