"""How paper is set: content as plain data in, a tagged PDF out, by Typst.

Nothing that a person wrote is ever read as markup, no file is written, and no font of the machine is used unless a
name needs one. It loads neither the engine nor the charts, so that a site can do it in a process of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Final

from pinprick.errors import ComputationError, PinprickError

if TYPE_CHECKING:
    import typst

SETTINGS: Final = (
    (11.0, "yes"),
    (10.5, "yes"),
    (10.0, "yes"),
    (9.5, "yes"),
    (9.5, "no"),
    (9.0, "no"),
    (8.5, "no"),
    (8.0, "no"),
)
"""Points, and whether the second side has a beginning of its own; the first that fits on two sides is taken."""
SIDES: Final = 2

_UNSHOWN: Final = re.compile(r'the text `"(.*)"` could not be displayed')
_WRITTEN_OUT: Final = re.compile(r"\\u\{([0-9a-fA-F]+)\}")


def typeset(content: Mapping[str, Any], made_on: date) -> bytes:
    """Set the paper, in the fonts that come along; in others, and in the end "?", for what these do not have."""
    try:
        import typst
    except ImportError:
        raise PinprickError(
            "A PDF needs Typst, which is not installed; get it with: pip install 'pinprick[report]'"
        ) from None
    data = json.dumps(content, ensure_ascii=False)
    with as_file(files("pinprick").joinpath("look")) as folder:
        ours = fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])
        while True:
            compiler = typst.Compiler(folder / "practitioner.typ", font_paths=fonts)
            try:
                return _fitted(compiler, data, made_on)
            except typst.TypstError as error:
                unshown = _unshown(error.message)  # PDF/UA allows no character without a glyph
                if not unshown:
                    raise ComputationError(f"The paper could not be set ({error.message}); please report it.") from None
            if fonts is ours:
                fonts = typst.Fonts(font_paths=[str(folder)])
            else:
                data = data.translate(dict.fromkeys(map(ord, unshown), "?"))


def _fitted(compiler: typst.Compiler, data: str, made_on: date) -> bytes:
    """Set it as large as it fits."""
    midnight = datetime(made_on.year, made_on.month, made_on.day, tzinfo=UTC)
    for size, turn in SETTINGS:
        inputs = {"data": data, "size": str(size), "turn": turn}
        pdf = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards="ua-1", timestamp=midnight)
        n_sides = int(compiler.query("<pages>", field="value", one=True))
        if isinstance(pdf, bytes) and n_sides <= SIDES:
            return pdf
    raise ComputationError(f"The paper does not fit on {SIDES} sides; give the treatments shorter names.")


def _unshown(message: str) -> set[str]:
    """The characters that Typst has no glyph for; empty where it complains of something else."""
    found = _UNSHOWN.search(message)
    text = _WRITTEN_OUT.sub(lambda one: chr(int(one[1], 16)), found[1]) if found else ""
    return {character for character in text if not character.isascii()}
