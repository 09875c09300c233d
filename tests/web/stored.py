"""Keep the database of this version, for every later one to open: made once a release, and never made again.

.venv/bin/python -m tests.web.stored
"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

STORED = Path(__file__).parent / "stored"
DAY = date(2026, 5, 19)


def told() -> list[dict[str, Any]]:
    """What the database says of each trial on the day it was kept: every answer, and the first line of its log."""
    from pinprick_web.trials import services, store
    from pinprick_web.trials.models import TrialRecord

    found = []
    for record in TrialRecord.objects.order_by("code"):
        conduct = store.load(record)
        result = services.reading_of(conduct, DAY).result if not conduct.is_sealed else None
        found.append({
            "code": str(record.code),
            "commitment": conduct.start["commitment"],
            "n_events": len(conduct.events),
            "sealed": conduct.is_sealed,
            "finding": result.finding.value if result else None,
            "mean": result.effect.mean if result and result.effect else None,
            "low": result.effect.low if result and result.effect else None,
            "high": result.effect.high if result and result.effect else None,
        })  # fmt: skip
    return found


def main() -> None:
    """Fill a new home with the made-up person and keep its database, and what it says."""
    from pinprick.version import __version__

    path = STORED / f"{__version__}.sqlite3.gz"
    if path.exists():
        raise SystemExit(f"{path.name} is there already, and what was released does not change")
    with tempfile.TemporaryDirectory() as home:
        os.environ["PINPRICK_HOME"] = home
        from pinprick_web.server import prepare

        prepare()
        from pinprick_web import demo

        demo.fill(DAY)
        said = told()
        copy = sqlite3.connect(":memory:")
        sqlite3.connect(Path(home) / "pinprick.sqlite3").backup(copy)
        copy.execute("VACUUM")
        path.write_bytes(gzip.compress(copy.serialize(), 9, mtime=0))
    (STORED / f"{__version__}.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
