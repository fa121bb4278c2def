"""Wrong parameters: named in full, with what would be accepted, before any node runs."""

import forked
import pytest
from kedro.framework.project import pipelines as registered
from kedro.io import DataCatalog, MemoryDataset
from recipes import context_of
from smoke_place import ROOT

from r1vl_kedro.hooks.checks import check_batches
from r1vl_kedro.parameters import ConfigurationError

INF = float("inf")


def checked(context, pipeline):
    """The checked parameters of a run of these pipelines, as its first node would have them."""
    found = context.params
    read = {"parameters": found, "params:launcher": found["launcher"]}
    catalog = DataCatalog({name: MemoryDataset(value) for name, value in read.items()})
    for name in pipeline.split(","):
        check_batches(registered[name].nodes, catalog)
    return found


def parameters(given=None, *, pipeline="ablation"):
    return checked(context_of("smoke", **(given or {})), pipeline)


@pytest.fixture(autouse=True)
def a_machine_with_room(monkeypatch):
    """Profiles ask for GPUs; whether this machine has them is another test's subject."""
    monkeypatch.setattr("r1vl_kedro.hooks.checks.lack", lambda options: None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"data_prp": {"split": {"n_rl": 3}}},
            ["data_prp is no parameter: did you mean data_prep? the parameters are ablation, "],
        ),
        (
            {
                "step_grpo": {"grup_size": 3},
                "data_prep": {"split": {"n_rll": 3}},
                "evaluation": {"decoding": {"engine": "gpt"}},
                "warm_up": {"min_pixels": 9, "max_pixels": 8},
            },
            [
                "step_grpo.grup_size is no parameter: did you mean group_size? step_grpo takes ",
                "data_prep.split.n_rll is no parameter: did you mean n_rl? "
                "data_prep.split takes max_rl_sloppy, min_rl_steps, n_rl, n_warm_up",
                "evaluation.decoding.engine is 'gpt': input should be 'transformers', 'vllm' or ",
                "warm_up: min_pixels 9 is above ",
            ],
        ),
        (
            {
                "step_grpo": {"beta": "high", "learning_rate": INF, "deepspeed": "zero9"},
                "data_prep": {"split": {"n_rl": "many"}},
                "evaluation": {"decoding": {"temperature": INF, "base_url": "notaurl"}},
            },
            [
                "step_grpo.beta is 'high': input should be a valid ",
                "step_grpo.learning_rate is inf: input should be ",
                "step_grpo.deepspeed is 'zero9': neither one of zero2, zero2_offload, zero3, ",
                "data_prep.split.n_rl is 'many': input ",
                "evaluation.decoding.temperature is inf: input should be a finite number",
                "evaluation.decoding.base_url is 'notaurl': give an address such as http://",
            ],
        ),
        (
            {
                "step_grpo": {"group_size": 7},
                "evaluation": {"decoding": {"min_pixels": 9, "max_pixels": 8}},
            },
            [
                "step_grpo: rollouts_per_step 60 is not a multiple of group_size 7; "
                "rollouts_per_step 56 or 63 would work with this group size, "
                "group_size [2, 3, 4, 5, 6, 10, 12, 15] with these rollouts",
                "evaluation.decoding: min_pixels 9 is above max_pixels 8",
            ],
        ),
        (
            {"ablation": {"variants": {"outcome": {"rewards": {"otcome": 1}}}}},
            [
                "ablation.variants.outcome.rewards: reward 'otcome' is unknown: did you mean "
                "outcome? "
            ],
        ),
        (
            {"ablation": {"variants": {"outcome": {"bta": 3}}}},
            ["ablation.variants.outcome.bta is no parameter: did you mean beta? "],
        ),
        ({"ablation": {"seeds": [-1]}}, ["ablation.seeds.0 is -1: input should be greater than "]),
        (
            {"seed": "abc", "prompt": {"template": 3}},
            [
                "seed is 'abc': input should be a valid integer",
                "prompt.template is 3: input should be a valid string",
            ],
        ),
        (
            {"seed": 2**32, "prompt": {"template": "Think."}},
            [
                "seed is 4294967296: input should be less than 4294967296",
                "prompt.template is 'Think.': it has no '{question}'",
            ],
        ),
        (
            {"grammar": "thinkanswer"},
            ["grammar: grammar 'thinkanswer' is unknown: did you mean think_answer? choose from "],
        ),
        ({"sft": 3}, ["sft is 3; it takes what sft changes of warm_up"]),
        ({"sft": {"foo": 1}}, ["sft.foo is no parameter: sft takes "]),
        (
            {"sft": {"num_steps": 9}},
            ["sft: num_steps 9 cannot be set: continued SFT is as long as "],
        ),
        ({"tracking": 3}, ["tracking is 3: input should be a valid dictionary"]),
        (
            {"tracking": {"enabled": "maybe", "experiment": "", "foo": 1}},
            [
                "tracking.enabled is 'maybe': input should be a ",
                "tracking.experiment is '': string should have at ",
                "tracking.foo is no parameter: tracking takes enabled, ",
            ],
        ),
        (
            {"reporting": {"headline": "step_gpro"}},
            ["reporting.headline 'step_gpro' is unknown: did you mean step_grpo? known are base,"],
        ),
        (
            {"reporting": {"contrasts": ["sft", "x"]}},
            ["reporting.contrasts 'x' is unknown: known "],
        ),
        (
            {"step_grpo": {"micro_batch_size": 7}},
            ["step_grpo: micro_batch_size 7 does not divide the 60 sequences per process "],
        ),
        (
            {"ablation": {"variants": {"outcome": {"micro_batch_size": 7}}}},
            ["ablation.variants.outcome: micro_batch_size 7 does not divide the 60 sequences "],
        ),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_configuration(given, said):
    with pytest.raises(ConfigurationError) as error:
        parameters(given)
    lines = str(error.value).splitlines()
    unsaid = [start for start in said if not any(line.startswith(start) for line in lines)]
    assert unsaid == [], lines


@pytest.mark.parametrize("given", ["0 1 4", "0,1,4", "[0, 1, 4]", [0, 1, 4]])
def test_lists_are_words_or_json(given):
    lists = {"reporting": {"contrasts": "sft outcome"}, "probe": {"group_sizes": 3}}
    found = parameters({"ablation": {"seeds": given}, **lists}, pipeline="ablation,probe")
    assert {entry["seed"] for entry in found["variants"].values()} == {None, 0, 1, 4}
    assert found["reporting"].contrasts == ["sft", "outcome"]
    assert found["probe"].group_sizes == [3]


def test_a_list_that_is_neither_is_named():
    with pytest.raises(
        ConfigurationError, match=r"ablation.seeds is '\[0, 1': it starts like a li"
    ):
        parameters({"ablation": {"seeds": "[0, 1"}})


def test_every_problem_of_every_pipeline_has_a_line():
    wrong = {"base_model": {"stpes": 3}, "step_grpo": {"beta": "high"}}
    with pytest.raises(ConfigurationError) as error:
        parameters(wrong, pipeline="base_model")
    lines = str(error.value).splitlines()
    assert any("base_model.stpes is no parameter: did you mean steps" in line for line in lines)
    assert any("step_grpo.beta is 'high'" in line for line in lines)


def test_batches_that_do_not_divide_are_left_to_preflight_and_to_who_trains():
    wrong = {"step_grpo": {"micro_batch_size": 7}}
    for pipeline in ("preflight", "warm_up", "evaluation"):
        parameters(wrong, pipeline=pipeline)
    with pytest.raises(ConfigurationError, match="step_grpo: micro_batch_size 7"):
        parameters(wrong, pipeline="step_grpo")


@pytest.mark.parametrize("name", ["validity_only", "mine", "step_grpo_m6"])
def test_the_report_may_name_a_known_row_and_one_of_the_grid(name):
    variants = {"mine": {"beta": 0.0}, "step_grpo_m6": None}
    given = {"reporting": {"headline": name}, "ablation": {"variants": variants}}
    assert parameters(given)["reporting"].headline == name


def test_the_command_line_shows_the_message_alone_and_takes_the_old_spelling(tmp_path):
    command = ("run", "--pipeline=ablation", "--env=smoke", "--params=step_grpo.beta=high")
    code, output = forked.kedro(command, ROOT, tmp_path / "output")
    assert code == 1
    assert output.strip().splitlines()[-1].startswith("Error: step_grpo.beta is 'high'")
    assert "Traceback" not in output and "deprecated" not in output


def test_a_variant_that_the_command_line_adds_is_named(caplog):
    context_of("smoke", ablation={"variants": {"outcom": {"beta": 0.1}, "outcome": {"beta": 0.2}}})
    [warning] = [one.getMessage() for one in caplog.records if "is new" in one.getMessage()]
    assert warning.startswith(
        "ablation.variants.outcom is new: it becomes a row of its own; did you mean outcome? "
    )
