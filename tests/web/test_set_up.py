"""The set-up of a trial: kept from "Your mat" in one tap, with the mat, the cloth and the surface, and no body."""

import io
import json
import re
import zipfile
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from docs.catalogue import pseudo_catalogue
from pinprick_web.people.models import Person
from pinprick_web.trials import services, store
from pinprick_web.trials.models import EventRecord
from tests import conducted
from tests.running import clock_on, running_trial
from tests.web.test_every_word import outside_brackets
from tests.web.test_mat import OF_NO_LANGUAGE

pytestmark = pytest.mark.django_db
SHIRT = {"mat": "shakti_original", "skin": "t_shirt", "under": "bed"}
TODAY = 10
OFF_THE_MAT = "acupuncture-course"
OF_THE_TRIAL = {"Shakti", "Original", "mat", "towel"}
"""A maker's name, and the names of treatments in the plan."""


@pytest.fixture
def me(db) -> Person:
    person = Person.objects.just_me()
    at(person, TODAY)
    return person


@pytest.fixture
def trial(me):
    """A trial that runs."""
    return running_trial(me, lived=TODAY - 1, answered=TODAY)


@pytest.fixture
def new(me):
    """A trial that is still being built up."""
    at(me, 0)
    return running_trial(me, started=False, answered=0)


def at(person, day, time="12:00"):
    person.set_clock = clock_on(day, time)
    person.save()


def conduct_of(trial):
    trial.refresh_from_db()
    return store.load(trial)


def kept_of(trial, day=TODAY):
    found = conduct_of(trial).set_up_on(conducted.at(day).day)
    return found.to_dict() if found else None


def keep(client, trial, fields=SHIRT, **more):
    return client.post(f"/trial/{trial.code}/set-up/", fields | more)


def reveal(client, trial):
    """The person stops, answers the two questions, and sees the answer."""
    services.stop(trial, conducted.at(TODAY))
    answer = client.post(f"/trial/{trial.code}/answer/", {"guess": "skip", "preference": "skip"})
    assert answer.status_code == 302


def page_of(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.content[-400:]
    return unescape(answer.content.decode())


def main_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main>")]).split())


# --- one tap ------------------------------------------------------------------------------------------------


def test_it_keeps_mat_cloth_and_surface_and_says_so_where_one_came_from(client, trial) -> None:
    page = main_of(page_of(client, "/mat/?skin=t_shirt&under=bed&mass=83&height=166&sex=female"))
    assert "Keep this with my trial" in page
    assert "the mat on a bed. The mat: Shakti Original. Your mass, height and sex are not kept." in page
    answer = keep(client, trial, SHIRT | {"mass": "83", "height": "166", "sex": "female"})
    assert answer.status_code == 302
    assert answer.url.startswith("/mat/?")
    assert {"kept=1", "mass=83", "skin=t_shirt"} <= set(re.split("[?&]", answer.url)), "nothing typed is lost"
    assert kept_of(trial) == {"mat": "shakti_original", "layer": "t_shirt", "surface": "bed"}
    after = main_of(page_of(client, answer.url))
    assert "Kept. A T-shirt on your skin, the mat on a bed." in after
    assert "Keep this with my trial" not in after
    assert "Keep this with my trial" in main_of(page_of(client, "/mat/?skin=none"))


@pytest.mark.parametrize("came_from", ["today", "ladder"])
def test_from_the_day_it_goes_back_to_the_day(client, trial, came_from) -> None:
    answer = keep(client, trial, **{"from": came_from})
    assert answer.url == f"/trial/{trial.code}/today/?kept=1"
    page = main_of(page_of(client, answer.url))
    assert "Kept." in page
    assert "A T-shirt on your skin, the mat on a bed. Change it" in page
    assert "Kept." not in main_of(page_of(client, f"/trial/{trial.code}/today/"))


def test_no_number_of_a_body_is_in_any_row(client, trial) -> None:
    keep(client, trial, SHIRT | {"mass": "83.25", "height": "166.5", "sex": "female"})
    body = EventRecord.objects.filter(trial=trial).latest("number").body
    assert json.loads(body)["kind"] == "set_up"
    assert not any(word in body for word in ("83.25", "166.5", "female", "mass", "stature", "sex"))


def test_an_own_mat_is_kept_as_it_was_measured(client, trial) -> None:
    own = {"mat": "own", "per_disc": "26", "discs": "160", "length": "70", "width": "42", "unit": "cm", "tip": "0,4"}
    assert keep(client, trial, SHIRT | own).status_code == 302
    assert kept_of(trial) == {
        "spikes": 4160,
        "length": 700,
        "width": 420,
        "tip_radius": 0.4,
        "layer": "t_shirt",
        "surface": "bed",
    }
    page = page_of(client, "/mat/")
    assert re.search(r'name="mat" value="own" checked', page)
    assert re.search(r'name="unit" value="mm" checked', page)
    assert {"4160", "700", "420", "0.4"} <= set(re.findall(r'<input id="\w+" name="\w+" value="([^"]+)"', page))
    assert "Kept with your trial: A T-shirt on your skin, the mat on a bed. The mat: 4,160 spikes" in main_of(page), (
        "and it is the same"
    )


def test_sent_twice_it_is_written_once(client, trial) -> None:
    before = len(conduct_of(trial).events)
    for _ in range(3):
        assert keep(client, trial).status_code == 302
    assert len(conduct_of(trial).events) == before + 1


def test_two_at_once_are_written_once(trial) -> None:
    """Whoever comes second reads the log again under the lock, and finds it written."""
    stale = type(trial).objects.get(pk=trial.pk)
    from pinprick.trial.set_up import SetUp

    for record in (trial, stale):
        services.keep_set_up(record, SetUp(layer="t_shirt", surface="bed"), conducted.at(TODAY))
    assert [event.kind for event in conduct_of(trial).events].count("set_up") == 1


# --- who may, and when -----------------------------------------------------------------------------------------


def test_a_form_from_elsewhere_keeps_nothing(trial) -> None:
    assert keep(Client(enforce_csrf_checks=True), trial).status_code == 403
    assert kept_of(trial) is None


def test_the_pages_own_form_carries_what_it_needs(trial) -> None:
    strict = Client(enforce_csrf_checks=True)
    page = strict.get("/mat/?skin=towel&under=sofa&from=today").content.decode()
    form = page[page.index(f'action="/trial/{trial.code}/set-up/"') :]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")]))
    answer = strict.post(f"/trial/{trial.code}/set-up/", fields)
    assert answer.url == f"/trial/{trial.code}/today/?kept=1"
    assert kept_of(trial)["layer"] == "towel"


def test_a_strangers_trial_is_not_found(client, me) -> None:
    charlies = running_trial(Person.objects.create(set_clock=clock_on(TODAY)), lived=TODAY - 1, answered=TODAY)
    assert keep(client, charlies).status_code == 404
    assert kept_of(charlies) is None
    assert "Keep this with my trial" not in page_of(client, "/mat/"), "without a trial there is no keeping"


def test_it_only_takes_what_is_sent(client, trial) -> None:
    assert client.get(f"/trial/{trial.code}/set-up/").status_code == 405


def test_a_trial_that_is_over_stays_as_it_is(client, trial, me) -> None:
    keep(client, trial)
    services.stop(trial, conducted.at(TODAY))
    for more in ({}, {"confirmed": "1"}):
        answer = keep(client, trial, SHIRT | {"skin": "none"} | more)
        assert answer.status_code == 409
        assert "so what is kept of its set-up stays as it is" in unescape(answer.content.decode())
    assert kept_of(trial)["layer"] == "t_shirt"
    assert "Keep this with my trial" not in page_of(client, "/mat/?skin=none")


def test_a_trial_without_a_mat_has_nothing_to_keep(client, me) -> None:
    off = running_trial(me, OFF_THE_MAT)
    assert "Keep this with my trial" not in page_of(client, "/mat/")
    assert keep(client, off).status_code == 409
    assert kept_of(off) is None


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"skin": "lead"}, "Choose one of these answers."),
        ({"under": "../etc"}, "Choose one of these answers."),
        ({"mat": "lyapko"}, "Choose one of these answers."),
        ({"mat": "own", "spikes": "0"}, "Give 200 to 15,000 spikes"),
        ({"mat": "own", "spikes": "4000", "length": "nan"}, "Give the length as 15 to 250 cm."),
        ({"mat": "own", "spikes": "4000", "tip": "9"}, "Give the radius as 0.02 to 3 mm."),
        ({"mass": "-1"}, "Give your mass as 35 to 200 kg."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_not_kept(client, trial, fields, says) -> None:
    answer = keep(client, trial, SHIRT | fields)
    assert answer.status_code == 422
    assert says in unescape(answer.content.decode())
    assert kept_of(trial) is None


def test_a_diary_that_can_only_be_read_keeps_nothing_and_offers_nothing(client, trial, settings) -> None:
    keep(client, trial)
    settings.READ_ONLY = True
    assert keep(client, trial, skin="none").status_code == 503
    assert kept_of(trial)["layer"] == "t_shirt"
    page = page_of(client, "/mat/?skin=none")
    assert "Keep this with my trial" not in page
    assert "A T-shirt on your skin" in page_of(client, f"/trial/{trial.code}/today/")


@pytest.mark.parametrize("left_out", SHIRT)
def test_nothing_is_kept_that_nobody_chose(client, trial, left_out) -> None:
    answer = keep(client, trial, {name: value for name, value in SHIRT.items() if name != left_out})
    assert answer.status_code == 409
    assert "Choose the mat, the cloth and the surface first." in unescape(answer.content.decode())
    assert kept_of(trial) is None


def test_an_emergency_that_nobody_read_comes_first(client, trial) -> None:
    trial.alarm = {"screening": {}, "day": conducted.at(TODAY).day.isoformat()}
    trial.save()
    answer = keep(client, trial)
    assert answer.url == f"/trial/{trial.code}/emergency/"
    assert kept_of(trial) is None
    assert "Keep this with my trial" not in page_of(client, "/mat/")


# --- while the plan runs --------------------------------------------------------------------------------------


def test_a_running_trial_says_beforehand_and_asks_again_where_it_differs(client, trial) -> None:
    first = main_of(page_of(client, "/mat/?skin=t_shirt&under=bed"))
    assert "asks you to change nothing" not in first, "there is nothing yet that could change"
    keep(client, trial)
    assert "Your plan asks you to change nothing until the trial ends." in main_of(page_of(client, "/mat/?skin=towel"))
    answer = keep(client, trial, skin="towel", mass="83", **{"from": "today"})
    assert answer.status_code == 409
    page = unescape(answer.content.decode())
    said = main_of(page)
    assert "Change it in the middle of your trial?" in said
    assert "A T-shirt on your skin, the mat on a bed. The mat: Shakti Original." in said
    assert "A towel on your skin, the mat on a bed. The mat: Shakti Original." in said
    assert f'href="/trial/{trial.code}/today/"' in page, "leaving it goes back"
    assert kept_of(trial)["layer"] == "t_shirt", "one tap changed nothing"
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page[page.index("set-up/") :]))
    assert keep(client, trial, fields).status_code == 302
    assert kept_of(trial) == {"mat": "shakti_original", "layer": "towel", "surface": "bed"}
    assert kept_of(trial, TODAY - 1) is None, "days that are gone keep what they had"


def test_before_the_start_it_may_change_as_often_as_one_likes(client, new) -> None:
    for skin in ("t_shirt", "towel"):
        assert keep(client, new, skin=skin).status_code == 302
    assert kept_of(new, 0)["layer"] == "towel"


# --- the build-up -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [{"skin": "none", "under": "floor"}, {"skin": "folded_towel"}])
def test_no_set_up_makes_the_build_up_shorter_sharper_or_done(client, new, kept) -> None:
    """Whatever is kept, and whatever is sent along: the step, its minutes, its cloth and its surface stay."""
    before = conduct_of(new)
    tricks = {"step": "5", "minutes": "20", "built_up": "1", "prick": "0", "rung": "5", "first_day": "2026-05-05"}
    keep(client, new, SHIRT | kept | tricks)
    after = conduct_of(new)
    assert kept_of(new, 0)["layer"] == kept["skin"]
    assert [event.kind for event in after.events] == [*(event.kind for event in before.events), "set_up"]
    assert (after.rung, after.built_up, after.safety) == (before.rung, False, before.safety)
    assert after.rung.minutes == 3
    session = page_of(client, f"/trial/{new.code}/session/")
    assert 'data-minutes="3"' in session
    assert "T-shirt or thin towel" in session
    for words in ("Bare skin", "A folded towel"):
        assert words not in session, "on a step only its own words count"
    ladder = page_of(client, f"/trial/{new.code}/today/")
    assert "Today: 3\xa0minutes, gently." in ladder
    assert "each step’s own cloth and surface come first" in ladder
    answer = client.post(f"/trial/{new.code}/start/", {"first_day": "2026-05-05"})
    assert answer.status_code == 409, "nor does it let anybody start who is not built up"


@pytest.mark.parametrize("kept", [None, {"skin": "none", "under": "floor"}])
@pytest.mark.parametrize("query", ["?step=1&from=ladder", "?from=ladder"])
def test_from_the_ladder_the_steps_own_cloth_and_surface_win(client, new, kept, query) -> None:
    if kept:
        keep(client, new, SHIRT | kept)
    page = page_of(client, f"/mat/{query}")
    assert set(re.findall(r'name="(?:skin|under)" value="(\w+)" checked', page)) == {"t_shirt", "bed"}
    assert f'href="/trial/{new.code}/session/">Start 3 minutes<' in page
    assert "On the mat: T-shirt or thin towel. Under it: bed or sofa." in main_of(page)


@pytest.mark.parametrize("query", ["?step=5&from=ladder", "?skin=none&under=floor&from=ladder", "?step=9&from=ladder"])
def test_the_timer_goes_by_the_persons_step_and_not_by_the_address(client, new, query) -> None:
    page = main_of(page_of(client, f"/mat/{query}"))
    assert "Start 3 minutes" in page
    assert "Today’s step comes first, whatever is chosen here." in page


def test_there_is_no_timer_where_today_has_none(client, new, me) -> None:
    assert "Start 3 minutes" not in page_of(client, "/mat/?step=1"), "only from the ladder"
    services.rung(new, prick=2, moment=conducted.at(0))
    assert "Start " not in main_of(page_of(client, "/mat/?step=1&from=ladder")).replace("Start gently", "").replace(
        "Start with", ""
    )
    at(me, 1)  # its safety questions are open
    page = page_of(client, "/mat/?step=1&from=ladder")
    assert "/session/" not in page


def test_while_the_rules_want_cloth_bare_skin_is_not_said(client, trial, me) -> None:
    keep(client, trial, SHIRT | {"skin": "none", "under": "floor"})
    assert "Bare skin, the mat on a hard floor." in page_of(client, f"/trial/{trial.code}/today/")
    services.felt(trial, ["skin_broken"], conducted.at(TODAY))
    at(me, TODAY + 1)
    services.healed(trial, conducted.at(TODAY + 1))
    client.post(f"/trial/{trial.code}/safety/", {"none": "1", "weekly": "no"})
    assert conduct_of(trial).safety.needs_cloth
    assert "Keep cloth between you and the spikes." in page_of(client, f"/trial/{trial.code}/today/")
    for where in ("today", "session"):
        assert "Bare skin" not in page_of(client, f"/trial/{trial.code}/{where}/")


# --- where it is shown ------------------------------------------------------------------------------------------


def test_the_day_the_session_and_the_diary_say_it_in_one_line_with_a_way_to_change_it(client, trial) -> None:
    keep(client, trial)
    line = "A T-shirt on your skin, the mat on a bed. Change it"
    for where in ("today", "session"):
        page = page_of(client, f"/trial/{trial.code}/{where}/")
        assert line in main_of(page)
        assert 'href="/mat/?from=today"' in page
    diary = main_of(page_of(client, f"/trial/{trial.code}/diary/"))
    assert "From 14 May A T-shirt on your skin, the mat on a bed. The mat: Shakti Original." in diary
    assert "A T-shirt on your skin" in page_of(client, f"/trial/{trial.code}/diary/2026-05-14/")
    assert "A T-shirt on your skin" not in page_of(client, f"/trial/{trial.code}/diary/2026-05-13/")


def test_the_page_opens_at_what_is_kept_and_an_address_wins(client, trial) -> None:
    keep(client, trial, {"skin": "towel", "under": "sofa", "mat": "spoonk"})
    chosen = r'name="(?:skin|under|mat)" value="(\w+)" checked'
    assert set(re.findall(chosen, page_of(client, "/mat/"))) == {"towel", "sofa", "spoonk"}
    assert set(re.findall(chosen, page_of(client, "/mat/?skin=none"))) == {"none", "sofa", "spoonk"}


def test_sessions_and_dose_are_told_folded_and_only_after_the_reveal(client, trial) -> None:
    keep(client, trial)
    for where in ("today", "session", "progress", "diary", "practitioner", "answer", "early"):
        page = client.get(f"/trial/{trial.code}/{where}/", follow=True).content.decode()
        assert "secondary" not in page
        assert "Sessions, and how much each came to." not in page
    client.post(f"/trial/{trial.code}/early/")
    looked = page_of(client, f"/trial/{trial.code}/early/")
    assert "Sessions, and how much each came to." not in looked, "nor to somebody who looks early"
    reveal(client, trial)
    for where in ("answer", "practitioner"):
        page = page_of(client, f"/trial/{trial.code}/{where}/")
        fold = page[page.index("<details><summary>Sessions and dose (secondary)") :]
        fold = fold[: fold.index("</details>")]
        assert "The answer of the trial goes by the treatment that was assigned to each day." in fold
        assert "How the rating goes with dose is secondary" in fold
        assert "Sessions, and how much each came to." in fold
        assert "The mat: Shakti Original." in fold
        assert "lower with a usual session" not in fold


def test_without_a_set_up_there_is_nothing_to_tell_of_doses(client, trial) -> None:
    reveal(client, trial)
    assert "Sessions and dose" not in page_of(client, f"/trial/{trial.code}/answer/")


def test_the_export_has_it_and_erasing_the_trial_takes_it_along(client, trial, me) -> None:
    keep(client, trial)
    body = client.get(f"/trial/{trial.code}/export/").content
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        whole = b"".join(file.read(name) for name in file.namelist())
    assert b'"set_up"' in whole
    assert b"t_shirt" in whole
    client.post(f"/trial/{trial.code}/bin/")
    from pinprick_web.people.erase import delete_rows

    delete_rows([type(trial).objects.get(pk=trial.pk)], None)
    assert not EventRecord.objects.filter(body__contains="t_shirt").exists()
    page = page_of(client, "/mat/")
    assert re.search(r'name="skin" value="none" checked', page), "nothing of it is left to open at"


def test_every_word_of_it_goes_through_the_catalogue(client, trial, me, settings, tmp_path) -> None:
    keep(client, trial)
    pseudo_catalogue(tmp_path)
    settings.LANGUAGES = [("en", "English"), ("en-xa", "Nobody's")]
    settings.LOCALE_PATHS = [tmp_path]
    translation.trans_real._translations.clear()
    me.language = "en-xa"
    me.save()
    went_past = {}

    def look(name, answer):
        text = re.sub(r'<span lang="en">.*?</span>', "", unescape(answer.content.decode()))
        left = {one.strip(",.") for one in outside_brackets(text)} - OF_NO_LANGUAGE - OF_THE_TRIAL
        if left:
            went_past[name] = left

    try:
        look("change", keep(client, trial, skin="towel"))
        for path in ("/mat/?skin=towel&from=today", "/mat/?kept=1"):
            look(path, client.get(path))
        for path in ("today/?kept=1", "session/", "diary/", "diary/2026-05-14/"):
            look(path, client.get(f"/trial/{trial.code}/{path}"))
        reveal(client, trial)
        for path in ("answer/", "practitioner/"):
            page = client.get(f"/trial/{trial.code}/{path}").content.decode()
            fold = page[page.rindex("<details>") :]
            look(path, HttpResponse("<main>" + fold[: fold.index("</details>")] + "</main>"))
    finally:
        translation.trans_real._translations.clear()
    assert went_past == {}
