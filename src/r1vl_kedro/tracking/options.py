"""Where runs are filed: the options, what the environment names instead, the artifacts' place."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from pydantic import Field

from r1vl_kedro.parameters import Options
from r1vl_kedro.scrubbing import scrub
from r1vl_kedro.tracking.addresses import ARTIFACTS, FILE

logger = logging.getLogger(__name__)


class TrackingOptions(Options):
    """``parameters.tracking``."""

    enabled: bool = True
    uri: str = Field("mlflow.db", min_length=1)
    """A file name (SQLite, in the project) or a URI of an MLflow store."""
    experiment: str = Field("r1vl_kedro", min_length=1)
    """Other environments than the default one get ``<experiment>/<environment>``."""


def chosen(name: str, variable: str, options: TrackingOptions) -> str:
    """Return what the environment names in place of an option left at its default, else that."""
    given, named = getattr(options, name), os.environ.get(variable, "").strip()
    if named in ("", given) or given != TrackingOptions.model_fields[name].default:
        return given
    logger.info("%s names %s, in place of tracking.%s", variable, scrub(named), name)
    return named


def artifact_root(uri: str, root: Path) -> Path:
    """Place artifacts beside an SQLite store, else in the project."""
    beside = Path(uri.removeprefix(FILE)).parent if uri.startswith(FILE) else root
    return beside / ARTIFACTS
