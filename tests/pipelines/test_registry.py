"""The registered pipelines, the grid behind the ablation, and the catalog under them."""

import subprocess
import sys
from inspect import Parameter, signature
from pathlib import Path

import yaml
from kedro.framework.project import pipelines
from recipes import context_of

from r1vl_kedro.settings import CONFIG_LOADER_ARGS, CONFIG_LOADER_CLASS

ROOT = Path(__file__).resolve().parents[2]
NAMES = {
    "__default__", "ablation", "annotation", "annotation_estimate", "base_model", "data_prep",
    "evaluation", "formalisation", "formalisation_estimate", "preflight", "probe", "reporting",
    "reward_card", "step_grpo", "study", "warm_up",
}  # fmt: skip
VARIANTS = [
    "base", "outcome", "sft", "step_grpo", "step_grpo_m2", "step_grpo_m3", "step_grpo_m5",
    "step_grpo_m6", "step_rar", "step_rvr", "warm_up",
]  # fmt: skip
SHARED_NAMESPACES = {"data", "data.annotation", "data.data_prep", "reporting"}
PROFILES = (
    "thorough",
    "preference",
    "preference_search",
    "preference_sweeps",
    "preference_thorough",
    "sparsity",
    "sparsity_early",
    "families",
    "sloppy",
    "credit",
)


def namespaces() -> set[str]:
    """Namespaces of the ablation's variants, without the boxes of shared work."""
    nodes = pipelines["ablation"].nodes
    return {node.namespace for node in nodes if node.namespace} - SHARED_NAMESPACES


def test_registered_names():
    context_of()
    assert set(pipelines) == NAMES


def test_every_input_of_a_node_has_a_type():
    context_of()
    functions = {node.func for pipeline in pipelines.values() for node in pipeline.nodes}
    untyped = [
        f"{function.__module__}.{function.__name__}({given})"
        for function in functions
        for given in signature(function).parameters.values()
        if given.annotation in (Parameter.empty, "Any")
    ]
    assert functions and not untyped


def test_variants_are_those_of_the_configuration():
    context_of()
    configured = yaml.safe_load((ROOT / "conf/base/parameters_ablation.yml").read_text())
    assert sorted(configured["ablation"]["variants"]) == VARIANTS
    assert namespaces() == set(VARIANTS)


def test_the_grid_follows_the_environment():
    context_of(env="thorough")
    trained = [name for name in VARIANTS if name != "base"]
    trained += ["validity_only", "sft_warm_up"]
    expected = {f"{name}_seed{seed}" for name in trained for seed in range(5)}
    assert namespaces() == expected | {"base"}


def test_the_grid_follows_runtime_parameters():
    context_of(ablation={"seeds": [3, 4]})
    assert "outcome_seed3" in namespaces()
    context_of()
    assert "outcome_seed3" not in namespaces()


def test_shared_work_stands_once():
    context_of(env="thorough")
    nodes = pipelines["ablation"].nodes
    assert [node.name for node in nodes].count("data.data_prep.split") == 1
    assert sum(node.name.endswith(".train_step_grpo") for node in nodes) == 9 * 5


def test_each_seed_of_the_thorough_grid_has_a_warm_up_of_its_own():
    context_of(env="thorough")
    nodes = pipelines["ablation"].nodes
    warm_ups = [node for node in nodes if node.name.endswith("train_warm_up")]
    assert sorted(node.name for node in warm_ups) == [
        f"warm_up_seed{seed}.train_warm_up" for seed in range(5)
    ]
    for node in nodes:
        if node.name.endswith(".train_step_grpo"):
            assert f"warm_up_seed{node.name[-len('0.train_step_grpo')]}.checkpoint" in node.inputs


def test_every_variant_samples_as_many_responses_a_step():
    parameters = context_of().config_loader["parameters"]
    options = [
        entry["options"]
        for entry in parameters["variants"].values()
        if entry["method"] == "step_grpo"
    ]
    assert len(options) == 8
    assert {entry["rollouts_per_step"] for entry in options} == {60}
    assert {entry["group_size"] for entry in options} == {2, 3, 4, 5, 6}


def test_every_dataset_of_the_ablation_is_in_the_catalog():
    catalog = context_of().catalog
    assert {name for name in pipelines["ablation"].datasets() if name not in catalog} == set()


def test_environments_do_not_share_a_data_directory():
    conf = str(ROOT / "conf")
    roots = {
        env: CONFIG_LOADER_CLASS(conf, env=env, **CONFIG_LOADER_ARGS)["globals"]["data"]
        for env in ("local", "smoke", *PROFILES)
    }
    assert len(set(roots.values())) == len(roots)


def test_what_a_variant_is_given_is_among_its_differences():
    given = {"variants": {"outcome": {"beta": 0.1}}}
    parameters = context_of(ablation=given).config_loader["parameters"]["variants"]
    outcome = parameters["outcome"]
    assert outcome["options"]["beta"] == 0.1
    assert outcome["overrides"] == {
        "rewards": {"key_steps": 0.0, "validity": 0.0}, "beta": 0.1,
    }  # fmt: skip
    assert "beta" not in parameters["step_rar"]["overrides"]


def test_a_variant_can_be_left_out():
    context_of(ablation={"variants": {"step_grpo_m6": None}})
    assert "step_grpo_m6" not in namespaces()


def test_listing_pipelines_imports_no_heavy_library():
    code = (
        "import sys; from kedro.framework.startup import bootstrap_project;"
        "from kedro.framework.project import pipelines; from pathlib import Path;"
        "bootstrap_project(Path.cwd()); sorted(pipelines);"
        "heavy = ('torch', 'transformers', 'trl', 'vllm', 'deepspeed', 'datasets', 'mlflow',"
        " 'mpmath', 'sympy', 'math_verify', 'pandas', 'scipy', 'plotly', 'ray');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_who_may_import_whom():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_key_steps_count_in_scores_as_in_the_training_of_the_variant():
    context_of(ablation={"variants": {"outcome": {"rewards": {"key_steps": {"alpha": 0.5}}}}})
    nodes = {node.name: node for node in pipelines["ablation"].nodes}
    assert "params:variants.outcome.options" in nodes["outcome.score_test"].inputs
    assert "params:step_grpo" in nodes["sft.score_test"].inputs


def test_one_grammar_reaches_every_section_and_the_wording():
    parameters = context_of(grammar="think_answer").config_loader["parameters"]
    sections = ("data_prep", "annotation", "warm_up", "step_grpo", "evaluation", "reporting",
                "reward_card")  # fmt: skip
    assert {parameters[name]["grammar"] for name in sections} == {"think_answer"}
    assert "<answer>" in parameters["prompt"]["template"]
    assert "<answer>" in parameters["evaluation"]["benchmarks"]["template"]
    assert parameters["variants"]["outcome"]["options"]["grammar"] == "think_answer"
    assert parameters["variants"]["sft"]["options"]["grammar"] == "think_answer"


def test_the_prompt_of_the_default_grammar_is_the_bare_question():
    parameters = context_of().config_loader["parameters"]
    assert parameters["prompt"]["template"] == "{question}"
    assert parameters["reward_card"]["rewards"] == parameters["step_grpo"]["rewards"]


def test_the_sparsity_grid_trains_every_reward_on_one_level_at_a_time():
    variants = context_of("sparsity", ablation={"seeds": [0]}).params["variants"]
    trained = {name.removesuffix("_seed0"): one for name, one in variants.items() if one["where"]}
    rewards = ("outcome", "key_steps", "step_grpo", "mild", "gdpo")
    assert set(trained) == {f"{one}_each{kinds}" for one in rewards for kinds in (2, 3, 4)}
    for name, one in trained.items():
        assert one["where"] == {"family": [name.rpartition("_")[2]]} and one["n_records"] == 400
        assert one["options"].num_steps == 90
    aggregations = {name: one["options"].aggregation for name, one in trained.items()}
    assert [name for name, how in aggregations.items() if how == "normalize_then_sum"] == [
        "gdpo_each2", "gdpo_each3", "gdpo_each4",
    ]  # fmt: skip
    context_of()
