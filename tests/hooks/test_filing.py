"""What MLflow gets of a table that has more digits than its file."""

import pandas as pd

from r1vl_kedro.datasets import TableDataset
from r1vl_kedro.hooks.filing import file_result


class Artifacts:
    """A store and its client in one, which keeps the tables that it is given."""

    def __init__(self):
        self.tables = {}

    def artifact(self, what, log):
        log(self)

    def log_table(self, run_id, table, file):
        self.tables[file] = table.to_dict("records")


def test_a_table_is_filed_with_the_digits_of_its_file(tmp_path):
    table = pd.DataFrame({"row": ["a"], "accuracy": [62.3461]})
    dataset = TableDataset(filepath=str(tmp_path / "overview.csv"), digits={"*": 2})
    filed = Artifacts()
    file_result(filed, "f00", "table_overview", table, {"reporting"}, None, dataset)
    assert filed.tables == {"tables/overview.json": [{"row": "a", "accuracy": 62.35}]}
