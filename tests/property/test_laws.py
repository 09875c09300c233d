"""Laws that hold for every diary: what must turn, what must scale, and what must change nothing."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinprick.analysis.bare import plan_for
from pinprick.analysis.single import analyse_trial
from pinprick.bayes.kernel import fit_batch
from pinprick.trial.diary import Diary
from tests.trials import diary_from_arrays

CLOSE = {"rel": 1e-7, "abs": 1e-8}


@st.composite
def diaries(draw):
    """A bare diary of pairs, with missing days, of somebody between calm and wild."""
    period = draw(st.integers(1, 4))
    n_pair = draw(st.integers(3, 7))
    led = draw(st.lists(st.booleans(), min_size=n_pair, max_size=n_pair))
    on_first = np.repeat([half for lead in led for half in (lead, not lead)], period)
    ratings = draw(
        st.lists(st.one_of(st.integers(1, 9).map(float), st.none()), min_size=len(on_first), max_size=len(on_first))
    )
    rating = np.array([np.nan if r is None else r for r in ratings])
    keep = ~np.isnan(rating)
    if keep[on_first].sum() < 3 or keep[~on_first].sum() < 3:
        rating[:] = 1 + np.arange(len(rating)) % 7
    return diary_from_arrays(rating, on_first)


def answer(diary, **wishes):
    trial, assumed = plan_for(diary, **{"treatments": ("mat", "towel"), **wishes})
    return analyse_trial(trial, assumptions=assumed)


def numbers(result):
    effect = result.effect
    return [effect.mean, effect.sd, effect.low, effect.high, effect.better, effect.no_difference_that_matters]


def changed(diary, **how):
    """The diary with every entry changed by functions of it."""
    return Diary(tuple(replace(e, **{name: change(e) for name, change in how.items()}) for e in diary), diary.outcomes)


@given(diaries())
@settings(max_examples=60, deadline=None)
def test_swapping_the_treatments_turns_the_sign(diary):
    one, other = answer(diary), answer(diary, treatments=("towel", "mat"))
    assert one.effect.mean == pytest.approx(-other.effect.mean, **CLOSE)
    assert one.effect.sd == pytest.approx(other.effect.sd, **CLOSE)
    assert one.effect.low == pytest.approx(-other.effect.high, **CLOSE)
    assert one.effect.better == pytest.approx(other.effect.worse, **CLOSE)
    assert one.wash_in[0] == pytest.approx(-other.wash_in[0], **CLOSE)
    assert one.verdict.still_needed == other.verdict.still_needed
    mirrored = {"better": "worse", "worse": "better"}
    assert other.finding == mirrored.get(one.finding, one.finding)


@given(diaries())
@settings(max_examples=30, deadline=None)
def test_turning_the_scale_and_the_direction_changes_nothing(diary):
    flipped = changed(diary, ratings=lambda e: {n: 10 - r for n, r in e.ratings.items()})
    assert numbers(answer(flipped, better="higher")) == pytest.approx(numbers(answer(diary, better="lower")), **CLOSE)


@given(diaries(), st.integers(-3000, 3000))
@settings(max_examples=30, deadline=None)
def test_shifting_all_dates_changes_no_bit(diary, days):
    moved = changed(diary, day=lambda e: e.day + timedelta(days=days))
    assert numbers(answer(moved)) == numbers(answer(diary))
    assert answer(moved).finding is answer(diary).finding


@given(diaries(), st.floats(-20, 20))
@settings(max_examples=30, deadline=None)
def test_adding_a_constant_changes_nothing(diary, constant):
    wide = {"scale": (-30, 30), "delta": 1.0}
    lifted = changed(diary, ratings=lambda e: {n: r + constant for n, r in e.ratings.items()})
    assert numbers(answer(lifted, **wide)) == pytest.approx(numbers(answer(diary, **wide)), rel=1e-6, abs=1e-7)


@given(diaries(), st.floats(0.01, 100))
@settings(max_examples=30, deadline=None)
def test_a_wider_scale_only_scales(diary, factor):
    scaled = changed(diary, ratings=lambda e: {n: r * factor for n, r in e.ratings.items()})
    ten, other = answer(diary, scale=(0, 10)), answer(scaled, scale=(0, 10 * factor))
    assert other.effect.mean == pytest.approx(factor * ten.effect.mean, rel=1e-6, abs=1e-8 * factor)
    assert other.effect.sd == pytest.approx(factor * ten.effect.sd, rel=1e-6)
    assert other.effect.better == pytest.approx(ten.effect.better, abs=1e-7)
    assert other.finding is ten.finding


@given(diaries(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_rows_changes_no_bit(diary, random):
    shuffled = list(diary.entries)
    random.shuffle(shuffled)
    assert numbers(answer(Diary(tuple(shuffled), diary.outcomes))) == numbers(answer(diary))


@given(diaries())
@settings(max_examples=30, deadline=None)
def test_a_day_without_an_answer_equals_a_row_that_is_absent(diary):
    middle = diary.entries[1:-1]
    unanswered = [replace(e, ratings={}) if i % 5 == 0 else e for i, e in enumerate(middle)]
    ends = diary.entries[:1], diary.entries[-1:]
    with_rows = Diary((*ends[0], *unanswered, *ends[1]), diary.outcomes)
    # the schedule comes from the rows, so the day must lie inside a run whose neighbours agree
    trial, _ = plan_for(with_rows, treatments=("mat", "towel"))
    without = replace(trial, diary=Diary(tuple(e for e in trial.diary if e.ratings), trial.diary.outcomes))
    one, other = analyse_trial(trial), analyse_trial(without)
    if one.effect is None:
        assert other.effect is None
    else:
        assert numbers(one) == numbers(other)


@given(diaries())
@settings(max_examples=30, deadline=None)
def test_the_compiled_path_gives_the_same_numbers(diary):
    result = answer(diary)
    seen = result.observations
    rating = np.full((1, seen.n_days), np.nan)
    on_first = np.zeros((1, seen.n_days), bool)
    rating[0, seen.day], on_first[0, seen.day] = seen.rating, seen.on_first
    fast = fit_batch(rating, on_first, looks=[seen.n_days - 1], delta=1.0, period_days=seen.period_days)
    assert fast.mean[0, 0] == pytest.approx(result.effect.mean, rel=0, abs=1e-9)
    assert fast.sd[0, 0] == pytest.approx(result.effect.sd, rel=0, abs=1e-9)
    assert fast.above_zero[0, 0] == pytest.approx(result.effect.better, rel=0, abs=1e-9)
    assert fast.within_delta[0, 0] == pytest.approx(result.effect.no_difference_that_matters, rel=0, abs=1e-9)


@given(diaries())
@settings(max_examples=20, deadline=None)
def test_the_same_diary_gives_the_same_bits(diary):
    assert answer(diary).to_dict() == answer(diary).to_dict()
