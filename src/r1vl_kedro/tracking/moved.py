"""A project that was moved or copied: its SQLite store still names the place it was made at."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlparse

from r1vl_kedro.tracking.addresses import ARTIFACTS, FILE

logger = logging.getLogger(__name__)
_SECONDS = 30.0


def follow(uri: str) -> int:
    """Point a store's experiments and runs at the artifacts beside it.

    Only experiments that this project made are changed (``<anywhere>/mlartifacts/<name>``), and of
    their runs those whose artifacts came along.

    Args:
        uri: of the store; one that is no SQLite file is left as it is.

    Returns:
        How many experiments were elsewhere.
    """
    path = Path(uri.removeprefix(FILE))
    if not uri.startswith(FILE) or not path.is_file():
        return 0
    with closing(sqlite3.connect(path, timeout=_SECONDS)) as database, database:
        try:
            known = database.execute(
                "SELECT experiment_id, name, artifact_location FROM experiments"
            ).fetchall()
        except sqlite3.DatabaseError:  # no store, or a new one: who opens it next names the file
            return 0
        left = [
            (number, old, new)
            for number, name, old in known
            if (new := _beside(path, name, old or "")) not in (None, old)
        ]
        for number, old, new in left:
            _move(database, number, old, new)
            logger.info("the project was moved: artifacts of %s go to %s", old, new)
    return len(left)


def _beside(store: Path, name: str, location: str) -> str | None:
    """Return where an experiment's artifacts belong; None of one that another program made."""
    ending = Path("/", ARTIFACTS, name).as_uri().removeprefix("file://")
    if not location.startswith("file://") or not location.endswith(ending):
        return None
    return (store.resolve().parent / ARTIFACTS / name).as_uri()


def _move(database: sqlite3.Connection, experiment: int, old: str, new: str) -> None:
    database.execute(
        "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?", (new, experiment)
    )
    rows = database.execute(
        "SELECT run_uuid, artifact_uri FROM runs WHERE experiment_id = ?", (experiment,)
    ).fetchall()
    for run, uri in rows:
        if not (uri or "").startswith(f"{old}/"):
            continue
        moved = new + uri.removeprefix(old)
        if _path(moved).exists() or not _path(uri).exists():
            database.execute("UPDATE runs SET artifact_uri = ? WHERE run_uuid = ?", (moved, run))


def _path(uri: str) -> Path:
    return Path(unquote(urlparse(uri).path))
