"""From a posterior to an effect: how much better the first treatment did, in the rating's own points."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pinprick.analysis.observations import Observations
from pinprick.bayes.fit import fit_looks, fit_wash_in
from pinprick.bayes.posterior import Posterior
from pinprick.bayes.priors import PRIORS, Priors
from pinprick.trial.protocol import Question

Floats = NDArray[np.float64]

LEVEL = 0.95
N_DOTS = 50


@dataclass(frozen=True, slots=True)
class Effect:
    """How much better the first treatment did than the second.

    Attributes
    ----------
    mean, median, sd, low, high : float
        Posterior summaries in the rating's own points, positive where the first treatment is better;
        ``low`` to ``high`` holds the effect with probability ``level``.
    better, worse : float
        P(effect > 0) and P(effect < 0).
    worthwhile : float
        P(effect > delta): better by at least what matters.
    no_worthwhile_benefit : float
        P(effect < delta).
    no_difference_that_matters : float
        P(-delta < effect < delta).
    delta : float
        The smallest difference that matters, in points.
    dots : (50,) tuple of float
        Equally likely values of the effect: the 1 %, 3 %, ... 99 % quantiles.
    expected_phi : float
        Posterior mean of the autocorrelation from day to day.
    sigma : float
        Day-to-day standard deviation, in points.
    """

    mean: float
    median: float
    sd: float
    low: float
    high: float
    level: float
    better: float
    worse: float
    worthwhile: float
    no_worthwhile_benefit: float
    no_difference_that_matters: float
    delta: float
    dots: tuple[float, ...]
    expected_phi: float
    sigma: float

    def third(self, question: Question) -> float:
        """Probability behind the third finding of this question."""
        if question is Question.AGAINST_CONTROL:
            return self.no_worthwhile_benefit
        return self.no_difference_that_matters


def posterior_of(observations: Observations, *, priors: Priors = PRIORS) -> Posterior:
    """Posterior of the effect; needs ``observations.can_be_fitted``."""
    return fit_looks(
        observations.day,
        observations.rating,
        observations.on_first,
        looks=[observations.n_days - 1],
        period_days=observations.period_days,
        scale_range=observations.outcome.width,
        priors=priors,
    )[0]


def estimate(posterior: Posterior, *, delta: float, level: float = LEVEL) -> Effect:
    """Summarise a posterior for a smallest difference that matters, in points."""
    tails = [(1 - level) / 2, 0.5, (1 + level) / 2]
    levels = np.concatenate([tails, (np.arange(N_DOTS) + 0.5) / N_DOTS])
    low, median, high, *dots = posterior.quantile(levels).tolist()
    return Effect(
        mean=posterior.mean,
        median=median,
        sd=posterior.sd,
        low=low,
        high=high,
        level=level,
        better=posterior.probability_above(0.0),
        worse=posterior.probability_below(0.0),
        worthwhile=posterior.probability_above(delta),
        no_worthwhile_benefit=posterior.probability_below(delta),
        no_difference_that_matters=posterior.probability_within(delta),
        delta=delta,
        dots=tuple(dots),
        expected_phi=posterior.expected_phi,
        sigma=float(posterior.weight @ posterior.sigma),
    )


def full_effect(
    observations: Observations, *, against_control: bool, level: float = LEVEL
) -> tuple[float, float, float]:
    """Median and interval of the full effect if the treatments need days to build up and to fade, in points."""
    posterior = fit_wash_in(
        observations.day,
        observations.rating,
        observations.on_first,
        assigned=observations.assigned,
        level_before=0.0 if against_control else 0.5,
        period_days=observations.period_days,
        scale_range=observations.outcome.width,
    )
    low, median, high = posterior.quantile([(1 - level) / 2, 0.5, (1 + level) / 2]).tolist()
    return median, low, high


def likelihood(observations: Observations, effects: ArrayLike, *, priors: Priors = PRIORS) -> NDArray[np.float32]:
    """One person's likelihood of the effect, for pooling with other people's.

    Everything but the effect is integrated out under its prior; the effect itself has a flat prior.

    Parameters
    ----------
    observations : Observations
        At least 5 rated days, both treatments among them.
    effects : (n_effect,) array_like
        Effects in rating points at which to evaluate; `likelihood_grid` gives the usual 61.

    Returns
    -------
    (n_effect,) ndarray of float32
        Likelihood, scaled so that its largest value is 1.
    """
    flat = replace(priors, effect_sd=np.inf)
    density = posterior_of(observations, priors=flat).density(effects)
    scaled: NDArray[np.float32] = (density / density.max()).astype(np.float32)
    return scaled


def likelihood_grid(width: float) -> Floats:
    """The 61 effects at which likelihoods are stored: six tenths of the scale's width to either side."""
    return np.linspace(-0.6 * width, 0.6 * width, 61)
