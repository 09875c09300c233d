"""A conducted trial on disk: one JSON file, its journal, its seal, and a lock while somebody writes.

The log of events is the record. It is written twice, so that no moment of a write can lose what was acknowledged:

1. the new events are added to the journal (``me.json.journal``, one canonical JSON line each) and forced to the disk;
2. the trial file is written anew beside itself, forced to the disk, and put in its place in one step.

A kill before the end of 1 leaves the old state, and half a line at the end of the journal that is passed over. A kill
after it leaves the journal ahead, and the next command catches up. A trial file that was cut off is made again from
the journal, and that is said.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from pinprick.errors import FileError, PinprickError
from pinprick.trial.commitment import Event, broken_at, canonical
from pinprick.trial.conduct import Conduct
from pinprick.trial.seal import Seal
from pinprick.trial.text import read_text, write_text
from pinprick.trial.trial_json import FORMAT, trial_parts
from pinprick.version import __version__

PATIENCE = 20.0  # seconds to wait for another command that writes; one takes a tenth of a second


@dataclass(frozen=True, slots=True)
class Loaded:
    """A trial from disk, and what had to be done to read it, as sentences for people."""

    conduct: Conduct
    remarks: tuple[str, ...] = ()


class Book:
    """A trial that one command at a time may write; see `writing`."""

    def __init__(self, path: Path, loaded: Loaded | None) -> None:
        self.path = path
        self.remarks = loaded.remarks if loaded else ()
        self._conduct = loaded.conduct if loaded else None

    @property
    def conduct(self) -> Conduct:
        """The trial as it stands."""
        if self._conduct is None:
            raise FileError(f"There is no trial {self.path} yet; pinprick screen begins one.")
        return self._conduct

    @property
    def is_new(self) -> bool:
        """Whether there is no trial there yet."""
        return self._conduct is None

    def write(self, conduct: Conduct) -> None:
        """Write what is new; when this returns, it is on the disk."""
        known = self._conduct.events if self._conduct else ()
        if conduct.events[: len(known)] != known:
            raise FileError(f"{self.path} holds another trial; give a file of its own.")
        if conduct.events == known and self.path.exists():
            return
        try:
            _append(journal_path(self.path), conduct.events[len(known) :], of=self.path)
        except OSError as error:
            raise _not_written(self.path, error) from None
        write_text(rendered(conduct), self.path)
        self._conduct = conduct

    def write_seal(self, seal: Seal) -> None:
        """Write the seal, before the event that makes it binding."""
        write_text(seal.to_text(), seal_path(self.path))

    def seal(self) -> Seal:
        """The seal beside the trial.

        Raises
        ------
        FileError
            If it is lost: then nobody can know the rest of the order, and the trial ends here.
        """
        return read_seal(self.path)


def journal_path(path: Path) -> Path:
    """Where the journal of a trial lies."""
    return path.with_name(path.name + ".journal")


def seal_path(path: Path) -> Path:
    """Where the seal of a trial lies."""
    return path.with_name(path.name + ".seal")


def lock_path(path: Path) -> Path:
    """Where the lock of a trial lies; the file itself means nothing, only who holds it."""
    return path.with_name("." + path.name + ".lock")


def read_seal(path: Path) -> Seal:
    """The seal beside a trial file; `FileError` if it is lost."""
    beside = seal_path(path)
    if not beside.exists():
        raise FileError(
            f"The seal {beside} is missing, and the rest of the order lies in it alone; put it back from a backup. "
            "If it is lost, the trial ends here: pinprick stop, then pinprick verdict."
        )
    return Seal.from_text(read_text(beside), name=beside.name)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Book]:
    """Hold a trial for writing; another command that writes the same one waits.

    Raises
    ------
    FileError
        If the file cannot be read or its folder cannot be written, or another command holds it too long.
    """
    if not path.parent.is_dir():
        raise FileError(f"There is no folder {path.parent}; make it first, or choose another place.")
    lock = FileLock(lock_path(path), timeout=PATIENCE)
    try:
        lock.acquire()
    except Timeout:
        raise FileError(
            f"Another command has been writing {path} for {PATIENCE:.0f} seconds; wait until it ends, and try again."
        ) from None
    except OSError as error:
        raise _not_written(path, error) from None
    try:  # apart from the above: what goes wrong while the trial is held is not a lock's failure
        yield Book(path, load_trial(path) if path.exists() or journal_path(path).exists() else None)
    finally:
        lock.release()


def _not_written(path: Path, error: OSError) -> FileError:
    return FileError(f"{path} cannot be written ({error.strerror}); check that you may write there.")


def load_trial(path: Path) -> Loaded:
    """Read a trial, whatever moment it was left in.

    Raises
    ------
    FileError
        If there is none, or neither the file nor its journal holds a whole one, or somebody changed it.
    """
    journal = _journal(journal_path(path))
    if not path.exists() and not journal:
        raise FileError(f"There is no trial {path}; check the name and the folder, or begin one with pinprick screen.")
    try:
        text = read_text(path)
        events, version = _events(text, name=path.name)
    except PinprickError as error:
        if not journal:
            raise
        last = journal[-1]
        what = "was missing" if not path.exists() else "was cut off or damaged"
        conduct = _conduct(journal, path)
        return Loaded(
            conduct,
            (
                f"{path.name} {what} and was restored from its journal, complete up to entry {last.number} of "
                f"{last.moment.written()}."
                + ("" if "damaged" not in what or "is not JSON" in str(error) else f" ({error})"),
            ),
        )
    broken = broken_at(events)
    if broken is not None:
        raise FileError(
            f"{path.name}: entry {broken} of its log was changed after it was written, so nothing can be built on it; "
            f"pinprick verify {path.name} says more. To go on, move this file away: the journal beside it is whole."
        )
    if journal[: len(events)] == events:
        events = journal  # the journal may be ahead, if a command was killed
    elif events[: len(journal)] != journal:
        raise FileError(
            f"{path.name} and its journal tell different stories from entry {_first_difference(events, journal)} on; "
            "restore both from one backup."
        )
    conduct = _conduct(events, path)
    if version == __version__ and events == _events(text, name=path.name)[0] and rendered(conduct) != text:
        raise FileError(
            f"{path.name} was changed by hand in a part that follows from its log; pinprick verify {path.name} says "
            "where. To go on, move this file away: it is made again from the journal."
        )
    return Loaded(conduct)


def _conduct(events: list[Event], path: Path) -> Conduct:
    try:
        return Conduct(tuple(events))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        if isinstance(error, PinprickError):
            raise
        raise FileError(
            f"{path.name} holds an entry that this version of Pinprick does not know; install a newer one."
        ) from None


def _first_difference(one: list[Event], other: list[Event]) -> int:
    return next((a.number for a, b in zip(one, other, strict=False) if a != b), min(len(one), len(other)) + 1)


def _events(text: str, *, name: str) -> tuple[list[Event], str]:
    """The log in a trial file's text, and the version that wrote it."""
    try:
        top = json.loads(text)
    except (ValueError, RecursionError):
        raise FileError(f"{name} is not JSON; restore it from a copy.") from None
    if not isinstance(top, dict) or top.get("format") != FORMAT or not isinstance(top.get("log"), list):
        raise FileError(f"{name} is not a trial that pinprick start conducts; give the file that pinprick screen made.")
    return [Event.from_dict(values, name=name) for values in top["log"] if isinstance(values, dict)], str(
        top.get("written_by", "")
    )


def _journal(path: Path) -> list[Event]:
    """The events in a journal: as many as follow from one another; half a line at the end is passed over."""
    if not path.exists():
        return []
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read ({error.strerror}); check that you may read it.") from None
    events: list[Event] = []
    for line in data.split(b"\n"):
        try:
            event = Event.from_dict(json.loads(line), name=path.name)
        except (ValueError, FileError, RecursionError):
            break
        if event != Event.after(events[-1] if events else None, event.kind, event.moment, event.data):
            break
        events.append(event)
    return events


def _append(path: Path, events: tuple[Event, ...], *, of: Path) -> None:
    """Add events to a journal and force them to the disk; half a line that a kill left is cut off first."""
    whole = _journal(path)
    lines = b"".join(canonical(event.to_dict()) + b"\n" for event in events)
    if not path.exists() and of.exists():  # a journal that was lost is made again, from the file that is whole
        whole = _events(read_text(of), name=of.name)[0]
        lines = b"".join(canonical(event.to_dict()) + b"\n" for event in whole) + lines
        length = 0
    else:
        length = sum(len(canonical(event.to_dict())) + 1 for event in whole)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.ftruncate(descriptor, length)
        os.lseek(descriptor, length, os.SEEK_SET)
        os.write(descriptor, lines)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rendered(conduct: Conduct) -> str:
    """The trial file: what a reader needs, then the log that all of it follows from.

    Equal logs give the same bytes. One line an entry, so that two files can be compared by eye.
    """
    last_day = conduct.events[-1].moment.day
    parts: dict[str, str] = {
        "format": json.dumps(FORMAT),
        "written_by": json.dumps(__version__),
        "sealed": json.dumps(conduct.is_sealed),
        "commitment": json.dumps(conduct.start["commitment"] if conduct.has_started else None),
    }
    trial = conduct.trial(until=_until(conduct, last_day)) if conduct.has_started else None
    if trial is not None:
        parts |= {name: text for name, text in trial_parts(trial).items() if name != "format"}
    log = ",\n".join(f"    {json.dumps(event.to_dict(), ensure_ascii=False)}" for event in conduct.events)
    parts["log"] = f"[\n{log}\n  ]"
    return "{\n" + ",\n".join(f'  "{name}": {text}' for name, text in parts.items()) + "\n}\n"


def _until(conduct: Conduct, last_day: date) -> date:
    return min(last_day, conduct.stopped[0]) if conduct.stopped else last_day


def erase(path: Path) -> tuple[str, ...]:
    """Erase a trial's file, journal, seal and lock; each is overwritten before its name goes.

    Raises
    ------
    FileError
        If there is no such trial, or a file cannot be erased.
    """
    files = [path, journal_path(path), seal_path(path)]
    present = [file for file in files if file.exists()]
    if not present:
        raise FileError(f"There is no trial {path}, so nothing was erased.")
    try:
        with FileLock(lock_path(path), timeout=PATIENCE):
            for file in present:
                with file.open("r+b") as handle:
                    handle.write(bytes(file.stat().st_size))
                    handle.flush()
                    os.fsync(handle.fileno())
                file.unlink()
        lock_path(path).unlink(missing_ok=True)
    except Timeout:
        raise FileError(f"Another command is writing {path}; wait until it ends, and erase it then.") from None
    except OSError as error:
        raise FileError(f"{path} cannot be erased ({error.strerror}); erase it by hand.") from None
    return tuple(file.name for file in present)


def running_beside(path: Path, today: date) -> Path | None:
    """Another trial in the same folder that has started and not ended, if there is one: two would overlap."""
    for other in sorted(path.parent.glob("*.json")):
        if other.resolve() == path.resolve() or not other.is_file() or other.stat().st_size > 32 * 2**20:
            continue
        try:
            text = other.read_text(encoding="utf-8")
            if '"log"' not in text:
                continue
            conduct = Conduct(tuple(_events(text, name=other.name)[0]))
        except (PinprickError, OSError, ValueError, KeyError, TypeError):
            continue
        ended = conduct.stopped is not None or conduct.revealed is not None
        if conduct.has_started and not ended and today <= conduct.last_day:
            return other
    return None
