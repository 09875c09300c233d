"""A plan's outlook, drawn: a square of fifty people for each truth, and what each of them would be told.

People stand in rows. A solid dot is told "better", a ring that the other treatment is, a short bar that no difference
matters, and a small grey dot that their days cannot tell.
"""

from __future__ import annotations

import re
import textwrap
from html import escape
from typing import Final

from pinprick.charts.alone import SAY, TITLE, TITLE_CHARACTERS, TITLE_LINE, WORK, _balanced, _painted
from pinprick.charts.drawing import LINE, MARGIN, TEXT, WIDTH, Drawing, Theme, tokens, written
from pinprick.errors import PinprickError
from pinprick.planning.foresight import Foresight
from pinprick.planning.outlook import Outlook
from pinprick.report.heap import Side
from pinprick.report.planning import (
    A_ROW,
    CAPTION,
    KINDS,
    N_DOTS,
    finding_words,
    headline,
    in_dots,
    of_100,
    people_sentences,
    truth_label,
    truth_sentences,
)
from pinprick.words import _

PITCH: Final = 11.5
RADIUS: Final = 4.4
BESIDE: Final = A_ROW * PITCH + 17  # where the words begin
CHARACTERS: Final = 30  # of them on a line
SQUARE: Final = N_DOTS // A_ROW * PITCH
GAP: Final = 24


def plan_words(f: Foresight) -> tuple[str, str]:
    """Give the picture's title and description, with the same counts as the picture."""
    squares = " ".join(
        f"{truth_label(f, outlook.effect or 0.0)}: {' '.join(truth_sentences(f, outlook))}" for outlook in f.outlooks
    )
    return _("What this plan would find"), f"{' '.join(people_sentences(f))} {squares} {_(CAPTION)}"


def draw_plan(f: Foresight) -> Drawing:
    """Draw people like the one who asks, then a square for each truth, and what the marks mean.

    Raises
    ------
    PinprickError
        If the plan ends before an answer can come, so that there is nothing to draw.
    """
    if f.worth is None:
        raise PinprickError("This plan ends before an answer can come, so there is nothing to draw; give it more days.")
    drawing = Drawing()
    y = _square(drawing, 0.0, f.worth.outlook, _("People like you"), _told(f.worth.outlook))
    for outlook in f.outlooks:
        y = _square(drawing, y, outlook, truth_label(f, outlook.effect or 0.0), _told(outlook))
    words = finding_words(f)
    for kind in KINDS:
        _mark(drawing, kind, RADIUS + 1, y - 4)
        for line in textwrap.wrap(words[kind], 42):
            drawing.text("ink-2", 18, y, line, "start")
            y += LINE
    y += 4
    for line in textwrap.wrap(_(CAPTION), 46):
        drawing.text("ink-2", 0, y, line, "start")
        y += LINE
    drawing.height = y - LINE + 8
    return drawing


def _told(outlook: Outlook) -> list[str]:
    """The largest two counts and the days, beside the square."""
    lines = [_("clear answer: {share}").format(share=of_100(outlook.clear))]
    if outlook.effect is not None:
        lines.append(_("better: {share}").format(share=of_100(outlook.better)))
    lines.append(_("{n} days on average").format(n=round(outlook.mean_days)))
    return lines


def _square(drawing: Drawing, top: float, outlook: Outlook, label: str, told: list[str]) -> float:
    """Draw fifty people with words beside them; give where the next square begins."""
    count, number = in_dots(outlook), 0
    for kind in KINDS:
        for _dot in range(count[kind]):
            row, column = divmod(number, A_ROW)
            _mark(drawing, kind, RADIUS + 1 + column * PITCH, top + RADIUS + 1 + row * PITCH)
            number += 1
    y = top + 12
    for token, text in (("ink", label), *(("ink-2", line) for line in told)):
        for line in textwrap.wrap(text, CHARACTERS):
            drawing.text(token, BESIDE, y, line, "start")
            y += LINE - 2
    return max(top + SQUARE, y - LINE + 6) + GAP


def _mark(drawing: Drawing, kind: str, x: float, y: float) -> None:
    if kind == "third":
        drawing.rule("ink", x - RADIUS, y, x + RADIUS, y, 2.4)
    else:
        sides = {"better": Side.FIRST, "worse": Side.SECOND, "cannot_tell": Side.SMALL}
        drawing.mark(sides[kind], x, y, RADIUS)


def plan_svg(f: Foresight, *, theme: Theme = "light") -> str:
    """Draw a picture that stands alone, in real colours on the theme's paper. The same outlook gives the same bytes.

    Raises
    ------
    PinprickError
        As `draw_plan`.
    """
    drawing, colour = draw_plan(f), tokens(theme)
    y = float(MARGIN)
    body = []
    for line in _balanced(headline(f), TITLE_CHARACTERS):
        y += TITLE_LINE
        body.append(
            f'<text class="f-ink" x="0" y="{written(y - 6)}" font-family="{SAY}" font-size="{TITLE}" '
            f'font-weight="500">{escape(line, quote=False)}</text>'
        )
    y += 14
    body.append(f'<g transform="translate(0,{written(y)})">{drawing.shapes()}</g>')
    height = written(y + drawing.height + MARGIN)
    text = re.sub(r'class="([^"]+)"', lambda found: _painted(found[1], colour), "".join(body))
    title, description = plan_words(f)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + 2 * MARGIN}" height="{height}" '
        f'viewBox="-{MARGIN} 0 {WIDTH + 2 * MARGIN} {height}" role="img" aria-labelledby="title desc" '
        f'font-family="{WORK}" font-size="{TEXT}">'
        f'<title id="title">{escape(title)}</title><desc id="desc">{escape(description)}</desc>'
        f'<rect x="-{MARGIN}" width="{WIDTH + 2 * MARGIN}" height="{height}" fill="{colour["paper"]}"/>{text}</svg>\n'
    )


def inline_plan(f: Foresight, *, id: str) -> str:  # noqa: A002
    """Draw the picture for a page: colours are classes, its title and description have ids made from ``id``."""
    drawing = draw_plan(f)
    title, description = plan_words(f)
    return (
        f'<svg class="picture" viewBox="0 0 {WIDTH} {written(drawing.height)}" role="img" '
        f'aria-labelledby="{id}-title {id}-desc"><title id="{id}-title">{escape(title)}</title>'
        f'<desc id="{id}-desc">{escape(description)}</desc>{drawing.shapes()}</svg>'
    )
