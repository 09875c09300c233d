"""Sizes that follow from p-values: the table of back-calculated sizes in the project's evidence notes, line by line.

The notes state the assumptions: two-sided, n1 + n2 - 3 degrees of freedom, nobody lost, a residual SD of 1.77 points
(1.4 and 2.2 as low and high cases), and 1.5 to 2.5 for the SD of one person's change.
"""

import dataclasses
import math

import pytest
from scipy import stats

from pinprick.errors import FileError
from pinprick.evidence.derived import (
    BETWEEN_ARMS_SPREAD,
    Bound,
    Spread,
    StudyEstimate,
    derived_size,
    estimates_of,
    implied_spread,
)
from pinprick.evidence.reading import read_records
from pinprick.evidence.study import studies, study
from tests.unit.evidence.records import SOUND, changed


def size_of(study_id: str, measure: str = "", comparison: str = "between_arms", at: int = 0) -> StudyEstimate:
    return estimates_of([study(study_id)], "pain", comparison, measure=measure)[at]


def test_neck_p_0_021_of_20_and_20_is_minus_1_3_points() -> None:
    neck = size_of("hohmann2012_neck")
    assert neck.bound is Bound.EXACT
    assert (round(abs(neck.d), 2), round(neck.points, 1)) == (0.76, -1.3)
    assert (round(neck.points_low, 1), round(neck.points_high, 1)) == (-2.5, -0.2)
    assert (round(neck.points_if_narrow, 1), round(neck.points_if_wide, 1)) == (-1.1, -1.7)


def test_back_p_below_0_001_of_21_and_21_is_minus_1_9_points_or_more() -> None:
    back = size_of("hohmann2012_back")
    assert back.bound is Bound.AT_LEAST
    assert (round(abs(back.d), 2), round(back.points, 1)) == (1.10, -1.9)
    assert (round(back.points_low, 1), round(back.points_high, 1)) == (-3.0, -0.8)
    assert (round(back.points_if_narrow, 1), round(back.points_if_wide, 1)) == (-1.5, -2.4)
    assert str(back) == "-1.9 points or more"


def test_usual_pain_of_kjellgren_lies_between_minus_and_plus_1_2_points() -> None:
    usual = size_of("kjellgren2011", "usual")
    assert usual.bound is Bound.WITHIN
    assert (usual.n1, usual.n2, round(usual.d, 2)) == (18, 18, 0.68)
    assert (round(usual.points_low, 1), round(usual.points_high, 1)) == (-1.2, 1.2)
    assert (round(usual.points_if_narrow, 1), round(usual.points_if_wide, 1)) == (0.9, 1.5)
    assert any("18 and 18 are assumed" in one for one in usual.caveats)


def test_relief_right_after_a_session_in_saha_is_at_least_half_to_nine_tenths_of_a_point() -> None:
    relief = size_of("saha2016", "immediately", "within_arm")
    assert (relief.bound, relief.paired, relief.n1) == (Bound.AT_LEAST, True, 91)
    assert round(abs(relief.d), 2) == 0.36
    assert (round(relief.points_if_narrow, 1), round(relief.points_if_wide, 1)) == (-0.5, -0.9)


def test_pain_of_saha_after_two_weeks_lies_within_half_a_point() -> None:
    week_2 = size_of("saha2016", "intensity", "within_arm")
    assert (week_2.bound, week_2.outcome.timepoint) == (Bound.WITHIN, "week 2")
    assert round(week_2.d, 2) == 0.21
    assert round(week_2.points_if_wide, 1) == 0.5


def test_the_size_in_standard_deviations_turns_back_into_its_p_value() -> None:
    neck = size_of("hohmann2012_neck")
    t = neck.d / math.sqrt(1 / neck.n1 + 1 / neck.n2)
    assert 2 * stats.t.sf(abs(t), neck.n1 + neck.n2 - 3) == pytest.approx(0.021, rel=1e-12)


def test_the_spread_is_the_one_that_the_heat_pad_trial_implies() -> None:
    """-16.0 mm (-26.1 to -5.9), 25 and 25: half width 10.1 mm over t(47) = 2.0117 and sqrt(2 / 25), on 0-10."""
    assert implied_spread() == pytest.approx(10.1 / stats.t.ppf(0.975, 47) / math.sqrt(2 / 25) / 10, rel=1e-12)
    assert implied_spread() == pytest.approx(BETWEEN_ARMS_SPREAD.sd, abs=0.01)  # the notes print 1.77


def test_every_size_that_nobody_printed_says_so_and_names_its_assumptions() -> None:
    made = [one for comparison in ("between_arms", "within_arm") for one in estimates_of(studies(), "pain", comparison)]
    assert len(made) > 5
    for one in made:
        told = " ".join(one.caveats)
        assert one.derived is ("nobody reported" in told)
        assert one.derived is ("points" in told and "degrees of freedom" in told and "nobody lost" in told)
        assert one.where.startswith("http")


def test_a_printed_difference_is_taken_as_it_is() -> None:
    (one,) = estimates_of([study("heatpad_neck_nct01304368")])
    assert not one.derived
    assert (one.points, one.points_low, one.points_high) == pytest.approx((-1.6, -2.61, -0.59))


def test_a_printed_difference_counts_before_its_p_value() -> None:
    (trial,) = read_records(SOUND, "mine.yaml")
    (one,) = estimates_of([trial])
    assert not one.derived
    assert (one.points, one.points_low, one.points_high) == pytest.approx((-1.2, -2.2, -0.2))


def test_better_is_negative_on_pain_and_positive_on_a_scale_where_higher_is_better() -> None:
    bare = changed(SOUND, ("    mean_difference: -1.2\n    ci95: [-2.2, -0.2]\n", ""))
    for words, sign in (("lower_is_better", -1), ("higher_is_better", 1)):
        for result, way in (("favours_mat", 1), ("favours_comparator", -1)):
            text = changed(bare, ("lower_is_better", words), ("favours_mat", result))
            (one,) = estimates_of(read_records(text, "mine.yaml"))
            assert math.copysign(1, one.points) == sign * way
            assert math.copysign(1, one.benefit) == way


def test_fewer_people_analysed_than_randomised_are_the_ones_that_count() -> None:
    (one,) = estimates_of(read_records(SOUND, "mine.yaml"))
    assert (one.n1, one.n2) == (19, 19)


def test_without_any_word_about_size_there_is_no_estimate() -> None:
    text = changed(
        SOUND,
        ("    mean_difference: -1.2\n    ci95: [-2.2, -0.2]\n", ""),
        ("    p_operator: '='\n    p_value: 0.02\n", ""),
        ("favours_mat", "not_seen"),
    )
    assert estimates_of(read_records(text, "mine.yaml")) == ()


def test_the_people_of_kisker_were_not_seen_so_there_is_no_size() -> None:
    assert estimates_of([study("kisker2023")], "stress_anxiety") == ()


def test_without_a_known_spread_a_size_is_told_in_standard_deviations() -> None:
    anxiety = estimates_of([study("kjellgren2011")], "stress_anxiety", measure="anxiety")[0]
    assert math.isnan(anxiety.points)
    assert str(anxiety) == "between -0.68 and +0.68 standard deviations"
    told = estimates_of([study("kjellgren2011")], "stress_anxiety", spread=Spread(2, 1, 3), measure="anxiety")[0]
    assert str(told) == "between -1.4 and +1.4 points"


def test_a_null_result_is_pooled_as_nought_with_its_own_width() -> None:
    usual = size_of("kjellgren2011", "usual")
    assert usual.yi == 0
    assert math.sqrt(usual.vi) == pytest.approx(BETWEEN_ARMS_SPREAD.sd * math.sqrt(2 / 18))


def test_the_derived_size_is_positive_for_a_benefit_and_knows_its_page() -> None:
    back = derived_size("hohmann2012_back")
    assert (round(back.points, 1), round(back.points_low, 1), round(back.points_high, 1)) == (1.9, 0.8, 3.0)
    assert (back.is_bound, back.shown) == (True, "p < 0.001")
    assert back.where == "https://opus.lib.uts.edu.au/handle/10453/43572 (abstract)"
    (sd,) = {round(value, 3) for value in (back.smd, -size_of("hohmann2012_back").smd)}
    assert sd > 1


def test_a_record_that_implies_no_size_is_refused() -> None:
    with pytest.raises(FileError, match=r"^The record kisker2023 implies no size with a direction for sleep between"):
        derived_size("kisker2023", "sleep")


def test_a_spread_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(FileError, match="give three numbers above 0, the guess between the cases"):
        dataclasses.replace(BETWEEN_ARMS_SPREAD, sd=3.0)
