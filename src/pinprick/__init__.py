"""Pinprick: does it work for you? Randomised trials of one, at a stated error.

The public names. Each is loaded when it is first used, so that ``import pinprick`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pinprick.analysis.single import Result, analyse_trial
    from pinprick.analysis.verdict import Finding
    from pinprick.api import analyse, analyse_file
    from pinprick.errors import ComputationError, DiaryError, FileError, PinprickError, ProtocolError
    from pinprick.trial.diary import Diary, Entry
    from pinprick.trial.outcome import Outcome
    from pinprick.trial.protocol import Mode, Protocol, Question
    from pinprick.trial.schedule import Order, Period, Schedule
    from pinprick.trial.trial import Trial

__version__ = "0.1.0"

__all__ = [
    "ComputationError",
    "Diary",
    "DiaryError",
    "Entry",
    "FileError",
    "Finding",
    "Mode",
    "Order",
    "Outcome",
    "Period",
    "PinprickError",
    "Protocol",
    "ProtocolError",
    "Question",
    "Result",
    "Schedule",
    "Trial",
    "analyse",
    "analyse_file",
    "analyse_trial",
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
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'pinprick' has no attribute {name!r}")
    return getattr(import_module(f"pinprick.{_HOME.get(name, 'errors')}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
