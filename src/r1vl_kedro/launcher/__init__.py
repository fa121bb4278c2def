"""Starting training and prediction as jobs: one process, many, or several machines."""

from r1vl_kedro.launcher.jobs import JobError, run_job, stop_all, stopping
from r1vl_kedro.launcher.options import LauncherOptions
from r1vl_kedro.launcher.progress import report

__all__ = ["JobError", "LauncherOptions", "report", "run_job", "stop_all", "stopping"]
