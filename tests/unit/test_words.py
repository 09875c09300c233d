"""Every sentence that the report can produce is short, plain and well set."""

import re
from collections.abc import Iterator

import pytest

from pinprick.analysis.single import Result
from pinprick.report import decided, dots_sentence, fool, headline, method, person_line, settle, size, terminal
from pinprick.report.beside import randomisation_line
from tests.unit.results import CAST, cast, grid

BANNED = re.compile(r"\b(compliance|fail\w*|patients?|subjects?|arms?|p[- ]values?|streaks?)\b", re.IGNORECASE)
MOST, MEAN, FIRST_SCREEN = 25, 14, 60
ODD = {"odd names", "long names"}  # what a person wrote is as long as it is


def paragraphs(result: Result) -> Iterator[str]:
    """Everything that the report says about a result, as it says it."""
    yield headline(result)
    yield from (dots_sentence(result), *size(result), *fool(result), *settle(result), *decided(result))
    yield from (randomisation_line(result), *method(result))


def sentences(text: str) -> list[str]:
    """Split at full stops and question marks that end a sentence."""
    return [part for part in re.split(r"(?<=[.?!])\s+(?=[A-Z“\d])", text) if part]


def n_words(text: str) -> int:
    return sum(any(c.isalnum() for c in word) for word in text.split())


def everything() -> Iterator[str]:
    for name in CAST:
        if name not in ODD:
            yield from paragraphs(cast(name))
    for result in grid():
        yield from paragraphs(result)


@pytest.fixture(scope="module")
def catalogue() -> set[str]:
    return {sentence for text in everything() for sentence in sentences(text)}


def test_the_catalogue_is_not_a_handful(catalogue: set[str]) -> None:
    assert len(catalogue) > 400


def test_no_sentence_is_long(catalogue: set[str]) -> None:
    assert [sentence for sentence in catalogue if n_words(sentence) > MOST] == []


def test_sentences_are_short_on_average(catalogue: set[str]) -> None:
    assert sum(map(n_words, catalogue)) / len(catalogue) <= MEAN


@pytest.mark.parametrize("name", sorted(set(CAST) - ODD))
def test_each_answer_is_short_on_average(name: str) -> None:
    said = [sentence for text in paragraphs(cast(name)) for sentence in sentences(text)]
    assert sum(map(n_words, said)) / len(said) <= MEAN


@pytest.mark.parametrize("name", sorted(set(CAST) - ODD))
def test_the_first_screen_is_read_in_half_a_minute(name: str) -> None:
    assert n_words(headline(cast(name))) + n_words(dots_sentence(cast(name))) <= FIRST_SCREEN


def test_no_banned_word(catalogue: set[str]) -> None:
    assert [sentence for sentence in catalogue if BANNED.search(sentence)] == []


def test_sentences_are_well_set(catalogue: set[str]) -> None:
    for sentence in catalogue:
        assert sentence[0].isupper() or sentence[0].isdigit() or sentence[0] == "“", sentence
        assert sentence[-1] in ".?", sentence
        assert not re.search(r"  |\.\.|…|[\"'`]|\s[.,;:]|(?<!\d)-\d|\bnan\b|None\b(?! favour)|\binf\b", sentence), (
            sentence
        )
        assert sentence.count("“") == sentence.count("”"), sentence


def test_a_headline_has_a_number(catalogue: set[str]) -> None:
    without = {headline(cast(name)) for name in CAST if not re.search(r"\d", headline(cast(name)))}
    assert without <= {
        headline(cast("one day")),  # "the only rated day"
        headline(cast("no day")),
        headline(cast("more than a year")),
    }


@pytest.mark.parametrize("name", list(CAST))
def test_a_line_for_one_person_is_one_line(name: str) -> None:
    line = person_line(cast(name))
    assert "\n" not in line
    assert line.endswith(".")
    assert not re.search(r"  |\.\.|\"", line)


def test_terminal_and_sentences_say_the_same() -> None:
    result = cast("better, as done")
    told = " ".join(terminal(result).split())
    for text in (headline(result), dots_sentence(result), *size(result), *fool(result), *settle(result)):
        assert text in told
