"""Trials as they are conducted, for tests: the safety questions answered no, days lived, a make-believe person."""

import hashlib
import json
from datetime import date, timedelta

from pinprick.analysis.reading import rule_dict, rule_of
from pinprick.trial.commitment import Moment
from pinprick.trial.conduct import Conduct
from pinprick.trial.protocol_file import read_protocol
from pinprick.trial.safety import evaluate
from pinprick.trial.safety_rules import Occasion, rules_for

DAY_0 = date(2026, 5, 4)
SEED = hashlib.sha256(b"a seed for tests").digest()


def at(day):
    """Noon of a day, by number or by date, on a set clock."""
    return Moment.rehearsal(day if isinstance(day, date) else DAY_0 + timedelta(days=day))


def no_to_all(plan, occasion=Occasion.START):
    """Every safety question of an occasion answered no."""
    return {
        rule.id: 0 if rule.items else "no"
        for rule in rules_for([kind.value for kind in plan.safety_kinds], occasion=occasion, groups=plan.screen)
    }


def screening(plan, occasion=Occasion.START, **answers):
    """The outcome of the safety questions: no to all but those named."""
    kinds = [kind.value for kind in plan.safety_kinds]
    given = no_to_all(plan, occasion) | answers
    return evaluate(given, kinds, occasion=occasion, groups=plan.screen)


def write_answers(path, plan, occasion=Occasion.START, **answers):
    """A file of answers for the command line."""
    path.write_text(json.dumps(no_to_all(plan, occasion) | answers))
    return path


def screened(protocol="mat-vs-rest-back-pain", **answers):
    """A trial whose safety questions have been answered on day 0."""
    plan = read_protocol(protocol) if isinstance(protocol, str) else protocol
    return Conduct.opened(plan, at(0)).with_screening(screening(plan, **answers), at(0))


def started(protocol="mat-vs-rest-back-pain", *, seed=SEED, belief=None, **more):
    """A trial that starts on day 1, and its seal."""
    conduct = screened(protocol)
    more = {"built_up": True} | more
    return conduct.started(at(0), seed=seed, rule=rule_dict(rule_of(conduct.plan)), belief=belief or {}, **more)


def with_well_day(conduct, seal, day):
    """The safety questions of a day answered no, and its treatment in the clear."""
    answers = screening(conduct.plan, conduct.safety.occasion(at(day).day))
    return conduct.with_screening(answers, at(day)).begin(seal, at(day))


def lived(conduct, seal, n_days, rating, first=1):
    """Days lived from day ``first`` on: answered, done, and rated by ``rating(number, name of the treatment)``."""
    for day in range(first, first + n_days):
        conduct = with_well_day(conduct, seal, day)
        about = conduct.day_to_rate(at(day).day)
        arm = conduct.arm_on(about) if about >= conduct.first_day else None
        if arm is not None:
            value = rating((about - DAY_0).days, arm.name)
            if value is not None:
                ratings = {conduct.plan.primary.name: value}
                conduct, _ = conduct.with_rating(at(day), day=about, ratings=ratings, done=True)
    return conduct


def noisy(day, *, width=3):
    """A number that looks like noise, the same for the same day: -width to width."""
    return hashlib.sha256(f"day {day}".encode()).digest()[0] % (2 * width + 1) - width
