"""A session: only where safety lets it begin, never over 20 minutes, and what was done is kept on its own day."""

import json
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from pinprick import Moment
from tests import conducted
from tests.conducted import DAY_0
from tests.running import clock_on, ratings_of, running_trial

pytestmark = pytest.mark.django_db

DAY = 3
ON = DAY_0 + timedelta(days=DAY)


@pytest.fixture
def me(db):
    from pinprick_web.people.models import Person

    person = Person.objects.just_me()
    at(person, DAY, "19:00")
    return person


@pytest.fixture
def trial(me):
    return running_trial(me, answered=DAY)


@pytest.fixture
def new(me):
    """A trial that is still being built up, on the day of its screening."""
    at(me, 0, "19:00")
    return running_trial(me, started=False, answered=0)


def at(person, day, time="19:00"):
    person.set_clock = clock_on(day, time)
    person.save()


def path(trial, more=""):
    return f"/trial/{trial.code}/session/{more}"


def body(minutes="15", day=ON, **more):
    return {"key": str(uuid.uuid4()), "day": str(day), "minutes": minutes} | more


def send(client, trial, fields):
    return client.post(path(trial), fields, headers={"accept": "application/json"})


def conduct_of(trial):
    from pinprick_web.trials import store

    trial.refresh_from_db()
    return store.load(trial)


# --- the clock --------------------------------------------------------------------------------------------


def test_the_clock_is_set_to_the_minutes_of_the_day(client, trial) -> None:
    answer = client.get(path(trial))
    assert answer.status_code == 200
    assert answer.context["clock"].minutes == 15
    assert 'data-minutes="15"' in answer.content.decode()


def test_it_is_never_set_to_more_than_twenty(client, me) -> None:
    plan = conducted.started()[0].plan
    longest = tuple(replace(arm, minutes=20) for arm in plan.arms)
    trial = running_trial(me, replace(plan, arms=longest), answered=DAY)
    assert client.get(path(trial)).context["clock"].minutes == 20


def test_below_the_top_of_the_ladder_the_ladder_decides(client, me) -> None:
    trial = running_trial(me, answered=DAY)
    client.post(f"/trial/{trial.code}/check-in/", {"key": uuid.uuid4(), "day": str(ON), "rating": "4"})
    from pinprick_web.trials import services

    services.felt(trial, ["too_painful"], Moment(clock_on(DAY, "19:30"), rehearsed=True))
    at(me, DAY + 1)
    answer_questions(trial, DAY + 1)
    assert client.get(path(trial)).context["clock"].minutes == 10


def answer_questions(trial, day):
    from pinprick_web.trials import services

    conduct = conduct_of(trial)
    given = conducted.screening(conduct.plan, conduct.safety.occasion(conducted.at(day).day))
    services.answer_today(trial, given, conducted.at(day))


def test_a_closed_gate_shows_why_and_never_the_clock(client, trial) -> None:
    from pinprick_web.trials import services

    services.felt(trial, ["skin_broken"], conducted.at(DAY))
    answer = client.get(path(trial))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Your skin was broken" in page
    assert "data-timer" not in page


def test_before_the_days_questions_it_leads_to_them(client, me) -> None:
    trial = running_trial(me)
    answer = client.get(path(trial))
    assert answer["Location"] == f"/trial/{trial.code}/today/"


def test_there_is_one_session_a_day(client, trial) -> None:
    send(client, trial, body())
    assert client.get(path(trial)).status_code == 302


def test_a_stranger_learns_nothing_of_it(client, trial) -> None:
    from pinprick_web.people.models import Person

    other = running_trial(Person.objects.create(), answered=DAY)
    assert client.get(path(other)).status_code == 404
    assert send(client, other, body()).status_code == 404
    assert client.get(path(other, "over/")).status_code == 404
    assert ratings_of(other) == {}


def test_without_a_script_the_page_says_the_minutes_and_has_both_ways_out(client, trial) -> None:
    page = client.get(path(trial)).content.decode()
    assert "Lie down for 15 minutes, with a clock in view." in page
    assert "I have finished" in page
    assert "I stopped early" in page


def test_the_card_holds_todays_session_and_no_other_day(client, trial) -> None:
    kept = json.loads(client.get(path(trial)).context["card"])
    assert kept["session"]["day"] == str(ON)
    assert kept["session"]["minutes"] == 15
    later = conducted.started()[1]
    assert json.dumps(list(later.drawn)) not in json.dumps(kept)
    assert str(ON + timedelta(days=1)) not in json.dumps(kept)


# --- what is kept -----------------------------------------------------------------------------------------


def test_a_whole_session_is_kept_and_leads_on(client, trial) -> None:
    answer = client.post(path(trial), body("15", prick="4"))
    assert (answer.status_code, answer["Location"]) == (303, path(trial, "over/"))
    rated = ratings_of(trial)[ON][-1]
    assert (rated.done, rated.minutes, rated.prick, rated.ended) == (True, 15, 4, None)
    page = client.get(answer["Location"]).content.decode()
    assert "15 minutes. You are done." in page
    assert "Roll to your side, then sit up." in page
    assert "after 22:00" in page


@pytest.mark.parametrize("ended", ["no_time", "other"])
def test_a_session_that_ended_early_is_kept_with_its_minutes_and_reason(client, trial, ended) -> None:
    answer = client.post(path(trial), body("6.2", ended=ended))
    rated = ratings_of(trial)[ON][-1]
    assert (rated.done, rated.minutes, rated.ended) == (True, 6.2, ended)
    assert "You stopped at 6 minutes." in client.get(answer["Location"]).content.decode()


def test_too_sharp_acts_at_once(client, trial) -> None:
    told = send(client, trial, body("2", ended="too_sharp")).json()
    assert told["stops"] == ["too_painful"]
    assert told["url"].endswith("/felt/answer/?rules=too_painful")
    assert "rule" in str(conduct_of(trial).events[-1].data)


def test_a_prick_of_seven_acts_at_once(client, trial) -> None:
    assert send(client, trial, body("15", prick="7")).json()["stops"] == ["too_painful"]


def test_a_prick_of_six_does_not(client, trial) -> None:
    assert send(client, trial, body("15", prick="6")).json()["stops"] == []


def test_something_felt_wrong_leads_to_its_page(client, trial) -> None:
    told = send(client, trial, body("3", ended="felt_wrong")).json()
    assert told["url"] == f"/trial/{trial.code}/felt/"
    assert ratings_of(trial)[ON][-1].ended == "felt_wrong"


def test_it_is_written_once_however_often_it_is_sent(client, trial) -> None:
    fields = body("15", prick="4")
    told = [send(client, trial, fields).json() for _ in range(3)]
    assert [one["repeated"] for one in told] == [False, True, True]
    assert len(ratings_of(trial)[ON]) == 1
    again = send(client, trial, body("15", prick="4"))  # after a reload the page has another key
    assert again.json()["written"] == "same"
    assert len(ratings_of(trial)[ON]) == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"minutes": "many"}, "minutes"),
        ({"minutes": ""}, "minutes"),
        ({"prick": "11"}, "prick"),
        ({"ended": "bored"}, "ended"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(client, trial, fields, field) -> None:
    answer = send(client, trial, body() | fields)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert ratings_of(trial) == {}
    page = client.post(path(trial), body() | fields).content.decode()
    assert "There is a problem." in page


# --- another day ------------------------------------------------------------------------------------------


def test_a_session_of_another_day_is_neither_written_today_nor_lost(client, me, trial) -> None:
    at(me, DAY + 1, "00:20")
    answer = client.post(path(trial), body("15"))
    assert answer.status_code == 409
    assert "Save it for Thursday" in answer.content.decode()
    assert ratings_of(trial) == {}
    told = send(client, trial, body("15")).json()
    assert told["kind"] == "stale"
    assert client.post(path(trial), dict(answer.context["fields"])).status_code == 303
    assert list(ratings_of(trial)) == [ON]


def test_a_page_left_open_since_yesterday_cannot_answer_for_today(client, me, trial) -> None:
    at(me, DAY + 1)
    send(client, trial, body("15", ON))
    assert ON + timedelta(days=1) not in ratings_of(trial)


# --- the build-up -----------------------------------------------------------------------------------------


def test_the_build_up_begins_with_three_minutes(client, new) -> None:
    answer = client.get(path(new))
    assert (answer.context["clock"].minutes, answer.context["clock"].builds_up) == (3, True)


def test_a_step_is_kept_with_how_sharp_it_was(client, new) -> None:
    answer = client.post(path(new), body("3", DAY_0, prick="5"))
    assert answer["Location"] == path(new, "over/")
    assert conduct_of(new).events[-1].data == {"prick": 5}
    assert "Next time: 3 minutes." in client.get(answer["Location"]).content.decode()


def test_a_step_sent_twice_counts_once(client, new) -> None:
    fields = body("3", DAY_0, prick="5")
    assert send(client, new, fields).json()["saved"]
    assert send(client, new, fields).json()["repeated"]
    assert sum(event.kind == "rung" for event in conduct_of(new).events) == 1


def test_a_step_that_was_too_sharp_says_what_to_do(client, new) -> None:
    told = send(client, new, body("3", DAY_0, prick="8")).json()
    assert told["url"].endswith("?rules=too_painful")


def test_a_step_that_ended_early_is_no_step(client, new) -> None:
    answer = client.post(path(new), body("1", DAY_0, ended="no_time"))
    assert not any(event.kind == "rung" for event in conduct_of(new).events)
    assert "That was no step yet." in client.get(answer["Location"]).content.decode()


def test_a_step_that_ended_early_because_it_was_too_sharp_closes_the_day(client, new) -> None:
    told = send(client, new, body("1", DAY_0, ended="too_sharp")).json()
    assert told["stops"] == ["too_painful"]
    assert not conduct_of(new).safety.may_do(["mat"], DAY_0)


def test_a_step_of_yesterday_is_not_counted_today(client, me, new) -> None:
    at(me, 1)
    assert send(client, new, body("3", DAY_0, prick="5")).json()["kind"] == "stale"
    assert not any(event.kind == "rung" for event in conduct_of(new).events)


# --- without a script -------------------------------------------------------------------------------------


def test_stopped_early_without_a_script_asks_minutes_and_reason(client, trial) -> None:
    page = client.get(path(trial, "over/?early=1")).content.decode()
    assert "For how many minutes did you lie down?" in page
    assert [page.count(f'value="{reason}"') for reason in ("too_sharp", "no_time", "felt_wrong", "other")] == [1] * 4


def test_stopped_earlier_than_it_says_can_be_corrected(client, trial) -> None:
    send(client, trial, body("15"))
    page = client.get(path(trial, "over/?early=1"))
    assert page.context["correct"]
    assert client.post(path(trial), body("6", ended="other", correct="1")).status_code == 303
    assert ratings_of(trial)[ON][-1].minutes == 6
