"""Effect sizes: definitions by hand, what is repaired and said, what is refused, and figures derived from others."""

import math

import numpy as np
import pytest
from scipy import stats

from pinprick.errors import ComputationError
from pinprick.evidence.effect_size import (
    MEASURES,
    arm_from_median,
    effect_sizes,
    from_change_scores,
    from_correlation,
    from_counts,
    from_f,
    from_interval,
    from_medians,
    from_p,
    from_t,
    hedges_correction,
    sd_of_change,
    to_points,
)

MEANS = {"m1i": [3.0, 4.0], "sd1i": [2.0, 2.5], "n1i": [20, 30], "m2i": [5.0, 4.5], "sd2i": [2.2, 2.0], "n2i": [22, 28]}
COUNTS = {"ai": [4.0, 6.0], "bi": [16.0, 14.0], "ci": [9.0, 8.0], "di": [11.0, 12.0]}


def many(*sds, n=50.0, mean=3.0):
    """Studies with these SDs in both arms."""
    k = len(sds)
    return {
        "m1i": [mean] * k, "sd1i": list(sds), "n1i": [n] * k, "m2i": [mean + 1] * k, "sd2i": list(sds), "n2i": [n] * k,
    }  # fmt: skip


def test_a_mean_difference_is_first_minus_second_with_unpooled_variances():
    found = effect_sizes("MD", MEANS)
    assert found.yi[0] == -2.0
    assert found.vi[0] == pytest.approx(4 / 20 + 4.84 / 22)


def test_a_standardised_mean_difference_is_hedges_g():
    found = effect_sizes("SMD", MEANS)
    pooled = math.sqrt((19 * 4 + 21 * 4.84) / 40)
    factor = math.gamma(20) / (math.sqrt(20) * math.gamma(19.5))
    assert found.yi[0] == pytest.approx(-2 / pooled * factor, rel=1e-12)
    assert found.vi[0] == pytest.approx(1 / 20 + 1 / 22 + found.yi[0] ** 2 / 84, rel=1e-12)


def test_hedges_correction_has_no_value_at_one_degree_of_freedom():
    assert np.isnan(hedges_correction([1, 2]))[0]
    assert hedges_correction(2) == pytest.approx(1 / math.sqrt(math.pi))


def test_risks_and_odds_by_hand():
    odds, risks, difference = (effect_sizes(name, COUNTS) for name in ("OR", "RR", "RD"))
    assert odds.yi[0] == pytest.approx(math.log(4 * 11 / (16 * 9)))
    assert odds.vi[0] == pytest.approx(1 / 4 + 1 / 16 + 1 / 9 + 1 / 11)
    assert risks.yi[0] == pytest.approx(math.log((4 / 20) / (9 / 20)))
    assert risks.vi[0] == pytest.approx(1 / 4 - 1 / 20 + 1 / 9 - 1 / 20)
    assert difference.yi[0] == pytest.approx(4 / 20 - 9 / 20)
    assert difference.vi[0] == pytest.approx(0.2 * 0.8 / 20 + 0.45 * 0.55 / 20)


def test_cells_and_totals_say_the_same_even_mixed():
    totals = {"ai": [4, 6], "n1i": [20, 20], "ci": [9, 8], "n2i": [20, 20]}
    mixed = {**COUNTS, "bi": [16, None], "di": [None, 12], "n1i": [None, 20], "n2i": [20, None]}
    cells = effect_sizes("OR", COUNTS)
    for other in (totals, mixed):
        np.testing.assert_allclose(effect_sizes("OR", other).yi, cells.yi, rtol=1e-15)


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_only_studies_with_an_empty_cell_get_a_half_and_the_caveat_names_them(measure):
    found = effect_sizes(measure, {"ai": [0, 6], "n1i": [20, 20], "ci": [9, 8], "n2i": [20, 20]}, labels=["A", "B"])
    without = effect_sizes(measure, {"ai": [6], "n1i": [20], "ci": [8], "n2i": [20]})
    assert found.yi[1] == without.yi[0]
    (caveat,) = found.caveats
    assert "0.5 was added to every cell of A" in caveat
    assert "B" not in caveat


def test_double_zero_cells_are_kept_repaired_and_named():
    found = effect_sizes("OR", {"ai": [0, 6], "n1i": [20, 20], "ci": [0, 8], "n2i": [25, 20]}, labels=["A", "B"])
    assert found.yi[0] == pytest.approx(math.log(0.5 * 25.5 / (20.5 * 0.5)))
    (caveat,) = found.caveats
    assert "A" in caveat
    assert "no event or nothing but events" in caveat


def test_rates_by_hand_and_repaired_by_events_only():
    found = effect_sizes("IRR", {"x1i": [7, 0], "t1i": [1344, 10], "x2i": [11, 3], "t2i": [1988, 12]})
    assert found.yi[0] == pytest.approx(math.log((7 / 1344) / (11 / 1988)))
    assert found.vi[0] == pytest.approx(1 / 7 + 1 / 11)
    assert found.yi[1] == pytest.approx(math.log((0.5 / 10) / (3.5 / 12)))
    assert "both counts" in found.caveats[0]


def test_correlations_by_hand():
    raw, fisher = (effect_sizes(name, {"ri": [0.5], "ni": [28]}) for name in ("COR", "ZCOR"))
    assert [raw.yi[0], raw.vi[0]] == pytest.approx([0.5, 0.5625 / 27])
    assert [fisher.yi[0], fisher.vi[0]] == pytest.approx([math.atanh(0.5), 1 / 25])


def test_a_hazard_ratio_comes_as_a_ratio_with_limits_or_as_a_logarithm():
    found = effect_sizes("HR", {"hr": [0.5], "low": [0.25], "high": [1.0]})
    assert found.yi[0] == pytest.approx(math.log(0.5))
    assert found.vi[0] == pytest.approx((math.log(4) / (2 * stats.norm.ppf(0.975))) ** 2)
    same = effect_sizes("HR", {"yi": found.yi, "sei": np.sqrt(found.vi)})
    np.testing.assert_allclose(same.vi, found.vi)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_takes_effects_that_are_ready(measure):
    found = effect_sizes(measure, {"yi": [0.2, 0.4], "vi": [0.01, 0.02]})
    assert found.yi.tolist() == [0.2, 0.4]
    assert found.measure == measure


def test_a_study_without_its_numbers_is_left_out_and_named():
    found = effect_sizes("MD", {**MEANS, "sd1i": [None, 2.5]}, labels=["Hohmann", "Saha"])
    assert found.labels == ("Saha",)
    assert found.caveats == ("Hohmann was left out: no m1i, sd1i, n1i, m2i, sd2i, n2i.",)


@pytest.mark.parametrize(
    ("measure", "columns", "why"),
    [
        ("ROM", {**MEANS, "m1i": [-1.0, 4.0]}, "same side of 0"),
        ("SMD", {**MEANS, "n1i": [1, 20], "n2i": [2, 20]}, "more than 3 people"),
        ("COR", {"ri": [0.5, 0.5], "ni": [3, 20]}, "more than 3 people"),
        ("ZCOR", {"ri": [1.0, 0.5], "ni": [20, 20]}, "short of 1"),
    ],
)
def test_a_study_whose_effect_does_not_exist_is_left_out_and_said(measure, columns, why):
    if measure == "SMD":
        columns = {**columns, "n1i": [1, 20], "n2i": [1, 20]}
    found = effect_sizes(measure, columns)
    assert len(found.yi) == 1
    assert any("Study 1 was left out" in caveat and why in caveat for caveat in found.caveats)


@pytest.mark.parametrize(
    ("measure", "columns", "said"),
    [
        ("ABC", {}, "There is no measure 'ABC'; choose one of GEN"),
        ("OR", {"ai": [1]}, "OR needs the columns ai bi ci di, or ai n1i ci n2i"),
        ("GEN", {"yi": [1, 2], "vi": [1]}, "different lengths: vi 1, yi 2"),
        ("GEN", {"yi": [0.1], "vi": [0.0]}, "The variance of Study 1 is 0"),
        ("GEN", {"yi": ["x"], "vi": [1]}, "The column yi holds 'x', which is no number."),
        ("GEN", {"yi": [None], "vi": [1]}, "No study has all of yi vi"),
        ("MD", {**MEANS, "sd1i": [0, 2], "sd2i": [0, 2]}, "Both SDs of Study 1 are 0"),
        ("MD", {**MEANS, "sd2i": [2, -2]}, "The SD of the second arm in Study 2 is -2"),
        ("MD", {**MEANS, "n1i": [0, 5]}, "The size of the first arm in Study 1 is 0"),
        ("OR", {"ai": [12], "n1i": [10], "ci": [1], "n2i": [10]}, "Study 1 counts 12 events among 10 people"),
        ("OR", {"ai": [-1], "n1i": [10], "ci": [1], "n2i": [10]}, "The count in Study 1 is -1"),
        ("OR", {"ai": [0], "bi": [0], "ci": [1], "di": [10]}, "The size of the first arm in Study 1 is 0"),
        ("IRR", {"x1i": [1], "t1i": [0], "x2i": [1], "t2i": [1]}, "The person-time in Study 1 is 0"),
        ("COR", {"ri": [1.2], "ni": [20]}, "The correlation in Study 1 is 1.2"),
        ("COR", {"ri": [1.0], "ni": [20]}, "The variance of Study 1 is 0"),
        ("ZCOR", {"ri": [1.0], "ni": [20]}, "No study gives a ZCOR"),
        ("HR", {"hr": [0.5], "low": [0.6], "high": [1.0]}, "The interval 0.6 to 1 of Study 1 does not hold"),
        ("HR", {"hr": [0.5], "low": [-0.6], "high": [1.0]}, "give ratios, not logarithms"),
    ],
)
def test_the_impossible_is_refused_with_its_place_in_one_line(measure, columns, said):
    with pytest.raises(ComputationError) as refusal:
        effect_sizes(measure, columns)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_two_studies_of_one_name_are_refused():
    with pytest.raises(ComputationError, match=r"Two studies are called 'Saha' \(rows 1 and 2\)"):
        effect_sizes("MD", MEANS, labels=["Saha", "Saha"])


class TestAnSdThatIsAnSe:
    def test_is_named_beside_its_neighbours(self):
        found = effect_sizes("MD", many(2.0, 2.4, 2.2 / math.sqrt(50), 1.9))
        (caveat,) = found.caveats
        assert "The SDs of Study 3" in caveat
        assert "standard errors" in caveat

    def test_is_not_suspected_among_ordinary_sds(self):
        assert effect_sizes("MD", many(2.0, 2.4, 1.2, 3.9)).caveats == ()

    def test_is_not_suspected_where_it_would_be_too_small_even_for_a_standard_error(self):
        assert effect_sizes("MD", many(20.0, 24.0, 0.5, 19.0)).caveats == ()

    def test_is_not_looked_for_across_scales_but_a_huge_smd_is(self):
        scales = many(2.0, 24.0, 0.9, 110.0)
        assert effect_sizes("SMD", scales).caveats == ()
        huge = {**scales, "m2i": [4.0, 15.0, 3.4, 3.0 + 110 * 3]}
        (caveat,) = effect_sizes("SMD", huge).caveats
        assert "The SMD of Study 4 (-3.0) is several times the others'" in caveat

    def test_needs_two_others_to_compare_with(self):
        assert effect_sizes("MD", many(2.0, 0.3)).caveats == ()


class TestDerived:
    def test_changes_give_a_mean_difference(self):
        found = from_change_scores(-3, 2, 40, -1, 2.2, 38)
        assert [found.value, found.variance] == pytest.approx([-2, 4 / 40 + 4.84 / 38])
        assert "changes" in found.how

    def test_a_correlation_of_a_half_makes_sds_of_change_those_of_scores(self):
        changes = from_change_scores(-3, 2, 40, -1, 2.2, 38, measure="SMD", correlation=0.5)
        scores = effect_sizes("SMD", {"m1i": [-3], "sd1i": [2], "n1i": [40], "m2i": [-1], "sd2i": [2.2], "n2i": [38]})
        assert changes.value == pytest.approx(scores.yi[0])
        assert changes.variance == pytest.approx(scores.vi[0])

    def test_an_smd_from_changes_asks_for_the_correlation(self):
        with pytest.raises(ComputationError, match="needs the correlation"):
            from_change_scores(-3, 2, 40, -1, 2.2, 38, measure="SMD")

    def test_the_sd_of_changes_vanishes_as_before_and_after_agree(self):
        assert sd_of_change(2, 2, 1) == 0
        assert sd_of_change(3, 4, 0) == 5

    def test_an_interval_gives_back_the_standard_error_it_was_made_of(self):
        half = stats.t.ppf(0.975, 78) * 0.4
        found = from_interval(-1.2, -1.2 - half, -1.2 + half, n1=40, n2=40)
        assert found.variance == pytest.approx(0.16)
        normal = from_interval(-1.2, -1.2 - 1.959964 * 0.4, -1.2 + 1.959964 * 0.4)
        assert normal.variance == pytest.approx(0.16, rel=1e-6)

    def test_a_mean_difference_with_its_interval_can_be_standardised(self):
        se = 2.0 * math.sqrt(2 / 40)
        half = stats.t.ppf(0.975, 78) * se
        found = from_interval(-1.0, -1.0 - half, -1.0 + half, n1=40, n2=40, standardise=True)
        assert found.value == pytest.approx(-0.5 * float(hedges_correction(78)))

    def test_an_uneven_interval_is_said(self):
        assert "does not lie evenly" in from_interval(-1.2, -1.4, 0.4).how
        assert "does not lie evenly" not in from_interval(0.5, 0.25, 1.0, measure="RR").how

    def test_quartiles_of_a_normal_arm_give_its_mean_and_sd(self, make_rng):
        """300 arms of 200: the average of means and SDs comes within half a per cent of 10 and 2."""
        draws = make_rng(41).normal(10, 2, (300, 200))
        summaries = np.percentile(draws, [0, 25, 50, 75, 100], axis=1).T
        arms = {
            "quartiles": [arm_from_median(200, m, q1=a, q3=b) for _, a, m, b, _ in summaries],
            "range": [arm_from_median(200, m, minimum=low, maximum=high) for low, _, m, _, high in summaries],
            "both": [
                arm_from_median(200, m, minimum=low, q1=a, q3=b, maximum=high) for low, a, m, b, high in summaries
            ],
        }
        for name, found in arms.items():
            assert np.mean([arm.mean for arm in found]) == pytest.approx(10, rel=0.005), name
            assert np.mean([arm.sd for arm in found]) == pytest.approx(2, rel=0.015), name

    def test_two_medians_make_a_difference_and_say_how(self):
        first, second = arm_from_median(50, 3, q1=2, q3=4), arm_from_median(50, 5, minimum=1, maximum=9)
        found = from_medians(first, second)
        assert found.value == pytest.approx(-2)
        assert "quartiles" in found.how
        assert "range" in found.how

    def test_t_f_p_and_a_correlation_of_one_test_agree(self):
        t, n1, n2 = -2.5, 40, 38
        p = 2 * stats.t.sf(2.5, 76)
        r = t / math.sqrt(t**2 + 76)
        expected = float(hedges_correction(76)) * t * math.sqrt(1 / 40 + 1 / 38)
        for found in (
            from_t(t, n1, n2),
            from_f(6.25, n1, n2, positive=False),
            from_p(p, n1, n2, positive=False),
            from_p(p / 2, n1, n2, positive=False, sides=1),
            from_correlation(r, n1, n2),
        ):
            assert found.value == pytest.approx(expected, rel=1e-9), found.how
            assert not found.is_bound

    @pytest.mark.parametrize(("operator", "words"), [("<", "at least"), (">", "at most")])
    def test_a_threshold_only_bounds_the_effect(self, operator, words):
        found = from_p(0.05, 40, 38, operator=operator)
        assert found.is_bound
        assert words in found.how
        assert found.value == pytest.approx(from_p(0.05, 40, 38).value)

    def test_a_table_gives_an_smd_by_the_logistic_distribution(self):
        found = from_counts(20, 20, 10, 30)
        assert found.value == pytest.approx(math.log(3) * math.sqrt(3) / math.pi)
        assert found.variance == pytest.approx((1 / 20 + 1 / 20 + 1 / 10 + 1 / 30) * 3 / math.pi**2)

    def test_points_of_another_scale_become_points_of_ten(self):
        found = to_points(-0.5, 0.04, 22, scale_width=100)
        assert [found.value, found.variance] == pytest.approx([-1.1, 0.04 * 2.2**2])

    @pytest.mark.parametrize(
        ("call", "said"),
        [
            (lambda: from_p(0.0, 40, 38), "A p-value of 0 gives no effect"),
            (lambda: from_p(0.7, 40, 38, sides=1), "up to 0.5"),
            (lambda: from_p(0.04, 40, 38, operator="~"), "with =, < or >"),
            (lambda: from_p(0.04, 40, 38, sides=3), "one side or two"),
            (lambda: from_t(math.inf, 40, 38), "A t of inf"),
            (lambda: from_t(2, 1, 38), "An arm of 1 people"),
            (lambda: from_f(-1, 40, 38), "An F of -1"),
            (lambda: from_correlation(1, 40, 38), "A correlation of 1"),
            (lambda: from_interval(1, 2, 3), "does not hold the estimate 1"),
            (lambda: from_interval(1, -2, 3, measure="OR"), "give ratios, not logarithms"),
            (lambda: from_interval(1, -2, 3, standardise=True), "sizes of both arms"),
            (lambda: from_interval(1, 0, 3, level=0), "level of 0 %"),
            (lambda: from_interval(1, 0, 3, measure="X"), "no measure 'X'"),
            (lambda: from_change_scores(1, 1, 5, 2, 1, 5, measure="OR"), "MD or SMD, not 'OR'"),
            (lambda: from_change_scores(1, 1, 5, 2, 1, 5, measure="SMD", correlation=1), "A correlation of 1"),
            (lambda: arm_from_median(2, 1, q1=0, q3=2), "A median of 2 people"),
            (lambda: arm_from_median(20, 1), "needs its minimum and maximum"),
            (lambda: arm_from_median(20, 1, q1=0), "needs its minimum and maximum"),
            (lambda: arm_from_median(20, 3, q1=0, q3=2), "The numbers 0, 3, 2 must rise"),
            (lambda: to_points(0.5, 0.1, 0), "sd is 0; it must be above 0."),
            (lambda: to_points(0.5, -0.1, 1), "A variance of -0.1"),
            (lambda: sd_of_change(1, 1, 1.5), "A correlation of 1.5"),
        ],
    )
    def test_what_cannot_be_derived_is_refused_in_one_line(self, call, said):
        with pytest.raises(ComputationError) as refusal:
            call()
        assert said in str(refusal.value)
        assert "\n" not in str(refusal.value)
