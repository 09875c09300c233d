"""One stylesheet for the site, put together from the library's tokens and marks and the site's own rules."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Final

LOOK: Final = files("pinprick").joinpath("look")
FROM_THE_LIBRARY: Final = ("tokens.css", "marks.css", "motif.css")
OWN: Final = Path(__file__).resolve().parent / "static" / "css" / "base.css"
HTMX: Final = files("django_htmx").joinpath("static/django_htmx/htmx-2.min.js")
FONT: Final = "literata-500.woff2"
LIGHT: Final = re.compile(r":root \{(.*?)\}", re.DOTALL)
DARK: Final = re.compile(r"@media screen and \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}\s*\}", re.DOTALL)
COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
FACES: Final = f"""
@font-face {{ font-family: Literata; font-weight: 500; font-display: swap; src: url("{FONT}") format("woff2"); }}
@font-face {{ font-family: "Literata waiting"; size-adjust: 97%;
src: local("Georgia"), local("Noto Serif"), local("DejaVu Serif"); }}
"""


def styles() -> str:
    """Colours and sizes, marks, then everything else; a person's own choice of theme overrides the device's.

    Examples
    --------
    >>> "[data-theme=dark]" in styles(), styles().index("--paper") < styles().index(".button")
    (True, True)
    """
    tokens = LOOK.joinpath("tokens.css").read_text(encoding="utf-8")
    light, dark = LIGHT.search(tokens), DARK.search(tokens)
    assert light is not None and dark is not None  # the tokens are ours  # noqa: PT018, S101
    themes = (
        f":root[data-theme=light] {{{light[1].replace('light dark', 'light')}}}\n"
        f":root[data-theme=dark] {{ color-scheme: dark; {dark[1]}}}\n"
    )
    parts = [tokens, themes, FACES]
    parts += [LOOK.joinpath(name).read_text(encoding="utf-8") for name in FROM_THE_LIBRARY[1:]]
    parts.append(OWN.read_text(encoding="utf-8"))
    lines = (line.strip() for line in COMMENT.sub("", "\n".join(parts)).splitlines())
    return "\n".join(filter(None, lines)) + "\n"


def write_styles(folder: Path) -> None:
    """Write the stylesheet, its font and htmx where static files are collected from."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("pinprick.css").write_text(styles(), encoding="utf-8")
    folder.joinpath(FONT).write_bytes(LOOK.joinpath(FONT).read_bytes())
    folder.joinpath("htmx.js").write_bytes(HTMX.read_bytes())
