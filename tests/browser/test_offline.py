"""Without a connection: no answer is ever lost, none is sent twice, and nothing of a person's lies in a cache."""

import json
from datetime import date, timedelta

import pytest

from tests.browser.conftest import FLAGS, until
from tests.running import clock_on

pytestmark = pytest.mark.browser
DAY, ON = 3, "2026-05-07"
DATABASE = """async (store) => {
    const db = await new Promise(yes => { const o = indexedDB.open('pinprick', 1); o.onsuccess = () => yes(o.result) });
    const asked = db.transaction(store).objectStore(store).getAll();
    const all = await new Promise(yes => { asked.onsuccess = () => yes(asked.result) });
    db.close();
    return all.map(one => one instanceof CryptoKey
        ? {key: one.algorithm.name, extractable: one.extractable}
        : {fields: Object.keys(one).sort(), text: new TextDecoder().decode(one.sealed)});
}"""


@pytest.fixture
def trial(site) -> str:
    site.set_clock(clock_on(DAY))
    return site.running_trial(answered=DAY)


def path(trial: str) -> str:
    return f"/trial/{trial}/check-in/"


def clocked(phone, day: int, time: str = "20:15"):
    """The phone's own clock, which runs on from there."""
    phone.page.clock.install(time=clock_on(day, time))
    return phone


def ready(phone, trial):
    page = phone.go(path(trial))
    phone.worker_ready()
    return page


def tap(page, number: str) -> None:
    page.get_by_role("button", name=number, exact=True).tap()


def waiting(page, sentence: str = "1 answer is waiting to send.") -> None:
    page.get_by_text(sentence).wait_for()


def sent(page) -> None:
    until(page, "Queue.all().then(all => all.length === 0)")


# --- an answer without a connection -----------------------------------------------------------------------


def test_an_answer_waits_and_goes_when_the_connection_is_back(phone, site, trial) -> None:
    clocked(phone, DAY)
    page = ready(phone, trial)
    phone.offline()
    tap(page, "4")
    waiting(page)
    assert page.get_by_role("heading", level=1).inner_text() == "Your answer for Thursday: 4"
    assert page.get_by_text("Saved on this phone.").is_visible()
    assert site.ratings(code=trial) == {}
    phone.offline(False)
    sent(page)
    assert site.ratings(code=trial)[ON]["ratings"] == {"pain": 4}
    until(page, "!document.querySelector('.waiting')")


def test_the_question_opens_without_a_connection_and_names_its_day(phone, site, trial) -> None:
    clocked(phone, DAY)
    ready(phone, trial)
    phone.offline()
    page = phone.go(path(trial))
    page.get_by_role("heading", name="How bad has your back pain been today").wait_for()
    assert page.get_by_text("Today’s treatment is not known here yet.").is_visible()
    assert page.get_by_text("Thursday 7 May").is_visible()
    tap(page, "2")
    waiting(page)
    phone.offline(False)
    sent(page)
    assert site.ratings(code=trial)[ON]["ratings"] == {"pain": 2}


def test_an_answer_given_offline_can_be_changed_before_it_goes(phone, site, trial) -> None:
    clocked(phone, DAY)
    ready(phone, trial)
    phone.offline()
    page = phone.go(path(trial))
    tap(page, "2")
    waiting(page)
    page.get_by_role("button", name="Change it").tap()
    tap(page, "5")
    waiting(page)
    phone.offline(False)
    sent(page)
    assert site.ratings(code=trial)[ON]["ratings"] == {"pain": 5}
    assert site.ratings(code=trial)[ON]["versions"] == 1


def test_three_days_without_a_connection_are_three_days(phone, site, trial) -> None:
    clocked(phone, DAY)
    page = ready(phone, trial)
    phone.offline()
    for number, value in ((0, "4"), (1, "0"), (2, "10 worst")):
        page.clock.set_system_time(clock_on(DAY + number, "21:05"))
        page = phone.go(path(trial))
        tap(page, {"0": "0 none"}.get(value, value))
        waiting(page, "answer is waiting" if number == 0 else f"{number + 1} answers are waiting to send.")
    site.set_clock(clock_on(DAY + 3, "09:00"))
    phone.offline(False)
    page.clock.fast_forward(31_000)
    sent(page)
    found = site.ratings(code=trial)
    days = [str(date(2026, 5, 7) + timedelta(days=n)) for n in range(3)]
    assert [found[day]["ratings"]["pain"] for day in days] == [4, 0, 10]
    assert [found[day]["late"] for day in days] == [False] * 3, "given in time, whenever they came"
    assert [found[day]["entered"][:16] for day in days] == [f"{day}T21:05" for day in days]
    assert {found[day]["zone"] for day in days} == {"UTC"}


def test_a_day_with_another_calendar_is_that_calendars(phones, site) -> None:
    """23:30 in Auckland is still noon in UTC: the answer belongs to Auckland's day."""
    site.set_clock(clock_on(DAY))
    trial = site.running_trial(answered=DAY)
    phone = clocked(phones(timezone_id="Pacific/Auckland"), DAY, "07:00")
    ready(phone, trial)
    phone.offline()
    phone.page.clock.set_system_time(clock_on(DAY, "11:30"))  # 23:30 there
    page = phone.go(path(trial))
    tap(page, "6")
    waiting(page)
    phone.offline(False)
    sent(page)
    kept = site.ratings(code=trial)[ON]
    assert (kept["ratings"], kept["zone"], kept["entered"]) == (
        {"pain": 6},
        "Pacific/Auckland",
        kept["entered"],
    )
    assert kept["entered"].startswith(f"{ON}T11:30")


# --- nothing is lost --------------------------------------------------------------------------------------


def test_it_survives_the_page_and_the_browser_being_closed(browser, site, trial, tmp_path) -> None:
    import os
    import shutil

    chromium = os.environ.get("PINPRICK_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

    def start():
        return browser.browser_type.launch_persistent_context(
            str(tmp_path), executable_path=chromium, args=FLAGS, base_url=site.url, timezone_id="UTC", locale="en-GB"
        )

    context = start()
    page = context.new_page()
    page.clock.install(time=clock_on(DAY))
    page.goto(path(trial))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)
    page.get_by_role("button", name="4", exact=True).click()
    waiting(page)
    page.close()
    page = context.new_page()
    page.clock.install(time=clock_on(DAY))
    page.goto(path(trial))
    waiting(page)
    context.close()

    context = start()
    page = context.new_page()
    page.clock.install(time=clock_on(DAY))
    page.goto("/offline/check-in/")
    sent(page)
    context.close()
    assert site.ratings(code=trial)[ON]["ratings"] == {"pain": 4}


def test_it_survives_an_update_of_the_worker(phone, site, trial) -> None:
    clocked(phone, DAY)
    page = ready(phone, trial)
    site.breaks(status=503, path="/trial/")
    phone.expect_failures()
    tap(page, "4")
    waiting(page)
    before = page.evaluate("caches.keys()")
    site.new_worker()
    page.evaluate("navigator.serviceWorker.getRegistration().then(one => one.update())")
    until(page, f"caches.keys().then(names => names.length === 1 && names[0] !== {json.dumps(before[0])})")
    assert page.evaluate("Queue.all().then(all => all.length)") == 1
    site.breaks(status=0)
    page.clock.fast_forward(31_000)
    sent(page)
    assert site.ratings(code=trial)[ON]["ratings"] == {"pain": 4}


@pytest.mark.parametrize("status", [401, 403, 404, 500, 502, 503])
def test_trouble_on_the_other_side_keeps_the_answer_and_tries_again(phone, site, trial, status) -> None:
    clocked(phone, DAY)
    page = ready(phone, trial)
    site.breaks(status=status, path="/trial/")
    phone.expect_failures()
    tap(page, "4")
    until(page, "document.getElementById('notes').textContent.length > 0")
    assert page.evaluate("Queue.all().then(all => all.length)") == 1
    site.breaks(status=0)
    page.clock.fast_forward(31_000)
    sent(page)
    assert site.ratings(code=trial)[ON]["ratings"] == {"pain": 4}


def test_a_token_that_cannot_be_had_keeps_the_answer(phone, site, trial) -> None:
    clocked(phone, DAY)
    page = ready(phone, trial)
    site.breaks(status=500, path="/token/")
    phone.expect_failures()
    tap(page, "4")
    waiting(page)
    site.breaks(status=0)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    sent(page)
    assert site.ratings(code=trial)[ON]["ratings"] == {"pain": 4}


def test_a_refusal_is_shown_and_stays_until_it_is_read(phone, site, trial) -> None:
    clocked(phone, DAY)
    page = ready(phone, trial)
    phone.offline()
    tap(page, "4")
    waiting(page)
    site.set_clock(clock_on(DAY + 9))
    phone.offline(False)
    page.get_by_text("is more than a week ago").wait_for()
    page = phone.go("/offline/check-in/")
    page.get_by_text("is more than a week ago").wait_for()
    assert page.evaluate("Queue.all().then(all => all.length)") == 1
    page.get_by_role("button", name="I have read this").tap()
    sent(page)


@pytest.mark.parametrize(("kept", "value", "versions"), [("Keep 6", 6, 1), ("Keep 4", 4, 2)])
def test_answered_elsewhere_meanwhile_both_are_shown(phone, site, trial, kept, value, versions) -> None:
    clocked(phone, DAY)
    page = ready(phone, trial)
    phone.offline()
    tap(page, "4")
    waiting(page)
    site.answer(code=trial, day=ON, rating=6, at=clock_on(DAY, "20:15").isoformat())
    phone.offline(False)
    page.get_by_role("button", name=kept).tap()
    sent(page)
    found = site.ratings(code=trial)[ON]
    assert (found["ratings"], found["versions"]) == ({"pain": value}, versions)


def test_an_answer_whose_receipt_got_lost_is_written_once(phone, site, trial) -> None:
    clocked(phone, DAY)
    page = ready(phone, trial)
    phone.expect_failures()
    lost = []

    def lose(route):
        if lost:
            return route.continue_()
        lost.append(route.fetch())  # it arrives, and nobody hears of it
        return route.abort()

    page.route("**/check-in/", lambda route: lose(route) if route.request.method == "POST" else route.continue_())
    tap(page, "4")
    waiting(page)
    assert site.ratings(code=trial)[ON]["versions"] == 1
    page.evaluate("window.dispatchEvent(new Event('online'))")
    sent(page)
    assert site.ratings(code=trial)[ON]["versions"] == 1


# --- what lies on the device ------------------------------------------------------------------------------


def test_a_cache_holds_the_shell_only(phone, site, trial) -> None:
    page = ready(phone, trial)
    phone.go(f"/trial/{trial}/session/")
    phone.go(f"/trial/{trial}/saved/{ON}/")
    phone.page.evaluate("fetch('/token/').then(one => one.json())")
    page = phone.go(path(trial))
    kept = page.evaluate(
        """async () => { const all = [];
            for (const name of await caches.keys()) { const cache = await caches.open(name);
            for (const request of await cache.keys()) all.push([new URL(request.url).pathname,
                await (await cache.match(request)).text()]); } return all }"""
    )
    addresses = [address for address, _text in kept]
    assert set(addresses) >= {"/offline/check-in/", "/offline/timer/"}
    assert all(address.startswith(("/offline/", "/static/")) for address in addresses)
    assert any(address.endswith(".woff2") for address in addresses), "the serif is at hand, so the check-in may use it"
    assert not any(trial in text or 'name="csrfmiddlewaretoken"' in text for _address, text in kept)


def test_what_waits_is_wrapped_by_a_key_that_cannot_be_read_out(phone, site, trial) -> None:
    clocked(phone, DAY)
    page = ready(phone, trial)
    phone.offline()
    tap(page, "4")
    waiting(page)
    assert page.evaluate(DATABASE, "keys") == [{"key": "AES-GCM", "extractable": False}]
    for store in ("queue", "card"):
        (kept,) = page.evaluate(DATABASE, store)
        assert kept["fields"] == ["iv", "sealed"]
        assert trial not in kept["text"]
        assert "pain" not in kept["text"]
    (item,) = page.evaluate("Queue.all()")
    assert set(item) == {"id", "path", "fields"}
    assert set(item["fields"]) == {"key", "day", "rating", "zone", "entered"}, "no token, no name"


def test_the_card_of_a_phone_holds_no_other_day(phone, site, trial) -> None:
    ready(phone, trial)
    page = phone.go(f"/trial/{trial}/session/")
    until(page, "Queue.card().then(card => Boolean(card && card.session))")
    card = json.dumps(page.evaluate("Queue.card()"))
    tomorrow = [str(date(2026, 5, 7) + timedelta(days=n)) for n in range(1, 9)]
    assert not any(day in card for day in tomorrow)


def test_without_a_card_nothing_is_asked_and_help_is_near(phone, site) -> None:
    site.set_clock(clock_on(DAY))
    phone.go("/offline/check-in/")
    phone.worker_ready()
    phone.offline()
    page = phone.go("/offline/check-in/")
    assert page.get_by_text("Today’s treatment is not known here yet.").is_visible()
    assert page.locator(".key").count() == 0
    assert page.get_by_role("link", name="112").get_attribute("href") == "tel:112"
