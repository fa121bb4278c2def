"""Fixtures shared by all tests."""

import contextlib
import gc
import importlib.util
import os
import signal
import sys
from pathlib import Path

import pytest

from r1vl_kedro import kernels
from r1vl_kedro.entries import MODULES

# For every process that a test starts as well. Threads of PyTorch wait for each other by spinning:
# beside another program's load, two of them take thirty times as long for a tiny model as one; and
# sums of several threads differ in their last bits.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["DO_NOT_TRACK"] = "true"
# Kedro's settings look for those of an environment "main", and for each frame of the stack through
# all modules: a third of a second of every run that is forked.
os.environ["MAIN_ENV_FOR_DYNACONF"] = ""
os.environ[MODULES] = "job_entries,toy_project.jobs"  # what tests run as jobs
# Before torch computes: models trained in this process equal those of the runs that tests start.
kernels.pin("avx2")
# Kedro tries to import it for every parameter of a catalog, and every time it is searched for.
if importlib.util.find_spec("ibis") is None:
    sys.modules["ibis"] = None

with contextlib.suppress(ImportError):  # not everywhere: the tests that need vLLM do without
    import hypothesis

    # Neither a deadline nor a rate of examples is met on a machine that others use. Examples are
    # the same every time, so that a change is judged by what it changes (HYPOTHESIS_PROFILE=search
    # takes others).
    slow = hypothesis.HealthCheck.too_slow
    hypothesis.settings.register_profile("search", deadline=None, suppress_health_check=[slow])
    hypothesis.settings.register_profile(
        "same", hypothesis.settings.get_profile("search"), derandomize=True, database=None
    )
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that may take longest first, so that parallel workers end together."""
    longest: dict[Path, float] = {}
    for item in items:
        mark = item.get_closest_marker("timeout")
        allowed = float(mark.args[0]) if mark else 0.0
        longest[item.path] = max(allowed, longest.get(item.path, 0.0))
    items.sort(key=lambda item: -longest[item.path])


def pytest_collection_finish() -> None:
    """Leave what is imported and collected out of every garbage collection that comes."""
    gc.collect()
    gc.freeze()


class TooSlow(BaseException):
    """Not an Exception: nothing on the way may take it for one of its own."""


@pytest.fixture
def limit():
    """A function that lets a block have so many seconds of this process's own time."""

    def too_slow(number, frame):
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, too_slow)

    @contextlib.contextmanager
    def limited(seconds):
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    yield limited
    signal.signal(signal.SIGVTALRM, before)


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of reference cases beside the checkout; absent on a user's machine."""
    path = Path(__file__).resolve().parents[2] / "shared"
    if not path.is_dir():
        pytest.skip("the reference cases beside the checkout are not here")
    return path
