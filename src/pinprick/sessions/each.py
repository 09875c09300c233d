"""What each session of a trial came to: its minutes, and how sharp it was beside the person's own usual set-up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pinprick.dose.answer import compare
from pinprick.dose.body import Person
from pinprick.dose.mat import DEFAULT_NAME, Mat
from pinprick.dose.mat import mat as named_mat
from pinprick.dose.setup import Setup
from pinprick.dose.uncertainty import Range
from pinprick.errors import ProtocolError
from pinprick.formats.lived_days import LivedDay, lived_days
from pinprick.trial.conduct import Conduct
from pinprick.trial.fold import Ended
from pinprick.trial.plan import Arm
from pinprick.trial.set_up import SetUp
from pinprick.trial.table import day_name
from pinprick.words import _, mark, ngettext

Floats = NDArray[np.float64]

N_DRAWS: Final = 100
"""Behind each range: half a second for two set-ups."""


OF_THE_MAT: Final = ("spikes", "length", "width", "spacing", "tip_radius")
OF_THE_BODY: Final = ("mass_kg", "stature_cm", "sex")

BY_ASSIGNMENT: Final = mark("The answer of the trial goes by the treatment that was assigned to each day.")
SECONDARY: Final = mark(
    "How the rating goes with dose is secondary. People stop when it hurts and stay when it helps, so minutes are "
    "mixed up with the answer."
)


# --- one set-up ------------------------------------------------------------------------------------------


def as_setup(set_up: SetUp, arm: Arm | None = None) -> Setup:
    """A set-up as the dose model takes it; what nobody said is the model's own, and named by `stand_ins`.

    Parameters
    ----------
    set_up : SetUp
        As the log has it.
    arm : Arm, optional
        The treatment; over the mat, as under a folded towel, the layer is that towel. None is the set-up itself.

    Raises
    ------
    ProtocolError
        If a word is none that the model knows or a number is outside its range, with what is allowed; or if the
        treatment is not on the mat.

    Examples
    --------
    >>> as_setup(SetUp(layer="t_shirt", surface="bed")).layer_mm.central
    0.6
    >>> as_setup(SetUp(surface="lawn"))
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: There is no surface 'lawn'; choose one of floor, carpet, sofa, bed.
    """
    if arm is not None and not arm.on_the_mat:
        raise ProtocolError(f"{arm.name} is not on the mat, so it has no set-up; give a treatment that is.")
    given = {key: value for key in OF_THE_MAT if (value := getattr(set_up, key)) is not None}
    if set_up.mat is None and "spikes" in given:
        mat = Mat(**given, is_size_assumed=not {"length", "width"} <= given.keys())
    else:
        # by name only: a log may come from anybody and opens no file
        mat = named_mat(set_up.mat or DEFAULT_NAME).measured(**given)
    usual = Person()
    person = Person(
        usual.mass_kg if set_up.mass_kg is None else set_up.mass_kg,
        usual.stature_cm if set_up.stature_cm is None else set_up.stature_cm,
        set_up.sex or usual.sex,  # type: ignore[arg-type]  # it says what is allowed
    )
    setup = Setup(mat, person, layer=set_up.layer, surface=set_up.surface)  # which refuses what it does not know
    return replace(setup, layer="folded_towel") if arm is not None and arm.over_the_mat else setup


def stand_ins(set_up: SetUp) -> tuple[str, ...]:
    """What the model takes for what nobody said, as sentences.

    Examples
    --------
    >>> len(stand_ins(SetUp())), stand_ins(SetUp(mat="spoonk", mass_kg=70, stature_cm=175))
    (2, ())
    """
    said = []
    if set_up.mat is None and set_up.spikes is None:
        spikes = f"{named_mat(DEFAULT_NAME).spikes:,}"
        said.append(_("Which mat it was is not written down, so one with {n} spikes stands in.").format(n=spikes))
    if set_up.mass_kg is None or set_up.stature_cm is None:
        # test_sessions.py measures it, at 175 cm; it is little beside that ratio's own range, 0.07 to 0.3
        said.append(
            _(
                "Weight or height is not written down, so 70 kg or 175 cm stands in. That changes little. From 50 to "
                "120 kg a T-shirt on a bed leaves 0.15 to 0.17 of the sharpness of bare skin on a hard floor."
            )
        )
    return tuple(said)


# --- every session ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Session:
    """One day of a trial and what was done on it.

    Attributes
    ----------
    day : date
        The day.
    treatment : str
        What was assigned, by its name in the plan.
    is_on_the_mat : bool
        Whether that treatment lies on the mat, bare or under a towel.
    done : bool or None
        Whether it was done; None where nobody said.
    minutes : float or None
        How long; 0 where it was not done, None where nobody said.
    are_minutes_planned : bool
        Whether it was done and nobody said for how long, so that the plan's minutes stand.
    prick : float or None
        How sharp it was rated, 0 to 10.
    ended : Ended or None
        Why it was ended early; None where it was not, or nobody said.
    set_up : SetUp or None
        How the sessions of its day are set up, with what was said later of the same mat and the same person; None off
        the mat, and where nothing was written down.
    rho : Range or None
        Sharpness against the usual set-up; None where it has none or it is not known.
    """

    day: date
    treatment: str
    is_on_the_mat: bool
    done: bool | None
    minutes: float | None
    are_minutes_planned: bool
    prick: float | None
    ended: Ended | None
    set_up: SetUp | None
    rho: Range | None

    @property
    def prick_minutes(self) -> Range | None:
        """Minutes times sharpness: minutes of the usual set-up that would come to the same; None if not known."""
        if not self.is_on_the_mat or self.minutes == 0:
            return Range(0.0, 0.0, 0.0)
        if self.minutes is None or self.rho is None:
            return None
        return Range(*(self.minutes * one for one in (self.rho.mid, self.rho.low, self.rho.high)))

    def to_dict(self) -> dict[str, Any]:
        """For programs; no rating of an outcome is in it."""
        dose = self.prick_minutes
        return {
            "day": self.day.isoformat(),
            "treatment": self.treatment,
            "on_the_mat": self.is_on_the_mat,
            "done": self.done,
            "minutes": self.minutes,
            "minutes_as_planned": self.are_minutes_planned,
            "prick": self.prick,
            "ended_early": self.ended.value if self.ended else None,
            "set_up": self.set_up.to_dict() if self.set_up else None,
            "relative_dose": self.rho.to_dict() if self.rho else None,
            "prick_minutes": dose.to_dict() if dose else None,
        }


@dataclass(frozen=True, slots=True)
class Sessions:
    """Every session so far.

    Attributes
    ----------
    rows : tuple of Session
        In order of days.
    usual : SetUp or None
        The person's own usual set-up on the mat, whose sharpness is 1; None where none was written down.
    doubts : tuple of str
        What is not known or stands in, as sentences.
    """

    rows: tuple[Session, ...]
    usual: SetUp | None
    doubts: tuple[str, ...]

    @property
    def said(self) -> tuple[str, str]:
        """What always stands beside doses: that the answer goes by assignment, and that dose is secondary."""
        return _(BY_ASSIGNMENT), _(SECONDARY)

    @property
    def unknown(self) -> tuple[Session, ...]:
        """Sessions on the mat whose dose is not known."""
        return tuple(one for one in self.rows if one.prick_minutes is None)

    def to_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "sessions": [one.to_dict() for one in self.rows],
            "usual": self.usual.to_dict() if self.usual else None,
            "doubts": list(self.doubts),
            "said": list(self.said),
        }


def sessions(conduct: Conduct, *, until: date, n_draws: int = N_DRAWS) -> Sessions:
    """Tell what each session came to, up to a day.

    Parameters
    ----------
    conduct : Conduct
        The trial.
    until : date
        Only days up to this one, and of these only treatments that have been told of.
    n_draws : int
        Draws behind each range, 20 or more.

    Returns
    -------
    Sessions
        A row for each day on which a treatment was assigned. A session on the mat without a set-up is listed with an
        unknown dose, never a guessed one. Nothing in it is a rating of an outcome.

    Raises
    ------
    ProtocolError
        If a set-up in the log holds a word or a number that the dose model does not know.

    Examples
    --------
    >>> from pinprick.trial.commitment import Moment
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> now = Moment.rehearsal(date(2026, 5, 4))
    >>> trial = Conduct.opened(read_protocol("mat-vs-rest-back-pain"), now).with_set_up(SetUp(layer="vest"), now)
    >>> sessions(trial, until=now.day).usual.layer
    'vest'
    """
    kept = [set_up for since, set_up in conduct.set_ups if since <= until]
    made: list[tuple[LivedDay, Arm, SetUp | None]] = []
    for lived in lived_days(conduct, until):
        if lived.number is not None and lived.treatment is not None:
            arm = conduct.plan.arm(lived.treatment)
            set_up = conduct.set_up_on(lived.day) if arm.on_the_mat else None
            made.append((lived, arm, _filled(set_up, kept) if set_up else None))
    bare = Counter(set_up for _lived, arm, set_up in made if set_up is not None and not arm.over_the_mat)
    latest = conduct.set_up_on(until)
    usual = _filled(latest, kept) if latest else None
    if bare:
        usual = bare.most_common(1)[0][0]  # of two as common, the one that came first
    setups = [None if set_up is None else as_setup(set_up, arm) for _lived, arm, set_up in made]
    asked = tuple(dict.fromkeys(setup for setup in setups if setup is not None))
    known = _relative(as_setup(usual), asked, n_draws) if usual is not None and asked else {}
    rows = tuple(
        _session(lived, arm, set_up, known[setup] if setup is not None else None)
        for (lived, arm, set_up), setup in zip(made, setups, strict=True)
    )
    return Sessions(rows, usual, _doubts(rows))


def is_another(one: SetUp, other: SetUp) -> bool:
    """Whether two set-ups differ in more than what was said later of the same person and the same mat.

    Examples
    --------
    >>> is_another(SetUp(layer="vest"), SetUp(layer="vest", mass_kg=70)), is_another(SetUp(layer="vest"), SetUp())
    (False, True)
    """
    both = (one, other)
    return _filled(one, both) != _filled(other, both)


def _filled(set_up: SetUp, kept: Sequence[SetUp]) -> SetUp:
    """A set-up with what was said later of the same person and the same mat, which is knowledge and no change.

    A mat of which nothing was said is the first that was told of.
    """
    if set_up.mat is None and set_up.spikes is None:
        told = next((one for one in kept if one.mat is not None or one.spikes is not None), set_up)
        set_up = replace(set_up, mat=told.mat, spikes=told.spikes)
    if set_up.mat is not None:
        same = [one for one in kept if one.mat == set_up.mat]
    else:
        same = [one for one in kept if one.mat is None and one.spikes == set_up.spikes is not None]
    body = {key: _last_said(kept, key) for key in OF_THE_BODY}
    numbers = {key: _last_said(same, key) for key in OF_THE_MAT if getattr(set_up, key) is None}
    return replace(set_up, **body, **numbers)


def _last_said(set_ups: Sequence[SetUp], key: str) -> Any:
    return next((value for one in reversed(set_ups) if (value := getattr(one, key)) is not None), None)


@lru_cache(maxsize=64)
def _relative(usual: Setup, asked: tuple[Setup, ...], n_draws: int) -> dict[Setup, Range]:
    """Sharpness of each set-up against the usual one, all of them in one comparison."""
    found = compare([usual, *asked], n_draws=n_draws)[1:]
    return {setup: one.relative_sharpness for setup, one in zip(asked, found, strict=True)}


def _session(lived: LivedDay, arm: Arm, set_up: SetUp | None, rho: Range | None) -> Session:
    latest = lived.latest
    done, minutes = (latest.done, latest.minutes) if latest else (None, None)
    is_planned = minutes is None and latest is not None and latest.done is True and latest.ended is None
    if is_planned:
        minutes = arm.minutes
    elif minutes is None and done is False:
        minutes = 0
    return Session(
        day=lived.day,
        treatment=arm.name,
        is_on_the_mat=arm.on_the_mat,
        done=done,
        minutes=None if minutes is None else float(minutes),
        are_minutes_planned=is_planned,
        prick=latest.prick if latest else None,
        ended=latest.ended if latest else None,
        set_up=set_up,
        rho=rho,
    )


def _doubts(rows: Sequence[Session]) -> tuple[str, ...]:
    """What is not known of these sessions, or stands in, the most weighty first."""
    on_the_mat = [one for one in rows if one.is_on_the_mat]
    if not on_the_mat:
        return ()
    said = []
    bare = sum(one.set_up is None and one.minutes != 0 for one in on_the_mat)
    if bare:
        said.append(
            ngettext(
                "{n} session on the mat has no set-up, so how sharp it was is not known.",
                "{n} sessions on the mat have no set-up, so how sharp they were is not known.",
                bare,
            ).format(n=bare)
        )
    untold = sum(one.minutes is None for one in on_the_mat)
    if untold:
        said.append(
            ngettext("Nobody said how long {n} session was.", "Nobody said how long {n} sessions were.", untold).format(
                n=untold
            )
        )
    planned = sum(one.are_minutes_planned for one in on_the_mat)
    if planned:
        said.append(
            ngettext(
                "{n} session was done and its minutes were not written down, so the plan’s stand in.",
                "{n} sessions were done and their minutes were not written down, so the plan’s stand in.",
                planned,
            ).format(n=planned)
        )
    said += _changes(on_the_mat)
    told = [one.set_up for one in on_the_mat if one.set_up is not None]
    if told:
        said += list(dict.fromkeys(sentence for set_up in told for sentence in stand_ins(set_up)))
        said.append(_("Sharpness comes from a model of a back on a mat, not from a measurement of you."))
    return tuple(said)


def _changes(on_the_mat: Sequence[Session]) -> list[str]:
    """The days on which the set-up changed in the middle of the trial."""
    told = [one for one in on_the_mat if one.set_up is not None]
    days = [later.day for one, later in pairwise(told) if later.set_up != one.set_up]
    if not days:
        return []
    changed = _(
        "The set-up changed on {days}, though the plan asks to change nothing. The rule of the verdict is the same."
    )
    return [changed.format(days=_(" and ").join(day_name(day) for day in days))]
