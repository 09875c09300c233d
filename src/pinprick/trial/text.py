"""Text in from a file that anybody may have made, and text out without ever leaving half a file."""

from __future__ import annotations

import codecs
import os
import re
import shutil
import tempfile
from pathlib import Path

from pinprick.errors import FileError

MIB = 2**20
LARGEST = 64 * MIB
"""Bytes; a diary of 100,000 days has about 5 MiB."""

NOT_TEXT = {
    b"PK\x03\x04": "is a ZIP archive or a spreadsheet; save the sheet as CSV, or unpack the archive, and give the CSV",
    b"\xd0\xcf\x11\xe0": "is an old Excel workbook; save the sheet as CSV and give that",
    b"%PDF": "is a PDF; give the diary as CSV",
    b"\x1f\x8b": "is compressed; unpack it and give what is inside",
    b"SQLite format 3\0": "is a database; export the diary as CSV and give that",
}
MARKS = (  # the longer mark first: UTF-32 little-endian starts like UTF-16 little-endian
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def read_text(path: str | os.PathLike[str]) -> str:
    """The text of a file, in whichever of the usual encodings it was saved.

    UTF-8 with or without its mark, UTF-16 and UTF-32 likewise, and else Western European
    (Windows-1252, then Latin-1). Line ends are kept. The file is only read.

    Parameters
    ----------
    path : path
        At most `LARGEST` bytes, which is checked before reading.

    Raises
    ------
    FileError
        If there is no such file, it cannot be read, it is too large, or it is not text.
    """
    path = Path(path)
    try:
        _check_size(path, path.stat().st_size)
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)  # a pipe says its size is 0
    except FileNotFoundError:
        raise FileError(f"There is no file {path}; check the name and the folder.") from None
    except IsADirectoryError:
        raise FileError(f"{path} is a folder; give a file in it.") from None
    except OSError as error:
        raise FileError(f"{path} cannot be read ({error.strerror}); check that you may open it.") from None
    _check_size(path, len(data))
    return decode(data, name=path.name)


def _check_size(path: Path, size: int) -> None:
    if size > LARGEST:
        raise FileError(
            f"{path} has {size / MIB:,.0f} MiB, more than the {LARGEST // MIB} MiB that a diary or a trial may have; "
            "give one person's diary, with only the columns that are needed."
        )


def decode(data: bytes, *, name: str) -> str:
    r"""Bytes as text; `name` is what a message calls them.

    Raises
    ------
    FileError
        If the bytes are not text.

    Examples
    --------
    >>> decode(b"day\xff", name="diary.csv"), decode("day".encode("utf-16"), name="diary.csv")
    ('dayÿ', 'day')
    """
    for start, what in NOT_TEXT.items():
        if data.startswith(start):
            raise FileError(f"{name} {what}.")
    text = _decoded(data)
    found = CONTROL.search(text) if text is not None else None
    if text is None or found:
        why = f" (it holds the control character {ord(found.group()):#04x})" if found else ""
        raise FileError(f"{name} is not a text file{why}; save the diary as CSV and give that.")
    return text


def _decoded(data: bytes) -> str | None:
    try:
        for mark, encoding in MARKS:
            if data.startswith(mark):
                return data[len(mark) :].decode(encoding)
        # Every header of ours is mostly ASCII, which in UTF-16 puts a zero beside each letter.
        start = data[:64]
        low, high = start[::2].count(0), start[1::2].count(0)
        if max(low, high) > len(start) / 4 and min(low, high) == 0:
            return data.decode("utf-16-le" if high else "utf-16-be")
    except UnicodeDecodeError:
        return None
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def write_text(text: str, path: str | os.PathLike[str]) -> None:
    """Write a file in UTF-8, whole or not at all, whatever happens to the machine meanwhile.

    A file that was there keeps its permissions; a new one may be read by its owner alone. A link is
    followed.

    Raises
    ------
    FileError
        If the text or the place does not allow it; what was there stays as it was.
    """
    target = Path(path).resolve()
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise FileError(
            f"{path} cannot be written: it would hold half a character, {text[error.start]!r}; "
            "take that out of the text."
        ) from None
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, name)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        if os.name == "posix":  # elsewhere a folder cannot be opened, and renaming is written through
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        raise FileError(
            f"{path} cannot be written ({error.strerror}); choose a folder that you may write to."
        ) from None
