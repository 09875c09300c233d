"""One run of the bench: how much of what, and in which order."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from pinprick.planning.streams import Purpose
from tests.calibration.study import days_table

from . import brms_model, ours, table
from .diaries import EFFECT_CELLS, NULL_CELLS, Diaries, Diary, agreement_diaries, long_diaries, rate_diaries
from .measure import Rates, Timing, compare, rates, time_calls
from .peers import PEERS, Fit, Peer, Tally, tally
from .processes import time_processes
from .r_process import RProcess


@dataclass(frozen=True, slots=True)
class Plan:
    """How many diaries: for the timings and agreement with slow methods, and for error rates in each cell.

    ``n_fast`` is for our kernel and the methods that take thousands of diaries in a second; ``n_glsar``,
    ``n_sarimax`` and ``n_gls`` are diaries without an effect, and these three get a third as many with one;
    ``n_days`` is sequential trials for each truth, ``n_exact`` diaries for brms' model by quadrature.
    A method with 0 diaries is left out.
    """

    n_timed: int
    n_brms: int
    n_brms_short: int
    n_jags: int
    n_fast: int
    n_glsar: int
    n_sarimax: int
    n_gls: int
    n_days: int
    n_exact: int


FULL = Plan(
    n_timed=32,
    n_brms=16,
    n_brms_short=16,
    n_jags=16,
    n_fast=4000,
    n_glsar=600,
    n_sarimax=120,
    n_gls=360,
    n_days=1000,
    n_exact=320,
)
QUICK = Plan(
    n_timed=8, n_brms=0, n_brms_short=0, n_jags=0, n_fast=400, n_glsar=30, n_sarimax=6, n_gls=30, n_days=100, n_exact=16
)


QUIET = 0.95  # share of a core below which the timings are called disturbed


def run(plan: Plan, *, seed: int, with_r: bool) -> table.Report:
    """Error rates first, with R at work beside them; then the timings, one method at a time."""
    begin = time.perf_counter()
    null = rate_diaries(NULL_CELLS, plan.n_fast, seed)
    power = rate_diaries(EFFECT_CELLS, plan.n_fast, seed)
    timed = agreement_diaries(plan.n_timed, seed)
    with RProcess(wanted=with_r) as r, ThreadPoolExecutor(1) as beside:
        report = table.Report(machine=_machine(r))
        in_r = beside.submit(_r_rates, r, plan, null, power, timed, report.notes)
        report.rates = _python_rates(plan, null, power)
        report.rates += in_r.result()
        report.days = days_table((3,), plan.n_days, _say, Purpose.BENCHMARK)
        report.processes = time_processes()
        wall, busy = time.perf_counter(), time.process_time()
        report.timings = _python_timings(timed, long_diaries(plan.n_timed, seed))
        share = (time.process_time() - busy) / (time.perf_counter() - wall)
        if share < QUIET:
            report.notes.append(f"Other programs were running: the timings in Python had {share:.0%} of a core.")
        _time_r(r, plan, timed, report)
        exact = agreement_diaries(plan.n_exact, seed)
        same = _gather([ours.plain(diary) for diary in exact])
        report.agreements.append(compare(table.BRMS_EXACT, same, brms_model.fit_all(exact)))
    report.seconds = time.perf_counter() - begin
    return report


def _python_rates(plan: Plan, null: list[Diaries], power: list[Diaries]) -> list[Rates]:
    n_slow = {table.GLSAR: plan.n_glsar, table.SARIMAX: plan.n_sarimax}
    found = [rates(table.OURS, ours.tally_many, null, power)]
    for peer in PEERS:
        n_null = n_slow.get(peer.name, plan.n_fast)
        n_power = n_null // 3 if peer.name in n_slow else n_null
        found.append(rates(peer.name, _counter(peer), _some(null, n_null), _some(power, n_power)))
        _say(f"error rates of {peer.name}: done")
    return found


def _some(batches: Sequence[Diaries], n_diary: int) -> list[Diaries]:
    return [diaries.first(n_diary) for diaries in batches]


def _counter(peer: Peer) -> Callable[[Diaries], Tally]:
    return lambda diaries: tally(peer.many(diaries), diaries.cell.effect)


def _r_rates(
    r: RProcess, plan: Plan, null: list[Diaries], power: list[Diaries], timed: list[Diary], notes: list[str]
) -> list[Rates]:
    """The error rates of gls, and brms compiled: what R does while nothing is being timed."""
    missing = [name for name in ("nlme", "brms", "rjags") if name not in r.packages]
    if missing == ["nlme", "brms", "rjags"]:
        notes.append("R is not here, or was left out: gls, brms and JAGS are missing from this page.")
    elif missing:
        notes.append(f"R is here without {' and '.join(missing)}, so that much is missing from this page.")
    if "brms" in r.packages and plan.n_brms:
        try:
            seconds = r.compile_brms(timed[:1])
            notes.append(f"Compiling brms' Stan model took {seconds:.0f} s, once; no timing contains it.")
        except RuntimeError as error:
            r.packages = tuple(name for name in r.packages if name != "brms")
            notes.append(f"brms could not compile its model and is missing from this page ({error}).")
        _say("brms: compiled")
    if "nlme" not in r.packages:
        return []
    batches = _some(null, plan.n_gls) + _some(power, plan.n_gls // 3)
    fit, _ = r.fit("gls", [diary for diaries in batches for diary in diaries])
    ends = np.cumsum([len(diaries) for diaries in batches])[:-1]
    parts = zip(*(np.split(getattr(fit, name), ends) for name in Fit.__slots__), strict=True)
    tallies = [tally(Fit(*part), each.cell.effect) for part, each in zip(parts, batches, strict=True)]
    _say("error rates of gls: done")
    return [Rates(table.GLS, tuple(tallies[: len(null)]), tuple(tallies[len(null) :]))]


def _python_timings(timed: Sequence[Diary], long: Sequence[Diary]) -> list[Timing]:
    found = [
        time_calls(table.BATCH, ours.compiled_batch, timed, n_in_call=ours.N_COPY),
        time_calls(table.ONE_CALL, ours.compiled, timed),
        time_calls(table.LOOKS, ours.compiled_looks, long),
        time_calls(table.PLAIN, ours.plain_posterior, timed),
        time_calls(table.PLAIN_INTERVAL, ours.plain, timed),
        time_calls(table.WHOLE, ours.whole, [ours.written(diary) for diary in timed]),
    ]
    return found + [time_calls(peer.name, peer.one, timed) for peer in PEERS]


def _time_r(r: RProcess, plan: Plan, timed: Sequence[Diary], report: table.Report) -> None:
    """Time gls, brms and JAGS one after another, and compare their estimates with ours."""
    our_fits = _gather([ours.plain(diary) for diary in timed])
    for package, word, name, n_diary in (
        ("nlme", "gls", table.GLS, len(timed)),
        ("brms", "brms", table.BRMS, plan.n_brms),
        ("brms", "brms_short", table.BRMS_SHORT, plan.n_brms_short),
        ("rjags", "jags", table.JAGS, plan.n_jags),
    ):
        if package in r.packages and n_diary:
            fit, ms = r.fit(word, timed[:n_diary])
            report.timings.append(Timing(name, ms))
            same = Fit(*(getattr(our_fits, field)[:n_diary] for field in Fit.__slots__))
            report.agreements.append(compare(name, same, fit))
            _say(f"timings of {name}: done")
        elif package in r.packages:
            report.notes.append(f"{name}: not in a quick run.")


def _gather(fits: Sequence[Fit]) -> Fit:
    return Fit(*(np.array([getattr(fit, name) for fit in fits], dtype=float) for name in Fit.__slots__))


def _machine(r: RProcess) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "numba", "statsmodels"))
    in_r = f"; {r.versions}" if r.versions else ""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {packages}{in_r}."


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
