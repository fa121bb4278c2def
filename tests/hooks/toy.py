"""A Kedro project of a few lines with this project's settings, to see its hooks at work."""

import json
import os
import time
from pathlib import Path
from typing import Any

import empty_store
import forked
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]

PYPROJECT = """
[tool.kedro]
package_name = "toy_project"
project_name = "toy"
kedro_init_version = "1.7.0"
source_dir = "src"
"""

REGISTRY = """
import pandas as pd
from kedro.pipeline import Node, Pipeline

from r1vl_kedro.launcher import LauncherOptions, run_job
from r1vl_kedro.pipelines.ablation.grid import in_use
from r1vl_kedro.run_context import RUN


def share(place):
    return {"made": "once"}


def train(shared, variant, behaviour, place):
    name = RUN.get().variant
    what = behaviour.get(name, "pass")
    if what == "fail":
        raise ValueError(f"{name} cannot be trained")
    if what == "wait":
        kwargs = {"mark": f"{place}/{name}.started", "go": f"{place}/{name}.go"}
        run_job(
            "toy_project.jobs:wait", kwargs,
            options=LauncherOptions(show_progress=False), log_dir=place, name=name,
        )
    log = [{"step": step, "loss": 1.0 / step, "epoch": 0.1} for step in (1, 2, 3)]
    return log, pd.DataFrame({"step": [1], "completion": ["The answer is 3."]})


def score(log):
    return {"n": 4, "accuracy": 0.5, "by_family": {"counting": {"accuracy": 0.25}}}


def report(**scores):
    import plotly.graph_objects as go

    table = pd.DataFrame({"variant": list(scores), "n": [s["n"] for s in scores.values()]})
    table = table.assign(row=list(scores), seeds=1, accuracy=50.0, low=15.0, high=85.0)
    difference = [None, *[0.0] * (len(scores) - 1)]
    about = ["reference", *["paired"] * (len(scores) - 1)]
    table = table.assign(difference=difference, diff_low=-9.0, diff_high=9.0, diff_interval=about)
    return table, go.Figure(go.Bar(x=list(scores), y=[1.0] * len(scores)))


def register_pipelines():
    nodes = [Node(share, "params:place", "common", name="share")]
    names = list(in_use()[0])
    for name in names:
        nodes += [
            Node(
                train,
                ["common", f"params:variants.{name}", "params:behaviour", "params:place"],
                [f"{name}.training_log", f"{name}.rollouts"],
                name="train", namespace=name,
            ),
            Node(score, f"{name}.training_log", f"{name}.scores", name="score", namespace=name),
        ]
    scores = {name: f"{name}.scores" for name in names}
    made = ["table_overview", "figure_all"]
    nodes.append(Node(report, scores, made, name="report", tags="reporting"))
    return {"ablation": Pipeline(nodes), "__default__": Pipeline(nodes)}
"""

JOBS = """
import time
from pathlib import Path


def wait(mark, go):
    Path(mark).touch()
    while not Path(go).exists():
        time.sleep(0.05)
"""

CATALOG = """
rl_prompts: {type: MemoryDataset}
common: {type: json.JSONDataset, filepath: "${globals:data}/common.json"}
"{variant}.training_log": {type: json.JSONDataset, filepath: "${globals:data}/{variant}/log.json"}
"{variant}.scores": {type: json.JSONDataset, filepath: "${globals:data}/{variant}/scores.json"}
"{variant}.rollouts":
  type: pandas.ParquetDataset
  filepath: ${globals:data}/{variant}/rollouts.parquet
table_overview: {type: pandas.CSVDataset, filepath: "${globals:data}/table.csv"}
figure_all: {type: plotly.JSONDataset, filepath: "${globals:data}/figure.json"}
"""


def make(
    root: Path,
    behaviour: dict[str, str] | None = None,
    seeds: tuple[int, ...] = (0,),
    *,
    store: bool = True,
) -> Path:
    """The project in ``root``; ``behaviour`` says which variant fails, or waits for ``go``.

    Without ``store`` there is no MLflow database yet.
    """
    base = root / "conf" / "base"
    package = root / "src" / "toy_project"
    for directory in (base, root / "conf" / "local", package):
        directory.mkdir(parents=True, exist_ok=True)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (package / "__init__.py").touch()
    (package / "settings.py").write_text("from r1vl_kedro.settings import *  # noqa: F403\n")
    (package / "cli.py").write_text("from r1vl_kedro.cli import cli  # noqa: F401\n")
    (package / "pipeline_registry.py").write_text(REGISTRY)
    (package / "jobs.py").write_text(JOBS)
    (base / "catalog.yml").write_text(CATALOG)
    (base / "globals.yml").write_text("data: data\n")
    conf = REPOSITORY / "conf" / "base"
    for name in ("warm_up", "step_grpo", "launcher"):
        (base / f"parameters_{name}.yml").write_text((conf / f"parameters_{name}.yml").read_text())
    parameters = {
        "seed": 0,
        "prompt": {"template": "{question}"},
        "place": str(root / "work"),
        "behaviour": behaviour or {},
        "tracking": {"uri": "mlflow.db"},
        "ablation": {
            "seeds": list(seeds),
            "slots": 2,
            "variants": {"base": {"method": "base"}, "outcome": {"beta": 0.1}, "step_grpo": {}},
        },
    }
    (base / "parameters.yml").write_text(yaml.safe_dump(parameters))
    (root / "work").mkdir(exist_ok=True)
    if store:
        empty_store.put(root / "mlflow.db")
    return root


def environment() -> dict[str, str]:
    """Of a command in the project."""
    environment = {**os.environ, "COLUMNS": "400"}  # no line of the log is wrapped
    environment.pop("KEDRO_ENV", None)
    return environment


def start(root: Path, *arguments: str, output: Path | None = None, **how: Any) -> forked.Run:
    """``kedro run --pipelines=ablation`` in the project, forked and at work."""
    output = output or root / f"output-{time.monotonic_ns()}"
    command = ("run", "--pipelines=ablation", *arguments)
    return forked.Run(command, root, output, environment(), **how)


def run(root: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of ``kedro run --pipelines=ablation``, forked."""
    return start(root, *arguments).end(timeout=120)


def runs(root: Path) -> list[dict]:
    """All MLflow runs of the project, oldest first: name, status, tags, params, metrics."""
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{root / 'mlflow.db'}")
    ids = [experiment.experiment_id for experiment in client.search_experiments()]
    found = client.search_runs(ids, order_by=["attributes.start_time ASC"])
    return [
        {
            "id": run.info.run_id,
            "name": run.info.run_name,
            "status": run.info.status,
            "tags": run.data.tags,
            "params": run.data.params,
            "metrics": run.data.metrics,
            "inputs": [entry.dataset.name for entry in run.inputs.dataset_inputs],
        }
        for run in found
    ]


def read_json(path: Path):
    """A JSON file."""
    return json.loads(path.read_text())
