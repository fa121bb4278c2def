"""Where perf/soak.py lets ablations run: a file system, a store and a clock of their own."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import mmap
import multiprocessing.util
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request
from dataclasses import dataclass, field
from multiprocessing import forkserver
from pathlib import Path

import psutil
import yaml

from r1vl_kedro.launcher.processes import PRELOAD

ROOT = Path(__file__).resolve().parents[1]
DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG: the server ends with this process
GRID = {"warm_up": {"method": "warm_up"}, "step_grpo": {}}
PARAMS = {
    "ablation.slots": 1, "launcher.threads_per_process": 1, "reporting.resamples": 100,
    "reporting.contrasts": "warm_up", "evaluation.decoding.max_new_tokens": 8,
    "step_grpo.max_completion_length": 12, "step_grpo.rollouts_per_step": 8,
    **{f"{stage}.{option}": value for stage in ("warm_up", "step_grpo")
       for option, value in (("num_steps", 2), ("checkpoint_steps", 1))},
}  # fmt: skip
MADE = [
    "06_models/warm_up/*.safetensors", "06_models/ablation/*/*.safetensors",
    "05_model_input/*/*.arrow", "07_model_output/**/predictions.parquet",
    "07_model_output/**/verdicts.parquet", "07_model_output/**/rollouts.parquet",
    "08_reporting/tables/*", "08_reporting/scores/*[!t].json",
]  # fmt: skip
"""What must be the same; manifests name directories and logs times."""
SERVERS: set[int] = set()
CLOCK = mmap.mmap(-1, 8)  # seconds that the clock of runs is off by, shared with them


@dataclass
class Place:
    """One ablation: data, TMPDIR and configuration on a file system of its own."""

    root: Path
    server: Server | None
    mounted: bool
    empty_store: Path
    attempts: int = 0
    struck: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.disk, self.logs = self.root / "disk", self.root / "logs"
        self.logs.mkdir(parents=True)
        self.disk.mkdir()
        if self.mounted:
            mount("-t", "tmpfs", "-o", "size=192m", "tmpfs", str(self.disk))
        self.data = self.disk / "data"
        self.data.mkdir()
        (self.disk / "tmp").mkdir()
        shutil.copy(self.empty_store, self.disk / "mlflow.db")  # MLflow takes seconds to make one
        shutil.copytree(ROOT / "conf", self.root / "conf")
        (self.root / "conf/smoke/globals.yml").write_text(f"data: {self.data}\n")
        grid = {"ablation": {"seeds": [0], "variants": GRID}}
        (self.root / "conf/base/parameters_ablation.yml").write_text(yaml.safe_dump(grid))
        catalog = (ROOT / "conf/smoke/catalog.yml").read_text()
        small = re.sub(r"n: (12|24)", "n: 6", catalog)
        (self.root / "conf/smoke/catalog.yml").write_text(small)

    @property
    def uri(self) -> str:
        return self.server.uri if self.server else f"sqlite:///{self.disk / 'mlflow.db'}"

    def start(self, own_processes: bool) -> int:
        """Fork a run that goes on where the last was struck; its process id."""
        self.attempts += 1
        self.log.touch()  # a run may be killed before it opens it
        params = PARAMS | {
            "tracking.uri": self.uri,
            "tracking.experiment": self.root.name,
            "launcher.in_process": str(not own_processes).lower(),
        }
        command = [
            *("kedro", "run", "--pipelines=ablation", "--env=smoke", "--only-missing-outputs"),
            "--to-nodes=reporting.write_tables,reporting.write_report",  # figures take seconds
            *("--conf-source", str(self.root / "conf")),
            *("--params", ",".join(f"{key}={value}" for key, value in params.items())),
        ]
        pid = os.fork()
        if pid == 0:
            if own_processes:
                start_job_server()
            become(command, self.log, self.modules, {"TMPDIR": str(self.disk / "tmp")})
        return pid

    @property
    def modules(self) -> Path:
        """List of the modules that a run which ended by itself had imported."""
        return self.root / "modules"

    @property
    def log(self) -> Path:
        return self.logs / f"{self.attempts:03d}.log"

    def results(self) -> dict[str, bytes]:
        found = [path for pattern in MADE for path in self.data.glob(pattern)]
        return {
            str(path.relative_to(self.data)): path.read_bytes()
            for path in found
            if not path.name.endswith(".manifest.json")
        }

    def files(self) -> set[str]:
        """Names of all files but jobs' logs and the store's, which count what happened."""
        return {
            str(path.relative_to(self.disk))
            for path in self.disk.rglob("*")
            if path.is_file()
            and not {"logs", ".locks", "mlartifacts"} & set(path.parts)
            and not path.name.startswith("mlflow.db")
        }

    def running(self) -> int:
        """Count the runs that MLflow has as RUNNING."""
        from mlflow import MlflowClient

        client = MlflowClient(self.uri)
        here = client.get_experiment_by_name(f"{self.root.name}/smoke")
        ids = [here.experiment_id] if here else []
        return len(client.search_runs(ids, "attributes.status = 'RUNNING'"))

    def remove(self) -> None:
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.disk)], check=True)
        shutil.rmtree(self.root)


def start_job_server() -> None:
    """Start the fork server of this run's jobs as a fork of this process, not with imports anew."""
    spawn = multiprocessing.util.spawnv_passfds

    def fork(path: str, arguments: list[str], kept: list[int]) -> int:
        if "forkserver" not in arguments[-1]:
            return spawn(path, arguments, kept)
        pid = os.fork()
        if pid == 0:
            try:
                for number in {int(name) for name in os.listdir("/proc/self/fd")} - {
                    0,
                    1,
                    2,
                    *kept,
                }:
                    with contextlib.suppress(OSError):
                        os.close(number)
                exec(arguments[-1])  # what Python is started with otherwise
            finally:
                os._exit(0)
        return pid

    multiprocessing.util.spawnv_passfds = fork
    forkserver.set_forkserver_preload([PRELOAD])
    forkserver.ensure_running()


def become(command: list[str], log: Path, modules: Path, env: dict[str, str]) -> None:
    """Be ``kedro run`` from here on, as a process of its own would be; does not return."""
    code = 1
    try:
        os.setsid()
        number = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(number, 1)
        os.dup2(number, 2)
        os.environ.update(env)
        tempfile.tempdir = None
        signal.signal(signal.SIGINT, signal.default_int_handler)
        real = time.time
        time.time = lambda: real() + struct.unpack("d", CLOCK[:])[0]
        time.time_ns = lambda: int(time.time() * 1e9)
        sys.argv = command
        from kedro.framework.cli import main

        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - what Python itself does with it
        traceback.print_exc()
    finally:
        modules.write_text("\n".join(list(sys.modules)))
        atexit._run_exitfuncs()  # what an interpreter's end calls; there is no public name
        sys.stdout.flush()
        os._exit(code & 255)


class Server:
    """MLflow's server with a store of its own."""

    def __init__(self, root: Path):
        self.root = root
        root.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.uri = f"http://127.0.0.1:{self.port}"
        self.pid = 0

    def start(self) -> None:
        self.pid = os.fork()
        if self.pid == 0:
            self._serve()
        SERVERS.add(self.pid)
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.uri}/health", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError(f"MLflow's server does not start; {self.root / 'log'} has its words")

    def _serve(self) -> None:
        try:
            ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
            number = os.open(self.root / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.dup2(number, 1)
            os.dup2(number, 2)
            os.environ["_MLFLOW_SERVER_FILE_STORE"] = f"sqlite:///{self.root / 'mlflow.db'}"
            os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"] = "mlflow-artifacts:/"
            os.environ["_MLFLOW_SERVER_ARTIFACT_DESTINATION"] = str(self.root / "artifacts")
            os.environ["_MLFLOW_SERVER_SERVE_ARTIFACTS"] = "true"
            from mlflow.server import app
            from werkzeug.serving import run_simple

            run_simple("127.0.0.1", self.port, app, threaded=True)
        finally:
            os._exit(1)

    def experiments(self) -> int:
        from mlflow import MlflowClient

        return len(MlflowClient(self.uri).search_experiments())

    def stop(self, number: int = signal.SIGKILL) -> None:
        os.kill(self.pid, number)
        if number == signal.SIGKILL:
            ended(self.pid, 10)
            self.pid = 0

    def resume(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGCONT)
        else:
            self.start()


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


_codes: dict[int, int] = {}


def ended(pid: int, seconds: float = 0.0) -> bool:
    """Wait for a child for at most so long; whether it has ended, reaping orphans on the way."""
    deadline = time.monotonic() + seconds
    while pid not in _codes:
        try:
            found, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if found:
            _codes[found] = os.waitstatus_to_exitcode(status)
        elif time.monotonic() >= deadline:
            return False
        else:
            time.sleep(0.02)
    return True


def exit_code(pid: int) -> int:
    """Return the exit code of a child that has ended, minus the signal where one ended it."""
    return _codes[pid]


def others() -> list[psutil.Process]:
    """Processes that runs have left; MLflow's servers are none."""
    found = psutil.Process().children(recursive=True)
    return [
        process
        for process in found
        if process.pid not in SERVERS and process.status() != psutil.STATUS_ZOMBIE
    ]
