"""The intervals of syntheses hold the truth as often as they say, and the table of it can be made.

Each test counts 4,000 syntheses a cell or fewer, as said; docs/calibration.md has the full numbers.
"""

import numpy as np
import pytest

from pinprick.planning.streams import Purpose, stream

from . import syntheses
from .syntheses import HIGH, KEY, LOW, coverage_of_syntheses, draw_syntheses, section

HARTUNG_KNAPP, SAFEGUARDED, BAYESIAN = "Hartung-Knapp", "Hartung-Knapp, safeguarded", "Bayesian, half-normal(0.5)"
BY_I2 = (0, 25, 50, 75)


def covered(n, interval, **cells):
    rows = coverage_of_syntheses(n, n, Purpose.TEST, intervals=[interval], **cells)
    return {(row["k"], row["i2"]): row["covered"] for row in rows}


@pytest.mark.parametrize("i2", BY_I2)
def test_the_studies_drawn_have_the_i2_that_was_asked_for(i2):
    """Q - df is tau2 times the trace of P on average, so I² follows from 4,000 Qs within two points."""
    yi, vi = draw_syntheses(4_000, 20, i2, stream(Purpose.TEST, KEY, 1, i2))
    w = 1 / vi
    mean = (w * yi).sum(axis=1) / w.sum(axis=1)
    q = (w * (yi - mean[:, None]) ** 2).sum(axis=1)
    assert 100 * (q.mean() - 19) / q.mean() == pytest.approx(i2, abs=2)


@pytest.mark.slow
def test_hartung_and_knapp_cover_93_to_97_per_cent_in_every_cell():
    """4,000 a cell, standard error 0.35 points: a true 94.3 % falls below 93 once in 10,000."""
    found = covered(4_000, HARTUNG_KNAPP, i2s=BY_I2)
    assert len(found) == 16
    assert all(LOW <= share <= HIGH for share in found.values()), found


@pytest.mark.slow
def test_the_safeguard_never_covers_less_and_far_more_where_few_studies_agree():
    """4,000 a cell; 99 % and more where three or five studies have no heterogeneity."""
    found = covered(4_000, SAFEGUARDED, i2s=BY_I2)
    assert all(share >= LOW for share in found.values()), found
    assert min(found[3, 0], found[5, 0]) > 0.99


@pytest.mark.slow
def test_a_normal_interval_of_few_studies_that_differ_covers_far_too_little():
    """The tests above can fail: the same draws with the normal distribution."""
    assert covered(4_000, "normal", ks=(3, 5), i2s=(75,))[3, 75] < 0.88


@pytest.mark.slow
@pytest.mark.parametrize("k", [3, 10])
def test_the_bayesian_interval_covers_95_per_cent_over_its_own_prior(k):
    """1,000 syntheses, standard error 0.7 points: three and a half of them."""
    assert covered(1_000, BAYESIAN, ks=(k,), i2s=(None,))[k, None] == pytest.approx(0.95, abs=0.024)


def test_the_section_marks_what_lies_outside_and_says_where_nothing_lies_inside():
    rows = [
        {"k": 3, "i2": 0, "interval": "a", "covered": 0.95, "n": 100, "width": 1.0},
        {"k": 3, "i2": None, "interval": "a", "covered": 0.89, "n": 100, "width": 2.0},
    ]
    text = section(rows)
    assert "| 3 | 0 % | 95.0 (1.00) |" in text
    assert "| 3 | tau ~ prior | **89.0** (2.00) |" in text
    assert "No method lies inside for 3 studies, tau ~ prior." in text
    assert "Some method" in section(rows[:1])


def test_every_interval_has_its_row_and_the_same_streams_give_the_same_rows():
    first, again = (coverage_of_syntheses(20, 3, Purpose.TEST, ks=(3,), i2s=(50,)) for _ in range(2))
    assert [row["interval"] for row in first] == list(syntheses.INTERVALS)
    assert first == again
    assert all(np.isfinite(row["width"]) for row in first)
