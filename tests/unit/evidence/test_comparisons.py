"""Mat beside needles: reached through what each was compared with, and never called a comparison."""

import math

import pytest

from pinprick.evidence.comparisons import beside
from pinprick.report.evidence_lines import compare_dict, compare_lines


def test_no_trial_compared_a_mat_with_needles_and_it_is_said():
    assert beside().against("needles").n_direct == 0
    line = next(line for line in compare_lines() if "a spiky mat / acupuncture" in line)
    assert line.endswith("never compared directly")


def test_rest_cannot_be_reached_and_the_gap_is_named():
    assert not beside().reaches("rest")
    assert any("lying down for as long" in line for line in compare_lines())
    assert "rest" not in compare_dict()["mat_against"]


def test_a_size_that_is_only_a_bound_says_or_more():
    assert [line for line in compare_lines() if "back, 2012" in line and line.endswith(", or more")]
    assert not [line for line in compare_lines() if "neck, 2012" in line and "or more" in line]


def test_the_way_through_nothing_is_the_chain_of_its_links():
    """With each link's own weights: mat against placebo runs through one node alone, so it is a difference of two."""
    found = beside()
    mat = found.network.compare(found.named("mat"), found.named("nothing"))
    placebo = found.network.compare(found.named("placebo"), found.named("nothing"))
    way = found.against("placebo")
    assert way.estimate == pytest.approx(mat.estimate - placebo.estimate, abs=1e-9)
    assert way.se == pytest.approx(math.hypot(mat.se, placebo.se), rel=1e-6)


def test_signs_are_turned_so_that_plus_is_better_for_the_first():
    assert all(row.smd > 0 for row in beside().rows)
    usual = next(row for row in beside().rows if row.figure.study == "cochrane_lbp2020")
    assert usual.smd == pytest.approx(10.26 / 16.5)
