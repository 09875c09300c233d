"""Results to pictures: the heap of possible answers and the strip of every day, as Altair charts and as plain SVG.

A picture is a few shapes in units. As a chart it is Altair's; as SVG the same shapes are written out, to the byte as
Vega draws them, with class names for colours, so that one drawing serves a light and a dark page under a strict
content security policy; a file that stands alone gets real colours instead. No text is measured:
positions follow from numbers alone, so the same diary gives the same bytes on every machine.
"""

from __future__ import annotations

from html import escape
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Final, Literal

from pinprick.analysis.single import Result
from pinprick.charts.alone import WORK, WORK_PNG, Which, standing_alone
from pinprick.charts.answers import answers_words, draw_answers
from pinprick.charts.days import days_words, draw_days
from pinprick.charts.drawing import WIDTH, Theme, altair_or_say, tokens, written

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Theme", "Which", "every_day", "inline", "possible_answers", "to_png", "to_svg", "tokens"]

PNG_SCALE: Final = 2.0


def possible_answers(result: Result) -> alt.LayerChart:
    """Draw the heap: 50 equally likely answers on an axis that is symmetrical about "no difference".

    Answers that matter carry the mark of the treatment they favour, solid or ring; those too small to
    matter are small and grey, inside the band that says so.

    Raises
    ------
    PinprickError
        If there is no answer to draw, or Altair is not installed.
    """
    return draw_answers(result).chart()


def every_day(result: Result) -> alt.LayerChart:
    """Draw the strip: each day's answer at its date, solid or ring by treatment.

    A short upright tick on the base line is a day without an answer; an answer that did not count is small
    and grey. A long diary breaks into rows, so that days do not crowd into each other.

    Raises
    ------
    PinprickError
        If Altair is not installed.
    """
    return draw_days(result).chart()


def to_svg(result: Result, which: Which = "both", *, theme: Theme = "light") -> str:
    """Draw a picture that stands alone, in real colours on the theme's paper.

    ``both`` holds the two charts below each other with the finding as its title; where there are no possible
    answers to show, the strip stands alone. The same result gives the same bytes.

    Raises
    ------
    PinprickError
        If ``answers`` are asked for and there are none.
    """
    return standing_alone(result, which, theme, WORK)


def to_png(result: Result, which: Which = "both", *, theme: Theme = "light", scale: float = PNG_SCALE) -> bytes:
    """Draw the picture of `to_svg` as PNG, ``scale`` pixels to the unit, in fonts that come along.

    Raises
    ------
    PinprickError
        If Altair's converter is not installed, or as `to_svg`.
    """
    altair_or_say()
    svg = standing_alone(result, which, theme, WORK_PNG)
    import vl_convert

    with as_file(files("pinprick").joinpath("look")) as folder:
        vl_convert.register_font_directory(str(folder))
        return vl_convert.svg_to_png(svg, scale=scale)


def inline(result: Result, which: Literal["answers", "days"], *, id: str) -> str:  # noqa: A002
    """Draw one chart for a page: colours are classes, its title and description have ids made from ``id``."""
    drawing = draw_answers(result) if which == "answers" else draw_days(result)
    title, description = (answers_words if which == "answers" else days_words)(result)
    return (
        f'<svg class="picture" viewBox="0 0 {WIDTH} {written(drawing.height)}" role="img" '
        f'aria-labelledby="{id}-title {id}-desc"><title id="{id}-title">{escape(title)}</title>'
        f'<desc id="{id}-desc">{escape(description)}</desc>{drawing.shapes()}</svg>'
    )
