"""Other periods and ceilings for the same question, on the same people, and which of them is best.

**Best** is the plan with the fewest expected days among those whose balance, the chance of a right clear answer less
that of a wrong one, lies within 2 points of 100 of the highest. All are averages over three truths: no effect, what
matters, and half as much again. The chance of a right answer alone would not do: a plan that cannot see an effect
finds quickly that there is none, and is right where that is so.

Short periods win while the effect comes and goes within a day. A treatment that fades slowly shows less of its effect
when it takes turns quickly, and the simulated people feel that (`Population.fade_days`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from pinprick.errors import ProtocolError
from pinprick.planning.outlook import Cell, Outlook, Rule, first_possible_day, rule_of
from pinprick.trial.plan import Blocks, Plan

PERIODS: Final = (1, 2, 3, 7)
CEILINGS: Final = (42, 56, 84, 112)
AS_GOOD: Final = 0.02  # of the balance of right and wrong answers
TRUTHS: Final = (0.0, 1.0, 1.5)  # times what matters


@dataclass(frozen=True, slots=True)
class Alternative:
    """One rhythm and ceiling.

    Attributes
    ----------
    period_days, ceiling_days : int
        The plan's.
    n_trial : int
        Trials for each truth.
    right : float
        Chance of a right clear answer, averaged over the truths.
    wrong : float
        Chance of a wrong clear answer, averaged over the truths.
    right_at : tuple of float
        The same for each truth: no effect, what matters, half as much again.
    days : float
        Expected days, run-in not counted, averaged over the truths.
    is_own : bool
        Whether it is the plan that was asked about.
    """

    period_days: int
    ceiling_days: int
    n_trial: int
    right: float
    wrong: float
    right_at: tuple[float, ...]
    days: float
    is_own: bool

    @property
    def balance(self) -> float:
        """Chance of a right clear answer less that of a wrong one."""
        return self.right - self.wrong


def other_plans(plan: Plan, *, days: int | None = None) -> list[Plan]:
    """The plan itself and its alternatives that fit into the days a person is willing to give.

    A plan fits if an answer may come before it ends. A trial with a drawn start day has no alternatives here.

    Examples
    --------
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> plans = other_plans(read_protocol("mat-vs-rest-back-pain"), days=60)
    >>> sorted({(p.design.period_days, p.design.ceiling_days) for p in plans})
    [(1, 42), (1, 56), (2, 42), (2, 56), (3, 42), (3, 56), (7, 42), (7, 56)]
    """
    if not isinstance(plan.design, Blocks):
        return []
    most = max(CEILINGS) if days is None else days
    ceilings = [ceiling for ceiling in CEILINGS if ceiling <= most] or [most]
    own = plan.design.period_days, plan.design.ceiling_days
    wanted = {(period, ceiling) for period in PERIODS for ceiling in ceilings}
    if plan.n_days <= most or days is None:
        wanted.add(own)
    found = []
    for period, ceiling in sorted(wanted):
        try:
            other = replace(plan, design=replace(plan.design, period_days=period, ceiling_days=ceiling))
        except ProtocolError:  # a washout longer than the period, or fewer than two blocks
            continue
        if first_possible_day(other) <= other.n_days:
            found.append(other)
    return found


def cells_for(plans: list[Plan]) -> list[tuple[Cell, list[Plan]]]:
    """Cells to simulate: ceilings of one period are read off the same days."""
    cells = []
    for period in sorted({_blocks(plan).period_days for plan in plans}):
        same = [plan for plan in plans if _blocks(plan).period_days == period]
        rules: tuple[Rule, ...] = tuple(rule_of(plan) for plan in same)
        delta = same[0].primary.outcome.smallest_difference
        cells += [(Cell(same[0], rules, truth * delta), same) for truth in TRUTHS]
    return cells


def alternatives(
    own: Plan, cells: list[tuple[Cell, list[Plan]]], found: list[tuple[Outlook, ...]]
) -> tuple[Alternative, ...]:
    """Every plan's chance and days, in order of period and ceiling, from its cells' outlooks."""
    if not cells:
        return ()
    delta, question = own.primary.outcome.smallest_difference, own.question
    by_plan: dict[tuple[int, int], list[Outlook]] = {}
    for (_, plans), outlooks in zip(cells, found, strict=True):
        for plan, outlook in zip(plans, outlooks, strict=True):
            design = _blocks(plan)
            by_plan.setdefault((design.period_days, design.ceiling_days), []).append(outlook)
    mine = _blocks(own)
    told = []
    for (period, ceiling), seen in sorted(by_plan.items()):
        right = tuple(outlook.right(delta, question) for outlook in seen)
        told.append(
            Alternative(
                period_days=period,
                ceiling_days=ceiling,
                n_trial=seen[0].n_trial,
                right=sum(right) / len(right),
                wrong=sum(outlook.clear for outlook in seen) / len(seen) - sum(right) / len(right),
                right_at=right,
                days=sum(outlook.mean_days for outlook in seen) / len(seen),
                is_own=(period, ceiling) == (mine.period_days, mine.ceiling_days),
            )
        )
    return tuple(told)


def best_of(told: tuple[Alternative, ...]) -> Alternative | None:
    """The one with the fewest expected days among those whose balance of right and wrong answers is about the highest.

    Examples
    --------
    >>> slow = Alternative(7, 112, 1000, 0.70, 0.05, (0.7, 0.7, 0.7), 70.0, False)
    >>> quick = Alternative(2, 84, 1000, 0.69, 0.05, (0.7, 0.7, 0.67), 40.0, True)
    >>> best_of((slow, quick)).period_days
    2
    """
    if not told:
        return None
    highest = max(one.balance for one in told)
    return min((one for one in told if one.balance >= highest - AS_GOOD), key=lambda one: (one.days, one.ceiling_days))


def _blocks(plan: Plan) -> Blocks:
    if not isinstance(plan.design, Blocks):
        raise ProtocolError(f"{plan.name} draws a start day, so it has no periods to compare.")
    return plan.design
