"""The safety questions on the site: each asked once, kept in memory only, and what followed written once."""

import json

import pytest
from django.core.cache import caches
from django.test import Client

from pinprick.trial.safety_rules import KINDS, Occasion, rules_for
from pinprick_web.people.models import Person
from pinprick_web.trials import store
from pinprick_web.trials.models import DraftRecord, TrialRecord
from pinprick_web.trials.sections import sections
from tests.running import clock_on, running_trial

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def person():
    caches["sitting"].clear()
    one = Person.objects.just_me()
    one.set_clock = clock_on(4)
    one.save()
    return one


def answer(client: Client, number: int, at: str = "", **ticked: str):
    """Send a screen on which nothing is true but what is named; the mood questions are answered with 0."""
    sent = {f"{rule.id}-{i}": "0" for rule in rules_for(KINDS, occasion=Occasion.START) for i in range(len(rule.items))}
    return client.post(f"{at}/screen/{number}/", sent | ticked)


def answer_all(client: Client, at: str = "", n: int = 8) -> None:
    for number in range(1, n + 1):
        assert answer(client, number, at).status_code == 302


def test_no_answer_is_in_the_database_and_none_in_memory_once_the_trial_is_opened(client, person) -> None:
    answer(client, 3, ticked="bleeding_disorder")
    answer_all(client)
    page = client.get("/screen/done/")
    assert "You can go on." in page.content.decode(), "the last answer to each question counts"
    kept = json.dumps(DraftRecord.objects.get().screening)
    assert not any(rule.id in kept for rule in rules_for(KINDS, occasion=Occasion.START))
    for step, value in (("what", "stress"), ("now", "5"), ("better", "2"), ("against", "towel")):
        client.post(f"/plan/{step}/", {"value": value})
    assert caches["sitting"].get(f"{person.code}:new") is not None
    client.post("/plan/consent/", {"purpose": "care"})
    assert TrialRecord.objects.count() == 1
    assert caches["sitting"].get(f"{person.code}:new") is None


def test_an_emergency_ends_the_screen_at_once_and_a_wrong_tap_can_be_mended(client) -> None:
    assert answer(client, 1, ticked="chest_pain")["Location"] == "/emergency/"
    assert "Call your emergency number now" in client.get("/emergency/").content.decode()
    assert client.get("/screen/done/")["Location"] == "/emergency/"
    client.get("/screen/1/?anew=1")
    answer_all(client)
    assert "You can go on." in client.get("/screen/done/").content.decode()


def test_a_closed_mat_stays_closed_until_a_clinician_said_yes(client) -> None:
    for number in range(1, 9):
        answer(client, number, **({"ticked": "diabetes"} if number == 4 else {}))
    page = client.get("/screen/done/").content.decode()
    assert "Ask a doctor or pharmacist first." in page
    assert "Choose your question" not in page
    page = client.post("/screen/done/", {"said": "yes"}, follow=True).content.decode()
    assert "You can go on." in page


def test_who_skips_ahead_is_led_to_the_first_open_screen(client) -> None:
    answer(client, 1)
    assert client.get("/screen/5/")["Location"] == "/screen/2/"
    caches["sitting"].clear()  # the server was started again
    page = client.get(client.get("/screen/5/")["Location"]).content.decode()
    assert "the last ones are gone" in page


def test_a_reload_of_what_followed_writes_nothing_more(client, person) -> None:
    trial = running_trial(person, started=False)
    at = f"/trial/{trial.code}"
    n = len(sections(rules_for(
        [kind.value for kind in store.load(trial).plan.safety_kinds],
        occasion=Occasion.START,
        groups=store.load(trial).plan.screen,
    )))  # fmt: skip
    answer_all(client, at, n)
    client.get(f"{at}/screen/done/")
    trial.refresh_from_db()
    written = trial.n_events
    client.get(f"{at}/screen/done/")
    trial.refresh_from_db()
    assert trial.n_events == written
