"""What followed from the safety questions, in plain sentences: what to do now, then what is open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pinprick.trial.safety import Screening
from pinprick.trial.safety_record import Gate
from pinprick.trial.safety_rules import Action, Occasion, Rule, Signpost, rule, signposts
from pinprick.words import _, mark, ngettext

NAMES: Final = {
    "mat": mark("the mat"),
    "rest": mark("rest"),
    "acupuncture": mark("acupuncture"),
    "usual_care": mark("ordinary days"),
}
DRAFT: Final = mark("These questions are a draft. No doctor has approved them yet. If you are unsure, ask one.")


def numbers(country: str | None) -> list[str]:
    """List the numbers to call in a country, one a line.

    Examples
    --------
    >>> numbers("US")
    ['Life at risk: call 911.', 'Suicide and crisis: call 988. Call or text.']
    >>> numbers("Atlantis")[0]
    'Life at risk: call your local emergency number. We do not know the numbers of every country.'
    """
    return [_number(post) for post in signposts(country)]


def said(screening: Screening, country: str | None) -> list[str]:
    """Tell somebody what followed from their answers, one paragraph an item.

    Parameters
    ----------
    screening : Screening
        As `evaluate` gave it, while it still knows the rules that were met. One read back from a file gives
        only what follows.
    country : str, optional
        Whose numbers to show; None where nobody said.

    Returns
    -------
    list of str
        Paragraphs, not wrapped. After an emergency there are only three things: what to do, whom to call, and
        what happens to the trial.

    Examples
    --------
    >>> from pinprick.trial.safety import evaluate
    >>> for line in said(evaluate({"chest_pain": "yes"}, ["mat"], occasion=Occasion.DAY), "UK")[:2]:
    ...     print(line)
    Call your emergency number now. Do not use the mat. These can be signs of a heart attack.
    Life at risk: call 999. 112 works too.
    """
    if screening.stopped:
        return _ended(screening, country)
    lines: list[str] = []
    for action in (Action.EXCLUDE, Action.ASK_CLINICIAN):
        lines += [_(one.tell_the_person) for one in screening.met if one.action is action]
    if screening.postponed:
        postponed = _("For now this puts off {treatments}. You will be asked again on another day.")
        lines.append(postponed.format(treatments=_list(screening.postponed)))
    if screening.closed:
        is_plural = len(screening.closed) > 1 or screening.closed == ("usual_care",)
        closed = ngettext(
            "Going by your answers, {treatments} is closed for now.",
            "Going by your answers, {treatments} are closed for now.",
            2 if is_plural else 1,
        )
        lines.append(closed.format(treatments=_list(screening.closed)))
        if screening.ask_clinician and _can_be_opened(screening.met):
            lines.append(_("A doctor or nurse may open this. Ask one, and tell us if the answer is yes."))
        if screening.opens("usual_care") or "usual_care" not in screening.kinds:
            lines.append(_("You can still keep a diary of ordinary days."))
    cautions = screening.met or tuple(rule(name) for name in screening.cautions)
    lines += [_(one.tell_the_person) for one in cautions if one.action is Action.CAUTION]
    if screening.may_start:
        start = screening.occasion is Occasion.START
        lines.append(_("Nothing in your answers speaks against a start.") if start else _("You can go on today."))
    if screening.support_shown:
        lines += [_("If you ever want to talk to somebody, you can. It does not have to be urgent."), *numbers(country)]
    if screening.occasion is Occasion.START:
        lines.append(_(DRAFT))
    return lines


def gate_said(gate: Gate) -> list[str]:
    """Tell somebody why a gate is closed and what to do; empty where it is open.

    Examples
    --------
    >>> gate_said(Gate(True)), gate_said(Gate(False, "You have been on the mat today.", "Come back tomorrow."))
    ([], ['You have been on the mat today.', 'Come back tomorrow.'])
    """
    return [] if gate.open else [gate.why, gate.what_to_do]


def _ended(screening: Screening, country: str | None) -> list[str]:
    """An emergency, or a trial closed for good: what to do first, and nothing that is not needed now."""
    urgent = [_(one.tell_the_person) for one in screening.met]
    first = urgent or [_("Please get medical help now if you have not done so yet.")]
    if screening.occasion is Occasion.START:
        last = _("This trial does not start. That can wait. You have done nothing wrong.")
    else:
        last = _("The trial stops here. You have done nothing wrong, and your diary is kept.")
    return [*first, *numbers(country), last]


def _number(post: Signpost) -> str:
    use, also = _capital(_(post.use)), f" {_capital(_(post.also))}." if post.also else ""
    if "(" in post.country:
        part = post.country.partition("(")[2].rstrip(")")
        called = _("{use} (in {part}): call {number}.").format(use=use, part=part, number=_(post.number))
    else:
        called = _("{use}: call {number}.").format(use=use, number=_(post.number))
    return called + also


def _can_be_opened(met: Iterable[Rule]) -> bool:
    """Whether a clinician's yes would open all of what is closed."""
    closing = [one for one in met if one.action in (Action.EXCLUDE, Action.ASK_CLINICIAN) and not one.temporary]
    return all(one.clinician_can_clear for one in closing)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _list(kinds: tuple[str, ...]) -> str:
    *names, last = (_(NAMES[kind]) for kind in kinds)
    return _("{names} and {last}").format(names=", ".join(names), last=last) if names else last
