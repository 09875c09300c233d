"""`pinprick dose`: answers in words and for programs, files that stand alone, and one line for what is out of range."""

import functools
import json
import re
import socket
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

import pinprick
import pinprick.dose.answer
import pinprick.dose.ladder
import pinprick.report.dose
from pinprick.dose.mat import Mat
from pinprick.dose_page import dose_html

ME = ("--mass", 70, "--height", 175)
KEYS = ("touching", "force_per_spike_n", "peak_force_n", "mean_pressure_kpa", "dent_mm", "relative_sharpness")


@pytest.fixture
def few(monkeypatch):
    """Twenty draws for four hundred: the words are the same, and so is the way they take."""
    answer, compare, ladder = pinprick.dose.answer.dose, pinprick.dose.answer.compare, pinprick.dose.ladder.ladder

    def fewer(of):
        return functools.wraps(of)(lambda *args, **named: of(*args, **{**named, "n_draws": 20}))

    monkeypatch.setattr(pinprick.dose.answer, "dose", fewer(answer))
    monkeypatch.setattr(pinprick.dose.answer, "compare", fewer(compare))
    monkeypatch.setattr(pinprick.report.dose, "compare", fewer(compare))
    monkeypatch.setattr(pinprick.dose.ladder, "ladder", fewer(ladder))
    monkeypatch.setattr("pinprick.dose_page.ladder", fewer(ladder))


@pytest.fixture
def run(typed, few):
    return functools.partial(typed, "dose")


def unwrapped(text):
    return " ".join(text.split())


def test_it_says_first_how_many_touch_and_then_the_weight_of_a_letter(run, monkeypatch):
    def no_network(*_args, **_more):
        raise AssertionError("it asked for the network")

    monkeypatch.setattr(socket, "socket", no_network)
    code, out, err = run(*ME)
    assert (code, err) == (0, "")
    assert re.match(
        r"About 2,000 of 6,000 spikes touch you\. Each presses with about the weight of a letter", unwrapped(out)
    )
    for said in (
        "With a T-shirt on a hard floor: about a third as sharp",
        "With bare skin on a bed: about half as sharp",
        "With a folded towel on a hard floor: all but gone",
        "To get up, roll to your side. Do not push up with a bare elbow or hand.",
        "This is a model, not a measurement",
        "A gentle start is 3 minutes",
    ):
        assert said in unwrapped(out)
    assert max(map(len, out.splitlines())) <= 80


def test_json_of_a_set_up_has_the_keys_of_the_contract_and_no_other(run):
    told = json.loads(run(*ME, "--surface", "bed", "--json")[1])
    assert list(told) == [*KEYS, "load_on_mat_n"]
    assert all(list(told[key]) == ["mid", "low", "high"] for key in KEYS)
    assert told["load_on_mat_n"] == 370.8


def test_json_of_several_set_ups_is_a_list_in_the_order_asked_each_against_the_first(run):
    told = json.loads(run(*ME, "--compare", "bed", "--compare", "t_shirt+bed", "--compare", "4000", "--json")[1])
    sharp = [one["relative_sharpness"]["mid"] for one in told]
    assert len(told) == 4
    assert sharp[0] == 1
    assert sharp[2] < sharp[1] < 1 < sharp[3]
    assert all(list(one) == [*KEYS, "load_on_mat_n"] for one in told)


@pytest.mark.slow
def test_with_more_asked_json_names_each_part(run):
    told = json.loads(run(*ME, "--ladder", "--needle", "--points", "--json")[1])
    assert list(told) == ["setups", "ladder", "needle", "points"]
    assert [one["minutes"] for one in told["ladder"]["steps"]] == [3, 5, 10, 15, 20]
    assert told["ladder"]["rungs"][0]["is_control"]
    assert told["needle"]["needle"]["depth_mm"]["high"] == 30
    assert told["points"]["radius_mm"] == 15
    assert "no evidence that the names matter" in told["points"]["note"]


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--ladder", "Start with 3 minutes with a T-shirt on a bed."),
        ("--needle", "its tip is tens of times blunter"),
        ("--points", "So does all the skin around them, pressed just as hard."),
    ],
)
def test_each_part_speaks_to_people(run, option, said):
    code, out, err = run(*ME, option)
    assert (code, err) == (0, "")
    assert said in unwrapped(out)


def test_standing_is_answered_with_the_warning_first(run):
    out = unwrapped(run(*ME, "--use", "standing")[1])
    assert out.index("Never step or stand on the mat with bare feet.") < out.index("Each presses")
    assert "gentle start" not in out


@pytest.mark.slow
def test_cloth_thicker_than_the_spikes_can_reach_is_answered_and_says_so(run):
    code, out, _err = run(*ME, "--layer", "50")
    assert code == 0
    assert "the sharpness is all but gone" in unwrapped(out)


def test_a_measured_mat_and_a_file_are_answered(run, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("spikes: 5040\nlength: 700\nwidth: 420\n")
    assert "of 5,040 spikes" in run("--use", "feet", *ME, "--mat", file)[1]
    assert "of 4,000 spikes" in run("--use", "feet", *ME, "--spikes", 4000, "--tip-radius", 0.4)[1]
    assert "of 2,142 spikes" in run(*ME, "--use", "neck")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--mass and --height: 35 to 200 kg and 130 to 220 cm"),
        (["--mass", 0, "--height", 175], "A mass is above 0; give 35 to 200 kg."),
        (["--mass", -70, "--height", 175], "A mass is above 0; give 35 to 200 kg."),
        (["--mass", 34, "--height", 175], "give 35 to 200 kg."),
        (["--mass", 70, "--height", 1.75], "looks like metres; give centimetres, 130 to 220, such as 175."),
        (["--mass", 70, "--height", 221], "give 130 to 220 cm."),
        ([*ME, "--spikes", 0], "give 1 to 1,000,000 spikes."),
        ([*ME, "--length", 100], "is smaller than a hand; give 150 to 2,500 mm."),
        ([*ME, "--mat", "yanta"], "did you mean yantra_mat?"),
        ([*ME, "--mat", "none.yaml"], "none.yaml cannot be read as a mat"),
        ([*ME, "--layer", "silk"], "choose one of none, vest"),
        ([*ME, "--layer", 101], "give 0 to 100 mm."),
        ([*ME, "--surface", "lawn"], "choose one of floor, carpet, sofa, bed."),
        ([*ME, "--use", "face"], "choose one of back, neck"),
        ([*ME, "--minutes", 90], "A session of 90 minutes is out of range; give 1 to 60 minutes."),
        ([*ME, "--compare", "moon"], "--compare has 'moon'"),
        ([*ME, "--use", "neck", "--ladder"], "--ladder is for a mat under the back, which its steps were written for"),
        ([*ME, "--use", "neck", "--svg", "a.svg", "--points"], "not for use 'neck'; leave them out"),
        ([*ME, "--html", "/"], "--html / cannot be written"),
        (["--mass", "much"], "--mass"),
    ],
)
def test_bad_input_is_one_line_with_the_range_and_exit_2(run, words, said):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert said in err


def test_a_file_with_an_unknown_key_is_refused_by_its_name(run, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("spikes: 5040\ntip_radios: 0.3\n")
    code, _out, err = run(*ME, "--mat", file)
    assert code == 2
    assert "did you mean 'tip_radius'?" in err


@pytest.mark.slow
def test_the_page_stands_alone_and_its_pictures_have_names_and_tables(run, tmp_path):
    file = tmp_path / "mat.html"
    assert run(*ME, "--html", file) == (0, "", "")
    page = file.read_text(encoding="utf-8")
    assert "<script" not in page
    assert " style=" not in page
    assert "default-src 'none'" in page
    assert not re.findall(r'(?:src|href)="(?!#|data:)', page)
    pictures = re.findall(r'<svg class="picture".*?</svg>', page, re.DOTALL)
    assert len(pictures) == 4
    assert all("<title id=" in one and "<desc id=" in one and len(one.encode()) < 40_000 for one in pictures)
    assert page.count("<table") == 3
    assert "No clinician has reviewed this page yet." in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_page_of_another_use_has_no_back_and_no_ladder(few):
    page = dose_html(pinprick.dose.answer.dose(Mat(2142, 150, 370), use="neck"))
    assert 'id="back-title"' not in page
    assert 'id="area-title"' in page
    assert 'id="ladder"' not in page
    assert 'id="tips-title"' in page


def test_the_picture_is_a_small_file_and_points_can_be_left_out(run, tmp_path):
    plain, pointed = tmp_path / "a.svg", tmp_path / "b.svg"
    assert run(*ME, "--svg", plain) == (0, "", "")
    assert run(*ME, "--svg", pointed, "--points") == (0, "", "")
    assert plain.stat().st_size < pointed.stat().st_size < 40_000
    assert ET.parse(plain).getroot().tag.endswith("svg")  # noqa: S314  our own drawing


@pytest.mark.slow
def test_the_public_name_is_the_room_and_the_function():
    program = (
        "import pinprick; one = pinprick.dose(n_draws=20); import pinprick.dose; two = pinprick.dose(n_draws=20); "
        "from pinprick import dose; assert one.to_dict() == two.to_dict() == dose(n_draws=20).to_dict()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "dose" in pinprick.__all__


def test_other_commands_load_nothing_of_it():
    program = "import sys, pinprick.cli; print([name for name in sys.modules if name.startswith('pinprick.dose')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_the_command_itself_answers_within_five_seconds():
    command = [sys.executable, "-m", "pinprick", "dose", *map(str, ME)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0
    assert "spikes touch you." in done.stdout
