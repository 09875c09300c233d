"""Thresholds by simulation: how sure is sure enough when one may look every day.

For each length of period and each ceiling the threshold of a finding is the smallest one that keeps its
chance of ever being wrong, under daily looks, at or below the stated level in the worst of the scenarios
below. ``./go calibrate`` runs this on 50,000 trials a scenario and writes ``analysis/thresholds.json``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from pinprick.bayes.kernel import Looks, fit_batch
from pinprick.bayes.priors import PRIORS, Priors
from pinprick.planning.simulate import Person, draw_orders, simulate_ratings
from pinprick.planning.streams import Purpose, stream

Floats = NDArray[np.float64]

PERIODS = (1, 2, 3, 4, 7)  # a length between two of these takes the stricter one
CEILINGS = (28, 42, 56, 84, 112)
FIRST_LOOK = 14  # days; and never before two complete pairs
DELTA = 1.0

CLAIM_ERROR = 0.05  # chance of ever claiming a direction that is not there, each direction
CLAIM_ERROR_EXCHANGEABLE = 0.025  # the same where both directions would count as a claim
THIRD_ERROR = 0.10  # chance of ever denying an effect that is exactly what matters

STRICT_EXTRA = 0.7  # strict mode: added to the bar, in z, while E[phi] > STRICT_PHI
STRICT_PHI = 0.6

N_TRIAL = 50_000
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Scenario:
    """A truth against which a threshold must hold."""

    person: Person
    number: int  # its place in the random streams
    strict_only: bool = False  # standard mode does not promise to hold here


NULL_SCENARIOS = (
    *(Scenario(Person(phi=phi, white_share=0.2), i) for i, phi in enumerate((0.0, 0.3, 0.6, 0.8, 0.9))),
    *(
        Scenario(Person(phi=phi, white_share=0.2, spread_ratio=1.5), 10 + i, strict_only=phi > 0.8)
        for i, phi in enumerate((0.3, 0.6, 0.8, 0.9))
    ),
)
"""No effect: calm to strongly autocorrelated, and with spreads that differ by half again."""

WORTHWHILE_SCENARIOS = tuple(
    Scenario(Person(effect=DELTA, sd=sd, phi=phi, white_share=0.2), 20 + 10 * i + j)
    for i, sd in enumerate((0.5, 1.0, 1.5, 2.5))
    for j, phi in enumerate((0.0, 0.3, 0.6, 0.8))
)
"""An effect of exactly what matters, with a day-to-day spread of 0.5 to 2.5 times as much."""


def whole_pairs(ceiling_days: int, period_days: int) -> int:
    """The ceiling rounded down to whole pairs of periods.

    Examples
    --------
    >>> whole_pairs(84, 4)
    80
    """
    return ceiling_days // (2 * period_days) * 2 * period_days


def first_look(period_days: int) -> int:
    """Days after which the first look may be taken: 14, or two complete pairs if that is later.

    Examples
    --------
    >>> first_look(3), first_look(7)
    (14, 28)
    """
    return max(FIRST_LOOK, 4 * period_days)


def strict_z(z: Floats, expected_phi: Floats) -> Floats:
    """Z minus what strict mode asks for on top, so that one bar serves."""
    return z - STRICT_EXTRA * (expected_phi > STRICT_PHI)


def z_of(probability: Floats) -> Floats:
    """Normal score of a posterior probability, kept finite where the probability rounds to 0 or 1."""
    return np.asarray(ndtri(np.clip(probability, 1e-15, 1 - 1e-15)))


def running_maxima(
    scenario: Scenario,
    period_days: int,
    ceilings: tuple[int, ...],
    scores: dict[str, Callable[[Looks], Floats]],
    *,
    n_trial: int,
    priors: Priors,
    purpose: Purpose = Purpose.CALIBRATION,
) -> dict[str, Floats]:
    """The highest score reached by each ceiling, (n_trial, n_ceiling) for each named score."""
    top = whole_pairs(max(ceilings), period_days)
    looks = np.arange(first_look(period_days) - 1, top)
    rng = stream(purpose, period_days, scenario.number)
    found: dict[str, list[Floats]] = {name: [] for name in scores}
    for start in range(0, n_trial, CHUNK):
        on_first = draw_orders(min(CHUNK, n_trial - start), top, period_days, rng)
        rating = simulate_ratings(scenario.person, on_first, rng)
        seen = fit_batch(rating, on_first, looks=looks, delta=DELTA, period_days=period_days, priors=priors)
        for name, score in scores.items():
            so_far = np.maximum.accumulate(score(seen), axis=1)
            ends = [whole_pairs(c, period_days) - 1 - looks[0] for c in ceilings]
            found[name].append(np.stack([so_far[:, e] for e in ends], axis=1))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def calibrate_period(
    period_days: int,
    *,
    n_trial: int = N_TRIAL,
    ceilings: tuple[int, ...] = CEILINGS,
    priors: Priors = PRIORS,
    purpose: Purpose = Purpose.CALIBRATION,
    say: Callable[[str], None] = lambda line: None,
) -> list[dict[str, float]]:
    """Rows of the table for one length of period, one row a ceiling; thresholds in z.

    A ceiling too short for two complete pairs has no row.
    """
    ceilings = tuple(c for c in ceilings if whole_pairs(c, period_days) >= first_look(period_days))
    bars: dict[str, list[Floats]] = {}

    def add(name: str, *directions: Floats, error: float) -> None:
        """The bar that this scenario needs: pooled over directions of equal law, else their worst."""
        bars.setdefault(name, []).append(
            np.max([np.quantile(d, 1 - error, axis=0, method="higher") for d in directions], axis=0)
        )

    for scenario in NULL_SCENARIOS:
        began = time.perf_counter()
        best = running_maxima(
            scenario,
            period_days,
            ceilings,
            {
                "better": lambda s: z_of(s.above_zero),
                "worse": lambda s: z_of(s.below_zero),
                "better strict": lambda s: strict_z(z_of(s.above_zero), s.expected_phi),
                "worse strict": lambda s: strict_z(z_of(s.below_zero), s.expected_phi),
            },
            n_trial=n_trial,
            priors=priors,
            purpose=purpose,
        )
        same_law = scenario.person.spread_ratio == 1  # then both directions are draws of one law
        for mode in ("", " strict"):
            if scenario.strict_only and not mode:
                continue
            two = best["better" + mode], best["worse" + mode]
            directions = (np.concatenate(two),) if same_law else two
            add("claim" + mode, *directions, error=CLAIM_ERROR)
            add("claim of two" + mode, *directions, error=CLAIM_ERROR_EXCHANGEABLE)
        say(
            f"period {period_days}: no effect, phi {scenario.person.phi}, "
            f"spread ratio {scenario.person.spread_ratio}: {time.perf_counter() - began:.0f} s"
        )
    for scenario in WORTHWHILE_SCENARIOS:
        began = time.perf_counter()
        best = running_maxima(
            scenario,
            period_days,
            ceilings,
            {"below": lambda s: z_of(s.below_delta), "within": lambda s: z_of(s.within_delta)},
            n_trial=n_trial,
            priors=priors,
            purpose=purpose,
        )
        add("no worthwhile benefit", best["below"], error=THIRD_ERROR)
        add("no difference that matters", best["within"], error=THIRD_ERROR)
        say(
            f"period {period_days}: worthwhile effect, sd {scenario.person.sd}, phi {scenario.person.phi}: "
            f"{time.perf_counter() - began:.0f} s"
        )
    worst = {name: np.max(per_scenario, axis=0) for name, per_scenario in bars.items()}
    return [
        {
            "period_days": period_days,
            "ceiling_days": ceiling,
            **{name.replace(" ", "_"): float(np.ceil(bar[i] * 1000) / 1000) for name, bar in worst.items()},
        }
        for i, ceiling in enumerate(ceilings)
    ]


def calibrate(
    *,
    n_trial: int = N_TRIAL,
    periods: tuple[int, ...] = PERIODS,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, object]:
    """The whole table as it is written to ``analysis/thresholds.json``."""
    rows = [row for period in periods for row in calibrate_period(period, n_trial=n_trial, say=say)]
    return {
        "format": "pinprick-thresholds/1",
        "n_trial": n_trial,
        "error": {
            "claim": CLAIM_ERROR,
            "claim_of_two": CLAIM_ERROR_EXCHANGEABLE,
            "third": THIRD_ERROR,
        },
        "first_look_days": FIRST_LOOK,
        "strict": {"extra_z": STRICT_EXTRA, "above_expected_phi": STRICT_PHI},
        "priors": asdict(PRIORS),
        "rows": rows,
    }
