"""People in published trials, drawn in rows: one dot is one person.

Two groups stand below each other under their own words; those who stopped stand first among all who began. A ring is
the towel and nothing else, so nobody here is one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Unpack

from pinprick.charts.drawing import WIDTH
from pinprick.charts.marks import SMALL, Told, dot, framed, words
from pinprick.evidence.claims import Claim
from pinprick.evidence.record import ComparatorType
from pinprick.evidence.study import study
from pinprick.words import _, mark, ngettext

A_ROW: Final = 20  # people, unless the larger group is a little larger
MOST_A_ROW: Final = 25
SHARE: Final = 0.36  # of the way from one dot to the next: a dot's radius
LABEL: Final = 12.0  # the base line of a group's words
BELOW: Final = 11.0  # from it to the first dots' upper edge
BETWEEN: Final = 17.0  # from one group to the next one's words
ONE_IS_ONE: Final = mark("One dot is one person.")


@dataclass(frozen=True, slots=True)
class People:
    """A picture of people: its SVG, whose description says everything, and its caption, which leaves out its labels."""

    svg: str
    caption: str


def two_groups(first: int, second: int, *, labels: tuple[str, str], **told: Unpack[Told]) -> str:
    """Draw two groups of people below each other: with the mat, and what it was compared with.

    Parameters
    ----------
    first, second : int
        People in each, 1 or more.
    labels : (str, str)
        What stands above each.

    Examples
    --------
    >>> picture = two_groups(21, 21, labels=("21 used a mat", "21 waited"), decorative=True)
    >>> picture.count("f-mat"), picture.count("f-between"), picture.count("<text")
    (21, 21, 2)
    """
    if min(first, second) < 1:
        raise ValueError(f"Groups of {first} and {second} people cannot be drawn; give 1 or more of each.")
    a_row = _a_row(max(first, second))
    shapes, y = [], 0.0
    for n, token, label in ((first, "mat", labels[0]), (second, "between", labels[1])):
        shapes.append(words("ink-2", 0, y + LABEL, label))
        rows, y = _rows([(token, 1.0)] * n, a_row, y + LABEL + BELOW)
        shapes += rows
        y += BETWEEN
    return framed("".join(shapes), WIDTH, y - BETWEEN, told)


def some_of(n: int, of: int, **told: Unpack[Told]) -> str:
    """Draw how many of a number of people: those large and dark, the others small and grey.

    Examples
    --------
    >>> picture = some_of(8, 91, decorative=True)
    >>> picture.count("f-ink"), picture.count("f-between")
    (8, 83)
    """
    if not 0 <= n <= of or of < 1:
        raise ValueError(f"{n} of {of} people cannot be drawn; give 1 or more people, and 0 to all of them.")
    marks = [("ink", 1.0)] * n + [("between", SMALL)] * (of - n)
    shapes, height = _rows(marks, _a_row(of), 0.0)
    return framed("".join(shapes), WIDTH, height, told)


def _a_row(n: int) -> int:
    return n if A_ROW < n <= MOST_A_ROW else A_ROW


def _rows(marks: list[tuple[str, float]], a_row: int, top: float) -> tuple[list[str], float]:
    """Set dots in rows from the left; the shapes, and the lower edge of the last row."""
    pitch = WIDTH / (a_row - 1 + 2 * SHARE)
    radius = SHARE * pitch
    shapes = []
    for i, (token, size) in enumerate(marks):
        row, column = divmod(i, a_row)
        shapes.append(dot(token, radius + column * pitch, top + radius + row * pitch, size * radius))
    return shapes, top + 2 * radius + (math.ceil(len(marks) / a_row) - 1) * pitch


def claim_people(claim: Claim, *, id: str) -> People | None:  # noqa: A002
    """Draw the people that a claim's answer rests on; None where its picture is another one, or none.

    Examples
    --------
    >>> from pinprick.evidence.claims import claim
    >>> claim_people(claim("back_pain"), id="people").caption
    '42 people in that trial. One dot is one person.'
    >>> claim_people(claim("stiffness"), id="people") is None
    True
    """
    if "people" in claim.picture:
        return _groups(claim, claim.picture["people"], id)
    if "stopped" in claim.picture:
        return _stopped(claim, claim.picture["stopped"], id)
    return None


def _groups(claim: Claim, name: str, picture_id: str) -> People:
    figure = claim.figures[name]
    mat, other = int(figure.mat), int(figure.other)
    used = ngettext("{n} used a mat", "{n} used a mat", mat).format(n=mat)
    without = _without(figure.study, other)
    title = ngettext("{n} person in that trial", "{n} people in that trial", mat + other).format(n=mat + other)
    one = _(ONE_IS_ONE)
    all_of_it = _("{people}: {used}, {without}. {one}").format(people=title, used=used, without=without, one=one)
    told: Told = {"id": picture_id, "title": title, "desc": all_of_it}
    caption = _("{people}. {one}").format(people=title, one=one)
    return People(two_groups(mat, other, labels=(used, without), **told), caption)


def _without(study_id: str, n: int) -> str:
    """What the people without the mat did."""
    comparator = study(study_id).comparator
    if comparator is not None and comparator.type is ComparatorType.WAITING_LIST:
        return ngettext("{n} waited", "{n} waited", n).format(n=n)
    return ngettext("{n} did not", "{n} did not", n).format(n=n)


def _stopped(claim: Claim, name: str, picture_id: str) -> People:
    figure = claim.figures[name]
    n, of = int(figure.count), int(figure.of)
    title = ngettext("{n} of {of} people stopped", "{n} of {of} people stopped", n).format(n=n, of=of)
    who = ngettext("{n} of {of} people stopped: the large dot.", "{n} of {of} people stopped: the large dots.", n)
    caption = _("{stopped} {one}").format(stopped=who.format(n=n, of=of), one=_(ONE_IS_ONE))
    told: Told = {"id": picture_id, "title": title, "desc": caption}
    return People(some_of(n, of, **told), caption)
