"""Gather every text that a person reads into one catalogue for translators, and make a language that nobody speaks.

    .venv/bin/python docs/catalogue.py

writes ``src/pinprick_web/locale/en/LC_MESSAGES/django.po``: what the library says (`pinprick.words`), what the site's
views and templates say, and the texts of the YAML tables. English is the key, so an entry without a translation is
complete English. ``tests/unit/test_catalogue.py`` fails when the file no longer holds what the code says.

The pseudo-language puts every text between ⟦ and ⟧, accented and longer by two fifths. A word on a page without
brackets went past the catalogue; a layout that breaks would break in German.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po
from django.utils.translation.template import templatize

from pinprick.evidence.claims import claims, outcomes, popular_claims
from pinprick.evidence.figures import load
from pinprick.evidence.priors import library
from pinprick.trial.instruments import outcomes_table
from pinprick.trial.plan import Sequence
from pinprick.trial.protocol_file import read_protocol, ready_names
from pinprick.trial.safety_rules import ladder, safety_table

ROOT: Final = Path(__file__).resolve().parents[1]
LIBRARY: Final = Path("src/pinprick")
SITE: Final = Path("src/pinprick_web")
CATALOGUE: Final = ROOT / SITE / "locale" / "en" / "LC_MESSAGES" / "django.po"

LIBRARY_KEYWORDS: Final = {"_": None, "ngettext": (1, 2), "mark": None}
CONTEXT: Final = (1, "c")  # Babel's way to say that the first argument is a context
SITE_KEYWORDS: Final = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop", "_marked"]),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], (CONTEXT, 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], (CONTEXT, 2, 3)),
}

# Lines of the header that hold a date, a version of Babel's, or nobody's address.
NOT_KEPT: Final = (b'"POT-Creation', b'"PO-Revision', b'"Generated-By', b'"Report-Msgid', b'"Last-T', b'"Language-Team')

PSEUDO_LANGUAGE: Final = "en-xa"  # as Django's LANGUAGES has it
PSEUDO_LOCALE: Final = "en_XA"  # as its folder is called
LONGER: Final = 1.4
OPENING, CLOSING, FILLER = "⟦", "⟧", " ẋẋẋẋẋ"
ACCENTED: Final = str.maketrans("aAcCdDeEgGhHiIjJkKlLnNoOrRsStTuUwWxXyYzZ", "àÀçÇďĎéÉĝĜĥĤîÎĵĴķĶĺĹñÑöÖŕŔšŠťŤûÛŵŴẋẊýÝžŽ")
KEPT: Final = re.compile(
    r"\{[^{}]*\}"  # {x}, {x:g}
    r"|%\(\w+\)[-#0-9.+ ]*[a-zA-Z]|%[sdgf%]"  # %(x)s, %s, %%
    r"|<[^<>]+>|&#?\w+;"  # a tag, an entity
)


class Text(NamedTuple):
    """A text on its way into the catalogue: where it stands, what it says (twice for a plural), what it is about."""

    source: str
    said: str | tuple[str, ...]
    context: str | None = None
    comments: tuple[str, ...] = ()


def catalogue() -> Catalog:
    """Every text of the library, of the site and of the tables, sorted by its English."""
    found = Catalog(
        locale="en",
        project="Pinprick",
        version="1",
        fuzzy=False,
        header_comment="# Made by docs/catalogue.py; English is the key, and an empty translation is English.",
    )
    for text in texts():
        found.add(
            text.said, locations=[(text.source, 0)], context=text.context, auto_comments=dict.fromkeys(text.comments)
        )
    return found


def texts() -> Iterator[Text]:
    """Every text, file by file."""
    for path in _files(LIBRARY, "*.py"):
        yield from _python(path, (ROOT / path).read_text(encoding="utf-8"), LIBRARY_KEYWORDS)
    for path in _files(SITE, "*.py"):
        yield from _python(path, (ROOT / path).read_text(encoding="utf-8"), SITE_KEYWORDS)
    for pattern in ("*.html", "*.txt"):
        for path in _files(SITE / "templates", pattern):
            yield from _python(path, _template(path), SITE_KEYWORDS)
    for source, said in tables():
        if said.strip():
            yield Text(source, said)


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path.relative_to(ROOT) for path in (ROOT / folder).rglob(pattern))


def _python(path: Path, code: str, keywords: Mapping[str, Any]) -> Iterator[Text]:
    lines = io.BytesIO(code.encode())
    for _line, said, comments, context in extract("python", lines, keywords=keywords, comment_tags=("Translators:",)):
        if said:
            yield Text(path.as_posix(), said, context, tuple(comments))


def _template(path: Path) -> str:
    """A template as calls of gettext that Python's own tokens can be read from, at the start of every line."""
    source = (ROOT / path).read_text(encoding="utf-8")
    return "\n".join(line.lstrip() for line in templatize(source, origin=str(path)).splitlines())


def tables() -> Iterator[tuple[str, str]]:
    """The texts of the YAML tables as the code hands them to `pinprick.words`, each with its file."""
    yield from (("src/pinprick/trial/safety.yaml", said) for said in _safety())
    for one in outcomes_table()["instruments"]:
        for said in (one["label"], one["question"], *(one["anchors"] or {}).values()):
            yield "src/pinprick/trial/outcomes.yaml", said or ""
    for name in ready_names():
        yield from ((f"src/pinprick/trial/ready/{name}.yaml", said) for said in _ready(name))
    for name, texts in (("claims", _claims()), ("priors", _priors()), ("comparisons", _comparisons())):
        yield from ((f"src/pinprick/evidence/{name}.yaml", said) for said in texts)


def _claims() -> Iterator[str]:
    yield from outcomes()
    for claim in claims():
        yield from (claim.says, claim.answer, claim.more, claim.rests_on, claim.harm, claim.certainty.short)
        yield from (reason.why for reason in claim.certainty.reasons)
        yield from (source.what for figure in claim.figures.values() for source in figure.sources if source.derived)
        yield from (source.where for figure in claim.figures.values() for source in figure.sources if source.derived)
    for said in popular_claims():
        yield from (said.says, said.answer)


def _priors() -> Iterator[str]:
    yield from (prior.derivation for prior in library().priors)
    yield from (library().why_sceptic, library().why_weak)


def _comparisons() -> Iterator[str]:
    told = load("comparisons.yaml")
    yield from told["treatments"].values()
    yield from (one["label"] for one in told["pain"])
    yield from (one["why"] for one in told["unconnected"])


def _safety() -> Iterator[str]:
    table = safety_table()
    for rule in table["rules"]:
        yield from (rule["question"], rule["tell_the_person"], rule.get("sign") or "", *rule.get("items", ()))
    for stop in table["stop_rules"]:
        yield from (stop["trigger"], stop["resume"], stop.get("sign") or "")
    for step in ladder():
        yield from (step.layer, step.surface, step.note or "")
    for post in (*table["signposting"], table["elsewhere"]):
        yield from (post["use"], post["also"] or "")
        if any(character.isalpha() for character in post["number"]):
            yield post["number"]


def _ready(name: str) -> Iterator[str]:
    plan = read_protocol(name)
    yield from (plan.title, plan.about)
    if isinstance(plan, Sequence):
        return
    yield plan.estimand
    for arm in plan.arms:
        yield from (arm.label, arm.what_to_do, arm.set_up, arm.when)
    for rating in plan.ratings:
        yield from (rating.question, rating.low_means, rating.high_means)


def pseudo(text: str) -> str:
    """Write a text in the pseudo-language; what a program puts in, tags and the spaces around it stay as they are.

    Texts of single letters, as for weekdays, get accents alone: they are taken apart again.

    Examples
    --------
    >>> pseudo("About {n} more.")
    '⟦Àböûť {n} möŕé. ẋẋẋ⟧'
    >>> pseudo("M T W")
    'M Ť Ŵ'
    """
    inner = text.strip()
    if not inner:
        return text
    before, after = text[: text.index(inner)], text[text.index(inner) + len(inner) :]
    accented = "".join(
        part if KEPT.fullmatch(part) else part.translate(ACCENTED) for part in re.split(f"({KEPT.pattern})", inner)
    )
    if all(len(word) == 1 for word in inner.split()):
        return before + accented + after
    missing = max(0, math.ceil(LONGER * len(inner)) - len(inner) - len(OPENING + CLOSING))
    filler = (FILLER * missing)[: missing - 1] + FILLER[-1] if missing else ""
    return f"{before}{OPENING}{accented}{filler}{CLOSING}{after}"


def pseudo_catalogue(folder: Path) -> Path:
    """Write the compiled pseudo-language into a folder, one of Django's ``LOCALE_PATHS``; give the file's path."""
    spoken = Catalog(locale="en", fuzzy=False)
    for message in catalogue():
        if message.id:
            forms = (message.id,) if isinstance(message.id, str) else message.id
            said = tuple(pseudo(form) for form in forms)
            spoken.add(message.id, said if message.pluralizable else said[0], context=message.context)
    path = folder / PSEUDO_LOCALE / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_mo(file, spoken)
    return path


def page() -> bytes:
    """The catalogue as the file holds it: no line numbers, dates and versions, so that only words change it."""
    written = io.BytesIO()
    write_po(written, catalogue(), sort_output=True, include_lineno=False, width=100)
    lines = written.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(NOT_KEPT))


def main() -> None:
    """Write the catalogue."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_bytes(page())


if __name__ == "__main__":
    main()
