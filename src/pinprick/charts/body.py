"""The body map: a calm figure from behind and from the front, whose regions can be chosen.

Half of the figure is written down and mirrored, so both sides are alike. Regions are cut to the outline, so that
only their seams show. A list of boxes says the same and works without a pointer or a script: the picture is its equal.
"""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from typing import Final, NamedTuple, Unpack

from pinprick.charts.drawing import WIDTH, written
from pinprick.charts.marks import Told, framed, words
from pinprick.trial.body import VIEWS, View, regions
from pinprick.words import _

HEIGHT: Final = 606.0
MIDDLE: Final = WIDTH / 2

# Half a figure, right of the midline, from the crown to the crotch: "x,y" alone is a line's end, three are a curve.
OUTLINE: Final = (
    "0,8 | 20,8 30,22 30,42 | 30,58 26,71 18,80 | 18,89 20,96 30,101 | 40,106 49,109 58,113"
    "| 73,118 82,131 84,150 | 87,174 91,198 96,222 | 100,250 106,276 110,302 | 112,316 117,328 117,343"
    "| 117,358 112,368 107,368 | 101,368 97,358 97,346 | 97,333 95,321 92,308 | 85,282 77,260 73,236"
    "| 69,212 65,192 60,170 | 60,194 52,220 51,244 | 50,268 62,286 64,312 | 66,346 56,392 51,428"
    "| 49,442 50,454 51,466 | 54,492 48,522 41,556 | 40,566 50,576 51,586 | 51,594 45,596 37,596"
    "| 28,596 20,594 20,586 | 20,576 23,566 22,556 | 20,530 9,506 8,480 | 8,466 9,450 8,434"
    "| 7,402 5,366 3,344 | 2.5,340 1.5,337 0,337"
)


class _Part(NamedTuple):
    """A region's shape, half of it where it lies on the midline, its tick, and where a finger finds it."""

    shape: str
    tick: tuple[float, float]
    touch: tuple[float, float, float, float]  # x, y, x2, y2: at least 48 across, and no two meet


# Shapes run beyond the outline where the outline is their edge; what lies outside is cut off.
PARTS: Final = {
    "neck": _Part(
        "0,86 | 7,86 13,84 18,80 | 40,80 | 60,105 | 52,112 | 43,122 20,136 0,136", (0, 108), (-25, 78, 25, 126)
    ),
    "shoulder_blade": _Part(
        "18,141 | 28,133 44,128 50,131 | 57,135 56,146 52,157 | 47,171 38,185 30,187 | 22,189 17,177 15,165"
        "| 13,154 13,146 18,141",
        (34, 158),
        (8, 128, 58, 178),
    ),
    "upper_back": _Part(
        "0,136 | 20,136 43,122 52,112 | 58,128 61,148 60,170 | 66,200 | 62,226 | 42,230 16,232 0,232",
        (0, 208),
        (-58, 182, 58, 230),
    ),
    "lower_back": _Part(
        "0,232 | 16,232 42,230 62,226 | 66,272 | 59,274 | 44,280 18,292 0,292", (0, 257), (-58, 232, 58, 280)
    ),
    "buttock": _Part(
        "0,292 | 18,292 44,280 59,274 | 74,270 | 76,338 | 64,338 | 52,352 20,354 0,344 | 0,292",
        (33, 314),
        (4, 286, 66, 340),
    ),
    "thigh_back": _Part(
        "0,344 | 20,354 52,352 64,338 | 80,338 | 76,422 | 56,429 24,429 0,422 | 0,344", (35, 388), (4, 352, 66, 422)
    ),
    "calf": _Part("0,458 | 24,465 56,465 76,458 | 76,538 | 56,545 24,545 0,538 | 0,458", (35, 498), (4, 460, 66, 538)),
    "head": _Part("0,0 | 60,0 | 60,80 | 18,82 | 13,89 6,92 0,92", (0, 48), (-34, 4, 34, 92)),
    "shoulder": _Part(
        "40,100 | 100,90 | 104,168 | 88,172 | 78,180 66,178 60,170 | 51,154 44,132 41,106 | 40,100",
        (63, 142),
        (44, 112, 100, 166),
    ),
    "arm": _Part(
        "60,170 | 66,178 78,180 88,172 | 130,168 | 130,400 | 84,400 | 79,300 | 64,240 | 62,200 | 60,170",
        (80, 206),
        (70, 176, 124, 372),
    ),
    "thigh": _Part(
        "0,338 | 18,334 46,322 60,300 | 78,300 | 76,410 | 56,417 24,417 0,410 | 0,338", (35, 368), (4, 338, 66, 410)
    ),
    "knee": _Part("0,410 | 24,417 56,417 76,410 | 76,468 | 56,475 24,475 0,468 | 0,410", (33, 443), (4, 414, 66, 468)),
    "foot": _Part("0,548 | 24,542 50,542 76,548 | 76,612 | 0,612 | 0,548", (38, 577), (4, 546, 66, 602)),
}


def body_map(
    view: View, *, chosen: Collection[str] = (), sides: tuple[str, str] | None = None, **told: Unpack[Told]
) -> str:
    """Draw one side of the figure, with its regions as shapes that a script may toggle.

    Each region is ``<g class="region" data-region="id">``; the class ``chosen`` fills it and shows its tick.
    The person's left lies on the left from behind, and on the right from the front.

    Parameters
    ----------
    view : {"front", "back"}
        From where the figure is seen.
    chosen : collection of str
        The ids of regions that are chosen; those of the other view are left alone.
    sides : (str, str), optional
        What stands beside the figure on the person's left and right.

    Raises
    ------
    ValueError
        If there is no such view or region, or no id, which cuts the regions to the outline.

    Examples
    --------
    >>> picture = body_map("back", chosen=["lower_back"], id="b", title="Your back")
    >>> picture.count('class="region"'), picture.count('class="region chosen"')
    (10, 1)
    """
    if view not in VIEWS:
        raise ValueError(f"There is no view {view!r}; choose one of {', '.join(VIEWS)}.")
    known = [region.id for region in regions()]
    strangers = sorted(set(chosen).difference(known))
    if strangers:
        raise ValueError(f"There is no region {', '.join(strangers)}; choose from {', '.join(known)}.")
    name = told.get("id")
    if not name:
        raise ValueError("A body map cuts its regions by an id; give it one that is unique on the page.")
    cut = escape(f"{name}-cut")
    outline = _whole(OUTLINE)
    shapes = [f'<clipPath id="{cut}"><path d="{outline}"/></clipPath><path class="body" d="{outline}"/>']
    left_is = -1 if view == "back" else 1
    for region in sorted(regions(), key=lambda region: region.id != "upper_back"):  # the blades lie on it
        if region.view != view:
            continue
        side, _under, rest = region.id.partition("_")
        sign = {"left": left_is, "right": -left_is}.get(side, 0)
        part = PARTS[rest if sign else region.id]
        shape = _sided(part.shape, sign) if sign else _whole(part.shape)
        x, y = MIDDLE + (sign or 1) * part.tick[0], part.tick[1]
        a, top, b, bottom = part.touch
        start = MIDDLE + (min(sign * a, sign * b) if sign else a)
        shapes.append(
            f'<g class="region{" chosen" if region.id in chosen else ""}" data-region="{region.id}">'
            f"<title>{escape(_(region.name))}</title>"
            f'<rect class="touch" x="{written(start)}" y="{written(top)}" width="{written(b - a)}" '
            f'height="{written(bottom - top)}"/>'
            f'<path class="part" clip-path="url(#{cut})" d="{shape}"/>'
            f'<path class="tick" d="M{written(x - 7)} {written(y)}l5 5l9-10"/></g>'
        )
    shapes.append(f'<path class="body-edge" d="{outline}"/>')
    if sides:
        on_left, on_right = sides if left_is < 0 else sides[::-1]
        shapes += [words("ink-2", 0, 20, on_left), words("ink-2", WIDTH, 20, on_right, "end")]
    return framed("".join(shapes), WIDTH, HEIGHT, told, classes="picture body-map")


_Point = tuple[float, float]


def _steps(written_: str) -> list[list[_Point]]:
    """Read a half figure: each step has one point, or two that bend a curve and the one where it ends."""
    steps = []
    for step in written_.split("|"):
        pairs = [pair.split(",") for pair in step.split()]
        steps.append([(float(x), float(y)) for x, y in pairs])
    return steps


def _whole(half: str) -> str:
    """Close a half that begins and ends on the midline with its mirror image, walked backwards."""
    steps = _steps(half)
    ends = [step[-1] for step in steps]
    back = []
    for i in range(len(steps) - 1, 0, -1):
        bends = steps[i][:-1][::-1]
        back.append([(-x, y) for x, y in [*bends, ends[i - 1]]])
    return _drawn([*steps, *back], 1)


def _sided(shape: str, sign: int) -> str:
    return _drawn(_steps(shape), sign)


def _drawn(steps: list[list[_Point]], sign: int) -> str:
    parts = []
    for i, step in enumerate(steps):
        letter = "M" if not i else "C" if len(step) == 3 else "L"
        parts.append(letter + " ".join(f"{written(MIDDLE + sign * x)} {written(y)}" for x, y in step))
    return "".join(parts) + "Z"
