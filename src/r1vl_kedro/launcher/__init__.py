"""Start training and prediction as jobs: of one process, of many, or over several machines."""

from r1vl_kedro.launcher.ending import stop_all, stopping
from r1vl_kedro.launcher.jobs import run_job
from r1vl_kedro.launcher.options import LauncherOptions
from r1vl_kedro.launcher.reports import JobError

__all__ = ["JobError", "LauncherOptions", "run_job", "stop_all", "stopping"]
