"""Whether small studies tell another story: tests of a funnel's asymmetry, trim and fill, and the funnel's contours.

Asymmetry has many causes, of which studies kept in a drawer are one; a test cannot tell which.
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
from pinprick.evidence.moderators import meta_regression
from pinprick.evidence.synthesis import Synthesis, synthesise
from pinprick.words import _

Floats = NDArray[np.float64]

FEWEST = 10  # a test of asymmetry has little power with fewer (Sterne 2011, doi:10.1136/bmj.d4002)
ESTIMATORS: Final = ("L0", "R0", "Q0")
SIDES: Final = ("left", "right")
MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class RegressionTest:
    """Effects regressed on their standard errors: ``slope`` with its ``statistic`` (z or t) and two-sided ``p``.

    ``limit`` with its interval is the effect of a study without sampling error, as the line would have it.
    """

    slope: float
    statistic: float
    p: float
    limit: float
    limit_low: float
    limit_high: float
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RankTest:
    """Kendall's ``tau`` of standardised effects with their variances, and its two-sided ``p``.

    ``exact`` is False where ties call for the normal approximation.
    """

    tau: float
    p: float
    exact: bool
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrimAndFill:
    """How many studies seem to be missing (``k0``) on which ``side`` of the funnel, and the synthesis with them.

    ``filled_yi`` and ``filled_vi`` are (k0,), the mirror images that were put in.
    """

    k0: int
    side: str
    estimator: str
    synthesis: Synthesis
    filled_yi: Floats
    filled_vi: Floats
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FunnelContours:
    """What to draw behind a funnel: ``se`` is (n_se,), from 0; ``levels`` is (n_level,), in per cent.

    A study with a standard error ``se[j]`` is significant at ``levels[i]`` outside ``low[i, j]`` to ``high[i, j]``
    (contours about 0). ``about_low`` and ``about_high``, (n_se,), are the 95 % limits of a funnel about the
    estimate without heterogeneity.
    """

    se: Floats
    levels: tuple[float, ...]
    low: Floats
    high: Floats
    about_low: Floats
    about_high: Floats


def regression_test(synthesis: Synthesis, *, model: str = "rma") -> RegressionTest:
    """Egger's test: do effects grow with their standard errors?

    ``rma`` is a meta-regression on the standard error with the method and test of the synthesis (Sterne and Egger
    2005, in Publication Bias in Meta-Analysis, ch. 6); ``lm`` is the weighted regression with a multiplicative
    spread and Student's t on k - 2 degrees of freedom (Egger 1997, doi:10.1136/bmj.315.7109.629).

    Raises
    ------
    ComputationError
        If there are fewer than 3 studies, all standard errors are the same, or the model does not exist.

    Examples
    --------
    >>> pooled = synthesise([0.1, 0.5, -0.2, 0.9], [0.02, 0.05, 0.03, 0.1], test="z")
    >>> found = regression_test(pooled)
    >>> round(found.statistic, 4), round(found.p, 4), round(found.limit, 4)
    (2.1593, 0.0308, -0.8417)
    """
    if model not in ("rma", "lm"):
        raise ComputationError(f"There is no model '{model}'; choose rma or lm.")
    se = _errors(synthesis, least=3)
    method, test = (synthesis.method, synthesis.test) if model == "rma" else ("FE", "knha")
    found = meta_regression(synthesis.yi, synthesis.vi, se, ["se"], method=method, test=test, level=synthesis.level)
    return RegressionTest(
        slope=float(found.estimate[1]), statistic=float(found.statistic[1]), p=float(found.p[1]),
        limit=float(found.estimate[0]), limit_low=float(found.low[0]), limit_high=float(found.high[0]),
        caveats=_few(synthesis),
    )  # fmt: skip


def rank_test(synthesis: Synthesis) -> RankTest:
    """Begg and Mazumdar's test (1994, doi:10.2307/2533446): do standardised effects rise with their variances?

    Effects are standardised about the common-effect average. Exact without ties (Kendall and Gibbons 1990), else
    by the normal distribution with the variance that ties leave, without a correction for continuity.

    Raises
    ------
    ComputationError
        If there are fewer than 3 studies, or all variances are the same.

    Examples
    --------
    >>> pooled = synthesise([0.1, 0.5, -0.2, 0.9], [0.02, 0.05, 0.03, 0.1])
    >>> found = rank_test(pooled)
    >>> round(found.tau, 4), round(found.p, 4), found.exact
    (0.6667, 0.3333, True)
    """
    _errors(synthesis, least=3)
    yi, vi = synthesis.yi, synthesis.vi
    w = 1 / vi
    standard = (yi - w @ yi / w.sum()) / np.sqrt(vi - 1 / w.sum())
    tau, p, exact = _kendall(standard, vi)
    return RankTest(tau, p, exact, _few(synthesis))


def trim_and_fill(synthesis: Synthesis, *, side: str | None = None, estimator: str = "L0") -> TrimAndFill:
    """How many studies a symmetric funnel would have more, and the average with their mirror images put in.

    Duval and Tweedie (2000), doi:10.1111/j.0006-341X.2000.00455.x and doi:10.2307/2669529. A way to see how much
    hangs on asymmetry, never a better estimate.

    Parameters
    ----------
    synthesis : Synthesis
        Its method and test serve in every round.
    side : {"left", "right"}, optional
        Where studies are missing; without, the side away from which effects grow with their standard errors.
    estimator : {"L0", "R0", "Q0"}

    Raises
    ------
    ComputationError
        If there are fewer than 3 studies, or the side or the estimator does not exist.

    Examples
    --------
    >>> pooled = synthesise([0.1, 0.5, -0.2, 0.9], [0.02, 0.05, 0.03, 0.1], test="z")
    >>> found = trim_and_fill(pooled)
    >>> found.k0, found.side, round(found.synthesis.estimate, 4)
    (1, 'left', 0.1203)
    """
    if estimator not in ESTIMATORS:
        raise ComputationError(f"There is no estimator '{estimator}'; choose one of {', '.join(ESTIMATORS)}.")
    if side is not None and side not in SIDES:
        raise ComputationError(f"A funnel has no side '{side}'; choose left or right.")
    se = _errors(synthesis, least=3)
    if side is None:
        slope = meta_regression(synthesis.yi, synthesis.vi, se, ["se"], method=synthesis.method, test="z").estimate[1]
        side = "right" if slope < 0 else "left"
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * synthesis.yi, kind="stable")
    yi, vi = sign * synthesis.yi[order], synthesis.vi[order]
    k, k0, before, mean = synthesis.k, 0, -1, 0.0
    for _round in range(MOST_ROUNDS):
        if k0 == before:
            break
        before = k0
        kept = k - k0
        mean = synthesise(yi[:kept], vi[:kept], method=synthesis.method, test="z").estimate
        k0 = _missing(yi - mean, estimator)
    else:
        raise ComputationError(
            f"Trim and fill found no end in {MOST_ROUNDS} rounds with the estimator {estimator}; take another."
        )
    mirrored = sign * (2 * mean - yi[k - k0 :])
    filled_vi = vi[k - k0 :]
    with_them = synthesise(
        np.concatenate([synthesis.yi, mirrored]),
        np.concatenate([synthesis.vi, filled_vi]),
        labels=[*synthesis.labels, *(_filled_name(i, synthesis.labels) for i in range(1, k0 + 1))],
        measure=synthesis.measure,
        method=synthesis.method,
        test=synthesis.test,
        level=synthesis.level,
    )
    return TrimAndFill(k0, side, estimator, with_them, mirrored, filled_vi, _few(synthesis))


def funnel_contours(
    synthesis: Synthesis, *, levels: Sequence[float] = (90.0, 95.0, 99.0), n_se: int = 61
) -> FunnelContours:
    """The contours of a contour-enhanced funnel (Peters 2008, doi:10.1016/j.jclinepi.2007.11.010).

    Parameters
    ----------
    synthesis : Synthesis
    levels : sequence of float
        In per cent, between 0 and 100: a study outside the contour of 95 has p < 0.05.
    n_se : int
        Points from 0 to a little beyond the largest standard error; at least 2.

    Raises
    ------
    ComputationError
        If a level is out of range or there are too few points.

    Examples
    --------
    >>> pooled = synthesise([0.1, 0.5, -0.2, 0.9], [0.02, 0.05, 0.03, 0.1])
    >>> contours = funnel_contours(pooled, levels=[95], n_se=2)
    >>> contours.se.round(3).tolist(), contours.high.round(3).tolist()
    ([0.0, 0.332], [[0.0, 0.651]])
    """
    if n_se < 2:
        raise ComputationError(f"A contour of {n_se} points is no line; give at least 2.")
    if not all(0 < level < 100 for level in levels):
        raise ComputationError(f"Contours exist for levels between 0 and 100 per cent, not for {list(levels)}.")
    se = np.linspace(0.0, 1.05 * float(np.sqrt(synthesis.vi.max())), n_se)
    half = -ndtri((1 - np.asarray(levels, dtype=float) / 100) / 2)
    high = half[:, None] * se
    about = -float(ndtri(0.025)) * se
    return FunnelContours(
        se, tuple(float(level) for level in levels), -high, high, synthesis.estimate - about, synthesis.estimate + about
    )


def _errors(synthesis: Synthesis, *, least: int) -> Floats:
    if synthesis.k < least:
        raise ComputationError(f"{synthesis.k} studies make no funnel; its asymmetry needs at least {least}.")
    se: Floats = np.sqrt(synthesis.vi)
    if np.ptp(se) <= 1e-12 * se.max():
        raise ComputationError(
            "Every study has the same standard error, so none is small beside the others; asymmetry cannot be tested."
        )
    return se


def _few(synthesis: Synthesis) -> tuple[str, ...]:
    if synthesis.k >= FEWEST:
        return ()
    return (
        _("Only {k} studies: with fewer than {least} such a test rarely finds an asymmetry that is there.").format(
            k=synthesis.k, least=FEWEST
        ),
    )


def _filled_name(i: int, taken: Sequence[str]) -> str:
    name = _("filled {i}").format(i=i)
    while name in taken:
        name += "'"
    return name


def _missing(centred: Floats, estimator: str) -> int:
    """Studies missing on the left, from effects about the trimmed average in rising order."""
    k = len(centred)
    order = np.argsort(np.abs(centred), kind="stable")
    rank = np.empty(k)
    rank[order] = np.arange(1, k + 1)
    positive = float(rank[centred > 0].sum())
    if estimator == "R0":
        below = rank[centred < 0]
        found = k - (float(below.max()) if below.size else 0.0) - 1
    elif estimator == "L0":
        found = (4 * positive - k * (k + 1)) / (2 * k - 1)
    else:
        found = k - 0.5 - math.sqrt(max(0.0, 2 * k**2 - 4 * positive + 0.25))
    return min(max(0, round(found)), k - 1)


def _kendall(x: Floats, y: Floats) -> tuple[float, float, bool]:
    """Kendall's tau-b, its two-sided p-value, and whether that is exact."""
    n = len(x)
    upper = np.triu_indices(n, 1)
    s = float(np.sum(np.sign(x[:, None] - x)[upper] * np.sign(y[:, None] - y)[upper]))
    pairs = n * (n - 1) / 2
    ties_x, ties_y = (np.unique(each, return_counts=True)[1].astype(float) for each in (x, y))
    tied_x, tied_y = (float(np.sum(t * (t - 1))) / 2 for t in (ties_x, ties_y))
    tau = s / math.sqrt((pairs - tied_x) * (pairs - tied_y))
    if tied_x == 0 and tied_y == 0:
        concordant = round((s + pairs) / 2)
        below = np.cumsum(_concordant_probabilities(n))
        lower = float(below[concordant])
        higher = 1 - float(below[concordant - 1]) if concordant else 1.0
        return tau, min(1.0, 2 * min(lower, higher)), True
    variance = (
        n * (n - 1) * (2 * n + 5)
        - float(np.sum(ties_x * (ties_x - 1) * (2 * ties_x + 5)))
        - float(np.sum(ties_y * (ties_y - 1) * (2 * ties_y + 5)))
    ) / 18 + 4 * tied_x * tied_y / (2 * n * (n - 1))
    third_x, third_y = (float(np.sum(t * (t - 1) * (t - 2))) for t in (ties_x, ties_y))
    variance += third_x * third_y / (9 * n * (n - 1) * (n - 2))
    return tau, 2 * float(ndtr(-abs(s) / math.sqrt(variance))), False


def _concordant_probabilities(n: int) -> Floats:
    """Probability of 0, 1, ... concordant pairs among n in random order, (n (n - 1) / 2 + 1,)."""
    found = np.ones(1)
    for i in range(2, n + 1):  # the i-th comes after any number, from 0 to i - 1, of those before it
        found = np.convolve(found, np.full(i, 1 / i))
    return found
