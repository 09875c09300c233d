"""The site as its server loads it: the pages, and beside them what goes on in the background."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from importlib import import_module
from threading import Lock, Timer
from typing import Any, Final

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pinprick_web.settings")

WARM_AFTER: Final = 1.0  # seconds after the first page, so that its pictures and styles come first
NO_PAGES: Final = ("/static/", "/health/")

StartResponse = Callable[..., Any]
Pages = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


def application() -> Pages:
    """What the server calls once, in the process that answers."""
    pages: Pages = import_module("pinprick_web.wsgi").application  # first: it sets Django up for what follows
    from django.conf import settings

    from pinprick_web.aside import aside

    aside.open()
    if not settings.READ_ONLY:
        from pinprick_web import housekeeping

        housekeeping.begin(parent=os.getppid())
    return Warmed(pages)


class Warmed:
    """Loads what draws pictures once the first page is out, so that neither that page nor the first picture waits."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self._lock, self._is_cold = Lock(), True

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer, and tell nobody which server it is that answers."""

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, ("Server", "")], *more)

        body = self.pages(environ, start)
        if self._is_cold and not environ.get("PATH_INFO", "").startswith(NO_PAGES):
            self._warm()
        return body

    def _warm(self) -> None:
        with self._lock:
            if self._is_cold:
                self._is_cold = False
                timer = Timer(WARM_AFTER, warm)
                timer.daemon = True
                timer.start()


def warm() -> None:
    """Load the library's numbers and pictures, which take half a second the first time."""
    for name in ("pinprick.api", "pinprick.charts", "pinprick.evidence.study"):
        import_module(name)
