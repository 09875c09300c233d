"""Every page: accessible in both themes at three widths, light, quiet, and never wider than the window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import RULES, Phone
from tests.browser.every_page import PAGES, REFUSALS, addresses

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_BYTES, MOST_REQUESTS, MOST_SCRIPT = 60_000, 6, 20_000
THEMES, WIDTHS = ("light", "dark"), (320, 390, 1280)
BLOCKED = "Service Worker registration blocked by Playwright"
FURTHEST_LEFT = """Math.min(0, ...[...document.querySelectorAll('main *')].filter(e => e.checkVisibility())
    .filter(e => !e.closest('svg') && !e.closest('.unseen'))
    .map(e => Math.round(e.getBoundingClientRect().left)))"""
FURNITURE = ("/sw.js", ".webmanifest", "/icons/")
"""What a browser fetches once for an installed app, and not for a page."""


@pytest.fixture(scope="module")
def where(served) -> dict[str, str]:
    served.forget()
    return addresses(served)


@pytest.fixture(scope="module")
def looked(browser, served, where) -> Iterator[Any]:
    """Open every page in one browser a width and theme."""
    held: dict[tuple, Phone] = {}

    def open_page(name: str, width: int, theme: str) -> Phone:
        key = (width, theme)
        if key not in held:
            more: dict[str, Any] = {"viewport": {"width": width, "height": 844 if width < 600 else 800}}
            held[key] = Phone(browser, served, color_scheme=theme, is_mobile=False, service_workers="block", **more)
            held[key].go("/demo/")
        held[key].expected = name in REFUSALS
        held[key].go(where[name])
        return held[key]

    yield open_page
    for phone in held.values():
        phone.context.close()
        assert [told for told in phone.noise if told != BLOCKED] == []


def complaints(axe: Any, page: Any) -> list[tuple[str, str]]:
    """What axe has against a page as it is now."""
    found = axe.run(page, options={"runOnly": RULES})
    assert len(found.response["passes"]) > 10, "it did look"
    return [(one["id"], one["nodes"][0]["html"][:140]) for one in found.response["violations"]]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(looked, name: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for width in WIDTHS:
        for theme in THEMES:
            page = looked(name, width, theme).page
            page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
            assert complaints(axe, page) == [], (width, theme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, theme)
    page.evaluate("document.documentElement.dir = 'rtl'")  # as for a language that is written so, at 1280 and dark
    assert complaints(axe, page) == []
    page = looked(name, 390, "light").page
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert complaints(axe, page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(FURTHEST_LEFT) >= 0


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_and_asks_for_little(looked, name: str) -> None:
    phone = looked(name, 390, "light")
    client = phone.context.new_cdp_session(phone.page)
    client.send("Network.enable")
    client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    asked, sizes = {}, {}
    client.on("Network.requestWillBeSent", lambda one: asked.__setitem__(one["requestId"], one["request"]["url"]))
    client.on("Network.loadingFinished", lambda one: sizes.__setitem__(one["requestId"], one["encodedDataLength"]))
    phone.page.reload(wait_until="networkidle")
    client.detach()
    of_page = {key: url for key, url in asked.items() if not any(word in url for word in FURNITURE)}
    total = sum(sizes.get(key, 0) for key in of_page)
    print(f"{name}: {total / 1000:.1f} kB in {len(of_page)} requests")
    assert len(of_page) <= MOST_REQUESTS, list(of_page.values())
    assert total <= MOST_BYTES


@pytest.mark.parametrize("name", PAGES)
def test_what_is_pressed_is_large_enough(looked, name: str) -> None:
    page = looked(name, 390, "light").page
    small = page.evaluate(
        """[...document.querySelectorAll('button, a.button, a.tap-link, .option, .tick, .bar a, .link-row, summary')]
        .filter(e => e.offsetParent).map(e => [e.innerText.slice(0, 30), e.getBoundingClientRect()])
        .filter(([_, box]) => box.height < 47.5 || box.width < 24)
        .map(([text, box]) => [text, box.width, box.height])"""
    )
    assert small == []


@pytest.mark.parametrize("name", ["today", "check-in", "verdict", "diary", "plan", "settings"])
def test_text_twice_as_large_still_fits(looked, name: str) -> None:
    page = looked(name, 390, "light").page
    page.evaluate("document.documentElement.style.fontSize = '200%'")  # from outside: the policy binds the page only
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_persons_own_theme_overrides_the_devices(browser, served, where) -> None:
    phone = Phone(browser, served, color_scheme="light", service_workers="block")
    phone.go("/demo/")
    page = phone.go("/settings/")
    with page.expect_navigation():
        page.locator("button[name=theme][value=dark]").tap()
    assert phone.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 21, 18)"
    with page.expect_navigation():
        page.locator("button[name=theme][value=system]").tap()
    assert phone.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(250, 247, 240)"
    phone.context.close()
    assert [told for told in phone.noise if told != BLOCKED] == []
