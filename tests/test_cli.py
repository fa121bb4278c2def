"""``kedro run`` as the user sees it."""

import pytest
from click.testing import CliRunner
from kedro.io import DatasetError

from r1vl_kedro import cli
from r1vl_kedro.launcher import JobError
from r1vl_kedro.records.schema import RecordsError
from r1vl_kedro.training.errors import PromptTooLongError


@pytest.fixture
def run(monkeypatch):
    """``kedro run`` with a pipeline that raises."""

    def invoke(error):
        def fails(**options):
            raise error

        monkeypatch.setattr(cli, "kedro_run", fails)
        return CliRunner().invoke(cli.cli, ["run"])

    return invoke


@pytest.mark.parametrize("kind", [RecordsError, PromptTooLongError, JobError, DatasetError])
def test_an_error_meant_for_the_user_is_one_sentence(run, kind):
    result = run(kind("no usable record left"))
    assert (result.exit_code, result.output) == (1, "Error: no usable record left\n")


def test_what_a_dataset_says_is_shown_with_its_name(run):
    error = DatasetError("rl_records: there is no file x")
    error.__cause__ = DatasetError("there is no file x")
    assert run(error).output == "Error: rl_records: there is no file x\n"


def test_an_unforeseen_error_keeps_its_traceback(run):
    error = KeyError("question")
    assert run(error).exception is error


def test_a_dataset_that_ran_into_something_unforeseen_keeps_its_traceback(run):
    error = DatasetError("Failed while loading data from dataset x")
    error.__cause__ = KeyError("question")
    assert run(error).exception is error
