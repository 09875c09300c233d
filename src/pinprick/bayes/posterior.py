"""A posterior as a finite mixture of Student-t distributions with one common number of degrees of freedom.

Given a quadrature node the effect is Student-t in closed form, so the posterior is the mixture of those
over the nodes. Mean, sd and every probability are sums; only a quantile needs a root, found to machine
precision by a safeguarded Newton step. Nothing here draws a random number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, stdtr, stdtrit

from pinprick.errors import ComputationError

Floats = NDArray[np.float64]

N_NEWTON = 200  # an upper bound; six to ten steps are usual
NEGLIGIBLE = 1e-17  # components below this weight cannot move a quantile


@dataclass(frozen=True, slots=True)
class Posterior:
    """Posterior of the effect, in the units of the ratings, positive where the first treatment is better.

    Parameters
    ----------
    df : float
        Degrees of freedom, common to all components; positive.
    location, scale, weight : (n_component,) ndarray
        Student-t components; weights sum to 1.
    phi, spread, sigma : (n_component,) ndarray
        The autocorrelation and spread ratio of the node behind each component, and its day-to-day sd
        (root of residual sum of squares over df).

    Examples
    --------
    One component is an ordinary Student-t:

    >>> one = np.array([1.0])
    >>> post = Posterior(df=30.0, location=np.array([0.5]), scale=np.array([0.4]), weight=one,
    ...                  phi=0 * one, spread=one, sigma=one)
    >>> round(post.probability_above(0.0), 4)
    0.8895
    >>> [round(x, 3) for x in post.interval(0.95)]
    [-0.317, 1.317]
    """

    df: float
    location: Floats
    scale: Floats
    weight: Floats
    phi: Floats
    spread: Floats
    sigma: Floats

    @property
    def mean(self) -> float:
        """Posterior mean; needs more than 1 degree of freedom."""
        if self.df <= 1:
            raise ComputationError(
                f"The posterior has {self.df:g} degrees of freedom, and a mean needs more than 1; rate more days."
            )
        return float(self.weight @ self.location)

    @property
    def sd(self) -> float:
        """Posterior standard deviation; needs more than 2 degrees of freedom."""
        if self.df <= 2:
            raise ComputationError(
                f"The posterior has {self.df:g} degrees of freedom, and an sd needs more than 2; rate more days."
            )
        within = self.scale**2 * self.df / (self.df - 2)
        between = (self.location - self.mean) ** 2  # about the mean: no cancellation when the effect is large
        return float(np.sqrt(self.weight @ (within + between)))

    @property
    def median(self) -> float:
        """Posterior median."""
        return float(self.quantile(0.5)[0])

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Equal-tailed interval that holds the effect with this probability, 0 < level < 1."""
        low, high = self.quantile([(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)

    def probability_below(self, threshold: float) -> float:
        """P(effect < threshold): the mixture's distribution function, in closed form."""
        return min(1.0, float(self.weight @ stdtr(self.df, (threshold - self.location) / self.scale)))

    def probability_above(self, threshold: float) -> float:
        """P(effect > threshold), computed from the upper tail so that values near 1 and 0 keep their digits."""
        return min(1.0, float(self.weight @ stdtr(self.df, (self.location - threshold) / self.scale)))

    def probability_within(self, threshold: float) -> float:
        """P(|effect| < threshold)."""
        return max(0.0, 1 - self.probability_above(threshold) - self.probability_below(-threshold))

    @property
    def expected_phi(self) -> float:
        """Posterior mean of the autocorrelation, counting the point mass at 0."""
        return float(self.weight @ self.phi)

    @property
    def probability_unequal_spread(self) -> float:
        """Posterior probability that the two treatments' day-to-day spreads differ."""
        return float(self.weight[self.spread != 1].sum())

    def density(self, effect: ArrayLike) -> Floats:
        """Posterior density at these effects, shape (n_effect,), per rating point."""
        z = (np.atleast_1d(np.asarray(effect, dtype=float))[:, None] - self.location) / self.scale
        density: Floats = self._standard_density(z) @ (self.weight / self.scale)
        return density

    def _standard_density(self, z: Floats) -> Floats:
        """Density of Student's t with this posterior's degrees of freedom."""
        log_constant = gammaln((self.df + 1) / 2) - gammaln(self.df / 2) - 0.5 * np.log(np.pi * self.df)
        density: Floats = np.exp(log_constant - (self.df + 1) / 2 * np.log1p(z**2 / self.df))
        return density

    def quantile(self, probability: ArrayLike) -> Floats:
        """Quantiles of the effect, shape (n_probability,), for probabilities strictly between 0 and 1.

        Raises
        ------
        ComputationError
            If a probability does not lie strictly between 0 and 1.
        """
        p = np.atleast_1d(np.asarray(probability, dtype=float))
        if not np.all((p > 0) & (p < 1)):
            raise ComputationError(f"Quantiles exist for probabilities between 0 and 1, not for {p.tolist()}.")
        keep = self.weight > NEGLIGIBLE
        location, scale, weight = self.location[keep], self.scale[keep], self.weight[keep]
        each = location + scale * stdtrit(self.df, p[:, None])  # (n_probability, n_component)
        low, high = each.min(axis=1), each.max(axis=1)  # the mixture's quantile lies between its components'
        at: Floats = each @ (weight / weight.sum())
        for _ in range(N_NEWTON):
            z = (at[:, None] - location) / scale
            excess = stdtr(self.df, z) @ weight - p
            density = self._standard_density(z) @ (weight / scale)
            high = np.where(excess > 0, at, high)
            low = np.where(excess <= 0, at, low)
            with np.errstate(divide="ignore", invalid="ignore"):
                step = at - excess / density
            inside = (step >= low) & (step <= high)  # the root itself may already be an end
            new = np.where(inside, step, (low + high) / 2)
            done = np.abs(new - at) <= 1e-13 * (1 + np.abs(at)) + 1e-15 * (high - low)
            at = new
            if np.all(done):
                break
        return at
