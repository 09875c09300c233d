"""One connected part of a network: what it says of every two treatments, how they rank, and what is doubtful.

How indirect an answer is goes with it in sentences, and so do doubts about the part as a whole.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from pinprick.errors import ComputationError
from pinprick.evidence.network_fit import (
    DirectEvidence,
    Inconsistency,
    NodeSplit,
    Rows,
    between_designs,
    chi2_p,
    consistent,
    direct_evidence,
    every_pair,
    fit,
    heterogeneity,
    node_splits,
    normal_quantile,
    rows_by_design,
    shifts_of,
    two_sided,
)
from pinprick.evidence.network_ranks import Ranking, p_scores, rank_treatments
from pinprick.evidence.network_trials import NetworkTrial, choice, listed
from pinprick.words import _, ngettext

Floats = NDArray[np.float64]

NAMED: Final = 4  # comparisons with a single trial that are named; more are counted
DOUBTFUL: Final = 0.1  # p below which disagreement is named


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
        """Mean certainty of each treatment that it is better than another, best first."""
        return p_scores(self.treatments, self.estimates, self.se, lower_is_better=self.lower_is_better)

    @property
    def ranking(self) -> Ranking:
        """P-scores with the probability of each rank, worked out when asked; the same every time."""
        return rank_treatments(
            self.treatments,
            self.estimates,
            self.se,
            self.covariance,
            lower_is_better=self.lower_is_better,
            level=self.level,
        )

    @property
    def contrasts(self) -> tuple[NetworkContrast, ...]:
        """Every pair of treatments, each once."""
        return tuple(self.compare(one, other) for one, other in combinations(self.treatments, 2))

    def compare(self, treat1: str, treat2: str) -> NetworkContrast:
        """Set one treatment against another, treat1 minus treat2; as `NetworkSynthesis.compare`."""
        check_named((treat1, treat2), self.treatments)
        if treat1 == treat2:
            raise ComputationError(f"{treat1} cannot be compared with itself; name two treatments.")
        i, j = self.treatments.index(treat1), self.treatments.index(treat2)
        estimate, se = float(self.estimates[i, j]), float(self.se[i, j])
        z = normal_quantile(self.level)
        direct, split = _between(self.direct, treat1, treat2), _between(self.splits, treat1, treat2)
        share = min(1.0, (se / direct.se) ** 2) if direct else 0.0
        prediction = math.nan
        if self.q_df > 0:
            prediction = float(stdtrit(self.q_df, 0.5 + self.level / 200)) * math.sqrt(se**2 + self.tau2)
        path = _shortest_path(self.direct, treat1, treat2)
        return NetworkContrast(
            treat1=treat1,
            treat2=treat2,
            estimate=estimate,
            se=se,
            low=estimate - z * se,
            high=estimate + z * se,
            p=two_sided(estimate, se),
            tau2=self.tau2,
            prediction_low=estimate - prediction,
            prediction_high=estimate + prediction,
            proportion_direct=share,
            n_direct=direct.k if direct else 0,
            direct=direct,
            split=split,
            path=path,
            caveats=_how_indirect(self.direct, path, direct, split, share),
        )


def make_part(
    treatments: Sequence[str],
    trials: Sequence[NetworkTrial],
    *,
    method: str,
    level: float,
    lower_is_better: bool,
) -> NetworkPart:
    """Work out one connected part: the fit of `network_fit`, put together with its doubts.

    Parameters
    ----------
    treatments : sequence of str
        The reference first; trials link them all.
    trials : sequence of NetworkTrial
        All that compare any of them.
    method, level, lower_is_better
        As `network` takes them.

    Returns
    -------
    NetworkPart
    """
    n = len(treatments)
    place = {name: number for number, name in enumerate(treatments)}
    transforms = [trial.apart() for trial in trials]
    designs, own = rows_by_design(trials, transforms)
    consistency = consistent(designs, place)
    rows = Rows(own.y, own.v, own.X @ consistency)
    common = fit(rows, 0.0)
    df = len(rows.y) - (n - 1)
    tau2 = heterogeneity(rows, method, df, common.q)
    fitted = fit(rows, tau2)
    estimates, se = every_pair(fitted)
    q_within, within_df, inconsistency = between_designs(own, consistency, method)
    between_df = df - within_df
    direct = direct_evidence(trials, place, tau2, level)
    part = NetworkPart(
        treatments=tuple(treatments),
        studies=tuple(trial.study for trial in trials),
        n_comparisons=sum(trial.n_pairs for trial in trials),
        designs=tuple(designs),
        method=method,
        level=level,
        lower_is_better=lower_is_better,
        tau2=tau2,
        i2=100 * max(0.0, (common.q - df) / common.q) if df > 0 and common.q > 0 else 0.0,
        q=common.q if df > 0 else 0.0,
        q_df=df,
        q_p=chi2_p(common.q, df),
        q_within=q_within,
        q_within_df=within_df,
        q_within_p=chi2_p(q_within, within_df),
        q_between=max(0.0, common.q - q_within) if between_df > 0 else 0.0,
        q_between_df=between_df,
        q_between_p=chi2_p(common.q - q_within, between_df),
        inconsistency=inconsistency if between_df > 0 else None,
        estimates=estimates,
        se=se,
        covariance=fitted.covariance,
        direct=direct,
        splits=node_splits(rows, fitted, direct, place, shifts_of(trials, transforms, direct), level),
        caveats=(),
    )
    return replace(part, caveats=_caveats(part))


def check_named(names: Sequence[str], treatments: Sequence[str]) -> None:
    """Refuse a name that is none of these treatments with a `ComputationError` that says which there are."""
    for name in names:
        if name not in treatments:
            raise ComputationError(f"There is no treatment {name!r} in this network; it has {choice(treatments)}.")


def _shortest_path(direct: Sequence[DirectEvidence], treat1: str, treat2: str) -> tuple[str, ...]:
    """Find the chain of direct comparisons with the fewest links; among those the most precise."""
    links: dict[str, list[tuple[str, float]]] = {}
    for edge in direct:
        links.setdefault(edge.treat1, []).append((edge.treat2, edge.se**2))
        links.setdefault(edge.treat2, []).append((edge.treat1, edge.se**2))
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
    edges: Sequence[DirectEvidence],
    path: tuple[str, ...],
    direct: DirectEvidence | None,
    split: NodeSplit | None,
    share: float,
) -> tuple[str, ...]:
    """Say what the comparison of a path's two ends rests on; ``share`` of it is direct."""
    treat1, treat2 = path[0], path[-1]
    said = []
    if direct is None:
        said.append(_("No trial compared {one} with {other}.").format(one=treat1, other=treat2))
        links = []
        for one, other in pairwise(path):
            edge = _between(edges, one, other)
            n = edge.k if edge else 0
            link = ngettext("{n} trial of {one} and {other}", "{n} trials of {one} and {other}", n)
            links.append(link.format(n=n, one=one, other=other))
        rests = _("The shortest link is {links}.").format(links=listed(links))
        said += [rests, _("That holds only if those trials are alike in all else that matters.")]
    else:
        if direct.k == 1:
            only = _("Only one trial compared {one} with {other}: {study}.")
            said.append(only.format(one=treat1, other=treat2, study=direct.studies[0]))
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
        said.append(_("One trial alone compared {pairs}.").format(pairs=listed(pairs)))
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
        said.append(_("Direct and indirect evidence disagree on {pairs}.").format(pairs=listed(pairs)))
    return tuple(said)


Between = TypeVar("Between", DirectEvidence, NodeSplit)


def _between(edges: Sequence[Between], one: str, other: str) -> Between | None:
    """Find what there is between two treatments, as one minus other."""
    for edge in edges:
        if (edge.treat1, edge.treat2) == (one, other):
            return edge
        if (edge.treat1, edge.treat2) == (other, one):
            return edge.turned()
    return None
