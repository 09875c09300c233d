"""A site of its own for the browser tests: a temporary home, a free port, and what tests may ask of it.

Run as a process, so that the settings, the files with their hashes and the threads are those of a real start. Orders
come as lines of JSON on its input, ``[name, arguments]``, and each is answered with a line on its output.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from threading import Thread
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pinprick_web.settings")
broken = {"status": 0, "path": ""}  # what the site answers instead of itself, for the tests of a queue


def start() -> int:
    """Make the database and the files, and serve; the port."""
    from pinprick_web.server import prepare

    prepare()
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from pinprick_web.wsgi import application

    class Quiet(WSGIRequestHandler):
        """Writes no line for each request."""

        def log_message(self, *told: Any) -> None:
            """Say nothing."""

    def answering(environ: dict[str, Any], start_response: Any) -> Any:
        if broken["status"] and environ["PATH_INFO"].startswith(broken["path"]):
            start_response(f"{broken['status']} as told", [("Content-Type", "text/html")])
            return [b"<h1>as told</h1>"]
        return application(environ, start_response)

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(answering)
    Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_port)


def _me() -> Any:
    from pinprick_web.people.models import Person

    return Person.objects.just_me()


def set_clock(at: str | None) -> None:
    """Set the person's clock; None for the machine's own."""
    person = _me()
    person.set_clock = datetime.fromisoformat(at) if at else None
    person.save()


def person(**fields: Any) -> str:
    """Change the person, and say which it is."""
    one = _me()
    for name, value in fields.items():
        setattr(one, name, value)
    one.save()
    return str(one.code)


def running_trial(protocol: str = "mat-vs-rest-back-pain", **more: Any) -> str:
    """A trial of the person's, as tests/running.py makes it; its code."""
    from tests.running import running_trial as make

    return str(make(_me(), protocol, **more).code)


def ratings(code: str) -> dict[str, Any]:
    """What is written, by day: ratings, session, and how it came."""
    from pinprick_web.trials.models import EntryRecord, TrialRecord
    from tests.running import ratings_of

    record = TrialRecord.objects.get(code=code)
    rows = {row.day: row for row in EntryRecord.objects.filter(trial=record)}
    return {
        str(day): {
            "ratings": dict(versions[-1].ratings),
            "done": versions[-1].done,
            "minutes": versions[-1].minutes,
            "ended": versions[-1].ended,
            "prick": versions[-1].prick,
            "late": versions[-1].late,
            "versions": len(versions),
            "zone": rows[day].zone if day in rows else "",
            "entered": rows[day].entered_at.isoformat() if day in rows else "",
        }
        for day, versions in ratings_of(record).items()
    }


def events(code: str) -> list[str]:
    """The kinds of a trial's events."""
    from pinprick_web.trials import store
    from pinprick_web.trials.models import TrialRecord

    return [event.kind for event in store.load(TrialRecord.objects.get(code=code)).events]


def answer(code: str, day: str, rating: float, at: str) -> None:
    """The person answers on another device."""
    from uuid import uuid4

    from pinprick import Moment
    from pinprick_web.trials import services
    from pinprick_web.trials.models import TrialRecord

    entered = services.Entered(uuid4(), datetime.fromisoformat(day).date(), {"pain": rating})
    moment = Moment(datetime.fromisoformat(at), rehearsed=True)
    services.record_entry(TrialRecord.objects.get(code=code), entered, moment)


def arm(code: str, day: str) -> str | None:
    """The treatment of a day that has come."""
    from pinprick_web.trials import store
    from pinprick_web.trials.models import TrialRecord

    found = store.load(TrialRecord.objects.get(code=code)).arm_on(datetime.fromisoformat(day).date())
    return found.name if found else None


def breaks(status: int, path: str = "/") -> None:
    """From now on every address below a path is answered with a status; 0 mends it."""
    broken.update(status=status, path=path)


def new_worker() -> None:
    """A release with another worker comes out."""
    from pinprick_web import offline

    real = offline._file
    offline._file = lambda address: real(address) + b" "  # type: ignore[assignment]
    offline._shell.cache_clear()


def forget() -> None:
    """Nobody has been here yet."""
    from tests.running import forget_everybody

    breaks(0)
    forget_everybody()


def demo(day: str) -> dict[str, str]:
    """The made-up person on a day, and their trials by what each is for."""
    from pinprick_web import demo as made_up
    from pinprick_web.trials import services
    from pinprick_web.trials.access import trials_of
    from tests.running import clock_on, running_trial
    from tests.web.screens import screening_of_nothing

    person = made_up.fill(datetime.fromisoformat(day).date())
    running, better, cannot = (str(one.code) for one in trials_of(person))
    moment = made_up.at(datetime.fromisoformat(day).date())
    services.keep_screening(person, screening_of_nothing(), moment)
    services.wish(person, what="pain", about="back", regions=["lower_back"], against="towel", better=1.0, days=84)
    lived = running_trial(person, lived=14, answered=15)
    keep_and_reveal(lived)
    well = running_trial(person, lived=14, answered=15)
    keep(well)
    building = running_trial(person, started=False, answered=15)
    assert clock_on(15).date().isoformat() == day
    known = {"running": running, "better": better, "cannot": cannot}
    return known | {"lived": str(lived.code), "well": str(well.code), "building": str(building.code)}


def keep(trial: Any) -> None:
    """The set-up of a trial's sessions, kept from its first day on."""
    from pinprick.trial.set_up import SetUp
    from pinprick_web.trials import store
    from tests import conducted

    with store.writing(trial) as book:
        set_up = SetUp("shakti_original", layer="t_shirt", surface="bed")
        book.write(book.conduct.with_set_up(set_up, conducted.at(15), since=conducted.at(0).day))


def keep_and_reveal(trial: Any) -> None:
    """The same, and the answer, which the person asked for by stopping."""
    from pinprick_web.trials import services
    from tests import conducted

    keep(trial)
    services.stop(trial, conducted.at(15))
    services.believe(trial, conducted.at(15), guess=None, preference=None)
    services.reveal(trial, conducted.at(15))


ORDERS = {
    one.__name__: one
    for one in (new_worker, set_clock, person, running_trial, ratings, events, answer, arm, breaks, forget, demo)
}


def main() -> None:
    """Serve until the input ends."""
    out, sys.stdout = sys.stdout, sys.stderr
    print(json.dumps(start()), file=out, flush=True)
    from django.db import connection

    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            told = {"is": ORDERS[name](**arguments)}
        except Exception as error:
            told = {"error": f"{type(error).__name__}: {error}"}
        finally:
            connection.close()
        print(json.dumps(told), file=out, flush=True)


if __name__ == "__main__":
    main()
