"""How sharp the answer is, never where it lies."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

import pinprick
from pinprick.charts import motif
from pinprick_web import words
from pinprick_web.trials import planned
from pinprick_web.trials.doorway import Here, opened

TOO_EARLY_DAYS = 3


@opened
@require_GET
def progress(request: HttpRequest, here: Here) -> HttpResponse:
    """Nested circles: what was known on day 1, what is known today, what a clear answer needs."""
    conduct = here.conduct
    if not conduct.has_started:
        return redirect("today", code=here.record.code)
    if conduct.revealed is not None:
        return redirect("answer", code=here.record.code)
    now = pinprick.progress(conduct, here.today)
    reading = pinprick.read_verdict(conduct, here.today)
    marks = words.thread_marks(conduct, here.today)
    days = conduct.scheduled_days
    lived = [day for day in days if day <= here.today]
    once = planned.is_read_once(conduct.plan)
    shown: dict[str, Any] = {
        "here": here,
        "now": now,
        "ready": reading.ready,
        "once": once,
        "too_early": not once and (now.days_done < TOO_EARLY_DAYS or now.width is None),
        "varies": not once and now.width is not None and now.days_done > 30 and now.answered < 0.5,
        "thread": words.drawn(
            motif.thread(
                marks,
                id="thread",
                title=_("%(rated)d of %(done)d days answered") % {"rated": now.days_rated, "done": now.days_done},
                first=words.short_day(lived[0]),
                last=_("today"),
            )
        )
        if lived
        else "",
    }
    if now.width is not None and now.settles is not None and now.at_first is not None:
        shown |= {
            "width": f"{now.width:.1f}",
            "settles": f"{now.settles:.1f}",
            "picture": words.drawn(
                motif.sharpness(
                    max(now.at_first, now.width),
                    now.width,
                    now.settles,
                    id="sharp",
                    title=_("How sharp the answer is"),
                    desc=_("Day 1: %(first).1f points. Today: %(now).1f. Clear: %(clear).1f.")
                    % {"first": max(now.at_first, now.width), "now": now.width, "clear": now.settles},
                    labels=(_("day 1"), _("today"), _("clear")),
                )
            ),
        }
    return render(request, "progress.html", shown)
