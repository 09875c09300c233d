"""How often an interval of a synthesis holds the true average: ``python -m tests.calibration.syntheses``.

Simulated studies with known sampling variances, of two arms of 10 to 60 people on a standardised scale (variance about
2 / n, n drawn evenly on the logarithm), whose true effects spread normally. I² is set against the typical variance of
the very studies drawn (Higgins and Thompson 2002, doi:10.1002/sim.1186). The draws come from the EVALUATION streams.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinprick.evidence.bayesian import HeterogeneityPrior, random_effects_posterior
from pinprick.evidence.synthesis import synthesise_many
from pinprick.planning.streams import Purpose, stream
from tests.sections import put

Floats = NDArray[np.float64]
Interval = Callable[[Floats, Floats], tuple[Floats, Floats]]
Rows = list[dict[str, Any]]

KS = (3, 5, 10, 20)
I2S: tuple[int | None, ...] = (0, 25, 50, 75, None)
"""Per cent; None draws tau from the Bayesian interval's own prior, the average over which it promises to cover."""
PRIOR_SCALE = 0.5
TRUTH = 0.4
LOW, HIGH = 0.93, 0.97
PRIOR = HeterogeneityPrior("half-normal", PRIOR_SCALE)
KEY = 5_2026  # apart from every other key of the streams
PEOPLE = (10, 60)  # in an arm
N_FULL, N_BAYES = 20_000, 4_000


def _hartung_knapp(test: str) -> Interval:
    def interval(yi: Floats, vi: Floats) -> tuple[Floats, Floats]:
        found = synthesise_many(yi, vi, method="REML", test=test)
        return found.low, found.high

    return interval


def _bayesian(yi: Floats, vi: Floats) -> tuple[Floats, Floats]:
    found = [random_effects_posterior(y, v, heterogeneity=PRIOR) for y, v in zip(yi, vi, strict=True)]
    return np.array([one.low for one in found]), np.array([one.high for one in found])


INTERVALS: dict[str, Interval] = {
    "normal": _hartung_knapp("z"),
    "Hartung-Knapp": _hartung_knapp("knha"),
    "Hartung-Knapp, safeguarded": _hartung_knapp("adhoc"),
    "Bayesian, half-normal(0.5)": _bayesian,
}
"""What is compared: a function of (n, k) effects and variances that gives (n,) lower and upper ends."""
SLOW = ("Bayesian, half-normal(0.5)",)  # one at a time, so on fewer draws


def draw_syntheses(n: int, k: int, i2: float | None, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Effects and variances of n syntheses of k studies, (n, k) each, with an I² of ``i2`` per cent.

    None draws a tau for each synthesis from the half-normal prior.
    """
    vi = 2 / np.exp(rng.uniform(*np.log(PEOPLE), (n, k)))
    if i2 is None:
        tau = np.abs(rng.normal(0, PRIOR_SCALE, (n, 1)))
        return rng.normal(TRUTH, np.sqrt(vi + tau**2)), vi
    w = 1 / vi
    total = w.sum(axis=1)
    typical = (k - 1) / (total - (w * w).sum(axis=1) / total)
    tau2 = typical * i2 / (100 - i2)
    return rng.normal(TRUTH, np.sqrt(vi + tau2[:, None])), vi


def coverage_of_syntheses(
    n: int,
    n_slow: int,
    purpose: Purpose,
    *,
    intervals: Sequence[str] = tuple(INTERVALS),
    ks: Sequence[int] = KS,
    i2s: Sequence[int | None] = I2S,
    say: Callable[[str], None] = lambda _line: None,
) -> Rows:
    """One row a cell and interval: how often it held the truth in ``n`` (slow ones: ``n_slow``), and its mean width."""
    rows: Rows = []
    for k in ks:
        for i2 in i2s:
            yi, vi = draw_syntheses(n, k, i2, stream(purpose, KEY, k, 100 if i2 is None else i2))
            for name in intervals:
                used = min(n, n_slow) if name in SLOW else n
                low, high = INTERVALS[name](yi[:used], vi[:used])
                covered = float(np.mean((low <= TRUTH) & (high >= TRUTH)))
                rows.append(
                    {"k": k, "i2": i2, "interval": name, "covered": covered, "n": used,
                     "width": float(np.mean(high - low))}
                )  # fmt: skip
            say(f"{k} studies, I² {_heterogeneity(i2)}: done")
    return rows


def _heterogeneity(i2: int | None) -> str:
    return "tau ~ prior" if i2 is None else f"{i2} %"


def section(rows: Rows) -> str:
    """The section as Markdown: coverage and widths, what lies outside 93-97 %, and where nothing lies inside."""
    names = list(dict.fromkeys(row["interval"] for row in rows))
    cells = list(dict.fromkeys((row["k"], row["i2"]) for row in rows))
    at = {(row["k"], row["i2"], row["interval"]): row for row in rows}

    def inside(row: dict[str, Any]) -> bool:
        return LOW <= row["covered"] <= HIGH

    def shown(row: dict[str, Any]) -> str:
        text = f"{100 * row['covered']:.1f}"
        return f"{text} ({row['width']:.2f})" if inside(row) else f"**{text}** ({row['width']:.2f})"

    lines = [f"| k | I² | {' | '.join(names)} |", "|---|---|" + "---|" * len(names)]
    lines += [
        f"| {k} | {_heterogeneity(i2)} | {' | '.join(shown(at[k, i2, name]) for name in names)} |" for k, i2 in cells
    ]
    none = [(k, i2) for k, i2 in cells if not any(inside(at[k, i2, name]) for name in names)]
    counts = ", ".join(
        f"{name}: {sum(inside(at[k, i2, name]) for k, i2 in cells)} of {len(cells)} cells" for name in names
    )
    least = min(row["n"] for row in rows)
    error = 100 * math.sqrt(0.95 * 0.05 / least)
    nowhere = (
        "Some method lies inside in every cell."
        if not none
        else "No method lies inside for " + ", ".join(f"{k} studies, {_heterogeneity(i2)}" for k, i2 in none) + "."
    )
    return "\n\n".join([
        "## How often intervals hold the truth",
        "How often 95 % intervals of the average effect hold the truth, in per cent, with their mean widths; REML but "
        f"for the Bayesian one. Bold lies outside {100 * LOW:.0f}–{100 * HIGH:.0f} %. Standard errors are at most "
        f"{error:.1f} points. Under *tau ~ prior* tau is drawn anew from half-normal({PRIOR_SCALE:g}), where "
        "a Bayesian interval promises 95 %.",
        "\n".join(lines),
        f"Inside: {counts}. {nowhere}",
    ]) + "\n"  # fmt: skip


def main() -> None:
    """Print the section at full size; with ``--write`` put it into docs/syntheses.md as well."""

    def say(line: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)

    text = section(coverage_of_syntheses(N_FULL, N_BAYES, Purpose.EVALUATION, say=say))
    print(text)
    if "--write" in sys.argv:
        put("syntheses.md", "coverage", text)


if __name__ == "__main__":
    main()
