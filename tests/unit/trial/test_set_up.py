"""The set-up of sessions: a fact that the log keeps, and that changes no verdict, schedule or commitment."""

import dataclasses
import json
import zipfile
from datetime import timedelta
from functools import cache
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinprick import api
from pinprick.analysis.reading import progress, read_verdict, recorded
from pinprick.analysis.verify import verify
from pinprick.errors import DiaryError, FileError, PinprickError, ProtocolError
from pinprick.formats.export import conduct_from, diary_csv, export_zip, long_csv
from pinprick.trial.commitment import Event, canonical
from pinprick.trial.set_up import LARGEST, SetUp
from pinprick.trial.store import journal_path, load_trial, rendered, writing
from tests.conducted import DAY_0, at, lived, noisy, screened, started, with_well_day

SHIRT = SetUp(mat="spoonk", layer="t_shirt", surface="bed")
BARE = SetUp(spikes=6000, layer="none", surface="floor", mass_kg=70, stature_cm=175, sex="female")
FIRST = DAY_0 + timedelta(days=1)

NUMBERS = st.none() | st.floats(0, LARGEST)
WORDS = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=30)
SET_UPS = st.builds(
    SetUp,
    mat=st.none() | WORDS,
    spikes=st.none() | st.integers(0, 10**6),
    length=NUMBERS,
    width=NUMBERS,
    spacing=NUMBERS,
    tip_radius=NUMBERS,
    layer=st.sampled_from(["none", "t_shirt", "towel"]) | st.floats(0, 100),
    surface=st.sampled_from(["floor", "bed"]) | WORDS,
    mass_kg=NUMBERS,
    stature_cm=NUMBERS,
    sex=st.none() | st.sampled_from(["male", "female"]),
)


def revealed(conduct, seal, day):
    conduct = conduct.with_stop(at(day)).with_belief_after(at(day), guess=None, preference=None)
    return api.reveal(conduct, seal, at(day))[0]


# ---- the set-up itself


@given(SET_UPS)
def test_a_set_up_survives_its_own_json(set_up):
    assert SetUp.from_dict(json.loads(canonical(set_up.to_dict()))) == set_up


def test_what_nobody_said_is_not_written():
    assert SetUp().to_dict() == {"layer": "none", "surface": "floor"}


BAD = {
    "unknown": {"shirt": "yes"},
    "no word": {"mat": 7},
    "an empty word": {"mat": " "},
    "two lines": {"surface": "a\nbed"},
    "a long word": {"surface": "x" * 81},
    "half a pair": {"mat": "\ud800"},
    "control": {"sex": "fe\x07male"},
    "hidden": {"mat": "a\u202eb"},
    "no surface": {"surface": None},
    "no layer": {"layer": None},
    "layer as a list": {"layer": ["none"]},
    "true": {"spikes": True},
    "half a spike": {"spikes": 6000.5},
    "a count in words": {"spikes": "6000"},
    "not a number": {"length": float("nan")},
    "endless": {"width": float("inf")},
    "negative": {"mass_kg": -1},
    "too large for JSON": {"spikes": 10**400},
    "a number in words": {"stature_cm": "175"},
    "a complex number": {"tip_radius": 1j},
}


@pytest.mark.parametrize("values", BAD.values(), ids=BAD)
def test_what_is_none_is_refused_in_one_line(values):
    with pytest.raises(ProtocolError, match="A set-up") as caught:
        SetUp.from_dict(values)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("values", [None, [], "t_shirt", 7])
def test_what_is_no_object_is_refused(values):
    with pytest.raises(ProtocolError, match="A set-up is an object"):
        SetUp.from_dict(values)


def test_seventy_is_seventy_as_a_whole_number_or_not():
    assert SetUp(mass_kg=70, layer=1) == SetUp(mass_kg=70.0, layer=1.0)
    assert hash(SetUp(mass_kg=70)) == hash(SetUp(mass_kg=70.0))
    assert type(SetUp(spikes=6000.0).spikes) is int


def test_it_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        SHIRT.layer = "none"


# ---- in a trial


def test_a_set_up_may_be_written_before_and_during_a_trial():
    before = screened().with_set_up(SHIRT, at(0))
    assert before.set_up_on(DAY_0) == SHIRT
    conduct, seal = started()
    conduct = lived(conduct, seal, 3, lambda n, arm: 5)
    during = conduct.with_set_up(BARE, at(3))
    assert during.set_up_on(at(2).day) is None
    assert during.set_up_on(at(9).day) == BARE
    assert during.with_stop(at(3)).with_set_up(SHIRT, at(3)).set_up_on(at(3).day) == SHIRT


def test_the_same_again_changes_nothing():
    conduct = screened().with_set_up(SHIRT, at(0))
    assert conduct.with_set_up(SHIRT, at(2)) is conduct
    assert conduct.with_set_up(SHIRT, at(2), since=DAY_0) is conduct
    assert len(conduct.with_set_up(BARE, at(2)).events) == len(conduct.events) + 1


def test_the_latest_day_it_holds_from_counts_and_of_one_day_the_later_written():
    conduct = screened().with_set_up(SHIRT, at(0)).with_set_up(BARE, at(6))
    conduct = conduct.with_set_up(SetUp(layer="vest"), at(7), since=at(3).day)
    told = [conduct.set_up_on(at(n).day).layer for n in (0, 2, 3, 5, 6, 40)]
    assert told == ["t_shirt", "t_shirt", "vest", "vest", "none", "none"]
    conduct = conduct.with_set_up(SHIRT, at(8), since=at(6).day)
    assert conduct.set_up_on(at(6).day) == SHIRT
    assert [day for day, _ in conduct.set_ups] == [at(n).day for n in (0, 3, 6, 6)]


def test_after_the_reveal_it_stands():
    conduct, seal = started()
    conduct = revealed(lived(conduct, seal, 3, lambda n, arm: 5), seal, 3)
    with pytest.raises(ProtocolError, match="cannot change the set-up"):
        conduct.with_set_up(SHIRT, at(4))


def test_a_plan_without_a_mat_has_none():
    with pytest.raises(ProtocolError, match="No treatment of this plan is on a mat"):
        screened("acupuncture-course").with_set_up(SHIRT, at(0))


@pytest.mark.parametrize("day", [-1, 1, 400])
def test_a_day_before_the_trial_or_to_come_is_refused(day):
    with pytest.raises(DiaryError, match="give a day from 2026-05-04, when this trial was opened, to today"):
        screened().with_set_up(SHIRT, at(0), since=at(day).day)


# ---- it changes nothing else


def facts(conduct, seal, day):
    """Everything that a set-up must leave alone."""
    told = conduct.begin(seal, at(day))
    reading = read_verdict(told, at(day).day)
    return (
        told.schedule(until=at(day).day),
        told.start["commitment"],
        told.trial(until=at(day).day),
        progress(told, at(day).day),
        recorded(reading, on=at(day).day),
        [caveat.name for caveat in reading.result.caveats],
        told.safety,
        diary_csv(told, at(day).day),
        long_csv(told, at(day).day, "1"),
    )


def month(written=()):
    """Thirty days lived, with set-ups written on these days, each for one so many days before."""
    conduct, seal = started()
    for day in range(1, 31):
        for n, back, set_up in written:
            if n == day:
                conduct = conduct.with_set_up(set_up, at(day), since=max(DAY_0, at(day - back).day))
        conduct = with_well_day(conduct, seal, day)
        rating = {"pain": 5 + noisy(day) - (conduct.arm_on(at(day).day).name == "mat")}
        conduct, _ = conduct.with_rating(at(day), day=at(day).day, ratings=rating, done=True)
    return conduct, seal


@cache
def plain_facts():
    return facts(*month(), 30)


@settings(deadline=None, max_examples=12)
@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 30), SET_UPS), min_size=1, max_size=4))
def test_a_diary_with_set_ups_has_the_same_verdict_as_without(written):
    """Whatever is written down about sessions, on whichever days, and for whichever."""
    conduct, seal = month(written)
    assert conduct.set_ups
    assert facts(conduct, seal, 30) == plain_facts()


def test_the_draw_and_its_commitment_are_those_of_a_trial_without():
    plain, seal = started()
    before = screened().with_set_up(SHIRT, at(0))
    with_it, other = before.started(
        at(0), seed=seal.seed, rule=plain.start["rule"], belief={}, built_up=True, first_day=FIRST
    )
    assert other == seal
    assert with_it.start["commitment"] == plain.start["commitment"]


# ---- on disk and out of the door


@pytest.fixture
def on_disk(tmp_path):
    conduct, seal = started()
    conduct = lived(conduct.with_set_up(SHIRT, at(0)), seal, 4, lambda n, arm: 5).with_set_up(BARE, at(4))
    path = tmp_path / "me.json"
    with writing(path) as book:
        book.write_seal(seal)
        book.write(conduct)
    return path, conduct, seal


def test_what_is_written_is_read_back_and_the_chain_holds(on_disk):
    path, conduct, _ = on_disk
    assert load_trial(path).conduct == conduct
    assert load_trial(path).conduct.set_ups == conduct.set_ups
    assert verify(path.read_bytes(), name=path.name).holds


@pytest.mark.parametrize("keep", [0, 100, -2])
def test_a_file_cut_off_is_restored_with_its_set_ups(on_disk, keep):
    path, conduct, _ = on_disk
    path.write_bytes(path.read_bytes()[:keep])
    assert load_trial(path).conduct == conduct


def test_a_changed_set_up_is_named(on_disk):
    path, _, _ = on_disk
    path.write_text(path.read_text().replace('"layer": "t_shirt"', '"layer": "no_shirt"', 1))
    with pytest.raises(FileError, match="was changed after it was written"):
        load_trial(path)
    assert not verify(path.read_bytes(), name=path.name).holds


def test_a_revealed_trial_with_set_ups_is_verified_whole(on_disk, tmp_path):
    _, conduct, seal = on_disk
    path = tmp_path / "over.json"
    with writing(path) as book:
        book.write(revealed(conduct, seal, 4))
    found = verify(path.read_bytes(), name=path.name, against=conduct.start["commitment"])
    assert found.holds
    assert all(check.holds for check in found.checks)


@pytest.mark.parametrize(
    "data",
    [
        {"from": "2026-05-04", "set_up": {"shirt": "yes"}},
        {"from": "someday", "set_up": {}},
        {"set_up": {}},
        {"from": "2026-05-04", "set_up": None},
    ],
)
def test_a_set_up_that_this_version_does_not_know_is_refused_in_one_line(on_disk, data):
    path, conduct, _ = on_disk
    event = Event.after(conduct.events[-1], "set_up", at(5), data)
    with journal_path(path).open("ab") as file:
        file.write(canonical(event.to_dict()) + b"\n")
    with pytest.raises(FileError, match="install a newer one") as caught:
        load_trial(path)
    assert "\n" not in str(caught.value)
    whole = json.loads(path.read_text())
    whole["log"].append(event.to_dict())
    assert not verify(json.dumps(whole).encode(), name="me.json").holds


def test_it_leaves_in_the_whole_record_alone_and_comes_back(on_disk):
    _, conduct, _ = on_disk
    made = export_zip(conduct, at(4).day)
    assert conduct_from(made, "mine.zip") == conduct
    with zipfile.ZipFile(BytesIO(made)) as archive:
        holding = [name for name in archive.namelist() if b"t_shirt" in archive.read(name)]
    assert holding == ["trial.json"]


def test_fhir_holds_none_of_it(on_disk):
    fhir = pytest.importorskip("pinprick.formats.fhir")
    if not fhir.has_fhir():
        pytest.skip("pinprick[fhir] is not installed")
    _, conduct, _ = on_disk
    assert "t_shirt" not in json.dumps(fhir.bundle(conduct, at(4).day))


def test_a_trial_without_one_reads_and_renders_as_before():
    conduct = lived(*started(), 4, lambda n, arm: 5)
    assert conduct.set_ups == ()
    assert conduct.set_up_on(at(4).day) is None
    assert '"set_up"' not in rendered(conduct).replace('"set_up": "The same', "")


def test_every_refusal_is_one_of_ours():
    for wrong in ({"layer": object()}, {"spikes": "many"}):
        with pytest.raises(PinprickError):
            SetUp(**wrong)
