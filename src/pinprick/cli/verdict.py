"""`pinprick verdict`: which of two treatments is better for one person, by how much, and how sure."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from pinprick.cli.terminal import check_output, style, write_output
from pinprick.errors import ProtocolError


def verdict(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A diary CSV, a trial JSON, a StudyU measurements.csv or nof1kit's CSV."),
    ],
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
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the answer as a page to this file.")] = None,
    png: Annotated[Path | None, typer.Option(help="Write both pictures to this file, as PNG.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Write both pictures to this file, as SVG.")] = None,
) -> None:
    """Say which of two treatments is better for one person, by how much, and how sure."""
    # loaded here so that --help and --version need neither NumPy nor SciPy
    from pinprick import report
    from pinprick.api import Wishes, analyse_file
    from pinprick.trial.protocol import Mode

    wishes = Wishes(outcome, treatments, control, better, scale, delta, Mode.STRICT if strict else Mode.STANDARD)
    outputs = {"--html": html, "--png": png, "--svg": svg}
    for option, out in outputs.items():
        check_output(option, out, file, schedule)
    answers = analyse_file(file, schedule=schedule, participant=participant, wishes=wishes, today=date.today())
    one = len(answers) == 1
    if not one and (png or svg):
        raise ProtocolError(f"{file} holds {len(answers)} people; choose one with --participant to draw.")
    if html is not None:
        from pinprick import page

        write_output(html, page.html(answers[0] if one else answers).encode())
    if svg is not None or png is not None:
        from pinprick import charts

        if svg is not None:
            write_output(svg, charts.to_svg(answers[0]).encode())
        if png is not None:
            write_output(png, charts.to_png(answers[0]))
    if as_json:
        contract: Any = answers[0].to_dict() if one else [answer.to_dict() for answer in answers]
        print(json.dumps(contract, ensure_ascii=False, indent=2, allow_nan=False))
    elif one:
        print(report.terminal(answers[0], **style()))
    else:
        for answer in answers:
            print(report.person_line(answer))
