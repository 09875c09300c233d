"""Two of several treatments: their days alone, in an order that is a fair coin for each block."""

from datetime import timedelta
from itertools import combinations, permutations

import numpy as np
import pytest

from pinprick.analysis.contrast import contrast
from pinprick.analysis.observations import observe
from pinprick.analysis.single import analyse_trial
from pinprick.analysis.thresholds import thresholds_for
from pinprick.analysis.verdict import Finding, claims
from pinprick.bayes.kernel import fit_batch
from pinprick.errors import DiaryError, ProtocolError
from pinprick.planning.calibrate import first_look
from pinprick.planning.simulate import Person, simulate_ratings
from pinprick.planning.streams import Purpose, stream
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.outcome import Outcome
from pinprick.trial.protocol import Mode, Question
from pinprick.trial.schedule import Order, Period
from tests.trials import START

NAMES = ("mat", "towel", "usual")


def schedule_of(blocks, period_days=2):
    """Periods of permuted blocks, each a sequence of names."""
    periods = []
    for block, order in enumerate(blocks):
        for name in order:
            first = START + timedelta(days=len(periods) * period_days)
            periods.append(Period(first, period_days, name, block))
    return tuple(periods)


def three(rng, n_block=12, effect=None, **changes):
    """A trial of three treatments, asked about mat and usual days."""
    periods = schedule_of([rng.permutation(NAMES).tolist() for _ in range(n_block)])
    names = [period.treatment for period in periods for _ in period.days()]
    shift = np.array([(effect or {}).get(name, 0.0) for name in names])
    rating = np.clip(5 + shift + 0.8 * rng.standard_normal(len(names)), 0, 10)
    entries = tuple(
        Entry(START + timedelta(days=i), name, {"pain": float(y)})
        for i, (name, y) in enumerate(zip(names, rating, strict=True))
    )
    asked = {
        "schedule_periods": periods,
        "order": Order.DRAWN_PAIRS,
        "diary": Diary(entries, ("pain",)),
        "outcomes": (Outcome("pain"),),
        "first": "mat",
        "second": "usual",
        "control": "usual",
        "period_days": 2,
        "ceiling_days": 4 * n_block,
        "washout_days": 0,
        "mode": Mode.STANDARD,
    }
    return contrast(**(asked | changes))


def test_only_the_days_of_the_two_are_left(make_rng):
    trial = three(make_rng(1))
    seen = observe(trial)
    assert {period.treatment for period in trial.schedule.periods} == {"mat", "usual"}
    assert seen.rated == (24, 24)
    assert seen.missing == (0, 0)
    assert seen.dropped == ()
    assert seen.n_pairs == 12
    assert trial.diary.rated_days("pain") == 48
    assert len(trial.diary) == 72  # that the other days passed is kept, and nothing of what was written on them


def test_ratings_of_other_days_move_nothing(make_rng):
    one = analyse_trial(three(make_rng(2)))
    other = analyse_trial(three(make_rng(2), effect={"towel": 4.0}))
    assert one.effect == other.effect
    assert one.randomisation == other.randomisation


@pytest.mark.parametrize(("first", "second", "finding"), [("mat", "usual", "better"), ("usual", "mat", "worse")])
def test_the_effect_is_first_minus_second(make_rng, first, second, finding):
    result = analyse_trial(three(make_rng(3), effect={"mat": 2.5}, first=first, second=second, control=second))
    assert result.finding is Finding(finding)
    assert result.randomisation.n_pairs == 12


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_within_a_drawn_block_the_order_of_any_two_is_a_fair_coin(k):
    """Counted over every order that a block may have, whatever places the others take."""
    orders = list(permutations(range(k)))
    for a, b in combinations(range(k), 2):
        for others in {tuple(i if i not in (a, b) else None for i in order) for order in orders}:
            alike = [o for o in orders if tuple(i if i not in (a, b) else None for i in o) == others]
            assert sorted(o.index(a) < o.index(b) for o in alike) == [False, True]


def test_a_treatment_that_is_not_there_is_named(make_rng):
    with pytest.raises(ProtocolError, match=r"no period of 'sauna'; the schedule has .*mat"):
        three(make_rng(4), first="sauna")


def test_a_block_that_comes_back_to_a_treatment_is_refused(make_rng):
    periods = schedule_of([("mat", "towel", "mat", "usual")])
    with pytest.raises(ProtocolError, match="Block 0 runs mat, towel, mat, usual"):
        three(make_rng(5), schedule_periods=periods, diary=Diary((), ("pain",)))


def test_a_diary_that_contradicts_the_schedule_on_another_day_is_refused(make_rng):
    periods = schedule_of([NAMES])
    wrong = Diary((Entry(START + timedelta(days=2), "mat", {"pain": 1}),), ("pain",))
    with pytest.raises(DiaryError, match="the diary says 'mat', the schedule says 'towel'"):
        three(make_rng(6), schedule_periods=periods, diary=wrong)


def test_a_drawn_start_has_no_contrast(make_rng):
    with pytest.raises(ProtocolError, match="analyse that trial itself"):
        three(make_rng(7), order=Order.DRAWN_START)


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
