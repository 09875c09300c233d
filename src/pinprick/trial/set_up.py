"""The set-up of a trial's sessions: which mat, what lies between, what lies beneath, and who lies on it.

A fact about days, kept for later: no verdict, schedule or commitment follows from it. Words and ranges are the dose
model's, a floor up; here only types are checked, so that a log can always be read back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from pinprick.errors import ProtocolError
from pinprick.trial.text import CONTROL

LONGEST: Final = 80
"""Letters of a name."""
LARGEST: Final = 1e9
"""Far above anything that a mat or a person has, and small enough for every reader of JSON."""

_WORDS: Final = ("mat", "surface", "sex")
_NUMBERS: Final = ("length", "width", "spacing", "tip_radius", "mass_kg", "stature_cm")


@dataclass(frozen=True, slots=True)
class SetUp:
    """How somebody lies on their mat.

    Parameters
    ----------
    mat : str or None
        A mat's name; None where the spikes were counted, or nobody said.
    spikes : int or None
        How many in all.
    length, width : float or None
        The spiked face in mm, down the back and across.
    spacing, tip_radius : float or None
        Between neighbours on a disc, and of a spike, in mm as measured.
    layer : str or float
        Cloth between spikes and skin by name, or its pressed thickness in mm.
    surface : str
        What the mat lies on.
    mass_kg, stature_cm : float or None
        Who lies on it; only where they wish to say.
    sex : str or None
        Whose measured body is nearer; likewise.

    Raises
    ------
    ProtocolError
        If a word is not a short text on one line, or a number is none.

    Examples
    --------
    >>> SetUp(layer="t_shirt", surface="bed").to_dict()
    {'layer': 't_shirt', 'surface': 'bed'}
    >>> SetUp(spikes=6000, tip_radius=float("nan"))
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: A set-up's tip radius is a number from 0 to 1,000,000,000, not nan; leave it out...
    """

    mat: str | None = None
    spikes: int | None = None
    length: float | None = None
    width: float | None = None
    spacing: float | None = None
    tip_radius: float | None = None
    layer: str | float = "none"
    surface: str = "floor"
    mass_kg: float | None = None
    stature_cm: float | None = None
    sex: str | None = None

    def __post_init__(self) -> None:
        for name in _WORDS:
            value = getattr(self, name)
            if value is not None or name == "surface":
                _check_word(name, value)
        for name in _NUMBERS:
            value = getattr(self, name)
            if value is not None:  # 70 and 70.0 are one, as they are in the log
                object.__setattr__(self, name, _number(name, value))
        if isinstance(self.layer, str):
            _check_word("layer", self.layer)
        else:
            object.__setattr__(self, "layer", _number("layer", self.layer))
        if self.spikes is not None:
            count = _number("spikes", self.spikes)
            if count != int(count):
                raise ProtocolError(f"A set-up has whole spikes, not {count:g}; count them, or leave them out.")
            object.__setattr__(self, "spikes", int(count))

    def to_dict(self) -> dict[str, Any]:
        """As the log has it, without what nobody said."""
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in found.items() if value is not None}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SetUp:
        """A set-up as `to_dict` wrote it.

        Raises
        ------
        ProtocolError
            If it holds a key that is none of a set-up's, or something that is no word and no number.

        Examples
        --------
        >>> SetUp.from_dict({"layer": 0.6, "surface": "floor"}).layer
        0.6
        >>> SetUp.from_dict({"shirt": "yes"})
        Traceback (most recent call last):
            ...
        pinprick.errors.ProtocolError: A set-up has no 'shirt'; it has mat, spikes, length, width, spacing, ...
        """
        if not isinstance(values, Mapping):
            raise ProtocolError(f"A set-up is an object with keys such as layer, not {str(values)[:40]!r}.")
        names = [one.name for one in fields(cls)]
        for key in values:
            if key not in names:
                raise ProtocolError(f"A set-up has no {str(key)[:40]!r}; it has {', '.join(names)}.")
        return cls(**values)


def _check_word(name: str, value: Any) -> None:
    text = value if isinstance(value, str) else ""
    is_one_line = bool(text.strip()) and text.isprintable() and not CONTROL.search(text)
    if not is_one_line or len(text) > LONGEST:
        raise ProtocolError(
            f"A set-up's {name} is a word or two on one line, not {str(value)[:40]!r}; give up to {LONGEST} letters."
        )


def _number(name: str, value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= LARGEST or not math.isfinite(value):
        raise ProtocolError(
            f"A set-up's {name.replace('_', ' ')} is a number from 0 to {LARGEST:,.0f}, not {str(value)[:40]}; "
            "leave it out if you do not know it."
        )
    return float(value)
