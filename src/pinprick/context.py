"""One person's days beside what published trials say: where diary and evidence meet.

The finding of a trial never changes here. What changes is what different people would conclude from the same days:
one who takes published trials into account, a sceptic, and one who assumes hardly anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pinprick.analysis.single import Result
from pinprick.analysis.under_prior import REACH, DaysAlone, Weighed, days_alone, under_prior
from pinprick.bayes.normal_prior import NormalPrior
from pinprick.evidence.priors import PublishedPrior, library
from pinprick.trial.plan import Plan


@dataclass(frozen=True, slots=True)
class InContext:
    """A result under three priors, none of which takes part in the rule.

    Attributes
    ----------
    source : PublishedPrior
        The entry of the prior library that was taken.
    days : DaysAlone
        What the days say by themselves.
    published, sceptic, weak : Weighed
        After taking trials into account, as a sceptic, and with hardly any assumption.
    width : float
        The scale's width in points.
    """

    source: PublishedPrior
    days: DaysAlone
    published: Weighed
    sceptic: Weighed
    weak: Weighed
    width: float

    @property
    def agree(self) -> bool:
        """Whether all three lean the same way, at 95 %."""
        return self.published.leaning == self.sceptic.leaning == self.weak.leaning

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``: three answers, in the rating's own points and positive where the first did better."""
        return {
            "prior": self.source.id,
            "library_version": self.source.version,
            "expected": {"mean": self.published.prior.mean, "sd": self.published.prior.sd},
            "published": _summary(self.published),
            "sceptic": _summary(self.sceptic),
            "weak": _summary(self.weak),
            "agree": self.agree,
            "conflict_p": self.published.conflict_p,
        }


def _summary(weighed: Weighed) -> dict[str, float]:
    names = ("mean", "sd", "low", "high", "better", "worthwhile")
    return {name: getattr(weighed, name) for name in names}


def in_context(result: Result, source: PublishedPrior | None) -> InContext | None:
    """Set a result beside the evidence.

    Parameters
    ----------
    result : Result
        One person's trial; positive effects favour its first treatment.
    source : PublishedPrior or None
        As `prior_for` finds it, or `pinprick.evidence.priors.Library.named`.

    Returns
    -------
    InContext or None
        None where nothing was published, or the days are too few to say anything.
    """
    if source is None or result.effect is None or not result.observations.can_be_fitted:
        return None
    width, delta = float(result.outcome.width), result.effect.delta
    sceptic, weak = (NormalPrior(one.mean * width / 10, one.sd * width / 10) for one in _both())
    own = source.on_scale(width)
    days = days_alone(result.observations, reach=max(abs(one.mean) + REACH * one.sd for one in (own, sceptic, weak)))
    published, doubtful, open_minded = (under_prior(days, one, delta=delta) for one in (own, sceptic, weak))
    return InContext(source, days, published, doubtful, open_minded, width)


def _both() -> tuple[NormalPrior, NormalPrior]:
    return library().sceptic, library().weak


def prior_for(plan: Plan, treatments: tuple[str, str], outcome: str) -> PublishedPrior | None:
    """Find what trials say to a plan's comparison of two of its treatments on one of its outcomes, by their names.

    Examples
    --------
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> prior_for(read_protocol("mat-vs-rest-back-pain"), ("mat", "towel"), "pain").id
    'pain_mat_vs_rest'
    """
    kinds = {arm.name: arm.kind.value for arm in plan.arms}
    instruments = {rating.name: rating.instrument for rating in plan.ratings}
    first, second = (kinds.get(name, "") for name in treatments)
    return library().find(first, second, instruments.get(outcome, ""))
