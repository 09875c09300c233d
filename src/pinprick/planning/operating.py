"""How often a rule is right, wrong, and late, when the truth is known.

Every function here simulates diaries of a known `Person`, reads them as the product would, and counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from pinprick.analysis.thresholds import Thresholds
from pinprick.analysis.verdict import claims
from pinprick.bayes.fit import TREND_DAYS
from pinprick.bayes.kernel import fit_batch
from pinprick.bayes.priors import PRIORS, Priors
from pinprick.planning.calibrate import first_look, whole_pairs
from pinprick.planning.simulate import Person, draw_orders, simulate_ratings
from pinprick.trial.protocol import Question

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CHUNK = 4_000


@dataclass(frozen=True, slots=True)
class OperatingCharacteristics:
    """What a sequential rule does to many trials of one truth.

    ``better``, ``worse`` and ``third`` are the shares of trials that end with each finding; the rest
    cannot tell. ``ever_better`` and ``ever_worse`` are the shares in which the rule would have made that
    claim at some look, had nothing else ended the trial first. Days count to the finding, or to the
    ceiling where there is none.
    """

    n_trial: int
    better: float
    worse: float
    third: float
    ever_better: float
    ever_worse: float
    ever_third: float
    mean_days: float
    median_days: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """How one look's 95 % interval and estimate do: coverage, one-sided 5 % errors; bias, RMSE, mean sd in points."""

    n_trial: int
    covered: float
    claims_better: float
    claims_worse: float
    bias: float
    rmse: float
    oracle_rmse: float
    mean_sd: float


def operating_characteristics(
    person: Person,
    rules: Mapping[str, Thresholds],
    *,
    period_days: int,
    ceiling_days: int,
    question: Question = Question.AGAINST_CONTROL,
    n_trial: int,
    rng: np.random.Generator,
    delta: float = 1.0,
    known: bool = False,
    priors: Priors = PRIORS,
) -> dict[str, OperatingCharacteristics]:
    """Run rules on the same simulated trials with daily looks.

    Parameters
    ----------
    person : Person
        The truth.
    rules : mapping of str to Thresholds
        The rules by name.
    period_days, ceiling_days : int
        The plan; the ceiling is rounded down to whole pairs.
    question : Question
        Which third finding the plan has.
    n_trial : int
        Trials to simulate; at least 1.
    rng : numpy.random.Generator
        The stream.
    delta : float
        Smallest difference that matters, in points.
    known : bool
        Let the rules know the person's phi, noise share and sd: the oracle that nobody can be.

    Returns
    -------
    dict of str to OperatingCharacteristics
        One for each rule.

    Examples
    --------
    >>> from pinprick.analysis.thresholds import thresholds_for
    >>> from pinprick.trial.protocol import Mode
    >>> bars = thresholds_for(3, 84, question=Question.AGAINST_CONTROL, mode=Mode.STANDARD)
    >>> oc = operating_characteristics(Person(effect=3.0), {"standard": bars}, period_days=3, ceiling_days=84,
    ...                                n_trial=50, rng=np.random.default_rng(1))
    >>> oc["standard"].better > 0.9
    True
    """
    top = whole_pairs(ceiling_days, period_days)
    looks = np.arange(first_look(period_days) - 1, top)
    found: dict[str, list[tuple[NDArray[np.int64], NDArray[np.int64], Bools]]] = {name: [] for name in rules}
    for start in range(0, n_trial, CHUNK):
        on_first = draw_orders(min(CHUNK, n_trial - start), top, period_days, rng)
        rating = simulate_ratings(person, on_first, rng)
        above, below, third, phi = _probabilities(
            person, rating, on_first, looks, period_days, question, delta, known, priors
        )
        for name, thresholds in rules.items():
            fired: Bools = np.stack(
                claims(thresholds, above_zero=above, below_zero=below, third=third, expected_phi=phi)
            )  # (better, worse, third; trial; look)
            at_look: Bools = np.asarray(fired.any(axis=0))
            ended: Bools = np.asarray(at_look.any(axis=1))
            at = at_look.argmax(axis=1)
            finding = np.where(ended, fired[:, np.arange(len(at)), at].argmax(axis=0), 3)
            found[name].append((finding, np.where(ended, looks[at] + 1, top), np.asarray(fired.any(axis=2))))
    return {name: _counted(parts) for name, parts in found.items()}


def _counted(parts: list[tuple[NDArray[np.int64], NDArray[np.int64], Bools]]) -> OperatingCharacteristics:
    finding = np.concatenate([part[0] for part in parts])
    day = np.concatenate([part[1] for part in parts])
    ever = np.concatenate([part[2] for part in parts], axis=1).mean(axis=1)
    return OperatingCharacteristics(
        n_trial=len(day),
        better=float(np.mean(finding == 0)),
        worse=float(np.mean(finding == 1)),
        third=float(np.mean(finding == 2)),
        ever_better=float(ever[0]),
        ever_worse=float(ever[1]),
        ever_third=float(ever[2]),
        mean_days=float(day.mean()),
        median_days=float(np.median(day)),
    )


def coverage(
    person: Person,
    *,
    period_days: int,
    n_day: int,
    n_trial: int,
    rng: np.random.Generator,
    priors: Priors = PRIORS,
) -> Coverage:
    """How often the 95 % interval at the end of ``n_day`` days holds the true effect."""
    on_first = draw_orders(n_trial, n_day, period_days, rng)
    rating = simulate_ratings(person, on_first, rng)
    # the interval holds the truth where P(tau < truth) is central; the kernel gives it for 0 and for delta
    seen = fit_batch(
        rating,
        on_first,
        looks=[n_day - 1],
        delta=person.effect or 1.0,
        period_days=period_days,
        priors=priors,
    )
    below = (seen.below_delta if person.effect else seen.below_zero)[:, 0]
    error = seen.mean[:, 0] - person.effect
    oracle = np.nan
    if not person.missing and not person.whole_points and person.spread_ratio == 1:
        known_mean, _ = known_looks(person, rating, on_first, np.array([n_day - 1]), priors)
        oracle = float(np.sqrt(np.mean((known_mean[:, 0] - person.effect) ** 2)))
    return Coverage(
        n_trial=n_trial,
        covered=float(np.mean((below > 0.025) & (below < 0.975))),
        claims_better=float(np.mean(below < 0.05)),
        claims_worse=float(np.mean(below > 0.95)),
        bias=float(error.mean()),
        rmse=float(np.sqrt(np.mean(error**2))),
        oracle_rmse=float(oracle),
        mean_sd=float(seen.sd[:, 0].mean()),
    )


def known_looks(
    person: Person, rating: Floats, on_first: Bools, looks: NDArray[np.int64], priors: Priors = PRIORS
) -> tuple[Floats, Floats]:
    """Posterior mean and sd at each look for an oracle that knows phi, the noise share and the sd.

    Every day must be rated and the spreads equal. The lower Cholesky factor of the residuals' covariance
    whitens forwards in time, so its first rows serve every earlier look.

    Returns
    -------
    mean, sd : (n_trial, n_look) ndarray
        In points; the posterior is normal.
    """
    n_day = rating.shape[1]
    lag = np.abs(np.subtract.outer(np.arange(n_day), np.arange(n_day)))
    correlation = (1 - person.white_share) * person.phi**lag + person.white_share * np.eye(n_day)
    whitener = np.linalg.inv(np.linalg.cholesky(correlation)) / person.sd
    one, trend = whitener.sum(axis=1), whitener @ (np.arange(n_day) / TREND_DAYS)
    x, y = (on_first - 0.5) @ whitener.T, rating @ whitener.T

    def upto(a: Floats, b: Floats) -> Floats:
        return np.cumsum(a * b, axis=-1)[..., looks]

    g11, g1t, gtt = upto(one, one), upto(one, trend), upto(trend, trend)
    g1x, gtx, gxx = upto(one, x), upto(trend, x), upto(x, x)
    g1y, gty, gxy = upto(one, y), upto(trend, y), upto(x, y)
    scale = person.sd**-2
    ptt = gtt + scale * priors.trend_sd**-2 - g1t**2 / g11
    ptx, pty = gtx - g1t * g1x / g11, gty - g1t * g1y / g11
    pxx = gxx + scale * priors.effect_sd**-2 - g1x**2 / g11 - ptx**2 / ptt
    pxy = gxy - g1x * g1y / g11 - ptx * pty / ptt
    return pxy / pxx, 1 / np.sqrt(pxx)


def _probabilities(
    person: Person,
    rating: Floats,
    on_first: Bools,
    looks: NDArray[np.int64],
    period_days: int,
    question: Question,
    delta: float,
    known: bool,
    priors: Priors,
) -> tuple[Floats, Floats, Floats, Floats]:
    """P(tau > 0), P(tau < 0), the third probability and E[phi] at each look."""
    if known:
        mean, sd = known_looks(person, rating, on_first, looks, priors)
        below_delta = ndtr((delta - mean) / sd)
        third = below_delta
        if question is Question.WHICH_OF_TWO:
            third = below_delta - ndtr((-delta - mean) / sd)
        return ndtr(mean / sd), ndtr(-mean / sd), third, np.zeros_like(mean)
    seen = fit_batch(rating, on_first, looks=looks, delta=delta, period_days=period_days, priors=priors)
    third = seen.below_delta if question is Question.AGAINST_CONTROL else seen.within_delta
    return seen.above_zero, seen.below_zero, third, seen.expected_phi
