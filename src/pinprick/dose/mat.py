"""A mat: how many spikes of what shape on which face, from a maker's name, a file or somebody's own ruler."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from pinprick.dose.data import LOADER, Parameter, parameter, table
from pinprick.dose.layout import Layout, lay_out
from pinprick.errors import FileError, PinprickError, ProtocolError

DEFAULT_NAME: Final = "shakti_original"
REFERENCE_SPIKES: Final = 6000
"""The mat on which the spacing was seen; others are taken to leave as much of their face bare."""

LIMITS: Final[Mapping[str, tuple[float, float, str]]] = {
    "spikes": (1, 1_000_000, ""),
    "length": (150, 2500, "mm"),
    "width": (80, 2500, "mm"),
    "spikes_per_disc": (1, 2000, ""),
    "spacing": (0.5, 100, "mm"),
    "height": (0.5, 50, "mm"),
    "tip_radius": (0.02, 3, "mm"),
    "half_angle": (5, 60, "degrees"),
    "foam_thickness": (0, 100, "mm"),
    "foam_modulus": (1, 1000, "kPa"),
}
"""What may be said of a mat, in these units, from the least to the most."""

DEFAULTS: Final = {
    "spikes_per_disc": "mats.model_defaults.spikes_per_disc",
    "spacing": "mats.model_defaults.spike_spacing_in_disc",
    "height": "mats.model_defaults.spike_height",
    "tip_radius": "mats.model_defaults.tip_radius",
    "half_angle": "mats.model_defaults.half_angle_deg",
    "foam_thickness": "mats.model_defaults.foam_thickness",
    "foam_modulus": "mats.model_defaults.foam_modulus_kPa",
}
"""Where the model's number stands for what nobody measured."""

MEASURED_WITHIN: Final = 1.1
"""What a ruler at home leaves open: a number that a person gives is right within a tenth, nine times in ten."""


@dataclass(frozen=True, slots=True)
class Mat:
    """A mat with spikes.

    Parameters
    ----------
    spikes : int
        How many in all, 1 to 1,000,000.
    length, width : float
        The spiked face in mm: 150 to 2,500 down the back, 80 to 2,500 across.
    spikes_per_disc, spacing, height, tip_radius, half_angle, foam_thickness, foam_modulus : float or None
        As counted or measured, in mm, degrees and kPa within `LIMITS`; None takes the model's own range.
    name : str
        What to call it.
    is_count_unsure, is_size_assumed : bool
        Whether nobody read the count from the maker, and whether the face was never seen.

    Raises
    ------
    ProtocolError
        If a number is outside its limits; it says them.

    Examples
    --------
    >>> Mat(6000).spikes_per_cm2.__round__(2)
    2.03
    >>> Mat(0)
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: A mat with 0 spikes cannot be modelled; give 1 to 1,000,000 spikes.
    """

    spikes: int
    length: float = 740.0
    width: float = 400.0
    spikes_per_disc: float | None = None
    spacing: float | None = None
    height: float | None = None
    tip_radius: float | None = None
    half_angle: float | None = None
    foam_thickness: float | None = None
    foam_modulus: float | None = None
    name: str = "own mat"
    is_count_unsure: bool = False
    is_size_assumed: bool = False

    def __post_init__(self) -> None:
        for key in LIMITS:
            value = getattr(self, key)
            if value is not None:
                _within(key, value)
        if self.spikes != int(self.spikes):
            raise ProtocolError(f"A mat has whole spikes, not {self.spikes}; give 1 to 1,000,000.")

    def measured(self, **given: Any) -> Mat:
        """The same mat with what somebody counted or measured of theirs put over it, and without the doubts it clears.

        Examples
        --------
        >>> Mat(6000, is_size_assumed=True).measured(length=700, width=420).is_size_assumed
        False
        """
        return replace(
            self,
            **given,
            is_count_unsure=self.is_count_unsure and "spikes" not in given,
            is_size_assumed=self.is_size_assumed and not {"length", "width"} <= given.keys(),
        )

    @property
    def face_cm2(self) -> float:
        """The spiked face."""
        return self.length * self.width / 100

    @property
    def spikes_per_cm2(self) -> float:
        """Spikes over the whole face, gaps between discs included."""
        return self.spikes / self.face_cm2

    @property
    def area_mm2(self) -> float:
        """The face for one spike."""
        return self.length * self.width / self.spikes

    @property
    def spacing_mm(self) -> float:
        """Distance of neighbours on a disc: as measured, or leaving as much bare as the mat on which it was seen."""
        if self.spacing is not None:
            return self.spacing
        reference = table("mats")["model_defaults"]["mat_size"]
        seen_area = reference["length"] * reference["width"] / REFERENCE_SPIKES
        return parameter(DEFAULTS["spacing"]).central * math.sqrt(self.area_mm2 / seen_area)

    def known(self, key: str) -> Parameter:
        """A number with its range: narrow where it was measured, the model's own where it was not.

        Parameters
        ----------
        key : str
            One of `DEFAULTS`.

        Examples
        --------
        >>> Mat(6000).known("tip_radius").high, Mat(6000, tip_radius=0.4).known("tip_radius").central
        (0.6, 0.4)
        """
        value = getattr(self, key)
        if value is not None:
            return Parameter(f"mat.{key}", value, value / MEASURED_WITHIN, value * MEASURED_WITHIN, "measured")
        found = parameter(DEFAULTS[key])
        if key == "spacing":  # its range goes with the density
            scale = self.spacing_mm / found.central
            return replace(found, central=self.spacing_mm, low=found.low * scale, high=found.high * scale)
        return found

    @property
    def layout(self) -> Layout:
        """Where its spikes stand."""
        per_disc = self.known("spikes_per_disc").central
        return lay_out(int(self.spikes), per_disc, float(self.length), float(self.width), self.spacing_mm)


def _within(key: str, value: Any) -> None:
    """Refuse a number outside its limits in one line."""
    low, high, unit = LIMITS[key]
    said = f"{_number(low)} to {_number(high)}{' ' + unit if unit else ''}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ProtocolError(f"A mat's {_plain(key)} is a number, not {value!r}; give {said}.")
    if low <= value <= high:
        return
    if key == "spikes":
        raise ProtocolError(f"A mat with {_number(value)} spikes cannot be modelled; give {said} spikes.")
    if key in ("length", "width") and value < low:
        millimetres = " If that was in centimetres, give millimetres." if value >= low / 10 else ""
        raise ProtocolError(f"A mat with a {key} of {value:g} mm is smaller than a hand; give {said}.{millimetres}")
    raise ProtocolError(f"A mat's {_plain(key)} of {value:g}{' ' + unit if unit else ''} is out of range; give {said}.")


def _number(value: float) -> str:
    """A limit as people write it: 1,000,000 or 0.5."""
    return f"{int(value):,}" if value == int(value) else f"{value:g}"


def _plain(key: str) -> str:
    return key.replace("_", " ")


def mat_names() -> tuple[str, ...]:
    """The mats that can be asked for by name: those whose spikes somebody counted.

    Examples
    --------
    >>> "shakti_original" in mat_names(), "lyapko" in mat_names()
    (True, False)
    """
    return tuple(_named())


def mat(name: str) -> Mat:
    """A mat by its name.

    Raises
    ------
    ProtocolError
        If there is none with that name, or nobody has counted its spikes.

    Examples
    --------
    >>> mat("Shakti Original").spikes, mat("panacea-kuznetsov-type").width
    (6000, 229)
    >>> mat("lyapko")
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: Nobody has published how many spikes 'lyapko' has; count them and give the number.
    """
    wanted = "_".join(name.strip().lower().replace("-", " ").split())
    if wanted in _named():
        return _named()[wanted]
    if any(wanted == row["id"] for row in table("mats")["mats"]):
        raise ProtocolError(f"Nobody has published how many spikes {name!r} has; count them and give the number.")
    near = difflib.get_close_matches(wanted, _named(), 1)
    meant = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(_named())}, or give a count of spikes."
    raise ProtocolError(f"There is no mat {name!r}; {meant}")


@cache
def _named() -> dict[str, Mat]:
    """Every mat of the table with a count and a back's length."""
    found = {}
    for row in table("mats")["mats"]:
        count, size = row.get("n_spikes"), row.get("size") or {}
        if not count or row["id"] in table("model")["not_by_name"]:
            continue
        assumed = table("model")["assumed_sizes"].get(row["id"]) or table("mats")["model_defaults"]["mat_size"]
        face = size or assumed
        per_disc = row.get("spikes_per_disc") or {}
        found[row["id"]] = Mat(
            count["value"],
            face["length"],
            face["width"],
            spikes_per_disc=per_disc.get("value"),
            name=" ".join(filter(None, [row["brand"], row.get("model")])),
            is_count_unsure=count["seen"] in ("memory", "secondary"),
            is_size_assumed=not size,
        )
    return found


KEYS: Final = ("name", *LIMITS)


def read_mat(path: str | Path) -> Mat:
    r"""Read a mat from a YAML file with the keys of `LIMITS` and a name.

    Raises
    ------
    FileError
        If it cannot be read, holds a key that is not one of these, or a number outside its limits.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "mine.yaml"
    >>> _ = file.write_text("name: Mine\nspikes: 5040\nlength: 700\nwidth: 420\ntip_radius: 0.35\n")
    >>> read_mat(file).spikes_per_cm2.__round__(2)
    1.71
    """
    path = Path(path)
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=LOADER)  # noqa: S506 - safe, compiled or not
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = "" if line is None else f", line {line + 1}"
        raise FileError(f"{path.name}{where} cannot be read as a mat; write lines such as 'spikes: 6000'.") from None
    if not isinstance(loaded, dict):
        raise FileError(f"{path.name} holds no mat; write lines such as 'spikes: 6000', with {', '.join(KEYS)}.")
    for key in loaded:
        if key not in KEYS:
            near = difflib.get_close_matches(str(key), KEYS, 1)
            meant = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(KEYS)}."
            raise FileError(f"{path.name} has a key {str(key)[:40]!r} that says nothing of a mat; {meant}")
    if "spikes" not in loaded:
        raise FileError(f"{path.name} does not say how many spikes there are; add a line such as 'spikes: 6000'.")
    given = {key: value for key, value in loaded.items() if key != "name"}
    try:
        for key, value in given.items():
            _within(key, value)
        return Mat(**given, name=str(loaded.get("name", path.stem)))
    except PinprickError as error:
        raise FileError(f"{path.name}: {error}") from None
