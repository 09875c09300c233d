"""The table of outcomes: how a rating is asked, what difference matters, and what is known of its days.

Every number in ``outcomes.yaml`` carries its source, or says that it is an assumption.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from pinprick.errors import ProtocolError
from pinprick.trial.outcome import Outcome
from pinprick.trial.plan import Asked, Rating

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one reads the table in a tenth of the time


@cache
def outcomes_table() -> dict[str, Any]:
    """The whole of ``outcomes.yaml``, with its sources."""
    text = files("pinprick.trial").joinpath("outcomes.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.load(text, Loader=LOADER)  # noqa: S506 - safe, compiled or not
    return table


@cache
def _daily() -> dict[str, dict[str, Any]]:
    return {
        one["id"]: one
        for one in outcomes_table()["instruments"]
        if one["daily"] and one["direction"] != "no_direction" and one.get("range") == [0, 10]
    }


def instrument_names() -> tuple[str, ...]:
    """Instruments that a plan may ask every day.

    Examples
    --------
    >>> "pain_nrs" in instrument_names()
    True
    """
    return tuple(_daily())


@cache
def effect_names() -> tuple[str, ...]:
    """Effects, published or assumed, that planning may start from.

    Examples
    --------
    >>> "mat_vs_rest" in effect_names()
    True
    """
    defaults = outcomes_table()["simulator_defaults"]
    return tuple(defaults["effects_on_pain_points"]) + tuple(defaults["effects_other_domains"])


def rating_by_instrument(instrument: str, *, name: str) -> Rating:
    """How the instrument asks, on a 0 to 10 scale, under a name of the plan's choice.

    Raises
    ------
    ProtocolError
        If the table has no such daily rating.

    Examples
    --------
    >>> rating = rating_by_instrument("pain_nrs", name="pain")
    >>> rating.question, rating.outcome.smallest_difference
    ('How bad has your pain been today, taking the whole day together?', 1.0)
    """
    one = _daily().get(instrument)
    if one is None:
        raise ProtocolError(
            f"There is no daily rating {instrument!r} in the table of outcomes; choose one of "
            f"{', '.join(_daily())}, or leave it out and give question, scale and better."
        )
    low, high = (float(end) for end in one["range"])
    anchors = {float(value): words for value, words in (one["anchors"] or {}).items()}
    return Rating(
        Outcome(
            name,
            low=low,
            high=high,
            lower_is_better=one["direction"] == "lower_is_better",
            smallest_difference=float(one["mcid"]["value"]),
        ),
        question=one["question"],
        low_means=anchors.get(low, ""),
        high_means=anchors.get(high, ""),
        asked=Asked.NEXT_MORNING if "last night" in one["recall"] else Asked.EVENING,
        instrument=instrument,
    )
