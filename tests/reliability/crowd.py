"""A site with many people in a process group of its own, and what they send to it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
DAY, ON = 3, "2026-05-07"  # in the evening, on every person's set clock
PATIENCE = 60.0  # seconds


def environment(home: Path) -> dict[str, str]:
    """What the processes of the site are told."""
    told = {"PINPRICK_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tests.web.many", "PYTHONPATH": str(ROOT)}
    return os.environ | told


def people(home: Path, n: int) -> list[tuple[str, str]]:
    """So many people with a running trial each: codes of the person and of the trial."""
    return json.loads(_told(home, "make", str(n)))


def written(home: Path) -> dict[str, list[float]]:
    """Every rating of the day that stands in a trial's log, in order, by the trial's code."""
    return json.loads(_told(home, "read"))


def _told(home: Path, *words: str) -> str:
    command = [sys.executable, "-m", "tests.reliability.crowd", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment(home), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Site:
    """The site as `pinprick serve` starts it; it can be killed and started again at the same address."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it; seconds until it answered."""
        began = time.monotonic()
        code = f"from pinprick_web.server import serve; serve(port={self.port}, open_browser=False)"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=environment(self.home),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        while time.monotonic() < began + PATIENCE:
            try:
                connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
                connection.request("GET", "/health/")
                if connection.getresponse().status == 200:
                    return time.monotonic() - began
            except (OSError, HTTPException):
                time.sleep(0.02)
        raise AssertionError("the site did not answer")

    def kill(self) -> None:
        """End every process of it at once, in the middle of whatever it does."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Client:
    """Somebody's phone: it sends an answer until it is acknowledged, however often that takes."""

    def __init__(self, port: int, person: str) -> None:
        self.port, self.person = port, person
        self.connection: HTTPConnection | None = None
        self.token = self.cookie = ""
        self.n_retried = 0

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, bytes, str]:
        """One request; status, body, and a cookie that was set."""
        if self.connection is None:
            self.connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            self.connection.request(method, path, body, {"X-Person": self.person, **headers})
            answer = self.connection.getresponse()
            return answer.status, answer.read(), answer.getheader("Set-Cookie") or ""
        except (OSError, HTTPException):
            self.connection.close()
            self.connection = None
            raise

    def check_in(self, trial: str, day: str, value: int) -> dict[str, object]:
        """Send one rating until it is acknowledged."""
        fields = {"key": str(uuid.uuid4()), "day": day, "rating": str(value), "correct": "1"}
        while True:
            try:
                if not self.token:
                    _status, told, cookie = self.ask("GET", "/token/")
                    self.token, self.cookie = json.loads(told)["token"], cookie.split(";")[0]
                status, told, _cookie = self.ask(
                    "POST",
                    f"/trial/{trial}/check-in/",
                    urlencode(fields),
                    Accept="application/json",
                    Cookie=self.cookie,
                    **{"X-CSRFToken": self.token, "Content-Type": "application/x-www-form-urlencoded"},
                )
            except (OSError, HTTPException):
                self.n_retried += 1
                time.sleep(0.02)
                continue
            if status == 503:  # the database could not take it now; a queue tries again
                self.n_retried += 1
                continue
            assert status == 200, (status, told[:300])
            return json.loads(told)


def _make(n: int) -> None:
    from pinprick_web import server

    server.prepare()
    from pinprick_web.people.models import Person
    from tests.running import clock_on, running_trial

    made = []
    for _ in range(n):
        person = Person.objects.create(set_clock=clock_on(DAY))
        made.append((str(person.code), str(running_trial(person, answered=DAY).code)))
    print(json.dumps(made))


def _read() -> None:
    from pinprick_web import server

    server.prepare()
    from django.db import connection

    from pinprick_web.trials import store
    from pinprick_web.trials.models import TrialRecord
    from tests.running import clock_on

    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    day = clock_on(DAY).date()
    found = {}
    for record in TrialRecord.objects.all():
        versions = store.load(record).versions(day)  # read from the log, every link of it checked
        found[str(record.code)] = [version.ratings["pain"] for version in versions]
    print(json.dumps(found))


if __name__ == "__main__":
    {"make": lambda: _make(int(sys.argv[2])), "read": _read}[sys.argv[1]]()
