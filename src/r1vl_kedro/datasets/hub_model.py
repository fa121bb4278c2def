"""Kedro dataset: a model of the Hugging Face hub, by name."""

from __future__ import annotations

from typing import Any

from r1vl_kedro.datasets.read_only import ReadOnlyDataset


class HubModelDataset(ReadOnlyDataset):
    """The name of a model; its files are fetched into the hub's cache when a model is loaded.

    Example catalog entry::

        base_model:
          type: r1vl_kedro.datasets.HubModelDataset
          name: Qwen/Qwen2-VL-7B-Instruct
    """

    def __init__(self, *, name: str, metadata: dict[str, Any] | None = None):
        self._name = name
        self.metadata = metadata

    def load(self) -> str:
        """Return the name, as ``from_pretrained`` takes it."""
        return self._name

    def _describe(self) -> dict[str, Any]:
        return {"name": self._name}
