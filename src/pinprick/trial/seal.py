"""The seal of a running trial: seed and order, in a file of their own until the end."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from pinprick.errors import FileError
from pinprick.trial.commitment import canonical, sha256

SEAL = "pinprick-seal/1"
SEAL_NOTE = "The seal of a running trial. Do not open it before the end, and do not lose it: the order is in it."


@dataclass(frozen=True, slots=True)
class Seal:
    """The seed and the order as drawn, kept in a file of its own until the end."""

    seed: bytes
    drawn: tuple[int, ...]

    def to_text(self) -> str:
        """As its file holds it: encoded, so that a glance tells nothing.

        Examples
        --------
        >>> Seal.from_text(Seal(bytes(32), (0, 1)).to_text(), name="seal") == Seal(bytes(32), (0, 1))
        True
        """
        body = canonical({"format": SEAL, "seed": self.seed.hex(), "drawn": list(self.drawn)})
        return f"{SEAL_NOTE}\n{base64.b64encode(body).decode()}\n"

    @classmethod
    def from_text(cls, text: str, *, name: str) -> Seal:
        """The seal in a file's text; `FileError` if it is none."""
        try:
            values = json.loads(base64.b64decode(text.split("\n")[1], validate=True))
            if values["format"] != SEAL:
                raise ValueError
            return cls(bytes.fromhex(values["seed"]), tuple(int(arm) for arm in values["drawn"]))
        except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
            raise FileError(f"{name} is not the seal that Pinprick wrote; restore it from a copy.") from None

    @property
    def digest(self) -> str:
        """SHA-256 of the file's text, by which a changed seal is known."""
        return sha256(self.to_text().encode())
