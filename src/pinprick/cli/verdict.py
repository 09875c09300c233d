"""`pinprick verdict`: which of two treatments is better for one person, by how much, and how sure."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinprick.cli.conduct import conducted_verdict
from pinprick.cli.options import AsJson, Today
from pinprick.cli.terminal import check_output, parse_today, style, write_output
from pinprick.errors import ProtocolError

if TYPE_CHECKING:
    from pinprick.context import InContext


def verdict(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A diary CSV, a trial JSON, a StudyU measurements.csv or nof1kit's CSV."),
    ] = None,
    trial: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A trial that pinprick start conducts; sealed until its end.")
    ] = None,
    guess: Annotated[
        str | None, typer.Option(metavar="TREATMENT", help="Before the reveal: which did better? Or neither, or skip.")
    ] = None,
    prefer: Annotated[
        str | None, typer.Option(metavar="TREATMENT", help="Before the reveal: which would you like? Or neither, skip.")
    ] = None,
    unseal: Annotated[bool, typer.Option("--unseal", help="Look before the end; every later verdict says so.")] = False,
    today: Today = None,
    schedule: Annotated[Path | None, typer.Option(help="nof1kit's schedule JSON.")] = None,
    participant: Annotated[
        str | None, typer.Option(help="Whose diary, by id or its beginning; everybody's otherwise.")
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="The rating to judge; the first rated column otherwise.")] = None,
    treatments: Annotated[
        tuple[str, str] | None, typer.Option(help="First and second treatment; alphabetical otherwise.")
    ] = None,
    control: Annotated[
        str | None, typer.Option(help="Which treatment is the control: asks whether the other helps.")
    ] = None,
    better: Annotated[str | None, typer.Option(help="Which way is better: lower or higher.")] = None,
    scale: Annotated[
        tuple[float, float] | None,
        typer.Option(help="Lowest and highest rating there is; 0 10 otherwise, or 0 100 if most exceed 10."),
    ] = None,
    delta: Annotated[
        float | None,
        typer.Option(help="The smallest difference that matters; a tenth of the scale otherwise."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Ask for more where the days hang together strongly.")
    ] = False,
    published: Annotated[
        str | None,
        typer.Option(metavar="PRIOR", help="Show a diary beside published trials; see pinprick evidence --priors."),
    ] = None,
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option(help="Write the answer as a page to this file.")] = None,
    png: Annotated[Path | None, typer.Option(help="Write both pictures to this file, as PNG.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Write both pictures to this file, as SVG.")] = None,
    pdf: Annotated[
        Path | None, typer.Option(help="Write two sides for a clinician to this file, as PDF; only with --trial.")
    ] = None,
) -> None:
    """Say which of two treatments is better for one person, by how much, and how sure."""
    # loaded here so that --help and --version need neither NumPy nor SciPy
    from pinprick import report
    from pinprick.api import Wishes, analyse_file
    from pinprick.trial.protocol import Mode

    wishes = Wishes(outcome, treatments, control, better, scale, delta, Mode.STRICT if strict else Mode.STANDARD)
    outputs = {"--html": html, "--png": png, "--svg": svg, "--pdf": pdf}
    path = trial or file
    if path is None or (trial is not None and file is not None):
        raise ProtocolError("Which diary or trial? Give one file: pinprick verdict diary.csv, or --trial me.json.")
    for option, out in outputs.items():
        check_output(option, out, path, schedule)
    if trial is not None:
        if wishes.given() or schedule or participant or published:
            raise ProtocolError(
                "The trial's plan was fixed before day one, so nothing can be chosen now; leave it out."
            )
        shown = conducted_verdict(trial, unseal=unseal, guess=guess, prefer=prefer, today=today, as_json=as_json)
        if shown is not None and shown.reading.result is not None:
            _draw([shown.reading.result], beside=shown.beside, html=html, svg=svg, png=png)
        elif html or svg or png:
            print("pinprick: There is no answer to draw yet, so nothing was drawn.", file=sys.stderr)
        if pdf is not None and shown is not None and shown.conduct.revealed is not None:
            from pinprick import paper

            write_output(pdf, paper.practitioner(shown.conduct, shown.reading, made_on=shown.day))
        elif pdf is not None:
            print("pinprick: A paper waits for the end of the trial, so none was made.", file=sys.stderr)
        return
    if pdf is not None:
        raise ProtocolError("A paper for a clinician tells how a trial was lived: give --trial, or --html for a page.")
    day = date.today() if today is None else parse_today(today)
    answers: Any = analyse_file(path, schedule=schedule, participant=participant, wishes=wishes, today=day)
    one = len(answers) == 1
    if not one and (png or svg):
        raise ProtocolError(f"{path} holds {len(answers)} people; choose one with --participant to draw.")
    beside = _beside(answers, published, path)
    _draw(answers, beside=beside, html=html, svg=svg, png=png)
    if as_json:
        contract: Any = answers[0].to_dict() if one else [answer.to_dict() for answer in answers]
        if beside is not None:
            contract["beside_published"] = beside.to_dict()
        print(json.dumps(contract, ensure_ascii=False, indent=2, allow_nan=False))
    elif one:
        print(report.terminal(answers[0], beside=beside, **style()))
    else:
        for answer in answers:
            print(report.person_line(answer))


def _beside(answers: Any, published: str | None, path: Path) -> InContext | None:
    """One person's days beside the prior that was named."""
    if published is None:
        return None
    from pinprick.context import in_context
    from pinprick.evidence.priors import library

    source = library().named(published)
    if len(answers) != 1:
        raise ProtocolError(f"{path} holds {len(answers)} people; choose one with --participant for --published.")
    return in_context(answers[0], source)


def _draw(answers: Any, *, beside: InContext | None, html: Path | None, svg: Path | None, png: Path | None) -> None:
    """Write the page and the pictures that were asked for."""
    if html is not None:
        from pinprick import page

        write_output(html, page.html(answers[0] if len(answers) == 1 else answers, beside=beside).encode())
    if svg is not None or png is not None:
        from pinprick import charts

        if svg is not None:
            write_output(svg, charts.to_svg(answers[0]).encode())
        if png is not None:
            write_output(png, charts.to_png(answers[0]))
