"""What the engine and the rule do when the truth is known: every figure of docs/calibration.md.

All draws come from the EVALUATION streams, which tuned and calibrated nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from scipy.stats import chisquare

from pinprick.analysis.thresholds import thresholds_for
from pinprick.analysis.verdict import claims, days_to_settle
from pinprick.bayes.fit import fit
from pinprick.bayes.grid import make_grid
from pinprick.bayes.kernel import fit_batch
from pinprick.bayes.priors import PRIORS, Priors
from pinprick.planning.calibrate import (
    CLAIM_ERROR,
    NULL_SCENARIOS,
    THIRD_ERROR,
    WORTHWHILE_SCENARIOS,
    first_look,
    running_maxima,
    whole_pairs,
    z_of,
)
from pinprick.planning.operating import coverage, known_looks, operating_characteristics
from pinprick.planning.simulate import Person, draw_orders, simulate_ratings
from pinprick.planning.streams import Purpose, stream
from pinprick.trial.protocol import Mode, Question

PHIS = (0.0, 0.3, 0.6, 0.8)
DAYS = (28, 42, 56, 84)
EVERYTHING = {
    "missing": 0.2, "whole_points": True, "drift": -2.0, "settling": 3.0, "weekend": 1.0,
    "heavy_tails": True, "white_share": 0.4,
}  # fmt: skip
TEN_SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "20 % missing": {"missing": 0.2},
    "whole points": {"whole_points": True},
    "floor, mean 1": {"whole_points": True, "level": 1.0},
    "drift of −2": {"drift": -2.0},
    "settling of 3": {"settling": 3.0},
    "weekend +1": {"weekend": 1.0},
    "heavy tails": {"heavy_tails": True},
    "noise share .4": {"white_share": 0.4},
    "all together": EVERYTHING,
}
SPREADS: dict[str, dict[str, Any]] = {
    "noise share .2": {"white_share": 0.2},
    "sd ratio 1.25": {"spread_ratio": 1.25, "white_share": 0.2},
    "sd ratio 1.5": {"spread_ratio": 1.5},
    "sd ratio 1.5, noise share .2": {"spread_ratio": 1.5, "white_share": 0.2},
    "sd ratio 2, noise share .2": {"spread_ratio": 2.0, "white_share": 0.2},
}
NUISANCES: dict[str, dict[str, Any]] = {
    "plain": {},
    "20 % missing": {"missing": 0.2},
    "40 % missing": {"missing": 0.4},
    "whole points": {"whole_points": True},
    "floor, mean 1": {"whole_points": True, "level": 1.0},
    "floor, mean .5": {"whole_points": True, "level": 0.5},
    "drift of −2": {"drift": -2.0},
    "drift of −4": {"drift": -4.0},
    "settling of 3": {"settling": 3.0},
    "weekend +1": {"weekend": 1.0},
    "heavy tails": {"heavy_tails": True},
    "sd 0.7": {"sd": 0.7},
    "sd 2.5": {"sd": 2.5},
    "no noise": {"white_share": 0.0},
    "noise share .5": {"white_share": 0.5},
    "sd ratio 1.5": {"spread_ratio": 1.5},
    "sd ratio 1.5, no noise": {"spread_ratio": 1.5, "white_share": 0.0},
    "sd ratio 2": {"spread_ratio": 2.0},
}

Say = Callable[[str], None]
Rows = list[dict[str, Any]]


def key(*words: object) -> list[int]:
    """Stream key of a cell: its words, folded into numbers that do not depend on the process."""
    return [zlib.crc32(str(word).encode()) for word in words]


def coverage_table(periods: tuple[int, ...], n_trial: int, say: Say, purpose: Purpose) -> Rows:
    """T3: coverage of the 95 % interval, no effect, in every cell of settings x phi x days."""
    rows: Rows = []
    for period in periods:
        for name, setting in {**TEN_SETTINGS, **SPREADS}.items():
            for phi in PHIS:
                for n_day in DAYS:
                    rng = stream(purpose, 3, *key(period, name, phi, n_day))
                    found = coverage(
                        Person(phi=phi, **setting), period_days=period, n_day=n_day, n_trial=n_trial, rng=rng
                    )
                    rows.append({"period": period, "setting": name, "phi": phi, "days": n_day, **asdict(found)})
        say(f"coverage, period {period}")
    return rows


def error_table(periods: tuple[int, ...], n_trial: int, say: Say, purpose: Purpose) -> Rows:
    """T4: the chance of ever claiming a direction that is not there, looking daily for 84 days."""
    rows: Rows = []
    for period in periods:
        names = NUISANCES if period == 3 else ("plain", "40 % missing", "sd ratio 1.5")
        for name in names:
            for phi in (*PHIS, 0.9):
                person = Person(phi=phi, **{"white_share": 0.2, **NUISANCES[name]})
                rules = {
                    mode.value: thresholds_for(period, 84, question=Question.AGAINST_CONTROL, mode=mode)
                    for mode in Mode
                }
                found = operating_characteristics(
                    person, rules, period_days=period, ceiling_days=84, n_trial=n_trial,
                    rng=stream(purpose, 4, *key(period, name, phi)),
                )  # fmt: skip
                row = {"period": period, "setting": name, "phi": phi, "n_trial": n_trial}
                row |= {mode: max(oc.ever_better, oc.ever_worse) for mode, oc in found.items()}
                rows.append(row)
        say(f"false claims, period {period}")
    return rows


def two_sided_table(periods: tuple[int, ...], n_trial: int, say: Say, purpose: Purpose) -> Rows:
    """The chance of any false claim, for each question, no effect."""
    rows: Rows = []
    for period in periods:
        for question in Question:
            bars = thresholds_for(period, 84, question=question, mode=Mode.STANDARD)
            for phi in PHIS:
                rng = stream(purpose, 40, *key(period, question.value, phi))
                found = operating_characteristics(
                    Person(phi=phi, white_share=0.2), {"": bars}, period_days=period, ceiling_days=84,
                    question=question, n_trial=n_trial, rng=rng,
                )[""]  # fmt: skip
                rows.append({"period": period, "question": question.value, "phi": phi, "n_trial": n_trial,
                             "any": found.better + found.worse, "third": found.third})  # fmt: skip
        say(f"any false claim, period {period}")
    return rows


def third_table(periods: tuple[int, ...], n_trial: int, say: Say, purpose: Purpose) -> Rows:
    """The chance of ever denying an effect of exactly what matters, by day-to-day spread."""
    rows: Rows = []
    for period in periods:
        for question in Question:
            bars = thresholds_for(period, 84, question=question, mode=Mode.STANDARD)
            for sd in (0.5, 0.75, 1.0, 1.5, 2.0, 2.5):
                for phi in PHIS:
                    rng = stream(purpose, 5, *key(period, question.value, sd, phi))
                    found = operating_characteristics(
                        Person(effect=1.0, sd=sd, phi=phi, white_share=0.2), {"": bars}, period_days=period,
                        ceiling_days=84, question=question, n_trial=n_trial, rng=rng,
                    )[""]  # fmt: skip
                    rows.append({"period": period, "question": question.value, "sd": sd, "phi": phi,
                                 "n_trial": n_trial, "ever": found.ever_third, "final": found.third})  # fmt: skip
        say(f"false third finding, period {period}")
    return rows


def days_table(periods: tuple[int, ...], n_trial: int, say: Say, purpose: Purpose) -> Rows:
    """T5, T6: days and findings against an oracle that knows phi, noise share and sd.

    The oracle's own thresholds are calibrated for each phi on the CALIBRATION streams, to the same errors.
    """
    rows: Rows = []
    for period in periods:
        bars = {mode: thresholds_for(period, 84, question=Question.AGAINST_CONTROL, mode=mode) for mode in Mode}
        for phi in PHIS:
            claim, third = _oracle_bars(period, phi, max(n_trial, 4_000))
            oracle = replace(bars[Mode.STANDARD], claim=claim, third=third)
            for effect in (0.0, 1.0, 1.5, 2.0):
                person = Person(effect=effect, phi=phi, white_share=0.2)
                row: dict[str, Any] = {"period": period, "phi": phi, "effect": effect, "n_trial": n_trial}
                ours = {"engine": bars[Mode.STANDARD], "strict": bars[Mode.STRICT]}
                for rules, known in ((ours, False), ({"oracle": oracle}, True)):
                    found = operating_characteristics(
                        person, rules, period_days=period, ceiling_days=84, n_trial=n_trial, known=known,
                        rng=stream(purpose, 6, *key(period, phi, effect)),  # the same diaries for all three
                    )  # fmt: skip
                    row |= {name: asdict(oc) for name, oc in found.items()}
                rows.append(row)
        say(f"days against the oracle, period {period}")
    return rows


def _oracle_bars(period: int, phi: float, n_trial: int) -> tuple[float, float]:
    top = whole_pairs(84, period)
    looks = np.arange(first_look(period) - 1, top)
    bars = []
    for effect in (0.0, 1.0):
        person = Person(effect=effect, phi=phi, white_share=0.2)
        rng = stream(Purpose.CALIBRATION, 99, period, int(10 * phi), int(effect))
        on_first = draw_orders(n_trial, top, period, rng)
        mean, sd = known_looks(person, simulate_ratings(person, on_first, rng), on_first, looks)
        if effect == 0:
            best = np.concatenate([(mean / sd).max(axis=1), (-mean / sd).max(axis=1)])
            bars.append(float(np.quantile(best, 1 - CLAIM_ERROR)))
        else:
            bars.append(float(np.quantile(((1.0 - mean) / sd).max(axis=1), 1 - THIRD_ERROR)))
    return bars[0], bars[1]


def forecast_table(n_trial: int, say: Say, purpose: Purpose) -> Rows:
    """How often the days that "cannot tell" names turn out to be enough; 3-day periods, looked on for 196 days."""
    rows: Rows = []
    bars = thresholds_for(3, 112, question=Question.AGAINST_CONTROL, mode=Mode.STANDARD)
    looks = np.arange(first_look(3) - 1, whole_pairs(196, 3))
    for effect in (0.0, 0.5, 1.0, 1.5):
        for phi in PHIS:
            person = Person(effect=effect, phi=phi, white_share=0.2)
            rng = stream(purpose, 7, *key(effect, phi))
            on_first = draw_orders(n_trial, int(looks[-1]) + 1, 3, rng)
            seen = fit_batch(simulate_ratings(person, on_first, rng), on_first, looks=looks, delta=1.0, period_days=3)
            fired = claims(
                bars, above_zero=seen.above_zero, below_zero=seen.below_zero, third=seen.below_delta,
                expected_phi=seen.expected_phi,
            )  # fmt: skip
            any_fired = np.any(fired, axis=0)
            settled = np.where(any_fired.any(axis=1), looks[any_fired.argmax(axis=1)] + 1, np.inf)
            for day in (28, 42, 56):
                open_still = settled > day
                if not open_still.any():
                    continue
                more = days_to_settle(
                    seen.sd[open_still, day - looks[0] - 1], delta=1.0, n_days=day, pair_days=6, thresholds=bars
                )
                took = settled[open_still] - day
                rows.append({
                    "effect": effect, "phi": phi, "day": day, "n_open": int(open_still.sum()),
                    "named": float(np.median(more)), "took": float(np.median(took)),
                    "enough": float(np.mean(took <= more)),
                })  # fmt: skip
    say("days still needed")
    return rows


VARIANTS: dict[str, Priors] = {
    "as shipped": PRIORS,
    "equal spreads assumed": replace(PRIORS, spread_ratios=(1.0,), spread_masses=(1.0,)),
    "twice the mass on unequal spreads": replace(PRIORS, spread_masses=(0.08, 0.12, 0.60, 0.12, 0.08)),
    "wider nodes, 0.5 for 0.72": replace(PRIORS, spread_ratios=(0.5, 0.8, 1.0, 1 / 0.8, 1 / 0.5)),
}
"""Other priors on the ratio of spreads: what would meet a target that is missed, and what it would cost."""


def variants_table(n_trial: int, say: Say, purpose: Purpose) -> Rows:
    """Each variant's coverage where the shipped priors miss, its interval's width, and its days once calibrated.

    Coverage is the most extreme over 28 to 84 days. The rule of each variant is calibrated like the one that
    ships (period 3, ceiling 84, on CALIBRATION streams and a tenth of the trials), except that "equal spreads
    assumed" is calibrated on equal spreads alone: that is what assuming it means.
    """
    rows: Rows = []
    for name, priors in VARIANTS.items():

        def covered(period: int, person: Person, priors: Priors = priors) -> list[tuple[float, float]]:
            found = [
                coverage(person, period_days=period, n_day=n_day, n_trial=2 * n_trial, priors=priors,
                         rng=stream(purpose, 15, *key(period, person, n_day)))
                for n_day in DAYS
            ]  # fmt: skip
            return [(one.covered, one.mean_sd) for one in found]

        row: dict[str, Any] = {"variant": name, "n_trial": n_trial}
        for period in (1, 3):
            plain = [covered(period, Person(phi=phi)) for phi in (0.6, 0.8)]
            unequal = covered(period, Person(phi=0.8, white_share=0.2, spread_ratio=2.0))
            row[f"plain {period}"] = max(c for one in plain for c, _ in one)
            row[f"ratio 2 {period}"] = min(c for c, _ in unequal)
            row[f"sd {period}"] = float(np.mean([sd for one in plain for _, sd in one]))
        row |= _variant_days(priors, n_trial, purpose, equal_only=name == "equal spreads assumed")
        rows.append(row)
        say(f"variant: {name}")
    return rows


def _variant_days(priors: Priors, n_trial: int, purpose: Purpose, *, equal_only: bool) -> dict[str, float]:
    """Days for effects of 1 and 1.5 points, and the worst false claims with an sd ratio of 1.5, once calibrated."""
    claim, third = [], []
    for scenario in NULL_SCENARIOS:
        equal = scenario.person.spread_ratio == 1
        if scenario.strict_only or (equal_only and not equal):
            continue
        best = running_maxima(
            scenario, 3, (84,), {"better": lambda s: z_of(s.above_zero), "worse": lambda s: z_of(s.below_zero)},
            n_trial=2 * n_trial, priors=priors,
        )  # fmt: skip
        both = [np.concatenate([best["better"], best["worse"]])] if equal else list(best.values())
        claim += [np.quantile(one, 1 - CLAIM_ERROR) for one in both]
    for scenario in WORTHWHILE_SCENARIOS:
        best = running_maxima(
            scenario, 3, (84,), {"below": lambda s: z_of(s.below_delta)}, n_trial=2 * n_trial, priors=priors
        )
        third.append(np.quantile(best["below"], 1 - THIRD_ERROR))
    shipped = thresholds_for(3, 84, question=Question.AGAINST_CONTROL, mode=Mode.STANDARD)
    rule = {"": replace(shipped, claim=float(max(claim)), third=float(max(third)))}
    plan: dict[str, Any] = {"period_days": 3, "ceiling_days": 84, "n_trial": n_trial, "priors": priors}
    found: dict[str, float] = {}
    for effect in (1.0, 1.5):
        ours = [
            operating_characteristics(
                Person(effect=effect, phi=phi, white_share=0.2), rule,
                rng=stream(purpose, 16, *key(effect, phi)), **plan,
            )[""]
            for phi in PHIS
        ]  # fmt: skip
        found[f"days {effect:g}"] = float(np.mean([oc.mean_days for oc in ours]))
        found[f"better {effect:g}"] = float(np.mean([oc.better for oc in ours]))
    wild = [
        operating_characteristics(
            Person(phi=phi, white_share=0.2, spread_ratio=1.5), rule, rng=stream(purpose, 17, *key(phi)), **plan
        )[""]
        for phi in PHIS
    ]
    found["false"] = max(max(oc.ever_better, oc.ever_worse) for oc in wild)
    return found


def rmse_table(periods: tuple[int, ...], n_trial: int, say: Say, purpose: Purpose) -> Rows:
    """T8: error of the estimate against the oracle's, on the same diaries."""
    rows: Rows = []
    for period in periods:
        for effect in (0.0, 1.0):
            for phi in PHIS:
                for n_day in DAYS:
                    rng = stream(purpose, 8, *key(period, effect, phi, n_day))
                    person = Person(effect=effect, phi=phi, white_share=0.2)
                    found = coverage(person, period_days=period, n_day=n_day, n_trial=n_trial, rng=rng)
                    rows.append({"period": period, "effect": effect, "phi": phi, "days": n_day, **asdict(found)})
        say(f"RMSE, period {period}")
    return rows


def simulation_based_calibration(n_draw: int, *, shipped: bool, purpose: Purpose) -> list[float]:
    """T12: draw the truth from the prior, fit, and return where the truth lies in its own posterior.

    The pure model has nu = n - 1 and no variance floor, mu and sigma fixed (the posterior is exact for any
    values of them), and (phi, w, h) drawn from the nodes of the grid: the positions are then exactly
    uniform. The shipped variant loses a degree of freedom on purpose and has a floor; phi is then drawn
    from the continuous density, so that the quadrature is judged too.
    """
    priors = PRIORS if shipped else Priors(lost_df=0, variance_floor=0.0)
    grid = make_grid(priors)
    rng = stream(purpose, 12, int(shipped))
    n_day, period = 28, 2
    day = np.arange(n_day)
    sigma, mu = 1.5, 5.0
    mass = np.exp(grid.log_mass(priors.independent_mass))
    lag = np.abs(np.subtract.outer(day, day))
    positions = []
    for _ in range(n_draw):
        node = rng.choice(len(grid.phi), p=mass / mass.sum())
        phi, white = grid.phi[node], grid.white_share[node]
        if shipped and node > 0:
            phi = _draw_phi(priors, rng)
        h = rng.choice(grid.spread, p=np.exp(grid.log_mass_spread))
        on_first = draw_orders(1, n_day, period, rng)[0]
        relative = np.where(on_first, h, 1 / h)
        correlation = np.eye(n_day) if node == 0 else (1 - white) * phi**lag + white * np.eye(n_day)
        residual = sigma * relative * (np.linalg.cholesky(correlation) @ rng.standard_normal(n_day))
        effect = sigma * priors.effect_sd * rng.standard_normal()
        slope = sigma * priors.trend_sd * rng.standard_normal()
        rating = mu + slope * day / 28 + effect * (on_first - 0.5) + residual
        positions.append(fit(day, rating, on_first, period_days=period, priors=priors).probability_below(effect))
    return positions


def _draw_phi(priors: Priors, rng: np.random.Generator) -> float:
    """One draw from the continuous prior density of phi > 0, by rejection."""
    top = (priors.phi_top + 0.1) / np.sqrt(1 - priors.phi_top**2)
    while True:
        phi = priors.phi_top * rng.random()
        if top * rng.random() < (phi + 0.1) / np.sqrt(1 - phi**2):
            return float(phi)


def uniformity(positions: list[float], n_bin: int = 20) -> float:
    """Chi-square p-value of the hypothesis that the positions are uniform on (0, 1)."""
    counts, _ = np.histogram(positions, bins=n_bin, range=(0, 1))
    return float(chisquare(counts).pvalue)
