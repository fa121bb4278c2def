"""Kedro dataset: a model of the Hugging Face hub, by name."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from kedro.io import AbstractDataset, DatasetError


class HubModelDataset(AbstractDataset[None, str]):
    """The name of a model; its files are fetched into the hub's cache when a model is loaded.

    Example catalog entry::

        base_model:
          type: r1vl_kedro.datasets.HubModelDataset
          name: Qwen/Qwen2-VL-7B-Instruct
    """

    def __init__(self, *, name: str, metadata: dict[str, Any] | None = None):
        self._name = name
        self.metadata = deepcopy(metadata)

    def load(self) -> str:
        """Return the name, as ``from_pretrained`` takes it."""
        return self._name

    def save(self, data: None) -> None:
        """Refuse: a published model is not written."""
        raise DatasetError(f"{self._name} is a model of the hub and is only read")

    def _describe(self) -> dict[str, Any]:
        return {"name": self._name}
