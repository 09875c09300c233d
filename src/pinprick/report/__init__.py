"""Results to words: one wording for the terminal, the page and the site.

Every function takes a `Result` and returns text; nothing here reads the clock or knows where the text goes.
Sentences are short and carry a word and a number: the word comes from the probability, through the one
table `names.CHANCE_WORDS`.
"""

from pinprick.report.beside import decided, fool, method, randomisation_line, settle
from pinprick.report.finding import headline, person_line
from pinprick.report.size import dots_sentence, size
from pinprick.report.terminal import terminal

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
