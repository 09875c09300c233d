"""metafor's answers over the data sets of metadat: ours agree.

metafor 3.8 and metadat 1.2, both by Wolfgang Viechtbauer and others; the script beside the answers is
metafor/metadat.R, with the command that ran it in its head. Data sets are metadat's (GPL-2 or later), each with its
source on its help page. metafor's REML and root finders run at a tolerance of 1e-12 there, since their defaults
(1e-5, 1e-4) are coarser than the comparison.
"""

import gzip
import json
import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from pinprick.evidence.bias import rank_test, regression_test, trim_and_fill
from pinprick.evidence.effect_size import MEASURES, effect_sizes
from pinprick.evidence.influence import leave_one_out
from pinprick.evidence.moderators import meta_regression
from pinprick.evidence.synthesis import METHODS, TESTS, synthesise, synthesise_many

with gzip.open(Path(__file__).parent / "metafor" / "metadat.json.gz", "rt", encoding="utf-8") as _file:
    REFEREE = json.load(_file)
ANALYSES = {one["name"]: one for one in REFEREE["analyses"]}

ESTIMATE, INTERVAL = 1e-6, 1e-4  # what is promised, relative


def near(ours, theirs, *, rel, unit):
    """Whether two numbers agree to ``rel`` of their size, or of ``unit`` where they are near 0; null is NaN."""
    if theirs is None:
        return math.isnan(ours)
    return abs(ours - theirs) <= rel * max(abs(theirs), unit)


def pooled(one, method="REML", test="z"):
    return synthesise(one["yi"], one["vi"], measure=one["measure"], method=method, test=test)


MANY = 30  # studies; what fits anew without each of more is for ./go test --all


def each(key, *, all_at_once=True):
    """Run a test on every analysis that has such an answer."""
    params = [
        pytest.param(one, id=name, marks=() if all_at_once or len(one["yi"]) <= MANY else pytest.mark.slow)
        for name, one in ANALYSES.items()
        if key in one
    ]
    return pytest.mark.parametrize("one", params)


def test_every_data_set_of_metadat_and_every_measure_is_compared_or_says_why_not():
    compared = {one["data"] for one in ANALYSES.values()}
    assert len(compared) >= 50
    assert len(compared) + len(REFEREE["skipped"]) == REFEREE["n_data_sets"]
    assert all(REFEREE["skipped"].values())
    assert {one["measure"] for one in ANALYSES.values()} == set(MEASURES)


@each("columns")
def test_effect_sizes_agree_and_the_same_studies_are_left_out(one):
    total, used = len(next(iter(one["columns"].values()))), one["used"]
    found = effect_sizes(one["measure"], one["columns"], labels=[str(i) for i in range(total)])
    assert [int(label) for label in found.labels] == used
    assert any("left out" in caveat for caveat in found.caveats) == (len(used) < total)
    np.testing.assert_allclose(found.yi, one["yi"], rtol=ESTIMATE, atol=1e-12)
    np.testing.assert_allclose(found.vi, one["vi"], rtol=ESTIMATE)


@each("fits")
def test_averages_intervals_and_heterogeneity_agree(one):
    typical = float(np.median(one["vi"]))
    for method, test in product(METHODS, TESTS):
        ours, both, theirs = pooled(one, method, test), one["fits"][method], one["fits"][method][test]
        unit = theirs["se"] or 1.0
        assert near(ours.estimate, theirs["estimate"], rel=ESTIMATE, unit=unit), (method, test)
        for name in ("se", "low", "high", "prediction_low", "prediction_high"):
            assert near(getattr(ours, name), theirs[name], rel=INTERVAL, unit=unit), (method, test, name)
        assert near(ours.p, theirs["p"], rel=INTERVAL, unit=1e-8), (method, test)
        for name in ("tau2", "tau2_low", "tau2_high"):
            assert near(getattr(ours, name), both[name], rel=INTERVAL, unit=1e-4 * typical), (method, name)
        assert near(ours.i2, both["i2"], rel=INTERVAL, unit=0.01), method
        assert near(ours.h2, both["h2"], rel=INTERVAL, unit=1.0), method
        assert near(ours.q, both["q"], rel=ESTIMATE, unit=1e-6), method
        assert near(ours.q_p, both["q_p"], rel=INTERVAL, unit=1e-8), method


@each("weights")
def test_weights_and_a_stack_agree(one):
    np.testing.assert_allclose(pooled(one).weights, one["weights"], rtol=INTERVAL)
    ours = synthesise_many([one["yi"]] * 2, [one["vi"]] * 2, test="knha")
    theirs = one["fits"]["REML"]["knha"]
    for name in ("estimate", "low", "high"):
        assert near(getattr(ours, name)[1], theirs[name], rel=INTERVAL, unit=theirs["se"] or 1.0), name


@each("leave1out", all_at_once=False)
def test_leaving_one_out_agrees(one):
    theirs, typical = one["leave1out"], float(np.median(one["vi"]))
    for i, ours in enumerate(leave_one_out(pooled(one, test="adhoc"))):
        unit = ours.se
        assert near(ours.estimate, theirs["estimate"][i], rel=ESTIMATE, unit=unit)
        assert near(ours.low, theirs["low"][i], rel=INTERVAL, unit=unit)
        assert near(ours.high, theirs["high"][i], rel=INTERVAL, unit=unit)
        assert near(ours.tau2, theirs["tau2"][i], rel=INTERVAL, unit=1e-4 * typical)


@each("ranktest", all_at_once=False)
def test_asymmetry_agrees(one):
    found = rank_test(pooled(one))
    assert found.tau == pytest.approx(one["ranktest"]["tau"], rel=ESTIMATE, abs=1e-12)
    assert found.p == pytest.approx(one["ranktest"]["p"], rel=INTERVAL)
    for name, model in (("regtest", "rma"), ("egger", "lm")):
        if name in one:
            ours, theirs = regression_test(pooled(one), model=model), one[name]
            assert ours.statistic == pytest.approx(theirs["statistic"], rel=INTERVAL, abs=1e-6)
            assert ours.p == pytest.approx(theirs["p"], rel=INTERVAL)
            if "limit" in theirs:
                got = [ours.limit, ours.limit_low, ours.limit_high]
                assert got == pytest.approx([theirs["limit"], theirs["low"], theirs["high"]], rel=INTERVAL, abs=1e-6)


@each("trimfill", all_at_once=False)
def test_trim_and_fill_agrees(one):
    for estimator, theirs in one["trimfill"].items():
        ours = trim_and_fill(pooled(one, "DL"), estimator=estimator)
        assert (ours.k0, ours.side) == (theirs["k0"], theirs["side"]), estimator
        assert ours.synthesis.estimate == pytest.approx(theirs["estimate"], rel=ESTIMATE, abs=1e-9)
        assert ours.synthesis.low == pytest.approx(theirs["low"], rel=INTERVAL, abs=1e-6)


@each("regression", all_at_once=False)
def test_meta_regressions_agree(one):
    asked = one["regression"]
    yi, vi = (np.array(one[name])[asked["rows"]] for name in ("yi", "vi"))
    typical = float(np.median(vi))
    for label, theirs in asked["fits"].items():
        method, test = label.split()
        ours = meta_regression(yi, vi, asked["design"], asked["names"], method=method, test=test)
        se = np.array(theirs["se"])
        np.testing.assert_allclose(ours.estimate, theirs["estimate"], rtol=ESTIMATE, atol=ESTIMATE * se.min())
        np.testing.assert_allclose(ours.se, se, rtol=INTERVAL)
        np.testing.assert_allclose(ours.low, theirs["low"], rtol=INTERVAL, atol=INTERVAL * se.min())
        np.testing.assert_allclose(ours.high, theirs["high"], rtol=INTERVAL, atol=INTERVAL * se.min())
        np.testing.assert_allclose(ours.p, theirs["p"], rtol=INTERVAL, atol=1e-12)
        assert near(ours.tau2, theirs["tau2"], rel=INTERVAL, unit=1e-4 * typical), label
        assert near(ours.i2, theirs["i2"], rel=INTERVAL, unit=0.01), label
        assert near(ours.h2, theirs["h2"], rel=INTERVAL, unit=1.0), label
        assert near(ours.qe, theirs["qe"], rel=ESTIMATE, unit=1e-6), label
        assert near(ours.qe_p, theirs["qe_p"], rel=INTERVAL, unit=1e-8), label
        assert near(ours.qm, theirs["qm"], rel=INTERVAL, unit=1e-6), label
        assert near(ours.qm_p, theirs["qm_p"], rel=INTERVAL, unit=1e-8), label
        if method != "FE" and not math.isnan(ours.r2):  # metafor's is 0 where there was nothing to explain
            assert near(ours.r2, theirs["r2"], rel=INTERVAL, unit=0.01), label
        if label == "REML z":
            low, high = asked["tau2_interval"]
            assert near(ours.tau2_low, low, rel=INTERVAL, unit=1e-4 * typical)
            assert near(ours.tau2_high, high, rel=INTERVAL, unit=1e-4 * typical)
