"""What a mat does to the skin as one page: words first, then the back, a gentle start, a needle, and named points.

Self-contained and without script, framed as `pinprick.page` frames a verdict. Each picture has a table that says the
same.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pinprick.charts.dose import body_picture, inline, ladder_picture, needle_picture
from pinprick.charts.sheet import Picture
from pinprick.dose.answer import Dose
from pinprick.dose.ladder import Ladder, ladder
from pinprick.dose.ladder import sentences as climbing
from pinprick.page import document
from pinprick.report import dose as words
from pinprick.report.dose import Table
from pinprick.version import __version__
from pinprick.words import _

N_DRAWS = 60
"""Behind what stands beside the answer."""


def dose_html(dose: Dose, others: Sequence[Dose] = ()) -> str:
    """Write the page.

    Parameters
    ----------
    dose : Dose
        The set-up.
    others : sequence of Dose
        Others of the same person against it; none takes the usual ones.

    Returns
    -------
    str
        One document. The same set-up gives the same bytes.
    """
    setup = dose.setup
    others = others or words.others_of(dose, N_DRAWS)
    title = words.headline(dose)
    body = "\n".join([
        f'<main class="prose">\n<h1>{escape(title)}</h1>',
        *(f"<p>{escape(line)}</p>" for line in words.lead(dose)),
        _back(dose),
        _section("changes", [_("What would change it"), *words.changes_lines(others)]) if others else "",
        _section("sure", [_("How sure that is"), *words.more(dose), *words.minutes_sentences(dose), *dose.caveats]),
        _section("care", [_("Whatever a model says"), *words.safety_sentences()]),
        _ladder(ladder(setup.person, setup.mat, n_draws=N_DRAWS)) if setup.is_lying else "",
        _needle(dose),
        _points(dose),
        f"<section>\n<p>{escape(_(words.NO_CLINICIAN))}</p>\n</section>",
        "</main>",
    ])  # fmt: skip
    return document(title, body, footer=_footer())


def _back(dose: Dose) -> str:
    if not dose.setup.is_lying:
        return _figure(body_picture(dose), "area")
    picture = _figure(body_picture(dose), "back")
    return f"{picture}\n{_fold(_('The picture as a table'), _table(words.zone_table(dose)))}"


def _ladder(made: Ladder) -> str:
    title, *lines = words.ladder_lines(made)
    n_steps = len(made.steps)
    shown = [*lines[: 1 + n_steps], *climbing()]
    drawn = _figure(ladder_picture(made), "rungs")
    table = _table(words.ladder_table(made))
    return f'<section id="ladder">\n<h2>{escape(title)}</h2>\n{_items(shown)}\n{drawn}\n{table}\n</section>'


def _needle(dose: Dose) -> str:
    title, said, *_rest = words.needle_lines(dose)
    return (
        f'<section id="needle">\n<h2>{escape(title)}</h2>\n<p>{escape(said)}</p>\n'
        f"{_figure(needle_picture(dose), 'tips')}\n{_table(words.needle_table(dose), narrow=False)}\n</section>"
    )


def _points(dose: Dose) -> str:
    """Behind a fold, so that whoever does not care for names sees none."""
    if not dose.setup.is_lying:
        return ""
    title, said, *lines = words.points_lines(dose)
    inside = f"{_figure(body_picture(dose, points=True), 'points')}\n{_items(lines)}"
    fold = _fold(_("Show them"), inside)
    return f'<section id="named">\n<h2>{escape(title)}</h2>\n<p>{escape(said)}</p>\n{fold}</section>'


def _figure(picture: Picture, name: str) -> str:
    return f"<figure>\n{inline(picture, id=name)}\n</figure>"


def _table(table: Table, *, narrow: bool = True) -> str:
    """A table, whose later columns are narrow where they hold a number each."""
    heads = "".join(f'<th scope="col">{escape(head)}</th>' if head else "<td></td>" for head in table.heads)
    kind = ' class="figures"' if narrow else ""
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>\n'
        for name, *cells in table.rows
    )
    return (
        f"<table{kind}>\n<caption>{escape(table.caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{rows}</tbody>\n</table>"
    )


def _fold(title: str, inside: str) -> str:
    return f"<details>\n<summary>{escape(title)}</summary>\n{inside}\n</details>\n"


def _section(name: str, lines: Sequence[str]) -> str:
    return f'<section id="{name}">\n<h2>{escape(lines[0])}</h2>\n{_items(lines[1:])}\n</section>'


def _items(lines: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(line.removeprefix('- '))}</li>\n" for line in lines)
    return f"<ul>\n{items}</ul>"


def _footer() -> str:
    return (
        f"<p>Made by Pinprick {escape(__version__)}. The same set-up gives the same page.</p>\n"
        "<p>This page sends nothing anywhere. "
        "It is no medical advice, and no reason to stop a prescribed treatment.</p>"
    )
