"""How large the difference is: in the rating's own points, as a chance, and as a count of possible answers."""

from __future__ import annotations

from pinprick.analysis.effect import N_DOTS, Effect
from pinprick.analysis.single import Result
from pinprick.analysis.verdict import Finding
from pinprick.report.finding import NO_LONGER_CLEAR, chance_of_finding
from pinprick.report.heap import counts
from pinprick.report.names import exact, exact_points, in_100, number, outcome_name, points, sentence, verb_count
from pinprick.report.standing import ahead, can_be_drawn, difference_was_assumed, names
from pinprick.words import _, ngettext


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
            said.append(_("Only days on which the treatment was done: {ahead}.").format(ahead=done))
    said += [
        _("Also rated: {outcome}. {ahead}. That is outside the finding.").format(
            outcome=outcome_name(outcome.name), ahead=sentence(ahead(result, found, outcome, interval=True))
        )
        for outcome, found in result.others
    ]
    return tuple(said)


def _averages(result: Result) -> str:
    o, scale = result.observations, result.outcome
    told = [
        (name, number(mean, width=scale.width))
        for name, mean, rated in zip(names(result), o.means, o.rated, strict=True)
        if rated
    ]
    (name, mean), *second = told
    start = (
        _("{outcome} averaged {mean} of {high} with {treatment}.")
        if scale.low == 0
        else _("{outcome} averaged {mean} on a scale from {low} to {high} with {treatment}.")
    ).format(
        outcome=sentence(outcome_name(scale.name)),
        mean=mean,
        low=exact(scale.low),
        high=exact(scale.high),
        treatment=name,
    )
    more = [_("It averaged {mean} with {treatment}.").format(mean=mean, treatment=name) for name, mean in second]
    return " ".join([start, *more])


def _estimate(result: Result, effect: Effect) -> str:
    """Say the difference and its interval; a plain gap that differs from it is named, lest it puzzle."""
    first, second = names(result)
    o, width = result.observations, result.outcome.width
    if effect.low > 0 or effect.high < 0:
        low, high = sorted((abs(effect.low), abs(effect.high)))
        where = _("With a chance of {chance} in 100 it lies between {low} and {high} points.").format(
            chance=round(100 * effect.level), low=number(low, width=width), high=number(high, width=width)
        )
    else:
        where = _("With a chance of {chance} in 100 it lies between {low} for {second} and {high} for {first}.").format(
            chance=round(100 * effect.level),
            low=points(-effect.low, width=width),
            second=second,
            high=number(effect.high, width=width),
            first=first,
        )
    said = f"{sentence(ahead(result, effect))}. {where}"
    gap = (o.means[0] - o.means[1]) * (-1 if o.outcome.lower_is_better else 1)
    if abs(gap - effect.mean) >= effect.delta / 4:
        gap_said = points(abs(gap), width=width)
        said += " " + _("The plain gap of {gap} also holds drift and luck.").format(gap=gap_said)
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
        if chance >= 0.5:
            said = _("The chance of {delta} or more, enough to matter, is {chance}.")
        elif result.participant:
            said = _("Better, but probably by less than what matters. The chance of {delta} or more is {chance}.")
        else:
            said = _(
                "Better, but probably by less than what matters to you. The chance of {delta} or more is {chance}."
            )
        return said.format(delta=delta, chance=in_100(chance))
    if finding is Finding.NO_WORTHWHILE_BENEFIT:
        said = ngettext(
            "The chance that {first} is better by {delta} or more is {chance}.",
            "The chance that {first} are better by {delta} or more is {chance}.",
            verb_count(first),
        ).format(first=first, delta=delta, chance=in_100(to_first))
        if effect.worse < 0.5:
            return said
        worse = ngettext(
            "The chance that {second} is better at all is {chance}.",
            "The chance that {second} are better at all is {chance}.",
            verb_count(second),
        ).format(second=second, chance=in_100(effect.worse))
        return f"{said} {worse}"
    if finding is Finding.NO_DIFFERENCE_THAT_MATTERS:
        return _("The chance of a difference of {delta} or more is {chance}.").format(
            delta=delta, chance=in_100(matters)
        )
    return _(
        "The chance of {delta} or more in favour of {first} is {to_first}. In favour of {second} it is {to_second}."
    ).format(delta=delta, first=first, to_first=in_100(to_first), second=second, to_second=in_100(to_second))


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
    if many > n.small:
        asked_for = not result.participant and not difference_was_assumed(result)
        said = _mostly_large(many, n.small, few, across, asked_for=asked_for)
    elif not across:
        said = _all_one_way(many, n.small)
    else:
        said = _mostly_small(many, n.small, few)
    return tuple(
        text.format(n=N_DOTS, leader=leader, other=other, delta=delta, many=many, small=n.small, few=few, across=across)
        for text in (_("{n} possible answers."), *said)
    )


def _mostly_large(many: int, small: int, few: int, across: int, *, asked_for: bool) -> list[str]:
    """The sentences where most answers matter, before anything is put in."""
    if many == N_DOTS and asked_for:
        main = _("All favour {leader} by {delta} or more, the change you asked for.")
    elif many == N_DOTS:
        main = _("All favour {leader} by {delta} or more.")
    elif asked_for:
        main = _("{many} favour {leader} by {delta} or more, the change you asked for.")
    else:
        main = _("{many} favour {leader} by {delta} or more.")
    if few:
        smaller = [ngettext("{small} is smaller.", "{small} are smaller.", small)] if small else []
        as_much = ngettext("{few} favours {other} by as much.", "{few} favour {other} by as much.", few)
        return [main, *smaller, as_much]
    if across:
        some_across = ngettext(
            "{small} is smaller, {across} of them in favour of {other}.",
            "{small} are smaller, {across} of them in favour of {other}.",
            small,
        )
        return [main, some_across]
    if small:
        none_across = ngettext(
            "{small} is smaller. None favour {other}.", "{small} are smaller. None favour {other}.", small
        )
        return [main, none_across]
    return [main]


def _all_one_way(many: int, small: int) -> list[str]:
    """The sentences where all answers favour one treatment, most by too little."""
    if small == N_DOTS:
        return [_("All favour {leader}, but all by less than {delta}, too small to matter.")]
    main = _("All favour {leader}, but {small} by less than {delta}, too small to matter.")
    larger = ngettext("The other {many} is larger.", "The other {many} are larger.", many)
    return [main, larger] if many else [main]


def _mostly_small(many: int, small: int, few: int) -> list[str]:
    """The sentences where most answers are too small to matter, to either side."""
    if small == N_DOTS:
        return [_("All are smaller than {delta}, too small to matter.")]
    main = ngettext(
        "{small} is smaller than {delta}, too small to matter.",
        "{small} are smaller than {delta}, too small to matter.",
        small,
    )
    if few and many == 1:  # the leader has the most, so few is 1 too
        return [main, _("{many} favours {leader} by more, and {few} favours {other}.")]
    if few == 1:
        return [main, _("{many} favour {leader} by more, and {few} favours {other}.")]
    if few:
        return [main, _("{many} favour {leader} by more, and {few} favour {other}.")]
    if many:
        return [main, ngettext("The other {many} favours {leader}.", "The other {many} favour {leader}.", many)]
    return [main]


def dots_sentence(result: Result) -> str:
    """Count the possible answers in words; empty where there are none to show."""
    return " ".join(dots_sentences(result))
