"""Pinprick's engine, called the ways the bench compares."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike

from pinprick.analysis.bare import plan_for
from pinprick.analysis.single import Result, analyse_trial
from pinprick.bayes.fit import fit
from pinprick.bayes.kernel import Looks, fit_batch
from pinprick.bayes.posterior import Posterior
from pinprick.trial.diary import Diary as WrittenDiary
from pinprick.trial.diary import Entry

from .diaries import Bools, Diaries, Diary, Floats
from .peers import Fit, Tally

DELTA = 1.0  # smallest difference that matters, in points
N_COPY = 512  # copies of a diary in the batch that is timed


def plain(diary: Diary) -> Fit:
    """The definition in plain NumPy, with its 95 % interval."""
    post = _plain(diary)
    low, high = post.interval(0.95)
    return Fit(post.mean, post.sd, low, high, float(low > 0 or high < 0))


def plain_posterior(diary: Diary) -> tuple[float, ...]:
    """The definition in plain NumPy: what a verdict asks of it, mean, sd and three probabilities."""
    post = _plain(diary)
    probabilities = (post.probability_above(0.0), post.probability_below(0.0), post.probability_below(DELTA))
    return post.mean, post.sd, *probabilities


def written(diary: Diary) -> WrittenDiary:
    """The diary as a person keeps it: a date, a treatment and a rating."""
    days = [date(2026, 5, 4) + timedelta(days=int(day)) for day in diary.day]
    return WrittenDiary(
        tuple(
            Entry(day, "mat" if on_first else "towel", {"ease": rating})
            for day, rating, on_first in zip(days, diary.rating.tolist(), diary.on_first, strict=True)
        ),
        ("ease",),
    )


def whole(diary: WrittenDiary) -> Result:
    """The whole answer: estimate, verdict, wash-in, tests and caveats."""
    trial, assumptions = plan_for(diary, treatments=("mat", "towel"), better="higher", scale=(0, 10))
    return analyse_trial(trial, assumptions=assumptions)


def compiled(diary: Diary) -> Looks:
    """The compiled kernel called for one diary: mean, sd and probabilities, no quantiles."""
    return _batch(diary.whole_rating[None], diary.whole_on_first[None], diary.period_days)


def compiled_batch(diary: Diary) -> Looks:
    """The compiled kernel called for ``N_COPY`` copies of a diary at once, on one thread."""
    shape = (N_COPY, len(diary.whole_rating))
    rating = np.broadcast_to(diary.whole_rating, shape)
    return _batch(rating, np.broadcast_to(diary.whole_on_first, shape), diary.period_days)


def compiled_looks(diary: Diary) -> Looks:
    """The compiled kernel at the end of every day from the 14th on."""
    looks = np.arange(13, len(diary.whole_rating))
    return _batch(diary.whole_rating[None], diary.whole_on_first[None], diary.period_days, looks=looks)


def tally_many(diaries: Diaries) -> Tally:
    """The compiled kernel for every row, read as "is 0 outside the 95 % interval, is the truth inside it"."""
    effect, period_days = diaries.cell.effect, diaries.cell.period_days
    looks = _batch(diaries.rating, diaries.on_first, period_days, delta=effect or DELTA)
    above_zero = looks.above_zero[:, 0]
    above_truth = 1 - looks.below_delta[:, 0] if effect else above_zero
    return Tally(
        reject=(np.abs(above_zero - 0.5) > 0.475).astype(float),
        cover=(np.abs(above_truth - 0.5) <= 0.475).astype(float),
    )


def _plain(diary: Diary) -> Posterior:
    return fit(diary.day, diary.rating, diary.on_first, period_days=diary.period_days)


def _batch(
    rating: Floats, on_first: Bools, period_days: int, *, delta: float = DELTA, looks: ArrayLike | None = None
) -> Looks:
    at = [rating.shape[1] - 1] if looks is None else looks
    return fit_batch(rating, on_first, looks=at, delta=delta, period_days=period_days, n_thread=1)
