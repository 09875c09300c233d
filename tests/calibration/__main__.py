"""``./go calibrate``: the table of thresholds, and docs/calibration.md with its pictures.

./go calibrate             everything: the tables on 50,000 and 20,000 trials a scenario, then the page
./go calibrate --page      the page only, for the table that is there
./go calibrate --plans     only the section on the ready-made trials, into the page that is there
./go calibrate --costs     only what planning costs in time and memory, into the page that is there
./go calibrate --quick     both at a hundredth of the size, into a folder of their own: a rehearsal
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from pinprick.analysis import start_day, thresholds
from pinprick.planning import calibrate_start
from pinprick.planning.calibrate import N_TRIAL, PERIODS, calibrate
from pinprick.planning.streams import Purpose
from tests.calibration import costs, page, plans, study

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "src" / "pinprick" / "analysis" / "thresholds.json"


def say(line: str) -> None:
    """Progress, where it does not mix with results."""
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def evaluate(scale: float = 1.0) -> dict[str, Any]:
    """Every figure of the page, on streams that tuned nothing; ``scale`` shrinks the numbers of trials."""

    def n(full: int) -> int:
        return max(int(full * scale), 50)

    fresh = Purpose.EVALUATION
    return {
        "coverage": study.coverage_table((1, 2, 3, 4, 7), n(4_000), say, fresh),
        "errors": study.error_table((1, 2, 3, 4, 7), n(8_000), say, fresh),
        "two_sided": study.two_sided_table((1, 3, 7), n(4_000), say, fresh),
        "third": study.third_table((1, 3, 7), n(2_000), say, fresh),
        "days": study.days_table((1, 2, 3, 4, 7), n(3_000), say, fresh),
        "forecast": study.forecast_table(n(2_000), say, fresh),
        "variants": study.variants_table(n(2_000), say, fresh),
        "rmse": study.rmse_table((1, 2, 3, 4, 7), n(10_000), say, fresh),
        "positions": {
            name: study.simulation_based_calibration(n(10_000), shipped=shipped, purpose=fresh)
            for name, shipped in (("pure", False), ("shipped", True))
        },
        "plans": plans.evaluate_plans(scale, say, fresh),
    }


def main() -> None:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(prog="./go calibrate", description=__doc__.splitlines()[0])
    parser.add_argument("--page", action="store_true", help="only the page, for the table that is there")
    parser.add_argument("--text", action="store_true", help="only words and pictures, from the last run's figures")
    parser.add_argument("--plans", action="store_true", help="only the section on the ready-made trials")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the size, into build/calibration")
    parser.add_argument("--costs", action="store_true", help="only what planning costs in time and memory")
    wanted = parser.parse_args()
    table, folder, scale = TABLE, ROOT / "docs", 1.0
    if wanted.costs:
        costs.insert(folder / "calibration.md", costs.section())
        return
    if wanted.plans:
        found = plans.evaluate_plans(0.01 if wanted.quick else scale, say, Purpose.EVALUATION)
        text = plans.section(found)
        print(text) if wanted.quick else plans.insert(folder / "calibration.md", text)
        return
    if wanted.quick:
        folder, scale = ROOT / "build" / "calibration", 0.01
        folder.mkdir(parents=True, exist_ok=True)
        table = folder / "thresholds.json"
    figures = ROOT / "build" / ("quick.json" if wanted.quick else "evaluation.json")
    if not (wanted.page or wanted.text):
        made = calibrate(n_trial=int(N_TRIAL * scale), periods=PERIODS, say=say)
        table.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        thresholds.load_table.cache_clear()
        courses = table.with_name("start_day.json")
        calibrate_start.write_table(courses, n_trial=int(calibrate_start.N_TRIAL * scale), say=say)
        start_day.load_start_day_table.cache_clear()
    if not wanted.text:
        figures.parent.mkdir(exist_ok=True)
        figures.write_text(json.dumps(evaluate(scale)), encoding="utf-8")
    page.write(json.loads(figures.read_text(encoding="utf-8")), thresholds.load_table(), folder)
    say(f"wrote {folder / 'calibration.md'}")


if __name__ == "__main__":
    main()
