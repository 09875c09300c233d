"""brms' model integrated by quadrature, so that agreement with it can be judged on more diaries than Stan can fit.

The model of ``rating ~ 1 + day + on_first + ar(p = 1, cov = TRUE)`` with brms' default priors: flat for the
coefficients, half Student-t(3, 0, 2.5) for sigma (the scale brms takes for ratings that vary by less), uniform on
(-1, 1) for the autocorrelation. The weak prior of the intercept is left out: the ratings outweigh it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from .diaries import Diary
from .peers import Fit, design

AUTOCORRELATION = np.tanh(np.linspace(-2.5, 3.5, 121))
SIGMA = np.exp(np.linspace(np.log(0.3), np.log(6), 80))


def posterior(diary: Diary) -> tuple[float, float]:
    """Posterior mean and sd of the effect; the diary has no missing day."""
    columns = np.column_stack([design(diary.day, diary.on_first), diary.rating])
    n_day = len(columns)
    log_weight = np.empty((len(AUTOCORRELATION), len(SIGMA)))
    mean, variance = np.empty(len(AUTOCORRELATION)), np.empty(len(AUTOCORRELATION))
    for i, phi in enumerate(AUTOCORRELATION):
        white = columns.copy()
        white[1:] -= phi * columns[:-1]
        white[0] *= np.sqrt(1 - phi**2)
        gram = white.T @ white
        inverse = np.linalg.inv(gram[:3, :3])
        coefficients = inverse @ gram[:3, 3]
        rss = gram[3, 3] - gram[:3, 3] @ coefficients
        mean[i], variance[i] = coefficients[2], inverse[2, 2]
        log_weight[i] = (
            0.5 * np.log(1 - phi**2)
            - 0.5 * np.linalg.slogdet(gram[:3, :3])[1]
            - (n_day - 3) * np.log(SIGMA)
            - rss / 2 / SIGMA**2
            + stats.t.logpdf(SIGMA / 2.5, 3)
            + np.log(SIGMA)  # the nodes are equally spaced in log sigma
            + np.log(1 - phi**2)  # and in the inverse hyperbolic tangent of phi
        )
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    of_phi = weight.sum(axis=1)
    centre = of_phi @ mean
    spread = (weight * SIGMA**2).sum(axis=1) @ variance + of_phi @ (mean - centre) ** 2
    return float(centre), float(np.sqrt(spread))


def fit_all(diaries: Sequence[Diary]) -> Fit:
    """Every diary's posterior mean and sd, as a peer's fits."""
    found = np.array([posterior(diary) for diary in diaries])
    return Fit(**{name: found[:, 0] if name == "estimate" else found[:, 1] for name in Fit.__slots__})
