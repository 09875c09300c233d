"""A real server in a process group of its own, and somebody with a browser's manners: for tests, and nothing else."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
WITHIN = 60.0


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Serving:
    """``pinprick serve`` with a home of its own."""

    def __init__(
        self, home: Path, *arguments: str, command: str = "serve", port: int | None = None, **more: str
    ) -> None:
        self.home, self.arguments, self.command = home, arguments, command
        self.port = free_port() if port is None else port
        self.environment = os.environ | {"PINPRICK_HOME": str(home)} | more
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Serving:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self, *, wait: bool = True) -> Serving:
        """Start it, and wait until it answers; ``took`` is the seconds to the first page."""
        began = time.monotonic()
        script = "from pinprick.cli import main; main()"
        command = [sys.executable, "-c", script, self.command, "--no-browser", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, *self.arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        if wait:
            self.wait_for("/health/")
        self.took = time.monotonic() - began
        return self

    def wait_for(self, path: str) -> None:
        """Wait until a page is answered."""
        until = time.monotonic() + WITHIN
        while time.monotonic() < until:
            client = Client(self.port)
            try:
                client.get(path)
                return
            except OSError:
                assert self.process is not None
                assert self.process.poll() is None, self.process.stderr and self.process.stderr.read()
                time.sleep(0.02)
            finally:
                client.close()
        raise AssertionError(f"no answer within {WITHIN} seconds")

    def worker(self) -> int:
        """The process that answers."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children}
        return next(int(pid) for pid, command in commands.items() if b"resource_tracker" not in command)

    def stop(self) -> tuple[int, str, str]:
        """Stop it as Ctrl-C does; its exit code and what it said."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        said, complained = self.process.communicate(timeout=WITHIN)
        return self.process.returncode, said, complained

    def kill(self) -> None:
        """Kill the whole group at once, as a power cut does to processes."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=WITHIN)


class Client:
    """Somebody who keeps cookies and one connection."""

    def __init__(self, port: int, host: str = "127.0.0.1", headers: dict[str, str] | None = None) -> None:
        self.connection = http.client.HTTPConnection(host, port, timeout=WITHIN)
        self.cookies: dict[str, str] = {}
        self.headers = headers or {}

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} | self.headers
        self.connection.request(
            method, path, body, sent | {key.replace("_", "-"): value for key, value in headers.items()}
        )
        answer = self.connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Fetch a page."""
        return self.ask("GET", path)

    def post(self, path: str, fields: dict[str, Any], *, as_json: bool = False) -> tuple[int, dict[str, str], bytes]:
        """Send a form, with a token for this sending."""
        token = json.loads(self.get("/token/")[2])["token"]
        said = {"Content_Type": "application/x-www-form-urlencoded"} | (
            {"Accept": "application/json"} if as_json else {}
        )
        return self.ask("POST", path, urlencode(fields | {"csrfmiddlewaretoken": token}), **said)

    def close(self) -> None:
        """Leave."""
        self.connection.close()


def resident(pid: int) -> float:
    """Megabytes that a process holds in memory."""
    told = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", told)[1]) / 1024  # type: ignore[index]
