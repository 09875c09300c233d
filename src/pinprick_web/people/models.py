"""The person that every record belongs to, and what they agreed to."""

from __future__ import annotations

import secrets
import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


class People(BaseUserManager["Person"]):
    """Persons, and the one person of an own machine."""

    def just_me(self) -> Person:
        """The person whose machine this is, made when first asked for."""
        mine = self.filter(kind=Person.Kind.ME).order_by("pk").first()
        return mine or self.create(kind=Person.Kind.ME)

    def demo(self) -> Person | None:
        """The made-up person, if the demo is open."""
        return self.filter(kind=Person.Kind.DEMO).first()


def new_token() -> str:
    """A token that nobody can guess, for an address that is its own key."""
    return secrets.token_urlsafe(24)


class Person(AbstractBaseUser):
    """Somebody who keeps a diary here. No name, no address: nothing is asked that is not needed."""

    class Kind(models.TextChoices):
        """Who this is."""

        ME = "me"
        DEMO = "demo"
        GUEST = "guest"  # anybody else, once there are accounts

    class Theme(models.TextChoices):
        """Which colours."""

        SYSTEM = "system"
        LIGHT = "light"
        DARK = "dark"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.GUEST)
    created_at = models.DateTimeField(auto_now_add=True)
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)
    language = models.CharField(max_length=12, default="en")
    country = models.CharField(max_length=60, blank=True, default="")
    reminders = models.JSONField(default=dict, blank=True)
    """``times``, ``quiet`` and ``is_on`` as reminders.Wishes takes them; empty for the usual one at 20:00."""
    reminders_asked = models.BooleanField(default=False)
    calendar_token = models.CharField(max_length=64, default=new_token, unique=True)
    set_clock = models.DateTimeField(null=True, blank=True)
    """A rehearsal's clock; empty for the machine's own."""

    USERNAME_FIELD = "code"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[Any] = People()

    def __str__(self) -> str:
        return f"person {self.code}"

    @property
    def is_demo(self) -> bool:
        """Whether this person is made up."""
        return self.kind == self.Kind.DEMO


class ConsentRecord(models.Model):
    """One agreement for one purpose, in the version of its words; withdrawn, never deleted before the person is."""

    class Purpose(models.TextChoices):
        """What it is for."""

        CARE = "care"  # keeping this diary and reading its answer
        PRACTITIONER = "practitioner"
        RESEARCH = "research"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=16, choices=Purpose)
    version = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"consent to {self.purpose}, version {self.version}"
