"""A mat beside an acupuncture needle, in numbers: contacts, force of one, depth, and what tips are like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pinprick.dose.answer import Dose
from pinprick.dose.data import entry
from pinprick.dose.uncertainty import Range
from pinprick.words import mark

SENTENCES: Final = (
    mark("Each spike presses about as hard as a needle is pushed, or harder, but its tip is tens of times blunter."),
    mark("So it dents and pricks instead of entering."),
    mark("A needle reaches muscle at one chosen place; the mat reaches only skin, everywhere."),
)


@dataclass(frozen=True, slots=True)
class Span:
    """From least to most, and how it is known.

    Attributes
    ----------
    low, high : float
        The ends.
    seen : str
        direct, abstract, derived, memory or assumption; model for what was worked out here.
    source : str
        Where it was read, "" for what was worked out here.
    """

    low: float
    high: float
    seen: str
    source: str


@dataclass(frozen=True, slots=True)
class Beside:
    """One side of the comparison.

    Attributes
    ----------
    contacts : Span
        How many.
    force_n : Span
        Force of one: a needle's to get through skin, in nine brands on a bench; a spike's while lying.
    depth_mm : Span
        How deep it goes under the skin: 0 for a mat, which dents it.
    dent_mm : Span or None
        How far a mat dents the skin; None for a needle.
    tip_mm : Span
        Width at the end: a mat's tip across, a needle's shaft, since no radius of a needle's tip was found.
    total_n : Span or None
        All contacts together; None for a needle, where only "a few newtons" could be worked out.
    """

    contacts: Span
    force_n: Span
    depth_mm: Span
    dent_mm: Span | None
    tip_mm: Span
    total_n: Span | None


def needle() -> Beside:
    """What is known of a treatment with needles.

    Examples
    --------
    >>> needle().force_n.low, needle().force_n.high, needle().depth_mm.high
    (0.033, 0.117, 30.0)
    """
    puncture, depth = entry("tissue.acupuncture_needle.puncture_force_N"), entry("tissue.acupuncture_needle.depth_mm")
    shaft, contacts = entry("tissue.acupuncture_needle.diameter_mm"), entry("model.needle_contacts")
    return Beside(
        contacts=Span(contacts["low"], contacts["high"], contacts["seen"], ""),
        force_n=Span(puncture["lowest_brand"], puncture["highest_brand"], puncture["seen"], puncture["source"]),
        depth_mm=Span(float(depth["low"]), float(depth["high"]), depth["seen"], ""),
        dent_mm=None,
        tip_mm=Span(shaft["typical"][0], shaft["typical"][1], shaft["seen"], shaft["source"]),
        total_n=None,
    )


def mat_beside_needle(dose: Dose) -> Beside:
    """The same of a mat.

    Parameters
    ----------
    dose : Dose
        A set-up, answered.

    Examples
    --------
    >>> from pinprick.dose.answer import dose
    >>> beside = mat_beside_needle(dose(n_draws=20))
    >>> beside.depth_mm.high, beside.tip_mm.high
    (0.0, 1.2)
    """
    radius = dose.setup.mat.known("tip_radius")
    return Beside(
        contacts=_span(dose.touching),
        force_n=Span(dose.force_per_spike_n.low, dose.peak_force_n.mid, "model", ""),
        depth_mm=Span(0.0, 0.0, "model", ""),
        dent_mm=_span(dose.dent_mm),
        tip_mm=Span(2 * radius.low, 2 * radius.high, radius.seen, ""),
        total_n=Span(dose.load_on_mat_n, dose.load_on_mat_n, "model", ""),
    )


def _span(numbers: Range) -> Span:
    return Span(numbers.low, numbers.high, "model", "")
