"""Documents that fail when they lie."""

import doctest
import re
import runpy
from pathlib import Path

import pytest
from scipy.special import ndtr

import pinprick
from pinprick.analysis.thresholds import load_table

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_pages_made_from_the_code_say_what_it_does():
    _check(runpy.run_path(str(ROOT / "docs" / "make.py"))["pages"]())


@pytest.mark.slow
def test_the_page_about_mats_says_what_the_command_does():
    _check(runpy.run_path(str(ROOT / "docs" / "make.py"))["dose_pages"]())


def _check(made):
    for page, content in made.items():
        assert page.read_bytes() == content, f"{page.name} is out of date; run docs/make.py"


@pytest.mark.parametrize("name", ["from-python.md"])
def test_a_page_of_examples_is_true(name):
    found = doctest.testfile(str(ROOT / "docs" / name), module_relative=False)
    assert found.attempted > 20
    assert found.failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_docs_leads_somewhere(page):
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_page_is_listed():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for page in PAGES[1:]:
        assert page.name in index or page.name == "index.md"


def test_the_changelog_knows_this_version_and_opens_with_results():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    entry = text.split("\n## ")[1]
    assert entry.startswith(pinprick.__version__)
    assert re.search(r"\n\n\*\*(\w+)\*\*", entry).group(1) == "Results"


def test_readme_quotes_the_threshold_that_ships():
    row = next(r for r in load_table()["rows"] if (r["period_days"], r["ceiling_days"]) == (3, 84))
    assert f"about {100 * ndtr(row['claim']):.1f} %" in (ROOT / "README.md").read_text(encoding="utf-8")
