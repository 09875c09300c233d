"""The sessions of a trial in words: how somebody lies on their mat, what each session came to, and what dose says.

Two sentences stand beside every dose: that the answer goes by the treatment that was assigned, and that dose is
secondary. No pressure is told, and nothing of minutes times pressure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from pinprick.dose.mat import mat as named_mat
from pinprick.dose.mat import mat_names
from pinprick.report.dose import Table
from pinprick.report.names import clean, exact, number, outcome_name, points, sentence
from pinprick.sessions.each import Session, Sessions, is_another
from pinprick.sessions.response import DoseResponse, Slope
from pinprick.trial.conduct import Conduct
from pinprick.trial.fold import Ended
from pinprick.trial.set_up import SetUp
from pinprick.trial.table import day_name
from pinprick.words import _, mark, ngettext

LAYERS: Final = {
    "none": mark("Bare skin"),
    "vest": mark("A thin vest on your skin"),
    "t_shirt": mark("A T-shirt on your skin"),
    "sweatshirt": mark("A sweatshirt on your skin"),
    "towel": mark("A towel on your skin"),
    "folded_towel": mark("A folded towel on your skin"),
}
SURFACES: Final = {
    "floor": mark("on a hard floor"),
    "carpet": mark("on a carpet"),
    "sofa": mark("on a sofa"),
    "bed": mark("on a bed"),
}
SEXES: Final = {"female": mark("a female body"), "male": mark("a male body")}
EARLY: Final = {
    Ended.TOO_SHARP: mark("too sharp"),
    Ended.NO_TIME: mark("no time"),
    Ended.FELT_WRONG: mark("felt wrong"),
    Ended.OTHER: mark("ended early"),
}
NOT_KNOWN: Final = mark("not known")
NOTHING_YET: Final = mark("There is no session yet.")
NONE_WRITTEN: Final = mark("No set-up is written down.")
NO_MAT: Final = mark("No treatment of this plan is on a mat, so there is no set-up to write down.")

CHANGED: Final = mark(
    "The plan asks to change nothing until the trial ends. The change stands beside your sessions, and the rule of the "
    "verdict is the same."
)
"""What is said where the set-up changes in the middle of a running trial."""


# --- the set-up ------------------------------------------------------------------------------------------


def set_up_sentence(set_up: SetUp) -> str:
    """How somebody lies on their mat, in a sentence.

    Examples
    --------
    >>> set_up_sentence(SetUp(layer="t_shirt", surface="bed"))
    'A T-shirt on your skin, the mat on a bed.'
    >>> set_up_sentence(SetUp(layer=2.5))
    '2.5 mm of cloth on your skin, the mat on a hard floor.'
    """
    if isinstance(set_up.layer, str):
        cloth = _(LAYERS.get(set_up.layer, set_up.layer))
    else:
        cloth = _("{mm} mm of cloth on your skin").format(mm=f"{set_up.layer:g}")
    beneath = _(SURFACES.get(set_up.surface, set_up.surface))
    return _("{Cloth}, the mat {beneath}.").format(Cloth=cloth, beneath=beneath)


def mat_sentence(set_up: SetUp) -> str:
    """Which mat, and what was measured of it; empty where nobody said.

    Examples
    --------
    >>> mat_sentence(SetUp(mat="shakti_original", tip_radius=0.4))
    'The mat: Shakti Original, tips of 0.4 mm.'
    """
    told = [_mat_name(set_up.mat)] if set_up.mat else []
    if set_up.spikes is not None:
        told.append(ngettext("{n} spike", "{n} spikes", set_up.spikes).format(n=f"{set_up.spikes:,}"))
    for value, words in (
        (set_up.length, _("{mm} mm long")),
        (set_up.width, _("{mm} mm wide")),
        (set_up.spacing, _("spikes {mm} mm apart")),
        (set_up.tip_radius, _("tips of {mm} mm")),
    ):
        if value is not None:
            told.append(words.format(mm=f"{value:g}"))
    return _("The mat: {what}.").format(what=", ".join(told)) if told else ""


def _mat_name(name: str) -> str:
    """A mat's own name; as it was written where there is none with it."""
    known = "_".join(name.strip().lower().replace("-", " ").split())
    return named_mat(known).name if known in mat_names() else clean(name)


def person_sentence(set_up: SetUp) -> str:
    """Who lies on it, as far as they said; empty where they did not.

    Examples
    --------
    >>> person_sentence(SetUp(mass_kg=70, stature_cm=175))
    'You: 70 kg, 175 cm.'
    """
    told = [] if set_up.mass_kg is None else [_("{n} kg").format(n=f"{set_up.mass_kg:g}")]
    told += [] if set_up.stature_cm is None else [_("{n} cm").format(n=f"{set_up.stature_cm:g}")]
    told += [] if set_up.sex is None else [_(SEXES.get(set_up.sex, set_up.sex))]
    return _("You: {what}.").format(what=", ".join(told)) if told else ""


def whole_set_up(set_up: SetUp) -> str:
    """All that is kept of a set-up, as one paragraph."""
    return " ".join(filter(None, [set_up_sentence(set_up), mat_sentence(set_up), person_sentence(set_up)]))


def kept_lines(conduct: Conduct) -> list[str]:
    """Every set-up that is written down, with the day from which it holds."""
    if not conduct.plan.on_the_mat:
        return [_(NO_MAT)]
    kept: dict[date, SetUp] = dict(conduct.set_ups)  # of two for one day the later written
    lines = [
        _("From {day}: {set_up}").format(day=day_name(day), set_up=whole_set_up(set_up)) for day, set_up in kept.items()
    ]
    return lines or [_(NONE_WRITTEN), _("Write it down with --layer and --surface, and --mat or --spikes.")]


def written_lines(before: Conduct, after: Conduct, since: date) -> list[str]:
    """What has just been kept of a set-up, and what a change in the middle of a trial means."""
    set_up = after.set_up_on(since)
    if set_up is None:
        return kept_lines(after)
    if after.events == before.events:
        return [_("That is written down already; nothing was changed."), whole_set_up(set_up)]
    lines = [_("Written down from {day} on: {set_up}").format(day=day_name(since), set_up=whole_set_up(set_up))]
    later = [day for day, _other in after.set_ups if day > since]
    if later:
        lines.append(_("From {day} what was written for then still stands.").format(day=day_name(later[0])))
    if person_sentence(set_up):
        lines.append(_("What you said of yourself stands in the trial’s file, and in every export of all of it."))
    first = after.first_day
    was = before.set_up_on(since)
    if after.has_started and was is not None:
        lines += [_(CHANGED)] if is_another(was, set_up) else []
    elif first is not None and first < since and after.set_up_on(first) is None:
        lines.append(
            _("Sessions before have none. If it was the same from the start, say --from {day}.").format(
                day=first.isoformat()
            )
        )
    return lines


# --- the sessions ----------------------------------------------------------------------------------------


def sessions_lines(told: Sessions, dose: DoseResponse | None = None) -> list[str]:
    """Every session for the terminal, the two sentences that always stand there, what dose says, and the doubts."""
    lines = [_("Sessions")]
    if told.usual is not None:
        lines.append(_("Your usual set-up: {set_up}").format(set_up=whole_set_up(told.usual)))
    if not told.rows:
        return [*lines, _(NOTHING_YET), *told.said]
    table = sessions_table(told)
    lines += ["  " + row for row in aligned([table.heads, *table.rows])]
    if any(one.rho is not None for one in told.rows):
        lines.append(
            _("Sharpness 1 is your usual set-up. Prick-minutes are minutes of it that would come to the same.")
        )
    lines += told.said
    if dose is not None:
        lines += dose_lines(dose)
    doubts = [*told.doubts, *(dose.doubts if dose is not None else ())]
    return lines + ["- " + text for text in dict.fromkeys(doubts)]


def sessions_table(told: Sessions, *, narrow: bool = False) -> Table:
    """A row a session: day, treatment, minutes, how sharp it was rated and worked out, prick-minutes.

    For a phone, ``narrow`` leaves out the last, the ratings where there are none, and which minutes are the plan's.
    """
    columns: list[tuple[str, Callable[[Session], str]]] = [
        (_("Day"), lambda one: day_name(one.day)),
        (_("Treatment"), lambda one: clean(one.treatment)),
        (_("Minutes"), lambda one: _minutes(one, narrow=narrow)),
        (_("Prick"), lambda one: "" if one.prick is None else exact(one.prick)),
        (_("Sharpness"), _sharpness),
        (_("Prick-minutes"), _dose),
    ]
    if narrow:
        del columns[5:]
        if all(one.prick is None for one in told.rows):
            del columns[3]
    rows = tuple(tuple(cell(one) for _head, cell in columns) for one in told.rows)
    return Table(_("Sessions, and how much each came to."), tuple(head for head, _cell in columns), rows)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines whose columns stand below each other.

    Examples
    --------
    >>> aligned([("Day", "Minutes"), ("5 May", "15")])
    ['Day    Minutes', '5 May  15']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _minutes(one: Session, *, narrow: bool = False) -> str:
    if one.minutes is None:
        early = _(EARLY[one.ended]) if one.ended else ""
        return ", ".join(filter(None, [_(NOT_KNOWN), early]))
    if one.are_minutes_planned and not narrow:
        return _("{n} as planned").format(n=f"{one.minutes:g}")
    return f"{one.minutes:g}, {_(EARLY[one.ended])}" if one.ended else f"{one.minutes:g}"


def _sharpness(one: Session) -> str:
    if not one.is_on_the_mat:
        return ""
    return _(NOT_KNOWN) if one.rho is None else _span(one.rho.mid, one.rho.low, one.rho.high)


def _dose(one: Session) -> str:
    found = one.prick_minutes
    return _(NOT_KNOWN) if found is None else _span(found.mid, found.low, found.high)


def _span(mid: float, low: float, high: float) -> str:
    """A number with its range, two digits each; alone where it has none."""
    shown = [f"{float(f'{one:.2g}'):g}" for one in (mid, low, high)]
    return shown[0] if low == high else _("{mid} ({low} to {high})").format(mid=shown[0], low=shown[1], high=shown[2])


# --- how the rating goes with dose -----------------------------------------------------------------------


def dose_lines(dose: DoseResponse) -> list[str]:
    """How the rating goes with dose, in the rating's own points; where the interval holds 0, as not known."""
    slope = dose.slope
    if slope is None:
        return []
    outcome, width = outcome_name(dose.outcome.name), dose.outcome.width
    low, high = sorted(_turned(dose, end) for end in (slope.low, slope.high))
    chance = round(100 * slope.level)
    if slope.is_known:
        near, far = sorted((abs(low), abs(high)))
        lower = _("{Outcome} was about {size} lower with a usual session of {minutes} minutes than with none.")
        higher = _("{Outcome} was about {size} higher with a usual session of {minutes} minutes than with none.")
        lines = [
            (lower if high < 0 else higher).format(
                Outcome=sentence(outcome), size=points(abs(slope.mean), width=width), minutes=dose.usual_minutes
            ),
            _("With a chance of {chance} in 100 that is {low} to {high} points.").format(
                chance=chance, low=number(near, width=width), high=number(far, width=width)
            ),
        ]
    else:
        lines = [
            _("How {outcome} goes with dose is not known.").format(outcome=outcome),
            _(
                "With a usual session of {minutes} minutes it may be {low} to {high} than with none, with a chance of "
                "{chance} in 100."
            ).format(minutes=dose.usual_minutes, low=_side(low, width), high=_side(high, width), chance=chance),
        ]
    return [" ".join(lines), start_sentence(slope, width)]


def start_sentence(slope: Slope, width: float) -> str:
    """What was taken for likely before any day."""
    return _("It started from no difference, give or take {size}: as much as your days differ anyway.").format(
        size=points(slope.prior_sd, width=width)
    )


def _turned(dose: DoseResponse, value: float) -> float:
    """A difference for benefit as a difference of the rating itself."""
    return -value if dose.outcome.lower_is_better else value


def _side(value: float, width: float) -> str:
    """A difference with the word for its direction."""
    words = _("{size} lower") if value < 0 else _("{size} higher")
    return words.format(size=points(abs(value), width=width))
