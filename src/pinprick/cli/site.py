"""`pinprick serve`, `demo`, `check`, `backup` and `restore`: the site on one's own machine, and its diary's safety."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from pinprick.cli.options import AsJson
from pinprick.cli.terminal import say
from pinprick.errors import FileError, PinprickError

Host = Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen; beyond this machine it needs a secret.")]
Port = Annotated[int | None, typer.Option(metavar="PORT", help="Which port; else the first free one from 8000 on.")]
Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")]


def serve(host: Host = "127.0.0.1", port: Port = None, browser: Browser = True) -> None:
    """Open the site: one person's diary, on this machine. Nothing leaves it."""
    _need_the_site()
    from pinprick_web.server import serve as run

    run(host, port, open_browser=browser, tell=partial(print, flush=True))


def demo(port: Port = None, browser: Browser = True) -> None:
    """Open the site with a made-up person, in a folder that is thrown away at the end."""
    _need_the_site()
    folder = tempfile.mkdtemp(prefix="pinprick-demo-")
    os.environ["PINPRICK_HOME"] = folder
    os.environ.pop("PINPRICK_POSTGRES", None)
    try:
        from pinprick_web.server import LOOPBACK
        from pinprick_web.server import serve as run

        run(LOOPBACK, port, open_browser=browser, path="/demo/", tell=partial(print, flush=True))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check(as_json: AsJson = False) -> None:
    """Look whether the site's diary is safe: engine, permissions, the file itself, backups. Exits 2 if not."""
    _set_up()
    from pinprick_web.checkup import examine

    found = examine()
    if as_json:
        print(json.dumps(found.to_dict(), indent=2))
    else:
        say([found.summary, *(f"- {one}" for one in found.sentences)])
    if not found.holds:
        sys.exit(2)


def backup() -> None:
    """Back up the site's diary now, while it runs or not."""
    _set_up()
    from pinprick_web import backup as backups

    print(backups.backup())


def restore(file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")]) -> None:
    """Put a backup back. What is there now is backed up first; what was erased since stays erased."""
    _need_the_site()
    path = Path.cwd() / file
    prepared = _prepared()
    if prepared.newer:
        raise FileError("This diary was made by a newer Pinprick; restore the backup with that one.")
    from pinprick_web import backup as backups

    done = backups.restore(path)
    lines = [f"{file.name} is back: {_counted(done.contents.n_trials, 'trial')}."]
    if done.n_erased_again:
        lines.append(f"{_counted(done.n_erased_again, 'trial or person', 'trials and people')} had been erased since, "
                     "and stayed so.")  # fmt: skip
    if done.before is not None:
        lines.append(f"What was there before is in {done.before}.")
    say(lines)


def _counted(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"


def _prepared() -> Any:
    from pinprick_web.server import prepare

    return prepare()


def _need_the_site() -> None:
    try:
        import django
        import granian
    except ImportError as error:
        raise PinprickError(f"The site needs {error.name}; install it: pip install 'pinprick[web]'.") from None
    del django, granian


def _set_up() -> None:
    """Load the site's settings, without touching its files."""
    _need_the_site()
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pinprick_web.settings")
    import django

    django.setup()
