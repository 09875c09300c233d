"""The one door to a person's objects. A stranger's answer is 404, so that nobody learns that it exists."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from pinprick_web.people.models import Person
from pinprick_web.trials.models import TrialRecord

BIN_DAYS = 7


def trials_of(person: Person) -> QuerySet[TrialRecord]:
    """The person's own trials that are not in the bin, the newest first."""
    return TrialRecord.objects.filter(person=person, binned_at=None)


def trial_for(person: Person, code: UUID) -> TrialRecord:
    """The person's own trial; 404 for anyone else's, and for one in the bin."""
    found = trials_of(person).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def binned_of(person: Person) -> QuerySet[TrialRecord]:
    """The person's own trials in the bin that can still be taken back."""
    since = timezone.now() - timedelta(days=BIN_DAYS)
    return TrialRecord.objects.filter(person=person, binned_at__gte=since)


def binned_for(person: Person, code: UUID) -> TrialRecord:
    """The person's own trial in the bin; 404 for anything else."""
    found = binned_of(person).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def current_trial(person: Person) -> TrialRecord | None:
    """The trial that the person is in: the newest."""
    return trials_of(person).first()
