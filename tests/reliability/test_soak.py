"""Ten minutes of steady use: pages, check-ins, verdicts and papers; what the process holds in memory does not grow."""

from __future__ import annotations

import os
import re
import time

import pytest

from tests.serving import Client, Serving, resident

pytestmark = pytest.mark.slow
MOST_MEMORY = 250.0  # megabytes
MOST_GROWTH = 12.0  # from the second minute to the last
FOR = float(os.environ.get("PINPRICK_SOAK", "600"))  # seconds


def test_ten_minutes_of_use_leave_the_process_as_small_as_two(tmp_path) -> None:
    served = Serving(tmp_path, command="demo", TMPDIR=str(tmp_path)).start()
    held, n = [], 0
    try:
        client = Client(served.port)
        client.get(client.get("/demo/")[1]["location"])
        codes = sorted(set(re.findall(r"/trial/([0-9a-f-]{36})/", client.get("/questions/")[2].decode())))
        pages = [
            "/",
            "/questions/",
            "/evidence/",
            "/evidence/back_pain/",
            "/evidence/studies/",
            "/method/",
            "/settings/",
        ]
        pages += [f"/trial/{code}/{page}/" for code in codes for page in ("answer", "progress", "diary", "today")]
        began = last = time.monotonic()
        while time.monotonic() - began < FOR:
            for path in pages:
                assert client.get(path)[0] in (200, 302, 409), path
                n += 1
            client.get(f"/trial/{codes[n % len(codes)]}/practitioner.pdf")
            client.post("/demo/next/", {})
            if time.monotonic() - last > FOR / 10:
                last = time.monotonic()
                held.append(resident(served.worker()))
        held.append(resident(served.worker()))
        client.close()
    finally:
        served.stop()
    print(f"\n{n} pages in {FOR:.0f} s; megabytes {[round(one) for one in held]}")
    assert max(held) <= MOST_MEMORY
    assert held[-1] - held[min(1, len(held) - 1)] <= MOST_GROWTH
