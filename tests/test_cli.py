"""``kedro run`` as the user sees it."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from kedro.config import MissingConfigException, OmegaConfigLoader
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DatasetError
from kedro.runner import ParallelRunner, ThreadRunner
from yaml import YAMLError

from r1vl_kedro import cli
from r1vl_kedro.benchmarks.tsv import BenchmarkFileError
from r1vl_kedro.endpoint import BudgetReached, EndpointError
from r1vl_kedro.errors import CheckpointError
from r1vl_kedro.hooks.lock import AlreadyRunning
from r1vl_kedro.hooks.made_from import HalfWrittenError
from r1vl_kedro.hooks.session import RunnerError, SessionHooks
from r1vl_kedro.launcher import JobError
from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.preflight.shapes import PreflightError
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.training.errors import TrainingError


@pytest.fixture
def run(monkeypatch):
    """``kedro run`` with a pipeline that raises."""

    def invoke(error, *arguments):
        def fails(**options):
            raise error

        monkeypatch.setattr(cli, "kedro_run", fails)
        return CliRunner().invoke(cli.cli, ["run", *arguments])

    return invoke


@pytest.mark.parametrize(
    "kind",
    [
        *(AlreadyRunning, BenchmarkFileError, BudgetReached, CheckpointError, ConfigurationError),
        *(DatasetError, HalfWrittenError, JobError, EndpointError, PreflightError),
        *(TrainingError, RecordsError),
    ],
)
def test_an_error_meant_for_the_user_is_one_sentence(run, kind):
    result = run(kind("no usable record left"))
    assert (result.exit_code, result.output) == (1, "Error: no usable record left\n")


def test_what_a_dataset_says_is_shown_with_its_name(run):
    error = DatasetError("rl_records: there is no file x")
    error.__cause__ = DatasetError("there is no file x")
    assert run(error).output == "Error: rl_records: there is no file x\n"


def test_a_full_disk_is_named_with_its_path_and_free_space(run):
    error = DatasetError("rl_records: Failed while saving data to dataset")
    error.__cause__ = OSError(28, "No space left on device", "/tmp/x/records.arrow")
    said = run(error).output
    assert re.match(r"Error: rl_records: cannot write /tmp/x/records.arrow \(\d+ MiB free", said)


def test_a_file_that_is_no_yaml_is_named_with_the_place(run, tmp_path):
    file = tmp_path / "base/parameters.yml"
    file.parent.mkdir()
    file.write_text("a: 1\nb: [2\n")
    with pytest.raises(YAMLError) as raised:
        OmegaConfigLoader(str(tmp_path), base_env="base", default_run_env="base")["parameters"]
    assert run(raised.value).output.startswith(f"Error: {file} is no YAML: line 3, column 1: ")


def test_a_directory_without_a_configuration_is_named(run):
    said = run(MissingConfigException("there is no /tmp/x/conf/base")).output
    assert said.startswith("Error: there is no /tmp/x/conf/base; run in the project's directory, ")


def test_no_password_is_shown(run):
    error = JobError("nothing answers at http://me:hunter2@host:8000/v1")
    assert run(error).output == "Error: nothing answers at http://host:8000/v1\n"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (f"the name {'n' * 400_000!r} is unknown", f"the name '{'n' * 200}…' is unknown"),
        ("n" * 400_000, "n" * 400 + "…"),
        ("cannot read <PIL.PngImage object at 0x7f3c>", "cannot read a PIL.PngImage"),
        ("it isn't so " + "x " * 200 + "and wasn't so", None),
    ],
)
def test_nothing_quoted_is_longer_than_200_characters(run, message, shown):
    assert run(RecordsError(message)).output == f"Error: {shown or message}\n"


def test_an_unforeseen_error_keeps_its_traceback(run):
    error = KeyError("question")
    assert run(error).exception is error


def test_a_dataset_that_ran_into_something_unforeseen_keeps_its_traceback(run):
    error = DatasetError("Failed while loading data from dataset x")
    error.__cause__ = KeyError("question")
    assert run(error).exception is error


def wrapped(first):
    """An error as it comes from a dataset, through Kedro and the catalog."""
    middle = DatasetError(f"Failed while loading data from dataset X(path=x).\n{first}")
    middle.__cause__ = first
    error = DatasetError(f"test_records: {middle}")
    error.__cause__ = middle
    return error


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (RecordsError("x.jsonl ends within line 3"), "x.jsonl ends within line 3"),
        (FileNotFoundError(2, "No such", "x.json"), "there is no x.json; put it there, or run "),
    ],
)
def test_what_a_dataset_ran_into_is_said_with_its_name_alone(run, first, said):
    assert run(wrapped(first)).output.startswith(f"Error: test_records: {said}")


def test_what_a_library_wraps_is_still_said(run):
    error = RuntimeError("generation failed")
    error.__cause__ = RecordsError("x.jsonl ends within line 3")
    assert run(error).output == "Error: x.jsonl ends within line 3\n"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("step_grpo.beta=0.1,seed=3", {"step_grpo": {"beta": 0.1}, "seed": 3}),
        ("ablation.seeds=0,1,2", {"ablation": {"seeds": "0,1,2"}}),
        ("ablation.seeds=0 1 2", {"ablation": {"seeds": "0 1 2"}}),
        ("ablation.seeds=[0, 1],seed=3", {"ablation": {"seeds": [0, 1]}, "seed": 3}),
        ("reporting.contrasts=sft,outcome, seed=3", {
            "reporting": {"contrasts": "sft,outcome"}, "seed": 3,
        }),
    ],
)  # fmt: skip
def test_parameters_may_be_lists(monkeypatch, given, read):
    seen = {}
    monkeypatch.setattr(cli, "kedro_run", lambda **options: seen.update(options))
    result = CliRunner().invoke(cli.cli, ["run", "--params", given])
    assert (result.exit_code, seen["params"]) == (0, read), result.output


def test_a_parameter_without_a_value_is_named(run):
    result = run(None, "--params", "step_grpo.beta")
    assert result.exit_code == 2
    assert "--params 'step_grpo.beta' is not key=value" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--pipelines=ablatoin"], "--pipelines 'ablatoin' is unknown: did you mean ablation? "),
        (["--namespaces=outcom"], "--namespaces 'outcom' is unknown: did you mean outcome? "),
        (["--nodes=base.predict"], "--nodes 'base.predict' is unknown: did you mean base.predict_"),
        (["--from-nodes=x"], "--from-nodes 'x' is unknown: known are base.gather, "),
        (["--to-nodes=x"], "--to-nodes 'x' is unknown: known are base.gather, "),
        (["--to-outputs=repot"], "--to-outputs 'repot' is unknown: did you mean report? "),
        (["--tags=x"], "--tags 'x' is unknown: known are evaluation, reporting, training"),
        (["--env=smok"], "--env 'smok' is unknown: did you mean smoke? known are alphadrive, "),
        (["--runner=Foo"], "--runner 'Foo' is unknown "),
    ],
)
def test_an_unknown_name_is_said_with_what_there_is(run, monkeypatch, arguments, said):
    root = Path(__file__).resolve().parents[1]
    monkeypatch.chdir(root)
    bootstrap_project(root)
    KedroSession.create(root).load_context()
    pipelines = [] if "--pipelines" in arguments[0] else ["--pipelines=ablation"]
    result = run(ValueError("Kedro does not find it"), *pipelines, *arguments)
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {said}")


@pytest.mark.parametrize(
    "asked", ["--to-nodes=reporting.collect", "--to-outputs=outcome.scores", "--namespaces=outcome"]
)
def test_what_kedro_viz_says_to_run_is_found_in_the_pipeline_that_has_it(monkeypatch, asked):
    root = Path(__file__).resolve().parents[1]
    monkeypatch.chdir(root)
    bootstrap_project(root)
    KedroSession.create(root).load_context()
    tried = []

    def runs(pipelines, runner, **others):
        tried.append((pipelines, runner))
        if not pipelines:
            raise ValueError("Pipeline does not contain it")

    monkeypatch.setattr(cli, "kedro_run", runs)
    result = CliRunner().invoke(cli.cli, ["run", asked])
    assert result.exit_code == 0, result.output
    assert [list(pipelines) for pipelines, _ in tried] == [[], ["ablation"]]
    assert tried[1][1] == cli.SLOT_RUNNER


def test_a_value_error_that_is_about_no_name_keeps_its_traceback(run):
    error = ValueError("of a node")
    assert run(error, "--pipelines=ablation", "--namespaces=outcome,data").exception is error


@pytest.mark.parametrize("runner", ["ParallelRunner", "kedro.runner.ParallelRunner"])
def test_a_runner_of_processes_is_refused_with_the_one_to_take(run, runner):
    done = run(AssertionError("not reached"), "--runner", runner)
    assert done.exit_code == 1
    assert "--runner: ParallelRunner is not for this project" in done.output
    assert "r1vl_kedro.runner.SlotRunner" in done.output


def test_a_session_that_is_given_one_is_refused_too(tmp_path):
    before = Path.cwd()

    def begin(runner):
        params = {"runner": str(runner), "project_path": tmp_path}
        begun = SessionHooks(lambda: None).before_pipeline_run(run_params=params)
        next(begun)
        return begun

    for runner in (ParallelRunner(), "kedro.runner.ParallelRunner"):
        with pytest.raises(RunnerError, match=r"r1vl_kedro\.runner\.SlotRunner"):
            begin(runner)
    assert Path.cwd() == before
    begun = begin(ThreadRunner())
    assert Path.cwd() == tmp_path
    begun.close()
    assert Path.cwd() == before
