"""How a global batch is divided over processes and forward passes."""

from __future__ import annotations


def split_batch(sequences: int, micro: int | None, processes: int, what: str) -> tuple[int, int]:
    """Split a global batch: (sequences per process and forward pass, passes per step).

    Raises:
        ValueError: the three do not divide; names values that would work.
    """
    if sequences % processes:
        near = [n for n in (sequences - sequences % processes,) if n] + [
            sequences - sequences % processes + processes
        ]
        raise ValueError(
            f"{what} {sequences} is not a multiple of {processes} processes; "
            f"{' or '.join(map(str, near))} would work"
        )
    share = sequences // processes
    micro = micro or share
    if share % micro:
        divisors = [n for n in range(1, share + 1) if share % n == 0]
        raise ValueError(
            f"micro_batch_size {micro} does not divide the {share} sequences per process "
            f"({what} {sequences} over {processes} processes); {divisors} would work"
        )
    return micro, share // micro
