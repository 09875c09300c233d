"""Options that several commands share, and the clock that one of them sets."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pinprick.cli.terminal import parse_today
from pinprick.trial.commitment import Moment

TrialFile = Annotated[Path, typer.Option("--trial", metavar="FILE", help="The trial's file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Today = Annotated[
    str | None,
    typer.Option("--today", metavar="YYYY-MM-DD", help="Set the clock, for a rehearsal; the file and verdict say so."),
]


def now(today: str | None) -> Moment:
    """The moment on the person's own clock, or a day of a rehearsal."""
    return Moment(datetime.now().astimezone()) if today is None else Moment.rehearsal(parse_today(today))


def is_asking() -> bool:
    """Whether somebody sits at the keyboard."""
    return sys.stdin.isatty() and sys.stdout.isatty()
