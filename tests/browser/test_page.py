"""The page in a real browser: accessible, still, quiet and never wider than the window."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pinprick import page
from tests.browser.conftest import RULES
from tests.unit.results import cast

pytestmark = pytest.mark.browser

PAGES = ["better", "no difference that matters", "not sure enough", "four days", "no day", "odd names", "several"]
WIDTHS = [320, 390, 1280]


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("pages")
    written = {}
    for name in PAGES:
        several = [cast(other) for other in ("a participant", "odd names", "no difference that matters", "all equal")]
        path = folder / f"{name}.html"
        path.write_text(page.html(several if name == "several" else cast(name)), encoding="utf-8")
        written[name] = path.as_uri()
    return written


@pytest.fixture
def look(browser, addresses) -> Iterator:
    """Open a page and watch it: whatever it asks for or complains of is a failure."""
    contexts, noise = [], []

    def open_page(name: str, *, width: int = 390, theme: str = "light", unfold: bool = False, **more: object):
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 800}, color_scheme=theme, **more
        )
        contexts.append(context)
        shown = context.new_page()
        shown.on("console", lambda message: noise.append(message.text))
        shown.on("pageerror", lambda error: noise.append(str(error)))
        shown.on(
            "request",
            lambda request: None if request.url.startswith((addresses[name], "data:")) else noise.append(request.url),
        )
        shown.goto(addresses[name])
        if unfold:
            for fold in shown.locator("summary").all():
                fold.click()
        return shown

    yield open_page
    for context in contexts:
        context.close()
    assert noise == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(look, name: str, width: int, theme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    shown = look(name, width=width, theme=theme, unfold=True)
    found = axe.run(shown, options={"runOnly": RULES})
    assert len(found.response["passes"]) > 10, "it did look"
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found.response["violations"]] == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 390, 640, 992, 1280])
def test_nothing_scrolls_sideways(look, name: str, width: int) -> None:
    shown = look(name, width=width, unfold=True)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["better", "odd names"])
def test_text_twice_as_large_still_fits(look, name: str) -> None:
    shown = look(name, width=390, unfold=True)
    shown.evaluate("document.documentElement.style.fontSize = '200%'")  # from outside: the policy binds the page only
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_finding_stands_on_the_first_screen(look) -> None:
    for width in (390, 1280):
        shown = look("better", width=width)
        heading = shown.locator("h1").bounding_box()
        picture = shown.locator("svg.picture").first.bounding_box()
        height = 844 if width < 600 else 800
        assert heading["y"] + heading["height"] < height / 2
        assert picture["y"] + picture["height"] < height


def test_on_a_wide_screen_words_stand_left_and_pictures_right(look) -> None:
    shown = look("better", width=1280)
    words, picture = shown.locator(".words").bounding_box(), shown.locator("svg.picture").first.bounding_box()
    assert words["x"] + words["width"] < picture["x"]
    assert words["width"] <= 512
    head = shown.locator(".head").bounding_box()
    assert words["y"] - head["y"] - head["height"] < 40, "the words follow the finding at once"


@pytest.mark.parametrize("width", WIDTHS)
def test_labels_in_a_picture_can_be_read_and_stay_apart(look, width: int) -> None:
    shown = look("better", width=width)
    boxes = shown.evaluate(
        """[...document.querySelectorAll('svg.picture')].map(svg => [...svg.querySelectorAll('text')].map(text => {
            const box = text.getBoundingClientRect(); const frame = svg.getBoundingClientRect();
            return {left: box.left - frame.left, right: frame.right - box.right, x: box.left, y: box.top,
                    x2: box.right, y2: box.bottom,
                    size: parseFloat(getComputedStyle(text).fontSize) * frame.width / 350}}))"""
    )
    for picture in boxes:
        for i, one in enumerate(picture):
            assert one["left"] >= -2
            assert one["right"] >= -2
            assert one["size"] >= 11.5
            for other in picture[i + 1 :]:
                apart = (
                    one["x2"] <= other["x"] + 1 or other["x2"] <= one["x"] + 1
                    or one["y2"] <= other["y"] + 6 or other["y2"] <= one["y"] + 6
                )  # fmt: skip
                assert apart, (one, other)


def test_the_fold_opens_by_keyboard_with_a_visible_focus(look) -> None:
    shown = look("better")
    shown.keyboard.press("Tab")
    outline = shown.evaluate(
        "(() => { const s = getComputedStyle(document.activeElement); "
        "return [document.activeElement.tagName, s.outlineStyle, parseFloat(s.outlineWidth)]; })()"
    )
    assert outline == ["SUMMARY", "solid", 3]
    shown.keyboard.press("Enter")
    assert shown.locator("table.all").is_visible()


def test_no_mark_loses_its_colour(look) -> None:
    for theme in ("light", "dark"):
        shown = look("not sure enough", theme=theme)
        paints = shown.evaluate(
            """[...document.querySelectorAll('svg.picture circle, svg.picture line, svg.picture rect')].map(e => {
                const s = getComputedStyle(e); return [e.getAttribute('class'), s.fill, s.stroke]})"""
        )
        for kind, fill, stroke in paints:
            assert (stroke if kind.startswith("s-") else fill).startswith("rgb("), kind
        assert {fill for kind, fill, _ in paints if kind == "s-towel"} == {"none"}


def test_paper_gets_light_colours_and_every_day(look) -> None:
    shown = look("better", theme="dark")
    shown.emulate_media(media="print")
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert shown.evaluate("getComputedStyle(document.body).color") == "rgb(33, 29, 24)"
    assert shown.locator("table.all tbody tr").first.bounding_box()["height"] > 10


def test_the_serif_is_the_one_in_the_page(look) -> None:
    shown = look("better")
    shown.evaluate("document.fonts.ready")
    assert shown.evaluate("document.fonts.check('500 30px Literata')")
    assert shown.evaluate("[...document.fonts].map(f => f.status)") == ["loaded"]
