"""What could fool us: each doubt about a result is a sentence that travels with it.

A check looks at one way to be wrong and either stays silent or returns a `Caveat`. Checks that look at
ratings by treatment are marked ``reveals``, so that a sealed trial can leave them out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pinprick.analysis.effect import Effect, posterior_of
from pinprick.analysis.observations import Observations
from pinprick.analysis.randomisation import LEAST_INFORMATIVE_PAIRS, RandomisationTest
from pinprick.analysis.start_day import StartDayTest
from pinprick.analysis.thresholds import Thresholds
from pinprick.analysis.verdict import Finding, Verdict, claims
from pinprick.bayes.priors import PRIORS
from pinprick.trial.outcome import Outcome
from pinprick.words import _, ngettext

FEW_PAIRS = 6
UNEQUAL_SPREAD = 1.8  # ratio of the rated days' sds beyond which coverage falls below 93 %
AT_THE_END = 0.25  # share of ratings at one end of the scale that makes a floor or a ceiling
MISSING_GAP = 0.15  # difference between the shares of missing days
HARDLY_MOVES = 0.05  # day-to-day sd as a share of the scale below which tiny effects look certain
MINUS = "\N{MINUS SIGN}"
WEAK_PRIOR_SD = 20.0  # "hardly any assumption", in sigma


@dataclass(frozen=True, slots=True)
class Caveat:
    """A doubt about a result.

    ``name`` identifies the check, ``sentence`` is for people, ``reveals`` says whether it uses ratings
    by treatment. ``short`` is the part of the sentence that is left where another line tells the rest.
    """

    name: str
    sentence: str
    reveals: bool = True
    short: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a check may look at."""

    observations: Observations
    effect: Effect | None
    verdict: Verdict
    test: RandomisationTest
    randomised: bool | None
    wash_in: tuple[float, float, float] | None
    as_done: Effect | None
    not_done: int
    strict_thresholds: Thresholds

    @property
    def start_day_drawn(self) -> bool:
        """Whether there is one switch, on a day drawn by chance."""
        return isinstance(self.test, StartDayTest)


def points(value: float, *, width: float = 10.0) -> str:
    """A number of points in words, with digits that fit the scale.

    Examples
    --------
    >>> points(1.04), points(1.6), points(-0.04), points(12.4, width=100)
    ('1.0 point', '1.6 points', '0.0 points', '12 points')
    """
    shown = _shown(value, width)
    return ngettext("{n} point", "{n} points", 1 if shown.rstrip("0") == "1." or shown == "1" else 2).format(n=shown)


def _shown(value: float, width: float) -> str:
    """A number with digits that fit the scale, and no minus before zero."""
    digits = max(0, min(3, 2 - int(np.floor(np.log10(width)))))
    shown = f"{value:.{digits}f}"
    return (f"{0:.{digits}f}" if float(shown) == 0 else shown).replace("-", MINUS)


def caveats(evidence: Evidence) -> tuple[Caveat, ...]:
    """Every doubt that applies, the gravest first."""
    return tuple(caveat for check in CHECKS if (caveat := check(evidence)) is not None)


def not_randomised(e: Evidence) -> Caveat | None:
    """Nobody drew the order by chance, or nobody wrote down whether."""
    if e.randomised is False:
        return Caveat(
            "not randomised",
            _("The order is not randomised: nobody drew it by chance, so other things may explain this."),
            reveals=False,
        )
    if e.randomised is None:
        return Caveat(
            "order unknown",
            _("The diary does not say whether chance drew the order. If it did not, other things may explain this."),
            reveals=False,
        )
    return None


def missing_by_treatment(e: Evidence) -> Caveat | None:
    """Many more unrated days under one treatment than under the other."""
    o = e.observations
    shares = [m / (m + r) if m + r else 0.0 for m, r in zip(o.missing, o.rated, strict=True)]
    gap = abs(shares[0] - shares[1])
    if gap < MISSING_GAP or abs(o.missing[0] - o.missing[1]) < 3:
        return None
    return Caveat(
        "missing by treatment",
        ngettext(
            "{n} day of {first} and {m} of {second} have no rating. "
            "Days left out because they were bad would bend the answer.",
            "{n} days of {first} and {m} of {second} have no rating. "
            "Days left out because they were bad would bend the answer.",
            o.missing[0],
        ).format(n=o.missing[0], first=_called(o.treatments[0]), m=o.missing[1], second=_called(o.treatments[1])),
    )


def one_switch(e: Evidence) -> Caveat | None:
    """A drawn start day: one switch, however many days."""
    if not isinstance(e.test, StartDayTest):
        return None
    said = (
        _(
            "There is only one switch, on a day that chance picked from {n}. Whatever else changed at about that time "
            "looks the same, so this is weaker evidence than a trial that switches often."
        )
        if e.test.n_start_days
        else _(
            "There is only one switch, on a drawn day. Whatever else changed at about that time looks the same, "
            "so this is weaker evidence than a trial that switches often."
        )
    )
    return Caveat("one switch", said.format(n=e.test.n_start_days), reveals=False)


def few_pairs(e: Evidence) -> Caveat | None:
    """Fewer than six pairs of periods, where treatments take turns."""
    n = e.observations.n_pairs
    if n >= FEW_PAIRS or e.start_day_drawn:
        return None
    if n == 0:
        said = _("There is no complete pair of periods. {enough} or more make an answer hard to get by luck.")
    else:
        said = ngettext(
            "There is only {n} complete pair of periods. {enough} or more make an answer hard to get by luck.",
            "There are only {n} complete pairs of periods. {enough} or more make an answer hard to get by luck.",
            n,
        )
    return Caveat("few pairs", said.format(n=n, enough=FEW_PAIRS), reveals=False)


def confounded_with_time(e: Evidence) -> Caveat | None:
    """One treatment came mostly early, the other mostly late, and no drawn start day answers for it."""
    o = e.observations
    if not o.can_be_fitted or e.start_day_drawn:
        return None
    correlation = float(np.corrcoef(o.day, o.on_first)[0, 1])
    if abs(correlation) < 0.5:
        return None
    early = _called(o.treatments[0] if correlation < 0 else o.treatments[1])
    return Caveat(
        "time and treatment",
        _("{treatment} came mostly early, so the passing of time may look like an effect.").format(treatment=early),
        reveals=False,
    )


def trend(e: Evidence) -> Caveat | None:
    """Ratings that drifted over the trial, whatever the treatment."""
    o = e.observations
    if len(o) < 10 or o.all_equal or min(o.rated) == 0:
        return None
    design = np.stack([np.ones(len(o)), o.day / max(o.n_days - 1, 1), o.on_first.astype(float)], axis=1)
    coefficients = np.linalg.lstsq(design, o.points, rcond=None)[0]
    drift = float(coefficients[1])
    residual = o.points - design @ coefficients
    variance = residual @ residual / max(len(o) - 3, 1) * np.linalg.pinv(design.T @ design)[1, 1]
    if abs(drift) < o.outcome.smallest_difference or drift**2 < 4 * variance:
        return None
    rose = _("{outcome} rose by about {size} over the {n} days, whatever the treatment. A steady drift is allowed for.")
    fell = _("{outcome} fell by about {size} over the {n} days, whatever the treatment. A steady drift is allowed for.")
    size = points(abs(drift), width=o.outcome.width)
    said = (rose if drift > 0 else fell).format(outcome=_subject(o.outcome), size=size, n=o.n_days)
    return Caveat("trend", said, reveals=False)


def carry_over(e: Evidence) -> Caveat | None:
    """If the treatment needs days to build up and to fade, the full effect is larger than what was seen."""
    if e.effect is None or e.wash_in is None:
        return None
    full, low, high = e.wash_in
    if abs(full - e.effect.median) < e.effect.delta / 4:
        return None
    width = e.observations.outcome.width
    return Caveat(
        "carry-over",
        _("If {treatment} needs days to build up, the full effect could be {size} ({low} to {high}).").format(
            treatment=_called(e.observations.treatments[0]), size=points(full, width=width), **_range(low, high, width)
        ),
    )


def first_days(e: Evidence) -> Caveat | None:
    """Leaving out the first day after each change moves the estimate."""
    o = e.observations
    if e.effect is None or o.period_days < 2:
        return None
    before = np.concatenate([[np.nan], o.assigned[:-1]])[o.day]
    settled = before == o.assigned[o.day]
    without = replace(
        o,
        day=o.day[settled],
        points=o.points[settled],
        rating=o.rating[settled],
        on_first=o.on_first[settled],
    )
    if not without.can_be_fitted:
        return None
    later = posterior_of(without).mean
    if abs(later - e.effect.mean) < o.outcome.smallest_difference / 2:
        return None
    width = o.outcome.width
    return Caveat(
        "first days",
        _(
            "Without the first day after each change the difference is {later} instead of {size}. "
            "Something may carry over."
        ).format(later=points(later, width=width), size=points(e.effect.mean, width=width)),
    )


def floor_and_ceiling(e: Evidence) -> Caveat | None:
    """A quarter or more of the ratings sit at one end of the scale."""
    o = e.observations
    if len(o) < 5:
        return None
    lowest = _(
        "{n} of 100 ratings are the lowest there is ({end}). A difference beyond the end of the scale cannot show."
    )
    highest = _(
        "{n} of 100 ratings are the highest there is ({end}). A difference beyond the end of the scale cannot show."
    )
    for end, said in ((o.outcome.low, lowest), (o.outcome.high, highest)):
        share = float(np.mean(o.points == end))
        if share >= AT_THE_END and not o.all_equal:
            return Caveat("floor or ceiling", said.format(n=round(100 * share), end=f"{end:g}"), reveals=False)
    return None


def hardly_moves(e: Evidence) -> Caveat | None:
    """Ratings that hardly vary: equal ones, or a spread so small that tiny effects look certain."""
    o = e.observations
    if o.all_equal and len(o) >= 2:
        return Caveat(
            "all equal",
            _("Every rating is {rating}. A rating that never moves cannot show a difference.").format(
                rating=f"{o.points[0]:g}"
            ),
            reveals=False,
        )
    claimed = e.verdict.finding in (Finding.BETTER, Finding.WORSE)
    if not claimed or e.effect is None or e.effect.sigma >= HARDLY_MOVES * o.outcome.width:
        return None
    return Caveat(
        "hardly varies",
        _("The ratings hardly vary from day to day. Even a difference too small to matter can look certain."),
        reveals=False,
    )


def unequal_spread(e: Evidence) -> Caveat | None:
    """The ratings vary much more under one treatment than under the other."""
    o = e.observations
    if min(o.rated) < 5:
        return None
    first, second = (float(np.std(o.points[mask], ddof=1)) for mask in (o.on_first, ~o.on_first))
    calm, wild = min(first, second), max(first, second)
    if wild <= UNEQUAL_SPREAD * calm or wild == 0:
        return None
    name = _called(o.treatments[0] if first > second else o.treatments[1])
    return Caveat(
        "unequal spread",
        _("Ratings vary much more on days of {treatment}. The interval may then be a little too narrow.").format(
            treatment=name
        ),
    )


def strongly_linked_days(e: Evidence) -> Caveat | None:
    """A claim that strict mode would not make yet."""
    if e.effect is None or e.verdict.finding not in (Finding.BETTER, Finding.WORSE):
        return None
    better, worse, _third = claims(
        e.strict_thresholds,
        above_zero=e.effect.better,
        below_zero=e.effect.worse,
        third=0.5,
        expected_phi=e.effect.expected_phi,
    )
    if better or worse or e.verdict.thresholds == e.strict_thresholds:
        return None
    return Caveat(
        "strongly linked days",
        _("Your days hang together strongly, which can mimic an effect. Strict mode would still say “cannot tell”."),
    )


def pull_of_the_prior(e: Evidence) -> Caveat | None:
    """What hardly any assumption would say, where it differs."""
    if e.effect is None:
        return None
    o = e.observations
    weak = posterior_of(o, priors=replace(PRIORS, effect_sd=WEAK_PRIOR_SD)).mean
    if abs(weak - e.effect.mean) < e.effect.delta / 4:
        return None
    width = o.outcome.width
    return Caveat(
        "pull of the prior",
        _("With so few days the starting assumption matters: it pulls {weak} to {size}.").format(
            weak=points(weak, width=width), size=points(e.effect.mean, width=width)
        ),
    )


def model_against_randomisation(e: Evidence) -> Caveat | None:
    """The model and the re-randomisation test say different things, or the test cannot say anything."""
    if e.test.p is None:
        return None
    if isinstance(e.test, StartDayTest):
        return _model_against_start_day(e, e.test)
    if not e.test.informative:
        return Caveat(
            "few pairs to redraw",
            _("With {n} pairs redrawing the order says nothing; it needs {enough}.").format(
                n=e.test.n_pairs, enough=LEAST_INFORMATIVE_PAIRS
            ),
            reveals=False,
        )
    claimed = e.verdict.finding in (Finding.BETTER, Finding.WORSE)
    if claimed and e.test.p > 0.05:
        gap = _("Redrawing the order by chance gives a gap this large in {n} of 100 tries.")
        return _unlike_the_model(gap.format(n=f"{100 * e.test.p:.0f}"), _("The model is surer than that."))
    if not claimed and e.test.p < 0.01:
        gap = _("Redrawing the order by chance gives a gap this large in only {n} of 100 tries.")
        return _unlike_the_model(gap.format(n=f"{100 * e.test.p:.1f}"), _("The model is less sure than that."))
    return None


def _unlike_the_model(redrawing: str, model: str) -> Caveat:
    return Caveat("model against redrawing", f"{redrawing} {model}", short=model)


def _model_against_start_day(e: Evidence, test: StartDayTest) -> Caveat | None:
    """One of the two proofs that better and worse need is there, and the other is not."""
    if e.effect is None or e.verdict.finding in (Finding.BETTER, Finding.WORSE):
        return None
    thresholds = e.verdict.thresholds
    sure, sure_of_worse, _third = claims(
        thresholds,
        above_zero=e.effect.better,
        below_zero=e.effect.worse,
        third=0.5,
        expected_phi=e.effect.expected_phi,
    )
    rare = min(test.p_better or 1.0, test.p_worse or 1.0) <= thresholds.claim_error + 1e-9
    start = f"{start_day_line(test)}."
    if sure or sure_of_worse:
        return _unlike_the_model(start, _("The model is surer than that."))
    if rare:
        return _unlike_the_model(start, _("The model is less sure than that."))
    return None


def start_day_line(test: StartDayTest) -> str:
    """What redrawing the start day says, without a full stop; the test must have been made.

    Examples
    --------
    >>> start_day_line(StartDayTest(3 / 28, 0, n_start_days=28))
    'Of 28 possible start days 3 show a change at least this large, the one drawn among them'
    """
    n = round((test.p or 0.0) * test.n_start_days)
    alone = _("Of {days} possible start days only the one drawn shows a change this large")
    among = _("Of {days} possible start days {n} show a change at least this large, the one drawn among them")
    return (alone if n <= 1 else among).format(days=test.n_start_days, n=n)


def followed(e: Evidence) -> Caveat | None:
    """Days on which the treatment was not done, and what the days on which it was say."""
    if not e.not_done:
        return None
    start = ngettext(
        "On {n} rated day the day’s treatment was not done, or nobody knows.",
        "On {n} rated days the day’s treatment was not done, or nobody knows.",
        e.not_done,
    ).format(n=e.not_done)
    if e.as_done is None:
        return Caveat("followed", start)
    width = e.observations.outcome.width
    as_done = _("The days on which it was give {size} ({low} to {high}).").format(
        size=points(e.as_done.mean, width=width), **_range(e.as_done.low, e.as_done.high, width)
    )
    return Caveat("followed", f"{start} {as_done}", short=start)


def outside_calibration(e: Evidence) -> Caveat | None:
    """A trial longer than any whose error was simulated."""
    covers = e.verdict.thresholds.covers_days
    if e.observations.n_days <= covers:
        return None
    return Caveat(
        "longer than simulated",
        _("The stated error was simulated for up to {most} days, and this diary has {n}.").format(
            most=covers, n=e.observations.n_days
        ),
        reveals=False,
    )


CHECKS = (
    not_randomised,
    hardly_moves,
    missing_by_treatment,
    one_switch,
    few_pairs,
    confounded_with_time,
    carry_over,
    first_days,
    trend,
    floor_and_ceiling,
    unequal_spread,
    strongly_linked_days,
    pull_of_the_prior,
    model_against_randomisation,
    followed,
    outside_calibration,
)


def _called(name: str) -> str:
    """A name without a spreadsheet's underscores."""
    return name.replace("_", " ")


def _subject(outcome: Outcome) -> str:
    name = _called(outcome.name)
    return name[:1].upper() + name[1:]


def _range(low: float, high: float, width: float) -> dict[str, str]:
    """Both ends of an interval, as a sentence puts them in."""
    return {"low": _shown(low, width), "high": points(high, width=width)}
