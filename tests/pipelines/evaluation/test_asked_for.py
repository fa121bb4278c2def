"""Only the benchmarks asked for are read; one without a file is an error of its own."""

from dataclasses import replace
from pathlib import Path

import pytest

from r1vl_kedro.benchmarks import BENCHMARKS, MAIN_TABLE
from r1vl_kedro.datasets import EmbeddedBenchmarkDataset
from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.pipelines.evaluation.answers import present
from r1vl_kedro.pipelines.evaluation.options import BenchmarkOptions

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def maps(monkeypatch):
    """Another benchmark, for which the embedded world has no questions."""
    monkeypatch.setitem(
        BENCHMARKS, "maps", replace(BENCHMARKS["mmreason"], name="maps", dataset="Maps")
    )


def files(folder):
    return {
        name: EmbeddedBenchmarkDataset(benchmark=name, folder=str(folder), n=10).load()
        for name in ("mme", "maps")
    }


def test_an_absent_embedded_file_leaves_the_others_alone(maps, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(BenchmarkOptions, "chosen", ["mme", "maps"])
    assert list(present(files(tmp_path), BenchmarkOptions(names=None))) == ["mme"]
    assert "the embedded world has no file of maps" in caplog.text


def test_an_absent_embedded_file_that_is_asked_for_is_an_error(maps, tmp_path):
    with pytest.raises(UserFacingError, match=r"no file of maps; name an official one"):
        present(files(tmp_path), BenchmarkOptions(names=["mme", "maps"]))


@pytest.mark.parametrize(("names", "asked"), [("mme chartqa", {"mme", "chartqa"}), (None, None)])
def test_only_the_benchmarks_asked_for_are_inputs(names, asked):
    from kedro.framework import project
    from kedro.framework.session import KedroSession
    from kedro.framework.startup import bootstrap_project

    bootstrap_project(ROOT)
    given = {} if names is None else {"evaluation": {"benchmarks": {"names": names}}}
    with KedroSession.create(project_path=ROOT, env="smoke", runtime_params=given) as session:
        catalog = session.load_context().catalog
        inputs = project.pipelines["evaluation"].inputs()
    read = {name.removeprefix("benchmark_") for name in inputs if name.startswith("benchmark_")}
    assert read - {"judge"} == (asked or set(MAIN_TABLE))
    assert catalog.load("benchmark_mme").path.name == "MME.tsv"
