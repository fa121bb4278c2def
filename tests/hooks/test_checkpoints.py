"""A model that could not be loaded, or would be shown no image, is named before the first node."""

import json
import shutil
from pathlib import Path

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

import r1vl_kedro
from r1vl_kedro.datasets import CheckpointDataset, HubModelDataset
from r1vl_kedro.errors import CheckpointError
from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.hooks.checks import check_models
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.models.files import bounds_of, problems_of
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.pipelines.preflight.nodes import check_settings
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions

SHIPPED = Path(r1vl_kedro.__file__).parent / "world/assets/base_model"
SFT = {"num_steps": 1}
RL = {"num_steps": 1, "rollouts_per_step": 8}


def one(*values):
    return values[0]


def trains(name, base, made):
    return Node(one, [base, f"params:{name}"], made, name=f"train_{name}", tags="training")


WARM_UP = trains("warm_up", "base_model", "warm_up_checkpoint")
STEP_GRPO = trains("step_grpo", "warm_up_checkpoint", "checkpoint")
PREDICT = Node(one, ["checkpoint", "params:evaluation"], "answers", name="predict_test")
PREPARE = Node(one, "base_model", "prepared", name="prepare")
WHOLE = Pipeline([WARM_UP, STEP_GRPO, PREDICT])


@pytest.fixture
def base(tmp_path):
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


def refusal(base, pipeline=WHOLE, dataset=None, **options):
    """What the hook refuses a run for, or None."""
    sections = {
        "warm_up": SFT | options.get("warm_up", {}),
        "step_grpo": RL | options.get("step_grpo", {}),
        "evaluation": {"decoding": options.get("decoding", {})},
    }
    entries = {f"params:{name}": MemoryDataset(value) for name, value in sections.items()}
    entries["parameters"] = MemoryDataset({**sections, "variants": {}})
    entries["base_model"] = dataset or CheckpointDataset(path=str(base), marked=False)
    try:
        check_models(pipeline.nodes, pipeline.inputs(), DataCatalog(entries))
    except CheckpointError as error:
        return str(error)
    return None


def test_the_shipped_model_has_all_it_needs(base):
    assert list(problems_of(base)) == []
    assert (bounds_of(base).low, bounds_of(base).high, bounds_of(base).smallest) == (784, 7056, 784)
    assert refusal(base) is None


def no_template(place):
    (place / "chat_template.jinja").unlink()


def no_tokenizer(place):
    (place / "tokenizer.json").unlink()


def no_image_processor(place):
    (place / "processor_config.json").unlink()


def other_ids(place):
    config = json.loads((place / "config.json").read_text())
    (place / "config.json").write_text(json.dumps({**config, "image_token_id": 5}))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (no_template, "has no chat template; put chat_template.jinja"),
        (no_tokenizer, "has no tokenizer: none of tokenizer.json"),
        (no_image_processor, "has no image processor"),
        (other_ids, "config.json has image_token_id 5, its tokenizer has 593"),
    ],
)
def test_what_a_local_model_lacks_is_named(base, harm, said):
    harm(base)
    for dataset in (None, HubModelDataset(name=str(base))):
        found = refusal(base, dataset=dataset)
        assert found.startswith("nothing was started: ") and said in found
    assert refusal(base, Pipeline([PREPARE])) is None


@pytest.mark.parametrize("file", ["chat_template.json", "tokenizer_config.json"])
def test_a_chat_template_may_lie_in_another_file(base, file):
    template = (base / "chat_template.jinja").read_text()
    no_template(base)
    (base / file).write_text(json.dumps({"chat_template": template}))
    assert list(problems_of(base)) == []


def test_qwens_published_files_have_their_bounds(base):
    no_image_processor(base)
    published = {"min_pixels": 3136, "max_pixels": 12845056, "patch_size": 14, "merge_size": 2}
    (base / "preprocessor_config.json").write_text(json.dumps(published))
    found = refusal(base, warm_up={"max_pixels": 3000})
    assert "warm_up: min_pixels 3136 exceeds max_pixels 3000; " in found


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"warm_up": {"max_pixels": 783}}, "warm_up: max_pixels 783 is below 784, an image of one"),
        ({"warm_up": {"min_pixels": 8000}}, "warm_up: min_pixels 8000 exceeds max_pixels 7056"),
        ({"step_grpo": {"max_pixels": 100}}, "step_grpo: max_pixels 100 is below 784"),
        ({"step_grpo": {"min_pixels": 8000}}, "step_grpo: min_pixels 8000 exceeds max_pixels 7056"),
        ({"decoding": {"max_pixels": 100}}, "evaluation.decoding: max_pixels 100 is below 784"),
        ({"decoding": {"min_pixels": 9000}}, "evaluation.decoding: min_pixels 9000 exceeds"),
        ({"warm_up": {"max_pixels": 784}}, None),
        ({"warm_up": {"max_pixels": 9000}, "step_grpo": {"min_pixels": 8000}}, None),
        ({"step_grpo": {"max_pixels": 9000}, "decoding": {"min_pixels": 8000}}, None),
    ],
)
def test_bounds_that_leave_images_no_area_are_named(base, options, said):
    found = refusal(base, **options)
    assert found is None if said is None else said in found


def test_preflight_lists_them_among_its_reasons(base):
    no_template(base)
    found = check_settings(
        SFTOptions(**SFT, max_pixels=100),
        StepGRPOOptions(**RL),
        LauncherOptions(),
        EvaluationOptions.model_construct(decoding=DecodingOptions(max_new_tokens=1024)),
        {},
        base,
    )
    text = "\n".join(found)
    assert "has no chat template" in text and "warm_up: max_pixels 100 is below 784" in text


@pytest.mark.parametrize("name", ["/models/qwen", "./qwen", "~/qwen", "models/qwen/2-VL"])
def test_a_path_that_is_no_directory_is_named(base, name):
    found = refusal(base, dataset=HubModelDataset(name=name))
    assert found == (
        f"nothing was started: base_model: there is no directory {name!r}; wanted one, or a "
        "model's name on the hub"
    )


def test_without_a_network_a_model_has_to_be_in_the_cache(base, monkeypatch):
    published = HubModelDataset(name="no-one/has-this")
    assert refusal(base, dataset=published) is None
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE is set, and 'no-one/has-this' is not" in refusal(base, dataset=published)
