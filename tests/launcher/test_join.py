"""A second machine takes part in the jobs of a run that lives, and in no others."""

import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from launching import RANKS, job

from r1vl_kedro.launcher import heartbeat
from r1vl_kedro.launcher import join as joining
from r1vl_kedro.launcher.commands import free_port
from r1vl_kedro.launcher.join import join

SUM = "job_entries:ranks_sum"


@pytest.fixture
def machines():
    address = {"main_process_ip": "127.0.0.1", "main_process_port": free_port()}
    return RANKS.model_copy(update={"num_machines": 2, **address})


def a_job(name, options, **other):
    return {"id": name, "entry": SUM, "kwargs": {}, "launch": options.model_dump(), **other}


def write_job(directory, options, name="a"):
    directory.mkdir(parents=True, exist_ok=True)
    aside = directory / "aside"
    aside.write_text(json.dumps(a_job(name, options)))
    aside.rename(directory / "job.json")


def test_only_a_job_whose_run_lives_is_joined(tmp_path, machines, capsys):
    dead = tmp_path / "outcome" / "logs" / "dead"  # of a run that was killed
    write_job(dead, machines)
    (dead / heartbeat.ALIVE).write_text("3")
    with ThreadPoolExecutor() as pool:
        joined = pool.submit(join, tmp_path, machine_rank=1, entries=[SUM], jobs=1)
        assert job("ranks_sum", tmp_path, machines) == {"sum": 3, "world": 2}
        assert joined.result() == 0
    logs = {path.name for path in (tmp_path / "ranks_sum").glob("rank*.log")}
    assert logs == {"rank0.log", "rank1.log"}
    assert "dead" not in capsys.readouterr().out
    assert not list(dead.glob("*.log"))


def test_a_heartbeat_counts_until_the_job_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.01)
    with heartbeat.beating(tmp_path):
        seen = set()
        while len(seen) < 3:
            seen.add(heartbeat.last(tmp_path))
    last = heartbeat.last(tmp_path)
    time.sleep(0.05)
    assert heartbeat.last(tmp_path) == last
    with heartbeat.beating(tmp_path / "unwanted", wanted=False):
        assert heartbeat.last(tmp_path / "unwanted") is None


def test_directories_that_vanish_do_not_end_join(tmp_path, machines, monkeypatch):
    def list_and_remove(place="."):
        if os.path.basename(str(place)).startswith("gone"):
            shutil.rmtree(place)
        return scandir(place)

    scandir = os.scandir
    for name in ("gone", "gone too"):
        (tmp_path / "variant" / name).mkdir(parents=True)
    write_job(tmp_path / "job", machines)
    read_text = Path.read_text

    def remove_and_read(self, **kwargs):
        self.unlink()
        return read_text(self, **kwargs)

    monkeypatch.setattr(os, "scandir", list_and_remove)
    monkeypatch.setattr(Path, "read_text", remove_and_read)
    assert list(joining.jobs_below(tmp_path)) == []
    assert list(joining.jobs_below(tmp_path / "not there yet")) == []
    assert not (tmp_path / "variant" / "gone").exists()
    # Nor does a job that is removed when it is about to begin here.
    monkeypatch.undo()
    monkeypatch.setattr(
        joining, "jobs_below", lambda place: [(tmp_path / "gone" / "job.json", found)]
    )
    counts = iter("12")
    monkeypatch.setattr(heartbeat, "last", lambda place: next(counts))
    monkeypatch.setattr(joining, "POLL_SECONDS", 0.01)
    found = a_job("a", machines)
    assert join(tmp_path, machine_rank=1, entries=[SUM], jobs=1) == 1


@pytest.fixture
def part(tmp_path, machines, monkeypatch):
    """Machine 1 taking part in a job; the file tells its rank's process."""
    monkeypatch.setattr(joining, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.05)
    pid = tmp_path / "pid"
    script = f"echo $$ > {pid}.new; mv {pid}.new {pid}; exec sleep 600"
    monkeypatch.setattr(joining, "command", lambda *given: ["sh", "-c", script])
    write_job(tmp_path / "job", machines)
    return pid


def await_file(path):
    while not path.exists():
        time.sleep(0.01)
    return int(path.read_text())


def test_the_ranks_end_where_the_heartbeat_stops(tmp_path, part, monkeypatch, capsys):
    with ThreadPoolExecutor() as pool:
        with heartbeat.beating(tmp_path / "job"):
            joined = pool.submit(join, tmp_path, machine_rank=1, entries=[SUM], jobs=1)
            rank = await_file(part)
            os.kill(rank, 0)
        monkeypatch.setattr(joining, "SILENT_SECONDS", 0.2)
        assert joined.result() == 1
    with pytest.raises(ProcessLookupError):
        os.kill(rank, 0)
    assert "heartbeat stands still for 0.2 s; ending its ranks" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["another", "removed"])
def test_the_ranks_end_where_their_job_is_replaced(tmp_path, machines, part, what, capsys):
    with ThreadPoolExecutor() as pool, heartbeat.beating(tmp_path / "job"):
        joined = pool.submit(join, tmp_path, machine_rank=1, entries=[SUM], jobs=1)
        rank = await_file(part)
        if what == "another":
            write_job(tmp_path / "job", machines, "b")
        else:
            (tmp_path / "job" / "job.json").unlink()
        assert joined.result() == 1
    with pytest.raises(ProcessLookupError):
        os.kill(rank, 0)
    assert "is gone or another job's; ending its ranks" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"entry": "posix:system"},
            "its entry 'posix:system' is none of ['job_entries:ranks_sum']",
        ),
        (
            {"kwargs": {"options": {"rewards": {"outcome": 1.0, "posix.system": 1.0}}}},
            "its reward 'posix.system' is code from elsewhere",
        ),
    ],
)
def test_a_shared_directory_cannot_name_code_to_run(
    tmp_path, machines, monkeypatch, capsys, changes, said
):
    monkeypatch.setattr(joining, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.05)
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "job.json").write_text(json.dumps(a_job("a", machines, **changes)))
    with heartbeat.beating(tmp_path / "job"):
        assert join(tmp_path, machine_rank=1, entries=[SUM], jobs=1) == 1
    assert f"not joining job: {said}" in capsys.readouterr().out
    assert not list((tmp_path / "job").glob("*.log"))


def test_a_job_that_failed_here_is_not_joined_again(tmp_path, machines, part, monkeypatch, capsys):
    monkeypatch.setattr(joining, "command", lambda *given: [sys.executable, "-c", "exit(3)"])
    with heartbeat.beating(tmp_path / "job"), ThreadPoolExecutor() as pool:
        joined = pool.submit(join, tmp_path, machine_rank=1, entries=[SUM], jobs=2)
        said = ""
        while "exit code 3" not in said:
            time.sleep(0.01)
            said += capsys.readouterr().out
        time.sleep(0.3)
        said += capsys.readouterr().out
        write_job(tmp_path / "job", machines, "b")
        assert joined.result() == 2
    assert said.count("joining job") == 1


def test_an_interrupted_join_ends_its_ranks(tmp_path, part, monkeypatch):
    def interrupted(process, file, job_id):
        await_file(part)
        raise KeyboardInterrupt

    monkeypatch.setattr(joining, "await_end", interrupted)
    started = []
    popen = subprocess.Popen
    monkeypatch.setattr(
        joining.subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)) or started[0]
    )
    with heartbeat.beating(tmp_path / "job"), pytest.raises(KeyboardInterrupt):
        join(tmp_path, machine_rank=1, entries=[SUM])
    assert started[0].returncode is not None


def test_a_job_that_died_while_another_ran_is_not_joined(tmp_path, machines, monkeypatch):
    ended, joined = [], []

    def take_part(file, job, machine_rank):
        joined.append(job["id"])
        ended.extend(["first", "dies meanwhile"])
        return 0

    def last(directory, counts=itertools.count()):  # noqa: B008 - one count for all calls
        return "as it died" if directory.name in ended else str(next(counts))

    monkeypatch.setattr(joining, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(joining, "take_part", take_part)
    monkeypatch.setattr(heartbeat, "last", last)
    found = [
        (tmp_path / name / "job.json", a_job(name, machines))
        for name in ("first", "dies meanwhile", "lives")
    ]
    monkeypatch.setattr(joining, "jobs_below", lambda place: found)
    assert join(tmp_path, machine_rank=1, entries=[SUM], jobs=2) == 0
    assert joined == ["first", "lives"]
