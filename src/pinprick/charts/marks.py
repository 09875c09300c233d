"""What the drawings of the motif are made of: marks, lines, words and the frame that names a picture.

Colours are classes (``look/marks.css``, ``look/motif.css``); one unit is one pixel where a picture is 350 wide.
All words come in as arguments, so that whoever asks for a picture says them in the reader's language.
"""

from __future__ import annotations

from html import escape
from typing import Final, Literal, TypedDict

from pinprick.charts.drawing import TEXT, WIDTH, about_long, written

Treatment = Literal["first", "second", "third", "fourth"]

SMALL: Final = 0.5  # of a mark's radius: what is not needed, not touching or not here yet
WIDEST: Final = 15  # the text's size on the narrowest phones, in units: what must not collide is measured in it


class Told(TypedDict, total=False):
    """How a picture is told to those who do not see it.

    ``id`` is what the ids of its title and description begin with, ``title`` its name, ``desc`` a sentence that says
    the same as the picture. A picture that the words beside it say in full is ``decorative`` and has no name.
    """

    id: str
    title: str
    desc: str
    decorative: bool


def framed(body: str, width: float, height: float, told: Told, *, classes: str = "picture", size: bool = False) -> str:
    """Put a drawing into its ``<svg>``, named or hidden; ``size`` fixes how large it is shown.

    Raises
    ------
    ValueError
        If the picture has neither a name nor the leave to go without.

    Examples
    --------
    >>> framed("", 10, 5, {"id": "x", "title": "Two & two"})[:72]
    '<svg class="picture" viewBox="0 0 10 5" role="img" aria-labelledby="x-ti'
    >>> framed("", 10, 5, {"decorative": True})
    '<svg class="picture" viewBox="0 0 10 5" aria-hidden="true"></svg>'
    """
    shown = f' width="{written(width)}" height="{written(height)}"' if size else ""
    start = f'<svg class="{classes}" viewBox="0 0 {written(width)} {written(height)}"{shown}'
    if told.get("decorative"):
        return f'{start} aria-hidden="true">{body}</svg>'
    name, title, desc = told.get("id", ""), told.get("title", ""), told.get("desc", "")
    if not (name and title):
        raise ValueError(f"A picture has id {name!r} and title {title!r}; give it both, or say decorative=True.")
    ids, more = f"{name}-title", ""
    if desc:
        ids, more = f"{ids} {name}-desc", f'<desc id="{escape(name)}-desc">{escape(desc)}</desc>'
    return (
        f'{start} role="img" aria-labelledby="{escape(ids)}">'
        f'<title id="{escape(name)}-title">{escape(title)}</title>{more}{body}</svg>'
    )


def dot(token: str, x: float, y: float, radius: float, more: str = "") -> str:
    """Fill a circle with a token's colour.

    Examples
    --------
    >>> dot("mat", 5, 5, 2.125)
    '<circle class="f-mat" cx="5" cy="5" r="2.12"/>'
    """
    return f'<circle class="f-{token}" cx="{written(x)}" cy="{written(y)}" r="{written(radius)}"{more}/>'


def ring(x: float, y: float, radius: float, more: str = "") -> str:
    """Draw the towel's ring, as large from edge to edge as the dot of the same radius.

    Examples
    --------
    >>> ring(5, 5, 5)
    '<circle class="s-towel" cx="5" cy="5" r="4.05" stroke-width="1.9"/>'
    """
    stroke = max(1.2, 0.38 * radius)
    return (
        f'<circle class="s-towel" cx="{written(x)}" cy="{written(y)}" r="{written(radius - stroke / 2)}" '
        f'stroke-width="{written(stroke)}"{more}/>'
    )


def mark(treatment: Treatment, x: float, y: float, radius: float) -> str:
    """Draw a treatment: a dot, a ring, a square or an open diamond, all as large to the eye.

    Examples
    --------
    >>> mark("third", 10, 10, 5)
    '<rect class="f-ink" x="5.5" y="5.5" width="9" height="9"/>'
    """
    if treatment == "first":
        return dot("mat", x, y, radius)
    if treatment == "second":
        return ring(x, y, radius)
    if treatment == "third":
        half = 0.9 * radius  # nearly the dot's area, 3.24 to 3.14
        side = written(2 * half)
        return f'<rect class="f-ink" x="{written(x - half)}" y="{written(y - half)}" width="{side}" height="{side}"/>'
    far = 1.12 * radius - 0.3
    return (
        f'<path class="s-ink" d="M{written(x)} {written(y - far)}l{written(far)} {written(far)}'
        f'-{written(far)} {written(far)}-{written(far)}-{written(far)}z" stroke-width="{written(0.36 * radius)}"/>'
    )


def tick(x: float, y: float, half: float) -> str:
    """Draw a day without an answer: a short upright stroke, never a hole, a cross or red.

    Examples
    --------
    >>> tick(5, 9, 4)
    '<line class="s-between" x1="5" y1="5" x2="5" y2="13" stroke-width="2"/>'
    """
    return line("between", x, y - half, x, y + half, 2)


def line(token: str, x: float, y: float, x2: float, y2: float, width: float) -> str:
    """Draw a straight line in a token's colour.

    Examples
    --------
    >>> line("rule", 0, 5, 10, 5, 1.5)
    '<line class="s-rule" x1="0" y1="5" x2="10" y2="5" stroke-width="1.5"/>'
    """
    return (
        f'<line class="s-{token}" x1="{written(x)}" y1="{written(y)}" x2="{written(x2)}" y2="{written(y2)}" '
        f'stroke-width="{written(width)}"/>'
    )


def words(token: str, x: float, y: float, text: str, anchor: str = "start") -> str:
    """Write a line whose base line is at ``y``; ``token`` may bring further classes.

    Examples
    --------
    >>> words("ink strong", 5, 9, "3 < 4", "middle")
    '<text class="f-ink strong" x="5" y="9" text-anchor="middle">3 &lt; 4</text>'
    """
    end = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="f-{token}" x="{written(x)}" y="{written(y)}"{end}>{escape(text, quote=False)}</text>'


def length(text: str, *, size: float = WIDEST, strong: bool = False) -> float:
    """Give how long a text may be, in units, in the widest of the usual faces.

    Examples
    --------
    >>> round(length("today")), round(length("today", strong=True))
    (41, 45)
    """
    return about_long(text) * size / TEXT * (1.08 if strong else 1)


def flush(n: int, radius: float, *, pitch: float | None = None) -> tuple[float, float]:
    """Give where a row of marks begins and how far its marks are apart, so that both ends meet the column's edges.

    Examples
    --------
    >>> flush(15, 7), flush(8, 7, pitch=18)
    ((7.0, 24.0), (7.0, 18))
    """
    return float(radius), pitch if pitch is not None else (WIDTH - 2 * radius) / max(n - 1, 1)
