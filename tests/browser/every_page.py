"""Every page of the site in the states that a person meets, on the demo's days, for tests and for docs/screens."""

from __future__ import annotations

from typing import Any

DEMO_DAY = "2026-05-19"

PAGES = {
    "welcome": "/?about=1",
    "screen": "/screen/1/",
    "screen-mood": "/screen/7/",
    "emergency": "/emergency/",
    "plan-what": "/plan/what/",
    "plan-where": "/plan/where/",
    "plan-now": "/plan/now/",
    "plan-better": "/plan/better/",
    "plan-against": "/plan/against/",
    "plan": "/plan/shown/?chances=1",
    "plan-change": "/plan/change/",
    "consent": "/plan/consent/",
    "safety-card": "{running}today/",
    "safety-list": "{running}safety/",
    "today": "{well}today/",
    "check-in": "{well}check-in/",
    "saved": "{well}saved/2026-05-17/",
    "session": "{well}session/",
    "felt-wrong": "{well}felt/",
    "felt-answer": "{well}felt/answer/?rules=marks_not_fading",
    "progress": "{well}progress/",
    "early": "{well}early/",
    "diary": "{well}diary/",
    "day": "{well}diary/2026-05-17/",
    "stop": "{well}stop/",
    "verdict": "{better}answer/",
    "verdict-cannot-tell": "{cannot}answer/",
    "decided": "{better}decided/",
    "practitioner": "{better}practitioner/",
    "verdict-sessions": "{lived}answer/",
    "practitioner-sessions": "{lived}practitioner/",
    "your-mat": "/mat/?work=all",
    "your-mat-towel": "/mat/?skin=folded_towel&under=bed&work=all",
    "your-mat-another": "/mat/?mat=own&per_disc=27&discs=150&length=65&width=40&sex=female&work=all",
    "your-mat-step": "/mat/?step=1&from=ladder&work=all",
    "your-mat-wrong": "/mat/?height=1.75&mat=own&spikes=4000&length=740&tip=9",
    "evidence": "/evidence/",
    "claim": "/evidence/back_pain/",
    "claim-stopped": "/evidence/discomfort/",
    "claim-untested": "/evidence/stiffness/",
    "claim-beside": "/evidence/acupuncture_better/",
    "studies": "/evidence/studies/",
    "questions": "/questions/",
    "bring": "/questions/bring/",
    "more": "/more/",
    "settings": "/settings/",
    "reminders": "/settings/reminders/",
    "erase": "/settings/erase/",
    "method": "/method/",
    "wrong": "/method/wrong/",
    "about": "/about/",
    "not-found": "/nowhere/",
    "ladder": "{building}today/",
    "start": "{building}start/?built_up=1",
    "offline-check-in": "/offline/check-in/",
}
REFUSALS = {"not-found", "your-mat-wrong"}


def addresses(site: Any) -> dict[str, str]:
    """Fill the site with the demo and say where each page is; the cookie of the demo is the caller's to fetch."""
    codes = site.demo(day=DEMO_DAY)
    filled = {name: f"/trial/{code}/" for name, code in codes.items()}
    return {name: path.format(**filled) for name, path in PAGES.items()}
