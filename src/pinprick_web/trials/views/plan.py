"""From a complaint to a plan: one question a screen, no typing, at most twelve screens, then consent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pinprick import Plan, ProtocolError, Screening
from pinprick.report.names import exact_points, outcome_name
from pinprick.trial.body import regions
from pinprick_web import evidence, words
from pinprick_web.clock import now
from pinprick_web.people.models import ConsentRecord
from pinprick_web.trials import planned, services
from pinprick_web.trials.views.screen import Sitting

ENOUGH: Final = 25  # of 50 people; below it a plan will probably not answer
N_PEOPLE: Final = 50
CEILINGS: Final = (28, 56, 84)
TEN: Final = tuple(str(n) for n in range(11))
DIARY_ONLY = ("usual_care", "acupuncture")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that can be tapped."""

    value: str
    words: Any
    hint: Any = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the plan, as its page shows it."""

    title: str
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    keys: bool = False
    low: str = ""
    high: str = ""
    skip: str = ""
    error: str = ""


Ask = Callable[[Mapping[str, Any]], Asked]


def _what(wishes: Mapping[str, Any]) -> Asked:
    return Asked(
        _("What would you like to get better?"),
        _("One thing at a time. You can ask another question later."),
        tuple(Choice(one.name, one.words) for one in planned.COMPLAINTS.values()),
    )


def _now(wishes: Mapping[str, Any]) -> Asked:
    rating = planned.ready_plan(wishes).primary
    return Asked(
        _("How bad is it on a usual day?") if rating.outcome.lower_is_better else _("How good is it on a usual day?"),
        words.ends(rating),
        keys=True,
        low=rating.low_means,
        high=rating.high_means,
        skip=_("Skip"),
    )


def _better(wishes: Mapping[str, Any]) -> Asked:
    least = planned.ready_plan(wishes).primary.outcome.smallest_difference
    sizes = [least, *(size for size in (2.0, 3.0) if size > least)]
    hints = [_("A little better"), _("Clearly better"), _("Very much better")]
    return Asked(
        _("How much better would make it worth your time?"),
        _("This fixes what counts as a real difference. It cannot be changed after day 1."),
        tuple(Choice(f"{size:g}", exact_points(size), hint) for size, hint in zip(sizes, hints, strict=False)),
    )


def _against(wishes: Mapping[str, Any]) -> Asked:
    choices = [
        Choice(
            planned.TOWEL,
            _("The mat, or the same mat under a folded towel"),
            _("Do the spikes add anything to lying down? This is the fair test."),
        )
    ]
    if planned.is_pain(wishes):
        choices += [
            Choice(
                planned.USUAL,
                _("The mat, or an ordinary day"),
                _("Does the habit help, however it works?"),
            ),
            Choice(
                planned.COURSE,
                _("A course of acupuncture"),
                _("It starts on a day that chance picks. Its effect lasts, so one trial seldom tells."),
            ),
        ]
    return Asked(
        _("What shall chance choose between?"),
        _("Chance picks the days, so that good days and bad days fall on both alike."),
        tuple(choices),
    )


def _expect(which: int) -> Ask:
    def ask(wishes: Mapping[str, Any]) -> Asked:
        arm = planned.ready_plan(wishes).arms[which]
        return Asked(
            _("How much do you expect %(treatment)s to help?") % {"treatment": _(arm.label)},
            _("0 is not at all, 10 is as much as can be. There is no right answer."),
            keys=True,
            low=_("not at all"),
            high=_("a lot"),
            skip=_("Skip"),
        )

    return ask


def _choice(wishes: Mapping[str, Any]) -> Asked:
    arms = planned.ready_plan(wishes).arms
    return Asked(
        _("If you had to choose today, which would you go on with?"),
        _("We ask before there is any answer, and show it beside the answer."),
        (*(Choice(arm.name, words.capital(_(arm.label))) for arm in arms), Choice("neither", _("Neither"))),
        skip=_("Skip"),
    )


def _days(wishes: Mapping[str, Any]) -> Asked:
    plan = planned.ready_plan(wishes)
    if planned.is_read_once(plan):
        return Asked(
            _("It takes %(days)d days") % {"days": plan.n_days},
            _("A course is read once, at its end. Until then you answer one question a day."),
            (Choice(str(plan.n_days), _("That is fine")),),
        )
    hints = (
        _("Enough for a large difference"),
        _("Enough for most differences"),
        _("The best chance of a clear answer"),
    )
    return Asked(
        _("How long would you give it at most?"),
        _("It ends sooner if the answer comes sooner. You can stop on any day."),
        tuple(
            Choice(str(days), _("%(weeks)d weeks") % {"weeks": days // 7}, hint)
            for days, hint in zip(CEILINGS, hints, strict=True)
        ),
    )


STEPS: Final[dict[str, Ask | None]] = {
    "what": _what,
    "where": None,
    "now": _now,
    "better": _better,
    "against": _against,
    "expect": _expect(0),
    "expect-other": _expect(1),
    "choice": _choice,
    "days": _days,
}
ORDER: Final = tuple(STEPS)


def _order(wishes: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(step for step in ORDER if step != "where" or "what" not in wishes or planned.is_pain(wishes))


def _around(step: str, wishes: Mapping[str, Any]) -> tuple[str, str]:
    """Where Back and the next screen are."""
    order = _order(wishes)
    at = order.index(step) if step in order else 0
    back = reverse("plan", kwargs={"step": order[at - 1]}) if at else reverse("screened")
    ahead = reverse("plan", kwargs={"step": order[at + 1]}) if at + 1 < len(order) else reverse("plan_shown")
    return back, ahead


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, step: str) -> HttpResponse:
    """One question of the plan."""
    person = request.person
    draft = services.draft_of(person)
    if draft.screening is None:
        return redirect("screen", number=1)
    if step not in STEPS:
        raise Http404
    wishes = draft.wishes
    if step != "what" and "what" not in wishes:
        return redirect("plan", step="what")
    if step == "where":
        return _where(request, wishes)
    ask = STEPS[step]
    assert ask is not None  # noqa: S101 - only "where" has none
    asked = ask(wishes)
    error = ""
    if request.method == "POST":
        value = request.POST.get("value", "")
        allowed = TEN if asked.keys else tuple(choice.value for choice in asked.choices)
        if value in allowed or (value == "" and asked.skip and "skip" in request.POST):
            wishes = services.wish(person, **_meant(step, value, wishes)).wishes
            return redirect(_around(step, wishes)[1])
        error = _("Choose one of these answers.")
    back, _ahead = _around(step, wishes)
    order = _order(wishes)
    shown = {
        "asked": asked,
        "step": step,
        "back": back,
        "at": order.index(step) + 1 if step in order else 1,
        "of": len(order),
        "ten": TEN,
        "error": error,
    }
    return render(request, "ask.html", shown, status=422 if error else 200)


def _meant(step: str, value: str, wishes: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer settles; what rested on another answer before is let go."""
    if step == "what":
        kept = dict.fromkeys(("about", "regions", "now", "better", "against", "expectation", "choice_today"))
        return {**kept, "against": planned.TOWEL, "what": value}
    if step == "against":
        return {"against": value, "expectation": {}, "choice_today": None, "days": None}
    if step in ("expect", "expect-other"):
        arm = planned.ready_plan(wishes).arms[step == "expect-other"]
        known = {name: one for name, one in (wishes.get("expectation") or {}).items() if name != arm.name}
        return {"expectation": known | ({arm.name: int(value)} if value else {})}
    if step == "choice":
        return {"choice_today": value or None}
    if step == "now":
        return {"now": int(value) if value else None}
    if step == "better":
        return {"better": float(value)}
    return {step: int(value) if value else None}


def _where(request: HttpRequest, wishes: Mapping[str, Any]) -> HttpResponse:
    """The body map, and the same as a list of boxes."""
    known = {region.id: region for region in regions()}
    error = ""
    if request.method == "POST":
        chosen = [name for name in known if name in request.POST.getlist("region")]
        if chosen:
            about = words.complaint_of([known[name] for name in chosen])
            services.wish(request.person, regions=chosen, about=about)
            return redirect("plan", step="now")
        error = _("Tick at least one place, or go back and choose something else.")
    order = _order(wishes)
    shown = {
        "chosen": wishes.get("regions") or [],
        "views": words.body_views(wishes.get("regions") or []),
        "back": reverse("plan", kwargs={"step": "what"}),
        "at": order.index("where") + 1 if "where" in order else 2,
        "of": len(order),
        "error": error,
    }
    return render(request, "where.html", shown, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_shown(request: HttpRequest) -> HttpResponse:
    """The plan with its chance of a clear answer and its calendar; the sum may come a moment later."""
    person = request.person
    draft = services.draft_of(person)
    if draft.screening is None:
        return redirect("screen", number=1)
    if "what" not in draft.wishes:
        return redirect("plan", step="what")
    if request.method == "POST":
        wishes = _changed(request, draft.wishes)
        planned.plan_of(wishes)  # which says what does not fit together
        services.wish(person, **wishes)
        return redirect("plan_shown")
    plan = planned.plan_of(draft.wishes)
    first_day = now(request).day + timedelta(days=plan.run_in_days + 1)
    gate = _open_to(plan, draft.screening)
    return render(
        request,
        "plan.html",
        {
            "plan": plan,
            "first_day": first_day,
            "closed": gate,
            "rows": words.plan_rows(plan),
            "claim": evidence.claim_about(draft.wishes),
            "back": reverse("plan", kwargs={"step": "days"}),
            "now_shown": "chances" in request.GET,
            "seen": words.foreseen(planned.chances(plan), first_day) if "chances" in request.GET else None,
        },
    )


@require_safe
def chances(request: HttpRequest) -> HttpResponse:
    """The part of the plan that takes a moment to work out."""
    draft = services.draft_of(request.person)
    if "what" not in draft.wishes:
        raise Http404
    plan = planned.plan_of(draft.wishes)
    first_day = now(request).day + timedelta(days=plan.run_in_days + 1)
    return render(request, "_chances.html", {"seen": words.foreseen(planned.chances(plan), first_day), "plan": plan})


def _changed(request: HttpRequest, wishes: Mapping[str, Any]) -> dict[str, Any]:
    """The wishes with what the page's buttons and choices say."""
    said: dict[str, Any] = {}
    for name, allowed in (
        ("days", {str(days) for days in (*CEILINGS, 14, 42, 70)}),
        ("turns", {"1", "2", "3", "4", "5", "7"}),
        ("minutes", {"3", "5", "10", "15", "20"}),
        ("better", {"1", "1.2", "1.5", "2", "3"}),
    ):
        value = request.POST.get(name)
        if value is None:
            continue
        if value not in allowed:
            raise ProtocolError(
                _("%(value)s is not one of the choices for this plan. Choose one of those shown.")
                % {"value": value[:20]}
            )
        said[name] = float(value) if name == "better" else int(value)
    return {**wishes, **said}


def _open_to(plan: Plan, screening: Mapping[str, Any]) -> str:
    """Why the safety answers close this plan; empty where they do not."""
    seen = Screening.from_dict(screening)
    if all(seen.opens(kind.value) for kind in plan.safety_kinds):
        return ""
    return _("Going by your safety answers, this plan is not open to you now.")


@require_safe
def change(request: HttpRequest) -> HttpResponse:
    """What can be changed in a plan: rhythm, length, minutes, and what counts as a real difference."""
    draft = services.draft_of(request.person)
    if "what" not in draft.wishes:
        return redirect("plan", step="what")
    plan = planned.plan_of(draft.wishes)
    least = planned.ready_plan(draft.wishes).primary.outcome.smallest_difference
    return render(
        request,
        "change.html",
        {
            "plan": plan,
            "design": plan.design,
            "blocks": not planned.is_read_once(plan),
            "turns": (1, 2, 3, 4, 5, 7),
            "ceilings": (28, 42, 56, 70, 84),
            "minutes": (5, 10, 15, 20) if plan.on_the_mat else (),
            "minutes_now": max(arm.minutes for arm in plan.arms),
            "sizes": [f"{size:g}" for size in (least, 2.0, 3.0) if size >= least],
            "size_now": f"{plan.primary.outcome.smallest_difference:g}",
            "outcome": outcome_name(plan.primary.name),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    """What is agreed to, each purpose in a box of its own; only the first is needed."""
    person = request.person
    draft = services.draft_of(person)
    if draft.screening is None or "what" not in draft.wishes:
        return redirect("welcome")
    plan = planned.plan_of(draft.wishes)
    moment = now(request)
    error = ""
    if request.method == "POST":
        given = set(request.POST.getlist("purpose")) & set(ConsentRecord.Purpose.values)
        if draft.screened_on != moment.day:
            return redirect("screen", number=1)
        if ConsentRecord.Purpose.CARE in given:
            record = services.open_trial(person, plan, draft, moment, purposes=given)
            Sitting(person, None).forget()  # what followed is written down, and nothing else is needed
            return redirect("ready", code=record.code)
        error = _("Tick the first box to go on. Without it nothing can be kept, and no trial can start.")
    shown = {"plan": plan, "error": error, "back": reverse("plan_shown")}
    return render(request, "consent.html", shown, status=422 if error else 200)
