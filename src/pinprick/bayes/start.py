"""Posteriors of a level shift for every day on which it could have begun, from one filter pass.

The model is that of ``fit.py`` with one switch: the second phase's exposure begins on one day. A test that
redraws this day needs the same posterior for each day that could have been drawn. Whitening is linear, so
one pass over the whole columns and over their parts from each start on serves all of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pinprick.bayes.fit import TREND_DAYS, _checked, _gram, _posterior
from pinprick.bayes.grid import make_grid
from pinprick.bayes.posterior import Posterior
from pinprick.bayes.priors import PRIORS, Priors
from pinprick.bayes.whiten import whiten

Floats = NDArray[np.float64]


def fit_starts(
    day: ArrayLike,
    rating: ArrayLike,
    starts: ArrayLike,
    *,
    period_days: float,
    scale_range: float = 10.0,
    priors: Priors = PRIORS,
) -> list[Posterior | None]:
    """Posterior of the shift for each possible start, as `pinprick.bayes.fit.fit` would give it one by one.

    Parameters
    ----------
    day, rating : (n_obs,) array_like
        As in `fit`.
    starts : (n_start,) array_like of int
        Days, counted like ``day``, on which the second phase could have begun.
    period_days, scale_range, priors
        As in `fit`.

    Returns
    -------
    list of Posterior or None
        For each start the posterior of how much better the days from it on are than those before. None where
        one side holds no rated day: the ratings then say nothing of the shift, and its posterior is its prior.

    Raises
    ------
    ComputationError
        As in `fit`.

    Examples
    --------
    >>> from pinprick.bayes.fit import fit
    >>> day = np.arange(40)
    >>> rating = 4 + 2.0 * (day >= 20) + np.sin(day)
    >>> early, true, _ = fit_starts(day, rating, [10, 20, 60], period_days=20)
    >>> true.mean > early.mean, abs(true.mean - fit(day, rating, day >= 20, period_days=20).mean) < 1e-9
    (True, True)
    """
    after = np.asarray(day)[:, None] >= np.asarray(starts, dtype=np.int64)  # (n_obs, n_start)
    days, y, _ = _checked(day, rating, np.zeros(len(after), dtype=bool), period_days, scale_range)
    n_start = after.shape[1]
    grid = make_grid(priors)
    whole = np.stack([np.ones(len(days)), days / TREND_DAYS, y - y[0]], axis=1)  # level, trend, rating
    parts = after[:, :, None] * whole[:, None, :]
    columns = np.concatenate([whole, parts.reshape(len(days), 3 * n_start)], axis=1)
    whitened, log_variance = whiten(days, columns, grid.phi, grid.white_share)
    gram, log_det = _gram(whitened), log_variance.sum(axis=0)
    few_pairs = (days[-1] + 1) // (2 * period_days) < priors.few_pairs
    found: list[Posterior | None] = []
    for i in range(n_start):
        n_after = int(after[:, i].sum())
        if not 0 < n_after < len(days):
            found.append(None)
            continue
        chosen = np.concatenate([3 + 3 * i + np.arange(3), np.arange(3)])  # from the start on, whole
        halves = HALVES @ gram[:, chosen[:, None], chosen] @ HALVES.T
        found.append(
            _posterior(
                [(halves, log_det, 0.0)],
                n_first=n_after,
                n_second=len(days) - n_after,
                few_pairs=few_pairs,
                variance_floor=priors.variance_floor * (scale_range / 10) ** 2,
                grid=grid,
                priors=priors,
            )
        )
    return found


def _halves() -> Floats:
    """Level, trend, exposure and rating on either side, (8, 6), from the columns after the start and whole.

    The exposure is 1/2 from the start on and -1/2 before it; what lies before is the whole less what comes after.
    """
    mix = np.zeros((8, 6))
    for row, (column, factor) in enumerate([(0, 1.0), (1, 1.0), (0, 0.5), (2, 1.0)]):
        mix[row, column] = factor
        sign = -1.0 if row == 2 else 1.0
        mix[4 + row, column] = -sign * factor
        mix[4 + row, 3 + column] = sign * factor
    return mix


HALVES = _halves()
