"""`pinprick setup` and `pinprick sessions`: what is kept, what each session came to, and nothing of it too early."""

import json
from pathlib import Path

import pytest

from pinprick.report.sessions import NO_MAT
from pinprick.sessions.each import BY_ASSIGNMENT, SECONDARY
from pinprick.trial.set_up import SetUp
from pinprick.trial.store import load_trial
from tests.conducted import DAY_0, at, started
from tests.unit.test_sessions import SHIRT, kept, over
from tests.unit.test_trial_commands import begin, day, on_disk, run

__all__ = ["run"]  # the fixture of a terminal in a folder of its own

FULL = "--layer t_shirt --surface bed --mat spoonk"


def flat(text):
    return " ".join(text.split())


# ---- setup


def test_a_start_says_how_to_write_it_down_until_it_is(run):
    assert "pinprick setup --trial me.json" in flat(begin(run))
    run(f"screen --protocol mat-vs-rest-back-pain --trial two.json --answers no.json --today {day(0)}")
    run(f"setup {FULL} --trial two.json --today {day(0)}")
    run(f"stop --trial me.json --today {day(1)}")
    assert "pinprick setup" not in run(f"start --trial two.json --built-up --today {day(0)}")


def test_a_course_of_acupuncture_says_nothing_of_it(run):
    from pinprick.trial.protocol_file import read_protocol
    from tests.conducted import write_answers

    write_answers(Path("acu.json"), read_protocol("acupuncture-course"))
    run(f"screen --protocol acupuncture-course --trial me.json --answers acu.json --today {day(0)}")
    assert "pinprick setup" not in run(f"start --trial me.json --today {day(0)}")
    assert flat(run(f"setup --trial me.json --today {day(0)}")) == NO_MAT
    assert "No treatment of this plan is on a mat" in run(f"setup {FULL} --trial me.json --today {day(0)}", 2)


def test_what_is_kept_is_said_and_shown(run):
    begin(run)
    assert "No set-up is written down." in run(f"setup --trial me.json --today {day(0)}")
    out = flat(run(f"setup {FULL} --tip-radius 0.4 --mass 80 --height 180 --trial me.json --today {day(0)}"))
    assert out == (
        "Written down from 4 May on: A T-shirt on your skin, the mat on a bed. The mat: Spoonk, tips of 0.4 mm. "
        "You: 80 kg, 180 cm. What you said of yourself stands in the trial’s file, and in every export of all of it."
    )
    kept_now = load_trial(Path("me.json")).conduct.set_up_on(DAY_0)
    assert kept_now == SetUp("spoonk", tip_radius=0.4, layer="t_shirt", surface="bed", mass_kg=80, stature_cm=180)
    assert "From 4 May: A T-shirt on your skin" in flat(run(f"setup --trial me.json --today {day(3)}"))


def test_what_is_not_said_stays_as_it_was_and_another_mat_brings_its_own_numbers(run):
    begin(run)
    run(f"setup {FULL} --tip-radius 0.4 --trial me.json --today {day(0)}")
    run(f"setup --surface floor --trial me.json --today {day(1)}")
    conduct = load_trial(Path("me.json")).conduct
    assert conduct.set_up_on(at(1).day) == SetUp("spoonk", tip_radius=0.4, layer="t_shirt", surface="floor")
    assert conduct.set_up_on(at(0).day).surface == "bed"
    run(f"setup --mat shakti-original --trial me.json --today {day(2)}")
    assert load_trial(Path("me.json")).conduct.set_up_on(at(2).day) == SetUp(
        "shakti-original", layer="t_shirt", surface="floor"
    )


def test_the_same_again_changes_nothing(run):
    begin(run)
    run(f"setup {FULL} --trial me.json --today {day(0)}")
    before = Path("me.json").read_bytes()
    assert "nothing was changed" in run(f"setup {FULL} --trial me.json --today {day(1)}")
    assert Path("me.json").read_bytes() == before


def test_a_change_in_the_middle_is_kept_and_the_answer_says_what_the_plan_asks(run):
    begin(run)
    run(f"setup {FULL} --trial me.json --today {day(0)}")
    out = flat(run(f"setup --layer none --trial me.json --today {day(4)}"))
    assert "The plan asks to change nothing until the trial ends." in out
    assert "the rule of the verdict is the same" in out
    assert "The plan asks" not in flat(run(f"setup --mass 80 --trial me.json --today {day(5)}"))


def test_one_that_is_written_late_can_be_said_of_the_days_before(run):
    begin(run)
    out = flat(run(f"setup {FULL} --trial me.json --today {day(4)}"))
    assert f"say --from {day(1)}" in out
    run(f"setup --from {day(1)} --trial me.json --today {day(4)}")
    conduct = load_trial(Path("me.json")).conduct
    assert conduct.set_up_on(at(1).day) == conduct.set_up_on(at(4).day)
    assert conduct.set_up_on(at(0).day) is None


@pytest.mark.parametrize(
    ("said", "layer"),
    [("2.5", 2.5), ("2.5mm", 2.5), ("T-Shirt", "t_shirt"), ("bare", "none"), ("folded-towel", "folded_towel")],
)
def test_cloth_is_named_as_people_name_it(run, said, layer):
    begin(run)
    run(f"setup --layer {said} --surface BED --trial me.json --today {day(0)}")
    assert load_trial(Path("me.json")).conduct.set_up_on(DAY_0).layer == layer


def test_for_programs(run):
    begin(run)
    found = run.json(f"setup {FULL} --trial me.json --today {day(1)}")
    assert found["set_up"] == {"mat": "spoonk", "layer": "t_shirt", "surface": "bed"}
    assert found["set_ups"] == [{"from": day(1), **found["set_up"]}]
    assert found["sealed"] is True
    assert run.json(f"setup --trial me.json --today {day(2)}")["set_ups"] == found["set_ups"]


BAD = {
    "setup --layer t_shirt": "--surface (floor, carpet, sofa, bed)",
    "setup --mat spoonk": "--layer (none, vest, t_shirt",
    "setup --from 2026-05-04": "Say what lies between",
    f"setup {FULL} --from 2026-05-03": "give a day from 2026-05-04",
    f"setup {FULL} --from 2026-05-06": "to today, 2026-05-05",
    f"setup {FULL} --from 04/05/2026": "--from",
    "setup --layer denim --surface bed": "choose one of none, vest, t_shirt, sweatshirt, towel, folded_towel",
    "setup --layer none --surface lawn": "choose one of floor, carpet, sofa, bed",
    "setup --layer 900 --surface bed": "give 0 to 100 mm",
    "setup --layer nan --surface bed": "is a number from 0",
    f"setup {FULL} --spikes 0": "give 1 to 1,000,000",
    f"setup {FULL} --spikes many": "--spikes",
    f"setup {FULL} --mass 7": "give 35 to 200 kg",
    f"setup {FULL} --height 1.75": "looks like metres",
    f"setup {FULL} --sex other": "male and female",
    f"setup {FULL} --mat nomat": "There is no mat",
    "sessions --trial none.json": "There is no trial none.json",
    "setup --trial none.json": "There is no trial none.json",
}


@pytest.mark.parametrize("line", BAD, ids=lambda line: line[:60])
def test_bad_input_is_one_line_and_nothing_is_written(run, line):
    begin(run)
    before = Path("me.json").read_bytes(), Path("me.json.journal").read_bytes()
    if "--trial" not in line:
        line_now = f"{line} --trial me.json --today {day(1)}"
    else:
        line_now = f"{line} --today {day(1)}"
    assert BAD[line] in run(line_now, 2)
    assert (Path("me.json").read_bytes(), Path("me.json.journal").read_bytes()) == before


def test_after_the_reveal_nothing_can_be_changed(run):
    on_disk(run.folder, over(*kept(12), 12), kept(12)[1])
    assert "its answer is known" in run(f"setup --surface floor --trial me.json --today {day(13)}", 2)
    assert "A T-shirt on your skin" in run(f"setup --trial me.json --today {day(13)}")


def test_a_set_up_travels_and_is_verified(run):
    conduct, seal = kept(6)
    on_disk(run.folder, conduct, seal)
    assert "holds" in run("verify me.json")
    run(f"export --trial me.json --out all.zip --today {day(6)}")
    run(f"import all.zip --trial copy.json --today {day(6)}")
    assert load_trial(Path("copy.json")).conduct.set_ups == ((DAY_0, SHIRT),)


def test_it_changes_no_status(run):
    plain, seal = kept(9, written=())
    told, _ = kept(9)
    said = []
    for name, conduct in (("plain", plain), ("told", told)):
        on_disk(run.folder, conduct, seal, name + ".json")
        said.append(run(f"status --trial {name}.json --today {day(9)}"))
    assert said[0] == said[1]


# ---- sessions


def test_every_session_is_told_with_both_sentences(run):
    on_disk(run.folder, *kept(12))
    out = run(f"sessions --trial me.json --today {day(12)}")
    assert flat(BY_ASSIGNMENT) in flat(out)
    assert flat(SECONDARY) in flat(out)
    assert out.count(" mat ") >= 6
    assert "Your usual set-up: A T-shirt on your skin, the mat on a bed." in flat(out)
    assert max(map(len, out.splitlines())) <= 80


def test_sessions_without_a_set_up_are_told_as_not_known(run):
    on_disk(run.folder, *kept(6, written=()))
    out = flat(run(f"sessions --trial me.json --today {day(6)}"))
    assert "6 sessions on the mat have no set-up, so how sharp they were is not known." in out
    assert out.count("not known not known") == 6
    assert f"pinprick setup --from {day(1)} --trial me.json" in out


def test_before_the_first_day_there_is_none(run):
    begin(run)
    assert "There is no session yet." in run(f"sessions --trial me.json --today {day(0)}")


def test_looking_writes_nothing(run):
    on_disk(run.folder, *kept(6))
    before = Path("me.json").read_bytes(), Path("me.json.journal").read_bytes()
    run(f"sessions --trial me.json --today {day(8)}")
    run(f"setup --trial me.json --today {day(8)}")
    assert (Path("me.json").read_bytes(), Path("me.json.journal").read_bytes()) == before


def test_before_the_reveal_no_dose_response_however_one_asks(run):
    conduct, seal = kept(30, per_minute=0.3)
    on_disk(run.folder, conduct, seal)
    on_disk(run.folder, conduct.with_unsealing(at(30)), seal)
    for today in (30, 31, 300):
        found = run.json(f"sessions --trial me.json --today {day(today)}")
        assert found["dose_response"] is None
        assert found["sealed"] is True
        assert "pain" not in json.dumps(found).lower().replace("back-pain", "")
        assert "lower" not in run(f"sessions --trial me.json --today {day(today)}")


def test_mirrored_ratings_give_the_same_sessions_to_the_byte(run, tmp_path):
    said = []
    for name, turn in (("one", lambda y: y), ("other", lambda y: 10 - y)):
        conduct, seal = kept(20, per_minute=0.2, turn=turn)
        on_disk(run.folder, conduct, seal, f"{name}.json")
        said.append([run(f"sessions --trial {name}.json --today {day(20)}{more}") for more in ("", " --json")])
    assert said[0] == said[1]


def test_after_the_reveal_dose_response_stands_beside(run):
    conduct, seal = kept(30, per_minute=0.25)
    on_disk(run.folder, over(conduct, seal), seal)
    found = run.json(f"sessions --trial me.json --today {day(40)}")
    dose = found["dose_response"]
    assert dose["known"] is True
    assert dose["usual_session_against_none"]["low"] > 0
    assert {BY_ASSIGNMENT, SECONDARY} <= set(dose["said"])
    out = flat(run(f"sessions --trial me.json --today {day(40)}"))
    assert "points lower with a usual session of 15 minutes than with none" in out


def test_a_rated_session_takes_the_set_up_of_its_day(run):
    begin(run)
    run(f"setup {FULL} --trial me.json --today {day(0)}")
    for n in (1, 2):
        run(f"today --trial me.json --well --today {day(n)}")
        run(f"rate 4 --done --minutes 12 --trial me.json --today {day(n)}")
    rows = run.json(f"sessions --trial me.json --today {day(2)}")["sessions"]
    assert [row["set_up"]["layer"] for row in rows] == ["t_shirt", "t_shirt"]
    assert [row["minutes"] for row in rows] == [12, 12]


def test_a_usual_care_trial_has_days_without_a_session(run):
    on_disk(run.folder, *kept(6, conduct=started("mat-vs-usual-pain")))
    rows = run.json(f"sessions --trial me.json --today {day(6)}")["sessions"]
    assert {row["on_the_mat"] for row in rows} == {True, False}
    assert all(row["prick_minutes"]["mid"] == 0 for row in rows if not row["on_the_mat"])
