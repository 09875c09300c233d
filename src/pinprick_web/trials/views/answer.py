"""The answer: two questions first, then one sentence, one picture and what now; below it, all that stands beside it."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

import pinprick
from pinprick import Conduct, Finding, Phase, Reading, Result, charts, report
from pinprick.analysis.burden import burden
from pinprick.analysis.reading import last_look
from pinprick.charts.context import inline_context
from pinprick.context import in_context, prior_for
from pinprick.report import burden as burden_words
from pinprick.report import conduct as conduct_words
from pinprick.report.context import context_lines, context_rows, context_title
from pinprick.report.names import in_100, number
from pinprick.report.sessions import sessions_table
from pinprick.report.standing import can_be_drawn
from pinprick.report.standing import names as treatment_names
from pinprick.sessions.each import sessions
from pinprick.trial.store import rendered
from pinprick_web import words
from pinprick_web.trials import services
from pinprick_web.trials.doorway import Here, opened

KEPT = 32
_kept: OrderedDict[tuple[str, ...], dict[str, Any]] = OrderedDict()
_lock = Lock()


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, here: Here) -> HttpResponse:
    """The verdict, once there is one; before it, the two questions, or the word that it is not yet."""
    conduct = here.conduct
    if not conduct.has_started:
        return redirect("today", code=here.record.code)
    if conduct.revealed is not None:
        return render(request, "verdict.html", shown_of(here, early=False))
    if request.method == "POST":
        return _asked(request, here)
    if not pinprick.read_verdict(conduct, here.today).ready:
        return redirect("progress", code=here.record.code)
    return render(request, "beliefs.html", _questions(here))


def _questions(here: Here) -> dict[str, Any]:
    plan = here.conduct.plan
    arms = [(arm.name, words.capital(words.treatment(arm))) for arm in plan.arms]
    return {
        "here": here,
        "guess": _(plan.beliefs.guess),
        "preference": _(plan.beliefs.preference),
        "choices": [*arms, ("neither", _("Neither"))],
    }


def _asked(request: HttpRequest, here: Here) -> HttpResponse:
    names = [*(arm.name for arm in here.conduct.plan.arms), "neither", "skip"]
    said = {what: request.POST.get(what, "") for what in ("guess", "preference")}
    problems = [what for what, value in said.items() if value not in names]
    if problems and here.conduct.belief_after is None:
        shown = _questions(here) | {"problems": problems, "said": said}
        return render(request, "beliefs.html", shown, status=422)
    if here.conduct.belief_after is None:
        given = {what: None if value == "skip" else value for what, value in said.items()}
        services.believe(here.record, here.moment, **given)
    services.reveal(here.record, here.moment)
    return redirect("answer", code=here.record.code)


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def early(request: HttpRequest, here: Here) -> HttpResponse:
    """A look before the end: said first, recorded, and told with every later verdict."""
    conduct = here.conduct
    if not conduct.is_sealed:
        return redirect("answer", code=here.record.code)
    if request.method == "POST":
        services.unseal(here.record, here.moment)
        return redirect("early", code=here.record.code)  # so that a reload is not another look
    if here.today in conduct.unsealed:
        return render(request, "verdict.html", shown_of(here, early=True))
    return render(request, "early.html", {"here": here})


def shown_of(here: Here, *, early: bool) -> dict[str, Any]:
    """Everything the page shows; worked out once for a log, a day and a language."""
    key = (here.conduct.events[-1].link, here.today.isoformat(), translation.get_language() or "", str(early))
    with _lock:
        if key in _kept:
            return _kept[key] | {"here": here}
    reading = services.reading_of(here.conduct, here.today)
    shown = _worked_out(here.conduct, reading, here.today) | {"early": early}
    if reading.result is not None and here.conduct.revealed is not None:
        shown["beside"] = beside_trials(here.conduct, reading.result)
    if here.conduct.set_ups:
        shown["lived"] = sessions_and_dose(here.conduct)
    with _lock:
        _kept[key] = shown
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return shown | {"here": here}


def forget_answers() -> None:
    """Let go of every answer kept in memory."""
    with _lock:
        _kept.clear()


def _worked_out(conduct: Conduct, reading: Reading, today: date) -> dict[str, Any]:
    result = reading.result
    names = [words.short_name(arm) for arm in conduct.plan.arms]
    shown: dict[str, Any] = {
        "names": names,
        "commitment": conduct.start["commitment"],
        "beliefs": conduct_words.belief_lines(conduct),
        "looked_early": [words.short_day(day) for day in dict.fromkeys(conduct.unsealed)],
        "hurt": conduct.stopped is not None and conduct.stopped[1] in ("it hurt", "safety"),
        "stopped": conduct.stopped is not None,
        "over": conduct.phase(today) in (Phase.REVEALED, Phase.STOPPED, Phase.FINISHED),
    }
    if result is None:
        return shown | {"heading": _("Your days could not tell: none was rated in time."), "drawn": False}
    dots = report.how_large.dots_sentences(result) if can_be_drawn(result) else ()
    return shown | {
        "heading": report.headline(result),
        "after": result.observations.n_days,
        "drawn": bool(dots),
        "picture": words.drawn(charts.inline(result, "answers", id="answers")) if dots else "",
        "dots": dots,
        "days": words.drawn(charts.inline(result, "days", id="every-day")),
        "size": report.size(result),
        "fool": report.fool(result),
        "settle": report.settle(result),
        "decided": report.decided(result),
        "method": report.method(result),
        "table": burden_words.rows(burden(conduct)),
        "what_now": what_now(conduct, result),
        "others": conduct_words.other_contrasts(reading.others, conduct.plan),
        "sequence": conduct_words.sequence_lines(conduct, result),
        "finding": result.finding.value,
    }


def beside_trials(conduct: Conduct, result: Result) -> dict[str, Any] | None:
    """What published trials led one to expect, and what different people would conclude; None where there is neither.

    None of it takes part in the finding, which the library's rule made before.
    """
    found = in_context(result, prior_for(conduct.plan, result.observations.treatments, result.outcome.name))
    if found is None:
        return None
    width = result.outcome.width
    first, _second = treatment_names(result)
    return {
        "title": context_title(),
        "picture": words.drawn(inline_context(result, found, id="beside")),
        "lines": context_lines(result, found),
        "first": first,
        "rows": [
            (row.label, *(number(size, width=width) for size in (row.mean, row.low, row.high)), in_100(row.chance))
            for row in context_rows(result, found)
        ],
    }


def sessions_and_dose(conduct: Conduct) -> dict[str, Any] | None:
    """What each session came to, which is secondary; only where a set-up was kept, and only after the reveal."""
    if conduct.revealed is None:
        return None
    read_on = date.fromisoformat(conduct.revealed["verdict"]["read_on"])
    told = sessions(conduct, until=last_look(conduct, read_on))
    if told.usual is None or not told.rows:
        return None
    return {
        "usual": words.set_up_words(told.usual),
        "table": sessions_table(told, narrow=True),
        "said": [*told.said, *told.doubts],
    }


def what_now(conduct: Conduct, result: Result) -> list[str]:
    """What one might do with an answer; never to stop what a doctor prescribed."""
    first, second = (words.short_name(arm) for arm in conduct.plan.arms[:2])
    names = {"first": first, "second": second}
    said = {
        Finding.BETTER: _("Keep %(first)s in your week, if it is worth the minutes to you."),
        Finding.WORSE: _("You can leave %(first)s out. Your days were better with %(second)s."),
        Finding.NO_WORTHWHILE_BENEFIT: _("You can leave %(first)s out, or keep it if you simply like it."),
        Finding.NO_DIFFERENCE_THAT_MATTERS: _("Choose the one you like better; it makes no difference that matters."),
        Finding.CANNOT_TELL: _("Choose by what you like. A longer trial, or days more alike, could tell."),
    }[result.finding] % names
    return [
        said,
        _("Tell a doctor or physiotherapist if the trouble is new, gets worse, or keeps you from your life."),
        _("A registered acupuncturist gives a targeted treatment. What trials of it found is another question."),
        _("Keep taking the medicines prescribed for you."),
    ]


@opened
@require_GET
def decided(request: HttpRequest, here: Here) -> HttpResponse:
    """What was decided before day 1, the number that proves it, and how anybody can check it."""
    conduct = here.conduct
    if not conduct.has_started:
        return redirect("today", code=here.record.code)
    return render(
        request,
        "decided.html",
        {
            "here": here,
            "plan": conduct.plan,
            "rows": words.plan_rows(conduct.plan),
            "commitment": conduct.start["commitment"],
            "first_day": conduct.first_day,
            "last_day": conduct.last_day,
            "estimand": _(conduct.plan.estimand),
        },
    )


@opened
@require_POST
def check(request: HttpRequest, here: Here) -> HttpResponse:
    """Check the log, the order, the commitment and the verdict, as `pinprick verify` does."""
    commitment = request.POST.get("commitment", "").strip()
    verification = pinprick.verify(
        rendered(here.conduct).encode(), name=_("This trial"), against=commitment or None, today=here.today
    )
    return render(request, "checked.html", {"here": here, "verification": verification, "commitment": commitment})
