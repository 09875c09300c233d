"""StudyU's measurements.csv: several people, one row a submitted survey, newest first.

Which day an answer belongs to
------------------------------
StudyU counts ``current_day_of_study`` in spans of 24 hours from the person's start, and the start is the
midnight of their own clock, written in UTC (22:00Z is midnight in a German summer). The start therefore
tells the zone, and the n-th span is the n-th date of that zone; the treatment of the row belongs to the
same date. So an answer stands on the day it was given, also where it is about the night before: that is
StudyU's own day, and the one its published results use. In the first morning of a phase such an answer is
about a night under the other treatment; a remark says so.

A default is recorded for a question that did not apply (the hour of a nap, after "no nap"), and nothing in
the file tells it from an answer. Choices and texts are left out; of a number asked under a condition, mind it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from pinprick.errors import DiaryError, FileError
from pinprick.formats.source import Source
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.schedule import Order, schedule_from_days
from pinprick.trial.table import Table, listed, one_line, parse_number, shown, table_from_csv

NEEDED = (
    "measurement_time",
    "participant_id",
    "participant_started_at",
    "current_day_of_study",
    "current_intervention_id",
    "current_intervention_name",
    "is_survey1",
)
NO_ARM = frozenset(("", "n/a"))
BASELINE = "__baseline"
RESPONSE = re.compile(r"survey(\d+)_question\d+_response")
T = TypeVar("T")

ABOUT_BEFORE = re.compile(r"\b(last night|yesterday)\b", re.IGNORECASE)


def looks_like_studyu(header: Iterable[str]) -> bool:
    """Whether a CSV's column names are those of StudyU's measurements.

    Examples
    --------
    >>> looks_like_studyu(["day", "treatment", "pain"])
    False
    """
    return {"measurement_time", "participant_id", "current_intervention_name"} <= set(header)


@dataclass(frozen=True, slots=True)
class _Question:
    """A question whose answers are numbers."""

    name: str
    id: str
    survey: int
    column: int


@dataclass(frozen=True, slots=True)
class _Submission:
    """One row, the i-th counted from 0: a survey that one person sent in one 24-hour span of their study."""

    i: int
    at: datetime
    first_day: date
    span: int
    treatment: str | None
    survey: int

    @property
    def day(self) -> date:
        return self.first_day + timedelta(days=self.span)


def read_studyu(text: str, *, name: str, today: date | None = None) -> tuple[Source, ...]:
    """Everybody in a StudyU export, in order of their ids.

    Parameters
    ----------
    text : str
        The text of measurements.csv.
    name : str
        What messages call it.
    today : date, optional
        No answer may lie after it.

    Returns
    -------
    tuple of Source
        Outcomes are the questions answered with numbers, in the order of the surveys and under their own
        words; ``also_called`` knows them by the ids of the questions. Days without a treatment and
        baseline days are left out and counted in a remark. The schedule fills days that a person missed
        from others under the same treatments, because in StudyU the order is the same for everybody;
        it was not drawn by chance.

    Raises
    ------
    FileError
        If a column that StudyU always writes is not there.
    DiaryError
        If a row makes no sense, or two rows of one day name different treatments.
    """
    table = table_from_csv(text, name=name)
    missing = [column for column in NEEDED if column not in table.header]
    if missing:
        raise FileError(
            f"{name} looks like StudyU's measurements, but has no column {listed(missing)}; export the study again "
            "and give its measurements.csv unchanged."
        )
    sent = _submissions(table, today)
    questions, left_out = _questions(table, [one for of_person in sent.values() for one in of_person])
    remarks = []
    if left_out:
        remarks.append(
            f"Questions without numbers were left out: {listed([f'“{words}”' for words in left_out], most=2)}."
        )
    before = [f"“{question.name}”" for question in questions if ABOUT_BEFORE.search(question.name)]
    if before:
        remarks.append(
            f"Answers about the night or the day before ({listed(before, most=1)}) count for the day they were given, "
            "as in StudyU; on the first day of a phase they are about the other treatment."
        )
    diaries = {person: _diary(table, sent[person], questions) for person in sorted(sent)}
    return tuple(
        Source(
            "studyu",
            diary,
            schedule_from_days(days, Order.NOT_DRAWN) if (days := _days(person, sent, diaries)) else None,
            None,
            person,
            tuple(remarks),
            {question.id: question.name for question in questions if question.id},
        )
        for person, diary in diaries.items()
    )


def _submissions(table: Table, today: date | None) -> dict[str, list[_Submission]]:
    """Every submitted survey, by person."""
    place = {name: i for i, name in enumerate(table.header)}
    flags = {int(name.removeprefix("is_survey")): i for name, i in place.items() if re.fullmatch(r"is_survey\d+", name)}
    treatments = _treatments(table, place)
    sent: dict[str, list[_Submission]] = defaultdict(list)
    for i in range(len(table.numbers)):
        person = table.columns[place["participant_id"]][i].strip()
        if not person:
            raise DiaryError(f"{table.at(i)}: participant_id is empty; export the study again.")
        at = _cell(table, place, i, "measurement_time", _instant)
        started, first_day = _cell(table, place, i, "participant_started_at", _start)
        span = _cell(table, place, i, "current_day_of_study", int)
        if abs((at - started) // timedelta(days=1) - span) > 1:  # 1: an hour after the clocks change
            raise DiaryError(
                f"{table.at(i)}: current_day_of_study is {span}, but measurement_time is "
                f"{(at - started).days} days after participant_started_at; correct the one that is wrong."
            )
        survey = [number for number, column in flags.items() if table.columns[column][i].strip().lower() == "true"]
        if len(survey) != 1:
            raise DiaryError(
                f"{table.at(i)}: {'no' if not survey else 'more than one'} survey is marked true in "
                f"{listed([table.header[column] for column in flags.values()])}; a row holds one. "
                "Export the study again."
            )
        one = _Submission(i, at, first_day, span, treatments[i], survey[0])
        if today is not None and one.day > today:
            raise DiaryError(
                f"{table.at(i)}: measurement_time {shown(str(at))} is in the future; today is {today}. "
                "Correct the time, or take the row out."
            )
        sent[person].append(one)
    return sent


def _cell(table: Table, place: Mapping[str, int], i: int, column: str, parse: Callable[[str], T]) -> T:
    cell = table.columns[place[column]][i].strip()
    try:
        return parse(cell)
    except (ValueError, OverflowError):
        example = "27" if parse is int else "2023-08-23 07:00:39Z"
        raise DiaryError(
            f"{table.at(i)}: {column} is {shown(cell)}; StudyU writes it as in {example}. Export the study again."
        ) from None


def _instant(cell: str) -> datetime:
    at = datetime.fromisoformat(cell)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _start(cell: str) -> tuple[datetime, date]:
    started = _instant(cell)
    return started, _first_day(started)


def _first_day(started: datetime) -> date:
    """The date on which a study starts at local midnight; on another minute than a midnight, its date in UTC.

    Clocks run from 11 hours behind to less than 14 hours ahead; 10:00Z is midnight in Hawaii, 11:00Z in a
    New Zealand summer.

    Examples
    --------
    >>> _first_day(datetime(2023, 7, 26, 22, tzinfo=UTC)), _first_day(datetime(2023, 7, 26, 4, tzinfo=UTC))
    (datetime.date(2023, 7, 27), datetime.date(2023, 7, 26))
    """
    started = started.astimezone(UTC)
    minutes = 60 * started.hour + started.minute
    is_midnight_somewhere = minutes % 15 == 0 and started.second == 0
    ahead = 24 * 60 - minutes
    return started.date() + timedelta(days=is_midnight_somewhere and ahead < 14 * 60)


def _treatments(table: Table, place: Mapping[str, int]) -> list[str | None]:
    """The treatment of every row; None where there was none."""
    ids = [cell.strip() for cell in table.columns[place["current_intervention_id"]]]
    names = [cell.strip() for cell in table.columns[place["current_intervention_name"]]]
    id_of: dict[str, str] = {}
    treatments: list[str | None] = []
    for i, (name, id_) in enumerate(zip(names, ids, strict=True)):
        if name.lower() in NO_ARM or id_ == BASELINE:
            treatments.append(None)
            continue
        if id_of.setdefault(name, id_) != id_:
            raise DiaryError(
                f"{table.at(i)}: two treatments, {shown(id_of[name])} and {shown(id_)}, are both called {shown(name)}; "
                "give one of them another name in the file."
            )
        treatments.append(name)
    return treatments


def _questions(table: Table, sent: Iterable[_Submission]) -> tuple[list[_Question], list[str]]:
    """The questions answered with numbers, and the words of the others."""
    rows_of: dict[int, list[int]] = defaultdict(list)
    for one in sent:
        rows_of[one.survey].append(one.i)
    place = {name: i for i, name in enumerate(table.header)}

    def words(column: str, rows: Iterable[int]) -> str:
        cells = (one_line(table.columns[place[column]][i]) for i in rows) if column in place else ()
        return next(filter(None, cells), "")

    found: list[tuple[str, str, _Question]] = []
    left_out: list[str] = []
    for column, name in enumerate(table.header):
        if not (match := RESPONSE.fullmatch(name)):
            continue
        survey = int(match.group(1))
        rows = rows_of[survey]
        stem = name.removesuffix("_response")
        text = words(f"{stem}_text", rows) or stem
        cells = [table.columns[column][i] for i in rows if table.columns[column][i].strip()]
        if cells and all(parse_number(cell, decimal_comma=table.decimal_comma) is not None for cell in cells):
            question = _Question(text, words(f"{stem}_id", rows), survey, column)
            found.append((text, words(f"survey{survey}_name", rows), question))
        else:
            left_out.append(text)
    times = Counter(text for text, _, _ in found)
    with_survey = Counter((text, survey) for text, survey, _ in found)
    questions = []
    for text, survey_name, question in found:  # two surveys may ask the same
        name = text if times[text] == 1 else f"{text} ({survey_name})"
        if with_survey[text, survey_name] > 1:
            name = f"{text} ({table.header[question.column].removesuffix('_response')})"
        questions.append(_Question(name, question.id, question.survey, question.column))
    return questions, left_out


def _diary(table: Table, sent: Iterable[_Submission], questions: Iterable[_Question]) -> Diary:
    """One person's days, each with the last answers of each survey."""
    last: dict[tuple[date, int], _Submission] = {}
    again: dict[date, int] = Counter()
    for one in sorted(sent, key=lambda one: (one.at, -one.i)):  # newest first in the file, so -i is its order
        again[one.day] += (one.day, one.survey) in last
        last[one.day, one.survey] = one
    of_day: dict[date, list[_Submission]] = defaultdict(list)
    for (day, _), one in sorted(last.items()):
        of_day[day].append(one)

    entries = []
    no_arm: list[date] = []
    for day, surveys in of_day.items():
        first = surveys[0]
        other = next((one for one in surveys if one.treatment != first.treatment), None)
        if other is not None:
            raise DiaryError(
                f"{table.name}: {table.rows_said(sorted([first.i, other.i]))} are both for {day}, but one says "
                f"{first.treatment or 'N/A'!r} and the other {other.treatment or 'N/A'!r}; "
                "correct the one that is wrong."
            )
        if first.treatment is None:
            no_arm.append(day)
            continue
        ratings: dict[str, float] = {}
        rows = set()
        for question in questions:
            for one in surveys:
                cell = table.columns[question.column][one.i] if one.survey == question.survey else ""
                rating = parse_number(cell, decimal_comma=table.decimal_comma)
                if rating is not None:
                    ratings[question.name] = rating
                    rows.add(table.numbers[one.i])
        entries.append(Entry(day, first.treatment, ratings, row=rows.pop() if len(rows) == 1 else None))
    remarks = []
    twice = [str(day) for day, times in again.items() if times]
    if twice:
        surveys_were = "1 survey was" if (n := sum(again.values())) == 1 else f"{n} surveys were"
        remarks.append(f"{surveys_were} sent again on the same day ({listed(twice)}); the last answers count.")
    if no_arm:
        days = "1 day was" if len(no_arm) == 1 else f"{len(no_arm)} days were"
        remarks.append(
            f"{days} left out, being under no treatment (N/A or baseline): {listed([str(day) for day in no_arm])}."
        )
    return Diary(tuple(entries), tuple(question.name for question in questions), tuple(remarks))


def _days(person: str, sent: Mapping[str, list[_Submission]], diaries: Mapping[str, Diary]) -> dict[date, str]:
    """The treatment of each of a person's days, and of missed ones where others tell it."""
    own = {one.span: one.treatment for one in sent[person] if one.treatment is not None}
    together = dict(own)
    if len(own) == len({one.span for one in sent[person]}):  # without a day under no treatment
        for other in (name for name in sent if diaries[name].treatments == diaries[person].treatments):
            for one in sent[other]:
                if one.treatment is not None:
                    together.setdefault(one.span, one.treatment)
                    if together[one.span] != one.treatment:  # these people's orders differ after all
                        return _dated(own, sent[person][0].first_day)
    return _dated(together, sent[person][0].first_day)


def _dated(treatments: Mapping[int, str], first_day: date) -> dict[date, str]:
    return {first_day + timedelta(days=span): treatment for span, treatment in treatments.items()}
