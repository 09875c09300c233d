"""The heap of possible answers, drawn."""

from __future__ import annotations

import textwrap
from typing import Final

from pinprick.analysis.single import Result
from pinprick.charts.drawing import LINE, ROOM_FOR_TWO, WIDTH, Drawing, about_long
from pinprick.errors import PinprickError
from pinprick.report.heap import Heap, pile, ticks
from pinprick.report.how_large import dots_sentence
from pinprick.report.names import exact, tidy
from pinprick.report.standing import can_be_drawn, favours
from pinprick.words import _

AXIS_LEFT, AXIS_RIGHT = 6, 344
LABEL_ROOM: Final = 46  # above the heap, for "too small to matter"
HEAP_HEIGHT: Final = 184
AXIS_Y: Final = LABEL_ROOM + HEAP_HEIGHT
COLUMNS: Final = (24, 30, 36, 42, 48, 54, 60, 66, 72)  # tried in turn: the largest dots that fit are drawn
LARGEST_PITCH: Final = 15.0
BAND_CHARACTERS: Final = 10  # of the band's name on a line


def answers_words(result: Result) -> tuple[str, str]:
    """Give the heap's title and description, with the same counts as the picture."""
    first, second = favours(result)
    heap, _pitch = _heap(result)
    axis = _("The axis runs from {limit} points {second}, over no difference, to {limit} points {first}.").format(
        limit=exact(heap.limit), first=first, second=second
    )
    return _("50 possible answers"), f"{dots_sentence(result)} {axis}"


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


def draw_answers(result: Result) -> Drawing:
    """Heap the 50 answers on their axis, with the band of those too small to matter."""
    heap, pitch = _heap(result)
    middle = (AXIS_LEFT + AXIS_RIGHT) / 2
    unit = (AXIS_RIGHT - AXIS_LEFT) / (2 * heap.limit)
    edge = min(heap.delta, heap.limit) * unit
    radius = 0.44 * pitch
    drawing = Drawing()
    drawing.rect("band", middle - edge, 0, middle + edge, AXIS_Y)
    drawing.rule("ink", middle, LABEL_ROOM - 4, middle, AXIS_Y + 6, 1.5)
    drawing.rule("ink", AXIS_LEFT - 2, AXIS_Y, AXIS_RIGHT + 2, AXIS_Y, 1.5)
    for dot in heap.dots:
        x, y = middle + (dot.column + 0.5) * pitch, AXIS_Y - 2 - (dot.row + 0.5) * pitch
        drawing.mark(dot.side, x, y, radius, value=dot.value)
    for i, words in enumerate(textwrap.wrap(_("too small to matter"), BAND_CHARACTERS)):
        drawing.text("ink-2", middle, 18 + 16 * i, words, "middle")
    for size in ticks(heap):
        for sign in (-1, 1) if size else (1,):
            x = middle + sign * size * unit
            half = about_long(exact(size)) / 2
            inside = min(max(x, half), WIDTH - half)
            drawing.text("ink-2", inside, AXIS_Y + 22, exact(size), "middle")
    y = AXIS_Y + 22 + 24
    with_first, with_second = (tidy(text) for text in favours(result))
    left, right = f"\N{LEFTWARDS ARROW} {with_second}", f"{with_first} \N{RIGHTWARDS ARROW}"
    if about_long(left) + about_long(right) <= WIDTH - 12:
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
