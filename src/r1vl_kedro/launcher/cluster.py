"""Jobs on the hosts of a Ray cluster; the only module that knows Ray.

Ray says where a job's ranks may run and sees to it that they end with the run. What runs there is
the command that a job of one machine runs; its files lie in a directory that all hosts share.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any

from r1vl_kedro.kernels import AVX2, WAIT_POLICY
from r1vl_kedro.launcher import ending
from r1vl_kedro.launcher.layout import Ask, ranks_by_host
from r1vl_kedro.launcher.options import LauncherOptions, SharedWork
from r1vl_kedro.launcher.processes import Call, HostJob, command, environment, free_port
from r1vl_kedro.launcher.reports import HostLostError, JobError
from r1vl_kedro.provenance import versions

# Ray reads these when it is imported.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_AUTH_MODE", "token")
try:
    import ray
    from ray.exceptions import RayActorError, RayError, RayTaskError
    from ray.util.placement_group import placement_group, remove_placement_group
    from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy
except ImportError as _error:
    raise JobError(
        f"launcher.cluster needs Ray, which does not import ({_error}): "
        "pip install 'r1vl_kedro[cluster]'"
    ) from _error

REACH_SECONDS = 5.0
ROOM_SECONDS = 1.0
"""How long Ray may take to find room that is free."""
AGREE_SECONDS = 120.0
"""How long hosts that have room may take to start the processes that see a job through."""
SHARED = ("PYTHONPATH", WAIT_POLICY, *AVX2)
"""What a host's own environment does not say and jobs are to have everywhere."""
THE_SAME = ("r1vl_kedro", "torch", "transformers", "trl", "deepspeed")
"""Packages that all hosts need in one version."""
_connecting = threading.Lock()


def _connect(options: LauncherOptions) -> None:
    """Connect this process to the cluster; once, for all jobs."""
    where = str(options.cluster)
    how: dict[str, Any] = {"address": where, "log_to_driver": False, "logging_level": "WARNING"}
    if where == "local":
        how |= {"num_cpus": len(os.sched_getaffinity(0)), "include_dashboard": False}
    with _connecting:
        if ray.is_initialized():
            return
        handler = signal.getsignal(signal.SIGTERM)
        try:
            if ":" in where:
                socket.create_connection(where.split(":"), REACH_SECONDS).close()
            ray.init(**how)
        except (OSError, ValueError, RuntimeError, RayError) as error:
            reason = " ".join(str(error).split())
            why = (
                f"no cluster can be used there ({reason:.200}); `ray start --head` on one host "
                "starts one, and docs/scaling.md has the whole of it"
            )
            if "ersion mismatch" in reason:
                why = f"the cluster runs other versions than this environment: {reason:.400}"
            raise JobError(f"launcher.cluster {where}: {why}") from error
        finally:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, handler)  # Ray's own leaves at once


def hosts(options: LauncherOptions) -> list[dict[str, Any]]:
    """Return the cluster's hosts that are alive, each with its ``Resources``.

    Raises:
        JobError: it cannot be reached, has other versions or asks for a token that is not here.
    """
    _connect(options)
    return [host for host in ray.nodes() if host["Alive"]]


def places(options: LauncherOptions) -> int:
    """Count the jobs of one process that the whole cluster holds at once."""
    there = hosts(options)
    return sum(Ask.of(options, there).fits(host["Resources"]) for host in there)


class ClusterJob(ending.Job):
    """A job on the hosts that Ray gives it.

    Raises:
        JobError: the cluster has no room for it, or a host does not see the job's file or has other
            versions.
        HostLostError: a host went before the job began.
        KeyboardInterrupt: the run is being stopped.
    """

    def __init__(self, call: Call, options: LauncherOptions):
        self._groups, self._parts, self._runs = [], [], {}
        try:
            ask, ranks = self._await_room(options)
            address, port = self._start_parts(ask, ranks, call)
            layout = ranks * len(self._groups)
            env = environment(call.job_id, ask.cpus)
            env |= {} if ask.gpus else {"CUDA_VISIBLE_DEVICES": ""}
            env |= {name: os.environ[name] for name in SHARED if name in os.environ}
            for number, part in enumerate(self._parts):
                line = command(call, layout[number], number, len(layout), address, port)
                if isinstance(options, SharedWork):
                    line = command(call, 1)
                    env |= {"RANK": str(number), "WORLD_SIZE": str(len(layout))}
                log = call.directory / (f"launcher-{number}.log" if number else "launcher.log")
                self._runs[part.run.remote(line, env, log)] = number
        except BaseException as error:
            self._close()
            if isinstance(error, RayActorError):
                raise _lost(error) from error
            raise

    def _await_room(self, options: LauncherOptions) -> tuple[Ask, list[int]]:
        """Wait until Ray has put room aside; return what a rank takes, and each bundle's ranks.

        Hosts may go meanwhile.
        """
        wanted, ready = None, []
        while not ready:
            ending.check("waiting for the cluster")
            if wanted != (now := _groups_of(options)):
                self._close()
                wanted = ask, ranks, count, how = now
                bundles = [ask.bundle(number) for number in ranks]
                self._groups = [placement_group(bundles, strategy=how) for _ in range(count)]
                coming = [group.ready() for group in self._groups]
            ready, _ = ray.wait(coming, num_returns=count, timeout=ROOM_SECONDS)
        asked, self._groups = self._groups, ray.get(ready)
        for group in {*asked} - {*self._groups}:
            remove_placement_group(group)
        return ask, ranks

    def _start_parts(self, ask: Ask, ranks: list[int], call: Call) -> tuple[str, int]:
        """Start what sees the ranks through on each host; return the first's address and port."""
        bundles = [(group, *bundle) for group in self._groups for bundle in enumerate(ranks)]
        for group, bundle, number in bundles:
            part = ray.remote(_Part).options(
                num_gpus=number * ask.gpus,
                max_concurrency=3,
                scheduling_strategy=PlacementGroupSchedulingStrategy(group, bundle),
            )
            self._parts.append(part.remote())
        here = (os.getcwd(), call.job_file, versions(THE_SAME))
        greetings = [part.greet.remote(*here) for part in self._parts]
        deadline = time.monotonic() + AGREE_SECONDS
        while ray.wait(greetings, num_returns=len(greetings), timeout=0.5)[1]:
            ending.check("waiting for the cluster")
            if time.monotonic() > deadline:
                raise HostLostError(f"a host has started no process in {AGREE_SECONDS:g} s")
        try:
            return ray.get(greetings)[0]
        except RayTaskError as error:
            raise JobError(f"{call.directory.name}: {error.cause}") from None

    def poll(self) -> int | None:
        """Return the exit code, or None while the job runs.

        Raises:
            HostLostError: a host is gone; what is left of the job has been ended.
        """
        if self.returncode is None:
            try:
                ended, _ = ray.wait([*self._runs], num_returns=len(self._runs), timeout=0)
                codes = ray.get(ended)
            except RayActorError as error:
                self.stop(2.0)
                raise _lost(error) from error
            numbers = [self._runs.pop(run) for run in ended]
            if any(codes) or not self._runs:
                self.stop(2.0)  # what is left waits for the ranks that failed
                self.returncode = next(filter(None, codes), 0)
            elif len(self._groups) > 1:
                for number in numbers:  # the next job may begin there
                    remove_placement_group(self._groups[number])
        return self.returncode

    def stop(self, seconds: float) -> None:
        """Ask all ranks to end (SIGTERM) and kill what is left after ``seconds``."""
        self.returncode = -signal.SIGTERM
        ends = [part.stop.remote(seconds) for part in self._parts]
        ray.wait(ends, num_returns=len(ends), timeout=seconds + 2 * ending.KILLED_SECONDS)
        self._close()

    def _close(self) -> None:
        for group in self._groups:
            remove_placement_group(group)  # which ends the parts in it
        self._parts, self._groups = [], []


def _groups_of(options: LauncherOptions) -> tuple[Ask, list[int], int, str]:
    """Return what a rank takes, a placement group's ranks by bundle, how many groups, and how.

    A job is one group, all of it or nothing. Where the number of processes that share work is open,
    each is a group, as many as could be free now; those that Ray finds room for begin without the
    others, and each gives its place back when it ends.
    """
    there = hosts(options)
    ask, ranks = Ask.of(options, there), ranks_by_host(options, there)
    if not isinstance(options, SharedWork):
        return ask, ranks, 1, "STRICT_PACK" if len(ranks) == 1 else "STRICT_SPREAD"
    if options.shards:
        return ask, [1] * options.num_processes, 1, "PACK"
    return ask, [1], max(1, ask.fits(ray.available_resources())), "PACK"


def _lost(error: Exception) -> HostLostError:
    return HostLostError(f"a host of the job is gone ({' '.join(str(error).split()):.200})")


class _Part:
    """Starts one host's ranks of a job, as an actor there, and sees them through."""

    _process: HostJob | None = None

    def greet(self, place: str, job_file: str, wanted: dict[str, Any]) -> tuple[str, int]:
        """Go to the run's directory; return this host's address and a free port of it.

        Raises:
            JobError: it does not see the job's files, or has other versions.
        """
        host = socket.gethostname()
        if unseen := [file for file in (job_file, place) if not Path(file).exists()]:
            raise JobError(
                f"host {host} does not see {unseen[0]}; all hosts need the project and its data, "
                "on a file system that they share"
            )
        found = versions(THE_SAME)
        if name := min(dict(wanted.items() ^ found.items()), default=None):
            raise JobError(
                f"{name} is {found.get(name, 'missing')} on host {host} and "
                f"{wanted.get(name, 'missing')} on this one; all hosts need the same environment"
            )
        os.chdir(place)
        return ray.util.get_node_ip_address(), free_port()

    def run(self, line: list[str], env: dict[str, str], log: Path) -> int:
        """Run this host's ranks to their end; return the exit code."""
        self._process = HostJob(line, env, log)
        return self._process.wait()

    def stop(self, seconds: float) -> None:
        """End the ranks; see ``ending.Job.stop``."""
        if self._process is not None and self._process.returncode is None:
            self._process.stop(seconds)
