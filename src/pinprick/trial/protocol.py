"""The plan of a trial, frozen before day one: treatments, outcomes, periods, ceiling, question, mode."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pinprick.errors import ProtocolError
from pinprick.trial.outcome import Outcome


class Question(StrEnum):
    """What the trial asks, which decides its third finding."""

    AGAINST_CONTROL = "against_control"
    """Does this help, against a control? The third finding is "no worthwhile benefit"."""
    WHICH_OF_TWO = "which_of_two"
    """Which of these two? The third finding is "no difference that matters"."""


class Mode(StrEnum):
    """How much the rule protects against strongly autocorrelated days of unequal spread."""

    STANDARD = "standard"
    STRICT = "strict"


@dataclass(frozen=True, slots=True)
class Protocol:
    """The plan.

    Parameters
    ----------
    treatments : tuple of two str
        First and second treatment; the effect is first minus second, turned so that better is positive.
    outcomes : tuple of Outcome
        The primary outcome, which alone carries the error guarantee, then any others.
    period_days : int
        Days that one treatment runs before it may change; at least 1.
    control : str, optional
        Which treatment is the control; it must be the second. None asks "which of these two?".
    ceiling_days : int, optional
        The most days the trial may take; None where nobody fixed it (a bare diary).
    washout_days : int
        Days at the start of every period that are rated but not analysed; fewer than ``period_days``.
    mode : Mode
        Standard or strict.

    Raises
    ------
    ProtocolError
        If the parts do not fit together.

    Examples
    --------
    >>> plan = Protocol(("mat", "towel"), (Outcome("pain", lower_is_better=True),), period_days=3,
    ...                 control="towel", ceiling_days=84)
    >>> plan.question.value, plan.primary.name
    ('against_control', 'pain')
    >>> Protocol(("mat", "towel"), (Outcome("pain"),), period_days=7, washout_days=7)
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: A washout of 7 days leaves no day to rate in a 7-day period; \
shorten the washout or lengthen the period.
    """

    treatments: tuple[str, str]
    outcomes: tuple[Outcome, ...]
    period_days: int
    control: str | None = None
    ceiling_days: int | None = None
    washout_days: int = 0
    mode: Mode = Mode.STANDARD

    def __post_init__(self) -> None:
        if len(set(self.treatments)) != 2 or not all(t.strip() for t in self.treatments):
            raise ProtocolError(
                f"The treatments are {', '.join(map(repr, self.treatments)) or 'none'}; give two different names."
            )
        if not self.outcomes:
            raise ProtocolError("The plan names no outcome; name at least one daily rating, such as pain.")
        names = [outcome.name for outcome in self.outcomes]
        if len(set(names)) != len(names):
            raise ProtocolError(f"The outcomes {', '.join(names)} repeat a name; give each its own.")
        if self.period_days < 1:
            raise ProtocolError(f"A period of {self.period_days} days is too short; give 1 day or more.")
        if self.control is not None and self.control != self.treatments[1]:
            raise ProtocolError(
                f"The control is {self.control!r}, but the second treatment is {self.treatments[1]!r}; "
                "name the control second, so that the effect is the treatment's over the control."
            )
        if self.ceiling_days is not None and self.ceiling_days < 2 * self.period_days:
            raise ProtocolError(
                f"A ceiling of {self.ceiling_days} days holds no pair of {self.period_days}-day periods; "
                f"give {2 * self.period_days} days or more."
            )
        if not 0 <= self.washout_days < self.period_days:
            raise ProtocolError(
                f"A washout of {self.washout_days} days leaves no day to rate in a {self.period_days}-day period; "
                "shorten the washout or lengthen the period."
            )

    @property
    def primary(self) -> Outcome:
        """The outcome that carries the error guarantee."""
        return self.outcomes[0]

    @property
    def question(self) -> Question:
        """Which question the plan asks."""
        return Question.WHICH_OF_TWO if self.control is None else Question.AGAINST_CONTROL

    def outcome(self, name: str) -> Outcome:
        """The outcome of this name; `ProtocolError` if there is none."""
        for outcome in self.outcomes:
            if outcome.name == name:
                return outcome
        names = ", ".join(outcome.name for outcome in self.outcomes)
        raise ProtocolError(f"There is no outcome called {name!r}; the plan has {names}.")
