"""The FHIR bundle: R4B as its own models have it, codes as the standard lists them, and nothing of a later day."""

import json
import sys
from dataclasses import replace
from datetime import date, timedelta

import pytest
from fhir.resources.R4B.bundle import Bundle

from pinprick.errors import FileError
from pinprick.formats.export import fhir_text
from pinprick.formats.fhir import bundle
from pinprick.trial.fold import Ended
from pinprick.trial.protocol_file import read_protocol, ready_names
from tests.conducted import DAY_0, at, lived, noisy, screened, started

# The codes that R4B 4.3.0 lists: https://hl7.org/fhir/R4B/valueset-observation-status.html and its neighbours
# questionnaire-answers-status, research-study-status, publication-status, item-type and bundle-type.
LISTED = {
    ("Observation", "status"): "registered preliminary final amended corrected cancelled entered-in-error unknown",
    ("QuestionnaireResponse", "status"): "in-progress completed amended entered-in-error stopped",
    ("ResearchStudy", "status"): (
        "active administratively-completed approved closed-to-accrual closed-to-accrual-and-intervention completed "
        "disapproved in-review temporarily-closed-to-accrual temporarily-closed-to-accrual-and-intervention withdrawn"
    ),
    ("Questionnaire", "status"): "draft active retired unknown",
    ("item", "type"): (
        "group display boolean decimal integer date dateTime time string text url choice open-choice attachment "
        "reference quantity"
    ),
    ("Bundle", "type"): (
        "document message transaction transaction-response batch batch-response history searchset collection"
    ),
}


def resources(made, kind):
    return [one["resource"] for one in made["entry"] if one["resource"]["resourceType"] == kind]


def a_trial():
    """Nine days: one missed, one corrected, one with everything that a session can tell."""
    conduct, seal = started()
    conduct = lived(conduct, seal, 9, lambda n, arm: None if n in (3, 6) else n)
    conduct, _ = conduct.with_rating(at(9), day=at(8).day, ratings={"pain": 6.5}, correct=True)
    conduct, _ = conduct.with_rating(
        at(9), day=at(6).day, ratings={"pain": 0}, minutes=4.5, note="<ä>", prick=7, ended=Ended.TOO_SHARP, marks=True
    )
    return conduct, seal


@pytest.mark.parametrize("protocol", [name for name in ready_names() if name != "mat-then-acupuncture"])
def test_the_models_read_it_and_give_it_back(protocol):
    conduct, seal = started(protocol)
    conduct = lived(conduct, seal, 8, lambda n, arm: 5 + noisy(n))
    made = bundle(conduct, at(8).day)
    read = Bundle.model_validate_json(fhir_text(conduct, at(8).day))
    assert json.loads(read.model_dump_json()) == json.loads(json.dumps(made).replace("+00:00", "Z"))  # one instant
    assert len(resources(made, "Observation")) == sum(
        len(conduct.rated(at(n).day).ratings) for n in range(1, 9) if conduct.rated(at(n).day)
    )


def test_what_is_no_r4b_is_refused():
    """So that the test above can fail: the models do look."""
    made = bundle(a_trial()[0], at(9).day)
    resources(made, "Observation")[0]["efectiveDateTime"] = "2026-05-05"
    with pytest.raises(ValueError, match="efectiveDateTime"):
        Bundle.model_validate(made)


def test_ratings_come_back_from_it():
    conduct, _ = a_trial()
    found = {
        date.fromisoformat(one["effectiveDateTime"]): one["valueQuantity"]["value"]
        for one in resources(bundle(conduct, at(9).day), "Observation")
    }
    assert found == {at(n).day: {8: 6.5, 6: 0}.get(n, n) for n in (1, 2, 4, 5, 6, 7, 8, 9)}


def test_a_corrected_rating_is_amended_and_an_added_one_is_final():
    made = bundle(a_trial()[0], at(9).day)
    status = {one["effectiveDateTime"]: one["status"] for one in resources(made, "Observation")}
    assert [day for day, said in status.items() if said == "amended"] == [at(8).day.isoformat()]
    assert set(status.values()) == {"final", "amended"}


def test_pain_has_its_loinc_code_and_a_rating_without_one_has_its_question():
    for protocol, code in (("mat-vs-rest-back-pain", "72514-3"), ("mat-vs-rest-stress", None)):
        conduct, seal = started(protocol)
        conduct = lived(conduct, seal, 3, lambda n, arm: 5)
        said = resources(bundle(conduct, at(3).day), "Observation")[0]["code"]
        assert said["text"] == conduct.plan.primary.question
        assert said.get("coding") == ([{"system": "http://loinc.org", "code": code}] if code else None)


def test_a_session_is_told_whole():
    made = bundle(a_trial()[0], at(9).day)
    about = {one["id"]: one for one in resources(made, "QuestionnaireResponse")}
    observed = next(one for one in resources(made, "Observation") if one["effectiveDateTime"] == at(6).day.isoformat())
    response = about[observed["derivedFrom"][0]["reference"].removeprefix("urn:uuid:")]
    answers = {item["linkId"]: next(iter(item["answer"][0].values())) for item in response["item"]}
    label = a_trial()[0].arm_on(at(6).day).label
    assert answers == {
        "pain": 0,
        "treatment": label,
        "minutes": 4.5,
        "prick": 7,
        "ended": "too sharp",
        "marks": True,
        "note": "<ä>",
    }
    asked = {item["linkId"] for item in resources(made, "Questionnaire")[0]["item"]}
    assert set(answers) <= asked


def test_every_code_is_one_that_the_standard_lists():
    conduct, _ = a_trial()
    paused = conduct.with_pause(at(9))
    moments = [
        (screened(), at(1).day),
        (conduct, at(9).day),
        (paused, at(11).day),
        (conduct.with_stop(at(10)), at(11).day),
        (conduct, at(9).day + timedelta(days=200)),
    ]
    studies = set()
    for one, today in moments:
        made = bundle(one, today)
        assert made["type"] in LISTED["Bundle", "type"].split()
        for resource in (entry["resource"] for entry in made["entry"]):
            kind = resource["resourceType"]
            if kind != "Patient":
                assert resource["status"] in LISTED[kind, "status"].split()
            for item in resource["item"] if kind == "Questionnaire" else ():
                assert item["type"] in LISTED["item", "type"].split()
        studies |= {study["status"] for study in resources(made, "ResearchStudy")}
    assert len(studies) == 4, "running, paused, stopped and finished are told apart"


def test_every_reference_leads_to_a_resource_of_the_bundle():
    made = bundle(a_trial()[0], at(9).day)
    known = {one["fullUrl"] for one in made["entry"]}
    assert len(known) == len(made["entry"])
    for resource in (one["resource"] for one in made["entry"]):
        for reference in [resource.get("subject"), *resource.get("derivedFrom", ())]:
            assert reference is None or reference["reference"] in known
        assert resource.get("questionnaire") in (None, resources(made, "Questionnaire")[0]["url"])


def test_ids_stay_the_same_in_later_exports_and_differ_between_people():
    conduct, seal = started()
    short = lived(conduct, seal, 4, lambda n, arm: 5)
    longer = lived(short, seal, 3, lambda n, arm: 5, first=5)
    ids = [{one["fullUrl"] for one in bundle(trial, at(7).day)["entry"]} for trial in (short, longer)]
    assert ids[0] < ids[1]
    others = {one["fullUrl"] for one in bundle(longer, at(7).day, participant="2")["entry"]}
    assert not ids[1] & others


@pytest.mark.parametrize("protocol", ["mat-vs-rest-back-pain", "acupuncture-course"])
def test_nothing_of_a_later_day_is_in_it(protocol):
    conduct, seal = started(protocol)
    short = lived(conduct, seal, 6, lambda n, arm: 5)
    longer = lived(short, seal, 6, lambda n, arm: 5, first=7)
    assert bundle(longer, at(6).day) == bundle(short, at(6).day)
    assert bundle(longer, at(12).day) != bundle(short, at(12).day)


def test_it_knows_no_fact_about_the_person():
    patient = resources(bundle(a_trial()[0], at(9).day, participant="p7"), "Patient")[0]
    assert set(patient) == {"resourceType", "id", "identifier"}
    assert patient["identifier"] == [{"value": "p7"}]


def test_without_the_extra_one_line_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "fhir.resources.R4B.bundle", None)
    with pytest.raises(FileError, match=r"pip install 'pinprick\[fhir\]'"):
        bundle(screened(), DAY_0)


def test_a_plan_that_asks_pain_on_another_scale_gets_no_code():

    plan = read_protocol("mat-vs-rest-back-pain")
    pain = replace(plan.primary, outcome=replace(plan.primary.outcome, high=100))
    conduct = screened(replace(plan, ratings=(pain,)))
    item = resources(bundle(conduct, DAY_0), "Questionnaire")[0]["item"][0]
    assert "code" not in item
    assert item["extension"][1]["valueDecimal"] == 100
