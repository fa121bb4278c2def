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


class TestDigits:
    TABLE = pd.DataFrame(
        {
            "row": ["a", "+ b", None],
            "n": [600, 24, 0],
            "accuracy": [62.3461, 25.84999, None],
            "difference": [-0.001, 12.0, 3.14159],
            "p": [0.04567, 1.0, None],
        }
    )

    def dataset(self, tmp_path, **digits):
        file = str(tmp_path / "t.csv")
        return TableDataset(filepath=file, save_args={"index": False}, digits=digits)

    def test_the_file_is_rounded_and_what_is_loaded_is_not(self, tmp_path):
        dataset = self.dataset(tmp_path, **{"*": 2, "p": 4})
        dataset.save(self.TABLE)
        assert (tmp_path / "t.csv").read_text().splitlines() == [
            "row,n,accuracy,difference,p",
            "a,600,62.35,0.0,0.0457",
            "'+ b,24,25.85,12.0,1.0",
            ",0,,3.14,",
        ]
        pd.testing.assert_frame_equal(dataset.load(), self.TABLE, check_exact=True)

    def test_a_preview_shows_the_file(self, tmp_path):
        dataset = self.dataset(tmp_path, **{"*": 2})
        dataset.save(self.TABLE)
        assert dataset.preview(nrows=1)["data"] == [["a", 600, 62.35, 0.0, 0.05]]

    def test_columns_that_are_not_named_stay_as_they_are(self, tmp_path):
        dataset = self.dataset(tmp_path, accuracy=1)
        dataset.save(self.TABLE)
        assert "a,600,62.3,-0.001,0.04567" in (tmp_path / "t.csv").read_text()

    def test_a_file_without_its_other_digits_is_read_as_it_is(self, tmp_path):
        (tmp_path / "t.csv").write_text("row,accuracy\n'+ b,62.35\n")
        table = self.dataset(tmp_path, **{"*": 2}).load()
        assert table.to_dict("list") == {"row": ["+ b"], "accuracy": [62.35]}
