"""What somebody asks of the page "Your mat": an address or a form, read into a set-up, or why that cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pinprick.dose.body import MASS_KG, STATURE_CM, Person
from pinprick.dose.data import table
from pinprick.dose.mat import DEFAULT_NAME, LIMITS, Mat, mat_names
from pinprick.dose.mat import mat as named
from pinprick.dose.setup import Setup
from pinprick.errors import PinprickError
from pinprick.trial.set_up import SetUp

OWN: Final = "own"
"""The choice of somebody whose mat is not among the named ones."""
SPIKES: Final = (200, 15_000)
"""What a page works out for anybody who asks; the command takes more."""
LEAST_LENGTH: Final = 300.0
"""A shorter face in mm is a pillow's, and this page is about a back."""
SKIN: Final = {
    "none": gettext_noop("bare"),
    "t_shirt": gettext_noop("T-shirt"),
    "towel": gettext_noop("towel"),
    "folded_towel": gettext_noop("folded"),
}
UNDER: Final = {
    "floor": gettext_noop("floor"),
    "carpet": gettext_noop("carpet"),
    "sofa": gettext_noop("sofa"),
    "bed": gettext_noop("bed"),
}
SEX: Final = {"female": gettext_noop("a woman’s"), "male": gettext_noop("a man’s")}
UNIT: Final = {"cm": 10.0, "mm": 1.0}
"""In how many mm a face is told."""
UNIT_WORDS: Final = {"cm": gettext_noop("cm"), "mm": gettext_noop("mm")}
OF_ANOTHER: Final = ("spikes", "per_disc", "discs", "length", "width", "tip")
"""What is typed of a mat that has no name here."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, as it was typed, with what is wrong with it by field."""

    typed: dict[str, str]
    setup: Setup | None
    reasons: dict[str, str]

    @property
    def query(self) -> dict[str, str]:
        """What an address needs to ask the same again."""
        unused = () if self.typed["mat"] == OWN else (*OF_ANOTHER, "unit")
        return {name: value for name, value in self.typed.items() if value and name not in unused}

    @property
    def set_up(self) -> SetUp | None:
        """What a trial's log keeps of it: the mat, the cloth and the surface, and nothing of a body."""
        if self.setup is None:
            return None
        layer, surface, mat = self.typed["skin"], self.typed["under"], self.setup.mat
        if self.typed["mat"] != OWN:
            return SetUp(self.typed["mat"], layer=layer, surface=surface)
        return SetUp(
            spikes=mat.spikes,
            length=mat.length if self.typed["length"] else None,
            width=mat.width if self.typed["width"] else None,
            tip_radius=mat.tip_radius,
            layer=layer,
            surface=surface,
        )


def read(sent: Mapping[str, str], kept: SetUp | None = None) -> Asked:
    """Read an address or a form: what is left out is as it is kept, or bare skin, a floor, and 70 kg of 175 cm.

    The cloth and the surface of a step of the build-up win over what is kept, so that no set-up makes a step sharper.

    Examples
    --------
    >>> read({"skin": "towel"}).setup.layer
    'towel'
    >>> read({"step": "1"}, SetUp(layer="none", surface="floor")).setup.layer
    't_shirt'
    """
    start = {"skin": "none", "under": "floor", "mat": DEFAULT_NAME, "unit": "cm"} | dict.fromkeys(OF_ANOTHER, "")
    start |= {"mass": f"{Person().mass_kg:g}", "height": f"{Person().stature_cm:g}", "sex": Person().sex}
    start |= _of_kept(kept) | _of_step(sent.get("step", ""))
    typed = {name: sent.get(name, usual).strip()[:40] for name, usual in start.items()}
    reasons = dict.fromkeys(
        (name for name, allowed in _choices().items() if typed[name] not in allowed), _("Choose one of these answers.")
    )
    mass, height = _number(typed["mass"]), _number(typed["height"])
    if mass is None or not MASS_KG[0] <= mass <= MASS_KG[1]:
        reasons["mass"] = _("Give your mass as %(low)d to %(high)d kg.") % _ends(MASS_KG)
    if height is None or not STATURE_CM[0] <= height <= STATURE_CM[1]:
        reasons["height"] = _("Give your height as %(low)d to %(high)d cm.") % _ends(STATURE_CM)
        if height is not None and STATURE_CM[0] <= 100 * height <= STATURE_CM[1]:
            reasons["height"] = _("That looks like metres. Give %(low)d to %(high)d cm.") % _ends(STATURE_CM)
    lies_on = None
    if typed["mat"] == OWN:
        lies_on = _another(typed, reasons)
    elif "mat" not in reasons:
        lies_on = named(typed["mat"])
    if reasons or mass is None or height is None or lies_on is None:
        return Asked(typed, None, reasons)
    body = Person(mass, height, "female" if typed["sex"] == "female" else "male")
    return Asked(typed, Setup(lies_on, body, layer=typed["skin"], surface=typed["under"]), {})


def _choices() -> dict[str, Any]:
    return {"skin": SKIN, "under": UNDER, "mat": {*backs(), OWN}, "sex": SEX, "unit": UNIT}


def backs() -> tuple[str, ...]:
    """The named mats that a back fits on."""
    return tuple(name for name in mat_names() if named(name).length > LEAST_LENGTH)


def _of_step(number: str) -> dict[str, str]:
    """The cloth and the surface of a step of the build-up."""
    found: dict[str, str] = table("model")["steps"].get(int(number), {}) if number in tuple("12345") else {}
    return {"skin": found["layer"], "under": found["surface"]} if found else {}


def _of_kept(kept: SetUp | None) -> dict[str, str]:
    """A set-up as it would be typed; what has no button here, and came from the command, is left out."""
    if kept is None:
        return {}
    found = {"under": kept.surface} if kept.surface in UNDER else {}
    if kept.layer in SKIN:
        found["skin"] = str(kept.layer)
    if kept.mat in backs():
        return found | {"mat": str(kept.mat)}
    if kept.spikes is None or not SPIKES[0] <= kept.spikes <= SPIKES[1]:
        return found
    sizes = {"length": kept.length, "width": kept.width, "tip": kept.tip_radius}
    told = {name: f"{size:g}" for name, size in sizes.items() if size is not None}
    return found | {"mat": OWN, "unit": "mm", "spikes": f"{kept.spikes}"} | told


# --- a mat that has no name here --------------------------------------------------------------------------


def _another(typed: Mapping[str, str], reasons: dict[str, str]) -> Mat | None:
    """Somebody's own mat, from what they counted and measured; None where that cannot be, with why."""
    spikes, per_disc = _count(typed, reasons)
    length, width = (_side(name, typed, reasons) for name in ("length", "width"))
    tip = _within(
        "tip", typed["tip"], LIMITS["tip_radius"][:2], _("Give the radius as %(low)s to %(high)s mm."), reasons
    )
    if spikes is None or reasons:
        return None
    try:
        usual = Mat(spikes, spikes_per_disc=per_disc, tip_radius=tip, is_size_assumed=length is None or width is None)
        return replace(usual, length=length or usual.length, width=width or usual.width)
    except PinprickError as error:  # what the ranges here let through and the model does not
        reasons["spikes"] = str(error)
        return None


def _count(typed: Mapping[str, str], reasons: dict[str, str]) -> tuple[int | None, int | None]:
    """How many spikes in all, as given or as so many on each of so many discs; and how many on a disc."""
    told: dict[str, int | None] = {}
    for name, (low, high), says in (
        ("spikes", SPIKES, _("Give %(low)s to %(high)s spikes, as a whole number.")),
        ("per_disc", LIMITS["spikes_per_disc"][:2], _("Give %(low)s to %(high)s spikes on a disc, as a whole number.")),
        ("discs", (1, SPIKES[1]), _("Give %(low)s to %(high)s discs, as a whole number.")),
    ):
        told[name] = None
        if typed[name]:
            value = _number(typed[name].replace(",", "").replace(" ", ""))
            if value is None or value != int(value) or not low <= value <= high:
                reasons[name] = says % {"low": f"{low:,}", "high": f"{high:,}"}
            else:
                told[name] = int(value)
    spikes, per_disc, discs = told.values()
    if reasons.keys() & told.keys():
        return None, None
    made = (per_disc or 0) * (discs or 0)
    said = {"low": f"{SPIKES[0]:,}", "high": f"{SPIKES[1]:,}", "made": f"{made:,}", "spikes": f"{spikes or 0:,}"}
    if spikes is None and per_disc is None and discs is None:
        reasons["spikes"] = _("Give %(low)s to %(high)s spikes, as a whole number.") % said
    elif discs is not None and per_disc is None:
        reasons["per_disc"] = _("Give the spikes on one disc too, or leave the discs out.")
    elif discs is None and spikes is None:
        reasons["discs"] = _("Give the number of discs too, or leave the spikes on one out.")
    elif made and not SPIKES[0] <= made <= SPIKES[1]:
        reasons["discs"] = _("That makes %(made)s spikes. Here it can be %(low)s to %(high)s.") % said
    elif made and spikes not in (None, made):
        reasons["spikes"] = _("The discs make %(made)s spikes, and here it says %(spikes)s. Leave one out.") % said
    return made or spikes, per_disc


def _side(name: str, typed: Mapping[str, str], reasons: dict[str, str]) -> float | None:
    """One side of the spiked face in mm; None where nobody measured it."""
    unit = typed["unit"] if typed["unit"] in UNIT else "cm"
    low, high = (end / UNIT[unit] for end in LIMITS[name][:2])
    says = {
        ("length", "cm"): _("Give the length as %(low)s to %(high)s cm."),
        ("length", "mm"): _("Give the length as %(low)s to %(high)s mm."),
        ("width", "cm"): _("Give the width as %(low)s to %(high)s cm."),
        ("width", "mm"): _("Give the width as %(low)s to %(high)s mm."),
    }[name, unit]
    value = _number(typed[name])
    if value is not None and not low <= value <= high:
        other = "mm" if unit == "cm" else "cm"
        if LIMITS[name][0] <= value * UNIT[other] <= LIMITS[name][1]:
            says = {
                "mm": _("That looks like millimetres. Choose mm, or give %(low)s to %(high)s cm."),
                "cm": _("That looks like centimetres. Choose cm, or give %(low)s to %(high)s mm."),
            }[other]
    found = _within(name, typed[name], (low, high), says, reasons)
    return None if found is None else found * UNIT[unit]


def _within(name: str, text: str, ends: tuple[float, float], says: str, reasons: dict[str, str]) -> float | None:
    """A number that may be left out; None where it is, or where it is outside its range, with that range."""
    if not text:
        return None
    value = _number(text)
    if value is None or not ends[0] <= value <= ends[1]:
        reasons[name] = says % {"low": f"{ends[0]:,g}", "high": f"{ends[1]:,g}"}
        return None
    return value


def _number(text: str) -> float | None:
    """A number as people type it, with a point or a comma."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _ends(limits: tuple[float, float]) -> dict[str, float]:
    return {"low": limits[0], "high": limits[1]}
