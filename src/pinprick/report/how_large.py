"""How large the difference is: in the rating's own points, as a chance, and as a count of possible answers."""

from __future__ import annotations

from pinprick.analysis.effect import N_DOTS, Effect
from pinprick.analysis.single import Result
from pinprick.analysis.verdict import Finding
from pinprick.report.finding import NO_LONGER_CLEAR, chance_of_finding
from pinprick.report.heap import counts
from pinprick.report.names import exact, exact_points, in_100, number, outcome_name, points, sentence
from pinprick.report.standing import ahead, be, can_be_drawn, names, was_assumed


def size(result: Result) -> tuple[str, ...]:
    """Tell how large the difference is: averages, the estimate with its interval, and the chance that it matters.

    As done stands beside as assigned wherever the diary says what was done and it makes a difference; other
    outcomes follow with their intervals alone. Each item is one short paragraph.
    """
    effect = result.effect
    said = [_averages(result)] if len(result.observations) else []
    if effect is not None and can_be_drawn(result):
        said += [_estimate(result, effect), _worth(result, effect)]
        if result.as_done is not None and result.as_done.mean != effect.mean:
            done = ahead(result, result.as_done, interval=True)
            said.append(f"Only days on which the treatment was done: {done}.")
    said += [
        f"Also rated: {outcome_name(outcome.name)}. {sentence(ahead(result, found, outcome, interval=True))}. "
        "That is outside the finding."
        for outcome, found in result.others
    ]
    return tuple(said)


def _averages(result: Result) -> str:
    o, scale = result.observations, result.outcome
    of = f" of {exact(scale.high)}" if scale.low == 0 else f" on a scale from {exact(scale.low)} to {exact(scale.high)}"
    told = [
        (name, number(mean, width=scale.width))
        for name, mean, rated in zip(names(result), o.means, o.rated, strict=True)
        if rated
    ]
    start = f"{sentence(outcome_name(scale.name))} averaged {told[0][1]}{of} with {told[0][0]}."
    return start if len(told) == 1 else f"{start} It averaged {told[1][1]} with {told[1][0]}."


def _estimate(result: Result, effect: Effect) -> str:
    """Say the difference and its interval; a plain gap that differs from it is named, lest it puzzle."""
    first, second = names(result)
    o, width = result.observations, result.outcome.width
    if effect.low > 0 or effect.high < 0:
        low, high = sorted((abs(effect.low), abs(effect.high)))
        where = f"{number(low, width=width)} and {number(high, width=width)} points"
    else:
        where = f"{points(-effect.low, width=width)} for {second} and {number(effect.high, width=width)} for {first}"
    chance = f"With a chance of {round(100 * effect.level)} in 100 it lies between {where}."
    said = f"{sentence(ahead(result, effect))}. {chance}"
    gap = (o.means[0] - o.means[1]) * (-1 if o.outcome.lower_is_better else 1)
    if abs(gap - effect.mean) >= effect.delta / 4:
        said += f" The plain gap of {points(abs(gap), width=width)} also holds drift and luck."
    return said


def _worth(result: Result, effect: Effect) -> str:
    """Tell the chance that the difference is large enough to matter, in the direction of the finding."""
    first, second = names(result)
    delta, finding = exact_points(effect.delta), result.finding
    matters = 1 - effect.no_difference_that_matters
    to_first, to_second = effect.worthwhile, max(0.0, matters - effect.worthwhile)
    claimed = finding in (Finding.BETTER, Finding.WORSE)
    if claimed and chance_of_finding(result, effect) >= NO_LONGER_CLEAR:
        chance = to_first if finding is Finding.BETTER else to_second
        if chance < 0.5:
            to_you = "" if result.participant else " to you"
            return (
                f"Better, but probably by less than what matters{to_you}. "
                f"The chance of {delta} or more is {in_100(chance)}."
            )
        return f"The chance of {delta} or more, enough to matter, is {in_100(chance)}."
    if finding is Finding.NO_WORTHWHILE_BENEFIT:
        said = f"The chance that {first} {be(first)} better by {delta} or more is {in_100(to_first)}."
        if effect.worse < 0.5:
            return said
        return f"{said} The chance that {second} {be(second)} better at all is {in_100(effect.worse)}."
    if finding is Finding.NO_DIFFERENCE_THAT_MATTERS:
        return f"The chance of a difference of {delta} or more is {in_100(matters)}."
    return (
        f"The chance of {delta} or more in favour of {first} is {in_100(to_first)}. "
        f"In favour of {second} it is {in_100(to_second)}."
    )


def dots_sentences(result: Result) -> tuple[str, ...]:
    """Count the possible answers in words; the second sentence is the one to stress. Empty without a heap."""
    effect = result.effect
    if effect is None or not can_be_drawn(result):
        return ()
    first, second = names(result)
    delta = exact_points(effect.delta)
    n = counts(effect)
    first_leads = (n.first, n.against_second) >= (n.second, n.against_first)
    leader, other = (first, second) if first_leads else (second, first)
    many, few = (n.first, n.second) if first_leads else (n.second, n.first)
    across = n.against_first if first_leads else n.against_second  # on the other side of zero, however small
    start = f"{N_DOTS} possible answers."
    if many > n.small:
        main = f"{_all_or(many)} favour {leader} by {delta} or more"
        if not result.participant and not was_assumed(result, "The smallest difference"):
            main += ", the change you asked for"
        smaller = f"{n.small} {be(n.small)} smaller"
        if few:
            rest = [f"{smaller}."] if n.small else []
            rest.append(f"{few} {_favour(few)} {other} by as much.")
        elif across:
            rest = [f"{smaller}, {across} of them in favour of {other}."]
        else:
            rest = [f"{smaller}. None favour {other}."] if n.small else []
        return start, f"{main}.", *rest
    if not across:
        by_less = f"{_all_or(n.small).lower()} by less than {delta}, too small to matter"
        rest = [f"The other {many} {be(many)} larger."] if many else []
        return start, f"All favour {leader}, but {by_less}.", *rest
    rest = []
    if few:
        rest = [f"{many} {_favour(many)} {leader} by more, and {few} {_favour(few)} {other}."]
    elif many:
        rest = [f"The other {many} {_favour(many)} {leader}."]
    return start, f"{_all_or(n.small)} {be(n.small)} smaller than {delta}, too small to matter.", *rest


def dots_sentence(result: Result) -> str:
    """Count the possible answers in words; empty where there are none to show."""
    return " ".join(dots_sentences(result))


def _all_or(n: int) -> str:
    return "All" if n == N_DOTS else str(n)


def _favour(n: int) -> str:
    return "favours" if n == 1 else "favour"
