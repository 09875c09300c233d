"""The verification cases V1 to V15 of the dose model's note, and its tables.

V6 to V8 were run there against another group's boundary-element code; here a few lines of our own do that
(`tests.published.half_space`), and come to the same digits.

V9 to V11, V14 and the tables were run on a prototype of which only part is written down. `Profile.PROTOTYPE` keeps what
is (tissue of 24, 40 and 22 mm, a lumbar gap of 20 to 25 mm, 30 mm at C7, a radius of 280 mm across, a furrow of 4 mm, a
cleft of 10 mm, shares of 0.26 and 0.28, the supports); the rest was fitted to the printed results. What is still missed
stands in `MISSED` as printed number, found number and their distance, and the tests hold it to that.
"""

import math
import time
from dataclasses import replace

import numpy as np
import pytest

from pinprick.dose.body import Person, Profile, supine_shares
from pinprick.dose.contact import Bed, Columns, settle
from pinprick.dose.lying import central, place_under, run
from pinprick.dose.mat import Mat
from pinprick.dose.setup import Setup
from pinprick.dose.sharpness import pinprick_force_n
from pinprick.dose.spike import (
    Tip,
    bottoming_kpa,
    cone,
    dent_mm,
    flat_punch,
    force_n,
    hertz,
    lattice_constant,
    press_table,
)
from pinprick.dose.uncertainty import drawn
from pinprick.errors import ProtocolError
from tests.published.half_space import press

PROTOTYPE = Profile.PROTOTYPE
BARE = Setup(Mat(6000), Person(70, 175))
LOAD_N = 370.818


def on_prototype(setup=BARE, **changed):
    return run(setup, replace(central(setup), **changed), profile=PROTOTYPE)


def flat_sheet(profile, person, surface, *, foam_mm=20.0):
    """A body on a sheet without spikes: contact area in m², mean and greatest pressure in kPa."""
    mat = Mat(6000)
    place = place_under(mat, person, profile)
    bed = Bed(
        np.where(place.aside <= 1, place.gap_mm, np.inf),
        place.thickness_mm,
        place.of_class,
        place.of_block,
        place.counts,
        mat.area_mm2,
        5.0,
    )
    columns = Columns(Tip(0.3, 25), 0.0, 50, 40, 12, foam_mm, profile.supports[surface])
    contact = settle(bed, columns, place.loads_n, spikes=False)
    return contact.n_touching * mat.area_mm2 / 1e6, contact.mean_kpa, contact.peak_n / mat.area_mm2 * 1e3


# one spike


def test_v1_hertz():
    contact, dent, peak = hertz(2.0, 50, 0.005)
    assert (round(contact, 4), round(dent, 5), round(peak, 3)) == (0.5313, 0.14116, 8.456)
    ball = Tip(2.0, 1e-3)  # nearly all ball; small against its radius it is Hertz's
    small = 0.002
    assert force_n(ball, [small], 50)[0] / (4 * 0.05 * small**3 / (3 * 2.0)) == pytest.approx(1, abs=1e-6)
    assert dent_mm(ball, [small])[0] / (small**2 / 2.0) == pytest.approx(1, abs=1e-6)


def test_v2_cone():
    dent, mean = cone(60, 50, 0.020)
    assert round(dent, 4) == 0.6023
    assert mean == pytest.approx(50 / math.tan(math.radians(60)) / 2, rel=1e-12)
    sharp = Tip(1e-7, 60)  # hardly any ball
    contact = np.array([0.4])
    force = float(force_n(sharp, contact, 50)[0])
    assert dent_mm(sharp, contact)[0] / cone(60, 50, force)[0] == pytest.approx(1, abs=1e-6)
    assert force / (math.pi * 0.4**2) / 1e-3 / mean == pytest.approx(1, abs=1e-6)


def test_v3_flat_punch():
    force, centre = flat_punch(0.3, 50, 0.1)
    assert force == pytest.approx(2 * 0.05 * 0.3 * 0.1, rel=1e-12)
    assert 1000 * force == pytest.approx(3.0)
    assert centre == pytest.approx(force / (2 * math.pi * 0.3**2) * 1000, rel=1e-12)


@pytest.mark.parametrize(("force", "contact", "dent"), [(0.10, 0.774, 2.19), (0.25, 1.220, 3.70), (1.0, 2.437, 7.80)])
def test_v4_capped_cone(force, contact, dent):
    tip = Tip(0.3, 25)
    low, high = 0.01, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if force_n(tip, [middle], 50)[0] < force else (low, middle)
    assert round(low, 3) == contact
    assert round(float(dent_mm(tip, [low])[0]), 2) == dent
    assert round(float(press_table(tip, modulus_kpa=50).dent_at(force)), 2) == dent


def test_v5_lattice_constants():
    assert f"{lattice_constant('square'):.9f}" == "3.900264920"
    assert f"{lattice_constant('hexagonal'):.9f}" == "3.921031579"


GRID = (np.arange(128) - 64) / 128 * 5
FROM_AXIS = np.hypot(*np.meshgrid(GRID, GRID))


@pytest.mark.parametrize(
    ("force", "closed", "solved", "within"), [(0.02, 0.5030, 0.5040, 2.5e-3), (0.05, 0.7040, 0.7104, 1e-2)]
)
def test_v6_cones_on_a_lattice(force, closed, solved, within):
    found = cone(60, 50, force)[0] - lattice_constant("square") * force / (math.pi * 0.05 * 5)
    assert round(found, 4) == closed
    _pressure, referee = press(FROM_AXIS / math.tan(math.radians(60)), 5, 0.05, force)
    assert round(referee, 4) == solved
    assert found == pytest.approx(referee, rel=within)


@pytest.mark.parametrize(
    ("force", "closed", "solved", "within"), [(0.005, 0.1163, 0.1165, 2.5e-3), (0.02, 0.2564, 0.2581, 1e-2)]
)
def test_v7_balls_on_a_lattice(force, closed, solved, within):
    found = hertz(2, 50, force)[1] - lattice_constant("square") * force / (math.pi * 0.05 * 5)
    assert round(found, 4) == closed
    _pressure, referee = press(FROM_AXIS**2 / 4, 5, 0.05, force)
    assert round(referee, 4) == solved
    assert found == pytest.approx(referee, rel=within)


def test_v8_skin_reaches_the_disc_when_a_wave_is_flat():
    one, two = bottoming_kpa(50, 5, 5), bottoming_kpa(50, 5, 5, ways=2)
    assert (round(one, 1), round(two)) == (78.5, 111)
    wave = np.cos(2 * np.pi * np.arange(256) / 256)

    def touching(shape, pressure):
        return float((press(shape, 5, 0.05, pressure * 1e-3 * 25, tolerance=1e-9)[0] > 0).mean())

    ridge, eggs = 2.5 * (1 - wave)[None], 2.5 * (1 - np.outer(wave[::2], wave[::2]))
    assert 0.99 <= touching(ridge, one) < 1
    assert touching(ridge, 1.05 * one) == 1
    assert touching(ridge, 0.9 * one) < 0.9
    assert touching(eggs, two) == pytest.approx(0.9999, abs=5e-5)


# a body


@pytest.mark.parametrize("profile", [PROTOTYPE, Profile.DEFAULT], ids=lambda profile: profile.name)
@pytest.mark.parametrize("surface", ["floor", "bed"])
def test_v9_equilibrium(profile, surface):
    setup = replace(BARE, surface=surface)
    contact = run(setup, profile=profile).contact
    place = place_under(setup.mat, setup.person, profile)
    assert contact.load_n == pytest.approx(LOAD_N, rel=1e-6)
    for block, load in enumerate(place.loads_n):
        assert contact.force_n[place.of_block == block].sum() == pytest.approx(load, rel=1e-6)
    across = setup.mat.layout.across_mm
    left, right = contact.force_n[across < -1e-9].sum(), contact.force_n[across > 1e-9].sum()
    assert left == pytest.approx(right, rel=1e-9)  # 2 % in the note, whose layout was no mirror image of itself


@pytest.mark.parametrize("profile", [PROTOTYPE, Profile.DEFAULT], ids=lambda profile: profile.name)
def test_v9_a_spikes_force_belongs_to_its_depth(profile):
    """The table that the solver reads, against each spike's own equation."""
    contact = run(BARE, profile=profile).contact
    place = place_under(BARE.mat, BARE.person, profile)
    touching = contact.force_n > 1e-4
    force, area = contact.force_n[touching], contact.area_mm2
    columns = Columns(Tip(0.3, 25), 0.0, 50, 40, 12, 20, math.inf)
    depth = columns.without_tissue_mm(force, area, contact.table.dent_at(force))
    depth += force * place.thickness_mm[place.of_class[touching]] / (area * 0.040)
    gap = np.where(place.aside <= 1, place.gap_mm, np.inf)
    first = np.array([gap[place.of_block == block].min() for block in (0, 1)])
    due = (contact.down_mm + first)[place.of_block[touching]] - gap[touching]
    assert np.abs(depth / due - 1).max() < 2e-3
    assert np.median(np.abs(depth / due - 1)) < 1e-4


MISSED = {
    ("V10", "flat kPa"): -0.001,  # 13.966 of 13.98
    ("V10", "many kPa"): -0.009,  # 13.71 of 13.83
    ("V10", "many mN"): 0.033,  # 3.51 of 3.4
    ("V10", "few mN"): 0.151,  # 2,156 of 1,873: 450 spikes lie on 18 discs here, and where they lay there is not said
    ("V10", "few mm"): -0.022,  # 6.75 of 6.9
    ("V11 x1", "touching"): -0.0011,  # 1,811 of 1,813
    ("V14", "force"): -0.016,  # 1.161 of 1.18
    ("carpet", "cm2"): -0.039,  # 951 of 990
    ("carpet", "mN"): 0.055,  # 72.8 of 69
    ("8,000", "max N"): 0.086,  # 0.489 of 0.45
    ("4,000", "max N"): 0.039,  # 0.966 of 0.93
    ("4,000", "mN"): -0.031,  # 104.6 of 108
    ("floor", "cm2"): -0.0073,  # 893.4 of 900
    ("floor", "mean N"): -0.0250,  # 0.2048 of 0.21
    ("floor", "kPa"): 0.0123,  # 4.151 of 4.1
    ("carpet", "touching"): -0.0263,  # 1928 of 1980
    ("carpet", "max N"): 0.0143,  # 0.5782 of 0.57
    ("carpet", "kPa"): 0.0260,  # 3.899 of 3.8
    ("carpet", "mm"): 0.0269,  # 2.157 of 2.1
    ("sofa", "touching"): 0.0040,  # 3012 of 3000
    ("sofa", "cm2"): -0.0094,  # 1486 of 1500
    ("sofa", "max N"): 0.0385,  # 0.3012 of 0.29
    ("sofa", "mN"): 0.0179,  # 49.88 of 49
    ("bed", "touching"): -0.0032,  # 3459 of 3470
    ("bed", "cm2"): -0.0136,  # 1706 of 1730
    ("bed", "max N"): 0.0411,  # 0.2395 of 0.23
    ("bed", "kPa"): 0.0348,  # 2.173 of 2.1
    ("bed", "mm"): -0.0347,  # 1.737 of 1.8
    ("bed", "mN"): -0.0234,  # 43.95 of 45
    ("8,000", "touching"): 0.0055,  # 2373 of 2360
    ("8,000", "p95 N"): 0.0238,  # 0.3686 of 0.36
    ("8,000", "mN"): -0.0263,  # 58.42 of 60
    ("4,000", "cm2"): -0.0149,  # 930.9 of 945
    ("4,000", "p95 N"): -0.0272,  # 0.7101 of 0.73
    ("4,000", "kPa"): 0.0214,  # 3.983 of 3.9
    ("50 kg", "cm2"): -0.0073,  # 734.6 of 740
    ("120 kg", "touching"): 0.0065,  # 2476 of 2460
    ("120 kg", "p95 N"): 0.0190,  # 0.6318 of 0.62
}
"""Where the prototype as put together again is off by more than half a printed digit: found over printed, less 1."""


def held(case, name, found, printed, within):
    """A found number is the printed one within a part of it, or its miss is the one that is named."""
    assert found / printed - 1 == pytest.approx(MISSED.get((case, name), 0.0), abs=within), (case, name, found, printed)


def self_similar(n):
    """The mat with n spikes, each smaller by as much as they stand closer, as the note had it."""
    return Mat(n, tip_radius=0.3 * math.sqrt(6000 / n))


def test_v10_many_spikes_become_a_flat_sheet():
    few, usual, many = (run(Setup(self_similar(n), BARE.person), profile=PROTOTYPE) for n in (450, 6000, 390_000))
    _area, _mean, flat = flat_sheet(PROTOTYPE, BARE.person, "floor")
    greatest = [one.peak_n / one.contact.area_mm2 * 1e3 for one in (few, usual, many)]
    assert greatest[0] < greatest[1] < greatest[2] < flat
    held("V10", "flat kPa", flat, 13.98, 0.0005)
    held("V10", "many kPa", greatest[2], 13.83, 0.0005)
    held("V10", "many mN", 1000 * many.mean_n, 3.4, 0.002)
    held("V10", "few mN", 1000 * few.mean_n, 1873, 0.002)
    assert round(many.dent_mm, 1) == 0.3
    held("V10", "few mm", few.dent_mm, 6.9, 0.002)


@pytest.mark.parametrize(("times", "mean", "touching"), [(0.5, 135, 1376), (1, 205, 1813), (2, 300, 2471)])
def test_v11_load_scaling(times, mean, touching):
    found = on_prototype(share=0.54 * times)
    assert found.load_n == pytest.approx(times * LOAD_N, rel=1e-6)
    assert round(1000 * found.mean_n) == mean
    held(f"V11 x{times}", "touching", found.touching, touching, 1e-4)


def test_v12_a_bed_of_nails():
    """65 kg on 1,000 nails, 0.65 N each, with the physicist's 10 N for a kilogram."""
    nails = Setup(Mat(1000), Person(65, 175), use="standing")
    whole = replace(central(nails), share=10 / 9.81, area=nails.mat.face_cm2)
    assert run(nails, whole).mean_n == pytest.approx(0.65, rel=1e-12)


@pytest.mark.parametrize(
    ("sex", "shares"), [("male", (0.069, 0.372, 0.361, 0.148)), ("female", (0.067, 0.346, 0.394, 0.148))]
)
def test_v13_segment_lever(sex, shares):
    found = supine_shares(sex)
    assert tuple(round(one, 3) for one in (found.head, found.chest, found.pelvis, found.heels)) == shares
    assert round(found.total, 3) == 1.000


def test_v14_thick_layer():
    bare, towel, endless = (on_prototype(replace(BARE, layer=layer)) for layer in (0.0, 6.0, 100.0))
    assert round(1000 * towel.pinprick_n) == 4
    held("V14", "force", towel.contact.median_n / bare.contact.median_n, 1.18, 0.002)
    assert 1000 * endless.pinprick_n < 0.3
    assert endless.contact.median_n / towel.contact.median_n < 1.2  # only the contact area is left to change
    assert endless.load_n == pytest.approx(bare.load_n)


def test_v15_no_load_no_spikes_one_spike():
    place = place_under(BARE.mat, BARE.person, PROTOTYPE)
    bed = Bed(
        place.gap_mm,
        place.thickness_mm,
        place.of_class,
        place.of_block,
        place.counts,
        BARE.mat.area_mm2,
        5.0,
    )
    columns = Columns(Tip(0.3, 25), 0.0, 50, 40, 12, 20, math.inf)
    nothing = settle(bed, columns, (0.0, 0.0))
    assert nothing.n_touching == nothing.load_n == nothing.mean_n == nothing.peak_n == nothing.dent_mm == 0
    with pytest.raises(ProtocolError, match="A mat with 0 spikes cannot be modelled; give 1 to 1,000,000 spikes"):
        Mat(0)
    alone = run(Setup(Mat(1), BARE.person), profile=PROTOTYPE)
    assert alone.touching == 1
    for name in ("load_n", "mean_n", "peak_n", "mean_kpa", "dent_mm", "pinprick_n"):
        assert math.isfinite(getattr(alone, name)), name


# the note's tables

COLUMNS = ("touching", "cm2", "mean N", "p95 N", "max N", "kPa", "mm", "mN")
HALF_A_DIGIT = (5, 5, 0.005, 0.005, 0.005, 0.05, 0.05, 0.5)

TABLE = {
    "floor": (BARE, (1810, 900, 0.21, 0.49, 0.65, 4.1, 2.2, 75)),
    "carpet": (replace(BARE, surface="carpet"), (1980, 990, 0.19, 0.45, 0.57, 3.8, 2.1, 69)),
    "sofa": (replace(BARE, surface="sofa"), (3000, 1500, 0.12, 0.26, 0.29, 2.5, 1.8, 49)),
    "bed": (replace(BARE, surface="bed"), (3470, 1730, 0.11, 0.21, 0.23, 2.1, 1.8, 45)),
    "8,000": (replace(BARE, mat=Mat(8000)), (2360, 875, 0.16, 0.36, 0.45, 4.2, 1.9, 60)),
    "4,000": (replace(BARE, mat=Mat(4000)), (1260, 945, 0.29, 0.73, 0.93, 3.9, 2.7, 108)),
    "50 kg": (replace(BARE, person=Person(50, 160)), (1490, 740, 0.18, 0.43, 0.55, 3.6, 2.1, 66)),
    "120 kg": (replace(BARE, person=Person(120, 175)), (2460, 1220, 0.26, 0.62, 0.88, 5.2, 2.4, 92)),
}


@pytest.mark.parametrize("row", TABLE)
def test_the_prototypes_results(row):
    setup, printed = TABLE[row]
    found = on_prototype(setup)
    contact = found.contact
    area = found.touching * contact.area_mm2 / 100
    numbers = (
        found.touching,
        area,
        found.mean_n,
        contact.quantile_n(0.95),
        found.peak_n,
        found.mean_kpa,
        found.dent_mm,
        1000 * found.pinprick_n,
    )
    for name, number, told, half in zip(COLUMNS, numbers, printed, HALF_A_DIGIT, strict=True):
        miss = (row, name) in MISSED
        held(row, name, number, told, 0.002 if miss else 1.0001 * half / told)


def test_fewer_spikes_are_harder_as_makers_say():
    sharp = [on_prototype(replace(BARE, mat=Mat(n))).pinprick_n for n in (4000, 6000, 8000)]
    assert sharp[0] / sharp[1] == pytest.approx(1.44, abs=0.05)
    assert sharp[2] / sharp[1] == pytest.approx(0.80, abs=0.03)


RUNGS = {
    ("folded_towel", "floor"): (3, 6),
    ("folded_towel", "bed"): (3, 6),
    ("towel", "floor"): (10, 10),
    ("sweatshirt", "bed"): (10, 10),
    ("t_shirt", "bed"): (20, 20),
    ("sweatshirt", "floor"): (20, 20),
    ("t_shirt", "floor"): (36, 36),
    ("none", "bed"): (60, 60),
    ("none", "carpet"): (92, 100),
}


@pytest.mark.parametrize("rung", RUNGS)
def test_the_ladder_of_the_note(rung):
    layer, surface = rung
    low, high = RUNGS[rung]
    relative = 100 * on_prototype(replace(BARE, layer=layer, surface=surface)).pinprick_n / on_prototype().pinprick_n
    assert low - 2 <= relative <= high + 2


# against neighbours, which are no tests of the model but of the back that people are told about


def test_the_default_back_fits_the_one_pressure_map():
    """96 kg and 190 cm, male, on a mattress without a mat: 0.27 to 0.30 m2, mean 1.6 to 1.9, peak 3.3 to 5.1 kPa."""
    volunteer = Person(96, 190)
    area, mean, peak = flat_sheet(Profile.DEFAULT, volunteer, "bed", foam_mm=0)
    assert 0.27 <= area <= 0.30
    assert 1.6 <= mean <= 1.9
    assert 3.3 <= peak <= 5.1
    small, high, _peak = flat_sheet(PROTOTYPE, volunteer, "bed", foam_mm=0)
    assert small < 0.8 * 0.27  # what was known to be wrong with the prototype
    assert high > 1.3 * 1.9


def test_the_prototype_misfits_as_the_note_says():
    """With the mat under him: 0.21 m2, 2.5 kPa and 5.3 kPa."""
    found = on_prototype(Setup(Mat(6000), Person(96, 190), surface="bed"))
    assert found.touching * found.contact.area_mm2 / 1e6 == pytest.approx(0.21, abs=0.005)
    assert found.mean_kpa == pytest.approx(2.5, rel=0.05)
    assert found.peak_n / found.contact.area_mm2 * 1e3 == pytest.approx(5.3, rel=0.05)


def test_a_bare_board_lies_between_scapula_and_sacrum():
    """Peak pressure indices on a bare spine board: 13.5 kPa at the scapula, 36.1 at the sacrum."""
    _area, _mean, peak = flat_sheet(Profile.DEFAULT, Person(70, 175), "floor", foam_mm=0)
    assert 13.5 < peak < 36.1


# how fast


def best_of(times, work):
    """The shortest of some runs: what the machine can do when nobody else uses it."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


@pytest.mark.slow
def test_it_is_as_fast_as_promised():
    usual, huge = Setup(Mat(8000), Person()), Setup(Mat(100_000), Person())
    assert best_of(10, lambda: run(usual)) <= 0.015
    assert best_of(3, lambda: run(huge)) <= 0.5
    assert best_of(2, lambda: drawn(BARE, n_draws=400)) <= 4.0


def test_the_probe_is_a_quarter_of_a_millimetre():
    assert pinprick_force_n(1.0, 0.125) == 1.0
