"""Resumable checkpoints on disk: written aside, moved in place in one step, checked before use."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from r1vl_kedro.errors import CheckpointError

MARK = "_COMPLETE"
WRITING = ".writing"

log = logging.getLogger(__name__)


def write_json(path: Path, content: Any) -> None:
    """Write in one step: a reader sees the old file or the new one, never half of one."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with naming(path):
        aside.write_text(json.dumps(content, indent=2, default=str) + "\n", encoding="utf-8")
        os.replace(aside, path)


@contextlib.contextmanager
def naming(path: Path | str) -> Iterator[None]:
    """Turn a failure to write into a CheckpointError that names the path and the free space."""
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, SafetensorError) as error:
        raise CheckpointError(_write_failure(path, error)) from error
    except RuntimeError as error:
        # torch.save reports a full disk as a RuntimeError of its stream writer.
        if "PytorchStreamWriter" in str(error) or "iostream" in str(error):
            raise CheckpointError(_write_failure(path, error)) from error
        raise


def _write_failure(path: Path | str, error: Exception) -> str:
    place = Path(path)
    while not place.exists() and place != place.parent:
        place = place.parent
    free = shutil.disk_usage(place).free / 2**20
    return f"cannot write {path} ({free:.0f} MiB free there): {error}"


def mark_complete(directory: Path) -> None:
    """Note the sizes of all files, so that a truncated one is recognised."""
    sizes = {
        str(file.relative_to(directory)): file.stat().st_size
        for file in sorted(directory.rglob("*"))
        if file.is_file() and file.name != MARK
    }
    (directory / MARK).write_text(json.dumps(sizes), encoding="utf-8")


def damage(directory: Path) -> str | None:
    """What is wrong with a checkpoint, or None. Reads headers, not weights."""
    from safetensors import SafetensorError, safe_open

    mark = directory / MARK
    if not mark.is_file():
        return f"{directory} has no {MARK} mark; it was never finished"
    try:
        sizes = json.loads(mark.read_text(encoding="utf-8"))
    except ValueError:
        return f"{mark} is not readable"
    for name, size in sizes.items():
        file = directory / name
        if not file.is_file():
            return f"{file} is missing"
        if file.stat().st_size != size:
            return f"{file} has {file.stat().st_size} bytes instead of {size}"
        if file.suffix == ".safetensors":
            try:
                with safe_open(file, "pt"):
                    pass
            except SafetensorError as error:
                return f"{file} is corrupt: {error}"
    return None


def checkpoints(state: Path) -> list[Path]:
    """Checkpoint directories, newest first."""
    found = [p for p in state.glob("checkpoint-*") if re.fullmatch(r"checkpoint-\d+", p.name)]
    return sorted(found, key=lambda p: int(p.name.split("-")[1]), reverse=True)


def newest_usable(state: Path) -> Path | None:
    """The newest undamaged checkpoint; damaged ones are named in the log and set aside."""
    for checkpoint in checkpoints(state):
        problem = damage(checkpoint)
        if problem is None:
            return checkpoint
        log.warning("checkpoint set aside: %s", problem)
        aside = checkpoint.with_name(f"damaged-{checkpoint.name}")
        shutil.rmtree(aside, ignore_errors=True)
        with naming(aside):
            checkpoint.rename(aside)
    return None


def prune(state: Path, keep: int) -> None:
    """Remove all but the newest ``keep`` checkpoints."""
    for old in checkpoints(state)[keep:]:
        (old / MARK).unlink(missing_ok=True)
        shutil.rmtree(old)


def move_in_place(aside: Path, final: Path) -> None:
    """Mark ``aside`` complete and move it to ``final``, replacing what was there."""
    with naming(final):
        mark_complete(aside)
        if final.exists():
            old = final.with_name(f".{final.name}.old")
            shutil.rmtree(old, ignore_errors=True)
            final.rename(old)
            aside.rename(final)
            shutil.rmtree(old, ignore_errors=True)
        else:
            aside.rename(final)
