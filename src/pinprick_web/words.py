"""Sentences and pictures of the site's own, from what the library says; views pass them on, templates place them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from django.utils import formats
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pinprick import Conduct, Foresight, Plan
from pinprick.charts import body as body_pictures
from pinprick.charts import motif
from pinprick.charts.calendar import DayKind
from pinprick.report.names import exact_points, outcome_name
from pinprick.report.sessions import mat_sentence, set_up_sentence
from pinprick.trial.body import Region, regions
from pinprick.trial.plan import Arm, Asked, Blocks, Kind, Rating
from pinprick.trial.set_up import SetUp
from pinprick_web.trials import planned

N_PEOPLE = 50
KINDS: tuple[DayKind, ...] = ("first", "second", "third", "fourth")
"""How the calendar marks treatments, in the plan's order; any further ones as the last."""


def drawn(svg: str) -> SafeString:
    """A picture of the library's; it escapes every word in it, so it may stand in a page as it is."""
    return mark_safe(svg)  # noqa: S308


def capital(text: str) -> str:
    """The text with a capital at its start.

    Examples
    --------
    >>> capital("the mat")
    'The mat'
    """
    return text[:1].upper() + text[1:]


def day_words(day: date) -> str:
    """A day as a person says it: Tuesday 19 May."""
    return formats.date_format(day, "l j F")


def short_day(day: date) -> str:
    """A day in a caption: 19 May."""
    return formats.date_format(day, "j F")


def ends(rating: Rating) -> str:
    """What both ends of a scale mean."""
    if not (rating.low_means and rating.high_means):
        return ""
    return _("%(low)g is %(low_means)s. %(high)g is %(high_means)s.") % {
        "low": rating.outcome.low,
        "low_means": _(rating.low_means),
        "high": rating.outcome.high,
        "high_means": _(rating.high_means),
    }


def treatment(arm: Arm) -> str:
    """A treatment inside a sentence."""
    return _(arm.label)


def short_name(arm: Arm) -> str:
    """A treatment in a word or two, for headings and tables."""
    if arm.over_the_mat:
        return _("the towel")
    if arm.kind is Kind.MAT:
        return _("the mat")
    return _(arm.label)


def is_ring(plan: Plan, arm: Arm | None) -> bool:
    """Whether a treatment's mark is the ring: it is the second one."""
    return arm is not None and arm.name != plan.arms[0].name


def set_up_words(set_up: SetUp) -> str:
    """How somebody lies on their mat, and which mat it is; nothing of their body.

    Examples
    --------
    >>> set_up_words(SetUp("spoonk", layer="t_shirt", surface="bed", mass_kg=70))
    'A T-shirt on your skin, the mat on a bed. The mat: Spoonk.'
    """
    return " ".join(filter(None, (set_up_sentence(set_up), mat_sentence(set_up))))


def kept_set_ups(conduct: Conduct, today: date) -> list[tuple[date, str]]:
    """Every set-up that was kept, with the day from which it holds; of two for a day the later."""
    return [(since, set_up_words(one)) for since, one in dict(conduct.set_ups).items() if since <= today]


def kept_set_up(conduct: Conduct, day: date, arm: Arm | None = None) -> str:
    """How the sessions of a day are set up, in a sentence; empty where nobody kept it, or it is not what counts now.

    Bare skin is not said while the safety rules want cloth, and nothing is said of a treatment off the mat.
    """
    kept = conduct.set_up_on(day)
    if kept is None or (arm is not None and not arm.on_the_mat):
        return ""
    if conduct.safety.needs_cloth and kept.layer in ("none", 0):
        return ""
    return set_up_sentence(kept)


# --- the plan -------------------------------------------------------------------------------------------


def plan_rows(plan: Plan) -> list[tuple[str, str]]:
    """The question, each day, and how long, as rows of a list."""
    rating = plan.primary
    first, second = (treatment(arm) for arm in plan.arms[:2])
    size = exact_points(rating.outcome.smallest_difference)
    question = (
        _("Less %(outcome)s with %(first)s than with %(second)s, by %(size)s of %(high)g or more?")
        if rating.outcome.lower_is_better
        else _("Better %(outcome)s with %(first)s than with %(second)s, by %(size)s of %(high)g or more?")
    ) % {
        "outcome": outcome_name(rating.name),
        "first": first,
        "second": second,
        "size": size,
        "high": rating.outcome.high,
    }
    minutes = max(arm.minutes for arm in plan.arms)
    when = _("one number the next morning") if rating.asked is Asked.NEXT_MORNING else _("one number in the evening")
    each = _("%(minutes)d minutes, then %(when)s") % {"minutes": minutes, "when": when} if minutes else capital(when)
    rows = [(_("Question"), question), (_("Each day"), each)]
    if plan.ladder:
        rows.append(
            (
                _("First"),
                ngettext(
                    "%(days)d day to get used to the mat", "%(days)d days to get used to the mat", plan.run_in_days
                )
                % {"days": plan.run_in_days},
            )
        )
    return rows


def foreseen(f: Foresight, first_day: date) -> dict[str, Any]:
    """What can be told of a plan's chances, with its pictures."""
    plan = f.plan
    clear = round(N_PEOPLE * f.worth.outlook.clear) if f.worth else 0
    soonest = first_day + timedelta(days=f.first_day - 1)
    latest = first_day + timedelta(days=plan.n_days - 1)
    once = planned.is_read_once(plan)
    return {
        "clear": clear,
        "rest": N_PEOPLE - clear,
        "probably": clear >= N_PEOPLE / 2,
        "people": drawn(
            motif.people(
                clear,
                id="people",
                title=_("About %(clear)d of %(all)d people would get a clear answer.")
                % {"clear": clear, "all": N_PEOPLE},
            )
        ),
        "soonest": latest if once else soonest,
        "latest": latest,
        "first_number": plan.n_days if once else f.first_day,
        "n_days": plan.n_days,
        "once": once,
        "calendar": drawn(
            motif.plan_calendar(
                first_day,
                plan.n_days,
                plan.n_days if once else f.first_day,
                id="days",
                title=_("Your days, a week a row"),
                weekday_letters=weekday_letters(),
                month_names=month_names(),
            )
        ),
        "can_be_longer": isinstance(plan.design, Blocks) and plan.design.ceiling_days < 84,
        "can_be_larger": plan.primary.outcome.smallest_difference < 2,
        "days_on_average": round(f.worth.days) if f.worth else None,
    }


def weekday_letters() -> tuple[str, ...]:
    """Monday to Sunday in a letter each."""
    return tuple(_("M T W T F S S").split())


def month_names() -> tuple[str, ...]:
    """January to December."""
    return tuple(formats.date_format(date(2001, month, 1), "F") for month in range(1, 13))


# --- the body -------------------------------------------------------------------------------------------


def complaint_of(chosen: Sequence[Region]) -> str:
    """Which ready-made trial the chosen places belong to: back before neck before any other muscle."""
    about = {region.complaint for region in chosen}
    return next(one for one in planned.PAINS if one in about or one == planned.MUSCLE)


def body_views(chosen: Iterable[str]) -> list[dict[str, Any]]:
    """Both sides of the body map, each with its places as boxes."""
    ticked = set(chosen)
    names: dict[Literal["front", "back"], str] = {"back": _("Your back"), "front": _("Your front")}
    return [
        {
            "view": view,
            "name": name,
            "picture": drawn(body_pictures.body_map(view, chosen=ticked, id=f"body-{view}", title=name)),
            "regions": [
                {"id": region.id, "name": _(region.name), "ticked": region.id in ticked}
                for region in regions()
                if region.view == view
            ],
        }
        for view, name in names.items()
    ]


# --- the days -------------------------------------------------------------------------------------------


def thread_marks(conduct: Conduct, today: date) -> list[motif.ThreadMark]:
    """The days so far: answered, missed, or today's still open."""
    marks: list[motif.ThreadMark] = []
    for day in conduct.scheduled_days:
        if day > today:
            break
        if conduct.is_rated(day):
            marks.append("answered")
        else:
            marks.append("missed" if conduct.due_on(day) < today else "open")
    return marks


def calendar_days(conduct: Conduct, today: date) -> list[tuple[date, DayKind]]:
    """The trial's days for the diary: marks of treatments on days that have come, nothing on those that have not."""
    plan = conduct.plan
    kinds = {arm.name: KINDS[min(place, len(KINDS) - 1)] for place, arm in enumerate(plan.arms)}
    days: list[tuple[date, DayKind]] = []
    for day in conduct.scheduled_days:
        if day > today:
            days.append((day, "to_come"))
            continue
        arm = conduct.arm_on(day)
        if conduct.is_rated(day):
            days.append((day, kinds[arm.name] if arm else "answered"))
        else:
            days.append((day, "missed" if conduct.due_on(day) < today else "to_come"))
    return days
