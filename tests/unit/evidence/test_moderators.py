"""Meta-regression and subgroups: by plain matrices, by their special cases, and refused."""

import numpy as np
import pytest
from scipy import stats

from pinprick.errors import ComputationError
from pinprick.evidence.heterogeneity import CommonMean, Regression, estimate_tau2
from pinprick.evidence.moderators import meta_regression, subgroups
from pinprick.evidence.synthesis import METHODS, TESTS, synthesise


@pytest.fixture
def studies(make_rng):
    rng = make_rng(50)
    vi = rng.uniform(0.01, 0.2, 14)
    x = rng.normal(1970, 10, 14)
    return rng.normal(0.02 * (x - 1970), np.sqrt(vi + 0.05)), vi, x


@pytest.mark.parametrize("method", METHODS)
def test_an_intercept_alone_is_a_synthesis(studies, method):
    yi, vi, _ = studies
    model = Regression(yi, vi, np.ones((14, 1)))
    assert estimate_tau2(model, method) == pytest.approx(estimate_tau2(CommonMean(yi, vi), method), rel=1e-9)


@pytest.mark.parametrize("test", TESTS)
def test_coefficients_by_plain_matrices(studies, test):
    yi, vi, x = studies
    found = meta_regression(yi, vi, x, ["year"], test=test)
    X, W = np.column_stack([np.ones(14), x]), np.diag(1 / (vi + found.tau2))
    covariance = np.linalg.inv(X.T @ W @ X)
    beta = covariance @ X.T @ W @ yi
    e = yi - X @ beta
    factor = e @ W @ e / 12
    scale = {"z": 1, "knha": factor, "adhoc": max(1, factor)}[test]
    np.testing.assert_allclose(found.estimate, beta, rtol=1e-6)
    np.testing.assert_allclose(found.se, np.sqrt(scale * np.diag(covariance)), rtol=1e-6)


def test_the_slope_of_the_restricted_likelihood_is_zero_at_its_top(studies):
    yi, vi, x = studies
    found = meta_regression(yi, vi, x, ["year"])
    model = Regression(yi, vi, np.column_stack([np.ones(14), x]))
    assert found.tau2 > 0
    slope, observed, _ = model.score(found.tau2)
    assert abs(slope) < 1e-8 * abs(observed)
    assert model.log_likelihood(found.tau2 + np.array([-0.01, 0.0, 0.01])).argmax() == 1


def test_prediction_at_the_mean_of_one_moderator(studies):
    yi, vi, x = studies
    found = meta_regression(yi, vi, x, ["year"], test="z")
    at = found.predict([1980.0])
    assert at.estimate == pytest.approx(found.estimate[0] + 1980 * found.estimate[1])
    variance = np.array([1, 1980]) @ found.covariance @ np.array([1, 1980])
    half = stats.norm.ppf(0.975)
    assert at.high - at.estimate == pytest.approx(half * np.sqrt(variance))
    assert at.prediction_high - at.estimate == pytest.approx(half * np.sqrt(variance + found.tau2))
    with pytest.raises(ComputationError, match="moderators year; give one value"):
        found.predict([1, 2])


def test_few_studies_a_moderator_are_doubted(studies):
    yi, vi, x = studies
    assert not meta_regression(yi, vi, x, ["year"]).caveats
    assert "9 studies for 1 moderators" in meta_regression(yi[:9], vi[:9], x[:9], ["year"]).caveats[0]


@pytest.mark.parametrize(
    ("design", "names", "said"),
    [
        (np.ones(14), ["a"], "The moderator a says what intercept say already"),
        (np.zeros(14), ["a"], "The moderator a is 0 in every study"),
        (np.column_stack([np.arange(14), 2 * np.arange(14)]), ["a", "b"], "The moderator b says what"),
        ([*range(13), np.nan], ["a"], "The moderator a is missing in Study 14"),
        (np.arange(13), ["a"], "design of shape (14, 1)"),
        (np.arange(14), ["a", "b"], "design of shape (14, 2)"),
        (np.eye(14), [str(i) for i in range(14)], "14 studies cannot carry 15 coefficients"),
    ],
)
def test_a_design_that_cannot_be_estimated_is_refused(studies, design, names, said):
    yi, vi, _ = studies
    with pytest.raises(ComputationError) as refusal:
        meta_regression(yi, vi, design, names)
    assert said in str(refusal.value)


class TestSubgroups:
    GROUPS = ("mat", "mat", "needle", "needle", "mat", "needle", "mat")
    YI = (0.2, 0.5, 0.9, 1.1, 0.3, 0.7, 0.1)
    VI = (0.02, 0.05, 0.03, 0.1, 0.04, 0.05, 0.06)

    @pytest.mark.parametrize("method", METHODS)
    def test_each_group_is_its_own_synthesis(self, method):
        found = subgroups(self.YI, self.VI, self.GROUPS, method=method)
        own = synthesise([0.9, 1.1, 0.7], [0.03, 0.1, 0.05], method=method)
        assert list(found.by) == ["mat", "needle"]
        assert found.by["needle"].estimate == own.estimate
        assert found.by["needle"].high == own.high

    def test_of_a_common_effect_q_is_what_the_groups_leave(self):
        found = subgroups(self.YI, self.VI, self.GROUPS, method="FE", test="z")
        within = sum(each.q for each in found.by.values())
        assert found.q_between == pytest.approx(synthesise(self.YI, self.VI, method="FE").q - within)
        assert found.p == pytest.approx(stats.chi2.sf(found.q_between, 1))

    def test_the_factor_of_hartung_and_knapp_stays_out_of_the_comparison(self):
        normal, adhoc = (subgroups(self.YI, self.VI, self.GROUPS, test=test) for test in ("z", "adhoc"))
        assert adhoc.q_between == pytest.approx(normal.q_between)

    def test_one_tau2_for_all_is_a_regression_on_the_groups(self):
        found = subgroups(self.YI, self.VI, self.GROUPS, test="knha", common_tau2=True)
        dummies = [float(group == "needle") for group in self.GROUPS]
        model = meta_regression(self.YI, self.VI, dummies, ["needle"], test="knha")
        assert (found.q_between, found.p, found.statistic) == (model.qm, model.qm_p, "F")

    def test_a_group_of_one_is_said(self):
        found = subgroups(self.YI, self.VI, ["a"] * 6 + ["b"])
        assert found.caveats == ("The group b holds one study, so nothing is known of how its studies differ.",)

    @pytest.mark.parametrize(
        ("groups", "said"), [(["a"] * 7, "Every study is in the group 'a'"), (["a", "b"], "2 groups for 7 studies")]
    )
    def test_groups_that_are_none_are_refused(self, groups, said):
        with pytest.raises(ComputationError, match=said):
            subgroups(self.YI, self.VI, groups)
