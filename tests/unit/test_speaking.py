"""What the library says goes through the catalogue that is open, and through none when none is."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from gettext import GNUTranslations, NullTranslations

import pytest

from docs.catalogue import CLOSING, OPENING, pseudo_catalogue
from pinprick.analysis.lived import lived_caveats
from pinprick.analysis.reading import progress
from pinprick.charts.answers import answers_words
from pinprick.charts.days import days_words
from pinprick.charts.planning import plan_words
from pinprick.planning.foresight import plan_ahead
from pinprick.report import conduct as said_of
from pinprick.report import decided, planning
from pinprick.report.screen import gate_said, said
from pinprick.report.standing import can_be_drawn
from pinprick.trial.agenda import agenda
from pinprick.trial.conduct import Phase
from pinprick.trial.protocol_file import read_protocol
from pinprick.trial.safety_record import SafetyRecord
from pinprick.trial.safety_rules import stop_rules
from pinprick.words import _, mark, ngettext, speaking
from tests.conducted import DAY_0, at, lived, no_to_all, noisy, screened, screening, started, with_well_day
from tests.unit.results import CAST, cast
from tests.unit.test_words import paragraphs, sentences

GERMAN = {"day": "Tag", "{n} day": "{n} Tag", "{n} days": "{n} Tage"}


class German(NullTranslations):
    """A catalogue of three words, with the header that a compiled catalogue keeps under the empty text."""

    def gettext(self, message: str) -> str:
        return GERMAN.get(message, message) if message else "Language: de"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return GERMAN[msgid1 if n == 1 else msgid2]


@pytest.fixture(scope="module")
def pseudo_language(tmp_path_factory: pytest.TempPathFactory) -> GNUTranslations:
    with pseudo_catalogue(tmp_path_factory.mktemp("locale")).open("rb") as file:
        return GNUTranslations(file)


def outside_brackets(text: str) -> str:
    """What of a text stands in no pair of brackets: punctuation, numbers and marks, if all words were looked up."""
    depth, left = 0, []
    for character in text:
        depth += (character == OPENING) - (character == CLOSING)
        if depth == 0 and character != CLOSING:
            left.append(character)
    assert depth == 0, text
    return "".join(left)


def whole_texts(text: str) -> int:
    """How many texts follow each other, not counting those inside of others."""
    depth = n = 0
    for character in text:
        n += character == OPENING and depth == 0
        depth += (character == OPENING) - (character == CLOSING)
    return n


def words_not_looked_up(texts: list[str]) -> list[str]:
    return [text for text in texts if re.search(r"[^\W\d_]", outside_brackets(text))]


def test_english_is_said_where_no_catalogue_is_open() -> None:
    assert (_("day"), mark("day"), ngettext("{n} day", "{n} days", 1)) == ("day", "day", "{n} day")
    assert ngettext("{n} day", "{n} days", 0) == "{n} days"


def test_an_open_catalogue_is_asked_until_it_closes() -> None:
    with speaking(German()):
        assert (_("day"), mark("day")) == ("Tag", "day")
        assert [ngettext("{n} day", "{n} days", n) for n in (1, 2)] == ["{n} Tag", "{n} Tage"]
        with speaking(NullTranslations()):
            assert _("day") == "day"
        assert _("day") == "Tag"
    assert _("day") == "day"


def test_a_catalogue_closes_when_something_goes_wrong() -> None:
    with pytest.raises(ZeroDivisionError), speaking(German()):
        _ = 1 / 0
    assert mark("day") == "day"
    assert ngettext("{n} day", "{n} days", 1) == "{n} day"


def test_the_empty_text_stays_empty() -> None:
    with speaking(German()):
        assert _("") == ""


def test_one_thread_s_language_is_none_of_its_neighbours() -> None:
    """Both are inside their own ``with`` at the same time, as the barrier sees to."""
    both, heard = threading.Barrier(2, timeout=10), {}

    def listen(name: str, translations: NullTranslations) -> None:
        with speaking(translations):
            both.wait()
            heard[name] = _("day")
            both.wait()

    threads = [
        threading.Thread(target=listen, args=(name, spoken))
        for name, spoken in (("de", German()), ("en", NullTranslations()))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {"de": "Tag", "en": "day"}


BY_HAND = {"diary", "stopped"}  # caveats that the reader of the file words, and that results.py writes itself


@pytest.mark.parametrize("name", sorted(CAST))
def test_every_word_of_a_report_is_looked_up(name: str, pseudo_language: GNUTranslations) -> None:
    """What a person wrote stands inside a sentence, so that outside of brackets there are only signs."""
    english = cast(name)
    with speaking(pseudo_language):
        spoken = CAST[name]()
        spoken = replace(spoken, caveats=tuple(one for one in spoken.caveats if one.name not in BY_HAND))
        texts = [text for text in paragraphs(spoken) if text]
        assert len(texts) >= len(list(filter(None, paragraphs(english)))) - len(BY_HAND)
        texts += days_words(spoken)
        if can_be_drawn(spoken):
            texts += answers_words(spoken)
    assert words_not_looked_up(texts) == []


def test_an_assumption_is_not_told_twice_in_another_language(pseudo_language: GNUTranslations) -> None:
    """The report knows an assumption again by its sentence, so as many sentences are told as in English."""
    english = cast("better, bare")
    with speaking(pseudo_language):
        spoken = CAST["better, bare"]()
        told = decided(spoken)
    assert len(spoken.assumptions) == len(english.assumptions) > 0
    for ours, theirs in zip(decided(english), told, strict=True):
        assert whole_texts(theirs) == len(sentences(ours))


@pytest.mark.parametrize("name", ["mat-vs-rest-back-pain", "mat-vs-rest-sleep", "acupuncture-course"])
@pytest.mark.parametrize("asked", [{}, {"days": 8}, {"expect": 0.1, "days": 60}], ids=str)
def test_every_word_of_an_outlook_is_looked_up(
    name: str, asked: dict[str, float], pseudo_language: GNUTranslations
) -> None:
    with speaking(pseudo_language):
        f = plan_ahead(read_protocol(name), n_trial=40, **asked)
        texts = [planning.headline(f), *planning.advice(f), *planning.people_sentences(f), *planning.effort(f)]
        texts += [*planning.gain(f), *planning.who(f), *planning.others(f), *planning.assumed(f)]
        texts += [*planning.finding_words(f).values(), planning.table_caption(f), *sum(planning.table(f), ())]
        texts += plan_words(f)
        for outlook in f.outlooks:
            texts += [planning.truth_label(f, outlook.effect), *planning.truth_sentences(f, outlook)]
    assert words_not_looked_up(texts) == []


def days_of_a_trial() -> Iterator[list[str]]:
    """What is said from the first question to the last day, and wherever a safety rule stops it."""
    fresh, (begun, seal) = screened(), started(belief={"expectation": {"mat": 6, "towel": 4}, "choice_today": "mat"})
    day = at(1).day
    yield said_of.agenda_lines(fresh, agenda(fresh, day), day)
    yield said_of.rung_lines(fresh.rung, with_cloth=True)
    yield [*said_of.built_lines(fresh, 2), *said_of.built_lines(fresh, 9)]
    well = with_well_day(begun, seal, 1)
    yield said_of.agenda_lines(well, agenda(well, day), day)
    yield said_of.agenda_lines(begun, agenda(begun, day), day)
    some = lived(begun, seal, 30, lambda number, name: 5 + noisy(number))
    today = at(31).day
    now = progress(some, today)
    yield [*said_of.progress_lines(some, now, some.phase(today), today), *said_of.not_yet_lines(some, now)]
    yield [*said_of.thread(some, today), *said_of.belief_lines(some)]
    yield [doubt.sentence for doubt in lived_caveats(some)]
    corrected, written = some.with_rating(
        at(30), day=at(30).day, ratings={"pain": 7}, done=False, minutes=5, correct=True
    )
    yield said_of.rated_lines(written, corrected.rated(at(30).day), some.plan)
    paused = some.with_pause(at(31))
    for phase in Phase:
        yield said_of.waiting_lines(paused, phase, today)
    yield said_of.waiting_lines(begun, begun.phase(DAY_0), DAY_0)
    for rule in stop_rules():
        yield said_of.stop_lines(rule.id)
        yield gate_said(SafetyRecord().with_stop(rule.id, day).may_start(["mat"], day))
    yield gate_said(SafetyRecord().may_do("mat", day))
    for asked, no in no_to_all(fresh.plan).items():
        yield said(screening(fresh.plan, **{asked: 6 if no == 0 else "yes"}), "UK")


def test_every_word_of_a_trial_s_days_is_looked_up(pseudo_language: GNUTranslations) -> None:
    with speaking(pseudo_language):
        texts = [text for told in days_of_a_trial() for text in told]
    assert len(texts) > 100
    assert words_not_looked_up(texts) == []
