"""What trials say to a claim, in words: one wording for the terminal, the page and the site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pinprick.evidence.claims import Certainty, Claim, Popular, Reason, Word, filled
from pinprick.evidence.figures import Seen
from pinprick.words import _, mark, ngettext

WORDS: Final = {
    Word.SUPPORTED: mark("Supported"),
    Word.UNCLEAR: mark("Unclear"),
    Word.NOT_SUPPORTED: mark("Not supported"),
    Word.CONTRADICTED: mark("Contradicted"),
    Word.PRECAUTION: mark("Take care"),
}
CERTAINTIES: Final = {
    Certainty.HIGH: mark("high"),
    Certainty.MODERATE: mark("moderate"),
    Certainty.LOW: mark("low"),
    Certainty.VERY_LOW: mark("very low"),
    Certainty.NONE: mark("none"),
}
REASONS: Final = {
    "risk_of_bias": mark("Bias"),
    "inconsistency": mark("Results differ"),
    "indirectness": mark("Not quite this question"),
    "imprecision": mark("Too few people"),
    "publication_bias": mark("Unpublished results"),
}
SEEN: Final = {
    "abstract": mark("seen in its summary"),
    "fulltext": mark("seen in the article"),
    "registry": mark("seen in a register of trials"),
    "secondary": mark("told by somebody else"),
}
NO_CLINICIAN: Final = mark("No clinician has reviewed this page yet.")
LIMITS: Final = (
    NO_CLINICIAN,
    mark(
        "Of the mat trials only summaries, register entries and front pages could be read. No table of results was "
        "seen, so most averages are missing here. That is a gap in what we read, not in what the authors reported."
    ),
    mark(
        "Not found means not found this way. A proper search of the databases has not been done, so this is not "
        "complete."
    ),
)
"""What could not be read, and who has not looked; said on every page of evidence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One claim in words, ready to be shown.

    Attributes
    ----------
    place : str
        "Claim 1 of 18".
    says, word, answer, more, rests_on : str
        The claim in quotation marks, the word, and sentences with their numbers in place.
    certainty : str
        "very low: small, not blinded, one place".
    reasons : tuple of str
        Why it is no higher, one sentence each.
    harm, read : str
        What harm was counted, and how many studies were read.
    seen : tuple of Seen
        Every number with its page.
    """

    place: str
    says: str
    word: str
    answer: str
    more: str
    rests_on: str
    certainty: str
    reasons: tuple[str, ...]
    harm: str
    read: str
    seen: tuple[Seen, ...]


def word_of(claim: Claim | Popular) -> str:
    """The answer in a word."""
    return _(WORDS[claim.word])


def quoted(text: str) -> str:
    """A claim as somebody says it."""
    return _("“{text}”").format(text=_(text))


def answer_to(claim: Claim, n_claims: int) -> Answer:
    """Put a claim into words."""
    seen = {source: None for figure in claim.figures.values() for source in figure.sources}
    return Answer(
        place=_("Claim {n} of {of}").format(n=claim.number, of=n_claims),
        says=quoted(claim.says),
        word=word_of(claim),
        answer=filled(_(claim.answer), claim.figures),
        more=filled(_(claim.more), claim.figures) if claim.more else "",
        rests_on=filled(_(claim.rests_on), claim.figures),
        certainty=certainty_line(claim),
        reasons=tuple(map(reason_line, claim.certainty.reasons)),
        harm=filled(_(claim.harm), claim.figures) if claim.harm else "",
        read=read_line(claim),
        seen=tuple(seen),
    )


def certainty_line(claim: Claim) -> str:
    """The certainty in a word, and why it is no higher."""
    graded = claim.certainty
    if graded.level is Certainty.NONE:
        return _(graded.short)
    return _("{level}: {why}").format(level=_(CERTAINTIES[graded.level]), why=_(graded.short))


def reason_line(reason: Reason) -> str:
    """One reason, and how much it took."""
    steps = ngettext("{n} step down", "{n} steps down", reason.down).format(n=reason.down)
    return _("{reason} ({steps}): {why}").format(reason=_(REASONS[reason.name]), steps=steps, why=_(reason.why))


def read_line(claim: Claim) -> str:
    """How many studies were read for a claim."""
    n, alone = len(claim.comparisons), len(claim.without_comparison)
    if not n and not alone:
        return _("no study found")
    with_one = ngettext("{n} comparison", "{n} comparisons", n).format(n=n)
    without = ngettext("{n} study without one", "{n} studies without one", alone).format(n=alone)
    if not alone:
        return with_one
    if not n:
        return ngettext("{n} study, no comparison", "{n} studies, no comparison", alone).format(n=alone)
    return _("{comparisons}, {others}").format(comparisons=with_one, others=without)


def where_line(seen: Seen) -> str:
    """One number, and where it was seen."""
    if seen.derived:
        return _("{what}: {shown}. {how}").format(what=_(seen.what), shown=seen.shown, how=_(seen.where))
    address, _sep, how = seen.where.partition(" (")
    told = _(SEEN.get(how.rstrip(")"), how.rstrip(")")))
    return _("{what}: {shown}, {told}: {address}").format(what=seen.what, shown=seen.shown, told=told, address=address)


def limits() -> tuple[str, ...]:
    """What could not be read, and who has not looked."""
    return tuple(_(text) for text in LIMITS)
