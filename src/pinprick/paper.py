"""The practitioner's paper: one person's trial on two sides of A4, as a tagged PDF.

This says what stands on it, and `pinprick.typeset` sets it. The same trial, day and name give the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from pinprick import charts
from pinprick.analysis.burden import burden
from pinprick.analysis.reading import Reading, last_look
from pinprick.analysis.single import Result
from pinprick.charts.alone import WORK
from pinprick.charts.answers import answers_words
from pinprick.charts.days import days_words
from pinprick.errors import ProtocolError
from pinprick.report import burden as burden_words
from pinprick.report import conduct as conduct_words
from pinprick.report import decided, dots_sentence, fool, headline
from pinprick.report.days import every_day
from pinprick.report.names import day_month, tidy
from pinprick.report.practitioner import (
    LONGEST_LABEL,
    design_lines,
    question_line,
    range_lines,
    short,
    side_effect_lines,
)
from pinprick.report.standing import can_be_drawn
from pinprick.trial.conduct import Conduct
from pinprick.typeset import typeset
from pinprick.version import __version__
from pinprick.words import _, ngettext

MOST_PAIRS: Final = 5

_MARGINS: Final = re.compile(r' width="\d+" height="([\d.]+)" viewBox="-(\d+) 0 (\d+) [\d.]+"')
_PAPER: Final = re.compile(r"<rect [^>]*/>")


def practitioner(conduct: Conduct, reading: Reading, *, made_on: date, shared_by: str = "") -> bytes:
    """Write a finished trial for a clinician: sixty seconds on the first side, how it was done on the second.

    Parameters
    ----------
    conduct : Conduct
        A trial that has been revealed.
    reading : Reading
        Its verdict, as `pinprick.analysis.reading.read_verdict` gives it.
    made_on : date
        The day that the paper carries; the person's own.
    shared_by : str
        How the person wants to be called; left out where empty.

    Returns
    -------
    bytes
        A PDF/UA-1 file of at most two pages. The same arguments give the same bytes.

    Raises
    ------
    ProtocolError
        If the trial is sealed or has no answer yet: a paper would tell which way it leans.
    PinprickError
        If Typst is not installed.
    """
    return typeset(practitioner_content(conduct, reading, made_on=made_on, shared_by=shared_by), made_on)


def practitioner_content(conduct: Conduct, reading: Reading, *, made_on: date, shared_by: str = "") -> dict[str, Any]:
    """Give what stands on the paper as plain data, for `pinprick.typeset.typeset`; it raises as `practitioner` does."""
    if not reading.ready or conduct.revealed is None:
        raise ProtocolError(
            "The trial is still sealed, and a paper would tell which way it leans; reveal the answer first: "
            "pinprick verdict."
        )
    read_on = date.fromisoformat(conduct.revealed["verdict"]["read_on"])
    return _content(conduct, reading, read_on=read_on, made_on=made_on, shared_by=shared_by)


# --- what it says --------------------------------------------------------------------------------------


def _content(conduct: Conduct, reading: Reading, *, read_on: date, made_on: date, shared_by: str) -> dict[str, Any]:
    """Everything on the paper, as the template takes it."""
    name, made = short(shared_by, LONGEST_LABEL), day_month(made_on, year=True)
    if name:
        shared = _("Shared by {name} on {day}. “You” below is that person.").format(name=name, day=made)
    else:
        shared = _("Made on {day}. “You” below is the person who did this trial.").format(day=made)
    # as of somebody else, so that "your days" become "the days"
    result = replace(reading.result, participant=name or "?") if reading.result else None
    asked = burden(conduct, until=last_look(conduct, read_on))
    n_days = result.observations.n_days if result else sum(one.planned for one in asked)
    return {
        "colours": charts.tokens("light"),
        "wordmark": _wordmark(),
        "author": name,
        "made": [made_on.year, made_on.month, made_on.day],
        "shared": shared,
        "question": question_line(conduct, n_days),
        "headline": headline(result) if result else _("Nothing was rated in time, so there is nothing to say."),
        "range": range_lines(result, conduct.plan),
        "pictures": _pictures(result) if result else [],
        "asked": _("What it asked"),
        "heads": [short(tidy(one.treatment), LONGEST_LABEL) for one in asked],
        "rows": [list(row) for row in burden_words.rows(asked)],
        "design": {"title": _("Design"), "items": design_lines(conduct, result)},
        "care": {"title": _("Read with care"), "items": list(fool(result)) if result else []},
        "sections": [
            {"title": title, "items": [short(item) for item in items]}
            for title, items in (
                (_("Side effects"), side_effect_lines(conduct)),
                (_("What was believed and preferred"), conduct_words.belief_lines(conduct)),
                (_("Beside the main comparison"), _beside(conduct, reading)),
            )
            if items
        ],
        "decided": {
            "title": _("What was decided before day 1"),
            "items": list(decided(result)) if result else [],
            "number": _("Plan, rule, belief and the seed of the order went into this number on {day}:").format(
                day=day_month(_started_on(conduct), year=True)
            ),
            "commitment": conduct.start["commitment"],
            "verify": [
                _(
                    "To check it, ask for the trial’s file and run: pinprick verify FILE --commitment NUMBER. "
                    "It tells whether plan, order and verdict are those of this number."
                )
            ],
        },
        "comment": _("Your comment"),
        "closing": _("Made by Pinprick {version}. No clinician has approved the safety questions yet.").format(
            version=__version__
        ),
        "page": _("Page {n} of {of}"),
    }


def _started_on(conduct: Conduct) -> date:
    return next(event.moment.day for event in conduct.events if event.kind == "started")


def _beside(conduct: Conduct, reading: Reading) -> list[str]:
    """The other pairs, as many as a clinician will read, and what came before in a sequence."""
    pairs = conduct_words.other_contrasts(reading.others, conduct.plan)
    said, more = pairs[:MOST_PAIRS], len(pairs) - MOST_PAIRS
    if more > 0:
        words = ngettext("{n} more pair stands in the verdict.", "{n} more pairs stand in the verdict.", more)
        said.append(words.format(n=more))
    return said + (conduct_words.sequence_lines(conduct, reading.result) if reading.result else [])


# --- pictures ------------------------------------------------------------------------------------------


def _pictures(result: Result) -> list[dict[str, str]]:
    drawn = []
    if can_be_drawn(result):
        svg, (title, description) = charts.to_svg(result, "answers"), answers_words(result)
        drawn.append({"svg": _on_white(svg), "alt": f"{title}. {description}", "caption": dots_sentence(result)})
    if any(day.rating is not None for day in every_day(result)):
        svg, (title, description) = charts.to_svg(result, "days"), days_words(result)
        drawn.append({"svg": _on_white(svg), "alt": f"{title}. {description}", "caption": ""})
    return drawn


def _on_white(svg: str) -> str:
    """A picture that stands alone, without its paper and its margins, in the face of the text around it."""
    bare = _PAPER.sub("", svg, count=1)
    return _MARGINS.sub(_cropped, bare, count=1).replace(f'font-family="{WORK}"', 'font-family="Libertinus Serif"')


def _cropped(found: re.Match[str]) -> str:
    height, margin, width = float(found[1]), int(found[2]), int(found[3])
    return f' viewBox="0 {margin} {width - 2 * margin} {height - 2 * margin:g}"'


@cache
def _wordmark() -> str:
    colour = charts.tokens("light")
    svg = files("pinprick").joinpath("look/wordmark.svg").read_text(encoding="utf-8")
    return (
        svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
        .replace("currentColor", colour["ink"])
        .replace('class="f-mat"', f'fill="{colour["mat"]}"')
        .replace('class="s-towel"', f'fill="none" stroke="{colour["towel"]}"')
    )
