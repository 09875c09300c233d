"""A gentle start: set-ups from the least sharp to the sharpest, and the minutes that safety.yaml builds up.

The rungs are about how sharp, the steps about how long. When to go up or down is safety.yaml's, not the model's: it
knows no threshold for pain, marks or benefit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from pinprick.dose.answer import Dose, compare, which_mat
from pinprick.dose.body import Person, Profile
from pinprick.dose.data import table
from pinprick.dose.mat import Mat
from pinprick.dose.setup import Setup
from pinprick.dose.uncertainty import Range
from pinprick.trial.safety_rules import LadderStep
from pinprick.trial.safety_rules import ladder as build_up
from pinprick.words import _, mark

N_DRAWS: Final = 100
"""Fewer than for an answer: there are ten set-ups, and their ranges are wide."""

SENTENCES: Final = (
    mark("Go up one rung after two sessions with the prick at 4 of 10 or less and no marks the next day."),
    mark("Go down one rung if the prick is 7 of 10 or more, or marks last a day."),
    mark("Rate the prick at 30 seconds and again at the end, for it is sharpest at first."),
)


@dataclass(frozen=True, slots=True)
class Rung:
    """A set-up on the ladder.

    Attributes
    ----------
    number : int
        From 0, a folded towel, upwards.
    setup : Setup
        The set-up.
    relative : Range
        Sharpness against bare skin on a floor, on the same mat.
    times : float
        Sharpness against the rung below; nan on rung 0.
    also : tuple of (layer, surface)
        Other set-ups that come to about the same.
    is_control : bool
        Whether the sharpness is gone: what a trial compares with.
    """

    number: int
    setup: Setup
    relative: Range
    times: float
    also: tuple[tuple[str, str], ...]
    is_control: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the build-up, with the set-up that stands for its words.

    Attributes
    ----------
    step : LadderStep
        Its days, minutes and words, from safety.yaml.
    setup : Setup
        The least sharp set-up within these words.
    relative : Range
        Its sharpness against bare skin on a floor.
    """

    step: LadderStep
    setup: Setup
    relative: Range


@dataclass(frozen=True, slots=True)
class Ladder:
    """Rungs of sharpness and steps of minutes for one person and mat."""

    rungs: tuple[Rung, ...]
    steps: tuple[Step, ...]

    @property
    def first(self) -> Step:
        """Where somebody starts who has not lain on spikes before."""
        return self.steps[0]


def ladder(
    person: Person | None = None,
    mat: Mat | str | int = "shakti_original",
    *,
    n_draws: int = N_DRAWS,
    seed: int = 0,
    profile: Profile | None = None,
) -> Ladder:
    """The ladder for somebody and their mat.

    Parameters
    ----------
    person : Person or None
        Who lies on it; None is 70 kg and 175 cm.
    mat : Mat, str or int
        See `pinprick.dose.answer.dose`.
    n_draws, seed, profile
        See `pinprick.dose.answer.dose`.

    Examples
    --------
    >>> made = ladder(n_draws=20)
    >>> [rung.setup.layer for rung in made.rungs][:3], made.first.step.minutes
    (['folded_towel', 'towel', 't_shirt'], 3)
    """
    own = which_mat(mat)
    bare = Setup(own, person or Person())
    rows: list[dict[str, Any]] = table("model")["rungs"]
    starts: dict[int, dict[str, Any]] = table("model")["steps"]
    setups = [
        replace(bare, mat=_thinned(own, row["spikes"]), layer=row["layer"], surface=row["surface"]) for row in rows
    ]
    of_steps = [replace(bare, **starts[one.step], minutes=one.minutes) for one in build_up()]
    _reference, *doses = compare([bare, *setups, *of_steps], n_draws=n_draws, seed=seed, profile=profile)
    rungs = tuple(_rung(i, row, doses) for i, row in enumerate(rows))
    steps = tuple(
        Step(one, dose.setup, dose.relative_sharpness) for one, dose in zip(build_up(), doses[len(rows) :], strict=True)
    )
    return Ladder(rungs, steps)


def _thinned(mat: Mat, part: float) -> Mat:
    """The same mat with a part of its spikes, from the same maker: with the same tips, further apart."""
    return mat if part == 1 else replace(mat, spikes=max(1, round(part * mat.spikes)), spacing=None)


def _rung(i: int, row: dict[str, Any], doses: list[Dose]) -> Rung:
    here = doses[i].relative_sharpness
    times = here.mid / doses[i - 1].relative_sharpness.mid if i else float("nan")
    also = tuple((str(layer), str(surface)) for layer, surface in row["also"])
    return Rung(i, doses[i].setup, here, times, also, doses[i].is_sharpness_gone)


def sentences() -> tuple[str, ...]:
    """`SENTENCES` in the reader's language."""
    return tuple(_(one) for one in SENTENCES)
