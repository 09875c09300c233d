"""What a trial's events add up to: one small function for each kind of event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from pinprick.errors import FileError, ProtocolError
from pinprick.trial.commitment import Event, Moment
from pinprick.trial.draw import Pause
from pinprick.trial.plan import Plan
from pinprick.trial.safety import TOO_PAINFUL, Screening
from pinprick.trial.safety_record import SafetyRecord
from pinprick.trial.safety_rules import top_step_for
from pinprick.trial.set_up import SetUp


class Ended(StrEnum):
    """Why a session was ended early."""

    TOO_SHARP = "too_sharp"
    NO_TIME = "no_time"
    FELT_WRONG = "felt_wrong"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Rated:
    """One version of a day's check-in.

    Attributes
    ----------
    day : date
        The day that it is about.
    ratings : mapping of str to float
        By the names of the plan's ratings.
    done : bool or None
        Whether the treatment was done; None where nobody said.
    minutes : float or None
        How long it was done.
    note : str
        What the person wrote.
    moment : Moment
        When it was received, which is what a look goes by.
    late : bool
        Whether the ratings were given after they were due.
    entered : Moment or None
        When it was given, on a device that was offline then; None where it was received at once.
    prick : float or None
        How sharp the session was, 0 to 10.
    ended : Ended or None
        Why the session was ended early; None where it was not, or nobody said.
    marks : bool or None
        Whether marks were still there the next day.
    """

    day: date
    ratings: Mapping[str, float]
    done: bool | None
    minutes: float | None
    note: str
    moment: Moment
    late: bool
    entered: Moment | None = None
    prick: float | None = None
    ended: Ended | None = None
    marks: bool | None = None

    def says_the_same(self, other: Rated) -> bool:
        """Whether two versions differ in nothing but when they were given and handed in."""
        return self._said() == other._said()

    def only_adds_to(self, other: Rated) -> bool:
        """Whether everything that an earlier version of the day says still stands."""
        return all(self.ratings.get(name) == value for name, value in other.ratings.items()) and all(
            before in (None, "", now) for before, now in zip(other._said()[2:], self._said()[2:], strict=True)
        )

    def _said(self) -> tuple[Any, ...]:
        return (
            self.day,
            dict(self.ratings),
            self.done,
            self.minutes,
            self.note,
            self.prick,
            self.ended,
            self.marks,
        )


@dataclass(slots=True)
class State:
    """What the events add up to."""

    plan: Plan | None = None
    sequence: Mapping[str, Any] | None = None
    opened: date | None = None
    safety: SafetyRecord = field(default_factory=SafetyRecord)
    is_screened: bool = False
    country: str | None = None
    start: Mapping[str, Any] | None = None
    first_day: date | None = None
    begun: list[int] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    ratings: dict[date, list[Rated]] = field(default_factory=dict)
    set_ups: tuple[tuple[date, SetUp], ...] = ()
    stopped: tuple[date, str] | None = None
    unsealed: list[date] = field(default_factory=list)
    belief_after: Mapping[str, Any] | None = None
    revealed: Mapping[str, Any] | None = None
    rehearsed: bool = False

    def copy(self) -> State:
        """A state that may be folded further; what it holds is replaced, never changed in place."""
        return replace(
            self, begun=[*self.begun], pauses=[*self.pauses], ratings={**self.ratings}, unsealed=[*self.unsealed]
        )


def _opened(state: State, event: Event) -> None:
    state.plan = Plan.from_dict(event.data["plan"])
    state.sequence = event.data.get("sequence")
    state.opened = event.moment.day
    minutes = max((arm.minutes for arm in state.plan.arms if arm.on_the_mat), default=0)
    if minutes:
        state.safety = SafetyRecord(top_step=top_step_for(minutes))


def _screened(state: State, event: Event) -> None:
    screening = Screening.from_dict(event.data["screening"])
    state.safety = state.safety.with_screening(screening, event.moment.day)
    state.is_screened = screening.may_start
    state.country = event.data.get("country", state.country)


def _asked_today(state: State, event: Event) -> None:
    state.safety = state.safety.with_daily(Screening.from_dict(event.data["screening"]), event.moment.day)


def _rung(state: State, event: Event) -> None:
    state.safety = state.safety.with_session(event.moment.day)
    if event.data["prick"] >= TOO_PAINFUL:
        state.safety = state.safety.with_stop("too_painful", event.moment.day)


def _started(state: State, event: Event) -> None:
    state.start = event.data
    state.first_day = date.fromisoformat(event.data["first_day"])
    if event.data["built_up"]:
        state.safety = replace(state.safety, first_step=state.safety.top_step)


def _began(state: State, event: Event) -> None:
    state.begun += event.data["order"]


def _rated(state: State, event: Event) -> None:
    data, day = event.data, date.fromisoformat(event.data["day"])
    version = Rated(
        day,
        data["ratings"],
        data.get("done"),
        data.get("minutes"),
        data.get("note", ""),
        event.moment,
        data.get("late", False),
        Moment(datetime.fromisoformat(data["entered"]), event.moment.rehearsed) if "entered" in data else None,
        data.get("prick"),
        Ended(data["ended"]) if "ended" in data else None,
        data.get("marks"),
    )
    state.ratings[day] = [*state.ratings.get(day, ()), version]
    on_the_mat = data.get("session")
    if on_the_mat is not None:
        state.safety = state.safety.with_session(day, over_towel=on_the_mat == "towel")


def _paused(state: State, event: Event) -> None:
    state.pauses.append(Pause(date.fromisoformat(event.data["from"])))


def _resumed(state: State, event: Event) -> None:
    pause = replace(state.pauses.pop(), resumed=date.fromisoformat(event.data["from"]))
    if pause.resumed != pause.first_day:
        state.pauses.append(pause)


def _set_up(state: State, event: Event) -> None:
    try:
        found = date.fromisoformat(event.data["from"]), SetUp.from_dict(event.data["set_up"])
    except ProtocolError as error:
        unknown = "The log holds a set-up that this version of Pinprick does not know; install a newer one."
        raise FileError(f"{unknown} {error}") from None
    # in order of the days they hold from; of two for one day the later written stands last
    state.set_ups = tuple(sorted((*state.set_ups, found), key=lambda one: one[0]))


def _felt(state: State, event: Event) -> None:
    state.safety = state.safety.with_stop(event.data["rule"], event.moment.day)


def _healed(state: State, event: Event) -> None:
    state.safety = state.safety.with_healed(event.moment.day)


def _cleared(state: State, event: Event) -> None:
    state.safety = state.safety.with_clearance(event.moment.day)


def _stopped(state: State, event: Event) -> None:
    state.stopped = (date.fromisoformat(event.data["from"]), event.data["why"])


def _unsealed(state: State, event: Event) -> None:
    state.unsealed.append(event.moment.day)


def _believed(state: State, event: Event) -> None:
    state.belief_after = event.data


def _revealed(state: State, event: Event) -> None:
    state.revealed = event.data
    # what of the order was never reached is known now, but belongs to no day that was lived


FOLD: Final = {
    "opened": _opened,
    "screened": _screened,
    "asked_today": _asked_today,
    "rung": _rung,
    "started": _started,
    "began": _began,
    "rated": _rated,
    "paused": _paused,
    "resumed": _resumed,
    "set_up": _set_up,
    "felt": _felt,
    "healed": _healed,
    "cleared": _cleared,
    "stopped": _stopped,
    "unsealed": _unsealed,
    "believed": _believed,
    "revealed": _revealed,
}
"""What each kind of event does to the state."""
