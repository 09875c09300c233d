"""Whatever a network does to what two people's phones send, each answer is written once, for its own person and day."""

import uuid
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from tests.conducted import DAY_0
from tests.running import clock_on, forget_everybody, ratings_of, running_trial

DAYS = st.integers(1, 6)
VALUES = st.integers(0, 10)


class TwoPhones(RuleBasedStateMachine):
    """Two people tap; what they send arrives twice, later, in another order, or with an answer that nobody hears."""

    sent = Bundle("sent")

    @initialize()
    def begin(self) -> None:
        """Both have a trial that runs, and nothing has been sent."""
        from django.test import Client

        from pinprick_web.people.models import Person

        forget_everybody()
        kinds = (Person.Kind.ME, Person.Kind.DEMO)
        self.people = [Person.objects.create(kind=kind, set_clock=clock_on(7)) for kind in kinds]
        self.trials = [running_trial(person) for person in self.people]
        self.clients = [Client(), Client()]
        from django.core import signing

        salted = signing.get_cookie_signer(salt="demo").sign("open")
        self.clients[1].cookies["demo"] = salted
        self.known: list[dict] = [{}, {}]  # by person and day: the value that was written first, or chosen
        self.keys: dict = {}  # by person and key: what was written under it

    @rule(target=sent, who=st.integers(0, 1), day=DAYS, value=VALUES)
    def tap(self, who: int, day: int, value: int) -> tuple:
        """A number is tapped; it has not arrived yet."""
        return who, str(uuid.uuid4()), day, value

    @rule(one=sent, times=st.integers(1, 3))
    def arrives(self, one: tuple, times: int) -> None:
        """It arrives, perhaps more than once."""
        who, key, day, value = one
        for _ in range(times):
            self.deliver(who, key, day, value)

    @rule(one=sent, value=VALUES)
    def arrives_with_something_else(self, one: tuple, value: int) -> None:
        """Another number comes under the same key."""
        who, key, day, _old = one
        self.deliver(who, key, day, value)

    @rule(one=sent)
    def arrives_from_the_other_person(self, one: tuple) -> None:
        """The other person's browser sends it, to a trial that is not theirs."""
        who, key, day, value = one
        answer = self.post(1 - who, self.trials[who], key, day, value)
        assert answer.status_code == 404

    @rule(one=sent, value=VALUES)
    def is_corrected(self, one: tuple, value: int) -> None:
        """The person chooses between two answers, on purpose."""
        who, _key, day, _old = one
        key = str(uuid.uuid4())
        answer = self.post(who, self.trials[who], key, day, value, correct="1")
        assert answer.status_code == 200
        self.known[who][day] = value
        self.keys[who, key] = (day, value, True)

    def post(self, who: int, trial, key: str, day: int, value: int, **more: str):
        fields = {"key": key, "day": str(DAY_0 + timedelta(days=day)), "rating": str(value)} | more
        path = f"/trial/{trial.code}/check-in/"
        return self.clients[who].post(path, fields, headers={"accept": "application/json"})

    def deliver(self, who: int, key: str, day: int, value: int) -> None:
        """Send one, and hold what comes back against what must come back."""
        answer = self.post(who, self.trials[who], key, day, value)
        told = answer.json()
        before, known = self.keys.get((who, key)), self.known[who]
        if before == (day, value, False):
            assert (answer.status_code, told["repeated"]) == (200, True)
        elif before is not None:
            assert (answer.status_code, told["kind"]) == (409, "key")
        elif day in known and known[day] != value:
            assert (answer.status_code, told["kind"]) == (409, "written")
        else:
            assert (answer.status_code, told["repeated"]) == (200, False)
            known[day] = value
            self.keys[who, key] = (day, value, False)

    @invariant()
    def every_answer_is_where_it_belongs(self) -> None:
        """One row for a trial and a day; the value that was taken; nothing of the other person's."""
        from pinprick_web.trials.models import EntryRecord, SubmissionRecord

        for who, trial in enumerate(getattr(self, "trials", [])):
            found = {(day - DAY_0).days: versions[-1].ratings["pain"] for day, versions in ratings_of(trial).items()}
            assert found == self.known[who]
            assert sorted(row.day for row in EntryRecord.objects.filter(trial=trial)) == sorted(ratings_of(trial))
            assert SubmissionRecord.objects.filter(trial=trial).count() == sum(one == who for one, _ in self.keys)


@pytest.mark.slow
@pytest.mark.django_db
def test_two_phones_on_a_bad_network() -> None:
    from hypothesis.stateful import run_state_machine_as_test

    sizes = settings(
        max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(TwoPhones, settings=sizes)
