"""The records of a run as Markdown. Every number on the page comes from the run; nothing is typed in."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .diaries import NULL_CELLS
from .measure import Agreement, Rates, Share, Timing
from .processes import Process

BATCH = "Pinprick, compiled, in a batch"
ONE_CALL = "Pinprick, compiled, one call"
LOOKS = "Pinprick, compiled, every day of 84 from the 14th"
PLAIN = "Pinprick, plain NumPy"
PLAIN_INTERVAL = "Pinprick, plain NumPy, with its interval"
WHOLE = "Pinprick, the whole answer with its caveats"
OURS = "Pinprick"
WELCH, PAIRED, SIGN_FLIP = "Welch t on days", "paired t on block pairs", "exact sign-flip on pairs"
GLSAR, SARIMAX = "statsmodels GLSAR(1)", "statsmodels SARIMAX(1,0,0)"
GLS = "R gls corAR1 REML"
BRMS_EXACT = "brms' model, by quadrature"
BRMS, BRMS_SHORT, JAGS = "brms, default run", "brms, short run", "JAGS AR(1)"


@dataclass(slots=True)
class Report:
    """All that a run found. ``machine`` and ``notes`` are sentences; ``rates`` start with our own; ``days``
    are rows of `tests.calibration.study.days_table`.
    """

    machine: str
    timings: list[Timing] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    rates: list[Rates] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    days: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0


def as_markdown(report: Report, *, command: str) -> str:
    """The page: timings, agreement, error rates, every cell, and the targets met and missed."""
    parts = [
        "# Benchmarks",
        "Pinprick and its peers on the same simulated diaries, on the same machine, in one run.",
        f"Made by `{command}` in {report.seconds / 60:.1f} minutes. {report.machine}",
        *([" ".join(report.notes)] if report.notes else []),
        "## Time",
        TIME,
        _time_table(report.timings),
    ]
    if report.processes:
        parts += ["### Whole processes", PROCESSES, _process_table(report.processes)]
    if report.agreements:
        parts += ["## Agreement", AGREE, _agreement_table(report.agreements)]
    parts += [
        "## Errors",
        ERRORS,
        _error_table(report.rates),
        "### Cell by cell",
        CELLS,
        _cell_table(report.rates),
    ]
    if report.days:
        parts += ["## Days to a verdict", DAYS, _days_table(report.days)]
    parts += ["## Targets", TARGETS, _target_table(report), SYNTHESES]
    return "\n\n".join(parts) + "\n"


SYNTHESES = """\
Meta-analyses beside metafor's stand in [syntheses.md](syntheses.md), by `.venv/bin/python -m tests.bench.synthesis`."""

TIME = """\
Wall time of one fit: the median over diaries without missing days that go through all 16 cells below. Every
method is timed inside a running process, from arrays (in R, a data frame) to estimate, standard error and
95 % interval, on one core, one method at a time, as its manual shows it. Three rows give probabilities
instead of the interval: our compiled kernel and the plain NumPy that says so. *Times ours* is against one
call of the compiled kernel, on the same diaries. The batch is 512 diaries in a call. brms' default is 4
chains of 2,000 iterations, its short run 2 of 1,000; its model is compiled once, and that is not counted.
The JAGS model is `tests/bench/nof1_model.jags`, run for as long as the R package nof1 does: 3 chains,
20,000 iterations of adaptation, 10,000 at a time until every Gelman-Rubin statistic is below 1.05, 50,000
kept."""

AGREE = """\
The same diaries. *r* is the correlation of our posterior means with the method's estimates, *gap* the
median distance between the two in units of the method's sd, *sd ratio* the median of our sd over its sd, ±
its standard error. The models differ in their priors (ours keeps the autocorrelation at or above 0 and
allows for measurement noise and for unequal spread), so they are not expected to agree to the last digit.
brms takes minutes for a few diaries, so its model is also integrated by quadrature (`tests/bench/brms_model.py`)
on many more."""

ERRORS = """\
16 cells: periods of 3 and 7 days, 28 and 56 days, phi 0, 0.3, 0.6 and 0.8. A fifth of the variance is
measurement noise, 20 % of the days are missing, ratings are whole points from 0 to 10, and everybody gets
worse by 1 point in 28 days. GLSAR takes neighbouring ratings for neighbouring days; gls and SARIMAX know
the gaps.

*False positives*: how often "no effect" is rejected at 5 %, two-sided, where there is none (for a
posterior: 0 lies outside the central 95 % interval). *Ours, same diaries*: Pinprick on exactly the diaries
that the method had. *Coverage* of the 95 % interval and *power* are for an effect of 1 point. All in per
cent, ± one Monte-Carlo standard error. A worst cell is the most extreme of 16, so fewer diaries make it
look worse. Power can be compared only between methods whose false positives are near 5 %. brms and JAGS are
too slow for this table."""

PROCESSES = """\
Wall time from the command to the prompt, start of the interpreter included: the median of 7 runs after one that is
not counted; without byte code, the slowest of 3."""

DAYS = """\
The rule with daily looks from day 14 to 84, 3-day periods, against a control, on make-believe people of sd 1.5 with
a fifth of it noise; mean over phi 0, 0.3, 0.6 and 0.8. The oracle applies the same rule to the same diaries and knows
phi, the noise and the sd; its thresholds are its own, for the same errors. `docs/calibration.md` has every period."""

CELLS = """\
False positives / power, in per cent; in the head, the usual standard error of each in one cell."""

TARGETS = "Set before the run. A miss is shown as a miss; a difference below its standard error is no answer."


def _time_table(timings: Sequence[Timing]) -> str:
    unit = _by_name(timings)[ONE_CALL]
    rows = [[timing.method, _ms(timing.median), _times(timing.times(unit)), f"{len(timing.ms)}"] for timing in timings]
    return _table(["method", "ms a fit, median", "times ours", "diaries"], rows)


def _agreement_table(agreements: Iterable[Agreement]) -> str:
    rows = [
        [a.method, f"{a.r:.3f}", f"{a.gap:.2f}", f"{a.sd_ratio:.2f} ± {a.sd_ratio_error:.2f}", f"{a.n_diary}"]
        for a in agreements
    ]
    return _table(["method", "r", "gap", "sd ratio", "diaries"], rows)


def _error_table(all_rates: Sequence[Rates]) -> str:
    ours = all_rates[0]
    rows = []
    for rates in all_rates:
        n_null, n_power = len(rates.null[0].reject), len(rates.power[0].reject)
        false, cover, power = rates.false_positives(), rates.coverage(), rates.rejections()
        same = ours.false_positives(n_null)
        rows.append(
            [
                rates.method,
                f"{n_null:,} / {n_power:,}" + (f" ({rates.n_failed} without a result)" if rates.n_failed else ""),
                _percent(*false.mean),
                _at(false, false.worst),
                f"{_percent(*same.mean)}, worst {_percent(same.value[same.worst], same.error[same.worst])}",
                _percent(*cover.mean),
                _at(cover, cover.least),
                _percent(*power.mean),
            ]
        )
    head = [
        "method",
        "diaries a cell, no effect / effect",
        "false positives, mean",
        "worst cell",
        "ours, same diaries",
    ]
    return _table([*head, "coverage, mean", "lowest cell", "power, mean"], rows)


def _cell_table(all_rates: Sequence[Rates]) -> str:
    shares = [(rates.false_positives(), rates.rejections()) for rates in all_rates]
    head = ["cell"]
    for rates, (false, power) in zip(all_rates, shares, strict=True):
        head.append(f"{rates.method} (± {100 * false.error.mean():.1f} / {100 * power.error.mean():.1f})")
    rows = []
    for index, cell in enumerate(NULL_CELLS):
        each = [f"{100 * false.value[index]:.1f} / {100 * power.value[index]:.1f}" for false, power in shares]
        rows.append([cell.name, *each])
    return _table(head, rows)


def _process_table(processes: Iterable[Process]) -> str:
    return _table(["command", "seconds"], [[f"`{p.command}`", f"{p.seconds:.2f}"] for p in processes])


def _days_table(days: Sequence[dict[str, Any]]) -> str:
    rows = []
    for effect in sorted({row["effect"] for row in days}):
        cells = [row for row in days if row["effect"] == effect]

        def mean(rule: str, name: str, cells: list[dict[str, Any]] = cells) -> float:
            return sum(cell[rule][name] for cell in cells) / len(cells)

        each = [f"{100 * mean(rule, 'better'):.1f} / {100 * mean(rule, 'third'):.1f}" for rule in ("engine", "oracle")]
        ours, known = mean("engine", "mean_days"), mean("oracle", "mean_days")
        n_trial = cells[0]["n_trial"] * len(cells)
        rows.append(
            [f"{effect:g}", each[0], f"{ours:.1f}", each[1], f"{known:.1f}", f"{ours / known:.2f}", f"{n_trial:,}"]
        )
    head = ["effect", "better / no worthwhile benefit, %", "days", "oracle: the same, %", "days", "ratio", "trials"]
    return _table(head, rows)


def _target_table(report: Report) -> str:
    return _table(["target", "measured", ""], _targets(report))


def _targets(report: Report) -> list[tuple[str, str, str]]:
    """Target, what was measured, and the judgement; what was not measured is not listed."""
    timing = _by_name(report.timings)
    found = []
    for name, most in ((ONE_CALL, 0.1), (LOOKS, 0.5), (PLAIN, 3.0)):
        ms = timing[name].median
        found.append((f"{name}: at most {most:g} ms", f"{_ms(ms)} ms", _met(ms <= most)))
    for process in report.processes:
        words = f"`{process.command}`: at most {process.most:g} s"
        found.append((words, f"{process.seconds:.2f} s", _met(process.seconds <= process.most)))
    for name, least in ((BRMS, 10_000), (JAGS, 50_000), (GLS, 200)):
        if name in timing:
            times = timing[name].times(timing[ONE_CALL])
            found.append((f"at least {least:,} times faster than {name}", f"{_times(times)}", _met(times >= least)))
    for a in report.agreements:
        if a.method in (BRMS, BRMS_EXACT):
            found.append((f"r with {a.method}: at least 0.98", f"{a.r:.3f}", _met(a.r >= 0.98)))
            off = max(0.95 - a.sd_ratio, a.sd_ratio - 1.05)
            words = f"{a.sd_ratio:.3f} ± {a.sd_ratio_error:.3f}"
            judged = _met(off <= 0, unsure=0 < off < a.sd_ratio_error)
            found.append((f"sd ratio with {a.method}: 0.95 to 1.05", words, judged))
    ours, *peers = report.rates
    found += [_worst_cell(ours, peer) for peer in peers if peer.method in (WELCH, GLSAR, SARIMAX, GLS)]
    found += [_more_power(ours, peer) for peer in peers if peer.method == PAIRED]
    return found


def _worst_cell(ours: Rates, peer: Rates) -> tuple[str, str, str]:
    n_diary = len(peer.null[0].reject)
    a, b = ours.false_positives(n_diary), peer.false_positives()
    (p, p_error), (q, q_error) = ((share.value[share.worst], share.error[share.worst]) for share in (a, b))
    unsure = abs(p - q) < math.hypot(p_error, q_error)
    target = f"worst cell's false positives below {peer.method}, same {n_diary:,} diaries"
    return target, f"{_percent(p, p_error)} against {_percent(q, q_error)}", _met(bool(p < q), unsure)


def _more_power(ours: Rates, peer: Rates) -> tuple[str, str, str]:
    gains = Share.of([a.reject - b.reject for a, b in zip(ours.power, peer.power, strict=True)])
    gain, error = gains.value[gains.least], gains.error[gains.least]
    words = f"{(gains.value > 0).sum()} of {len(gains.value)}; least gain {_percent(gain, error)} points"
    target = f"power above {peer.method} in every cell"
    return target, f"{words} ({NULL_CELLS[gains.least].name})", _met(bool(gain > 0), abs(gain) < error)


def _met(met: bool, unsure: bool = False) -> str:
    return "within one standard error" if unsure else "met" if met else "**missed**"


def _by_name(timings: Iterable[Timing]) -> dict[str, Timing]:
    return {timing.method: timing for timing in timings}


def _at(share: Share, cell: int) -> str:
    if math.isnan(share.value[cell]):
        return "–"
    return f"{_percent(share.value[cell], share.error[cell])} ({NULL_CELLS[cell].name})"


def _percent(value: float, error: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.1f} ± {100 * error:.1f}"


def _ms(value: float) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{digits}f}"


def _times(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
