"""Where the spikes of a mat stand: on discs in rows, with bare cloth between, alike on the left and on the right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_UNEVEN: Final = 0.25
"""Discs that come out to the last one may stand this unevenly: the log of a cell's length over its width."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Spikes on a face, in mm.

    Attributes
    ----------
    across_mm : (n,) array
        Distance from the mat's midline, positive to the right of who looks at the spikes with the upper edge on top.
    along_mm : (n,) array
        Distance from the upper edge.
    discs : int
        How many discs there are.
    """

    across_mm: Floats
    along_mm: Floats
    discs: int


@lru_cache(maxsize=64)
def lay_out(n_spikes: int, per_disc: float, length_mm: float, width_mm: float, pitch_mm: float) -> Layout:
    """Place spikes on discs in a grid whose cells are as square as the count of discs allows.

    Parameters
    ----------
    n_spikes : int
        At least 1; that many are placed.
    per_disc : float
        How many stand on a disc, about: discs get one more or less, so that the count comes out.
    length_mm, width_mm : float
        The face.
    pitch_mm : float
        Distance between neighbours on a disc; discs that would overlap are pressed together.

    Returns
    -------
    Layout
        Its mirror image is itself, but for one disc where the count leaves no choice.

    Examples
    --------
    >>> places = lay_out(6000, 27, 740, 400, 5)
    >>> len(places.across_mm), places.discs, bool(abs(places.across_mm.sum()) < 1e-6)
    (6000, 220, True)
    """
    rows, columns = _grid(max(1, round(n_spikes / per_disc)), length_mm / width_mm)
    counts = _counts(n_spikes, rows, columns)
    disc_across = ((np.arange(columns) + 0.5) / columns - 0.5) * width_mm
    disc_along = (np.arange(rows) + 0.5) / rows * length_mm
    cell = min(width_mm / columns, length_mm / rows)
    discs = {int(count): _disc(int(count)) for count in np.unique(counts) if count}
    broadest = 2 * max(float(np.abs(disc).max()) for disc in discs.values()) + 1  # with half a pitch around it
    pitch = min(pitch_mm, cell / broadest)
    across, along = [], []
    for count, disc in discs.items():
        at_row, at_column = np.nonzero(counts == count)
        across.append((disc_across[at_column, None] + pitch * disc[:, 0]).ravel())
        along.append((disc_along[at_row, None] + pitch * disc[:, 1]).ravel())
    places = Layout(np.concatenate(across), np.concatenate(along), rows * columns)
    places.across_mm.flags.writeable = places.along_mm.flags.writeable = False
    return places


def _grid(discs: int, aspect: float) -> tuple[int, int]:
    """Rows and columns near a count of discs, in cells near squares."""
    ideal = math.sqrt(discs / aspect)
    around = range(max(1, math.floor(0.8 * ideal)), math.ceil(1.25 * ideal) + 1)
    grids = [(max(1, round(discs / columns)), columns) for columns in around]

    def unevenness(grid: tuple[int, int]) -> float:
        return abs(math.log(grid[0] / grid[1] / aspect))

    if exact := [grid for grid in grids if grid[0] * grid[1] == discs and unevenness(grid) < MOST_UNEVEN]:
        return min(exact, key=unevenness)
    return min(grids, key=lambda grid: abs(math.log(grid[0] * grid[1] / discs)) + 0.2 * unevenness(grid))


def _counts(n_spikes: int, rows: int, columns: int) -> NDArray[np.int64]:
    """Spikes of each disc, the same in mirrored ones: what is left over goes evenly down the rows."""
    least, left = divmod(n_spikes, rows * columns)
    counts = np.full((rows, columns), least)
    half = columns // 2
    middle = columns % 2
    n_pair = min(left // 2, half * rows)
    if middle:  # the middle column takes its part, and what pairs cannot
        alone = min(rows, max(left - 2 * half * rows, round(left / columns)))
        alone += (left - alone) % 2 if alone < rows else -((left - alone) % 2)
        n_pair = (left - alone) // 2
        counts[np.floor((np.arange(alone) + 0.5) * rows / max(1, alone)).astype(int), half] += 1
    if half:
        column, row = divmod(np.floor((np.arange(n_pair) + 0.5) * half * rows / max(1, n_pair)).astype(int), rows)
        counts[row, column] += 1
        counts[row, columns - 1 - column] += 1
    counts[rows // 2, half] += n_spikes - counts.sum()  # an odd one where no column is in the middle
    return counts


@lru_cache(maxsize=256)
def _disc(count: int) -> Floats:
    """The nearest points of a unit square lattice to a centre, alike on both sides, shape (count, 2)."""
    reach = math.ceil(math.sqrt(count)) + 2
    steps = np.arange(-reach, reach + 1)
    offset = 0.5 if count % 2 == 0 else 0.0  # an odd count has its middle one on the axis
    right, along = np.meshgrid(steps[steps >= 0] + offset, steps + offset)
    right, along = right.ravel(), along.ravel()
    order = np.lexsort((along, right, np.round(np.hypot(right, along), 9)))
    found: list[tuple[float, float]] = []
    for x, y in zip(right[order], along[order], strict=True):
        wanted = count - len(found)
        if not wanted:
            break
        if x == 0:
            found.append((0.0, y))
        elif wanted >= 2:
            found += [(x, y), (-x, y)]
    return np.array(found)
