"""Whole processes, from the command to the prompt: what somebody at a terminal waits for."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DIARY = ROOT / "data" / "diary" / "melatonin_mood.csv"
N_RUN = 7

IMPORT = [sys.executable, "-c", "import pinprick"]
VERDICT = [sys.executable, "-m", "pinprick", "verdict", str(DIARY), "--json"]


@dataclass(frozen=True, slots=True)
class Process:
    """Seconds of wall time that a command took, the median of several runs, and the most it may take."""

    command: str
    seconds: float
    most: float


def time_processes() -> list[Process]:
    """Time a bare interpreter's start, the import and a verdict, warm and with nothing compiled yet."""
    with tempfile.TemporaryDirectory() as empty:
        return [
            Process("import pinprick", _median(IMPORT), 0.25),
            Process("pinprick verdict diary.csv, warm", _median(VERDICT), 1.0),
            Process("pinprick verdict diary.csv, no byte code anywhere", _cold(VERDICT, empty), 2.5),
        ]


def _median(command: list[str]) -> float:
    _seconds(command)
    return statistics.median(_seconds(command) for _ in range(N_RUN))


def _cold(command: list[str], empty: str) -> float:
    """The slowest first run: Python may neither find nor leave compiled files."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": empty, "PYTHONDONTWRITEBYTECODE": "1"}
    return max(_seconds(command, environment) for _ in range(3))


def _seconds(command: list[str], environment: dict[str, str] | None = None) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=environment)
    return time.perf_counter() - begin
