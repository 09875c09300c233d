"""The practitioner's paper: tagged, two sides at most, the same bytes, and only what may be said."""

import re
import sys
import time
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO

import pytest
from pypdf import PdfReader

from pinprick import api, report
from pinprick.analysis.reading import Reading, read_verdict
from pinprick.analysis.verdict import Finding
from pinprick.charts.answers import answers_words
from pinprick.charts.days import days_words
from pinprick.errors import PinprickError, ProtocolError
from pinprick.paper import practitioner
from pinprick.report.practitioner import range_lines, side_effect_lines
from pinprick.trial.fold import Ended
from pinprick.trial.plan import Arm, Kind
from pinprick.trial.protocol_file import read_protocol
from pinprick.version import __version__
from tests.conducted import at, lived, noisy, started, with_well_day
from tests.unit.results import CAST, DRAWN_CAST, cast

MADE_ON = date(2026, 6, 11)
BELIEF = {"expectation": {"mat": 7, "towel": 3}, "choice_today": "mat"}


def session(n, arm):
    """What is said of a session: every ninth on the mat is too sharp."""
    on_mat = arm == "mat"
    sharp = on_mat and n % 9 == 0
    return {
        "minutes": 6 if sharp else 20,
        "prick": 6 + noisy(n, width=2) if on_mat else 1,
        "ended": Ended.TOO_SHARP if sharp else None,
        "marks": on_mat and n % 8 == 0,
    }


@cache
def finished(n_days=30, *, protocol="mat-vs-rest-back-pain", note="CANARY"):
    """A trial in which the mat helps, lived for some days and revealed."""
    conduct, seal = started(protocol, belief=BELIEF)
    for n in range(1, n_days + 1):
        conduct = with_well_day(conduct, seal, n)
        day, arm = at(n).day, conduct.arm_on(at(n).day).name
        if n != 7:
            pain = 6 - 2 * (arm == "mat") + noisy(n, width=1)
            conduct, _ = conduct.with_rating(
                at(n), day=day, ratings={"pain": pain}, done=True, note=note, **session(n, arm)
            )
    conduct = conduct.with_felt("too_painful", at(n_days))
    conduct = conduct.with_belief_after(at(n_days), guess="towel", preference="mat")
    return api.reveal(conduct, seal, at(n_days))


def paper_of(name, **kwargs):
    """A paper of a made-up result, in the frame of a real trial."""
    conduct, _ = finished()
    return practitioner(conduct, Reading(True, cast(name), ()), made_on=MADE_ON, **kwargs)


def tight(text):
    """Without spaces: a line may break a long word, and kerning looks like a space to a reader of text."""
    return re.sub(r"[\s\u200b]", "", text)


def words(page_or_pdf):
    """The text of a PDF or of one of its pages, without spaces."""
    pages = PdfReader(BytesIO(page_or_pdf)).pages if isinstance(page_or_pdf, bytes) else [page_or_pdf]
    return tight("".join(page.extract_text() for page in pages))


def structure(pdf):
    """The tags of a PDF in reading order, each with its alternative text."""
    found = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            for kid in node:
                walk(kid)
        elif hasattr(node, "get"):
            if "/S" in node:
                found.append((node["/S"], node.get("/Alt")))
            if "/K" in node:
                walk(node["/K"])

    walk(PdfReader(BytesIO(pdf)).root_object["/StructTreeRoot"])
    return found


# ---- what may be on paper at all


def test_a_sealed_trial_has_no_paper_even_with_an_answer():
    conduct, seal = started()
    conduct = lived(conduct, seal, 30, lambda n, arm: 6 - 3 * (arm == "mat") + noisy(n, width=1))
    reading = read_verdict(conduct, at(30).day)
    assert reading.ready
    with pytest.raises(ProtocolError, match="still sealed") as refused:
        practitioner(conduct, reading, made_on=MADE_ON)
    assert "better" not in str(refused.value)
    with pytest.raises(ProtocolError, match="still sealed"):  # nor has one whose owner looked early
        practitioner(conduct.with_unsealing(at(30)), reading, made_on=MADE_ON)


def test_a_reading_that_is_not_ready_has_no_paper():
    conduct, reading = finished()
    with pytest.raises(ProtocolError, match="still sealed"):
        practitioner(conduct, replace(reading, ready=False), made_on=MADE_ON)


def test_a_note_stays_at_home():
    conduct, reading = finished()
    assert any(entry.note == "CANARY" for entry in reading.result.trial.diary)
    assert "CANARY" not in words(practitioner(conduct, reading, made_on=MADE_ON))


def test_without_typst_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)  # which is how Python marks a module as absent
    with pytest.raises(PinprickError, match=r"pip install 'pinprick\[report\]'"):
        paper_of("no day")


# ---- the file


@pytest.mark.parametrize("name", DRAWN_CAST)
def test_every_finding_fits_on_two_tagged_sides(name):
    pdf = paper_of(name)
    reader = PdfReader(BytesIO(pdf))
    assert len(pdf) <= 200_000
    assert len(reader.pages) == 2
    for page in reader.pages:
        assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    said = words(pdf)
    assert tight(report.headline(replace(cast(name), participant="?"))) in said
    assert all(tight(line) in said for line in report.fool(cast(name)))
    assert (
        said.count(tight(f"Made by Pinprick {__version__}. No clinician has approved the safety questions yet.")) == 2
    )


def test_the_cast_holds_every_finding():
    assert {cast(name).finding for name in CAST} == set(Finding)


def test_it_says_that_it_is_accessible_and_in_which_language():
    reader = PdfReader(BytesIO(paper_of("better", shared_by="Robin M.")))
    assert reader.root_object["/MarkInfo"]["/Marked"].value is True
    assert reader.root_object["/Lang"].lower() == "en-gb"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in reader.root_object["/Metadata"].get_data()
    assert reader.metadata.title == report.headline(replace(cast("better"), participant="?"))
    assert reader.metadata.author == "Robin M."


def test_headings_pictures_and_tables_are_tagged_in_reading_order():
    tags = structure(paper_of("better"))
    kinds = [kind for kind, _ in tags]
    result = replace(cast("better"), participant="?")
    alts = [alt for _, alt in tags if alt]
    assert alts == ["Pinprick", ". ".join(answers_words(result)), ". ".join(days_words(result))]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == 6
    assert kinds.index("/H1") < kinds.index("/H2")
    assert kinds.count("/Table") == 1
    assert kinds.count("/TH") == 3


def test_the_same_trial_day_and_name_give_the_same_bytes():
    conduct, reading = finished()
    once, again = (practitioner(conduct, reading, made_on=MADE_ON, shared_by="Robin M.") for _ in range(2))
    assert once == again
    assert once != practitioner(conduct, reading, made_on=date(2026, 6, 12), shared_by="Robin M.")


def test_it_takes_two_seconds_at_most():
    paper_of("better")  # Typst is loaded once in a process
    spent = []
    for _ in range(3):
        start = time.perf_counter()
        paper_of("better")
        spent.append(time.perf_counter() - start)
    assert min(spent) <= 2


# ---- the words


def test_the_first_side_has_the_answer_and_the_second_how_it_was_fixed():
    conduct, reading = finished()
    pdf = practitioner(conduct, reading, made_on=MADE_ON, shared_by="Robin M.")
    first, second = (words(page) for page in PdfReader(BytesIO(pdf)).pages)
    for said in (
        "Shared by Robin M. on 11 June 2026.",
        "One person, one question, 30 days: Do the spikes help my back, beyond lying down?",
        report.headline(reading.result),
        "The change worth having was set at 1 point before day 1.",
        report.dots_sentence(replace(reading.result, participant="Robin M.")),
        "Stopped because too sharp",
        "The treatments took turns of 3 days, in an order that chance drew. It stayed sealed until its day came.",
        "Control: a towel over the mat, 15 minutes.",
        "Whoever knew each day’s treatment may have rated what they hoped for.",
        "Page 1 of 2",
    ):
        assert tight(said) in first
    for said in (
        "Side effects 3 June: Pain on the mat of 7 or more out of 10",
        "Before the first day you expected 7 of 10 of the mat and 3 of 10 of a towel over the mat.",
        "Before the answer you guessed that a towel over the mat did better.",
        "What was decided before day 1",
        conduct.start["commitment"],
        "pinprick verify FILE --commitment NUMBER",
        "Your comment",
        "Page 2 of 2",
    ):
        assert tight(said) in second


def test_the_likely_range_is_told_in_the_direction_of_the_finding():
    plan = read_protocol("mat-vs-rest-back-pain")
    better, worse, unsure = (cast(name) for name in ("better", "worse", "not sure enough"))
    assert better.effect.low > 0 > worse.effect.high
    assert range_lines(better, plan)[0] == (
        f"Likely range: {better.effect.low:.1f} to {better.effect.high:.1f} points, with a chance of 95 in 100."
    )
    assert range_lines(worse, plan)[0] == (
        f"Likely range: {-worse.effect.high:.1f} to {-worse.effect.low:.1f} points, with a chance of 95 in 100."
    )
    assert range_lines(unsure, plan)[0] == (
        f"Likely range: {-unsure.effect.low:.1f} points for the towel to {unsure.effect.high:.1f} points for the mat, "
        "with a chance of 95 in 100."
    )
    assert tight(range_lines(worse, plan)[0]) in words(paper_of("worse"))


def test_nothing_is_told_of_a_range_where_there_is_none():
    plan = read_protocol("mat-vs-rest-back-pain")
    for name in ("no day", "four days", "all equal"):
        assert range_lines(cast(name), plan) == ["The change worth having was set at 1 point before day 1."]
        assert tight(*range_lines(cast(name), plan)) in words(paper_of(name))


def test_a_trial_in_which_nothing_was_rated_still_says_what_it_asked():
    conduct, seal = started(belief=BELIEF)
    conduct = with_well_day(conduct, seal, 1).with_stop(at(1)).with_belief_after(at(1), guess=None, preference=None)
    conduct, reading = api.reveal(conduct, seal, at(1))
    reading = replace(reading, result=None)
    said = words(practitioner(conduct, reading, made_on=MADE_ON))
    assert tight("Nothing was rated in time, so there is nothing to say.") in said
    assert tight("One person, one question, 1 day:") in said
    assert tight("Days planned") in said
    assert tight("Side effects None was reported.") in said
    assert conduct.start["commitment"] in said


def test_side_effects_are_what_was_reported_and_what_opened_the_mat_again():
    conduct, seal = started()
    conduct = with_well_day(conduct, seal, 1).with_felt("skin_broken", at(1)).with_felt("new_numbness", at(1))
    conduct = conduct.with_healed(at(4)).with_clearance(at(5))
    assert side_effect_lines(conduct) == [
        "5 May: Any bleeding, blister, open spot or pus after a session.",
        "5 May: Numbness or tingling that lasts more than an hour after a session.",
        "8 May: The skin had healed.",
        "9 May: A doctor or nurse said that the mat may go on.",
    ]


def test_a_long_list_of_side_effects_is_cut_and_says_so():
    conduct, seal = started()
    conduct = with_well_day(conduct, seal, 1)
    for n in range(1, 5):
        conduct = conduct.with_felt("skin_broken", at(3 * n)).with_healed(at(3 * n + 1))
    assert len(side_effect_lines(conduct)) == 7
    assert side_effect_lines(conduct)[-1] == "2 more entries."


def test_other_pairs_stand_beside_without_a_guarantee():
    conduct, _ = finished()
    reading = Reading(True, cast("better"), (cast("worse"),) * 7)
    said = words(practitioner(conduct, reading, made_on=MADE_ON))
    assert said.count(tight("This pair carries no guarantee.")) == 5
    assert tight("2 more pairs stand in the verdict.") in said


# ---- what people write


@pytest.mark.parametrize(
    "name",
    [
        '#read("/etc/hostname") #panic("x")',
        '$x^2$ *bold* _it_ `raw` = heading @ref <label> \\ #import "@preview/x:1.0.0": *',
        '"}]},{"headline":"forged"',
        "{n} {of} {day} % \\u{41}",
    ],
)
def test_what_a_person_wrote_is_never_a_command(name):
    said = words(paper_of("better", shared_by=name))
    assert tight(f"Shared by {name[:59]}") in said
    assert tight(report.headline(cast("better"))) in said


def test_a_character_that_no_font_has_becomes_a_question_mark():
    """A private character is in no font; the rest of the name, and the paper, must survive it."""
    assert tight("Shared by Robin ? on 11 June") in words(paper_of("better", shared_by="Robin \U0010fff0"))


def test_a_name_beyond_latin_has_its_paper():
    assert len(PdfReader(BytesIO(paper_of("better", shared_by="Ωλγα 李明 مريم"))).pages) == 2


def test_the_longest_words_there_may_be_still_fit_on_two_sides():
    plan = read_protocol("mat-vs-rest-back-pain")
    long = "Wönderfully " * 40
    arms = [replace(arm, name=name, label=long) for arm, name in zip(plan.arms, ("M" * 60, "w" * 60), strict=True)]
    arms += [Arm(letter + "w" * 58, long, Kind.USUAL_CARE, "Do nothing.") for letter in "abcd"]
    rating = replace(plan.primary, question=long * 5, low_means=long, high_means="x" * 400)
    plan = replace(plan, title="Q" * 2000, arms=tuple(arms), control=arms[1].name, ratings=(rating,))
    belief = {"expectation": {arm.name: 7 for arm in arms}, "choice_today": arms[0].name}
    conduct, seal = started(plan, belief=belief)
    conduct = lived(conduct, seal, 84, lambda n, arm: 6 - 2 * (arm == arms[0].name) + noisy(n, width=1))
    conduct = conduct.with_unsealing(at(84)).with_felt("too_painful", at(84))
    conduct = conduct.with_belief_after(at(84), guess=arms[0].name, preference=arms[0].name)
    conduct, reading = api.reveal(conduct, seal, at(84))
    assert len(reading.others) == 14
    pdf = practitioner(conduct, reading, made_on=MADE_ON, shared_by="Ö" * 200)
    assert len(PdfReader(BytesIO(pdf)).pages) == 2
    assert conduct.start["commitment"] in words(pdf)


# ---- ink on white


def test_it_is_ink_on_white_with_a_solid_dot_and_a_ring():
    page = PdfReader(BytesIO(paper_of("better"))).pages[0]
    drawn = page.get_contents().get_data().decode("latin-1")
    for name, form in page["/Resources"].get("/XObject", {}).items():
        assert form.get_object()["/Subtype"] == "/Form", f"{name} is no drawing, and would blur in print"
        drawn += form.get_object().get_data().decode("latin-1")
    filled, stroked = colours(drawn, "scn?|rg"), colours(drawn, "SCN?|RG")
    paper, mat, towel = (250, 247, 240), (35, 80, 158), (156, 90, 0)
    assert paper not in filled
    assert mat in filled
    assert towel in stroked
    assert towel not in filled


def colours(drawn, operator):
    """Every colour that an operator of a PDF sets, as three bytes."""
    found = re.findall(rf"([\d.]+) ([\d.]+) ([\d.]+) (?:{operator})\b", drawn)
    return {tuple(round(255 * float(part)) for part in one) for one in found}
