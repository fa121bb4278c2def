"""Nodes side by side: what they share is made once, and nobody takes it away."""

import threading
from concurrent.futures import ThreadPoolExecutor

from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from r1vl_kedro.datasets import EmbeddedSplitDataset
from r1vl_kedro.records import store
from r1vl_kedro.runner import SlotRunner


def run_side_by_side(*nodes):
    catalog = DataCatalog({"params:launcher": MemoryDataset({}), "place": MemoryDataset("")})
    SlotRunner(max_workers=2).run(Pipeline(list(nodes)), catalog)


def test_a_thread_that_opens_a_dataset_takes_no_lock_from_another(monkeypatch):
    """tqdm's `ensure_lock` removes the lock that it made; another thread may stand in it."""
    import tqdm.std
    from datasets.utils import tqdm as bar
    from tqdm.contrib.concurrent import ensure_lock

    for kind in bar.__mro__:
        if "_lock" in vars(kind):
            monkeypatch.delattr(kind, "_lock")
    assert issubclass(bar, tqdm.std.tqdm) and not hasattr(bar, "_lock")
    first_in, second_in, first_out = (threading.Event() for _ in range(3))

    def first(_):
        with ensure_lock(bar):
            first_in.set()
            assert second_in.wait(30)
        first_out.set()

    def second(_):
        assert first_in.wait(30)
        with ensure_lock(bar):
            second_in.set()
            assert first_out.wait(30)
            with bar._lock:
                pass

    run_side_by_side(Node(first, "place", None), Node(second, "place", None))


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
    assert [path.name for path in tmp_path.iterdir()] == ["test"]
