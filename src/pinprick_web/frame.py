"""What every page is framed by: whose it is, where one may go, and in which colours."""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import translation

from pinprick.charts.motif import wordmark
from pinprick_web.trials.access import current_trial
from pinprick_web.words import drawn

PLACES = {
    **dict.fromkeys(("today", "safety", "saved", "check_in", "started", "start"), "today"),
    **dict.fromkeys(("diary", "day"), "diary"),
    **dict.fromkeys(("progress", "answer", "decided", "check", "early", "practitioner"), "progress"),
    **dict.fromkeys(("mat", "set_up"), "mat"),
    **dict.fromkeys(("evidence", "claim", "studies"), "evidence"),
    **dict.fromkeys(("more", "settings", "questions", "about", "method", "wrong", "reminders"), "more"),
}
"""Which item of the bar a page belongs to."""
RIGHT_TO_LEFT = ("ar", "fa", "he", "ur")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Theme, language, demo band and the trial that the bar leads to."""
    person = getattr(request, "person", None)
    language = translation.get_language() or "en"
    bare: dict[str, Any] = {
        "wordmark": drawn(wordmark()),
        "theme": "system",
        "language": language,
        "direction": "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr",
        "demo": False,
        "current": None,
    }
    if person is None or person.pk is None:
        return bare
    try:
        current = current_trial(person)
    except DatabaseError:
        current = None
    shown = getattr(request, "record", None) or current
    match = request.resolver_match
    at = PLACES.get(match.url_name or "", "") if match else ""
    return bare | {"at": at, "theme": person.theme, "demo": person.is_demo, "current": shown, "clock": person.set_clock}
