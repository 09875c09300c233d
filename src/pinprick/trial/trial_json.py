"""A trial to and from its one versioned JSON file, described by trial.schema.json beside this module."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from pinprick.errors import DiaryError, FileError, ProtocolError
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.outcome import Outcome
from pinprick.trial.protocol import Mode, Protocol
from pinprick.trial.schedule import Order, Period, Schedule
from pinprick.trial.table import EXAMPLE_DAY, one_line
from pinprick.trial.text import read_text, write_text
from pinprick.trial.trial import Trial

FORMAT = "pinprick-trial/1"
PARTS = ("format", "protocol", "schedule", "rated", "remarks", "entries", "earlier")

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)


def read_trial(path: str | os.PathLike[str]) -> Trial:
    """The trial in a JSON file, which is only read; see `trial_from_json` for what may go wrong."""
    return trial_from_json(read_text(path), name=Path(path).name)


def write_trial(trial: Trial, path: str | os.PathLike[str]) -> None:
    """Write a trial, whole or not at all; see `trial_to_json`.

    Raises
    ------
    FileError
        If the file there holds parts that this version does not know, which writing would lose; or if
        the place does not allow it.
    """
    if Path(path).is_file():
        unknown = sorted(_object(read_text(path)).keys() - set(PARTS))
        if unknown:
            raise FileError(
                f"{path} holds {', '.join(map(repr, unknown))}, which this version of Pinprick would lose; "
                "write to another file, or install a newer version."
            )
    write_text(trial_to_json(trial), path)


def _object(text: str) -> Mapping[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def trial_to_json(trial: Trial) -> str:
    """A trial as JSON text that reads back as an equal trial; equal trials give the same bytes.

    One line a period and an entry, so that two files can be compared by eye.

    Examples
    --------
    >>> from pinprick.trial.schedule import Period
    >>> first, second = date(2026, 5, 4), date(2026, 5, 5)
    >>> trial = Trial(Protocol(("mat", "towel"), (Outcome("pain", lower_is_better=True),), period_days=1),
    ...               Schedule((Period(first, 1, "mat", 0), Period(second, 1, "towel", 0))),
    ...               Diary((Entry(first, "mat", {"pain": 4.0}),), ("pain",)))
    >>> print(trial_to_json(trial).splitlines()[-3].strip())
    {"day": "2026-05-04", "treatment": "mat", "ratings": {"pain": 4}}
    >>> trial_from_json(trial_to_json(trial), name="trial.json") == trial
    True
    """
    parts = trial_parts(trial)
    return "{\n" + ",\n".join(f'  "{part}": {parts[part]}' for part in PARTS if part in parts) + "\n}\n"


def trial_parts(trial: Trial) -> dict[str, str]:
    """The parts of a trial file that hold its plan, schedule and diary, each as JSON text."""
    plan = trial.protocol
    protocol = {
        "treatments": plan.treatments,
        "control": plan.control,
        "outcomes": [
            {
                "name": outcome.name,
                "scale": [_number(outcome.low), _number(outcome.high)],
                "better": "lower" if outcome.lower_is_better else "higher",
                "smallest_difference": _number(outcome.smallest_difference),
            }
            for outcome in plan.outcomes
        ],
        "period_days": int(plan.period_days),
        "ceiling_days": None if plan.ceiling_days is None else int(plan.ceiling_days),
        "washout_days": int(plan.washout_days),
        "mode": plan.mode,
    }
    periods = [
        {
            "first_day": period.first_day.isoformat(),
            "n_days": int(period.n_days),
            "treatment": period.treatment,
            "pair": int(period.pair),
        }
        for period in trial.schedule.periods
    ]
    possible = [day.isoformat() for day in trial.schedule.start_days]
    start_days = f'    "start_days": {json.dumps(possible)},\n' if possible else ""
    parts = {
        "format": json.dumps(FORMAT),
        "protocol": json.dumps(protocol, indent=2, ensure_ascii=False).replace("\n", "\n  "),
        "schedule": (
            f'{{\n    "order": "{trial.schedule.order}",\n{start_days}    "periods": {_lines(periods, "    ")}\n  }}'
        ),
        "rated": json.dumps(trial.diary.outcomes, ensure_ascii=False),
        "remarks": _lines(trial.diary.remarks, "  "),
        "entries": _lines((_entry(entry, trial.diary.outcomes) for entry in trial.diary), "  "),
    }
    if trial.diary.earlier:
        parts["earlier"] = _lines((_entry(entry, trial.diary.outcomes) for entry in trial.diary.earlier), "  ")
    return parts


def _entry(entry: Entry, outcomes: Iterable[str]) -> dict[str, object]:
    """An entry's fields, without those that are empty."""
    written: dict[str, object] = {"day": entry.day.isoformat()}
    if entry.treatment is not None:
        written["treatment"] = entry.treatment
    written["ratings"] = {name: _number(entry.ratings[name]) for name in outcomes if name in entry.ratings}
    if entry.done is not None:
        written["done"] = entry.done
    if entry.minutes is not None:
        written["minutes"] = _number(entry.minutes)
    if entry.note:
        written["note"] = entry.note
    if entry.received is not None:
        written["received"] = entry.received.isoformat()
    return written


def _number(value: float) -> float:
    """4.0 is written as 4, so that equal trials give equal bytes."""
    return int(value) if abs(value) < 2**53 and value == int(value) else float(value)


def _lines(items: Iterable[object], indent: str) -> str:
    """A JSON list with one line an item."""
    written = [json.dumps(item, ensure_ascii=False) for item in items]
    return "[\n" + ",\n".join(f"{indent}  {item}" for item in written) + f"\n{indent}]" if written else "[]"


def trial_from_json(text: str, *, name: str) -> Trial:
    """The trial in JSON text.

    Parts of a newer version that stand beside the known ones are left alone, so that a file with a
    seal can be read; an unknown field inside a known part is refused, because it may be a slip of the
    pen that would change the answer.

    Parameters
    ----------
    text : str
        What `trial_to_json` wrote, or somebody else in its format.
    name : str
        What messages call it.

    Raises
    ------
    FileError
        If the text is not JSON, is no trial, is in a newer format, or a value has the wrong type.
    ProtocolError, DiaryError
        If the plan, the schedule or the diary makes no sense.

    Examples
    --------
    >>> trial_from_json('{"format": "pinprick-trial/1", "protocol": 7}', name="trial.json")
    Traceback (most recent call last):
        ...
    pinprick.errors.FileError: trial.json, protocol: 7 is not an object; give fields in curly brackets.
    """
    top = _parsed(text, name)
    _check_format(top, name)
    if _is_sealed(top.value):
        raise ProtocolError(
            f"{name} is a running trial, and its results are sealed until its end; "
            f"ask pinprick verdict --trial {name}, or pinprick status --trial {name}."
        )
    protocol = top.at("protocol").fields(
        required=("treatments", "outcomes", "period_days"),
        optional=("control", "ceiling_days", "washout_days", "mode"),
    )
    schedule = top.at("schedule").fields(required=("order", "periods"), optional=("start_days",))
    try:
        return Trial(
            _protocol_from(protocol),
            Schedule(
                tuple(_period_from(period) for period in schedule["periods"].items()),
                schedule["order"].choice(Order),
                tuple(day.day() for day in schedule["start_days"].items()) if "start_days" in schedule else (),
            ),
            Diary(
                tuple(_entry_from(entry) for entry in top.at("entries").items()),
                tuple(outcome.text() for outcome in top.at("rated").items()),
                tuple(remark.text() for remark in top.at("remarks", []).items()),
                tuple(_entry_from(entry) for entry in top.at("earlier", []).items()),
            ),
        )
    except (ProtocolError, DiaryError) as error:
        raise type(error)(f"{name}: {one_line(str(error))}") from None
    except OverflowError:
        raise FileError(f"{name}: a period of the schedule ends after the year 9999; correct its n_days.") from None


def _parsed(text: str, name: str) -> _Value:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(pairs)
        if len(fields) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise FileError(f"{name} gives {twice!r} twice in one object; keep the one that is right.")
        return fields

    try:
        return _Value(json.loads(text.removeprefix("\ufeff"), object_pairs_hook=once), name, "")
    except FileError:
        raise
    except json.JSONDecodeError as error:
        raise FileError(
            f"{name} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}; "
            "correct it there, or restore the file from a copy."
        ) from None
    except (RecursionError, ValueError):
        raise FileError(
            f"{name} cannot be read as JSON, because it holds a number or a nesting that is far too long; "
            "restore the file from a copy."
        ) from None


def _check_format(top: _Value, name: str) -> None:
    found = top.value.get("format") if isinstance(top.value, dict) else None
    if found == FORMAT:
        return
    if isinstance(found, str) and found.startswith("pinprick-trial/"):
        raise FileError(f"{name} is a {found!r}, and this version of Pinprick reads {FORMAT!r}; install a newer one.")
    raise FileError(
        f"{name} is JSON, but not a Pinprick trial: its format is {_shown(found)} instead of {FORMAT!r}; "
        "give a trial that Pinprick wrote, or a diary as CSV."
    )


def _is_sealed(top: Any) -> bool:
    """Whether a conducted trial has started and not been revealed; its log says so, whatever stands beside it."""
    log = top.get("log") if isinstance(top, dict) else None
    kinds = {event.get("kind") for event in log if isinstance(event, dict)} if isinstance(log, list) else set()
    return "started" in kinds and "revealed" not in kinds


def _protocol_from(fields: Mapping[str, _Value]) -> Protocol:
    treatments = tuple(treatment.text() for treatment in fields["treatments"].items())
    if len(treatments) != 2:
        raise fields["treatments"].wrong("a list of two treatments", 'give two names, such as ["mat", "towel"]')
    given = {key: value for key, value in fields.items() if value.value is not None}
    return Protocol(
        treatments=treatments,
        outcomes=tuple(_outcome_from(outcome) for outcome in fields["outcomes"].items()),
        period_days=fields["period_days"].whole(),
        control=given["control"].text() if "control" in given else None,
        ceiling_days=given["ceiling_days"].whole() if "ceiling_days" in given else None,
        washout_days=fields["washout_days"].whole() if "washout_days" in fields else 0,
        mode=fields["mode"].choice(Mode) if "mode" in fields else Mode.STANDARD,
    )


def _outcome_from(value: _Value) -> Outcome:
    fields = value.fields(required=("name", "scale", "better"), optional=("smallest_difference",))
    scale = [end.number() for end in fields["scale"].items()]
    if len(scale) != 2:
        raise fields["scale"].wrong("a list of two numbers", "give the ends of the scale, such as [0, 10]")
    return Outcome(
        fields["name"].text(),
        low=scale[0],
        high=scale[1],
        lower_is_better=fields["better"].choice(_Better) is _Better.LOWER,
        smallest_difference=(fields["smallest_difference"].number() if "smallest_difference" in fields else math.nan),
    )


def _period_from(value: _Value) -> Period:
    fields = value.fields(required=("first_day", "n_days", "treatment", "pair"))
    return Period(
        fields["first_day"].day(), fields["n_days"].whole(), fields["treatment"].text(), fields["pair"].whole()
    )


def _entry_from(value: _Value) -> Entry:
    fields = value.fields(required=("day",), optional=("treatment", "ratings", "done", "minutes", "note", "received"))

    def optional(key: str, read: Callable[[_Value], T]) -> T | None:
        return read(fields[key]) if key in fields and fields[key].value is not None else None

    return Entry(
        fields["day"].day(),
        optional("treatment", _Value.text),
        {key: rating.number() for key, rating in fields["ratings"].pairs()} if "ratings" in fields else {},
        optional("done", _Value.truth),
        optional("minutes", _Value.number),
        optional("note", _Value.text) or "",
        optional("received", _Value.day),
    )


class _Better(StrEnum):
    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class _Value:
    """A piece of JSON that knows where in which file it stands, and refuses to be read as what it is not."""

    value: Any
    name: str
    path: str

    def wrong(self, what: str, todo: str) -> FileError:
        return FileError(f"{self.name}, {self.path or 'the whole file'}: {_shown(self.value)} is not {what}; {todo}.")

    def at(self, key: str, default: object = None) -> _Value:
        fields = dict(self.pairs())
        if key in fields:
            return fields[key]
        if default is None:
            where = f"{self.name}, {self.path}" if self.path else self.name
            raise FileError(f"{where} has no {key!r}; add it, or restore the file from a copy.")
        return _Value(default, self.name, key)

    def pairs(self) -> list[tuple[str, _Value]]:
        if not isinstance(self.value, dict):
            raise self.wrong("an object", "give fields in curly brackets")
        dot = self.path and self.path + "."
        return [
            (key, _Value(value, self.name, dot + (key if key.isprintable() else _shown(key))))
            for key, value in self.value.items()
        ]

    def fields(self, *, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, _Value]:
        """The fields of an object; none is missing, and none is unknown."""
        found = dict(self.pairs())
        for key in required:
            if key not in found:
                self.at(key)
        for key, value in found.items():
            if key not in required and key not in optional:
                raise FileError(
                    f"{self.name}, {value.path}: there is no such field, only {', '.join((*required, *optional))}; "
                    "correct its name, or install a newer version of Pinprick."
                )
        return found

    def items(self) -> list[_Value]:
        if not isinstance(self.value, list):
            raise self.wrong("a list", "give values in square brackets")
        return [_Value(value, self.name, f"{self.path}[{i}]") for i, value in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.wrong("text", "put it in quotation marks")
        return self.value

    def number(self) -> float:
        try:
            if isinstance(self.value, bool) or not isinstance(self.value, int | float):
                raise OverflowError
            value = float(self.value)
            if not math.isfinite(value):
                raise OverflowError
        except OverflowError:
            raise self.wrong("a number", "give a number such as 6.5") from None
        return value

    def whole(self) -> int:
        value = self.number()
        if not value.is_integer():
            raise self.wrong("a whole number", "give one such as 3")
        return int(value)

    def truth(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.wrong("true or false", "give one of them, or leave the field out if it is not known")
        return self.value

    def day(self) -> date:
        if isinstance(self.value, str) and len(self.value) == 10 and self.value[7] == "-":
            try:
                return date.fromisoformat(self.value)
            except ValueError:
                pass
        raise self.wrong("a date", f'write year-month-day, such as "{EXAMPLE_DAY}"')

    def choice(self, choices: type[Choice]) -> Choice:
        try:
            return choices(self.value)
        except ValueError:
            raise self.wrong(f"one of {', '.join(choices)}", "give one of them") from None


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 40 else text[:37] + "..."
