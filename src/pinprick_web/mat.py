"""Your mat: what touches somebody, in words first, for the cloth, the surface, the mat and the body they choose.

Choices stand in the address alone and nothing of them is kept. What the model says comes in two steps: at once from
few draws, whose middles are the same, and then from as many as the command takes, worked out aside and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from pinprick.charts.dose import body_picture, inline, ladder_picture, needle_picture
from pinprick.dose import events, needle, points
from pinprick.dose.answer import Dose, dose
from pinprick.dose.body import MASS_KG, STATURE_CM, Person
from pinprick.dose.data import table
from pinprick.dose.doubts import doubts
from pinprick.dose.ladder import Ladder, ladder
from pinprick.dose.ladder import sentences as ladder_sentences
from pinprick.dose.mat import DEFAULT_NAME, Mat, mat_names
from pinprick.dose.mat import mat as named
from pinprick.dose.setup import Setup
from pinprick.report import dose as told
from pinprick_web import words
from pinprick_web.aside import aside

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
CAME_FROM: Final = ("plan", "ladder")
N_AT_ONCE: Final = 20
"""Draws behind the first answer."""
N_KEPT: Final = 64
DOSE, LADDER, ALL = "dose", "ladder", "all"
"""What an address asks to be worked out from every draw."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says, as it was typed, with what is wrong with it by field."""

    typed: dict[str, str]
    setup: Setup | None
    reasons: dict[str, str]


@require_safe
def mat(request: HttpRequest) -> HttpResponse:
    """How many spikes touch, how hard each presses, what cloth and surface change, and how to start gently."""
    asked = read(request.GET)
    came_from = request.GET.get("from", "")
    kept = {"from": came_from} if came_from in CAME_FROM else {}
    if request.GET.get("points"):
        kept["points"] = "1"
    shown: dict[str, Any] = {
        "typed": asked.typed,
        "reasons": asked.reasons,
        "kept": kept,
        "mats": _mats(),
        "own": OWN,
        "skins": [(value, _(label)) for value, label in SKIN.items()],
        "unders": [(value, _(label)) for value, label in UNDER.items()],
        "care": events.sentences()[1],
        "no_clinician": _(told.NO_CLINICIAN),
    }
    if asked.setup is None:
        return render(request, "mat.html", shown, status=422)
    work = request.GET.get("work", "")
    shown |= answer(asked.setup, work, with_points="points" in kept)
    shown["query"] = urlencode(asked.typed | kept)
    shown["without_points"] = urlencode(asked.typed | {name: kept[name] for name in kept if name != "points"})
    return render(request, "mat.html", shown)


# --- what was asked -------------------------------------------------------------------------------------


def read(sent: Mapping[str, str]) -> Asked:
    """Read an address: what is left out is bare skin, a floor, and 70 kg of 175 cm on the usual mat.

    Examples
    --------
    >>> read({"skin": "towel"}).setup.layer
    'towel'
    """
    start = _of_step(sent.get("step", ""))
    typed = {
        "skin": sent.get("skin", start.get("layer", "none")),
        "under": sent.get("under", start.get("surface", "floor")),
        "mat": sent.get("mat", DEFAULT_NAME),
        "spikes": sent.get("spikes", "").strip()[:20],
        "mass": sent.get("mass", f"{Person().mass_kg:g}").strip()[:20],
        "height": sent.get("height", f"{Person().stature_cm:g}").strip()[:20],
    }
    reasons: dict[str, str] = {}
    for name, allowed in (("skin", SKIN), ("under", UNDER), ("mat", {*_backs(), OWN})):
        if typed[name] not in allowed:
            reasons[name] = _("Choose one of these answers.")
    mass, height = _number(typed["mass"]), _number(typed["height"])
    if mass is None or not MASS_KG[0] <= mass <= MASS_KG[1]:
        reasons["mass"] = _("Give your mass as %(low)d to %(high)d kg.") % _ends(MASS_KG)
    if height is None or not STATURE_CM[0] <= height <= STATURE_CM[1]:
        reasons["height"] = _("Give your height as %(low)d to %(high)d cm.") % _ends(STATURE_CM)
        if height is not None and STATURE_CM[0] <= 100 * height <= STATURE_CM[1]:
            reasons["height"] = _("That looks like metres. Give %(low)d to %(high)d cm.") % _ends(STATURE_CM)
    spikes = _number(typed["spikes"].replace(",", "").replace(" ", ""))
    if typed["mat"] == OWN and (spikes is None or spikes != int(spikes) or not SPIKES[0] <= spikes <= SPIKES[1]):
        ends = {"low": f"{SPIKES[0]:,}", "high": f"{SPIKES[1]:,}"}
        reasons["spikes"] = _("Give %(low)s to %(high)s spikes, as a whole number.") % ends
    if reasons or mass is None or height is None:
        return Asked(typed, None, reasons)
    own = typed["mat"] == OWN and spikes is not None
    lies_on = Mat(int(spikes), is_size_assumed=True) if own and spikes else named(typed["mat"])
    return Asked(typed, Setup(lies_on, Person(mass, height), layer=typed["skin"], surface=typed["under"]), {})


def _of_step(number: str) -> dict[str, str]:
    """The set-up of a step of the build-up."""
    found: dict[str, str] = table("model")["steps"].get(int(number), {}) if number in "12345" and number else {}
    return found


def _number(text: str) -> float | None:
    """A number as people type it, with a point or a comma."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _ends(limits: tuple[float, float]) -> dict[str, float]:
    return {"low": limits[0], "high": limits[1]}


def _backs() -> tuple[str, ...]:
    """The named mats that a back fits on."""
    return tuple(name for name in mat_names() if named(name).length > LEAST_LENGTH)


def _mats() -> list[tuple[str, str, str]]:
    return [(name, named(name).name, f"{named(name).spikes:,}") for name in _backs()]


# --- what is answered -----------------------------------------------------------------------------------

_doses: dict[Setup, Dose] = {}
_ladders: dict[tuple[Person, Mat], Ladder] = {}


class Turn:
    """One large sum of a kind at a time; whoever waits and is no longer the newest goes without, and may ask again."""

    def __init__(self) -> None:
        self._lock, self._newest = Lock(), 0

    def __call__(self, kept: dict[Any, Any], key: Any, work: Callable[[], Any]) -> None:
        """Work something out and remember it, unless it is known or overtaken; the oldest is forgotten."""
        if key in kept:
            return
        self._newest = mine = self._newest + 1
        with self._lock:
            if key in kept or mine != self._newest:
                return
            found = work()
            while len(kept) >= N_KEPT:
                kept.pop(next(iter(kept)))
            kept[key] = found


_of_doses, _of_ladders = Turn(), Turn()


def answer(setup: Setup, work: str = "", *, with_points: bool = False) -> dict[str, Any]:
    """What the page says of a set-up, from all that is known by now; `work` asks for the rest first."""
    whose = (setup.person, setup.mat)
    if work in (DOSE, ALL):
        _of_doses(_doses, setup, lambda: _with_care(setup))
    if work in (LADDER, ALL):
        _of_ladders(_ladders, whose, lambda: aside(ladder, *whose))
    at_once = _at_once(setup)
    sure = _doses.get(setup, at_once)
    answered = replace(  # sentences in the language of whoever asks, and spikes that need no second copy
        sure,
        caveats=doubts(setup, sure.relative_sharpness),
        force_n=at_once.force_n,
        across_mm=at_once.across_mm,
        along_mm=at_once.along_mm,
    )
    made = _ladders.get(whose) or _ladder_at_once(*whose)
    lead = told.lead(answered)
    return {
        "headline": told.headline(answered),
        "change": " ".join(lead[:-1]),
        "press": lead[-1],
        "picture": words.drawn(inline(body_picture(answered, points=with_points), id="back")),
        "more": told.more(answered),
        "caveats": answered.caveats,
        "person": setup.person,
        "spikes": f"{setup.mat.spikes:,}",
        "ladder": {
            "picture": words.drawn(inline(ladder_picture(made), id="rung")),
            "first": told.first_step_sentence(made),
            "table": told.ladder_table(made),
            "said": ladder_sentences(),
            "rows": list(zip(told.ladder_table(made).rows, [one.setup == setup for one in made.rungs], strict=True)),
            "still": whose not in _ladders,
        },
        "needle": {
            "picture": words.drawn(inline(needle_picture(answered), id="tip")),
            "table": told.needle_table(answered),
            "said": [_(one) for one in needle.SENTENCES],
        },
        "points": _points(answered, with_points),
        "still": setup not in _doses,
    }


def _points(answered: Dose, shown: bool) -> dict[str, Any]:
    """The named points under a mat, by region, and how far to trust their places."""
    *regions, note = told.points_lines(answered)[2:]
    return {
        "said": points.sentences(),
        "shown": shown,
        "lines": [line.removeprefix("- ") for line in regions],
        "note": note,
    }


@lru_cache(maxsize=16)
def _at_once(setup: Setup) -> Dose:
    return dose(setup.mat, setup.person, layer=setup.layer, surface=setup.surface, n_draws=N_AT_ONCE)


@lru_cache(maxsize=16)
def _ladder_at_once(person: Person, mat: Mat) -> Ladder:
    return ladder(person, mat, n_draws=N_AT_ONCE)


def _with_care(setup: Setup) -> Dose:
    """As the command answers; without the spikes, which are the same as at once, and without anybody's language."""
    found = aside(dose, setup.mat, setup.person, layer=setup.layer, surface=setup.surface)
    nothing = np.empty(0)
    return replace(found, force_n=nothing, across_mm=nothing, along_mm=nothing, caveats=())
