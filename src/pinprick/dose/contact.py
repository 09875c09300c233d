"""Every spike under a body, in equilibrium: two rigid blocks on columns of tissue, spike, foam and what lies beneath.

Lengths are in mm, forces in N, pressures and moduli in kPa. A spike i with area A of the mat's face to itself is
pushed in by w_i = d_b - g_i, where d_b is how far its block came down and g_i the gap that was there before::

    w = f t / (A E_t) + delta(f) + t_f p / (p + E_f) + f / (A k_s),     p = f / A
        tissue          spike      foam, locking up    support
    sum over a block of f_i = F_b

Each term rises with f, so each spike has one force for a depth, and each block one depth for a load. Columns do not
pull on each other (Winkler): discs on foam are separate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pinprick.dose.spike import KPA, PressTable, Tip, press_table
from pinprick.errors import ComputationError

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

N_CELL: Final = 1024
"""Cells of a column's table of force by depth, equal in the root of the depth."""

FIRST_GUESS: Final = 20.0
MOST_ROUNDS: Final = 100
CLOSED: Final = 1e-10
"""What may be left of the load; the promise is 1e-6."""

NEAREST: Final = 1e-14
"""Bounds on the depth that are as near as this are one number."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands between a spike and the block of body above it.

    Attributes
    ----------
    tip : Tip
        The bare spike.
    layer_mm : float
        Cloth between spike and skin, 0 or more.
    spike_kpa : float
        Reduced modulus that one spike feels.
    tissue_kpa : float
        Modulus of the column of tissue over a spike.
    foam_kpa, foam_mm : float
        Pressure at which the foam has lost half of its thickness, and that thickness.
    support_n_m3 : float
        Stiffness of what lies beneath, in N/m³; infinite for a floor.
    """

    tip: Tip
    layer_mm: float
    spike_kpa: float
    tissue_kpa: float
    foam_kpa: float
    foam_mm: float
    support_n_m3: float

    def without_tissue_mm(self, force: Floats, area_mm2: float, dent: Floats) -> Floats:
        """How far a spike is pushed in, but for the tissue over it."""
        pressure = force / (area_mm2 * KPA)
        return dent + self.foam_mm * pressure / (pressure + self.foam_kpa) + pressure * 1e6 / self.support_n_m3


@dataclass(frozen=True, slots=True)
class Bed:
    """Spikes under a body that has not come down yet.

    Attributes
    ----------
    gap_mm : (n,) array
        Between each spike and the undeformed body; infinite where there is no body.
    thickness_mm : (n_class,) array
        Tissue between skin and bone, by class.
    of_class : (n,) array of int
        Each spike's class of thickness.
    of_block : (n,) array of int
        Each spike's block, from 0.
    counts : (n,) array
        How many spikes each stands for: itself, or also its mirror image where one half of a body is solved.
    area_mm2 : float
        The mat's face for one spike.
    pitch_mm : float
        Distance between neighbours on a disc.
    """

    gap_mm: Floats
    thickness_mm: Floats
    of_class: Whole
    of_block: Whole
    counts: Floats
    area_mm2: float
    pitch_mm: float


@dataclass(frozen=True, slots=True)
class Contact:
    """A body at rest on spikes.

    Attributes
    ----------
    force_n : (n,) array
        Force of each spike; 0 where it does not touch.
    counts : (n,) array
        How many spikes each stands for.
    down_mm : (n_block,) array
        How far each block came down from where it first touched; nan for a block that no spike carries.
    table : PressTable
        Force against dent of one spike.
    area_mm2 : float
        The mat's face for one spike.
    """

    force_n: Floats
    counts: Floats
    down_mm: Floats
    table: PressTable
    area_mm2: float

    @property
    def load_n(self) -> float:
        """What all spikes carry together."""
        return float(self.force_n @ self.counts)

    @property
    def n_touching(self) -> int:
        """How many spikes touch."""
        return int(self.counts[self.force_n > 0].sum())

    @property
    def mean_n(self) -> float:
        """Mean force of the spikes that touch; 0 where none does."""
        return self.load_n / max(1, self.n_touching)

    def quantile_n(self, part: float) -> float:
        """A quantile of force over the spikes that touch, 0 to 1; 0 where none does."""
        touching = self.force_n > 0
        forces, counts = self.force_n[touching], self.counts[touching]
        if not forces.size:
            return 0.0
        if (counts != 1).any():
            forces = np.repeat(forces, counts.astype(np.int64))
        return float(np.quantile(forces, part))

    @property
    def median_n(self) -> float:
        """Median force of the spikes that touch; 0 where none does."""
        return self.quantile_n(0.5)

    @property
    def peak_n(self) -> float:
        """The hardest press."""
        return float(self.force_n.max(initial=0.0))

    @property
    def mean_kpa(self) -> float:
        """Load over the area of the spikes that touch, gaps between them included."""
        return self.mean_n / (self.area_mm2 * KPA)

    @property
    def dent_mm(self) -> float:
        """Depth of the median spike below the mean plane of the skin."""
        return float(self.table.dent_at(self.median_n))


def settle(bed: Bed, columns: Columns, loads_n: tuple[float, ...], *, spikes: bool = True) -> Contact:
    """Let a body come down until the spikes carry it.

    Parameters
    ----------
    bed : Bed
        The spikes and the gaps above them.
    columns : Columns
        Tip, cloth, tissue, foam and support.
    loads_n : tuple of float
        Load of each block, 0 or more.
    spikes : bool
        False takes the spikes' own dents out: a flat sheet with the same area to each point.

    Returns
    -------
    Contact
        With forces that add up to each block's load within 1e-6 of it; a block with no spike under it is carried by
        something else.

    Raises
    ------
    ComputationError
        If a block finds no rest, which no allowed input brings about.
    """
    table = press_table(
        columns.tip.under(columns.layer_mm),
        modulus_kpa=columns.spike_kpa,
        pitch_mm=bed.pitch_mm,
        most_n=max(1.0, *loads_n),
    )
    if not spikes:
        table = PressTable(table.force_n, np.zeros_like(table.dent_mm))
    pushed = columns.without_tissue_mm(table.force_n, bed.area_mm2, table.dent_mm)
    tissue = table.force_n / (bed.area_mm2 * KPA * columns.tissue_kpa)
    depths = pushed + bed.thickness_mm[:, None] * tissue
    force = np.zeros_like(bed.gap_mm)
    down = np.full(len(loads_n), math.nan)
    for block, load in enumerate(loads_n):
        here = np.flatnonzero((bed.of_block == block) & np.isfinite(bed.gap_mm))
        if here.size:
            gap = bed.gap_mm[here]
            first = float(gap.min())
            down[block], force[here] = _rest(
                gap - first, bed.of_class[here], bed.counts[here], depths, table.force_n, load
            )
    return Contact(force, bed.counts, down, table, bed.area_mm2)


def _rest(
    gap: Floats, of_class: Whole, counts: Floats, depths: Floats, forces: Floats, load: float
) -> tuple[float, Floats]:
    """Find how far one block comes down under its load, and each spike's force; gaps count from the nearest spike."""
    found = np.zeros_like(gap)
    if load <= 0:
        return 0.0, found
    classes = np.flatnonzero(np.bincount(of_class))
    start = np.searchsorted(classes, of_class) * (N_CELL + 2)
    # deep enough for certain: there each spike, even under the thickest tissue, carries an equal part of the load
    low, high = 0.0, float(gap.max() + np.interp(load / counts.sum(), forces, depths[classes[-1]]))
    # force by depth in cells equal in the root of the depth, so that a spike's cell is found without a search
    per_root = N_CELL / math.sqrt(high)
    cell_depth = (np.arange(N_CELL + 2) / per_root) ** 2
    cells = np.concatenate([np.interp(cell_depth, depths[one], forces) for one in classes])
    near = np.arange(len(gap))
    down = min(high / 2, FIRST_GUESS)
    for _ in range(MOST_ROUNDS):
        depth = np.maximum(down - gap[near], 0.0) * per_root**2
        cell = np.sqrt(depth).astype(np.int64)
        at = start[near] + cell
        least = cells[at]
        slope = (cells[at + 1] - least) / (2 * cell + 1)
        force = least + slope * (depth - cell**2)
        left = load - float(force @ counts[near])
        if abs(left) <= CLOSED * load or high - low <= NEAREST * high:
            found[near] = force
            return down, found
        pressed = depth > 0
        rise = float((slope * pressed) @ counts[near]) * per_root**2
        if left > 0:
            low = down
        else:
            high = down
            near = near[pressed]  # the others stay free
        newton = down + left / rise if rise > 0 else high
        down = newton if low < newton < high else (low + high) / 2
    raise ComputationError(f"A load of {load:g} N on {len(gap)} spikes finds no rest; please report this set-up.")
