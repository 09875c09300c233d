"""The conduct of a trial, from the first question to the reveal, as a log of events and what follows from them.

Nothing here reads a clock, a file or a source of chance. `Conduct` is frozen: every step takes one and returns the
next, or says why it may not be taken. What a person's own files and commands show comes from the events alone;
the order that has not begun lies in the `Seal`, which is handed in where a new day needs it and never kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from pinprick.errors import DiaryError, FileError, ProtocolError
from pinprick.trial.commitment import Event, Moment, commitment, sha256
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.draw import DRAW, Pause, check_balance, draw, schedule_from_draw, scheduled_days
from pinprick.trial.fold import FOLD, Ended, Rated, State
from pinprick.trial.plan import HOURS_AFTER_SESSION, Arm, Asked, Plan, StartDay
from pinprick.trial.safety import Screening, mood_drops, worse_for_three_days
from pinprick.trial.safety_record import Gate, SafetyRecord
from pinprick.trial.safety_rules import LadderStep, Occasion, stop_rule
from pinprick.trial.schedule import Schedule
from pinprick.trial.seal import Seal
from pinprick.trial.set_up import SetUp
from pinprick.trial.trial import Trial

LATEST_DAYS = 7
"""A rating older than this is not taken: nobody remembers a day that long."""
FIRST_DAY_WITHIN = 14


class Phase(StrEnum):
    """Where a trial stands."""

    DRAFT = "draft"
    SCREENED = "screened"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"
    REVEALED = "revealed"


class WrittenAlreadyError(DiaryError):
    """A day is written already, and something else was handed in for it; nothing was changed."""


class Written(StrEnum):
    """What became of a rating that was handed in."""

    NEW = "new"
    SAME = "same"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Conduct:
    """A trial as it has been conducted so far.

    Examples
    --------
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> conduct = Conduct.opened(read_protocol("mat-vs-rest-back-pain"), Moment.rehearsal(date(2026, 5, 4)))
    >>> conduct.phase(date(2026, 5, 4)).value, len(conduct.events)
    ('draft', 1)
    """

    events: tuple[Event, ...]
    before: InitVar[Conduct | None] = None
    _state: State = field(init=False, repr=False, compare=False)

    def __post_init__(self, before: Conduct | None) -> None:
        """Fold the events; those of ``before``, of which these are a continuation, have been folded already."""
        state = before._state.copy() if before else State()
        for event in self.events[len(before.events) if before else 0 :]:
            FOLD[event.kind](state, event)
            state.rehearsed |= event.moment.rehearsed
        object.__setattr__(self, "_state", state)

    # ---------------------------------------------------------------- what there is

    @property
    def plan(self) -> Plan:
        """The plan."""
        if self._state.plan is None:
            raise FileError("The log does not start with a plan; restore the file from a copy.")
        return self._state.plan

    @property
    def sequence(self) -> Mapping[str, Any] | None:
        """Which stage of which sequence of plans this trial is; None where it stands alone."""
        return self._state.sequence

    @property
    def safety(self) -> SafetyRecord:
        """What the safety rules know."""
        return self._state.safety

    @property
    def first_day(self) -> date | None:
        """The first day of the first period; None before the start."""
        return self._state.first_day

    @property
    def start(self) -> Mapping[str, Any]:
        """What was fixed at the start: rule, belief, commitment, digest of the seal."""
        if self._state.start is None:
            raise ProtocolError("This trial has not started; pinprick start draws the order and starts it.")
        return self._state.start

    @property
    def has_started(self) -> bool:
        """Whether the order has been drawn."""
        return self._state.start is not None

    @property
    def begun(self) -> tuple[int, ...]:
        """What has begun of the order, as the draw has it."""
        return tuple(self._state.begun)

    @property
    def pauses(self) -> tuple[Pause, ...]:
        """Pauses in order of time."""
        return tuple(self._state.pauses)

    @property
    def unsealed(self) -> tuple[date, ...]:
        """Days on which the person looked before the end."""
        return tuple(self._state.unsealed)

    @property
    def belief_after(self) -> Mapping[str, Any] | None:
        """Guess and preference before the reveal; None until they are asked."""
        return self._state.belief_after

    @property
    def revealed(self) -> Mapping[str, Any] | None:
        """Seed, order and verdict; None until the end."""
        return self._state.revealed

    @property
    def stopped(self) -> tuple[date, str] | None:
        """The day of a stop and why; None where there was none."""
        return self._state.stopped

    @property
    def rehearsed(self) -> bool:
        """Whether any event was made with a set clock."""
        return self._state.rehearsed

    @property
    def is_sealed(self) -> bool:
        """Whether results must stay hidden: from the start to the reveal."""
        return self.has_started and self.revealed is None

    def phase(self, today: date) -> Phase:
        """Where the trial stands on a day."""
        state = self._state
        if state.revealed is not None:
            return Phase.REVEALED
        if state.stopped is not None:
            return Phase.STOPPED
        if state.first_day is None:
            return Phase.SCREENED if state.is_screened else Phase.DRAFT
        if state.pauses and state.pauses[-1].resumed is None:
            return Phase.PAUSED if state.pauses[-1].first_day <= today else Phase.RUNNING
        return Phase.FINISHED if today > self.last_day else Phase.RUNNING

    @property
    def last_day(self) -> date:
        """The last day there may be: the ceiling, moved on by the pauses so far."""
        days = self.scheduled_days
        lasting = self._state.pauses and self._state.pauses[-1].resumed is None
        missing = self.plan.n_days - len(days) if lasting else 0
        return (days[-1] if days else self._first()) + timedelta(days=missing)

    @property
    def scheduled_days(self) -> list[date]:
        """The trial's days on the calendar, as far as pauses let them be known."""
        return scheduled_days(self._first(), self.plan.n_days, self._state.pauses)

    def _first(self) -> date:
        if self._state.first_day is None:
            raise ProtocolError("This trial has not started; pinprick start draws the order and starts it.")
        return self._state.first_day

    def day_number(self, day: date) -> int | None:
        """Which of the trial's days this is, from 1; None where it is none of them."""
        days = self.scheduled_days
        return days.index(day) + 1 if day in days else None

    # ---------------------------------------------------------------- before the start

    @classmethod
    def opened(cls, plan: Plan, moment: Moment, *, sequence: Mapping[str, Any] | None = None) -> Conduct:
        """A new trial of this plan."""
        data = {"plan": plan.to_dict()} | ({"sequence": dict(sequence)} if sequence else {})
        return cls((Event.after(None, "opened", moment, data),))

    def with_screening(self, screening: Screening, moment: Moment, *, country: str | None = None) -> Conduct:
        """The outcome of the safety questions, before the start or on a day; the answers are not kept."""
        self._refuse_after_the_end("answer the safety questions")
        at_start = screening.occasion is Occasion.START
        if at_start and self.has_started:
            raise ProtocolError("This trial has started, and each day has safety questions of its own: pinprick today.")
        kind = "screened" if at_start else "asked_today"
        data = {"screening": screening.to_dict()} | ({"country": country} if country else {})
        return self._with(kind, moment, data)._stopped_if_unsafe(moment)

    def _stopped_if_unsafe(self, moment: Moment) -> Conduct:
        """The trial stopped, where a safety rule has just ended it."""
        if self.has_started and self.safety.is_stopped and self.stopped is None:
            return self._with("stopped", moment, {"why": "safety", "from": moment.day.isoformat()})
        return self

    @property
    def country(self) -> str | None:
        """Whose emergency numbers to show; None where nobody said."""
        return self._state.country

    def answered_on(self, day: date) -> bool:
        """Whether this day's safety questions have been answered."""
        return any(event.kind == "asked_today" and event.moment.day == day for event in self.events)

    @property
    def rung(self) -> LadderStep:
        """The step of the build-up that the next session on the mat is at."""
        return self.safety.step

    @property
    def built_up(self) -> bool:
        """Whether the build-up has reached the minutes of the plan, or there is no mat."""
        return not self.plan.on_the_mat or self.safety.step.step >= self.safety.top_step

    def with_rung(self, *, prick: float, moment: Moment) -> Conduct:
        """One session of the build-up, and how hard it pricked at its worst (0 to 10)."""
        if self.has_started or not self.plan.on_the_mat:
            raise ProtocolError("The build-up belongs before the start of a trial on the mat; leave --prick out.")
        if not 0 <= prick <= 10:
            raise DiaryError(f"The prick is {prick:g}; give 0 to 10.")
        gate = self.safety.may_do(["mat"], moment.day)
        if not gate.open:
            raise ProtocolError(f"{gate.why} {gate.what_to_do}")
        return self._with("rung", moment, {"prick": float(prick)})

    @property
    def _kinds(self) -> tuple[str, ...]:
        return tuple(kind.value for kind in self.plan.safety_kinds)

    def may_start(self, day: date) -> Gate:
        """Whether the safety rules let the trial start on this day."""
        return self.safety.may_start(self._kinds, day)

    def check_start(self, moment: Moment, *, first_day: date | None = None, built_up: bool = False) -> date:
        """The first day of the trial, tomorrow unless told otherwise, or why it may not start; as in `started`."""
        if self.has_started:
            raise ProtocolError(f"This trial started on {self._first()}; a new trial needs a file of its own.")
        gate = self.may_start(moment.day)
        if not gate.open:
            raise ProtocolError(f"{gate.why} {gate.what_to_do}")
        if not (built_up or self.built_up):
            rung = self.rung
            raise ProtocolError(
                f"The build-up is at step {rung.step} ({rung.minutes} minutes, {rung.layer}); go on with it first, "
                "or say --built-up if you have lain on a mat for a week or more without trouble."
            )
        first = first_day or moment.day + timedelta(days=1)
        if not moment.day <= first <= moment.day + timedelta(days=FIRST_DAY_WITHIN):
            raise ProtocolError(
                f"The first day is {first}; give one from today, {moment.day}, to {FIRST_DAY_WITHIN} days on."
            )
        check_balance(self.plan, first_day=first)
        return first

    def started(
        self,
        moment: Moment,
        *,
        seed: bytes,
        rule: Mapping[str, Any],
        belief: Mapping[str, Any],
        first_day: date | None = None,
        sealed: bool = True,
        built_up: bool = False,
    ) -> tuple[Conduct, Seal]:
        """Draw the order, commit to it, and start.

        Parameters
        ----------
        moment : Moment
            Now.
        seed : (32,) bytes
            From the machine's source of secrets.
        rule : mapping
            The thresholds in force, as numbers; they are committed to and used to the end.
        belief : mapping
            ``expectation`` by treatment (0 to 10) and ``choice_today``; both may be missing.
        first_day : date, optional
            Tomorrow unless told otherwise.
        sealed : bool
            False where the person knows the seed, which is then said in every verdict.
        built_up : bool
            The person has lain on a mat for a week or more without trouble.

        Raises
        ------
        ProtocolError
            If a safety rule stands open, the build-up is not done, or the trial has started.
        """
        first = self.check_start(moment, first_day=first_day, built_up=built_up)
        _check_belief(self.plan, belief)
        seal = Seal(seed, draw(self.plan, seed, first_day=first))
        seed_sha256 = sha256(seed)
        data = {
            "first_day": first.isoformat(),
            "draw": DRAW,
            "rule": dict(rule),
            "belief": dict(belief),
            "built_up": built_up,
            "sealed": sealed,
            "seed_sha256": seed_sha256,
            "seal_sha256": seal.digest,
            "commitment": commitment(self.plan, first_day=first, rule=rule, belief=belief, seed_sha256=seed_sha256),
        }
        return self._with("started", moment, data), seal

    # ---------------------------------------------------------------- day by day

    def begin(self, seal: Seal, moment: Moment) -> Conduct:
        """The trial with every period in the clear that has begun by now."""
        if seal.digest != self.start["seal_sha256"]:
            raise FileError("The seal beside this trial is another one's, or was changed; restore it from a copy.")
        if self.revealed is not None or self.phase(moment.day) in (Phase.STOPPED, Phase.PAUSED):
            return self
        plan, days = self.plan, self.scheduled_days
        n_passed = sum(day <= moment.day for day in days)
        if isinstance(plan.design, StartDay):
            has_begun = n_passed > plan.design.usual_days + seal.drawn[0]
            begun = list(seal.drawn) if has_begun else []
        else:
            begun = list(seal.drawn[: -(-n_passed // plan.design.period_days)])
        if len(begun) <= len(self.begun):
            return self
        return self._with("began", moment, {"order": begun[len(self.begun) :]})

    def schedule(self, until: date | None = None) -> Schedule | None:
        """The schedule as far as it has begun by a day; None before the first."""
        drawn: Sequence[int] = self.begun
        return schedule_from_draw(self.plan, drawn, first_day=self._first(), pauses=self._state.pauses, until=until)

    def arm_on(self, day: date) -> Arm | None:
        """The treatment of a day that has come; None where none is assigned."""
        schedule = self.schedule(until=day)
        name = schedule.treatment_on(day) if schedule else None
        return self.plan.arm(name) if name else None

    def due_on(self, day: date) -> date:
        """The day on which the primary rating of a day is asked for."""
        return day + timedelta(days=self.plan.primary.asked is Asked.NEXT_MORNING)

    def day_to_rate(self, today: date) -> date:
        """The day that a rating given today belongs to, unless the person says otherwise."""
        return today - timedelta(days=self.plan.primary.asked is Asked.NEXT_MORNING)

    def rated(self, day: date) -> Rated | None:
        """The latest version of a day's check-in; None where there is none."""
        versions = self._state.ratings.get(day)
        return versions[-1] if versions else None

    def is_rated(self, day: date) -> bool:
        """Whether a day has a rating of the primary outcome."""
        version = self.rated(day)
        return version is not None and self.plan.primary.name in version.ratings

    def best_rated_from(self, day: date) -> datetime | None:
        """The instant from which an evening's rating is about the day and no longer about its session.

        None where nobody told of a session on this day, or the plan asks on the next morning. When a session ended
        is when it was first told that it was done.
        """
        done = next((version for version in self.versions(day) if version.done), None)
        if done is None or self.plan.primary.asked is not Asked.EVENING:
            return None
        return (done.entered or done.moment).at + timedelta(hours=HOURS_AFTER_SESSION)

    def versions(self, day: date) -> tuple[Rated, ...]:
        """Every version of a day's check-in, the oldest first: a correction keeps what was there."""
        return tuple(self._state.ratings.get(day, ()))

    def with_rating(
        self,
        moment: Moment,
        *,
        day: date,
        ratings: Mapping[str, float],
        done: bool | None = None,
        minutes: float | None = None,
        note: str = "",
        prick: float | None = None,
        ended: Ended | None = None,
        marks: bool | None = None,
        entered: Moment | None = None,
        correct: bool = False,
    ) -> tuple[Conduct, Written]:
        """The trial with a day's check-in.

        The same again changes nothing. Something else for a day that is written needs ``correct``, and the old
        version is kept. A rating may come late, and is then marked; after a week it is not taken. What is added
        the next day to a rating that stays as it was, such as ``marks``, does not make the rating late.

        Parameters
        ----------
        moment : Moment
            When it was received, which is what a look goes by.
        day : date
            The day that it is about.
        ratings : mapping of str to float
            By the names of the plan's ratings; may be empty where something else is given.
        done, minutes, note : optional
            Whether the treatment was done, for how long, and a remark.
        prick : float, optional
            How sharp the session was, 0 to 10.
        ended : Ended, optional
            Why the session was ended early.
        marks : bool, optional
            Whether marks were still there the next day.
        entered : Moment, optional
            When it was given on a device that was offline then. Whether it is late is judged by this day. One
            after ``moment``, or of a day before ``day``, comes from a clock that is wrong and is ignored: the
            answer counts as given when it was received, so that a wrong clock neither loses nor excuses it.
        correct : bool
            Something else than is written is a correction.

        Raises
        ------
        WrittenAlreadyError
            If something else is written for the day, and ``correct`` is not said.
        DiaryError
            If the day has not come, lies outside the trial or in a pause, is too long ago, or a rating or the prick
            is off its scale.
        """
        self._refuse_after_the_end("rate a day")
        today = moment.day
        self._check_day(day, today)
        plan = self.plan
        for name, value in ratings.items():
            outcome = plan.rating(name).outcome
            if not outcome.holds(value):
                raise DiaryError(f"{name} is {value:g}, but its scale runs from {outcome.low:g} to {outcome.high:g}.")
        if prick is not None and not 0 <= prick <= 10:
            raise DiaryError(f"The prick is {prick:g}; give 0 to 10.")
        if not (ratings or note) and all(said is None for said in (done, minutes, prick, ended, marks)):
            raise DiaryError(f"There is nothing to write for {day}; give a rating, such as {plan.primary.name}=4.")
        due = day + timedelta(
            days=any(plan.rating(name).asked is Asked.NEXT_MORNING for name in ratings)
            or plan.primary.asked is Asked.NEXT_MORNING
        )
        if entered is not None and (entered.at > moment.at or entered.day < day):
            entered = None
        given = min(entered.day, today) if entered else today
        before = self.rated(day)
        merged = dict(before.ratings) | dict(ratings) if before else dict(ratings)
        was_late, were = (before.late, before.ratings) if before else (False, {})
        entry = Rated(
            day,
            {rating.name: float(merged[rating.name]) for rating in plan.ratings if rating.name in merged},
            before.done if before and done is None else done,
            before.minutes if before and minutes is None else minutes,
            before.note if before and not note else note,
            moment,
            late=was_late if merged == were else given > due,
            entered=entered,
            prick=before.prick if before and prick is None else prick,
            ended=before.ended if before and ended is None else ended,
            marks=before.marks if before and marks is None else marks,
        )
        _ = Entry(day, ratings=entry.ratings, minutes=entry.minutes)  # which refuses what is no number
        if before is not None:
            if before.says_the_same(entry):
                return self, Written.SAME
            if not (correct or entry.only_adds_to(before)):
                raise WrittenAlreadyError(
                    f"{day} is written already, with {_shown(before)}; say --correct to change it. "
                    "The old answer is kept."
                )
        data: dict[str, Any] = {"day": day.isoformat(), "ratings": dict(entry.ratings)}
        if entry.done is not None:
            data["done"] = entry.done
        if entry.minutes is not None:
            data["minutes"] = float(entry.minutes)
        if entry.note:
            data["note"] = entry.note
        if entry.late:
            data["late"] = True
        if entry.entered is not None:
            data["entered"] = entry.entered.written()
        if entry.prick is not None:
            data["prick"] = float(entry.prick)
        if entry.ended is not None:
            data["ended"] = entry.ended.value
        if entry.marks is not None:
            data["marks"] = entry.marks
        arm = self.arm_on(day) if self.has_started else None
        if entry.done and arm is not None and arm.on_the_mat:
            data["session"] = "towel" if arm.over_the_mat else "mat"
        return self._with("rated", moment, data), Written.CORRECTED if before else Written.NEW

    def _check_day(self, day: date, today: date) -> None:
        if day > today:
            raise DiaryError(f"{day} is in the future; today is {today}. Rate a day once it has come.")
        earliest = self._state.first_day or self._state.opened or day
        if day < earliest:
            what = "started on" if self.has_started else "was opened on"
            raise DiaryError(f"{day} is before this trial, which {what} {earliest}; give a day from then on.")
        if (today - day).days > LATEST_DAYS:
            raise DiaryError(
                f"{day} is {(today - day).days} days ago, and nobody remembers a day that long: "
                f"leave it unrated. A rating may come up to {LATEST_DAYS} days late."
            )
        if not self.has_started:
            return
        paused = next((pause for pause in self._state.pauses if pause.holds(day)), None)
        if paused is not None:
            raise DiaryError(f"The trial was paused on {day}, so there is nothing to rate; pinprick resume goes on.")
        if self.stopped is not None and day > self.stopped[0]:
            raise DiaryError(f"The trial was stopped on {self.stopped[0]}, before {day}; there is nothing to rate.")
        if day > self.last_day:
            raise DiaryError(f"The trial ended on {self.last_day}, before {day}; pinprick verdict has the answer.")
        if day not in self.scheduled_days:
            raise DiaryError(f"{day} is none of the trial's days; it runs from {self._first()} to {self.last_day}.")

    @property
    def opened_on(self) -> date:
        """The day on which this trial was opened."""
        return self.events[0].moment.day

    def set_up_on(self, day: date) -> SetUp | None:
        """How the sessions of a day are set up: the latest that holds from this day or an earlier one."""
        return next((one for since, one in reversed(self._state.set_ups) if since <= day), None)

    @property
    def set_ups(self) -> tuple[tuple[date, SetUp], ...]:
        """Every set-up that was written down with the day from which it holds, in order of those days."""
        return self._state.set_ups

    def with_set_up(self, set_up: SetUp, moment: Moment, *, since: date | None = None) -> Conduct:
        """The trial with the set-up of its sessions written down; the same again changes nothing.

        It is a fact and no rule: no verdict, schedule or commitment follows from it. One that holds from a later
        day is left as it stands.

        Parameters
        ----------
        set_up : SetUp
            The set-up; that its words exist is checked by `pinprick.sessions.each.as_setup`.
        moment : Moment
            Now.
        since : date, optional
            The first day on which it holds; today unless told otherwise.

        Raises
        ------
        ProtocolError
            If there is no mat in the plan, or the answer is known.
        DiaryError
            If the day has not come, or is before the trial was opened.
        """
        self._refuse_after_the_end("change the set-up")
        if not self.plan.on_the_mat:
            raise ProtocolError("No treatment of this plan is on a mat, so there is no set-up to write down.")
        day, opened = since or moment.day, self.opened_on
        if not opened <= day <= moment.day:
            raise DiaryError(
                f"A set-up from {day} cannot be written down; give a day from {opened}, when this trial was opened, "
                f"to today, {moment.day}."
            )
        if self.set_up_on(day) == set_up:
            return self
        return self._with("set_up", moment, {"from": day.isoformat(), "set_up": set_up.to_dict()})

    def with_pause(self, moment: Moment) -> Conduct:
        """A pause from today on; from tomorrow if today is rated or done."""
        self._refuse_unless_running("pause", moment)
        today = moment.day
        if self.phase(today) is Phase.PAUSED or (self._state.pauses and self._state.pauses[-1].resumed is None):
            raise ProtocolError("The trial is paused already; pinprick resume goes on.")
        first = today + timedelta(days=1) if self.rated(today) else max(today, self._first())
        return self._with("paused", moment, {"from": first.isoformat()})

    def with_resumption(self, moment: Moment) -> Conduct:
        """The trial goes on from today, where it was left."""
        self._refuse_unless_running("resume", moment)
        pause = self._state.pauses[-1] if self._state.pauses else None
        if pause is None or pause.resumed is not None:
            raise ProtocolError("The trial is not paused, so there is nothing to resume.")
        return self._with("resumed", moment, {"from": max(moment.day, pause.first_day).isoformat()})

    def with_felt(self, stop: str, moment: Moment) -> Conduct:
        """Something felt wrong: the stop rule of this name acts at once."""
        self._refuse_after_the_end("report what felt wrong")
        return self._with("felt", moment, {"rule": stop_rule(stop).id})._stopped_if_unsafe(moment)

    def with_healed(self, moment: Moment) -> Conduct:
        """The skin has healed; the mat starts again at the first step, with cloth."""
        self._refuse_after_the_end("go on")
        return self._with("healed", moment, {})

    def with_clearance(self, moment: Moment) -> Conduct:
        """A doctor or nurse said that the mat may go on."""
        self._refuse_after_the_end("go on")
        return self._with("cleared", moment, {})

    def may_do(self, arm: Arm, day: date) -> Gate:
        """Whether the safety rules let this treatment be done on this day."""
        return self.safety.may_do([kind.value for kind in arm.safety_kinds], day)

    def stops_in_ratings(self, day: date) -> tuple[str, ...]:
        """Stop rules that the ratings up to this day meet: pain worse for three days, stress high for three."""
        pains, strains = {}, []
        for rating in self.plan.ratings:
            if (rating.outcome.low, rating.outcome.high) != (0, 10) or not rating.outcome.lower_is_better:
                continue
            rated = {
                on: versions[-1].ratings[rating.name]
                for on, versions in self._state.ratings.items()
                if rating.name in versions[-1].ratings and on <= day
            }
            if rating.instrument in ("stress_nrs", "anxiety_nrs"):
                strains.append(rated)
            elif rating is self.plan.primary:
                pains = rated
        run_in = [on for on in pains if self.first_day is None or on < self.first_day]
        since = self.safety.last_clearance
        met = []
        if worse_for_three_days(pains, day=day, run_in=run_in, since=since):
            met.append("worse_for_three_days")
        if strains and mood_drops(*strains, day=day, since=since):
            met.append("mood_drops")
        waiting = {rule.id for rule in self.safety.waits_for}
        return tuple(name for name in met if name not in waiting)

    def with_stop(self, moment: Moment, *, why: str = "") -> Conduct:
        """The person stops; what was rated so far is kept, and no laxer rule applies."""
        self._refuse_unless_running("stop", moment)
        return self._with("stopped", moment, {"why": why or "own choice", "from": moment.day.isoformat()})

    # ---------------------------------------------------------------- the end

    def with_unsealing(self, moment: Moment) -> Conduct:
        """The person looks before the end, which every later verdict says."""
        _ = self.start
        return self if self.revealed is not None else self._with("unsealed", moment, {})

    def with_belief_after(self, moment: Moment, *, guess: str | None, preference: str | None) -> Conduct:
        """Guess and preference, asked before the reveal; None where the person would not say."""
        if self.belief_after is not None:
            raise ProtocolError("Guess and preference were asked already, before the reveal; they stay as they were.")
        names = [*(arm.name for arm in self.plan.arms), "neither"]
        for what, answer in (("guess", guess), ("preference", preference)):
            if answer is not None and answer not in names:
                raise DiaryError(f"The {what} is {answer!r}; give {', '.join(names[:-1])} or neither.")
        return self._with("believed", moment, {"guess": guess, "preference": preference})

    def with_reveal(self, seal: Seal, moment: Moment, *, verdict: Mapping[str, Any]) -> Conduct:
        """The end: seed, order and verdict in the clear.

        Raises
        ------
        ProtocolError
            If guess and preference have not been asked.
        FileError
            If the seal is not this trial's.
        """
        if self.revealed is not None:
            return self
        if self.belief_after is None:
            raise ProtocolError("Guess and preference come before the reveal; give them, or say that you would not.")
        if seal.digest != self.start["seal_sha256"]:
            raise FileError("The seal beside this trial is another one's, or was changed; restore it from a copy.")
        data = {"seed": seal.seed.hex(), "drawn": list(seal.drawn), "verdict": dict(verdict)}
        return self._with("revealed", moment, data)

    # ---------------------------------------------------------------- for the engine

    def trial(self, first: str | None = None, second: str | None = None, *, until: date) -> Trial | None:
        """Two of the treatments as the engine judges them, with what was known by the end of a day.

        Days of other treatments belong to neither. None before any of the two has begun.

        Parameters
        ----------
        first, second : str, optional
            The primary contrast unless told otherwise.
        until : date
            Only periods begun and ratings handed in by this day; earlier versions of corrected ratings stay
            beside the later ones, so that each look sees what was known at its time.
        """
        names = (first or self.plan.arms[0].name, second or self.plan.arms[1].name)
        whole = self.schedule(until=until)
        if whole is None:
            return None
        periods = tuple(period for period in whole.periods if period.treatment in names)
        if not periods:
            return None
        schedule = replace(whole, periods=periods)
        entries: list[Entry] = []
        earlier: list[Entry] = []
        for day, versions in sorted(self._state.ratings.items()):
            treatment = schedule.treatment_on(day)
            if treatment is None or day > until:
                continue
            made = [self._entry(version, treatment) for version in versions if version.moment.day <= self.due_on(until)]
            entries += made[-1:]
            earlier += made[:-1]
        diary = Diary(tuple(entries), tuple(rating.name for rating in self.plan.ratings), earlier=tuple(earlier))
        return Trial(self.plan.protocol_of(*names), schedule, diary)

    def _entry(self, version: Rated, treatment: str) -> Entry:
        """A check-in as the engine takes it: received on its own day where it came when it was due."""
        given = version.moment.day
        on_time = given <= self.due_on(version.day)
        return Entry(
            version.day,
            treatment,
            version.ratings,
            version.done,
            version.minutes,
            version.note,
            None if on_time else given - (self.due_on(version.day) - version.day),
        )

    # ---------------------------------------------------------------- the log

    def _with(self, kind: str, moment: Moment, data: Mapping[str, Any]) -> Conduct:
        last = self.events[-1]
        if moment.at < last.moment.at:
            set_clock = " with a set clock" if last.moment.rehearsed and not moment.rehearsed else ""
            raise DiaryError(
                f"This device's clock says {moment.written()}, but the trial's last entry was made{set_clock} at "
                f"{last.moment.written()}; set the clock right and try again. Nothing was changed."
            )
        return Conduct((*self.events, Event.after(last, kind, moment, data)), before=self)

    def _refuse_after_the_end(self, what: str) -> None:
        if self.revealed is not None:
            raise ProtocolError(f"This trial has ended and its answer is known, so you cannot {what} in it any more.")

    def _refuse_unless_running(self, what: str, moment: Moment) -> None:
        self._refuse_after_the_end(what)
        phase = self.phase(moment.day)
        if phase not in (Phase.RUNNING, Phase.PAUSED):
            raise ProtocolError(f"The trial is {phase.value}, so you cannot {what} it.")


def _check_belief(plan: Plan, belief: Mapping[str, Any]) -> None:
    names = [arm.name for arm in plan.arms]
    for name, value in (belief.get("expectation") or {}).items():
        if name not in names:
            raise DiaryError(f"There is no treatment {name!r} to expect anything of; the plan has {', '.join(names)}.")
        if not 0 <= value <= 10:
            raise DiaryError(f"The expectation of {name} is {value:g}; give 0 to 10.")
    choice = belief.get("choice_today")
    if choice is not None and choice not in (*names, "neither"):
        raise DiaryError(f"The choice today is {choice!r}; give {', '.join(names)} or neither.")


def _shown(rated: Rated) -> str:
    words = [f"{name}={value:g}" for name, value in rated.ratings.items()]
    words += [] if rated.done is None else ["done" if rated.done else "not done"]
    words += [] if rated.minutes is None else [f"{rated.minutes:g} minutes"]
    words += [] if rated.prick is None else [f"a prick of {rated.prick:g}"]
    words += [] if rated.ended is None else [f"ended early: {rated.ended.value.replace('_', ' ')}"]
    words += [] if rated.marks is None else ["marks the next day" if rated.marks else "no marks the next day"]
    words += ["a note"] if rated.note else []
    return ", ".join(words) or "no rating"
