"""Make-believe people: their days, their noise, and everything that can fool a rule.

One `Person` is a known truth; `simulate_ratings` lets many of them keep a diary. Ratings are turned so that
larger is better, as the engine sees them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinprick.errors import ProtocolError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SETTLING_DAYS = 10  # time constant of the settling-in after a flare


@dataclass(frozen=True, slots=True)
class Person:
    """A known truth about somebody who rates every day, in points of a 0-10 scale.

    Parameters
    ----------
    effect : float
        Points by which the first treatment is better.
    sd : float
        Day-to-day standard deviation, noise included; positive.
    phi : float
        Autocorrelation of the slow part, in [0, 1).
    white_share : float
        Share of the variance that is measurement noise, in [0, 1].
    spread_ratio : float
        Day-to-day sd on the first treatment divided by that on the second; the whole residual is
        scaled, slow part included. Their geometric mean stays ``sd``.
    missing : float
        Probability that a day is not rated, in [0, 1).
    whole_points : bool
        Ratings are rounded to whole points and cut at 0 and 10.
    level : float
        Mean rating half way between the treatments; near 0 it makes a floor.
    drift : float
        Linear change over the whole trial, in points.
    settling : float
        Points by which the first days are worse, fading with a time constant of 10 days.
    weekend : float
        Points by which days 6 and 7 of every week are better.
    heavy_tails : bool
        Daily shocks are Student-t with 3 degrees of freedom instead of normal.
    carried : float
        Share of yesterday's exposure still there today (lambda), in [0, 1).

    Raises
    ------
    ProtocolError
        If a value lies outside the range above.

    Examples
    --------
    >>> Person(effect=1.0, sd=1.5, phi=0.3).white_share
    0.0
    >>> Person(sd=0.0)
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: sd is 0.0; a make-believe person needs a positive day-to-day spread.
    """

    effect: float = 0.0
    sd: float = 1.5
    phi: float = 0.0
    white_share: float = 0.0
    spread_ratio: float = 1.0
    missing: float = 0.0
    whole_points: bool = False
    level: float = 5.0
    drift: float = 0.0
    settling: float = 0.0
    weekend: float = 0.0
    heavy_tails: bool = False
    carried: float = 0.0

    def __post_init__(self) -> None:
        if not self.sd > 0:
            raise ProtocolError(f"sd is {self.sd}; a make-believe person needs a positive day-to-day spread.")
        if not self.spread_ratio > 0:
            raise ProtocolError(f"spread_ratio is {self.spread_ratio}; a ratio of two spreads is positive.")
        for name in ("phi", "missing", "carried"):
            value = getattr(self, name)
            if not 0 <= value < 1:
                raise ProtocolError(f"{name} is {value}; give a number from 0 up to, not including, 1.")
        if not 0 <= self.white_share <= 1:
            raise ProtocolError(f"white_share is {self.white_share}; a share lies between 0 and 1.")


def draw_orders(n_trial: int, n_day: int, period_days: int, rng: np.random.Generator) -> Bools:
    """Randomised AB/BA pairs of periods: (n_trial, n_day), True on the first treatment.

    Each pair of periods holds each treatment once, in an order drawn by a fair coin. A ceiling that is not
    a whole number of pairs cuts the last pair short.

    Examples
    --------
    >>> order = draw_orders(1, 12, 3, np.random.default_rng(1))[0]
    >>> sorted(order[:6].tolist()) == [False] * 3 + [True] * 3
    True
    """
    n_pair = -(-n_day // (2 * period_days))
    first_leads = rng.random((n_trial, n_pair)) < 0.5
    period = np.stack([first_leads, ~first_leads], axis=2).reshape(n_trial, 2 * n_pair)
    return np.repeat(period, period_days, axis=1)[:, :n_day]


def simulate_ratings(person: Person, on_first: Bools, rng: np.random.Generator) -> Floats:
    """Diaries of this person under the given orders.

    Parameters
    ----------
    person : Person
        The truth.
    on_first : (n_trial, n_day) ndarray of bool
        The treatment of each day, as `draw_orders` gives it.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    rating : (n_trial, n_day) ndarray
        Larger is better; NaN where the day was not rated.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> rating = simulate_ratings(Person(effect=2.0), draw_orders(500, 56, 2, rng), rng)
    >>> rating.shape
    (500, 56)
    """
    n_trial, n_day = on_first.shape
    if person.heavy_tails:
        shock = rng.standard_t(3, size=(n_day, n_trial)) / np.sqrt(3)  # unit variance
        start = rng.standard_normal(n_trial)
    else:
        shock = rng.standard_normal((n_day, n_trial))
        start = shock[0]
    slow = np.empty((n_day, n_trial))
    slow[0] = start
    kick = np.sqrt(1 - person.phi**2)
    for day in range(1, n_day):
        slow[day] = person.phi * slow[day - 1] + kick * shock[day]
    residual = np.sqrt(1 - person.white_share) * slow.T
    if person.white_share:
        residual = residual + np.sqrt(person.white_share) * rng.standard_normal((n_trial, n_day))
    root = np.sqrt(person.spread_ratio)
    residual *= person.sd * np.where(on_first, root, 1 / root)

    exposure = on_first.astype(float)
    if person.carried:
        level = np.full(n_trial, 0.5)
        for day in range(n_day):
            level = person.carried * level + (1 - person.carried) * on_first[:, day]
            exposure[:, day] = level
    days = np.arange(n_day)
    course = (
        person.drift * days / max(n_day - 1, 1)
        - person.settling * np.exp(-days / SETTLING_DAYS)
        + person.weekend * (days % 7 >= 5)
    )
    rating: Floats = person.level + course + person.effect * (exposure - 0.5) + residual
    if person.whole_points:
        rating = np.clip(np.round(rating), 0, 10)
    if person.missing:
        rating[rng.random((n_trial, n_day)) < person.missing] = np.nan
    return rating
