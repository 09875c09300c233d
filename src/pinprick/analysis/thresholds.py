"""How sure is sure enough: the calibrated table, and which row of it applies."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pinprick.bayes.priors import PRIORS
from pinprick.errors import ComputationError
from pinprick.trial.protocol import Mode, Question


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a posterior probability must exceed, as normal scores z.

    ``claim`` is for better and worse, ``third`` for the third finding. In strict mode ``extra`` is added
    to ``claim`` while the expected autocorrelation exceeds ``extra_above_phi``; elsewhere it is 0.
    ``covers_days`` is the ceiling, in days, up to which the row's error was simulated.
    """

    claim: float
    third: float
    extra: float
    extra_above_phi: float
    claim_error: float
    third_error: float
    covers_days: int


@cache
def load_table() -> dict[str, Any]:
    """The table as `pinprick.planning.calibrate` wrote it.

    Raises
    ------
    ComputationError
        If the table was calibrated for other priors than those that ship.
    """
    text = files("pinprick.analysis").joinpath("thresholds.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    if table["priors"] != json.loads(json.dumps(asdict(PRIORS))):
        raise ComputationError("The thresholds were calibrated for other priors than those in use; run ./go calibrate.")
    return table


def first_look_days() -> int:
    """Days before which no finding but "cannot tell" is given."""
    return int(load_table()["first_look_days"])


def thresholds_for(period_days: int, ceiling_days: int | None, *, question: Question, mode: Mode) -> Thresholds:
    """The thresholds of a plan.

    A length between two rows takes the stricter of both; a longer one takes the last. A ceiling takes the
    row of the next longer ceiling; no ceiling takes the strictest row of its length.

    Examples
    --------
    >>> plan = dict(question=Question.AGAINST_CONTROL, mode=Mode.STANDARD)
    >>> thresholds_for(3, 84, **plan).claim < thresholds_for(3, None, **plan).claim + 1e-9
    True
    """
    table = load_table()
    lengths = sorted({row["period_days"] for row in table["rows"]})
    shorter = max((p for p in lengths if p <= period_days), default=lengths[0])
    longer = min((p for p in lengths if p >= period_days), default=lengths[-1])
    rows = []
    for length in {shorter, longer}:
        of_length = [row for row in table["rows"] if row["period_days"] == length]
        if ceiling_days is not None:
            reaching = [row for row in of_length if row["ceiling_days"] >= ceiling_days]
            of_length = reaching[:1] or of_length[-1:]
        rows += of_length
    claim = "claim" if question is Question.AGAINST_CONTROL else "claim_of_two"
    strict = mode is Mode.STRICT
    third = "no_worthwhile_benefit" if question is Question.AGAINST_CONTROL else "no_difference_that_matters"
    return Thresholds(
        claim=max(row[claim + "_strict" if strict else claim] for row in rows),
        third=max(row[third] for row in rows),
        extra=table["strict"]["extra_z"] if strict else 0.0,
        extra_above_phi=table["strict"]["above_expected_phi"],
        claim_error=table["error"][claim],
        third_error=table["error"]["third"],
        covers_days=min(
            max(row["ceiling_days"] for row in rows if row["period_days"] == p)
            for p in {row["period_days"] for row in rows}
        ),
    )
