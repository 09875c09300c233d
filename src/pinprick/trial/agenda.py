"""What a day of a trial holds: which treatment, which step of the build-up, or what comes first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pinprick.trial.conduct import Conduct, Phase
from pinprick.trial.plan import Arm
from pinprick.trial.safety_record import Gate


class Due(StrEnum):
    """What a day is for."""

    TREATMENT = "treatment"
    """A day of the trial."""
    BUILD_UP = "build_up"
    """A session of the build-up, before the draw."""
    START = "start"
    """Everything is ready to be drawn, if the gate is open."""
    NOTHING = "nothing"
    """A day before, between or after."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What one day holds, and whether safety lets it be done; nothing of any other day.

    Attributes
    ----------
    due : Due
        What the day is for.
    asks : bool
        The day's safety questions are open, and nothing is shown before they are answered.
    arm : Arm or None
        The day's treatment; None where there is none, or the order has not been opened up to this day.
    gate : Gate or None
        Whether it may be done, with the reason and what to do where it may not.
    """

    due: Due
    asks: bool = False
    arm: Arm | None = None
    gate: Gate | None = None

    @property
    def minutes(self) -> int:
        """How long today's treatment or step of the build-up is: as planned, or as far as the build-up allows."""
        step = self.gate.step if self.gate is not None else None
        if self.arm is None:
            return step.minutes if step is not None and self.due is Due.BUILD_UP else 0
        return min(self.arm.minutes, step.minutes) if step is not None else self.arm.minutes

    @property
    def is_stepped_down(self) -> bool:
        """Whether a safety rule made today's treatment shorter than planned."""
        return self.arm is not None and self.minutes < self.arm.minutes

    @property
    def withheld(self) -> str | None:
        """Why safety keeps today's treatment or session closed; None where it does not."""
        if self.gate is None or self.gate.open or self.due is Due.START:
            return None
        return self.gate.why


def agenda(conduct: Conduct, day: date) -> Agenda:
    """What a day holds.

    Parameters
    ----------
    conduct : Conduct
        The trial; for a day of treatment opened up to this day by `Conduct.begin`.
    day : date
        The person's day.

    Examples
    --------
    >>> from pinprick.trial.commitment import Moment
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> today = date(2026, 5, 4)
    >>> agenda(Conduct.opened(read_protocol("mat-vs-rest-back-pain"), Moment.rehearsal(today)), today).due.value
    'nothing'
    """
    phase = conduct.phase(day)
    asks = conduct.plan.on_the_mat and not conduct.answered_on(day)
    if phase is Phase.RUNNING and conduct.day_number(day) is not None:
        arm = conduct.arm_on(day)
        return Agenda(Due.TREATMENT, asks, arm, conduct.may_do(arm, day) if arm else None)
    if phase is Phase.SCREENED and not conduct.built_up:
        return Agenda(Due.BUILD_UP, asks, None, conduct.safety.may_do(["mat"], day))
    if phase is Phase.SCREENED:
        return Agenda(Due.START, False, None, conduct.may_start(day))
    return Agenda(Due.NOTHING)
