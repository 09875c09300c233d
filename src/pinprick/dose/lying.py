"""A set-up with its numbers filled in, solved: spikes under a back one by one, other uses by area."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pinprick.dose.body import Person, Profile
from pinprick.dose.contact import Bed, Columns, Contact, settle
from pinprick.dose.data import Parameter, parameter, table
from pinprick.dose.mat import Mat
from pinprick.dose.setup import Setup
from pinprick.dose.sharpness import pinprick_force_n
from pinprick.dose.spike import Tip, press_table

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Values:
    """The numbers of one run of the model, in mm, kPa and degrees; scales are factors.

    A field is the model's own parameter, the mat's or the set-up's; `parameters` says which, with its range.
    """

    tip_radius: float
    half_angle: float
    spacing: float
    foam_thickness: float
    foam_modulus: float
    layer: float
    spike_modulus: float
    tissue_modulus: float
    share: float
    gap_scale: float
    width_scale: float
    support_scale: float
    area: float
    peak: float


def parameters(setup: Setup) -> dict[str, Parameter]:
    """Where each of the `Values` comes from, with its range.

    Examples
    --------
    >>> parameters(Setup(Mat(6000), Person()))["tip_radius"].key
    'mats.model_defaults.tip_radius'
    """
    mat = setup.mat
    known = {key: mat.known(key) for key in ("tip_radius", "half_angle", "spacing", "foam_thickness", "foam_modulus")}
    if setup.is_lying:
        share = parameter("tissue.supine_load_share.share_on_74x40cm_mat_shoulder_to_buttock")
        one = Parameter("setup.use", 1.0, 1.0, 1.0, "derived")
        rest = {"share": share, "area": one, "peak": one}
    else:
        rest = {name: _of_use(kind_of_use(setup), name) for name in ("share", "area", "peak")}
    return {
        **known,
        "layer": setup.layer_mm,
        "spike_modulus": parameter("tissue.modulus_kPa.model_spike_scale_Estar"),
        "tissue_modulus": parameter("tissue.modulus_kPa.model_bulk_Et"),
        **rest,
        **{name: parameter(f"model.parameters.{name}") for name in ("gap_scale", "width_scale", "support_scale")},
    }


def kind_of_use(setup: Setup) -> str:
    """The row of model.yaml's uses: a seat on something hard lies on the floor, on something soft it is a chair."""
    return "seat_floor" if setup.use == "seat" and setup.surface in ("floor", "carpet") else setup.use


def _of_use(kind: str, name: str) -> Parameter:
    row = table("model")["uses"][kind][name]
    return parameter(row) if isinstance(row, str) else parameter(f"model.uses.{kind}.{name}")


def central(setup: Setup) -> Values:
    """The middle of every range."""
    return Values(**{name: one.central for name, one in parameters(setup).items()})


OUTCOMES: Final = ("load_n", "touching", "mean_n", "peak_n", "mean_kpa", "dent_mm", "pinprick_n")
"""The numbers of an `Outcome`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run says.

    Attributes
    ----------
    load_n, touching, mean_n, peak_n, mean_kpa, dent_mm, pinprick_n : float
        Load on the mat; spikes that touch; force of one, mean and greatest; load over the area of those that touch;
        dent and pinprick equivalent of the median spike.
    contact : Contact or None
        Every spike, where a back lies on it.
    """

    load_n: float
    touching: float
    mean_n: float
    peak_n: float
    mean_kpa: float
    dent_mm: float
    pinprick_n: float
    contact: Contact | None = None


def run(setup: Setup, values: Values | None = None, *, profile: Profile | None = None, halved: bool = False) -> Outcome:
    """Solve a set-up.

    Parameters
    ----------
    setup : Setup
        The set-up.
    values : Values or None
        The numbers; None takes the middle of every range.
    profile : Profile or None
        The back; None takes `Profile.DEFAULT`.
    halved : bool
        Solve one half of the body for both, twice as fast; the forces are then of that half's spikes.

    Examples
    --------
    >>> lying = run(Setup(Mat(6000), Person()))
    >>> 0.15 < lying.mean_n < 0.25
    True
    """
    values = central(setup) if values is None else values
    profile = Profile.DEFAULT if profile is None else profile
    return _under_a_back(setup, values, profile, halved) if setup.is_lying else _by_area(setup, values)


def _under_a_back(setup: Setup, values: Values, profile: Profile, halved: bool) -> Outcome:
    place = place_under(setup.mat, setup.person, profile, halved=halved)
    bed = Bed(
        gap_mm=np.where(place.aside <= values.width_scale, place.gap_mm * values.gap_scale, math.inf),
        thickness_mm=place.thickness_mm,
        of_class=place.of_class,
        of_block=place.of_block,
        counts=place.counts,
        area_mm2=setup.mat.area_mm2,
        pitch_mm=values.spacing,
    )
    columns = Columns(
        tip=Tip(values.tip_radius, values.half_angle),
        layer_mm=values.layer,
        spike_kpa=values.spike_modulus,
        tissue_kpa=values.tissue_modulus,
        foam_kpa=values.foam_modulus,
        foam_mm=values.foam_thickness,
        support_n_m3=profile.supports[setup.surface] * values.support_scale,
    )
    usual = parameter("tissue.supine_load_share.share_on_74x40cm_mat_shoulder_to_buttock").central
    chest, pelvis = (values.share / usual * load for load in place.loads_n)
    contact = settle(bed, columns, (chest, pelvis))
    median = contact.median_n
    return Outcome(
        load_n=contact.load_n,
        touching=contact.n_touching,
        mean_n=contact.mean_n,
        peak_n=contact.peak_n,
        mean_kpa=contact.mean_kpa,
        dent_mm=float(contact.table.dent_at(median)),
        pinprick_n=pinprick_force_n(median, values.tip_radius, values.layer),
        contact=contact,
    )


def _by_area(setup: Setup, values: Values) -> Outcome:
    """Force over area: for uses whose contact nobody modelled."""
    load = values.share * setup.person.weight_n
    area = min(values.area, setup.mat.face_cm2)
    touching = max(1.0, area * setup.mat.spikes_per_cm2)
    mean = load / touching
    tip = Tip(values.tip_radius, values.half_angle).under(values.layer)
    pressed = press_table(tip, modulus_kpa=values.spike_modulus, pitch_mm=values.spacing, most_n=max(1.0, mean))
    return Outcome(
        load_n=load,
        touching=touching,
        mean_n=mean,
        peak_n=values.peak * mean,
        mean_kpa=10 * load / area,
        dent_mm=float(pressed.dent_at(mean)),
        pinprick_n=pinprick_force_n(mean, values.tip_radius, values.layer),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A mat under a back before anything presses.

    Attributes
    ----------
    gap_mm, aside : (n,) array
        Gap over each spike, and how far out it is in parts of half the back's width.
    thickness_mm : (n_class,) array
        Tissue by class.
    of_class, of_block : (n,) array of int
        Class of tissue, and block: 0 the chest, 1 the pelvis.
    counts : (n,) array
        Spikes that each stands for.
    loads_n : tuple of float
        What this mat carries of each block.
    covered : tuple of float
        The part of each block's usual share that lies on it, 0 to 1.
    """

    gap_mm: Floats
    aside: Floats
    thickness_mm: Floats
    of_class: NDArray[np.int64]
    of_block: NDArray[np.int64]
    counts: Floats
    loads_n: tuple[float, float]
    covered: tuple[float, float]


@lru_cache(maxsize=32)
def place_under(mat: Mat, person: Person, profile: Profile, *, halved: bool = False) -> Place:
    """Lay a mat under somebody's back, its upper edge at the shoulders.

    With `halved`, only one half, each spike standing for its mirror image too.
    """
    layout = mat.layout
    across, along = layout.across_mm, layout.along_mm
    counts = np.ones(len(across))
    if halved:
        right = across > -1e-9
        across, along = across[right], along[right]
        counts = np.where(across > 1e-9, 2.0, 1.0)
    height = profile.height(along, person)
    thickness, of_class = profile.thickness(height)
    covered = coverage(mat, person, profile)
    chest, pelvis = profile.loads_n(person)
    return Place(
        gap_mm=profile.gap_mm(across, height, person),
        aside=profile.aside(across, height, person),
        thickness_mm=thickness,
        of_class=of_class,
        of_block=(height <= profile.waist).astype(np.int64),
        counts=counts,
        loads_n=(chest * covered[0], pelvis * covered[1]),
        covered=covered,
    )


def coverage(mat: Mat, person: Person, profile: Profile) -> tuple[float, float]:
    """How much of what a mat of the usual size carries of chest and pelvis lies on this one, each 0 to 1.

    A rule of thumb: the chest counts down to the waist, the pelvis a little below the sacrum.
    """
    length = mat.length / person.stature_mm
    chest_length = profile.upper_edge - profile.waist
    across = min(1.0, mat.width / parameter("model.coverage.least_width").central)
    pelvis = (length - chest_length) / parameter("model.coverage.pelvis_reach").central
    return across * min(1.0, length / chest_length), across * min(1.0, max(0.0, pelvis))
