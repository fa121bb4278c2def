"""The smoke grid over the nodes of a Ray cluster ends as on one machine, and so does ZeRO-2."""

import contextlib
import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest
from clusters import add, cluster
from smoke_place import OF_ITS_OWN, Place
from training_fixtures import SFT, records, tiny, train  # noqa: F401

from r1vl_kedro.launcher import LauncherOptions, run_job

pytestmark = [
    pytest.mark.timeout(1500),
    pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra `cluster`"),
]
TWO = {"warm_up": {"method": "warm_up"}, "step_grpo": {}}
THREE = TWO | {"outcome": {"rewards": {"key_steps": 0.0, "validity": 0.0}}}
PARAMS = "warm_up.num_steps=4,warm_up.checkpoint_steps=1,step_grpo.num_steps=3,"
PARAMS += "step_grpo.checkpoint_steps=1,evaluation.decoding.batch_size=4,"
PARAMS += "evaluation.decoding.part_size=4"
SOME = "--to-outputs=warm_up.results"
MOMENTS = {
    "main.warm_up": "r1vl_kedro.training.resumable:ResumableTrainer.compute_loss:3",
    "outcome.step_grpo": "r1vl_kedro.models.decoding:draw_tokens:40",
    "step_grpo.predict": "r1vl_kedro.generation.transformers_engine:TransformersEngine."
    "answer_batch:2",
}
"""By job the call in which its node is killed: a loss, a rollout of an update, an answer."""
STOPS_ITSELF = """
import os, signal, sys
from pathlib import Path
job = sys.orig_argv[-3:][0].split(os.sep)[-2:-1]
first = os.environ.get("RANK", "0") == "0"
for name, moment in {moments!r}.items():
    if job == [name] and first and not Path({place!r}, name).exists():
        from striking import arm
        arm(moment, signal.SIGSTOP)
"""
"""What Python imports first in a job: its first rank stops at the job's moment, once."""


def make_place(root: Path, grid: dict) -> Place:
    place = Place(root)
    place.set_grid(seeds=[0], variants=grid)
    return place


def results(place: Place) -> dict[str, bytes]:
    return place.results(
        "07_model_output/ablation/*/predictions.parquet", "08_reporting/tables/*.csv"
    )


def on_one_machine(root: Path, grid: dict, *arguments: str) -> dict[str, bytes]:
    place = make_place(root, grid)
    place.run(*arguments, params=PARAMS)
    return results(place)


@pytest.fixture(scope="module")
def two_nodes():
    with cluster(2, 2) as made:
        yield made


def on(made) -> str:
    return f"{PARAMS},launcher.in_process=false,launcher.shards=2,launcher.cluster={made.address}"


@pytest.mark.slow
def test_the_grid_over_two_nodes_ends_as_on_one_machine(tmp_path, two_nodes):
    """A training on one node, then a prediction that a process on each shares."""
    place = make_place(tmp_path / "cluster", TWO)
    place.run(SOME, params=on(two_nodes), through=OF_ITS_OWN)
    found = results(place)
    assert set(found) == {
        "06_models/warm_up/model.safetensors",
        "07_model_output/ablation/warm_up/predictions.parquet",
        "08_reporting/scores/warm_up.json",
    }
    assert found == on_one_machine(tmp_path / "whole", TWO, SOME)
    parents, children, _ = place.runs()
    assert [run.info.status for run in parents] == ["FINISHED"]
    assert {name: run.info.status for name, run in children.items()} == {"warm_up": "FINISHED"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            "launcher.num_processes=8",
            "the cluster has no room for launcher.num_processes 8 of 1 CPUs each: it has 3 hosts (",
        ),
        (
            "launcher.cluster=127.0.0.2:1",
            "launcher.cluster 127.0.0.2:1: no cluster can be used there (",
        ),
    ],
    ids=["too small", "not there"],
)
def test_a_cluster_that_will_not_do_ends_the_run_before_its_first_node(
    tmp_path, two_nodes, asked, said
):
    place = make_place(tmp_path, TWO)
    code, output = place.attempt(params=f"{on(two_nodes)},{asked}", through=OF_ITS_OWN)
    assert code == 1 and said in " ".join(output.split())
    assert "Running node" not in output
    assert not results(place)


def losses(model: Path) -> list[float]:
    return [row["loss"] for row in json.loads((model / "training_log.json").read_text())]


def test_zero2_over_two_nodes_trains_as_one_process(tiny, records, tmp_path, two_nodes):  # noqa: F811
    options = {**SFT, "num_steps": 3, "checkpoint_steps": 0, "eval_steps": 0}
    given = {"base": tiny, "records": records, "seed": 5}
    train("sft", output=str(tmp_path / "one"), options=options, **given)
    over = LauncherOptions(
        num_processes=2,
        threads_per_process=2,  # a node each
        device="cpu",
        cluster=two_nodes.address,
        show_progress=False,
    )
    kwargs = {**given, "output": str(tmp_path / "two")}
    kwargs["options"] = {**options, "deepspeed": "zero2"}
    entry = "r1vl_kedro.training.sft:train_sft"
    run_job(entry, kwargs, options=over, log_dir=tmp_path / "logs", name="job")
    manifest = json.loads((tmp_path / "two" / "manifest.json").read_text())
    assert (manifest["engine"], manifest["processes"]) == ("zero2", 2)
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), abs=1e-3)
    logs = {path.name for path in (tmp_path / "logs" / "job").glob("*.log")}
    assert logs == {"launcher.log", "launcher-1.log", "rank0.log", "rank1.log"}


def stopped(made, directory: Path):
    """The first rank of a job once it has stopped itself, and the node that it runs on."""
    try:
        process = psutil.Process(int((directory / "rank0.pid").read_text().split()[0]))
        above = {one.pid for one in process.parents()}
        if process.status() != psutil.STATUS_STOPPED:
            return None
    except (OSError, ValueError, IndexError, psutil.Error):  # not yet, or it is over
        return None
    raylets = {node.all_processes["raylet"][0].process.pid: node for node in made.worker_nodes}
    return process, raylets[(above & raylets.keys()).pop()]


@pytest.mark.slow
def test_the_grid_ends_the_same_where_nodes_are_killed_on_the_way(tmp_path, monkeypatch):
    """The first killed node's job lives on and saves its state; the others end with their node."""
    site = STOPS_ITSELF.format(moments=MOMENTS, place=str(tmp_path))
    (tmp_path / "sitecustomize.py").write_text(site)
    for path in (Path(__file__).parent, tmp_path):
        monkeypatch.setenv("PYTHONPATH", str(path), prepend=os.pathsep)
    place = make_place(tmp_path / "cluster", THREE)
    with cluster(2, 2) as made, ThreadPoolExecutor() as pool:
        run = pool.submit(place.run, params=on(made), through=OF_ITS_OWN)
        for number, name in enumerate(MOMENTS, start=5):
            found = None
            while found is None:
                assert not run.done(), f"{name} was not seen\n{run.result()[-3000:]}"
                time.sleep(0.02)
                for directory in place.data.glob(f"06_models/_work/*/logs/{name}"):
                    found = stopped(made, directory)
            process, node = found
            raylet = psutil.Process(node.all_processes["raylet"][0].process.pid)
            others = [] if name == "main.warm_up" else raylet.children(recursive=True)
            (tmp_path / name).touch()
            for one in (raylet, *others):  # parents first: nobody tells of a child's end
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)
            made.remove_node(node, allow_graceful=False)
            add(made, number, 2)
        output = run.result()
    # A node may take a second job with it.
    assert "".join(output.split()).count("itgoesonelsewherefromitslastcheckpoint") >= len(MOMENTS)
    found = results(place)
    assert len(found) > 8 and found == on_one_machine(tmp_path / "whole", THREE)
