"""A daily rating: its name, its scale, and which way is better."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pinprick.errors import ProtocolError

LOWER_IS_BETTER = frozenset(
    [
        "pain",
        "stress",
        "stiffness",
        "tension",
        "anxiety",
        "worry",
        "fatigue",
        "tiredness",
        "headache",
        "migraine",
        "itch",
        "nausea",
        "cough",
        "tinnitus",
        "cramps",
        "craving",
        "symptoms",
        "soreness",
        "discomfort",
        "cold",
        "awakenings",
    ]
)
HIGHER_IS_BETTER = frozenset(
    [
        "sleep",
        "mood",
        "energy",
        "wellbeing",
        "well-being",
        "happiness",
        "focus",
        "concentration",
        "comfort",
        "calm",
        "rest",
        "rested",
        "relaxation",
        "mobility",
        "agency",
        "metacognition",
    ]
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A daily rating on a bounded scale.

    Parameters
    ----------
    name : str
        As the diary's column is called.
    low, high : float
        Ends of the scale, in its own points; low < high.
    lower_is_better : bool
        Whether fewer points are better (pain) or more are (sleep).
    smallest_difference : float, optional
        The smallest difference that matters, in points; positive and at most the width of the scale.
        A tenth of the scale unless told otherwise.

    Raises
    ------
    ProtocolError
        If the scale or the smallest difference makes no sense.

    Examples
    --------
    >>> Outcome("pain", lower_is_better=True).smallest_difference
    1.0
    >>> Outcome("mood", low=0, high=100).smallest_difference
    10.0
    """

    name: str
    low: float = 0.0
    high: float = 10.0
    lower_is_better: bool = False
    smallest_difference: float = math.nan

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ProtocolError("An outcome has no name; call it what the diary's column is called, such as pain.")
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ProtocolError(
                f"The scale of {self.name} runs from {self.low:g} to {self.high:g}; "
                "give two numbers, the lower one first."
            )
        if math.isnan(self.smallest_difference):
            object.__setattr__(self, "smallest_difference", (self.high - self.low) / 10)
        if not 0 < self.smallest_difference <= self.high - self.low:
            raise ProtocolError(
                f"The smallest difference that matters in {self.name} is {self.smallest_difference:g}; "
                f"it must be more than 0 and at most {self.high - self.low:g}, the width of the scale."
            )

    @property
    def width(self) -> float:
        """High minus low, in points."""
        return self.high - self.low

    def holds(self, rating: float) -> bool:
        """Whether a rating lies on the scale."""
        return self.low <= rating <= self.high


def lower_is_better_by_name(name: str) -> bool | None:
    """What the name of an outcome says about its direction; None where it says nothing.

    Examples
    --------
    >>> lower_is_better_by_name("Back pain"), lower_is_better_by_name("sleep_quality")
    (True, False)
    >>> lower_is_better_by_name("score") is None
    True
    """
    words = set(name.lower().replace("_", " ").replace("-", " ").split())
    if words & LOWER_IS_BETTER:
        return True
    if words & HIGHER_IS_BETTER:
        return False
    return None
