"""Every address of the site: whose it is, what it carries, and that a new one cannot be forgotten here."""

import re
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from pinprick_web.people.models import Person
from pinprick_web.trials import store
from tests import conducted
from tests.running import clock_on, running_trial

pytestmark = pytest.mark.django_db

DAY = conducted.DAY_0
ARGUMENTS = {"number": 1, "step": "what", "on": date(2026, 5, 5), "token": "nobody", "claim": "back_pain"}
QUIET = {"quiet_from": "22:00", "quiet_until": "07:00"}
METHODS = ("get", "head", "post", "put", "patch", "delete")


def patterns() -> list[URLPattern]:
    """Every route there is, as the resolver has it."""
    return [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLPattern)]


def address(pattern: URLPattern, code: UUID) -> str:
    """An address of a route."""
    from django.urls import reverse

    names = pattern.pattern.converters
    return reverse(pattern.name, kwargs={name: code if name == "code" else ARGUMENTS[name] for name in names})


OF_A_TRIAL = [pattern for pattern in patterns() if "code" in pattern.pattern.converters]
OF_NOBODY = [pattern for pattern in patterns() if "code" not in pattern.pattern.converters]


@pytest.fixture
def alice(db) -> Person:
    """The person whose machine this is, on the evening of day 10 of a trial that runs."""
    person = Person.objects.just_me()
    person.set_clock = clock_on(10)
    person.save()
    return person


@pytest.fixture
def trial(alice):
    return running_trial(alice, lived=9, answered=10)


@pytest.fixture
def charlies(db):
    """The trial of somebody else."""
    return running_trial(Person.objects.create(set_clock=clock_on(10)), lived=9, answered=10)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("pattern", OF_A_TRIAL, ids=lambda pattern: pattern.name)
def test_a_strangers_trial_is_not_found(client: Client, alice, charlies, pattern, method) -> None:
    before = store.load(charlies).events
    answer = getattr(client, method)(address(pattern, charlies.code))
    nothing = getattr(client, method)(address(pattern, uuid4()))
    assert answer.status_code == nothing.status_code
    assert answer.status_code in (404, 405)
    if answer.status_code == 404 and method != "head":
        shown = [re.sub(rb'value="[^"]+"', b"", one.content) for one in (answer, nothing)]
        assert shown[0] == shown[1], "a trial that exists and one that does not look alike"
    charlies.refresh_from_db()
    assert store.load(charlies).events == before


@pytest.mark.parametrize("pattern", patterns(), ids=lambda pattern: pattern.name)
def test_every_page_answers_its_owner_and_carries_its_headers(client: Client, trial, pattern) -> None:
    answer = client.get(address(pattern, trial.code))
    assert answer.status_code in (200, 302, 404, 405, 409), answer.content[:300]
    assert answer["X-Content-Type-Options"] == "nosniff"
    if answer.status_code != 405 and answer.get("Content-Type", "").startswith("text/html"):
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        text = answer.content.decode()
        assert " style=" not in text
        assert not re.search(r"<script(?![^>]*src=)", text)
        assert not re.search(r"\son\w+=", text)
    if not answer.wsgi_request.path.startswith(("/static/", "/sw.js", "/manifest", "/offline/")):
        assert answer["Cache-Control"] == "no-store"
    assert "Server" not in answer


def test_ten_megabytes_are_refused_with_a_sentence(client: Client, trial) -> None:
    body = b"why=" + b"x" * 10_000_000
    answer = client.post(f"/trial/{trial.code}/stop/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 413)
    assert len(answer.content) < 20_000


def test_a_form_from_elsewhere_is_given_back_and_not_obeyed(trial) -> None:
    strict = Client(enforce_csrf_checks=True)
    before = store.load(trial).events
    answer = strict.post(f"/trial/{trial.code}/pause/", {"why": "<b>"})
    assert answer.status_code == 403
    assert b"Nothing is lost" in answer.content
    assert b"&lt;b&gt;" in answer.content
    trial.refresh_from_db()
    assert store.load(trial).events == before


@pytest.mark.parametrize(
    ("address", "sent", "says"),
    [
        ("/plan/what/", {"value": "everything"}, "Choose one of these answers."),
        ("/plan/what/", {}, "Choose one of these answers."),
        ("/plan/where/", {"region": "soul"}, "Tick at least one place"),
        ("/plan/consent/", {"purpose": "research"}, "Tick the first box"),
        ("/settings/reminders/", {"first": "23:30"} | QUIET, "quiet hours"),
        ("/settings/reminders/", {"first": "soon"} | QUIET, "valid time"),
        ("/settings/erase/", {}, "Tick the box"),
        ("/questions/bring/", {}, "Choose a file first"),
    ],
)
def test_a_form_says_what_is_wrong_and_keeps_its_place(client: Client, alice, address, sent, says) -> None:
    from pinprick_web.trials import services
    from tests.web.screens import screening_of_nothing

    services.keep_screening(alice, screening_of_nothing(), conducted.at(10))
    services.wish(alice, what="pain", about="back", against="towel")
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "data-errors" in answer.content.decode(), "the summary takes the focus"


def test_a_day_that_has_not_come_has_no_page(client: Client, trial) -> None:
    assert client.get(f"/trial/{trial.code}/diary/2026-05-30/").status_code == 404


def test_a_trial_in_the_bin_is_gone_and_can_be_taken_back(client: Client, trial) -> None:
    client.post(f"/trial/{trial.code}/bin/")
    assert client.get(f"/trial/{trial.code}/today/").status_code == 404
    assert "Take it back" in client.get("/questions/").content.decode()
    client.post(f"/trial/{trial.code}/take-back/")
    assert client.get(f"/trial/{trial.code}/today/").status_code == 200


def test_a_calendar_needs_its_token_and_names_nothing(client: Client, trial, alice) -> None:
    assert client.get("/calendar/nobody.ics").status_code == 404
    feed = client.get(f"/calendar/{alice.calendar_token}.ics")
    text = feed.content.decode().lower()
    assert "begin:vevent" in text
    assert not any(word in text for word in ("pain", "mat", "towel", "back"))


def test_a_reload_after_a_look_before_the_end_is_not_another_look(client: Client, trial) -> None:
    asked = client.get(f"/trial/{trial.code}/early/")
    assert "Look before the end?" in asked.content.decode()
    answer = client.post(f"/trial/{trial.code}/early/", follow=True)
    assert answer.redirect_chain
    assert "Seen early" in answer.content.decode()
    assert "Seen early" in client.get(f"/trial/{trial.code}/early/").content.decode()
    trial.refresh_from_db()
    assert len(store.load(trial).unsealed) == 1
