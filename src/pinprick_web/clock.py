"""The site's one clock: when it is for a person, on their own calendar, or on the set clock of a rehearsal."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest

from pinprick import Moment

ZONE_COOKIE = "zone"


def zone_of(request: HttpRequest) -> str:
    """The name of the person's time zone, as their browser says it; empty where it says none that is known."""
    name = request.COOKIES.get(ZONE_COOKIE, "")
    return name if _zone(name) else ""


def now(request: HttpRequest) -> Moment:
    """The moment of a request: an instant with the person's own offset."""
    set_clock: datetime | None = request.person.set_clock
    if set_clock is not None:
        return Moment(set_clock, rehearsed=True)
    return machine_now(zone_of(request))


def machine_now(zone: str = "") -> Moment:
    """The moment by the machine's clock, in a zone; in the machine's own where none is named."""
    named = _zone(zone)
    return Moment(datetime.now(named) if named else datetime.now().astimezone())


def utc(moment: Moment) -> datetime:
    """The instant, for a column."""
    return moment.at.astimezone(UTC)


def _zone(name: str) -> ZoneInfo | None:
    if not name or len(name) > 64:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
