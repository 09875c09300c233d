"""What every test may ask for: a random generator of its own, and the real diaries."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def make_rng() -> Callable[[int], np.random.Generator]:
    """Make a generator from a number of the test's choice; other numbers give streams apart from it."""
    return lambda stream: np.random.default_rng([20261122, stream])


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
