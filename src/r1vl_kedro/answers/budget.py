"""One budget for all that one comparison works out, in function calls and not in seconds: it holds
in every thread, and a verdict depends neither on the machine nor on its load.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MAX_EVENTS = 350_000
"""Calls and returns, of C functions too: 0.15 to 0.2 s of CPU with the counting."""


class Allowance(threading.local):
    """The calls left to the comparison that runs in this thread."""

    left = MAX_EVENTS
    depth = 0


ALLOWANCE = Allowance()


class Spent(Exception):
    """The budget of a comparison is spent."""


@contextmanager
def allowance(events: int = MAX_EVENTS) -> Iterator[None]:
    """Give everything compared inside one budget of calls; an outer one holds."""
    if ALLOWANCE.depth == 0:
        ALLOWANCE.left = events
    ALLOWANCE.depth += 1
    try:
        yield
    finally:
        ALLOWANCE.depth -= 1


def spend(events: int) -> None:
    """Take calls from the budget of the comparison, if one runs.

    Raises:
        Spent: none are left.
    """
    if ALLOWANCE.depth:
        ALLOWANCE.left -= events
        if ALLOWANCE.left < 0:
            raise Spent
