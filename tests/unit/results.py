"""A small cast of results: every finding, every way not to tell, and every kind of diary that words must bear."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import product
from statistics import NormalDist
from typing import Final

import numpy as np
import pytest

from pinprick.analysis.bare import plan_for
from pinprick.analysis.checks import Caveat
from pinprick.analysis.effect import LEVEL, N_DOTS, Effect
from pinprick.analysis.single import Result, analyse_trial
from pinprick.analysis.verdict import Finding, Reason
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.outcome import Outcome
from pinprick.trial.protocol import Mode, Protocol
from pinprick.trial.schedule import Order, Period, Schedule
from pinprick.trial.trial import Trial

START = date(2026, 5, 4)


def planned(
    *,
    n_days: int,
    effect: float,
    noise: float = 1.0,
    treatments: tuple[str, str] = ("mat", "towel"),
    outcomes: tuple[Outcome, ...] = (Outcome("pain", lower_is_better=True),),
    level: float = 5.8,
    period_days: int = 3,
    control: bool = True,
    ceiling_days: int | None = None,
    order: Order = Order.DRAWN_PAIRS,
    empty: tuple[int, ...] = (),
    undone: tuple[int, ...] | None = None,
    note: str = "",
    washout_days: int = 0,
    mode: Mode = Mode.STANDARD,
    participant: str | None = None,
    seed: int = 1,
) -> Result:
    """Make up a planned trial: `effect` points of benefit on the days of the first treatment."""
    rng = np.random.default_rng(seed)
    length = max(n_days, ceiling_days or 0, 2 * period_days)
    periods, turns = [], []
    for pair in range(-(-length // (2 * period_days))):
        first = bool(rng.integers(2))
        for is_first in (first, not first):
            start = START + timedelta(days=len(turns))
            periods.append(Period(start, period_days, treatments[not is_first], pair))
            turns += [is_first] * period_days
    shared = rng.normal(0, noise, len(turns))
    entries = []
    for i in range(n_days):
        if i in empty:
            continue
        ratings = {}
        for outcome in outcomes:
            benefit = effect * turns[i] * (-1 if outcome.lower_is_better else 1)
            rating = np.round(level + benefit + shared[i], 1 if outcome.width < 10 else 0)
            ratings[outcome.name] = float(np.clip(rating, outcome.low, outcome.high))
        done = None if undone is None else i not in undone
        words = note if i == 1 else ""
        entries.append(Entry(START + timedelta(days=i), None, ratings, done, note=words))
    protocol = Protocol(
        treatments,
        outcomes,
        period_days,
        control=treatments[1] if control else None,
        ceiling_days=ceiling_days,
        washout_days=washout_days,
        mode=mode,
    )
    diary = Diary(tuple(entries), tuple(outcome.name for outcome in outcomes))
    return analyse_trial(Trial(protocol, Schedule(tuple(periods), order), diary), participant=participant)


def bare(ratings: list[float], turns: str, *, name: str = "mood", **kwargs: object) -> Result:
    """Analyse a bare diary: one letter a day names the treatment, "m" for melatonin and "c" for control."""
    named = {"m": "melatonin", "c": "control"}
    entries = [
        Entry(START + timedelta(days=i), named[turn], {name: rating})
        for i, (rating, turn) in enumerate(zip(ratings, turns, strict=True))
    ]
    trial, assumptions = plan_for(Diary(tuple(entries), (name,)), **kwargs)  # type: ignore[arg-type]
    return analyse_trial(trial, assumptions=assumptions)


def melatonin(n_days: int = 70) -> Result:
    """Make up a diary on a scale of 0 to 100 in which nothing happens."""
    rng = np.random.default_rng(11)
    turns = "".join("mc" if rng.integers(2) else "cm" for _ in range(n_days // 2))
    ratings = np.clip(np.round(rng.normal(66, 6, len(turns)), 1), 0, 100)
    return bare(ratings.tolist(), turns, treatments=("melatonin", "control"))


def course(
    *, n_days: int = 84, effect: float = 3.0, change: int = 30, noise: float = 1.0, participant: str | None = None
) -> Result:
    """Make up usual days and then a course, started on day 31 as chance had it; the change comes on day `change`."""
    shock = np.random.default_rng(21).normal(0, noise, n_days)
    ratings = np.clip(np.round(6 - effect * (np.arange(n_days) >= change) + shock), 0, 10)
    days = [START + timedelta(days=i) for i in range(84)]
    entries = tuple(Entry(day, None, {"pain": float(y)}) for day, y in zip(days, ratings, strict=False))
    plan = Protocol(
        ("a course of acupuncture", "usual days"), (Outcome("pain", lower_is_better=True),), 1, "usual days", 84
    )
    periods = (Period(days[0], 30, "usual days", 0), Period(days[30], 54, "a course of acupuncture", 0))
    schedule = Schedule(periods, Order.DRAWN_START, tuple(days[14:42]))
    return analyse_trial(Trial(plan, schedule, Diary(entries, ("pain",))), participant=participant)


def strong(**kwargs: object) -> Result:
    """Make up a trial of 38 days in which the mat helps, with three days empty."""
    made = {"n_days": 38, "effect": 1.8, "noise": 1.1, "ceiling_days": 84, "empty": (6, 16, 30), "seed": 5}
    return planned(**(made | kwargs))  # type: ignore[arg-type]


def later_days_disagree() -> Result:
    """Make up a finding fixed early that the later days turn around."""
    trial = strong(noise=0.8).trial
    days = {entry.day: entry for entry in trial.diary}
    for i in range(38, 84):
        day = START + timedelta(days=i)
        on_mat = trial.schedule.treatment_on(day) == "mat"
        days[day] = Entry(day, None, {"pain": 7.0 if on_mat else 4.0 + i % 2})
    return analyse_trial(replace(trial, diary=replace(trial.diary, entries=tuple(days.values()))))


SLEEP = Outcome("sleep_quality", 1, 5)
FINE = Outcome("pain", lower_is_better=True, smallest_difference=0.4)
TWO_OUTCOMES = (Outcome("pain", lower_is_better=True), Outcome("stress", lower_is_better=True))


def stopped(result: Result) -> Result:
    """The result of a trial that was stopped on its last day."""
    doubt = Caveat("stopped", "The trial was stopped by your own choice on 2 June. Stopping is a result too.", False)
    return replace(result, caveats=(doubt, *result.caveats))


CAST: dict[str, Callable[[], Result]] = {
    "better": strong,
    "better, not by what matters": lambda: planned(n_days=84, effect=0.7, noise=0.7, seed=3),
    "better, as done": lambda: strong(undone=(2, 9, 10, 23), outcomes=TWO_OUTCOMES),
    "better, not drawn": lambda: strong(order=Order.NOT_DRAWN),
    "better, four pairs": lambda: planned(n_days=24, effect=3.0, noise=0.7),
    "better, bare": lambda: bare([5, 8] * 14, "cm" * 14, control="control"),
    "worse": lambda: planned(n_days=60, effect=-1.6, noise=1.2, ceiling_days=84, control=False, seed=4),
    "worse, not by what matters": lambda: planned(n_days=84, effect=-0.7, noise=0.7, seed=3),
    "no worthwhile benefit": lambda: planned(n_days=84, effect=0.0, noise=0.8, seed=6),
    "no worthwhile benefit, harm": lambda: planned(n_days=42, effect=-0.6, noise=1.0, seed=7),
    "no difference that matters": melatonin,
    "stopped": lambda: stopped(planned(n_days=30, effect=0.8, noise=1.5, seed=10)),
    "stopped on the first days": lambda: stopped(planned(n_days=7, effect=0.8, noise=1.5, seed=10)),
    "not sure enough": lambda: planned(n_days=30, effect=0.8, noise=1.5, seed=10),
    "not sure enough, plan ends first": lambda: planned(n_days=30, effect=0.5, noise=1.8, ceiling_days=42, seed=14),
    "more than a year": lambda: planned(n_days=40, effect=0.4, noise=2.5, outcomes=(FINE,), level=5, seed=2),
    "at the ceiling": lambda: planned(n_days=42, effect=0.7, noise=1.9, ceiling_days=42, seed=10),
    "too few days": lambda: planned(n_days=9, effect=1.0, seed=2),
    "four days": lambda: planned(n_days=4, effect=1.0, period_days=1, seed=2),
    "one day": lambda: planned(n_days=1, effect=1.0, seed=2),
    "no day": lambda: planned(n_days=1, effect=1.0, empty=(0,), seed=2),
    "too few pairs": lambda: planned(n_days=16, effect=1.0, period_days=8, seed=2),
    "one treatment rated": lambda: planned(n_days=7, effect=1.0, period_days=7, seed=2),
    "all equal": lambda: planned(n_days=30, effect=0.0, noise=0.0, level=5, seed=2),
    "few points": lambda: planned(
        n_days=40, effect=0.6, noise=0.5, level=3, outcomes=(SLEEP,), control=False, period_days=1, seed=9
    ),
    "strict, washout": lambda: strong(mode=Mode.STRICT, washout_days=1),
    "missing by treatment": lambda: strong(empty=(3, 4, 5, 9, 10, 11, 20)),
    "course, better": course,
    "course, not at the end": lambda: course(n_days=61),
    "course, one person of many": lambda: course(n_days=61, participant="0889f7fb"),
    "course, changed on another day": lambda: course(change=28),
    "course, only usual days rated": lambda: course(n_days=20),
    "later days disagree": later_days_disagree,
    "a participant": lambda: strong(participant="0889f7fb"),
    "a week": lambda: bare([3, 4, 5, 3, 4, 6, 2], "mcmcmcm", name="pain"),
    "400 days": lambda: planned(n_days=400, effect=0.9, noise=1.6, seed=12),
    "odd names": lambda: planned(
        n_days=40,
        effect=1.5,
        treatments=("<script>alert(1)</script>", "no & tea"),
        outcomes=(Outcome("How did you <b>sleep</b>?"),),
        note='"quoted" <img src=x onerror=alert(2)> & more',
        participant="<p>1</p>",
        seed=4,
    ),
    "long names": lambda: planned(
        n_days=40,
        effect=1.5,
        treatments=("twenty minutes of slow yoga before breakfast", "an ordinary morning without anything"),
        outcomes=(Outcome("stiffness on getting up", lower_is_better=True),),
        seed=4,
    ),
}


AT_ONCE: Final = frozenset((
    "better", "better, bare", "worse", "no worthwhile benefit, harm", "no difference that matters", "stopped",
    "more than a year", "at the ceiling", "four days", "no day", "one treatment rated", "all equal", "course, better",
    "odd names", "long names",
))  # fmt: skip
"""One of every kind; drawing or printing the others as well is left to ./go test --all."""

DRAWN_CAST: Final = [pytest.param(name, id=name, marks=() if name in AT_ONCE else pytest.mark.slow) for name in CAST]


@cache
def cast(name: str) -> Result:
    """Call a member of the cast."""
    return CAST[name]()


def normal_effect(mean: float, sd: float, *, delta: float = 1.0) -> Effect:
    """Make up an effect whose posterior is normal."""
    normal = NormalDist(mean, sd)
    within = normal.cdf(delta) - normal.cdf(-delta)
    return Effect(
        mean=mean,
        median=mean,
        sd=sd,
        low=normal.inv_cdf((1 - LEVEL) / 2),
        high=normal.inv_cdf((1 + LEVEL) / 2),
        level=LEVEL,
        better=1 - normal.cdf(0),
        worse=normal.cdf(0),
        worthwhile=1 - normal.cdf(delta),
        no_worthwhile_benefit=normal.cdf(delta),
        no_difference_that_matters=within,
        delta=delta,
        dots=tuple(normal.inv_cdf((i + 0.5) / N_DOTS) for i in range(N_DOTS)),
        expected_phi=0.2,
        sigma=1.0,
    )


def with_effect(result: Result, mean: float, sd: float, **changes: object) -> Result:
    """Take a result and make up its effect, in smallest differences, and parts of its verdict."""
    delta = result.outcome.smallest_difference
    changed = {"reason": None, "still_needed": 0} | changes
    verdict = replace(result.verdict, **changed)  # type: ignore[arg-type]
    return replace(result, effect=normal_effect(mean * delta, sd * delta, delta=delta), verdict=verdict)


def grid() -> Iterator[Result]:
    """Every finding over sizes, widths, scales and names, whether or not a diary would ever give it."""
    bases = [
        strong(),
        strong(participant="0889f7fb"),
        strong(order=Order.UNKNOWN),
        strong(treatments=("vitamins", "no vitamins")),
        strong(outcomes=(Outcome("pain", 0, 100, True),), level=58, effect=18, noise=11),
        planned(n_days=42, effect=0.2, ceiling_days=42, control=False),
        melatonin(40),
        CAST["few points"](),
    ]
    findings: list[tuple[Finding, Reason | None, int]] = [
        (Finding.BETTER, None, 0),
        (Finding.WORSE, None, 0),
        (Finding.NO_WORTHWHILE_BENEFIT, None, 0),
        (Finding.NO_DIFFERENCE_THAT_MATTERS, None, 0),
        *((Finding.CANNOT_TELL, reason, needed) for reason in (*Reason, None) for needed in (1, 20, 400)),
    ]
    sizes = ((-2.4, 0.5), (-0.6, 0.2), (0.0, 0.01), (0.04, 0.4), (0.5, 0.9), (1.2, 0.4), (3.0, 4.0))
    for base, (finding, reason, needed), (mean, sd) in product(bases, findings, sizes):
        yield with_effect(base, mean, sd, finding=finding, reason=reason, still_needed=needed)
