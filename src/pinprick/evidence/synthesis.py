"""Many studies together: one average effect, how far studies differ, and what the next setting may see.

Inverse-variance weights throughout; words and defaults as the field and metafor use them (FE, DL, PM, REML;
z, knha, adhoc). Nothing here draws a random number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, chdtri, ndtr, ndtri, stdtr, stdtrit

from pinprick.errors import ComputationError
from pinprick.evidence.heterogeneity import CommonMean, Stack, estimate_each_tau2, estimate_tau2, solve_q
from pinprick.words import _

Floats = NDArray[np.float64]

METHODS: Final = ("FE", "DL", "PM", "REML")
"""Common effect, DerSimonian-Laird, Paule-Mandel, restricted maximum likelihood."""
TESTS: Final = ("z", "knha", "adhoc")
"""Normal, Hartung-Knapp, Hartung-Knapp whose variance factor is never below 1."""
HETEROGENEOUS_P = 0.10  # Q has little power, so its p-value is read at 10 %, as Cochrane's handbook does (10.10.2)
LOWEST_LEVEL = 50.0


@dataclass(frozen=True, slots=True)
class Synthesis:
    """One average effect of ``k`` studies, on the scale of their ``yi`` (logarithms for ratios).

    Parameters
    ----------
    k : int
        Number of studies.
    measure, method, test : str
        What the ``yi`` are, how tau2 was estimated, and how the interval was made.
    level : float
        Of all intervals, in per cent.
    estimate, se, low, high, p : float
        Average effect, its standard error and interval, and the two-sided p-value against 0.
    tau2, tau2_low, tau2_high : float
        Variance between studies with its interval by the Q profile (Viechtbauer 2007, doi:10.1002/sim.2514).
        NaN where one study leaves it unknown; the interval is NaN for ``FE``, which assumes tau2 = 0.
    i2, h2 : float
        Share of the variance that is between studies, 0 to 100 per cent, and total over sampling variance
        (Higgins and Thompson 2002, doi:10.1002/sim.1186).
    q, q_p : float
        Cochran's Q and its p-value on k - 1 degrees of freedom.
    prediction_low, prediction_high : float
        Where the true effect of one new setting lies (Higgins 2009, doi:10.1111/j.1467-985X.2008.00552.x, with
        the reference distribution of ``test``); NaN for ``FE`` and for one study.
    yi, vi : (k,) ndarray
        Effects and their sampling variances, as given.
    labels : tuple of str
        The studies' names, each once.
    weights : (k,) ndarray
        Weights in per cent; they sum to 100.
    caveats : tuple of str
        Doubts about the result, one sentence each.
    """

    k: int
    measure: str
    method: str
    test: str
    level: float
    estimate: float
    se: float
    low: float
    high: float
    p: float
    tau2: float
    tau2_low: float
    tau2_high: float
    i2: float
    h2: float
    q: float
    q_p: float
    prediction_low: float
    prediction_high: float
    yi: Floats
    vi: Floats
    labels: tuple[str, ...]
    weights: Floats
    caveats: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The synthesis as JSON takes it; what does not exist is None.

        Examples
        --------
        >>> found = synthesise([0.3], [0.04]).to_dict()
        >>> found["estimate"], found["tau2"], found["prediction"]
        (0.3, None, {'low': None, 'high': None})
        """
        plain = {
            name: getattr(self, name) if isinstance(getattr(self, name), str | int) else _known(getattr(self, name))
            for name in (
                "k", "measure", "method", "estimate", "se", "low", "high", "p", "tau2", "tau2_low", "tau2_high",
                "i2", "q", "q_p",
            )
        }  # fmt: skip
        studies = [
            {"label": label, "yi": float(yi), "vi": float(vi), "weight": float(weight)}
            for label, yi, vi, weight in zip(self.labels, self.yi, self.vi, self.weights, strict=True)
        ]
        prediction = {"low": _known(self.prediction_low), "high": _known(self.prediction_high)}
        return {**plain, "prediction": prediction, "caveats": list(self.caveats), "studies": studies}

    def as_prior(self, *, between_person_sd: float = 0.0) -> tuple[float, float]:
        """Mean and sd of the effect on one new person, in the units of ``yi``.

        The average of a new setting spreads by ``se**2 + tau2``, and people within a setting by the square of
        ``between_person_sd`` (0 or more). One study, or ``FE``, tells nothing of tau2, which counts as 0 here:
        such a prior is too sure of itself unless it is widened.

        Raises
        ------
        ComputationError
            If the spread between people is negative or not finite.

        Examples
        --------
        >>> pooled = synthesise([0.1, 0.5, -0.2, 0.9], [0.02, 0.05, 0.03, 0.1])
        >>> mean, sd = pooled.as_prior(between_person_sd=1.0)
        >>> round(mean, 3), round(sd, 3)
        (0.274, 1.099)
        """
        if not (math.isfinite(between_person_sd) and between_person_sd >= 0):
            raise ComputationError(
                f"A spread between people of {between_person_sd:g} is no standard deviation; give 0 or more."
            )
        tau2 = 0.0 if math.isnan(self.tau2) else self.tau2
        return self.estimate, math.sqrt(self.se**2 + tau2 + between_person_sd**2)


@dataclass(frozen=True, slots=True)
class Syntheses:
    """A stack of syntheses; every array is (n,), one value a row."""

    estimate: Floats
    se: Floats
    low: Floats
    high: Floats
    tau2: Floats


def synthesise(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    method: str = "REML",
    test: str = "adhoc",
    level: float = 95.0,
    caveats: Sequence[str] = (),
) -> Synthesis:
    """One average effect of studies that estimate it each with a known sampling variance.

    One study answers with itself, by the normal distribution, and says so. Doubts are sentences in ``caveats``:
    few studies, a common effect where studies differ, a Hartung-Knapp interval narrower than the normal one, and
    studies that clearly point both ways, which means that the interval of at least one lies above 0 and of at
    least one below 0, each by its own variance, the normal distribution and ``level``.

    Parameters
    ----------
    yi, vi : (k,) array_like
        Effects, logarithms for ratios, and their sampling variances; finite, variances positive.
    labels : sequence of str, optional
        Names of the studies, each once; "Study 1" and so on without.
    measure : str
        What ``yi`` are; travels with the result.
    method : {"FE", "DL", "PM", "REML"}
        How tau2 is estimated.
    test : {"z", "knha", "adhoc"}
        Normal; Hartung-Knapp (Knapp and Hartung 2003, doi:10.1002/sim.1482), Student's t on k - 1 degrees of
        freedom with the variance rescaled by ``sum(w * (yi - estimate)**2) / (k - 1)``; or the same with that
        factor never below 1.
    level : float
        Of all intervals, in per cent, from 50 to below 100.
    caveats : sequence of str
        Doubts that came with the effects; they stand first in the result.

    Raises
    ------
    ComputationError
        If there is no study, a number is not finite, a variance is not positive, two studies share a label, or
        a method, test or level does not exist.

    Examples
    --------
    >>> pooled = synthesise([0.1, 0.5, -0.2, 0.9], [0.02, 0.05, 0.03, 0.1], test="knha")
    >>> [round(x, 3) for x in (pooled.estimate, pooled.low, pooled.high, pooled.tau2, pooled.i2)]
    [0.274, -0.459, 1.007, 0.154, 79.844]
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    names = name_studies(labels, y.size)
    check_studies(y, v, names)
    check_choice(method, test, level)
    k, alpha = y.size, 1 - level / 100
    doubts = [*caveats]
    own = critical("z", 0, alpha) * np.sqrt(v)
    if k == 1:
        doubts.append(_("Only one study: the answer is that study's own, and how much studies differ cannot be known."))
        return Synthesis(
            k=1, measure=measure, method=method, test=test, level=level, estimate=float(y[0]), se=math.sqrt(v[0]),
            low=float(y[0] - own[0]), high=float(y[0] + own[0]), p=_two_sided(float(y[0]), math.sqrt(v[0]), "z", 0),
            tau2=math.nan, tau2_low=math.nan, tau2_high=math.nan, i2=math.nan, h2=math.nan, q=0.0, q_p=1.0,
            prediction_low=math.nan, prediction_high=math.nan, yi=y, vi=v, labels=names,
            weights=np.array([100.0]), caveats=tuple(doubts),
        )  # fmt: skip
    model, df = CommonMean(y, v), k - 1
    tau2 = estimate_tau2(model, method)
    q = model.q(0.0)[0]
    w, total, mean = model.fit(tau2)
    factor = model.q(tau2)[0] / df
    scale = 1.0 if test == "z" else factor if test == "knha" else max(1.0, factor)
    se = math.sqrt(scale / total)
    half = critical(test, df, alpha)
    width = half * se
    typical = df / model.trace()
    if method == "FE":
        i2 = max(0.0, 100 * (q - df) / q) if q > 0 else 0.0
        h2 = q / df
        tau2_low = tau2_high = prediction = math.nan
    else:
        i2, h2 = 100 * tau2 / (tau2 + typical), tau2 / typical + 1
        tau2_low, tau2_high = (solve_q(model, target) for target in tails_of_q(df, alpha))
        prediction = half * math.sqrt(se**2 + tau2)
    q_p = float(chdtrc(df, q))
    doubts += _doubts(k, method, test, factor, q_p)
    doubts += _both_ways(y, own, names, level)
    return Synthesis(
        k=k, measure=measure, method=method, test=test, level=level, estimate=mean, se=se,
        low=mean - width, high=mean + width, p=_two_sided(mean, se, test, df), tau2=tau2,
        tau2_low=tau2_low, tau2_high=tau2_high, i2=i2, h2=h2, q=q, q_p=q_p, prediction_low=mean - prediction,
        prediction_high=mean + prediction, yi=y, vi=v, labels=names, weights=100 * w / total,
        caveats=tuple(doubts),
    )  # fmt: skip


def synthesise_many(
    yi: ArrayLike, vi: ArrayLike, *, method: str = "REML", test: str = "adhoc", level: float = 95.0
) -> Syntheses:
    """A stack of syntheses at once: the same numbers as `synthesise`, row by row, without its doubts.

    Parameters
    ----------
    yi, vi : (n, k) array_like
        Effects and sampling variances, a synthesis a row, at least two studies each; variances positive.
    method, test, level
        As in `synthesise`.

    Raises
    ------
    ComputationError
        If the arrays are no stack of at least two studies, a number is not finite or a variance not positive.

    Examples
    --------
    >>> many = synthesise_many([[0.1, 0.5, -0.2], [0.3, 0.3, 0.4]], [[0.02, 0.05, 0.03], [0.1, 0.1, 0.2]])
    >>> many.tau2.round(3).tolist()
    [0.074, 0.0]
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    if y.ndim != 2 or y.shape != v.shape or y.shape[1] < 2:
        raise ComputationError(
            f"A stack of syntheses has yi and vi of one shape (n, k) with k of 2 or more, not {y.shape} and {v.shape}."
        )
    check_choice(method, test, level)
    if not (np.isfinite(y).all() and np.isfinite(v).all() and (v > 0).all()):
        raise ComputationError(
            "A stack of syntheses holds a number that is not finite, or a variance that is not positive; leave that "
            "study out of its row."
        )
    stack, df = Stack(y, v), y.shape[1] - 1
    tau2 = estimate_each_tau2(stack, method)
    _, total, mean = stack.fit(tau2)
    factor = stack.q(tau2)[0] / df
    scale = np.ones_like(factor) if test == "z" else factor if test == "knha" else np.maximum(1.0, factor)
    se = np.sqrt(scale / total)
    width = critical(test, df, 1 - level / 100) * se
    return Syntheses(mean, se, mean - width, mean + width, tau2)


@lru_cache(maxsize=1024)  # the same few, again and again, where studies are left out one by one
def critical(test: str, df: int, alpha: float) -> float:
    """Half the width of an interval in standard errors: normal for ``z``, else Student's t on ``df``."""
    return -float(ndtri(alpha / 2)) if test == "z" else -float(stdtrit(df, alpha / 2))


@lru_cache(maxsize=1024)
def tails_of_q(df: int, alpha: float) -> tuple[float, float]:
    """Upper and lower quantile of Q without more heterogeneity than a tau2: chi-square with alpha / 2 beyond each."""
    return float(chdtri(df, alpha / 2)), float(chdtri(df, 1 - alpha / 2))


def name_studies(labels: Sequence[str] | None, k: int) -> tuple[str, ...]:
    """The studies' labels as given, or "Study 1" and so on.

    Raises
    ------
    ComputationError
        If there are more or fewer labels than studies, or two studies share one.
    """
    if labels is None:
        return tuple(f"Study {i}" for i in range(1, k + 1))
    names = tuple(str(label) for label in labels)
    if len(names) != k:
        raise ComputationError(f"There are {len(names)} labels for {k} studies; give one label a study.")
    if len(set(names)) < k:
        twice = next(name for name in names if names.count(name) > 1)
        rows = [i for i, name in enumerate(names, 1) if name == twice]
        raise ComputationError(
            f"Two studies are called '{twice}' (rows {rows[0]} and {rows[1]}); a study counts once: leave one out, or "
            "give each its own label if they are apart."
        )
    return names


def check_studies(yi: Floats, vi: Floats, labels: Sequence[str]) -> None:
    """Refuse effects that cannot be pooled, and name the study.

    Raises
    ------
    ComputationError
        If there is no study, the shapes differ, a number is not finite or a variance not positive.
    """
    if yi.ndim != 1 or yi.shape != vi.shape:
        raise ComputationError(f"Each study needs one yi and one vi, but their shapes are {yi.shape} and {vi.shape}.")
    if not yi.size:
        raise ComputationError("There is no study to pool; give at least one effect with its variance.")
    if np.isfinite(yi).all() and np.isfinite(vi).all() and (vi > 0).all():
        return
    for label, y, v in zip(labels, yi, vi, strict=True):
        if not math.isfinite(y):
            raise ComputationError(f"The effect of {label} is {y:g}, which is no number to pool; leave it out.")
        if not (math.isfinite(v) and v > 0):
            raise ComputationError(
                f"The variance of {label} is {v:g}, and it would carry all the weight or none; give a variance above "
                "0, or leave that study out."
            )


def check_choice(method: str, test: str, level: float) -> None:
    """Refuse a method, test or level that does not exist.

    Raises
    ------
    ComputationError
        With the choices there are.
    """
    if method not in METHODS:
        raise ComputationError(f"There is no method '{method}'; choose one of {', '.join(METHODS)}.")
    if test not in TESTS:
        raise ComputationError(f"There is no test '{test}'; choose one of {', '.join(TESTS)}.")
    if not LOWEST_LEVEL <= level < 100:
        raise ComputationError(
            f"A level of {level:g} makes no interval worth its name; give per cent from {LOWEST_LEVEL:g} to below 100, "
            "such as 95."
        )


def some_names(labels: Sequence[str], most: int = 5) -> str:
    """A few names in a row, and how many more there are.

    Examples
    --------
    >>> some_names(["A", "B", "C"], most=2)
    'A, B and 1 more'
    """
    listed = ", ".join(labels[:most])
    more = len(labels) - most
    return _("{listed} and {more} more").format(listed=listed, more=more) if more > 0 else listed


def _two_sided(estimate: float, se: float, test: str, df: int) -> float:
    """Two-sided p-value against 0; studies that agree exactly may leave no standard error."""
    if se == 0:
        return 1.0 if estimate == 0 else 0.0
    distance = -abs(estimate) / se
    return 2 * float(ndtr(distance) if test == "z" else stdtr(df, distance))


def _known(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None


def _doubts(k: int, method: str, test: str, factor: float, q_p: float) -> list[str]:
    doubts = []
    if k == 2:
        doubts.append(
            _("Only two studies: how much studies differ can hardly be estimated, and an interval by the normal "
              "distribution is too narrow.")
            if test == "z" else
            _("Only two studies: how much studies differ can hardly be estimated, so the interval is very wide.")
        )  # fmt: skip
    if method == "FE" and q_p < HETEROGENEOUS_P:
        doubts.append(
            _("The studies differ by more than chance (Q test, p = {p:.2g}), so one common effect does not describe "
              "them; a random-effects method would say how far they differ.").format(p=q_p)
        )  # fmt: skip
    if test == "knha" and factor < 1:
        doubts.append(
            _("The studies agree better than chance would have it, and the Hartung-Knapp interval is narrower for "
              "that; the test 'adhoc' would not let it be.")
        )  # fmt: skip
    return doubts


def _both_ways(yi: Floats, own: Floats, labels: tuple[str, ...], level: float) -> list[str]:
    """The doubt that some studies clearly show the opposite of others, or count another direction as better."""
    above, below = yi - own > 0, yi + own < 0
    if not (above.any() and below.any()):
        return []
    up = [label for label, true in zip(labels, above, strict=True) if true]
    down = [label for label, true in zip(labels, below, strict=True) if true]
    said = _(
        "Studies clearly point both ways, above 0 ({up}) and below 0 ({down}), each by its own {level:g} % interval; "
        "make sure that every study counts the same direction as better."
    )
    return [said.format(up=some_names(up), down=some_names(down), level=level)]
