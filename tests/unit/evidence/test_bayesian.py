"""The posterior by quadrature, against integration over a fine grid of both parameters, and where it has to give up."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, stats

from pinprick.errors import ComputationError
from pinprick.evidence.bayesian import PRIORS, HeterogeneityPrior, NormalMixture, random_effects_posterior

YI = np.array([-0.9, -0.3, -0.5, -0.7, 0.2])
VI = np.array([0.04, 0.05, 0.2, 0.1, 0.02])
LABELS = ("A", "B", "C", "D", "E")

SETTINGS = [
    (HeterogeneityPrior("half-normal", 0.5), 0.0, math.inf),
    (HeterogeneityPrior("half-normal", 0.5), 0.3, 0.8),
    (HeterogeneityPrior("exponential", 0.4), 0.0, math.inf),
    (HeterogeneityPrior("uniform", 1.5), 0.0, 2.0),
    (HeterogeneityPrior("log-normal", 0.3, 0.8), 0.0, math.inf),
    (HeterogeneityPrior("half-cauchy", 0.3), 0.0, 2.0),
]


X, W = np.polynomial.legendre.leggauss(110)
UNIT, UNIT_WEIGHT = (X + 1) / 2, W / 2


def beyond(start, scale):
    """Nodes and weights from a start to infinity, or to minus infinity for a negative scale."""
    return start + scale * UNIT / (1 - UNIT), abs(scale) * UNIT_WEIGHT / (1 - UNIT) ** 2


class BruteForce:
    """The joint posterior of average and tau on a product of Gauss-Legendre rules, the likelihood written out."""

    def __init__(self, prior: HeterogeneityPrior, mean: float, sd: float) -> None:
        self.prior, self.mean, self.sd = prior, mean, sd
        self.total = self.integral(lambda a, t: 1.0)

    def joint(self, average, tau):
        variance = VI + tau[..., None] ** 2
        logs = -0.5 * (np.log(2 * np.pi * variance) + (YI - average[..., None]) ** 2 / variance).sum(axis=-1)
        if math.isfinite(self.sd):
            logs = logs - 0.5 * np.log(2 * np.pi * self.sd**2) - 0.5 * ((average - self.mean) / self.sd) ** 2
        return np.exp(logs) * self.prior_of(tau)

    def prior_of(self, tau):
        s, spread = self.prior.scale, self.prior.spread or 1.0
        densities = {
            "half-normal": lambda t: np.sqrt(2 / np.pi) / s * np.exp(-0.5 * (t / s) ** 2),
            "half-cauchy": lambda t: 2 / (np.pi * s * (1 + (t / s) ** 2)),
            "exponential": lambda t: np.exp(-t / s) / s,
            "uniform": lambda t: (t < s) / s,
            "log-normal": lambda t: np.exp(-0.5 * (np.log(t / s) / spread) ** 2) / (t * spread * np.sqrt(2 * np.pi)),
        }
        return densities[self.prior.name](tau)

    def averages(self, below=None):
        parts = [beyond(-0.4 if below is None else below, -0.4)]
        if below is None:
            parts.append(beyond(-0.4, 0.4))
        return (np.concatenate(columns) for columns in zip(*parts, strict=True))

    def taus(self, below=None):
        end = self.prior.scale if self.prior.name == "uniform" else None
        if below is None and end is None:
            return beyond(0.0, 0.4)
        return (below or end) * UNIT, (below or end) * UNIT_WEIGHT

    def integral(self, function, *, average_below=None, tau_below=None):
        """Integrate a function of both times the joint density, up to an end of either."""
        average, average_weight = self.averages(average_below)
        tau, tau_weight = self.taus(tau_below)
        a, t = np.meshgrid(average, tau, indexing="ij")
        return float(average_weight @ (function(a, t) * self.joint(a, t)) @ tau_weight)

    def expected(self, function):
        return self.integral(function) / self.total

    def average_density(self, at):
        tau, weight = self.taus()
        return float(self.joint(np.full_like(tau, at), tau) @ weight) / self.total

    def new_density(self, at):
        """Density of a new study's effect, average + tau z: for each z, a standard normal, the average follows."""
        tau, weight = self.taus()
        z, z_weight = np.polynomial.hermite_e.hermegauss(50)
        t, z = np.meshgrid(tau, z, indexing="ij")
        return float(weight @ self.joint(at - t * z, t) @ z_weight) / math.sqrt(2 * math.pi) / self.total

    def tau_density(self, at):
        average, weight = self.averages()
        return float(self.joint(average, np.full_like(average, at)) @ weight) / self.total


@pytest.fixture(params=SETTINGS, ids=lambda s: f"{s[0].name}, sd {s[2]:g}", scope="module")
def both(request):
    prior, mean, sd = request.param
    post = random_effects_posterior(YI, VI, labels=LABELS, heterogeneity=prior, effect_mean=mean, effect_sd=sd)
    return post, BruteForce(prior, mean, sd)


def test_moments_agree_with_integration_over_both_parameters(both):
    post, brute = both
    mean = brute.expected(lambda a, t: a)
    tau = brute.expected(lambda a, t: t)
    assert post.mean == pytest.approx(mean, abs=1e-8)
    assert post.sd == pytest.approx(math.sqrt(brute.expected(lambda a, t: (a - mean) ** 2)), rel=1e-7)
    assert post.tau_mean == pytest.approx(tau, rel=1e-7)
    assert post.tau_sd == pytest.approx(math.sqrt(brute.expected(lambda a, t: (t - tau) ** 2)), rel=1e-6)
    new = brute.expected(lambda a, t: (a - mean) ** 2 + t**2)
    assert post.prediction_sd == pytest.approx(math.sqrt(new), rel=1e-7)


def test_the_evidence_agrees_with_integration_over_both_parameters(both):
    post, brute = both
    assert post.log_evidence == pytest.approx(math.log(brute.total), abs=1e-8)


def test_quantiles_of_the_average_and_of_tau_cut_off_what_they_say(both):
    post, brute = both
    for end, probability in [(post.low, 0.025), (post.high, 0.975)]:
        cut = brute.integral(lambda a, t: 1.0, average_below=end) / brute.total
        assert cut == pytest.approx(probability, abs=1e-8)
    for end, probability in [(post.tau_low, 0.025), (post.tau_median, 0.5), (post.tau_high, 0.975)]:
        cut = brute.integral(lambda a, t: 1.0, tau_below=end) / brute.total
        assert cut == pytest.approx(probability, abs=1e-7)
        assert post.tau_probability_below(end) == pytest.approx(probability, abs=1e-8)


def test_probabilities_and_densities_agree_with_integration_over_both_parameters(both):
    post, brute = both
    at = np.array([-1.0, -0.4, 0.3])
    below = brute.integral(lambda a, t: 1.0, average_below=-0.4) / brute.total
    assert post.probability_below(-0.4) == pytest.approx(below, abs=1e-8)
    assert post.probability_above(-0.4) == pytest.approx(1 - below, abs=1e-8)
    assert post.density(at) == pytest.approx([brute.average_density(x) for x in at], rel=1e-7)
    tau = np.array([0.05, 0.3, 0.9])
    assert post.tau_density(tau) == pytest.approx([brute.tau_density(t) for t in tau], rel=1e-7)
    assert post.predictive_density(at) == pytest.approx([brute.new_density(x) for x in at], rel=1e-6)


@pytest.mark.slow
def test_the_interval_of_a_new_study_leaves_out_what_it_says(both):
    post, brute = both
    for at, weight in (beyond(post.prediction_low, -0.4), beyond(post.prediction_high, 0.4)):
        assert weight @ [brute.new_density(x) for x in at] == pytest.approx(0.025, abs=1e-6)


def test_each_study_is_drawn_towards_the_others_as_integration_says(both):
    post, brute = both
    effects = post.study_effects()
    assert [effect.label for effect in effects] == list(LABELS)
    for effect, y, v in zip(effects, YI, VI, strict=True):
        mean = brute.expected(lambda a, t, y=y, v=v: (y * t**2 + a * v) / (t**2 + v))
        assert effect.mean == pytest.approx(mean, abs=1e-7)
        assert min(y, post.mean) < effect.mean < max(y, post.mean)
        assert effect.low < effect.mean < effect.high
        second = brute.expected(lambda a, t, y=y, v=v: ((y * t**2 + a * v) / (t**2 + v)) ** 2 + v * t**2 / (t**2 + v))
        assert effect.sd == pytest.approx(math.sqrt(second - mean**2), rel=1e-5)


@pytest.mark.parametrize("name", [name for name in PRIORS if name != "jeffreys"])
def test_a_proper_prior_holds_one_in_all_and_its_quantiles_cut_off_what_they_say(name):
    prior = HeterogeneityPrior(name, 0.7, 0.9)
    for p in (0.1, 0.5, 0.95):
        below, _error = integrate.quad(lambda t: np.exp(prior.log_density(t)), 0, prior.quantile(p), epsabs=1e-12)
        assert below == pytest.approx(p, abs=1e-8)
    assert prior.log_density([-0.1])[0] == -np.inf


def test_jeffreys_prior_is_the_root_of_the_information_on_tau():
    tau, h = 0.4, 1e-4
    prior = HeterogeneityPrior("jeffreys")
    # the expected curvature of the log-likelihood in tau, by differences of the Kullback-Leibler divergence
    now, moved = VI + tau**2, VI + (tau + h) ** 2
    divergence = 0.5 * (now / moved - 1 - np.log(now / moved)).sum()
    information = 2 * divergence / h**2
    other = VI + 0.9**2
    ratio = math.exp(prior.log_density([tau], VI)[0] - prior.log_density([0.9], VI)[0])
    expected = math.sqrt(information / (2 * (0.9 / other) ** 2).sum())
    assert ratio == pytest.approx(expected, rel=1e-3)


def test_one_study_answers_with_its_prior_for_the_heterogeneity_and_says_so():
    post = random_effects_posterior([0.4], [0.09])
    prior = post.heterogeneity
    assert post.mean == pytest.approx(0.4)
    assert (post.tau_low, post.tau_median, post.tau_high) == pytest.approx(
        [prior.quantile(p) for p in (0.025, 0.5, 0.975)], rel=1e-8
    )
    assert post.sd == pytest.approx(
        math.sqrt(0.09 + 0.5**2), rel=1e-9
    )  # E[tau^2] of a half-normal is its scale squared
    assert post.caveats[0].startswith("There is only 1 study.")


def test_two_studies_give_a_wide_interval_that_leans_on_the_prior_and_says_so():
    wide = random_effects_posterior([-0.9, -0.3], [0.04, 0.05], heterogeneity=HeterogeneityPrior("half-normal", 1.0))
    narrow = random_effects_posterior([-0.9, -0.3], [0.04, 0.05], heterogeneity=HeterogeneityPrior("half-normal", 0.1))
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)
    assert wide.caveats[0].startswith("There are only 2 studies.")
    assert len(random_effects_posterior(YI, VI).caveats) == 0


def test_shifting_the_effects_shifts_the_answer_and_nothing_else():
    here, there = random_effects_posterior(YI, VI), random_effects_posterior(YI + 1e6, VI)
    assert there.mean - 1e6 == pytest.approx(here.mean, abs=1e-8)
    assert there.sd == pytest.approx(here.sd, rel=1e-8)
    assert there.low - 1e6 == pytest.approx(here.low, abs=1e-8)
    assert there.tau_median == pytest.approx(here.tau_median, rel=1e-8)


def test_another_unit_changes_the_answer_by_that_unit():
    small = random_effects_posterior(YI, VI, heterogeneity=HeterogeneityPrior("half-normal", 0.5))
    large = random_effects_posterior(1e5 * YI, 1e10 * VI, heterogeneity=HeterogeneityPrior("half-normal", 0.5e5))
    for name in ("mean", "sd", "low", "high", "tau_median", "tau_high", "prediction_low", "prediction_high"):
        assert getattr(large, name) == pytest.approx(1e5 * getattr(small, name), rel=1e-9), name


def test_many_studies_pin_tau_down_and_the_rule_still_finds_it():
    rng = np.random.default_rng(8)
    vi = rng.uniform(0.01, 0.05, 800)
    yi = rng.normal(0.3, np.sqrt(vi + 0.4**2))
    post = random_effects_posterior(yi, vi)

    def height(tau):
        w = 1 / (vi + tau**2)
        mean = w @ yi / w.sum()
        return 0.5 * (np.log(w).sum() - np.log(w.sum()) - w @ (yi - mean) ** 2) - 0.5 * (tau / 0.5) ** 2

    grid = np.linspace(0.3, 0.5, 40_001)
    logs = np.array([height(tau) for tau in grid[::40]])
    weight = np.exp(logs - logs.max())
    assert post.tau_mean == pytest.approx(float(weight @ grid[::40] / weight.sum()), rel=1e-9)


def test_variances_of_very_different_size_do_no_harm():
    post = random_effects_posterior([0.2, 5.0, -40.0], [1e-6, 1.0, 1e4])
    assert post.low < 0.2 < post.high
    assert post.tau_probability_below(post.tau_median) == pytest.approx(0.5, abs=1e-8)
    assert float(post.weight.sum()) == pytest.approx(1.0)


def test_the_same_studies_give_the_same_answer_bit_for_bit():
    one, other = random_effects_posterior(YI, VI), random_effects_posterior(YI, VI)
    assert (one.mean, one.low, one.tau_high) == (other.mean, other.low, other.tau_high)
    assert np.array_equal(one.weight, other.weight)


def test_an_open_prior_and_one_study_leave_no_mean_and_no_width_and_say_so():
    post = random_effects_posterior([0.4], [0.09], heterogeneity=HeterogeneityPrior("half-cauchy", 0.5))
    assert math.isnan(post.mean)
    assert (post.sd, post.tau_mean, post.prediction_sd) == (math.inf, math.inf, math.inf)
    for of, low, high in [
        (post.average, post.low, post.high),
        (post.new_study, post.prediction_low, post.prediction_high),
    ]:
        assert of.probability_below(low) == pytest.approx(0.025, abs=1e-10)
        assert of.probability_above(high) == pytest.approx(0.025, abs=1e-10)
    assert any("leave no average width" in caveat for caveat in post.caveats)
    assert post.to_dict()["mean"] is None
    with pytest.raises(ComputationError, match="take a half-normal prior"):
        post.as_prior()


def test_a_flat_prior_for_tau_needs_three_studies():
    flat = HeterogeneityPrior("uniform", math.inf)
    with pytest.raises(ComputationError, match="leaves no posterior"):
        random_effects_posterior(YI[:2], VI[:2], heterogeneity=flat)
    three = random_effects_posterior(YI[:3], VI[:3], heterogeneity=flat)
    assert three.tau_mean == math.inf
    assert math.isfinite(three.high)
    five = random_effects_posterior(YI, VI, heterogeneity=flat)
    assert math.isfinite(five.tau_mean)
    assert five.tau_sd == pytest.approx(_spread_by_quad(five), rel=1e-6)


def _spread_by_quad(post):
    moments = [integrate.quad(lambda t, n=n: t**n * post.tau_density(t)[0], 0, np.inf, limit=500)[0] for n in (0, 1, 2)]
    assert moments[0] == pytest.approx(1.0, abs=1e-7)
    return math.sqrt(moments[2] - moments[1] ** 2)


def test_a_prior_for_one_person_is_the_prediction_widened_by_how_people_differ():
    post = random_effects_posterior(YI, VI)
    assert post.as_prior() == (post.mean, post.prediction_sd)
    assert post.as_prior(between_person_sd=1.2)[1] == pytest.approx(math.hypot(post.prediction_sd, 1.2))
    for spread in (-1.0, math.nan):
        with pytest.raises(ComputationError, match="spread between people"):
            post.as_prior(between_person_sd=spread)


def test_studies_that_differ_more_than_the_prior_thought_are_said():
    tight = random_effects_posterior(YI, VI, heterogeneity=HeterogeneityPrior("half-normal", 0.05))
    assert any("differ by more than was thought likely" in caveat for caveat in tight.caveats)


def test_studies_far_from_the_prior_of_the_effect_are_said():
    far = random_effects_posterior(YI, VI, effect_mean=5.0, effect_sd=0.5)
    assert any("lie far from where the effect was thought" in caveat for caveat in far.caveats)


def test_a_mixture_of_one_is_a_normal():
    one = NormalMixture(np.array([1.0]), np.array([2.0]), np.array([1.0]))
    assert one.quantile([0.025, 0.975]) == pytest.approx(stats.norm(1, 2).ppf([0.025, 0.975]), abs=1e-12)
    assert one.probability_above(3.0) == pytest.approx(stats.norm(1, 2).sf(3.0))
    assert (one.mean, one.sd) == pytest.approx((1.0, 2.0))


def test_quantiles_rise_with_their_probability():
    post = random_effects_posterior(YI, VI)
    found = post.average.quantile(np.linspace(1e-6, 1 - 1e-6, 41))
    assert all(low < high for low, high in pairwise(found))


@pytest.mark.parametrize(
    ("yi", "vi", "said"),
    [
        ([], [], "no study to pool"),
        ([0.1, 0.2], [0.1], "2 effects and 1 variances"),
        ([0.1, math.nan], [0.1, 0.1], "Study 2 has the effect nan"),
        ([0.1, math.inf], [0.1, 0.1], "Study 2 has the effect inf"),
        ([0.1, 0.2], [0.1, 0.0], "Study 2 has the variance 0; it has to be a number above 0"),
        ([0.1, 0.2], [0.1, -1.0], "Study 2 has the variance -1"),
        ([0.1, 0.2], [math.inf, 0.1], "Study 1 has the variance inf"),
    ],
)
def test_bad_studies_are_named_in_one_line(yi, vi, said):
    with pytest.raises(ComputationError, match=said) as caught:
        random_effects_posterior(yi, vi)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: HeterogeneityPrior("gamma", 1.0), "No prior for heterogeneity is called 'gamma'"),
        (lambda: HeterogeneityPrior("half-normal", 0.0), "scale of the half-normal prior is 0"),
        (lambda: HeterogeneityPrior("half-normal", math.inf), "scale of the half-normal prior is inf"),
        (lambda: HeterogeneityPrior("log-normal", 0.3), "spread of 0"),
        (lambda: HeterogeneityPrior("jeffreys").log_density([0.1]), "depends on the variances"),
        (lambda: HeterogeneityPrior("jeffreys").quantile(0.5), "improper"),
        (lambda: HeterogeneityPrior().quantile(1.0), "between 0 and 1"),
        (lambda: random_effects_posterior(YI, VI, effect_sd=0.0), "prior of the average effect"),
        (lambda: random_effects_posterior(YI, VI, effect_mean=math.nan), "prior of the average effect"),
        (lambda: random_effects_posterior(YI, VI, level=100), "level is 100 %"),
        (lambda: random_effects_posterior(YI, VI, labels=["A"]), "1 names for 5 studies"),
        (lambda: random_effects_posterior(YI, VI).average.quantile(0.0), "between 0 and 1"),
    ],
)
def test_what_cannot_be_is_refused_with_its_value(make, said):
    with pytest.raises(ComputationError, match=said):
        make()
