"""Your mat: what touches somebody, in words first, for the cloth, the surface, the mat and the body they choose.

Choices stand in the address alone; a trial's log keeps the mat, the cloth and the surface once somebody says so. What
the model says comes in two steps: at once from few draws, whose middles are the same, and then from as many as the
command takes, worked out aside and remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from threading import Lock, Thread
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

import pinprick
from pinprick import Phase
from pinprick.charts.dose import body_picture, inline, ladder_picture, needle_picture
from pinprick.dose import events, needle, points
from pinprick.dose.answer import Dose, dose
from pinprick.dose.body import Person
from pinprick.dose.doubts import doubts
from pinprick.dose.ladder import Ladder, ladder
from pinprick.dose.ladder import sentences as ladder_sentences
from pinprick.dose.lying import run
from pinprick.dose.mat import Mat
from pinprick.dose.mat import mat as named
from pinprick.dose.setup import Setup
from pinprick.errors import PinprickError
from pinprick.report import dose as told
from pinprick.sessions.each import is_another
from pinprick_web import words
from pinprick_web.aside import aside
from pinprick_web.clock import now
from pinprick_web.mat_asked import OWN, SEX, SKIN, UNDER, UNIT_WORDS, Asked, backs, read
from pinprick_web.trials import store
from pinprick_web.trials.access import current_trial
from pinprick_web.trials.doorway import Here
from pinprick_web.trials.views.session import Set, clock_of

CAME_FROM: Final = ("plan", "ladder", "today")
KEEPS: Final = (Phase.DRAFT, Phase.SCREENED, Phase.RUNNING, Phase.PAUSED)
"""While a trial is in one of these, its set-up may be kept."""
N_AT_ONCE: Final = 20
"""Draws behind the first answer."""
N_KEPT: Final = 64
DOSE, LADDER, ALL = "dose", "ladder", "all"
"""What an address asks to be worked out from every draw."""


@require_safe
def mat(request: HttpRequest) -> HttpResponse:
    """How many spikes touch, how hard each presses, what cloth and surface change, and how to start gently."""
    here = _here(request)
    kept = here.conduct.set_up_on(here.today) if here else None
    sent = request.GET.dict()
    if here and sent.get("from") == "ladder" and _clock_of_step(here) and not {"step", "skin", "under"} & sent.keys():
        sent["step"] = str(here.conduct.rung.step)
    asked = read(sent, kept)
    return page(request, asked, here, came_from=sent.get("from", ""), work=sent.get("work", ""))


def page(request: HttpRequest, asked: Asked, here: Here | None, *, came_from: str = "", work: str = "") -> HttpResponse:
    """The page for what was asked: its answer, or what cannot be with the range beside its field."""
    kept = {"from": came_from} if came_from in CAME_FROM else {}
    if request.GET.get("points"):
        kept["points"] = "1"
    shown: dict[str, Any] = {
        "typed": asked.typed,
        "reasons": asked.reasons,
        "kept": kept,
        "mats": [(name, named(name).name, f"{named(name).spikes:,}") for name in backs()],
        "own": OWN,
        "skins": [(value, _(label)) for value, label in SKIN.items()],
        "unders": [(value, _(label)) for value, label in UNDER.items()],
        "sexes": [(value, _(label)) for value, label in SEX.items()],
        "units": [(value, _(label)) for value, label in UNIT_WORDS.items()],
        "care": events.sentences()[1],
        "no_clinician": _(told.NO_CLINICIAN),
    }
    if here is not None:
        shown |= _of_trial(here, asked, came_from)
        shown["just_kept"] = "kept" in request.GET and shown["is_kept"]
    if asked.setup is None:
        return render(request, "mat.html", shown, status=422)
    shown |= answer(asked.setup, work, with_points="points" in kept)
    shown["query"] = urlencode(asked.query | kept)
    shown["without_points"] = urlencode(asked.query | {name: kept[name] for name in kept if name != "points"})
    response = render(request, "mat.html", shown)
    if "HX-Request" in request.headers and not work:  # a choice: its address without the fields that are empty
        response["HX-Replace-Url"] = f"?{shown['query']}"
    return response


# --- the trial that somebody is in --------------------------------------------------------------------------


def _here(request: HttpRequest) -> Here | None:
    """Where the person stands in their trial; None where there is none on the mat, or it cannot be read.

    Nothing is begun or written here: the page is anybody's, and opens whatever became of a trial.
    """
    person, moment = request.person, now(request)
    try:
        record = current_trial(person) if person.pk else None
        if record is None or record.alarm is not None:
            return None
        conduct = store.load(record)
        if not conduct.plan.on_the_mat:
            return None
        return Here(record, conduct, moment, pinprick.agenda(conduct, moment.day))
    except (PinprickError, DatabaseError):
        return None


def _clock_of_step(here: Here) -> Set | None:
    """The clock of today's step of the build-up, if it may be done."""
    clock = clock_of(here)
    return clock if clock is not None and clock.builds_up else None


def _of_trial(here: Here, asked: Asked, came_from: str) -> dict[str, Any]:
    """What the page offers to somebody in a trial: today's step, and to keep this set-up."""
    wanted, known = asked.set_up, here.conduct.set_up_on(here.today)
    may_keep = here.phase in KEEPS and not settings.READ_ONLY
    return {
        "here_code": here.record.code,
        "step_clock": _clock_of_step(here) if came_from == "ladder" else None,
        "may_keep": may_keep,
        "keeps": words.set_up_words(wanted) if may_keep and wanted is not None else "",
        "keep_fields": asked.query,
        "is_kept": wanted is not None and known is not None and not is_another(known, wanted),
        "asks_no_change": here.conduct.has_started and known is not None,
    }


# --- what is answered -----------------------------------------------------------------------------------

_doses: dict[Setup, Dose] = {}
_ladders: dict[tuple[Person, Mat], Ladder] = {}


class Turn:
    """One large sum of a kind at a time; whoever waits and is no longer the newest goes without, and may ask again."""

    def __init__(self) -> None:
        self._lock, self._newest = Lock(), 0

    def __call__(self, kept: dict[Any, Any], key: Any, work: Callable[[], Any]) -> None:
        """Work something out and remember it, unless it is known or overtaken; the oldest is forgotten."""
        if key in kept:
            return
        self._newest = mine = self._newest + 1
        with self._lock:
            if key in kept or mine != self._newest:
                return
            found = work()
            while len(kept) >= N_KEPT:
                kept.pop(next(iter(kept)))
            kept[key] = found


_of_doses, _of_ladders = Turn(), Turn()


def answer(setup: Setup, work: str = "", *, with_points: bool = False) -> dict[str, Any]:
    """What the page says of a set-up, from all that is known by now; `work` asks for the rest first."""
    whose = (setup.person, setup.mat)
    _work_out(setup, whose, work)
    sure = _doses.get(setup) or _at_once(setup)
    answered = replace(  # sentences in the language of whoever asks, and spikes that need no second copy
        sure,
        caveats=doubts(setup, sure.relative_sharpness),
        force_n=_forces(setup),
        across_mm=setup.mat.layout.across_mm,
        along_mm=setup.mat.layout.along_mm,
    )
    made = _ladders.get(whose) or _ladder_at_once(*whose)
    lead = told.lead(answered)
    return {
        "headline": told.headline(answered),
        "change": " ".join(lead[:-1]),
        "press": lead[-1],
        "picture": words.drawn(inline(body_picture(answered, points=with_points), id="back")),
        "more": told.more(answered),
        "caveats": answered.caveats,
        "person": setup.person,
        "spikes": f"{setup.mat.spikes:,}",
        "ladder": {
            "picture": words.drawn(inline(ladder_picture(made, setup), id="rung")),
            "first": told.first_step_sentence(made),
            "table": told.ladder_table(made),
            "said": ladder_sentences(),
            "rows": list(zip(told.ladder_table(made).rows, [one.setup == setup for one in made.rungs], strict=True)),
            "still": whose not in _ladders,
        },
        "needle": {
            "picture": words.drawn(inline(needle_picture(answered), id="tip")),
            "table": told.needle_table(answered),
            "said": [_(one) for one in needle.SENTENCES],
        },
        "points": _points(answered, with_points),
        "still": setup not in _doses,
    }


def _work_out(setup: Setup, whose: tuple[Person, Mat], work: str) -> None:
    """Do the large sums that are asked for; where it is both, one is done aside and the other here meanwhile."""

    def ranges() -> None:
        _of_doses(_doses, setup, lambda: _with_care(setup))

    if work == ALL and aside.is_open and setup not in _doses and whose not in _ladders:
        meanwhile = Thread(target=ranges)
        meanwhile.start()
        _of_ladders(_ladders, whose, lambda: ladder(*whose))
        meanwhile.join()
        return
    if work in (DOSE, ALL):
        ranges()
    if work in (LADDER, ALL):
        _of_ladders(_ladders, whose, lambda: aside(ladder, *whose))


def _points(answered: Dose, shown: bool) -> dict[str, Any]:
    """The named points under a mat, by region, and how far to trust their places."""
    *regions, note = told.points_lines(answered)[2:]
    return {
        "said": points.sentences(),
        "shown": shown,
        "lines": [line.removeprefix("- ") for line in regions],
        "note": note,
    }


@lru_cache(maxsize=16)
def _forces(setup: Setup) -> Any:
    """The force of each spike, in the middle of all that is not known."""
    contact = run(setup).contact
    return np.empty(0) if contact is None else contact.force_n


@lru_cache(maxsize=16)
def _at_once(setup: Setup) -> Dose:
    return dose(setup.mat, setup.person, layer=setup.layer, surface=setup.surface, n_draws=N_AT_ONCE)


@lru_cache(maxsize=16)
def _ladder_at_once(person: Person, mat: Mat) -> Ladder:
    return ladder(person, mat, n_draws=N_AT_ONCE)


def _with_care(setup: Setup) -> Dose:
    """As the command answers; without the spikes, which are the same as at once, and without anybody's language."""
    found = aside(dose, setup.mat, setup.person, layer=setup.layer, surface=setup.surface)
    nothing = np.empty(0)
    return replace(found, force_n=nothing, across_mm=nothing, along_mm=nothing, caveats=())
