"""What a mat does to the skin: how many spikes touch, how hard each presses, what cloth and surface change, how surely.

The room shares its name with its main function, so it can be called: ``pinprick.dose(...)`` is
`pinprick.dose.answer.dose`, loaded when first used.
"""

import sys
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    """The package, made callable."""

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Answer a set-up: see `pinprick.dose.answer.dose`."""
        from pinprick.dose.answer import dose

        return dose(*args, **named)


sys.modules[__name__].__class__ = _Room
