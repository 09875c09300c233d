"""What each session of a trial came to: its minutes, and how sharp it was beside the person's own usual set-up.

The log keeps facts: minutes, cloth, surface, mat. How sharp a session was is computed from them when somebody asks, so
that a better model tells more of old trials. It is relative: one usual session is 1, and what nobody knows of a
person's skin cancels. The answer of a trial goes by the treatment that was assigned; dose is secondary.

The room shares its name with its main function, so it can be called: ``pinprick.sessions(...)`` is
`pinprick.sessions.each.sessions`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    """The package, made callable."""

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Tell what each session came to: see `pinprick.sessions.each.sessions`."""
        from pinprick.sessions.each import sessions

        return sessions(*args, **named)


sys.modules[__name__].__class__ = _Room
