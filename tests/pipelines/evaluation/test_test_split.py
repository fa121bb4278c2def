"""The evaluation of a checkpoint on test records, as nodes."""

import json
import shutil

import pandas as pd
from datasets import load_from_disk

from r1vl_kedro.generation import DecodingOptions
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines.evaluation.nodes import predict_test, score_test
from r1vl_kedro.pipelines.evaluation.options import BenchmarkOptions, EvaluationOptions
from r1vl_kedro.training.options import StepGRPOOptions


def test_a_checkpoint_is_predicted_by_a_job_and_scored(tiny, records, tmp_path):
    data = load_from_disk(records)
    launcher = LauncherOptions(in_process=True, threads_per_process=1, show_progress=False)
    options = EvaluationOptions(
        checkpoint=str(tiny),
        label="tiny",
        decoding=DecodingOptions(max_new_tokens=6, batch_size=4),
        benchmarks=BenchmarkOptions(),
    )
    manifest, predictions = predict_test(
        tiny, data, options, launcher, "{question}", 0, str(tmp_path)
    )
    verdicts, scores, about = score_test(
        predictions, manifest, data, options, StepGRPOOptions(rollouts_per_step=8, num_steps=1), 0
    )
    assert about["scoring"] == "robust"
    assert about["checkpoint_digest"] == manifest["checkpoint_digest"]
    assert manifest["decoding"]["max_new_tokens"] == 6
    assert verdicts["id"].tolist() == data["id"][:]
    assert scores["n"] == 7
    assert "set_aside" not in scores


def test_scores_name_what_was_set_aside_of_the_records_file(tiny, records, tmp_path):
    shutil.copytree(records, tmp_path / "read")
    left = {"kept": 7, "rejected": {"missing_image": 2}, "records": []}
    (tmp_path / "read" / "rejected.json").write_text(json.dumps(left))
    data = load_from_disk(str(tmp_path / "read"))
    rows = [
        {**{k: row[k] for k in ("id", "family", "question", "options", "answer")},
         "response": "5", "tokens": 1, "truncated": False, "sample": 0}
        for row in data
    ]  # fmt: skip
    options = EvaluationOptions(
        checkpoint="c", label="l", decoding=DecodingOptions(), benchmarks=BenchmarkOptions()
    )
    how = StepGRPOOptions(rollouts_per_step=8, num_steps=1)
    _, scores, _ = score_test(pd.DataFrame(rows), {}, data, options, how, 0)
    assert scores["set_aside"] == {"missing_image": 2}
