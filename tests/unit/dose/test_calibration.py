"""Calibrated at home: one's own first sharp feel, and a count of touching spikes that weighs the model's draws."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pinprick.dose
from pinprick.dose.answer import compare, dose
from pinprick.dose.body import GRAVITY, Person
from pinprick.dose.calibration import Calibration, Touching, condition, counted_spikes, direct
from pinprick.dose.data import parameter
from pinprick.dose.mat import Mat
from pinprick.dose.setup import Setup
from pinprick.dose.sharpness import Threshold, own_threshold
from pinprick.dose.uncertainty import drawn, weighted_range
from pinprick.errors import ProtocolError
from pinprick.report import dose as words

BARE = Setup(Mat(6000), Person())
DISC = own_threshold([230, 200, 260], 27)
FEW = 100
ERROR = parameter("model.parameters.force_error")


@pytest.fixture(scope="module")
def plain():
    return dose(6000, n_draws=FEW)


# a disc on a kitchen scale


def test_bare_skin_needs_no_tip_and_no_rule_of_size():
    """The median spike's force over the force of a try: 0.1666 N / 0.0836 N."""
    found = dose(6000, n_draws=FEW, calibration=Calibration(DISC)).times_first_sharp
    median = float(np.median(dose(6000, n_draws=20).force_n[dose(6000, n_draws=20).force_n > 0]))
    assert found.mid == pytest.approx(median / DISC.force_n)
    assert DISC.force_n == pytest.approx(0.230 * GRAVITY / 27)
    other_tip = dose(Mat(6000, tip_radius=0.5), n_draws=20, calibration=Calibration(DISC)).times_first_sharp
    assert other_tip.mid == pytest.approx(found.mid, rel=0.05)  # a blunter tip changes the contact a little


def test_cloth_leaves_a_part_by_the_tips_radius():
    bare, shirt = compare([BARE, replace(BARE, layer=0.6)], n_draws=FEW, calibration=Calibration(DISC))
    ratio = shirt.times_first_sharp.mid / bare.times_first_sharp.mid
    assert ratio == pytest.approx(shirt.relative_sharpness.mid)
    assert ratio == pytest.approx(0.3 / 0.9, rel=0.05)


def test_a_first_sharp_feel_changes_no_other_number(plain):
    told = dose(6000, n_draws=FEW, calibration=Calibration(DISC)).to_dict()
    times = told.pop("times_first_sharp")
    assert told == plain.to_dict()
    assert "times_first_sharp" not in plain.to_dict()
    assert list(times) == ["mid", "low", "high"]


def test_tries_that_differ_widen_the_range_and_so_do_few():
    def spread(grams):
        return dose(6000, n_draws=FEW, calibration=Calibration(own_threshold(grams, 27))).times_first_sharp.spread

    steady, unsteady, single = spread([220, 230, 240]), spread([100, 230, 400]), spread([230])
    assert steady < single < unsteady


def test_its_doubts_travel_with_the_answer(plain):
    def said(grams):
        return " ".join(dose(6000, n_draws=20, calibration=Calibration(own_threshold(grams, 27))).caveats)

    steady, poor = said([220, 230, 240]), said([100, 240])
    for text in ("on your hand or forearm", "after two weeks", "thin, scarred or numb"):
        assert text in steady
    assert "factor of two" not in steady
    assert "Take 3" not in steady
    assert "differ by more than a factor of two" in poor
    assert "2 tries on the scale do not show" in poor
    assert "tips of your spikes" in " ".join(plain.caveats)
    assert "tips of your spikes" not in steady  # the disc had the same tips


def test_under_cloth_the_tips_still_matter():
    shirt = dose(6000, layer="t_shirt", n_draws=20, calibration=Calibration(DISC))
    assert "tips of your spikes" in " ".join(shirt.caveats)


@pytest.mark.parametrize(
    ("grams", "layer", "said"),
    [
        (230, "none", "Each spike presses about twice as hard as what first felt sharp to you."),
        (900, "none", "Each spike presses less than what first felt sharp to you."),
        (60, "none", "Each spike presses more than four times as hard as what first felt sharp to you."),
        (230, "folded_towel", "Through the cloth each spike pricks far less than what first felt sharp to you."),
    ],
)
def test_it_is_told_in_words_and_takes_the_place_of_the_band(grams, layer, said):
    answer = dose(6000, layer=layer, n_draws=20, calibration=Calibration(own_threshold([grams] * 3, 27)))
    assert words.times_sentence(answer) == said
    told = " ".join(words.dose_lines(answer))
    assert said in told
    assert "In a word" not in told


def test_other_uses_are_told_in_it_too():
    neck = dose(Mat(2142, 150, 370), use="neck", n_draws=20, calibration=Calibration(DISC))
    assert 0.5 < neck.times_first_sharp.mid < 4


# spikes that were counted


def test_a_mats_spikes_come_from_its_discs():
    assert counted_spikes(220, 27.5) == 6050
    for discs, per_disc in [(0, 27), (10, 0), (10, 2001), (10, float("nan"))]:
        with pytest.raises(ProtocolError, match="give 1"):
            counted_spikes(discs, per_disc)


def test_the_models_own_count_moves_its_middle_by_less_than_a_twentieth(plain):
    n = plain.touching.mid
    told = dose(6000, calibration=Calibration(touching=Touching(n, n / 1.1, n * 1.1))).to_dict()
    for name in ("touching", "force_per_spike_n", "peak_force_n", "mean_pressure_kpa"):
        assert told[name]["mid"] == pytest.approx(plain.to_dict()[name]["mid"], rel=0.05), name
    assert told["load_on_mat_n"] == pytest.approx(370.8, rel=0.02)


def test_a_count_moves_area_force_and_picture_together():
    few, many = (
        dose(6000, n_draws=FEW, calibration=Calibration(touching=Touching(n, 0.95 * n, 1.05 * n))) for n in (1500, 2500)
    )
    for one, n in ((few, 1500), (many, 2500)):
        assert one.touching.mid == pytest.approx(n, rel=0.04)
        assert one.force_per_spike_n.mid * one.touching.mid == pytest.approx(one.load_on_mat_n, rel=0.03)
        assert np.count_nonzero(one.force_n) == pytest.approx(one.touching.mid, rel=0.02)
        assert one.force_n.sum() == pytest.approx(one.load_on_mat_n, rel=1e-6)
    assert few.force_per_spike_n.mid > 1.4 * many.force_per_spike_n.mid
    assert few.force_per_spike_n.spread < dose(6000, n_draws=FEW).force_per_spike_n.spread


def test_counted_on_the_floor_it_tells_about_the_bed_too():
    bed = replace(BARE, surface="bed")
    counted = Calibration(touching=Touching(1400, 1300, 1600), touched_in=BARE)
    plain, calibrated = (
        dose(6000, surface="bed", n_draws=FEW),
        dose(6000, surface="bed", n_draws=FEW, calibration=counted),
    )
    assert calibrated.touching.mid < 0.95 * plain.touching.mid
    _floor, second = compare([BARE, bed], n_draws=FEW, calibration=replace(counted, touched_in=None))
    assert second.touching == calibrated.touching


def test_a_picture_far_from_the_model_is_followed_and_said():
    far = dose(6000, n_draws=FEW, calibration=Calibration(touching=Touching(400, 360, 500)))
    assert far.touching.mid == pytest.approx(400, rel=0.02)
    assert far.force_per_spike_n.mid == pytest.approx(far.load_on_mat_n / 400, rel=0.05)
    assert far.dent_mm.mid > dose(6000, n_draws=FEW).dent_mm.mid
    assert any("disagree" in text for text in far.caveats)
    json.dumps(far.to_dict(), allow_nan=False)


def test_what_is_wrong_with_a_picture_travels_with_the_answer():
    counted = Touching(1500, 1400, 1900, ("Dots fade.",), from_picture=True)
    answer = dose(6000, n_draws=FEW, calibration=Calibration(touching=counted))
    assert "Dots fade." in answer.caveats
    told = " ".join(words.dose_lines(answer))
    assert "In your picture about 1,500 dots were found" in told
    assert "dots fade" in told
    assert "your back and your spikes were not measured" not in told
    by_hand = dose(6000, n_draws=FEW, calibration=Calibration(touching=replace(counted, from_picture=False)))
    assert "You counted about 1,500 dots" in " ".join(words.dose_lines(by_hand))


def test_without_a_calibration_every_number_is_as_it_was(plain):
    assert dose(6000, n_draws=FEW, calibration=Calibration()).to_dict() == plain.to_dict()
    assert plain.calibration is None
    assert pinprick.dose(6000, n_draws=FEW, calibration=Calibration(DISC)).times_first_sharp is not None


@cache
def draws():
    return drawn(BARE, n_draws=400)


@settings(max_examples=60, deadline=None)
@given(n=st.floats(1100, 3200), wide=st.floats(1.05, 1.5), part=st.floats(0.3, 1))
def test_a_narrower_measurement_never_widens_the_range(n, wide, part):
    def spread(within):
        told = condition(draws().touching, 6000, Touching(n, n / within, n * within), ERROR)
        return weighted_range(np.minimum(draws().touching / told.error, 6000), told.weight).spread

    assert spread(wide**part) <= 1.03 * spread(wide)  # 3 parts in 100 for draws that are 400 and not all


@settings(max_examples=60, deadline=None)
@given(n=st.floats(1, 6000), below=st.floats(1, 3), above=st.floats(1, 3))
def test_weights_are_weights_whatever_was_counted(n, below, above):
    counted = Touching(n, n / below, n * above)
    told = condition(draws().touching, 6000, counted, ERROR)
    assert told.weight.sum() == pytest.approx(1)
    assert (told.weight >= 0).all()
    assert np.isfinite(told.error).all()
    assert 1 <= told.n_effective <= 400.001
    assert np.median(draws().touching / direct(draws().touching, counted).error) == pytest.approx(n, rel=0.02)


def test_weights_come_to_what_many_plain_draws_would():
    """The same by another road: draw the model's error too, weigh every pair by the likelihood, and compare."""
    rng = np.random.default_rng(5)
    counted = Touching(1500, 1400, 1700)
    told = condition(draws().touching, 6000, counted, ERROR)
    mine = weighted_range(draws().touching / told.error, told.weight)
    score = np.clip(rng.normal(size=(400, 400)), -2.5, 2.5)
    truth = draws().touching[:, None] / np.exp(np.log(1.25) / 1.6449 * score)
    off = np.log(truth / 1500)
    side = np.where(off > 0, np.log(1700 / 1500), np.log(1500 / 1400)) / 1.6449
    weight = np.exp(-((off / side) ** 2) / 2).ravel()
    other = weighted_range(truth.ravel(), weight / weight.sum())
    assert (mine.low, mine.mid, mine.high) == pytest.approx((other.low, other.mid, other.high), rel=0.015)


REFUSED = {
    "none": (lambda: Touching(0, 0, 0), "A count of 0 touching spikes"),
    "outside": (lambda: Touching(100, 200, 300), "from 200 to 300, is no range; give 1 to 1,000,000, the least first."),
    "nan": (lambda: Touching(float("nan"), 1, 2), "is no range"),
    "more than there are": (
        lambda: dose(6000, n_draws=20, calibration=Calibration(touching=Touching(7000, 6900, 7100))),
        "There are 7,000 dots from a mat with 6,000 spikes; count the mat's spikes again",
    ),
    "the neck": (
        lambda: dose(6000, use="neck", n_draws=20, calibration=Calibration(touching=Touching(90, 80, 100))),
        "Touching spikes are counted after lying on the back, not with the use 'neck'",
    ),
    "no try": (lambda: Threshold(0.1, 0.1, 0.1, 0), "A first sharp feel from 0 tries says nothing"),
    "a force of 0": (lambda: Threshold(0, 0, 0), "is no range; give forces above 0, the least first."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_one_line(name):
    ask, said = REFUSED[name]
    with pytest.raises(ProtocolError) as caught:
        ask()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
