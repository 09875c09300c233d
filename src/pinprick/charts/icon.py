"""The app's icon: one dot and one ring side by side on paper, the same from edge to edge. Nothing else."""

from __future__ import annotations

from typing import Final

from pinprick.charts.drawing import altair_or_say, tokens, written

SIZE: Final = 512
ICONS: Final = {
    "icon-192.png": (192, False),
    "icon-512.png": (512, False),
    "icon-maskable-512.png": (512, True),
    "apple-touch-icon.png": (180, True),  # the phone rounds it by itself
}
"""The files of ``pinprick_web/static/icons``: pixels across, and whether a system may cut them to its own shape."""


def icon_svg(maskable: bool) -> str:
    """Draw the icon in real colours, as a file that stands alone.

    Parameters
    ----------
    maskable : bool
        Whether a system will cut it to a shape of its own: then the paper reaches every edge, and both marks lie in
        the circle of 40 % that is always kept.

    Examples
    --------
    >>> icon_svg(False).count("<circle"), icon_svg(True).count("<circle")
    (2, 2)
    """
    colour = tokens("light")
    reach, gap = (196.0, 28.0) if maskable else (212.0, 30.0)
    radius = (reach - gap / 2) / 2
    stroke = 0.38 * radius
    x, middle = radius + gap / 2, SIZE / 2
    round_ = "" if maskable else f' rx="{written(SIZE * 0.1875)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{SIZE}" viewBox="0 0 {SIZE} {SIZE}">'
        f'<rect width="{SIZE}" height="{SIZE}"{round_} fill="{colour["paper"]}"/>'
        f'<circle cx="{written(middle - x)}" cy="{written(middle)}" r="{written(radius)}" fill="{colour["mat"]}"/>'
        f'<circle cx="{written(middle + x)}" cy="{written(middle)}" r="{written(radius - stroke / 2)}" fill="none" '
        f'stroke="{colour["towel"]}" stroke-width="{written(stroke)}"/></svg>\n'
    )


def icon_png(name: str) -> bytes:
    """Draw one of `ICONS` as PNG.

    Raises
    ------
    PinprickError
        If the converter is not installed.

    Examples
    --------
    >>> icon_png("icon-192.png")[1:4]
    b'PNG'
    """
    altair_or_say()
    import vl_convert

    pixels, maskable = ICONS[name]
    return vl_convert.svg_to_png(icon_svg(maskable), scale=pixels / SIZE)
