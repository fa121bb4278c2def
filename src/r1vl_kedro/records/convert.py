"""A source of raw records as a records dataset on disk, made once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.rejections import list_of, warn_of
from r1vl_kedro.records.schema import RawRecord
from r1vl_kedro.records.store import made_once, save_directory
from r1vl_kedro.records.validate import validate

if TYPE_CHECKING:
    from datasets import Dataset


def materialize(
    source: Iterable[RawRecord],
    path: Path,
    *,
    fingerprint: str,
    options: ValidationOptions | None = None,
) -> Dataset:
    """Store a source's usable records, with key steps, at ``path`` and open them from there.

    Nothing is read again while ``fingerprint`` (the source's path, size, date and settings)
    stays what it was. What was set aside is in ``rejected.json`` beside the records.
    """

    def make() -> None:
        checked = options or ValidationOptions(require_solution=False)
        dataset, rejections = validate(source, checked, key_steps=True, image_hashes=False)
        beside = list_of(rejections, len(dataset))
        save_directory(dataset, path, made_from=fingerprint, beside=beside)
        warn_of(rejections, len(dataset), path)

    return made_once(path, fingerprint, make)
