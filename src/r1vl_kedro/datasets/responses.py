"""A table of responses from JSON Lines or Parquet, read-only."""

from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

import pandas as pd
from kedro.io import AbstractDataset, DatasetError


class ResponsesDataset(AbstractDataset[NoReturn, pd.DataFrame]):
    """Responses to explain, from ``.jsonl``, ``.json`` or ``.parquet``.

    A column ``completion`` counts as ``response`` (rollouts of training have it).

    Example usage for the YAML API::

        reward_card_responses:
          type: r1vl_kedro.datasets.responses.ResponsesDataset
          filepath: data/07_model_output/step_grpo/predictions.parquet
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Keep the path; nothing is read before ``load``."""
        self._filepath = PurePosixPath(filepath)
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """All rows; a suffix other than the three is refused."""
        path = Path(self._filepath)
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
        elif path.suffix in (".jsonl", ".json"):
            frame = pd.read_json(path, lines=path.suffix == ".jsonl", dtype=False)
        else:
            raise DatasetError(f"{path}: suffix {path.suffix!r}; accepted: .jsonl, .json, .parquet")
        if "response" not in frame.columns and "completion" in frame.columns:
            frame = frame.rename(columns={"completion": "response"})
        return frame

    def save(self, data: NoReturn) -> NoReturn:
        """Responses are written by generation and training, not here."""
        raise DatasetError("ResponsesDataset is read-only")

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}

    def _exists(self) -> bool:
        return Path(self._filepath).exists()
