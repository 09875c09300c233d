"""Today: what to do now, after the day's safety questions; and what comes before the first day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pinprick import Phase, ProtocolError, evaluate, rules_for
from pinprick.charts import motif
from pinprick.trial.agenda import Due
from pinprick.trial.commitment import Moment
from pinprick.trial.conduct import FIRST_DAY_WITHIN
from pinprick.trial.plan import Asked
from pinprick.trial.safety import Screening
from pinprick.trial.safety_rules import Answer, Rule, ladder
from pinprick_web import words
from pinprick_web.reminders import ask_about_reminders
from pinprick_web.trials import services
from pinprick_web.trials.doorway import Here, opened
from pinprick_web.trials.views.screen import Sitting
from pinprick_web.trials.views.session import card_with_session

RECENTLY = 7


@opened
@require_http_methods(["GET", "HEAD"])
def today(request: HttpRequest, here: Here) -> HttpResponse:
    """The day's page: the safety card, the treatment, the step of the build-up, or what the trial waits for."""
    if here.agenda.due in (Due.TREATMENT, Due.BUILD_UP) and here.agenda.asks:
        return render(request, "safety_card.html", _card(here))
    if here.agenda.due is Due.TREATMENT:
        shown = _treatment(here) | _around(here) | {"card": card_with_session(here)}
        return render(request, "today.html", shown | _just_kept(request, here))
    if here.agenda.due is Due.BUILD_UP:
        return render(request, "ladder.html", _rung(here) | _just_kept(request, here))
    if here.agenda.due is Due.START:
        return render(request, "start.html", _start(here))
    return render(request, "waiting.html", _waiting(here) | _around(here))


def _just_kept(request: HttpRequest, here: Here) -> dict[str, Any]:
    """Whether the set-up has just been kept, which is said once."""
    return {"just_kept": "kept" in request.GET and here.conduct.set_up_on(here.today) is not None}


def _rules(here: Here) -> tuple[Rule, ...]:
    plan = here.conduct.plan
    kinds = [kind.value for kind in plan.safety_kinds]
    return rules_for(kinds, occasion=here.conduct.safety.occasion(here.today), groups=plan.screen)


def _card(here: Here) -> dict[str, Any]:
    rules = _rules(here)
    return {
        "here": here,
        "signs": [rule for rule in rules if rule.sign],
        "weekly": any(rule.skippable for rule in rules),
        "building": here.agenda.due is Due.BUILD_UP,
    }


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def safety(request: HttpRequest, here: Here) -> HttpResponse:
    """The day's safety questions: one tap where nothing applies, a list of boxes where something does."""
    if here.agenda.due not in (Due.TREATMENT, Due.BUILD_UP) or not here.agenda.asks:
        return redirect("today", code=here.record.code)
    rules = _rules(here)
    weekly = next((rule for rule in rules if rule.skippable), None)
    signs = [rule for rule in rules if rule.sign]
    if request.method != "POST":
        if "weekly" in request.GET and weekly is not None:
            return render(request, "weekly.html", {"here": here, "rule": weekly})
        return render(request, "safety_list.html", {"here": here, "signs": signs})
    ticked = set(request.POST.getlist("ticked"))
    if "none" not in request.POST and not ticked:
        error = _("Tick what is true for you, or choose “None of these”.")
        return render(request, "safety_list.html", {"here": here, "signs": signs, "error": error}, status=422)
    if weekly is not None and not ticked and "weekly" not in request.POST:
        return render(request, "weekly.html", {"here": here, "rule": weekly})
    answers: dict[str, Answer] = {rule.id: "yes" if rule.id in ticked else "no" for rule in signs}
    if weekly is not None:
        answers[weekly.id] = {"yes": "yes", "no": "no"}.get(request.POST.get("weekly", ""))
    screening = evaluate(
        answers,
        [kind.value for kind in here.conduct.plan.safety_kinds],
        occasion=here.conduct.safety.occasion(here.today),
        groups=here.conduct.plan.screen,
    )
    services.answer_today(here.record, screening, here.moment)
    if screening.stopped:
        remember_met(here, screening)
        return redirect("emergency_here", code=here.record.code)
    return redirect("today", code=here.record.code)


def remember_met(here: Here, screening: Screening) -> None:
    """Which rules an emergency met, in memory for an hour, so that its page can say the right thing to say."""
    caches["sitting"].set(f"met:{here.record.code}", [rule.id for rule in screening.met])


def _treatment(here: Here) -> dict[str, Any]:
    conduct, arm, gate = here.conduct, here.agenda.arm, here.agenda.gate
    if arm is None or gate is None:
        raise ProtocolError(_("Today’s treatment is not known. Open the page again."))
    rated = conduct.rated(here.today)
    done = rated is not None and rated.done is not None
    is_ring = words.is_ring(conduct.plan, arm)
    done_today = done and rated is not None and rated.done is True
    return {
        "here": here,
        "arm": arm,
        "name": words.short_name(arm),
        "what_to_do": [_(text) for text in (arm.what_to_do, arm.set_up, arm.when) if text],
        "disc": words.drawn(motif.disc(is_ring, decorative=True)),
        "minutes": here.agenda.minutes,
        "stepped": here.agenda.is_stepped_down,
        "cloth": arm.on_the_mat and conduct.safety.needs_cloth,
        "set_up": words.kept_set_up(conduct, here.today, arm),
        "gate": gate,
        "closed": not gate.open and not done_today,
        "done": done_today,
        "done_minutes": rated.minutes if rated else None,
        "timed": here.agenda.minutes > 0,
    }


def _around(here: Here) -> dict[str, Any]:
    """The question of the day, yesterday's if it is missing, and when it is asked."""
    conduct, plan = here.conduct, here.conduct.plan
    if not conduct.has_started:
        return {"here": here}
    about = conduct.day_to_rate(here.today)
    days = conduct.scheduled_days
    before = about - timedelta(days=1)
    missed = 0
    for day in reversed([day for day in days if day < about]):
        if conduct.is_rated(day):
            break
        missed += 1
    person = here.record.person
    return {
        "here": here,
        "about": about if about in days else None,
        "answered": conduct.is_rated(about),
        "next_morning": plan.primary.asked is Asked.NEXT_MORNING,
        "missed_yesterday": before if before in days and not conduct.is_rated(before) and missed < RECENTLY else None,
        "ask_reminders": ask_about_reminders(missed, asked_already=person.reminders_asked),
    }


def _rung(here: Here) -> dict[str, Any]:
    conduct, gate = here.conduct, here.agenda.gate
    step = conduct.rung
    of = conduct.safety.top_step
    done_today = (
        gate is not None
        and not gate.open
        and any(event.kind == "rung" and event.moment.day == here.today for event in conduct.events)
    )
    return {
        "here": here,
        "step": step,
        "of": of,
        "gate": gate,
        "closed": gate is not None and not gate.open and not done_today,
        "done_today": done_today,
        "cloth": conduct.safety.needs_cloth,
        "set_up": words.kept_set_up(conduct, here.today),
        "picture": words.drawn(
            motif.ladder(
                step.step,
                of,
                minutes=[one.minutes for one in ladder()][:of],
                id="ladder",
                title=_("Step %(step)d of %(of)d, %(minutes)d minutes")
                % {"step": step.step, "of": of, "minutes": step.minutes},
            )
        ),
    }


def _start(here: Here) -> dict[str, Any]:
    gate = here.agenda.gate
    tomorrow = here.today + timedelta(days=1)
    monday = here.today + timedelta(days=(7 - here.today.weekday()) % 7 or 7)
    first_days = [tomorrow, monday] if monday != tomorrow else [tomorrow]
    return {"here": here, "gate": gate, "first_days": first_days, "built_up": True}


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, here: Here) -> HttpResponse:
    """The draw: from here on the order is fixed, sealed and committed to."""
    built_up = "built_up" in request.GET or "built_up" in request.POST
    conduct = here.conduct
    if conduct.has_started:
        return redirect("today", code=here.record.code)
    if request.method == "POST":
        first_day = _first_day(request.POST.get("first_day", ""), here.moment)
        sitting = Sitting(here.record.person, here.record)
        services.start(here.record, here.moment, first_day=first_day, built_up=built_up and not conduct.built_up)
        sitting.forget()
        return redirect("started", code=here.record.code)
    shown = _start(here) | {
        "gate": conduct.may_start(here.today),
        "built_up": conduct.built_up,
        "says_built_up": built_up,
    }
    return render(request, "start.html", shown)


def _first_day(text: str, moment: Moment) -> date:
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        raise ProtocolError(_("Choose the first day from those shown.")) from None
    if not moment.day <= chosen <= moment.day + timedelta(days=FIRST_DAY_WITHIN):
        raise ProtocolError(_("The first day must be within two weeks from today. Choose it again."))
    return chosen


@opened
@require_GET
def started(request: HttpRequest, here: Here) -> HttpResponse:
    """The number that commits to the plan and the order, to be kept elsewhere."""
    if not here.conduct.has_started:
        return redirect("today", code=here.record.code)
    return render(request, "started.html", {"here": here, "commitment": here.conduct.start["commitment"]})


@opened
@require_GET
def ready(request: HttpRequest, here: Here) -> HttpResponse:
    """After consent: how to be reminded, and whether the mat is new to the person."""
    return render(request, "ready.html", {"here": here})


def _waiting(here: Here) -> dict[str, Any]:
    conduct, phase = here.conduct, here.phase
    return {
        "here": here,
        "phase": phase.value,
        "before": conduct.has_started and conduct.first_day is not None and here.today < conduct.first_day,
        "ended": phase in (Phase.STOPPED, Phase.FINISHED, Phase.REVEALED),
        "for_safety": conduct.stopped is not None and conduct.stopped[1] == "safety",
    }


@opened
@require_POST
def pause(request: HttpRequest, here: Here) -> HttpResponse:
    """The order stands still."""
    services.pause(here.record, here.moment)
    return redirect("today", code=here.record.code)


@opened
@require_POST
def resume(request: HttpRequest, here: Here) -> HttpResponse:
    """It goes on where it was left, after skin that healed or a doctor's yes as well."""
    if "healed" in request.POST:
        services.healed(here.record, here.moment)
    if "cleared" in request.POST:
        services.cleared(here.record, here.moment)
    if here.phase is Phase.PAUSED:
        services.resume(here.record, here.moment)
    return redirect("today", code=here.record.code)


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, here: Here) -> HttpResponse:
    """The person stops; it is asked once."""
    if request.method == "POST":
        reasons = {"hurt": "it hurt", "time": "no time", "other": ""}
        services.stop(here.record, here.moment, why=reasons.get(request.POST.get("why", ""), ""))
        return redirect("today", code=here.record.code)
    return render(request, "stop.html", {"here": here})
