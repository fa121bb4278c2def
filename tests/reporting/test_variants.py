"""What a run is called and how its key steps count come from its own options."""

import io

import pandas as pd
import pytest
from PIL import Image

from r1vl_kedro.reporting.collect import collect_verdicts
from r1vl_kedro.reporting.examples import build_examples
from r1vl_kedro.reporting.options import ReportingOptions
from r1vl_kedro.reporting.tables import (
    contrasts_table,
    group_size_table,
    overview_table,
    rewards_table,
)
from r1vl_kedro.reporting.variants import by_group_size, variant
from r1vl_kedro.training.options import StepGRPOOptions
from r1vl_kedro.training.overrides import with_overrides

BASE = StepGRPOOptions(num_steps=1, rollouts_per_step=60)
ROWS = {
    "outcome": {"rewards": {"key_steps": 0.0, "validity": 0.0}},
    "step_rar": {"rewards": {"validity": 0.0}},
    "step_rvr": {"rewards": {"key_steps": 0.0}},
    "step_grpo": {},
    **{f"step_grpo_m{m}": {"group_size": m} for m in (2, 3, 5, 6)},
    "validity_only": {"rewards": {"outcome": 0.0, "key_steps": 0.0}},
}
OPTIONS = ReportingOptions(resamples=100, contrasts=["outcome"], example_variants=["step_grpo"])
PAPER = {
    "ablation_rewards": {"warm_up": 61.2, "step_grpo": 63.5},
    "ablation_group_size": {2: 62.5, 4: 63.5, 6: 63.7},
}


def grid(rows=ROWS, **common):
    """Entries of the parameters for these rows, after ``--params step_grpo.<common>``."""
    base = with_overrides(BASE, common)
    entries = {"base": {"name": "base", "method": "base", "options": {}}}
    for name, changes in rows.items():
        changes = dict(changes)
        looks = {key: changes.pop(key, None) for key in ("label", "colour")}
        start = changes.pop("from", None)
        options = with_overrides(base, changes).model_dump(mode="json")
        entries[name] = {
            "name": name, "method": "step_grpo", "options": options, **looks,
            "base": start or "warm_up_checkpoint", "overrides": {"from": start} if start else {},
        }  # fmt: skip
    return entries


def labels(entries):
    return {name: variant(name, entries).label for name in entries}


def verdicts(*names):
    frame = pd.DataFrame({"id": ["a", "b"], "family": "charts", "correct": [1.0, 0.0]})
    return collect_verdicts(dict.fromkeys(names, frame))


def test_the_grid_as_shipped_is_called_as_the_paper_calls_it():
    assert labels(grid()) == {name: variant(name).label for name in ["base", *ROWS]}
    assert variant("step_grpo", grid()).label == "StepGRPO (both, M = 4)"


def test_a_group_size_given_on_the_command_line_is_the_one_that_is_shown():
    entries = grid(group_size=6)
    assert variant("step_grpo", entries).label == "StepGRPO (both, M = 6)"
    table = group_size_table(verdicts("step_grpo", "step_grpo_m2"), PAPER, OPTIONS, entries)
    shown = table.set_index("group_size")
    assert list(shown.index) == [2, 3, 4, 5, 6]
    assert shown.loc[6, "variant"] == "step_grpo"
    assert (shown.loc[6, "n"], shown.loc[6, "paper"]) == (2, 63.7)
    assert (shown.loc[4, "n"], shown.loc[4, "interval"]) == (0, "not run in this grid")
    rewards = rewards_table(verdicts("step_grpo"), PAPER, OPTIONS, entries).set_index("variant")
    assert rewards.loc["step_grpo", "row"] == "StepGRPO (both, M = 6)"
    assert pd.isna(rewards.loc["step_grpo", "paper"])


def test_every_m_of_the_grid_has_its_row():
    assert by_group_size("step_grpo", grid()) == {
        4: "step_grpo", 2: "step_grpo_m2", 3: "step_grpo_m3", 5: "step_grpo_m5",
        6: "step_grpo_m6",
    }  # fmt: skip
    table = group_size_table(verdicts("step_grpo"), PAPER, OPTIONS, grid())
    assert table.set_index("group_size").loc[4, "paper"] == 63.5


def test_the_table_over_m_has_what_differs_in_m_alone():
    entries = grid({"step_grpo": {}, "straight": {"from": "base_model", "group_size": 2}})
    assert by_group_size("step_grpo", entries) == {4: "step_grpo"}
    table = group_size_table(verdicts("step_grpo", "straight"), PAPER, OPTIONS, entries)
    assert "straight" not in set(table["variant"])


@pytest.mark.parametrize(
    "changes", [{"from": "base_model"}, {"rewards": {"key_steps": {"alpha": 0.5}}}]
)
def test_no_printed_number_stands_beside_another_start_or_reward(changes):
    entries = grid({"step_grpo": changes, "step_grpo_m6": {**changes, "group_size": 6}})
    frame = verdicts("step_grpo", "step_grpo_m6")
    sizes = group_size_table(frame, PAPER, OPTIONS, entries).set_index("group_size")
    assert sizes.loc[[4, 6], "n"].tolist() == [2, 2]
    assert sizes.loc[[4, 6], "paper"].isna().all()
    rewards = rewards_table(frame, PAPER, OPTIONS, entries).set_index("variant")
    assert pd.isna(rewards.loc["step_grpo", "paper"])


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"from": "base_model"}, "StepGRPO (both, M = 4), from base_model"),
        ({"rewards": {"key_steps": {"alpha": 0.5}}}, "StepGRPO (both, M = 4), α = 0.5"),
        (
            {"rewards": {"key_steps": {"weight": 5, "matching": "exact"}}},
            "StepGRPO (both, M = 4), key_steps × 5, matching = exact",
        ),
        ({"rewards": {"key_steps": 0.0}}, "+ StepRVR"),
        ({"rewards": {"format": 0.5}}, "outcome + key_steps + validity + format, format × 0.5"),
        ({"label": "Ours", "rewards": {"format": 0.5}}, "Ours"),
    ],
)
def test_what_differs_from_the_paper_is_in_the_label(changes, label):
    entries = grid({"step_grpo": changes})
    assert variant("step_grpo", entries).label == label
    frame = overview_table(verdicts("step_grpo"), {}, OPTIONS, entries)
    assert frame["row"].tolist() == [label]


def test_a_grid_entry_may_say_its_label_and_colour():
    entries = grid({"mine": {"label": "Mine", "colour": "#123456"}, "yours": {}, "outcome": {}})
    assert (variant("mine", entries).label, variant("mine", entries).colour) == ("Mine", "#123456")
    assert variant("yours", entries).label == "yours"
    options = ReportingOptions(resamples=100, headline="mine", contrasts=["outcome"])
    table = contrasts_table(verdicts("mine", "outcome"), options, entries)
    assert table["row"].tolist() == ["Mine minus StepGRPO, M = 4"]


def png():
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, format="PNG")
    return stream.getvalue()


PICTURE = png()


class Records(list):
    """Rows that also answer by column, as a Hugging Face dataset does."""

    def __getitem__(self, key):
        return [row[key] for row in self] if isinstance(key, str) else super().__getitem__(key)


def records():
    return Records(
        {
            "id": name, "family": "charts", "question": "?", "options": [], "answer": "5",
            "images": [{"bytes": PICTURE, "path": None}], "key_steps": [["parallel lines"]],
        }
        for name in ("a", "b")
    )  # fmt: skip


@pytest.mark.parametrize(("matching", "found"), [("soft", True), ("exact", False)])
def test_examples_mark_key_steps_as_the_run_counted_them(matching, found):
    frame = pd.DataFrame({"id": ["a", "b"], "family": "charts", "correct": [1.0, 0.0]})
    frame["response"] = "<think>Two paralell lines.</think> So <answer>5</answer>"
    entries = grid({"step_grpo": {"rewards": {"key_steps": {"matching": matching}}}})
    options = OPTIONS.model_copy(update={"grammar": "think_answer"})
    made = build_examples(collect_verdicts({"step_grpo": frame}), records(), options, entries)
    answer = made[0]["answers"][0]
    assert answer["matched"] == [found]
    titles = [section["title"] for section in answer["sections"]]
    assert titles == ["Reasoning, line 1", "", "Answer"]
    marked = [part["group"] for part in answer["sections"][0]["parts"]]
    assert (0 in marked) is found
    assert answer["sections"][1]["parts"][0]["text"] == "So"


def test_key_steps_of_a_model_that_was_not_trained_by_rl_count_as_step_grpos():
    frame = pd.DataFrame({"id": ["a", "b"], "family": "charts", "correct": [1.0, 0.0]})
    frame["response"] = "### Step 1:\nTwo paralell lines.\n### The final answer is: 5"
    exact = with_overrides(BASE, {"rewards": {"key_steps": {"matching": "exact"}}})
    options = OPTIONS.model_copy(update={"example_variants": ["base"]})
    for step_grpo, found in ((BASE, True), (exact, False)):
        made = build_examples(
            collect_verdicts({"base": frame}), records(), options, grid(), step_grpo
        )
        assert made[0]["answers"][0]["matched"] == [found]
