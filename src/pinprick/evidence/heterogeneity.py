"""How much studies differ from each other: estimators of tau2, and the roots behind them.

A model says what its likelihood and its Q are at a given tau2; an estimator asks it. `CommonMean` is one average
effect, `Regression` an average that moves with moderators, and `Stack` many syntheses at once, on arrays of tau2.
All answer with sums over studies, so nothing here inverts a matrix of studies by studies.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

N_STEP = 200  # an upper bound; four to eight steps are usual
CLOSE = 1e-9  # a step this small, relative to tau2 and the least variance, is the last: the next would be its square
GRID = np.concatenate([[0.0], np.geomspace(1e-4, 1.0, 11)])


class Model(Protocol):
    """What an estimator of tau2 asks of one synthesis.

    ``df`` is the number of studies less that of coefficients, ``rss`` the residual sum of squares without weights,
    ``least`` and ``most`` the ends of the sampling variances.
    """

    df: int
    rss: float
    least: float
    most: float

    def q(self, tau2: float) -> tuple[float, float]:
        """Weighted sum of squared residuals, and minus its slope in tau2."""

    def trace(self) -> float:
        """Trace of the matrix P that turns effects into weighted residuals, at tau2 = 0."""

    def log_likelihood(self, tau2: Floats) -> Floats:
        """Restricted log-likelihood but for a constant, (n_grid,)."""

    def score(self, tau2: float) -> tuple[float, float, float]:
        """Slope of the restricted log-likelihood, with its observed and its expected information."""


class CommonMean:
    """One average effect: ``yi`` and ``vi`` are (k,), all variances positive."""

    def __init__(self, yi: Floats, vi: Floats) -> None:
        self.yi, self.vi = yi, vi
        self.df = len(yi) - 1
        e = yi - yi.sum() / len(yi)
        self.rss = float(e @ e)
        self.least, self.most = float(vi.min()), float(vi.max())

    def fit(self, tau2: float) -> tuple[Floats, float, float]:
        """Weights (k,), their sum and the weighted mean."""
        w = 1 / (self.vi + tau2)
        total = float(w.sum())
        return w, total, float(w @ self.yi) / total

    def q(self, tau2: float) -> tuple[float, float]:
        """Weighted sum of squared residuals, and minus its slope in tau2."""
        w, _, mean = self.fit(tau2)
        e = self.yi - mean
        r = w * e
        return float(r @ e), float(r @ r)

    def trace(self) -> float:
        """Trace of P at tau2 = 0."""
        w = 1 / self.vi
        total = float(w.sum())
        return total - float(w @ w) / total

    def log_likelihood(self, tau2: Floats) -> Floats:
        """Restricted log-likelihood but for a constant, (n_grid,)."""
        w = 1 / (self.vi + tau2[:, None])
        total = _sum(w)
        e = self.yi - (w @ self.yi / total)[:, None]
        return 0.5 * (_sum(np.log(w)) - np.log(total) - _sum(w * e * e))

    def score(self, tau2: float) -> tuple[float, float, float]:
        """Slope of the restricted log-likelihood, with its observed and its expected information."""
        w, total, mean = self.fit(tau2)
        r = w * (self.yi - mean)
        w2, wr = w * w, w * r
        squares = float(w @ w)
        second = squares / total
        trace_pp = squares - 2 * float(w2 @ w) / total + second * second
        slope = 0.5 * (float(r @ r) - total + second)
        observed = float(wr @ r) - float(wr.sum()) ** 2 / total - 0.5 * trace_pp
        return slope, observed, 0.5 * trace_pp


class Regression:
    """An average effect that moves with moderators: ``yi`` and ``vi`` are (k,), ``X`` is (k, p) of full rank.

    Residuals and leverages come from a QR decomposition, so that a year beside an intercept costs no digits.
    """

    def __init__(self, yi: Floats, vi: Floats, X: Floats) -> None:
        self.yi, self.vi, self.X = yi, vi, X
        self.df = X.shape[0] - X.shape[1]
        e = yi - X @ np.linalg.lstsq(X, yi, rcond=None)[0]
        self.rss = float(e @ e)
        self.least, self.most = float(vi.min()), float(vi.max())

    def fit(self, tau2: float) -> tuple[Floats, Floats, Floats, Floats]:
        """Weights (k,), orthogonal factor (k, p), triangle (p, p) and coefficients (p,)."""
        w = 1 / (self.vi + tau2)
        root = np.sqrt(w)
        basis, triangle = np.linalg.qr(root[:, None] * self.X)
        beta: Floats = np.linalg.solve(triangle, basis.T @ (root * self.yi))
        return w, basis, triangle, beta

    def q(self, tau2: float) -> tuple[float, float]:
        """Weighted sum of squared residuals, and minus its slope in tau2."""
        w, _, _, beta = self.fit(tau2)
        e = self.yi - self.X @ beta
        r = w * e
        return float(r @ e), float(r @ r)

    def trace(self) -> float:
        """Trace of P at tau2 = 0."""
        w, basis, _, _ = self.fit(0.0)
        return float(w @ (1 - _sum(basis * basis)))

    def log_likelihood(self, tau2: Floats) -> Floats:
        """Restricted log-likelihood but for a constant, (n_grid,)."""
        found = np.empty_like(tau2)
        for i, t in enumerate(tau2):
            w, _, triangle, beta = self.fit(float(t))
            e = self.yi - self.X @ beta
            found[i] = 0.5 * (np.log(w).sum() - w @ (e * e)) - np.log(np.abs(np.diag(triangle))).sum()
        return found

    def score(self, tau2: float) -> tuple[float, float, float]:
        """Slope of the restricted log-likelihood, with its observed and its expected information."""
        w, basis, _, beta = self.fit(tau2)
        leverage = _sum(basis * basis)
        r = w * (self.yi - self.X @ beta)
        inner = basis.T @ (w[:, None] * basis)
        trace_pp = float((w * w) @ (1 - 2 * leverage)) + float((inner * inner).sum())
        slope = 0.5 * (float(r @ r) - float(w @ (1 - leverage)))
        z = np.sqrt(w) * r
        along = basis.T @ z
        observed = float(z @ z) - float(along @ along) - 0.5 * trace_pp
        return slope, observed, 0.5 * trace_pp


class Stack:
    """Many syntheses of one average effect each: ``yi`` and ``vi`` are (n, k), and every tau2 is (n,)."""

    def __init__(self, yi: Floats, vi: Floats) -> None:
        self.yi, self.vi = yi, vi
        self.df = yi.shape[1] - 1
        self.rss = _sum((yi - _sum(yi)[:, None] / yi.shape[1]) ** 2)
        self.least, self.most = vi.min(axis=1), vi.max(axis=1)

    def fit(self, tau2: Floats) -> tuple[Floats, Floats, Floats]:
        """Weights (n, k), their sum (n,) and the weighted mean (n,)."""
        w = 1 / (self.vi + tau2[:, None])
        total = _sum(w)
        return w, total, _sum(w * self.yi) / total

    def q(self, tau2: Floats) -> tuple[Floats, Floats]:
        """Weighted sum of squared residuals, and minus its slope in tau2."""
        w, _, mean = self.fit(tau2)
        e = self.yi - mean[:, None]
        r = w * e
        return _sum(r * e), _sum(r * r)

    def trace(self) -> Floats:
        """Trace of P at tau2 = 0."""
        w = 1 / self.vi
        return _sum(w) - _sum(w * w) / _sum(w)

    def log_likelihood(self, tau2: Floats) -> Floats:
        """Restricted log-likelihood but for a constant, at one tau2 a row."""
        w, total, mean = self.fit(tau2)
        e = self.yi - mean[:, None]
        return 0.5 * (_sum(np.log(w)) - np.log(total) - _sum(w * e * e))

    def score(self, tau2: Floats) -> tuple[Floats, Floats, Floats]:
        """Slope of the restricted log-likelihood, with its observed and its expected information."""
        w, total, mean = self.fit(tau2)
        r = w * (self.yi - mean[:, None])
        w2 = w * w
        squares = _sum(w2)
        second = squares / total
        trace_pp = squares - 2 * _sum(w2 * w) / total + second * second
        slope = 0.5 * (_sum(r * r) - total + second)
        wr = w * r
        return slope, _sum(wr * r) - _sum(wr) ** 2 / total - 0.5 * trace_pp, 0.5 * trace_pp


def estimate_tau2(model: Model, method: str) -> float:
    """Between-study variance, never negative; squared units of the effects.

    ``FE`` is 0 by definition, ``DL`` the moment estimator (DerSimonian and Laird 1986,
    doi:10.1016/0197-2456(86)90046-2), ``PM`` the root of Q(tau2) = df (Paule and Mandel 1982,
    doi:10.6028/jres.087.022), ``REML`` the highest restricted likelihood (Raudenbush 2009).

    Examples
    --------
    >>> model = CommonMean(np.array([0.1, 0.5, -0.2, 0.9]), np.array([0.02, 0.05, 0.03, 0.1]))
    >>> [round(estimate_tau2(model, name), 4) for name in ("FE", "DL", "PM", "REML")]
    [0.0, 0.1205, 0.1674, 0.1542]
    """
    if method == "FE":
        return 0.0
    if method == "DL":
        return max(0.0, (model.q(0.0)[0] - model.df) / model.trace())
    return solve_q(model, model.df) if method == "PM" else maximise(model)


def solve_q(model: Model, target: float) -> float:
    """The tau2 at which Q equals a target, 0 where Q is no larger even at tau2 = 0.

    Q falls in tau2, and 1 / Q is nearly a straight line, so Newton's step on 1 / Q needs few; a bracket keeps it
    from leaving. The upper end is where equal weights would put it: Q <= rss / (least + tau2).
    """
    low, high = 0.0, max(0.0, model.rss / target - model.least)
    tau2 = 0.0
    for _ in range(N_STEP):
        q, fall = model.q(tau2)
        if q > target:
            low = tau2
        else:
            high = tau2
        new = tau2 + (q / target - 1) * q / fall if fall > 0 else high
        if not low <= new <= high:
            new = (low + high) / 2
        done = abs(new - tau2) <= CLOSE * (tau2 + model.least)
        tau2 = new
        if done:
            break
    return tau2


def maximise(model: Model) -> float:
    """The tau2 of the highest restricted likelihood.

    A coarse grid finds the highest hill, since a restricted likelihood may have two; Newton's step climbs it
    inside a bracket.
    """
    grid = float(_end(model.df, model.rss, model.least, model.most)) * GRID
    best = int(model.log_likelihood(grid).argmax())
    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(GRID) - 1)])
    tau2 = float(grid[best])
    for _ in range(N_STEP):
        slope, observed, expected = model.score(tau2)
        if slope > 0:
            low = tau2
        else:
            high = tau2  # at tau2 = 0 with a falling slope this closes the bracket on 0
        new = tau2 + slope / (observed if observed > 0 else expected)
        if not low <= new <= high:
            new = (low + high) / 2
        done = abs(new - tau2) <= CLOSE * (tau2 + model.least)
        tau2 = new
        if done:
            break
    return tau2


def estimate_each_tau2(stack: Stack, method: str) -> Floats:
    """`estimate_tau2` for every row of a stack, (n,).

    Examples
    --------
    >>> stack = Stack(np.array([[0.1, 0.5, -0.2, 0.9]]), np.array([[0.02, 0.05, 0.03, 0.1]]))
    >>> [round(float(estimate_each_tau2(stack, name)[0]), 4) for name in ("FE", "DL", "PM", "REML")]
    [0.0, 0.1205, 0.1674, 0.1542]
    """
    nothing = np.zeros_like(stack.rss)
    if method == "FE":
        return nothing
    if method == "DL":
        moments: Floats = np.maximum(0.0, (stack.q(nothing)[0] - stack.df) / stack.trace())
        return moments
    return _solve_each_q(stack) if method == "PM" else _maximise_each(stack)


def _solve_each_q(stack: Stack) -> Floats:
    """`solve_q` with df as the target, for every row."""
    low = np.zeros_like(stack.rss)
    high = np.maximum(0.0, stack.rss / stack.df - stack.least)
    tau2 = low
    for _ in range(N_STEP):
        q, fall = stack.q(tau2)
        above = q > stack.df
        low, high = np.where(above, tau2, low), np.where(above, high, tau2)
        with np.errstate(divide="ignore", invalid="ignore"):
            new = tau2 + (q / stack.df - 1) * q / fall
        new = np.where((new >= low) & (new <= high), new, (low + high) / 2)
        done = np.abs(new - tau2) <= CLOSE * (tau2 + stack.least)
        tau2 = new
        if done.all():
            break
    return tau2


def _maximise_each(stack: Stack) -> Floats:
    """`maximise` for every row."""
    grid = _end(stack.df, stack.rss, stack.least, stack.most) * GRID[:, None]
    best = np.argmax([stack.log_likelihood(each) for each in grid], axis=0)
    row = np.arange(len(best))
    low = grid[np.maximum(best - 1, 0), row]
    high = grid[np.minimum(best + 1, len(GRID) - 1), row]
    tau2: Floats = grid[best, row]
    for _ in range(N_STEP):
        slope, observed, expected = stack.score(tau2)
        low, high = np.where(slope > 0, tau2, low), np.where(slope > 0, high, tau2)
        new = tau2 + slope / np.where(observed > 0, observed, expected)
        new = np.where((new >= low) & (new <= high), new, (low + high) / 2)
        done = np.abs(new - tau2) <= CLOSE * (tau2 + stack.least)
        tau2 = new
        if done.all():
            break
    return tau2


def _end(df: int, rss: float | Floats, least: float | Floats, most: float | Floats) -> Floats:
    """Where the grid ends: beyond it the likelihood falls, since rss / (least + tau2)**2 < df / (most + tau2) there."""
    half = rss - 2 * df * least
    root = half * half + 4 * df * (rss * most - df * least * least)
    end: Floats = np.maximum(0.0, (half + np.sqrt(np.maximum(root, 0.0))) / (2 * df))
    return end


def _sum(x: Floats) -> Floats:
    total: Floats = np.add.reduce(x, axis=-1)
    return total
