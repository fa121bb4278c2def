"""How many batches a training takes, and how a batch is divided over processes and passes."""

from __future__ import annotations

from math import ceil, lcm


def steps_on(records: int, epochs: float, batch: int, updates: int = 1) -> int:
    """Count the optimizer steps of ``epochs`` over ``records``, ``updates`` on a batch of them."""
    return max(1, ceil(records * epochs / batch)) * updates


def split_batch(
    sequences: int, micro: int | None, processes: int, what: str, group_size: int = 1
) -> tuple[int, int]:
    """Split a global batch: (sequences per process and forward pass, passes per step).

    Args:
        micro: sequences per forward pass; None takes all of a process.
        what: the name of ``sequences`` in errors.
        group_size: what ``sequences`` is a multiple of already, and the values named must be, too.

    Raises:
        ValueError: the three do not divide; names values that would work.
    """
    if sequences % processes:
        step = lcm(processes * (micro or 1), group_size)
        low = sequences - sequences % step
        near = " or ".join(str(value) for value in (low, low + step) if value)
        raise ValueError(
            f"{what} {sequences} is not a multiple of {processes} processes; {near} would work"
        )
    share = sequences // processes
    micro = micro or share
    if share % micro:
        divisors = [n for n in range(1, share + 1) if share % n == 0]
        raise ValueError(
            f"micro_batch_size {micro} does not divide the {share} sequences per process "
            f"({what} {sequences} over {processes} processes); {divisors!s:.200} would work"
        )
    return micro, share // micro
