"""How a rating goes with an exposure that is known only within a range: the posterior of a slope, in plain NumPy.

    y_t = mu + beta * t / 28 + b * x_t + u_t + e_t

as in `pinprick.bayes.fit`, with an exposure x_t instead of two treatments and one spread for every day. What is not
known of the exposures is a handful of equally likely draws of all of them together; each draw is fitted in closed form
and weighed by how well it explains the ratings.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pinprick.bayes.fit import TREND_DAYS
from pinprick.bayes.grid import make_grid
from pinprick.bayes.posterior import Posterior
from pinprick.bayes.priors import PRIORS, Priors
from pinprick.bayes.whiten import whiten
from pinprick.errors import ComputationError

Floats = NDArray[np.float64]

SLOPE_SD: Final = 1.0
"""Prior sd of b, in day-to-day standard deviations for an exposure of 1, about zero.

One usual session then moves a day by less than two of the person's own day-to-day deviations, 19 times in 20. That is
half of what the engine allows the effect of a treatment (`Priors.effect_sd`): a slope is secondary, and has to earn it.
"""

LEAST: Final = 5
# positions of the columns of one draw
LEVEL, TREND, EXPOSURE, RATING = range(4)


def fit_slope(
    day: ArrayLike,
    rating: ArrayLike,
    exposure: ArrayLike,
    *,
    scale_range: float = 10.0,
    slope_sd: float = SLOPE_SD,
    priors: Priors = PRIORS,
) -> Posterior:
    """Posterior of the change of a rating for an exposure of 1.

    Parameters
    ----------
    day : (n_obs,) array_like of int
        Day of each rating, from 0, strictly increasing.
    rating : (n_obs,) array_like of float
        Ratings, turned so that larger is better.
    exposure : (n_draw, n_obs) array_like of float
        Equally likely draws of the exposures of all days; one row where they are known.
    scale_range : float
        Width of the rating's scale in points; positive.
    slope_sd : float
        Prior sd of the slope in day-to-day standard deviations; positive.
    priors : Priors
        For trend, autocorrelation and noise; those that ship unless told otherwise.

    Returns
    -------
    Posterior
        In points, positive where more is better.

    Raises
    ------
    ComputationError
        If fewer than 5 days are rated, or the arrays do not fit together.

    References
    ----------
    O'Hagan and Forster (2004), Kendall's Advanced Theory of Statistics 2B, 2nd ed., chapter 11, at each draw and node.

    Examples
    --------
    >>> day = np.arange(28)
    >>> x = (day // 2 % 2).astype(float)
    >>> post = fit_slope(day, 5 + 2 * x + np.sin(day), [x])
    >>> 1.2 < post.mean < 2.2, post.interval(0.95)[0] > 0
    (True, True)
    """
    days, y = np.asarray(day, dtype=np.int64), np.asarray(rating, dtype=float)
    x = np.asarray(exposure, dtype=float)
    if days.ndim != 1 or days.shape != y.shape or x.ndim != 2 or x.shape[1:] != days.shape or not len(x):
        raise ComputationError(
            f"day, rating and exposure have shapes {days.shape}, {y.shape} and {x.shape}; "
            "give (n,), (n,) and (draws, n)."
        )
    if len(days) < LEAST or np.any(np.diff(days) <= 0) or days[0] < 0:
        raise ComputationError(f"{len(days)} rated days; a slope needs {LEAST} or more, in order of time from day 0.")
    if not (np.all(np.isfinite(y)) and np.all(np.isfinite(x)) and scale_range > 0 and slope_sd > 0):
        raise ComputationError(
            "A rating or an exposure is not a number, or a scale is not positive; leave the day out."
        )
    grid = make_grid(priors)
    n_obs, n_draw = len(days), len(x)
    base = np.stack([np.ones(n_obs), days / TREND_DAYS, y - y[0]], axis=1)
    white, log_variance = whiten(days, np.concatenate([base, x.T], axis=1), grid.phi, grid.white_share)
    known, drawn = white[..., :3], white[..., 3:]  # (n_obs, n_node, 3) and (n_obs, n_node, n_draw)
    among = np.einsum("tni,tnj->nij", known, known)
    across = np.einsum("tnd,tni->dni", drawn, known)
    gram = np.empty((n_draw, len(grid.phi), 4, 4))
    rest = [LEVEL, TREND, RATING]
    gram[:, :, np.array(rest)[:, None], rest] = among
    gram[:, :, EXPOSURE, rest] = gram[:, :, rest, EXPOSURE] = across
    gram[:, :, EXPOSURE, EXPOSURE] = np.einsum("tnd,tnd->dn", drawn, drawn)

    df = n_obs - 1 - priors.lost_df
    precision = gram[..., :RATING, :RATING] + np.diag([0.0, priors.trend_sd**-2, slope_sd**-2])
    moment = gram[..., :RATING, RATING]
    covariance = np.linalg.inv(precision)
    coefficients = (covariance @ moment[..., None])[..., 0]
    rss = np.maximum(gram[..., RATING, RATING] - (moment * coefficients).sum(axis=-1), 0.0)
    rss = rss + priors.variance_floor * (scale_range / 10) ** 2
    variance = rss / df
    log_weight = (
        grid.log_mass(priors.independent_mass)
        - 0.5 * log_variance.sum(axis=0)
        - 0.5 * np.linalg.slogdet(precision)[1]
        - 0.5 * df * np.log(rss)
    )
    weight = np.exp(log_weight - log_weight.max())
    return Posterior(
        df=float(df),
        location=coefficients[..., EXPOSURE].ravel(),
        scale=np.sqrt(variance * covariance[..., EXPOSURE, EXPOSURE]).ravel(),
        weight=(weight / weight.sum()).ravel(),
        phi=np.broadcast_to(grid.phi, weight.shape).ravel(),
        spread=np.ones(weight.size),
        sigma=np.sqrt(variance).ravel(),
    )
