"""Realistic people: how far days differ, hang together, go missing and end, as published where it was published.

A `Population` says what people who start a trial are like; `simulate_people` lets many of them, each different,
keep a diary. The figures come from ``simulator_defaults`` in ``trial/outcomes.yaml``, which names the source of
every one, or says that it is an assumption. `Person` in ``simulate.py`` is one known truth instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pinprick.errors import DiaryError, ProtocolError
from pinprick.trial.diary import Diary
from pinprick.trial.instruments import outcomes_table
from pinprick.trial.plan import Kind, Plan, Rating

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LAGS = (0.0, 0.2, 0.35, 0.6)
"""Correlations from one day to the next that are always run (simulator_defaults, pain_nrs.lag1)."""

LAG_SPREAD = 0.19  # sd across people; derived, from within a day (pain_nrs.lag1); borrowed for other ratings
MOST_LAG = 0.9
SPREAD_MEDIAN, SPREAD_SD = 1.15, 0.6  # points; pain_nrs.within_person_sd: lognormal across people
STAND_IN = "pain_nrs"  # for a rating that the table of outcomes does not know
WEEK_15 = 105  # days
WEEKS_14 = 98  # days
YEAR = 365.25
SEASON = {"cold_extremities_nrs": 1.0}  # points; its lag1 note asks for a slow term of plus or minus 1

LEAST_OWN_DAYS = 14


@dataclass(frozen=True, slots=True)
class Population:
    """What people who start this trial are like. Points are points of the rating's own scale.

    Each line ends with its basis in ``outcomes.yaml``: published, derived (own arithmetic on public figures) or
    assumption. The defaults are those of pain from 0 to 10; `population_for` reads those of other ratings.

    Parameters
    ----------
    low, high : float
        Ends of the scale.
    lower_is_better : bool
        Whether fewer points are better.
    step : float
        What a rating is rounded to, in points.
    mean, between_sd : float
        Average rating without the first treatment, and its sd across people; points (assumption; derived).
    spread, spread_log_sd : float
        Median across people of one person's day-to-day sd, in points, and the sd of its logarithm (published).
    lag1, lag1_sd : float
        Correlation from one day to the next, and its sd across people, cut at 0 and 0.9 (assumption; derived).
    start_worse, start_half_life : float
        Points by which the day of deciding to do something is worse than usual, and the days after which half
        of that is gone (published; assumption).
    trend_share, trend_points : float
        Share of people with a straight-line trend, and its points in 28 days, up or down (published; assumption).
    flare_share, flare_points, flare_days, flares_per_30_days : float
        Share of people with flares; points worse, days long, how many (published; assumptions).
    weekend : float
        Points better at weekends (published for pain: none).
    season : float
        Points between the average and the height of a yearly wave (assumption).
    build_up_days, fade_days : float
        Days after which half of the first treatment's effect has come, and half of it is gone again; 0 is at
        once (assumptions).
    missing_start, missing_week_15 : float
        Probability that a day is not rated, on day 1 and from week 15 on, with a straight line between
        (published; derived).
    missing_after_missing : float
        The same after a day that was not rated: missing days cluster (derived).
    bad_days_missed : float
        How much oftener a worse day than usual is missed than a better one; 1 is "as often". 2 is the
        sensitivity run (assumption).
    leave : float
        Probability of giving up within 14 weeks, at a constant rate (assumption).
    run_in_days : int
        Days rated before the first treatment: part of a bad start is over by then.

    Raises
    ------
    ProtocolError
        If a value lies outside what it can be.

    Examples
    --------
    >>> Population().spread, Population(lag1=1.0)
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: lag1 is 1.0; give a number from 0 to 0.9.
    """

    low: float = 0.0
    high: float = 10.0
    lower_is_better: bool = True
    step: float = 1.0
    mean: float = 5.0
    between_sd: float = 1.6
    spread: float = SPREAD_MEDIAN
    spread_log_sd: float = 0.4481
    lag1: float = 0.35
    lag1_sd: float = LAG_SPREAD
    start_worse: float = 0.6
    start_half_life: float = 10.0
    trend_share: float = 0.35
    trend_points: float = 0.4
    flare_share: float = 0.25
    flare_points: float = 2.5
    flare_days: int = 3
    flares_per_30_days: float = 1.5
    weekend: float = 0.0
    season: float = 0.0
    build_up_days: float = 0.0
    fade_days: float = 1.0
    missing_start: float = 0.15
    missing_week_15: float = 0.35
    missing_after_missing: float = 0.33
    bad_days_missed: float = 1.0
    leave: float = 0.25
    run_in_days: int = 0

    def __post_init__(self) -> None:
        ranges: dict[str, tuple[float, float]] = {
            "lag1": (0, MOST_LAG),
            **dict.fromkeys(("trend_share", "flare_share"), (0, 1)),
            **dict.fromkeys(("missing_start", "missing_week_15", "missing_after_missing", "leave"), (0, 0.95)),
            "bad_days_missed": (1, 10),
            "flare_days": (1, 60),
        }
        for name, (least, most) in ranges.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise ProtocolError(f"{name} is {value}; give a number from {least:g} to {most:g}.")
        for name in ("spread", "step", "start_half_life"):
            if not getattr(self, name) > 0:
                raise ProtocolError(f"{name} is {getattr(self, name)}; give a number above 0.")
        for name in ("between_sd", "spread_log_sd", "lag1_sd", "build_up_days", "fade_days"):
            if not getattr(self, name) >= 0:
                raise ProtocolError(f"{name} is {getattr(self, name)}; give 0 or more.")

    @property
    def width(self) -> float:
        """High minus low, in points."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class People:
    """What `simulate_people` made of them.

    Attributes
    ----------
    rating : (n_trial, n_day) ndarray
        Turned so that larger is better; NaN where the day was not rated.
    left_on : (n_trial,) ndarray of int
        The day (from 0) from which on nothing is rated any more; ``n_day`` for those who stayed.
    level : (n_trial,) ndarray
        Average rating without the first treatment, in the scale's own points.
    spread, lag1 : (n_trial,) ndarray
        Day-to-day sd, in points, flares and trend not counted; correlation from one day to the next.
    """

    rating: Floats
    left_on: NDArray[np.int64]
    level: Floats
    spread: Floats
    lag1: Floats


@dataclass(frozen=True, slots=True)
class OwnDays:
    """What somebody's past diary says of their days.

    Attributes
    ----------
    n_rated : int
        Rated days.
    mean : float
        Average rating, in points.
    spread, spread_log_sd : float
        Day-to-day sd, in points, a straight line and the treatments taken out; standard error of its logarithm.
    lag1, lag1_sd : float
        Correlation from one day to the next, freed of its bias, and its standard error.
    """

    n_rated: int
    mean: float
    spread: float
    spread_log_sd: float
    lag1: float
    lag1_sd: float


def population_for(plan: Plan) -> Population:
    """The people that this plan is simulated with, from the table of outcomes.

    A rating that the table does not know, and a scale that is not 0 to 10 wide, take the figures of pain in
    proportion to the scale.

    Examples
    --------
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> population = population_for(read_protocol("mat-vs-rest-back-pain"))
    >>> population.mean, population.lower_is_better, population.run_in_days
    (5.0, True, 7)
    """
    rating, table = plan.primary, outcomes_table()["simulator_defaults"]
    name = _known(rating)
    own, outcome = table[name], rating.outcome
    scale = outcome.width / 10

    def value(*path: str) -> float:
        found: Any = table
        for part in path:
            found = found[part]
        return float(found["value"])

    median = SPREAD_MEDIAN if name == "pain_nrs" else float(own["within_person_sd"]["value"])
    log_sd = _log_sd(SPREAD_SD / SPREAD_MEDIAN)  # people differ in their spread as they do in pain
    mean = float(own["mean"]["value"])
    weekend = table["weekday_effect"].get(name, {"value": 0.0})["value"]
    flips = (own["mean"] is not None) and name == STAND_IN and not outcome.lower_is_better
    needles = plan.arms[0].kind is Kind.ACUPUNCTURE
    return Population(
        low=outcome.low,
        high=outcome.high,
        lower_is_better=outcome.lower_is_better,
        step=1.0 if outcome.width >= 3 else outcome.width / 10,
        mean=outcome.low + scale * (10 - mean if flips else mean),
        between_sd=scale * float(own["between_person_sd"]["value"]),
        spread=scale * median,
        spread_log_sd=log_sd,
        lag1=float(own["lag1"]["value"]),
        start_worse=scale * value("regression_to_mean", "extra_at_start"),
        start_half_life=value("regression_to_mean", "half_life_days"),
        trend_share=value("trend_and_flare", "share_with_trend"),
        trend_points=scale * value("trend_and_flare", "trend_points_per_4_weeks"),
        flare_share=value("trend_and_flare", "share_with_flares"),
        flare_points=scale * value("trend_and_flare", "flare_size"),
        flare_days=int(value("trend_and_flare", "flare_days")),
        flares_per_30_days=value("trend_and_flare", "flares_per_month"),
        weekend=scale * float(weekend) * (-1 if outcome.lower_is_better else 1),
        season=scale * SEASON.get(name, 0.0),
        build_up_days=7 * value("effect_dynamics", "acupuncture_onset_weeks") / 2
        if needles
        else value("effect_dynamics", "mat_onset_days"),
        fade_days=_needles_fade(value("effect_dynamics", "acupuncture_share_of_benefit_lost_in_a_year"))
        if needles
        else value("effect_dynamics", "mat_fade_half_life_days"),
        missing_start=value("missingness", "daily_missing_start"),
        missing_week_15=value("missingness", "daily_missing_week_15"),
        missing_after_missing=value("missingness", "p_missing_after_missing"),
        leave=value("missingness", "dropout_motivated"),
        run_in_days=plan.run_in_days,
    )


def is_known(rating: Rating) -> bool:
    """Whether the table of outcomes has figures for this rating's days, or those of pain stand in."""
    return bool(rating.instrument) and _known(rating) == rating.instrument


def _known(rating: Rating) -> str:
    table = outcomes_table()["simulator_defaults"]
    found = table.get(rating.instrument)
    return rating.instrument if isinstance(found, dict) and "within_person_sd" in found else STAND_IN


def _log_sd(cv: float) -> float:
    """Sd of the logarithm of a lognormal whose sd is ``cv`` times its median.

    With x = exp(variance of the logarithm), sd² = median² x (x - 1).
    """
    return float(np.sqrt(np.log((1 + np.sqrt(1 + 4 * cv**2)) / 2)))


def _needles_fade(lost_in_a_year: float) -> float:
    """Half-life in days of a benefit of which this share is lost in a year."""
    return float(YEAR * np.log(2) / -np.log1p(-lost_in_a_year))


def simulate_people(
    population: Population, on_first: ArrayLike, *, effect: ArrayLike, rng: np.random.Generator
) -> People:
    """Diaries of many people, each with a level, a spread and a temper of their own.

    The same generator gives the same people, days and missing days whatever the order, the effect or the number
    of days: plans can be compared on the same people, and a longer trial only goes on.

    Parameters
    ----------
    population : Population
        What they are like.
    on_first : (n_trial, n_day) array_like of bool
        Whether each day is one of the first treatment.
    effect : float or (n_trial,) array_like
        Points by which a day in the middle of a long run of the first treatment is better than one long after it.
        A treatment that fades slowly shows less of it when treatments take turns.
    rng : numpy.random.Generator
        The stream to draw from; it must be fresh.

    Returns
    -------
    People
        Ratings and what lies behind them.

    Examples
    --------
    >>> on_first = np.arange(56) // 3 % 2 == 0
    >>> people = simulate_people(Population(), np.tile(on_first, (200, 1)), effect=1.0, rng=np.random.default_rng(1))
    >>> people.rating.shape, float(np.nanmax(people.rating)) <= 0
    ((200, 56), True)
    """
    first: Bools = np.asarray(on_first, dtype=bool).T  # days first: every day is one operation on all trials
    n_day, n_trial = first.shape
    p = population
    of_person, of_noise, of_flares, of_missing = rng.spawn(4)
    normal = of_person.standard_normal((3, n_trial))
    uniform = of_person.random((7, n_trial))
    level = p.mean + p.between_sd * normal[0]
    spread = p.spread * np.exp(p.spread_log_sd * normal[1])
    lag1 = np.clip(p.lag1 + p.lag1_sd * normal[2], 0, MOST_LAG)
    day = np.arange(n_day)[:, None]

    # what a day would have been without any treatment, above or below the person's average; plus is better
    slow = of_noise.standard_normal((n_day, n_trial))
    kick = np.sqrt(1 - lag1**2)
    for t in range(1, n_day):
        slow[t] = lag1 * slow[t - 1] + kick * slow[t]
    slow *= spread
    slow -= p.start_worse * np.exp2(-(day + p.run_in_days) / p.start_half_life)
    has_trend = uniform[0] < p.trend_share
    slow += day / 28 * (has_trend * np.where(uniform[1] < 0.5, -1.0, 1.0) * p.trend_points)
    if p.weekend:
        weekday = (day + np.floor(7 * uniform[2])) % 7
        slow += p.weekend * (weekday >= 5)
    if p.season:
        slow += p.season * np.sin(2 * np.pi * (day / YEAR + uniform[3]))
    if p.flare_share:
        flaring = uniform[4] < p.flare_share
        starts = of_flares.random((n_day + p.flare_days - 1, n_trial)) < p.flares_per_30_days / 30
        runs = np.cumsum(np.concatenate([np.zeros((1, n_trial)), starts]), axis=0)
        slow -= p.flare_points * (flaring & (runs[p.flare_days :] > runs[: -p.flare_days]))

    slow += np.asarray(effect, dtype=float) * exposure(p, first.T).T
    sign = -1.0 if p.lower_is_better else 1.0
    points = np.clip(level + sign * slow, p.low, p.high)
    rating = sign * (p.low + p.step * np.round((points - p.low) / p.step))

    rating[_missing(p, slow, of_missing.random((n_day, n_trial)))] = np.nan
    daily = 1 - (1 - p.leave) ** (1 / WEEKS_14)
    stays = np.full(n_trial, n_day) if not daily else np.floor(np.log(1 - uniform[5]) / np.log(1 - daily))
    left_on = np.minimum(stays, n_day).astype(np.int64)
    rating[day >= left_on] = np.nan
    return People(np.ascontiguousarray(rating.T), left_on, level, spread, lag1)


def _missing(p: Population, better_than_usual: Floats, draws: Floats) -> Bools:
    """Which days are not rated: a chain in which a missed day makes the next one likelier to be missed.

    Worse days than usual are missed ``bad_days_missed`` times as often as the others, the average kept.
    """
    n_day = len(draws)
    missing: Bools = np.empty(draws.shape, dtype=bool)
    average = p.missing_start + (p.missing_week_15 - p.missing_start) * np.minimum(np.arange(n_day) / WEEK_15, 1)
    after = np.maximum(p.missing_after_missing, average)  # never less likely than on average
    after_rated = average * (1 - after) / (1 - average)
    bad = p.bad_days_missed
    for t in range(n_day):
        if t:
            chance = np.where(missing[t - 1], after[t], after_rated[t])
        else:
            chance = np.full(draws.shape[1], average[0])
        if bad > 1:
            chance = chance * np.where(better_than_usual[t] < 0, 2 * bad / (1 + bad), 2 / (1 + bad))
        missing[t] = draws[t] < chance
    return missing


def exposure(population: Population, on_first: ArrayLike) -> Floats:
    """The share of the first treatment's effect that is there on each day, (n_trial, n_day), from 0 to 1.

    Examples
    --------
    >>> exposure(Population(fade_days=1.0), [[True, True, False, False]]).tolist()
    [[1.0, 1.0, 0.5, 0.25]]
    """
    first: Bools = np.asarray(on_first, dtype=bool)
    if not population.build_up_days and not population.fade_days:
        return first.astype(float)
    lacking = 2 ** (-1 / population.build_up_days) if population.build_up_days else 0.0
    left = 2 ** (-1 / population.fade_days) if population.fade_days else 0.0
    share, now = np.empty(first.shape), np.zeros(first.shape[0])
    for t in range(first.shape[1]):
        now = np.where(first[:, t], 1 - lacking * (1 - now), left * now)
        share[:, t] = now
    return share


def own_days(diary: Diary, rating: Rating) -> OwnDays:
    """Spread and correlation of somebody's own past days, for their plan.

    A straight line in time and the average of every treatment are taken out by least squares. The correlation is
    that of the remainders one day apart, freed of its bias of about ``-(2 + 4 rho) / n`` in a series whose line was
    taken out; the variance is the remainders' sum of squares divided by what it is expected to be, in units of the
    variance, at that correlation. What rounding adds to the variance is taken off.

    Raises
    ------
    DiaryError
        If fewer than 14 days are rated, or every rating is the same.

    Examples
    --------
    >>> from datetime import date, timedelta
    >>> from pinprick.trial.diary import Entry
    >>> from pinprick.trial.instruments import rating_by_instrument
    >>> start, pain = date(2026, 5, 4), rating_by_instrument("pain_nrs", name="pain")
    >>> entries = tuple(Entry(start + timedelta(days=i), ratings={"pain": (i * 7) % 5 + 2}) for i in range(28))
    >>> own = own_days(Diary(entries, ("pain",)), pain)
    >>> own.n_rated, round(own.mean, 1), 1.2 < own.spread < 1.7
    (28, 4.0, True)
    """
    name, outcome = rating.name, rating.outcome
    if name not in diary.outcomes:
        raise DiaryError(
            f"The diary has no column {name}, which the plan rates; it has {', '.join(diary.outcomes) or 'none'}. "
            f"Call the column {name}."
        )
    entries = [entry for entry in diary if name in entry.ratings]
    if len(entries) < LEAST_OWN_DAYS:
        raise DiaryError(
            f"The diary rates {name} on {len(entries)} days; planning from your own days needs {LEAST_OWN_DAYS} or "
            "more. Leave the diary out, or rate on."
        )
    y = np.array([entry.ratings[name] for entry in entries], dtype=float)
    if not all(outcome.holds(value) for value in y):
        raise DiaryError(
            f"The diary rates {name} from {y.min():g} to {y.max():g}, but the plan's scale runs from {outcome.low:g} "
            f"to {outcome.high:g}; give a diary on the plan's scale."
        )
    if np.ptp(y) == 0:
        raise DiaryError(
            f"Every rating of {name} in the diary is {y[0]:g}, so it says nothing of how days differ; leave it out."
        )
    day = np.array([(entry.day - entries[0].day).days for entry in entries])
    columns = [np.ones(len(y)), day - day.mean(), *_treatment_columns([entry.treatment for entry in entries])]
    design, _ = np.linalg.qr(np.stack(columns, axis=1))
    maker = np.eye(len(y)) - design @ design.T
    rest = maker @ y
    gap = np.abs(np.subtract.outer(day, day))
    next_day = np.flatnonzero(np.diff(day) == 1)
    n = len(y)
    raw = float(np.mean(rest[next_day] * rest[next_day + 1]) / np.mean(rest**2)) if len(next_day) >= 7 else 0.0
    lag1 = float(np.clip((n * raw + 2) / (n - 4), 0, MOST_LAG))
    lag1_sd = float(np.sqrt((1 - lag1**2) / len(next_day))) if len(next_day) >= 7 else 1.0
    apart = maker @ (lag1**gap)
    expected = float(np.trace(apart))  # of the sum of squares, in units of the variance
    freedom = expected**2 / float(np.sum(apart * apart.T))
    # what is not known of the correlation is not known of the spread either
    low, high = max(lag1 - 0.05, 0.0), min(lag1 + 0.05, 0.95)
    slope = np.log(np.trace(maker @ high**gap) / np.trace(maker @ low**gap)) / (high - low)
    rounding = (1.0 if outcome.width >= 3 else outcome.width / 10) ** 2 / 12
    variance = float(rest @ rest) / expected
    return OwnDays(
        n_rated=n,
        mean=float(y.mean()),
        spread=float(np.sqrt(max(variance - rounding, rounding))),
        spread_log_sd=float(np.sqrt(1 / (2 * freedom) + (slope * lag1_sd / 2) ** 2)),
        lag1=lag1,
        lag1_sd=lag1_sd,
    )


def _treatment_columns(treatments: Iterable[str | None]) -> list[Floats]:
    """A column for every treatment but one."""
    listed = list(treatments)
    names = sorted({one or "" for one in listed})
    return [np.array([float((one or "") == name) for one in listed]) for name in names[1:]]


def with_own_days(population: Population, own: OwnDays) -> Population:
    """The population narrowed to people with days like these.

    Own days and other people's are weighed by how well each is known: a normal prior on the logarithm of the
    spread and on the correlation. A few weeks decide the spread nearly alone, the correlation only in part. The
    diary's spread holds its flares, so none are added.

    Examples
    --------
    >>> like_me = with_own_days(Population(), OwnDays(60, 4.0, 2.0, 0.1, 0.1, 0.12))
    >>> 1.9 < like_me.spread < 2.0, 0.1 < like_me.lag1 < 0.2
    (True, True)
    """
    log_spread, log_sd = _weighed(
        np.log(population.spread), population.spread_log_sd, np.log(own.spread), own.spread_log_sd
    )
    lag1, lag1_sd = _weighed(population.lag1, population.lag1_sd, own.lag1, own.lag1_sd)
    return replace(
        population,
        mean=own.mean,
        between_sd=own.spread * np.sqrt((1 + own.lag1) / (1 - own.lag1) / own.n_rated),
        spread=float(np.exp(log_spread)),
        spread_log_sd=log_sd,
        lag1=lag1,
        lag1_sd=lag1_sd,
        flare_share=0.0,
    )


def _weighed(mean: float, sd: float, own: float, own_sd: float) -> tuple[float, float]:
    """Mean and sd of a normal prior and a normal measurement together."""
    if not sd or not own_sd:
        return (mean, sd) if not sd else (own, own_sd)
    weights = sd**-2, own_sd**-2
    total = sum(weights)
    return (weights[0] * mean + weights[1] * own) / total, total**-0.5
