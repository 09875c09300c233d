"""A result as one page: self-contained, without script, in the words of the terminal.

The page asks for nothing from anywhere: style, font and pictures are inside it, and its content security
policy lets nothing else in. Whatever a person wrote is escaped. The same result gives the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Final
from urllib.parse import quote

from pinprick import charts
from pinprick.analysis.single import VERDICT_FORMAT, Result
from pinprick.charts.context import inline_context
from pinprick.context import InContext
from pinprick.report import decided, fool, headline, method, person_line, settle, size
from pinprick.report.context import context_lines, context_rows, context_title
from pinprick.report.days import Day, every_day, unanswered
from pinprick.report.how_large import dots_sentences
from pinprick.report.names import clean, day_month, day_span, days, exact, number, outcome_name, sentence, tidy
from pinprick.report.standing import can_be_drawn, names, participant

SOLID: Final = (
    '<svg class="key" viewBox="0 0 10 10" aria-hidden="true"><circle class="f-mat" cx="5" cy="5" r="5"/></svg>'
)
RING: Final = (
    '<svg class="key" viewBox="0 0 10 10" aria-hidden="true">'
    '<circle class="s-towel" cx="5" cy="5" r="4.05" stroke-width="1.9"/></svg>'
)
ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#FAF7F0"/>'
    '<circle cx="10" cy="16" r="5.5" fill="#23509E"/>'
    '<circle cx="22" cy="16" r="4.5" fill="none" stroke="#9C5A00" stroke-width="2"/></svg>'
)

KEPT_TOGETHER: Final = re.compile(r"\d (?:in 100|points?|days?|of \d+)\b")


def html(result: Result | Sequence[Result], *, beside: InContext | None = None) -> str:
    """Write one result, or those of several people, as a complete HTML document.

    Parameters
    ----------
    result : Result or sequence of Result
        Several people come below each other, with one line each at the top.
    beside : InContext, optional
        One person's days beside published trials, in a section of their own.

    Returns
    -------
    str
        One document: no script, no style attribute, nothing to load, every word a person wrote escaped.
    """
    results = [result] if isinstance(result, Result) else list(result)
    if len(results) == 1:
        title, body = headline(results[0]), _one(results[0], beside)
    else:
        title, body = _several(results)
    return document(title, body, footer=_footer())


def document(title: str, body: str, *, footer: str) -> str:
    """Frame a body as one HTML document in our look: no script, nothing to load, one style that its policy names."""
    style = _style()
    policy = (
        f"default-src 'none'; style-src 'sha256-{_sha256(style)}'; font-src data:; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)} Pinprick</title>\n"
        f'<link rel="icon" href="data:image/svg+xml,{quote(ICON)}">\n<style>{style}</style>\n</head>\n<body>\n'
        f"<header>{_look('wordmark.svg').strip()}</header>\n{body}\n<footer>{footer}</footer>\n</body>\n</html>\n"
    )


# --- one person, several people ------------------------------------------------------------------------


def _one(result: Result, beside: InContext | None) -> str:
    return (
        f'<main class="answer">\n<div class="head">\n<p class="when">{escape(_when(result))}</p>\n'
        f"<h1>{escape(headline(result))}</h1>\n</div>\n"
        f"{_rest(result, level=2, prefix='', more=_beside(result, beside) + _computed(result))}\n</main>"
    )


def _beside(result: Result, found: InContext | None) -> str:
    """Show what was expected, what the days say, and what different people conclude from them."""
    if found is None:
        return ""
    width = result.outcome.width
    rows = "".join(
        f'<tr><th scope="row">{escape(row.label)}</th><td>{number(row.mean, width=width)}</td>'
        f"<td>{number(row.low, width=width)} to {number(row.high, width=width)}</td></tr>\n"
        for row in context_rows(result, found)
    )
    first, _second = names(result)
    caption = f"Points in favour of {first}; a minus is in favour of the other. The shaded part is too small to matter."
    table = (
        f'<table class="all">\n<caption>{escape(caption)}</caption>\n<thead><tr><td></td><th scope="col">Points</th>'
        f'<th scope="col">95 in 100</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>'
    )
    listed = "".join(f"<li>{_text(item)}</li>\n" for item in context_lines(result, found))
    drawn = inline_context(result, found, id="published")
    return (
        f"<section>\n<h2>{escape(context_title())}</h2>\n<figure>\n{drawn}\n</figure>\n{table}\n"
        f"<ul>\n{listed}</ul>\n</section>\n"
    )


def _several(results: Sequence[Result]) -> tuple[str, str]:
    title = f"What the days of {len(results)} people say."
    lines = "".join(
        f'<li><a href="#p{i}">{escape(participant(result) or f"Person {i}")}</a>: '
        f"{escape(person_line(result).removeprefix(f'{participant(result)}: '))}</li>\n"
        for i, result in enumerate(results, 1)
    )
    people = "".join(
        f'<section class="persons" id="p{i}" aria-labelledby="p{i}-finding">\n<div class="answer">\n'
        f'<div class="head">\n<p class="when">{escape(_when(result))}</p>\n'
        f'<h2 class="finding" id="p{i}-finding">{escape(headline(result))}</h2>\n</div>\n'
        f"{_rest(result, level=3, prefix=f'p{i}-', more='')}\n</div>\n</section>\n"
        for i, result in enumerate(results, 1)
    )
    return (
        title,
        f'<main>\n<h1>{escape(title)}</h1>\n<ul class="lines">\n{lines}</ul>\n{people}{_computed(results[0])}</main>',
    )


def _when(result: Result) -> str:
    whose = f"Participant {participant(result)}" if result.participant else "Your answer"
    return f"{whose}, after {days(result.observations.n_days)}"


def _computed(result: Result) -> str:
    text = escape(" ".join(method(result)))
    return f"<section>\n<h2>How it was computed</h2>\n<p>{text}</p>\n</section>"


def _rest(result: Result, *, level: int, prefix: str, more: str) -> str:
    """Write what follows the finding: pictures and tables, then the words."""
    h = f"h{level}"
    pictures = []
    if can_be_drawn(result):
        start, main, *others = (_text(text) for text in dots_sentences(result))
        caption = " ".join([start, f"<strong>{main}</strong>", *others])
        drawn = charts.inline(result, "answers", id=f"{prefix}answers")
        pictures.append(f"<figure>\n{drawn}\n<figcaption>{caption}</figcaption>\n</figure>")
    name = escape(sentence(outcome_name(result.outcome.name)))
    shown = every_day(result)
    if any(day.rating is not None for day in shown):
        drawn = charts.inline(result, "days", id=f"{prefix}days")
        pictures.append(f"<{h}>{name}, every day</{h}>\n<figure>\n{drawn}\n</figure>\n{_by_treatment(result)}")
        pictures.append(_every_answer(result, shown))
    words = [
        _section(h, "How large it is", size(result)),
        _section(h, "What could fool us", fool(result)),
        _section(h, "What would settle it", settle(result)),
        _section(h, "What was decided", decided(result)),
        more,
    ]
    return (
        '<div class="pictures">\n' + "\n".join(pictures) + '\n</div>\n<div class="words">\n'
        + "\n".join(filter(None, words)) + "\n</div>"
    )  # fmt: skip


def _text(said: str) -> str:
    """Escape a sentence, and keep a number on one line with what it counts."""
    return KEPT_TOGETHER.sub(lambda found: found[0].replace(" ", "&nbsp;"), escape(said))


def _section(h: str, title: str, items: Iterable[str]) -> str:
    listed = "".join(f"<li>{_text(item)}</li>\n" for item in items)
    return f"<section>\n<{h}>{title}</{h}>\n<ul>\n{listed}</ul>\n</section>" if listed else ""


# --- tables --------------------------------------------------------------------------------------------


def _by_treatment(result: Result) -> str:
    o = result.observations
    first, second = (tidy(name) for name in o.treatments)
    means = [
        number(mean, width=o.outcome.width) if rated else "none" for mean, rated in zip(o.means, o.rated, strict=True)
    ]
    rows: list[tuple[str, object, object]] = [
        ("Answered", o.rated[0], o.rated[1]),
        (f"Average {outcome_name(o.outcome.name)}", means[0], means[1]),
        ("No answer", *unanswered(result)),
    ]
    shown = every_day(result)
    if any(day.done is not None for day in shown):
        done = [sum(day.done is True and day.first is first for day in shown) for first in (True, False)]
        rows.append(("Done as planned", done[0], done[1]))
    body = "".join(f'<tr><th scope="row">{escape(label)}</th><td>{a}</td><td>{b}</td></tr>\n' for label, a, b in rows)
    span = day_span(shown[0].day, shown[-1].day) if len(shown) > 1 else day_month(shown[0].day, year=True)
    scale = f"{exact(o.outcome.low)} to {exact(o.outcome.high)}"
    better = "lower" if o.outcome.lower_is_better else "higher"
    caption = f"{days(len(shown))}, {span}. Rated from {scale}; {better} is better."
    return (
        f'<table class="sums">\n<caption>{escape(caption)}</caption>\n'
        f'<thead><tr><td></td><th scope="col">{_marked(SOLID, first)}</th>'
        f'<th scope="col">{_marked(RING, second)}</th></tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table>"
    )


def _marked(mark: str, name: str) -> str:
    """Put a mark before a name, on the same line as its first word."""
    return f"{mark}&nbsp;{escape(name)}" if mark else escape(name)


def _every_answer(result: Result, shown: Sequence[Day]) -> str:
    """Fold away a table of every day, with only the columns that the diary fills."""
    first, second = (tidy(name) for name in result.observations.treatments)
    has_done = any(day.done is not None for day in shown)
    has_minutes = any(day.minutes is not None for day in shown)
    has_note = any(day.note for day in shown)

    def cells(day: Day) -> str:
        treatment = "none" if day.first is None else first if day.first else second
        mark = "" if day.first is None else SOLID if day.first else RING
        answer = "no answer" if day.rating is None else exact(day.rating)
        if day.rating is not None and not day.counted:
            answer += " (not counted)"
        row = f'<td class="left">{_marked(mark, treatment)}</td><td>{escape(answer)}</td>'
        if has_done:
            row += f"<td>{'' if day.done is None else 'yes' if day.done else 'no'}</td>"
        if has_minutes:
            row += f"<td>{'' if day.minutes is None else exact(day.minutes)}</td>"
        if has_note:
            row += f'<td class="left">{escape(clean(day.note))}</td>'
        return row

    heads = '<th scope="col">Day</th><th scope="col" class="left">Treatment</th>'
    heads += f'<th scope="col">{escape(sentence(outcome_name(result.outcome.name)))}</th>'
    heads += '<th scope="col">Done</th>' if has_done else ""
    heads += '<th scope="col">Minutes</th>' if has_minutes else ""
    heads += '<th scope="col" class="left">Note</th>' if has_note else ""
    body = "".join(
        f'<tr><th scope="row"><time datetime="{day.day.isoformat()}">{day_month(day.day)}</time></th>'
        f"{cells(day)}</tr>\n"
        for day in shown
    )
    return (
        "<details>\n<summary>Every answer, day by day</summary>\n"
        f'<table class="all">\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n</details>'
    )


# --- frame ---------------------------------------------------------------------------------------------


def _footer() -> str:
    try:
        made = f"Pinprick {version('pinprick')}"
    except PackageNotFoundError:
        made = "Pinprick"
    return (
        f"<p>Made by {escape(made)}, format {escape(VERDICT_FORMAT)}. The same diary gives the same page.</p>\n"
        "<p>This page sends nothing anywhere. "
        "It is no medical advice, and no reason to stop a prescribed treatment.</p>"
    )


@cache
def _style() -> str:
    font = b64encode(files("pinprick").joinpath("look/literata-500.woff2").read_bytes()).decode("ascii")
    text = _look("tokens.css") + _look("marks.css") + _look("page.css")
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("/*")).replace("LITERATA", font)


def _look(name: str) -> str:
    return files("pinprick").joinpath("look").joinpath(name).read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
