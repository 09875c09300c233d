"""One number a study: an effect and its sampling variance, from whatever the study reported.

`effect_sizes` turns columns named as metafor names them into effects, with metafor's default conventions. The
functions `from_...` derive a figure from something else than means and SDs or counts, and say how: a derived
figure is marked as derived wherever it goes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, ndtri, stdtrit

from pinprick.errors import ComputationError
from pinprick.evidence.synthesis import check_studies, name_studies, some_names
from pinprick.words import _, ngettext

Floats = NDArray[np.float64]

MEASURES: Final = ("GEN", "MD", "SMD", "ROM", "OR", "RR", "RD", "HR", "IRR", "COR", "ZCOR")
"""Any effect; mean difference, standardised (Hedges' g), log ratio of means; log odds ratio, log risk ratio, risk
difference; log hazard ratio, log incidence rate ratio; correlation and its Fisher transform."""
RATIOS: Final = ("ROM", "OR", "RR", "HR", "IRR")
"""Measures whose ``yi`` are logarithms."""
ADDED = 0.5  # to every cell of a study with an empty cell, and to no other

MEANS, TABLE, TOTALS = (
    ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),
    ("ai", "bi", "ci", "di"),
    ("ai", "n1i", "ci", "n2i"),
)
RATES, CORRELATIONS, READY = ("x1i", "t1i", "x2i", "t2i"), ("ri", "ni"), (("yi", "vi"), ("yi", "sei"))
NEEDED: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "GEN": READY,
    "HR": (*READY, ("hr", "low", "high")),
    **dict.fromkeys(("MD", "SMD", "ROM"), (MEANS, *READY)),
    **dict.fromkeys(("OR", "RR", "RD"), (TABLE, TOTALS, *READY)),
    "IRR": (RATES, *READY),
    **dict.fromkeys(("COR", "ZCOR"), (CORRELATIONS, *READY)),
}
"""The sets of columns, any one of which gives a measure; the first that is there is taken."""

ALIKE = 4.0  # SDs of studies are on one scale when the largest is at most so many times the smallest
FAR = 0.4  # an SD below this share of the others' may be a standard error
NEAR = 2.0  # ... if times the root of n it comes within this factor of the others'
HUGE, TIMES = 2.5, 3.0  # an SMD this large, and so many times the others' median, asks for the same look


@dataclass(frozen=True, slots=True)
class Estimates:
    """Effects of the studies that could be used.

    ``yi`` and ``vi`` are (k,) effects, logarithms for ratios, and their variances; ``labels`` name the studies;
    ``caveats`` say, a sentence each, what was left out, repaired or looks wrong.
    """

    yi: Floats
    vi: Floats
    labels: tuple[str, ...]
    measure: str
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Derived:
    """One study's figure from something else than means and SDs: its value, variance and derivation.

    ``is_bound`` marks a figure that only limits the effect, as a threshold p-value does: its size is at least
    (or, after ``p > x``, at most) this.
    """

    value: float
    variance: float
    how: str
    is_bound: bool = False


@dataclass(frozen=True, slots=True)
class Arm:
    """Mean and SD of one arm of ``n`` people, and how they were derived."""

    n: float
    mean: float
    sd: float
    how: str


def effect_sizes(
    measure: str, columns: Mapping[str, Sequence[float | None]], *, labels: Sequence[str] | None = None
) -> Estimates:
    """Effects and variances of studies, with the definitions and defaults of metafor's ``escalc``.

    A missing number is None or NaN; a study without its numbers is left out, and the caveats say so. Counts: a
    study with an empty cell gets 0.5 in every cell (of events only, for IRR), one without any event (or with
    nothing but events) in both arms too, and the caveats name both. MD, SMD and ROM: a study whose SDs look like
    standard errors beside the others' is named.

    Parameters
    ----------
    measure : str
        One of `MEASURES`.
    columns : mapping of str to (k,) sequence
        ``m1i sd1i n1i m2i sd2i n2i`` (MD, SMD, ROM); ``ai bi ci di`` or ``ai n1i ci n2i`` (OR, RR, RD);
        ``x1i t1i x2i t2i`` (IRR); ``ri ni`` (COR, ZCOR); ``hr low high``, of a 95 % interval (HR); and for every
        measure ``yi vi`` or ``yi sei``, logarithms for ratios. Further columns are not looked at.
    labels : sequence of str, optional
        Names of the studies, each once.

    Raises
    ------
    ComputationError
        If the measure or its columns do not exist, a column is too short, a number is impossible (the study is
        named), a variance is zero, two studies share a label, or no study is left.

    References
    ----------
    Hedges (1981), doi:10.3102/10769986006002107: SMD and its exact correction. Hedges and Olkin (1985), p. 86: its
    variance, from g. Hedges, Gurevitch and Curtis (1999), doi:10.1890/0012-9658(1999)080[1150:TMAORR]2.0.CO;2:
    ROM. Fleiss and Berlin (2009), in The Handbook of Research Synthesis, ch. 13: OR, RR, RD. Rothman, Greenland
    and Lash (2008), ch. 14: IRR. Fisher (1921): ZCOR.

    Examples
    --------
    >>> found = effect_sizes("OR", {"ai": [4, 0], "n1i": [123, 50], "ci": [11, 3], "n2i": [139, 50]})
    >>> found.yi.round(3).tolist()
    [-0.939, -2.007]
    >>> found.caveats
    ('0.5 was added to every cell of Study 2, where a cell is empty.',)
    """
    if measure not in MEASURES:
        raise ComputationError(f"There is no measure '{measure}'; choose one of {', '.join(MEASURES)}.")
    chosen = next((names for names in NEEDED[measure] if all(name in columns for name in names)), None)
    if chosen is None:
        choices = ", or ".join(" ".join(names) for names in NEEDED[measure])
        have = " ".join(columns) or "none"
        raise ComputationError(f"{measure} needs the columns {choices}; the columns here are {have}.")
    both_forms = chosen == TABLE and all(name in columns for name in TOTALS)
    taken = {name: _column(name, columns[name]) for name in {*chosen, *(TOTALS if both_forms else ())}}
    sizes = {name: len(column) for name, column in taken.items()}
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{name} {size}" for name, size in sorted(sizes.items()))
        raise ComputationError(f"Every column needs one number a study, but they have different lengths: {told}.")
    names = name_studies(labels, sizes[chosen[0]])
    if both_forms:  # some rows may have totals where others have cells
        for rest, total, cell in (("bi", "n1i", "ai"), ("di", "n2i", "ci")):
            taken[rest] = np.where(np.isnan(taken[rest]), taken[total] - taken[cell], taken[rest])
    there = np.all([np.isfinite(taken[name]) for name in chosen], axis=0)
    caveats = []
    if not there.all():
        caveats.append(_left_out([name for name, ok in zip(names, there, strict=True) if not ok], ", ".join(chosen)))
    names = tuple(name for name, ok in zip(names, there, strict=True) if ok)
    used = {name: taken[name][there] for name in chosen}
    if not names:
        raise ComputationError(f"No study has all of {' '.join(chosen)}; give at least one that does.")
    yi, vi, more = _compute(measure, chosen, used, names)
    usable = np.isfinite(yi) & np.isfinite(vi)
    if not usable.all():
        lost = [name for name, ok in zip(names, usable, strict=True) if not ok]
        caveats.append(_left_out(lost, _why(measure)))
        names = tuple(name for name, ok in zip(names, usable, strict=True) if ok)
        yi, vi = yi[usable], vi[usable]
        if not names:
            raise ComputationError(f"No study gives a {measure}: {_why(measure)} is missing in all of them.")
    check_studies(yi, vi, names)
    return Estimates(yi, vi, names, measure, (*caveats, *more))


def hedges_correction(df: ArrayLike) -> Floats:
    """Factor that makes a standardised mean difference unbiased, on so many degrees of freedom (n1 + n2 - 2).

    Exact, by gamma functions (Hedges 1981, doi:10.3102/10769986006002107); NaN at 1 degree of freedom or fewer.

    Examples
    --------
    >>> hedges_correction([10, 50]).round(4).tolist()
    [0.9227, 0.9849]
    """
    m = np.asarray(df, dtype=float)
    m = np.where(m > 1, m, np.nan)
    factor: Floats = np.exp(gammaln(m / 2) - np.log(m / 2) / 2 - gammaln((m - 1) / 2))
    return factor


def sd_of_change(sd_baseline: float, sd_end: float, correlation: float) -> float:
    """SD of people's changes from the SDs before and after and their correlation.

    Cochrane Handbook (2023), 6.5.2.8: ``sqrt(sd_b**2 + sd_e**2 - 2 r sd_b sd_e)``.

    Raises
    ------
    ComputationError
        If an SD is not positive or the correlation is not between -1 and 1.

    Examples
    --------
    >>> round(sd_of_change(2.0, 2.5, 0.5), 3)
    2.291
    """
    _positive("sd_baseline", sd_baseline)
    _positive("sd_end", sd_end)
    _correlation(correlation)
    return math.sqrt(sd_baseline**2 + sd_end**2 - 2 * correlation * sd_baseline * sd_end)


def from_change_scores(
    change1: float,
    sd1: float,
    n1: float,
    change2: float,
    sd2: float,
    n2: float,
    *,
    measure: str = "MD",
    correlation: float | None = None,
) -> Derived:
    """Difference of two arms' mean changes from baseline, as MD or SMD.

    A difference of changes estimates the same mean difference as one of end scores. The SD of changes is not
    the SD of scores, so an SMD needs the correlation between before and after, which restates it:
    ``sd / sqrt(2 (1 - correlation))``, alike before and after (Cochrane Handbook 2023, 6.5.2.8; Morris and
    DeShon 2002, doi:10.1037/1082-989X.7.1.105).

    Parameters
    ----------
    change1, change2 : float
        Mean change of each arm, in outcome points, after minus before.
    sd1, sd2 : float
        SD of the changes in each arm, in outcome points; positive.
    n1, n2 : float
        People in each arm; at least 2.
    measure : {"MD", "SMD"}
    correlation : float, optional
        Between the scores before and after, from -1 to below 1; needed for SMD.

    Raises
    ------
    ComputationError
        If a number is out of its range, or the correlation is missing.

    Examples
    --------
    >>> from_change_scores(-3.0, 2.0, 40, -1.0, 2.2, 38).value
    -2.0
    >>> round(from_change_scores(-3.0, 2.0, 40, -1.0, 2.2, 38, measure="SMD", correlation=0.5).value, 3)
    -0.943
    """
    _arms(n1, n2)
    _positive("sd1", sd1)
    _positive("sd2", sd2)
    difference, variance = change1 - change2, sd1**2 / n1 + sd2**2 / n2
    if measure == "MD":
        return Derived(difference, variance, _("difference of the mean changes from baseline"))
    _smd_or_md(measure)
    if correlation is None:
        raise ComputationError(
            "An SMD from changes needs the correlation between before and after, since an SD of changes is no SD of "
            "scores; give it, such as 0.5, and say where it comes from."
        )
    _correlation(correlation)
    if correlation == 1:
        raise ComputationError("A correlation of 1 leaves no spread in the changes; give one from -1 to below 1.")
    shrink = 2 * (1 - correlation)
    pooled = math.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2) / shrink)
    g = float(hedges_correction(n1 + n2 - 2)) * difference / pooled
    return Derived(
        g,
        shrink * (1 / n1 + 1 / n2) + g**2 / (2 * (n1 + n2)),
        _("changes from baseline, their SDs restated as SDs of scores with a correlation of {r:g}").format(
            r=correlation
        ),
    )


def from_interval(
    estimate: float,
    low: float,
    high: float,
    *,
    n1: float | None = None,
    n2: float | None = None,
    level: float = 95.0,
    measure: str = "MD",
    standardise: bool = False,
) -> Derived:
    """An effect and its variance from a reported effect and interval.

    The standard error is the interval's width over twice the critical value: Student's t on n1 + n2 - 2 degrees
    of freedom where both arms' sizes are given and the measure is MD, else normal (Cochrane Handbook 2023,
    6.3.1 and 6.5.2.3). Ratios (`RATIOS`) are reported as ratios and become logarithms. ``standardise`` turns a
    mean difference into an SMD: its SD is the standard error over ``sqrt(1 / n1 + 1 / n2)``.

    Parameters
    ----------
    estimate, low, high : float
        As reported; low < estimate < high, and above 0 for ratios.
    n1, n2 : float, optional
        People in each arm.
    level : float
        Of the interval, in per cent.
    measure : str
        One of `MEASURES`; what was reported.
    standardise : bool
        Make an SMD of a mean difference; needs n1 and n2.

    Raises
    ------
    ComputationError
        If the interval does not hold the estimate, or a ratio is not positive, or n1 and n2 are missing.

    Examples
    --------
    >>> found = from_interval(-1.2, -2.0, -0.4, n1=40, n2=40)
    >>> round(found.value, 3), round(found.variance, 4)
    (-1.2, 0.1615)
    >>> round(from_interval(0.5, 0.25, 1.0, measure="RR").variance, 4)
    0.1251
    """
    if measure not in MEASURES:
        raise ComputationError(f"There is no measure '{measure}'; choose one of {', '.join(MEASURES)}.")
    if not low < estimate < high:
        raise ComputationError(
            f"The interval {low:g} to {high:g} does not hold the estimate {estimate:g}; check the three numbers."
        )
    if not 0 < level < 100:
        raise ComputationError(f"An interval's level of {level:g} % does not exist; give 95 for a 95 % interval.")
    if measure in RATIOS:
        if low <= 0:
            raise ComputationError(f"A ratio's interval from {low:g} reaches 0 or below; give ratios, not logarithms.")
        estimate, low, high = math.log(estimate), math.log(low), math.log(high)
    tail = (1 - level / 100) / 2
    how = _("standard error from the width of the {level:g} % interval").format(level=level)
    if abs((low + high) / 2 - estimate) > 0.05 * (high - low):
        how += _(", which does not lie evenly about the estimate")
    if measure == "MD" and n1 is not None and n2 is not None:
        _arms(n1, n2)
        se = (high - low) / (-2 * float(stdtrit(n1 + n2 - 2, tail)))
        if standardise:
            sd = se / math.sqrt(1 / n1 + 1 / n2)
            return _smd_from_d(estimate / sd, n1, n2, how + _(", and the SD from that standard error"))
        return Derived(estimate, se**2, how)
    if standardise:
        raise ComputationError(
            "Only a mean difference (MD) with the sizes of both arms, n1 and n2, can be standardised from its interval."
        )
    return Derived(estimate, ((high - low) / (-2 * float(ndtri(tail)))) ** 2, how)


def arm_from_median(
    n: float,
    median: float,
    *,
    minimum: float | None = None,
    q1: float | None = None,
    q3: float | None = None,
    maximum: float | None = None,
) -> Arm:
    """Mean and SD of one arm from its median with its range, its quartiles, or both, if its values are near normal.

    Means by Luo (2018), doi:10.1177/0962280216669183, equations 7, 11 and 15; SDs by Wan (2014),
    doi:10.1186/1471-2288-14-135, equations 9, 13 and 16.

    Parameters
    ----------
    n : float
        People in the arm; at least 3.
    median, minimum, q1, q3, maximum : float
        In outcome points and in order; give minimum and maximum, or q1 and q3, or all four.

    Raises
    ------
    ComputationError
        If neither pair is complete, the numbers are out of order, or the arm is too small.

    Examples
    --------
    >>> arm = arm_from_median(50, 5.0, q1=3.5, q3=6.4)
    >>> round(arm.mean, 3), round(arm.sd, 3)
    (4.965, 2.214)
    """
    if not n >= 3:
        raise ComputationError(f"A median of {n:g} people says too little; give an arm of at least 3.")
    if (minimum is None) != (maximum is None) or (q1 is None) != (q3 is None) or (minimum is None and q1 is None):
        raise ComputationError("A median needs its minimum and maximum, or its quartiles q1 and q3, or all four.")
    given = [x for x in (minimum, q1, median, q3, maximum) if x is not None]
    if sorted(given) != given or given[0] == given[-1]:
        told = ", ".join(f"{x:g}" for x in given)
        raise ComputationError(f"The numbers {told} must rise from the minimum over the median to the maximum.")
    ends = 2 * float(ndtri((n - 0.375) / (n + 0.25)))
    middle = 2 * float(ndtri((0.75 * n - 0.125) / (n + 0.25)))
    if minimum is not None and maximum is not None:
        halfway = (minimum + maximum) / 2
        if q1 is not None and q3 is not None:
            share = 2.2 / (2.2 + n**0.75)
            quartiles = 0.7 - 0.72 / n**0.55
            mean = share * halfway + quartiles * (q1 + q3) / 2 + (1 - share - quartiles) * median
            sd = (maximum - minimum) / (2 * ends) + (q3 - q1) / (2 * middle)
            return Arm(n, mean, sd, _("mean and SD from the median, quartiles and range (Luo 2018, Wan 2014)"))
        share = 4 / (4 + n**0.75)
        sd, how = (maximum - minimum) / ends, _("mean and SD from the median and range (Luo 2018, Wan 2014)")
    else:
        lower, upper = float(given[0]), float(given[-1])
        halfway = (lower + upper) / 2
        share = 0.7 + 0.39 / n
        sd, how = (upper - lower) / middle, _("mean and SD from the median and quartiles (Luo 2018, Wan 2014)")
    return Arm(n, share * halfway + (1 - share) * median, sd, how)


def from_medians(first: Arm, second: Arm, *, measure: str = "MD") -> Derived:
    """Mean difference (first minus second) or SMD of two arms of `arm_from_median`.

    Raises
    ------
    ComputationError
        If the measure is neither MD nor SMD.

    Examples
    --------
    >>> mat = arm_from_median(50, 3.0, q1=1.5, q3=4.4)
    >>> rest = arm_from_median(50, 5.0, q1=3.5, q3=6.4)
    >>> round(from_medians(mat, rest).value, 3), round(from_medians(mat, rest, measure="SMD").value, 3)
    (-2.0, -0.897)
    """
    how = first.how if first.how == second.how else f"{first.how}; {second.how}"
    difference = first.mean - second.mean
    if measure == "MD":
        return Derived(difference, first.sd**2 / first.n + second.sd**2 / second.n, how)
    _smd_or_md(measure)
    df = first.n + second.n - 2
    pooled = math.sqrt(((first.n - 1) * first.sd**2 + (second.n - 1) * second.sd**2) / df)
    return _smd_from_d(difference / pooled, first.n, second.n, how)


def from_t(t: float, n1: float, n2: float) -> Derived:
    """SMD from Student's t of two independent arms: ``t sqrt(1 / n1 + 1 / n2)``, corrected as Hedges does.

    The sign of t is the sign of the effect. Cooper, Hedges and Valentine (2009), ch. 12.

    Raises
    ------
    ComputationError
        If an arm has fewer than 2 people or t is not finite.

    Examples
    --------
    >>> round(from_t(-2.5, 40, 38).value, 3)
    -0.561
    """
    _arms(n1, n2)
    if not math.isfinite(t):
        raise ComputationError(f"A t of {t:g} is no number; give the t that was reported.")
    return _smd_from_d(t * math.sqrt(1 / n1 + 1 / n2), n1, n2, _("SMD from t = {t:g}").format(t=t))


def from_f(f: float, n1: float, n2: float, *, positive: bool = True) -> Derived:
    """SMD from F of two independent arms (1 degree of freedom between them): t is its root, with the sign given.

    Raises
    ------
    ComputationError
        If F is negative or not finite, or an arm has fewer than 2 people.

    Examples
    --------
    >>> round(from_f(6.25, 40, 38, positive=False).value, 3)
    -0.561
    """
    if not (math.isfinite(f) and f >= 0):
        raise ComputationError(f"An F of {f:g} does not exist; give 0 or more, of a test of two arms.")
    sign = 1 if positive else -1
    found = from_t(sign * math.sqrt(f), n1, n2)
    return Derived(found.value, found.variance, _("SMD from F = {f:g}").format(f=f))


def from_p(p: float, n1: float, n2: float, *, operator: str = "=", positive: bool = True, sides: int = 2) -> Derived:
    """SMD from the p-value of a t test of two independent arms, with the sign given.

    After ``<`` the effect is at least the value, after ``>`` at most, and ``is_bound`` says so: taking a threshold
    for the p-value itself, as is often done, understates the first and overstates the second.

    Parameters
    ----------
    p : float
        Above 0 and at most 1; below 0.5 for a one-sided test.
    n1, n2 : float
        People in each arm; at least 2.
    operator : {"=", "<", ">"}
        How p was reported.
    positive : bool
        Whether the effect is above 0.
    sides : {1, 2}
        Of the test.

    Raises
    ------
    ComputationError
        If p, the operator, the sides or an arm's size is out of range.

    Examples
    --------
    >>> exact, threshold = from_p(0.014, 40, 38), from_p(0.05, 40, 38, operator="<")
    >>> round(exact.value, 3), round(threshold.value, 3), threshold.is_bound
    (0.564, 0.447, True)
    """
    _arms(n1, n2)
    if operator not in ("=", "<", ">"):
        raise ComputationError(f"A p-value is reported with =, < or >, not '{operator}'.")
    if sides not in (1, 2):
        raise ComputationError(f"A test has one side or two, not {sides}.")
    if not 0 < p <= sides / 2:
        raise ComputationError(
            f"A p-value of {p:g} gives no effect here; give one above 0 and up to {sides / 2:g} for a test of "
            f"{sides} side{'s' if sides > 1 else ''}."
        )
    sign = 1 if positive else -1
    t = -sign * float(stdtrit(n1 + n2 - 2, p / sides))
    found = from_t(t, n1, n2)
    how = {
        "=": _("SMD from p = {p:g}"),
        "<": _("SMD at least that of p = {p:g}, from p < {p:g}"),
        ">": _("SMD at most that of p = {p:g}, from p > {p:g}"),
    }[operator].format(p=p)
    return Derived(found.value, found.variance, how, is_bound=operator != "=")


def from_correlation(r: float, n1: float, n2: float) -> Derived:
    """SMD from the correlation between belonging to the first of two arms (0 or 1) and the outcome.

    Its t is ``r sqrt((n1 + n2 - 2) / (1 - r**2))``. A correlation of two outcomes is a measure of its own, COR or ZCOR.

    Raises
    ------
    ComputationError
        If r is not between -1 and 1, both excluded, or an arm has fewer than 2 people.

    Examples
    --------
    >>> round(from_correlation(-0.2756, 40, 38).value, 3)
    -0.561
    """
    _arms(n1, n2)
    if not -1 < r < 1:
        raise ComputationError(f"A correlation of {r:g} gives no SMD; give one between -1 and 1.")
    found = from_t(r * math.sqrt((n1 + n2 - 2) / (1 - r**2)), n1, n2)
    return Derived(found.value, found.variance, _("SMD from a correlation of {r:g} with the arm").format(r=r))


def from_counts(ai: float, bi: float, ci: float, di: float) -> Derived:
    """SMD from a 2x2 table of people who did and did not respond in the first arm (ai, bi) and the second (ci, di).

    The log odds ratio times ``sqrt(3) / pi``, as if a logistic outcome had been cut in two (Chinn 2000,
    doi:10.1002/1097-0258(20001130)19:22<3127::AID-SIM784>3.0.CO;2-M). An empty cell gets 0.5 in every cell.

    Raises
    ------
    ComputationError
        If a count is negative or an arm empty.

    Examples
    --------
    >>> round(from_counts(20, 20, 10, 30).value, 3)
    0.606
    """
    found = effect_sizes("OR", {"ai": [ai], "bi": [bi], "ci": [ci], "di": [di]})
    factor = math.sqrt(3) / math.pi
    how = _("SMD from the log odds ratio of a 2x2 table")
    return Derived(float(found.yi[0]) * factor, float(found.vi[0]) * factor**2, how)


def to_points(smd: float, variance: float, sd: float, *, scale_width: float = 10) -> Derived:
    """A standardised mean difference as points of a 0-10 scale.

    ``smd * sd`` is a difference in points of the scale that ``sd`` belongs to; ``10 / scale_width`` brings it to
    0-10 (Cochrane Handbook 2023, 15.5.3.2). The SD counts as known, so the interval is a little too narrow.

    Parameters
    ----------
    smd, variance : float
        Standardised mean difference and its variance.
    sd : float
        Typical SD between people, in points of the scale; positive.
    scale_width : float
        From the scale's lowest to its highest answer: 100 for a 0-100 scale; positive.

    Raises
    ------
    ComputationError
        If the variance is negative, or the SD or the width not positive.

    Examples
    --------
    >>> round(to_points(-0.5, 0.04, 22, scale_width=100).value, 2)
    -1.1
    """
    _positive("sd", sd)
    _positive("scale_width", scale_width)
    if not variance >= 0:
        raise ComputationError(f"A variance of {variance:g} does not exist; give 0 or more.")
    points = sd * 10 / scale_width
    how = _("SMD times an SD of {sd:g} on a scale of {width:g} points, on 0-10").format(sd=sd, width=scale_width)
    return Derived(smd * points, variance * points**2, how)


def _column(name: str, numbers: Sequence[float | None]) -> Floats:
    try:
        return np.array([np.nan if x is None else x for x in numbers], dtype=float)
    except (TypeError, ValueError):
        raise ComputationError(f"The column {name} holds {_odd(numbers)!r}, which is no number.") from None


def _odd(numbers: Sequence[object]) -> object:
    """The first that is no number."""
    return next((x for x in numbers if x is not None and not isinstance(x, int | float)), numbers)


def _left_out(names: Sequence[str], what: str) -> str:
    return ngettext(
        "{names} was left out: no {what}.", "{n} studies were left out, for want of {what}: {names}.", len(names)
    ).format(names=some_names(names), n=len(names), what=what)


def _why(measure: str) -> str:
    return {
        "ROM": _("two means on the same side of 0"),
        "SMD": _("more than 3 people in both arms together"),
        "COR": _("more than 3 people"),
        "ZCOR": _("more than 3 people and a correlation short of 1"),
    }.get(measure, _("usable numbers"))


def _compute(
    measure: str, chosen: tuple[str, ...], columns: dict[str, Floats], names: tuple[str, ...]
) -> tuple[Floats, Floats, list[str]]:
    if chosen[0] == "yi":
        spread = columns[chosen[1]]
        return columns["yi"], spread**2 if chosen[1] == "sei" else spread, []
    if measure == "HR":
        return _hazard_ratios(columns, names)
    if chosen == MEANS:
        return _means(measure, columns, names)
    if measure == "IRR":
        return _rates(columns, names)
    if chosen == CORRELATIONS:
        return _correlations(measure, columns, names)
    return _tables(measure, columns, names)


def _hazard_ratios(columns: dict[str, Floats], names: tuple[str, ...]) -> tuple[Floats, Floats, list[str]]:
    hr, low, high = (columns[name] for name in ("hr", "low", "high"))
    _refuse(names, low, lambda x: x <= 0, "lower limit of a hazard ratio", "above 0; give ratios, not logarithms")
    for name, each, bottom, top in zip(names, hr, low, high, strict=True):
        if not bottom < each < top:
            raise ComputationError(
                f"The interval {bottom:g} to {top:g} of {name} does not hold its hazard ratio {each:g}; check them."
            )
    return np.log(hr), (np.log(high / low) / (-2 * ndtri(0.025))) ** 2, []


def _means(measure: str, columns: dict[str, Floats], names: tuple[str, ...]) -> tuple[Floats, Floats, list[str]]:
    m1, sd1, n1, m2, sd2, n2 = (columns[name] for name in MEANS)
    for arm, sd, n in (("first", sd1, n1), ("second", sd2, n2)):
        _refuse(names, sd, lambda x: x < 0, f"SD of the {arm} arm", "0 or more")
        _refuse(names, n, lambda x: x < 1, f"size of the {arm} arm", "at least 1")
    none = (sd1 == 0) & (sd2 == 0)
    if none.any():
        name = next(name for name, true in zip(names, none, strict=True) if true)
        raise ComputationError(
            f"Both SDs of {name} are 0, so its variance is 0 and it would carry all the weight; give its SDs, or leave "
            "it out."
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "MD":
            yi, vi = m1 - m2, sd1**2 / n1 + sd2**2 / n2
        elif measure == "ROM":
            same = m1 * m2 > 0
            yi = np.where(same, np.log(np.where(same, m1 / m2, 1.0)), np.nan)
            vi = np.where(same, sd1**2 / (n1 * m1**2) + sd2**2 / (n2 * m2**2), np.nan)
        else:
            df = n1 + n2 - 2
            pooled = np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / df)
            yi = hedges_correction(df) * (m1 - m2) / pooled
            vi = 1 / n1 + 1 / n2 + yi**2 / (2 * (n1 + n2))
    return yi, vi, _doubtful_sds(measure, yi, np.stack([sd1, sd2]), np.stack([n1, n2]), names)


def _doubtful_sds(measure: str, yi: Floats, sd: Floats, n: Floats, names: tuple[str, ...]) -> list[str]:
    """Studies whose SDs look like standard errors: both far below the others', and in their midst times root n.

    Only where the others' SDs are on one scale, which MD takes for granted. An SMD that dwarfs the others' says
    the same where scales differ.
    """
    k = len(names)
    if k < 3:
        return []
    said = []
    typical = np.sqrt(np.mean(sd**2, axis=0))
    for i, name in enumerate(names):
        others = np.delete(typical, i)
        if not others.min() > 0:
            continue
        usual = float(np.median(others))
        share = sd[:, i] / usual
        inflated = share * np.sqrt(n[:, i])
        like_se = bool(np.all((share < FAR) & (inflated > 1 / NEAR) & (inflated < NEAR)))
        one_scale = measure == "MD" or others.max() <= ALIKE * others.min()
        if like_se and one_scale:
            said.append(
                _("The SDs of {name} ({sd1:g} and {sd2:g}) are far below the others' (about {usual:.3g}) and would fit "
                  "as standard errors; check that they are SDs.")
                .format(name=name, sd1=sd[0, i], sd2=sd[1, i], usual=usual)
            )  # fmt: skip
        elif measure == "SMD" and abs(yi[i]) > HUGE:
            rest = np.abs(np.delete(yi, i))
            if abs(yi[i]) > TIMES * float(np.nanmedian(rest)):
                said.append(
                    _("The SMD of {name} ({g:.1f}) is several times the others'; check that its SDs are no standard "
                      "errors.").format(name=name, g=yi[i])
                )  # fmt: skip
    return said


def _tables(measure: str, columns: dict[str, Floats], names: tuple[str, ...]) -> tuple[Floats, Floats, list[str]]:
    if "bi" in columns:
        a, b, c, d = (columns[name] for name in TABLE)
    else:
        a, c = columns["ai"], columns["ci"]
        b, d = columns["n1i"] - a, columns["n2i"] - c
        for events, rest in ((a, b), (c, d)):
            for name, some, others in zip(names, events, rest, strict=True):
                if others < 0:
                    raise ComputationError(
                        f"{name} counts {some:g} events among {some + others:g} people; events may not exceed people."
                    )
    for cell in (a, b, c, d):
        _refuse(names, cell, lambda x: x < 0, "count", "0 or more")
    for cells, arm in ((a + b, "first"), (c + d, "second")):
        _refuse(names, cells, lambda x: x <= 0, f"size of the {arm} arm", "at least 1")
    empty = (a == 0) | (b == 0) | (c == 0) | (d == 0)
    double = ((a == 0) & (c == 0)) | ((b == 0) & (d == 0))
    a, b, c, d = (np.where(empty, cell + ADDED, cell) for cell in (a, b, c, d))
    n1, n2 = a + b, c + d
    if measure == "OR":
        yi, vi = np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    elif measure == "RR":
        yi, vi = np.log((a / n1) / (c / n2)), 1 / a - 1 / n1 + 1 / c - 1 / n2
    else:
        yi, vi = a / n1 - c / n2, a * b / n1**3 + c * d / n2**3
    return yi, vi, _repaired(empty, double, names, _("every cell"))


def _rates(columns: dict[str, Floats], names: tuple[str, ...]) -> tuple[Floats, Floats, list[str]]:
    x1, t1, x2, t2 = (columns[name] for name in RATES)
    for x in (x1, x2):
        _refuse(names, x, lambda x: x < 0, "number of events", "0 or more")
    for t in (t1, t2):
        _refuse(names, t, lambda x: x <= 0, "person-time", "above 0")
    empty, double = (x1 == 0) | (x2 == 0), (x1 == 0) & (x2 == 0)
    x1, x2 = (np.where(empty, x + ADDED, x) for x in (x1, x2))
    return np.log((x1 / t1) / (x2 / t2)), 1 / x1 + 1 / x2, _repaired(empty, double, names, _("both counts"))


def _repaired(empty: NDArray[np.bool_], double: NDArray[np.bool_], names: tuple[str, ...], where: str) -> list[str]:
    """What was added to empty cells, and which studies have events in neither arm or in nobody's absence."""
    said = []
    some = [name for name, true in zip(names, empty & ~double, strict=True) if true]
    none = [name for name, true in zip(names, double, strict=True) if true]
    if some:
        said.append(
            _("{added:g} was added to {where} of {names}, where a cell is empty.").format(
                added=ADDED, where=where, names=some_names(some)
            )
        )
    if none:
        said.append(
            _("{added:g} was added to {where} of {names}, where both arms have no event or nothing but events: such a "
              "study says next to nothing about a ratio.").format(added=ADDED, where=where, names=some_names(none))
        )  # fmt: skip
    return said


def _correlations(measure: str, columns: dict[str, Floats], names: tuple[str, ...]) -> tuple[Floats, Floats, list[str]]:
    r, n = columns["ri"], columns["ni"]
    _refuse(names, r, lambda x: abs(x) > 1, "correlation", "from -1 to 1")
    _refuse(names, n, lambda x: x < 1, "number of people", "at least 1")
    enough = n > 3
    if measure == "COR":
        return r, np.where(enough, (1 - r**2) ** 2 / np.where(enough, n - 1, 1.0), np.nan), []
    short = np.abs(r) < 1
    z = np.where(short, np.arctanh(np.where(short, r, 0.0)), np.nan)
    return z, np.where(enough, 1 / np.where(enough, n - 3, 1.0), np.nan), []


def _refuse(names: Sequence[str], column: Floats, wrong: Callable[[float], bool], what: str, allowed: str) -> None:
    for name, number in zip(names, column, strict=True):
        if wrong(number):
            raise ComputationError(f"The {what} in {name} is {number:g}; it must be {allowed}.")


def _smd_from_d(d: float, n1: float, n2: float, how: str) -> Derived:
    g = float(hedges_correction(n1 + n2 - 2)) * d
    return Derived(g, 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)), how)


def _arms(n1: float, n2: float) -> None:
    for name, n in (("n1", n1), ("n2", n2)):
        if not (math.isfinite(n) and n >= 2):
            raise ComputationError(f"An arm of {n:g} people ({name}) gives no spread; give at least 2.")


def _positive(name: str, number: float) -> None:
    if not (math.isfinite(number) and number > 0):
        raise ComputationError(f"{name} is {number:g}; it must be above 0.")


def _correlation(number: float) -> None:
    if not -1 <= number <= 1:
        raise ComputationError(f"A correlation of {number:g} does not exist; give one from -1 to 1.")


def _smd_or_md(measure: str) -> None:
    if measure != "SMD":
        raise ComputationError(f"This derivation gives MD or SMD, not '{measure}'.")
