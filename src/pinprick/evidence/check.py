"""What the records of studies lack, and where they contradict themselves or each other; worked out, not listed.

Each rule is general: an interval implies a p-value, arms add up to a total, a registry's count is a paper's count.
A finding is a reason to look the number up again, not proof that it is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Final

import numpy as np
from scipy import special

from pinprick.errors import FileError
from pinprick.evidence.reading import read_study, records
from pinprick.evidence.record import (
    CLEAR_RESULTS,
    DIFFERENCES,
    NULL_RESULTS,
    RATIOS,
    ByArm,
    Comparison,
    Effect,
    Favours,
    Figure,
    Interval,
    Kind,
    Outcome,
    Role,
    Study,
)
from pinprick.evidence.study import FILES, file_text

SIGNIFICANT: Final = 0.05
APART: Final = 2.0
"""Two p-values of one result may differ this many times, as the interval may come from a slightly other model."""
OFF_CENTRE: Final = 0.1
"""How far an estimate may lie off the middle of its interval, in half widths, after rounding."""
WEEKS_TO_DAYS: Final = 7
IDENTIFIERS: Final = ("doi", "pmid", "pmcid", "registration")
SAME_SHARE: Final = 0.005  # two shares are one if they agree to half a percent


class Sort(StrEnum):
    """What is wrong."""

    BROKEN = "broken"
    """The record breaks a rule and cannot be read."""
    CONTRADICTORY = "contradictory"
    DUPLICATE = "duplicate"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look up again.

    Parameters
    ----------
    study : str
        The record's id.
    path : str
        Where in it, counted from 1, such as ``outcomes[5].p``.
    sort : Sort
        What is wrong.
    sentence : str
        The same for people.
    """

    study: str
    path: str
    sort: Sort
    sentence: str

    def __str__(self) -> str:
        return f"{self.study}{f', {self.path}' if self.path else ''} ({self.sort}): {self.sentence}"


def check(some: Iterable[Study] | None = None) -> tuple[Finding, ...]:
    """Everything that is missing or contradictory, in the order of the records.

    Parameters
    ----------
    some : iterable of Study, optional
        The studies to check; the shipped ones if None.

    Returns
    -------
    tuple of Finding
        A record that cannot be read is one finding, and the others are checked all the same.

    Examples
    --------
    >>> [one.path for one in check() if one.study == "saha2016" and one.sort is Sort.CONTRADICTORY]
    ['population.n_registry_enrolment', 'outcomes[5].p']
    """
    if some is not None:
        return _checked(tuple(some), [])
    found: list[Study] = []
    broken: list[Finding] = []
    for name in FILES:
        read, errors = _tolerantly(file_text(name), name)
        found += read
        broken += errors
    return _checked(tuple(found), broken)


def check_text(text: str, name: str) -> tuple[Finding, ...]:
    """The findings of a file of records that is not shipped, each record read by itself.

    Parameters
    ----------
    text : str
        YAML: a list of records.
    name : str
        What a finding calls the file.

    Examples
    --------
    >>> record = "{id: me2026, evidence_role: mat_trial, kind: trial, title: Mine, citation: Me, design: rct, year: 26}"
    >>> print(check_text(f"- {record}", "mine.yaml")[0])
    me2026 (broken): mine.yaml, line 1, me2026: year is '26', not a whole number from 1900 to 2100; ...
    """
    return _checked(*_tolerantly(text, name))


def _tolerantly(text: str, name: str) -> tuple[tuple[Study, ...], list[Finding]]:
    found: list[Study] = []
    broken: list[Finding] = []
    try:
        for part in records(text, name):
            try:
                found.append(read_study(part))
            except FileError as error:
                broken.append(Finding(part.record, "", Sort.BROKEN, str(error)))
    except FileError as error:
        broken.append(Finding(name, "", Sort.BROKEN, str(error)))
    return tuple(found), broken


def _checked(some: Sequence[Study], broken: Sequence[Finding]) -> tuple[Finding, ...]:
    found = list(broken)
    for one in some:
        for rule in RULES:
            found += rule(one)
    found += _duplicates(some)
    found += _references(some, {one.study for one in broken})
    return tuple(found)


def implied_p(
    estimate: Figure, ci95: Interval, *, df: float | None = None, ratio: bool = False
) -> tuple[float, float, float]:
    """The two-sided p-value that an estimate and its 95 % interval imply, and its range under their rounding.

    Parameters
    ----------
    estimate : Figure
        The estimate.
    ci95 : Interval
        Its interval; the half width is the critical value times the standard error.
    df : float, optional
        Degrees of freedom of the t distribution; a normal if None.
    ratio : bool
        Whether both are ratios, which are taken on the log scale.

    Returns
    -------
    p, least, most : float
        0 to 1.

    References
    ----------
    Altman DG, Bland JM (2011), How to obtain the P value from a confidence interval, BMJ 343:d2304,
    doi:10.1136/bmj.d2304; here with t in place of the normal where the degrees of freedom are known.

    Examples
    --------
    >>> from pinprick.evidence.study import study
    >>> week_14 = study("saha2016").outcomes[4]
    >>> p, least, most = implied_p(week_14.estimate, week_14.ci95, df=90)
    >>> print(week_14.p, f"{p:.4f} {least:.5f} {most:.5f}")
    p = 0.008 0.0001 0.00006 0.00017
    """
    value, slack = float(estimate), estimate.rounding
    if ratio:
        half = (np.log(ci95.high) - np.log(ci95.low)) / 2
        slack_half = ci95.rounding * (1 / ci95.low + 1 / ci95.high) / 2
        value, slack = abs(float(np.log(value))), slack / value
    else:
        half, slack_half = (ci95.high - ci95.low) / 2, ci95.rounding
        value = abs(value)
    critical = float(special.ndtri(0.975) if df is None else special.stdtrit(df, 0.975))

    def two_sided(size: float, width: float) -> float:
        score = critical * max(size, 0.0) / max(width, 1e-12)
        return float(2 * (special.ndtr(-score) if df is None else special.stdtr(df, -score)))

    return (
        two_sided(value, half),
        two_sided(value + slack, half - slack_half),
        two_sided(value - slack, half + slack_half),
    )


def _p_against_interval(estimate: Figure, ci95: Interval, p: Figure, df: float | None, *, ratio: bool) -> str:
    """What is wrong between a p-value and the interval beside it; empty where they fit."""
    implied, least, most = implied_p(estimate, ci95, df=df, ratio=ratio)
    low, high = max(float(p) - p.rounding, 0.0), float(p) + p.rounding
    if p.operator == "=":
        fits = least / APART <= high and low <= most * APART
    elif p.operator in ("<", "<="):
        fits = least / APART <= high
    else:
        fits = most * APART >= low
    if fits:
        return ""
    return (
        f"the printed {p} does not fit its own interval ({ci95} around {estimate}), which implies p of about "
        f"{implied:.1g}; prefer the interval."
    )


def _centre(estimate: Figure, ci95: Interval, *, ratio: bool) -> str:
    """What is wrong between an estimate and its interval; empty where the one stands in the middle of the other."""
    value, low, high = float(estimate), ci95.low, ci95.high
    slack = estimate.rounding + ci95.rounding
    if not low - slack <= value <= high + slack:
        return f"{estimate} lies outside its own interval, {ci95}; one of them has another sign or is misprinted."
    if ratio:
        slack, value, low, high = slack / value, float(np.log(value)), float(np.log(low)), float(np.log(high))
    if abs(value - (low + high) / 2) > slack + OFF_CENTRE * (high - low) / 2:
        return f"{estimate} does not stand in the middle of its interval, {ci95}; look both up again."
    return ""


def _about(path: str, sort: Sort, sentence: str, one: Study) -> Finding:
    return Finding(one.id, path, sort, sentence[:1].upper() + sentence[1:])


def _identifiers(one: Study) -> Iterator[Finding]:
    if one.doi is None and one.kind is not Kind.GUIDELINE:
        yield _about("doi", Sort.MISSING, "no DOI was seen; its link goes to " + (one.link or "nowhere") + ".", one)
    if one.year is None:
        yield _about("year", Sort.MISSING, "no year was seen.", one)
    if one.kind is Kind.TRIAL and one.randomised is None:
        yield _about("randomised", Sort.MISSING, "nothing seen says whether people were randomised.", one)
    if one.risk_of_bias == () and one.role is Role.MAT_TRIAL:
        yield _about("risk_of_bias", Sort.MISSING, "nobody has judged its risk of bias.", one)


def _people(one: Study) -> Iterator[Finding]:
    who = one.population
    total = who.n_total
    if total is None and one.kind is not Kind.GUIDELINE:
        yield _about("population.n_total", Sort.MISSING, "the number of people was not seen.", one)
    groups = [arm for arm in one.arms if arm.role.value != "mat_and_comparator"]
    for count in ("n_randomised", "n_analysed"):
        seen: list[Figure | None] = [getattr(arm, count) for arm in groups]
        if one.kind is Kind.TRIAL and one.randomised and len(groups) > 1 and None in seen:
            word = count.removeprefix("n_")
            yield _about("arms", Sort.MISSING, f"people {word} in each arm were not seen.", one)
        if total is None or not seen or None in seen:
            continue
        together = sum(int(figure.value) for figure in seen if figure is not None)
        if together > total.value or (together < total.value and count == "n_randomised"):
            yield _about(
                "arms", Sort.CONTRADICTORY, f"the arms add up to {together} people, the total is {total.value}.", one
            )
    for i, arm in enumerate(one.arms, 1):
        before, after = arm.n_randomised, arm.n_analysed
        if before and after and after.value > before.value:
            yield _about(
                f"arms[{i}]",
                Sort.CONTRADICTORY,
                f"{after.value} people were analysed in {arm.name!r}, but {before.value} randomised.",
                one,
            )
    if total is not None:
        yield from _counts_of_one_thing(one, total)
    if one.role is Role.MAT_TRIAL and not any(harm.count for harm in one.adverse_events.items):
        yield _about("adverse_events", Sort.MISSING, "no count of harm was seen, which is not the same as none.", one)


def _counts_of_one_thing(one: Study, total: Figure) -> Iterator[Finding]:
    who = one.population
    others = (
        ("n_registry_enrolment", who.n_registry_enrolment, "the registry"),
        ("n_total_press_release", who.n_total_press_release, "a press release"),
    )
    for key, figure, teller in others:
        if figure is not None and figure.value != total.value:
            less = max(figure.value - total.value, 0)
            gap = f", so {less} of them ({less / figure.value:.0%}) are unaccounted for" if less else ""
            yield _about(
                f"population.{key}",
                Sort.CONTRADICTORY,
                f"{teller} has {figure.value} people, the report {total.value}{gap}.",
                one,
            )
    if who.n_responded is not None and who.n_responded.value != total.value:
        silent = total.value - who.n_responded.value
        sort = Sort.MISSING if silent > 0 else Sort.CONTRADICTORY
        words = f"{who.n_responded.value} of {total.value} people answered"
        yield _about("population.n_responded", sort, f"{words}; what the other {abs(silent)} think is unknown.", one)
    sexes = [figure for figure in (who.sex.male, who.sex.female) if figure] if who.sex else []
    counted = sum(int(figure.value) for figure in sexes)
    if counted > total.value or (len(sexes) == 2 and counted != total.value):
        yield _about(
            "population.sex", Sort.CONTRADICTORY, f"men and women add up to {counted} of {total.value} people.", one
        )
    for i, effect in enumerate(one.effects, 1):
        if effect.n is not None and effect.n.value > total.value:
            yield _about(
                f"effects[{i}].n",
                Sort.CONTRADICTORY,
                f"the comparison has {effect.n.value} people, the whole record {total.value}.",
                one,
            )


def _ages_and_spans(one: Study) -> Iterator[Finding]:
    age = one.population.age
    if age is not None:
        ends = [float(figure) for figure in (age.min, age.mean, age.max) if figure is not None]
        if ends != sorted(ends):
            yield _about("population.age", Sort.CONTRADICTORY, "the mean age lies outside youngest to oldest.", one)
    plan = one.regimen
    if plan is not None and plan.duration_days and plan.duration_weeks:
        days, weeks = plan.duration_days.value, plan.duration_weeks.value
        if days != weeks * WEEKS_TO_DAYS:
            yield _about("regimen", Sort.CONTRADICTORY, f"{days} days are not {weeks} weeks.", one)
    for i, result in enumerate(one.outcomes, 1):
        said = re.fullmatch(r"(?:after )?(?:week (\d+)|(\d+) weeks|(\d+) days)(?: of use)?", result.timepoint or "")
        if said and result.timepoint_days is not None:
            week, n_weeks, n_days = said.groups()
            meant = int(n_days) if n_days else int(week or n_weeks) * WEEKS_TO_DAYS
            if meant != result.timepoint_days.value:
                words = f"{result.timepoint!r} is day {meant}, not day {result.timepoint_days.value}."
                yield _about(f"outcomes[{i}].timepoint_days", Sort.CONTRADICTORY, words, one)


def _harms(one: Study) -> Iterator[Finding]:
    total = one.population.n_total
    for i, harm in enumerate(one.adverse_events.items, 1):
        path = f"adverse_events.items[{i}]"
        if harm.count is not None and harm.of is None:
            yield _about(f"{path}.of", Sort.MISSING, f"of how many people {harm.event!r} was counted is unknown.", one)
        if harm.of is not None and total is not None and harm.of.value > total.value:
            words = f"harm was counted of {harm.of.value} people, but {total.value} took part."
            yield _about(f"{path}.of", Sort.CONTRADICTORY, words, one)
    for_pain = one.dropouts.for_pain
    painful = [harm.count for harm in one.adverse_events.items if harm.count and "painful" in harm.event]
    if for_pain is not None and painful and for_pain.value != sum(int(count.value) for count in painful):
        yield _about(
            "dropouts.for_pain",
            Sort.CONTRADICTORY,
            f"{for_pain.value} people left for pain, but {painful[0].value} are counted as finding it too painful.",
            one,
        )
    if for_pain and one.dropouts.total and for_pain.value > one.dropouts.total.value:
        yield _about("dropouts", Sort.CONTRADICTORY, "more people left for pain than left at all.", one)


def _outcomes(one: Study) -> Iterator[Finding]:
    for i, result in enumerate(one.outcomes, 1):
        path = f"outcomes[{i}]"
        yield from _outcome_numbers(one, result, path)
        if one.role is not Role.MAT_TRIAL or result.comparison is not Comparison.BETWEEN_ARMS:
            continue
        if result.p is None and result.estimate is None and result.followup is None:
            known = "significant" if result.result in CLEAR_RESULTS else "not significant"
            words = f"no mean, interval or p-value was seen for {result.measure!r}, only that it was {known}."
            yield _about(path, Sort.MISSING, words, one)
        elif result.estimate is None and result.followup is None:
            words = f"for {result.measure!r} only {result.p} was seen; a size has to be worked out from it."
            yield _about(path, Sort.MISSING, words, one)


def _outcome_numbers(one: Study, result: Outcome, path: str) -> Iterator[Finding]:
    estimate, ci95, p = result.estimate, result.ci95, result.p
    clear, null = result.result in CLEAR_RESULTS, result.result in NULL_RESULTS
    if ci95 is not None and estimate is None:
        yield _about(f"{path}.ci95", Sort.MISSING, f"an interval, {ci95}, stands without its estimate.", one)
    if ci95 is not None and estimate is not None:
        if words := _centre(estimate, ci95, ratio=False):
            yield _about(f"{path}.ci95", Sort.CONTRADICTORY, words, one)
        elif p is not None and (words := _p_against_interval(estimate, ci95, p, degrees(one, result), ratio=False)):
            yield _about(f"{path}.p", Sort.CONTRADICTORY, words, one)
        if (clear and ci95.holds(0)) or (null and not ci95.holds(0)):
            words = f"the result is called {result.result}, but its interval is {ci95}."
            yield _about(f"{path}.result", Sort.CONTRADICTORY, words, one)
    if p is not None:
        small = p.operator in ("=", "<", "<=") and float(p) - p.rounding < SIGNIFICANT
        if (clear and not small) or (null and small):
            yield _about(f"{path}.result", Sort.CONTRADICTORY, f"it is called {result.result}, but {p}.", one)
    if result.percent and result.events and result.n:
        share = result.events.value / result.n.value
        if abs(share - float(result.percent) / 100) > result.percent.rounding / 100 + SAME_SHARE:
            words = f"{result.events.value} of {result.n.value} are {share:.1%}, not {result.percent.value} %."
            yield _about(f"{path}.percent", Sort.CONTRADICTORY, words, one)
    yield from _means(one, result, path)


def _means(one: Study, result: Outcome, path: str) -> Iterator[Finding]:
    low, high = result.scale_min, result.scale_max
    if low is not None and high is not None:
        for name in ("baseline", "followup"):
            arms: ByArm | None = getattr(result, name)
            for side in (arms.treatment, arms.comparator) if arms else ():
                if side and side.mean and not low.value <= side.mean.value <= high.value:
                    words = f"a mean of {side.mean.value} lies outside the scale, {low.value} to {high.value}."
                    yield _about(f"{path}.{name}", Sort.CONTRADICTORY, words, one)
        if result.estimate and abs(float(result.estimate)) > high.value - low.value:
            words = f"{result.estimate} is more than the scale is wide."
            yield _about(path, Sort.CONTRADICTORY, words, one)
    if result.mean_difference is None:
        return
    for arms in (result.followup, result.change):
        if arms and arms.treatment and arms.comparator and arms.treatment.mean and arms.comparator.mean:
            raw = float(arms.treatment.mean) - float(arms.comparator.mean)
            if raw * float(result.mean_difference) < 0:
                words = f"the arms differ by {raw:g}, the printed difference is {result.mean_difference}."
                yield _about(f"{path}.mean_difference", Sort.CONTRADICTORY, words, one)


def _effects(one: Study) -> Iterator[Finding]:
    for i, effect in enumerate(one.effects, 1):
        path = f"effects[{i}]"
        if effect.value is None and not effect.groups:
            words = f"no size was seen for {effect.comparison!r}."
            yield _about(f"{path}.effect", Sort.MISSING, words, one)
        sized = effect.value is not None and effect.metric in DIFFERENCES | RATIOS
        if sized and effect.ci95 is None and effect.p is None:
            yield _about(f"{path}.ci95", Sort.MISSING, f"{effect.value} has neither an interval nor a p-value.", one)
        yield from _effect_numbers(one, effect, path)
        for j, group in enumerate(effect.groups, 1):
            if group.mean and group.ci95 and (words := _centre(group.mean, group.ci95, ratio=False)):
                yield _about(f"{path}.groups[{j}].ci95", Sort.CONTRADICTORY, words, one)


def _effect_numbers(one: Study, effect: Effect, path: str) -> Iterator[Finding]:
    value, ci95, p, ratio = effect.value, effect.ci95, effect.p, effect.metric in RATIOS
    small = p is not None and p.operator in ("=", "<", "<=") and float(p) + p.rounding < SIGNIFICANT
    if small and effect.favours is Favours.NONE and effect.metric in DIFFERENCES:
        yield _about(f"{path}.favours", Sort.CONTRADICTORY, f"it favours nobody, but {p}.", one)
    if value is None or ci95 is None:
        return
    if words := _centre(value, ci95, ratio=ratio):
        yield _about(f"{path}.ci95", Sort.CONTRADICTORY, words, one)
    elif p is not None and (words := _p_against_interval(value, ci95, p, None, ratio=ratio)):
        yield _about(f"{path}.p", Sort.CONTRADICTORY, words, one)
    if effect.metric in DIFFERENCES | RATIOS and effect.favours is not None:
        nobody = effect.favours is Favours.NONE
        inside = ci95.low < effect.null < ci95.high
        if inside != nobody:
            whom = "nobody" if nobody else effect.favours
            words = f"it favours {whom}, but the interval is {ci95}, where no difference is {effect.null:g}."
            yield _about(f"{path}.favours", Sort.CONTRADICTORY, words, one)


RULES: Final[tuple[Callable[[Study], Iterator[Finding]], ...]] = (
    *(_identifiers, _people, _ages_and_spans, _harms, _outcomes, _effects),
)
"""Every rule about one record."""


def degrees(one: Study, result: Outcome) -> float | None:
    """Degrees of freedom of a result's t: people less one within an arm, less two between two; None if unknown.

    Examples
    --------
    >>> from pinprick.evidence.study import study
    >>> saha = study("saha2016")
    >>> degrees(saha, saha.outcomes[3])
    90.0
    """
    counts = [arm.n_analysed or arm.n_randomised for arm in one.arms]
    known = [float(count) for count in counts if count is not None]
    if not known or len(known) != len(counts):
        return None
    if result.comparison is Comparison.BETWEEN_ARMS:
        return sum(known) - 2 if len(known) == 2 else None
    return known[0] - 1 if len(known) == 1 and known[0] > 1 else None


def _duplicates(some: Sequence[Study]) -> Iterator[Finding]:
    for one, other in combinations(some, 2):
        if other.id in (*one.same_paper_as, *one.overlaps_with, one.superseded_by):
            continue
        shared = next((key for key in IDENTIFIERS if _same(getattr(one, key), getattr(other, key))), None)
        if shared is not None:
            words = (
                f"the record {one.id} has the same {shared}; say so with same_paper_as or overlaps_with, or drop one."
            )
            yield _about(shared, Sort.DUPLICATE, words, other)
        elif _author(one) == _author(other) and one.year is not None and one.year == other.year:
            words = f"the record {one.id} has the same first author and year; if both are one, say overlaps_with."
            yield _about("citation", Sort.DUPLICATE, words, other)


def _same(first: str | None, second: str | None) -> bool:
    return first is not None and second is not None and first.casefold() == second.casefold()


def _author(one: Study) -> str:
    """The first author's name, or the whole body's where no person is named."""
    return re.split(r"[ ,]", one.citation, maxsplit=1)[0].casefold()


def _references(some: Sequence[Study], broken: set[str]) -> Iterator[Finding]:
    known = {one.id: one for one in some}
    for one in some:
        for key in ("same_paper_as", "overlaps_with", "superseded_by"):
            named = getattr(one, key)
            for other in (named,) if isinstance(named, str) else named or ():
                if other not in known and other not in broken:
                    yield _about(key, Sort.CONTRADICTORY, f"there is no record {other!r}; correct the id.", one)
                elif other in known and key != "superseded_by" and one.id not in getattr(known[other], key):
                    yield _about(key, Sort.CONTRADICTORY, f"the record {other} does not name {one.id} in return.", one)
        twin = next((known[other] for other in one.overlaps_with if other in known), None)
        if one.doi is None and twin is not None and twin.doi is not None and one.year == twin.year:
            yield _about("doi", Sort.MISSING, f"the record {twin.id}, of the same people, has {twin.doi}.", one)
