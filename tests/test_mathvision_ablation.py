"""conf/mathvision: a slice of the published files through the whole ablation to the report."""

import json
import shutil

import pandas as pd
import pytest
import yaml
from recipes import merged
from smoke_place import ROOT, kedro_run

VARIANTS = ["base", "sft", "step_grpo", "warm_up"]
SMALL = {
    "launcher": {"in_process": True, "show_progress": False},
    "ablation": {
        "variants": {
            **dict.fromkeys(["outcome", "step_rar", "step_rvr"]),
            **dict.fromkeys([f"step_grpo_m{size}" for size in (2, 3, 5, 6)]),
        }
    },
    "warm_up": {"num_steps": 1, "threads": 1},
    "step_grpo": {
        "group_size": 2, "rollouts_per_step": 4, "num_steps": 1, "max_completion_length": 8
    },
    "evaluation": {"decoding": {"max_new_tokens": 8}},
}  # fmt: skip
pytestmark = pytest.mark.timeout(900)


def rows_of(file):
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def write_slice(source, folder):
    """Twelve solutions, four of them broken, two more that may not be used; eight test questions.

    Returns:
        The rows of both files.
    """
    solutions, asked = rows_of(source / "with_solutions.jsonl"), rows_of(source / "testmini.jsonl")
    tests = [row for row in asked if row["options"]][:4]
    tests += [row for row in asked if not row["options"] and "$" in row["question"]][:4]
    rows = solutions[:12]
    rows[3]["image"] = "images/absent.jpg"
    rows[4]["solution"] = None
    rows[5]["question"] = " "
    rows[6] |= {"options": ["1", "2"], "answer": "9"}
    rows[7]["image"] = [rows[7]["image"], rows[8]["image"]]
    rows.append({**rows[0], "id": "again"})
    rows.append({**tests[0], "id": "leaked", "solution": rows[0]["solution"]})
    folder.mkdir()
    (folder / "images").symlink_to(source / "images")
    for name, written in (("with_solutions", rows), ("testmini", tests)):
        text = "".join(json.dumps(row) + "\n" for row in written)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return rows, tests


@pytest.fixture(scope="module")
def reported(shared_dir, tmp_path_factory):
    """Data directory of a run, and the rows that went in."""
    root = tmp_path_factory.mktemp("mathvision")
    rows, tests = write_slice((shared_dir / "real" / "mathvision").resolve(), root / "files")
    shutil.copytree(ROOT / "conf", root / "conf")
    profile = root / "conf/mathvision"
    (profile / "globals.yml").write_text(
        f"data: {root / 'data'}\nmathvision_root: {root / 'files'}\n"
    )
    parameters = yaml.safe_load((profile / "parameters.yml").read_text())
    (profile / "parameters.yml").write_text(yaml.safe_dump(merged(parameters, SMALL)))
    code, output = kedro_run(
        *("--pipelines=ablation", "--env=mathvision", "--conf-source", str(root / "conf")),
        *("--params", "tracking.enabled=false"),
    )
    assert code == 0, output[-6000:]
    return root / "data", rows, tests


def test_every_odd_record_is_accounted_for(reported):
    data, rows, tests = reported
    report = json.loads((data / "08_reporting/data_prep_report.json").read_text())
    rejected = json.loads((data / "08_reporting/rejected_records.json").read_text())
    ids = {row["reason"]: row["id"] for row in rejected}
    assert ids == {
        "missing_image": str(rows[3]["id"]),
        "no_solution": str(rows[4]["id"]),
        "empty_question": str(rows[5]["id"]),
        "answer_not_in_options": str(rows[6]["id"]),
        "duplicate": "again",
        "in_evaluation_set": "leaked",
    }
    assert (report["read"], report["kept"], len(rejected)) == (14, 8, 6)
    detail = next(row["detail"] for row in rejected if row["id"] == "leaked")
    assert f"test_records/{tests[0]['id']}" in detail or "validation_records/" in detail


def test_several_images_options_and_latex_come_through(reported):
    from datasets import load_from_disk

    data, rows, tests = reported
    kept = load_from_disk(str(data / "05_model_input/warm_up_records"))
    assert dict(zip(kept["id"], map(len, kept["images"]), strict=True))[str(rows[7]["id"])] == 2
    asked = load_from_disk(str(data / "05_model_input/test_records"))
    assert asked["id"] == [str(row["id"]) for row in tests]
    assert [len(options) for options in asked["options"]] == [len(row["options"]) for row in tests]
    assert sum("$" in question for question in asked["question"]) >= 4
    stand_in = load_from_disk(str(data / "05_model_input/validation_records"))
    assert stand_in["id"] == asked["id"]  # the first thirty of testmini, of which there are eight


def test_every_variant_answers_every_question_on_images_of_one_size(reported):
    data, _, tests = reported
    for name in VARIANTS:
        predictions = pd.read_parquet(
            data / "07_model_output/ablation" / name / "predictions.parquet"
        )
        assert predictions["id"].tolist() == [str(row["id"]) for row in tests]
        manifest = json.loads((data / f"08_reporting/scores/{name}.manifest.json").read_text())
        assert manifest["decoding"]["max_pixels"] == 12544


def test_the_run_ends_in_the_report(reported):
    data, _, tests = reported
    overview = pd.read_csv(data / "08_reporting/tables/overview.csv")
    assert sorted(overview["variant"]) == VARIANTS
    assert set(overview["n"]) == {len(tests)}
    page = (data / "08_reporting/report.html").read_text()
    assert page.startswith("<!doctype html>")
    examples = json.loads((data / "08_reporting/examples.json").read_text())
    assert {example["id"] for example in examples} <= {str(row["id"]) for row in tests}
    assert examples
