"""Answers of a language model on disk, and what was paid for them."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path


class AnswerCache:
    """Answers and what was paid, in one SQLite file; safe against being killed at any moment."""

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(self.path, check_same_thread=False, timeout=60)
        with self._lock, self._db:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")  # a killed process loses nothing
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, record TEXT, "
                "model TEXT, text TEXT, at REAL)"
            )
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS paid (key TEXT, input INTEGER, output INTEGER, "
                "usd REAL, at REAL)"
            )

    def get(self, key: str) -> str | None:
        """The stored text, or None."""
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
        """US dollars paid so far for everything in this cache."""
        with self._lock:
            return self._db.execute("SELECT COALESCE(SUM(usd), 0) FROM paid").fetchone()[0]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()
