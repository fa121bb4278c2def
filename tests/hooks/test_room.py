"""A training that this machine or the cluster has no room for is named before the first node."""

import pytest
from kedro.framework.project import pipelines
from recipes import context_of

from r1vl_kedro.hooks.checks import check_batches
from r1vl_kedro.launcher import JobError, LauncherOptions
from r1vl_kedro.launcher.layout import ranks_by_host
from r1vl_kedro.parameters import ConfigurationError
from r1vl_kedro.training.planned import of_sections, room_problems

TWO_HOSTS = [
    {"NodeManagerHostname": f"host{number}", "Resources": {"CPU": 4}} for number in range(2)
]


@pytest.fixture
def context():
    launcher = {"device": "cuda", "num_processes": 2, "in_process": False}
    return context_of("smoke", launcher=launcher)


def test_gpus_that_this_machine_lacks_are_named_once(context, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    said = "warm_up: launcher asks for 2 GPUs .* has no GPU"
    with pytest.raises(ConfigurationError, match=said) as caught:
        check_batches(pipelines["__default__"].nodes, context.catalog)
    assert str(caught.value).count("launcher asks for") == 1


def test_only_a_run_that_trains_needs_them(context, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    refused = set()
    for name in ("data_prep", "warm_up", "preflight"):
        try:
            check_batches(pipelines[name].nodes, context.catalog)
        except ConfigurationError:
            refused.add(name)
    assert refused == {"warm_up"}


def lack(options):
    """Explains what two hosts of four cores lack."""
    try:
        ranks_by_host(options, TWO_HOSTS)
    except JobError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("threads", "processes", "said"),
    [
        (4, 2, []),
        (None, 8, []),
        (5, 1, ["no room for launcher.num_processes 1 of 5 CPUs each: it has 2 hosts (host0 4 "]),
        (3, 3, ["no room for launcher.num_processes 3 of 3 CPUs each"]),
    ],
)
def test_threads_of_a_training_count_as_those_of_its_job(context, threads, processes, said):
    warm_up = context.params["warm_up"].model_copy(update={"threads": threads})
    trainings = of_sections({"warm_up": warm_up}, ["warm_up"])
    launcher = LauncherOptions(num_processes=processes, threads_per_process=1, cluster="auto")
    problems = room_problems(trainings, launcher, lack)
    assert len(problems) == len(said)
    assert all(
        problem.startswith("warm_up: the cluster has ") and words in problem
        for problem, words in zip(problems, said, strict=True)
    )
