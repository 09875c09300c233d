"""Red dots on a back after a session, counted in a picture: how many spikes touched.

Blood under the skin takes green light and leaves red, so dots show in the logarithm of red over green: shade, sun and
the skin's own colour are factors there and drop out with the surroundings, and skin that is flushed all over is
surroundings. What stands out at one size is a candidate. Skin, cloth and noise have plenty of those; a mat's stand on
a lattice, so a candidate counts only where neighbours stand where the lattice has them, as they do not by chance.
Millimetres come from the lattice too: the distance of neighbours is the mat's spacing.

The picture is read where it lies, goes nowhere and is not kept.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pinprick.dose.calibration import Touching
from pinprick.dose.mat import Mat
from pinprick.errors import FileError, ProtocolError
from pinprick.words import _

Floats = NDArray[np.float64]
Single = NDArray[np.float32]

LEAST_SIDE: Final = 500
MOST_PIXELS: Final = 50_000_000
"""A picture's shorter side at least, in pixels, and its pixels at most; a phone's are in between."""

WORKING_SIDE: Final = 2000
"""A longer side is made this many pixels, where 5 mm of a whole back still are a dozen."""

DARK: Final = 0.004
"""Added to the light of a pixel, 0 to 1, so that noise in black does not look like a colour."""

OF_RED: Final = 0.5
"""How much of red counts where dots are looked for: files keep colour coarser than light, and a dot is darker too."""

LEAST_RED: Final = 0.2
SURELY: Final = 6.0
"""Dots are redder than what is around them by such a part of the green that they take, and so many standard errors."""

SIZES: Final = (1.0, 1.4)
OCTAVES: Final = 4
"""Blobs looked for: standard deviations in pixels, in the picture and in three that are half as large each time."""

ROUND: Final = 0.3
"""A blob bends at least so much one way as the other."""

MOST_PER_SPIKE: Final = 2
LEAST_CANDIDATES: Final = 6000
"""Candidates of a size that are looked at, the strongest, for each spike of the mat, and at least."""

PARTS: Final = (0.0, 0.2, 0.4, 0.55, 0.7, 0.8, 0.88, 0.94)
"""Parts of the candidates, the faintest, that are left out; the one that leaves most of a lattice is taken."""

NEAR: Final = 0.3
"""How far a neighbour may be from its place, in parts of the distance of neighbours."""

LEAST_DOTS: Final = 80
LEAST_REGULAR: Final = 0.05
"""Below so many candidates on a lattice, or such a part of all, there is none; by chance the part is 0.015 at most."""

FAINT: Final = 0.35
"""A dot this faint against the usual one still counts beside others."""

AWAY: Final = 4.0
ABOVE_NOISE: Final = 2.0
"""A dot is so much stronger than the usual candidate that is so many distances of neighbours away from all dots."""

LEAST_CLEAR: Final = 3.0
"""Below so many times that candidate, too many dots are lost in noise: more than one in six."""

BESIDE: Final = 3.5
ROUNDS: Final = 12
CLOSER: Final = 0.55
"""Beside: so far, in distances of neighbours, and so many times over; closer than the last two are one."""

WITHIN: Final = 1.1
FADED: Final = 1.3
"""How far the count may be above the spikes that touched, and below: some press too lightly for a dot. Both judged."""

STRENGTHS: Final = 0.3
"""Standard deviation of the strength of dots, in parts of the usual one. Assumed."""

MISSING: Final = 0.75
"""Below such a part of the spikes between the outermost dots, many have left none."""

DENSEST: Final = 1.6
"""More dots than so many times the mat's spikes on such an area are not its own, its spacing off or not."""

PROBLEMS: Final = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError)
"""What Pillow raises at a file that is not what it says it is."""


@dataclass(frozen=True, slots=True)
class RedDots:
    """What was found in a picture.

    Attributes
    ----------
    count : int
        Dots that stand as a mat's spikes do.
    spacing_px : float
        Median distance of neighbours, in pixels of the picture as it was taken.
    contact_cm2 : float
        The mat's face between the outermost dots, gaps between discs included, by that distance.
    regular : float
        The part of all candidates that stand on the lattice, 0 to 1.
    clear : float
        Strength of the usual dot over that of the usual speck of noise.
    expected : float
        Spikes that the mat has on such an area.
    x_px, y_px : (count,) array
        Where they are, from the left and the top of the picture as it is seen.
    """

    count: int
    spacing_px: float
    contact_cm2: float
    regular: float
    clear: float
    expected: float
    x_px: Floats
    y_px: Floats

    @property
    def doubts(self) -> tuple[str, ...]:
        """What may be wrong with the count."""
        said = [
            _("The dots in your picture are the least that touched: some spikes leave none, and dots fade in minutes."),
            _("The picture must show all the skin that lay on the mat. What it leaves out is not counted."),
        ]
        if self.count < MISSING * self.expected:
            said.append(_("Many spikes between the dots left none, or the picture is too blurred to show them."))
        return tuple(said)

    @property
    def lost(self) -> float:
        """The part of the dots that are fainter than noise allows to count, by how strengths of dots spread."""
        least = max(FAINT, ABOVE_NOISE / self.clear)
        return NormalDist().cdf((least - 1) / STRENGTHS)

    @property
    def touching(self) -> Touching:
        """The count with its range, for a `Calibration`."""
        high = max(FADED * self.count / (1 - self.lost), min(self.expected, 2.0 * self.count))
        return Touching(self.count, self.count / WITHIN, high, self.doubts, from_picture=True)


def red_dots(path: str | Path, mat: Mat) -> RedDots:
    """Count the red dots that a mat left on a back.

    Parameters
    ----------
    path : str or Path
        A picture, JPEG, PNG or WebP, of the bare back within minutes of a session, straight from behind and sharp;
        500 pixels at the shorter side or more, 50 million in all at most. However it is turned, the count is the same.
    mat : Mat
        Whose spacing gives millimetres.

    Returns
    -------
    RedDots

    Raises
    ------
    FileError
        If it is not a picture, too small, too large, or cut short, or the extra is not installed.
    ProtocolError
        If there are no dots that stand as a mat's spikes do, too faint ones, or more than the mat has spikes.

    Examples
    --------
    >>> red_dots(__file__, Mat(6000))
    Traceback (most recent call last):
        ...
    pinprick.errors.FileError: photo.py is not a picture that can be read; save it as JPEG or PNG.
    """
    path = Path(path)
    _check_tools()
    pixels, scale = _read(path)
    found = dots_in(pixels, mat)
    if found is None:
        raise ProtocolError(
            f"{path.name} shows no red dots of a mat; take a sharp picture of the bare back in even light, right after "
            "a session, or leave the picture out."
        )
    if found.count > mat.spikes:
        raise ProtocolError(
            f"{path.name} shows {found.count:,} dots, more than the mat's {mat.spikes:,} spikes; count the spikes "
            "again, or take another picture."
        )
    if found.clear < LEAST_CLEAR:
        raise ProtocolError(
            f"{path.name} shows red dots, but too faint or blurred to count; take a sharper picture in brighter, even "
            "light, sooner after a session."
        )
    return RedDots(
        found.count,
        found.spacing_px * scale,
        found.contact_cm2,
        found.regular,
        found.clear,
        found.expected,
        found.x_px * scale,
        found.y_px * scale,
    )


def _check_tools() -> None:
    """One line that says how to get what reads pictures, where it is missing."""
    try:
        import PIL.Image  # noqa: F401
        import skimage.feature  # noqa: F401
    except ImportError:
        raise FileError(
            "A photograph needs scikit-image, which is not installed; get it with: pip install 'pinprick[photo]'"
        ) from None


def _read(path: Path) -> tuple[NDArray[np.uint8], float]:
    """The picture as it is seen, no larger than is needed, and how many of its pixels one of these is."""
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own warning of large pictures; ours is a refusal
        try:
            picture: Any = Image.open(path, formats=("JPEG", "PNG", "WEBP"))
        except Image.DecompressionBombError:
            raise FileError(_too_large(path.name)) from None
        except FileNotFoundError:
            raise FileError(f"{path.name} is not there; give the file of a picture.") from None
        except PROBLEMS:
            raise FileError(f"{path.name} is not a picture that can be read; save it as JPEG or PNG.") from None
        with picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise FileError(_too_large(path.name))
            if min(width, height) < LEAST_SIDE:
                raise FileError(
                    f"{path.name} is {width} by {height} pixels, too small to tell dots; give a picture of "
                    f"{LEAST_SIDE} pixels or more at its shorter side."
                )
            try:
                picture.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX, reducing_gap=None)
                seen = ImageOps.exif_transpose(picture).convert("RGB")
            except PROBLEMS:
                raise FileError(f"{path.name} is cut short or damaged; copy it again from the phone.") from None
    return np.asarray(seen), max(width, height) / max(seen.size)


def _too_large(name: str) -> str:
    most = MOST_PIXELS // 1_000_000
    return f"{name} has more than {most} million pixels; give a picture as the phone takes it, or a smaller copy."


def redness(pixels: NDArray[np.uint8], of_red: float = 1.0) -> Single:
    """The logarithm of red over green light.

    Parameters
    ----------
    pixels : (n_row, n_column, 3) array
        Red, green and blue as a picture file has them, 0 to 255.
    of_red : float
        How much of red counts: 1 for the colour alone; less lets what is dark stand out as well, which files with
        coarse colour need.

    Returns
    -------
    (n_row, n_column) array
        Without a unit; 0 for grey where all of red counts.

    Examples
    --------
    >>> grey, red = np.full((1, 1, 3), 90, np.uint8), np.array([[[200, 100, 100]]], np.uint8)
    >>> float(redness(grey)[0, 0]), float(redness(red)[0, 0]).__round__(1)
    (0.0, 1.5)
    """
    code = np.arange(256) / 255
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)  # sRGB, IEC 61966-2-1
    of_code = np.log(light + DARK).astype(np.float32)
    red: Single = np.float32(of_red) * of_code[pixels[..., 0]] - of_code[pixels[..., 1]]
    return red


@dataclass(frozen=True, slots=True)
class _Lattice:
    """Candidates of one size, and which of them stand on a lattice."""

    places: Floats
    strength: Floats
    is_regular: NDArray[np.bool_]
    spacing: float
    pixel: float
    """How many pixels of the picture one of this size's is."""

    @property
    def n_regular(self) -> int:
        return int(self.is_regular.sum())

    @property
    def regular(self) -> float:
        return self.n_regular / max(1, len(self.places))

    @property
    def worth(self) -> float:
        """Most on a lattice, with as little else as may be."""
        return self.n_regular * math.sqrt(self.regular)


def dots_in(pixels: NDArray[np.uint8], mat: Mat) -> RedDots | None:
    """Find a mat's dots in a picture; None where there are none.

    Parameters
    ----------
    pixels : (n_row, n_column, 3) array
        Red, green and blue, 0 to 255.
    mat : Mat
        Whose spacing gives millimetres.

    Examples
    --------
    >>> dots_in(np.full((600, 600, 3), 128, np.uint8), Mat(6000)) is None
    True
    """
    red = redness(pixels, OF_RED)
    best, everything = None, None
    for octave in range(OCTAVES):
        for size in SIZES:
            candidates = _blobs(red, size, max(MOST_PER_SPIKE * mat.spikes, LEAST_CANDIDATES))
            found = _densest_lattice(*candidates, 2.0**octave)
            if found is not None and (best is None or found.worth > best.worth):
                best, everything = found, candidates
        red = _halved(red)
        if min(red.shape) < LEAST_SIDE / 8:
            break
    if best is None or everything is None:
        return None
    dots, clear = _counted(best, *everything)
    places = best.pixel * dots
    spacing = best.pixel * best.spacing
    if not _are_red(pixels, places, spacing):
        return None
    area = _area_px2(places, spacing, mat) * (mat.spacing_mm / spacing) ** 2 / 100
    expected = area * mat.spikes_per_cm2
    # a pattern that fills its area, as cloth does and discs do not; more dots than spikes are refused by their number
    if mat.spikes >= len(places) > DENSEST * expected:
        return None
    return RedDots(
        len(places),
        spacing,
        area,
        best.regular,
        clear,
        expected,
        places[:, 1].copy(),
        places[:, 0].copy(),
    )


def _halved(picture: Single) -> Single:
    rows, columns = (side // 2 * 2 for side in picture.shape)
    whole = picture[:rows, :columns]
    half: Single = (whole[::2, ::2] + whole[1::2, ::2] + whole[::2, 1::2] + whole[1::2, 1::2]) / np.float32(4)
    return half


def _blobs(red: Single, size: float, most: int) -> tuple[Floats, Floats]:
    """Whatever stands out from its surroundings at a size, the strongest: places as row and column, and how much."""
    from scipy.ndimage import gaussian_filter
    from skimage.feature import peak_local_max

    stands_out = gaussian_filter(red, size, truncate=3) - gaussian_filter(red, 2 * size, truncate=3)
    around = np.ones((2 * max(1, round(1.3 * size)) + 1,) * 2, dtype=bool)
    at = peak_local_max(  # type: ignore[no-untyped-call]
        stands_out, footprint=around, threshold_abs=1e-4, exclude_border=max(2, round(2 * size)), num_peaks=most
    )
    row, column = at.T
    up_left, up, up_right, left, top, right, down_left, down, down_right = (
        stands_out[row + i, column + j].astype(np.float64) for i in (-1, 0, 1) for j in (-1, 0, 1)
    )
    # curvature along the picture's axes and across them: a blob bends both ways alike, the rim of a stripe one way
    along_rows, along_columns = 2 * top - up - down, 2 * top - left - right
    twist = (up_right + down_left - up_left - down_right) / 4
    half, turn = (along_rows + along_columns) / 2, np.hypot((along_rows - along_columns) / 2, twist)
    is_round = half - turn >= ROUND * (half + turn)
    shift = [  # the top of a parabola through three pixels
        np.clip((after - before) / (2 * np.maximum(bend, 1e-9)), -0.5, 0.5)
        for before, after, bend in ((up, down, along_rows), (left, right, along_columns))
    ]
    return (at + np.stack(shift, axis=1))[is_round], top[is_round]


def _densest_lattice(places: Floats, strength: Floats, pixel: float) -> _Lattice | None:
    """Leave out the faintest until most of a lattice stands; None where no part of them stands on one."""
    best = None
    if len(places) < LEAST_DOTS:
        return None
    for least in np.quantile(strength, PARTS):
        strong = strength >= least
        if strong.sum() < LEAST_DOTS:
            break
        found = _on_lattice(places[strong], strength[strong], pixel)
        enough = found.n_regular >= LEAST_DOTS and found.regular >= LEAST_REGULAR
        if enough and (best is None or found.worth > best.worth):
            best = found
    return best


TURNS: Final = {4: (180, 90, 270), 6: (180, 60, 120, 240, 300)}
"""Where neighbours stand, in degrees from the nearest one: on a square lattice, and on one of triangles."""


def _on_lattice(places: Floats, strength: Floats, pixel: float) -> _Lattice:
    """Which candidates have neighbours where a lattice has them, seen from the nearest one."""
    from scipy.spatial import cKDTree

    tree = cKDTree(places)
    distance, index = tree.query(places, k=2)
    nearest, step = np.maximum(distance[:, 1], 1e-3), places[index[:, 1]] - places
    furthest = 2 * NEAR * float(np.median(nearest))
    is_regular = np.zeros(len(places), dtype=bool)
    found = []
    for fold, turns in TURNS.items():
        hits = np.zeros(len(places))
        for turn in turns:
            cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
            there = places + step @ np.array([[cos, sin], [-sin, cos]])
            off, which = tree.query(there, distance_upper_bound=furthest)
            is_there = off <= NEAR * nearest
            hits += is_there
            found.append((is_there, which))
        is_regular |= hits >= (2 if fold == 4 else 4)
    if not is_regular.any():
        return _Lattice(places, strength, is_regular, math.nan, pixel)
    spacing = _spacing(places, nearest, is_regular, found)
    # one distance for all of a picture, but for the slant of a back, and regular ones beside each other
    is_regular &= np.abs(np.log(nearest / spacing)) < math.log(1.5)
    if is_regular.sum() > 2:
        beside = cKDTree(places[is_regular]).query(places[is_regular], k=3)[0][:, 2]
        is_regular[np.flatnonzero(is_regular)[beside > 2.5 * spacing]] = False
    return _Lattice(places, strength, is_regular, spacing, pixel)


def _spacing(
    places: Floats,
    nearest: Floats,
    is_regular: NDArray[np.bool_],
    found: list[tuple[NDArray[np.bool_], NDArray[np.int64]]],
) -> float:
    """Median distance of neighbours: the nearest alone are nearer than the rest by chance."""
    far = [nearest[is_regular]]
    for is_there, which in found:
        at = np.flatnonzero(is_there & is_regular)
        far.append(np.hypot(*(places[which[at]] - places[at]).T))
    return float(np.median(np.concatenate(far)))


def _counted(found: _Lattice, places: Floats, strength: Floats) -> tuple[Floats, float]:
    """The dots, and how far they stand out of noise.

    Those on the lattice, and what is not too faint beside these, beside those, and so on a few times.
    """
    from scipy.spatial import cKDTree

    dots = found.places[found.is_regular]
    usual = float(np.median(found.strength[found.is_regular]))
    away = strength[cKDTree(dots).query(places)[0] > AWAY * found.spacing]
    noise = float(np.median(away)) if len(away) >= LEAST_DOTS else 0.0
    seen = strength >= max(FAINT * usual, ABOVE_NOISE * noise)
    places, strength = places[seen], strength[seen]
    for _round in range(ROUNDS):
        is_near = cKDTree(dots).query(places)[0] <= BESIDE * found.spacing
        dots = places[is_near]
    strength = strength[is_near]
    dots = dots[np.argsort(-strength, kind="stable")]
    alone = np.ones(len(dots), dtype=bool)  # two that are closer than neighbours are one, the stronger
    for i, j in sorted(cKDTree(dots).query_pairs(CLOSER * found.spacing)):
        if alone[i]:
            alone[j] = False
    return dots[alone], usual / max(noise, 1e-9)


def _are_red(pixels: NDArray[np.uint8], places: Floats, spacing: float) -> bool:
    """Whether dots are redder than the skin between them, and not only darker: on average, and surely so."""
    from scipy.ndimage import gaussian_filter

    row, column = (np.clip(np.round(places[:, axis]).astype(np.int64), 0, pixels.shape[axis] - 1) for axis in (0, 1))
    above = []
    for of_red in (1.0, 0.0):
        one = redness(pixels, of_red)
        smooth = gaussian_filter(one, spacing / 6, truncate=3) - gaussian_filter(one, spacing / 2, truncate=3)
        above.append(smooth[row, column].astype(np.float64))
    redder, darker = above
    sure = redder.mean() > SURELY * redder.std() / math.sqrt(len(redder))
    return bool(sure and redder.mean() > LEAST_RED * darker.mean())


def _area_px2(places: Floats, spacing: float, mat: Mat) -> float:
    """The face between the outermost dots, with half a gap between discs around it and these gaps filled."""
    from scipy.ndimage import distance_transform_edt

    cell = spacing / 4  # a coarse grid is enough
    per_disc = mat.known("spikes_per_disc").central
    gap_mm = max(0.0, math.sqrt(per_disc * mat.area_mm2) - math.sqrt(per_disc) * mat.spacing_mm)
    share = (gap_mm + mat.spacing_mm) / 2 * spacing / mat.spacing_mm
    around = max(1.5 * spacing, share + spacing / 2)
    at = np.round((places - places.min(axis=0) + 2 * around) / cell).astype(np.int64)
    free = np.ones(at.max(axis=0) + round(2 * around / cell) + 1, dtype=bool)
    free[at[:, 0], at[:, 1]] = False
    disc = per_disc * mat.area_mm2 * (spacing / mat.spacing_mm / cell) ** 2
    covered = _without_small_holes(distance_transform_edt(free) * cell <= around, disc / 2)
    inside = distance_transform_edt(covered) * cell > around - share
    return float(inside.sum()) * cell**2


def _without_small_holes(covered: NDArray[np.bool_], most: float) -> NDArray[np.bool_]:
    from scipy.ndimage import label

    of_hole, n_holes = label(~covered)
    if not n_holes:
        return covered
    is_small = np.bincount(of_hole.ravel()) <= most
    is_small[0] = False
    filled: NDArray[np.bool_] = covered | is_small[of_hole]
    return filled
