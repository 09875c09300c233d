"""Quadrature nodes and weights for the three quantities that are not integrated exactly.

phi (autocorrelation), w (share of pure measurement noise) and h (ratio of the two treatments' spreads)
get a small fixed grid. Everything else in the model is integrated in closed form at each node.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pinprick.bayes.priors import Priors

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Grid:
    """Nodes of the quadrature; node 0 is the point mass at phi = 0.

    ``phi`` and ``white_share`` are (n_node,), ``log_mass_autocorrelated`` is the log prior mass of nodes
    1 onwards *given* phi > 0, shape (n_node - 1,); ``spread`` and ``log_mass_spread`` are (n_spread,).
    """

    phi: Floats
    white_share: Floats
    log_mass_autocorrelated: Floats
    spread: Floats
    log_mass_spread: Floats

    def log_mass(self, independent_mass: float) -> Floats:
        """Log prior mass of each (phi, w) node, shape (n_node,), with this much mass at phi = 0."""
        with np.errstate(divide="ignore"):  # a mass of exactly 0 at phi = 0 is allowed
            at_zero = np.log(independent_mass)
        return np.concatenate([[at_zero], np.log1p(-independent_mass) + self.log_mass_autocorrelated])


@lru_cache(maxsize=16)
def make_grid(priors: Priors) -> Grid:
    """The quadrature for these priors.

    phi > 0 has density proportional to ``(phi + 0.1) / sqrt(1 - phi**2)`` on (0, phi_top): it leans
    upwards because an autocorrelation estimated from a few weeks leans downwards.
    At phi = 0 the share w is not identified, so one node serves.

    Examples
    --------
    >>> from pinprick.bayes.priors import PRIORS
    >>> grid = make_grid(PRIORS)
    >>> len(grid.phi) == 1 + len(PRIORS.white_shares) * PRIORS.n_phi
    True
    >>> bool(abs(np.exp(grid.log_mass(0.25)).sum() - 1) < 1e-12)
    True
    """
    points, weights = np.polynomial.legendre.leggauss(priors.n_phi)
    phi = priors.phi_top * (points + 1) / 2
    mass = weights * (phi + 0.1) / np.sqrt(1 - phi**2)
    mass /= mass.sum()
    shares = np.asarray(priors.white_shares)
    grid = Grid(
        phi=np.concatenate([[0.0], np.repeat(phi, len(shares))]),
        white_share=np.concatenate([[0.0], np.tile(shares, len(phi))]),
        log_mass_autocorrelated=np.log(np.repeat(mass, len(shares)) / len(shares)),
        spread=np.asarray(priors.spread_ratios),
        log_mass_spread=np.log(np.asarray(priors.spread_masses)),
    )
    for array in (
        grid.phi,
        grid.white_share,
        grid.log_mass_autocorrelated,
        grid.spread,
        grid.log_mass_spread,
    ):
        array.setflags(write=False)  # the grid is shared by every fit
    return grid
