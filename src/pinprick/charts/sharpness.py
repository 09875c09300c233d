"""How sharply an answer is known: three nested circles, and nothing that lies left or right.

A radius is in proportion to a half-width, so the picture tells how wide, never where. Each name stands where it
touches neither a circle nor another name, as far as there is such a place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations, product
from typing import Final, NamedTuple, Unpack

from pinprick.charts.drawing import WIDTH, written
from pinprick.charts.marks import Told, dot, framed, length, line, words

REACH: Final = 140.0  # the largest circle's radius
SIZE: Final = 14  # of the text, in units
ABOVE, BELOW = 11.0, 4.0  # how far a line of text reaches over and under its base line
WITHIN, WITHOUT = 9.0, 6.0  # between a circle's line and the words inside or outside it
EDGE: Final = 3.0  # closer than this to a line, words touch it
TOUCHES, STRAYS = 1000, 20  # the price of touching a line, and of each line between a circle and its name


class _Box(NamedTuple):
    """A rectangle around words, the picture's centre being (0, 0)."""

    x: float
    y: float
    x2: float
    y2: float

    def meets(self, other: _Box) -> bool:
        return self.x < other.x2 and other.x < self.x2 and self.y < other.y2 and other.y < self.y2

    def nearest(self) -> float:
        """How far its nearest point is from the centre."""
        return math.hypot(max(self.x, -self.x2, 0.0), max(self.y, -self.y2, 0.0))

    def farthest(self) -> float:
        return math.hypot(max(-self.x, self.x2), max(-self.y, self.y2))

    def touches(self, radius: float) -> bool:
        """Whether a circle's line runs through it."""
        return self.nearest() < radius + EDGE and self.farthest() > radius - EDGE


class _Place(NamedTuple):
    """A place for one name: its base line, its box, its price, and the line that leads to a circle farther away."""

    y: float
    box: _Box
    price: float
    lead: _Box | None

    def meets(self, other: _Place) -> bool:
        """Whether two names, or a name and the other's line, stand in each other's way."""
        leads = (self.lead and self.lead.meets(other.box)) or (other.lead and other.lead.meets(self.box))
        return self.box.meets(other.box) or bool(leads)


def sharpness(day_1: float, today: float, clear: float, *, labels: tuple[str, str, str], **told: Unpack[Told]) -> str:
    """Draw what is known so far: three nested circles, for day 1, today and a clear answer.

    Parameters
    ----------
    day_1, today, clear : float
        Half-widths of the same interval, in outcome points; positive.
    labels : tuple of str
        The names of the three circles, in the same order.

    Raises
    ------
    ValueError
        If a half-width is not a positive number.

    Examples
    --------
    >>> picture = sharpness(2.4, 1.2, 0.6, labels=("day 1", "today", "clear"), decorative=True)
    >>> [f'r="{radius}"' in picture for radius in (140, 70, 35)]
    [True, True, True]
    """
    widths = (day_1, today, clear)
    if not all(math.isfinite(width) and width > 0 for width in widths):
        raise ValueError(f"Half-widths of {day_1}, {today} and {clear} cannot be drawn; give three above 0.")
    radii = [REACH * width / max(widths) for width in widths]
    centre = min(6.0, 0.45 * min(radii))  # the answer, as a pinprick; it never hides a circle
    places = _places(labels, radii, centre)
    middle = -min(-REACH - 2, *(place.box.y - 3 for place in places))  # letters with accents reach higher
    bottom = max(REACH + 2, *(place.box.y2 for place in places))
    looks = ("known-first", "known-now", "known-clear")
    order = sorted(range(3), key=lambda i: (-radii[i], i))  # the largest lies lowest
    shapes = [
        f'<circle class="{looks[i]}" cx="{written(WIDTH / 2)}" cy="{written(middle)}" r="{written(radii[i])}"/>'
        for i in order
    ]
    shapes.append(dot("accent", WIDTH / 2, middle, centre))
    for i, place in enumerate(places):
        if place.lead:
            x, y, y2 = WIDTH / 2, middle + place.lead.y, middle + place.lead.y2
            shapes.append(line("edge", x, y, x, y2, 1))
        token = "ink strong" if i == 1 else "ink" if place.box.farthest() < radii[1] else "ink-2"
        shapes.append(words(token, WIDTH / 2, middle + place.y, labels[i], "middle"))
    return framed("".join(shapes), WIDTH, bottom + middle, told)


def _places(labels: tuple[str, str, str], radii: list[float], centre: float) -> tuple[_Place, ...]:
    """Choose a place for each name, so that no two names meet and as little as can be is wrong."""
    offered = [
        list(_offered(length(label, size=SIZE, strong=i == 1), radii, i, centre)) for i, label in enumerate(labels)
    ]
    apart = [chosen for chosen in product(*offered) if not any(a.meets(b) for a, b in combinations(chosen, 2))]
    return min(apart, key=lambda chosen: sum(place.price for place in chosen))


def _offered(long: float, radii: list[float], own: int, centre: float) -> Iterator[_Place]:
    """The places for a name on the picture's axis: at the top or bottom of any circle, within or without its line."""
    half, mine = long / 2, radii[own]
    for radius in radii:
        for order, y in enumerate(
            (
                WITHIN + ABOVE - radius,  # within, at the top
                -radius - WITHOUT - BELOW,  # without, at the top
                radius + WITHOUT + ABOVE,  # without, at the bottom
                radius - WITHIN - BELOW,  # within, at the bottom
            )
        ):
            box = _Box(-half, y - ABOVE, half, y + BELOW)
            line_y = math.copysign(mine, y)
            lead = _Box(-1, line_y, 1, box.y) if line_y < box.y else _Box(-1, box.y2, 1, line_y)
            crossed = sum(lead.y < math.copysign(other, y) < lead.y2 for other in radii if other != mine)
            touched = sum(box.touches(other) for other in radii) + (box.nearest() < centre + 2)
            price = 3 * order + TOUCHES * touched + STRAYS * crossed + max(0.0, lead.y2 - lead.y - WITHIN)
            yield _Place(y, box, price, lead if crossed and lead.y2 - lead.y > WITHIN + 1 else None)
