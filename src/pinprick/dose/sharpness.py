"""How sharp a press is, as the force of a standard pinprick probe that would feel the same.

Thresholds for sharpness and prick grow with the circumference of a tip, not with its area (Greenspan and McGillis
1991, https://pubmed.ncbi.nlm.nih.gov/1887724/), and depth of the dent does not tell. So a force f on a tip of radius R
under cloth of thickness t counts as::

    F_eq = f (0.25 mm / 2 (R + t))^n,        n = 1; an older study of small balls has n = 2

Sharpness does not add up over an area: look at the spread over spikes, never at a sum. Between two set-ups of one
person skin, sense and probe cancel, and what is left is known better than either::

    rho = (f / f_ref) (R + t_ref) / (R + t)
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pinprick.dose.body import GRAVITY
from pinprick.dose.data import Parameter, parameter, table
from pinprick.errors import ProtocolError
from pinprick.words import mark

WORDS: Final = (mark("barely"), mark("mild"), mark("clear prick"), mark("strong"), mark("extreme"))
PRESS_WORDS: Final = (mark("barely"), mark("lightly"), mark("like a letter"), mark("firmly"), mark("hard"))

ENOUGH_TRIES: Final = 3
TRIES_WITHIN: Final = 1.25
FEW_TRIES_WITHIN: Final = 1.5
"""What a kitchen scale leaves open, nine times in ten: with three tries or more, and with fewer. Both are judged."""


def pinprick_force_n(force_n: float, radius_mm: float, layer_mm: float = 0.0, *, exponent: float = 1.0) -> float:
    """The force of a standard probe that would prick as much.

    Parameters
    ----------
    force_n : float
        Of one spike, 0 or more.
    radius_mm, layer_mm : float
        Tip, positive; cloth, 0 or more.
    exponent : float
        1 by circumference, 2 by area.

    Examples
    --------
    >>> pinprick_force_n(0.18, 0.3)
    0.075
    """
    width: float = parameter("model.probe_diameter").central / (2 * (radius_mm + layer_mm))
    return force_n * float(width**exponent)


def blunting(radius_mm: float, layer_mm: float) -> float:
    """What is left of the sharpness under cloth at the same force, in parts of 1.

    Examples
    --------
    >>> round(blunting(0.3, 0.6), 2), round(blunting(0.3, 6), 2)
    (0.33, 0.05)
    """
    return radius_mm / (radius_mm + layer_mm)


def smoothing(layer_mm: float, pitch_mm: float) -> float:
    """What an elastic layer alone passes on of a lattice's pressure waves: the bound (1 + k t) exp(-k t), k = 2 pi / s.

    Examples
    --------
    >>> [round(smoothing(layer, 5), 3) for layer in (0.6, 3, 6)]
    [0.825, 0.11, 0.005]
    """
    waves = 2 * math.pi * layer_mm / pitch_mm
    return (1 + waves) * math.exp(-waves)


def sharpness_word(pinprick_n: float) -> str:
    """A force of the probe in a word, marked for the catalogue: a label and no diagnosis.

    Examples
    --------
    >>> sharpness_word(0.075), sharpness_word(0.004)
    ('clear prick', 'barely')
    """
    return WORDS[_band("sharpness", 1000 * pinprick_n)]


def press_band(force_n: float) -> int:
    """How hard a spike presses, from 1 to 5 for `PRESS_WORDS`; 0 for one that does not touch.

    Examples
    --------
    >>> [press_band(force) for force in (0, 0.02, 0.15, 0.5)]
    [0, 1, 3, 5]
    """
    return 1 + _band("press", 1000 * force_n / GRAVITY) if force_n > 0 else 0


def press_ends_g() -> tuple[float, ...]:
    """Where each band of `press_band` but the last ends, as the weight of so many grams."""
    return tuple(float(row["below"]) for row in table("model")["press"][:-1])


def _band(name: str, value: float) -> int:
    ends = [row["below"] for row in table("model")[name][:-1]]
    return bisect.bisect_right(ends, value)


@dataclass(frozen=True, slots=True)
class Threshold:
    """The force at which somebody's own spikes first feel sharp to them.

    Attributes
    ----------
    force_n : float
        On one spike; the middle of what was measured.
    low_n, high_n : float
        The least and the greatest measured.
    n_tries : int
        How often it was tried.

    Raises
    ------
    ProtocolError
        If the forces are not above 0 and in order, or there was no try.

    Examples
    --------
    >>> Threshold(0.08, 0.07, 0.1, n_tries=3).known.high.__round__(2)
    0.1
    """

    force_n: float
    low_n: float
    high_n: float
    n_tries: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.low_n <= self.force_n <= self.high_n < math.inf:
            raise ProtocolError(
                f"A first sharp feel at {self.force_n} N, measured from {self.low_n} to {self.high_n} N, is no range; "
                "give forces above 0, the least first."
            )
        if self.n_tries < 1:
            raise ProtocolError(f"A first sharp feel from {self.n_tries} tries says nothing; try once or more.")

    @property
    def known(self) -> Parameter:
        """The force with its range: that of the tries, and never narrower than a hand on a scale allows."""
        least = FEW_TRIES_WITHIN if self.n_tries < ENOUGH_TRIES else TRIES_WITHIN
        low, high = min(self.low_n, self.force_n / least), max(self.high_n, self.force_n * least)
        return Parameter("person.first_sharp", self.force_n, low, high, "measured")

    @property
    def is_unsteady(self) -> bool:
        """Whether the tries differ by more than a factor of two."""
        return self.high_n > 2 * self.low_n


def own_threshold(grams: Sequence[float], spikes: int) -> Threshold:
    """The first sharp feel, from a disc pressed on a kitchen scale.

    With that very tip in that very skin, neither the tip's radius nor a rule of size is needed: a set-up is so many
    times this force. Three tries tell how steady it is.

    Parameters
    ----------
    grams : sequence of float
        What the scale showed at the first sharp feel, above 0 to 20,000, once for each try.
    spikes : int
        How many spikes of the disc touched the skin, 1 to 2,000.

    Raises
    ------
    ProtocolError
        If there is no try, or a number is outside its range.

    Examples
    --------
    >>> own_threshold([200, 260, 230], 27).force_n.__round__(3)
    0.084
    """
    if not 1 <= spikes <= 2000:
        raise ProtocolError(f"A disc with {spikes} spikes cannot be pressed; give 1 to 2,000 spikes.")
    if not grams or not all(0 < gram <= 20_000 for gram in grams):
        raise ProtocolError(f"The scale's grams are {list(grams)}; give one or more, each above 0 and up to 20,000.")
    forces = sorted(gram / 1000 * GRAVITY / spikes for gram in grams)
    middle = len(forces) // 2
    median = forces[middle] if len(forces) % 2 else (forces[middle - 1] + forces[middle]) / 2
    return Threshold(median, forces[0], forces[-1], len(forces))
