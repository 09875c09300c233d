"""What a phone sent, turned into `services.Entered`, with the reason beside each field that cannot be taken.

A form and a queue that was offline send the same fields, so that there is one way in:

========== =====================================================================================
``key``     the page's own; the same again under it is written once
``day``     the day that it is about, on the person's calendar
``of``      which rating; the plan's primary one where nothing is said
``rating``  its value, or ``skip``
``done``    ``full``, ``early``, ``no`` or ``skip``
``marks``   ``yes``, ``no`` or ``skip``
``minutes`` how long the session was
``ended``   why it was ended early
``prick``   how sharp it was, 0 to 10
``entered`` when it was given, with the person's own offset; only from a queue
``zone``    whose calendar that was; only from a queue, else the browser's cookie says it
``correct`` something else than what is written is a correction
========== =====================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from pinprick import Conduct, Moment, Phase, Plan, Rating
from pinprick.errors import DiaryError, PinprickError
from pinprick.trial.conduct import LATEST_DAYS
from pinprick.trial.fold import Ended
from pinprick_web.trials.services import Entered
from pinprick_web.words import day_words

SKIP: Final = "skip"
MOST_KEYS: Final = 11  # 0 to 10, and Skip: four by three
LONGEST_SESSION: Final = 24 * 60  # minutes
AT_ONCE: Final = timedelta(minutes=2)


class FieldsError(DiaryError):
    """Some fields cannot be taken; ``reasons`` says why, by field."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__(" ".join(reasons.values()))
        self.reasons = dict(reasons)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form says: an entry, or that the person would rather not say."""

    key: UUID
    day: date
    entered: Entered | None
    """None where the question was skipped, which is kept as nothing."""
    about: str
    """Which question it answers: a rating's name, ``done`` or ``marks``."""


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """The names of every time zone; they are looked for on the disk, which takes longer than all the rest here."""
    return frozenset(available_timezones())


def sent(fields: Mapping[str, str], plan: Plan, moment: Moment, *, zone: str, minutes: float | None) -> Sent:
    """What a form or a queue sent.

    Parameters
    ----------
    fields : mapping of str to str
        As they came.
    plan : Plan
        The trial's, for its ratings and scales.
    moment : Moment
        Now.
    zone : str
        Whose calendar, where the fields do not say it.
    minutes : float or None
        How long the session of the day is planned to be, for "as planned".

    Raises
    ------
    FieldsError
        If a field is missing or cannot be taken; nothing is guessed.
    """
    reasons: dict[str, str] = {}
    key, day = _key(fields, reasons), _day(fields, reasons)
    about = ""
    said: Mapping[str, object] = {}
    names = {rating.name: rating for rating in plan.ratings}
    if "rating" in fields:
        about = fields.get("of", plan.primary.name)
        value = _rating(fields["rating"], names.get(about), reasons)
        said = {} if value is None else {"ratings": {about: value}}
    elif "done" in fields:
        about, said = "done", _done(fields["done"], minutes, reasons)
    elif "marks" in fields:
        about = "marks"
        said = {"yes": {"marks": True}, "no": {"marks": False}}.get(fields["marks"], {})
        if fields["marks"] not in ("yes", "no", SKIP):
            reasons["marks"] = _("Choose one of the answers.")
    elif "minutes" in fields:
        about, said = "done", _session(fields, reasons)
    else:
        reasons["rating"] = _("Tap a number, or Skip.")
    entered_at = _entered(fields, moment, reasons)
    if reasons or key is None or day is None:
        raise FieldsError(reasons)
    if not said:
        return Sent(key, day, None, about)
    own_zone = fields.get("zone", "")
    entry = Entered(
        key,
        day,
        **{"ratings": {}, **said},  # type: ignore[arg-type]
        correct="correct" in fields,
        entered=entered_at,
        zone=own_zone if own_zone in zones() else zone,
    )
    return Sent(key, day, entry, about)


def _key(fields: Mapping[str, str], reasons: dict[str, str]) -> UUID | None:
    try:
        return UUID(fields.get("key", ""))
    except ValueError:
        reasons["key"] = _("This form is not complete. Open the page again.")
        return None


def _day(fields: Mapping[str, str], reasons: dict[str, str]) -> date | None:
    day = day_of(fields.get("day", ""))
    if day is None:
        reasons["day"] = _("The day is missing. Open the page again.")
    return day


def day_of(text: str) -> date | None:
    """A day written as year-month-day; None where it is none.

    Examples
    --------
    >>> day_of("2026-05-19"), day_of("tomorrow"), day_of("20260519")
    (datetime.date(2026, 5, 19), None, None)
    """
    try:
        return date.fromisoformat(text) if len(text) == len("2026-05-19") else None
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _rating(text: str, rating: Rating | None, reasons: dict[str, str]) -> float | None:
    if rating is None:
        reasons["rating"] = _("This trial does not ask that.")
        return None
    if text == SKIP:
        return None
    value = _number(text)
    if value is None or not rating.outcome.holds(value):
        reasons["rating"] = _("“%(value)s” is not on the scale. Give a number from %(low)g to %(high)g.") % {
            "value": text[:20],
            "low": rating.outcome.low,
            "high": rating.outcome.high,
        }
        return None
    return value


def _done(text: str, minutes: float | None, reasons: dict[str, str]) -> dict[str, object]:
    answers: dict[str, dict[str, object]] = {
        "full": {"done": True, "minutes": minutes},
        "early": {"done": True, "ended": Ended.OTHER},  # why is not asked here; that it was early is kept
        "no": {"done": False},
        SKIP: {},
    }
    if text not in answers:
        reasons["done"] = _("Choose one of the answers.")
    return answers.get(text, {})


def _session(fields: Mapping[str, str], reasons: dict[str, str]) -> dict[str, object]:
    minutes = _number(fields["minutes"])
    if minutes is None or not 0 <= minutes <= LONGEST_SESSION:
        reasons["minutes"] = _("“%(value)s” is not a number of minutes. Give one such as 6.") % {
            "value": fields["minutes"][:20]
        }
    said: dict[str, object] = {"done": True, "minutes": minutes}
    ended = fields.get("ended", "")
    if ended:
        if ended not in {one.value for one in Ended}:
            reasons["ended"] = _("Choose one of the reasons.")
        else:
            said["ended"] = Ended(ended)
    prick = fields.get("prick", "")
    if prick:
        said["prick"] = _prick(prick, reasons)
    return said


def _prick(text: str, reasons: dict[str, str]) -> float | None:
    value = _number(text)
    if value is None or not 0 <= value <= 10:
        reasons["prick"] = _("“%(value)s” is not on the scale. Give a number from 0 to 10.") % {"value": text[:20]}
        return None
    return value


def _entered(fields: Mapping[str, str], moment: Moment, reasons: dict[str, str]) -> datetime | None:
    """When it was given; None where that is now, so that only what waited is marked as such."""
    text = fields.get("entered", "")
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        reasons["entered"] = _("The time of this answer cannot be read. Open the page again.")
        return None
    at = at.replace(microsecond=0)
    at_once = timedelta(0) <= moment.at - at <= AT_ONCE and at.date() == moment.day
    return None if at_once else at


# --- which day, and whether it may be answered ----------------------------------------------------------


def why_not(conduct: Conduct, day: date, moment: Moment) -> str:
    """Why a day cannot be rated, in a sentence for a page; empty where it can."""
    today = moment.day
    named = {"day": day_words(day)}
    if conduct.revealed is not None:
        return _("This trial has ended and its answer is known, so no day can be added or changed.")
    if day > today:
        return _("%(day)s has not come yet.") % named
    if (today - day).days > LATEST_DAYS:
        return _("%(day)s is more than a week ago, too long to remember. Leave it empty: it does no harm.") % named
    if conduct.has_started:
        if conduct.first_day is not None and day < conduct.first_day:
            return _("%(day)s is before the first day of your trial.") % named
        if conduct.stopped is not None and day > conduct.stopped[0]:
            return _("Your trial stopped before %(day)s, so there is nothing to answer.") % named
        if any(pause.holds(day) for pause in conduct.pauses):
            return _("Your trial was paused on %(day)s, so there is nothing to answer.") % named
        if day not in conduct.scheduled_days and conduct.phase(today) in (Phase.FINISHED, Phase.RUNNING):
            return _("%(day)s is none of your trial’s days.") % named
    rating = conduct.plan.primary
    try:  # the library has the last word; what it gives back is thrown away
        conduct.with_rating(moment, day=day, ratings={rating.name: rating.outcome.low}, correct=True)
    except PinprickError as error:
        return str(error)
    return ""
