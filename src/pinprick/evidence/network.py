"""A network of treatments: every pair compared, from trials of some of them.

Contrast-based synthesis by generalised least squares with one heterogeneity for all comparisons (Rücker 2012,
doi:10.1002/jrsm.1058; Salanti et al. 2008, doi:10.1177/0962280207080643). A trial of three or more treatments enters
once, with the covariance that its comparisons share; from the variances of all its pairs that covariance follows
(Rücker and Schwarzer 2014, doi:10.1002/sim.6236). Whether trials of different designs agree is tested as a whole
(Higgins et al. 2012, doi:10.1002/jrsm.1044) and edge by edge (White 2015, doi:10.1177/1536867X1501500403).

A network that falls apart is answered part by part. How indirect each answer is goes with it in sentences.

Rows become trials in `network_trials`, the trials of one part become estimates in `network_fit`, and what these say of
pairs and of ranks is in `network_part` and `network_ranks`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pinprick.errors import ComputationError
from pinprick.evidence.network_fit import METHODS, DirectEvidence, Inconsistency, NodeSplit, normal_quantile
from pinprick.evidence.network_part import NetworkContrast, NetworkPart, check_named, make_part
from pinprick.evidence.network_ranks import Rank, Ranking
from pinprick.evidence.network_trials import Pairs, choice, linked_groups, listed, pairs_of_arms, read_trials
from pinprick.words import _

__all__ = [
    "METHODS",
    "DirectEvidence",
    "Inconsistency",
    "NetworkContrast",
    "NetworkPart",
    "NetworkSynthesis",
    "NodeSplit",
    "Pairs",
    "Rank",
    "Ranking",
    "network",
    "pairs_of_arms",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NetworkSynthesis:
    """A network of treatments, in one part or in several.

    Everything without a part's name is of the first part: the one with the reference, by default the largest.

    Parameters
    ----------
    treatments : tuple of str
        All of them, part by part.
    measure : str
        Of the effects, as given; it changes no figure.
    parts : tuple of NetworkPart
    estimates, se, low, high : (n, n) ndarray
        Row minus column over `treatments`; not a number across parts.
    caveats : tuple of str
    """

    treatments: tuple[str, ...]
    measure: str
    parts: tuple[NetworkPart, ...]
    estimates: Floats
    se: Floats
    low: Floats
    high: Floats
    caveats: tuple[str, ...]

    @property
    def reference(self) -> str:
        """The treatment that others of the first part are set against."""
        return self.parts[0].reference

    @property
    def is_connected(self) -> bool:
        """Whether trials link all treatments."""
        return len(self.parts) == 1

    @property
    def k_studies(self) -> int:
        """Number of trials in all parts."""
        return sum(part.k_studies for part in self.parts)

    @property
    def n_comparisons(self) -> int:
        """Pairs compared within trials, in all parts."""
        return sum(part.n_comparisons for part in self.parts)

    @property
    def method(self) -> str:
        """How the heterogeneity was estimated."""
        return self.parts[0].method

    @property
    def level(self) -> float:
        """Of intervals, in per cent."""
        return self.parts[0].level

    @property
    def tau2(self) -> float:
        """Heterogeneity of the first part."""
        return self.parts[0].tau2

    @property
    def i2(self) -> float:
        """Share of variation beyond chance in the first part, per cent."""
        return self.parts[0].i2

    @property
    def q(self) -> float:
        """Total misfit of the first part."""
        return self.parts[0].q

    @property
    def q_df(self) -> int:
        """Degrees of freedom of `q`."""
        return self.parts[0].q_df

    @property
    def q_p(self) -> float:
        """Probability of so large a `q` if trials agree."""
        return self.parts[0].q_p

    @property
    def q_within(self) -> float:
        """Misfit within designs of the first part."""
        return self.parts[0].q_within

    @property
    def q_between(self) -> float:
        """Misfit between designs of the first part."""
        return self.parts[0].q_between

    @property
    def inconsistency(self) -> Inconsistency | None:
        """Whether designs of the first part agree, with random effects."""
        return self.parts[0].inconsistency

    @property
    def direct(self) -> tuple[DirectEvidence, ...]:
        """Every pair that a trial compared, in all parts."""
        return tuple(edge for part in self.parts for edge in part.direct)

    @property
    def splits(self) -> tuple[NodeSplit, ...]:
        """Every pair with direct and indirect evidence, in all parts."""
        return tuple(split for part in self.parts for split in part.splits)

    @property
    def ranking(self) -> Ranking:
        """How treatments of the first part rank."""
        return self.parts[0].ranking

    @property
    def directness(self) -> Floats:
        """Share of direct evidence in each comparison, (n, n) over `treatments`; not a number across parts."""
        shares = np.where(np.isnan(self.se), np.nan, 0.0)
        at = {name: number for number, name in enumerate(self.treatments)}
        for edge in self.direct:
            i, j = at[edge.treat1], at[edge.treat2]
            shares[i, j] = shares[j, i] = min(1.0, float(self.se[i, j] / edge.se) ** 2)
        np.fill_diagonal(shares, np.nan)
        return shares

    @property
    def contrasts(self) -> tuple[NetworkContrast, ...]:
        """Every pair that can be compared, each once."""
        return tuple(contrast for part in self.parts for contrast in part.contrasts)

    def compare(self, treat1: str, treat2: str) -> NetworkContrast:
        """Set one treatment against another: treat1 minus treat2.

        Raises
        ------
        ComputationError
            If a name is not in the network, both are the same, or no chain of trials links them.
        """
        for part in self.parts:
            if treat1 in part.treatments and treat2 in part.treatments:
                return part.compare(treat1, treat2)
        check_named((treat1, treat2), self.treatments)
        raise ComputationError(
            f"No chain of trials links {treat1} with {treat2}, so they cannot be compared; a trial of one of each "
            "group would link them."
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything but the matrices as plain values for JSON, with None where there is no number.

        Examples
        --------
        >>> net = network(["mat", "rest"], ["wait", "wait"], [-1.3, -0.6], [0.3, 0.2], studies=["A", "B"])
        >>> [(row["treat1"], row["treat2"], row["n_direct"]) for row in net.to_dict()["comparisons"]]
        [('wait', 'mat', 1), ('wait', 'rest', 1), ('mat', 'rest', 0)]
        """
        part = self.parts[0]
        test = part.inconsistency
        comparisons = [
            {
                name: _plain(getattr(contrast, name))
                for name in (
                    *("treat1", "treat2", "estimate", "se", "low", "high", "p"),
                    *("prediction_low", "prediction_high", "proportion_direct", "n_direct", "path", "caveats"),
                )
            }
            for contrast in self.contrasts
        ]
        return {
            "k": self.k_studies,
            "measure": self.measure,
            "method": self.method,
            "level": self.level,
            "reference": self.reference,
            "parts": [list(each.treatments) for each in self.parts],
            "n_comparisons": self.n_comparisons,
            "tau2": part.tau2,
            "i2": part.i2,
            "q": part.q,
            "q_df": part.q_df,
            "q_p": part.q_p,
            "q_within": part.q_within,
            "q_within_df": part.q_within_df,
            "q_within_p": part.q_within_p,
            "q_between": part.q_between,
            "q_between_df": part.q_between_df,
            "q_between_p": part.q_between_p,
            "inconsistency": None if test is None else {"q": test.q, "df": test.df, "p": test.p, "tau2": test.tau2},
            "comparisons": comparisons,
            "splits": [asdict(split) for split in self.splits],
            "ranking": [
                {
                    "treatment": r.treatment,
                    "p_score": r.p_score,
                    "low": r.low,
                    "high": r.high,
                    "best": r.probability_best,
                }
                for r in part.ranking.ranks
            ],
            "caveats": list(self.caveats),
        }


def network(
    treat1: Sequence[str],
    treat2: Sequence[str],
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    studies: Sequence[str],
    covariances: Mapping[str, ArrayLike] | None = None,
    reference: str | None = None,
    method: str = "REML",
    lower_is_better: bool = True,
    level: float = 95.0,
    measure: str = "GEN",
) -> NetworkSynthesis:
    """Compare all treatments of a network of trials.

    Parameters
    ----------
    treat1, treat2 : sequence of str
        What each row compares.
    yi : (n_row,) array_like
        Effect of treat1 minus that of treat2.
    vi : (n_row,) array_like
        Sampling variances, positive.
    studies : sequence of str
        The trial behind each row. A trial of m treatments gives all m (m - 1) / 2 pairs, from which the covariance of
        its comparisons follows; or fewer rows together with `covariances`.
    covariances : mapping of str to (r, r) array_like, optional
        Covariance matrix of a trial's r rows, in their order. For a trial that gives neither, each of its treatments
        is taken to carry the same share of its variances as far as they allow, and that is said.
    reference : str, optional
        By default the treatment that most trials share.
    method : str
        How tau2 is estimated: ``REML``, ``DL`` (Jackson et al. 2012, doi:10.1002/sim.4301), ``PM`` or ``FE``, which
        sets it to 0.
    lower_is_better : bool
        For ranks.
    level : float
        Of intervals, in per cent.
    measure : str
        Kept with the result.

    Returns
    -------
    NetworkSynthesis

    Raises
    ------
    ComputationError
        If a row is no comparison of two treatments with a finite effect and a positive variance, a trial compares a
        pair twice, or the comparisons of one trial contradict each other.

    Notes
    -----
    Differences in a trial have covariance S + tau2 (I + 11') / 2 about those of the network, so every comparison has
    heterogeneity tau2 (Higgins and Whitehead 1996, doi:10.1002/(SICI)1097-0258(19961230)15:24<2733::AID-SIM562>3.0).

    Examples
    --------
    Nobody compared a mat with rest, but both were compared with waiting:

    >>> net = network(["mat", "mat", "rest"], ["wait", "wait", "wait"], [-1.3, -1.9, -0.6], [0.3, 0.4, 0.2],
    ...               studies=["A", "B", "C"], method="DL")
    >>> mat = net.compare("mat", "rest")
    >>> round(mat.estimate, 2), round(mat.se, 2), mat.proportion_direct, mat.n_direct
    (-0.96, 0.61, 0.0, 0)
    >>> mat.caveats[0]
    'No trial compared mat with rest.'
    """
    method = method.upper()
    if method not in METHODS:
        raise ComputationError(f"The method {method!r} is none of {choice(METHODS)}.")
    if not 0 < level < 100:
        raise ComputationError(f"The level is {level:g} %; it has to lie between 0 and 100, and 95 is usual.")
    trials, said = read_trials(treat1, treat2, yi, vi, studies, covariances or {})
    groups = linked_groups(trials)
    if reference is not None:
        reference = reference.strip()
        if not any(reference in group for group in groups):
            raise ComputationError(
                f"The reference {reference!r} is in no trial; take one of {choice(sorted(set().union(*groups)))}."
            )
    parts = []
    for group in groups:
        inside = [trial for trial in trials if trial.treatments[0] in group]
        shared = Counter(name for trial in inside for name in trial.treatments)
        first = reference if reference in group else min(group, key=lambda name: (-shared[name], name))
        named = [first, *sorted(group - {first})]
        parts.append(make_part(named, inside, method=method, level=level, lower_is_better=lower_is_better))
    parts.sort(key=lambda part: (reference not in part.treatments, -part.k_studies, part.treatments))
    treatments = tuple(name for part in parts for name in part.treatments)
    estimates = np.full((len(treatments), len(treatments)), np.nan)
    se = estimates.copy()
    start = 0
    for part in parts:
        block = slice(start, start + len(part.treatments))
        estimates[block, block], se[block, block] = part.estimates, part.se
        start = block.stop
    z = normal_quantile(level)
    if len(parts) > 1:
        apart = "; ".join(listed(list(part.treatments)) for part in parts)
        gap = _("The network falls into {n} parts that no trial links: {parts}.").format(n=len(parts), parts=apart)
        said = [gap, _("Treatments of different parts cannot be compared."), *said]
    caveats = (*said, *dict.fromkeys(caveat for part in parts for caveat in part.caveats))
    return NetworkSynthesis(
        treatments, measure, tuple(parts), estimates, se, estimates - z * se, estimates + z * se, caveats
    )


def _plain(value: object) -> object:
    """Turn a value into one that JSON has."""
    if isinstance(value, tuple):
        return list(value)
    return None if isinstance(value, float) and math.isnan(value) else value
