"""What the terminal gets while a run goes on, and at its end."""

import pandas as pd
import pytest

from r1vl_kedro.hooks.summary import main_table, remaining, score_line


@pytest.mark.parametrize(
    "kinds, seconds, at_once, said",
    [
        (["train_sft"], {}, 1.0, "time left not known before the first train_sft has ended"),
        (["score"], {"score": [2.0]}, 1.0, "less than a minute left"),
        (["train_sft"] * 4, {"train_sft": [100.0, 140.0]}, 2.0, "about 4 min left"),
        (["train_sft"] * 90, {"train_sft": [400.0]}, 1.0, "about 10.0 h left"),
    ],
)
def test_the_time_left_comes_from_nodes_of_the_same_kind(kinds, seconds, at_once, said):
    assert remaining(kinds, seconds, at_once) == said


def test_the_main_table_is_aligned_and_has_intervals():
    overview = pd.DataFrame(
        {
            "variant": ["warm_up", "outcome"], "row": ["Warm-up (SFT)", "Outcome reward"],
            "n": [600, 600], "seeds": [1, 1], "accuracy": [43.0, 65.2], "low": [39.1, 61.3],
            "high": [47.0, 68.9], "interval": ["Wilson"] * 2, "difference": [None, 22.2],
            "diff_low": [None, 17.5], "diff_high": [None, 26.8],
            "diff_interval": ["reference", "paired"], "validity": [99.7, 98.8],
        }
    )  # fmt: skip
    assert main_table(overview).splitlines() == [
        "All variants      n  seeds           accuracy            difference",
        "--------------  ---  -----  -----------------  --------------------",
        "Warm-up (SFT)   600      1  43.0 [39.1, 47.0]             reference",
        "Outcome reward  600      1  65.2 [61.3, 68.9]  +22.2 [+17.5, +26.8]",
    ]


def test_a_score_stands_beside_the_records_that_were_set_aside():
    scores = {"accuracy": 0.5, "n": 20, "records": 10, "set_aside": {"missing_image": 2}}
    assert score_line(scores) == (
        "accuracy 50.0 %, n = 20; 2 of 12 records set aside (missing_image: 2)"
    )
