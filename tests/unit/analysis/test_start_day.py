"""A course with a drawn start day: the exact test, the one look, and what it never says."""

import json
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files

import jsonschema
import numpy as np
import pytest
from scipy.stats import chi2

from pinprick.analysis import start_day
from pinprick.analysis.effect import posterior_of
from pinprick.analysis.observations import observe
from pinprick.analysis.single import analyse_trial
from pinprick.analysis.start_day import (
    StartDayTest,
    load_start_day_table,
    planned_end,
    start_day_scores,
    start_day_test,
    start_day_thresholds,
)
from pinprick.analysis.verdict import Finding, Reason
from pinprick.bayes.fit import fit
from pinprick.bayes.priors import PRIORS
from pinprick.bayes.start import fit_starts
from pinprick.errors import ComputationError, ProtocolError
from pinprick.planning.calibrate import z_of
from pinprick.planning.calibrate_start import Shape, at_the_end, calibrate_shape, draw_starts, start_days
from pinprick.planning.simulate import Person, simulate_ratings
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.outcome import Outcome
from pinprick.trial.protocol import Mode, Protocol
from pinprick.trial.schedule import Order, Period, Schedule
from pinprick.trial.trial import Trial
from tests.trials import START

DAYS = np.arange(84)
CALM = np.sin(DAYS * 2.1)
WINDOW = range(14, 42)


def on(i):
    return START + timedelta(days=int(i))


def course(
    rating,
    start=30,
    *,
    window=WINDOW,
    n_day=84,
    control="usual",
    ceiling_days=84,
    washout_days=0,
    pause=None,
    lower_is_better=False,
    mode=Mode.STANDARD,
):
    """Usual days, then a course from day `start` on; `pause` is (first day, days), which shifts nothing else."""
    skipped = set(range(pause[0], sum(pause))) if pause else set()
    runs = []
    for i in (i for i in range(n_day) if i not in skipped):
        treatment = "course" if i >= start else "usual"
        if runs and runs[-1][1] == treatment and runs[-1][0][-1] == i - 1:
            runs[-1][0].append(i)
        else:
            runs.append(([i], treatment))
    periods = tuple(Period(on(days[0]), len(days), treatment, 0) for days, treatment in runs)
    plan = Protocol(
        ("course", "usual"),
        (Outcome("pain", lower_is_better=lower_is_better),),
        14,
        control,
        ceiling_days,
        washout_days,
        mode,
    )
    entries = tuple(
        Entry(on(i), ratings={"pain": float(y)})
        for i, y in enumerate(rating)
        if not np.isnan(y) and i not in skipped and i < n_day
    )
    return Trial(plan, Schedule(periods, Order.DRAWN_START, tuple(on(i) for i in window)), Diary(entries, ("pain",)))


def wild(make_rng, number, *, missing=0.2):
    """Whole ratings with a strong trend and gaps."""
    rng = make_rng(number)
    rating = np.clip(np.round(3 + DAYS / 20 + 2 * rng.standard_normal(84)), 0, 10)
    return np.where(rng.random(84) < missing, np.nan, rating)


# --- the test --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"lower_is_better": True},
        {"window": range(14, 74, 2)},
        {"washout_days": 5},
        {"washout_days": 4, "pause": (20, 3), "ceiling_days": 81},
        {"pause": (50, 6), "ceiling_days": 78},
    ],
)
def test_the_fast_way_gives_what_a_refit_for_every_start_day_gives(make_rng, plan):
    rating = wild(make_rng, 1)
    trial = course(rating, **plan)
    refitted = []
    for day in plan.get("window", WINDOW):
        posterior = posterior_of(observe(course(rating, day, **plan)))
        refitted.append(z_of(np.array([posterior.probability_above(0.0)]))[0])
    np.testing.assert_allclose(start_day_scores(trial), refitted, atol=1e-8)
    drawn = refitted[plan.get("window", WINDOW).index(30)]
    test = start_day_test(trial)
    assert test.p_better == np.mean(np.array(refitted) >= drawn - 1e-7)
    assert test.p_worse == np.mean(np.array(refitted) <= drawn + 1e-7)
    assert test.p == np.mean(np.abs(refitted) >= abs(drawn) - 1e-7)


def test_one_pass_for_all_starts_agrees_with_a_fit_for_each(make_rng):
    rng = make_rng(2)
    day = np.sort(rng.choice(84, 60, replace=False))
    rating = rng.integers(0, 11, 60).astype(float)
    for start, posterior in zip(WINDOW, fit_starts(day, rating, WINDOW, period_days=42), strict=True):
        alone = fit(day, rating, day >= start, period_days=42)
        assert posterior.mean == pytest.approx(alone.mean, abs=1e-10)
        assert posterior.sd == pytest.approx(alone.sd, abs=1e-10)
        assert posterior.probability_above(1.0) == pytest.approx(alone.probability_above(1.0), abs=1e-10)


@pytest.mark.parametrize(
    ("missing", "washout_days"),
    [
        (0.3, 6),
        *(pytest.param(*each, marks=pytest.mark.slow) for each in [(0.0, 0), (0.3, 0), (0.9, 0), (0.0, 6), (0.9, 6)]),
    ],
)
def test_whatever_the_ratings_no_more_start_days_are_rare_than_there_may_be(make_rng, missing, washout_days):
    """Exactness without chance: of all days that could have been drawn, at most a share a gives p <= a."""
    for number in range(4):
        rating = wild(make_rng, 10 + number, missing=missing)
        p = []
        for day in WINDOW:
            test = start_day_test(course(rating, day, washout_days=washout_days), until=on(83))
            p.append((test.p, test.p_better, test.p_worse))
        for one in np.array(p).T:
            for level in np.arange(1, 29) / 28:
                assert np.mean(one <= level + 1e-9) <= level + 1e-9


@pytest.mark.slow
def test_under_no_effect_p_is_uniform_whatever_trend_and_autocorrelation(make_rng):
    """800 trials over 20 start days: the chance of a false alarm is 1 in 1,000."""
    rng = make_rng(3)
    shape = Shape(14, 20, 56)
    on_course = draw_starts(shape, 800, rng)
    person = Person(phi=0.8, white_share=0.2, drift=6.0, settling=3.0)
    rating = simulate_ratings(person, on_course, rng)
    days, count = np.arange(56), np.zeros(20)
    for y, first in zip(rating, on_course.argmax(axis=1), strict=True):
        z = np.array([p.probability_above(0.0) for p in fit_starts(days, y, start_days(shape), period_days=28)])
        count[np.sum(z > z[first - 14])] += 1
    assert ((count - 40) ** 2 / 40).sum() < chi2.ppf(0.999, 19)


def test_a_start_that_leaves_no_rated_day_on_one_side_tells_nothing_and_stays():
    rating = np.where(DAYS >= 20, 5 + CALM, np.nan)  # nothing is rated before day 20
    trial = course(rating)
    scores = start_day_scores(trial)
    assert scores[:7].tolist() == [0.0] * 7
    assert (scores[7:] != 0).all()
    test = start_day_test(trial)
    assert test.n_start_days == 28
    assert (28 * test.p) == pytest.approx(round(28 * test.p))


def test_start_days_between_which_nothing_was_rated_are_ties():
    rating = np.where((DAYS >= 25) & (DAYS < 35), np.nan, 5 + CALM + 2.0 * (DAYS >= 30))
    assert start_day_test(course(rating)).p_better * 28 >= 10


def test_it_is_not_made_before_the_planned_end():
    trial = course(4 + 3.0 * (DAYS >= 30) + CALM)
    early = start_day_test(trial, until=on(82))
    assert early.p is early.p_better is early.p_worse is None
    assert "once, at the planned end" in early.refused
    assert not early.informative
    assert start_day_test(trial, until=on(83)).informative


def test_it_is_not_made_before_the_course_has_begun():
    trial = course(4 + CALM)
    usual = Schedule((Period(START, 10, "usual", 0),), Order.DRAWN_START, trial.schedule.start_days)
    waiting = Trial(trial.protocol, usual, Diary(trial.diary.entries[:10], ("pain",)))
    assert "not come to it yet" in start_day_test(waiting, until=on(9)).refused
    result = analyse_trial(waiting, until=on(9))
    assert result.verdict.reason is Reason.NOT_AT_THE_END_YET
    assert result.verdict.still_needed == 74


def test_a_window_that_reaches_beyond_the_end_is_refused():
    test = start_day_test(course(5 + CALM, window=range(14, 90)))
    assert test.p is None
    assert "beyond the trial’s end" in test.refused


def test_other_orders_have_no_start_day_to_redraw():
    trial = course(5 + CALM)
    assert "No start day" in start_day_test(replace(trial, schedule=Schedule(trial.schedule.periods))).refused


# --- the schedule ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "start", "says"),
    [
        (range(14, 33), 20, "19 possible start days; give 20 or more"),
        (range(14, 42), 50, "none of the 28 possible start days"),
        ([*range(14, 42), 20], 20, "once, in order of time"),
        (range(40), 20, "leave at least one day before it"),
    ],
)
def test_a_start_that_could_not_have_been_drawn_is_refused(window, start, says):
    with pytest.raises(ProtocolError, match=says):
        course(5 + CALM, start, window=window)


def test_a_course_that_is_switched_off_again_is_refused():
    days = tuple(on(i) for i in WINDOW)
    periods = (Period(on(0), 20, "usual", 0), Period(on(20), 9, "course", 0), Period(on(29), 9, "usual", 0))
    with pytest.raises(ProtocolError, match="this schedule has 2"):
        Schedule(periods, Order.DRAWN_START, days)


def test_a_drawn_start_is_randomised():
    assert course(5 + CALM).schedule.randomised is True


# --- the one look ----------------------------------------------------------------------------------------


def test_a_large_effect_is_better_at_the_end_and_cannot_be_told_before():
    trial = course(4 + 3.0 * (DAYS >= 30) + CALM)
    result = analyse_trial(trial)
    assert result.finding is Finding.BETTER
    assert result.verdict.fixed_on == planned_end(trial) == on(83)
    assert result.randomisation.p_better == pytest.approx(1 / 28)
    early = analyse_trial(trial, until=on(60))
    assert early.finding is Finding.CANNOT_TELL
    assert early.verdict.reason is Reason.NOT_AT_THE_END_YET
    assert early.verdict.still_needed == 23


def test_harm_is_worse_and_where_lower_is_better_the_sign_turns():
    rating = 7 - 3.0 * (DAYS >= 30) + CALM
    assert analyse_trial(course(rating)).finding is Finding.WORSE
    assert analyse_trial(course(rating, lower_is_better=True)).finding is Finding.BETTER


def test_nothing_in_calm_days_is_no_worthwhile_benefit():
    result = analyse_trial(course(5 + 0.4 * CALM))
    assert result.finding is Finding.NO_WORTHWHILE_BENEFIT
    assert result.verdict.fixed_on == on(83)


def test_a_change_on_another_day_than_the_drawn_one_is_not_called_better_however_sure_the_model():
    """Two days early: the model is sure, the draw is not. It takes both, and the answer says so."""
    result = analyse_trial(course(4 + 3.0 * (DAYS >= 28) + CALM))
    assert result.effect.better > 0.999
    assert result.finding is Finding.CANNOT_TELL
    assert result.verdict.reason is Reason.NOT_SURE_ENOUGH
    assert result.verdict.still_needed == 0
    assert any("The model is surer than that" in caveat.sentence for caveat in result.caveats)


def test_before_the_end_mirrored_ratings_give_the_same_verdict():
    rating = 4 + 3.0 * (DAYS >= 30) + CALM
    one, other = (analyse_trial(course(r), until=on(70)) for r in (rating, 10 - rating))
    assert one.verdict == other.verdict
    assert one.randomisation == other.randomisation


def test_what_is_received_after_the_end_changes_the_size_alone():
    rating = 4 + 3.0 * (DAYS >= 30) + CALM
    trial = course(np.where(DAYS < 80, rating, np.nan))
    late = tuple(Entry(on(i), ratings={"pain": float(rating[i] - 1)}, received=on(90)) for i in range(80, 84))
    more = replace(trial, diary=replace(trial.diary, entries=(*trial.diary.entries, *late)))
    before, after = analyse_trial(trial, until=on(83)), analyse_trial(more, until=on(90))
    assert after.verdict == before.verdict
    assert after.randomisation == before.randomisation
    assert len(after.observations) == len(before.observations) + 4
    assert after.effect != before.effect


def test_days_set_aside_at_the_start_of_the_course_may_be_rated_anything():
    rating = 4 + 3.0 * (DAYS >= 30) + CALM
    spoilt = np.where((DAYS >= 30) & (DAYS < 37), 0.0, rating)
    one, other = (analyse_trial(course(r, washout_days=7)) for r in (rating, spoilt))
    assert one.effect == other.effect
    assert one.randomisation.p_better > 1 / 28  # starts up to 7 days earlier fit the rest as well


@pytest.mark.parametrize(
    ("rating", "reason"),
    [
        (np.full(84, 3.0), Reason.ALL_EQUAL),
        (np.where(DAYS < 30, 4 + CALM, np.nan), Reason.ONE_TREATMENT_RATED),
        (np.full(84, np.nan), Reason.TOO_FEW_DAYS),
        (np.where(DAYS % 28 == 3, 4 + CALM, np.nan), Reason.TOO_FEW_DAYS),
    ],
)
def test_what_cannot_be_told_at_the_end_needs_no_more_days(rating, reason):
    trial = course(rating)
    last = Entry(on(83), ratings={})  # the day came, without an answer
    entries = tuple(entry for entry in trial.diary if entry.day != last.day)
    whole = replace(trial, diary=replace(trial.diary, entries=(*entries, last)))
    verdict = analyse_trial(whole).verdict
    assert verdict.reason is reason
    assert verdict.still_needed == 0


def test_the_doubts_are_those_of_one_switch_and_none_of_pairs():
    names = {caveat.name for caveat in analyse_trial(course(4 + 3.0 * (DAYS >= 30) + CALM)).caveats}
    assert "one switch" in names
    assert not names & {"few pairs", "few pairs to redraw", "time and treatment", "not randomised", "order unknown"}


def test_usual_days_have_to_be_the_control():
    with pytest.raises(ProtocolError, match="name 'usual', the usual days, as the control"):
        analyse_trial(course(5 + CALM, control=None))


def test_the_answer_fits_its_contract():
    schema = json.loads(files("pinprick").joinpath("verdict.schema.json").read_text(encoding="utf-8"))
    for until in (on(50), on(83)):
        answer = analyse_trial(course(4 + 3.0 * (DAYS >= 30) + CALM), until=until).to_dict()
        jsonschema.validate(answer, schema)
        assert answer["randomised"] is True
    assert answer["randomisation_p"] == pytest.approx(1 / 28)


# --- thresholds ------------------------------------------------------------------------------------------


def test_a_trial_replays_by_the_row_that_was_committed_to():
    trial = course(4 + 3.0 * (DAYS >= 30) + CALM)
    now = analyse_trial(trial)
    never = replace(now.verdict.thresholds, claim=9.0, third=9.0)
    replayed = analyse_trial(trial, thresholds=never)
    assert replayed.finding is Finding.CANNOT_TELL
    assert replayed.verdict.thresholds is never
    assert analyse_trial(trial, thresholds=now.verdict.thresholds).verdict == now.verdict


def test_a_plan_between_two_rows_takes_the_strictest_neighbour_and_no_plan_the_strictest_row():
    between = start_day_thresholds(10, 24, 84)
    corners = [start_day_thresholds(usual, window, 84) for usual in (7, 14) for window in (20, 28)]
    assert between.claim == max(corner.claim for corner in corners)
    assert between.third == max(corner.third for corner in corners)
    table = load_start_day_table()["rows"]
    assert start_day_thresholds().claim == max(row["claim"] for row in table)
    assert start_day_thresholds(30, 28, 84) == start_day_thresholds(14, 28, 84)


def test_the_row_is_that_of_the_plan_when_pauses_have_moved_it():
    paused = analyse_trial(course(5 + CALM, window=[i for i in range(14, 45) if i not in (20, 21, 22)], pause=(20, 3)))
    assert paused.verdict.thresholds == start_day_thresholds(14, 28, 84)


def test_strict_mode_asks_for_more_only_where_days_hang_together():
    strict = start_day_thresholds(14, 28, 84, mode=Mode.STRICT)
    assert strict.claim == start_day_thresholds(14, 28, 84).claim
    assert strict.extra > 0


def test_a_table_for_other_priors_is_refused(monkeypatch):
    load_start_day_table.cache_clear()
    monkeypatch.setattr(start_day, "PRIORS", replace(PRIORS, effect_sd=3.0))
    with pytest.raises(ComputationError, match="calibrate_start"):
        load_start_day_table()
    monkeypatch.undo()
    load_start_day_table.cache_clear()


def test_a_row_of_the_table_can_be_made_again():
    """500 trials a scenario instead of 20,000: within 0.35 of the row that ships, at 1 in 1,000."""
    made = calibrate_shape(Shape(14, 28, 84), n_trial=500)
    shipped = start_day_thresholds(14, 28, 84)
    assert made["claim"] == pytest.approx(shipped.claim, abs=0.35)
    assert made["no_worthwhile_benefit"] == pytest.approx(shipped.third, abs=0.35)


@pytest.mark.parametrize("phi", [0.0, 0.8])
@pytest.mark.parametrize("nuisance", [{}, {"drift": 4.0}, {"settling": 4.0}])
def test_false_better_keeps_to_five_in_a_hundred(make_rng, phi, nuisance):
    """1,500 trials, 20 start days: a rate above 6.9 % would be 3.4 standard errors above 5 %."""
    rng = make_rng(int(10 * phi) + len(str(nuisance)))
    shape = Shape(14, 20, 84)
    on_course = draw_starts(shape, 1_500, rng)
    rating = simulate_ratings(Person(phi=phi, white_share=0.2, **nuisance), on_course, rng)
    z = z_of(at_the_end(rating, on_course).above_zero[:, 0])
    possible = np.tile(np.arange(84) >= start_days(shape)[:, None], (1_500, 1))
    every = z_of(at_the_end(np.repeat(rating, 20, axis=0), possible).above_zero[:, 0]).reshape(1_500, 20)
    rare = np.mean(every >= z[:, None] - 1e-9, axis=1) <= 0.05 + 1e-9
    assert np.mean(rare) < 0.069
    assert np.mean(rare & (z > start_day_thresholds(14, 20, 84).claim)) < 0.069


def test_a_start_day_test_is_a_randomisation_test_without_pairs():
    assert StartDayTest(0.5, 0, n_start_days=28).informative
    assert not StartDayTest(None, 0, "not yet").informative
