"""docs/calibration.md and its pictures, from what the study found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
from scipy.special import ndtr

from pinprick.planning.calibrate import NULL_SCENARIOS, WORTHWHILE_SCENARIOS
from tests.calibration import costs, plans
from tests.calibration.study import PHIS, TEN_SETTINGS, uniformity

Rows = list[dict[str, Any]]

GREEN, ORANGE, GREY = "#23509E", "#9C5A00", "#857B6C"


def write(found: dict[str, Any], table: dict[str, Any], folder: Path) -> None:
    """Write the page and its pictures into a folder."""
    pictures = folder / "calibration"
    pictures.mkdir(parents=True, exist_ok=True)
    for name, chart in {
        "coverage": _coverage_picture(found["coverage"]),
        "errors": _error_picture(found["errors"]),
        "positions": _positions_picture(found["positions"]),
    }.items():
        chart.configure(font="sans-serif").save(str(pictures / f"{name}.svg"))
    sections = (
        _opening,
        _targets,
        _thresholds,
        _coverage,
        _errors,
        _two_sided,
        _third,
        _days,
        _forecast,
        _variants,
        _rmse,
        _positions,
    )
    last = plans.section(found["plans"]) if "plans" in found else plans.kept(folder / "calibration.md")
    own = [one for one in (last, costs.kept(folder / "calibration.md")) if one]
    text = "\n\n".join([*(section(found, table) for section in sections), *own])
    (folder / "calibration.md").write_text(text + "\n", encoding="utf-8")


def _markdown(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    head = list(head)
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _se(rate: float, n: int) -> float:
    return float(np.sqrt(max(rate * (1 - rate), 1e-9) / n))


def _pick(rows: Rows, **wanted: object) -> Rows:
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def _periods(rows: Rows) -> list[int]:
    return sorted({row["period"] for row in rows})


def _opening(found: dict[str, Any], table: dict[str, Any]) -> str:
    return f"""# Calibration

What the engine and the rule do when the truth is known. `./go calibrate` makes this page, its pictures and
the table of thresholds again; `./go calibrate --page` makes the page alone. No draw behind a figure here
tuned a prior or set a threshold: tuning, calibration and evaluation use separate random streams
(`pinprick/planning/streams.py`). Points are points of a 0–10 scale; *period* is the days one treatment runs;
phi is the autocorrelation from day to day. A miss is marked **miss**.

The thresholds were set on {table["n_trial"]:,} trials in each of {len(NULL_SCENARIOS)} scenarios without an effect and
{len(WORTHWHILE_SCENARIOS)} with an effect of exactly what matters."""


def _mark(met: bool) -> str:
    return "met" if met else "**miss**"


def _targets(found: dict[str, Any], table: dict[str, Any]) -> str:
    """The targets at a glance, each computed from the tables below."""
    rows = []
    for period in _periods(found["coverage"]):
        cells = [r["covered"] for r in _pick(found["coverage"], period=period) if r["setting"] in TEN_SETTINGS]
        low, high = (0.92, 0.99) if period == 7 else (0.93, 0.97)
        inside = np.mean([low <= c <= high for c in cells])
        rows.append((
            f"coverage {100 * low:.0f}–{100 * high:.0f} % in every cell, {period}-day periods",
            f"{min(cells):.3f}–{max(cells):.3f}; {100 * inside:.0f} % of {len(cells)} cells inside",
            _mark(inside == 1),
        ))  # fmt: skip
    for mode in ("standard", "strict"):
        for top_phi in (0.8, 0.9):
            cells = [r for r in found["errors"] if r["phi"] <= top_phi and not r["setting"].startswith("sd ratio 2")]
            worst = max(cells, key=lambda r: r[mode])
            bound = worst[mode] + 1.96 * _se(worst[mode], worst["n_trial"])
            rows.append((
                f"false claims ≤ 5 % (upper bound ≤ 5.8 %), {mode} mode, phi to {top_phi}, sd ratio to 1.5",
                f"worst {100 * worst[mode]:.1f} %, bound {100 * bound:.1f} % ({worst['period']}-day periods, "
                f"{worst['setting']}, phi {worst['phi']})",
            _mark(worst[mode] <= 0.05 and bound <= 0.058),
        ))  # fmt: skip
    ratios = [
        (p, e, _mean_days(found["days"], p, e, "engine") / _mean_days(found["days"], p, e, "oracle"))
        for p in (2, 3, 4) for e in (0.0, 1.0, 1.5, 2.0)
    ]  # fmt: skip
    worst_ratio = max(ratios, key=lambda r: r[2])
    rows.append((
        "mean days ≤ 1.2 × the oracle, periods of 2–4 days, each effect",
        f"worst {worst_ratio[2]:.2f} ({worst_ratio[0]}-day periods, effect {worst_ratio[1]:g})",
        _mark(worst_ratio[2] <= 1.2),
    ))  # fmt: skip
    average = float(np.mean([r[2] for r in ratios]))
    rows.append(("mean days ≤ 1.15 × the oracle on average", f"{average:.2f}", _mark(average <= 1.15)))
    responder = _pick(found["days"], period=3, effect=1.5)
    right = float(np.mean([r["engine"]["better"] for r in responder]))
    median = float(np.mean([r["engine"]["median_days"] for r in responder]))
    rows.append(
        (
            "1.5-point responder, 3-day periods: right verdict ≥ 97 %",
            f"{100 * right:.1f} %",
            _mark(right >= 0.97),
        )
    )
    rows.append(("1.5-point responder, 3-day periods: median ≤ 28 days", f"{median:.0f} days", _mark(median <= 28)))
    worst_rmse = max(found["rmse"], key=lambda r: r["rmse"] / r["oracle_rmse"])
    ratio = worst_rmse["rmse"] / worst_rmse["oracle_rmse"]
    rows.append((
        "RMSE ≤ 1.05 × the oracle in every cell",
        f"worst {ratio:.3f} ({worst_rmse['period']}-day periods, {worst_rmse['days']} days, phi {worst_rmse['phi']}, "
        f"effect {worst_rmse['effect']:g})",
        _mark(ratio <= 1.05),
    ))  # fmt: skip
    p = uniformity(found["positions"]["pure"])
    rows.append(("simulation-based calibration, chi-square p > .01", f"p = {p:.2f}", _mark(p > 0.01)))
    return "## At a glance\n\n" + _markdown(("target", "measured", ""), rows)


def _thresholds(found: dict[str, Any], table: dict[str, Any]) -> str:
    def p(z: float) -> str:
        return f"{float(ndtr(z)):.4f}"

    rows = (
        (r["period_days"], r["ceiling_days"], p(r["claim"]), p(r["claim_strict"]), p(r["claim_of_two"]),
         p(r["claim_of_two_strict"]), p(r["no_worthwhile_benefit"]), p(r["no_difference_that_matters"]))
        for r in table["rows"]
    )  # fmt: skip
    error = table["error"]
    return f"""## Thresholds

A finding needs a posterior probability above the number in its column. Looks are daily from day
{table["first_look_days"]} (and never before two complete pairs) to the ceiling, rounded down to whole pairs.
*Better* and *worse* each keep their own error of {100 * error["claim"]:g} % against a control and
{100 * error["claim_of_two"]:g} % between two exchangeable treatments; the third finding keeps {
        100 * error["third"]:g} %
for an effect of exactly what matters, with a day-to-day sd from 0.5 to 2.5 times as large.
Strict mode adds {table["strict"]["extra_z"]} to the bar (in z) while E[phi] exceeds {
        table["strict"]["above_expected_phi"]
    }.

{
        _markdown(
            (
                "period",
                "ceiling",
                "claim",
                "strict",
                "claim, of two",
                "strict",
                "no worthwhile benefit",
                "no difference that matters",
            ),
            rows,
        )
    }"""


def _coverage(found: dict[str, Any], table: dict[str, Any]) -> str:
    rows, misses = [], []
    for period in _periods(found["coverage"]):
        cells = _pick(found["coverage"], period=period)
        ten = [c for c in cells if c["setting"] in TEN_SETTINGS]
        covered = [c["covered"] for c in ten]
        one_sided = max(max(c["claims_better"], c["claims_worse"]) for c in ten)
        inside = 100 * np.mean([0.93 <= c <= 0.97 for c in covered])
        row: list[object] = [period, f"{min(covered):.3f} / {np.mean(covered):.3f} / {max(covered):.3f}",
                             f"{inside:.0f} %", f"{100 * one_sided:.1f} %"]  # fmt: skip
        for name in dict.fromkeys(c["setting"] for c in cells if c["setting"] not in TEN_SETTINGS):
            extra = [c["covered"] for c in _pick(cells, setting=name)]
            row.append(f"{min(extra):.3f}–{max(extra):.3f}")
        rows.append(row)
        misses += [c for c in cells if not 0.93 <= c["covered"] <= 0.97 and period != 7]
    extras = list(dict.fromkeys(c["setting"] for c in found["coverage"] if c["setting"] not in TEN_SETTINGS))
    listed = _markdown(
        ("period", "setting", "phi", "days", "coverage"),
        ((c["period"], c["setting"], c["phi"], c["days"], f"{c['covered']:.3f}") for c in misses),
    )
    n = found["coverage"][0]["n_trial"]
    return f"""## Coverage of the 95 % interval

Ten settings × phi {", ".join(map(str, PHIS))} × 28, 42, 56, 84 days, no effect, sd 1.5, {n:,} trials a cell
(standard error at 95 %: {100 * _se(0.95, n):.2f} points). The ten: {"; ".join(TEN_SETTINGS)}.
Beside them, spreads that differ between the treatments, slow part included.

{_markdown(("period", "min / mean / max", "within 93–97 %", "worst one-sided 5 % error", *extras), rows)}

![Coverage of every cell](calibration/coverage.svg)

Cells outside 93–97 %, periods of 1 to 4 days ({len(misses)}):

{listed}"""


def _errors(found: dict[str, Any], table: dict[str, Any]) -> str:
    phis = sorted({r["phi"] for r in found["errors"]})
    rows = []
    for period in _periods(found["errors"]):
        for name in dict.fromkeys(r["setting"] for r in _pick(found["errors"], period=period)):
            cells = _pick(found["errors"], period=period, setting=name)
            rows.append([period, name, *(f"{100 * c['standard']:.1f}" for c in cells),
                         *(f"{100 * c['strict']:.1f}" for c in cells)])  # fmt: skip
    n = found["errors"][0]["n_trial"]
    return f"""## False claims under daily looks

The chance, in per cent, of ever claiming a direction that is not there in 84 days: the larger of *better* and
*worse*, {n:,} trials a cell (se at 5 %: {100 * _se(0.05, n):.2f} points; the larger of two such rates leans
upwards by about half of that). Noise share .2 unless the row says otherwise.

{_markdown(("period", "setting", *(f"phi {p}" for p in phis), *(f"strict, {p}" for p in phis)), rows)}

![False claims](calibration/errors.svg)"""


def _two_sided(found: dict[str, Any], table: dict[str, Any]) -> str:
    rows = [
        (r["period"], r["question"].replace("_", " "), r["phi"], f"{100 * r['any']:.1f}", f"{100 * r['third']:.1f}")
        for r in found["two_sided"]
    ]  # fmt: skip
    return f"""## Any false claim

The chance, in per cent, that a trial without any effect ends with *better* or *worse*, and that it ends with the
right third finding. {found["two_sided"][0]["n_trial"]:,} trials a cell, ceiling 84 days.

{_markdown(("period", "question", "phi", "any false claim", "third finding"), rows)}"""


def _third(found: dict[str, Any], table: dict[str, Any]) -> str:
    sds = sorted({r["sd"] for r in found["third"]})
    rows = []
    for period in _periods(found["third"]):
        for question in dict.fromkeys(r["question"] for r in found["third"]):
            cells = _pick(found["third"], period=period, question=question)
            rows.append([period, question.replace("_", " "),
                         *(f"{100 * max(c['ever'] for c in _pick(cells, sd=sd)):.1f}" for sd in sds)])  # fmt: skip
    return f"""## Denying an effect that is exactly what matters

The chance, in per cent, of ever reaching the third finding when the effect equals the smallest difference that
matters (1 point), worst over phi, by day-to-day sd; {found["third"][0]["n_trial"]:,} trials a cell; at most 10 % is
promised.

{_markdown(("period", "question", *(f"sd {sd}" for sd in sds)), rows)}"""


def _mean_days(rows: Rows, period: int, effect: float, rule: str) -> float:
    return float(np.mean([r[rule]["mean_days"] for r in _pick(rows, period=period, effect=effect)]))


def _days(found: dict[str, Any], table: dict[str, Any]) -> str:
    rows = []
    for period in _periods(found["days"]):
        for effect in sorted({r["effect"] for r in found["days"]}):
            cells = _pick(found["days"], period=period, effect=effect)

            def mean(rule: str, name: str, cells: Rows = cells) -> float:
                return float(np.mean([c[rule][name] for c in cells]))

            worst = max(c["engine"]["mean_days"] / c["oracle"]["mean_days"] for c in cells)
            rows.append([
                period, f"{effect:g}",
                f"{mean('engine', 'better'):.3f} / {mean('engine', 'third'):.3f}",
                f"{mean('engine', 'mean_days'):.1f} ({mean('engine', 'median_days'):.0f})",
                f"{mean('strict', 'better'):.3f}", f"{mean('strict', 'mean_days'):.1f}",
                f"{mean('oracle', 'better'):.3f} / {mean('oracle', 'third'):.3f}", f"{mean('oracle', 'mean_days'):.1f}",
                f"{mean('engine', 'mean_days') / mean('oracle', 'mean_days'):.2f}", f"{worst:.2f}",
            ])  # fmt: skip
    n = found["days"][0]["n_trial"]
    return f"""## Days to a verdict

Against a control, ceiling 84 days, sd 1.5, noise share .2, mean over phi {", ".join(map(str, PHIS))}; {n:,} trials for
each phi. The oracle applies the same rule to the same diaries knowing phi, the noise share and the sd, with thresholds
of its own for each phi. Effects in points.

{
        _markdown(
            (
                "period",
                "effect",
                "better / no worthwhile benefit",
                "mean (median) days",
                "strict: better",
                "days",
                "oracle: better / third",
                "days",
                "days ÷ oracle",
                "worst phi",
            ),
            rows,
        )
    }"""


def _forecast(found: dict[str, Any], table: dict[str, Any]) -> str:
    rows = []
    for effect in sorted({r["effect"] for r in found["forecast"]}):
        for day in sorted({r["day"] for r in found["forecast"]}):
            cells = _pick(found["forecast"], effect=effect, day=day)
            if not cells:  # every trial was settled by then
                continue
            named, took, enough = (float(np.mean([c[name] for c in cells])) for name in ("named", "took", "enough"))
            rows.append((f"{effect:g}", day, f"{named:.0f}", f"{took:.0f}", f"{100 * enough:.0f} %"))
    return f"""## Days still needed

A verdict of *cannot tell* names about how many more days would do. 3-day periods, mean over phi; only trials still open
on that day count. *Took* is the median number of days until the rule fired, *enough* the share of trials in
which it fired within the days named. An effect half way between nothing and what matters takes longest, as it must.

{_markdown(("effect", "on day", "named (median)", "took (median)", "enough"), rows)}"""


def _variants(found: dict[str, Any], table: dict[str, Any]) -> str:
    shipped = found["variants"][0]
    rows = [
        (
            r["variant"],
            f"{r['plain 1']:.3f} / {r['plain 3']:.3f}",
            f"{r['ratio 2 1']:.3f} / {r['ratio 2 3']:.3f}",
            f"{r['sd 1'] / shipped['sd 1']:.2f} / {r['sd 3'] / shipped['sd 3']:.2f}",
            f"{r['days 1']:.1f} ({100 * r['better 1']:.0f} %)",
            f"{r['days 1.5']:.1f} ({100 * r['better 1.5']:.0f} %)",
            f"{100 * r['false']:.1f} %",
        )
        for r in found["variants"]
    ]  # fmt: skip
    head = (
        "prior on the ratio of spreads", "equal: highest coverage", "ratio 2: lowest", "width ÷ shipped",
        "days at 1 point (found)", "at 1.5 points", "false claims, ratio 1.5",
    )  # fmt: skip
    return f"""## What meeting the misses would cost

Two misses pull in opposite directions: intervals a little too wide for 1-day periods when spreads are equal and days
hang together, and too narrow when one treatment's days are twice as wild. Four weeks cannot tell the two apart. Each
row is another prior on the ratio of spreads: coverage at phi .6–.8 (ratio 2: .8), the most extreme over 28 to 84
days, for 1- and 3-day periods; then days to a verdict and false claims for 3-day periods once that rule is
calibrated to the same errors ({shipped["n_trial"]:,} trials a cell; "equal spreads assumed" is calibrated on equal
spreads alone).

{_markdown(head, rows)}"""


def _rmse(found: dict[str, Any], table: dict[str, Any]) -> str:
    rows = []
    for period in _periods(found["rmse"]):
        ratios = [r["rmse"] / r["oracle_rmse"] for r in _pick(found["rmse"], period=period)]
        rows.append((period, f"{min(ratios):.3f}", f"{np.mean(ratios):.3f}", f"{max(ratios):.3f}"))
    return f"""## Error of the estimate

Root mean squared error divided by the oracle's on the same diaries; effects 0 and 1 point, phi and days as above,
{found["rmse"][0]["n_trial"]:,} trials a cell.

{_markdown(("period", "best cell", "mean", "worst cell"), rows)}"""


def _positions(found: dict[str, Any], table: dict[str, Any]) -> str:
    rows = [
        (name, f"{len(p):,}", f"{uniformity(p):.3f}", f"{np.mean([(0.025 < u < 0.975) for u in p]):.3f}")
        for name, p in found["positions"].items()
    ]
    return f"""## Simulation-based calibration

Truth drawn from the prior, a diary from the truth, and the position of the truth in its own posterior: uniform if
the computation is right. *Pure* is the model with no degree of freedom given away and no variance floor. *Shipped*
has both, and draws phi from the continuous density; it may depart from uniform, and this is by how much.

{_markdown(("variant", "draws", "chi-square p", "within the 95 % interval"), rows)}

![Positions of the truth](calibration/positions.svg)"""


def _line(value: float, axis: Callable[..., Any]) -> alt.Chart:
    return alt.Chart({"values": [{"at": value}]}).mark_rule(color=GREY, strokeDash=[4, 3]).encode(axis("at:Q"))


def _coverage_picture(rows: Rows) -> alt.LayerChart:
    values = [
        {"period": f"{r['period']} days", "coverage": r["covered"], "kind":
         "ten settings" if r["setting"] in TEN_SETTINGS else "unequal spread or noise"}
        for r in rows
    ]  # fmt: skip
    dots = (
        alt.Chart({"values": values})
        .mark_circle(size=18, opacity=0.5)
        .encode(
            alt.X("coverage:Q", scale=alt.Scale(domain=[0.88, 1.0]), title="coverage of the 95 % interval"),
            alt.Y("period:N", title="period"),
            alt.YOffset("kind:N"),
            alt.Color("kind:N", scale=alt.Scale(range=[GREEN, ORANGE]), title=None),
        )
    )
    return alt.layer(dots, *(_line(at, alt.X) for at in (0.93, 0.97))).properties(width=560, height=300)


def _error_picture(rows: Rows) -> alt.LayerChart:
    values = [
        {"setting": f"{r['setting']}, {r['period']}", "mode": mode, "error": 100 * r[mode], "phi": str(r["phi"])}
        for r in rows for mode in ("standard", "strict")
    ]  # fmt: skip
    dots = (
        alt.Chart({"values": values})
        .mark_point(size=28)
        .encode(
            alt.X("error:Q", title="per cent of trials that ever make a false claim"),
            alt.Y("setting:N", title="setting, period", sort=None),
            alt.Color("mode:N", scale=alt.Scale(range=[GREEN, ORANGE]), title=None),
            alt.Shape("phi:N", title="phi"),
        )
    )
    return alt.layer(dots, _line(5.0, alt.X)).properties(width=560)


def _positions_picture(positions: dict[str, list[float]]) -> alt.Chart:
    values = []
    for name, p in positions.items():
        counts, edges = np.histogram(p, bins=20, range=(0, 1))
        values += [
            {"variant": name, "left": float(a), "right": float(b), "share": float(c) / len(p) * 20}
            for c, a, b in zip(counts, edges[:-1], edges[1:], strict=True)
        ]
    bars = (
        alt.Chart({"values": values})
        .mark_rect(stroke="white")
        .encode(
            alt.X("left:Q", title="position of the truth in its posterior"),
            alt.X2("right:Q"),
            alt.Y("share:Q", title="relative frequency"),
            alt.Y2(datum=0),
            alt.Color("variant:N", scale=alt.Scale(range=[GREEN, ORANGE]), legend=None),
        )
    )
    return bars.properties(width=270, height=160).facet(column=alt.Column("variant:N", title=None))
