"""`pinprick evidence`: every claim offline, in words and for programs, and one line for what is not there."""

import json
import re
import socket
from functools import partial

import pytest

from pinprick.evidence.claims import claims, outcomes, popular_claims
from pinprick.evidence.study import studies
from pinprick.evidence_page import evidence_html


@pytest.fixture
def run(typed):
    return partial(typed, "evidence")


def unwrapped(text):
    return " ".join(text.split())


def test_it_answers_every_claim_without_a_connection(run, monkeypatch):
    def no_network(*_args, **_more):
        raise AssertionError("it asked for the network")

    monkeypatch.setattr(socket, "socket", no_network)
    code, out, err = run()
    assert (code, err) == (0, "")
    text = unwrapped(out)
    assert all(one.says in text for one in (*claims(), *popular_claims()))
    assert "No clinician has reviewed this page yet." in text
    assert "No table of results was seen" in text
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize("one", claims(), ids=lambda one: one.id)
def test_each_claim_tells_its_word_certainty_and_sources(run, one):
    code, out, _err = run(one.number)  # some ids are outcomes too
    text = unwrapped(out)
    assert code == 0
    assert one.says in text
    assert "Certainty:" in text
    assert "Rests on:" in text
    for figure in one.figures.values():
        seen = [source.where.partition(" (")[0] for source in figure.sources if not source.derived]
        assert all(address in text.replace(" ", "") for address in seen)
    assert json.loads(run(one.number, "--json")[1])["id"] == one.id


@pytest.mark.parametrize("outcome", outcomes())
def test_an_outcome_gathers_its_claims(run, outcome):
    found = [one for one in claims() if outcome in one.about]
    text = unwrapped(run(outcome)[1])
    assert all(one.says in text for one in found)
    assert [one["id"] for one in json.loads(run(outcome, "--json")[1])] == [one.id for one in found]


@pytest.mark.parametrize("option", ["--studies", "--compare", "--priors", "--check"])
def test_each_part_speaks_to_people_and_to_programs(run, option):
    code, out, err = run(option)
    assert (code, err) == (0, "")
    assert len(out) > 500
    assert json.loads(run(option, "--json")[1])


def test_every_number_of_every_study_can_be_asked_where_it_was_seen(run):
    told = json.loads(run("--studies", "--json")[1])
    assert [one["id"] for one in told] == [one.id for one in studies()]
    numbers = [number for one in told for number in one["numbers"]]
    assert len(numbers) > 200
    assert all(re.match(r"https?://", number["source"]) for number in numbers)


def test_what_contradicts_itself_is_listed(run):
    text = unwrapped(run("--check")[1])
    assert "The registry has 166 people, the report 91" in text
    assert "p = 0.008 does not fit its own interval" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["money"], "There is no claim 'money'; choose one of back_pain"),
        (["19"], "or a number from 1 to 18. Or an outcome: pain, stress"),
        (["pain", "--studies"], "Ask for one thing at a time"),
        (["--html", "/"], "--html / cannot be written"),
        (["--all"], "No such option"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(run, words, said):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert said in err


def test_the_page_stands_alone_and_holds_every_claim_and_source(run, tmp_path):
    code, out, _err = run("--html", tmp_path / "evidence.html")
    assert (code, out) == (0, "")
    html = (tmp_path / "evidence.html").read_text(encoding="utf-8")
    assert html == evidence_html()
    assert "<script" not in html
    assert "default-src 'none'" in html
    assert not re.findall(r'(?:src|href)="(?!#|data:|https?://)', html)
    assert all(f'id="{one.id}"' in html for one in claims())
    assert all('rel="noreferrer"' in link for link in re.findall(r'<a href="http[^>]*>', html))
    assert all(one.doi_url in html for one in studies() if one.doi_url)
