"""Pictures of a mat: size is the sign, a towel's dots are rings, points can be left out, and files stay small."""

import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from pinprick.charts import dose as draw
from pinprick.dose.answer import Dose, dose
from pinprick.dose.body import Person
from pinprick.dose.ladder import ladder
from pinprick.dose.mat import Mat, mat, mat_names
from pinprick.errors import ProtocolError
from pinprick.report.dose import under


@pytest.fixture(scope="module")
def bare() -> Dose:
    return dose(6000, n_draws=20)


@pytest.fixture(scope="module")
def towel() -> Dose:
    return dose(6000, layer="towel", surface="bed", n_draws=20)


@pytest.fixture(scope="module")
def made():
    return ladder(mat=6000, n_draws=20)


def circles(picture):
    return Counter(re.findall(r'<circle class="([\w-]+)"', picture.drawing.shapes()))


def radii(picture, token):
    return {float(r) for r in re.findall(rf'<circle class="{token}"[^>]* r="([\d.]+)"', picture.drawing.shapes())}


@pytest.mark.slow
def test_every_picture_is_written_as_vega_draws_it(bare, towel, made):
    pictures = [draw.body_picture(bare, points=True), draw.body_picture(towel), draw.ladder_picture(made)]
    pictures += [draw.body_picture(dose(6000, use="feet", n_draws=20)), draw.ladder_picture(made, bare.setup)]
    for picture in (*pictures, draw.needle_picture(bare)):
        assert picture.drawing.shapes() == picture.drawing.shapes_by_vega()


def test_pressure_is_five_sizes_of_one_colour_and_grey_does_not_touch(bare):
    picture = draw.body_picture(bare)
    assert len(radii(picture, "f-mat")) == 5
    assert len(radii(picture, "f-between")) == 1
    assert max(radii(picture, "f-between")) < min(radii(picture, "f-mat"))
    assert set(circles(picture)) == {"f-mat", "f-between"}


def test_under_a_towel_dots_are_rings(towel):
    assert set(circles(draw.body_picture(towel))) == {"s-towel", "f-between"}


def test_points_are_discs_that_can_be_switched_off(bare):
    plain, pointed = draw.body_picture(bare), draw.body_picture(bare, points=True)
    discs = circles(pointed) - circles(plain)
    assert discs == {"s-ink-2": len(under(bare))}
    across = {round(2 * radius, 1) for radius in radii(pointed, "s-ink-2")}
    assert across == {round(30 * 588 * 1.35 / 1750, 1)}  # 30 mm, on the scale of the body


def test_left_and_right_are_alike(bare):
    found = re.findall(
        r'<circle class="f-mat" cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', draw.body_picture(bare).drawing.shapes()
    )
    body = {(float(x), y, r) for x, y, r in found if float(y) < 480}
    mirrored = sum(any(abs(350 - x - a) < 0.25 and (y, r) == (b, c) for a, b, c in body) for x, y, r in body)
    assert mirrored == len(body) > 50


@pytest.mark.parametrize("spikes", [1, 30, 400])
def test_any_count_of_spikes_can_be_drawn(spikes):
    picture = draw.body_picture(dose(spikes, n_draws=20))
    assert 0 < sum(circles(picture).values()) <= 600


def test_files_are_small_enough_for_a_phone(bare, towel, made):
    for pictures in ([draw.body_picture(bare)], [draw.body_picture(bare, points=True)], [draw.body_picture(towel)]):
        assert len(draw.to_svg(pictures).encode()) < 40_000
    assert len(draw.to_svg([draw.ladder_picture(made), draw.needle_picture(bare)]).encode()) < 12_000


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_alone_they_have_real_colours_a_title_and_a_description(bare, made, theme):
    svg = draw.to_svg([draw.body_picture(bare), draw.ladder_picture(made), draw.needle_picture(bare)], theme=theme)
    root = ET.fromstring(svg)  # noqa: S314  our own drawing
    assert "class=" not in svg
    found = {child.tag.rpartition("}")[2]: child.text for child in root}
    assert found["title"] == "About 2,000 of 6,000 spikes touch you."
    assert "This is a model, not a measurement." in found["desc"]


def test_in_a_page_lines_are_open_and_colours_are_classes(bare):
    shown = draw.inline(draw.body_picture(bare), id="back")
    assert '<g fill="none">' in shown
    assert "#" not in re.sub(r'id="[^"]*"|labelledby="[^"]*"', "", shown)
    assert 'aria-labelledby="back-title back-desc"' in shown


def test_nothing_leaves_the_picture(bare, made):
    pictures = [draw.body_picture(bare, points=True), draw.ladder_picture(made), draw.needle_picture(bare)]
    pictures.append(draw.body_picture(replace(bare, setup=replace(bare.setup, person=Person(70, 220)))))
    for picture in pictures:
        shapes = picture.drawing.shapes()
        height = picture.drawing.height
        for x, y in re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", shapes):
            assert 0 <= float(x) <= 350
            assert 0 <= float(y) <= height
        for x, y, r in re.findall(r'cx="([\d.-]+)" cy="([\d.-]+)" r="([\d.]+)"', shapes):
            assert float(r) - 0.01 <= float(x) <= 350.01 - float(r)
            assert float(r) - 0.01 <= float(y) <= height - float(r)


def test_the_ladder_has_five_steps_and_seven_rungs(made):
    picture = draw.ladder_picture(made)
    found = circles(picture)
    assert found["f-mat"] == 5 + 5
    assert found["s-towel"] == 2
    assert "Start with 3 minutes" in picture.description


def test_a_needle_is_drawn_to_scale_with_the_spike(bare):
    shapes = draw.needle_picture(bare).drawing.shapes()
    rules = re.findall(r'x1="262" y1="([\d.]+)" x2="262" y2="([\d.]+)" stroke-width="([\d.]+)"', shapes)
    (top, near, wide), (_near, far, _wide) = ([float(one) for one in rule] for rule in rules)
    assert (near - draw.SKIN) / draw.MM == pytest.approx(6)
    assert (far - draw.SKIN) / draw.MM == pytest.approx(30)
    assert wide / draw.MM == pytest.approx(0.275, abs=0.002)
    assert top < draw.SKIN


@pytest.mark.parametrize(("use", "shapes"), [("neck", 1), ("seat", 1), ("feet", 2), ("standing", 2)])
@pytest.mark.parametrize("on", [Mat(6000), Mat(2142, 150, 370), Mat(300, 150, 100)], ids=["mat", "pillow", "small"])
def test_another_use_is_the_mat_with_the_area_that_touches(use, shapes, on):
    told = dose(on, use=use, n_draws=20)
    picture = draw.body_picture(told)
    body = [
        (float(x), float(y))
        for x, y in re.findall(r'<circle class="f-mat" cx="([\d.]+)" cy="([\d.]+)"', picture.drawing.shapes())
        if float(y) < min(draw.WIDEST * on.length / on.width, draw.SHORTER) + 2
    ]
    grey = circles(picture)["f-between"] - 1  # one is the key's
    share = len(body) / (len(body) + grey)
    assert share == pytest.approx(told.touching.mid / on.spikes, abs=0.06)
    assert all((round(350 - x, 1), y) in {(round(a, 1), b) for a, b in body} for x, y in body)  # mirrored
    if shapes == 2:
        assert all(abs(x - 175) > 1 for x, _y in body)
    assert "not worked out" in picture.description
    assert len(draw.to_svg([picture]).encode()) < 40_000


def test_named_points_are_for_the_back():
    with pytest.raises(ProtocolError, match="for a mat under the back, and not for use 'neck'; leave them out"):
        draw.body_picture(dose(Mat(2142, 150, 370), use="neck", n_draws=20), points=True)


def test_the_ladder_says_which_rung_is_chosen(made):
    plain = draw.ladder_picture(made)
    chosen = draw.ladder_picture(made, replace(made.rungs[3].setup, minutes=17))
    assert "chosen" not in plain.drawing.shapes()
    assert chosen.drawing.shapes().count(">chosen<") == 1
    assert chosen.description.count("Chosen.") == 1
    elsewhere = replace(made.rungs[3].setup, person=Person(90, 180))
    assert draw.ladder_picture(made, elsewhere).drawing.shapes() == plain.drawing.shapes()


@pytest.mark.slow
@pytest.mark.parametrize("name", mat_names())
@pytest.mark.parametrize("person", [Person(35, 130), Person(200, 220)], ids=["small", "large"])
def test_every_named_mat_can_be_drawn_under_anybody(name, person):
    told = dose(mat(name), person, layer="towel", surface="bed", n_draws=20)
    assert len(draw.to_svg([draw.body_picture(told, points=True)]).encode()) < 40_000
