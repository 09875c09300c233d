"""Which treatment is best: P-scores, and the probability of every rank.

Both are read off the estimates' joint normal distribution: a P-score from pairs, a rank from all at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from pinprick.errors import ComputationError
from pinprick.evidence.network_trials import choice

Floats = NDArray[np.float64]

N_SHIFTS: Final = 8  # copies of the lattice for rank probabilities
N_POINTS: Final = 512  # in each


@dataclass(frozen=True, slots=True)
class Rank:
    """How one treatment stands among those of its part of the network.

    Parameters
    ----------
    treatment : str
    p_score : float
        Mean certainty that it is better than another, 0 to 1 (Rücker and Schwarzer 2015,
        doi:10.1186/s12874-015-0060-8).
    mean_rank : float
        1 is best.
    low, high : int
        The ranks that hold it with the level's probability.
    probability : tuple of float
        Of each rank, the best first.
    """

    treatment: str
    p_score: float
    mean_rank: float
    low: int
    high: int
    probability: tuple[float, ...]

    @property
    def probability_best(self) -> float:
        """Probability that no other treatment is better."""
        return self.probability[0]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Treatments from best to worst by P-score; ``error`` is the largest standard error of a rank probability."""

    ranks: tuple[Rank, ...]
    error: float

    def __getitem__(self, treatment: str) -> Rank:
        """Give the rank of a treatment by its name."""
        for rank in self.ranks:
            if rank.treatment == treatment:
                return rank
        raise ComputationError(
            f"There is no treatment {treatment!r} in this ranking; it has {choice([r.treatment for r in self.ranks])}."
        )


def p_scores(treatments: Sequence[str], estimates: Floats, se: Floats, *, lower_is_better: bool) -> dict[str, float]:
    """Mean certainty of each treatment that it is better than another, best first.

    One-sided normal probabilities, averaged (Rücker and Schwarzer 2015, doi:10.1186/s12874-015-0060-8, equation 5).

    Parameters
    ----------
    treatments : sequence of str
        n of them, at least 2.
    estimates, se : (n, n) ndarray
        Row minus column, and standard errors, 0 on the diagonal.
    lower_is_better : bool

    Examples
    --------
    >>> d, se = np.array([[0.0, -1.0], [1.0, 0.0]]), np.array([[0.0, 0.5], [0.5, 0.0]])
    >>> {name: round(score, 3) for name, score in p_scores(["mat", "rest"], d, se, lower_is_better=True).items()}
    {'mat': 0.977, 'rest': 0.023}
    """
    n = len(treatments)
    z = np.divide(estimates, se, out=np.zeros((n, n)), where=se > 0)
    better = ndtr(-z if lower_is_better else z)
    scores = (better.sum(axis=1) - 0.5) / (n - 1)  # the diagonal holds a half
    order = sorted(range(n), key=lambda i: (-scores[i], treatments[i]))
    return {treatments[i]: float(scores[i]) for i in order}


def rank_treatments(
    treatments: Sequence[str], estimates: Floats, se: Floats, covariance: Floats, *, lower_is_better: bool, level: float
) -> Ranking:
    """Put treatments in order by their P-scores, each with the probability of every rank.

    Parameters
    ----------
    treatments, estimates, se, lower_is_better
        As `p_scores` takes them; the reference is the first treatment.
    covariance : (n - 1, n - 1) ndarray
        Of the other treatments against the reference, in their order.
    level : float
        Of the ranks that hold a treatment, in per cent.

    Examples
    --------
    >>> d, se = np.array([[0.0, -1.0], [1.0, 0.0]]), np.array([[0.0, 0.5], [0.5, 0.0]])
    >>> ranking = rank_treatments(["mat", "rest"], d, se, np.array([[0.25]]), lower_is_better=True, level=95)
    >>> [(rank.treatment, rank.low, rank.high, round(rank.probability_best, 3)) for rank in ranking.ranks]
    [('mat', 1, 1, 0.977), ('rest', 2, 2, 0.023)]
    """
    n = len(treatments)
    probability, error = rank_probabilities(estimates[1:, 0], covariance, lower_is_better=lower_is_better)
    tail = (1 - level / 100) / 2
    ranks = []
    for treatment, score in p_scores(treatments, estimates, se, lower_is_better=lower_is_better).items():
        row = probability[treatments.index(treatment)]
        running = np.cumsum(row)
        low = int(np.searchsorted(running, tail)) + 1
        high = min(int(np.searchsorted(running, 1 - tail)) + 1, n)
        ranks.append(Rank(treatment, score, n - (n - 1) * score, low, high, tuple(map(float, row))))
    return Ranking(tuple(ranks), error)


def rank_probabilities(d: Floats, covariance: Floats, *, lower_is_better: bool) -> tuple[Floats, float]:
    """Probability that each treatment has each rank under the joint normal distribution of their effects.

    A lattice rule in shifted copies draws points for all treatments (Richtmyer, folded; Genz 1992,
    doi:10.1080/10618600.1992.10477010, has both): the same every time, with an error estimated from the copies. Then
    each treatment in turn is integrated out exactly, given the others.

    Parameters
    ----------
    d : (n - 1,) ndarray
        Effects of all treatments but the reference, against the reference.
    covariance : (n - 1, n - 1) ndarray
    lower_is_better : bool

    Returns
    -------
    probability : (n, n) ndarray
        Of each treatment (row, the reference first) to have each rank (column, the best first).
    error : float
        The largest standard error among them.

    Examples
    --------
    >>> probability, error = rank_probabilities(np.array([1.0]), np.array([[0.25]]), lower_is_better=True)
    >>> probability.round(3).tolist(), error < 0.001
    ([[0.977, 0.023], [0.023, 0.977]], True)
    """
    n = len(d) + 1
    mean = np.append(0.0, d) * (1 if lower_is_better else -1)
    root = np.linalg.cholesky(covariance)
    L = np.zeros((n, n))  # precision of differences alone: a common shift of all ranks nothing
    L[1:, 1:] = np.linalg.inv(covariance)
    L[0, 1:] = L[1:, 0] = -L[1:, 1:].sum(axis=0)
    L[0, 0] = -L[0, 1:].sum()
    steps = np.sqrt(np.array(_primes(2 * n - 2), dtype=float))
    copies = np.arange(1, N_SHIFTS + 1)[:, None, None] * steps[n - 1 :]
    points = np.mod(np.arange(N_POINTS)[:, None] * steps[: n - 1] + copies, 1.0).reshape(-1, n - 1)
    x = np.zeros((len(points), n))
    x[:, 1:] = ndtri(np.clip(np.abs(2 * points - 1), 1e-12, 1 - 1e-12)) @ root.T
    given_others = x - x @ L / np.diag(L) + mean
    x += mean
    order = np.argsort(x, axis=1)
    ordered = np.take_along_axis(x, order, axis=1)
    each = np.empty((N_SHIFTS, n, n))
    for i in range(n):
        others = ordered[order != i].reshape(-1, n - 1)
        below = ndtr((others - given_others[:, i : i + 1]) * math.sqrt(L[i, i]))
        each[:, i] = np.diff(below.reshape(N_SHIFTS, N_POINTS, n - 1).mean(axis=1), prepend=0.0, append=1.0)
    return each.mean(axis=0), float((each.std(axis=0, ddof=1) / math.sqrt(N_SHIFTS)).max())


def _primes(n: int) -> list[int]:
    """Give the first n primes."""
    found: list[int] = []
    candidate = 2
    while len(found) < n:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found
