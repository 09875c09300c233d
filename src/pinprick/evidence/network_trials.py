"""What trials compared: rows made trials, each entering once, and the groups of treatments that they link.

Rows are checked here, and what makes no sense is refused in one line. A trial of three or more treatments is one
trial however its rows were written: as all of its pairs, as some of them with their covariance, or as some of them
with a covariance that has to be assumed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pinprick.errors import ComputationError
from pinprick.words import _

Floats = NDArray[np.float64]

CLOSES: Final = 0.1  # of a standard error: rounding in a trial's pairs, beyond which it is said
CLOSES_NOT: Final = 1.0  # of a standard error: beyond it the pairs of one trial contradict each other


class Pairs(NamedTuple):
    """Comparisons as `network` takes them, from `pairs_of_arms`."""

    treat1: tuple[str, ...]
    treat2: tuple[str, ...]
    yi: tuple[float, ...]
    vi: tuple[float, ...]
    studies: tuple[str, ...]


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
    >>> from pinprick.evidence.network import network
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


@dataclass(frozen=True, slots=True)
class NetworkTrial:
    """One trial of a network, entering once.

    Parameters
    ----------
    study : str
        Its name.
    treatments : tuple of str
        m of them, in the order of the alphabet.
    effects : (m - 1,) ndarray
        Of each treatment but the last, against the last.
    covariance : (m - 1, m - 1) ndarray
        Of those effects: sampling error alone.
    """

    study: str
    treatments: tuple[str, ...]
    effects: Floats
    covariance: Floats

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
        """Give a transform that makes the effects independent, whatever the heterogeneity.

        Sampling covariance and heterogeneity, tau2 (I + 11') / 2 (Higgins and Whitehead 1996), are made diagonal
        together.

        Returns
        -------
        T : (m - 1, m - 1) ndarray
            ``T @ effects`` are independent.
        v : (m - 1,) ndarray
            Their variances are v + tau2.
        """
        q = len(self.effects)
        if q == 1:
            return np.ones((1, 1)), self.covariance[0]
        back = np.linalg.inv(np.linalg.cholesky((np.eye(q) + 1) / 2))
        v, U = np.linalg.eigh(back @ self.covariance @ back.T)
        return U.T @ back, v


def read_trials(
    treat1: Sequence[str],
    treat2: Sequence[str],
    yi: ArrayLike,
    vi: ArrayLike,
    studies: Sequence[str],
    covariances: Mapping[str, ArrayLike],
) -> tuple[list[NetworkTrial], list[str]]:
    """Make trials of rows, and say what a reader has to know of them.

    Parameters
    ----------
    treat1, treat2, yi, vi, studies, covariances
        As `network` takes them.

    Returns
    -------
    trials : list of NetworkTrial
        In the order in which their first rows come.
    said : list of str
        What was assumed, what does not quite add up, and names that may be one treatment's.

    Raises
    ------
    ComputationError
        If a row is no comparison of two treatments with a finite effect and a positive variance, a trial compares a
        pair twice, or the comparisons of one trial contradict each other.
    """
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
        _check_row(f"Row {row + 1} (study {study})", names1[row], names2[row], effects[row], variances[row])
        rows.setdefault(str(study), []).append(row)
    unknown = [study for study in covariances if study not in rows]
    if unknown:
        raise ComputationError(f"There is a covariance for study {unknown[0]}, which has no row; check the name.")
    said = []
    trials, assumed, rounded = [], [], []
    for study, its_rows in rows.items():
        pairs = [(names1[row], names2[row]) for row in its_rows]
        trial, closes, guessed = _trial(study, pairs, effects[its_rows], variances[its_rows], covariances.get(study))
        trials.append(trial)
        assumed += [study] * guessed
        rounded += [study] * (closes > CLOSES)
    if assumed:
        said.append(
            _("How far comparisons within a trial share a group was assumed, not given, for {studies}.").format(
                studies=listed(assumed)
            )
        )
    if rounded:
        said.append(
            _("The comparisons within one trial do not quite add up, for {studies}.").format(studies=listed(rounded))
        )
    return trials, [*said, *_alike([*names1, *names2])]


def linked_groups(trials: Sequence[NetworkTrial]) -> list[set[str]]:
    """Groups of treatments that trials link, directly or through others.

    Examples
    --------
    >>> rows = ["mat", "rest", "cup"], ["wait", "wait", "pad"], [-1.3, -0.6, 0.3], [0.3, 0.2, 0.1], ["A", "B", "C"]
    >>> trials, said = read_trials(*rows, {})
    >>> [sorted(group) for group in linked_groups(trials)]
    [['mat', 'rest', 'wait'], ['cup', 'pad']]
    """
    groups: list[set[str]] = []
    for trial in trials:
        here = set(trial.treatments)
        apart = [group for group in groups if not group & here]
        groups = [*apart, here.union(*(group for group in groups if group & here))]
    return groups


def listed(names: Sequence[str]) -> str:
    """Names in a row, as in a sentence.

    Examples
    --------
    >>> listed(["mat", "rest", "wait"])
    'mat, rest and wait'
    """
    if len(names) < 2:
        return "".join(names)
    return _("{all_but_last} and {last}").format(all_but_last=", ".join(names[:-1]), last=names[-1])


def choice(names: Sequence[str]) -> str:
    """Names as a choice, in an error.

    Examples
    --------
    >>> choice(["mat", "rest", "wait"])
    'mat, rest or wait'
    """
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names)


def _check_row(where: str, one: str, other: str, effect: float, variance: float) -> None:
    """Refuse a row that compares no two treatments, or has no effect with an error."""
    if not one or not other:
        raise ComputationError(f"{where} leaves a treatment without a name; name both.")
    if one == other:
        raise ComputationError(f"{where} compares {one} with itself; name two treatments.")
    if not math.isfinite(effect):
        raise ComputationError(f"{where} has the effect {effect:g}, which is no number; leave the row out.")
    if not (variance > 0 and math.isfinite(variance)):
        raise ComputationError(
            f"{where} has the variance {variance:g}; it has to be a number above 0. "
            "Leave the row out, or find its standard error."
        )


def _alike(names: Sequence[str]) -> list[str]:
    """Name treatments that may be one, written in two ways."""
    written: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        written.setdefault("".join(c for c in name.casefold() if c.isalnum()) or name, []).append(name)
    return [
        _("{names} count as different treatments. If they are one, write it one way.").format(names=listed(same))
        for same in written.values()
        if len(same) > 1
    ]


def _trial(
    study: str, pairs: list[tuple[str, str]], effects: Floats, variances: Floats, given: ArrayLike | None
) -> tuple[NetworkTrial, float, bool]:
    """One trial from its rows; how far its pairs miss adding up, in standard errors; whether anything was assumed."""
    repeated = [pair for pair, n in Counter(tuple(sorted(pair)) for pair in pairs).items() if n > 1]
    if repeated:
        raise ComputationError(
            f"Study {study} compares {repeated[0][0]} with {repeated[0][1]} twice; pool the two rows or name the "
            "studies apart."
        )
    treatments = tuple(sorted(set(sum(pairs, ()))))
    m = len(treatments)
    if m == 2:
        sign = 1.0 if pairs[0][0] == treatments[0] else -1.0
        return NetworkTrial(study, treatments, sign * effects, variances[None, :]), 0.0, False
    B = np.array([[float(name == one) - float(name == other) for name in treatments] for one, other in pairs])
    if np.linalg.matrix_rank(B) < m - 1:
        raise ComputationError(
            f"The comparisons of study {study} do not link all of its treatments; give a row that links them."
        )
    guessed = given is None and len(pairs) < m * (m - 1) // 2
    if given is not None:
        effect, C = _from_covariance(study, B, effects, variances, given)
    elif guessed:
        effect, C = _from_equal_shares(study, B, effects, variances)
    else:
        effect, C = _from_all_pairs(study, B, effects, variances)
    closes = float((np.abs(B @ effect - effects) / np.sqrt(variances)).max())
    if closes > CLOSES_NOT:
        raise ComputationError(
            f"The comparisons of study {study} contradict each other by {closes:.1f} standard errors: the differences "
            f"between {listed(list(treatments))} do not add up. Check their signs."
        )
    to_last = np.hstack([np.eye(m - 1), -np.ones((m - 1, 1))])
    return NetworkTrial(study, treatments, to_last @ effect, to_last @ C @ to_last.T), closes, guessed


# Three ways to the effects of a trial's m treatments, (m,), and their covariance, (m, m), but for a shift that all
# share. B (r, m) has 1 in each row for the treatment that it names first, and -1 for the other.


def _from_covariance(
    study: str, B: Floats, effects: Floats, variances: Floats, given: ArrayLike
) -> tuple[Floats, Floats]:
    """Take the covariance of the rows as given; rows that follow from earlier ones add nothing."""
    V = np.atleast_2d(np.asarray(given, dtype=float))
    r = len(B)
    if V.shape != (r, r) or not np.allclose(V, V.T) or not np.allclose(np.diag(V), variances):
        raise ComputationError(
            f"The covariance of study {study} has to be a symmetric {r} by {r} matrix with the variances of its rows "
            "on the diagonal."
        )
    tree: list[int] = []  # the first rows that determine all others
    for row in range(r):
        if np.linalg.matrix_rank(B[[*tree, row]]) > len(tree):
            tree.append(row)
    to_arms = np.linalg.pinv(B[tree])  # centred effects from rows that determine them
    return to_arms @ effects[tree], to_arms @ V[np.ix_(tree, tree)] @ to_arms.T


def _from_all_pairs(study: str, B: Floats, effects: Floats, variances: Floats) -> tuple[Floats, Floats]:
    """Find the covariance that the variances of all pairs imply (Rücker and Schwarzer 2014)."""
    m = B.shape[1]
    V = np.zeros((m, m))
    ones, others = B.argmax(axis=1), B.argmin(axis=1)
    V[ones, others] = V[others, ones] = variances
    centring = np.eye(m) - 1 / m
    C = -0.5 * centring @ V @ centring  # covariance of the centred effects
    if np.linalg.eigvalsh(C)[1] <= 1e-9 * variances.max():
        raise ComputationError(
            f"The variances of study {study} cannot come from one trial of {m} treatments: one of its comparisons is "
            "far less certain than the others together allow. Check them."
        )
    W = -np.linalg.pinv(C, hermitian=True)
    return C @ (B.T @ (W[ones, others] * effects)), C


def _from_equal_shares(study: str, B: Floats, effects: Floats, variances: Floats) -> tuple[Floats, Floats]:
    """Assume that every treatment carries the same share of the variances, as far as those allow."""
    share = np.abs(B)  # a pair's variance is the sum of its two groups'
    equal = np.full(B.shape[1], variances.mean() / 2)
    arms = equal + np.linalg.pinv(share) @ (variances - share @ equal)
    if arms.min() <= 0:
        raise ComputationError(
            f"From the variances of study {study} the covariance of its comparisons cannot be told; give every pair of "
            "its treatments, or the covariance."
        )
    return np.linalg.pinv(B) @ effects, np.diag(arms)
