"""What a network of treatments says: what stands out, how indirect it is, who ranks where, whether it agrees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, Final

from pinprick.report.forest import Figures, Row, axis_for, forest_lines
from pinprick.report.lines import BOLD, MARGIN, NARROWEST, WIDEST, _paint, _wrap
from pinprick.report.names import clean
from pinprick.report.synthesis import (
    METHODS,
    Section,
    Sheet,
    _degrees,
    _listed,
    _named,
    _set,
    _spread,
    chance_said,
    percent,
    rows_sheet,
    with_interval,
)
from pinprick.words import _, ngettext

if TYPE_CHECKING:
    from pinprick.evidence.network import NetworkContrast, NetworkPart, NetworkSynthesis

DOUBTFUL: Final = 0.10
MOST_RANKED: Final = 10
ONE_ANSWER: Final = ("estimate", "se", "low", "high", "p")


def _against(part: NetworkPart) -> tuple[NetworkContrast, ...]:
    """Every treatment of a part against its reference."""
    return tuple(part.compare(name, part.reference) for name in part.treatments[1:])


def figures_of(net: NetworkSynthesis, part: NetworkPart) -> Figures:
    """Say how the numbers of a part are written."""
    return Figures(net.measure, median(one.se for one in _against(part)))


def _is_clear(one: NetworkContrast) -> bool:
    return one.low > 0 or one.high < 0


def network_headline(net: NetworkSynthesis) -> str:
    """Tell in one sentence how many treatments differ clearly from the reference."""
    part = net.parts[0]
    found = _against(part)
    clear = sum(map(_is_clear, found))
    told = ngettext(
        "Against {reference}, {clear} of {n} treatment clearly differs.",
        "Against {reference}, {clear} of {n} treatments clearly differ.",
        len(found),
    )
    said = told.format(reference=_named(part.reference), clear=clear, n=len(found))
    if net.is_connected:
        return said
    return said + " " + _("{n} parts of the network are linked by no study.").format(n=len(net.parts))


def network_what(net: NetworkSynthesis, name: str) -> str:
    """Tell in a few words what was put together."""
    told = ngettext("{n} study of {m} treatments in {file}", "{n} studies of {m} treatments in {file}", net.k_studies)
    return told.format(n=net.k_studies, m=len(net.treatments), file=clean(name))


def contrast_rows(part: NetworkPart) -> tuple[Row, ...]:
    """Give each treatment against the reference as a row of a forest, with how direct it is."""
    rows = []
    for one in _against(part):
        if one.n_direct:
            directly = ngettext("{n} study compared them", "{n} studies compared them", one.n_direct)
            note = directly.format(n=one.n_direct)
            if one.proportion_direct < 0.995:
                note = _("{studies}; {share} is direct").format(
                    studies=note, share=percent(100 * one.proportion_direct)
                )
        else:
            note = _("no study compared them")
        rows.append(Row(clean(one.treat1), one.estimate, one.se, one.low, one.high, note=note))
    return tuple(rows)


def against_title(part: NetworkPart) -> str:
    """Name the forest of a part."""
    return _("Each treatment against {reference}").format(reference=_named(part.reference))


def stands_out(net: NetworkSynthesis, part: NetworkPart) -> tuple[str, ...]:
    """Tell which treatments differ clearly from the reference, and which way."""
    figures, found = figures_of(net, part), _against(part)
    said = []
    for title, chosen in (
        (_("Clearly below {null}: {names}."), [one for one in found if one.high < 0]),
        (_("Clearly above {null}: {names}."), [one for one in found if one.low > 0]),
        (_("Open, since the interval holds {null}: {names}."), [one for one in found if not _is_clear(one)]),
    ):
        if chosen:
            names = ", ".join(
                _("{treatment} {size}").format(treatment=_named(one.treat1), size=figures.said(one.estimate))
                for one in chosen
            )
            said.append(title.format(null=figures.null, names=names))
    return tuple(said)


def how_indirect(part: NetworkPart) -> tuple[str, ...]:
    """Warn plainly of what nobody compared."""
    found = _against(part)
    nobody = [one for one in found if not one.n_direct]
    said = []
    if nobody:
        told = _("No study compared {reference} with {names}.")
        said.append(told.format(reference=_named(part.reference), names=_names([one.treat1 for one in nobody])))
        said.append(
            _("Those answers go by way of others. They hold only if studies are alike in all else that matters.")
        )
    n, every = len(part.direct), len(part.treatments) * (len(part.treatments) - 1) // 2
    pairs = _("Studies compared {n} of {every} pairs of treatments directly.")
    said.append(pairs.format(n=n, every=every))
    return tuple(said)


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(_named, names))


def ranks(part: NetworkPart) -> tuple[str, ...]:
    """Tell where each treatment may rank, best first, and how sure that is."""
    n = len(part.treatments)
    told = _("{treatment}: rank {low} to {high} of {n} (P-score {score}).")
    same = _("{treatment}: rank {low} of {n} (P-score {score}).")
    said = []
    for one in part.ranking.ranks[:MOST_RANKED]:
        words = same if one.low == one.high else told
        said.append(
            words.format(treatment=_named(one.treatment), low=one.low, high=one.high, n=n, score=f"{one.p_score:.2f}")
        )
    better = _("Lower was taken as better.") if part.lower_is_better else _("Higher was taken as better.")
    return *said, _("Ranks do not say how far apart treatments are. {better}").format(better=better)


def agreement(part: NetworkPart) -> tuple[str, ...]:
    """Tell how much studies of one comparison differ, and whether ways round the network agree."""
    said = []
    if part.method == "FE":
        said.append(_("A common effect was asked for: studies of one pair share one true effect."))
    elif part.q_df > 0:
        tau = _("Studies of one pair spread with tau {tau}; {share} of what varies is more than chance (I²).")
        said.append(tau.format(tau=_spread(part.tau2), share=percent(part.i2)))
    if part.q_within_df > 0:
        within = _("Studies of one design: Q {q} on {df} ({p}).")
        said.append(
            within.format(q=f"{part.q_within:.1f}", df=_degrees(part.q_within_df), p=chance_said(part.q_within_p))
        )
    if part.inconsistency is not None:
        agree = (
            _("Direct and indirect evidence do not agree ({p}).")
            if part.inconsistency.p < DOUBTFUL
            else _("Direct and indirect evidence do not clearly disagree ({p}).")
        )
        said.append(agree.format(p=chance_said(part.inconsistency.p)))
    split = _("They disagree most on {one} and {other} ({p}).")
    doubtful = sorted((one for one in part.splits if one.p < DOUBTFUL), key=lambda one: one.p)
    said += [
        split.format(one=_named(one.treat1), other=_named(one.treat2), p=chance_said(one.p)) for one in doubtful[:1]
    ]
    return tuple(said)


def network_sections(net: NetworkSynthesis) -> list[Section]:
    """Give what stands below the headline, part by part; the doubts last."""
    every: list[Section] = []
    for i, part in enumerate(net.parts):
        aside = _("Apart from the rest: {names}").format(names=_names(part.treatments)) if i else ""
        if aside:
            every.append((aside, stands_out(net, part)))
        else:
            every.append((against_title(part), stands_out(net, part)))
        every += [
            (_("How indirect it is"), how_indirect(part)) if len(part.treatments) > 2 else ("", ()),
            (_("Who ranks where"), ranks(part)) if len(part.treatments) > 2 else ("", ()),
            (_("Whether the network agrees"), agreement(part)) if len(part.studies) > 1 else ("", ()),
        ]
    rests = ngettext("{n} study was used.", "{n} studies were used.", net.k_studies).format(n=net.k_studies)
    how = _("Worked out as {method}, with one tau for all comparisons; intervals are normal.")
    every.append((_("What it rests on"), (rests, how.format(method=_(METHODS[net.method])))))
    every.append((_("What could fool us"), net.caveats))
    return [(title, said) for title, said in every if said]


def network_sentence(net: NetworkSynthesis) -> str:
    """Tell what the picture of the network shows."""
    n, every = len(net.direct), len(net.treatments) * (len(net.treatments) - 1) // 2
    said = [
        _("A line joins two treatments that studies compared: {n} of {every} pairs.").format(n=n, every=every),
    ]
    most = max(net.direct, key=lambda edge: edge.k)
    thick = ngettext(
        "{one} and {other} were compared most, by {n} study.",
        "{one} and {other} were compared most, by {n} studies.",
        most.k,
    )
    said.append(thick.format(one=_named(most.treat1), other=_named(most.treat2), n=most.k))
    if not net.is_connected:
        said.append(_("No line joins its {n} parts.").format(n=len(net.parts)))
    return " ".join(said)


def against_sentence(net: NetworkSynthesis, part: NetworkPart) -> str:
    """Tell what the forest of a part shows."""
    return " ".join(stands_out(net, part))


def edges_sheet(net: NetworkSynthesis) -> Sheet:
    """Give the network as a table: which pairs were compared, by how many studies, and what those found alone."""
    rows = []
    for part in net.parts:
        figures = figures_of(net, part)
        for edge in sorted(part.direct, key=lambda edge: -edge.k):
            row = Row("", edge.estimate, edge.se, edge.low, edge.high)
            pair = _("{one} and {other}").format(one=clean(edge.treat1), other=clean(edge.treat2))
            rows.append((pair, figures.whole(row), str(edge.k)))
    header = (_("Pair"), with_interval(figures_of(net, net.parts[0]), net.level), _("Studies"))
    return Sheet(_("What was compared directly, the first of a pair against the second."), header, tuple(rows))


def against_sheet(net: NetworkSynthesis, part: NetworkPart) -> Sheet:
    """Give the forest of a part as a table."""
    rows, figures = contrast_rows(part), figures_of(net, part)
    return rows_sheet(rows, figures, caption=against_title(part), first=_("Treatment"), level=part.level)


def every_title() -> str:
    """Name the table of every pair."""
    return _("Every pair")


def every_sheet(net: NetworkSynthesis) -> Sheet:
    """Give every comparison that the network allows as a table."""
    rows = []
    for part in net.parts:
        figures = figures_of(net, part)
        for one in part.contrasts:
            row = Row("", one.estimate, one.se, one.low, one.high)
            pair = _("{one} against {other}").format(one=clean(one.treat1), other=clean(one.treat2))
            direct = percent(100 * one.proportion_direct) if one.n_direct else _("none")
            rows.append((pair, figures.whole(row), direct))
    header = (_("Pair"), with_interval(figures_of(net, net.parts[0]), net.level), _("Direct"))
    return Sheet(_("Every pair, by whatever way the network has."), header, tuple(rows))


def network_terminal(
    net: NetworkSynthesis,
    *,
    width: int = 80,
    colour: bool = False,
    ascii: bool = False,  # noqa: A002
) -> str:
    """Tell a network as text for a terminal, as `pinprick.report.synthesis.synthesis_terminal`."""
    columns = max(NARROWEST, min(width, WIDEST)) - 2 * MARGIN
    blocks = [[_paint(line, BOLD, colour) for line in _wrap(network_headline(net), columns)]]
    for part in net.parts:
        rows = contrast_rows(part)
        axis = axis_for(rows, (), figures_of(net, part))
        above = [_paint(line, BOLD, colour) for line in _wrap(against_title(part), columns)]
        blocks.append(above + forest_lines(rows, (), axis, columns, colour=colour, ascii=ascii))
    for title, said in network_sections(net):
        blocks.append(_listed(title, said, columns, colour=colour))
    return _set(blocks, ascii=ascii)


def network_contract(net: NetworkSynthesis) -> dict[str, object]:
    """Give what ``--json`` prints: the fields of one synthesis, null where a network has none, then its own."""
    first = net.parts[0]
    only = first.compare(first.treatments[1], first.reference) if len(net.treatments) == 2 else None
    one = {name: None if only is None else known(getattr(only, name)) for name in ONE_ANSWER}
    low, high = (math.nan, math.nan) if only is None else (only.prediction_low, only.prediction_high)
    own = net.to_dict()
    return {
        **{name: own[name] for name in ("k", "measure", "method")},
        **one,
        "tau2": own["tau2"],
        "tau2_low": None,
        "tau2_high": None,
        **{name: own[name] for name in ("i2", "q", "q_p")},
        "prediction": {"low": known(low), "high": known(high)},
        **own,
    }


def known(value: float) -> float | None:
    """Give a number as JSON takes it; what does not exist is None."""
    return float(value) if math.isfinite(value) else None
