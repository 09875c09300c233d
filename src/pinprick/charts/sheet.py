"""What the pictures of a synthesis share: a dot that sharpens, a key, and the frames for a page and for themselves."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final, NamedTuple

from pinprick.charts.alone import SAY, TITLE, TITLE_CHARACTERS, TITLE_LINE, WORK, _balanced, _painted
from pinprick.charts.drawing import LINE, MARGIN, TEXT, WIDTH, Drawing, Theme, tokens, written
from pinprick.charts.marks import framed, length

CORE: Final = 2.8  # the dot's radius, whatever is known
BLUR: Final = 8.0  # the widest disc reaches this far beyond it
WRAPPED: Final = 44  # characters of a line that starts at a picture's left edge, and
BESIDE_A_MARK: Final = 40  # beside a mark
AFTER_A_MARK: Final = 28


class Picture(NamedTuple):
    """A drawing with its name, and a description that says the same."""

    drawing: Drawing
    title: str
    description: str


def blur(se: float, typical: float) -> float:
    """Give the radius of the pale disc round a dot: the less is known, the wider; 0 where hardly any would show.

    Examples
    --------
    >>> blur(0.1, 0.2), blur(0.2, 0.2), blur(20.0, 0.2), blur(0.01, 0.2)
    (5.0, 7.0, 11.0, 0.0)
    """
    reach = BLUR * se / (se + typical)
    return 0.0 if reach < 1 else float(round(CORE + reach))


def pin(drawing: Drawing, token: str, x: float, y: float, radius: float = CORE) -> None:
    """Draw a sharp dot."""
    drawing._put(("dot", token, radius), x=x, y=y)


def disc(drawing: Drawing, x: float, y: float, radius: float) -> None:
    """Draw the pale disc round a dot, if it has one."""
    if radius:
        drawing._put(("dot", "band", radius), x=x, y=y)


def behind(drawing: Drawing, radii: Iterable[float]) -> None:
    """Give discs of these radii their place behind everything that is drawn later; each must be drawn in the end."""
    for radius in sorted({radius for radius in radii if radius}, reverse=True):
        drawing.layers[("dot", "band", radius)] = []


def wrapped(drawing: Drawing, y: float, text: str, ink: str = "ink-2", x: float = 0.0, width: int = WRAPPED) -> float:
    """Write a text over as many lines as it needs; give the base line of the next."""
    for line in textwrap.wrap(text, width):
        drawing.text(ink, x, y, line, "start")
        y += LINE
    return y


def fits(*texts: str, room: float = WIDTH) -> bool:
    """Whether texts stand on one line with a gap between them, in the widest of the usual faces."""
    return sum(map(length, texts)) + 12 * (len(texts) - 1) <= room


def inside(x: float, text: str) -> float:
    """Give where the middle of a text may stand so that none of it leaves the picture."""
    half = length(text) / 2
    return WIDTH / 2 if 2 * half >= WIDTH else min(max(x, half), WIDTH - half)


def inline(picture: Picture, *, id: str) -> str:  # noqa: A002
    """Put a picture into a page: colours are classes, its title and description have ids made from ``id``."""
    drawing, title, description = picture
    return framed(drawing.shapes(), WIDTH, drawing.height, {"id": id, "title": title, "desc": description})


def standing_alone(headline: str, pictures: Sequence[Picture], *, theme: Theme = "light", font: str = WORK) -> str:
    """Give pictures below each other as one SVG, in real colours on the theme's paper."""
    colour = tokens(theme)
    y = float(MARGIN)
    body = []

    def line(text: str, size: float, height: float) -> None:
        nonlocal y
        y += height
        body.append(
            f'<text class="f-ink" x="0" y="{written(y - 6)}" font-family="{SAY}" font-size="{written(size)}" '
            f'font-weight="500">{escape(text, quote=False)}</text>'
        )

    for text in _balanced(headline, TITLE_CHARACTERS):
        line(text, TITLE, TITLE_LINE)
    for i, picture in enumerate(pictures):
        if i or picture.title != headline:
            y += 26 if i else 8
            for text in _balanced(picture.title, TITLE_CHARACTERS + 8):
                line(text, 16, 22)
        y += 12
        body.append(f'<g transform="translate(0,{written(y)})">{picture.drawing.shapes()}</g>')
        y += picture.drawing.height
    text = re.sub(r'class="([^"]+)"', lambda found: _painted(found[1], colour), "".join(body))
    height = written(y + MARGIN)
    description = " ".join(picture.description for picture in pictures)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + 2 * MARGIN}" height="{height}" '
        f'viewBox="-{MARGIN} 0 {WIDTH + 2 * MARGIN} {height}" role="img" aria-labelledby="title desc" '
        f'font-family="{font}" font-size="{TEXT}">'
        f'<title id="title">{escape(headline)}</title><desc id="desc">{escape(description)}</desc>'
        f'<rect x="-{MARGIN}" width="{WIDTH + 2 * MARGIN}" height="{height}" fill="{colour["paper"]}"/>{text}</svg>\n'
    )
