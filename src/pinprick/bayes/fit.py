"""From ratings to the posterior of the effect: the definition, in plain NumPy.

    y_t = mu + beta * t / 28 + tau * (x_t - 1/2) + u_t + e_t

with x_t = 1 on the first treatment and 0 on the second, u an AR(1) process, e measurement noise,
``sd(u + e) = sigma * h`` on the first treatment and ``sigma / h`` on the second. mu, beta, tau and sigma
are integrated exactly at each node (phi, w, h) of the grid.

Whitening is linear, so the spread ratio h needs no filter pass of its own: the columns are whitened once,
each split by treatment, and every h only mixes the two halves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pinprick.bayes.grid import Grid, make_grid
from pinprick.bayes.posterior import Posterior
from pinprick.bayes.priors import PRIORS, Priors
from pinprick.bayes.whiten import whiten
from pinprick.errors import ComputationError

Floats = NDArray[np.float64]

TREND_DAYS = 28  # the trend's prior sd is per four weeks
WASH_IN = (0.0, 0.3, 0.55, 0.75)  # lambda: the share of yesterday's level that is still there today
WASH_IN_MASSES = (0.40, 0.25, 0.20, 0.15)

# positions of the columns that describe a day, each of them split by treatment
LEVEL, TREND, EXPOSURE, RATING = range(4)


def fit(
    day: ArrayLike,
    rating: ArrayLike,
    on_first: ArrayLike,
    *,
    period_days: float,
    scale_range: float = 10.0,
    priors: Priors = PRIORS,
) -> Posterior:
    """Posterior of the effect from everything rated so far.

    Parameters
    ----------
    day : (n_obs,) array_like of int
        Day of each rating, counted from the first day of the trial (day 0), strictly increasing.
    rating : (n_obs,) array_like of float
        Ratings, turned so that larger is better. NaN is not allowed: leave the day out.
    on_first : (n_obs,) array_like of bool
        Whether the day belongs to the first treatment.
    period_days : float
        Days that one treatment runs before it may change; positive.
    scale_range : float
        Width of the rating's scale, in its own points (10 for 0-10); positive.
    priors : Priors
        The priors; those that ship unless told otherwise.

    Returns
    -------
    Posterior
        Of tau, in the rating's own points, positive where the first treatment is better.

    Raises
    ------
    ComputationError
        If fewer than 3 days are rated, or the arrays do not fit together.

    References
    ----------
    The conditional posterior is the normal-inverse-gamma regression of O'Hagan and Forster (2004),
    Kendall's Advanced Theory of Statistics 2B, 2nd ed., chapter 11.

    Examples
    --------
    >>> day = np.arange(28)
    >>> on_first = day // 2 % 2 == 0
    >>> rating = np.where(on_first, 6.0, 4.0) + np.sin(day)
    >>> post = fit(day, rating, on_first, period_days=2)
    >>> 1.5 < post.mean < 2.5, post.probability_above(0.0) > 0.99
    (True, True)
    """
    return fit_looks(
        day, rating, on_first, looks=None, period_days=period_days, scale_range=scale_range, priors=priors
    )[0]


def fit_looks(
    day: ArrayLike,
    rating: ArrayLike,
    on_first: ArrayLike,
    *,
    looks: ArrayLike | None,
    period_days: float,
    scale_range: float = 10.0,
    priors: Priors = PRIORS,
) -> list[Posterior]:
    """Posteriors at several looks, each from the ratings of days up to and including the look's day.

    One filter pass serves all looks, because it runs forward in time.

    Parameters
    ----------
    looks : (n_look,) array_like of int, or None
        Days (counted like ``day``) at whose end to look; None for one look at the last rated day.

    The other parameters are those of `fit`.

    Raises
    ------
    ComputationError
        If fewer than 3 days are rated by the first look, or the arrays do not fit together.
    """
    days, y, first = _checked(day, rating, on_first, period_days, scale_range)
    look_days = np.asarray([days[-1]] if looks is None else looks, dtype=np.int64)
    n_seen = np.searchsorted(days, look_days, side="right")
    if n_seen.min() < 3:
        raise ComputationError(
            f"{n_seen.min()} rated days by day {look_days.min()}; the posterior needs at least 3, so look later."
        )
    grid = make_grid(priors)
    # at lambda = 0 the exposure is the treatment itself
    columns = _split(days, y, first, np.where(first, 0.5, -0.5))
    whitened, log_variance = whiten(days, columns, grid.phi, grid.white_share)
    if looks is None or (len(look_days) == 1 and n_seen[0] == len(days)):
        grams, log_dets = [_gram(whitened)], [log_variance.sum(axis=0)]
    else:
        squares = np.cumsum(whitened[:, :, :, None] * whitened[:, :, None, :], axis=0)
        sums = np.cumsum(log_variance, axis=0)
        grams, log_dets = [squares[n - 1] for n in n_seen], [sums[n - 1] for n in n_seen]
    return [
        _posterior(
            [(gram, log_det, 0.0)],
            n_first=int(first[:n].sum()),
            n_second=int(n - first[:n].sum()),
            few_pairs=(look + 1) // (2 * period_days) < priors.few_pairs,
            variance_floor=priors.variance_floor * (scale_range / 10) ** 2,
            grid=grid,
            priors=priors,
        )
        for gram, log_det, n, look in zip(grams, log_dets, n_seen, look_days, strict=True)
    ]


def fit_wash_in(
    day: ArrayLike,
    rating: ArrayLike,
    on_first: ArrayLike,
    *,
    assigned: ArrayLike,
    level_before: float = 0.5,
    period_days: float,
    scale_range: float = 10.0,
    priors: Priors = PRIORS,
) -> Posterior:
    """Posterior of the full effect when a treatment may need days to build up and to fade.

    The exposure follows ``x_t = lambda * x_(t-1) + (1 - lambda) * a_t``; lambda has the prior masses
    ``WASH_IN_MASSES`` on the nodes ``WASH_IN``. This answers a question about size only. It never feeds
    the verdict, which is about the difference as scheduled.

    Parameters
    ----------
    assigned : (n_day,) array_like of float
        For every calendar day from day 0: 1 on the first treatment, 0 on the second, NaN where neither
        applied (a pause), at which the exposure moves towards ``level_before``.
    level_before : float
        Exposure on the eve of day 0, in [0, 1]: 0 if life until then was like the second treatment,
        1/2 if it was like neither.

    The other parameters are those of `fit`.

    Raises
    ------
    ComputationError
        As in `fit`, or if ``assigned`` does not reach the last rated day.
    """
    days, y, first = _checked(day, rating, on_first, period_days, scale_range)
    a = np.asarray(assigned, dtype=float)
    if len(a) <= days[-1]:
        raise ComputationError(
            f"`assigned` covers days 0 to {len(a) - 1}, but day {days[-1]} is rated; give every calendar day."
        )
    grid = make_grid(priors)
    levels = [exposure_level(a, carried=carried, level_before=level_before)[days] for carried in WASH_IN]
    n_level = len(levels)
    columns = _split(days, y, first, *(level - 0.5 for level in levels))  # one pass whitens every exposure
    whitened, log_variance = whiten(days, columns, grid.phi, grid.white_share)
    gram, log_det = _gram(whitened), log_variance.sum(axis=0)
    parts = []
    for i, mass in enumerate(WASH_IN_MASSES):
        half = np.array([0, 1, 2 + i, 2 + n_level])  # level, trend, this exposure, rating
        chosen = np.concatenate([half, half + 3 + n_level])
        parts.append((gram[:, chosen[:, None], chosen], log_det, float(np.log(mass))))
    return _posterior(
        parts,
        n_first=int(first.sum()),
        n_second=int((~first).sum()),
        few_pairs=(days[-1] + 1) // (2 * period_days) < priors.few_pairs,
        variance_floor=priors.variance_floor * (scale_range / 10) ** 2,
        grid=grid,
        priors=priors,
    )


def exposure_level(assigned: Floats, *, carried: float, level_before: float) -> Floats:
    """Exposure on each calendar day, in [0, 1], when a share ``carried`` of yesterday's level remains."""
    level, levels = level_before, np.empty(len(assigned))
    for i, a in enumerate(assigned):
        level = carried * level + (1 - carried) * (level_before if np.isnan(a) else a)
        levels[i] = level
    return levels


def _checked(
    day: ArrayLike, rating: ArrayLike, on_first: ArrayLike, period_days: float, scale_range: float
) -> tuple[NDArray[np.int64], Floats, NDArray[np.bool_]]:
    days = np.asarray(day, dtype=np.int64)
    y = np.asarray(rating, dtype=float)
    first = np.asarray(on_first, dtype=bool)
    if not days.shape == y.shape == first.shape or days.ndim != 1:
        raise ComputationError(
            f"day, rating and on_first have shapes {days.shape}, {y.shape} and {first.shape}; "
            "give three one-dimensional arrays of the same length."
        )
    if len(days) < 3:
        raise ComputationError(f"{len(days)} rated days; the posterior needs at least 3.")
    if days[0] < 0 or np.any(np.diff(days) <= 0):
        raise ComputationError("Days must start at 0 or later and strictly increase; sort them and merge doubles.")
    if not np.all(np.isfinite(y)):
        raise ComputationError(f"Rating {y[~np.isfinite(y)][0]} is not a number; leave unrated days out.")
    if not (period_days > 0 and scale_range > 0):
        raise ComputationError(f"period_days is {period_days} and scale_range is {scale_range}; both must be positive.")
    return days, y, first


def _split(days: NDArray[np.int64], y: Floats, first: NDArray[np.bool_], *exposures: Floats) -> Floats:
    """Level, trend, exposures and rating on first-treatment days only, then the same on second-treatment days."""
    whole = np.stack([np.ones(len(days)), days / TREND_DAYS, *exposures, y - y[0]], axis=1)
    return np.concatenate([whole * first[:, None], whole * ~first[:, None]], axis=1)


def _gram(whitened: Floats) -> Floats:
    """Sums of products of the whitened columns at each node, (n_node, n_column, n_column)."""
    by_node = whitened.transpose(1, 2, 0)
    gram: Floats = by_node @ by_node.transpose(0, 2, 1)
    return gram


def _posterior(
    parts: list[tuple[Floats, Floats, float]],
    *,
    n_first: int,
    n_second: int,
    few_pairs: bool,
    variance_floor: float,
    grid: Grid,
    priors: Priors,
) -> Posterior:
    """Integrate mu, beta and sigma at every node and weigh the nodes.

    ``parts`` holds, for each wash-in node, the Gram matrices (n_node, 8, 8), the log determinants
    (n_node,) and the node's log prior mass.
    """
    mass_at_zero = priors.independent_mass_few_pairs if few_pairs else priors.independent_mass
    h = grid.spread
    # dividing a day's columns by its relative sd (h or 1/h) is a mix of the two halves: (n_spread, 4, 8)
    mix = np.concatenate([np.eye(4) / h[:, None, None], np.eye(4) * h[:, None, None]], axis=2)
    prior_precision = np.diag([0.0, priors.trend_sd**-2, priors.effect_sd**-2])
    df = n_first + n_second - 1 - priors.lost_df

    locations, scales, log_weights, sigmas = [], [], [], []
    for gram, log_det, log_mass in parts:
        mixed = mix @ gram[:, None] @ mix.transpose(0, 2, 1)  # (n_node, n_spread, 4, 4)
        precision = mixed[..., :RATING, :RATING] + prior_precision
        moment = mixed[..., :RATING, RATING]
        covariance = np.linalg.inv(precision)
        coefficients = (covariance @ moment[..., None])[..., 0]
        rss = mixed[..., RATING, RATING] - (moment * coefficients).sum(axis=-1)
        rss = np.maximum(rss, 0.0) + variance_floor  # rounding can leave a tiny negative
        variance = rss / df
        locations.append(coefficients[..., EXPOSURE])
        scales.append(np.sqrt(variance * covariance[..., EXPOSURE, EXPOSURE]))
        sigmas.append(np.sqrt(variance))
        log_weights.append(
            log_mass
            + grid.log_mass(mass_at_zero)[:, None]
            + grid.log_mass_spread
            - 0.5 * log_det[:, None]
            - (n_first - n_second) * np.log(h)
            - 0.5 * np.linalg.slogdet(precision)[1]
            - 0.5 * df * np.log(rss)
        )
    log_weight = np.stack(log_weights)
    weight = np.exp(log_weight - log_weight.max())
    shape = weight.shape
    return Posterior(
        df=float(df),
        location=np.stack(locations).ravel(),
        scale=np.stack(scales).ravel(),
        weight=(weight / weight.sum()).ravel(),
        phi=np.broadcast_to(grid.phi[:, None], shape).ravel(),
        spread=np.broadcast_to(h, shape).ravel(),
        sigma=np.stack(sigmas).ravel(),
    )
