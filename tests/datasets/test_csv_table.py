"""Tables as CSV: what a spreadsheet would run is text, and comes back as it was."""

import pandas as pd

from r1vl_kedro.datasets import TableDataset


def test_formulas_are_written_as_text_and_read_as_they_were(tmp_path):
    dataset = TableDataset(filepath=str(tmp_path / "t.csv"), save_args={"index": False})
    table = pd.DataFrame(
        {
            "row": ["=1+1", "@SUM(A1)", "-cmd|x", "+ beta", "plain", "it's"],
            "difference": [-1.5, 2.0, 0.0, 1.0, None, 3.0],
            "text": ["-1.5", "+2", None, "a=b", "", "–"],
        }
    )
    dataset.save(table)
    written = (tmp_path / "t.csv").read_text()
    assert "'=1+1,-1.5,-1.5" in written and "'@SUM(A1),2.0,+2" in written
    assert "'-cmd|x" in written and "'+ beta" in written and "plain," in written
    again = dataset.load()
    assert again["row"].tolist() == table["row"].tolist()
    assert again["difference"].tolist()[:4] == [-1.5, 2.0, 0.0, 1.0]
