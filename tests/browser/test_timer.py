"""The clock of a session: right to the second, whatever happens to the page, and dark."""

import base64
from datetime import timedelta

import pytest

from tests.browser.conftest import RULES, until
from tests.running import clock_on

pytestmark = pytest.mark.browser
DAY, ON, START = 3, "2026-05-07", "19:00"


@pytest.fixture
def trial(site) -> str:
    site.set_clock(clock_on(DAY, START))
    return site.running_trial(answered=DAY)


@pytest.fixture
def new(site) -> str:
    site.set_clock(clock_on(0, START))
    return site.running_trial(started=False, answered=0)


def path(trial: str, more: str = "") -> str:
    return f"/trial/{trial}/session/{more}"


def opened(phone, trial, day: int = DAY, time: str = START):
    """The clock's page, with the phone's own clock standing still until it is moved."""
    phone.page.clock.install(time=clock_on(day, time))
    page = phone.go(path(trial))
    page.clock.pause_at(clock_on(day, time) + timedelta(seconds=2))
    return page


def lie_down(page) -> None:
    page.get_by_role("button", name="I am lying down").tap()


def left(page) -> str:
    return page.get_by_role("timer").inner_text()


def kept(page) -> dict:
    return page.evaluate("JSON.parse(localStorage.getItem('session'))")


# --- right to the second ----------------------------------------------------------------------------------


def test_it_counts_down_to_the_second(phone, site, trial) -> None:
    page = opened(phone, trial)
    assert left(page) == "15:00"
    lie_down(page)
    assert page.get_by_text("ends at 19:15").is_visible()
    for seconds, shown in ((1, "14:59"), (59, "14:00"), (299, "9:01"), (1, "9:00")):
        page.clock.run_for(seconds * 1000)
        assert left(page) == shown


def test_after_forty_minutes_it_is_not_a_second_off(phone, site) -> None:
    """On a plan of 40 minutes of rest, the longest that a reader of experience.md asks of it."""
    site.set_clock(clock_on(DAY, START))
    trial = site.running_trial(answered=DAY)
    page = opened(phone, trial)
    page.evaluate("document.querySelector('[data-timer]').dataset.minutes = '40'")
    lie_down(page)
    for minutes in range(39, -1, -1):
        page.clock.run_for(60_000)
        if minutes:
            assert left(page) == f"{minutes}:00"
    assert page.get_by_text("40 minutes. You are done.").is_visible()


def test_the_end_is_kept_and_little_else(phone, trial) -> None:
    page = opened(phone, trial)
    lie_down(page)
    on = kept(page)
    assert set(on) == {"trial", "ends", "started", "minutes"}
    assert on["ends"] - on["started"] == 15 * 60_000
    page.clock.run_for(31_000)
    page.get_by_role("button", name="4", exact=True).tap()
    assert set(kept(page)) == {"trial", "ends", "started", "minutes", "prick"}


def test_it_survives_a_reload(phone, trial) -> None:
    page = opened(phone, trial)
    lie_down(page)
    page.clock.run_for(120_000)
    page.reload()
    assert left(page) == "13:00"


def test_it_survives_a_locked_phone(phone, trial) -> None:
    """While a phone is locked no timer of a page fires; when it comes back the clock is where it should be."""
    page = opened(phone, trial)
    lie_down(page)
    page.clock.fast_forward(301_000)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert left(page) == "9:59"


def test_it_survives_being_killed(phone, trial) -> None:
    page = opened(phone, trial)
    lie_down(page)
    page.close()
    again = phone.context.new_page()
    again.clock.install(time=clock_on(DAY, "19:05"))
    again.goto(path(trial))
    shown = again.get_by_role("timer").inner_text()
    minutes, seconds = (int(part) for part in shown.split(":"))
    assert 600 <= minutes * 60 + seconds <= 602


def test_every_fifteen_seconds_a_dot_goes_out_clockwise(phone, trial) -> None:
    page = opened(phone, trial)
    lie_down(page)
    out = "[...document.querySelectorAll('[data-i].out')].map(dot => +dot.dataset.i)"
    assert page.evaluate(out) == []
    page.clock.run_for(318_000)
    assert page.evaluate(out) == list(range(21))


# --- the end ----------------------------------------------------------------------------------------------


def test_a_whole_session_is_saved_in_one_tap(phone, site, trial) -> None:
    page = opened(phone, trial)
    lie_down(page)
    page.clock.run_for(900_000)
    assert page.get_by_role("heading", name="15 minutes. You are done.").is_visible()
    assert page.get_by_text("Roll to your side, then sit up.").first.is_visible()
    site.set_clock(clock_on(DAY, "19:16"))
    page.get_by_role("button", name="Save").tap()
    page.wait_for_url("**/session/over/")
    found = site.ratings(code=trial)[ON]
    assert (found["done"], found["minutes"], found["ended"]) == (True, 15, None)
    assert page.evaluate("localStorage.getItem('session')") is None


@pytest.mark.parametrize(
    ("reason", "ended", "leads"),
    [
        ("Too sharp", "too_sharp", "**/felt/answer/?rules=too_painful"),
        ("No time", "no_time", "**/session/over/"),
        ("Something felt wrong", "felt_wrong", "**/felt/"),
        ("Other", "other", "**/session/over/"),
    ],
)
def test_stopping_early_keeps_the_real_minutes_and_the_reason_in_one_tap(
    phone, site, trial, reason, ended, leads
) -> None:
    page = opened(phone, trial)
    lie_down(page)
    page.clock.run_for(362_000)
    page.get_by_role("button", name="Stop").tap()
    assert page.get_by_role("heading", name="You stopped at 6 minutes.").is_visible()
    page.get_by_role("button", name=reason).tap()
    page.wait_for_url(leads)
    found = site.ratings(code=trial)[ON]
    assert (found["done"], found["minutes"], found["ended"]) == (True, 6.0, ended)


def test_a_stop_by_mistake_can_be_taken_back(phone, trial) -> None:
    page = opened(phone, trial)
    lie_down(page)
    page.clock.run_for(60_000)
    page.get_by_role("button", name="Stop").tap()
    page.clock.run_for(5_000)
    page.get_by_role("button", name="I pressed it by mistake, go on").tap()
    assert left(page) == "13:55"


def test_a_stop_survives_being_killed(phone, trial) -> None:
    page = opened(phone, trial)
    lie_down(page)
    page.clock.run_for(362_000)
    page.get_by_role("button", name="Stop").tap()
    page.clock.run_for(1_200_000)
    page.reload()
    assert page.get_by_role("heading", name="You stopped at 6 minutes.").is_visible()


def test_who_comes_back_late_finds_it_saved(phone, site, trial) -> None:
    page = opened(phone, trial)
    lie_down(page)
    page.close()
    site.set_clock(clock_on(DAY, "20:40"))
    again = phone.context.new_page()
    again.clock.install(time=clock_on(DAY, "20:40"))
    again.goto(path(trial))
    again.get_by_role("heading", name="It ended at 19:15. We saved 15 minutes.").wait_for()
    found = site.ratings(code=trial)[ON]
    assert (found["minutes"], found["entered"][:16]) == (15, f"{ON}T19:15")


def test_a_session_of_yesterday_is_saved_for_yesterday_once_that_is_said(phone, site, trial) -> None:
    page = opened(phone, trial)
    lie_down(page)
    page.close()
    site.set_clock(clock_on(DAY + 1, "09:00"))
    again = phone.context.new_page()
    phone.expect_failures()  # the 409
    again.clock.install(time=clock_on(DAY + 1, "09:00"))
    again.goto("/offline/check-in/")  # any page that tells
    again.get_by_role("button", name="Save the session").tap()
    again.get_by_role("button", name="Save it for Thursday").tap()
    until(again, "Queue.all().then(all => all.length === 0)")
    assert list(site.ratings(code=trial)) == [ON]
    assert site.ratings(code=trial)[ON]["minutes"] == 15


def test_without_a_connection_a_session_is_kept_and_sent_later(phone, site, trial) -> None:
    page = opened(phone, trial)
    phone.worker_ready()
    lie_down(page)
    phone.offline()
    page.clock.run_for(900_000)
    page.get_by_role("button", name="Save").tap()
    page.get_by_text("1 answer is waiting to send.").wait_for()
    assert site.ratings(code=trial) == {}
    site.set_clock(clock_on(DAY, "19:20"))
    phone.offline(False)
    until(page, "Queue.all().then(all => all.length === 0)")
    assert site.ratings(code=trial)[ON]["minutes"] == 15


def test_todays_session_opens_without_a_connection_and_tomorrows_does_not(phone, site, trial) -> None:
    page = opened(phone, trial)
    phone.worker_ready()
    until(page, "Queue.card().then(card => Boolean(card && card.session))")
    phone.offline()
    page = phone.go(path(trial))
    assert left(page) == "15:00"
    page.clock.set_system_time(clock_on(DAY + 1, START))
    page = phone.go(path(trial))
    assert page.get_by_text("Today’s treatment is not known here yet.").is_visible()
    assert page.get_by_role("button", name="I am lying down").count() == 0


def test_a_running_session_goes_on_without_a_connection(phone, trial) -> None:
    page = opened(phone, trial)
    phone.worker_ready()
    lie_down(page)
    page.clock.run_for(60_000)
    phone.offline()
    page.reload()
    assert left(page) == "14:00"


# --- what it asks and says --------------------------------------------------------------------------------


def test_how_sharp_is_asked_once_after_half_a_minute(phone, trial) -> None:
    page = opened(phone, trial)
    lie_down(page)
    question = page.get_by_text("How sharp? 0 is not at all")
    page.clock.run_for(29_000)
    assert not question.is_visible()
    page.clock.run_for(2_000)
    assert question.is_visible()
    assert page.get_by_role("button", name="Stop").is_visible()
    page.get_by_role("button", name="4", exact=True).tap()
    page.clock.run_for(1_000)
    assert not question.is_visible()
    line = page.locator("[data-line]")
    assert line.is_visible()
    page.clock.run_for(60_000)
    assert not question.is_visible()


def test_seven_says_to_stop(phone, trial) -> None:
    page = opened(phone, trial)
    lie_down(page)
    page.clock.run_for(31_000)
    page.get_by_role("button", name="7", exact=True).tap()
    assert page.get_by_text("That is too sharp. Please stop.").is_visible()


def test_a_step_of_the_build_up_asks_how_sharp_at_the_end(phone, site, new) -> None:
    page = opened(phone, new, day=0)
    assert left(page) == "3:00"
    lie_down(page)
    page.clock.run_for(180_000)
    assert page.get_by_role("heading", name="3 minutes. You are done.").is_visible()
    assert not page.get_by_role("button", name="Save").is_visible()
    page.get_by_role("group", name="at its worst").get_by_role("button", name="3", exact=True).tap()
    page.wait_for_url("**/session/over/")
    assert site.events(code=new)[-1] == "rung"


def test_a_screen_reader_hears_of_start_half_and_end_only(phone, trial) -> None:
    page = opened(phone, trial)
    page.evaluate(
        """() => { window.heard = []; const live = document.querySelector('[data-speaks]');
            new MutationObserver(() => heard.push(live.textContent)).observe(live, {childList: true}) }"""
    )
    lie_down(page)
    page.clock.run_for(900_000)
    assert page.evaluate("heard") == [
        "15 minutes have begun. They end at 19:15.",
        "Half of the time is over.",
        "The time is over. You are done.",
    ]
    lives = page.evaluate(
        "[...document.querySelectorAll('[aria-live], [role=status], [role=alert]')].map(e => e.id || e.className)"
    )
    assert lives == ["notes", "speaks"]


def test_the_screen_is_kept_awake_and_again_after_a_lock(phone, trial) -> None:
    phone.page.add_init_script(
        """window.locks = []; Object.defineProperty(navigator, 'wakeLock', {value: {request: async (kind) => {
            const lock = {kind, released: false, release: async () => { lock.released = true }}; locks.push(lock);
            return lock }}});"""
    )
    page = opened(phone, trial)
    lie_down(page)
    until(page, "locks.length === 1")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    until(page, "locks.length === 2")
    page.clock.run_for(900_000)
    until(page, "locks.at(-1).released")


def test_the_bell_is_set_ahead_and_taken_back_when_stopped(phone, trial) -> None:
    phone.page.add_init_script(
        """window.strokes = []; const real = AudioContext.prototype.createOscillator;
        AudioContext.prototype.createOscillator = function () { const one = real.call(this),
            start = one.start.bind(one), stop = one.stop.bind(one), kept = {};
            one.start = at => { kept.in = at - this.currentTime; start(at) };
            one.stop = at => { kept.stopped = at === undefined; stop(at) }; strokes.push(kept); return one };"""
    )
    page = opened(phone, trial)
    lie_down(page)
    strokes = page.evaluate("strokes")
    assert [round(stroke["in"], 1) for stroke in strokes] == [900.0, 901.2, 902.4]
    page.get_by_role("button", name="Stop").tap()
    assert page.evaluate("strokes.every(one => one.stopped)")


# --- how it looks -----------------------------------------------------------------------------------------


LIT = """async (shot) => {
    const bytes = Uint8Array.from(atob(shot), one => one.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes])), canvas = new OffscreenCanvas(image.width, image.height);
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    const {data} = pen.getImageData(0, 0, image.width, image.height);
    let lit = 0;
    for (let i = 0; i < data.length; i += 4) lit += (0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2]) > 64;
    return 100 * lit / (data.length / 4);
}"""


def lit(browser, page) -> float:
    """The share of pixels brighter than a quarter of white, in per cent; counted in an empty page, without a policy."""
    counter = browser.new_page()
    share = counter.evaluate(LIT, base64.b64encode(page.screenshot()).decode())
    counter.close()
    return float(share)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_less_than_a_twentieth_of_the_screen_is_lit(browser, phones, trial, theme) -> None:
    phone = phones(color_scheme=theme)
    page = opened(phone, trial)
    lie_down(page)
    page.clock.run_for(2_000)
    assert 0.5 < lit(browser, page) < 5
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(0, 0, 0)"


def test_stop_is_large_and_everything_fits(phones, trial) -> None:
    for width, height in ((390, 844), (320, 568), (844, 390)):
        page = opened(phones(viewport={"width": width, "height": height}), trial)
        lie_down(page)
        page.clock.run_for(31_000)
        stop = page.get_by_role("button", name="Stop").bounding_box()
        assert min(stop["width"], stop["height"]) >= 96
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if height == 844:
            assert stop["y"] + stop["height"] <= height
        boxes = [one.bounding_box() for one in page.locator("[data-sharp] button").all()]
        assert all(box["width"] >= 48 and box["height"] >= 48 for box in boxes)


@pytest.mark.parametrize("moment", ["before", "running", "sharp", "early", "over"])
def test_axe_finds_nothing(phone, trial, moment) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(phone, trial)
    if moment != "before":
        lie_down(page)
        page.clock.run_for({"running": 1_000, "sharp": 31_000, "early": 61_000, "over": 900_000}[moment])
    if moment == "early":
        page.get_by_role("button", name="Stop").tap()
    page.clock.resume()
    found = axe.run(page, options={"runOnly": RULES})
    assert len(found.response["passes"]) > 10, "it did look"
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found.response["violations"]] == []


def test_nothing_moves(phones, trial) -> None:
    phone = phones(reduced_motion="reduce")
    page = opened(phone, trial)
    lie_down(page)
    assert page.evaluate("document.getAnimations().length") == 0


def test_without_a_script_both_ways_out_work(phones, site, trial) -> None:
    phone = phones(java_script_enabled=False)
    page = phone.go(path(trial))
    page.get_by_role("link", name="I stopped early").tap()
    page.get_by_label("For how many minutes").fill("6")
    page.get_by_role("button", name="No time").tap()
    page.get_by_role("heading", name="You stopped at 6 minutes.").wait_for()
    found = site.ratings(code=trial)[ON]
    assert (found["minutes"], found["ended"]) == (6, "no_time")
