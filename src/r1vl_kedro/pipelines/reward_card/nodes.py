"""Nodes of the reward card: score, write a table, write a page."""

import logging

from pydantic import Field, model_validator

from r1vl_kedro.parameters import Options
from r1vl_kedro.pipelines.hints import Frame, Json, JsonRows
from r1vl_kedro.responses import R1VL, GrammarName
from r1vl_kedro.rewards.card import CardError, card_markdown, columns, html_card, score_row
from r1vl_kedro.rewards.registry import PAPERS, Rewards

logger = logging.getLogger(__name__)
RECORDED = {"reward": "total", "correct": "outcome", "k": "k_soft", "valid": "step_rvr_strict"}
"""Columns of rollouts and verdicts, by the column of the card that should equal them."""
TOLERANCE = 1e-4
OTHER_REWARDS = (
    "They were made with other rewards or weights; "
    "--params reward_card.rewards.<name>.weight=... takes theirs."
)
NOTHING_STATED = (
    "They state no final answer: a score then reads the whole response, the reward does not."
)


class RewardCardOptions(Options):
    """What the card computes and how much of it it shows."""

    rewards: Rewards = Field(PAPERS, validate_default=True)
    """What the total sums; a configuration gives those of ``step_grpo`` by default."""
    grammar: GrammarName = R1VL.name
    max_responses: int | None = Field(None, ge=1)
    """Only the first so many responses; null for all."""
    max_shown: int = Field(200, ge=0)
    """How many responses the page shows; the table has all."""

    @model_validator(mode="before")
    @classmethod
    def _spelled_as_today(cls, given: Json) -> Json:
        old = [key for key in ("alpha", "threshold") if key in given]
        if old:
            raise ValueError("; ".join(f"{key} is now rewards.key_steps.{key}" for key in old))
        return given


def score_responses(responses: Frame, options: RewardCardOptions) -> Frame:
    """Score every response under every mode.

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
    card = pd.DataFrame(scores, columns=columns(options.rewards))
    rows = responses.head(len(card)).reset_index(drop=True)
    if "id" in rows and "key_steps" not in rows:
        rows["key_steps"] = None
    if {"id", "key_steps"} <= set(rows) and rows["key_steps"].map(_absent).any():
        card["missing"] = ["key steps" if _absent(v) else "" for v in rows["key_steps"]]
    for name in RECORDED:
        if name in rows and name not in card:
            card[f"recorded_{name}"] = rows[name].astype(float)
    for note in comparison(card):
        logger.info(note)
    return card


def comparison(card: Frame) -> list[str]:
    """Word what a card lacks, and where it differs from what training recorded."""
    notes = []
    missing = int((card["missing"] != "").sum()) if "missing" in card else 0
    if missing:
        notes.append(
            f"{missing} of {len(card)} responses have no key steps, and none under their id in "
            "the records: what they match is not counted."
        )
    for name, column in RECORDED.items():
        if f"recorded_{name}" not in card:
            continue
        recorded = card[f"recorded_{name}"]
        other = (card[column].astype(float) - recorded).abs() > TOLERANCE
        if not other.any():
            notes.append(f"{column} equals the recorded {name} in all {len(card)} responses.")
            continue
        first = card[other].iloc[0]
        scored_whole = name == "correct" and (card.loc[other, "given"] == "").all()
        notes.append(
            f"{column} differs from the recorded {name} in {int(other.sum())} of {len(card)} "
            f"responses, first in {str(first['id'])[:100]}: {first[column]:.4g}, recorded "
            f"{first[f'recorded_{name}']:.4g}. {NOTHING_STATED if scored_whole else OTHER_REWARDS}"
        )
    return notes


def _absent(value: Json) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def table(scores: Frame) -> str:
    """Write the card as a Markdown table."""
    return card_markdown(scores.to_dict("records"))


def page(responses: Frame, scores: Frame, options: RewardCardOptions) -> str:
    """Render the card as one self-contained HTML page."""
    shown = min(options.max_shown, len(scores))
    return html_card(
        _rows(responses, shown),
        scores.head(shown).to_dict("records"),
        rewards=options.rewards,
        grammar=options.grammar,
        notes=comparison(scores),
    )


def _rows(responses: Frame, count: int | None) -> JsonRows:
    return responses.head(len(responses) if count is None else count).to_dict("records")
