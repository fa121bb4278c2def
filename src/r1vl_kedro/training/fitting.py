"""Which records fit the limits of a training: measured once, by rank 0, and kept with its state."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from r1vl_kedro import files, ranks

FILE = "fitting.json"

Measured = tuple[list[int], list[dict[str, Any]]]


def measured_once(
    state_dir: Path, recipe: Mapping[str, Any], main: bool, measure: Callable[[], Measured]
) -> Measured:
    """Measure, or read what an earlier start of this training or rank 0 has measured.

    A large set takes minutes, on every rank and at every restart again.

    Args:
        state_dir: of the training; rank 0 has emptied another recipe's.
        recipe: all that the result depends on.
        main: whether this is rank 0; the others wait for its file.
        measure: gives the places of records that fit, and of each other one its id and reason.
    """
    file = state_dir / FILE
    made_from = files.as_json(recipe)
    if main and _read(file, made_from) is None:
        kept, rejected = measure()
        content = {"made_from": made_from, "kept": kept, "rejected": rejected}
        files.write_text(file, json.dumps(content))
    ranks.wait_for(lambda: _read(file, made_from) is not None)
    found = _read(file, made_from)
    return found["kept"], found["rejected"]


def _read(file: Path, made_from: Any) -> dict[str, Any] | None:
    if not file.is_file():
        return None
    content = json.loads(file.read_text(encoding="utf-8"))
    return content if content["made_from"] == made_from else None
