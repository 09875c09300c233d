"""The exact re-randomisation test: what the draw alone can say, without any model.

Under no effect each pair of periods would have given the same ratings in the other order, so turning a
pair's order turns the sign of its difference. The p-value counts, among all orders that could have been
drawn, those whose sum of signed pair differences lies at least as far from zero as the one that was drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pinprick.analysis.observations import observe
from pinprick.trial.outcome import Outcome
from pinprick.trial.schedule import Order
from pinprick.trial.trial import Trial
from pinprick.words import _

Floats = NDArray[np.float64]

LEAST_INFORMATIVE_PAIRS = 6
HALF = 20  # pairs a half of the enumeration may hold: 2**20 sums
FINE = 1 << 22  # cells of the grid that replaces enumeration beyond 2 * HALF pairs


@dataclass(frozen=True, slots=True)
class RandomisationTest:
    """The re-randomisation p-value, or why there is none.

    ``p`` is two-sided and exact over all orders that could have been drawn (beyond 40 pairs: never below
    the exact one, and above it by less than one part in a thousand). ``refused`` says why p is None.
    """

    p: float | None
    n_pairs: int
    refused: str = ""

    @property
    def informative(self) -> bool:
        """Whether there are enough pairs for the test to be able to say anything."""
        return self.p is not None and self.n_pairs >= LEAST_INFORMATIVE_PAIRS


def randomisation_test(trial: Trial, outcome: Outcome | None = None, *, until: date | None = None) -> RandomisationTest:
    """Test a trial's order against every order that could have been drawn.

    Ratings stay on their calendar days and pauses stay where they were; only the order within each pair
    that holds a rating under both treatments is redrawn.

    Returns
    -------
    RandomisationTest
        With ``p = None`` and the reason where the draw's distribution is not known.
    """
    order = trial.schedule.order
    if order is Order.NOT_DRAWN:
        return RandomisationTest(None, 0, _("The order was not drawn by chance, so there is no draw to test against."))
    if order is Order.UNKNOWN:
        return RandomisationTest(None, 0, _("How the order was drawn is not recorded, so it cannot be redrawn."))
    if order is Order.DRAWN_BALANCED:
        return RandomisationTest(
            None, 0, _("Weekdays were kept in balance, so the order cannot be redrawn pair by pair, and is not.")
        )
    differences = pair_differences(trial, outcome, until=until)
    if not len(differences):
        return RandomisationTest(None, 0, _("No pair of periods has a rating under both treatments yet."))
    return RandomisationTest(sign_flip_p(differences), len(differences))


def pair_differences(trial: Trial, outcome: Outcome | None = None, *, until: date | None = None) -> Floats:
    """First minus second treatment's average rating in each pair, weighted by what the pair can tell.

    The weight ``n1 * n2 / (n1 + n2)`` depends on the days rated in each half alone, so it stays the same
    when the order is redrawn.
    """
    seen = observe(trial, outcome, until=until)
    pair_on = {(day - seen.first_day).days: period.pair for period in trial.schedule.periods for day in period.days()}
    pair = np.array([pair_on[int(day)] for day in seen.day], dtype=np.int64)
    differences = []
    for number in np.unique(pair):
        first = seen.rating[(pair == number) & seen.on_first]
        second = seen.rating[(pair == number) & ~seen.on_first]
        if len(first) and len(second):
            weight = len(first) * len(second) / (len(first) + len(second))
            differences.append(weight * (first.mean() - second.mean()))
    return np.array(differences, dtype=float)


def sign_flip_p(differences: Floats) -> float:
    """Share of all sign patterns whose sum lies at least as far from zero as the observed sum.

    Parameters
    ----------
    differences : (n_pair,) ndarray
        Signed pair differences; at least one.

    Examples
    --------
    >>> sign_flip_p(np.array([1.0, 2.0, 3.0]))
    0.25
    >>> sign_flip_p(np.zeros(4))
    1.0
    """
    d = np.abs(np.asarray(differences, dtype=float))
    total = d.sum()
    target = abs(np.asarray(differences, dtype=float).sum())
    if total == 0:
        return 1.0
    target -= 1e-9 * total  # sums that are equal on paper must count as equal
    if len(d) <= 2 * HALF:
        half = len(d) // 2
        left, right = np.sort(_all_sums(d[:half])), _all_sums(d[half:])
        # sums are symmetric about zero, so twice the upper tail is both tails
        upper = len(left) - np.searchsorted(left, target - right, side="left")
        p = 2 * float(upper.sum()) / 2.0 ** len(d)
    else:
        p = _grid_p(d, target)
    return min(1.0, p)


def _all_sums(d: Floats) -> Floats:
    """All 2**n signed sums."""
    sums = np.zeros(1)
    for value in d:
        sums = np.concatenate([sums - value, sums + value])
    return sums


def _grid_p(d: Floats, target: float) -> float:
    """Upper bound of the exact p from the distribution of sums rounded to a fine grid.

    Each flipped pair lowers the sum by ``2 d``; the distribution of what is taken away is built pair by
    pair. Rounding moves a sum by at most half a cell a pair, and the target is lowered by as much.
    """
    cell = 2 * d.sum() / FINE
    steps = np.round(2 * d / cell).astype(np.int64)
    probability = np.zeros(int(steps.sum()) + 1)
    probability[0] = 1.0
    reach = 0
    for step in steps:
        reach += int(step)
        taken = probability[: reach + 1 - step].copy()
        probability[: reach + 1] *= 0.5
        probability[step : reach + 1] += 0.5 * taken
    most_taken = int(np.floor((d.sum() - target) / cell + len(d) / 2))
    return 2 * float(probability[: most_taken + 1].sum())
