"""Short versions of docs/calibration.md: known truth in, stated chance out. Seeded, so they never waver."""

import numpy as np
import pytest

from pinprick.analysis.thresholds import load_table, thresholds_for
from pinprick.bayes.priors import Priors
from pinprick.planning.calibrate import calibrate_period
from pinprick.planning.operating import coverage, known_looks, operating_characteristics
from pinprick.planning.simulate import Person, draw_orders, simulate_ratings
from pinprick.planning.streams import Purpose, stream
from pinprick.trial.protocol import Mode, Question
from tests.calibration import page
from tests.calibration.__main__ import evaluate
from tests.calibration.study import simulation_based_calibration, uniformity

AGAINST_CONTROL = {"question": Question.AGAINST_CONTROL, "mode": Mode.STANDARD}


@pytest.mark.parametrize(("period", "n_day", "phi"), [(1, 56, 0.0), (2, 84, 0.6), (3, 28, 0.3), (3, 56, 0.8)])
def test_the_interval_covers_as_often_as_it_says(period, n_day, phi):
    """4,000 trials, standard error 0.34 points: a true 95 % leaves 93-97 % once in a hundred million tries."""
    rng = stream(Purpose.TEST, 1, period, n_day, int(10 * phi))
    found = coverage(Person(phi=phi, white_share=0.2), period_days=period, n_day=n_day, n_trial=4_000, rng=rng)
    assert 0.93 <= found.covered <= 0.97


@pytest.mark.parametrize("period", [1, 3, 7])
@pytest.mark.parametrize("spread_ratio", [1.0, 1.5])
def test_looking_daily_claims_no_more_often_than_promised(period, spread_ratio):
    """2,000 trials, standard error 0.5 points: a true 5 % exceeds 6.5 % once in 700 tries."""
    person = Person(phi=0.6, white_share=0.2, spread_ratio=spread_ratio)
    found = operating_characteristics(
        person, {"": thresholds_for(period, 84, **AGAINST_CONTROL)}, period_days=period, ceiling_days=84,
        n_trial=2_000, rng=stream(Purpose.TEST, 2, period, int(10 * spread_ratio)),
    )[""]  # fmt: skip
    assert max(found.ever_better, found.ever_worse) <= 0.065


def test_a_naive_threshold_of_95_per_cent_would_be_wrong_far_more_often():
    """The test above can fail: the same trials with 1.645 as the bar make false claims in one of eight or more."""
    naive = thresholds_for(3, 84, **AGAINST_CONTROL)
    naive = type(naive)(**{**{f: getattr(naive, f) for f in type(naive).__slots__}, "claim": 1.645})
    found = operating_characteristics(
        Person(phi=0.3, white_share=0.2), {"": naive}, period_days=3, ceiling_days=84, n_trial=1_000,
        rng=stream(Purpose.TEST, 3),
    )[""]  # fmt: skip
    assert found.ever_better > 0.12


@pytest.mark.parametrize("question", list(Question))
def test_an_effect_that_matters_is_denied_no_more_often_than_promised(question):
    """1,500 trials, standard error 0.8 points: a true 10 % exceeds 12.4 % once in 700 tries."""
    found = operating_characteristics(
        Person(effect=1.0, phi=0.3, white_share=0.2),
        {"": thresholds_for(3, 84, question=question, mode=Mode.STANDARD)}, period_days=3, ceiling_days=84,
        question=question, n_trial=1_500, rng=stream(Purpose.TEST, 4),
    )[""]  # fmt: skip
    assert found.ever_third <= 0.124


def test_a_responder_is_found_in_time():
    """1.5 points: the promise is 97 % and a median of 28 days; 1,500 trials, standard error 0.4 points."""
    found = operating_characteristics(
        Person(effect=1.5, phi=0.3, white_share=0.2), {"": thresholds_for(3, 84, **AGAINST_CONTROL)},
        period_days=3, ceiling_days=84, n_trial=1_500, rng=stream(Purpose.TEST, 5),
    )[""]  # fmt: skip
    assert found.better >= 0.95
    assert found.median_days <= 30


@pytest.mark.parametrize("shipped", [False, True])
def test_the_truth_lies_anywhere_in_its_posterior_equally_often(shipped):
    """1,500 draws from the prior; a right engine fails once in a thousand seeds, and this seed is fixed."""
    positions = simulation_based_calibration(1_500, shipped=shipped, purpose=Purpose.TEST)
    assert uniformity(positions) > 0.001


@pytest.mark.slow
def test_recalibrating_on_other_draws_gives_the_thresholds_that_ship():
    """2,000 trials a scenario against 50,000: quantiles near .95 differ by under 0.15 in z (five standard errors)."""
    shipped = {row["ceiling_days"]: row for row in load_table()["rows"] if row["period_days"] == 3}
    for row in calibrate_period(3, n_trial=2_000, ceilings=(42, 84), purpose=Purpose.TEST):
        for name in ("claim", "claim_strict", "no_worthwhile_benefit", "no_difference_that_matters"):
            assert row[name] == pytest.approx(shipped[row["ceiling_days"]][name], abs=0.15)


def test_the_table_was_calibrated_on_at_least_fifty_thousand_trials():
    assert load_table()["n_trial"] >= 50_000


def test_the_oracle_is_generalised_least_squares_with_the_same_priors(make_rng):
    rng = make_rng(1)
    person = Person(phi=0.6, white_share=0.2)
    on_first = draw_orders(2, 20, 2, rng)
    rating = simulate_ratings(person, on_first, rng)
    mean, sd = known_looks(person, rating, on_first, np.array([13, 19]))
    lag = np.abs(np.subtract.outer(np.arange(14), np.arange(14)))
    covariance = person.sd**2 * (0.8 * 0.6**lag + 0.2 * np.eye(14))
    design = np.stack([np.ones(14), np.arange(14) / 28, on_first[1, :14] - 0.5], axis=1)
    precision = design.T @ np.linalg.solve(covariance, design) + np.diag([0, 1, 0.25]) / person.sd**2
    coefficients = np.linalg.solve(precision, design.T @ np.linalg.solve(covariance, rating[1, :14]))
    assert mean[1, 0] == pytest.approx(coefficients[2], rel=1e-10)
    assert sd[1, 0] == pytest.approx(np.sqrt(np.linalg.inv(precision)[2, 2]), rel=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("period", [1, 3, 7])
def test_five_nodes_for_phi_cover_as_nine_do(period):
    """The same 4,000 diaries through both grids; docs/house.md, "Five nodes for phi", stands on this."""
    for phi in (0.3, 0.6, 0.8):
        person = Person(phi=phi, white_share=0.2, spread_ratio=1.5)
        plan = {"period_days": period, "n_day": 56, "n_trial": 4_000}
        five, nine = (
            coverage(person, priors=Priors(n_phi=n), rng=stream(Purpose.TEST, 6, period, int(10 * phi)), **plan)
            for n in (5, 9)
        )
        assert abs(five.covered - nine.covered) <= 0.005


@pytest.mark.slow
def test_the_page_can_be_made_from_nothing(tmp_path):
    """A rehearsal of ./go calibrate --page at a hundredth of the size, into a folder of its own."""
    page.write(evaluate(0.01), load_table(), tmp_path)
    text = (tmp_path / "calibration.md").read_text(encoding="utf-8")
    for heading in ("At a glance", "Thresholds", "Coverage", "False claims", "Days to a verdict"):
        assert f"## {heading}" in text
    assert {picture.name for picture in (tmp_path / "calibration").iterdir()} == {
        "coverage.svg",
        "errors.svg",
        "positions.svg",
    }
