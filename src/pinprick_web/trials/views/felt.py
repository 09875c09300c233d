"""Something felt wrong: from one tap to the right advice; and the page that an emergency shows."""

from __future__ import annotations

from typing import Any, Final

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from pinprick.errors import DiaryError
from pinprick.trial.safety_rules import Rule, StopAction, Urgency, rule, signposts, stop_rule
from pinprick_web.trials import services
from pinprick_web.trials.doorway import Here, opened, opened_in_an_alarm
from pinprick_web.trials.views.screen import Sitting

SIGNS: Final = {
    "skin_broken": gettext_lazy("Bleeding, a blister or an open spot"),
    "marks_not_fading": gettext_lazy("Red marks or itching the next day"),
    "too_painful": gettext_lazy("It hurt too much on the mat"),
    "faint_or_palpitations": gettext_lazy("Faint, short of breath, or heart racing"),
    "new_numbness": gettext_lazy("Numb or tingling for over an hour"),
    "worse_for_three_days": gettext_lazy("More pain than usual, three days running"),
}
OTHER: Final = "other"
COUNTRIES: Final = ("UK", "Ireland", "US", "EU")
HEADINGS: Final = {
    StopAction.STOP_TRIAL: gettext_lazy("The trial stops here."),
    StopAction.STOP_MAT: gettext_lazy("Stop using the mat."),
    StopAction.STOP_MAT_AND_ASK: gettext_lazy("Ask a doctor or nurse this week."),
    StopAction.SUPPORT_AND_ASK: gettext_lazy("Please talk to a doctor or nurse."),
    StopAction.PAUSE: gettext_lazy("Leave the mat for one day, then step down."),
    StopAction.STEP_DOWN: gettext_lazy("No more mat today. Then step down."),
}
"""The gravest first."""
WHAT_NOW: Final = {
    StopAction.STOP_TRIAL: gettext_lazy("Please get medical help."),
    StopAction.STOP_MAT: gettext_lazy(
        "Leave it until your skin has healed. Then it starts again at the first step, with cloth."
    ),
    StopAction.STOP_MAT_AND_ASK: gettext_lazy("The mat stays closed until one of them said yes."),
    StopAction.SUPPORT_AND_ASK: gettext_lazy("The mat stays closed until you have decided with one of them."),
    StopAction.PAUSE: gettext_lazy("No mat today and tomorrow. Then go on one step lower, with cloth."),
    StopAction.STEP_DOWN: gettext_lazy("Tomorrow, go on one step lower."),
}


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def felt(request: HttpRequest, here: Here) -> HttpResponse:
    """What felt wrong, as boxes to tick."""
    error = ""
    if request.method == "POST":
        ticked = [name for name in (*SIGNS, OTHER) if name in request.POST.getlist("felt")]
        if ticked:
            rules = [name for name in ticked if name != OTHER]
            if rules and not here.conduct.revealed:
                services.felt(here.record, rules, here.moment)
            return redirect(f"{_answer(here)}?rules={','.join(ticked)}")
        error = _("Tick what fits, or “Something else”.")
    shown = {"here": here, "signs": SIGNS.items(), "other": OTHER, "error": error}
    return render(request, "felt.html", shown, status=422 if error else 200)


def _answer(here: Here) -> str:
    from django.urls import reverse

    return reverse("felt_answer", kwargs={"code": here.record.code})


@opened
@require_http_methods(["GET", "HEAD"])
def felt_answer(request: HttpRequest, here: Here) -> HttpResponse:
    """What to do now, the gravest first, and what happens to the trial."""
    found = []
    for name in request.GET.get("rules", "").split(","):
        try:
            found.append(stop_rule(name))
        except DiaryError:
            continue  # "something else", or an address written by hand
    order = list(HEADINGS)
    found.sort(key=lambda one: order.index(one.action))
    gravest = found[0].action if found else None
    shown = {
        "here": here,
        "heading": HEADINGS[gravest] if gravest else _("Leave the mat for today."),
        "what_now": WHAT_NOW[gravest] if gravest else _("If it worries you, ask a doctor, a nurse or a pharmacist."),
        "found": found,
        "stopped": here.conduct.stopped is not None,
        "numbers": _numbers(request, here.conduct.country),
        "shows_numbers": any(one.action in (StopAction.SUPPORT_AND_ASK, StopAction.STOP_TRIAL) for one in found),
    }
    return render(request, "felt_answer.html", shown)


def _numbers(request: HttpRequest, country: str | None) -> list[Any]:
    return list(signposts(country or country_of(request)))


def country_of(request: HttpRequest) -> str | None:
    """Where the person is: as they said, else as their browser's language says; None where neither does."""
    said: str = request.person.country
    if said:
        return said
    language = request.headers.get("Accept-Language", "").split(",")[0].strip()
    region = language.partition("-")[2].upper()
    return region if len(region) == 2 and region.isalpha() else None


@require_http_methods(["GET", "HEAD", "POST"])
def emergency(request: HttpRequest) -> HttpResponse:
    """The same before there is a trial, or from a link."""
    person = request.person
    if request.method == "POST":
        return _new_country(request)
    met = Sitting(person, None).emergency()
    return render(request, "emergency.html", _emergency(request, [met] if met else [], here=None))


@opened_in_an_alarm
@require_http_methods(["GET", "HEAD", "POST"])
def emergency_here(request: HttpRequest, here: Here) -> HttpResponse:
    """Nothing but the call; in a trial it ends the trial once it is read."""
    if request.method == "POST":
        return _new_country(request)
    ids = caches["sitting"].get(f"met:{here.record.code}") or []
    shown = _emergency(request, [rule(name) for name in ids], here=here)
    return render(request, "emergency.html", shown)


def _emergency(request: HttpRequest, met: list[Rule], *, here: Here | None) -> dict[str, Any]:
    country = (here.conduct.country if here else None) or country_of(request)
    posts = [post for post in signposts(country) if post.use == "life at risk"]
    known = posts[0].id != "elsewhere"
    same_day = bool(met) and all(one.urgency is Urgency.SAME_DAY for one in met)
    suicide = any(one.skippable for one in met)
    return {
        "here": here,
        "met": met,
        "same_day": same_day,
        "numbers": posts,
        "call": posts[0] if known else None,
        "others": [post for post in signposts(country) if post.use != "life at risk"],
        "suicide": suicide,
        "country": country if known else "",
        "countries": COUNTRIES,
        "alarm": here is not None and here.record.alarm is not None,
        "say": [one.sign for one in met if one.sign],
        "number_plain": posts[0].number.replace(" ", "") if known else "",
    }


def _new_country(request: HttpRequest) -> HttpResponse:
    person = request.person
    country = request.POST.get("country", "")
    person.country = country if country in COUNTRIES else ""
    person.save(update_fields=["country"])
    return redirect(request.path)


@opened_in_an_alarm
@require_POST
def emergency_read(request: HttpRequest, here: Here) -> HttpResponse:
    """It was read: the trial ends. Or the wrong answer was tapped: the questions are asked again."""
    if "wrong" in request.POST and services.take_alarm_back(here.record, here.moment):
        caches["sitting"].delete(f"met:{here.record.code}")
        return redirect("today", code=here.record.code)
    services.confirm_alarm(here.record, here.moment)
    return redirect("today", code=here.record.code)
