"""The same days under another prior: what the diary says to somebody who came with a belief of their own.

The rule of a trial keeps the engine's neutral prior (`pinprick.bayes.priors`), for which its error was calibrated.
What stands here is shown beside the finding and decides nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from scipy.special import ndtr

from pinprick.analysis.effect import LEVEL, Floats, posterior_of
from pinprick.analysis.observations import Observations
from pinprick.bayes.normal_prior import NormalPrior
from pinprick.bayes.priors import PRIORS

N_GRID: Final = 4_001
REACH: Final = 8.0  # sds of the narrower of prior and diary beyond which nothing is left
IN_CONFLICT: Final = 0.05  # chance of days so far from what was expected, below which it is said


class Leaning(StrEnum):
    """Which way somebody leans after the days."""

    BETTER = "better"
    WORSE = "worse"
    SMALL = "small"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A prior, the days, and what is believed after them.

    Attributes
    ----------
    prior : NormalPrior
        What was expected.
    mean, sd, low, high : float
        After the days, in the rating's own points; ``low`` to ``high`` holds the effect with probability .95.
    better, worthwhile, no_difference_that_matters : float
        P(effect > 0), P(effect > delta) and P(-delta < effect < delta).
    conflict_p : float
        How often this prior would see days at least as far from its mean; small where they contradict it.
    """

    prior: NormalPrior
    mean: float
    sd: float
    low: float
    high: float
    better: float
    worthwhile: float
    no_difference_that_matters: float
    conflict_p: float

    @property
    def in_conflict(self) -> bool:
        """Whether the days are too far from what was expected for this prior to be of use."""
        return self.conflict_p < IN_CONFLICT

    @property
    def leaning(self) -> Leaning:
        """What can be said with 95 % or more: better, worse, too small to matter; else that it is open."""
        if self.better >= LEVEL:
            return Leaning.BETTER
        if self.better <= 1 - LEVEL:
            return Leaning.WORSE
        small = max(self.no_difference_that_matters, 1 - self.worthwhile) >= LEVEL
        return Leaning.SMALL if small else Leaning.OPEN


@dataclass(frozen=True, slots=True)
class DaysAlone:
    """The diary under a flat prior, on a grid: what any prior is multiplied with.

    Attributes
    ----------
    effect : (n_grid,) ndarray
        Effects in points, rising and equally spaced.
    density : (n_grid,) ndarray
        The days' likelihood as a density over them.
    mean, sd : float
        Centre and width of it, by its quartiles: its tails are those of a Student-t.
    """

    effect: Floats
    density: Floats
    mean: float
    sd: float


def days_alone(observations: Observations, *, reach: float) -> DaysAlone:
    """The diary's own likelihood; needs ``observations.can_be_fitted``. ``reach`` is how far the grid must go."""
    posterior = posterior_of(observations, priors=replace(PRIORS, effect_sd=np.inf))
    low, middle, high = posterior.quantile([0.25, 0.5, 0.75]).tolist()
    sd = (high - low) / (2 * 0.6744897501960817)
    far = max(reach, abs(middle) + REACH * sd)
    effect = np.linspace(-far, far, N_GRID)
    return DaysAlone(effect, posterior.density(effect), middle, sd)


def under_prior(days: DaysAlone, prior: NormalPrior, *, delta: float, level: float = LEVEL) -> Weighed:
    """Weigh the days against what was expected.

    Prior times likelihood on a grid. The conflict is the prior predictive tail of Box (1980,
    doi:10.2307/2982063): the chance, under this prior, of a centre as far from its mean as the days' own.

    Examples
    --------
    Two equally strong opinions meet halfway:

    >>> grid = np.linspace(-10, 10, 4001)
    >>> days = DaysAlone(grid, NormalPrior(2.0, 0.5).density(grid), 2.0, 0.5)
    >>> said = under_prior(days, NormalPrior(0.0, 0.5), delta=1.0)
    >>> round(said.mean, 3), round(said.sd, 3), round(said.conflict_p, 4)
    (1.0, 0.354, 0.0047)
    """
    joint = days.density * prior.density(days.effect)
    weight = joint / joint.sum()
    mean = float(weight @ days.effect)
    sd = math.sqrt(float(weight @ (days.effect - mean) ** 2))
    below = np.cumsum(weight) - weight / 2  # at each grid point, half of its own weight lies below
    low, high = np.interp([(1 - level) / 2, (1 + level) / 2], below, days.effect).tolist()
    worse, under, under_minus = np.interp([0.0, delta, -delta], days.effect, below).tolist()
    z = abs(days.mean - prior.mean) / math.hypot(days.sd, prior.sd)
    return Weighed(
        prior, mean, sd, low, high, 1 - worse, 1 - under, under - under_minus, conflict_p=float(2 * ndtr(-z))
    )
