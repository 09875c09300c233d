"""`pinprick export` and `pinprick import`: what leaves a trial, and a trial that comes back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pinprick.cli.options import AsJson, Today, TrialFile, now
from pinprick.cli.terminal import check_output, print_json, say, standing
from pinprick.errors import FileError

if TYPE_CHECKING:
    pass


def export(
    trial: TrialFile,
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="A new file: .zip for everything, .csv for the diary, .json with --fhir.",
        ),
    ],
    long: Annotated[
        bool, typer.Option("--long", help="With .csv: a row for each question of each day, missed ones too.")
    ] = False,
    fhir: Annotated[bool, typer.Option("--fhir", help="FHIR for hospital systems: in the .zip, or alone.")] = False,
    participant: Annotated[str, typer.Option(metavar="NAME", help="Whose trial it is, for whoever pools it.")] = "1",
    zone: Annotated[str, typer.Option(metavar="ZONE", help="Your time zone for the long table: Europe/Berlin.")] = "",
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Write everything up to today into a new file: for a spreadsheet, for statistics, or to take it elsewhere."""
    from pinprick.formats import export as leaving
    from pinprick.trial.store import journal_path, seal_path, writing

    kind = out.suffix.lower()
    if kind not in (".zip", ".csv", ".json") or (long and kind != ".csv") or (fhir and kind == ".csv"):
        raise FileError(
            f"--out {out} does not fit: give a .zip for everything, a .csv for the diary (with --long for the long "
            "table), or a .json with --fhir."
        )
    if kind == ".json" and not fhir:
        raise FileError(f"--out {out} is a .json, which only FHIR is written as; add --fhir, or give a .zip or a .csv.")
    check_output("--out", out, trial, journal_path(trial), seal_path(trial))
    _refuse_existing("--out", out)
    moment = now(today)
    remarks: list[str] = []
    with writing(trial) as book:
        conduct = book.conduct
        remarks += book.remarks
        if conduct.is_sealed and seal_path(trial).exists():
            conduct = conduct.begin(book.seal(), moment)
            book.write(conduct)
        elif conduct.is_sealed:
            remarks.append(
                f"The seal beside {trial.name} is missing: days since the trial was last opened have no treatment here."
            )
    if kind == ".csv":
        text = (
            leaving.long_csv(conduct, moment.day, participant, zone=zone)
            if long
            else leaving.diary_csv(conduct, moment.day)
        )
        data, holds = (leaving.MARK + text).encode(), ["long.csv" if long else "diary.csv"]
    elif kind == ".json":
        data = leaving.fhir_text(conduct, moment.day, participant=participant).encode()
        holds = ["fhir.json"]
    else:
        data = leaving.export_zip(conduct, moment.day, participant=participant, zone=zone, fhir=fhir or None)
        holds = leaving.members(data)
    _write_new(out, data)
    if as_json:
        print_json({**standing(conduct, moment), "out": str(out), "holds": holds})
        return
    lines = [f"Written: {out}, with everything up to today."]
    if conduct.is_sealed:
        lines.append(
            "The trial has not ended, so no day to come is in it. Adding the ratings up by treatment now is looking "
            "before the end."
        )
    say(lines, remarks)


def import_trial(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The .zip that export wrote, or a trial.json.")],
    trial: Annotated[Path, typer.Option(metavar="NEW-FILE", help="Where the trial is to lie; a new file.")],
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Take in a trial that was exported, after every check; no trial that is there is ever overwritten."""
    from pinprick.formats.export import LARGEST_IMPORT, conduct_from
    from pinprick.trial.store import seal_path, writing

    try:
        with file.open("rb") as handle:
            data = handle.read(LARGEST_IMPORT + 1)
    except OSError as error:
        raise FileError(f"{file} cannot be read ({error.strerror}); check the name and the folder.") from None
    conduct = conduct_from(data, file.name)
    if trial.is_dir():
        raise FileError(f"--trial {trial} is a folder; give a new file in it, such as {trial / 'me.json'}.")
    with writing(trial) as book:
        if not book.is_new:
            raise FileError(f"{trial} is a trial already, and it stays as it is; give a new file.")
        book.write(conduct)
        lacks_seal = conduct.is_sealed and not seal_path(trial).exists()
    moment = now(today)
    if as_json:
        taken = {"trial": str(trial), "entries": len(conduct.events), "seal": not lacks_seal}
        print_json(standing(conduct, moment) | taken)
        return
    lines = [f"Taken in: {trial}, with {len(conduct.events)} entries, each checked."]
    if lacks_seal:
        lines.append(
            f"No export holds the order of the days to come. To go on here, copy the seal beside it, as "
            f"{seal_path(trial).name}; without it the trial can only be stopped and read."
        )
    say(lines)


def _refuse_existing(option: str, path: Path) -> None:
    if path.exists():
        raise FileError(f"{option} {path} is there already, and nothing is overwritten; give a new file.")


def _write_new(path: Path, data: bytes) -> None:
    """Write a new file for its owner alone, whole or not at all."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError:
        _refuse_existing("--out", path)
        raise
    except OSError as error:
        raise FileError(f"{path} cannot be written ({error.strerror}); choose another place.") from None
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise FileError(f"{path} cannot be written ({error.strerror}); choose another place.") from None
