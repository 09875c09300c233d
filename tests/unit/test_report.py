"""The words of a result: each finding, each way not to tell, and the heap in the terminal."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinprick import report
from pinprick.analysis.randomisation import RandomisationTest
from pinprick.analysis.verdict import Finding, Reason
from pinprick.report.heap import Heap, Side, counts, pile, side_of, ticks
from pinprick.report.lines import _width
from pinprick.report.names import CHANCE_WORDS, chance_word, clean, plain_ascii, tidy, treatment_name
from tests.unit.results import CAST, cast, normal_effect, planned, strong, with_effect

EVERYBODY = list(CAST)


def findings(name: str) -> tuple[str, str | None]:
    verdict = cast(name).verdict
    return verdict.finding.value, verdict.reason.value if verdict.reason else None


def test_the_cast_holds_every_finding_and_every_reason() -> None:
    found = {findings(name) for name in EVERYBODY}
    assert {finding for finding, _ in found} == {finding.value for finding in Finding}
    assert {reason for _, reason in found} == {None, *(reason.value for reason in Reason)}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("better", "The mat is almost certainly better than the towel for pain: by about 1.6 points."),
        ("worse", "The towel is almost certainly better than the mat for pain: by about 1.1 points."),
        (
            "no difference that matters",
            "Melatonin and control almost certainly make no difference that matters to mood: about 2 points.",
        ),
        (
            "no worthwhile benefit, harm",
            "The mat almost certainly gives no benefit that matters over the towel for pain: about 0.6 points worse.",
        ),
        ("not sure enough", "Your days cannot tell yet. About 24 more would probably do."),
        ("more than a year", "Your days cannot tell. It would probably take more than a year of them."),
        ("at the ceiling", "Your days could not tell, after 42 days. That is an answer too."),
        ("too few days", "Your days cannot tell yet: 9 rated days are too few. A first look takes about 6 more."),
        ("four days", "Your days cannot tell yet: 4 rated days are too few. A first look takes about 10 more."),
        ("no day", "Your days cannot tell yet: none is rated. A first look takes about 13 days."),
        (
            "one day",
            "Your days cannot tell yet: the only rated day is with the mat. It takes days with the towel to compare.",
        ),
        (
            "one treatment rated",
            "Your days cannot tell yet: all 7 rated days are with the mat. It takes days with the towel to compare.",
        ),
        ("all equal", "Your days cannot tell: every rating is 5."),
    ],
)
def test_a_headline_says_the_finding_with_a_word_and_a_number(name: str, said: str) -> None:
    assert report.headline(cast(name)) == said


def test_too_few_pairs_asks_for_turns() -> None:
    said = report.headline(cast("too few pairs"))
    assert said.startswith("Your days cannot tell yet: the treatments must take turns more often.")


@pytest.mark.parametrize(("mean", "sd"), [(2.0, 0.3), (2.0, 1.5), (1.0, 1.6)])
def test_the_word_comes_from_the_probability(mean: float, sd: float) -> None:
    result = with_effect(strong(), mean, sd, finding=Finding.BETTER)
    assert result.effect
    assert f" {chance_word(result.effect.better)} better" in report.headline(result)


def test_a_larger_chance_never_gets_a_weaker_word() -> None:
    floors = [least for least, _ in CHANCE_WORDS]
    assert floors == sorted(floors, reverse=True)
    assert floors[-1] == 0
    assert len({word for _, word in CHANCE_WORDS}) == len(floors)


def test_a_finding_stands_when_later_days_turn_around() -> None:
    assert report.headline(cast("later days disagree")) == (
        "The mat was found better than the towel for pain on 19 May. "
        "All days together now say: the towel is ahead by about 0.6 points."
    )


def test_a_sure_but_small_benefit_is_called_small() -> None:
    said = " ".join(report.size(cast("better, not by what matters")))
    assert "Better, but probably by less than what matters to you. The chance of 1 point or more is 6 in 100." in said
    said = " ".join(report.size(cast("worse, not by what matters")))
    assert "Better, but probably by less than what matters to you." in said


def test_size_gives_averages_interval_and_chance() -> None:
    assert report.size(cast("better")) == (
        "Pain averaged 3.7 of 10 with the mat. It averaged 5.4 with the towel.",
        "The mat is ahead by about 1.6 points. With a chance of 95 in 100 it lies between 0.9 and 2.4 points.",
        "The chance of 1 point or more, enough to matter, is 97 in 100.",
    )


def test_an_interval_over_zero_names_both_sides() -> None:
    said = " ".join(report.size(cast("not sure enough")))
    assert "it lies between 0.5 points for the towel and 1.6 for the mat." in said


def test_as_done_and_other_outcomes_stand_beside() -> None:
    said = report.size(cast("better, as done"))
    assert said[3].startswith("Only days on which the treatment was done: the mat is ahead by about")
    assert said[4].startswith("Also rated: stress. The mat is ahead by about")
    assert said[4].endswith("That is outside the finding.")
    assert not any("give" in text and "points" in text for text in report.fool(cast("better, as done")))


@pytest.mark.parametrize("name", EVERYBODY)
def test_the_sentence_counts_what_the_heap_shows(name: str) -> None:
    result = cast(name)
    said = report.dots_sentence(result)
    if result.effect is None or result.observations.all_equal:
        assert said == ""
        return
    n = counts(result.effect)
    assert n.first + n.small + n.second == 50
    told = [
        int(number) for number in re.findall(r"\b(\d+) (?:favours?|are smaller|is smaller|are larger|is larger)", said)
    ]
    beside = 50 if "All " in said else 0
    assert said.startswith("50 possible answers.")
    assert sum(told) == 50 or beside


def test_a_question_asked_beforehand_is_remembered() -> None:
    assert "the change you asked for" in report.dots_sentence(cast("better"))
    assert "the change you asked for" not in report.dots_sentence(cast("better, bare"))


def test_what_could_fool_us_says_each_thing_once() -> None:
    for name in EVERYBODY:
        said = report.fool(cast(name))
        assert len(set(said)) == len(said)
        assert sum("edrawing the order" in text for text in said) <= 1
    assert report.fool(cast("better, not drawn"))[0].startswith("The order is not randomised")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("better", "Redrawing the order by chance gives a gap this large in 3.1 of 100 tries"),
        ("better, not drawn", "The order was not drawn by chance, so there is no draw to test against."),
        ("better, bare", "How the order was drawn is not recorded, so it cannot be redrawn."),
        ("better, four pairs", "With 4 pairs redrawing the order by chance is not informative; it takes 6."),
    ],
)
def test_redrawing_is_told_with_its_limits(name: str, said: str) -> None:
    assert report.randomisation_line(cast(name)).startswith(said)


def test_redrawing_is_exact_only_at_the_end_of_the_plan() -> None:
    early, late = strong(), planned(n_days=84, effect=0.9, noise=1.5, ceiling_days=84, seed=8)
    test = RandomisationTest(0.0421, 14)
    assert report.randomisation_line(replace(early, randomisation=test)).endswith("(not corrected for daily looks).")
    at_the_end = replace(late, verdict=replace(late.verdict, fixed_on=late.trial.schedule.last_day), randomisation=test)
    assert report.randomisation_line(at_the_end).endswith("in 4.2 of 100 tries (exact).")


def test_what_would_settle_it_fits_the_reason() -> None:
    first = {name: report.settle(cast(name))[0] for name in EVERYBODY}
    assert first["better"].startswith("By the rule this is settled.")
    assert first["not sure enough"] == "About 24 days more, in turns as before."
    assert first["at the ceiling"].startswith("Not more days of this trial")
    assert first["too few pairs"].startswith("Shorter turns")
    assert first["one treatment rated"] == "Days with the towel, in turns with the others."
    assert first["all equal"].startswith("A rating that moves")
    assert "The plan ends after 12 more" in report.settle(cast("not sure enough, plan ends first"))[1]
    assert any("let chance draw" in text for text in report.settle(cast("better, not drawn")))
    assert any("Write down" in text for text in report.settle(cast("better, bare")))


def test_what_was_decided_says_each_assumption_once() -> None:
    bare = " ".join(report.decided(cast("better, bare")))
    assert all(text in bare for text in cast("better, bare").assumptions)
    assert "The scale runs" not in bare
    planned_ = " ".join(report.decided(cast("better")))
    assert "The scale runs from 0 to 10. The smallest difference that matters is 1 point." in planned_
    assert "at most 5 of 100 such trials call the mat better, and as many the towel" in planned_
    assert "at most 2.5 of 100" in " ".join(report.decided(cast("worse")))
    assert "The finding was fixed on 26 May 2026." in planned_


def test_several_people_get_a_line_each() -> None:
    assert report.person_line(cast("a participant")) == (
        "0889f7fb: the mat almost certainly better than the towel, by about 1.6 points (0.9 to 2.4)."
    )
    assert report.person_line(cast("not sure enough")) == (
        "Cannot tell yet, about 24 days to go; the mat is ahead by about 0.5 points (−0.5 to 1.6)."
    )


def test_a_course_is_read_once_and_says_so() -> None:
    waiting = cast("course, not at the end")
    assert report.headline(waiting) == "Your days cannot tell yet: they are read once, at the end, in 23 days."
    assert report.settle(waiting)[0].startswith("Rating every day to the end of the plan, 23 days more.")
    assert report.person_line(cast("course, one person of many")).startswith("0889f7fb: cannot tell yet, 23 days to")
    for name in ("course, better", "course, not at the end", "course, changed on another day"):
        result = cast(name)
        said = " ".join([*report.fool(result), *report.settle(result), *report.decided(result)])
        assert "There is only one switch, on a day that chance picked from 28." in said
        assert "There is one look, at the end of 84 days." in said
        assert not any(words in said for words in ("pairs", "in turns", "take turns", "look every day", "mostly early"))


def test_redrawing_a_start_day_counts_days() -> None:
    said = report.randomisation_line(cast("course, better"))
    assert said == "Of 28 possible start days only the one drawn shows a change this large (exact)."
    said = " ".join(report.fool(cast("course, changed on another day")))
    assert "show a change at least this large, the one drawn among them (exact). The model is surer than that." in said


# --- names ---------------------------------------------------------------------------------------------


def test_a_name_cannot_turn_a_sentence_around() -> None:
    result = strong(treatments=("no tea", "tea"))
    assert report.headline(result).startswith("“No tea” is almost certainly better than tea")


def test_a_name_cannot_steer_a_terminal() -> None:
    wicked = "tea\x1b[31m\x07\u202e\nmilk\ud800"
    assert tidy(wicked) == "tea[31m milk"
    assert clean("a\tb\r\nc\x00") == "a b c"
    assert treatment_name("\x1b") == "“?”"
    assert "\x1b" not in report.terminal(strong(treatments=(wicked, "towel")))


# --- the heap ------------------------------------------------------------------------------------------

VALUES = st.lists(st.floats(-30, 30, allow_nan=False), min_size=50, max_size=50)


@given(VALUES, st.floats(0.05, 5), st.integers(8, 80), st.integers(4, 60), st.booleans())
def test_a_heap_holds_every_answer_on_its_own_side(
    values: list[float], delta: float, n_columns: int, n_rows: int, zoom: bool
) -> None:
    effect = SimpleNamespace(dots=tuple(values), delta=delta)
    heap = pile(effect, n_columns=n_columns, n_rows=n_rows, width=40.0, zoom=zoom)  # type: ignore[arg-type]
    assert sorted(dot.value for dot in heap.dots) == sorted(values)
    assert len({(dot.column, dot.row) for dot in heap.dots}) == 50
    assert 2 * heap.n_columns <= n_columns
    assert all(-heap.n_columns <= dot.column < heap.n_columns for dot in heap.dots)
    share = round(delta / heap.step)
    for dot in heap.dots:
        assert dot.side is side_of(dot.value, delta)
        out = dot.column if dot.column >= 0 else -1 - dot.column
        if share >= 1:
            assert (out < share) == (dot.side is Side.SMALL)
    below = {(dot.column, dot.row) for dot in heap.dots}
    assert all((column, row - 1) in below for column, row in below if row), "nothing floats"


@given(VALUES, st.floats(0.05, 5))
def test_turning_the_answers_around_turns_the_heap_around(values: list[float], delta: float) -> None:
    values = [value or 0.01 for value in values]  # an answer of exactly zero lies right of it both times
    heaps = [
        pile(SimpleNamespace(dots=tuple(sign * v for v in values), delta=delta), n_columns=40, n_rows=50, width=40.0)  # type: ignore[arg-type]
        for sign in (1, -1)
    ]
    assert heaps[0].limit == heaps[1].limit
    heights = [sorted((dot.column, dot.row) for dot in heap.dots) for heap in heaps]
    assert heights[0] == sorted((-1 - column, row) for column, row in heights[1])


def test_a_column_is_where_its_answers_are() -> None:
    heap = pile(normal_effect(1.6, 0.4), n_columns=48, n_rows=50, width=10)
    for dot in heap.dots:
        assert heap.step * dot.column <= dot.value <= heap.step * (dot.column + 1)


def test_ticks_name_what_matters_while_they_can() -> None:
    assert ticks(Heap(2.1, 0.1, 0.7, ())) == (0.0, 0.7, 1.4, 2.1)
    assert ticks(Heap(40.0, 1.0, 1.0, ())) == (0.0, 20.0, 40.0)


# --- the terminal --------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("name", EVERYBODY)
def test_the_terminal_fits_its_columns(name: str, width: int, plain: bool) -> None:
    text = report.terminal(cast(name), width=width, ascii=plain)
    assert max(_width(line) for line in text.splitlines()) <= max(32, min(width, 80))
    assert not any(line != line.rstrip() for line in text.splitlines())
    assert "\x1b" not in text
    assert text.endswith(".\n")
    assert not plain or text.isascii()
    assert text == report.terminal(cast(name), width=width, ascii=plain)


@pytest.mark.parametrize("width", [32, 40, 63, 80])
@pytest.mark.parametrize("name", EVERYBODY)
def test_the_terminal_draws_fifty_answers(name: str, width: int) -> None:
    text = report.terminal(cast(name), width=width)
    drawing = [line for line in text.splitlines() if "┊" in line]
    drawn = sum(line.count(mark) for line in drawing for mark in "●○·")
    if cast(name).effect is None or cast(name).observations.all_equal:
        assert drawn == 0
        return
    effect = cast(name).effect
    assert effect
    n = counts(effect)
    assert [sum(line.count(mark) for line in drawing) for mark in "●·○"] == [n.first, n.small, n.second]


def test_small_answers_lie_between_the_edges_and_large_ones_outside() -> None:
    for line in report.terminal(cast("more than a year")).splitlines():
        if "┊" in line:
            left, right = line.index("┊"), line.rindex("┊")
            assert all(left < i < right for i, c in enumerate(line) if c == "·")
            assert all(i < left for i, c in enumerate(line) if c == "○")
            assert all(i > right for i, c in enumerate(line) if c == "●")


def test_the_axis_is_symmetrical() -> None:
    for name in ("better", "no difference that matters", "more than a year"):
        lines = report.terminal(cast(name)).splitlines()
        axis = next(line for line in lines if "┼" in line).strip()
        assert axis == axis[::-1]


def test_colour_adds_nothing_that_the_marks_do_not_say() -> None:
    painted = report.terminal(cast("better"), colour=True)
    assert "\x1b[1m" in painted
    assert re.sub(r"\x1b\[\d+m", "", painted) == report.terminal(cast("better"))


def test_wide_letters_count_twice() -> None:
    result = strong(treatments=("お茶をゆっくり飲むことにする日", "何もしない日"))
    assert max(_width(line) for line in report.terminal(result, width=40).splitlines()) <= 40


def test_ascii_stands_in_for_what_it_lacks() -> None:
    assert plain_ascii("“−1” → ü 茶") == '"-1" -> u ?'


@pytest.mark.parametrize("name", ["stopped", "stopped on the first days"])
def test_a_stopped_trial_is_over_and_asks_for_no_more_of_its_days(name):
    result = cast(name)
    assert "could not tell" in report.headline(result)
    assert report.settle(result)[0].startswith("A new trial, if you still want to know.")
    assert "yet" not in report.headline(result)
