"""A trial's rows. The log of events is the record; everything else follows from it or stands beside it.

What a trial is, what may be done next and what may be shown is the library's: a row becomes a
`pinprick.Conduct` in store.py, and nowhere else.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from pinprick_web.people.models import Person


class TrialRecord(models.Model):
    """One trial of one person."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="trials")
    created_at = models.DateTimeField(auto_now_add=True)
    binned_at = models.DateTimeField(null=True, blank=True)
    """When it was put in the bin, from which it can be taken back for 7 days."""
    belief = models.JSONField(default=dict, blank=True)
    """What was expected, kept from the plan to the draw, which puts it into the log."""
    complaint = models.JSONField(default=dict, blank=True)
    """Where it hurts and how much at the start, and the goal in own words; for the person and whoever they show it."""
    alarm = models.JSONField(null=True, blank=True)
    """An emergency that has been told and neither taken back nor read: what followed, never which answer it was."""
    n_events = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, default="", blank=True)
    """The link of the last event, by which a copy in memory is known to be the newest."""

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"trial {self.code}"


class EventRecord(models.Model):
    """One link of a trial's log, as the library wrote it. Never changed: the database itself refuses."""

    trial = models.ForeignKey(TrialRecord, on_delete=models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    body = models.TextField()
    """The event as canonical JSON."""

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["trial", "number"], name="one_event_a_number"),)

    def __str__(self) -> str:
        return f"event {self.number}"


class SealRecord(models.Model):
    """The sealed order of a trial, apart from everything that a page reads."""

    trial = models.OneToOneField(TrialRecord, on_delete=models.CASCADE, related_name="seal")
    text = models.TextField()

    def __str__(self) -> str:
        return "a seal"


class EntryRecord(models.Model):
    """A day that has been answered: whose calendar it was on, when it was given, when it came here."""

    trial = models.ForeignKey(TrialRecord, on_delete=models.CASCADE, related_name="entries")
    day = models.DateField()
    zone = models.CharField(max_length=64, blank=True, default="")
    entered_at = models.DateTimeField()
    received_at = models.DateTimeField()
    late = models.BooleanField(default=False)

    class Meta:
        ordering = ("day",)
        constraints = (models.UniqueConstraint(fields=["trial", "day"], name="one_entry_a_day"),)

    def __str__(self) -> str:
        return f"entry of {self.day}"


class SubmissionRecord(models.Model):
    """What was sent under a key, so that sending it twice writes it once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="submissions")
    trial = models.ForeignKey(TrialRecord, on_delete=models.CASCADE, related_name="submissions")
    key = models.UUIDField()
    digest = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    received_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "key"], name="one_submission_a_key"),)

    def __str__(self) -> str:
        return f"submission {self.key}"


def no_wishes() -> dict[str, Any]:
    """A plan of which nothing is decided yet."""
    return {}


class DraftRecord(models.Model):
    """A trial that is being planned: what followed from the safety questions, and what has been chosen so far."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="draft")
    wishes = models.JSONField(default=no_wishes, blank=True)
    screening = models.JSONField(null=True, blank=True)
    """What followed from the safety questions, as `pinprick.Screening.to_dict` has it; no answer."""
    screened_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return "a draft"
