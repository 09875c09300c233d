"""What somebody expects of an effect before the first day, as a normal distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from pinprick.errors import ProtocolError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NormalPrior:
    """What somebody expects of the effect before the first day: a normal distribution, in the rating's points.

    Parameters
    ----------
    mean : float
        Positive where the first treatment is expected to be better.
    sd : float
        Positive.

    Raises
    ------
    ProtocolError
        If the sd is not above 0, or either is not a number.

    Examples
    --------
    >>> NormalPrior(0.5, 0.8).probability_above(0.0) > 0.7
    True
    >>> NormalPrior(0.5, 0.0)
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: A prior with mean 0.5 and sd 0.0 lets nothing be learnt; give an sd above 0.
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and math.isfinite(self.sd) and self.sd > 0):
            raise ProtocolError(
                f"A prior with mean {self.mean} and sd {self.sd} lets nothing be learnt; give an sd above 0."
            )

    def probability_above(self, threshold: float) -> float:
        """P(effect > threshold) before any day."""
        return float(ndtr((self.mean - threshold) / self.sd))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Equal-tailed interval before any day, 0 < level < 1."""
        half = float(ndtri((1 + level) / 2)) * self.sd
        return self.mean - half, self.mean + half

    def density(self, effects: Floats) -> Floats:
        """Density at these effects, shape (n_effect,), per rating point."""
        z = (effects - self.mean) / self.sd
        density: Floats = np.exp(-0.5 * z**2) / (self.sd * math.sqrt(2 * math.pi))
        return density
