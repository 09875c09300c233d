"""What every page of a trial needs, found once: the person's own trial, opened up to today, and nothing of tomorrow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

import pinprick
from pinprick import Agenda, Conduct, Moment, Phase
from pinprick_web.clock import now
from pinprick_web.trials import services
from pinprick_web.trials.access import trial_for
from pinprick_web.trials.models import TrialRecord


@dataclass(frozen=True, slots=True)
class Here:
    """Where a person stands in a trial at the moment of a request."""

    record: TrialRecord
    conduct: Conduct
    moment: Moment
    agenda: Agenda

    @property
    def today(self) -> date:
        """The person's day."""
        return self.moment.day

    @property
    def phase(self) -> Phase:
        """Where the trial stands."""
        return self.conduct.phase(self.today)

    @property
    def day_number(self) -> int | None:
        """Which of the trial's days today is."""
        return self.conduct.day_number(self.today) if self.conduct.has_started else None


View = Callable[..., HttpResponse]


def opened(view: View) -> View:
    """Give a view its trial instead of a code; while an emergency stands unread, every page leads to it."""
    return _door(view, past_an_alarm=False)


def opened_in_an_alarm(view: View) -> View:
    """The same for the pages that an emergency itself needs."""
    return _door(view, past_an_alarm=True)


def _door(view: View, *, past_an_alarm: bool) -> View:
    @wraps(view)
    def through(request: HttpRequest, code: UUID, **more: Any) -> HttpResponse:
        record = trial_for(request.person, code)
        request.record = record
        here = look(record, now(request))
        if record.alarm is not None and not past_an_alarm:
            return redirect("emergency_here", code=code)
        return view(request, here, **more)

    return through


def look(record: TrialRecord, moment: Moment) -> Here:
    """Where a trial stands at a moment."""
    conduct = services.todays(record, moment)
    return Here(record, conduct, moment, pinprick.agenda(conduct, moment.day))
