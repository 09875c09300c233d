"""A data frame, of pandas or polars or anything with the same two habits, as a diary."""

from __future__ import annotations

import datetime as dt
import math
import numbers
from typing import Any

from pinprick.errors import DiaryError
from pinprick.trial.csv_diary import diary_from_table
from pinprick.trial.diary import Diary
from pinprick.trial.table import Table, one_line

NAME = "the data frame"


def diary_from_frame(frame: Any, *, today: dt.date | None) -> Diary:
    """The diary in a data frame; neither pandas nor polars is imported.

    Parameters
    ----------
    frame : data frame
        Something with ``columns`` and, for each of them, ``frame[column].to_list()``. The columns are those
        of a diary's CSV. Days may be dates, datetimes (of which the date counts) or text as 2026-05-04;
        None, NaN, NaT and NA are empty cells.
    today : date, optional
        No day may lie after it; None lets every day pass.

    Raises
    ------
    FileError, DiaryError
        As `pinprick.trial.csv_diary.diary_from_csv`; a row is called by its position, counted from 0.

    Examples
    --------
    >>> class Column(list):
    ...     def to_list(self):
    ...         return list(self)
    >>> class Frame(dict):
    ...     columns = property(list)
    >>> frame = Frame(day=Column([dt.date(2026, 5, 4)]), treatment=Column(["mat"]), pain=Column([4]))
    >>> [dict(entry.ratings) for entry in diary_from_frame(frame, today=None)]
    [{'pain': 4.0}]
    """
    if not hasattr(frame, "columns"):
        raise DiaryError(
            f"A {type(frame).__name__} is no data frame; give one with the columns day, treatment and a rating."
        )
    columns = list(frame.columns)
    header = tuple(one_line(str(column)) for column in columns)
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise DiaryError(f"{NAME} has more than one column called {twice!r}; give each its own name.")
    cells = tuple([_cell(value) for value in frame[column].to_list()] for column in columns)
    return diary_from_table(Table(NAME, header, cells, range(len(cells[0]) if cells else 0)), today=today)


def _cell(value: Any) -> str:
    """A value as the cell of a CSV that reads back as the same value."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dt.datetime):  # pandas' Timestamp is one
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return str(value)
    if isinstance(value, numbers.Integral):
        return str(int(value))
    number = float(value)
    return "" if math.isnan(number) else repr(number)
