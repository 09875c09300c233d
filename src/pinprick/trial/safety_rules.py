"""The rules of ``safety.yaml`` as they stand there: questions, stops, the ladder, signposts; nothing is judged here.

The rules are a draft that needs a clinician's approval. Lying on a towel over the mat counts as the mat for
every rule, so a day of towel rest over a mat has the kinds ``("mat", "rest")``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeAlias, TypeVar

import yaml

from pinprick.errors import DiaryError, ProtocolError

Choice = TypeVar("Choice", bound=StrEnum)
Answer: TypeAlias = str | int | None
"""``"yes"``, ``"no"``, the total of two mood questions (0 to 6), or None where nobody answered."""

KINDS: Final = ("mat", "rest", "acupuncture", "usual_care")
"""What the rules take a treatment for."""
YES: Final = "yes"
NO: Final = "no"
MOST_TOTAL: Final = 6  # two questions of 0 to 3
MOOD_TOTAL: Final = 3  # from here on PHQ-2 and GAD-2 count as raised


class Occasion(StrEnum):
    """When questions are asked."""

    START = "start"
    """Before a trial."""
    DAY = "day"
    """On each day of it."""
    WEEK = "week"
    """Once a week instead of `DAY`: the same questions and the weekly one."""


class AskWhen(StrEnum):
    """When one rule asks."""

    START = "start"
    DAILY = "daily"
    START_AND_DAILY = "start_and_daily"
    START_AND_WEEKLY = "start_and_weekly"


class Action(StrEnum):
    """What a rule does when it is met, in the order of checks."""

    EMERGENCY = "emergency"
    EXCLUDE = "exclude"
    ASK_CLINICIAN = "ask_clinician"
    CAUTION = "caution"


class Urgency(StrEnum):
    """How soon to act on a rule that is met."""

    NOW = "now"
    SAME_DAY = "same_day"
    SOON = "soon"
    ROUTINE = "routine"


class StopAction(StrEnum):
    """What a stop rule does."""

    STOP_MAT = "stop_mat"
    """No mat until the skin has healed; then from step 1, with cloth."""
    PAUSE = "pause_one_day_then_step_down"
    """No mat for the rest of the day and the whole next day; then one step down."""
    STEP_DOWN = "end_session_and_step_down"
    """No more mat on this day; then one step down."""
    STOP_MAT_AND_ASK = "stop_mat_and_ask_clinician"
    """No mat and no start until a clinician said yes."""
    STOP_TRIAL = "stop_trial_and_refer"
    """The trial is over."""
    SUPPORT_AND_ASK = "show_support_and_ask_clinician"
    """Numbers are shown; no mat and no start until the person has decided with a clinician."""


ASKED_ON: Final = {
    Occasion.START: {AskWhen.START, AskWhen.START_AND_DAILY, AskWhen.START_AND_WEEKLY},
    Occasion.DAY: {AskWhen.DAILY, AskWhen.START_AND_DAILY},
    # With the daily questions, so that a trial stopped on this occasion does not say which of them stopped it.
    Occasion.WEEK: {AskWhen.DAILY, AskWhen.START_AND_DAILY, AskWhen.START_AND_WEEKLY},
}
RED_FLAGS: Final = "red_flag_"


@dataclass(frozen=True, slots=True)
class Rule:
    """One safety question and what follows from it.

    ``sign`` is a few words for a short daily list; empty for a rule that is never asked daily. ``score_from``
    is the total from which a pair of mood questions, then in ``items``, counts as met; None for a yes or no.
    Everything else is as ``safety.yaml`` has it.
    """

    id: str
    group: str
    asked: AskWhen
    question: str
    action: Action
    urgency: Urgency
    applies_to: tuple[str, ...]
    clinician_can_clear: bool
    temporary: bool
    tell_the_person: str
    rationale: str
    support: str
    sources: tuple[str, ...]
    note: str | None = None
    sign: str = ""
    skippable: bool = False
    items: tuple[str, ...] = ()
    score_from: int | None = None

    def is_met(self, answer: Answer) -> bool:
        """Whether an answer meets the rule; no answer does, unless the question may be skipped.

        Raises
        ------
        DiaryError
            If the answer is not one that the question allows.

        Examples
        --------
        >>> pregnant, mood = rule("pregnant"), rule("phq2_positive")
        >>> pregnant.is_met("no"), pregnant.is_met(None), mood.is_met(2), mood.is_met(3)
        (False, True, False, True)
        """
        if answer is None:
            return not self.skippable
        if self.score_from is None:
            if answer not in (YES, NO):
                raise DiaryError(
                    f"The answer to {self.id} is {answer!r}; give yes or no, or leave it out if there is no answer."
                )
            return answer == YES
        if isinstance(answer, bool) or not isinstance(answer, int) or not 0 <= answer <= MOST_TOTAL:
            raise DiaryError(
                f"The answer to {self.id} is {answer!r}; give the total of its two questions, a whole number "
                f"from 0 to {MOST_TOTAL}, or leave it out if there is no answer."
            )
        return answer >= self.score_from


@dataclass(frozen=True, slots=True)
class StopRule:
    """When to stop during a trial, and how it may go on; ``sign`` is empty for what is computed, not felt."""

    id: str
    trigger: str
    action: StopAction
    resume: str
    support: str
    sources: tuple[str, ...]
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Signpost:
    """A number to call: where, for what, and the page it was seen on."""

    id: str
    country: str
    use: str
    number: str
    also: str | None
    source: str | None
    verified: str | None


@dataclass(frozen=True, slots=True)
class LadderStep:
    """A step of the build-up: minutes a session, what lies between, and days on it before the next.

    ``days`` is None where the file sets none; ``days_before_next`` then says how long, if a plan goes further.
    """

    step: int
    days: int | None
    minutes: int
    layer: str
    surface: str
    note: str | None
    days_before_next: int | None = None


@cache
def safety_table() -> dict[str, Any]:
    """The whole of ``safety.yaml``, with its sources, its reported harms and the sellers' own advice.

    Examples
    --------
    >>> safety_table()["meta"]["status"][:5], safety_table()["usage_ladder"]["max_minutes_per_session"]
    ('DRAFT', 20)
    """
    text = files("pinprick.trial").joinpath("safety.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one is ten times as fast
    table: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - safe, compiled or not
    return table


def rules_version() -> str:
    """The version of the rules, which a screening keeps.

    Examples
    --------
    >>> rules_version()
    'draft-1'
    """
    return str(safety_table()["meta"]["version"])


@cache
def _rules() -> dict[str, Rule]:
    """Every rule by its id, in the order of checks."""
    order = [Action(action) for action in safety_table()["order_of_checks"]]
    found = []
    for row in safety_table()["rules"]:
        triggers_on = row["triggers_on"]
        values = {key: value for key, value in row.items() if key not in ("ask_when", "triggers_on")}
        values |= {key: tuple(row.get(key, ())) for key in ("applies_to", "sources", "items")}
        values |= {
            "asked": AskWhen(row["ask_when"]),
            "action": Action(row["action"]),
            "urgency": Urgency(row["urgency"]),
            "score_from": None if triggers_on == YES else int(triggers_on.removeprefix("score>=")),
        }
        found.append(Rule(**values))
    return {one.id: one for one in sorted(found, key=lambda one: order.index(one.action))}


@cache
def _stop_rules() -> dict[str, StopRule]:
    rows = safety_table()["stop_rules"]
    rules = [StopRule(**row | {"action": StopAction(row["action"]), "sources": tuple(row["sources"])}) for row in rows]
    return {one.id: one for one in rules}


@cache
def ladder() -> tuple[LadderStep, ...]:
    """The steps of building up, the shortest first; at most one session a day, never above 20 minutes.

    Examples
    --------
    >>> [step.minutes for step in ladder()]
    [3, 5, 10, 15, 20]
    """
    return tuple(LadderStep(**row) for row in safety_table()["usage_ladder"]["recommended"])


def top_step_for(minutes: float) -> int:
    """The step of the ladder that a plan of so many minutes on the mat builds up to.

    Raises
    ------
    ProtocolError
        If the minutes are none, or more than the ladder's last step.

    Examples
    --------
    >>> top_step_for(15), top_step_for(20)
    (4, 5)
    """
    longest = ladder()[-1].minutes
    if not 0 < minutes <= longest:
        raise ProtocolError(f"A session of {minutes:g} minutes on the mat is not allowed; give 1 to {longest} minutes.")
    return next(step.step for step in ladder() if step.minutes >= minutes)


def rule(rule_id: str) -> Rule:
    """The rule of this id; `ProtocolError` if there is none.

    Examples
    --------
    >>> rule("diabetes").question
    'Do you have diabetes?'
    """
    try:
        return _rules()[rule_id]
    except KeyError:
        raise ProtocolError(f"There is no safety rule called {rule_id!r}.{did_you_mean(rule_id, _rules())}") from None


def stop_rule(stop_id: str) -> StopRule:
    """The stop rule of this id; `DiaryError` if there is none.

    Examples
    --------
    >>> stop_rule("skin_broken").action.value
    'stop_mat'
    """
    try:
        return _stop_rules()[stop_id]
    except KeyError:
        names = ", ".join(_stop_rules())
        raise DiaryError(f"There is no stop rule called {stop_id!r}; choose one of {names}.") from None


def stop_rules() -> tuple[StopRule, ...]:
    """Every stop rule, as the file orders them.

    Examples
    --------
    >>> [one.id for one in stop_rules() if one.sign][:2]
    ['skin_broken', 'marks_not_fading']
    """
    return tuple(_stop_rules().values())


def rules_for(kinds: Iterable[str], *, occasion: Occasion, groups: Iterable[str] | None = None) -> tuple[Rule, ...]:
    """The questions to ask, in the order of checks: emergency, exclude, ask a clinician, caution.

    Parameters
    ----------
    kinds : iterable of str
        What the trial's treatments are, of `KINDS`; towel rest over a mat is both mat and rest.
    occasion : Occasion
        The start, a day, or the day on which the weekly question is due too.
    groups : iterable of str, optional
        The red-flag groups that matter to the complaint, such as ``red_flag_sleep``; None asks all of them.
        Nothing but red flags can be left out.

    Raises
    ------
    ProtocolError
        If a kind or a group is unknown, or a group is named that is always asked.

    Examples
    --------
    >>> asked = rules_for(["mat"], occasion=Occasion.DAY)
    >>> len(asked), asked[0].id, asked[-1].id
    (12, 'chest_pain', 'acupuncture_same_day')
    >>> [one.id for one in rules_for(["rest"], occasion=Occasion.WEEK) if one.skippable]
    ['thoughts_of_suicide']
    """
    kinds, chosen = known_kinds(kinds), known_groups(groups)
    return tuple(
        one
        for one in _rules().values()
        if one.asked in ASKED_ON[Occasion(occasion)]
        and not set(kinds).isdisjoint(one.applies_to)
        and (chosen is None or not one.group.startswith(RED_FLAGS) or one.group in chosen)
    )


def signposts(country: str | None) -> tuple[Signpost, ...]:
    """The numbers to call in a country; where it is unknown, its own emergency number, unnamed, and the EU's.

    Examples
    --------
    >>> [post.number for post in signposts("England")]
    ['999', '111, option 2', '111', '116 123']
    >>> [post.number for post in signposts("Atlantis")]
    ['your local emergency number', '112']
    """
    posts = {row["id"]: Signpost(**row) for row in safety_table()["signposting"]}
    wanted = " ".join((country or "").casefold().split())
    for row in safety_table()["countries"]:
        if wanted in (name.casefold() for name in row["names"]):
            return tuple(posts[name] for name in row["signposts"])
    return Signpost(**safety_table()["elsewhere"]), posts["eu_emergency"]


def known_kinds(kinds: Iterable[str]) -> tuple[str, ...]:
    """Kinds as plain text, once each, in the order of `KINDS`."""
    wanted = [kinds] if isinstance(kinds, str) else list(kinds)
    for kind in wanted:
        if kind not in KINDS:
            raise ProtocolError(f"There is no kind of treatment called {kind!r}; choose from {', '.join(KINDS)}.")
    if not wanted:
        raise ProtocolError(f"No kind of treatment is named; give at least one of {', '.join(KINDS)}.")
    return tuple(kind for kind in KINDS if kind in wanted)


def known_groups(groups: Iterable[str] | None) -> set[str] | None:
    """Groups of red flags, checked; None where none were named, which asks all."""
    if groups is None:
        return None
    chosen = {groups} if isinstance(groups, str) else set(groups)
    known = {one.group for one in _rules().values()}
    flags = ", ".join(sorted(group for group in known if group.startswith(RED_FLAGS)))
    for group in sorted(chosen):
        if group not in known:
            raise ProtocolError(f"There is no group of questions called {group!r}; choose from {flags}.")
        if not group.startswith(RED_FLAGS):
            raise ProtocolError(f"The questions of {group!r} are always asked; choose only among {flags}.")
    return chosen


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """A question with the nearest known name, after a space; nothing where none is near."""
    close = get_close_matches(str(name), list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
