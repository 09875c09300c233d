"""Random streams, one family for each purpose, so that nothing is judged on the draws that tuned it."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a stream is for. The number is the first word of its seed; families never share a draw."""

    TUNING = 1_0001  # choosing priors and grids
    CALIBRATION = 2_0002  # choosing thresholds
    EVALUATION = 3_0003  # every figure that is published
    BENCHMARK = 4_0004  # the side-by-side run against other packages
    TEST = 5_0005  # the short versions inside the tests
    PLANNING = 6_0006  # what a person is told before their trial


def stream(purpose: Purpose, *key: int) -> np.random.Generator:
    """The generator for a purpose and a cell; the same key always gives the same draws.

    Examples
    --------
    >>> float(stream(Purpose.TEST, 1).random()) == float(stream(Purpose.TEST, 1).random())
    True
    >>> float(stream(Purpose.TEST, 1).random()) == float(stream(Purpose.EVALUATION, 1).random())
    False
    """
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([int(purpose), *key])))
