"""Benchmarks answered by a job that can be killed at any moment."""

import io
import os
import signal
from pathlib import Path

import pandas as pd
import pytest
from forked import CONTEXT
from PIL import Image

from r1vl_kedro.generation import benchmark_job
from r1vl_kedro.generation.benchmark_job import SIDE, read_rows, thumbnails
from r1vl_kedro.generation.engines import Completion
from r1vl_kedro.world.benchmarks import write_benchmark


class Engine:
    """Answers with the question; kills its process at one of its calls, where that is given."""

    def __init__(self, dies_at: int | None):
        self.dies_at, self.calls = dies_at, 0

    def generate(self, prompts, seed):
        self.calls += 1
        if self.calls == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        said = [prompt.messages[0]["content"][-1]["text"] for prompt in prompts]
        return [[Completion(f"{seed} {text}", len(text), False)] for text in said]


@pytest.fixture(scope="module")
def job(tiny, tmp_path_factory):
    place = tmp_path_factory.mktemp("files")
    files = {
        name: {
            "path": str(write_benchmark(name, place / f"{name}.tsv", n=10)),
            "official": False,
        }
        for name in ("chartqa", "mmstar")
    }
    options = {"batch_size": 2, "part_size": 2}
    return {"checkpoint": tiny, "files": files, "options": options, "template": "Q: {question}"}


def run(job, output_dir, dies_at=None):
    """How many questions of each benchmark the job has answered now."""
    engine = Engine(dies_at)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(benchmark_job, "make_engine", lambda *_: engine)
        manifests = benchmark_job.predict_benchmarks(**job, output_dir=str(output_dir))
    return {name: entry["answered_now"] for name, entry in manifests.items()}


def predictions(place: Path) -> dict[str, pd.DataFrame]:
    return {
        name: pd.read_parquet(place / name / "predictions.parquet")
        for name in ("chartqa", "mmstar")
    }


def test_a_killed_evaluation_goes_on_and_ends_with_the_same_predictions(job, tmp_path):
    """Killed (SIGKILL) in the second benchmark's third part; ten rows in five parts each."""
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    process = CONTEXT.Process(target=run, args=(job, killed, 8))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert (killed / "chartqa/predictions.parquet").is_file()
    assert not (killed / "mmstar/predictions.parquet").exists()

    assert run(job, killed) == {"chartqa": 0, "mmstar": 6}
    assert run(job, whole) == {"chartqa": 10, "mmstar": 10}

    for name, frame in predictions(killed).items():
        pd.testing.assert_frame_equal(frame, predictions(whole)[name])
        rows = read_rows(killed / name)
        assert frame["id"].tolist() == [row["index"] for row in rows]
        assert all(
            f"Q: Question: {row['question']}" in text
            for row, text in zip(rows, frame["response"], strict=True)
        )

    spread = thumbnails(whole / "mmstar", 4)
    assert [entry["id"] for entry in spread] == [
        frame["id"][k] for frame in [predictions(whole)["mmstar"]] for k in (0, 2, 5, 7)
    ]
    assert 0 < Image.open(io.BytesIO(spread[0]["image"])).height <= SIDE
    assert len(thumbnails(whole / "mmstar", 99)) == 10
