"""Everything a person agrees to before day one, as a protocol file says it.

`Protocol` is the part that the engine judges: two treatments, an outcome, a rhythm. A `Plan` is the whole: what
to do on a day of each treatment, what is asked and when, how the order is drawn, the build-up, the screen and the
questions about belief. It holds any number of treatments, of which one contrast carries the error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations
from typing import Any

from pinprick.errors import ProtocolError
from pinprick.trial.outcome import Outcome
from pinprick.trial.protocol import Mode, Protocol, Question
from pinprick.trial.schedule import LEAST_START_DAYS

MOST_MINUTES = {"mat": 20, "rest": 60, "acupuncture": 90, "usual_care": 24 * 60}
"""The longest a treatment of each kind may be prescribed for; the mat's comes from safety.yaml's usage ladder."""

MOST_DAYS = 366

HOURS_AFTER_SESSION = 3
"""So long after a session comes an evening's rating, or it would be about the session and not about the day."""

MOST_TREATMENTS = 6
MOST_OUTCOMES = 12
MOST_STAGES = 6
LONGEST_NAME = 60

DIARY_WORDS = frozenset(
    ("day", "date", "treatment", "arm", "condition", "intervention", "done", "minutes", "note", "notes", "received")
)
"""Columns of a diary that are no ratings, so that no rating may be called so."""


class Kind(StrEnum):
    """What the safety rules take a treatment for."""

    MAT = "mat"
    """Lying on the spikes."""
    REST = "rest"
    """Lying down without feeling them. A towel over the mat counts as the mat for every safety rule."""
    ACUPUNCTURE = "acupuncture"
    """Needles, by a practitioner."""
    USUAL_CARE = "usual_care"
    """An ordinary day."""


class Asked(StrEnum):
    """When a rating is asked for, which decides the day that it belongs to."""

    EVENING = "evening"
    """In the evening, `HOURS_AFTER_SESSION` after the session or later; it belongs to that day."""
    NEXT_MORNING = "next_morning"
    """The morning after; it belongs to the day before, whose evening the treatment was done."""


@dataclass(frozen=True, slots=True)
class Arm:
    """A treatment as this plan prescribes it.

    Parameters
    ----------
    name : str
        One word for files and commands.
    label : str
        The words that a person reads.
    kind : Kind
        What the safety rules take it for.
    what_to_do, set_up, when : str
        Sentences for the day.
    minutes : int
        How long; 0 where there is nothing to time, which on the mat there always is.
    over_the_mat : bool
        Whether the mat lies beneath, as under a folded towel: every safety rule of the mat then applies.

    Raises
    ------
    ProtocolError
        If the name is not one word or the minutes lie outside what is safe.

    Examples
    --------
    >>> Arm("mat", "Acupressure mat", Kind.MAT, "Lie on the mat.", minutes=20).safety_kinds
    (<Kind.MAT: 'mat'>,)
    >>> Arm("mat", "Acupressure mat", Kind.MAT, "Lie on the mat.", minutes=45)
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: mat lasts 45 minutes; on a mat give 1 to 20.
    """

    name: str
    label: str
    kind: Kind
    what_to_do: str
    minutes: int = 0
    set_up: str = ""
    when: str = ""
    over_the_mat: bool = False

    def __post_init__(self) -> None:
        _one_word("treatment", self.name)
        most = MOST_MINUTES[Kind.MAT if self.over_the_mat else self.kind]
        least = 1 if self.on_the_mat else 0
        if not least <= self.minutes <= most:
            on_a_mat = " on a mat" if self.on_the_mat else ""
            raise ProtocolError(f"{self.name} lasts {self.minutes} minutes;{on_a_mat} give {least} to {most}.")

    @property
    def on_the_mat(self) -> bool:
        """Whether the safety rules of the mat apply."""
        return self.kind is Kind.MAT or self.over_the_mat

    @property
    def safety_kinds(self) -> tuple[Kind, ...]:
        """Every kind whose rules apply on a day of this treatment."""
        return tuple(dict.fromkeys((Kind.MAT, self.kind) if self.on_the_mat else (self.kind,)))


@dataclass(frozen=True, slots=True)
class Rating:
    """An outcome as this plan asks for it.

    Parameters
    ----------
    outcome : Outcome
        Scale, direction, smallest difference that matters.
    question : str
        The words of the question.
    low_means, high_means : str
        What the ends of the scale mean.
    asked : Asked
        When.
    instrument : str
        Its name in the table of outcomes, for what is known about its day-to-day spread; may be empty.

    Raises
    ------
    ProtocolError
        If the outcome's name is not one word, or is that of another column of a diary.
    """

    outcome: Outcome
    question: str
    low_means: str = ""
    high_means: str = ""
    asked: Asked = Asked.EVENING
    instrument: str = ""

    def __post_init__(self) -> None:
        _one_word("outcome", self.outcome.name)
        if self.outcome.name.lower() in DIARY_WORDS:
            raise ProtocolError(
                f"The outcome {self.outcome.name!r} is called like another column of a diary; "
                f"call it differently, such as {self.outcome.name}_rating."
            )

    @property
    def name(self) -> str:
        """The outcome's name."""
        return self.outcome.name


@dataclass(frozen=True, slots=True)
class Blocks:
    """Treatments that take turns: every block holds each once, in an order drawn by chance.

    Parameters
    ----------
    period_days : int
        Days that one treatment runs before it may change; at least 1.
    ceiling_days : int
        The most days the trial may take, pauses not counted; rounded down to whole blocks.
    washout_days : int
        Days at the start of each period that are rated but not analysed.
    weekday_balance : int, optional
        The most by which any two treatments may differ in how often they fall on a weekday. None asks for
        no balance.
    """

    period_days: int = 3
    ceiling_days: int = 84
    washout_days: int = 0
    weekday_balance: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.period_days <= MOST_DAYS:
            raise ProtocolError(f"period_days is {self.period_days}; give 1 to {MOST_DAYS}.")
        if not 0 <= self.washout_days < self.period_days:
            raise ProtocolError(
                f"A washout of {self.washout_days} days leaves no day to rate in a {self.period_days}-day period; "
                "shorten the washout or lengthen the period."
            )
        if self.ceiling_days > MOST_DAYS:
            raise ProtocolError(f"ceiling_days is {self.ceiling_days}; give at most {MOST_DAYS}.")
        if self.weekday_balance is not None and self.weekday_balance < 0:
            raise ProtocolError(f"weekday_balance is {self.weekday_balance}; give 0 or more days, or leave it out.")

    def n_blocks(self, n_arms: int) -> int:
        """Whole blocks below the ceiling."""
        return self.ceiling_days // (n_arms * self.period_days)

    def n_days(self, n_arms: int) -> int:
        """Days of the trial: the ceiling rounded down to whole blocks."""
        return self.n_blocks(n_arms) * n_arms * self.period_days


@dataclass(frozen=True, slots=True)
class StartDay:
    """Usual days, then a course whose first day is drawn by chance, because its effect lasts.

    Parameters
    ----------
    usual_days : int
        Usual days before the first possible start; at least 7.
    start_days : int
        Possible start days, one after another; at least 20.
    ceiling_days : int
        Days of the whole trial.
    """

    usual_days: int = 14
    start_days: int = 28
    ceiling_days: int = 84

    def __post_init__(self) -> None:
        if self.usual_days < 7:
            raise ProtocolError(f"usual_days is {self.usual_days}; give 7 or more, to know what usual days are like.")
        if self.start_days < LEAST_START_DAYS:
            raise ProtocolError(
                f"start_days is {self.start_days}; give {LEAST_START_DAYS} or more, or no start day is rare "
                "enough to prove anything."
            )
        last_start = self.usual_days + self.start_days
        if not last_start + 7 <= self.ceiling_days <= MOST_DAYS:
            raise ProtocolError(
                f"ceiling_days is {self.ceiling_days}; give {last_start + 7} to {MOST_DAYS}, "
                "so that a course that starts last still has a week."
            )


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What is asked about belief: before the first day, and before the reveal."""

    expectation: str = "How much do you expect each of these to help? 0 is not at all, 10 is as much as can be."
    choice_today: str = "If you had to choose today, which would you go on with?"
    guess: str = "Before you see the answer: which do you think did better?"
    preference: str = "And which would you like to go on with, whatever the answer?"


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan of a trial, frozen before day one.

    Parameters
    ----------
    name : str
        Its identifier, such as ``mat-vs-rest-back-pain``.
    version : int
        Counts up when a ready-made plan changes.
    title, about : str
        The question in a line, and what to know about it.
    arms : tuple of Arm
        Two or more treatments. The first against the second carries the error.
    ratings : tuple of Rating
        The primary one first; it alone carries the error.
    design : Blocks or StartDay
        How the order comes about.
    control : str, optional
        The second treatment if it is a control; None asks "which of these?".
    mode : Mode
        Standard or strict.
    run_in_days : int
        Days to rate before the draw, so that a bad patch at the start is over; the build-up on the mat falls
        into them.
    ladder : bool
        Whether the mat is built up step by step first (safety.yaml, usage_ladder).
    estimand : str
        What exactly is estimated, in a sentence.
    screen : tuple of str
        Groups of red-flag rules that apply beside those that always do.
    beliefs : Beliefs
        What is asked about belief.
    exploratory : bool
        Whether the outcome is no accepted measure of what the question is about; then it is said everywhere.
    effect : str
        Key of the published or assumed effect that planning starts from, in the table of outcomes; may be empty.

    Raises
    ------
    ProtocolError
        If the parts do not fit together.

    Examples
    --------
    >>> plan = Plan("mine", 1, "Does the mat help?", "",
    ...             (Arm("mat", "Mat", Kind.MAT, "Lie on the mat.", 20), Arm("usual", "Usual", Kind.USUAL_CARE, "")),
    ...             (Rating(Outcome("pain", lower_is_better=True), "How bad was the pain today?"),),
    ...             Blocks(period_days=3, ceiling_days=85), control="usual")
    >>> plan.n_days, plan.protocol.treatments, plan.question.value
    (84, ('mat', 'usual'), 'against_control')
    """

    name: str
    version: int
    title: str
    about: str
    arms: tuple[Arm, ...]
    ratings: tuple[Rating, ...]
    design: Blocks | StartDay
    control: str | None = None
    mode: Mode = Mode.STANDARD
    run_in_days: int = 0
    ladder: bool = False
    estimand: str = ""
    screen: tuple[str, ...] = ()
    beliefs: Beliefs = field(default_factory=Beliefs)
    exploratory: bool = False
    effect: str = ""

    def __post_init__(self) -> None:
        names = [arm.name for arm in self.arms]
        if len(names) > MOST_TREATMENTS:
            raise ProtocolError(
                f"{len(names)} treatments are too many for one person's trial; give at most {MOST_TREATMENTS}."
            )
        if len(names) < 2 or len(set(names)) < len(names):
            raise ProtocolError(f"The treatments are {', '.join(names) or 'none'}; give two or more different names.")
        rated = [rating.name for rating in self.ratings]
        if len(rated) > MOST_OUTCOMES:
            raise ProtocolError(f"{len(rated)} outcomes are too many to rate every day; give at most {MOST_OUTCOMES}.")
        if not rated or len(set(rated)) < len(rated):
            raise ProtocolError(f"The outcomes are {', '.join(rated) or 'none'}; give one or more different names.")
        if self.version < 1:
            raise ProtocolError(f"version is {self.version}; count from 1.")
        if not 0 <= self.run_in_days <= 56:
            raise ProtocolError(f"run_in_days is {self.run_in_days}; give 0 to 56.")
        if isinstance(self.design, Blocks):
            block = len(names) * self.design.period_days
            if self.design.n_blocks(len(names)) < 2:
                raise ProtocolError(
                    f"A ceiling of {self.design.ceiling_days} days holds fewer than two blocks of {block} days "
                    f"({len(names)} treatments of {self.design.period_days} days); give {2 * block} days or more, "
                    "or shorter periods."
                )
            if self.on_the_mat and any(arm.kind is Kind.ACUPUNCTURE for arm in self.arms):
                raise ProtocolError(
                    "The mat and acupuncture take turns here, but the effect of needles lasts, and the mat must be "
                    "left out for two days after them; give each a plan of its own, as mat-then-acupuncture does."
                )
        elif len(names) != 2:
            raise ProtocolError(f"A drawn start day compares two treatments, and there are {len(names)}; give two.")
        if self.ladder and not self.on_the_mat:
            raise ProtocolError("There is a ladder, but no treatment on the mat; leave the ladder out.")
        _ = self.protocol  # which checks the control, and what the engine is to judge

    @property
    def primary(self) -> Rating:
        """The rating that carries the error."""
        return self.ratings[0]

    @property
    def on_the_mat(self) -> bool:
        """Whether any treatment is on the mat."""
        return any(arm.on_the_mat for arm in self.arms)

    @property
    def safety_kinds(self) -> tuple[Kind, ...]:
        """Every kind of treatment in the plan, for the screen."""
        return tuple(dict.fromkeys(kind for arm in self.arms for kind in arm.safety_kinds))

    @property
    def n_days(self) -> int:
        """Days from the first to the last if the rule never fires, pauses not counted."""
        return self.design.n_days(len(self.arms)) if isinstance(self.design, Blocks) else self.design.ceiling_days

    @property
    def question(self) -> Question:
        """Which question the plan asks."""
        return self.protocol.question

    @property
    def contrasts(self) -> tuple[tuple[str, str], ...]:
        """Every pair of treatments to judge, the primary one first; it alone carries the error."""
        return tuple(combinations([arm.name for arm in self.arms], 2))

    @property
    def protocol(self) -> Protocol:
        """What the engine judges in the primary contrast."""
        return self.protocol_of(self.arms[0].name, self.arms[1].name)

    def protocol_of(self, first: str, second: str) -> Protocol:
        """What the engine judges between two treatments.

        With three or more, a contrast has only its own days: its ceiling is the share of the whole.
        """
        arms = len(self.arms)
        is_blocks = isinstance(self.design, Blocks)
        period = self.design.period_days if isinstance(self.design, Blocks) else 1
        is_primary = (first, second) == (self.arms[0].name, self.arms[1].name)
        return Protocol(
            treatments=(first, second),
            outcomes=tuple(rating.outcome for rating in self.ratings),
            period_days=period,
            control=self.control if is_primary or self.control == second else None,
            ceiling_days=self.n_days // arms * 2 if is_blocks else self.n_days,
            washout_days=self.design.washout_days if isinstance(self.design, Blocks) else 0,
            mode=self.mode,
        )

    def arm(self, name: str) -> Arm:
        """The treatment of this name; `ProtocolError` if there is none."""
        for arm in self.arms:
            if arm.name == name:
                return arm
        raise ProtocolError(f"There is no treatment {name!r}; the plan has {', '.join(a.name for a in self.arms)}.")

    def rating(self, name: str) -> Rating:
        """The rating of this name; `ProtocolError` if there is none."""
        for rating in self.ratings:
            if rating.name == name:
                return rating
        raise ProtocolError(
            f"There is no rating {name!r}; the plan asks for {', '.join(r.name for r in self.ratings)}."
        )

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain values, in the form of a protocol file; what is committed to.

        Examples
        --------
        >>> from pinprick.trial.protocol_file import read_protocol
        >>> plan = read_protocol("mat-vs-rest-back-pain")
        >>> Plan.from_dict(plan.to_dict()) == plan
        True
        """
        design = self.design
        if isinstance(design, Blocks):
            schedule: dict[str, Any] = {
                "kind": "blocks",
                "period_days": design.period_days,
                "ceiling_days": design.ceiling_days,
                "washout_days": design.washout_days,
                "weekday_balance": design.weekday_balance,
            }
        else:
            schedule = {
                "kind": "start_day",
                "usual_days": design.usual_days,
                "start_days": design.start_days,
                "ceiling_days": design.ceiling_days,
            }
        return {
            "format": "pinprick-protocol/1",
            "name": self.name,
            "version": self.version,
            "title": self.title,
            "about": self.about,
            "control": self.control,
            "treatments": [
                {
                    "name": arm.name,
                    "label": arm.label,
                    "kind": arm.kind.value,
                    "over_the_mat": arm.over_the_mat,
                    "what_to_do": arm.what_to_do,
                    "minutes": arm.minutes,
                    "set_up": arm.set_up,
                    "when": arm.when,
                }
                for arm in self.arms
            ],
            "outcomes": [
                {
                    "name": rating.name,
                    "question": rating.question,
                    "scale": [rating.outcome.low, rating.outcome.high],
                    "low_means": rating.low_means,
                    "high_means": rating.high_means,
                    "better": "lower" if rating.outcome.lower_is_better else "higher",
                    "smallest_difference": rating.outcome.smallest_difference,
                    "asked": rating.asked.value,
                    "instrument": rating.instrument,
                }
                for rating in self.ratings
            ],
            "schedule": schedule,
            "run_in_days": self.run_in_days,
            "ladder": self.ladder,
            "estimand": self.estimand,
            "rule": {"mode": self.mode.value},
            "screen": list(self.screen),
            "beliefs": {name: getattr(self.beliefs, name) for name in Beliefs.__dataclass_fields__},
            "exploratory": self.exploratory,
            "effect": self.effect,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Plan:
        """The plan that `to_dict` wrote; a protocol file by a person goes through `read_protocol`."""
        schedule = dict(values["schedule"])
        design = Blocks if schedule.pop("kind") == "blocks" else StartDay
        return cls(
            name=values["name"],
            version=values["version"],
            title=values["title"],
            about=values["about"],
            arms=tuple(Arm(**{**arm, "kind": Kind(arm["kind"])}) for arm in values["treatments"]),
            ratings=tuple(
                Rating(
                    Outcome(
                        one["name"],
                        low=float(one["scale"][0]),
                        high=float(one["scale"][1]),
                        lower_is_better=one["better"] == "lower",
                        smallest_difference=float(one["smallest_difference"]),
                    ),
                    question=one["question"],
                    low_means=one["low_means"],
                    high_means=one["high_means"],
                    asked=Asked(one["asked"]),
                    instrument=one["instrument"],
                )
                for one in values["outcomes"]
            ),
            design=design(**schedule),
            control=values["control"],
            mode=Mode(values["rule"]["mode"]),
            run_in_days=values["run_in_days"],
            ladder=values["ladder"],
            estimand=values["estimand"],
            screen=tuple(values["screen"]),
            beliefs=Beliefs(**values["beliefs"]),
            exploratory=values["exploratory"],
            effect=values["effect"],
        )


@dataclass(frozen=True, slots=True)
class Sequence:
    """Several plans one after another, each judged by its own rule and shown side by side.

    Raises
    ------
    ProtocolError
        If there are fewer than two plans, too many, or two of one name.

    Examples
    --------
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> [stage.name for stage in read_protocol("mat-then-acupuncture").stages]
    ['mat-vs-usual-pain', 'acupuncture-course']
    """

    name: str
    version: int
    title: str
    about: str
    stages: tuple[Plan, ...]

    def __post_init__(self) -> None:
        names = [stage.name for stage in self.stages]
        if not 2 <= len(names) <= MOST_STAGES or len(set(names)) < len(names):
            raise ProtocolError(
                f"The stages are {', '.join(names) or 'none'}; give 2 to {MOST_STAGES} plans of different names."
            )


def _one_word(what: str, name: str) -> None:
    if len(name) > LONGEST_NAME:
        raise ProtocolError(f"The name of the {what} has {len(name):,} characters; give at most {LONGEST_NAME}.")
    if not name.isidentifier():
        raise ProtocolError(
            f"The {what} {name!r} is not one word; write it with letters, digits and _, such as back_pain."
        )
