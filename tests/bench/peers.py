"""Peers that run in Python: each takes a diary and returns a ``Fit``.

They are run as a careful user would: a constant, a linear trend and the treatment where the method takes
covariates, and whatever the method offers for missing days. Nothing in them was tuned.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.regression.linear_model import GLSAR
from statsmodels.tsa.statespace.sarimax import SARIMAX

from .diaries import Bools, Diaries, Diary, Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """What a method says about one diary, or about many (then every field is an (n_trial,) array).

    ``estimate``, ``sd`` (standard error or posterior sd), ``low`` and ``high`` (95 % interval) are in points,
    positive when the first treatment is better; ``reject`` says whether "no effect" is rejected at 5 %,
    two-sided (for a posterior: 0 lies outside the central 95 % interval). NaN where a method has no such
    thing or its computation failed.
    """

    estimate: float | Floats
    sd: float | Floats
    low: float | Floats
    high: float | Floats
    reject: float | Floats


@dataclass(frozen=True, slots=True)
class Tally:
    """What counts for error rates, (n_trial,) each: 1 where "no effect" was rejected, and 1 where the 95 %
    interval held the true effect. NaN where a method has no such thing or its computation failed.
    """

    reject: Floats
    cover: Floats


def tally(fit: Fit, effect: float) -> Tally:
    """Count many fits against the truth, an effect in points."""
    inside = np.where(np.isfinite(fit.low), (fit.low <= effect) & (effect <= fit.high), np.nan)
    return Tally(np.asarray(fit.reject, dtype=float), inside)


def design(day: NDArray[np.int64], on_first: Bools) -> Floats:
    """Constant, trend per 28 days and treatment (+-1/2): (n, 3)."""
    return np.column_stack([np.ones(len(day)), day / 28, on_first - 0.5])


def welch(diary: Diary) -> Fit:
    """Welch's t test, every rated day counted as independent."""
    test = stats.ttest_ind(diary.rating[diary.on_first], diary.rating[~diary.on_first], equal_var=False)
    low, high = test.confidence_interval(0.95)
    estimate = (low + high) / 2
    return Fit(estimate, (high - estimate) / stats.t.ppf(0.975, test.df), low, high, float(test.pvalue < 0.05))


def paired_t(diary: Diary) -> Fit:
    """Student's t test on the differences of period means, one per complete AB/BA pair."""
    differences = _pair_differences(diary.whole_rating[None], diary.whole_on_first[None], diary.period_days)[0]
    differences = differences[np.isfinite(differences)]
    test = stats.ttest_1samp(differences, 0.0)
    low, high = test.confidence_interval(0.95)
    sd = differences.std(ddof=1) / np.sqrt(len(differences))
    return Fit(differences.mean(), sd, low, high, float(test.pvalue < 0.05))


def sign_flip(diary: Diary) -> Fit:
    """Exact test of the pair differences: the order within each pair was drawn by a fair coin."""
    differences = _pair_differences(diary.whole_rating[None], diary.whole_on_first[None], diary.period_days)
    reject = float(_sign_flip_p(differences)[0] <= 0.05)
    return Fit(np.nanmean(differences), np.nan, np.nan, np.nan, reject)


def glsar(diary: Diary) -> Fit:
    """GLSAR(1) of statsmodels, iterated until it settles; neighbouring rows count as neighbouring days."""
    result = GLSAR(diary.rating, design(diary.day, diary.on_first), rho=1).iterative_fit(maxiter=50)
    low, high = result.conf_int()[2]
    return Fit(result.params[2], result.bse[2], low, high, float(result.pvalues[2] < 0.05))


def sarimax(diary: Diary) -> Fit:
    """SARIMAX(1,0,0) of statsmodels with covariates; its filter skips missing days exactly."""
    rating = diary.whole_rating
    exog = design(np.arange(len(rating)), diary.whole_on_first)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "failed to converge" is in the result as well
        result = SARIMAX(rating, exog=exog, order=(1, 0, 0)).fit(disp=False)
    low, high = result.conf_int()[2]
    return Fit(result.params[2], result.bse[2], low, high, float(result.pvalues[2] < 0.05))


def welch_many(diaries: Diaries) -> Fit:
    """``welch`` for every row at once; the same numbers."""
    arms = [np.where(arm, diaries.rating, np.nan) for arm in (diaries.on_first, ~diaries.on_first)]
    n_1, n_0 = (np.isfinite(arm).sum(axis=1) for arm in arms)
    v_1, v_0 = (np.nanvar(arm, axis=1, ddof=1) / n for arm, n in zip(arms, (n_1, n_0), strict=True))
    estimate = np.nanmean(arms[0], axis=1) - np.nanmean(arms[1], axis=1)
    sd = np.sqrt(v_1 + v_0)
    df = (v_1 + v_0) ** 2 / (v_1**2 / (n_1 - 1) + v_0**2 / (n_0 - 1))
    return _t_fit(estimate, sd, df)


def paired_t_many(diaries: Diaries) -> Fit:
    """``paired_t`` for every row at once; the same numbers."""
    differences = _pair_differences(diaries.rating, diaries.on_first, diaries.cell.period_days)
    n_pair = np.isfinite(differences).sum(axis=1)
    mean = np.nanmean(differences, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):  # a single pair says nothing: NaN
        variance = np.nansum((differences - mean[:, None]) ** 2, axis=1) / (n_pair - 1)
    return _t_fit(mean, np.sqrt(variance / n_pair), n_pair - 1)


def sign_flip_many(diaries: Diaries) -> Fit:
    """``sign_flip`` for every row at once; the same numbers."""
    differences = _pair_differences(diaries.rating, diaries.on_first, diaries.cell.period_days)
    reject = (_sign_flip_p(differences) <= 0.05).astype(float)
    nothing = np.full(len(reject), np.nan)
    return Fit(np.nanmean(differences, axis=1), nothing, nothing, nothing, reject)


def one_by_one(method: Callable[[Diary], Fit]) -> Callable[[Diaries], Fit]:
    """A method for many diaries from a method for one."""

    def many(diaries: Diaries) -> Fit:
        fits = [method(diary) for diary in diaries]
        return Fit(*(np.array([getattr(fit, name) for fit in fits], float) for name in Fit.__slots__))

    return many


@dataclass(frozen=True, slots=True)
class Peer:
    """A method: its name in the tables, and how it takes one diary and many."""

    name: str
    one: Callable[[Diary], Fit]
    many: Callable[[Diaries], Fit]


PEERS = (
    Peer("Welch t on days", welch, welch_many),
    Peer("paired t on block pairs", paired_t, paired_t_many),
    Peer("exact sign-flip on pairs", sign_flip, sign_flip_many),
    Peer("statsmodels GLSAR(1)", glsar, one_by_one(glsar)),
    Peer("statsmodels SARIMAX(1,0,0)", sarimax, one_by_one(sarimax)),
)
"""The peers that always run."""


def _pair_differences(rating: Floats, on_first: Bools, period_days: int) -> Floats:
    """First minus second treatment, period means of each whole pair, (n_trial, n_pair); NaN if unrated."""
    block = 2 * period_days
    shape = (len(rating), rating.shape[1] // block, block)
    n_day = shape[1] * block
    rating, on_first = rating[:, :n_day].reshape(shape), on_first[:, :n_day].reshape(shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the mean of an unrated period is NaN, as wanted
        first = np.nanmean(np.where(on_first, rating, np.nan), axis=2)
        return first - np.nanmean(np.where(on_first, np.nan, rating), axis=2)


def _sign_flip_p(differences: Floats) -> Floats:
    """Two-sided p over all 2^K orders, (n_trial,); a pair that cannot be compared has no say in it."""
    differences = np.nan_to_num(differences)
    n_pair = differences.shape[1]
    signs = 1 - 2 * ((np.arange(2**n_pair) >> np.arange(n_pair)[:, None]) & 1)
    observed = np.abs(differences.sum(axis=1))
    return (np.abs(differences @ signs) >= observed[:, None] - 1e-9).mean(axis=1)


def _t_fit(estimate: Floats, sd: Floats, df: Floats) -> Fit:
    half = stats.t.ppf(0.975, df) * sd
    reject = np.where(np.isfinite(half), (np.abs(estimate) > half).astype(float), np.nan)
    return Fit(estimate, sd, estimate - half, estimate + half, reject)
