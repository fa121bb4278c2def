"""Runs in processes forked from one that has imported MLflow, torch and TRL already.

A run of ``python -m kedro`` imports for ten seconds of a core's time; where a test is about what
the run makes and not about how it is started, it is forked.
"""

import atexit
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
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
        "datasets", "matplotlib.pyplot", "plotly.graph_objects", "statsmodels.api", "math_verify",
        # What DeepSpeed imports, and torch's compiler for it, when an engine is made.
        "deepspeed.runtime.zero.muon.original_muon", "frozen",
    ]
)  # fmt: skip


class Run:
    """``kedro <arguments>`` in a directory, at work beside the test.

    Args:
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
    ):
        given = (list(arguments), dict(environment), str(directory), str(output))
        given += (killed_at, dict(signals))
        self._process = CONTEXT.Process(target=_kedro, args=given)
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
    killed_at: str = "",
) -> tuple[int, str]:
    """Run ``kedro <arguments>`` in ``directory``; return its exit code and its output."""
    return Run(arguments, directory, output, environment, killed_at).end(timeout)


def _kedro(
    arguments: list[str],
    environment: dict[str, str],
    directory: str,
    output: str,
    killed_at: str,
    signals: dict[int, Any],
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
    sys.argv = ["kedro", *arguments]
    atexit._clear()  # those of the server
    if killed_at:
        from striking import arm

        arm(killed_at)
    from kedro.framework.cli.cli import main

    try:
        main()
    finally:
        atexit._run_exitfuncs()  # multiprocessing ends a process without
