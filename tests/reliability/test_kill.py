"""The site is killed in the middle of its work, again and again: what it acknowledged is there, and once."""

import os
import random
import threading
import time

import pytest

from tests.reliability.crowd import ON, Client, Site, people, written

N_KILLS = int(os.environ.get("PINPRICK_KILLS", "100"))
EACH_LIFE = 100  # check-ins acknowledged, at least, between one kill and the next
N_CLIENTS, EACH = 8, 8  # people to a client

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX's"),
]


def test_no_acknowledged_check_in_is_lost_or_doubled_however_often_the_site_is_killed(tmp_path):
    home = tmp_path / "home"
    crowd = people(home, N_CLIENTS * EACH)
    site, over, day = Site(home), threading.Event(), ON
    acknowledged: dict[str, list[float]] = {trial: [] for _person, trial in crowd}
    clients, failures = [], []

    def live(own, number):
        value, turn = number, 0
        try:
            phones = [(Client(site.port, person), trial) for person, trial in own]
            clients.extend(phone for phone, _trial in phones)
            while not over.is_set():
                phone, trial = phones[turn % len(phones)]
                turn, value = turn + 1, (value + (turn % len(phones) == 0)) % 11
                phone.check_in(trial, day, value)
                acknowledged[trial].append(float(value))
        except BaseException as error:
            failures.append(repr(error))

    began = time.monotonic()
    starts = [site.start()]
    threads = [
        threading.Thread(target=live, args=(crowd[i * EACH : (i + 1) * EACH], i), daemon=True) for i in range(N_CLIENTS)
    ]
    for thread in threads:
        thread.start()
    rng = random.Random(20261122)
    n_kills = 0
    try:
        while not failures and n_kills < N_KILLS:
            enough = (n_kills + 1) * EACH_LIFE
            while not failures and sum(map(len, acknowledged.values())) < enough:
                time.sleep(0.01)
            time.sleep(rng.uniform(0.0, 0.1))  # in the middle of whatever comes next
            site.kill()
            n_kills += 1
            starts.append(site.start())
        over.set()
        for thread in threads:
            thread.join(60)
    finally:
        site.kill()
    assert failures == []
    assert not any(thread.is_alive() for thread in threads)
    found = written(home)
    n_sent = sum(map(len, acknowledged.values()))
    retried = sum(client.n_retried for client in clients)
    print(
        f"\n{n_kills} kills, {n_sent} acknowledged, {retried} sent again, {sum(starts) / len(starts):.1f} s to start, "
        f"{time.monotonic() - began:.0f} s in all"
    )
    assert n_sent >= N_KILLS * EACH_LIFE
    assert found == acknowledged  # none lost, none doubled, none out of turn; and every link of every log holds
