"""A table of responses from JSON or Parquet, read-only."""

import json
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from r1vl_kedro.records.json_stream import iter_objects
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.records.validate import undecodable

ACCEPTED = (
    "accepted: .jsonl (one object a line), .json (an array of objects) or .parquet, "
    "with columns response and answer"
)


class ResponsesDataset(AbstractDataset[NoReturn, pd.DataFrame]):
    """Responses to explain, from ``.jsonl``, ``.json`` or ``.parquet``.

    A column ``completion`` counts as ``response`` (rollouts of training have it).

    Example usage for the YAML API::

        reward_card_responses:
          type: r1vl_kedro.datasets.responses.ResponsesDataset
          filepath: data/07_model_output/step_grpo/predictions.parquet
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Keep the path; nothing is read before ``load``.

        Raises:
            DatasetError: no path.
        """
        if not isinstance(filepath, str) or not filepath:
            raise DatasetError(f"filepath is {filepath!r}; wanted the path of a file; {ACCEPTED}")
        self._filepath = PurePosixPath(filepath)
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
        except (OSError, ValueError, NotImplementedError) as error:
            raise DatasetError(f"{path} cannot be read: {error}; {ACCEPTED}") from None
        if not len(frame):
            raise DatasetError(f"{path} holds no responses; {ACCEPTED}")
        if "response" not in frame.columns and "completion" in frame.columns:
            frame = frame.rename(columns={"completion": "response"})
        return frame

    def save(self, data: NoReturn) -> NoReturn:
        """Refuse: responses are written by generation and training."""
        raise DatasetError("ResponsesDataset is read-only")

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}

    def _exists(self) -> bool:
        return Path(self._filepath).exists()


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
