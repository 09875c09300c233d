"""Run the bench: ``python -m tests.bench``, or ``./go bench``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .run import FULL, QUICK, run
from .table import Report, as_markdown

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def main(arguments: Sequence[str] | None = None) -> Report:
    """Run, print the page, and return what was found."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Pinprick and its peers, timed in one run."
    )
    parser.add_argument("--quick", action="store_true", help="under a minute: few diaries, no brms, no JAGS")
    parser.add_argument("--seed", type=int, default=0, help="another draw of the diaries (default 0)")
    parser.add_argument("--without-r", action="store_true", help="leave R out even where it is installed")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md as well")
    given = sys.argv[1:] if arguments is None else list(arguments)
    chosen = parser.parse_args(given)
    report = run(QUICK if chosen.quick else FULL, seed=chosen.seed, with_r=not chosen.without_r)
    page = as_markdown(report, command=" ".join(["./go bench", *given]))
    print(page)
    if chosen.write:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page, encoding="utf-8")
    return report


if __name__ == "__main__":
    main()
