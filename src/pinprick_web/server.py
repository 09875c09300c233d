"""Starting the site: everything in its place, nobody else's eyes on it, one line with its address."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import ipaddress
import multiprocessing
import os
import platform
import socket
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Final

import django
from filelock import FileLock

from pinprick.errors import PinprickError
from pinprick.version import __version__
from pinprick_web.home import SECRET, close_to_others, home, secret_key

HOSTS: Final = "PINPRICK_HOSTS"
READ_ONLY: Final = "PINPRICK_READ_ONLY"
LOOPBACK: Final = "127.0.0.1"
FIRST_PORT: Final = 8000
PORTS_TRIED: Final = 20
LEAN: Final = {
    "MALLOC_ARENA_MAX": "2",  # else every thread keeps memory of its own that others cannot use
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "OPENBLAS_NUM_THREADS": "1",  # matrices here are small, and the other threads answer pages
}
"""What the process that answers is told about memory, unless somebody has said otherwise."""
THREADS: Final = 4  # each holds a connection to the database; more than four gain nothing on two cores
READY_WITHIN: Final = 60.0  # seconds
NEWER: Final = "This diary was made by a newer Pinprick. You can read it, not change it."


class ServingError(PinprickError):
    """The site cannot be served as it was asked for."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was done before the first page."""

    migrated: bool = False
    backup: Path | None = None
    collected: bool = False
    newer: tuple[str, ...] = ()
    """Steps in the database that only a newer Pinprick knows: it is then read, and not changed."""


def prepare() -> Prepared:
    """Bring database, look and static files up to date; a backup comes before every change of the database.

    Whatever is there already and still fits is left alone, so that a second start costs nothing.
    """
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pinprick_web.settings")
    django.setup()
    from django.db import connections

    from pinprick_web import backup

    with FileLock(home() / "preparing.lock"):
        backup.shred_leftovers()
        collected = _collect()
        newer = tuple(backup.unknown_migrations())
        if newer:
            os.environ[READ_ONLY] = "1"  # for the process that answers
            migrated, before = False, None
        else:
            migrated, before = _migrate()
    connections.close_all()
    close_to_others()
    return Prepared(migrated, before, collected, newer)


def _migrate() -> tuple[bool, Path | None]:
    """Bring the database up to date, with a backup before if there is anything to lose."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from pinprick_web import backup

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False, None
    has_data = bool(executor.loader.applied_migrations) and connection.vendor == "sqlite"
    before = backup.backup() if has_data else None
    call_command("migrate", verbosity=0, interactive=False)
    return True, before


def _collect() -> bool:
    """Collect the static files, where anything that they are made of has changed."""
    from django.conf import settings
    from django.core.management import call_command

    from pinprick_web.look import styles, write_styles

    own, look = settings.STATICFILES_DIRS
    said = hashlib.sha256(f"{__version__}\0{styles()}".encode())
    for path in sorted(path for path in own.rglob("*") if path.is_file()):
        said.update(f"\0{path.relative_to(own).as_posix()}\0".encode() + path.read_bytes())
    stamp = home() / "static.digest"
    if stamp.exists() and stamp.read_text(encoding="ascii") == said.hexdigest() and settings.STATIC_ROOT.is_dir():
        return False
    write_styles(look)
    call_command("collectstatic", clear=True, interactive=False, verbosity=0)
    stamp.write_text(said.hexdigest(), encoding="ascii")  # last, so that a collection cut short is done again
    return True


def serve(
    host: str = LOOPBACK,
    port: int | None = None,
    *,
    open_browser: bool = False,
    path: str = "/",
    tell: Callable[[str], object] = print,
) -> None:
    """Serve the site until it is stopped.

    Parameters
    ----------
    host : str
        An address of this machine. Beyond the machine itself it is served only with a secret and host names given.
    port : int, optional
        A port; the first free one from 8000 on where none is named.
    open_browser : bool
        Open the page in a browser, where there is one to open.
    path : str
        Which page.
    tell : callable
        Takes the line with the address, once pages are answered there.

    Raises
    ------
    ServingError
        If it may not be reached from where it was asked for, or the port is taken.
    """
    host = check_reach(host)
    prepared = prepare()
    port = free_port(host, port)
    for name, value in LEAN.items():
        os.environ.setdefault(name, value)
    # As on every system: a forked copy would keep these settings, our threads' locks, and the database's descriptors
    multiprocessing.set_start_method("spawn", force=True)
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    server = Granian(
        "pinprick_web.served:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        log_level=LogLevels.warning,
        log_access=False,
        workers_kill_timeout=10,
    )
    shown = "localhost" if ipaddress.ip_address(host).is_unspecified else f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}{path}"
    told = [f"Pinprick is at {address} (Ctrl-C stops it)", *([NEWER] if prepared.newer else [])]

    def announce() -> None:
        if _answers(host, port):
            for line in told:
                tell(line)
            if open_browser and can_open_browser():
                with contextlib.suppress(webbrowser.Error):
                    webbrowser.open(address)

    Thread(target=announce, daemon=True).start()
    server.serve()


def check_reach(host: str) -> str:
    """The address to listen at, if it may be listened at.

    Raises
    ------
    ServingError
        If it is no address, or lies beyond this machine and no secret or no host name is given.

    Examples
    --------
    >>> check_reach("localhost")
    '127.0.0.1'
    >>> check_reach("everywhere")
    Traceback (most recent call last):
    pinprick_web.server.ServingError: --host 'everywhere' is not an address; give one like 127.0.0.1 or 0.0.0.0.
    """
    try:
        address = ipaddress.ip_address(LOOPBACK if host == "localhost" else host)
    except ValueError:
        raise ServingError(f"--host {host[:40]!r} is not an address; give one like {LOOPBACK} or 0.0.0.0.") from None
    if not address.is_loopback:
        for name, what in ((SECRET, "50 characters or more, drawn at random"), (HOSTS, "the names it is reached by")):
            if not os.environ.get(name, "").strip():
                raise ServingError(f"Served beyond this machine ({address}), Pinprick needs {name}: {what}.")
        secret_key()
    return str(address)


def free_port(host: str, port: int | None = None) -> int:
    """The port asked for, or the first free one from 8000 on where none was.

    Raises
    ------
    ServingError
        If it is taken, may not be used, or is no port.
    """
    if port is not None:
        if not 1 <= port <= 65535:
            raise ServingError(f"--port {port} is not a port; give a number from 1 to 65535.")
        trouble = _trouble_at(host, port)
        if trouble:
            raise ServingError(f"Port {port} cannot be used ({trouble}); name another, or none for a free one.")
        return port
    for candidate in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if not _trouble_at(host, candidate):
            return candidate
    with _socket(host) as found:
        found.bind((host, 0))
        return int(found.getsockname()[1])


def _trouble_at(host: str, port: int) -> str:
    """Why a port cannot be listened at; empty where it can. The server itself would share it with another one."""
    with _socket(host) as tried:
        if os.name == "posix":
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that was just closed is free
        try:
            tried.bind((host, port))
        except OSError as error:
            return error.strerror or type(error).__name__
    return ""


def _socket(host: str) -> socket.socket:
    return socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)


def _answers(host: str, port: int) -> bool:
    reached = {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104 - every address includes this one
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        asked = http.client.HTTPConnection(reached, port, timeout=READY_WITHIN)
        try:
            asked.request("GET", "/health/", headers={"Host": "localhost"})
            asked.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return True
        finally:
            asked.close()
    return False


def can_open_browser() -> bool:
    """Whether there is a screen to open a browser on; on one without, a browser for terminals would take ours."""
    if platform.system() == "Linux":
        return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return True
