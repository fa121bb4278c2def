"""What is said of a reward that raises an error or returns something else than it should."""

import inspect
import json
import math

import numpy as np
import pytest
import torch

from r1vl_kedro.errors import UserFacingError
from r1vl_kedro.rewards import Reward
from r1vl_kedro.rewards.calling import RewardError, by_groups, values_of
from r1vl_kedro.rewards.sums import computed_once

TEXTS = ["one", "two", "three"]


class Parrot(Reward):
    """Returns, or raises, what it was made with."""

    name = "parrot"

    said: object = None

    def __call__(self, completions, **columns):
        """Return it."""
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (0.5, "returned 0.5: wanted one number (or None) a completion, 3 of them"),
        (None, "returned None: wanted one number"),
        (torch.tensor(0.5), "returned tensor(0.5000): wanted one number"),
        ("abc", "returned 'abc': wanted one number"),
        ([1.0, 2.0], "returned 2 values: wanted one number"),
        ([1.0, 2.0, "3"], "returned '3' for completion 3: wanted one number"),
        ([[1.0], [2.0], [3.0]], "returned [1.0] for completion 1: wanted one number"),
        (np.ones((3, 1)), "returned array([1.]) for completion 1: wanted one number"),
        ((1 // int(text == "two") for text in TEXTS), "raised ZeroDivisionError: "),
        (KeyError("boom"), "raised KeyError: 'boom' on a batch of 3 completions"),
        (AssertionError(), "raised AssertionError on a batch of 3 completions"),
    ],
)
def test_the_reward_is_named_with_what_it_did(given, said):
    with pytest.raises(UserFacingError) as raised:
        values_of(Parrot(said=given), TEXTS)
    assert str(raised.value).startswith(f"reward 'parrot' {said}")
    if isinstance(given, Exception):
        assert raised.value.__cause__ is given


class Reader(Reward):
    """Fails in a module that is not its own."""

    name = "reader"

    def __call__(self, completions, **columns):
        """Parse what is no JSON."""
        return [json.loads(text) for text in completions]


def test_the_line_of_the_reward_is_named_and_not_that_of_a_library():
    with pytest.raises(RewardError) as raised:
        values_of(Reader(), TEXTS)
    line = (
        inspect.getsource(Reader)
        .splitlines()
        .index("        return [json.loads(text) for text in completions]")
        + inspect.getsourcelines(Reader)[1]
    )
    assert str(raised.value).endswith(f"on a batch of 3 completions, at {__file__}:{line}")


def test_an_error_in_plain_words_is_left_as_it_is():
    with pytest.raises(UserFacingError, match=r"^the judge does not answer$"):
        values_of(Parrot(said=UserFacingError("the judge does not answer")), TEXTS)


@pytest.mark.parametrize(
    "given",
    [
        [1.0, None, 0],
        (True, math.nan, -2),
        np.array([1.0, 2.0, 3.0]),
        torch.tensor([1.0, 2.0, 3.0]),
        [np.float32(1.0), torch.tensor(2.0), 3.0],
    ],
)
def test_numbers_of_any_library_pass_unchanged(given):
    values = values_of(Parrot(said=given), TEXTS)
    assert all(one is other or one == other for one, other in zip(values, given, strict=True))


def test_a_reward_is_named_wherever_it_is_called():
    parrot = Parrot(said=[1.0])
    with pytest.raises(RewardError, match="'parrot' returned 1 values"):
        by_groups(parrot, TEXTS, group_size=3)
    with pytest.raises(RewardError, match="'parrot' returned 1 values"):
        computed_once(TEXTS, {}, [range(3)])(parrot)
