"""What is commonly said of spiky mats, and what trials say to it: `claims`.

Each claim carries a word, an answer with its numbers looked up in the study records, what the answer rests on, and
how certain it is. Word and certainty are judgements: they are stored with their reasons and never computed. What is
computed is only whether a level fits its own reasons, so that neither is changed without the other.

Certainty follows GRADE (Guyatt et al. 2008, doi:10.1136/bmj.39489.470347.AD): high where randomised comparisons
answer, low where none does, and down one or two for each of five reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from pinprick.errors import ProtocolError
from pinprick.evidence.figures import Figure, figure_of, load, study_ids

REASONS: Final = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
"""GRADE's five reasons to rate down."""


class Word(StrEnum):
    """The answer in a word."""

    SUPPORTED = "supported"
    UNCLEAR = "unclear"
    NOT_SUPPORTED = "not_supported"
    CONTRADICTED = "contradicted"
    PRECAUTION = "precaution"


class Certainty(StrEnum):
    """How sure one may be of an answer."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very_low"
    NONE = "none"
    """No study at all."""


LEVELS: Final = (Certainty.VERY_LOW, Certainty.LOW, Certainty.MODERATE, Certainty.HIGH)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a certainty was rated down."""

    name: str
    down: int
    why: str


@dataclass(frozen=True, slots=True)
class Graded:
    """A certainty, where it started, and what took from it.

    Raises
    ------
    ProtocolError
        If the level does not follow from its start and its reasons.

    Examples
    --------
    >>> Graded(Certainty.HIGH, Certainty.LOW, "", (Reason("imprecision", 1, "42 people"),))
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: A certainty that starts high and is rated down by 1 is moderate, not low; ...
    """

    start: Certainty
    level: Certainty
    short: str
    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if self.level is Certainty.NONE:
            return
        for reason in self.reasons:
            if reason.name not in REASONS or reason.down not in (1, 2) or not reason.why:
                raise ProtocolError(
                    f"{reason.name!r} takes {reason.down}; give one of {', '.join(REASONS)}, 1 or 2, and say why."
                )
        down = sum(reason.down for reason in self.reasons)
        due = LEVELS[max(0, LEVELS.index(self.start) - down)]
        if due is not self.level:
            raise ProtocolError(
                f"A certainty that starts {self.start} and is rated down by {down} is {due}, not {self.level}; "
                "change the level, or the reasons."
            )


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that is said, and what was found.

    Attributes
    ----------
    id : str
        Its name for commands and addresses.
    about : tuple of str
        The outcomes it is about: pain, stress, sleep, circulation, stiffness, harm, acupuncture.
    number : int
        Its place among the common claims, from 1.
    says : str
        The claim as people say it.
    word : Word
        The answer in a word.
    answer, more, rests_on, harm : str
        Sentences with places for numbers, such as ``{back.n}``; `filled` puts them in.
    figures : mapping of str to Figure
        The numbers that stand in them, each with its source.
    main : Figure or None
        The number that answers, where one was seen.
    certainty : Graded
        How sure one may be, and why no surer.
    picture : mapping
        What is drawn: ``people`` or ``stopped`` with the name of a figure, ``beside`` for the comparison of
        treatments; empty for none.
    comparisons, without_comparison : tuple of str
        The study records read: those that compare, and those that do not.
    """

    id: str
    about: tuple[str, ...]
    number: int
    says: str
    word: Word
    answer: str
    more: str
    rests_on: str
    harm: str
    figures: Mapping[str, Figure]
    main: Figure | None
    certainty: Graded
    picture: Mapping[str, Any]
    comparisons: tuple[str, ...]
    without_comparison: tuple[str, ...]

    @property
    def studies(self) -> tuple[str, ...]:
        """Every record that was read for it."""
        return self.comparisons + self.without_comparison

    @property
    def is_untested(self) -> bool:
        """Whether no study was found at all."""
        return self.certainty.level is Certainty.NONE


@dataclass(frozen=True, slots=True)
class Popular:
    """Something a seller or a page says, where it was seen, and the answer."""

    id: str
    says: str
    word: Word
    answer: str
    seen_at: tuple[str, ...]
    studies: tuple[str, ...]


def filled(text: str, figures: Mapping[str, Figure]) -> str:
    """Put the numbers into a sentence.

    Examples
    --------
    >>> claim = claims()[0]
    >>> filled("{back.n} people", claim.figures)
    '42 people'
    """
    return text.format(**figures) if "{" in text else text


@cache
def claims() -> tuple[Claim, ...]:
    """Every common claim, in the order in which people ask."""
    return tuple(_claim(number, entry) for number, entry in enumerate(load("claims.yaml")["common"], start=1))


@cache
def popular_claims() -> tuple[Popular, ...]:
    """Claims from shops and pages that the evidence does not bear out."""
    return tuple(
        Popular(
            entry["id"],
            entry["says"],
            Word(entry["word"]),
            entry["answer"],
            tuple(entry["seen_at"]),
            _known(entry["id"], entry["studies"]),
        )
        for entry in load("claims.yaml")["popular"]
    )


def outcomes() -> tuple[str, ...]:
    """What the claims are about.

    Examples
    --------
    >>> outcomes()[:2]
    ('pain', 'stress')
    """
    return tuple(dict.fromkeys(outcome for one in claims() for outcome in one.about))


def claims_about(outcome: str) -> tuple[Claim, ...]:
    """The claims about one outcome; none where it is not one of `outcomes`."""
    return tuple(one for one in claims() if outcome.strip().lower() in one.about)


def claim(name: str) -> Claim:
    """Find a claim by its id or its number.

    Raises
    ------
    ProtocolError
        If there is none; it lists them.

    Examples
    --------
    >>> claim("neck_pain").number, claim("2").id
    (2, 'neck_pain')
    """
    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    for one in claims():
        if wanted in (one.id, str(one.number)):
            return one
    known = ", ".join(one.id for one in claims())
    raise ProtocolError(f"There is no claim {name!r}; choose one of {known}, or a number from 1 to {len(claims())}.")


def _claim(number: int, entry: dict[str, Any]) -> Claim:
    figures = {name: figure_of(ref) for name, ref in (entry["figures"] | entry.get("harm_figures", {})).items()}
    graded = entry["certainty"]
    reasons = tuple(Reason(name, **told) for name, told in graded["reasons"].items())  # no key beside down and why
    return Claim(
        id=entry["id"],
        about=tuple(entry["about"]),
        number=number,
        says=entry["says"],
        word=Word(entry["word"]),
        answer=entry["answer"].strip(),
        more=entry["more"].strip(),
        rests_on=entry["rests_on"],
        harm=entry["harm"].strip(),
        figures=figures,
        main=figures[entry["number"]] if "number" in entry else None,
        certainty=Graded(Certainty(graded["start"]), Certainty(graded["level"]), graded["short"], reasons),
        picture=entry["picture"],
        comparisons=_known(entry["id"], entry["comparisons"]),
        without_comparison=_known(entry["id"], entry["without_comparison"]),
    )


def _known(claim_id: str, ids: list[str]) -> tuple[str, ...]:
    """The ids of records, or an error that names one that is not there."""
    for one in ids:
        if one not in study_ids():
            raise ProtocolError(f"The claim {claim_id} rests on {one!r}, and there is no such study; correct the id.")
    return tuple(ids)
