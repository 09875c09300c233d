"""What published trials say: every claim with its answer, and every study that was read.

The pages are the same for everybody and hold nothing of a person's; what they say is the library's (`pinprick.report.
evidence`). Only where Back leads depends on where somebody came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_safe

from pinprick.charts.beside import inline_beside
from pinprick.charts.people import claim_people
from pinprick.evidence.claims import Claim, Popular, Word, claims, popular_claims
from pinprick.evidence.comparisons import beside
from pinprick.evidence.figures import Seen
from pinprick.evidence.record import Against, ComparatorType, Role, Study, Treatment
from pinprick.evidence.study import studies as all_studies
from pinprick.evidence.study import study as study_of
from pinprick.report.evidence import SEEN, WORDS, Answer, answer_to, limits, quoted, word_of
from pinprick.report.evidence_lines import ROLES
from pinprick.report.names import MINUS
from pinprick_web import words
from pinprick_web.trials import planned

PLAN: Final = "plan"
"""Where Back leads, as the address says it: to the plan that somebody is making."""
ABOUT: Final = {
    planned.BACK: "back_pain",
    planned.NECK: "neck_pain",
    planned.MUSCLE: "muscle_tension",
    planned.STRESS: "stress",
    planned.SLEEP: "sleep",
    planned.COLD: "blood_flow",
}
"""The claim that each complaint is about."""
AUTHOR: Final = re.compile(r"^(?P<who>[^\W\d][\w’'\-]*)(?: [A-Z]{1,4})?(?:,| et al)")
"""The first author of a citation; none where an office or nobody signed."""

MEANINGS: Final = {
    Word.SUPPORTED: gettext_noop("Studies found it."),
    Word.UNCLEAR: gettext_noop("There are studies, but too small or too few to tell."),
    Word.NOT_SUPPORTED: gettext_noop("Nobody tested it, or who tested it did not find it."),
    Word.CONTRADICTED: gettext_noop("Studies found the opposite."),
    Word.PRECAUTION: gettext_noop("Hardly tested. Being careful costs little."),
}
MAT_AGAINST: Final = {
    ComparatorType.WAITING_LIST: gettext_noop("a mat against waiting"),
    ComparatorType.NO_TREATMENT: gettext_noop("a mat against no treatment"),
    ComparatorType.NO_MAT_UNSPECIFIED: gettext_noop("a mat against no mat"),
    ComparatorType.USUAL_CARE: gettext_noop("a mat against usual care"),
    ComparatorType.NO_MAT_SAME_TIME: gettext_noop("a mat against lying down without one"),
    ComparatorType.ACTIVE_REST: gettext_noop("a mat against rest for as long"),
    ComparatorType.ACTIVE_EXERCISE: gettext_noop("exercise with a mat against exercise"),
    ComparatorType.PLAIN_MAT_SHAM: gettext_noop("a mat against a mat without spikes"),
    ComparatorType.OWN_BASELINE_AND_WITHDRAWAL: gettext_noop("weeks with a mat against weeks without"),
    ComparatorType.NONE: gettext_noop("a mat, and nothing to compare with"),
    ComparatorType.UNCLEAR: gettext_noop("a mat against something not described"),
    ComparatorType.UNKNOWN: gettext_noop("a mat against something not described"),
}
TREATMENTS: Final = {
    Treatment.MAT: gettext_noop("a mat"),
    Treatment.ACUPUNCTURE: gettext_noop("acupuncture"),
    Treatment.SHAM_ACUPUNCTURE: gettext_noop("sham needles"),
    Treatment.ACUPRESSURE: gettext_noop("acupressure"),
    Treatment.ACUPRESSURE_DEVICE: gettext_noop("an acupressure backrest"),
    Treatment.PLACEBO: gettext_noop("a placebo"),
    Treatment.OPEN_LABEL_PLACEBO: gettext_noop("a placebo that was known to be one"),
    Treatment.HEAT: gettext_noop("heat"),
    Treatment.CUPPING: gettext_noop("cupping"),
    Treatment.RELAXATION: gettext_noop("relaxation"),
}
OTHERS: Final = {
    Against.NOTHING: gettext_noop("nothing or waiting"),
    Against.USUAL_CARE: gettext_noop("usual care"),
    Against.SHAM: gettext_noop("a sham"),
    Against.REST: gettext_noop("rest"),
    Against.ACTIVE: gettext_noop("another treatment"),
    Against.MIXED: gettext_noop("several things taken together"),
}
N_CAVEATS: Final = 2
"""What a person has to know of the comparisons; the rest is for who reads networks (`pinprick evidence --compare`)."""
MOST_SHOWN: Final = 44
"""Characters of an address that a phone shows in a line."""
BEFORE_A_NUMBER: Final = re.compile(r"(?<![\w.-])-(?=\d)")
OF_MATS: Final = (Role.MAT_TRIAL, Role.VENDOR_REPORT_UNVERIFIED, Role.REGISTERED_NO_RESULTS)


@dataclass(frozen=True, slots=True)
class Link:
    """An address elsewhere, and what stands for it in a page."""

    url: str
    shown: str


@dataclass(frozen=True, slots=True)
class Source:
    """A study as a side note: who and when, what it compared, and its address."""

    id: str
    name: str
    title: str
    who: str
    """Whom it took, in the record's words."""
    told: tuple[str, ...]
    link: Link | None


@dataclass(frozen=True, slots=True)
class Where:
    """One number, and the page it was seen on, or what our own sum was made of; what it is called is the record's."""

    what: str
    shown: str
    told: str
    how: str = ""
    link: Link | None = None


# --- the pages ------------------------------------------------------------------------------------------


@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    """Every claim with its word; below, what sellers and pages say, and what could not be read."""
    common = claims()
    shown = {
        "from_plan": _from_the_plan(request),
        "rows": [(one, quoted(one.says), word_of(one)) for one in common],
        "meanings": [(_(WORDS[word]), _(meaning)) for word, meaning in MEANINGS.items()],
        "popular": [_popular(one) for one in popular_claims()],
        "n_studies": len(all_studies()),
        "limits": limits(),
    }
    return render(request, "evidence.html", shown)


@require_safe
def claim(request: HttpRequest, claim: str) -> HttpResponse:
    """One claim: a word, an answer, one picture, what it rests on, how sure it is; folded, every source."""
    common = claims()
    one = next((each for each in common if each.id == claim), None)
    if one is None:
        raise Http404
    told = answer_to(one, len(common))
    around = {each.number: (each.id, quoted(each.says)) for each in common}
    shown = {
        "from_plan": _from_the_plan(request),
        "claim": one,
        "told": told,
        "picture": _picture(one),
        "compared": _compared_with_what() if "beside" in one.picture else None,
        "rows": _rows(one, told),
        "seen": [_where(each) for each in told.seen],
        "sources": [_source(study_of(each)) for each in one.studies],
        "before": around.get(one.number - 1),
        "after": around.get(one.number + 1),
        "limits": limits(),
    }
    return render(request, "claim.html", shown)


@require_safe
def studies(request: HttpRequest) -> HttpResponse:
    """Every study that was read, by what it may be used for."""
    groups = [
        (words.capital(_(title)), [_source(one) for one in all_studies(role)])
        for role, title in ROLES.items()
        if all_studies(role)
    ]
    shown = {"groups": groups, "n": len(all_studies()), "limits": limits()}
    return render(request, "studies.html", shown)


def claim_about(wishes: Mapping[str, Any]) -> str:
    """The claim that a plan's complaint is about; empty where there is none."""
    about = wishes.get("about") or planned.BACK if planned.is_pain(wishes) else wishes.get("what", "")
    return ABOUT.get(about, "")


def _from_the_plan(request: HttpRequest) -> bool:
    return request.GET.get("from") == PLAN


# --- what stands on them --------------------------------------------------------------------------------


def _picture(one: Claim) -> dict[str, Any] | None:
    """The one picture of a claim, where it has one: its people as dots, or treatments side by side."""
    if one.picture.get("beside"):
        return {
            "svg": words.drawn(inline_beside(beside(), id="beside")),
            "caption": _("Points of 0 to 10, and where each lies with a chance of 95 in 100. Grey was never compared."),
        }
    drawn = claim_people(one, id="people")
    return {"svg": words.drawn(drawn.svg), "caption": drawn.caption} if drawn is not None else None


def _compared_with_what() -> dict[str, Any]:
    """Mat, needles and the rest, each beside what it was compared with; and what to know of such a table."""
    found = beside()
    rows = [
        (
            _("%(treatment)s against %(other)s")
            % {"treatment": _(found.named(row.treat1)), "other": _(found.named(row.treat2))},
            _(row.label),
            _signed(row.points),
            _("%(low)s to %(high)s") % {"low": _signed(row.low), "high": _signed(row.high)},
        )
        for row in found.rows
    ]
    reasons = [why for _key, why in found.unconnected]
    return {"rows": rows, "caveats": [_(said) for said in (*reasons, *found.caveats[:N_CAVEATS])]}


def _signed(points: float) -> str:
    return f"{points:+.1f}".replace("-", MINUS)


def _rows(one: Claim, told: Answer) -> list[tuple[str, str]]:
    rows = [(_("Rests on"), told.rests_on)] if one.studies else []
    rows.append((_("Certainty"), told.certainty))
    rows += [(_("Harm"), told.harm)] if told.harm else []
    return [*rows, (_("Read"), told.read)]


def _where(seen: Seen) -> Where:
    what, shown = _(seen.what).replace("_", " "), BEFORE_A_NUMBER.sub(MINUS, seen.shown)
    if seen.derived:
        return Where(what, shown, _("Our own sum."), how=_(seen.where))
    address, _sep, how = seen.where.partition(" (")
    how = how.rstrip(")")
    return Where(what, shown, _(SEEN.get(how, how)), link=_link(address))


def _link(address: str) -> Link | None:
    """A link that shows whose page it is, and all of a short address: people look for a DOI."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    host = parts.hostname.removeprefix("www.")
    whole = (host + parts.path).rstrip("/")
    return Link(address, whole if not parts.query and len(whole) <= MOST_SHOWN else host)


def _source(one: Study) -> Source:
    author = AUTHOR.match(one.citation)
    name = author["who"] if author else one.name
    people = one.population.n_total
    told = []
    if people is not None:
        n = int(people.value)
        told.append(ngettext("%(n)s person", "%(n)s people", n) % {"n": f"{n:,}"})
    told += _compared(one)
    if one.randomised:
        told.append(_("groups drawn by chance"))
    return Source(
        id=one.id,
        name=f"{name} {one.year}" if one.year else name,
        title=one.name if author else "",
        who=one.population.text or "",
        told=tuple(told),
        link=_link(one.link or ""),
    )


def _compared(one: Study) -> Iterable[str]:
    """What a study compared, each comparison once."""
    if one.role in OF_MATS and one.comparator is not None:
        return [_(MAT_AGAINST[one.comparator.type])]
    pairs = dict.fromkeys((each.treatment, each.against) for each in one.effects)
    return [
        _("%(treatment)s against %(other)s") % {"treatment": _(TREATMENTS[treatment]), "other": _(OTHERS[other])}
        for treatment, other in pairs
        if treatment in TREATMENTS and other in OTHERS
    ]


def _popular(one: Popular) -> dict[str, Any]:
    return {
        "id": one.id,
        "says": quoted(one.says),
        "word": word_of(one),
        "answer": _(one.answer),
        "seen_at": [link for link in map(_link, one.seen_at) if link is not None],
        "sources": [_source(study_of(each)) for each in one.studies],
    }
