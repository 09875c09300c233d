"""The draw: the same order for ever from the same seed, and every allowed schedule equally likely."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations, product

import pytest
from scipy.stats import chi2

from pinprick.errors import ProtocolError
from pinprick.trial.draw import (
    Pause,
    SeedStream,
    check_balance,
    draw,
    is_balanced,
    schedule_from_draw,
    scheduled_days,
)
from pinprick.trial.outcome import Outcome
from pinprick.trial.plan import Arm, Blocks, Kind, Plan, Rating, StartDay

MONDAY = date(2026, 5, 4)


def plan_of(design, n_arms=2):
    arms = tuple(Arm(f"arm{i}", f"arm {i}", Kind.USUAL_CARE, "Do it.") for i in range(n_arms))
    return Plan("test", 1, "A test", "", arms, (Rating(Outcome("pain", lower_is_better=True), "Pain?"),), design)


def seeds(n, label):
    """Seeds that no secret depends on: a counter, hashed."""
    return (hashlib.sha256(f"{label} {i}".encode()).digest() for i in range(n))


def test_the_generator_gives_for_ever_what_it_gave_first():
    """Written out by hand from the documentation, not from the code."""
    first = hashlib.sha256(b"pinprick-draw/1" + bytes(32) + bytes(8)).digest()
    second = hashlib.sha256(b"pinprick-draw/1" + bytes(32) + bytes(7) + b"\x01").digest()
    stream = SeedStream(bytes(32))
    assert [stream.below(256) for _ in range(64)] == [*first, *second]
    stream = SeedStream(bytes(32))
    assert [stream.below(1000) for _ in range(3)] == [
        value % 1000 for value in (int.from_bytes(first[i : i + 2], "big") for i in range(0, 64, 2)) if value < 65_000
    ][:3]


def test_a_known_seed_gives_a_known_order():
    """Frozen: if this changes, no trial that is running can be verified any more."""
    plan = plan_of(Blocks(period_days=3, ceiling_days=84))
    seed = bytes(range(32))
    assert "".join(map(str, draw(plan, seed, first_day=MONDAY))) == "0110100110100110011010100101"
    assert draw(plan_of(StartDay()), seed, first_day=MONDAY) == (3,)


def _stream(seed):
    """The documented generator, written a second time."""
    data = b"".join(hashlib.sha256(b"pinprick-draw/1" + seed + i.to_bytes(8, "big")).digest() for i in range(64))
    at = 0

    def below(n):
        nonlocal at
        while True:
            value, at = data[at], at + 1
            if value < 256 // n * n:
                return value % n

    return below


def _again(seed, n_blocks, n_arms):
    below, order = _stream(seed), []
    for _ in range(n_blocks):
        block = list(range(n_arms))
        for i in range(n_arms - 1, 0, -1):
            j = below(i + 1)
            block[i], block[j] = block[j], block[i]
        order += block
    return order


@pytest.mark.parametrize(("n_arms", "n_blocks"), [(2, 28), (3, 9), (5, 4)])
def test_another_implementation_draws_the_same(n_arms, n_blocks):
    plan = plan_of(Blocks(period_days=1, ceiling_days=n_arms * n_blocks), n_arms)
    for seed in seeds(50, "again"):
        assert list(draw(plan, seed, first_day=MONDAY)) == _again(seed, n_blocks, n_arms)


def uniform(counts, cells):
    """Whether counts look like equal chances; false alarm once in a thousand."""
    n = sum(counts.values())
    assert set(counts) <= set(cells)
    expected = n / len(cells)
    return sum((counts[cell] - expected) ** 2 / expected for cell in cells) < chi2.ppf(0.999, len(cells) - 1)


@pytest.mark.parametrize(("n_arms", "n_blocks"), [(2, 4), (3, 2)])
def test_every_schedule_of_a_small_design_is_equally_likely(n_arms, n_blocks):
    plan = plan_of(Blocks(period_days=2, ceiling_days=2 * n_arms * n_blocks), n_arms)
    allowed = [tuple(sum(blocks, ())) for blocks in product(permutations(range(n_arms)), repeat=n_blocks)]
    counts = Counter(draw(plan, seed, first_day=MONDAY) for seed in seeds(8_000, "small"))
    assert uniform(counts, allowed)


@pytest.mark.slow
def test_with_weekday_balance_every_allowed_schedule_is_equally_likely():
    plan = plan_of(Blocks(period_days=1, ceiling_days=14, weekday_balance=0))
    allowed = [
        order
        for blocks in product(permutations(range(2)), repeat=7)
        if is_balanced(plan, order := tuple(sum(blocks, ())), first_day=MONDAY)
    ]
    assert 1 < len(allowed) < 128
    counts = Counter(draw(plan, seed, first_day=MONDAY) for seed in seeds(3_000, "weekday"))
    assert uniform(counts, allowed)


def test_every_start_day_is_equally_likely():
    plan = plan_of(StartDay(usual_days=14, start_days=28, ceiling_days=84))
    counts = Counter(draw(plan, seed, first_day=MONDAY) for seed in seeds(8_000, "start"))
    assert uniform(counts, [(i,) for i in range(28)])


def test_a_large_design_is_balanced_in_every_block_and_fair_in_every_place():
    plan = plan_of(Blocks(period_days=1, ceiling_days=84))
    orders = [draw(plan, seed, first_day=MONDAY) for seed in seeds(2_000, "large")]
    assert all(sorted(order[i : i + 2]) == [0, 1] for order in orders for i in range(0, 84, 2))
    firsts = [sum(order[i] for order in orders) for i in range(0, 84, 2)]
    z = [(n - 1_000) / 500**0.5 for n in firsts]
    assert max(map(abs, z)) < 4.5  # 42 places: a false alarm once in 3,500
    repeats = sum(order[i + 1] == order[i + 2] for order in orders for i in range(0, 82, 2))
    assert abs(repeats - 41_000) < 4.5 * (41 * 2_000 / 4) ** 0.5  # one block tells nothing of the next


def test_weekday_balance_holds_in_a_long_trial():
    plan = plan_of(Blocks(period_days=3, ceiling_days=84, weekday_balance=2))
    for seed in seeds(20, "long"):
        order = draw(plan, seed, first_day=MONDAY)
        days = [(MONDAY + timedelta(days=i), arm) for i, arm in enumerate(arm for arm in order for _ in range(3))]
        for weekday in range(7):
            by_arm = Counter(arm for day, arm in days if day.weekday() == weekday)
            assert abs(by_arm[0] - by_arm[1]) <= 2


def test_a_plan_whose_weekdays_can_hardly_be_balanced_is_refused_before_any_seed():
    plan = plan_of(Blocks(period_days=3, ceiling_days=366, weekday_balance=0))
    with pytest.raises(ProtocolError, match="allow a larger weekday_balance"):
        check_balance(plan, first_day=MONDAY)


def test_a_seed_of_another_length_is_refused():
    with pytest.raises(ProtocolError, match="The seed has 16 bytes; give 32"):
        draw(plan_of(Blocks()), bytes(16), first_day=MONDAY)


def test_a_pause_freezes_the_schedule_and_splits_a_period():
    plan = plan_of(Blocks(period_days=3, ceiling_days=12))
    pause = Pause(date(2026, 5, 8), date(2026, 5, 20))
    schedule = schedule_from_draw(plan, (0, 1, 1, 0), first_day=MONDAY, pauses=[pause])
    assert [(p.first_day.day, p.n_days, p.treatment, p.pair) for p in schedule.periods] == [
        (4, 3, "arm0", 0),
        (7, 1, "arm1", 0),
        (20, 2, "arm1", 0),
        (22, 3, "arm1", 1),
        (25, 3, "arm0", 1),
    ]


def test_while_a_pause_lasts_nobody_knows_the_rest():
    assert scheduled_days(MONDAY, 10, [Pause(date(2026, 5, 6))]) == [MONDAY, date(2026, 5, 5)]


def test_only_what_has_begun_is_scheduled():
    plan = plan_of(Blocks(period_days=3, ceiling_days=12))
    begun = schedule_from_draw(plan, (0, 1, 1, 0), first_day=MONDAY, until=date(2026, 5, 7))
    assert [p.treatment for p in begun.periods] == ["arm0", "arm1"]
    assert schedule_from_draw(plan, (0,), first_day=MONDAY, until=date(2026, 5, 3)) is None


def test_usual_days_do_not_tell_when_the_course_starts():
    plan = plan_of(StartDay())
    until = MONDAY + timedelta(days=14)
    schedules = {schedule_from_draw(plan, drawn, first_day=MONDAY, until=until) for drawn in [(), (5,), (27,)]}
    assert len(schedules) == 1
    (schedule,) = schedules
    assert schedule.last_day == until


def test_the_weekday_of_the_first_day_matters_for_balance_alone():
    plan = plan_of(Blocks(period_days=3, ceiling_days=84))
    seed = bytes(32)
    assert draw(plan, seed, first_day=MONDAY) == draw(plan, seed, first_day=MONDAY + timedelta(days=1))
    tight = replace(plan, design=Blocks(period_days=3, ceiling_days=84, weekday_balance=2))
    assert is_balanced(tight, draw(tight, seed, first_day=MONDAY), first_day=MONDAY)
