"""conf/mathvision: published files through data_prep and annotation, on a slice."""

import json
import shutil
from pathlib import Path

import pytest
from kedro.io import DataCatalog
from kedro.runner import SequentialRunner

from r1vl_kedro.annotation.options import AnnotationOptions
from r1vl_kedro.configuration import ProfileConfigLoader
from r1vl_kedro.pipelines import annotation, data_prep
from r1vl_kedro.records.options import DataPrepOptions
from r1vl_kedro.rewards import step_rvr

ROOT = Path(__file__).parents[3]
SLICE = 40


def write_slice(source, folder):
    """The first records of each file, two of them broken, the images where they are."""
    folder.mkdir()
    (folder / "images").symlink_to(source / "images")
    for name in ("with_solutions.jsonl", "testmini.jsonl"):
        rows = [json.loads(line) for line in (source / name).read_text().splitlines()[:SLICE]]
        if name.startswith("with"):
            rows[3]["image"] = "images/absent.jpg"
            rows[4]["solution"] = None
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def catalog(shared_dir, tmp_path, monkeypatch):
    write_slice((shared_dir / "real" / "mathvision").resolve(), tmp_path / "mathvision")
    shutil.copytree(ROOT / "conf", tmp_path / "conf")
    (tmp_path / "conf/mathvision/globals.yml").write_text(
        f"data: {tmp_path}/data\nmathvision_root: {tmp_path}/mathvision\n"
    )
    monkeypatch.chdir(ROOT)
    config = ProfileConfigLoader(
        str(tmp_path / "conf"), env="mathvision", base_env="base",
        merge_strategy={"parameters": "soft"},
    )  # fmt: skip
    catalog = DataCatalog.from_config(config["catalog"])
    parameters = config["parameters"]
    catalog["params:data_prep"] = DataPrepOptions.model_validate(parameters["data_prep"])
    catalog["params:annotation"] = AnnotationOptions.model_validate(parameters["annotation"])
    catalog["params:seed"] = 0
    return catalog


def test_every_odd_record_is_accounted_for_and_the_rest_gets_key_steps(catalog):
    pipeline = data_prep.create_pipeline() + annotation.create_pipeline()
    SequentialRunner().run(pipeline, catalog)
    report = catalog["data_prep_report"].load()
    assert report["read"] == SLICE
    assert report["set_aside"] == {"missing_image": 1, "no_solution": 1}
    rejected = {row["reason"]: row["id"] for row in catalog["rejected_records"].load()}
    assert rejected == {"missing_image": "1526", "no_solution": "1528"}
    warm_up = catalog["warm_up_records"].load()
    assert len(warm_up) == SLICE - 2
    assert all(step_rvr(solution) for solution in warm_up["solution"])
    for question in warm_up["question"]:  # a mark stays only inside a sentence
        assert not question.startswith("<image") and not question.endswith(">")
    test_records = catalog["test_records"].load()
    assert len(test_records) == SLICE
    assert "key_steps" in test_records.column_names
    audit = catalog["annotation_audit"].load()[0]
    assert audit["coverage"] >= 0.9
    assert audit["without_key_steps"] == 0
