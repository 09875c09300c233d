"""What leaves a trial, and what comes back: a diary for a spreadsheet, the long table, a ZIP of everything.

Only ``trial.json`` comes back: it is the whole record, and the tables follow from it.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, timedelta
from textwrap import fill
from typing import Any

from pinprick.errors import FileError, PinprickError
from pinprick.formats.fhir import bundle, has_fhir
from pinprick.formats.lived_days import LivedDay, lived_days
from pinprick.trial.commitment import Event, broken_at
from pinprick.trial.conduct import Conduct
from pinprick.trial.csv_diary import diary_to_csv
from pinprick.trial.diary import Diary, Entry
from pinprick.trial.fold import Rated
from pinprick.trial.plan import Asked, Blocks
from pinprick.trial.store import rendered
from pinprick.trial.table import guarded, listed, plain
from pinprick.trial.text import CONTROL, MIB, decode
from pinprick.trial.trial_json import FORMAT
from pinprick.version import __version__
from pinprick.words import _

LARGEST_IMPORT = 32 * MIB
"""Bytes of a file that is taken in, and of the trial in it once unpacked; a year has less than one."""

LONG_COLUMNS = (
    "participant",
    "occasion_id",
    "scheduled_at",
    "zone",
    "prompted_at",
    "answered_at",
    "period",
    "block",
    "assigned",
    "done",
    "outcome",
    "value",
    "scale_min",
    "scale_max",
    "source",
    "edited_at",
)

TRIAL, README = "trial.json", "README.txt"
MEMBERS = (README, TRIAL, "diary.csv", "long.csv", "fhir.json")
"""What a ZIP of ours may hold, in its order."""

MARK = "\ufeff"
"""Tells a spreadsheet that a file is UTF-8; the texts here are without it, and files that are written get it."""

LONG_AGO = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # the earliest that a ZIP can say: no clock in it, so that equal trials give equal bytes
WIDTH = 90  # columns of README.txt
TEXT_FILE = 0o600 << 16  # for its owner alone, as a trial file is

TO_DO = "give the ZIP or the trial.json as pinprick export wrote it"


def diary_csv(conduct: Conduct, today: date) -> str:
    """The diary up to a day, for a spreadsheet and for ``pinprick verdict``.

    Every day of a treatment has a row, missed ones with empty cells; days of the build-up have one where they were
    rated, and no treatment. Text that a spreadsheet would take for a formula is guarded, as reading undoes.

    Parameters
    ----------
    conduct : Conduct
        The trial, opened up to this day by `Conduct.begin`.
    today : date
        Nothing of a later day is in it, sealed or not.

    Examples
    --------
    >>> from pinprick.trial.commitment import Moment
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> day = date(2026, 5, 4)
    >>> conduct = Conduct.opened(read_protocol("mat-vs-rest-back-pain"), Moment.rehearsal(day))
    >>> conduct, _ = conduct.with_rating(Moment.rehearsal(day), day=day, ratings={"pain": 5}, note="=1+1")
    >>> diary_csv(conduct, day).splitlines()
    ['day,treatment,pain,note', "2026-05-04,,5,'=1+1"]
    """
    lived = [one for one in lived_days(conduct, today) if one.treatment is not None or one.versions]
    entries = tuple(_entry(conduct, one) for one in lived)
    return diary_to_csv(Diary(entries, tuple(rating.name for rating in conduct.plan.ratings)))


def _entry(conduct: Conduct, lived: LivedDay) -> Entry:
    """A day's check-in as a diary has it: received on its own day where it came when it was due."""
    latest = lived.latest
    if latest is None:
        return Entry(lived.day, lived.treatment)
    given, due = latest.moment.day, conduct.due_on(lived.day)
    return Entry(
        lived.day,
        lived.treatment,
        latest.ratings,
        latest.done,
        latest.minutes,
        CONTROL.sub(" ", latest.note),  # no CSV reader of ours or theirs takes them; trial.json keeps them
        None if given <= due else given - (due - lived.day),
    )


def long_csv(conduct: Conduct, today: date, participant: str, *, zone: str = "") -> str:
    """The long table: a row for each outcome of each scheduled occasion up to a day, missed ones included.

    ``scheduled_at`` is a date, because a plan says "in the evening" and no hour. ``answered_at`` is when the value
    was first given, ``edited_at`` when it was last changed, both with their offset. ``block`` and ``period`` count
    from 1, as drawn: a pause does not split one. ``prompted_at`` stays empty: no reminder is logged. Rated days of
    the build-up have neither period nor treatment.

    Parameters
    ----------
    conduct : Conduct
        The trial, opened up to this day by `Conduct.begin`.
    today : date
        Nothing of a later day is in it.
    participant : str
        Whose trial it is, in the words of whoever pools it.
    zone : str
        IANA name of the person's time zone; a trial itself keeps offsets only.

    Examples
    --------
    >>> from pinprick.trial.commitment import Moment
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> day = date(2026, 5, 4)
    >>> conduct = Conduct.opened(read_protocol("mat-vs-rest-back-pain"), Moment.rehearsal(day))
    >>> conduct, _ = conduct.with_rating(Moment.rehearsal(day), day=day, ratings={"pain": 5})
    >>> print(long_csv(conduct, day, "p7").splitlines()[1])
    p7,2026-05-04.pain,2026-05-04,,,2026-05-04T12:00:00+00:00,,,,unknown,pain,5,0,10,rehearsal,
    """
    rows: list[Sequence[str]] = [LONG_COLUMNS]
    for lived in lived_days(conduct, today):
        block, period = _place(conduct, lived.number)
        done = lived.latest.done if lived.latest else None
        for rating in conduct.plan.ratings:
            due = lived.day + timedelta(days=rating.asked is Asked.NEXT_MORNING)
            answers = lived.answers(rating.name)
            if not answers and (lived.number is None or due > today):
                continue
            last = answers[-1] if answers else None
            rows.append(
                (
                    guarded(participant),
                    f"{lived.day}.{rating.name}",
                    due.isoformat(),
                    guarded(zone),
                    "",
                    _given(answers[0][1]) if answers else "",
                    period,
                    block,
                    lived.treatment or "",
                    "unknown" if done is None else "yes" if done else "no",
                    rating.name,
                    plain(last[0]) if last else "",
                    plain(rating.outcome.low),
                    plain(rating.outcome.high),
                    _source(last[1]) if last else "",
                    _given(last[1]) if last and len(answers) > 1 else "",
                )
            )
    return "".join(",".join(map(_quoted, row)) + "\n" for row in rows)


def _place(conduct: Conduct, number: int | None) -> tuple[str, str]:
    """Block and period of one of the trial's days, as they were drawn."""
    if number is None:
        return "", ""
    design = conduct.plan.design
    if isinstance(design, Blocks):
        period = (number - 1) // design.period_days
        return str(period // len(conduct.plan.arms) + 1), str(period + 1)
    in_course = bool(conduct.begun) and number > design.usual_days + conduct.begun[0]
    return "1", str(1 + in_course)


def _given(version: Rated) -> str:
    """When a person gave an answer, which offline is before it was received."""
    return (version.entered or version.moment).written()


def _source(version: Rated) -> str:
    return "rehearsal" if version.moment.rehearsed else "self_report"


def _quoted(cell: str) -> str:
    plain_cell = not any(sign in cell for sign in ',;"\t\r\n') and cell == cell.strip()
    return cell if plain_cell else '"' + cell.replace('"', '""') + '"'


def export_zip(
    conduct: Conduct, today: date, *, participant: str = "1", zone: str = "", fhir: bool | None = None
) -> bytes:
    """Everything there is about a trial, as a ZIP; the same trial on the same day gives the same bytes.

    The seal is not in it: whoever holds the ZIP of a running trial learns no day to come.

    Parameters
    ----------
    conduct : Conduct
        The trial, opened up to this day by `Conduct.begin`.
    today : date
        The tables hold nothing of a later day.
    participant, zone : str
        See `long_csv`.
    fhir : bool, optional
        Whether ``fhir.json`` is in it; None puts it in where ``pinprick[fhir]`` is installed, and README.txt says
        which of the two it was.

    Raises
    ------
    FileError
        If ``fhir`` is wanted and not installed.

    Examples
    --------
    >>> from pinprick.trial.commitment import Moment
    >>> from pinprick.trial.protocol_file import read_protocol
    >>> day = date(2026, 5, 4)
    >>> conduct = Conduct.opened(read_protocol("mat-vs-rest-back-pain"), Moment.rehearsal(day))
    >>> conduct_from(export_zip(conduct, day), "mine.zip") == conduct
    True
    """
    with_fhir = has_fhir() if fhir is None else fhir
    texts = {
        README: _readme(conduct, today, with_fhir=with_fhir),
        TRIAL: rendered(conduct),
        "diary.csv": MARK + diary_csv(conduct, today),
        "long.csv": MARK + long_csv(conduct, today, participant, zone=zone),
    }
    if with_fhir:
        texts["fhir.json"] = fhir_text(conduct, today, participant=participant)
    made = io.BytesIO()
    # stored, not squeezed: zlib's bytes differ from one machine to the next, and a year has about half a megabyte
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, text in texts.items():
            member = zipfile.ZipInfo(name, LONG_AGO)
            member.create_system = 3  # else Windows writes other bytes
            member.external_attr = TEXT_FILE
            archive.writestr(member, text.encode("utf-8"))
    return made.getvalue()


def fhir_text(conduct: Conduct, today: date, *, participant: str = "1") -> str:
    """The FHIR bundle as JSON text; see `pinprick.formats.fhir.bundle`."""
    return json.dumps(bundle(conduct, today, participant=participant), ensure_ascii=False, indent=1) + "\n"


def members(data: bytes) -> list[str]:
    """The names of the files in a ZIP of ours, in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.namelist()


def _readme(conduct: Conduct, today: date, *, with_fhir: bool) -> str:
    """The page that says what each file is."""
    whole = _("This is the whole record of one trial: {title} Pinprick {version} made it on {day}.")
    files = {
        TRIAL: _(
            "The record itself: plan, days, answers, and what followed from the safety questions. It alone can be "
            "taken in again, with pinprick import, and checked by anybody, with pinprick verify."
        ),
        "diary.csv": _("One row a day, for a spreadsheet. An empty cell was not answered."),
        "long.csv": _("One row for each question of each day, missed days too, for whoever does the statistics."),
        "fhir.json": _("The answers for hospital systems, as HL7 FHIR R4B (4.3.0)."),
        README: _("This page."),
    }
    after = []
    if not with_fhir:
        del files["fhir.json"]
        after.append(_("There is no fhir.json, because pinprick[fhir] was not installed where this was made."))
    if any(version.note for day in _rated_days(conduct) for version in conduct.versions(day)):
        after.append(_("It holds notes in the person's own words. Take care whom you give it to."))
    if any(not {"mass_kg", "stature_cm", "sex"}.isdisjoint(one.to_dict()) for _day, one in conduct.set_ups):
        after.append(_("It holds what you said of your own body, such as your weight. Take care whom you give it to."))
    if conduct.is_sealed:
        after += [
            _(
                "The trial has not ended. No day to come is in here: their order lies in the seal, a file beside the "
                "trial that no export holds. To go on with this trial elsewhere, take the seal along too."
            ),
            _("Adding the ratings up by treatment now is looking before the end."),
        ]
    title = whole.format(title=conduct.plan.title, version=__version__, day=today)
    rows = [
        fill(sentence, WIDTH, initial_indent=f"{name:<12}", subsequent_indent=" " * 12)
        for name, sentence in files.items()
    ]
    return "\n".join([fill(title, WIDTH), "", *rows, *(f"\n{fill(sentence, WIDTH)}" for sentence in after)]) + "\n"


def _rated_days(conduct: Conduct) -> list[date]:
    return [date.fromisoformat(event.data["day"]) for event in conduct.events if event.kind == "rated"]


# ---- what comes back


def conduct_from(data: bytes, name: str) -> Conduct:
    """The trial in an exported ZIP or in a ``trial.json``, checked as `pinprick.trial.store.load_trial` checks.

    Parameters
    ----------
    data : bytes
        At most `LARGEST_IMPORT`. Nothing in it is run, and no name in it is used as a path.
    name : str
        What messages call it.

    Raises
    ------
    FileError
        If it is neither, is too large, holds anything that no export of ours holds, or was changed.
    """
    if len(data) > LARGEST_IMPORT:
        raise FileError(
            f"{name} has {len(data) / MIB:,.0f} MiB, more than the {LARGEST_IMPORT // MIB} MiB that a trial may have; "
            f"{TO_DO}."
        )
    if data.startswith(b"PK"):
        data, name = _trial_in(data, name), f"{TRIAL} in {name}"
    text = decode(data, name=name)
    events, version = _log(text, name)
    try:
        broken = broken_at(events)
        if broken is not None:
            raise FileError(
                f"{name}: entry {broken} of its log was changed after it was written, so nothing can be built on it; "
                "take another copy."
            )
        conduct = Conduct(tuple(events))
        follows = version != __version__ or rendered(conduct) == text
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError) as error:
        if isinstance(error, PinprickError):
            raise
        raise FileError(
            f"{name} holds an entry that this version of Pinprick does not know; install a newer one."
        ) from None
    if not follows:
        raise FileError(
            f"{name} was changed by hand in a part that follows from its log; take another copy, or see where with "
            "pinprick verify."
        )
    return conduct


def _log(text: str, name: str) -> tuple[list[Event], str]:
    """The log in a trial file's text, and the version that wrote it."""
    try:
        top: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise FileError(f"{name} is not JSON; {TO_DO}.") from None
    log = top.get("log") if isinstance(top, dict) and top.get("format") == FORMAT else None
    if not isinstance(log, list) or not log or not all(isinstance(values, dict) for values in log):
        raise FileError(f"{name} is not the record of a trial; {TO_DO}.")
    return [Event.from_dict(values, name=name) for values in log], str(top.get("written_by", ""))


def _trial_in(data: bytes, name: str) -> bytes:
    """The bytes of the trial in a ZIP; what unpacks to more than it may is given up on the way."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            strange = [one for one in names if one not in MEMBERS]
            if strange or len(set(names)) < len(names):
                what = f"{strange[0][:40]!r}, which is" if strange else "a file twice, as"
                raise FileError(f"{name} holds {what} in no export of ours; it may hold {listed(MEMBERS)}. So {TO_DO}.")
            if TRIAL not in names:
                raise FileError(f"{name} holds no {TRIAL}; {TO_DO}.")
            member = archive.getinfo(TRIAL)
            if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise FileError(f"{name} is locked or packed in a way that no export of ours is; {TO_DO}.")
            with archive.open(member) as file:
                found = file.read(LARGEST_IMPORT + 1)  # whatever size it claims
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        if isinstance(error, PinprickError):
            raise
        raise FileError(f"{name} is a damaged ZIP; {TO_DO}.") from None
    if len(found) > LARGEST_IMPORT:
        raise FileError(f"{TRIAL} in {name} unpacks to more than {LARGEST_IMPORT // MIB} MiB; {TO_DO}.")
    return found
