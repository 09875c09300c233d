"""The places of the body: large, few, the person's own left and right, no code made up."""

import re

from pinprick.trial.body import VIEWS, regions

# Verhoeff's tables; SNOMED CT identifiers end in this check digit (technical guide, "Check-digit").
CHECK = (
    *("0123456789", "1234067895", "2340178956", "3401289567", "4012395678"),
    *("5987604321", "6598710432", "7659821043", "8765932104", "9876543210"),
)
TURN = (
    *("0123456789", "1576283094", "5803796142", "8916043527"),
    *("9453126870", "4286573901", "2793806415", "7046913258"),
)


def check_holds(code: str) -> bool:
    left = 0
    for i, digit in enumerate(reversed(code)):
        left = int(CHECK[left][int(TURN[i % 8][int(digit)])])
    return left == 0


def test_there_are_at_most_22_regions_and_each_has_its_own_id() -> None:
    assert len(regions()) <= 22
    assert len({region.id for region in regions()}) == len(regions())
    assert {region.view for region in regions()} == set(VIEWS)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", region.id) for region in regions())


def test_every_complaint_has_a_place() -> None:
    assert {region.complaint for region in regions()} == {"back", "neck", "muscle"}


def test_each_side_has_its_twin() -> None:
    by_id = {region.id: region for region in regions()}
    for left in (region for name, region in by_id.items() if name.startswith("left_")):
        right = by_id[left.id.replace("left_", "right_")]
        assert (left.view, left.complaint) == (right.view, right.complaint)
        assert right.name == left.name.replace("left", "right")
        assert "your left" in left.name.lower()
        assert (left.snomed is None) == (right.snomed is None)
        assert left.snomed is None or left.snomed != right.snomed


def test_a_code_carries_its_check_digit() -> None:
    codes = [region.snomed for region in regions() if region.snomed is not None]
    assert len(codes) >= 18
    assert all(check_holds(code) for code in codes)
    assert not check_holds("45048001")  # the neck's with a slip


def test_no_place_is_on_the_chest_or_the_belly() -> None:
    assert not any(re.search("chest|belly|abdomen|breast", region.name.lower()) for region in regions())
