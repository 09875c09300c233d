"""The pages of published evidence: every claim with its word and its sources, the same for everybody, and no trial."""

import re
from datetime import date
from html import unescape
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import translation

from docs.catalogue import pseudo_catalogue
from pinprick.evidence.claims import claims, popular_claims
from pinprick.evidence.comparisons import beside
from pinprick.evidence.record import Interval
from pinprick.evidence.study import studies, study
from pinprick.report.evidence import NO_CLINICIAN, answer_to, limits, quoted
from pinprick_web import evidence
from pinprick_web.people.models import Person
from pinprick_web.trials import planned, services, store
from pinprick_web.trials.views import answer as answer_views
from tests import conducted
from tests.running import clock_on, running_trial
from tests.web.screens import screening_of_nothing
from tests.web.test_every_word import Text, outside_brackets

pytestmark = pytest.mark.django_db
ALL = [one.id for one in claims()]
PAGES = ("/evidence/", "/evidence/studies/", *(f"/evidence/{name}/" for name in ALL))
A_NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?")


class Links(HTMLParser):
    """Every link of a page that leads elsewhere, with its rel."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, set[str]] = {}

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "a" and str(told.get("href", "")).startswith("http"):
            self.found[told["href"]] = set(str(told.get("rel", "")).split())


def page_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return unescape(answer.content.decode())


def links_of(client: Client, path: str) -> dict[str, set[str]]:
    links = Links()
    links.feed(client.get(path).content.decode())
    return links.found


def words_of(page: str) -> str:
    text = Text()
    text.feed(page[page.index("<main") : page.index("</main>")])
    return " ".join(" ".join(text.said).split())


# --- every claim -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_a_claim_says_its_word_its_answer_its_certainty_and_who_has_not_looked(client: Client, name: str) -> None:
    page = page_of(client, f"/evidence/{name}/")
    one = next(each for each in claims() if each.id == name)
    told = answer_to(one, len(claims()))
    assert f"<h1>{told.says}</h1>" in page
    assert f'<span class="word">{told.word}</span>' in page
    said = words_of(page)
    for text in (told.place, told.answer, told.certainty, told.read, told.harm, told.more, *told.reasons, *limits()):
        assert " ".join(text.split()) in said, text
    assert (told.rests_on in said) or not one.studies


@pytest.mark.parametrize("name", ALL)
def test_every_study_of_a_claim_links_its_own_address(client: Client, name: str) -> None:
    one = next(each for each in claims() if each.id == name)
    found = links_of(client, f"/evidence/{name}/")
    for each in one.studies:
        assert study(each).link in found, each
        if study(each).doi:
            assert f"https://doi.org/{study(each).doi}" in found


@pytest.mark.parametrize("name", ALL)
def test_every_number_that_was_seen_stands_there_with_its_page(client: Client, name: str) -> None:
    one = next(each for each in claims() if each.id == name)
    page, found = page_of(client, f"/evidence/{name}/"), links_of(client, f"/evidence/{name}/")
    for seen in answer_to(one, len(claims())).seen:
        shown = re.sub(r"(?<![\w.-])-(?=\d)", "−", seen.shown)
        assert f">{shown}</strong>" in page
        assert ("Our own sum." in page) if seen.derived else (seen.where.partition(" (")[0] in found)


@pytest.mark.parametrize("name", ALL)
def test_the_numbers_of_a_page_are_those_of_the_records(name: str) -> None:
    """What is said to have been seen on a page of others is in the record, with that page."""
    one = next(each for each in claims() if each.id == name)
    for figure in one.figures.values():
        printed: dict[str, set[float]] = {}
        for _path, number in study(figure.study).figures() if figure.study else ():
            values = (number.low, number.high) if isinstance(number, Interval) else (float(number.value),)
            printed.setdefault(number.where, set()).update(values)
        for seen in figure.sources:
            if figure.study and not seen.derived:
                said = {float(each.replace(",", "")) for each in A_NUMBER.findall(seen.shown)}
                assert said, seen
                assert said <= printed[seen.where], seen


@pytest.mark.parametrize("name", ALL)
def test_the_numbers_of_an_answer_are_looked_up_and_not_typed(client: Client, name: str) -> None:
    one = next(each for each in claims() if each.id == name)
    looked_up = {
        getattr(figure, field).strip()
        for figure in one.figures.values()
        for field in ("n", "mat", "other", "value", "small", "large", "points", "count", "of", "low", "high", "left")
    }
    said = words_of(page_of(client, f"/evidence/{name}/"))
    answer = answer_to(one, len(claims())).answer
    for number in A_NUMBER.findall(answer):
        assert number in looked_up or number in one.answer, number
    assert " ".join(answer.split()) in said


def test_a_picture_of_people_has_as_many_dots_as_its_caption_says(client: Client) -> None:
    page = page_of(client, "/evidence/back_pain/")
    back = study("hohmann2012_back")
    mat, other = (arm.n_randomised.value for arm in back.arms)
    main = page[page.index("<main") :]  # the wordmark has a dot too
    assert main.count('class="f-mat"') == mat
    assert main.count('class="f-between"') == other
    assert f"{mat + other} people in that trial: {mat} used a mat, {other} waited. One dot is one person." in page
    stopped = page_of(client, "/evidence/discomfort/")
    harm = next(one for one in study("saha2016").adverse_events.items if "too painful" in one.event)
    assert stopped.count('class="f-ink"') == harm.count.value
    assert stopped.count('class="f-between"') == harm.of.value - harm.count.value


def test_what_was_compared_with_what_stands_beside_the_claim_on_acupuncture(client: Client) -> None:
    page = page_of(client, "/evidence/acupuncture_better/")
    for row in beside().rows:
        assert f"{row.points:+.1f}".replace("-", "−") in page
    assert beside().caveats[0] in page


def test_a_claim_that_nobody_tested_says_so_and_has_no_picture(client: Client) -> None:
    page = page_of(client, "/evidence/stiffness/")
    assert "Nobody has tested this, as far as we found." in page
    assert "<figure" not in page
    assert "Rests on" not in page


def test_claims_lead_on_to_the_next_and_back_to_the_one_before(client: Client) -> None:
    for place, name in enumerate(ALL):
        page = page_of(client, f"/evidence/{name}/")
        around = re.findall(r'rel="(next|prev)" href="/evidence/([a-z_]+)/"', page)
        expected = [("next", ALL[place + 1])] if place + 1 < len(ALL) else []
        assert around == expected + ([("prev", ALL[place - 1])] if place else [])


# --- the list, and the studies ---------------------------------------------------------------------------


def test_the_list_has_every_claim_in_order_and_every_popular_one_folded(client: Client) -> None:
    page = page_of(client, "/evidence/")
    assert re.findall(r'href="/evidence/([a-z_]+)/"><span>', page) == [*ALL, "studies"]
    for one in popular_claims():
        assert f"<summary>{quoted(one.says)}</summary>" in page
        assert one.answer in page
    assert NO_CLINICIAN in page


def test_every_study_is_there_with_its_address(client: Client) -> None:
    page, found = page_of(client, "/evidence/studies/"), links_of(client, "/evidence/studies/")
    for one in studies():
        assert f'id="{one.id}"' in page
        assert one.name in page
        assert one.link is None or one.link in found


def test_every_comparison_that_a_record_makes_has_words() -> None:
    for one in studies():
        if one.role in evidence.OF_MATS and one.comparator is not None:
            assert one.comparator.type in evidence.MAT_AGAINST
        for effect in one.effects:
            assert effect.treatment is None or effect.treatment in evidence.TREATMENTS
            assert effect.against is None or effect.against in evidence.OTHERS, (one.id, effect.against)


@pytest.mark.parametrize("path", PAGES)
def test_a_link_elsewhere_tells_nobody_where_it_stood(client: Client, path: str) -> None:
    found = links_of(client, path)
    assert all({"external", "noreferrer"} <= rel for rel in found.values()), found
    assert all(url.startswith(("https://", "http://")) and "javascript" not in url for url in found)


# --- addresses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nothing", "1", "back-pain", "Back_Pain", "back_pain.html", "../more"])
def test_a_wrong_name_is_not_found(client: Client, name: str) -> None:
    answer = client.get(f"/evidence/{name}/")
    assert answer.status_code == 404
    assert "We cannot find that page." in answer.content.decode()


@pytest.mark.parametrize("path", ["/evidence/", "/evidence/studies/", "/evidence/back_pain/"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_these_pages_are_only_read(client: Client, path: str, method: str) -> None:
    assert getattr(client, method)(path).status_code == 405
    assert client.head(path).status_code == 200


def test_the_pages_are_the_same_for_everybody_and_carry_no_trial(client: Client) -> None:
    """Somebody without a trial and somebody on day 10 of one read the same, but for the bar that leads to it."""
    without = {path: words_of(page_of(client, path)) for path in PAGES}
    person = Person.objects.just_me()
    person.set_clock = clock_on(10)
    person.save()
    trial = running_trial(person, lived=9, answered=10)
    for path in PAGES:
        page = page_of(client, path)
        main = page[page.index("<main") : page.index("</main>")]
        assert str(trial.code) not in main
        assert words_of(page).removeprefix("More").removeprefix("Back") == without[path].removeprefix("Back")


def test_back_leads_to_the_plan_only_for_who_came_from_there(client: Client) -> None:
    assert 'href="/plan/shown/"' in page_of(client, "/evidence/back_pain/?from=plan")
    for came in ("", "?from=", "?from=https://elsewhere.example", "?from=/trial/"):
        page = page_of(client, f"/evidence/back_pain/{came}")
        assert "/plan/shown/" not in page
        assert "elsewhere" not in page


def test_evidence_is_reached_from_the_welcome_the_plan_more_and_the_navigation(client: Client) -> None:
    person = Person.objects.just_me()
    assert 'href="/evidence/">What trials found so far' in page_of(client, "/?about=1")
    assert '<a href="/evidence/"><span>' in page_of(client, "/more/")
    assert '<a href="/evidence/" aria-current="page">Evidence</a>' in page_of(client, "/evidence/")
    services.keep_screening(person, screening_of_nothing(), conducted.at(4))
    for about, name in (("back", "back_pain"), ("neck", "neck_pain"), ("muscle", "muscle_tension")):
        services.wish(person, what="pain", about=about, against="towel")
        assert f'href="/evidence/{name}/?from=plan"' in page_of(client, "/plan/shown/")


def test_every_complaint_has_a_claim_that_exists() -> None:
    known = {one.id for one in claims()}
    for what in planned.COMPLAINTS:
        assert evidence.claim_about({"what": what}) in known
    assert evidence.claim_about({}) == ""


def test_an_emergency_that_waits_closes_no_page_of_evidence(client: Client) -> None:
    person = Person.objects.just_me()
    person.set_clock = clock_on(10)
    person.save()
    trial = running_trial(person, lived=9, answered=10)
    trial.alarm = {"screening": {}, "day": "2026-05-14"}
    trial.save()
    assert client.get(f"/trial/{trial.code}/today/").status_code == 302, "its own pages lead to the emergency"
    for path in PAGES:
        assert client.get(path).status_code == 200


# --- beside the verdict ----------------------------------------------------------------------------------


@pytest.fixture
def revealed(client: Client) -> str:
    """A trial that was lived to its answer and revealed; where the answer is."""
    from pinprick_web import demo
    from pinprick_web.trials.access import trials_of

    person = demo.fill(date(2026, 5, 19))
    client.post("/demo/")
    answer_views.forget_answers()
    _running, better, _cannot = trials_of(person)
    assert store.load(better).revealed is not None
    return f"/trial/{better.code}/"


def test_a_revealed_answer_stands_beside_published_trials(client: Client, revealed: str) -> None:
    page = page_of(client, revealed + "answer/")
    assert "Beside published trials" in page
    assert "What a sceptic would conclude" in page
    assert "None of this took part in the finding." in page
    section = page[page.index('id="beside-trials"') :]
    assert section.count("<tbody>") == 1
    assert section[: section.index("</table>")].count('<th scope="row">') == 4
    assert 'href="/evidence/"' in section


def test_a_look_before_the_end_and_a_sealed_trial_show_no_such_thing(client: Client) -> None:
    person = Person.objects.just_me()
    person.set_clock = clock_on(20)
    person.save()
    trial = running_trial(person, lived=19, answered=20)
    early = client.post(f"/trial/{trial.code}/early/", follow=True).content.decode()
    assert "Seen early" in early
    assert "Beside published trials" not in early
    assert "Beside published trials" not in client.get(f"/trial/{trial.code}/progress/").content.decode()


# --- in a language that nobody speaks ---------------------------------------------------------------------


def test_every_word_of_our_own_goes_through_the_catalogue(client: Client, settings, tmp_path) -> None:
    """What others wrote and what stands in the records is as it was; everything else is in brackets."""
    pseudo_catalogue(tmp_path)
    settings.LANGUAGES = [("en", "English"), ("en-xa", "Nobody's")]
    settings.LOCALE_PATHS = [tmp_path]
    translation.trans_real._translations.clear()
    person = Person.objects.just_me()
    person.language = "en-xa"
    person.save()
    try:
        went_past = {path: _of_nobody(client.get(path).content.decode()) for path in PAGES}
    finally:
        translation.trans_real._translations.clear()
    assert {path: left for path, left in went_past.items() if left} == {}


OF_OTHERS = re.compile(r'<(cite|strong|span) lang="(?:en)?">.*?</\1>|<a [^>]*rel="external[^>]*>.*?</a>', re.DOTALL)
"""Titles, authors, pages, and the words of the records."""


def _of_nobody(page: str) -> list[str]:
    return outside_brackets(OF_OTHERS.sub("", page))
