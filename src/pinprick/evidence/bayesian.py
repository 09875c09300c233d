"""The Bayesian random-effects synthesis, by quadrature over the heterogeneity and without a random number.

Studies report yi with variance vi; their true effects are normal about an average effect with standard deviation tau.
Given tau, the average, every study's own effect and the effect in a new study are normal in closed form, so each
posterior is a mixture of normals over the nodes of one rule for tau (Röver 2020, doi:10.18637/jss.v093.i06, has the
same model; the rule here is another). The rule is the trapezium in log tau (in the logit of tau where its prior ends),
which converges geometrically for these integrands; steps are halved until nothing moves any more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, gammaincinv, ndtr, ndtri, sici, wrightomega

from pinprick.errors import ComputationError
from pinprick.words import _, ngettext

Floats = NDArray[np.float64]

PRIORS: Final = ("half-normal", "half-cauchy", "exponential", "uniform", "log-normal", "jeffreys")
NEGLIGIBLE: Final = 34.0  # nodes this far below the highest, in logs, weigh less than a rounding error
COARSE: Final = 0.5  # first step in log tau
STEPS: Final = 12  # how often it may be halved
SMALL: Final = 0.05  # of the smallest standard error, from where tau may run to 0
LEAST: Final = -3.75  # where tau is 1e-18 of that
SAME: Final = 1e-8  # what two successive rules may differ by; the finer of them is then exact to rounding
N_NEWTON: Final = 200  # an upper bound; three to eight steps are usual
FEW: Final = 5  # below so many studies the prior says more about tau than they do
HALF_LOG_2PI: Final = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True, slots=True)
class HeterogeneityPrior:
    """What is believed of tau, the standard deviation between studies, before seeing them.

    Parameters
    ----------
    name : str
        ``half-normal`` (Röver et al. 2021, doi:10.1002/jrsm.1475: scale 0.5 for a standardised difference or a log
        odds ratio), ``half-cauchy``, ``exponential``, ``uniform`` between 0 and the scale, ``log-normal`` (Turner et
        al. 2015, doi:10.1002/sim.6381), or ``jeffreys`` (Bodnar et al. 2017, doi:10.1002/sim.7156), which is improper
        and has no scale.
    scale : float
        In the units of the effects, positive: sd before folding, scale, mean, upper end or median, in that order. An
        infinite scale of ``uniform`` is the improper flat prior.
    spread : float
        Only for ``log-normal``: the standard deviation of log tau. Turner's priors are of tau squared, on which a
        normal(m, s) for the logarithm is a scale of exp(m / 2) and a spread of s / 2.

    Raises
    ------
    ComputationError
        If the name is none of these, or a scale or spread is not positive.

    Examples
    --------
    >>> prior = HeterogeneityPrior("half-normal", 0.5)
    >>> round(prior.quantile(0.95), 3)
    0.98
    """

    name: str = "half-normal"
    scale: float = 0.5
    spread: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no prior."""
        if self.name not in PRIORS:
            raise ComputationError(f"No prior for heterogeneity is called {self.name!r}; take one of {_list(PRIORS)}.")
        flat = self.name == "uniform" and self.scale == math.inf
        if not (self.scale > 0 and (math.isfinite(self.scale) or flat)):
            raise ComputationError(
                f"The scale of the {self.name} prior is {self.scale:g}; it has to be a positive number, in the units "
                "of the effects."
            )
        if self.name == "log-normal" and not (self.spread > 0 and math.isfinite(self.spread)):
            raise ComputationError(
                f"The log-normal prior has a spread of {self.spread:g}; give the sd of log tau, a number above 0."
            )

    @property
    def is_proper(self) -> bool:
        """Whether the prior holds a probability of 1 in all."""
        return self.name != "jeffreys" and math.isfinite(self.scale)

    def log_density(self, tau: ArrayLike, vi: ArrayLike | None = None) -> Floats:
        """Logarithm of the density at these tau, shape (n,); of an improper prior, up to a constant.

        Parameters
        ----------
        tau : (n,) array_like
            Standard deviations between studies, not negative.
        vi : (k,) array_like, optional
            Variances of the studies, which only Jeffreys' prior depends on.

        Raises
        ------
        ComputationError
            If Jeffreys' prior is asked without the variances.

        Examples
        --------
        >>> HeterogeneityPrior("exponential", 2.0).log_density([0.0, 2.0]).round(4).tolist()
        [-0.6931, -1.6931]
        """
        at, scale = np.asarray(tau, dtype=float), self.scale
        inside = at >= 0
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            if self.name == "half-normal":
                log_density = math.log(2 / scale) - HALF_LOG_2PI - 0.5 * (at / scale) ** 2
            elif self.name == "half-cauchy":
                log_density = math.log(2 / (math.pi * scale)) - np.log1p((at / scale) ** 2)
            elif self.name == "exponential":
                log_density = -math.log(scale) - at / scale
            elif self.name == "uniform":
                log_density = np.full(at.shape, 0.0 if math.isinf(scale) else -math.log(scale))
                inside &= at <= scale
            elif self.name == "log-normal":
                z = (np.log(at) - math.log(scale)) / self.spread
                log_density = -np.log(at * self.spread) - HALF_LOG_2PI - 0.5 * z**2
                inside &= at > 0
            else:
                log_density = self._log_jeffreys(at, vi)
            density: Floats = np.where(inside, log_density, -np.inf)
        return density

    def quantile(self, probability: float) -> float:
        """Give the tau below which the prior puts this probability, 0 < probability < 1; proper priors only.

        Raises
        ------
        ComputationError
            If the prior is improper, or the probability is not between 0 and 1.
        """
        if not self.is_proper:
            raise ComputationError(f"The {self.name} prior is improper and has no quantiles; name a proper one.")
        if not 0 < probability < 1:
            raise ComputationError(f"Quantiles exist for probabilities between 0 and 1, not for {probability:g}.")
        match self.name:
            case "half-normal":
                return self.scale * math.sqrt(2 * float(gammaincinv(0.5, probability)))
            case "half-cauchy":
                return self.scale * math.tan(math.pi * probability / 2)
            case "exponential":
                return -self.scale * math.log1p(-probability)
            case "log-normal":
                return self.scale * math.exp(self.spread * float(ndtri(probability)))
            case _:
                return self.scale * probability

    @staticmethod
    def _log_jeffreys(tau: Floats, vi: ArrayLike | None) -> Floats:
        """Half the logarithm of the Fisher information of tau, whose constant is left out."""
        if vi is None:
            raise ComputationError("Jeffreys' prior depends on the variances of the studies; pass them as vi.")
        ratio = tau[..., None] / (np.asarray(vi, dtype=float) + tau[..., None] ** 2)
        half_log: Floats = 0.5 * np.log((ratio**2).sum(axis=-1))
        return half_log

    @property
    def _tail(self) -> float:
        """Say how fast the density falls: as tau to minus this power, infinity for faster than any."""
        if self.name == "uniform" and math.isinf(self.scale):
            return 0.0
        return {"half-cauchy": 2.0, "jeffreys": 1.0}.get(self.name, math.inf)


@dataclass(frozen=True, slots=True)
class NormalMixture:
    """A finite mixture of normal distributions.

    Parameters
    ----------
    location, scale, weight : (n_component,) ndarray
        Means, standard deviations and weights, which sum to 1.
    """

    location: Floats
    scale: Floats
    weight: Floats

    @property
    def mean(self) -> float:
        """Mean of the mixture."""
        return float(self.weight @ self.location)

    @property
    def sd(self) -> float:
        """Standard deviation of the mixture."""
        return float(np.sqrt(self.weight @ (self.scale**2 + (self.location - self.mean) ** 2)))

    def probability_below(self, threshold: float) -> float:
        """P(X < threshold)."""
        return min(1.0, float(self.weight @ ndtr((threshold - self.location) / self.scale)))

    def probability_above(self, threshold: float) -> float:
        """P(X > threshold), from the upper tail so that small values keep their digits."""
        return min(1.0, float(self.weight @ ndtr((self.location - threshold) / self.scale)))

    def density(self, at: ArrayLike) -> Floats:
        """Density at these values, shape (n,)."""
        z = (np.atleast_1d(np.asarray(at, dtype=float))[:, None] - self.location) / self.scale
        density: Floats = np.exp(-0.5 * z**2 - HALF_LOG_2PI) @ (self.weight / self.scale)
        return density

    def quantile(self, probability: ArrayLike) -> Floats:
        """Quantiles, shape (n_probability,), to a relative 1e-12, for probabilities strictly between 0 and 1.

        Raises
        ------
        ComputationError
            If a probability does not lie strictly between 0 and 1.
        """
        p = np.atleast_1d(np.asarray(probability, dtype=float))
        if not np.all((p > 0) & (p < 1)):
            raise ComputationError(f"Quantiles exist for probabilities between 0 and 1, not for {p.tolist()}.")
        quantiles: Floats = _mixture_quantiles(p, self.location[None, :], self.scale[None, :], self.weight)[0]
        return quantiles


@dataclass(frozen=True, slots=True)
class StudyEffect:
    """What is believed of one study's own effect once the others are known: drawn towards their average.

    ``mean``, ``sd``, ``low`` and ``high`` are of the posterior, ``estimate`` and ``variance`` what the study reported.
    """

    label: str
    estimate: float
    variance: float
    mean: float
    sd: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RandomEffectsPosterior:
    """Posterior of the average effect, of the heterogeneity, and of the effect in a new study.

    Parameters
    ----------
    k : int
        Number of studies.
    level : float
        Probability that each interval holds, in per cent; intervals leave equal tails.
    mean, sd, low, high : float
        Of the average effect, in the units of yi. ``sd`` is infinite, and ``mean`` not a number, where the prior and
        so few studies leave none.
    tau_mean, tau_sd, tau_median, tau_low, tau_high : float
        Of the standard deviation between studies.
    prediction_sd, prediction_low, prediction_high : float
        Of the true effect in a new study, whose mean is ``mean``.
    log_evidence : float
        Logarithm of the density of the data under model and priors; without its constant where a prior is improper.
    line, tau, weight, location, scale : (n_node,) ndarray
        Equally spaced nodes on the line that the rule works on, their tau, their posterior weights, and the average
        effect given each: normal(location, scale).
    yi, vi : (k,) ndarray
        Effects and variances as given.
    labels : tuple of str
        Names of the studies.
    heterogeneity : HeterogeneityPrior
    effect_mean, effect_sd : float
        The normal prior of the average effect; an infinite sd is the flat prior.
    caveats : tuple of str
        Doubts that travel with the result.
    """

    k: int
    level: float
    mean: float
    sd: float
    low: float
    high: float
    tau_mean: float
    tau_sd: float
    tau_median: float
    tau_low: float
    tau_high: float
    prediction_sd: float
    prediction_low: float
    prediction_high: float
    log_evidence: float
    line: Floats
    tau: Floats
    weight: Floats
    location: Floats
    scale: Floats
    yi: Floats
    vi: Floats
    labels: tuple[str, ...]
    heterogeneity: HeterogeneityPrior
    effect_mean: float
    effect_sd: float
    caveats: tuple[str, ...]

    @property
    def average(self) -> NormalMixture:
        """Distribution of the average effect."""
        return NormalMixture(self.location, self.scale, self.weight)

    @property
    def new_study(self) -> NormalMixture:
        """Distribution of the true effect in a new study."""
        return NormalMixture(self.location, np.hypot(self.scale, self.tau), self.weight)

    def probability_below(self, threshold: float) -> float:
        """P(average effect < threshold)."""
        return self.average.probability_below(threshold)

    def probability_above(self, threshold: float) -> float:
        """P(average effect > threshold)."""
        return self.average.probability_above(threshold)

    def density(self, effect: ArrayLike) -> Floats:
        """Density of the average effect at these values, shape (n,)."""
        return self.average.density(effect)

    def predictive_density(self, effect: ArrayLike) -> Floats:
        """Density of the true effect in a new study at these values, shape (n,)."""
        return self.new_study.density(effect)

    def tau_density(self, tau: ArrayLike) -> Floats:
        """Density of the standard deviation between studies at these values, shape (n,)."""
        at = np.atleast_1d(np.asarray(tau, dtype=float))
        log_density = np.full(at.shape, -np.inf)
        inside = at >= 0
        log_density[inside] = self._model.log_joint(at[inside])[0]
        return np.exp(log_density - self.log_evidence)

    def tau_probability_below(self, tau: float) -> float:
        """P(standard deviation between studies < tau)."""
        model = self._model
        if tau <= 0:
            return 0.0
        if tau >= model.end:
            return 1.0
        below = _running(np.array([model.to_line(tau)]), self.line, self.weight)[0]
        return float(min(1.0, max(0.0, below[0])))

    def study_effects(self) -> tuple[StudyEffect, ...]:
        """Each study's own effect, drawn towards the average by as much as the studies agree.

        Examples
        --------
        >>> post = random_effects_posterior([-0.9, -0.3, -0.5], [0.04, 0.05, 0.2], labels=["A", "B", "C"])
        >>> [round(effect.mean, 2) for effect in post.study_effects()]
        [-0.78, -0.43, -0.56]
        """
        location, scale = self._model.shrunken(self.tau, self.location, self.scale)
        tail = (1 - self.level / 100) / 2
        ends = _mixture_quantiles(np.array([tail, 1 - tail]), location, scale, self.weight)
        mean = location @ self.weight
        sd = np.sqrt((scale**2 + (location - mean[:, None]) ** 2) @ self.weight)
        rows = zip(self.labels, self.yi, self.vi, mean, sd, ends[:, 0], ends[:, 1], strict=True)
        return tuple(StudyEffect(label, *map(float, figures)) for label, *figures in rows)

    def as_prior(self, *, between_person_sd: float = 0.0) -> tuple[float, float]:
        """Mean and standard deviation for one new person: a new study's effect, widened by how people differ.

        Parameters
        ----------
        between_person_sd : float
            Standard deviation of the effect between people of one study, not negative, in the units of yi.

        Raises
        ------
        ComputationError
            If the prediction has no standard deviation, or the one between people is negative or no number.

        Examples
        --------
        >>> post = random_effects_posterior([-0.9, -0.3, -0.5], [0.04, 0.05, 0.2])
        >>> [round(figure, 3) for figure in post.as_prior(between_person_sd=1.0)]
        [-0.593, 1.119]
        """
        if not (between_person_sd >= 0 and math.isfinite(between_person_sd)):
            raise ComputationError(
                f"The spread between people is {between_person_sd:g}; it has to be a number of at least 0."
            )
        if not math.isfinite(self.prediction_sd):
            raise ComputationError(
                f"With {self.k} of {'study' if self.k == 1 else 'studies'} and a {self.heterogeneity.name} prior the "
                "prediction has no standard deviation; take a half-normal prior for the heterogeneity."
            )
        return self.mean, math.hypot(self.prediction_sd, between_person_sd)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with None where there is no number.

        Examples
        --------
        >>> said = random_effects_posterior([-0.9, -0.3, -0.5], [0.04, 0.05, 0.2]).to_dict()
        >>> said["k"], said["heterogeneity"]
        (3, {'name': 'half-normal', 'scale': 0.5})
        """

        def number(value: float) -> float | None:
            return value if math.isfinite(value) else None

        prior: dict[str, Any] = {"name": self.heterogeneity.name, "scale": number(self.heterogeneity.scale)}
        if self.heterogeneity.spread:
            prior["spread"] = self.heterogeneity.spread
        return {
            "k": self.k,
            "level": self.level,
            "mean": number(self.mean),
            "sd": number(self.sd),
            "low": self.low,
            "high": self.high,
            "tau": {"median": self.tau_median, "low": self.tau_low, "high": self.tau_high},
            "prediction": {"low": self.prediction_low, "high": self.prediction_high, "sd": number(self.prediction_sd)},
            "heterogeneity": prior,
            "effect": {"mean": self.effect_mean, "sd": number(self.effect_sd)},
            "caveats": list(self.caveats),
        }

    @property
    def _model(self) -> _Model:
        """The posterior before it was worked out."""
        return _Model(self.yi, self.vi, self.heterogeneity, self.effect_mean, self.effect_sd)


def random_effects_posterior(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    labels: Sequence[str] | None = None,
    heterogeneity: HeterogeneityPrior | None = None,
    effect_mean: float = 0.0,
    effect_sd: float = math.inf,
    level: float = 95.0,
) -> RandomEffectsPosterior:
    """Pool studies under a normal model with priors on the average effect and on the heterogeneity.

    Parameters
    ----------
    yi : (k,) array_like
        Effects, at least one.
    vi : (k,) array_like
        Their sampling variances, positive.
    labels : sequence of str, optional
        Names of the studies, by default their numbers.
    heterogeneity : HeterogeneityPrior, optional
        By default half-normal with scale 0.5, which fits standardised differences and log ratios, not points of a
        scale from 0 to 100.
    effect_mean, effect_sd : float
        Normal prior of the average effect; flat by default.
    level : float
        Probability of the intervals, in per cent.

    Returns
    -------
    RandomEffectsPosterior

    Raises
    ------
    ComputationError
        If there is no study, a figure is no number, a variance is not positive, or so few studies under an improper
        prior leave no posterior.

    Notes
    -----
    Given tau the average effect is normal with precision sum(1 / (vi + tau^2)) + 1 / effect_sd^2 (Röver 2020, section
    2). Probabilities and moments are exact to about 1e-12, quantiles of tau to about 1e-9.

    Examples
    --------
    Four trials on a standardised scale:

    >>> post = random_effects_posterior([-0.9, -0.3, -0.5, -0.7], [0.04, 0.05, 0.2, 0.1])
    >>> round(post.mean, 3), round(post.low, 3), round(post.high, 3)
    (-0.619, -1.055, -0.168)
    >>> round(post.probability_below(0), 3), round(post.tau_median, 3)
    (0.992, 0.239)
    """
    effects, variances, names = _checked(yi, vi, labels)
    prior = heterogeneity or HeterogeneityPrior()
    if not (effect_sd > 0 and math.isfinite(effect_mean)):
        raise ComputationError(
            f"The prior of the average effect is normal({effect_mean:g}, {effect_sd:g}); its mean has to be a number "
            "and its sd positive, or infinite for a flat prior."
        )
    if not 0 < level < 100:
        raise ComputationError(f"The level is {level:g} %; it has to lie between 0 and 100, and 95 is usual.")
    model = _Model(effects, variances, prior, effect_mean, effect_sd)
    if not model.has_moment(0):
        raise ComputationError(
            f"With {len(effects)} of {'study' if len(effects) == 1 else 'studies'} the improper {prior.name} prior "
            "leaves no posterior; take a proper prior for the heterogeneity, such as half-normal."
        )
    line, log_weight, location, scale = model.nodes()
    log_total = float(np.logaddexp.reduce(log_weight))
    weight = np.exp(log_weight - log_total)
    weight /= weight.sum()
    tau = model.from_line(line)
    tail = (1 - level / 100) / 2
    ends = np.array([tail, 1 - tail])
    average, new_study = np.vstack([scale, np.hypot(scale, tau)]), np.vstack([location, location])
    (low, high), (prediction_low, prediction_high) = _mixture_quantiles(ends, new_study, average, weight)
    tau_low, tau_median, tau_high = model.tau_quantiles(np.array([tail, 0.5, 1 - tail]), line, weight)
    mean = float(weight @ location) if model.has_mean else math.nan
    between = (
        float(weight @ (location - location[weight.argmax()]) ** 2)
        - (float(weight @ location) - location[weight.argmax()]) ** 2
    )
    variance = float(weight @ scale**2) + max(between, 0.0)
    tau_mean = float(weight @ tau) if model.has_moment(1) else math.inf
    return RandomEffectsPosterior(
        k=len(effects),
        level=level,
        mean=mean,
        sd=math.sqrt(variance) if model.has_variance else math.inf,
        low=float(low),
        high=float(high),
        tau_mean=tau_mean,
        tau_sd=math.sqrt(float(weight @ (tau - tau_mean) ** 2)) if model.has_moment(2) else math.inf,
        tau_median=float(tau_median),
        tau_low=float(tau_low),
        tau_high=float(tau_high),
        prediction_sd=math.sqrt(variance + float(weight @ tau**2)) if model.has_moment(2) else math.inf,
        prediction_low=float(prediction_low),
        prediction_high=float(prediction_high),
        log_evidence=log_total,
        line=line,
        tau=tau,
        weight=weight,
        location=location,
        scale=scale,
        yi=effects,
        vi=variances,
        labels=names,
        heterogeneity=prior,
        effect_mean=effect_mean,
        effect_sd=effect_sd,
        caveats=_caveats(model),
    )


@dataclass(frozen=True, slots=True)
class _Model:
    """Data and priors; tau lies on a line without ends: its logarithm, or its logit where the prior ends."""

    yi: Floats
    vi: Floats
    prior: HeterogeneityPrior
    effect_mean: float
    effect_sd: float

    @property
    def end(self) -> float:
        """The largest tau that the prior allows."""
        return self.prior.scale if self.prior.name == "uniform" else math.inf

    @property
    def start(self) -> float:
        """A tau too small to matter beside any study, below which the line runs to 0 doubly exponentially."""
        least = float(np.sqrt(self.vi.min()))
        return SMALL * (min(least, self.prior.scale) if self.prior.name != "jeffreys" else least)

    def from_line(self, line: Floats) -> Floats:
        """Turn a place on the line into tau: tau = start exp(x - exp(-x)), bent below the prior's end if it has one."""
        log_tau: Floats = math.log(self.start) + line - np.exp(-line)
        tau: Floats = self.end * expit(log_tau - math.log(self.end)) if math.isfinite(self.end) else np.exp(log_tau)
        return tau

    def to_line(self, tau: float) -> float:
        """Turn a positive tau below the prior's end into its place on the line."""
        log_ratio = math.log(tau / self.start) - (math.log1p(-tau / self.end) if math.isfinite(self.end) else 0.0)
        return log_ratio + float(wrightomega(-log_ratio))

    def log_stretch(self, line: Floats) -> Floats:
        """Logarithm of d tau / d x."""
        log_tau = math.log(self.start) + line - np.exp(-line)
        stretch: Floats = log_tau + np.log1p(np.exp(-line))
        return stretch - 2 * np.logaddexp(0, log_tau - math.log(self.end)) if math.isfinite(self.end) else stretch

    def log_joint(self, tau: Floats) -> tuple[Floats, Floats, Floats]:
        """Log of prior times marginal likelihood at each tau, and mean and sd of the average effect there."""
        variance = self.vi + tau[:, None] ** 2  # (n_tau, k)
        w = 1 / variance
        flat = math.isinf(self.effect_sd)
        prior_precision = 0.0 if flat else self.effect_sd**-2
        origin = float(self.yi[self.vi.argmin()])  # differences from it keep their digits when effects are large
        y = self.yi - origin
        precision = w.sum(axis=1) + prior_precision
        mean = w @ y
        if not flat:
            mean += prior_precision * (self.effect_mean - origin)
        mean /= precision
        misfit = np.einsum("ij,ij->i", w, (y - mean[:, None]) ** 2)
        if not flat:
            misfit += prior_precision * (mean - (self.effect_mean - origin)) ** 2
        constant = (HALF_LOG_2PI if flat else -math.log(self.effect_sd)) - len(y) * HALF_LOG_2PI
        log_likelihood = constant - 0.5 * (np.log(variance).sum(axis=1) + np.log(precision) + misfit)
        log_joint: Floats = log_likelihood + self.prior.log_density(tau, self.vi)
        return log_joint, mean + origin, 1 / np.sqrt(precision)

    def columns(self, line: Floats) -> Floats:
        """Along the line, shape (4, n): the place, the log of the unnormalised density, mean and sd of the average."""
        tau = self.from_line(line)
        log_joint, mean, sd = self.log_joint(tau)
        return np.array([line, log_joint + self.log_stretch(line), mean, sd])

    def nodes(self) -> Floats:
        """Nodes as `columns` gives them, the logs of their weights in the second; finer until moments stay."""
        wide = max(float(np.sqrt(self.vi.max())), float(np.ptp(self.yi)), self.start)
        if self.prior.is_proper:
            wide = max(wide, self.prior.scale)
        step = COARSE
        columns = self._that_weigh(self.columns(np.arange(LEAST, math.log(wide / self.start) + 40, step)))
        before = np.full(3, np.inf)
        for _halving in range(STEPS):
            now = self._moments(columns, step)
            if np.all(np.abs(now - before) <= SAME * (1 + np.abs(now))):
                break
            before = now
            line = columns[0]
            between = self.columns(np.concatenate([[line[0] - step / 2], line + step / 2]))
            finer = np.empty((4, 2 * len(line) + 1))
            finer[:, ::2], finer[:, 1::2] = between, columns
            step /= 2
            columns = self._that_weigh(finer)
        columns[1] += math.log(step)
        return columns

    def _that_weigh(self, columns: Floats) -> Floats:
        """Keep the nodes that can move a probability, or a moment of tau that exists, and one beyond each end."""
        order = 2 if self.has_moment(2) else 1 if self.has_moment(1) else 0
        lifted = columns[1] + order * columns[0]  # far out x is log tau
        moves = (columns[1] > columns[1].max() - NEGLIGIBLE) | (lifted > lifted.max() - NEGLIGIBLE)
        heavy = np.flatnonzero(moves)
        return columns[:, max(heavy[0] - 1, 0) : heavy[-1] + 2]

    def _moments(self, columns: Floats, step: float) -> Floats:
        """Log of the normaliser, mean of the average effect and its log sd, in standard errors: do they move?"""
        _line, height, location, scale = columns
        top = height.max()
        weight = np.exp(height - top)
        total = weight.sum()
        unit = float(np.sqrt(self.vi.min()))
        mean = weight @ ((location - self.yi[self.vi.argmin()]) / unit) / total
        return np.array([top + math.log(total * step), mean, weight @ np.log(scale / unit) / total])

    def tau_quantiles(self, p: Floats, line: Floats, weight: Floats) -> Floats:
        """Quantiles of tau: the running total, by sinc functions, is as exact as the rule itself."""
        inner = np.cumsum(weight) - weight / 2
        low, high = np.full(p.shape, line[0]), np.full(p.shape, line[-1])
        at = np.interp(p, inner, line)
        for _step in range(N_NEWTON):
            below, density = _running(at, line, weight)
            excess = below - p
            low, high = np.where(excess <= 0, at, low), np.where(excess > 0, at, high)
            new = at - excess / np.maximum(density, 1e-300)
            new = np.where((new >= low) & (new <= high), new, (low + high) / 2)
            done = bool(np.all(np.abs(new - at) <= 1e-12))
            at = new
            if done:
                break
        return self.from_line(at)

    def shrunken(self, tau: Floats, location: Floats, scale: Floats) -> tuple[Floats, Floats]:
        """Mean and sd of each study's own effect at each tau, shape (k, n_tau)."""
        variance, between = self.vi[:, None], tau**2
        pull = variance / (variance + between)  # towards the average
        mean: Floats = pull * location + (1 - pull) * self.yi[:, None]
        return mean, np.sqrt(pull * between + (pull * scale) ** 2)

    def has_moment(self, order: int) -> bool:
        """Whether tau to this power has a posterior mean; at 0, whether there is a posterior."""
        fall = self.prior._tail + len(self.yi) - (1 if math.isinf(self.effect_sd) else 0)
        return fall - order > 1

    @property
    def has_mean(self) -> bool:
        """Whether the average effect has a mean: under a normal prior always."""
        return not math.isinf(self.effect_sd) or self.has_moment(1)

    @property
    def has_variance(self) -> bool:
        """Whether the average effect has a variance: under a normal prior always."""
        return not math.isinf(self.effect_sd) or self.has_moment(2)


def _running(at: Floats, line: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Probability below places on the line, and the density there, from the sinc functions about the nodes."""
    step = (line[-1] - line[0]) / (len(line) - 1)
    z = math.pi * (at[:, None] - line) / step
    below: Floats = (0.5 + sici(z)[0] / math.pi) @ weight
    density: Floats = np.sinc(z / math.pi) @ weight / step
    return below, density


def _mixture_quantiles(p: Floats, location: Floats, scale: Floats, weight: Floats) -> Floats:
    """Quantiles of mixtures with common weights: components (n_mixture, n_component) to (n_mixture, n_probability)."""
    keep = weight > 1e-18
    location, scale, weight = location[:, None, keep], scale[:, None, keep], weight[keep] / weight[keep].sum()
    each = location + scale * ndtri(p)[:, None]  # (n_mixture, n_probability, n_component)
    low, high = each.min(axis=2), each.max(axis=2)  # the mixture's quantile lies between its components'
    order = np.argsort(each, axis=2)
    running = np.cumsum(weight[order], axis=2)
    middle = np.minimum((running < 0.5).sum(axis=2), each.shape[2] - 1)
    at = np.take_along_axis(np.take_along_axis(each, order, axis=2), middle[:, :, None], axis=2)[:, :, 0]
    height = weight * math.exp(-HALF_LOG_2PI) / scale
    least = scale.min(axis=2)
    for _step in range(N_NEWTON):
        z = (at[:, :, None] - location) / scale
        excess = ndtr(z) @ weight - p
        slope = (np.exp(-0.5 * z**2) * height).sum(axis=2)
        high, low = np.where(excess > 0, at, high), np.where(excess <= 0, at, low)
        with np.errstate(divide="ignore", invalid="ignore"):
            new = at - excess / slope
        new = np.where((new >= low) & (new <= high), new, (low + high) / 2)
        done = bool(np.all(np.abs(new - at) <= 1e-12 * (np.abs(at) + least)))
        at = new
        if done:
            break
    return at


def _checked(yi: ArrayLike, vi: ArrayLike, labels: Sequence[str] | None) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Effects, variances and names, once they make sense together."""
    effects, variances = (np.atleast_1d(np.asarray(column, dtype=float)) for column in (yi, vi))
    if effects.ndim != 1 or effects.shape != variances.shape:
        raise ComputationError(
            f"There are {effects.size} effects and {variances.size} variances; each study needs one of each."
        )
    if not effects.size:
        raise ComputationError("There is no study to pool; give at least one effect with its variance.")
    names = tuple(labels) if labels is not None else tuple(str(number) for number in range(1, len(effects) + 1))
    if len(names) != len(effects):
        raise ComputationError(f"There are {len(names)} names for {len(effects)} studies; give one for each.")
    for name, effect, variance in zip(names, effects, variances, strict=True):
        if not math.isfinite(effect):
            raise ComputationError(f"Study {name} has the effect {effect:g}, which is no number; leave it out.")
        if not (variance > 0 and math.isfinite(variance)):
            raise ComputationError(
                f"Study {name} has the variance {variance:g}; it has to be a number above 0. "
                "Leave the study out, or find its standard error."
            )
    return effects, variances, names


def _caveats(model: _Model) -> tuple[str, ...]:
    """Doubts that follow from data and priors."""
    said = []
    k, prior = len(model.yi), model.prior
    if k < FEW:
        few = ngettext(
            "There is only {k} study. How much studies differ is taken from what was assumed beforehand.",
            "There are only {k} studies. How much they differ is taken mostly from what was assumed beforehand.",
            k,
        )
        said.append(few.format(k=k))
    if not (model.has_mean and model.has_variance and model.has_moment(2)):
        said.append(_("So few studies and so open an assumption leave no average width. The ranges still hold."))
    if k > 1 and prior.is_proper:
        w = 1 / model.vi
        q = float(w @ (model.yi - w @ model.yi / w.sum()) ** 2)
        tau2 = (q - (k - 1)) / (w.sum() - (w @ w) / w.sum())  # DerSimonian and Laird 1986
        if tau2 > prior.quantile(0.975) ** 2:
            said.append(_("The studies differ by more than was thought likely beforehand. That may be too tight."))
    if not math.isinf(model.effect_sd):
        w = 1 / (model.vi + max(tau2, 0.0)) if k > 1 and prior.is_proper else 1 / model.vi
        distance = abs(float(w @ model.yi / w.sum()) - model.effect_mean)
        if distance > 2.5 * math.hypot(model.effect_sd, float(w.sum()) ** -0.5):
            said.append(_("The studies lie far from where the effect was thought to be beforehand."))
    return tuple(said)


def _list(names: Sequence[str]) -> str:
    """Names as a list in words."""
    return f"{', '.join(names[:-1])} or {names[-1]}"
