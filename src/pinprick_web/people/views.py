"""Settings: reminders, colours, language, place; backup, export and erasure."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pinprick_web import backup
from pinprick_web.clock import machine_now, now, utc, zone_of
from pinprick_web.people.erase import erase_person, erase_trial
from pinprick_web.people.models import ConsentRecord, Person
from pinprick_web.reminders import ReminderError, Wishes, calendar_ics
from pinprick_web.trials import store
from pinprick_web.trials.access import current_trial, trials_of
from pinprick_web.trials.doorway import Here, opened
from pinprick_web.trials.views.answer import forget_answers

DAYS_AHEAD = 120


class RemindersForm(forms.Form):
    """When to be reminded; at most twice a day, never in the quiet hours."""

    is_on = forms.BooleanField(required=False)
    first = forms.TimeField(label=gettext_lazy("Remind me at"))
    second = forms.TimeField(label=gettext_lazy("And again at"), required=False)
    quiet_from = forms.TimeField(label=gettext_lazy("Quiet from"))
    quiet_until = forms.TimeField(label=gettext_lazy("until"))

    def clean(self) -> dict[str, Any]:
        """Hold the times against each other, as the calendar does."""
        given = super().clean() or {}
        if self.errors:
            return given
        try:
            given["wishes"] = Wishes(
                times=tuple(filter(None, (given["first"], given.get("second")))),
                quiet_from=given["quiet_from"],
                quiet_until=given["quiet_until"],
                is_on=given["is_on"],
                translate=_,
            )
        except ReminderError as error:
            self.add_error("first", str(error))
        return given


def wishes_of(person: Person) -> Wishes:
    """What the person wants of reminders."""
    kept = person.reminders
    if not kept:
        return Wishes()
    return Wishes(
        times=tuple(time.fromisoformat(one) for one in kept["times"]),
        quiet_from=time.fromisoformat(kept["quiet_from"]),
        quiet_until=time.fromisoformat(kept["quiet_until"]),
        is_on=kept["is_on"],
    )


def _kept(wishes: Wishes) -> dict[str, Any]:
    return {
        "times": [one.isoformat("minutes") for one in wishes.times],
        "quiet_from": wishes.quiet_from.isoformat("minutes"),
        "quiet_until": wishes.quiet_until.isoformat("minutes"),
        "is_on": wishes.is_on,
    }


@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    """Rows with one button each."""
    person: Person = request.person
    record = current_trial(person)
    newest = backup.newest()
    return render(
        request,
        "settings.html",
        {
            "person": person,
            "wishes": wishes_of(person),
            "record": record,
            "themes": [
                (Person.Theme.SYSTEM, _("As the device")),
                (Person.Theme.LIGHT, _("Light")),
                (Person.Theme.DARK, _("Dark")),
            ],
            "newest": newest,
            "consents": person.consents.filter(withdrawn_at=None).order_by("purpose", "-pk"),
            "saved": request.GET.get("saved", ""),
        },
    )


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device."""
    person: Person = request.person
    chosen = request.POST.get("theme", "")
    if chosen in Person.Theme.values:
        person.theme = chosen
        person.save(update_fields=["theme"])
    return redirect("settings")


@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest) -> HttpResponse:
    """Times of the reminder, and the calendar that carries it."""
    person: Person = request.person
    wishes = wishes_of(person)
    initial = {
        "is_on": wishes.is_on,
        "first": wishes.times[0],
        "second": wishes.times[1] if len(wishes.times) > 1 else None,
        "quiet_from": wishes.quiet_from,
        "quiet_until": wishes.quiet_until,
    }
    form = RemindersForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        person.reminders = _kept(form.cleaned_data["wishes"])
        person.save(update_fields=["reminders"])
        return redirect("/settings/reminders/?saved=1")
    shown = {
        "form": form,
        "person": person,
        "saved": "saved" in request.GET,
        "feed": request.build_absolute_uri(f"/calendar/{person.calendar_token}.ics"),
    }
    return render(request, "reminders.html", shown, status=422 if form.errors else 200)


@require_POST
def reminders_asked(request: HttpRequest) -> HttpResponse:
    """The question whether reminders come at a bad time has been answered; it is not asked again."""
    person: Person = request.person
    person.reminders_asked = True
    if "off" in request.POST:
        person.reminders = _kept(wishes_of(person)) | {"is_on": False}
    person.save(update_fields=["reminders_asked", "reminders"])
    return redirect("reminders" if "change" in request.POST else "welcome")


@require_GET
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The feed: its address is its key, and what it says names no symptom, no treatment and nobody."""
    person = Person.objects.filter(calendar_token=token).first()
    if person is None:
        raise Http404
    record = current_trial(person)
    moment = machine_now(zone_of(request))
    today = person.set_clock.date() if person.set_clock else moment.day
    if record is not None and store.load(record).has_started:
        conduct = store.load(record)
        days = [] if conduct.stopped or conduct.revealed else [day for day in conduct.scheduled_days if day >= today]
    else:
        days = [today + timedelta(days=n) for n in range(14)] if record is not None else []
    body = calendar_ics(
        days[:DAYS_AHEAD], wishes_of(person), zone=zone_of(request) or "UTC", token=token[:12], made_at=utc(moment), _=_
    )
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="pinprick.ics"'
    return response


@require_POST
def back_up(request: HttpRequest) -> HttpResponse:
    """A copy of everything, now."""
    backup.backup()
    return redirect("/settings/?saved=backup")


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Everything of the person's, for good; asked once, and it says what is lost."""
    person: Person = request.person
    if request.method == "POST":
        if "sure" not in request.POST:
            error = _("Tick the box if you mean it.")
            return render(request, "erase.html", {"n": trials_of(person).count(), "error": error}, status=422)
        forget_answers()
        erase_person(person)
        return redirect("erased")
    return render(request, "erase.html", {"n": trials_of(person).count()})


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def erase_one(request: HttpRequest, here: Here) -> HttpResponse:
    """One trial, for good."""
    if request.method == "POST":
        if "sure" not in request.POST:
            error = _("Tick the box if you mean it.")
            return render(request, "erase.html", {"here": here, "error": error}, status=422)
        forget_answers()
        erase_trial(here.record)
        return redirect("erased")
    return render(request, "erase.html", {"here": here})


@require_GET
def erased(request: HttpRequest) -> HttpResponse:
    """It is gone, and what waited in this browser goes too."""
    response = render(request, "erased.html", {})
    response["Clear-Site-Data"] = '"storage"'
    return response


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """A consent taken back; what it allowed ends now."""
    person: Person = request.person
    purpose = request.POST.get("purpose", "")
    if purpose in (ConsentRecord.Purpose.PRACTITIONER, ConsentRecord.Purpose.RESEARCH):
        person.consents.filter(purpose=purpose, withdrawn_at=None).update(withdrawn_at=utc(now(request)))
    return redirect("settings")
