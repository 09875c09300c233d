"""A person's whole way, from an empty database to a verdict, in a real browser with a set clock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import until
from tests.browser.journey import Journey

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONGEST = 84


def touched(target: Any) -> None:
    """A finger."""
    target.scroll_into_view_if_needed()
    target.tap()


def keyed(target: Any) -> None:
    """Keys alone: Tab until it has the focus, then Enter, or Space for a box; no mouse and no script that helps."""
    page = target.page
    kind = target.get_attribute("type")
    for _ in range(120):
        if target.evaluate("one => one === document.activeElement"):
            break
        if kind == "radio" and target.evaluate(
            "one => one.name && document.activeElement.name === one.name && document.activeElement !== one"
        ):
            page.keyboard.press("ArrowDown")
        else:
            page.keyboard.press("Tab")
    else:
        raise AssertionError(f"Tab does not reach {target}")
    outline = target.evaluate("one => parseFloat(getComputedStyle(one).outlineWidth)")
    assert outline >= 3, "the focus is plain to see"
    page.keyboard.press("Space" if kind in ("checkbox", "radio") else "Enter")


def to_the_verdict(journey: Journey, *, offline_on: range = range(0)) -> int:
    """Live the days until the answer is there; the days it took."""
    code = journey.page.url.split("/trial/")[1].split("/")[0]
    for day in range(1, LONGEST + 1):
        journey.next_day()
        journey.well()
        heading = journey.heading()
        assert heading.startswith("Today: the"), heading
        mat = journey.arm() == "mat"
        value = (3 if mat else 5) + day % 2  # two points apart, and no day bad enough for a stop rule
        if day in offline_on:
            without_connection(journey, value)
        else:
            journey.rate(value)
        if day >= 13:
            journey.page.goto(f"/trial/{code}/progress/")
            if "ready" in journey.heading():
                return day
    raise AssertionError("no answer in 84 days of two points between them")


def without_connection(journey: Journey, value: int) -> None:
    """Answer while there is none, and send it all when it is back."""
    journey.phone.worker_ready()
    journey.page.goto("/")
    journey.tap("a.button:has-text('question')")
    journey.phone.offline()
    journey.press(journey.page.locator(f".key[value='{value}']"))
    until(journey.page, "document.body.innerText.includes('waiting to send')")
    journey.phone.offline(False)  # the safety card of the next day needs the site
    until(journey.page, "!document.body.innerText.includes('waiting to send')")


def read_it(journey: Journey) -> str:
    """Guess, prefer, and read the answer."""
    journey.tap("a.button:has-text('Two short questions first')")
    for name in ("guess", "preference"):
        journey.press(journey.page.locator(f"input[name={name}]").first)
    journey.tap("button:has-text('Show me the answer')")
    return journey.heading()


@pytest.mark.parametrize("press", [touched, keyed], ids=["touch", "keyboard"])
def test_from_an_empty_database_to_a_verdict(phone, site, press) -> None:
    journey = Journey(phone, site, press)
    phone.go("/")
    journey.tap("a:has-text('Check that it is safe for you')")
    assert journey.screen() <= 8
    assert journey.heading() == "You can go on."
    journey.tap("a.button")
    screens = journey.plan()
    assert screens <= 12
    assert journey.taps <= 25
    print(f"the plan: {screens} screens, {journey.taps} taps, nothing typed")
    code = journey.begin()
    days = to_the_verdict(journey)
    heading = read_it(journey)
    assert "better than the towel" in heading
    print(f"the verdict came on day {days}: {heading}")
    assert len(site.ratings(code=code)) == days
    said = "[...document.querySelectorAll('main h1, main figcaption')].slice(0, 2).map(e => e.innerText).join(' ')"
    first_screen = phone.page.evaluate(said)
    assert len(first_screen.split()) <= 60
    phone.page.goto(f"/trial/{code}/decided/")
    journey.tap("button:has-text('Check this trial')")
    assert journey.heading() == "It holds."
    phone.page.goto("/settings/erase/")
    journey.press(phone.page.locator("#sure"))
    journey.tap("button.button.stop")
    assert journey.heading() == "It is gone."
    phone.go("/")
    assert "Find out at home" in journey.heading()


def test_three_days_without_a_connection_in_the_middle(phone, site) -> None:
    journey = Journey(phone, site, touched)
    phone.go("/")
    code = site.running_trial()
    days = to_the_verdict_of(journey, code)
    assert "better than the towel" in read_it(journey)
    written = site.ratings(code=code)
    assert len(written) == days
    assert all(one["ratings"] for one in written.values()), "no answer was lost"


def to_the_verdict_of(journey: Journey, code: str) -> int:
    """The same for a trial that runs already, with days 6 to 8 answered offline."""
    journey.page.goto(f"/trial/{code}/today/")
    return to_the_verdict(journey, offline_on=range(6, 9))
