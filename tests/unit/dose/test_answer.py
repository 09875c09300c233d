"""What `dose` says: ranges that hold the middle, ratios tighter than numbers, and only what may be shown."""

import json
import math
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from babel.messages.pofile import read_po

import pinprick.dose
from pinprick.dose import needle as beside
from pinprick.dose.answer import Dose, compare, dose
from pinprick.dose.body import Person, Profile
from pinprick.dose.data import Parameter, entry, parameter, table
from pinprick.dose.events import event, events
from pinprick.dose.events import sentences as event_sentences
from pinprick.dose.ladder import ladder
from pinprick.dose.ladder import sentences as ladder_sentences
from pinprick.dose.lying import parameters
from pinprick.dose.mat import Mat, mat
from pinprick.dose.points import nearest_spike_mm, points, sites_under
from pinprick.dose.points import sentences as point_sentences
from pinprick.dose.setup import LAYERS, SURFACES, USES, Setup
from pinprick.dose.sharpness import PRESS_WORDS, WORDS, own_threshold, pinprick_force_n, press_band, press_ends_g
from pinprick.dose.uncertainty import Range, drawn, normal_draws, range_of, spread_over
from pinprick.errors import ProtocolError

RANGES = ("touching", "force_per_spike_n", "peak_force_n", "mean_pressure_kpa", "dent_mm", "relative_sharpness")
BARE = Setup(Mat(6000), Person())
FEW = 40


@pytest.fixture(scope="module")
def several() -> dict[str, Dose]:
    setups = {
        "floor": BARE,
        "bed": replace(BARE, surface="bed"),
        "shirt": replace(BARE, layer="t_shirt"),
        "folded": replace(BARE, layer="folded_towel"),
    }
    return dict(zip(setups, compare(list(setups.values()), n_draws=FEW), strict=True))


def test_the_json_is_the_contract_and_holds_nothing_else(several):
    told = json.loads(json.dumps(several["bed"].to_dict(), allow_nan=False))
    assert list(told) == [*RANGES, "load_on_mat_n"]
    for name in RANGES:
        assert list(told[name]) == ["mid", "low", "high"]
        assert told[name]["low"] <= told[name]["mid"] <= told[name]["high"]
    assert told["load_on_mat_n"] == 370.8


def test_tip_pressure_and_probe_force_are_not_in_the_answer():
    """No megapascals, no millinewtons of a probe, no forecast of pain or marks: the note, section 6."""
    shown = " ".join(Dose.__dataclass_fields__)
    assert not re.search("mpa|tip|stress|pinprick|f_eq|pain|mark|benefit", shown)


def test_the_same_seed_gives_the_same_ranges_and_another_seed_others():
    first, again, other = (dose(n_draws=30, seed=seed).to_dict() for seed in (1, 1, 2))
    assert first == again
    assert first["touching"]["mid"] == other["touching"]["mid"]
    assert first["touching"] != other["touching"]


def test_ratios_are_tighter_than_sharpness_itself(several):
    bed = several["bed"]
    assert max(bed.relative_force.spread, bed.relative_sharpness.spread) < 1.6**2
    own = drawn(bed.setup, n_draws=FEW)
    low, high = np.quantile(own.pinprick_n, (0.05, 0.95))
    assert several["bed"].relative_sharpness.spread < high / low


def test_a_measured_tip_makes_a_shirts_ratio_tighter():
    known = replace(BARE, mat=Mat(6000, tip_radius=0.3))
    unmeasured, measured = (
        compare([one, replace(one, layer="t_shirt")], n_draws=FEW)[1].relative_sharpness for one in (BARE, known)
    )
    assert measured.spread < unmeasured.spread
    assert measured.mid == pytest.approx(unmeasured.mid)


def test_cloth_changes_the_force_far_less_surely_known_sharpness(several):
    shirt = several["shirt"]
    assert shirt.relative_force.spread < 1.2
    assert 0.99 < shirt.relative_force.mid < 1.1
    assert shirt.relative_sharpness.spread > 2


def test_a_set_up_against_itself_is_one_without_doubt(several):
    assert several["floor"].relative_sharpness == Range(1.0, 1.0, 1.0)


def test_a_folded_towel_leaves_little_and_says_so(several):
    assert several["folded"].is_sharpness_gone
    assert 0.02 < several["folded"].relative_sharpness.mid < 0.1
    assert not several["shirt"].is_sharpness_gone


def test_the_picture_has_a_force_for_every_spike(several):
    floor = several["floor"]
    assert len(floor.force_n) == len(floor.across_mm) == len(floor.along_mm) == 6000
    assert np.count_nonzero(floor.force_n) == floor.touching.mid
    assert floor.force_n.sum() == pytest.approx(floor.load_on_mat_n, rel=1e-6)
    bands = floor.press_bands
    assert set(np.unique(bands)) <= set(range(6))
    assert ((bands == 0) == (floor.force_n == 0)).all()
    assert [press_band(float(force)) for force in floor.force_n[::500]] == list(bands[::500])


def test_bands_have_a_word_each():
    assert len(PRESS_WORDS) == len(press_ends_g()) + 1
    assert [row["word"] for row in table("model")["press"]] == list(PRESS_WORDS)
    assert [row["word"] for row in table("model")["sharpness"]] == list(WORDS)


@pytest.mark.parametrize("use", USES[1:])
def test_other_uses_are_answered_without_a_picture_and_say_so(use):
    answer = dose(use=use, n_draws=20)
    assert answer.force_n.size == 0
    assert any("taken from a table" in caveat for caveat in answer.caveats)


def test_minutes_change_no_force_and_long_ones_are_named():
    short, long = dose(minutes=5, n_draws=20), dose(minutes=40, n_draws=20)
    assert short.to_dict() == long.to_dict()
    assert any("more than 20 minutes" in caveat for caveat in long.caveats)


def test_a_small_mat_carries_less_and_says_that_this_is_a_guess():
    small = dose(mat("panacea_kuznetsov_type"), n_draws=20)
    assert small.load_on_mat_n < 0.9 * dose(n_draws=20).load_on_mat_n
    assert any("is a guess" in caveat for caveat in small.caveats)


def test_the_room_can_be_called():
    assert pinprick.dose(n_draws=20).to_dict() == dose(n_draws=20).to_dict()


def test_the_room_starts_without_scipy():
    program = "import sys, pinprick.dose.answer, pinprick.dose.ladder; assert 'scipy' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


# what is drawn


def test_draws_belong_to_a_key_and_nine_in_ten_are_inside():
    scores = normal_draws("a", 400, 0)
    assert scores == pytest.approx(normal_draws("a", 400, 0))
    assert abs(np.corrcoef(scores, normal_draws("b", 400, 0))[0, 1]) < 0.2
    known = Parameter("k", 40, 15, 100, "assumption")
    values = spread_over(known, scores)
    assert np.median(values) == pytest.approx(40, rel=0.01)
    assert np.mean((values >= 15) & (values <= 100)) == pytest.approx(0.9, abs=0.005)


def test_a_range_holds_its_middle():
    assert range_of(5.0, np.arange(3.0)) == Range(5.0, pytest.approx(0.1), 5.0)


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("surface", SURFACES)
def test_every_parameter_names_its_key_and_how_it_is_known(use, surface):
    for name, one in parameters(Setup(Mat(6000), Person(), use=use, surface=surface)).items():
        assert one.key, name
        assert one.seen, name
        assert one.low <= one.central <= one.high, name
        if one.key.split(".")[0] in ("mats", "tissue", "model"):
            assert entry(one.key)["seen"] == one.seen


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_has_a_thickness(layer):
    assert Setup(Mat(6000), Person(), layer=layer).layer_mm.central == parameter_of(layer)


def parameter_of(layer):
    row = table("model")["layers"][layer]
    return parameter(row["key"]).central if "key" in row else row["thickness"]["central"]


def test_sex_moves_load_between_chest_and_pelvis_and_not_the_sum():
    male, female = (Profile.DEFAULT.loads_n(Person(70, 175, sex)) for sex in ("male", "female"))
    assert sum(male) == pytest.approx(sum(female))
    assert female[1] > male[1]


# the ladder


@pytest.fixture(scope="module")
def climbed():
    return ladder(n_draws=20)


def test_every_rung_is_sharper_than_the_one_below(climbed):
    sharp = [rung.relative.mid for rung in climbed.rungs]
    assert sharp == sorted(sharp)
    assert len(set(sharp)) == len(sharp)
    assert climbed.rungs[0].is_control
    assert not any(rung.is_control for rung in climbed.rungs[2:])
    assert all(rung.times > 1.1 for rung in climbed.rungs[1:])
    assert math.isnan(climbed.rungs[0].times)


def test_the_build_up_takes_its_minutes_from_the_safety_rules(climbed):
    assert [step.step.minutes for step in climbed.steps] == [3, 5, 10, 15, 20]
    assert [step.setup.minutes for step in climbed.steps] == [3, 5, 10, 15, 20]
    assert climbed.first.relative.mid < 0.35
    words = {"t_shirt": "T-shirt"}
    for step in climbed.steps[:4]:
        assert words[step.setup.layer] in step.step.layer
        assert step.setup.surface in step.step.surface or "firm" in step.step.surface


def test_fewer_spikes_of_the_same_maker_are_the_top_rung(climbed):
    top = climbed.rungs[-1]
    assert top.setup.mat.spikes == 4000
    assert 1.2 < top.relative.mid < 1.7


# needle, events, points


def test_a_needle_goes_in_and_a_mat_does_not(several):
    needle, spikes = beside.needle(), beside.mat_beside_needle(several["floor"])
    assert (needle.force_n.low, needle.force_n.high) == (0.033, 0.117)
    assert (needle.depth_mm.low, needle.depth_mm.high) == (6, 30)
    assert spikes.depth_mm.high == 0
    assert spikes.contacts.low > 50 * needle.contacts.high
    assert spikes.force_n.low > needle.force_n.low


@pytest.mark.parametrize(
    ("name", "force", "area", "mean", "peak"),
    [
        ("neck", 52, 90, 0.15, 0.30),
        ("seat", 378, 900, 0.21, 0.63),
        ("seat_floor", 481, 700, 0.34, 1.2),
        ("feet", 82, 180, 0.23, 0.57),
        ("standing", 687, 200, 1.7, 4.8),
        ("push_off", 150, 25, 3.0, 4.5),
    ],
)
def test_other_uses_come_to_the_notes_table(name, force, area, mean, peak):
    """The note, section 2.6: 70 kg, 2 spikes/cm2, and for the neck a pillow of 2,142 on 370 by 150 mm."""
    on = mat("bed_of_nails_pillow") if name == "neck" else Mat(5920)
    found = event(name, Person(), on)
    assert found.force_n == pytest.approx(force, abs=0.5)
    assert found.area_cm2 == area
    assert found.mean_n == pytest.approx(mean, rel=0.025)
    assert found.peak_n == pytest.approx(peak, rel=0.025)


def test_stepping_is_the_hardest_and_every_event_is_above_lying(several):
    told = events(Person(), Mat(6000))
    assert told[-1].name == "stepping"
    assert all(one.mean_n > 5 * several["floor"].force_per_spike_n.mid for one in told)
    assert all(one.of_puncture == pytest.approx(one.peak_n / 1.22) for one in told)


@pytest.mark.parametrize(("stature", "codes", "sites"), [(160, 66, 118), (175, 66, 118), (190, 64, 114)])
def test_points_under_a_back_mat_are_as_many_as_in_the_note(stature, codes, sites):
    under = sites_under(Mat(6000), Person(70, stature))
    assert len({site.point.code for site in under}) == codes
    assert len(under) == sites
    assert sum(site.point.is_pressed for site in under) == 76
    assert sum(site.point.contact == "arch" for site in under) == 15


@pytest.mark.parametrize(("spikes", "median"), [(6000, 3.0), (8820, 2.4)])
def test_a_spike_is_no_nearer_to_a_point_than_to_any_skin(spikes, median):
    """The note has 3.2 and 2.4 mm for both, on its own layout; a tenth is what one person's columns of discs make."""
    rng = np.random.default_rng(0)
    on = Mat(spikes)
    sites = [site for site in sites_under(on, Person()) for _ in range(10)]
    across = np.array([site.across_mm for site in sites]) + rng.normal(0, 10, len(sites))
    along = np.array([site.along_mm for site in sites]) + rng.normal(0, 10, len(sites))
    near = np.median(nearest_spike_mm(on, across, along))
    anywhere = np.median(nearest_spike_mm(on, rng.uniform(-150, 150, 1000), rng.uniform(20, 600, 1000)))
    assert near == pytest.approx(median, abs=0.2)
    assert anywhere == pytest.approx(near, rel=0.15)


def test_only_the_sole_is_left_out_of_the_points():
    assert len(points()) == len(table("acupoints")["points"]) - 1


# calibrated at home


def test_a_disc_on_a_scale_gives_a_threshold_without_a_tip():
    found = own_threshold([230, 200, 260], 27)
    assert (found.low_n, found.force_n, found.high_n) == pytest.approx((0.0727, 0.0836, 0.0945), abs=1e-4)


def test_by_area_a_tip_wider_than_the_probe_counts_for_less():
    assert pinprick_force_n(0.18, 0.3, exponent=2) == pytest.approx(0.18 * 0.25**2 / 0.6**2)


# words

BANNED = re.compile(
    r"blood flow|circulation|toxin|detox|organ\b|organs\b|energy|\bqi\b|heal|cure|meridian|endorphin", re.IGNORECASE
)


def test_no_sentence_claims_what_a_mat_cannot_do(several):
    said = [*event_sentences(), *ladder_sentences(), *point_sentences(), *beside.SENTENCES, *WORDS, *PRESS_WORDS]
    for answer in (*several.values(), dose(use="standing", minutes=60, n_draws=20), dose("yantra_mat", n_draws=20)):
        said += answer.caveats
    assert len(said) > 20
    assert [one for one in said if BANNED.search(one)] == []
    assert all(len(one.split()) <= 28 for one in said)


ROOT = Path(__file__).resolve().parents[3]
SPOKEN = (
    "src/pinprick/dose/",
    "src/pinprick/sessions/",
    "src/pinprick/report/dose.py",
    "src/pinprick/report/sessions.py",
)


def test_nor_does_anything_that_a_translator_gets_of_mats_and_sessions():
    with (ROOT / "src/pinprick_web/locale/en/LC_MESSAGES/django.po").open("rb") as file:
        messages = list(read_po(file))
    said = [str(one.id) for one in messages if any(path.startswith(SPOKEN) for path, _line in one.locations)]
    assert len(said) > 250
    assert [one for one in said if BANNED.search(one)] == []


@pytest.mark.parametrize("page", ["dose.md", "calibrate-at-home.md"])
def test_nor_do_the_pages_about_it(page):
    assert BANNED.findall((ROOT / "docs" / page).read_text(encoding="utf-8")) == []


def test_an_unknown_key_of_the_tables_is_named():
    with pytest.raises(ProtocolError, match=r"hold nothing under 'mats\.weight'"):
        parameter("mats.weight")


def test_the_tables_keep_a_seen_flag_on_every_number_of_the_model():
    known = entry("model.parameters")
    assert all({"central", "low", "high", "seen"} <= set(one) for one in known.values())
