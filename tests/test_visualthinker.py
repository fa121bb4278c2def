"""VisualThinker-R1-Zero's environments: RL from a raw prompt, at the base or after a cold start."""

from kedro.framework import project
from recipes import context_of

from r1vl_kedro.benchmarks import BENCHMARKS
from r1vl_kedro.prompts import is_raw
from r1vl_kedro.responses import THINK_OPENED


def opened(env):
    context = context_of(env)
    return context.params, context.catalog, project.pipelines["ablation"]


def test_the_embedded_environment_asks_without_a_chat_template():
    parameters, catalog, pipeline = opened("visualthinker_r1_zero")
    template = parameters["prompt"]["template"]
    assert is_raw(template) and template == THINK_OPENED.wording
    variants = parameters["variants"]
    rewards = {name: set(variants[name]["options"].rewards) for name in variants
               if variants[name]["method"] == "step_grpo"}  # fmt: skip
    assert rewards == {
        "zero": {"outcome", "format"},
        "accuracy_format": {"outcome", "format"},
        "with_length": {"outcome", "format", "length"},
    }
    nodes = {node.name: node for node in pipeline.nodes}
    assert "base_model" in nodes["zero.train_step_grpo"].inputs
    assert "warm_up_checkpoint" in nodes["accuracy_format.train_step_grpo"].inputs
    for name in ("cvbench_2d", "cvbench_3d"):
        assert f"benchmark_{name}" in nodes["accuracy_format.predict_benchmarks"].inputs
        assert catalog.exists(f"benchmark_{name}")


def test_the_papers_environment_begins_at_the_base_with_its_values(tmp_path, monkeypatch):
    monkeypatch.setenv("LMUData", str(tmp_path))
    parameters, catalog, pipeline = opened("visualthinker_r1_zero_paper")
    assert catalog.load("base_model") == "Qwen/Qwen2-VL-2B"
    assert "reader='sat'" in str(catalog.get("source_records"))
    file = catalog.load("benchmark_cvbench_2d").path
    assert file.name == f"{BENCHMARKS['cvbench_2d'].dataset}.tsv"
    options = parameters["variants"]["visualthinker"]["options"]
    assert set(options.rewards) == {"r1v", "format", "outcome"}
    assert (options.group_size, options.max_completion_length) == (8, 700)
    assert (options.beta, options.learning_rate, options.num_epochs) == (0.04, 1e-6, 2)
    assert "warm_up_checkpoint" not in pipeline.datasets()
    assert parameters["evaluation"].benchmarks.wording == THINK_OPENED.wording
