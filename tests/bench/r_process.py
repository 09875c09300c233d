"""The one R process that runs gls, brms and JAGS, seen from Python."""

from __future__ import annotations

import csv
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import numpy as np

from .diaries import Diary, Floats
from .peers import Fit

SCRIPT = Path(__file__).with_name("peers.R")


class RProcess:
    """``peers.R``, started once and asked one thing at a time; a context manager.

    ``packages`` are those of nlme, brms and rjags that are installed, ``versions`` says which. Where R is
    absent or not wanted both are empty and nothing is started.
    """

    def __init__(self, *, wanted: bool = True) -> None:
        self.packages: tuple[str, ...] = ()
        self.versions = ""
        self._wanted = wanted
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> RProcess:
        program = shutil.which("Rscript")
        if program is None or not self._wanted:
            return self
        self._folder = tempfile.TemporaryDirectory(prefix="pinprick-bench-")
        self._log = (self.folder / "r.log").open("w")
        self._process = subprocess.Popen(
            [program, "--vanilla", str(SCRIPT), str(SCRIPT.parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self.packages = tuple(self._ask("have").split())
        self.versions = self._ask("versions")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        self._process.stdin.close()  # R stops at the end of its input
        if kind is not None:
            self._process.terminate()
        self._process.wait()
        self._process.stdout.close()
        self._log.close()
        self._folder.cleanup()

    @property
    def folder(self) -> Path:
        """Where the diaries and the results travel."""
        return Path(self._folder.name)

    def compile_brms(self, diaries: Iterable[Diary]) -> float:
        """Compile brms' model; seconds. Raises RuntimeError with R's words when it cannot."""
        return float(self._ask("compile", self._write("compile", diaries)))

    def fit(self, method: str, diaries: Iterable[Diary]) -> tuple[Fit, Floats]:
        """Fit every diary with ``gls``, ``brms``, ``brms_short`` or ``jags``: the fits, and ms for each."""
        result = self.folder / f"{method}-out.csv"
        self._ask("fit", method, self._write(f"{method}-in", diaries), str(result))
        with result.open(newline="") as file:
            rows = list(csv.DictReader(file))
        column = {
            name: np.array([np.nan if row[name] == "NA" else float(row[name]) for row in rows]) for name in rows[0]
        }
        return Fit(*(column[name] for name in Fit.__slots__)), column["ms"]

    def _write(self, name: str, diaries: Iterable[Diary]) -> str:
        path = self.folder / f"{name}.csv"
        with path.open("w", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(["diary", "day", "rating", "on_first"])
            for number, diary in enumerate(diaries):
                rows = zip(diary.whole_rating, diary.whole_on_first, strict=True)
                for day, (rating, arm) in enumerate(rows):
                    lines.writerow([number, day, "NA" if np.isnan(rating) else f"{rating:g}", int(arm)])
        return str(path)

    def _ask(self, *words: str) -> str:
        print("\t".join(words), file=self._process.stdin, flush=True)
        for line in self._process.stdout:
            if line.startswith("answer:"):
                answer = line.removeprefix("answer:").strip()
                if answer.startswith("error:"):
                    raise RuntimeError(answer)
                return answer
        self._log.flush()
        raise RuntimeError("R stopped: " + (self.folder / "r.log").read_text()[-500:])
