"""One connected part of a network as numbers: weighted least squares, heterogeneity, and whether its trials agree.

Every trial is first turned into independent comparisons (`NetworkTrial.apart`), so that all weights are diagonal:
1 / (v + tau2). They are fitted twice, with treatments that have one effect throughout (Rücker 2012,
doi:10.1002/jrsm.1058) and with effects that each design, the set of treatments that a trial compares, has to itself.
The second leaves heterogeneity; what it explains beyond the first is inconsistency.

Throughout, n is the number of treatments, r that of independent comparisons, and ``place`` maps each treatment to its
number, 0 for the reference.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr, ndtri

from pinprick.evidence.network_trials import NetworkTrial

Floats = NDArray[np.float64]

METHODS: Final = ("FE", "DL", "PM", "REML")
"""Common effect, DerSimonian-Laird, Paule-Mandel, restricted maximum likelihood."""
N_STEPS: Final = 200  # an upper bound for the heterogeneity's root; five to ten steps are usual


@dataclass(frozen=True, slots=True)
class DirectEvidence:
    """What trials that compared two treatments say of them, on their own.

    Parameters
    ----------
    treat1, treat2 : str
        The estimate is treat1 minus treat2.
    k : int
        Number of trials.
    studies : tuple of str
    estimate, se, low, high : float
        Pooled with the heterogeneity of the network.
    """

    treat1: str
    treat2: str
    k: int
    studies: tuple[str, ...]
    estimate: float
    se: float
    low: float
    high: float

    def turned(self) -> DirectEvidence:
        """Give the same with the two treatments exchanged."""
        return replace(
            self, treat1=self.treat2, treat2=self.treat1, estimate=-self.estimate, low=-self.high, high=-self.low
        )


@dataclass(frozen=True, slots=True)
class NodeSplit:
    """Direct against indirect evidence on one pair of treatments (treat1 minus treat2).

    ``difference`` is direct minus indirect, with its standard error, interval and two-sided p-value.
    """

    treat1: str
    treat2: str
    k: int
    direct: float
    direct_se: float
    indirect: float
    indirect_se: float
    difference: float
    difference_se: float
    low: float
    high: float
    p: float

    def turned(self) -> NodeSplit:
        """Give the same with the two treatments exchanged."""
        return replace(
            self,
            treat1=self.treat2,
            treat2=self.treat1,
            direct=-self.direct,
            indirect=-self.indirect,
            difference=-self.difference,
            low=-self.high,
            high=-self.low,
        )


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """Whether designs agree: the design-by-treatment interaction as a Wald test, within-design heterogeneity kept.

    ``q`` is chi-squared with ``df`` degrees of freedom if they do; ``tau2`` was estimated within designs.
    """

    q: float
    df: int
    p: float
    tau2: float


class Rows(NamedTuple):
    """Independent comparisons: effects (r,) with variances v + tau2, and the (r, p) design of what they estimate."""

    y: Floats
    v: Floats
    X: Floats


class Fit(NamedTuple):
    """A weighted fit at one tau2: p estimates, their (p, p) covariance, weights and residuals (r,), and the misfit."""

    estimate: Floats
    covariance: Floats
    w: Floats
    r: Floats
    q: float


def rows_by_design(
    trials: Sequence[NetworkTrial], transforms: Sequence[tuple[Floats, Floats]]
) -> tuple[list[tuple[str, ...]], Rows]:
    """Give the designs, and the rows of all trials with effects that each design has to itself.

    Parameters
    ----------
    trials : sequence of NetworkTrial
    transforms : sequence of (T, v)
        Of each trial, from `NetworkTrial.apart`.

    Returns
    -------
    designs : list of tuple of str
        Small ones first.
    rows : Rows
        Their p = sum of m - 1 columns are, design by design, its m treatments but the last against the last.
    """
    designs = sorted({trial.treatments for trial in trials}, key=lambda design: (len(design), design))
    start = dict(zip(designs, np.cumsum([0, *(len(design) - 1 for design in designs)]).tolist(), strict=False))
    y = np.concatenate([T @ trial.effects for trial, (T, _v) in zip(trials, transforms, strict=True)])
    v = np.concatenate([v for _T, v in transforms])
    X = np.zeros((len(y), sum(len(design) - 1 for design in designs)))
    row = 0
    for trial, (T, _v) in zip(trials, transforms, strict=True):
        q, at = len(trial.effects), start[trial.treatments]
        X[row : row + q, at : at + q] = T
        row += q
    return designs, Rows(y, v, X)


def consistent(designs: Sequence[tuple[str, ...]], place: Mapping[str, int]) -> Floats:
    """Say what the effects of designs are where all agree, in terms of those of the network against its reference.

    Returns
    -------
    (p, n - 1) ndarray
        One row for each column of `rows_by_design`: 1 for its treatment and -1 for the design's last, the
        reference left out.

    Examples
    --------
    >>> consistent([("mat", "wait"), ("mat", "rest", "wait")], {"wait": 0, "mat": 1, "rest": 2}).tolist()
    [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    """
    rows = np.zeros((sum(len(design) - 1 for design in designs), len(place)))
    row = 0
    for design in designs:
        for name in design[:-1]:
            rows[row, place[name]] += 1
            rows[row, place[design[-1]]] -= 1
            row += 1
    return rows[:, 1:]


def fit(rows: Rows, tau2: float) -> Fit:
    """Weighted least squares with weights 1 / (v + tau2).

    Examples
    --------
    >>> fitted = fit(Rows(np.array([1.0, 2.0]), np.array([0.1, 0.3]), np.ones((2, 1))), 0.1)
    >>> fitted.estimate.round(3).tolist(), fitted.covariance.round(3).tolist(), round(fitted.q, 3)
    ([1.333], [[0.133]], 1.667)
    """
    w = 1 / (rows.v + tau2)
    WX = w[:, None] * rows.X
    covariance = np.asarray(np.linalg.inv(rows.X.T @ WX), dtype=np.float64)
    estimate = covariance @ (WX.T @ rows.y)
    r = rows.y - rows.X @ estimate
    return Fit(estimate, covariance, w, r, float(w @ r**2))


def every_pair(fitted: Fit) -> tuple[Floats, Floats]:
    """Turn effects against the reference into every treatment (row) minus every other (column).

    Returns
    -------
    estimates, se : (n, n) ndarray
        Zero on the diagonal.
    """
    n = len(fitted.estimate) + 1
    D = np.vstack([np.zeros(n - 1), np.eye(n - 1)])
    d = D @ fitted.estimate
    full = D @ fitted.covariance @ D.T
    variance = np.diag(full)
    se = np.sqrt(np.maximum(variance[:, None] + variance - 2 * full, 0.0))
    np.fill_diagonal(se, 0.0)
    return d[:, None] - d, se


def heterogeneity(rows: Rows, method: str, df: int, q: float) -> float:
    """Estimate tau2, never below 0.

    Parameters
    ----------
    rows : Rows
    method : str
        One of `METHODS`: ``DL`` makes q its expectation (Jackson et al. 2012, doi:10.1002/sim.4301), ``PM`` makes the
        weighted misfit its degrees of freedom (Paule and Mandel 1982, doi:10.6028/jres.087.022), ``REML`` maximises
        the restricted likelihood, and ``FE`` is 0.
    df : int
        Rows less estimates; without any, tau2 is 0.
    q : float
        Misfit at tau2 = 0.
    """
    if method == "FE" or df <= 0:
        return 0.0
    moment = _moment(rows, df, q)
    if method == "DL":
        return moment
    if method == "PM":
        return _paule_mandel(rows, df, q, moment)
    return _restricted_likelihood(rows, moment)


def _moment(rows: Rows, df: int, q: float) -> float:
    """DerSimonian and Laird's tau2, generalised: the one that makes q its expectation."""
    common = fit(rows, 0.0)
    spent = float(np.einsum("ij,ji->", common.covariance, rows.X.T @ (common.w[:, None] ** 2 * rows.X)))
    return max(0.0, (q - df) / (float(common.w.sum()) - spent))


def _paule_mandel(rows: Rows, df: int, q: float, start: float) -> float:
    """Find the tau2 at which the weighted misfit equals its degrees of freedom, by halving."""
    if q <= df:
        return 0.0
    low, high = 0.0, max(start, float(rows.v.min()))
    while fit(rows, high).q > df:
        high *= 2
    for _step in range(N_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if fit(rows, middle).q > df else (low, middle)
        if high - low <= 1e-14 * high:
            break
    return (low + high) / 2


def _restricted_likelihood(rows: Rows, start: float) -> float:
    """Maximise the restricted likelihood in tau2 by Fisher scoring, its steps halved until the likelihood rises."""
    tau2, unit = start, float(rows.v.min())
    value, score, information = _restricted(rows, tau2)
    for _step in range(N_STEPS):
        new = max(0.0, tau2 + score / information)
        if abs(new - tau2) <= 1e-12 * (unit + tau2):
            break
        tried = _restricted(rows, new)
        while tried[0] < value and abs(new - tau2) > 1e-9 * (unit + tau2):
            new = (new + tau2) / 2
            tried = _restricted(rows, new)
        tau2, (value, score, information) = new, tried
    return tau2


def _restricted(rows: Rows, tau2: float) -> tuple[float, float, float]:
    """Restricted log-likelihood at tau2 without its constant, its slope and its expected information."""
    fitted = fit(rows, tau2)
    w, C = fitted.w, fitted.covariance
    C2 = C @ (rows.X.T @ (w[:, None] ** 2 * rows.X))
    C3 = C @ (rows.X.T @ (w[:, None] ** 3 * rows.X))
    value = 0.5 * (float(np.log(w).sum()) + float(np.linalg.slogdet(C)[1]) - fitted.q)
    score = 0.5 * (float(w**2 @ fitted.r**2) - float(w.sum()) + float(np.trace(C2)))
    information = 0.5 * (float(w @ w) - 2 * float(np.trace(C3)) + float(np.einsum("ij,ji->", C2, C2)))
    return value, score, information


def between_designs(own: Rows, consistency: Floats, method: str) -> tuple[float, int, Inconsistency | None]:
    """Split the misfit by design, and test whether designs agree (Higgins et al. 2012, doi:10.1002/jrsm.1044).

    Parameters
    ----------
    own : Rows
        Each design with effects of its own, p in all: from `rows_by_design`.
    consistency : (p, n - 1) ndarray
        From `consistent`.
    method : str
        Of `heterogeneity`, here within designs.

    Returns
    -------
    q_within, df : float, int
        The misfit within designs at tau2 = 0 and its degrees of freedom.
    inconsistency : Inconsistency or None
        None where there are no more designs than the network needs.
    """
    width, p = consistency.shape
    df, between = len(own.y) - width, width - p
    q_within = fit(own, 0.0).q if df > 0 else 0.0
    if between <= 0:
        return q_within, df, None
    tau2 = heterogeneity(own, method, df, q_within)
    fitted = fit(own, tau2)
    W = np.linalg.inv(fitted.covariance)
    WX = W @ consistency
    r = fitted.estimate - consistency @ np.linalg.solve(consistency.T @ WX, WX.T @ fitted.estimate)
    wald = float(r @ W @ r)
    return q_within, df, Inconsistency(wald, between, chi2_p(wald, between), tau2)


def direct_evidence(
    trials: Sequence[NetworkTrial], place: Mapping[str, int], tau2: float, level: float
) -> tuple[DirectEvidence, ...]:
    """Pool, for every pair that trials compared, those trials alone: inverse-variance weights 1 / (v + tau2).

    The treatment that comes first in ``place`` is treat1, and pairs are in its order; level is in per cent.
    """
    z = normal_quantile(level)
    compared: dict[tuple[str, str], list[tuple[str, float, float]]] = {}
    for trial in trials:
        for (one, other), effect, variance in trial.pairs:
            turned = place[one] > place[other]
            pair, signed = ((other, one), -effect) if turned else ((one, other), effect)
            compared.setdefault(pair, []).append((trial.study, signed, variance))
    edges = []
    for one, other in sorted(compared, key=lambda pair: (place[pair[0]], place[pair[1]])):
        names, effects, variances = zip(*compared[one, other], strict=True)
        w = 1 / (np.array(variances) + tau2)
        estimate, se = float(w @ effects / w.sum()), float(w.sum() ** -0.5)
        edges.append(DirectEvidence(one, other, len(names), names, estimate, se, estimate - z * se, estimate + z * se))
    return tuple(edges)


def shifts_of(
    trials: Sequence[NetworkTrial], transforms: Sequence[tuple[Floats, Floats]], direct: Sequence[DirectEvidence]
) -> Floats:
    """How the rows move when a pair's difference grows by 1 in the trials that compare it.

    Half of it falls on each of the two, which decides what a trial of three or more says of its other pairs.

    Returns
    -------
    (r, n_edge) ndarray
        One column for each pair of ``direct``.
    """
    number = {frozenset((edge.treat1, edge.treat2)): at for at, edge in enumerate(direct)}
    sign = {(edge.treat1, edge.treat2): 0.5 for edge in direct} | {(e.treat2, e.treat1): -0.5 for e in direct}
    blocks = []
    for trial, (T, _v) in zip(trials, transforms, strict=True):
        block = np.zeros((len(trial.treatments), len(direct)))
        for i, j in combinations(range(len(trial.treatments)), 2):
            pair = (trial.treatments[i], trial.treatments[j])
            at = number[frozenset(pair)]
            block[i, at], block[j, at] = sign[pair], -sign[pair]
        blocks.append(T @ (block[:-1] - block[-1]))
    return np.concatenate(blocks)


def node_splits(
    rows: Rows,
    fitted: Fit,
    direct: Sequence[DirectEvidence],
    place: Mapping[str, int],
    shifts: Floats,
    level: float,
) -> tuple[NodeSplit, ...]:
    """Give each pair with direct evidence a difference of its own, at the network's tau2.

    One pair at a time, as a column added to the design (White 2015, doi:10.1177/1536867X1501500403); by Frisch and
    Waugh's theorem the fit that is there already gives the answer, so nothing is fitted again.

    Parameters
    ----------
    rows : Rows
        Of the network, (r, n - 1).
    fitted : Fit
        Of those rows, at the network's tau2.
    direct : sequence of DirectEvidence
    place : mapping of str to int
    shifts : (r, n_edge) ndarray
        The columns to add, from `shifts_of`.
    level : float
        Of intervals, in per cent.

    Returns
    -------
    tuple of NodeSplit
        Pairs without another way round are left out.
    """
    z = normal_quantile(level)
    WZ = fitted.w[:, None] * shifts
    information = (shifts * WZ).sum(axis=0)
    cross = rows.X.T @ WZ  # (n - 1, n_edge)
    known = fitted.covariance @ cross
    left = information - (cross * known).sum(axis=0)  # what the network does not know already
    found = []
    for at, edge in enumerate(direct):
        if left[at] <= 1e-9 * information[at]:
            continue
        variance = float(1 / left[at])
        difference, se = float(WZ[:, at] @ fitted.r) * variance, math.sqrt(variance)
        c = np.zeros(len(place))
        c[place[edge.treat1]], c[place[edge.treat2]] = 1, -1
        pull = float(c[1:] @ known[:, at])  # what the network's estimate moves by with the difference
        indirect = float(c[1:] @ fitted.estimate) - pull * difference
        indirect_variance = float(c[1:] @ fitted.covariance @ c[1:]) + pull**2 * variance
        split = NodeSplit(
            treat1=edge.treat1,
            treat2=edge.treat2,
            k=edge.k,
            direct=indirect + difference,
            direct_se=math.sqrt(max(0.0, indirect_variance + (1 - 2 * pull) * variance)),
            indirect=indirect,
            indirect_se=math.sqrt(indirect_variance),
            difference=difference,
            difference_se=se,
            low=difference - z * se,
            high=difference + z * se,
            p=two_sided(difference, se),
        )
        found.append(split)
    return tuple(found)


def normal_quantile(level: float) -> float:
    """How many standard errors an interval of this level, in per cent, reaches to each side.

    Examples
    --------
    >>> round(normal_quantile(95), 2)
    1.96
    """
    return float(ndtri(0.5 + level / 200))


def two_sided(estimate: float, se: float) -> float:
    """Two-sided normal p-value of an estimate against 0.

    Examples
    --------
    >>> round(two_sided(-1.96, 1.0), 3)
    0.05
    """
    return float(2 * ndtr(-abs(estimate) / se))


def chi2_p(q: float, df: int) -> float:
    """Probability of a chi-squared at least this large; 1 without degrees of freedom.

    Examples
    --------
    >>> round(chi2_p(3.84, 1), 3), chi2_p(3.84, 0)
    (0.05, 1.0)
    """
    return float(chdtrc(df, max(q, 0.0))) if df > 0 else 1.0
