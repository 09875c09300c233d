"""What happened to a person's safety in one trial, folded into what may be done next: the two gates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from pinprick.errors import DiaryError, FileError, ProtocolError
from pinprick.trial.safety import Screening, check_fields, choice_of
from pinprick.trial.safety_rules import (
    LadderStep,
    Occasion,
    StopAction,
    StopRule,
    known_kinds,
    ladder,
    rules_version,
    stop_rule,
    stop_rules,
)
from pinprick.words import _, mark

FRESH_DAYS: Final = 1  # a start may rest on today's screening or yesterday's
WEEK_DAYS: Final = 7
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether something may be done: true in an ``if`` exactly when it is open.

    ``why`` and ``what_to_do`` are sentences for the person, empty where the gate is open. ``step`` is the step
    of the ladder that an open mat is at.
    """

    open: bool
    why: str = ""
    what_to_do: str = ""
    step: LadderStep | None = None

    def __bool__(self) -> bool:
        return self.open


class SafetyEvent(StrEnum):
    """What a safety record holds."""

    SCREENING = "screening"
    DAILY = "daily"
    STOP = "stop"
    HEALED = "healed"
    CLEARANCE = "clearance"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class _Event:
    what: SafetyEvent
    day: date
    screening: Screening | None = None
    stop: str | None = None
    over_towel: bool = False


@dataclass(slots=True)
class _Standing:
    """Where a record stands after its last event; made while folding, thrown away after."""

    step: int
    stopped: bool = False
    mat_over: bool = False
    wounds: tuple[date, ...] = ()
    to_ask: tuple[tuple[date, str], ...] = ()
    paused: frozenset[date] = frozenset()
    with_cloth: bool = False
    used_step: int | None = None
    steps_done: frozenset[date] = frozenset()
    stepped: frozenset[tuple[str, date]] = frozenset()


STOPPED: Final = Gate(
    False,
    mark("This trial was stopped to keep you safe."),
    mark("It does not start again. Please talk to a doctor or nurse about how you feel. You have done nothing wrong."),
)
NAMES: Final = {
    "mat": mark("the mat"),
    "rest": mark("rest"),
    "acupuncture": mark("acupuncture"),
    "usual_care": mark("an ordinary day"),
}


@dataclass(frozen=True, slots=True)
class SafetyRecord:
    """What happened to a person's safety in one trial, in the order in which it became known.

    Every method returns a new record. Something told twice is kept once. A stop counts from the moment it is
    known, whatever its day, and only what comes later in the record can open it again.

    Parameters
    ----------
    first_step, top_step : int
        The first step of the ladder that the plan begins with, and the one that it builds up to.

    Raises
    ------
    ProtocolError
        If the ladder has no such steps.

    Examples
    --------
    >>> from pinprick.trial.safety import evaluate
    >>> from pinprick.trial.safety_rules import rules_for
    >>> day, record = date(2026, 3, 1), SafetyRecord()
    >>> record.may_start(["mat"], day).why
    'The safety questions have not been answered yet.'
    >>> no = {one.id: 0 if one.items else "no" for one in rules_for(["mat"], occasion=Occasion.START)}
    >>> record = record.with_screening(evaluate(no, ["mat"], occasion=Occasion.START), day)
    >>> bool(record.may_start(["mat"], day)), record.may_do("mat", day).why
    (True, "Today's safety questions have not been answered yet.")
    >>> today = rules_for(["mat"], occasion=Occasion.DAY)
    >>> daily = evaluate({one.id: "no" for one in today}, ["mat"], occasion=Occasion.DAY)
    >>> record = record.with_daily(daily, day)
    >>> record.may_do("mat", day).step.minutes
    3
    >>> record.with_stop("skin_broken", day).may_do("mat", day).why
    'Your skin was broken, and you have not told us yet that it has healed.'
    """

    first_step: int = 1
    top_step: int = 4
    _events: tuple[_Event, ...] = ()

    def __post_init__(self) -> None:
        last = ladder()[-1].step
        if not 1 <= self.first_step <= self.top_step <= last:
            raise ProtocolError(
                f"A build-up from step {self.first_step} to step {self.top_step} is not on the ladder; "
                f"give steps from 1 to {last}, the lower one first."
            )

    def with_screening(self, screening: Screening, day: date) -> SafetyRecord:
        """Add the screen before a start; the latest counts. `DiaryError` for a daily one, or one out of order."""
        if screening.occasion is not Occasion.START:
            raise DiaryError("These are the daily answers; the screen before a start asks more. Ask those questions.")
        latest = self._latest_screening()
        if latest is not None and day < latest.day:
            raise DiaryError(
                f"A screen of {day} comes after one of {latest.day}; answer the questions again for today."
            )
        event = _Event(SafetyEvent.SCREENING, day, screening=replace(screening))
        return self if latest == event else self._and(event)

    def with_daily(self, screening: Screening, day: date) -> SafetyRecord:
        """Add a day's answers; several of one day add up. `DiaryError` for the screen before a start."""
        if screening.occasion is Occasion.START:
            raise DiaryError("These are the answers of a start; a day has questions of its own. Ask those questions.")
        event = _Event(SafetyEvent.DAILY, day, screening=replace(screening))
        return self if event in self._events else self._and(event)

    def with_stop(self, stop_id: str, day: date) -> SafetyRecord:
        """Add a stop rule that was met; `DiaryError` if there is no such rule."""
        event = _Event(SafetyEvent.STOP, day, stop=stop_rule(stop_id).id)
        for earlier in reversed(self._events):
            if earlier.what in (SafetyEvent.HEALED, SafetyEvent.CLEARANCE):
                break  # the same again, after somebody opened it, is new
            if earlier == event:
                return self
        return self._and(event)

    def with_healed(self, day: date) -> SafetyRecord:
        """Add that the skin has healed; `DiaryError` if no earlier day broke it."""
        event = _Event(SafetyEvent.HEALED, day)
        if not any(wound < day for wound in self._standing().wounds):
            if event in self._events:
                return self
            raise DiaryError(
                f"No broken skin is waiting to heal on {day}; skin that broke can be said to have healed "
                "from the next day on."
            )
        return self._and(event)

    def with_clearance(self, day: date) -> SafetyRecord:
        """Add that a clinician said yes to going on; `DiaryError` if nothing waits for one."""
        event = _Event(SafetyEvent.CLEARANCE, day)
        if not any(asked <= day for asked, _name in self._standing().to_ask):
            if event in self._events:
                return self
            raise DiaryError(f"Nothing is waiting for a doctor or nurse on {day}; there is nothing to confirm.")
        return self._and(event)

    def with_session(self, day: date, *, over_towel: bool = False) -> SafetyRecord:
        """Add that a session took place on the mat, or on a towel over it, which builds nothing up."""
        event = _Event(SafetyEvent.SESSION, day, over_towel=over_towel)
        return self if event in self._events else self._and(event)

    @property
    def is_stopped(self) -> bool:
        """Whether the trial was stopped and does not resume."""
        return self._standing().stopped

    @property
    def waits_for(self) -> tuple[StopRule, ...]:
        """Stop rules that wait for the skin to heal or for a clinician."""
        now = self._standing()
        waiting = {name for _day, name in now.to_ask} | ({"skin_broken"} if now.wounds else set())
        return tuple(one for one in stop_rules() if one.id in waiting)

    @property
    def last_clearance(self) -> date | None:
        """The latest day of a clinician's yes, from which `worse_for_three_days` and `mood_drops` count anew."""
        return max((event.day for event in self._events if event.what is SafetyEvent.CLEARANCE), default=None)

    @property
    def step(self) -> LadderStep:
        """The step of the ladder for the next session on the mat."""
        return ladder()[self._standing().step - 1]

    @property
    def needs_cloth(self) -> bool:
        """Whether the skin asks for cloth between person and mat, whatever the step allows."""
        return self._standing().with_cloth

    def occasion(self, day: date) -> Occasion:
        """Which questions this day asks: the weekly one is due a week after it was last on the list.

        Examples
        --------
        >>> SafetyRecord().occasion(date(2026, 3, 1)).value
        'week'
        """
        shown = [event.day for event in self._events if event.screening and event.screening.support_shown]
        return Occasion.DAY if shown and day - max(shown) < timedelta(days=WEEK_DAYS) else Occasion.WEEK

    def may_start(self, kinds: Iterable[str], day: date) -> Gate:
        """Whether a trial with these kinds of treatment may start on this day."""
        kinds, now, latest = known_kinds(kinds), self._standing(), self._latest_screening()
        if now.stopped:
            return _stopped()
        stop = _first_closed(self._mat_stop(now, kinds, day), _asked(now))
        if stop is not None:
            return stop
        if latest is None or latest.screening is None:
            return _not_screened()
        if not timedelta(0) <= day - latest.day <= timedelta(days=FRESH_DAYS):
            return Gate(
                False,
                _("The safety questions were not answered today or yesterday."),
                _("Please answer them again before you start."),
            )
        if latest.screening.version != rules_version():
            return Gate(
                False,
                _("The safety questions have changed since you answered them."),
                _("Please answer them again before you start."),
            )
        shut = _first_closed(_barred(latest.screening, kinds), self._postponed(kinds, day))
        return Gate(True) if shut is None else shut

    def may_do(self, kinds: Iterable[str], day: date) -> Gate:
        """Whether a treatment of these kinds may be done on this day; towel rest over a mat is mat and rest."""
        kinds, now, latest = known_kinds(kinds), self._standing(), self._latest_screening()
        if now.stopped:
            return _stopped()
        if latest is None or latest.screening is None:
            return _not_screened()
        shut = _first_closed(
            _barred(latest.screening, kinds),
            self._mat_stop(now, kinds, day),
            self._postponed(kinds, day),
            self._mat_today(kinds, day),
        )
        if shut is not None:
            return shut
        return Gate(True, step=ladder()[now.step - 1]) if "mat" in kinds else Gate(True)

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON takes it, without any answer.

        Examples
        --------
        >>> SafetyRecord().with_stop("too_painful", date(2026, 3, 1)).to_dict()
        {'first_step': 1, 'top_step': 4, 'events': [{'event': 'stop', 'day': '2026-03-01', 'stop': 'too_painful'}]}
        """
        return {
            "first_step": self.first_step,
            "top_step": self.top_step,
            "events": [_event_to_dict(event) for event in self._events],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> SafetyRecord:
        """Read what `to_dict` wrote, event by event, by the same checks.

        Raises
        ------
        FileError
            If a field is missing, unknown or of another type, or an event could not have happened.

        Examples
        --------
        >>> record = SafetyRecord().with_stop("too_painful", date(2026, 3, 1))
        >>> SafetyRecord.from_dict(record.to_dict()) == record
        True
        """
        check_fields(stored, {"first_step", "top_step", "events"}, "A safety record")
        for name in ("first_step", "top_step"):
            if type(stored[name]) is not int:
                raise FileError(f"A safety record's {name} is {stored[name]!r}; it must be a whole number. Restore it.")
        if not isinstance(stored["events"], list):
            raise FileError("A safety record's events are not a list; restore the file from a copy.")
        try:
            record = cls(stored["first_step"], stored["top_step"])
            for event in stored["events"]:
                record = record._with_stored(event)
        except (DiaryError, ProtocolError) as error:
            raise FileError(f"A safety record holds what could not have happened: {error}") from error
        return record

    def _with_stored(self, stored: object) -> SafetyRecord:
        if not isinstance(stored, dict) or "event" not in stored:
            raise FileError("A safety record holds something that is no event; restore the file from a copy.")
        what = choice_of(stored["event"], SafetyEvent, "An event of a safety record")
        extra = {
            SafetyEvent.SCREENING: {"screening"},
            SafetyEvent.DAILY: {"screening"},
            SafetyEvent.STOP: {"stop"},
            SafetyEvent.SESSION: {"over_towel"},
        }.get(what, set())
        check_fields(stored, {"event", "day", *extra}, f"A {what.value} of a safety record")
        try:
            day = date.fromisoformat(stored["day"])
        except (TypeError, ValueError):
            raise FileError(f"A safety record has the day {stored['day']!r}; write year-month-day.") from None
        match what:
            case SafetyEvent.SCREENING:
                return self.with_screening(Screening.from_dict(stored["screening"]), day)
            case SafetyEvent.DAILY:
                return self.with_daily(Screening.from_dict(stored["screening"]), day)
            case SafetyEvent.STOP:
                return self.with_stop(stored["stop"], day)
            case SafetyEvent.HEALED:
                return self.with_healed(day)
            case SafetyEvent.CLEARANCE:
                return self.with_clearance(day)
            case SafetyEvent.SESSION:
                if not isinstance(stored["over_towel"], bool):
                    raise FileError(f"A session's over_towel is {stored['over_towel']!r}; it must be true or false.")
                return self.with_session(day, over_towel=stored["over_towel"])

    def _and(self, event: _Event) -> SafetyRecord:
        return replace(self, _events=(*self._events, event))

    def _latest_screening(self) -> _Event | None:
        return next((event for event in reversed(self._events) if event.what is SafetyEvent.SCREENING), None)

    def _dailies(self, day: date) -> Iterator[Screening]:
        for event in self._events:
            if event.what is SafetyEvent.DAILY and event.day == day and event.screening is not None:
                yield event.screening

    def _standing(self) -> _Standing:
        now = _Standing(step=self.first_step)
        for event in self._events:
            match event.what:
                case SafetyEvent.SCREENING | SafetyEvent.DAILY:
                    now.stopped = now.stopped or (event.screening is not None and event.screening.stopped)
                case SafetyEvent.STOP:
                    self._stop(now, event)
                case SafetyEvent.HEALED:
                    now.wounds = tuple(wound for wound in now.wounds if wound >= event.day)
                case SafetyEvent.CLEARANCE:
                    now.to_ask = tuple((day, name) for day, name in now.to_ask if day > event.day)
                case SafetyEvent.SESSION:
                    self._session(now, event)
        return now

    def _stop(self, now: _Standing, event: _Event) -> None:
        name = event.stop or ""
        match stop_rule(name).action:
            case StopAction.STOP_TRIAL:
                now.stopped = True
            case StopAction.STOP_MAT:
                now.wounds = (*now.wounds, event.day)
                now.step, now.used_step, now.steps_done, now.with_cloth = 1, None, frozenset(), True
            case StopAction.STOP_MAT_AND_ASK | StopAction.SUPPORT_AND_ASK:
                now.to_ask = (*now.to_ask, (event.day, name))
            case StopAction.PAUSE:
                # The rest of this day and all of the next: with one session a day, the rest of a day alone
                # may be no pause at all.
                now.paused |= {event.day, event.day + ONE_DAY}
                now.with_cloth = True
                # For good, if marks come back once there was a way onto the mat between them.
                now.mat_over = now.mat_over or any(
                    earlier.stop == name and abs(earlier.day - event.day) > ONE_DAY for earlier in self._events
                )
                _step_down(now, (name, event.day))
            case StopAction.STEP_DOWN:
                now.paused |= {event.day}
                _step_down(now, (name, event.day))

    def _session(self, now: _Standing, event: _Event) -> None:
        """Count a session towards the next step, unless it should not have been or went wrong."""
        shut = now.stopped or now.mat_over or now.wounds or now.to_ask or event.day in now.paused
        if event.over_towel or shut or event.day in now.steps_done:
            return
        now.used_step = now.step
        now.steps_done |= {event.day}
        step = ladder()[now.step - 1]
        needed = step.days or step.days_before_next
        if now.step < self.top_step and needed is not None and len(now.steps_done) >= needed:
            now.step, now.steps_done = now.step + 1, frozenset()

    def _mat_stop(self, now: _Standing, kinds: tuple[str, ...], day: date) -> Gate | None:
        """What was felt and keeps the mat closed."""
        if "mat" not in kinds:
            return None
        if now.mat_over:
            return Gate(
                False,
                _("The marks on your skin came back, so the mat is over for you."),
                _("Please do not use it again. You can still keep your diary. Show the marks to a doctor or nurse."),
            )
        if now.wounds:
            return Gate(
                False,
                _("Your skin was broken, and you have not told us yet that it has healed."),
                _(
                    "Leave the mat until it has healed. Then start again at the first step, with cloth. "
                    "Ask a doctor or nurse if it spreads, is hot, or you have a fever."
                ),
            )
        if now.to_ask:
            return _asked(now)
        if day in now.paused:
            return Gate(
                False,
                _("You told us that the mat was too much, so it has a rest."),
                _("Leave it for today. After the rest, go on one step lower."),
            )
        return None

    def _postponed(self, kinds: tuple[str, ...], day: date) -> Gate | None:
        """What today's answers, of a start or of the day, put off."""
        today = [event.screening for event in self._events if event.day == day and event.screening is not None]
        if any(
            kind in one.postponed or (kind in one.closed and one.occasion is not Occasion.START)
            for one in today
            for kind in kinds
        ):
            return Gate(
                False,
                _("Something in today's answers has to pass first."),
                _("Leave it for today. You will be asked again on the next day."),
            )
        return None

    def _mat_today(self, kinds: tuple[str, ...], day: date) -> Gate | None:
        """What the mat needs on every day: the day's answers, and no session yet."""
        if "mat" not in kinds:
            return None
        if not any("mat" in one.kinds for one in self._dailies(day)):
            return Gate(
                False,
                _("Today's safety questions have not been answered yet."),
                _("Answer them first. It takes a minute."),
            )
        if any(event.what is SafetyEvent.SESSION and event.day == day for event in self._events):
            return Gate(False, _("You have been on the mat today."), _("Once a day is enough. Come back tomorrow."))
        return None


def _step_down(now: _Standing, stop: tuple[str, date]) -> None:
    """Go one step below the last one used, or below the present one if that is lower already; once a stop and day."""
    if stop in now.stepped:
        return
    now.stepped |= {stop}
    now.step = max(1, min(now.step, now.used_step or now.step) - 1)
    now.steps_done = frozenset()


def _first_closed(*gates: Gate | None) -> Gate | None:
    """The first that is there. Not ``or``: a closed gate is false, so it would be stepped over."""
    return next((gate for gate in gates if gate is not None), None)


def _asked(now: _Standing) -> Gate | None:
    if not now.to_ask:
        return None
    return Gate(
        False,
        _("Something happened that a doctor or nurse should hear about first."),
        _("Leave the mat until you have asked one. If they say yes, tell us, and you can go on."),
    )


def _stopped() -> Gate:
    return replace(STOPPED, why=_(STOPPED.why), what_to_do=_(STOPPED.what_to_do))


def _not_screened() -> Gate:
    return Gate(
        False,
        _("The safety questions have not been answered yet."),
        _("Answer them first. It takes a few minutes."),
    )


def _barred(screening: Screening, kinds: tuple[str, ...]) -> Gate | None:
    """What the screen before the start keeps closed."""
    for kind in kinds:
        name = _(NAMES[kind])
        if kind not in screening.kinds:
            return Gate(
                False,
                _("The safety questions were not asked for {treatment}.").format(treatment=name),
                _("Please answer the questions for {treatment} first.").format(treatment=name),
            )
        if kind in screening.closed:
            ask = _("Some of this a doctor or nurse can open. Ask one, then answer the questions again and tell us.")
            leave = _("Please do not go on with it. This is to keep you safe.")
            return Gate(
                False,
                _("Going by your answers, {treatment} is not open to you now.").format(treatment=name),
                ask if screening.ask_clinician else leave,
            )
        if kind in screening.postponed:
            return Gate(
                False,
                _("Something in your answers has to pass first."),
                _("Come back on another day and answer the questions again."),
            )
    return None


def _event_to_dict(event: _Event) -> dict[str, Any]:
    stored: dict[str, Any] = {"event": event.what.value, "day": event.day.isoformat()}
    if event.screening is not None:
        stored["screening"] = event.screening.to_dict()
    if event.stop is not None:
        stored["stop"] = event.stop
    if event.what is SafetyEvent.SESSION:
        stored["over_towel"] = event.over_towel
    return stored
