"""Whose file is this? By its content, never by its name."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pinprick.errors import DiaryError, FileError
from pinprick.formats.nof1kit import looks_like_nof1kit, read_nof1kit
from pinprick.formats.source import Source
from pinprick.formats.studyu import looks_like_studyu, read_studyu
from pinprick.trial.csv_diary import diary_from_table
from pinprick.trial.table import table_from_csv
from pinprick.trial.text import read_text
from pinprick.trial.trial_json import trial_from_json

OTHERS = {
    frozenset(("interventions", "observations")): "StudyU's plan of a study; give the measurements.csv beside it",
    frozenset(
        ("measurement_time", "participant_id")
    ): "StudyU's measurements as JSON; give the measurements.csv beside it",
    frozenset(("intervention_task_time", "participant_id")): (
        "StudyU's list of tasks done, which holds no ratings; give the measurements.csv beside it"
    ),
    frozenset(("data", "metadata")): "a diary of the nof1 family, which is not read yet; give it as CSV",
}


def read_sources(
    path: str | os.PathLike[str],
    *,
    schedule_path: str | os.PathLike[str] | None = None,
    today: date | None = None,
) -> tuple[Source, ...]:
    """Everybody in a file: our CSV or trial JSON, StudyU's measurements.csv, or nof1kit's CSV.

    Parameters
    ----------
    path : path
        The file, which is only read; see `pinprick.trial.text.read_text` for encodings.
    schedule_path : path, optional
        The schedule JSON of a nof1kit CSV; no other file takes one.
    today : date, optional
        No day may lie after it.

    Returns
    -------
    tuple of Source
        One a person.

    Raises
    ------
    FileError, DiaryError, ProtocolError
        With one line for people.
    """
    text = read_text(path)
    name = Path(path).name
    if text.removeprefix("\ufeff").lstrip().startswith(("{", "[")):
        _takes_no_schedule(schedule_path, name, "a trial holds its own")
        return (_trial(text, name, today),)
    table = table_from_csv(text, name=name)
    header = set(table.header)
    if looks_like_studyu(header):
        _takes_no_schedule(schedule_path, name, "StudyU's measurements name the treatment of every day")
        return read_studyu(text, name=name, today=today)
    if looks_like_nof1kit(header):
        if schedule_path is None:
            return (read_nof1kit(text, None, names=(name, ""), today=today),)
        names = name, Path(schedule_path).name
        return (read_nof1kit(text, read_text(schedule_path), names=names, today=today),)
    if what := _other(header):
        raise FileError(f"{name} is {what}.")
    if table.header[0].startswith("<"):
        raise FileError(f"{name} is a web page or XML; give the diary as CSV.")
    _takes_no_schedule(schedule_path, name, "its own column says the treatment of every day")
    return (Source("csv", diary_from_table(table, today=today)),)


def _takes_no_schedule(schedule_path: str | os.PathLike[str] | None, name: str, why: str) -> None:
    if schedule_path is not None:
        raise FileError(f"{name} takes no --schedule {schedule_path}, because {why}; leave --schedule out.")


def _trial(text: str, name: str, today: date | None) -> Source:
    if what := _foreign(text):
        raise FileError(f"{name} is {what}.")
    trial = trial_from_json(text, name=name)
    for i, entry in enumerate(trial.diary):
        if today is not None and entry.day > today:
            raise DiaryError(
                f"{name}, entries[{i}].day: {entry.day} is in the future; today is {today}. Correct the date."
            )
    return Source("trial", trial.diary, trial.schedule, trial.protocol)


def _foreign(text: str) -> str:
    """What a JSON is if it is one of those that people mistake for a diary; nothing otherwise."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if isinstance(found, list):
        return _other(found[0] if found and isinstance(found[0], dict) else ()) or (
            "a list in JSON, and no Pinprick trial; give a trial that Pinprick wrote, or a diary as CSV"
        )
    if isinstance(found, dict) and found and all(key.isdigit() for key in found):
        return "a schedule as nof1kit writes it; give the CSV of answers, and this file with --schedule"
    return _other(found) if isinstance(found, dict) and "format" not in found else ""


def _other(names: Mapping[str, object] | set[str] | tuple[()]) -> str:
    """Somebody else's file that is known and not read, by its columns or keys; nothing otherwise."""
    return next((what for known, what in OTHERS.items() if known <= set(names)), "")
