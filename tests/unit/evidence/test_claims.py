"""The claims: every one answered, every number from a record, every judgement with its reasons."""

import re
from dataclasses import replace

import pytest

from pinprick.errors import ProtocolError
from pinprick.evidence import claims as module
from pinprick.evidence import figures
from pinprick.evidence.claims import Certainty, Graded, Reason, Word, claim, claims, claims_about, popular_claims
from pinprick.evidence.figures import figure_of, study_ids
from pinprick.report.evidence import answer_to, limits
from tests.unit.test_words import BANNED, MEAN, MOST, n_words, sentences

ASKED = {
    "back_pain", "neck_pain", "muscle_tension", "right_after", "endorphins", "cortisol", "blood_flow", "stiffness",
    "stress", "nervous_system", "sleep", "discomfort", "care", "pregnancy", "acupuncture_better", "acupuncture_lasts",
    "deeper", "no_replacement",
}  # fmt: skip
NUMBERS = re.compile(r"\d[\d,]*(?:\.\d+)?")
SMALL_WORDS = {"10", "100", "10,000", "2", "3"}  # scales and "in 100", not findings


def told():
    return [answer_to(one, len(claims())) for one in claims()]


def test_everything_that_is_commonly_said_has_an_answer():
    assert {one.id for one in claims()} == ASKED
    assert len(popular_claims()) == 13
    assert len({one.id for one in (*claims(), *popular_claims())}) == 31


@pytest.mark.parametrize("one", claims(), ids=lambda one: one.id)
def test_every_number_in_an_answer_was_seen_or_is_our_own_sum(one):
    answer = answer_to(one, 18)
    seen = " ".join(source.shown for source in answer.seen)
    shown = {number.rstrip(",") for number in NUMBERS.findall(" ".join((answer.answer, answer.harm)))} - SMALL_WORDS
    for number in shown:
        rounded = {f"{float(found.replace(',', '')):.0f}" for found in NUMBERS.findall(seen)}
        assert number in NUMBERS.findall(seen) or number in rounded, (number, seen)


def test_no_place_for_a_number_stays_empty():
    for answer in told():
        for text in (answer.answer, answer.more, answer.rests_on, answer.harm):
            assert "{" not in text
            assert "nan" not in text.split()
            assert "  " not in text, text


def test_every_source_is_an_address_or_says_how_it_was_worked_out():
    for answer in told():
        for source in answer.seen:
            assert source.derived or re.match(r"https?://\S+ \((abstract|fulltext|registry|secondary)\)$", source.where)
            assert not source.derived or source.where.endswith(".")


@pytest.mark.parametrize("one", claims(), ids=lambda one: one.id)
def test_a_claim_nobody_tested_says_so_and_a_tested_one_names_its_studies(one):
    if one.is_untested and one.word is not Word.PRECAUTION:
        assert one.answer == "Nobody has tested this, as far as we found."
        assert one.studies == ()
    elif one.word is not Word.PRECAUTION:
        assert one.studies
        assert set(one.studies) <= study_ids()
        assert one.certainty.reasons or one.certainty.level is one.certainty.start


def test_sentences_are_as_short_as_those_of_a_verdict():
    texts = [text for answer in told() for text in (answer.answer, answer.more, answer.harm, *answer.reasons)]
    texts += [one.answer for one in popular_claims()]
    found = [sentence for text in texts for sentence in sentences(text)]
    assert [sentence for sentence in found if n_words(sentence) > MOST] == []
    assert sum(map(n_words, found)) / len(found) <= MEAN
    assert [sentence for sentence in found if BANNED.search(sentence)] == []


def test_the_page_says_that_no_clinician_has_looked_and_what_could_not_be_read():
    assert limits()[0] == "No clinician has reviewed this page yet."
    assert any("No table of results was seen" in text for text in limits())


def test_a_claim_is_found_by_name_number_or_outcome():
    assert claim("Back-pain") is claim("1") is claims()[0]
    assert {one.id for one in claims_about("sleep")} == {"sleep"}
    assert claims_about("money") == ()
    with pytest.raises(ProtocolError, match="There is no claim 'money'; choose one of back_pain"):
        claim("money")


# --- judgements ----------------------------------------------------------------------------------------

DOWN = Reason("imprecision", 1, "42 people")


@pytest.mark.parametrize(
    ("start", "level", "reasons", "said"),
    [
        (Certainty.HIGH, Certainty.HIGH, (DOWN,), "rated down by 1 is moderate, not high"),
        (Certainty.LOW, Certainty.VERY_LOW, (), "rated down by 0 is low, not very_low"),
        (Certainty.HIGH, Certainty.MODERATE, (Reason("mood", 1, "why"),), "'mood' takes 1; give one of risk_of_bias"),
        (Certainty.HIGH, Certainty.VERY_LOW, (Reason("imprecision", 3, "why"),), "takes 3"),
        (Certainty.HIGH, Certainty.MODERATE, (Reason("imprecision", 1, ""),), "say why"),
    ],
)
def test_a_level_that_does_not_follow_from_its_reasons_is_refused(start, level, reasons, said):
    with pytest.raises(ProtocolError, match=said):
        Graded(start, level, "", reasons)


def test_no_level_goes_below_very_low():
    graded = Graded(
        Certainty.LOW, Certainty.VERY_LOW, "", (Reason("imprecision", 2, "a"), Reason("indirectness", 2, "b"))
    )
    assert graded.level is Certainty.VERY_LOW


def test_a_claim_on_a_study_that_is_not_there_is_refused(monkeypatch):
    entry = {**module.load("claims.yaml")["common"][0], "comparisons": ["nobody2031"]}
    with pytest.raises(ProtocolError, match="rests on 'nobody2031', and there is no such study"):
        module._claim(1, entry)


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ({"study": "nobody2031", "people": True}, "no study 'nobody2031'"),
        ({"study": "kisker2023", "people": True}, "How many took part in kisker2023 was not seen"),
        ({"study": "saha2016", "event": "fainted"}, "counts no 'fainted'; it counts: found the mat too painful"),
        ({"study": "cochrane_lbp2020", "effect": "acupuncture vs tea"}, "has 0 sizes for 'acupuncture vs tea'"),
        ({"study": "cochrane_lbp2020", "effect": "acupuncture vs usual care"}, "has 2 sizes"),
        ({"study": "saha2016"}, "says nothing of"),
        ({"safety": "ae_nothing"}, "counts no 'ae_nothing'"),
    ],
)
def test_a_reference_to_a_number_that_is_not_there_is_refused(ref, said):
    with pytest.raises(ProtocolError, match=said):
        figure_of(ref)


def test_a_size_of_which_nobody_said_whom_it_favours_is_never_weighed(monkeypatch):
    """Taking plus for better would turn the sign of half of them."""
    ref = {"study": "cochrane_lbp2020", "effect": "acupuncture vs usual care", "domain": "pain"}
    assert figures.effect_of(ref).estimate > 0
    found, value = figures._find(figures.study("cochrane_lbp2020"), ref)
    unsaid = replace(found, favours=None, benefit_is=None)
    monkeypatch.setattr(figures, "_find", lambda _study, _ref: (unsaid, value))
    with pytest.raises(ProtocolError, match="or not whom it favours"):
        figures.effect_of(ref)
