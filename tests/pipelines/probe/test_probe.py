"""The forecast of groups without variance, from responses to its table."""

import pandas as pd
import pytest
from pydantic import ValidationError

from r1vl_kedro.pipelines.probe.nodes import ProbeOptions, choose_questions, forecast_dead_groups
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


def predictions():
    responses = {"a": [WHOLE, SHORT, SHORT, WHOLE], "b": [WRONG, WRONG, WRONG, SHORT]}
    rows = [(name, "3", [], text) for name, texts in responses.items() for text in texts]
    return pd.DataFrame(rows, columns=["id", "answer", "options", "response"])


def test_each_reward_has_its_share_of_dead_groups(capsys):
    table, text = forecast_dead_groups(predictions(), prompts(), OPTIONS, STEP_GRPO)
    shares = table.set_index("reward")
    # Question a: all right, told apart by the key step only. Question b: one of four is right.
    assert shares.loc["outcome", "M = 2"] == pytest.approx((1 + 1 / 2) / 2)
    assert shares.loc["outcome", "M = 4"] == pytest.approx(1 / 2)
    assert shares.loc["step_rar", "M = 2"] == pytest.approx((1 / 3 + 1 / 2) / 2)
    assert shares.loc["step_grpo", "M = 4"] == 0
    assert shares.loc["validity_only"].tolist() == [1, 1]
    assert text in capsys.readouterr().out
    assert "62.5 % of responses are right, and for 100.0 % of questions" in text


def test_the_same_seed_draws_the_same_questions():
    drawn = [choose_questions(prompts(), ProbeOptions(questions=1), 3)["id"] for _ in range(2)]
    assert drawn[0] == drawn[1] and len(drawn[0]) == 1


def test_a_group_larger_than_the_samples_is_named():
    with pytest.raises(ValidationError, match=r"group_sizes \[5\].*from 2 to 4"):
        ProbeOptions(samples=4, group_sizes=[2, 5])
