"""An endpoint is tried before the first node: its key, its address, its model."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from kedro.io import DataCatalog
from kedro.pipeline.node import Node

from r1vl_kedro.endpoint import EndpointError
from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.hooks.libraries import decoding_of

logger = logging.getLogger(__name__)
REFUSED_KEY = (401, 403)


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
        for where, given in decoding_of(node, catalog)
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
