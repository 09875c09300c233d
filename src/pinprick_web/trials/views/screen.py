"""The safety questions: one screen at a time, kept in memory only, and what followed from them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pinprick import ProtocolError, Screening, evaluate, rules_for
from pinprick.trial.safety_rules import KINDS, Action, Answer, Occasion, Urgency, rule
from pinprick_web.clock import now
from pinprick_web.people.models import Person
from pinprick_web.trials import services, store
from pinprick_web.trials.access import trial_for
from pinprick_web.trials.models import TrialRecord
from pinprick_web.trials.sections import answers_of, sections

SCORES = ("0", "1", "2", "3")


def score_words() -> tuple[str, ...]:
    """What 0 to 3 mean in the mood questions."""
    return _("not at all"), _("on some days"), _("on more than half the days"), _("nearly every day")


class Sitting:
    """One sitting over the safety questions: answers in memory for an hour, never in a row, a file or a log."""

    def __init__(self, person: Person, record: TrialRecord | None) -> None:
        self.person, self.record = person, record
        self._key = f"{person.code}:{record.code if record else 'new'}"
        kept = caches["sitting"].get(self._key) or {"answers": {}, "cleared": []}
        self.answers: dict[str, Answer] = kept["answers"]
        self.cleared: list[str] = kept["cleared"]
        if record is None:
            self.kinds: tuple[str, ...] = KINDS
            self.groups: tuple[str, ...] | None = None
        else:
            plan = store.load(record).plan
            self.kinds = tuple(kind.value for kind in plan.safety_kinds)
            self.groups = plan.screen
        self.rules = rules_for(self.kinds, occasion=Occasion.START, groups=self.groups)
        self.sections = sections(self.rules)

    def keep(self) -> None:
        """Remember for an hour."""
        caches["sitting"].set(self._key, {"answers": self.answers, "cleared": self.cleared})

    def forget(self) -> None:
        """Let go of every answer."""
        caches["sitting"].delete(self._key)

    def first_unanswered(self) -> int | None:
        """The first screen that has not been sent yet, from 1; None where all have."""
        for number, section in enumerate(self.sections, 1):
            if any(one.id not in self.answers for one in section.rules):
                return number
        return None

    def emergency(self) -> Any:
        """The first emergency that is met, if there is one."""
        return next(
            (
                one
                for one in self.rules
                if one.action is Action.EMERGENCY and one.id in self.answers and one.is_met(self.answers[one.id])
            ),
            None,
        )

    def evaluate(self) -> Screening:
        """What follows from all answers."""
        return evaluate(self.answers, self.kinds, occasion=Occasion.START, groups=self.groups, cleared=self.cleared)

    def address(self, number: int) -> str:
        """Where a screen is."""
        if self.record is None:
            return reverse("screen", kwargs={"number": number})
        return reverse("screen_again", kwargs={"code": self.record.code, "number": number})

    def end(self) -> str:
        """Where it says what followed."""
        if self.record is None:
            return reverse("screened")
        return reverse("screened_again", kwargs={"code": self.record.code})


def _sitting(request: HttpRequest, code: UUID | None) -> Sitting:
    person = request.person
    record = None if code is None else trial_for(person, code)
    if record is not None and store.load(record).has_started:
        raise ProtocolError("This trial has started, and each day has safety questions of its own.")
    return Sitting(person, record)


@require_http_methods(["GET", "HEAD", "POST"])
def screen(request: HttpRequest, number: int, code: UUID | None = None) -> HttpResponse:
    """One screen of questions."""
    sitting = _sitting(request, code)
    if not 1 <= number <= len(sitting.sections):
        raise Http404
    section = sitting.sections[number - 1]
    missing = False
    if request.method == "POST":
        answers = answers_of(section, request.POST, request.POST.getlist("ticked"))
        if answers is not None:
            sitting.answers |= answers
            sitting.keep()
            if sitting.emergency() is not None:
                return redirect("emergency")
            following = sitting.first_unanswered()
            if following is not None and following <= number:
                return redirect(sitting.address(following))
            return redirect(sitting.end() if number == len(sitting.sections) else sitting.address(number + 1))
        missing = True
    elif number == 1 and request.GET.get("anew"):
        sitting.forget()
        return redirect(sitting.address(1))
    elif (first := sitting.first_unanswered()) is not None and number > first:
        return redirect(f"{sitting.address(first)}?lost=1" if not sitting.answers else sitting.address(first))
    shown = {
        "section": section,
        "number": number,
        "of": len(sitting.sections),
        "back": sitting.address(number - 1) if number > 1 else reverse("welcome"),
        "score_words": list(zip(SCORES, score_words(), strict=True)),
        "items": [
            (f"{one.id}-{i}", _(item), request.POST.get(f"{one.id}-{i}", "") if missing else "")
            for one in section.rules
            for i, item in enumerate(one.items)
        ],
        "missing": missing,
        "lost": "lost" in request.GET,
        "given": sitting.answers,
    }
    return render(request, "screen.html", shown, status=422 if missing else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def screened(request: HttpRequest, code: UUID | None = None) -> HttpResponse:
    """What followed: go on, ask first, or not now."""
    sitting = _sitting(request, code)
    if sitting.emergency() is not None:
        return redirect("emergency")
    first = sitting.first_unanswered()
    if first is not None:
        return redirect(f"{sitting.address(first)}?lost=1")
    if request.method == "POST" and request.POST.get("said") == "yes":
        sitting.cleared = [
            one.id for one in sitting.evaluate().met if one.clinician_can_clear and one.action is not Action.CAUTION
        ]
        sitting.keep()
        return redirect(sitting.end())
    screening = sitting.evaluate()
    moment = now(request)
    if sitting.record is None:
        services.keep_screening(sitting.person, screening, moment)
        goes_on = reverse("plan", kwargs={"step": "what"})
    else:
        services.screen_again(sitting.record, screening, moment)
        goes_on = reverse("today", kwargs={"code": sitting.record.code})
    barring = [one for one in screening.met if one.action is not Action.CAUTION]
    shown = {
        "screening": screening,
        "open": screening.may_start if sitting.record else screening.opens("mat"),
        "closed": [one for one in barring if "mat" in one.applies_to or sitting.record],
        "can_clear": bool(barring) and all(one.clinician_can_clear for one in barring) and not screening.postponed,
        "postponed": bool(screening.postponed),
        "today": any(one.urgency is Urgency.SAME_DAY for one in barring),
        "cautions": [rule(name) for name in screening.cautions],
        "goes_on": goes_on,
        "diary_only": sitting.record is None and screening.opens("usual_care") and screening.opens("acupuncture"),
        "first": f"{sitting.address(1)}?anew=1",
        "country": sitting.person.country,
    }
    return render(request, "screened.html", shown)
