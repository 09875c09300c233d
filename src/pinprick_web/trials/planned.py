"""From what a person chose to a plan of the library's, and back to words; the rules of a plan are the library's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

import pinprick
from pinprick import Blocks, Foresight, Plan
from pinprick.trial.plan import StartDay
from pinprick_web.aside import aside

N_TRIAL: Final = 1000  # people for a page: a chance to within 3 of 100
BACK, NECK, MUSCLE, STRESS, SLEEP, COLD = "back", "neck", "muscle", "stress", "sleep", "cold"
PAINS: Final = (BACK, NECK, MUSCLE)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What somebody would like to get better, and the ready-made trials about it."""

    name: str
    words: Any
    protocol: str


COMPLAINTS: Final = {
    "pain": Complaint("pain", _("Pain or tense muscles"), ""),
    STRESS: Complaint(STRESS, _("Stress or worry"), "mat-vs-rest-stress"),
    SLEEP: Complaint(SLEEP, _("Sleep"), "mat-vs-rest-sleep"),
    COLD: Complaint(COLD, _("Cold hands or feet, or stiffness"), "mat-vs-rest-circulation"),
}
BY_REGION: Final = {
    BACK: "mat-vs-rest-back-pain",
    NECK: "mat-vs-rest-neck-pain",
    MUSCLE: "mat-vs-rest-muscle-tension",
}
TOWEL, USUAL, COURSE = "towel", "usual", "course"


def is_pain(wishes: Mapping[str, Any]) -> bool:
    """Whether the complaint has a place on the body."""
    return wishes.get("what") == "pain"


def protocol_name(wishes: Mapping[str, Any]) -> str:
    """The ready-made trial that fits what was chosen."""
    against = wishes.get("against", TOWEL)
    if against == COURSE:
        return "acupuncture-course"
    if against == USUAL and is_pain(wishes):
        return "mat-vs-usual-pain"
    if is_pain(wishes):
        return BY_REGION[wishes.get("about", BACK)]
    return COMPLAINTS[wishes.get("what", STRESS)].protocol


def ready_plan(wishes: Mapping[str, Any]) -> Plan:
    """The ready-made trial as it stands in its file."""
    plan = pinprick.read_protocol(protocol_name(wishes))
    assert isinstance(plan, Plan)  # none of these is a sequence  # noqa: S101
    return plan


def plan_of(wishes: Mapping[str, Any]) -> Plan:
    """The plan with everything that was chosen in it.

    Raises
    ------
    ProtocolError
        If the choices do not fit together.
    """
    plan = made = ready_plan(wishes)
    better = wishes.get("better")
    if better is not None:
        first = plan.primary
        changed = replace(first, outcome=replace(first.outcome, smallest_difference=float(better)))
        made = replace(made, ratings=(changed, *plan.ratings[1:]))
    if isinstance(made.design, Blocks):
        design = made.design
        if wishes.get("days"):
            design = replace(design, ceiling_days=int(wishes["days"]))
        if wishes.get("turns"):
            design = replace(design, period_days=int(wishes["turns"]))
        made = replace(made, design=design)
    if wishes.get("minutes") and any(arm.on_the_mat for arm in made.arms):
        minutes = int(wishes["minutes"])
        made = replace(made, arms=tuple(replace(arm, minutes=minutes) if arm.minutes else arm for arm in made.arms))
    return made if made == plan else replace(made, name=f"{plan.name}-own"[:60])


def is_read_once(plan: Plan) -> bool:
    """Whether the plan is a course with one drawn start day."""
    return isinstance(plan.design, StartDay)


@lru_cache(maxsize=64)
def chances(plan: Plan) -> Foresight:
    """How likely a clear answer is, and when; the same plan always gives the same figures."""
    return aside(pinprick.plan_ahead, plan, n_trial=N_TRIAL, with_alternatives=False)
