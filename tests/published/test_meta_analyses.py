"""Published meta-analyses, reproduced to the digits given here, each with its table or page.

Data are metadat's or typed in from the paper, as named; where a paper rounds otherwise than the exact figure, the
comment says what it prints. Which figure stands where in these papers is documented in metafor's own test suite
(tests/testthat/test_analysis_example_*.r) and on metafor-project.org/doku.php/analyses; figures are quoted from
there, code is not. metafor/metadat.R holds the same data sets for the comparison with metafor itself.
"""

import math

import numpy as np
import pytest

from pinprick.evidence.bias import rank_test
from pinprick.evidence.effect_size import effect_sizes
from pinprick.evidence.moderators import meta_regression, subgroups
from pinprick.evidence.synthesis import synthesise

from .test_metafor import ANALYSES

# dat.linde2005, rows 7-10 and 13-25: extract in grams over the whole treatment, and the score before it.
LINDE_DOSAGE = np.array(
    [21.28, 25.2, 25.2, 37.8, 25.2, 10.08, 25.2, 37.8, 21, 44.1, 37.8, 21, 37.8, 37.8, 58.8, 67.2, 37.8]
)
LINDE_BASELINE = np.array(
    [19.5, 12.5, 22.7, 16.5, 15.8, 23.6, 20.7, 21.1, 19.4, 22.7, 16.7, 20.9, 21.5, 19.9, 22.5, 22.9, 21.9]
)


def columns(name):
    return ANALYSES[name]["columns"]


def pooled(found, **choices):
    return synthesise(found.yi, found.vi, labels=found.labels, measure=found.measure, **{"test": "z", **choices})


def printed(*figures):
    """Figures as printed, each to half a unit of its last digit: "0.38" is anything from 0.375 to 0.385."""
    return [
        pytest.approx(float(figure), abs=0.501 * 10.0 ** -len(figure.partition(".")[2]), rel=0) for figure in figures
    ]


def numbers(text):
    return [float(x) for x in text.split()]


def interval(found):
    return [found.estimate, found.low, found.high]


def odds(found):
    return [math.exp(x) for x in interval(found)]


class TestNormand1999:
    """Normand (1999), Meta-analysis: formulating, evaluating, combining, and reporting, Stat Med 18:321-359."""

    @pytest.mark.parametrize("method", ["FE", "DL", "REML"])
    def test_lidocaine(self, method):
        """Table VII, p. 349: prophylactic lidocaine and death, risk differences in per cent (dat.hine1989)."""
        found = effect_sizes("RD", columns("hine1989:RD"))
        all_of_it = synthesise(100 * found.yi, 100**2 * found.vi, method=method, test="z")
        assert interval(all_of_it) == printed("2.94", "0.38", "5.51")
        assert all_of_it.tau2 == 0

    def test_each_trial_of_lidocaine(self):
        """Table III, p. 330: the risk differences in per cent."""
        found = effect_sizes("RD", columns("hine1989:RD"))
        assert list(100 * found.yi) == printed("2.80", "0.00", "1.97", "1.80", "3.53", "4.40")

    def test_length_of_stay(self):
        """Table IX, p. 352: days in hospital after stroke, with pooled SDs (dat.normand1999)."""
        given = {name: np.array(column) for name, column in columns("normand1999:MD").items()}
        n1, n2 = given["n1i"], given["n2i"]
        sd = np.sqrt(((n1 - 1) * given["sd1i"] ** 2 + (n2 - 1) * given["sd2i"] ** 2) / (n1 + n2 - 2))
        found = effect_sizes("MD", {**given, "sd1i": sd, "sd2i": sd})
        assert interval(pooled(found, method="FE")) == printed("-3.49", "-5.03", "-1.96")
        moments, likelihood = pooled(found, method="DL"), pooled(found, method="REML")
        assert interval(moments) == printed("-14.10", "-24.45", "-3.75")
        assert moments.tau2 == pytest.approx(218.72, abs=0.005)
        assert interval(likelihood) == printed("-15.12", "-32.67", "2.43")
        assert likelihood.tau2 == pytest.approx(685.20, abs=0.005)


class TestBCG:
    """Viechtbauer (2010), Conducting meta-analyses in R with the metafor package, J Stat Softw 36(3)."""

    @pytest.fixture
    def found(self):
        return effect_sizes("RR", columns("bcg:RR"))

    def test_the_average(self, found):
        """Section 3.3, the printed output of rma and confint, thirteen trials of BCG against tuberculosis."""
        all_of_it = pooled(found, method="REML")
        assert [*interval(all_of_it), all_of_it.se] == printed("-0.7145", "-1.0669", "-0.3622", "0.1798")
        spread = [all_of_it.tau2, all_of_it.tau2_low, all_of_it.tau2_high, all_of_it.i2, all_of_it.h2, all_of_it.q]
        assert spread == printed("0.3132", "0.1197", "1.1115", "92.22", "12.86", "152.2330")

    def test_latitude_and_year(self, found):
        """Section 3.4, the printed output with absolute latitude and year as moderators."""
        design = ANALYSES["bcg:RR"]["regression"]["design"]
        model = meta_regression(found.yi, found.vi, design, ["ablat", "year"], method="REML", test="z")
        assert list(model.estimate) == printed("-3.5454", "-0.0280", "0.0019")  # -3.5455 in the paper, whose search
        assert list(model.se) == printed("29.0956", "0.0102", "0.0147")  # for tau2 stops at 1e-5; 29.0959 there
        figures = [model.tau2, model.qe, model.qe_p, model.qm, model.qm_p]
        assert figures == printed("0.1108", "28.3251", "0.0016", "12.2045", "0.0022")  # 12.2043 there

    def test_odds_ratios_of_a_common_effect(self):
        """Van Houwelingen, Arends and Stijnen (2002), Stat Med 21:589-624, p. 596 (upper end .703 in the paper)."""
        found = effect_sizes("OR", columns("bcg:OR"))
        assert odds(pooled(found, method="FE")) == printed("0.647", "0.595", "0.702")

    def test_another_program(self, found):
        """Stata's metan, random: quoted in metafor's test_misc_metan_vs_rma.uni_with_dat.bcg.r."""
        all_of_it = pooled(found, method="DL")
        assert [*interval(all_of_it), all_of_it.tau2] == printed("-0.7141", "-1.0644", "-0.3638", "0.3088")
        assert odds(all_of_it) == printed("0.4896", "0.3449", "0.6950")


def test_berkey_1995():
    """Berkey et al. (1995), A random-effects regression model, Stat Med 14:395-411, p. 408.

    BCG with smoothed variances and the empirical Bayes estimator, whose equation is Paule and Mandel's.
    """
    given = {name: np.array(column) for name, column in columns("bcg:RR").items()}
    yi = effect_sizes("RR", given).yi
    n1, n2 = given["ai"] + given["bi"], given["ci"] + given["di"]
    vi = np.mean(given["bi"] / given["ai"]) / n1 + np.mean(given["di"] / given["ci"]) / n2
    plain = synthesise(yi, vi, method="PM", test="z")
    assert [plain.estimate, plain.se, plain.tau2] == printed("-0.5429", "0.1842", "0.2682")
    latitude = np.array(ANALYSES["bcg:RR"]["regression"]["design"])[:, 0] - 33.46
    mixed = meta_regression(yi, vi, latitude, ["latitude"], method="PM", test="z")
    assert list(mixed.estimate) == printed("-0.6303", "-0.0268")  # -0.6304 in the paper
    assert [*mixed.se, mixed.tau2] == printed("0.1591", "0.0110", "0.1572")
    assert [math.exp(mixed.predict([x - 33.46]).estimate) for x in (33.46, 42)] == printed("0.5324", "0.4236")
    fixed = meta_regression(yi, vi, latitude, ["latitude"], method="FE", test="z")
    assert [*fixed.estimate, fixed.se[0]] == printed("-0.5949", "-0.0282", "0.0696")  # -0.5950 in the paper


class TestRaudenbush:
    """Teachers' expectations and pupils' IQ, nineteen experiments (dat.raudenbush1985)."""

    @pytest.fixture
    def found(self):
        return effect_sizes("SMD", columns("raudenbush1985:SMD"))

    @pytest.mark.parametrize(
        ("method", "figures"),
        [
            ("FE", ("0.0000", "0.0604", "0.0365", "-0.0111", "0.1318")),
            ("REML", ("0.0188", "0.0837", "0.0516", "-0.0175", "0.1849")),
            ("DL", ("0.0259", "0.0893", "0.0558", "-0.0200", "0.1987")),
        ],
    )
    def test_conventional_intervals(self, found, method, figures):
        """Raudenbush (2009), in The Handbook of Research Synthesis and Meta-Analysis, 2nd ed., Table 16.3, p. 309."""
        all_of_it = pooled(found, method=method)
        assert [all_of_it.tau2, all_of_it.estimate, all_of_it.se, all_of_it.low, all_of_it.high] == printed(*figures)

    @pytest.mark.parametrize(
        ("method", "figures"),
        [("REML", ("0.0616", "-0.0457", "0.2131")), ("DL", ("0.0636", "-0.0442", "0.2229"))],
    )
    def test_knapp_and_hartung(self, found, method, figures):
        """The same table, the quasi-F approach of Knapp and Hartung."""
        all_of_it = pooled(found, method=method, test="knha")
        assert [all_of_it.se, all_of_it.low, all_of_it.high] == printed(*figures)

    def test_weeks_of_contact(self, found):
        """Table 16.2, p. 301, and Raudenbush and Bryk (1985), J Educ Stat 10:75-98, pp. 90 and 92."""
        design = ANALYSES["raudenbush1985:SMD"]["regression"]["design"]
        model = meta_regression(found.yi, found.vi, design, ["weeks"], method="REML", test="z")
        assert list(model.estimate) == printed("0.407", "-0.157")
        assert model.tau2 == pytest.approx(0, abs=1e-6)
        assert list(model.statistic) == printed("4.68", "-4.39")
        assert model.qe == pytest.approx(16.57, abs=0.005)  # 16.58 in the paper


class TestLipseyWilson2001:
    """Lipsey and Wilson (2001), Practical Meta-Analysis: ten studies of challenge programmes, Exhibit 7.1."""

    YI = numbers("-0.33 0.32 0.39 0.31 0.17 0.64 -0.33 0.15 -0.02 0.00")
    VI = numbers("0.084 0.035 0.017 0.034 0.072 0.117 0.102 0.093 0.012 0.067")
    RANDOM = (0, 0, 0, 0, 0, 0, 1, 1, 1, 1)
    INTENSITY = (7, 3, 7, 5, 7, 7, 4, 4, 5, 6)

    def test_a_common_effect(self):
        """Exhibit 7.3, p. 133."""
        found = synthesise(self.YI, self.VI, method="FE", test="z")
        assert [*interval(found), found.se, found.p] == printed("0.1549", "0.0356", "0.2742", "0.0609", "0.0109")
        assert [found.q, found.q_p] == printed("14.7640", "0.0976")

    def test_random_effects(self):
        """Exhibit 7.3, p. 133."""
        found = synthesise(self.YI, self.VI, method="DL", test="z")
        assert [*interval(found), found.se, found.p] == printed("0.1534", "-0.0146", "0.3215", "0.0858", "0.0736")
        assert found.tau2 == pytest.approx(0.025955, abs=5.01e-7)

    def test_by_assignment(self):
        """Exhibit 7.4, p. 138: the analogue to the analysis of variance (Q between 7.0738, Q 6.4383 there)."""
        found = subgroups(self.YI, self.VI, [str(x) for x in self.RANDOM], method="FE", test="z")
        assert [found.q_between, found.p] == printed("7.0739", "0.0078")
        assert [*interval(found.by["0"]), found.by["0"].se] == printed("0.2984", "0.1390", "0.4578", "0.0813")
        assert [*interval(found.by["1"]), found.by["1"].se] == printed("-0.0277", "-0.2075", "0.1521", "0.0917")
        assert [found.by["0"].q, found.by["1"].q] == printed("6.4382", "1.2519")

    def test_regression(self):
        """Exhibits 7.6 and 7.7, p. 141, by weighted regression and with random effects."""
        design = np.column_stack([self.RANDOM, self.INTENSITY])
        fixed = meta_regression(self.YI, self.VI, design, ["random", "intensity"], method="FE", test="z")
        assert list(fixed.estimate) == printed("0.3223", "-0.3298", "-0.0041")
        assert list(fixed.se) == printed("0.2998", "0.1304", "0.0493")
        assert [fixed.qm, fixed.qm_p] == printed("7.0807", "0.0290")
        mixed = meta_regression(self.YI, self.VI, design, ["random", "intensity"], method="DL", test="z")
        assert list(mixed.estimate) == printed("0.3311", "-0.3269", "-0.0068")
        assert list(mixed.se) == printed("0.3198", "0.1439", "0.0528")
        assert mixed.tau2 == pytest.approx(0.00488, abs=5.01e-6)


@pytest.mark.parametrize(
    ("method", "figures"),
    [("PM", ("0.3681", "-0.3811", "0.2060")), ("DL", ("0.2323", "-0.3240", "0.1540"))],
)
def test_dersimonian_and_kacker_2007(method, figures):
    """DerSimonian and Kacker (2007), Contemp Clin Trials 28:105-114, Tables 3 and 4, pp. 111-112: the CLASP example."""
    clasp = {
        "ai": [5, 5, 12, 69, 9, 313],
        "n1i": [156, 303, 565, 1570, 103, 4659],
        "ci": [8, 17, 9, 94, 11, 352],
        "n2i": [74, 303, 477, 1565, 105, 4650],
    }
    found = pooled(effect_sizes("OR", clasp), method=method)
    assert [math.sqrt(found.tau2), found.estimate, found.se] == printed(*figures)


class TestViechtbauer2005:
    """Viechtbauer (2005), Bias and efficiency of meta-analytic variance estimators, J Educ Behav Stat 30:261-293."""

    FIRST = (
        numbers("-0.581 0.530 0.771 1.031 0.553 0.295 0.078 0.573 -0.176 -0.232"),
        numbers("0.023 0.052 0.060 0.115 0.095 0.203 0.200 0.211 0.051 0.040"),
    )
    SECOND = (
        numbers(
            "0.100 -0.162 -0.090 -0.049 -0.046 -0.010 -0.431 -0.261 0.134 "
            "0.019 0.175 0.056 0.045 0.103 0.121 -0.482 0.290 0.342"
        ),
        numbers(
            "0.016 0.015 0.050 0.050 0.032 0.052 0.036 0.024 0.034 "
            "0.033 0.031 0.034 0.039 0.167 0.134 0.096 0.016 0.035"
        ),
    )

    @pytest.mark.parametrize(("method", "tau2"), [("DL", "0.2768"), ("REML", "0.2232"), ("PM", "0.1920")])
    def test_the_first_example(self, method, tau2):
        """P. 271; the empirical Bayes estimator is Paule and Mandel's."""
        assert [synthesise(*self.FIRST, method=method).tau2] == printed(tau2)

    @pytest.mark.parametrize(("method", "tau2"), [("DL", "0.0126"), ("REML", "0.0157"), ("PM", "0.0104")])
    def test_the_second_example(self, method, tau2):
        """P. 272."""
        assert [synthesise(*self.SECOND, method=method).tau2] == printed(tau2)


def test_viechtbauer_2007_q_profile():
    """Viechtbauer (2007), Confidence intervals for the amount of heterogeneity, Stat Med 26:37-52, Table II, p. 44.

    Diuretics in pregnancy (dat.collins1985b).
    """
    found = effect_sizes("OR", columns("collins1985b:OR"))
    moments, likelihood = pooled(found, method="DL"), pooled(found, method="REML")
    assert [moments.tau2, likelihood.tau2] == printed("0.230", "0.301")
    assert [moments.tau2_low, moments.tau2_high] == printed("0.072", "2.203")


class TestJackson2014:
    """Jackson, Turner, Rhodes and Viechtbauer (2014), BMC Med Res Methodol 14:103: Paule-Mandel with a moderator."""

    def test_the_first_example(self):
        yi = numbers(
            "0.0267 0.8242 0.3930 2.4405 2.1401 1.2528 2.4849 0.3087 "
            "1.4246 0.1823 1.1378 1.2321 2.0695 4.0237 1.4383 1.6021"
        )
        vi = numbers(
            "0.1285 0.0315 0.0931 2.0967 1.0539 0.1602 1.0235 0.0218 "
            "0.5277 0.0556 0.3304 0.1721 0.4901 2.0200 0.3399 0.1830"
        )
        found = meta_regression(yi, vi, [0.0] * 10 + [1.0] * 6, ["x"], method="PM", test="z")
        assert [found.tau2_low, found.tau2_high] == printed("0.002", "1.487")

    def test_the_second_example(self):
        yi = numbers(
            "0.54 0.4 0.64 0.365 0.835 0.02 0.12 0.085 1.18 0.08 0.18 0.325 0.06 0.715 0.065 0.245 0.24 0.06 0.19"
        )
        vi = numbers(
            "0.0176 0.019 0.0906 0.0861 0.0063 0.0126 0.0126 0.0041 0.0759 "
            "0.0126 0.0104 0.0242 0.0026 0.2629 0.0169 0.0156 0.0481 0.0084 0.0044"
        )
        year = numbers("1986 1987 1988 1988 1998 1999 2000 2000 2000 2001 2001 2001 2002 2002 2002 2002 2003 2003 2003")
        found = meta_regression(yi, vi, year, ["year"], method="PM", test="z")
        assert [found.tau2_low, found.tau2_high] == printed("0.018", "0.156")


def test_henmi_and_copas_2010():
    """Henmi and Copas (2010), Stat Med 29:2969-2983, p. 2978: stimulation of P6 against nausea (dat.lee2004)."""
    found = pooled(effect_sizes("OR", columns("lee2004:OR")), method="DL")
    assert [*interval(found), found.tau2] == printed("-0.679", "-1.066", "-0.291", "0.333")


def test_konstantopoulos_2011():
    """Konstantopoulos (2011), Res Synth Methods 2:61-76, Table 4, p. 70, two levels: modified school calendars."""
    found = effect_sizes("SMD", columns("konstantopoulos2011:SMD"))
    plain = pooled(found)
    assert [plain.estimate, plain.se, plain.tau2] == printed("0.128", "0.044", "0.088")
    year = np.array(ANALYSES["konstantopoulos2011:SMD"]["regression"]["design"])[:, 0]
    with_year = meta_regression(found.yi, found.vi, year - year.mean(), ["year"], method="REML", test="z")
    assert list(with_year.estimate) == printed("0.126", "0.005")


def test_stijnen_2010():
    """Stijnen, Hamza and Özdemir (2010), Stat Med 29:3046-3067, Table III, p. 3052, the normal-normal model.

    Catheters with and without anti-infective treatment (dat.nielweise2007); a trial without events is left out there.
    """
    given = columns("nielweise2007:OR")
    kept = [i for i, (a, c) in enumerate(zip(given["ai"], given["ci"], strict=True)) if a or c]
    assert len(kept) == len(given["ai"]) - 1
    found = effect_sizes("OR", {name: [column[i] for i in kept] for name, column in given.items()})
    all_of_it = pooled(found)
    assert [all_of_it.estimate, math.sqrt(all_of_it.tau2)] == printed("-0.980", "0.189")
    assert all_of_it.se == pytest.approx(0.2435, abs=5e-5)  # 0.244 in the paper


def test_viechtbauer_2007_st_johns_wort():
    """Viechtbauer (2007), J Psychol 215:104-121, Table II, p. 113: dosage and baseline severity (dat.linde2005)."""
    one = ANALYSES["linde2005:RR"]
    kept = [*range(6, 10), *range(12, 25)]
    found = effect_sizes("RR", {name: [column[i] for i in kept] for name, column in one["columns"].items()})
    dosage, baseline = LINDE_DOSAGE - 34, LINDE_BASELINE - 20
    design = np.column_stack([dosage, baseline, dosage * baseline])
    model = meta_regression(found.yi, found.vi, design, ["dosage", "baseline", "both"], method="DL", test="z")
    assert list(model.estimate) == printed("0.4763", "-0.0058", "-0.0672", "-0.0016")
    assert list(model.se) == printed("0.0876", "0.0100", "0.0352", "0.0034")
    assert model.tau2 == pytest.approx(0.0475, abs=5.01e-5)


def test_hackshaw_1998():
    """Hackshaw, Law and Wald (1997), BMJ 315:980-988: an excess risk of lung cancer of 24 % (13 % to 36 %)."""
    found = pooled(effect_sizes("OR", columns("hackshaw1998:OR")), method="DL")
    assert odds(found) == printed("1.24", "1.13", "1.36")


def test_the_magnesium_trials_are_asymmetric_by_rank_as_metafor_prints():
    """From metafor's test_misc_pub_bias.r: Kendall's tau 0.15, p = 0.4503 over dat.egger2001."""
    found = rank_test(pooled(effect_sizes("OR", columns("egger2001:OR"))))
    assert [found.tau, found.p] == printed("0.15", "0.4503")
