"""The set-up of a trial's sessions, kept from the page "Your mat": the mat, the cloth, the surface, and no body."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pinprick.errors import ProtocolError
from pinprick.sessions.each import is_another
from pinprick_web import mat
from pinprick_web.mat_asked import read
from pinprick_web.trials import services
from pinprick_web.trials.doorway import Here, opened
from pinprick_web.words import set_up_words

WHOLE: Final = frozenset(("mat", "skin", "under"))
"""What has to be said: nothing is kept that nobody chose."""


@opened
@require_POST
def set_up(request: HttpRequest, here: Here) -> HttpResponse:
    """Keep it; in a trial that runs, another one than is kept takes a second tap."""
    came_from = request.POST.get("from", "")
    if not request.POST.keys() >= WHOLE:
        raise ProtocolError(_("Choose the mat, the cloth and the surface first. Nothing was kept."))
    asked = read({name: str(value) for name, value in request.POST.items()})
    wanted, known = asked.set_up, here.conduct.set_up_on(here.today)
    if wanted is None:
        return mat.page(request, asked, here, came_from=came_from)
    runs = here.conduct.has_started and here.phase in mat.KEEPS
    if runs and known is not None and is_another(known, wanted) and "confirmed" not in request.POST:
        shown = {
            "here": here,
            "known": set_up_words(known),
            "wanted": set_up_words(wanted),
            "fields": asked.query | {"from": came_from},
            "leave": _back(here, came_from, {}),
        }
        return render(request, "set_up_change.html", shown, status=409)
    services.keep_set_up(here.record, wanted, here.moment)
    return redirect(_back(here, came_from, {"kept": "1"}, asked.query))


def _back(here: Here, came_from: str, said: dict[str, str], asked: dict[str, str] | None = None) -> str:
    """Where somebody came from."""
    if came_from in ("ladder", "today"):
        address, asked = reverse("today", kwargs={"code": here.record.code}), {}
    else:
        address = reverse("mat")
        said = ({"from": came_from} if came_from in mat.CAME_FROM else {}) | said
    query = urlencode((asked or {}) | said)
    return f"{address}?{query}" if query else address
