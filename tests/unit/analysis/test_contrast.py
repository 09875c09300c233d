"""Two of several treatments: an order that is a fair coin for each block, and daily looks that keep the error."""

from itertools import combinations, permutations

import numpy as np
import pytest

from pinprick.analysis.thresholds import thresholds_for
from pinprick.analysis.verdict import claims
from pinprick.bayes.kernel import fit_batch
from pinprick.planning.calibrate import first_look
from pinprick.planning.simulate import Person, simulate_ratings
from pinprick.planning.streams import Purpose, stream
from pinprick.trial.protocol import Mode, Question


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_within_a_drawn_block_the_order_of_any_two_is_a_fair_coin(k):
    """Counted over every order that a block may have, whatever places the others take."""
    orders = list(permutations(range(k)))
    for a, b in combinations(range(k), 2):
        for others in {tuple(i if i not in (a, b) else None for i in order) for order in orders}:
            alike = [o for o in orders if tuple(i if i not in (a, b) else None for i in o) == others]
            assert sorted(o.index(a) < o.index(b) for o in alike) == [False, True]


def false_better(phi, *, n_trial, key, period_days=3, n_block=9, spread_ratio=1.0):
    """Share of trials of three equal treatments in which two of them, looked at daily, are ever told apart."""
    rng = stream(Purpose.TEST, 2_000, key, int(100 * phi))
    order = np.argsort(rng.random((n_trial, n_block, 3)), axis=2)  # the treatment of each period in its block
    treatment = np.repeat(order.reshape(n_trial, -1), period_days, axis=1)
    on_first = treatment == 0
    rating = simulate_ratings(Person(phi=phi, white_share=0.2, spread_ratio=spread_ratio), on_first, rng)
    own = treatment < 2
    rating = np.where(own, rating, np.nan)
    looks = np.arange(treatment.shape[1])[first_look(period_days) - 1 :]
    seen = fit_batch(rating, on_first, looks=looks, delta=1.0, period_days=period_days)
    ceiling = 2 * n_block * period_days
    rule = thresholds_for(period_days, ceiling, question=Question.AGAINST_CONTROL, mode=Mode.STANDARD)
    better, _, _ = claims(
        rule, above_zero=seen.above_zero, below_zero=seen.below_zero, third=seen.below_delta, expected_phi=0.0
    )
    # as in a person's trial: a look on each day of the two, once 14 of them and two pairs have passed
    is_look = own & (np.cumsum(own, axis=1) >= first_look(period_days))
    return float(np.mean(np.any(better & is_look[:, looks], axis=1)))


def test_daily_looks_at_two_of_three_keep_the_error(make_rng):
    """2,000 trials: a rate above 6.6 % would be 3.3 standard errors above 5 %."""
    assert false_better(0.35, n_trial=2_000, key=1) < 0.066


@pytest.mark.slow
@pytest.mark.parametrize("phi", [0.0, 0.35, 0.6])
@pytest.mark.parametrize("period_days", [1, 2, 3])
def test_daily_looks_at_two_of_three_keep_the_error_in_many_trials(phi, period_days):
    """20,000 trials: a rate above 5.5 % would be 3.2 standard errors above 5 %."""
    rate = false_better(phi, n_trial=20_000, key=10 + period_days, period_days=period_days, n_block=27 // period_days)
    assert rate < 0.055
