"""How a sentence speaks of what a person wrote: names, numbers, days and chances.

Names stay as they were written. Only what a sentence needs is added: an article where English asks for
one, quotation marks where a name could be misread as part of the sentence, a capital where one starts.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date
from typing import Final

from pinprick.trial.table import day_name
from pinprick.words import _, mark, ngettext

MINUS: Final = "\N{MINUS SIGN}"

# Things one holds, wears or takes: English puts "the" before them. Other names stand alone.
THINGS: Final = frozenset(
    [
        *("mat", "towel", "pillow", "cushion", "blanket", "mattress", "bed", "chair", "desk", "lamp", "light", "mask"),
        *("band", "belt", "brace", "splint", "strap", "insole", "insoles", "shoe", "shoes", "roller", "ball", "brush"),
        *("needle", "needles", "patch", "plaster", "cream", "gel", "ointment", "spray", "pill", "pills", "tablet"),
        *("tablets", "capsule", "capsules", "drops", "diet", "app", "device", "machine", "massager", "bottle"),
    ]
)
# What begins like this could turn a sentence around: "no tea is better than tea".
NEGATIONS: Final = frozenset(["no", "not", "none", "nothing", "never", "without", "neither", "less", "more", "only"])

# From this chance on the word is used; Kent's "almost certain" begins at 87 %, ours is stricter.
# Sherman Kent (1964), Words of Estimative Probability, Studies in Intelligence 8(4).
CHANCE_WORDS: Final = (
    (0.95, mark("almost certainly")),
    (0.85, mark("very probably")),
    (0.65, mark("probably")),
    (0.00, mark("perhaps")),
)
# Characters that reorder or hide text, or that XML has no place for.
HIDDEN: Final = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


def chance_word(probability: float) -> str:
    """Give the word for a chance, from the one table that all sentences share.

    Examples
    --------
    >>> chance_word(0.99), chance_word(0.9), chance_word(0.7), chance_word(0.5)
    ('almost certainly', 'very probably', 'probably', 'perhaps')
    """
    return next(_(word) for least, word in CHANCE_WORDS if probability >= least)


def in_100(probability: float) -> str:
    """Give a chance as a count out of 100, never a bare 0 or 100.

    Examples
    --------
    >>> in_100(0.914), in_100(0.9999), in_100(1e-6)
    ('91 in 100', 'over 99 in 100', 'under 1 in 100')
    """
    n = round(100 * probability)
    if n >= 100:
        return _("over 99 in 100")
    return _("{n} in 100").format(n=n) if n else _("under 1 in 100")


def clean(text: str) -> str:
    """Make a person's words safe to put into a line: no control characters, no line breaks, single spaces."""
    kept = "".join(c for c in HIDDEN.sub("", text) if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return " ".join(kept.split())


def tidy(name: str) -> str:
    r"""Make a name safe to put into a line, without a spreadsheet's underscores.

    Examples
    --------
    >>> tidy("sleep_quality"), tidy("tea\x1b[31m")
    ('sleep quality', 'tea[31m')
    """
    return clean(name.replace("_", " ")) or "?"


def treatment_name(name: str) -> str:
    """Give a treatment's name as it stands inside a sentence.

    Examples
    --------
    >>> treatment_name("mat"), treatment_name("melatonin"), treatment_name("no tea"), treatment_name("the mat")
    ('the mat', 'melatonin', '“no tea”', 'the mat')
    >>> treatment_name("Shakti mat"), treatment_name("2")
    ('the Shakti mat', '“2”')
    """
    plain = tidy(name)
    words = plain.split()
    if _could_mislead(plain) or words[0].casefold() in NEGATIONS:
        return _("“{name}”").format(name=plain)
    if words[-1].casefold() in THINGS and words[0].casefold() not in ("the", "a", "an", "my", "your"):
        return _("the {thing}").format(thing=plain.lower() if len(words) == 1 and plain.istitle() else plain)
    return plain


def outcome_name(name: str) -> str:
    """Give an outcome's name as it stands inside a sentence.

    Examples
    --------
    >>> outcome_name("Pain tonight"), outcome_name("PHQ"), outcome_name("How did you sleep?")
    ('pain tonight', 'PHQ', '“How did you sleep?”')
    """
    plain = tidy(name)
    if _could_mislead(plain) or len(plain.split()) > 4:
        return _("“{name}”").format(name=plain)
    return plain[:1].lower() + plain[1:] if plain[1:] == plain[1:].lower() and len(plain) > 1 else plain


def _could_mislead(plain: str) -> bool:
    return not any(c.isalpha() for c in plain) or any(c in ".,:;!?" for c in plain)


def is_plural(name: str) -> bool:
    """Whether a verb after this name stands in the plural.

    Examples
    --------
    >>> is_plural("stretches"), is_plural("the mat"), is_plural("TENS"), is_plural("arnica rubs")
    (True, False, False, True)
    """
    last = tidy(name).split()[-1]
    singular = (len(last) < 4, last.endswith(("ss", "us", "is", "as", "os")), last.casefold() == "pilates")
    return last.endswith("s") and not any(singular)


def verb_count(name: str) -> int:
    """The count that `ngettext` takes so that a verb agrees with this name: 1, or 2 for a plural.

    Examples
    --------
    >>> verb_count("the mat"), verb_count("stretches")
    (1, 2)
    """
    return 2 if is_plural(name) else 1


def sentence(text: str) -> str:
    """Begin with a capital, unless the first word has its own way with capitals.

    Examples
    --------
    >>> sentence("the mat is better."), sentence("iPad games help."), sentence("“no tea” helps.")
    ('The mat is better.', 'iPad games help.', '“No tea” helps.')
    """
    at = 1 if text[:1] == "“" else 0
    if text[at + 1 : at + 2].isupper():
        return text
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]


def number(value: float, *, width: float) -> str:
    """Give a number of points with the digits that a scale of this width deserves.

    Examples
    --------
    >>> number(1.04, width=10), number(-0.04, width=10), number(-12.4, width=100), number(0.6, width=4)
    ('1.0', '0.0', '−12', '0.60')
    """
    digits = max(0, min(4, 2 - math.floor(math.log10(width))))
    shown = f"{value:.{digits}f}"
    return (f"{0:.{digits}f}" if float(shown) == 0 else shown).replace("-", MINUS)


def points(value: float, *, width: float) -> str:
    """Give a size in points, whole numbers without decimals.

    Examples
    --------
    >>> points(1.6, width=10), points(1.04, width=10), points(2.0, width=4), points(0.5, width=1)
    ('1.6 points', '1 point', '2 points', '0.50 points')
    """
    shown = re.sub(r"\.0+$", "", number(value, width=width))
    return ngettext("{n} point", "{n} points", 1 if shown == "1" else 2).format(n=shown)


def exact(value: float) -> str:
    """Give a number that a person chose, as they chose it.

    Examples
    --------
    >>> exact(10.0), exact(0.75), exact(-5)
    ('10', '0.75', '−5')
    """
    return f"{value:.10g}".replace("-", MINUS)


def exact_points(value: float) -> str:
    """Give a chosen size in points.

    Examples
    --------
    >>> exact_points(1.0), exact_points(0.75)
    ('1 point', '0.75 points')
    """
    return ngettext("{n} point", "{n} points", 1 if value == 1 else 2).format(n=exact(value))


def days(n: int) -> str:
    """Count days.

    Examples
    --------
    >>> days(1), days(20)
    ('1 day', '20 days')
    """
    return ngettext("{n} day", "{n} days", n).format(n=n)


def day_month(day: date, *, year: bool = False) -> str:
    """Write a date out, in the same words on every machine.

    Examples
    --------
    >>> day_month(date(2026, 5, 4)), day_month(date(2026, 5, 4), year=True)
    ('4 May', '4 May 2026')
    """
    return day_name(day, year=year)


def day_span(first: date, last: date) -> str:
    """Write two dates out, naming a year once where both share it.

    Examples
    --------
    >>> day_span(date(2026, 5, 4), date(2026, 6, 10)), day_span(date(2025, 12, 1), date(2026, 1, 3))
    ('4 May to 10 June 2026', '1 December 2025 to 3 January 2026')
    """
    start, end = day_month(first, year=first.year != last.year), day_month(last, year=True)
    return _("{start} to {end}").format(start=start, end=end)


def plain_ascii(text: str) -> str:
    """Write a text in ASCII, for a terminal that knows nothing else; what has no equivalent becomes "?".

    Examples
    --------
    >>> plain_ascii("“no tea” −1.2 → café")
    '"no tea" -1.2 -> cafe'
    """
    for character, stand_in in (("“", '"'), ("”", '"'), ("’", "'"), (MINUS, "-"), ("–", "-"),
                                ("—", "-"), ("…", "..."), ("→", "->"), ("←", "<-"), ("•", "-")):  # fmt: skip
        text = text.replace(character, stand_in)
    spread = unicodedata.normalize("NFKD", text)
    return "".join(c for c in spread if not unicodedata.combining(c)).encode("ascii", "replace").decode("ascii")
