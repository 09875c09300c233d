"""Which named points lie under a mat: a curiosity of geography, and nothing about what pressing them does.

All the skin around a point is pressed just as hard, and nobody has tested points on mats. Positions are rules of the
WHO's standard (2008) worked out on one adult man, so expect them 2 cm off; show discs, never dots.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pinprick.dose.body import Person, Profile
from pinprick.dose.data import entry, table
from pinprick.dose.mat import Mat
from pinprick.words import _, mark

Floats = NDArray[np.float64]

SENTENCES: Final = (
    mark("These named points lie under your mat. So does all the skin around them, pressed just as hard."),
    mark("We know of no evidence that the names matter here."),
)
"""What stands beside any list or picture of points."""


@dataclass(frozen=True, slots=True)
class Point:
    """A named place on the back of a body.

    Attributes
    ----------
    code, name, region : str
        Its code in the standard, its name in pinyin and where it is.
    across, height : float
        Distance from the midline and height over the sole, in parts of stature.
    is_paired : bool
        Whether it is there on both sides.
    contact : str
        What a back mat does there, in a word of acupoints.yaml's contact_words: yes is pressed, arch hangs free on a
        floor.
    rule, source, seen : str
        How it is found, where that was read, and how it was seen.
    """

    code: str
    name: str
    region: str
    across: float
    height: float
    is_paired: bool
    contact: str
    rule: str
    source: str
    seen: str

    @property
    def is_pressed(self) -> bool:
        """Whether somebody lying on a mat normally presses it."""
        return self.contact == "yes"


@dataclass(frozen=True, slots=True)
class Site:
    """A point of one side under a mat.

    Attributes
    ----------
    point : Point
        The point.
    side : {"left", "middle", "right"}
        The person's own side.
    across_mm, along_mm : float
        Distance from the mat's midline, positive on the person's right, and from its upper edge.
    """

    point: Point
    side: str
    across_mm: float
    along_mm: float


@cache
def points() -> tuple[Point, ...]:
    """Every point of the table that lies on the back of the body.

    Examples
    --------
    >>> len(points()), points()[3].name
    (81, 'Mingmen')
    """
    return tuple(
        Point(
            code=row["code"],
            name=row["name"],
            region=row["region"],
            across=float(row["x"]),
            height=float(row["y"]),
            is_paired=row["side"] == "both",
            contact=row["contact"],
            rule=row["rule"],
            source=row["source"],
            seen=row["seen"],
        )
        for row in table("acupoints")["points"]
        if row["view"] == "posterior"
    )


def radius_mm() -> float:
    """Radius of the disc that stands for a point in a picture, because those who look for points differ by that.

    Examples
    --------
    >>> radius_mm()
    15.0
    """
    return float(entry("acupoints.position_error.recommended_display_radius_mm"))


def sites_under(mat: Mat, person: Person, *, profile: Profile | None = None) -> tuple[Site, ...]:
    """The points under somebody's mat, both sides, from the top down.

    Parameters
    ----------
    mat : Mat
        A mat under the back.
    person : Person
        Who lies on it.
    profile : Profile or None
        Says where the mat's upper edge is; None takes `Profile.DEFAULT`.

    Examples
    --------
    >>> under = sites_under(Mat(6000), Person())
    >>> sum(site.side == "left" for site in under) == sum(site.side == "right" for site in under)
    True
    """
    upper = (profile or Profile.DEFAULT).upper_edge
    found = []
    for point in points():
        along = (upper - point.height) * person.stature_mm
        across = point.across * person.stature_mm
        if 0 <= along <= mat.length and across <= mat.width / 2:
            if point.is_paired:
                found += [Site(point, "left", -across, along), Site(point, "right", across, along)]
            else:
                found.append(Site(point, "middle", 0.0, along))
    return tuple(sorted(found, key=lambda site: (site.along_mm, site.point.code, site.across_mm)))


def sentences() -> tuple[str, ...]:
    """`SENTENCES` in the reader's language."""
    return tuple(_(one) for one in SENTENCES)


def nearest_spike_mm(mat: Mat, across_mm: Floats, along_mm: Floats) -> Floats:
    """Distance from places on a mat to the nearest spike: for points and for any skin, it is the same.

    Parameters
    ----------
    mat : Mat
        The mat.
    across_mm, along_mm : (n,) array
        Places, from the midline and from the upper edge.

    Returns
    -------
    (n,) array

    Examples
    --------
    >>> near = nearest_spike_mm(Mat(6000), np.array([0.0]), np.array([300.0]))
    >>> bool(near[0] < 20)
    True
    """
    layout = mat.layout
    squared = [
        np.min((layout.across_mm - x) ** 2 + (layout.along_mm - y) ** 2)
        for x, y in zip(across_mm, along_mm, strict=True)
    ]
    near: Floats = np.sqrt(np.array(squared, dtype=float))
    return near
