"""The planner's forecast against a second simulation that shares no code with it below the definition of the engine.

People are made one at a time, day by day, with Python's own random numbers; the rule is applied look by look to
the plain NumPy posterior. Only the thresholds and `fit_looks`, which every verdict uses, are common to both.
"""

from __future__ import annotations

import math
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np

from pinprick.analysis.thresholds import Thresholds, thresholds_for
from pinprick.bayes.fit import fit_looks
from pinprick.planning.outlook import Outlook, outlooks
from pinprick.planning.people import population_for
from pinprick.planning.streams import Purpose
from pinprick.trial.plan import Blocks, Plan
from pinprick.trial.protocol import Mode, Question
from pinprick.trial.protocol_file import read_protocol

TOP = NormalDist()


@dataclass(frozen=True)
class Setting:
    """A plan and a truth; the numbers of the people are written out below, by rating."""

    name: str
    ready: str
    effect: float
    period: int
    ceiling: int


SETTINGS = (
    Setting("pain, no effect", "mat-vs-rest-back-pain", 0.0, 3, 84),
    Setting("pain, 1.5 points", "mat-vs-rest-back-pain", 1.5, 3, 84),
    Setting("stress, 1.5 points", "mat-vs-rest-stress", 1.5, 2, 84),
    Setting("pain, 1 point, turns of 7 days", "mat-vs-usual-pain", 1.0, 7, 56),
)

# what outcomes.yaml says, typed in again: mean, sd of means, median spread, log sd of spreads, lag, weekend, delta
NUMBERS = {
    "mat-vs-rest-back-pain": (5.0, 1.6, 1.15, 0.448, 0.35, 0.0, 1.0),
    "mat-vs-usual-pain": (5.0, 1.6, 1.15, 0.448, 0.35, 0.0, 1.0),
    "mat-vs-rest-stress": (4.0, 1.75, 1.5, 0.448, 0.25, -0.2, 1.5),
}
RUN_IN = 7


def one_trial(setting: Setting, rng: random.Random) -> tuple[list[float], list[bool], int]:
    """One person's diary: the rating of each day (NaN: not rated), whether it was a mat day, and the day of leaving."""
    mean, between, median, log_sd, lag_mean, weekend, _ = NUMBERS[setting.ready]
    level = rng.gauss(mean, between)
    spread = median * math.exp(rng.gauss(0, log_sd))
    lag = min(max(rng.gauss(lag_mean, 0.19), 0.0), 0.9)
    slope = 0.0
    if rng.random() < 0.35:
        slope = 0.4 / 28 if rng.random() < 0.5 else -0.4 / 28
    has_flares = rng.random() < 0.25
    first_weekday = rng.randrange(7)
    leaves_each_day = 1 - 0.75 ** (1 / 98)

    n_days = setting.ceiling // (2 * setting.period) * 2 * setting.period
    on_mat: list[bool] = []
    while len(on_mat) < n_days:
        mat_first = rng.random() < 0.5
        on_mat += [mat_first] * setting.period + [not mat_first] * setting.period

    ratings, noise, left_over, flare_ends, missed, leaves = [], rng.gauss(0, spread), 0.0, -1, False, n_days
    for day in range(-2, n_days):
        if has_flares and rng.random() < 1.5 / 30:
            flare_ends = day + 2
        if day < 0:
            continue
        if rng.random() < leaves_each_day:
            leaves = day
            break
        if day:
            noise = lag * noise + rng.gauss(0, spread * math.sqrt(1 - lag * lag))
        left_over = 1.0 if on_mat[day] else left_over / 2
        worse = -noise - slope * day + 0.6 * 0.5 ** ((day + RUN_IN) / 10) - setting.effect * left_over
        if flare_ends >= day:
            worse += 2.5
        if (day + first_weekday) % 7 >= 5:
            worse += weekend
        rating = float(round(min(max(level + worse, 0.0), 10.0)))
        usually = 0.15 + 0.20 * min(day / 105, 1.0)
        if day == 0:
            chance = usually
        elif missed:
            chance = max(0.33, usually)
        else:
            chance = usually * (1 - max(0.33, usually)) / (1 - usually)
        missed = rng.random() < chance
        ratings.append(math.nan if missed else rating)
    return ratings, on_mat, leaves


def finding_of(
    setting: Setting, ratings: list[float], on_mat: list[bool], leaves: int, bars: Thresholds
) -> tuple[str, int]:
    """The first look at which the rule fires, and its day; else "cannot tell" and the last day."""
    delta = NUMBERS[setting.ready][-1]
    pair = 2 * setting.period
    n_days = setting.ceiling // pair * pair
    rated = [day for day, value in enumerate(ratings) if not math.isnan(value)]
    looks = []
    for day in range(min(leaves, n_days)):
        seen = [d for d in rated if d <= day]
        pairs = 0
        for start in range(0, day + 2 - pair, pair):
            inside = [d for d in seen if start <= d < start + pair]
            pairs += any(on_mat[d] for d in inside) and any(not on_mat[d] for d in inside)
        differ = len({ratings[d] for d in seen}) > 1
        if day + 1 >= 14 and pairs >= 2 and len(seen) >= 5 and differ:
            looks.append(day)
    for start in range(0, len(looks), 15):
        some = looks[start : start + 15]
        posteriors = fit_looks(
            np.array([d for d in rated if d <= some[-1]]),
            np.array([-ratings[d] for d in rated if d <= some[-1]]),
            np.array([on_mat[d] for d in rated if d <= some[-1]]),
            looks=some,
            period_days=setting.period,
        )
        for day, posterior in zip(some, posteriors, strict=True):
            if _score(posterior.probability_above(0.0)) > bars.claim:
                return "better", day + 1
            if _score(posterior.probability_below(0.0)) > bars.claim:
                return "worse", day + 1
            if _score(posterior.probability_below(delta)) > bars.third:
                return "third", day + 1
    return "cannot tell", min(leaves, n_days)


def _score(probability: float) -> float:
    return TOP.inv_cdf(min(max(probability, 1e-15), 1 - 1e-15))


def simulate(setting: Setting, n_trial: int, seed: int) -> tuple[int, int, int]:
    """How many of the trials end with an answer; the sum of their days, and of the squares."""
    rng = random.Random(f"independent {setting.name} {seed}")
    bars = thresholds_for(setting.period, setting.ceiling, question=Question.AGAINST_CONTROL, mode=Mode.STANDARD)
    clear = days = squares = 0
    for _ in range(n_trial):
        finding, day = finding_of(setting, *one_trial(setting, rng), bars)
        clear += finding != "cannot tell"
        days += day
        squares += day * day
    return clear, days, squares


def forecast(setting: Setting, n_trial: int, purpose: Purpose) -> Outlook:
    """What the planner says of the same setting."""
    plan = read_protocol(setting.ready)
    if not isinstance(plan, Plan):
        raise TypeError(setting.ready)
    plan = replace(plan, design=Blocks(setting.period, setting.ceiling))
    (found,) = outlooks(
        plan, population_for(plan), effects=(setting.effect,), n_trial=n_trial, seed=11, purpose=purpose
    )
    return found


def compare(n_forecast: int, n_trial: int, purpose: Purpose, *, n_process: int = 2) -> list[dict[str, Any]]:
    """Forecast and second simulation side by side, a row a setting, with the error of their difference."""
    parts = 8
    tasks = [(setting, n_trial // parts, part) for setting in SETTINGS for part in range(parts)]
    with ProcessPoolExecutor(n_process) as processes:
        found = list(processes.map(simulate, *zip(*tasks, strict=True)))
    rows = []
    for i, setting in enumerate(SETTINGS):
        clear, days, squares = (sum(part) for part in zip(*found[parts * i : parts * (i + 1)], strict=True))
        n = n_trial // parts * parts
        told = forecast(setting, n_forecast, purpose)
        share, mean = clear / n, days / n
        sd = math.sqrt(max(squares / n - mean**2, 0.0))
        rows.append({
            "setting": setting.name,
            "n_forecast": n_forecast,
            "n_trial": n,
            "clear_forecast": told.clear,
            "clear": share,
            "clear_se": math.hypot(told.se(told.clear), math.sqrt(share * (1 - share) / n)),
            "days_forecast": told.mean_days,
            "days": mean,
            "days_se": math.hypot(told.mean_days_se, sd / math.sqrt(n)),
        })  # fmt: skip
    return rows
