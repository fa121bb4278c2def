"""Which columns records will have, known before they are made."""

from __future__ import annotations

from collections.abc import Collection

from kedro.io import DataCatalog

MADE = {"warm_up_records": (), "rl_prompts": ("key_steps",)}
"""Records that data preparation and annotation make of a source's, and what they add."""
SOURCE = "source_records"


def columns_of(catalog: DataCatalog, name: str, made: Collection[str]) -> tuple[str, ...] | None:
    """Return the columns that a catalog entry's records have or will have; None where unknown.

    Args:
        made: entries that the run makes.
    """
    if name not in made:
        return _known(catalog, name)
    source = _known(catalog, SOURCE)
    return (*source, *MADE[name]) if name in MADE and source is not None else None


def _known(catalog: DataCatalog, name: str) -> tuple[str, ...] | None:
    """Ask an entry for its ``columns()``, which a dataset of another package need not have."""
    ask = getattr(catalog.get(name), "columns", None)
    return None if ask is None else ask()
