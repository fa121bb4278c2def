"""Runs in processes forked from one that has imported MLflow, torch and TRL already.

A run of ``python -m kedro`` imports for ten seconds of a core's time; where a test is about what
the run makes and not about how it is started, it is forked. A run of another copy of the project's
code imports that copy alone.
"""

import atexit
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from pkgutil import resolve_name
from types import MappingProxyType
from typing import Any

from r1vl_kedro.launcher.processes import PRELOAD

CONTEXT = multiprocessing.get_context("forkserver")
# Not Kedro's framework: its import sets up logging, in a training's process as well. But what it
# and the project's pipelines import.
CONTEXT.set_forkserver_preload(
    [
        PRELOAD, "kedro.io", "kedro.config", "dynaconf", "rich.logging",
        "r1vl_kedro.pipelines.ablation", "r1vl_kedro.pipelines.probe",
        "r1vl_kedro.pipelines.reward_card", "r1vl_kedro.pipelines.base_model",
        "mlflow.tracking", "mlflow.store.tracking.sqlalchemy_store", "pandas",
        "datasets", "matplotlib.pyplot", "statsmodels.api", "math_verify", "imagehash",
        "r1vl_kedro.reporting.figures", "r1vl_kedro.reporting.page", "r1vl_kedro.reporting.pngs",
        "r1vl_kedro.datasets.world", "kedro_datasets.plotly.plotly_dataset",
        "kedro_datasets.pandas.parquet_dataset", "kedro_datasets.json.json_dataset",
        "plotly.offline",  # with IPython, where that is installed
        # The tiny model, pictures in its records, and what the modules of tests import.
        "transformers.models.qwen2_vl.image_processing_pil_qwen2_vl",
        "transformers.models.qwen2_vl.modeling_qwen2_vl",
        "transformers.models.qwen2_vl.processing_qwen2_vl", "PIL.JpegImagePlugin", "pytest",
        # What DeepSpeed imports, and torch's compiler for it, when an engine is made.
        "deepspeed.runtime.zero.muon.original_muon", "frozen",
    ]
)  # fmt: skip

PROGRAMS = {"kedro": "kedro.framework.cli.cli:main", "pytest": "pytest:console_main"}


class Run:
    """``kedro <arguments>`` in a directory, at work beside the test.

    Args:
        program: what runs in place of ``kedro``, of ``PROGRAMS``.
        copied: whether the project's package is not the one that the server has imported, but the
            first one that the environment's PYTHONPATH has.
        output: file or named pipe that gets what the run writes to stdout and stderr.
        killed_at: moment at which the run kills itself, as `striking.arm` takes it; "" for none.
        signals: what the run does on these until it sets its own handlers.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        directory: Path,
        output: Path,
        environment: Mapping[str, str] = os.environ,
        killed_at: str = "",
        signals: Mapping[int, Any] = MappingProxyType({}),
        program: str = "kedro",
        copied: bool = False,
    ):
        given = ([program, *arguments], dict(environment), str(directory), str(output))
        given += (killed_at, dict(signals), copied)
        self._process = CONTEXT.Process(target=_run, args=given)
        self._output = output
        self._process.start()
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Return the exit code, or None while the run goes on."""
        return self._process.exitcode

    def output(self) -> str:
        """Return what it has written so far."""
        if not self._output.exists():
            return ""
        return self._output.read_text(encoding="utf-8", errors="replace")

    def end(self, timeout: float) -> tuple[int, str]:
        """Return its exit code and its output; it is killed where it takes longer."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        return self._process.exitcode, self.output()


def kedro(
    arguments: Sequence[str],
    directory: Path,
    output: Path,
    environment: Mapping[str, str] = os.environ,
    timeout: float = 800.0,
    **how: Any,
) -> tuple[int, str]:
    """Run ``kedro <arguments>`` in ``directory``; return its exit code and its output."""
    return Run(arguments, directory, output, environment, **how).end(timeout)


def _run(
    command: list[str],
    environment: dict[str, str],
    directory: str,
    output: str,
    killed_at: str,
    signals: dict[int, Any],
    copied: bool,
) -> None:
    for number, action in signals.items():
        signal.signal(number, action)
    stream = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    sys.path[:0] = [directory, *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    sys.argv = command
    atexit._clear()  # those of the server
    if copied:
        for name in [name for name in sys.modules if name.partition(".")[0] == "r1vl_kedro"]:
            del sys.modules[name]
    if killed_at:
        from striking import arm

        arm(killed_at)
    try:
        sys.exit(resolve_name(PROGRAMS[command[0]])())
    finally:
        atexit._run_exitfuncs()  # multiprocessing ends a process without
