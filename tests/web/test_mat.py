"""Your mat: the page says what the model says, keeps nothing, and refuses what cannot be with the range beside it."""

import re
import threading
import time
from html import unescape

import pytest
from django.test import Client
from django.utils import translation

from docs.catalogue import pseudo_catalogue
from pinprick.dose import events
from pinprick.dose.answer import dose
from pinprick.dose.body import Person as Body
from pinprick.dose.mat import Mat, mat_names
from pinprick.dose.mat import mat as named
from pinprick.dose.points import points
from pinprick.report import dose as told
from pinprick_web import mat
from pinprick_web.people.models import Person
from pinprick_web.trials import services, store
from tests import conducted
from tests.running import clock_on, running_trial
from tests.web.screens import screening_of_nothing
from tests.web.test_every_word import Text, outside_brackets

pytestmark = pytest.mark.django_db
FEW = 20


class FewDraws:
    """Does the large sums right here, and with fewer draws than the site takes."""

    is_open = False

    def __call__(self, function, *what, **named):
        return function(*what, **named, n_draws=FEW, seed=1)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """Fewer draws than the site takes: what is asked here is what the page does with them."""
    monkeypatch.setattr(mat, "aside", FewDraws())
    monkeypatch.setattr(mat, "_doses", {})
    monkeypatch.setattr(mat, "_ladders", {})


def page_of(client: Client, query: str = "", status: int = 200) -> str:
    answer = client.get(f"/mat/{query}")
    assert answer.status_code == status, query
    return unescape(answer.content.decode())


def words_of(page: str) -> str:
    text = Text()
    text.feed(page[page.index("<main") : page.index("</main>")])
    return " ".join(" ".join(text.said).split())


def checked(page: str) -> set[str]:
    return set(re.findall(r'name="(?:skin|under|mat)" value="(\w+)" checked', page))


# --- answers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("skin", mat.SKIN)
@pytest.mark.parametrize("under", ["floor", "bed"])
def test_what_is_chosen_is_answered_in_the_words_of_the_library(client: Client, skin: str, under: str) -> None:
    page = page_of(client, f"?skin={skin}&under={under}")
    found = dose(layer=skin, surface=under, n_draws=FEW)
    said = words_of(page)
    for text in (told.headline(found), *told.lead(found), *told.more(found), *found.caveats):
        assert text in said
    assert f"<h1>{told.headline(found)}</h1>" in page
    assert checked(page) == {skin, under, "shakti_original"}


def test_without_an_address_it_is_bare_skin_on_a_floor_for_the_reference_person(client: Client) -> None:
    page = page_of(client)
    assert told.headline(dose(n_draws=FEW)) in page
    assert ": 6,000 spikes, 70 kg, 175 cm" in page
    assert checked(page) == {"none", "floor", "shakti_original"}


def test_words_come_before_the_picture_and_the_picture_before_the_choices(client: Client) -> None:
    page = page_of(client)
    places = [page.index(one) for one in ("<h1>", 'id="press"', 'id="back-title"', 'name="skin"', 'id="ladder"')]
    assert places == sorted(places)


def test_a_towel_makes_rings_of_the_dots(client: Client) -> None:
    def marks(page: str) -> tuple[int, int]:
        picture = page[page.index('id="back-title"') : page.index('id="choices"')]
        return picture.count("f-mat"), picture.count("s-towel")

    bare, towel = marks(page_of(client)), marks(page_of(client, "?skin=towel"))
    assert bare[0] > bare[1] == 0
    assert towel[1] > towel[0] == 0


def test_how_to_get_up_is_said_whatever_is_chosen(client: Client) -> None:
    care = events.sentences()[1]
    assert "roll to your side" in care
    for query in ("", "?skin=folded_towel&under=bed"):
        assert care in words_of(page_of(client, query))


def test_somebody_else_on_another_mat_is_answered_for_them(client: Client) -> None:
    page = page_of(client, "?mat=own&spikes=4,200&mass=92,5&height=188")
    found = dose(Mat(4200, is_size_assumed=True), Body(92.5, 188), n_draws=FEW)
    said = words_of(page)
    assert told.headline(found) in said
    assert all(doubt in said for doubt in found.caveats)
    assert ": 4,200 spikes, 92.5 kg, 188 cm" in page


def test_every_named_mat_of_a_back_can_be_chosen_and_a_pillow_cannot(client: Client) -> None:
    page = page_of(client)
    offered = re.findall(r'name="mat" value="(\w+)"', page)
    assert set(mat_names()) - set(offered) == {"bed_of_nails_pillow"}
    assert offered[-1] == "own"
    for name in offered[:-1]:
        assert f"{named(name).spikes:,} spikes" in page
        assert mat.read({"mat": name}).setup.mat == named(name)


def test_whose_measured_body_is_nearer_is_asked_and_counts(client: Client) -> None:
    page = page_of(client, "?sex=female")
    assert "Whose measured body is nearer yours?" in page
    assert re.findall(r'name="sex" value="(\w+)" checked', page) == ["female"]
    assert re.findall(r'name="sex" value="(\w+)" checked', page_of(client)) == ["male"]
    assert told.press_sentence(dose(person=Body(sex="female"), n_draws=FEW)) in words_of(page)
    assert mat.read({"sex": "female"}).setup.person.sex == "female"


OWN = "mat=own&spikes=4000"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (OWN, Mat(4000, is_size_assumed=True)),
        ("mat=own&per_disc=27&discs=150", Mat(4050, spikes_per_disc=27)),
        ("mat=own&spikes=4,050&per_disc=27&discs=150", Mat(4050, spikes_per_disc=27)),
        (OWN + "&per_disc=20", Mat(4000, spikes_per_disc=20)),
        (OWN + "&length=65&width=40", Mat(4000, 650, 400)),
        (OWN + "&length=650&width=400&unit=mm", Mat(4000, 650, 400)),
        (OWN + "&length=64,5", Mat(4000, 645)),
        (OWN + "&width=15&unit=cm", Mat(4000, width=150)),
        (OWN + "&tip=0,35", Mat(4000, tip_radius=0.35)),
        (OWN + "&length=25&width=8", Mat(4000, 250, 80)),
    ],
)
def test_another_mat_is_told_by_its_spikes_or_discs_its_face_and_its_tips(client: Client, query, expected) -> None:
    from dataclasses import replace

    asked = mat.read(dict(part.split("=") for part in query.split("&")))
    assert asked.reasons == {}
    sized = "length" in query and "width" in query
    assert asked.setup.mat == replace(expected, is_size_assumed=not sized)
    page = page_of(client, "?" + query)
    assert f": {expected.spikes:,} spikes, 70 kg" in page


def test_a_disc_is_drawn_whose_spikes_can_be_counted(client: Client) -> None:
    page = page_of(client)
    disc = page[page.index('<div class="one-disc">') :]
    disc = disc[: disc.index("</div>")]
    assert 'role="img" aria-label="One disc with 19 spikes"' in disc
    assert sum(map(int, re.findall(r'pathLength="(\d+)"', disc))) + disc.count("f-mat") == 19
    assert len(disc) < 600


@pytest.mark.parametrize(
    "query",
    [
        "mat=own&spikes=15000&length=15&width=8",
        "mat=own&spikes=200&length=250&width=250",
        "mat=own&spikes=201&per_disc=1",
        "mat=own&per_disc=2000&discs=7",
        "mat=own&spikes=200&tip=0.02&mass=200",
        "mat=own&spikes=200&tip=3&mass=35",
    ],
)
def test_the_ends_of_every_range_are_answered(client: Client, query: str) -> None:
    page = page_of(client, f"?{query}&skin=folded_towel&under=bed&work=all")
    assert re.search(r"<h1>[^<]*spikes? touche?s? you\.", page)
    assert "nan" not in words_of(page).split()


def test_what_was_typed_of_another_mat_is_in_no_address_of_a_named_one(client: Client) -> None:
    page = page_of(client, "?mat=spoonk&spikes=4000&length=650")
    assert not re.search(r"[?&;]spikes=", page)
    assert 'value="4000"' in page, "but it still stands in its field"


def test_a_step_of_the_build_up_opens_its_own_set_up(client: Client) -> None:
    assert {"t_shirt", "bed"} <= checked(page_of(client, "?step=1"))
    assert {"t_shirt", "floor"} <= checked(page_of(client, "?step=4"))
    assert {"none", "floor"} <= checked(page_of(client, "?step=12"))


# --- a gentle start, a needle, points ----------------------------------------------------------------------


def test_the_ladder_stands_there_from_the_least_sharp_and_marks_what_is_chosen(client: Client) -> None:
    def rungs_of(page: str) -> str:
        return page[page.index('id="rungs"') : page.index("</section>")]

    page = page_of(client, "?skin=t_shirt&under=bed")
    rungs = rungs_of(page)
    sharp = [int(n) for n in re.findall(r"</th><td>(\d+)", rungs)]
    assert len(sharp) == 7
    assert sharp == sorted(sharp)
    assert re.findall(r'<tr class="here"><th scope="row">([^<]+)<', rungs) == ["With a T-shirt on a bed"]
    picture = rungs[rungs.index("<svg") : rungs.index("</svg>")]
    assert picture.count(">chosen</text>") == 1
    assert picture.count("Chosen.") == 1, "and for those who do not see it"
    assert "chosen" not in rungs_of(page_of(client, "?skin=towel&under=sofa")).lower(), "which is no rung"
    assert "Start with 3 minutes with a T-shirt on a bed." in words_of(page)
    assert "Go down one rung if the prick is 7 of 10 or more" in words_of(page)


def test_the_needle_is_told_in_words_and_numbers(client: Client) -> None:
    page = page_of(client)
    said = words_of(page[: page.index("</main>")] + "</main>")
    assert "its tip is tens of times blunter" in said
    assert "6 to 30 mm" in said


def test_points_are_folded_off_the_picture_and_never_without_their_sentence(client: Client) -> None:
    page = page_of(client)
    assert re.search(r"<details><summary>Named points", page)
    assert "So does all the skin around them, pressed just as hard." in words_of(page)
    assert "Thin circles are named points" not in page
    shown = page_of(client, "?points=1&skin=towel")
    assert re.search(r"<details open><summary>Named points", shown)
    assert "Thin circles are named points" in shown
    assert 'type="hidden" name="points" value="1"' in shown
    assert re.search(r'href="\?skin=towel[^"]*"', shown), "they can be taken off, and the choice stays"


# --- at once, then with care -------------------------------------------------------------------------------


def test_it_answers_at_once_asks_for_the_rest_and_then_has_it(client: Client) -> None:
    query = "?skin=t_shirt&under=sofa"
    page = page_of(client, query)
    assert page.count("work=dose") == 1
    assert re.search(r"<noscript><p><a [^>]*work=all", page), "without script it is a link"
    assert "work=ladder" in page
    before = told.headline(dose(layer="t_shirt", surface="sofa", n_draws=FEW))
    assert before in page
    page_of(client, query + "&work=dose")
    page_of(client, query + "&work=ladder")
    after = page_of(client, query)
    assert "work=" not in after
    assert before in after, "the middle is the same however many draws there are"
    sure = dose(layer="t_shirt", surface="sofa", n_draws=FEW, seed=1)
    assert told.press_sentence(sure) in words_of(after)
    assert told.more(sure)[0] in after


def test_the_address_of_a_choice_has_nothing_empty_and_that_of_a_sum_is_left_alone(client: Client) -> None:
    sent = "/mat/?skin=towel&spikes=&tip=&unit=cm&mass=70&from=today"
    answer = client.get(sent, headers={"hx-request": "true"})
    said = "?skin=towel&under=floor&mat=shakti_original&mass=70&height=175&sex=male&from=today"
    assert answer["HX-Replace-Url"] == said
    assert "HX-Replace-Url" not in client.get(sent)
    assert "HX-Replace-Url" not in client.get(sent + "&work=dose", headers={"hx-request": "true"})


def test_a_ladder_that_is_known_is_known_for_every_cloth(client: Client) -> None:
    page_of(client, "?work=ladder")
    assert "work=ladder" not in page_of(client, "?skin=towel&under=bed")
    assert "work=ladder" in page_of(client, "?mass=71")


def test_what_is_remembered_has_an_end(client: Client, monkeypatch) -> None:
    monkeypatch.setattr(mat, "N_KEPT", 2)
    usual = mat._ladder_at_once(Body(), named("shakti_original"))
    monkeypatch.setattr(mat, "_ladder_at_once", lambda *_whose: usual)
    for mass in (60, 61, 62):
        page_of(client, f"?mass={mass}&work=dose")
    assert [setup.person.mass_kg for setup in mat._doses] == [61.0, 62.0]
    assert not any(len(kept.force_n) for kept in mat._doses.values()), "spikes are not held twice"


def test_a_sum_that_was_overtaken_while_it_waited_is_not_done() -> None:
    turn, kept, done = mat.Turn(), {}, []
    begun, go_on = threading.Event(), threading.Event()

    def first() -> str:
        begun.set()
        go_on.wait(5)
        return "first"

    def ask(key: str, work) -> threading.Thread:
        asking = threading.Thread(target=turn, args=(kept, key, lambda: done.append(key) or work()))
        asking.start()
        return asking

    asked = [ask("a", first)]
    assert begun.wait(5)
    for n, key in enumerate("bc", start=2):
        asked.append(ask(key, lambda: "next"))
        while turn._newest < n:
            time.sleep(0.001)
    go_on.set()
    for one in asked:
        one.join(5)
    assert done == ["a", "c"]
    assert kept == {"a": "first", "c": "next"}


def counted(monkeypatch) -> list[str]:
    """What the model is asked for from now on, by name."""
    asked: list[str] = []
    for name in ("dose", "ladder", "run"):
        function = getattr(mat, name)
        monkeypatch.setattr(
            mat, name, lambda *what, function=function, name=name, **more: asked.append(name) or function(*what, **more)
        )
    return asked


def test_a_page_that_was_asked_for_before_is_there_at_once(client: Client, monkeypatch) -> None:
    """No work of the model is done again; and by this thread's own clock, which no load on the machine moves."""
    query = "?skin=towel&under=carpet&mass=64.5"
    asked = counted(monkeypatch)
    started = time.thread_time()
    page_of(client, query)
    first = time.thread_time() - started
    assert asked == ["dose", "run", "ladder"], "few draws once, each spike once, the ladder once"
    page_of(client, query + "&work=all")
    assert asked == ["dose", "run", "ladder", "dose", "ladder"], "and each once more, with care"
    took = []
    for _ in range(5):
        started = time.thread_time()
        page_of(client, query)
        took.append(time.thread_time() - started)
    assert len(asked) == 5
    assert min(took) < first / 2


def test_with_all_draws_known_none_of_the_few_are_taken(client: Client, monkeypatch) -> None:
    """Somebody without script who asks for everything waits for no answer that would be thrown away."""
    asked = counted(monkeypatch)
    page_of(client, "?skin=towel&under=sofa&mass=63.5&work=all")
    assert sorted(asked) == ["dose", "ladder", "run"]


def test_where_sums_are_done_aside_one_of_two_is_done_here_meanwhile(client: Client, monkeypatch) -> None:
    """Both begin before either has ended; nobody's clock is asked."""
    both, n_draws = threading.Barrier(2, timeout=20), {"n_draws": FEW, "seed": 1}
    ladder = mat.ladder

    class Open(FewDraws):
        is_open = True

        def __call__(self, function, *what, **named):
            assert function is mat.dose
            both.wait()
            return super().__call__(function, *what, **named)

    monkeypatch.setattr(mat, "aside", Open())
    monkeypatch.setattr(mat, "ladder", lambda *whose: (both.wait(), ladder(*whose, **n_draws))[1])
    page = page_of(client, "?skin=towel&mass=62.5&work=all")
    assert "work=" not in page


# --- what cannot be ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ("mass=0", "mass", "Give your mass as 35 to 200 kg."),
        ("mass=-70", "mass", "35 to 200 kg"),
        ("mass=201", "mass", "35 to 200 kg"),
        ("mass=heavy", "mass", "35 to 200 kg"),
        ("mass=nan", "mass", "35 to 200 kg"),
        ("mass=inf", "mass", "35 to 200 kg"),
        ("mass=", "mass", "35 to 200 kg"),
        ("height=1.75", "height", "That looks like metres. Give 130 to 220 cm."),
        ("height=1,75", "height", "metres"),
        ("height=129", "height", "Give your height as 130 to 220 cm."),
        ("height=1e9", "height", "130 to 220 cm"),
        ("mat=own", "spikes", "Give 200 to 15,000 spikes"),
        ("mat=own&spikes=0", "spikes", "200 to 15,000"),
        ("mat=own&spikes=1000000", "spikes", "200 to 15,000"),
        ("mat=own&spikes=4000.5", "spikes", "as a whole number"),
        ("mat=own&per_disc=27", "discs", "Give the number of discs too, or leave the spikes on one out."),
        ("mat=own&discs=150", "per_disc", "Give the spikes on one disc too, or leave the discs out."),
        ("mat=own&spikes=4000&discs=150", "per_disc", "Give the spikes on one disc too"),
        ("mat=own&per_disc=0&discs=150", "per_disc", "Give 1 to 2,000 spikes on a disc, as a whole number."),
        ("mat=own&per_disc=27&discs=2.5", "discs", "Give 1 to 15,000 discs, as a whole number."),
        ("mat=own&per_disc=1&discs=150", "discs", "That makes 150 spikes. Here it can be 200 to 15,000."),
        ("mat=own&per_disc=2000&discs=15000", "discs", "That makes 30,000,000 spikes."),
        (
            "mat=own&spikes=4000&per_disc=27&discs=150",
            "spikes",
            "The discs make 4,050 spikes, and here it says 4,000. Leave one out.",
        ),
        ("mat=own&spikes=4000&length=14", "length", "Give the length as 15 to 250 cm."),
        ("mat=own&spikes=4000&length=740", "length", "That looks like millimetres. Choose mm, or give 15 to 250 cm."),
        ("mat=own&spikes=4000&width=7.9", "width", "Give the width as 8 to 250 cm."),
        (
            "mat=own&spikes=4000&unit=mm&width=40",
            "width",
            "That looks like centimetres. Choose cm, or give 80 to 2,500 mm.",
        ),
        ("mat=own&spikes=4000&unit=mm&width=wide", "width", "Give the width as 80 to 2,500 mm."),
        ("mat=own&spikes=4000&unit=inch", "unit", "Choose one of these answers."),
        ("mat=own&spikes=4000&tip=0", "tip", "Give the radius as 0.02 to 3 mm."),
        ("mat=own&spikes=4000&tip=-0.3", "tip", "Give the radius as 0.02 to 3 mm."),
        ("sex=other", "sex", "Choose one of these answers."),
        ("mat=lyapko", "mat", "Choose one of these answers."),
        ("mat=bed_of_nails_pillow", "mat", "Choose one of these answers."),
        ("skin=lead", "skin", "Choose one of these answers."),
        ("under=lawn", "under", "Choose one of these answers."),
    ],
)
def test_what_cannot_be_is_refused_with_its_range_beside_its_field(client: Client, query, field, says) -> None:
    page = page_of(client, f"?{query}", status=422)
    assert f'href="#field-{field}">' in page
    assert f'id="field-{field}"' in page
    assert "data-errors" in page, "the summary takes the focus"
    assert says in words_of(page)
    assert "spikes touch you" not in page
    assert "<details open>" in page, "its field is not hidden in a fold"
    if field not in ("skin", "under", "mat", "sex", "unit"):
        why = re.search(rf'id="why-{field}">([^<]+)<', page)
        assert why is not None
        assert says in why[1]
        assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', page)


def test_what_was_typed_is_given_back_and_harmless(client: Client) -> None:
    answer = client.get("/mat/", {"mass": '"><script>', "height": "180"})
    assert answer.status_code == 422
    assert b"<script>" not in answer.content
    assert b'value="&quot;&gt;&lt;script&gt;"' in answer.content
    assert b'value="180"' in answer.content


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_only_answers(client: Client, method: str) -> None:
    assert getattr(client, method)("/mat/").status_code == 405


# --- whose it is -------------------------------------------------------------------------------------------


def test_it_holds_nothing_of_a_trial_and_keeps_nothing_of_a_choice(client: Client) -> None:
    person = Person.objects.just_me()
    person.set_clock = clock_on(10)
    person.save()
    trial = running_trial(person, lived=9, answered=10)
    before = (store.load(trial).events, Person.objects.values().get(pk=person.pk))
    page = page_of(client, "?mass=83&height=166&skin=towel")
    trial.refresh_from_db()
    assert (store.load(trial).events, Person.objects.values().get(pk=person.pk)) == before
    assert "sessionid" not in client.cookies
    main = page[page.index('class="your-mat"') : page.index("</main>")]
    assert main.count(str(trial.code)) == 1, "once, where the set-up can be kept"
    assert f'action="/trial/{trial.code}/set-up/"' in main
    assert "Today" not in main
    assert 'value="83"' in page
    assert 'value="83"' not in page_of(client)


def test_it_is_reached_from_more_the_bar_of_a_desk_the_plan_and_the_build_up(client: Client) -> None:
    person = Person.objects.just_me()
    person.set_clock = clock_on(10)
    person.save()
    assert 'href="/mat/"' in client.get("/more/").content.decode()
    nav = client.get("/about/").content.decode()
    nav = nav[nav.index('class="nav"') : nav.index("</nav>")]
    assert 0 < nav.index("/mat/") < nav.index("/evidence/")
    services.keep_screening(person, screening_of_nothing(), conducted.at(10))
    services.wish(person, what="pain", about="back", against="towel")
    assert 'href="/mat/?from=plan"' in client.get("/plan/shown/").content.decode()
    assert 'href="/plan/shown/"' in page_of(client, "?from=plan")
    assert "/plan/shown/" not in page_of(client, "?from=elsewhere")


BANNED = re.compile(r"blood flow|toxin|organ(?!is)|energy|\bqi\b|meridian|heal|cure|detox", re.IGNORECASE)


@pytest.mark.parametrize("query", ["", "?skin=folded_towel&under=bed", "?points=1"])
def test_it_claims_nothing_that_nobody_found(client: Client, query: str) -> None:
    assert BANNED.findall(words_of(page_of(client, query))) == []


# --- in a language that nobody speaks ----------------------------------------------------------------------

OF_OTHERS = re.compile(r'<span lang="en">.*?</span>')
OF_NO_LANGUAGE = {part for point in points() for part in (point.code, *point.name.split())}
"""Points have names and codes in a standard."""


def test_every_word_goes_through_the_catalogue_and_none_stays_from_another_language(
    client: Client, settings, tmp_path
) -> None:
    english = page_of(client, "?skin=towel&work=all")
    pseudo_catalogue(tmp_path)
    settings.LANGUAGES = [("en", "English"), ("en-xa", "Nobody's")]
    settings.LOCALE_PATHS = [tmp_path]
    translation.trans_real._translations.clear()
    person = Person.objects.just_me()
    person.language = "en-xa"
    person.save()
    try:
        page, wrong = page_of(client, "?skin=towel"), page_of(client, "?height=2&mass=1&mat=own&skin=x", 422)
    finally:
        translation.trans_real._translations.clear()
    assert "Cloth is the least tested part" in english
    for text in (page, wrong):
        left = {one.strip(",.") for one in outside_brackets(OF_OTHERS.sub("", text))}
        assert left - OF_NO_LANGUAGE == set()
