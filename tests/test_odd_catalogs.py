"""A catalog's entry that cannot be one is told with its name, in place of a traceback."""

import shutil

import pytest
import yaml
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog, DatasetError
from smoke_place import ROOT
from test_cli import run  # noqa: F401

from r1vl_kedro.parameters import ConfigurationError

RECORDS, TABLE = "r1vl_kedro.datasets.RecordFileDataset", "r1vl_kedro.datasets.BenchmarkTSVDataset"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"type": RECORDS, "path": "x"}, "missing 1 required keyword-only argument: 'reader'"),
        ({"type": RECORDS, "path": None, "reader": "mulberry"}, "path is None; wanted a path"),
        ({"type": RECORDS, "path": "x", "reader": None}, "reader None is unknown"),
        ({"type": RECORDS, "path": "x", "reader": "Mulberry"}, "reader 'Mulberry' is unknown"),
        ({"type": TABLE, "benchmark": "mme", "pth": "x"}, "unexpected keyword argument 'pth'"),
        ({"type": TABLE, "benchmark": "MME"}, "benchmark 'MME' is unknown"),
        ({"type": f"{RECORDS}s"}, "not found"),
        ({"path": "x"}, "'type' is missing"),
    ],
)
def test_an_entry_that_cannot_be_one_is_said_with_its_name(run, entry, said):  # noqa: F811
    with pytest.raises(DatasetError) as error:
        DataCatalog.from_config({"my_records": entry})["my_records"].load()
    done = run(error.value)
    assert done.output.startswith("Error: ") and said in done.output and "my_records" in done.output


@pytest.fixture
def context(tmp_path):
    """Load the project's context with these files in an environment of its own."""

    def context(**files):
        shutil.copytree(ROOT / "conf", tmp_path / "conf")
        (tmp_path / "conf" / "mine").mkdir()
        for name, content in {"globals": {"extends": "smoke", "data": "data/x"}, **files}.items():
            (tmp_path / "conf" / "mine" / f"{name}.yml").write_text(yaml.safe_dump(content))
        bootstrap_project(ROOT)
        session = KedroSession.create(ROOT, env="mine", conf_source=str(tmp_path / "conf"))
        return session.load_context()

    return context


def test_an_entry_of_a_misspelt_name_is_warned_of(context, caplog):
    entry = {"type": "MemoryDataset"}
    names = ["source_recrods", "source_records", "benchmark_maps", "step_grpo.scores", "_source"]
    assert "source_recrods" in context(catalog=dict.fromkeys(names, entry)).catalog
    warned = [one.getMessage() for one in caplog.records if "catalog entry" in one.getMessage()]
    assert warned == [
        "catalog entry source_recrods is read by no pipeline: did you mean source_records?"
    ]


def test_a_catalog_that_names_an_unknown_global_is_said_in_a_sentence(context):
    entry = {"type": "MemoryDataset", "metadata": {"x": "${globals:nope}"}}
    with pytest.raises(ConfigurationError, match=r"^source_records\.metadata\.x: .*nope"):
        context(catalog={"source_records": entry})


def test_a_file_whose_name_is_nearly_one_that_is_read_is_warned_of(context, caplog):
    context(paramters={}, parameter={}, parameters_more={}, notes={})
    warned = [one.getMessage() for one in caplog.records if "is not read" in one.getMessage()]
    assert warned == [
        f"conf/mine/{name}.yml is not read: did you mean parameters?"
        for name in ("parameter", "paramters")
    ]
