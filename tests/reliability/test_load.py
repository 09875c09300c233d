"""Sixty people at once on two cores: nobody waits, nobody is turned away; and as many check-ins as will go through."""

import random
import threading
import time
from dataclasses import dataclass, field

import pytest

from tests.reliability.crowd import ON, Client, Site, people, written

N_PEOPLE = 60
FOR = 20.0  # seconds
PAUSE = (0.5, 1.5)  # seconds between what one person does
READ_WITHIN, WRITE_WITHIN = 0.100, 0.150  # seconds, for 95 of 100
N_CLIENTS, AT_LEAST = 8, 150  # check-ins a second

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass
class Seen:
    """What somebody lived through: seconds by kind, and what went wrong."""

    reads: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture
def site(tmp_path):
    """A site with a trial for everybody, warmed by one visit."""
    crowd = people(tmp_path / "home", N_PEOPLE)
    started = Site(tmp_path / "home")
    started.start()
    phone = Client(started.port, crowd[0][0])
    phone.ask("GET", f"/trial/{crowd[0][1]}/check-in/")
    time.sleep(6)  # what is loaded after the first page is loaded
    phone.connection.close()
    yield started, crowd
    started.kill()


def told(is_met: bool) -> str:
    """A goal is told, met or missed, and not asserted: how fast a machine is depends on what else it does."""
    return "met" if is_met else "MISSED"


def quantile(values, of=0.95):
    return sorted(values)[min(len(values) - 1, int(of * len(values)))]


def together(actors):
    threads = [threading.Thread(target=actor, daemon=True) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(FOR + 60)
    assert not any(thread.is_alive() for thread in threads)


def test_sixty_people_at_once_do_not_wait(site) -> None:
    started, crowd = site
    seen = Seen()

    def live(person, trial, number):
        rng = random.Random(number)
        phone = Client(started.port, person)
        time.sleep(rng.uniform(0, PAUSE[1]))
        until, value = time.monotonic() + FOR, number % 11
        pages = [f"/trial/{trial}/{page}/" for page in ("check-in", "today", "progress", "diary")]
        phone.check_in(trial, ON, value)  # with this it has its token
        while time.monotonic() < until:
            try:
                began = time.monotonic()
                if rng.random() < 0.5:
                    value = (value + 1) % 11
                    phone.check_in(trial, ON, value)
                    seen.writes.append(time.monotonic() - began)
                else:
                    status, _page, _cookie = phone.ask("GET", rng.choice(pages))
                    seen.reads.append(time.monotonic() - began)
                    if status not in (200, 302):  # a page may lead on to another
                        seen.errors.append(str(status))
            except BaseException as error:
                seen.errors.append(repr(error))
            time.sleep(rng.uniform(*PAUSE))
        phone.connection.close()

    together([lambda i=i, one=one: live(*one, i) for i, one in enumerate(crowd)])
    n, reads, writes = len(seen.reads) + len(seen.writes), quantile(seen.reads), quantile(seen.writes)
    print(
        f"\n{N_PEOPLE} people, {n} requests in {FOR:.0f} s, 95 of 100 within {reads:.3f} s read, {writes:.3f} s write"
    )
    assert seen.errors == []
    assert n > N_PEOPLE * FOR / PAUSE[1] / 2
    print(f"goals: {told(reads <= READ_WITHIN)} for reading, {told(writes <= WRITE_WITHIN)} for writing")


def test_as_many_check_ins_as_a_village_sends_go_through(site) -> None:
    started, crowd = site
    acknowledged = {trial: [] for _person, trial in crowd}
    broken = []

    def send(own):
        try:
            phones = [(Client(started.port, person), trial) for person, trial in own]
            value, until = 0, time.monotonic() + FOR
            while time.monotonic() < until:
                value = (value + 1) % 11
                for phone, trial in phones:
                    phone.check_in(trial, ON, value)
                    acknowledged[trial].append(float(value))
            for phone, _trial in phones:
                phone.connection.close()
        except BaseException as error:
            broken.append(repr(error))

    began = time.monotonic()
    together([lambda i=i: send(crowd[i::N_CLIENTS]) for i in range(N_CLIENTS)])
    n = sum(map(len, acknowledged.values()))
    rate = n / (time.monotonic() - began)
    print(f"\n{n} check-ins acknowledged, {rate:.0f} a second")
    assert broken == []
    assert written(started.home) == acknowledged
    print(f"goal of {AT_LEAST} a second: {told(rate >= AT_LEAST)}")
