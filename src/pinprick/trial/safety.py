"""Who must not start, who must ask first, when to stop, and how to build up: the rules of ``safety.yaml``.

Three steps, none of which reads a clock or a file of the person's:

1. `rules_for` gives the questions of an occasion, in the order of checks.
2. `evaluate` turns answers into a `Screening`, which can be stored, because it holds what followed and no answer.
3. `SafetyRecord` folds screenings and stops, and keeps the two gates: `SafetyRecord.may_start`, `SafetyRecord.may_do`.

The rules are a draft that needs a clinician's approval. Lying on a towel over the mat counts as the mat for
every rule, so a day of towel rest over a mat has the kinds ``("mat", "rest")``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, fields, replace
from datetime import date, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final, Self, TypeAlias, TypeVar

import yaml

from pinprick.errors import DiaryError, FileError, ProtocolError

Choice = TypeVar("Choice", bound=StrEnum)
Answer: TypeAlias = str | int | None
"""``"yes"``, ``"no"``, the total of two mood questions (0 to 6), or None where nobody answered."""

KINDS: Final = ("mat", "rest", "acupuncture", "usual_care")
"""What the rules take a treatment for."""
YES: Final = "yes"
NO: Final = "no"
MOST_TOTAL: Final = 6  # two questions of 0 to 3
MOOD_TOTAL: Final = 3  # from here on PHQ-2 and GAD-2 count as raised
TOO_PAINFUL: Final = 7  # of 10, on the mat
WORSE_BY: Final = 2  # points above the person's own usual level
HIGH_STRESS: Final = 9  # of 10
DAYS_RUNNING: Final = 3
LEAST_RUN_IN: Final = 3  # rated days that a usual level needs
N_FIRST_RATED: Final = 7
FRESH_DAYS: Final = 1  # a start may rest on today's screening or yesterday's
WEEK_DAYS: Final = 7
ONE_DAY: Final = timedelta(days=1)


class Occasion(StrEnum):
    """When questions are asked."""

    START = "start"
    """Before a trial."""
    DAY = "day"
    """On each day of it."""
    WEEK = "week"
    """Once a week instead of `DAY`: the same questions and the weekly one."""


class Asked(StrEnum):
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
    Occasion.START: {Asked.START, Asked.START_AND_DAILY, Asked.START_AND_WEEKLY},
    Occasion.DAY: {Asked.DAILY, Asked.START_AND_DAILY},
    # With the daily questions, so that a trial stopped on this occasion does not say which of them stopped it.
    Occasion.WEEK: {Asked.DAILY, Asked.START_AND_DAILY, Asked.START_AND_WEEKLY},
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
    asked: Asked
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
            "asked": Asked(row["ask_when"]),
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
        raise ProtocolError(f"There is no safety rule called {rule_id!r}.{_did_you_mean(rule_id, _rules())}") from None


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
    kinds, chosen = _kinds(kinds), _groups(groups)
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


@dataclass(frozen=True)
class Screening:
    """What followed from a set of answers: all of it may be stored, and none of it is an answer.

    The rules that were met are at hand in `met` until the object is stored, copied, pickled or replaced:
    then only the fields are left. An emergency leaves the same fields whichever question it was. Kinds that
    an answer closes and kinds that wait for a clinician stand in one list, because some lists of kinds
    belong to a single question about self-injury.

    Parameters
    ----------
    occasion : Occasion
        When the questions were asked.
    kinds : tuple of str
        The kinds of treatment that they were asked for.
    version : str
        The version of the rules.
    stopped : bool
        An emergency; or, during a trial, an answer that closes it for good.
    closed : tuple of str
        Kinds that are closed, or wait for a clinician's yes.
    postponed : tuple of str
        Kinds that must wait for something to pass.
    ask_clinician : bool
        Whether a clinician has to be asked, or may open what is closed.
    n_cleared : int
        Rules that were met and that a clinician's yes opened.
    cautions : tuple of str
        Ids of the cautions that were met.
    support_shown : bool
        Whether the question about self-harm was on the list, with the numbers to call. Says nothing of the answer.
    rules_met : tuple of Rule
        The rules met, for `met`.

    Raises
    ------
    FileError
        If the parts contradict each other.
    """

    occasion: Occasion
    kinds: tuple[str, ...]
    version: str
    stopped: bool = False
    closed: tuple[str, ...] = ()
    postponed: tuple[str, ...] = ()
    ask_clinician: bool = False
    n_cleared: int = 0
    cautions: tuple[str, ...] = ()
    support_shown: bool = False
    rules_met: InitVar[tuple[Rule, ...]] = ()

    def __post_init__(self, rules_met: tuple[Rule, ...]) -> None:
        self.__dict__["_met"] = rules_met  # no field: asdict, repr and == must not know it
        unknown = [kind for kind in (*self.kinds, *self.closed, *self.postponed) if kind not in KINDS]
        if unknown:
            raise FileError(f"A screening names {unknown[0]!r}; its kinds are {', '.join(KINDS)}. Restore it.")
        if not self.kinds or not {*self.closed, *self.postponed} <= set(self.kinds):
            raise FileError("A screening closes a kind of treatment that it was not asked for; restore it from a copy.")
        if self.stopped and set(self.closed) != set(self.kinds):
            raise FileError("A screening that stopped a trial leaves some of it open; restore it from a copy.")

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles hold the fields only."""
        return Screening.from_dict, (self.to_dict(),)

    @property
    def met(self) -> tuple[Rule, ...]:
        """The rules that are met and open, in the order of checks; after storing, none. Never store or log these."""
        found: tuple[Rule, ...] = self.__dict__["_met"]
        return found

    @property
    def may_start(self) -> bool:
        """Whether every kind that was asked about is open."""
        return all(self.opens(kind) for kind in self.kinds)

    def opens(self, kind: str) -> bool:
        """Whether this kind was asked about and is neither closed nor postponed."""
        return kind in self.kinds and kind not in self.closed and kind not in self.postponed

    def to_dict(self) -> dict[str, Any]:
        """The outcome as JSON takes it, without any answer.

        Examples
        --------
        >>> evaluate({"chest_pain": "yes"}, ["rest"], occasion=Occasion.DAY).to_dict()
        {'occasion': 'day', 'kinds': ['rest'], 'version': 'draft-1', 'may_start': False, 'stopped': True,
        'closed': ['rest'], 'postponed': [], 'ask_clinician': False, 'n_cleared': 0, 'cautions': [],
        'support_shown': False}
        """
        return {
            "occasion": self.occasion.value,
            "kinds": list(self.kinds),
            "version": self.version,
            "may_start": self.may_start,
            "stopped": self.stopped,
            "closed": list(self.closed),
            "postponed": list(self.postponed),
            "ask_clinician": self.ask_clinician,
            "n_cleared": self.n_cleared,
            "cautions": list(self.cautions),
            "support_shown": self.support_shown,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote.

        Raises
        ------
        FileError
            If a field is missing, unknown, of another type, or contradicts the others.

        Examples
        --------
        >>> screening = evaluate({}, ["mat"], occasion=Occasion.DAY)
        >>> Screening.from_dict(screening.to_dict()) == screening
        True
        """
        names = [field.name for field in fields(cls)]
        _check_fields(stored, {*names, "may_start"}, "A screening")
        values = dict(stored)
        may_start = values.pop("may_start")
        values["occasion"] = _choice(stored["occasion"], Occasion, "A screening's occasion")
        for name in ("kinds", "closed", "postponed", "cautions"):
            if not isinstance(stored[name], list) or not all(isinstance(one, str) for one in stored[name]):
                raise FileError(f"A screening's {name} are {stored[name]!r}; they must be a list of words. Restore it.")
            values[name] = tuple(stored[name])
        for name in ("stopped", "ask_clinician", "support_shown"):
            if not isinstance(stored[name], bool):
                raise FileError(f"A screening's {name} is {stored[name]!r}; it must be true or false. Restore it.")
        if type(stored["n_cleared"]) is not int or stored["n_cleared"] < 0:
            raise FileError(f"A screening's n_cleared is {stored['n_cleared']!r}; it must be 0 or more. Restore it.")
        if not isinstance(stored["version"], str):
            raise FileError(f"A screening's version is {stored['version']!r}; it must be text. Restore it.")
        screening = cls(**values)
        if may_start is not screening.may_start:
            raise FileError(f"A screening says may_start {may_start!r} against its own lists; restore it from a copy.")
        return screening


def evaluate(
    answers: Mapping[str, Answer],
    kinds: Iterable[str],
    *,
    occasion: Occasion,
    groups: Iterable[str] | None = None,
    cleared: Iterable[str] = (),
) -> Screening:
    """What follows from answers, by the rules in their order.

    An emergency ends it at once: no later answer is looked at, not even to see whether it makes sense. A
    question without an answer counts as a yes, except the one about self-harm, which may be skipped.

    Parameters
    ----------
    answers : mapping of str to Answer
        Answers by the rule's id, to questions of `rules_for` with the same arguments.
    kinds, occasion, groups
        As `rules_for` takes them.
    cleared : iterable of str
        Ids of rules that a clinician, so the person says, has said yes to. Only rules with ``clinician_can_clear``.

    Raises
    ------
    ProtocolError
        If a kind, a group or a cleared rule is unknown, or no clinician can open a cleared rule.
    DiaryError
        If there is no emergency, and an answer belongs to no question asked or is not one that it allows.

    Examples
    --------
    >>> no = {one.id: 0 if one.items else "no" for one in rules_for(["mat"], occasion=Occasion.START)}
    >>> evaluate(no, ["mat"], occasion=Occasion.START).may_start
    True
    >>> diabetes = evaluate({**no, "diabetes": "yes"}, ["mat"], occasion=Occasion.START)
    >>> diabetes.may_start, diabetes.closed, diabetes.ask_clinician
    (False, ('mat',), True)
    >>> evaluate({**no, "diabetes": "yes"}, ["mat"], occasion=Occasion.START, cleared=["diabetes"]).may_start
    True
    """
    occasion, kinds = Occasion(occasion), _kinds(kinds)
    rules = rules_for(kinds, occasion=occasion, groups=groups)
    support_shown = any(one.skippable for one in rules)
    emergency = _emergency(answers, rules)
    if emergency is not None:
        return Screening(
            occasion,
            kinds,
            rules_version(),
            stopped=True,
            closed=kinds,
            support_shown=support_shown,
            rules_met=(emergency,),
        )
    _check_ids(answers, rules)
    opened = _check_cleared(cleared)
    met = [one for one in rules if one.is_met(answers.get(one.id))]
    n_cleared = sum(one.id in opened for one in met)
    met = [one for one in met if one.id not in opened]
    barring = [one for one in met if one.action is not Action.CAUTION]
    lasting = [one for one in barring if not one.temporary]
    stopped = occasion is not Occasion.START and any(one.action is Action.EXCLUDE for one in lasting)
    return Screening(
        occasion,
        kinds,
        rules_version(),
        stopped=stopped,
        closed=kinds if stopped else _of(kinds, lasting),
        postponed=_of(kinds, [one for one in barring if one.temporary]),
        ask_clinician=any(one.action is Action.ASK_CLINICIAN or one.clinician_can_clear for one in barring),
        n_cleared=n_cleared,
        cautions=tuple(one.id for one in met if one.action is Action.CAUTION),
        support_shown=support_shown,
        rules_met=tuple(met),
    )


def _emergency(answers: Mapping[str, Answer], rules: Iterable[Rule]) -> Rule | None:
    """The first emergency that is met; an answer that makes no sense must not hide one that says yes."""
    urgent = [one for one in rules if one.action is Action.EMERGENCY]
    if not any(answers.get(one.id) == YES for one in urgent):
        _check_ids(answers, rules)  # a misspelt id would otherwise pass for an unanswered emergency
        return next((one for one in urgent if one.is_met(answers.get(one.id))), None)
    return next(
        one for one in urgent if answers.get(one.id) == YES or (answers.get(one.id) is None and not one.skippable)
    )


def _check_ids(answers: Mapping[str, Answer], rules: Iterable[Rule]) -> None:
    asked = [one.id for one in rules]
    for name in answers:
        if name not in asked:
            raise DiaryError(
                f"The answer to {name!r} belongs to no question that is asked here; leave it out."
                f"{_did_you_mean(name, asked)}"
            )


def _check_cleared(cleared: Iterable[str]) -> set[str]:
    opened = set(cleared)
    for name in sorted(opened):
        if not rule(name).clinician_can_clear:
            raise ProtocolError(f"A clinician's yes cannot open {name!r}; only rules that say so can be opened.")
    return opened


def _of(kinds: tuple[str, ...], rules: Iterable[Rule]) -> tuple[str, ...]:
    """The kinds that rules apply to."""
    applied = {kind for one in rules for kind in one.applies_to}
    return tuple(kind for kind in kinds if kind in applied)


def _kinds(kinds: Iterable[str]) -> tuple[str, ...]:
    """Kinds as plain text, once each, in the order of `KINDS`."""
    wanted = [kinds] if isinstance(kinds, str) else list(kinds)
    for kind in wanted:
        if kind not in KINDS:
            raise ProtocolError(f"There is no kind of treatment called {kind!r}; choose from {', '.join(KINDS)}.")
    if not wanted:
        raise ProtocolError(f"No kind of treatment is named; give at least one of {', '.join(KINDS)}.")
    return tuple(kind for kind in KINDS if kind in wanted)


def _groups(groups: Iterable[str] | None) -> set[str] | None:
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


def _did_you_mean(name: object, known: Iterable[str]) -> str:
    close = get_close_matches(str(name), list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


@dataclass(frozen=True, slots=True)
class StopReport:
    """What somebody felt on or after a session on the mat.

    Parameters
    ----------
    skin_broken : bool
        Bleeding, a blister, an open spot or pus.
    marks_not_fading : bool
        Marks, itch or rash still clearly there the next day, or bruises.
    prick_pain : float, optional
        Pain on the mat at its worst, 0 to 10.
    pain_stayed : bool
        Whether the pain did not ease within two minutes.
    faint_or_palpitations, new_numbness : bool
        As the stop rules say.

    Raises
    ------
    DiaryError
        If the pain is not on its scale.

    Examples
    --------
    >>> [one.id for one in stops_met(StopReport(prick_pain=7, new_numbness=True))]
    ['too_painful', 'new_numbness']
    >>> StopReport(prick_pain=11)
    Traceback (most recent call last):
        ...
    pinprick.errors.DiaryError: A pain of 11 on the mat is off the scale; give 0 to 10.
    """

    skin_broken: bool = False
    marks_not_fading: bool = False
    prick_pain: float | None = None
    pain_stayed: bool = False
    faint_or_palpitations: bool = False
    new_numbness: bool = False

    def __post_init__(self) -> None:
        if self.prick_pain is not None:
            _check_ten(self.prick_pain, "A pain of {} on the mat")


def stops_met(report: StopReport) -> tuple[StopRule, ...]:
    """The stop rules that a report meets, as the file orders them.

    Examples
    --------
    >>> stops_met(StopReport(prick_pain=6))
    ()
    """
    too_painful = report.pain_stayed or (report.prick_pain is not None and report.prick_pain >= TOO_PAINFUL)
    felt = {
        "skin_broken": report.skin_broken,
        "marks_not_fading": report.marks_not_fading,
        "too_painful": too_painful,
        "faint_or_palpitations": report.faint_or_palpitations,
        "new_numbness": report.new_numbness,
    }
    return tuple(one for one in stop_rules() if felt.get(one.id, False))


def usual_level(pain: Mapping[date, float], *, before: date, run_in: Collection[date] = ()) -> float | None:
    """A person's own usual pain, in points: what is worse is worse than this.

    The mean of the rated run-in days if there are at least 3 of them, else of the first 7 rated days; always
    of days before ``before`` only, so that the days being judged do not raise the level that judges them.
    None with fewer than 3 such days.

    Examples
    --------
    >>> days = [date(2026, 3, n) for n in range(1, 6)]
    >>> usual_level(dict(zip(days, [4, 5, 6, 9, 9])), before=date(2026, 3, 4))
    5.0
    """
    earlier = sorted(day for day in pain if day < before)
    rated_run_in = [day for day in earlier if day in run_in]
    days = rated_run_in if len(rated_run_in) >= LEAST_RUN_IN else earlier[:N_FIRST_RATED]
    if len(days) < LEAST_RUN_IN:
        return None
    return sum(float(pain[day]) for day in days) / len(days)


def worse_for_three_days(
    pain: Mapping[date, float], *, day: date, run_in: Collection[date] = (), since: date | None = None
) -> bool:
    """Whether pain was 2 points or more above the own usual level on this day and the two before it.

    Parameters
    ----------
    pain : mapping of date to float
        Daily pain, 0 to 10. A day without a rating is no day running.
    day : date
        The third of the three days.
    run_in : collection of date
        Days of the run-in, for `usual_level`.
    since : date, optional
        Only days after this one count: the day of a clinician's last yes, so that a yes is not undone by the
        ratings that it was given for.

    Raises
    ------
    DiaryError
        If a rating is off the scale.

    Examples
    --------
    >>> days = [date(2026, 3, n) for n in range(1, 7)]
    >>> worse_for_three_days(dict(zip(days, [4, 4, 4, 6, 6, 7])), day=days[-1])
    True
    >>> worse_for_three_days(dict(zip(days, [4, 4, 4, 6, 5.9, 7])), day=days[-1])
    False
    """
    for rating in pain.values():
        _check_ten(rating, "A pain of {}")
    usual = usual_level(pain, before=_three_days(day)[0], run_in=run_in)
    if usual is None:
        return False
    return all(d in pain and _counts(d, since) and pain[d] >= usual + WORSE_BY - 1e-9 for d in _three_days(day))


def mood_drops(
    *ratings: Mapping[date, float],
    day: date,
    phq2: int | None = None,
    gad2: int | None = None,
    since: date | None = None,
) -> bool:
    """Whether stress or anxiety was 9 or 10 on this day and the two before it, or a mood total reaches 3.

    Parameters
    ----------
    *ratings : mapping of date to float
        Daily stress, daily anxiety: 0 to 10. On each of the days one of them is enough.
    day : date
        The third of the three days.
    phq2, gad2 : int, optional
        Totals of the two mood questions and of the two worry questions, 0 to 6.
    since : date, optional
        Only ratings after this day count, as in `worse_for_three_days`.

    Raises
    ------
    DiaryError
        If a rating or a total is off its scale.

    Examples
    --------
    >>> days = [date(2026, 3, n) for n in (1, 2, 3)]
    >>> mood_drops(dict(zip(days, [9, 10, 9])), day=days[-1]), mood_drops(day=days[-1], phq2=2)
    (True, False)
    """
    for rating in (rating for one in ratings for rating in one.values()):
        _check_ten(rating, "A rating of {}")
    totals = [rule(name).is_met(total) for name, total in (("phq2_positive", phq2), ("gad2_positive", gad2)) if total]
    high = all(_counts(d, since) and any(one.get(d, 0) >= HIGH_STRESS for one in ratings) for d in _three_days(day))
    return any(totals) or high


def _three_days(day: date) -> tuple[date, ...]:
    return tuple(day - timedelta(days=n) for n in reversed(range(DAYS_RUNNING)))


def _counts(day: date, since: date | None) -> bool:
    return since is None or day > since


def _check_ten(value: float, what: str) -> None:
    if not 0 <= value <= 10:
        raise DiaryError(f"{what.format(format(value, 'g'))} is off the scale; give 0 to 10.")


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether something may be done: true in an ``if`` exactly when it is open.

    ``why`` and ``what_to_do`` are sentences for the person, empty where the gate is open. ``step`` is the step
    of the ladder that an open mat is at.
    """

    open: bool
    why: str = ""
    what_to_do: str = ""
    step: LadderStep | None = None

    def __bool__(self) -> bool:
        return self.open


class SafetyEvent(StrEnum):
    """What a safety record holds."""

    SCREENING = "screening"
    DAILY = "daily"
    STOP = "stop"
    HEALED = "healed"
    CLEARANCE = "clearance"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class _Event:
    what: SafetyEvent
    day: date
    screening: Screening | None = None
    stop: str | None = None
    over_towel: bool = False


@dataclass(slots=True)
class _Standing:
    """Where a record stands after its last event; made while folding, thrown away after."""

    step: int
    stopped: bool = False
    mat_over: bool = False
    wounds: tuple[date, ...] = ()
    to_ask: tuple[tuple[date, str], ...] = ()
    paused: frozenset[date] = frozenset()
    with_cloth: bool = False
    used_step: int | None = None
    steps_done: frozenset[date] = frozenset()
    stepped: frozenset[tuple[str, date]] = frozenset()


STOPPED: Final = Gate(
    False,
    "This trial was stopped to keep you safe.",
    "It does not start again. Please talk to a doctor or nurse about how you feel. You have done nothing wrong.",
)
NAMES: Final = {
    "mat": "the mat",
    "rest": "rest",
    "acupuncture": "acupuncture",
    "usual_care": "an ordinary day",
}


@dataclass(frozen=True, slots=True)
class SafetyRecord:
    """What happened to a person's safety in one trial, in the order in which it became known.

    Every method returns a new record. Something told twice is kept once. A stop counts from the moment it is
    known, whatever its day, and only what comes later in the record can open it again.

    Parameters
    ----------
    first_step, top_step : int
        The first step of the ladder that the plan begins with, and the one that it builds up to.

    Raises
    ------
    ProtocolError
        If the ladder has no such steps.

    Examples
    --------
    >>> day, record = date(2026, 3, 1), SafetyRecord()
    >>> record.may_start(["mat"], day).why
    'The safety questions have not been answered yet.'
    >>> no = {one.id: 0 if one.items else "no" for one in rules_for(["mat"], occasion=Occasion.START)}
    >>> record = record.with_screening(evaluate(no, ["mat"], occasion=Occasion.START), day)
    >>> bool(record.may_start(["mat"], day)), record.may_do("mat", day).why
    (True, "Today's safety questions have not been answered yet.")
    >>> today = rules_for(["mat"], occasion=Occasion.DAY)
    >>> daily = evaluate({one.id: "no" for one in today}, ["mat"], occasion=Occasion.DAY)
    >>> record = record.with_daily(daily, day)
    >>> record.may_do("mat", day).step.minutes
    3
    >>> record.with_stop("skin_broken", day).may_do("mat", day).why
    'Your skin was broken, and you have not told us yet that it has healed.'
    """

    first_step: int = 1
    top_step: int = 4
    _events: tuple[_Event, ...] = ()

    def __post_init__(self) -> None:
        last = ladder()[-1].step
        if not 1 <= self.first_step <= self.top_step <= last:
            raise ProtocolError(
                f"A build-up from step {self.first_step} to step {self.top_step} is not on the ladder; "
                f"give steps from 1 to {last}, the lower one first."
            )

    def with_screening(self, screening: Screening, day: date) -> SafetyRecord:
        """Add the screen before a start; the latest counts. `DiaryError` for a daily one, or one out of order."""
        if screening.occasion is not Occasion.START:
            raise DiaryError("These are the daily answers; the screen before a start asks more. Ask those questions.")
        latest = self._latest_screening()
        if latest is not None and day < latest.day:
            raise DiaryError(
                f"A screen of {day} comes after one of {latest.day}; answer the questions again for today."
            )
        event = _Event(SafetyEvent.SCREENING, day, screening=replace(screening))
        return self if latest == event else self._and(event)

    def with_daily(self, screening: Screening, day: date) -> SafetyRecord:
        """Add a day's answers; several of one day add up. `DiaryError` for the screen before a start."""
        if screening.occasion is Occasion.START:
            raise DiaryError("These are the answers of a start; a day has questions of its own. Ask those questions.")
        event = _Event(SafetyEvent.DAILY, day, screening=replace(screening))
        return self if event in self._events else self._and(event)

    def with_stop(self, stop_id: str, day: date) -> SafetyRecord:
        """Add a stop rule that was met; `DiaryError` if there is no such rule."""
        event = _Event(SafetyEvent.STOP, day, stop=stop_rule(stop_id).id)
        for earlier in reversed(self._events):
            if earlier.what in (SafetyEvent.HEALED, SafetyEvent.CLEARANCE):
                break  # the same again, after somebody opened it, is new
            if earlier == event:
                return self
        return self._and(event)

    def with_healed(self, day: date) -> SafetyRecord:
        """Add that the skin has healed; `DiaryError` if no earlier day broke it."""
        event = _Event(SafetyEvent.HEALED, day)
        if not any(wound < day for wound in self._standing().wounds):
            if event in self._events:
                return self
            raise DiaryError(
                f"No broken skin is waiting to heal on {day}; skin that broke can be said to have healed "
                "from the next day on."
            )
        return self._and(event)

    def with_clearance(self, day: date) -> SafetyRecord:
        """Add that a clinician said yes to going on; `DiaryError` if nothing waits for one."""
        event = _Event(SafetyEvent.CLEARANCE, day)
        if not any(asked <= day for asked, _ in self._standing().to_ask):
            if event in self._events:
                return self
            raise DiaryError(f"Nothing is waiting for a doctor or nurse on {day}; there is nothing to confirm.")
        return self._and(event)

    def with_session(self, day: date, *, over_towel: bool = False) -> SafetyRecord:
        """Add that a session took place on the mat, or on a towel over it, which builds nothing up."""
        event = _Event(SafetyEvent.SESSION, day, over_towel=over_towel)
        return self if event in self._events else self._and(event)

    @property
    def is_stopped(self) -> bool:
        """Whether the trial was stopped and does not resume."""
        return self._standing().stopped

    @property
    def waits_for(self) -> tuple[StopRule, ...]:
        """Stop rules that wait for the skin to heal or for a clinician."""
        now = self._standing()
        waiting = {name for _, name in now.to_ask} | ({"skin_broken"} if now.wounds else set())
        return tuple(one for one in stop_rules() if one.id in waiting)

    @property
    def last_clearance(self) -> date | None:
        """The latest day of a clinician's yes, from which `worse_for_three_days` and `mood_drops` count anew."""
        return max((event.day for event in self._events if event.what is SafetyEvent.CLEARANCE), default=None)

    @property
    def step(self) -> LadderStep:
        """The step of the ladder for the next session on the mat."""
        return ladder()[self._standing().step - 1]

    @property
    def needs_cloth(self) -> bool:
        """Whether the skin asks for cloth between person and mat, whatever the step allows."""
        return self._standing().with_cloth

    def occasion(self, day: date) -> Occasion:
        """Which questions this day asks: the weekly one is due a week after it was last on the list.

        Examples
        --------
        >>> SafetyRecord().occasion(date(2026, 3, 1)).value
        'week'
        """
        shown = [event.day for event in self._events if event.screening and event.screening.support_shown]
        return Occasion.DAY if shown and day - max(shown) < timedelta(days=WEEK_DAYS) else Occasion.WEEK

    def may_start(self, kinds: Iterable[str], day: date) -> Gate:
        """Whether a trial with these kinds of treatment may start on this day."""
        kinds, now, latest = _kinds(kinds), self._standing(), self._latest_screening()
        if now.stopped:
            return STOPPED
        stop = _first_closed(self._mat_stop(now, kinds, day), _asked(now))
        if stop is not None:
            return stop
        if latest is None or latest.screening is None:
            return _not_screened()
        if not timedelta(0) <= day - latest.day <= timedelta(days=FRESH_DAYS):
            return Gate(
                False,
                "The safety questions were not answered today or yesterday.",
                "Please answer them again before you start.",
            )
        if latest.screening.version != rules_version():
            return Gate(
                False,
                "The safety questions have changed since you answered them.",
                "Please answer them again before you start.",
            )
        shut = _first_closed(_barred(latest.screening, kinds), self._postponed(kinds, day))
        return Gate(True) if shut is None else shut

    def may_do(self, kinds: Iterable[str], day: date) -> Gate:
        """Whether a treatment of these kinds may be done on this day; towel rest over a mat is mat and rest."""
        kinds, now, latest = _kinds(kinds), self._standing(), self._latest_screening()
        if now.stopped:
            return STOPPED
        if latest is None or latest.screening is None:
            return _not_screened()
        shut = _first_closed(
            _barred(latest.screening, kinds),
            self._mat_stop(now, kinds, day),
            self._postponed(kinds, day),
            self._mat_today(kinds, day),
        )
        if shut is not None:
            return shut
        return Gate(True, step=ladder()[now.step - 1]) if "mat" in kinds else Gate(True)

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON takes it, without any answer.

        Examples
        --------
        >>> SafetyRecord().with_stop("too_painful", date(2026, 3, 1)).to_dict()
        {'first_step': 1, 'top_step': 4, 'events': [{'event': 'stop', 'day': '2026-03-01', 'stop': 'too_painful'}]}
        """
        return {
            "first_step": self.first_step,
            "top_step": self.top_step,
            "events": [_event_to_dict(event) for event in self._events],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> SafetyRecord:
        """Read what `to_dict` wrote, event by event, by the same checks.

        Raises
        ------
        FileError
            If a field is missing, unknown or of another type, or an event could not have happened.

        Examples
        --------
        >>> record = SafetyRecord().with_stop("too_painful", date(2026, 3, 1))
        >>> SafetyRecord.from_dict(record.to_dict()) == record
        True
        """
        _check_fields(stored, {"first_step", "top_step", "events"}, "A safety record")
        for name in ("first_step", "top_step"):
            if type(stored[name]) is not int:
                raise FileError(f"A safety record's {name} is {stored[name]!r}; it must be a whole number. Restore it.")
        if not isinstance(stored["events"], list):
            raise FileError("A safety record's events are not a list; restore the file from a copy.")
        try:
            record = cls(stored["first_step"], stored["top_step"])
            for event in stored["events"]:
                record = record._with_stored(event)
        except (DiaryError, ProtocolError) as error:
            raise FileError(f"A safety record holds what could not have happened: {error}") from error
        return record

    def _with_stored(self, stored: object) -> SafetyRecord:
        if not isinstance(stored, dict) or "event" not in stored:
            raise FileError("A safety record holds something that is no event; restore the file from a copy.")
        what = _choice(stored["event"], SafetyEvent, "An event of a safety record")
        extra = {
            SafetyEvent.SCREENING: {"screening"},
            SafetyEvent.DAILY: {"screening"},
            SafetyEvent.STOP: {"stop"},
            SafetyEvent.SESSION: {"over_towel"},
        }.get(what, set())
        _check_fields(stored, {"event", "day", *extra}, f"A {what.value} of a safety record")
        try:
            day = date.fromisoformat(stored["day"])
        except (TypeError, ValueError):
            raise FileError(f"A safety record has the day {stored['day']!r}; write year-month-day.") from None
        match what:
            case SafetyEvent.SCREENING:
                return self.with_screening(Screening.from_dict(stored["screening"]), day)
            case SafetyEvent.DAILY:
                return self.with_daily(Screening.from_dict(stored["screening"]), day)
            case SafetyEvent.STOP:
                return self.with_stop(stored["stop"], day)
            case SafetyEvent.HEALED:
                return self.with_healed(day)
            case SafetyEvent.CLEARANCE:
                return self.with_clearance(day)
            case SafetyEvent.SESSION:
                if not isinstance(stored["over_towel"], bool):
                    raise FileError(f"A session's over_towel is {stored['over_towel']!r}; it must be true or false.")
                return self.with_session(day, over_towel=stored["over_towel"])

    def _and(self, event: _Event) -> SafetyRecord:
        return replace(self, _events=(*self._events, event))

    def _latest_screening(self) -> _Event | None:
        return next((event for event in reversed(self._events) if event.what is SafetyEvent.SCREENING), None)

    def _dailies(self, day: date) -> Iterator[Screening]:
        for event in self._events:
            if event.what is SafetyEvent.DAILY and event.day == day and event.screening is not None:
                yield event.screening

    def _standing(self) -> _Standing:
        now = _Standing(step=self.first_step)
        for event in self._events:
            match event.what:
                case SafetyEvent.SCREENING | SafetyEvent.DAILY:
                    now.stopped = now.stopped or (event.screening is not None and event.screening.stopped)
                case SafetyEvent.STOP:
                    self._stop(now, event)
                case SafetyEvent.HEALED:
                    now.wounds = tuple(wound for wound in now.wounds if wound >= event.day)
                case SafetyEvent.CLEARANCE:
                    now.to_ask = tuple((day, name) for day, name in now.to_ask if day > event.day)
                case SafetyEvent.SESSION:
                    self._session(now, event)
        return now

    def _stop(self, now: _Standing, event: _Event) -> None:
        name = event.stop or ""
        match stop_rule(name).action:
            case StopAction.STOP_TRIAL:
                now.stopped = True
            case StopAction.STOP_MAT:
                now.wounds = (*now.wounds, event.day)
                now.step, now.used_step, now.steps_done, now.with_cloth = 1, None, frozenset(), True
            case StopAction.STOP_MAT_AND_ASK | StopAction.SUPPORT_AND_ASK:
                now.to_ask = (*now.to_ask, (event.day, name))
            case StopAction.PAUSE:
                # The rest of this day and all of the next: with one session a day, the rest of a day alone
                # may be no pause at all.
                now.paused |= {event.day, event.day + ONE_DAY}
                now.with_cloth = True
                # For good, if marks come back once there was a way onto the mat between them.
                now.mat_over = now.mat_over or any(
                    earlier.stop == name and abs(earlier.day - event.day) > ONE_DAY for earlier in self._events
                )
                _step_down(now, (name, event.day))
            case StopAction.STEP_DOWN:
                now.paused |= {event.day}
                _step_down(now, (name, event.day))

    def _session(self, now: _Standing, event: _Event) -> None:
        """Count a session towards the next step, unless it should not have been or went wrong."""
        shut = now.stopped or now.mat_over or now.wounds or now.to_ask or event.day in now.paused
        if event.over_towel or shut or event.day in now.steps_done:
            return
        now.used_step = now.step
        now.steps_done |= {event.day}
        step = ladder()[now.step - 1]
        needed = step.days or step.days_before_next
        if now.step < self.top_step and needed is not None and len(now.steps_done) >= needed:
            now.step, now.steps_done = now.step + 1, frozenset()

    def _mat_stop(self, now: _Standing, kinds: tuple[str, ...], day: date) -> Gate | None:
        """What was felt and keeps the mat closed."""
        if "mat" not in kinds:
            return None
        if now.mat_over:
            return Gate(
                False,
                "The marks on your skin came back, so the mat is over for you.",
                "Please do not use it again. You can still keep your diary. Show the marks to a doctor or nurse.",
            )
        if now.wounds:
            return Gate(
                False,
                "Your skin was broken, and you have not told us yet that it has healed.",
                "Leave the mat until it has healed. Then start again at the first step, with cloth. "
                "Ask a doctor or nurse if it spreads, is hot, or you have a fever.",
            )
        if now.to_ask:
            return _asked(now)
        if day in now.paused:
            return Gate(
                False,
                "You told us that the mat was too much, so it has a rest.",
                "Leave it for today. After the rest, go on one step lower.",
            )
        return None

    def _postponed(self, kinds: tuple[str, ...], day: date) -> Gate | None:
        """What today's answers, of a start or of the day, put off."""
        today = [event.screening for event in self._events if event.day == day and event.screening is not None]
        if any(
            kind in one.postponed or (kind in one.closed and one.occasion is not Occasion.START)
            for one in today
            for kind in kinds
        ):
            return Gate(
                False,
                "Something in today's answers has to pass first.",
                "Leave it for today. You will be asked again on the next day.",
            )
        return None

    def _mat_today(self, kinds: tuple[str, ...], day: date) -> Gate | None:
        """What the mat needs on every day: the day's answers, and no session yet."""
        if "mat" not in kinds:
            return None
        if not any("mat" in one.kinds for one in self._dailies(day)):
            return Gate(
                False,
                "Today's safety questions have not been answered yet.",
                "Answer them first. It takes a minute.",
            )
        if any(event.what is SafetyEvent.SESSION and event.day == day for event in self._events):
            return Gate(False, "You have been on the mat today.", "Once a day is enough. Come back tomorrow.")
        return None


def _step_down(now: _Standing, stop: tuple[str, date]) -> None:
    """Go one step below the last one used, or below the present one if that is lower already; once a stop and day."""
    if stop in now.stepped:
        return
    now.stepped |= {stop}
    now.step = max(1, min(now.step, now.used_step or now.step) - 1)
    now.steps_done = frozenset()


def _first_closed(*gates: Gate | None) -> Gate | None:
    """The first that is there. Not ``or``: a closed gate is false, so it would be stepped over."""
    return next((gate for gate in gates if gate is not None), None)


def _asked(now: _Standing) -> Gate | None:
    if not now.to_ask:
        return None
    return Gate(
        False,
        "Something happened that a doctor or nurse should hear about first.",
        "Leave the mat until you have asked one. If they say yes, tell us, and you can go on.",
    )


def _not_screened() -> Gate:
    return Gate(
        False,
        "The safety questions have not been answered yet.",
        "Answer them first. It takes a few minutes.",
    )


def _barred(screening: Screening, kinds: tuple[str, ...]) -> Gate | None:
    """What the screen before the start keeps closed."""
    for kind in kinds:
        name = NAMES[kind]
        if kind not in screening.kinds:
            return Gate(
                False,
                f"The safety questions were not asked for {name}.",
                f"Please answer the questions for {name} first.",
            )
        if kind in screening.closed:
            todo = "Some of this a doctor or nurse can open. Ask one, then answer the questions again and tell us."
            return Gate(
                False,
                f"Going by your answers, {name} is not open to you now.",
                todo if screening.ask_clinician else "Please do not go on with it. This is to keep you safe.",
            )
        if kind in screening.postponed:
            return Gate(
                False,
                "Something in your answers has to pass first.",
                "Come back on another day and answer the questions again.",
            )
    return None


def _event_to_dict(event: _Event) -> dict[str, Any]:
    stored: dict[str, Any] = {"event": event.what.value, "day": event.day.isoformat()}
    if event.screening is not None:
        stored["screening"] = event.screening.to_dict()
    if event.stop is not None:
        stored["stop"] = event.stop
    if event.what is SafetyEvent.SESSION:
        stored["over_towel"] = event.over_towel
    return stored


def _check_fields(stored: object, wanted: set[str], what: str) -> None:
    if not isinstance(stored, Mapping):
        raise FileError(f"{what} is {type(stored).__name__}, not an object; restore the file from a copy.")
    for name in sorted(wanted - set(stored)):
        raise FileError(f"{what} has no {name!r}; restore the file from a copy.")
    for name in sorted(set(stored) - wanted):
        raise FileError(f"{what} has a field {name!r} that is not known; install a newer Pinprick, or restore it.")


def _choice(value: object, choices: type[Choice], what: str) -> Choice:
    try:
        return choices(str(value))
    except ValueError:
        raise FileError(f"{what} is {value!r}; it must be one of {', '.join(choices)}.") from None
