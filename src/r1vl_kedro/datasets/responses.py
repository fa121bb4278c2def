"""A table of responses from JSON or Parquet, read-only."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
from kedro.io import DatasetError

from r1vl_kedro.datasets.read_only import ReadOnlyDataset
from r1vl_kedro.records.json_stream import iter_objects
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.records.validate import undecodable

ACCEPTED = (
    "accepted: .jsonl (one object a line), .json (an array of objects) or .parquet, "
    "with columns response and answer"
)

LOOKED_UP = ("key_steps", "options")
"""Columns of a record that rewards read and tables of responses do not repeat."""


class ResponsesDataset(ReadOnlyDataset):
    """Responses to explain, from ``.jsonl``, ``.json`` or ``.parquet``.

    A column ``completion`` counts as ``response`` (rollouts of training have it). Key steps and
    options that the file does not hold are looked up by ``id`` in ``records``.

    Example usage for the YAML API::

        reward_card_responses:
          type: r1vl_kedro.datasets.responses.ResponsesDataset
          filepath: data/07_model_output/step_grpo/predictions.parquet
          records: [data/05_model_input/rl_prompts, data/01_raw/test]
    """

    def __init__(
        self,
        *,
        filepath: str,
        records: Sequence[str] = (),
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Keep the paths; nothing is read before ``load``.

        Args:
            records: saved sets of records; one that is not there is passed over.

        Raises:
            DatasetError: no path.
        """
        if not isinstance(filepath, str) or not filepath:
            raise DatasetError(f"filepath is {filepath!r}; wanted the path of a file; {ACCEPTED}")
        self._filepath = PurePosixPath(filepath)
        self._records = [Path(path) for path in records]
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """Read all rows.

        Raises:
            DatasetError: no such file, another suffix, nothing in it, or not of its suffix's form.
        """
        path = Path(self._filepath)
        if path.suffix not in (".jsonl", ".json", ".parquet"):
            raise DatasetError(f"{path}: suffix {path.suffix!r}; {ACCEPTED}")
        try:
            frame = pd.read_parquet(path) if path.suffix == ".parquet" else _read_json(path)
        except FileNotFoundError:
            raise DatasetError(f"there is no file {path}; {ACCEPTED}") from None
        except RecordsError as error:
            raise DatasetError(f"{error}; {ACCEPTED}") from None
        except (OSError, ValueError, NotImplementedError) as error:  # pyarrow: an unknown codec
            raise DatasetError(f"{path} cannot be read: {error}; {ACCEPTED}") from None
        if not len(frame):
            raise DatasetError(f"{path} holds no responses; {ACCEPTED}")
        if "response" not in frame.columns and "completion" in frame.columns:
            frame = frame.rename(columns={"completion": "response"})
        return self._completed(frame)

    def _completed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Complete rows by the key steps and options of their records, None where there is none."""
        wanted = [name for name in LOOKED_UP if name not in frame.columns]
        if not wanted or "id" not in frame.columns:
            return frame
        found: dict[str, dict[str, Any]] = {}
        ids = set(frame["id"].astype(str))
        for path in self._records:
            if (path / "dataset_info.json").is_file():  # saved by `datasets`
                for row in _columns_of(path, wanted):
                    if row["id"] in ids:
                        found.setdefault(row["id"], row)
        rows = [found.get(str(name), {}) for name in frame["id"]]
        return frame.assign(
            **{name: pd.Series([row.get(name) for row in rows], frame.index) for name in wanted}
        )

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}

    def _exists(self) -> bool:
        return Path(self._filepath).exists()


def _columns_of(path: Path, names: list[str]) -> Iterator[dict[str, Any]]:
    """Yield ids and these columns of saved records, without their images."""
    from datasets import load_from_disk

    records = load_from_disk(str(path))
    if "id" in records.column_names:
        there = [name for name in names if name in records.column_names]
        yield from records.select_columns(["id", *there])


def _read_json(path: Path) -> pd.DataFrame:
    """Read values as they stand in the file, whatever other rows hold.

    Raises:
        RecordsError: not JSON of objects, or text that is not UTF-8; names file and place.
    """
    rows = list(iter_objects(path))
    for number, row in enumerate(rows, start=1):
        problem = undecodable([json.dumps(row, ensure_ascii=False)])
        if problem:
            raise RecordsError(f"{path}, row {number}: {problem}")
    return pd.DataFrame(rows, dtype=object)
