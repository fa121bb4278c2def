"""``kedro run`` in a smoke size: one variant from raw records to Table 1 and MLflow."""

import json
from pathlib import Path

import pandas as pd
import pytest
from smoke_place import Place

from r1vl_kedro.benchmarks import BENCHMARKS, MAIN_TABLE

LIMIT = 6
EXAMPLES = 2
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("default"))
    return place, place.run(pipeline="__default__")


def last_run(root: Path):
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{root / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("r1vl_kedro/smoke")
    [found] = client.search_runs(
        [experiment.experiment_id], order_by=["attributes.start_time DESC"], max_results=1
    )
    return client, found


def test_table_1_is_printed_with_all_nine_and_the_papers_rows_beside_them(finished):
    place, output = finished
    lines = output[output.index("Table 1") :].splitlines()
    rows = [line for line in lines if line.startswith("| ") and ":--" not in line]
    header, own, rule, *rest = rows
    assert all(BENCHMARKS[name].column in header for name in MAIN_TABLE)
    assert "| robust |" in own
    assert "Printed by R1-VL" in rule
    papers = [line.split(" | ")[0] for line in rest]
    assert len(papers) == 22
    assert "| R1-VL-7B (paper)" in papers
    table = pd.read_csv(place.data / "08_reporting/benchmarks/table_1.csv")
    assert table["questions"][0] == LIMIT * len(MAIN_TABLE)
    assert table.loc[0, [BENCHMARKS[name].column for name in MAIN_TABLE]].notna().all()


def test_a_manifest_stands_beside_every_score(finished):
    reporting = finished[0].data / "08_reporting"
    benchmarks = json.loads((reporting / "benchmarks/evaluation_manifest.json").read_text())
    alone = json.loads((reporting / "scores/step_grpo_alone.manifest.json").read_text())
    for manifest in (benchmarks, alone):
        assert manifest["scoring"] == "robust"
        assert manifest["decoding"]["max_new_tokens"] == 24
        assert len(manifest["checkpoint_digest"]) == 32
        assert manifest["prompt_template"] == "{question}"
    assert benchmarks["checkpoint_digest"] == alone["checkpoint_digest"]
    assert benchmarks["prompt_version"].startswith("plain-")


def test_mlflow_has_a_metric_a_breakdown_and_examples_of_every_benchmark(finished):
    place, _ = finished
    client, found = last_run(place.root)
    scores = json.loads((place.data / "08_reporting/benchmarks/scores.json").read_text())
    for name in MAIN_TABLE:
        headline = scores["benchmarks"][name]["headline"]
        assert found.data.metrics[f"benchmark/robust/{name}"] == pytest.approx(headline)
    folder = Path(client.download_artifacts(found.info.run_id, ""))
    breakdown = {path.stem for path in (folder / "benchmarks/breakdown").iterdir()}
    assert breakdown == set(MAIN_TABLE)
    assert (folder / "benchmarks/evaluation_manifest.json").is_file()
    table = json.loads((folder / "benchmarks/predictions.json").read_text())
    rows = [dict(zip(table["columns"], values, strict=True)) for values in table["data"]]
    assert len(rows) == EXAMPLES * len(MAIN_TABLE)
    for row in rows:
        assert row["image"]["type"] == "image"
        assert (folder / row["image"]["filepath"]).is_file()
        assert row["verdict"] in ("right", "wrong", "left open")
        assert {"response", "extracted", "answer", "question"} <= set(row)
    assert "MathVista" in found.data.tags["mlflow.note.content"]


def test_scoring_again_in_another_mode_generates_nothing(finished):
    place, _ = finished
    predictions = place.data / "07_model_output/benchmarks/predictions.parquet"
    before = predictions.stat().st_mtime_ns
    output = place.run(
        "--from-nodes=score_benchmarks",
        pipeline="evaluation",
        params="evaluation.benchmarks.scoring=head",
    )
    assert "predict" not in output.replace("benchmark_predictions", "")
    assert predictions.stat().st_mtime_ns == before
    assert "| head |" in output
    _, found = last_run(place.root)
    assert "benchmark/head/mme" in found.data.metrics
    assert "benchmark/robust/mme" not in found.data.metrics
