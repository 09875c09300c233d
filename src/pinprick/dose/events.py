"""What happens on a mat besides lying still: standing, stepping, pushing up. Force over area, by tables of assumptions.

Injury is about these moments. The mark they are held against is the median force at which needles of many kinds
went through skin, 1.22 N; no number for a blunt plastic spike was found, so it is a flag and no limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pinprick.dose.body import Person
from pinprick.dose.data import entry, parameter, table
from pinprick.dose.mat import Mat
from pinprick.words import _, mark

EVENTS: Final = ("standing", "push_off", "stepping")

SENTENCES: Final = (
    mark("Lying still puts little on each spike; standing puts about ten times more."),
    mark("To get up, roll to your side. Do not push up with a bare elbow or hand."),
    mark("Never step or stand on the mat with bare feet."),
)


@dataclass(frozen=True, slots=True)
class Event:
    """Force of spikes in one use, in the middle of its ranges.

    Attributes
    ----------
    name : str
        A key of model.yaml's uses.
    force_n, area_cm2 : float
        Force, and the area that bears it.
    mean_n, peak_n : float
        Mean and greatest force of one spike.
    of_puncture : float
        The greatest over the median puncture force of needles.
    """

    name: str
    force_n: float
    area_cm2: float
    mean_n: float
    peak_n: float
    of_puncture: float


def event(name: str, person: Person, mat: Mat) -> Event:
    """One use, by its name in model.yaml.

    Examples
    --------
    >>> standing = event("standing", Person(), Mat(5920))
    >>> round(standing.mean_n, 1), round(standing.peak_n, 1)
    (1.7, 4.8)
    """
    row = table("model")["uses"][name]
    force = parameter(f"model.uses.{name}.share").central * person.weight_n
    key = row["area"] if isinstance(row["area"], str) else f"model.uses.{name}.area"
    area = min(parameter(key).central, mat.face_cm2)
    mean = force / max(1.0, area * mat.spikes_per_cm2)
    peak = mean * parameter(f"model.uses.{name}.peak").central
    puncture = float(entry("tissue.skin_puncture.needle_force_N")["median"])
    return Event(name, force, area, mean, peak, peak / puncture)


def events(person: Person, mat: Mat) -> tuple[Event, ...]:
    """What to avoid on a mat, the mildest first."""
    return tuple(sorted((event(name, person, mat) for name in EVENTS), key=lambda one: one.peak_n))


def sentences() -> tuple[str, ...]:
    """`SENTENCES` in the reader's language; each stands alone, without the model."""
    return tuple(_(one) for one in SENTENCES)
