"""What cannot be modelled is refused in one line that says what can."""

from pathlib import Path

import pytest

from pinprick.dose.answer import compare, dose, which_mat
from pinprick.dose.body import Person
from pinprick.dose.doubts import doubts
from pinprick.dose.mat import Mat, mat, mat_names, read_mat
from pinprick.dose.setup import Setup
from pinprick.dose.sharpness import own_threshold
from pinprick.dose.uncertainty import Range
from pinprick.errors import FileError, PinprickError, ProtocolError

REFUSED = {
    "no mass": (lambda: Person(0, 175), "A mass is above 0; give 35 to 200 kg."),
    "negative mass": (lambda: Person(-70, 175), "A mass is above 0; give 35 to 200 kg."),
    "light": (lambda: Person(34, 175), "A mass of 34 kg is outside what the model was made for; give 35 to 200 kg."),
    "heavy": (lambda: Person(201, 175), "A mass of 201 kg is outside what the model was made for; give 35 to 200 kg."),
    "metres": (
        lambda: Person(70, 1.75),
        "A height of 1.75 looks like metres; give centimetres, 130 to 220, such as 175.",
    ),
    "short": (
        lambda: Person(70, 129),
        "A height of 129 cm is outside what the model was made for; give 130 to 220 cm.",
    ),
    "tall": (
        lambda: Person(70, 221),
        "A height of 221 cm is outside what the model was made for; give 130 to 220 cm.",
    ),
    "nan": (lambda: Person(float("nan"), 175), "A mass is a number, not nan; give 35 to 200 kg."),
    "sex": (
        lambda: Person(70, 175, "x"),
        "There are measured segments of male and female bodies, not of 'x'; give the nearer one.",
    ),
    "no spikes": (lambda: Mat(0), "A mat with 0 spikes cannot be modelled; give 1 to 1,000,000 spikes."),
    "half a spike": (lambda: Mat(10.5), "A mat has whole spikes, not 10.5; give 1 to 1,000,000."),
    "a hand": (
        lambda: Mat(500, 149, 400),
        "A mat with a length of 149 mm is smaller than a hand; give 150 to 2,500 mm."
        " If that was in centimetres, give millimetres.",
    ),
    "a finger": (lambda: Mat(500, 740, 5), "A mat with a width of 5 mm is smaller than a hand; give 80 to 2,500 mm."),
    "tip": (
        lambda: Mat(500, tip_radius=5),
        "A mat's tip radius of 5 mm is out of range; give 0.02 to 3 mm.",
    ),
    "layer": (
        lambda: Setup(Mat(6000), Person(), layer="jumper"),
        "There is no layer 'jumper'; choose one of none, vest, t_shirt, sweatshirt, towel, folded_towel.",
    ),
    "thick": (lambda: Setup(Mat(6000), Person(), layer=101), "A layer of 101 mm is out of range; give 0 to 100 mm."),
    "use": (
        lambda: Setup(Mat(6000), Person(), use="face"),
        "There is no use 'face'; choose one of back, neck, seat, feet, standing.",
    ),
    "minutes": (
        lambda: Setup(Mat(6000), Person(), minutes=90),
        "A session of 90 minutes is out of range; give 1 to 60 minutes.",
    ),
    "name": (lambda: mat("spoonkk"), "There is no mat 'spoonkk'; did you mean spoonk?"),
    "uncounted": (
        lambda: mat("nayoya"),
        "Nobody has published how many spikes 'nayoya' has; count them and give the number.",
    ),
    "draws": (lambda: dose(n_draws=3), "A range from 3 draws says nothing; give 20 or more."),
    "nothing": (lambda: compare([]), "There is no set-up to compare; give one or more."),
    "scale": (
        lambda: own_threshold([0], 27),
        "The scale's grams are [0]; give one or more, each above 0 and up to 20,000.",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_one_line_with_what_is_allowed(name):
    ask, said = REFUSED[name]
    with pytest.raises(ProtocolError) as caught:
        ask()
    assert str(caught.value) == said


FILES = {
    "spikes: 6000\ntip_radios: 3\n": "has a key 'tip_radios' that says nothing of a mat; did you mean 'tip_radius'?",
    "spikes: 6000\nsharp: yes\n": "has a key 'sharp' that says nothing of a mat; choose from name, spikes,",
    "length: 700\n": "does not say how many spikes there are; add a line such as 'spikes: 6000'.",
    "- 1\n": "holds no mat; write lines such as 'spikes: 6000', with name, spikes,",
    "spikes: [\n": "line 2 cannot be read as a mat; write lines such as 'spikes: 6000'.",
    "spikes: many\n": "A mat's spikes is a number, not 'many'; give 1 to 1,000,000.",
    "spikes: 0\n": "A mat with 0 spikes cannot be modelled; give 1 to 1,000,000 spikes.",
    "spikes: true\n": "A mat's spikes is a number, not True; give 1 to 1,000,000.",
    "spikes: 500\nlength: 60\n": "A mat with a length of 60 mm is smaller than a hand; give 150 to 2,500 mm.",
}


@pytest.mark.parametrize("text", FILES)
def test_a_file_of_a_mat_is_refused_by_name_in_one_line(text, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        read_mat(path)
    said = str(caught.value)
    assert said.startswith("mine.yaml")
    assert FILES[text] in said
    assert "\n" not in said


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileError, match=r"none\.yaml cannot be read as a mat"):
        read_mat(tmp_path / "none.yaml")


def test_a_mat_comes_from_a_name_a_count_a_file_or_itself(tmp_path):
    path = tmp_path / "mine.yml"
    path.write_text("spikes: 4200\ntip_radius: 0.4\n", encoding="utf-8")
    asked = ["Shakti Original", 4200, str(path), Path(path), Mat(10)]
    assert [which_mat(one).spikes for one in asked] == [6000, 4200, 4200, 4200, 10]
    assert which_mat(path).known("tip_radius").seen == "measured"


@pytest.mark.parametrize("name", mat_names())
def test_every_named_mat_has_spikes_and_says_what_is_assumed(name):
    found = mat(name)
    assert found.spikes >= 1000
    said = " ".join(doubts(Setup(found, Person()), Range(1.0, 1.0, 1.0)))
    assert found.is_size_assumed == ("is assumed to be" in said)
    assert found.is_count_unsure == ("second-hand" in said)


def test_a_layer_thicker_than_the_spikes_reach_is_answered_and_called_gone():
    answer = dose(layer=30.0, n_draws=20)
    assert answer.is_sharpness_gone
    assert answer.relative_sharpness.high < 0.05
    assert any("the sharpness is gone" in caveat for caveat in answer.caveats)


def test_every_refusal_is_a_pinprick_error():
    assert issubclass(ProtocolError, PinprickError)
    assert issubclass(FileError, PinprickError)
