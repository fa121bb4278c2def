"""Checks before a run's first node: inputs, libraries, batches, models, columns, endpoints."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from r1vl_kedro.datasets import CheckpointDataset, HubModelDataset
from r1vl_kedro.endpoint import EndpointError
from r1vl_kedro.errors import CheckpointError, UserFacingError
from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.hooks.inputs import check_inputs
from r1vl_kedro.hooks.to_run import nodes_to_run
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.launcher.jobs import lack
from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.pipelines.record_columns import columns_of
from r1vl_kedro.preflight.clashes import model_problems
from r1vl_kedro.training.methods import METHODS
from r1vl_kedro.training.planned import (
    Training,
    batch_problems,
    column_problems,
    of_sections,
    of_variants,
    room_problems,
)

logger = logging.getLogger(__name__)
REFUSED_KEY = (401, 403)


class MissingLibraryError(UserFacingError):
    """Options need a library that is not installed; the message names both."""


class CheckHooks:
    """Refuses a run that lacks a library, room, inputs, a model's files, columns or an endpoint."""

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Look at the nodes that have something to make; batches at all of them."""
        nodes, free = nodes_to_run(run_params, pipeline, catalog), pipeline.inputs()
        check_libraries(nodes, catalog)
        check_batches(pipeline.nodes, catalog)
        check_inputs(nodes, free, catalog, run_params.get("env"))
        check_models(nodes, free, catalog)
        check_columns(nodes, catalog)
        check_endpoints(nodes, catalog)


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


def _decoding_of(node: Node, catalog: DataCatalog) -> Iterator[tuple[str, Any]]:
    """Yield the decoding options of a node that predicts or samples, by the parameter's name."""
    if node.name.rpartition(".")[2].startswith(("predict", "sample")):
        for where, options in _parameters(node, catalog):
            if (decoding := _at(options, "decoding")) is not None:
                yield where, decoding


def _needs(node: Node, catalog: DataCatalog) -> Iterator[tuple[str, str]]:
    """Yield each option of a node that needs a library, with the library."""
    for where, decoding in _decoding_of(node, catalog):
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


def check_batches(nodes: Iterable[Node], catalog: DataCatalog) -> None:
    """Refuse trainings that cannot go over the launcher's processes, or have no room.

    Preflight, which trains nothing, lists them itself.

    Raises:
        ConfigurationError: a line for each batch, with sizes that would work, and for what this
            machine or the cluster has not.
        JobError: the cluster cannot be reached.
    """
    sections, variants = _trainings_of(nodes, catalog)
    if not sections and not variants:
        return
    launcher = LauncherOptions.model_validate(catalog.load("params:launcher"))
    problems = room_problems([*sections, *variants], launcher, lack)
    # What a variant has from its section is named there.
    methods = {name for name, row in METHODS.items() if row in [v.method for v in variants]}
    sections += of_sections(catalog.load("parameters"), methods)
    problems += batch_problems([*sections, *variants], launcher.num_processes)
    if problems:
        raise ConfigurationError("\n".join(problems))


def _trainings_of(
    nodes: Iterable[Node], catalog: DataCatalog
) -> tuple[list[Training], list[Training]]:
    """List the trainings among these nodes: of sections of the parameters, and of the grid."""
    trainings = [node for node in nodes if "training" in node.tags]
    if not trainings:
        return [], []
    parameters: dict[str, Any] = catalog.load("parameters")
    read = {name.removeprefix("params:") for node in trainings for name in node.inputs}
    variants = {
        namespace: variant
        for namespace, variant in parameters["variants"].items()
        if f"variants.{namespace}.seed" in read
    }
    methods = {name for name, row in METHODS.items() if {*row.sections[:1]} & read}
    return of_sections(parameters, methods), of_variants(variants)


def check_models(nodes: Sequence[Node], free: set[str], catalog: DataCatalog) -> None:
    """Refuse to start from a model without its files, or to bound images below a token.

    Args:
        free: datasets that no node of the run makes.

    Raises:
        CheckpointError: names what is missing, or the option and what would do.
    """
    decodings = [found for node in nodes for found in _decoding_of(node, catalog)]
    sections, variants = _trainings_of(nodes, catalog)
    if not decodings and not sections and not variants:
        return
    places = _places(nodes, free, catalog)
    problems = model_problems(places, [*sections, *variants], decodings)
    if problems:
        raise CheckpointError("nothing was started: " + "; ".join(dict.fromkeys(problems)))


def _places(nodes: Iterable[Node], free: set[str], catalog: DataCatalog) -> dict[str, str]:
    """Return directory or hub name of the models that the nodes read and no node makes."""
    found = {}
    for name in sorted({name for node in nodes for name in node.inputs} & free):
        dataset = None if name.startswith("params:") else catalog.get(name)
        there = isinstance(dataset, CheckpointDataset) and dataset.exists()
        if there or isinstance(dataset, HubModelDataset):
            found[name] = str(dataset.load())
    return found


def check_columns(nodes: Sequence[Node], catalog: DataCatalog) -> None:
    """Refuse a reward that reads a column which its records will not have.

    Looks at the rewards of trainings and of a probe; preflight lists them itself.

    Raises:
        ConfigurationError: a line for each reward and column, with the columns there are.
    """
    sections, variants = _trainings_of(nodes, catalog)
    if any("probe" in node.tags for node in nodes):
        variants += _probed(catalog.load("parameters")["variants"])
    made = {name for node in nodes for name in node.outputs}
    problems = column_problems([*sections, *variants], partial(columns_of, catalog, made=made))
    if problems:
        raise ConfigurationError("\n".join(problems))


def _probed(variants: dict[str, Any]) -> list[Training]:
    """List the trainings whose rewards a probe computes, all of them on its RL prompts."""
    method = METHODS["step_grpo"]
    own = [one for one in of_variants(variants) if one.method is method]
    return [replace(one, records=method.records) for one in own]


def check_endpoints(nodes: Sequence[Node], catalog: DataCatalog) -> None:
    """Refuse an evaluation whose endpoint (``engine: openai``) refuses one token now.

    Where the run trains first, an endpoint that is not there yet may be there when it is asked:
    then only a refused key stops the run, all else is a warning.

    Raises:
        EndpointError: names the options, the address and what it replied.
    """
    trains = any("training" in node.tags for node in nodes)
    asked = {
        where: options
        for node in nodes
        for where, given in _decoding_of(node, catalog)
        if (options := DecodingOptions.model_validate(given)).engine == "openai"
    }
    for where, options in asked.items():
        from r1vl_kedro.generation.openai_engine import try_endpoint

        try:
            try_endpoint(options)
        except EndpointError as error:
            if trains and error.status not in REFUSED_KEY:
                logger.warning("%s.decoding, asked after the training: %s", where, error)
                continue
            raise EndpointError(
                f"nothing was started: {where}.decoding: {error}", error.status
            ) from error
