"""A network of treatments: every pair compared, from trials of some of them.

Contrast-based synthesis by generalised least squares with one heterogeneity for all comparisons (Rücker 2012,
doi:10.1002/jrsm.1058; Salanti et al. 2008, doi:10.1177/0962280207080643). A trial of three or more treatments enters
once, with the covariance that its comparisons share; from the variances of all its pairs that covariance follows
(Rücker and Schwarzer 2014, doi:10.1002/sim.6236). Whether trials of different designs agree is tested as a whole
(Higgins et al. 2012, doi:10.1002/jrsm.1044) and edge by edge (White 2015, doi:10.1177/1536867X1501500403).

A network that falls apart is answered part by part. How indirect each answer is goes with it in sentences.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations, pairwise
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtr, ndtri, stdtrit

from pinprick.errors import ComputationError
from pinprick.words import _, ngettext

Floats = NDArray[np.float64]

METHODS: Final = ("FE", "DL", "PM", "REML")
N_STEPS: Final = 200  # an upper bound for the heterogeneity's root; five to ten steps are usual
CLOSES: Final = 0.1  # of a standard error: rounding in a trial's pairs, beyond which it is said
CLOSES_NOT: Final = 1.0  # of a standard error: beyond it the pairs of one trial contradict each other
NAMED: Final = 4  # comparisons with a single trial that are named; more are counted
DOUBTFUL: Final = 0.1  # p below which disagreement is named
N_SHIFTS: Final = 8  # copies of the lattice for rank probabilities
N_POINTS: Final = 512  # in each


class Pairs(NamedTuple):
    """Comparisons as `network` takes them, from `pairs_of_arms`."""

    treat1: tuple[str, ...]
    treat2: tuple[str, ...]
    yi: tuple[float, ...]
    vi: tuple[float, ...]
    studies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DirectEvidence:
    """What trials that compared two treatments say of them, on their own.

    Parameters
    ----------
    treat1, treat2 : str
        The estimate is treat1 minus treat2.
    k : int
        Number of trials.
    studies : tuple of str
    estimate, se, low, high : float
        Pooled with the heterogeneity of the network.
    """

    treat1: str
    treat2: str
    k: int
    studies: tuple[str, ...]
    estimate: float
    se: float
    low: float
    high: float

    def turned(self) -> DirectEvidence:
        """Give the same with the two treatments exchanged."""
        return replace(
            self, treat1=self.treat2, treat2=self.treat1, estimate=-self.estimate, low=-self.high, high=-self.low
        )


@dataclass(frozen=True, slots=True)
class NodeSplit:
    """Direct against indirect evidence on one pair of treatments (treat1 minus treat2).

    ``difference`` is direct minus indirect, with its standard error, interval and two-sided p-value.
    """

    treat1: str
    treat2: str
    k: int
    direct: float
    direct_se: float
    indirect: float
    indirect_se: float
    difference: float
    difference_se: float
    low: float
    high: float
    p: float

    def turned(self) -> NodeSplit:
        """Give the same with the two treatments exchanged."""
        return replace(
            self,
            treat1=self.treat2,
            treat2=self.treat1,
            direct=-self.direct,
            indirect=-self.indirect,
            difference=-self.difference,
            low=-self.high,
            high=-self.low,
        )


@dataclass(frozen=True, slots=True)
class Rank:
    """How one treatment stands among those of its part of the network.

    Parameters
    ----------
    treatment : str
    p_score : float
        Mean certainty that it is better than another, 0 to 1 (Rücker and Schwarzer 2015,
        doi:10.1186/s12874-015-0060-8).
    mean_rank : float
        1 is best.
    low, high : int
        The ranks that hold it with the level's probability.
    probability : tuple of float
        Of each rank, the best first.
    """

    treatment: str
    p_score: float
    mean_rank: float
    low: int
    high: int
    probability: tuple[float, ...]

    @property
    def probability_best(self) -> float:
        """Probability that no other treatment is better."""
        return self.probability[0]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Treatments from best to worst by P-score; ``error`` is the largest standard error of a rank probability."""

    ranks: tuple[Rank, ...]
    error: float

    def __getitem__(self, treatment: str) -> Rank:
        """Give the rank of a treatment by its name."""
        for rank in self.ranks:
            if rank.treatment == treatment:
                return rank
        raise ComputationError(
            f"There is no treatment {treatment!r} in this ranking; it has {_list([r.treatment for r in self.ranks])}."
        )


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """Whether designs agree: the design-by-treatment interaction as a Wald test, within-design heterogeneity kept.

    ``q`` is chi-squared with ``df`` degrees of freedom if they do; ``tau2`` was estimated within designs.
    """

    q: float
    df: int
    p: float
    tau2: float


@dataclass(frozen=True, slots=True)
class NetworkContrast:
    """One treatment against another: treat1 minus treat2, and what the answer rests on.

    Parameters
    ----------
    treat1, treat2 : str
    estimate, se, low, high, p : float
        From the whole network; the interval and the two-sided p-value are normal.
    tau2 : float
        Heterogeneity of the part of the network that holds both.
    prediction_low, prediction_high : float
        Where the difference in a new trial may lie: Student-t with the network's degrees of freedom (Higgins et al.
        2009, doi:10.1111/j.1467-985X.2008.00552.x); not a number when there are none.
    proportion_direct : float
        Share of direct evidence, 0 to 1: variance of the network estimate over that of the direct one (König et al.
        2013, doi:10.1002/sim.6001).
    n_direct : int
        Trials that compared the two.
    direct : DirectEvidence or None
        Those trials alone.
    split : NodeSplit or None
        Direct against indirect, where there is both.
    path : tuple of str
        The shortest chain of comparisons that links the two, both included.
    caveats : tuple of str
        How indirect it is, in sentences.
    """

    treat1: str
    treat2: str
    estimate: float
    se: float
    low: float
    high: float
    p: float
    tau2: float
    prediction_low: float
    prediction_high: float
    proportion_direct: float
    n_direct: int
    direct: DirectEvidence | None
    split: NodeSplit | None
    path: tuple[str, ...]
    caveats: tuple[str, ...]

    def as_prior(self, *, between_person_sd: float = 0.0) -> tuple[float, float]:
        """Mean and standard deviation for one new person: the variance of a new setting and of people added.

        Raises
        ------
        ComputationError
            If the spread between people is negative or no number.
        """
        if not (between_person_sd >= 0 and math.isfinite(between_person_sd)):
            raise ComputationError(
                f"The spread between people is {between_person_sd:g}; it has to be a number of at least 0."
            )
        return self.estimate, math.sqrt(self.se**2 + self.tau2 + between_person_sd**2)


@dataclass(frozen=True, slots=True)
class NetworkPart:
    """Treatments that trials link, directly or through others, and their synthesis.

    Parameters
    ----------
    treatments : tuple of str
        n of them, the reference first.
    studies : tuple of str
    n_comparisons : int
        Pairs of treatments compared within trials, a trial of m treatments counting m (m - 1) / 2.
    designs : tuple of tuple of str
        Sets of treatments that trials compared.
    method : str
        How the heterogeneity was estimated; ``FE`` for none.
    level : float
        Of intervals, in per cent.
    lower_is_better : bool
    tau2, i2 : float
        Heterogeneity, and its share of the total variation in per cent.
    q, q_df, q_p : float, int, float
        Total misfit of the common-effect network, chi-squared if trials agree.
    q_within, q_within_df, q_within_p : float, int, float
        Its part within designs: heterogeneity.
    q_between, q_between_df, q_between_p : float, int, float
        Its part between designs: inconsistency.
    inconsistency : Inconsistency or None
        The same with random effects; None where no loop allows it.
    estimates, se : (n, n) ndarray
        Row minus column, in the units of yi.
    covariance : (n - 1, n - 1) ndarray
        Of the treatments against the reference, in their order.
    direct : tuple of DirectEvidence
        Every pair that a trial compared.
    splits : tuple of NodeSplit
        Every pair with direct and indirect evidence.
    caveats : tuple of str
    """

    treatments: tuple[str, ...]
    studies: tuple[str, ...]
    n_comparisons: int
    designs: tuple[tuple[str, ...], ...]
    method: str
    level: float
    lower_is_better: bool
    tau2: float
    i2: float
    q: float
    q_df: int
    q_p: float
    q_within: float
    q_within_df: int
    q_within_p: float
    q_between: float
    q_between_df: int
    q_between_p: float
    inconsistency: Inconsistency | None
    estimates: Floats
    se: Floats
    covariance: Floats
    direct: tuple[DirectEvidence, ...]
    splits: tuple[NodeSplit, ...]
    caveats: tuple[str, ...]

    @property
    def reference(self) -> str:
        """The treatment that the others are set against."""
        return self.treatments[0]

    @property
    def k_studies(self) -> int:
        """Number of trials."""
        return len(self.studies)

    @property
    def p_scores(self) -> dict[str, float]:
        """Mean certainty of each treatment that it is better than another, best first.

        One-sided normal probabilities, averaged (Rücker and Schwarzer 2015, equation 5).
        """
        n = len(self.treatments)
        z = np.divide(self.estimates, self.se, out=np.zeros((n, n)), where=self.se > 0)
        better = ndtr(-z if self.lower_is_better else z)
        scores = (better.sum(axis=1) - 0.5) / (n - 1)  # the diagonal holds a half
        order = sorted(range(n), key=lambda i: (-scores[i], self.treatments[i]))
        return {self.treatments[i]: float(scores[i]) for i in order}

    @property
    def ranking(self) -> Ranking:
        """P-scores with the probability of each rank, worked out when asked.

        Rank probabilities are those of the estimates' joint normal distribution, by a lattice rule in shifted copies
        (Richtmyer, folded; Genz 1992 has both): the same every time, with an error estimated from the copies.
        """
        scores = self.p_scores
        n = len(self.treatments)
        probability, error = _rank_probabilities(self.estimates[1:, 0], self.covariance, self.lower_is_better)
        tail = (1 - self.level / 100) / 2
        ranks = []
        for treatment, score in scores.items():
            row = probability[self.treatments.index(treatment)]
            running = np.cumsum(row)
            low = int(np.searchsorted(running, tail)) + 1
            high = min(int(np.searchsorted(running, 1 - tail)) + 1, n)
            ranks.append(Rank(treatment, score, n - (n - 1) * score, low, high, tuple(map(float, row))))
        return Ranking(tuple(ranks), error)

    def compare(self, treat1: str, treat2: str) -> NetworkContrast:
        """Set one treatment against another, treat1 minus treat2; as `NetworkSynthesis.compare`."""
        for name in (treat1, treat2):
            if name not in self.treatments:
                raise ComputationError(
                    f"There is no treatment {name!r} in this network; it has {_list(self.treatments)}."
                )
        if treat1 == treat2:
            raise ComputationError(f"{treat1} cannot be compared with itself; name two treatments.")
        i, j = self.treatments.index(treat1), self.treatments.index(treat2)
        estimate, se = float(self.estimates[i, j]), float(self.se[i, j])
        z = _normal_quantile(self.level)
        direct, split = _edge(self.direct, treat1, treat2), _edge(self.splits, treat1, treat2)
        prediction = math.nan
        if self.q_df > 0:
            prediction = float(stdtrit(self.q_df, 0.5 + self.level / 200)) * math.sqrt(se**2 + self.tau2)
        path = self._path(treat1, treat2)
        return NetworkContrast(
            treat1=treat1,
            treat2=treat2,
            estimate=estimate,
            se=se,
            low=estimate - z * se,
            high=estimate + z * se,
            p=_two_sided(estimate, se),
            tau2=self.tau2,
            prediction_low=estimate - prediction,
            prediction_high=estimate + prediction,
            proportion_direct=min(1.0, (se / direct.se) ** 2) if direct else 0.0,
            n_direct=direct.k if direct else 0,
            direct=direct,
            split=split,
            path=path,
            caveats=self._how_indirect(treat1, treat2, path, direct, split, se),
        )

    @property
    def contrasts(self) -> tuple[NetworkContrast, ...]:
        """Every pair of treatments, each once."""
        return tuple(self.compare(one, other) for one, other in combinations(self.treatments, 2))

    def _path(self, treat1: str, treat2: str) -> tuple[str, ...]:
        """Find the chain of direct comparisons with the fewest links; among those the most precise."""
        links: dict[str, list[tuple[str, float]]] = {name: [] for name in self.treatments}
        for edge in self.direct:
            links[edge.treat1].append((edge.treat2, edge.se**2))
            links[edge.treat2].append((edge.treat1, edge.se**2))
        waiting: list[tuple[int, float, tuple[str, ...]]] = [(0, 0.0, (treat1,))]
        done = set()
        while waiting:
            n_links, variance, chain = heapq.heappop(waiting)
            here = chain[-1]
            if here == treat2:
                return chain
            if here in done:
                continue
            done.add(here)
            for name, more in links[here]:
                if name not in done:
                    heapq.heappush(waiting, (n_links + 1, variance + more, (*chain, name)))
        raise AssertionError("the treatments of one part are linked")  # pragma: no cover

    def _how_indirect(
        self,
        treat1: str,
        treat2: str,
        path: tuple[str, ...],
        direct: DirectEvidence | None,
        split: NodeSplit | None,
        se: float,
    ) -> tuple[str, ...]:
        """Say what a comparison rests on."""
        said = []
        if direct is None:
            said.append(_("No trial compared {one} with {other}.").format(one=treat1, other=treat2))
            links = []
            for one, other in pairwise(path):
                edge = _edge(self.direct, one, other)
                n = edge.k if edge else 0
                link = ngettext("{n} trial of {one} and {other}", "{n} trials of {one} and {other}", n)
                links.append(link.format(n=n, one=one, other=other))
            rests = _("The shortest link is {links}.").format(links=_and(links))
            said += [rests, _("That holds only if those trials are alike in all else that matters.")]
        else:
            if direct.k == 1:
                only = _("Only one trial compared {one} with {other}: {study}.")
                said.append(only.format(one=treat1, other=treat2, study=direct.studies[0]))
            share = min(1.0, (se / direct.se) ** 2)
            if share < 0.5:
                mostly = _("Most of this comparison, {share:.0f} %, comes by way of other treatments.")
                said.append(mostly.format(share=100 * (1 - share)))
        if split is not None and split.p < DOUBTFUL:
            said.append(
                _("Trials that compared {one} with {other} disagree with what the rest of the network implies.").format(
                    one=treat1, other=treat2
                )
            )
        return tuple(said)


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
        for name in (treat1, treat2):
            if name not in self.treatments:
                raise ComputationError(
                    f"There is no treatment {name!r} in this network; it has {_list(self.treatments)}."
                )
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
        raise ComputationError(f"The method {method!r} is none of {_list(METHODS)}.")
    if not 0 < level < 100:
        raise ComputationError(f"The level is {level:g} %; it has to lie between 0 and 100, and 95 is usual.")
    trials, said = _trials(treat1, treat2, yi, vi, studies, covariances or {})
    groups = _connected(trials)
    if reference is not None:
        reference = reference.strip()
        if not any(reference in group for group in groups):
            raise ComputationError(
                f"The reference {reference!r} is in no trial; take one of {_list(sorted(set().union(*groups)))}."
            )
    settings = _Settings(method, level, lower_is_better)
    parts = []
    for group in groups:
        inside = [trial for trial in trials if trial.treatments[0] in group]
        shared = Counter(name for trial in inside for name in trial.treatments)
        first = reference if reference in group else min(group, key=lambda name: (-shared[name], name))
        parts.append((reference in group, len(inside), _part([first, *sorted(group - {first})], inside, settings)))
    ordered = tuple(part for _chosen, _n, part in sorted(parts, key=lambda p: (not p[0], -p[1], p[2].treatments)))
    treatments = tuple(name for part in ordered for name in part.treatments)
    estimates = np.full((len(treatments), len(treatments)), np.nan)
    se = estimates.copy()
    start = 0
    for part in ordered:
        block = slice(start, start + len(part.treatments))
        estimates[block, block], se[block, block] = part.estimates, part.se
        start = block.stop
    z = _normal_quantile(level)
    if len(ordered) > 1:
        named = "; ".join(_and(list(part.treatments)) for part in ordered)
        gap = _("The network falls into {n} parts that no trial links: {parts}.").format(n=len(ordered), parts=named)
        said = [gap, _("Treatments of different parts cannot be compared."), *said]
    caveats = (*said, *dict.fromkeys(caveat for part in ordered for caveat in part.caveats))
    return NetworkSynthesis(
        treatments, measure, ordered, estimates, se, estimates - z * se, estimates + z * se, caveats
    )


def pairs_of_arms(studies: Sequence[str], treatments: Sequence[str], yi: ArrayLike, vi: ArrayLike) -> Pairs:
    """Turn one row per treatment group into every pair within each trial, as `network` takes them.

    Parameters
    ----------
    studies, treatments : sequence of str
        Of each row: the trial and the group's treatment.
    yi, vi : (n_row,) array_like
        The group's outcome (a mean, a log odds, a log rate) and its sampling variance.

    Returns
    -------
    Pairs
        Differences, whose variance is the sum of the two groups'.

    Raises
    ------
    ComputationError
        If the columns are not of one length, or a trial has only one group.

    Examples
    --------
    >>> pairs = pairs_of_arms(["A", "A", "A"], ["mat", "rest", "wait"], [3.0, 3.5, 4.5], [0.1, 0.1, 0.2])
    >>> pairs.treat1, pairs.treat2, pairs.yi
    (('mat', 'mat', 'rest'), ('rest', 'wait', 'wait'), (-0.5, -1.5, -1.0))
    >>> net = network(*pairs[:4], studies=pairs.studies)
    >>> round(net.compare("mat", "wait").se ** 2, 3)
    0.3
    """
    means, variances = (np.atleast_1d(np.asarray(column, dtype=float)) for column in (yi, vi))
    if not len(studies) == len(treatments) == len(means) == len(variances):
        raise ComputationError(
            f"The columns have {len(studies)}, {len(treatments)}, {len(means)} and {len(variances)} rows; "
            "give one trial, treatment, outcome and variance for each group."
        )
    rows = []
    for study in dict.fromkeys(studies):
        groups = [row for row, name in enumerate(studies) if name == study]
        if len(groups) < 2:
            raise ComputationError(f"Study {study} has one group only; a comparison needs two.")
        for i, j in combinations(groups, 2):
            difference, variance = float(means[i] - means[j]), float(variances[i] + variances[j])
            rows.append((treatments[i], treatments[j], difference, variance, study))
    return Pairs(*zip(*rows, strict=True))


class _Settings(NamedTuple):
    """What is the same for every part."""

    method: str
    level: float
    lower_is_better: bool


@dataclass(frozen=True, slots=True)
class _Trial:
    """A trial: its treatments, their effects against the last of them, the covariance of those, and its pairs."""

    study: str
    treatments: tuple[str, ...]
    effects: Floats  # (m - 1,)
    covariance: Floats  # (m - 1, m - 1)

    @property
    def n_pairs(self) -> int:
        """Pairs of treatments within the trial."""
        return len(self.treatments) * (len(self.treatments) - 1) // 2

    @property
    def pairs(self) -> Iterator[tuple[tuple[str, str], float, float]]:
        """Each pair as one and other, the effect of one minus other, and its variance."""
        m = len(self.treatments)
        d = np.append(self.effects, 0.0)
        V = np.zeros((m, m))
        V[:-1, :-1] = self.covariance
        for i, j in combinations(range(m), 2):
            names = (self.treatments[i], self.treatments[j])
            yield names, float(d[i] - d[j]), float(V[i, i] + V[j, j] - 2 * V[i, j])

    def apart(self) -> tuple[Floats, Floats]:
        """Give a transform (q, q) that makes the effects independent, with variances v + tau2, and v (q,).

        Sampling covariance and heterogeneity, tau2 (I + 11') / 2, are made diagonal together.
        """
        q = len(self.effects)
        if q == 1:
            return np.ones((1, 1)), self.covariance[0]
        back = np.linalg.inv(np.linalg.cholesky((np.eye(q) + 1) / 2))
        v, U = np.linalg.eigh(back @ self.covariance @ back.T)
        return U.T @ back, v


class _Rows(NamedTuple):
    """Independent comparisons: effects (r,) with variances v + tau2, and their design (r, p)."""

    y: Floats
    v: Floats
    X: Floats


class _Fit(NamedTuple):
    """A weighted fit at one tau2: p estimates with their covariance, the weights, residuals and misfit."""

    estimate: Floats
    covariance: Floats
    w: Floats
    r: Floats
    q: float


def _trials(
    treat1: Sequence[str],
    treat2: Sequence[str],
    yi: ArrayLike,
    vi: ArrayLike,
    studies: Sequence[str],
    covariances: Mapping[str, ArrayLike],
) -> tuple[list[_Trial], list[str]]:
    """Rows as trials, and what has to be said of them."""
    effects, variances = (np.atleast_1d(np.asarray(column, dtype=float)) for column in (yi, vi))
    lengths = {len(treat1), len(treat2), len(effects), len(variances), len(studies)}
    if len(lengths) > 1:
        raise ComputationError(
            f"The columns treat1, treat2, yi, vi and study have {len(treat1)}, {len(treat2)}, {len(effects)}, "
            f"{len(variances)} and {len(studies)} rows; give each comparison one of each."
        )
    if lengths == {0}:
        raise ComputationError("There is no comparison to pool; give at least one row.")
    names1, names2 = [str(name).strip() for name in treat1], [str(name).strip() for name in treat2]
    rows: dict[str, list[int]] = {}
    for row, study in enumerate(studies):
        where = f"Row {row + 1} (study {study})"
        if not names1[row] or not names2[row]:
            raise ComputationError(f"{where} leaves a treatment without a name; name both.")
        if names1[row] == names2[row]:
            raise ComputationError(f"{where} compares {names1[row]} with itself; name two treatments.")
        if not math.isfinite(effects[row]):
            raise ComputationError(f"{where} has the effect {effects[row]:g}, which is no number; leave the row out.")
        if not (variances[row] > 0 and math.isfinite(variances[row])):
            raise ComputationError(
                f"{where} has the variance {variances[row]:g}; it has to be a number above 0. "
                "Leave the row out, or find its standard error."
            )
        rows.setdefault(str(study), []).append(row)
    unknown = [study for study in covariances if study not in rows]
    if unknown:
        raise ComputationError(f"There is a covariance for study {unknown[0]}, which has no row; check the name.")
    said = []
    trials, assumed, rounded = [], [], []
    for study, its_rows in rows.items():
        pairs = [(names1[row], names2[row]) for row in its_rows]
        repeated = [pair for pair, n in Counter(tuple(sorted(pair)) for pair in pairs).items() if n > 1]
        if repeated:
            raise ComputationError(
                f"Study {study} compares {repeated[0][0]} with {repeated[0][1]} twice; pool the two rows or name the "
                "studies apart."
            )
        treatments = tuple(sorted(set(sum(pairs, ()))))
        given = covariances.get(study)
        trial, closes, guessed = _trial(study, treatments, pairs, effects[its_rows], variances[its_rows], given)
        trials.append(trial)
        assumed += [study] * guessed
        rounded += [study] * (closes > CLOSES)
    if assumed:
        said.append(
            _("How far comparisons within a trial share a group was assumed, not given, for {studies}.").format(
                studies=_and(assumed)
            )
        )
    if rounded:
        said.append(
            _("The comparisons within one trial do not quite add up, for {studies}.").format(studies=_and(rounded))
        )
    return trials, [*said, *_alike([*names1, *names2])]


def _alike(names: Sequence[str]) -> list[str]:
    """Name treatments that may be one, written in two ways."""
    written: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        written.setdefault("".join(c for c in name.casefold() if c.isalnum()) or name, []).append(name)
    return [
        _("{names} count as different treatments. If they are one, write it one way.").format(names=_and(same))
        for same in written.values()
        if len(same) > 1
    ]


def _trial(
    study: str,
    treatments: tuple[str, ...],
    pairs: list[tuple[str, str]],
    effects: Floats,
    variances: Floats,
    given: ArrayLike | None,
) -> tuple[_Trial, float, bool]:
    """One trial from its rows; how far its pairs miss adding up, in standard errors; whether anything was assumed."""
    m = len(treatments)
    if m == 2:
        sign = 1.0 if pairs[0][0] == treatments[0] else -1.0
        return _Trial(study, treatments, sign * effects, variances[None, :]), 0.0, False
    B = np.array([[float(name == one) - float(name == other) for name in treatments] for one, other in pairs])
    if np.linalg.matrix_rank(B) < m - 1:
        raise ComputationError(
            f"The comparisons of study {study} do not link all of its treatments; give a row that links them."
        )
    guessed = False
    if given is not None:
        V = np.atleast_2d(np.asarray(given, dtype=float))
        if V.shape != (len(pairs), len(pairs)) or not np.allclose(V, V.T) or not np.allclose(np.diag(V), variances):
            raise ComputationError(
                f"The covariance of study {study} has to be a symmetric {len(pairs)} by {len(pairs)} matrix with the "
                "variances of its rows on the diagonal."
            )
        tree = _independent_rows(B)
        to_arms = np.linalg.pinv(B[tree])  # centred effects from rows that determine them
        C = to_arms @ V[np.ix_(tree, tree)] @ to_arms.T
        effect = to_arms @ effects[tree]
    elif len(pairs) == m * (m - 1) // 2:
        V = np.zeros((m, m))
        for (one, other), variance in zip(pairs, variances, strict=True):
            i, j = treatments.index(one), treatments.index(other)
            V[i, j] = V[j, i] = variance
        centring = np.eye(m) - 1 / m
        C = -0.5 * centring @ V @ centring  # covariance of the centred effects
        if m > 2 and np.linalg.eigvalsh(C)[1] <= 1e-9 * variances.max():
            raise ComputationError(
                f"The variances of study {study} cannot come from one trial of {m} treatments: one of its comparisons "
                "is far less certain than the others together allow. Check them."
            )
        W = -np.linalg.pinv(C, hermitian=True)
        weights = np.array([W[treatments.index(one), treatments.index(other)] for one, other in pairs])
        effect = C @ (B.T @ (weights * effects))
    else:
        guessed = True
        share = np.abs(B)  # a pair's variance is the sum of its two groups'
        equal = np.full(m, variances.mean() / 2)
        arms = equal + np.linalg.pinv(share) @ (variances - share @ equal)
        if arms.min() <= 0:
            raise ComputationError(
                f"From the variances of study {study} the covariance of its comparisons cannot be told; give every "
                "pair of its treatments, or the covariance."
            )
        C = np.diag(arms)
        effect = np.linalg.pinv(B) @ effects
    closes = float((np.abs(B @ effect - effects) / np.sqrt(variances)).max())
    if closes > CLOSES_NOT:
        raise ComputationError(
            f"The comparisons of study {study} contradict each other by {closes:.1f} standard errors: the differences "
            f"between {_and(list(treatments))} do not add up. Check their signs."
        )
    to_last = np.hstack([np.eye(m - 1), -np.ones((m - 1, 1))])
    return _Trial(study, treatments, to_last @ effect, to_last @ C @ to_last.T), closes, guessed


def _independent_rows(B: Floats) -> list[int]:
    """Find the first rows that determine all others."""
    chosen: list[int] = []
    for row in range(len(B)):
        if np.linalg.matrix_rank(B[[*chosen, row]]) > len(chosen):
            chosen.append(row)
    return chosen


def _connected(trials: list[_Trial]) -> list[set[str]]:
    """Groups of treatments that trials link."""
    groups: list[set[str]] = []
    for trial in trials:
        here = set(trial.treatments)
        apart = [group for group in groups if not group & here]
        groups = [*apart, here.union(*(group for group in groups if group & here))]
    return groups


def _part(treatments: list[str], trials: list[_Trial], settings: _Settings) -> NetworkPart:
    """Work out one connected part."""
    n = len(treatments)
    column = {name: number for number, name in enumerate(treatments)}
    designs = sorted({trial.treatments for trial in trials}, key=lambda design: (len(design), design))
    start = dict(zip(designs, np.cumsum([0, *(len(design) - 1 for design in designs)]).tolist(), strict=False))
    transforms = [trial.apart() for trial in trials]
    y = np.concatenate([T @ trial.effects for trial, (T, _v) in zip(trials, transforms, strict=True)])
    v = np.concatenate([v for _T, v in transforms])
    own = np.zeros((len(y), sum(len(design) - 1 for design in designs)))  # each design with effects of its own
    row = 0
    for trial, (T, _v) in zip(trials, transforms, strict=True):
        q, at = len(trial.effects), start[trial.treatments]
        own[row : row + q, at : at + q] = T
        row += q
    linked = _linked(designs, column)
    rows = _Rows(y, v, own @ linked)
    common = _fit(rows, 0.0)
    df = len(y) - (n - 1)
    tau2 = _heterogeneity(rows, settings.method, df, common.q)
    fit = _fit(rows, tau2)
    D = np.vstack([np.zeros(n - 1), np.eye(n - 1)])
    d = D @ fit.estimate
    full = D @ fit.covariance @ D.T
    variance = np.diag(full)
    se = np.sqrt(np.maximum(variance[:, None] + variance - 2 * full, 0.0))
    np.fill_diagonal(se, 0.0)
    q_within, within_df, inconsistency = _between_designs(_Rows(y, v, own), linked, settings.method)
    between_df = df - within_df
    direct = _direct(trials, column, tau2, settings.level)
    shifts = _shifts(trials, transforms, direct)
    part = NetworkPart(
        treatments=tuple(treatments),
        studies=tuple(trial.study for trial in trials),
        n_comparisons=sum(trial.n_pairs for trial in trials),
        designs=tuple(designs),
        method=settings.method,
        level=settings.level,
        lower_is_better=settings.lower_is_better,
        tau2=tau2,
        i2=100 * max(0.0, (common.q - df) / common.q) if df > 0 and common.q > 0 else 0.0,
        q=common.q if df > 0 else 0.0,
        q_df=df,
        q_p=_chi2_p(common.q, df),
        q_within=q_within,
        q_within_df=within_df,
        q_within_p=_chi2_p(q_within, within_df),
        q_between=max(0.0, common.q - q_within) if between_df > 0 else 0.0,
        q_between_df=between_df,
        q_between_p=_chi2_p(common.q - q_within, between_df),
        inconsistency=inconsistency if between_df > 0 else None,
        estimates=d[:, None] - d,
        se=se,
        covariance=fit.covariance,
        direct=direct,
        splits=_splits(rows, fit, direct, column, shifts, settings.level),
        caveats=(),
    )
    return replace(part, caveats=_caveats(part))


def _linked(designs: list[tuple[str, ...]], column: Mapping[str, int]) -> Floats:
    """Effects of every design against its last treatment, in terms of those of the network against its first."""
    rows = np.zeros((sum(len(design) - 1 for design in designs), len(column)))
    row = 0
    for design in designs:
        for name in design[:-1]:
            rows[row, column[name]] += 1
            rows[row, column[design[-1]]] -= 1
            row += 1
    return rows[:, 1:]


def _fit(rows: _Rows, tau2: float) -> _Fit:
    """Weighted least squares at this tau2."""
    w = 1 / (rows.v + tau2)
    WX = w[:, None] * rows.X
    covariance = np.asarray(np.linalg.inv(rows.X.T @ WX), dtype=np.float64)
    estimate = covariance @ (WX.T @ rows.y)
    r = rows.y - rows.X @ estimate
    return _Fit(estimate, covariance, w, r, float(w @ r**2))


def _heterogeneity(rows: _Rows, method: str, df: int, q: float) -> float:
    """Estimate tau2, never below 0."""
    if method == "FE" or df <= 0:
        return 0.0
    moment = _moment(rows, df, q)
    if method == "DL":
        return moment
    if method == "PM":
        return _paule_mandel(rows, df, q, moment)
    return _restricted_likelihood(rows, moment)


def _moment(rows: _Rows, df: int, q: float) -> float:
    """DerSimonian and Laird's tau2, generalised: the one that makes q its expectation."""
    fit = _fit(rows, 0.0)
    spent = float(np.einsum("ij,ji->", fit.covariance, rows.X.T @ (fit.w[:, None] ** 2 * rows.X)))
    return max(0.0, (q - df) / (float(fit.w.sum()) - spent))


def _paule_mandel(rows: _Rows, df: int, q: float, start: float) -> float:
    """Find the tau2 at which the weighted misfit equals its degrees of freedom (Paule and Mandel 1982)."""
    if q <= df:
        return 0.0
    low, high = 0.0, max(start, float(rows.v.min()))
    while _fit(rows, high).q > df:
        high *= 2
    for _step in range(N_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _fit(rows, middle).q > df else (low, middle)
        if high - low <= 1e-14 * high:
            break
    return (low + high) / 2


def _restricted_likelihood(rows: _Rows, start: float) -> float:
    """Maximise the restricted likelihood in tau2 by Fisher scoring, its steps halved until the likelihood rises."""
    tau2, unit = start, float(rows.v.min())
    value, score, information = _restricted(rows, tau2)
    for _step in range(N_STEPS):
        new = max(0.0, tau2 + score / information)
        if abs(new - tau2) <= 1e-12 * (unit + tau2):
            break
        tried = _restricted(rows, new)
        while tried[0] < value and abs(new - tau2) > 1e-9 * (unit + tau2):
            new = (new + tau2) / 2
            tried = _restricted(rows, new)
        tau2, (value, score, information) = new, tried
    return tau2


def _restricted(rows: _Rows, tau2: float) -> tuple[float, float, float]:
    """Restricted log-likelihood at tau2 without its constant, its slope and its expected information."""
    fit = _fit(rows, tau2)
    w, C = fit.w, fit.covariance
    C2 = C @ (rows.X.T @ (w[:, None] ** 2 * rows.X))
    C3 = C @ (rows.X.T @ (w[:, None] ** 3 * rows.X))
    value = 0.5 * (float(np.log(w).sum()) + float(np.linalg.slogdet(C)[1]) - fit.q)
    score = 0.5 * (float(w**2 @ fit.r**2) - float(w.sum()) + float(np.trace(C2)))
    information = 0.5 * (float(w @ w) - 2 * float(np.trace(C3)) + float(np.einsum("ij,ji->", C2, C2)))
    return value, score, information


def _between_designs(own: _Rows, linked: Floats, method: str) -> tuple[float, int, Inconsistency | None]:
    """Split the misfit by design: q within, its degrees of freedom, and the Wald test of consistency."""
    width, p = linked.shape
    df, between = len(own.y) - width, width - p
    q_within = _fit(own, 0.0).q if df > 0 else 0.0
    if between <= 0:
        return q_within, df, None
    tau2 = _heterogeneity(own, method, df, q_within)
    fit = _fit(own, tau2)
    W = np.linalg.inv(fit.covariance)
    WX = W @ linked
    r = fit.estimate - linked @ np.linalg.solve(linked.T @ WX, WX.T @ fit.estimate)
    wald = float(r @ W @ r)
    return q_within, df, Inconsistency(wald, between, _chi2_p(wald, between), tau2)


def _direct(trials: list[_Trial], column: Mapping[str, int], tau2: float, level: float) -> tuple[DirectEvidence, ...]:
    """Pool, for every pair that trials compared, those trials alone."""
    z = _normal_quantile(level)
    compared: dict[tuple[str, str], list[tuple[str, float, float]]] = {}
    for trial in trials:
        for (one, other), effect, variance in trial.pairs:
            turned = column[one] > column[other]
            pair, signed = ((other, one), -effect) if turned else ((one, other), effect)
            compared.setdefault(pair, []).append((trial.study, signed, variance))
    edges = []
    for one, other in sorted(compared, key=lambda pair: (column[pair[0]], column[pair[1]])):
        names, effects, variances = zip(*compared[one, other], strict=True)
        w = 1 / (np.array(variances) + tau2)
        estimate, se = float(w @ effects / w.sum()), float(w.sum() ** -0.5)
        edges.append(DirectEvidence(one, other, len(names), names, estimate, se, estimate - z * se, estimate + z * se))
    return tuple(edges)


def _shifts(
    trials: list[_Trial], transforms: list[tuple[Floats, Floats]], direct: tuple[DirectEvidence, ...]
) -> Floats:
    """How the rows move, (r, n_edge), when a pair's difference grows by 1 in the trials that compare it.

    Half of it falls on each of the two, which decides what a trial of three or more says of its other pairs.
    """
    number = {frozenset((edge.treat1, edge.treat2)): at for at, edge in enumerate(direct)}
    sign = {(edge.treat1, edge.treat2): 0.5 for edge in direct} | {(e.treat2, e.treat1): -0.5 for e in direct}
    blocks = []
    for trial, (T, _v) in zip(trials, transforms, strict=True):
        block = np.zeros((len(trial.treatments), len(direct)))
        for i, j in combinations(range(len(trial.treatments)), 2):
            pair = (trial.treatments[i], trial.treatments[j])
            at = number[frozenset(pair)]
            block[i, at], block[j, at] = sign[pair], -sign[pair]
        blocks.append(T @ (block[:-1] - block[-1]))
    return np.concatenate(blocks)


def _splits(
    rows: _Rows,
    fit: _Fit,
    direct: tuple[DirectEvidence, ...],
    column: Mapping[str, int],
    shifts: Floats,
    level: float,
) -> tuple[NodeSplit, ...]:
    """Give each pair with direct evidence a difference of its own, at the network's tau2 (White 2015)."""
    z = _normal_quantile(level)
    WZ = fit.w[:, None] * shifts
    information = (shifts * WZ).sum(axis=0)
    cross = rows.X.T @ WZ  # (p, n_edge)
    known = fit.covariance @ cross
    left = information - (cross * known).sum(axis=0)  # what the network does not know already
    found = []
    for at, edge in enumerate(direct):
        if left[at] <= 1e-9 * information[at]:
            continue
        variance = float(1 / left[at])
        difference, se = float(WZ[:, at] @ fit.r) * variance, math.sqrt(variance)
        c = np.zeros(len(column))
        c[column[edge.treat1]], c[column[edge.treat2]] = 1, -1
        pull = float(c[1:] @ known[:, at])  # what the network's estimate moves by with the difference
        indirect = float(c[1:] @ fit.estimate) - pull * difference
        indirect_variance = float(c[1:] @ fit.covariance @ c[1:]) + pull**2 * variance
        split = NodeSplit(
            treat1=edge.treat1,
            treat2=edge.treat2,
            k=edge.k,
            direct=indirect + difference,
            direct_se=math.sqrt(max(0.0, indirect_variance + (1 - 2 * pull) * variance)),
            indirect=indirect,
            indirect_se=math.sqrt(indirect_variance),
            difference=difference,
            difference_se=se,
            low=difference - z * se,
            high=difference + z * se,
            p=_two_sided(difference, se),
        )
        found.append(split)
    return tuple(found)


def _rank_probabilities(d: Floats, covariance: Floats, lower_is_better: bool) -> tuple[Floats, float]:
    """Probability that each treatment has each rank, (n, n), and the largest standard error among them.

    Points are drawn for all; then each in turn is integrated out exactly, given the others.
    """
    n = len(d) + 1
    mean = np.append(0.0, d) * (1 if lower_is_better else -1)
    root = np.linalg.cholesky(covariance)
    L = np.zeros((n, n))  # precision of differences alone: a common shift of all ranks nothing
    L[1:, 1:] = np.linalg.inv(covariance)
    L[0, 1:] = L[1:, 0] = -L[1:, 1:].sum(axis=0)
    L[0, 0] = -L[0, 1:].sum()
    steps = np.sqrt(np.array(_primes(2 * n - 2), dtype=float))
    copies = np.arange(1, N_SHIFTS + 1)[:, None, None] * steps[n - 1 :]
    points = np.mod(np.arange(N_POINTS)[:, None] * steps[: n - 1] + copies, 1.0).reshape(-1, n - 1)
    x = np.zeros((len(points), n))
    x[:, 1:] = ndtri(np.clip(np.abs(2 * points - 1), 1e-12, 1 - 1e-12)) @ root.T
    given_others = x - x @ L / np.diag(L) + mean
    x += mean
    order = np.argsort(x, axis=1)
    ordered = np.take_along_axis(x, order, axis=1)
    each = np.empty((N_SHIFTS, n, n))
    for i in range(n):
        others = ordered[order != i].reshape(-1, n - 1)
        below = ndtr((others - given_others[:, i : i + 1]) * math.sqrt(L[i, i]))
        each[:, i] = np.diff(below.reshape(N_SHIFTS, N_POINTS, n - 1).mean(axis=1), prepend=0.0, append=1.0)
    return each.mean(axis=0), float((each.std(axis=0, ddof=1) / math.sqrt(N_SHIFTS)).max())


def _primes(n: int) -> list[int]:
    """Give the first n primes."""
    found: list[int] = []
    candidate = 2
    while len(found) < n:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found


def _caveats(part: NetworkPart) -> tuple[str, ...]:
    """Doubts about a part as a whole."""
    said = []
    n = len(part.treatments)
    n_pairs = n * (n - 1) // 2
    never = n_pairs - len(part.direct)
    if never:
        only = ngettext(
            "{n} of {all} comparisons was made in no trial. It rests on indirect evidence alone.",
            "{n} of {all} comparisons were made in no trial. They rest on indirect evidence alone.",
            never,
        )
        said.append(only.format(n=never, all=n_pairs))
    single = [edge for edge in part.direct if edge.k == 1]
    if len(single) > NAMED:
        said.append(_("{n} comparisons were made in one trial each.").format(n=len(single)))
    elif single:
        pairs = [f"{edge.treat1} – {edge.treat2} ({edge.studies[0]})" for edge in single]
        said.append(_("One trial alone compared {pairs}.").format(pairs=_and(pairs)))
    if part.method != "FE" and part.q_df <= 0:
        said.append(_("How much trials differ cannot be told here, so it was taken to be nothing."))
    elif part.method != "FE" and part.q_df < 3:
        said.append(_("How much trials differ is hardly known from so few of them."))
    if n > 2 and part.q_between_df <= 0:
        said.append(_("No loop of trials is closed, so nothing checks whether indirect evidence can be trusted."))
    if part.inconsistency is not None and part.inconsistency.p < DOUBTFUL:
        said.append(_("Trials of different designs disagree beyond chance, so indirect comparisons are doubtful."))
    doubtful = [split for split in part.splits if split.p < DOUBTFUL]
    if doubtful:
        pairs = [f"{split.treat1} – {split.treat2}" for split in doubtful]
        said.append(_("Direct and indirect evidence disagree on {pairs}.").format(pairs=_and(pairs)))
    return tuple(said)


Between = TypeVar("Between", DirectEvidence, NodeSplit)


def _edge(edges: Sequence[Between], one: str, other: str) -> Between | None:
    """Find what there is between two treatments, as one minus other."""
    for edge in edges:
        if (edge.treat1, edge.treat2) == (one, other):
            return edge
        if (edge.treat1, edge.treat2) == (other, one):
            return edge.turned()
    return None


def _normal_quantile(level: float) -> float:
    """How many standard errors an interval of this level reaches to each side."""
    return float(ndtri(0.5 + level / 200))


def _two_sided(estimate: float, se: float) -> float:
    """Two-sided normal p-value."""
    return float(2 * ndtr(-abs(estimate) / se))


def _chi2_p(q: float, df: int) -> float:
    """Probability of a chi-squared at least this large; 1 without degrees of freedom."""
    return float(chdtrc(df, max(q, 0.0))) if df > 0 else 1.0


def _plain(value: object) -> object:
    """Turn a value into one that JSON has."""
    if isinstance(value, tuple):
        return list(value)
    return None if isinstance(value, float) and math.isnan(value) else value


def _and(names: Sequence[str]) -> str:
    """Names in a row, as in a sentence."""
    if len(names) < 2:
        return "".join(names)
    return _("{all_but_last} and {last}").format(all_but_last=", ".join(names[:-1]), last=names[-1])


def _list(names: Sequence[str]) -> str:
    """Names as a choice, in an error."""
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names)
