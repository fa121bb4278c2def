"""Preflight names every reason at once, and works a run out from its data and settings."""

import json
import random

import pytest
from kedro.io import DataCatalog, MemoryDataset
from PIL import Image
from preflight_builders import FOUR_GPUS, STEP_GRPO, WARM_UP, variant

from r1vl_kedro.benchmarks import MAIN_TABLE
from r1vl_kedro.datasets import BenchmarkTSVDataset, RecordFileDataset
from r1vl_kedro.pipelines.preflight import nodes
from r1vl_kedro.preflight.options import PreflightOptions
from r1vl_kedro.records.options import DataPrepOptions
from r1vl_kedro.training.options import SFTOptions


def make_mulberry(root, count=40, missing=0, sides=(200, 1000)):
    """A small file in Mulberry's published layout."""
    rng = random.Random(3)
    rows = []
    (root / "mulberry_images" / "GeoQA").mkdir(parents=True)
    for i in range(count):
        name = f"GeoQA/{i}.png"
        if i >= missing:
            size = rng.randint(*sides), rng.randint(*sides)
            Image.new("L", size).save(root / "mulberry_images" / name)
        question = f"<image>\nQuestion: What is the value of x{i}? {'Look closely. ' * (i % 9)}"
        path = "### The final answer is: " + str(i)
        rows.append(
            {
                "messages": [
                    {"role": "user", "content": question},
                    {"role": "assistant", "content": path},
                ],
                "images": name,
            }
        )
    (root / "mulberry_sft.json").write_text(json.dumps([*rows, {"messages": "broken"}]))


def entries(root) -> DataCatalog:
    datasets = {
        "source_records": RecordFileDataset(
            reader="mulberry",
            path=str(root / "mulberry_sft.json"),
            image_root=str(root / "mulberry_images"),
        ),
        "validation_records": RecordFileDataset(
            reader="mathvision", path=str(root / "testmini.jsonl")
        ),
        "test_records": RecordFileDataset(reader="mathvision", path=str(root / "test.jsonl")),
        **{
            f"benchmark_{name}": BenchmarkTSVDataset(benchmark=name, path=str(root / f"{name}.tsv"))
            for name in MAIN_TABLE
        },
    }
    return DataCatalog({**datasets, "other": MemoryDataset(1)})


MODEL = "Qwen/Qwen2-VL-2B-Instruct"


def grid(benchmarks=()):
    """``parameters.ablation`` with these benchmarks."""
    return {"seeds": [0], "variants": {"outcome": {}}, "benchmarks": list(benchmarks)}


def report(
    root,
    problems=(),
    launcher=FOUR_GPUS,
    options=None,
    step_grpo=STEP_GRPO,
    base=MODEL,
    variants=None,
    benchmarks=(),
):
    options = options or PreflightOptions()
    return nodes.report(
        list(problems),
        nodes.look_for_data(entries(root), step_grpo, {}, options, grid(benchmarks)),
        base,
        DataPrepOptions.model_validate({"split": {"n_warm_up": None, "n_rl": 20}}),
        WARM_UP,
        step_grpo,
        variants or {},
        launcher,
        options,
        str(root),
    )


@pytest.fixture
def complete(tmp_path):
    make_mulberry(tmp_path, missing=2)
    for name in ("testmini.jsonl", "test.jsonl", "mme.tsv"):
        (tmp_path / name).touch()
    return tmp_path


def test_without_any_data_every_reason_is_named_at_once(tmp_path, capsys):
    clash = "step_grpo.rollouts_per_step 60 is not a multiple of 7 processes"
    done = report(tmp_path, problems=[clash])
    for name in ("mulberry_sft.json", "testmini.jsonl", "test.jsonl"):
        assert sum(str(tmp_path / name) in problem for problem in done["problems"]) == 1
    assert done["problems"][0] == clash
    assert done["plan"]["warm_up"]["steps"] is None
    assert done["plan"]["step_grpo"]["steps"] == 5  # 20 prompts were asked for, 4 a step
    assert done["hours"]["together"] is None
    said = capsys.readouterr().out
    assert "The run would fail" in said and "1. step_grpo.rollouts_per_step 60" in said
    with pytest.raises(nodes.WouldFail, match=rf"for {len(done['problems'])} reasons"):
        nodes.decide(done)


def test_with_data_it_is_counted_measured_and_the_plan_worked_out(complete, capsys):
    done = report(complete)
    assert done["data"] == {
        "source_records": "41 records, 2 missing images, 1 unreadable rows",
        "validation_records": "found",
        "test_records": "found",
        "benchmarks": "1 of 9 found",
    }
    assert done["lengths"]["measured"] == 40
    assert done["plan"]["warm_up"]["because"] == "41 records × 2 epochs / 8 a step = 11 steps"
    assert done["plan"]["step_grpo"]["because"] == "20 prompts × 1 epoch / 4 a step = 5 steps"
    assert done["plan"]["step_grpo"]["rollouts"] == 80
    assert done["hours"]["together"] > 0
    assert 8 <= len(done["lengths"]["histograms"]["visual tokens"]) <= 10
    said = capsys.readouterr().out
    assert "Qwen/Qwen2-VL-2B-Instruct on 4 GPUs of 80 GB" in said
    assert "2 images of the first 40 records are missing or broken" in said
    json.dumps(done)


def test_benchmarks_of_the_grid_that_are_not_there_are_reasons(complete):
    done = report(complete, benchmarks=["mme", "mathvista", "mathvision"])
    for name in ("mathvista", "mathvision"):
        said = f"ablation.benchmarks has {name}: there is no {complete / name}.tsv"
        assert done["problems"].count(said) == 1
    assert not any("mme" in problem for problem in done["problems"])
    (note,) = (one for one in done["notes"] if "--pipelines=evaluation" in one)
    assert "chartqa" in note and "mathvista" not in note
    assert done["data"]["benchmarks"] == "1 of 9 found"


def test_memory_that_does_not_suffice_is_a_reason_with_ways_out(complete):
    problems = report(complete, options=PreflightOptions(gpu_memory_gb=8))["problems"]
    (said,) = (problem for problem in problems if problem.startswith("step_grpo"))
    assert "GB a GPU, there are 8" in said and "zero3_offload" in said


def test_images_and_rows_of_every_odd_kind_are_counted(tmp_path):
    make_mulberry(tmp_path, count=4)
    path = tmp_path / "mulberry_sft.json"
    rows = json.loads(path.read_text())
    for image in ("n" * 300, "a\0.png", "a\ud800.png"):
        rows.append({**rows[0], "images": image})
    many = "\n".join(f"{letter}: {letter}" for letter in map(chr, range(65, 65 + 28)))
    turn = {"role": "user", "content": f"<image>\nQuestion: x?\nChoices:\n{many}"}
    rows.append({**rows[0], "messages": [turn, rows[0]["messages"][1]]})
    path.write_text(json.dumps(rows))
    done = report(tmp_path)
    assert done["data"]["source_records"] == "9 records, 1 unreadable rows, 3 missing images"


def test_a_file_that_is_not_json_is_one_reason_among_others(tmp_path):
    (tmp_path / "mulberry_sft.json").write_text("[{]")
    problems = report(tmp_path, problems=["another"])["problems"]
    assert problems[0] == "another"
    assert any("mulberry_sft.json, line 1, character 2" in problem for problem in problems)


def test_a_wrong_image_folder_is_a_reason(tmp_path):
    make_mulberry(tmp_path, count=4, missing=4)
    assert any("image_root" in problem for problem in report(tmp_path)["problems"])


def test_prompts_that_are_all_too_long_are_a_reason(tmp_path):
    make_mulberry(tmp_path, count=4, sides=(900, 1000))
    short = STEP_GRPO.model_copy(update={"max_prompt_length": 300})
    problems = report(tmp_path, step_grpo=short)["problems"]
    assert "every prompt is longer than max_prompt_length 300" in problems


def test_nothing_in_the_way_passes_and_a_reason_stops():
    assert nodes.decide({"problems": []}) is None
    with pytest.raises(nodes.WouldFail):
        nodes.decide({"problems": ["there is no GPU"]})


def test_what_an_unknown_model_leaves_open_is_named_and_the_rest_goes_on(complete, capsys):
    done = report(complete, base=str(complete / "no model"))
    (note,) = [note for note in done["notes"] if "not estimated" in note]
    assert note.startswith(f"memory, hours and disk are not estimated: base model '{complete}")
    assert len(note) < 400
    assert done["memory_gb_per_gpu"] == done["hours"] == done["disk_gb"] == {}
    assert done["plan"]["step_grpo"]["steps"] == 5 and done["problems"] == []
    said = capsys.readouterr().out
    assert "Plan" in said and "Memory a GPU" not in said
    assert nodes.decide(done) is None


def test_the_size_of_a_model_is_read_from_its_configuration_alone(tmp_path):
    from transformers import Qwen2VLConfig

    from r1vl_kedro.preflight.shapes import SHAPES, shape_of

    text = {"hidden_size": 64, "num_hidden_layers": 3, "vocab_size": 1000}
    text |= {"intermediate_size": 128, "num_attention_heads": 4, "num_key_value_heads": 4}
    vision = {"depth": 1, "embed_dim": 32, "num_heads": 2, "hidden_size": 64}
    config = Qwen2VLConfig(text_config=text, vision_config=vision, tie_word_embeddings=True)
    config.save_pretrained(tmp_path)
    shape = shape_of(str(tmp_path))
    assert (shape.layers, shape.hidden, shape.vocabulary) == (3, 64, 1000)
    layer = 4 * 64 * 64 + 3 * 64 + 3 * 64 * 128 + 2 * 64  # attention, its biases, MLP, two norms
    assert shape.parameters > 1000 * 64 + 3 * layer
    assert shape.parameters < 1000 * 64 + 3 * layer + 200_000  # the vision encoder of one block
    assert SHAPES[MODEL].parameters == pytest.approx(2.21e9)


def test_the_grid_is_planned_each_method_once_and_what_differs_by_itself(complete, capsys):
    like_the_section = STEP_GRPO.model_copy(update={"learning_rate": 1e-5})
    long = STEP_GRPO.model_copy(update={"num_epochs": 3.0})
    few = SFTOptions(num_epochs=2, batch_size=8, deepspeed="zero3", dtype="bfloat16")
    stages = {
        "sft": variant("", "sft_warm_up", few, n_records=16),
        "step_grpo": variant("", "step_grpo", STEP_GRPO),
    }
    variants = {
        "faster_seed0": variant("faster", "step_grpo", like_the_section),
        "faster_seed1": variant("faster", "step_grpo", like_the_section),
        "long": variant("long", "step_grpo", long),
        "staged": {"name": "staged", "stages": stages, "options": {}, "method": "step_grpo"},
        "base": {"name": "base", "stages": {}, "options": {}, "method": "base"},
    }
    done = report(complete, variants=variants)
    plan = {name: row["because"] for name, row in done["plan"].items()}
    assert plan == {
        "warm_up": "41 records × 2 epochs / 8 a step = 11 steps",
        "step_grpo": "20 prompts × 1 epoch / 4 a step = 5 steps",
        "long": "20 prompts × 3 epochs / 4 a step = 15 steps",
        "staged.sft": "16 records × 2 epochs / 8 a step = 4 steps",
    }
    hours = done["hours"]
    warm_up, step_grpo = hours["warm_up training"], done["hours"]["together"]
    step_grpo -= warm_up
    grid = warm_up + 2 * step_grpo + 3 * step_grpo + hours["staged.sft training"] + step_grpo
    assert hours["all trainings of the grid"] == pytest.approx(grid)
    assert set(done["memory_gb_per_gpu"]) == set(plan)
    assert "staged.sft" in capsys.readouterr().out
