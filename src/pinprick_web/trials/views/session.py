"""A session: the black page with the clock, and what is kept of it.

The clock itself runs on the device (timer.js): it has to survive a lock, a reload and a kill, which no server sees.
What comes here is how long it was, why it was ended early, and how sharp it felt.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from pinprick.charts import motif
from pinprick.errors import FileError, PinprickError
from pinprick.trial.agenda import Due
from pinprick.trial.conduct import WrittenAlreadyError
from pinprick.trial.fold import Ended
from pinprick.trial.plan import Kind
from pinprick.trial.safety import TOO_PAINFUL
from pinprick_web.clock import zone_of
from pinprick_web.trials import services
from pinprick_web.trials.doorway import Here, opened
from pinprick_web.trials.forms import FieldsError, day_of, sent, why_not
from pinprick_web.trials.services import Entered, KeyUsedError, Saved
from pinprick_web.trials.views.checkin import (
    already_written,
    card,
    felt_at,
    planned_minutes,
    refuse,
    told,
    too_early,
    wants_json,
)
from pinprick_web.words import capital, day_words, drawn, is_ring, kept_set_up, short_name

LONGEST: Final = 20
"""Minutes on a mat, whatever a plan or a ladder says."""
PAINFUL: Final = ("too_painful",)
REASONS: Final = (
    (Ended.TOO_SHARP.value, gettext_lazy("Too sharp")),
    (Ended.NO_TIME.value, gettext_lazy("No time")),
    (Ended.FELT_WRONG.value, gettext_lazy("Something felt wrong")),
    (Ended.OTHER.value, gettext_lazy("Other")),
)


@dataclass(frozen=True, slots=True)
class Set:
    """What the clock is set to."""

    name: str
    minutes: int
    ring: bool
    builds_up: bool
    what_to_do: tuple[str, ...]
    line: str


def clock_of(here: Here) -> Set | None:
    """What the clock is set to today; None where there is nothing to time, or it may not be done."""
    gate, arm, conduct = here.agenda.gate, here.agenda.arm, here.conduct
    if here.agenda.asks or gate is None or not gate.open:
        return None
    if here.agenda.due is Due.BUILD_UP and gate.step is not None:
        step = gate.step
        note = _(step.note) if step.note else ""
        layer = _("On the mat: %(layer)s. Under it: %(surface)s.") % {
            "layer": _(step.layer),
            "surface": _(step.surface),
        }
        return Set(
            _("the mat"), min(step.minutes, LONGEST), False, True, tuple(filter(None, (layer, note))), _mat_line()
        )
    if here.agenda.due is not Due.TREATMENT or arm is None:
        return None
    minutes = planned_minutes(here, here.today)
    if not minutes:
        return None
    if arm.on_the_mat:
        minutes = min(minutes, LONGEST)
    is_mat = arm.kind is Kind.MAT and not arm.over_the_mat
    return Set(
        short_name(arm),
        minutes,
        is_ring(conduct.plan, arm),
        False,
        tuple(_without_timer(_(text)) for text in (arm.set_up, arm.what_to_do) if text),
        _mat_line() if is_mat else _("Lie still and let your breath go. Stop whenever you want."),
    )


def _without_timer(text: str) -> str:
    """What to do, without the sentence that the clock itself makes true."""
    return text.replace(_("Set a timer."), "").replace("  ", " ").strip()


def _mat_line() -> str:
    return _("The first three minutes are the sharpest. Stop whenever you want.")


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest, here: Here) -> HttpResponse:
    """The clock; or why it stays closed today. What is sent is one session of one day."""
    if request.method == "POST":
        return _finished(request, here)
    clock = clock_of(here)
    if clock is not None:
        return render(request, "session.html", _face(here, clock))
    if here.agenda.asks or _is_done(here) or here.agenda.due not in (Due.TREATMENT, Due.BUILD_UP):
        return redirect("today", code=here.record.code)
    gate = here.agenda.gate
    if gate is None or gate.open:  # a day with nothing to time
        return redirect("today", code=here.record.code)
    shown = {"here": here, "heading": _("Not today."), "why": _(gate.why), "what_to_do": _(gate.what_to_do)}
    return render(request, "session_over.html", shown | {"closed": True}, status=409)


def _is_done(here: Here) -> bool:
    rated = here.conduct.rated(here.today)
    return (rated is not None and rated.done is not None) or _rung_today(here)


def _rung_today(here: Here) -> bool:
    return any(event.kind == "rung" and event.moment.day == here.today for event in here.conduct.events)


def _face(here: Here, clock: Set) -> dict[str, Any]:
    return {
        "here": here,
        "clock": clock,
        "set_up": "" if clock.builds_up else kept_set_up(here.conduct, here.today, here.agenda.arm),
        "title": title_of(clock.name, clock.minutes),
        "ring": drawn(motif.timer_ring(ring=clock.ring)),
        "reasons": REASONS,
        "numbers": range(11),
        "too_sharp_from": TOO_PAINFUL,
        "key": uuid.uuid4(),
        "card": card_with_session(here, clock),
    }


def title_of(name: str, minutes: int) -> str:
    """The line over the clock: The mat, 15 minutes."""
    said = ngettext("%(name)s, %(minutes)d minute", "%(name)s, %(minutes)d minutes", minutes)
    return said % {"name": capital(name), "minutes": minutes}


def card_with_session(here: Here, clock: Set | None = None) -> str:
    """The card that a phone keeps, with today's session in it while it may be done: today's, and no other day's."""
    clock = clock or clock_of(here)
    known = json.loads(card(here) or "{}")
    if clock is not None:
        known |= {"trial": str(here.record.code)}
        known["session"] = {
            "day": here.today.isoformat(),
            "title": title_of(clock.name, clock.minutes),
            "minutes": clock.minutes,
            "ring": clock.ring,
            "buildsUp": clock.builds_up,
            "what": list(clock.what_to_do),
            "line": clock.line,
        }
    return json.dumps(known) if known else ""


# --- what was sent --------------------------------------------------------------------------------------


def _finished(request: HttpRequest, here: Here) -> HttpResponse:
    as_json = wants_json(request)
    fields = {name: str(value) for name, value in request.POST.items()}
    day = day_of(fields.get("day", ""))
    minutes = planned_minutes(here, day or here.today)
    try:
        form = sent({"minutes": ""} | fields, here.conduct.plan, here.moment, zone=zone_of(request), minutes=minutes)
    except FieldsError as error:
        return _not_taken(request, here, error, as_json=as_json)
    entered = form.entered
    if entered is None:
        return _not_taken(request, here, FieldsError({"minutes": _("How long was it?")}), as_json=as_json)
    if not here.conduct.has_started:
        return _rung(request, here, entered, as_json=as_json)
    if entered.day != here.today and not {"confirmed", "correct"} & set(fields):
        return _stale(request, here, entered, fields, as_json=as_json)
    try:
        kept = services.record_entry(here.record, entered, here.moment)
    except WrittenAlreadyError:
        return already_written(request, here, entered, fields, as_json=as_json)
    except KeyUsedError as error:
        return refuse(request, str(error), "key", as_json=as_json)
    except FileError:
        raise
    except PinprickError as error:
        return refuse(request, why_not(here.conduct, entered.day, here.moment) or str(error), "closed", as_json=as_json)
    return told(kept, _after(here, kept.stops, entered), as_json=as_json)


def _after(here: Here, stops: tuple[str, ...], entered: Entered) -> str:
    if stops:
        return felt_at(here, stops)
    if entered.ended == Ended.FELT_WRONG.value:
        return reverse("felt", kwargs={"code": here.record.code})
    if entered.day != here.today:
        return reverse("today", kwargs={"code": here.record.code})
    return reverse("session_over", kwargs={"code": here.record.code})


def _rung(request: HttpRequest, here: Here, entered: Entered, *, as_json: bool) -> HttpResponse:
    """A session of the build-up. One that ended early is no step; one that was too sharp is one step down."""
    over = reverse("session_over", kwargs={"code": here.record.code})
    sharp = bool(services.felt_in(entered))
    is_step = not entered.ended and entered.prick is not None and entered.day == here.today
    if is_step and _rung_today(here):  # sent twice: it is written once
        return told(Saved("same", (), repeated=True), felt_at(here, PAINFUL) if sharp else over, as_json=as_json)
    if is_step and entered.prick is not None:
        try:
            services.rung(here.record, prick=entered.prick, moment=here.moment)
        except FileError:
            raise
        except PinprickError as error:
            return refuse(request, str(error), "closed", as_json=as_json)
    elif sharp:
        services.felt(here.record, list(PAINFUL), here.moment)
    if sharp:
        return told(Saved("new", PAINFUL), felt_at(here, PAINFUL), as_json=as_json)
    if entered.ended == Ended.FELT_WRONG.value:
        return told(Saved("new", ()), _after(here, (), entered), as_json=as_json)
    if entered.day != here.today:
        said = _(
            "The day of this session is over, so it is no step of the build-up. The next one is as long as it was."
        )
        return refuse(request, said, "stale", as_json=as_json)
    return told(Saved("new", ()), over if is_step else f"{over}?no_step=1", as_json=as_json)


def _stale(
    request: HttpRequest, here: Here, entered: Entered, fields: Mapping[str, str], *, as_json: bool
) -> HttpResponse:
    """A session of another day than today: nothing is written on the wrong day, and nothing is lost."""
    refusal = why_not(here.conduct, entered.day, here.moment)
    if refusal:
        return refuse(request, refusal, "closed", as_json=as_json)
    sentence = _("This session was on %(day)s, and today is %(today)s.") % {
        "day": day_words(entered.day),
        "today": day_words(here.today),
    }
    labels = {
        "sent": _("Save it for %(day)s") % {"day": formats.date_format(entered.day, "l")},
        "written": _("Leave it out"),
    }
    if as_json:
        again = {"confirmed": "1"}
        return JsonResponse({"refused": sentence, "kind": "stale", "keep": labels, "again": again}, status=409)
    shown = {
        "here": here,
        "heading": _("This page is from another day."),
        "sentence": sentence,
        "labels": labels,
        "fields": [
            *((name, value) for name, value in fields.items() if name != "csrfmiddlewaretoken"),
            ("confirmed", "1"),
        ],
        "action": request.path,
        "leave": reverse("today", kwargs={"code": here.record.code}),
    }
    return render(request, "both.html", shown, status=409)


def _not_taken(request: HttpRequest, here: Here, error: FieldsError, *, as_json: bool) -> HttpResponse:
    if as_json:
        return JsonResponse({"refused": str(error), "fields": error.reasons}, status=422)
    return render(request, "session_over.html", _early(request, here) | {"reasons_why": error.reasons}, status=422)


# --- the page after it ----------------------------------------------------------------------------------


@opened
@require_http_methods(["GET", "HEAD"])
def session_over(request: HttpRequest, here: Here) -> HttpResponse:
    """What is kept of today's session and what comes next; or the form of one that ended early, without a script."""
    day = day_of(request.GET.get("day", "")) or here.today
    rated = here.conduct.rated(day)
    if "early" in request.GET:
        return render(request, "session_over.html", _early(request, here))
    if here.conduct.has_started and rated is not None and rated.done:
        return render(request, "session_over.html", _over(here, day))
    if not here.conduct.has_started and (_rung_today(here) or "no_step" in request.GET):
        return render(request, "session_over.html", _step_over(here))
    return redirect("session", code=here.record.code)


def _early(request: HttpRequest, here: Here) -> dict[str, Any]:
    day = day_of(request.GET.get("day", request.POST.get("day", ""))) or here.today
    rated = here.conduct.rated(day)
    return {
        "here": here,
        "heading": _("You stopped early."),
        "early": True,
        "day": day,
        "reasons": REASONS,
        "key": uuid.uuid4(),
        "correct": rated is not None and rated.done is not None,
        "minutes": request.POST.get("minutes", ""),
    }


def _over(here: Here, day: date) -> dict[str, Any]:
    rated = here.conduct.rated(day)
    minutes = round(rated.minutes) if rated is not None and rated.minutes is not None else None
    after = ""
    ready = too_early(here, day)
    if ready is not None:
        after = _("This evening’s question is best answered after %(time)s.") % {"time": ready}
    if minutes is None:
        heading = _("Done for today.")
    elif rated is not None and rated.ended is None:
        said = ngettext("%(minutes)d minute. You are done.", "%(minutes)d minutes. You are done.", minutes)
        heading = said % {"minutes": minutes}
    else:
        said = ngettext("You stopped at %(minutes)d minute.", "You stopped at %(minutes)d minutes.", minutes)
        heading = said % {"minutes": minutes} + " " + _("That counts as it is.")
    return {"here": here, "heading": heading, "after": after, "saved": True}


def _step_over(here: Here) -> dict[str, Any]:
    step = here.conduct.rung
    if not _rung_today(here):
        heading = _("That was no step yet.")
        after = _("Once a day is enough. Tomorrow it is as long as today.")
    elif here.conduct.built_up:
        heading, after = _("You are used to the mat now."), _("From here on chance can pick your days.")
    else:
        heading = _("Done for today.")
        said = ngettext("Next time: %(minutes)d minute.", "Next time: %(minutes)d minutes.", step.minutes)
        after = said % {"minutes": step.minutes}
    return {"here": here, "heading": heading, "after": after, "saved": _rung_today(here)}
