"""What templates may call."""

from __future__ import annotations

from datetime import date, time

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pinprick.charts import motif
from pinprick_web import words

register = template.Library()


@register.filter
def day_words(day: date) -> str:
    """Tuesday 19 May."""
    return words.day_words(day)


@register.filter
def short_day(day: date) -> str:
    """19 May."""
    return words.short_day(day)


@register.filter
def said(text: str) -> str:
    """A sentence of the library's or of a protocol's, in the person's language."""
    return _(text) if text else ""


@register.filter
def capital(text: str) -> str:
    """With a capital at its start."""
    return words.capital(str(text))


@register.filter
def number(value: float) -> str:
    """A number without a tail: 4, 4.5."""
    return f"{value:g}"


@register.filter
def shortly(text: str) -> str:
    """What stands under a key: one word where there is one, else nothing."""
    short = {"no pain": _("none"), "not at all": _("not at all"), "a lot": _("a lot")}.get(str(text), "")
    return short or ("" if len(str(text)) > 9 else str(text))


@register.filter
def clock(value: object) -> str:
    """A time for a field: 20:00."""
    return value.strftime("%H:%M") if isinstance(value, time) else str(value or "")[:5]


@register.simple_tag
def count_dots(at: int, of: int) -> SafeString:
    """The row of dots beside "3 of 8", which says the same in words."""
    return words.drawn(motif.count(at, of, decorative=True))
