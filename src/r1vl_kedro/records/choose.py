"""Some of the records, for one training, with their paths in its grammar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from r1vl_kedro.records.schema import RecordsError, labels_of
from r1vl_kedro.records.split import draw
from r1vl_kedro.records.store import map_rows
from r1vl_kedro.responses import get_grammar, grammar_of, rewrite

if TYPE_CHECKING:
    from datasets import Dataset


def choose(
    records: Dataset,
    seed: int,
    n: int | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
) -> Dataset:
    """Draw so many of the records by the seed, in their order; all if there are fewer.

    Args:
        where: by column (``family``, ``source`` or a label), the values that a record may have.

    Raises:
        RecordsError: a column is missing, or no record has such values.
    """
    rows = list(range(len(records)))
    for column, values in (where or {}).items():
        known = [name for name in ("family", "source") if name in records.column_names]
        known += labels_of(records)
        if column not in known:
            raise RecordsError(
                f"where: records have no column {column!r:.100} to choose by; they have "
                f"{', '.join(known)}"
            )
        of_row = records[column]
        found = sorted({of_row[row] for row in rows})
        rows = [row for row in rows if of_row[row] in values]
        if not rows:
            raise RecordsError(
                f"where {column} is {' or '.join(values)!r:.100}: no record is; there are "
                f"{', '.join(found)!r:.100}"
            )
    return records.select([rows[k] for k in draw(n, len(rows), f"{seed}-stage")])


def in_grammar(records: Dataset, grammar: str) -> Dataset:
    """Rewrite the reference paths in a grammar; what it has no place for is left out."""
    wanted = get_grammar(grammar)

    def rewritten(row: dict[str, Any]) -> dict[str, Any]:
        path = row["solution"]
        return {**row, "solution": path and rewrite(path, grammar_of(path), wanted)}

    return map_rows(records, rewritten, key_steps="key_steps" in records.column_names)
