"""The words about a mat: short, first the ones that matter, and no claim of what a mat cannot do."""

import itertools
import re
from dataclasses import replace

import pytest

from pinprick.dose.answer import Dose, compare
from pinprick.dose.body import Person
from pinprick.dose.data import table
from pinprick.dose.ladder import ladder
from pinprick.dose.mat import Mat
from pinprick.dose.setup import LAYERS, SURFACES, USES, Setup
from pinprick.dose.sharpness import PRESS_WORDS
from pinprick.dose.uncertainty import Range
from pinprick.report import dose as words
from tests.unit.test_words import BANNED, MEAN, MOST, n_words, sentences

CLAIMS = re.compile(
    r"blood flow|circulat|toxin|detox|organs?\b|energ|\bqi\b|\bheal|\bcure|meridian|endorphin|stimulat|activat|"
    r"points? (that|which) (heal|help|work)|\bMPa\b|\bmN\b|will (hurt|help|mark)",
    re.IGNORECASE,
)
BARE = Setup(Mat(6000), Person())


@pytest.fixture(scope="module")
def several() -> list[Dose]:
    others = [replace(BARE, surface="bed", layer=name) for name in ("none", "t_shirt", "folded_towel")]
    others += [replace(BARE, layer=12.5), replace(BARE, mat=Mat(4000)), replace(BARE, mat=Mat(1), use="feet")]
    others += [replace(BARE, use=name, layer="t_shirt") for name in USES[1:]]
    return list(compare([BARE, *others], n_draws=20))


@pytest.fixture(scope="module")
def made():
    return ladder(mat=6000, n_draws=20)


@pytest.fixture(scope="module")
def said(several, made) -> list[str]:
    texts = [*words.ladder_lines(made), *words.compare_lines(several), *words.changes_lines(several[1:])]
    for one in several:
        texts += [*words.dose_lines(one, several[1:3]), *words.needle_lines(one)]
        texts += [] if not one.setup.is_lying else [words.picture_sentence(one)]
    texts += [text for text in words.points_lines(several[0]) if not text.startswith("- ")]  # lists of names
    return sorted({part for text in texts for part in map(str.strip, sentences(text.removeprefix("- ")))})


def test_no_sentence_is_long_and_they_are_short_on_average(said):
    assert len(said) > 100
    assert [one for one in said if n_words(one) > MOST] == []
    whole = [one for one in said if one[-1] == "."]
    assert sum(map(n_words, whole)) / len(whole) <= MEAN


def test_no_sentence_claims_what_a_mat_cannot_do_or_shows_what_is_not_known(said, several):
    assert [one for one in said if CLAIMS.search(one) or BANNED.search(one)] == []
    names = " ".join(words.points_lines(several[0]))
    assert not CLAIMS.search(names)


@pytest.mark.parametrize(
    "claim", ["It stimulates your organs.", "Better circulation.", "0.3 MPa at the tip", "qi flows"]
)
def test_a_banned_claim_would_be_found(claim):
    assert CLAIMS.search(claim)


def test_sentences_are_well_set(said):
    for one in said:
        assert one[0].isupper() or one[0].isdigit(), one
        assert one[-1] in ".:" or one in ("A gentle start", "A mat beside a needle", "Named points under your mat"), one
        assert not re.search(r"  |\.\.|[\"'`{}]|\s[.,;:]|\bnan\b|None|\binf\b|_", one), one


def test_every_word_for_a_choice_is_there():
    assert tuple(words.LAYERS) == LAYERS
    assert tuple(words.SURFACES) == SURFACES
    assert tuple(words.USES) == USES[1:]
    assert {row["region"] for row in table("acupoints")["points"]} <= set(words.REGIONS) | {"foot", "sole"}


def test_words_for_ratios_climb_with_the_ratio():
    ends = [end for end, _long, _short in words.AS_SHARP]
    assert all(one < other for one, other in itertools.pairwise(ends))
    assert words.as_sharp(0.33).startswith("about a third")
    assert words.as_sharp(0.5).startswith("about half as sharp as")
    assert words.as_sharp(1.45).startswith("about half as sharp again")


def test_a_hardly_touching_spike_and_a_foot_weigh_different_things():
    assert [words.in_hand(force) for force in (0.001, 0.03, 0.1, 0.19, 0.5, 1.7, 100)] == [
        "a paper clip",
        "a sheet of paper",
        "two or three sheets of paper",
        "a letter",
        "an egg",
        "an apple",
        "",
    ]


def test_every_safety_line_stands_alone_without_the_model():
    for line in words.safety_sentences():
        assert not re.search(r"model|above|below|\d", line.replace("ten times", "")), line
    assert any("roll to your side" in line for line in words.safety_sentences())


def test_the_same_set_up_is_not_compared_with_itself(several):
    assert words.change_sentence(several[0]) == words.change_range(several[0]) == words.hard_sentence(several[0]) == ""
    assert all(words.change_sentence(one) for one in several[1:])


def test_under_much_cloth_the_sharpness_is_gone_and_that_is_said(several):
    thick = next(one for one in several if one.setup.layer == 12.5)
    assert words.change_sentence(thick) == "With 12.5 mm of cloth on a hard floor, the sharpness is all but gone."


def test_a_change_comes_before_the_numbers(several):
    for one in several[1:]:
        told = " ".join(words.lead(one))
        assert told.index(words.change_sentence(one)) < told.index("grams")


def test_a_dent_is_told_in_whole_millimetres():
    assert words.dent_sentence(Range(2, 1.2, 3.1)) == "The skin gives by about 1 to 3 mm and springs back."
    assert words.dent_sentence(Range(1, 0.9, 1.2)) == "The skin gives by about 1 mm and springs back."
    assert words.dent_sentence(Range(0.2, 0.1, 0.4)) == "The skin gives by less than a millimetre and springs back."


def test_the_table_of_a_back_counts_every_spike(several):
    told = words.zone_table(several[0])
    assert len(told.rows) == 1 + len(PRESS_WORDS)
    total = sum(float(cell.replace(",", "")) for row in told.rows for cell in row[1:])
    assert total == pytest.approx(6000, rel=0.03)


def test_only_one_spike_is_one_spike(several):
    one = next(dose for dose in several if dose.setup.mat.spikes == 1)
    assert words.headline(one) == "The only spike touches you."


def test_points_are_only_listed_for_a_back(several):
    assert words.points_lines(several[-1]) == ["The table of named points is for a mat under the back."]
    told = " ".join(words.points_lines(several[0]))
    assert "pressed just as hard. We know of no evidence that the names matter here." in told
