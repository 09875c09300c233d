"""The page: complete in itself, escaped, the same words as the terminal, the same bytes each time."""

import hashlib
import re
from base64 import b64decode, b64encode
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import pytest

from pinprick import page, report
from tests.unit.results import CAST, DRAWN_CAST, cast, strong

VOID = {"meta", "link", "br", "circle", "path", "rect", "line"}
SEVERAL = ["a participant", "odd names", "not sure enough", "no day"]


class Outline(HTMLParser):
    """What a browser would make of the page: tags in order, their attributes, text, and whether they nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title", "desc"):
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


class Pages(dict[str, str]):
    """A page of each of the cast, made when it is first asked for."""

    def __missing__(self, name: str) -> str:
        self[name] = page.html(cast(name) if name in CAST else [cast(each) for each in SEVERAL])
        return self[name]


@pytest.fixture(scope="module")
def pages() -> Pages:
    return Pages()


def words(text: str) -> str:
    return " ".join(unescape(text).replace("\xa0", " ").split())


NAMES = [*DRAWN_CAST, "several"]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_complete_and_asks_for_nothing(name: str, pages: Pages) -> None:
    html, outline = pages[name], Outline(pages[name])
    used = {tag for tag, _ in outline.tags}
    assert not used & {"script", "iframe", "object", "embed", "img", "form", "base", "image", "use", "foreignobject"}
    for _, attributes in outline.tags:
        assert "style" not in attributes
        assert not [key for key in attributes if key.startswith("on")]
        for key in ("href", "src", "xlink:href"):
            target = attributes.get(key)
            assert target is None or target.startswith(("#", "data:image/svg+xml,"))
    assert "@import" not in html
    assert re.findall(r"url\((?!data:font/woff2;base64,)", html) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_policy_lets_in_exactly_this_style(name: str, pages: Pages) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", pages[name], re.DOTALL)
    policy = next(
        m["content"] for m in Outline(pages[name]).all("meta") if m.get("http-equiv") == "Content-Security-Policy"
    )
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", NAMES)
def test_headings_landmarks_and_tables_are_in_order(name: str, pages: Pages) -> None:
    outline = Outline(pages[name])
    assert outline.tags[0] == ("html", {"lang": "en-GB"})
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    landmarks = Counter(tag for tag, _ in outline.tags if tag in ("header", "main", "footer"))
    assert landmarks == {"header": 1, "main": 1, "footer": 1}
    assert all(th.get("scope") in ("col", "row") for th in outline.all("th"))
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [i for _, a in outline.tags for i in (a.get("aria-labelledby") or "").split()]
    assert set(named) <= set(ids)


@pytest.mark.parametrize("name", DRAWN_CAST)
def test_page_and_terminal_say_the_same(name: str, pages: Pages) -> None:
    result, told = cast(name), words(" ".join(Outline(pages[name]).text))
    for text in (report.headline(result), *report.size(result), *report.fool(result), *report.settle(result),
                 *report.decided(result), *report.method(result)):  # fmt: skip
        assert words(text) in told
    plain = words(re.sub(r"</?strong>", "", pages[name]))
    assert words(report.dots_sentence(result)) in plain


def test_what_a_person_wrote_is_text(pages: Pages) -> None:
    html = pages["odd names"]
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; is almost certainly better" in html
    told = " ".join(Outline(html).text)
    assert '"quoted" <img src=x onerror=alert(2)> & more' in told


@pytest.mark.parametrize("name", DRAWN_CAST)
def test_the_table_has_every_day(name: str, pages: Pages) -> None:
    result = cast(name)
    if not len(result.observations):
        return
    days = re.findall(r'<time datetime="([\d-]+)">', pages[name])
    o = result.observations
    assert len(days) == len(set(days)) == int((o.assigned >= 0).sum())
    sums = re.search(r'<th scope="row">Answered</th><td>(\d+)</td><td>(\d+)</td>', pages[name])
    assert sums
    assert (int(sums[1]), int(sums[2])) == o.rated


def test_several_people_share_one_page(pages: Pages) -> None:
    told = words(" ".join(Outline(pages["several"]).text))
    assert "What the days of 4 people say." in told
    for name in SEVERAL:
        assert words(report.headline(cast(name))) in told
        assert words(report.person_line(cast(name))).partition(": ")[2] in told or cast(name).participant is None
    links = [link.get("href") for link in Outline(pages["several"]).all("a")]
    assert links == ["#p1", "#p2", "#p3", "#p4"]


def test_one_person_in_a_list_is_one_person() -> None:
    assert page.html([cast("better")]) == page.html(cast("better"))


def test_the_same_result_gives_the_same_page() -> None:
    assert page.html(cast("better")) == page.html(strong())


def test_a_page_is_light(pages: Pages) -> None:
    assert len(pages["better"].encode()) <= 64_000
    assert len(pages["400 days"].encode()) <= 200_000


def test_the_font_is_small_free_and_the_one_in_the_page(pages: Pages) -> None:
    look = files("pinprick").joinpath("look")
    font = look.joinpath("literata-500.woff2").read_bytes()
    assert len(font) <= 20_000
    embedded = re.search(r"url\(data:font/woff2;base64,([\w+/=]+)\)", pages["better"])
    assert embedded
    assert b64decode(embedded[1]) == font
    licence = look.joinpath("OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in licence
    assert "Literata" in licence


def test_both_themes_and_paper_are_thought_of(pages: Pages) -> None:
    for query in ("prefers-color-scheme: dark", "@media print", "forced-colors: active", "min-width: 62rem"):
        assert query in pages["better"]
