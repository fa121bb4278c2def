"""Kedro dataset: a table as CSV that no spreadsheet runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from kedro_datasets.pandas import CSVDataset

from r1vl_kedro import files
from r1vl_kedro.datasets.records import TablePreview

_FORMULA = r"^([=+\-@\t\r])(?![\d.]+$)"
"""Beginnings that a spreadsheet takes for a formula; plain numbers are none."""
OTHERS = "*"
"""In ``digits``: all columns of decimal numbers that it does not name."""


class TableDataset(CSVDataset):
    """``pandas.CSVDataset`` whose text cells a spreadsheet takes as text.

    Labels and families come from data: a cell such as ``=HYPERLINK(...)`` is written with an
    apostrophe before it, which loading takes away again.

    Example catalog entry::

        table_rewards:
          type: r1vl_kedro.datasets.TableDataset
          filepath: data/08_reporting/tables/rewards.csv
          digits: {p: 4, "*": 2}
    """

    def __init__(self, *, digits: Mapping[str, int] | None = None, **given: Any) -> None:
        """Take the arguments of ``CSVDataset``.

        Args:
            digits: decimals that the file has, by column. What is loaded has all of them, from a
                Parquet file in the folder ``unrounded`` beside it: a report that rounds further
                what has been rounded would turn 62.346 into 62.35 and that into 62.4.
        """
        super().__init__(**given)
        self._digits = dict(digits or {})
        file = Path(self._filepath)
        self._unrounded = str(file.parent / "unrounded" / f"{file.stem}.parquet")

    def rounded(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the table as the file has it: columns of decimal numbers rounded, none as -0."""
        result = table.copy()
        for name in table.select_dtypes("float").columns:
            digits = self._digits.get(name, self._digits.get(OTHERS))
            if digits is not None:
                result[name] = [round(float(value), digits) + 0.0 for value in table[name]]
        return result

    def save(self, data: pd.DataFrame) -> None:
        """Write the table, text cells made safe."""
        if self._digits:
            with files.writing(Path(self._unrounded)) as aside:
                data.to_parquet(aside, index=False)
        super().save(_replaced(self.rounded(data), _FORMULA, r"'\1"))

    def load(self) -> pd.DataFrame:
        """Read the table as it was saved."""
        if self._digits and self._fs.exists(self._unrounded):
            with self._fs.open(self._unrounded, "rb") as file:
                return pd.read_parquet(file)
        return _replaced(super().load(), r"^'([=+\-@\t\r])", r"\1")

    def preview(self, nrows: int = 5) -> TablePreview:
        """Return the first rows as the file has them, for Kedro-Viz."""
        return TablePreview(self.rounded(self.load().head(nrows)).to_dict(orient="split"))


def _replaced(table: pd.DataFrame, pattern: str, by: str) -> pd.DataFrame:
    result = table.copy()
    for name in table.select_dtypes(include=["object", "string"]).columns:
        result[name] = table[name].replace(pattern, by, regex=True)
    return result
