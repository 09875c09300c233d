"""The safety questions at a terminal: one at a time, in calm words, to the first emergency and no further."""

import json
import re

import pytest

from pinprick.cli.screen import NO_ANSWER, NO_SCORE, answers_from_file, ask_country, ask_daily, ask_start
from pinprick.errors import DiaryError, FileError
from pinprick.report.screen import gate_said, numbers, said
from pinprick.trial.safety import Screening, evaluate
from pinprick.trial.safety_record import STOPPED
from pinprick.trial.safety_rules import KINDS, Action, Occasion, rules_for

SELF_HARM = "thoughts_of_suicide"
START = rules_for(["mat"], occasion=Occasion.START)
TODAY = rules_for(["mat"], occasion=Occasion.DAY)
WEEKLY = rules_for(["mat"], occasion=Occasion.WEEK)


class Terminal:
    """Types prepared lines, and remembers everything that was shown, in order."""

    def __init__(self, *typed, then=None):
        self.typed, self.then, self.shown, self.prompts = list(typed), then, [], []

    def read(self, prompt):
        self.prompts.append(prompt)
        self.shown.append(prompt)
        if self.typed:
            return self.typed.pop(0)
        if self.then is None:
            raise EOFError
        return self.then(prompt) if callable(self.then) else self.then

    def say(self, line):
        self.shown.append(line)

    def ask(self, how, rules, country="UK"):
        return how(rules, country=country, read=self.read, say=self.say)


def no_to_all(prompt):
    return "0" if prompt.startswith("0") else "n"


def judged(answers, rules_of=("mat",), occasion=Occasion.START):
    return evaluate(answers, rules_of, occasion=occasion)


def all_no(**changed):
    return {one.id: 0 if one.items else "no" for one in START} | changed


# Asking at the start


def test_no_to_everything_opens_the_start() -> None:
    terminal = Terminal(then=no_to_all)
    answers = terminal.ask(ask_start, START)
    assert answers == all_no()
    assert judged(answers).may_start


def test_each_question_is_asked_once_in_order() -> None:
    terminal = Terminal(then=no_to_all)
    terminal.ask(ask_start, START)
    questions = [one.question for one in START if not one.items]
    assert [line for line in terminal.shown if line in questions] == questions


def test_the_first_emergency_ends_the_questions() -> None:
    terminal = Terminal("n", "YES ", then="n")
    answers = terminal.ask(ask_start, START)
    assert answers == {"chest_pain": "no", "stroke_signs": "yes"}
    assert judged(answers).met[0].id == "stroke_signs"
    assert len(terminal.prompts) == 2


def test_any_other_yes_goes_on() -> None:
    terminal = Terminal(*["n"] * 10, "y", then=no_to_all)
    answers = terminal.ask(ask_start, START)
    assert [name for name, answer in answers.items() if answer == "yes"] == [START[10].id]
    assert len(answers) == len(START)


def test_enter_says_once_that_no_answer_counts_as_yes_and_asks_again() -> None:
    terminal = Terminal(*["n"] * 10, "", "n", "", then=no_to_all)
    answers = terminal.ask(ask_start, START)
    assert terminal.shown.count(NO_ANSWER) == 1
    assert [answers[START[n].id] for n in (10, 11, 12)] == ["no", None, "no"]
    assert not judged(answers).may_start


def test_enter_on_an_emergency_ends_as_a_yes_does() -> None:
    answers = Terminal("", "").ask(ask_start, START)
    assert answers == {"chest_pain": None}
    assert judged(answers).stopped


def test_a_question_mark_says_why_and_asks_again() -> None:
    terminal = Terminal("?", then=no_to_all)
    terminal.ask(ask_start, START)
    assert "If you are not sure, type y. Why we ask: " + START[0].rationale in terminal.shown


def test_anything_else_is_asked_again() -> None:
    terminal = Terminal("perhaps", then=no_to_all)
    assert terminal.ask(ask_start, START)["chest_pain"] == "no"
    assert "Please type y for yes or n for no." in terminal.shown


def up_to_self_harm(*typed):
    before = [one.id for one in START].index(SELF_HARM)
    return Terminal(*["n"] * before, *typed, then=no_to_all)


@pytest.mark.parametrize(("typed", "answer"), [("y", "yes"), ("n", "no"), ("", None)])
@pytest.mark.parametrize("country", ["UK", "US", "Atlantis", None])
def test_numbers_stand_beside_the_self_harm_question_whatever_the_answer(typed, answer, country) -> None:
    terminal = up_to_self_harm(typed)
    answers = terminal.ask(ask_start, START, country)
    assert answers[SELF_HARM] == answer
    for line in numbers(country):
        assert line in terminal.shown
    assert NO_ANSWER not in terminal.shown
    assert judged(answers).stopped == (answer == "yes")
    assert (list(answers)[-1] == SELF_HARM) == (answer == "yes")


def test_the_self_harm_question_explains_itself_kindly() -> None:
    terminal = up_to_self_harm("?", "hm", "")
    assert terminal.ask(ask_start, START)[SELF_HARM] is None
    assert "You can skip this question. Your answer is not kept." in terminal.shown
    assert "We ask so that we can show you help. Any answer is fine." in terminal.shown


@pytest.mark.parametrize(
    ("typed", "total"), [(("1", "2"), 3), (("0", "0"), 0), (("3", "3"), 6), (("?", "1", "x", "4", "1"), 2)]
)
def test_two_mood_questions_make_a_total(typed, total) -> None:
    rules = [one for one in START if one.id == "phq2_positive"]
    terminal = Terminal(*typed)
    assert terminal.ask(ask_start, rules) == {"phq2_positive": total}
    for item in rules[0].items:
        assert f"Over the last two weeks, how often have you {item}" in terminal.shown


@pytest.mark.parametrize("typed", [("", "", "1"), ("1", "", ""), ("3", "", "")])
def test_a_mood_question_without_an_answer_makes_no_total(typed) -> None:
    rules = [one for one in START if one.id == "gad2_positive"]
    terminal = Terminal(*typed)
    assert terminal.ask(ask_start, rules) == {"gad2_positive": None}
    assert terminal.shown.count(NO_SCORE) == 1


def test_a_terminal_that_ends_early_keeps_nothing() -> None:
    for how in (ask_start, ask_daily):
        with pytest.raises(DiaryError, match="nothing was kept"):
            Terminal().ask(how, TODAY)
    with pytest.raises(DiaryError, match="nothing was kept"):
        Terminal("n", "n").ask(ask_start, START)


# Asking on a day


def test_one_no_answers_every_sign_of_a_day() -> None:
    terminal = Terminal("no")
    answers = terminal.ask(ask_daily, TODAY)
    assert answers == {one.id: "no" for one in TODAY}
    assert [line for line in terminal.shown if line.startswith("  • ")] == [f"  • {one.sign}" for one in TODAY]
    assert judged(answers, occasion=Occasion.DAY).may_start


@pytest.mark.parametrize("typed", ["y", "yes", "", "?", "hm"])
def test_anything_but_no_goes_through_the_signs_one_by_one(typed) -> None:
    terminal = Terminal(typed, *["n"] * 8, "y", then="n")
    answers = terminal.ask(ask_daily, TODAY)
    assert [name for name, answer in answers.items() if answer == "yes"] == [TODAY[8].id]
    assert len(terminal.prompts) == 1 + len(TODAY)
    assert judged(answers, occasion=Occasion.DAY).postponed == ("mat",)


def test_an_emergency_on_a_day_ends_the_questions() -> None:
    terminal = Terminal("y", "n", "y")
    assert list(terminal.ask(ask_daily, TODAY)) == ["chest_pain", "stroke_signs"]


@pytest.mark.parametrize(("typed", "answer"), [("y", "yes"), ("n", "no"), ("", None)])
def test_the_weekly_question_is_asked_for_itself(typed, answer) -> None:
    terminal = Terminal("n", typed)
    answers = terminal.ask(ask_daily, WEEKLY)
    assert answers == {one.id: "no" for one in TODAY} | {SELF_HARM: answer}
    assert all(line in terminal.shown for line in numbers("UK"))
    question = next(one.question for one in WEEKLY if one.id == SELF_HARM)
    assert not any(question in line for line in terminal.shown[: terminal.shown.index(terminal.prompts[0])])


def test_a_country_is_asked_for_and_an_unknown_one_is_admitted() -> None:
    for typed, country, unknown in [(" UK ", "UK", False), ("Atlantis", "Atlantis", True), ("", None, True)]:
        terminal = Terminal(typed)
        assert ask_country(read=terminal.read, say=terminal.say) == country
        assert any("do not know the numbers" in line for line in terminal.shown) == unknown


# Answers from a file


def test_answers_are_read_from_json(tmp_path) -> None:
    path = tmp_path / "answers.json"
    given = all_no(diabetes="yes", phq2_positive=2, thoughts_of_suicide=None)
    path.write_text(json.dumps(given), encoding="utf-8")
    assert answers_from_file(path) == given
    assert judged(answers_from_file(path)).ask_clinician


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "holds no object"),
        ('{"diabetes": true}', "diabetes: the answer is no"),
        ('{"diabetes": "perhaps"}', "give one of them"),
        ('{"phq2_positive": 2.0}', "give one of them"),
        ('{"phq2_positive": NaN}', "give one of them"),
        ('{"diabetes": "yes", "diabetes": "no"}', "'diabetes' twice"),
        ("[" * 100_000, "is not JSON"),
    ],
    ids=range(8),
)
def test_a_file_that_holds_no_answers_is_refused(tmp_path, text, message) -> None:
    path = tmp_path / "answers.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match=message):
        answers_from_file(path)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        answers_from_file(tmp_path / "none.json")
    (tmp_path / "picture.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileError, match="is not JSON"):
        answers_from_file(tmp_path / "picture.json")


# What is said afterwards


@pytest.mark.parametrize("country", ["UK", "US", "Germany", None])
@pytest.mark.parametrize("emergency", [one.id for one in START if one.action is Action.EMERGENCY])
def test_an_emergency_says_what_to_do_and_whom_to_call_and_little_else(emergency, country) -> None:
    screening = judged(all_no(**{emergency: "yes"}, breastfeeding="yes", diabetes="yes"))
    lines = said(screening, country)
    assert lines[0] == screening.met[0].tell_the_person
    assert lines[1:-1] == numbers(country)
    assert lines[-1] == "This trial does not start. That can wait. You have done nothing wrong."


def test_a_stored_emergency_says_the_same_whichever_it_was() -> None:
    told = {
        tuple(said(Screening.from_dict(judged(all_no(**{one.id: "yes"})).to_dict()), "UK"))
        for one in START
        if one.action is Action.EMERGENCY
    }
    assert len(told) == 1


def test_during_a_trial_an_emergency_stops_it_kindly() -> None:
    answers = {one.id: "no" for one in TODAY} | {"clot_in_leg": "yes"}
    assert said(judged(answers, occasion=Occasion.DAY), "UK")[-1].startswith("The trial stops here.")


def test_every_other_rule_gives_its_advice() -> None:
    for one in rules_for(KINDS, occasion=Occasion.START):
        if one.action is not Action.EMERGENCY:
            answers = {other.id: 0 if other.items else "no" for other in rules_for(KINDS, occasion=Occasion.START)} | {
                one.id: 6 if one.items else "yes"
            }
            lines = said(judged(answers, KINDS), "UK")
            assert one.tell_the_person in lines
            assert all(line in lines for line in numbers("UK"))
            assert ("A doctor or nurse may open this. Ask one, and tell us if the answer is yes." in lines) == (
                one.clinician_can_clear and not one.temporary
            )


def test_a_closed_mat_leaves_a_diary() -> None:
    lines = said(judged(all_no(pregnant="yes")), "UK")
    assert "Going by your answers, the mat is closed for now." in lines
    assert "You can still keep a diary of ordinary days." in lines
    assert not any("may open this" in line for line in lines)


def test_someone_under_18_is_offered_no_trial() -> None:
    answers = {one.id: 0 if one.items else "no" for one in rules_for(KINDS, occasion=Occasion.START)}
    lines = said(judged(answers | {"under_18": "yes"}, KINDS), "UK")
    assert "Going by your answers, the mat, rest, acupuncture and ordinary days are closed for now." in lines
    assert "You can still keep a diary of ordinary days." not in lines


def test_a_caution_lets_go_on_with_its_advice_also_when_read_back() -> None:
    screening = judged(all_no(breastfeeding="yes"))
    assert said(screening, "UK") == said(Screening.from_dict(screening.to_dict()), "UK")
    assert "Nothing in your answers speaks against a start." in said(screening, "UK")


def test_a_closed_gate_says_why_and_what_to_do() -> None:
    assert gate_said(STOPPED) == [STOPPED.why, STOPPED.what_to_do]


def own_sentences():
    """Every sentence that is ours and not the data's."""
    lines = []
    cases = [all_no(), all_no(pregnant="yes"), all_no(diabetes="yes"), all_no(broken_or_inflamed_skin="yes")]
    for answers in [*cases, all_no(chest_pain="yes")]:
        screening = judged(answers)
        lines += set(said(screening, None)) - {one.tell_the_person for one in screening.met}
    terminal = up_to_self_harm("?", "hm", "")
    terminal.ask(ask_start, START)
    data = {one.question for one in START}
    lines += [line for line in terminal.shown if line and line not in data and not line.endswith(": ")]
    lines += [NO_ANSWER, NO_SCORE, STOPPED.why, STOPPED.what_to_do]
    return {part for line in lines for part in re.split(r"(?<=[.?!])\s+", line)}


def test_our_own_sentences_are_short_and_set_without_dashes() -> None:
    sentences = own_sentences()
    assert len(sentences) > 25
    for sentence in sentences:
        assert len(sentence.split()) <= 18, sentence
        assert not re.search(r" [-–—] |diagnos|\bfail|patient|compliance", sentence), sentence
