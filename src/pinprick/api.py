"""One question, one call: `analyse` takes whatever holds a diary and gives the answer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from html import escape
from os import PathLike
from typing import Any

from pinprick import charts, report
from pinprick.analysis.bare import match_name, plan_for
from pinprick.analysis.reading import Reading, read_verdict, recorded, rule_dict, rule_of
from pinprick.analysis.single import Result, analyse_trial
from pinprick.errors import DiaryError, PinprickError, ProtocolError
from pinprick.formats.detect import read_sources
from pinprick.formats.frame import diary_from_frame
from pinprick.formats.source import Source
from pinprick.trial.commitment import Moment
from pinprick.trial.conduct import Conduct
from pinprick.trial.diary import Diary
from pinprick.trial.draw import SEED_BYTES
from pinprick.trial.protocol import Mode
from pinprick.trial.schedule import Schedule
from pinprick.trial.seal import Seal
from pinprick.trial.trial import Trial


@dataclass(frozen=True, slots=True, repr=False)
class Answer(Result):
    """A `Result` that a notebook shows as words and a picture."""

    def _repr_html_(self) -> str:
        """Headline, picture and size; the picture is left out where ``pinprick[report]`` is not installed."""
        try:
            picture = charts.to_svg(self, "answers")
        except PinprickError:
            picture = ""
        said = "".join(f"<li>{escape(words)}</li>" for words in (*report.size(self), *report.fool(self)))
        return f"<h3>{escape(report.headline(self))}</h3>{picture}<ul>{said}</ul>"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the asker fixed; None leaves it to the defaults, which are then said in the answer."""

    outcome: str | None = None
    treatments: Sequence[str] | None = None
    control: str | None = None
    better: str | None = None
    scale: tuple[float, float] | None = None
    delta: float | None = None
    mode: Mode = Mode.STANDARD

    def given(self) -> list[str]:
        """Names of what was fixed."""
        return [f.name for f in fields(self) if getattr(self, f.name) != f.default]


def analyse(
    diary: Any,
    *,
    schedule: Schedule | None = None,
    outcome: str | None = None,
    treatments: Sequence[str] | None = None,
    control: str | None = None,
    better: str | None = None,
    scale: tuple[float, float] | None = None,
    delta: float | None = None,
    mode: Mode | str = Mode.STANDARD,
    today: date | None = None,
) -> Answer:
    """Which treatment is better for this person, by how much, how sure; or "cannot tell".

    Parameters
    ----------
    diary : Diary, Trial, data frame, or path
        A data frame (pandas or polars) has the columns of a diary file: day, treatment, one column a
        rating, and perhaps done, minutes and note. A path is any file that ``pinprick verdict`` reads
        and that holds one person.
    schedule : Schedule, optional
        Where the order is known and how it was drawn, so that it can be redrawn.
    outcome, treatments, control, better, scale, delta, mode
        As in `pinprick.analysis.bare.plan_for`. A trial has them fixed in its plan and takes none.
    today : date, optional
        Days after it are refused as lying in the future; no day is refused unless it is given.

    Returns
    -------
    Answer
        Deterministic: the same diary gives the same bits.

    Raises
    ------
    DiaryError, ProtocolError, FileError
        With one line for people.

    Examples
    --------
    >>> from datetime import date, timedelta
    >>> from pinprick.trial.diary import Diary, Entry
    >>> start = date(2026, 5, 4)
    >>> entries = tuple(Entry(start + timedelta(days=i), "mat" if i // 2 % 2 else "towel", {"pain": i % 3 + 3})
    ...                 for i in range(20))
    >>> analyse(Diary(entries, ("pain",)), control="towel")
    <Result cannot_tell: mat against towel, pain: ...>
    """
    wishes = Wishes(outcome, treatments, control, better, scale, delta, Mode(mode))
    if isinstance(diary, Trial):
        return _answer(Source("trial", diary.diary, diary.schedule, diary.protocol), wishes)
    if isinstance(diary, Diary):
        return _answer(Source("diary", diary, schedule), wishes)
    if isinstance(diary, str | PathLike):
        sources = read_sources(diary, today=today)
        if len(sources) != 1:
            people = ", ".join(str(source.participant) for source in sources)
            raise DiaryError(f"{diary} holds {len(sources)} people ({people}); use pinprick.analyse_file.")
        return _answer(sources[0], wishes)
    if hasattr(diary, "columns"):
        return _answer(Source("frame", diary_from_frame(diary, today=today), schedule), wishes)
    raise DiaryError(
        f"analyse was given a {type(diary).__name__}; give a Diary, a Trial, a data frame, or the path of a file."
    )


def analyse_file(
    path: str | PathLike[str],
    *,
    schedule: str | PathLike[str] | None = None,
    participant: str | None = None,
    wishes: Wishes | None = None,
    today: date | None = None,
) -> list[Answer]:
    """Every person's answer from a file, one each; what ``pinprick verdict`` calls.

    Parameters
    ----------
    path : path
        A diary CSV, a trial JSON, a StudyU measurements.csv, or nof1kit's CSV.
    schedule : path, optional
        nof1kit's schedule JSON.
    participant : str, optional
        Whose diary, by id or its beginning; everybody's otherwise.
    wishes : Wishes, optional
        What the asker fixed.
    today : date, optional
        Days after it are refused.
    """
    sources = read_sources(path, schedule_path=schedule, today=today)
    known = sorted({treatment for source in sources for treatment in source.diary.treatments})
    if participant is not None:
        ids = [source.participant for source in sources if source.participant is not None]
        if not ids:
            raise DiaryError(f"{path} holds one person without an id; leave --participant {participant} out.")
        starting = [name for name in ids if name.startswith(participant)]
        chosen = starting[0] if len(starting) == 1 else match_name(ids, participant, what="participant")
        sources = tuple(source for source in sources if source.participant == chosen)
    return [_answer(source, wishes or Wishes(), known=known) for source in sources]


def _answer(source: Source, wishes: Wishes, *, known: Sequence[str] = ()) -> Answer:
    remarks = tuple(dict.fromkeys((*source.diary.remarks, *source.remarks)))
    diary = replace(source.diary, remarks=remarks)
    if source.protocol is not None and source.schedule is not None:
        if wishes.given():
            raise ProtocolError(
                f"The trial's plan was fixed before day one, so {', '.join(wishes.given())} cannot be chosen now; "
                "leave it out."
            )
        trial = Trial(source.protocol, source.schedule, diary)
        assumptions: tuple[str, ...] = ()
    else:
        chosen = {f.name: getattr(wishes, f.name) for f in fields(wishes)}
        chosen["outcome"] = source.also_called.get(wishes.outcome or "", wishes.outcome)
        trial, assumptions = plan_for(diary, schedule=source.schedule, known=known, **chosen)
    result = analyse_trial(trial, assumptions=assumptions, participant=source.participant)
    return Answer(**{f.name: getattr(result, f.name) for f in fields(result)})


def start(
    conduct: Conduct,
    moment: Moment,
    *,
    belief: Mapping[str, Any] | None = None,
    first_day: date | None = None,
    built_up: bool = False,
    seed: bytes | None = None,
) -> tuple[Conduct, Seal]:
    """Draw the order by chance, commit to plan, rule and order, and start.

    Keep the seal in a file of its own, and ``conduct.start["commitment"]`` elsewhere.

    Parameters
    ----------
    conduct : Conduct
        A trial whose safety questions have been answered today or yesterday.
    moment : Moment
        Now.
    belief : mapping, optional
        ``expectation`` by treatment (0 to 10), and ``choice_today``, a treatment or "neither".
    first_day : date, optional
        Tomorrow unless told otherwise; at most 14 days ahead.
    built_up : bool
        The person has lain on a mat for a week or more without trouble.
    seed : (32,) bytes, optional
        For a rehearsal; the order then counts as not sealed. Otherwise it comes from the machine's source of secrets.

    Raises
    ------
    ProtocolError
        If a safety rule stands open, the build-up is not done, or the trial has started.
    DiaryError
        If the belief is about something else than the plan's treatments.
    """
    return conduct.started(
        moment,
        seed=secrets.token_bytes(SEED_BYTES) if seed is None else seed,
        rule=rule_dict(rule_of(conduct.plan)),
        belief=belief or {},
        first_day=first_day,
        sealed=seed is None,
        built_up=built_up,
    )


def reveal(conduct: Conduct, seal: Seal, moment: Moment) -> tuple[Conduct, Reading]:
    """The end of a trial: its verdict, with seed and order in the clear.

    Parameters
    ----------
    conduct : Conduct
        A trial whose answer is ready, and whose guess and preference have been asked.
    seal : Seal
        What `start` gave.
    moment : Moment
        Now.

    Raises
    ------
    ProtocolError
        If there is no answer yet, or guess and preference have not been asked.
    FileError
        If the seal is not this trial's.
    """
    reading = read_verdict(conduct, moment.day)
    if not reading.ready:
        raise ProtocolError("There is no answer yet: the rule has not fired, and days are left.")
    return conduct.with_reveal(seal, moment, verdict=recorded(reading, on=moment.day)), reading
