"""A diary to and from CSV: one row a day, `day,treatment,<ratings...>[,done][,minutes][,note][,received]`."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, pairwise, repeat
from pathlib import Path
from typing import TypeVar

from pinprick.errors import DiaryError, FileError
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.table import (
    DATE_LIKE,
    EXAMPLE_DAY,
    Table,
    guarded,
    listed,
    one_line,
    parse_day,
    parse_number,
    plain,
    shown,
    table_from_csv,
    unguarded,
)
from pinprick.trial.text import read_text, write_text

EXAMPLE_HEADER = "day,treatment,pain"
OTHER_WORDS = {"day": ("date",), "treatment": ("arm", "condition", "intervention"), "note": ("notes",)}
"""What else a column may be called where the word itself is absent."""
AFTER_RATINGS = ("done", "minutes", "note", "received")
DONE = dict.fromkeys(("yes", "y", "true", "1", "1.0", "x"), True) | dict.fromkeys(
    ("no", "n", "false", "0", "0.0"), False
)
NO_VALUE = frozenset(("na", "n/a", "#n/a", "<na>", "nan", "null", "-", "–", "."))
RATING_TRIED = re.compile(r"[+-]?[\d.,]+\s*(/|of\b|out of\b|%|points?\b)|[+-]?inf(inity)?$|[+-]?1?#", re.IGNORECASE)

T = TypeVar("T")


def read_diary(path: str | os.PathLike[str], *, today: date | None) -> Diary:
    """The diary in a CSV file, which is only read.

    Parameters
    ----------
    path : path
        See `pinprick.trial.text.read_text` for encodings and `diary_from_csv` for the columns.
    today : date, optional
        No day may lie after it; None lets every day pass.

    Raises
    ------
    FileError
        If the file is not a diary's CSV.
    DiaryError
        If a row makes no sense.
    """
    return diary_from_csv(read_text(path), name=Path(path).name, today=today)


def diary_from_csv(text: str, *, name: str, today: date | None) -> Diary:
    r"""The diary in the text of a CSV.

    Parameters
    ----------
    text : str
        A header row, then one row a day in any order. Columns, in any order and any case: ``day``
        (or date), ``treatment`` (or arm, condition, intervention), one or more ratings under names of
        your own, and if you like ``done`` (yes or no), ``minutes``, ``note`` and ``received`` (the day
        the row was written, if later). An empty cell is "not answered". Cells are separated by commas,
        semicolons or tabs; with the latter two, 6,5 is a number.
    name : str
        What messages call the text.
    today : date, optional
        No day may lie after it; None lets every day pass.

    Returns
    -------
    Diary
        Its remarks say what had to be done: rows merged or sorted, columns left out.

    Raises
    ------
    FileError
        If the header lacks a column or names one twice, or the text is no table.
    DiaryError
        If a cell makes no sense, or two different rows have the same day.

    Examples
    --------
    >>> text = "Day;Treatment;Pain\n2026-05-05;towel;6,5\n2026-05-04;mat;\n"
    >>> diary = diary_from_csv(text, name="diary.csv", today=date(2026, 6, 1))
    >>> diary.outcomes, [dict(entry.ratings) for entry in diary], diary.remarks
    (('Pain',), [{}, {'Pain': 6.5}], ('The rows were not in order of days; they were sorted.',))
    >>> diary_from_csv("day,treatment,pain\n2026-05-04,mat,7/10\n", name="diary.csv", today=None)
    Traceback (most recent call last):
        ...
    pinprick.errors.DiaryError: diary.csv, row 2: pain is '7/10'; a rating is a number such as 6 or 6.5. ...
    """
    return diary_from_table(table_from_csv(text, name=name), today=today)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where each column of a diary stands; None where the table has no such column."""

    day: int
    treatment: int
    done: int | None
    minutes: int | None
    note: int | None
    received: int | None
    others: tuple[int, ...]


def diary_from_table(table: Table, *, today: date | None) -> Diary:
    """The diary in a table, whoever made it; `diary_from_csv` says what it must hold and what may go wrong."""
    place = _places(table)
    days = _each(table, place.day, lambda cell: _day(cell, today))
    treatments = _each(table, place.treatment, _treatment)
    done = _each(table, place.done, _done)
    minutes = _each(table, place.minutes, lambda cell: _minutes(cell, decimal_comma=table.decimal_comma))
    received = _each(table, place.received, lambda cell: _day(cell, today) if cell else None)
    notes = [""] * len(days) if place.note is None else map(unguarded, table.columns[place.note])
    outcomes, ratings, remarks = rated_columns(table, place.others)
    rated: Iterable[tuple[float | None, ...]] = zip(*ratings, strict=True) if ratings else repeat((), len(days))
    named = [
        {name: value for name, value in zip(outcomes, values, strict=True) if value is not None} for values in rated
    ]
    entries = list(map(Entry, days, treatments, named, done, minutes, notes, received, table.numbers))
    unassigned = [i for i, treatment in enumerate(treatments) if treatment is None]
    if unassigned:
        remarks.append(f"No treatment is named in {table.rows_said(unassigned)}.")
    kept, merged = _one_a_day(table, entries)
    if merged:
        remarks.append(f"What {table.rows_said(merged)} says was there already, word for word; it was counted once.")
    if any(later.day < earlier.day for earlier, later in pairwise(kept)):
        remarks.append("The rows were not in order of days; they were sorted.")
    return Diary(tuple(kept), tuple(outcomes), tuple(remarks))


def _places(table: Table) -> _Places:
    """Which column is which, from the header alone."""
    first = table.header[0] if table.header else ""
    if DATE_LIKE.match(first) or (len(table.header) > 1 and parse_number(first) is not None):
        raise FileError(
            f"{table.name} has no header: it starts with {shown(first)}. Put a first row above it that names the "
            f"columns, such as {EXAMPLE_HEADER}."
        )
    place: dict[str, int] = {}
    for i, cell in enumerate(table.header):
        word = unguarded(cell).casefold()
        if word in place:
            raise FileError(
                f"{table.name}: the header names {shown(cell)} twice (columns {place[word] + 1} and {i + 1}); "
                "give each column its own name."
            )
        if word:
            place[word] = i

    def find(word: str) -> int | None:
        if word in place and not (word == "day" and "date" in place):  # where a day may be a mere number
            return place[word]
        called = [other for other in (word, *OTHER_WORDS.get(word, ())) if other in place]
        if len(called) > 1:
            raise FileError(
                f"{table.name}: the header has both {' and '.join(called)}; keep one of them, and call it {word}."
            )
        return place[called[0]] if called else None

    day, treatment = find("day"), find("treatment")
    if day is None or treatment is None:
        raise FileError(
            f"{table.name}: the header has no column called {'day' if day is None else 'treatment'}, only "
            f"{listed([shown(cell) for cell in table.header]) or 'nothing'}; name the columns as in {EXAMPLE_HEADER}, "
            "with commas, semicolons or tabs between them."
        )
    done, minutes, note, received = map(find, AFTER_RATINGS)
    taken = {day, treatment, done, minutes, note, received}
    others = tuple(i for i in range(len(table.header)) if i not in taken)
    if not any(table.header[i] for i in others):
        raise FileError(
            f"{table.name}: the header names no rating; add a column for it, named for example pain, "
            f"as in {EXAMPLE_HEADER}."
        )
    return _Places(day, treatment, done, minutes, note, received, others)


def _each(table: Table, column: int | None, parse: Callable[[str], T]) -> list[T]:
    """Every cell of a column, parsed; a column that is absent is full of empty cells."""
    if column is None:
        return [parse("")] * len(table.numbers)
    known: dict[str, T] = {}  # most columns say the same few things over and over
    values = []
    for i, cell in enumerate(table.columns[column]):
        if cell not in known:
            try:
                known[cell] = parse(cell.strip())
            except ValueError as error:
                said = f"is {shown(cell.strip())}, which {error}" if cell.strip() else str(error)
                raise DiaryError(f"{table.at(i)}: {table.header[column]} {said}.") from None
        values.append(known[cell])
    return values


def _day(cell: str, today: date | None) -> date:
    if not cell:
        raise ValueError(f"is empty; write the day that the row belongs to, such as {EXAMPLE_DAY}")
    day = parse_day(cell)
    if today is not None and day > today:
        raise ValueError(f"is in the future; today is {today}. Correct the date, or take the row out until it has come")
    return day


def _treatment(cell: str) -> str | None:
    return None if not cell or cell.casefold() in NO_VALUE else unguarded(cell)


def _done(cell: str) -> bool | None:
    if not cell:
        return None
    known = DONE.get(cell.casefold())
    if known is None:
        raise ValueError("is neither yes nor no; write yes or no, or leave the cell empty if it is not known")
    return known


def _minutes(cell: str, *, decimal_comma: bool) -> float | None:
    if not cell:
        return None
    value = parse_number(cell, decimal_comma=decimal_comma)
    if value is None or value < 0:
        raise ValueError("is no number of minutes; write 0 or more, or leave the cell empty")
    return value


def rated_columns(table: Table, columns: Sequence[int]) -> tuple[list[str], list[Sequence[float | None]], list[str]]:
    """The ratings among some columns of a table, whoever made it.

    Returns
    -------
    names : list of str
        Of the columns that hold numbers, or nothing yet.
    ratings : list of (n_row,) sequence of float or None
        Their values; None where a cell is empty.
    remarks : list of str
        Columns of plain text, and without a name, that were left out.

    Raises
    ------
    DiaryError
        If a column of numbers holds something else, or no column holds numbers and one holds text.
    """
    names: list[str] = []
    ratings: list[Sequence[float | None]] = []
    text: list[int] = []
    remarks: list[str] = []
    for column in columns:
        name = table.header[column]
        values = _numbers(table, column) if name else None
        if values is not None:
            names.append(unguarded(name))
            ratings.append(values)
        elif name:
            text.append(column)
        elif any(cell.strip() for cell in table.columns[column]):
            remarks.append(f"Column {column + 1} has no name and was left out.")
    if text:
        if not any(value is not None for values in ratings for value in values):
            first = next(i for i, cell in enumerate(table.columns[text[0]]) if cell.strip())
            raise DiaryError(_no_rating(table, text[0], first))
        holds = "holds text and was" if len(text) == 1 else "hold text and were"
        remarks.append(f"{listed([table.header[column] for column in text])} {holds} left out.")
    return names, ratings, remarks


def _numbers(table: Table, column: int) -> Sequence[float | None] | None:
    """A column of ratings, None where a cell is empty; None altogether if the column is plain text."""
    cells = table.columns[column]
    comma = table.decimal_comma and any("," in cell for cell in cells)
    if not comma:  # the common case, in one go; whatever is wrong is then looked for cell by cell
        try:
            quick = [float(cell) if cell else None for cell in cells]
        except ValueError:
            pass
        else:
            if all(value is None or math.isfinite(value) for value in quick) and not any("_" in cell for cell in cells):
                return quick
    values = [parse_number(cell, decimal_comma=comma) for cell in cells]
    wrong = [i for i, (cell, value) in enumerate(zip(cells, values, strict=True)) if value is None and cell.strip()]
    if any(value is not None for value in values):
        if wrong:
            raise DiaryError(_no_rating(table, column, wrong[0]))
        point = next((i for i, cell in enumerate(cells) if "." in cell), None)
        if comma and point is not None:
            other = next(i for i, cell in enumerate(cells) if "," in cell)
            raise DiaryError(
                f"{table.at(point)}: {table.header[column]} is {shown(cells[point])}, but {table.rows_said([other])} "
                f"has {shown(cells[other])}; use one decimal sign throughout."
            )
    elif wrong and all(_tried(cells[i].strip()) for i in wrong):
        raise DiaryError(_no_rating(table, column, wrong[0]))
    elif wrong:
        return None
    return values


def _tried(cell: str) -> bool:
    """Whether a cell that holds no number was meant as a rating, or as none, rather than as plain text."""
    return cell.casefold() in NO_VALUE or RATING_TRIED.match(cell) is not None


def _no_rating(table: Table, column: int, i: int) -> str:
    """Why a cell is no rating, and what to write in its place."""
    cell = table.columns[column][i].strip()
    with_point = cell.replace(",", ".", 1)
    start = re.match(r"[+-]?[\d.,]+", cell)
    if cell.casefold() in NO_VALUE:
        todo = "Leave the cell empty where there is no answer"
    elif "," in cell and parse_number(with_point) is not None:
        todo = f"Write {with_point}"
    elif start and _tried(cell):
        todo = f"Write {start.group()} alone, and leave the cell empty where there is no answer"
    else:
        todo = "Correct it, or leave the cell empty where there is no answer"
    return f"{table.at(i)}: {table.header[column]} is {shown(cell)}; a rating is a number such as 6 or 6.5. {todo}."


def _one_a_day(table: Table, entries: Sequence[Entry]) -> tuple[list[Entry], list[int]]:
    """The entries with word-for-word repeats counted once, and the rows of those repeats."""
    first: dict[date, int] = {}
    merged: list[int] = []
    for i, entry in enumerate(entries):
        j = first.setdefault(entry.day, i)
        if j == i:
            continue
        if entry != entries[j]:
            raise DiaryError(
                f"{table.name}: {table.rows_said([j, i])} are both for {entry.day} and differ; "
                "keep the one that is right."
            )
        merged.append(i)
    return [entries[i] for i in first.values()], merged


def write_diary(diary: Diary, path: str | os.PathLike[str]) -> None:
    """Write a diary as CSV, whole or not at all; see `diary_to_csv` and `pinprick.trial.text.write_text`."""
    write_text(diary_to_csv(diary), path)


def diary_to_csv(diary: Diary) -> str:
    """A diary as CSV, which reads back as the same entries; its remarks are not kept.

    A text that a spreadsheet would take for a formula gets an apostrophe in front, which reading takes
    away again. ``done``, ``minutes``, ``note`` and ``received`` are written where any entry has them.

    Raises
    ------
    FileError
        If the diary holds something that a CSV could not give back, such as an outcome called "note".

    Examples
    --------
    >>> diary = Diary((Entry(date(2026, 5, 4), "mat", {"pain": 4.0}, note="=1+1"),), ("pain", "sleep"))
    >>> diary_to_csv(diary).splitlines()
    ['day,treatment,pain,sleep,note', "2026-05-04,mat,4,,'=1+1"]
    """
    _check_names(diary)
    cells: dict[str, Callable[[Entry], str]] = {
        "done": lambda entry: "" if entry.done is None else "yes" if entry.done else "no",
        "minutes": lambda entry: "" if entry.minutes is None else plain(entry.minutes),
        "note": lambda entry: guarded(entry.note),
        "received": lambda entry: "" if entry.received is None else entry.received.isoformat(),
    }
    kept = {word: cell for word, cell in cells.items() if any(cell(entry) for entry in diary)}
    lines = [["day", "treatment", *map(guarded, diary.outcomes), *kept]]
    for entry in diary:
        rated = (entry.ratings.get(name) for name in diary.outcomes)
        lines.append(
            [
                entry.day.isoformat(),
                guarded(entry.treatment or ""),
                *("" if rating is None else plain(rating) for rating in rated),
                *(cell(entry) for cell in kept.values()),
            ]
        )
    return "".join(",".join(map(_quoted, line)) + "\n" for line in lines)


def _quoted(cell: str) -> str:
    plain_cell = not any(sign in cell for sign in ',;"\t\r\n') and cell == cell.strip()
    return cell if plain_cell else '"' + cell.replace('"', '""') + '"'


def _check_names(diary: Diary) -> None:
    """Refuse what a CSV could not give back."""
    words = {"day", "treatment", *AFTER_RATINGS, *chain.from_iterable(OTHER_WORDS.values())}
    if not diary.outcomes:
        raise FileError("A diary without an outcome cannot be written as CSV; name at least one, such as pain.")
    for name in diary.outcomes:
        word = name.casefold()
        if name != one_line(name) or not name or word in words:
            raise FileError(
                f"The outcome {name!r} cannot head a column of its own: it is empty, has a space too many, "
                "or repeats another column; give it another name."
            )
        words.add(word)
    for treatment in diary.treatments:
        if treatment != treatment.strip() or _treatment(treatment) is None:
            raise FileError(
                f"The treatment {treatment!r} cannot be written as CSV: it is empty, starts or ends with a space, "
                "or means no treatment; give it another name."
            )
