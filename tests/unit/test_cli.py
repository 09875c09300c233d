"""The terminal's door: exit codes, one line for bad input, the contract, and that no input is ever changed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from pinprick import cli
from pinprick.trial.csv_diary import diary_to_csv
from pinprick.trial.trial_json import trial_to_json
from tests.trials import diary_from_arrays, trial_from_arrays

ROOT = Path(__file__).parents[2]
MELATONIN = ROOT / "data" / "diary" / "melatonin_mood.csv"
SCHEMA = json.loads((ROOT / "src" / "pinprick" / "verdict.schema.json").read_text(encoding="utf-8"))
DAY = np.arange(40)
ON_FIRST = DAY // 2 % 2 == 0
GOOD = diary_to_csv(diary_from_arrays(np.round(3 + 2.0 * ~ON_FIRST + np.sin(DAY * 2.1), 1), ON_FIRST))
ROWS = GOOD.splitlines()


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run ``pinprick`` with these words; what comes back is its exit code, standard output and error."""

    def pinprick(*words):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["pinprick", *map(str, words)])
        code = 0
        try:
            cli.main()
        except SystemExit as leave:
            code = leave.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return pinprick


@pytest.fixture
def write(tmp_path):
    def file(content, name="diary.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return file


def test_the_shipped_diary_gets_its_answer(run):
    code, out, err = run("verdict", MELATONIN)
    assert (code, err) == (0, "")
    assert "no difference that matters" in out
    assert "0 to 100" in out


def test_no_command_shows_what_there_is(run):
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "verdict" in out


def test_the_json_is_the_contract(run, write):
    code, out, _ = run("verdict", write(GOOD), "--json", "--control", "towel")
    answer = json.loads(out)
    Draft202012Validator(SCHEMA).validate(answer)
    assert code == 0
    assert answer["finding"] == "better"
    assert answer["treatments"] == ["mat", "towel"]
    assert answer["effect"]["mean"] > 0
    assert answer["days"]["rated"] == 40
    assert answer["randomised"] is None


def test_the_same_diary_gives_the_same_bytes(run, write, tmp_path):
    path = write(GOOD)
    outputs = []
    for again in ("a", "b"):
        code, out, err = run(
            "verdict", path, "--json", "--html", f"{again}.html", "--svg", f"{again}.svg", "--png", f"{again}.png"
        )
        assert code == 0, err
        files = [(tmp_path / f"{again}.{kind}").read_bytes() for kind in ("html", "svg", "png")]
        outputs.append([out.encode(), *files])
    assert outputs[0] == outputs[1]


def test_options_fix_what_a_bare_diary_leaves_open(run, write):
    tens = diary_to_csv(diary_from_arrays(10 * np.round(3 + 2.0 * ~ON_FIRST + np.sin(DAY * 2.1), 1), ON_FIRST))
    words = ("--treatments", "towel", "mat", "--scale", "0", "100", "--delta", "5", "--better", "lower")
    code, out, err = run("verdict", write(tens), *words, "--outcome", "PAIN", "--strict", "--json")
    assert code == 0, err
    answer = json.loads(out)
    assert answer["finding"] == "worse"
    assert answer["treatments"] == ["towel", "mat"]
    assert answer["rule"]["smallest_difference_that_matters"] == 5
    assert answer["rule"]["mode"] == "strict"


def test_a_trial_file_answers_by_its_own_plan_and_takes_no_other(run, write):
    trial = trial_from_arrays(5 + 2.0 * ON_FIRST + np.sin(DAY * 2.1), ON_FIRST, period_days=2, ceiling_days=84)
    path = write(trial_to_json(trial), "trial.json")
    code, out, _ = run("verdict", path, "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["finding"] == "better"
    assert answer["randomised"] is True
    assert answer["randomisation_p"] < 0.01
    code, _, err = run("verdict", path, "--delta", "2")
    assert code == 2
    assert "fixed before day one" in err


def replaced(row, old, new):
    return "\n".join([*ROWS[: row - 1], ROWS[row - 1].replace(old, new), *ROWS[row:]]) + "\n"


BAD = {  # what is wrong: the file, then what the one line must say
    "empty": ("", ["empty"]),
    "blank": ("\n\n  \n", ["empty"]),
    "no header": ("\n".join(ROWS[1:]), ["header", "day"]),
    "no day column": (GOOD.replace("day,", "when,"), ["day"]),
    "a date that is not one": (replaced(5, "2026-01-08", "2026-02-31"), ["row 5", "2026-02-31"]),
    "an ambiguous date": (replaced(5, "2026-01-08", "08/01/2026"), ["row 5", "08/01/2026", "2026-"]),
    "a future date": (replaced(41, "2026-02-13", "2999-01-01"), ["row 41", "2999-01-01", "future"]),
    "two different rows for a day": (GOOD + ROWS[3].replace(ROWS[3].split(",")[2], "9.5") + "\n", ["rows 4, 42"]),
    "a rating off the scale": (replaced(6, ROWS[5].split(",")[2], "11"), ["row 6", "11", "0 to 10"]),
    "a negative rating": (replaced(6, ROWS[5].split(",")[2], "-3"), ["row 6", "-3", "0 to 10"]),
    "text in a rating": (replaced(6, ROWS[5].split(",")[2], "bad"), ["row 6", "bad"]),
    "NaN in a rating": (replaced(6, ROWS[5].split(",")[2], "nan"), ["row 6", "nan", "empty"]),
    "infinity in a rating": (replaced(6, ROWS[5].split(",")[2], "inf"), ["row 6", "inf"]),
    "one treatment": (GOOD.replace("towel", "mat"), ["only 'mat'", "two"]),
    "three treatments": (replaced(6, "mat", "needle"), ["3 treatments", "--treatments"]),
    "a binary file": (bytes(range(256)) * 40, ["text"]),
    "not JSON": ('{"format": "pinprick-trial/1", ', ["JSON"]),
    "another JSON": ('{"questionnaire": []}', ["trial"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_exit_2_and_one_line(run, write, name):
    content, says = BAD[name]
    path = write(content, "trial.json" if name.endswith("JSON") else "diary.csv")
    before = path.read_bytes()
    code, out, err = run("verdict", path)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    for part in says:
        assert part in err, err
    assert path.read_bytes() == before


READ = {  # unusual, and read all the same
    "semicolons and decimal commas": GOOD.replace(".", ",").replace(",", ";", 0),
    "byte-order mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "UTF-16": GOOD.encode("utf-16"),
    "Latin-1": GOOD.replace("mat", "m\xe4tt").encode("latin-1"),
    "tabs": GOOD.replace(",", "\t"),
    "Windows lines": GOOD.replace("\n", "\r\n"),
    "identical rows": GOOD + ROWS[7] + "\n",
    "days out of order": "\n".join([ROWS[0], *reversed(ROWS[1:])]),
    "gaps": "\n".join([ROWS[0], *ROWS[1:9], *ROWS[13:]]),
    "empty answers": replaced(6, ROWS[5].split(",")[2], ""),
}
READ["semicolons and decimal commas"] = "\n".join(row.replace(",", ";").replace(".", ",") for row in ROWS) + "\n"


@pytest.mark.parametrize("name", READ)
def test_unusual_input_is_read(run, write, name):
    code, out, err = run("verdict", write(READ[name]), "--json")
    assert code == 0, err
    assert json.loads(out)["finding"] == "better"
    if name == "identical rows":
        assert any("counted once" in caveat for caveat in json.loads(out)["caveats"])


def with_ratings(change):
    """The good diary with every rating replaced by what ``change`` makes of its row."""
    return "\n".join([ROWS[0], *(f"{row.rsplit(',', 1)[0]},{change(row)}" for row in ROWS[1:])])


TOO_LITTLE = {
    "few days": "\n".join(ROWS[:9]),
    "two days": "day,treatment,pain\n2026-01-05,mat,3\n2026-01-06,towel,4",
    "all equal": with_ratings(lambda row: "4"),
    "nothing rated under one": with_ratings(lambda row: row.rsplit(",", 1)[1] if "mat" in row else ""),
}


@pytest.mark.parametrize("name", TOO_LITTLE)
def test_too_little_to_tell_is_an_answer(run, write, name):
    content = TOO_LITTLE[name]
    code, out, err = run("verdict", write(content), "--json")
    assert code == 0, err
    answer = json.loads(out)
    Draft202012Validator(SCHEMA).validate(answer)
    assert answer["finding"] == "cannot_tell"
    assert answer["days"]["still_needed"] >= 1
    code, out, _ = run("verdict", write(content))
    assert code == 0
    assert "cannot tell" in out


@pytest.mark.slow
def test_a_hundred_thousand_rows_get_an_answer(run, write):
    day = np.datetime64("1750-01-01") + np.arange(100_000)
    rng = np.random.default_rng(1)
    rows = [f"{d},{'mat' if i % 4 < 2 else 'towel'},{r}" for i, (d, r) in
            enumerate(zip(day, rng.integers(3, 7, 100_000), strict=True))]  # fmt: skip
    code, out, err = run("verdict", write("day,treatment,pain\n" + "\n".join(rows)), "--json")
    assert code == 0, err
    assert json.loads(out)["days"]["rated"] == 100_000


def test_a_gigabyte_is_refused_by_its_size_and_not_read(run, tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    code, _, err = run("verdict", path)
    assert code == 2
    assert "huge.csv" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["verdict", "nowhere.csv"], "nowhere.csv"),
        (["verdict", "."], "folder"),
        (["verdict"], "Give one file"),
        (["verdict", "diary.csv", "--sideways"], "--sideways"),
        (["verdict", "diary.csv", "--scale", "0"], "--scale"),
        (["verdict", "diary.csv", "--scale", "10", "0"], "lower one first"),
        (["verdict", "diary.csv", "--delta", "-1"], "more than 0"),
        (["verdict", "diary.csv", "--delta", "nan"], "delta is nan"),
        (["verdict", "diary.csv", "--outcome", "sleep"], "no outcome called 'sleep'"),
        (["verdict", "diary.csv", "--better", "faster"], "lower or higher"),
        (["verdict", "diary.csv", "--participant", "x"], "--participant"),
        (["verdict", "diary.csv", "--html", "diary.csv"], "being read"),
        (["verdict", "diary.csv", "--svg", "no/such/folder/x.svg"], "folder"),
        (["verdict", "diary.csv", "--pdf", "x.pdf"], "give --trial"),
        (["verdict", "diary.csv", "--schedule", "diary.csv"], "schedule"),
        (["conclude"], "conclude"),
    ],
)
def test_wrong_words_get_exit_2_and_one_line(run, write, words, says):
    path = write(GOOD)
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert says in err
    assert path.read_text() == GOOD


def test_several_people_get_a_line_each_and_a_list(run, real_diaries):
    path = real_diaries / "studyu" / "measurements_tea.csv"
    code, out, _ = run("verdict", path)
    assert code == 0
    assert len(out.strip().splitlines()) == 3
    code, out, _ = run("verdict", path, "--json")
    answers = json.loads(out)
    Draft202012Validator(SCHEMA).validate(answers)
    assert [a["participant"][:8] for a in answers] == ["0889f7fb", "b6a716a4", "c8bafe93"]
    assert {a["randomised"] for a in answers} == {False}
    code, out, _ = run("verdict", path, "--participant", "b6a7", "--json")
    assert json.loads(out)["participant"].startswith("b6a716a4")
    code, _, err = run("verdict", path, "--participant", "nobody")
    assert code == 2
    assert "nobody" in err


def test_help_and_version_do_not_load_the_engine():
    code = (
        "import sys; sys.argv = ['pinprick', '--version'];\n"
        "from pinprick import cli\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "assert not {'numpy', 'scipy', 'altair'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("pinprick 0.")


def test_a_verdict_loads_neither_numba_nor_the_charts():
    code = (
        "import sys; sys.argv = ['pinprick', 'verdict', sys.argv[1], '--json'];\n"
        "from pinprick import cli\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "assert not {'numba', 'altair', 'vl_convert', 'pandas', 'scipy.stats'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(MELATONIN)], capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stderr


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "pinprick", "--version"], capture_output=True, text=True, check=False, env=os.environ
    )
    assert (done.returncode, done.stdout.split()[0]) == (0, "pinprick")
