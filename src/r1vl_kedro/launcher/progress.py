"""How far a job is: a small file that the parent reads."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

PROGRESS = "R1VL_PROGRESS"
_last = [0.0]


def report(done: int, total: int, unit: str = "step", text: str = "") -> None:
    """Tell whoever started this job how far it is; cheap enough for every step.

    Without a parent (no ``R1VL_PROGRESS`` in the environment) nothing happens.
    """
    target = os.environ.get(PROGRESS)
    now = time.monotonic()
    if not target or os.environ.get("RANK", "0") != "0":
        return
    if now - _last[0] < 0.2 and done < total:
        return
    _last[0] = now
    aside = Path(f"{target}.tmp")
    line = {"done": done, "total": total, "unit": unit, "text": text}
    aside.write_text(json.dumps(line) + "\n", encoding="utf-8")
    os.replace(aside, target)


def read(path: Path) -> dict[str, Any] | None:
    """The last report, or None where there is none yet."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
