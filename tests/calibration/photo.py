"""How well red dots are counted in made-up pictures: ``python -m tests.calibration.photo``; ``--write`` into the docs.

Two pictures for each skin and size, on seeds that had no part in making the counting, each turned at random and kept
as JPEG; and as many without a mat's dots. A picture whose count's range misses the truth stands as missed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from pinprick.dose.photo import dots_in, red_dots
from pinprick.errors import ProtocolError
from tests.sections import put
from tests.unit.dose.test_photo import MAT, NONE, TONES, made_back, saved

SIDES = (1600, 2200, 3000)
FIRST_SEED = 9500  # apart from every seed of the tests; 9000 to 9105 showed a striped sheet taken for dots


def with_dots() -> list[str]:
    """A row for each skin: mean and worst error of the count, and how often its range holds the truth."""
    lines = ["| skin | mean error | worst | range holds the truth |", "|---|---|---|---|"]
    seed = FIRST_SEED
    with tempfile.TemporaryDirectory() as folder:
        for tone in TONES:
            errors, held = [], 0
            for side in SIDES * 2:
                turn = float(np.random.default_rng(seed).uniform(-np.pi, np.pi))
                pixels, n_dots = made_back(seed, tone=tone, side=side, turn=turn)
                seed += 1
                try:
                    found = red_dots(saved(pixels, Path(folder) / "back.jpg"), MAT)
                except ProtocolError:  # refused, which is a miss
                    errors.append(-1.0)
                    continue
                errors.append(found.count / n_dots - 1)
                held += found.touching.low <= n_dots <= found.touching.high
            worst = max(errors, key=abs)
            lines.append(f"| {tone} | {np.mean(errors):+.1%} | {worst:+.1%} | {held} of {len(errors)} |")
    return lines


def without_dots() -> str:
    """How many pictures of something else are taken for a mat's dots."""
    seeds = range(FIRST_SEED + 100, FIRST_SEED + 106)
    taken = sum(
        dots_in(made_back(seed, side=SIDES[seed % 3], dots=False, **more)[0], MAT) is not None
        for more in NONE.values()
        for seed in seeds
    )
    n = len(NONE) * len(seeds)
    return f"Of {n} pictures without a mat’s dots ({', '.join(NONE)}), {taken} were taken for some."


def main() -> None:
    """Print the table; write it where asked."""
    command = "Made by `.venv/bin/python -m tests.calibration.photo --write`, on pictures that the counting never saw."
    text = "\n".join([command, "", *with_dots(), "", without_dots()])
    print(text)
    if "--write" in sys.argv:
        put("calibrate-at-home.md", "photo", text)


if __name__ == "__main__":
    main()
