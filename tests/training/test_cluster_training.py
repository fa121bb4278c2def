"""A training whose two ranks lie on two nodes of a cluster trains as one process does."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from clusters import cluster
from training_fixtures import SFT, train

from r1vl_kedro.launcher import LauncherOptions, run_job

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra `cluster`"),
    pytest.mark.timeout(900),  # a cluster takes its time to start on a busy machine
]
OPTIONS = {**SFT, "num_steps": 3, "checkpoint_steps": 0, "eval_steps": 0}
ENTRY = "r1vl_kedro.training.sft:train_sft"


def losses(model: Path) -> list[float]:
    return [row["loss"] for row in json.loads((model / "training_log.json").read_text())]


def test_zero2_over_two_nodes(tiny, records, tmp_path):
    given = {"base": tiny, "records": records, "seed": 5}
    train("sft", output=str(tmp_path / "one"), options=OPTIONS, **given)
    kwargs = {
        **given,
        "output": str(tmp_path / "two"),
        "options": {**OPTIONS, "deepspeed": "zero2"},
    }
    with cluster(1, 1) as made:
        over = LauncherOptions(
            num_processes=2,
            threads_per_process=1,
            device="cpu",
            cluster=made.address,
            show_progress=False,
        )
        run_job(ENTRY, kwargs, options=over, log_dir=tmp_path / "logs", name="job")
    manifest = json.loads((tmp_path / "two" / "manifest.json").read_text())
    assert (manifest["engine"], manifest["processes"]) == ("zero2", 2)
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), abs=1e-3)
    logs = {path.name for path in (tmp_path / "logs" / "job").glob("*.log")}
    assert logs == {"launcher.log", "launcher-1.log", "rank0.log", "rank1.log"}
