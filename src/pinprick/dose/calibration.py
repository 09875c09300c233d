"""What somebody measured at home, and what the model makes of it: a first sharp feel, and spikes that touched.

A disc of the mat on a kitchen scale tells the force at which its spikes first feel sharp; how sharp a set-up is then
counts in that force, and neither tip nor skin has to be known. Dots on a back after a session tell how many spikes
touched. The model's draws then count by how well each goes with that number (Bayes' rule), so whatever hangs on the
contact moves with it: area, load, force of a spike. The model's own error is not drawn for this but summed over, draw
by draw, which leaves more draws that count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pinprick.dose.data import Parameter
from pinprick.dose.setup import Setup
from pinprick.dose.sharpness import Threshold
from pinprick.dose.uncertainty import FURTHEST, NINETY, normal_draws, spread_over
from pinprick.errors import ProtocolError

Floats = NDArray[np.float64]

MOST_TOUCHING: Final = 1_000_000
WANTED: Final = 0.15
LEAST: Final = 0.06
MORE: Final = 1.5
"""Parts of the draws that have to count after a picture: below the one there are more draws, so many times as many, and
below the other picture and model disagree."""

N_ERROR: Final = 101
"""Values of the model's own error that are summed over."""


@dataclass(frozen=True, slots=True)
class Touching:
    """How many spikes touched in one session.

    Parameters
    ----------
    count : float
        As counted, above 0.
    low, high : float
        Where the truth lies nine times in ten; dots fade, so it may be wider upwards.
    doubts : tuple of str
        What may be wrong with the count, as sentences.
    from_picture : bool
        Whether dots in a picture were counted, and not by hand.

    Raises
    ------
    ProtocolError
        If the count is not above 0 or not within its ends.

    Examples
    --------
    >>> Touching(1500, 1400, 1900).count
    1500
    >>> Touching(0, 0, 10)
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: A count of 0 touching spikes, from 0 to 10, is no range; give 1 to 1,000,000, ...
    """

    count: float
    low: float
    high: float
    doubts: tuple[str, ...] = ()
    from_picture: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.count <= self.high <= MOST_TOUCHING or self.count < 1:
            raise ProtocolError(
                f"A count of {self.count:g} touching spikes, from {self.low:g} to {self.high:g}, is no range; "
                f"give 1 to {MOST_TOUCHING:,}, the least first."
            )

    @property
    def known(self) -> Parameter:
        """The count with its range."""
        return Parameter("picture.touching", self.count, self.low, self.high, "measured")


@dataclass(frozen=True, slots=True)
class Calibration:
    """What somebody measured at home; either may be missing.

    Parameters
    ----------
    first_sharp : Threshold or None
        See `pinprick.dose.sharpness.own_threshold`.
    touching : Touching or None
        How many spikes touched; `pinprick.dose.photo.red_dots` finds it in a picture.
    touched_in : Setup or None
        The set-up of that session, under a back; None is the one that is asked, or the first of several.

    Raises
    ------
    ProtocolError
        If that session was none under the back, or there were more dots than spikes.

    Examples
    --------
    >>> from pinprick.dose.sharpness import own_threshold
    >>> Calibration(own_threshold([230, 200, 260], 27)).touching is None
    True
    """

    first_sharp: Threshold | None = None
    touching: Touching | None = None
    touched_in: Setup | None = None

    def __post_init__(self) -> None:
        if self.touching is None or self.touched_in is None:
            return
        if not self.touched_in.is_lying:
            raise ProtocolError(
                f"Touching spikes are counted after lying on the back, not with the use {self.touched_in.use!r}; "
                "take the set-up of that session."
            )
        spikes = self.touched_in.mat.spikes
        if self.touching.count > spikes:
            raise ProtocolError(
                f"There are {self.touching.count:,.0f} dots from a mat with {spikes:,} spikes; count the mat's spikes "
                "again, or take another picture."
            )


def counted_spikes(discs: int, per_disc: float) -> int:
    """A mat's spikes from its discs.

    Parameters
    ----------
    discs : int
        How many discs, 1 or more.
    per_disc : float
        Spikes of one, 1 to 2,000.

    Raises
    ------
    ProtocolError
        If a number is outside its range; `Mat` says what it thinks of the product.

    Examples
    --------
    >>> counted_spikes(210, 42)
    8820
    """
    if not 1 <= discs <= MOST_TOUCHING:
        raise ProtocolError(f"A mat with {discs} discs cannot be modelled; give 1 or more.")
    if not 1 <= per_disc <= 2000:
        raise ProtocolError(f"A disc with {per_disc:g} spikes is out of range; give 1 to 2,000 spikes.")
    return round(discs * per_disc)


@dataclass(frozen=True, slots=True)
class Conditioned:
    """What draws are worth beside a count of touching spikes.

    Attributes
    ----------
    weight : (n_draws,) array
        How much each counts; 1 together.
    error : (n_draws,) array
        The model's own error in force, a factor, as the count leaves it.
    is_direct : bool
        Whether model and count disagree, so that the count stands alone.
    """

    weight: Floats
    error: Floats
    is_direct: bool = False

    @property
    def n_effective(self) -> float:
        """How many draws of equal weight would be worth as much."""
        return 1 / float(self.weight @ self.weight)


def condition(touching: Floats, spikes: int, counted: Touching, error: Parameter, *, seed: int = 0) -> Conditioned:
    """Weigh draws by how well the spikes that touch in each go with those that were counted.

    Parameters
    ----------
    touching : (n_draws,) array
        Spikes that touch in each draw, without the model's own error; at least 1.
    spikes : int
        Of the mat, which no draw goes beyond.
    counted : Touching
        The count.
    error : Parameter
        The model's own error, a factor: a draw's force times it, and its touching spikes over it.
    seed : int
        Of the draws.

    Returns
    -------
    Conditioned
        With weights for a count that is lognormal about the truth, its spread to each side its own.

    Examples
    --------
    >>> draws, error = np.array([1000.0, 2000, 3000]), Parameter("error", 1, 0.8, 1.25, "assumption")
    >>> told = condition(draws, 6000, Touching(2000, 1900, 2100), error)
    >>> int(told.weight.argmax()), told.error.round(1)
    (1, array([0.7, 1. , 1.4]))
    """
    scores = np.linspace(-FURTHEST, FURTHEST, N_ERROR)
    errors = spread_over(error, scores)
    log_touching = np.log(np.minimum(touching[:, None] / errors, spikes))
    off = log_touching - math.log(counted.count)
    up, down = (max(1e-6, side) for side in _sides(counted))
    fit = -(scores**2) / 2 - (off / np.where(off > 0, up, down)) ** 2 / 2
    best = fit.max(axis=1, keepdims=True)
    likely = np.exp(fit - best)
    total = likely.sum(axis=1)
    log_weight = best[:, 0] + np.log(total)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    # the error that goes with each draw: one value of its distribution there, at the draw's own place in it
    own = normal_draws("model.force_error", len(touching), seed)
    place = np.array([NormalDist().cdf(one) for one in own])
    reached = (np.cumsum(likely, axis=1) - likely / 2) / total[:, None]
    left = np.array([np.interp(at, row, scores) for at, row in zip(place, reached, strict=True)])
    return Conditioned(weight, spread_over(error, left))


def direct(touching: Floats, counted: Touching, *, seed: int = 0) -> Conditioned:
    """Let a count stand alone: every draw counts alike, and touches as many spikes as were counted.

    Examples
    --------
    >>> alone = direct(np.full(100, 2000.0), Touching(500, 450, 600))
    >>> alone.is_direct, bool(3.2 < np.median(alone.error) < 4.5)
    (True, True)
    """
    n_draws = len(touching)
    truth = spread_over(counted.known, normal_draws("model.force_error", n_draws, seed))
    return Conditioned(np.full(n_draws, 1 / n_draws), touching / truth, is_direct=True)


def _sides(counted: Touching) -> Sequence[float]:
    """Standard deviations of the logarithm, upwards and downwards."""
    return math.log(counted.high / counted.count) / NINETY, math.log(counted.count / counted.low) / NINETY
