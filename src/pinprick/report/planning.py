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
from pinprick.report.names import days, exact, exact_points, number, outcome_name, plain_ascii, points, tidy
from pinprick.trial.plan import Blocks, Kind
from pinprick.trial.protocol import Question
from pinprick.words import _, mark, ngettext

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
CAPTION: Final = mark("One dot is one person, not a day.")


def of_100(share: float) -> str:
    """Give a chance as a count of 100 people, never a bare 0 or 100 for what can happen or need not.

    Examples
    --------
    >>> of_100(0.6234), of_100(0.0), of_100(0.001), of_100(0.999)
    ('62 of 100', '0 of 100', 'under 1 of 100', 'over 99 of 100')
    """
    n = round(100 * share)
    if n == 0 and share > 0:
        return _("under 1 of 100")
    if n == 100 and share < 1:
        return _("over 99 of 100")
    return _("{n} of 100").format(n=n)


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
    return tidy(_(first.label or first.name)), tidy(_(second.label or second.name))


def finding_words(f: Foresight) -> dict[str, str]:
    """What each kind of dot stands for."""
    first, second = names(f)
    against, better = f.plan.question is Question.AGAINST_CONTROL, _("{treatment}: better")
    return {
        "better": better.format(treatment=first),
        "third": _("no benefit that matters") if against else _("no difference that matters"),
        "worse": better.format(treatment=second),
        "cannot_tell": _("cannot tell"),
    }


def headline(f: Foresight) -> str:
    """Tell in one sentence whether the plan is likely to answer."""
    return {
        Why.ANSWERS: _("This plan will probably give you an answer."),
        Why.MISSES_WHAT_MATTERS: _("This plan is worth it only if the effect is large."),
        Why.LITTLE_TO_GAIN: _("This plan is worth it only if you expect more than trials found."),
        Why.MISSES_LARGE: _("This plan will probably not give you an answer."),
        Why.NO_ANSWER: _("This plan will probably not give you an answer."),
        Why.TOO_SHORT: _("This plan ends before an answer can come."),
    }[f.why]


def advice(f: Foresight) -> tuple[str, ...]:
    """Tell whether to do it, and why, in plain sentences; a way to mend it where there is one."""
    first = names(f)[0]
    delta = f.plan.primary.outcome.smallest_difference
    said = []
    if f.worth is None:
        willing = f.plan.n_days if f.days_willing is None else f.days_willing
        too_late = _("The first answer can come after {first_day}, and you have {willing}.")
        said += [
            too_late.format(first_day=days(f.first_day), willing=days(willing)),
            _("We advise against it as it is."),
        ]
    elif f.why is Why.ANSWERS:
        finds = _("It is worth doing. It would probably find an effect of {size}, the least that matters.")
        said += [
            finds.format(size=exact_points(delta)),
            _("If there is none, it would probably tell you that too."),
        ]
    elif f.why is Why.MISSES_WHAT_MATTERS:
        said += [
            _("It would miss an effect of {size} more often than find it.").format(size=exact_points(delta)),
            _("From {size} on it would probably find it.").format(size=exact_points(1.5 * delta)),
        ]
    elif f.why is Why.LITTLE_TO_GAIN:
        chance = _("From what is known today, the chance that {treatment} brings {size} or more is {chance}.")
        said += [
            chance.format(treatment=first, size=exact_points(delta), chance=of_100(f.worth.chance_worth)),
            _("Even a sure answer would hardly change what you do."),
            _("If you have reason to expect more, say how much with --expect."),
        ]
    elif f.why is Why.MISSES_LARGE:
        missed = _("Even an effect of {size} would be missed more often than found.")
        said += [
            missed.format(size=exact_points(1.5 * delta)),
            _("We advise against it as it is."),
        ]
    else:
        said += [_("More people would end without an answer than with one."), _("We advise against it as it is.")]
    if f.advice is Advice.NOT_WORTH_IT and f.worth is not None and is_read_once(f):
        said.append(_("One switch tells little."))
        if f.worth.basis == "published":
            said.append(_("What trials say of people in general is a better guide here."))
    if f.advice is Advice.NOT_WORTH_IT and f.best is not None and not f.best.is_own:
        better = _("Turns of {turn} for up to {days} would do better: a right answer for {right}.")
        said.append(
            better.format(turn=days(f.best.period_days), days=days(f.best.ceiling_days), right=of_100(f.best.right))
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
    clear = _("If {n} people like you did this, about {clear} would get a clear answer.")
    if not unclear:
        rest = _("No one would learn that their days cannot tell.")
    else:
        rest = ngettext(
            "The other one would learn that their days cannot tell.",
            "The other {n} would learn that their days cannot tell.",
            unclear,
        )
    return clear.format(n=N_DOTS, clear=N_DOTS - unclear), rest.format(n=unclear)


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
    which_of_two = f.plan.question is Question.WHICH_OF_TWO
    if effect == 0:
        said = _("If both do the same") if which_of_two else _("If {treatment} does nothing more")
    elif which_of_two:
        said = _("If {treatment} does better by {size}")
    else:
        said = _("If {treatment} helps by {size}") if effect > 0 else _("If {treatment} harms by {size}")
    leader = second if which_of_two and effect < 0 else first
    return said.format(treatment=leader, size=exact_points(abs(effect)))


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
    shares = {kind: getattr(outlook, kind) for kind in ("better", "third", "worse")}
    if outlook.worse < 0.005 and effect >= 0:
        del shares["worse"]
    parts = [_told(words[kind], share, wrong=wrong[kind]) for kind, share in shares.items()]
    parts.append(_told(words["cannot_tell"], outlook.cannot_tell, wrong=False))
    told = [f"{', '.join(parts)}."]
    if outlook.median_days_to_answer is not None and not is_read_once(f):
        half = _("Half of the answers come within {days}.")
        told.append(half.format(days=days(round(outlook.median_days_to_answer))))
    return tuple(told)


def _told(finding: str, share: float, *, wrong: bool) -> str:
    """How many people are told a finding; a wrong one is called so."""
    said = _("“{finding}” {share} (wrong)") if wrong and share > 0 else _("“{finding}” {share}")
    return said.format(finding=finding, share=of_100(share))


def effort(f: Foresight) -> tuple[str, ...]:
    """Tell how long it takes, in days and in hours."""
    if f.worth is None:
        return ()
    run_in = f.plan.run_in_days
    if is_read_once(f):
        on_average = _("That is about {time} of your time on average, for some give up.")
        said = [
            _("The trial takes {days}. It is read once, at its end.").format(days=days(f.plan.n_days)),
            on_average.format(time=_hours(f.worth.minutes)),
        ]
        if any(arm.kind is Kind.ACUPUNCTURE for arm in f.plan.arms):
            said[-1] += " " + _("Sessions with the practitioner come on top.")
        return tuple(said)
    soonest = _("An answer can come after {first_day} at the soonest. The trial ends after {last_day} at the latest.")
    average = (
        _("On average it takes {days}, with {run_in} to get used to it first.")
        if run_in
        else _("On average it takes {days}.")
    )
    time = _("That is about {time} of your time: what is to be done each day, and 1 minute to rate.")
    return (
        soonest.format(first_day=days(f.first_day), last_day=days(f.plan.n_days)),
        average.format(days=days(round(f.worth.days)), run_in=days(run_in)),
        time.format(time=_hours(f.worth.minutes)),
    )


def _hours(minutes: float) -> str:
    hours = minutes / 60
    if hours < 1.5:
        return _("{n} minutes").format(n=round(minutes))
    return _("{n} hours").format(n=round(hours))


def gain(f: Foresight) -> tuple[str, ...]:
    """Tell what deciding by the trial may gain over deciding today, beside the most that any answer can."""
    worth = f.worth
    if worth is None:
        return ()
    first = names(f)[0]
    width = f.plan.primary.outcome.width
    expected = {
        "own": _("The effect to expect is about {size}, give or take {sd}. That is your own."),
        "assumption": _("The effect to expect is about {size}, give or take {sd}. That is an assumption."),
        "derived": _("The effect to expect is about {size}, give or take {sd}. That is worked out from trials."),
        "published": _("The effect to expect is about {size}, give or take {sd}. That is from published trials."),
    }[worth.basis]
    said = [
        expected.format(size=points(worth.belief.mean, width=width), sd=number(worth.belief.sd, width=width)),
    ]
    if worth.stake.worth:
        choice = (
            _(
                "To be worth its while, {treatment} must bring {size} a day. "
                "Today the chance of that is {chance}, so you would take it up."
            )
            if worth.stake.first_today
            else _(
                "To be worth its while, {treatment} must bring {size} a day. "
                "Today the chance of that is {chance}, so you would do without."
            )
        )
        said.append(
            choice.format(treatment=first, size=exact_points(worth.stake.worth), chance=of_100(worth.chance_worth))
        )
    gained = _(
        "Choosing by this trial’s answer gains {gain} a day over choosing today. Knowing the truth would gain {most}."
    )
    ceiling = _("No trial as sharp as this one can gain more than {ceiling} a day.")
    said += [
        gained.format(gain=_small(worth.outlook.gain, width), most=_small(worth.perfect_gain, width)),
        ceiling.format(ceiling=_small(worth.ceiling, width)),
    ]
    return tuple(said)


def _small(value: float, width: float) -> str:
    """A gain in points, with one digit more than a rating deserves; chance may push it below 0."""
    digits = max(0, min(5, 3 - int(np.floor(np.log10(width)))))
    shown = f"{max(value, 0.0):.{digits}f}"
    return _("nothing") if float(shown) == 0 else _("{n} points").format(n=shown)


def who(f: Foresight) -> tuple[str, ...]:
    """Tell for whom the plan answers: those whose days differ little, and those whose days jump."""
    if f.worth is None:
        return ()
    calm, _usual, jumpy = f.worth.outlook.by_spread
    if f.own is not None:
        spread = points(f.own.spread, width=f.plan.primary.outcome.width)
        own = _(
            "Your diary has {days} with a rating. They differ by about {spread} from day to day, and that is used here."
        )
        return (own.format(days=days(f.own.n_rated), spread=spread),)
    if not calm[0] or not jumpy[0]:
        return ()
    by_spread = _(
        "Of people whose days differ little, {calm} get a clear answer. Of those whose days jump, {jumpy} do. "
        "Each is a third of all."
    )
    return (
        by_spread.format(calm=of_100(calm[1]), jumpy=of_100(jumpy[1])),
        _("A diary of 14 days or more tells which you are. Give it with --diary."),
    )


def others(f: Foresight) -> tuple[str, ...]:
    """Name the best of the alternatives and say why."""
    if not f.alternatives or f.best is None or not isinstance(f.plan.design, Blocks):
        return ()
    best, own = f.best, next((one for one in f.alternatives if one.is_own), None)
    put = {
        "turn": days(best.period_days),
        "days": days(best.ceiling_days),
        "right": of_100(best.right),
        "wrong": of_100(best.wrong),
        "average": days(round(best.days)),
    }
    if best.is_own:
        yours = _(
            "Of all these, your plan is the best: turns of {turn}, for up to {days}. "
            "A right answer for {right} and a wrong one for {wrong}, after {average} on average."
        )
        return (yours.format(**put), _why_best(f, best.period_days))
    another = _(
        "The best of these is turns of {turn}, for up to {days}. "
        "A right answer for {right} and a wrong one for {wrong}, after {average} on average."
    )
    said = [another.format(**put)]
    if own is not None:
        yours = _("With your plan it is {right} and {wrong}, after {days}.")
        said.append(yours.format(right=of_100(own.right), wrong=of_100(own.wrong), days=days(round(own.days))))
    reasons = []
    if best.period_days < f.plan.design.period_days:
        reasons.append(_("Shorter turns compare the two more often."))
    elif best.period_days > f.plan.design.period_days:
        reasons.append(_("Longer turns let an effect show that comes or goes slowly."))
    if best.ceiling_days > f.plan.design.ceiling_days:
        reasons.append(_("More days let more people come to an answer."))
    elif best.ceiling_days < f.plan.design.ceiling_days:
        reasons.append(_("Fewer days do almost as well."))
    return (*said, *reasons, _why_best(f, best.period_days))


def _why_best(f: Foresight, period: int) -> str:
    fades = f.population.fade_days
    gone = (
        _("half of the effect is gone after {days}") if fades >= 1 else _("the effect is gone by the next day")
    ).format(days=days(round(fades)))
    if period <= 2:
        short = _(
            "Turns this short need an effect that is soon over. Here {gone}; if yours lasts longer, take longer turns."
        )
        return short.format(gone=gone)
    return _("The sums take it that {gone}.").format(gone=gone)


def table(f: Foresight) -> tuple[tuple[str, ...], ...]:
    """The alternatives as rows of cells, head first: a right answer of 100, and days on average."""
    if not f.alternatives:
        return ()
    ceilings = sorted({one.ceiling_days for one in f.alternatives})
    rows = [(_("turns of"), *(_("up to {n}").format(n=ceiling) for ceiling in ceilings))]
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
    *truths, last = (exact(truth * delta) for truth in TRUTHS)
    return _(
        "Right answers of 100 people / days on average, over true effects of {truths} and {last} points. "
        "* is the best, wrong answers counted against it."
    ).format(truths=", ".join(truths), last=last)


def assumed(f: Foresight) -> tuple[str, ...]:
    """Tell what the sums rest on."""
    made_up = _(
        "These are sums on {n} made-up people for each row. Like real ones, they miss days, have flares, "
        "start in a bad spell, and some give up."
    )
    said = [made_up.format(n=f"{f.n_trial:,}")]
    if f.worth:
        said.append(_("Giving up without an answer: {share}.").format(share=of_100(f.worth.outlook.gave_up)))
    if f.share_seen < 0.97:
        slow = (
            _(
                "An effect that builds up slowly is hard to tell from a drift. "
                "Over the days of the course here about {n} tenths of it show."
            )
            if is_read_once(f)
            else _(
                "An effect that fades slowly shows only in part when treatments take turns: "
                "here about {n} tenths of it. So one that matters can be taken for one that does not."
            )
        )
        said.append(slow.format(n=round(10 * f.share_seen)))
    if f.own is None:
        spread = _("Half of these people’s {outcome} differs by less than {spread} points from day to day.")
        said.append(spread.format(outcome=outcome_name(f.plan.primary.name), spread=f"{f.population.spread:.2g}"))
    return (*said, *f.assumptions)


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

    blocks = [_wrap(tidy(_(f.plan.title)), columns)] if f.plan.title else []
    blocks.append([painted(line, BOLD) for line in _wrap(headline(f), columns)])
    blocks.append(_wrap(" ".join(advice(f)), columns))
    if f.worth is not None:
        blocks.append(_wrap(" ".join(people_sentences(f)), columns))
        blocks.append(_square(f, f.worth.outlook, columns, colour=colour, ascii=ascii))
        shown = [painted(_("What it would find"), BOLD)]
        for outlook in f.outlooks:
            shown += _wrap(f"{truth_label(f, outlook.effect or 0.0)}:", columns)
            shown += _rows(outlook, columns, colour=colour, ascii=ascii)
            shown += _wrap(" ".join(truth_sentences(f, outlook)), columns)
            shown.append("")
        blocks.append(shown[:-1])
    for title, items in (
        (_("What it takes"), effort(f)),
        (_("What it could gain"), gain(f)),
        (_("Whom it answers"), who(f)),
    ):
        if items:
            blocks.append(bulleted(title, items))
    if f.alternatives:
        lines = bulleted(_("What else you could do"), others(f))
        rows = table(f)
        wide = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
        if sum(wide) + 2 * len(wide) <= columns:
            lines.append("")
            for row in rows:
                lines.append("  ".join(cell.ljust(size) for cell, size in zip(row, wide, strict=True)).rstrip())
            lines += [painted(line, QUIET) for line in _wrap(table_caption(f), columns)]
        blocks.append(lines)
    blocks.append(bulleted(_("What the sums assume"), assumed(f)))
    text = "\n\n".join("\n".join((" " * MARGIN + line).rstrip() for line in block) for block in blocks)
    return "\n" + (plain_ascii(text) if ascii else text) + "\n"


def _dots(outlook: Outlook, *, colour: bool, ascii: bool) -> list[str]:  # noqa: A002
    signs, count = (PLAIN_SIGNS if ascii else SIGNS), in_dots(outlook)
    return [
        _paint(signs[kind], PAINTS[kind], colour and bool(PAINTS[kind]))
        for kind in KINDS
        for _dot in range(count[kind])
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
    return [*rows, *(_paint(line, QUIET, colour) for line in _wrap(_(CAPTION), columns))]


def _key(line: str, words: str, columns: int) -> list[str]:
    """A line of the key, its words broken where they are long."""
    start = line[: len(line) - len(words)]
    broken = _wrap(words, columns - 6)
    return [start + broken[0], *(" " * 6 + more for more in broken[1:])]
