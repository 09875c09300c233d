"""`pinprick synthesise`: what a table of studies says together, for any reviewer's own CSV."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinprick.cli.options import AsJson
from pinprick.cli.terminal import check_output, print_json, style, write_output
from pinprick.errors import ComputationError, FileError, ProtocolError

if TYPE_CHECKING:
    from pinprick.charts.sheet import Picture
    from pinprick.cli.synthesis_page import Shown
    from pinprick.evidence.effect_size import Estimates
    from pinprick.evidence.synthesis import Synthesis
    from pinprick.formats.studies_csv import StudyTable
    from pinprick.report.forest import Row
    from pinprick.report.synthesis import Section


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for, checked."""

    measure: str
    method: str
    test: str
    level: float
    by: str | None
    moderators: tuple[str, ...]
    leave_one_out: bool
    cumulative: bool
    small_study: bool
    bayes: bool
    heterogeneity: str
    reference: str | None
    lower_is_better: bool
    favours: tuple[str, str] | None

    @property
    def how(self) -> dict[str, Any]:
        """What every synthesis takes."""
        return {"method": self.method, "test": self.test, "level": self.level}


@dataclass(slots=True)
class Answer:
    """An answer on its way out: words, pictures with their tables, and what ``--json`` prints."""

    headline: str
    what: str
    contract: dict[str, Any]
    sections: Sequence[Section] = ()
    shown: list[Shown] = field(default_factory=list)
    told: Callable[..., str] = str


def synthesise(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A CSV with one row a study, columns named as metafor names them: yi vi; m1i sd1i n1i m2i sd2i n2i; "
            "ai bi ci di; x1i t1i x2i t2i; ri ni; slab for the name; treat1 treat2 study for a network.",
        ),
    ],
    measure: Annotated[
        str, typer.Option(help="GEN (yi and vi as given), MD, SMD, ROM, OR, RR, RD, HR, IRR, COR or ZCOR.")
    ] = "GEN",
    method: Annotated[str, typer.Option(help="FE (common effect), or random effects by DL, PM or REML.")] = "REML",
    test: Annotated[
        str | None,
        typer.Option(
            help="z (normal), knha (Hartung-Knapp), or adhoc (the same, never narrower than z); adhoc otherwise."
        ),
    ] = None,
    level: Annotated[float, typer.Option(help="Of every interval, in per cent.")] = 95.0,
    by: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="A synthesis for each group named in this column.")
    ] = None,
    moderator: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Meta-regression on this column, numbers or groups; may be repeated."),
    ] = None,
    leave_one_out: Annotated[
        bool, typer.Option("--leave-one-out", help="The average without each study in turn.")
    ] = False,
    cumulative: Annotated[
        bool, typer.Option("--cumulative", help="The average after each study, in the file's order.")
    ] = False,
    small_study: Annotated[
        bool, typer.Option("--small-study", help="Whether small studies find more than large ones, with a funnel.")
    ] = False,
    bayes: Annotated[bool, typer.Option("--bayes", help="The Bayesian synthesis beside it, by quadrature.")] = False,
    heterogeneity: Annotated[
        str | None,
        typer.Option(
            metavar="PRIOR:SCALE",
            help="For --bayes, the prior of tau: half-normal, half-cauchy, exponential or uniform, with its scale; "
            "half-normal:0.5 otherwise.",
        ),
    ] = None,
    reference: Annotated[
        str | None, typer.Option(metavar="TREATMENT", help="In a network: what the others are compared with.")
    ] = None,
    better: Annotated[str, typer.Option(help="In a network: which way is better, lower or higher.")] = "lower",
    favours: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="LEFT RIGHT", help="What the left and the right half of the axis speak for."),
    ] = None,
    as_json: AsJson = False,
    html: Annotated[Path | None, typer.Option(help="Write the answer as a page to this file.")] = None,
    svg: Annotated[Path | None, typer.Option(help="Write the pictures to this file, as SVG.")] = None,
) -> None:
    """Put studies together: the average, how much they differ, and what a new study may find."""
    # loaded here so that --help needs neither NumPy nor SciPy
    from pinprick.formats.studies_csv import read_studies

    wishes = Wishes(
        *_checked(measure, method, test or "adhoc", level),
        by,
        tuple(moderator or ()),
        leave_one_out,
        cumulative,
        small_study,
        bayes or heterogeneity is not None,
        heterogeneity or "half-normal:0.5",
        reference,
        _is_lower(better),
        favours,
    )
    for option, out in (("--html", html), ("--svg", svg)):
        check_output(option, out, file)
    table = read_studies(file)
    if table.pairs is not None and test not in (None, "z"):
        raise ProtocolError(f"--test {test} is not for a network, whose intervals are normal; leave it out.")
    answer = _one_comparison(table, wishes) if table.pairs is None else _network(table, wishes)
    if html is not None:
        from pinprick.cli.synthesis_page import synthesis_html

        write_output(html, synthesis_html(answer.headline, answer.what, answer.shown, answer.sections).encode())
    if svg is not None:
        from pinprick.charts.sheet import standing_alone

        pictures = [one.draw() for one in answer.shown if one.draw is not None]
        write_output(svg, standing_alone(answer.headline, pictures).encode())
    if as_json:
        print_json(answer.contract)
    else:
        print(answer.told(**style()))


def _checked(measure: str, method: str, test: str, level: float) -> tuple[str, str, str, float]:
    """The choices as the library spells them, or one line with the choices there are."""
    from pinprick.evidence.effect_size import MEASURES
    from pinprick.evidence.synthesis import METHODS, TESTS, check_choice

    found = []
    for option, value, choices in (
        ("--measure", measure, MEASURES),
        ("--method", method, METHODS),
        ("--test", test, TESTS),
    ):
        spelt = next((choice for choice in choices if choice.casefold() == value.strip().casefold()), None)
        if spelt is None:
            raise ProtocolError(f"{option} {value!r} is not known; choose one of {', '.join(choices)}.")
        found.append(spelt)
    check_choice(found[1], found[2], level)
    return found[0], found[1], found[2], level


def _is_lower(better: str) -> bool:
    if better not in ("lower", "higher"):
        raise ProtocolError(f"--better is {better!r}; choose lower or higher.")
    return better == "lower"


def _estimates(table: StudyTable, measure: str) -> Estimates:
    """Effects and variances of the rows that can be used."""
    from pinprick.evidence.effect_size import effect_sizes
    from pinprick.formats.studies_csv import AS_GIVEN, TWO_BY_TWO

    chosen = table.columns_for(measure)
    wanted = dict.fromkeys(chosen)
    if chosen in TWO_BY_TWO:  # a row may have the cells or the totals
        wanted |= dict.fromkeys(name for names in TWO_BY_TWO for name in names if table.has(name))
    found = effect_sizes(measure, {name: table.numbers(name) for name in wanted}, labels=table.labels)
    if measure != "GEN" and chosen in AS_GIVEN:
        from pinprick.report.synthesis import as_given

        return replace(found, caveats=(as_given(measure), *found.caveats))
    return found


def _one_comparison(table: StudyTable, wishes: Wishes) -> Answer:
    """Studies that all compare the same two things, and whatever else was asked about them."""
    from pinprick.cli.synthesis_page import Shown
    from pinprick.evidence.synthesis import synthesise as pool
    from pinprick.report import synthesis as said

    if wishes.reference is not None:
        raise ProtocolError(
            f"--reference is for a network, but {table.table.name} has no columns treat1 and treat2; leave it out."
        )
    found = _estimates(table, wishes.measure)
    s = pool(found.yi, found.vi, labels=found.labels, measure=found.measure, caveats=found.caveats, **wishes.how)
    body = s.to_dict() | {"test": s.test, "level": s.level, "scale": said.scale(s.measure)}
    answer = Answer(said.headline(s), said.what(s, table.table.name), body)

    def draw() -> Picture:
        from pinprick.charts.forest import forest_picture

        return forest_picture(s, favours=wishes.favours)

    answer.shown.append(Shown("forest", said.fold_studies(), said.forest_sheet(s), draw, said.forest_sentence(s)))
    more: list[Section] = []
    for is_wanted, add in (
        (wishes.by is not None, _groups),
        (bool(wishes.moderators), _moderators),
        (wishes.leave_one_out, _without_one),
        (wishes.cumulative, _step_by_step),
        (wishes.small_study, _small_studies),
        (wishes.bayes, _bayes),
    ):
        if is_wanted:
            more.append(add(s, table, wishes, answer))
    answer.sections = said.sections(s, *more)
    answer.told = lambda **look: said.synthesis_terminal(s, *more, **look)
    return answer


# --- what may be asked beside the average --------------------------------------------------------------


def _forest_of(
    rows: Sequence[Row], s: Synthesis, title: str, section: Section, wishes: Wishes
) -> Callable[[], Picture]:
    """A forest of other rows above the average of all, drawn when it is asked for."""

    def draw() -> Picture:
        from pinprick.charts.forest import rows_picture
        from pinprick.report.forest import Figures, average_row

        return rows_picture(
            rows,
            (average_row(s),),
            Figures(s.measure, s.se),
            title=title,
            description=" ".join(section[1]),
            favours=wishes.favours,
        )

    return draw


def _show_rows(
    rows: Sequence[Row], s: Synthesis, section: Section, first: str, caption: str, wishes: Wishes, answer: Answer
) -> None:
    from pinprick.cli.synthesis_page import Shown
    from pinprick.report import synthesis as said
    from pinprick.report.forest import Figures

    sheet = said.rows_sheet(rows, Figures(s.measure, s.se), caption=section[0], first=first, level=s.level)
    name = f"rows{len(answer.shown)}"
    answer.shown.append(
        Shown(name, said.fold_table(), sheet, _forest_of(rows, s, section[0], section, wishes), caption)
    )


def _brief(s: Synthesis, **names: Any) -> dict[str, Any]:
    """A synthesis among others, for JSON."""
    kept = ("k", "estimate", "se", "low", "high", "p", "tau2", "i2", "q", "q_p")
    return {**names, **{name: value for name, value in s.to_dict().items() if name in kept}}


def _without_one(s: Synthesis, table: StudyTable, wishes: Wishes, answer: Answer) -> Section:
    from pinprick.evidence.influence import leave_one_out
    from pinprick.report import synthesis as said

    if s.k == 1:
        answer.contract["leave_one_out"] = []
        return said.too_few(said.WITHOUT_ONE)
    found = leave_one_out(s)
    answer.contract["leave_one_out"] = [_brief(one, left_out=label) for one, label in zip(found, s.labels, strict=True)]
    section = said.without_one(s, found)
    _show_rows(said.without_rows(s, found), s, section, said.average_head(), section[1][-1], wishes, answer)
    return section


def _step_by_step(s: Synthesis, table: StudyTable, wishes: Wishes, answer: Answer) -> Section:
    from pinprick.evidence.influence import cumulative
    from pinprick.report import synthesis as said

    found = cumulative(s)
    answer.contract["cumulative"] = [_brief(one, added=label) for one, label in zip(found, s.labels, strict=True)]
    section = said.step_by_step(s, found)
    _show_rows(said.step_rows(s, found), s, section, said.average_head(), section[1][-1], wishes, answer)
    return section


def _small_studies(s: Synthesis, table: StudyTable, wishes: Wishes, answer: Answer) -> Section:
    from pinprick.cli.synthesis_page import Shown
    from pinprick.evidence.bias import rank_test, regression_test, trim_and_fill
    from pinprick.report import synthesis as said

    try:
        found = said.SmallStudies(regression_test(s), rank_test(s), trim_and_fill(s))
    except ComputationError as error:  # too few studies, or all as large as each other: said, and no more
        answer.contract["small_study"] = None
        return said.SMALL_STUDIES, (str(error),)
    egger, begg, filled = found
    answer.contract["small_study"] = {
        "regression": {"statistic": egger.statistic, "p": egger.p, "slope": egger.slope, "limit": egger.limit},
        "rank": {"tau": begg.tau, "p": begg.p},
        "trim_and_fill": _brief(filled.synthesis, k0=filled.k0, side=filled.side),
    }

    def draw() -> Picture:
        from pinprick.charts.funnel import funnel_picture

        return funnel_picture(s, filled=list(zip(filled.filled_yi, filled.filled_vi, strict=True)))

    answer.shown.append(
        Shown("funnel", said.fold_table(), said.funnel_sheet(s), draw, said.funnel_sentence(s, filled.k0))
    )
    return said.small_studies(s, found)


def _groups(s: Synthesis, table: StudyTable, wishes: Wishes, answer: Answer) -> Section:
    from pinprick.evidence.moderators import subgroups
    from pinprick.report import synthesis as said

    column = wishes.by or ""
    named = dict(zip(table.labels, table.texts(column), strict=True))
    of_each = [named[label] or said.not_said(column) for label in s.labels]
    found = subgroups(s.yi, s.vi, of_each, labels=s.labels, measure=s.measure, **wishes.how)
    answer.contract["subgroups"] = {
        "column": column,
        "by": [_brief(one, group=name) for name, one in found.by.items()],
        "q_between": found.q_between,
        "df": found.df,
        "p": found.p,
    }
    section = said.groups(s, found, column)
    _show_rows(said.group_rows(found), s, section, said.group_head(), section[1][len(found.by)], wishes, answer)
    return section


def _moderators(s: Synthesis, table: StudyTable, wishes: Wishes, answer: Answer) -> Section:
    import numpy as np

    from pinprick.cli.synthesis_page import Shown
    from pinprick.evidence.moderators import meta_regression
    from pinprick.report import synthesis as said
    from pinprick.report.network import known

    place = {label: i for i, label in enumerate(table.labels)}
    rows = [place[label] for label in s.labels]
    columns = [column for name in wishes.moderators for column in _design(table, name, rows)]
    full = [i for i in range(s.k) if all(values[i] is not None for _name, values in columns)]
    design = np.array([[values[i] for _name, values in columns] for i in full], dtype=float)
    names = [name for name, _values in columns]
    if not full:
        raise FileError(f"No study has a value in {', '.join(wishes.moderators)}; choose another --moderator.")
    found = meta_regression(s.yi[full], s.vi[full], design, names, labels=[s.labels[i] for i in full], **wishes.how)
    answer.contract["moderators"] = {
        "k": found.k,
        "coefficients": [
            {
                "name": name,
                **{part: known(float(getattr(found, part)[i])) for part in ("estimate", "se", "low", "high", "p")},
            }
            for i, name in enumerate(found.names)
        ],
        **{part: known(getattr(found, part)) for part in ("tau2", "r2", "qe", "qe_p", "qm", "qm_p")},
    }
    section = said.regression(s, found, missing=s.k - len(full))
    answer.shown.append(Shown("moderators", section[0], said.regression_sheet(s, found), is_open=True))
    return section


def _design(table: StudyTable, name: str, rows: Sequence[int]) -> list[tuple[str, list[float | None]]]:
    """A moderator's columns: itself if it holds numbers, or one for each group but the first."""
    from pinprick.trial.table import parse_number

    cells = [table.texts(name)[row] for row in rows]
    told = [None if table.is_missing(cell) else cell for cell in cells]
    numbers = [None if cell is None else parse_number(cell, decimal_comma=table.table.decimal_comma) for cell in told]
    if all(number is not None or cell is None for number, cell in zip(numbers, told, strict=True)):
        return [(name, numbers)]
    groups = sorted({cell for cell in told if cell is not None})
    if len(groups) < 2:
        raise FileError(f"{table.table.name}: every study has {groups[0]!r} in {name}; choose another --moderator.")
    return [
        (f"{name}: {group}, not {groups[0]}", [None if cell is None else float(cell == group) for cell in told])
        for group in groups[1:]
    ]


def _bayes(s: Synthesis, table: StudyTable, wishes: Wishes, answer: Answer) -> Section:
    from pinprick.evidence.bayesian import HeterogeneityPrior, random_effects_posterior
    from pinprick.report import synthesis as said

    name, _colon, scale = wishes.heterogeneity.partition(":")
    try:
        prior = HeterogeneityPrior(name.strip().casefold(), float(scale))
    except ValueError:
        raise ProtocolError(
            f"--heterogeneity {wishes.heterogeneity!r} is not a prior and its scale; write them as half-normal:0.5."
        ) from None
    found = random_effects_posterior(s.yi, s.vi, labels=s.labels, heterogeneity=prior, level=s.level)
    answer.contract["bayes"] = {
        "heterogeneity": {"name": prior.name, "scale": prior.scale},
        **{part: getattr(found, part) for part in ("mean", "sd", "low", "high", "tau_median", "tau_low", "tau_high")},
        "prediction": {"low": found.prediction_low, "high": found.prediction_high},
        "probability_below_null": found.probability_below(0.0),
    }
    return said.bayes(s, found)


# --- a network -----------------------------------------------------------------------------------------


def _network(table: StudyTable, wishes: Wishes) -> Answer:
    """Treatments that studies compare in pairs or more."""
    from pinprick.cli.synthesis_page import Shown
    from pinprick.evidence.network import network
    from pinprick.report import network as said
    from pinprick.report.synthesis import fold_table

    for option, is_given in (
        ("--by", wishes.by), ("--moderator", wishes.moderators), ("--leave-one-out", wishes.leave_one_out),
        ("--cumulative", wishes.cumulative), ("--small-study", wishes.small_study), ("--bayes", wishes.bayes),
    ):  # fmt: skip
        if is_given:
            raise ProtocolError(
                f"{option} is not for a network; leave it out, or take the columns treat1 and treat2 out."
            )
    found = _estimates(table, wishes.measure)
    place = {label: i for i, label in enumerate(table.labels)}
    rows = [place[label] for label in found.labels]
    pairs = table.pairs or ()
    net = network(
        [pairs[row][0] for row in rows],
        [pairs[row][1] for row in rows],
        found.yi,
        found.vi,
        studies=[table.studies[row] for row in rows],
        reference=wishes.reference,
        method=wishes.method,
        lower_is_better=wishes.lower_is_better,
        level=wishes.level,
        measure=found.measure,
    )
    net = replace(net, caveats=(*found.caveats, *net.caveats))
    answer = Answer(said.network_headline(net), said.network_what(net, table.table.name), said.network_contract(net))

    def draw() -> Picture:
        from pinprick.charts.network import network_picture

        edges = [(edge.treat1, edge.treat2, edge.k) for edge in net.direct]
        return network_picture(net.treatments, edges, description=said.network_sentence(net))

    def draw_part(i: int) -> Picture:
        from pinprick.charts.forest import rows_picture

        part = net.parts[i]
        return rows_picture(
            said.contrast_rows(part),
            (),
            said.figures_of(net, part),
            title=said.against_title(part),
            description=said.against_sentence(net, part),
            favours=wishes.favours,
        )

    answer.shown.append(Shown("network", fold_table(), said.edges_sheet(net), draw, said.network_sentence(net)))
    for i, part in enumerate(net.parts):
        answer.shown.append(
            Shown(
                f"part{i}",
                fold_table(),
                said.against_sheet(net, part),
                partial(draw_part, i),
                said.how_indirect(part)[0],
            )
        )
    answer.shown.append(Shown("every", said.every_title(), said.every_sheet(net)))
    answer.sections = said.network_sections(net)
    answer.told = lambda **look: said.network_terminal(net, **look)
    return answer
