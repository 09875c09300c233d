"""What studies say together, in words: the average, its range, how much studies differ, what a new one may find.

Sentences are for a reviewer who may be no statistician: short, with a number each, and the technical word beside the
plain one. Ratios and correlations are told as such, whatever scale they were worked with.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from pinprick.report.forest import (
    MEASURES,
    MINUS,
    RATIOS,
    WITH_ARTICLE,
    Figures,
    Row,
    average_row,
    axis_for,
    forest_lines,
    new_study_row,
    study_rows,
)
from pinprick.report.lines import BOLD, MARGIN, NARROWEST, WIDEST, _paint, _wrap
from pinprick.report.names import clean, exact, in_100, plain_ascii
from pinprick.words import _, mark, ngettext

if TYPE_CHECKING:
    from pinprick.evidence.bayesian import RandomEffectsPosterior
    from pinprick.evidence.bias import RankTest, RegressionTest, TrimAndFill
    from pinprick.evidence.moderators import MetaRegression, Subgroups
    from pinprick.evidence.synthesis import Synthesis

METHODS: Final = {
    "FE": mark("common effect"),
    "DL": mark("random effects, DerSimonian and Laird"),
    "PM": mark("random effects, Paule and Mandel"),
    "REML": mark("random effects, restricted maximum likelihood (REML)"),
}
TESTS: Final = {
    "z": mark("interval from the normal distribution"),
    "knha": mark("Hartung-Knapp interval"),
    "adhoc": mark("Hartung-Knapp interval, never narrower than the plain one"),
}
MUCH: Final = ((75.0, mark("a great deal")), (50.0, mark("much")), (25.0, mark("somewhat")), (0.0, mark("little")))
"""Words for I², after the overlapping ranges of the Cochrane Handbook, section 10.10.2."""
ASYMMETRIC: Final = 0.10  # tests of a funnel have little power, so this is the usual mark (Sterne 2011)
CLEAR: Final = 0.05


SMALL_STUDIES: Final = mark("Small and large studies")
WITHOUT_ONE: Final = mark("Without each study in turn")

Section = tuple[str, Sequence[str]]


class Sheet(NamedTuple):
    """A table that says what a picture shows: a caption, a header, and rows whose first cell names them."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def chance_said(p: float) -> str:
    """Write how probable so large a difference is by chance alone.

    Examples
    --------
    >>> chance_said(0.0321), chance_said(0.00004), chance_said(0.4)
    ('p = 0.032', 'p below 0.001', 'p = 0.40')
    """
    if p < 0.001:
        return _("p below 0.001")
    return _("p = {p}").format(p=f"{p:.3f}" if p < 0.1 else f"{p:.2f}")


def percent(value: float) -> str:
    """Write a share in percent, without a bare 0 or 100 for what is neither.

    Examples
    --------
    >>> percent(0.0), percent(0.02), percent(92.22), percent(99.99)
    ('0 %', 'under 1 %', '92 %', 'over 99 %')
    """
    if 0 < value < 0.5:
        return _("under 1 %")
    if 99.5 <= value < 100:
        return _("over 99 %")
    return _("{n} %").format(n=round(value))


def is_settled(s: Synthesis) -> bool:
    """Whether the average's interval leaves out "no difference"."""
    return bool(s.low > 0 or s.high < 0)


def fold_studies() -> str:
    """Name the fold that holds the forest's table."""
    return _("Every study, in numbers")


def fold_table() -> str:
    """Name the fold that holds another picture's table."""
    return _("The same in numbers")


def average_head() -> str:
    """Head a column of averages of one study less or more."""
    return _("Average")


def group_head() -> str:
    """Head a column of groups."""
    return _("Group")


def scale(measure: str) -> str:
    """Say for programs what the numbers of the JSON are.

    Examples
    --------
    >>> scale("OR"), scale("ZCOR"), scale("MD")
    ('log', 'fisher-z', 'plain')
    """
    return "log" if measure in RATIOS else "fisher-z" if measure == "ZCOR" else "plain"


def as_given(measure: str) -> str:
    """Say what a column of effects was taken for, where a measure could have been worked out from other columns."""
    if measure in RATIOS:
        return _("yi was taken as it stands, as the logarithm of {measure}.").format(measure=_(WITH_ARTICLE[measure]))
    if measure == "ZCOR":
        return _("yi was taken as it stands, as Fisher’s z of a correlation.")
    return _("yi was taken as it stands, as {measure}.").format(measure=_(WITH_ARTICLE[measure]))


def not_said(column: str) -> str:
    """Name the group of studies that name none."""
    return _("{column} not said").format(column=clean(column))


def too_few(title: str) -> Section:
    """Tell that one study is too few for something."""
    return _(title), (_("With one study there is nothing to leave out."),)


def what(s: Synthesis, name: str) -> str:
    """Tell in a few words what was put together."""
    told = ngettext("{n} study in {file}: {measure}", "{n} studies in {file}: {measure}", s.k)
    return told.format(n=s.k, file=clean(name), measure=_(MEASURES[s.measure]))


def headline(s: Synthesis) -> str:
    """Tell in one sentence what the studies say together."""
    figures = Figures(s.measure, s.se)
    told = {"n": s.k, "measure": _(WITH_ARTICLE[s.measure]), "size": figures.said(s.estimate)}
    if s.k == 1:
        return _("One study finds {measure} of {size}; there is nothing to pool it with.").format(**told)
    if is_settled(s):
        return _("Together, {n} studies find {measure} of {size}.").format(**told)
    return _("Together, {n} studies leave open which way it goes: {measure} of {size}.").format(**told)


def range_sentences(s: Synthesis) -> tuple[str, ...]:
    """Tell the average with its interval, and whether that leaves out "no difference"."""
    figures = Figures(s.measure, s.se)
    span = figures.span(s.low, s.high)
    level = exact(s.level)
    if s.k == 1:
        first = _("Its {level} % interval runs from {span}.")
    else:
        first = _("The {level} % interval of the average runs from {span}.")
    holds = _("It leaves out {null}, {p}.") if is_settled(s) else _("It holds {null}, {p}.")
    said = [first.format(level=level, span=span), holds.format(null=figures.null, p=chance_said(s.p))]
    if figures.is_ratio and s.k > 0:
        low, high = (figures.shown(end) for end in (s.low, s.high))
        if is_settled(s):
            said.append(_change(figures.shown(s.estimate), low, high))
        said.append(_("Ratios were worked with as logarithms; above, they are turned back."))
    elif s.measure == "ZCOR":
        said.append(_("Correlations were worked with as Fisher’s z; above, they are turned back."))
    return tuple(said)


def _change(ratio: float, low: float, high: float) -> str:
    """Say a ratio as a change in percent, or as a multiple where it is large."""
    if high < 1:
        least, most = percent(100 * (1 - high)), percent(100 * (1 - low))
        said = _("That is {size} less, perhaps {least} to {most} less.")
        return said.format(size=percent(100 * (1 - ratio)), least=least, most=most)
    if high <= 3:
        said = _("That is {size} more, perhaps {least} to {most} more.")
        ends = {"size": ratio, "least": low, "most": high}
        return said.format(**{name: percent(100 * (value - 1)) for name, value in ends.items()})
    return _("That is {size} times as much.").format(size=f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}")


def differ_sentences(s: Synthesis) -> tuple[str, ...]:
    """Tell how much the studies differ by more than chance."""
    if s.k < 2:
        return (_("With one study nothing can be said about how much studies differ."),)
    word = next(_(word) for least, word in MUCH if s.i2 >= least)
    said = []
    if s.i2 <= 0:
        said.append(_("The studies differ no more than chance alone would make them (I² 0 %)."))
    else:
        differ = _("The studies differ {word} by more than chance: {share} of what varies (I²).")
        said.append(differ.format(word=word, share=percent(s.i2)))
    df = s.k - 1
    chance = chance_said(s.q_p)
    said.append(_("Cochran’s Q is {q} on {df} ({p}).").format(q=f"{s.q:.1f}", df=_degrees(df), p=chance))
    if s.method == "FE":
        said.append(_("A common effect was asked for: it is taken that all studies share one true effect."))
    elif math.isfinite(s.tau2_high):
        tau = _("True effects spread about the average with tau {tau}, perhaps {low} to {high}.")
        ends = {"tau": s.tau2, "low": s.tau2_low, "high": s.tau2_high}
        said.append(tau.format(**{name: _spread(max(value, 0.0)) for name, value in ends.items()}))
    else:
        said.append(_("True effects spread about the average with tau {tau}.").format(tau=_spread(s.tau2)))
    return tuple(said)


def _spread(tau2: float) -> str:
    tau = math.sqrt(tau2)
    return f"{tau:.2f}" if tau < 10 else f"{tau:.0f}"


def _degrees(df: int) -> str:
    return ngettext("{n} degree of freedom", "{n} degrees of freedom", df).format(n=df)


def new_study_sentences(s: Synthesis) -> tuple[str, ...]:
    """Tell where the true effect of a new study of the same kind would lie."""
    row = new_study_row(s)
    if row is None:
        return ()
    figures = Figures(s.measure, s.se)
    low, high = row.low, row.high
    where = _("A new study’s true effect would lie between {low} and {high}, with a chance of {level} %.")
    said = [where.format(low=figures.said(low), high=figures.said(high), level=exact(s.level))]
    if low < 0 < high:
        said.append(
            _("That range holds {null}: somewhere it may be absent, or go the other way.").format(null=figures.null)
        )
    else:
        said.append(_("All of that range lies on one side of {null}.").format(null=figures.null))
    return tuple(said)


def studies_sentences(s: Synthesis) -> tuple[str, ...]:
    """Tell how many studies there are, and which count most."""
    said = [ngettext("{n} study was used.", "{n} studies were used.", s.k).format(n=s.k)]
    if s.k > 1:
        most, label = max(zip(s.weights, s.labels, strict=True), key=lambda pair: float(pair[0]))
        counts = _("{label} counts most, with {share} of the weight.")
        said.append(counts.format(label=_named(label), share=percent(float(most))))
    return tuple(said)


def _named(label: str) -> str:
    """A study's name as it stands in a sentence."""
    return _("“{name}”").format(name=clean(label))


def method_sentences(s: Synthesis) -> tuple[str, ...]:
    """Tell how it was worked out."""
    return (_("Worked out as {method}; {test}.").format(method=_(METHODS[s.method]), test=_(TESTS[s.test])),)


def forest_sentence(s: Synthesis) -> str:
    """Tell what the forest shows: the average, and on which side of no difference the studies lie."""
    figures = Figures(s.measure, s.se)
    rows = study_rows(s)
    below, above = (sum(row.high < 0 for row in rows), sum(row.low > 0 for row in rows))
    counted = _("{below} of {n} studies lie wholly below {null}, {above} wholly above; {rest} hold it.")
    sides = counted.format(below=below, above=above, rest=len(rows) - below - above, n=len(rows), null=figures.zero)
    if s.k == 1:
        return headline(s)
    average = _("The average is {whole}.").format(whole=figures.whole(average_row(s)))
    return f"{sides} {average} {' '.join(new_study_sentences(s)[:1])}".strip()


def forest_sheet(s: Synthesis) -> Sheet:
    """Give the forest as a table."""
    figures = Figures(s.measure, s.se)
    rows = [(row.label, figures.whole(row), percent(row.weight or 0)) for row in study_rows(s)]
    if s.k > 1:
        average, new = average_row(s), new_study_row(s)
        rows.append((average.label, figures.whole(average), ""))
        if new is not None:
            rows.append((new.label, figures.span(new.low, new.high), ""))
    header = (_("Study"), with_interval(figures, s.level), _("Weight"))
    return Sheet(_("Each study’s own {measure}, and the average.").format(measure=figures.name), header, tuple(rows))


def with_interval(figures: Figures, level: float) -> str:
    """Head a column of estimates with their intervals."""
    name = figures.name[:1].upper() + figures.name[1:]
    return _("{measure} ({level} % interval)").format(measure=name, level=exact(level))


def rows_sheet(rows: Sequence[Row], figures: Figures, *, caption: str, first: str, level: float) -> Sheet:
    """Give other rows of a forest as a table, with their notes where they have any."""
    header = (first, with_interval(figures, level))
    if not any(row.note for row in rows):
        return Sheet(caption, header, tuple((row.label, figures.whole(row)) for row in rows))
    told = tuple((row.label, figures.whole(row), row.note) for row in rows)
    return Sheet(caption, (*header, _("Rests on")), told)


def sections(s: Synthesis, *more: Section) -> list[Section]:
    """Give what stands below the headline, the doubts last; a title without sentences is left out."""
    every: list[Section] = [
        (_("How large it is"), range_sentences(s)),
        (_("How much the studies differ"), differ_sentences(s)),
        (_("What a new study may find"), new_study_sentences(s)),
        *more,
        (_("What it rests on"), (*studies_sentences(s), *method_sentences(s))),
        (_("What could fool us"), s.caveats),
    ]
    return [(title, said) for title, said in every if said]


def synthesis_terminal(
    s: Synthesis,
    *more: Section,
    width: int = 80,
    colour: bool = False,
    ascii: bool = False,  # noqa: A002
) -> str:
    """Tell a synthesis as text for a terminal: the headline, the forest, then the words.

    Parameters
    ----------
    s : Synthesis
        What to tell.
    more : (str, sequence of str)
        Further titles with their sentences, such as those of `small_studies`.
    width, colour, ascii
        As `pinprick.report.terminal`.
    """
    columns = max(NARROWEST, min(width, WIDEST)) - 2 * MARGIN
    figures = Figures(s.measure, s.se)
    rows, averages = study_rows(s), (average_row(s),) if s.k > 1 else ()
    axis = axis_for(rows, averages, figures)
    blocks = [
        [_paint(line, BOLD, colour) for line in _wrap(headline(s), columns)],
        forest_lines(rows, averages, axis, columns, colour=colour, ascii=ascii, last=new_study_row(s)),
        *(_listed(title, said, columns, colour=colour) for title, said in sections(s, *more)),
    ]
    return _set(blocks, ascii=ascii)


def _listed(title: str, said: Sequence[str], columns: int, *, colour: bool) -> list[str]:
    lines = [_paint(line, BOLD, colour) for line in _wrap(title, columns)]
    for item in said:
        lines += _wrap(item, columns, bullet="• ")
    return lines


def _set(blocks: Sequence[Sequence[str]], *, ascii: bool) -> str:  # noqa: A002
    text = "\n\n".join("\n".join((" " * MARGIN + line).rstrip() for line in block) for block in blocks)
    return "\n" + (plain_ascii(text) if ascii else text) + "\n"


# --- small studies and large ones ----------------------------------------------------------------------


def funnel_sentence(s: Synthesis, n_filled: int = 0) -> str:
    """Tell what the funnel shows: how many studies stand on either side of the average, large ones and small ones."""
    order = sorted(range(s.k), key=lambda i: float(s.vi[i]))
    half = s.k // 2
    above = [float(s.yi[i]) > s.estimate for i in order]
    large = _("Of the {n} studies that know most, {above} lie above the average.")
    small = _("Of the {n} that know least, {above} do.")
    said = [
        large.format(n=s.k - half, above=sum(above[: s.k - half])),
        small.format(n=half, above=sum(above[s.k - half :])),
    ]
    if n_filled:
        missing = ngettext("{n} grey dot is a study that might be missing.",
                           "{n} grey dots are studies that might be missing.", n_filled)  # fmt: skip
        said.append(missing.format(n=n_filled))
    return " ".join(said if half else said[:1])


def funnel_sheet(s: Synthesis) -> Sheet:
    """Give the funnel as a table: effects with their standard errors, what knows most first."""
    figures = Figures(s.measure, s.se)
    order = sorted(range(s.k), key=lambda i: float(s.vi[i]))
    rows = tuple((clean(s.labels[i]), figures.said(float(s.yi[i])), f"{math.sqrt(float(s.vi[i])):.3g}") for i in order)
    header = (_("Study"), figures.name[:1].upper() + figures.name[1:], _("Standard error"))
    return Sheet(_("Studies by how much they know, most first."), header, rows)


class SmallStudies(NamedTuple):
    """What can be asked about small studies."""

    regression: RegressionTest
    rank: RankTest
    filled: TrimAndFill


def small_studies(s: Synthesis, found: SmallStudies) -> Section:
    """Tell whether small studies find something else than large ones."""
    egger, begg, filled = found
    sign = (
        _("Effects change with how little a study knows (Egger’s regression, {p}).")
        if egger.p < ASYMMETRIC
        else _("Small studies find no clearly different effect (Egger’s regression, {p}).")
    )
    said = [
        sign.format(p=chance_said(egger.p)),
        _("Ranks say: Kendall’s tau {tau} (Begg’s test, {p}).").format(tau=_plain(begg.tau), p=chance_said(begg.p)),
    ]
    if filled.k0 == 0:
        said.append(_("Trim and fill would add no study."))
    else:
        added = ngettext(
            "Trim and fill would add {n} study on the {side}, and the average would be {whole}.",
            "Trim and fill would add {n} studies on the {side}, and the average would be {whole}.",
            filled.k0,
        )
        side = _("left") if filled.side == "left" else _("right")
        row = average_row(filled.synthesis)
        said.append(added.format(n=filled.k0, side=side, whole=Figures(s.measure, s.se).whole(row)))
    said.append(_("Such a pattern has many causes; studies that nobody published are only one."))
    return _(SMALL_STUDIES), (*said, *egger.caveats)


def _plain(value: float) -> str:
    text = f"{value:.2f}"
    return ("0.00" if float(text) == 0 else text).replace("-", MINUS)


# --- without each study, study by study, group by group ------------------------------------------------


def without_rows(s: Synthesis, found: Sequence[Synthesis]) -> tuple[Row, ...]:
    """Give the average without each study as rows of a forest."""
    label = _("without {study}")
    return tuple(average_row(one, label.format(study=clean(study))) for one, study in zip(found, s.labels, strict=True))


def without_one(s: Synthesis, found: Sequence[Synthesis]) -> Section:
    """Tell what hangs on a single study."""
    figures = Figures(s.measure, s.se)
    sizes = [one.estimate for one in found]
    stays = _("Without any one study the average lies between {low} and {high}.")
    most = max(range(len(found)), key=lambda i: abs(sizes[i] - s.estimate))
    moves = _("{study} moves it most: without it the average is {size}.")
    said = [
        stays.format(low=figures.said(min(sizes)), high=figures.said(max(sizes))),
        moves.format(study=_named(s.labels[most]), size=figures.said(sizes[most])),
    ]
    turned = [label for one, label in zip(found, s.labels, strict=True) if is_settled(one) != is_settled(s)]
    if not turned:
        said.append(_("Whether the interval holds {null} hangs on no single study.").format(null=figures.null))
    else:
        hangs = ngettext(
            "Whether the interval holds {null} hangs on {n} study: {names}.",
            "Whether the interval holds {null} hangs on each of {n} studies: {names}.",
            len(turned),
        )
        said.append(hangs.format(null=figures.null, n=len(turned), names=_few_names(turned)))
    return _(WITHOUT_ONE), tuple(said)


def _few_names(labels: Sequence[str], most: int = 3) -> str:
    told = ", ".join(map(_named, labels[:most]))
    rest = len(labels) - most
    return _("{names} and {n} more").format(names=told, n=rest) if rest > 0 else told


def step_rows(s: Synthesis, found: Sequence[Synthesis]) -> tuple[Row, ...]:
    """Give the average after each study as rows of a forest."""
    first, later = _("{study} alone"), _("and {study}")
    return tuple(
        average_row(one, (later if i else first).format(study=clean(s.labels[i]))) for i, one in enumerate(found)
    )


def step_by_step(s: Synthesis, found: Sequence[Synthesis]) -> Section:
    """Tell since when the answer has stood, study by study."""
    figures = Figures(s.measure, s.se)
    same = [is_settled(one) == is_settled(s) for one in found]
    since = len(same) - next((i for i, one in enumerate(reversed(same)) if not one), len(same))
    word = _("leaves out {null}") if is_settled(s) else _("holds {null}")
    stood = _("Studies were added in the order of the file.")
    if since < len(found):
        from_then = _("From study {n} on, {study}, the interval {word}.")
        told = from_then.format(n=since + 1, study=_named(s.labels[since]), word=word.format(null=figures.null))
        return _("Study by study"), (stood, told)
    return _("Study by study"), (stood,)  # pragma: no cover  the last step is the whole


def group_rows(found: Subgroups) -> tuple[Row, ...]:
    """Give each group's average as a row of a forest."""
    rows = []
    for name, one in found.by.items():
        note = ngettext("{n} study", "{n} studies", one.k).format(n=one.k)
        row = average_row(one, clean(name))
        rows.append(Row(row.label, row.estimate, row.se, row.low, row.high, note=note))
    return tuple(rows)


def groups(s: Synthesis, found: Subgroups, column: str) -> Section:
    """Tell each group's average, and whether groups differ."""
    figures = Figures(s.measure, s.se)
    said = [
        _("{group}: {whole}, {note}.").format(group=_named(row.label), whole=figures.whole(row), note=row.note)
        for row in group_rows(found)
    ]
    differ = (
        _("The groups differ by more than chance would bring ({p}).")
        if found.p < CLEAR
        else _("The groups do not clearly differ ({p}).")
    )
    said.append(differ.format(p=chance_said(found.p)))
    said.append(_("Groups of studies differ in more than their name; this shows no cause."))
    return _("By {column}").format(column=clean(column)), (*said, *found.caveats)


def regression(s: Synthesis, found: MetaRegression, *, missing: int = 0) -> Section:
    """Tell how the effect goes with what the studies had different."""
    said = [_coefficient(s, found, i) for i, name in enumerate(found.names) if name != "intercept"]
    if math.isfinite(found.r2):
        said.append(_("That accounts for {share} of how true effects vary (R²).").format(share=percent(found.r2)))
    if math.isfinite(found.qm_p) and len(said) > 0 and found.qm_df > 1:
        said.append(_("All of it together: {p}.").format(p=chance_said(found.qm_p)))
    left = _("What is left varies with tau {tau} (residual Q {q} on {df}, {p}).")
    said.append(
        left.format(tau=_spread(found.tau2), q=f"{found.qe:.1f}", df=_degrees(found.qe_df), p=chance_said(found.qe_p))
    )
    if missing:
        lost = ngettext(
            "{n} study does not say it, and was left out here.", "{n} studies do not say it, and were left out here.",
            missing,
        )  # fmt: skip
        said.append(lost.format(n=missing))
    said.append(_("Studies were not drawn to these values by chance; this shows no cause."))
    return _("What goes with the effect"), (*said, *found.caveats)


def _coefficient(s: Synthesis, found: MetaRegression, i: int) -> str:
    figures = Figures(s.measure, float(found.se[i]))
    row = Row("", float(found.estimate[i]), float(found.se[i]), float(found.low[i]), float(found.high[i]))
    name, p = found.names[i], chance_said(float(found.p[i]))
    if not figures.is_ratio:  # a slope may be far smaller than what it is a slope of
        figures = Figures("MD", float(found.se[i]))
    if s.measure == "ZCOR":  # of Fisher's z, which is no difference of correlations
        told = _("{name}: Fisher’s z changes by {whole}, {p}.")
    elif figures.is_ratio:
        told = _("{name}: the {measure} is multiplied by {whole}, {p}.")
    else:
        told = _("{name}: the {measure} changes by {whole}, {p}.")
    return told.format(name=_named(name), measure=_(MEASURES[s.measure]), whole=figures.whole(row), p=p)


def regression_sheet(s: Synthesis, found: MetaRegression) -> Sheet:
    """Give the coefficients as a table, on the scale that was worked with."""
    rows = tuple(
        (
            clean(name),
            f"{found.estimate[i]:.3g} ({found.low[i]:.3g} to {found.high[i]:.3g})".replace("-", MINUS),
            chance_said(float(found.p[i])).removeprefix("p = "),
        )
        for i, name in enumerate(found.names)
    )
    caption = _("Coefficients, as logarithms.") if s.measure in RATIOS else _("Coefficients.")
    head = _("Coefficient ({level} % interval)").format(level=exact(s.level))
    return Sheet(caption, (_("Moderator"), head, "p"), rows)


def bayes(s: Synthesis, found: RandomEffectsPosterior) -> Section:
    """Tell the Bayesian synthesis."""
    figures = Figures(s.measure, s.se)
    prior = found.heterogeneity
    given = _("The prior of tau is {prior} with scale {scale}; there is none on the average.")
    lies = _("The average is {size}, with a chance of {level} % between {low} and {high}.")
    below = found.mean < 0
    share = found.probability_below(0.0) if below else found.probability_above(0.0)
    side = _("The chance that it lies below {null} is {chance}.") if below else _(
        "The chance that it lies above {null} is {chance}."
    )  # fmt: skip
    new = _("A new study’s true effect would lie between {low} and {high}, with a chance of {level} %.")
    level = exact(found.level)
    tau = _("True effects spread about the average with tau {tau}, perhaps {low} to {high}.")
    return _("The Bayesian reading"), (
        given.format(prior=prior.name, scale=exact(prior.scale)),
        lies.format(
            size=figures.said(found.mean), level=level, low=figures.said(found.low), high=figures.said(found.high)
        ),
        side.format(null=figures.null, chance=in_100(share)),
        new.format(low=figures.said(found.prediction_low), high=figures.said(found.prediction_high), level=level),
        tau.format(
            **{
                name: f"{value:.2f}"
                for name, value in {"tau": found.tau_median, "low": found.tau_low, "high": found.tau_high}.items()
            }
        ),
        *found.caveats,
    )
