"""What a plan leads to: how often each finding, and after how many days, when the truth is known.

The rule is the one the trial will use, with the very thresholds, looked at every day as `analyse_trial` does. People
are those of ``people.py``. Somebody who gives up ends with "cannot tell", unless the answer had come before.

Trials are made in chunks, each from streams of its own, so that the figures depend on the seed and on nothing
else: not on the number of workers, nor on what else is simulated. Plans, effects and ceilings meet the same people.
Only counts are kept, so a million trials need no more memory than a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from pinprick.analysis.start_day import LEAST_LEFT, TIE, start_day_thresholds
from pinprick.analysis.thresholds import Thresholds, first_look_days, thresholds_for
from pinprick.analysis.verdict import LEAST_PAIRS, claims
from pinprick.errors import ComputationError, ProtocolError
from pinprick.planning.people import Population, simulate_people
from pinprick.planning.streams import Purpose, stream
from pinprick.trial.plan import Blocks, Plan
from pinprick.trial.protocol import Question

if TYPE_CHECKING:
    from pinprick.bayes.kernel import Looks

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

BETTER, WORSE, THIRD, CANNOT_TELL = range(4)

N_TRIAL: Final = 2_000
SEED: Final = 2026
EFFECTS: Final = (0.0, 0.5, 1.0, 1.5, 2.0)
CHUNK: Final = 500  # trials; a multiple of nothing in particular, small enough for two workers to share 2,000
STAGE: Final = 14  # looks between two times that settled trials are put aside
WIDTHS: Final = (42, 84, 168, 366)  # days, filled up with unrated ones: the kernel keeps a table for each width
THIRDS_OF_PEOPLE: Final = (-0.4307, 0.4307)  # normal scores: calm, usual and jumpy days
LAG_EDGES: Final = (0.1, 0.275, 0.475)  # half way between the correlations that are always run


@dataclass(frozen=True, slots=True)
class Belief:
    """What is thought of the true effect before the trial: normal, in points, positive for benefit."""

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Stake:
    """What a decision turns on: the points that a day of the first treatment must bring to be worth its while.

    ``first_today`` is what the person would do without a trial.
    """

    worth: float
    first_today: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """When a trial may end: thresholds, calendar days at most, and at most how many days of the two treatments."""

    thresholds: Thresholds
    n_days: int
    n_scheduled: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing to simulate.

    Parameters
    ----------
    plan : Plan
        Its treatments, periods and rating.
    rules : tuple of Rule
        Read off the same days; only their ceilings and thresholds may differ.
    effect : float or Belief
        The true effect in points, or what each person's is drawn from.
    stake : Stake, optional
        Counts what deciding by the finding gains over deciding today.
    """

    plan: Plan
    rules: tuple[Rule, ...]
    effect: float | Belief
    stake: Stake | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a plan leads to under one truth. Shares are of all trials.

    Attributes
    ----------
    effect : float or None
        The true effect in points; None where each person's was drawn from a belief.
    n_trial : int
        Trials simulated.
    better, worse, third, cannot_tell : float
        Shares that end with each finding.
    gave_up : float
        Share that gave up before an answer; part of ``cannot_tell``.
    mean_days, median_days : float
        Days to the answer, to giving up, or to the ceiling.
    median_days_to_answer : float or None
        Half of the answers have come by then; None where there is none.
    mean_days_se : float
        Monte-Carlo standard error of ``mean_days``.
    by_spread : tuple of three (n, clear, better)
        For the third of people with the calmest days, the usual third and the jumpiest: how many, and the shares
        with any finding but "cannot tell", and with "better".
    by_lag : tuple of four (n, clear, better)
        The same for correlations from one day to the next near 0, .2, .35 and .6.
    gain, gain_se : float
        Points a day gained over deciding today, and its standard error; 0 where nothing was at stake.
    correlation : float or None
        Between the size that the trial shows and the true effect, where effects were drawn.
    """

    effect: float | None
    n_trial: int
    better: float
    worse: float
    third: float
    cannot_tell: float
    gave_up: float
    mean_days: float
    median_days: float
    median_days_to_answer: float | None
    mean_days_se: float
    by_spread: tuple[tuple[int, float, float], ...]
    by_lag: tuple[tuple[int, float, float], ...]
    gain: float = 0.0
    gain_se: float = 0.0
    correlation: float | None = None

    @property
    def clear(self) -> float:
        """Share with any finding but "cannot tell"."""
        return 1 - self.cannot_tell

    def se(self, share: float) -> float:
        """Monte-Carlo standard error of a share."""
        return float(np.sqrt(max(share * (1 - share), 0.0) / self.n_trial))

    def right(self, delta: float, question: Question) -> float:
        """Share of clear answers that are true of this effect; the effect must be known.

        "Better" is true of any benefit, "no worthwhile benefit" of less than ``delta``.
        """
        if self.effect is None:
            raise ComputationError("Which answers are right is known for one true effect, not for a belief.")
        small = abs(self.effect) < delta if question is Question.WHICH_OF_TWO else self.effect < delta
        return self.better * (self.effect > 0) + self.worse * (self.effect < 0) + self.third * small


class _Tally:
    """Counts of what happened, which add up over chunks; days are counted, not kept."""

    __slots__ = ("days", "gave_up", "groups", "moments")

    def __init__(self, n_days: int) -> None:
        self.days = np.zeros((4, n_days + 1), dtype=np.int64)  # finding, day
        self.gave_up = 0
        self.groups = np.zeros((7, 4), dtype=np.int64)  # 3 of spread, 4 of lag; finding
        self.moments = np.zeros(8)  # gain, gain²; sized trials, size, effect, size², effect², size x effect

    def add(self, other: _Tally) -> None:
        self.days += other.days
        self.gave_up += other.gave_up
        self.groups += other.groups
        self.moments += other.moments

    def outlook(self, effect: float | Belief) -> Outlook:
        n = int(self.days.sum())
        by_day = self.days.sum(axis=0)
        day = np.arange(len(by_day))
        mean = float(by_day @ day) / n
        answers = self.days[:CANNOT_TELL].sum(axis=0)
        shares = self.days.sum(axis=1) / n
        gain, gain2, m, size, tau, size2, tau2, both = self.moments
        spread = (m * size2 - size**2) * (m * tau2 - tau**2)
        return Outlook(
            effect=effect if isinstance(effect, float) else None,
            n_trial=n,
            better=float(shares[BETTER]),
            worse=float(shares[WORSE]),
            third=float(shares[THIRD]),
            cannot_tell=float(shares[CANNOT_TELL]),
            gave_up=self.gave_up / n,
            mean_days=mean,
            median_days=_median(by_day),
            median_days_to_answer=_median(answers) if answers.any() else None,
            mean_days_se=float(np.sqrt(max(float(by_day @ day**2) / n - mean**2, 0.0) / n)),
            by_spread=tuple(_group(row) for row in self.groups[:3]),
            by_lag=tuple(_group(row) for row in self.groups[3:]),
            gain=float(gain / n),
            gain_se=float(np.sqrt(max(gain2 / n - (gain / n) ** 2, 0.0) / n)),
            correlation=float((m * both - size * tau) / np.sqrt(spread)) if spread > 1e-9 else None,
        )


def _median(count: Ints) -> float:
    """Median of whole numbers from how often each occurs."""
    so_far, n = np.cumsum(count), int(count.sum())
    low, high = np.searchsorted(so_far, [(n - 1) // 2, n // 2], side="right")
    return float(low + high) / 2


def _group(row: Ints) -> tuple[int, float, float]:
    n = int(row.sum())
    return n, float(1 - row[CANNOT_TELL] / max(n, 1)), float(row[BETTER] / max(n, 1))


def rule_of(plan: Plan) -> Rule:
    """The rule that this plan's trial will be judged by.

    Examples
    --------
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> rule = rule_of(read_protocol("mat-vs-rest-back-pain"))
    >>> rule.n_days, rule.n_scheduled, rule.thresholds.covers_days
    (84, 84, 84)
    """
    protocol, design = plan.protocol, plan.design
    if not isinstance(design, Blocks):
        bars = start_day_thresholds(design.usual_days, design.start_days, plan.n_days, mode=plan.mode)
        return Rule(bars, plan.n_days, plan.n_days)
    thresholds = thresholds_for(
        protocol.period_days, protocol.ceiling_days, question=protocol.question, mode=protocol.mode
    )
    pair = 2 * protocol.period_days
    return Rule(thresholds, plan.n_days, (protocol.ceiling_days or plan.n_days) // pair * pair)


def first_possible_day(plan: Plan) -> int:
    """Days after which an answer may come at the earliest, run-in not counted.

    Examples
    --------
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> first_possible_day(read_protocol("mat-vs-rest-back-pain"))
    14
    """
    if not isinstance(plan.design, Blocks):
        return plan.n_days
    period, n_arms = plan.design.period_days, len(plan.arms)
    scheduled = max(first_look_days(), LEAST_PAIRS * 2 * period)
    whole, rest = divmod(scheduled, 2 * period)
    return whole * n_arms * period + rest - (n_arms - 2) * period * (rest == 0)


def outlooks(
    plan: Plan,
    population: Population,
    *,
    effects: Sequence[float] = EFFECTS,
    n_trial: int = N_TRIAL,
    seed: int = SEED,
    workers: int = 1,
    tell: Callable[[int, int], None] = lambda done, total: None,
    purpose: Purpose = Purpose.PLANNING,
) -> tuple[Outlook, ...]:
    """What a plan leads to under each of several truths, on the same people.

    Parameters
    ----------
    plan : Plan
        The plan.
    population : Population
        Who does it.
    effects : sequence of float
        True effects of the first treatment over the second, in points, positive for benefit.
    n_trial : int
        Trials for each; at least 1.
    seed : int
        The figures depend on it and on nothing else; 0 or more.
    workers : int
        Threads; the figures do not depend on it.
    tell : callable, optional
        Is told how many trials are done, of how many.
    purpose : Purpose
        The family of random streams.

    Returns
    -------
    tuple of Outlook
        One for each effect.

    Examples
    --------
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> found = outlooks(read_protocol("mat-vs-rest-back-pain"), Population(), effects=(3.0,), n_trial=50)
    >>> found[0].better > 0.8
    True
    """
    rule = rule_of(plan)
    cells = [Cell(plan, (rule,), float(effect)) for effect in effects]
    found = simulate_cells(cells, population, n_trial=n_trial, seed=seed, workers=workers, tell=tell, purpose=purpose)
    return tuple(one for (one,) in found)


def simulate_cells(
    cells: Sequence[Cell],
    population: Population,
    *,
    n_trial: int,
    seed: int,
    workers: int = 1,
    tell: Callable[[int, int], None] = lambda done, total: None,
    purpose: Purpose = Purpose.PLANNING,
) -> list[tuple[Outlook, ...]]:
    """Simulate several cells on the same people; one outlook for each rule of each cell."""
    _need_numba()
    if n_trial < 1:
        raise ProtocolError(f"{n_trial} trials cannot be counted; give 1 or more.")
    if seed < 0:
        raise ProtocolError(f"The seed is {seed}; give 0 or more.")
    if workers < 1:
        raise ProtocolError(f"{workers} workers cannot work; give 1 or more.")
    tallies = [[_Tally(rule.n_days) for rule in cell.rules] for cell in cells]
    starts = range(0, n_trial, CHUNK)
    tasks = [(number, start) for start in starts for number in range(len(cells))]

    def work(task: tuple[int, int]) -> list[_Tally]:
        number, start = task
        return _chunk(cells[number], population, start, n_trial, seed, purpose)

    done, total = 0, n_trial * len(cells)

    def collect(results: Iterable[list[_Tally]]) -> None:
        nonlocal done
        for (number, start), parts in zip(tasks, results, strict=True):
            for tally, part in zip(tallies[number], parts, strict=True):
                tally.add(part)
            done += min(CHUNK, n_trial - start)
            tell(done, total)

    if workers == 1:
        collect(map(work, tasks))
    else:
        with ThreadPoolExecutor(workers) as threads:
            collect(threads.map(work, tasks))
    return [
        tuple(tally.outlook(cell.effect) for tally in of_cell) for cell, of_cell in zip(cells, tallies, strict=True)
    ]


def _need_numba() -> None:
    try:
        import numba  # noqa: F401
    except ImportError:
        raise ComputationError(
            "Planning simulates thousands of trials and needs numba, which is not installed; get it with: "
            "pip install 'pinprick[batch]'"
        ) from None


def _chunk(cell: Cell, population: Population, start: int, n_trial: int, seed: int, purpose: Purpose) -> list[_Tally]:
    """Simulate one chunk of a cell. The people's stream and the draw's are apart, and know nothing of the cell."""
    n = min(CHUNK, n_trial - start)
    number = start // CHUNK
    if isinstance(cell.effect, Belief):
        # evenly spread over the belief, so that drawing them adds as little noise as can be
        effect = cell.effect.mean + cell.effect.sd * ndtri((np.arange(start, start + n) + 0.5) / n_trial)
    else:
        effect = np.full(n, cell.effect)
    n_day = max(rule.n_days for rule in cell.rules)
    order = stream(purpose, seed, number, 1)
    of_people = stream(purpose, seed, number, 0)
    design = cell.plan.design
    if isinstance(design, Blocks):
        arm = draw_blocks(n, n_day, len(cell.plan.arms), design.period_days, order)
        people = simulate_people(population, arm == 0, effect=effect, rng=of_people)
        ends = first_to_fire(cell.plan, cell.rules, people.rating, arm, people.left_on)
    else:
        began = design.usual_days + np.floor(design.start_days * order.random(n)).astype(np.int64)
        people = simulate_people(population, np.arange(n_day) >= began[:, None], effect=effect, rng=of_people)
        ends = [read_once(cell.plan, rule, people.rating, began, people.left_on) for rule in cell.rules]
    score = np.log(people.spread / population.spread) / max(population.spread_log_sd, 1e-12)
    group = np.stack([np.digitize(score, THIRDS_OF_PEOPLE), 3 + np.digitize(people.lag1, LAG_EDGES)])
    tallies = []
    for rule, (finding, day, size) in zip(cell.rules, ends, strict=True):
        tally = _Tally(rule.n_days)
        np.add.at(tally.days, (finding, day), 1)
        tally.gave_up = int(np.sum((finding == CANNOT_TELL) & (people.left_on < rule.n_days)))
        for row in group:
            np.add.at(tally.groups, (row, finding), 1)
        if cell.stake is not None:
            gain = _gain(cell.plan, cell.stake, finding, size, effect)
            sized = ~np.isnan(size)
            s, tau = size[sized], effect[sized]
            tally.moments[:] = (
                gain.sum(), gain @ gain, len(s), s.sum(), tau.sum(), s @ s, tau @ tau, s @ tau
            )  # fmt: skip
        tallies.append(tally)
    return tallies


def _gain(plan: Plan, stake: Stake, finding: Ints, size: Floats, effect: Floats) -> Floats:
    """Points a day gained over deciding today, for each trial, by what a person would do after each finding.

    Better: take up the first treatment if the size shown is worth its while, else the second. Worse, or no
    worthwhile benefit: the second. No difference that matters, or cannot tell: what one would have done today.
    """
    first = np.full(len(finding), stake.first_today)
    first[finding == BETTER] = (size >= stake.worth)[finding == BETTER]
    first[finding == WORSE] = False
    if plan.question is Question.AGAINST_CONTROL:
        first[finding == THIRD] = False
    return (first.astype(float) - stake.first_today) * (effect - stake.worth)


def draw_blocks(n_trial: int, n_day: int, n_arms: int, period_days: int, rng: np.random.Generator) -> Ints:
    """Randomised blocks: (n_trial, n_day), the number of each day's treatment.

    Each block holds every treatment once, in an order drawn by chance. More days only add blocks.

    Examples
    --------
    >>> draw_blocks(1, 6, 3, 2, np.random.default_rng(3))[0].tolist()
    [0, 0, 1, 1, 2, 2]
    """
    n_block = -(-n_day // (n_arms * period_days))
    order = np.argsort(rng.random((n_block, n_trial, n_arms)), axis=2).transpose(1, 0, 2).reshape(n_trial, -1)
    return np.repeat(order, period_days, axis=1)[:, :n_day]


def first_to_fire(
    plan: Plan, rules: Sequence[Rule], rating: Floats, arm: Ints, left_on: Ints
) -> list[tuple[Ints, Ints, Floats]]:
    """Finding, day and size of the first daily look at which each rule fires, as `analyse_trial` has it.

    Looks are counted on days of the two treatments; they begin after 14 of them and two complete pairs, and end at
    the ceiling. Washout days and other treatments' days are not analysed. Ratings that are all equal never fire.

    Parameters
    ----------
    plan : Plan
        Its design must be blocks.
    rules : sequence of Rule
        They may differ in thresholds and ceiling.
    rating : (n_trial, n_day) ndarray
        Larger is better; NaN where not rated. ``n_day`` is a whole number of blocks.
    arm : (n_trial, n_day) ndarray of int
        Each day's treatment, counted from 0; 0 and 1 are compared.
    left_on : (n_trial,) ndarray of int
        From that day on nothing happens any more.

    Returns
    -------
    list of (finding, day, size)
        For each rule, (n_trial,) arrays: 0 better, 1 worse, 2 third, 3 cannot tell; days to the end of the
        trial; posterior mean in points at the finding or the last look, NaN where there was none.
    """
    if not isinstance(plan.design, Blocks):
        raise ProtocolError(f"{plan.name} draws a start day; its one look is at the end.")
    from pinprick.bayes.kernel import fit_batch  # needs numba, which is an extra

    period, washout = plan.design.period_days, plan.design.washout_days
    outcome, question = plan.primary.outcome, plan.question
    n_trial, n_day = rating.shape
    days = np.arange(n_day)
    scheduled = arm <= 1
    # the engine counts days from the first one of the two treatments on
    before = scheduled.argmax(axis=1) if len(plan.arms) > 2 else np.zeros(n_trial, dtype=np.int64)
    analysed = np.where(scheduled & (days % period >= washout), rating, np.nan)
    ordinal = np.cumsum(scheduled, axis=1)
    allowed = (
        scheduled
        & (ordinal >= max(first_look_days(), LEAST_PAIRS * 2 * period))
        & (_complete_pairs(analysed, arm, len(plan.arms) * period) >= LEAST_PAIRS)
        & (np.fmax.accumulate(analysed, axis=1) > np.fmin.accumulate(analysed, axis=1))
        & (days < left_on[:, None])
    )
    first = arm == 0
    if before.any():
        later = days + before[:, None]
        beyond, later = later >= n_day, np.minimum(later, n_day - 1)
        analysed, first, ordinal = (np.take_along_axis(one, later, axis=1) for one in (analysed, first, ordinal))
        allowed = np.take_along_axis(allowed, later, axis=1) & ~beyond
        analysed[beyond] = np.nan
    finding = [np.full(n_trial, CANNOT_TELL) for _ in rules]
    ends = [np.minimum(left_on, rule.n_days) for rule in rules]
    size = [np.full(n_trial, np.nan) for _ in rules]
    begin = int(np.argmax(allowed.any(axis=0))) if allowed.any() else n_day
    for at in range(begin, n_day, STAGE):
        upto = min(at + STAGE, n_day)
        looked = [(ordinal <= rule.n_scheduled) & allowed for rule in rules]
        undecided = [(finding[i] == CANNOT_TELL) & looked[i][:, at:upto].any(axis=1) for i in range(len(rules))]
        alive = np.flatnonzero(np.any(undecided, axis=0))
        if not len(alive):
            continue
        width = next(width for width in WIDTHS if width >= upto)
        rated, is_first = np.full((len(alive), width), np.nan), np.zeros((len(alive), width), dtype=bool)
        rated[:, :upto], is_first[:, :upto] = analysed[alive, :upto], first[alive, :upto]
        seen = fit_batch(
            rated,
            is_first,
            looks=days[at:upto],
            delta=outcome.smallest_difference,
            period_days=period,
            scale_range=outcome.width,
            n_thread=1,
        )
        for i, rule in enumerate(rules):
            may = looked[i][alive, at:upto] & undecided[i][alive, None]
            fired = np.stack(_claims(rule.thresholds, seen, question)) & may
            at_look = fired.any(axis=0)
            ended = at_look.any(axis=1)
            look = np.where(ended, at_look.argmax(axis=1), may.shape[1] - 1 - may[:, ::-1].argmax(axis=1))
            mine = may.any(axis=1)
            size[i][alive[mine]] = seen.mean[mine, look[mine]]
            new = alive[ended]
            finding[i][new] = fired[:, ended, look[ended]].argmax(axis=0)
            ends[i][new] = at + look[ended] + 1 + before[new]
    return list(zip(finding, ends, size, strict=True))


def read_once(plan: Plan, rule: Rule, rating: Floats, start: Ints, left_on: Ints) -> tuple[Ints, Ints, Floats]:
    """Finding, day and size of trials with a drawn start day, at their one look, as `judge_once` has it.

    Better and worse need the posterior beyond its bar and a start-day permutation p of at most the stated error.
    Somebody who gave up never comes to that look.

    Parameters
    ----------
    plan : Plan
        Its design must be a start day; its first treatment is the course.
    rule : Rule
        Its thresholds and its end.
    rating : (n_trial, n_day) ndarray
        Larger is better; NaN where not rated.
    start : (n_trial,) ndarray of int
        The course's first day, from 0.
    left_on : (n_trial,) ndarray of int
        From that day on nothing happens any more.

    Returns
    -------
    finding, day, size : (n_trial,) ndarray
        As in `first_to_fire`.
    """
    if isinstance(plan.design, Blocks):
        raise ProtocolError(f"The treatments of {plan.name} take turns; it is looked at every day.")
    from pinprick.bayes.kernel import fit_batch  # needs numba, which is an extra

    outcome, question, n_day = plan.primary.outcome, plan.question, rule.n_days

    def looked(rows: Ints, starts: Ints) -> Looks:
        return fit_batch(
            rating[rows, :n_day],
            np.arange(n_day) >= starts[:, None],
            looks=[n_day - 1],
            delta=outcome.smallest_difference,
            period_days=max(1, -(-n_day // 2)),
            scale_range=outcome.width,
            n_thread=1,
        )

    finding, size = np.full(len(rating), CANNOT_TELL), np.full(len(rating), np.nan)
    rated = ~np.isnan(rating[:, :n_day])
    varied = np.array([np.ptp(row[one]) > 0 if one.any() else False for row, one in zip(rating, rated, strict=True)])
    stayed = np.flatnonzero((left_on >= n_day) & varied)
    if not len(stayed):
        return finding, np.minimum(left_on, n_day), size
    seen = looked(stayed, start[stayed])
    fired = np.stack(_claims(rule.thresholds, seen, question))[:, :, 0]
    third = ndtri((seen.below_delta if question is Question.AGAINST_CONTROL else seen.within_delta)[:, 0])
    size[stayed] = seen.mean[:, 0]
    finding[stayed[third > rule.thresholds.third]] = THIRD
    possible = plan.design.usual_days + np.arange(plan.design.start_days)
    for direction in (WORSE, BETTER):
        claimed = stayed[fired[direction]]
        if not len(claimed):
            continue
        every = looked(np.repeat(claimed, len(possible)), np.tile(possible, len(claimed)))
        z = _score(every.above_zero[:, 0], every.below_zero[:, 0]).reshape(len(claimed), -1)
        drawn = np.take_along_axis(z, (start[claimed] - possible[0])[:, None], axis=1)
        as_far = z >= drawn - TIE if direction == BETTER else z <= drawn + TIE
        finding[claimed[as_far.mean(axis=1) <= rule.thresholds.claim_error + 1e-9]] = direction
    return finding, np.minimum(left_on, n_day), size


def _score(above: Floats, below: Floats) -> Floats:
    """Normal score of P(effect > 0) from the smaller tail; 0 where one side held no rated day."""
    tail = ndtri(np.maximum(np.minimum(above, below), LEAST_LEFT))
    score: Floats = np.nan_to_num(np.where(above < below, tail, -tail))
    return score


def _claims(thresholds: Thresholds, seen: Looks, question: Question) -> tuple[Bools, Bools, Bools]:
    third = seen.below_delta if question is Question.AGAINST_CONTROL else seen.within_delta
    return claims(
        thresholds,
        above_zero=seen.above_zero,
        below_zero=seen.below_zero,
        third=third,
        expected_phi=seen.expected_phi,
    )


def _complete_pairs(analysed: Floats, arm: Ints, block_days: int) -> Ints:
    """By the end of each day, blocks whose two treatments are over and rated: (n_trial, n_day)."""
    n_trial, n_day = arm.shape
    shape = n_trial, n_day // block_days, block_days
    rated, of = ~np.isnan(analysed).reshape(shape), arm.reshape(shape)
    complete = (rated & (of == 0)).any(axis=2) & (rated & (of == 1)).any(axis=2)
    last = block_days - 1 - (of <= 1)[:, :, ::-1].argmax(axis=2)  # the later treatment's last day in its block
    over = np.zeros(shape, dtype=np.int64)
    np.put_along_axis(over, last[:, :, None], complete[:, :, None].astype(np.int64), axis=2)
    return np.cumsum(over.reshape(n_trial, n_day), axis=1)
