"""Lower floors never import upper ones, and the library stands where its extras are absent.

The drawing is in docs/house.md. Rooms on one floor do not import each other; inside a room anything goes.
"""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src"
FLOORS = [
    {"errors", "version", "words"},
    {"trial", "bayes", "typeset"},
    {"analysis", "evidence", "dose", "formats"},
    {"planning", "context", "sessions"},
    {"report"},  # words
    {"charts"},  # pictures, titled with those words
    {"page", "paper"},  # both on one page, or on two sides for a clinician
    {"api", "evidence_page", "dose_page"},  # a file or a data frame to an answer, in one call
    {"__init__"},  # the public names, for the doors and for everybody else
    {"cli"},
    {"__main__"},
]
FLOOR = {room: number for number, floor in enumerate(FLOORS) for room in floor}


def rooms_imported(source: str, package: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Name each room of pinprick that a module imports, at its top or deep inside, and the line."""
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            here = package[: len(package) - node.level + 1] if node.level else ()
            names = [".".join([*here, *filter(None, [node.module]), alias.name]) for alias in node.names]
        for top, room in ((*name.split("."), "__init__")[:2] for name in names):
            if top == "pinprick":
                yield room if room in FLOOR else "__init__", node.lineno


@pytest.mark.parametrize("path", sorted((SRC / "pinprick").rglob("*.py")), ids=lambda path: path.stem)
def test_a_room_imports_only_from_floors_below(path: Path) -> None:
    room = path.relative_to(SRC / "pinprick").parts[0].removesuffix(".py")
    assert room in FLOOR, f"{room} stands on no floor; give it one here and in docs/house.md"
    for other, line in rooms_imported(path.read_text(encoding="utf-8"), path.relative_to(SRC).parent.parts):
        assert other == room or FLOOR[other] < FLOOR[room], f"{path}:{line}: {room} may not import {other}"


@pytest.mark.parametrize(
    "line",
    [
        "import pinprick.report",
        "from pinprick import report",
        "from pinprick.report import say",
        "from ..report import say",
    ],
)
def test_every_way_to_import_a_room_is_seen(line: str) -> None:
    assert list(rooms_imported(f"def hidden():\n    {line}", ("pinprick", "trial"))) == [("report", 2)]


def run_python(program: str, folder: Path, **environment: str) -> None:
    """Run a program in a Python of its own and fail with its words."""
    command, everything = [sys.executable, "-c", program], os.environ | environment
    done = subprocess.run(command, cwd=folder, env=everything, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_base_install_needs_no_extra(tmp_path: Path) -> None:
    run_python(
        """
import sys
sys.modules.update(dict.fromkeys(  # None there is how Python marks a module as absent
    ["altair", "django", "numba", "pandas", "polars", "statsmodels", "typst", "vl_convert"]
))
import pinprick, pinprick.cli
for name in pinprick.__all__:
    getattr(pinprick, name)
""",
        tmp_path,
    )


def test_the_library_imports_where_numba_can_write_no_cache(tmp_path: Path) -> None:
    """A file stands wherever numba would make its cache folder, which stops even root."""
    caches = shutil.ignore_patterns("__pycache__")
    copy = shutil.copytree(SRC / "pinprick", tmp_path / "pinprick", ignore=caches)
    for folder in [copy, *filter(Path.is_dir, copy.rglob("*"))]:
        (folder / "__pycache__").touch()
    blocked = str(copy / "__init__.py")
    run_python(
        """
import importlib, pkgutil, numba, pinprick
for module in pkgutil.walk_packages(pinprick.__path__, "pinprick."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
""",
        tmp_path,
        **dict.fromkeys(["HOME", "LOCALAPPDATA", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME"], blocked),
    )
