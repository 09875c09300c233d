"""What the browser asks for itself: nothing of a person's, and no token, in anything that is kept."""

import json
import re
import uuid

import pytest

from tests.running import clock_on, running_trial

pytestmark = pytest.mark.django_db

DAY = 3
SHELL = ["/offline/check-in/", "/offline/timer/"]
NOT_KEPT = "no-store"


@pytest.fixture
def trial(db):
    from pinprick_web.people.models import Person

    person = Person.objects.just_me()
    person.set_clock, person.theme = clock_on(DAY), "dark"
    person.save()
    return running_trial(person, answered=DAY)


def shell_of(client) -> list[str]:
    return json.loads(re.search(r"SHELL = (\[.*?\]);", client.get("/sw.js").content.decode())[1])


@pytest.mark.parametrize("address", SHELL)
def test_the_shell_is_anybodys(client, trial, address) -> None:
    client.get(f"/trial/{trial.code}/check-in/")  # a person who has a trial and a token
    answer = client.get(address)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert str(trial.code) not in page
    assert "csrf" not in page.lower()
    assert "/trial/" not in page
    assert "Set-Cookie" not in answer.headers
    assert page == client.get(address, headers={"cookie": ""}).content.decode(), "the same for everybody"


@pytest.mark.parametrize("address", SHELL)
def test_the_shell_knows_no_treatment_and_says_so(client, trial, address) -> None:
    page = client.get(address).content.decode()
    assert "Today’s treatment is not known here yet." in page
    assert "towel" not in re.sub(r'class="[^"]*"|data-ring="\w+"', "", page)


def test_the_worker_keeps_the_shell_and_nothing_of_a_person(client, trial) -> None:
    shell = shell_of(client)
    assert shell[:2] == SHELL
    assert all(address.startswith("/static/") for address in shell[2:])
    assert {"app.js", "checkin.js", "timer.js"} <= {address.rsplit("/", 1)[1] for address in shell}


def test_the_worker_has_a_version_that_follows_what_it_keeps(client, trial, monkeypatch) -> None:
    from pinprick_web import offline

    def version() -> str:
        offline._shell.cache_clear()
        return re.search(r'"pinprick-shell-" \+ "(\w{16})"', client.get("/sw.js").content.decode())[1]

    first, real = version(), offline._file
    assert first == version()
    monkeypatch.setattr(offline, "_file", lambda address: real(address) + b"/* changed */")
    assert version() != first


def test_the_worker_may_be_asked_for_again(client) -> None:
    answer = client.get("/sw.js")
    assert answer["Cache-Control"] == "no-cache"
    assert answer["Content-Type"].startswith("text/javascript")


def test_what_a_stylesheet_asks_for_is_found_beside_it() -> None:
    from pinprick_web.offline import _beside

    assert _beside("/static/css/base.css", "../fonts/a.woff2") == "/static/fonts/a.woff2"
    assert _beside("/static/css/base.css", "a.png") == "/static/css/a.png"
    assert _beside("/static/css/base.css", "/static/a.png") == "/static/a.png"


def test_a_token_is_fetched_when_it_is_needed_and_is_not_kept(trial) -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    answer = strict.get("/token/")
    assert NOT_KEPT in answer["Cache-Control"]
    fields = {"key": str(uuid.uuid4()), "day": "2026-05-07", "rating": "4"}
    headers = {"accept": "application/json", "x-csrftoken": answer.json()["token"]}
    assert strict.post(f"/trial/{trial.code}/check-in/", fields, headers=headers).json()["saved"]


def test_pages_of_a_person_are_kept_by_nobody(client, trial) -> None:
    for page in ("check-in/", "session/", "saved/2026-05-07/"):
        assert client.get(f"/trial/{trial.code}/{page}")["Cache-Control"] == NOT_KEPT


def test_the_manifest_has_what_a_phone_needs(client, trial) -> None:
    answer = client.get("/manifest.webmanifest")
    made = json.loads(answer.content)
    assert (made["display"], made["start_url"], made["theme_color"]) == ("standalone", "/", "#FAF7F0")
    assert {icon["sizes"] for icon in made["icons"]} == {"192x192", "512x512"}
    assert any(icon["purpose"] == "maskable" for icon in made["icons"])
    assert str(trial.code) not in answer.content.decode()


@pytest.mark.parametrize(
    ("told", "is_logged"),
    [
        ({"csp-report": {"effective-directive": "script-src", "document-uri": "http://localhost/trial/secret/"}}, True),
        ({"csp-report": {"effective-directive": "x\nforged line"}}, False),
        ([1], False),
        ("nothing", False),
    ],
)
def test_a_breach_of_the_policy_is_logged_without_its_page(client, caplog, told, is_logged) -> None:
    answer = client.post("/csp-report/", json.dumps(told), content_type="application/csp-report")
    assert answer.status_code == 204
    assert ("script-src" in caplog.text) is is_logged
    assert "secret" not in caplog.text
    assert "forged" not in caplog.text


def test_health_asks_the_database(client, monkeypatch) -> None:
    from django.db import DatabaseError

    from pinprick_web import offline

    assert client.get("/health/").json() == {"ok": True}

    class Broken:
        def cursor(self):
            raise DatabaseError("gone")

    monkeypatch.setattr(offline, "connection", Broken())
    assert client.get("/health/").status_code == 503


def test_while_an_emergency_stands_a_queue_is_sent_elsewhere_and_keeps_its_answer(client, trial) -> None:
    trial.alarm = {"screening": {}, "day": "2026-05-07"}
    trial.save()
    fields = {"key": str(uuid.uuid4()), "day": "2026-05-07", "rating": "4"}
    answer = client.post(f"/trial/{trial.code}/check-in/", fields, headers={"accept": "application/json"})
    assert answer.status_code == 302, "no 2xx and no refusal: the queue of app.js keeps it"
