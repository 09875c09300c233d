#!/usr/bin/env python3
"""Pinprick's commands, for a machine that has Python and nothing else.

The environment is made in .venv from a lock file with hashes: by uv where it is on the path, else by pip.
An old Python must be able to read this file, for it is the one that says what is missing.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

USAGE = """\
usage: ./go COMMAND [ARGUMENTS]

  run [ARGUMENTS]           pinprick ARGUMENTS; without any, the site: pinprick serve
  test [--all] [ARGUMENTS]  style, types and tests; --all: slow and browser tests too; ARGUMENTS are pytest's
  bench [ARGUMENTS]         Pinprick and its peers, timed in one run
  calibrate [ARGUMENTS]     the table of thresholds, made again
  lock [ARGUMENTS]          the lock files, made again by uv; --upgrade takes newer versions

A file named to run is found from where you stand; one named to the others, from this folder."""

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = str(BIN / "python")
TO_RUN, TO_WORK = "requirements-run.lock", "requirements.lock"  # what every command needs; that and every tool


def main(command="--help", *args):
    """Do one command."""
    find_python()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else, after an install without it, every start compiles
    commands = {
        "run": run,
        "test": test,
        "bench": partial(work, "tests.bench"),
        "calibrate": partial(work, "tests.calibration"),
        "lock": lock,
    }
    if command in ("--help", "-h", "help"):
        print(USAGE)
    elif command in commands:
        commands[command](*args)
    else:
        stop(f"there is no command {command!r}; choose one of {', '.join(commands)}")


def run(*args):
    """Run pinprick where the person stands, so that the files they name are found."""
    environment(TO_RUN)
    become(str(BIN / "pinprick"), *(args or ("serve",)))


def test(*args):
    """Check style and types, then hand over to pytest."""
    if "--all" in args:
        args = ("-m", "", *(arg for arg in args if arg != "--all"))
        os.environ["PINPRICK_CHROMIUM"] = chromium()
    environment(TO_WORK)
    must([PYTHON, "-m", "ruff", "check"], "ruff has complaints; .venv/bin/ruff check --fix mends most")
    must([PYTHON, "-m", "ruff", "format", "--check"], "not in ruff's format; run .venv/bin/ruff format")
    must([PYTHON, "-m", "mypy"], "mypy has complaints")
    if args == ("-m", ""):  # all of them: those that load and kill a site come first, and alone on the machine
        apart = ("tests/reliability", "tests/web/test_server.py")
        alone = [PYTHON, "-m", "pytest", "-n", "0", "-s", "-q", *args, *apart]
        must(alone, "what kills, loads and starts the site failed")
        args += tuple(f"--ignore={path}" for path in apart)
    work("pytest", "-n", "auto", *args)


def work(module, *args):
    """Run a module in this folder, with every tool at hand."""
    environment(TO_WORK)
    os.chdir(str(ROOT))
    become(PYTHON, "-m", module, *args)


def lock(*args):
    """Pin what pyproject.toml asks for: all of it, then as much of that as the commands need."""
    uv = shutil.which("uv") or stop("locking needs uv; install it (pipx install uv)")
    pin = [uv, "pip", "compile", "pyproject.toml", "--quiet", "--universal", "--python-version", "3.11"]
    pin += ["--fork-strategy", "fewest", "--generate-hashes", "--custom-compile-command", "./go lock", *args]
    must([*pin, "-o", TO_WORK, "--all-extras", "--group", "dev"], f"{TO_WORK} was not made")
    pin += ["-o", TO_RUN, "--constraints", TO_WORK]
    extras = [word for extra in ("report", "batch", "web") for word in ("--extra", extra)]
    must([*pin, *extras, "--group", "build"], f"{TO_RUN} was not made")


def environment(lock_file):
    """Make .venv hold what the lock file says; nothing happens where it already does.

    The stamp is written last, so that an install cut short is done again. It names this Python and this
    folder too: the environment of another Python, or of a checkout that has moved since, is made anew.
    """
    files = [ROOT / name for name in ("pyproject.toml", TO_RUN, TO_WORK)]
    facts = [sys.version, sys.base_prefix, str(ROOT)] + [path.read_text(encoding="utf-8") for path in files]
    stamp, key = VENV / "installed", hashlib.sha256("\0".join(facts).encode()).hexdigest()
    installed = stamp.read_text().split() if stamp.exists() and Path(PYTHON).exists() else []
    if key in installed and (lock_file in installed or TO_WORK in installed):
        return
    uv, python = shutil.which("uv"), sys._base_executable  # sys.executable may be the one about to be removed
    if not uv and not importlib.util.find_spec("ensurepip"):
        stop("this Python has no venv; install it (Debian, Ubuntu: apt-get install python3-venv), or uv")
    print(f"go: installing {lock_file} into .venv; with pip, about a minute", file=sys.stderr, flush=True)
    shutil.rmtree(str(VENV), ignore_errors=True)
    if uv:
        must([uv, "venv", "--quiet", "--python", python, str(VENV)], "uv could not make .venv")
        install = [uv, "pip", "install", "--quiet", "--python", PYTHON]
    else:
        must([python, "-m", "venv", str(VENV)], "Python could not make .venv")
        install = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "-qq", "--no-compile"]
    locked = ["--require-hashes", "--only-binary", ":all:", "-r", lock_file]
    must([*install, *locked], f"{lock_file} could not be installed")
    must([*install, "--no-deps", "--no-build-isolation", "-e", "."], "pinprick itself could not be installed")
    stamp.write_text(f"{key} {lock_file}")


def chromium():
    """Find a Chromium, by the name given or on the path; on Debian and Ubuntu install it where we may."""
    named = os.environ.get("PINPRICK_CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    if not any(map(shutil.which, names)) and not named and shutil.which("apt-get") and os.geteuid() == 0:
        must(["apt-get", "-qq", "update"], "apt-get update failed")
        must(["apt-get", "-qq", "install", "-y", "chromium", "libatomic1"], "apt-get found no chromium")
    for path in filter(None, map(shutil.which, names)):
        return path
    return stop("--all needs Chromium; install it, or name the program in PINPRICK_CHROMIUM")


def find_python():
    """Go on only under Python 3.11 or newer: this one, or the first on the path that really starts."""
    if sys.version_info >= (3, 11):
        return
    for path in filter(None, map(shutil.which, ["python3.14", "python3.13", "python3.12", "python3.11"])):
        starts = subprocess.call([path, "-c", ""], stderr=subprocess.DEVNULL) == 0  # a pyenv shim may not
        if starts:
            os.execv(path, [path, __file__, *sys.argv[1:]])
    stop("Pinprick needs Python 3.11 or newer, and this is {}.{}; install one".format(*sys.version_info))


def become(program, *args):
    """Hand over under the full path: a Python finds its environment by the name it was called."""
    if os.name == "nt":  # there, exec gives the prompt back while the program still runs
        sys.exit(subprocess.call([program, *args]))
    os.execv(program, [program, *args])


def must(command, complaint):
    """Run a command in this folder, its chatter kept out of our output; end where it fails."""
    if subprocess.call(command, cwd=str(ROOT), stdout=sys.stderr) != 0:
        stop(complaint)


def stop(line):
    """End with one line and the code for bad input."""
    print("go: " + line, file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
