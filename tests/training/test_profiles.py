"""Every shipped profile renders, and every option in it is one that exists and fits the others."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from r1vl_kedro.generation.options import DecodingOptions
from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.preflight.clashes import clashes, evaluation_clashes
from r1vl_kedro.preflight.estimates import visual_tokens
from r1vl_kedro.preflight.options import PreflightOptions
from r1vl_kedro.records.options import DataPrepOptions
from r1vl_kedro.training.batches import Batch
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions
from r1vl_kedro.training.overrides import continued_sft, with_overrides
from r1vl_kedro.training.planned import of_sections
from r1vl_kedro.training.sharing import prompt_reads

ROOT = Path(__file__).resolve().parents[2]
PAPER = {"qwen2_vl_2b": 1e-5, "qwen2_vl_7b": 5e-6, "qwen2_5_vl_7b": 5e-6}
OTHERS = ["base", "smoke", "thorough"]


def config(env: str):
    from r1vl_kedro.settings import CONFIG_LOADER_ARGS, CONFIG_LOADER_CLASS

    return CONFIG_LOADER_CLASS(
        conf_source=str(ROOT / "conf"),
        env=env,
        **{**CONFIG_LOADER_ARGS, "default_run_env": env},
    )


@pytest.fixture(params=[*PAPER, *OTHERS])
def parameters(request) -> dict:
    return config(request.param)["parameters"]


def test_every_option_is_valid(parameters):
    SFTOptions.model_validate(parameters["warm_up"])
    step_grpo = StepGRPOOptions.model_validate(parameters["step_grpo"])
    LauncherOptions.model_validate(parameters["launcher"])
    DecodingOptions.model_validate(parameters["evaluation"]["decoding"])
    DataPrepOptions.model_validate(parameters["data_prep"])
    PreflightOptions.model_validate(parameters["preflight"])
    for variant in parameters["ablation"]["variants"].values():
        changes = {key: value for key, value in variant.items() if key != "method"}
        changed = with_overrides(step_grpo, changes)
        assert changed.rollouts == changed.prompts * changed.group_size


@pytest.mark.parametrize("env", PAPER)
def test_paper_settings_stand_in_the_profile(env):
    given = config(env)["parameters"]
    warm_up = SFTOptions.model_validate(given["warm_up"])
    rl = StepGRPOOptions.model_validate(given["step_grpo"])
    assert (warm_up.learning_rate, warm_up.batch_size, warm_up.num_epochs) == (PAPER[env], 128, 2)
    assert (warm_up.lr_schedule, warm_up.warmup_ratio, warm_up.bf16) == ("cosine", 0.03, True)
    assert warm_up.deepspeed == "zero3" and warm_up.max_pixels == 400_000
    wording = given["evaluation"]["benchmarks"]["template"]
    assert given["prompt"]["template"] == wording and "{question}" in wording
    assert (rl.group_size, rl.temperature, rl.beta, rl.rewards["key_steps"].alpha) == (
        4,
        1.2,
        0.04,
        0.1,
    )
    assert (rl.learning_rate, rl.max_completion_length, rl.max_pixels) == (1e-6, 1024, 400_000)
    weights = {name: reward.weight for name, reward in rl.rewards.items()}
    assert weights == {"outcome": 1.0, "key_steps": 1.0, "validity": 1.0}
    assert given["data_prep"]["split"]["n_rl"] == 10_000
    assert given["launcher"]["num_processes"] == 4


@pytest.mark.parametrize("env", PAPER)
def test_profile_reads_each_prompt_once_for_its_group(env):
    given = config(env)["parameters"]
    rl = StepGRPOOptions.model_validate(given["step_grpo"])
    assert rl.share_prompts and rl.gradient_checkpointing and rl.deepspeed in ("zero2", "zero3")
    assert prompt_reads(rl, given["launcher"]["num_processes"]) == rl.prompts == rl.rollouts // 4


@pytest.mark.parametrize("env", PAPER)
def test_profile_clashes_only_in_what_is_not_installed(env):
    given = config(env)["parameters"]
    trainings = of_sections(given, ["warm_up", "step_grpo"])
    found = clashes(trainings, given["launcher"]["num_processes"])
    decoding = DecodingOptions.model_validate(given["evaluation"]["decoding"])
    found += evaluation_clashes(decoding, trainings)
    assert [reason for reason in found if "not installed" not in reason] == []


@pytest.mark.parametrize("env", PAPER)
def test_profile_names_the_same_datasets(env):
    from kedro.framework.session import KedroSession
    from kedro.framework.startup import bootstrap_project

    bootstrap_project(ROOT)
    with KedroSession.create(project_path=ROOT, env=env) as session:
        catalog = session.load_context().catalog
    assert catalog.get("base_model").load().startswith("Qwen/Qwen2")
    # Its data lies apart from that of other environments.
    assert f"data/{env}/01_raw" in str(catalog.get("source_records"))
    for name in ("source_records", "validation_records", "test_records"):
        assert catalog.get(name) is not None


@pytest.mark.parametrize("env", PAPER)
def test_profile_evaluates_the_official_files_with_the_published_prompt(env, tmp_path, monkeypatch):
    from kedro.framework.session import KedroSession
    from kedro.framework.startup import bootstrap_project

    from r1vl_kedro.benchmarks import BENCHMARKS, MAIN_TABLE
    from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions

    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("LMUData", str(tmp_path))
    bootstrap_project(ROOT)
    with KedroSession.create(project_path=ROOT, env=env) as session:
        catalog = session.load_context().catalog
        for name, benchmark in BENCHMARKS.items():
            file = catalog.load(f"benchmark_{name}")
            assert file.path == tmp_path.resolve() / f"{benchmark.dataset}.tsv"
            assert file.official
    options = EvaluationOptions.model_validate(config(env)["parameters"]["evaluation"])
    assert (options.benchmarks.prompt, options.benchmarks.limit) == ("published", None)
    assert options.benchmarks.chosen == list(MAIN_TABLE)
    assert "### The final answer is:" in options.benchmarks.wording
    assert (options.decoding.max_new_tokens, options.decoding.temperature) == (2048, 0)
    assert "embedded" not in options.label


def test_group_size_that_does_not_divide_names_what_would():
    with pytest.raises(
        ValidationError,
        match=r"rollouts_per_step 60 .* group_size 7; "
        r"rollouts_per_step 56 or 63 .* group_size \[2, 3, 4, 5, 6",
    ):
        StepGRPOOptions(num_steps=1, rollouts_per_step=60, group_size=7)


def test_batch_that_does_not_divide_names_what_would():
    with pytest.raises(ValueError, match="batch_size 10 is not a multiple of 4 processes; 8 or 12"):
        Batch("batch_size", 10, 10).split(None, 4)
    with pytest.raises(ValueError, match=r"micro_batch_size 3 .* \[1, 2, 4, 8\] would work"):
        Batch("batch_size", 16, 16).split(3, 2)


@pytest.mark.parametrize(
    ("rollouts", "size", "processes", "micro", "near"),
    [(64, 4, 3, None, [60, 72]), (64, 4, 6, 4, [48, 72]), (8, 4, 16, None, [16])],
)
def test_the_batches_that_are_named_are_accepted(rollouts, size, processes, micro, near):
    def options(rollouts):
        return StepGRPOOptions(
            num_steps=1, rollouts_per_step=rollouts, group_size=size, micro_batch_size=micro
        )

    named = " or ".join(map(str, near))
    assert f"; {named} would work" in options(rollouts).problem_with(processes)
    for better in near:
        assert options(better).problem_with(processes) is None


def test_unknown_option_is_named():
    with pytest.raises(ValidationError, match="temprature"):
        StepGRPOOptions(num_steps=1, rollouts_per_step=8, temprature=1.0)


def test_continued_sft_is_as_long_as_step_grpo():
    warm_up = SFTOptions(num_epochs=2, batch_size=32)
    rl = StepGRPOOptions(num_steps=50, rollouts_per_step=60)
    options = continued_sft(warm_up, rl, {"learning_rate": 1e-4}).settled(questions=1000)
    assert (options.num_steps, options.batch_size, options.num_epochs) == (50, 60, None)
    assert options.learning_rate == 1e-4


def test_continued_sft_divides_its_batch_as_step_grpo_does():
    warm_up = SFTOptions(num_steps=1, batch_size=32, micro_batch_size=8)
    rl = StepGRPOOptions(num_steps=50, rollouts_per_step=16, micro_batch_size=4)
    assert continued_sft(warm_up, rl).micro_batch_size == 4
    assert continued_sft(warm_up, rl, {"micro_batch_size": 2}).micro_batch_size == 2


def test_continued_sft_counts_the_epochs_of_step_grpo():
    warm_up = SFTOptions(num_epochs=2, batch_size=32)
    rl = StepGRPOOptions(num_epochs=1.5, rollouts_per_step=64, num_iterations=2)
    options = continued_sft(warm_up, rl).settled(questions=1000)
    assert (options.num_steps, options.num_epochs) == (rl.steps(1000), None) == (188, None)


def test_sft_may_have_a_length_of_its_own():
    warm_up = SFTOptions(num_epochs=2, batch_size=32)
    rl = StepGRPOOptions(num_steps=50, rollouts_per_step=60)
    options = continued_sft(warm_up, rl, {"num_steps": 7}).settled(questions=1000)
    assert (options.num_steps, options.num_epochs, options.batch_size) == (7, None, 32)


def test_a_deepspeed_file_is_one_of_json(tmp_path):
    (tmp_path / "good.json").write_text('{"zero_optimization": {"stage": 1}}')
    (tmp_path / "list.json").write_text("[]")
    assert SFTOptions(num_steps=1, deepspeed=str(tmp_path / "good.json")).deepspeed
    for name in ("list.json", "none.json"):
        with pytest.raises(ValidationError, match=name):
            SFTOptions(num_steps=1, deepspeed=str(tmp_path / name))


def test_overrides_reach_nested_options():
    rl = StepGRPOOptions(num_steps=50, rollouts_per_step=60)
    changed = with_overrides(rl, {"rewards": {"validity": 0.0}, "group_size": 6})
    assert [reward.weight for reward in changed.rewards.values()] == [1.0, 1.0, 0.0]
    assert (changed.group_size, changed.prompts) == (6, 10)


def test_clashes_are_all_listed():
    rl = StepGRPOOptions(
        num_steps=1, rollouts_per_step=60, max_pixels=4_000_000, max_prompt_length=1024
    )
    sections = {"warm_up": SFTOptions(num_steps=1, batch_size=10), "step_grpo": rl}
    trainings = of_sections(sections, sections)
    found = clashes(trainings, 4)
    text = "\n".join(found + evaluation_clashes(DecodingOptions(max_new_tokens=100), trainings))
    assert "warm_up: batch_size 10" in text
    assert "no room for the question" in text
    assert "max_new_tokens 100 is below" in text


def test_visual_tokens_are_the_processors():
    from r1vl_kedro.world.tiny import build_processor

    images = build_processor().image_processor
    for width, height in ((84, 84), (640, 480), (1000, 30), (31, 57)):
        patches = images.get_number_of_image_patches(
            height, width, {"min_pixels": 3136, "max_pixels": 400_000}
        )
        assert visual_tokens(width, height, 3136, 400_000) == patches // 4
