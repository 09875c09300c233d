"""Who must not start, who must ask first, and when to stop: answers and ratings held against the rules.

Three steps, none of which reads a clock or a file of the person's:

1. `rules_for` gives the questions of an occasion, in the order of checks.
2. `evaluate` turns answers into a `Screening`, which can be stored, because it holds what followed and no answer.
3. `SafetyRecord` folds screenings and stops, and keeps the two gates: `SafetyRecord.may_start`, `SafetyRecord.may_do`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import InitVar, dataclass, fields
from datetime import date, timedelta
from typing import Any, Final, Self

from pinprick.errors import DiaryError, FileError, ProtocolError
from pinprick.trial.safety_rules import (
    KINDS,
    YES,
    Action,
    Answer,
    Choice,
    Occasion,
    Rule,
    StopRule,
    did_you_mean,
    known_kinds,
    rule,
    rules_for,
    rules_version,
    stop_rules,
)

WORSE_BY: Final = 2  # points above the person's own usual level
HIGH_STRESS: Final = 9  # of 10
DAYS_RUNNING: Final = 3
LEAST_RUN_IN: Final = 3  # rated days that a usual level needs
N_FIRST_RATED: Final = 7
TOO_PAINFUL: Final = 7  # of 10, on the mat


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
        check_fields(stored, {*names, "may_start"}, "A screening")
        values = dict(stored)
        may_start = values.pop("may_start")
        values["occasion"] = choice_of(stored["occasion"], Occasion, "A screening's occasion")
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
    occasion, kinds = Occasion(occasion), known_kinds(kinds)
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
                f"{did_you_mean(name, asked)}"
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
    too_sharp : bool
        Whether the session was ended because it was too sharp, which counts as too painful whatever the number.

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
    too_sharp: bool = False

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
    at_worst = report.prick_pain if report.prick_pain is not None else 0
    too_painful = report.pain_stayed or report.too_sharp or at_worst >= TOO_PAINFUL
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


def check_fields(stored: object, wanted: set[str], what: str) -> None:
    """`FileError` unless a stored object has these fields and no others."""
    if not isinstance(stored, Mapping):
        raise FileError(f"{what} is {type(stored).__name__}, not an object; restore the file from a copy.")
    for name in sorted(wanted - set(stored)):
        raise FileError(f"{what} has no {name!r}; restore the file from a copy.")
    for name in sorted(set(stored) - wanted):
        raise FileError(f"{what} has a field {name!r} that is not known; install a newer Pinprick, or restore it.")


def choice_of(value: object, choices: type[Choice], what: str) -> Choice:
    """One of the choices, as it was stored; `FileError` if it is none."""
    try:
        return choices(str(value))
    except ValueError:
        raise FileError(f"{what} is {value!r}; it must be one of {', '.join(choices)}.") from None
