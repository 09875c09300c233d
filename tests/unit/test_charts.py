"""The pictures: every answer and every day in its place, in classes or in colours, the same bytes each time."""

import math
import re
import subprocess
import sys
from datetime import timedelta
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from pinprick import charts
from pinprick.charts import answers
from pinprick.charts.drawing import MARGIN, WIDTH, written
from pinprick.errors import PinprickError
from pinprick.report.days import every_day, unanswered
from pinprick.report.heap import counts
from pinprick.trial.outcome import Outcome
from tests.unit.results import CAST, DRAWN_CAST, cast, planned, strong

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = [name for name in CAST if cast(name).effect is not None and not cast(name).observations.all_equal]
TOKENS = {"mat", "towel", "between", "band", "rule", "ink", "ink-2"}


def parsed(svg: str) -> ET.Element:
    if "xmlns=" not in svg:
        svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return ET.fromstring(svg)  # noqa: S314  it was drawn a moment ago


def marks(svg: str, kind: str) -> list[ET.Element]:
    return [circle for circle in parsed(svg).iter(f"{SVG}circle") if circle.get("class") == kind]


@cache
def heap(name: str) -> str:
    return charts.inline(cast(name), "answers", id="heap")


@cache
def strip(name: str) -> str:
    return charts.inline(cast(name), "days", id="strip")


# --- the heap ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [one for one in DRAWN_CAST if one.id in DRAWN])
def test_the_heap_holds_fifty_answers_by_side(name: str) -> None:
    effect = cast(name).effect
    assert effect
    n, drawn = counts(effect), heap(name)
    assert [len(marks(drawn, kind)) for kind in ("f-mat", "f-between", "s-towel")] == [n.first, n.small, n.second]


@pytest.mark.parametrize("name", [one for one in DRAWN_CAST if one.id in DRAWN])
def test_no_answer_touches_another_the_axis_or_its_labels(name: str) -> None:
    circles = list(parsed(heap(name)).iter(f"{SVG}circle"))
    spots = [(float(c.get("cx", 0)), float(c.get("cy", 0)), float(c.get("r", 0))) for c in circles]
    assert max(y + r for _, y, r in spots) < answers.AXIS_Y - 1
    assert min(y - r for _, y, r in spots) > answers.LABEL_ROOM - 8
    assert all(x - r >= answers.AXIS_LEFT and x + r <= answers.AXIS_RIGHT for x, _, r in spots)
    for i, (x, y, r) in enumerate(spots):
        for x2, y2, r2 in spots[i + 1 :]:
            assert math.hypot(x - x2, y - y2) > (r + r2) * 0.98


@pytest.mark.parametrize("name", [one for one in DRAWN_CAST if one.id in DRAWN])
def test_the_axis_is_symmetrical_and_the_band_about_zero(name: str) -> None:
    drawing = parsed(heap(name))
    middle = (answers.AXIS_LEFT + answers.AXIS_RIGHT) / 2
    (band,) = drawing.iter(f"{SVG}rect")
    assert float(band.get("x", 0)) + float(band.get("width", 0)) / 2 == pytest.approx(middle, abs=0.02)
    numbers = [t for t in drawing.iter(f"{SVG}text") if re.fullmatch(r"[\d.]+", t.text or "")]
    places = sorted(float(t.get("x", 0)) - middle for t in numbers)
    assert places == pytest.approx([-x for x in reversed(places)], abs=0.02)
    assert all(b - a > 20 for a, b in pairwise(places)), "numbers stand apart"
    assert not any("−" in (t.text or "") for t in numbers), "sizes have no sign; the sides are named instead"


def test_ring_and_dot_have_the_same_outer_size() -> None:
    drawn = heap("more than a year")
    dot, ring = marks(drawn, "f-mat")[0], marks(drawn, "s-towel")[0]
    outer = float(ring.get("r", 0)) + float(ring.get("stroke-width", 0)) / 2
    assert outer == pytest.approx(float(dot.get("r", 0)), abs=0.02)


def test_without_an_answer_there_is_no_heap() -> None:
    for name in set(CAST) - set(DRAWN):
        with pytest.raises(PinprickError, match="no possible answers to draw yet"):
            charts.possible_answers(cast(name))


# --- the strip -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DRAWN_CAST)
def test_the_strip_shows_every_day_once(name: str) -> None:
    result = cast(name)
    drawn, o = strip(name), result.observations
    key = 1  # each mark stands once more in the key
    assert len(marks(drawn, "f-mat")) == o.rated[0] + key
    assert len(marks(drawn, "s-towel")) == o.rated[1] + key
    ticks = [line for line in parsed(drawn).iter(f"{SVG}line") if line.get("class") == "s-between"]
    assert len(ticks) == sum(unanswered(result)) + (key if sum(unanswered(result)) else 0)
    not_counted = sum(day.rating is not None and not day.counted for day in every_day(result))
    assert len(marks(drawn, "f-between")) == not_counted + (key if not_counted else 0)


@pytest.mark.parametrize(
    ("n_days", "low", "high", "level"), [(7, 0, 10, 6), (57, 0, 100, 60), (113, 1, 5, 3), (400, 0, 100, 60)]
)
def test_every_length_and_scale_stays_in_the_picture(n_days: int, low: float, high: float, level: float) -> None:
    spread = (high - low) / 10
    outcome = Outcome("energy", low, high)
    result = planned(n_days=n_days, effect=spread, noise=2 * spread, level=level, outcomes=(outcome,), period_days=1)
    drawing = parsed(charts.inline(result, "days", id="strip"))
    _, _, width, height = map(float, drawing.get("viewBox", "").split())
    for circle in drawing.iter(f"{SVG}circle"):
        x, y, r = (float(circle.get(name, 0)) for name in ("cx", "cy", "r"))
        assert x - r >= 0
        assert x + r <= width + 0.01
        assert y - r >= 0
        assert y + r <= height
    for text in drawing.iter(f"{SVG}text"):
        assert 0 <= float(text.get("x", 0)) <= width
        assert 8 <= float(text.get("y", 0)) <= height
    assert "".join(drawing.itertext()).count("4 May") >= 1


def test_a_rating_stands_at_its_height() -> None:
    result = cast("better")
    circles = marks(strip("better"), "f-mat")[:-1]
    ratings = [day.rating for day in every_day(result) if day.first and day.rating is not None]
    heights = [float(circle.get("cy", 0)) for circle in circles]
    assert np.corrcoef(ratings, heights)[0, 1] == pytest.approx(-1)
    assert len(ratings) == len(heights)


def test_a_day_that_did_not_count_is_small_and_grey() -> None:
    drawn = strip("strict, washout")
    small = marks(drawn, "f-between")
    assert len(small) > 5
    assert float(small[0].get("r", 0)) < float(marks(drawn, "f-mat")[0].get("r", 0))


def test_a_pause_leaves_no_tick() -> None:
    days = every_day(cast("better"))
    assert [b.day - a.day for a, b in pairwise(days)] == [timedelta(days=1)] * (len(days) - 1)


# --- for a page and for themselves ---------------------------------------------------------------------


@pytest.mark.parametrize("name", DRAWN_CAST)
def test_a_picture_in_a_page_has_classes_and_no_colour(name: str) -> None:
    drawings = [strip(name), *([heap(name)] if name in DRAWN else [])]
    for drawing in drawings:
        assert not re.search(r"#[0-9a-fA-F]{3}|style=|<style|<script|href|on\w+=|<image|<foreignObject", drawing)
        used = {
            c.partition("-")[2] for e in parsed(drawing).iter() for c in e.get("class", "").split() if c != "picture"
        }
        assert used <= TOKENS
        assert {e.tag.removeprefix(SVG) for e in parsed(drawing).iter()} <= {
            "svg", "title", "desc", "rect", "line", "circle", "text",
        }  # fmt: skip


@pytest.mark.parametrize("name", DRAWN_CAST)
def test_a_picture_speaks_to_those_who_do_not_see_it(name: str) -> None:
    for svg in (heap(name), strip(name)) if name in DRAWN else (strip(name),):
        drawing = parsed(svg)
        assert drawing.get("role") == "img"
        assert drawing.get("aria-labelledby", "").split() == [child.get("id") for child in drawing[:2]]
        assert len(drawing[1].text or "") > 40


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_that_stands_alone_has_the_colours_of_its_theme(theme: charts.Theme) -> None:
    svg = charts.to_svg(cast("more than a year"), theme=theme)
    root = parsed(svg)
    colours = set(re.findall(r"#[0-9A-Fa-f]{6}", svg))
    assert colours <= set(charts.tokens(theme).values())
    assert charts.tokens(theme)["mat"] in colours
    assert "class=" not in svg
    assert root.findtext(f"{SVG}title") == "Your days cannot tell. It would probably take more than a year of them."


@pytest.mark.parametrize("name", DRAWN_CAST)
def test_what_a_person_wrote_stays_text(name: str) -> None:
    root = parsed(charts.to_svg(cast(name)))
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        "svg", "title", "desc", "rect", "line", "circle", "text", "g",
    }  # fmt: skip


def test_the_same_result_gives_the_same_bytes() -> None:
    assert charts.to_svg(cast("better")) == charts.to_svg(strong())
    assert charts.to_png(cast("better")) == charts.to_png(strong())
    assert heap("better") == charts.inline(strong(), "answers", id="heap")


def test_a_png_is_a_png_of_its_size() -> None:
    png = charts.to_png(cast("better"), "answers", scale=1)
    assert png.startswith(b"\x89PNG\r\n")
    assert int.from_bytes(png[16:20], "big") == WIDTH + 2 * MARGIN


def test_the_charts_are_altair_charts() -> None:
    for chart in (charts.possible_answers(cast("better")), charts.every_day(cast("better"))):
        spec = chart.to_dict()
        assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
    dots = [value for layer in charts.possible_answers(cast("better")).to_dict()["layer"]
            for value in layer["data"]["values"] if "value" in value]  # fmt: skip
    effect = cast("better").effect
    assert effect
    assert sorted(dot["value"] for dot in dots) == pytest.approx(effect.dots, abs=0.01)


def test_without_altair_there_are_pictures_and_one_line_says_what_a_chart_needs() -> None:
    program = """
import sys
sys.modules["altair"] = None
from pinprick import charts
from pinprick.errors import PinprickError
from tests.unit.results import cast
assert charts.to_svg(cast("better")).startswith("<svg")
assert charts.inline(cast("better"), "days", id="x").startswith("<svg")
for draw in (charts.to_png, charts.possible_answers, charts.every_day):
    try:
        draw(cast("better"))
    except PinprickError as error:
        assert "pip install 'pinprick[report]'" in str(error) and "\\n" not in str(error), error
    else:
        raise AssertionError(draw)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# --- colours -------------------------------------------------------------------------------------------


def contrast(a: str, b: str) -> float:
    """WCAG 2 contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_marks_stand_out(theme: charts.Theme) -> None:
    colour = charts.tokens(theme)
    for text in ("ink", "ink-2", "accent"):
        for ground in ("paper", "band"):
            assert contrast(colour[text], colour[ground]) >= 7 or (text, ground) == ("accent", "band")
    for mark in ("mat", "towel", "between", "edge", "focus"):
        for ground in ("paper", "band"):
            assert contrast(colour[mark], colour[ground]) >= 3


def test_a_theme_changes_every_colour() -> None:
    light, dark = charts.tokens("light"), charts.tokens("dark")
    assert light.keys() == dark.keys()
    assert not [name for name in light if light[name] == dark[name]]
    assert len(set(light.values()) - {light["between"]}) >= 10


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.001, "0"),
        (-0.5, "-0.5"),
        (10, "10"),
        (1.255, "1.25"),
        ("3.10", "3.1"),
        (None, "0"),
        (-12.0, "-12"),
    ],
)
def test_a_coordinate_keeps_its_sign_and_two_decimals(value: float | str | None, text: str) -> None:
    assert written(value) == text
