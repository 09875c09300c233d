"""What is not known of a set-up, drawn: every number of the model over its range, the same draws for every set-up.

Draws are lognormal about the middle of a range, with nine in ten inside it; a range may be wider to one side. Two
set-ups that share a number share its draws, so what is not known of a person's skin cancels in the ratio of their own
set-ups.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, fields
from functools import cache
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pinprick.dose.body import Profile
from pinprick.dose.data import Parameter, parameter
from pinprick.dose.lying import OUTCOMES, Values, central, kind_of_use, parameters, run
from pinprick.dose.setup import Setup
from pinprick.errors import ProtocolError

Floats = NDArray[np.float64]

NINETY: Final = NormalDist().inv_cdf(0.95)
FURTHEST: Final = 2.5
"""No draw is further out than so many standard deviations."""

LEAST_DRAWS: Final = 20
OF_MAT: Final = frozenset(("tip_radius", "half_angle", "spacing", "foam_thickness", "foam_modulus"))


@dataclass(frozen=True, slots=True)
class Range:
    """A number, and where nine draws in ten fall.

    Examples
    --------
    >>> Range(0.21, 0.15, 0.28).to_dict()
    {'mid': 0.21, 'low': 0.15, 'high': 0.28}
    """

    mid: float
    low: float
    high: float

    @property
    def spread(self) -> float:
        """The upper end over the lower; infinite where the lower is 0."""
        return self.high / self.low if self.low > 0 else math.inf

    def to_dict(self) -> dict[str, float]:
        """Its three numbers, to four digits."""
        return {key: float(f"{getattr(self, key):.4g}") for key in ("mid", "low", "high")}


def range_of(mid: float, draws: Floats) -> Range:
    """A middle with the 5th and 95th of every 100 draws; the middle is never outside."""
    low, high = np.quantile(draws, (0.05, 0.95))
    return Range(mid, min(mid, float(low)), max(mid, float(high)))


def weighted_range(draws: Floats, weight: Floats) -> Range:
    """The 5th, 50th and 95th of every 100 draws that count for more and less.

    Parameters
    ----------
    draws, weight : (n_draws,) array
        What each draw says, and how much it counts: 0 or more, 1 together.

    Examples
    --------
    >>> weighted_range(np.arange(101.0), np.full(101, 1 / 101)).mid.__round__(6)
    50.0
    """
    order = np.argsort(draws, kind="stable")
    reached = np.cumsum(weight[order]) - weight[order] / 2
    low, mid, high = np.interp((0.05, 0.5, 0.95), reached, draws[order])
    return Range(float(mid), float(low), float(high))


def normal_draws(key: str, n_draws: int, seed: int) -> Floats:
    """Standard normal draws that belong to a key: evenly spread, in an order of their own.

    Parameters
    ----------
    key : str
        Whatever names the number; the same key and seed give the same draws, whoever asks.
    n_draws : int
        How many, at least 1.
    seed : int
        0 or more.

    Returns
    -------
    (n_draws,) array
        Latin hypercube draws (McKay, Beckman and Conover 1979), cut at 2.5.
    """
    order = np.random.default_rng([seed, zlib.crc32(key.encode())]).permutation(n_draws)
    return np.clip(_normal_scores(n_draws)[order], -FURTHEST, FURTHEST)


@cache
def _normal_scores(n: int) -> Floats:
    normal = NormalDist()
    return np.array([normal.inv_cdf((i + 0.5) / n) for i in range(n)])


def spread_over(known: Parameter, scores: Floats) -> Floats:
    """Values of a number at standard normal draws; one without a range, or at 0, stays where it is."""
    if known.central <= 0 or known.low == known.high:
        return np.full_like(scores, known.central)
    up, down = math.log(known.high / known.central), math.log(known.central / known.low)
    values: Floats = known.central * np.exp(scores / NINETY * np.where(scores > 0, up, down))
    return values


@dataclass(frozen=True, slots=True)
class Drawn:
    """What every draw says of a set-up.

    Attributes
    ----------
    load_n, touching, mean_n, peak_n, mean_kpa, dent_mm, pinprick_n : (n_draws,) array
        As in `pinprick.dose.lying.Outcome`, without the error of the model itself.
    felt_n : (n_draws,) array
        Force on a bare spike that would feel as the median spike does: the same where there is no cloth.
    """

    load_n: Floats
    touching: Floats
    mean_n: Floats
    peak_n: Floats
    mean_kpa: Floats
    dent_mm: Floats
    pinprick_n: Floats
    felt_n: Floats


def drawn(setup: Setup, *, n_draws: int, seed: int = 0, profile: Profile | None = None) -> Drawn:
    """Solve a set-up at every draw.

    Parameters
    ----------
    setup : Setup
        The set-up.
    n_draws : int
        20 or more; 400 for an answer.
    seed : int
        0 or more.
    profile : Profile or None
        The back; None takes `Profile.DEFAULT`.

    Raises
    ------
    ProtocolError
        If there are too few draws.
    """
    if n_draws < LEAST_DRAWS:
        raise ProtocolError(f"A range from {n_draws} draws says nothing; give {LEAST_DRAWS} or more.")
    middle = central(setup)
    columns = {
        name: spread_over(known, normal_draws(_key(setup, name), n_draws, seed))
        for name, known in parameters(setup).items()
    }
    if setup.is_lying:
        columns["share"] = np.clip(columns["share"], 0.3, 0.8)
    names = [one.name for one in fields(middle)]
    found = np.empty((n_draws, len(OUTCOMES)))
    for i in range(n_draws):
        outcome = run(setup, Values(*(float(columns[name][i]) for name in names)), profile=profile, halved=True)
        found[i] = [getattr(outcome, name) for name in OUTCOMES]
    numbers = dict(zip(OUTCOMES, found.T.copy(), strict=True))
    return Drawn(**numbers, felt_n=felt_n(numbers["pinprick_n"], columns["tip_radius"]))


def felt_n(pinprick_n: Floats, radius_mm: Floats) -> Floats:
    """The force on a bare tip that pricks as much as a force of the probe.

    Parameters
    ----------
    pinprick_n, radius_mm : array
        Force of the probe in N, and the tip's radius in mm.

    Examples
    --------
    >>> felt_n(np.array([0.075]), np.array([0.3])).round(2)
    array([0.18])
    """
    felt: Floats = pinprick_n * 2 * radius_mm / parameter("model.probe_diameter").central
    return felt


def _key(setup: Setup, name: str) -> str:
    """Whose number it is: the mat's, the cloth's, the surface's, the use's or the person's."""
    if name in OF_MAT:
        return f"mat.{setup.mat.name}.{name}"
    owner = {
        "layer": f"layer.{setup.layer}",
        "support_scale": f"surface.{setup.surface}",
        "area": f"use.{kind_of_use(setup)}.area",
        "peak": f"use.{kind_of_use(setup)}.peak",
    }
    return owner.get(name, f"person.{name}")


def model_error(name: str, n_draws: int, seed: int) -> Floats:
    """Draws of an error that the model itself makes, by its name in model.yaml: a factor about 1."""
    known = parameter(f"model.parameters.{name}")
    return spread_over(known, normal_draws(f"model.{name}", n_draws, seed))
