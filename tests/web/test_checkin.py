"""The check-in: one tap, written once, never on the wrong day, and nobody else's."""

import uuid
from datetime import date, timedelta

import pytest

from tests.conducted import DAY_0
from tests.running import clock_on, ratings_of, running_trial

pytestmark = pytest.mark.django_db

DAY = 3  # Thursday 7 May 2026
ON = DAY_0 + timedelta(days=DAY)


@pytest.fixture
def me(db):
    from pinprick_web.people.models import Person

    person = Person.objects.just_me()
    person.set_clock = clock_on(DAY)
    person.save()
    return person


@pytest.fixture
def trial(me):
    return running_trial(me, answered=DAY)


def at(me, day, time="20:15"):
    me.set_clock = clock_on(day, time)
    me.save()


def body(value="4", day=ON, **more):
    return {"key": str(uuid.uuid4()), "day": str(day), "rating": value} | more


def path(trial, more=""):
    return f"/trial/{trial.code}/check-in/{more}"


def post_json(client, trial, fields):
    return client.post(path(trial), fields, headers={"accept": "application/json"})


def primary(trial, day=ON):
    rated = ratings_of(trial).get(day)
    return rated[-1].ratings.get("pain") if rated else None


# --- the page ---------------------------------------------------------------------------------------------


def test_eleven_equal_keys_and_skip_ask_the_plans_question(client, trial) -> None:
    page = client.get(path(trial)).content.decode()
    assert "How bad has your back pain been today" in page
    assert [page.count(f'name="rating" value="{value}"') for value in [*range(11), "skip"]] == [1] * 12
    assert page.count('class="key"') == 11
    assert "0 is no pain. 10 is the worst pain I can imagine." in page
    assert "Thursday 7 May, evening" in page


def test_a_stranger_learns_nothing_of_it(client, trial) -> None:
    from pinprick_web.people.models import Person

    other = running_trial(Person.objects.create(), answered=DAY)
    for answer in (client.get(path(other)), client.post(path(other), body()), post_json(client, other, body())):
        assert answer.status_code == 404
    assert primary(other) is None


def test_no_earlier_answer_stands_on_the_page_that_changes_it(client, trial) -> None:
    client.post(path(trial), body("7"))
    page = client.get(path(trial, f"?day={ON}&change=1")).content.decode()
    assert "7</button>" in page
    assert "Your answer for Thursday: 7" not in page
    assert "checked" not in page
    assert "selected" not in page


def test_the_key_is_new_on_every_page(client, trial) -> None:
    keys = {client.get(path(trial)).context["key"] for _ in range(3)}
    assert len(keys) == 3


def test_yesterday_is_said_in_the_heading(client, me, trial) -> None:
    at(me, DAY + 1, "08:00")
    page = client.get(path(trial, f"?day={ON}")).content.decode()
    assert "<h1>Yesterday, Thursday 7 May</h1>" in page


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (DAY_0 + timedelta(days=4), "has not come yet"),
        (DAY_0, "before the first day"),
    ],
)
def test_a_day_that_cannot_be_rated_says_why(client, trial, day, why) -> None:
    assert why in client.get(path(trial, f"?day={day}")).content.decode()
    answer = post_json(client, trial, body(day=day))
    assert answer.status_code == 409
    assert answer.json()["kind"] == "closed"
    assert why in answer.json()["refused"]
    assert day not in ratings_of(trial)


def test_a_day_more_than_a_week_ago_is_left_empty(client, me, trial) -> None:
    at(me, DAY + 8)
    answer = post_json(client, trial, body())
    assert answer.status_code == 409
    assert "more than a week ago" in answer.json()["refused"]


# --- one tap ----------------------------------------------------------------------------------------------


def test_a_tap_is_saved_and_leads_to_its_page(client, trial) -> None:
    answer = client.post(path(trial), body("4"))
    assert answer.status_code == 303
    assert answer["Location"] == f"/trial/{trial.code}/saved/{ON}/"
    assert primary(trial) == 4
    page = client.get(answer["Location"]).content.decode()
    assert "Saved." in page
    assert "Your answer for Thursday: 4" in page
    assert 'role="status"' in page
    assert "Change it" in page


def test_a_script_is_told_what_became_of_it(client, trial) -> None:
    told = post_json(client, trial, body("0")).json()
    assert told == {
        "saved": True,
        "written": "new",
        "url": f"/trial/{trial.code}/saved/{ON}/",
        "stops": [],
        "repeated": False,
    }
    assert primary(trial) == 0


def test_skip_is_kept_as_nothing(client, trial) -> None:
    answer = client.post(path(trial), body("skip"))
    page = client.get(answer["Location"]).content.decode()
    assert "Skipped." in page
    assert "You can still answer until Thursday 14 May." in page
    assert ratings_of(trial) == {}


@pytest.mark.parametrize("value", ["11", "-1", "", "four", "nan", "inf", "4 4"])
def test_what_is_no_number_of_the_scale_is_refused_beside_the_keys(client, trial, value) -> None:
    answer = client.post(path(trial), body(value))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "There is a problem." in page
    assert "is not on the scale. Give a number from 0 to 10." in page
    assert post_json(client, trial, body(value)).json()["fields"].keys() == {"rating"}
    assert ratings_of(trial) == {}


@pytest.mark.parametrize("field", ["key", "day"])
def test_a_form_without_its_key_or_day_guesses_neither(client, trial, field) -> None:
    fields = body()
    del fields[field]
    answer = post_json(client, trial, fields)
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert ratings_of(trial) == {}


def test_a_forged_form_is_refused(trial) -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path(trial), body()).status_code == 403
    assert ratings_of(trial) == {}


# --- twice, and elsewhere ---------------------------------------------------------------------------------


def test_the_same_again_is_the_same_row(client, trial) -> None:
    from pinprick_web.trials.models import EntryRecord

    fields = body("4")
    assert [post_json(client, trial, fields).json()["repeated"] for _ in range(3)] == [False, True, True]
    assert EntryRecord.objects.filter(trial=trial, day=ON).count() == 1
    assert len(ratings_of(trial)[ON]) == 1


def test_the_same_again_is_taken_even_when_its_day_is_long_over(client, me, trial) -> None:
    fields = body("4")
    post_json(client, trial, fields)
    at(me, DAY + 9)
    assert post_json(client, trial, fields).json()["repeated"]


def test_the_same_key_with_another_answer_is_refused(client, trial) -> None:
    fields = body("4")
    post_json(client, trial, fields)
    answer = post_json(client, trial, fields | {"rating": "6"})
    assert (answer.status_code, answer.json()["kind"]) == (409, "key")
    assert primary(trial) == 4


def test_answered_elsewhere_shows_both_and_keeps_the_one_that_is_chosen(client, trial) -> None:
    client.post(path(trial), body("4"))
    answer = client.post(path(trial), body("6"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Keep 4" in page
    assert "Keep 6" in page
    assert primary(trial) == 4
    fields = dict(answer.context["fields"])
    assert client.post(path(trial), fields).status_code == 303
    assert primary(trial) == 6
    assert len(ratings_of(trial)[ON]) == 2, "the earlier version is kept"


def test_a_script_is_told_both_answers(client, trial) -> None:
    client.post(path(trial), body("4"))
    answer = post_json(client, trial, body("6"))
    told = answer.json()
    assert (answer.status_code, told["kind"]) == (409, "written")
    assert told["keep"] == {"written": "Keep 4", "sent": "Keep 6"}
    assert post_json(client, trial, body("6") | told["again"]).json()["written"] == "corrected"
    assert primary(trial) == 6


def test_an_answered_day_leads_to_its_page(client, trial) -> None:
    client.post(path(trial), body("4"))
    assert client.get(path(trial))["Location"] == f"/trial/{trial.code}/saved/{ON}/"


# --- after the session ------------------------------------------------------------------------------------


def test_within_three_hours_of_the_session_it_says_from_when(client, me, trial) -> None:
    at(me, DAY, "18:10")
    client.post(path(trial), {"key": str(uuid.uuid4()), "day": str(ON), "done": "full"})
    at(me, DAY, "20:15")
    page = client.get(path(trial)).content.decode()
    assert "Please answer after 21:10." in page
    assert 'name="rating"' not in page
    assert 'name="rating"' in client.get(path(trial, "?anyway=1")).content.decode()
    at(me, DAY, "21:10")
    assert 'name="rating"' in client.get(path(trial)).content.decode()


def test_answering_too_early_is_taken_all_the_same(client, me, trial) -> None:
    client.post(path(trial), {"key": str(uuid.uuid4()), "day": str(ON), "done": "full"})
    assert client.post(path(trial), body("3")).status_code == 303
    assert primary(trial) == 3


def test_a_session_that_ended_offline_counts_from_its_end(client, me, trial) -> None:
    at(me, DAY, "20:00")
    fields = {"key": str(uuid.uuid4()), "day": str(ON), "minutes": "15", "entered": f"{ON}T16:30:00+00:00"}
    client.post(f"/trial/{trial.code}/session/", fields)
    assert 'name="rating"' in client.get(path(trial)).content.decode()


# --- a queue that was offline -----------------------------------------------------------------------------


def test_an_answer_given_offline_in_time_is_not_late(client, me, trial) -> None:
    at(me, DAY + 2, "09:00")
    post_json(client, trial, body("4", entered=f"{ON}T21:00:00+01:00", zone="Europe/London"))
    rated = ratings_of(trial)[ON][-1]
    assert not rated.late
    from pinprick_web.trials.models import EntryRecord

    row = EntryRecord.objects.get(trial=trial, day=ON)
    assert (row.zone, row.entered_at.isoformat(), row.late) == ("Europe/London", f"{ON}T20:00:00+00:00", False)
    assert row.received_at == clock_on(DAY + 2, "09:00")


def test_an_answer_given_the_day_after_is_late(client, me, trial) -> None:
    at(me, DAY + 2, "09:00")
    post_json(client, trial, body("4", entered=f"{ON + timedelta(days=1)}T21:00:00+00:00"))
    assert ratings_of(trial)[ON][-1].late


def test_a_time_that_cannot_be_read_is_no_time(client, trial) -> None:
    answer = post_json(client, trial, body(entered="yesterday"))
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["entered"])


# --- the questions after it -------------------------------------------------------------------------------


def choices(client, url):
    question = client.get(url).context["question"]
    return question and (question["kind"], [words for _value, words in question.get("choices", [])])


def test_did_you_lie_down_is_asked_once_and_then_it_is_done(client, trial) -> None:
    url = client.post(path(trial), body("4"))["Location"]
    assert choices(client, url) == (
        "done",
        ["Yes, about 15 minutes", "Yes, but I stopped early", "No", "Skip"],
    )
    more = {"key": str(uuid.uuid4()), "day": str(ON), "page": str(ON), "asked": "", "done": "full"}
    url = client.post(path(trial), more)["Location"]
    assert client.get(url).context["question"] is None
    rated = ratings_of(trial)[ON][-1]
    assert (rated.done, rated.minutes, rated.ratings) == (True, 15, {"pain": 4})


@pytest.mark.parametrize(
    ("said", "done", "ended"), [("early", True, "other"), ("no", False, None), ("skip", None, None)]
)
def test_each_answer_about_the_session_is_kept_as_it_is(client, trial, said, done, ended) -> None:
    client.post(path(trial), body("4"))
    client.post(path(trial), {"key": str(uuid.uuid4()), "day": str(ON), "asked": "", "done": said})
    rated = ratings_of(trial)[ON][-1]
    assert (rated.done, rated.ended, rated.minutes) == (done, ended, None)


def test_a_plan_with_two_ratings_asks_the_second_after_the_first(client, me) -> None:
    trial = running_trial(me, "mat-vs-rest-stress", answered=DAY)
    url = client.post(path(trial), body("4"))["Location"]
    url = client.post(path(trial), {"key": str(uuid.uuid4()), "day": str(ON), "asked": "", "done": "skip"})["Location"]
    assert client.get(url).context["question"]["rating"].name == "anxiety"
    fields = {"key": str(uuid.uuid4()), "day": str(ON), "asked": "done", "of": "anxiety", "rating": "2"}
    url = client.post(path(trial), fields)["Location"]
    assert client.get(url).context["question"] is None, "three questions in all"
    assert ratings_of(trial)[ON][-1].ratings == {"stress": 4, "anxiety": 2}


def mat_day(trial):
    from pinprick_web.trials import store

    conduct = store.load(trial)
    return next(n for n in range(1, 7) if (arm := conduct.arm_on(DAY_0 + timedelta(days=n))) and arm.name == "mat")


def test_marks_are_asked_the_day_after_a_mat_day_and_act_at_once(client, me) -> None:
    trial = running_trial(me, lived=7)
    number = mat_day(trial)
    # as if that day were yesterday: the record of a person whose marks were not asked yet
    trial = running_trial(me, lived=number, answered=number + 1)
    at(me, number + 1)
    today, yesterday = DAY_0 + timedelta(days=number + 1), DAY_0 + timedelta(days=number)
    url = client.post(path(trial), body("4", today))["Location"]
    url = client.post(path(trial), {"key": str(uuid.uuid4()), "day": str(today), "asked": "", "done": "skip"})[
        "Location"
    ]
    assert choices(client, url) == ("marks", ["Yes", "No", "Skip"])
    fields = {"key": str(uuid.uuid4()), "day": str(yesterday), "page": str(today), "asked": "done", "marks": "yes"}
    answer = client.post(path(trial), fields)
    assert answer["Location"] == f"/trial/{trial.code}/felt/answer/?rules=marks_not_fading"
    from pinprick_web.trials import store

    trial.refresh_from_db()
    conduct = store.load(trial)
    assert conduct.rated(yesterday).marks is True
    assert not conduct.may_do(conduct.plan.arm("mat"), today), "the mat is closed at once"


def test_no_more_than_three_questions_in_all(client, me) -> None:
    trial = running_trial(me, "mat-vs-rest-stress", lived=3, answered=4)
    at(me, 4)
    today = DAY_0 + timedelta(days=4)
    url, asked = client.post(path(trial), body("4", today))["Location"], 1
    while (question := client.get(url).context["question"]) is not None:
        asked += 1
        name = "rating" if question["kind"] == "rating" else question["kind"]
        fields = {"key": str(uuid.uuid4()), "day": str(question["day"]), "page": str(today), name: "skip"}
        if name == "rating":
            fields["of"] = question["rating"].name
        fields["asked"] = client.get(url).context["asked"]
        url = client.post(path(trial), fields)["Location"]
    assert asked == 3


# --- stops ------------------------------------------------------------------------------------------------


def test_pain_well_above_the_usual_for_three_days_leads_to_what_to_do(client, me) -> None:
    trial = running_trial(me, lived=7)
    for number in (8, 9, 10):
        at(me, number)
        told = post_json(client, trial, body("10", DAY_0 + timedelta(days=number))).json()
    assert told["stops"] == ["worse_for_three_days"]
    assert told["url"] == f"/trial/{trial.code}/felt/answer/?rules=worse_for_three_days"


def test_the_card_for_offline_days_says_nothing_of_a_treatment(client, trial) -> None:
    import json

    kept = json.loads(client.get(path(trial)).context["card"])
    assert kept["question"].startswith("How bad has your back pain been")
    assert kept["day"] == str(date(2026, 5, 7))
    assert set(kept) == {"trial", "day", "back", "question", "ends", "keys", "low", "high"}
