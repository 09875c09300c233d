"""The planner's words are short and plain, and its picture holds the same people as its words."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree as ET

import pytest

from pinprick.charts.drawing import WIDTH
from pinprick.charts.planning import draw_plan, inline_plan, plan_svg
from pinprick.errors import PinprickError
from pinprick.planning.foresight import Foresight, plan_ahead
from pinprick.planning.people import OwnDays, Population
from pinprick.planning.worth import Advice
from pinprick.report.planning import (
    KINDS,
    N_DOTS,
    advice,
    assumed,
    effort,
    gain,
    headline,
    in_dots,
    others,
    people_sentences,
    plan_terminal,
    table,
    truth_sentences,
    who,
)
from pinprick.trial.plan import Plan
from pinprick.trial.protocol_file import read_protocol
from tests.unit.test_words import BANNED, MOST, n_words, sentences

PEOPLE = {
    "plain": None,
    "calm": Population(spread=0.6, spread_log_sd=0.1, fade_days=0.0, leave=0.05),
    "jumpy": Population(spread=3.5, spread_log_sd=0.1, lag1=0.6, lag1_sd=0.0),
}
CAST = [
    ("mat-vs-rest-back-pain", "plain"), ("mat-vs-rest-back-pain", "calm"), ("mat-vs-rest-back-pain", "jumpy"),
    ("mat-vs-rest-stress", "calm"), ("mat-vs-rest-muscle-tension", "plain"), ("acupuncture-course", "plain"),
    ("which of two", "plain"), ("too short", "plain"),
]  # fmt: skip


@cache
def cast(name: str, people: str) -> Foresight:
    plan = read_protocol(name if "-" in name else "mat-vs-rest-back-pain")
    assert isinstance(plan, Plan)
    days = 20 if name == "too short" else None
    if name == "too short":
        plan = replace(plan, design=replace(plan.design, period_days=7))  # type: ignore[arg-type]
    if name == "which of two":
        plan = replace(plan, control=None)
    return plan_ahead(plan, population=PEOPLE[people], n_trial=200, days=days)


def said(f: Foresight) -> Iterator[str]:
    yield headline(f)
    yield from (*advice(f), *people_sentences(f), *effort(f), *gain(f), *who(f), *others(f), *assumed(f))
    for outlook in f.outlooks:
        yield from truth_sentences(f, outlook)


@pytest.mark.parametrize(("name", "people"), CAST)
def test_sentences_are_short_and_plain(name: str, people: str) -> None:
    for text in said(cast(name, people)):
        for sentence in sentences(text):
            assert n_words(sentence) <= MOST + 10 * ("“" in sentence), sentence  # four findings with their counts
            assert not BANNED.search(sentence), sentence
            assert sentence.endswith((".", "”")), sentence
            assert "nan" not in sentence.split()


def test_it_advises_against_a_trial_that_cannot_answer() -> None:
    f = cast("mat-vs-rest-back-pain", "jumpy")
    assert f.advice is Advice.NOT_WORTH_IT
    assert headline(f) == "This plan will probably not give you an answer."
    assert any("advise against" in text for text in advice(f))


def test_a_plan_too_short_is_told_what_would_fit() -> None:
    told = " ".join(advice(cast("too short", "plain")))
    assert "can come after 28 days, and you have 20 days" in told
    assert re.search(r"Turns of \d days?", told)


def test_a_course_is_told_of_as_one_switch_read_once() -> None:
    f = cast("acupuncture-course", "plain")
    told = plan_terminal(f)
    assert effort(f)[0] == "The trial takes 84 days. It is read once, at its end."
    assert "Sessions with the practitioner come on top." in told
    assert advice(f)[-1] == "What trials say of people in general is a better guide here."
    assert not any(words in told for words in ("take turns", "Half of the answers", "at the soonest"))


def test_own_days_are_named() -> None:
    f = replace(cast("mat-vs-rest-back-pain", "plain"), own=OwnDays(30, 4.0, 1.3, 0.1, 0.2, 0.2))
    assert who(f)[0].startswith("Your diary has 30 days with a rating. They differ by about 1.3 points")


@pytest.mark.parametrize("width", [32, 50, 80, 120])
@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize(("name", "people"), CAST)
def test_lines_stay_within_the_terminal(name: str, people: str, width: int, ascii_only: bool) -> None:
    told = plan_terminal(cast(name, people), width=width, ascii=ascii_only)
    assert max(map(len, told.splitlines())) <= min(width, 80)
    assert not any(line != line.rstrip() for line in told.splitlines())
    if ascii_only:
        assert told.isascii()
        assert "?" not in told.replace("pain?", "").replace("down?", "").replace("stress?", "").replace("tension?", "")


def test_colour_adds_nothing_that_the_marks_do_not_say() -> None:
    f = cast("mat-vs-rest-back-pain", "plain")
    assert re.sub(r"\x1b\[\d+m", "", plan_terminal(f, colour=True)) == plan_terminal(f)


@pytest.mark.parametrize("share", [0.0, 0.333, 0.5, 0.995, 1.0])
def test_dots_are_whole_people_and_none_is_lost(share: float) -> None:
    one = cast("mat-vs-rest-back-pain", "plain").outlooks[0]
    outlook = replace(one, better=share / 3, third=share / 3, worse=share / 3, cannot_tell=1 - share)
    count = in_dots(outlook)
    assert sum(count.values()) == N_DOTS
    assert all(abs(count[kind] - N_DOTS * getattr(outlook, kind)) < 1 for kind in KINDS)


def test_the_square_in_the_terminal_holds_the_same_people_as_the_sentence() -> None:
    f = cast("mat-vs-rest-back-pain", "plain")
    assert f.worth is not None
    told, count = plan_terminal(f), in_dots(f.worth.outlook)
    square = told.split("One dot")[0].split("cannot tell.")[-1]
    rows = [line.strip()[:19] for line in square.splitlines() if line.strip()]
    signs = "".join(rows).replace(" ", "")
    assert [signs.count(sign) for sign in "●–○·"] == [count[kind] for kind in KINDS]
    assert f"about {50 - count['cannot_tell']} would get a clear answer" in " ".join(people_sentences(f))


def test_the_table_marks_the_best_once() -> None:
    cells = [cell for row in table(cast("mat-vs-rest-back-pain", "plain")) for cell in row]
    assert sum(cell.endswith("*") for cell in cells) == 1


# --- the picture ---------------------------------------------------------------------------------------


def test_the_picture_holds_fifty_people_a_square_by_finding() -> None:
    f = cast("mat-vs-rest-back-pain", "plain")
    assert f.worth is not None
    root = ET.fromstring(inline_plan(f, id="plan"))  # noqa: S314  it was drawn a moment ago
    want = dict.fromkeys(KINDS, 1)  # the key holds one of each
    for outlook in (f.worth.outlook, *f.outlooks):
        for kind, n in in_dots(outlook).items():
            want[kind] += n
    circles = [one.get("class") for one in root.iter("circle")]
    bars = [one for one in root.iter("line") if one.get("class") == "s-ink"]
    assert [circles.count("f-mat"), len(bars), circles.count("s-towel"), circles.count("f-between")] == list(
        want.values()
    )


@pytest.mark.parametrize(("name", "people"), CAST[:-1])
def test_nothing_leaves_the_picture_on_a_phone(name: str, people: str) -> None:
    f = cast(name, people)
    drawing = draw_plan(f)
    root = ET.fromstring(inline_plan(f, id="plan"))  # noqa: S314
    for circle in root.iter("circle"):
        x, y, r = (float(circle.get(key) or 0) for key in ("cx", "cy", "r"))
        assert x - r >= 0
        assert x + r <= WIDTH
        assert y - r >= 0
        assert y + r <= drawing.height
    for text in root.iter("text"):
        assert float(text.get("x") or 0) + 7.2 * len(text.text or "") <= WIDTH + 12, text.text
        assert float(text.get("y") or 0) <= drawing.height


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_file_stands_alone_in_either_theme(theme: str) -> None:
    svg = plan_svg(cast("mat-vs-rest-back-pain", "plain"), theme=theme)  # type: ignore[arg-type]
    root = ET.fromstring(svg)  # noqa: S314
    assert "class=" not in svg
    assert root.find("{http://www.w3.org/2000/svg}title") is not None
    assert svg == plan_svg(cast("mat-vs-rest-back-pain", "plain"), theme=theme)  # type: ignore[arg-type]


def test_what_cannot_be_drawn_is_refused_in_one_line() -> None:
    with pytest.raises(PinprickError, match="nothing to draw"):
        plan_svg(cast("too short", "plain"))
