"""A CSV as rows of cells: which sign separates them, where a row stands, what a number or a date is."""

from __future__ import annotations

import calendar
import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pinprick.errors import FileError
from pinprick.words import _, mark

DELIMITERS = (",", ";", "\t")
COLUMN_WORDS = frozenset(
    [
        "day",
        "date",
        "treatment",
        "arm",
        "condition",
        "intervention",
        "done",
        "minutes",
        "note",
        "received",
        "participant_id",
        "measurement_time",
        "current_intervention_name",
        "datetime",
        "study_day",
    ]
)
"""Names that tell a header, ours or StudyU's or nof1kit's, from a line cut at the wrong sign."""

EXAMPLE_DAY = "2026-05-04"
MONTHS = (
    *(mark("January"), mark("February"), mark("March"), mark("April"), mark("May"), mark("June")),
    *(mark("July"), mark("August"), mark("September"), mark("October"), mark("November"), mark("December")),
)
DATE_LIKE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
YEAR_LAST = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})")
FORMULA = re.compile(r"[\s']*[=+\-@\t\r＝＋－＠]")  # noqa: RUF001 - the wide signs start a formula too


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of text under a header.

    Parameters
    ----------
    name : str
        What a message calls the table, such as the file's name.
    header : tuple of str
        Column names, each on one line.
    columns : tuple of (n_row,) sequence of str
        The cells under each name, as written.
    numbers : (n_row,) sequence of int
        What a message calls each row: its place in a spreadsheet, where the header is row 1, blank lines
        count, and a row with a line break inside a cell is still one row.
    decimal_comma : bool
        Whether 6,5 is a number.
    """

    name: str
    header: tuple[str, ...]
    columns: tuple[Sequence[str], ...]
    numbers: Sequence[int]
    decimal_comma: bool = False

    def at(self, i: int) -> str:
        """Where the i-th row is, counted from 0, to start a message with."""
        return f"{self.name}, row {self.numbers[i]}"

    def rows_said(self, rows: Sequence[int]) -> str:
        """The numbers of some rows, counted from 0, as words: "row 7", "rows 7, 9"."""
        return f"row{'s' if len(rows) > 1 else ''} {listed([str(self.numbers[i]) for i in rows])}"


def table_from_csv(text: str, *, name: str) -> Table:
    r"""A CSV's header and columns; commas, semicolons or tabs are recognised by the header.

    Rows without any content are left out, and short rows filled up with empty cells.

    Raises
    ------
    FileError
        If there is no header, a quotation mark is never closed, or a row has more cells than the header.

    Examples
    --------
    >>> table = table_from_csv("day;pain\n2026-05-04;6,5\n", name="diary.csv")
    >>> table.header, table.columns, table.numbers, table.decimal_comma
    (('day', 'pain'), (('2026-05-04',), ('6,5',)), [2], True)
    """
    text = text.removeprefix("\ufeff")
    if not text.strip(" \t\r\n,;"):
        raise FileError(f"{name} is empty; its first row names the columns, such as day,treatment,pain.")
    hint = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)  # Excel's own way to name the sign
    delimiter = hint.group(1) if hint else max(DELIMITERS, key=lambda sign: _fit(text, sign))
    header: list[str] | None = None
    rows: list[list[str]] = []
    numbers: list[int] = []
    number = 0
    try:
        for number, row in enumerate(_reader(text, delimiter), 1):
            if not row or not (row[0].strip() or any(cell.strip() for cell in row)) or (hint and number == 1):
                continue
            if header is None:
                header = [one_line(cell) for cell in row]
                continue
            if len(row) != len(header):
                _fill(row, header, f"{name}, row {number}", delimiter)
            rows.append(row)
            numbers.append(number)
    except csv.Error as error:
        raise FileError(
            f"{name}, row {number + 1} cannot be split into cells ({error}); "
            "close every quotation mark, and write one inside a text twice."
        ) from None
    if header is None:
        raise FileError(f"{name} has no header; its first row names the columns, such as day,treatment,pain.")
    columns = tuple(zip(*rows, strict=True)) or ((),) * len(header)
    return Table(name, tuple(header), columns, numbers, decimal_comma=delimiter != ",")


def _fill(row: list[str], header: list[str], at: str, delimiter: str) -> None:
    """Make a row as long as the header, in place; content beyond the header is refused."""
    if any(cell.strip() for cell in row[len(header) :]):
        sign = "a tab" if delimiter == "\t" else f"a {delimiter!r}"
        half = ", and write a decimal as 6.5" if delimiter == "," else ""
        raise FileError(
            f"{at} has {len(row)} cells, but the header names {len(header)} columns; "
            f"put quotation marks around a text that holds {sign}{half}."
        )
    row[len(header) :] = [""] * max(0, len(header) - len(row))


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)


def _fit(text: str, delimiter: str) -> tuple[int, int]:
    """How well a sign cuts the header: known words first, then the number of cells."""
    try:
        header = next((row for row in _reader(text, delimiter) if any(row)), [])
    except csv.Error:
        return 0, 0
    return len(COLUMN_WORDS & {cell.strip().casefold() for cell in header}), len(header)


def one_line(text: str) -> str:
    r"""Text without line breaks, and with single spaces.

    Examples
    --------
    >>> one_line(" back\n  pain ")
    'back pain'
    """
    return " ".join(text.split())


def shown(cell: str) -> str:
    """A cell as a message quotes it: on one line, and not too long."""
    return repr(cell if len(cell) <= 40 else cell[:37] + "...")


def listed(names: Sequence[str], most: int = 5) -> str:
    """Names in a row for a message; of many, the first few and how many more.

    Examples
    --------
    >>> listed(["1", "2", "3", "4"], most=2)
    '1, 2 and 2 more'
    """
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def parse_number(cell: str, *, decimal_comma: bool = False) -> float | None:
    """The finite number a cell holds; None if it holds something else.

    Examples
    --------
    >>> parse_number(" 6.5"), parse_number("6,5", decimal_comma=True), parse_number("7/10"), parse_number("nan")
    (6.5, 6.5, None, None)
    """
    if "_" in cell:  # which Python reads as 1_000
        return None
    if decimal_comma and cell.count(",") == 1:
        cell = cell.replace(",", ".")
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def plain(value: float) -> str:
    """A number as a person writes it, which reads back as the same number.

    Examples
    --------
    >>> plain(6.0), plain(6.5)
    ('6', '6.5')
    """
    return float.__repr__(float(value)).removesuffix(".0")


def day_name(day: date, *, year: bool = False) -> str:
    """A day as people write it.

    Examples
    --------
    >>> day_name(date(2026, 5, 4)), day_name(date(2026, 5, 4), year=True)
    ('4 May', '4 May 2026')
    """
    words = _("{day} {month} {year}") if year else _("{day} {month}")
    return words.format(day=day.day, month=_(MONTHS[day.month - 1]), year=day.year)


def parse_day(cell: str) -> date:
    """The day a cell names, as year-month-day.

    Raises
    ------
    ValueError
        With what is wrong and how to write it; a date that two countries read differently is refused.

    Examples
    --------
    >>> parse_day("2026-05-04")
    datetime.date(2026, 5, 4)
    >>> parse_day("04/05/2026")
    Traceback (most recent call last):
        ...
    ValueError: could be 4 May or 5 April; write the year first: 2026-05-04 or 2026-04-05
    """
    if len(cell) == 10 and cell[4] == cell[7] == "-":
        try:
            return date.fromisoformat(cell)
        except ValueError:
            pass
    raise ValueError(_why_no_day(cell))


def _why_no_day(cell: str) -> str:
    if found := YEAR_FIRST.fullmatch(cell):
        year, month, number_in_month = map(int, found.groups())
        if not 1 <= month <= 12:
            return f"has month {month}; months run from 01 to 12"
        last = calendar.monthrange(year, month)[1] if year else 31
        if not 1 <= number_in_month <= last:
            return f"has day {number_in_month}; {calendar.month_name[month]} {year} has days 01 to {last}"
        return f"needs two digits each for month and day; write {year:04}-{month:02}-{number_in_month:02}"
    if found := YEAR_LAST.fullmatch(cell):
        first, second, year = map(int, found.groups())
        meant = [made for made in (_made(year, second, first), _made(year, first, second)) if made is not None]
        if len(meant) == 2 and meant[0] != meant[1]:
            words = " or ".join(f"{one.day} {calendar.month_name[one.month]}" for one in meant)
            return f"could be {words}; write the year first: {meant[0]} or {meant[1]}"
        if meant:
            return f"does not start with the year; write {meant[0]}"
    elif (made := YEAR_FIRST.match(cell)) and re.match(r"[T ]\d{1,2}:\d", cell[made.end() :]):
        return f"holds a time; write only the date, {made.group()}"
    elif re.fullmatch(r"[1-9]\d{4}(\.0)?", cell):
        meant_day = date(1899, 12, 30) + timedelta(days=int(float(cell)))
        return f"is a spreadsheet's number for {meant_day}; format the column as a date, year first, and save again"
    return f"is not a date; write year-month-day, such as {EXAMPLE_DAY}"


def _made(year: int, month: int, number_in_month: int) -> date | None:
    try:
        return date(year, month, number_in_month)
    except ValueError:
        return None


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula: one that might be gets an apostrophe in front.

    Examples
    --------
    >>> guarded("=1+1"), guarded("a = b"), unguarded(guarded("=1+1"))
    ("'=1+1", 'a = b', '=1+1')
    """
    return "'" + text if FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and FORMULA.match(text, 1) else text
