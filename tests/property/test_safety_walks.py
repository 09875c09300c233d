"""Whatever happens in whatever order, nobody gets past an open stop.

Ten thousand seeded walks of screens, days, stops, yeses and sessions are followed by the record and by an oracle
that reads safety.yaml for itself and keeps a few sets up to date. They must agree on every gate on the way.
"""

import json
import random
from datetime import date, timedelta
from importlib.resources import files

import pytest
import yaml

from pinprick.errors import DiaryError
from pinprick.trial.safety import evaluate
from pinprick.trial.safety_record import SafetyRecord
from pinprick.trial.safety_rules import Occasion, rules_for

N_WALKS = 10_000
N_PARTS = 4  # so that a failing walk is found among fewer, and workers can share
TABLE = yaml.safe_load(files("pinprick.trial").joinpath("safety.yaml").read_text(encoding="utf-8"))
FIRST = date(2026, 3, 1)
KINDS = ("mat", "usual_care")
STOPS = {row["id"]: row["action"] for row in TABLE["stop_rules"]}


class Oracle:
    """The rules, told once more: plain sets, changed as things happen, and no memory of anything else."""

    def __init__(self):
        self.over = self.mat_over = False
        self.screen_day, self.screen_shuts = None, set(KINDS)
        self.put_off, self.checked, self.on_mat, self.rest = set(), set(), set(), set()
        self.marks, self.wounds, self.doctor = set(), set(), set()

    def told(self, answers, cleared, day, *, start):
        """Read raw answers by the raw file."""
        shuts, later = set(), set()
        for row in TABLE["rules"]:
            if row["id"] not in answers:
                continue
            answer = answers[row["id"]]
            raised = answer is None and row["id"] != "thoughts_of_suicide"
            if not (raised or answer == "yes" or (isinstance(answer, int) and answer >= 3)):
                continue
            if row["action"] == "emergency":
                self.over = True
            elif row["action"] != "caution" and row["id"] not in cleared:
                (later if row["temporary"] else shuts).update(row["applies_to"])
        self.put_off |= {(kind, day) for kind in later}
        if start:
            self.screen_day, self.screen_shuts = day, shuts | later
        else:
            self.checked.add(day)

    def stop(self, name, day):
        action = STOPS[name]
        if action == "stop_trial_and_refer":
            self.over = True
        elif action == "stop_mat":
            self.wounds.add(day)
        elif action.endswith("ask_clinician"):
            self.doctor.add((name, day))
        elif action.startswith("pause"):
            self.mat_over |= any(abs(day - other).days > 1 for other in self.marks)
            self.marks.add(day)
            self.rest |= {day, day + timedelta(days=1)}
        else:
            self.rest.add(day)

    def healed(self, day):
        """Say whether it makes sense, and do it."""
        before = {wound for wound in self.wounds if wound < day}
        self.wounds -= before
        return bool(before)

    def doctor_says_yes(self, day):
        before = {one for one in self.doctor if one[1] <= day}
        self.doctor -= before
        return bool(before)

    def mat_is_free(self, day):
        return not (self.over or self.mat_over or self.wounds or self.doctor or day in self.rest)

    def may_start(self, day):
        return (
            self.mat_is_free(day)
            and self.screen_day is not None
            and self.screen_day <= day <= self.screen_day + timedelta(days=1)
            and not self.screen_shuts & set(KINDS)
            and not {(kind, day) for kind in KINDS} & self.put_off
        )

    def may_do_mat(self, day):
        return (
            self.mat_is_free(day)
            and self.screen_day is not None
            and "mat" not in self.screen_shuts
            and ("mat", day) not in self.put_off
            and day in self.checked
            and day not in self.on_mat
        )


def pool(occasion, rng, n):
    """Make sets of answers, mostly calm, with what each of them is and whom a clinician said yes to."""
    asked = rules_for(KINDS, occasion=occasion)
    made = []
    for _ in range(n):
        answers = {one.id: 0 if one.items else "no" for one in asked}
        # Emergencies are rare here, or every walk would end at once.
        choose = [one for one in asked if one.action != "emergency" or rng.random() < 0.02]
        for one in rng.sample(choose, min(len(choose), rng.choice([0, 0, 0, 1, 1, 2]))):
            answers[one.id] = rng.choice([None, rng.randint(0, 6) if one.items else "yes"])
        cleared = {one.id for one in asked if one.clinician_can_clear and rng.random() < 0.3}
        made.append((answers, cleared, evaluate(answers, KINDS, occasion=occasion, cleared=cleared)))
    return made


@pytest.fixture(scope="module")
def pools():
    rng = random.Random(20261122)
    return {occasion: pool(occasion, rng, 400) for occasion in Occasion}


def refused(do):
    try:
        return do(), False
    except DiaryError:
        return None, True


def walk(rng, pools):
    """Go a dozen steps, comparing both gates after each; give what was reached."""
    record, oracle, day, reached = SafetyRecord(), Oracle(), FIRST, set()
    for _ in range(12):
        day += timedelta(days=rng.choice([0, 0, 0, 1, 1, 2]))
        when = day - timedelta(days=rng.choice([0, 0, 0, 0, 0, 1, 2]))  # some things are told late
        step = rng.choice(["screen", "daily", "daily", "daily", "stop", "healed", "yes", "session"])
        if step == "screen":
            answers, cleared, screening = rng.choice(pools[Occasion.START])
            told, no = refused(lambda old=record, new=screening, day=when: old.with_screening(new, day))
            assert no == (oracle.screen_day is not None and when < oracle.screen_day)
            if not no:
                record = told
                oracle.told(answers, cleared, when, start=True)
        elif step == "daily":
            answers, cleared, screening = rng.choice(pools[rng.choice([Occasion.DAY, Occasion.WEEK])])
            record = record.with_daily(screening, when)
            oracle.told(answers, cleared, when, start=False)
        elif step == "stop":
            name = rng.choice([name for name in STOPS if name != "becomes_ineligible" or rng.random() < 0.1])
            record = record.with_stop(name, when)
            oracle.stop(name, when)
        elif step == "session":
            record = record.with_session(when)
            oracle.on_mat.add(when)
        else:
            tell, ask = (
                (record.with_healed, oracle.healed)
                if step == "healed"
                else (record.with_clearance, oracle.doctor_says_yes)
            )
            told, no = refused(lambda tell=tell, day=when: tell(day))
            opened = ask(when)
            assert not (no and opened)
            record = record if no else told
        for ahead in (0, 1):
            on = day + timedelta(days=ahead)
            start, mat = record.may_start(KINDS, on), record.may_do("mat", on)
            assert (start.open, mat.open) == (oracle.may_start(on), oracle.may_do_mat(on)), record.to_dict()
            for gate in (start, mat):
                assert gate.open or (gate.why and gate.what_to_do)
            assert mat.step is None or (mat.open and mat.step.minutes <= 15)
            reached |= {"start" if start else "no start", "mat" if mat else "no mat"}
    reached |= {"over"} if record.is_stopped else set()
    reached |= {"step 1" if record.step.step == 1 else "higher step"}
    return record, reached


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, N_PARTS))])
def test_no_walk_gets_past_an_open_stop(part, pools) -> None:
    reached = set()
    for number in range(part, N_WALKS, N_PARTS):
        rng = random.Random(number)
        record, found = walk(rng, pools)
        reached |= found
        if number % 20 == 0:
            assert SafetyRecord.from_dict(json.loads(json.dumps(record.to_dict()))) == record
    # A walk that never opens a gate would prove nothing.
    assert reached == {"start", "no start", "mat", "no mat", "over", "step 1", "higher step"}


def test_the_step_never_rises_on_a_stop_nor_leaves_the_ladder() -> None:
    for number in range(500):
        rng = random.Random(number)
        record, day = SafetyRecord(top_step=rng.choice([3, 4, 5])), FIRST
        for _ in range(25):
            day += timedelta(days=1)
            before = record.step.step
            if rng.random() < 0.2:
                name = rng.choice(list(STOPS))
                record = record.with_stop(name, day)
                assert record.step.step <= before
                assert name != "skin_broken" or record.step.step == 1
            else:
                record = record.with_session(day)
                assert before <= record.step.step <= before + 1
            assert 1 <= record.step.step <= record.top_step
