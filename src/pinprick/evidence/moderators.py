"""Why studies differ: meta-regression on what they had different, and syntheses of groups of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, fdtrc, ndtr, stdtr

from pinprick.errors import ComputationError
from pinprick.evidence.heterogeneity import CommonMean, Regression, estimate_tau2, solve_q
from pinprick.evidence.synthesis import (
    Synthesis,
    check_choice,
    check_studies,
    critical,
    name_studies,
    synthesise,
    tails_of_q,
)
from pinprick.words import _

Floats = NDArray[np.float64]

INTERCEPT = "intercept"
STUDIES_A_MODERATOR = 10  # fewer say little (Cochrane Handbook 2023, 10.11.5.1)


@dataclass(frozen=True, slots=True)
class MetaRegression:
    """A meta-regression of ``k`` studies on m moderators, p coefficients with the intercept.

    Parameters
    ----------
    names : tuple of str
        Of the coefficients, "intercept" first where there is one.
    estimate, se, statistic, p, low, high : (p,) ndarray
        Coefficients in units of ``yi`` per unit of the moderator, with standard errors, z or t, two-sided p-values
        and intervals.
    covariance : (p, p) ndarray
        Of the coefficients.
    tau2, tau2_low, tau2_high : float
        Variance between studies that the moderators leave, with its interval by the Q profile; NaN interval for FE.
    i2, h2 : float
        As in `Synthesis`, of what is left.
    r2 : float
        Per cent of tau2 that the moderators account for, 0 to 100; NaN for FE and where tau2 was 0 without them.
    qe, qe_df, qe_p : float
        Q of the residuals, its degrees of freedom and p-value.
    qm, qm_df, qm_p : float
        Test that every coefficient but the intercept is 0: chi-square on m degrees of freedom for ``z``, else F
        on m and k - p.
    k, method, test, level
        As in `Synthesis`.
    caveats : tuple of str
        Doubts about the result.
    """

    names: tuple[str, ...]
    estimate: Floats
    se: Floats
    statistic: Floats
    p: Floats
    low: Floats
    high: Floats
    covariance: Floats
    tau2: float
    tau2_low: float
    tau2_high: float
    i2: float
    h2: float
    r2: float
    qe: float
    qe_df: int
    qe_p: float
    qm: float
    qm_df: int
    qm_p: float
    k: int
    method: str
    test: str
    level: float
    caveats: tuple[str, ...]

    def predict(self, moderators: ArrayLike) -> Prediction:
        """The average effect where the moderators have these values, (m,) without the intercept.

        Raises
        ------
        ComputationError
            If there are more or fewer values than moderators.

        Examples
        --------
        >>> found = meta_regression([0.1, 0.5, -0.2, 0.9], [0.02, 0.05, 0.03, 0.1], [[1], [2], [3], [5]], ["weeks"])
        >>> round(found.predict([4]).estimate, 3)
        0.488
        """
        row = np.atleast_1d(np.asarray(moderators, dtype=float))
        if self.names[0] == INTERCEPT:
            row = np.concatenate([[1.0], row])
        if row.shape != self.estimate.shape:
            raise ComputationError(
                f"The regression has the moderators {', '.join(n for n in self.names if n != INTERCEPT)}; give one "
                "value for each."
            )
        mean, variance = float(row @ self.estimate), float(row @ self.covariance @ row)
        half = critical(self.test, self.qe_df, 1 - self.level / 100)
        width = half * math.sqrt(variance)
        wide = math.nan if self.method == "FE" else half * math.sqrt(variance + self.tau2)
        return Prediction(mean, math.sqrt(variance), mean - width, mean + width, mean - wide, mean + wide)


@dataclass(frozen=True, slots=True)
class Prediction:
    """An average effect at given moderators with its standard error, interval and prediction interval (NaN for FE)."""

    estimate: float
    se: float
    low: float
    high: float
    prediction_low: float
    prediction_high: float


@dataclass(frozen=True, slots=True)
class Subgroups:
    """A synthesis a group, and a test that the groups share one average: ``q_between``, ``df`` and ``p``.

    ``statistic`` says what q_between is: "chi2" on df degrees of freedom, or "F" on df and ``df_residual``.
    """

    by: dict[str, Synthesis]
    q_between: float
    df: int
    p: float
    statistic: str
    df_residual: int
    caveats: tuple[str, ...]


def meta_regression(
    yi: ArrayLike,
    vi: ArrayLike,
    design: ArrayLike,
    names: Sequence[str],
    *,
    method: str = "REML",
    test: str = "adhoc",
    level: float = 95.0,
    intercept: bool = True,
    labels: Sequence[str] | None = None,
) -> MetaRegression:
    """Effects regressed on moderators of the studies, weighted by 1 / (vi + tau2).

    Thompson and Higgins (2002), doi:10.1002/sim.1187; tests of ``knha`` and ``adhoc`` by Knapp and Hartung (2003),
    doi:10.1002/sim.1482; R2 by Raudenbush (2009), in The Handbook of Research Synthesis, ch. 16.

    Parameters
    ----------
    yi, vi : (k,) array_like
        Effects and sampling variances; variances positive.
    design : (k, m) array_like
        Moderators, a column each, without the intercept.
    names : sequence of str
        Of the moderators.
    method, test, level, labels
        As in `synthesise`.
    intercept : bool
        Whether an intercept comes first.

    Raises
    ------
    ComputationError
        If studies are no more than coefficients, a moderator is not finite or repeats the others, or a choice of
        `synthesise` is refused.

    Examples
    --------
    >>> found = meta_regression([0.1, 0.5, -0.2, 0.9], [0.02, 0.05, 0.03, 0.1], [[1], [2], [3], [5]], ["weeks"],
    ...                         test="knha")
    >>> [round(float(x), 3) for x in (found.estimate[1], found.p[1], found.tau2)]
    [0.148, 0.475, 0.188]
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    studies = name_studies(labels, y.size)
    check_studies(y, v, studies)
    check_choice(method, test, level)
    X, all_names = _design(design, names, studies, intercept=intercept)
    k, p = X.shape
    df = k - p
    model = Regression(y, v, X)
    tau2 = estimate_tau2(model, method)
    w, _basis, triangle, beta = model.fit(tau2)
    factor = float(np.sum(w * (y - X @ beta) ** 2)) / df
    scale = 1.0 if test == "z" else factor if test == "knha" else max(1.0, factor)
    inverse = np.linalg.inv(triangle)
    covariance = scale * inverse @ inverse.T
    se = np.sqrt(np.diag(covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = beta / se
    distance = -np.abs(statistic)
    p_values = 2 * (ndtr(distance) if test == "z" else stdtr(df, distance))
    width = critical(test, df, 1 - level / 100) * se
    qe = model.q(0.0)[0]
    typical = df / model.trace()
    tau2_low = tau2_high = math.nan
    if method != "FE":
        tau2_low, tau2_high = (solve_q(model, target) for target in tails_of_q(df, 1 - level / 100))
    tested = slice(1 if intercept else 0, None)
    m = p - (1 if intercept else 0)
    qm = float(beta[tested] @ np.linalg.solve(covariance[tested, tested], beta[tested])) if m and scale else math.nan
    if test != "z":
        qm /= m
    qm_p = float(chdtrc(m, qm) if test == "z" else fdtrc(m, df, qm))
    without = estimate_tau2(CommonMean(y, v), method)
    fe = method == "FE"
    doubts = []
    if k < STUDIES_A_MODERATOR * m:
        doubts.append(
            _("{k} studies for {m} moderators: with fewer than {least} a moderator, a relation found or missed may "
              "well be chance.").format(k=k, m=m, least=STUDIES_A_MODERATOR)
        )  # fmt: skip
    return MetaRegression(
        names=all_names, estimate=beta, se=se, statistic=statistic, p=p_values, low=beta - width, high=beta + width,
        covariance=covariance, tau2=tau2, tau2_low=tau2_low, tau2_high=tau2_high,
        i2=max(0.0, 100 * (qe - df) / qe) if fe and qe > 0 else 100 * tau2 / (tau2 + typical),
        h2=qe / df if fe else tau2 / typical + 1,
        r2=math.nan if fe or without == 0 else max(0.0, 100 * (without - tau2) / without),
        qe=qe, qe_df=df, qe_p=float(chdtrc(df, qe)), qm=qm, qm_df=m, qm_p=qm_p, k=k, method=method, test=test,
        level=level, caveats=tuple(doubts),
    )  # fmt: skip


def subgroups(
    yi: ArrayLike,
    vi: ArrayLike,
    groups: Sequence[str],
    *,
    labels: Sequence[str] | None = None,
    measure: str = "GEN",
    method: str = "REML",
    test: str = "adhoc",
    level: float = 95.0,
    common_tau2: bool = False,
) -> Subgroups:
    """A synthesis of each group of studies, and a test that the groups have one average.

    Each group estimates its own tau2, and ``q_between`` compares the groups' estimates by their standard errors
    without Hartung and Knapp's factor, as chi-square on groups - 1 degrees of freedom (Borenstein 2009,
    Introduction to Meta-Analysis, ch. 19). With ``common_tau2`` the test is that of a meta-regression on the
    groups, which shares one tau2; better where groups hold few studies.

    Parameters
    ----------
    yi, vi, labels, measure, method, test, level
        As in `synthesise`.
    groups : (k,) sequence of str
        The group of each study; at least two groups.
    common_tau2 : bool
        Test with one tau2 for all groups.

    Raises
    ------
    ComputationError
        If there are not as many groups named as studies, or only one group.

    Examples
    --------
    >>> found = subgroups([0.1, 0.5, -0.2, 0.9], [0.02, 0.05, 0.03, 0.1], ["a", "a", "b", "b"], method="FE")
    >>> {name: round(each.estimate, 3) for name, each in found.by.items()}, round(found.q_between, 3)
    ({'a': 0.214, 'b': 0.054}, 0.689)
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    studies = name_studies(labels, y.size)
    check_studies(y, v, studies)
    check_choice(method, test, level)
    if len(groups) != y.size:
        raise ComputationError(f"There are {len(groups)} groups for {y.size} studies; name the group of each study.")
    order = list(dict.fromkeys(groups))
    if len(order) < 2:
        raise ComputationError(f"Every study is in the group '{order[0]}'; a comparison needs at least two groups.")
    by = {}
    for group in order:
        chosen = [i for i, one in enumerate(groups) if one == group]
        by[group] = synthesise(
            y[chosen], v[chosen], labels=[studies[i] for i in chosen], measure=measure, method=method, test=test,
            level=level,
        )  # fmt: skip
    alone = [group for group, found in by.items() if found.k == 1]
    doubts = [
        _("The group {group} holds one study, so nothing is known of how its studies differ.").format(group=group)
        for group in alone
    ]
    df = len(order) - 1
    if common_tau2:
        X = np.array([[float(one == group) for group in order[1:]] for one in groups])
        found = meta_regression(y, v, X, order[1:], method=method, test=test, level=level, labels=studies)
        return Subgroups(by, found.qm, df, found.qm_p, "chi2" if test == "z" else "F", found.qe_df, tuple(doubts))
    mean = np.array([found.estimate for found in by.values()])
    precision = np.array([_precision(found) for found in by.values()])
    q = float(precision @ (mean - precision @ mean / precision.sum()) ** 2)
    return Subgroups(by, q, df, float(chdtrc(df, q)), "chi2", y.size - len(order), tuple(doubts))


def _precision(found: Synthesis) -> float:
    """Sum of a synthesis' weights: one over the variance of its estimate, without Hartung and Knapp's factor."""
    return float(np.sum(1 / (found.vi + (0.0 if math.isnan(found.tau2) else found.tau2))))


def _design(
    design: ArrayLike, names: Sequence[str], studies: Sequence[str], *, intercept: bool
) -> tuple[Floats, tuple[str, ...]]:
    X = np.asarray(design, dtype=float)
    X = X[:, None] if X.ndim == 1 else X
    k, all_names = len(studies), tuple(str(name) for name in names)
    if X.ndim != 2 or X.shape != (k, len(all_names)) or not all_names:
        raise ComputationError(
            f"{k} studies with {len(all_names)} named moderators need a design of shape ({k}, {len(all_names)}) and at "
            f"least one moderator, not {X.shape}."
        )
    for name, column in zip(all_names, X.T, strict=True):
        if not np.isfinite(column).all():
            where = studies[int(np.flatnonzero(~np.isfinite(column))[0])]
            raise ComputationError(f"The moderator {name} is missing in {where}; leave that study out, or fill it in.")
    if intercept:
        X, all_names = np.column_stack([np.ones(k), X]), (INTERCEPT, *all_names)
    if k <= X.shape[1]:
        raise ComputationError(
            f"{k} studies cannot carry {X.shape[1]} coefficients; take fewer moderators, or more studies."
        )
    length = np.sqrt(np.sum(X * X, axis=0))
    if not length.all():
        raise ComputationError(f"The moderator {all_names[int(np.argmin(length))]} is 0 in every study; leave it out.")
    for i, name in enumerate(all_names):
        rank = np.linalg.matrix_rank(X[:, : i + 1] / length[: i + 1], tol=1e-9)
        if rank <= i:
            raise ComputationError(
                f"The moderator {name} says what {', '.join(all_names[:i])} say already (constant, or a sum of them); "
                "leave it out."
            )
    return X, all_names
