"""The terminal's door: it reads the clock, files and options, and speaks.

Every command exits 0 on an answer ("cannot tell" is one), and 2 on bad input with one clear line.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from pinprick import __version__
from pinprick.errors import FileError, PinprickError, ProtocolError

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Does it work for you? Randomised trials of one, at a stated error.",
)


def main() -> None:
    """Run one command and exit as promised: 0 on an answer, 2 on bad input with one line."""
    try:
        app(standalone_mode=False)
    except PinprickError as error:
        _refuse(str(error))
    except typer.Exit as leave:
        sys.exit(leave.exit_code)
    except typer.Abort:
        sys.exit(130)
    except BrokenPipeError:  # the reader has seen enough, as in `pinprick ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        # typer keeps its own copy of click, whose usage errors have no public base class
        if not hasattr(error, "format_message"):
            raise
        _refuse(f"{error.format_message()} See pinprick --help.")


def _refuse(line: str) -> None:
    print("pinprick:", " ".join(line.split()), file=sys.stderr)
    sys.exit(2)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"pinprick {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Does it work for you? Randomised trials of one, at a stated error."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command()
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
        _check_output(option, out, file, schedule)
    answers = analyse_file(file, schedule=schedule, participant=participant, wishes=wishes, today=date.today())
    one = len(answers) == 1
    if not one and (png or svg):
        raise ProtocolError(f"{file} holds {len(answers)} people; choose one with --participant to draw.")
    if html is not None:
        from pinprick import page

        _write(html, page.html(answers[0] if one else answers).encode())
    if svg is not None or png is not None:
        from pinprick import charts

        if svg is not None:
            _write(svg, charts.to_svg(answers[0]).encode())
        if png is not None:
            _write(png, charts.to_png(answers[0]))
    if as_json:
        contract: Any = answers[0].to_dict() if one else [answer.to_dict() for answer in answers]
        print(json.dumps(contract, ensure_ascii=False, indent=2, allow_nan=False))
    elif one:
        print(report.terminal(answers[0], **_terminal()))
    else:
        for answer in answers:
            print(report.person_line(answer))


def _terminal() -> dict[str, Any]:
    """Width, and whether colour and more than ASCII may be used."""
    try:
        "●○·−→".encode(sys.stdout.encoding or "ascii")
        ascii_only = False
    except UnicodeEncodeError:
        ascii_only = True
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return {"width": shutil.get_terminal_size((80, 24)).columns, "colour": colour, "ascii": ascii_only}


def _check_output(option: str, out: Path | None, *inputs: Path | None) -> None:
    """Refuse to write where it would change an input or cannot work."""
    if out is None:
        return
    for path in inputs:
        if path is not None and path.exists() and out.exists() and out.samefile(path):
            raise FileError(f"{option} {out} is the file that is being read; write to another one.")
    if out.is_dir() or not out.parent.is_dir():
        raise FileError(f"{option} {out} cannot be written: give a file in a folder that exists.")


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise FileError(f"{out} cannot be written ({error.strerror}); choose another place.") from error


if __name__ == "__main__":
    main()
