"""Jobs over the nodes of a Ray cluster: spread, whole, and elsewhere when a node goes."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest
from clusters import add, cluster
from launching import ONE, job

from r1vl_kedro.launcher import JobError, ending, run_job, stop_all

if find_spec("ray") is None:
    pytest.skip("needs the extra `cluster`", allow_module_level=True)
pytestmark = pytest.mark.timeout(900)  # a cluster takes its time to start on a busy machine


@pytest.fixture(scope="module")
def two_nodes():
    with cluster(2, 2) as made:
        yield made


@pytest.fixture
def options(two_nodes):
    return ONE.model_copy(update={"cluster": two_nodes.address, "device": "cpu"})


THERE = "ONE.model_copy(update={'cluster': sys.argv[1], 'device': 'cpu'})"


def a_run(work: str, options, through=(), **changes: str | None) -> subprocess.Popen:
    """A process of its own that does the work in the cluster of the options.

    Args:
        through: command that starts it.
        changes: of the environment; None takes a variable away.
    """
    env = {name: value for name, value in (os.environ | changes).items() if value is not None}
    here = Path(__file__).parent
    script = (
        f"import os, sys\nsys.path[:0] = {[str(here), str(here.parent)]}\n"
        f"os.environ['RAY_AUTH_MODE'] = 'token'\nimport ray\nfrom launching import ONE, job\n{work}"
    )
    return subprocess.Popen(
        [*through, sys.executable, "-c", script, options.cluster],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=env,
        text=True,
    )


def test_a_job_is_the_one_of_a_single_machine(tmp_path, options):
    result = job("echo", tmp_path, options, text="ü", number=3)
    assert (result["text"], result["number"], result["threads"]) == ("ü", 3, "1")
    log = (tmp_path / "echo" / "rank0.log").read_text()
    assert "on stdout" in log and "on stderr" in log


def test_ranks_that_one_host_holds_share_it(tmp_path, options):
    two = options.model_copy(update={"num_processes": 2})
    assert job("ranks_sum", tmp_path, two) == {"sum": 3, "world": 2}
    assert (tmp_path / "ranks_sum" / "launcher.log").exists()
    assert not (tmp_path / "ranks_sum" / "launcher-1.log").exists()


def test_ranks_that_no_host_holds_are_spread(tmp_path, options):
    two = options.model_copy(update={"num_processes": 2, "threads_per_process": 2})
    assert job("ranks_sum", tmp_path, two) == {"sum": 3, "world": 2}
    logs = {path.name for path in (tmp_path / "ranks_sum").glob("*.log")}
    assert logs == {"launcher.log", "launcher-1.log", "rank0.log", "rank1.log"}


def named(name: str, entry: str, directory: Path, options, **kwargs):
    """A function of ``job_entries`` as a job of another name."""
    entry = f"job_entries:{entry}"
    return run_job(entry, kwargs, options=options, log_dir=directory, name=name)


def test_a_prediction_begins_with_what_is_free_beside_what_trains(tmp_path, options):
    whole_node = options.model_copy(update={"threads_per_process": 2})
    places = [tmp_path / name for name in ("first", "second", "shared")]
    for place in places:
        place.mkdir()
    with ThreadPoolExecutor() as pool:
        trainings = []
        for place in places[:2]:
            given = {"place": str(place)}
            work = pool.submit(named, place.name, "await_file", tmp_path, whole_node, **given)
            while not (place / "started").exists():
                assert not work.done(), work.result()
                time.sleep(0.05)
            trainings.append(work)
        shared = options.model_copy(update={"num_processes": 4}).for_shared_work()
        work = pool.submit(named, "predict", "shared_work", tmp_path, shared, place=str(places[2]))
        (places[0] / "go").touch()
        assert work.result() in (["0"], ["0", "1"])
        assert not trainings[1].done()
        (places[1] / "go").touch()
        assert [training.result() for training in trainings] == ["went", "went"]


def test_a_process_of_a_prediction_gives_its_place_back_when_it_ends(tmp_path, options):
    """A training that takes a whole node begins while the first process is at work."""
    whole_node = options.model_copy(update={"threads_per_process": 2})
    with ThreadPoolExecutor() as pool:
        shared, given = options.for_shared_work(), {"place": str(tmp_path)}
        work = pool.submit(named, "predict", "first_waits", tmp_path, shared, **given)
        while not (tmp_path / "started").exists():
            assert not work.done(), work.result()
            time.sleep(0.05)
        assert job("echo", tmp_path, whole_node, text="trained")["text"] == "trained"
        assert not work.done()
        (tmp_path / "go").touch()
        assert 1 <= work.result() <= 4


def test_a_prediction_has_as_many_processes_as_are_asked_for(tmp_path, options):
    four = options.model_copy(update={"shards": 4}).for_shared_work()
    assert job("shared_work", tmp_path, four, place=str(tmp_path)) == ["0", "1", "2", "3"]
    logs = {path.name for path in (tmp_path / "shared_work").glob("rank*.log")}
    assert logs == {f"rank{number}.log" for number in range(4)}


def test_a_failure_carries_the_jobs_traceback(tmp_path, options):
    with pytest.raises(JobError, match="rank 0 failed with ValueError: no such thing"):
        job("fail", tmp_path, options, message="no such thing")


def test_a_job_that_finds_no_room_is_refused_with_what_there_is(tmp_path, options):
    five = options.model_copy(update={"num_processes": 5})
    said = (
        r"no room for launcher.num_processes 5 of 1 CPUs each: it has 3 hosts "
        r"\(.*2 CPUs and 0 GPUs, .*2 CPUs and 0 GPUs, .*0 CPUs and 0 GPUs\)"
    )
    with pytest.raises(JobError, match=said):
        job("ranks_sum", tmp_path, five)
    assert not (tmp_path / "ranks_sum").exists()


def test_a_stop_lets_the_job_save_its_state(tmp_path, options):
    names = {name: str(tmp_path / name) for name in ("started", "stopped")}
    with ThreadPoolExecutor() as pool:
        future = pool.submit(job, "wait", tmp_path, options, **names)
        while not (tmp_path / "started").exists() and not future.done():
            time.sleep(0.05)
        stop_all()
        with pytest.raises(KeyboardInterrupt):
            future.result()
    assert (tmp_path / "stopped").read_text() == "saved"


@pytest.mark.slow
def test_a_job_whose_node_is_killed_goes_on_at_another(tmp_path, two_nodes, options, caplog):
    with ThreadPoolExecutor() as pool:
        future = pool.submit(job, "goes_on", tmp_path, options, place=str(tmp_path), steps=100)
        while not (tmp_path / "pids").exists() and not future.done():
            time.sleep(0.05)
        first = int((tmp_path / "pids").read_text().split()[0])
        ancestors = {process.pid for process in psutil.Process(first).parents()}
        (node,) = [
            node
            for node in two_nodes.worker_nodes
            if node.all_processes["raylet"][0].process.pid in ancestors
        ]
        node.all_processes["raylet"][0].process.kill()
        result = future.result()
    assert result["to"] == 100 and result["from"] > 0
    assert "goes_on: a host of the job is gone" in caplog.text
    assert not ending.alive(first)
    two_nodes.remove_node(node, allow_graceful=False)
    add(two_nodes, 5, 2)


@pytest.mark.slow
def test_three_nodes(tmp_path, two_nodes, options):
    """Ranks lie on all; a prediction begins with one process where what is free is scattered."""
    third = add(two_nodes, 6, 3)
    try:
        # Of seven free CPUs two processes would take six, but only the third node has three.
        scattered = options.model_copy(update={"threads_per_process": 3}).for_shared_work()
        assert job("shared_work", tmp_path, scattered, place=str(tmp_path)) == ["0"]
        three = options.model_copy(update={"num_processes": 3, "threads_per_process": 2})
        assert job("ranks_sum", tmp_path, three) == {"sum": 6, "world": 3}
        logs = {path.name for path in (tmp_path / "ranks_sum").glob("launcher*.log")}
        assert logs == {"launcher.log", "launcher-1.log", "launcher-2.log"}
    finally:
        two_nodes.remove_node(third)


def test_a_killed_run_leaves_no_job(tmp_path, options):
    names = {name: str(tmp_path / name) for name in ("started", "stopped")}
    run = a_run(f"job('wait', {str(tmp_path)!r}, {THERE}, **{names!r})", options)
    while not (tmp_path / "started").exists():
        assert run.poll() is None, run.communicate()[0]
        time.sleep(0.05)
    pid = int((tmp_path / "started").read_text())
    run.kill()
    run.communicate()
    while ending.alive(pid):  # pytest's time-out is the limit
        time.sleep(0.05)


def test_a_killed_run_leaves_no_rank_on_any_host(tmp_path, options):
    """They wait for each other, where a handler of Python's is never called."""
    two = "ONE.model_copy(update={'cluster': sys.argv[1], 'device': 'cpu', 'num_processes': 2, "
    two += "'threads_per_process': 2})"  # a node each
    run = a_run(f"job('hang_together', {str(tmp_path)!r}, {two}, place={str(tmp_path)!r})", options)
    files = [tmp_path / f"pid{rank}" for rank in (0, 1)]
    while not all(file.exists() for file in files):
        assert run.poll() is None, run.communicate()[0]
        time.sleep(0.05)
    pids = [int(file.read_text()) for file in files]
    pids += [psutil.Process(pid).ppid() for pid in pids]  # torch's launchers
    assert len({*pids}) == 4
    run.kill()
    run.communicate()
    while any(ending.alive(pid) for pid in pids):  # pytest's time-out is the limit
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("before", "address", "said"),
    [
        ("", "127.0.0.2:1", "no cluster can be used there"),
        (
            "ray.__version__ = '2.59.0'", "",
            "the cluster runs other versions than this environment: Version mismatch",
        ),
        ("os.environ['RAY_AUTH_TOKEN'] = 'a' * 32", "", "no cluster can be used there"),
    ],
    ids=["nobody listens", "another version", "another token"],
)  # fmt: skip
def test_a_cluster_that_cannot_be_used_is_named(tmp_path, options, before, address, said):
    there = options.model_copy(update={"cluster": address or options.cluster})
    work = f"{before}\njob('echo', {str(tmp_path)!r}, {THERE})"
    run = a_run(work, there, RAY_NUM_REDIS_GET_RETRIES="2")  # of 20, a second each
    output, _ = run.communicate()
    assert run.returncode == 1
    line = next(line for line in output.splitlines() if "JobError: " in line)
    assert f"launcher.cluster {there.cluster}: {said}" in line


@pytest.mark.parametrize(
    ("torch", "said"),
    [
        (
            {"torch": "1.0"},
            r"torch is \d\S* on host \S+ and 1\.0 on this one; all hosts need the same",
        ),
        ({}, r"torch is \d\S* on host \S+ and missing on this one; all hosts need the same"),
    ],
    ids=["another version", "not installed"],
)
def test_a_host_with_other_packages_is_named(tmp_path, options, monkeypatch, torch, said):
    from r1vl_kedro.launcher import cluster as launcher

    here = launcher.versions(launcher.THE_SAME)
    del here["torch"]
    monkeypatch.setattr(launcher, "versions", lambda names: here | torch)
    with pytest.raises(JobError, match=f"echo: {said}"):
        job("echo", tmp_path, options)


def test_a_host_that_does_not_see_the_runs_files_is_named(tmp_path, options):
    """The run has its directory on a file system of its own."""
    private = ["unshare", "--map-root-user", "--mount"]
    if not shutil.which("unshare") or subprocess.run([*private, "true"]).returncode:
        pytest.skip("no file system can be mounted here")
    own = [*private, "sh", "-c", f'mount -t tmpfs tmpfs {tmp_path} && exec "$@"', "sh"]
    run = a_run(f"job('echo', {str(tmp_path)!r}, {THERE})", options, through=own)
    output, _ = run.communicate()
    file = tmp_path / "echo" / "job.json"
    assert f"does not see {file}; all hosts need the project and its data" in output
    assert list(tmp_path.iterdir()) == []


def test_a_cluster_of_this_host_alone_asks_for_a_token_has_no_dashboard_and_tells_nobody(tmp_path):
    work = (
        f"print(job('echo', {str(tmp_path)!r}, {THERE}, text='a')['text'])\n"
        "import contextlib, psutil\n"
        "ports, statistics = set(), set()\n"
        "for process in psutil.Process().children(recursive=True):\n"
        "    with contextlib.suppress(psutil.Error):  # it may have ended\n"
        "        ports |= {place.laddr.port for place in process.net_connections()}\n"
        "        statistics.add(process.environ().get('RAY_USAGE_STATS_ENABLED'))\n"
        "statistics.discard(None)  # where the process's title lies over its environment\n"
        "print(len(ports) > 0, 8265 in ports, statistics)\n"
    )
    alone = ONE.model_copy(update={"cluster": "local"})
    others = dict.fromkeys(("RAY_AUTH_TOKEN", "RAY_USAGE_STATS_ENABLED"))
    run = a_run(work, alone, HOME=str(tmp_path), **others)
    output, _ = run.communicate()
    assert run.returncode == 0, output
    assert output.splitlines()[-2:] == ["a", "True False {'0'}"]
    assert len((tmp_path / ".ray" / "auth_token").read_text()) >= 32


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_hundred_jobs_leave_nothing_behind(tmp_path, two_nodes, options):
    def left():
        """Processes of jobs, open files of this process and of Ray's on the nodes, memory."""
        raylets = [
            psutil.Process(node.all_processes["raylet"][0].process.pid)
            for node in two_nodes.list_all_nodes()
        ]
        of_jobs = 0
        for process in (child for raylet in raylets for child in raylet.children(recursive=True)):
            with contextlib.suppress(psutil.Error):  # it may have ended
                line = " ".join(process.cmdline())
                of_jobs += "_Part" in line or "r1vl_kedro.launcher.worker" in line
        files = [process.num_fds() for process in (psutil.Process(), *raylets)]
        return of_jobs, files, psutil.Process().memory_info().rss

    with ThreadPoolExecutor(4) as pool:

        def run(numbers):
            names = [f"job{number}" for number in numbers]
            work = [
                pool.submit(named, name, "echo", tmp_path, options, text=name) for name in names
            ]
            assert [done.result()["text"] for done in work] == names

        run(range(8))
        _, files, memory = left()
        run(range(8, 108))
        deadline = time.monotonic() + 30
        while left()[0] and time.monotonic() < deadline:  # Ray ends what was killed in its time
            time.sleep(0.1)
        of_jobs, files_after, memory_after = left()
    print(
        f"{of_jobs} processes, files {files} then {files_after}, MiB {memory >> 20} then "
        f"{memory_after >> 20}"
    )
    assert of_jobs == 0
    assert all(after <= before + 16 for before, after in zip(files, files_after, strict=True))
    assert memory_after < memory + 64 * 2**20
