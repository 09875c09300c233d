"""What is committed to before day one, and the chain that keeps a trial's log in order.

Both are SHA-256 over canonical JSON (RFC 8785), so that anybody can compute them again in any language.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import rfc8785

from pinprick.errors import FileError
from pinprick.trial.draw import DRAW
from pinprick.trial.plan import Plan

COMMITMENT = "pinprick-commitment/1"
FIRST_LINK = "0" * 64
"""What stands before the first event of a log."""


def canonical(value: object) -> bytes:
    """The one canonical form of JSON.

    Examples
    --------
    >>> canonical({"b": 1.0, "a": "ä"}).decode()
    '{"a":"ä","b":1}'
    """
    return rfc8785.dumps(value)  # type: ignore[arg-type]


def sha256(data: bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def commitment(
    plan: Plan, *, first_day: date, rule: Mapping[str, Any], belief: Mapping[str, Any], seed_sha256: str
) -> str:
    """The number that `start` prints: change anything it covers, and it is another number.

    Parameters
    ----------
    plan : Plan
        The whole protocol.
    first_day : date
        The first day.
    rule : mapping
        The thresholds in force, as numbers.
    belief : mapping
        What the person expected.
    seed_sha256 : str
        SHA-256 of the seed, which itself stays sealed until the end.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return sha256(
        canonical(
            {
                "format": COMMITMENT,
                "plan": plan.to_dict(),
                "first_day": first_day.isoformat(),
                "draw": DRAW,
                "rule": dict(rule),
                "belief": dict(belief),
                "seed_sha256": seed_sha256,
            }
        )
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was done, to the second: an instant with the person's own offset from UTC, or a set clock.

    Examples
    --------
    >>> Moment.rehearsal(date(2026, 5, 4)).day
    datetime.date(2026, 5, 4)
    """

    at: datetime
    rehearsed: bool = False

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"{self.at} has no time zone; a moment is an instant.")
        object.__setattr__(self, "at", self.at.replace(microsecond=0))  # as the log has it, or it would not read back

    @classmethod
    def rehearsal(cls, day: date) -> Moment:
        """Noon of a day on a set clock."""
        return cls(datetime.fromisoformat(f"{day}T12:00:00+00:00"), rehearsed=True)

    @property
    def day(self) -> date:
        """The day on the person's own calendar."""
        return self.at.date()

    def written(self) -> str:
        """As the log has it, to the second: 2026-05-04T21:03:00+01:00."""
        return self.at.isoformat()


@dataclass(frozen=True, slots=True)
class Event:
    """One link of a trial's log.

    ``link`` is SHA-256 over the canonical JSON of everything else in the event together with the link before it.
    """

    number: int
    kind: str
    moment: Moment
    data: Mapping[str, Any]
    link: str

    @classmethod
    def after(cls, before: Event | None, kind: str, moment: Moment, data: Mapping[str, Any]) -> Event:
        """The next event of a log; its data are brought into the form that they have after being read back."""
        data = json.loads(canonical(dict(data)))
        number = before.number + 1 if before else 1
        body = _body(number, kind, moment.written(), moment.rehearsed, data)
        return cls(number, kind, moment, data, _link(body, before))

    def to_dict(self) -> dict[str, Any]:
        """As the trial file and its journal hold it."""
        body = _body(self.number, self.kind, self.moment.written(), self.moment.rehearsed, self.data)
        return {**body, "link": self.link}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], *, name: str) -> Event:
        """An event as it was written; its link is checked by `check_chain`."""
        try:
            at = datetime.fromisoformat(values["at"])
            return cls(
                int(values["n"]),
                str(values["kind"]),
                Moment(at, values.get("rehearsed", False) is True),
                dict(values["data"]),
                str(values["link"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            raise FileError(
                f"{name}: an entry of the log is not what Pinprick wrote; restore the file from a copy."
            ) from None


def _body(number: int, kind: str, at: str, rehearsed: bool, data: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"n": number, "at": at, "kind": kind, "data": dict(data)}
    return body | {"rehearsed": True} if rehearsed else body


def _link(body: Mapping[str, Any], before: Event | None) -> str:
    return sha256(canonical({**body, "before": before.link if before else FIRST_LINK}))


def broken_at(events: list[Event]) -> int | None:
    """The number of the first event that does not follow from those before it; None where all do."""
    before: Event | None = None
    for event in events:
        try:
            made = Event.after(before, event.kind, event.moment, event.data)
        except rfc8785.CanonicalizationError:  # a number that JSON has no form for, so we never wrote it
            return (before.number if before else 0) + 1
        if (made.number, made.link) != (event.number, event.link):
            return (before.number if before else 0) + 1
        before = event
    return None
