"""The catalogue for translators holds what the code says, and the pseudo-language keeps what a program needs."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from docs import catalogue
from docs.catalogue import CATALOGUE, CLOSING, KEPT, LONGER, OPENING, PSEUDO_LANGUAGE, Text, pseudo


@pytest.fixture(scope="module")
def texts() -> set[Text]:
    """Every text, gathered once."""
    return set(catalogue.texts())


@pytest.fixture(scope="module")
def said(texts: set[Text]) -> list[str]:
    """Every text, a plural's forms one by one."""
    forms = ((text.said,) if isinstance(text.said, str) else text.said for text in texts)
    return [one for each in forms for one in each]


def test_the_committed_catalogue_is_up_to_date() -> None:
    assert CATALOGUE.read_bytes() == catalogue.page(), (
        "django.po no longer holds what the code says; run .venv/bin/python docs/catalogue.py"
    )


def test_the_catalogue_is_complete_english() -> None:
    """English is the key: an entry that says something else in English would hide a changed sentence."""
    with CATALOGUE.open("rb") as file:
        entries = [message for message in read_po(file) if message.id]
    assert len(entries) > 500
    assert [message.id for message in entries if any(message.string)] == []


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Your days", "src/pinprick/report/finding.py"),
        ("One dot is one person, not a day.", "src/pinprick/report/planning.py"),  # a marked constant
        (("{n} day", "{n} days"), "src/pinprick/report/names.py"),
        ("May", "src/pinprick/trial/table.py"),
        ("life at risk", "src/pinprick/trial/safety.yaml"),
        ("felt down, sad or without hope?", "src/pinprick/trial/safety.yaml"),
        ("no pain", "src/pinprick/trial/outcomes.yaml"),
        ("a towel over the mat", "src/pinprick/trial/ready/mat-vs-rest-back-pain.yaml"),
    ],
)
def test_every_kind_of_text_is_gathered(text: str | tuple[str, str], source: str, texts: set[Text]) -> None:
    assert Text(source, text) in texts


def test_a_template_gives_its_texts_however_it_is_indented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / catalogue.SITE / "templates"
    folder.mkdir(parents=True)
    (folder / "today.html").write_text(
        """{% load i18n %}
    <p title="{% translate "It's today" %}">don't {{ note|default:_("None yet") }}</p>
  {% blocktranslate count n=days %}One {{ x }} <b>day</b>{% plural %}{{ n }} days
    and more{% endblocktranslate %}
      {% blocktranslate trimmed %}
         Two lines
         in one.
      {% endblocktranslate %}
{% translate "May" context "month" %}
""",
        encoding="utf-8",
    )
    (folder.parent / "views.py").write_text(
        'TITLE = gettext_lazy("Your diary")\nSAID = ngettext("%(n)d mark", "%(n)d marks", 2)\n_(TITLE)\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)
    found = {(text.said, text.context) for text in catalogue.texts() if text.source.startswith("src/pinprick_web")}
    assert found == {
        ("It's today", None),
        ("None yet", None),
        (("One %(x)s <b>day</b>", "%(n)s days\n    and more"), None),
        ("Two lines in one.", None),
        ("May", "month"),
        ("Your diary", None),
        (("%(n)d mark", "%(n)d marks"), None),
    }


def test_pseudo_keeps_every_placeholder_and_tag(said: list[str]) -> None:
    with_places = [text for text in said if KEPT.search(text)]
    assert len(with_places) > 100
    for text in with_places:
        assert Counter(KEPT.findall(pseudo(text))) == Counter(KEPT.findall(text))


def test_pseudo_is_put_together_like_the_text() -> None:
    assert pseudo("{n:g} of {{x}}").format(n=4).startswith("⟦4 öf {x}")
    assert (pseudo("%(n)d of 5 %%") % {"n": 4}).startswith("⟦4 öf 5 %")
    assert '<a href="/today/">' in pseudo('See <a href="/today/">today</a> &amp; go.')
    assert pseudo(" and ") == " ⟦àñď⟧ "


def test_pseudo_is_longer_by_two_fifths(said: list[str]) -> None:
    long = [text.strip() for text in said if len(text.split()) >= 3 and any(len(word) > 1 for word in text.split())]
    assert len(long) > 400
    assert [text for text in long if len(pseudo(text)) < LONGER * len(text)] == []


def test_pseudo_stands_between_brackets_and_changes_every_word(said: list[str]) -> None:
    for text in said:
        if any(len(word) > 1 for word in text.split()):
            shown = pseudo(text).strip()
            assert shown.startswith(OPENING), text
            assert shown.endswith(CLOSING), text


def test_django_speaks_the_pseudo_language_and_the_library_through_it(tmp_path: Path) -> None:
    """In a Python of its own, because Django is set up once in a process."""
    catalogue.pseudo_catalogue(tmp_path)
    program = """
import json, sys
from django.conf import settings
settings.configure(USE_I18N=True, LANGUAGE_CODE="en", LANGUAGES=[("en", "English"), (sys.argv[2], "Pseudo")],
                   LOCALE_PATHS=[sys.argv[1]])
import django
django.setup()
from django.utils import translation
from pinprick.report.names import days
from pinprick.words import speaking
with speaking(translation):
    with translation.override(sys.argv[2]):
        pseudo = [days(1), days(20)]
    print(json.dumps([*pseudo, days(20)]))
"""
    command = [sys.executable, "-c", program, str(tmp_path), PSEUDO_LANGUAGE]
    done = subprocess.run(command, env=os.environ | {"PYTHONUTF8": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    one, many, english = json.loads(done.stdout)
    assert (one, many) == (pseudo("{n} day").format(n=1), pseudo("{n} days").format(n=20))
    assert english == "20 days"
