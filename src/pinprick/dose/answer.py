"""What a mat does to somebody's skin, in a set-up and between set-ups: `dose` and `compare`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pinprick.dose.body import Person, Profile
from pinprick.dose.calibration import LEAST, MORE, WANTED, Calibration, Conditioned, condition, direct
from pinprick.dose.contact import Contact
from pinprick.dose.data import parameter
from pinprick.dose.doubts import doubts
from pinprick.dose.lying import Outcome, central, run
from pinprick.dose.mat import DEFAULT_NAME, Mat, mat, mat_names, read_mat
from pinprick.dose.setup import Setup
from pinprick.dose.sharpness import press_band, sharpness_word
from pinprick.dose.uncertainty import (
    Drawn,
    Range,
    drawn,
    felt_n,
    model_error,
    normal_draws,
    range_of,
    spread_over,
    weighted_range,
)
from pinprick.errors import ProtocolError

Floats = NDArray[np.float64]

N_DRAWS: Final = 400
LEAST_ARCHED: Final = 0.02
MOST_ARCHED: Final = 50.0
ROUNDS: Final = 20
"""How a back is made to touch as many spikes as were counted: its gaps times 0.02 to 50, in so many halvings."""


@dataclass(frozen=True, slots=True)
class Dose:
    """A set-up, answered: each range has the model's middle and where nine draws in ten fall.

    Attributes
    ----------
    setup : Setup
        What was asked.
    reference : Setup
        What the sharpness is relative to.
    load_on_mat_n : float
        Load on the mat.
    touching, force_per_spike_n, peak_force_n, mean_pressure_kpa, dent_mm : Range
        Spikes that touch; force of one, mean and greatest; load over the area of those that touch; depth of the
        median dent, good for classes of about 1, 2 or 3 mm.
    relative_force, relative_sharpness : Range
        Mean force and sharpness of the median spike against the reference: known better than anything else here.
    sharpness : str
        Sharpness in a word, marked for the catalogue; `sharpness_between` has the words at both ends of its range.
    sharpness_between : tuple of str
        The least and the greatest.
    force_n, across_mm, along_mm : (n_spikes,) array
        Force of each spike, its distance from the mat's midline and from its upper edge; empty where the area was
        taken from a table.
    caveats : tuple of str
        Doubts, as sentences.
    times_first_sharp : Range or None
        Sharpness of the median spike in what first felt sharp to this person; None where nobody measured that.
    calibration : Calibration or None
        What was measured at home.
    """

    setup: Setup
    reference: Setup
    load_on_mat_n: float
    touching: Range
    force_per_spike_n: Range
    peak_force_n: Range
    mean_pressure_kpa: Range
    dent_mm: Range
    relative_force: Range
    relative_sharpness: Range
    sharpness: str
    sharpness_between: tuple[str, str]
    force_n: Floats
    across_mm: Floats
    along_mm: Floats
    caveats: tuple[str, ...]
    times_first_sharp: Range | None = None
    calibration: Calibration | None = None

    @property
    def is_sharpness_gone(self) -> bool:
        """Whether so little of the prick is left that the set-up is a towel's: less than a tenth of bare spikes."""
        return self.relative_sharpness.mid < parameter("model.gone_below").central

    @property
    def press_bands(self) -> NDArray[np.int64]:
        """How hard each spike presses, 1 to 5 in `pinprick.dose.sharpness.PRESS_WORDS`; 0 where it does not touch."""
        return np.array([press_band(float(force)) for force in self.force_n], dtype=np.int64)

    def to_dict(self) -> dict[str, Any]:
        """The numbers that may be shown, as the command prints them; `times_first_sharp` only where it is known."""
        ranges = ("touching", "force_per_spike_n", "peak_force_n", "mean_pressure_kpa", "dent_mm", "relative_sharpness")
        told: dict[str, Any] = {name: getattr(self, name).to_dict() for name in ranges}
        told["load_on_mat_n"] = float(f"{self.load_on_mat_n:.4g}")
        if self.times_first_sharp is not None:
            told["times_first_sharp"] = self.times_first_sharp.to_dict()
        return told


@dataclass(frozen=True, slots=True)
class _Solved:
    """A set-up with its middle and its draws."""

    setup: Setup
    middle: Outcome
    draws: Drawn


def dose(
    mat: Mat | str | Path | int = DEFAULT_NAME,
    person: Person | None = None,
    use: str = "back",
    layer: str | float = "none",
    surface: str = "floor",
    minutes: float = 10,
    *,
    reference: Setup | None = None,
    n_draws: int = N_DRAWS,
    seed: int = 0,
    profile: Profile | None = None,
    calibration: Calibration | None = None,
) -> Dose:
    """Tell what a mat does to somebody's skin.

    Parameters
    ----------
    mat : Mat, str, Path or int
        A mat, its name, a file that describes it, or a count of spikes on a face of 740 by 400 mm.
    person : Person or None
        Who lies on it; None is 70 kg and 175 cm.
    use, layer, surface, minutes
        See `pinprick.dose.setup.Setup`.
    reference : Setup or None
        What sharpness is relative to; None is the same mat and person, bare, on a floor.
    n_draws : int
        Draws behind the ranges, 20 or more.
    seed : int
        Of the draws, 0 or more: the same seed gives the same ranges.
    profile : Profile or None
        The back; None takes `Profile.DEFAULT`.
    calibration : Calibration or None
        What was measured at home. Where touching spikes were counted, every number is from the draws as that count
        weighs them, middles too; else the numbers are the same as without.

    Returns
    -------
    Dose

    Raises
    ------
    ProtocolError
        If something asked is outside its range; it says the range.
    FileError
        If a mat's file cannot be read as one.

    Examples
    --------
    >>> bed = dose(surface="bed", n_draws=20)
    >>> 0.4 < bed.relative_force.mid < 0.8
    True
    """
    setup = Setup(which_mat(mat), person or Person(), use, layer, surface, minutes)
    reference = reference or replace(setup, layer="none", surface="floor")
    return _answers([setup], reference, n_draws, seed, profile, calibration)[0]


def compare(
    setups: Sequence[Setup],
    *,
    n_draws: int = N_DRAWS,
    seed: int = 0,
    profile: Profile | None = None,
    calibration: Calibration | None = None,
) -> tuple[Dose, ...]:
    """Tell what several set-ups do, each relative to the first.

    The ratios stand in ``relative_force`` and ``relative_sharpness``; they are tighter than the numbers themselves,
    because what is not known of a person is the same in each of their set-ups.

    Parameters
    ----------
    setups : sequence of Setup
        At least one.
    n_draws, seed, profile, calibration
        See `dose`; spikes that touched were counted in the first set-up, unless the calibration says in which.

    Raises
    ------
    ProtocolError
        If there is none.

    Examples
    --------
    >>> bare = Setup(Mat(6000), Person())
    >>> _, shirt = compare([bare, replace(bare, layer="t_shirt")], n_draws=20)
    >>> 0.2 < shirt.relative_sharpness.mid < 0.5
    True
    """
    if not setups:
        raise ProtocolError("There is no set-up to compare; give one or more.")
    return _answers(setups, setups[0], n_draws, seed, profile, calibration)


def which_mat(asked: Mat | str | Path | int) -> Mat:
    """A mat from whatever names it.

    Examples
    --------
    >>> which_mat("spoonk").spikes, which_mat(8000).spikes
    (6210, 8000)
    """
    if isinstance(asked, Mat):
        return asked
    if isinstance(asked, int):
        return Mat(asked)
    if isinstance(asked, str) and "_".join(asked.strip().lower().replace("-", " ").split()) in mat_names():
        return mat(asked)
    if isinstance(asked, Path) or Path(asked).suffix.lower() in (".yaml", ".yml"):
        return read_mat(asked)
    return mat(asked)


def _answers(
    setups: Sequence[Setup],
    reference: Setup,
    n_draws: int,
    seed: int,
    profile: Profile | None,
    calibration: Calibration | None,
) -> tuple[Dose, ...]:
    """Each set-up against the reference."""
    known: dict[Setup, _Solved] = {}
    counted = None
    if calibration is not None and calibration.touching is not None:
        calibration = replace(calibration, touched_in=calibration.touched_in or setups[0])
        n_draws, counted = _conditioned(calibration, n_draws, seed, profile, known)
    against = _solved(reference, n_draws, seed, profile, known)
    own = calibration or Calibration()
    return tuple(
        _told(_solved(one, n_draws, seed, profile, known), against, n_draws, seed, profile, own, counted)
        for one in setups
    )


def _solved(setup: Setup, n_draws: int, seed: int, profile: Profile | None, known: dict[Setup, _Solved]) -> _Solved:
    timeless = replace(setup, minutes=10)  # minutes change no force
    if timeless not in known:
        draws = drawn(setup, n_draws=n_draws, seed=seed, profile=profile)
        known[timeless] = _Solved(setup, run(setup, profile=profile), draws)
    return replace(known[timeless], setup=setup)


def _conditioned(
    calibration: Calibration, n_draws: int, seed: int, profile: Profile | None, known: dict[Setup, _Solved]
) -> tuple[int, Conditioned]:
    """Weigh the draws of the session whose touching spikes were counted; more of them where few count."""
    setup, counted = calibration.touched_in, calibration.touching
    assert setup is not None  # noqa: S101 - for the reader of types
    assert counted is not None  # noqa: S101
    error = parameter("model.parameters.force_error")
    for part in (WANTED, 0.0):
        touching = _solved(setup, n_draws, seed, profile, known).draws.touching
        found = condition(np.maximum(touching, 1.0), setup.mat.spikes, counted, error, seed=seed)
        if found.n_effective < LEAST * n_draws:
            return n_draws, direct(np.maximum(touching, 1.0), counted, seed=seed)
        if found.n_effective >= part * n_draws:
            break
        n_draws = round(MORE * n_draws)
        known.clear()
    return n_draws, found


def _told(
    one: _Solved,
    reference: _Solved,
    n_draws: int,
    seed: int,
    profile: Profile | None,
    calibration: Calibration,
    counted: Conditioned | None,
) -> Dose:
    """Put the model's own errors over the draws, and say what was found."""
    setup, middle, draws = one.setup, one.middle, one.draws
    counted = counted if setup.is_lying else None  # what was counted is the contact of a back
    error = model_error("force_error", n_draws, seed) if counted is None else counted.error
    between = _error_between(setup, reference.setup, n_draws, seed)
    force = draws.mean_n / reference.draws.mean_n * between
    sharp = draws.pinprick_n / reference.draws.pinprick_n * between
    if setup.layer != reference.setup.layer:
        sharp = sharp * model_error("other_layer", n_draws, seed)

    def ranged(mid: float, values: Floats) -> Range:
        return range_of(mid, values) if counted is None else weighted_range(values, counted.weight)

    touching = ranged(middle.touching, np.clip(draws.touching / error, 0, setup.mat.spikes))
    pinprick = ranged(middle.pinprick_n, draws.pinprick_n * error)
    relative_sharpness = ranged(middle.pinprick_n / reference.middle.pinprick_n, sharp)
    load_n = middle.load_n if counted is None else weighted_range(draws.load_n, counted.weight).mid
    times = None
    if calibration.first_sharp is not None:
        first = calibration.first_sharp.known
        tries = spread_over(first, normal_draws(first.key, n_draws, seed))
        felt = float(felt_n(np.array(middle.pinprick_n), np.array(central(setup).tip_radius)))
        times = ranged(felt / first.central, draws.felt_n * error / tries)
    contact, dent = middle.contact, draws.dent_mm
    if contact is not None and counted is not None:
        contact = _as_counted(setup, touching.mid, load_n / middle.load_n, profile)
        if counted.is_direct:  # no draw presses so, and a dent does not go with force as a factor does
            dent = dent * contact.dent_mm / middle.dent_mm
    layout = setup.mat.layout
    nothing = np.empty(0)
    return Dose(
        setup=setup,
        reference=reference.setup,
        load_on_mat_n=load_n,
        touching=touching,
        force_per_spike_n=ranged(middle.mean_n, draws.mean_n * error),
        peak_force_n=ranged(middle.peak_n, draws.peak_n * error),
        mean_pressure_kpa=ranged(middle.mean_kpa, draws.mean_kpa * error),
        dent_mm=ranged(middle.dent_mm, dent),
        relative_force=ranged(middle.mean_n / reference.middle.mean_n, force),
        relative_sharpness=relative_sharpness,
        sharpness=sharpness_word(pinprick.mid),
        sharpness_between=(sharpness_word(pinprick.low), sharpness_word(pinprick.high)),
        force_n=nothing if contact is None else contact.force_n,
        across_mm=nothing if contact is None else layout.across_mm,
        along_mm=nothing if contact is None else layout.along_mm,
        caveats=doubts(setup, relative_sharpness, calibration, disagrees=counted is not None and counted.is_direct),
        times_first_sharp=times,
        calibration=None if calibration == Calibration() else calibration,
    )


def _as_counted(setup: Setup, touching: float, load: float, profile: Profile | None) -> Contact:
    """Every spike, on a back so arched that as many touch as were counted, under so many times the middle load."""
    middle = central(setup)
    low, high = math.log(LEAST_ARCHED), math.log(MOST_ARCHED)
    for _ in range(ROUNDS):
        arched = (low + high) / 2
        values = replace(middle, share=middle.share * load, gap_scale=middle.gap_scale * math.exp(arched))
        found = run(setup, values, profile=profile)
        if found.touching == round(touching):
            break
        low, high = (arched, high) if found.touching > touching else (low, arched)
    assert found.contact is not None  # noqa: S101 - a back lies on it
    return found.contact


def _error_between(one: Setup, other: Setup, n_draws: int, seed: int) -> Floats:
    """The judged error of a ratio of forces between two set-ups: none for the same, more the more they differ in."""
    error = np.ones(n_draws)
    for differs, name in (
        (one.surface != other.surface, "other_surface"),
        (one.mat != other.mat, "other_mat"),
        (one.use != other.use, "force_error"),
    ):
        if differs:
            error = error * model_error(name, n_draws, seed)
    return error
