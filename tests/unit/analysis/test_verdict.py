"""The rule: what it finds, when it refuses to, and when a finding is fixed."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from pinprick.analysis.single import analyse_trial
from pinprick.analysis.thresholds import load_table, thresholds_for
from pinprick.analysis.verdict import Finding, Reason, claims
from pinprick.bayes.priors import PRIORS
from pinprick.errors import ComputationError
from pinprick.trial.protocol import Mode, Question
from pinprick.trial.schedule import Order
from tests.trials import START, trial_from_arrays

ON_FIRST = np.arange(56) // 2 % 2 == 0
CALM = np.sin(np.arange(56) * 2.1)


def verdict_of(rating, on_first=ON_FIRST, **plan):
    plan = {"period_days": 2, **plan}
    return analyse_trial(trial_from_arrays(rating, on_first, **plan))


def test_a_large_effect_is_better():
    result = verdict_of(4 + 2.0 * ON_FIRST + CALM)
    assert result.finding is Finding.BETTER
    assert result.verdict.still_needed == 0
    assert result.effect.low < 2.0 < result.effect.high


def test_a_large_harm_is_worse():
    assert verdict_of(6 - 2.0 * ON_FIRST + CALM).finding is Finding.WORSE


def test_where_lower_is_better_the_sign_turns():
    assert verdict_of(4 + 2.0 * ON_FIRST + CALM, lower_is_better=True).finding is Finding.WORSE


def test_no_effect_is_no_worthwhile_benefit_against_a_control():
    assert verdict_of(5 + CALM).finding is Finding.NO_WORTHWHILE_BENEFIT


def test_no_effect_is_no_difference_that_matters_between_two():
    assert verdict_of(5 + CALM, control=None).finding is Finding.NO_DIFFERENCE_THAT_MATTERS


def test_half_of_what_matters_in_wild_days_cannot_be_told(make_rng):
    rating = np.clip(5 + 0.5 * ON_FIRST + 2.5 * make_rng(1).standard_normal(56), 0, 10)
    result = verdict_of(rating)
    assert result.finding is Finding.CANNOT_TELL
    assert result.verdict.reason is Reason.NOT_SURE_ENOUGH
    assert result.verdict.still_needed > 0


@pytest.mark.parametrize(
    ("rating", "reason"),
    [
        (np.full(56, 3.0), Reason.ALL_EQUAL),
        (np.where(np.arange(56) < 12, 4 + 3.0 * ON_FIRST + CALM, np.nan), Reason.TOO_FEW_DAYS),
        (np.where(ON_FIRST, 4 + CALM, np.nan), Reason.ONE_TREATMENT_RATED),
        (np.full(56, np.nan), Reason.TOO_FEW_DAYS),
        (np.where(np.arange(56) < 3, 4 + CALM, np.nan), Reason.TOO_FEW_DAYS),
    ],
)
def test_what_cannot_be_told_says_why_and_what_is_needed(rating, reason):
    result = verdict_of(rating)
    assert result.finding is Finding.CANNOT_TELL
    assert result.verdict.reason is reason
    assert result.verdict.still_needed >= 1


def test_one_switch_is_too_few_pairs_however_clear_it_looks():
    on_first = np.arange(56) < 28
    assert verdict_of(4 + 4.0 * on_first + CALM, on_first, period_days=28).verdict.reason is Reason.TOO_FEW_PAIRS


def test_a_finding_is_fixed_at_the_first_look_that_allows_it():
    """A strong early effect that vanishes: the finding stays, the size follows the later days."""
    effect = np.where(np.arange(56) < 24, 4.0, -1.5)
    rating = 5 + effect * (ON_FIRST - 0.5) + CALM
    with_ceiling = verdict_of(rating, ceiling_days=56)
    assert with_ceiling.finding is Finding.BETTER
    assert with_ceiling.verdict.fixed_on <= START + timedelta(days=24)
    assert with_ceiling.effect.mean < 2.0
    assert verdict_of(rating).finding is not Finding.BETTER  # a bare diary has one look, at its end


def test_what_fires_only_after_the_ceiling_is_no_finding():
    effect = np.where(np.arange(56) < 30, 0.5, 5.0)
    rating = np.where(np.arange(56) < 30, 5 + 4 * CALM, 5 + CALM) + effect * (ON_FIRST - 0.5)
    assert verdict_of(rating).finding is Finding.BETTER
    past = verdict_of(rating, ceiling_days=28)
    assert past.finding is Finding.CANNOT_TELL
    assert past.verdict.still_needed % 4 == 0  # whole pairs, from the width and the design


def test_an_earlier_reading_uses_nothing_that_came_later():
    rating = 4 + 1.0 * ON_FIRST + CALM
    whole = trial_from_arrays(rating, ON_FIRST, period_days=2)
    early = trial_from_arrays(np.where(np.arange(56) < 28, rating, np.nan), ON_FIRST, period_days=2)
    read = analyse_trial(whole, until=START + timedelta(days=27))
    assert read.effect == analyse_trial(early).effect
    assert read.randomisation == analyse_trial(early).randomisation


def test_a_rating_counts_only_from_the_day_it_was_received():
    rating = 4 + 2.0 * ON_FIRST + CALM
    trial = trial_from_arrays(rating, ON_FIRST, period_days=2, ceiling_days=56)
    on_time = analyse_trial(trial)
    late_day = START + timedelta(days=50)
    late = [replace(entry, received=max(entry.day, late_day)) for entry in trial.diary]
    delayed = analyse_trial(replace(trial, diary=replace(trial.diary, entries=tuple(late))))
    assert on_time.verdict.fixed_on < late_day <= delayed.verdict.fixed_on
    assert delayed.effect == on_time.effect


def test_days_still_needed_do_not_depend_on_which_way_the_ratings_lean(make_rng):
    """Mirrored ratings give the same width, so the same number: progress must not tell the direction."""
    rating = np.clip(5 + 0.4 * ON_FIRST + 2.0 * make_rng(2).standard_normal(56), 0, 10)
    one, other = verdict_of(rating, control=None), verdict_of(10 - rating, control=None)
    assert one.finding is other.finding is Finding.CANNOT_TELL
    assert one.verdict.still_needed == other.verdict.still_needed > 0


def test_strict_mode_asks_for_more_only_where_days_hang_together():
    z = {"above_zero": 0.996, "below_zero": 0.004, "third": 0.1}
    rule = thresholds_for(3, 84, question=Question.AGAINST_CONTROL, mode=Mode.STRICT)
    assert bool(claims(rule, **z, expected_phi=0.3)[0])
    assert not bool(claims(rule, **z, expected_phi=0.7)[0])


def test_at_most_one_finding_fires_and_a_direction_comes_first(make_rng):
    rng = make_rng(3)
    p = rng.random((3, 1000))
    rule = thresholds_for(3, 84, question=Question.WHICH_OF_TWO, mode=Mode.STANDARD)
    fired = np.stack(claims(rule, above_zero=1 - p[0] * 1e-2, below_zero=p[1], third=p[2], expected_phi=0.0))
    assert fired.sum(axis=0).max() <= 1


@pytest.mark.parametrize("question", list(Question))
@pytest.mark.parametrize("mode", list(Mode))
def test_no_ceiling_is_the_strictest_row_and_longer_ceilings_are_never_laxer(question, mode):
    for period in (1, 2, 3, 4, 5, 6, 7, 14):
        ceilings = [84, 112, None] if period >= 7 else [28, 42, 56, 84, 112, None]
        rows = [thresholds_for(period, ceiling, question=question, mode=mode) for ceiling in ceilings]
        for shorter, longer in pairwise(rows):
            assert shorter.claim <= longer.claim + 0.02  # Monte-Carlo noise of two neighbouring cells
            assert shorter.third <= longer.third + 0.02
        assert rows[-1].claim == max(row.claim for row in rows)


def test_a_table_for_other_priors_is_refused(monkeypatch):
    load_table.cache_clear()
    monkeypatch.setattr("pinprick.analysis.thresholds.PRIORS", replace(PRIORS, effect_sd=3.0))
    with pytest.raises(ComputationError, match=r"\./go calibrate"):
        load_table()
    monkeypatch.undo()
    load_table.cache_clear()


def test_each_question_has_its_own_error():
    of_two = thresholds_for(3, 84, question=Question.WHICH_OF_TWO, mode=Mode.STANDARD)
    control = thresholds_for(3, 84, question=Question.AGAINST_CONTROL, mode=Mode.STANDARD)
    assert (control.claim_error, of_two.claim_error) == (0.05, 0.025)
    assert of_two.claim > control.claim


def test_an_order_nobody_drew_is_said():
    drawn = verdict_of(5 + CALM)
    fixed = verdict_of(5 + CALM, order=Order.NOT_DRAWN)
    assert drawn.to_dict()["randomised"] is True
    assert fixed.to_dict()["randomised"] is False
    assert any("not randomised" in caveat for caveat in fixed.to_dict()["caveats"])


def test_a_pause_uses_up_no_look_and_deletes_no_rating():
    """The same ratings with a week's pause in the middle: a finding at the same scheduled day."""
    rating = 4 + 1.1 * ON_FIRST + CALM
    trial = trial_from_arrays(rating, ON_FIRST, period_days=2, ceiling_days=56)
    resumed = START + timedelta(days=20)

    def later(day):
        return day + timedelta(days=7) if day >= resumed else day

    periods = tuple(replace(p, first_day=later(p.first_day)) for p in trial.schedule.periods)
    entries = tuple(replace(e, day=later(e.day)) for e in trial.diary)
    paused = replace(
        trial,
        schedule=replace(trial.schedule, periods=periods),
        diary=replace(trial.diary, entries=entries),
    )
    straight, interrupted = analyse_trial(trial), analyse_trial(paused)
    assert len(interrupted.observations) == 56
    assert interrupted.finding is straight.finding is Finding.BETTER
    assert interrupted.randomisation.p == straight.randomisation.p
    assert interrupted.observations.missing == (0, 0)
