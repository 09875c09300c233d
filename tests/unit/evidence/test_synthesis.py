"""Syntheses by another road, their laws, their doubts and their refusals."""

import json
import math

import numpy as np
import pytest
from scipy import optimize, stats

from pinprick.errors import ComputationError
from pinprick.evidence.synthesis import METHODS, TESTS, synthesise, synthesise_many

YI = [0.1, 0.5, -0.2, 0.9, 0.35]
VI = [0.02, 0.05, 0.03, 0.1, 0.01]


def draw(rng, k, tau=0.3):
    vi = rng.uniform(0.01, 0.2, k)
    return rng.normal(0.3, np.sqrt(vi + tau**2)), vi


@pytest.mark.parametrize("seed", range(5))
def test_reml_is_the_highest_restricted_likelihood(make_rng, seed):
    """The likelihood as in the textbook, one value at a time, maximised by brute force."""
    yi, vi = draw(make_rng(seed), 8)

    def minus(tau2):
        w = 1 / (vi + tau2)
        mean = w @ yi / w.sum()
        return 0.5 * (np.sum(np.log(vi + tau2)) + math.log(w.sum()) + w @ (yi - mean) ** 2)

    grid = np.linspace(0, 2, 2001)
    start = grid[np.argmin([minus(t) for t in grid])]
    best = optimize.minimize_scalar(minus, bounds=(max(0, start - 0.01), start + 0.01), options={"xatol": 1e-12}).x
    assert synthesise(yi, vi).tau2 == pytest.approx(best, abs=1e-6)


def test_of_two_hills_the_higher_is_taken():
    """Two precise studies that disagree and eight vague ones that agree: the likelihood has two hills."""
    yi = np.array([0.0, 0.2, *np.full(8, 0.1)])
    vi = np.array([1e-4, 1e-4, *np.full(8, 9.0)])

    def height(tau2):
        w = 1 / (vi + tau2)
        mean = w @ yi / w.sum()
        return -0.5 * (np.sum(np.log(vi + tau2)) + math.log(w.sum()) + w @ (yi - mean) ** 2)

    found = synthesise(yi, vi).tau2
    grid = np.concatenate([[0.0], np.geomspace(1e-7, 50, 4000)])
    assert height(found) >= max(height(t) for t in grid) - 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_paule_and_mandel_makes_q_equal_its_degrees_of_freedom(make_rng, seed):
    yi, vi = draw(make_rng(10 + seed), 8)
    tau2 = synthesise(yi, vi, method="PM").tau2
    q = synthesise(yi, vi + tau2, method="FE").q
    assert q == pytest.approx(7, rel=1e-9) if tau2 else q <= 7


@pytest.mark.parametrize("seed", range(5))
def test_the_ends_of_tau2_are_where_q_meets_its_quantiles(make_rng, seed):
    yi, vi = draw(make_rng(20 + seed), 8)
    found = synthesise(yi, vi)
    for end, quantile in ((found.tau2_low, 0.975), (found.tau2_high, 0.025)):
        if end:
            q = synthesise(yi, vi + end, method="FE").q
            assert q == pytest.approx(stats.chi2.ppf(quantile, 7), rel=1e-9)
    assert found.tau2_low <= found.tau2 <= found.tau2_high


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("test", TESTS)
def test_the_unit_of_the_effects_does_not_matter(method, test):
    small, large = (synthesise(c * np.array(YI), c**2 * np.array(VI), method=method, test=test) for c in (1.0, 1e4))
    for name in ("estimate", "se", "low", "high", "prediction_low", "prediction_high"):
        assert getattr(large, name) == pytest.approx(1e4 * getattr(small, name), rel=1e-9, nan_ok=True)
    for name in ("tau2", "tau2_low", "tau2_high"):
        assert getattr(large, name) == pytest.approx(1e8 * getattr(small, name), rel=1e-9, nan_ok=True)
    for name in ("p", "i2", "q", "q_p"):
        assert getattr(large, name) == pytest.approx(getattr(small, name), rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_turning_every_sign_turns_the_answer_and_order_does_not_matter(method):
    plain = synthesise(YI, VI, method=method)
    turned = synthesise(-np.array(YI)[::-1], VI[::-1], method=method)
    assert [turned.estimate, turned.low, turned.high] == pytest.approx([-plain.estimate, -plain.high, -plain.low])
    assert turned.tau2 == pytest.approx(plain.tau2)


def test_hartung_and_knapp_by_hand_and_its_safeguard():
    for yi, factor_is_small in ((YI, False), (0.3 + 0.1 * np.array(YI), True)):
        normal, knha, adhoc = (synthesise(yi, VI, test=test) for test in TESTS)
        w = 1 / (np.array(VI) + normal.tau2)
        factor = w @ (np.array(yi) - normal.estimate) ** 2 / 4
        assert (factor < 1) == factor_is_small
        assert knha.se == pytest.approx(math.sqrt(factor / w.sum()))
        assert knha.high - knha.estimate == pytest.approx(stats.t.ppf(0.975, 4) * knha.se)
        assert adhoc.se == pytest.approx(max(knha.se, normal.se))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("test", TESTS)
def test_a_stack_is_its_rows(make_rng, method, test):
    rng = make_rng(30)
    yi, vi = rng.normal(0.2, 0.4, (50, 6)), rng.uniform(0.01, 0.5, (50, 6))
    many = synthesise_many(yi, vi, method=method, test=test, level=90)
    for i in range(50):
        one = synthesise(yi[i], vi[i], method=method, test=test, level=90)
        for name in ("estimate", "se", "low", "high"):
            assert getattr(many, name)[i] == pytest.approx(getattr(one, name), rel=1e-9)
        assert many.tau2[i] == pytest.approx(one.tau2, rel=1e-9, abs=1e-12)


def test_studies_that_agree_exactly_have_no_spread_and_still_an_answer():
    for test in TESTS:
        found = synthesise([0.3] * 4, [0.1] * 4, test=test)
        assert found.tau2 == found.tau2_low == found.tau2_high == found.i2 == 0
        assert found.estimate == pytest.approx(0.3)
    assert synthesise([0.0] * 4, [0.1] * 4, test="knha").p == 1.0


def test_one_study_answers_with_itself_and_says_so():
    found = synthesise([0.3], [0.04], labels=["Hohmann 2011"])
    assert [found.estimate, found.se] == pytest.approx([0.3, 0.2])
    assert [found.low, found.high] == pytest.approx([0.3 - 1.959964 * 0.2, 0.3 + 1.959964 * 0.2], rel=1e-6)
    assert math.isnan(found.tau2)
    assert "Only one study" in found.caveats[0]
    assert found.as_prior(between_person_sd=0.2) == pytest.approx((0.3, math.sqrt(0.08)))


def test_two_studies_give_a_very_wide_interval_and_say_so():
    found = synthesise([0.1, 0.5], [0.02, 0.05])
    assert found.high - found.low > 6 * 1.96 * found.se
    assert any("Only two studies" in caveat and "very wide" in caveat for caveat in found.caveats)
    normal = synthesise([0.1, 0.5], [0.02, 0.05], test="z")
    assert any("too narrow" in caveat for caveat in normal.caveats)


def test_studies_that_clearly_point_both_ways_are_named():
    found = synthesise([0.9, -0.8, 0.1], [0.04, 0.04, 0.04], labels=["A", "B", "C"])
    (caveat,) = [each for each in found.caveats if "both ways" in each]
    assert "above 0 (A)" in caveat
    assert "below 0 (B)" in caveat


def test_one_sided_or_unclear_studies_do_not_point_both_ways():
    for yi in ([0.9, 0.8, 0.1], [0.9, -0.3, 0.1]):
        assert not any("both ways" in caveat for caveat in synthesise(yi, [0.04] * 3).caveats)


def test_a_common_effect_of_studies_that_differ_is_doubted():
    assert any("one common effect" in caveat for caveat in synthesise(YI, VI, method="FE").caveats)
    assert not synthesise([0.1, 0.2, 0.15], [0.04] * 3, method="FE").caveats


def test_a_narrow_hartung_knapp_interval_is_doubted():
    agreeing = [0.30, 0.31, 0.29, 0.30]
    assert any("adhoc" in caveat for caveat in synthesise(agreeing, [0.04] * 4, test="knha").caveats)
    assert not synthesise(agreeing, [0.04] * 4, test="adhoc").caveats


def test_doubts_that_came_with_the_effects_stay_first():
    assert synthesise([0.3], [0.04], caveats=["Derived from a p-value."]).caveats[0] == "Derived from a p-value."


def test_json_has_the_keys_that_were_promised_and_no_nan():
    found = json.loads(json.dumps(synthesise(YI, VI, method="FE").to_dict(), allow_nan=False))
    assert list(found) == [
        "k", "measure", "method", "estimate", "se", "low", "high", "p", "tau2", "tau2_low", "tau2_high", "i2", "q",
        "q_p", "prediction", "caveats", "studies",
    ]  # fmt: skip
    assert found["prediction"] == {"low": None, "high": None}
    assert found["studies"][0].keys() == {"label", "yi", "vi", "weight"}


def test_a_prior_is_the_next_setting_widened_by_people():
    found = synthesise(YI, VI)
    mean, sd = found.as_prior(between_person_sd=1.5)
    assert mean == found.estimate
    assert sd == pytest.approx(math.sqrt(found.se**2 + found.tau2 + 2.25))
    with pytest.raises(ComputationError, match="spread between people of -1"):
        found.as_prior(between_person_sd=-1)


def test_weights_sum_to_a_hundred():
    assert synthesise(YI, VI).weights.sum() == pytest.approx(100)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([0.1, 0.2], [0.1, 0.0]), "The variance of B is 0"),
        (([0.1, 0.2], [0.1, -1.0]), "The variance of B is -1"),
        (([0.1, math.nan], [0.1, 0.2]), "The effect of B is nan"),
        (([0.1, 0.2], [0.1]), "their shapes are (2,) and (1,)"),
    ],
)
def test_effects_that_cannot_be_pooled_are_refused_by_name(arguments, said):
    with pytest.raises(ComputationError) as refusal:
        synthesise(*arguments, labels=["A", "B"])
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"method": "ML"}, "There is no method 'ML'; choose one of FE, DL, PM, REML."),
        ({"test": "t"}, "There is no test 't'; choose one of z, knha, adhoc."),
        ({"level": 0.95}, "A level of 0.95"),
        ({"level": 100}, "A level of 100"),
        ({"labels": ["A", "A", "B", "C", "D"]}, "Two studies are called 'A' (rows 1 and 2)"),
        ({"labels": ["A"]}, "There are 1 labels for 5 studies"),
    ],
)
def test_choices_that_do_not_exist_are_refused_with_those_that_do(choice, said):
    with pytest.raises(ComputationError) as refusal:
        synthesise(YI, VI, **choice)
    assert said in str(refusal.value)


def test_nothing_to_pool_is_refused():
    with pytest.raises(ComputationError, match="There is no study to pool"):
        synthesise([], [])


@pytest.mark.parametrize(
    ("yi", "vi", "said"),
    [
        ([0.1, 0.2], [0.1, 0.1], "one shape"),
        ([[0.1], [0.2]], [[0.1], [0.1]], "k of 2 or more"),
        ([[0.1, 0.2]], [[0.1, 0.0]], "not positive"),
    ],
)
def test_a_stack_that_is_none_is_refused(yi, vi, said):
    with pytest.raises(ComputationError, match=said):
        synthesise_many(yi, vi)
