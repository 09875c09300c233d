"""`pinprick plan` from the terminal: its words, its contract, its picture and its refusals."""

import json
import os
import re
import subprocess
import sys
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import typer
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from typer.testing import CliRunner

from pinprick.cli import plan as command
from pinprick.cli.plan import plan
from pinprick.errors import DiaryError, FileError, PinprickError, ProtocolError
from pinprick.trial.commitment import Moment
from pinprick.trial.conduct import Conduct
from pinprick.trial.plan import Plan
from pinprick.trial.protocol_file import read_protocol
from pinprick.trial.store import writing

SCHEMA = json.loads(files("pinprick").joinpath("plan.schema.json").read_text(encoding="utf-8"))
CONTRACT = Draft202012Validator(SCHEMA)
FEW = ("--trials", "60", "--no-alternatives")


def run(*words: str) -> str:
    app = typer.Typer()
    app.command()(plan)
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def contract(*words: str) -> Any:
    found = json.loads(run(*words, "--json"))
    broken = best_match(CONTRACT.iter_errors(found))
    assert broken is None, f"{broken.json_path}: {broken.message[:200]}"
    return found


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    start, path = date(2026, 5, 4), tmp_path / "diary.csv"
    rows = [f"{start + timedelta(days=i)},{(i * 7) % 5 + 2}" for i in range(30)]
    path.write_text("day,pain\n" + "\n".join(rows) + "\n")  # no treatment column: there is no treatment yet
    return path


def test_it_says_first_whether_to_do_it() -> None:
    told = run(*FEW)
    assert re.search(r"^  This plan .*\.$", told, re.MULTILINE)
    assert "If 50 people like you did this" in told
    assert "One dot is one person" in told


@pytest.mark.parametrize("name", ["mat-vs-rest-sleep", "acupuncture-course"])
def test_the_answer_keeps_its_contract(name: str) -> None:
    found = contract(name, *FEW)
    assert found["name"] == name
    assert [one["effect"] for one in found["truths"]] == [0, 0.5, 1, 1.5, 2]


def test_plans_one_after_another_are_each_planned() -> None:
    found = contract("mat-then-acupuncture", *FEW)
    assert [one["name"] for one in found] == ["mat-vs-usual-pain", "acupuncture-course"]


def test_alternatives_are_in_the_contract() -> None:
    found = contract("--trials", "40")
    assert len(found["alternatives"]) == 16
    assert found["best"] in found["alternatives"]


def test_a_plan_too_short_to_answer_keeps_the_contract_too() -> None:
    found = contract("--days", "10", *FEW)
    assert found["advice"] == {"finding": "not_worth_it", "why": "too_short"}
    assert "This plan ends before an answer can come." in run("--days", "10", *FEW)


def test_own_days_are_used(diary: Path) -> None:
    found = contract("--diary", str(diary), *FEW)
    assert found["own_days"]["n_rated"] == 30
    assert found["population"]["flare_share"] == 0
    assert "Your diary has 30 days with a rating." in run("--diary", str(diary), *FEW)


def test_own_expectation_period_ceiling_and_effects_are_used() -> None:
    found = contract("--expect", "2", "--period", "2", "--ceiling", "44", "--effects", "0,3", *FEW)
    assert found["gain"]["expected_effect"] == 2
    assert found["gain"]["basis"] == "own"
    assert found["gain"]["today"] == "mat"
    assert found["schedule"]["period_days"] == 2
    assert found["schedule"]["ceiling_days"] == 44
    assert [one["effect"] for one in found["truths"]] == [0, 3]


def test_the_same_seed_gives_the_same_words_whatever_the_workers() -> None:
    one, two = (
        run("--trials", "600", "--no-alternatives"),
        run("--trials", "600", "--no-alternatives", "--workers", "2"),
    )
    assert one == two
    assert run("--trials", "600", "--no-alternatives", "--seed", "3") != one


def test_the_plan_of_a_trial_file_is_read(tmp_path: Path) -> None:
    ready = read_protocol("mat-vs-rest-stress")
    assert isinstance(ready, Plan)
    path = tmp_path / "trial.json"
    with writing(path) as book:
        book.write(Conduct.opened(ready, Moment.rehearsal(date(2026, 5, 4))))
    assert contract("--trial", str(path), *FEW)["name"] == "mat-vs-rest-stress"


def test_a_set_clock_decides_which_days_of_a_diary_are_to_come(diary: Path) -> None:
    with pytest.raises(DiaryError, match="2026-05-31"):
        run("--diary", str(diary), "--today", "2026-05-30", *FEW)


def test_a_picture_is_written(tmp_path: Path) -> None:
    path = tmp_path / "plan.svg"
    run("--svg", str(path), *FEW)
    assert path.read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        (("nonsense",), FileError, "nonsense"),
        (("mat-vs-rest-sleep", "--protocol", "mat-vs-rest-stress"), ProtocolError, "named 2 times"),
        (("--trials", "0"), ProtocolError, "--trials is 0; give 1 or more"),
        (("--workers", "0"), ProtocolError, "--workers is 0"),
        (("--seed", "-1"), ProtocolError, "seed is -1"),
        (("--period", "0"), ProtocolError, "period_days is 0"),
        (("--ceiling", "8"), ProtocolError, "fewer than two blocks"),
        (("acupuncture-course", "--period", "3"), ProtocolError, "draws a start day"),
        (("--effects", "a,b"), ProtocolError, "no list of points"),
        (("--effects", "0,99"), ProtocolError, "more than the scale"),
        (("--expect", "99"), ProtocolError, "--expect 99 points"),
        (("--days", "0"), ProtocolError, "0 days cannot be planned"),
        (("mat-then-acupuncture", "--svg", "x.svg"), ProtocolError, "draw one of them"),
        (("--diary", "nowhere.csv"), FileError, "nowhere.csv"),
        (("--trial", "nowhere.json"), FileError, "nowhere.json"),
    ],
)
def test_bad_input_is_refused_with_one_line(words: tuple[str, ...], error: type[PinprickError], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        run(*FEW, *words)
    assert "\n" not in str(caught.value)


def test_a_diary_of_too_few_days_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "diary.csv"
    path.write_text("day,pain\n2026-05-04,3\n2026-05-05,4\n")
    with pytest.raises(DiaryError, match="2 days; planning from your own days needs 14"):
        run("--diary", str(path), *FEW)


def test_a_file_that_is_no_trial_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trial.json"
    for text in ("{}", "[]", "nonsense", '{"plan": {"schedule": 3}}'):
        path.write_text(text)
        with pytest.raises(FileError, match=r"trial.json is not (JSON|a trial that)"):
            run("--trial", str(path), *FEW)


def test_no_progress_is_shown_where_nobody_looks(capfd: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setattr(command, "PATIENCE", 0.0)
    run(*FEW)
    assert capfd.readouterr().err == ""


def test_progress_is_shown_on_a_terminal_when_it_takes_long(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(command, "PATIENCE", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with command._progress() as tell:
        tell(1, 2)
        tell(2, 2)
    # rich decides what a stream that is no terminal gets to see; that it was asked is enough
    assert "Traceback" not in capsys.readouterr().err


def test_help_needs_neither_numpy_nor_numba() -> None:
    program = (
        "import sys; sys.modules.update(dict.fromkeys(['numpy', 'scipy', 'numba', 'altair']));"
        "import typer; from pinprick.cli.plan import plan; app = typer.Typer(); app.command()(plan); app(['--help'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr
    assert "--no-alternatives" in done.stdout


def test_the_schema_is_a_schema_and_describes_every_field() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    def bare(schema: Any, path: str = "") -> list[str]:
        found = []
        if isinstance(schema, dict):
            for name, field in schema.get("properties", {}).items():
                if "description" not in field:
                    found.append(f"{path}/{name}")
            for key, part in schema.items():
                found += bare(part, f"{path}/{key}")
        elif isinstance(schema, list):
            for part in schema:
                found += bare(part, path)
        return found

    assert bare(SCHEMA) == []


@pytest.mark.parametrize("change", [{"surprise": 1}, {"format": "pinprick-plan/2"}, {"treatments": ["mat"]}])
def test_what_breaks_the_contract_is_refused(change: dict[str, Any]) -> None:
    assert not CONTRACT.is_valid(contract(*FEW) | change)
