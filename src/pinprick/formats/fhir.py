"""A conducted trial as HL7 FHIR R4B (4.3.0), for hospital systems: one Observation for each rated day.

Every value of a coded field comes from an enum here, because ``fhir.resources`` checks shapes and types and not
codes. The finished bundle is built once as ``fhir.resources`` models, which refuse what is no R4B.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Final

from pinprick.errors import FileError
from pinprick.formats.lived_days import LivedDay, lived_days
from pinprick.trial.commitment import Moment
from pinprick.trial.conduct import Conduct, Phase
from pinprick.trial.fold import Rated
from pinprick.trial.instruments import outcomes_table
from pinprick.trial.plan import Rating

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
LEAST, MOST = (f"http://hl7.org/fhir/StructureDefinition/{end}Value" for end in ("min", "max"))
OURS = uuid.UUID("6d3c0f0e-6b0a-5b1d-9d55-0f6a4b7b8c11")
"""The name space of the ids; any constant would do, and it must stay the same."""


class ObservationStatus(StrEnum):
    """What may be said of a rating, of the eight codes of observation-status."""

    FINAL = "final"
    AMENDED = "amended"
    """It was changed after it was given."""


class ResponseStatus(StrEnum):
    """What may be said of a check-in, of the five codes of questionnaire-answers-status."""

    COMPLETED = "completed"
    AMENDED = "amended"


class StudyStatus(StrEnum):
    """Where a trial stands, of the eleven codes of research-study-status."""

    ACTIVE = "active"
    PAUSED = "temporarily-closed-to-accrual-and-intervention"
    STOPPED = "administratively-completed"
    FINISHED = "closed-to-accrual-and-intervention"
    COMPLETED = "completed"


class ItemType(StrEnum):
    """Kinds of question, of the codes of item-type."""

    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    STRING = "string"
    TEXT = "text"


STATUS: Final = {
    Phase.RUNNING: StudyStatus.ACTIVE,
    Phase.PAUSED: StudyStatus.PAUSED,
    Phase.STOPPED: StudyStatus.STOPPED,
    Phase.FINISHED: StudyStatus.FINISHED,
    Phase.REVEALED: StudyStatus.COMPLETED,
}
"""Phases of a trial that has started; there is no study before."""


def has_fhir() -> bool:
    """Whether ``fhir.resources`` is installed."""
    try:
        _bundle_model()
    except FileError:
        return False
    return True


def _bundle_model() -> Any:
    """The model of a bundle, or one line that says how to get it."""
    try:
        from fhir.resources.R4B.bundle import Bundle
    except ImportError:
        raise FileError(
            "FHIR needs fhir.resources, which is not installed; get it with: pip install 'pinprick[fhir]'"
        ) from None
    return Bundle


def bundle(conduct: Conduct, today: date, *, participant: str = "1") -> dict[str, Any]:
    """The trial up to a day as a FHIR bundle, in plain values.

    It holds a Patient without any fact about the person, the Questionnaire of the plan, and for every day with a
    check-in a QuestionnaireResponse and an Observation for each rating; once the trial has started, also a
    ResearchStudy with the treatments and the commitment. Missed days leave nothing: FHIR has no row for them, and
    the long table does. The assigned treatment is an item of the response.

    Parameters
    ----------
    conduct : Conduct
        The trial, opened up to this day by `Conduct.begin`.
    today : date
        Nothing of a later day is in it.
    participant : str
        Whose trial it is. The ids of the resources follow from it and from when the trial was opened, so they stay
        the same in every later export.

    Returns
    -------
    dict
        Ready for ``json.dumps``.

    Raises
    ------
    FileError
        If ``pinprick[fhir]`` is not installed.

    Examples
    --------
    >>> from pinprick.trial.commitment import Moment
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> day = date(2026, 5, 4)
    >>> conduct = Conduct.opened(read_protocol("mat-vs-rest-back-pain"), Moment.rehearsal(day))
    >>> conduct, _ = conduct.with_rating(Moment.rehearsal(day), day=day, ratings={"pain": 5})
    >>> made = [one["resource"] for one in bundle(conduct, day)["entry"]]
    >>> [one["resourceType"] for one in made]
    ['Patient', 'Questionnaire', 'QuestionnaireResponse', 'Observation']
    >>> made[-1]["code"]["coding"], made[-1]["valueQuantity"]["value"], made[-1]["effectiveDateTime"]
    ([{'system': 'http://loinc.org', 'code': '72514-3'}], 5, '2026-05-04')
    """
    model = _bundle_model()
    ids = _Ids(conduct.events[0].link, participant)
    made = {
        "resourceType": "Bundle",
        "id": ids.of("bundle"),
        "type": "collection",
        "timestamp": _latest(conduct, today).written(),
        "entry": [
            {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            for resource in _resources(conduct, today, ids, participant)
        ],
    }
    model.model_validate(made)
    return made


def _latest(conduct: Conduct, today: date) -> Moment:
    """When the trial was last written to by this day; no clock is read, so that equal trials give equal bytes."""
    return max(
        (event.moment for event in conduct.events if event.moment.day <= today),
        key=lambda moment: moment.at,
        default=conduct.events[0].moment,
    )


class _Ids:
    """Ids that the same trial of the same person gets again."""

    def __init__(self, trial: str, participant: str) -> None:
        self._trial = f"{trial}\n{participant}"

    def of(self, *what: str) -> str:
        return str(uuid.uuid5(OURS, "\n".join((self._trial, *what))))

    def to(self, *what: str) -> dict[str, str]:
        return {"reference": f"urn:uuid:{self.of(*what)}"}


def _resources(conduct: Conduct, today: date, ids: _Ids, participant: str) -> Iterator[dict[str, Any]]:
    yield {"resourceType": "Patient", "id": ids.of("patient"), "identifier": [{"value": participant}]}
    if conduct.has_started:
        yield _study(conduct, today, ids)
    yield _questionnaire(conduct, ids)
    for lived in lived_days(conduct, today):
        if lived.latest is not None:
            yield _response(conduct, lived, lived.latest, ids)
            for rating in conduct.plan.ratings:
                if rating.name in lived.latest.ratings:
                    yield _observation(rating, lived, lived.latest, ids)


def _study(conduct: Conduct, today: date, ids: _Ids) -> dict[str, Any]:
    plan, first = conduct.plan, conduct.first_day
    status = StudyStatus.STOPPED if conduct.stopped else STATUS[conduct.phase(today)]
    return {
        "resourceType": "ResearchStudy",
        "id": ids.of("study"),
        "identifier": [{"type": {"text": "commitment"}, "value": conduct.start["commitment"]}],
        "title": plan.title,
        "status": status.value,
        "period": {"start": first.isoformat()} if first else None,
        "arm": [{"name": arm.label, "description": arm.what_to_do or arm.label} for arm in plan.arms],
        "objective": [{"name": plan.estimand or plan.title}],
    }


def _questionnaire(conduct: Conduct, ids: _Ids) -> dict[str, Any]:
    plan = conduct.plan
    items = [
        {
            "linkId": rating.name,
            "text": rating.question,
            "type": ItemType.DECIMAL.value,
            **_coding(rating),
            "extension": [
                {"url": LEAST, "valueDecimal": _number(rating.outcome.low)},
                {"url": MOST, "valueDecimal": _number(rating.outcome.high)},
            ],
        }
        for rating in plan.ratings
    ]
    for name, text, kind in (
        ("treatment", "The treatment assigned to the day", ItemType.STRING),
        ("done", "Whether it was done", ItemType.BOOLEAN),
        ("minutes", "How many minutes it lasted", ItemType.DECIMAL),
        ("prick", "How sharp the session was, 0 to 10", ItemType.DECIMAL),
        ("ended", "Why the session was ended early", ItemType.STRING),
        ("marks", "Whether marks were still there the next day", ItemType.BOOLEAN),
        ("note", "The person's own words", ItemType.TEXT),
    ):
        items.append({"linkId": name, "text": text, "type": kind.value})
    return {
        "resourceType": "Questionnaire",
        "id": ids.of("questionnaire"),
        "url": f"urn:uuid:{ids.of('questionnaire')}",
        "version": str(plan.version),
        "title": plan.title,
        "status": "active",
        "item": items,
    }


def _response(conduct: Conduct, lived: LivedDay, latest: Rated, ids: _Ids) -> dict[str, Any]:
    label = conduct.plan.arm(lived.treatment).label if lived.treatment else None
    answers: dict[str, dict[str, Any] | None] = {
        name: {"valueDecimal": _number(latest.ratings[name])}
        for name in (rating.name for rating in conduct.plan.ratings)
        if name in latest.ratings
    }
    answers |= {
        "treatment": {"valueString": label} if label else None,
        "done": {"valueBoolean": latest.done} if latest.done is not None else None,
        "minutes": {"valueDecimal": _number(latest.minutes)} if latest.minutes is not None else None,
        "prick": {"valueDecimal": _number(latest.prick)} if latest.prick is not None else None,
        "ended": {"valueString": latest.ended.value.replace("_", " ")} if latest.ended is not None else None,
        "marks": {"valueBoolean": latest.marks} if latest.marks is not None else None,
        "note": {"valueString": latest.note} if latest.note.strip() else None,
    }
    items = [{"linkId": name, "answer": [answer]} for name, answer in answers.items() if answer is not None]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": ids.of("response", lived.day.isoformat()),
        "questionnaire": f"urn:uuid:{ids.of('questionnaire')}",
        "status": (ResponseStatus.AMENDED if len(lived.versions) > 1 else ResponseStatus.COMPLETED).value,
        "subject": ids.to("patient"),
        "authored": (latest.entered or latest.moment).written(),
        "item": items,
    }


def _observation(rating: Rating, lived: LivedDay, latest: Rated, ids: _Ids) -> dict[str, Any]:
    answers = lived.answers(rating.name)
    value, given = answers[-1]
    return {
        "resourceType": "Observation",
        "id": ids.of("observation", lived.day.isoformat(), rating.name),
        "status": (ObservationStatus.AMENDED if len(answers) > 1 else ObservationStatus.FINAL).value,
        "category": [{"coding": [{"system": CATEGORY, "code": "survey"}]}],
        "code": {**({"coding": code["code"]} if (code := _coding(rating)) else {}), "text": rating.question},
        "subject": ids.to("patient"),
        "effectiveDateTime": lived.day.isoformat(),
        "issued": given.moment.written(),
        "valueQuantity": {"value": _number(value), "unit": "points", "system": UCUM, "code": "{score}"},
        "derivedFrom": [ids.to("response", lived.day.isoformat())],
    }


def _coding(rating: Rating) -> dict[str, Any]:
    """The LOINC code of a rating that is asked as the table of outcomes has it; nothing where none was seen."""
    code = _loinc().get((rating.instrument, rating.outcome.low, rating.outcome.high))
    return {"code": [{"system": LOINC, "code": code}]} if code else {}


@cache
def _loinc() -> dict[tuple[str, float, float], str]:
    return {
        (one["id"], float(one["range"][0]), float(one["range"][1])): one["codes"]["loinc"]
        for one in outcomes_table()["instruments"]
        if one["codes"]["loinc"] and one.get("range")
    }


def _number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else float(value)
