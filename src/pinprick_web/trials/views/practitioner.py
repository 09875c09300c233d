"""One page for a practitioner, to print or to hand over: what was asked, what the days say, how it was lived."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from pinprick import paper
from pinprick.typeset import typeset
from pinprick_web.aside import aside
from pinprick_web.trials import services
from pinprick_web.trials.doorway import Here, opened
from pinprick_web.trials.views.answer import shown_of


@opened
@require_GET
def practitioner(request: HttpRequest, here: Here) -> HttpResponse:
    """The page; before there is an answer it says so, and shows nothing."""
    if not here.conduct.has_started or here.conduct.is_sealed:
        return render(request, "practitioner_later.html", {"here": here})
    return render(request, "practitioner.html", shown_of(here, early=False))


@opened
@require_GET
def practitioner_pdf(request: HttpRequest, here: Here) -> HttpResponse:
    """The same on two sides of paper."""
    if not here.conduct.has_started or here.conduct.is_sealed:
        return redirect("practitioner", code=here.record.code)
    reading = services.reading_of(here.conduct, here.today)
    content = paper.practitioner_content(here.conduct, reading, made_on=here.today)
    body = aside(typeset, content, here.today)  # Typst and its fonts would stay in this process's memory
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="pinprick.pdf"'
    return response
