"""One budget for all formulas that one comparison works out, in operations and not in seconds: it
holds in every thread, and a verdict depends neither on the machine nor on its load, nor on what was
compared before.
"""

import math
import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

UNITS = 350_000
"""Two are a microsecond: 0.15 to 0.2 s of CPU."""


class _Comparison(threading.local):
    """The comparison that runs in this thread; where none does, all is free and nothing is kept."""

    left: float = math.inf
    kept: dict[Hashable, dict[Any, Any]] | None = None


_COMPARISON = _Comparison()


class Spent(Exception):
    """The budget of a comparison is spent."""


@contextmanager
def budget() -> Iterator[None]:
    """Give all formulas that are worked out inside one budget, from which each is paid once."""
    _COMPARISON.left, _COMPARISON.kept = UNITS, {}
    try:
        yield
    finally:
        _COMPARISON.left, _COMPARISON.kept = math.inf, None


def kept(key: Hashable) -> dict[Any, Any]:
    """Return the dictionary that the comparison keeps under a key: empty at first, to be filled."""
    return {} if _COMPARISON.kept is None else _COMPARISON.kept.setdefault(key, {})


def spend(units: int) -> None:
    """Take from the budget of the comparison.

    Raises:
        Spent: not so much is left.
    """
    _COMPARISON.left -= units
    if _COMPARISON.left < 0:
        raise Spent
