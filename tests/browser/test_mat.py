"""Your mat in a real browser: a choice answers at once, by touch or keys, and without script by a button."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import until
from tests.browser.test_every_page import complaints
from tests.browser.test_journey import keyed, touched
from tests.running import clock_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HEADLINE = "document.querySelector('h1').textContent"
SURE = "!document.querySelector('#surer').hasAttribute('hx-get')"


def overtaken(phone: Any) -> None:
    """Forget what htmx says of requests for ranges that a newer choice made needless; a failed one says more."""
    said = ("htmx:afterRequest, ", "htmx:sendAbort, ")
    phone.noise[:] = [
        text
        for text in phone.noise
        if not text.startswith(said) and not ("work=dose" in text and "ERR_ABORTED" in text)
    ]


def choose(page: Any, press: Any, name: str, value: str, says: str) -> None:
    """Take one of the answers, and wait until the page says so."""
    press(page.locator(f"input[name={name}][value={value}]"))
    until(page, f"document.querySelector('#told').textContent.includes({says!r})")


@pytest.mark.parametrize("press", [touched, keyed], ids=["touch", "keyboard"])
def test_a_choice_answers_at_once_and_the_page_stays_where_it_is(phone, press) -> None:
    page = phone.go("/more/")
    page.set_default_timeout(15_000)
    with page.expect_navigation(wait_until="load"):
        press(page.locator("a:has-text('Your mat')").last)
    assert page.evaluate(HEADLINE) == "About 2,000 of 6,000 spikes touch you."
    assert page.locator("#picture .s-towel").count() == 0
    press(page.locator("summary:has-text('How sure is this?')"))
    page.evaluate("window.same = true")

    choose(page, press, "skin", "towel", "With a towel on a hard floor")
    assert page.locator("#picture .s-towel").count() > 20
    assert page.locator("#picture .f-mat").count() == 0
    choose(page, press, "under", "bed", "With a towel on a bed, the sharpness is all but gone.")
    assert page.evaluate("window.same"), "no page was loaded"
    assert page.locator("#sure").is_visible(), "a fold that was open stays open"
    until(page, SURE)
    assert "skin=towel" in page.url
    assert "under=bed" in page.url
    headline = page.evaluate(HEADLINE)
    page.reload()
    assert page.evaluate(HEADLINE) == headline, "the address holds the choice"
    assert not [part for part in page.url.split("&") if part.endswith("=")], "and nothing empty"
    overtaken(phone)


@pytest.mark.parametrize("press", [touched, keyed], ids=["touch", "keyboard"])
def test_a_height_in_metres_is_told_beside_its_field_and_mended(phone, press) -> None:
    phone.expect_failures()
    page = phone.go("/mat/")
    page.set_default_timeout(15_000)
    press(page.locator("summary:has-text('Your mat and you')"))
    page.locator("#height").fill("1.75")
    press(page.locator("#mass"))
    until(page, "!document.querySelector('#why-height').hidden")
    assert page.locator("#why-height").inner_text() == "That looks like metres. Give 130 to 220 cm."
    until(page, "document.querySelector('#height').getAttribute('aria-invalid') === 'true'")
    assert page.locator("[aria-invalid]").count() == 1, "a part of the page that is renewed says so, too"
    assert "There is a problem." in page.locator("#problem").inner_text()
    assert not page.locator("#rungs").is_visible(), "nothing is shown of somebody who cannot be"
    page.locator("#height").fill("163")
    page.locator("#mass").fill("58")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#whom').textContent === ': 6,000 spikes, 58 kg, 163 cm'")
    assert not page.locator("#why-height").is_visible()
    until(page, "!document.querySelector('[aria-invalid]')")
    assert page.locator("#problem").inner_text() == ""
    press(page.locator("input[name=mat][value=own]"))
    until(page, "!document.querySelector('#why-spikes').hidden")
    page.locator("#spikes").fill("4200")
    page.keyboard.press("Enter")
    until(page, f"{HEADLINE}.includes('of 4,200 spikes touch you.')")
    assert not page.locator("#why-spikes").is_visible()
    kept = "[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"
    assert "htmx-history-cache" not in page.evaluate(kept), "no page of somebody's is kept by the browser"
    overtaken(phone)


def test_the_ladder_is_worked_out_when_somebody_comes_to_it(phone) -> None:
    page = phone.go("/mat/?mat=spoonk")
    until(page, SURE)
    assert page.evaluate("document.querySelector('#rungs').hasAttribute('hx-get')")
    page.locator("#rungs").scroll_into_view_if_needed()
    until(page, "!document.querySelector('#rungs').hasAttribute('hx-get')")
    touched(page.locator("summary:has-text('The same as a table')"))
    assert page.locator("#rungs tbody tr").count() == 7


def test_without_script_a_button_shows_and_a_link_works_out_the_ranges(phones) -> None:
    page = phones(java_script_enabled=False).go("/mat/?mass=77")
    page.locator("label:has(input[value=t_shirt])").tap()
    with page.expect_navigation():
        page.locator("button:has-text('Show')").tap()
    assert "With a T-shirt on a hard floor" in page.locator("#told").inner_text()
    with page.expect_navigation():
        page.locator("a:has-text('Work out the ranges with care')").tap()
    assert "With a T-shirt on a hard floor" in page.locator("#told").inner_text()
    assert page.locator("a:has-text('Work out the ranges with care')").count() == 0


def test_the_picture_stands_beside_the_words_on_a_desk_and_between_words_and_choices_on_a_phone(phones) -> None:
    boxes = "['.says', '#picture', '.asks'].map(e => document.querySelector(e).getBoundingClientRect())"
    says, picture, asks = phones(viewport={"width": 1280, "height": 800}, is_mobile=False).go("/mat/").evaluate(boxes)
    assert picture["left"] >= says["right"]
    assert abs(picture["top"] - says["top"]) < 10
    assert 0 <= asks["top"] - says["bottom"] < 30
    says, picture, asks = phones().go("/mat/").evaluate(boxes)
    assert says["bottom"] <= picture["top"] < picture["bottom"] <= asks["top"]


def test_points_are_in_the_picture_only_when_asked_for(phone) -> None:
    page = phone.go("/mat/?skin=t_shirt&work=all")
    page.set_default_timeout(15_000)
    assert "Thin circles" not in page.locator("#picture").inner_text()
    touched(page.locator("summary:has-text('Named points')"))
    with page.expect_navigation():
        touched(page.locator("a:has-text('Show them in the picture')"))
    assert "Thin circles" in page.locator("#picture").text_content()
    with page.expect_navigation():
        touched(page.locator("a:has-text('Take them off the picture')"))
    assert "Thin circles" not in page.locator("#picture").text_content()
    assert "skin=t_shirt" in page.url


@pytest.mark.parametrize("press", [touched, keyed], ids=["touch", "keyboard"])
def test_another_mat_is_told_by_its_discs_its_face_and_a_body(phone, press) -> None:
    phone.expect_failures()
    page = phone.go("/mat/")
    page.set_default_timeout(15_000)
    press(page.locator("summary:has-text('Your mat and you')"))
    assert not page.locator("#per_disc").is_visible(), "only where the mat is another"
    press(page.locator("input[name=mat][value=own]"))
    assert page.locator(".one-disc svg").is_visible()
    page.locator("#per_disc").fill("26")
    page.locator("#discs").fill("160")
    page.locator("#discs").blur()
    until(page, f"{HEADLINE}.includes('of 4,160 spikes touch you.')")
    page.locator("#length").fill("700")
    page.locator("#length").blur()
    until(page, "document.querySelector('#length').getAttribute('aria-invalid') === 'true'")
    assert "Choose mm" in page.locator("#why-length").inner_text()
    press(page.locator("input[name=unit][value=mm]"))
    until(page, "!document.querySelector('[aria-invalid]')")
    press(page.locator("summary:has-text('The tip of a spike')"))
    page.locator("#tip").fill("0,5")
    press(page.locator("input[name=sex][value=female]"))
    until(page, "location.search.includes('sex=female') && location.search.includes('tip=0%2C5')")
    until(page, f"{HEADLINE}.includes('of 4,160 spikes touch you.')")
    assert page.locator("#tip").input_value() == "0,5", "what was typed stays"
    overtaken(phone)


def on_day(site: Any, day: int) -> None:
    """Set the person's clock to an evening."""
    site.set_clock(clock_on(day))


@pytest.mark.parametrize("how", ["touch", "keyboard", "plain"])
def test_a_set_up_is_kept_with_a_trial_in_one_tap_and_changed_in_two(phones, site, how) -> None:
    on_day(site, 10)
    code = site.running_trial(lived=9, answered=10)
    phone = phones(java_script_enabled=how != "plain")
    press = keyed if how == "keyboard" else touched
    page = phone.go("/mat/?skin=t_shirt&under=bed&from=today")
    page.set_default_timeout(15_000)
    with page.expect_navigation():
        press(page.locator("button:has-text('Keep this with my trial')"))
    assert page.url.endswith(f"/trial/{code}/today/?kept=1")
    assert "A T-shirt on your skin, the mat on a bed." in page.locator("main").inner_text()
    assert site.events(code=code)[-1] == "set_up"
    with page.expect_navigation():
        press(page.locator("main a:has-text('Change it')"))
    assert page.locator("#choices input[value=t_shirt]").is_checked(), "it opens at what is kept"
    if how == "plain":
        page.locator("label:has(input[value=towel])").tap()
        with page.expect_navigation():
            page.locator("button:has-text('Show')").tap()
    else:
        choose(page, press, "skin", "towel", "With a towel on a bed")
    until_says(page, "#keep", "A towel on your skin, the mat on a bed.")
    with page.expect_navigation():
        press(page.locator("button:has-text('Keep this with my trial')"))
    assert "Change it in the middle of your trial?" in page.locator("h1").inner_text()
    if how != "plain":
        axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
        for direction in ("ltr", "rtl"):
            page.evaluate(f"document.documentElement.dir = '{direction}'")
            assert complaints(axe, page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with page.expect_navigation():
        press(page.locator("button:has-text('Change it from today')"))
    assert "A towel on your skin, the mat on a bed." in page.locator("main").inner_text()
    assert site.events(code=code)[-2:] == ["set_up", "set_up"]
    phone.expect_failures()  # a page that asks again answers with 409
    overtaken(phone)
    phone.noise[:] = [text for text in phone.noise if "409" not in text]


def until_says(page: Any, where: str, what: str) -> None:
    """Wait until a part of the page says something, with or without script in it."""
    page.locator(where, has_text=what).wait_for(state="visible")


def test_from_the_ladder_the_minutes_of_the_step_lead_to_the_timer(phone, site) -> None:
    on_day(site, 0)
    code = site.running_trial(started=False, answered=0)
    page = phone.go(f"/trial/{code}/today/")
    page.set_default_timeout(15_000)
    with page.expect_navigation():
        touched(page.locator("a:has-text('What touches you at this step')"))
    assert page.locator("#choices input[value=t_shirt]").is_checked()
    touched(page.locator("input[name=skin][value=none]"))
    until(page, "!document.querySelector('#told').textContent.includes('T-shirt')")
    until(page, SURE)
    start = page.locator("a:has-text('Start 3 minutes')")
    assert "Today’s step comes first" in page.locator(".asks").inner_text()
    with page.expect_navigation():
        touched(start)
    assert page.locator("[data-timer]").get_attribute("data-minutes") == "3"
    assert "T-shirt or thin towel" in page.locator("main").inner_text()
    overtaken(phone)
