"""Everything that can be told of a plan before day one: `plan_ahead`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from pinprick.errors import ProtocolError
from pinprick.planning.compare import Alternative, alternatives, best_of, cells_for, other_plans
from pinprick.planning.outlook import (
    EFFECTS,
    N_TRIAL,
    SEED,
    Cell,
    Outlook,
    draw_blocks,
    first_possible_day,
    rule_of,
    simulate_cells,
)
from pinprick.planning.people import (
    OwnDays,
    Population,
    exposure,
    is_known,
    own_days,
    population_for,
    with_own_days,
)
from pinprick.planning.streams import Purpose, stream
from pinprick.planning.worth import WORTH_FINDING, Advice, Why, Worth, advise, belief_for, stake_for, worth_of
from pinprick.trial.diary import Diary
from pinprick.trial.plan import MOST_DAYS, Blocks, Plan
from pinprick.words import _

PLAN_FORMAT: Final = "pinprick-plan/1"
OTHERS_SHARE: Final = 2  # alternatives are simulated with one trial for so many of the plan's own


@dataclass(frozen=True, slots=True)
class Foresight:
    """What a plan leads to, what it is worth, and what else could be done.

    Attributes
    ----------
    plan : Plan
        As it would be run: its ceiling lowered to the days a person is willing to give.
    population : Population
        Who was simulated.
    own : OwnDays or None
        What the person's own past diary said.
    outlooks : tuple of Outlook
        One for each effect that was asked for; empty where no answer could come in time.
    worth : Worth or None
        Cost and gain; None where no answer could come in time.
    alternatives : tuple of Alternative
        Other rhythms and ceilings, the plan's own among them; empty if not asked for.
    best : Alternative or None
        The best of them.
    advice, why : Advice, Why
        Whether to do it.
    first_day : int
        Days after which an answer may come at the earliest, run-in not counted.
    share_seen : float
        The share of the full effect that shows between days of the two treatments at this rhythm.
    assumptions : tuple of str
        What stood in for knowledge, as sentences.
    days_willing : int or None
        As asked.
    n_trial, seed : int
        As asked.
    """

    plan: Plan
    population: Population
    own: OwnDays | None
    outlooks: tuple[Outlook, ...]
    worth: Worth | None
    alternatives: tuple[Alternative, ...]
    best: Alternative | None
    advice: Advice
    why: Why
    first_day: int
    share_seen: float
    assumptions: tuple[str, ...]
    days_willing: int | None
    n_trial: int
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """The answer as the ``--json`` contract has it (``plan.schema.json``)."""
        plan, worth, outcome = self.plan, self.worth, self.plan.primary.outcome
        design = plan.design
        return {
            "format": PLAN_FORMAT,
            "name": plan.name,
            "treatments": [arm.name for arm in plan.arms],
            "outcome": outcome.name,
            "question": plan.question.value,
            "smallest_difference_that_matters": outcome.smallest_difference,
            "schedule": {
                "kind": "blocks" if isinstance(design, Blocks) else "start_day",
                "period_days": design.period_days if isinstance(design, Blocks) else None,
                "ceiling_days": plan.n_days,
                "first_possible_answer_day": self.first_day,
                "run_in_days": plan.run_in_days,
                "days_willing": self.days_willing,
            },
            "advice": {"finding": self.advice.value, "why": self.why.value},
            "truths": [_outlook(plan, one) for one in self.outlooks],
            "people_like_you": _outlook(plan, worth.outlook) if worth else None,
            "effort": {"days": _tidy(worth.days), "minutes": _tidy(worth.minutes)} if worth else None,
            "gain": {
                "expected_effect": _tidy(worth.belief.mean),
                "sd": _tidy(worth.belief.sd),
                "basis": worth.basis,
                "worth_its_while": worth.stake.worth,
                "chance_worth_its_while": _tidy(worth.chance_worth),
                "today": plan.arms[0 if worth.stake.first_today else 1].name,
                "points_a_day": _tidy(worth.outlook.gain),
                "standard_error": _tidy(worth.outlook.gain_se),
                "perfect_information": _tidy(worth.perfect_gain),
                "correlation_with_truth": _tidy(worth.outlook.correlation),
                "ceiling": _tidy(worth.ceiling),
                "ceiling_for_this_expectation": _tidy(worth.gain_at_r),
            }
            if worth
            else None,
            "share_of_effect_seen": _tidy(self.share_seen),
            "alternatives": [_alternative(one) for one in self.alternatives],
            "best": _alternative(self.best) if self.best else None,
            "own_days": {name: _tidy(value) for name, value in asdict(self.own).items()} if self.own else None,
            "population": {
                name: value if isinstance(value, bool) else _tidy(value)
                for name, value in asdict(self.population).items()
            },
            "assumptions": list(self.assumptions),
            "n_trial": self.n_trial,
            "seed": self.seed,
        }


def plan_ahead(
    plan: Plan,
    *,
    diary: Diary | None = None,
    expect: float | None = None,
    days: int | None = None,
    effects: Sequence[float] | None = None,
    with_alternatives: bool = True,
    population: Population | None = None,
    n_trial: int = N_TRIAL,
    seed: int = SEED,
    workers: int = 1,
    tell: Callable[[int, int], None] | None = None,
    purpose: Purpose = Purpose.PLANNING,
) -> Foresight:
    """Simulate a plan before it starts: is it worth doing?

    Parameters
    ----------
    plan : Plan
        The plan.
    diary : Diary, optional
        The person's own past days: their spread and correlation are used.
    expect : float, optional
        The effect they expect, in points; the table's default otherwise.
    days : int, optional
        Days they are willing to give, run-in not counted; the plan's ceiling is lowered to it.
    effects : sequence of float, optional
        True effects to tell of; 0, 0.5, 1, 1.5 and 2 points of a 0 to 10 scale otherwise.
    with_alternatives : bool
        Whether to compare other periods and ceilings.
    population : Population, optional
        Who to simulate; `population_for` the plan otherwise.
    n_trial : int
        Trials for each effect; half as many for each alternative.
    seed, workers, tell, purpose
        As in `outlooks`.

    Returns
    -------
    Foresight
        Deterministic: the same question and seed give the same bits, whatever the number of workers.

    Raises
    ------
    ProtocolError, DiaryError, ComputationError
        With one line for people.

    Examples
    --------
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> seen = plan_ahead(read_protocol("mat-vs-rest-back-pain"), n_trial=40, with_alternatives=False)
    >>> [outlook.effect for outlook in seen.outlooks], seen.first_day
    ([0.0, 0.5, 1.0, 1.5, 2.0], 14)
    """
    outcome = plan.primary.outcome
    if effects is None:
        effects = tuple(effect * outcome.width / 10 for effect in EFFECTS)
    for effect in effects:
        if not abs(effect) <= outcome.width:
            raise ProtocolError(
                f"A true effect of {effect:g} points is more than the scale of {outcome.name} holds; "
                f"give at most {outcome.width:g}."
            )
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise ProtocolError(f"{days} days cannot be planned; give 1 to {MOST_DAYS}.")
    belief, basis = belief_for(plan, expect=expect)
    own = own_days(diary, plan.primary) if diary is not None else None
    people = population or population_for(plan)
    if own is not None:
        people = with_own_days(people, own)
    wanted = plan
    plan, fits = _within(plan, days)

    delta = outcome.smallest_difference
    judged = {delta, WORTH_FINDING * delta} if fits else set()
    truths = sorted({float(effect) for effect in effects} | judged) if fits else []
    others = cells_for(other_plans(wanted, days=days)) if with_alternatives else []
    mine = [Cell(plan, (rule_of(plan),), truth) for truth in truths]
    if fits:
        mine.append(Cell(plan, mine[0].rules, belief, stake_for(plan, belief)))
    n_other = max(n_trial // OTHERS_SHARE, 1)
    total = n_trial * len(mine) + n_other * len(others)

    def progress(before: int) -> Callable[[int, int], None]:
        return lambda done, _total: tell(before + done, total) if tell else None

    settings: dict[str, Any] = {"seed": seed, "workers": workers, "purpose": purpose}
    found = simulate_cells(mine, people, n_trial=n_trial, tell=progress(0), **settings)
    told = alternatives(
        plan,
        others,
        simulate_cells(
            [cell for cell, _plans in others],
            people,
            n_trial=n_other,
            tell=progress(n_trial * len(mine)),
            **settings,
        ),
    )
    by_truth = {truth: outlook for truth, (outlook,) in zip(truths, found, strict=False)}
    worth = worth_of(plan, belief, basis, found[-1][0]) if fits else None
    if worth is not None:
        advice, why = advise(plan, worth, by_truth[delta], by_truth[WORTH_FINDING * delta])
    else:
        advice, why = Advice.NOT_WORTH_IT, Why.TOO_SHORT
    return Foresight(
        plan=plan,
        population=people,
        own=own,
        outlooks=tuple(by_truth[float(effect)] for effect in effects) if fits else (),
        worth=worth,
        alternatives=told,
        best=best_of(told),
        advice=advice,
        why=why,
        first_day=first_possible_day(plan),
        share_seen=share_seen(plan, people),
        assumptions=_assumptions(plan, expect, own),
        days_willing=days,
        n_trial=n_trial,
        seed=seed,
    )


def _within(plan: Plan, days: int | None) -> tuple[Plan, bool]:
    """The plan with its ceiling lowered to the days somebody is willing to give; whether an answer can come then."""
    if days is None or days >= plan.n_days:
        return plan, first_possible_day(plan) <= plan.n_days
    if not isinstance(plan.design, Blocks):
        return plan, False  # its one look is at its end
    try:
        shorter = replace(plan, design=replace(plan.design, ceiling_days=days))
    except ProtocolError:  # fewer than two blocks
        return plan, False
    return (shorter, True) if first_possible_day(shorter) <= shorter.n_days else (plan, False)


def share_seen(plan: Plan, population: Population) -> float:
    """The share of the full effect that shows between days of the two treatments, averaged over orders.

    Examples
    --------
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> plan = read_protocol("mat-vs-rest-back-pain")
    >>> share_seen(plan, Population(fade_days=0)), 0.75 < share_seen(plan, Population(fade_days=1)) < 0.8
    (1.0, True)
    """
    rng = stream(Purpose.PLANNING, 0)
    design, n_day = plan.design, plan.n_days
    if isinstance(design, Blocks):
        arm = draw_blocks(400, n_day, len(plan.arms), design.period_days, rng)
        counted = (arm <= 1) & (np.arange(n_day) % design.period_days >= design.washout_days)
    else:
        first_day = design.usual_days + np.arange(design.start_days)
        arm = 1 - (np.arange(n_day) >= first_day[:, None]).astype(int)
        counted = arm <= 1
    share = exposure(population, arm == 0)
    return float(share[counted & (arm == 0)].mean() - share[counted & (arm == 1)].mean())


def _assumptions(plan: Plan, expect: float | None, own: OwnDays | None) -> tuple[str, ...]:
    said = []
    if own is None and not is_known(plan.primary):
        no_figures = _("We found no figures on how {outcome} differs from day to day. Those of pain stand in.")
        said.append(no_figures.format(outcome=plan.primary.name.replace("_", " ")))
    if not plan.effect and expect is None:
        said.append(_("No trial says what effect to expect, so a difference either way is taken as equally likely."))
    return tuple(said)


def _outlook(plan: Plan, one: Outlook) -> dict[str, Any]:
    known = one.effect is not None
    return {
        "effect": one.effect,
        "better": one.better,
        "worse": one.worse,
        "third": one.third,
        "cannot_tell": one.cannot_tell,
        "gave_up": one.gave_up,
        "right": one.right(plan.primary.outcome.smallest_difference, plan.question) if known else None,
        "standard_error": _tidy(one.se(one.clear)),
        "days": {
            "mean": _tidy(one.mean_days),
            "standard_error": _tidy(one.mean_days_se),
            "median": one.median_days,
            "median_to_answer": one.median_days_to_answer,
        },
        "by_spread": dict(zip(("calm", "usual", "jumpy"), (_group(g) for g in one.by_spread), strict=True)),
        "by_lag1": dict(zip(("0", "0.2", "0.35", "0.6"), (_group(g) for g in one.by_lag), strict=True)),
    }


def _group(group: tuple[int, float, float]) -> dict[str, Any]:
    n, clear, better = group
    return {"n": n, "clear": _tidy(clear), "better": _tidy(better)}


def _alternative(one: Alternative) -> dict[str, Any]:
    return {
        "period_days": one.period_days,
        "ceiling_days": one.ceiling_days,
        "right": _tidy(one.right),
        "wrong": _tidy(one.wrong),
        "days": _tidy(one.days),
        "is_own": one.is_own,
    }


def _tidy(value: float | None) -> float | None:
    """Six digits: more would only show where a sum was cut."""
    return None if value is None else float(f"{value:.6g}")
