"""The planner's promises: its forecasts come true, its trials claim nothing false, and it stays quick and small."""

import math
import random
import time
from datetime import date, timedelta

import pytest

from pinprick.analysis.single import analyse_trial
from pinprick.analysis.thresholds import thresholds_for
from pinprick.planning.outlook import Cell, outlooks, rule_of, simulate_cells
from pinprick.planning.people import population_for
from pinprick.planning.streams import Purpose
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.plan import Plan
from pinprick.trial.protocol import Mode, Question
from pinprick.trial.protocol_file import read_protocol
from pinprick.trial.schedule import Order, Period, Schedule
from pinprick.trial.trial import Trial
from tests.calibration import costs, independent, plans


def back_pain() -> Plan:
    plan = read_protocol("mat-vs-rest-back-pain")
    assert isinstance(plan, Plan)
    return plan


def test_every_ready_made_trial_claims_nothing_false_under_the_worst_of_everything() -> None:
    """1,000 trials a cell, standard error 0.7 points: a true 5 % exceeds 7.1 % once in 600 tries."""
    for name, plan in plans.planned().items():
        people = plans.settings(population_for(plan), plan.primary.instrument)["all together"]
        cell = Cell(plan, (rule_of(plan),), 0.0)
        ((found,),) = simulate_cells([cell], people, n_trial=1_000, seed=1, purpose=Purpose.TEST)
        assert max(found.better, found.worse) <= 0.071, name


def test_the_second_simulation_looks_as_the_product_looks() -> None:
    """Its own counting of days and pairs, against real Trial objects through `analyse_trial`."""
    setting, start = independent.SETTINGS[1], date(2026, 5, 4)
    bars = thresholds_for(setting.period, setting.ceiling, question=Question.AGAINST_CONTROL, mode=Mode.STANDARD)
    words = {"third": "no_worthwhile_benefit", "cannot tell": "cannot_tell"}
    rng, found = random.Random(4), set()
    for _ in range(12):
        ratings, on_mat, leaves = independent.one_trial(setting, rng)
        if not leaves:
            continue
        finding, day = independent.finding_of(setting, ratings, on_mat, leaves, bars)
        periods = tuple(
            Period(start + timedelta(days=d), 3, "mat" if on_mat[d] else "towel", d // 6) for d in range(0, 84, 3)
        )
        entries = tuple(
            Entry(start + timedelta(days=d), ratings={} if math.isnan(value) else {"pain": value})
            for d, value in enumerate(ratings)
        )
        trial = Trial(back_pain().protocol, Schedule(periods, Order.DRAWN_PAIRS), Diary(entries, ("pain",)))
        result = analyse_trial(trial, until=start + timedelta(days=leaves - 1))
        assert result.finding.value == words.get(finding, finding)
        if result.verdict.fixed_on:
            assert (result.verdict.fixed_on - start).days + 1 == day
        found.add(finding)
    assert len(found) >= 2


@pytest.mark.slow
def test_chances_and_days_come_true_in_a_second_simulation() -> None:
    """Within 3 points of 100 and 2 days, in four settings.

    20,000 trials against 4,000: the standard error of a difference is at most 0.9 points and 0.5 days. A right planner
    exceeds 3 points once in 1,000 settings or less, and 2 days once in 15,000; the seeds are fixed.
    """
    for row in independent.compare(20_000, 4_000, Purpose.TEST):
        assert abs(row["clear_forecast"] - row["clear"]) <= 0.03, row
        assert abs(row["days_forecast"] - row["days"]) <= 2, row


def test_planning_is_many_times_quicker_than_one_trial_after_the_other() -> None:
    """A ratio within one run, on one processor: measured about 45, asked 10."""
    plan, setting = back_pain(), independent.SETTINGS[1]
    bars = thresholds_for(3, 84, question=Question.AGAINST_CONTROL, mode=Mode.STANDARD)
    outlooks(plan, population_for(plan), effects=(1.5,), n_trial=500)  # tables and compiled code are there
    rng = random.Random(1)
    began = time.process_time()
    for _ in range(30):
        independent.finding_of(setting, *independent.one_trial(setting, rng), bars)
    singly = (time.process_time() - began) / 30
    began = time.process_time()
    outlooks(plan, population_for(plan), effects=(1.5,), n_trial=2_000)
    batch = (time.process_time() - began) / 2_000
    assert singly / batch > 10


@pytest.mark.slow
def test_three_effects_on_four_schedules_take_at_most_ten_seconds() -> None:
    """On one processor; processor time, so that a busy machine does not fail it."""
    processor, _ = costs.three_effects_on_four_schedules()
    assert processor <= costs.MOST_SECONDS


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_million_trials_fit_into_little_memory() -> None:
    """On two processors: at most 100 MB more at the peak than a thousand trials need."""
    assert costs.more_memory(costs.MANY) < costs.MOST_BYTES
