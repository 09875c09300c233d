"""The table of ready-made trials in docs/trials.md: what each is likely to find, and what it takes.

    .venv/bin/python docs/plan_trials.py

Everything is simulated anew, with the same seed as ``pinprick plan`` uses, so that both say the same.
``tests/unit/test_plan_docs.py`` fails when a ready-made trial is missing from the table.
"""

from __future__ import annotations

import os
import re
import textwrap
from pathlib import Path

from pinprick.planning.foresight import Foresight, plan_ahead
from pinprick.planning.outlook import Outlook
from pinprick.planning.worth import Why
from pinprick.report.names import exact_points
from pinprick.report.planning import in_dots
from pinprick.trial.plan import Plan, Sequence
from pinprick.trial.protocol_file import read_protocol, ready_names

PAGE = Path(__file__).resolve().parent / "trials.md"
BEGIN, END = "<!-- plans -->", "<!-- /plans -->"
SECTION = re.compile(f"{BEGIN}.*?{END}", re.DOTALL)
EFFECTS = (0.0, 1.0, 1.5, 2.0)
ADVICE = {
    Why.ANSWERS: "worth it",
    Why.MISSES_WHAT_MATTERS: "only if the effect is large",
    Why.LITTLE_TO_GAIN: "only if you expect more than trials found",
    Why.MISSES_LARGE: "against: it misses even large effects",
    Why.NO_ANSWER: "against: it cannot answer",
    Why.TOO_SHORT: "against: it ends too soon",
}
INTRO = (
    "`pinprick plan NAME` simulates {n:,} made-up people for each truth: they miss days in clusters, have flares, "
    "start in a bad spell, and some give up. Each cell counts people of 100: told *better* / told that no benefit "
    "matters / cannot tell. The rest, if any, are told that the control is better. A **true effect** is what a long "
    "run of the treatment does; where it fades over a day, turns of a few days show about eight tenths of it. *Like "
    "you* draws the effect from what trials say, or from an assumption where they say nothing. Days include the "
    "run-in. The standard error of a cell is about 1 of 100."
)


def section(foresights: dict[str, Foresight]) -> str:
    """The table, between its markers."""
    n = next(iter(foresights.values())).n_trial
    effects = [exact_points(effect) if effect else "no effect" for effect in EFFECTS]
    lines = [
        BEGIN,
        "## What each is likely to find",
        "",
        textwrap.fill(INTRO.format(n=n), 112, break_long_words=False, break_on_hyphens=False),
        "",
        f"| trial | {' | '.join(effects)} | like you: a clear answer | days | minutes | advice |",
        "|---|" + "---|" * (len(EFFECTS) + 4),
    ]
    for name, seen in foresights.items():
        cells = [_cell(outlook) for outlook in seen.outlooks]
        worth = seen.worth
        if worth is None:
            raise SystemExit(f"{name} ends before an answer can come")
        lines.append(
            f"| {name} | {' | '.join(cells)} | {round(100 * worth.outlook.clear)} of 100 | {worth.days:.0f} | "
            f"{worth.minutes:.0f} | {ADVICE[seen.why]} |"
        )
    lines += ["", "`mat-then-acupuncture` is the trial of the mat against usual days, then the course.", END]
    return "\n".join(lines)


def _cell(outlook: Outlook) -> str:
    people = in_dots(outlook, 100)
    return f"{people['better']} / {people['third']} / {people['cannot_tell']}"


def foreseen(n_trial: int = 2_000) -> dict[str, Foresight]:
    """What each ready-made trial leads to; a sequence is told by its stages."""
    found = {}
    for name in ready_names():
        plan: Plan | Sequence = read_protocol(name)
        if isinstance(plan, Plan):
            found[name] = plan_ahead(
                plan, effects=EFFECTS, with_alternatives=False, n_trial=n_trial, workers=os.cpu_count() or 1
            )
    return found


def insert(text: str) -> None:
    """Put the table into the page: in place of the old one, or at its end."""
    old = PAGE.read_text(encoding="utf-8")
    new = SECTION.sub(lambda _: text, old) if SECTION.search(old) else f"{old.rstrip()}\n\n{text}\n"
    PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    insert(section(foreseen()))
