"""One spike: the tables that the solver runs on against the closed forms, and both against quadrature."""

import math
from itertools import pairwise

import numpy as np
import pytest

from pinprick.dose.spike import Tip, dent_mm, flat_punch, force_n, press_table

NODES, WEIGHTS = np.polynomial.legendre.leggauss(200)


def quadrature(tip, contact):
    """Sneddon's integrals with the modulus 1 kPa, split where the ball ends."""
    rim, alpha, radius = tip.rim_mm, math.radians(tip.half_angle_deg), tip.radius_mm

    def slope(r):
        on_ball = r / np.sqrt(np.maximum(radius**2 - r**2, 1e-15))
        return np.where(r < rim, on_ball, 1 / math.tan(alpha))

    depth = force = 0.0
    cuts = (0.0, math.asin(min(1.0, rim / contact)), math.pi / 2)
    for low, high in pairwise(cuts):
        u, weight = low + (NODES + 1) / 2 * (high - low), WEIGHTS / 2 * (high - low)
        depth += contact * float(weight @ slope(contact * np.sin(u)))
        force += 2e-3 * contact**2 * float(weight @ (np.sin(u) ** 2 * slope(contact * np.sin(u))))
    return depth, force


@pytest.mark.parametrize("tip", [Tip(0.3, 25), Tip(0.15, 18), Tip(6.3, 25), Tip(0.02, 60)])
@pytest.mark.parametrize("part", [1e-3, 0.019, 0.021, 0.5, 1.2, 5, 60])
def test_the_written_out_integrals_agree_with_quadrature(tip, part):
    contact = part * tip.radius_mm
    depth, force = quadrature(tip, contact)
    assert dent_mm(tip, [contact])[0] == pytest.approx(depth, rel=1e-7)
    assert force_n(tip, [contact], 1.0)[0] == pytest.approx(force, rel=1e-7)


@pytest.mark.parametrize("radius", [0.15, 0.3, 1.0, 6.3])
def test_the_table_keeps_a_dent_within_a_thousandth(radius):
    tip = Tip(radius, 25)
    contact = np.geomspace(0.05, 4, 200)
    table = press_table(tip, modulus_kpa=50)
    assert table.dent_at(force_n(tip, contact, 50)) == pytest.approx(dent_mm(tip, contact), rel=1e-3)


def test_a_crowd_makes_a_dent_shallower_until_it_stops():
    alone, crowd = press_table(Tip(0.3, 25), modulus_kpa=50), press_table(Tip(0.3, 25), modulus_kpa=50, pitch_mm=5)
    forces = np.linspace(0.01, 3, 50)
    assert (crowd.dent_at(forces) < alone.dent_at(forces)).all()
    assert (np.diff(crowd.dent_at(forces)) >= 0).all()
    greatest = math.pi * 5 / (2 * 3.9002649)  # contact radius at which one more newton takes all down alike
    assert crowd.dent_mm.max() == pytest.approx(
        float(dent_mm(Tip(0.3, 25), [greatest])[0])
        - 3.9002649 * float(force_n(Tip(0.3, 25), [greatest], 50)[0]) / (math.pi * 0.05 * 5),
        rel=2e-3,
    )


def test_cloth_makes_a_tip_blunter_and_its_dent_shallower():
    bare, towel = Tip(0.3, 25), Tip(0.3, 25).under(3)
    assert press_table(towel, modulus_kpa=50).dent_at(0.2) < press_table(bare, modulus_kpa=50).dent_at(0.2)


def test_nothing_pressed_is_no_dent_and_no_force():
    assert dent_mm(Tip(0.3, 25), [0.0]) == force_n(Tip(0.3, 25), [0.0], 50) == 0
    assert flat_punch(0.3, 50, 0.0) == (0.0, 0.0)
