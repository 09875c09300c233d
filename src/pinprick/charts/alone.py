"""Pictures that stand alone: a title, both charts, real colours on the theme's paper."""

from __future__ import annotations

import re
import textwrap
from html import escape
from typing import Final, Literal

from pinprick.analysis.single import Result
from pinprick.charts.answers import answers_words, draw_answers
from pinprick.charts.days import days_words, draw_days
from pinprick.charts.drawing import LINE, MARGIN, TEXT, WIDTH, Theme, tokens, written
from pinprick.report.finding import headline
from pinprick.report.how_large import dots_sentence
from pinprick.report.names import outcome_name, sentence
from pinprick.report.standing import can_be_drawn
from pinprick.words import _

Which = Literal["answers", "days", "both"]

TITLE, TITLE_LINE, TITLE_CHARACTERS = 21, 28, 32
CAPTION_CHARACTERS: Final = 50
SAY: Final = "Literata, 'Iowan Old Style', Charter, 'Noto Serif', Georgia, serif"
WORK: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
WORK_PNG: Final = "Liberation Sans"  # comes with the converter, so a PNG does not depend on the machine's fonts


def standing_alone(result: Result, which: Which, theme: Theme, font: str) -> str:
    """One SVG with one or both charts, their words as title and description."""
    parts = []
    if which == "answers" or (which == "both" and can_be_drawn(result)):
        parts.append((draw_answers(result), answers_words(result)))
    if which in ("days", "both"):
        parts.append((draw_days(result), days_words(result)))
    colour = tokens(theme)
    y = float(MARGIN)
    body = []
    if which == "both":
        for line in _balanced(headline(result), TITLE_CHARACTERS):
            y += TITLE_LINE
            body.append(
                f'<text class="f-ink" x="0" y="{written(y - 6)}" font-family="{SAY}" font-size="{TITLE}" '
                f'font-weight="500">{escape(line, quote=False)}</text>'
            )
        y += 14
    for i, (drawing, _words) in enumerate(parts):
        if which == "both" and i == len(parts) - 1:
            for line in textwrap.wrap(dots_sentence(result), CAPTION_CHARACTERS):
                y += LINE
                body.append(f'<text class="f-ink-2" x="0" y="{written(y - 4)}">{escape(line, quote=False)}</text>')
            y += 36 if i else 10
            name = sentence(outcome_name(result.outcome.name))
            for line in _balanced(_("{outcome}, every day").format(outcome=name), TITLE_CHARACTERS + 8):
                body.append(
                    f'<text class="f-ink" x="0" y="{written(y)}" font-family="{SAY}" font-size="16" '
                    f'font-weight="500">{escape(line, quote=False)}</text>'
                )
                y += 22
        body.append(f'<g transform="translate(0,{written(y)})">{drawing.shapes()}</g>')
        y += drawing.height
    text = re.sub(r'class="([^"]+)"', lambda found: _painted(found[1], colour), "".join(body))
    height = written(y + MARGIN)
    title = escape(headline(result) if which == "both" else parts[0][1][0])
    description = escape(" ".join(words[1] for _drawing, words in parts))
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
        letter, token = name.split("-", 1)
        found.append(f'{"fill" if letter == "f" else "stroke"}="{colour[token]}"')
    if not classes.startswith("f-"):
        found.append('fill="none"')
    return " ".join(found)


def _balanced(text: str, most: int) -> list[str]:
    """Break a title into the fewest lines, of about equal length."""
    n = len(textwrap.wrap(text, most))
    tried = (textwrap.wrap(text, width) for width in range(max(1, len(text) // n), most + 1))
    return next(lines for lines in tried if len(lines) <= n)
