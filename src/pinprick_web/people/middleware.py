"""Who is asking: on an own machine there is one person, and no account."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from pinprick.words import speaking
from pinprick_web.people.models import Person

DEMO_COOKIE = "demo"
NO_PERSON = ("/static/", "/csp-report/", "/sw.js", "/manifest.webmanifest", "/calendar/", "/health/")
"""Addresses that are nobody's, or are their own key."""


class JustMe:
    """Puts the person into every request: the one whose machine this is, or the made-up one of the demo."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request for a person."""
        with speaking(translation):  # the library's sentences, in the language of the page
            if request.path.startswith(NO_PERSON):
                return self.get_response(request)
            person = self.person(request)
            request.person = person
            known = dict(settings.LANGUAGES)
            with translation.override(person.language if person.language in known else settings.LANGUAGE_CODE):
                return self.get_response(request)

    def person(self, request: HttpRequest) -> Person:
        """Whose request it is. Hosting for many replaces this one method."""
        if request.get_signed_cookie(DEMO_COOKIE, default="") == "open":
            made_up = Person.objects.demo()
            if made_up is not None:
                return made_up
        try:
            return Person.objects.just_me()
        except DatabaseError:  # a database that can only be read has no room for a new person
            if Person.objects.exists():
                raise
            return Person()
