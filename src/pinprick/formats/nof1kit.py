"""nof1kit's diary: several momentary answers a day in a CSV, and beside it the schedule as JSON.

The CSV has ``datetime, date, study_day``, the outcomes, the treatment as 0 or 1 under its own name,
``condition`` and the first outcome's daily mean; the schedule is ``{"1": 0, "2": 1, ...}``, study day to code.

A day is a calendar date. In the one diary published so far a study day spans two dates, so that the study
day lags behind the calendar from there on; dates keep both days, and give the daily means that the file itself
prints. The study day only looks up the schedule.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from statistics import fmean

from pinprick.errors import DiaryError, FileError
from pinprick.formats.source import Source
from pinprick.trial.csv_diary import rated_columns
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.schedule import Order, schedule_from_days
from pinprick.trial.table import Table, listed, parse_day, parse_number, shown, table_from_csv

NEEDED = ("datetime", "date", "study_day")
MEAN = "_daily_mean"
ROUNDING = 0.00501
"""nof1kit prints daily means to two decimals."""


def looks_like_nof1kit(header: Iterable[str]) -> bool:
    """Whether a CSV's column names are those of nof1kit's momentary answers.

    Examples
    --------
    >>> looks_like_nof1kit(["datetime", "date", "study_day", "mood", "condition"])
    True
    """
    return set(NEEDED) <= set(header)


def read_nof1kit(
    csv_text: str, schedule_text: str | None, *, names: tuple[str, str], today: date | None = None
) -> Source:
    """The one person in a nof1kit diary, with one mean a day for each outcome.

    Parameters
    ----------
    csv_text : str
        The text of the CSV.
    schedule_text : str, optional
        The text of the schedule's JSON; needed where the CSV itself does not say the treatment.
    names : (str, str)
        What messages call the two.
    today : date, optional
        No day may lie after it.

    Returns
    -------
    Source
        A remark for each anomaly. The order of the treatments is `Order.UNKNOWN`: neither file says how
        it was drawn.

    Raises
    ------
    FileError
        If a column or the schedule is missing, or the schedule is not one.
    DiaryError
        If a row makes no sense, or names another treatment than the schedule or than its own day.
    """
    table = table_from_csv(csv_text, name=names[0])
    place = {column: i for i, column in enumerate(table.header)}
    missing = [column for column in NEEDED if column not in place]
    if missing:
        raise FileError(f"{names[0]} has no column {listed(missing)}; give nof1kit's CSV of answers unchanged.")
    code_column = _code_column(table, place)
    labels = _labels(table, place.get("condition"), code_column)
    study_days = [_study_day(table, i, cell) for i, cell in enumerate(table.columns[place["study_day"]])]
    days = _dates(table, place, today)
    if code_column is not None and "condition" in place:
        written = [cell.strip() or None for cell in table.columns[code_column]]
        _agree(table, written, labels, f"its {table.header[code_column]} column")
    code_of = _schedule(schedule_text, names[1]) if schedule_text is not None else {}
    label_of = {code: f"condition {code}" for code in code_of.values()}
    if code_of:
        codes = _codes(table, study_days, code_of, names[1])
        label_of |= _agree(table, codes, labels, names[1])
        labels = [
            label_of[code] if label is None and code is not None else label
            for label, code in zip(labels, codes, strict=True)
        ]
    elif labels and not any(labels):
        raise FileError(
            f"{names[0]} does not say which treatment was due; give its schedule too, with --schedule FILE.json."
        )
    diary = _averaged(table, place, days, labels, code_column)
    remarks = (*diary.remarks, *_oddities(table, place, days, study_days, diary))
    treatment_on = {entry.day: entry.treatment for entry in diary if entry.treatment is not None}
    for number, day in _dated(code_of, days, study_days).items():
        treatment_on.setdefault(day, label_of[code_of[number]])
    schedule = schedule_from_days(treatment_on, Order.UNKNOWN) if treatment_on else None
    return Source("nof1kit", replace(diary, remarks=remarks), schedule)


def _code_column(table: Table, place: Mapping[str, int]) -> int | None:
    """The column that gives the treatment as 0 or 1: it stands before ``condition``, or last."""
    usual = {*NEEDED, "condition", *(name for name in place if name.endswith(MEAN))}
    candidates = [i for name, i in place.items() if name not in usual and i < place.get("condition", len(place))]
    for i in candidates[-1:]:
        cells = {cell.strip() for cell in table.columns[i]} - {""}
        if cells and cells <= {"0", "1", "0.0", "1.0"}:
            return i
    return None


def _labels(table: Table, condition: int | None, code_column: int | None) -> list[str | None]:
    """The treatment that each row names; None where it names none."""
    if condition is not None:
        return [cell.strip() or None for cell in table.columns[condition]]
    if code_column is None:
        return [None] * len(table.numbers)
    name = table.header[code_column]
    return [None if not cell.strip() else name if float(cell) else f"no {name}" for cell in table.columns[code_column]]


def _study_day(table: Table, i: int, cell: str) -> int | None:
    if not cell.strip():
        return None
    value = parse_number(cell, decimal_comma=table.decimal_comma)
    if value is None or not value.is_integer() or not 0 <= value < 100_000:
        raise DiaryError(
            f"{table.at(i)}: study_day is {shown(cell)}; a study day is a whole number from 1. Correct it."
        )
    return int(value)


def _schedule(text: str, name: str) -> dict[int, str]:
    """Study day to code, such as {1: "0", 2: "1"}."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if (
        not isinstance(found, dict)
        or not found
        or not all(re.fullmatch(r"\d{1,5}", study_day) for study_day in found)
        or not all(isinstance(code, int | str) and not isinstance(code, bool) for code in found.values())
    ):
        raise FileError(
            f'{name} is not a nof1kit schedule; one looks like {{"1": 0, "2": 1}}, from study day to condition.'
        )
    return {int(study_day): str(code) for study_day, code in found.items()}


def _agree(table: Table, codes: Sequence[str | None], labels: Sequence[str | None], says: str) -> dict[str, str]:
    """The name of each code, once every row that has both a code and a name agrees about it."""
    pairs = [(code, label) for code, label in zip(codes, labels, strict=True) if code is not None]
    counts = Counter((code, label) for code, label in pairs if label is not None)
    label_of: dict[str, str] = {}
    for (known_code, usual_label), _ in counts.most_common():
        label_of.setdefault(known_code, usual_label)
    for i, (code, label) in enumerate(zip(codes, labels, strict=True)):
        if code is not None and label is not None and label_of[code] != label:
            raise DiaryError(
                f"{table.at(i)}: the treatment is {label!r}, but {says} gives {code}, which is {label_of[code]!r} "
                "elsewhere; correct the one that is wrong."
            )
    if len(set(label_of.values())) < len(label_of):
        raise DiaryError(
            f"{table.name}: {says} tells treatments apart that the file calls by one name "
            f"({listed([repr(label) for label in sorted(set(label_of.values()))])}); give what belongs together."
        )
    return label_of


def _dates(table: Table, place: Mapping[str, int], today: date | None) -> list[date]:
    days = []
    for i, cell in enumerate(table.columns[place["date"]]):
        try:
            day = parse_day(cell.strip())
            if today is not None and day > today:
                raise ValueError(f"is in the future; today is {today}. Correct the date")
        except ValueError as error:
            raise DiaryError(f"{table.at(i)}: date is {shown(cell)}, which {error}.") from None
        days.append(day)
    return days


def _averaged(
    table: Table,
    place: Mapping[str, int],
    days: Sequence[date],
    labels: Sequence[str | None],
    code_column: int | None,
) -> Diary:
    """One entry a date, with the mean of its answers."""
    usual = {*NEEDED, "condition", ""}
    columns = [i for name, i in place.items() if name not in usual and i != code_column and not name.endswith(MEAN)]
    if not columns:
        raise FileError(f"{table.name}: the header names no rating; add a column for it, such as mood.")
    names, ratings, remarks = rated_columns(table, columns)
    rows_of: dict[date, list[int]] = defaultdict(list)
    seen: set[tuple[str, ...]] = set()
    repeated: list[int] = []
    for i, (day, row) in enumerate(zip(days, zip(*table.columns, strict=True), strict=True)):
        if row in seen:
            repeated.append(i)
        else:
            seen.add(row)
            rows_of[day].append(i)
    entries = []
    for day, rows in rows_of.items():
        named = [i for i in rows if labels[i] is not None]
        for i in named[1:]:
            if labels[i] != labels[named[0]]:
                raise DiaryError(
                    f"{table.name}: {table.rows_said([named[0], i])} are both for {day}, but one says "
                    f"{labels[named[0]]!r} and the other {labels[i]!r}; correct the one that is wrong."
                )
        means = {}
        for name, values in zip(names, ratings, strict=True):
            answers = [answer for i in rows if (answer := values[i]) is not None]
            if answers:
                means[name] = fmean(answers)
        only_row = table.numbers[rows[0]] if len(rows) == 1 else None
        entries.append(Entry(day, labels[named[0]] if named else None, means, row=only_row))
    if len(seen) > len(entries):
        remarks.append(f"{len(seen)} answers on {len(entries)} days were averaged to one a day.")
    if repeated:
        remarks.append(f"What {table.rows_said(repeated)} says was there already, word for word; it was counted once.")
    unnamed = [entry.day for entry in entries if entry.treatment is None]
    if unnamed:
        remarks.append(f"No treatment is named on {listed([str(day) for day in unnamed])}.")
    return Diary(tuple(entries), tuple(names), tuple(remarks))


def _codes(table: Table, study_days: Sequence[int | None], code_of: Mapping[int, str], name: str) -> list[str | None]:
    """What the schedule gives for every row; None for a row without a study day."""
    for i, study_day in enumerate(study_days):
        if study_day is not None and study_day not in code_of:
            raise DiaryError(
                f"{table.at(i)}: study_day is {study_day}, but {name} has days {min(code_of)} to {max(code_of)}; "
                "give the schedule that belongs to this file."
            )
    return [None if study_day is None else code_of[study_day] for study_day in study_days]


def _oddities(
    table: Table,
    place: Mapping[str, int],
    days: Sequence[date],
    study_days: Sequence[int | None],
    diary: Diary,
) -> list[str]:
    """What does not fit together in the file, though every day can be read."""
    remarks = []
    times = [cell.strip() for cell in table.columns[place["datetime"]]]
    away = [i for i, (time, day) in enumerate(zip(times, days, strict=True)) if time and time[:10] != str(day)]
    if away:
        remarks.append(f"The date is not that of the time in {table.rows_said(away)}; the date counts.")
    different_rows = dict.fromkeys(zip(times, *table.columns, strict=True))
    twice = [time for time, n in Counter(row[0] for row in different_rows).items() if time and n > 1]
    if twice:
        remarks.append(f"Different answers carry the same time ({listed(twice)}); all of them count.")
    pairs = dict.fromkeys(zip(study_days, days, strict=True))
    for study_day, n_dates in Counter(study_day for study_day, _ in pairs if study_day is not None).items():
        if n_dates > 1:
            dates = [str(day) for other, day in pairs if other == study_day]
            remarks.append(
                f"Study day {study_day} spans {n_dates} calendar dates ({listed(dates)}); each is a day of its own."
            )
    for day, n_study_days in Counter(day for study_day, day in pairs if study_day is not None).items():
        if n_study_days > 1:
            numbers = [str(number) for number, other in pairs if other == day]
            remarks.append(f"{day} holds study days {listed(numbers)}; it is one day here.")
    numbered = sorted((day, study_day) for study_day, day in pairs if study_day is not None)
    for (day, number), (later, next_number) in pairwise(numbered):
        if later != day and next_number != number and next_number - number != (later - day).days:
            remarks.append(
                f"From {day} to {later} the study day goes from {number} to {next_number}, which is not one a day; "
                "the dates count."
            )
    for column in (name for name in place if name.endswith(MEAN)):
        outcome = column.removesuffix(MEAN)
        means = {entry.day: entry.ratings.get(outcome) for entry in diary}
        differ = {
            str(day)
            for day, cell in zip(days, table.columns[place[column]], strict=True)
            if (printed := parse_number(cell, decimal_comma=table.decimal_comma)) is not None
            and ((mean := means[day]) is None or abs(mean - printed) > ROUNDING)
        }
        if differ:
            remarks.append(
                f"{column} is not the mean of the day's answers on {listed(sorted(differ))}; the answers count."
            )
    return remarks


def _dated(code_of: Mapping[int, str], days: Sequence[date], study_days: Sequence[int | None]) -> dict[int, date]:
    """The dates of scheduled study days without an answer, where the days around them agree on it."""
    offsets: dict[int, list[int]] = defaultdict(list)
    for number, day in sorted(
        (number, day) for number, day in zip(study_days, days, strict=True) if number is not None
    ):
        offsets[number].append(day.toordinal() - number)
    dated = {}
    for study_day in code_of.keys() - offsets.keys():
        before = [last for number, (*_, last) in offsets.items() if number < study_day][-1:]
        after = [first for number, (first, *_) in offsets.items() if number > study_day][:1]
        if len({*before, *after}) == 1:
            dated[study_day] = (before or after)[0] + study_day
    return {study_day: date.fromordinal(day) for study_day, day in dated.items() if 1 <= day <= date.max.toordinal()}
