"""Reminders: never more than wished for, never in quiet hours, never a word that tells a stranger anything."""

import io
import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from pinprick.trial.instruments import outcomes_table
from pinprick.trial.protocol_file import read_protocol, ready_names
from pinprick_web import reminders as module
from pinprick_web.reminders import ReminderError, Wishes, ask_about_reminders, calendar_ics, reminders, wording

ZONES = [
    "Africa/Cairo",
    "Africa/Casablanca",  # the clocks go back for Ramadan
    "America/Asuncion",
    "America/Havana",  # they leap over midnight
    "America/New_York",
    "America/Phoenix",
    "America/Santiago",  # midnight, in the south
    "America/Sao_Paulo",
    "America/St_Johns",  # half an hour beside the others
    "Antarctica/Troll",  # two hours at once
    "Asia/Beirut",
    "Asia/Jerusalem",
    "Asia/Kathmandu",  # a quarter
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Lord_Howe",  # half an hour at once
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Dublin",  # summer is the standard time
    "Europe/London",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "UTC",
]
OWN = "a1b2"
MADE = datetime(2026, 1, 1, 12, tzinfo=UTC)
BOTH_WAYS = [date(2026, 2, 20), date(2026, 9, 10)]  # 60 days from each hold the spring's and the autumn's change


def sixty(first):
    return [first + timedelta(days=n) for n in range(60)]


def events(data):
    return Calendar.from_ical(data).walk("VEVENT")


TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


@st.composite
def wishes(draw):
    """Any wishes that can be had."""
    quiet_from, quiet_until = draw(TIMES), draw(TIMES)
    free = [at for at in (time(h, m) for h in range(24) for m in (0, 30)) if not quiet(at, quiet_from, quiet_until)]
    times = draw(st.lists(st.sampled_from(free), min_size=1, max_size=2, unique=True)) if free else []
    return Wishes(tuple(times), quiet_from, quiet_until, is_on=bool(times) and draw(st.integers(0, 9)) > 0)


def quiet(at, quiet_from, quiet_until):
    """Whether a time lies in quiet hours, minute by minute, as slowly as it can be told."""
    minute, minutes = quiet_from, set()
    while minute != quiet_until:
        minutes.add(minute)
        minute = (datetime.combine(date(2026, 1, 1), minute) + timedelta(minutes=1)).time()
    return at in minutes


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(wishes(), st.sampled_from(ZONES), st.sampled_from(BOTH_WAYS))
def test_sixty_days_of_reminders_keep_every_promise(wished, zone, first):
    days = sixty(first)
    data = calendar_ics(days, wished, zone=zone, token=OWN, made_at=MADE)
    made = events(data)
    on_day = {}
    for event in made:
        begins = event.decoded("DTSTART")
        on_day.setdefault(begins.date(), []).append(begins)
        assert not quiet(begins.time(), wished.quiet_from, wished.quiet_until)
        assert len(event.walk("VALARM")) == 1
    assert set(on_day) <= set(days)
    assert max(map(len, on_day.values()), default=0) <= (len(wished.times) if wished.is_on else 0)
    assert len({event["UID"] for event in made}) == len(made)
    assert len({event.decoded("DTSTART").astimezone(UTC) for event in made}) == len(made)
    assert calendar_ics(reversed(days), wished, zone=zone, token=OWN, made_at=MADE) == data
    asked = len(days) * len(wished.times) * wished.is_on
    assert asked - 4 <= len(made) <= asked  # at most what two changes of the clocks leap over


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("first", BOTH_WAYS)
def test_eight_in_the_evening_is_eight_on_the_clock_there(zone, first):
    """Read by another reader (dateutil), from the rules inside the file and not from the machine's own."""
    data = calendar_ics(sixty(first), Wishes((time(8, 30), time(20))), zone=zone, token=OWN, made_at=MADE)
    inside = tzical(io.StringIO(data.decode())).get(zone)
    instants = []
    for event in events(data):
        shown = event.decoded("DTSTART").replace(tzinfo=None)
        assert shown.time() in (time(8, 30), time(20))
        by_the_file = shown.replace(tzinfo=inside).astimezone(UTC)
        assert by_the_file == shown.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        instants.append(by_the_file)
    assert len(instants) == 120
    assert instants == sorted(instants)


@pytest.mark.parametrize("zone", ZONES)
def test_the_rules_in_the_file_change_when_the_clocks_there_do(zone):
    """As RFC 5545 reads them: DTSTART and RDATE on the clock before the change, made instants by TZOFFSETFROM."""
    first, last = date(2026, 1, 10), date(2027, 12, 20)
    data = calendar_ics([first, last], Wishes(), zone=zone, token=OWN, made_at=MADE)
    found = {}
    for part in Calendar.from_ical(data).walk("VTIMEZONE")[0].subcomponents:
        for onset in (part.DTSTART, *(at for at, _ in part.rdates)):
            found[(onset - part.TZOFFSETFROM).replace(tzinfo=UTC)] = part.TZOFFSETTO
    there, hours = ZoneInfo(zone), range((last - first).days * 48)
    instants = [datetime(2026, 1, 10, tzinfo=UTC) + n * timedelta(minutes=30) for n in hours]
    offsets = [instant.astimezone(there).utcoffset() for instant in instants]
    changes = {
        at: after for at, before, after in zip(instants[1:], offsets, offsets[1:], strict=False) if before != after
    }
    within = {at: to for at, to in found.items() if instants[0] < at <= instants[-1]}
    assert within == changes


def test_the_change_of_the_clocks_is_in_the_days_that_are_tested():
    """So that the test above can fail: most of its zones change within one of the two stretches, both ways."""
    changes = {
        zone: [
            (after.utcoffset() - before.utcoffset()).total_seconds()
            for first in BOTH_WAYS
            for before, after in [(noon(first, zone), noon(first + timedelta(days=59), zone))]
        ]
        for zone in ZONES
    }
    assert sum(max(found) > 0 for found in changes.values()) >= 14
    assert sum(min(found) < 0 for found in changes.values()) >= 14


def noon(day, zone):
    return datetime.combine(day, time(12), ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "day", "wished", "shown"),
    [
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), time(3, 30)),  # 02:00 is followed by 03:00
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), time(2, 40)),  # 02:00 by 02:30
        ("America/Havana", date(2026, 3, 8), time(0, 30), time(1, 30)),  # midnight by 01:00
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), time(2, 30)),  # comes twice, reminds once
    ],
)
def test_a_time_that_the_clocks_leap_over_comes_as_much_later(zone, day, wished, shown):
    never = {"quiet_from": time(12), "quiet_until": time(12)}
    made = events(calendar_ics([day], Wishes((wished,), **never), zone=zone, token=OWN, made_at=MADE))
    assert [event.decoded("DTSTART").time() for event in made] == [shown]
    assert [event.decoded("DTSTART").date() for event in made] == [day]
    assert made[0].decoded("DTSTART").fold == 0


def test_what_would_come_in_quiet_hours_or_twice_at_once_is_left_out():
    spring = date(2026, 3, 29)
    at_night = Wishes((time(2, 30),), quiet_from=time(3), quiet_until=time(12))
    assert not events(calendar_ics([spring], at_night, zone="Europe/Berlin", token=OWN, made_at=MADE))
    twice = Wishes((time(2, 30), time(3, 30)), quiet_from=time(12), quiet_until=time(12))
    assert len(events(calendar_ics([spring], twice, zone="Europe/Berlin", token=OWN, made_at=MADE))) == 1


def test_a_day_that_a_country_left_out_has_no_reminder():
    days = [date(2011, 12, 29), date(2011, 12, 30), date(2011, 12, 31)]  # Samoa crossed the date line
    made = events(calendar_ics(days, Wishes(), zone="Pacific/Apia", token=OWN, made_at=MADE))
    assert [event.decoded("DTSTART").date() for event in made] == [days[0], days[2]]


def test_the_words_turn_so_that_no_week_has_one_twice():
    days = sixty(date(2026, 5, 4))
    for n in range(2):
        said = [wording(day, n) for day in days]
        assert len(set(said)) == module.N_WORDINGS >= 7
        assert all(len(set(said[i : i + 7])) == 7 for i in range(len(said) - 6))
    in_order = [one.text for one in reminders(days, Wishes((time(9), time(20))))]
    assert all(a != b for a, b in pairwise(in_order))


def telling_words():
    """Every word by which a stranger could tell what is tried: treatments, outcomes, complaints."""
    words = {
        *("pain", "ache", "hurt", "sore", "back", "neck", "muscle", "tension", "tense", "stress", "anxiety", "sleep"),
        *(
            "mood",
            "cold",
            "stiff",
            "circulation",
            "symptom",
            "treatment",
            "therapy",
            "arm",
            "trial",
            "study",
            "control",
        ),
        *("mat", "towel", "spike", "needle", "acupuncture", "acupressure", "prick", "pinprick", "patient", "health"),
        *("medicine", "doctor", "clinic", "session", "lie", "rest"),
    }
    for name in ready_names():
        plan = read_protocol(name)
        for one in getattr(plan, "stages", (plan,)):
            words |= {arm.name for arm in one.arms} | {rating.name for rating in one.ratings}
    words |= {one["domain"] for one in outcomes_table()["instruments"]}
    return {part for word in words for part in word.lower().split("_")}


def test_no_wording_tells_a_stranger_anything():
    forbidden = telling_words()
    assert {"pain", "mat", "towel", "usual", "stiffness"} <= forbidden
    data = calendar_ics(sixty(date(2026, 5, 4)), Wishes(), zone="Europe/Berlin", token=OWN, made_at=MADE)
    shown = [str(event[what]) for event in events(data) for what in ("SUMMARY",)]
    shown += [str(alarm["DESCRIPTION"]) for alarm in Calendar.from_ical(data).walk("VALARM")]
    shown.append(str(Calendar.from_ical(data)["X-WR-CALNAME"]))
    assert len(set(shown)) == module.N_WORDINGS + 1
    for text in set(shown):
        said = set(re.findall(r"[a-z]+", text.lower()))
        assert not {word for word in said if word in forbidden or word.rstrip("s") in forbidden}, text
        assert "pain" not in text.lower()
        assert len(text) <= 60


def test_every_word_for_people_can_be_translated():
    def shouting(text):
        return text.upper()

    assert wording(date(2026, 5, 4), 0, shouting).isupper()
    assert reminders([date(2026, 5, 4)], Wishes(), shouting)[0].text.isupper()
    data = calendar_ics([date(2026, 5, 4)], Wishes(), zone="UTC", token=OWN, made_at=MADE, _=shouting)
    assert str(events(data)[0]["SUMMARY"]).isupper()
    assert str(Calendar.from_ical(data)["X-WR-CALNAME"]).isupper()
    said = {"There is no time to remind you at; choose one, or switch reminders off.": "Keine Zeit."}
    with pytest.raises(ReminderError, match="Keine Zeit"):
        Wishes((), translate=said.get)


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ((time(22),), "22:00 lies in your quiet hours, 22:00 to 07:00"),
        ((time(20), time(3, 5)), "03:05 lies in your quiet hours"),
        ((time(9), time(12), time(20)), "3 reminders a day are too many; choose at most 2"),
        ((time(9), time(9)), "09:00 is there twice"),
        ((), "There is no time to remind you at"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused_in_one_line(times, said):
    with pytest.raises(ReminderError) as found:
        Wishes(times)
    assert said in str(found.value)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize("zone", ["", "Europe/Atlantis", "../etc/passwd", "Europe", "Mars"])
def test_a_zone_that_there_is_not_is_refused(zone):
    with pytest.raises(ReminderError, match="There is no time zone"):
        calendar_ics([date(2026, 5, 4)], Wishes(), zone=zone, token=OWN, made_at=MADE)


def test_a_time_or_an_instant_without_its_clock_is_a_mistake_of_ours():
    with pytest.raises(TypeError, match="without a time zone"):
        Wishes((time(9, tzinfo=UTC),))
    with pytest.raises(TypeError, match="has no time zone"):
        calendar_ics([], Wishes(), zone="UTC", token=OWN, made_at=datetime(2026, 5, 1))  # noqa: DTZ001


def test_switched_off_means_none_and_the_calendar_stays_a_calendar():
    off = Wishes((), is_on=False)
    assert reminders(sixty(date(2026, 5, 4)), off) == []
    read = Calendar.from_ical(calendar_ics(sixty(date(2026, 5, 4)), off, zone="UTC", token=OWN, made_at=MADE))
    assert (read["VERSION"], read.walk("VEVENT")) == ("2.0", [])


def test_an_id_stays_with_its_day_when_the_time_changes():
    day = [date(2026, 5, 4)]
    ids = {
        str(events(calendar_ics(day, Wishes((at,)), zone="UTC", token=OWN, made_at=MADE))[0]["UID"])
        for at in (time(9), time(20))
    }
    assert ids == {f"{OWN}-20260504-0"}


def test_lines_are_as_the_standard_wants_them():
    data = calendar_ics(sixty(date(2026, 5, 4)), Wishes(), zone="Europe/Berlin", token=OWN * 30, made_at=MADE)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert data.count(b"BEGIN:VTIMEZONE") == 1


def test_after_three_unanswered_it_is_asked_once():
    asked, found = False, []
    for missed in range(7):
        ask = ask_about_reminders(missed, asked)
        asked |= ask
        found.append(ask)
    assert found == [False, False, False, True, False, False, False]
