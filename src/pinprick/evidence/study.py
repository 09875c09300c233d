"""The studies that ship with Pinprick: every record, found by id, role, domain or comparison, and what may be pooled.

Adding a study is adding a record to a file in ``studies/``; the head of ``mat_trials.yaml`` says how.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final, TypeVar

from pinprick.errors import FileError
from pinprick.evidence.reading import read_records
from pinprick.evidence.record import (
    AdverseEvents,
    Against,
    Arm,
    Comparison,
    Domain,
    Effect,
    Figure,
    Interval,
    Kind,
    Metric,
    Outcome,
    Role,
    Seen,
    Study,
    Treatment,
)

__all__ = [
    "FILES",
    "AdverseEvents",
    "Against",
    "Arm",
    "Comparison",
    "Domain",
    "Effect",
    "Figure",
    "Interval",
    "Kind",
    "Metric",
    "Outcome",
    "Role",
    "Seen",
    "Study",
    "Treatment",
    "effects",
    "file_text",
    "may_be_pooled",
    "outcomes",
    "pooling_conflicts",
    "studies",
    "study",
    "why_not_pooled",
]

FILES: Final = ("mat_trials.yaml", "acupuncture_trials.yaml", "benchmarks.yaml")
"""The files of records, in the order in which they are read."""


def file_text(name: str) -> str:
    """The text of one of `FILES`."""
    return files("pinprick.evidence").joinpath("studies", name).read_text(encoding="utf-8")


@cache
def _library() -> dict[str, Study]:
    found: dict[str, Study] = {}
    for name in FILES:
        for one in read_records(file_text(name), name):
            if one.id in found:
                other = found[one.id]
                raise FileError(
                    f"{one.file}, line {one.line}: id {one.id!r} was taken in {other.file}, line {other.line}; "
                    "give each record an id of its own."
                )
            found[one.id] = one
    return found


def studies(role: Role | str | None = None) -> tuple[Study, ...]:
    """Every study, or those of one role, in the order of the files.

    Parameters
    ----------
    role : Role or str, optional
        Such as ``mat_trial``.

    Raises
    ------
    FileError
        If a shipped record breaks a rule, or the role is unknown.

    Examples
    --------
    >>> len(studies()), [one.id for one in studies("mat_trial")][:3]
    (56, ['hohmann2012_neck', 'hohmann2012_back', 'kjellgren2011'])
    """
    if role is None:
        return tuple(_library().values())
    return tuple(one for one in _library().values() if one.role is _known(Role, role))


def study(study_id: str) -> Study:
    """The study of this id.

    Raises
    ------
    FileError
        If there is none; the nearest id is named.

    Examples
    --------
    >>> study("hohmann2012_neck").doi_url
    'https://doi.org/10.1155/2012/753583'
    >>> n = study("saha2016").population.n_registry_enrolment
    >>> n.value, n.unit, n.seen.value
    (166, 'people', 'registry')
    """
    try:
        return _library()[study_id]
    except KeyError:
        near = difflib.get_close_matches(str(study_id), list(_library()), n=1)
        todo = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(list(_library())[:6])} and others."
        raise FileError(f"There is no study called {study_id!r}; {todo}") from None


def outcomes(
    domain: Domain | str | None = None,
    comparison: Comparison | str | None = None,
    *,
    against: Against | str | None = None,
    role: Role | str | None = Role.MAT_TRIAL,
) -> tuple[tuple[Study, Outcome], ...]:
    """Results of single trials, each with its study.

    Parameters
    ----------
    domain, comparison, against, role : str, optional
        Only results of this domain and comparison, in studies of this role that compared with this broad class;
        None takes every one. Mat trials unless another role is named.

    Raises
    ------
    FileError
        If a word is unknown.

    Examples
    --------
    >>> [(one.id, result.measure) for one, result in outcomes("sleep", "between_arms")]
    [('kjellgren2011', 'sleep quality'), ('kisker2023', 'sleep quality')]
    """
    wanted_domain = None if domain is None else _known(Domain, domain)
    wanted = None if comparison is None else _known(Comparison, comparison)
    other = None if against is None else _known(Against, against)
    return tuple(
        (one, result)
        for one in studies(role)
        if other is None or one.against is other
        for result in one.outcomes
        if (wanted_domain is None or result.domain is wanted_domain) and (wanted is None or result.comparison is wanted)
    )


def effects(
    domain: Domain | str | None = None,
    *,
    treatment: Treatment | str | None = None,
    against: Against | str | None = None,
    role: Role | str | None = None,
) -> tuple[tuple[Study, Effect], ...]:
    """Effects as reviews and comparator trials print them, each with its study.

    Parameters
    ----------
    domain, treatment, against, role : str, optional
        Only effects of this domain and treatment against this broad class, in studies of this role; None takes all.

    Raises
    ------
    FileError
        If a word is unknown.

    Examples
    --------
    >>> found = effects("pain", treatment="acupuncture", against="usual_care")
    >>> [(one.id, str(effect.value)) for one, effect in found if effect.value]
    [('cochrane_lbp2020', '-10.26 points')]
    """
    wanted_domain = None if domain is None else _known(Domain, domain)
    wanted = None if treatment is None else _known(Treatment, treatment)
    other = None if against is None else _known(Against, against)
    return tuple(
        (one, effect)
        for one in studies(role)
        for effect in one.effects
        if (wanted_domain is None or effect.domain is wanted_domain)
        and (wanted is None or effect.treatment is wanted)
        and (other is None or effect.against is other)
    )


def why_not_pooled(one: Study) -> str:
    """Why a study may not enter a pooled effect of mats, as a sentence; empty where it may.

    Examples
    --------
    >>> why_not_pooled(study("hohmann2012_neck"))
    ''
    >>> why_not_pooled(study("saha2016"))
    'saha2016 is not randomised, so its change has no comparison.'
    """
    if one.role is not Role.MAT_TRIAL:
        return f"{one.id} has the role {one.role}; only {Role.MAT_TRIAL} says what mats do."
    if one.randomised is not True:
        return (
            f"{one.id} is not randomised, so its change has no comparison."
            if one.randomised is False
            else f"{one.id} does not say that it was randomised."
        )
    if not any(result.comparison is Comparison.BETWEEN_ARMS for result in one.outcomes):
        return f"{one.id} reports no difference between arms."
    return ""


def may_be_pooled(one: Study) -> bool:
    """Whether a study may enter a pooled effect of mats: a randomised mat trial with a difference between arms.

    Examples
    --------
    >>> [one.id for one in studies() if may_be_pooled(one)]
    ['hohmann2012_neck', 'hohmann2012_back', 'kjellgren2011']
    """
    return not why_not_pooled(one)


def pooling_conflicts(chosen: Iterable[Study]) -> tuple[str, ...]:
    """What forbids taking these studies together, whatever each is: roles that differ, people counted twice.

    Examples
    --------
    >>> pooling_conflicts([study("vickers2012_ipd"), study("vickers2018_ipd")])
    ('vickers2012_ipd was superseded by vickers2018_ipd; take only the later one.',)
    >>> pooling_conflicts([study("hohmann2012_neck"), study("hohmann2012_back")])
    ()
    """
    some = tuple(chosen)
    found = []
    roles = {one.role: one.id for one in reversed(some)}
    if len(roles) > 1:
        words = ", ".join(f"{role} ({first})" for role, first in reversed(roles.items()))
        found.append(f"These have different roles: {words}; never pool across roles.")
    for i, one in enumerate(some):
        for other in some[i + 1 :]:
            if one.id == other.id:
                found.append(f"{one.id} is named twice; take it once.")
            elif other.id == one.superseded_by or one.id == other.superseded_by:
                old, new = (one, other) if other.id == one.superseded_by else (other, one)
                found.append(f"{old.id} was superseded by {new.id}; take only the later one.")
            elif other.id in one.overlaps_with or one.id in other.overlaps_with:
                found.append(f"{one.id} and {other.id} rest on some of the same people; take only one of them.")
    return tuple(found)


_Word = TypeVar("_Word", bound=StrEnum)


def _known(words: type[_Word], word: _Word | str) -> _Word:
    try:
        return words(word)
    except ValueError:
        near = difflib.get_close_matches(str(word), [str(one) for one in words], n=1)
        todo = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(words)}."
        raise FileError(f"There is no {words.__name__.lower()} called {word!r}; {todo}") from None
