"""What every test may ask for: a random generator of its own, and the real diaries."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pinprick.cli import main

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def make_rng() -> Callable[[int], np.random.Generator]:
    """Make a generator from a number of the test's choice; other numbers give streams apart from it."""
    return lambda stream: np.random.default_rng([20261122, stream])


@pytest.fixture
def typed(monkeypatch, capsys) -> Callable[..., tuple[int, str, str]]:
    """Type ``pinprick`` and words into a terminal of 80 columns: exit code, standard output and error come back."""

    def type_it(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["pinprick", *map(str, words)])
        monkeypatch.setenv("COLUMNS", "80")
        code: Any = 0
        try:
            main()
        except SystemExit as leave:
            code = leave.code
        return code, *capsys.readouterr()

    return type_it


@pytest.fixture(scope="session")
def real_diaries() -> Path:
    """Find the folder of real people's diaries, which may be read beside a checkout but not shipped in it.

    Where it is absent, CI fails, so that nobody believes these tests ran; elsewhere they skip and say why.
    """
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        absent = "no real diaries in ../shared/data, beside the checkout: their numbers went unchecked"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(absent)
    return folder
