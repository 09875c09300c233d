"""The first page, and the list of a person's questions: each trial, the bin, and a trial brought from a file."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pinprick import Phase
from pinprick.charts import motif
from pinprick.errors import PinprickError
from pinprick.formats.export import conduct_from
from pinprick_web import words
from pinprick_web.clock import now
from pinprick_web.trials import services, store
from pinprick_web.trials.access import binned_for, binned_of, current_trial, trials_of
from pinprick_web.trials.doorway import Here, opened

MOST_BYTES = 32 * 2**20
OVER = (Phase.STOPPED, Phase.FINISHED, Phase.REVEALED)


@require_GET
def welcome(request: HttpRequest) -> HttpResponse:
    """What this is and what it takes; somebody whose trial runs goes to today."""
    person = request.person
    record = current_trial(person) if person.pk else None
    if record is not None and "about" not in request.GET:
        conduct = store.load(record)
        phase = conduct.phase(now(request).day)
        if phase not in OVER:
            return redirect("today", code=record.code)
        return render(request, "have_answer.html", {"record": record, "revealed": phase is Phase.REVEALED})
    return render(
        request,
        "welcome.html",
        {
            "phone": words.drawn(motif.field(15, 6, decorative=True)),
            "desk": words.drawn(motif.field(20, 17, decorative=True)),
        },
    )


@require_GET
def questions(request: HttpRequest) -> HttpResponse:
    """Every trial of the person's, and what can still be taken back."""
    person = request.person
    today = now(request).day
    rows = []
    for record in trials_of(person):
        conduct = store.load(record)
        phase = conduct.phase(today)
        rows.append(
            {
                "record": record,
                "title": _(conduct.plan.title),
                "phase": phase.value,
                "link": "answer" if phase is Phase.REVEALED else "today",
                "began": conduct.first_day,
            }
        )
    binned = [{"record": record, "title": _(store.load(record).plan.title)} for record in binned_of(person)]
    return render(request, "questions.html", {"rows": rows, "binned": binned})


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def bin_trial(request: HttpRequest, here: Here) -> HttpResponse:
    """Into the bin: it is asked once, and can be taken back for 7 days."""
    if request.method == "POST":
        services.bin_trial(here.record)
        return redirect("questions")
    return render(request, "bin.html", {"here": here})


@require_POST
def take_back(request: HttpRequest, code: UUID) -> HttpResponse:
    """Out of the bin."""
    record = binned_for(request.person, code)
    services.take_back(record, now(request))
    return redirect("questions")


@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: HttpRequest) -> HttpResponse:
    """A trial from a file that was exported here or by the command; its log is checked link by link."""
    error = ""
    if request.method == "POST":
        sent = request.FILES.get("file")
        if sent is None:
            error = _("Choose a file first: pinprick.zip, or a trial’s JSON.")
        elif (sent.size or 0) > MOST_BYTES:
            error = _("The file has more than 32 MB, and no trial does. Choose another one.")
        else:
            try:
                conduct = conduct_from(sent.read(), sent.name or "file")
                record = services.bring(request.person, conduct)
                return redirect("today", code=record.code)
            except PinprickError as refusal:
                error = str(refusal)
    return render(request, "bring.html", {"error": error}, status=422 if error else 200)
