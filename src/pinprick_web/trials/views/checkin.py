"""The daily check-in: one number in one tap, and the page after it with at most two questions more."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pinprick import Rating
from pinprick.errors import FileError, PinprickError
from pinprick.trial.conduct import LATEST_DAYS, WrittenAlreadyError
from pinprick.trial.fold import Rated
from pinprick.trial.plan import Asked, Kind
from pinprick_web.clock import zone_of
from pinprick_web.trials import services
from pinprick_web.trials.doorway import Here, opened
from pinprick_web.trials.forms import MOST_KEYS, SKIP, FieldsError, day_of, sent, why_not
from pinprick_web.trials.services import Entered, KeyUsedError, Saved
from pinprick_web.words import capital, day_words, ends

MOST_MORE: Final = 2
"""Questions after the first, each of which may be skipped."""


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest, here: Here) -> HttpResponse:
    """The question of a day; answering it is one tap."""
    if request.method == "POST":
        return _answered(request, here)
    day = day_of(request.GET.get("day", "")) or here.conduct.day_to_rate(here.today)
    refusal = why_not(here.conduct, day, here.moment)
    if refusal:
        return render(request, "refused.html", {"sentence": refusal}, status=409)
    changing = "change" in request.GET
    if here.conduct.is_rated(day) and not changing:
        return redirect(saved_at(here, day))
    return render(request, "checkin.html", _question(request, here, day, changing=changing))


def _question(request: HttpRequest, here: Here, day: date, *, changing: bool = False) -> dict[str, Any]:
    rating = here.conduct.plan.primary
    is_usual = day == here.conduct.day_to_rate(here.today)
    wait = None if changing or "anyway" in request.GET else too_early(here, day)
    return {
        "here": here,
        "rating": rating,
        "day": day,
        "when": _evening(rating, here.today) if is_usual else "",
        "heading": "" if is_usual else _other_day(here, day),
        "ends": ends(rating),
        "keys": keys(rating),
        "key": uuid.uuid4(),
        "correct": changing,
        "wait_until": wait,
        "kept": answer_for(here, day, "{value}"),
        "card": card(here),
    }


def _evening(rating: Rating, today: date) -> str:
    said = _("%(day)s, morning") if rating.asked is Asked.NEXT_MORNING else _("%(day)s, evening")
    return said % {"day": day_words(today)}


def _other_day(here: Here, day: date) -> str:
    """Which day is asked about, where it is not the usual one."""
    if here.conduct.plan.primary.asked is Asked.NEXT_MORNING:
        return _("The night after %(day)s") % {"day": day_words(day)}
    if day == here.today - timedelta(days=1):
        return _("Yesterday, %(day)s") % {"day": day_words(day)}
    return capital(day_words(day))


def keys(rating: Rating) -> list[tuple[str, str]] | None:
    """The keys of a scale in whole points, each with the word under it; None where there are too many."""
    low, high = rating.outcome.low, rating.outcome.high
    if not (low.is_integer() and high.is_integer() and high - low < MOST_KEYS):
        return None
    first, last = (_("none"), _("worst")) if rating.outcome.lower_is_better else (_("worst"), _("best"))
    words = {int(low): first, int(high): last}
    return [(str(value), words.get(value, "")) for value in range(int(low), int(high) + 1)]


def too_early(here: Here, day: date) -> str | None:
    """The time from which the evening's question should be answered; None where it has come."""
    from_then = here.conduct.best_rated_from(day)
    if from_then is None or day != here.today:
        return None
    ready = from_then.astimezone(here.moment.at.tzinfo)
    if ready <= here.moment.at or ready.date() != here.today:  # after midnight it would be another day's
        return None
    return formats.time_format(ready.timetz(), "H:i")


# --- what was sent --------------------------------------------------------------------------------------


def _answered(request: HttpRequest, here: Here) -> HttpResponse:
    as_json = wants_json(request)
    fields = {name: str(value) for name, value in request.POST.items()}
    try:
        form = sent(
            fields,
            here.conduct.plan,
            here.moment,
            zone=zone_of(request),
            minutes=planned_minutes(here, day_of(fields.get("day", "")) or here.today),
        )
    except FieldsError as error:
        return _not_taken(request, here, error, as_json=as_json)
    page_day = day_of(fields.get("page", "")) or form.day
    asked = [*_asked(fields.get("asked", ""), here), form.about] if form.about != _first(here) else []
    skipped = "skipped" in fields or (form.entered is None and form.about == _first(here))
    next_url = saved_at(here, page_day, asked, skipped=skipped)
    if form.entered is None:
        return told(Saved("skipped", ()), next_url, as_json=as_json)
    try:
        kept = services.record_entry(here.record, form.entered, here.moment)
    except WrittenAlreadyError:
        return already_written(request, here, form.entered, fields, as_json=as_json)
    except KeyUsedError as error:
        return refuse(request, str(error), "key", as_json=as_json)
    except FileError:
        raise  # nothing can be built on the log: that is no refusal, and a queue has to keep what it holds
    except PinprickError as error:
        return refuse(request, why_not(here.conduct, form.day, here.moment) or str(error), "closed", as_json=as_json)
    return told(kept, felt_at(here, kept.stops) if kept.stops else next_url, as_json=as_json)


def _first(here: Here) -> str:
    return here.conduct.plan.primary.name


def told(kept: Saved, url: str, *, as_json: bool) -> HttpResponse:
    """What became of an answer: for a queue as JSON, for a form as the next page."""
    if not as_json:
        return see(url)
    return JsonResponse(
        {"saved": True, "written": kept.written, "url": url, "stops": list(kept.stops), "repeated": kept.repeated}
    )


def see(url: str) -> HttpResponse:
    """On to the next page, which is fetched, so that going back and reloading sends nothing twice."""
    response = redirect(url)
    response.status_code = 303
    return response


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks: it says so, as no form does."""
    return "application/json" in request.headers.get("Accept", "")


def refuse(request: HttpRequest, sentence: str, kind: str, *, as_json: bool) -> HttpResponse:
    """Not written, and why."""
    if as_json:
        return JsonResponse({"refused": sentence, "kind": kind}, status=409)
    return render(request, "refused.html", {"sentence": sentence}, status=409)


def _not_taken(request: HttpRequest, here: Here, error: FieldsError, *, as_json: bool) -> HttpResponse:
    if as_json:
        return JsonResponse({"refused": str(error), "fields": error.reasons}, status=422)
    day = day_of(request.POST.get("day", "")) or here.conduct.day_to_rate(here.today)
    if why_not(here.conduct, day, here.moment):
        day = here.conduct.day_to_rate(here.today)
    shown = _question(request, here, day, changing="correct" in request.POST) | {"reasons": error.reasons}
    return render(request, "checkin.html", shown | {"wait_until": None}, status=422)


def already_written(
    request: HttpRequest, here: Here, entered: Entered, fields: Mapping[str, str], *, as_json: bool
) -> HttpResponse:
    """The day was answered elsewhere with something else: both are shown, and one is kept."""
    rated = here.conduct.rated(entered.day)
    before = _in_words(here, entered.day, rated, like=entered)
    now = _in_words(here, entered.day, entered, like=entered)
    sentence = _("For %(day)s it says %(before)s already. You have just said %(now)s.") % {
        "day": day_words(entered.day),
        "before": before,
        "now": now,
    }
    labels = {"written": _("Keep %(answer)s") % {"answer": before}, "sent": _("Keep %(answer)s") % {"answer": now}}
    if as_json:
        again = {"correct": "1"}
        return JsonResponse({"refused": sentence, "kind": "written", "keep": labels, "again": again}, status=409)
    more = [(name, value) for name, value in fields.items() if name not in ("csrfmiddlewaretoken", "key", "correct")]
    shown = {
        "here": here,
        "heading": _("Which one is right?"),
        "sentence": sentence,
        "labels": labels,
        "fields": [*more, ("key", str(uuid.uuid4())), ("correct", "1")],
        "action": request.path,
        "leave": saved_at(here, entered.day),
    }
    return render(request, "both.html", shown, status=409)


def _in_words(here: Here, day: date, said: Rated | Entered | None, *, like: Entered) -> str:
    """What an entry says about the same thing that another one says something about."""
    if said is None:
        return _("nothing")
    for name in like.ratings:
        return f"{said.ratings[name]:g}" if name in said.ratings else _("nothing")
    if like.marks is not None:
        return _("marks") if said.marks else _("no marks")
    if said.done is False:
        return _("no session")
    if said.minutes is not None:
        return _("%(minutes)g minutes") % {"minutes": round(said.minutes, 1)}
    return _("a session that ended early") if said.ended else _("a session")


# --- the page after it ----------------------------------------------------------------------------------


@opened
@require_http_methods(["GET", "HEAD"])
def saved(request: HttpRequest, here: Here, on: date) -> HttpResponse:
    """What is kept for a day, the way to change it, and what else may be asked."""
    refusal = why_not(here.conduct, on, here.moment)
    if refusal and here.conduct.rated(on) is None:
        return render(request, "refused.html", {"sentence": refusal}, status=409)
    asked = _asked(request.GET.get("asked", ""), here)
    is_answered, skipped = here.conduct.is_rated(on), "skipped" in request.GET
    rated = here.conduct.rated(on)
    value = rated.ratings[_first(here)] if rated and is_answered else None
    question = None if refusal or not (is_answered or skipped) else _one_more(here, on, asked)
    shown = {
        "here": here,
        "day": on,
        "heading": answer_for(here, on, f"{value:g}") if value is not None else "",
        "skipped": skipped and not is_answered,
        "until": on + timedelta(days=LATEST_DAYS),
        "question": question,
        "asked": ",".join(asked),
        "can_change": not refusal,
        "key": uuid.uuid4(),
        "card": card(here),
    }
    return render(request, "saved.html", shown)


def answer_for(here: Here, day: date, value: str) -> str:
    """The heading over an answer: whose day it is, and what it says."""
    weekday = formats.date_format(day, "l")
    if here.conduct.plan.primary.asked is Asked.NEXT_MORNING:
        return _("Your answer for the night after %(day)s: %(value)s") % {"day": weekday, "value": value}
    return _("Your answer for %(day)s: %(value)s") % {"day": weekday, "value": value}


def _asked(text: str, here: Here) -> list[str]:
    """Which further questions have been asked on this way, answered or skipped."""
    names = {"done", "marks", *(rating.name for rating in here.conduct.plan.ratings)}
    return [name for name in text.split(",") if name in names]


def _one_more(here: Here, on: date, asked: list[str]) -> dict[str, Any] | None:
    """The next question that may be asked, if there is one; never more than two."""
    if len(asked) >= MOST_MORE:
        return None
    conduct, rated = here.conduct, here.conduct.rated(on)
    is_usual = on == conduct.day_to_rate(here.today)
    if "done" not in asked and (rated is None or rated.done is None):
        question = _did_you(here, on)
        if question is not None:
            return question
    for rating in conduct.plan.ratings[1:]:
        if rating.name not in asked and (rated is None or rating.name not in rated.ratings):
            return {
                "kind": "rating",
                "rating": rating,
                "words": _(rating.question),
                "ends": ends(rating),
                "keys": keys(rating),
                "day": on,
            }
    if "marks" not in asked and is_usual and _may_have_marks(here, here.today - timedelta(days=1)):
        return {
            "kind": "marks",
            "words": _("Are there still marks or itching on your skin from yesterday?"),
            "choices": [("yes", _("Yes")), ("no", _("No")), (SKIP, _("Skip"))],
            "day": here.today - timedelta(days=1),
        }
    return None


def _did_you(here: Here, on: date) -> dict[str, Any] | None:
    arm = here.conduct.arm_on(on) if here.conduct.has_started else None
    if arm is None or arm.kind is Kind.ACUPUNCTURE:
        return None
    minutes = planned_minutes(here, on)
    if minutes:
        words = _("Did you lie down as planned today?") if on == here.today else _("Did you lie down as planned?")
        choices = [
            ("full", _("Yes, about %(minutes)d minutes") % {"minutes": minutes}),
            ("early", _("Yes, but I stopped early")),
            ("no", _("No")),
            (SKIP, _("Skip")),
        ]
    elif here.conduct.plan.on_the_mat:
        words = _("Did you leave the mat alone, as planned?")
        choices = [("full", _("Yes")), ("no", _("No")), (SKIP, _("Skip"))]
    else:
        return None
    return {"kind": "done", "words": words, "choices": choices, "day": on}


def _may_have_marks(here: Here, day: date) -> bool:
    """Whether a day was on the bare mat, and nobody has said yet whether it left marks."""
    conduct = here.conduct
    rated, arm = conduct.rated(day), conduct.arm_on(day) if conduct.has_started else None
    return (
        arm is not None
        and arm.kind is Kind.MAT
        and not arm.over_the_mat
        and rated is not None
        and rated.done is True
        and rated.marks is None
        and not why_not(conduct, day, here.moment)
    )


def planned_minutes(here: Here, day: date) -> int | None:
    """How long the session of a day is: as the plan has it, or as far as the build-up lets it be today."""
    if not here.conduct.has_started:
        return None
    if day == here.today and here.agenda.arm is not None:
        return here.agenda.minutes or None
    arm = here.conduct.arm_on(day)
    return (arm.minutes or None) if arm is not None else None


def saved_at(here: Here, day: date, asked: list[str] | None = None, *, skipped: bool = False) -> str:
    """The address of the page after an answer."""
    more = ([f"asked={','.join(asked)}"] if asked else []) + (["skipped=1"] if skipped else [])
    address = reverse("saved", kwargs={"code": here.record.code, "on": day})
    return f"{address}?{'&'.join(more)}" if more else address


def felt_at(here: Here, stops: tuple[str, ...]) -> str:
    """The address of what to do about stop rules that were met."""
    return f"{reverse('felt_answer', kwargs={'code': here.record.code})}?rules={','.join(stops)}"


def card(here: Here) -> str:
    """Today's card for a phone that may be offline later: what to ask, and nothing of any other day's treatment.

    The page hands it to app.js, which wraps it (see the comment there). ``back`` is how many days before the day of
    asking the rating belongs to, so that a phone that stays offline asks each day for that day.
    """
    rating = here.conduct.plan.primary
    day = here.conduct.day_to_rate(here.today)
    if why_not(here.conduct, day, here.moment):
        return ""
    return json.dumps(
        {
            "trial": str(here.record.code),
            "day": day.isoformat(),
            "back": (here.today - day).days,
            "question": _(rating.question),
            "ends": ends(rating),
            "keys": keys(rating),
            "low": rating.outcome.low,
            "high": rating.outcome.high,
        }
    )
