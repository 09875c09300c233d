"""Published evidence for the terminal and for programs: an overview, a claim, an outcome, studies, priors, checks.

Every function comes twice: ``..._lines`` gives paragraphs for `pinprick.cli.terminal.say`, ``..._dict`` the same for
programs.
"""

from __future__ import annotations

import math
from typing import Any, Final

from pinprick.evidence.claims import Claim, claims, claims_about, popular_claims
from pinprick.evidence.comparisons import Beside, beside
from pinprick.evidence.figures import Figure
from pinprick.evidence.priors import PublishedPrior, library
from pinprick.evidence.record import Role, Study
from pinprick.evidence.study import studies
from pinprick.report.evidence import NO_CLINICIAN, Answer, answer_to, limits, quoted, where_line, word_of
from pinprick.report.names import MINUS
from pinprick.words import _, mark, ngettext

EVIDENCE_FORMAT: Final = "pinprick-evidence/1"
LONGEST_WORD: Final = 15

ROLES: Final = {
    Role.MAT_TRIAL: mark("studies of mats"),
    Role.REGISTERED_NO_RESULTS: mark("registered, no results"),
    Role.VENDOR_REPORT_UNVERIFIED: mark("sellers’ reports, never pooled"),
    Role.ADJACENT_DEVICE: mark("other devices, for context"),
    Role.CONFOUNDED_MULTICOMPONENT: mark("mats among other treatments, never pooled"),
    Role.ACUPUNCTURE_EFFECT: mark("acupuncture"),
    Role.ACUPRESSURE_EFFECT: mark("acupressure by hand or device"),
    Role.PERSISTENCE: mark("how long it lasts"),
    Role.RESPONDER_HETEROGENEITY: mark("who responds"),
    Role.PLACEBO_EXPECTATION: mark("placebo and expectation"),
    Role.ADJACENT_APP: mark("apps"),
    Role.GUIDELINE: mark("guidelines"),
}


# --- all claims ----------------------------------------------------------------------------------------


def overview_lines() -> list[str]:
    """Every claim with its word, the harm that was counted, what is said in shops, and the limits."""
    lines = [_("What published trials say of spiky mats"), _(NO_CLINICIAN)]
    lines += [f"  {one.number:>2}  {word_of(one):<{LONGEST_WORD}}{_(one.says)}" for one in claims()]
    lines.append(_("Said by shops and pages, and not borne out:"))
    lines += [f"- {word_of(one)}: {quoted(one.says)} {_(one.answer)}" for one in popular_claims()]
    lines.append(
        _(
            "More: pinprick evidence 1 (a claim), pinprick evidence pain (an outcome), --studies, --compare, --priors, "
            "--check."
        )
    )
    return lines + [f"- {text}" for text in limits()[1:]]


def overview_dict() -> dict[str, Any]:
    """Everything, for programs."""
    return {
        "format": EVIDENCE_FORMAT,
        "reviewed_by_a_clinician": False,
        "claims": [claim_dict(one) for one in claims()],
        "popular": [
            {
                "id": one.id,
                "says": one.says,
                "word": one.word.value,
                "answer": one.answer,
                "seen_at": list(one.seen_at),
                "studies": list(one.studies),
            }
            for one in popular_claims()
        ],
        "limits": list(limits()),
    }


# --- one claim -----------------------------------------------------------------------------------------


def claim_lines(claim: Claim) -> list[str]:
    """One claim: the word, the answer, what it rests on, how certain and why, harm, and where each number was seen."""
    told = answer_to(claim, len(claims()))
    lines = [f"{told.place}: {told.says}", _("{word}. {answer}").format(word=told.word, answer=told.answer)]
    lines += [told.more] if told.more else []
    lines += [f"- {line}" for line in _facts(told)]
    lines += [_("Why it is no surer:"), *(f"- {reason}" for reason in told.reasons)] if told.reasons else []
    lines += [_("Where each number was seen:"), *(f"- {where_line(one)}" for one in told.seen)] if told.seen else []
    read = [one for one in studies() if one.id in claim.studies]
    lines += [_("Studies:"), *(f"- {study_line(one)}" for one in read)] if read else []
    return [*lines, _(NO_CLINICIAN)]


def _facts(told: Answer) -> list[str]:
    facts = [
        _("Rests on: {text}.").format(text=told.rests_on),
        _("Certainty: {text}.").format(text=told.certainty),
        _("Read: {text}.").format(text=told.read),
    ]
    if told.harm:
        facts.append(_("Harm: {text}").format(text=told.harm))
    return facts


def claim_dict(claim: Claim) -> dict[str, Any]:
    """One claim for programs; sizes are None where none was seen."""
    told, graded = answer_to(claim, len(claims())), claim.certainty
    return {
        "id": claim.id,
        "number": claim.number,
        "about": list(claim.about),
        "says": claim.says,
        "word": claim.word.value,
        "answer": told.answer,
        "more": told.more,
        "rests_on": told.rests_on,
        "size": figure_dict(claim.main) if claim.main else None,
        "certainty": {
            "level": graded.level.value,
            "start": graded.start.value,
            "reasons": [{"name": one.name, "down": one.down, "why": one.why} for one in graded.reasons],
        },
        "harm": told.harm,
        "comparisons": list(claim.comparisons),
        "without_comparison": list(claim.without_comparison),
        "seen": [
            {"what": one.what, "shown": one.shown, "where": one.where, "derived": one.derived} for one in told.seen
        ],
    }


def figure_dict(figure: Figure) -> dict[str, Any]:
    """A size for programs: positive is better; None where not seen."""
    return {
        "study": figure.study,
        "estimate": _or_none(figure.estimate),
        "se": _or_none(figure.se),
        "points": _or_none(figure.points_estimate),
        "points_se": _or_none(figure.points_se),
        "at_least": figure.is_bound,
        "count": int(figure.count) if figure.count else None,
        "of": int(figure.of) if figure.of else None,
    }


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)


# --- one outcome ---------------------------------------------------------------------------------------


def outcome_lines(outcome: str) -> list[str]:
    """Every claim about an outcome, in a paragraph each."""
    lines = [_("What trials say about {outcome}").format(outcome=_(outcome.strip().lower()))]
    for one in claims_about(outcome):
        told = answer_to(one, len(claims()))
        lines.append(
            _("{n}. {says} {word}. {answer} Certainty: {certainty}.").format(
                n=one.number, says=told.says, word=told.word, answer=told.answer, certainty=told.certainty
            )
        )
    return [*lines, _(NO_CLINICIAN)]


def outcome_dict(outcome: str) -> list[dict[str, Any]]:
    """Every claim about an outcome, for programs."""
    return [claim_dict(one) for one in claims_about(outcome)]


# --- studies -------------------------------------------------------------------------------------------


def study_line(one: Study) -> str:
    """A study in a line: what, whom, and its address."""
    people = one.population.n_total
    n = ngettext("{n} person", "{n} people", int(people.value)).format(n=f"{people.value:,}") if people else ""
    told = [_("{name} ({year})").format(name=one.name, year=one.year) if one.year else one.name, n, one.link or ""]
    return "; ".join(filter(None, told))


def studies_lines() -> list[str]:
    """Every study read, by what it may be used for."""
    lines = [ngettext("{n} study was read", "{n} studies were read", len(studies())).format(n=len(studies()))]
    for role, title in ROLES.items():
        found = studies(role)
        if found:
            lines.append(_("{role}:").format(role=_(title)[0].upper() + _(title)[1:]))
            lines += [f"- {one.id}: {study_line(one)}" for one in found]
    return lines + [f"- {text}" for text in limits()]


def studies_dict() -> list[dict[str, Any]]:
    """Every study with every number and its page, for programs."""
    return [
        {
            "id": one.id,
            "role": one.role.value,
            "name": one.name,
            "year": one.year,
            "design": one.design,
            "randomised": one.randomised,
            "link": one.link,
            "citation": one.citation,
            "numbers": [
                {"path": path, "shown": str(figure), "source": figure.source, "seen": figure.seen.value}
                for path, figure in one.figures()
            ],
        }
        for one in studies()
    ]


# --- side by side --------------------------------------------------------------------------------------


def compare_lines() -> list[str]:
    """Mat, needles, sham and the rest side by side: what was compared, and what nobody compared."""
    found = beside()
    lines = [_("Spiky mats beside needles, for pain"), _(NO_CLINICIAN)]
    lines.append(_("Compared with each other, in points of 10 (plus is better for the first):"))
    lines += [
        f"- {_(row.label)}: {_(found.named(row.treat1))} / {_(found.named(row.treat2))}: "
        f"{_span(row.points, row.low, row.high)}{_(', or more') if row.figure.is_bound else ''}"
        for row in found.rows
    ]
    lines.append(_("Never compared, and only reached through what each was compared with:"))
    lines += [f"- {line}" for line in _indirect_lines(found)]
    lines += [f"- {_(why)}" for _key, why in found.unconnected]
    lines.append(_("One standard deviation is taken for {sd} points.").format(sd=f"{found.sd_points:g}"))
    return lines + [f"- {_(text)}" for text in found.caveats]


def _indirect_lines(found: Beside) -> list[str]:
    said = []
    for key in found.treatments:
        if not found.reaches(key):
            continue
        one = found.against(key)
        if one.n_direct == 0:
            said.append(
                _("{mat} / {other}: {span}, never compared directly").format(
                    mat=_(found.named("mat")), other=_(found.named(key)), span=_in_points(found, one)
                )
            )
    return said


def _in_points(found: Beside, one: Any) -> str:
    sd = found.sd_points
    return _span(one.estimate * sd, one.low * sd, one.high * sd)


def _span(value: float, low: float, high: float) -> str:
    def signed(number: float) -> str:
        return f"{number:+.1f}".replace("-", MINUS)

    return _("{value} ({low} to {high})").format(value=signed(value), low=signed(low), high=signed(high))


def compare_dict() -> dict[str, Any]:
    """The same for programs; standard deviations, and points of 0 to 10."""
    found, sd = beside(), beside().sd_points
    contrasts = {key: found.against(key) for key in found.treatments if found.reaches(key)}
    return {
        "format": EVIDENCE_FORMAT,
        "sd_points": sd,
        "compared": [
            {
                "treat1": row.treat1,
                "treat2": row.treat2,
                "label": row.label,
                "smd": row.smd,
                "se": row.se,
                "points": row.points,
                "study": row.figure.study,
            }
            for row in found.rows
        ],
        "mat_against": {
            key: {
                "smd": one.estimate,
                "se": one.se,
                "points": one.estimate * sd,
                "low": one.low * sd,
                "high": one.high * sd,
                "directly_compared": one.n_direct > 0,
            }
            for key, one in contrasts.items()
        },
        "unconnected": [{"treatment": key, "why": why} for key, why in found.unconnected],
        "caveats": list(found.caveats),
    }


# --- priors --------------------------------------------------------------------------------------------


def priors_lines() -> list[str]:
    """The prior library: what is expected of a new person, and why."""
    told = library()
    lines = [_("What trials lead one to expect of a new person, in points of 10 (plus is better)")]
    lines += [prior_line(one) for one in told.priors]
    lines.append(
        _("The sceptic: {mean} give or take {sd}. {why}").format(
            mean=f"{told.sceptic.mean:g}", sd=f"{told.sceptic.sd:g}", why=_(told.why_sceptic)
        )
    )
    lines.append(
        _("Hardly any assumption: {mean} give or take {sd}. {why}").format(
            mean=f"{told.weak.mean:g}", sd=f"{told.weak.sd:g}", why=_(told.why_weak)
        )
    )
    lines.append(_("None of these takes part in a finding. They are shown beside it."))
    return lines


def prior_line(one: PublishedPrior) -> str:
    """One entry: its numbers, what they are made of, and why."""
    basis = _("a judgement") if one.basis == "judgement" else _("computed from the records")
    return _(
        "{id}: {mean} give or take {sd} ({basis}; the average is known to {average}, people differ by {between}). {why}"
    ).format(
        id=one.id,
        mean=f"{one.mean:+.2g}".replace("-", MINUS),
        sd=f"{one.sd:.2g}",
        basis=basis,
        average=f"{one.average_sd:.2g}",
        between=f"{one.between_person_sd:.2g}",
        why=_(one.derivation),
    )


def priors_dict() -> dict[str, Any]:
    """The prior library for programs."""
    told = library()
    return {
        "format": EVIDENCE_FORMAT,
        "version": told.version,
        "priors": [
            {
                name: getattr(one, name)
                for name in (
                    *("id", "treatment", "against", "outcome", "mean", "sd", "average_sd", "between_person_sd"),
                    *("basis", "derivation", "studies"),
                )
            }
            for one in told.priors
        ],
        "sceptic": {"mean": told.sceptic.mean, "sd": told.sceptic.sd},
        "weak": {"mean": told.weak.mean, "sd": told.weak.sd},
    }


# --- what is missing or contradictory ------------------------------------------------------------------


def check_lines() -> list[str]:
    """What is missing or contradictory in the records."""
    from pinprick.evidence.check import check

    found = check()
    head = ngettext("{n} thing to know of the records", "{n} things to know of the records", len(found))
    return [head.format(n=len(found)), *(f"- {one.study}: {one.sentence}" for one in found)]


def check_dict() -> list[dict[str, str]]:
    """The same for programs."""
    from pinprick.evidence.check import check

    return [{"study": one.study, "path": one.path, "sentence": one.sentence} for one in check()]
