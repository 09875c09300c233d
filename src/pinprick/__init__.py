"""Pinprick: does it work for you? Randomised trials of one, at a stated error.

The public names. Each is loaded when it is first used, so that ``import pinprick`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pinprick.version import __version__ as __version__

if TYPE_CHECKING:
    from pinprick.analysis.reading import Progress, Reading, progress, read_verdict
    from pinprick.analysis.single import Result, analyse_trial
    from pinprick.analysis.verdict import Finding
    from pinprick.analysis.verify import Verification, verify
    from pinprick.api import analyse, analyse_file, reveal, start
    from pinprick.dose.answer import dose
    from pinprick.errors import ComputationError, DiaryError, FileError, PinprickError, ProtocolError
    from pinprick.evidence.bayesian import random_effects_posterior
    from pinprick.evidence.effect_size import effect_sizes
    from pinprick.evidence.network import network
    from pinprick.evidence.synthesis import Synthesis, synthesise
    from pinprick.planning.foresight import Foresight, plan_ahead
    from pinprick.sessions.each import sessions
    from pinprick.sessions.response import dose_response
    from pinprick.trial.agenda import Agenda, agenda
    from pinprick.trial.commitment import Moment, commitment
    from pinprick.trial.conduct import Conduct, Phase
    from pinprick.trial.diary import Diary, Entry
    from pinprick.trial.draw import draw
    from pinprick.trial.outcome import Outcome
    from pinprick.trial.plan import Arm, Blocks, Plan, Rating, Sequence, StartDay
    from pinprick.trial.protocol import Mode, Protocol, Question
    from pinprick.trial.protocol_file import read_protocol, ready_names
    from pinprick.trial.safety import Screening, evaluate
    from pinprick.trial.safety_record import SafetyRecord
    from pinprick.trial.safety_rules import rules_for
    from pinprick.trial.schedule import Order, Period, Schedule
    from pinprick.trial.seal import Seal
    from pinprick.trial.set_up import SetUp
    from pinprick.trial.store import load_trial, writing
    from pinprick.trial.trial import Trial

__all__ = [
    "Agenda",
    "Arm",
    "Blocks",
    "ComputationError",
    "Conduct",
    "Diary",
    "DiaryError",
    "Entry",
    "FileError",
    "Finding",
    "Foresight",
    "Mode",
    "Moment",
    "Order",
    "Outcome",
    "Period",
    "Phase",
    "PinprickError",
    "Plan",
    "Progress",
    "Protocol",
    "ProtocolError",
    "Question",
    "Rating",
    "Reading",
    "Result",
    "SafetyRecord",
    "Schedule",
    "Screening",
    "Seal",
    "Sequence",
    "SetUp",
    "StartDay",
    "Synthesis",
    "Trial",
    "Verification",
    "agenda",
    "analyse",
    "analyse_file",
    "analyse_trial",
    "commitment",
    "dose",
    "dose_response",
    "draw",
    "effect_sizes",
    "evaluate",
    "load_trial",
    "network",
    "plan_ahead",
    "progress",
    "random_effects_posterior",
    "read_protocol",
    "read_verdict",
    "ready_names",
    "reveal",
    "rules_for",
    "sessions",
    "start",
    "synthesise",
    "verify",
    "writing",
]

_HOME = {
    "analyse": "api",
    "analyse_file": "api",
    "analyse_trial": "analysis.single",
    "Result": "analysis.single",
    "Finding": "analysis.verdict",
    "Diary": "trial.diary",
    "Entry": "trial.diary",
    "Outcome": "trial.outcome",
    "Mode": "trial.protocol",
    "Protocol": "trial.protocol",
    "Question": "trial.protocol",
    "Order": "trial.schedule",
    "Period": "trial.schedule",
    "Schedule": "trial.schedule",
    "Trial": "trial.trial",
    "Arm": "trial.plan",
    "Blocks": "trial.plan",
    "Plan": "trial.plan",
    "Rating": "trial.plan",
    "Sequence": "trial.plan",
    "StartDay": "trial.plan",
    "read_protocol": "trial.protocol_file",
    "ready_names": "trial.protocol_file",
    "SafetyRecord": "trial.safety_record",
    "Screening": "trial.safety",
    "evaluate": "trial.safety",
    "rules_for": "trial.safety_rules",
    "draw": "trial.draw",
    "Moment": "trial.commitment",
    "commitment": "trial.commitment",
    "Agenda": "trial.agenda",
    "agenda": "trial.agenda",
    "Conduct": "trial.conduct",
    "Phase": "trial.conduct",
    "Seal": "trial.seal",
    "SetUp": "trial.set_up",
    "dose_response": "sessions.response",
    "Progress": "analysis.reading",
    "Reading": "analysis.reading",
    "progress": "analysis.reading",
    "read_verdict": "analysis.reading",
    "Verification": "analysis.verify",
    "verify": "analysis.verify",
    "Foresight": "planning.foresight",
    "load_trial": "trial.store",
    "reveal": "api",
    "start": "api",
    "writing": "trial.store",
    "plan_ahead": "planning.foresight",
    "effect_sizes": "evidence.effect_size",
    "synthesise": "evidence.synthesis",
    "Synthesis": "evidence.synthesis",
    "network": "evidence.network",
    "random_effects_posterior": "evidence.bayesian",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'pinprick' has no attribute {name!r}")
    if name in ("dose", "sessions"):  # rooms that can be called: the same thing before and after they were imported
        return import_module(f"pinprick.{name}")
    return getattr(import_module(f"pinprick.{_HOME.get(name, 'errors')}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
