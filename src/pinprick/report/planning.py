"""Is it worth doing? A plan's outlook in words, and in a terminal's dots: one dot is one person.

Sentences are short and carry a number; a chance is told as a count of 100 people. Every count of dots comes from
`in_dots`, so that terminal and picture show the same.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from pinprick.planning.compare import TRUTHS
from pinprick.planning.foresight import Foresight
from pinprick.planning.outlook import Outlook
from pinprick.planning.worth import Advice, Why
from pinprick.report.heap import Side
from pinprick.report.lines import (
    BOLD,
    COLOURS,
    MARGIN,
    MARKS,
    NARROWEST,
    PLAIN_MARKS,
    QUIET,
    WIDEST,
    _paint,
    _width,
    _wrap,
)
from pinprick.report.names import days, exact, exact_points, number, outcome_name, plain_ascii, points, sentence, tidy
from pinprick.trial.plan import Blocks, Kind
from pinprick.trial.protocol import Question

N_DOTS: Final = 50
A_ROW: Final = 10
KINDS: Final = ("better", "third", "worse", "cannot_tell")
"""In the order in which the dots stand."""
SIGNS: Final = {
    "better": MARKS[Side.FIRST],
    "third": "–",
    "worse": MARKS[Side.SECOND],
    "cannot_tell": MARKS[Side.SMALL],
}
PLAIN_SIGNS: Final = {
    "better": PLAIN_MARKS[Side.FIRST],
    "third": "-",
    "worse": PLAIN_MARKS[Side.SECOND],
    "cannot_tell": PLAIN_MARKS[Side.SMALL],
}
PAINTS: Final = {
    "better": COLOURS[Side.FIRST],
    "third": "",
    "worse": COLOURS[Side.SECOND],
    "cannot_tell": COLOURS[Side.SMALL],
}
CAPTION: Final = "One dot is one person, not a day."


def of_100(share: float) -> str:
    """Give a chance as a count of 100 people, never a bare 0 or 100 for what can happen or need not.

    Examples
    --------
    >>> of_100(0.6234), of_100(0.0), of_100(0.001), of_100(0.999)
    ('62 of 100', '0 of 100', 'under 1 of 100', 'over 99 of 100')
    """
    n = round(100 * share)
    if n == 0 and share > 0:
        return "under 1 of 100"
    if n == 100 and share < 1:
        return "over 99 of 100"
    return f"{n} of 100"


def in_dots(outlook: Outlook, n: int = N_DOTS) -> dict[str, int]:
    """How many of ``n`` people get each finding; whole people, by the largest remainders.

    Examples
    --------
    >>> one = Outlook(1.0, 9, 0.5, 0.0, 0.25, 0.25, 0.1, 40.0, 38.0, 30.0, 1.0, (), ())
    >>> in_dots(one)
    {'better': 25, 'third': 13, 'worse': 0, 'cannot_tell': 12}
    """
    exactly = {kind: n * getattr(outlook, kind) for kind in KINDS}
    whole = {kind: int(share + 1e-9) for kind, share in exactly.items()}
    order = sorted(KINDS, key=lambda kind: whole[kind] - exactly[kind])
    for kind in order[: n - sum(whole.values())]:
        whole[kind] += 1
    return whole


def names(f: Foresight) -> tuple[str, str]:
    """The two treatments that are compared, as a person reads them."""
    first, second = f.plan.arms[:2]
    return tidy(first.label or first.name), tidy(second.label or second.name)


def finding_words(f: Foresight) -> dict[str, str]:
    """What each kind of dot stands for."""
    first, second = names(f)
    against = f.plan.question is Question.AGAINST_CONTROL
    return {
        "better": f"{first}: better",
        "third": f"no {'benefit' if against else 'difference'} that matters",
        "worse": f"{second}: better",
        "cannot_tell": "cannot tell",
    }


def headline(f: Foresight) -> str:
    """Tell in one sentence whether the plan is likely to answer."""
    return {
        Why.ANSWERS: "This plan will probably give you an answer.",
        Why.MISSES_WHAT_MATTERS: "This plan is worth it only if the effect is large.",
        Why.LITTLE_TO_GAIN: "This plan is worth it only if you expect more than trials found.",
        Why.MISSES_LARGE: "This plan will probably not give you an answer.",
        Why.NO_ANSWER: "This plan will probably not give you an answer.",
        Why.TOO_SHORT: "This plan ends before an answer can come.",
    }[f.why]


def advice(f: Foresight) -> tuple[str, ...]:
    """Tell whether to do it, and why, in plain sentences; a way to mend it where there is one."""
    first, _ = names(f)
    delta = f.plan.primary.outcome.smallest_difference
    said = []
    if f.worth is None:
        willing = f"{days(f.days_willing)}" if f.days_willing is not None else f"{days(f.plan.n_days)}"
        said += [
            f"The first answer can come after {days(f.first_day)}, and you have {willing}.",
            "We advise against it as it is.",
        ]
    elif f.why is Why.ANSWERS:
        said += [
            f"It is worth doing. It would probably find an effect of {exact_points(delta)}, the least that matters.",
            "If there is none, it would probably tell you that too.",
        ]
    elif f.why is Why.MISSES_WHAT_MATTERS:
        said += [
            f"It would miss an effect of {exact_points(delta)} more often than find it.",
            f"From {exact_points(1.5 * delta)} on it would probably find it.",
        ]
    elif f.why is Why.LITTLE_TO_GAIN:
        said += [
            f"From what is known today, the chance that {first} brings {exact_points(delta)} or more is "
            f"{of_100(f.worth.chance_worth)}.",
            "Even a sure answer would hardly change what you do.",
            "If you have reason to expect more, say how much with --expect.",
        ]
    elif f.why is Why.MISSES_LARGE:
        said += [
            f"Even an effect of {exact_points(1.5 * delta)} would be missed more often than found.",
            "We advise against it as it is.",
        ]
    else:
        said += ["More people would end without an answer than with one.", "We advise against it as it is."]
    if f.advice is Advice.NOT_WORTH_IT and f.worth is not None and is_read_once(f):
        said.append("One switch tells little.")
        if f.worth.basis == "published":
            said.append("What trials say of people in general is a better guide here.")
    if f.advice is Advice.NOT_WORTH_IT and f.best is not None and not f.best.is_own:
        said.append(
            f"{sentence(_rhythm(f.best.period_days))} for up to {days(f.best.ceiling_days)} would do better: "
            f"a right answer for {of_100(f.best.right)}."
        )
    return tuple(said)


def is_read_once(f: Foresight) -> bool:
    """Whether there is one switch, on a drawn day, and one look, at the end."""
    return not isinstance(f.plan.design, Blocks)


def people_sentences(f: Foresight) -> tuple[str, ...]:
    """Count 50 people like the one who asks."""
    if f.worth is None:
        return ()
    count = in_dots(f.worth.outlook)
    unclear = count["cannot_tell"]
    rest = "No one" if not unclear else "The other one" if unclear == 1 else f"The other {unclear}"
    return (
        f"If {N_DOTS} people like you did this, about {N_DOTS - unclear} would get a clear answer.",
        f"{rest} would learn that their days cannot tell.",
    )


def truth_label(f: Foresight, effect: float) -> str:
    """Name a truth: what the first treatment really does.

    Examples
    --------
    >>> from pinprick.planning.foresight import plan_ahead
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> f = plan_ahead(read_protocol("mat-vs-rest-back-pain"), n_trial=20, with_alternatives=False)
    >>> truth_label(f, 0.0), truth_label(f, 1.0)
    ('If the mat does nothing more', 'If the mat helps by 1 point')
    """
    first, second = names(f)
    if effect == 0:
        same = f.plan.question is Question.WHICH_OF_TWO
        return "If both do the same" if same else f"If {first} does nothing more"
    does = "helps" if effect > 0 else "harms"
    if f.plan.question is Question.WHICH_OF_TWO:
        leader = first if effect > 0 else second
        return f"If {leader} does better by {exact_points(abs(effect))}"
    return f"If {first} {does} by {exact_points(abs(effect))}"


def truth_sentences(f: Foresight, outlook: Outlook) -> tuple[str, ...]:
    """Tell how often each finding comes when the truth is known, and how soon; wrong ones are called so."""
    words, effect = finding_words(f), outlook.effect or 0.0
    delta = f.plan.primary.outcome.smallest_difference
    against = f.plan.question is Question.AGAINST_CONTROL
    wrong = {
        "better": effect <= 0,
        "worse": effect >= 0,
        "third": effect >= delta or (not against and effect <= -delta),
    }
    parts = [f"“{words['better']}” {of_100(outlook.better)}{_wrongly(wrong['better'], outlook.better)}"]
    parts.append(f"“{words['third']}” {of_100(outlook.third)}{_wrongly(wrong['third'], outlook.third)}")
    if outlook.worse >= 0.005 or effect < 0:
        parts.append(f"“{words['worse']}” {of_100(outlook.worse)}{_wrongly(wrong['worse'], outlook.worse)}")
    parts.append(f"“{words['cannot_tell']}” {of_100(outlook.cannot_tell)}")
    told = [f"{', '.join(parts)}."]
    if outlook.median_days_to_answer is not None and not is_read_once(f):
        told.append(f"Half of the answers come within {days(round(outlook.median_days_to_answer))}.")
    return tuple(told)


def _wrongly(wrong: bool, share: float) -> str:
    return " (wrong)" if wrong and share > 0 else ""


def effort(f: Foresight) -> tuple[str, ...]:
    """Tell how long it takes, in days and in hours."""
    if f.worth is None:
        return ()
    run_in = f.plan.run_in_days
    if is_read_once(f):
        sessions = any(arm.kind is Kind.ACUPUNCTURE for arm in f.plan.arms)
        return (
            f"The trial takes {days(f.plan.n_days)}. It is read once, at its end.",
            f"That is about {_hours(f.worth.minutes)} of your time on average, for some give up"
            + (". Sessions with the practitioner come on top." if sessions else "."),
        )
    before = f", with {days(run_in)} to get used to it first" if run_in else ""
    return (
        f"An answer can come after {days(f.first_day)} at the soonest. The trial ends after {days(f.plan.n_days)} "
        "at the latest.",
        f"On average it takes {days(round(f.worth.days))}{before}.",
        f"That is about {_hours(f.worth.minutes)} of your time: what is to be done each day, and 1 minute to rate.",
    )


def _hours(minutes: float) -> str:
    hours = minutes / 60
    if hours < 1.5:
        return f"{round(minutes)} minutes"
    return f"{round(hours)} hours"


def gain(f: Foresight) -> tuple[str, ...]:
    """Tell what deciding by the trial may gain over deciding today, beside the most that any answer can."""
    worth = f.worth
    if worth is None:
        return ()
    first, _ = names(f)
    width = f.plan.primary.outcome.width
    source = {
        "own": "your own",
        "assumption": "an assumption",
        "derived": "worked out from trials",
        "published": "from published trials",
    }[worth.basis]
    choice = "take it up" if worth.stake.first_today else "do without"
    said = [
        f"The effect to expect is about {points(worth.belief.mean, width=width)}, give or take "
        f"{number(worth.belief.sd, width=width)}. That is {source}.",
    ]
    if worth.stake.worth:
        said.append(
            f"To be worth its while, {first} must bring {exact_points(worth.stake.worth)} a day. "
            f"Today the chance of that is {of_100(worth.chance_worth)}, so you would {choice}."
        )
    said.append(
        f"Choosing by this trial’s answer gains {_small(worth.outlook.gain, width)} a day over choosing today. "
        f"Knowing the truth would gain {_small(worth.perfect_gain, width)}."
    )
    said.append(f"No trial as sharp as this one can gain more than {_small(worth.ceiling, width)} a day.")
    return tuple(said)


def _small(value: float, width: float) -> str:
    """A gain in points, with one digit more than a rating deserves; chance may push it below 0."""
    digits = max(0, min(5, 3 - int(np.floor(np.log10(width)))))
    shown = f"{max(value, 0.0):.{digits}f}"
    return "nothing" if float(shown) == 0 else f"{shown} points"


def who(f: Foresight) -> tuple[str, ...]:
    """Tell for whom the plan answers: those whose days differ little, and those whose days jump."""
    if f.worth is None:
        return ()
    calm, _, jumpy = f.worth.outlook.by_spread
    if f.own is not None:
        width = f.plan.primary.outcome.width
        return (
            f"Your diary has {days(f.own.n_rated)} with a rating. They differ by about "
            f"{points(f.own.spread, width=width)} from day to day, and that is used here.",
        )
    if not calm[0] or not jumpy[0]:
        return ()
    return (
        f"Of people whose days differ little, {of_100(calm[1])} get a clear answer. Of those whose days jump, "
        f"{of_100(jumpy[1])} do. Each is a third of all.",
        "A diary of 14 days or more tells which you are. Give it with --diary.",
    )


def others(f: Foresight) -> tuple[str, ...]:
    """Name the best of the alternatives and say why."""
    if not f.alternatives or f.best is None or not isinstance(f.plan.design, Blocks):
        return ()
    best, own = f.best, next((one for one in f.alternatives if one.is_own), None)
    what = f"{_rhythm(best.period_days)}, for up to {days(best.ceiling_days)}"
    numbers = (
        f"A right answer for {of_100(best.right)} and a wrong one for {of_100(best.wrong)}, "
        f"after {days(round(best.days))} on average"
    )
    if best.is_own:
        return (f"Of all these, your plan is the best: {what}. {numbers}.", _why_best(f, best.period_days))
    said = [f"The best of these is {what}. {numbers}."]
    if own is not None:
        said.append(f"With your plan it is {of_100(own.right)} and {of_100(own.wrong)}, after {days(round(own.days))}.")
    reasons = []
    if best.period_days < f.plan.design.period_days:
        reasons.append("Shorter turns compare the two more often.")
    elif best.period_days > f.plan.design.period_days:
        reasons.append("Longer turns let an effect show that comes or goes slowly.")
    if best.ceiling_days > f.plan.design.ceiling_days:
        reasons.append("More days let more people come to an answer.")
    elif best.ceiling_days < f.plan.design.ceiling_days:
        reasons.append("Fewer days do almost as well.")
    return (*said, *reasons, _why_best(f, best.period_days))


def _why_best(f: Foresight, period: int) -> str:
    fades = f.population.fade_days
    gone = (
        f"half of the effect is gone after {days(round(fades))}" if fades >= 1 else "the effect is gone by the next day"
    )
    if period <= 2:
        return (
            f"Turns this short need an effect that is soon over. Here {gone}; if yours lasts longer, take longer turns."
        )
    return f"The sums take it that {gone}."


def _rhythm(period: int) -> str:
    return f"turns of {days(period)}"


def table(f: Foresight) -> tuple[tuple[str, ...], ...]:
    """The alternatives as rows of cells, head first: a right answer of 100, and days on average."""
    if not f.alternatives:
        return ()
    ceilings = sorted({one.ceiling_days for one in f.alternatives})
    rows = [("turns of", *(f"up to {ceiling}" for ceiling in ceilings))]
    for period in sorted({one.period_days for one in f.alternatives}):
        cells = []
        for ceiling in ceilings:
            found = [one for one in f.alternatives if (one.period_days, one.ceiling_days) == (period, ceiling)]
            if not found:
                cells.append("")
                continue
            mark = "*" if found[0] is f.best or found[0] == f.best else ""
            cells.append(f"{round(100 * found[0].right)} / {round(found[0].days)}{mark}")
        rows.append((days(period), *cells))
    return tuple(rows)


def table_caption(f: Foresight) -> str:
    """What the cells of `table` hold."""
    delta = f.plan.primary.outcome.smallest_difference
    truths = ", ".join(exact(truth * delta) for truth in TRUTHS[:-1]) + f" and {exact(TRUTHS[-1] * delta)}"
    return (
        f"Right answers of 100 people / days on average, over true effects of {truths} points. * is the best, wrong "
        "answers counted against it."
    )


def assumed(f: Foresight) -> tuple[str, ...]:
    """Tell what the sums rest on."""
    p, rated = f.population, outcome_name(f.plan.primary.name)
    said = [
        f"These are sums on {f.n_trial:,} made-up people for each row. Like real ones, they miss days, have flares, "
        "start in a bad spell, and some give up.",
        f"Giving up without an answer: {of_100(f.worth.outlook.gave_up)}." if f.worth else "",
    ]
    if f.share_seen < 0.97 and is_read_once(f):
        said.append(
            "An effect that builds up slowly is hard to tell from a drift. Over the days of the course here about "
            f"{round(10 * f.share_seen)} tenths of it show."
        )
    elif f.share_seen < 0.97:
        said.append(
            "An effect that fades slowly shows only in part when treatments take turns: here about "
            f"{round(10 * f.share_seen)} tenths of it. So one that matters can be taken for one that does not."
        )
    if f.own is None:
        said.append(f"Half of these people’s {rated} differs by less than {p.spread:.2g} points from day to day.")
    return tuple(one for one in (*said, *f.assumptions) if one)


def plan_terminal(f: Foresight, *, width: int = 80, colour: bool = False, ascii: bool = False) -> str:  # noqa: A002
    """Tell a plan's outlook as text for a terminal.

    Parameters
    ----------
    f : Foresight
        What to tell.
    width : int
        Columns of the terminal; lines stay within it, and within 80. Under 32 it is treated as 32.
    colour : bool
        Whether escape codes for bold and colour may be used. They add nothing that the marks do not say.
    ascii : bool
        Whether to keep to ASCII, where the terminal's encoding knows no dots.

    Returns
    -------
    str
        Lines without trailing spaces, ending in a newline. The same outlook gives the same text.
    """
    columns = max(NARROWEST, min(width, WIDEST)) - 2 * MARGIN

    def painted(line: str, code: str) -> str:
        return _paint(line, code, colour) if code else line

    def bulleted(title: str, items: tuple[str, ...]) -> list[str]:
        lines = [painted(title, BOLD)]
        for item in items:
            lines += _wrap(item, columns, bullet="• ")
        return lines

    blocks = [_wrap(tidy(f.plan.title), columns)] if f.plan.title else []
    blocks.append([painted(line, BOLD) for line in _wrap(headline(f), columns)])
    blocks.append(_wrap(" ".join(advice(f)), columns))
    if f.worth is not None:
        blocks.append(_wrap(" ".join(people_sentences(f)), columns))
        blocks.append(_square(f, f.worth.outlook, columns, colour=colour, ascii=ascii))
        shown = [painted("What it would find", BOLD)]
        for outlook in f.outlooks:
            shown += _wrap(f"{truth_label(f, outlook.effect or 0.0)}:", columns)
            shown += _rows(outlook, columns, colour=colour, ascii=ascii)
            shown += _wrap(" ".join(truth_sentences(f, outlook)), columns)
            shown.append("")
        blocks.append(shown[:-1])
    for title, items in (
        ("What it takes", effort(f)),
        ("What it could gain", gain(f)),
        ("Whom it answers", who(f)),
    ):
        if items:
            blocks.append(bulleted(title, items))
    if f.alternatives:
        lines = bulleted("What else you could do", others(f))
        rows = table(f)
        wide = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
        if sum(wide) + 2 * len(wide) <= columns:
            lines.append("")
            for row in rows:
                lines.append("  ".join(cell.ljust(size) for cell, size in zip(row, wide, strict=True)).rstrip())
            lines += [painted(line, QUIET) for line in _wrap(table_caption(f), columns)]
        blocks.append(lines)
    blocks.append(bulleted("What the sums assume", assumed(f)))
    text = "\n\n".join("\n".join((" " * MARGIN + line).rstrip() for line in block) for block in blocks)
    return "\n" + (plain_ascii(text) if ascii else text) + "\n"


def _dots(outlook: Outlook, *, colour: bool, ascii: bool) -> list[str]:  # noqa: A002
    signs, count = (PLAIN_SIGNS if ascii else SIGNS), in_dots(outlook)
    return [
        _paint(signs[kind], PAINTS[kind], colour and bool(PAINTS[kind])) for kind in KINDS for _ in range(count[kind])
    ]


def _rows(outlook: Outlook, columns: int, *, colour: bool, ascii: bool) -> list[str]:  # noqa: A002
    """Fifty people in one row, or in two where the terminal is narrow."""
    dots = _dots(outlook, colour=colour, ascii=ascii)
    per_row = N_DOTS if columns >= N_DOTS else N_DOTS // 2
    return ["".join(dots[at : at + per_row]) for at in range(0, N_DOTS, per_row)]


def _square(f: Foresight, outlook: Outlook, columns: int, *, colour: bool, ascii: bool) -> list[str]:  # noqa: A002
    """Fifty people in five rows, with what each mark stands for beside or below."""
    dots = _dots(outlook, colour=colour, ascii=ascii)
    rows = [" ".join(dots[at : at + A_ROW]) for at in range(0, N_DOTS, A_ROW)]
    signs, count, words = (PLAIN_SIGNS if ascii else SIGNS), in_dots(outlook), finding_words(f)
    key = [
        f"{_paint(signs[kind], PAINTS[kind], colour and bool(PAINTS[kind]))} {count[kind]:>2}  {words[kind]}"
        for kind in KINDS
    ]
    room = columns - (2 * A_ROW - 1) - 3
    if all(6 + _width(words[kind]) <= room for kind in KINDS):
        rows = [row + (f"   {key[i]}" if i < len(key) else "") for i, row in enumerate(rows)]
    else:
        rows += ["", *(line for kind, one in zip(KINDS, key, strict=True) for line in _key(one, words[kind], columns))]
    return [*rows, *(_paint(line, QUIET, colour) for line in _wrap(CAPTION, columns))]


def _key(line: str, words: str, columns: int) -> list[str]:
    """A line of the key, its words broken where they are long."""
    start = line[: len(line) - len(words)]
    broken = _wrap(words, columns - 6)
    return [start + broken[0], *(" " * 6 + more for more in broken[1:])]
