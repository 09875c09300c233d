"""The compiled batch kernel: many people, many looks, many simulated trials.

It repeats ``fit.py`` term by term and is tested to agree with it to 1e-9; the NumPy path is the definition.
Importing this module needs numba (``pip install 'pinprick[batch]'``); nothing else in Pinprick does.

What it does differently, and why it may:

- six columns instead of eight, because at lambda = 0 the exposure is the difference of the two level halves;
- Student-t probabilities are read from a table with cubic Hermite steps (error below 1e-11), the exact
  finite series serving outside it;
- nodes that weigh less than 1e-13 of the heaviest are left out of the probabilities.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, stdtr

from pinprick.bayes.fit import TREND_DAYS
from pinprick.bayes.grid import make_grid
from pinprick.bayes.priors import PRIORS, Priors
from pinprick.errors import ComputationError

Floats = NDArray[np.float64]

TABLE_TOP = 12.0
TABLE_STEPS = 1536
CHUNK = 512  # trials handed to a thread at a time

MEAN, SD, ABOVE_ZERO, BELOW_ZERO, BELOW_DELTA, WITHIN_DELTA, EXPECTED_PHI = range(7)
N_SUMMARY = 7


def compiled(function: Callable[..., Any]) -> Any:
    """Compile with numba, kept on disk where numba can write and in memory where it cannot."""
    try:
        return njit(cache=True, nogil=True, fastmath=False, error_model="numpy")(function)
    except RuntimeError:  # "cannot cache function: no locator available": a read-only install
        return njit(nogil=True, fastmath=False, error_model="numpy")(function)


@dataclass(frozen=True, slots=True)
class Looks:
    """What the rule needs to know at each look, arrays of shape (n_trial, n_look).

    ``mean`` and ``sd`` are in rating points; ``above_zero``, ``below_zero``, ``below_delta`` (P(tau < delta))
    and ``within_delta`` (P(-delta < tau < delta)) are probabilities; ``expected_phi`` is E[phi]. Looks with
    fewer than 5 rated days, or before both treatments were rated, hold NaN.
    """

    values: Floats

    mean = property(lambda self: self.values[..., MEAN])
    sd = property(lambda self: self.values[..., SD])
    above_zero = property(lambda self: self.values[..., ABOVE_ZERO])
    below_zero = property(lambda self: self.values[..., BELOW_ZERO])
    below_delta = property(lambda self: self.values[..., BELOW_DELTA])
    within_delta = property(lambda self: self.values[..., WITHIN_DELTA])
    expected_phi = property(lambda self: self.values[..., EXPECTED_PHI])


def fit_batch(
    rating: ArrayLike,
    on_first: ArrayLike,
    *,
    looks: ArrayLike,
    delta: float,
    period_days: float,
    scale_range: float = 10.0,
    priors: Priors = PRIORS,
    n_thread: int | None = None,
) -> Looks:
    """Posterior summaries of many diaries at many looks.

    Parameters
    ----------
    rating : (n_trial, n_day) array_like of float
        Ratings turned so that larger is better; NaN where a day has no rating.
    on_first : (n_trial, n_day) array_like of bool
        Whether each calendar day belongs to the first treatment.
    looks : (n_look,) array_like of int
        Days (from 0) at whose end to look, increasing.
    delta : float
        Smallest difference that matters, in rating points; positive.
    period_days, scale_range, priors
        As in `pinprick.bayes.fit.fit`.
    n_thread : int, optional
        Threads; all processors unless told otherwise. The result does not depend on it.

    Returns
    -------
    Looks
        Arrays of shape (n_trial, n_look).

    Raises
    ------
    ComputationError
        If the shapes do not fit, a look lies outside the days, or delta is not positive.

    Examples
    --------
    >>> on_first = np.arange(28) // 2 % 2 == 0
    >>> rating = np.where(on_first, 6.0, 4.0) + np.sin(np.arange(28))
    >>> looks = fit_batch(rating[None], on_first[None], looks=[13, 27], delta=1.0, period_days=2)
    >>> looks.mean.shape
    (1, 2)
    """
    y = np.ascontiguousarray(rating, dtype=np.float64)
    first = np.ascontiguousarray(on_first, dtype=np.bool_)
    look_days = np.ascontiguousarray(looks, dtype=np.int64)
    if y.ndim != 2 or y.shape != first.shape:
        raise ComputationError(
            f"rating and on_first have shapes {y.shape} and {first.shape}; give two (n_trial, n_day) arrays."
        )
    n_trial, n_day = y.shape
    rising = look_days.ndim == 1 and look_days.size > 0 and (look_days.size == 1 or (np.diff(look_days) > 0).all())
    if not (rising and look_days[0] >= 0 and look_days[-1] < n_day):
        raise ComputationError(f"looks must be increasing days from 0 to {n_day - 1}.")
    if not delta > 0:
        raise ComputationError(f"delta is {delta}; the smallest difference that matters is positive.")
    values = np.full((n_trial, len(look_days), N_SUMMARY), np.nan)
    fixed = _fixed(priors, float(period_days), float(scale_range), float(delta))
    table = student_table(n_day)

    def work(start: int) -> None:
        part = slice(start, min(start + CHUNK, n_trial))
        _fit_many(y[part], first[part], look_days, *fixed, table, values[part])

    starts = range(0, n_trial, CHUNK)
    if len(starts) == 1:
        work(0)
    else:
        with ThreadPoolExecutor(n_thread or os.cpu_count()) as threads:
            list(threads.map(work, starts))
    return Looks(values)


@lru_cache(maxsize=64)
def _fixed(priors: Priors, period_days: float, scale_range: float, delta: float) -> tuple[Any, ...]:
    """The kernel's arguments that do not depend on a diary, so that one call does not build them again."""
    grid = make_grid(priors)
    return (
        grid.phi,
        grid.white_share,
        grid.log_mass(priors.independent_mass_few_pairs),
        grid.log_mass(priors.independent_mass),
        int(np.ceil(priors.few_pairs * 2 * period_days)),  # few pairs while fewer days than this have passed
        grid.spread,
        grid.log_mass_spread,
        priors.trend_sd**-2,
        priors.effect_sd**-2,
        priors.lost_df,
        priors.variance_floor * (scale_range / 10) ** 2,
        delta,
    )


@lru_cache(maxsize=4)
def student_table(top_df: int) -> Floats:
    """Student-t distribution function and density on [0, TABLE_TOP] for df = 1..top_df, (top_df, steps, 2)."""
    t = np.linspace(0, TABLE_TOP, TABLE_STEPS + 1)
    df = np.arange(1, top_df + 1)[:, None]
    log_constant = gammaln((df + 1) / 2) - gammaln(df / 2) - 0.5 * np.log(np.pi * df)
    density = np.exp(log_constant - (df + 1) / 2 * np.log1p(t**2 / df))
    table = np.stack([stdtr(df, t), density * (TABLE_TOP / TABLE_STEPS)], axis=-1)
    table.setflags(write=False)
    return table


@compiled
def _student_series(t, df):  # type: ignore[no-untyped-def]
    """Student-t distribution function for whole df: Abramowitz and Stegun (1964), 26.7.3 and 26.7.4."""
    theta = np.arctan(t / np.sqrt(df))
    cos2 = df / (df + t * t)
    if df % 2 == 1:
        total = 0.0
        if df > 1:
            term = np.sqrt(cos2)
            total = term
            for k in range(1, (df - 1) // 2):
                term *= cos2 * (2 * k) / (2 * k + 1)
                total += term
        return 0.5 + (theta + np.sin(theta) * total) / np.pi
    term = 1.0
    total = 1.0
    for k in range(1, df // 2):
        term *= cos2 * (2 * k - 1) / (2 * k)
        total += term
    return 0.5 + 0.5 * np.sin(theta) * total


@compiled
def _student(t, df, row):  # type: ignore[no-untyped-def]
    """Student-t distribution function from the table's row for this df."""
    x = abs(t) * (TABLE_STEPS / TABLE_TOP)
    if x < TABLE_STEPS:
        k = int(x)
        s = x - k
        f0, d0, f1, d1 = row[k, 0], row[k, 1], row[k + 1, 0], row[k + 1, 1]
        r = 1.0 - s
        upper = f0 * (1 + 2 * s) * r * r + d0 * s * r * r + f1 * s * s * (3 - 2 * s) - d1 * s * s * r
        return upper if t >= 0 else 1.0 - upper
    return _student_series(t, df)


@compiled
def _fit_many(  # type: ignore[no-untyped-def]
    rating, on_first, looks, phi, white, log_mass_few, log_mass_many, few_until, spread, log_mass_spread,
    trend_precision, effect_precision, lost_df, variance_floor, delta, table, out,
):  # fmt: skip
    n_trial, n_day = rating.shape
    n_node, n_spread = phi.size, spread.size
    n_component = n_node * n_spread
    state = np.empty((n_node, 6))
    variance = np.empty(n_node)
    gram = np.empty((n_node, 21))  # upper triangle of the six columns' products
    log_det = np.empty(n_node)
    location = np.empty(n_component)
    scale = np.empty(n_component)
    log_weight = np.empty(n_component)
    log_h = np.log(spread)
    column = np.empty(3)
    z = np.empty(6)

    for trial in range(n_trial):
        state[:] = 0.0
        gram[:] = 0.0
        log_det[:] = 0.0
        n_first, n_second, last = 0, 0, -1
        origin = 0.0
        look = 0
        for day in range(n_day):
            y = rating[trial, day]
            if not np.isnan(y):
                if last < 0:
                    origin = y
                is_first = on_first[trial, day]
                if is_first:
                    n_first += 1
                else:
                    n_second += 1
                column[0], column[1], column[2] = 1.0, day / TREND_DAYS, y - origin
                # columns are stored (level, trend, rating) on first-treatment days, then on second
                at = 0 if is_first else 3
                gap = day - last
                for g in range(n_node):
                    slow = 1.0 - white[g]
                    if last < 0:
                        variance[g] = slow
                    else:
                        d = 1.0
                        for _ in range(gap):
                            d *= phi[g]
                        for c in range(6):
                            state[g, c] *= d
                        variance[g] = slow + d * d * (variance[g] - slow)
                    total = variance[g] + white[g]
                    root = 1.0 / np.sqrt(total)
                    gain = variance[g] / total
                    for c in range(6):
                        z[c] = -state[g, c]
                    z[at] += column[0]
                    z[at + 1] += column[1]
                    z[at + 2] += column[2]
                    for c in range(6):
                        state[g, c] += gain * z[c]
                        z[c] *= root
                    variance[g] -= gain * variance[g]
                    log_det[g] += np.log(total)
                    k = 0
                    for p in range(6):
                        for q in range(p, 6):
                            gram[g, k] += z[p] * z[q]
                            k += 1
                last = day
            if look < looks.size and day == looks[look]:
                n = n_first + n_second
                if n_first > 0 and n_second > 0 and n >= 5:
                    df = n - 1 - lost_df
                    log_mass = log_mass_few if day + 1 < few_until else log_mass_many
                    _components(
                        gram, log_det, log_mass, spread, log_h, log_mass_spread, n_first - n_second, df,
                        trend_precision, effect_precision, variance_floor, location, scale, log_weight,
                    )  # fmt: skip
                    _summarise(location, scale, log_weight, phi, n_spread, df, delta, table[df - 1], out[trial, look])
                look += 1


@compiled
def _components(  # type: ignore[no-untyped-def]
    gram, log_det, log_mass, spread, log_h, log_mass_spread, n_more_first, df,
    trend_precision, effect_precision, variance_floor, location, scale, log_weight,
):  # fmt: skip
    """Location, scale and log weight of every (node, spread) component, by elimination of a 3 x 3 system."""
    k = 0
    for g in range(gram.shape[0]):
        # a: first-treatment half, b: second-treatment half; 1 level, t trend, y rating
        (a11, a1t, a1y, m11, m1t, m1y, att, aty, n1t, mtt, mty, ayy, n1y, nty, myy,
         b11, b1t, b1y, btt, bty, byy) = (
            gram[g, 0], gram[g, 1], gram[g, 2], gram[g, 3], gram[g, 4], gram[g, 5], gram[g, 6],
            gram[g, 7], gram[g, 8], gram[g, 9], gram[g, 10], gram[g, 11], gram[g, 12], gram[g, 13],
            gram[g, 14], gram[g, 15], gram[g, 16], gram[g, 17], gram[g, 18], gram[g, 19], gram[g, 20],
        )  # fmt: skip
        # m1t is <1 on a, t on b>, n1t is <t on a, 1 on b>, and so on
        for s in range(spread.size):
            u, v = 1.0 / (spread[s] * spread[s]), spread[s] * spread[s]
            g11 = u * a11 + 2 * m11 + v * b11
            g1t = u * a1t + m1t + n1t + v * b1t
            gtt = u * att + 2 * mtt + v * btt
            g1y = u * a1y + m1y + n1y + v * b1y
            gty = u * aty + mty + nty + v * bty
            gyy = u * ayy + 2 * myy + v * byy
            # exposure x - 1/2 is half the difference of the level halves
            g1x = 0.5 * (u * a11 - v * b11)
            gtx = 0.5 * (u * a1t + m1t - n1t - v * b1t)
            gxx = 0.25 * (u * a11 - 2 * m11 + v * b11)
            gxy = 0.5 * (u * a1y + m1y - n1y - v * b1y)
            # eliminate level, then trend, then exposure
            i1 = 1.0 / g11
            ptt = gtt + trend_precision - g1t * g1t * i1
            ptx = gtx - g1t * g1x * i1
            pty = gty - g1t * g1y * i1
            pxx = gxx + effect_precision - g1x * g1x * i1
            pxy = gxy - g1x * g1y * i1
            pyy = gyy - g1y * g1y * i1
            it = 1.0 / ptt
            qxx = pxx - ptx * ptx * it
            qxy = pxy - ptx * pty * it
            qyy = pyy - pty * pty * it
            ix = 1.0 / qxx
            rss = max(qyy - qxy * qxy * ix, 0.0) + variance_floor
            location[k] = qxy * ix
            scale[k] = np.sqrt(rss / df * ix)
            log_weight[k] = (
                log_mass[g] + log_mass_spread[s] - n_more_first * log_h[s]
                - 0.5 * (log_det[g] + np.log(g11 * ptt * qxx) + df * np.log(rss))
            )  # fmt: skip
            k += 1


@compiled
def _summarise(location, scale, log_weight, phi, n_spread, df, delta, row, out):  # type: ignore[no-untyped-def]
    """Mean, sd, the four probabilities and E[phi] of the mixture."""
    top = log_weight.max()
    total = 0.0
    mean = 0.0
    expected_phi = 0.0
    for k in range(log_weight.size):
        w = np.exp(log_weight[k] - top)
        log_weight[k] = w  # from here on the weight itself
        total += w
        mean += w * location[k]
        expected_phi += w * phi[k // n_spread]
    mean /= total
    inflate = df / (df - 2.0)
    second = 0.0
    above, below, below_delta, below_minus = 0.0, 0.0, 0.0, 0.0
    for k in range(log_weight.size):
        w = log_weight[k]
        apart = location[k] - mean
        second += w * (scale[k] * scale[k] * inflate + apart * apart)
        if w > 1e-13:
            i = 1.0 / scale[k]
            m = location[k]
            up = _student(m * i, df, row)
            above += w * up
            below += w * (1.0 - up)
            below_delta += w * _student((delta - m) * i, df, row)
            below_minus += w * _student((-delta - m) * i, df, row)
    out[MEAN] = mean
    out[SD] = np.sqrt(second / total)
    out[ABOVE_ZERO] = above / total
    out[BELOW_ZERO] = below / total
    out[BELOW_DELTA] = below_delta / total
    out[WITHIN_DELTA] = (below_delta - below_minus) / total
    out[EXPECTED_PHI] = expected_phi / total
