"""Kedro dataset: a table as CSV that no spreadsheet runs."""

from __future__ import annotations

import pandas as pd
from kedro_datasets.pandas import CSVDataset

_FORMULA = r"^([=+\-@\t\r])(?![\d.]+$)"
"""Beginnings that a spreadsheet takes for a formula; plain numbers are none."""


class TableDataset(CSVDataset):
    """``pandas.CSVDataset`` whose text cells a spreadsheet takes as text.

    Labels and families come from data: a cell such as ``=HYPERLINK(...)`` is written with an
    apostrophe before it, which loading takes away again.

    Example catalog entry::

        table_rewards:
          type: r1vl_kedro.datasets.TableDataset
          filepath: data/08_reporting/tables/rewards.csv
    """

    def save(self, data: pd.DataFrame) -> None:
        """Write the table, text cells made safe."""
        super().save(_replaced(data, _FORMULA, r"'\1"))

    def load(self) -> pd.DataFrame:
        """Read the table as it was saved."""
        return _replaced(super().load(), r"^'([=+\-@\t\r])", r"\1")


def _replaced(table: pd.DataFrame, pattern: str, by: str) -> pd.DataFrame:
    result = table.copy()
    for name in table.select_dtypes(include=["object", "string"]).columns:
        result[name] = table[name].replace(pattern, by, regex=True)
    return result
