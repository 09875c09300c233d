"""Where a person's own data lie, and who may read them: one folder, for its owner alone."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from pinprick.errors import FileError

HOME: Final = "PINPRICK_HOME"
SECRET: Final = "PINPRICK_SECRET_KEY"  # noqa: S105 - the name of a variable
FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
LEAST_SECRET: Final = 50  # characters of a secret that somebody gives
LEAST_DIFFERENT: Final = 10  # of them that differ; a phrase typed over and over is no secret
MARKED_INSECURE: Final = "django-insecure-"  # how Django's own generator calls a key that is not to be used


def home() -> Path:
    """The folder that holds the database, its backups and its secret; made if it is not there.

    Raises
    ------
    FileError
        If it cannot be made, or is a folder of other things that others may read.
    """
    named = os.environ.get(HOME)
    folder = Path(named).expanduser() if named else user_data_path("pinprick", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if is_open_to_others(folder):
            if any(folder.iterdir()) and not _is_ours(folder):  # closing /tmp to everybody else would be no help
                raise FileError(f"The folder {folder} holds other things; name an empty or a new one in {HOME}.")
            folder.chmod(FOLDER_MODE)
    except OSError as error:
        raise FileError(f"The folder {folder} cannot be used ({error.strerror}); name another one in {HOME}.") from None
    return folder


def _is_ours(folder: Path) -> bool:
    return any(folder.joinpath(name).exists() for name in ("secret", "pinprick.sqlite3"))


def is_open_to_others(path: Path) -> bool:
    """Whether anybody but its owner may read or change a file or folder; never where there are no such modes."""
    return os.name == "posix" and bool(path.stat().st_mode & OTHERS)


def open_to_others() -> list[Path]:
    """What in the folder, itself included, anybody but its owner may read or change."""
    folder = home()
    return [path for path in (folder, *sorted(folder.rglob("*"))) if not path.is_symlink() and is_open_to_others(path)]


def close_to_others() -> None:
    """Take everything in the folder away from anybody but its owner."""
    for path in open_to_others():
        path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)


def database_path() -> Path:
    """Where the embedded database lies."""
    return home() / "pinprick.sqlite3"


def backups_path() -> Path:
    """Where backups lie; made if it is not there."""
    folder = home() / "backups"
    folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    return folder


def erased_path() -> Path:
    """Where the codes of whoever and whatever was erased are kept, so that no backup brings them back."""
    return home() / "erased.txt"


def secret_key() -> str:
    """The secret that cookies and forms are signed with: the one given, else one of this folder's own.

    It is made from the machine's source of secrets when it is first needed, and never lies in the database.

    Raises
    ------
    FileError
        If the one given is too short to be a secret.
    """
    given = os.environ.get(SECRET)
    if given is not None:
        check_secret(given)
        return given
    path = home() / "secret"
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(LEAST_SECRET))
    return path.read_text(encoding="ascii").strip()


def check_secret(given: str) -> None:
    """Refuse what is no secret.

    Raises
    ------
    FileError
        If it is too short, one that says so itself, or hardly more than one letter.

    Examples
    --------
    >>> check_secret("change me")
    Traceback (most recent call last):
    pinprick.errors.FileError: PINPRICK_SECRET_KEY has 9 characters; give 50 or more, drawn at random.
    """
    if len(given) < LEAST_SECRET:
        raise FileError(f"{SECRET} has {len(given)} characters; give {LEAST_SECRET} or more, drawn at random.")
    if given.startswith(MARKED_INSECURE) or len(set(given)) < LEAST_DIFFERENT:
        raise FileError(f"{SECRET} is not a secret but a stand-in; give {LEAST_SECRET} characters drawn at random.")


def _write_once(path: Path, text: str) -> None:
    """Write a file whole or not at all; where two begin at once, the first one's stays."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    try:
        path.hardlink_to(beside)
    except FileExistsError:
        pass
    except OSError:  # a file system without links; there the last one's stays
        beside.replace(path)
    beside.unlink(missing_ok=True)
