"""A synthesis as one page: self-contained, without script, in the words of the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from pinprick import __version__
from pinprick.charts.sheet import inline
from pinprick.page import document
from pinprick.report.synthesis import Sheet

if TYPE_CHECKING:
    from pinprick.charts.sheet import Picture


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture that is drawn when it is asked for, and the table that says the same.

    ``id`` is what the ids of its parts begin with, ``fold`` what opens the table, and ``caption`` stands below the
    picture. Without ``draw`` there is only the table, folded away, or under a heading if it ``is_open``.
    """

    id: str
    fold: str
    sheet: Sheet
    draw: Callable[[], Picture] | None = None
    caption: str = ""
    is_open: bool = False


KEPT_TOGETHER: Final = re.compile(r"(?<=\d) (?=%)|(?<=\bp) (?==)|(?<=\bp =) ")
"""Spaces at which no line may break: before a per cent sign, and inside "p = 0.03"."""
IN_BRACKETS: Final = re.compile(r"\([^()]{1,24}\)")


def synthesis_html(
    headline: str, what: str, shown: Sequence[Shown], sections: Sequence[tuple[str, Sequence[str]]]
) -> str:
    """Write a complete HTML document.

    Parameters
    ----------
    headline : str
        The answer in one sentence.
    what : str
        What was put together, in a few words above the headline.
    shown : sequence of Shown
        Pictures and tables, in their order.
    sections : sequence of (str, sequence of str)
        Titles with their sentences.

    Returns
    -------
    str
        One document: no script, no style attribute, nothing to load, every word from the file escaped. The same file
        gives the same page.
    """
    pictures = "\n".join(_figure(one, is_first=i == 0) for i, one in enumerate(shown))
    words = "\n".join(_section(title, said) for title, said in sections)
    body = (
        f'<main class="answer">\n<div class="head">\n<p class="when">{escape(what)}</p>\n'
        f'<h1>{escape(headline)}</h1>\n</div>\n<div class="pictures">\n{pictures}\n</div>\n'
        f'<div class="words">\n{words}\n</div>\n</main>'
    )
    footer = (
        f"<p>Made by Pinprick {escape(__version__)}. The same file gives the same page.</p>\n"
        "<p>This page sends nothing anywhere. No clinician has reviewed it.</p>"
    )
    return document(headline, body, footer=footer)


def _figure(one: Shown, *, is_first: bool) -> str:
    if one.is_open:
        return f"<h2>{escape(one.fold)}</h2>\n{_table(one.sheet)}"
    folded = f"<details>\n<summary>{escape(one.fold)}</summary>\n{_table(one.sheet)}\n</details>"
    if one.draw is None:
        return folded
    picture = one.draw()
    title = "" if is_first else f"<h2>{escape(picture.title)}</h2>\n"
    caption = f"<figcaption>{_text(one.caption)}</figcaption>\n" if one.caption else ""
    return f"{title}<figure>\n{inline(picture, id=one.id)}\n{caption}</figure>\n{folded}"


def _table(sheet: Sheet) -> str:
    heads = "".join(f'<th scope="col">{escape(text)}</th>' for text in sheet.header)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{_cell(cell)}</td>" for cell in rest)}</tr>\n'
        for first, *rest in sheet.rows
    )
    return (
        f'<table class="figures">\n<caption>{escape(sheet.caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table>"
    )


def _section(title: str, said: Sequence[str]) -> str:
    listed = "".join(f"<li>{_text(item)}</li>\n" for item in said)
    return f"<section>\n<h2>{escape(title)}</h2>\n<ul>\n{listed}</ul>\n</section>"


def _text(said: str) -> str:
    return KEPT_TOGETHER.sub("&nbsp;", escape(said))


def _cell(text: str) -> str:
    """An interval in brackets goes to the next line as a whole."""
    return IN_BRACKETS.sub(lambda found: found[0].replace(" ", "&nbsp;"), escape(text))
