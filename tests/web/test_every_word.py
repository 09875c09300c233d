"""In a language that nobody speaks every word of every page is in brackets: whatever is not went past the catalogue."""

import calendar
import re
from html.parser import HTMLParser

import pytest
from django.utils import translation

from docs.catalogue import pseudo_catalogue
from pinprick_web.people.models import Person
from pinprick_web.trials import services
from tests import conducted
from tests.running import clock_on, running_trial
from tests.web.screens import screening_of_nothing

pytestmark = pytest.mark.django_db
OPEN, CLOSE = "⟦", "⟧"
OF_NO_LANGUAGE = re.compile(r"[^A-Za-z]*")
PAGES = (
    "/?about=1", "/screen/1/", "/emergency/", "/plan/what/", "/plan/where/", "/plan/now/", "/plan/better/",
    "/plan/against/", "/plan/choice/", "/plan/days/", "/plan/change/", "/plan/consent/", "/more/", "/settings/",
    "/settings/reminders/", "/settings/erase/", "/questions/", "/questions/bring/", "/about/", "/method/",
    "/method/wrong/", "/nowhere/", "today/", "check-in/", "saved/2026-05-06/", "progress/", "diary/",
    "diary/2026-05-06/", "felt/", "felt/answer/?rules=skin_broken", "stop/", "early/", "decided/", "bin/", "erase/",
)  # fmt: skip
OF_DJANGOS_OWN = {*calendar.day_name, *calendar.month_name}
"""Its own catalogues have these, for every language but this one."""
OF_THE_PLAN = {"Pain"}
"""The name of an outcome is the plan's, and a plan may be a person's own."""
OF_PLACES = {"UK", "Ireland", "US", "EU"}
NAMES = OF_DJANGOS_OWN | OF_THE_PLAN | OF_PLACES | {"Pinprick", "English.", *"MTWFS"}


class Text(HTMLParser):
    """What a page says, without scripts and code."""

    def __init__(self) -> None:
        super().__init__()
        self.said, self._inside = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "link", "input", "br", "hr", "img"):
            self._inside.append(tag)

    def handle_endtag(self, tag):
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"script", "style", "code"} & set(self._inside):
            self.said.append(data)


def outside_brackets(page: str) -> list[str]:
    """Words of a page that stand in no bracket."""
    text = Text()
    text.feed(page)
    found, depth, word = [], 0, ""
    for character in "\n".join(text.said):
        if character == OPEN:
            depth += 1
        elif character == CLOSE:
            depth -= 1
        elif depth == 0:
            word += character
            continue
        found.append(word)
        word = ""
    words = " ".join([*found, word]).split()
    return [one for one in words if not OF_NO_LANGUAGE.fullmatch(one) and one not in NAMES]


@pytest.fixture
def nobodys_language(settings, tmp_path):
    pseudo_catalogue(tmp_path)
    settings.LANGUAGES = [("en", "English"), ("en-xa", "Nobody's")]
    settings.LOCALE_PATHS = [tmp_path]
    translation.trans_real._translations.clear()
    yield
    translation.trans_real._translations.clear()


def test_every_word_of_every_page_goes_through_the_catalogue(client, nobodys_language) -> None:
    person = Person.objects.just_me()
    person.set_clock, person.language = clock_on(4), "en-xa"
    person.save()
    services.keep_screening(person, screening_of_nothing(), conducted.at(4))
    services.wish(person, what="pain", about="back", regions=["lower_back"], against="towel")
    trial = running_trial(person, lived=3, answered=4)
    went_past: dict[str, list[str]] = {}
    for path in PAGES:
        page = client.get(path if path.startswith("/") else f"/trial/{trial.code}/{path}").content.decode()
        assert OPEN in page, path
        words = outside_brackets(page)
        if words:
            went_past[path] = words
    assert went_past == {}
