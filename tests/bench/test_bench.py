"""The bench itself: every peer has its row, and what the rows say is sane."""

import math

import numpy as np
import pytest

from . import table
from .__main__ import main
from .diaries import NULL_CELLS, draw, rate_diaries
from .peers import PEERS, Fit, paired_t, paired_t_many, sign_flip, sign_flip_many, welch, welch_many

ALWAYS = [peer.name for peer in PEERS]


@pytest.fixture(scope="module")
def quick() -> tuple[table.Report, str]:
    """A quick run without R, and its page."""
    report = main(["--quick", "--without-r"])
    return report, table.as_markdown(report, command="./go bench --quick --without-r")


@pytest.mark.slow
def test_every_peer_that_needs_no_r_has_its_row(quick):
    report, page = quick
    timed = {timing.method for timing in report.timings}
    counted = {rates.method for rates in report.rates}
    assert timed >= {table.BATCH, table.ONE_CALL, table.LOOKS, table.PLAIN, *ALWAYS}
    assert counted == {table.OURS, *ALWAYS}
    assert all(f"| {name} |" in page for name in ALWAYS)
    assert "R is not here" in page


@pytest.mark.slow
def test_timings_are_positive_and_the_kernel_is_faster_than_the_models_it_replaces(quick):
    report, _ = quick
    ms = {timing.method: timing.median for timing in report.timings}
    assert all(0 < value < 10_000 for value in ms.values())
    assert ms[table.ONE_CALL] < ms["statsmodels SARIMAX(1,0,0)"]


@pytest.mark.slow
def test_rates_are_shares_and_ours_are_near_what_they_should_be(quick):
    """400 diaries in 16 cells: the mean's standard error is 0.3 points, so 2 points are six of them."""
    report, _ = quick
    for rates in report.rates:
        for share in (rates.false_positives(), rates.rejections()):
            assert np.all((share.value >= 0) & (share.value <= 1)), rates.method
    ours = report.rates[0]
    assert abs(ours.false_positives().mean[0] - 0.05) < 0.02
    assert abs(ours.coverage().mean[0] - 0.95) < 0.02
    assert ours.rejections().mean[0] > ours.false_positives().mean[0]


def test_the_same_seed_draws_the_same_diaries_and_another_seed_others():
    first, again, other = (rate_diaries(NULL_CELLS[:2], 5, seed)[1].rating for seed in (1, 1, 2))
    assert np.array_equal(first, again, equal_nan=True)
    assert not np.array_equal(first, other, equal_nan=True)


@pytest.mark.parametrize(("one", "many"), [(welch, welch_many), (paired_t, paired_t_many), (sign_flip, sign_flip_many)])
def test_a_peer_gives_a_diary_the_same_numbers_alone_and_among_many(one, many):
    for cell in (NULL_CELLS[0], NULL_CELLS[7], NULL_CELLS[-1]):
        diaries = draw(cell, 20, np.random.default_rng(5))
        together = many(diaries)
        for index, diary in enumerate(diaries):
            alone = one(diary)
            for name in Fit.__slots__:
                assert np.isclose(
                    getattr(alone, name),
                    getattr(together, name)[index],
                    rtol=1e-9,
                    atol=1e-12,
                    equal_nan=True,
                )


def test_the_sign_flip_cannot_reject_with_five_pairs():
    """2 of 2^5 orders are at least as extreme as any: p is never below 1/16."""
    diaries = draw(NULL_CELLS[8], 200, np.random.default_rng(6))  # two pairs
    assert not sign_flip_many(diaries).reject.any()


def test_a_cell_that_nobody_fitted_is_shown_as_a_dash():
    assert table._percent(math.nan, math.nan) == "–"
