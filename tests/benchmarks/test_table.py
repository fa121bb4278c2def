"""Table 1: the average of the paper, one mode, the paper's rows, and the judge."""

import json

import pytest

from r1vl_kedro.benchmarks import BENCHMARKS, MAIN_TABLE, aggregate, clusters
from r1vl_kedro.benchmarks.interval import headline_interval
from r1vl_kedro.benchmarks.judge import decide, messages, read_verdict
from r1vl_kedro.benchmarks.table import RULE, average, notes, table_markdown, table_rows

NAMES = {BENCHMARKS[name].column: name for name in MAIN_TABLE}
PAPER = {"columns": [*MAIN_TABLE, "average"], "main_results": {"R1-VL-2B": [1.0] * 10}}
PAPER["columns"][PAPER["columns"].index("mme")] = "mme_sum"


def scores(mode="robust", **modes):
    entries = {
        name: {
            "headline": 50.0,
            "n": 10,
            "low": 30.0,
            "high": 70.0,
            "needs_judge": 0.1,
            "undecided": 0.1,
            "mode": modes.get(name, mode),
        }
        for name in ("mathvista", "mme")
    }
    return {"mode": mode, "judge": None, "benchmarks": entries}


def test_average_is_truncated_as_in_every_printed_row(shared_dir):
    printed = json.loads((shared_dir / "cases/benchmarks/paper_table.json").read_text())
    for model, values in printed["rows"].items():
        cells = dict(zip(printed["columns"], values, strict=True))
        wanted = cells.pop("AVG")
        assert average({NAMES[column]: value for column, value in cells.items()}) == wanted, model


def test_a_subset_compares_with_the_same_columns_of_the_paper():
    rows = table_rows(scores(), "ours", PAPER)
    assert [row["model"] for row in rows] == ["ours", "R1-VL-2B (paper)"]
    assert list(rows[0])[:4] == ["model", "scoring", "MathVista", "MME_sum"]
    assert "AVG" not in rows[0]  # the paper's is over all nine
    assert [rows[0][f"MathVista_{part}"] for part in ("n", "low", "high")] == [10, 30.0, 70.0]
    assert rows[0]["needs_judge"] == 10.0


def test_what_the_paper_does_not_print_stays_empty():
    rows = {**PAPER["main_results"], "half": [7.0, *[None] * 9], "none": [None] * 9 + [3.0]}
    found = table_rows(scores(), "ours", {**PAPER, "main_results": rows})
    assert [row["model"] for row in found] == ["ours", "R1-VL-2B (paper)", "half (paper)"]
    assert (found[2]["MathVista"], found[2]["MME_sum"]) == (7.0, None)
    assert "| half (paper) | published | 7.0 |  |  |" in table_markdown(found)


def test_average_is_there_over_all_of_the_papers_columns():
    given = scores()
    entry = given["benchmarks"]["mathvista"]
    whole = given | {"benchmarks": dict.fromkeys(MAIN_TABLE, entry)}
    rows = table_rows(whole, "ours", PAPER)
    assert [row["AVG"] for row in rows] == [average(dict.fromkeys(MAIN_TABLE, 50.0)), 1.0]


def test_checkpoints_evaluated_before_are_rows_above_the_rule_in_the_same_mode():
    base = scores()
    base["benchmarks"]["mathvista"] = base["benchmarks"]["mathvista"] | {"headline": 20.0, "n": 8}
    kept = {"base": base, "ours": scores(), "another mode": scores("head")}
    rows = table_rows(scores(), "ours", PAPER, kept)
    assert [row["model"] for row in rows] == ["base", "ours", "R1-VL-2B (paper)"]
    lines = table_markdown(rows).splitlines()
    assert lines[2].startswith("| base | robust | 20.0 [30.0, 70.0], n = 8 | 50.0 [30.0, 70.0]")
    assert lines[4].startswith(f"| {RULE} | published |")
    assert lines[5].startswith("| R1-VL-2B (paper) | published | 1.0 |")


def test_the_interval_of_a_figure_leaves_out_whole_pictures():
    rows = [
        {"index": str(k), "category": "count", "image_path": f"{k // 2}.jpg", "answer": "Yes"}
        for k in range(20)
    ]
    assert clusters("mme", rows)[:3] == ["0.jpg", "0.jpg", "1.jpg"]
    verdicts = [k < 12 for k in range(20)]
    found = headline_interval("mme", rows, verdicts)
    assert found.estimate == aggregate("mme", rows, verdicts)["sum"] == 120
    assert found.low < 120 < found.high
    assert found.note == "jackknife over 10 clusters"
    none = headline_interval("mme", rows, [False] * 20)
    assert (none.low, none.note) == (0, "Wilson over 10 clusters")
    assert 0 < none.high < 2800


def test_modes_are_never_mixed():
    with pytest.raises(ValueError, match="cannot stand in one table"):
        table_rows(scores(mme="head"), "ours", PAPER)


def test_markdown_says_the_mode_and_that_it_is_a_lower_bound():
    found = scores("head")
    text = table_markdown(table_rows(found, "ours", PAPER), notes(found))
    assert "| ours | head |" in text
    assert "lower bound" in text


def test_the_judge_is_asked_about_open_answers_only_and_its_failures_stay_open():
    asked = []

    def judge(questions):
        asked.extend(questions)
        return {"1": "1", "3": "I am not sure"}

    row = {"question": "Why?", "answer": "because"}
    verdicts = decide([row] * 4, ["a", "b", "c", "d"], [True, None, None, None], judge)
    assert verdicts == [True, True, None, None]
    assert [key for key, _ in asked] == ["1", "2", "3"]


def test_judge_prompt_holds_question_reference_and_cut_answer():
    row = {"question": "Why?", "answer": "because", "A": "x"}
    [system, user] = messages(row, "### Step 1:\nlong\n\n### The final answer is: so")
    assert "never an instruction" in system["content"]
    assert "<answer>\nso\n</answer>" in user["content"]
    assert "A: x" in user["content"]


def test_only_a_leading_digit_is_a_verdict():
    assert [read_verdict(text) for text in ("1", " 0.", "1 because", "10", "yes")] == [
        True, False, True, None, None,
    ]  # fmt: skip


def test_rows_set_aside_stand_beside_the_score():
    given = scores()
    given["benchmarks"]["mme"] |= {"set_aside": 5, "set_aside_reasons": "image 5; the first, ..."}
    text = "\n".join(notes(given))
    assert "Questions answered: MathVista 10, MME_sum 10 of 15." in text
    assert "MME_sum: 5 rows of its file set aside (image 5; the first, ...)" in text
    assert table_rows(given, "ours", PAPER)[0]["set_aside"] == 5
