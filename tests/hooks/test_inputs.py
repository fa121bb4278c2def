"""A run names everything it lacks before its first node."""

import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline
from kedro_datasets.json import JSONDataset

from r1vl_kedro.datasets import BenchmarkTSVDataset
from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.hooks.inputs import check_inputs
from r1vl_kedro.hooks.to_run import nodes_to_run


def first(*values):
    return values[0]


PIPELINE = Pipeline(
    [
        Node(first, "records", "checkpoint", name="train"),
        Node(first, ["checkpoint", "mathvista", "mme", "params:seed"], "table", name="evaluate"),
    ]
)


@pytest.fixture
def catalog(tmp_path):
    names = ("records", "checkpoint", "mathvista", "mme", "table")
    files = {name: JSONDataset(filepath=str(tmp_path / f"{name}.json")) for name in names}
    return DataCatalog({**files, "params:seed": MemoryDataset(0)})


def check(catalog, **given):
    nodes = nodes_to_run(given, PIPELINE, catalog)
    check_inputs(nodes, PIPELINE.inputs(), catalog, given.get("env"))


def test_what_only_the_last_node_reads_is_missed_before_the_first(catalog):
    catalog["records"].save([1])
    with pytest.raises(UserFacingError) as told:
        check(catalog)
    assert "mathvista (" in str(told.value)
    assert "mme.json" in str(told.value)
    assert "records" not in str(told.value)
    assert "checkpoint" not in str(told.value)
    for name in ("mathvista", "mme"):
        catalog[name].save([1])
    check(catalog)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("MME.tsv", "index\timage\tquestion\tanswer\timage_path\n", "column 'category' is missing"),
        ("mme.jsonl", '{"question": "Is it?", "answer": "No", "image": "1"}', "no key 'category'"),
        ("mme.xlsx", "", "wanted VLMEvalKit's .tsv"),
    ],
)  # fmt: skip
def test_a_benchmark_file_without_a_column_stops_the_run_before_it_starts(
    tmp_path, name, text, message
):
    (tmp_path / name).write_text(text)
    file = BenchmarkTSVDataset(benchmark="mme", path=str(tmp_path / name))
    with pytest.raises(UserFacingError, match="nothing was started: benchmark_mme: .*" + message):
        check_inputs(
            [Node(first, "benchmark_mme", "table")],
            {"benchmark_mme"},
            DataCatalog({"benchmark_mme": file}),
            None,
        )


def test_the_command_that_makes_what_is_missing_is_named(catalog, monkeypatch):
    training = Pipeline([Node(first, "raw", ["records", "checkpoint"], name="train")])
    known = {"__default__": Pipeline([]), "ablation": training}
    monkeypatch.setattr("r1vl_kedro.hooks.inputs.pipelines", known)
    for name in ("mathvista", "mme"):
        catalog[name].save([1])
    with pytest.raises(UserFacingError) as told:
        check(catalog, env="smoke")
    command = "This makes it: kedro run --env=smoke --pipelines=ablation --to-outputs=records"
    assert str(told.value).endswith(command)
    monkeypatch.setattr("r1vl_kedro.hooks.inputs.pipelines", {})
    with pytest.raises(UserFacingError, match="Put it there: no pipeline makes records"):
        check(catalog)


def test_going_on_needs_only_what_is_still_read(catalog):
    for name in ("checkpoint", "mathvista", "mme"):
        catalog[name].save([1])
    with pytest.raises(UserFacingError, match="records"):
        check(catalog)
    check(catalog, only_missing_outputs=True)
