"""The bench of syntheses: fast enough, and many times faster than metafor where that is here."""

import numpy as np
import pytest

from . import synthesis


def test_the_section_is_written_with_and_without_a_peer():
    alone = synthesis.section(synthesis.SynthesisTimes(0.5, 0.2, None, 0.0))
    assert "not here" in alone
    assert "miss" not in alone
    beside = synthesis.section(synthesis.SynthesisTimes(0.5, 0.2, 5.0, 1e-5))
    assert "10 times | **miss** |" in beside


def test_the_same_seed_draws_the_same_studies_and_another_seed_others():
    first, again, other = (synthesis.draw_studies(3, 4, seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.slow
def test_ten_thousand_syntheses_take_less_than_five_seconds_and_one_a_millisecond():
    """The best of five, since a busy machine tells nothing of the code."""
    assert min(synthesis.time_many(seed)[0] for seed in range(5)) <= synthesis.MOST_SECONDS
    yi, vi = synthesis.draw_studies(10, synthesis.K_ONE, 0)
    assert min(synthesis.time_one(yi, vi)[0] for _ in range(5)) <= synthesis.MOST_MS


@pytest.mark.slow
@pytest.mark.skipif(not synthesis.have_metafor(), reason="R with metafor is not here: the factor went unmeasured")
def test_metafor_takes_at_least_twenty_times_as_long_for_the_same_answer():
    found = synthesis.run_syntheses()
    assert found.times >= synthesis.LEAST_TIMES
    assert found.gap < 1e-3  # metafor's search for tau2 stops at 1e-5
