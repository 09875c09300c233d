"""The safety questions at the terminal: one at a time, calmly, and no longer than needed.

Answers live in the mapping that these functions give back, and nowhere else. Give it to `evaluate`, then let it
go: it must not be written to a file or a log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from pinprick.errors import DiaryError, FileError
from pinprick.report.screen import numbers
from pinprick.trial.safety_rules import Action, Answer, Rule, signposts

Read: TypeAlias = Callable[[str], str]
"""Shows a prompt and gives the line that was typed, like `input`."""
Say: TypeAlias = Callable[[str], None]
"""Shows one paragraph, and wraps it."""

PROMPT: Final = "y, n or ?: "
SKIP_PROMPT: Final = "y, n, ? or Enter to skip: "
ITEM_PROMPT: Final = "0, 1, 2, 3 or ?: "
WORDS: Final = {"y": "yes", "yes": "yes", "n": "no", "no": "no"}
SCORES: Final = ("0", "1", "2", "3")
SCALE: Final = "0 is not at all. 1 is on some days. 2 is on more than half the days. 3 is nearly every day."
NO_ANSWER: Final = "To be safe, no answer counts as a yes here. If the answer is no, type n. If you are unsure, type y."
NO_SCORE: Final = "To be safe, no answer counts as often here. Please type a number from 0 to 3."


def ask_country(*, read: Read, say: Say) -> str | None:
    """Ask where somebody is, so that the right numbers can be shown; None where they did not say."""
    country = _line(read, "Which country are you in? ").strip()
    if not country or signposts(country)[0].id == "elsewhere":
        say("We do not know the numbers of your country. In an emergency, call your local emergency number.")
    return country or None


def ask_start(rules: Iterable[Rule], *, country: str | None, read: Read, say: Say) -> dict[str, Answer]:
    """Ask the questions of a start, one by one, up to the first emergency.

    The first Enter says that no answer counts as a yes, and asks the same question again; later ones are
    taken as no answer. The question about self-harm may be skipped; its numbers stand beside it, whatever
    the answer.

    Parameters
    ----------
    rules : iterable of Rule
        As `rules_for` gives them, in that order.
    country : str, optional
        Whose numbers to show.
    read, say : callable
        The terminal.

    Returns
    -------
    dict of str to Answer
        For `evaluate`; never for a file. Questions after an emergency are not asked and not in it.

    Raises
    ------
    DiaryError
        If the terminal ends before the questions do: nothing follows from half of them.
    """
    asked = list(rules)
    say("")
    say(f"{len(asked)} short questions follow. Your answers are not kept. Type ? to hear why we ask.")
    return _Asking(country, read, say).each(asked)


def ask_daily(rules: Iterable[Rule], *, country: str | None, read: Read, say: Say) -> dict[str, Answer]:
    """Ask a day's questions in short: a list of signs and one question about all of them.

    A no is a no to every sign. Anything else goes through them one by one, as `ask_start` does. The weekly
    question, if it is among the rules, is not on the list but asked for itself, after it.

    Parameters and result are those of `ask_start`.
    """
    asked = list(rules)
    listed = [one for one in asked if one.sign]
    asking = _Asking(country, read, say)
    if not listed:
        return asking.each(asked)
    say("Is any of this true for you today?")
    for one in listed:
        say(f"  • {one.sign}")
    if WORDS.get(_line(read, "Any of these? y or n: ").strip().casefold()) != "no":
        say("Then let us go through them one by one.")
        return asking.each(asked)
    answers: dict[str, Answer] = {one.id: "no" for one in listed}
    return answers | asking.each([one for one in asked if not one.sign])


def answers_from_file(path: Path) -> dict[str, Answer]:
    """Read answers from a JSON file: an object of ids, each with "yes", "no", a number, or null.

    Raises
    ------
    FileError
        If the file cannot be read, is no such object, or answers a question twice.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_no_repeats)
    except OSError as error:
        raise FileError(f"{path} cannot be read ({error.strerror}); check the name and the folder.") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise FileError(f'{path} is not JSON; write answers as {{"chest_pain": "no", "phq2_positive": 0}}.') from error
    if not isinstance(stored, dict):
        raise FileError(f'{path} holds no object; write answers as {{"chest_pain": "no", "phq2_positive": 0}}.')
    for name, value in stored.items():
        if value is not None and type(value) is not int and value not in ("yes", "no"):
            raise FileError(f'{path}, {name}: the answer is no "yes", "no", whole number or null; give one of them.')
    return stored


def _no_repeats(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise FileError(f"The answers give {name!r} twice; leave one of them.")
        found[name] = value
    return found


class _Asking:
    """One sitting: it remembers only whether the meaning of no answer has been said."""

    def __init__(self, country: str | None, read: Read, say: Say) -> None:
        self._country, self._read, self._say = country, read, say
        self._said = False

    def each(self, rules: Sequence[Rule]) -> dict[str, Answer]:
        """Ask one rule after another, up to the first emergency."""
        answers: dict[str, Answer] = {}
        for number, one in enumerate(rules, 1):
            self._say("")
            self._say(f"{number} of {len(rules)}")
            answers[one.id] = self._score(one) if one.items else self._yes_or_no(one)
            if one.action is Action.EMERGENCY and one.is_met(answers[one.id]):
                break
        return answers

    def _yes_or_no(self, one: Rule) -> str | None:
        self._say(one.question)
        if one.skippable:
            self._say("You can skip this question. Your answer is not kept.")
            self._say("If you want to talk to somebody, now or later:")
            for line in numbers(self._country):
                self._say(line)
        while True:
            typed = _line(self._read, SKIP_PROMPT if one.skippable else PROMPT).strip().casefold()
            if typed in WORDS:
                return WORDS[typed]
            if typed == "":
                if one.skippable or self._said:
                    return None
                self._explain(NO_ANSWER)
            elif typed == "?":
                self._say("We ask so that we can show you help. Any answer is fine." if one.skippable else _why(one))
            else:
                self._say("Please type y for yes or n for no.")

    def _score(self, one: Rule) -> int | None:
        """Ask the two questions of a mood total; no answer to one of them is no total."""
        total: int | None = 0
        for item in one.items:
            self._say(f"Over the last two weeks, how often have you {item}")
            self._say(SCALE)
            score = self._item()
            total = None if score is None or total is None else total + score
        return total

    def _item(self) -> int | None:
        while True:
            typed = _line(self._read, ITEM_PROMPT).strip()
            if typed in SCORES:
                return int(typed)
            if typed == "":
                if self._said:
                    return None
                self._explain(NO_SCORE)
            elif typed == "?":
                self._say("We ask because low mood and worry can have good help of their own. Take your best guess.")
            else:
                self._say("Please type a number from 0 to 3.")

    def _explain(self, sentence: str) -> None:
        self._said = True
        self._say(sentence)


def _why(one: Rule) -> str:
    return f"If you are not sure, type y. Why we ask: {one.rationale}"


def _line(read: Read, prompt: str) -> str:
    try:
        return read(prompt)
    except EOFError:
        raise DiaryError(
            "The safety questions ended before the last answer, so nothing was kept; answer them again, "
            "or give a file of answers."
        ) from None
