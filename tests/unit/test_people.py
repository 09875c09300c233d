"""People in trials, drawn: as many dots as there were people, in rows, and nobody a ring."""

import re

import pytest

from pinprick.charts.drawing import WIDTH
from pinprick.charts.people import claim_people, some_of, two_groups
from pinprick.evidence.claims import claims

LABELS = ("<used> a mat", "waited & saw")
TOLD = {"id": "people", "title": "42 people", "desc": "21 and 21"}


def circles(picture: str, name: str = r"[\w-]+") -> list[tuple[float, float, float]]:
    found = re.findall(rf'<circle class="{name}" cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', picture)
    return [(float(x), float(y), float(r)) for x, y, r in found]


def height(picture: str) -> float:
    return float(re.search(r'viewBox="0 0 350 ([\d.]+)"', picture)[1])


@pytest.mark.parametrize(("first", "second"), [(1, 1), (20, 20), (21, 21), (25, 24), (26, 7), (91, 3)])
def test_two_groups_have_a_dot_for_each_person_and_no_two_touch(first: int, second: int) -> None:
    picture = two_groups(first, second, labels=LABELS, **TOLD)
    assert len(circles(picture, "f-mat")) == first
    assert len(circles(picture, "f-between")) == second
    dots = circles(picture)
    assert len({radius for _x, _y, radius in dots}) == 1, "every person is as large as any other"
    for i, (x, y, r) in enumerate(dots):
        assert round(x - r, 2) >= 0
        assert round(x + r, 2) <= WIDTH
        assert round(y + r, 2) <= height(picture) + 0.02
        assert all((x - u) ** 2 + (y - v) ** 2 > (r + s) ** 2 for u, v, s in dots[i + 1 :])


def test_each_group_stands_below_its_own_words() -> None:
    picture = two_groups(26, 3, labels=LABELS, **TOLD)
    words = [float(y) for y in re.findall(r'<text class="f-ink-2" x="0" y="([\d.]+)"', picture)]
    mat, other = (circles(picture, name) for name in ("f-mat", "f-between"))
    assert words[0] < min(y - r for _x, y, r in mat)
    assert max(y + r for _x, y, r in mat) < words[1] - 9
    assert words[1] < min(y - r for _x, y, r in other)
    assert "&lt;used&gt; a mat" in picture


@pytest.mark.parametrize(("n", "of"), [(0, 1), (8, 91), (91, 91), (3, 20)])
def test_some_of_a_number_are_large_and_stand_first(n: int, of: int) -> None:
    picture = some_of(n, of, **TOLD)
    large, small = circles(picture, "f-ink"), circles(picture, "f-between")
    assert (len(large), len(small)) == (n, of - n)
    assert circles(picture) == large + small
    if large and small:
        assert large[0][2] > 1.8 * small[0][2], "told apart without colour"


@pytest.mark.parametrize(("first", "second"), [(0, 21), (21, 0), (-1, 3)])
def test_a_group_of_nobody_is_refused(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="give 1 or more of each"):
        two_groups(first, second, labels=LABELS, **TOLD)


@pytest.mark.parametrize(("n", "of"), [(3, 2), (-1, 3), (0, 0)])
def test_more_than_all_is_refused(n: int, of: int) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        some_of(n, of, **TOLD)


def test_every_picture_of_a_claim_says_its_numbers_and_is_drawn_the_same_again() -> None:
    drawn = {one.id: claim_people(one, id="people") for one in claims()}
    assert [name for name, found in drawn.items() if found] == ["back_pain", "neck_pain", "discomfort"]
    for one in claims():
        found = drawn[one.id]
        if found is None:
            continue
        assert found == claim_people(one, id="people")
        assert "towel" not in found.svg, "a ring is the towel and nothing else"
        n_dots = len(circles(found.svg))
        assert re.search(rf"\b{n_dots} people\b", found.caption)
        assert "One dot is one person." in found.caption
        described = re.search(r"<desc[^>]*>(.*)</desc>", found.svg)[1]
        for label in re.findall(r"<text[^>]*>(.*?)</text>", found.svg):
            assert label in described
        assert set(re.findall(r"\d+", found.caption)) <= set(re.findall(r"\d+", described))
        assert "One dot is one person." in described, "who cannot see it is told the same"
        assert not re.search(r"style=|#[0-9A-Fa-f]{3,6}\b", found.svg)
