"""The check-in in a real browser: one tap, at the thumb, by keyboard, in both themes, light in weight."""

import time

import pytest

from tests.browser.conftest import RULES
from tests.running import clock_on

pytestmark = pytest.mark.browser
DAY, ON = 3, "2026-05-07"


@pytest.fixture
def trial(site) -> str:
    site.set_clock(clock_on(DAY))
    return site.running_trial(answered=DAY)


def path(trial: str, more: str = "") -> str:
    return f"/trial/{trial}/check-in/{more}"


def test_one_tap_saves_within_two_seconds(phone, site, trial) -> None:
    page = phone.go(path(trial))
    began = time.monotonic()
    page.get_by_role("button", name="4", exact=True).tap()
    page.get_by_text("Saved.").wait_for()
    assert time.monotonic() - began < 2
    assert page.get_by_role("heading", level=1).inner_text() == "Your answer for Thursday: 4"
    assert site.ratings(code=trial)[ON]["ratings"] == {"pain": 4}


def test_it_works_without_a_script(phones, site, trial) -> None:
    phone = phones(java_script_enabled=False)
    page = phone.go(path(trial))
    page.get_by_role("button", name="7", exact=True).tap()
    page.get_by_role("heading", name="Your answer for Thursday: 7").wait_for()
    page.get_by_role("button", name="Yes, about 15 minutes").tap()
    page.get_by_text("That is all for now.").wait_for()
    assert site.ratings(code=trial)[ON] | {"entered": ""} == {
        "ratings": {"pain": 7},
        "done": True,
        "minutes": 15,
        "ended": None,
        "prick": None,
        "late": False,
        "versions": 2,
        "zone": "",
        "entered": "",
    }


def test_two_taps_at_once_are_one_answer(phone, site, trial) -> None:
    page = phone.go(path(trial))
    page.evaluate(
        "() => { const keys = document.querySelectorAll('.key'); keys[4].click(); keys[4].click(); keys[5].click(); }"
    )
    page.get_by_text("Saved.").wait_for()
    assert site.ratings(code=trial)[ON]["versions"] == 1
    assert site.ratings(code=trial)[ON]["ratings"] == {"pain": 4}


def test_keys_are_large_round_equal_and_at_the_thumb(phone, trial) -> None:
    page = phone.go(path(trial))
    boxes = [key.bounding_box() for key in page.locator(".key").all()]
    assert len(boxes) == 12
    assert len({round(box["width"]) for box in boxes}) == 1
    assert all(box["width"] >= 56 and box["height"] >= 56 for box in boxes)
    assert all(abs(box["width"] - box["height"]) < 1 for box in boxes)
    assert min(box["y"] for box in boxes) >= 844 * 0.4
    assert max(box["y"] + box["height"] for box in boxes) <= 844, "on the first screen"
    looks = page.evaluate(
        "[...document.querySelectorAll('.key:not(.skip)')].map(key => { const s = getComputedStyle(key);"
        " return [s.backgroundColor, s.borderColor, s.color].join() })"
    )
    assert len(set(looks)) == 1, "no colour by height"


@pytest.mark.parametrize(("width", "height"), [(320, 568), (360, 640), (390, 600), (844, 390), (1280, 800)])
def test_keys_never_shrink_and_nothing_scrolls_sideways(phones, trial, width, height) -> None:
    phone = phones(viewport={"width": width, "height": height})
    page = phone.go(path(trial))
    boxes = [key.bounding_box() for key in page.locator(".key").all()]
    assert all(box["width"] >= 56 and box["height"] >= 56 for box in boxes)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_text_twice_as_large_still_fits(phones, trial) -> None:
    phone = phones(viewport={"width": 320, "height": 568})
    page = phone.go(path(trial))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_whole_page_weighs_little(phones, trial) -> None:
    phone = phones()
    sizes: list[int] = []
    phone.page.on("response", lambda answer: sizes.append(_weight(answer)))
    phone.go(path(trial))
    phone.page.wait_for_load_state("networkidle")
    assert len(sizes) <= 6
    assert sum(sizes) <= 30 * 1024


def _weight(answer) -> int:
    sizes = answer.request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_axe_finds_nothing(phones, trial, width, theme) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    phone = phones(viewport={"width": width, "height": 844}, color_scheme=theme)
    for where in (path(trial), path(trial, "?day=2026-05-06"), f"/trial/{trial}/saved/{ON}/?skipped=1"):
        found = axe.run(phone.go(where), options={"runOnly": RULES})
        assert len(found.response["passes"]) > 10, "it did look"
        assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found.response["violations"]] == []


def test_it_is_answered_by_keyboard_with_a_visible_focus(phone, site, trial) -> None:
    page = phone.go(path(trial))
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "3":
            break
    outline = page.evaluate(
        "(() => { const s = getComputedStyle(document.activeElement);"
        " return [s.outlineStyle, parseFloat(s.outlineWidth)] })()"
    )
    assert outline[0] == "solid"
    assert outline[1] >= 3
    page.keyboard.press("Enter")
    page.get_by_text("Saved.").wait_for()
    assert site.ratings(code=trial)[ON]["ratings"] == {"pain": 3}


def test_saved_is_said_to_a_screen_reader(phone, trial) -> None:
    page = phone.go(path(trial))
    page.get_by_role("button", name="4", exact=True).tap()
    page.get_by_role("heading", name="Your answer for Thursday: 4").wait_for()
    assert page.get_by_role("status").filter(has_text="Saved.").count() == 1


def test_answered_on_another_device_both_are_shown_and_one_is_kept(phone, site, trial) -> None:
    page = phone.go(path(trial))
    site.answer(code=trial, day=ON, rating=6, at=clock_on(DAY, "20:15").isoformat())
    phone.expect_failures()  # the 409
    page.get_by_role("button", name="4", exact=True).tap()
    page.get_by_role("button", name="Keep 4").tap()
    page.get_by_role("heading", name="Your answer for Thursday: 4").wait_for()
    kept = site.ratings(code=trial)[ON]
    assert (kept["ratings"], kept["versions"]) == ({"pain": 4}, 2)


def test_the_zone_of_the_phone_is_the_persons_calendar(phones, site) -> None:
    site.set_clock(None)
    phone = phones(timezone_id="Pacific/Auckland")
    phone.go("/offline/check-in/")
    cookies = {cookie["name"]: cookie["value"] for cookie in phone.context.cookies()}
    assert cookies["zone"] == "Pacific/Auckland"


def test_a_page_left_open_overnight_says_so(phones, site) -> None:
    site.set_clock(None)
    phone = phones()
    phone.page.clock.install()
    page = phone.go("/offline/check-in/")
    assert page.get_by_text("This page is from yesterday. Nothing is lost.").count() == 0
    page.clock.fast_forward("24:01:00")
    page.get_by_text("This page is from yesterday. Nothing is lost.").wait_for()
    assert page.get_by_role("link", name="Show today").get_attribute("href") == "/"
