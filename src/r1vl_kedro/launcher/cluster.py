"""Jobs on the hosts of a Ray cluster; the only module that knows Ray.

Ray says where a job's ranks may run and sees to it that they end with the run. What runs there is
the command that a job of one machine runs; its files lie in a directory that all hosts share.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from r1vl_kedro.launcher import ending
from r1vl_kedro.launcher.commands import Share, command, environment, free_port
from r1vl_kedro.launcher.kernels import AVX2
from r1vl_kedro.launcher.layout import Ask, ranks_by_host
from r1vl_kedro.launcher.options import LauncherOptions
from r1vl_kedro.launcher.ranks import HostLostError, JobError
from r1vl_kedro.provenance import versions

# Ray reads these when it is imported.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_AUTH_MODE", "token")
try:
    import ray
    from ray.exceptions import RayActorError, RayError
    from ray.util.placement_group import placement_group, remove_placement_group
    from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy
except ImportError as _error:
    raise JobError(
        f"launcher.cluster needs Ray, which does not import ({_error}): "
        "pip install 'r1vl_kedro[cluster]'"
    ) from _error

REACH_SECONDS = 5.0
AGREE_SECONDS = 120.0
"""How long hosts that have room may take to start the processes that see a job through."""
SHARED = ("PYTHONPATH", *AVX2)
"""What a host's own environment does not say and jobs are to have everywhere."""
THE_SAME = ("r1vl_kedro", "torch", "transformers", "trl", "deepspeed")
"""Packages that all hosts need in one version."""
_connecting = threading.Lock()


def connect(options: LauncherOptions) -> None:
    """Connect this process to the cluster; once, for all jobs.

    Raises:
        JobError: it cannot be reached, has other versions or asks for a token that is not here.
    """
    where = str(options.cluster)
    with _connecting:
        if ray.is_initialized():
            return
        how: dict[str, Any] = {"address": where, "log_to_driver": False, "logging_level": "WARNING"}
        if where == "local":
            cores = len(os.sched_getaffinity(0))
            how |= {"num_cpus": cores, "include_dashboard": False}
        handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            if ":" in where:
                host, _, port = where.rpartition(":")
                socket.create_connection((host, int(port)), REACH_SECONDS).close()
            ray.init(**how)
        except (OSError, ValueError, RuntimeError, RayError) as error:
            reason = " ".join(str(error).split())
            raise JobError(f"launcher.cluster {where}: {_why(reason)}") from error
        finally:  # Ray puts its own in their place, which leave at once
            if threading.current_thread() is threading.main_thread():
                for number, handler in handlers.items():
                    signal.signal(number, handler)


def _why(reason: str) -> str:
    if "ersion mismatch" in reason:
        return f"the cluster runs other versions than this environment: {reason:.400}"
    return (
        f"no cluster can be used there ({reason:.200}); `ray start --head` on one host starts one, "
        "and docs/scaling.md has the whole of it"
    )


def lack(options: LauncherOptions) -> str | None:
    """Explain what the cluster has not that a job asks for, if anything."""
    connect(options)
    try:
        ranks_by_host(options, _hosts())
    except JobError as error:
        return str(error)
    return None


def places(options: LauncherOptions) -> int:
    """Count the jobs of one process that the whole cluster holds at once."""
    connect(options)
    hosts = _hosts()
    return sum(Ask.of(options, hosts).fits(host["Resources"]) for host in hosts)


def free(options: LauncherOptions) -> int:
    """Count the processes that would find a place at once now."""
    connect(options)
    return Ask.of(options, _hosts()).fits(ray.available_resources())


def _hosts() -> list[dict[str, Any]]:
    return [host for host in ray.nodes() if host["Alive"]]


class ClusterJob:
    """A job on the hosts that Ray gives it, with the part of ``subprocess.Popen`` that is used.

    Raises:
        JobError: the cluster has no room for it, or a host does not see the job's file or has other
            versions.
        HostLostError: a host went before the job began.
        KeyboardInterrupt: the run is being stopped.
    """

    def __init__(
        self,
        job_file: Path,
        job_id: str,
        entry: str,
        options: LauncherOptions,
        stopped: Callable[[], bool],
    ):
        connect(options)
        self.returncode: int | None = None
        self._stopped, self._group, self._parts = stopped, None, []
        try:
            self._runs = self._begin(job_file, job_id, entry, options)
        except RayActorError as error:
            self._close()
            raise HostLostError(_lost(error)) from error
        except BaseException:
            self._close()
            raise

    def _begin(self, job_file: Path, job_id: str, entry: str, options: LauncherOptions) -> list:
        layout, ask = self._await_room(options)
        for number, ranks in enumerate(layout):
            place = PlacementGroupSchedulingStrategy(self._group, number)
            bundle = ask.bundle(ranks)
            part = ray.remote(_Part).options(
                num_cpus=bundle["CPU"],
                num_gpus=bundle.get("GPU", 0),
                max_concurrency=3,
                scheduling_strategy=place,
            )
            self._parts.append(part.remote())
        here, files = versions(THE_SAME), (str(job_file), os.getcwd())
        found = self._await([part.greet.remote(files) for part in self._parts])
        for host, _, _, there, unseen in found:
            if unseen:
                raise JobError(
                    f"{job_file.parent.name}: host {host} does not see {unseen[0]}; all hosts need "
                    "the project and its data, on a file system that they share"
                )
            for name in (name for name in here if here[name] != there.get(name)):
                raise JobError(
                    f"{job_file.parent.name}: host {host} has {name} {there.get(name)}, this one "
                    f"{here[name]}; all hosts need the same environment"
                )
        env = environment(job_id, ask.cpus)
        env |= {name: os.environ[name] for name in SHARED if name in os.environ}
        address, port = found[0][1:3]
        runs = []
        for number, (part, ranks) in enumerate(zip(self._parts, layout, strict=True)):
            share = Share(ranks, number, len(layout), address, port)
            log = job_file.with_name(f"launcher-{number}.log" if number else "launcher.log")
            line = (str(job_file), job_id, entry, share)
            runs.append(part.run.remote(*line, env, os.getcwd(), str(log), bool(ask.gpus)))
        return runs

    def _await_room(self, options: LauncherOptions) -> tuple[list[int], Ask]:
        """Wait until Ray has put a placement group aside; hosts may go meanwhile."""
        layout: list[int] = []
        while True:
            hosts = _hosts()
            if (now := ranks_by_host(options, hosts)) != layout:
                layout, ask = now, Ask.of(options, hosts)
                self._close()
                how = "STRICT_PACK" if len(layout) == 1 else "STRICT_SPREAD"
                bundles = [ask.bundle(ranks) for ranks in layout]
                self._group = placement_group(bundles, strategy=how)
            if self._group.wait(timeout_seconds=0.5):
                return layout, ask
            self._ask_whether_stopped()

    def _await(self, references: list) -> list:
        deadline = time.monotonic() + AGREE_SECONDS
        while ray.wait(references, num_returns=len(references), timeout=0.5)[1]:
            self._ask_whether_stopped()
            if time.monotonic() > deadline:
                raise HostLostError(f"a host has started no process in {AGREE_SECONDS:g} s")
        return ray.get(references)

    def _ask_whether_stopped(self) -> None:
        if self._stopped():
            raise KeyboardInterrupt("stopped while waiting for the cluster")

    def poll(self) -> int | None:
        """Return the exit code, or None while the job runs.

        Raises:
            HostLostError: a host is gone; what is left of the job has been ended.
        """
        if self.returncode is not None:
            return self.returncode
        ended, running = ray.wait(self._runs, num_returns=len(self._runs), timeout=0)
        try:
            codes = ray.get(ended)
        except RayActorError as error:
            self.stop(2.0)
            raise HostLostError(_lost(error)) from error
        if any(codes) and running:  # the others wait for those ranks
            self.stop(2.0)
        if any(codes) or not running:
            self.returncode = next(filter(None, codes), 0)
            self._close()
        return self.returncode

    def stop(self, seconds: float) -> None:
        """Ask all ranks to end (SIGTERM) and kill what is left after ``seconds``."""
        ends = [part.stop.remote(seconds) for part in self._parts]
        if ends:
            ray.wait(ends, num_returns=len(ends), timeout=seconds + 2 * ending.KILLED_SECONDS)
        if self.returncode is None:
            with contextlib.suppress(RayError):
                codes = ray.get(ray.wait(self._runs, num_returns=len(self._runs), timeout=0)[0])
                self.returncode = next(filter(None, codes), 1)
        self._close()

    def _close(self) -> None:
        for part in self._parts:
            ray.kill(part)
        if self._group is not None:
            remove_placement_group(self._group)
        self._parts, self._group = [], None


def _lost(error: Exception) -> str:
    return f"a host of the job is gone ({' '.join(str(error).split()):.200})"


class _Part:
    """Starts one host's ranks of a job, as an actor there, and sees them through."""

    def __init__(self):
        self._process: subprocess.Popen | None = None

    def greet(self, files: Sequence[str]) -> tuple[str, str, int, dict[str, Any], list[str]]:
        """Return host, address, a free port, versions, and which of the files are not seen."""
        unseen = [file for file in files if not Path(file).exists()]
        return (
            socket.gethostname(),
            ray.util.get_node_ip_address(),
            free_port(),
            versions(THE_SAME),
            unseen,
        )

    def run(
        self,
        job_file: str,
        job_id: str,
        entry: str,
        share: Share,
        env: dict[str, str],
        directory: str,
        log: str,
        cuda: bool,
    ) -> int:
        """Run this host's ranks to their end; return the exit code."""
        mine = {"R1VL_PARENT": str(os.getpid())} | ({} if cuda else {"CUDA_VISIBLE_DEVICES": ""})
        with open(log, "ab") as output:
            self._process = subprocess.Popen(
                command(Path(job_file), job_id, entry, share),
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=os.environ | env | mine,
                cwd=directory,
                start_new_session=True,
            )
        return self._process.wait()

    def stop(self, seconds: float) -> None:
        """End the ranks; see ``ending.stop``."""
        if self._process is not None and self._process.returncode is None:
            ending.stop(self._process, seconds)
