"""The forest, the funnel and the network: every study in its place, nothing outside, the same bytes each time."""

import re
from functools import cache
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from pinprick.charts.drawing import WIDTH, Theme, tokens
from pinprick.charts.forest import LEFT, RIGHT, forest_picture, rows_picture
from pinprick.charts.funnel import HEIGHT, TOP, funnel_picture
from pinprick.charts.marks import length
from pinprick.charts.network import NODE, network_picture
from pinprick.charts.sheet import BLUR, CORE, Picture, blur, inline, standing_alone
from pinprick.evidence.influence import cumulative
from pinprick.evidence.synthesis import Synthesis, synthesise
from pinprick.report import synthesis as told
from pinprick.report.forest import Figures, average_row, axis_for, new_study_row, study_rows

SVG = "{http://www.w3.org/2000/svg}"
WORN = re.compile(r"(f-(ink|ink-2|mat|band|between)|s-(ink|between|rule))$")  # what look/marks.css has a colour for


def pooled(yi: list[float], vi: list[float], labels: list[str] | None = None, **how: object) -> Synthesis:
    return synthesise(yi, vi, labels=labels, **how)  # type: ignore[arg-type]


LONG = "A very long name of a study by a good many authors of several countries, 2019"
CAST: dict[str, Synthesis] = {
    "seven": pooled([-0.9, -1.6, -1.3, -1.4, -0.2, -0.8, 0.4], [0.33, 0.19, 0.42, 0.02, 0.05, 0.007, 0.6]),
    "ratios": pooled([-0.9, -1.6, -1.3, 0.2], [0.33, 0.19, 0.42, 0.02], measure="OR"),
    "correlations": pooled([0.2, 0.3, 0.6, -0.1], [0.01, 0.02, 0.03, 0.01], measure="ZCOR"),
    "one": pooled([0.4], [0.1]),
    "two": pooled([0.4, -0.3], [0.1, 0.2], measure="RR"),
    "common": pooled([0.4, -0.3, 0.2], [0.1, 0.2, 0.1], method="FE", test="z"),
    "sixty": pooled(list(np.sin(np.arange(60.0))), list(0.01 + np.arange(60.0) / 100)),
    "one is wild": pooled([0.1, 0.2, 0.15, 30.0], [0.01, 0.01, 0.01, 400.0]),
    "huge": pooled([40000.0, 41000.0, 39000.0], [1e6, 2e6, 1e6], measure="MD"),
    "alike": pooled([0.0, 0.0, 0.0], [0.1, 0.1, 0.1]),
    "long names": pooled([0.1, 0.9], [0.1, 0.3], [LONG, "<b> & \u202eodd"]),
}
FAST = ("seven",)  # a drawing takes a third of a second
EACH = [pytest.param(name, marks=() if name in FAST else pytest.mark.slow) for name in CAST]
TREATMENTS = ["mat", "needle", "sham needle", "rest", "usual care", "waiting list"]
EDGES = [("mat", "rest", 3), ("mat", "waiting list", 4), ("needle", "sham needle", 12), ("needle", "usual care", 7)]


def parsed(picture: Picture) -> ET.Element:
    return as_tree(inline(picture, id="x"))


def as_tree(svg: str) -> ET.Element:
    svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return ET.fromstring(svg)  # noqa: S314  it was drawn a moment ago


@cache
def in_page(name: str) -> str:
    return inline(PICTURES[name](), id=name)


@cache
def forest(name: str) -> ET.Element:
    return as_tree(in_page("forest")) if name == "seven" else parsed(forest_picture(CAST[name]))


@cache
def funnel(name: str) -> ET.Element:
    return as_tree(in_page("funnel")) if name == "seven" else parsed(funnel_picture(CAST[name]))


@cache
def network() -> ET.Element:
    return as_tree(in_page("network"))


def marks(drawing: ET.Element, kind: str, radius: float | None = None) -> list[tuple[float, float, float]]:
    found = [c for c in drawing.iter(f"{SVG}circle") if c.get("class") == kind]
    spots = [(float(c.get("cx", 0)), float(c.get("cy", 0)), float(c.get("r", 0))) for c in found]
    return [spot for spot in spots if radius is None or spot[2] == pytest.approx(radius, abs=0.02)]


def texts(drawing: ET.Element) -> list[tuple[str, float, float, str]]:
    return [
        (t.text or "", float(t.get("x", 0)), float(t.get("y", 0)), t.get("text-anchor", "start"))
        for t in drawing.iter(f"{SVG}text")
    ]


def boxes(drawing: ET.Element) -> list[tuple[str, float, float, float]]:
    """Every text with its left and right end in the widest of the usual faces, and its base line."""
    found = []
    for text, x, y, anchor in texts(drawing):
        long = length(text)
        left = {"start": x, "middle": x - long / 2, "end": x - long}[anchor]
        found.append((text, left, left + long, y))
    return found


# --- the forest ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EACH)
def test_each_study_is_one_dot_at_its_place_and_the_average_one_of_its_own(name: str) -> None:
    s, drawing = CAST[name], forest(name)
    rows, new = study_rows(s), new_study_row(s)
    axis = axis_for(rows, (average_row(s),), Figures(s.measure, s.se), *((new.low, new.high) if new else ()))
    dots = marks(drawing, "f-ink", CORE)
    assert [x for x, _, _ in dots[: s.k]] == pytest.approx(
        [axis.at(row.estimate, LEFT, RIGHT) for row in rows], abs=0.02
    )
    assert all(b > a for (_, a, _), (_, b, _) in pairwise(dots[: s.k])), "in the order of the file"
    assert len(dots) - s.k in (0, 2), "two more in the key"
    assert len(marks(drawing, "f-mat")) == (1 if s.k > 1 else 0)


@pytest.mark.parametrize("name", EACH)
def test_nothing_leaves_the_forest_and_no_word_stands_on_another(name: str) -> None:
    drawing = forest(name)
    height = float(drawing.get("viewBox", "").split()[3])
    for x, y, r in [spot for kind in ("f-ink", "f-mat", "f-band") for spot in marks(drawing, kind)]:
        assert x - r >= 0
        assert x + r <= WIDTH
        assert y - r >= 0
        assert y + r <= height
    for line in drawing.iter(f"{SVG}line"):
        assert all(0 <= float(line.get(end, 0)) <= WIDTH for end in ("x1", "x2"))
        assert all(0 <= float(line.get(end, 0)) <= height for end in ("y1", "y2"))
    found = boxes(drawing)
    for text, left, right, y in found:
        assert left >= -0.5, text
        assert right <= WIDTH + 0.5, text
        assert 8 <= y <= height, text
    for (one, left, right, y), (other, left2, right2, y2) in combinations(found, 2):
        assert abs(y - y2) >= 12 or right < left2 + 0.5 or right2 < left + 0.5, f"{one!r} stands on {other!r}"


def test_a_label_stands_above_its_line_and_not_beside_it() -> None:
    drawing = forest("seven")
    dots = marks(drawing, "f-ink", CORE)
    labels = [(y, x) for text, x, y, _ in texts(drawing) if text.startswith("Study ")]
    assert len(labels) == 7
    for (_, dot, _), (label, x) in zip(dots, labels, strict=False):
        assert 8 < dot - label < 20
        assert x == 0


def test_the_less_a_study_knows_the_wider_its_disc() -> None:
    s, drawing = CAST["seven"], forest("seven")
    dots, discs = marks(drawing, "f-ink", CORE)[: s.k], marks(drawing, "f-band")
    radius = [max([r for x2, y2, r in discs if (x2, y2) == (x, y)], default=0.0) for x, y, _ in dots]
    order = np.argsort(s.vi)
    assert [radius[i] for i in order] == sorted(radius)
    assert max(radius) > min(radius) + 3
    assert max(radius) <= CORE + BLUR + 0.5
    shapes = [child.get("class") for child in drawing if child.tag == f"{SVG}circle"]
    assert shapes.index("f-ink") > max(i for i, worn in enumerate(shapes) if worn == "f-band"), "discs lie behind"


def test_a_disc_that_would_hardly_show_is_not_drawn() -> None:
    assert [blur(se, 0.2) for se in (0.01, 0.2, 20.0)] == [0.0, 7.0, 11.0]


@pytest.mark.parametrize("name", EACH)
def test_an_interval_that_runs_off_the_axis_ends_in_an_arrow(name: str) -> None:
    s = CAST[name]
    rows, new = study_rows(s), new_study_row(s)
    averages = (average_row(s),) if s.k > 1 else ()
    axis = axis_for(rows, (average_row(s),), Figures(s.measure, s.se), *((new.low, new.high) if new else ()))
    drawn = [*rows, *averages, *([new] if new else [])]
    off = sum((row.low < axis.low) + (row.high > axis.high) for row in drawn)
    slanted = [line for line in forest(name).iter(f"{SVG}line")
               if line.get("x1") != line.get("x2") and line.get("y1") != line.get("y2")]  # fmt: skip
    assert len(slanted) == 2 * off
    assert off > 0 or name != "one is wild"


def test_a_new_study_has_a_line_but_no_dot() -> None:
    drawing = forest("seven")
    (y,) = [y for text, _, y, _ in texts(drawing) if text.startswith("A new study")]
    thick = [line for line in drawing.iter(f"{SVG}line") if line.get("stroke-width") == "3"]
    below = [line for line in thick if 8 < float(line.get("y1", 0)) - y < 20]
    assert [line.get("class") for line in below] == ["s-between"]
    assert not [spot for spot in marks(drawing, "f-ink") + marks(drawing, "f-mat") if 8 < spot[1] - y < 20]


@pytest.mark.slow
@pytest.mark.slow
def test_a_common_effect_has_no_line_for_a_new_study() -> None:
    assert not [text for text, *_ in texts(forest("common")) if text.startswith("A new study")]


@pytest.mark.slow
def test_sides_are_named_when_asked_for() -> None:
    drawing = parsed(forest_picture(CAST["two"], favours=("less with the mat", "less without")))
    said = [text for text, *_ in texts(drawing)]
    assert "← less with the mat" in said
    assert "less without →" in said


@pytest.mark.parametrize("name", [one for one in EACH if one.values[0] not in ("one", "long names")])
def test_the_picture_says_every_number_of_its_table(name: str) -> None:
    shown = {text for text, *_ in texts(forest(name))}
    for label, whole, _weight in told.forest_sheet(CAST[name]).rows:
        assert label in shown
        assert whole in shown


@pytest.mark.slow
def test_other_rows_are_drawn_the_same_way() -> None:
    s = CAST["seven"]
    rows = told.step_rows(s, cumulative(s))
    drawing = parsed(rows_picture(rows, (average_row(s),), Figures("GEN", s.se), title="Steps", description="Each."))
    assert len(marks(drawing, "f-ink", CORE)) == 7 + 2
    assert len(marks(drawing, "f-mat")) == 1


# --- the funnel ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [one for one in EACH if one.values[0] != "sixty"])
def test_a_study_stands_the_lower_the_less_it_knows(name: str) -> None:
    s = CAST[name]
    drawing = funnel(name)
    dots = marks(drawing, "f-ink", CORE)
    assert len(dots) == s.k
    depth, errors = np.array([y for _, y, _ in dots]) - TOP, np.sqrt(s.vi)
    assert depth / depth.max() == pytest.approx(errors / errors.max(), abs=1e-3)
    assert depth.max() < HEIGHT
    assert [x for x, _, _ in dots] == sorted([x for x, _, _ in dots], key=lambda x: x) or len(set(s.yi)) > 1
    for text, left, right, _y in boxes(drawing):
        assert left >= -0.5, text
        assert right <= WIDTH + 0.5, text


def test_the_shaded_middle_is_where_a_study_alone_is_no_clear_effect() -> None:
    s, drawing = CAST["seven"], funnel("seven")
    bands = [
        tuple(float(rect.get(name, 0)) for name in ("x", "y", "width", "height")) for rect in drawing.iter(f"{SVG}rect")
    ][:-1]
    for (x, y, _r), row, v in zip(marks(drawing, "f-ink", CORE), s.yi, s.vi, strict=True):
        shaded = any(left <= x <= left + width and top <= y <= top + high for left, top, width, high in bands)
        assert shaded == (abs(row) < 1.96 * np.sqrt(v))


@pytest.mark.slow
def test_studies_that_might_be_missing_are_small_and_grey_and_said() -> None:
    picture = funnel_picture(CAST["seven"], filled=[(-2.0, 0.3), (-2.4, 0.4)])
    drawing = parsed(picture)
    assert len(marks(drawing, "f-between")) == 2 + 1
    assert marks(drawing, "f-between")[0][2] < CORE
    assert "2 grey dots are studies that might be missing." in picture.description


# --- the network ---------------------------------------------------------------------------------------


def test_a_network_has_a_dot_a_treatment_and_a_line_a_comparison() -> None:
    drawing = network()
    spots = marks(drawing, "f-ink", NODE)
    assert len(spots) == 6
    lines = [line for line in drawing.iter(f"{SVG}line") if float(line.get("x2", 0)) - float(line.get("x1", 0)) != 20]
    assert len(lines) == len(EDGES)
    for line in lines:
        for x, y in (("x1", "y1"), ("x2", "y2")):
            at = float(line.get(x, 0)), float(line.get(y, 0))
            assert any(np.hypot(at[0] - spot[0], at[1] - spot[1]) < 0.1 for spot in spots)
    widths = [float(line.get("stroke-width", 0)) for line in lines]
    assert widths == sorted(widths)
    assert widths[-1] > 1.5 * widths[0]


@pytest.mark.parametrize(
    "names",
    [
        TREATMENTS,
        *(
            pytest.param(names, marks=pytest.mark.slow)
            for names in (
                ["a", "b"],
                ["mat", "rest", "wait"],
                [f"treatment number {i}" for i in range(15)],
                [LONG, "b", "c"],
                ["Pneumonoultramicroscopicsilicovolcanoconiosis", "<i>b", "c", "d"],
            )
        ),
    ],
)
def test_names_keep_apart_and_inside_and_none_is_lost(names: list[str]) -> None:
    drawing = network() if names is TREATMENTS else parsed(network_picture(names, [(*names[:2], 1)], description="x"))
    found = boxes(drawing)
    for (one, left, right, y), (other, left2, right2, y2) in combinations(found, 2):
        assert abs(y - y2) >= 12 or right < left2 + 0.5 or right2 < left + 0.5, f"{one!r} stands on {other!r}"
    for text, left, right, _y in found:
        assert left >= -0.5, text
        assert right <= WIDTH + 0.5, text
    said = "".join(text for text, *_ in texts(drawing)).replace(" ", "")
    for name in names:
        assert name.replace(" ", "") in said


def test_the_title_counts_what_is_drawn() -> None:
    assert network_picture(TREATMENTS, EDGES, description="x").title == "6 treatments, 4 direct comparisons"


# --- for a page and for themselves ---------------------------------------------------------------------

PICTURES = {
    "forest": lambda: forest_picture(CAST["seven"]),
    "funnel": lambda: funnel_picture(CAST["seven"]),
    "network": lambda: network_picture(TREATMENTS, EDGES, description="Who was compared with whom."),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_in_a_page_has_classes_and_no_colour(name: str) -> None:
    drawn = in_page(name)
    assert "#" not in drawn
    assert "style" not in drawn
    assert {worn for worn in re.findall(r'class="([^"]+)"', drawn) if not WORN.match(worn)} == {"picture"}
    assert f'aria-labelledby="{name}-title {name}-desc"' in drawn
    assert re.search(rf'<desc id="{name}-desc">.{{20,}}</desc>', drawn)


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_that_stands_alone_has_the_colours_of_its_theme(theme: Theme) -> None:
    svg = standing_alone("A headline.", [PICTURES[name]() for name in ("forest", "network")], theme=theme)
    used = set(re.findall(r"#[0-9A-F]{6}", svg))
    assert used <= set(tokens(theme).values())
    assert tokens(theme)["paper"] in used
    assert "class=" not in svg
    assert svg.count("<title") == 1
    assert ET.fromstring(svg).tag == f"{SVG}svg"  # noqa: S314  it was drawn a moment ago


@pytest.mark.slow
def test_the_same_picture_gives_the_same_bytes() -> None:
    assert inline(PICTURES["forest"](), id="forest") == in_page("forest")


@pytest.mark.slow
def test_odd_names_stay_text() -> None:
    drawn = inline(forest_picture(CAST["long names"]), id="x")
    assert "<b>" not in drawn
    assert "&lt;b&gt; &amp; odd" in drawn
    assert "\u202e" not in drawn
