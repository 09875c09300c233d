"""`pinprick verify`: check a trial file that somebody hands over, offline."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from pinprick.cli.options import AsJson, Today, now
from pinprick.cli.terminal import say
from pinprick.errors import FileError


def verify(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="The trial's file.")] = None,
    trial: Annotated[Path | None, typer.Option(metavar="FILE", help="The same, as in the other commands.")] = None,
    commitment: Annotated[
        str | None, typer.Option(metavar="HEX", help="The number that start printed, kept elsewhere.")
    ] = None,
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Check log, order, commitment and verdict. Exits 1 if anything fails, and names it."""
    from pinprick.analysis.verify import verify as check
    from pinprick.report.conduct import verification_lines

    path = file or trial
    if path is None or (file is not None and trial is not None):
        raise FileError("Which trial? Give its file: pinprick verify me.json --commitment HEX.")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read ({error.strerror}); check the name and the folder.") from None
    found = check(data, name=path.name, against=commitment, today=now(today).day)
    if as_json:
        checks = [{"name": one.name, "holds": one.holds, "sentence": one.sentence} for one in found.checks]
        print(json.dumps({"holds": found.holds, "summary": found.summary, "checks": checks}, indent=2))
    else:
        say([found.summary, *verification_lines(found.checks)])
    if not found.holds:
        sys.exit(1)
