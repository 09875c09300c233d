"""Shapes in units, drawn by Altair and flattened into plain SVG whose colours are class names."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal
from xml.etree import ElementTree as ET

from pinprick.errors import PinprickError
from pinprick.report.heap import Side

if TYPE_CHECKING:
    import altair as alt

Theme = Literal["light", "dark"]

WIDTH: Final = 350  # a phone's column: one unit is then one pixel
TEXT: Final = 13
LINE: Final = 18
MARGIN: Final = 20
ROOM_FOR_TWO: Final = 46  # characters that fit on one line of a picture

WIDE: Final = dict.fromkeys("iljtfr.,:;'!|()[] ", 0.36) | dict.fromkeys("mwMW@", 0.95)  # of the text's size


@cache
def tokens(theme: Theme) -> dict[str, str]:
    """Read the colours of a theme from ``look/tokens.css``, the only place that has them."""
    text = files("pinprick").joinpath("look/tokens.css").read_text(encoding="utf-8")
    light, dark = text.split("@media", 1)
    chosen = dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", light))
    if theme == "dark":
        chosen |= dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", dark))
    return chosen


def altair_or_say() -> Any:
    """Altair, or one line that says how to get it."""
    try:
        import altair
        import vl_convert  # noqa: F401
    except ImportError:
        raise PinprickError(
            "A picture needs Altair, which is not installed; get it with: pip install 'pinprick[report]'"
        ) from None
    return altair


def about_long(text: str) -> float:
    """About how long a text is, in units, in the widest of the usual faces: no font is asked."""
    return TEXT * sum(WIDE.get(c, 0.72 if c.isupper() or not c.isascii() else 0.6) for c in text)


class Drawing:
    """Shapes in units of a 350-wide picture, drawn by Altair in the order in which their kinds came."""

    def __init__(self) -> None:
        self.height = 0.0
        self.layers: dict[tuple[Any, ...], list[dict[str, Any]]] = {}

    def _put(self, kind: tuple[Any, ...], **values: Any) -> None:
        rounded = {name: round(v, 2) if isinstance(v, float) else v for name, v in values.items()}
        self.layers.setdefault(kind, []).append(rounded)

    def rect(self, token: str, x: float, y: float, x2: float, y2: float) -> None:
        """Fill a rectangle."""
        self._put(("rect", token), x=x, y=y, x2=x2, y2=y2)

    def rule(self, token: str, x: float, y: float, x2: float, y2: float, width: float) -> None:
        """Draw a straight line."""
        self._put(("rule", token, width), x=x, y=y, x2=x2, y2=y2)

    def mark(self, side: Side, x: float, y: float, radius: float, **meaning: Any) -> None:
        """Draw a dot, a ring of the same outer size, or a small dot of half of it."""
        if side is Side.SECOND:
            stroke = round(max(1.2, 0.38 * radius), 2)
            self._put(("ring", "towel", round(radius - stroke / 2, 2), stroke), x=x, y=y, **meaning)
        else:
            token, size = ("mat", radius) if side is Side.FIRST else ("between", max(0.55 * radius, 1.4))
            self._put(("dot", token, round(size, 2)), x=x, y=y, **meaning)

    def text(self, token: str, x: float, y: float, text: str, anchor: str) -> None:
        """Write a line; ``y`` is its base line."""
        self._put(("text", token, anchor), x=x, y=y, text=text)

    def line(self, token: str, points: Iterable[tuple[float, float]], width: float) -> None:
        """Draw an open line through points, to a tenth of a unit; each is a kind of its own."""
        kind = ("line", token, width, len(self.layers))
        for i, (x, y) in enumerate(points):
            self._put(kind, x=round(x, 1), y=round(y, 1), i=i)

    def chart(self) -> alt.LayerChart:
        """Build the Vega-Lite chart, in the colours of the light theme."""
        altair = altair_or_say()
        colour = tokens("light")
        x = altair.X("x:Q", axis=None, scale=altair.Scale(domain=[0, WIDTH], range=[0, WIDTH], nice=False))
        y = altair.Y("y:Q", axis=None, scale=altair.Scale(domain=[0, self.height], range=[0, self.height], nice=False))
        anchors = {"start": "left", "middle": "center", "end": "right"}
        layers = []
        for (kind, token, *style), values in self.layers.items():
            data = altair.Chart(altair.Data(values=values))
            paint = colour[token]
            if kind == "rect":
                layers.append(data.mark_rect(color=paint).encode(x=x, y=y, x2="x2:Q", y2="y2:Q"))
            elif kind == "rule":
                rule = data.mark_rule(color=paint, strokeWidth=style[0])
                layers.append(rule.encode(x=x, y=y, x2="x2:Q", y2="y2:Q"))
            elif kind == "line":
                line = data.mark_line(color=paint, strokeWidth=style[0], interpolate="linear")
                layers.append(line.encode(x=x, y=y, order="i:Q"))
            elif kind == "text":
                text = data.mark_text(
                    color=paint, align=anchors[style[0]], baseline="alphabetic", fontSize=TEXT, font="system-ui"
                )
                layers.append(text.encode(x=x, y=y, text="text:N"))
            else:
                look = {"filled": kind == "dot", "color": paint, "size": round((2 * style[0]) ** 2, 4)}
                ring = {"strokeWidth": style[1]} if kind == "ring" else {}
                layers.append(data.mark_point(shape="circle", opacity=1, **look, **ring).encode(x=x, y=y))
        layered: alt.LayerChart = (
            altair.layer(*layers)
            .properties(width=WIDTH, height=self.height, padding=0, background="transparent")
            .properties(autosize=altair.AutoSizeParams(type="none"))
            .configure(aria=False)
            .configure_view(stroke=None)
        )
        return layered

    def shapes(self) -> str:
        """Give the drawing as plain SVG shapes whose colours are classes such as f-mat and s-towel.

        The definition is `shapes_by_vega`, which draws the Altair chart; this writes the same bytes without starting
        Vega, in a thousandth of the time, and needs neither Altair nor its memory. A test holds the two together.
        """
        return "".join(
            shape
            for kind, all_values in self.layers.items()
            for shape in (
                [_line(kind, all_values)] if kind[0] == "line" else [_shape(kind, values) for values in all_values]
            )
        )

    def shapes_by_vega(self) -> str:
        """The same shapes, as Vega draws `chart`.

        Raises
        ------
        PinprickError
            If Altair is not installed.
        """
        altair_or_say()
        import vl_convert

        drawn = vl_convert.vegalite_to_svg(self.chart().to_dict(), allowed_base_urls=[])
        root = ET.fromstring(drawn)  # noqa: S314  our own drawing, not a stranger's file
        return "".join(_shapes(root, 0.0, 0.0))


def _line(kind: tuple[Any, ...], all_values: list[dict[str, Any]]) -> str:
    """One line through all its points."""
    _name, token, width, _number = kind
    way = "L".join(f"{written(values['x'])},{written(values['y'])}" for values in all_values)
    return f'<path class="s-{token}" d="M{way}" stroke-width="{written(width)}"/>'


def _shape(kind: tuple[Any, ...], values: dict[str, Any]) -> str:
    """One shape, as Vega would place and size it."""
    name, token, *style = kind
    x, y = values["x"], values["y"]
    if name == "rect":
        (left, right), (top, bottom) = sorted((x, values["x2"])), sorted((y, values["y2"]))
        return (
            f'<rect class="f-{token}" x="{written(left)}" y="{written(top)}" '
            f'width="{written(right - left)}" height="{written(bottom - top)}"/>'
        )
    if name == "rule":
        return (
            f'<line class="s-{token}" x1="{written(x)}" y1="{written(y)}" x2="{written(values["x2"])}" '
            f'y2="{written(values["y2"])}" stroke-width="{written(style[0])}"/>'
        )
    if name == "text":
        end = "" if style[0] == "start" else f' text-anchor="{style[0]}"'
        words = escape(values["text"], quote=False)
        return f'<text class="f-{token}" x="{written(x)}" y="{written(y)}"{end}>{words}</text>'
    radius = math.sqrt(round((2 * style[0]) ** 2, 4)) / 2  # Vega takes an area, given to four decimals
    paint, width = ("f", "") if name == "dot" else ("s", f' stroke-width="{written(style[1])}"')
    return f'<circle class="{paint}-{token}" cx="{written(x)}" cy="{written(y)}" r="{written(radius)}"{width}/>'


_SVG: Final = "{http://www.w3.org/2000/svg}"
_MOVE: Final = re.compile(r"translate\(([-\d.e]+),([-\d.e]+)\)")
_CIRCLE: Final = re.compile(r"M([\d.]+),0A\1,\1")
_LINE: Final = re.compile(r"M((?:[-\d.]+,[-\d.]+L?)+)")
_RECT: Final = re.compile(r"M([-\d.]+),([-\d.]+)h([-\d.]+)v([-\d.]+)h[-\d.]+Z")


def _shapes(element: ET.Element, x: float, y: float) -> Iterator[str]:
    """Flatten what Vega drew: no groups, no transforms, no attribute that only names Vega's parts."""
    move = _MOVE.search(element.get("transform", ""))
    if move:
        x, y = x + float(move[1]), y + float(move[2])
    tag, path = element.tag.removeprefix(_SVG), element.get("d", "")
    classes = _classes(element)
    if not classes or element.get("aria-hidden"):
        pass
    elif tag == "path" and (circle := _CIRCLE.match(path)):
        width = f' stroke-width="{written(element.get("stroke-width"))}"' if "s-" in classes else ""
        yield f'<circle class="{classes}" cx="{written(x)}" cy="{written(y)}" r="{written(circle[1])}"{width}/>'
    elif tag == "path" and (rect := _RECT.match(path)):
        left, top, width_, height = (float(part) for part in rect.groups())
        corner, far = sorted((top, top + height))
        yield (
            f'<rect class="{classes}" x="{written(x + left)}" y="{written(y + corner)}" '
            f'width="{written(width_)}" height="{written(far - corner)}"/>'
        )
    elif tag == "path" and (points := _LINE.fullmatch(path)):
        way = "L".join(
            ",".join(written(float(part) + base) for part, base in zip(point.split(","), (x, y), strict=True))
            for point in points[1].split("L")
        )
        yield f'<path class="{classes}" d="M{way}" stroke-width="{written(element.get("stroke-width"))}"/>'
    elif tag == "line":
        x2, y2 = x + float(element.get("x2", 0)), y + float(element.get("y2", 0))
        yield (
            f'<line class="{classes}" x1="{written(x)}" y1="{written(y)}" x2="{written(x2)}" y2="{written(y2)}" '
            f'stroke-width="{written(element.get("stroke-width", 1))}"/>'
        )
    elif tag == "text":
        anchor = element.get("text-anchor", "start")
        end = "" if anchor == "start" else f' text-anchor="{anchor}"'
        words = escape(element.text or "", quote=False)
        yield f'<text class="{classes}" x="{written(x)}" y="{written(y)}"{end}>{words}</text>'
    else:
        raise PinprickError(f"Vega drew a {tag} that Pinprick does not know; install Altair below version 7.")
    for child in element:
        yield from _shapes(child, x, y)


def _classes(element: ET.Element) -> str:
    names_of = {value: name for name, value in tokens("light").items() if name not in ("edge", "focus", "accent")}
    found = []
    for letter, attribute in (("f", "fill"), ("s", "stroke")):
        name = names_of.get(element.get(attribute, "").upper())
        if name:
            found.append(f"{letter}-{name}")
    return " ".join(found)


def written(value: float | str | None) -> str:
    """Write a coordinate with at most two decimals."""
    text = f"{float(value or 0):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
