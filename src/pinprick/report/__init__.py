"""Results to words: one wording for the terminal, the page and the site.

Every function takes a `Result` and returns text; nothing here reads the clock or knows where the text goes.
Sentences are short and carry a word and a number: the word comes from the probability, through the one
table `names.CHANCE_WORDS`. Each is loaded when first used, so that words about a day need no engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pinprick.report.beside import decided, fool, method, randomisation_line, settle
    from pinprick.report.finding import headline, person_line
    from pinprick.report.how_large import dots_sentence, size
    from pinprick.report.lines import terminal

__all__ = [
    "decided",
    "dots_sentence",
    "fool",
    "headline",
    "method",
    "person_line",
    "randomisation_line",
    "settle",
    "size",
    "terminal",
]

_HOME = {
    **dict.fromkeys(("decided", "fool", "method", "randomisation_line", "settle"), "beside"),
    **dict.fromkeys(("headline", "person_line"), "finding"),
    **dict.fromkeys(("dots_sentence", "size"), "how_large"),
    "terminal": "lines",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'pinprick.report' has no attribute {name!r}")
    return getattr(import_module(f"pinprick.report.{_HOME[name]}"), name)
