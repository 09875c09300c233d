"""A finding beside published trials: three readers of the same days, and a finding that never moves."""

import json
import re
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from pinprick import page, report
from pinprick.charts.context import inline_context
from pinprick.context import in_context, prior_for
from pinprick.evidence.priors import library
from pinprick.report.context import context_lines, context_rows, context_title
from pinprick.trial.plan import Sequence
from pinprick.trial.protocol_file import read_protocol, ready_names
from tests.unit.results import cast
from tests.unit.test_verdict_schema import SCHEMA
from tests.unit.test_words import BANNED, MOST, n_words, sentences

PAIN = library().named("pain_mat_vs_usual_care")
FITTED = ["better", "worse", "no worthwhile benefit", "more than a year", "few points", "course, better", "a week"]


def beside(name, source=PAIN):
    found = in_context(cast(name), source)
    assert found is not None
    return found


@pytest.mark.parametrize("name", FITTED)
def test_the_finding_does_not_move(name):
    before = json.dumps(cast(name).to_dict())
    told = report.terminal(cast(name))
    found = beside(name)
    assert json.dumps(cast(name).to_dict()) == before
    assert report.terminal(cast(name), beside=found).startswith(told.rstrip("\n"))


@pytest.mark.parametrize("name", FITTED)
def test_a_sceptic_is_nearer_to_nothing_and_less_moved_than_one_who_assumes_hardly_anything(name):
    found = beside(name)
    assert abs(found.sceptic.mean) <= abs(found.weak.mean)
    if not found.sceptic.in_conflict:  # else two far opinions meet in heavy tails
        assert found.sceptic.sd <= found.weak.sd
    low, high = sorted((found.source.on_scale(found.width).mean, found.days.mean))
    assert low - 0.05 <= found.published.mean <= high + 0.05, "between what was expected and what was lived"


@pytest.mark.parametrize("name", FITTED)
def test_its_words_are_short_and_say_that_the_finding_stands(name):
    lines = context_lines(cast(name), beside(name))
    assert lines[-1] == "None of this took part in the finding. Its rule was fixed before day 1, and so was its error."
    for sentence in (one for line in lines for one in sentences(line)):
        assert n_words(sentence) <= MOST + 5, sentence  # a size, its range and a chance in one sentence
        assert not BANNED.search(sentence)
        assert "nan" not in sentence


def test_readers_who_part_ways_are_said_to():
    strong = replace(PAIN, mean=3.0, sd=0.2)
    found = beside("not sure enough", strong)
    assert not found.agree
    assert any("They do not agree" in line for line in context_lines(cast("not sure enough"), found))


def test_days_that_contradict_the_trials_count_for_more_and_that_is_said():
    against = replace(PAIN, mean=-2.0, sd=0.4)
    found = beside("better", against)
    assert found.published.in_conflict
    (line,) = [
        line for line in context_lines(cast("better"), found) if "far from what trials led one to expect" in line
    ]
    assert re.search(r"happen to \d+ (person|people) in 100", line)


@pytest.mark.parametrize("name", ["no day", "one treatment rated", "four days"])
def test_too_few_days_stand_beside_nothing(name):
    assert in_context(cast(name), PAIN) is None


def test_without_a_published_prior_nothing_is_shown():
    assert in_context(cast("better"), None) is None
    assert context_title() not in report.terminal(cast("better"))
    assert context_title() not in page.html(cast("better"))


def test_every_ready_made_trial_of_pain_stress_or_sleep_finds_its_prior():
    found = {}
    for name in ready_names():
        plan = read_protocol(name)
        if not isinstance(plan, Sequence):
            pair = (plan.arms[0].name, plan.arms[1].name)
            prior = prior_for(plan, pair, plan.ratings[0].name)
            found[name] = prior.id if prior else None
    assert found == {
        "acupuncture-course": "pain_acupuncture_vs_usual_care",
        "mat-vs-rest-back-pain": "pain_mat_vs_rest",
        "mat-vs-rest-circulation": "circulation_mat",
        "mat-vs-rest-muscle-tension": None,  # nobody measured tension
        "mat-vs-rest-neck-pain": "pain_mat_vs_rest",
        "mat-vs-rest-sleep": "sleep_mat_vs_rest",
        "mat-vs-rest-stress": "stress_mat_vs_rest",
        "mat-vs-usual-pain": "pain_mat_vs_usual_care",
    }


def test_the_contract_holds_it():
    answer = cast("better").to_dict() | {"beside_published": beside("better").to_dict()}
    Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(answer)))


@pytest.mark.parametrize("name", ["better", "more than a year", "course, better", "long names", "odd names"])
def test_picture_table_and_page_say_the_same(name):
    found, result = beside(name), cast(name)
    rows = context_rows(result, found)
    svg = inline_context(result, found, id="x")
    assert svg.count("<circle") == len(rows) == 4
    assert context_title() in svg
    assert all(row.low < row.mean < row.high for row in rows)
    html = page.html(result, beside=found)
    assert html.count(context_title()) >= 2
    assert all(row.label in html for row in rows)
    assert inline_context(result, found, id="x") == svg


def test_somebody_else_is_not_called_you():
    lines = [row.label for row in context_rows(cast("a participant"), beside("a participant"))]
    assert "The days, with hardly any assumption" in lines
