"""Kedro dataset: a published file of records beside its folder of images."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset, DatasetError
from pydantic import ValidationError

from r1vl_kedro.parameters import describe
from r1vl_kedro.records.json_stream import write_array
from r1vl_kedro.records.options import ValidationOptions
from r1vl_kedro.records.readers import get_reader
from r1vl_kedro.records.rows import RecordFile, WritableRecordFile
from r1vl_kedro.records.schema import COLUMNS, RecordsError, check_columns
from r1vl_kedro.records.store import export_images, read_once

if TYPE_CHECKING:
    from datasets import Dataset

_PATHS = ("path", "image_root", "records_path")
_OWN = (*_PATHS, "limit")


class RecordFileDataset(AbstractDataset):
    """A file of records, read by the reader of its form.

    Example catalog entries::

        source_records:
          type: r1vl_kedro.datasets.RecordFileDataset
          reader: mulberry
          path: data/01_raw/mulberry/mulberry_sft.json
          image_root: data/01_raw/mulberry/mulberry_images

        rl_prompts:                      # published key steps
          type: r1vl_kedro.datasets.RecordFileDataset
          reader: r1vl10k
          path: data/01_raw/r1vl10k/r1vl10k.json
          records_path: data/05_model_input/rl_prompts

    Args:
        reader: a name in `r1vl_kedro.records.readers.READERS`, or the dotted path of a
            `RecordFile`.
        path: the file.
        image_root: folder that image paths start from; the file's own folder if not given.
        limit: read only this many records.
        records_path: if given, ``load`` gives usable records as a dataset stored in this
            directory (made anew when the file changed); if not, raw records to be validated.
        validation: changes to `ValidationOptions` for ``records_path``, such as
            ``{require_image: false}``.
        metadata: for Kedro-Viz and other plugins.
        settings: what else the reader takes, such as ``max_steps`` of ``mathvision``.

    Raises:
        DatasetError: an unknown reader or setting; names those there are.
    """

    def __init__(
        self,
        *,
        reader: str,
        path: str,
        image_root: str | None = None,
        limit: int | None = None,
        records_path: str | None = None,
        validation: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
        **settings: Any,
    ):
        paths = {"path": path, "image_root": image_root, "records_path": records_path}
        try:
            kind = get_reader(reader)
            given = {} if validation is None else validation
            self._validation = ValidationOptions.model_validate(
                {"require_solution": False, **given} if isinstance(given, Mapping) else given
            )
            _check_settings(kind, reader, {**paths, "limit": limit, **settings})
            root = Path(image_root) if image_root else None
            self._file: RecordFile = kind(Path(path), root, limit, **settings)
        except RecordsError as error:
            raise DatasetError(f"{path}: {error}") from None
        except ValidationError as error:
            said = describe(error, ValidationOptions, "validation")
            raise DatasetError(f"{path}: {said}") from None
        self._reader, self._settings = reader, settings
        self._path = Path(path)
        self._records_path = Path(records_path) if records_path else None
        self._check_apart()
        self.metadata = metadata

    def load(self) -> RecordFile | Dataset:
        """Return raw records, or a records dataset where ``records_path`` is set.

        Raises:
            DatasetError: there is no such file, or none of its records can be stored.
        """
        if not self._path.is_file():
            raise DatasetError(f"RecordFileDataset: there is no file {self._path}")
        if self._records_path is None:
            return self._file
        from r1vl_kedro.records.validate import validate

        how = {"key_steps": True, "image_hashes": False}
        read = partial(validate, self._file, self._validation, **how)
        try:
            return read_once(self._records_path, self._fingerprint(), read)
        except RecordsError as error:  # Kedro would wrap it as something unforeseen
            raise DatasetError(f"RecordFileDataset: {error}") from None

    def save(self, data: Dataset) -> None:
        """Write records in the reader's form, images below ``image_root`` by family.

        Raises:
            DatasetError: rows of this form are only read.
        """
        form, root = self._file, self._file.image_root or self._path.parent
        if not isinstance(form, WritableRecordFile):
            raise DatasetError(
                f"{self._path}: the form {self._reader!r} is only read; {len(data)} records not "
                "written"
            )
        check_columns(data, key_steps=form.key_steps, where=str(self._path))
        write_array(self._path, (form.row_of(*record) for record in export_images(data, root)))

    def columns(self) -> tuple[str, ...]:
        """Return the columns of its records, the reader's labels among them."""
        more = ("key_steps",) if self._records_path else ()
        return (*COLUMNS, *more, *self._file.labels)

    def _check_apart(self) -> None:
        """Raise DatasetError where storing the records would replace what they are read from."""
        if self._records_path is None:
            return
        place = self._records_path.absolute()
        for read in filter(None, (self._path, self._file.image_root)):
            if read.absolute().is_relative_to(place):
                raise DatasetError(
                    f"{self._path}: records_path {self._records_path} is where {read} lies; the "
                    "records need a directory of their own, such as data/05_model_input/records"
                )

    def _fingerprint(self) -> str:
        stat = self._path.stat()
        about = {**self._describe(), "validation": self._validation.model_dump()}
        return json.dumps({**about, "size": stat.st_size, "changed": stat.st_mtime_ns}, default=str)

    def _exists(self) -> bool:
        return self._path.is_file()

    def _describe(self) -> dict[str, Any]:
        return {
            "reader": self._reader,
            "path": str(self._path),
            "image_root": str(self._file.image_root or self._path.parent),
            "limit": self._file.limit,
            **self._settings,
        }


def _check_settings(kind: type[RecordFile], reader: str, given: Mapping[str, Any]) -> None:
    """Raise RecordsError for a setting that a reader has not, or that is of another kind."""
    takes = {field.name: field.default for field in fields(kind)} | {"records_path": None}
    for name, value in given.items():
        if name not in takes:
            own = [*_OWN, "validation"]
            raise RecordsError(
                f"{name!r} is no setting of the reader {reader!r}; it takes "
                f"{', '.join([*own, *(name for name in takes if name not in own)])}"
            )
        default = takes[name]
        if name in _PATHS:
            if not isinstance(value, str | PathLike) and (value is not None or name == "path"):
                raise RecordsError(f"{name} is {value!r:.100}; wanted a path")
            continue
        if name == "limit" or type(default) is int:
            if (name != "limit" or value is not None) and (type(value) is not int or value < 1):
                such = "a number from 1" + (", or null" if name == "limit" else "")
                raise RecordsError(f"{name} is {value!r:.100}; wanted {such}")
            continue
        kinds = {tuple: (list, tuple), float: (int, float)}
        wanted = kinds.get(type(default), type(default))
        if default not in (None, MISSING) and not isinstance(value, wanted):
            such = (
                "a list of words"
                if wanted == (list, tuple)
                else f"a value such as {default!r:.100}"
            )
            raise RecordsError(f"{name} is {value!r:.100}; wanted {such}")
