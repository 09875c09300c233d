"""Numbers of claims, priors and comparisons, looked up in the study records so that none is typed twice.

A reference names a study and what is wanted of it: its people, its arms, a comparison, a count of harm, or a size
that is our own sum. What comes back knows the page of every number in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml
from scipy.special import ndtri

from pinprick.errors import ProtocolError
from pinprick.evidence.derived import derived_size
from pinprick.evidence.record import STANDARDISED, ArmRole, Effect, Metric, Study
from pinprick.evidence.record import Figure as Printed
from pinprick.evidence.study import studies, study
from pinprick.trial.safety_rules import safety_table

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PER: Final = {"percent_of_patients": "in 100 people", "per_10000_patients": "in 10,000 people"}
Z95: Final = float(ndtri(0.975))
POINTS: Final = 10.0  # sizes in words are those of a 0-10 scale


@dataclass(frozen=True, slots=True)
class Seen:
    """One number as printed, and where."""

    what: str
    shown: str
    where: str
    derived: bool = False
    """Whether it is our own sum, from numbers that were seen."""


@dataclass(frozen=True, slots=True)
class Figure:
    """The numbers behind one name in a sentence. Text is "" and a number is nan where the study does not say.

    Attributes
    ----------
    study : str
        The record it comes from.
    n, mat, other : str
        People in all, with the mat and in the other group.
    value, small, large : str
        A size without its sign, and the ends of its interval nearest to and furthest from nought.
    points : str
        The same in points of a 0-10 scale, where the scale is known.
    count, of, low, high : str
        How many were harmed, of how many, and the 95 % interval of the share in 100 (Wilson 1927).
    left : str
        What is left of every 100 parts of an effect.
    estimate, se : float
        The size and its standard error in its own unit, positive where the treatment is better.
    points_estimate, points_se : float
        The same in points of a 0-10 scale.
    is_bound : bool
        Whether the size is only known to be at least this.
    sources : tuple of Seen
        Every number with its page.
    """

    study: str
    n: str = ""
    mat: str = ""
    other: str = ""
    value: str = ""
    small: str = ""
    large: str = ""
    points: str = ""
    count: str = ""
    of: str = ""
    low: str = ""
    high: str = ""
    left: str = ""
    estimate: float = math.nan
    se: float = math.nan
    points_estimate: float = math.nan
    points_se: float = math.nan
    is_bound: bool = False
    sources: tuple[Seen, ...] = ()


@cache
def load(name: str) -> dict[str, Any]:
    """One of the tables of this room."""
    text = files("pinprick.evidence").joinpath(name).read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.load(text, Loader=LOADER)  # noqa: S506 - safe, compiled or not
    return table


@cache
def study_ids() -> frozenset[str]:
    """The id of every record."""
    return frozenset(one.id for one in studies())


def figure_of(ref: Mapping[str, Any]) -> Figure:
    """Look a reference up.

    Parameters
    ----------
    ref : mapping
        ``study`` and any of ``people: true``, ``arms: true``, ``derived: pain``, ``event: words`` or
        ``effect: comparison`` (with ``domain`` or ``instrument`` where a comparison has several, and ``sd``, in the
        scale's own points, where it is to be put into standard deviations). ``safety: id`` alone takes a count of
        harm from the table of the safety rules.

    Raises
    ------
    ProtocolError
        If the record has no such number.

    Examples
    --------
    >>> back = figure_of({"study": "hohmann2012_back", "arms": True})
    >>> back.n, back.mat, back.other
    ('42', '21', '21')
    >>> stopped = figure_of({"study": "saha2016", "event": "found the mat too painful to continue"})
    >>> f"{stopped.count} of {stopped.of}, {stopped.low} to {stopped.high} in 100"
    '8 of 91, 5 to 16 in 100'
    """
    if "safety" in ref:
        return _safety(str(ref["safety"]))
    if ref["study"] not in study_ids():
        raise ProtocolError(f"There is no study {ref['study']!r}; correct the id, or add its record.")
    one = study(ref["study"])
    told: dict[str, Any] = {}
    sources: list[Seen] = []
    if ref.get("people") or ref.get("arms") or "derived" in ref:
        _people(one, told, sources)
    if ref.get("arms"):
        _arms(one, told, sources)
    if "derived" in ref:
        _derived(one, str(ref["derived"]), told, sources)
    if "event" in ref:
        _harm(one, str(ref["event"]), told, sources)
    if "effect" in ref:
        _effect(one, ref, told, sources)
    if not sources:
        raise ProtocolError(f"The record {one.id} says nothing of {dict(ref)}; correct what is asked of it.")
    return Figure(one.id, **told, sources=tuple(sources))


def _safety(name: str) -> Figure:
    """A count of harm from the table of the safety rules, which keeps the page of each."""
    for entry in safety_table()["adverse_events"]:
        if entry["id"] == name:
            shown = f"{entry['value']:g}"
            if entry["ci95"]:
                shown += f" ({entry['ci95'][0]:g} to {entry['ci95'][1]:g})"
            what = f"{entry['event']}, {PER.get(entry['unit'], entry['unit'])}"
            source = Seen(what, shown, f"{entry['source']} ({entry['seen']})")
            return Figure("", value=f"{entry['value']:.0f}", sources=(source,))
    raise ProtocolError(f"safety.yaml counts no {name!r}; correct the id.")


def effect_of(ref: Mapping[str, Any]) -> Figure:
    """Look a comparison up that has an interval; it is needed for its standard error."""
    found = figure_of(ref)
    if math.isnan(found.se) or math.isnan(found.estimate):
        raise ProtocolError(
            f"{ref['study']}: no interval was seen for this comparison, or not whom it favours; it cannot be weighed."
        )
    return found


def _people(one: Study, told: dict[str, Any], sources: list[Seen]) -> None:
    total = one.population.n_total
    if total is None:
        raise ProtocolError(f"How many took part in {one.id} was not seen; leave the number out.")
    told["n"] = f"{total.value:,}"
    sources.append(Seen("people", f"{total.value:,}", total.where))


def _arms(one: Study, told: dict[str, Any], sources: list[Seen]) -> None:
    for arm in one.arms:
        name = {ArmRole.MAT: "mat", ArmRole.COMPARATOR: "other"}.get(arm.role)
        if name and arm.n_randomised is not None:
            told[name] = str(arm.n_randomised.value)
            sources.append(Seen(f"people, {arm.name}", str(arm.n_randomised.value), arm.n_randomised.where))


def _derived(one: Study, domain: str, told: dict[str, Any], sources: list[Seen]) -> None:
    size = derived_size(one.id, domain)
    told |= {
        "estimate": size.smd,
        "se": size.smd_se,
        "points_estimate": size.points,
        "points_se": size.points_se,
        "is_bound": size.is_bound,
        "value": f"{abs(size.points):.1f}",
        "points": f"{abs(size.points):.1f}",
    }
    told["small"], told["large"] = (f"{end:.1f}" for end in sorted((abs(size.points_low), abs(size.points_high))))
    sources.append(Seen(size.from_what, size.shown, size.where))
    how = " ".join((size.how, *size.caveats))
    sources.append(Seen("size in points", f"{abs(size.points):.1f}", how, derived=True))


def _harm(one: Study, event: str, told: dict[str, Any], sources: list[Seen]) -> None:
    harm = next((item for item in one.adverse_events.items if item.event == event), None)
    if harm is None or harm.count is None or harm.of is None:
        known = "; ".join(item.event for item in one.adverse_events.items) or "none"
        raise ProtocolError(f"{one.id} counts no {event!r}; it counts: {known}.")
    low, high = wilson(float(harm.count.value), float(harm.of.value))
    told |= {"count": str(harm.count.value), "of": str(harm.of.value)}
    told |= {"low": f"{100 * low:.0f}", "high": f"{100 * high:.0f}"}
    sources.append(Seen(event, f"{harm.count.value} of {harm.of.value}", harm.count.where))


def wilson(count: float, of: float) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927, doi:10.1080/01621459.1927.10502953).

    Examples
    --------
    >>> [round(end, 3) for end in wilson(8, 91)]
    [0.045, 0.164]
    """
    x, n, z2 = float(count), float(of), Z95**2
    middle, half = (x + z2 / 2) / (n + z2), Z95 / (n + z2) * math.sqrt(x * (n - x) / n + z2 / 4)
    return middle - half, middle + half


def _effect(one: Study, ref: Mapping[str, Any], told: dict[str, Any], sources: list[Seen]) -> None:
    effect, value = _find(one, ref)
    shown = f"{value.value:g}"
    if effect.ci95 is not None:
        shown += f" ({effect.ci95.low:g} to {effect.ci95.high:g})"
    sources.append(Seen(f"{effect.comparison}, {effect.metric.value}", shown, value.where))
    size = abs(value.value)
    told["value"] = f"{size:g}"
    if effect.metric is Metric.PERCENT_CHANGE_IN_EFFECT:
        told["left"] = f"{100 + value.value:g}"
    if effect.n is not None:
        told["n"] = f"{effect.n.value:,}"
        sources.append(Seen("people", f"{effect.n.value:,}", effect.n.where))
    sd, width = ref.get("sd"), _width(effect)
    sign = math.nan if effect.benefit_sign is None else effect.benefit_sign  # a size nobody gave a side weighs nothing
    told["estimate"] = estimate = sign * float(value.value) / (sd or 1.0)
    if effect.ci95 is not None:
        told["se"] = (effect.ci95.high - effect.ci95.low) / (2 * Z95) / (sd or 1.0)
        ends = sorted((abs(effect.ci95.low), abs(effect.ci95.high)))
        told["small"], told["large"] = (f"{end:g}" for end in ends)
    if sd:
        sources.append(
            Seen(
                "in standard deviations",
                f"{estimate:.2f}",
                f"Divided by {sd:g}, the spread of the scores.",
                derived=True,
            )
        )
    if width is not None:
        told["points_estimate"] = sign * value.value * POINTS / width
        told["points_se"] = told.get("se", math.nan) * (sd or 1.0) * POINTS / width
        told["points"] = f"{size * POINTS / width:.1f}"
        if width != POINTS:
            how = f"The scale has {width:g} points, so it is times {POINTS / width:g}."
            sources.append(Seen("in points of 0 to 10", told["points"], how, derived=True))


def _width(effect: Effect) -> float | None:
    """The scale's width, where it is known and the effect is in its points."""
    if effect.scale is None or effect.metric in STANDARDISED:
        return None
    low, high = effect.scale
    return float(high.value) - float(low.value)


def _find(one: Study, ref: Mapping[str, Any]) -> tuple[Effect, Printed]:
    found = [
        (effect, effect.value)
        for effect in one.effects
        if effect.comparison == ref["effect"]
        and ref.get("domain", effect.domain.value) == effect.domain.value
        and ref.get("instrument", effect.instrument) == effect.instrument
        and effect.value is not None
    ]
    if len(found) != 1:
        known = "; ".join(f"{effect.comparison} ({effect.domain.value})" for effect in one.effects)
        raise ProtocolError(
            f"{one.id} has {len(found)} sizes for {ref['effect']!r}, and exactly one is needed; it has: {known}."
        )
    return found[0]
