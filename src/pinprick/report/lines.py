"""The answer in a terminal: the sentence, the heap of possible answers, and everything that stands beside it."""

from __future__ import annotations

import unicodedata
from typing import Final

from pinprick.analysis.effect import Effect
from pinprick.analysis.single import Result
from pinprick.context import InContext
from pinprick.report.beside import decided, fool, settle
from pinprick.report.context import context_lines, context_title
from pinprick.report.finding import headline
from pinprick.report.heap import Heap, Side, pile, ticks
from pinprick.report.how_large import dots_sentence, size
from pinprick.report.names import exact, plain_ascii
from pinprick.report.standing import can_be_drawn, favours
from pinprick.words import _

WIDEST: Final = 80  # longer lines are tiring to read
NARROWEST: Final = 32
MARGIN: Final = 2
N_ROWS: Final = 12
N_ROWS_NARROW: Final = 16
MARKS: Final = {Side.FIRST: "●", Side.SECOND: "○", Side.SMALL: "·"}
PLAIN_MARKS: Final = {Side.FIRST: "@", Side.SECOND: "o", Side.SMALL: "."}
COLOURS: Final = {Side.FIRST: "\x1b[94m", Side.SECOND: "\x1b[33m", Side.SMALL: "\x1b[90m"}
BOLD: Final = "\x1b[1m"
QUIET: Final = "\x1b[90m"
END: Final = "\x1b[0m"


def terminal(
    result: Result,
    *,
    beside: InContext | None = None,
    width: int = 80,
    colour: bool = False,
    ascii: bool = False,  # noqa: A002
) -> str:
    """Tell a result as text for a terminal.

    Parameters
    ----------
    result : Result
        What to tell.
    beside : InContext, optional
        The same days beside published trials, told last.
    width : int
        Columns of the terminal; lines stay within it, and within 80. Under 32 it is treated as 32.
    colour : bool
        Whether escape codes for bold and colour may be used. They add nothing that the marks do not say.
    ascii : bool
        Whether to keep to ASCII, where the terminal's encoding knows no dots.

    Returns
    -------
    str
        Lines without trailing spaces, ending in a newline. The same result gives the same text.
    """
    columns = max(NARROWEST, min(width, WIDEST))
    blocks = [[_paint(line, BOLD, colour) for line in _wrap(headline(result), columns - 2 * MARGIN)]]
    if result.effect is not None and can_be_drawn(result):
        blocks.append(_heap_lines(result, result.effect, columns - 2 * MARGIN, colour=colour, ascii=ascii))
        blocks.append(_wrap(dots_sentence(result), columns - 2 * MARGIN))
    for title, items in (
        (_("How large it is"), size(result)),
        (_("What could fool us"), fool(result)),
        (_("What would settle it"), settle(result)),
        (_("What was decided"), decided(result)),
        *([(context_title(), context_lines(result, beside))] if beside is not None else []),
    ):
        if items:
            lines = [_paint(title, BOLD, colour)]
            for item in items:
                lines += _wrap(item, columns - 2 * MARGIN, bullet="• ")
            blocks.append(lines)
    text = "\n\n".join("\n".join((" " * MARGIN + line).rstrip() for line in block) for block in blocks)
    return "\n" + (plain_ascii(text) if ascii else text) + "\n"


def _heap_lines(result: Result, effect: Effect, columns: int, *, colour: bool, ascii: bool) -> list[str]:  # noqa: A002
    """Draw the heap, its axis in points and whom each side favours."""
    for pitch, n_rows in ((2, N_ROWS), (1, N_ROWS_NARROW)):
        n_columns = (columns - 3) // pitch  # zero and the two edges of what matters have columns of their own
        width, zoom = result.outcome.width, pitch == 1
        heap = pile(effect, n_columns=n_columns, n_rows=n_rows, width=width, zoom=zoom)
        free = pile(effect, n_columns=n_columns, n_rows=len(effect.dots), width=width, zoom=zoom)
        if free.n_rows <= n_rows:
            break
    axis = _Axis(heap, pitch)
    left, zero, right = axis.edges
    marks, edge, middle = (PLAIN_MARKS, ":", "|") if ascii else (MARKS, "┊", "│")
    cells = {(dot.row, axis.at_column(dot.column)): dot.side for dot in heap.dots}
    top = max(heap.n_rows, 4)
    lines = [_band_label(axis, ascii=ascii, colour=colour)]
    for row in range(top, -1, -1):
        line = []
        for x in range(axis.width):
            side = cells.get((row, x))
            if side is not None:
                line.append(_paint(marks[side], COLOURS[side], colour))
            elif x == zero and row < top:
                line.append(middle)
            elif x in (left, right):
                line.append(_paint(edge, QUIET, colour))
            else:
                line.append(" ")
        lines.append("".join(line).rstrip())
    lines += _axis_lines(axis, ascii=ascii)
    lines += _side_labels(result, axis.width, colour=colour, ascii=ascii)
    return lines


class _Axis:
    """Where the columns of a heap stand in a line of characters.

    Zero and the two edges of what matters have a character of their own, so that no dot lies on a line.
    """

    def __init__(self, heap: Heap, pitch: int) -> None:
        self.heap, self.pitch = heap, pitch
        n = heap.n_columns
        share = round(heap.delta / heap.step)
        self.edge_column = max(1, min(share, n))
        self.width = 2 * n * pitch + 3
        zero = n * pitch + 1
        reach = self.edge_column * pitch + 1
        self.edges = (zero - reach, zero, zero + reach)

    def at_column(self, column: int) -> int:
        """The character in which a dot of this column stands: mirrored about zero."""
        out = column if column >= 0 else -1 - column
        x = out * self.pitch + (self.pitch + 1) // 2 + (1 if out >= self.edge_column else 0)
        return self.edges[1] + (x if column >= 0 else -x)

    def at_value(self, value: float) -> int:
        """The character nearest to a value on the axis."""
        out = abs(value) / self.heap.step * self.pitch
        beyond = abs(value) >= self.heap.delta * (1 - 1e-9)
        x = round(out) + (1 if beyond else 0)
        return self.edges[1] + (x if value >= 0 else -x)


def _band_label(axis: _Axis, *, ascii: bool, colour: bool) -> str:  # noqa: A002
    left, zero, right = axis.edges
    label, inside = f" {_('too small to matter')} ", right - left - 1
    rule, start, end = ("-", "+", "+") if ascii else ("─", "┌", "┐")
    if inside >= len(label):
        line = " " * left + start + label.center(inside, rule) + end
    else:
        text = label.strip()
        at = max(0, min(zero - len(text) // 2, axis.width - len(text)))
        return _paint((" " * at + text).rstrip(), QUIET, colour)
    return _paint(line, QUIET, colour)


def _axis_lines(axis: _Axis, *, ascii: bool) -> list[str]:  # noqa: A002
    left, zero, right = axis.edges
    line = ["-" if ascii else "─"] * axis.width
    for x in (left, right):
        line[x] = "+" if ascii else "┴"
    line[zero] = "+" if ascii else "┼"
    labels = [" "] * axis.width
    taken = [False] * axis.width
    for value in ticks(axis.heap):
        for signed in {value, -value}:
            text = exact(value)
            start = axis.at_value(signed) - (len(text) - 1) // 2
            start = max(0, min(start, axis.width - len(text)))
            around = range(max(0, start - 1), min(axis.width, start + len(text) + 1))
            if not any(taken[x] for x in around):
                for i, character in enumerate(text):
                    labels[start + i], taken[start + i] = character, True
    return ["".join(line), "".join(labels).rstrip()]


def _side_labels(result: Result, width: int, *, colour: bool, ascii: bool) -> list[str]:  # noqa: A002
    """Say whom each side favours, with the mark that stands for it."""
    first, second = favours(result)
    marks = PLAIN_MARKS if ascii else MARKS
    arrows = ("<-", "->") if ascii else ("←", "→")
    solid = _paint(marks[Side.FIRST], COLOURS[Side.FIRST], colour)
    ring = _paint(marks[Side.SECOND], COLOURS[Side.SECOND], colour)
    left, right = f"{arrows[0]} {ring} {second}", f"{first} {solid} {arrows[1]}"
    marked = len(arrows[0]) + 3
    free = width - _width(first) - _width(second) - 2 * marked
    if free >= 3:
        return [left + " " * free + right]
    lines = _wrap(second, width - marked)
    lines = [(f"{arrows[0]} {ring} " if i == 0 else " " * marked) + line for i, line in enumerate(lines)]
    beside = _wrap(first, width - marked)
    for i, line in enumerate(beside):
        tail = f" {solid} {arrows[1]}" if i == len(beside) - 1 else " " * marked
        lines.append(" " * (width - marked - _width(line)) + line + tail)
    return lines


def _wrap(text: str, width: int, bullet: str = "") -> list[str]:
    """Break a text at spaces into lines of at most ``width`` columns; a word that is too long is cut."""
    room = width - len(bullet)
    lines, line = [], ""
    for word in text.split():
        rest = word
        while _width(rest) > room:
            if line:
                lines.append(line)
                line = ""
            cut = next(i for i in range(len(rest), 0, -1) if _width(rest[:i]) <= room)
            lines.append(rest[:cut])
            rest = rest[cut:]
        if line and _width(line) + 1 + _width(rest) > room:
            lines.append(line)
            line = rest
        else:
            line = f"{line} {rest}" if line else rest
    lines.append(line)
    return [(bullet if i == 0 else " " * len(bullet)) + line for i, line in enumerate(lines)]


def _width(text: str) -> int:
    """Columns that a text takes: two for wide characters, none for combining ones."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _paint(text: str, code: str, colour: bool) -> str:
    return f"{code}{text}{END}" if colour and text.strip() else text
