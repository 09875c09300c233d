"""One person's trial from start to finish: `analyse`.

There is one computing path for one person's answer, the plain NumPy one, so the same diary gives the same
answer to the last bit wherever it is read. Nothing here reads the clock or draws a random number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from pinprick.analysis.checks import Caveat, Evidence, caveats
from pinprick.analysis.effect import LEVEL, Effect, estimate, full_effect, posterior_of
from pinprick.analysis.observations import Observations, observe
from pinprick.analysis.randomisation import RandomisationTest, randomisation_test
from pinprick.analysis.start_day import (
    StartDayTest,
    days_until_the_end,
    planned_end,
    start_day_test,
    thresholds_of_start,
)
from pinprick.analysis.thresholds import Thresholds, first_look_days, thresholds_for
from pinprick.analysis.verdict import LEAST_PAIRS, Finding, Reason, Verdict, judge, judge_once, still_needed
from pinprick.bayes.fit import fit_looks
from pinprick.trial.outcome import Outcome
from pinprick.trial.protocol import Mode, Question
from pinprick.trial.schedule import Order
from pinprick.trial.trial import Trial

VERDICT_FORMAT = "pinprick-verdict/1"


@dataclass(frozen=True, slots=True)
class Result:
    """Everything one trial's diary says.

    Attributes
    ----------
    trial : Trial
        What was analysed.
    observations : Observations
        The rated days as arrays.
    effect : Effect or None
        As assigned; None where fewer than 5 days are rated or one treatment has none.
    verdict : Verdict
        The finding.
    as_done : Effect or None
        From the days marked as done only; None where the diary does not say, or says too little.
    wash_in : (median, low, high) or None
        The full effect if the treatments need days to build up and to fade.
    randomisation : RandomisationTest
        The p-value by redrawing the order, or the start day, or why there is none.
    others : tuple of (Outcome, Effect)
        Secondary outcomes: intervals only, no guarantee.
    caveats : tuple of Caveat
        What could fool us.
    assumptions : tuple of str
        Defaults that stood in for a plan.
    participant : str or None
        Whose diary it is, where a file holds several.
    """

    trial: Trial
    observations: Observations
    effect: Effect | None
    verdict: Verdict
    as_done: Effect | None
    wash_in: tuple[float, float, float] | None
    randomisation: RandomisationTest
    others: tuple[tuple[Outcome, Effect], ...]
    caveats: tuple[Caveat, ...]
    assumptions: tuple[str, ...] = ()
    participant: str | None = None

    @property
    def finding(self) -> Finding:
        """What is found of the first treatment."""
        return self.verdict.finding

    @property
    def question(self) -> Question:
        """The question that was asked."""
        return self.trial.protocol.question

    @property
    def outcome(self) -> Outcome:
        """The outcome that was judged."""
        return self.observations.outcome

    def to_dict(self) -> dict[str, Any]:
        """The answer as the ``--json`` contract has it (``verdict.schema.json``)."""
        o, effect, verdict = self.observations, self.effect, self.verdict
        first, second = o.treatments
        answer: dict[str, Any] = {"participant": self.participant} if self.participant is not None else {}
        answer |= {
            "finding": verdict.finding.value,
            "treatments": [first, second],
            "outcome": o.outcome.name,
            "effect": _summary(effect),
            "probability": {
                name: getattr(effect, name) if effect else None
                for name in ("better", "worthwhile", "no_worthwhile_benefit", "no_difference_that_matters")
            },
            "days": {
                "rated": len(o),
                "by_treatment": {first: o.rated[0], second: o.rated[1]},
                "missing": {first: o.missing[0], second: o.missing[1]},
                "pairs": o.n_pairs,
                "still_needed": verdict.still_needed,
            },
            "randomised": self.trial.schedule.randomised,
            "randomisation_p": self.randomisation.p,
            "caveats": [caveat.sentence for caveat in self.caveats],
            "assumptions": list(self.assumptions),
            "as_done": _summary(self.as_done) if self.as_done else None,
            "full_effect": (dict(zip(("median", "low", "high"), self.wash_in, strict=True)) if self.wash_in else None),
            "rule": {
                "question": self.question.value,
                "mode": self.trial.protocol.mode.value,
                "smallest_difference_that_matters": o.outcome.smallest_difference,
                "scale": [o.outcome.low, o.outcome.high],
                "better": "lower" if o.outcome.lower_is_better else "higher",
                "error_each_direction": verdict.thresholds.claim_error,
                "fixed_on": verdict.fixed_on.isoformat() if verdict.fixed_on else None,
                "reason": verdict.reason.value if verdict.reason else None,
            },
            "version": VERDICT_FORMAT,
        }
        return answer

    def __repr__(self) -> str:
        first, second = self.observations.treatments
        size = (
            "no estimate"
            if self.effect is None
            else (
                f"{self.effect.mean:+.3g} points, {self.effect.level:.0%} interval "
                f"{self.effect.low:+.3g} to {self.effect.high:+.3g}"
            )
        )
        more = f", about {self.verdict.still_needed} more days" if self.finding is Finding.CANNOT_TELL else ""
        return (
            f"<Result {self.finding.value}: {first} against {second}, {self.outcome.name}: {size}; "
            f"{len(self.observations)} rated days{more}>"
        )


def analyse_trial(
    trial: Trial,
    *,
    until: date | None = None,
    assumptions: tuple[str, ...] = (),
    participant: str | None = None,
    thresholds: Thresholds | None = None,
) -> Result:
    """Analyse a trial by its own plan.

    With a ceiling in the plan the finding is fixed at the first daily look at which the rule fires, each
    look using what had been received by then; later or corrected ratings change the size, not the finding.
    Without one (a bare diary) there is one look, at the last day. A trial with a drawn start day has one look
    too, at its planned end: better and worse then need the start-day permutation test as well.

    Parameters
    ----------
    trial : Trial
        The trial.
    until : date, optional
        The last day to look at; the last day of the diary unless told otherwise.
    assumptions : tuple of str
        Sentences to carry along.
    participant : str, optional
        Whose diary it is.
    thresholds : Thresholds, optional
        The row that was fixed before day one, so that a trial replays by what was committed to; the table's
        current row for the plan unless given.

    Returns
    -------
    Result
        Deterministic: the same trial gives the same bits.

    Examples
    --------
    >>> from datetime import date, timedelta
    >>> from pinprick.trial.diary import Diary, Entry
    >>> from pinprick.analysis.bare import plan_for
    >>> days = [date(2026, 5, 4) + timedelta(days=i) for i in range(28)]
    >>> entries = [Entry(d, "mat" if i // 2 % 2 else "towel", {"pain": 3 + (i // 2 + 1) % 2 * 3 + i % 3})
    ...            for i, d in enumerate(days)]
    >>> trial, assumptions = plan_for(Diary(tuple(entries), ("pain",)), control="towel")
    >>> analyse_trial(trial, assumptions=assumptions).finding.value
    'better'
    """
    protocol = trial.protocol
    seen = observe(trial, until=until)
    effect = _effect(seen)
    thresholds = thresholds or _thresholds(trial, protocol.mode)
    test: RandomisationTest
    if trial.schedule.order is Order.DRAWN_START:
        test = start_day_test(trial, until=until)
        verdict = _read_once(trial, seen, test, thresholds)
    else:
        test = randomisation_test(trial, until=until)
        verdict = judge(effect, seen, thresholds, protocol.question)
        if protocol.ceiling_days is not None:
            verdict = _first_to_fire(trial, seen, effect, verdict, protocol.ceiling_days)
    wash_in = full_effect(seen, against_control=protocol.control is not None) if effect else None
    done = observe(trial, until=until, only_done=True)
    says_done = any(entry.done is not None for entry in trial.diary)
    as_done = _effect(done) if says_done else None
    others = tuple(
        (outcome, found)
        for outcome in protocol.outcomes[1:]
        if (found := _effect(observe(trial, outcome, until=until))) is not None
    )
    evidence = Evidence(
        observations=seen,
        effect=effect,
        verdict=verdict,
        test=test,
        randomised=trial.schedule.randomised,
        wash_in=wash_in,
        as_done=as_done,
        not_done=len(seen) - len(done) if says_done else 0,
        strict_thresholds=_thresholds(trial, Mode.STRICT),
    )
    remarks = tuple(Caveat("diary", remark, reveals=False) for remark in trial.diary.remarks)
    return Result(
        trial=trial,
        observations=seen,
        effect=effect,
        verdict=verdict,
        as_done=as_done,
        wash_in=wash_in,
        randomisation=test,
        others=others,
        caveats=caveats(evidence) + remarks,
        assumptions=assumptions,
        participant=participant,
    )


def _effect(seen: Observations, level: float = LEVEL) -> Effect | None:
    if not seen.can_be_fitted:
        return None
    return estimate(posterior_of(seen), delta=seen.outcome.smallest_difference, level=level)


def _thresholds(trial: Trial, mode: Mode) -> Thresholds:
    """The current table's row for a trial."""
    protocol = trial.protocol
    if trial.schedule.order is Order.DRAWN_START:
        return thresholds_of_start(trial, mode=mode)
    return thresholds_for(protocol.period_days, protocol.ceiling_days, question=protocol.question, mode=mode)


def _read_once(trial: Trial, seen: Observations, test: StartDayTest, thresholds: Thresholds) -> Verdict:
    """The verdict of the one look, from what had been received by the planned end; before it, "cannot tell"."""
    end = planned_end(trial)
    last = seen.first_day + timedelta(days=seen.n_days - 1)
    if end is None or last < end:
        left = days_until_the_end(trial, until=last)
        return Verdict(Finding.CANNOT_TELL, Reason.NOT_AT_THE_END_YET, left, None, thresholds)
    by_then = observe(trial, until=end)
    return judge_once(
        _effect(by_then),
        by_then,
        thresholds,
        trial.protocol.question,
        p_better=test.p_better,
        p_worse=test.p_worse,
    )


def _first_to_fire(
    trial: Trial, seen: Observations, effect: Effect | None, last: Verdict, ceiling_days: int
) -> Verdict:
    """The verdict of the first daily look at which the rule fires; the last look's where none does.

    Looks are counted on scheduled days, so a pause neither adds a look nor uses one up, while time in the
    model stays calendar time. The probabilities at every look come from one forward pass while everything
    was received on its day; a late entry needs a pass for each look, because it was not there yet.
    """
    pair_days = 2 * seen.period_days
    scheduled = np.flatnonzero(~np.isnan(seen.assigned))  # calendar days on which a treatment was assigned
    start = max(first_look_days(), LEAST_PAIRS * pair_days)
    looks = [int(day) for day in scheduled[start - 1 : ceiling_days // pair_days * pair_days]]
    looks = [day for day in looks if (seen.day <= day).sum() >= 5]
    late = bool(trial.diary.earlier) or any(entry.received and entry.received > entry.day for entry in trial.diary)
    posteriors = None
    if looks and not late:
        posteriors = fit_looks(
            seen.day,
            seen.rating,
            seen.on_first,
            looks=looks,
            period_days=seen.period_days,
            scale_range=seen.outcome.width,
        )
    for i, day_number in enumerate(looks):
        day = seen.first_day + timedelta(days=day_number)
        by_then = observe(trial, until=day)
        if not by_then.can_be_fitted:
            continue
        posterior = posteriors[i] if posteriors else posterior_of(by_then)
        then = estimate(posterior, delta=seen.outcome.smallest_difference)
        verdict = judge(then, by_then, last.thresholds, trial.protocol.question)
        if verdict.finding is not Finding.CANNOT_TELL:
            return replace(verdict, fixed_on=day)
    if last.finding is Finding.CANNOT_TELL:
        return last
    # past the ceiling there are no more looks: what would fire only now is no finding
    needed = still_needed(effect, seen, last.thresholds)
    return Verdict(Finding.CANNOT_TELL, Reason.NOT_SURE_ENOUGH, needed, None, last.thresholds)


def _summary(effect: Effect | None) -> dict[str, float | None]:
    names = ("mean", "median", "sd", "low", "high")
    values: dict[str, float | None] = {name: getattr(effect, name) if effect else None for name in names}
    return values | {"level": effect.level if effect else LEVEL}
