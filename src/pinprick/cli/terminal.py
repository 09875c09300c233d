"""What every command shares: how it refuses, how wide the terminal is, where it may write."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinprick.errors import DiaryError, FileError
from pinprick.trial.table import parse_day

if TYPE_CHECKING:
    from pinprick.trial.commitment import Moment
    from pinprick.trial.conduct import Conduct


def refuse(line: str) -> None:
    """End with one line and the code for bad input."""
    print("pinprick:", " ".join(line.split()), file=sys.stderr)
    sys.exit(2)


def style() -> dict[str, Any]:
    """Width, and whether colour and more than ASCII may be used."""
    try:
        "●○·−→".encode(sys.stdout.encoding or "ascii")
        ascii_only = False
    except UnicodeEncodeError:
        ascii_only = True
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return {"width": shutil.get_terminal_size((80, 24)).columns, "colour": colour, "ascii": ascii_only}


def check_output(option: str, out: Path | None, *inputs: Path | None) -> None:
    """Refuse to write where it would change an input or cannot work."""
    if out is None:
        return
    for path in inputs:
        if path is not None and path.exists() and out.exists() and out.samefile(path):
            raise FileError(f"{option} {out} is the file that is being read; write to another one.")
    if out.is_dir() or not out.parent.is_dir():
        raise FileError(f"{option} {out} cannot be written: give a file in a folder that exists.")


def write_output(out: Path, content: bytes) -> None:
    """Write a file, or say why it cannot be written."""
    try:
        out.write_bytes(content)
    except OSError as error:
        raise FileError(f"{out} cannot be written ({error.strerror}); choose another place.") from error


def parse_today(text: str, option: str = "--today") -> date:
    """The day an option names; one line if it names none."""
    try:
        return parse_day(text)
    except ValueError as error:
        raise DiaryError(f"{option} {text[:20]!r} {error}.") from None


def standing(conduct: Conduct, moment: Moment) -> dict[str, Any]:
    """What every answer about a trial begins with."""
    return {
        "protocol": conduct.plan.name,
        "phase": conduct.phase(moment.day).value,
        "day": moment.day.isoformat(),
        "sealed": conduct.is_sealed,
        "rehearsed": conduct.rehearsed or moment.rehearsed,
    }


def print_json(body: Mapping[str, Any]) -> None:
    """Print an answer for programs."""
    print(json.dumps(body, ensure_ascii=False, indent=2, allow_nan=False))


def say(lines: Sequence[str], remarks: Sequence[str] = (), *, heading: bool = True) -> None:
    """Print sentences as paragraphs, no wider than is easy to read; remarks go to the other stream.

    A line that starts with a dash is an item of a list, and one that starts with spaces is printed as it is.
    """
    for remark in remarks:
        print("pinprick:", remark, file=sys.stderr)
    look = style()
    width = max(32, min(look["width"], 80)) - 2
    before = "-"
    for i, line in enumerate(lines):
        text = _ascii(line) if look["ascii"] else line
        is_item = text.startswith(("- ", "  "))
        if not (is_item and before.startswith(("- ", "  "))):
            print()
        before = text
        if text.startswith("  "):
            print(" " + text)
            continue
        bullet = "- " if look["ascii"] else "• "
        first = "  " + bullet if text.startswith("- ") else "  "
        text = text.removeprefix("- ")
        rest = "    " if first != "  " else "  "
        wrapped = textwrap.fill(text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False)
        print(f"\x1b[1m{wrapped}\x1b[0m" if look["colour"] and heading and i == 0 else wrapped)
    if lines:
        print()


def speak(text: str) -> None:
    """Print one paragraph of a conversation, without empty lines around it; nothing is an empty line."""
    look = style()
    told = _ascii(text) if look["ascii"] else text
    width = max(32, min(look["width"], 80)) - 2
    deeper = "    " if told.startswith("  ") else ""  # under the words of an item, not under its dot
    print(textwrap.fill(told, width, initial_indent="  ", subsequent_indent=f"  {deeper}", break_long_words=False))


def hear(prompt: str) -> str:
    """Ask for one line, in step with what was spoken."""
    return input(f"  {prompt}")


def _ascii(text: str) -> str:
    from pinprick.report.names import plain_ascii

    return plain_ascii(text)
