"""The demo: a made-up person with a finished, a running and an unanswerable trial, and days that a visitor may step.

Everything is made by the library as for a real person, on a set clock, so that every page says that it is a rehearsal.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

import pinprick
from pinprick import Conduct, Moment, Phase, Seal
from pinprick.analysis.reading import rule_dict, rule_of
from pinprick.trial.fold import Ended
from pinprick.trial.safety_rules import Occasion
from pinprick_web.clock import machine_now
from pinprick_web.people.erase import erase_person
from pinprick_web.people.middleware import DEMO_COOKIE
from pinprick_web.people.models import Person
from pinprick_web.trials import store
from pinprick_web.trials.access import trials_of
from pinprick_web.trials.models import TrialRecord

EVENING: Final = time(20, 0)
RUNNING_DAYS: Final = 16
MISSED_EVERY: Final = 9
SPREAD: Final = 1.1
DAY_SEED: Final = 20260504


class MadeUp:
    """One made-up person in one trial: what would be rated on a day of each treatment."""

    def __init__(self, protocol: str, *, effect: float, spread: float, seed: int) -> None:
        plan = pinprick.read_protocol(protocol)
        assert isinstance(plan, pinprick.Plan)  # no ready-made trial of ours is a sequence  # noqa: S101
        self.plan = plan
        self.effect, self.spread = effect, spread
        self.rng = np.random.default_rng(seed)
        self.seed = hashlib.sha256(f"the demo's seed {seed}".encode()).digest()

    def begin(self, first_day: date) -> tuple[Conduct, Seal]:
        """The trial up to the evening before its first day."""
        moment = at(first_day - timedelta(days=1))
        conduct = Conduct.opened(self.plan, moment)
        conduct = conduct.with_screening(nothing(conduct, Occasion.START), moment)
        return conduct.started(
            moment,
            seed=self.seed,
            rule=rule_dict(rule_of(self.plan)),
            belief={"expectation": {self.plan.arms[0].name: 7, self.plan.arms[1].name: 3}},
            first_day=first_day,
            built_up=True,
        )

    def live(self, conduct: Conduct, seal: Seal, day: date, *, misses: bool) -> Conduct:
        """One day: well, on the mat, and rated in the evening."""
        moment = at(day)
        conduct = conduct.begin(seal, moment)
        if conduct.plan.on_the_mat and not conduct.answered_on(day):
            conduct = conduct.with_screening(nothing(conduct, conduct.safety.occasion(day)), moment)
        if misses:
            return conduct
        arm = conduct.arm_on(day)
        on_first = arm is not None and arm.name == conduct.plan.arms[0].name
        value = int(np.clip(round(5.6 - self.effect * on_first + self.rng.normal(0, self.spread)), 0, 10))
        early = on_first and self.rng.random() < 0.08
        return conduct.with_rating(
            moment,
            day=day,
            ratings={conduct.plan.primary.name: float(value)},
            done=True,
            minutes=6.0 if early else 15.0,
            ended=Ended.TOO_SHARP if early else None,
            prick=float(np.clip(round(self.rng.normal(4.5 if on_first else 1.2, 1)), 0, 6)),
        )[0]


def at(day: date) -> Moment:
    """The evening of a day, on the set clock."""
    return Moment(datetime.combine(day, EVENING, UTC), rehearsed=True)


def nothing(conduct: Conduct, occasion: Occasion) -> pinprick.Screening:
    """The safety questions, answered no."""
    kinds = [kind.value for kind in conduct.plan.safety_kinds]
    rules = pinprick.rules_for(kinds, occasion=occasion, groups=conduct.plan.screen)
    answers = {rule.id: 0 if rule.items else "no" for rule in rules}
    return pinprick.evaluate(answers, kinds, occasion=occasion, groups=conduct.plan.screen)


def fill(today: date) -> Person:
    """The made-up person and their three trials, the running one last so that it is the one they are in."""
    person = Person.objects.create(kind=Person.Kind.DEMO, set_clock=at(today).at)
    _finished(person, "mat-vs-rest-stress", 0.8, 2.9, today - timedelta(days=130), seed=4)
    _finished(person, "mat-vs-rest-back-pain", 1.9, SPREAD, today - timedelta(days=230), seed=1)
    made_up = MadeUp("mat-vs-rest-back-pain", effect=1.2, spread=SPREAD, seed=DAY_SEED)
    first_day = today - timedelta(days=RUNNING_DAYS - 1)
    conduct, seal = made_up.begin(first_day)
    for n in range(RUNNING_DAYS - 1):
        conduct = made_up.live(conduct, seal, first_day + timedelta(days=n), misses=n % MISSED_EVERY == 5)
    _keep(person, conduct, seal)
    return person


def _finished(person: Person, protocol: str, effect: float, spread: float, first_day: date, *, seed: int) -> None:
    """A trial lived until its rule fired or its days were over, then revealed."""
    made_up = MadeUp(protocol, effect=effect, spread=spread, seed=seed)
    conduct, seal = made_up.begin(first_day)
    day = first_day
    for n in range(made_up.plan.n_days):
        day = first_day + timedelta(days=n)
        conduct = made_up.live(conduct, seal, day, misses=n % MISSED_EVERY == 5)
        if n >= RUNNING_DAYS and n % 3 == 0 and pinprick.read_verdict(conduct, day).ready:
            break
    while not pinprick.read_verdict(conduct, day).ready:
        day += timedelta(days=1)
    first = conduct.plan.arms[0].name
    conduct = conduct.with_belief_after(at(day), guess=first, preference=first)
    conduct, _reading = pinprick.reveal(conduct, seal, at(day))
    _keep(person, conduct, seal)


def _keep(person: Person, conduct: Conduct, seal: Seal) -> TrialRecord:
    record = TrialRecord.objects.create(person=person)
    store.create(record, conduct)
    if conduct.is_sealed:
        with store.writing(record) as book:
            book.write_seal(seal)
    return record


# --- its pages ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def open_demo(request: HttpRequest) -> HttpResponse:
    """Open the demo; a page that only links here shows where it leads."""
    person = Person.objects.demo() or fill(machine_now().day)
    record = trials_of(person).first()
    response = redirect("today", code=record.code) if record else redirect("welcome")
    response.set_signed_cookie(DEMO_COOKIE, "open", httponly=True, samesite="Lax", secure=request.is_secure())
    return response


@require_POST
def next_day(request: HttpRequest) -> HttpResponse:
    """The clock goes on by a day; what the visitor left open, the made-up person answers."""
    person: Person = request.person
    if not person.is_demo or person.set_clock is None:
        return redirect("welcome")
    day = person.set_clock.date()
    for record in trials_of(person):
        conduct = store.load(record)
        if conduct.phase(day) is Phase.RUNNING and conduct.day_number(day) is not None and record.alarm is None:
            _lived(record, day)
    person.set_clock += timedelta(days=1)
    person.save(update_fields=["set_clock"])
    current = trials_of(person).first()
    return redirect("today", code=current.code) if current else redirect("welcome")


def _lived(record: TrialRecord, day: date) -> None:
    made_up = MadeUp(store.load(record).plan.name, effect=1.2, spread=SPREAD, seed=DAY_SEED + day.toordinal())
    with store.writing(record) as book:
        conduct = book.conduct
        rated = conduct.rated(day)
        if rated is None or conduct.plan.primary.name not in rated.ratings:
            arm = conduct.begin(book.seal(), at(day)).arm_on(day)
            closed = rated is not None or arm is None
            conduct = made_up.live(conduct, book.seal(), day, misses=closed)
            book.write(conduct)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """The made-up person goes, with everything of theirs."""
    made_up = Person.objects.demo()
    if made_up is not None:
        erase_person(made_up)
    response = redirect("welcome")
    response.delete_cookie(DEMO_COOKIE)
    return response
