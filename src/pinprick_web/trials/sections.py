"""The safety questions on at most eight screens: each a short list, the emergencies first, none left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from pinprick.trial.safety_rules import Answer, Rule

MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Section:
    """One screen of questions."""

    name: str
    title: Any
    why: Any
    rules: tuple[Rule, ...]

    @property
    def asks_scores(self) -> bool:
        """Whether its questions are answered by how often, not by a tick."""
        return any(rule.items for rule in self.rules)

    @property
    def ticked(self) -> tuple[Rule, ...]:
        """The questions of the list."""
        return tuple(rule for rule in self.rules if not rule.items and not rule.skippable)

    @property
    def skippable(self) -> tuple[Rule, ...]:
        """The questions that anybody may leave out, each asked for itself."""
        return tuple(rule for rule in self.rules if rule.skippable)


LAYOUT: Final[tuple[tuple[str, Any, Any, frozenset[str]], ...]] = (
    (
        "now",
        _("Is any of this true right now, or in the last day?"),
        _("These need medical help first. Everything else can wait."),
        frozenset({"emergency"}),
    ),
    (
        "low",
        _("Three questions about how you feel"),
        _("Spikes that hurt are not for everybody. You can skip the first one."),
        frozenset({"mental_health", "panic_confusion_or_voices"}),
    ),
    (
        "body",
        _("Is any of this true for you?"),
        _("With some of these the mat could harm you."),
        frozenset({"mat_exclusion", "acupuncture_check"}),
    ),
    (
        "health",
        _("Do you have any of these?"),
        _("With these, a doctor or pharmacist should say yes first."),
        frozenset({"mat_ask"}),
    ),
    (
        "pain",
        _("About the pain, and your health of late"),
        _("Some of these should be looked at before you try anything at home."),
        frozenset({"red_flag_back"}),
    ),
    (
        "sleep",
        _("About your sleep"),
        _("Some sleep trouble needs more than a mat."),
        frozenset({"red_flag_sleep"}),
    ),
    (
        "mood",
        _("Over the last two weeks, how often have you"),
        _("Low mood and worry have good help of their own."),
        frozenset({"phq2_positive", "gad2_positive"}),
    ),
    (
        "care",
        _("Last one. Is any of this true?"),
        _("With these you may go on, with a little care."),
        frozenset({"medicines", "mat_caution", "trial_conduct"}),
    ),
)


def sections(rules: Iterable[Rule]) -> tuple[Section, ...]:
    """The screens that these questions are asked on; a question whose group is new stands on the last one.

    Examples
    --------
    >>> from pinprick.trial.safety_rules import KINDS, Occasion, rules_for
    >>> asked = rules_for(KINDS, occasion=Occasion.START)
    >>> screens = sections(asked)
    >>> len(screens), sum(len(screen.rules) for screen in screens) == len(asked)
    (8, True)
    """
    placed: dict[str, list[Rule]] = {name: [] for name, *_ in LAYOUT}
    for rule in rules:
        by_id = next((name for name, _, _, holds in LAYOUT if rule.id in holds), None)
        by_group = next((name for name, _, _, holds in LAYOUT if rule.group in holds), LAYOUT[-1][0])
        placed[by_id or by_group].append(rule)
    return tuple(Section(name, title, why, tuple(placed[name])) for name, title, why, _ in LAYOUT if placed[name])


def answers_of(section: Section, sent: Mapping[str, Any], ticked: Iterable[str]) -> dict[str, Answer] | None:
    """What a screen's form says, by rule; None where something that must be said was not.

    A tick is a yes and an empty box is a no, once the screen was sent: its button says "none of these". A question
    that may be skipped counts only if it was answered.
    """
    chosen = set(ticked)
    answers: dict[str, Answer] = {rule.id: "yes" if rule.id in chosen else "no" for rule in section.ticked}
    for rule in section.skippable:
        answers[rule.id] = {"yes": "yes", "no": "no"}.get(str(sent.get(rule.id, "")))
    for rule in section.rules:
        if rule.items:
            scores = [sent.get(f"{rule.id}-{i}") for i in range(len(rule.items))]
            if not all(score in ("0", "1", "2", "3") for score in scores):
                return None
            answers[rule.id] = sum(int(str(score)) for score in scores)
    return answers
