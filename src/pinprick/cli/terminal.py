"""What every command shares: how it refuses, how wide the terminal is, where it may write."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from pinprick.errors import FileError


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
