"""The forecast of groups without variance, from responses to its table."""

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from r1vl_kedro.pipelines.probe.nodes import (
    choose_questions,
    forecast_dead_groups,
    measure_push,
)
from r1vl_kedro.pipelines.probe.options import ProbeOptions
from r1vl_kedro.training.options import StepGRPOOptions

PATH = """### Image Description:
A scene of 5 objects.

### Rationales:
Take away red things.

### Let's think step by step.

### Step 1:
{step}

### The final answer is:
{answer}"""
WHOLE = PATH.format(step="red things: NW, S. 5 - 2 = 3.", answer="3")
SHORT = PATH.format(step="3 objects are left.", answer="3")
WRONG = PATH.format(step="9 objects are left.", answer="9")
OPTIONS = ProbeOptions(questions=2, samples=4, group_sizes=[2, 4])
STEP_GRPO = StepGRPOOptions(num_steps=1, rollouts_per_step=4)


def variant(name, **rewards):
    options = StepGRPOOptions(num_steps=1, rollouts_per_step=4, rewards=rewards)
    return {"name": name, "method": "step_grpo", "options": options.model_dump(mode="json")}


GRID = {
    "base": {"name": "base", "method": "base", "options": {}},
    "outcome_seed0": variant("outcome", outcome=1.0, key_steps=0.0, validity=0.0),
    "outcome_seed1": variant("outcome", outcome=1.0, key_steps=0.0, validity=0.0),
    "step_rar": variant("step_rar", outcome=1.0, key_steps=1.0),
    "step_grpo": variant("step_grpo", outcome=1.0, key_steps=1.0, validity=1.0),
    "step_grpo_m2": variant("step_grpo_m2", outcome=1.0, key_steps=1.0, validity=1.0),
    "validity_only": variant("validity_only", validity=1.0),
}


def prompts():
    from datasets import Dataset

    return Dataset.from_dict(
        {
            "id": ["a", "b"],
            "question": ["How many are left?"] * 2,
            "options": [[], []],
            "answer": ["3", "3"],
            "key_steps": [[["5 - 2 = 3"]]] * 2,
        }
    )


def test_each_family_has_its_own_push():
    apart = predictions().assign(family=["even"] * 4 + ["odd"] * 4)
    options = OPTIONS.model_copy(update={"families": ["even", "odd"]})
    table, text, _ = measure_push(apart, prompts(), options, STEP_GRPO, GRID, 0)
    assert "| reward | even | odd |" in text
    at = table[table["M"] == 4].set_index(["family", "reward", "feature"])["push"]
    assert at["even", "outcome", "right"] == 0 < at["odd", "outcome", "right"]
    mean = (at["even", "step_rar", "k"] + at["odd", "step_rar", "k"]) / 2
    assert at["all", "step_rar", "k"] == pytest.approx(mean)


def test_as_many_questions_are_drawn_of_each_family():
    from datasets import Dataset

    families = ["rare"] * 5 + ["common"] * 50 + ["other"] * 10
    rows = Dataset.from_dict({"id": list(map(str, range(65))), "family": families})
    options = ProbeOptions(questions=8, families=["rare", "common"])
    drawn = choose_questions(rows, options, 0)["family"]
    assert sorted(drawn) == ["common"] * 4 + ["rare"] * 4


def predictions():
    responses = {"a": [WHOLE, SHORT, SHORT, WHOLE], "b": [WRONG, WRONG, WRONG, SHORT]}
    rows = [(name, "3", [], text) for name, texts in responses.items() for text in texts]
    return pd.DataFrame(rows, columns=["id", "answer", "options", "response"])


def test_each_reward_has_its_share_of_dead_groups(capsys):
    table, text = forecast_dead_groups(predictions(), prompts(), OPTIONS, STEP_GRPO, GRID)
    shares = table.set_index("reward")
    assert list(shares.index) == ["outcome", "step_rar", "step_grpo", "validity_only"]
    # Question a: all right, told apart by the key step only. Question b: one of four is right.
    assert shares.loc["outcome", "M = 2"] == pytest.approx((1 + 1 / 2) / 2)
    assert shares.loc["outcome", "M = 4"] == pytest.approx(1 / 2)
    assert shares.loc["step_rar", "M = 2"] == pytest.approx((1 / 3 + 1 / 2) / 2)
    assert shares.loc["step_grpo", "M = 4"] == 0
    assert shares.loc["validity_only"].tolist() == [1, 1]
    assert text in capsys.readouterr().out
    assert "62.5 % of responses are right, and for 100.0 % of questions" in text


def test_the_forecast_follows_the_grids_own_rewards():
    """A key step of weight 0 tells no two responses apart, whatever its weight is elsewhere."""
    grid = {
        "with": variant("with", outcome=1.0, key_steps=5.0),
        "exact": variant("exact", outcome=1.0, key_steps={"weight": 1.0, "alpha": 0.0}),
        "family": variant("family", **{f"{__name__}.by_half": 1.0}),
    }
    table, _ = forecast_dead_groups(predictions(), prompts(), OPTIONS, STEP_GRPO, grid)
    shares = table.set_index("reward")["M = 4"]
    assert shares["with"] == 0 and shares["exact"] == 0.5
    assert shares["family"] == 0.5


def test_a_reward_reads_every_column_that_the_prompts_have():
    grid = {"asks": variant("asks", **{f"{__name__}.asks_for": 1.0})}
    table, _ = forecast_dead_groups(predictions(), prompts(), OPTIONS, STEP_GRPO, grid)
    assert table.set_index("reward").loc["asks", "M = 4"] == 0.5


def asks_for(completions, question):
    """A reward from elsewhere that reads the question: that of the longer responses."""
    longer = by_half(completions)
    return [one * asked.startswith("How many") for one, asked in zip(longer, question, strict=True)]


def by_half(completions, **columns):
    """A reward from elsewhere: the longer responses."""
    return [float(len(text) > len(SHORT)) for text in completions]


def test_without_a_grid_of_rewards_the_options_are_forecast():
    table, _ = forecast_dead_groups(predictions(), prompts(), OPTIONS, STEP_GRPO, {})
    assert table["reward"].tolist() == ["step_grpo"]


def test_the_same_seed_draws_the_same_questions():
    drawn = [choose_questions(prompts(), ProbeOptions(questions=1), 3)["id"] for _ in range(2)]
    assert drawn[0] == drawn[1] and len(drawn[0]) == 1


def test_a_group_larger_than_the_samples_is_named():
    with pytest.raises(ValidationError, match=r"group_sizes \[5\].*from 2 to 4"):
        ProbeOptions(samples=4, group_sizes=[2, 5])


def test_the_push_orders_the_rewards_on_reasoning(capsys):
    """Question a: reasoning and short cuts are all right, so key steps alone favour reasoning."""
    table, text, figure = measure_push(predictions(), prompts(), OPTIONS, STEP_GRPO, GRID, 0)
    at = table.set_index(["reward", "M", "feature"])["push"]
    assert at["outcome", 4, "reasons"] == 0 and at["validity_only", 4, "right"] == 0
    assert at["step_rar", 4, "k"] > 0 == at["outcome", 4, "k"]
    assert at["outcome", 4, "right"] == pytest.approx(at["step_rar", 4, "right"], rel=1e-3)
    assert [trace.name for trace in figure.data] == ["right", "k", "valid", "reasons"]
    assert figure.data[0].x[0] == "Outcome reward"
    assert "Outcome reward: all responses are of one form" in text
    assert text in capsys.readouterr().out


@pytest.fixture(scope="module")
def of_the_warm_up():
    """The push over what the default configuration's probe sampled of its warm-up, as stored."""
    from datasets import Dataset

    file = Path(__file__).with_name("warm_up_samples.json.gz")
    stored = json.loads(gzip.decompress(file.read_bytes()))
    samples = pd.DataFrame(stored).drop(columns="key_steps").explode("responses")
    grid = {
        "outcome": variant("outcome", outcome=1.0),
        "step_rar": variant("step_rar", outcome=1.0, key_steps=1.0),
        "step_rvr": variant("step_rvr", outcome=1.0, validity=1.0),
        "step_grpo": variant("step_grpo", outcome=1.0, key_steps=1.0, validity=1.0),
        "mild": variant("mild", outcome=1.0, key_steps=1.0, validity=0.1),
    }
    return measure_push(
        samples.rename(columns={"responses": "response"}),
        Dataset.from_list([{name: row[name] for name in ("id", "key_steps")} for row in stored]),
        ProbeOptions(group_sizes=[4]),
        STEP_GRPO,
        grid,
        seed=0,
    )


def test_the_push_on_reasoning_orders_the_rewards_as_five_seeds_did(of_the_warm_up):
    """docs/results.md: StepRAR 65.0, StepGRPO 65.1 (equivalent), outcome 63.6, StepRVR 62.2 %."""
    table = of_the_warm_up[0]
    on_reasons = table[table["feature"] == "reasons"].set_index("reward")
    ordered = on_reasons["push"].drop("mild").sort_values(ascending=False)
    assert list(ordered.index) == ["step_rar", "step_grpo", "outcome", "step_rvr"]
    assert (on_reasons["low"] > 0).all()
    assert on_reasons["push"]["step_grpo"] < on_reasons["push"]["mild"] < ordered["step_rar"]


def test_the_push_says_what_each_reward_teaches_and_what_either_form_is_worth(of_the_warm_up):
    _, text, figure = of_the_warm_up
    assert text.count("its first updates teach reasoning (+") == 5
    assert "| short cut | 520 | 0.28 | 0.00 | 1.00 |" in text
    assert len(figure.data) == 4 and len(figure.data[0].x) == 5
