"""Where a job's ranks go: one host where one holds them, else few hosts with as many each."""

import pytest

from r1vl_kedro.launcher import JobError, LauncherOptions
from r1vl_kedro.launcher.layout import Ask, ranks_by_host


def hosts(*resources):
    return [
        {"NodeManagerHostname": f"host{number}", "Resources": {"CPU": cpus, "GPU": gpus}}
        for number, (cpus, gpus) in enumerate(resources)
    ]


GPU_HOSTS = hosts((0, 0), (32, 4), (32, 4), (64, 0))
CPU_HOSTS = hosts((2, 0), (4, 0), (2, 0))


@pytest.mark.parametrize(
    ("options", "there", "layout"),
    [
        ({"num_processes": 4, "device": "cuda"}, GPU_HOSTS, [4]),
        ({"num_processes": 8, "device": "cuda"}, GPU_HOSTS, [4, 4]),
        ({"num_processes": 6, "device": "cuda"}, GPU_HOSTS, [3, 3]),
        ({"num_processes": 5, "device": "cuda"}, GPU_HOSTS, [4, 1]),
        ({"num_processes": 4, "device": "cuda", "gpus_per_process": 2}, GPU_HOSTS, [2, 2]),
        ({"num_processes": 64, "threads_per_process": 1, "device": "cpu"}, GPU_HOSTS, [64]),
        ({"num_processes": 4, "threads_per_process": 1}, CPU_HOSTS, [4]),
        ({"num_processes": 4, "threads_per_process": 2}, CPU_HOSTS, [2, 1, 1]),
        ({"num_processes": 3, "threads_per_process": 2}, CPU_HOSTS, [1, 1, 1]),
    ],
)
def test_ranks_of_each_host(options, there, layout):
    assert ranks_by_host(LauncherOptions(**options), there) == layout


@pytest.mark.parametrize(
    ("options", "there", "cpus", "gpus"),
    [
        ({"num_processes": 4}, GPU_HOSTS, 8, 1),
        ({"num_processes": 4, "device": "cpu"}, GPU_HOSTS, 16, 0),
        ({"gpus_per_process": 2}, GPU_HOSTS, 16, 2),
        ({"threads_per_process": 3}, GPU_HOSTS, 3, 1),
        ({"num_processes": 2}, CPU_HOSTS, 2, 0),
    ],
)
def test_a_rank_takes_its_share_of_a_host_unless_told(options, there, cpus, gpus):
    assert Ask.of(LauncherOptions(**options), there) == (cpus, gpus)


def test_where_there_is_no_room_both_sides_are_told():
    said = (
        r"no room for launcher.num_processes 9 of 8 CPUs and 1 GPUs each: it has 4 hosts "
        r"\(host1 32 CPUs and 4 GPUs, host2 32 CPUs and 4 GPUs, host3 64 CPUs and 0 GPUs, host0 "
    )
    with pytest.raises(JobError, match=said):
        ranks_by_host(LauncherOptions(num_processes=9, device="cuda"), GPU_HOSTS)
    with pytest.raises(JobError, match="it has 3 hosts"):
        ranks_by_host(LauncherOptions(num_processes=1, device="cuda"), CPU_HOSTS)
