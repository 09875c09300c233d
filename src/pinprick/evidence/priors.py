"""The prior library: what published trials lead one to expect of a new person, before any day of theirs.

The numbers and their reasons are data (``priors.yaml``); those whose basis is ``computed`` come from the study records
each time. They never enter the rule of a trial. They stand beside its finding, with what a sceptic would conclude.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from pinprick.bayes.normal_prior import NormalPrior
from pinprick.errors import ProtocolError
from pinprick.evidence.figures import effect_of, load

ANY: Final = "any"
POINTS: Final = 10.0  # the width of the scale on which the library is written


@dataclass(frozen=True, slots=True)
class PublishedPrior:
    """One entry of the library.

    Attributes
    ----------
    id : str
        Its name, such as ``pain_mat_vs_rest``.
    treatment, against : str
        Kinds of treatment: mat, rest, acupuncture, usual_care; ``any`` for whatever the mat is compared with.
    outcome : str
        pain, stress, sleep or circulation.
    mean, sd : float
        Points of a 0-10 scale, positive where the treatment is better; for one new person.
    average_sd, between_person_sd : float
        How well the average is known, and how much people are taken to differ around it.
    basis : str
        ``judgement`` or ``computed``.
    derivation : str
        Why these numbers.
    studies : tuple of str
        The records that it rests on.
    version : int
        The library's version.
    """

    id: str
    treatment: str
    against: str
    outcome: str
    mean: float
    sd: float
    average_sd: float
    between_person_sd: float
    basis: str
    derivation: str
    studies: tuple[str, ...]
    version: int

    def on_scale(self, width: float) -> NormalPrior:
        """Give it on a scale of this width, in that scale's points."""
        return NormalPrior(self.mean * width / POINTS, self.sd * width / POINTS)


@dataclass(frozen=True, slots=True)
class Library:
    """All entries, the sceptic and the one that hardly assumes anything."""

    version: int
    priors: tuple[PublishedPrior, ...]
    sceptic: NormalPrior
    weak: NormalPrior
    why_sceptic: str
    why_weak: str
    instruments: dict[str, str]
    """The outcome that each instrument asks about."""

    def named(self, name: str) -> PublishedPrior:
        """Find an entry by its id.

        Raises
        ------
        ProtocolError
            If there is none of that name; it lists those that are there.
        """
        for prior in self.priors:
            if prior.id == name:
                return prior
        known = ", ".join(prior.id for prior in self.priors)
        raise ProtocolError(f"There is no published prior called {name!r}; choose one of {known}.")

    def find(self, treatment: str, against: str, instrument: str) -> PublishedPrior | None:
        """Find what trials lead one to expect of a comparison, asked with an instrument; None where nothing does.

        Turned round, where only the other order is in the library: the mean then changes its sign.

        Examples
        --------
        >>> library().find("mat", "rest", "pain_nrs").mean
        0.2
        >>> library().find("rest", "mat", "pain_nrs").mean
        -0.2
        >>> library().find("acupuncture", "rest", "sleep_quality_nrs") is None
        True
        """
        outcome = self.instruments.get(instrument)
        for prior in self.priors:
            if prior.outcome == outcome and prior.treatment == treatment and prior.against in (against, ANY):
                return prior
        for prior in self.priors:
            if prior.outcome == outcome and prior.treatment == against and prior.against in (treatment, ANY):
                return _turned(prior)
        return None


def _turned(prior: PublishedPrior) -> PublishedPrior:
    return replace(prior, treatment=prior.against, against=prior.treatment, mean=-prior.mean)


@cache
def library() -> Library:
    """Load the library that ships."""
    told = load("priors.yaml")
    instruments = {name: outcome for outcome, names in told["outcomes"].items() for name in names}
    return Library(
        version=told["version"],
        priors=tuple(_prior(entry, told["version"]) for entry in told["priors"]),
        sceptic=NormalPrior(told["sceptic"]["mean"], told["sceptic"]["sd"]),
        weak=NormalPrior(told["weak"]["mean"], told["weak"]["sd"]),
        why_sceptic=told["sceptic"]["derivation"].strip(),
        why_weak=told["weak"]["derivation"].strip(),
        instruments=instruments,
    )


def _prior(entry: dict[str, Any], version: int) -> PublishedPrior:
    between = float(entry["between_person_sd"])
    if entry["basis"] == "computed":
        effect = effect_of(entry["from"])
        average, average_sd = effect.points_estimate, effect.points_se
        mean, sd = round(average, 2), round(math.hypot(average_sd, between), 2)
    else:
        mean, sd, average_sd = float(entry["mean"]), float(entry["sd"]), float(entry["average_sd"])
    return PublishedPrior(
        id=entry["id"],
        treatment=entry["treatment"],
        against=entry["against"],
        outcome=entry["outcome"],
        mean=mean,
        sd=sd,
        average_sd=average_sd,
        between_person_sd=between,
        basis=entry["basis"],
        derivation=entry["derivation"].strip(),
        studies=tuple(entry["studies"]),
        version=version,
    )
