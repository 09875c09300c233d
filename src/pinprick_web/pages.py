"""Pages without tables: about, the method, how this could be wrong, more; and the frame's own answers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pinprick import __version__
from pinprick.analysis.thresholds import first_look_days
from pinprick.trial.safety_rules import rules_version


@require_GET
def more(request: HttpRequest) -> HttpResponse:
    """What does not fit into the bar."""
    return render(request, "more.html", {})


@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """What this is, who made it, what it keeps."""
    return render(request, "about.html", {"version": __version__, "rules": rules_version()})


@require_GET
def method(request: HttpRequest) -> HttpResponse:
    """How an answer comes about, in plain words and with its error."""
    return render(request, "method.html", {"first_look": first_look_days()})


@require_GET
def wrong(request: HttpRequest) -> HttpResponse:
    """How this could be wrong."""
    return render(request, "wrong.html", {})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not ours, or gone."""
    return render(request, "not_found.html", {}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something unforeseen; nothing was written."""
    return render(request, "server_error.html", {}, status=500)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that no page of ours sends."""
    return render(request, "refused.html", {"sentence": ""}, status=400)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from before a restart, or from elsewhere; what was typed is given back to be sent again."""
    given = [(key, value) for key in request.POST for value in request.POST.getlist(key)]
    return render(
        request,
        "form_expired.html",
        {"given": [(key, value) for key, value in given if key != "csrfmiddlewaretoken"][:40]},
        status=403,
    )
