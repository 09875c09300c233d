"""Records of studies out of YAML: every field and every word that is allowed stands here.

A record breaks a rule when a field or a word is unknown, when a number has no page or lies outside what it can be, or
when an interval is reversed; the error names file, line, record, value, what is allowed and what to do. What is
merely missing or contradictory is no error: ``check`` finds it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from pinprick.errors import FileError
from pinprick.evidence.part import Part, parse
from pinprick.evidence.record import (
    STANDARDISED,
    AdverseEvents,
    Against,
    Age,
    Arm,
    ArmRole,
    Basis,
    ByArm,
    Certainty,
    Comparator,
    ComparatorType,
    Comparison,
    Direction,
    Domain,
    Dropouts,
    Effect,
    Fact,
    Favours,
    Figure,
    Group,
    Harm,
    Interval,
    Judgement,
    Kind,
    Mat,
    Metric,
    Moments,
    Outcome,
    Population,
    Regimen,
    Result,
    Risk,
    Role,
    Seen,
    Sex,
    Size,
    Study,
    Treatment,
)

Read = TypeVar("Read")

ID: Final = re.compile(r"[a-z][a-z0-9_]*")
DOI: Final = re.compile(r"10\.\d{4,9}/\S+")
PMID: Final = re.compile(r"\d{1,8}")
PMCID: Final = re.compile(r"PMC\d+")
REGISTRATION: Final = re.compile(r"[A-Za-z][A-Za-z0-9/-]+")
PEOPLE: Final = "people"
MOST_PEOPLE: Final = 10**7
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
PAGE: Final = ("source", "seen")
WHERE: Final = (*PAGE, "basis")


class Unit(StrEnum):
    """What a result may be measured in, where it is not plain points of its instrument."""

    POINTS = "points"
    PERCENT = "percent"
    MM = "mm"
    CM = "cm"
    SECONDS = "seconds"
    MINUTES = "minutes"
    MMHG = "mmhg"
    BEATS_A_MINUTE = "beats_a_minute"
    DEGREES_CELSIUS = "degrees_celsius"
    ATTACKS_A_DAY = "attacks_a_day"
    KILOPASCALS = "kilopascals"
    NANOMOLES_PER_LITRE = "nanomoles_per_litre"


class Operator(StrEnum):
    """How a printed number bounds the true one."""

    EQUAL = "="
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="


class Sign(StrEnum):
    """Which sign of an effect is a benefit."""

    POSITIVE = "positive"
    NEGATIVE = "negative"


UNIT_OF: Final = {
    **dict.fromkeys(STANDARDISED, "sd"),
    **dict.fromkeys((Metric.MD, Metric.WMD, Metric.ARM_MEANS), "points"),
    **dict.fromkeys((Metric.RR, Metric.OR), "ratio"),
    **dict.fromkeys((Metric.PERCENT_RESPONDERS, Metric.PERCENT_CHANGE, Metric.PERCENT_CHANGE_IN_EFFECT), "percent"),
    Metric.SMD_DECREASE_PER_3_MONTHS: "sd_per_3_months",
    Metric.DIFFERENCE_IN_SKEWNESS: "skewness",
    Metric.INTERACTION: "points",
}
"""The unit of each metric, unless the effect names another."""


@dataclass(frozen=True, slots=True)
class _Page:
    source: str
    seen: Seen


def read_records(text: str, name: str) -> tuple[Study, ...]:
    """Every study in a YAML file, in its order.

    Parameters
    ----------
    text : str
        The file's content: a list of records.
    name : str
        What a message calls the file.

    Raises
    ------
    FileError
        At the first thing that breaks a rule.

    Examples
    --------
    >>> text = "- {id: me2026, evidence_role: mat_trial, kind: trial, title: Mine, citation: Me 2026, design: rct}"
    >>> read_records(text, "mine.yaml")[0].role.value
    'mat_trial'
    >>> read_records(text.replace("kind: trial", "kind: trail"), "mine.yaml")
    Traceback (most recent call last):
        ...
    pinprick.errors.FileError: mine.yaml, line 1, me2026: kind is 'trail', not one of trial, survey, review,
    guideline; did you mean trial?
    """
    return tuple(map(read_study, records(text, name)))


def records(text: str, name: str) -> Iterator[Part]:
    """Every record of a file as a part that knows its id; two of one id are refused.

    Raises
    ------
    FileError
        If the file is no list of records, or a record has no id or one that was taken.
    """
    first: dict[str, int] = {}
    for item in parse(text, name).items():
        record = item.field("id")
        known = record.matching(ID, "an id", "hohmann2012_neck, in small letters, digits and _")
        if known in first:
            raise record.error(f"id {known!r} was taken in line {first[known]}; give each record an id of its own.")
        first[known] = record.line
        yield item.named(known)


def read_study(part: Part) -> Study:
    """One record as a study.

    Raises
    ------
    FileError
        At the first thing that breaks a rule.
    """
    f = part.fields(FIELDS, ("id", "evidence_role", "kind", "citation", "design"))
    if "title" not in f and "topic" not in f:
        raise part.error("the record has no title; add it, or topic: with your own words for what it is about.")
    page = _page(part, f, None)
    read = _Fields(f, page)
    return Study(
        id=f["id"].text(),
        role=f["evidence_role"].choice(Role),
        kind=f["kind"].choice(Kind),
        citation=f["citation"].text(),
        design=f["design"].text(),
        title=read.text("title"),
        topic=read.text("topic"),
        year=_year(f["year"]) if "year" in f else None,
        doi=f["doi"].matching(DOI, "a DOI", "10.1155/2012/753583, without https://doi.org/") if "doi" in f else None,
        pmid=f["pmid"].matching(PMID, "a PubMed number", "'22997531', in quotation marks") if "pmid" in f else None,
        pmcid=f["pmcid"].matching(PMCID, "a PubMed Central number", "PMC3446809") if "pmcid" in f else None,
        registration=read.one("registration", lambda one: one.matching(REGISTRATION, "a registration", "NCT02487368")),
        identifiers_source=read.one("identifiers_source", Part.address),
        source=page.source if page else None,
        seen=page.seen if page else None,
        country=read.text("country"),
        randomised=read.one("randomised", Part.truth),
        design_note=read.text("design_note"),
        design_note_source=read.one("design_note_source", Part.address),
        peer_reviewed=read.one("peer_reviewed", Part.truth),
        same_paper_as=read.each("same_paper_as", _id),
        overlaps_with=read.each("overlaps_with", _id),
        superseded_by=read.one("superseded_by", _id),
        population=read.one("population", lambda one: _population(one, page)) or Population(),
        arms=read.each("arms", lambda one: _arm(one, page)),
        mat=read.one("mat", lambda one: _mat(one, page)),
        regimen=read.one("regimen", lambda one: _regimen(one, page)),
        comparator=read.one("comparator", _comparator),
        outcomes=read.each("outcomes", lambda one: _outcome(one, page)),
        effects=read.each("effects", lambda one: _effect(one, page)),
        adverse_events=read.one("adverse_events", lambda one: _adverse_events(one, page)) or AdverseEvents(),
        dropouts=read.one("dropouts", lambda one: _dropouts(one, page)) or Dropouts(),
        risk_of_bias=read.each("risk_of_bias", _risk),
        not_seen=read.each("not_seen", Part.text),
        note=read.text("note"),
        file=part.file,
        line=part.line,
    )


class _Fields:
    """The fields of a group, read by name; None or () for what is left out."""

    def __init__(self, fields: Mapping[str, Part], page: _Page | None) -> None:
        self.fields = fields
        self.page = page

    def one(self, key: str, read: Callable[[Part], Read]) -> Read | None:
        return read(self.fields[key]) if key in self.fields else None

    def each(self, key: str, read: Callable[[Part], Read]) -> tuple[Read, ...]:
        return tuple(map(read, self.fields[key].items())) if key in self.fields else ()

    def text(self, key: str) -> str | None:
        return self.one(key, Part.text)

    def number(
        self, key: str, unit: str, *, least: float | None = None, most: float | None = None, whole: bool = False
    ) -> Figure | None:
        if key not in self.fields:
            return None
        return _figure(self.fields[key], unit, self.page, least=least, most=most, whole=whole)

    def people(self, key: str, *, least: int = 1) -> Figure | None:
        return self.number(key, PEOPLE, least=least, most=MOST_PEOPLE, whole=True)

    def fact(self, key: str) -> Fact | None:
        return self.one(key, lambda one: _fact(one, self.page))


def _id(part: Part) -> str:
    return part.matching(ID, "the id of a record", "hohmann2012_neck")


def _year(part: Part) -> int:
    return int(part.number(least=FIRST_YEAR, most=LAST_YEAR, whole=True))


def _page(part: Part, fields: Mapping[str, Part], above: _Page | None) -> _Page | None:
    """The page that the numbers of a group were seen on: its own, or the nearest above."""
    if "source" not in fields and "seen" not in fields:
        return above
    for key, other in (PAGE, PAGE[::-1]):
        if key not in fields:
            todo = "the address of the page" if key == "source" else f"one of {', '.join(Seen)}"
            raise part.error(f"{part.path or 'the record'} has {other} but no {key}; add {todo}.")
    return _Page(fields["source"].address(), fields["seen"].choice(Seen))


def _no_page(part: Part) -> FileError:
    shown = part.written or "a number"
    return part.error(
        f"{part.path} is {shown}, and no page is named on which it was seen; write "
        f"{{value: {shown}, source: https://..., seen: abstract}}, or leave it out."
    )


def _figure(
    part: Part,
    unit: str,
    above: _Page | None,
    *,
    least: float | None = None,
    most: float | None = None,
    whole: bool = False,
    operator: str = "=",
) -> Figure:
    page, number, note = above, part, None
    if part.is_group:
        fields = part.fields(("value", "operator", *PAGE, "note"), ("value",))
        page, number = _page(part, fields, above), fields["value"]
        note = fields["note"].text() if "note" in fields else None
        operator = fields["operator"].choice(Operator) if "operator" in fields else operator
    value = number.number(least=least, most=most, whole=whole)
    if page is None:
        raise _no_page(number)
    return Figure(value, unit, page.source, page.seen, str(operator), note, number.decimals)


def _fact(part: Part, above: _Page | None) -> Fact:
    if not part.is_group:
        return Fact(part.text())
    fields = part.fields(("value", "text", *WHERE, "note"))
    if ("value" in fields) == ("text" in fields):
        raise part.error(f"{part.path} needs one of value and text; write value: with the words.")
    page = _page(part, fields, above)
    words = fields.get("value", fields.get("text"))
    return Fact(
        words.text() if words else "",
        page.source if page else None,
        page.seen if page else None,
        fields["note"].text() if "note" in fields else None,
    )


def _interval(part: Part, unit: str, page: _Page | None) -> Interval:
    ends = part.items()
    if len(ends) != 2:
        raise part.error(f"{part.path} needs 2 numbers and has {len(ends)}; give both ends, such as [-6.6, -2.6].")
    low, high = (end.number() for end in ends)
    if low > high:
        raise part.error(
            f"{part.path} runs from {ends[0].written} down to {ends[1].written}; give the lower end first."
        )
    if page is None:
        raise _no_page(ends[0])
    return Interval(float(low), float(high), unit, page.source, page.seen, max(end.decimals for end in ends))


def _p(part: Part, fields: Mapping[str, Part], page: _Page | None) -> Figure | None:
    """The p-value of a group, from its two fields."""
    for key, other in (("p_value", "p_operator"), ("p_operator", "p_value")):
        if key in fields and other not in fields:
            raise fields[key].error(f"{part.path} has {key} but no {other}; add it as printed, such as '<' and 0.001.")
    if "p_value" not in fields:
        return None
    operator = fields["p_operator"].choice(Operator)
    return _figure(fields["p_value"], "p", page, least=0, most=1, operator=operator)


def _population(part: Part, above: _Page | None) -> Population:
    f = part.fields(POPULATION)
    page = _page(part, f, above)
    read = _Fields(f, page)
    return Population(
        text=read.text("text"),
        source=page.source if page else None,
        seen=page.seen if page else None,
        healthy=read.one("healthy", Part.truth),
        n_total=read.people("n_total"),
        n_registry_enrolment=read.people("n_registry_enrolment"),
        n_total_press_release=read.people("n_total_press_release"),
        n_responded=read.people("n_responded", least=0),
        n_preference_group=read.people("n_preference_group", least=0),
        n_note=read.fact("n_note"),
        age=read.one("age", lambda one: _age(one, page)),
        sex=read.one("sex", lambda one: _sex(one, page)),
        pain_duration_years_mean=read.number("pain_duration_years_mean", "years", least=0, most=120),
        regular_analgesic_users=read.people("regular_analgesic_users", least=0),
    )


def _age(part: Part, page: _Page | None) -> Age:
    read = _Fields(part.fields(("mean", "sd", "min", "max")), page)
    return Age(*(read.number(key, "years", least=0, most=120) for key in ("mean", "sd", "min", "max")))


def _sex(part: Part, page: _Page | None) -> Sex:
    read = _Fields(part.fields(("male", "female")), page)
    return Sex(read.people("male", least=0), read.people("female", least=0))


def _arm(part: Part, page: _Page | None) -> Arm:
    f = part.fields(("name", "role", "n_randomised", "n_analysed"), ("name", "role"))
    read = _Fields(f, page)
    return Arm(f["name"].text(), f["role"].choice(ArmRole), read.people("n_randomised"), read.people("n_analysed"))


def _mat(part: Part, page: _Page | None) -> Mat:
    f = part.fields(MAT, ("name",))
    read = _Fields(f, page)
    return Mat(
        name=f["name"].text(),
        brand=read.fact("brand"),
        spikes=read.number("spikes", "spikes", least=1, most=100_000, whole=True),
        spike_height_mm=read.number("spike_height_mm", "mm", least=0, most=100),
        spike_spacing_mm=read.number("spike_spacing_mm", "mm", least=0, most=100),
        body_area=read.text("body_area"),
        size_inches=read.one("size_inches", lambda one: _size(one, page)),
        note=read.text("note"),
    )


def _size(part: Part, page: _Page | None) -> Size:
    read = _Fields(part.fields(("length", "width")), page)
    return Size(*(read.number(key, "inches", least=0, most=200) for key in ("length", "width")))


def _regimen(part: Part, page: _Page | None) -> Regimen:
    read = _Fields(part.fields(REGIMEN), page)
    return Regimen(
        session_minutes=read.number("session_minutes", "minutes", least=0, most=1440),
        sessions_per_day=read.number("sessions_per_day", "a_day", least=0, most=100),
        frequency=read.fact("frequency"),
        duration_days=read.number("duration_days", "days", least=0, most=36_525),
        duration_weeks=read.number("duration_weeks", "weeks", least=0, most=5_200),
        duration_months=read.number("duration_months", "months", least=0, most=1_200),
    )


def _comparator(part: Part) -> Comparator:
    f = part.fields(("type", "text", *WHERE), ("type",))
    page = _page(part, f, None)
    read = _Fields(f, page)
    return Comparator(
        f["type"].choice(ComparatorType),
        read.text("text"),
        page.source if page else None,
        page.seen if page else None,
        read.one("basis", lambda one: one.choice(Basis)),
    )


def _outcome(part: Part, above: _Page | None) -> Outcome:
    f = part.fields(OUTCOME, ("domain", "measure", "comparison", "result", "direction"))
    page = _page(part, f, above)
    if page is None:
        raise part.error(f"{part.path} names no page; add source and seen, which count for every number in it.")
    read = _Fields(f, page)
    unit = str(read.one("unit", lambda one: one.choice(Unit)) or Unit.POINTS)
    scale_min, scale_max = read.number("scale_min", unit), read.number("scale_max", unit)
    if scale_min and scale_max and not scale_min.value < scale_max.value:
        raise f["scale_max"].error(
            f"{part.path} has a scale from {scale_min.value} to {scale_max.value}; give the lower end as scale_min."
        )
    return Outcome(
        domain=f["domain"].choice(Domain),
        measure=f["measure"].text(),
        comparison=f["comparison"].choice(Comparison),
        result=f["result"].choice(Result),
        direction=f["direction"].choice(Direction),
        source=page.source,
        seen=page.seen,
        instrument=read.text("instrument"),
        primary=read.one("primary", Part.truth),
        scale_min=scale_min,
        scale_max=scale_max,
        scale_basis=read.text("scale_basis"),
        timepoint=read.text("timepoint"),
        timepoint_days=read.number("timepoint_days", "days", least=0, most=36_525),
        p=_p(part, f, page),
        baseline=read.one("baseline", lambda one: _by_arm(one, unit, page)),
        followup=read.one("followup", lambda one: _by_arm(one, unit, page)),
        change=read.one("change", lambda one: _by_arm(one, unit, page)),
        mean_difference=read.number("mean_difference", unit),
        ci95=read.one("ci95", lambda one: _interval(one, unit, page)),
        percent=read.number("percent", "percent", least=0, most=100),
        events=read.people("events", least=0),
        n=read.people("n"),
        peak_seconds=read.number("peak_seconds", "seconds", least=0),
        note=read.text("note"),
        other_pages=read.one("other_pages", _other_pages) or (),
    )


def _other_pages(part: Part) -> tuple[tuple[str, str], ...]:
    return tuple((key, page.address()) for key, page in part.fields(OTHER_PAGES).items())


def _by_arm(part: Part, unit: str, page: _Page | None) -> ByArm:
    read = _Fields(part.fields(("treatment", "comparator")), page)
    return ByArm(*(read.one(key, lambda one: _moments(one, unit, page)) for key in ("treatment", "comparator")))


def _moments(part: Part, unit: str, page: _Page | None) -> Moments:
    read = _Fields(part.fields(("mean", "sd", "n")), page)
    return Moments(read.number("mean", unit), read.number("sd", unit, least=0), read.people("n"))


def _effect(part: Part, above: _Page | None) -> Effect:
    f = part.fields(EFFECT, ("comparison", "domain", "metric"))
    page = _page(part, f, above)
    if page is None:
        raise part.error(f"{part.path} names no page; add source and seen, which count for every number in it.")
    read = _Fields(f, page)
    metric = f["metric"].choice(Metric)
    given = read.one("unit", lambda one: one.choice(Unit))
    if given is not None and UNIT_OF[metric] != Unit.POINTS:
        raise f["unit"].error(
            f"{part.path} is measured as {metric}, which has no unit such as {given}; leave unit out."
        )
    unit = str(given or UNIT_OF[metric])
    ends = read.each("scale", lambda one: _figure(one, unit if given else "points", page))
    if ends and (len(ends) != 2 or not ends[0].value < ends[1].value):
        raise f["scale"].error(f"{f['scale'].path} is no scale; give its two ends, the lower first, such as [0, 100].")
    return Effect(
        comparison=f["comparison"].text(),
        domain=f["domain"].choice(Domain),
        metric=metric,
        source=page.source,
        seen=page.seen,
        treatment=read.one("treatment", lambda one: one.choice(Treatment)),
        against=read.one("against", lambda one: one.choice(Against)),
        instrument=read.text("instrument"),
        scale=(ends[0], ends[1]) if ends else None,
        value=read.number("effect", unit),
        ci95=read.one("ci95", lambda one: _interval(one, unit, page)),
        p=_p(part, f, page),
        favours=read.one("favours", lambda one: one.choice(Favours)),
        benefit_is=read.one("benefit_is", lambda one: str(one.choice(Sign))),
        groups=read.each("groups", lambda one: _group(one, unit, page)),
        timepoint=read.text("timepoint"),
        n=read.people("n"),
        n_trials=read.number("n_trials", "trials", least=1, most=100_000, whole=True),
        certainty=read.one("certainty", lambda one: one.choice(Certainty)),
        note=read.text("note"),
    )


def _group(part: Part, unit: str, page: _Page | None) -> Group:
    f = part.fields(("name", "mean", "sd", "percent", "ci95"), ("name",))
    read = _Fields(f, page)
    return Group(
        f["name"].text(),
        read.number("mean", unit),
        read.number("sd", unit, least=0),
        read.number("percent", "percent", least=0, most=100),
        read.one("ci95", lambda one: _interval(one, unit, page)),
    )


def _adverse_events(part: Part, above: _Page | None) -> AdverseEvents:
    f = part.fields(("items", "text", "note", *WHERE))
    page = _page(part, f, above)
    read = _Fields(f, page)
    return AdverseEvents(
        items=read.each("items", lambda one: _harm(one, page)),
        text=read.text("text"),
        note=read.text("note"),
        source=page.source if page else None,
        seen=page.seen if page else None,
        basis=read.one("basis", lambda one: one.choice(Basis)),
    )


def _harm(part: Part, page: _Page | None) -> Harm:
    f = part.fields(("event", "count", "of"), ("event",))
    read = _Fields(f, page)
    harm = Harm(f["event"].text(), read.people("count", least=0), read.people("of"))
    if harm.count and harm.of and harm.count.value > harm.of.value:
        raise f["count"].error(
            f"{part.path} counts {harm.count.value} of {harm.of.value}; a count is at most the number of people, "
            "so look both up again."
        )
    return harm


def _dropouts(part: Part, page: _Page | None) -> Dropouts:
    read = _Fields(part.fields(("for_pain", "total", "note")), page)
    return Dropouts(read.people("for_pain", least=0), read.people("total", least=0), read.text("note"))


def _risk(part: Part) -> Risk:
    f = part.fields(("item", "judgement", "text", *WHERE), ("item", "judgement", "text"))
    page = _page(part, f, None)
    return Risk(
        f["item"].text(),
        f["judgement"].choice(Judgement),
        f["text"].text(),
        page.source if page else None,
        page.seen if page else None,
        f["basis"].choice(Basis) if "basis" in f else None,
    )


FIELDS: Final = (
    *("id", "evidence_role", "kind", "title", "topic", "citation", "year", "doi", "pmid", "pmcid", "registration"),
    *("identifiers_source", "source", "seen", "country", "design", "randomised", "design_note", "design_note_source"),
    *("peer_reviewed", "same_paper_as", "overlaps_with", "superseded_by", "population", "arms", "mat", "regimen"),
    *("comparator", "outcomes", "effects", "adverse_events", "dropouts", "risk_of_bias", "not_seen", "note"),
)
"""The fields of a record."""
POPULATION: Final = (
    *("text", *PAGE, "healthy", "n_total", "n_registry_enrolment", "n_total_press_release", "n_responded"),
    *("n_preference_group", "n_note", "age", "sex", "pain_duration_years_mean", "regular_analgesic_users"),
)
MAT: Final = ("name", "brand", "spikes", "spike_height_mm", "spike_spacing_mm", "body_area", "size_inches", "note")
REGIMEN: Final = (
    *("session_minutes", "sessions_per_day", "frequency"),
    *("duration_days", "duration_weeks", "duration_months"),
)
OUTCOME: Final = (
    *("domain", "measure", "instrument", "unit", "primary", "scale_min", "scale_max", "scale_basis", "direction"),
    *("timepoint", "timepoint_days", "comparison", "result", "p_operator", "p_value", "baseline", "followup", "change"),
    *("mean_difference", "ci95", "percent", "n", "events", "peak_seconds", *PAGE, "note", "other_pages"),
)
OTHER_PAGES: Final = ("scale", "primary", "timepoint", "measure")
EFFECT: Final = (
    *("comparison", "treatment", "against", "domain", "instrument", "unit", "scale", "metric", "effect", "ci95"),
    *("p_operator", "p_value", "favours", "benefit_is", "groups", "timepoint", "n", "n_trials", "certainty"),
    *(*PAGE, "note"),
)
