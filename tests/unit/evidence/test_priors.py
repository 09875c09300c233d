"""The prior library: the numbers that were argued for, each with its reasons, and none in a rule."""

import math

import pytest

from pinprick.errors import ProtocolError
from pinprick.evidence.priors import library
from pinprick.evidence.study import study


@pytest.mark.parametrize(
    ("name", "mean", "sd"),
    [
        ("pain_mat_vs_usual_care", 0.5, 0.8),
        ("pain_mat_vs_rest", 0.2, 0.6),
        ("stress_mat_vs_usual_care", 0.3, 0.7),
        ("stress_mat_vs_rest", 0.0, 0.5),
        ("sleep_mat_vs_usual_care", 0.1, 0.6),
        ("sleep_mat_vs_rest", 0.0, 0.5),
        ("circulation_mat", 0.0, 0.5),
    ],
)
def test_judgements_are_those_that_were_argued_for(name, mean, sd):
    one = library().named(name)
    assert (one.mean, one.sd, one.basis) == (mean, sd, "judgement")
    assert math.hypot(one.average_sd, one.between_person_sd) == pytest.approx(sd, abs=0.06)
    assert len(one.derivation) > 20
    assert all(study(source) for source in one.studies)


def test_the_computed_one_follows_from_the_review_it_names():
    """-10.26 (-17.11 to -3.40) of 100; half the interval over 1.96 is the standard error; 0.5 between people."""
    one = library().named("pain_acupuncture_vs_usual_care")
    assert one.mean == pytest.approx(1.03)
    assert one.average_sd == pytest.approx((17.11 - 3.40) / 2 / 1.959964 / 10, rel=1e-6)
    assert one.sd == pytest.approx(round(math.hypot(one.average_sd, 0.5), 2))


def test_turned_round_a_prior_changes_its_sign_alone():
    there, back = library().find("mat", "usual_care", "pain_nrs"), library().find("usual_care", "mat", "pain_nrs")
    assert (back.mean, back.sd) == (-there.mean, there.sd)
    assert (back.treatment, back.against) == ("usual_care", "mat")


def test_what_nobody_published_has_no_prior():
    assert library().find("acupuncture", "usual_care", "sleep_quality_nrs") is None
    assert library().find("mat", "rest", "unheard_of") is None
    assert library().find("tea", "coffee", "pain_nrs") is None


def test_a_wider_scale_has_wider_priors():
    narrow, wide = (library().named("pain_mat_vs_rest").on_scale(width) for width in (10, 100))
    assert (wide.mean, wide.sd) == (10 * narrow.mean, 10 * narrow.sd)


def test_an_unknown_prior_is_refused_with_those_there_are():
    with pytest.raises(ProtocolError, match="no published prior called 'tea'; choose one of pain_mat_vs_usual_care"):
        library().named("tea")


def test_the_sceptic_expects_nothing_and_the_weak_prior_hardly_leans():
    told = library()
    assert told.sceptic.mean == told.weak.mean == 0
    assert told.sceptic.sd < told.weak.sd
