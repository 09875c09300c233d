"""A section of a page that a command writes, between two marks, while the rest of the page is written by hand."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def put(page: str, name: str, text: str) -> None:
    """Put a text between ``<!-- name -->`` and ``<!-- /name -->`` of a page in docs.

    Raises
    ------
    ValueError
        If the page has no such marks, once each and in that order.
    """
    path = DOCS / page
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    whole = path.read_text(encoding="utf-8")
    found = re.findall(f"{re.escape(begin)}.*?{re.escape(end)}", whole, re.DOTALL)
    if len(found) != 1:
        raise ValueError(f"{page} has {len(found)} sections between {begin} and {end}, and one is needed.")
    path.write_text(whole.replace(found[0], f"{begin}\n\n{text.strip()}\n\n{end}"), encoding="utf-8")
