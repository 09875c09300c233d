"""One spike in skin: a ball that runs over into a cone, pressed into an elastic half-space, alone or in a crowd.

Lengths are in mm, forces in N, moduli and pressures in kPa unless a name says otherwise. A cone's half-angle is
measured from its axis, so a small one is a slim spike. The theory is linear and spikes are steep: it gives dents in
classes, about 1, 2 or 3 mm, and no decimals.

Sneddon (1965, doi:10.1016/0020-7225(65)90019-4) gives depth and force of any convex profile z(r) by the radius a of
its contact, with u running from 0 to pi/2::

    delta(a) = a INT z'(a sin u) du                F(a) = 2 E* a^2 INT sin^2(u) z'(a sin u) du

Here z' is r / sqrt(R^2 - r^2) up to the rim of the ball at b = R cos(alpha) and cot(alpha) beyond it, so both integrals
can be written out. A layer of cloth of thickness t is the parallel surface: R becomes R + t.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Lattice = Literal["square", "hexagonal"]

KPA: Final = 1e-3
"""One kPa in N/mm²."""

SMALL: Final = 0.02
"""Below this part of the radius the closed forms lose digits to cancellation, and their series take over."""

NARROWEST: Final = 1e-3
"""The narrowest contact of a table, in radii of the tip; below it force and depth run straight to 0."""

N_DOUBLING: Final = 40
"""How often the radius of a tip may double until a contact is wide enough for any force."""

N_NODE: Final = 360
"""Nodes of a table; what that costs is measured in tests/unit/dose/test_spike.py."""


@dataclass(frozen=True, slots=True)
class Tip:
    """The end of a spike as the skin meets it.

    Parameters
    ----------
    radius_mm : float
        Radius of the rounded end, cloth included; positive.
    half_angle_deg : float
        Half-angle of the cone, between 0 and 90 exclusive.

    Examples
    --------
    >>> round(Tip(0.3, 25).rim_mm, 3), round(Tip(0.3, 25).under(0.6).radius_mm, 3)
    (0.272, 0.9)
    """

    radius_mm: float
    half_angle_deg: float

    @property
    def rim_mm(self) -> float:
        """How far from the axis the ball runs over into the cone."""
        return self.radius_mm * math.cos(math.radians(self.half_angle_deg))

    def under(self, layer_mm: float) -> Tip:
        """The same tip with a layer of cloth over it."""
        return Tip(self.radius_mm + layer_mm, self.half_angle_deg)


def dent_mm(tip: Tip, contact_mm: ArrayLike) -> Floats:
    """How deep a tip stands in the skin.

    Parameters
    ----------
    tip : Tip
        The tip.
    contact_mm : (n,) array-like
        Radius of the contact, 0 or more.

    Returns
    -------
    (n,) array
        Depth of the apex below the skin far away.

    Examples
    --------
    >>> dent_mm(Tip(0.3, 25), [0.774, 2.437]).round(2)
    array([2.19, 7.8 ])
    """
    return _reduced(tip, np.asarray(contact_mm, dtype=float))[0]


def force_n(tip: Tip, contact_mm: ArrayLike, modulus_kpa: float) -> Floats:
    """How hard a tip presses.

    Parameters
    ----------
    tip : Tip
        The tip.
    contact_mm : (n,) array-like
        Radius of the contact, 0 or more.
    modulus_kpa : float
        Reduced modulus of the skin, positive.

    Returns
    -------
    (n,) array

    Examples
    --------
    >>> force_n(Tip(0.3, 25), [0.774, 2.437], 50).round(2)
    array([0.1, 1. ])
    """
    return modulus_kpa * KPA * _reduced(tip, np.asarray(contact_mm, dtype=float))[1]


def _reduced(tip: Tip, a: Floats) -> tuple[Floats, Floats]:
    """Depth, and force over modulus, at each radius of contact."""
    radius, rim = tip.radius_mm, tip.rim_mm
    alpha = math.radians(tip.half_angle_deg)
    waist = radius * math.sin(alpha)  # sqrt(R^2 - b^2)
    on_cone = a > rim
    beyond = np.sqrt(np.maximum(a**2 - rim**2, 0.0))
    # of the ball: from the apex to the contact's edge, or to the rim once that is inside the contact
    edge = np.where(on_cone, waist, np.sqrt(np.maximum(radius**2 - a**2, 0.0)))
    log = np.log((a + radius) / (beyond + edge))
    angle = np.arccos(np.minimum(1.0, np.divide(rim, a, out=np.ones_like(a), where=on_cone)))
    slope = 1 / math.tan(alpha)
    depth = a * (log + slope * angle)
    force = (a**2 + radius**2) * log - (a * radius - beyond * edge) + slope * (a**2 * angle + rim * beyond)
    small = a < SMALL * radius
    if small.any():
        part = np.where(small, a / radius, 0.0) ** 2
        depth = np.where(small, a**2 / radius * (1 + part / 3), depth)
        force = np.where(small, 4 * a**3 / (3 * radius) * (1 + part / 5 * 2), force)
    return depth, force


@dataclass(frozen=True, slots=True)
class PressTable:
    """Force against depth of one tip, from nothing to deeper than any body.

    Attributes
    ----------
    force_n, dent_mm : (n,) array
        Force of a spike and its depth below the mean plane of the skin, both from 0; force rises strictly, and depth
        as far as the crowd lets it.
    """

    force_n: Floats
    dent_mm: Floats

    def dent_at(self, force: ArrayLike) -> Floats:
        """Depth below the mean plane at some forces, each 0 or more.

        Examples
        --------
        >>> press_table(Tip(0.3, 25), modulus_kpa=50).dent_at([0.25]).round(1)
        array([3.7])
        """
        dents: Floats = np.interp(np.asarray(force, dtype=float), self.force_n, self.dent_mm)
        return dents


def press_table(
    tip: Tip, *, modulus_kpa: float, pitch_mm: float = math.inf, lattice: Lattice = "square", most_n: float = 1000.0
) -> PressTable:
    """Tabulate force and depth of a spike in a crowd.

    Neighbours on a lattice carry part of the mean plane down, so a dent against that plane is shallower than alone by
    C F / (pi E* s). That holds to about 1 % up to a/s = 0.2, overshoots later, and is stopped at its greatest depth,
    where the contact's radius is pi s / (2 C).

    Parameters
    ----------
    tip : Tip
        The tip, cloth included.
    modulus_kpa : float
        Reduced modulus of the skin, positive.
    pitch_mm : float
        Square root of the lattice's cell; infinite for a spike alone.
    lattice : {"square", "hexagonal"}
        How the neighbours stand.
    most_n : float
        The greatest force that the table must reach, positive.
    """
    widths = tip.radius_mm * 2.0 ** np.arange(N_DOUBLING)
    widest = float(widths[np.argmax(force_n(tip, widths, modulus_kpa) >= most_n)])
    nodes = np.geomspace(NARROWEST * tip.radius_mm, widest, N_NODE)
    a = np.concatenate([[0.0], nodes])
    depth, reduced = _reduced(tip, a)
    force = modulus_kpa * KPA * reduced
    if math.isfinite(pitch_mm):
        crowd = lattice_constant(lattice)
        rest = depth - crowd * reduced / (math.pi * pitch_mm)
        # from its greatest depth on a spike is as deep as it gets: the skin between moves with it
        depth = np.where(a < math.pi * pitch_mm / (2 * crowd), rest, rest.max())
    return PressTable(force, np.maximum.accumulate(depth))


@cache
def lattice_constant(lattice: Lattice) -> float:
    """Sum of 1/r over a lattice of unit cells with its mean taken out, by Ewald's method (1921).

    Both sums run over erfc(sqrt(pi) r) / r, one of the lattice and one of its reciprocal; for these two lattices the
    reciprocal is the lattice itself, turned.

    Examples
    --------
    >>> f"{lattice_constant('square'):.9f} {lattice_constant('hexagonal'):.9f}"
    '3.900264920 3.921031579'
    """
    if lattice == "square":
        first, second = (1.0, 0.0), (0.0, 1.0)
    else:
        side = math.sqrt(2 / math.sqrt(3))
        first, second = (side, 0.0), (side / 2, side * math.sqrt(3) / 2)
    near = 0.0
    for i in range(-6, 7):
        for j in range(-6, 7):
            r = math.hypot(i * first[0] + j * second[0], i * first[1] + j * second[1])
            near += math.erfc(math.sqrt(math.pi) * r) / r if r else 0.0
    return 4 - 2 * near


def hertz(radius_mm: float, modulus_kpa: float, force: float) -> tuple[float, float, float]:
    """Contact radius, depth and greatest pressure of a ball, small against its radius (Hertz 1882).

    Parameters
    ----------
    radius_mm, modulus_kpa : float
        Radius of the ball and reduced modulus, positive.
    force : float
        N, 0 or more.

    Returns
    -------
    contact_mm, dent_mm, peak_kpa : float

    Examples
    --------
    >>> [round(one, 4) for one in hertz(2, 50, 0.005)]
    [0.5313, 0.1412, 8.4564]
    """
    contact = (3 * force * radius_mm / (4 * modulus_kpa * KPA)) ** (1 / 3)
    peak = 3 * force / (2 * math.pi * contact**2) / KPA if contact else 0.0
    return contact, contact**2 / radius_mm, peak


def cone(half_angle_deg: float, modulus_kpa: float, force: float) -> tuple[float, float]:
    """Depth and mean pressure of a sharp cone; the pressure knows no force (Sneddon 1965).

    Returns
    -------
    dent_mm, mean_kpa : float

    Examples
    --------
    >>> [round(one, 4) for one in cone(60, 50, 0.02)]
    [0.6023, 14.4338]
    """
    tangent = math.tan(math.radians(half_angle_deg))
    return math.sqrt(math.pi * force / (2 * modulus_kpa * KPA * tangent)), modulus_kpa / (2 * tangent)


def flat_punch(radius_mm: float, modulus_kpa: float, dent: float) -> tuple[float, float]:
    """Force and the pressure at the centre of a flat-ended cylinder (Boussinesq 1885).

    Returns
    -------
    force_n, centre_kpa : float

    Examples
    --------
    >>> [round(one, 4) for one in flat_punch(0.3, 50, 0.1)]
    [0.003, 5.3052]
    """
    force = 2 * modulus_kpa * KPA * radius_mm * dent
    return force, force / (2 * math.pi * radius_mm**2) / KPA


def bottoming_kpa(modulus_kpa: float, height_mm: float, pitch_mm: float, *, ways: Literal[1, 2] = 1) -> float:
    """The mean pressure at which skin reaches the disc between spikes, taken for a wavy surface (Westergaard 1939).

    Below it all load is on tips.

    Parameters
    ----------
    modulus_kpa, height_mm, pitch_mm : float
        Reduced modulus, height of the spikes and their distance, positive.
    ways : {1, 2}
        Waves in one direction, or in two (Johnson, Greenwood and Higginson 1985).

    Examples
    --------
    >>> round(bottoming_kpa(50, 5, 5), 1), round(bottoming_kpa(50, 5, 5, ways=2))
    (78.5, 111)
    """
    return math.sqrt(ways) * math.pi * modulus_kpa * (height_mm / 2) / pitch_mm
