"""The diary: the days so far on a calendar, and one day's answer, which can be corrected until the verdict."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from pinprick.charts import motif
from pinprick.formats.export import diary_csv, export_zip, long_csv
from pinprick_web import words
from pinprick_web.trials.doorway import Here, opened


@opened
@require_GET
def diary(request: HttpRequest, here: Here) -> HttpResponse:
    """Every day that has come, newest first, below the calendar of the plan."""
    conduct = here.conduct
    if not conduct.has_started:
        shown = {"here": here, "rows": [], "picture": "", "set_ups": words.kept_set_ups(conduct, here.today)}
        return render(request, "diary.html", shown)
    days = words.calendar_days(conduct, here.today)
    return render(
        request,
        "diary.html",
        {
            "here": here,
            "rows": [_row(here, day) for day, _kind in reversed(days) if day <= here.today],
            "picture": words.drawn(
                motif.diary_calendar(
                    days,
                    id="calendar",
                    title=_("Your days, a week a row"),
                    weekday_letters=words.weekday_letters(),
                    month_names=words.month_names(),
                )
            ),
            "set_ups": words.kept_set_ups(conduct, here.today),
            "first": words.short_name(conduct.plan.arms[0]),
            "second": words.short_name(conduct.plan.arms[1]),
        },
    )


def _row(here: Here, day: date) -> dict[str, Any]:
    conduct = here.conduct
    rated, arm = conduct.rated(day), conduct.arm_on(day)
    primary = conduct.plan.primary.name
    return {
        "day": day,
        "treatment": words.capital(words.short_name(arm)) if arm else "",
        "ring": words.is_ring(conduct.plan, arm),
        "answer": rated.ratings.get(primary) if rated else None,
        "corrected": len(conduct.versions(day)) > 1,
        "open": conduct.due_on(day) >= here.today,
    }


@opened
@require_GET
def day(request: HttpRequest, here: Here, on: date) -> HttpResponse:
    """One day: its answer, what it was before, and the way to change it."""
    conduct = here.conduct
    if not conduct.has_started or on > here.today or on not in conduct.scheduled_days:
        raise Http404
    versions = conduct.versions(on)
    names = {rating.name: rating for rating in conduct.plan.ratings}
    arm, set_up = conduct.arm_on(on), conduct.set_up_on(on)
    shown = {
        "here": here,
        "row": _row(here, on),
        "day": on,
        "versions": [
            {
                "at": version.moment.at,
                "late": version.late,
                "values": [(words.capital(name.replace("_", " ")), value) for name, value in version.ratings.items()],
                "done": version.done,
                "minutes": version.minutes,
                "note": version.note,
            }
            for version in reversed(versions)
        ],
        "names": names,
        "set_up": words.set_up_words(set_up) if set_up is not None and arm is not None and arm.on_the_mat else "",
        "can_change": conduct.revealed is None and (here.today - on).days <= 7,
        "number": conduct.day_number(on),
    }
    return render(request, "day.html", shown)


@opened
@require_safe
def export(request: HttpRequest, here: Here) -> HttpResponse:
    """Everything of a trial in one file; nothing of a day that has not come."""
    kind = request.GET.get("as", "zip")
    if kind == "csv":
        body, content_type, name = diary_csv(here.conduct, here.today).encode(), "text/csv", "diary.csv"
    elif kind == "long":
        body, content_type, name = (
            long_csv(here.conduct, here.today, participant="me").encode(),
            "text/csv",
            "long.csv",
        )
    else:
        body, content_type, name = export_zip(here.conduct, here.today), "application/zip", "pinprick.zip"
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
