"""What is written without Vega is what Vega draws, to the byte."""

import pytest

from pinprick.charts.answers import draw_answers
from pinprick.charts.beside import draw_beside
from pinprick.charts.context import draw_context
from pinprick.charts.days import draw_days
from pinprick.charts.drawing import Drawing
from pinprick.context import in_context
from pinprick.evidence.comparisons import beside
from pinprick.evidence.priors import library
from pinprick.report.heap import Side
from tests.unit.results import DRAWN_CAST, cast
from tests.unit.test_charts import DRAWN


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWN_CAST)
def test_a_result_is_written_as_vega_draws_it(name: str) -> None:
    result = cast(name)
    drawings = [draw_days(result), *([draw_answers(result)] if name in DRAWN else [])]
    found = in_context(result, library().named("pain_mat_vs_rest"))
    drawings += [draw_context(result, found)] if found else []
    for drawing in drawings:
        assert drawing.shapes() == drawing.shapes_by_vega()


def test_treatments_side_by_side_are_written_as_vega_draws_them() -> None:
    drawing = draw_beside(beside())
    assert drawing.shapes() == drawing.shapes_by_vega()


def test_every_kind_of_shape_is_written_as_vega_draws_it() -> None:
    """Turned rectangles, lines of no length, radii that do not come out even, and words that look like markup."""
    drawing = Drawing()
    drawing.height = 100
    drawing.rect("band", 80.004, 60, 20.126, 10.5)
    drawing.rule("ink", 5, 5, 5, 5, 1.25)
    drawing.rule("ink-2", 300, 90, 10.555, 20.115, 3)
    drawing.line("between", [(10, 20), (30.26, 40.04), (5, 90), (100.123, 33.349)], 2)
    drawing.line("ink", [(1, 1), (1, 1)], 1.25)
    for i, side in enumerate(Side):
        for j in range(40):
            drawing.mark(side, 3.333 * j + i / 7, 50 + j / 3, 1.0 + j * 0.137)
    for anchor in ("start", "middle", "end"):
        drawing.text("ink-2", 175, 40, '<b> & "quoted" ← 5 µm', anchor)
    assert drawing.shapes() == drawing.shapes_by_vega()
