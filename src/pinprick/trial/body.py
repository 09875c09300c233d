"""Places on the body, large enough to press with a thumb, and the complaint that each belongs to.

Left and right are the person's own. There is no place on the chest or the belly: pain there is no question for a mat,
and the safety questions ask about it.

The codes are SNOMED CT body structures, each read in published code lists and never made up; None is a place whose
code was not seen in two. The buttocks' and thighs' were read in ``nhsuk/manage-vaccinations-in-schools``, the lower
back's in ``acc-fhir-publisher/icp``, the others in FHIR value sets and concept maps that keep left and right apart.
Using SNOMED CT needs its licence in most countries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from pinprick.words import mark

View = Literal["front", "back"]
Complaint = Literal["back", "neck", "muscle"]

VIEWS: Final[tuple[View, ...]] = ("back", "front")


@dataclass(frozen=True, slots=True)
class Region:
    """A place that a person may tick.

    Attributes
    ----------
    id : str
        Its name in files and markup.
    view : {"front", "back"}
        The side of the body map that shows it.
    name : str
        English words for a box to tick, marked for the catalogue.
    snomed : str or None
        The SNOMED CT body structure; None where no code was seen.
    complaint : {"back", "neck", "muscle"}
        Which ready-made trials ask about it.
    """

    id: str
    view: View
    name: str
    snomed: str | None
    complaint: Complaint


def _both(
    id: str,  # noqa: A002
    view: View,
    names: tuple[str, str],
    codes: tuple[str | None, str | None],
    complaint: Complaint,
) -> Iterator[Region]:
    for side, name, code in zip(("left", "right"), names, codes, strict=True):
        yield Region(f"{side}_{id}", view, name, code, complaint)


@cache
def regions() -> tuple[Region, ...]:
    """All places, from the neck down the back and from the head down the front.

    Examples
    --------
    >>> len(regions()), regions()[0].id, regions()[0].complaint
    (22, 'neck', 'neck')
    """
    shoulder_blades = mark("Your left shoulder blade"), mark("Your right shoulder blade")
    buttocks = mark("Your left buttock"), mark("Your right buttock")
    thigh_backs = mark("Back of your left thigh"), mark("Back of your right thigh")
    calves = mark("Your left calf"), mark("Your right calf")
    shoulders = mark("Your left shoulder"), mark("Your right shoulder")
    arms = mark("Your left arm or hand"), mark("Your right arm or hand")
    thighs = mark("Front of your left thigh"), mark("Front of your right thigh")
    knees = mark("Your left knee"), mark("Your right knee")
    feet = mark("Your left foot"), mark("Your right foot")
    thigh_codes = "61396006", "11207009"
    return (
        Region("neck", "back", mark("Neck"), "45048000", "neck"),
        *_both("shoulder_blade", "back", shoulder_blades, (None, None), "back"),
        Region("upper_back", "back", mark("Upper back"), None, "back"),
        Region("lower_back", "back", mark("Lower back"), "264072009", "back"),
        *_both("buttock", "back", buttocks, ("723979003", "723980000"), "muscle"),
        *_both("thigh_back", "back", thigh_backs, thigh_codes, "muscle"),
        *_both("calf", "back", calves, ("722115008", "722116009"), "muscle"),
        Region("head", "front", mark("Head"), "69536005", "muscle"),
        *_both("shoulder", "front", shoulders, ("91775009", "91774008"), "muscle"),
        *_both("arm", "front", arms, ("80768000", "6921000"), "muscle"),
        *_both("thigh", "front", thighs, thigh_codes, "muscle"),
        *_both("knee", "front", knees, ("82169009", "6757004"), "muscle"),
        *_both("foot", "front", feet, ("22335008", "7769000"), "muscle"),
    )
