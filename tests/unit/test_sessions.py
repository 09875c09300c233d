"""What sessions came to: never guessed, relative to a usual set-up, and no way to the ratings before the end."""

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

import pinprick
from pinprick import api
from pinprick.analysis.reading import read_verdict
from pinprick.dose.answer import compare
from pinprick.dose.body import Person
from pinprick.dose.mat import mat
from pinprick.dose.setup import LAYERS, SURFACES, Setup
from pinprick.errors import ProtocolError
from pinprick.report import sessions as words
from pinprick.sessions.each import BY_ASSIGNMENT, N_DRAWS, SECONDARY, as_setup, sessions, stand_ins
from pinprick.sessions.response import LEAST_DAYS, _exposure, dose_response
from pinprick.trial.fold import Ended
from pinprick.trial.protocol_file import read_protocol
from pinprick.trial.set_up import SetUp
from tests.conducted import DAY_0, at, screened, started, with_well_day

SHIRT = SetUp(mat="spoonk", layer="t_shirt", surface="bed", mass_kg=80, stature_cm=180)
BARE = replace(SHIRT, layer="none")


def minutes_of(day):
    """Minutes that look like chance, the same for the same day: 5 to 20."""
    return 5 + hashlib.sha256(f"minutes {day}".encode()).digest()[0] % 16


def noise_of(day):
    return hashlib.sha256(f"noise {day}".encode()).digest()[0] % 3 - 1


def kept(n_days=30, *, written=((0, SHIRT),), per_minute=0.0, said=None, turn=lambda y: y, conduct=None):
    """A trial with set-ups, and minutes that vary; ``per_minute`` is what a minute on the mat takes off the pain."""
    conduct, seal = conduct or started()
    written = dict(written)
    for day in range(n_days + 1):
        if day in written:
            conduct = conduct.with_set_up(written[day], at(day))
        if day == 0:
            continue
        conduct = with_well_day(conduct, seal, day)
        arm = conduct.arm_on(at(day).day)
        pain = 6 + noise_of(day) - (arm.name == "mat") * per_minute * minutes_of(day)
        told = {"done": True, "minutes": minutes_of(day)} | (said(day, arm) if said else {})
        rating = {conduct.plan.primary.name: turn(float(np.clip(round(pain), 0, 10)))}
        conduct, _ = conduct.with_rating(at(day), day=at(day).day, ratings=rating, **told)
    return conduct, seal


def over(conduct, seal, day=30):
    conduct = conduct.with_stop(at(day)).with_belief_after(at(day), guess=None, preference=None)
    return api.reveal(conduct, seal, at(day))[0]


# ---- a set-up for the model


def test_a_towel_is_the_same_set_up_under_a_folded_towel():
    plan = screened().plan
    bare, towel = (as_setup(SHIRT, plan.arm(name)) for name in ("mat", "towel"))
    assert bare == as_setup(SHIRT)
    assert towel == replace(bare, layer="folded_towel")


def test_numbers_are_put_over_a_named_mat():
    found = as_setup(SetUp(mat="spoonk", spikes=6000, tip_radius=0.4)).mat
    assert (found.spikes, found.tip_radius, found.length) == (6000, 0.4, mat("spoonk").length)
    assert as_setup(SetUp(spikes=5000, length=700, width=380)).mat.spikes_per_cm2 == pytest.approx(1.88, abs=0.01)


@pytest.mark.parametrize(
    ("set_up", "says"),
    [
        (SetUp(layer="denim"), "choose one of none, vest, t_shirt"),
        (SetUp(layer=400.0), "give 0 to 100 mm"),
        (SetUp(surface="lawn"), "choose one of floor, carpet, sofa, bed"),
        (SetUp(mat="spunk"), "did you mean spoonk"),
        (SetUp(mat="lyapko"), "count them and give the number"),
        (SetUp(mat="../secret.yaml"), "There is no mat"),
        (SetUp(spikes=0), "give 1 to 1,000,000"),
        (SetUp(length=10), "smaller than a hand"),
        (SetUp(mass_kg=7), "give 35 to 200 kg"),
        (SetUp(stature_cm=1.75), "looks like metres"),
        (SetUp(sex="cat"), "male and female"),
    ],
)
def test_words_and_numbers_that_mean_nothing_are_refused_with_what_is_allowed(set_up, says):
    with pytest.raises(ProtocolError, match=says) as caught:
        as_setup(set_up)
    assert "\n" not in str(caught.value)


def test_a_set_up_opens_no_file(tmp_path):
    """A log may come from anybody; only `pinprick dose` at one's own terminal reads a mat's file."""
    file = tmp_path / "mat.yaml"
    file.write_text("spikes: 6000\n")
    with pytest.raises(ProtocolError, match="There is no mat"):
        as_setup(SetUp(mat=str(file)[-70:]))


def test_a_treatment_off_the_mat_has_no_set_up():
    with pytest.raises(ProtocolError, match="usual is not on the mat"):
        as_setup(SHIRT, screened("mat-vs-usual-pain").plan.arm("usual"))


def test_what_stands_in_is_named():
    assert [len(stand_ins(one)) for one in (SetUp(), SetUp(spikes=6000), SHIRT, replace(SHIRT, mass_kg=None))] == [
        2,
        1,
        0,
        1,
    ]


def test_an_unknown_weight_changes_a_ratio_as_little_as_is_said():
    """A T-shirt on a bed against bare skin on a floor, at 175 cm, from 50 to 120 kg: 0.15 to 0.17."""
    ratios, widths = [], []
    for mass in (50, 60, 70, 90, 120):
        own = Setup(mat("shakti_original"), Person(mass, 175))
        found = compare([own, replace(own, layer="t_shirt", surface="bed")], n_draws=40)[1].relative_sharpness
        ratios.append(found.mid)
        widths.append(found.spread)
    assert {f"{min(ratios):.2f}", f"{max(ratios):.2f}"} == {"0.15", "0.17"}
    assert max(ratios) / min(ratios) < 1.2 < 3 < min(widths)
    said = stand_ins(SetUp(mat="spoonk"))[0]
    assert "0.15 to 0.17" in said


# ---- every session


def test_the_usual_set_up_is_1_and_prick_minutes_are_its_minutes():
    conduct, _ = kept(12)
    found = sessions(conduct, until=at(12).day)
    assert found.usual == SHIRT
    assert len(found.rows) == 12
    for one in found.rows:
        if one.treatment == "mat":
            assert (one.rho.low, one.rho.mid, one.rho.high) == (1, 1, 1)
            assert one.prick_minutes.mid == one.minutes == minutes_of((one.day - DAY_0).days)
        else:
            assert 0 < one.rho.low < one.rho.mid < one.rho.high < 1
            assert one.prick_minutes.high == pytest.approx(one.minutes * one.rho.high)


def test_the_usual_set_up_is_the_one_of_most_sessions_on_the_mat():
    conduct, _ = kept(30, written=((0, SHIRT), (20, BARE)))
    found = sessions(conduct, until=at(30).day)
    assert found.usual == SHIRT
    later = [one for one in found.rows if one.treatment == "mat" and one.day >= at(20).day]
    assert all(one.rho.mid > 1.2 for one in later)
    assert sum("The set-up changed on 24 May" in doubt for doubt in found.doubts) == 1


def test_what_is_said_later_of_the_same_person_and_mat_is_no_change():
    """A weight or a measured tip is knowledge, and holds for every session; another cloth does not."""
    first = SetUp(mat="spoonk", layer="t_shirt", surface="bed")
    later = replace(first, mass_kg=80, stature_cm=180, tip_radius=0.4)
    conduct, _ = kept(30, written=((0, first), (12, later)))
    found = sessions(conduct, until=at(30).day)
    assert found.usual == later
    assert {one.rho.mid for one in found.rows if one.treatment == "mat"} == {1}
    assert not any("changed" in doubt for doubt in found.doubts)
    assert sessions(conduct, until=at(9).day).usual == first
    conduct, _ = kept(30, written=((0, SetUp(layer="t_shirt", surface="bed")), (12, later)))
    assert {one.set_up for one in sessions(conduct, until=at(30).day).rows} == {later}, "a mat that was named later"
    conduct, _ = kept(30, written=((0, first), (12, replace(later, mat="shakti_original"))))
    assert {one.set_up.tip_radius for one in sessions(conduct, until=at(30).day).rows} == {None, 0.4}


def test_a_session_without_a_set_up_is_unknown_and_never_guessed():
    conduct, _ = kept(12, written=((7, SHIRT),))
    found = sessions(conduct, until=at(12).day)
    before = [one for one in found.rows if one.day < at(7).day]
    assert len(before) == 6
    assert all(one.set_up is None and one.rho is None and one.prick_minutes is None for one in before)
    assert found.unknown == tuple(before)
    assert found.doubts[0].startswith("6 sessions on the mat have no set-up")
    none, _ = kept(12, written=())
    bare = sessions(none, until=at(12).day)
    assert bare.usual is None
    assert len(bare.unknown) == 12


def test_minutes_nobody_told_are_planned_only_where_it_was_done():
    told = {1: {"minutes": None}, 2: {"done": False, "minutes": None}, 3: {"done": None, "minutes": None}}
    told[4] = {"minutes": None, "ended": Ended.TOO_SHARP}
    told[5] = {"done": False, "minutes": 3}
    conduct, _ = kept(6, said=lambda day, arm: told.get(day, {}))
    rows = sessions(conduct, until=at(6).day).rows
    assert [one.minutes for one in rows[:5]] == [15, 0, None, None, 3]
    assert [one.are_minutes_planned for one in rows[:5]] == [True, False, False, False, False]
    assert rows[1].prick_minutes.mid == 0
    assert rows[2].prick_minutes is None
    assert rows[3].ended is Ended.TOO_SHARP
    doubts = " ".join(sessions(conduct, until=at(6).day).doubts)
    assert "Nobody said how long 2 sessions were" in doubts
    assert "1 session was done and its minutes were not written down" in doubts


def test_a_missed_day_is_listed_and_unknown():
    conduct, seal = started()
    conduct = with_well_day(with_well_day(conduct.with_set_up(SHIRT, at(0)), seal, 1), seal, 4)
    rows = sessions(conduct, until=at(4).day).rows
    assert [one.day for one in rows] == [at(n).day for n in (1, 2, 3, 4)]
    assert all(one.minutes is None and one.rho is not None for one in rows)


def test_a_day_off_the_mat_comes_to_nothing():
    conduct, _ = kept(12, conduct=started("mat-vs-usual-pain"))
    off = [one for one in sessions(conduct, until=at(12).day).rows if one.treatment == "usual"]
    assert off
    assert all(one.prick_minutes.mid == 0 and one.rho is None and one.set_up is None for one in off)


def test_only_days_that_were_told_of_are_listed():
    conduct, seal = kept(4)
    assert [one.day for one in sessions(conduct, until=at(2).day).rows] == [at(1).day, at(2).day]
    assert len(sessions(conduct, until=at(80).day).rows) <= 6  # not beyond the period that has begun
    closed = conduct.begin(seal, at(5))
    assert sessions(closed, until=at(5).day).rows[-1].day == at(4).day, "today's safety questions are still open"


def test_before_the_start_there_is_nothing_to_list():
    conduct = screened().with_set_up(SHIRT, at(0))
    assert sessions(conduct, until=DAY_0).rows == ()
    assert sessions(conduct, until=DAY_0).usual == SHIRT


def test_a_plan_without_a_mat_has_sessions_of_nothing():
    conduct, seal = started("acupuncture-course")
    conduct = with_well_day(conduct, seal, 1)
    found = sessions(conduct, until=at(1).day)
    assert [one.is_on_the_mat for one in found.rows] == [False]
    assert found.usual is None


def test_a_log_with_a_word_that_the_model_does_not_know_says_so():
    conduct, _ = kept(3, written=((0, SetUp(surface="lawn")),))
    with pytest.raises(ProtocolError, match="There is no surface 'lawn'"):
        sessions(conduct, until=at(3).day)


def test_the_module_is_its_main_function():
    conduct, _ = kept(3)
    assert pinprick.sessions(conduct, until=at(3).day) == sessions(conduct, until=at(3).day)
    assert pinprick.SetUp is SetUp


# ---- nothing of the ratings before the end


def test_mirrored_ratings_give_the_same_sessions_to_the_byte():
    one, _ = kept(20, per_minute=0.2)
    other, _ = kept(20, per_minute=0.2, turn=lambda y: 10 - y)
    told = [json.dumps(sessions(conduct, until=at(20).day).to_dict()) for conduct in (one, other)]
    assert told[0] == told[1]
    assert "pain" not in told[0]


def test_two_trials_that_differ_in_days_to_come_have_the_same_sessions():
    first, seal = started()
    for i in range(10_000):
        second, other = started(seed=i.to_bytes(32, "big"))
        if other.drawn[:4] == seal.drawn[:4] and other.drawn[4:8] != seal.drawn[4:8]:
            break
    told = [sessions(kept(12, conduct=one)[0], until=at(12).day).to_dict() for one in ((first, seal), (second, other))]
    assert told[0] == told[1]


def before_the_reveal():
    """Trials of every kind whose answer is not known."""
    conduct, _ = kept(30, per_minute=0.3)
    yield "opened", screened().with_set_up(SHIRT, at(0))
    yield "running", conduct
    yield "looked at early", conduct.with_unsealing(at(30))
    yield "with an answer that nobody read", conduct
    yield "stopped", conduct.with_stop(at(30))
    yield "asked", conduct.with_stop(at(30)).with_belief_after(at(30), guess=None, preference=None)
    yield "not sealed", kept(12, conduct=started(sealed=False))[0]
    yield "read back", type(conduct)(conduct.events)


@pytest.mark.parametrize(
    ("name", "conduct"), list(before_the_reveal()), ids=lambda one: one if type(one) is str else ""
)
def test_no_dose_response_before_the_reveal(name, conduct):
    for ask in (dose_response, pinprick.dose_response):
        with pytest.raises(ProtocolError, match="is told after the reveal") as caught:
            ask(conduct)
        assert "\n" not in str(caught.value)
    told = sessions(conduct, until=at(30).day)
    assert "dose_response" not in json.dumps(told.to_dict())
    assert not any(rating in json.dumps(told.to_dict()) for rating in [f'"{r.name}"' for r in conduct.plan.ratings])


# ---- after the reveal


@pytest.fixture(scope="module")
def with_effect():
    return over(*kept(30, written=((0, SHIRT),), per_minute=0.25))


def test_both_sentences_stand_beside_every_dose(with_effect):
    told, dose = sessions(with_effect, until=at(30).day), dose_response(with_effect)
    for said in (
        told.said,
        dose.said,
        told.to_dict()["said"],
        dose.to_dict()["said"],
        words.sessions_lines(told, dose),
    ):
        assert {BY_ASSIGNMENT, SECONDARY} <= set(said)
    assert {BY_ASSIGNMENT, SECONDARY} <= set(words.sessions_lines(sessions(screened(), until=DAY_0)))


def test_a_slope_that_is_there_is_found_and_turned_like_the_verdict(with_effect):
    dose = dose_response(with_effect)
    effect = read_verdict(with_effect, at(30).day).result.effect
    assert dose.is_known
    assert dose.slope.low > 0
    assert effect.mean > 0
    assert dose.n_days == 30
    assert "Pain was about" in words.dose_lines(dose)[0]
    assert "points lower with a usual session of 15 minutes than with none" in words.dose_lines(dose)[0]


def test_mirrored_ratings_turn_the_slope():
    worse = dose_response(over(*kept(30, per_minute=0.25, turn=lambda y: 10 - y)))
    assert worse.slope.high < 0
    assert "points higher with a usual session" in words.dose_lines(worse)[0]


def test_a_slope_whose_interval_holds_0_is_told_as_not_known():
    dose = dose_response(over(*kept(30, per_minute=0.0)))
    assert dose.slope.low < 0 < dose.slope.high
    assert not dose.is_known
    assert dose.to_dict()["known"] is False
    said = words.dose_lines(dose)[0]
    assert said.startswith("How pain goes with dose is not known.")
    assert "lower to" in said
    assert "higher than with none" in said


def test_days_without_a_set_up_are_left_out_and_counted():
    dose = dose_response(over(*kept(30, written=((8, SHIRT),), per_minute=0.2)))
    assert (dose.n_days, dose.n_left_out) == (23, 7)
    assert dose.doubts[0] == "7 rated days are left out, because their dose is not known."


def test_without_enough_days_there_is_no_slope():
    dose = dose_response(over(*kept(30, written=())))
    assert dose.slope is None
    assert not dose.is_known
    assert any(f"Nothing is worked out from fewer than {LEAST_DAYS}" in doubt for doubt in dose.doubts)
    assert words.dose_lines(dose) == []
    assert dose.to_dict()["usual_session_against_none"] is None


def test_a_trial_without_a_rating_has_none():
    conduct, seal = started()
    dose = dose_response(over(with_well_day(conduct.with_set_up(SHIRT, at(0)), seal, 1), seal, 1))
    assert dose.slope is None
    assert dose.n_days == 0


def test_a_trial_off_the_mat_has_none():
    conduct, seal = started("acupuncture-course")
    dose = dose_response(over(with_well_day(conduct, seal, 1), seal, 1))
    assert dose.slope is None


def test_doses_that_are_the_treatments_by_another_name_are_said():
    dose = dose_response(over(*kept(30, said=lambda day, arm: {"minutes": 15})))
    assert any("hardly more than the answer did" in doubt for doubt in dose.doubts)


def test_all_sessions_of_one_set_up_share_their_draws():
    """A wrong ratio is wrong on every day; drawn day by day it would average out and look known."""
    conduct, _ = kept(30, said=lambda day, arm: {"minutes": 15})
    rows = [one for one in sessions(conduct, until=at(30).day).rows if one.treatment == "towel"]
    drawn = _exposure(rows, 15, 200)
    assert np.ptp(drawn, axis=1) == pytest.approx(0)
    assert drawn[:, 0].std() > 0.02


def test_the_answer_is_the_same_every_time(with_effect):
    assert dose_response(with_effect) == dose_response(with_effect)
    assert dose_response(with_effect, n_draws=N_DRAWS) != dose_response(with_effect, n_draws=50)


def test_what_is_told_the_next_morning_belongs_to_the_day_before():
    conduct, seal = started("mat-vs-rest-sleep")
    conduct = conduct.with_set_up(SHIRT, at(0))
    for day in range(1, 31):
        conduct = with_well_day(conduct, seal, day)
        about = conduct.day_to_rate(at(day).day)
        if about >= conduct.first_day:
            rating = {"sleep": 5 + noise_of(day)}
            conduct, _ = conduct.with_rating(at(day), day=about, ratings=rating, done=True, minutes=minutes_of(day))
    conduct = over(conduct, seal)
    dose = dose_response(conduct)
    assert (dose.n_days, dose.n_left_out) == (len(read_verdict(conduct, at(30).day).result.observations), 0)


def test_three_treatments_share_one_slope():
    plan = read_protocol("mat-vs-rest-back-pain")
    three = replace(plan, arms=(*plan.arms, read_protocol("mat-vs-usual-pain").arm("usual")))
    conduct, seal = kept(30, conduct=started(three), per_minute=0.25)
    dose = dose_response(over(conduct, seal))
    assert dose.n_days == 30
    assert dose.is_known


# ---- words


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("surface", SURFACES)
def test_every_set_up_has_a_sentence(layer, surface):
    said = words.set_up_sentence(SetUp(layer=layer, surface=surface))
    assert said[0].isupper()
    assert said.endswith(".")
    assert "_" not in said


def test_no_pressure_is_told(with_effect):
    lines = words.sessions_lines(sessions(with_effect, until=at(30).day), dose_response(with_effect))
    assert not any(unit in line for line in lines for unit in ("MPa", "kPa", "pressure", "mN"))


def test_no_row_is_wider_than_a_terminal(with_effect):
    table = words.sessions_table(sessions(with_effect, until=at(30).day))
    assert max(map(len, words.aligned([table.heads, *table.rows]))) <= 78


def test_a_day_of_a_year_ago_is_listed_in_order():
    conduct, _ = kept(6)
    days = [one.day for one in sessions(conduct, until=date(2027, 1, 1)).rows]
    assert days == sorted(days)
    assert days[0] == DAY_0 + timedelta(days=1)


def test_a_table_for_a_phone_says_the_same_in_fewer_columns(with_effect):
    told = sessions(with_effect, until=at(30).day)
    wide, narrow = words.sessions_table(told), words.sessions_table(told, narrow=True)
    assert max(map(len, words.aligned([narrow.heads, *narrow.rows]))) <= 56
    kept = [wide.heads.index(head) for head in narrow.heads]
    minutes = wide.heads.index("Minutes")
    for long, short in zip(wide.rows, narrow.rows, strict=True):
        said = [cell.removesuffix(" as planned") if i == minutes else cell for i, cell in enumerate(long)]
        assert tuple(said[i] for i in kept) == short
    assert ("Prick" in narrow.heads) is any(one.prick is not None for one in told.rows)
