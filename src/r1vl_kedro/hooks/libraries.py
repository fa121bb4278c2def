"""A library that a run's options need is looked for before its first node."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kedro.io import DataCatalog
from kedro.pipeline.node import Node

from r1vl_kedro.errors import UserFacingError


class MissingLibraryError(UserFacingError):
    """Options need a library that is not installed; the message names both."""


def check_libraries(nodes: Iterable[Node], catalog: DataCatalog) -> None:
    """Refuse trainings and evaluations that need vLLM or DeepSpeed where they are not.

    The paper's profiles sample and evaluate by vLLM, and would find out after the warm-up.

    Raises:
        MissingLibraryError: names the options, the library and the extra that installs it.
    """
    needs = {need for node in nodes for need in _needs(node, catalog)}
    lacking = sorted(need for need in needs if importlib.util.find_spec(need[1]) is None)
    if lacking:
        options = ", ".join(f"{where} needs {library}" for where, library in lacking)
        raise MissingLibraryError(
            f"nothing was started: {options}, not installed here; install the extra 'gpu', or "
            "do without: --params step_grpo.vllm=null,step_grpo.deepspeed=null,"
            "warm_up.deepspeed=null,evaluation.decoding.engine=transformers"
        )


def decoding_of(node: Node, catalog: DataCatalog) -> Iterator[tuple[str, Any]]:
    """Yield the decoding options of a node that predicts or samples, by the parameter's name."""
    if node.name.rpartition(".")[2].startswith(("predict", "sample")):
        for where, options in _parameters(node, catalog):
            if (decoding := _at(options, "decoding")) is not None:
                yield where, decoding


def _needs(node: Node, catalog: DataCatalog) -> Iterator[tuple[str, str]]:
    """Yield each option of a node that needs a library, with the library."""
    for where, decoding in decoding_of(node, catalog):
        if _at(decoding, "engine") == "vllm":
            yield f"{where}.decoding.engine=vllm", "vllm"
    for where, options in _parameters(node, catalog) if "training" in node.tags else ():
        for library in ("vllm", "deepspeed"):
            if _at(options, library) is not None:
                yield f"{where}.{library}", library


def _parameters(node: Node, catalog: DataCatalog) -> Iterator[tuple[str, Any]]:
    """Yield the parameters of a node by name, their values as they are when each is asked for."""
    for given in node.inputs:
        if given.startswith("params:"):
            yield given.removeprefix("params:"), catalog.load(given)


def _at(options: Any, key: str) -> Any:
    """Return an option of a model or, as variants have them, of a dictionary."""
    return options.get(key) if isinstance(options, Mapping) else getattr(options, key, None)
