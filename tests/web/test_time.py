"""Days are the person's own: in every zone, when the clocks change, on a journey, on a device that is wrong."""

import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from pinprick import Moment
from tests.running import ratings_of

pytestmark = pytest.mark.django_db

ZONES = [
    "UTC", "Europe/London", "Europe/Berlin", "Europe/Helsinki", "Africa/Cairo", "Africa/Casablanca", "Asia/Tehran",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Yangon", "Asia/Shanghai", "Asia/Tokyo", "Australia/Adelaide",
    "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati",
    "Pacific/Honolulu", "Pacific/Marquesas", "America/Anchorage", "America/Los_Angeles", "America/New_York",
    "America/St_Johns", "America/Sao_Paulo", "Atlantic/Azores",
]  # fmt: skip
CHANGES = [
    # spring forwards and falls back, north and south; half an hour in one; at midnight in two
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/London", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/St_Johns", date(2026, 11, 1)),
    ("Pacific/Auckland", date(2026, 4, 5)),
    ("Pacific/Auckland", date(2026, 9, 27)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Atlantic/Azores", date(2026, 10, 25)),
]


@pytest.fixture
def me(db):
    from pinprick_web.people.models import Person

    return Person.objects.just_me()


def trial_from(person, first: date):
    """A trial that starts on a day, begun some days before; made by a clock of UTC."""
    from pinprick.analysis.reading import rule_dict, rule_of
    from pinprick.trial.conduct import Conduct
    from pinprick.trial.protocol_file import read_protocol
    from pinprick_web.trials import store
    from pinprick_web.trials.models import TrialRecord
    from tests.conducted import SEED, screening

    plan = read_protocol("mat-vs-rest-back-pain")
    before = Moment(datetime.combine(first - timedelta(days=2), datetime.min.time(), UTC))
    conduct = Conduct.opened(plan, before).with_screening(screening(plan), before)
    rule = rule_dict(rule_of(plan))
    conduct, seal = conduct.started(before, seed=SEED, rule=rule, belief={}, built_up=True, first_day=first)
    record = TrialRecord.objects.create(person=person)
    with store.writing(record) as book:
        book.write(conduct)
        book.write_seal(seal)
    record.refresh_from_db()
    return record


def local(zone: str, day: date, time: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZoneInfo(zone))


def send(client, trial, browser: str, day: date | None = None, value: str = "4", **more):
    """Open the page and tap a number, with a browser in a zone."""
    client.cookies["zone"] = browser
    path = f"/trial/{trial.code}/check-in/"
    if day is None:
        day = client.get(path).context["day"]
    fields = {"key": str(uuid.uuid4()), "day": str(day), "rating": value} | more
    return client.post(path, fields, headers={"accept": "application/json"})


def row(trial, day: date):
    from pinprick_web.trials.models import EntryRecord

    return EntryRecord.objects.get(trial=trial, day=day)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("time", ["00:01:00", "12:00:00", "23:59:00"])
def test_an_answer_belongs_to_the_day_on_the_persons_wall(client, me, zone, time) -> None:
    day = date(2026, 5, 19)
    trial = trial_from(me, day - timedelta(days=5))
    at = local(zone, day, time)
    with time_machine.travel(at.astimezone(UTC), tick=False):
        assert send(client, trial, zone).json()["written"] == "new"
    kept = row(trial, day)
    assert (kept.zone, kept.entered_at, kept.received_at, kept.late) == (zone, at, at, False)
    assert list(ratings_of(trial)) == [day]
    assert ratings_of(trial)[day][-1].moment.at.utcoffset() == at.utcoffset()


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_on_the_day_the_clocks_change_there_is_one_day_before_and_one_after(client, me, zone, day) -> None:
    trial = trial_from(me, day - timedelta(days=5))
    days = [day + timedelta(days=n) for n in (-1, 0, 1)]
    for one in days:
        for time, value in (("00:00:30", "4"), ("23:59:30", "4")):
            with time_machine.travel(local(zone, one, time).astimezone(UTC), tick=False):
                answer = send(client, trial, zone, one, value)
                assert answer.json()["saved"], answer.json()
                assert client.get(f"/trial/{trial.code}/check-in/?change=1").context["day"] == one
    assert sorted(ratings_of(trial)) == days
    assert not any(row(trial, one).late for one in days)


@pytest.mark.parametrize(("zone", "day"), CHANGES)
@pytest.mark.parametrize("time", ["01:30:00", "02:30:00"])
@pytest.mark.parametrize("fold", [0, 1])
def test_an_hour_that_comes_twice_or_never_is_some_instant_of_its_day(client, me, zone, day, time, fold) -> None:
    trial = trial_from(me, day - timedelta(days=5))
    at = local(zone, day, time).replace(fold=fold)
    with time_machine.travel(at.astimezone(UTC), tick=False):
        assert send(client, trial, zone).json()["saved"]
    assert list(ratings_of(trial)) == [day]


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_three_hours_after_a_session_are_three_hours_when_the_clocks_change(client, me, zone, day) -> None:
    """Told as an instant: an hour that is skipped or comes twice makes nobody wait two hours or four."""
    trial = trial_from(me, day - timedelta(days=5))
    start = local(zone, day, "12:00:00")
    with time_machine.travel(start.astimezone(UTC), tick=False):
        client.cookies["zone"] = zone
        fields = {"key": str(uuid.uuid4()), "day": str(day), "done": "full"}
        client.post(f"/trial/{trial.code}/check-in/", fields)
    for minutes, waits in ((179, True), (180, False)):
        with time_machine.travel(start.astimezone(UTC) + timedelta(minutes=minutes), tick=False):
            shown = client.get(f"/trial/{trial.code}/check-in/").context["wait_until"]
            assert (shown is not None) is waits


@pytest.mark.parametrize(
    ("home", "away"),
    [
        ("Europe/London", "Pacific/Auckland"),  # 11 or 12 hours east
        ("Pacific/Auckland", "Europe/London"),
        ("Pacific/Kiritimati", "Pacific/Honolulu"),  # 24 hours apart: the same time on another day
        ("Pacific/Honolulu", "Pacific/Kiritimati"),
        ("America/New_York", "Asia/Tokyo"),
        ("UTC", "Pacific/Fiji"),
    ],
)
def test_a_journey_moves_no_answer_and_loses_none(client, me, home, away) -> None:
    day = date(2026, 5, 19)
    trial = trial_from(me, day - timedelta(days=5))
    at = local(home, day, "20:00:00").astimezone(UTC)
    with time_machine.travel(at, tick=False):
        assert send(client, trial, home, value="4").json()["written"] == "new"
    landed = at + timedelta(hours=12)
    with time_machine.travel(landed, tick=False):
        there = landed.astimezone(ZoneInfo(away)).date()
        answer = send(client, trial, away, there, "6")
        if there == day:  # the same day again, on the other side of the date line: both are shown
            assert (answer.status_code, answer.json()["kind"]) == (409, "written")
        else:
            assert answer.json()["written"] == "new"
    found = ratings_of(trial)
    assert found[day][-1].ratings == {"pain": 4}
    assert set(found) == {day, there}


def test_an_answer_given_offline_abroad_is_of_the_calendar_there(client, me) -> None:
    day = date(2026, 5, 19)
    trial = trial_from(me, day - timedelta(days=5))
    given = local("Pacific/Auckland", day, "21:00:00")
    with time_machine.travel(given.astimezone(UTC) + timedelta(days=2), tick=False):
        more = {"entered": given.isoformat(), "zone": "Pacific/Auckland"}
        assert send(client, trial, "Europe/London", day, **more).json()["saved"]
    kept = row(trial, day)
    assert (kept.zone, kept.entered_at, kept.late) == ("Pacific/Auckland", given, False)
    assert kept.received_at == given + timedelta(days=2)


@pytest.mark.parametrize(("days", "late"), [(0, False), (1, True), (3, True), (7, True)])
def test_an_answer_more_than_a_day_after_is_late(client, me, days, late) -> None:
    day = date(2026, 5, 19)
    trial = trial_from(me, day - timedelta(days=5))
    with time_machine.travel(
        local("Europe/London", day + timedelta(days=days), "21:00:00").astimezone(UTC), tick=False
    ):
        assert send(client, trial, "Europe/London", day).json()["saved"]
    assert row(trial, day).late is late


@pytest.mark.parametrize("wrong", [timedelta(days=1), timedelta(days=-1), timedelta(days=-400), timedelta(days=400)])
def test_a_device_whose_clock_is_wrong_neither_loses_nor_excuses_an_answer(client, me, wrong) -> None:
    day = date(2026, 5, 19)
    trial = trial_from(me, day - timedelta(days=5))
    now = local("Europe/London", day + timedelta(days=1), "09:00:00")
    with time_machine.travel(now.astimezone(UTC), tick=False):
        answer = send(client, trial, "Europe/London", day, entered=(now + wrong - timedelta(hours=12)).isoformat())
        assert answer.json()["saved"]
    rated = ratings_of(trial)[day][-1]
    believed = (now + wrong - timedelta(hours=12)).date() == day and wrong < timedelta(0)
    assert rated.late is not believed, "given when it was received, unless its own time can be true"


def test_a_machine_whose_clock_went_back_by_a_day_says_so_and_writes_nothing(client, me) -> None:
    day = date(2026, 5, 19)
    trial = trial_from(me, day - timedelta(days=5))
    at = local("UTC", day, "20:00:00")
    with time_machine.travel(at, tick=False):
        send(client, trial, "UTC")
    with time_machine.travel(at - timedelta(days=1), tick=False):
        answer = send(client, trial, "UTC", day - timedelta(days=1))
    assert answer.status_code == 409
    assert "clock" in answer.json()["refused"]
    assert list(ratings_of(trial)) == [day]


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "x" * 200, "Europe/London\x00"])
def test_a_zone_that_is_none_is_ignored(client, me, zone) -> None:
    day = date(2026, 5, 19)
    trial = trial_from(me, day - timedelta(days=5))
    with time_machine.travel(local("UTC", day, "12:00:00"), tick=False):
        assert send(client, trial, "UTC", day, zone=zone).json()["saved"]
    assert row(trial, day).zone == "UTC"
