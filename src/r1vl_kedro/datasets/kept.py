"""Kedro dataset: a JSON object whose keys stay until they are saved again."""

from __future__ import annotations

from typing import Any

from kedro_datasets.json import JSONDataset


class KeptJSONDataset(JSONDataset):
    """``json.JSONDataset`` that adds what is saved to what is there.

    The scores of several checkpoints become rows of one table; remove the file to begin anew.

    Example catalog entry::

        kept_benchmark_scores:
          type: r1vl_kedro.datasets.KeptJSONDataset
          filepath: data/08_reporting/benchmarks/kept_scores.json
    """

    def save(self, data: dict[str, Any]) -> None:
        """Write the object; keys that it lacks keep their values and their places."""
        before = self.load() if self._exists() else {}
        super().save({**before, **data})
