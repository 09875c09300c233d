"""The house keeps its own rules: what is locked, what ./go says, what may stand in a file."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import pinprick

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BASE = PROJECT["project"]["dependencies"]
EXTRAS = PROJECT["project"]["optional-dependencies"]
GROUPS = PROJECT["dependency-groups"]
BUILD = PROJECT["build-system"]["requires"]


def pins(lock: str) -> dict[str, str]:
    """Read a lock file: each package and the version it is pinned to; every one must carry a hash."""
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8"))
    entries = [entry for entry in entries if not entry.startswith("#")]
    assert all("--hash=sha256:" in entry for entry in entries)
    return dict(re.match(r"([\w.-]+)==([\w.!+-]+)", entry).groups() for entry in entries)


def parsed(requirements: Iterable) -> list[Requirement]:
    """Parse requirements, without the groups that a group includes."""
    return [Requirement(line) for line in requirements if isinstance(line, str)]


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("requirements-run.lock", [*BASE, *EXTRAS["report"], *EXTRAS["batch"], *BUILD]),
        ("requirements.lock", [*BASE, *chain(*EXTRAS.values()), *GROUPS["dev"], *BUILD]),
    ],
)
def test_a_lock_file_holds_what_pyproject_asks_for(lock: str, requirements: list) -> None:
    pinned = pins(lock)
    for wanted in parsed(requirements):
        assert wanted.specifier.contains(pinned.get(canonicalize_name(wanted.name), "0")), f"{wanted}: run ./go lock"


def test_running_and_working_use_the_same_versions() -> None:
    assert pins("requirements-run.lock").items() < pins("requirements.lock").items()


def test_the_development_group_holds_every_extra_and_the_build() -> None:
    assert set(GROUPS["dev"][1:]) >= set(chain(*EXTRAS.values()))
    assert GROUPS["dev"][0] == {"include-group": "build"}
    assert GROUPS["build"] == BUILD


def test_the_version_is_the_same_wherever_it_is_said() -> None:
    assert pinprick.__version__ == PROJECT["project"]["version"] == metadata.version("pinprick")


def test_go_answers_an_unknown_command_with_one_line() -> None:
    done = subprocess.run([sys.executable, ROOT / "go", "fly"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "go: there is no command 'fly'; choose one of run, test, bench, calibrate, lock\n"


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout, so nothing says which files are ours")
def test_no_file_names_a_machine_or_a_registry() -> None:
    """What is true of one machine is wrong on the next; these names are halved so that this file may pass."""
    halves = ["/wo rk/", "/op t/pypi", "/ro ot/", "py pi.org", "python hosted.org", "npm js.org"]
    names = re.compile("|".join(re.escape(name.replace(" ", "")) for name in halves))
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]
    assert files
    assert [path for path in files if names.search(path.read_text("utf-8", "replace"))] == []
