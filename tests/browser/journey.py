"""From an empty database to a verdict, as a person would: by touch, or by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

START = datetime(2026, 5, 4, 20, 15, tzinfo=ZoneInfo("UTC"))
Press = Callable[[Any], None]


class Journey:
    """One person's way through the site; every step goes through what is on the page."""

    def __init__(self, phone: Any, site: Any, press: Press) -> None:
        self.phone, self.site, self.page, self.press = phone, site, phone.page, press
        self.now, self.taps = START, 0
        self.page.set_default_timeout(15_000)
        site.set_clock(self.now)

    def tap(self, where: Any) -> None:
        """Press something, and wait until the page that follows is there."""
        target = self.page.locator(where).first if isinstance(where, str) else where
        with self.page.expect_navigation(wait_until="load"):
            self.press(target)
        self.taps += 1

    def heading(self) -> str:
        """What the page says first."""
        return str(self.page.locator("h1").first.inner_text())

    def screen(self) -> int:
        """The safety questions, nothing true; how many screens."""
        n = 0
        while "/screen/" in self.page.url and "done" not in self.page.url:
            for group in self.page.locator("fieldset").all():
                self.press(group.locator("label input").nth(1 if "/2/" in self.page.url else 0))
            self.tap("form#answers button")
            n += 1
        return n

    def plan(self) -> int:
        """The plan, from the complaint to consent, without typing; how many screens."""
        self.taps, screens = 0, 1
        self.tap("button:has-text('Pain or tense muscles')")
        self.press(self.page.locator("label.tick:has-text('Lower back') input"))
        self.taps += 1
        self.tap("form#answers button.button")
        for n in (6, 0, 0, 7, 3, 2, 1):  # how bad, how much better, against what, expected, expected, chosen, how long
            screens += 1
            self.tap(self.page.locator("form#answers button").nth(n))
        self.page.wait_for_selector("text=would get a clear answer", timeout=60_000)
        self.tap("a:has-text('Go on to consent')")
        self.press(self.page.locator("label.tick input").first)
        self.taps += 1
        self.tap("button:has-text('Agree and go on')")
        return screens + 4

    def begin(self) -> str:
        """Draw the order, for somebody who has used a mat for long; the trial's code."""
        self.tap("a:has-text('I have used a mat for a week or more')")
        self.tap("form.options button")
        code = self.page.url.split("/trial/")[1].split("/")[0]
        self.tap("a.button:has-text('Done')")
        return code

    def next_day(self) -> None:
        """The clock goes on."""
        self.now += timedelta(days=1)
        self.site.set_clock(self.now)

    def well(self) -> None:
        """The day's safety card, nothing true."""
        self.page.goto("/")
        if self.page.locator("button:has-text('None of these')").count():
            self.tap("button:has-text('None of these')")
        if self.page.locator("button[name=weekly]").count():
            self.tap("button[name=weekly][value=skip]")

    def arm(self) -> str:
        """The treatment that today shows."""
        return "mat" if "the mat" in self.heading() else "towel"

    def rate(self, value: int) -> None:
        """The question of the day, and then whether it was done."""
        self.page.goto("/")
        self.tap("a.button:has-text('question')")
        self.tap(f".key[value='{value}']")
        self.page.wait_for_selector("text=Saved.")
        done = self.page.locator("button[name=done]").first
        if done.count():
            self.tap(done)
