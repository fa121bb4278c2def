"""Records that were set aside: each with its reason, and all of them in numbers."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

logger = logging.getLogger(__name__)
REJECTED = "rejected.json"
"""Beside records that were read from a file: what of it was set aside."""


class Unusable(ValueError):
    """What cannot be used: ``reason`` for counting, the message for reading."""

    def __init__(self, reason: str, detail: str):
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that was set aside: at which stage, the reason to count, the detail to read."""

    id: str
    stage: str
    reason: str
    detail: str

    def as_dict(self) -> dict[str, str]:
        """Return the four fields, for JSON."""
        return asdict(self)


def count_reasons(rejections: Iterable[Rejection]) -> dict[str, int]:
    """Count how often each reason occurred, most frequent first."""
    return dict(Counter(rejection.reason for rejection in rejections).most_common())


def in_words(rejections: Iterable[Rejection]) -> str:
    """List the reasons with their counts, as in ``broken_image: 2, missing_image: 1``."""
    return counts_in_words(count_reasons(rejections))


def counts_in_words(counts: Mapping[str, int]) -> str:
    """List reasons that were counted, as in ``broken_image: 2, missing_image: 1``."""
    return ", ".join(f"{reason}: {n}" for reason, n in counts.items())


def list_of(rejections: Sequence[Rejection], kept: int) -> dict[str, str]:
    """Return the file that lists what was set aside, by its name; it lies beside what was kept.

    Args:
        kept: number of the other records.
    """
    content = {
        "kept": kept,
        "rejected": count_reasons(rejections),
        "records": [rejection.as_dict() for rejection in rejections],
    }
    return {REJECTED: json.dumps(content, indent=1)}


def warn_of(rejections: Sequence[Rejection], kept: int, path: Path) -> None:
    """Log how many rows of a file were set aside, by reason, where any were; one in full."""
    if rejections:
        first = rejections[0]
        logger.warning(
            "%s: %d of %d rows set aside (%s), each in %s there; the first, %s: %s",
            *(path, len(rejections), len(rejections) + kept, in_words(rejections), REJECTED),
            *(first.id[:100], first.detail),
        )


def set_aside_at(directory: Path) -> dict[str, int]:
    """Count what was set aside when the records in a directory were read from a file, by reason."""
    report = directory / REJECTED
    return json.loads(report.read_text(encoding="utf-8"))["rejected"] if report.is_file() else {}


def nothing_left(stage: str, rejections: Sequence[Rejection]) -> str:
    """Write the message for a stage after which no record remains, one reason in full."""
    if not rejections:
        return f"No usable record left after {stage}: the source is empty"
    first = rejections[0]
    return (
        f"No usable record left after {stage}: {len(rejections)} read, all set aside "
        f"({in_words(rejections)}); the first, {first.id}: {first.detail}"
    )
