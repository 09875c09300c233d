"""A finding beside published trials, in words: what trials led one to expect, and what different people conclude."""

from __future__ import annotations

from dataclasses import dataclass

from pinprick.analysis.single import Result
from pinprick.analysis.under_prior import Leaning, Weighed
from pinprick.context import InContext
from pinprick.report.names import in_100, number, points, sentence, verb_count
from pinprick.report.standing import names
from pinprick.words import _, ngettext


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the picture and of its table: who, the middle and the interval, in points for the first treatment."""

    key: str
    label: str
    mean: float
    low: float
    high: float
    chance: float
    """That the first treatment is better."""


def context_title() -> str:
    """The heading of this part."""
    return _("Beside published trials")


def context_rows(result: Result, found: InContext) -> tuple[Row, ...]:
    """What was expected, what the days say alone, and what three people conclude: one row each."""
    prior = found.published.prior
    low, high = prior.interval()
    alone = found.weak  # the days with hardly any assumption
    first = _("What trials led one to expect")
    return (
        Row("expected", first, prior.mean, low, high, prior.probability_above(0.0)),
        _row("weak", _("Your days, with hardly any assumption"), alone)
        if result.participant is None
        else _row("weak", _("The days, with hardly any assumption"), alone),
        _row("published", _("Both together"), found.published),
        _row("sceptic", _("What a sceptic would conclude"), found.sceptic),
    )


def _row(key: str, label: str, weighed: Weighed) -> Row:
    return Row(key, label, weighed.mean, weighed.low, weighed.high, weighed.better)


def context_lines(result: Result, found: InContext) -> tuple[str, ...]:
    """Tell it in sentences, one short paragraph each; the last says that none of it took part in the finding."""
    width = found.width
    expected, weak, published, sceptic = context_rows(result, found)
    said = [
        _("From published trials one would expect {size} before the first day, {span}.").format(
            size=_size(result, expected.mean, width), span=_span(result, expected, width)
        ),
        _("Taking them into account, the answer is {size}, {span}. That {first} better: {chance}.").format(
            size=_size(result, published.mean, width),
            span=_span(result, published, width),
            first=_first_is(result),
            chance=in_100(published.chance),
        ),
        _("A sceptic expects nothing. The same days would tell a sceptic {size}, {span}: {chance}.").format(
            size=_size(result, sceptic.mean, width),
            span=_span(result, sceptic, width),
            chance=in_100(sceptic.chance),
        ),
        _("With hardly any assumption it is {size}, {span}: {chance}.").format(
            size=_size(result, weak.mean, width), span=_span(result, weak, width), chance=in_100(weak.chance)
        ),
        agreement(found),
    ]
    if found.published.in_conflict:
        rare = max(1, round(100 * found.published.conflict_p))
        said.append(
            ngettext(
                "These days are far from what trials led one to expect. If trials were right about you, it would "
                "happen to {n} person in 100. So the days count for more here.",
                "These days are far from what trials led one to expect. If trials were right about you, it would "
                "happen to {n} people in 100. So the days count for more here.",
                rare,
            ).format(n=rare)
        )
    said.append(_("None of this took part in the finding. Its rule was fixed before day 1, and so was its error."))
    return tuple(sentence(text) for text in said)


def agreement(found: InContext) -> str:
    """Say whether the three agree."""
    leaning = found.published.leaning
    if not found.agree:
        return _("They do not agree. What one believed beforehand still decides; more days would settle it.")
    if leaning is Leaning.OPEN:
        return _("All three say the same: it cannot be told yet.")
    if leaning is Leaning.SMALL:
        return _("All three say the same: any benefit is too small to matter.")
    return _("All three say the same.")


def _first_is(result: Result) -> str:
    first, _second = names(result)
    return ngettext("{name} is", "{name} are", verb_count(first)).format(name=first)


def _size(result: Result, mean: float, width: float) -> str:
    """Points and whom they favour."""
    first, second = names(result)
    shown = points(abs(mean), width=width)
    if float(number(abs(mean), width=width)) == 0:
        return _("no difference")
    return _("{size} for {name}").format(size=shown, name=second if mean < 0 else first)


def _span(result: Result, row: Row, width: float) -> str:
    """The interval, in words that fit where it crosses nought."""
    first, second = names(result)
    low, high = number(abs(row.low), width=width), number(abs(row.high), width=width)
    if row.low < 0 < row.high:
        return _("between {low} for {second} and {high} for {first}").format(
            low=low, second=second, high=high, first=first
        )
    smaller, larger = sorted((low, high), key=float)
    return _("between {low} and {high}").format(low=smaller, high=larger)
