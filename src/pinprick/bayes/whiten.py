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
    decay[0] = 0.0  # nothing is known before the first rating
    slow = 1 - white_share

    # the variances depend on the gaps alone, so they come first
    predicted = np.empty((n_obs, n_node))  # of u, given every earlier day
    variance = slow
    for i, shrink in enumerate(decay**2):
        predicted[i] = slow + shrink * (variance - slow)
        variance = predicted[i] * white_share / (predicted[i] + white_share)
    total = predicted + white_share
    gain = predicted / total

    # what is then known of u, for every column at once: a first-order recursion, two operations a day
    known = gain[:, :, None] * columns[:, None, :]
    keep = ((1 - gain) * decay)[:, :, None]
    for i in range(1, n_obs):
        known[i] += keep[i] * known[i - 1]
    expected = np.zeros((n_obs, n_node, n_column))
    expected[1:] = decay[1:, :, None] * known[:-1]
    return (columns[:, None, :] - expected) / np.sqrt(total)[:, :, None], np.log(total)
