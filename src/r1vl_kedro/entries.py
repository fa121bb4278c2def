"""The functions that jobs may call: entries of the methods table, predictions, and modules named.

A job is started with the text ``package.module:function``. What is not listed here is refused
before anything of it is imported.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any

from r1vl_kedro.errors import UserFacingError

PREDICT = "r1vl_kedro.generation.predict:predict"
PREDICT_BENCHMARKS = "r1vl_kedro.generation.benchmark_job:predict_benchmarks"
SCORE_PAIRS = "r1vl_kedro.training.pair_logps:score_pairs"
MODULES = "R1VL_JOB_MODULES"
"""Environment variable: modules, separated by commas, whose functions jobs may call as well.

It is read where the job runs; no file of the job and nothing that is sent to a host sets it.
"""


def function_of(entry: str) -> Callable[..., Any]:
    """Import the function that a job calls.

    Raises:
        UserFacingError: it is not one that jobs may call; nothing was imported then.
    """
    if not _is_listed(entry):
        raise UserFacingError(
            f"a job was to call {entry!r}, which is no entry of the methods table, no prediction "
            f"and not of a module that {MODULES} names; nothing of it was imported"
        )
    return resolve_name(entry)


def _is_listed(entry: str) -> bool:
    module, _, function = entry.partition(":")
    if module and function.isidentifier() and module in os.environ.get(MODULES, "").split(","):
        return True
    if entry in (PREDICT, PREDICT_BENCHMARKS, SCORE_PAIRS):
        return True
    from r1vl_kedro.training.methods import METHODS

    return entry in filter(None, (method.entry for method in METHODS.values()))
