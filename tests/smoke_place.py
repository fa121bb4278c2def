"""A place of its own for runs of the smoke ablation."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import empty_store
import forked
import yaml

from r1vl_kedro.training.overrides import merge

ROOT = Path(__file__).resolve().parents[1]
OF_ITS_OWN = ("-m", "kedro")
"""For runs that are started as a user does, and may start a job server."""
OTHER_KERNELS = {
    "ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "MKL_CBWR": "COMPATIBLE"
}  # fmt: skip
"""An environment that prefers other instructions than runs are pinned to."""


def kedro_run(
    *arguments: str, through: tuple[str, ...] = (), killed_at: str = ""
) -> tuple[int, str]:
    """Exit code and output of ``kedro run``, forked, or as Python's ``through`` starts Kedro.

    Args:
        killed_at: moment at which a forked run kills itself, as `striking.arm` takes it.
    """
    if not through:
        with tempfile.TemporaryDirectory() as place:
            output = Path(place, "output")
            return forked.kedro(("run", *arguments), ROOT, output, killed_at=killed_at)
    done = subprocess.run(
        [sys.executable, *through, "run", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


class Place:
    """A data directory and a tracking store of their own, beside the project's code."""

    def __init__(self, root: Path):
        self.root, self.data, self.conf = root, root / "data", root / "conf"
        shutil.copytree(ROOT / "conf", self.conf)
        (self.conf / "smoke" / "globals.yml").write_text(f"data: {self.data}\n")
        empty_store.put(root / "mlflow.db")

    def run(self, *arguments: str, **how) -> str:
        """``kedro run`` of the smoke ablation, as ``attempt`` takes it; its output."""
        code, output = self.attempt(*arguments, **how)
        assert code == 0, output[-6000:]
        return output

    def attempt(
        self,
        *arguments: str,
        params: str = "",
        pipeline: str = "ablation",
        through: tuple[str, ...] = (),
        killed_at: str = "",
    ) -> tuple[int, str]:
        """Exit code and output of ``kedro run`` of the smoke ablation."""
        store = f"tracking.uri={self.root / 'mlflow.db'}"
        return kedro_run(
            *(f"--pipelines={pipeline}", "--env=smoke", "--conf-source", str(self.conf)),
            *("--params", f"{store},{params}" if params else store),
            *arguments,
            through=through,
            killed_at=killed_at,
        )

    def set_grid(self, **ablation) -> None:
        """Replace the whole grid of conf/base by this one."""
        grid = yaml.safe_dump({"ablation": ablation})
        (self.conf / "base" / "parameters_ablation.yml").write_text(grid)

    def change(self, parameters: dict) -> None:
        """Lay these parameters over conf/smoke's."""
        smoke = self.conf / "smoke" / "parameters.yml"
        smoke.write_text(yaml.safe_dump(merge(yaml.safe_load(smoke.read_text()), parameters)))

    def leave_out(self, variants: Iterable[str]) -> None:
        """Take these rows of the grid away, that of groups of five among them."""
        self.change({"ablation": {"variants": dict.fromkeys(variants)}})
        self.change({"step_grpo": {"rollouts_per_step": 24}})

    def results(self, *more: str) -> dict[str, bytes]:
        """Every model and score and what else these patterns find, as bytes.

        A manifest names directories, which differ.
        """
        models = "06_models/ablation/*/model.safetensors", "06_models/warm_up*/model.safetensors"
        return {
            str(file.relative_to(self.data)): file.read_bytes()
            for pattern in (*models, "08_reporting/scores/*", *more)
            for file in self.data.glob(pattern)
            if file.is_file() and not file.name.endswith(".manifest.json")
        }

    def tables(self) -> dict[str, str]:
        return {p.stem: p.read_text() for p in (self.data / "08_reporting/tables").glob("*.csv")}

    def runs(self):
        """(parents, children of the last parent by name), as MLflow has them."""
        from mlflow import MlflowClient

        client = MlflowClient(f"sqlite:///{self.root / 'mlflow.db'}")
        (experiment,) = (
            found for found in client.search_experiments() if found.name == "r1vl_kedro/smoke"
        )
        found = client.search_runs(
            [experiment.experiment_id], order_by=["attributes.start_time ASC"]
        )
        parents = [run for run in found if "mlflow.parentRunId" not in run.data.tags]
        last = parents[-1].info.run_id
        children = {
            run.info.run_name: run
            for run in found
            if run.data.tags.get("mlflow.parentRunId") == last
        }
        return parents, children, client

    def states(self) -> set[str]:
        """The states of all runs in the store, children included."""
        from mlflow import MlflowClient

        client = MlflowClient(f"sqlite:///{self.root / 'mlflow.db'}")
        ids = [found.experiment_id for found in client.search_experiments()]
        return {run.info.status for run in client.search_runs(ids)}
