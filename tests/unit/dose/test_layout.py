"""Spikes are all there, on the face, and alike on both sides."""

import numpy as np
import pytest

from pinprick.dose.layout import lay_out
from pinprick.dose.mat import Mat

FACES = [(740, 400), (508, 229), (150, 370)]


def mirrored(places):
    """How many spikes have no mirror image."""
    here = set(zip(places.across_mm.round(6) + 0.0, places.along_mm.round(6), strict=True))
    there = set(zip(-places.across_mm.round(6) + 0.0, places.along_mm.round(6), strict=True))
    return len(here - there)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("n", [1, 2, 13, 27, 28, 299, 450, 1320, 5999, 6000, 6210, 8820])
def test_every_spike_is_on_the_face_and_none_on_another(n, face):
    length, width = face
    places = lay_out(n, 27, length, width, 5 * (6000 / n) ** 0.5)
    assert len(places.across_mm) == len(places.along_mm) == n
    assert np.abs(places.across_mm).max() <= width / 2
    assert places.along_mm.min() >= 0
    assert places.along_mm.max() <= length
    assert len(set(zip(places.across_mm.round(3), places.along_mm.round(3), strict=True))) == n


@pytest.mark.parametrize("n", [2, 28, 450, 1320, 6000, 6210, 8820])
def test_an_even_count_is_its_own_mirror_image(n):
    assert mirrored(lay_out(n, 27, 740, 400, 5)) == 0


def test_an_odd_count_leaves_one_disc_uneven():
    assert mirrored(lay_out(5999, 27, 740, 400, 5)) <= 2 * 28


def test_a_known_number_of_discs_comes_out():
    """8,820 spikes on 210 discs of 42: Bed of Nails, in the Chicago Tribune."""
    places = Mat(8820, spikes_per_disc=42).layout
    assert places.discs == 210


def test_half_of_the_face_is_bare_between_discs():
    """6,210 spikes 5 mm apart fill 52 % of 740 by 400 mm; other counts keep to that."""
    for n in (4000, 6210, 8820):
        mat = Mat(n)
        assert n * mat.spacing_mm**2 / (mat.length * mat.width) == pytest.approx(0.507, abs=0.001)
