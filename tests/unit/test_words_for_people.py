"""Every text for participants in the catalogue is short and plain, on the site, in the library and in the ready trials.

`test_words.py` reads whole reports as they come out; this reads each text as it was written, said or not. Left to
others, by file: the wording of the clinical questions, which is the sources' (safety.yaml); questionnaires that no
ready-made trial asks (outcomes.yaml); and sentences for who checks the statistics. An estimand is one of those, in
whatever file it stands.
"""

import re

import pytest

from docs import catalogue
from pinprick.trial.plan import Sequence
from pinprick.trial.protocol_file import read_protocol, ready_names
from tests.unit.test_words import BANNED, MEAN, MOST, n_words, sentences

FOR_REVIEWERS = {
    *(f"src/pinprick/evidence/{name}.py" for name in ("effect_size", "synthesis", "moderators", "bias", "influence")),
    *(f"src/pinprick/evidence/{name}.py" for name in ("bayesian", "network", "heterogeneity", "derived", "check")),
}
"""What `pinprick synthesise` and `pinprick evidence --check` say of a table or a record, in the words of the trade."""
FOR_OTHERS = FOR_REVIEWERS | {
    "src/pinprick/trial/safety.yaml",
    "src/pinprick/trial/outcomes.yaml",
    "src/pinprick/analysis/randomisation.py",
    "src/pinprick/analysis/start_day.py",
}
PLACES = re.compile(r"%\((\w+)\)[-#0-9.]*[a-z]|\{(\w+)[^{}]*\}")
TAGS = re.compile(r"<[^<>]+>")
# A part of the body is no treatment; "arm" alone is.
BODY = re.compile(
    r"\b(upper|lower|left|right|your|both|an|one) arms?\b|\barms? (and|or) \w+|\b\w+ (and|or) arms?\b", re.I
)
OF_A_FILE = {"FAILS"}  # `pinprick verify` says it of a file, not of a person


def for_participants() -> set[str]:
    """Every text that a participant may read, places as one word each."""
    plans = [plan for plan in map(read_protocol, ready_names()) if not isinstance(plan, Sequence)]
    estimands = {plan.estimand for plan in plans}
    found = set()
    for text in catalogue.texts():
        if text.source not in FOR_OTHERS:
            found |= {text.said} if isinstance(text.said, str) else set(text.said)
    return {TAGS.sub("", PLACES.sub("X", text)) for text in found - estimands - OF_A_FILE}


@pytest.fixture(scope="module")
def said() -> set[str]:
    return {sentence.strip() for text in for_participants() for sentence in sentences(text)}


def test_the_texts_are_not_a_handful(said: set[str]) -> None:
    assert len(said) > 500


def test_no_text_is_long(said: set[str]) -> None:
    assert [sentence for sentence in sorted(said) if n_words(sentence) > MOST] == []


def test_whole_sentences_are_short_on_average(said: set[str]) -> None:
    """Labels of a word or two would only flatter the mean."""
    whole = [sentence for sentence in said if sentence[-1:] in (".", "?")]
    assert len(whole) > 300
    assert sum(map(n_words, whole)) / len(whole) <= MEAN


def test_no_banned_word_for_participants(said: set[str]) -> None:
    assert [sentence for sentence in sorted(said) if BANNED.search(BODY.sub("", sentence))] == []


@pytest.mark.parametrize("text", ["Today’s arm is the mat.", "Arm A", "The arms take turns.", "Two arms"])
def test_arm_as_a_treatment_is_caught(text: str) -> None:
    assert BANNED.search(BODY.sub("", text))


@pytest.mark.parametrize("text", ["Your upper arm", "an arm or leg", "Arms and hands"])
def test_an_arm_of_the_body_may_be_named(text: str) -> None:
    assert not BANNED.search(BODY.sub("", text))
