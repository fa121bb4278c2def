"""What tests of the launcher start jobs with."""

import pytest

from r1vl_kedro.launcher import LauncherOptions, run_job

ONE = LauncherOptions(threads_per_process=1, show_progress=False, stop_seconds=60)
FORKED = ONE.model_copy(update={"fork_server": True, "device": "cpu"})
RANKS = ONE.model_copy(update={"num_processes": 2, "device": "cpu", "stop_seconds": 2})
BOTH = pytest.mark.parametrize("options", [ONE, FORKED], ids=["own process", "fork server"])


def job(name, directory, options=ONE, **kwargs):
    """The function ``name`` of ``job_entries`` as a job of that name."""
    return run_job(f"job_entries:{name}", kwargs, options=options, log_dir=directory, name=name)
