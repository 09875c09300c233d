"""`pinprick dose` with what somebody measured at home, and the page that says how; a refusal is one line."""

import doctest
import json
import re
import shlex
from functools import partial
from pathlib import Path

import pytest

from tests.unit.dose.test_photo import made_back, saved

ME = ("--mass", 70, "--height", 175)
DISC = ("--disc-spikes", 27, "--first-sharp", 230, "--first-sharp", 200, "--first-sharp", 260)
PAGE = Path(__file__).parents[2] / "docs" / "calibrate-at-home.md"


@pytest.fixture
def run(typed):
    return partial(typed, "dose")


@pytest.fixture(scope="module")
def back(tmp_path_factory):
    """A made-up picture, and how many dots there are."""
    pixels, n_dots = made_back(400, side=1500, missing=0.32)
    return saved(pixels, tmp_path_factory.mktemp("home") / "back.jpg"), n_dots


def unwrapped(text):
    return " ".join(text.split())


def test_a_disc_on_a_scale_is_told_in_ones_own_first_sharp_feel(run):
    code, out, err = run(*ME, "--use", "feet", "--spikes", 6000, *DISC)
    assert (code, err) == (0, "")
    told = unwrapped(out)
    assert "times as hard as what first felt sharp to you." in told
    assert "In a word" not in told
    assert "Measure it again after two weeks." in told


def test_json_has_it_only_where_it_was_measured(run):
    common = (*ME, "--use", "neck", "--json")
    plain, measured = json.loads(run(*common)[1]), json.loads(run(*common, *DISC)[1])
    assert list(measured) == [*plain, "times_first_sharp"]
    assert measured["times_first_sharp"]["low"] < measured["times_first_sharp"]["mid"]
    assert {key: measured[key] for key in plain} == plain


def test_the_discs_spikes_are_the_mats_where_nothing_else_is_said(run):
    common = (*ME, "--use", "neck", "--json", "--first-sharp", 230)
    told = [
        run(*common, *more)[1] for more in (("--spikes-per-disc", 27), ("--spikes-per-disc", 27, "--disc-spikes", 54))
    ]
    first, other = (json.loads(one)["times_first_sharp"]["mid"] for one in told)
    assert other == pytest.approx(2 * first, rel=1e-3)


def test_a_counted_mat_is_not_in_doubt(run):
    named = (*ME, "--use", "feet", "--mat", "yantra_mat")
    assert "second-hand" in unwrapped(run(*named)[1])
    counted = unwrapped(run(*named, "--discs", 221, "--spikes-per-disc", 40)[1])
    assert "second-hand" not in counted
    assert "of 8,840 spikes" in counted
    assert "of 5,967 spikes" in run(*ME, "--use", "feet", "--discs", 221, "--spikes-per-disc", 27, "--spikes", 5967)[1]


@pytest.mark.slow
def test_a_picture_moves_the_contact_and_is_told(run, back):
    path, n_dots = back
    code, out, err = run(*ME, "--spikes", 6000, "--photo", path)
    assert (code, err) == (0, "")
    told = unwrapped(out)
    found = int(re.search(r"In your picture about ([\d,]+) dots were found", told)[1].replace(",", ""))
    assert found == pytest.approx(n_dots, rel=0.1)
    assert "a light touch leaves no dot, and dots fade" in told
    touching = int(re.match(r"About ([\d,]+) of 6,000 spikes touch you", told)[1].replace(",", ""))
    assert found <= touching < 1900  # of the model's 1,954


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--first-sharp", 230], "count those on the disc and give --disc-spikes, such as --disc-spikes 27."),
        (["--disc-spikes", 27], "add what the scale showed, such as --first-sharp 230."),
        (["--first-sharp", 0, "--disc-spikes", 27], "each above 0 and up to 20,000."),
        (["--first-sharp", "nan", "--disc-spikes", 27], "each above 0 and up to 20,000."),
        (["--first-sharp", 230, "--disc-spikes", 0], "give 1 to 2,000 spikes."),
        (["--first-sharp", "much", "--disc-spikes", 27], "--first-sharp"),
        (["--discs", 220], "count them and give --spikes-per-disc."),
        (["--discs", 0, "--spikes-per-disc", 27], "give 1 or more."),
        (
            ["--discs", 210, "--spikes-per-disc", 42, "--spikes", 8000],
            "210 discs of 42 spikes are 8,820 spikes, and --spikes says 8,000; leave --spikes out, or count again.",
        ),
        (["--photo", "back.jpg", "--use", "neck"], "--photo is for a mat under the back; leave --use out."),
        (["--photo", "none.jpg"], "none.jpg is not there; give the file of a picture."),
        (["--photo", str(PAGE)], "is not a picture that can be read; save it as JPEG or PNG."),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(run, words, said):
    code, out, err = run(*ME, *words)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert said in err


def test_a_picture_without_dots_says_so(run, tmp_path):
    pixels, _n = made_back(401, side=800, dots=False)
    code, out, err = run(*ME, "--photo", saved(pixels, tmp_path / "plain.jpg"))
    assert (code, out) == (2, "")
    assert err.startswith("pinprick: plain.jpg shows no red dots of a mat; take a sharp picture of the bare back")
    assert err.count("\n") == 1


def test_the_help_says_that_the_picture_stays_here(run):
    assert "goes nowhere and is not kept" in unwrapped(run("--help")[1].replace("│", " "))


# the page


def blocks():
    """The page's commands, and what stands below each."""
    for block in re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        lines = block.splitlines()
        n = 1
        while lines[n - 1].endswith("\\"):
            n += 1
        command = " ".join(line.removeprefix("$ ").removeprefix("> ").rstrip("\\") for line in lines[:n])
        yield command, "\n".join(lines[n:])


@pytest.mark.slow
@pytest.mark.parametrize(("command", "shown"), list(blocks()), ids=[command[-24:] for command, _shown in blocks()])
def test_the_page_says_what_the_command_says(run, back, monkeypatch, command, shown):
    monkeypatch.chdir(back[0].parent)
    program, family, *words = shlex.split(command)
    assert (program, family) == ("pinprick", "dose")
    code, out, err = run(*words)
    assert (code, err) == (0, "")
    text, dots, rest = shown.rpartition("  ...")
    assert (dots, rest) == ("  ...", "")
    assert out.startswith(text)


def test_its_python_is_true_and_its_made_up_picture_has_as_many_dots(back):
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert (found.attempted, found.failed) == (7, 0)
    assert f"made up, with {back[1]:,} dots" in PAGE.read_text(encoding="utf-8")
