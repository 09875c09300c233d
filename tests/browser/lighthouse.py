"""Ask Lighthouse about pages of the demo, as a slow phone meets them, and print what it says.

    .venv/bin/python -m tests.browser.lighthouse [FOLDER WITH NODE_MODULES]

It needs Node and Chromium, and fetches its own pinned Lighthouse where the folder has none. The bounds are those of
docs/site.md; a miss is printed as a miss, and the command then ends with 1.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.browser.conftest import FLAGS
from tests.serving import Client, Serving

LIGHTHOUSE = "lighthouse@12.8.2"
PAGES = {
    "welcome": "/?about=1",
    "question": "/screen/1/",
    "today": "today/",
    "check-in": "check-in/",
    "verdict": "answer/",
}
LEAST, MOST = 0.98, {"largest-contentful-paint": 1500, "total-blocking-time": 50, "cumulative-layout-shift": 0.01}


def main() -> int:
    """Run it over every page."""
    with tempfile.TemporaryDirectory() as scratch:
        tools = Path(sys.argv[1] if len(sys.argv) > 1 else scratch)
        if not (tools / "node_modules/lighthouse").exists():
            subprocess.run(["npm", "install", "--silent", "--prefix", str(tools), LIGHTHOUSE], check=True)
        served = Serving(Path(scratch) / "home", command="demo", TMPDIR=scratch).start()
        try:
            client = Client(served.port, headers={"Connection": "close"})
            client.get(client.get("/demo/")[1]["location"])
            listed = client.get("/questions/")[2].decode()
            codes = sorted(set(re.findall(r"/trial/([0-9a-f-]{36})/", listed)))
            cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
            missed = 0
            for name, path in PAGES.items():
                for address in [path] if path.startswith("/") else [f"/trial/{code}/{path}" for code in codes]:
                    status = client.get(address)[0]
                    if status == 200:
                        missed += told(name, look(tools, f"http://127.0.0.1:{served.port}{address}", cookie))
                        break
                else:
                    missed += 1
                    print(f"{name}: no trial of the demo has this page")
            client.close()
        finally:
            served.stop()
    return int(missed > 0)


def look(tools: Path, url: str, cookie: str) -> dict[str, Any]:
    """What Lighthouse's mobile settings say of one address."""
    chromium = os.environ.get("PINPRICK_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
    done = subprocess.run(
        [str(tools / "node_modules/.bin/lighthouse"), url, "--output=json", "--quiet", "--disable-storage-reset",
         f"--chrome-flags=--headless=new {' '.join(FLAGS)}", "--extra-headers", json.dumps({"Cookie": cookie})],
        env=os.environ | {"CHROME_PATH": chromium}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def told(name: str, report: dict[str, Any]) -> int:
    """Print one page's figures; 1 where it misses any."""
    scores = {key: one["score"] for key, one in report["categories"].items()}
    times = {key: report["audits"][key]["numericValue"] for key in MOST}
    wrong = [key for key, score in scores.items() if score < LEAST]
    wrong += [key for key, most in MOST.items() if times[key] > most]
    figures = ", ".join(f"{key} {score:.2f}" for key, score in scores.items())
    print(f"{name}: {figures}; " + ", ".join(f"{key} {value:.4g}" for key, value in times.items()), flush=True)
    for key in wrong:
        print(f"  MISSED: {key}")
        for one in report["categories"].get(key, {"auditRefs": []})["auditRefs"]:
            audit = report["audits"][one["id"]]
            if one["weight"] and audit["score"] is not None and audit["score"] < 1:
                print(f"    {one['id']}: {audit['score']} {audit.get('displayValue', '')}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
