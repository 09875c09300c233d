"""Results to pictures: the heap of possible answers and the strip of every day, drawn through Altair.

A picture is drawn once, in the colours of the light theme. What Vega returns is then flattened into a few
plain shapes whose colours are class names, so that one drawing serves a light and a dark page under a
strict content security policy; a file that stands alone gets real colours instead. No text is measured:
positions follow from numbers alone, so the same diary gives the same bytes on every machine.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Final, Literal
from xml.etree import ElementTree as ET

from pinprick.analysis.single import Result
from pinprick.errors import PinprickError
from pinprick.report.days import Day, unanswered
from pinprick.report.days import every_day as every_day_of
from pinprick.report.finding import headline
from pinprick.report.heap import Heap, Side, pile, ticks
from pinprick.report.names import day_month, day_span, exact, number, outcome_name, sentence, tidy
from pinprick.report.size import dots_sentence
from pinprick.report.standing import can_be_drawn, favours, names

if TYPE_CHECKING:
    import altair as alt

Which = Literal["answers", "days", "both"]
Theme = Literal["light", "dark"]

WIDTH: Final = 350  # a phone's column: one unit is then one pixel
TEXT: Final = 13
LINE: Final = 18
MARGIN: Final = 20

AXIS_LEFT, AXIS_RIGHT = 6, 344
LABEL_ROOM: Final = 46  # above the heap, for "too small to matter"
HEAP_HEIGHT: Final = 184
AXIS_Y: Final = LABEL_ROOM + HEAP_HEIGHT
COLUMNS: Final = (24, 30, 36, 42, 48, 54, 60, 66, 72)  # tried in turn: the largest dots that fit are drawn
LARGEST_PITCH: Final = 15.0
ROOM_FOR_TWO: Final = 46  # characters that fit on one line of a picture

WIDE: Final = dict.fromkeys("iljtfr.,:;'!|()[] ", 0.36) | dict.fromkeys("mwMW@", 0.95)  # of the text's size

ROWS: Final = ((56, 56, 128.0), (112, 56, 88.0))  # up to so many days: the most in a row, and its height
DAY_INSET: Final = 7
WIDEST_DAY: Final = 18.0
LEAST_RADIUS, LARGEST_RADIUS = 2.2, 4.3

TITLE, TITLE_LINE, TITLE_CHARACTERS = 21, 28, 32
CAPTION_CHARACTERS: Final = 50
SAY: Final = "Literata, 'Iowan Old Style', Charter, 'Noto Serif', Georgia, serif"
WORK: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
WORK_PNG: Final = "Liberation Sans"  # comes with the converter, so a PNG does not depend on the machine's fonts
PNG_SCALE: Final = 2.0


@cache
def tokens(theme: Theme) -> dict[str, str]:
    """Read the colours of a theme from ``look/tokens.css``, the only place that has them."""
    text = files("pinprick").joinpath("look/tokens.css").read_text(encoding="utf-8")
    light, dark = text.split("@media", 1)
    chosen = dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", light))
    if theme == "dark":
        chosen |= dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", dark))
    return chosen


def _altair() -> Any:
    try:
        import altair
        import vl_convert  # noqa: F401
    except ImportError:
        raise PinprickError(
            "A picture needs Altair, which is not installed; get it with: pip install 'pinprick[report]'"
        ) from None
    return altair


# --- the two charts ------------------------------------------------------------------------------------


def possible_answers(result: Result) -> alt.LayerChart:
    """Draw the heap: 50 equally likely answers on an axis that is symmetrical about "no difference".

    Answers that matter carry the mark of the treatment they favour, solid or ring; those too small to
    matter are small and grey, inside the band that says so.

    Raises
    ------
    PinprickError
        If there is no answer to draw, or Altair is not installed.
    """
    return _answers(result).chart()


def every_day(result: Result) -> alt.LayerChart:
    """Draw the strip: each day's answer at its date, solid or ring by treatment.

    A short upright tick on the base line is a day without an answer; an answer that did not count is small
    and grey. A long diary breaks into rows, so that days do not crowd into each other.

    Raises
    ------
    PinprickError
        If Altair is not installed.
    """
    return _days(result).chart()


def to_svg(result: Result, which: Which = "both", *, theme: Theme = "light") -> str:
    """Draw a picture that stands alone, in real colours on the theme's paper.

    ``both`` holds the two charts below each other with the finding as its title; where there are no possible
    answers to show, the strip stands alone. The same result gives the same bytes.

    Raises
    ------
    PinprickError
        If Altair is not installed, or ``answers`` are asked for and there are none.
    """
    return _standing(result, which, theme, WORK)


def to_png(result: Result, which: Which = "both", *, theme: Theme = "light", scale: float = PNG_SCALE) -> bytes:
    """Draw the picture of `to_svg` as PNG, ``scale`` pixels to the unit, in fonts that come along."""
    svg = _standing(result, which, theme, WORK_PNG)
    import vl_convert

    with as_file(files("pinprick").joinpath("look")) as folder:
        vl_convert.register_font_directory(str(folder))
        return vl_convert.svg_to_png(svg, scale=scale)


def inline(result: Result, which: Literal["answers", "days"], *, id: str) -> str:  # noqa: A002
    """Draw one chart for a page: colours are classes, its title and description have ids made from ``id``."""
    drawing = _answers(result) if which == "answers" else _days(result)
    title, description = (answers_words if which == "answers" else days_words)(result)
    return (
        f'<svg class="picture" viewBox="0 0 {WIDTH} {_n(drawing.height)}" role="img" '
        f'aria-labelledby="{id}-title {id}-desc"><title id="{id}-title">{escape(title)}</title>'
        f'<desc id="{id}-desc">{escape(description)}</desc>{drawing.shapes()}</svg>'
    )


def answers_words(result: Result) -> tuple[str, str]:
    """Give the heap's title and description, with the same counts as the picture."""
    first, second = favours(result)
    heap, _ = _heap(result)
    return (
        "50 possible answers",
        f"{dots_sentence(result)} The axis runs from {exact(heap.limit)} points {second}, over no difference, "
        f"to {exact(heap.limit)} points {first}.",
    )


def days_words(result: Result) -> tuple[str, str]:
    """Give the strip's title and description."""
    o = result.observations
    outcome = sentence(outcome_name(o.outcome.name))
    shown = every_day_of(result)
    span = day_span(shown[0].day, shown[-1].day) if shown else "no day yet"
    said = [f"{outcome} from {exact(o.outcome.low)} to {exact(o.outcome.high)}, day by day, {span}."]
    said += [
        f"{rated} answers with {name}, {number(mean, width=o.outcome.width)} on average."
        for name, rated, mean in zip(names(result), o.rated, o.means, strict=True)
        if rated
    ]
    empty = sum(unanswered(result))
    if empty:
        said.append(f"{empty} days without an answer.")
    return "Every day", " ".join(said)


# --- the heap ------------------------------------------------------------------------------------------


def _heap(result: Result) -> tuple[Heap, float]:
    """Pile the answers with the largest dots for which the heap is not too high; the pitch is in units."""
    effect = result.effect
    if effect is None or not can_be_drawn(result):
        raise PinprickError("There are no possible answers to draw yet; rate more days under both treatments.")
    width = result.outcome.width
    for n_columns in COLUMNS:
        heap = pile(effect, n_columns=n_columns, n_rows=len(effect.dots), width=width)
        pitch = (AXIS_RIGHT - AXIS_LEFT) / (2 * heap.n_columns)
        if pitch <= LARGEST_PITCH and heap.n_rows * pitch <= HEAP_HEIGHT:
            return heap, pitch
    heap = pile(effect, n_columns=COLUMNS[-1], n_rows=int(HEAP_HEIGHT / pitch), width=width)
    return heap, (AXIS_RIGHT - AXIS_LEFT) / (2 * heap.n_columns)


def _answers(result: Result) -> _Drawing:
    heap, pitch = _heap(result)
    middle = (AXIS_LEFT + AXIS_RIGHT) / 2
    unit = (AXIS_RIGHT - AXIS_LEFT) / (2 * heap.limit)
    edge = min(heap.delta, heap.limit) * unit
    radius = 0.44 * pitch
    drawing = _Drawing()
    drawing.rect("band", middle - edge, 0, middle + edge, AXIS_Y)
    drawing.rule("ink", middle, LABEL_ROOM - 4, middle, AXIS_Y + 6, 1.5)
    drawing.rule("ink", AXIS_LEFT - 2, AXIS_Y, AXIS_RIGHT + 2, AXIS_Y, 1.5)
    for dot in heap.dots:
        x, y = middle + (dot.column + 0.5) * pitch, AXIS_Y - 2 - (dot.row + 0.5) * pitch
        drawing.mark(dot.side, x, y, radius, value=dot.value)
    for i, words in enumerate(("too small", "to matter")):
        drawing.text("ink-2", middle, 18 + 16 * i, words, "middle")
    for size in ticks(heap):
        for sign in (-1, 1) if size else (1,):
            x = middle + sign * size * unit
            half = _long(exact(size)) / 2
            inside = min(max(x, half), WIDTH - half)
            drawing.text("ink-2", inside, AXIS_Y + 22, exact(size), "middle")
    y = AXIS_Y + 22 + 24
    with_first, with_second = (tidy(text) for text in favours(result))
    left, right = f"\N{LEFTWARDS ARROW} {with_second}", f"{with_first} \N{RIGHTWARDS ARROW}"
    if _long(left) + _long(right) <= WIDTH - 12:
        drawing.text("ink-2", AXIS_LEFT - 2, y, left, "start")
        drawing.text("ink-2", AXIS_RIGHT + 2, y, right, "end")
    else:
        for text, x, anchor in ((left, AXIS_LEFT - 2, "start"), (right, AXIS_RIGHT + 2, "end")):
            for line in textwrap.wrap(text, ROOM_FOR_TWO):
                drawing.text("ink-2", x, y, line, anchor)
                y += LINE
        y -= LINE
    drawing.height = y + 8
    return drawing


# --- the strip -----------------------------------------------------------------------------------------


def _days(result: Result) -> _Drawing:
    shown = every_day_of(result)
    scale = result.outcome
    n_days = (shown[-1].day - shown[0].day).days + 1 if shown else 1
    per_row, height = _rows(n_days)
    labels = [exact(value) for value in (scale.low, (scale.low + scale.high) / 2, scale.high)]
    left = 10 + max(_long(label) for label in labels)
    pitch = min((WIDTH - LEAST_RADIUS - left - 2 * DAY_INSET) / max(per_row - 1, 1), WIDEST_DAY)
    radius = min(max(0.47 * pitch, LEAST_RADIUS), LARGEST_RADIUS)
    drawing = _Drawing()
    top = 10.0
    for start in range(0, n_days, per_row):
        bottom = top + height
        for value, label in zip((scale.low, (scale.low + scale.high) / 2, scale.high), labels, strict=True):
            y = bottom - (value - scale.low) / scale.width * height
            drawing.rule("rule", left, y, WIDTH, y, 1)
            drawing.text("ink-2", left - 8, y + 4.5, label, "end")
        row = [day for day in shown if start <= (day.day - shown[0].day).days < start + per_row]
        for day in row:
            x = left + DAY_INSET + ((day.day - shown[0].day).days - start) * pitch
            if day.rating is None:
                drawing.rule("between", x, bottom - 5, x, bottom + 5, 1.6)
                continue
            y = bottom - (day.rating - scale.low) / scale.width * height
            counted = day.counted and day.first is not None
            side = Side.SMALL if not counted else Side.FIRST if day.first else Side.SECOND
            drawing.mark(side, x, y, radius, value=day.rating, day=day.day.isoformat())
        if row:
            crosses = shown[0].day.year != shown[-1].day.year
            drawing.text("ink-2", left, bottom + 22, day_month(row[0].day, year=crosses), "start")
            if len(row) > 1 and (row[-1].day - row[0].day).days * pitch > 150:
                at = left + 2 * DAY_INSET + ((row[-1].day - shown[0].day).days - start) * pitch
                end = min(at, float(WIDTH))
                drawing.text("ink-2", end, bottom + 22, day_month(row[-1].day, year=crosses), "end")
        top = bottom + 40
    _key(drawing, result, shown, top, radius)
    return drawing


def _rows(n_days: int) -> tuple[int, float]:
    """Days a row and the height of one: about equal rows of 56 days, from 16 weeks on of 84."""
    most, height = next(((most, height) for up_to, most, height in ROWS if n_days <= up_to), (84, 64.0))
    n_rows = -(-n_days // most)
    return -(-n_days // n_rows), height


def _key(drawing: _Drawing, result: Result, shown: tuple[Day, ...], top: float, radius: float) -> None:
    """Name the marks; on one line where both names are short."""
    first, second = (tidy(name) for name in result.observations.treatments)
    entries: list[tuple[Side | None, str]] = [(Side.FIRST, first), (Side.SECOND, second)]
    if any(day.rating is None for day in shown):
        entries.append((None, "no answer"))
    if any(day.rating is not None and not day.counted for day in shown):
        entries.append((Side.SMALL, "not counted"))
    one_line = sum(_long(text) + 38 for _, text in entries) <= WIDTH
    x, y = 6.0, top + 6
    for side, text in entries:
        if side is None:
            drawing.rule("between", x, y - 10, x, y, 1.6)
        else:
            drawing.mark(side, x, y - 5, max(radius, 4.2))
        lines = textwrap.wrap(text, ROOM_FOR_TWO - 4)
        for i, line in enumerate(lines):
            drawing.text("ink", x + 12, y + i * LINE, line, "start")
        if one_line:
            x += 12 + _long(text) + 26
        else:
            y += LINE * len(lines) + 4
    drawing.height = (y if one_line else y - LINE - 4) + 8


def _long(text: str) -> float:
    """About how long a text is, in units, in the widest of the usual faces: no font is asked."""
    return TEXT * sum(WIDE.get(c, 0.72 if c.isupper() or not c.isascii() else 0.6) for c in text)


# --- from shapes to Altair, and from Vega's SVG to plain shapes ----------------------------------------


class _Drawing:
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

    def chart(self) -> alt.LayerChart:
        """Build the Vega-Lite chart, in the colours of the light theme."""
        altair = _altair()
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
        """Give the drawing as plain SVG shapes whose colours are classes such as f-mat and s-towel."""
        _altair()
        import vl_convert

        drawn = vl_convert.vegalite_to_svg(self.chart().to_dict(), allowed_base_urls=[])
        root = ET.fromstring(drawn)  # noqa: S314  our own drawing, not a stranger's file
        return "".join(_shapes(root, 0.0, 0.0))


_SVG: Final = "{http://www.w3.org/2000/svg}"
_MOVE: Final = re.compile(r"translate\(([-\d.e]+),([-\d.e]+)\)")
_CIRCLE: Final = re.compile(r"M([\d.]+),0A\1,\1")
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
        width = f' stroke-width="{_n(element.get("stroke-width"))}"' if "s-" in classes else ""
        yield f'<circle class="{classes}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(circle[1])}"{width}/>'
    elif tag == "path" and (rect := _RECT.match(path)):
        left, top, width_, height = (float(part) for part in rect.groups())
        corner, far = sorted((top, top + height))
        yield (
            f'<rect class="{classes}" x="{_n(x + left)}" y="{_n(y + corner)}" '
            f'width="{_n(width_)}" height="{_n(far - corner)}"/>'
        )
    elif tag == "line":
        x2, y2 = x + float(element.get("x2", 0)), y + float(element.get("y2", 0))
        yield (
            f'<line class="{classes}" x1="{_n(x)}" y1="{_n(y)}" x2="{_n(x2)}" y2="{_n(y2)}" '
            f'stroke-width="{_n(element.get("stroke-width", 1))}"/>'
        )
    elif tag == "text":
        anchor = element.get("text-anchor", "start")
        end = "" if anchor == "start" else f' text-anchor="{anchor}"'
        yield f'<text class="{classes}" x="{_n(x)}" y="{_n(y)}"{end}>{escape(element.text or "", quote=False)}</text>'
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


def _n(value: float | str | None) -> str:
    """Write a coordinate with at most two decimals."""
    return f"{float(value or 0):.2f}".rstrip("0").rstrip(".").replace("-0", "0") if value else "0"


# --- pictures that stand alone -------------------------------------------------------------------------


def _standing(result: Result, which: Which, theme: Theme, font: str) -> str:
    parts = []
    if which == "answers" or (which == "both" and can_be_drawn(result)):
        parts.append((_answers(result), answers_words(result)))
    if which in ("days", "both"):
        parts.append((_days(result), days_words(result)))
    colour = tokens(theme)
    y = float(MARGIN)
    body = []
    if which == "both":
        for line in _balanced(headline(result), TITLE_CHARACTERS):
            y += TITLE_LINE
            body.append(
                f'<text class="f-ink" x="0" y="{_n(y - 6)}" font-family="{SAY}" font-size="{TITLE}" '
                f'font-weight="500">{escape(line, quote=False)}</text>'
            )
        y += 14
    for i, (drawing, _) in enumerate(parts):
        if which == "both" and i == len(parts) - 1:
            for line in textwrap.wrap(dots_sentence(result), CAPTION_CHARACTERS):
                y += LINE
                body.append(f'<text class="f-ink-2" x="0" y="{_n(y - 4)}">{escape(line, quote=False)}</text>')
            y += 36 if i else 10
            name = sentence(outcome_name(result.outcome.name))
            for line in _balanced(f"{name}, every day", TITLE_CHARACTERS + 8):
                body.append(
                    f'<text class="f-ink" x="0" y="{_n(y)}" font-family="{SAY}" font-size="16" '
                    f'font-weight="500">{escape(line, quote=False)}</text>'
                )
                y += 22
        body.append(f'<g transform="translate(0,{_n(y)})">{drawing.shapes()}</g>')
        y += drawing.height
    text = re.sub(r'class="([^"]+)"', lambda found: _painted(found[1], colour), "".join(body))
    height = _n(y + MARGIN)
    title = escape(headline(result) if which == "both" else parts[0][1][0])
    description = escape(" ".join(words[1] for _, words in parts))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + 2 * MARGIN}" height="{height}" '
        f'viewBox="-{MARGIN} 0 {WIDTH + 2 * MARGIN} {height}" role="img" aria-labelledby="title desc" '
        f'font-family="{font}" font-size="{TEXT}">'
        f'<title id="title">{title}</title><desc id="desc">{description}</desc>'
        f'<rect x="-{MARGIN}" width="{WIDTH + 2 * MARGIN}" height="{height}" fill="{colour["paper"]}"/>{text}</svg>\n'
    )


def _painted(classes: str, colour: dict[str, str]) -> str:
    """Turn colour classes into presentation attributes."""
    found = []
    for name in classes.split():
        letter, _, token = name.partition("-")
        found.append(f'{"fill" if letter == "f" else "stroke"}="{colour[token]}"')
    if not classes.startswith("f-"):
        found.append('fill="none"')
    return " ".join(found)


def _balanced(text: str, most: int) -> list[str]:
    """Break a title into the fewest lines, of about equal length."""
    n = len(textwrap.wrap(text, most))
    tried = (textwrap.wrap(text, width) for width in range(max(1, len(text) // n), most + 1))
    return next(lines for lines in tried if len(lines) <= n)
