"""A whole start at a real keyboard: a pseudo-terminal, a person who types, the machine's own clock."""

import os
import re
import select
import subprocess
import sys
import time

import pytest

from pinprick.trial.store import load_trial

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")

PATIENCE = 60.0  # seconds for a command; one takes less than two


def typed(command, answers, folder):
    """Run a command at a terminal; ``answers`` gives what is typed after a prompt that ends so. Returns the screen."""
    mine, its = os.openpty()
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    program = [sys.executable, "-m", "pinprick", *command.split()]
    with subprocess.Popen(program, stdin=its, stdout=its, stderr=its, cwd=folder, env=environment) as running:
        os.close(its)
        screen, seen, until = "", 0, time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if not select.select([mine], [], [], 0.1)[0]:
                if running.poll() is not None:
                    break
                continue
            try:
                screen += os.read(mine, 4096).decode()
            except OSError:  # how Linux says that the other end has closed
                break
            answer = next((text for prompt, text in answers.items() if screen[seen:].endswith(prompt)), None)
            if answer is not None:
                seen = len(screen)
                os.write(mine, f"{answer}\n".encode())
        running.kill()
    os.close(mine)
    return running.returncode, screen.replace("\r\n", "\n")


NO = {"y, n or ?: ": "n", "Enter to skip: ": "", "0, 1, 2, 3 or ?: ": "0", "Any of these? y or n: ": "n"}


def test_a_person_at_the_keyboard_gets_from_the_screen_to_a_start(tmp_path):
    code, screen = typed(
        "screen --protocol mat-vs-rest-back-pain --trial me.json", {"country are you in? ": "UK", **NO}, tmp_path
    )
    assert code == 0, screen
    n = int(re.search(r"(\d+) short questions follow", screen)[1])
    assert [int(one) for one in re.findall(r"^  (\d+) of \d+$", screen, re.MULTILINE)] == list(range(1, n + 1))
    assert "Nothing in your answers speaks against a start." in screen
    assert max(map(len, screen.splitlines())) <= 80

    code, screen = typed("start --trial me.json", {}, tmp_path)
    assert code == 2, screen
    assert "How much do you expect" not in screen, "nobody is asked for nothing"

    belief = {"  a towel over the mat: ": "4", "  the mat: ": "6", "neither: ": "mat"}
    code, screen = typed("start --trial me.json --built-up", belief, tmp_path)
    assert code == 0, screen
    assert "drawn and sealed" in screen
    kept = load_trial(tmp_path / "me.json").conduct
    assert kept.start["sealed"]
    assert not kept.rehearsed
    assert kept.start["belief"] == {"expectation": {"mat": 6, "towel": 4}, "choice_today": "mat"}


def test_an_emergency_at_the_keyboard_ends_the_questions_at_once(tmp_path):
    code, screen = typed(
        "screen --protocol mat-vs-rest-back-pain --trial me.json",
        {"country are you in? ": "UK", **NO, "y, n or ?: ": "y"},
        tmp_path,
    )
    assert code == 0, screen
    assert "call 999" in screen
    assert " 2 of " not in screen
