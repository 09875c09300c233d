"""The terminal's door: it reads the clock, files and options, and speaks.

Every command exits 0 on an answer ("cannot tell" is one), and 2 on bad input with one clear line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Annotated

import typer

from pinprick import __version__
from pinprick.cli import carry, conduct, dose, evidence, plan, safety, sessions, site, synthesise, verdict, verify
from pinprick.cli.terminal import refuse
from pinprick.errors import PinprickError


def main() -> None:
    """Run one command and exit as promised: 0 on an answer, 2 on bad input with one line."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        _group(asked if asked in COMMANDS else None)(standalone_mode=False)
    except PinprickError as error:
        refuse(str(error))
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
        refuse(f"{error.format_message()} See pinprick --help.")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"pinprick {__version__}")
        raise typer.Exit


def options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Does it work for you? Randomised trials of one, at a stated error."""
    if context.invoked_subcommand is None:
        print(context.get_help())


COMMANDS: dict[str, Callable[..., None]] = {
    "serve": site.serve,
    "demo": site.demo,
    "screen": safety.screen,
    "plan": plan.plan,
    "start": conduct.start,
    "setup": sessions.setup,
    "today": conduct.today,
    "rate": conduct.rate,
    "pause": conduct.pause,
    "resume": conduct.resume,
    "stop": conduct.stop,
    "status": conduct.status,
    "sessions": sessions.sessions,
    "verdict": verdict.verdict,
    "verify": verify.verify,
    "synthesise": synthesise.synthesise,
    "evidence": evidence.evidence,
    "dose": dose.dose,
    "export": carry.export,
    "import": carry.import_trial,
    "erase": conduct.erase,
    "check": site.check,
    "backup": site.backup,
    "restore": site.restore,
}


@cache
def _group(only: str | None) -> Callable[..., object]:
    """The commands as one; with ``only``, that one alone, because Typer reads every option of all that it is given."""
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Does it work for you? Randomised trials of one, at a stated error.",
    )
    app.callback(invoke_without_command=True)(options)
    for name in COMMANDS if only is None else [only]:
        app.command(name)(COMMANDS[name])
    return typer.main.get_command(app)
