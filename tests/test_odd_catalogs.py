"""A catalog's entry that cannot be one is told with its name, in place of a traceback."""

import pytest
from kedro.io import DataCatalog, DatasetError
from test_cli import run  # noqa: F401

RECORDS, TABLE = "r1vl_kedro.datasets.RecordFileDataset", "r1vl_kedro.datasets.BenchmarkTSVDataset"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"type": RECORDS, "path": "x"}, "missing 1 required keyword-only argument: 'reader'"),
        ({"type": RECORDS, "path": None, "reader": "mulberry"}, "not NoneType"),
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
