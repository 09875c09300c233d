"""One forward pass that whitens columns under AR(1) plus measurement noise.

The daily residual is ``u + e``: u is a stationary AR(1) process with variance 1 - w, e is white noise with
variance w, and their sum has variance 1. Rated days may lie any number of days apart; a day without a
rating is skipped exactly, because u decays as ``phi ** gap`` over the gap.

The pass is a scalar Kalman filter run for many columns and many (phi, w) nodes at once. It is the
definition; the compiled kernel repeats it and is tested against it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def whiten(day: NDArray[np.int64], columns: Floats, phi: Floats, white_share: Floats) -> tuple[Floats, Floats]:
    """Whiten columns at each (phi, w) node.

    Parameters
    ----------
    day : (n_obs,) ndarray of int
        Day numbers of the rated days, strictly increasing.
    columns : (n_obs, n_column) ndarray
        The columns of the linear model and the ratings.
    phi, white_share : (n_node,) ndarray
        Autocorrelation in [0, 1) and share of measurement noise in [0, 1].

    Returns
    -------
    whitened : (n_obs, n_node, n_column) ndarray
        Columns whose residuals are independent with unit variance (times sigma).
    log_variance : (n_obs, n_node) ndarray
        Log variance of each one-step prediction error; summed over days it is the log determinant of
        the residuals' correlation matrix.

    References
    ----------
    Durbin and Koopman (2012), Time Series Analysis by State Space Methods, 2nd ed., section 4.3: the
    Kalman filter, here with one state and a missing-data step of ``gap`` days.

    Examples
    --------
    With phi = 0 there is nothing to whiten:

    >>> white, log_variance = whiten(np.array([0, 1, 5]), np.ones((3, 1)), np.array([0.0]), np.array([0.0]))
    >>> white[:, 0, 0].tolist(), log_variance.sum(axis=0).tolist()
    ([1.0, 1.0, 1.0], [0.0])
    """
    n_obs, n_column = columns.shape
    n_node = len(phi)
    decay = phi ** np.diff(day, prepend=day[:1] - 1)[:, None]  # (n_obs, n_node)
    slow_variance = 1 - white_share
    whitened = np.empty((n_obs, n_node, n_column))
    innovation_variance = np.empty((n_obs, n_node))
    state = np.zeros((n_node, n_column))
    variance = slow_variance
    for i in range(n_obs):
        if i:
            state = decay[i][:, None] * state
            variance = slow_variance + decay[i] ** 2 * (variance - slow_variance)
        total = variance + white_share
        innovation = columns[i] - state
        whitened[i] = innovation / np.sqrt(total)[:, None]
        innovation_variance[i] = total
        gain = variance / total
        state = state + gain[:, None] * innovation
        variance = variance - gain * variance
    return whitened, np.log(innovation_variance)
