"""A site that runs and a phone that looks at it; whatever the phone's page complains of fails the test."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
]  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""What axe is asked about."""
EXPECTED = "Failed to load resource"
"""What a browser says of a refusal that a test asked for; allowed only where the test says so."""


class Site:
    """A site in a process of its own. Every order of tests/browser/served.py is a method here."""

    def __init__(self, home: Path) -> None:
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.served"],
            cwd=ROOT,
            env=os.environ | {"PINPRICK_HOME": str(home), "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            self.stop()
            pytest.fail("the site did not start; what it said stands above")
        self.url = f"http://127.0.0.1:{json.loads(line)}"

    def __getattr__(self, order: str) -> Callable[..., Any]:
        return lambda **arguments: self.asked(order, arguments)

    def asked(self, order: str, arguments: dict[str, Any]) -> Any:
        """Give an order, and what came of it."""
        print(json.dumps([order, arguments], default=str), file=self.process.stdin, flush=True)
        told = json.loads(self.process.stdout.readline())  # type: ignore[union-attr]
        assert "error" not in told, told["error"]
        return told["is"]

    def set_clock(self, at: datetime | None) -> None:
        """Set the person's clock; None for the machine's own."""
        self.asked("set_clock", {"at": at.isoformat() if at else None})

    def running_trial(self, protocol: str = "mat-vs-rest-back-pain", **more: Any) -> str:
        """A trial that runs, as tests/running.py makes it; its code."""
        return str(self.asked("running_trial", {"protocol": protocol} | more))

    def stop(self) -> None:
        """End it."""
        self.process.stdin.close()  # type: ignore[union-attr]
        self.process.wait(timeout=20)
        self.process.stdout.close()  # type: ignore[union-attr]


class Phone:
    """A phone's browser at one site: what its pages ask for, say and fail at is watched."""

    def __init__(self, browser: Any, site: Site, **more: Any) -> None:
        self.site, self.noise, self.expected = site, [], False
        held = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
        held |= {"locale": "en-GB", "timezone_id": "UTC", "base_url": site.url}
        self.context = browser.new_context(**(held | more))
        self.context.on("page", self._watch)
        self.page = self.context.new_page()

    def _watch(self, page: Any) -> None:
        page.on("console", lambda message: self._told(message.text))
        page.on("pageerror", lambda error: self.noise.append(str(error)))
        page.on("requestfailed", self._failed)
        page.on("request", self._asked)

    def _failed(self, request: Any) -> None:
        left_early = (
            request.failure == "net::ERR_ABORTED" and "/icons/" in request.url
        )  # the next page was opened first
        if not left_early:
            self._told(f"{EXPECTED}: {request.url} {request.failure}")

    def _told(self, text: str) -> None:
        if not (self.expected and (EXPECTED in text or "net::ERR" in text)):
            self.noise.append(text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.site.url, "data:", "blob:")):
            self.noise.append(f"another host: {request.url}")

    def expect_failures(self) -> None:
        """Requests that fail are what this test is about; anything else still counts."""
        self.expected = True

    def go(self, path: str) -> Any:
        """Open an address."""
        self.page.goto(path)
        return self.page

    def worker_ready(self) -> None:
        """Wait until the worker has its shell and holds the page."""
        self.page.evaluate(
            "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller || "
            "new Promise(yes => navigator.serviceWorker.addEventListener('controllerchange', yes)))"
        )

    def offline(self, is_offline: bool = True) -> None:
        """Take the connection away, or give it back."""
        self.expected = True
        self.context.set_offline(is_offline)


def until(page: Any, expression: str) -> None:
    """Wait for something in a page to become true. Playwright's own way needs eval, which the policy forbids."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never became true: {expression}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start Chromium: the one that PINPRICK_CHROMIUM names, or the one on the path."""
    chromium = os.environ.get("PINPRICK_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        absent = "no Chromium: name one in PINPRICK_CHROMIUM; the pages went unlooked at"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(absent)
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Start one site for the whole run."""
    started = Site(tmp_path_factory.mktemp("home"))
    yield started
    started.stop()


@pytest.fixture
def site(served: Site) -> Iterator[Site]:
    """Give the site to a test, as nobody has used it yet."""
    served.forget()
    yield served
    served.breaks(status=0)


@pytest.fixture
def phone(browser: Any, site: Site) -> Iterator[Phone]:
    """A phone in the hand: 390 by 844, with touch. What its pages complain of is a failure."""
    held = Phone(browser, site)
    yield held
    held.context.close()
    assert held.noise == []


@pytest.fixture
def phones(browser: Any, site: Site) -> Iterator[Callable[..., Phone]]:
    """As many phones as a test likes, each set up as it likes."""
    held: list[Phone] = []

    def another(**more: Any) -> Phone:
        held.append(Phone(browser, site, **more))
        return held[-1]

    yield another
    for one in held:
        one.context.close()
        assert one.noise == []
