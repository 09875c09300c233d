"""Sums beside the site: another process does them, ends when nobody needs it, and is replaced when it dies."""

import os
import signal
import time
from pathlib import Path

import pytest

from pinprick_web import aside as module
from pinprick_web.aside import Aside


@pytest.fixture
def aside():
    held = Aside()
    held.open()
    yield held
    held.close()


def is_gone(pid: int) -> bool:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):  # asked first, it could go before it is read
            return True
        if "State:\tZ" in status:
            return True
        time.sleep(0.05)
    return False


def test_it_is_done_right_here_until_the_site_answers() -> None:
    assert Aside()(os.getpid) == os.getpid()


def test_one_other_process_does_everything(aside) -> None:
    first, second = aside(os.getpid), aside(os.getpid)
    assert first == second != os.getpid()
    with pytest.raises(ZeroDivisionError):
        aside(divmod, 1, 0)
    assert aside(os.getpid) == first


def test_it_ends_when_nobody_has_needed_it_for_a_while(aside, monkeypatch) -> None:
    monkeypatch.setattr(module, "IDLE", 0.1)
    first = aside(os.getpid)
    assert is_gone(first)
    assert aside(os.getpid) not in (first, os.getpid())


def test_one_that_died_is_replaced_and_the_sum_is_done(aside) -> None:
    first = aside(os.getpid)
    os.kill(first, signal.SIGKILL)
    assert is_gone(first)
    assert aside(os.getpid) not in (first, os.getpid())


def test_the_chances_of_a_plan_are_the_same_on_either_side(aside) -> None:
    import pinprick

    plan = pinprick.read_protocol("mat-vs-rest-stress")
    asked = {"n_trial": 100, "with_alternatives": False}
    assert aside(pinprick.plan_ahead, plan, **asked) == pinprick.plan_ahead(plan, **asked)
