"""False claims of every ready-made trial under everything the simulator can do to a diary, and the planner's forecasts.

A section of docs/calibration.md of its own: ``./go calibrate --plans`` makes and inserts it alone.
"""

from __future__ import annotations

import re
import textwrap
import zlib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from pinprick.analysis.start_day import start_day_thresholds
from pinprick.planning.calibrate_start import Shape, read_once
from pinprick.planning.outlook import Cell, rule_of, simulate_cells
from pinprick.planning.people import LAGS, Population, population_for
from pinprick.planning.simulate import Person
from pinprick.planning.streams import Purpose, stream
from pinprick.trial.instruments import outcomes_table
from pinprick.trial.plan import Arm, Blocks, Kind, Plan, Sequence
from pinprick.trial.protocol_file import read_protocol, ready_names
from tests.calibration.independent import compare
from tests.calibration.study import Rows, Say

BEGIN, END = "<!-- plans -->", "<!-- /plans -->"
SECTION = re.compile(f"{BEGIN}.*?{END}", re.DOTALL)
PROMISED = 0.05
N_TRIAL = 10_000
N_FORECAST, N_SECOND = 20_000, 4_000
THREE = "three treatments (made for this page)"
COURSE = Shape(14, 28, 84)
N_COURSE = 4_000
COURSES = {
    "days 0.35 alike": Person(phi=0.35, white_share=0.2),
    "days 0.8 alike": Person(phi=0.8, white_share=0.2),
    "drift of 2 points": Person(phi=0.35, white_share=0.2, drift=2.0),
    "3 points worse at the start": Person(phi=0.35, white_share=0.2, settling=3.0),
    "the same, days 0.8 alike": Person(phi=0.8, white_share=0.2, settling=3.0),
}
"""People that a course is tried on; sd 1.2 points, and the effect is there from the first day."""


def settings(population: Population, instrument: str) -> dict[str, Population]:
    """What the simulator can do, each from people who never give up, so that every chance of a false claim is taken."""
    table = outcomes_table()["simulator_defaults"]
    own = table.get(instrument, table["pain_nrs"])["within_person_sd"]
    base = replace(population, leave=0.0)
    fixed = replace(base, lag1_sd=0.0)
    flaring = {"flare_share": 1.0, "flare_points": 3.5, "flare_days": 7, "flares_per_30_days": 3.0}
    worst: dict[str, Any] = {
        **flaring, "lag1": 0.6, "lag1_sd": 0.0, "trend_share": 1.0, "trend_points": 1.0, "start_worse": 1.5,
        "missing_start": 0.25, "missing_week_15": 0.5, "missing_after_missing": 0.5, "bad_days_missed": 2.0,
    }  # fmt: skip
    return {
        "as planned for": base,
        **{f"lag-1 {lag1:g}": replace(fixed, lag1=lag1) for lag1 in LAGS},
        "spread at its low end": replace(base, spread=float(own["low"]), spread_log_sd=0.0),
        "spread at its high end": replace(base, spread=float(own["high"]), spread_log_sd=0.0),
        "no missing days": replace(base, missing_start=0.0, missing_week_15=0.0, missing_after_missing=0.0),
        "many missing days in clusters": replace(
            base, missing_start=0.25, missing_week_15=0.5, missing_after_missing=0.5
        ),
        "bad days missed twice as often": replace(base, bad_days_missed=2.0),
        "trend of 1 point in 4 weeks": replace(base, trend_share=1.0, trend_points=1.0),
        "flares, long and often": replace(base, **flaring),
        "bad start of 1.5 points, no run-in": replace(base, start_worse=1.5, run_in_days=0),
        "floor": replace(base, mean=population.low + 1.0 if population.lower_is_better else population.high - 1.0),
        "weekends 0.6 better": replace(base, weekend=0.6),
        "all together": replace(base, **worst),
    }


def planned() -> dict[str, Plan]:
    """Every ready-made trial by name, those that no sum can tell apart under one; and one with three treatments."""
    found: dict[tuple[Any, ...], tuple[list[str], Plan]] = {}
    for name in ready_names():
        plan = read_protocol(name)
        if isinstance(plan, Sequence):
            continue  # its stages are ready-made trials themselves
        people = replace(population_for(plan), run_in_days=plan.run_in_days)
        key = plan.design, plan.question, plan.mode, plan.primary.outcome.smallest_difference, people
        found.setdefault(key, ([], plan))[0].append(name)
    plans = {", ".join(names): plan for names, plan in found.values()}
    plain = read_protocol("mat-vs-rest-back-pain")
    if isinstance(plain, Plan):
        usual = Arm("usual", "an ordinary day", Kind.USUAL_CARE, "")
        plans[THREE] = replace(plain, arms=(*plain.arms, usual), design=Blocks(3, 117))
    return plans


def false_claims_table(n_trial: int, say: Say, purpose: Purpose) -> Rows:
    """The share of trials that end with better, and with worse, where there is no effect at all."""
    rows: Rows = []
    for names, plan in planned().items():
        cell = Cell(plan, (rule_of(plan),), 0.0)
        for setting, people in settings(population_for(plan), plan.primary.instrument).items():
            seed = zlib.crc32(f"{names} {setting}".encode())
            ((found,),) = simulate_cells([cell], people, n_trial=n_trial, seed=seed, workers=2, purpose=purpose)
            rows.append({
                "trial": names, "setting": setting, "n_trial": n_trial, "better": found.better, "worse": found.worse,
                "promised": rule_of(plan).thresholds.claim_error,
            })  # fmt: skip
        say(f"false claims of {names}")
    return rows


def courses_table(n_trial: int, say: Say, purpose: Purpose) -> Rows:
    """What the rule of a drawn start day does, with each of its two proofs by itself."""
    rule = start_day_thresholds(COURSE.usual_days, COURSE.window_days, COURSE.total_days)
    rows: Rows = []
    for number, (who, person) in enumerate(COURSES.items()):
        for effect in (0.0, 1.0, 2.0, 3.0) if number == 0 else (0.0,):
            rng = stream(purpose, 9_000, number, int(effect))
            found = read_once(replace(person, sd=1.2, effect=effect), rule, COURSE, n_trial=n_trial, rng=rng)
            rows.append({"who": who, "effect": effect, **asdict(found)})
    say("courses with a drawn start")
    return rows


def evaluate_plans(scale: float, say: Say, purpose: Purpose) -> dict[str, Any]:
    """Every figure of the section; ``scale`` shrinks the numbers of trials."""
    forecasts = compare(max(int(N_FORECAST * scale), 500), max(int(N_SECOND * scale), 40), purpose)
    say("forecasts against a second simulation")
    return {
        "false": false_claims_table(max(int(N_TRIAL * scale), 50), say, purpose),
        "forecast": forecasts,
        "courses": courses_table(max(int(N_COURSE * scale), 50), say, purpose),
    }


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 112, break_long_words=False, break_on_hyphens=False)


def section(found: dict[str, Any]) -> str:
    """The section as it stands in docs/calibration.md."""
    rows: Rows = found["false"]
    trials = list(dict.fromkeys(row["trial"] for row in rows))
    kinds = list(dict.fromkeys(row["setting"] for row in rows))
    worst = max(rows, key=lambda row: row["better"])
    bound = worst["better"] + 1.96 * float(np.sqrt(worst["better"] * (1 - worst["better"]) / worst["n_trial"]))
    other = max(rows, key=lambda row: row["worse"])
    held = all(row["better"] <= row["promised"] for row in rows)
    lines = [
        BEGIN,
        "## The ready-made trials",
        "",
        _wrapped(
            "How often a trial ends with a false *better* when the treatment does nothing at all, looked at every day "
            f"as the trial will be, on {rows[0]['n_trial']:,} made-up people a cell (`planning/people.py`; standard "
            "error of 5 %: 0.22 points). Nobody gives up here, so that no chance of a false claim is lost. A setting "
            "changes one thing about the people that the planner simulates; *all together* takes the worst of each at "
            "once. Under no "
            "effect nothing is carried over, so build-up and fading cannot matter. Trials that a sum cannot tell apart "
            "share a column."
        ),
        "",
        "| letter | trial |",
        "|---|---|",
        *(f"| {chr(65 + i)} | {trial} |" for i, trial in enumerate(trials)),
        "",
        "| false *better*, % | " + " | ".join(chr(65 + i) for i in range(len(trials))) + " |",
        "|---|" + "---|" * len(trials),
    ]
    for kind in kinds:
        cells = []
        for trial in trials:
            row = next(r for r in rows if r["trial"] == trial and r["setting"] == kind)
            miss = " **miss**" if row["better"] > row["promised"] else ""
            cells.append(f"{100 * row['better']:.1f}{miss}")
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    lines += [
        "",
        _wrapped(
            f"False *better* at most 5 % in every cell: {'met' if held else '**miss**'}. The worst is "
            f"{100 * worst['better']:.1f} % (upper bound {100 * bound:.1f} %): {worst['setting']}, {worst['trial']}. "
            f"The worst false *worse* is {100 * other['worse']:.1f} %: {other['setting']}, {other['trial']}."
        ),
        "",
        "### Is the planner right about chances and days?",
        "",
        _wrapped(
            "`pinprick plan` against a second simulation that shares no code with it but the thresholds and the NumPy "
            "definition of the engine (`tests/calibration/independent.py`). The promise is 3 points and 2 days."
        ),
        "",
        "| setting | clear answer, planner | second | difference (se) | days, planner | second | difference (se) | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in found["forecast"]:
        apart = 100 * (row["clear_forecast"] - row["clear"]), row["days_forecast"] - row["days"]
        met = abs(apart[0]) <= 3 and abs(apart[1]) <= 2
        lines.append(
            f"| {row['setting']} | {100 * row['clear_forecast']:.1f} % | {100 * row['clear']:.1f} % | "
            f"{apart[0]:+.1f} ({100 * row['clear_se']:.1f}) | {row['days_forecast']:.1f} | {row['days']:.1f} | "
            f"{apart[1]:+.1f} ({row['days_se']:.1f}) | {'met' if met else '**miss**'} |"
        )
    first = found["forecast"][0]
    lines += [
        "",
        f"On {first['n_forecast']:,} and {first['n_trial']:,} trials a row.",
        *_courses(found["courses"]),
        END,
    ]
    return "\n".join(lines)


def _courses(rows: Rows) -> list[str]:
    lines = [
        "",
        "### A course with a drawn start day",
        "",
        _wrapped(
            f"{COURSE.usual_days} usual days, {COURSE.window_days} possible start days, {COURSE.total_days} days, one "
            "look. A claim needs two proofs: the posterior beyond its bar, calibrated over drifts and bad starts "
            "(`planning/calibrate_start.py`), and a start day that stands out among all that could have been drawn. "
            f"Shares of {rows[0]['n_trial']:,} made-up people, sd 1.2 points, whose effect is there at once."
        ),
        "",
        "| people | effect | *better* | the bar alone | the start day alone | *worse* | no benefit that matters |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        shares = [row[name] for name in ("better", "sure_better", "rare_better", "worse", "third")]
        lines.append(
            f"| {row['who']} | {row['effect']:g} | " + " | ".join(f"{100 * share:.1f} %" for share in shares) + " |"
        )
    return [
        *lines,
        "",
        _wrapped(
            "Two proofs at 5 % each make a false claim rare and a true one hard: that is the price of a single switch. "
            "Real courses build up over weeks, which makes it harder still, so `pinprick plan acupuncture-course` "
            "advises against the trial for most people."
        ),
    ]


def kept(page: Path) -> str:
    """The section that the page has, if any."""
    found = SECTION.search(page.read_text(encoding="utf-8")) if page.exists() else None
    return found[0] if found else ""


def insert(page: Path, text: str) -> None:
    """Put the section into the page: in place of the old one, or at its end."""
    old = page.read_text(encoding="utf-8")
    new = SECTION.sub(lambda _: text, old) if SECTION.search(old) else f"{old.rstrip()}\n\n{text}\n"
    page.write_text(new, encoding="utf-8")
