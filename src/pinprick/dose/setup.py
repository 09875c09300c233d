"""What somebody does with a mat: how they use it, what is between, what is beneath, for how long."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, Literal

from pinprick.dose.body import Person
from pinprick.dose.data import Parameter, parameter, table
from pinprick.dose.mat import Mat
from pinprick.errors import ProtocolError

Use = Literal["back", "neck", "seat", "feet", "standing"]

USES: Final = ("back", "neck", "seat", "feet", "standing")
LAYERS: Final = ("none", "vest", "t_shirt", "sweatshirt", "towel", "folded_towel")
SURFACES: Final = ("floor", "carpet", "sofa", "bed")
MINUTES: Final = (1, 60)
LAYER_MM: Final = (0.0, 100.0)
LAYER_WITHIN: Final = 1.25
"""What a ruler leaves open on cloth, which gives."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A mat, a person, and how the one lies on the other.

    Parameters
    ----------
    mat : Mat
        The mat.
    person : Person
        Who uses it.
    use : {"back", "neck", "seat", "feet", "standing"}
        What is on it.
    layer : str or float
        Cloth between spikes and skin, one of `LAYERS`, or its pressed thickness in mm, 0 to 100.
    surface : {"floor", "carpet", "sofa", "bed"}
        What the mat lies on; a seat on a sofa or bed is taken for a chair.
    minutes : float
        1 to 60. It changes nothing in the forces.

    Raises
    ------
    ProtocolError
        If a word is not one of these or a number is outside its range.

    Examples
    --------
    >>> Setup(Mat(6000), Person(), layer="t_shirt").layer_mm.central
    0.6
    >>> Setup(Mat(6000), Person(), surface="lawn")
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: There is no surface 'lawn'; choose one of floor, carpet, sofa, bed.
    """

    mat: Mat
    person: Person
    use: str = "back"
    layer: str | float = "none"
    surface: str = "floor"
    minutes: float = 10

    def __post_init__(self) -> None:
        _choice("use", self.use, USES)
        _choice("surface", self.surface, SURFACES)
        if isinstance(self.layer, str):
            _choice("layer", self.layer, LAYERS)
        else:
            _between("layer", self.layer, LAYER_MM, "mm")
        _between("session", self.minutes, MINUTES, "minutes")

    @property
    def layer_mm(self) -> Parameter:
        """Thickness of the cloth, pressed, with its range."""
        if not isinstance(self.layer, str):
            thick = float(self.layer)
            return Parameter("setup.layer", thick, thick / LAYER_WITHIN, thick * LAYER_WITHIN, "measured")
        row = table("model")["layers"][self.layer]
        if "key" in row:
            return parameter(row["key"])
        return parameter(f"model.layers.{self.layer}.thickness")

    @property
    def is_lying(self) -> bool:
        """Whether a back lies on it, so that every spike is worked out."""
        return self.use == "back"


def layer_from_text(text: str) -> str | float:
    """Cloth as people type it: one of `LAYERS` in whatever spelling, or a thickness in mm.

    What is neither comes back as it was, for `Setup` to refuse.

    Examples
    --------
    >>> layer_from_text("T-shirt"), layer_from_text("bare"), layer_from_text("2.5 mm")
    ('t_shirt', 'none', 2.5)
    """
    name = text.strip().lower().replace("-", "_").replace(" ", "_")
    try:
        return float(name.removesuffix("mm").rstrip("_"))
    except ValueError:
        return {"bare": "none", "tshirt": "t_shirt", "folded": "folded_towel"}.get(name, name)


def _choice(what: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ProtocolError(f"There is no {what} {value!r}; choose one of {', '.join(allowed)}.")


def _between(what: str, value: Any, limits: tuple[float, float], unit: str) -> None:
    low, high = limits
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or not low <= value <= high:
        raise ProtocolError(f"A {what} of {value} {unit} is out of range; give {low:g} to {high:g} {unit}.")
