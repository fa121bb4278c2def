"""A runner that forks nodes is refused in a sentence, however a run is started."""

from __future__ import annotations

from typing import Any

from kedro.framework.hooks import hook_impl

from r1vl_kedro.errors import UserFacingError


class RunnerError(UserFacingError):
    """The nodes cannot run by this runner; the message names one that can run them."""


def refuse_processes(runner: str) -> None:
    """Refuse Kedro's ParallelRunner, by its name, path or an instance's description.

    Raises:
        RunnerError: it is that one.
    """
    if "ParallelRunner" in runner:
        raise RunnerError(
            "ParallelRunner is not for this project: its nodes know the MLflow run and "
            "start jobs in processes of their own; variants train side by side by the default "
            "runner of --pipelines=ablation, r1vl_kedro.runner.SlotRunner"
        )


class RunnerHooks:
    """Refuses what the command line refuses also where a notebook's session gives it."""

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Check the run's runner; see `refuse_processes`."""
        refuse_processes(str(run_params.get("runner")))
