"""What a mat does to the skin, in words: for the terminal, for a page, and beside the pictures.

Words before numbers, ratios before absolute ones, a range and its reason with each. What the model knows too badly is
not said at all: no pressure at a tip, no force of a probe, no forecast of pain, marks or benefit. Every safety line
stands alone, without the model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np

from pinprick.dose import events, needle, points
from pinprick.dose import ladder as steps
from pinprick.dose.answer import Dose, compare
from pinprick.dose.body import GRAVITY, Profile
from pinprick.dose.ladder import Ladder, Rung, Step
from pinprick.dose.needle import Beside, mat_beside_needle
from pinprick.dose.points import Site, sites_under
from pinprick.dose.setup import Setup
from pinprick.dose.sharpness import PRESS_WORDS
from pinprick.dose.uncertainty import Range
from pinprick.trial.safety_rules import safety_table
from pinprick.words import _, mark, ngettext

NO_CLINICIAN: Final = mark("No clinician has reviewed this page yet.")
NOT_A_MEASUREMENT: Final = mark("This is a model, not a measurement.")
NOT_TOUCHING: Final = mark("not touching")
TIMER: Final = mark("Set a timer. Do not sleep on the mat.")

LAYERS: Final = {
    "none": mark("with bare skin"),
    "vest": mark("with a thin vest"),
    "t_shirt": mark("with a T-shirt"),
    "sweatshirt": mark("with a sweatshirt"),
    "towel": mark("with a towel"),
    "folded_towel": mark("with a folded towel"),
}
SURFACES: Final = {
    "floor": mark("on a hard floor"),
    "carpet": mark("on a carpet"),
    "sofa": mark("on a sofa"),
    "bed": mark("on a bed"),
}
USES: Final = {
    "neck": mark("under the neck"),
    "seat": mark("sitting"),
    "feet": mark("feet resting, seated"),
    "standing": mark("standing"),
}

AS_SHARP: Final = (
    (0.075, mark("about a twentieth as sharp as"), mark("about a twentieth as sharp")),
    (0.13, mark("about a tenth as sharp as"), mark("about a tenth as sharp")),
    (0.22, mark("about a sixth as sharp as"), mark("about a sixth as sharp")),
    (0.29, mark("about a quarter as sharp as"), mark("about a quarter as sharp")),
    (0.42, mark("about a third as sharp as"), mark("about a third as sharp")),
    (0.59, mark("about half as sharp as"), mark("about half as sharp")),
    (0.71, mark("about two thirds as sharp as"), mark("about two thirds as sharp")),
    (0.85, mark("about three quarters as sharp as"), mark("about three quarters as sharp")),
    (0.93, mark("a little less sharp than"), mark("a little less sharp")),
    (1.08, mark("about as sharp as"), mark("about as sharp")),
    (1.20, mark("a little sharper than"), mark("a little sharper")),
    (1.35, mark("about a quarter sharper than"), mark("about a quarter sharper")),
    (1.70, mark("about half as sharp again as"), mark("about half as sharp again")),
    (2.50, mark("about twice as sharp as"), mark("about twice as sharp")),
    (math.inf, mark("several times as sharp as"), mark("several times as sharp")),
)
"""Words for a ratio of sharpness, each up to a number: before what it is held against, and alone."""

AS_HARD: Final = (
    (0.30, mark("Each spike presses about a quarter as hard.")),
    (0.41, mark("Each spike presses about a third as hard.")),
    (0.60, mark("Each spike presses about half as hard.")),
    (0.85, mark("Each spike presses clearly less hard.")),
    (1.20, mark("Each spike presses about as hard.")),
    (1.70, mark("Each spike presses clearly harder.")),
    (math.inf, mark("Each spike presses much harder.")),
)
"""Words for a ratio of forces."""

FIRST_SHARP: Final = (
    (0.30, mark("far less than")),
    (0.80, mark("less than")),
    (1.25, mark("about as hard as")),
    (1.75, mark("about one and a half times as hard as")),
    (2.50, mark("about twice as hard as")),
    (3.50, mark("about three times as hard as")),
    (4.50, mark("about four times as hard as")),
    (math.inf, mark("more than four times as hard as")),
)
"""Words for a sharpness in what first felt sharp to somebody, each up to a number."""

WEIGHTS: Final = (
    (1.0, mark("a paper clip")),
    (7.0, mark("a sheet of paper")),
    (14.0, mark("two or three sheets of paper")),
    (40.0, mark("a letter")),
    (85.0, mark("an egg")),
    (140.0, mark("a bar of chocolate")),
    (260.0, mark("an apple")),
    (1500.0, mark("a book")),
)
"""Things in the hand, each up to so many grams; beyond the last a number stands alone."""

MOST: Final = 10.0
"""A ratio beyond this has a range that says nothing."""

OTHERS: Final = (
    ("none", "floor"),
    ("t_shirt", "floor"),
    ("folded_towel", "floor"),
    ("none", "bed"),
    ("t_shirt", "bed"),
)
"""Set-ups that stand beside somebody's own."""

ZONES: Final = (
    (0.68, mark("upper back")),
    (0.58, mark("small of the back")),
    (0.0, mark("hips")),
)
"""Parts of a back, each from a height over the sole in parts of stature."""


REGIONS: Final = {
    "occiput": mark("back of the head"),
    "neck": mark("neck"),
    "neck_base": mark("base of the neck"),
    "scapula_shoulder": mark("shoulders and shoulder blades"),
    "upper_thoracic": mark("between the shoulder blades"),
    "mid_thoracic": mark("middle of the back"),
    "lower_thoracic": mark("lower ribs"),
    "lumbar": mark("small of the back"),
    "sacrum": mark("sacrum"),
    "buttock": mark("buttocks"),
    "gluteal_fold": mark("fold under the buttocks"),
    "thigh": mark("back of the thigh"),
    "knee": mark("back of the knee"),
    "calf": mark("calf"),
}
"""Regions of acupoints.yaml."""


class Table(NamedTuple):
    """What a picture shows, as rows; the first column names the row."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


# --- numbers as people say them ------------------------------------------------------------------------


def about(value: float, digits: int = 2) -> str:
    """A number as "about" has it: two digits, with commas, and whole from 1 on.

    Examples
    --------
    >>> about(1954), about(182.4), about(32.1), about(6.1), about(0.31), about(0)
    ('2,000', '180', '32', '6', '0.3', '0')
    """
    if value <= 0:
        return "0"
    if 0.95 <= value < 10:
        return f"{value:.0f}"
    step = 10.0 ** (math.floor(math.log10(value)) - digits + 1)
    rounded = step * round(value / step)
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:.1f}".removesuffix(".0")


def grams(force_n: float) -> float:
    """The weight of how many grams a force is.

    Examples
    --------
    >>> round(grams(0.19))
    19
    """
    return 1000 * force_n / GRAVITY


def as_sharp(ratio: float) -> str:
    """A ratio of sharpness in words, before what it is held against.

    Examples
    --------
    >>> as_sharp(0.35), as_sharp(1)
    ('about a third as sharp as', 'about as sharp as')
    """
    return next(_(word) for end, word, _alone in AS_SHARP if ratio < end)


def _word(words: Sequence[tuple[float, str]], value: float) -> str:
    return next(_(word) for end, word in words if value < end)


def in_hand(force_n: float) -> str:
    """What weighs about as much as one spike presses; "" beyond what one would name.

    Examples
    --------
    >>> in_hand(0.19), in_hand(1.7)
    ('a letter', 'an apple')
    """
    return next((_(thing) for end, thing in WEIGHTS if grams(force_n) < end), "")


def _parts(ratio: Range) -> tuple[int, int]:
    """The ends of a ratio in parts of 100, in steps of 5 where there is room."""
    step = 5 if ratio.low >= 0.1 else 1
    low, high = (max(1, step * round(100 * end / step)) for end in (ratio.low, ratio.high))
    return low, high


# --- a set-up ------------------------------------------------------------------------------------------


def setup_words(setup: Setup) -> str:
    """A set-up inside a sentence.

    Examples
    --------
    >>> from pinprick.dose.body import Person
    >>> from pinprick.dose.mat import Mat
    >>> setup_words(Setup(Mat(6000), Person(), layer="t_shirt", surface="bed"))
    'with a T-shirt on a bed'
    >>> setup_words(Setup(Mat(6000), Person(), use="neck", layer=3.0))
    'with 3 mm of cloth, under the neck'
    """
    if isinstance(setup.layer, str):
        layer = _(LAYERS[setup.layer])
    else:
        layer = _("with {mm} mm of cloth").format(mm=f"{setup.layer:g}")
    if setup.is_lying:
        return _("{layer} {surface}").format(layer=layer, surface=_(SURFACES[setup.surface]))
    where = _(USES[setup.use])
    if setup.use == "seat":
        surface = _(SURFACES[setup.surface])
        where = _("sitting {surface}").format(surface=surface) if setup.surface in ("floor", "carpet") else where
    return _("{layer}, {where}").format(layer=layer, where=where)


def _title(setup: Setup, other: Setup) -> str:
    """A set-up, and its mat where that is another one."""
    words = setup_words(setup)
    if setup.mat == other.mat:
        return words
    spikes = f"{setup.mat.spikes:,}"
    return _("{setup}, on {spikes} spikes").format(setup=words, spikes=spikes)


def headline(dose: Dose) -> str:
    """How many of how many spikes touch.

    Examples
    --------
    >>> from pinprick.dose.answer import dose
    >>> headline(dose(6000, n_draws=20))
    'About 2,000 of 6,000 spikes touch you.'
    """
    spikes = dose.setup.mat.spikes
    all_of_them = f"{spikes:,}"
    if dose.touching.mid >= 0.97 * spikes:
        return ngettext("The only spike touches you.", "Nearly all of {all} spikes touch you.", spikes).format(
            all=all_of_them
        )
    return _("About {n} of {all} spikes touch you.").format(n=about(dose.touching.mid), all=all_of_them)


def press_sentence(dose: Dose) -> str:
    """How hard each presses, as a thing in the hand and in grams; shorter after `hard_sentence`, which named them."""
    force = dose.force_per_spike_n
    thing = in_hand(force.mid)
    low, high = about(grams(force.low)), about(grams(force.high))
    if not thing:
        return _("Each presses with the weight of {low} to {high} grams.").format(low=low, high=high)
    if hard_sentence(dose):
        return _("That is about the weight of {thing}: {low} to {high} grams.").format(thing=thing, low=low, high=high)
    return _("Each presses with about the weight of {thing}: {low} to {high} grams.").format(
        thing=thing, low=low, high=high
    )


def change_sentence(dose: Dose) -> str:
    """How sharp it is against what it is held against; "" where that is the same."""
    if _is_same(dose.setup, dose.reference):
        return ""
    here, there = _title(dose.setup, dose.reference), setup_words(dose.reference)
    if dose.is_sharpness_gone:
        return _("{Here}, the sharpness is all but gone.").format(Here=_capital(here))
    return _("{Here}, it is {much} {there}.").format(
        Here=_capital(here), much=as_sharp(dose.relative_sharpness.mid), there=there
    )


def change_range(dose: Dose) -> str:
    """The range of that ratio; "" where there is nothing to compare, or next to nothing to compare with."""
    if _is_same(dose.setup, dose.reference) or dose.relative_sharpness.high > MOST:
        return ""
    low, high = _parts(dose.relative_sharpness)
    return _("100 parts of sharpness become {low} to {high}.").format(low=low, high=high)


def hard_sentence(dose: Dose) -> str:
    """How hard a spike presses against the reference, where what is beneath or the mat differs; "" elsewhere."""
    if dose.setup.surface == dose.reference.surface and dose.setup.mat == dose.reference.mat:
        return ""
    return "" if _is_same(dose.setup, dose.reference) else _word(AS_HARD, dose.relative_force.mid)


def _is_same(one: Setup, other: Setup) -> bool:
    return replace(one, minutes=10) == replace(other, minutes=10)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def lead(dose: Dose) -> list[str]:
    """What stands under the headline: what changes, how hard each spike presses, and beside one's first sharp feel."""
    heed = _(events.SENTENCES[-1]) if dose.setup.use == "standing" else ""
    said = (heed, change_sentence(dose), hard_sentence(dose), press_sentence(dose), times_sentence(dose))
    return [text for text in said if text]


def more(dose: Dose) -> list[str]:
    """Ranges with their reason, the hardest spikes, the dent, and the sharpness in a word."""
    setup, peak = dose.setup, dose.peak_force_n
    said = [
        picture_words(dose),
        touching_range(dose),
        change_range(dose),
        _("A few press harder, the hardest with {low} to {high} grams.").format(
            low=about(grams(peak.low)), high=about(grams(peak.high))
        ),
        dent_sentence(dose.dent_mm),
        _("Over all the skin that touches, it is like lying on a firm mattress.") if setup.is_lying else "",
        word_sentence(dose) if dose.times_first_sharp is None else times_range(dose),
    ]
    return [text for text in said if text]


def _ends(one: Range) -> tuple[float, float]:
    return one.low, one.high


def touching_range(dose: Dose) -> str:
    """How many spikes it may be, and why that is not sure."""
    touching = dose.touching
    low, high = about(touching.low), about(min(touching.high, dose.setup.mat.spikes))
    if not _is_counted(dose):
        return _("It may be {low} to {high} spikes: your skin, your back and your spikes were not measured.").format(
            low=low, high=high
        )
    return _("It may be {low} to {high} spikes: a light touch leaves no dot, and dots fade.").format(low=low, high=high)


def picture_words(dose: Dose) -> str:
    """What was counted, in a picture or by hand; "" where nothing was."""
    own = dose.calibration
    if own is None or own.touching is None or not _is_counted(dose):
        return ""
    n = about(own.touching.count)
    if own.touching.from_picture:
        return _("In your picture about {n} dots were found, and the numbers here follow them.").format(n=n)
    return _("You counted about {n} dots, and the numbers here follow them.").format(n=n)


def _is_counted(dose: Dose) -> bool:
    """Whether touching spikes were counted, and this is a set-up that they tell about."""
    return dose.setup.is_lying and dose.calibration is not None and dose.calibration.touching is not None


def times_sentence(dose: Dose) -> str:
    """How hard it pricks beside what first felt sharp to this person; "" where nobody measured that.

    Examples
    --------
    >>> from pinprick.dose.answer import dose
    >>> from pinprick.dose.calibration import Calibration
    >>> from pinprick.dose.sharpness import own_threshold
    >>> times_sentence(dose(6000, n_draws=20, calibration=Calibration(own_threshold([230, 200, 260], 27))))
    'Each spike presses about twice as hard as what first felt sharp to you.'
    """
    times = dose.times_first_sharp
    if times is None:
        return ""
    much = _word(FIRST_SHARP, times.mid)
    if dose.setup.layer_mm.central > 0:
        return _("Through the cloth each spike pricks {much} what first felt sharp to you.").format(much=much)
    return _("Each spike presses {much} what first felt sharp to you.").format(much=much)


def times_range(dose: Dose) -> str:
    """The range of that; "" where nobody measured it."""
    times = dose.times_first_sharp
    if times is None:
        return ""
    low, high = (about(end) if not 0.95 <= end < 10 else f"{end:.1f}".removesuffix(".0") for end in _ends(times))
    return _("With 1 for what first felt sharp, it may be {low} to {high}. Your own rating counts more.").format(
        low=low, high=high
    )


def dent_sentence(dent: Range) -> str:
    """How far the skin gives, in whole millimetres."""
    low, high = max(1, round(dent.low)), round(dent.high)
    if high < 1:
        return _("The skin gives by less than a millimetre and springs back.")
    if low >= high:
        return _("The skin gives by about {mm} mm and springs back.").format(mm=high)
    return _("The skin gives by about {low} to {high} mm and springs back.").format(low=low, high=high)


def word_sentence(dose: Dose) -> str:
    """Sharpness in a word, and how far the word may be off."""
    low, high = (_(word) for word in dose.sharpness_between)
    if low == high:
        return _("In a word: {word}. Your own rating counts more.").format(word=_(dose.sharpness))
    return _("In a word: {word}, anything from {low} to {high}. Your own rating counts more.").format(
        word=_(dose.sharpness), low=low, high=high
    )


def minutes_sentences(dose: Dose) -> list[str]:
    """What minutes do and do not change; nothing while standing."""
    if dose.setup.use == "standing":
        return []
    most = safety_table()["usage_ladder"]["max_minutes_per_session"]
    first = safety_table()["usage_ladder"]["recommended"][0]["minutes"]
    return [
        _("Minutes change no force: {n} minutes press as hard as 1.").format(n=f"{dose.setup.minutes:g}"),
        _("A gentle start is {first} minutes, and a trial asks for {most} at most.").format(first=first, most=most),
    ]


def safety_sentences() -> list[str]:
    """What to heed, whatever the model says."""
    return [*events.sentences(), _(TIMER)]


def dose_lines(dose: Dose, others: Sequence[Dose] = ()) -> list[str]:
    """A set-up for the terminal: words first, then ranges, what would change it, safety and doubts.

    Parameters
    ----------
    dose : Dose
        The set-up.
    others : sequence of Dose
        Others of the same person, all against the same as this one.
    """
    lines = [headline(dose), " ".join(lead(dose)), *changes_lines(others), " ".join(more(dose))]
    lines += [" ".join(said)] if (said := minutes_sentences(dose)) else []
    lines += ["- " + text for text in safety_sentences()]
    lines += ["- " + text for text in dose.caveats]
    return lines


def other_setups(dose: Dose) -> list[Setup]:
    """What somebody could do instead: the same mat with other cloth and on something else; nothing while standing."""
    setup = dose.setup
    if setup.use == "standing":
        return []
    if setup.is_lying:
        found = [replace(setup, layer=layer, surface=surface) for layer, surface in OTHERS]
    else:
        found = [replace(setup, layer=layer) for layer in ("none", "t_shirt", "folded_towel")]
    return [one for one in found if not (_is_same(one, setup) or _is_same(one, dose.reference))]


def others_of(dose: Dose, n_draws: int) -> list[Dose]:
    """`other_setups`, answered against the same as the set-up itself."""
    asked = other_setups(dose)
    if not asked:
        return []
    return list(compare([dose.reference, *asked], n_draws=n_draws, calibration=dose.calibration)[1:])


def changes_lines(others: Sequence[Dose]) -> list[str]:
    """How other set-ups compare with what they are held against, as a list."""
    if not others:
        return []
    lines = [
        _("Other set-ups, where 100 is as sharp as {reference}:").format(reference=setup_words(others[0].reference))
    ]
    for one in others:
        ratio = one.relative_sharpness
        if one.is_sharpness_gone:
            much = _("all but gone")
        else:
            much = next(_(alone) for end, _long, alone in AS_SHARP if ratio.mid < end)
        title = _capital(_title(one.setup, one.reference))
        if ratio.high > MOST:
            lines.append("- " + _("{Setup}: {much}.").format(Setup=title, much=much))
            continue
        low, high = _parts(ratio)
        said = _("{Setup}: {much}, {low} to {high}.").format(Setup=title, much=much, low=low, high=high)
        lines.append("- " + said)
    return lines


def compare_lines(doses: Sequence[Dose]) -> list[str]:
    """Several set-ups for the terminal: each against the first."""
    first, *rest = doses
    lines = [_("{Here}: {headline}").format(Here=_capital(setup_words(first.setup)), headline=headline(first))]
    lines.append(" ".join(filter(None, [press_sentence(first), times_sentence(first), picture_words(first)])))
    for one in rest:
        lines.append(" ".join([*lead(one), headline(one), change_range(one)]))
    lines.append(
        _("Ratios between your own set-ups are surer than any number alone: what is not known of you cancels.")
    )
    lines += ["- " + text for text in safety_sentences()]
    seen: list[str] = []
    for one in doses:
        seen += [text for text in one.caveats if text not in seen]
    return lines + ["- " + text for text in seen]


# --- ladder --------------------------------------------------------------------------------------------


def rung_words(rung: Rung) -> str:
    """A rung: its set-up."""
    words = setup_words(rung.setup)
    if rung.number == 6:
        return _("{setup}, on a mat with a third fewer spikes").format(setup=words)
    return words


def rung_sharp(rung: Rung) -> str:
    """How sharp a rung is, against bare skin on a hard floor, in parts of 100."""
    return _("{n} of 100").format(n=f"{100 * rung.relative.mid:.0f}")


def step_words(step: Step) -> str:
    """A step of the build-up, from safety.yaml."""
    one = step.step
    how = [_(one.layer), _(one.surface)]
    said = _("Step {n}: {minutes} minutes, {how}.").format(
        n=one.step, minutes=one.minutes, how=", ".join(dict.fromkeys(how))
    )
    if one.days is None:
        return said
    return said + " " + ngettext("For {n} day.", "For {n} days.", one.days).format(n=one.days)


def first_step_sentence(made: Ladder) -> str:
    """Where to start."""
    first = made.first
    return _("Start with {minutes} minutes {setup}.").format(minutes=first.step.minutes, setup=setup_words(first.setup))


def ladder_lines(made: Ladder) -> list[str]:
    """The ladder for the terminal."""
    lines = [_("A gentle start"), first_step_sentence(made)]
    lines += ["- " + step_words(one) for one in made.steps]
    lines.append(_("From least to most sharp on your mat; bare skin on a hard floor is 100:"))
    for rung in made.rungs:
        low, high = _parts(rung.relative)
        also = " ".join(
            _("Or {layer} {surface}.").format(layer=_(LAYERS[a]), surface=_(SURFACES[b])) for a, b in rung.also
        )
        said = _("{Setup}: about {n}").format(Setup=_capital(rung_words(rung)), n=f"{100 * rung.relative.mid:.0f}")
        said += _(" ({low} to {high}).").format(low=low, high=high) if low != high else "."
        control = _("A trial compares with this.") if rung.is_control else ""
        lines.append("- " + " ".join(filter(None, [said, also, control])))
    lines += ["- " + text for text in steps.sentences()]
    lines += ["- " + text for text in safety_sentences()]
    lines.append(_(NOT_A_MEASUREMENT))
    return lines


def ladder_table(made: Ladder) -> Table:
    """The rungs as a table."""
    rows = []
    for rung in made.rungs:
        low, high = _parts(rung.relative)
        shown = f"{low}" if low == high else _("{low} to {high}").format(low=low, high=high)
        rows.append((_capital(rung_words(rung)), f"{100 * rung.relative.mid:.0f}", shown))
    return Table(_("Sharpness; bare skin on a hard floor is 100."), (_("Set-up"), _("About"), _("Range")), tuple(rows))


def ladder_dict(made: Ladder) -> dict[str, Any]:
    """The ladder for programs."""
    return {
        "rungs": [
            {
                "rung": rung.number,
                "layer": rung.setup.layer,
                "surface": rung.setup.surface,
                "spikes": rung.setup.mat.spikes,
                "relative_sharpness": rung.relative.to_dict(),
                "is_control": rung.is_control,
                "also": [list(pair) for pair in rung.also],
            }
            for rung in made.rungs
        ],
        "steps": [
            {
                "step": one.step.step,
                "minutes": one.step.minutes,
                "days": one.step.days,
                "layer": one.step.layer,
                "surface": one.step.surface,
                "relative_sharpness": one.relative.to_dict(),
            }
            for one in made.steps
        ],
    }


# --- needle --------------------------------------------------------------------------------------------


def needle_table(dose: Dose) -> Table:
    """Mat and needle side by side."""
    mat, pin = mat_beside_needle(dose), needle.needle()
    rows = (
        (_("How many"), _span(mat.contacts.low, mat.contacts.high), _span(pin.contacts.low, pin.contacts.high)),
        (_("Grams on each"), _grams(mat), _grams(pin)),
        (
            _("Tip, mm across"),
            _("{low} to {high}, blunt").format(low=mat.tip_mm.low, high=mat.tip_mm.high),
            _("shaft {low} to {high}, sharp").format(low=pin.tip_mm.low, high=pin.tip_mm.high),
        ),
        (
            _("How deep"),
            _("0; a dent that springs back"),
            _("{low} to {high} mm").format(low=about(pin.depth_mm.low), high=about(pin.depth_mm.high)),
        ),
        (_("All together"), _("{kg} kg").format(kg=about(dose.load_on_mat_n / GRAVITY)), _("under half a kilogram")),
        (_("Where"), _("wherever you touch it"), _("one chosen place each")),
    )
    return Table(_("A mat beside an acupuncture needle."), ("", _("Mat"), _("Needle")), rows)


def _span(low: float, high: float) -> str:
    return _("{low} to {high}").format(low=about(low), high=about(high))


def _grams(side: Beside) -> str:
    return _span(grams(side.force_n.low), grams(side.force_n.high))


def needle_lines(dose: Dose) -> list[str]:
    """Mat and needle for the terminal."""
    table = needle_table(dose)
    lines = [_("A mat beside a needle"), " ".join(_(one) for one in needle.SENTENCES)]
    lines += [
        "- " + _("{what}: mat {mat}; needle {pin}.").format(what=what, mat=mat, pin=pin)
        for what, mat, pin in table.rows
    ]
    lines.append(_("How many needles, and how sharp their points are, is from memory. Nobody measured your spikes."))
    return [*lines, _(NOT_A_MEASUREMENT)]


def needle_dict(dose: Dose) -> dict[str, Any]:
    """Mat and needle for programs."""

    def side(one: Beside) -> dict[str, Any]:
        spans = {key: getattr(one, key) for key in ("contacts", "force_n", "depth_mm", "dent_mm", "tip_mm", "total_n")}
        return {
            key: None if span is None else {"low": _four(span.low), "high": _four(span.high), "seen": span.seen}
            for key, span in spans.items()
        }

    return {"mat": side(mat_beside_needle(dose)), "needle": side(needle.needle())}


def _four(value: float) -> float:
    return float(f"{value:.4g}")


# --- points --------------------------------------------------------------------------------------------


def under(dose: Dose) -> tuple[Site, ...]:
    """The named places under somebody's mat; none where no back lies on it."""
    return sites_under(dose.setup.mat, dose.setup.person) if dose.setup.is_lying else ()


def points_lines(dose: Dose) -> list[str]:
    """The named points under a mat, for the terminal."""
    if not dose.setup.is_lying:
        return [_("The table of named points is for a mat under the back.")]
    by_region: dict[str, list[str]] = {}
    for site in under(dose):
        names = by_region.setdefault(site.point.region, [])
        name = f"{site.point.code} {site.point.name}"
        if name not in names:
            names.append(name)
    lines = [_("Named points under your mat"), " ".join(points.sentences())]
    lines += [f"- {_capital(_(REGIONS[region]))}: {', '.join(names)}." for region, names in by_region.items()]
    lines.append(
        _(
            "Their places are rules worked out on one man. Expect them 2 cm off: each disc has a radius of {r} mm."
        ).format(r=f"{points.radius_mm():g}")
    )
    return lines


def points_dict(dose: Dose) -> dict[str, Any]:
    """The named points under a mat, for programs."""
    return {
        "note": " ".join(points.sentences()),
        "radius_mm": points.radius_mm(),
        "sites": [
            {
                "code": site.point.code,
                "name": site.point.name,
                "side": site.side,
                "across_mm": round(site.across_mm, 1),
                "along_mm": round(site.along_mm, 1),
            }
            for site in under(dose)
        ],
    }


# --- the picture of a back -----------------------------------------------------------------------------


def zone_table(dose: Dose) -> Table:
    """How many spikes press how hard, by part of the back; one row a band, one column a part."""
    height = Profile.DEFAULT.height(dose.along_mm, dose.setup.person)
    bands, top = dose.press_bands, math.inf
    columns = []
    for low, name in ZONES:
        inside = bands[(height >= low) & (height < top)]
        top = low
        if len(inside):
            columns.append((_capital(_(name)), np.bincount(inside, minlength=len(PRESS_WORDS) + 1)))
    rows = tuple(
        (_capital(_(word)), *(about(float(counts[band])) for _name, counts in columns))
        for band, word in enumerate((NOT_TOUCHING, *PRESS_WORDS))
    )
    heads = (_("Spikes"), *(name for name, _counts in columns))
    return Table(_("About how many spikes press how hard, by part of the back."), heads, rows)


def picture_sentence(dose: Dose) -> str:
    """The picture of a back as a sentence: where it presses hardest and where not at all."""
    height = Profile.DEFAULT.height(dose.along_mm, dose.setup.person)
    top, hardest, force = math.inf, "", -1.0
    free = ""
    for low, name in ZONES:
        inside = (height >= low) & (height < top)
        top = low
        if not inside.any():
            continue
        mean = float(dose.force_n[inside].mean())
        if mean > force:
            hardest, force = _(name), mean
        if np.mean(dose.force_n[inside] > 0) < 0.05:
            free = _(name)
    said = _("It presses hardest under the {part}.").format(part=hardest)
    return said + (" " + _("The {part} hangs free.").format(part=free) if free else "")
