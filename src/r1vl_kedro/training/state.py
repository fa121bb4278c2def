"""Resumable checkpoints of a training: the newest that can be used, and how many are kept."""

from __future__ import annotations

import logging
import re
import shutil
from pathlib import Path

from r1vl_kedro import files

WRITING = ".writing"

log = logging.getLogger(__name__)


def damage(directory: Path) -> str | None:
    """Name what is wrong with a checkpoint, or return None. Reads headers, not weights."""
    from safetensors import SafetensorError, safe_open

    found = files.problem(directory)
    if found is not None:
        return found
    for file in sorted(directory.rglob("*.safetensors")):
        try:
            with safe_open(file, "pt"):
                pass
        except SafetensorError as error:
            return f"{file} is corrupt: {error}"
    return None


def checkpoints(state: Path) -> list[Path]:
    """List checkpoint directories, newest first."""
    found = [p for p in state.glob("checkpoint-*") if re.fullmatch(r"checkpoint-\d+", p.name)]
    return sorted(found, key=lambda p: int(p.name.split("-")[1]), reverse=True)


def newest_usable(state: Path) -> Path | None:
    """Find the newest undamaged checkpoint; name damaged ones in the log and set them aside."""
    for checkpoint in checkpoints(state):
        problem = damage(checkpoint)
        if problem is None:
            return checkpoint
        log.warning("checkpoint set aside: %s", problem)
        aside = checkpoint.with_name(f"damaged-{checkpoint.name}")
        shutil.rmtree(aside, ignore_errors=True)
        with files.naming(aside):
            checkpoint.rename(aside)
    return None


def prune(state: Path, keep: int) -> None:
    """Remove all but the newest ``keep`` checkpoints."""
    for old in checkpoints(state)[keep:]:
        (old / files.MARK).unlink(missing_ok=True)
        shutil.rmtree(old)
