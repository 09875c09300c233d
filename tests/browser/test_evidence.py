"""Published evidence in a real browser: from the welcome page to a claim, its sources and back, by touch or keys."""

from __future__ import annotations

from typing import Any

import pytest

from pinprick.evidence.claims import claims
from tests.browser.test_journey import keyed, touched

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def go_by(page: Any, press: Any, where: str) -> str:
    """Press a link, wait for the page it leads to, and say its heading."""
    with page.expect_navigation(wait_until="load"):
        press(page.locator(where).first)
    return str(page.locator("h1").inner_text())


@pytest.mark.parametrize("press", [touched, keyed], ids=["touch", "keyboard"])
def test_from_the_welcome_to_a_claim_its_sources_the_next_and_back(phone, press) -> None:
    page = phone.go("/")
    page.set_default_timeout(15_000)
    assert go_by(page, press, "a:has-text('What trials found so far')") == "What trials found so far"
    press(page.locator("summary:has-text('What the words mean')"))
    assert page.locator("text=Nobody tested it, or who tested it did not find it.").is_visible()
    press(page.locator("summary:has-text('Nail boards cut opioid use')"))
    assert page.locator("text=We found no publication of it.").is_visible()

    first, second = claims()[:2]
    assert first.says in go_by(page, press, f"a[href='/evidence/{first.id}/']")
    assert page.locator("figure .f-mat").count() == 21
    for fold in ("More about it", "Why no surer", "Where each number was seen"):
        inside = page.locator(f"details:has(summary:has-text('{fold}')) > :not(summary)").first
        assert not inside.is_visible()
        press(page.locator(f"summary:has-text('{fold}')"))
        assert inside.is_visible()
    assert page.locator("aside a[href='https://doi.org/10.1155/2012/753583']").is_visible()

    assert second.says in go_by(page, press, "a[rel=next]")
    assert first.says in go_by(page, press, "a[rel=prev]")
    assert go_by(page, press, "a:has-text('Every study that we read')") == "Every study that we read"
    press(page.locator("summary:has-text('Guidelines')"))
    assert page.locator("#nice_ng59_2016").is_visible()
    assert go_by(page, press, ".back a") == "What trials found so far"
    assert "Does a spiky mat help your back" in go_by(page, press, ".back a")


def test_the_sources_stand_beside_the_answer_on_a_desk_and_below_it_on_a_phone(phones) -> None:
    beside = "[...document.querySelectorAll('.answer, aside')].map(e => e.getBoundingClientRect())"
    desk = phones(viewport={"width": 1280, "height": 800}, is_mobile=False).go("/evidence/back_pain/")
    answer, sources = desk.evaluate(beside)
    assert sources["left"] >= answer["right"]
    assert abs(sources["top"] - answer["top"]) < 40
    answer, sources = phones().go("/evidence/back_pain/").evaluate(beside)
    assert sources["top"] > answer["bottom"]


@pytest.mark.parametrize("name", ["back_pain", "acupuncture_better", "stiffness"])
def test_a_claim_reads_in_words_too_and_its_first_screen_has_the_answer(phone, name) -> None:
    """What it says is in the order in which one needs it, and the picture is told to who cannot see it."""
    page = phone.go(f"/evidence/{name}/")
    order = page.evaluate(
        "['h1', '.word', '.answer', '.rows'].map(e => document.querySelector(`main ${e}`).getBoundingClientRect().top)"
    )
    assert order == sorted(order)
    assert page.locator(".answer").bounding_box()["y"] + page.locator(".answer").bounding_box()["height"] < 844
    for picture in page.locator("figure svg").all():
        assert picture.get_attribute("role") == "img"
        names = picture.get_attribute("aria-labelledby").split()
        told = page.locator(f"#{names[1]}").text_content()
        assert ("were never compared." if name == "acupuncture_better" else "One dot is one person.") in told


def test_the_plan_leads_to_what_trials_found_about_it_and_back(phone, site) -> None:
    site.demo(day="2026-05-19")
    phone.go("/demo/")
    page = phone.go("/plan/shown/?chances=1")
    assert "relieves back pain" in go_by(page, touched, "a:has-text('What trials found about this')")
    assert page.locator(".back a").get_attribute("href") == "/plan/shown/"
