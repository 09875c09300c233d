"""Check a trial file that somebody hands over: log, order, commitment and verdict, without a network or a secret.

Each check names the fact that fails: which byte of the file, which entry of the log, which number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pinprick.analysis.reading import read_verdict, recorded
from pinprick.errors import FileError, PinprickError
from pinprick.trial.commitment import Event, broken_at, canonical, commitment, sha256
from pinprick.trial.conduct import Conduct
from pinprick.trial.draw import DRAW, draw
from pinprick.trial.seal import Seal
from pinprick.trial.store import rendered
from pinprick.trial.trial_json import FORMAT
from pinprick.version import __version__


@dataclass(frozen=True, slots=True)
class Check:
    """One fact about a trial file.

    ``holds`` is None where it cannot be checked yet; the sentence says why.
    """

    name: str
    holds: bool | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Every check that could be made, in order; those after a failure that rest on it are left out."""

    checks: tuple[Check, ...]
    against: str | None

    @property
    def holds(self) -> bool:
        """Whether nothing failed."""
        return all(check.holds is not False for check in self.checks)

    @property
    def summary(self) -> str:
        """The answer in a sentence."""
        failed = next((check for check in self.checks if check.holds is False), None)
        if failed is not None:
            return f"This file does not hold: its {failed.name} fails."
        waiting = any(check.holds is None for check in self.checks)
        until = " The order can be checked once the seed is revealed, at the end." if waiting else ""
        if self.against is None:
            return (
                "This file is consistent with itself. Whether it is the trial that was committed to before day one, "
                f"only the commitment can say: give it with --commitment.{until}"
            )
        return f"This file is the trial that was committed to before day one, and everything in it holds.{until}"


def verify(data: bytes, *, name: str, against: str | None = None, today: date | None = None) -> Verification:
    """Check a trial file.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        What messages call it.
    against : str, optional
        The commitment that `start` printed and that was kept elsewhere, 64 hexadecimal digits.
    today : date, optional
        The day of the check. An entry that was made on a later one, more than the width of the time zones ahead and
        not in a rehearsal, fails.

    Raises
    ------
    FileError
        If the commitment given is not one. What is wrong with the file is a check that fails, not an error.
    """
    if against is not None:
        against = against.strip().lower()
        if len(against) != 64 or set(against) - set("0123456789abcdef"):
            raise FileError(
                f"The commitment {against!r} has {len(against)} characters; it has 64, each 0 to 9 or a to f."
            )
    return Verification(tuple(_checks(data, name, against, today)), against)


def _checks(data: bytes, name: str, against: str | None, today: date | None) -> Iterator[Check]:
    top, events, failed = _read(data, name)
    if failed is not None:
        yield failed
        return
    broken = broken_at(events)
    if broken is not None:
        yield Check("log", False, _what_broke(events, broken, data))
        return
    n = len(events)
    yield Check("log", True, f"All {n} entries of the log follow from one another.")
    ahead = next((event for event in events if today and _is_ahead(event, today)), None)
    if ahead is not None:
        what = f"Entry {ahead.number} of the log says {ahead.moment.written()}, and that day has not come."
        yield Check("clock", False, what)
    try:
        conduct = Conduct(tuple(events))
    except (PinprickError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        yield Check("log", False, f"The log tells no story that could have happened ({type(error).__name__}: {error}).")
        return
    yield _file_follows(conduct, data, str(top.get("written_by")))
    if not conduct.has_started:
        yield Check("commitment", None, "The trial has not started, so nothing has been committed to.")
        return
    yield _commitment(conduct, against)
    yield from _order(conduct)
    if conduct.revealed is not None:
        yield _verdict(conduct)


def _is_ahead(event: Event, today: date) -> bool:
    """Whether an entry comes from a day that no time zone has reached yet."""
    return not event.moment.rehearsed and event.moment.day > today + timedelta(days=1)


def _read(data: bytes, name: str) -> tuple[dict[str, Any], list[Event], Check | None]:
    try:
        top = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        what = f"Byte {error.start} of {name} is {data[error.start]:#04x}, which is no text."
        return {}, [], Check("file", False, what)
    except json.JSONDecodeError as error:
        at = len(error.doc[: error.pos].encode())
        return (
            {},
            [],
            Check(
                "file",
                False,
                f"{name} is not JSON from byte {at} on (line {error.lineno}, column {error.colno}: {error.msg}).",
            ),
        )
    except RecursionError:
        return {}, [], Check("file", False, f"{name} is nested too deeply to be a trial.")
    if not isinstance(top, dict) or top.get("format") != FORMAT or not isinstance(top.get("log"), list):
        found = top.get("format") if isinstance(top, dict) else type(top).__name__
        what = f"{name} is not a conducted trial: its format is {found!r}, or it has no log."
        return {}, [], Check("file", False, what)
    try:
        return top, [Event.from_dict(values, name=name) for values in top["log"]], None
    except (FileError, AttributeError, TypeError):
        return {}, [], Check("log", False, f"An entry of the log in {name} is not what Pinprick writes.")


def _what_broke(events: list[Event], broken: int, data: bytes) -> str:
    event = events[broken - 1]
    made = Event.after(events[broken - 2] if broken > 1 else None, event.kind, event.moment, event.data)
    at = data.find(event.link.encode())
    where = f" (its link stands at byte {at})" if at >= 0 else ""
    return (
        f"Entry {broken} of the log ({event.kind}, {event.moment.written()}) was changed after it was written: its "
        f"content and place give the link {made.link}, and the file says {event.link}{where}."
    )


def _file_follows(conduct: Conduct, data: bytes, version: str) -> Check:
    if version != __version__:
        return Check(
            "file",
            None,
            f"The file was written by version {version}; this is {__version__}, so its bytes were not compared.",
        )
    expected = rendered(conduct).encode()
    if expected == data:
        return Check("file", True, f"All {len(data)} bytes of the file follow from its log.")
    at = next(
        (i for i, (a, b) in enumerate(zip(expected, data, strict=False)) if a != b), min(len(expected), len(data))
    )
    line = data[:at].count(b"\n") + 1
    return Check(
        "file",
        False,
        f"Byte {at} of the file (line {line}) does not follow from its log: it says {_around(data, at)}, and the log "
        f"gives {_around(expected, at)}.",
    )


def _around(data: bytes, at: int) -> str:
    text = data[max(0, at - 12) : at + 12].decode("utf-8", "replace")
    return repr(text) if text else "nothing more"


def _commitment(conduct: Conduct, against: str | None) -> Check:
    start = conduct.start
    made = commitment(
        conduct.plan,
        first_day=date.fromisoformat(start["first_day"]),
        rule=start["rule"],
        belief=start["belief"],
        seed_sha256=start["seed_sha256"],
    )
    if made != start["commitment"]:
        return Check(
            "commitment",
            False,
            f"Plan, first day, rule, belief and seed give the commitment {made[:16]}…, and the file says "
            f"{start['commitment'][:16]}….",
        )
    if against is None:
        return Check("commitment", True, f"The commitment {made} follows from the plan and the seed's digest.")
    if against != made:
        what = f"The commitment kept is {against[:16]}…, and this file's is {made[:16]}…: another trial."
        return Check("commitment", False, what)
    return Check("commitment", True, "The commitment that was kept is this trial's.")


def _order(conduct: Conduct) -> Iterator[Check]:
    start, revealed = conduct.start, conduct.revealed
    if revealed is None:
        yield Check("order", None, "The order is sealed, so it cannot be checked against the seed yet.")
        return
    seed = bytes.fromhex(revealed["seed"])
    if sha256(seed) != start["seed_sha256"]:
        yield Check(
            "seed",
            False,
            f"The seed's digest is {sha256(seed)[:16]}…, and {start['seed_sha256'][:16]}… was committed to.",
        )
        return
    yield Check("seed", True, "The seed is the one that was committed to.")
    if start["draw"] != DRAW:
        yield Check("order", None, f"The order was drawn by {start['draw']}, which this version does not know.")
        return
    drawn = draw(conduct.plan, seed, first_day=date.fromisoformat(start["first_day"]))
    stored = tuple(revealed["drawn"])
    if drawn != stored:
        at = next((i for i, (a, b) in enumerate(zip(drawn, stored, strict=False)) if a != b), len(drawn))
        yield Check("order", False, f"The order as drawn differs from the one in the file, first at period {at + 1}.")
    elif drawn[: len(conduct.begun)] != conduct.begun:
        yield Check("order", False, "The order that the person was given is not the one that was drawn.")
    elif Seal(seed, drawn).digest != start["seal_sha256"]:
        yield Check("order", False, "The seal that was made at the start held another order.")
    else:
        yield Check("order", True, "The order is the one that the seed draws, and the one that the person was given.")


def _verdict(conduct: Conduct) -> Check:
    revealed = conduct.revealed
    event = next(event for event in conduct.events if event.kind == "revealed")
    before = Conduct(conduct.events[: event.number - 1])
    again = recorded(read_verdict(before, event.moment.day), on=event.moment.day)
    kept = json.loads(canonical(revealed["verdict"])) if revealed else None
    again = json.loads(canonical(again))
    if again == kept:
        finding = again["result"]["finding"].replace("_", " ") if again["result"] else "nothing could be analysed"
        return Check("verdict", True, f"The verdict comes out again from the log: {finding}.")
    path = next(_differences(kept, again, ""), "the whole")
    return Check("verdict", False, f"The verdict does not come out again from the log: it differs in {path}.")


def _differences(one: Any, other: Any, path: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from _differences(one.get(key), other.get(key), f"{path}.{key}" if path else key)
    elif one != other:
        yield f"{path} ({one!r} in the file, {other!r} from the log)"
