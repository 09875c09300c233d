"""The drawings of the motif: what is said is what is drawn, and nothing tells a treatment before its day."""

import math
import re
import struct
import zlib
from datetime import date, timedelta
from importlib.resources import files
from itertools import combinations, pairwise, product
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pinprick.charts import motif
from pinprick.charts.body import PARTS, body_map
from pinprick.charts.drawing import TEXT, WIDTH, about_long
from pinprick.charts.icon import ICONS, icon_png, icon_svg
from pinprick.charts.marks import framed, mark
from pinprick.trial.body import VIEWS, regions

ICON_FOLDER = Path(__file__).resolve().parents[2] / "src/pinprick_web/static/icons"
LETTERS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
MONTHS = [f"month {n}" for n in range(1, 13)]
MONDAY = date(2026, 5, 4)
LABELS = ("day 1", "today", "clear")
CALENDAR = {"weekday_letters": LETTERS, "month_names": MONTHS}


def told(name: str) -> motif.Told:
    return {"id": name, "title": 'A <b>"title"</b> & more', "desc": "3 < 4 & more"}


def days(n: int, first: date = MONDAY) -> list[date]:
    return [first + timedelta(days=i) for i in range(n)]


KINDS: tuple[motif.DayKind, ...] = (
    *("first", "second", "third", "fourth"),
    *("answered", "missed", "paused", "to_come"),
)
DIARY = list(zip(days(len(KINDS)), KINDS, strict=True))
SHEETS = ("tokens.css", "marks.css", "motif.css")

PICTURES = {
    "field": motif.field(15, 6, **told("field")),
    "disc of dots": motif.disc(False, **told("dots")),
    "disc of rings": motif.disc(True, **told("rings")),
    "disc of nothing": motif.disc(None, **told("nothing")),
    "sharpness": motif.sharpness(2.4, 1.3, 0.6, labels=("<day 1>", "today & now", "clear"), **told("sharp")),
    "thread": motif.thread(["answered", "missed", "open"] * 7, first="<4 May>", last="today", **told("thread")),
    "plan": motif.plan_calendar(MONDAY, 84, 14, **CALENDAR, **told("plan")),
    "diary": motif.diary_calendar(DIARY, **CALENDAR, **told("diary")),
    "people": motif.people(41, **told("people")),
    "count": motif.count(3, 8, **told("count")),
    "ladder": motif.ladder(2, 5, minutes=[5, 10, 15, 20, 30], **told("ladder")),
    "timer": motif.timer_ring(ring=True, **told("timer")),
    "back": body_map("back", chosen=["neck"], sides=("<left>", "right"), **told("back")),
    "front": body_map("front", **told("front")),
}


def parsed(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314  our own drawing, not a stranger's file


def circles(picture: str, name: str) -> list[tuple[float, float, float]]:
    """Centre and radius of every circle of a class."""
    found = re.findall(rf'<circle class="{name}" cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', picture)
    return [(float(x), float(y), float(r)) for x, y, r in found]


def texts(picture: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", picture)


# --- every picture ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_well_formed_and_brings_no_style_and_no_colour(name: str) -> None:
    root = parsed(PICTURES[name])
    for element in root.iter():
        assert "style" not in element.attrib
        assert not {"fill", "stroke", "font-size", "font-family", "onclick"} & set(element.attrib)
    assert not re.search(r"#[0-9A-Fa-f]{3,6}\b|nan|inf", PICTURES[name])


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_a_name_that_it_points_at(name: str) -> None:
    root = parsed(PICTURES[name])
    assert root.get("role") == "img"
    title, desc = root[0], root[1]
    assert (title.tag, desc.tag) == ("title", "desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert title.text == 'A <b>"title"</b> & more'
    assert desc.text == "3 < 4 & more"


def test_no_two_pictures_of_a_page_share_an_id() -> None:
    ids = [name for picture in PICTURES.values() for name in re.findall(r' id="([^"]+)"', picture)]
    assert len(ids) == len(set(ids)) >= 2 * len(PICTURES)


def test_a_decorative_picture_is_hidden_and_has_no_id() -> None:
    picture = motif.field(15, 6, decorative=True)
    assert 'aria-hidden="true"' in picture
    assert not re.search(r"role=|<title| id=", picture)


def test_a_picture_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="give it both, or say decorative"):
        motif.people(41, id="people")
    with pytest.raises(ValueError, match="decorative"):
        framed("", 1, 1, {"title": "no id"})


@pytest.mark.parametrize("name", PICTURES)
def test_every_class_has_a_rule_that_takes_its_colour_from_the_tokens(name: str) -> None:
    sheets = {sheet: files("pinprick").joinpath(f"look/{sheet}").read_text("utf-8") for sheet in SHEETS}
    rules = sheets["marks.css"] + sheets["motif.css"]
    for word in {word for value in re.findall(r' class="([^"]+)"', PICTURES[name]) for word in value.split()}:
        assert re.search(rf"\.{word}\b", rules), word
    known = set(re.findall(r"(--[\w-]+):", sheets["tokens.css"])) | {"--work"}
    assert set(re.findall(r"var\((--[\w-]+)\)", rules)) <= known
    assert not re.search(r"#[0-9A-Fa-f]{3,6}\b", rules)


def test_no_class_is_described_both_in_the_page_and_in_the_marks() -> None:
    marks, page = (
        files("pinprick").joinpath(f"look/{sheet}").read_text("utf-8") for sheet in ("marks.css", "page.css")
    )
    shared = set(re.findall(r"\.([fs]-[\w-]+|picture|key)\b", marks))
    assert {"f-mat", "s-towel", "picture", "key"} <= shared
    assert not shared & set(re.findall(r"\.([\w-]+)", page))


@pytest.mark.parametrize("viewport", ["narrow", "phone", "wide"])
def test_words_are_shown_at_12_pixels_or_more(viewport: str) -> None:
    """At 320 the column is 288 of 350 units; from 34 rem on a picture is shown at 350 pixels or more."""
    css = files("pinprick").joinpath("look/motif.css").read_text("utf-8")
    marks = files("pinprick").joinpath("look/marks.css").read_text("utf-8")
    pattern = {"narrow": r"max-width: 22\.5rem", "wide": r"min-width: 34rem"}.get(viewport)
    found = re.search(rf"\({pattern}\) {{ \.picture text {{ font-size: ([\d.]+)px", css) if pattern else None
    units = float(found[1]) if found else float(re.findall(r"\.picture text { font: ([\d.]+)px", marks)[0])
    assert units * (288 / WIDTH if viewport == "narrow" else 1) >= 12


# --- both treatments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), [(15, 6), (20, 17), (14, 6), (10, 3)])
def test_the_field_gives_both_treatments_as_many_marks(columns: int, rows: int) -> None:
    picture = motif.field(columns, rows, decorative=True)
    assert len(circles(picture, "f-mat")) == len(circles(picture, "s-towel")) == columns * rows / 2


@pytest.mark.parametrize(("columns", "rows"), [(15, 6), (20, 17)])
def test_the_field_has_dots_left_of_rings_along_one_fold(columns: int, rows: int) -> None:
    picture = motif.field(columns, rows, decorative=True)
    dots, rings = circles(picture, "f-mat"), circles(picture, "s-towel")
    fold = []
    for y in sorted({y for _, y, _ in dots}):
        assert max(x for x, at, _ in dots if at == y) < min(x for x, at, _ in rings if at == y)
        fold.append(sum(at == y for _, at, _ in dots))
    assert len(fold) == rows
    assert max(abs(a - b) for a, b in pairwise(fold)) == 1  # soft
    assert len(set(fold)) > 2  # and a fold, not a wall


def test_a_ring_is_as_large_as_a_dot_and_both_discs_have_the_same_places() -> None:
    dots, rings = (
        circles(motif.disc(ring, decorative=True), name) for ring, name in ((False, "f-mat"), (True, "s-towel"))
    )
    assert [(x, y) for x, y, _ in dots] == [(x, y) for x, y, _ in rings]
    (stroke,) = set(re.findall(r'stroke-width="([\d.]+)"', motif.disc(True, decorative=True)))
    assert rings[0][2] + float(stroke) / 2 == pytest.approx(dots[0][2], abs=0.02)
    assert max(x + r for x, _, r in dots) == pytest.approx(184, abs=0.1)


def test_a_day_without_a_treatment_shows_neither_colour_nor_ring() -> None:
    picture = motif.disc(None, decorative=True)
    assert not re.search("mat|towel", picture)
    assert len(circles(picture, "f-between")) == len(circles(motif.disc(False, decorative=True), "f-mat"))


@pytest.mark.parametrize("ring", [False, True])
def test_the_clock_has_60_marks_clockwise_from_the_top_and_every_fourth_is_larger(ring: bool) -> None:
    picture = motif.timer_ring(ring=ring)
    found = circles(picture, "s-towel" if ring else "f-mat")
    assert re.findall(r'data-i="(\d+)"', picture) == [str(i) for i in range(60)]
    x, y, _ = found[0]
    assert (x, y) == (150, min(at for _, at, _ in found))
    assert found[15][0] == max(at for at, _, _ in found)  # a quarter on is the right
    larger = [i for i, (_, _, radius) in enumerate(found) if radius > found[1][2]]
    assert list(range(0, 60, 4)) == larger
    assert 'aria-hidden="true"' in picture


def test_the_four_treatments_have_four_shapes() -> None:
    shapes = [mark(treatment, 10, 10, 5).split()[0] for treatment in ("first", "second", "third", "fourth")]
    assert shapes == ["<circle", "<circle", "<rect", "<path"]
    assert 'class="s-ink"' in mark("fourth", 10, 10, 5)


# --- what we know ----------------------------------------------------------------------------------------


def test_radii_are_in_proportion_to_half_widths() -> None:
    picture = motif.sharpness(2.4, 1.3, 0.6, labels=LABELS, decorative=True)
    radius = {name: circles(picture, f"known-{name}")[0][2] for name in ("first", "now", "clear")}
    assert radius["now"] / radius["first"] == pytest.approx(1.3 / 2.4, abs=1e-3)
    assert radius["clear"] / radius["first"] == pytest.approx(0.6 / 2.4, abs=1e-3)
    assert len({circle[:2] for name in ("first", "now", "clear") for circle in circles(picture, f"known-{name}")}) == 1


def test_a_day_sharper_than_needed_lies_on_top_of_the_clear_circle() -> None:
    picture = motif.sharpness(2.4, 0.4, 0.6, labels=LABELS, decorative=True)
    assert picture.index("known-first") < picture.index("known-clear") < picture.index("known-now")


WIDTHS = [0.02, 0.1, 0.3, 0.55, 0.6, 0.62, 0.7, 1.0, 1.3, 1.7, 2.2, 2.35, 2.4]


@pytest.mark.parametrize("labels", [LABELS, ("am ersten Tag", "heute", "klare Antwort")])
def test_the_names_of_the_circles_never_collide_nor_leave_the_picture(labels: tuple[str, str, str]) -> None:
    for today, clear in product(WIDTHS, WIDTHS):
        picture = motif.sharpness(2.4, today, clear, labels=labels, decorative=True)
        height = float(re.findall(r'viewBox="0 0 350 ([\d.]+)"', picture)[0])
        found = re.findall(r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)" text-anchor="middle">([^<]+)', picture)
        boxes = []
        for x, y, text in found:
            half = about_long(text) * 14 / TEXT / 2
            boxes.append((float(x) - half, float(y) - 10, float(x) + half, float(y) + 4))
        assert [text for _, _, text in found] == list(labels)
        assert all(x >= 0 and y >= -0.5 and x2 <= WIDTH and y2 <= height + 0.5 for x, y, x2, y2 in boxes)
        for a, b in combinations(boxes, 2):
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (today, clear, a, b)


def test_names_of_well_apart_circles_touch_no_line() -> None:
    for today, clear in product((1.2, 1.4, 1.6), (0.55, 0.6, 0.65)):
        picture = motif.sharpness(2.4, today, clear, labels=LABELS, decorative=True)
        middle = circles(picture, "f-accent")[0][1]
        radii = [circles(picture, f"known-{name}")[0][2] for name in ("first", "now", "clear")]
        assert "<line" not in picture
        for (y, text), own in zip(
            re.findall(r'y="([\d.]+)" text-anchor="middle">([^<]+)', picture), radii, strict=True
        ):
            top, bottom, half = float(y) - 10 - middle, float(y) + 3 - middle, about_long(text) * 14 / TEXT / 2
            near, far = min(abs(top), abs(bottom)), math.hypot(half, max(abs(top), abs(bottom)))
            assert far < own  # each inside its own circle
            assert not any(near < radius < far for radius in radii)


@pytest.mark.parametrize("width", [0.0, -1.0, math.nan, math.inf])
def test_a_width_that_is_none_is_refused(width: float) -> None:
    with pytest.raises(ValueError, match="give three above 0"):
        motif.sharpness(2.4, width, 0.6, labels=LABELS, decorative=True)


# --- days ------------------------------------------------------------------------------------------------


def test_a_thread_has_a_mark_for_each_day_and_no_more_than_16_in_a_row() -> None:
    marks = (["answered"] * 5 + ["missed"]) * 6 + ["answered", "open"]
    picture = motif.thread(marks, first="4 May", last="today", decorative=True)
    assert len(circles(picture, "f-ink")) == 31
    assert picture.count("s-between") == 6
    assert len(circles(picture, "open")) == 1
    rows = re.findall(r'class="s-rule" x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)"', picture)
    assert len(rows) == 3
    per_row = [sum(at == float(y) for _, at, _ in circles(picture, "f-ink")) for _, y, _ in rows]
    assert per_row == [14, 13, 4]
    assert texts(picture) == ["4 May", "today"]


@pytest.mark.parametrize(
    ("n", "expected"),
    [(1, ["today"]), (2, ["4 September – today"]), (16, ["4 September", "today"]), (17, ["4 September", "today"])],
)
def test_the_dates_of_a_thread_stand_apart(n: int, expected: list[str]) -> None:
    picture = motif.thread(["answered"] * n, first="4 September", last="today", decorative=True)
    assert texts(picture) == expected


def test_a_thread_shows_no_treatment_and_no_whole_ring() -> None:
    picture = motif.thread(["answered", "missed", "open"], first="4 May", last="today", decorative=True)
    assert not re.search("mat|towel", picture)
    css = files("pinprick").joinpath("look/motif.css").read_text("utf-8")
    assert re.search(r"\.open { [^}]*stroke-dasharray", css)


@pytest.mark.parametrize("first", days(7))
@pytest.mark.parametrize("week_starts_on", [0, 6])
def test_a_day_stands_under_its_weekday(first: date, week_starts_on: int) -> None:
    picture = motif.plan_calendar(first, 30, 14, week_starts_on=week_starts_on, **CALENDAR, decorative=True)
    heads = dict(re.findall(r'<text class="f-ink-2" x="([\d.]+)" y="12" text-anchor="middle">(\w+)', picture))
    assert next(iter(heads.values())) == LETTERS[week_starts_on]
    drawn = re.findall(r'<circle class="f-[\w-]+" cx="([\d.]+)" cy="([\d.]+)"', picture)
    assert [heads[x] for x, _ in drawn] == [LETTERS[day.weekday()] for day in days(30, first)]
    weeks = [float(y) for _, y in drawn]
    assert weeks == sorted(weeks)
    steps = [(later > y) for y, later in pairwise(weeks)]
    assert steps == [day.weekday() == week_starts_on for day in days(30, first)[1:]]


def test_a_plan_is_dark_until_the_first_answer_green_that_day_and_small_after() -> None:
    picture = motif.plan_calendar(MONDAY, 84, 14, **CALENDAR, decorative=True)
    order = re.findall(r'<circle class="f-([\w-]+)"', picture)
    assert order == ["ink-2"] * 13 + ["accent"] + ["between"] * 70


def test_months_are_named_in_the_row_where_they_begin() -> None:
    def months(first: date, n: int) -> list[tuple[float, str]]:
        picture = motif.plan_calendar(first, n, None, **CALENDAR, decorative=True)
        top = circles(picture, "f-ink-2")[0][1]
        return [((float(y) - 5 - top) / 24, name) for y, name in re.findall(r'y="([\d.]+)">(month \d+)', picture)]

    assert months(MONDAY, 84) == [(0, "month 5"), (4, "month 6"), (8, "month 7")]  # 1 June is the fifth Monday
    assert months(date(2026, 12, 28), 14) == [(pytest.approx(-29 / 24), "month 12"), (0, "month 1")]  # above and beside


def test_the_diary_draws_what_was() -> None:
    picture = motif.diary_calendar(DIARY, **CALENDAR, decorative=True)
    assert [len(circles(picture, name)) for name in ("f-mat", "s-towel", "f-ink", "f-between")] == [1, 1, 1, 1]
    assert [picture.count(tag) for tag in ("<rect", "<path", "<line")] == [1, 1, 2]


def test_days_to_come_are_the_same_markup_whatever_was_before_and_whatever_comes() -> None:
    """All that the drawing of a day to come depends on is its place: 64 pasts give one future."""
    futures = set()
    for past in product(("first", "second", "third", "missed"), repeat=3):
        kinds = [*past, *["to_come"] * 25]
        picture = motif.diary_calendar(list(zip(days(28), kinds, strict=True)), **CALENDAR, decorative=True)
        shapes = re.findall(r"<(?:circle|rect|line|path)[^>]*/>", picture)
        assert len(shapes) == 28
        futures.add("".join(shapes[3:]))
    (future,) = futures
    assert not re.search("mat|towel|ink|rect|path|line|data|id=", future)
    assert len({re.sub(r'c[xy]="[\d.]+"', "", circle) for circle in re.findall("<circle[^>]*/>", future)}) == 1


def test_a_plans_calendar_cannot_carry_a_treatment() -> None:
    picture = motif.plan_calendar(MONDAY, 84, 14, **CALENDAR, decorative=True)
    assert not re.search("mat|towel|ring|data-", picture)


def test_days_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="come in order"):
        motif.diary_calendar([(MONDAY, "missed"), (MONDAY, "missed")], **CALENDAR, decorative=True)
    with pytest.raises(ValueError, match="at least one day"):
        motif.diary_calendar([], **CALENDAR, decorative=True)
    with pytest.raises(ValueError, match="give 7 and 12"):
        motif.plan_calendar(MONDAY, 7, None, weekday_letters="MTWTFS", month_names=MONTHS, decorative=True)


# --- people and steps ------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_clear", [0, 1, 41, 50])
def test_as_many_people_are_green_as_is_said(n_clear: int) -> None:
    picture = motif.people(n_clear, decorative=True)
    green, grey = circles(picture, "f-accent"), circles(picture, "f-between")
    assert (len(green), len(grey)) == (n_clear, 50 - n_clear)
    assert len({y for _, y, _ in green + grey}) == 5
    if green and grey:
        assert grey[0][2] < green[0][2] / 2 + 0.1


@pytest.mark.parametrize("at", range(1, 9))
def test_the_question_of_now_is_the_largest_dot(at: int) -> None:
    picture = motif.count(at, 8, decorative=True)
    ink, grey = circles(picture, "f-ink"), circles(picture, "f-between")
    assert (len(ink), len(grey)) == (at, 8 - at)
    assert ink[-1][2] == max(radius for _, _, radius in ink + grey)


@pytest.mark.parametrize("of", [1, 8, 40])
def test_a_row_of_questions_fits_the_column_and_its_dots_stay_apart(of: int) -> None:
    picture = motif.count(of, of, decorative=True)
    dots = circles(picture, "f-ink")
    assert dots[-1][0] + dots[-1][2] <= WIDTH
    assert all(b[0] - b[2] > a[0] + a[2] for a, b in pairwise(dots))


@pytest.mark.parametrize("step", range(7))
def test_the_ladder_grows_and_marks_now(step: int) -> None:
    picture = motif.ladder(step, 5, minutes=[5, 10, 12.5, 20, 30], decorative=True)
    done, now, to_come = (circles(picture, f"f-{token}") for token in ("ink", "accent", "between"))
    assert len(done) == min(max(step - 1, 0), 5)
    assert len(now) == (1 <= step <= 5)
    assert len(done) + len(now) + len(to_come) == 5
    for radii in ([r for *_, r in done + now], [r for *_, r in to_come]):
        assert radii == sorted(radii)
        assert len(radii) == len(set(radii))
    assert texts(picture) == ["5", "10", "12.5", "20", "30"]


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(ValueError, match="51 of 50 people"):
        motif.people(51, decorative=True)
    with pytest.raises(ValueError, match="Question 9 of 8"):
        motif.count(9, 8, decorative=True)
    with pytest.raises(ValueError, match="Step 1 of 5 with 2 lengths"):
        motif.ladder(1, 5, minutes=[5, 10], decorative=True)


# --- the body --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
def test_every_region_of_a_view_is_drawn_once_and_no_other(view: str) -> None:
    picture = body_map(view, id="b", title="Your body")  # type: ignore[arg-type]
    drawn = re.findall(r'data-region="(\w+)"', picture)
    assert sorted(drawn) == sorted(region.id for region in regions() if region.view == view)
    assert picture.count('class="tick"') == len(drawn)  # so that a script only toggles a class


@pytest.mark.parametrize(("view", "left_is_left"), [("back", True), ("front", False)])
def test_left_is_the_persons_own(view: str, left_is_left: bool) -> None:
    picture = body_map(view, sides=("your left", "your right"), id="b", title="Your body")  # type: ignore[arg-type]
    for side, name in re.findall(r'data-region="(left|right)_(\w+)"', picture):
        part = re.search(rf'data-region="{side}_{name}".*?class="part"[^>]* d="([^"]+)"', picture)
        assert part is not None
        x = [float(pair) for pair in re.findall(r"([\d.]+) [\d.]+", part[1])]
        on_left = sum(x) / len(x) < WIDTH / 2
        assert on_left == ((side == "left") == left_is_left)
    assert texts(picture) == (["your left", "your right"] if left_is_left else ["your right", "your left"])


def test_the_figure_is_symmetrical() -> None:
    picture = body_map("front", id="b", title="Your body")
    outline = re.search(r'class="body-edge" d="([^"]+)"', picture)
    assert outline is not None
    points = {(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", outline[1])}
    assert len(points) > 100
    assert {(round(WIDTH - x, 2), y) for x, y in points} == points


@pytest.mark.parametrize("view", VIEWS)
def test_every_region_is_48_pixels_for_a_finger_and_no_two_meet(view: str) -> None:
    picture = body_map(view, id="b", title="Your body")  # type: ignore[arg-type]
    number = r'"([\d.]+)"'
    found = re.findall(rf'class="touch" x={number} y={number} width={number} height={number}', picture)
    boxes = [(float(x), float(y), float(x) + float(w), float(y) + float(h)) for x, y, w, h in found]
    assert len(boxes) == 11
    for x, y, x2, y2 in boxes:
        assert min(x2 - x, y2 - y) >= 48
        assert 0 <= x < x2 <= WIDTH
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (a, b)


def test_each_part_belongs_to_a_region() -> None:
    assert set(PARTS) == {re.sub("^(left|right)_", "", region.id) for region in regions()}


def test_what_is_no_view_or_region_is_refused() -> None:
    with pytest.raises(ValueError, match="choose one of back, front"):
        body_map("side", id="b", title="Your body")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no region tail"):
        body_map("back", chosen=["tail"], id="b", title="Your body")
    with pytest.raises(ValueError, match="unique on the page"):
        body_map("back", decorative=True)


# --- the name and the icon -------------------------------------------------------------------------------


def test_the_wordmark_has_one_dot_and_one_ring() -> None:
    root = parsed(motif.wordmark())
    assert [circle.get("class") for circle in root.iter() if circle.tag == "circle"] == ["f-mat", "s-towel"]
    assert root.get("aria-label") == "Pinprick"


@pytest.mark.parametrize("maskable", [False, True])
def test_the_icon_is_a_dot_and_a_ring_of_one_size_alone(maskable: bool) -> None:
    paper, dot, ring = parsed(icon_svg(maskable))
    size = {name: float(ring.get(name, 0)) for name in ("cx", "r", "stroke-width")}
    outer = size["r"] + size["stroke-width"] / 2
    assert outer == pytest.approx(float(dot.get("r", 0)), abs=0.02)
    assert float(dot.get("cx", 0)) + size["cx"] == 512
    assert (paper.get("rx") is None) == maskable
    if maskable:
        assert size["cx"] + outer - 256 <= 0.4 * 512


def pixels(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and bytes of a PNG of 8 bits a channel, without a library for pictures."""
    at, data = 8, b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", png[at + 8 : at + 18])
        elif kind == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += length + 12
    assert depth == 8
    n = {2: 3, 6: 4}[colour]
    raw, rows, before = zlib.decompress(data), [], bytearray(width * n)
    for y in range(height):
        start = y * (width * n + 1)
        method, row = raw[start], bytearray(raw[start + 1 : start + 1 + width * n])
        for i in range(len(row)):
            a, b, c = row[i - n] if i >= n else 0, before[i], before[i - n] if i >= n else 0
            nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            row[i] = (row[i] + (0, a, b, (a + b) // 2, nearest)[method]) % 256
        rows.append(bytes(row))
        before = row
    return width, height, b"".join(rows)


@pytest.mark.slow
@pytest.mark.parametrize("name", ICONS)
def test_the_icons_of_the_site_are_what_the_function_draws(name: str) -> None:
    """Within two steps of 255, as converters round apart; after a change write them anew with `icon_png`."""
    kept, drawn = pixels((ICON_FOLDER / name).read_bytes()), pixels(icon_png(name))
    assert kept[:2] == drawn[:2] == (ICONS[name][0], ICONS[name][0])
    assert max(abs(a - b) for a, b in zip(kept[2], drawn[2], strict=True)) <= 2


def test_the_icon_as_a_drawing_is_what_the_function_draws() -> None:
    assert (ICON_FOLDER / "icon.svg").read_text("utf-8") == icon_svg(False)
