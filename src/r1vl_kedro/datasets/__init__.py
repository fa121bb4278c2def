"""Kedro datasets of this project, imported when first named."""

from importlib import import_module
from typing import Any

_HOME = {
    "BenchmarkTSVDataset": "benchmark_tsv",
    "EmbeddedBenchmarkDataset": "benchmark_tsv",
    "ChatEndpointDataset": "chat_endpoint",
    "CheckpointDataset": "checkpoint",
    "DrawingDataset": "drawing",
    "EmbeddedMulberryDataset": "world",
    "EmbeddedSplitDataset": "world",
    "HubModelDataset": "hub_model",
    "KeptJSONDataset": "kept",
    "PairFileDataset": "pair_file",
    "RecordFileDataset": "record_file",
    "RecordsDataset": "records",
    "TableDataset": "table",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__} has no dataset {name}; it has {sorted(_HOME)}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
