"""Sentences on their way to a reader: English as written, or what a catalogue has for it.

Every sentence that the library makes for people passes through `_` or `ngettext`, with named places for what
changes. English is the key and the default, so nothing is looked up until somebody opens a catalogue
with `speaking`. What is open belongs to one thread or task, never to its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Translations(Protocol):
    """What `speaking` takes: a catalogue of the standard library's gettext, or the module of Django's functions."""

    def gettext(self, message: str, /) -> str:
        """Give a message in the reader's language."""

    def ngettext(self, one: str, many: str, n: int, /) -> str:
        """Give the form of a message that fits a count."""


_spoken: ContextVar[Translations | None] = ContextVar("pinprick_spoken", default=None)


def _(text: str) -> str:
    """Give a text in the language that is spoken now; English unless `speaking` says otherwise.

    Parameters
    ----------
    text : str
        The English text, the same on every call: what changes stands in braces and is put in afterwards.

    Examples
    --------
    >>> _("Your days cannot tell: every rating is {rating}.").format(rating=3)
    'Your days cannot tell: every rating is 3.'
    """
    spoken = _spoken.get()
    return text if spoken is None or not text else spoken.gettext(text)  # under "" a catalogue keeps its own header


def ngettext(one: str, many: str, n: int) -> str:
    """Give the form of a text that fits a count.

    Examples
    --------
    >>> [ngettext("{n} day", "{n} days", n).format(n=n) for n in (1, 20)]
    ['1 day', '20 days']
    """
    spoken = _spoken.get()
    if spoken is None:
        return one if n == 1 else many
    return spoken.ngettext(one, many, n)


def mark(text: str) -> str:
    """Mark a constant for the catalogue and give it back unchanged; `_` translates it where it is used.

    Examples
    --------
    >>> CAPTION = mark("One dot is one person, not a day.")
    >>> _(CAPTION)
    'One dot is one person, not a day.'
    """
    return text


@contextmanager
def speaking(translations: Translations) -> Iterator[None]:
    """Let everything inside the ``with`` speak through a catalogue.

    A result keeps the sentences of its doubts and assumptions, so it is analysed and told inside the same ``with``.

    Parameters
    ----------
    translations : Translations
        Anything with ``gettext`` and ``ngettext``, such as `gettext.GNUTranslations` or the module
        ``django.utils.translation``, which follows the language of the request.

    Examples
    --------
    >>> from gettext import NullTranslations
    >>> class Loud(NullTranslations):
    ...     def gettext(self, message):
    ...         return message.upper()
    >>> with speaking(Loud()):
    ...     _("Every day")
    'EVERY DAY'
    >>> _("Every day")
    'Every day'
    """
    token = _spoken.set(translations)
    try:
        yield
    finally:
        _spoken.reset(token)
