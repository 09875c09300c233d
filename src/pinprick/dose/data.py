"""The tables behind the model, and numbers looked up in them by key, so that none is typed twice.

A key names a file and the way down to a number, such as ``tissue.modulus_kPa.model_bulk_Et``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from pinprick.errors import ProtocolError

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TABLES: Final = ("mats", "tissue", "acupoints", "model")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number with its range and where it comes from.

    Attributes
    ----------
    key : str
        Where it stands.
    central, low, high : float
        What is used, and where nine draws in ten fall; all three the same for a number without a range.
    seen : str
        How it is known: direct, abstract, secondary, derived, memory or assumption.
    """

    key: str
    central: float
    low: float
    high: float
    seen: str

    @property
    def is_assumed(self) -> bool:
        """Whether nobody has seen it."""
        return self.seen.startswith(("assumption", "memory"))


@cache
def table(name: str) -> dict[str, Any]:
    """One of the files, as it stands.

    Examples
    --------
    >>> table("mats")["model_defaults"]["spikes_per_disc"]["value"]
    27
    """
    text = files("pinprick.dose").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=LOADER)  # noqa: S506 - safe, compiled or not
    return loaded


def entry(key: str) -> Any:
    """What stands under a key.

    Raises
    ------
    ProtocolError
        If nothing does.

    Examples
    --------
    >>> entry("acupoints.scale.cun_leg.mm_on_reference")
    23.55
    >>> entry("tissue.weight")
    Traceback (most recent call last):
        ...
    pinprick.errors.ProtocolError: The tables of the mat hold nothing under 'tissue.weight'; correct the key.
    """
    name, *way = key.split(".")
    found: Any = table(name) if name in TABLES else None
    for step in way:
        found = found.get(step) if isinstance(found, dict) else None
    if found is None:
        raise ProtocolError(f"The tables of the mat hold nothing under {key!r}; correct the key.")
    return found


@cache
def parameter(key: str) -> Parameter:
    """A number under a key, with its range where it has one.

    Examples
    --------
    >>> parameter("tissue.modulus_kPa.model_bulk_Et")
    Parameter(key='tissue.modulus_kPa.model_bulk_Et', central=40.0, low=15.0, high=100.0, seen='assumption')
    """
    found = entry(key)
    central = float(found["central"] if "central" in found else found["value"])
    return Parameter(
        key, central, float(found.get("low", central)), float(found.get("high", central)), str(found["seen"])
    )
