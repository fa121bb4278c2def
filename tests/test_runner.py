"""Nodes side by side: what they share is made once, and nobody takes it away."""

import io
import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from forked import CONTEXT
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from r1vl_kedro import runner
from r1vl_kedro.datasets import EmbeddedSplitDataset
from r1vl_kedro.launcher import LauncherOptions, jobs
from r1vl_kedro.records import store
from r1vl_kedro.runner import SlotRunner


def run_side_by_side(*nodes):
    catalog = DataCatalog({"params:launcher": MemoryDataset({}), "place": MemoryDataset("")})
    SlotRunner(max_workers=2).run(Pipeline(list(nodes)), catalog)


def test_a_killed_process_takes_no_lock_of_progress_bars_with_it():
    from tqdm import tqdm

    def draws_and_dies(_):
        child = os.fork()
        if child == 0:
            tqdm.get_lock().acquire()
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(child, 0)
        assert tqdm.get_lock().acquire(True, 20)
        tqdm.get_lock().release()

    run_side_by_side(Node(draws_and_dies, "place", None))


def two_threads_open_datasets():
    """Draw under tqdm's `ensure_lock`, which removes the lock that it made, in another's midst."""
    from datasets.utils import tqdm as bar
    from tqdm.contrib.concurrent import ensure_lock

    first_in, second_in, first_out = (threading.Event() for _ in range(3))

    def first(_):
        with ensure_lock(bar):
            first_in.set()
            assert second_in.wait(30)
        first_out.set()

    def second(_):
        assert first_in.wait(30)
        with ensure_lock(bar):
            shown = bar(total=1, file=io.StringIO(), disable=False)
            second_in.set()
            assert first_out.wait(30)
            shown.refresh()

    run_side_by_side(Node(first, "place", None), Node(second, "place", None))


def test_a_thread_that_opens_a_dataset_takes_no_lock_from_another():
    fresh = multiprocessing.get_context("spawn").Process(target=two_threads_open_datasets)
    fresh.start()  # a process in which nothing has drawn a bar, and so made a lock, before
    fresh.join(200)
    assert fresh.exitcode == 0


def test_two_who_need_a_dataset_that_is_not_there_make_it_once(tmp_path, monkeypatch):
    made = []
    save = store.save_directory

    def save_and_count(*args, **kwargs):
        made.append(threading.current_thread().name)
        save(*args, **kwargs)

    monkeypatch.setattr("r1vl_kedro.datasets.world.save_directory", save_and_count)
    dataset = EmbeddedSplitDataset(path=str(tmp_path / "test"), split="test", n=24, seed=0)
    both = threading.Barrier(2, timeout=30)

    def load(_):
        both.wait()
        return len(dataset.load())

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(load, range(2))) == [24, 24]
    assert len(made) == 1
    assert not list(tmp_path.glob(".test.*"))


def load_at_once(both, path):
    both.wait()
    assert len(EmbeddedSplitDataset(path=path, split="test", n=60, seed=0).load()) == 60


def test_two_runs_that_need_a_dataset_that_is_not_there_make_it_once(tmp_path):
    """Runs of different namespaces may work side by side on what they share."""
    given = (CONTEXT.Barrier(2), str(tmp_path / "test"))
    runs = [CONTEXT.Process(target=load_at_once, args=given) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0, 0]
    assert not list(tmp_path.glob(".test.*"))


@pytest.mark.timeout(60)
def test_an_interrupt_ends_what_computes_here_and_leaves_jobs_to_save(tmp_path, monkeypatch):
    came_to = []
    started = threading.Barrier(3, timeout=30)

    def computes(_):
        try:
            started.wait()
            while True:
                time.sleep(0.01)
        finally:
            came_to.append("interrupted")

    def saves(**_):
        started.wait()
        while "interrupted" not in came_to:
            time.sleep(0.01)
        time.sleep(0.1)  # an interrupt of its own would have come by now
        came_to.append("saved")

    def trains(_):
        monkeypatch.setattr(jobs, "function_of", lambda entry: saves)
        options = LauncherOptions(in_process=True)
        jobs.run_job("a:b", {}, options=options, log_dir=tmp_path, name="train")

    def is_stopped(_):
        started.wait()
        raise KeyboardInterrupt

    catalog = DataCatalog({"params:launcher": MemoryDataset({}), "place": MemoryDataset("")})
    nodes = [Node(work, "place", None) for work in (computes, trains, is_stopped)]
    with pytest.raises(KeyboardInterrupt):
        SlotRunner(max_workers=3).run(Pipeline(nodes), catalog)
    assert came_to == ["interrupted", "saved"]
    assert not jobs.waiting


@pytest.mark.parametrize(
    ("launcher", "slots", "at_once"),
    [
        ({"threads_per_process": 1}, None, 64),
        ({"threads_per_process": 8}, None, 8),
        ({"threads_per_process": 8, "num_processes": 2, "device": "cpu"}, None, 4),
        ({}, None, 1),
        ({"threads_per_process": 1, "in_process": True}, None, 1),
        ({"num_processes": 4, "threads_per_process": 8, "device": "cuda"}, None, 1),
        ({"device": "cuda"}, 3, 3),
    ],
)  # fmt: skip
def test_as_many_at_once_as_there_is_room_for(monkeypatch, launcher, slots, at_once):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    entries = {"params:launcher": launcher, "params:ablation.slots": slots}
    catalog = DataCatalog({name: MemoryDataset(value) for name, value in entries.items()})
    assert runner.slots_of(catalog) == at_once
