"""Nodes of the reward card: score, write a table, write a page."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from r1vl_kedro.pipelines.hints import Frame
from r1vl_kedro.responses import R1VL, GrammarName
from r1vl_kedro.rewards.card import CardError, card_markdown, columns, html_card, score_row
from r1vl_kedro.rewards.registry import PAPERS, Rewards


class RewardCardOptions(BaseModel):
    """What the card computes and how much of it it shows."""

    model_config = ConfigDict(extra="forbid")

    rewards: Rewards = Field(PAPERS, validate_default=True)
    """What the total sums; a configuration gives those of ``step_grpo`` unless it says others."""
    grammar: GrammarName = R1VL.name
    max_responses: int | None = Field(None, ge=1)
    """Only the first so many responses; null for all."""
    max_shown: int = Field(200, ge=0)
    """How many responses the page shows; the table has all."""

    @model_validator(mode="before")
    @classmethod
    def _spelled_as_today(cls, given: Any) -> Any:
        old = [key for key in ("alpha", "threshold") if key in given]
        if old:
            raise ValueError("; ".join(f"{key} is now rewards.key_steps.{key}" for key in old))
        return given


def score_responses(responses: Frame, options: RewardCardOptions) -> Frame:
    """Every response under every mode.

    Args:
        responses: columns ``response`` and ``answer``; ``options``, ``key_steps``, ``id`` optional.
        options: parameters of the card.

    Raises:
        CardError: a column is missing, or a row malformed (named by its number and id).
    """
    import pandas as pd

    missing = [name for name in ("response", "answer") if name not in responses.columns]
    if missing:
        raise CardError(
            f"the responses have no column {missing}; they have {list(responses.columns)!r:.500}"
        )
    scores = [
        score_row(row, rewards=options.rewards, grammar=options.grammar, where=f"row {number}")
        for number, row in enumerate(_rows(responses, options.max_responses), start=1)
    ]
    return pd.DataFrame(scores, columns=columns(options.rewards))


def table(scores: Frame) -> str:
    """The card as a Markdown table."""
    return card_markdown(scores.to_dict("records"))


def page(responses: Frame, scores: Frame, options: RewardCardOptions) -> str:
    """The card as one self-contained HTML page."""
    shown = min(options.max_shown, len(scores))
    return html_card(
        _rows(responses, shown),
        scores.head(shown).to_dict("records"),
        rewards=options.rewards,
        grammar=options.grammar,
    )


def _rows(responses: Frame, count: int | None) -> list[dict[str, Any]]:
    return responses.head(len(responses) if count is None else count).to_dict("records")
