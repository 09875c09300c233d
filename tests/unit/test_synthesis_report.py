"""What a synthesis says: numbers as they are read, a headline no surer than the interval, short sentences."""

import math
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from itertools import pairwise, product

import numpy as np
import pytest

from docs.catalogue import pseudo_catalogue
from pinprick.evidence.bayesian import random_effects_posterior
from pinprick.evidence.bias import rank_test, regression_test, trim_and_fill
from pinprick.evidence.influence import cumulative, leave_one_out
from pinprick.evidence.moderators import meta_regression, subgroups
from pinprick.evidence.network import NetworkSynthesis, network
from pinprick.evidence.synthesis import Synthesis, synthesise
from pinprick.report import network as told_network
from pinprick.report import synthesis as told
from pinprick.report.forest import MEASURES, Figures, Row, average_row, axis_for, study_rows
from pinprick.words import speaking
from tests.unit.test_speaking import words_not_looked_up
from tests.unit.test_words import BANNED, MOST, n_words, sentences

YI = [-0.9, -1.6, -1.3, -1.4, -0.2, -0.8, 0.4]
VI = [0.33, 0.19, 0.42, 0.02, 0.05, 0.007, 0.6]
NAMES = ["Ash 1999", "Birch 2001", "Cedar 2004", "Elm 2005", "Fir 2010", "Oak 2012", "Yew 2020"]
GROUPS = ["a", "b", "a", "b", "a", "b", "a"]


def pooled(k: int = 7, *, measure: str = "MD", shift: float = 0.0, scale: float = 1.0, **how: str) -> Synthesis:
    yi, vi = scale * (np.array(YI[:k]) + shift), scale**2 * np.array(VI[:k])
    return synthesise(yi, vi, labels=NAMES[:k], measure=measure, **how)


def triangle() -> NetworkSynthesis:
    return network(
        ["mat", "mat", "rest", "needle", "needle", "rest"],
        ["wait", "wait", "wait", "wait", "mat", "needle"],
        [-1.3, -1.9, -0.6, -1.5, -0.1, 0.8],
        [0.3, 0.4, 0.2, 0.1, 0.2, 0.3],
        studies=["A", "B", "C", "D", "E", "F"],
    )


def apart() -> NetworkSynthesis:
    return network(
        ["mat", "rest", "tens"], ["wait", "wait", "sham"], [-1, 0.2, -2], [0.1, 0.1, 0.1], studies=["A", "B", "C"]
    )


def everything() -> Iterator[str]:
    """Everything that can be said, over measures, methods, numbers of studies and sizes."""
    for measure, (method, test), k, shift, scale in product(
        MEASURES, [("REML", "adhoc"), ("FE", "z")], (1, 2, 7), (0.0, 1.0, 6.0), (0.1, 1.0)
    ):
        if measure in ("COR", "ZCOR") and scale > 0.5:
            continue
        s = pooled(k, measure=measure, shift=shift, scale=scale, method=method, test=test)
        yield from (told.headline(s), told.forest_sentence(s), told.funnel_sentence(s, 2))
        for _title, said in told.sections(s):
            yield from (one for one in said if one not in s.caveats)  # doubts are the library's, tested there
    for measure in MEASURES:
        s = pooled(measure=measure, scale=0.5)
        found = told.SmallStudies(regression_test(s), rank_test(s), trim_and_fill(s))
        design = np.column_stack([np.arange(7.0), [1.0, 0, 0, 1, 0, 1, 0]])
        line = meta_regression(s.yi, s.vi, design, ["weeks", "kind: b, not a"])
        for _title, said in (
            told.small_studies(s, found),
            told.without_one(s, leave_one_out(s)),
            told.step_by_step(s, cumulative(s)),
            told.groups(s, subgroups(s.yi, s.vi, GROUPS), "kind"),
            told.regression(s, line, missing=1),
            told.bayes(s, random_effects_posterior(s.yi, s.vi)),
        ):
            yield from said
    for net in (triangle(), apart()):
        yield from (told_network.network_headline(net), told_network.network_sentence(net))
        for _title, said in told_network.network_sections(net):
            yield from (one for one in said if one not in net.caveats)


@pytest.fixture(scope="module")
def said() -> set[str]:
    return {sentence for text in everything() for sentence in sentences(text)}


# --- numbers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "se", "value", "text"),
    [
        ("RR", 0.2, math.log(0.5), "0.50"),
        ("OR", 0.2, math.log(0.0423), "0.042"),
        ("OR", 0.2, math.log(12.34), "12.3"),
        ("HR", 0.2, math.log(234.5), "234"),
        ("IRR", 0.2, 900.0, "over 1000"),
        ("IRR", 0.2, -900.0, "under 0.001"),
        ("ROM", 0.004, math.log(1.0123), "1.012"),
        ("ZCOR", 0.05, math.atanh(0.31), "0.31"),
        ("COR", 0.05, -0.001, "0.00"),
        ("MD", 5.0, -13.98, "−14"),
        ("MD", 0.07, -1.503, "−1.50"),
        ("SMD", 0.18, 0.449, "0.45"),
        ("GEN", 1e-9, 0.12345678, "0.1235"),
        ("GEN", math.nan, 0.5, "0.5"),
    ],
)
def test_a_number_has_the_digits_that_its_precision_deserves(measure: str, se: float, value: float, text: str) -> None:
    assert Figures(measure, se).said(value) == text


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("width", [0.05, 0.4, 2.0, 9.0])
@pytest.mark.parametrize("centre", [-1.0, 0.0, 0.7])
def test_an_axis_has_numbers_that_stand_apart_and_mean_their_place(measure: str, width: float, centre: float) -> None:
    figures = Figures(measure, width / 4)
    row = Row("x", centre, width / 4, centre - width, centre + width)
    axis = axis_for([row], [], figures)
    ticks = axis.ticks(0, 328, 14, 8.5)
    assert ticks
    assert all(b - a >= 14 + 8.5 * (len(one) + len(other)) / 2 for (a, one), (b, other) in pairwise(ticks))
    for place, text in ticks:
        worked = axis.low + place / 328 * (axis.high - axis.low)
        assert figures.shown(worked) == pytest.approx(float(text.replace("−", "-")), abs=1e-6, rel=1e-6)


def test_a_very_wide_interval_runs_off_the_axis_and_the_others_stay_legible() -> None:
    rows = [Row(str(i), i / 10, 0.1, i / 10 - 0.2, i / 10 + 0.2) for i in range(5)] + [Row("w", 0.2, 50, -98, 98)]
    axis = axis_for(rows, [], Figures("MD", 0.1))
    assert axis.high - axis.low < 3


# --- words ---------------------------------------------------------------------------------------------


def test_a_clear_average_is_told_as_a_finding_and_an_open_one_is_not() -> None:
    assert told.headline(pooled()) == "Together, 7 studies find a mean difference of −0.89."
    assert "leave open which way it goes" in told.headline(pooled(shift=1.0))
    assert "It holds 0 (no difference)" in " ".join(told.range_sentences(pooled(shift=1.0)))


def test_one_study_is_told_as_one_study() -> None:
    s = pooled(1, measure="OR")
    assert told.headline(s) == "One study finds an odds ratio of 0.41; there is nothing to pool it with."
    assert told.new_study_sentences(s) == ()
    assert "Only one study" in " ".join(s.caveats)
    assert told.forest_sheet(s).rows == (("Ash 1999", "0.41 (0.13 to 1.25)", "100 %"),)


def test_two_studies_are_told_to_be_few() -> None:
    told_all = " ".join(one for _title, said in told.sections(pooled(2)) for one in said)
    assert "Only two studies" in told_all
    assert "very wide" in told_all


def test_a_ratio_is_told_as_a_ratio_and_says_that_logarithms_were_used() -> None:
    s = pooled(measure="RR")
    words = " ".join(told.range_sentences(s))
    assert s.estimate < 0
    assert f"{math.exp(s.low):.2f} to {math.exp(s.high):.2f}" in words
    assert f"That is {round(100 * (1 - math.exp(s.estimate)))} % less" in words
    assert "as logarithms" in words
    assert "−" not in words


@pytest.mark.parametrize(("shift", "words"), [(1.5, "% more"), (4.0, "times as much")])
def test_a_ratio_above_one_is_told_as_more(shift: float, words: str) -> None:
    s = synthesise(np.array([0.3, 0.32, 0.31]) * shift, [0.001] * 3, measure="RR")
    assert words in " ".join(told.range_sentences(s))


def test_studies_are_counted_on_the_side_where_their_whole_interval_lies() -> None:
    s = pooled()
    rows = study_rows(s)
    below, above = sum(row.high < 0 for row in rows), sum(row.low > 0 for row in rows)
    assert (below, above) == (4, 0)
    assert told.forest_sentence(s).startswith("4 of 7 studies lie wholly below 0, 0 wholly above; 3 hold it.")


def test_a_common_effect_says_what_it_takes_for_granted_and_predicts_nothing() -> None:
    s = pooled(method="FE")
    assert "all studies share one true effect" in " ".join(told.differ_sentences(s))
    assert told.new_study_sentences(s) == ()


def test_leaving_out_names_the_study_on_which_the_answer_hangs() -> None:
    s = synthesise(
        [0.0, 0.1, 0.05, 3.0], [0.01, 0.01, 0.01, 0.0001], labels=["a", "b", "c", "d"], method="FE", test="z"
    )
    _title, said = told.without_one(s, leave_one_out(s))
    assert "“d” moves it most: without it the average is 0.050." in said
    assert "hangs on 1 study: “d”." in said[-1]
    steady = synthesise([1, 1.1, 1.2], [0.01] * 3, test="z")
    assert "hangs on no single study" in told.without_one(steady, leave_one_out(steady))[1][-1]


def test_step_by_step_says_since_when_the_answer_stands() -> None:
    s = synthesise([0.1, 0.5, 0.6, 0.5], [0.09, 0.05, 0.02, 0.02], labels=["a", "b", "c", "d"], method="FE", test="z")
    steps = cumulative(s)
    since = next(i for i in range(4) if all(told.is_settled(one) for one in steps[i:]))
    assert since == 1
    assert "From study 2 on, “b”, the interval leaves out 0 (no effect)." in told.step_by_step(s, steps)[1]


def test_a_slope_of_a_log_ratio_is_told_as_a_factor() -> None:
    s = pooled(measure="RR")
    line = meta_regression(s.yi, s.vi, np.arange(7.0), ["weeks"])
    _title, said = told.regression(s, line, missing=2)
    assert f"“weeks”: the risk ratio is multiplied by {math.exp(line.estimate[1]):.2f}" in said[0]
    assert any("2 studies do not say it" in one for one in said)


def test_the_indirect_is_called_indirect() -> None:
    net = apart()
    said = [one for _title, every in told_network.network_sections(net) for one in every]
    assert net.reference == "wait"
    assert any("compared 2 of 3 pairs" in one for one in said)
    other = network(["a", "b"], ["x", "a"], [1, 1], [0.1, 0.1], studies=["A", "B"], reference="x")
    warned = told_network.how_indirect(other.parts[0])
    assert warned[0] == "No study compared “x” with “b”."
    assert "only if studies are alike" in warned[1]


def test_a_network_in_parts_names_the_gap_and_answers_each_part() -> None:
    net = apart()
    assert "2 parts of the network are linked by no study" in told_network.network_headline(net)
    text = told_network.network_terminal(net)
    assert "Each treatment against “sham”" in text
    assert "Apart from the rest: “sham”, “tens”" in text


def test_ranks_are_told_with_their_range() -> None:
    part = triangle().parts[0]
    said = told_network.ranks(part)
    best = part.ranking.ranks[0]
    assert said[0].startswith(f"“{best.treatment}”: rank {best.low} to {best.high} of 4")
    assert said[-1].endswith("Lower was taken as better.")


def test_no_sentence_is_long_or_banned(said: set[str]) -> None:
    assert len(said) > 300
    assert [one for one in said if n_words(one) > MOST] == []
    assert [one for one in said if BANNED.search(one)] == []


def test_sentences_are_well_set(said: set[str]) -> None:
    for one in said:
        assert one[0].isupper() or one[0].isdigit() or one[0] == "“", one
        assert one[-1] == ".", one
        assert not re.search(r"  |\.\.|[\"'`]|\s[.,;:]|(?<!\d)-\d|\bnan\b|\bNone\b|\binf\b|\{|\}|\ba [aeo]\w", one), one


@pytest.mark.slow
def test_everything_goes_through_the_catalogue(tmp_path_factory: pytest.TempPathFactory) -> None:
    s, net = pooled(measure="RR"), triangle()
    with pseudo_catalogue(tmp_path_factory.mktemp("locale")).open("rb") as file, speaking(GNUTranslations(file)):
        texts = [told.headline(s), told.forest_sentence(s), told_network.network_headline(net)]
        texts += [one for _title, every in told.sections(s) for one in every if one not in s.caveats]
        texts += [title for title, _every in told_network.network_sections(net)]
    missed = [re.sub(r"Ash|Birch|Cedar|Elm|Fir|Oak|Yew|mat|wait|rest|needle", "", text) for text in texts]
    assert words_not_looked_up(missed) == []


# --- in a terminal, in a table -------------------------------------------------------------------------


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_lines_stay_within_the_terminal(width: int, ascii_only: bool) -> None:
    for text in (
        told.synthesis_terminal(pooled(measure="OR"), width=width, ascii=ascii_only),
        told.synthesis_terminal(pooled(1), width=width, ascii=ascii_only),
        told_network.network_terminal(triangle(), width=width, ascii=ascii_only),
    ):
        lines = text.splitlines()
        assert max(map(len, lines)) <= max(32, min(width, 80))
        assert all(line == line.rstrip() for line in lines)
        assert not ascii_only or text.isascii()


def test_a_terminal_forest_has_a_line_for_each_study_at_its_place() -> None:
    s = pooled()
    lines = told.synthesis_terminal(s, width=80).splitlines()
    dots = {name: line.index("●") for name in NAMES for line in lines if line.lstrip().startswith(name)}
    assert sorted(NAMES, key=dots.__getitem__) == [NAMES[i] for i in np.argsort(YI)]
    assert sum("●" in line for line in lines) == 8
    assert any(line.lstrip().startswith("A new study’s true effect") and "●" not in line for line in lines)


def test_colour_adds_nothing_to_the_words() -> None:
    s = pooled()
    assert re.sub(r"\x1b\[\d+m", "", told.synthesis_terminal(s, colour=True)) == told.synthesis_terminal(s)


def test_the_table_of_the_forest_says_what_the_forest_says() -> None:
    s = pooled()
    figures = Figures(s.measure, s.se)
    sheet = told.forest_sheet(s)
    assert [row[0] for row in sheet.rows] == [*NAMES, "Average of all", "A new study’s true effect"]
    assert [row[1] for row in sheet.rows[:7]] == [figures.whole(row) for row in study_rows(s)]
    assert sheet.rows[7][1] == figures.whole(average_row(s))
    assert all(len(row) == len(sheet.header) for row in sheet.rows)
    assert sum(int(re.findall(r"\d+", row[2])[0]) for row in sheet.rows[:7]) == pytest.approx(100, abs=4)


def test_every_pair_of_a_network_is_in_its_table() -> None:
    net = triangle()
    assert len(told_network.every_sheet(net).rows) == 6
    assert len(told_network.edges_sheet(net).rows) == len(net.direct) == 5
    for sheet in (told_network.every_sheet(net), told_network.against_sheet(net, net.parts[0])):
        assert all(len(row) == len(sheet.header) for row in sheet.rows)
