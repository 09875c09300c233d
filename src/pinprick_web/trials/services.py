"""Every write, one transaction each. What may be written is the library's to say; here it is only put in rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

import pinprick
from pinprick import Conduct, Moment, Phase, Plan, ProtocolError, Reading, Screening
from pinprick.errors import PinprickError
from pinprick.sessions.each import as_setup
from pinprick.trial.agenda import Due
from pinprick.trial.conduct import Written
from pinprick.trial.fold import Ended
from pinprick.trial.safety import StopReport, stops_met
from pinprick.trial.set_up import SetUp
from pinprick_web.clock import utc
from pinprick_web.people.models import ConsentRecord, Person
from pinprick_web.trials import store
from pinprick_web.trials.access import trials_of
from pinprick_web.trials.models import DraftRecord, EntryRecord, SubmissionRecord, TrialRecord

CONSENT_VERSION = 1


class KeyUsedError(PinprickError):
    """Something else was sent under a key that is used up; nothing was changed."""


# --- the plan -------------------------------------------------------------------------------------------


def draft_of(person: Person) -> DraftRecord:
    """What the person has chosen so far."""
    return DraftRecord.objects.get_or_create(person=person)[0]


@transaction.atomic
def wish(person: Person, **wishes: Any) -> DraftRecord:
    """Keep what has just been chosen."""
    draft = DraftRecord.objects.select_for_update().get_or_create(person=person)[0]
    draft.wishes = {**draft.wishes, **wishes}
    draft.save(update_fields=["wishes"])
    return draft


@transaction.atomic
def keep_screening(person: Person, screening: Screening, moment: Moment) -> DraftRecord:
    """Keep what followed from the safety questions before a plan; never the answers."""
    draft = DraftRecord.objects.select_for_update().get_or_create(person=person)[0]
    draft.screening, draft.screened_on = screening.to_dict(), moment.day
    draft.save(update_fields=["screening", "screened_on"])
    return draft


@transaction.atomic
def open_trial(person: Person, plan: Plan, draft: DraftRecord, moment: Moment, *, purposes: set[str]) -> TrialRecord:
    """A new trial from a draft: the plan, what followed from the safety questions, and what was agreed to.

    Raises
    ------
    ProtocolError
        If another trial is still going on, or the safety questions were not answered today.
    """
    check_alone(person, moment)
    if draft.screening is None or draft.screened_on != moment.day:
        raise ProtocolError("The safety questions were not answered today. Please answer them first.")
    conduct = Conduct.opened(plan, moment)
    conduct = conduct.with_screening(Screening.from_dict(draft.screening), moment, country=person.country or None)
    wishes = draft.wishes
    record = TrialRecord.objects.create(
        person=person,
        belief={key: wishes[key] for key in ("expectation", "choice_today") if wishes.get(key) is not None},
        complaint={key: wishes[key] for key in ("regions", "now", "goal") if wishes.get(key) is not None},
    )
    store.create(record, conduct)
    ConsentRecord.objects.bulk_create(
        ConsentRecord(person=person, purpose=purpose, version=CONSENT_VERSION, given_at=utc(moment))
        for purpose in sorted(purposes)
    )
    draft.delete()
    return record


def check_alone(person: Person, moment: Moment, *, but: TrialRecord | None = None) -> None:
    """Refuse where another trial of the person's is still going on: two at once cannot be told apart."""
    for record in trials_of(person):
        if but is not None and record.pk == but.pk:
            continue
        phase = store.load(record).phase(moment.day)
        if phase in (Phase.RUNNING, Phase.PAUSED):
            raise ProtocolError(
                "A trial of yours is still going on, and two at once cannot be told apart. Finish or stop it first."
            )


# --- safety ---------------------------------------------------------------------------------------------


def screen_again(record: TrialRecord, screening: Screening, moment: Moment) -> Conduct:
    """The outcome of the safety questions for a trial that has not started yet; told again, it is written once."""
    with store.writing(record) as book:
        last = book.conduct.events[-1]
        if last.kind == "screened" and (last.moment.day, last.data["screening"]) == (moment.day, screening.to_dict()):
            return book.conduct
        return book.write(book.conduct.with_screening(screening, moment, country=record.person.country or None))


def answer_today(record: TrialRecord, screening: Screening, moment: Moment) -> Conduct:
    """The outcome of a day's safety questions. An emergency waits as an alarm until it is read or taken back."""
    with store.writing(record) as book:
        if screening.stopped:
            book.record.alarm = {"screening": screening.to_dict(), "day": moment.day.isoformat()}
            book.record.save(update_fields=["alarm"])
            record.alarm = book.record.alarm
            return book.conduct
        return book.write(book.conduct.with_screening(screening, moment, country=record.person.country or None))


def confirm_alarm(record: TrialRecord, moment: Moment) -> Conduct:
    """The emergency was read, or its day is over: the trial ends, for good."""
    with store.writing(record) as book:
        if book.record.alarm is None:
            return book.conduct
        screening = Screening.from_dict(book.record.alarm["screening"])
        book.record.alarm = None
        book.record.save(update_fields=["alarm"])
        record.alarm = None
        return book.write(book.conduct.with_screening(screening, moment, country=record.person.country or None))


def take_alarm_back(record: TrialRecord, moment: Moment) -> bool:
    """The wrong answer was tapped; only on the same day, for after it the trial has ended."""
    with store.writing(record) as book:
        alarm = book.record.alarm
        if alarm is None or alarm["day"] != moment.day.isoformat():
            return False
        book.record.alarm = None
        book.record.save(update_fields=["alarm"])
        record.alarm = None
        return True


def felt(record: TrialRecord, rules: list[str], moment: Moment) -> Conduct:
    """Something felt wrong: its stop rules act at once."""
    with store.writing(record) as book:
        conduct = book.conduct
        for rule in rules:
            conduct = conduct.with_felt(rule, moment)
        return book.write(conduct)


def healed(record: TrialRecord, moment: Moment) -> Conduct:
    """The skin has healed."""
    with store.writing(record) as book:
        return book.write(book.conduct.with_healed(moment))


def cleared(record: TrialRecord, moment: Moment) -> Conduct:
    """A doctor or nurse said yes."""
    with store.writing(record) as book:
        return book.write(book.conduct.with_clearance(moment))


# --- the build-up and the start -------------------------------------------------------------------------


def rung(record: TrialRecord, *, prick: float, moment: Moment) -> Conduct:
    """One session of the build-up."""
    with store.writing(record) as book:
        return book.write(book.conduct.with_rung(prick=prick, moment=moment))


def keep_set_up(record: TrialRecord, set_up: SetUp, moment: Moment) -> Conduct:
    """The mat, the cloth and the surface of the sessions from today on; told again, they are written once.

    Raises
    ------
    ProtocolError
        If the model knows no such set-up, or the trial is over.
    """
    as_setup(set_up)
    with store.writing(record) as book:
        if book.conduct.phase(moment.day) in (Phase.STOPPED, Phase.FINISHED):
            raise ProtocolError("This trial is over, so what is kept of its set-up stays as it is.")
        return book.write(book.conduct.with_set_up(set_up, moment))


def start(record: TrialRecord, moment: Moment, *, first_day: date, built_up: bool) -> Conduct:
    """Draw the order, seal it, commit to it."""
    with store.writing(record) as book:
        check_alone(record.person, moment, but=record)
        after, seal = pinprick.start(book.conduct, moment, belief=record.belief, first_day=first_day, built_up=built_up)
        book.write_seal(seal)
        return book.write(after)


# --- day by day -----------------------------------------------------------------------------------------


def todays(record: TrialRecord, moment: Moment) -> Conduct:
    """The trial with every period in the clear that has begun by now, and an alarm of an earlier day settled."""
    if record.alarm is not None and record.alarm["day"] != moment.day.isoformat():
        confirm_alarm(record, moment)
    conduct = store.load(record)
    if not conduct.is_sealed or pinprick.agenda(conduct, moment.day).due is not Due.TREATMENT:
        return conduct
    takes_turns = isinstance(conduct.plan.design, pinprick.Blocks)  # a drawn start day may begin on any
    if takes_turns and conduct.arm_on(moment.day) is not None:
        return conduct
    with store.writing(record) as book:
        return book.write(book.conduct.begin(book.seal(), moment))


@dataclass(frozen=True, slots=True)
class Entered:
    """What a person sent about a day."""

    key: UUID
    day: date
    ratings: Mapping[str, float]
    done: bool | None = None
    minutes: float | None = None
    note: str = ""
    prick: float | None = None
    ended: str | None = None
    marks: bool | None = None
    correct: bool = False
    entered: datetime | None = None
    zone: str = ""

    def digest(self) -> str:
        """SHA-256 over everything but the key and when it was sent, by which the same again is known."""
        said = {
            "day": self.day.isoformat(),
            "ratings": dict(self.ratings),
            "done": self.done,
            "minutes": self.minutes,
            "note": self.note,
            "prick": self.prick,
            "ended": self.ended,
            "marks": self.marks,
            "correct": self.correct,
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of it: how it was written, and the stop rules that it met."""

    written: str
    stops: tuple[str, ...]
    repeated: bool = False


def record_entry(record: TrialRecord, entered: Entered, moment: Moment) -> Saved:
    """Write a day's check-in, once, however often it is sent.

    Raises
    ------
    KeyUsedError
        If something else was sent under this key before.
    WrittenAlreadyError
        If something else is written for the day, and ``correct`` is not said.
    DiaryError, ProtocolError
        If the library does not take it.
    """
    with store.writing(record) as book:
        before = SubmissionRecord.objects.filter(person_id=record.person_id, key=entered.key).first()
        if before is not None:
            if before.digest != entered.digest() or before.trial_id != record.pk:
                raise KeyUsedError(
                    "Another answer was sent under the same key, so this one was not written. Send it anew."
                )
            return Saved(before.answer["written"], tuple(before.answer["stops"]), repeated=True)
        conduct, written = _rated(book.conduct, entered, moment)
        stops = [*felt_in(entered), *conduct.stops_in_ratings(entered.day)]
        for stop in stops:
            conduct = conduct.with_felt(stop, moment)
        book.write(conduct)
        version = conduct.versions(entered.day)[-1]
        given = entered.entered if entered.entered is not None else utc(moment)
        EntryRecord.objects.bulk_create(
            [
                EntryRecord(
                    trial=record,
                    day=entered.day,
                    zone=entered.zone,
                    entered_at=given,
                    received_at=utc(moment),
                    late=version.late,
                )
            ],
            update_conflicts=True,
            unique_fields=["trial", "day"],
            update_fields=["zone", "entered_at", "received_at", "late"],
        )
        SubmissionRecord.objects.create(
            person_id=record.person_id,
            trial=record,
            key=entered.key,
            digest=entered.digest(),
            answer={"written": written.value, "stops": stops},
            received_at=utc(moment),
        )
        return Saved(written.value, tuple(stops))


def felt_in(entered: Entered) -> tuple[str, ...]:
    """The stop rules that are met by what is told of a session: how sharp, why it ended, marks the next day."""
    report = StopReport(
        prick_pain=entered.prick,
        too_sharp=entered.ended == Ended.TOO_SHARP,
        marks_not_fading=entered.marks is True,
    )
    return tuple(rule.id for rule in stops_met(report))


def _rated(conduct: Conduct, entered: Entered, moment: Moment) -> tuple[Conduct, Written]:
    more: dict[str, Any] = {
        name: value for name in ("prick", "ended", "marks") if (value := getattr(entered, name)) is not None
    }
    if "ended" in more:
        more["ended"] = Ended(more["ended"])
    if entered.entered is not None:
        more["entered"] = Moment(entered.entered, rehearsed=moment.rehearsed)
    return conduct.with_rating(
        moment,
        day=entered.day,
        ratings=entered.ratings,
        done=entered.done,
        minutes=entered.minutes,
        note=entered.note,
        correct=entered.correct,
        **more,
    )


def pause(record: TrialRecord, moment: Moment) -> Conduct:
    """The order stands still."""
    with store.writing(record) as book:
        return book.write(book.conduct.with_pause(moment))


def resume(record: TrialRecord, moment: Moment) -> Conduct:
    """It goes on where it was left."""
    with store.writing(record) as book:
        return book.write(book.conduct.with_resumption(moment))


def stop(record: TrialRecord, moment: Moment, *, why: str = "") -> Conduct:
    """The person stops."""
    with store.writing(record) as book:
        return book.write(book.conduct.with_stop(moment, why=why))


# --- the answer -----------------------------------------------------------------------------------------


def unseal(record: TrialRecord, moment: Moment) -> Conduct:
    """The person looks before the end, which every later verdict says."""
    with store.writing(record) as book:
        return book.write(book.conduct.with_unsealing(moment))


def believe(record: TrialRecord, moment: Moment, *, guess: str | None, preference: str | None) -> Conduct:
    """Guess and preference, before the reveal."""
    with store.writing(record) as book:
        return book.write(book.conduct.with_belief_after(moment, guess=guess, preference=preference))


def reveal(record: TrialRecord, moment: Moment) -> tuple[Conduct, Reading]:
    """The answer, with seed and order in the clear."""
    with store.writing(record) as book:
        conduct = book.conduct
        if conduct.revealed is not None:
            return conduct, reading_of(conduct, moment.day)
        conduct, reading = pinprick.reveal(conduct.begin(book.seal(), moment), book.seal(), moment)
        return book.write(conduct), reading


def reading_of(conduct: Conduct, today: date) -> Reading:
    """The verdict as it stands: of the day of the reveal where there was one."""
    day = date.fromisoformat(conduct.revealed["verdict"]["read_on"]) if conduct.revealed else today
    return pinprick.read_verdict(conduct, day)


def bring(person: Person, conduct: Conduct) -> TrialRecord:
    """A trial from a file. What was sealed elsewhere stays sealed there, so a running one cannot go on here.

    Raises
    ------
    ProtocolError
        If it is here already, or its order still lies sealed somewhere else.
    """
    heads = {event.link for event in conduct.events}
    if any(record.head in heads for record in TrialRecord.objects.filter(person=person).exclude(head="")):
        raise ProtocolError("This trial is here already, in “Your questions” or in the bin.")
    if conduct.is_sealed and conduct.stopped is None:
        raise ProtocolError(
            "This trial is still running, and its sealed order is not in the file. Finish it where it was started, "
            "or restore a backup."
        )
    record = TrialRecord.objects.create(person=person)
    store.create(record, conduct)
    return record


# --- the bin --------------------------------------------------------------------------------------------


@transaction.atomic
def bin_trial(record: TrialRecord) -> None:
    """Into the bin, from which it can be taken back for 7 days; days of the machine's own, also in a rehearsal."""
    record.binned_at = timezone.now()
    record.save(update_fields=["binned_at"])


@transaction.atomic
def take_back(record: TrialRecord, moment: Moment) -> None:
    """Out of the bin; refused where another trial is going on."""
    check_alone(record.person, moment, but=record)
    record.binned_at = None
    record.save(update_fields=["binned_at"])
