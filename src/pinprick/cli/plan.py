"""`pinprick plan`: is a trial worth doing, before day one."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinprick.cli.options import AsJson, Today, now
from pinprick.cli.terminal import check_output, style, write_output
from pinprick.errors import DiaryError, FileError, ProtocolError

if TYPE_CHECKING:
    from pinprick.trial.diary import Diary
    from pinprick.trial.plan import Plan

PATIENCE = 1.0  # seconds; what takes longer shows how far it is


def plan(
    protocol: Annotated[
        str | None,
        typer.Argument(metavar="PROTOCOL", help="A ready-made trial or a protocol file."),
    ] = None,
    named: Annotated[
        str | None, typer.Option("--protocol", help="The same, as an option; mat-vs-rest-back-pain otherwise.")
    ] = None,
    trial: Annotated[Path | None, typer.Option(help="A trial file: the plan that it holds.")] = None,
    diary: Annotated[
        Path | None, typer.Option(help="Your own past days: how much they differ is used. 14 rated days or more.")
    ] = None,
    expect: Annotated[
        float | None, typer.Option(help="How much better you expect to be, in points; what trials say otherwise.")
    ] = None,
    days: Annotated[int | None, typer.Option(help="The most days you are willing to give.")] = None,
    period: Annotated[int | None, typer.Option(help="Days that one treatment runs, instead of the plan's.")] = None,
    ceiling: Annotated[int | None, typer.Option(help="The most days of the trial, instead of the plan's.")] = None,
    effects: Annotated[
        str | None, typer.Option(help="True effects to tell of, in points, such as 0,1,2; 0,0.5,1,1.5,2 otherwise.")
    ] = None,
    trials: Annotated[int, typer.Option(help="Made-up people for each effect.")] = 2_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same numbers.")] = 2026,
    workers: Annotated[int, typer.Option(help="Processors to use; the numbers do not depend on it.")] = 1,
    today: Today = None,
    as_json: AsJson = False,
    svg: Annotated[Path | None, typer.Option(help="Write the picture to this file, as SVG.")] = None,
    no_alternatives: Annotated[
        bool, typer.Option("--no-alternatives", help="Leave out other periods and ceilings.")
    ] = False,
) -> None:
    """Say whether a trial is worth doing: the chance of an answer, days, minutes, and what it could gain."""
    # loaded here so that --help needs neither NumPy nor SciPy
    from pinprick.planning.foresight import plan_ahead
    from pinprick.report.planning import plan_terminal

    given = [name for name in (protocol, named, trial and str(trial)) if name]
    if len(given) > 1:
        raise ProtocolError(f"The plan is named {len(given)} times ({', '.join(given)}); name it once.")
    for option, value in (("--trials", trials), ("--workers", workers)):
        if value < 1:
            raise ProtocolError(f"{option} is {value}; give 1 or more.")
    check_output("--svg", svg, diary, trial)
    stages = [_changed(one, period, ceiling) for one in _stages(protocol or named, trial)]
    if svg is not None and len(stages) > 1:
        names = " or ".join(one.name for one in stages)
        raise ProtocolError(f"There are {len(stages)} plans one after another; draw one of them: {names}.")
    own = _own(diary, now(today).day) if diary is not None else None
    truths = _numbers(effects) if effects is not None else None
    told = []
    for one in stages:
        with _progress() as tell:
            told.append(
                plan_ahead(
                    one,
                    diary=own,
                    expect=expect,
                    days=days,
                    effects=truths,
                    with_alternatives=not no_alternatives,
                    n_trial=trials,
                    seed=seed,
                    workers=workers,
                    tell=tell,
                )
            )
    if svg is not None:
        from pinprick.charts.planning import plan_svg

        write_output(svg, plan_svg(told[0]).encode())
    if as_json:
        contract: Any = told[0].to_dict() if len(told) == 1 else [one.to_dict() for one in told]
        print(json.dumps(contract, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        print("\n".join(plan_terminal(one, **style()) for one in told))


def _stages(protocol: str | None, trial: Path | None) -> tuple[Plan, ...]:
    """The plan, or the plans one after another."""
    from pinprick.trial.plan import Sequence
    from pinprick.trial.protocol_file import read_protocol

    if trial is not None:
        return (_in_trial(trial),)
    found = read_protocol(protocol or "mat-vs-rest-back-pain")
    return found.stages if isinstance(found, Sequence) else (found,)


def _in_trial(path: Path) -> Plan:
    """The plan that a trial file holds."""
    from pinprick.trial.store import load_trial

    return load_trial(path).conduct.plan


def _changed(plan: Plan, period: int | None, ceiling: int | None) -> Plan:
    """The plan with another period or ceiling."""
    from pinprick.trial.plan import Blocks

    if period is None and ceiling is None:
        return plan
    if not isinstance(plan.design, Blocks):
        raise ProtocolError(f"{plan.name} draws a start day; it has no --period or --ceiling to change.")
    changes = {"period_days": period, "ceiling_days": ceiling}
    wanted = {name: value for name, value in changes.items() if value is not None}
    return replace(plan, design=replace(plan.design, **wanted))


def _own(path: Path, today: date) -> Diary:
    """The one person's diary in a file. Before a trial there is no treatment, so it may have no such column."""
    from pinprick.formats.detect import read_sources

    try:
        sources = read_sources(path, today=today)
    except FileError:
        untreated = _without_treatment(path, today)
        if untreated is None:
            raise
        return untreated
    if len(sources) != 1:
        raise DiaryError(f"{path.name} holds {len(sources)} people; give a diary of one.")
    return sources[0].diary


def _without_treatment(path: Path, today: date) -> Diary | None:
    """The diary in a CSV that has days and ratings but no treatments; None if that is not what it lacks."""
    from pinprick.trial.csv_diary import OTHER_WORDS, diary_from_table
    from pinprick.trial.table import table_from_csv
    from pinprick.trial.text import read_text

    table = table_from_csv(read_text(path), name=path.name)
    words = {cell.strip().casefold() for cell in table.header}
    if words & {"treatment", *OTHER_WORDS["treatment"]} or not words & {"day", *OTHER_WORDS["day"]}:
        return None
    empty = [""] * len(table.numbers)
    whole = replace(table, header=(*table.header, "treatment"), columns=(*table.columns, empty))
    return diary_from_table(whole, today=today)


def _numbers(text: str) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.replace(";", ",").split(",") if part.strip())
    except ValueError:
        found = ()
    if not found or len(found) > 20 or not all(abs(one) < 1e6 for one in found):
        raise ProtocolError(f"--effects {text!r} is no list of points; give 1 to 20 numbers such as 0,1,2.")
    return tuple(dict.fromkeys(found))


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Show how far the sums are, on a terminal and once they take more than a second."""
    began = time.monotonic()
    bar: Any = None
    task: Any = None

    def tell(done: int, total: int) -> None:
        nonlocal bar, task
        if bar is None:
            if time.monotonic() - began < PATIENCE or not sys.stderr.isatty():
                return
            from rich.console import Console
            from rich.progress import Progress

            bar = Progress(console=Console(stderr=True), transient=True)
            task = bar.add_task("Working out your chances", total=total)
            bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield tell
    finally:
        if bar is not None:
            bar.stop()
