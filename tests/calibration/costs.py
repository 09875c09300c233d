"""What planning costs in time and memory: ``./go calibrate --costs`` measures it and writes it into the page."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from pinprick.planning.outlook import Cell, rule_of, simulate_cells
from pinprick.planning.people import population_for
from pinprick.trial.plan import Blocks, Plan
from pinprick.trial.protocol_file import read_protocol

BEGIN, END = "<!-- costs -->", "<!-- /costs -->"
SECTION = re.compile(f"{BEGIN}.*?{END}", re.DOTALL)
MOST_SECONDS = 10
MOST_BYTES = 100e6
MANY = 1_000_000
IN_A_PROCESS_OF_ITS_OWN = """
import resource, sys
from pinprick.planning.outlook import outlooks
from pinprick.planning.people import population_for
from pinprick.trial.protocol_file import read_protocol
plan = read_protocol("mat-vs-rest-back-pain")
people = population_for(plan)
outlooks(plan, people, effects=(2.0,), n_trial=1_000, workers=2)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
n = int(sys.argv[1])
(found,) = outlooks(plan, people, effects=(2.0,), n_trial=n, workers=2)
assert found.n_trial == n
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def three_effects_on_four_schedules(workers: int = 1) -> tuple[float, float]:
    """Processor seconds and seconds on the clock for 2,000 trials each."""
    plan = read_protocol("mat-vs-rest-back-pain")
    assert isinstance(plan, Plan)
    schedules = [replace(plan, design=Blocks(period, 84)) for period in (1, 2, 3, 7)]
    cells = [Cell(one, (rule_of(one),), effect) for one in schedules for effect in (0.0, 1.0, 1.5)]
    people, began, on_the_clock = population_for(plan), time.process_time(), time.perf_counter()
    simulate_cells(cells, people, n_trial=2_000, seed=1, workers=workers)
    return time.process_time() - began, time.perf_counter() - on_the_clock


def more_memory(n_trial: int) -> float:
    """Bytes at the peak of so many trials, beyond what a thousand need; in a process of its own."""
    program = [sys.executable, "-c", IN_A_PROCESS_OF_ITS_OWN, str(n_trial)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    return int(done.stdout) * (1 if sys.platform == "darwin" else 1024)  # bytes there, kibibytes here


def section() -> str:
    """The section as it stands in docs/calibration.md, measured now."""
    three_effects_on_four_schedules()  # tables and compiled code are there
    processor, one = three_effects_on_four_schedules()
    _, two = three_effects_on_four_schedules(workers=2)
    memory = more_memory(MANY)
    return "\n".join([
        BEGIN,
        "### What planning costs",
        "",
        "`./go calibrate --costs`, on the machine that wrote this page; `tests/calibration/test_plans.py` holds the "
        "bounds.",
        "",
        "| what | measured | promised | |",
        "|---|---|---|---|",
        f"| 3 effects on 4 schedules, 2,000 trials each, one core | {processor:.1f} s | {MOST_SECONDS} s | "
        f"{'met' if processor <= MOST_SECONDS else '**miss**'} |",
        f"| the same with two workers, on the clock | {two:.1f} s instead of {one:.1f} s | | |",
        f"| memory of {MANY:,} trials beyond that of 1,000 | {memory / 1e6:.0f} MB | {MOST_BYTES / 1e6:.0f} MB | "
        f"{'met' if memory < MOST_BYTES else '**miss**'} |",
        END,
    ])  # fmt: skip


def kept(page: Path) -> str:
    """The section that the page has, if any."""
    found = SECTION.search(page.read_text(encoding="utf-8")) if page.exists() else None
    return found[0] if found else ""


def insert(page: Path, text: str) -> None:
    """Put the section into the page: in place of the old one, or at its end."""
    old = page.read_text(encoding="utf-8")
    new = SECTION.sub(lambda _: text, old) if SECTION.search(old) else f"{old.rstrip()}\n\n{text}\n"
    page.write_text(new, encoding="utf-8")
