"""Nobody learns a treatment before its day, nor which way a sealed trial leans, from any address of the site."""

import hashlib
import re

import pytest
from django.test import Client

from pinprick import Blocks
from pinprick_web.people.models import Person
from pinprick_web.trials import store
from pinprick_web.trials.models import SealRecord
from tests import conducted
from tests.running import clock_on, running_trial
from tests.web.test_every_page import OF_A_TRIAL, OF_NOBODY, address

pytestmark = pytest.mark.django_db
TODAY = 10
HEX = re.compile(rb"[0-9a-f]{64}")
CODE = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value=|data-token=|"token": )"[^"]+"|calendar/[\w-]+\.ics')


def masked(answer) -> tuple:
    """What an answer shows and says about itself, without what differs between any two trials."""
    body = answer.content
    if answer.get("Content-Type") in ("application/zip", "application/pdf"):
        body = b"" if answer["Content-Type"] == "application/zip" else body
    for pattern in (TOKEN, CODE, HEX):
        body = pattern.sub(b"", body)
    headers = {
        name: CODE.sub(b"", value.encode())
        for name, value in answer.items()
        if name not in ("Set-Cookie", "Content-Length")
    }
    return answer.status_code, headers, body, len(answer.content) if answer.status_code == 200 else None


def seeds_alike_so_far() -> list[bytes]:
    """Two seeds whose orders are the same in every period that has begun, and another in the next."""
    from pinprick import read_protocol
    from pinprick.trial.draw import draw

    plan = read_protocol("mat-vs-rest-back-pain")
    assert isinstance(plan.design, Blocks)
    n_begun = -(-TODAY // plan.design.period_days)
    known: dict[tuple, bytes] = {}
    for n in range(500):
        seed = hashlib.sha256(str(n).encode()).digest()
        drawn = draw(plan, seed, first_day=conducted.DAY_0)
        start, rest = tuple(drawn[:n_begun]), tuple(drawn[n_begun : n_begun + 4])
        for (other_start, other_rest), other in known.items():
            if other_start == start and other_rest[1] != rest[1] and other_rest != rest:
                return [other, seed]
        known[(start, rest)] = seed
    raise AssertionError("no two seeds are alike so far")


def answers_of(client: Client, seed: bytes) -> dict[str, tuple]:
    """Everything that every address answers about a trial with this seed."""
    person = Person.objects.just_me()
    person.set_clock = clock_on(TODAY)
    person.save()
    record = running_trial(person, lived=TODAY - 1, answered=TODAY, seed=seed)
    said = {
        "set up": masked(
            client.post(f"/trial/{record.code}/set-up/", {"mat": "spoonk", "skin": "t_shirt", "under": "bed"})
        )
    }
    changed = {"mat": "spoonk", "skin": "towel", "under": "bed"}
    said["set up, changed"] = masked(client.post(f"/trial/{record.code}/set-up/", changed))
    for pattern in (*OF_A_TRIAL, *OF_NOBODY):
        if pattern.name in ("token", "csp_report", "demo"):
            continue
        said[pattern.name] = masked(client.get(address(pattern, record.code)))
    said["export csv"] = masked(client.get(f"/trial/{record.code}/export/?as=csv"))
    said["export long"] = masked(client.get(f"/trial/{record.code}/export/?as=long"))
    said["check"] = masked(client.post(f"/trial/{record.code}/check/"))
    said["pause"] = masked(client.post(f"/trial/{record.code}/pause/"))
    said["paused"] = masked(client.get(f"/trial/{record.code}/today/"))
    said["log"] = tuple(event.kind for event in store.load(record).events)
    return said


def test_two_trials_that_differ_only_in_days_to_come_are_alike_at_every_address(client: Client) -> None:
    from tests.running import forget_everybody

    one_seed, other_seed = seeds_alike_so_far()
    one = answers_of(client, one_seed)
    forget_everybody()
    other = answers_of(client, other_seed)
    assert one.keys() == other.keys()
    for name in one:
        assert one[name] == other[name], name
    assert one["today"][0] == 200
    assert b"A T-shirt on your skin" in one["today"][2], "the set-up that was kept is among what was compared"
    assert (one["set up"][0], one["set up, changed"][0]) == (302, 409)
    assert one["diary"][0] == 200


def test_the_seal_is_in_no_row_that_a_page_reads(client: Client) -> None:
    person = Person.objects.just_me()
    record = running_trial(person, lived=3, answered=4)
    seal = SealRecord.objects.get(trial=record).text.split("\n")[1]
    for event in record.events.all():
        assert seal not in event.body
    begun = store.load(record).begun
    assert len(begun) <= 2


@pytest.mark.parametrize("page", ["progress", "today", "diary"])
def test_mirrored_ratings_show_the_same_progress(client: Client, page) -> None:
    """Better and worse swapped: what may be seen of a sealed trial is the same, to the byte, but for the ratings."""
    from tests.running import forget_everybody

    shown = []
    for sign in (1, -1):
        person = Person.objects.just_me()
        person.set_clock = clock_on(TODAY)
        person.save()
        record = running_trial(person, answered=None, lived=0, seed=conducted.SEED)
        with store.writing(record) as book:
            conduct, seal = book.conduct, book.seal()
            conduct = conducted.lived(
                conduct, seal, TODAY - 1, lambda day, name, sign=sign: 5 + sign * (0.5 if name == "mat" else -0.5) * 2
            )
            day = conducted.at(TODAY)
            conduct = conduct.with_screening(conducted.screening(conduct.plan, conduct.safety.occasion(day.day)), day)
            book.write(conduct.begin(seal, day))
        body = masked(client.get(f"/trial/{record.code}/{page}/"))[2]
        shown.append(re.sub(rb"<small>\d+", b"<small>", body))
        forget_everybody()
    assert shown[0] == shown[1]


def test_the_second_turn_of_a_pair_is_all_that_can_be_guessed() -> None:
    """The first turn of each pair is a fair coin: guessing it from all turns before is right about half the time."""
    from pinprick import read_protocol
    from pinprick.trial.draw import draw

    plan = read_protocol("mat-vs-rest-back-pain")
    right = total = 0
    for n in range(2000):
        drawn = draw(plan, hashlib.sha256(f"guess {n}".encode()).digest(), first_day=conducted.DAY_0)
        firsts = drawn[::2]
        for i in range(1, len(firsts)):
            seen = sum(firsts[:i])
            guess = int(2 * seen < i)  # the one that came first less often
            right, total = right + (guess == firsts[i]), total + 1
    print(f"the order of the next pair is guessed right {right / total:.1%} of {total} times")
    assert right / total < 0.55
