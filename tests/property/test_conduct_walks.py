"""No sequence of answers and events reaches a started trial on the mat, or a session, with an open stop.

Ten thousand random walks through `Conduct`, the same object that the commands and the site use, each step checked
against a few flags that are kept here by hand and know nothing of how the library decides.
"""

from datetime import timedelta

import numpy as np
import pytest

from pinprick.errors import PinprickError
from pinprick.trial.conduct import Conduct
from pinprick.trial.protocol_file import read_protocol
from pinprick.trial.safety import evaluate
from pinprick.trial.safety_rules import Action, Occasion, rule, rules_for
from tests.conducted import DAY_0, SEED, at

N_WALK, N_PART, N_STEP = 10_000, 8, 14
PLAN = read_protocol("mat-vs-rest-back-pain")
KINDS = [kind.value for kind in PLAN.safety_kinds]
FELT = ("skin_broken", "faint_or_palpitations", "new_numbness", "worse_for_three_days", "becomes_ineligible")
RULE = {"claim": 2.5, "third": 2.2}


def asked(occasion):
    return rules_for(KINDS, occasion=occasion, groups=PLAN.screen)


ASKED = {occasion: asked(occasion) for occasion in Occasion}
NO = {occasion: {one.id: 0 if one.items else "no" for one in ASKED[occasion]} for occasion in Occasion}


class Oracle:
    """What must stand in the way of the mat, kept by hand."""

    def __init__(self):
        self.ended = False  # an emergency, or a trial stopped to keep somebody safe
        self.screened_on = None  # the day of a screen that let the mat through
        self.barred = True
        self.answered = {}  # day: whether its daily answers let the mat through
        self.wounds, self.to_ask = set(), set()

    def may_start(self, day):
        fresh = self.screened_on is not None and 0 <= day - self.screened_on <= 1
        return not (self.ended or self.barred or self.wounds or self.to_ask) and fresh

    def may_lie_down(self, day):
        return not (self.ended or self.barred or self.wounds or self.to_ask) and self.answered.get(day, False)


def given(rng, occasion):
    """Answers: mostly no, one yes or one left out now and then; and whether they let the mat through."""
    answers, ends, bars = dict(NO[occasion]), False, False
    for _ in range(rng.choice([0, 0, 1, 2])):
        one = ASKED[occasion][rng.integers(len(ASKED[occasion]))]
        answers[one.id] = None if rng.random() < 0.5 else (6 if one.items else "yes")
        skipped = one.skippable and answers[one.id] is None
        if skipped:
            continue
        ends |= one.action is Action.EMERGENCY
        on_the_mat = "mat" in one.applies_to or "rest" in one.applies_to
        bars |= one.action is not Action.CAUTION and on_the_mat
        # on a day of the trial a lasting exclusion ends it too
        ends |= occasion is not Occasion.START and one.action is Action.EXCLUDE and not one.temporary
    return answers, ends, bars


def walk(rng):
    conduct = Conduct.opened(PLAN, at(0))
    oracle, day, seal = Oracle(), 0, None
    n_started = n_sessions = 0
    for _ in range(N_STEP):
        step = rng.choice(["screen", "daily", "felt", "heal", "clear", "start", "start", "look", "next"])
        moment = at(day)
        try:
            if step == "screen":
                answers, ends, bars = given(rng, Occasion.START)
                found = evaluate(answers, KINDS, occasion=Occasion.START, groups=PLAN.screen)
                conduct = conduct.with_screening(found, moment)
                oracle.ended |= ends
                oracle.barred, oracle.screened_on = bars or ends, day
            elif step == "daily":
                occasion = conduct.safety.occasion(at(day).day)
                answers, ends, bars = given(rng, occasion)
                found = evaluate(answers, KINDS, occasion=occasion, groups=PLAN.screen)
                conduct = conduct.with_screening(found, moment)
                oracle.ended |= ends
                oracle.answered[day] = oracle.answered.get(day, True) and not (bars or ends)
            elif step == "felt":
                name = FELT[rng.integers(len(FELT))]
                conduct = conduct.with_felt(name, moment)
                oracle.ended |= name == "becomes_ineligible"
                if name == "skin_broken":
                    oracle.wounds.add(day)
                elif name != "becomes_ineligible":
                    oracle.to_ask.add(day)
            elif step == "heal":
                conduct = conduct.with_healed(moment)
                oracle.wounds = {wound for wound in oracle.wounds if wound >= day}
            elif step == "clear":
                conduct = conduct.with_clearance(moment)
                oracle.to_ask.clear()
            elif step == "start":
                conduct, seal = conduct.started(moment, seed=SEED, rule=RULE, belief={}, built_up=True)
                n_started += 1
                assert oracle.may_start(day), "a trial started with an open stop"
            elif step == "next":
                day += int(rng.integers(1, 3))
            if step == "look" and seal is not None:
                conduct = conduct.begin(seal, moment)
        except PinprickError:
            continue
        for arm in PLAN.arms:
            if conduct.may_do(arm, DAY_0 + timedelta(days=day)).open:
                n_sessions += 1
                assert oracle.may_lie_down(day), "a session on the mat was open with an open stop"
    return n_started, n_sessions


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, N_PART))])
def test_no_walk_reaches_a_started_mat_trial_with_an_open_stop(part, make_rng):
    rng = make_rng(7_300 + part)
    reached = np.array([walk(rng) for _ in range(N_WALK // N_PART)]).sum(axis=0)
    assert reached.min() > 50, "the walks must reach starts and sessions often enough to prove anything"


def test_the_oracle_would_notice_an_open_stop():
    oracle = Oracle()
    oracle.screened_on, oracle.barred, oracle.answered[0] = 0, False, True
    assert oracle.may_start(0)
    assert oracle.may_lie_down(0)
    for break_it in ("ended", "barred"):
        other = Oracle()
        other.screened_on, other.barred, other.answered[0] = 0, False, True
        setattr(other, break_it, True)
        assert not other.may_start(0)
        assert not other.may_lie_down(0)
    assert rule("chest_pain").action is Action.EMERGENCY
