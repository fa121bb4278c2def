"""Kedro runner: variants side by side, as many at once as there are slots."""

from __future__ import annotations

import ctypes
import os
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from kedro.runner import ThreadRunner

from r1vl_kedro.launcher import JobError, LauncherOptions, jobs
from r1vl_kedro.launcher.processes import uses_cuda


class SlotRunner(ThreadRunner):
    """Kedro's ThreadRunner with ``params:ablation.slots`` workers, which stops when it should.

    The nodes only start jobs in processes of their own and wait for them, so threads are enough.
    Without a number of slots: in a cluster as many as it holds jobs of one process, and those that
    find no room wait; else one where jobs take GPUs; else the cores over those of one job. When a
    node fails, those that run come to their end and none is started any more.
    """

    def __init__(self, max_workers: int | None = None, is_async: bool = False):
        super().__init__(max_workers=max_workers, is_async=is_async)
        self._asked = max_workers

    def run(self, pipeline: Any, catalog: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Run the pipeline; see ``AbstractRunner.run``."""
        from tqdm import tqdm

        # Where there is no lock yet, tqdm's thread_map (datasets are opened with it) makes one
        # and removes it in the end, while other threads use it. tqdm's own default is shared with
        # forked processes: one that is killed while it draws would hold this one up for ever.
        tqdm.set_lock(threading.RLock())
        self._max_workers = self._asked or slots_of(catalog)
        self._logger.info("Up to %d nodes run side by side", self._max_workers)
        return super().run(pipeline, catalog, *args, **kwargs)

    def _get_executor(self, max_workers: int) -> Executor:
        return _Slots(max_workers=max_workers, thread_name_prefix="slot")


class _Slots(ThreadPoolExecutor):
    """Threads that do not keep an interrupted run: a node may compute for minutes.

    A thread that sees a job through is left alone, its job saves and ends.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._busy: set[int] = set()

    def submit(self, work: Any, /, *args: Any, **kwargs: Any) -> Future:
        return super().submit(self._busily, work, *args, **kwargs)

    def _busily(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        thread = threading.get_ident()
        self._busy.add(thread)
        try:
            return work(*args, **kwargs)
        finally:
            self._busy.discard(thread)

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            for thread in self._busy - jobs.waiting:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread), ctypes.py_object(KeyboardInterrupt)
                )
        self.shutdown(wait=True, cancel_futures=kind is not None)


def slots_of(catalog: Any) -> int:
    """Return how many nodes run side by side; see `SlotRunner`.

    Raises:
        JobError: the cluster cannot be reached, or has no room for a job.
    """
    launcher = LauncherOptions.model_validate(catalog.load("params:launcher"))
    if launcher.cluster and (problem := jobs.lack(launcher)):
        raise JobError(problem)
    asked = catalog.load("params:ablation.slots") if "params:ablation.slots" in catalog else None
    if asked:
        return int(asked)
    if launcher.in_process:
        return 1  # trainers of one process share its global state
    if launcher.cluster:
        from r1vl_kedro.launcher import cluster

        return cluster.places(launcher)
    if uses_cuda(launcher):
        return 1  # they would share the same GPUs
    cores = len(os.sched_getaffinity(0))
    return max(1, cores // ((launcher.threads_per_process or cores) * launcher.num_processes))
