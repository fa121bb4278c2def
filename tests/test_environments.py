"""Every conf/*: parameters fit and datasets are known; conf/*_paper: options fit each other."""

import re

import pytest
from recipes import context_of, unknown_datasets
from smoke_place import ROOT
from test_parameters import checked

from r1vl_kedro.launcher import LauncherOptions
from r1vl_kedro.pipelines.evaluation.options import EvaluationOptions
from r1vl_kedro.pipelines.preflight import nodes
from r1vl_kedro.responses import get_grammar
from r1vl_kedro.training.options import SFTOptions, StepGRPOOptions

ENVIRONMENTS = sorted(
    folder.name for folder in (ROOT / "conf").iterdir() if folder.is_dir() and folder.name != "base"
)
PAPERS = [name for name in ENVIRONMENTS if name.endswith("_paper")]
WHOLE_PROMPTS = {"alphadrive_paper"}
"""Environments whose rows ask for the form themselves."""
ABSENT = re.compile(r"not installed|launcher asks for \d+ GPUs")
"""Reasons that are this machine's."""


def tags(grammar: str) -> set[str]:
    """The tags of a response; of one that the prompt begins, those that the prompt writes."""
    read = get_grammar(grammar)
    return set(re.findall(r"</?\w+>", read.opening or read.render(["6 - 1 = 5"], "5")))


@pytest.fixture(scope="module")
def environment(request):
    """An environment's name and its context."""
    return request.param, context_of(request.param)


@pytest.fixture
def paper(environment):
    """An environment's name and its checked parameters."""
    name, context = environment
    return name, context.params


of_papers = pytest.mark.parametrize("environment", PAPERS, indirect=True)


@pytest.mark.parametrize("environment", ENVIRONMENTS, indirect=True)
def test_parameters_fit_and_datasets_are_known(environment, monkeypatch):
    monkeypatch.setattr("r1vl_kedro.hooks.checks.lack", lambda options: None)  # of GPUs
    _, context = environment
    found = checked(context, "ablation,step_grpo")
    assert found["variants"] and found["step_grpo"].group_size >= 2
    assert unknown_datasets(context.catalog) == set()


@of_papers
def test_prompts_ask_for_the_tags_that_rewards_and_evaluation_read(paper):
    name, parameters = paper
    asked = {(parameters["grammar"], parameters["prompt"]["template"])}
    asked |= {
        (one["grammar"], one["template"])
        for variant in parameters["variants"].values()
        for one in (variant, *variant["stages"].values())
        if one["grammar"] is not None
    }
    if name in WHOLE_PROMPTS:
        assert parameters["prompt"]["template"] == "{question}"
        asked = {one for one in asked if one[1] != "{question}"}
    evaluations = [parameters["evaluation"]]
    evaluations += [one["evaluation"] for one in parameters["variants"].values()]
    for evaluation in filter(None, evaluations):
        options = EvaluationOptions.model_validate(evaluation)
        asked.add((options.grammar, options.benchmarks.wording))
    for grammar, template in asked:
        assert tags(grammar) and {tag for tag in tags(grammar) if tag not in template} == set()


@of_papers
def test_preflight_finds_no_clash_of_options(paper):
    _, parameters = paper
    problems = nodes.check_settings(
        SFTOptions.model_validate(parameters["warm_up"]),
        StepGRPOOptions.model_validate(parameters["step_grpo"]),
        LauncherOptions.model_validate(parameters["launcher"]),
        EvaluationOptions.model_validate(parameters["evaluation"]),
        parameters["variants"],
        "hub/model",
    )
    assert [problem for problem in problems if not ABSENT.search(problem)] == []


@of_papers
def test_answers_are_sampled_from_images_as_large_as_those_of_training(paper):
    name, parameters = paper
    decoding = EvaluationOptions.model_validate(parameters["evaluation"]).decoding
    if name == "visualthinker_r1_zero_paper":  # its code leaves them to the checkpoint
        assert (decoding.min_pixels, decoding.max_pixels) == (None, None)
    else:
        rl = StepGRPOOptions.model_validate(parameters["step_grpo"])
        assert (decoding.min_pixels, decoding.max_pixels) == (3136, rl.max_pixels)
        assert rl.temperature == 1.0
