"""The engine's priors, each with its reason.

Everything that has a scale is expressed in units of sigma, the day-to-day standard deviation of the
person who rates, so that the same priors serve a calm diary and a wild one.
"""

from __future__ import annotations

from dataclasses import dataclass

from pinprick.errors import ProtocolError


@dataclass(frozen=True, slots=True)
class Priors:
    """Priors of the daily-rating model (``docs/method.md``, section 2).

    Parameters
    ----------
    effect_sd : float
        Prior sd of the effect tau, in sigma. Smaller shrinks large true effects too far;
        ten times larger makes short trials indecisive.
    trend_sd : float
        Prior sd of the linear trend, in sigma per 28 days. A flat trend would waste early days.
    lost_df : int
        Degrees of freedom given away beyond the one that the mean costs. One lost degree restores
        the interval's coverage when phi has to be estimated from a few weeks.
    variance_floor : float
        Added to the residual sum of squares, in squared points of a 0-10 scale. Rounded ratings
        can be all equal; without a floor the posterior would then be certain.
    phi_top : float
        Upper end of the autocorrelation. Negative values are left out on purpose: it is conservative.
    n_phi : int
        Gauss-Legendre nodes on (0, phi_top). See ``docs/calibration.md`` for what fewer or more change.
    white_shares : tuple of float
        Equally likely shares w of the day-to-day variance that are pure measurement noise, in [0, 1).
    independent_mass, independent_mass_few_pairs : float
        Prior probability that ratings are independent (phi = 0); the second holds while fewer than
        ``few_pairs`` pairs of periods have passed. A mass at zero cures intervals that are too short
        for one-day periods and too long for four-day periods at the same time.
    spread_ratios, spread_masses : tuple of float
        Nodes h and their prior masses: the sd of a rating is ``sigma * h`` on the first treatment and
        ``sigma / h`` on the second. A spike at 1 with wide nodes beside it: nearly free when the
        spreads are equal, and protection when they are not. Closed under h -> 1/h, so that naming the
        treatments in the other order only turns the sign.

    Raises
    ------
    ProtocolError
        If a scale is not positive, a mass does not lie in [0, 1], or the spread nodes are not
        symmetric.

    Examples
    --------
    >>> PRIORS.effect_sd
    2.0
    >>> Priors(n_phi=0)
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: n_phi is 0; the quadrature needs at least 1 node, so give 1 or more.
    """

    effect_sd: float = 2.0
    trend_sd: float = 1.0
    lost_df: int = 1
    variance_floor: float = 0.1
    phi_top: float = 0.98
    n_phi: int = 5
    white_shares: tuple[float, ...] = (0.0, 0.5)
    independent_mass: float = 0.25
    independent_mass_few_pairs: float = 0.40
    few_pairs: int = 6
    spread_ratios: tuple[float, ...] = (0.72, 0.8, 1.0, 1 / 0.8, 1 / 0.72)
    spread_masses: tuple[float, ...] = (0.04, 0.06, 0.80, 0.06, 0.04)

    def __post_init__(self) -> None:
        if self.n_phi < 1:
            raise ProtocolError(f"n_phi is {self.n_phi}; the quadrature needs at least 1 node, so give 1 or more.")
        for name in ("effect_sd", "trend_sd"):
            value = getattr(self, name)
            if not value > 0:
                raise ProtocolError(f"{name} is {value}; a prior sd is positive, so give a number above 0.")
        for name in ("independent_mass", "independent_mass_few_pairs"):
            value = getattr(self, name)
            if not 0 <= value < 1:
                raise ProtocolError(f"{name} is {value}; give a probability from 0 up to, not including, 1.")
        if not all(0 <= w < 1 for w in self.white_shares) or not self.white_shares:
            raise ProtocolError(f"white_shares is {self.white_shares}; give shares from 0 up to, not including, 1.")
        pairs = list(zip(self.spread_ratios, self.spread_masses, strict=True))
        mirrored = [(1 / h, p) for h, p in reversed(pairs)]
        same = all(abs(h - g) < 1e-12 and p == q for (h, p), (g, q) in zip(pairs, mirrored, strict=True))
        if not same or abs(sum(self.spread_masses) - 1) > 1e-12:
            raise ProtocolError(
                f"spread_ratios {self.spread_ratios} with masses {self.spread_masses} are not closed under "
                "h -> 1/h with masses that sum to 1; mirror them, or naming the treatments in the other "
                "order would change the answer."
            )


PRIORS = Priors()
"""The priors that ship, and for which ``analysis/thresholds.json`` was calibrated."""
