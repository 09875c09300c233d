"""A person on a mat: what they weigh, how much of it lies where, and the shape and tissue of their back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pinprick.dose.data import entry, table
from pinprick.errors import ProtocolError

Floats = NDArray[np.float64]
Sex = Literal["male", "female"]

GRAVITY: Final = 9.81
MASS_KG: Final = (35.0, 200.0)
STATURE_CM: Final = (130.0, 220.0)
REFERENCE_STATURE_MM: Final = 1750.0
"""The stature for which a profile's millimetres hold."""

N_CLASS: Final = 24
"""Classes of tissue thickness; one is less than a millimetre wide."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to lie on a mat.

    Parameters
    ----------
    mass_kg : float
        35 to 200.
    stature_cm : float
        130 to 220.
    sex : {"male", "female"}
        Whose measured segments stand for theirs.

    Raises
    ------
    ProtocolError
        If a number is outside the range that the model was made for; it says the range, and spots metres.

    Examples
    --------
    >>> Person(70, 175).weight_n.__round__(1)
    686.7
    >>> Person(70, 1.75)
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: A height of 1.75 looks like metres; give centimetres, 130 to 220, such as 175.
    """

    mass_kg: float = 70.0
    stature_cm: float = 175.0
    sex: Sex = "male"

    def __post_init__(self) -> None:
        mass, stature = (
            _number(self.mass_kg, "mass", "kg", MASS_KG),
            _number(self.stature_cm, "height", "cm", STATURE_CM),
        )
        if not MASS_KG[0] <= mass <= MASS_KG[1]:
            wrong = (
                "A mass is above 0" if mass <= 0 else f"A mass of {mass:g} kg is outside what the model was made for"
            )
            raise ProtocolError(f"{wrong}; give {MASS_KG[0]:g} to {MASS_KG[1]:g} kg.")
        if 1.0 <= stature <= 2.5:
            raise ProtocolError(
                f"A height of {stature:g} looks like metres; give centimetres, "
                f"{STATURE_CM[0]:g} to {STATURE_CM[1]:g}, such as {100 * stature:g}."
            )
        if not STATURE_CM[0] <= stature <= STATURE_CM[1]:
            raise ProtocolError(
                f"A height of {stature:g} cm is outside what the model was made for; "
                f"give {STATURE_CM[0]:g} to {STATURE_CM[1]:g} cm."
            )
        if self.sex not in ("male", "female"):
            raise ProtocolError(
                f"There are measured segments of male and female bodies, not of {self.sex!r}; give the nearer one."
            )

    @property
    def weight_n(self) -> float:
        """Weight as a force."""
        return self.mass_kg * GRAVITY

    @property
    def stature_mm(self) -> float:
        """Stature."""
        return 10 * self.stature_cm


def _number(value: Any, what: str, unit: str, limits: tuple[float, float]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ProtocolError(f"A {what} is a number, not {value!r}; give {limits[0]:g} to {limits[1]:g} {unit}.")
    return float(value)


@dataclass(frozen=True, slots=True)
class Shares:
    """Where body weight rests in somebody who lies on their back, in parts of 1.

    Attributes
    ----------
    head, chest, pelvis, heels, arms : float
        The chest has half of the arms, which lie beside it with their other half; the pelvis has the legs' hips.
    """

    head: float
    chest: float
    pelvis: float
    heels: float
    arms: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.head + self.chest + self.pelvis + self.heels + self.arms


@cache
def supine_shares(sex: Sex) -> Shares:
    """Shares of body weight from measured segments, the legs as beams from the hip to the heel.

    Masses and centres are Zatsiorsky's as adjusted by de Leva (1996, doi:10.1016/0021-9290(95)00178-6); thigh and
    shank are taken equally long. With c the centre's distance from the joint above, in parts of the segment::

        heels = m_thigh c_thigh / 2 + m_shank (1 + c_shank) / 2 + m_foot

    Examples
    --------
    >>> shares = supine_shares("male")
    >>> [round(one, 2) for one in (shares.chest, shares.pelvis, shares.heels)]
    [0.37, 0.36, 0.15]
    """
    part: Mapping[str, float] = entry(f"tissue.segment_mass_fraction.{sex}")
    centre: Mapping[str, float] = entry("tissue.segment_mass_fraction.com_fraction")
    heels = (
        2 * part["thigh"] * centre[f"{sex}_thigh"] / 2
        + 2 * part["shank"] * (1 + centre[f"{sex}_shank"]) / 2
        + 2 * part["foot"]
    )
    arm = part["upper_arm"] + part["forearm"] + part["hand"]
    legs = 2 * (part["thigh"] + part["shank"] + part["foot"])
    return Shares(
        head=part["head"],
        chest=part["upper_trunk"] + part["middle_trunk"] + arm,
        pelvis=part["lower_trunk"] + legs - heels,
        heels=heels,
        arms=arm,
    )


@dataclass(frozen=True, slots=True)
class Profile:
    """The shape and tissue of a back, and what it lies on: a set of numbers with a name.

    Heights are parts of stature above the sole, and millimetres hold for a stature of 1.75 m: gaps and widths grow
    with it. `PROTOTYPE` is the set that the verification cases of the model's note were run on; `DEFAULT` is what
    people are told.

    Attributes
    ----------
    name : str
        Its name.
    upper_edge : float
        Height of the mat's upper edge.
    waist : float
        Where the chest's block ends and the pelvis's begins.
    gap : tuple of (height, mm)
        Knots of a natural cubic spline down the spine: how far the back stays off a plane that touches it.
    flatness_mm : float
        Radius R of the back across, which adds x^2 / 2R to the gap.
    furrow, cleft : tuple of float
        The groove over the spine and the one between the buttocks: depth and width (a Gaussian's sd) in mm, from and to
        which height.
    half_width : tuple of (height, mm)
        How far the back reaches to either side, linear between knots.
    tissue : tuple of (height, mm)
        Thickness between skin and bone, linear between knots.
    chest_share, pelvis_share : float
        Parts of body weight that a mat of the usual size carries.
    by_sex : bool
        Whether the two shares follow the person's sex; their sum does not.
    supports : mapping of str to float
        N/m³ of each surface.
    broader_by_mass : float
        How width and flatness grow with build: with the power of mass over that of somebody of this stature and a
        body mass index of 22.9 (70 kg at 1.75 m). 0 leaves them out.
    """

    name: str
    upper_edge: float
    waist: float
    gap: tuple[tuple[float, float], ...]
    flatness_mm: float
    furrow: tuple[float, float, float, float]
    cleft: tuple[float, float, float, float]
    half_width: tuple[tuple[float, float], ...]
    tissue: tuple[tuple[float, float], ...]
    chest_share: float
    pelvis_share: float
    by_sex: bool
    supports: Mapping[str, float] = field(hash=False)
    broader_by_mass: float

    PROTOTYPE: ClassVar[Profile]
    DEFAULT: ClassVar[Profile]

    def loads_n(self, person: Person) -> tuple[float, float]:
        """What a mat of the usual size carries of chest and pelvis.

        Examples
        --------
        >>> sum(Profile.PROTOTYPE.loads_n(Person(70, 175))).__round__(3)
        370.818
        """
        chest, pelvis = self.chest_share, self.pelvis_share
        if self.by_sex:
            own, male = supine_shares(person.sex), supine_shares("male")
            chest, pelvis = chest * own.chest / male.chest, pelvis * own.pelvis / male.pelvis
            scale = (self.chest_share + self.pelvis_share) / (chest + pelvis)
            chest, pelvis = scale * chest, scale * pelvis
        return chest * person.weight_n, pelvis * person.weight_n

    def height(self, along_mm: ArrayLike, person: Person) -> Floats:
        """Height over the sole, in parts of stature, of places on a mat by their distance from its upper edge."""
        return self.upper_edge - np.asarray(along_mm, dtype=float) / person.stature_mm

    def gap_mm(self, across_mm: Floats, height: Floats, person: Person) -> Floats:
        """Gap between the undeformed back and a plane that touches it, as if the back had no sides.

        Parameters
        ----------
        across_mm : (n,) array
            Distance from the midline.
        height : (n,) array
            Parts of stature.
        person : Person
            Whose back.

        Examples
        --------
        >>> gap = Profile.PROTOTYPE.gap_mm(np.array([-100.0, 0, 100]), np.full(3, 0.7), Person())
        >>> bool(gap[0] == gap[2] > gap[1])
        True
        """
        size = person.stature_mm / REFERENCE_STATURE_MM
        flatness = self.flatness_mm * self._build(person)
        gap: Floats = size * _spline(self.gap, height) + across_mm**2 / (2 * flatness)
        for depth, spread, low, high in (self.furrow, self.cleft):
            there = (height > low) & (height < high)
            gap = gap + np.where(there, depth * np.exp(-0.5 * (across_mm / spread) ** 2), 0.0)
        return gap

    def aside(self, across_mm: Floats, height: Floats, person: Person) -> Floats:
        """How far out places are, in parts of half the back's width there: above 1 there is no back."""
        at, width = zip(*self.half_width, strict=True)
        half = np.interp(height, at, width) * person.stature_mm / REFERENCE_STATURE_MM * self._build(person)
        out: Floats = np.abs(across_mm) / half
        return out

    def _build(self, person: Person) -> float:
        """How much broader and flatter than 70 kg at 1.75 m, for this stature."""
        usual = 70.0 * (person.stature_mm / REFERENCE_STATURE_MM) ** 2
        return float((person.mass_kg / usual) ** self.broader_by_mass)

    def thickness(self, height: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """Tissue between skin and bone in `N_CLASS` classes: the middle of each in mm, and the class at each height."""
        at, thick = zip(*self.tissue, strict=True)
        least, width = min(thick), (max(thick) - min(thick)) / N_CLASS
        classes = np.minimum(((np.interp(height, at, thick) - least) / width).astype(np.int64), N_CLASS - 1)
        return least + width * (np.arange(N_CLASS) + 0.5), classes


def _spline(knots: tuple[tuple[float, float], ...], x: Floats) -> Floats:
    """A cubic spline through knots with no bend at its ends, and level beyond them."""
    at, value = np.array(knots, dtype=float).T
    step, n = np.diff(at), len(at)
    matrix, right = np.eye(n), np.zeros(n)
    slope = np.diff(value) / step
    for i in range(1, n - 1):
        matrix[i, i - 1 : i + 2] = step[i - 1], 2 * (step[i - 1] + step[i]), step[i]
        right[i] = 6 * (slope[i] - slope[i - 1])
    bend = np.linalg.solve(matrix, right)
    x = np.clip(x, at[0], at[-1])
    k = np.clip(np.searchsorted(at, x) - 1, 0, n - 2)
    h, after, before = step[k], x - at[k], at[k + 1] - x
    curve: Floats = (
        (bend[k] * before**3 + bend[k + 1] * after**3) / (6 * h)
        + (value[k] / h - bend[k] * h / 6) * before
        + (value[k + 1] / h - bend[k + 1] * h / 6) * after
    )
    return curve


@cache
def profile(name: str) -> Profile:
    """A profile by its name: default or prototype.

    Raises
    ------
    ProtocolError
        If there is none.
    """
    row = table("model")["profiles"].get(name)
    if row is None:
        raise ProtocolError(f"There is no profile {name!r}; choose one of {', '.join(table('model')['profiles'])}.")

    def knots(key: str) -> tuple[tuple[float, float], ...]:
        return tuple((float(at), float(value)) for at, value in row[key])

    def four(key: str) -> tuple[float, float, float, float]:
        depth, spread, low, high = map(float, row[key])
        return depth, spread, low, high

    return Profile(
        name=name,
        upper_edge=row["upper_edge"],
        waist=row["waist"],
        gap=knots("gap"),
        flatness_mm=row["flatness_mm"],
        furrow=four("furrow"),
        cleft=four("cleft"),
        half_width=knots("half_width"),
        tissue=knots("tissue"),
        chest_share=row["chest_share"],
        pelvis_share=row["pelvis_share"],
        by_sex=row["by_sex"],
        supports={key: math.inf if value is None else float(value) for key, value in row["supports"].items()},
        broader_by_mass=row["broader_by_mass"],
    )


Profile.PROTOTYPE = profile("prototype")
Profile.DEFAULT = profile("default")
