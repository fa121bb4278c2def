"""Where perf/soak.py lets ablations run: a file system, a store and a clock of their own."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from soak_processes import Server, fork_run

ROOT = Path(__file__).resolve().parents[1]
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
    "08_reporting/tables/**/*", "08_reporting/scores/*[!t].json",
]  # fmt: skip
"""What must be the same; manifests name directories and logs times."""
PRIVATE = ("unshare", "--map-root-user", "--mount")
"""Runs a command that may mount file systems which nobody else sees."""
_TRY = """
mount -t tmpfs -o size=1m tmpfs "$1" && mkdir "$1/data" && mount -o bind "$1/data" "$1/data" &&
mount -o remount,bind,ro "$1/data" && ! touch "$1/data/file" 2>/dev/null &&
umount -l "$1/data" && touch "$1/data/file" && umount -l "$1"
"""


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

    def start(self, own_processes: bool, env: Mapping[str, str] | None = None) -> int:
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
        env = {"TMPDIR": str(self.disk / "tmp"), **(env or {})}
        return fork_run(command, self.log, self.modules, env, own_processes)

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
            if path.is_file() and not path.name.endswith(".manifest.json")
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


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def no_mounts() -> str:
    """Say why file systems of our own cannot be had on this machine; "" where they can."""
    with tempfile.TemporaryDirectory(prefix="r1vl-soak-") as place:
        try:
            tried = subprocess.run(
                [*PRIVATE, "sh", "-c", _TRY, "sh", place], capture_output=True, text=True
            )
        except OSError as error:
            return str(error)
    said = tried.stderr.strip() or f"exit code {tried.returncode}"
    return said if tried.returncode else ""
