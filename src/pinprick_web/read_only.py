"""A diary that a newer Pinprick made: it can be read here, and not changed."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

READS = ("GET", "HEAD", "OPTIONS")


class ReadOnly:
    """Refuses every request that would change something, where the database is newer than this program."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request that reads; say of any other why not."""
        if settings.READ_ONLY and request.method not in READS:
            return render(request, "read_only.html", status=503)
        return self.get_response(request)
