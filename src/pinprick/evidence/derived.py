"""How large an effect the record of a trial implies, where the trial prints a p-value or a word and no size.

A p-value and two counts give a t; a t times a standard error is a size. The standard error needs a spread of ratings
that no mat trial printed, so another trial's stands in. Every size made here says so, and keeps the sign of its
scale: with pain, negative is relief. Nothing of it was reported by anybody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scipy.special import stdtrit

from pinprick.errors import FileError
from pinprick.evidence.effect_size import from_interval, from_t, to_points
from pinprick.evidence.record import (
    CLEAR_RESULTS,
    NULL_RESULTS,
    ArmRole,
    Comparison,
    Domain,
    Figure,
    Interval,
    Outcome,
    Result,
    Study,
)
from pinprick.evidence.study import study
from pinprick.words import _

ALPHA: Final = 0.05
"""What a trial means by significant where it prints no p-value."""
POINTS: Final = 10.0
SPREAD_FROM: Final = "heatpad_neck_nct01304368"


@dataclass(frozen=True, slots=True)
class Spread:
    """How much ratings of 0 to 10 vary between people, in points: a best guess, and a low and a high case."""

    sd: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.sd <= self.high:
            raise FileError(
                f"A spread of {self.sd:g} with cases {self.low:g} and {self.high:g} makes no sense; "
                "give three numbers above 0, the guess between the cases."
            )


BETWEEN_ARMS_SPREAD: Final = Spread(1.77, 1.4, 2.2)
"""Pain after two weeks, with the baseline taken into account: what the interval of `SPREAD_FROM` implies."""
CHANGE_SPREAD: Final = Spread(2.0, 1.5, 2.5)
"""How much one person's pain changes from before to after; assumed."""


class Bound(StrEnum):
    """What a size is."""

    EXACT = "exact"
    """The size itself."""
    AT_LEAST = "at_least"
    """The true size is this or further from 0: p was below a threshold."""
    WITHIN = "within"
    """The true size is nearer to 0 than this, either way: the result was not significant."""


@dataclass(frozen=True, slots=True)
class StudyEstimate:
    """One trial's size for one outcome.

    Attributes
    ----------
    study : Study
        The trial.
    outcome : Outcome
        The result it follows from.
    bound : Bound
        Whether it is the size, or only limits it.
    paired : bool
        Whether each person is compared with themselves.
    n1, n2 : int
        People in each group; of one group, ``n2`` is 0.
    df, t : float
        Degrees of freedom and Student's t; nan where the size was printed.
    d : float
        The size in standard deviations, as it stands in the test (of changes, if paired).
    smd, smd_variance : float
        The same with Hedges' correction, and its variance; nan if paired, as the two do not compare.
    points, points_se : float
        Points of 0 to 10 and their standard error; nan where no spread is known.
    points_low, points_high : float
        Its 95 % interval by t: for `Bound.AT_LEAST` that of the size at the threshold, for `Bound.WITHIN` about 0.
    points_if_narrow, points_if_wide : float
        The size under the spread's low and high case.
    lower_is_better : bool or None
        Which sign is a benefit.
    derived : bool
        False only where the trial printed the size.
    how : str
        How it came about.
    caveats : tuple of str
        What it takes for granted.
    """

    study: Study
    outcome: Outcome
    bound: Bound
    paired: bool
    n1: int
    n2: int
    df: float
    t: float
    d: float
    smd: float
    smd_variance: float
    points: float
    points_se: float
    points_low: float
    points_high: float
    points_if_narrow: float
    points_if_wide: float
    lower_is_better: bool | None
    derived: bool
    how: str
    caveats: tuple[str, ...]

    @property
    def where(self) -> str:
        """The page of the number it follows from."""
        figure = self.outcome.estimate or self.outcome.p
        return figure.where if figure is not None else f"{self.outcome.source} ({self.outcome.seen.value})"

    @property
    def benefit(self) -> float:
        """The points with the sign of a benefit: positive where the treatment did better; nan where neither is."""
        if self.lower_is_better is None:
            return math.nan
        return -self.points if self.lower_is_better else self.points

    @property
    def yi(self) -> float:
        """The size to pool, in points: 0 for `Bound.WITHIN`, as "not significant" leans neither way."""
        return 0.0 if self.bound is Bound.WITHIN else self.points

    @property
    def vi(self) -> float:
        """Its variance, in points squared."""
        return self.points_se**2

    def __str__(self) -> str:
        words = {
            Bound.EXACT: _("{size:+.1f} points"),
            Bound.AT_LEAST: _("{size:+.1f} points or more"),
            Bound.WITHIN: _("between {less:+.1f} and {more:+.1f} points"),
        }
        size = self.points
        if math.isnan(size):
            size = self.d
            words = {
                Bound.EXACT: _("{size:+.2f} standard deviations"),
                Bound.AT_LEAST: _("{size:+.2f} standard deviations or more"),
                Bound.WITHIN: _("between {less:+.2f} and {more:+.2f} standard deviations"),
            }
        return words[self.bound].format(size=size, less=-abs(size), more=abs(size))


def estimates_of(
    chosen: Iterable[Study],
    domain: Domain | str = Domain.PAIN,
    comparison: Comparison | str = Comparison.BETWEEN_ARMS,
    *,
    spread: Spread | None = None,
    measure: str = "",
) -> tuple[StudyEstimate, ...]:
    """What the records imply about sizes, in their order.

    A printed difference with its interval is taken as it is. Otherwise a p-value, or the word of the authors with
    p = 0.05, gives t; the test is taken for two-sided, with n1 + n2 - 3 degrees of freedom between two groups
    (two means and a baseline) and n - 1 within one, and nobody is taken to be lost. ``t sqrt(1 / n1 + 1 / n2)``
    (``t / sqrt(n)`` within one group) is the size in standard deviations, and that times the spread in points.

    Parameters
    ----------
    chosen : iterable of Study
        Trials; a result without any size or word about one is left out.
    domain, comparison : str
        Only results of these.
    spread : Spread, optional
        In points of 0 to 10. For pain, `BETWEEN_ARMS_SPREAD` or `CHANGE_SPREAD` if None; for anything else there
        are no points then.
    measure : str
        Only results whose measure holds these words.

    Raises
    ------
    ValueError
        If domain or comparison is no such word.

    References
    ----------
    Cooper H, Hedges LV, Valentine JC (2009), The Handbook of Research Synthesis, ch. 12, for t to a size; Cochrane
    Handbook (2023), 15.5.3.2, for the size in points.

    Examples
    --------
    >>> neck, back = estimates_of([study("hohmann2012_neck"), study("hohmann2012_back")])
    >>> print(f"{neck.d:.2f} {neck.points:.1f} ({neck.points_low:.1f} to {neck.points_high:.1f})", "|", back)
    -0.76 -1.3 (-2.5 to -0.2) | -1.9 points or more
    >>> print(estimates_of([study("kjellgren2011")], measure="usual")[0])
    between -1.2 and +1.2 points
    """
    domain, comparison = Domain(domain), Comparison(comparison)
    made = (
        _estimate(one, result, spread)
        for one in chosen
        for result in one.outcomes
        if result.domain is domain and result.comparison is comparison and measure in result.measure
    )
    return tuple(one for one in made if one is not None)


@dataclass(frozen=True, slots=True)
class DerivedSize:
    """One trial's size between groups, positive where the treatment did better.

    Attributes
    ----------
    study : str
        The record's id.
    smd, smd_se : float
        In standard deviations, with Hedges' correction, and its standard error.
    points, points_se, points_low, points_high : float
        In points of 0 to 10, with its standard error and its 95 % interval by t.
    is_bound : bool
        Whether it is only known to be at least this.
    from_what, shown, where : str
        The number it follows from, as printed, and the page that printed it.
    how : str
        How it came about.
    caveats : tuple of str
        What it takes for granted.
    """

    study: str
    smd: float
    smd_se: float
    points: float
    points_se: float
    points_low: float
    points_high: float
    is_bound: bool
    from_what: str
    shown: str
    where: str
    how: str
    caveats: tuple[str, ...]


def derived_size(study_id: str, domain: Domain | str = Domain.PAIN, *, measure: str = "") -> DerivedSize:
    """The first size between groups that a study's record implies for a domain.

    Parameters
    ----------
    study_id : str
        The record's id.
    domain : str
        What the result is about.
    measure : str
        Only results whose measure holds these words.

    Raises
    ------
    FileError
        If there is no such record, or it implies no size with a direction.

    Examples
    --------
    >>> size = derived_size("hohmann2012_neck")
    >>> f"{size.points:.1f} points ({size.points_low:.1f} to {size.points_high:.1f}), from {size.shown}"
    '1.3 points (0.2 to 2.5), from p = 0.021'
    """
    for found in estimates_of([study(study_id)], domain, measure=measure):
        if found.lower_is_better is None or found.bound is Bound.WITHIN:
            continue
        sign = -1 if found.lower_is_better else 1
        low, high = sorted((sign * found.points_low, sign * found.points_high))
        printed = found.outcome.estimate or found.outcome.p
        return DerivedSize(
            study=study_id,
            smd=sign * found.smd,
            smd_se=math.sqrt(found.smd_variance),
            points=sign * found.points,
            points_se=found.points_se,
            points_low=low,
            points_high=high,
            is_bound=found.bound is Bound.AT_LEAST,
            from_what=found.outcome.measure,
            shown=str(printed) if printed is not None else found.outcome.result.replace("_", " "),
            where=found.where,
            how=found.how,
            caveats=found.caveats,
        )
    raise FileError(
        f"The record {study_id} implies no size with a direction for {Domain(domain)} between its groups; leave it out."
    )


def implied_spread() -> float:
    """The spread that `SPREAD_FROM`, a trial at the clinic of two mat trials, implies: points of 0 to 10.

    It is the standard error of the printed difference over ``sqrt(1 / n1 + 1 / n2)``.

    Examples
    --------
    >>> print(f"{implied_spread():.3f}")
    1.775
    """
    one = study(SPREAD_FROM)
    n1, n2, _known = _people(one)
    for result in one.outcomes:
        if result.ci95 is not None:
            se = (result.ci95.high - result.ci95.low) / 2 / float(stdtrit(n1 + n2 - 3, 1 - ALPHA / 2))
            return se / math.sqrt(1 / n1 + 1 / n2) * _to_ten(result)
    raise FileError(f"The record {SPREAD_FROM} has no interval; give it one, or name another record as SPREAD_FROM.")


def _to_ten(result: Outcome) -> float:
    """What brings a size to 0-10 points; nan where the scale was not seen."""
    low, high = result.scale_min, result.scale_max
    return math.nan if low is None or high is None else POINTS / (float(high) - float(low))


def _people(one: Study) -> tuple[int, int, str]:
    """People in the treated and the other group, and what had to be assumed; 0 where unknown or not there."""
    treated = [arm for arm in one.arms if arm.role not in (ArmRole.COMPARATOR, ArmRole.MIXED)]
    others = [arm for arm in one.arms if arm.role is ArmRole.COMPARATOR]
    if len(treated) != 1 or len(others) > 1:
        return 0, 0, ""
    counts = [arm.n_analysed or arm.n_randomised for arm in (*treated, *others)]
    total = one.population.n_total
    if None not in counts:
        known = [int(count.value) for count in counts if count is not None]
        return known[0], known[1] if others else 0, ""
    if total is None:
        return 0, 0, ""
    if not others:
        return int(total.value), 0, ""
    half = int(total.value) // 2
    words = _("How many were in each group was not seen: {half} and {rest} are assumed.")
    return half, int(total.value) - half, words.format(half=half, rest=int(total.value) - half)


def _estimate(one: Study, result: Outcome, spread: Spread | None) -> StudyEstimate | None:
    paired = result.comparison is not Comparison.BETWEEN_ARMS
    n1, n2, assumed = _people(one)
    if n1 < 2 or (not paired and n2 < 2) or (paired and n2):
        return None
    if result.estimate is not None and result.ci95 is not None:
        return _printed(one, result, result.estimate, result.ci95, n1, n2, paired=paired)
    found = _test(result)
    sign = _sign(result)
    if found is None or sign is None:
        return None
    p, bound, how, guess = found
    df = float(n1 - 1 if paired else n1 + n2 - 3)
    t = sign * float(stdtrit(df, 1 - p / 2))
    root = math.sqrt(1 / n1 + (0 if paired else 1 / n2))
    smd = None if paired else from_t(t, n1, n2)
    if spread is None and result.domain is Domain.PAIN:
        spread = CHANGE_SPREAD if paired else BETWEEN_ARMS_SPREAD
    points = narrow = wide = se = margin = math.nan
    if spread is not None:
        exact = to_points(t * root, root**2, spread.sd)
        points, se = exact.value, math.sqrt(exact.variance)
        margin = float(stdtrit(df, 1 - ALPHA / 2)) * se
        narrow, wide = (to_points(t * root, root**2, sd).value for sd in (spread.low, spread.high))
    middle = 0.0 if bound is Bound.WITHIN else points
    return StudyEstimate(
        study=one,
        outcome=result,
        bound=bound,
        paired=paired,
        n1=n1,
        n2=n2,
        df=df,
        t=t,
        d=t * root,
        smd=math.nan if smd is None else smd.value,
        smd_variance=math.nan if smd is None else smd.variance,
        points=points,
        points_se=se,
        points_low=middle - margin,
        points_high=middle + margin,
        points_if_narrow=narrow,
        points_if_wide=wide,
        lower_is_better=result.lower_is_better,
        derived=True,
        how=how,
        caveats=tuple(filter(None, _caveats(df, spread, assumed, guess, points, narrow, wide, paired=paired))),
    )


def _test(result: Outcome) -> tuple[float, Bound, str, str] | None:
    """The p-value to start from, what it bounds, how that is said, and what had to be guessed."""
    if result.p is not None and 0 < float(result.p) < 1:
        p = float(result.p)
        if result.p.operator == "=":
            return p, Bound.EXACT, _("Worked out from p = {p:g}.").format(p=p), ""
        if result.p.operator in ("<", "<="):
            return p, Bound.AT_LEAST, _("Worked out from p below {p:g}, so it is at least this.").format(p=p), ""
        return p, Bound.WITHIN, _("Worked out from p above {p:g}, so it is at most this.").format(p=p), ""
    if result.result in NULL_RESULTS:
        how = _("Worked out from the words: no difference. So it is at most this, either way.")
        return ALPHA, Bound.WITHIN, how, _guess()
    if result.result in CLEAR_RESULTS:
        return ALPHA, Bound.AT_LEAST, _("Worked out from the words: a difference. So it is at least this."), _guess()
    return None


def _guess() -> str:
    return _("Only a word was seen, no number. The line between yes and no is taken to be p = {p:g}.").format(p=ALPHA)


def _sign(result: Outcome) -> int | None:
    """The sign that the words give the size on its own scale; None where they give none."""
    if result.result in NULL_RESULTS:
        return 1
    if result.result is Result.HIGHER_ON_MAT:
        return 1
    if result.result is Result.LOWER_ON_MAT:
        return -1
    if result.result not in CLEAR_RESULTS or result.lower_is_better is None:
        return None
    better = result.result not in (Result.FAVOURS_COMPARATOR, Result.WORSENED)
    return -1 if better is result.lower_is_better else 1


def _caveats(
    df: float,
    spread: Spread | None,
    assumed: str,
    guess: str,
    points: float,
    narrow: float,
    wide: float,
    *,
    paired: bool,
) -> tuple[str, ...]:
    test = _("Our own sum, which nobody reported: a two-sided t test on {df:g} degrees of freedom, with nobody lost.")
    if spread is None:
        points_from = _("No spread of these ratings is known, so there is no size in points.")
    else:
        if paired:
            words = _("A spread of {sd:g} points in how much one person changes is assumed.")
        else:
            words = _("A spread of {sd:g} points between people stands in, from another trial at one clinic.")
        points_from = (
            words.format(sd=spread.sd)
            + " "
            + _("With {low:g} it would be {narrow:.1f} points, with {high:g} it would be {wide:.1f}.").format(
                low=spread.low, high=spread.high, narrow=abs(narrow), wide=abs(wide)
            )
        )
    return test.format(df=df), assumed, guess, points_from


def _printed(
    one: Study, result: Outcome, size: Figure, ci95: Interval, n1: int, n2: int, *, paired: bool
) -> StudyEstimate:
    """A size that the trial printed with its interval, in points of 0 to 10 where its scale is known."""
    low, high = ci95.low, ci95.high
    df = float(n1 - 1 if paired else n1 + n2 - 2)
    se = (high - low) / 2 / float(stdtrit(df, 1 - ALPHA / 2))
    smd = None if paired else from_interval(float(size), low, high, n1=n1, n2=n2, standardise=True)
    factor = _to_ten(result)
    points = float(size) * factor
    return StudyEstimate(
        study=one,
        outcome=result,
        bound=Bound.EXACT,
        paired=paired,
        n1=n1,
        n2=n2,
        df=df,
        t=math.nan,
        d=float(size) / se * math.sqrt(1 / n1 + (0 if paired else 1 / n2)),
        smd=math.nan if smd is None else smd.value,
        smd_variance=math.nan if smd is None else smd.variance,
        points=points,
        points_se=se * factor,
        points_low=low * factor,
        points_high=high * factor,
        points_if_narrow=points,
        points_if_wide=points,
        lower_is_better=result.lower_is_better,
        derived=False,
        how=_("As printed, with its interval."),
        caveats=() if math.isfinite(factor) else (_("Its scale was not seen, so there is no size in points."),),
    )
