"""Answers of a language model on disk, and what was paid for them."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

WAIT_SECONDS = 60.0
_TABLES = (
    "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, record TEXT, "
    "model TEXT, text TEXT, at REAL)",
    "CREATE TABLE IF NOT EXISTS paid (key TEXT, input INTEGER, output INTEGER, usd REAL, at REAL)",
)


class AnswerCache:
    """Answers and what was paid, in one SQLite file; safe against being killed at any moment."""

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = _open(self.path)

    def get(self, key: str) -> str | None:
        """Return the stored text, or None."""
        with self._lock:
            row = self._db.execute("SELECT text FROM answers WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def pay(self, key: str, tokens: tuple[int, int], usd: float) -> None:
        """Note what an answer cost, usable or not."""
        with self._lock, self._db:
            self._db.execute(
                "INSERT INTO paid VALUES (?,?,?,?,?)", (key, *tokens, usd, time.time())
            )

    def put(self, key: str, record: str, model: str, text: str) -> None:
        """Keep a usable answer."""
        with self._lock, self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO answers VALUES (?,?,?,?,?)",
                (key, record, model, text, time.time()),
            )

    def spent(self) -> float:
        """Return US dollars paid so far for everything in this cache."""
        with self._lock:
            return self._db.execute("SELECT COALESCE(SUM(usd), 0) FROM paid").fetchone()[0]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def _open(path: Path) -> sqlite3.Connection:
    """Open the file with its tables; several processes may make it at once.

    Changing to a write-ahead log, SQLite does not wait for others as it does everywhere else, but
    says "database is locked" at once.

    Raises:
        sqlite3.OperationalError: the file stays locked, or cannot be used; names it.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        db = None
        try:
            db = sqlite3.connect(path, check_same_thread=False, timeout=WAIT_SECONDS)
            with db:
                db.execute("PRAGMA journal_mode=WAL")
                db.execute("PRAGMA synchronous=NORMAL")  # a killed process loses nothing
                for table in _TABLES:
                    db.execute(table)
            return db
        except sqlite3.OperationalError as error:
            if db is not None:
                db.close()
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise sqlite3.OperationalError(f"answer cache {path}: {error}") from error
            time.sleep(0.05)
