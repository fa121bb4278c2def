"""A runner that forks nodes is refused in a sentence, however a run is started."""

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
