"""Records of a stage in a grammar of their own."""

from r1vl_kedro.records.split import in_grammar
from r1vl_kedro.records.store import write_rows
from r1vl_kedro.responses import THINK_ANSWER


def test_paths_are_rewritten_and_all_else_stays():
    row = {
        "id": "a", "images": [], "question": "How many?", "options": ["1", "2"], "answer": "B",
        "solution": THINK_ANSWER.render(["1 + 1 = 2."], "B: 2"), "family": "sums", "source": "s",
        "modality": "ct", "key_steps": [["1 + 1 = 2"]],
    }  # fmt: skip
    records = write_rows([row], key_steps=True, labels=["modality"])
    [changed] = in_grammar(records, "no_think").to_list()
    assert changed == {**row, "solution": "<answer>B: 2</answer>"}
    assert in_grammar(records, "plain")["solution"] == ["1 + 1 = 2.\nB: 2"]
