"""The page of ready-made trials tells what each is likely to find, and none is missing."""

import importlib.util
from pathlib import Path

from pinprick.trial.protocol_file import ready_names

ROOT = Path(__file__).resolve().parents[2]


def test_every_ready_made_trial_is_in_the_table() -> None:
    spec = importlib.util.spec_from_file_location("plan_trials", ROOT / "docs" / "plan_trials.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    told = made.SECTION.search((ROOT / "docs" / "trials.md").read_text(encoding="utf-8"))
    assert told, "docs/plan_trials.py has not been run"
    assert [name for name in ready_names() if name not in told[0]] == []
