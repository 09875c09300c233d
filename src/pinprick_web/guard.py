"""What every answer of the site carries, and what a person sees when something goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pinprick.errors import FileError, PinprickError
from pinprick_web.trials.services import KeyUsedError

log = logging.getLogger("pinprick")
ANYBODYS = ("/static/", "/sw.js", "/manifest.webmanifest", "/offline/")
MOST_FIELDS_GIVEN_BACK = 40


class Headers:
    """No page of a person's is kept by anybody, and none is told what runs here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers that every answer carries."""
        response = self.get_response(request)
        if not request.path.startswith(ANYBODYS):
            response["Cache-Control"] = "no-store"
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), screen-wake-lock=(self)"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class Trouble:
    """Errors as pages for people: one sentence, what to do, and nothing that was typed is lost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; what is too large or cannot be kept is told as such."""
        try:
            return self.get_response(request)
        except DatabaseError as error:  # from a middleware below, before any view
            return self._not_saved(request, error)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn what a view raised into a page; anything unforeseen stays what it is, and is logged without data."""
        if isinstance(error, DatabaseError):
            return self._not_saved(request, error)
        if isinstance(error, RequestDataTooBig | TooManyFieldsSent):
            return refused(request, _("That is more than this page takes. Nothing was saved."), status=413)
        if isinstance(error, KeyUsedError):
            return refused(request, str(error), status=409)
        if isinstance(error, FileError):
            log.error("%s %s: %s", request.method, request.resolver_match and request.resolver_match.view_name, error)
            return refused(request, str(error), status=500)
        if isinstance(error, PinprickError):
            return refused(request, str(error), status=409)
        if isinstance(error, Http404):
            return None
        log.error("%s: %s", request.resolver_match and request.resolver_match.view_name, type(error).__name__)
        return None

    def _not_saved(self, request: HttpRequest, error: DatabaseError) -> HttpResponse:
        log.error("the database: %s", str(error).split("\n")[0][:120])
        given = [(key, value) for key in request.POST for value in request.POST.getlist(key)]
        context = {
            "given": [(key, value) for key, value in given if key != "csrfmiddlewaretoken"][:MOST_FIELDS_GIVEN_BACK],
            "read_only": "readonly" in str(error) or "read-only" in str(error),
            "posted": request.method == "POST",
        }
        return render(request, "not_saved.html", context, status=503)


def refused(request: HttpRequest, sentence: str, *, status: int) -> HttpResponse:
    """A page that says in a sentence why not."""
    return render(request, "refused.html", {"sentence": sentence}, status=status)
