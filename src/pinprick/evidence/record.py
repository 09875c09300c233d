"""What a record of a published study holds: its people, arms, results, harms, and the page of every number.

A `Figure` is one number with the one page it was seen on. What nobody saw is None: neither zero nor no effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a record may be used for; records of different roles are never pooled."""

    MAT_TRIAL = "mat_trial"
    """A study of a spike mat in people, the only role that says what mats do."""
    REGISTERED_NO_RESULTS = "registered_no_results"
    VENDOR_REPORT_UNVERIFIED = "vendor_report_unverified"
    ADJACENT_DEVICE = "adjacent_device"
    CONFOUNDED_MULTICOMPONENT = "confounded_multicomponent"
    ACUPUNCTURE_EFFECT = "acupuncture_effect"
    ACUPRESSURE_EFFECT = "acupressure_effect"
    PERSISTENCE = "persistence"
    RESPONDER_HETEROGENEITY = "responder_heterogeneity"
    PLACEBO_EXPECTATION = "placebo_expectation"
    ADJACENT_APP = "adjacent_app"
    GUIDELINE = "guideline"


class Kind(StrEnum):
    """What sort of work was published."""

    TRIAL = "trial"
    """People were treated and measured, with a control or without."""
    SURVEY = "survey"
    REVIEW = "review"
    """Of trials, which other reviews may rest on too."""
    GUIDELINE = "guideline"


class Seen(StrEnum):
    """How a number was seen."""

    ABSTRACT = "abstract"
    FULLTEXT = "fulltext"
    REGISTRY = "registry"
    SECONDARY = "secondary"
    """Told by somebody else: a seller, a newspaper, another review."""


class Basis(StrEnum):
    """Whether a sentence was seen or concluded by whoever filled in the record."""

    SEEN = "seen"
    INFERENCE = "inference"


class Domain(StrEnum):
    """What a result is about."""

    PAIN = "pain"
    FUNCTION = "function"
    FATIGUE = "fatigue"
    CIRCULATION = "circulation"
    STRESS_ANXIETY = "stress_anxiety"
    SLEEP = "sleep"
    OTHER = "other"


class Comparison(StrEnum):
    """What a mat's result was held against; only `BETWEEN_ARMS` sets the mat against something else for weeks."""

    BETWEEN_ARMS = "between_arms"
    BETWEEN_CONDITIONS = "between_conditions"
    WITHIN_ARM = "within_arm"
    WITHIN_SESSION = "within_session"
    WITHIN_PERSON_PHASES = "within_person_phases"
    UNCONTROLLED_PERCENTAGE = "uncontrolled_percentage"
    VENDOR_CLAIM = "vendor_claim"
    PLANNED = "planned"


class Against(StrEnum):
    """What a treatment was compared with, in broad classes that hold for mats and needles alike."""

    NOTHING = "nothing"
    """A waiting list, no treatment, or care without the treatment."""
    USUAL_CARE = "usual_care"
    SHAM = "sham"
    """The same without what is thought to act: blunt needles, other points, a mat without spikes."""
    REST = "rest"
    """As long, at rest."""
    ACTIVE = "active"
    """Something else that is meant to help."""
    ITSELF = "itself"
    """The same people before, or at other times."""
    MIXED = "mixed"
    """Several of these taken together, or a control that is not described."""
    UNKNOWN = "unknown"


class Treatment(StrEnum):
    """What was done."""

    MAT = "mat"
    ACUPUNCTURE = "acupuncture"
    SHAM_ACUPUNCTURE = "sham_acupuncture"
    ACUPRESSURE = "acupressure"
    ACUPRESSURE_DEVICE = "acupressure_device"
    PLACEBO = "placebo"
    OPEN_LABEL_PLACEBO = "open_label_placebo"
    HEAT = "heat"
    CUPPING = "cupping"
    RELAXATION = "relaxation"


class ComparatorType(StrEnum):
    """What the people without the mat did."""

    WAITING_LIST = "waiting_list"
    NO_TREATMENT = "no_treatment"
    NO_MAT_UNSPECIFIED = "no_mat_unspecified"
    USUAL_CARE = "usual_care"
    NO_MAT_SAME_TIME = "no_mat_same_time"
    ACTIVE_REST = "active_rest"
    ACTIVE_EXERCISE = "active_exercise"
    PLAIN_MAT_SHAM = "plain_mat_sham"
    OWN_BASELINE_AND_WITHDRAWAL = "own_baseline_and_withdrawal"
    NONE = "none"
    UNCLEAR = "unclear"
    UNKNOWN = "unknown"


AGAINST: Final = {
    ComparatorType.WAITING_LIST: Against.NOTHING,
    ComparatorType.NO_TREATMENT: Against.NOTHING,
    ComparatorType.NO_MAT_UNSPECIFIED: Against.NOTHING,
    ComparatorType.USUAL_CARE: Against.USUAL_CARE,
    ComparatorType.NO_MAT_SAME_TIME: Against.REST,
    ComparatorType.ACTIVE_REST: Against.REST,
    ComparatorType.ACTIVE_EXERCISE: Against.ACTIVE,
    ComparatorType.PLAIN_MAT_SHAM: Against.SHAM,
    ComparatorType.OWN_BASELINE_AND_WITHDRAWAL: Against.ITSELF,
    ComparatorType.NONE: Against.ITSELF,
    ComparatorType.UNCLEAR: Against.UNKNOWN,
    ComparatorType.UNKNOWN: Against.UNKNOWN,
}
"""The broad class of each comparator."""


class ArmRole(StrEnum):
    """What an arm is in its trial."""

    MAT = "mat"
    COMPARATOR = "comparator"
    MAT_AND_COMPARATOR = "mat_and_comparator"
    ADJACENT_DEVICE = "adjacent_device"
    MIXED = "mixed"


class Direction(StrEnum):
    """Which way on the scale is better."""

    LOWER = "lower_is_better"
    HIGHER = "higher_is_better"
    NOT_APPLICABLE = "not_applicable"
    UNCLEAR = "unclear"


class Result(StrEnum):
    """Which way a result went, as its authors say."""

    FAVOURS_MAT = "favours_mat"
    FAVOURS_COMPARATOR = "favours_comparator"
    FAVOURS_DEVICE = "favours_device"
    FAVOURS_COMBINED_PROGRAMME = "favours_combined_programme"
    NO_DIFFERENCE = "no_difference"
    NO_CHANGE = "no_change"
    IMPROVED = "improved"
    WORSENED = "worsened"
    IMPROVED_IN_MAT_ARM_ONLY = "improved_in_mat_arm_only"
    IMPROVED_IN_BOTH_ARMS = "improved_in_both_arms"
    IMPROVED_IN_ALL_CONDITIONS = "improved_in_all_conditions"
    HIGHER_ON_MAT = "higher_on_mat"
    LOWER_ON_MAT = "lower_on_mat"
    RISES_THEN_SUBSIDES = "rises_then_subsides"
    PERCENTAGE_ONLY = "percentage_only"
    CLAIMED_IMPROVEMENT_ALL_GROUPS = "claimed_improvement_all_groups"
    NO_RESULTS = "no_results"
    NOT_SEEN = "not_seen"


NULL_RESULTS: Final = frozenset({Result.NO_DIFFERENCE, Result.NO_CHANGE})
"""Words for "not significant"."""
CLEAR_RESULTS: Final = frozenset(
    {
        *(Result.FAVOURS_MAT, Result.FAVOURS_COMPARATOR, Result.FAVOURS_DEVICE, Result.FAVOURS_COMBINED_PROGRAMME),
        *(Result.IMPROVED, Result.WORSENED, Result.HIGHER_ON_MAT, Result.LOWER_ON_MAT),
    }
)
"""Words for "significant"."""


class Favours(StrEnum):
    """Who was better in an effect, as the paper says; None is "not seen"."""

    ACUPUNCTURE = "acupuncture"
    ACUPRESSURE = "acupressure"
    SHAM = "sham"
    PLACEBO = "placebo"
    HEAT = "heat"
    CUPPING = "cupping"
    CONTROL = "control"
    NONE = "none"


class Metric(StrEnum):
    """What an effect is measured in."""

    SMD = "SMD"
    HEDGES_G = "Hedges_g"
    EFFECT_SIZE = "effect_size"
    """Called so in the paper, which means a standardised difference of some kind."""
    MD = "MD"
    WMD = "WMD"
    RR = "RR"
    OR = "OR"
    ARM_MEANS = "arm_means"
    PERCENT_RESPONDERS = "percent_responders"
    PERCENT_CHANGE = "percent_change"
    PERCENT_CHANGE_IN_EFFECT = "percent_change_in_effect"
    SMD_DECREASE_PER_3_MONTHS = "SMD_decrease_per_3_months"
    DIFFERENCE_IN_SKEWNESS = "difference_in_skewness"
    INTERACTION = "interaction"


RATIOS: Final = frozenset({Metric.RR, Metric.OR})
"""Metrics whose "no difference" is 1, and whose interval is even on the log scale."""
STANDARDISED: Final = frozenset({Metric.SMD, Metric.HEDGES_G, Metric.EFFECT_SIZE})
"""Metrics in standard deviations."""
DIFFERENCES: Final = frozenset({*STANDARDISED, Metric.MD, Metric.WMD})
"""Metrics whose "no difference" is 0 and whose sign says who was better."""


class Certainty(StrEnum):
    """A grade that the authors gave."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very_low"


class Judgement(StrEnum):
    """How far one thing may have bent a result."""

    LOW = "low"
    SOME_CONCERNS = "some_concerns"
    UNCLEAR = "unclear"
    HIGH = "high"
    CRITICAL = "critical"


def _decimals(value: float) -> int:
    return len(repr(float(value)).removesuffix(".0").partition(".")[2])


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, and the one page it was seen on.

    Parameters
    ----------
    value : int or float
        As printed.
    unit : str
        Such as ``people``, ``minutes``, ``points``, ``sd`` (standard deviations) or ``p``.
    source : str
        The page's address.
    seen : Seen
        How it was seen there.
    operator : str
        ``=``, or ``<``, ``<=``, ``>``, ``>=`` where only a bound is printed.
    note : str, optional
        What to know about it.
    decimals : int
        Digits after the point as written, from which its rounding follows; as few as show the value if left out.

    Examples
    --------
    >>> p = Figure(0.001, "p", "https://example.org/paper", Seen.ABSTRACT, operator="<")
    >>> str(p), p.where
    ('p < 0.001', 'https://example.org/paper (abstract)')
    >>> str(Figure(40, "people", "https://example.org/paper", Seen.ABSTRACT))
    '40 people'
    """

    value: int | float
    unit: str
    source: str
    seen: Seen
    operator: str = "="
    note: str | None = None
    decimals: int = -1

    def __post_init__(self) -> None:
        if self.decimals < 0:
            object.__setattr__(self, "decimals", _decimals(self.value))

    @property
    def where(self) -> str:
        """The page it was seen on, and how."""
        return f"{self.source} ({self.seen.value})"

    @property
    def rounding(self) -> float:
        """Half a unit of its last digit: how far the unrounded number may lie from it."""
        return 0.5 * 10.0**-self.decimals

    def __float__(self) -> float:
        return float(self.value)

    def __str__(self) -> str:
        bound = "" if self.operator == "=" else f"{self.operator} "
        if self.unit == "p":
            return f"p {self.operator} {self.value:.{self.decimals}f}"
        return f"{bound}{self.value:.{self.decimals}f} {self.unit.replace('_', ' ')}"


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval as printed, and the page it was seen on."""

    low: float
    high: float
    unit: str
    source: str
    seen: Seen
    decimals: int = -1

    def __post_init__(self) -> None:
        if self.decimals < 0:
            object.__setattr__(self, "decimals", max(_decimals(self.low), _decimals(self.high)))

    @property
    def where(self) -> str:
        """The page it was seen on, and how."""
        return f"{self.source} ({self.seen.value})"

    @property
    def rounding(self) -> float:
        """Half a unit of the last digit."""
        return 0.5 * 10.0**-self.decimals

    def holds(self, value: float) -> bool:
        """Whether it contains a value.

        Examples
        --------
        >>> Interval(-6.6, -2.6, "points", "https://example.org/paper", Seen.ABSTRACT, 1).holds(0)
        False
        """
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{self.low:.{self.decimals}f} to {self.high:.{self.decimals}f}"


@dataclass(frozen=True, slots=True)
class Fact:
    """A few words, and the page they were seen on if they name one."""

    text: str
    source: str | None = None
    seen: Seen | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Age:
    """Ages in years."""

    mean: Figure | None = None
    sd: Figure | None = None
    min: Figure | None = None
    max: Figure | None = None


@dataclass(frozen=True, slots=True)
class Sex:
    """How many were men and women."""

    male: Figure | None = None
    female: Figure | None = None


@dataclass(frozen=True, slots=True)
class Population:
    """Who took part, and every count of them that somebody printed."""

    text: str | None = None
    source: str | None = None
    seen: Seen | None = None
    healthy: bool | None = None
    n_total: Figure | None = None
    n_registry_enrolment: Figure | None = None
    n_total_press_release: Figure | None = None
    n_responded: Figure | None = None
    n_preference_group: Figure | None = None
    n_note: Fact | None = None
    age: Age | None = None
    sex: Sex | None = None
    pain_duration_years_mean: Figure | None = None
    regular_analgesic_users: Figure | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    """One group of a trial."""

    name: str
    role: ArmRole
    n_randomised: Figure | None = None
    n_analysed: Figure | None = None


@dataclass(frozen=True, slots=True)
class Size:
    """How large a mat is, in inches."""

    length: Figure | None = None
    width: Figure | None = None


@dataclass(frozen=True, slots=True)
class Mat:
    """The device that was lain on."""

    name: str
    brand: Fact | None = None
    spikes: Figure | None = None
    spike_height_mm: Figure | None = None
    spike_spacing_mm: Figure | None = None
    body_area: str | None = None
    size_inches: Size | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Regimen:
    """How long and how often it was used."""

    session_minutes: Figure | None = None
    sessions_per_day: Figure | None = None
    frequency: Fact | None = None
    duration_days: Figure | None = None
    duration_weeks: Figure | None = None
    duration_months: Figure | None = None


@dataclass(frozen=True, slots=True)
class Comparator:
    """What the mat was compared with."""

    type: ComparatorType
    text: str | None = None
    source: str | None = None
    seen: Seen | None = None
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean, standard deviation and people of one arm at one time; sd of change where it stands under a change."""

    mean: Figure | None = None
    sd: Figure | None = None
    n: Figure | None = None


@dataclass(frozen=True, slots=True)
class ByArm:
    """What each side had: the treatment (in a mat trial, the mat) and its comparator."""

    treatment: Moments | None = None
    comparator: Moments | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One result of one trial.

    ``ci95`` belongs to `estimate`: the difference between arms, or the change within the one arm.
    """

    domain: Domain
    measure: str
    comparison: Comparison
    result: Result
    direction: Direction
    source: str
    seen: Seen
    instrument: str | None = None
    primary: bool | None = None
    scale_min: Figure | None = None
    scale_max: Figure | None = None
    scale_basis: str | None = None
    timepoint: str | None = None
    timepoint_days: Figure | None = None
    p: Figure | None = None
    baseline: ByArm | None = None
    followup: ByArm | None = None
    change: ByArm | None = None
    mean_difference: Figure | None = None
    ci95: Interval | None = None
    percent: Figure | None = None
    events: Figure | None = None
    n: Figure | None = None
    peak_seconds: Figure | None = None
    note: str | None = None
    other_pages: tuple[tuple[str, str], ...] = ()

    @property
    def lower_is_better(self) -> bool | None:
        """Which way is better; None where neither is, or nobody said."""
        return {Direction.LOWER: True, Direction.HIGHER: False}.get(self.direction)

    @property
    def estimate(self) -> Figure | None:
        """The number that ``ci95`` is about, if it was seen."""
        if self.mean_difference is not None:
            return self.mean_difference
        alone = self.change if self.change is not None and self.change.comparator is None else None
        return alone.treatment.mean if alone is not None and alone.treatment is not None else None


@dataclass(frozen=True, slots=True)
class Group:
    """One arm's own figure inside an effect."""

    name: str
    mean: Figure | None = None
    sd: Figure | None = None
    percent: Figure | None = None
    ci95: Interval | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """One comparison of a review or a trial, with the sign that its paper gives it."""

    comparison: str
    domain: Domain
    metric: Metric
    source: str
    seen: Seen
    treatment: Treatment | None = None
    against: Against | None = None
    instrument: str | None = None
    scale: tuple[Figure, Figure] | None = None
    value: Figure | None = None
    ci95: Interval | None = None
    p: Figure | None = None
    favours: Favours | None = None
    benefit_is: str | None = None
    groups: tuple[Group, ...] = ()
    timepoint: str | None = None
    n: Figure | None = None
    n_trials: Figure | None = None
    certainty: Certainty | None = None
    note: str | None = None

    @property
    def null(self) -> float:
        """The value of "no difference": 1 for a ratio, otherwise 0."""
        return 1.0 if self.metric in RATIOS else 0.0

    @property
    def benefit_sign(self) -> int | None:
        """1 where a positive value is good for the treatment, -1 where a negative one is, None where nobody said.

        Examples
        --------
        >>> effect = Effect("needles vs usual care", Domain.PAIN, Metric.MD, "https://example.org", Seen.ABSTRACT,
        ...     value=Figure(-0.5, "points", "https://example.org", Seen.ABSTRACT), favours=Favours.ACUPUNCTURE)
        >>> effect.benefit_sign
        -1
        """
        if self.metric not in DIFFERENCES:
            return None
        if self.benefit_is is not None:
            return 1 if self.benefit_is == "positive" else -1
        if self.value is None or self.favours in (None, Favours.NONE) or self.value.value == 0:
            return None
        sign = 1 if self.value.value > 0 else -1
        return -sign if self.favours is Favours.CONTROL else sign


@dataclass(frozen=True, slots=True)
class Harm:
    """How many had one kind of harm, and of how many."""

    event: str
    count: Figure | None = None
    of: Figure | None = None


@dataclass(frozen=True, slots=True)
class AdverseEvents:
    """The harm that was counted; no item means that no count was seen, not that nobody was harmed."""

    items: tuple[Harm, ...] = ()
    text: str | None = None
    note: str | None = None
    source: str | None = None
    seen: Seen | None = None
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Dropouts:
    """Who left."""

    for_pain: Figure | None = None
    total: Figure | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    """One thing that may have bent the results."""

    item: str
    judgement: Judgement
    text: str
    source: str | None = None
    seen: Seen | None = None
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Study:
    """One published study: somebody else's, as far as it could be read.

    ``same_paper_as`` names records of the same paper with other people in them; ``overlaps_with`` names records
    that rest on some of the same people, which are never pooled with this one; ``superseded_by`` the record that
    replaced this one. ``file`` and ``line`` say where its record starts.
    """

    id: str
    role: Role
    kind: Kind
    citation: str
    design: str
    title: str | None = None
    topic: str | None = None
    year: int | None = None
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    registration: str | None = None
    identifiers_source: str | None = None
    source: str | None = None
    seen: Seen | None = None
    country: str | None = None
    randomised: bool | None = None
    design_note: str | None = None
    design_note_source: str | None = None
    peer_reviewed: bool | None = None
    same_paper_as: tuple[str, ...] = ()
    overlaps_with: tuple[str, ...] = ()
    superseded_by: str | None = None
    population: Population = Population()
    arms: tuple[Arm, ...] = ()
    mat: Mat | None = None
    regimen: Regimen | None = None
    comparator: Comparator | None = None
    outcomes: tuple[Outcome, ...] = ()
    effects: tuple[Effect, ...] = ()
    adverse_events: AdverseEvents = AdverseEvents()
    dropouts: Dropouts = Dropouts()
    risk_of_bias: tuple[Risk, ...] = ()
    not_seen: tuple[str, ...] = ()
    note: str | None = None
    file: str = ""
    line: int = 0

    @property
    def name(self) -> str:
        """Its title, or our own words for what it is about."""
        return self.title or self.topic or self.id

    @property
    def doi_url(self) -> str | None:
        """The address that its DOI leads to; None where no DOI was seen."""
        return f"https://doi.org/{self.doi}" if self.doi else None

    @property
    def link(self) -> str | None:
        """The best address for a reader: the DOI, else the article's archive, its registry, the page it was seen on."""
        if self.doi_url:
            return self.doi_url
        if self.pmcid:
            return f"https://pmc.ncbi.nlm.nih.gov/articles/{self.pmcid}"
        if self.registration and self.registration.startswith("NCT"):
            return f"https://clinicaltrials.gov/study/{self.registration}"
        return self.source or self.identifiers_source

    @property
    def against(self) -> Against:
        """The broad class of what it was compared with."""
        return AGAINST[self.comparator.type] if self.comparator is not None else Against.UNKNOWN

    def figures(self) -> Iterator[tuple[str, Figure | Interval]]:
        """Every number in the record, with its path such as ``outcomes[1].p``, counted from 1 as in messages."""
        return _figures(self, "")


def _figures(part: object, path: str) -> Iterator[tuple[str, Figure | Interval]]:
    if isinstance(part, Figure | Interval):
        yield path, part
    elif isinstance(part, tuple):
        for i, item in enumerate(part, 1):
            yield from _figures(item, f"{path}[{i}]")
    elif is_dataclass(part):
        for field in fields(part):
            yield from _figures(getattr(part, field.name), f"{path}.{field.name}" if path else field.name)
