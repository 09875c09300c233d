"""Reminders: when, in which words, and as a calendar that a phone can subscribe to. Pure; Django is not needed.

The words may be read on a locked screen by anybody, so they name no complaint, no treatment and not this program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import InitVar, dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

Translate = Callable[[str], str]

MOST_A_DAY = 2
N_WORDINGS = 8
ASK_AFTER = 3
"""Check-ins missed in a row, after which the person is asked once whether to change the time or stop."""


class ReminderError(ValueError):
    """A wish about reminders that cannot be met, in one line for the person."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """When somebody wants to be reminded, on their own clock.

    Parameters
    ----------
    times : tuple of time
        One or two a day, none in the quiet hours; they are sorted.
    quiet_from, quiet_until : time
        No reminder from the first up to, and not at, the second, over midnight if that is how they lie. Two equal
        times are no quiet hours.
    is_on : bool
        False wants none.
    translate : callable
        Gives a sentence in the person's language.

    Raises
    ------
    ReminderError
        If there are too many times, none, or one in the quiet hours.

    Examples
    --------
    >>> Wishes().times
    (datetime.time(20, 0),)
    >>> Wishes((time(23),))
    Traceback (most recent call last):
        ...
    pinprick_web.reminders.ReminderError: 23:00 lies in your quiet hours, 22:00 to 07:00; choose another time.
    """

    times: tuple[time, ...] = (time(20),)
    quiet_from: time = time(22)
    quiet_until: time = time(7)
    is_on: bool = True
    translate: InitVar[Translate] = str

    def __post_init__(self, translate: Translate) -> None:
        _ = translate
        times = tuple(sorted(self.times))
        if any(one.tzinfo is not None for one in (*times, self.quiet_from, self.quiet_until)):
            raise TypeError("A reminder's time is on the person's own clock; give it without a time zone.")
        if not times and self.is_on:
            raise ReminderError(_("There is no time to remind you at; choose one, or switch reminders off."))
        if len(times) > MOST_A_DAY:
            raise ReminderError(
                _("{n} reminders a day are too many; choose at most {most}.").format(n=len(times), most=MOST_A_DAY)
            )
        if len(set(times)) < len(times):
            raise ReminderError(_("{at:%H:%M} is there twice; choose another time, or one.").format(at=times[0]))
        for at in times:
            if self.is_quiet(at):
                raise ReminderError(
                    _("{at:%H:%M} lies in your quiet hours, {begin:%H:%M} to {end:%H:%M}; choose another time.").format(
                        at=at, begin=self.quiet_from, end=self.quiet_until
                    )
                )
        object.__setattr__(self, "times", times)

    def is_quiet(self, at: time) -> bool:
        """Whether a time lies in the quiet hours.

        Examples
        --------
        >>> [Wishes().is_quiet(time(hour)) for hour in (6, 7, 21, 22)]
        [True, False, False, True]
        """
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder: on which day, at which time of the person's own clock, which of that day's, and its words."""

    day: date
    at: time
    n: int
    text: str


def wording(day: date, n: int = 0, _: Translate = str) -> str:
    """The words of a day's reminder; eight of them take turns, so that no week has one twice.

    Parameters
    ----------
    day : date
        The day.
    n : int
        Which of the day's reminders, from 0; two of one day, and neighbours, have different words.
    _ : callable
        Gives a text in the person's language.

    Examples
    --------
    >>> wording(date(2026, 5, 4)), wording(date(2026, 5, 5))
    ('Your check-in is waiting, whenever you are ready', 'Ten seconds, and you are done')
    """
    words = (
        _("Time for your check-in"),
        _("Your check-in is open"),
        _("One tap, and the day is written down"),
        _("A minute for your check-in?"),
        _("Your check-in is waiting, whenever you are ready"),
        _("Ten seconds, and you are done"),
        _("One number is all it takes"),
        _("Good or bad, every day counts the same"),
    )
    return words[(day.toordinal() + n * (N_WORDINGS // 2)) % N_WORDINGS]


def reminders(days: Iterable[date], wishes: Wishes, _: Translate = str) -> list[Reminder]:
    """The reminders of some days, in order of time; a day that is given twice counts once.

    Examples
    --------
    >>> [f"{one.day} {one.at:%H:%M}" for one in reminders([date(2026, 5, 4)], Wishes((time(20), time(9))))]
    ['2026-05-04 09:00', '2026-05-04 20:00']
    """
    if not wishes.is_on:
        return []
    return [Reminder(day, at, n, wording(day, n, _)) for day in sorted(set(days)) for n, at in enumerate(wishes.times)]


def calendar_ics(
    days: Iterable[date], wishes: Wishes, *, zone: str, token: str, made_at: datetime, _: Translate = str
) -> bytes:
    """The reminders as an iCalendar file with the rules of its time zone; the same input gives the same bytes.

    One event with an alarm for each reminder. Where the clocks go forward over a time, it comes as much later as
    they moved; if that falls into the quiet hours, or onto the day's other reminder, it is left out. Where the
    clocks go back, it comes the first time that they show it.

    Parameters
    ----------
    days : iterable of date
        Days with a check-in to be reminded of, whether or not their treatment is known.
    wishes : Wishes
        When.
    zone : str
        IANA name of the person's time zone.
    token : str
        What the ids of the events start with; it must not tell whose calendar it is.
    made_at : datetime
        When the calendar was made, with an offset.
    _ : callable
        Gives a text in the person's language.

    Raises
    ------
    ReminderError
        If there is no such time zone.

    Examples
    --------
    >>> made = calendar_ics([date(2026, 5, 4)], Wishes(), zone="Europe/London", token="a1",
    ...                     made_at=datetime(2026, 5, 1, tzinfo=UTC))
    >>> [line for line in made.decode().splitlines() if line.startswith(("UID", "DTSTART;", "TRIGGER"))]
    ['DTSTART;TZID=Europe/London:20260504T200000', 'UID:a1-20260504-0', 'TRIGGER:P0D']
    """
    if made_at.tzinfo is None:
        raise TypeError(f"{made_at} has no time zone; made_at is an instant.")
    try:
        there = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder of zones
        raise ReminderError(
            _("There is no time zone {zone}; give one such as Europe/London.").format(zone=zone)
        ) from None
    wished = reminders(days, wishes, _)
    calendar = Calendar()
    calendar.add("PRODID", "-//Pinprick//Reminders//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", _("Daily check-in"))
    if wished:
        calendar.add_component(_rules_of(there, wished[0].day, wished[-1].day))
    taken = set()
    for one in wished:
        begins = _on_the_clock(one, there)
        instant = begins.astimezone(UTC)
        if begins.date() != one.day or wishes.is_quiet(begins.time()) or instant in taken:
            continue
        taken.add(instant)
        calendar.add_component(_event(one, begins, token, made_at))
    made: bytes = calendar.to_ical()
    return made


def _on_the_clock(one: Reminder, there: ZoneInfo) -> datetime:
    """When it is, as the clocks there show it: a time that they leap over is as much later as they leap."""
    wished = datetime.combine(one.day, one.at, there)
    return wished.astimezone(UTC).astimezone(there)


def _rules_of(there: ZoneInfo, first: date, last: date) -> Timezone:
    """The zone's offsets on these days: one part of a VTIMEZONE for each change, and one for what was before.

    Made here, because `Timezone.from_tzid` of icalendar 7.3 gives the onset of summer as the clocks show it after
    the change, where RFC 5545 wants it as before, and leaps over changes that lie less than 64 days apart, as those
    around Ramadan in Morocco do.
    """
    rules = Timezone()
    rules.add("TZID", there.key)
    begin, end = (datetime.combine(day, time(0), UTC) for day in (first - timedelta(days=2), last + timedelta(days=2)))
    before = begin.astimezone(there)
    for at in (begin, *_changes(there, begin, end)):
        after = at.astimezone(there)
        part = TimezoneDaylight() if after.dst() else TimezoneStandard()
        part.add("DTSTART", (at + _offset(before)).replace(tzinfo=None))
        part.add("TZOFFSETFROM", _offset(before))
        part.add("TZOFFSETTO", _offset(after))
        part.add("TZNAME", after.tzname())
        rules.add_component(part)
        before = after
    return rules


def _changes(there: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The instants in UTC at which the zone's offset changes, to the minute; no zone changes twice in a day."""
    while begin < end:
        low, high = begin, begin + timedelta(days=1)
        if _offset(low.astimezone(there)) != _offset(high.astimezone(there)):
            while high - low > timedelta(minutes=1):
                middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
                if _offset(middle.astimezone(there)) == _offset(begin.astimezone(there)):
                    low = middle
                else:
                    high = middle
            yield high
        begin += timedelta(days=1)


def _offset(at: datetime) -> timedelta:
    return at.utcoffset() or timedelta(0)


def _event(one: Reminder, begins: datetime, token: str, made_at: datetime) -> Event:
    event = Event()
    event.add("UID", f"{token}-{one.day:%Y%m%d}-{one.n}")
    event.add("DTSTAMP", made_at.astimezone(UTC))
    event.add("DTSTART", begins)
    event.add("DURATION", timedelta(minutes=5))
    event.add("SUMMARY", one.text)
    event.add("CLASS", "PRIVATE")
    event.add("TRANSP", "TRANSPARENT")  # it blocks nobody's time
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("TRIGGER", timedelta(0))
    alarm.add("DESCRIPTION", one.text)
    event.add_component(alarm)
    return event


def ask_about_reminders(missed_in_a_row: int, asked_already: bool) -> bool:
    """Whether to ask now if the time should change or the reminders stop: after three unanswered, and only once.

    Examples
    --------
    >>> ask_about_reminders(2, False), ask_about_reminders(3, False), ask_about_reminders(5, True)
    (False, True, False)
    """
    return missed_in_a_row >= ASK_AFTER and not asked_already
