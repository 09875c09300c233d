"""What the browser asks for itself: the worker, its shell, the manifest, a token at the moment of sending.

The shell is anybody's: no person, no trial, no treatment and no token stands in it. What it asks offline comes from
the card that the device keeps wrapped (static/js/app.js), and goes out from there.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from pinprick.charts import motif
from pinprick_web.settings import LOOK
from pinprick_web.trials.views.session import REASONS
from pinprick_web.words import drawn

log = logging.getLogger("pinprick")

SHELL: Final = ("offline_check_in", "offline_timer")
ICONS: Final = (
    ("icons/icon-192.png", "192x192", "any"),
    ("icons/icon-512.png", "512x512", "any"),
    ("icons/icon-maskable-512.png", "512x512", "maskable"),
)
MOST_REPORTED: Final = 10_000  # bytes of a report
WORKER: Final = Path(__file__).resolve().parent / "static" / "js" / "sw.js"
STATIC_IN_PAGE: Final = re.compile(r'(?:src|href)="([^"]+\.(?:css|js|svg|png|woff2))"')
STATIC_IN_CSS: Final = re.compile(r'url\(["\']?([^"\')]+)["\']?\)')


@require_GET
def token(request: HttpRequest) -> HttpResponse:
    """A token for one sending: fetched when it is needed, so that none lies in a page that is kept."""
    return JsonResponse({"token": get_token(request)})


# --- the shell ------------------------------------------------------------------------------------------


def _shell_page(name: str) -> str:
    """A page of the shell, rendered for nobody: no request, so no person, no theme and no trial."""
    language = translation.get_language() or "en"
    context: dict[str, Any] = {
        "offline": True,
        "wordmark": drawn(motif.wordmark()),
        "theme": "system",
        "language": language,
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "demo": False,
        "current": None,
        "LANGUAGE_CODE": language,
    }
    if name == "offline_timer":
        context |= {"reasons": REASONS, "numbers": range(11), "dots": drawn(motif.timer_ring(ring=False))}
        context |= {"rings": drawn(motif.timer_ring(ring=True))}
    return render_to_string(f"{name.replace('check_in', 'checkin')}.html", context)


def _page(name: str) -> HttpResponse:
    response = HttpResponse(_shell_page(name))
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def offline_check_in(request: HttpRequest) -> HttpResponse:
    """The question without a connection."""
    return _page("offline_check_in")


@require_safe
def offline_timer(request: HttpRequest) -> HttpResponse:
    """The clock without a connection."""
    return _page("offline_timer")


@lru_cache(maxsize=16)
def _shell(language: str) -> tuple[tuple[str, ...], str]:
    """Addresses of everything that the shell needs, found in its own pages, and a version that changes with them."""
    pages = [(reverse(name), _shell_page(name)) for name in SHELL]
    found = [address for address, _text in pages]
    said = hashlib.sha256("".join(text for _address, text in pages).encode())
    said.update(WORKER.read_bytes())
    for _address, text in pages:
        for address in STATIC_IN_PAGE.findall(text):
            if address in found or not address.startswith(static_root()):
                continue
            found.append(address)
            body = _file(address)
            said.update(body)
            if address.endswith(".css"):
                for relative in STATIC_IN_CSS.findall(body.decode()):
                    if not relative.startswith(("data:", "#")):
                        found.append(_beside(address, relative))
    return tuple(dict.fromkeys(found)), said.hexdigest()[:16]


def static_root() -> str:
    """Where static addresses begin."""
    return str(staticfiles_storage.base_url)


def _file(address: str) -> bytes:
    name = address.removeprefix(static_root())
    found = finders.find(name)  # as it was written; what was collected has a name with its hash
    if found is not None:
        return Path(found).read_bytes()
    with staticfiles_storage.open(name) as file:
        body: bytes = file.read()
    return body


def _beside(address: str, relative: str) -> str:
    """The address that a stylesheet means."""
    if relative.startswith("/"):
        return relative
    parts = address.rsplit("/", 1)[0].split("/")
    for step in relative.split("/"):
        if step == "..":
            parts.pop()
        elif step != ".":
            parts.append(step)
    return "/".join(parts)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker, with the list of what it may keep."""
    shell, version = _shell(translation.get_language() or "en")
    text = WORKER.read_text(encoding="utf-8")
    text = text.replace('"VERSION"', json.dumps(version)).replace('["SHELL"]', json.dumps(shell))
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put Pinprick among its apps."""
    paper = paper_colour()
    made = {
        "name": "Pinprick",
        "short_name": "Pinprick",
        "description": _("Does a spiky mat help your back? Find out at home."),
        "start_url": "/",
        "scope": "/",
        "id": "/",
        "display": "standalone",
        "background_color": paper,
        "theme_color": paper,
        "lang": translation.get_language() or "en",
        "icons": [
            {"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in ICONS
        ],
    }
    response = HttpResponse(json.dumps(made), content_type="application/manifest+json")
    response["Cache-Control"] = "no-cache"
    return response


@lru_cache(maxsize=1)
def paper_colour() -> str:
    """The colour of the paper, from the one place that has colours.

    Examples
    --------
    >>> paper_colour()
    '#FAF7F0'
    """
    found = re.search(r"--paper:\s*(#[0-9A-Fa-f]{6})", LOOK.joinpath("tokens.css").read_text(encoding="utf-8"))
    assert found is not None  # the tokens are ours  # noqa: S101
    return found[1]


# --- the machine's ---------------------------------------------------------------------------------------


@csrf_exempt  # a browser sends it by itself, and nothing is written but a line of the log
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """A breach of the policy, as the browser tells it: which rule, never which page of whom."""
    if len(request.body) <= MOST_REPORTED:
        try:
            told = json.loads(request.body)
            report = told.get("csp-report", told) if isinstance(told, dict) else {}
            rule = str(report.get("effective-directive") or report.get("violated-directive") or "")
        except (ValueError, AttributeError):
            rule = ""
        if re.fullmatch(r"[a-z -]{1,40}", rule):
            log.warning("a browser kept something out: %s", rule)
    return HttpResponse(status=204)


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether pages can be served: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return JsonResponse({"ok": False}, status=503)
    return JsonResponse({"ok": True})
